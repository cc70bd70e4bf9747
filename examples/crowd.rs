//! How an engine fares that knows many people: memory, and the rate among them.
//!
//! ```text
//! crowd SUBSCRIBERS DIALOGUES MESSAGES
//! ```
//!
//! Registers so many subscribers, opens so many dialogues that stay open, then times registrations
//! and questions about people drawn at random. Every shipped rule and tracker is on. Prints one
//! line of JSON; `scripts/bench.py` compares a small crowd with a large one.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a measurement speaks or fails")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::{convert::Infallible, fs, sync::Arc, time::Instant};

use picket::{
    cases,
    engine::{Engine, Options, Scout},
    event::fields::Names,
    pack,
    runtime::ahead::Burst,
    synth::{
        carriage::Carriage,
        network::{CARRIER_PC, HOME_STP},
        wire::{Parcel, Route, Wire},
    },
};
use picket_dissectors::{
    Digits,
    emit::{
        map::sms::{SendRoutingInfoForSm, send_routing_info_for_sm_result},
        sccp::{Address, Unitdata},
        tcap::{Code, Message, aare, aarq, invoke, return_result},
    },
};
use picket_hw::{LinkType, Timestamp, file::FileCapture, memory::OwnedFrame};

/// shortMsgGatewayContext-v3 (TS 29.002 §17.3.2).
const SMS_GATEWAY: &[u64] = &[0, 4, 0, 0, 1, 0, 20, 3];

struct Crowd {
    engine: Engine,
    scout: Scout,
    burst: Burst,
    wire: Wire,
    /// Nanoseconds.
    now: u64,
    otid: u32,
    /// State of the draw (xorshift64, Marsaglia 2003).
    draw: u64,
}

impl Crowd {
    fn new(subscribers: u64, dialogues: u64) -> Self {
        let mut plan = cases::plan().expect("a plan");
        // With room to spare: what is measured is the crowd, not who is pushed out of it.
        plan.capacity.subscribers = with_room(subscribers);
        plan.capacity.dialogues = with_room(dialogues);
        let plan = Arc::new(plan);
        let (rules, _) = pack::load(&plan, &Names::default(), &[]).expect("rules");
        let options = Options { seed: 1, records: false };
        let engine = Engine::new(plan, Arc::new(rules), options);
        Self {
            scout: engine.scout(),
            engine,
            burst: Burst::default(),
            wire: Wire::default(),
            now: 1_000_000_000_000,
            otid: 0,
            draw: 0x9e37_79b9_7f4a_7c15,
        }
    }

    /// A service centre asks where to send a message to a person, and is told unless `left_open`.
    fn ask(&mut self, person: u64, left_open: bool) {
        for frame in self.frames(person, left_open) {
            self.take(&frame);
        }
    }

    fn frames(&mut self, person: u64, left_open: bool) -> Vec<OwnedFrame> {
        let digits = |text: String| Digits::parse(&text).expect("digits");
        let (centre, register) = (digits("99910000001".into()), digits("99920000001".into()));
        let msisdn = digits(format!("99921{person:09}"));
        self.otid += 1;
        let otid = self.otid.to_be_bytes();
        let asked = SendRoutingInfoForSm { msisdn, service_centre: centre, ..Default::default() };
        let begin = Message::begin(&otid).dialogue(aarq(SMS_GATEWAY, None)).component(invoke(
            1,
            45,
            Some(asked.tlv()),
        ));
        let (from, to) = (Address::e164(centre, 8), Address::e164(register, 6));
        let mut messages = vec![Unitdata::udt(to, from, &begin.encode()).octets()];
        let told = send_routing_info_for_sm_result(digits(format!("99902{person:010}")), register);
        let end = Message::end(&otid)
            .dialogue(aare(SMS_GATEWAY, 0, 0, None))
            .component(return_result(1, Some((Code::Local(45), told))));
        if !left_open {
            messages.push(Unitdata::udt(from, to, &end.encode()).octets());
        }
        let mut frames = Vec::new();
        for (up, user) in [false, true].into_iter().zip(messages) {
            // A thousand million messages an hour: dialogues do not time out meanwhile.
            self.now += 3_600;
            let (opc, dpc) = if up { (CARRIER_PC, HOME_STP) } else { (HOME_STP, CARRIER_PC) };
            let route = Route { association: 0, up, opc, dpc, ni: 0, sls: 0 };
            let carriage = Carriage::Whole;
            let parcel = Parcel { at: self.now, route, user, carriage, instance: None };
            self.wire.frames(&parcel, &mut |octets| {
                let at = Timestamp::from_nanos(self.now);
                frames.push(OwnedFrame::new(at, LinkType::ETHERNET, octets));
            });
        }
        frames
    }

    /// Takes a frame as `picket replay` does.
    fn take(&mut self, frame: &OwnedFrame) {
        self.burst.take(&frame.as_frame(), &self.scout);
        if self.burst.len() >= FileCapture::BURST {
            self.feed();
        }
    }

    fn feed(&mut self) {
        self.burst.feed(&mut self.engine, |_| Ok::<(), Infallible>(())).expect("nothing to fail");
        self.burst.clear();
        while self.engine.poll().is_some() {}
    }

    const fn random(&mut self, below: u64) -> u64 {
        self.draw ^= self.draw << 13;
        self.draw ^= self.draw >> 7;
        self.draw ^= self.draw << 17;
        self.draw % below
    }
}

fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>().expect("a number"));
    let mut next = || numbers.next().expect("usage: crowd SUBSCRIBERS DIALOGUES MESSAGES");
    let (subscribers, dialogues, messages) = (next(), next(), next());
    let mut crowd = Crowd::new(subscribers, dialogues);
    let empty = resident();
    for person in 0..subscribers {
        crowd.ask(person, false);
    }
    for _ in 0..dialogues {
        let person = crowd.random(subscribers);
        crowd.ask(person, true);
    }
    let mib = resident();
    let mut frames = Vec::new();
    while u64::try_from(frames.len()).is_ok_and(|count| count < messages) {
        let person = crowd.random(subscribers);
        frames.extend(crowd.frames(person, false));
    }
    let began = Instant::now();
    frames.iter().for_each(|frame| crowd.take(frame));
    crowd.feed();
    let seconds = began.elapsed().as_secs_f64();
    let rate = frames.len() as f64 / seconds;
    println!(
        "{{\"subscribers\":{subscribers},\"dialogues\":{dialogues},\"messages_per_second\":{rate:.0},\
         \"mib\":{mib},\"mib_empty\":{empty}}}"
    );
}

fn with_room(count: u64) -> u32 {
    u32::try_from(count + count / 8 + 1000).expect("fewer than four thousand million")
}

/// Returns the resident memory of this process, MiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("procfs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}
