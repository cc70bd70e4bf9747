//! How full the tables of an engine are, and what each had to forget for want of room.

use super::Engine;

/// One table, as it is now.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Occupancy {
    /// Its name, as in `[state.capacity]` where it has a key there.
    pub table: &'static str,
    /// Entries it holds.
    pub entries: u64,
    /// Entries it forgot for want of room.
    pub evictions: u64,
}

impl Engine {
    /// Returns every table that forgets when it is full.
    #[must_use]
    pub fn occupancy(&self) -> [Occupancy; 14] {
        let of = |table, entries: usize, evictions| {
            let entries = u64::try_from(entries).unwrap_or(u64::MAX);
            Occupancy { table, entries, evictions }
        };
        let Self { witness, judge } = self;
        let (open, closed) = judge.alerts.occupancy();
        let sctp = witness.associations.counters();
        [
            of("associations", witness.associations.len(), sctp.evicted_associations),
            of("sctp_fragments", witness.associations.fragments(), sctp.evicted_fragments),
            of("ip_fragments", witness.fragments.len(), witness.fragments.counters().evicted),
            of("sccp_segments", witness.segments.len(), witness.segments.counters().evicted),
            of("dialogues", witness.dialogues.len(), witness.dialogues.evictions()),
            of("subscribers", witness.subscribers.len(), witness.subscribers.evictions()),
            of("dossiers", witness.dossiers.len(), witness.dossiers.evictions()),
            of("global_titles", witness.senders.entries(), witness.senders.evictions()),
            of("deliveries", witness.deliveries.len(), witness.deliveries.evictions()),
            of("versions", witness.versions.entries(), witness.versions.evictions()),
            of("point_codes", witness.paths.entries(), witness.paths.evictions()),
            of("mirror", witness.mirror.len(), witness.mirror.evictions()),
            of("correlations", judge.rule_state.len(), judge.rule_state.evictions()),
            of("alerts", open, closed),
        ]
    }
}
