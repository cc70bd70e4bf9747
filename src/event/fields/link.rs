//! Fields of everything below SCCP: when, where, and the labels of the layers that carried it.

use picket_dissectors::mtp3::Variant;

use super::Row;
use crate::event::{Carrier, Direction, EventType, Label, SctpFacts, Side, SigEvent};

/// From `event_type` to `mtp`.
pub(super) static ROWS: &[Row] = rows! {
    "event_type", Name(EventType::NAMES) = |e| Some(e.kind.name()),
        "What kind of occurrence the event is: the highest layer that was read.";
    "timestamp", Time = |e| Some(e.at),
        "When: the time of the frame, or of the deadline for a time-out; RFC 3339 with nanoseconds, UTC.";
    "sensor.id", Sensor = |_| Some(0),
        "The sensor that saw it, as configured.";
    "capture.file", File = |e| Some(e.frame.source),
        "The input the frame came from, when there are files.";
    "capture.frame", Int = |e| (e.frame.number > 0).then_some(e.frame.number),
        "1-based number of the packet that completed the message, in its file or run.";
    "capture.link", Link = |e| e.link.plan,
        "Name of the first configured link that matches.";
    "capture.vlan", Int = |e| e.link.vlan,
        "Outermost VLAN identifier (IEEE 802.1Q).";
    "capture.port", Int = |e| Some(e.link.port),
        "Capture port, or interface of the file, counted from 0.";
    "link.side", Name(Side::NAMES) = |e| Some(e.link.side.name()),
        "Which side of the network the link is on, configured or told by the network indicator.";
    "direction", Name(Direction::NAMES) = |e| Some(e.direction.name()),
        "Direction of the message, seen from home.";
    "ip.src", Ip = |e| e.transport.ip.map(|(from, _)| from),
        "Source address of the packet.";
    "ip.dst", Ip = |e| e.transport.ip.map(|(_, to)| to),
        "Destination address of the packet.";
    "sctp.src_port", Int = |e| sctp(e).map(|sctp| sctp.src_port),
        "SCTP source port (RFC 9260 §3.1).";
    "sctp.dst_port", Int = |e| sctp(e).map(|sctp| sctp.dst_port),
        "SCTP destination port (RFC 9260 §3.1).";
    "sctp.stream", Int = |e| sctp(e).map(|sctp| sctp.stream),
        "SCTP stream identifier (RFC 9260 §3.3.1).";
    "sctp.tsn", Int = |e| sctp(e).map(|sctp| sctp.tsn),
        "Transmission sequence number of the last fragment (RFC 9260 §3.3.1).";
    "sctp.ppid", Int = |e| sctp(e).map(|sctp| sctp.ppid),
        "SCTP payload protocol identifier (RFC 9260 §3.3.1).";
    "m3ua.rc", Int = |e| carried(e, Carrier::M3ua)?.rc,
        "M3UA routing context (RFC 4666 §3.3.1).";
    "m3ua.na", Int = |e| carried(e, Carrier::M3ua)?.na,
        "M3UA network appearance (RFC 4666 §3.3.1).";
    "m3ua.opc", Int = |e| carried(e, Carrier::M3ua).and_then(opc),
        "Originating point code of the M3UA Protocol Data (RFC 4666 §3.3.1).";
    "m3ua.dpc", Int = |e| carried(e, Carrier::M3ua).and_then(dpc),
        "Destination point code of the M3UA Protocol Data (RFC 4666 §3.3.1).";
    "m2pa.opc", Int = |e| carried(e, Carrier::M2pa).and_then(opc),
        "Originating point code of the MTP3 message inside M2PA (RFC 4165 §2.3.1).";
    "m2pa.dpc", Int = |e| carried(e, Carrier::M2pa).and_then(dpc),
        "Destination point code of the MTP3 message inside M2PA (RFC 4165 §2.3.1).";
    "m2ua.opc", Int = |e| carried(e, Carrier::M2ua).and_then(opc),
        "Originating point code of the MTP3 message inside M2UA (RFC 3331 §3.3.1.1).";
    "m2ua.dpc", Int = |e| carried(e, Carrier::M2ua).and_then(dpc),
        "Destination point code of the MTP3 message inside M2UA (RFC 3331 §3.3.1.1).";
    "sua.rc", Int = |e| carried(e, Carrier::Sua)?.rc,
        "SUA routing context (RFC 3868 §3.10.2).";
    "sua.na", Int = |e| carried(e, Carrier::Sua)?.na,
        "SUA network appearance (RFC 3868 §3.10.8).";
    "sua.opc", Int = |e| carried(e, Carrier::Sua).and_then(opc),
        "Point code of the SUA source address (RFC 3868 §3.10.2.2).";
    "sua.dpc", Int = |e| carried(e, Carrier::Sua).and_then(dpc),
        "Point code of the SUA destination address (RFC 3868 §3.10.2.2).";
    "mtp.opc", Int = |e| opc(&e.label),
        "Originating point code, whatever carried it, as an integer (Q.704 §2.2).";
    "mtp.dpc", Int = |e| dpc(&e.label),
        "Destination point code, whatever carried it, as an integer (Q.704 §2.2).";
    "mtp.si", Int = |e| labelled(e).map(|label| label.si),
        "Service indicator; 3 is SCCP (Q.704 §14.2.1).";
    "mtp.ni", Int = |e| labelled(e).map(|label| label.ni),
        "Network indicator: 0 and 1 international, 2 and 3 national (Q.704 §14.2.2).";
    "mtp.sls", Int = |e| labelled(e).map(|label| label.sls),
        "Signalling link selection (Q.704 §2.2).";
    "mtp.variant", Name(&VARIANTS) = |e| labelled(e).map(|label| variant(label.variant)),
        "Variant of the routing label.";
    "mtp.carrier", Name(&CARRIERS) = |e| carrier(e.label.carrier),
        "The layer that carried the MTP3 user part.";
};

fn sctp(e: &SigEvent) -> Option<&SctpFacts> {
    e.transport.sctp.as_ref()
}

fn carried(e: &SigEvent, carrier: Carrier) -> Option<&Label> {
    (e.label.carrier == carrier).then_some(&e.label)
}

fn labelled(e: &SigEvent) -> Option<&Label> {
    e.label.present.then_some(&e.label)
}

fn opc(label: &Label) -> Option<u32> {
    label.present.then_some(label.opc)
}

fn dpc(label: &Label) -> Option<u32> {
    label.present.then_some(label.dpc)
}

const fn variant(variant: Variant) -> &'static str {
    match variant {
        Variant::Itu => "itu",
        Variant::Ansi => "ansi",
        Variant::China => "china",
        Variant::Japan => "japan",
    }
}

const fn carrier(carrier: Carrier) -> Option<&'static str> {
    match carrier {
        Carrier::None => None,
        Carrier::M3ua => Some("m3ua"),
        Carrier::M2pa => Some("m2pa"),
        Carrier::M2ua => Some("m2ua"),
        Carrier::Sua => Some("sua"),
        Carrier::Mtp => Some("mtp"),
    }
}

static VARIANTS: [&str; 4] = ["itu", "ansi", "china", "japan"];
static CARRIERS: [&str; 5] = ["m3ua", "m2pa", "m2ua", "sua", "mtp"];
