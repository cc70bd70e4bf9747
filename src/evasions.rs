//! What becomes of a request that is written so that a filter does not see it, as a page.
//!
//! Each operation is played in each way of [`synth::evasions`](crate::synth::evasions) through an
//! engine of its own with all rules in force; nothing on the page is written by hand.

use core::fmt::Write;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use picket_dissectors::map::opcode;
use picket_hw::{FileId, Frame, LinkType, PortId, Timestamp};

use crate::{
    config::Plan,
    engine::{Engine, Options, Output, Rules, alert::Level},
    event::{ComponentType, SigEvent},
    synth::{
        self, Generator,
        evasions::{
            self, OPERATIONS, Operation, Way,
            ways::{self, Keeps},
        },
    },
};

/// What came of a request.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The gravest alert.
    pub level: Option<Level>,
    /// The rules that fired, by name.
    pub rules: BTreeSet<String>,
    /// Whether the operation was read, and the subscriber where the way keeps it.
    pub read: bool,
    /// Whether a note told of the way.
    pub told: bool,
}

/// How much a way hides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is read, told of, and judged as gravely as the plain request, or high.
    Seen,
    /// It is judged at least as gravely, and no note tells how it was written.
    Untold,
    /// It is judged at least as gravely, but operation or subscriber could not be read.
    Unread,
    /// It is judged less gravely than the plain request, or not read.
    Missed,
}

impl Found {
    /// Compares it with what came of the plain request.
    #[must_use]
    pub fn verdict(&self, plain: &Self) -> Verdict {
        // Level high is as good as critical: the request stands out, whatever else is known of it.
        let enough = plain.level.min(Some(Level::High));
        if self.level < enough || (!self.read && self.level.is_none()) {
            Verdict::Missed
        } else if !self.read {
            Verdict::Unread
        } else if !self.told {
            Verdict::Untold
        } else {
            Verdict::Seen
        }
    }
}

/// Plays requests and remembers nothing between them.
pub struct Bench {
    plan: Arc<Plan>,
    rules: Arc<Rules>,
}

impl Bench {
    /// Makes a bench for these rules, compiled with [`crate::cases::plan`].
    #[must_use]
    pub const fn new(plan: Arc<Plan>, rules: Arc<Rules>) -> Self {
        Self { plan, rules }
    }

    /// Plays an operation in a way; `None` when it cannot be written that way.
    #[must_use]
    pub fn play(&self, operation: &Operation, way: &Way) -> Option<Found> {
        let scenario = evasions::find(operation, way)?;
        let options = Options { seed: 0, records: true };
        let mut engine = Engine::new(Arc::clone(&self.plan), Arc::clone(&self.rules), options);
        let mut found = Found { told: way.notes.is_empty(), ..Found::default() };
        let options = synth::Options { seed: 1, messages: 0, scenarios: vec![(0, scenario)] };
        let mut generator = Generator::new(&options);
        let (mut victim, mut events) = (None, Vec::new());
        let mut number = 0;
        while let Some(generated) = generator.next() {
            number += 1;
            engine.ingest(&Frame {
                at: Timestamp::from_nanos(generated.at),
                bytes: &generated.octets,
                wire_len: u32::try_from(generated.octets.len()).unwrap_or(u32::MAX),
                port: PortId(0),
                link: LinkType::ETHERNET,
                number,
                source: FileId(0),
            });
            victim = generator.truths().first().map(|truth| (truth.imsi, truth.msisdn)).or(victim);
            found.take(&mut engine, &mut events);
        }
        engine.finish();
        found.take(&mut engine, &mut events);
        let about = |event: &SigEvent| {
            let named = (event.subscriber.imsi, event.subscriber.msisdn);
            let same = |(imsi, msisdn)| {
                (named.0.is_some() && named.0 == imsi) || (named.1.is_some() && named.1 == msisdn)
            };
            way.keeps == Keeps::Operation || victim.is_some_and(same)
        };
        found.read = events.iter().any(|event| asks(event, operation) && about(event));
        found.told |=
            events.iter().any(|event| way.notes.iter().any(|&note| event.notes.contains(note)));
        Some(found)
    }
}

impl Found {
    fn take(&mut self, engine: &mut Engine, events: &mut Vec<SigEvent>) {
        while let Some(output) = engine.poll() {
            match output {
                Output::Alert(alert) => {
                    self.level = self.level.max(Some(alert.level));
                    self.rules.insert(alert.rule.name.clone());
                }
                Output::Record(event) => events.push(event),
            }
        }
    }
}

