//! Everything the program decides, as a value: frames and times in, alerts and events out.
//!
//! The engine touches no clock, file, socket or thread. [`Engine::ingest`] moves time to the time of
//! the frame; [`Engine::advance`] lets it pass without frames; what came of it is taken out with
//! [`Engine::poll`]. A deadline acts as of its own time however late it is noticed, so the same
//! frames give the same alerts in whatever bursts they come.

mod adaptation;
pub mod alert;
mod alerts;
mod ansi;
mod application;
mod component;
mod decide;
pub mod evidence;
mod flood;
mod follow;
mod foresight;
mod network;
pub mod occupancy;
mod opening;
mod pursue;
mod returned;
mod scout;
mod shape;
mod snapshot;
pub mod stats;
mod subject;
mod timeouts;
mod transaction;
mod versions;
mod watch;
mod wire;

use std::{collections::VecDeque, sync::Arc};

pub(crate) use adaptation::carrier;
pub use alert::Alert;
pub use occupancy::Occupancy;
use picket_dissectors::Digits;
use picket_hw::{Frame, Timestamp};
use picket_rules::{Matches, RuleSet, RuleState};
pub use scout::{Ahead, Scout};
pub use snapshot::Restored;
pub use stats::Stats;
pub(crate) use wire::SNAPPED;

use crate::{
    config::{LEARNING_HOURS, plan::Plan},
    event::{FrameId, SigEvent},
    state::{
        dialogue::Dialogues,
        dossiers::Dossiers,
        homes::Homes,
        ipfrag::Fragments,
        mirror::Mirror,
        path::{Paths, Point},
        sctp::{Associations, Bounds},
        segments::Segments,
        senders::Senders,
        subscriber::Subscribers,
        table::ExpiringTable,
        trail::{Trail, Trails},
        versions::Versions,
    },
    track::flood::Flood,
};

/// What the engine gives out.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "queued for a moment; events are only queued on demand"
)]
pub enum Output {
    /// An alert, or a new revision of one.
    Alert(Alert),
    /// An event, when [`Options::records`] asks for them.
    Record(SigEvent),
}

/// Returns what stands for a subscriber in alerts, for suppressions that name one by it.
pub type Namer = Arc<dyn Fn(&crate::event::Subject) -> String + Send + Sync>;

/// What the caller chooses.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Seed of every hash table. Nothing that comes out depends on it.
    pub seed: u64,
    /// Give out every event.
    pub records: bool,
}

/// The compiled rules with what alerts say of them.
pub struct Rules {
    /// The compiled set; `None` to judge nothing.
    pub set: Option<RuleSet<SigEvent>>,
    /// What alerts say of each, by number.
    pub about: Vec<Arc<alert::Rule>>,
    /// Whether the configuration turned a rule off, by number.
    pub disabled: Vec<bool>,
}

impl Rules {
    /// No rules, for reading without judging.
    #[must_use]
    pub const fn none() -> Self {
        Self { set: None, about: Vec::new(), disabled: Vec::new() }
    }
}

/// The whole of the deciding program.
pub struct Engine {
    plan: Arc<Plan>,
    scout: Scout,
    /// Room for what the scout tells.
    aheads: Vec<Ahead>,
    rules: Arc<Rules>,
    /// Ids of all rules there ever were in this run; what is open names them by place.
    known_rules: Vec<String>,
    /// For each rule in force, its place among those.
    numbers: Vec<u32>,
    rule_state: RuleState,
    matches: Matches,
    fragments: Fragments,
    associations: Associations,
    segments: Segments<transaction::Envelope>,
    mirror: Mirror,
    dialogues: Dialogues,
    subscribers: Subscribers,
    dossiers: Dossiers,
    homes: Homes,
    senders: Senders,
    floods: ExpiringTable<Point, Flood>,
    paths: Paths,
    versions: Versions,
    /// IMSIs, or correlation ids in their place, that answers named, and whom they meant.
    deliveries: ExpiringTable<Digits, u64>,
    alerts: alerts::Alerts,
    evidence: evidence::EvidenceRing,
    published: VecDeque<Alert>,
    outputs: VecDeque<Output>,
    /// What stands for subscribers outside, where suppressions name them by it.
    namer: Option<Namer>,
    /// Where evidence is wanted.
    trails: Option<Trails>,
    stats: Stats,
    now: Timestamp,
    /// Nothing has a deadline before this.
    quiet_until: Timestamp,
    /// The first frame anything was learnt from, in earlier runs too.
    since: Option<Timestamp>,
    /// What was learnt before reaches to here.
    until: Timestamp,
    options: Options,
}

