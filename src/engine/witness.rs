//! Sees everything and remembers: decodes frames, keeps state, lets the trackers write their fields,
//! and says what it saw as events. What they amount to is for the [`Judge`](super::Judge).

use std::sync::Arc;

use picket_dissectors::Digits;
use picket_hw::{Frame, Timestamp};

use super::{Ahead, Scout, Stats, Testimony, transaction};
use crate::{
    config::{LEARNING_HOURS, plan::Plan},
    event::FrameId,
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

/// What takes out what a witness said; leaves it empty.
pub type Hear<'a> = &'a mut dyn FnMut(&mut Testimony);

/// The half of an engine that sees.
pub struct Witness {
    pub(super) plan: Arc<Plan>,
    pub(super) scout: Scout,
    /// Room for what the scout tells.
    aheads: Vec<Ahead>,
    pub(super) fragments: Fragments,
    pub(super) associations: Associations,
    pub(super) segments: Segments<transaction::Envelope>,
    pub(super) mirror: Mirror,
    pub(super) dialogues: Dialogues,
    pub(super) subscribers: Subscribers,
    pub(super) dossiers: Dossiers,
    pub(super) homes: Homes,
    pub(super) senders: Senders,
    pub(super) floods: ExpiringTable<Point, Flood>,
    pub(super) paths: Paths,
    pub(super) versions: Versions,
    /// IMSIs, or correlation ids in their place, that answers named, and whom they meant.
    pub(super) deliveries: ExpiringTable<Digits, u64>,
    /// Where evidence is wanted.
    pub(super) trails: Option<Trails>,
    /// What was said and not heard yet.
    pub(super) testimony: Testimony,
    pub(super) stats: Stats,
    pub(super) now: Timestamp,
    /// Nothing has a deadline before this.
    quiet_until: Timestamp,
    /// The first frame anything was learnt from, in earlier runs too.
    pub(super) since: Option<Timestamp>,
    /// What was learnt before reaches to here.
    pub(super) until: Timestamp,
    seed: u64,
}

/// Returns how long it is learnt what is usual, in nanoseconds.
fn learning(plan: &Plan) -> u64 {
    u64::from(plan.learning_hours.unwrap_or(LEARNING_HOURS)) * 3_600_000_000_000
}

impl Witness {
    /// Makes one that remembers nothing.
    pub(super) fn new(plan: Arc<Plan>, seed: u64) -> Self {
        let sizes = plan.capacity;
        let size = |entries: u32| usize::try_from(entries).unwrap_or(usize::MAX);
        Self {
            scout: Scout::new(Arc::clone(&plan), seed),
            aheads: Vec::new(),
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
            trails: None,
            testimony: Testimony::default(),
            stats: Stats::default(),
            now: Timestamp::EPOCH,
            quiet_until: Timestamp::EPOCH,
            since: None,
            until: Timestamp::EPOCH,
            seed,
            plan,
        }
    }

    /// Takes a frame in. Time moves to the frame's, unless that is already past.
    pub(super) fn ingest(&mut self, frame: &Frame<'_>, hear: Hear<'_>) {
        let mut aheads = core::mem::take(&mut self.aheads);
        aheads.clear();
        let read = self.scout.look(frame, &mut aheads);
        self.ingest_read(frame, read.then_some(&aheads), hear);
        self.aheads = aheads;
    }

    /// Takes a frame in that a [`Scout`] has looked at: what it told, or `None` where it told
    /// nothing. The same comes of it as of [`Engine::ingest`](super::Engine::ingest). `hear` is called
    /// whenever much was said, so that what waits to be heard stays bounded, however many requests
    /// time out at once.
    #[inline(never)]
    pub fn ingest_read(&mut self, frame: &Frame<'_>, aheads: Option<&[Ahead]>, hear: Hear<'_>) {
        if frame.at < self.now {
            self.stats.late_frames += 1;
            // What it starts may be due earlier than what anything else would start from now on.
            self.quiet_until = Timestamp::EPOCH;
        }
        self.advance(frame.at, hear);
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
        if self.testimony.is_much() {
            hear(&mut self.testimony);
        }
    }

    /// Makes a scout to look at frames ahead of this engine.
    #[must_use]
    pub fn scout(&self) -> Scout {
        Scout::new(Arc::clone(&self.plan), self.seed)
    }

    /// Lets time pass: every deadline up to `to` acts, each as of its own time.
    pub(super) fn advance(&mut self, to: Timestamp, hear: Hear<'_>) {
        if to <= self.now && self.now != Timestamp::EPOCH {
            return;
        }
        self.pass_to(to, hear);
        self.testimony.time(to);
    }

    fn pass_to(&mut self, to: Timestamp, hear: Hear<'_>) {
        if to < self.quiet_until {
            self.now = to;
            return;
        }
        loop {
            let deadlines = [
                self.dialogues.next_deadline(),
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
                if self.testimony.is_much() {
                    hear(&mut self.testimony);
                }
            }
            self.lose_parts(next);
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

    /// Puts another plan in force.
    pub(super) fn install(&mut self, plan: Arc<Plan>) {
        self.scout = Scout::new(Arc::clone(&plan), self.seed);
        self.plan = plan;
    }

    /// Returns what was said and not heard yet.
    pub const fn testimony(&mut self) -> &mut Testimony {
        &mut self.testimony
    }

    /// From now on notes which frames belong to which dialogue. Whoever asks for it drains
    /// [`Self::trails`] after each burst.
    pub(super) fn keep_trails(&mut self) {
        self.trails = Some(Trails::new(TRAILS, self.seed));
    }

    /// Takes out which frames belong to which dialogue, oldest first.
    pub fn trails(&mut self) -> impl Iterator<Item = Trail> + '_ {
        self.trails.iter_mut().flat_map(Trails::drain)
    }
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
