//! Every way of writing a request so that a filter does not see it, on every sensitive operation.
//!
//! A [`Request`] is what an [`Operation`] asks for, not yet written; a [`Way`] writes it. Any pair is
//! a scenario named `operation.way`.

pub mod operations;
pub mod ways;

use std::sync::OnceLock;

pub use operations::{OPERATIONS, Operation, Request};
pub use ways::{Way, ways};

use super::scenario::{Group, Play, Scenario};

/// Returns a scenario for every pair that makes sense, operation by operation.
pub fn all() -> &'static [Scenario] {
    static ALL: OnceLock<Vec<Scenario>> = OnceLock::new();
    ALL.get_or_init(|| {
        let pairs = OPERATIONS.iter().flat_map(|operation| {
            ways().filter(|way| way.applies(operation)).map(move |way| (operation, way))
        });
        pairs
            .map(|(operation, way)| Scenario {
                name: format!("{}.{}", operation.name, way.name).leak(),
                group: Group::Evasion,
                story: way.story,
                hard: false,
                low: false,
                play: Play::Evasion(operation, way),
            })
            .collect()
    })
}

/// Returns the scenario of a pair.
#[must_use]
pub fn find(operation: &Operation, way: &Way) -> Option<&'static Scenario> {
    all().iter().find(|scenario| {
        let name = scenario.name.split_once('.');
        name == Some((operation.name, way.name))
    })
}
