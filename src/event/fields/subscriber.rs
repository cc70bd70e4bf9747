//! Fields of the subscriber, and what closes an event.

use picket_dissectors::Note;

use super::{
    Row,
    number::{Number, Numbering},
    sccp::ORIGINS,
};
use crate::event::{SigEvent, Subject};

/// Of the subscriber.
pub(super) static ROWS: &[Row] = rows! {
    "subscriber.id", Subscriber = |e| (e.subscriber.key != 0).then_some(e.subscriber.key),
        "Who the operation is about: one id for the IMSI and the MSISDN once they are known to belong together.";
    "subscriber.imsi", Number = |e| e.subscriber.imsi.map(|imsi| Number::subscriber(imsi, Numbering::Imsi)),
        "IMSI named or bound.";
    "subscriber.msisdn", Number =
        |e| e.subscriber.msisdn.map(|msisdn| Number::subscriber(msisdn, Numbering::E164)),
        "MSISDN named or bound.";
    "subscriber.origin", Name(&ORIGINS) = |e| subject(e).map(|subject| subject.place.origin.name()),
        "Whose subscriber it is, seen from home, by the IMSI, else the MSISDN.";
    "subscriber.country", Text =
        |e| subject(e)?.place.country.as_ref().map(|country| country.as_str()),
        "Country of the subscriber's home, ISO 3166-1 alpha-2.";
    "subscriber.network", Network = |e| subject(e)?.place.network.map(|network| network.0),
        "Configured name of the subscriber's home network.";
    "subscriber.from_home", Bool = |e| subject(e).map(|subject| subject.from_home),
        "Whether the sender's network is the subscriber's home.";
    "subscriber.from_serving", Bool = |e| subject(e)?.from_serving,
        "Whether the sender's network is the one that serves the subscriber, as far as accepted answers told.";
    "subscriber.serving.origin", Name(&ORIGINS) = |e| subject(e)?.serving.map(|place| place.origin.name()),
        "Whose the network is that serves the subscriber, seen from home.";
    "subscriber.serving.country", Text =
        |e| subject(e)?.serving.as_ref()?.country.as_ref().map(|country| country.as_str()),
        "Country of the network that serves the subscriber, ISO 3166-1 alpha-2.";
    "subscriber.serving.network", Network = |e| subject(e)?.serving?.network.map(|network| network.0),
        "Configured name of the network that serves the subscriber, learnt from accepted answers.";
    "subscriber.key.missing", Bool = |e| key_missing(e).then_some(true),
        "The operation requires the key of a subscriber and none could be read.";
};

/// What closes an event.
pub(super) static LAST: &[Row] = rows! {
    "management.message", Text = |e| e.management,
        "Name of a management message of SCCP, MTP3, M3UA or SCTP.";
    "management.point_code", Int = |e| e.about.map(|about| about.code),
        "Point code the management message is about, the first of several.";
    "management.about_home", Bool = |e| e.about?.home,
        "Whether that is a point code of home: configured, or learnt from who sends.";
    "management.about_sender", Bool = |e| e.about?.sender,
        "Whether that is the sender's own point code.";
    "anomaly.codes", Notes(Note::IDS) = |e| &e.notes,
        "Every oddity met on the way, by the ids of `picket notes`.";
    "anomaly.unread", Text = |e| e.unread,
        "Why reading stopped, when the message could not be read to its end.";
    "duplicate", Bool = |e| e.duplicate.then_some(true),
        "A second sighting of a message, by a mirror or a retransmission; it triggers nothing.";
};

fn subject(e: &SigEvent) -> Option<&Subject> {
    (e.subscriber.key != 0).then_some(&e.subscriber)
}

fn key_missing(e: &SigEvent) -> bool {
    e.parameters.key_unreadable
        || e.notes.contains(Note::MapKeyMissing)
        || e.notes.contains(Note::MapImsiNotDecodable)
}
