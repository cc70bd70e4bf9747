//! The scenarios there are, by area.

mod benign;
mod campaign;
mod dos;
mod encoding;
mod fraud;
mod hard;
mod identity;
mod interception;
pub(super) mod location;
mod lower;
mod paced;
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
        lower::SCENARIOS,
        patient::SCENARIOS,
        benign::SCENARIOS,
        hard::SCENARIOS,
        paced::SCENARIOS,
    ]
    .into_iter()
    .flatten()
}

/// Finds a scenario by name, those of [`evasions`] included.
#[must_use]
pub fn find(name: &str) -> Option<&'static Scenario> {
    all().chain(evasions::all()).find(|scenario| scenario.name == name)
}

/// Returns how many of a benign scenario there are per million dialogues unless a model says
/// otherwise. Storms are rare; a day within the day is none.
#[must_use]
pub fn usual_rate(name: &str) -> f64 {
    match name {
        "ordinary_day" => 0.0,
        "register_reset" | "restart_of_a_register" | "things_retry" => 1.0,
        "landing_of_a_large_aircraft" | "airport_landing" => 5.0,
        _ => 20.0,
    }
}

pub use campaign::campaign;