/// Returns how long it is learnt what is usual, in nanoseconds.
fn learning(plan: &Plan) -> u64 {
    u64::from(plan.learning_hours.unwrap_or(LEARNING_HOURS)) * 3_600_000_000_000
}

impl Engine {
    /// Makes an engine that remembers nothing.
    #[must_use]
    pub fn new(plan: Arc<Plan>, rules: Arc<Rules>, options: Options) -> Self {
        let seed = options.seed;
        let sizes = plan.capacity;
        let size = |entries: u32| usize::try_from(entries).unwrap_or(usize::MAX);
        let mut known_rules = Vec::new();
        Self {
            scout: Scout::new(Arc::clone(&plan), seed),
            aheads: Vec::new(),
            numbers: number(&mut known_rules, &rules),
            known_rules,
            rule_state: RuleState::new(size(sizes.correlations), seed),
            matches: Matches::default(),
            fragments: Fragments::new(size(sizes.ip_fragments), FRAGMENT_OCTETS, seed),
            associations: Associations::new(
                Bounds {
                    associations: size(sizes.associations),
                    fragments: size(sizes.sctp_fragments),
                    octets: FRAGMENT_OCTETS,
                },
                seed,
            ),
            segments: Segments::new(size(sizes.sccp_segments), FRAGMENT_OCTETS, seed),
            mirror: Mirror::new(MIRRORED, seed),
            dialogues: Dialogues::new(size(sizes.dialogues), seed),
            subscribers: Subscribers::new(size(sizes.subscribers), seed),
            dossiers: Dossiers::new(size(sizes.dossiers), seed),
            homes: Homes::new(MAX_HOMES, seed),
            senders: Senders::new(size(sizes.global_titles), learning(&plan), seed),
            floods: ExpiringTable::new(MAX_HOMES, &[DELIVERY_LIFETIME], seed),
            paths: Paths::new(MAX_POINTS, seed),
            versions: Versions::new(MAX_TITLES, seed),
            deliveries: ExpiringTable::new(DELIVERIES, &[DELIVERY_LIFETIME], seed),
            alerts: alerts::Alerts::new(size(sizes.alerts), seed),
            evidence: evidence::EvidenceRing::new(),
            published: VecDeque::new(),
            outputs: VecDeque::new(),
            namer: None,
            trails: None,
            stats: Stats::default(),
            now: Timestamp::EPOCH,
            quiet_until: Timestamp::EPOCH,
            since: None,
            until: Timestamp::EPOCH,
            options,
            plan,
            rules,
        }
    }

    /// Takes a frame in. Time moves to the frame's, unless that is already past.
    pub fn ingest(&mut self, frame: &Frame<'_>) {
        let mut aheads = core::mem::take(&mut self.aheads);
        aheads.clear();
        let read = self.scout.look(frame, &mut aheads);
        self.ingest_read(frame, read.then_some(&aheads));
        self.aheads = aheads;
    }

    /// Takes a frame in that a [`Scout`] has looked at: what it told, or `None` where it told
    /// nothing. The same comes of it as of [`Self::ingest`].
    #[inline(never)]
    pub fn ingest_read(&mut self, frame: &Frame<'_>, aheads: Option<&[Ahead]>) {
        if frame.at < self.now {
            self.stats.late_frames += 1;
            // What it starts may be due earlier than what anything else would start from now on.
            self.quiet_until = Timestamp::EPOCH;
        }
        self.advance(frame.at);
        self.since.get_or_insert(frame.at);
        self.stats.frames += 1;
        self.stats.octets += frame.bytes.len() as u64;
        if let Some(trails) = &mut self.trails {
            trails.begin(FrameId { source: frame.source.0, number: frame.number });
        }
        match aheads {
            Some(aheads) => aheads.iter().for_each(|ahead| self.ahead(frame, ahead)),
            None => self.wire(frame),
        }
    }

    /// Makes a scout to look at frames ahead of this engine.
    #[must_use]
    pub fn scout(&self) -> Scout {
        Scout::new(Arc::clone(&self.plan), self.options.seed)
    }

