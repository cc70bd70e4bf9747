//! The whole engine with the shipped rules, any frames.
//!
//! The first octet chooses how: tables that hold two entries, no configuration, and whether a
//! second run under another seed has to say the same. Then come frames, each behind how it is
//! carried, how much later it is than the one before, and two octets of length.

use std::sync::{Arc, OnceLock};

use picket::{
    cases,
    config::{Capacity, Plan},
    engine::{Engine, Options, Output, Rules},
    event::{fields::Names, json::Writer},
    pack,
    sink::{alert::Renderer, redact::Redactor},
};
use picket_dissectors::{
    Digits,
    emit::sccp::{Address, Unitdata},
    sccp::MessageType,
};
use picket_hw::{FileId, Frame, LinkType, PortId, Timestamp};

/// Runs frames through the engine and writes what it says.
pub fn read(octets: &[u8]) {
    let Some((&how, frames)) = octets.split_first() else { return };
    let said = run(how, frames, 1);
    if how & TWICE != 0 {
        assert_eq!(said, run(how, frames, u64::MAX), "the seed of the tables shows");
    }
}

/// Few entries a table, so that all of them overflow.
pub const SMALL: u8 = 1;
/// Run twice.
pub const TWICE: u8 = 2;
/// Nobody said what home is.
pub const UNCONFIGURED: u8 = 4;

