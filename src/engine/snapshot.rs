//! What the engine has learnt, as octets and back: for a restart that forgets nothing worth knowing.
//!
//! Kept: subscribers with bindings, places and counts; sides of point codes; dossiers of victims and habits of senders; whom correlation ids
//! meant; the windows of correlations; since when it is learnt. Not kept: what is in flight
//! (dialogues, reassembly, copies), which a restart loses anyhow, and open alerts: the next hit of
//! their rule and group opens a new alert.

use picket_hw::Timestamp;
use picket_rules::RuleState;

use super::Engine;
use crate::state::keep::{Atlas, KeepError, Sections, Writer};

/// What came of taking a snapshot in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Restored {
    /// The time of the first frame it was learnt from.
    pub since: Option<Timestamp>,
    /// The time the snapshot was taken at.
    pub until: Timestamp,
    /// Sections left aside: of another version, of tables there are no more, or, for senders and correlations,
    /// because the networks of the configuration have changed.
    pub left: Vec<String>,
}

impl Engine {
    /// Returns what was learnt, as octets for [`Self::restore`]. They hold subscriber numbers in
    /// clear. The same engine gives the same octets; it takes about a second and 100 octets a
    /// subscriber for millions of them.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.section_of(ABOUT, 1, |out| {
            let names: Vec<&str> =
                self.plan.networks.all().iter().map(|network| network.name.as_str()).collect();
            out.put(&(names, self.since.map(Timestamp::nanos), self.now.max(self.until).nanos()));
        });
        out.section(&self.subscribers);
        out.section(&self.paths);
        out.section(&self.dossiers);
        out.section(&self.homes);
        out.section(&self.senders);
        out.section_of(DELIVERIES, 1, |out| out.table(&self.deliveries));
        out.section_of(CORRELATIONS, 1, |out| {
            out.put(&(self.evidence.token(), self.rule_state.save()));
        });
        out.finish()
    }

    /// Takes a snapshot in; for an engine that has seen nothing yet. Time stays where it is: the
    /// first frame sets it.
    ///
    /// # Errors
    ///
    /// Returns an error when the octets are no snapshot, a newer program's, or damaged. The engine
    /// may then have half a memory and must not be used.
    pub fn restore(&mut self, saved: &[u8]) -> Result<Restored, KeepError> {
        let mut sections = Sections::read(saved)?;
        let plan = std::sync::Arc::clone(&self.plan);
        let mut about = (Vec::new(), None, 0);
        let nowhere = Atlas::new(Vec::new(), &plan.networks);
        sections.load_of(ABOUT, 1, &nowhere, |saved| {
            about = saved.take::<(Vec<String>, Option<u64>, u64)>()?;
            Ok(())
        })?;
        let (names, since, until) = about;
        let atlas = Atlas::new(names, &plan.networks);
        sections.load(&mut self.subscribers, &atlas)?;
        sections.load(&mut self.paths, &atlas)?;
        sections.load(&mut self.dossiers, &atlas)?;
        sections.load(&mut self.homes, &atlas)?;
        let deliveries = &mut self.deliveries;
        sections.load_of(DELIVERIES, 1, &atlas, |saved| saved.table(deliveries, |_, _| {}))?;
        // Families of senders and groups of correlations may stand for networks by their numbers.
        if atlas.is_same() {
            sections.load(&mut self.senders, &atlas)?;
            let capacity = usize::try_from(plan.capacity.correlations).unwrap_or(usize::MAX);
            sections.load_of(CORRELATIONS, 1, &atlas, |saved| {
                let (token, windows) = saved.take::<(u64, Vec<u8>)>()?;
                let damaged = |_| KeepError::Damaged("the windows of correlations do not read");
                self.rule_state = RuleState::load(capacity, &windows).map_err(damaged)?;
                self.evidence.resume(token);
                Ok(())
            })?;
            if let Some(set) = &self.rules.set {
                set.forget_others(&mut self.rule_state);
            }
        }
        (self.since, self.until) = (since.map(Timestamp::from_nanos), Timestamp::from_nanos(until));
        Ok(Restored {
            since: self.since,
            until: self.until,
            left: sections.left().map(str::to_owned).collect(),
        })
    }

    /// Returns the time of the first frame anything was learnt from, earlier runs included.
    #[must_use]
    pub const fn since(&self) -> Option<Timestamp> {
        self.since
    }
}

const ABOUT: &str = "about";
const DELIVERIES: &str = "deliveries";
const CORRELATIONS: &str = "correlations";
