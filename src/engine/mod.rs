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
mod judge;
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
mod testimony;
mod timeouts;
mod transaction;
mod versions;
mod watch;
mod wire;
mod witness;

use std::sync::Arc;

pub(crate) use adaptation::carrier;
pub use alert::Alert;
pub use foresight::FORESEEN;
pub use judge::Judge;
pub use occupancy::Occupancy;
use picket_hw::{Frame, Timestamp};
use picket_rules::RuleSet;
pub use scout::{Ahead, Scout};
pub use snapshot::Restored;
pub use stats::Stats;
pub use testimony::Testimony;
pub(crate) use wire::SNAPPED;
pub use witness::{Hear, Witness};

use crate::{config::plan::Plan, event::SigEvent, state::trail::Trail};

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

/// The whole of the deciding program: one half sees, the other judges.
pub struct Engine {
    witness: Witness,
    judge: Judge,
}

impl Engine {
    /// Makes an engine that remembers nothing.
    #[must_use]
    pub fn new(plan: Arc<Plan>, rules: Arc<Rules>, options: Options) -> Self {
        Self {
            judge: Judge::new(Arc::clone(&plan), rules, options),
            witness: Witness::new(plan, options.seed),
        }
    }

    /// Takes a frame in. Time moves to the frame's, unless that is already past.
    pub fn ingest(&mut self, frame: &Frame<'_>) {
        let Self { witness, judge } = self;
        witness.ingest(frame, &mut |said| judge.hear(said));
        self.hear();
    }

    /// Takes a frame in that a [`Scout`] has looked at: what it told, or `None` where it told
    /// nothing. The same comes of it as of [`Self::ingest`].
    pub fn ingest_read(&mut self, frame: &Frame<'_>, aheads: Option<&[Ahead]>) {
        let Self { witness, judge } = self;
        witness.ingest_read(frame, aheads, &mut |said| judge.hear(said));
        self.hear();
    }

    /// Returns its halves. They know nothing of each other, so they may work side by side: whatever
    /// the witness says is for the judge, in that order.
    pub const fn halves(&mut self) -> (&mut Witness, &mut Judge) {
        (&mut self.witness, &mut self.judge)
    }

    /// Makes a scout to look at frames ahead of this engine.
    #[must_use]
    pub fn scout(&self) -> Scout {
        self.witness.scout()
    }

    /// Lets time pass: every deadline up to `to` acts, each as of its own time.
    pub fn advance(&mut self, to: Timestamp) {
        let Self { witness, judge } = self;
        witness.advance(to, &mut |said| judge.hear(said));
        self.hear();
    }

    /// Lets suppressions name subscribers as alerts do.
    pub fn name_subscribers(&mut self, namer: Option<Namer>) {
        self.judge.name_subscribers(namer);
    }

    /// Puts another plan and other rules in force, and forgets nothing but the windows of rules that
    /// are gone or changed. The networks of the plan have the places they had (see
    /// [`Document::keep_networks`](crate::config::Document::keep_networks)); capacities stay.
    pub fn install(&mut self, plan: Arc<Plan>, rules: Arc<Rules>) {
        self.witness.install(Arc::clone(&plan));
        self.judge.install(plan, rules);
    }

    /// Says everything not said yet; for the end of the input. Open requests stay pending.
    pub fn finish(&mut self) {
        self.witness.stats.pending = self.witness.dialogues.len() as u64;
        self.judge.finish(self.witness.now);
        self.hear();
    }

    /// Takes out what came of it, oldest first.
    pub fn poll(&mut self) -> Option<Output> {
        self.judge.poll()
    }

    /// From now on notes which frames belong to which dialogue. Whoever asks for it drains
    /// [`Self::trails`] after each burst.
    pub fn keep_trails(&mut self) {
        self.witness.keep_trails();
    }

    /// Takes out which frames belong to which dialogue, oldest first.
    pub fn trails(&mut self) -> impl Iterator<Item = Trail> + '_ {
        self.witness.trails()
    }

    /// Returns the counters.
    #[must_use]
    pub const fn stats(&self) -> &Stats {
        &self.witness.stats
    }

    /// Returns the plan in force.
    #[must_use]
    pub const fn plan(&self) -> &Arc<Plan> {
        &self.witness.plan
    }

    /// Returns when what is usual for senders will have been learnt; `None` before the first request.
    #[must_use]
    pub fn learning_until(&self) -> Option<Timestamp> {
        self.witness.senders.learning_until()
    }

    /// Returns the time reached.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.witness.now
    }

    /// Judges what its witness has said.
    pub fn hear(&mut self) {
        self.judge.hear(&mut self.witness.testimony);
        self.judge.report(&mut self.witness.stats);
    }
}