/// How the octets of a frame are carried: as frames of a link type, or as TCAP in a UDT of SCCP
/// from one of these numbers and subsystems to another.
#[derive(Clone, Copy)]
enum Carried {
    As(LinkType),
    Tcap([(&'static str, u8); 2]),
}

const CARRIED: [Carried; 14] = [
    Carried::As(LinkType::ETHERNET),
    Carried::As(LinkType::SCCP),
    Carried::As(LinkType::MTP3),
    Carried::As(LinkType::MTP2),
    Carried::As(LinkType::SCTP),
    Carried::As(LinkType::RAW),
    Carried::As(LinkType::LINUX_SLL2),
    Carried::As(LinkType::MTP2_WITH_PHDR),
    Carried::Tcap([ABROAD_HLR, HOME_VLR]),
    Carried::Tcap([HOME_VLR, ABROAD_HLR]),
    Carried::Tcap([ABROAD_SCF, HOME_HLR]),
    Carried::Tcap([HOME_HLR, ABROAD_SCF]),
    Carried::Tcap([ABROAD_HLR, HOME_CAP]),
    Carried::Tcap([HOME_CAP, ABROAD_HLR]),
];

const ABROAD_HLR: (&str, u8) = ("99920000006", 6);
const ABROAD_SCF: (&str, u8) = ("99930000147", 147);
const HOME_HLR: (&str, u8) = ("99910000006", 6);
const HOME_VLR: (&str, u8) = ("99910000007", 7);
const HOME_CAP: (&str, u8) = ("99910000146", 146);

/// Writes a frame as [`read`] wants it; `carried` is a place in the table of carriers.
pub fn push(out: &mut Vec<u8>, carried: u8, later: u8, octets: &[u8]) {
    let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
    out.extend([carried, later]);
    out.extend(length.to_be_bytes());
    out.extend(octets.iter().take(usize::from(length)));
}

/// Runs frames and returns everything said.
fn run(how: u8, mut rest: &[u8], seed: u64) -> String {
    let setting = Setting::get();
    let plan = if how & UNCONFIGURED == 0 {
        setting.plan(how & SMALL != 0)
    } else {
        Arc::clone(&setting.unconfigured)
    };
    let options = Options { seed, records: true };
    let mut engine = Engine::new(Arc::clone(&plan), Arc::clone(&setting.rules), options);
    let mut said = String::new();
    let mut at = Timestamp::from_nanos(START);
    let mut number = 0;
    while let [carried, later, high, low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(after.len());
        let (octets, after) = after.split_at(length);
        rest = after;
        number += 1;
        at = at.saturating_add(1 << (later % LONGEST));
        let written;
        let (link, bytes) = match CARRIED[usize::from(*carried) % CARRIED.len()] {
            Carried::As(link) => (link, octets),
            Carried::Tcap([calling, called]) => {
                written = unitdata(called, calling, octets);
                (LinkType::SCCP, &written[..])
            }
        };
        let wire_len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let (port, source) = (PortId(0), FileId(0));
        engine.ingest(&Frame { at, bytes, wire_len, port, link, number, source });
        tell(&mut engine, &plan, &mut said);
    }
    engine.advance(at.saturating_add(1 << LONGEST));
    engine.finish();
    tell(&mut engine, &plan, &mut said);
    assert_eq!(engine.stats().panics, 0, "a dissector panicked");
    assert_eq!(engine.stats().frames, number);
    said
}

fn unitdata(called: (&str, u8), calling: (&str, u8), tcap: &[u8]) -> Vec<u8> {
    let address = |(number, ssn)| Address::e164(Digits::parse(number).unwrap_or_default(), ssn);
    let kind = if tcap.len() > 200 { MessageType::Ludt } else { MessageType::Udt };
    Unitdata { kind, ..Unitdata::udt(address(called), address(calling), tcap) }.octets()
}

fn tell(engine: &mut Engine, plan: &Plan, said: &mut String) {
    let names = &Setting::get().names;
    let redactor = Redactor::clear();
    let is_subscriber = |digits| plan.networks.gt(digits).subscriber;
    let writer = Writer { names, redactor: &redactor, is_subscriber: &is_subscriber };
    let renderer = Renderer { plan, names, redactor: &redactor };
    while let Some(output) = engine.poll() {
        match output {
            Output::Alert(alert) => {
                let document = renderer.document(&alert);
                said.push_str(&serde_json::to_string(&document).expect("an alert is JSON"));
            }
            Output::Record(event) => writer.write(&event, said),
        }
        said.push('\n');
    }
}

/// What is the same in every run.
pub struct Setting {
    whole: Arc<Plan>,
    small: Arc<Plan>,
    unconfigured: Arc<Plan>,
    /// The names of the plan.
    pub names: Names,
    rules: Arc<Rules>,
}

impl Setting {
    /// Returns it, made once.
    pub fn get() -> &'static Self {
        static SETTING: OnceLock<Setting> = OnceLock::new();
        SETTING.get_or_init(|| {
            let whole = cases::plan().expect("the configuration of synth is good");
            let mut small = cases::plan().expect("the configuration of synth is good");
            small.capacity = SMALL_TABLES;
            let names = Names {
                sensor: whole.sensor.clone(),
                files: vec!["capture".to_owned()],
                networks: whole.networks.all().iter().map(|n| n.name.clone()).collect(),
                links: whole.links.iter().map(|link| link.name.clone()).collect(),
                lists: whole.intel.names().to_vec(),
            };
            let (rules, _) = pack::load(&whole, &names, &[]).expect("the shipped rules compile");
            Self {
                whole: whole.into(),
                small: small.into(),
                unconfigured: Plan::default().into(),
                names,
                rules: rules.into(),
            }
        })
    }

    /// Returns the plan of a home network, with tables of a few entries if `small`.
    pub fn plan(&self, small: bool) -> Arc<Plan> {
        Arc::clone(if small { &self.small } else { &self.whole })
    }
}

const SMALL_TABLES: Capacity = Capacity {
    associations: 2,
    ip_fragments: 2,
    sctp_fragments: 2,
    sccp_segments: 2,
    dialogues: 2,
    correlations: 2,
    subscribers: 2,
    dossiers: 2,
    global_titles: 2,
    alerts: 2,
};
/// 2 March 2026, 08:00 UTC.
const START: u64 = 1_772_438_400_000_000_000;
/// A frame comes at most so many doublings of a nanosecond after the one before: a day and a half.
const LONGEST: u8 = 47;
