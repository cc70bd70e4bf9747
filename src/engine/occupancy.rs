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
        let (open, closed) = self.alerts.occupancy();
        let sctp = self.associations.counters();
        [
            of("associations", self.associations.len(), sctp.evicted_associations),
            of("sctp_fragments", self.associations.fragments(), sctp.evicted_fragments),
            of("ip_fragments", self.fragments.len(), self.fragments.counters().evicted),
            of("sccp_segments", self.segments.len(), self.segments.counters().evicted),
            of("dialogues", self.dialogues.len(), self.dialogues.evictions()),
            of("subscribers", self.subscribers.len(), self.subscribers.evictions()),
            of("dossiers", self.dossiers.len(), self.dossiers.evictions()),
            of("global_titles", self.senders.entries(), self.senders.evictions()),
            of("deliveries", self.deliveries.len(), self.deliveries.evictions()),
            of("versions", self.versions.entries(), self.versions.evictions()),
            of("point_codes", self.paths.entries(), self.paths.evictions()),
            of("mirror", self.mirror.len(), self.mirror.evictions()),
            of("correlations", self.rule_state.len(), self.rule_state.evictions()),
            of("alerts", open, closed),
        ]
    }
}
