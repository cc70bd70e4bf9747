//! What really happened in a capture: one line a scenario played.

use picket_dissectors::Digits;

use super::scenario::Scenario;

/// One playing of a scenario.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Number, from 1.
    pub id: u32,
    /// What was played.
    pub scenario: &'static Scenario,
    /// Whom it is about.
    pub imsi: Option<Digits>,
    /// Whom it is about.
    pub msisdn: Option<Digits>,
    /// Who did it; the first when they were several.
    pub attacker: Option<Digits>,
    /// Packet numbers in the file, from 1.
    pub frames: Vec<u64>,
    /// Messages not written yet.
    pub(super) open: u32,
}

impl Instance {
    pub(super) const fn new(id: u32, scenario: &'static Scenario) -> Self {
        Self { id, scenario, imsi: None, msisdn: None, attacker: None, frames: Vec::new(), open: 0 }
    }

    /// Returns the line, without its end.
    #[must_use]
    pub fn line(&self) -> String {
        let scenario = self.scenario;
        let digits = |digits: Option<Digits>| digits.map(|digits| digits.to_string());
        let kind = if scenario.group.is_benign() {
            format!("benign:{}", scenario.name)
        } else {
            scenario.name.to_owned()
        };
        serde_json::json!({
            "id": self.id,
            "kind": kind,
            "group": scenario.group.name(),
            "frames": self.frames,
            "imsi": digits(self.imsi),
            "msisdn": digits(self.msisdn),
            "attacker_gt": if scenario.group.is_benign() { None } else { digits(self.attacker) },
            "min_level": (!scenario.group.is_benign())
                .then_some(if scenario.low { "low" } else { "medium" }),
            "hard": scenario.hard,
            "note": scenario.story,
        })
        .to_string()
    }
}
