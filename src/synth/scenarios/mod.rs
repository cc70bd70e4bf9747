//! The scenarios there are, by area.

mod benign;
mod campaign;
mod dos;
mod encoding;
mod fraud;
mod identity;
mod interception;
pub(super) mod location;
mod patient;
mod recon;
mod sms;
mod spoofing;

use super::{evasions, scenario::Scenario};

/// Returns every scenario.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    [
        location::SCENARIOS,
        identity::SCENARIOS,
        interception::SCENARIOS,
        fraud::SCENARIOS,
        dos::SCENARIOS,
        sms::SCENARIOS,
        recon::SCENARIOS,
        encoding::SCENARIOS,
        spoofing::SCENARIOS,
        patient::SCENARIOS,
        benign::SCENARIOS,
    ]
    .into_iter()
    .flatten()
}

/// Finds a scenario by name, those of [`evasions`] included.
#[must_use]
pub fn find(name: &str) -> Option<&'static Scenario> {
    all().chain(evasions::all()).find(|scenario| scenario.name == name)
}

pub use campaign::campaign;
