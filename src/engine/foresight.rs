//! What the next messages will ask of memory, asked for all of them at once.
//!
//! Among millions of subscribers nearly every look into a table waits for memory, and each wait is
//! for an address that the one before it brought: the index, then the entry. The waits of different
//! messages have nothing to do with each other. So before a burst is taken in, every message's
//! dialogue is looked up in the index, then the entries are read, then the subscribers they name,
//! and a processor has the waits of many messages under way together. Nothing is kept of it but
//! what the caches keep; nothing that comes out depends on it.

use core::hint::black_box;

use arrayvec::ArrayVec;
use picket_dissectors::{Notes, tbcd};

use super::{Ahead, Witness, scout::Tcap};
use crate::{
    event::{MessageType, Party},
    state::{aliased::Whereabouts, subscriber::Identity},
};

impl Witness {
    /// Reads what the next frames will want of the tables. Whether it is called, and over how many
    /// frames, is a matter of time alone.
    #[inline(never)]
    pub fn foresee(&self, coming: &[Ahead]) {
        for some in coming.chunks(FORESEEN) {
            self.foresee_some(some);
        }
    }

    fn foresee_some(&self, coming: &[Ahead]) {
        let tcap = coming.iter().filter_map(|ahead| Some((ahead, ahead.tcap.as_ref()?)));
        let dialogues: ArrayVec<Whereabouts, FORESEEN> =
            tcap.clone().map(|(ahead, tcap)| self.dialogue_of(ahead, tcap)).collect();
        let named = tcap.filter_map(|(_, tcap)| tcap.named);
        let known = dialogues.into_iter().filter_map(|at| {
            let dialogue = self.dialogues.glance(at)?;
            let number = || dialogue.msisdn.map(Identity::Msisdn);
            dialogue.imsi.map(Identity::Imsi).or_else(number)
        });
        let people: ArrayVec<Identity, { 2 * FORESEEN }> = named.chain(known).collect();
        let people: ArrayVec<Whereabouts, { 2 * FORESEEN }> =
            people.iter().map(|identity| self.subscribers.whereabouts(identity)).collect();
        for at in people {
            black_box(self.subscribers.glance(at));
        }
    }

    fn dialogue_of(&self, ahead: &Ahead, tcap: &Tcap) -> Whereabouts {
        let begins = tcap.facts.message == MessageType::Begin;
        let (tid, party, pc) = if begins {
            (tcap.facts.otid, &ahead.sccp.calling, ahead.label.opc)
        } else {
            (tcap.facts.dtid, &ahead.sccp.called, ahead.label.dpc)
        };
        let Some(tid) = tid else { return Whereabouts::default() };
        let title = |party: &Party| party.gt.map(|gt| gt.e164.unwrap_or(gt.digits));
        let at = self.dialogues.whereabouts(tid, title(party), party.pc.unwrap_or(pc));
        if begins { Whereabouts::default() } else { at }
    }
}

/// Guesses whom the first component is about, from its octets: the first number of an operation's
/// parameters mostly is the one it is keyed by (TS 29.002 §17.6). Only the usual lengths are read,
/// for nothing but time hangs on it.
pub(super) fn guess(components: &[u8]) -> Option<Identity> {
    let mut rest = components;
    for _ in 0..MOST_ELEMENTS {
        let (&[tag, length], inner) = rest.split_first_chunk()?;
        let length = usize::from(length);
        if tag & CONSTRUCTED != 0 {
            rest = inner;
            continue;
        }
        let content = inner.get(..length)?;
        if tag != INTEGER && (4..=9).contains(&length) {
            let mut notes = Notes::default();
            return Some(match content.split_first() {
                Some((&INTERNATIONAL_E164, digits)) => {
                    Identity::Msisdn(tbcd::read(digits, &mut notes))
                }
                _ => Identity::Imsi(tbcd::read(content, &mut notes)),
            });
        }
        rest = inner.get(length..)?;
    }
    None
}

/// Messages whose waits are under way together: more than a processor has room for, and so few that
/// what was brought to the caches is still there when they are taken in.
pub const FORESEEN: usize = 32;
/// Invoke id, operation code and the first members of the argument.
const MOST_ELEMENTS: usize = 10;
/// The bit of a tag (X.690 §8.1.2.5).
const CONSTRUCTED: u8 = 0x20;
/// Invoke ids and local operation codes.
const INTEGER: u8 = 0x02;
/// Extension bit, international number, E.164 (TS 29.002 §17.7.8).
const INTERNATIONAL_E164: u8 = 0x91;

#[cfg(test)]
mod tests {
    use picket_dissectors::Digits;

    use super::*;

    #[test]
    fn who_is_meant_is_guessed_from_the_usual_arguments() {
        let imsi = |digits| Digits::parse(digits).map(Identity::Imsi);
        let msisdn = |digits| Digits::parse(digits).map(Identity::Msisdn);
        // (components, what they are, who)
        let table: &[(&[u8], &str, Option<Identity>)] = &[
            (
                b"\xa1\x10\x02\x01\x01\x02\x01\x07\x04\x08\x00\x11\x10\x32\x54\x76\x98\xf0",
                "insertSubscriberData or any other whose argument begins with an IMSI",
                imsi("001101234567890"),
            ),
            (
                b"\xa1\x15\x02\x01\x01\x02\x01\x2d\x30\x0d\x80\x07\x91\x99\x19\x21\x43\x65\x87\x81\x01\x00\x82",
                "sendRoutingInfoForSM: [0] msisdn of a SEQUENCE",
                msisdn("999112345678"),
            ),
            (
                b"\xa1\x13\x02\x01\x01\x02\x01\x47\x30\x0b\xa0\x09\x80\x07\x00\x11\x10\x32\x54\x76\x98",
                "anyTimeInterrogation: [0] imsi of a CHOICE in a SEQUENCE",
                imsi("00110123456789"),
            ),
            (
                b"\xa1\x10\x02\x01\x01\x06\x02\x2a\x03\x04\x07\x91\x99\x19\x21\x43\x65\x87",
                "a global operation code is too short for a number",
                msisdn("999112345678"),
            ),
            (b"\xa1\x06\x02\x01\x01\x02\x01\x2d", "no argument", None),
            (
                b"\xa1\x81\x10\x02\x01\x01\x02\x01\x2d\x80\x07\x91\x99\x19\x21\x43\x65\x87",
                "a length in the long form only makes one element more",
                msisdn("999112345678"),
            ),
            (b"\xa1\x07\x02\x01\x01\x02\x01\x2d\x80", "an element cut short", None),
            (b"\xa1\x0a\x02\x01\x01\x80\x09\x91\x99", "content cut short", None),
            (b"\xa1\x0f\x04\x0d0123456789012", "longer than any number", None),
            (b"\xa1", "a tag alone", None),
            (b"", "nothing", None),
            (&[0xa1, 0x80].repeat(40).leak()[..], "nested without end", None),
        ];
        for (components, what, who) in table {
            assert_eq!(guess(components), *who, "{what}");
        }
    }
}
