//! Octets of any layer through the whole engine, to the events that come of them.

#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic here is a failed test")]

use std::sync::Arc;

use picket::{
    config::Plan,
    engine::{Engine, Options, Output, Rules},
    event::SigEvent,
};
use picket_dissectors::{
    emit::sccp::{Address, Unitdata},
    link,
    sccp::MessageType,
};
use picket_hw::{FileId, Frame, LinkType, PortId, Timestamp};

/// Makes an engine that judges nothing and gives out every event.
pub(crate) fn engine() -> Engine {
    let options = Options { seed: 1, records: true };
    Engine::new(Arc::new(Plan::default()), Arc::new(Rules::none()), options)
}

/// Reads a frame of this link type.
pub(crate) fn frame(link_type: u32, octets: &[u8]) -> Vec<SigEvent> {
    let mut engine = engine();
    engine.ingest(&at(1_000_000_000, link_type, octets));
    let events = events(&mut engine);
    assert_eq!(engine.stats().panics, 0);
    events
}

/// Makes a frame of this time, nanoseconds.
pub(crate) fn at(nanos: u64, link_type: u32, octets: &[u8]) -> Frame<'_> {
    Frame {
        at: Timestamp::from_nanos(nanos),
        bytes: octets,
        wire_len: octets.len().try_into().unwrap(),
        port: PortId(0),
        link: LinkType(link_type.try_into().unwrap()),
        number: 1,
        source: FileId(0),
    }
}

/// Takes out the events.
pub(crate) fn events(engine: &mut Engine) -> Vec<SigEvent> {
    let mut events = Vec::new();
    while let Some(output) = engine.poll() {
        if let Output::Record(event) = output {
            events.push(event);
        }
    }
    events
}

/// Reads TCAP between two addresses, in whatever form of unitdata holds it.
pub(crate) fn tcap(called: Address, calling: Address, octets: &[u8]) -> Vec<SigEvent> {
    let kind = if octets.len() > 200 { MessageType::Ludt } else { MessageType::Udt };
    let message = Unitdata { kind, ..Unitdata::udt(called, calling, octets) };
    frame(link::SCCP, &message.octets())
}
