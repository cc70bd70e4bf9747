//! Stories told in SCCP messages over an MTP link of the fictional home network: the notes on their
//! events and the shipped rules that fire.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use picket::{
    cases,
    config::Plan,
    engine::{Engine, Options, Output, Rules},
    event::{SigEvent, fields::Names},
    pack,
    synth::network::{CARRIER_PC, HOME_STP},
};
use picket_dissectors::{
    Digits, Note, Notes,
    emit::{
        ber::Tlv,
        sccp::{Address, Unitdata},
        tcap,
    },
    link,
    mtp3::{self, Variant},
    sccp::MessageType,
};
use picket_hw::{LinkType, Timestamp, memory::OwnedFrame};

/// An IMSI of the home network.
pub(crate) const IMSI: &str = "001010000004711";
/// Its number.
pub(crate) const MSISDN: &str = "999110004711";
/// A node of nobody the configuration knows.
pub(crate) const STRANGER: &str = "99997100001";
/// Another.
pub(crate) const OTHER: &str = "99998200002";
/// A node of a roaming partner.
pub(crate) const PARTNER: &str = "99921000601";
/// The home register.
pub(crate) const HLR: &str = "99910000001";

/// Plan and rules of the home network.
pub(crate) struct Home {
    pub(crate) plan: Arc<Plan>,
    pub(crate) rules: Arc<Rules>,
}

/// The home network of `picket synth`, with the shipped rules.
pub(crate) static HOME: LazyLock<Home> = LazyLock::new(|| {
    let plan = cases::plan().unwrap();
    let names = Names {
        sensor: plan.sensor.clone(),
        files: vec!["capture".to_owned()],
        networks: plan.networks.all().iter().map(|network| network.name.clone()).collect(),
        links: plan.links.iter().map(|link| link.name.clone()).collect(),
        lists: plan.intel.names().to_vec(),
    };
    let (rules, _) = pack::load(&plan, &names, &[]).unwrap();
    Home { plan: Arc::new(plan), rules: Arc::new(rules) }
});

pub(crate) fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap()
}

/// An address with a global title.
pub(crate) fn title(gt: &str, ssn: u8) -> Address {
    Address::e164(digits(gt), ssn)
}

/// Which way a message goes over the link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    In,
    Out,
}

/// One SCCP message of a story.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) way: Way,
    pub(crate) ni: u8,
    pub(crate) after: u64,
    pub(crate) sccp: Vec<u8>,
    /// The whole frame and its link type, in place of SCCP over an MTP link.
    pub(crate) frame: Option<(u32, Vec<u8>)>,
}

impl Step {
    /// The step over a link of another network indicator.
    pub(crate) fn ni(self, ni: u8) -> Self {
        Self { ni, ..self }
    }
}

/// SCCP as it is, over the international link.
pub(crate) fn raw(way: Way, sccp: Vec<u8>) -> Step {
    Step { way, ni: 0, after: 1_000_000_000, sccp, frame: None }
}

/// A frame as it is, at once.
pub(crate) fn frame(link: u32, octets: Vec<u8>) -> Step {
    Step { way: Way::In, ni: 0, after: 1_000, sccp: Vec::new(), frame: Some((link, octets)) }
}

/// A message in the smallest unitdata that holds it.
pub(crate) fn unitdata(
    way: Way,
    calling: Address,
    called: Address,
    message: &tcap::Message,
) -> Step {
    octets(way, calling, called, &message.encode())
}

/// TCAP octets in the smallest unitdata that holds them.
pub(crate) fn octets(way: Way, calling: Address, called: Address, tcap: &[u8]) -> Step {
    let kind = if tcap.len() > 200 { MessageType::Ludt } else { MessageType::Udt };
    raw(way, Unitdata { kind, ..Unitdata::udt(called, calling, tcap) }.octets())
}

/// A Begin with one invoke in a context of MAP.
pub(crate) fn begin(
    context: Option<(u64, u64)>,
    code: i64,
    argument: Option<Tlv>,
) -> tcap::Message {
    let message = tcap::Message::begin(&[0, 0, 0, 1]);
    let message = match context {
        Some((number, version)) => {
            message.dialogue(tcap::aarq(&[0, 4, 0, 0, 1, 0, number, version], None))
        }
        None => message,
    };
    message.component(tcap::invoke(1, code, argument))
}

/// What a story gave.
pub(crate) struct Told {
    pub(crate) events: Vec<SigEvent>,
    pub(crate) rules: BTreeSet<String>,
}

impl Told {
    /// The notes of all events.
    pub(crate) fn notes(&self) -> Notes {
        let mut notes = Notes::default();
        for event in &self.events {
            notes.merge(&event.notes);
        }
        notes
    }

    /// Whether an event has the note.
    pub(crate) fn noted(&self, note: Note) -> bool {
        self.notes().contains(note)
    }
}

/// Plays a story to an engine that remembers nothing, after traffic that shows which point codes are
/// on which side.
pub(crate) fn tell(steps: &[Step]) -> Told {
    let options = Options { seed: 1, records: true };
    let mut engine = Engine::new(Arc::clone(&HOME.plan), Arc::clone(&HOME.rules), options);
    let mut at = Timestamp::from_nanos(1_000_000_000_000);
    for (number, step) in (1..).zip(steps) {
        at = at.saturating_add(step.after);
        let (opc, dpc) = match step.way {
            Way::In => (CARRIER_PC, HOME_STP),
            Way::Out => (HOME_STP, CARRIER_PC),
        };
        let label = mtp3::Message {
            opc,
            dpc,
            si: mtp3::SCCP,
            ni: step.ni,
            mp: 0,
            sls: 1,
            user: &step.sccp,
        };
        let whole = step.frame.clone();
        let (link, octets) = whole.unwrap_or_else(|| (link::MTP3, label.octets(Variant::Itu)));
        let frame = OwnedFrame::new(at, LinkType(link.try_into().unwrap()), octets);
        engine.ingest(&OwnedFrame { number, ..frame }.as_frame());
    }
    engine.advance(at.saturating_add(60_000_000_000));
    engine.finish();
    let mut told = Told { events: Vec::new(), rules: BTreeSet::new() };
    while let Some(output) = engine.poll() {
        match output {
            Output::Record(event) => told.events.push(event),
            Output::Alert(alert) => _ = told.rules.insert(alert.rule.name.clone()),
        }
    }
    assert_eq!(engine.stats().panics, 0);
    told
}
