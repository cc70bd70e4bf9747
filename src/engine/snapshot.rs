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
        let Self { witness, judge } = self;
        let mut out = Writer::new();
        out.section_of(ABOUT, 1, |out| {
            let names: Vec<&str> =
                witness.plan.networks.all().iter().map(|network| network.name.as_str()).collect();
            out.put(&(
                names,
                witness.since.map(Timestamp::nanos),
                witness.now.max(witness.until).nanos(),
            ));
        });
        out.section(&witness.subscribers);
        out.section(&witness.paths);
        out.section(&witness.dossiers);
        out.section(&witness.homes);
        out.section(&witness.senders);
        out.section_of(DELIVERIES, 1, |out| out.table(&witness.deliveries));
        out.section_of(CORRELATIONS, 1, |out| {
            out.put(&(judge.evidence.token(), judge.rule_state.save()));
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
        let Self { witness, judge } = self;
        let mut sections = Sections::read(saved)?;
        let plan = std::sync::Arc::clone(&witness.plan);
        let mut about = (Vec::new(), None, 0);
        let nowhere = Atlas::new(Vec::new(), &plan.networks);
        sections.load_of(ABOUT, 1, &nowhere, |saved| {
            about = saved.take::<(Vec<String>, Option<u64>, u64)>()?;
            Ok(())
        })?;
        let (names, since, until) = about;
        let atlas = Atlas::new(names, &plan.networks);
        sections.load(&mut witness.subscribers, &atlas)?;
        sections.load(&mut witness.paths, &atlas)?;
        sections.load(&mut witness.dossiers, &atlas)?;
        sections.load(&mut witness.homes, &atlas)?;
        let deliveries = &mut witness.deliveries;
        sections.load_of(DELIVERIES, 1, &atlas, |saved| saved.table(deliveries, |_, _| {}))?;
        // Families of senders and groups of correlations may stand for networks by their numbers.
        if atlas.is_same() {
            sections.load(&mut witness.senders, &atlas)?;
            let capacity = usize::try_from(plan.capacity.correlations).unwrap_or(usize::MAX);
            sections.load_of(CORRELATIONS, 1, &atlas, |saved| {
                let (token, windows) = saved.take::<(u64, Vec<u8>)>()?;
                let damaged = |_| KeepError::Damaged("the windows of correlations do not read");
                judge.rule_state = RuleState::load(capacity, &windows).map_err(damaged)?;
                judge.evidence.resume(token);
                Ok(())
            })?;
            if let Some(set) = &judge.rules.set {
                set.forget_others(&mut judge.rule_state);
            }
        }
        (witness.since, witness.until) =
            (since.map(Timestamp::from_nanos), Timestamp::from_nanos(until));
        Ok(Restored {
            since: witness.since,
            until: witness.until,
            left: sections.left().map(str::to_owned).collect(),
        })
    }

    /// Returns the time of the first frame anything was learnt from, earlier runs included.
    #[must_use]
    pub const fn since(&self) -> Option<Timestamp> {
        self.witness.since
    }
}

const ABOUT: &str = "about";
const DELIVERIES: &str = "deliveries";
const CORRELATIONS: &str = "correlations";