/// Whether an event is the request for an operation.
fn asks(event: &SigEvent, operation: &Operation) -> bool {
    let invoke = event.tcap.and_then(|tcap| tcap.component).and_then(|component| component.kind)
        == Some(ComponentType::Invoke);
    invoke && event.operation.is_some_and(|found| found.code == i32::from(operation.code))
}

/// Plays everything and writes the page.
#[must_use]
pub fn markdown(bench: &Bench) -> String {
    let mut found = BTreeMap::new();
    for (at, operation) in (0..).zip(OPERATIONS) {
        for (to, way) in (0..).zip(ways::ways()) {
            if let Some(played) = bench.play(operation, way) {
                found.insert((to, at), played);
            }
        }
    }
    let mut out = HEAD.to_owned();
    operations(&mut out);
    table(&mut out, &found);
    ways(&mut out, &found);
    out
}

fn operations(out: &mut String) {
    out.push_str("| column | operation | code |\n|---|---|---|\n");
    for operation in OPERATIONS {
        let name = opcode::find(operation.code).map_or("", |found| found.name(3));
        let _ = writeln!(out, "| {} | {name} | {} |", operation.name, operation.code);
    }
}

fn table(out: &mut String, found: &BTreeMap<(usize, usize), Found>) {
    let columns = OPERATIONS.iter().map(|operation| operation.name).collect::<Vec<_>>();
    let _ = writeln!(out, "\n## Found\n\n| row | way | {} |", columns.join(" | "));
    let _ = writeln!(out, "|---|---|{}", "---|".repeat(columns.len()));
    let mut missed = 0;
    for (to, way) in (0..).zip(ways::ways()) {
        let _ = write!(out, "| {} | `{}` |", way.row, way.name);
        let beside = usize::from(!way.answered);
        for at in 0..OPERATIONS.len() {
            let plain = found.get(&(beside, at)).cloned().unwrap_or_default();
            let cell = found.get(&(to, at)).map_or_else(
                || "-".to_owned(),
                |found| {
                    let level = found.level.map_or("note", Level::name);
                    match found.verdict(&plain) {
                        Verdict::Seen if way.row.is_empty() => {
                            found.level.map_or("read", Level::name).into()
                        }
                        Verdict::Seen => level.to_owned(),
                        Verdict::Untold => format!("{level}, untold"),
                        Verdict::Unread => format!("{level}, unread"),
                        Verdict::Missed => {
                            missed += 1;
                            format!("**missed** ({level})")
                        }
                    }
                },
            );
            let _ = write!(out, " {cell} |");
        }
        out.push('\n');
    }
    let _ = writeln!(out, "\n{} requests, {missed} missed.", found.len());
}

fn ways(out: &mut String, found: &BTreeMap<(usize, usize), Found>) {
    out.push_str(
        "\n## Ways\n\nThe rules are those that fire in a way and not on the plain request, for \
         one of the operations at least.\n\n| way | what is done | notes | rules |\n|---|---|---|---|\n",
    );
    for (to, way) in (0..).zip(ways::ways()) {
        let mut rules = BTreeSet::new();
        for at in 0..OPERATIONS.len() {
            let plain = found.get(&(usize::from(!way.answered), at)).map(|found| &found.rules);
            let here = found.get(&(to, at)).into_iter().flat_map(|found| &found.rules);
            rules.extend(here.filter(|rule| !plain.is_some_and(|plain| plain.contains(*rule))));
        }
        let code = |text: &str| format!("`{text}`");
        let list = |all: Vec<String>| if all.is_empty() { "-".to_owned() } else { all.join(" ") };
        let notes = list(way.notes.iter().map(|note| code(note.id())).collect());
        let rules = list(rules.into_iter().map(|rule| code(rule)).collect());
        let _ = writeln!(out, "| `{}` | {} | {notes} | {rules} |", way.name, way.story);
    }
}

const HEAD: &str = "# Evasions\n\nMade by `picket rules evasions`; do not edit.\n\n\
    A stranger abroad asks for a home subscriber, once for each operation as everybody writes it \
    and once in each way\nof writing it so that a filter does not see it. \
    `picket synth out.pcap --messages 0 --scenario psi.long_tags` writes one of them.\n\
    The table says what came of it with the shipped rules: the level of the gravest alert, or \
    `note` where a note on the\nevent tells of it and no rule fires (no rule fires on the \
    plain request either); `untold` where no note tells how\nit was written, `unread` where \
    operation or subscriber could not be read, `missed` where it is judged neither high nor\nas \
    gravely as the plain request. A dash: the operation cannot be written that way. Rows are those of \
    [coverage](coverage.md).\n\n";