    /// Lets time pass: every deadline up to `to` acts, each as of its own time.
    pub fn advance(&mut self, to: Timestamp) {
        if to <= self.now && self.now != Timestamp::EPOCH {
            return;
        }
        if to < self.quiet_until {
            self.now = to;
            return;
        }
        loop {
            let deadlines = [
                self.dialogues.next_deadline(),
                self.alerts.next_deadline(),
                self.fragments.next_deadline(),
                self.associations.next_deadline(),
                self.segments.next_deadline(),
            ];
            let next = deadlines.into_iter().flatten().min();
            let Some(next) = next.filter(|&next| next <= to) else {
                self.quiet_until =
                    next.unwrap_or(Timestamp::MAX).min(to.saturating_add(SHORTEST_LIFETIME));
                break;
            };
            self.now = self.now.max(next);
            self.forget(next);
            while let Some(gone) = self.dialogues.expire(next) {
                self.timed_out(gone.key, &gone.value, gone.deadline);
                self.dialogues.recycle(gone.value);
            }
            self.lose_parts(next);
            self.alerts.advance(next, &mut self.published);
            self.deliver();
        }
        self.now = self.now.max(to);
        self.forget(self.now);
        let forgets = [self.subscribers.next_deadline(), self.deliveries.next_deadline()];
        for deadline in forgets.into_iter().flatten() {
            self.quiet_until = self.quiet_until.min(deadline);
        }
    }

    /// Forgets what nobody spoke of for long, as of each deadline, so that it does not matter how
    /// often time is looked at.
    fn forget(&mut self, now: Timestamp) {
        self.subscribers.expire(now);
        self.dossiers.expire(now);
        self.homes.expire(now);
        self.senders.expire(now);
        while self.deliveries.expire(now).is_some() {}
        while self.floods.expire(now).is_some() {}
    }

    /// Lets suppressions name subscribers as alerts do.
    pub fn name_subscribers(&mut self, namer: Option<Namer>) {
        self.namer = namer;
    }

    /// Puts another plan and other rules in force, and forgets nothing but the windows of rules that
    /// are gone or changed. The networks of the plan have the places they had (see
    /// [`Document::keep_networks`](crate::config::Document::keep_networks)); capacities stay.
    pub fn install(&mut self, plan: Arc<Plan>, rules: Arc<Rules>) {
        self.numbers = number(&mut self.known_rules, &rules);
        if let Some(set) = &rules.set {
            set.forget_others(&mut self.rule_state);
        }
        self.scout = Scout::new(Arc::clone(&plan), self.options.seed);
        (self.plan, self.rules) = (plan, rules);
    }

    /// Says everything not said yet; for the end of the input. Open requests stay pending.
    pub fn finish(&mut self) {
        self.stats.pending = self.dialogues.len() as u64;
        self.alerts.finish(self.now, &mut self.published);
        self.deliver();
    }

    /// Takes out what came of it, oldest first.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// From now on notes which frames belong to which dialogue. Whoever asks for it drains
    /// [`Self::trails`] after each burst.
    pub fn keep_trails(&mut self) {
        self.trails = Some(Trails::new(TRAILS, self.options.seed));
    }

    /// Takes out which frames belong to which dialogue, oldest first.
    pub fn trails(&mut self) -> impl Iterator<Item = Trail> + '_ {
        self.trails.iter_mut().flat_map(Trails::drain)
    }

    /// Returns the counters.
    #[must_use]
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Returns the plan in force.
    #[must_use]
    pub const fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Returns when what is usual for senders will have been learnt; `None` before the first request.
    #[must_use]
    pub fn learning_until(&self) -> Option<Timestamp> {
        self.senders.learning_until()
    }

    /// Returns the time reached.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    fn deliver(&mut self) {
        while let Some(alert) = self.published.pop_front() {
            self.stats.alert(&alert);
            self.outputs.push_back(Output::Alert(alert));
        }
    }
}

/// Returns the place of each rule among the known ones, where new ones are added.
fn number(known: &mut Vec<String>, rules: &Rules) -> Vec<u32> {
    let mut place = |rule: &Arc<alert::Rule>| {
        let found = known.iter().position(|id| *id == rule.id).unwrap_or_else(|| {
            known.push(rule.id.clone());
            known.len() - 1
        });
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    rules.about.iter().map(&mut place).collect()
}

/// Messages in parts whose frames are remembered.
const TRAILS: usize = 1 << 14;
/// Whatever is started from now on is due later than this: no table forgets within a second.
const SHORTEST_LIFETIME: u64 = 1_000_000_000;
/// Octets of fragments kept at each layer.
const FRAGMENT_OCTETS: usize = 16 << 20;
/// Messages remembered to tell copies by.
const MIRRORED: usize = 1 << 18;
/// Answers remembered until the message they were asked for is delivered.
const DELIVERIES: usize = 1 << 17;
const DELIVERY_LIFETIME: u64 = 600 * 1_000_000_000;
/// Point codes whose side is learnt.
const MAX_HOMES: usize = 4096;
const MAX_POINTS: usize = 1 << 16;
/// Global titles whose versions of contexts are learnt.
const MAX_TITLES: usize = 1 << 16;
