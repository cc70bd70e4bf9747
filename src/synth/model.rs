//! What the benign background is made of, every share a value of a file.
//!
//! The defaults are estimates of the order of magnitude for the international links of a mid-size
//! operator, both directions. Shares of dialogues are relative to each other; percentages are of
//! what they stand beside; rates are per million dialogues.

use std::{collections::BTreeMap, path::Path};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{scenario::Scenario, scenarios};
use crate::config::{ConfigError, Document, Problem};

/// The background of a capture, and how often what else happens in it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Model {
    /// How long and how dense it is.
    pub span: Span,
    /// Who takes part.
    pub people: People,
    /// Shares of dialogues, relative to each other.
    pub dialogues: Dialogues,
    /// What fails, in per cent of dialogues.
    pub failures: Failures,
    /// How long answers take.
    pub latency: Latency,
    /// What the tap makes of it, in per cent.
    pub wire: Tap,
    /// Benign scenarios that only look like attacks: name, and how many per million dialogues.
    /// Each there is at least once when it is not 0; those not named keep their own rate.
    pub benign: BTreeMap<String, f64>,
    /// Attacks.
    pub attacks: Attacks,
    /// Nothing happens beside the dialogues but what the caller asks for.
    #[serde(skip)]
    bare: bool,
}

/// Makes a group of numbers with defaults, documentation and a list of all.
macro_rules! numbers {
    ($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $field:ident = $value:expr,)* }) => {
        $(#[$outer])*
        #[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[$doc])* pub $field: f64,)* }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $value,)* }
            }
        }

        impl $name {
            /// Returns every key with its value, in the order of the documentation.
            #[must_use]
            pub fn list(&self) -> Vec<(&'static str, f64)> {
                vec![$((stringify!($field), self.$field),)*]
            }
        }
    };
}

numbers! {
    /// How long and how dense a capture is.
    Span {
        /// Days it covers; 0: as long as `messages_per_second` need, and at least an hour.
        days = 0.0,
        /// Messages a second in the middle of the day, where `days` is 0.
        messages_per_second = 200.0,
        /// How many times the quietest hour the busiest hour is, local time.
        day_to_night = 3.0,
        /// The busiest hour, local time.
        busiest_hour = 19.0,
    }
}

numbers! {
    /// Who takes part.
    People {
        /// Home subscribers abroad.
        outbound = 100_000.0,
        /// Guests.
        inbound = 100_000.0,
        /// Home subscribers at home who get messages and calls.
        at_home = 400_000.0,
        /// Roaming partners, at most 800; volume falls with rank (Zipf).
        partners = 400.0,
        /// Fewest nodes of a kind a partner has.
        nodes_least = 2.0,
        /// Most nodes of a kind a partner has; with four kinds, some 5 to 50 titles a partner.
        nodes_most = 12.0,
        /// Global titles of the aggregator of messages; volume falls with rank.
        aggregators = 120.0,
        /// Roamers in a hundred who travel on during the capture, every few days.
        travellers = 2.0,
    }
}

numbers! {
    /// Shares of dialogues, relative to each other.
    Dialogues {
        /// sendAuthenticationInfo alone.
        authentication = 25.0,
        /// updateLocation with nested insertSubscriberData, vectors before it.
        registration = 11.5,
        /// updateGprsLocation with nested insertSubscriberData.
        packet_registration = 7.5,
        /// insertSubscriberData or deleteSubscriberData alone.
        profile = 4.0,
        /// cancelLocation.
        cancel = 8.0,
        /// purgeMS.
        purge = 2.5,
        /// Messages from aggregators through the router of home routing.
        message_in = 5.0,
        /// Messages to subscribers abroad, from the home centre.
        message_out = 4.5,
        /// Messages that roamers send.
        message_sent = 4.0,
        /// readyForSM, alertServiceCentre, reportSM-DeliveryStatus.
        message_waiting = 1.5,
        /// Calls to roamers: sendRoutingInfo and provideRoamingNumber.
        call = 1.5,
        /// sendRoutingInfo of the other operator at home for ported numbers.
        ported_call = 0.5,
        /// provideSubscriberInfo from the subscriber's own register.
        subscriber_info = 2.0,
        /// CAP: calls under control of the home gsmSCF, minutes long.
        controlled_call = 6.5,
        /// CAP for messages and data.
        controlled_service = 1.0,
        /// Service codes, single and in sessions.
        service_code = 1.5,
        /// Supplementary services read and changed.
        supplementary = 0.7,
        /// authenticationFailureReport, checkIMEI, noteMM-Event, restoreData.
        rare = 0.7,
        /// SCCP management.
        management = 0.2,
    }
}

numbers! {
    /// What fails, in per cent of dialogues.
    Failures {
        /// Authentication answered with an error.
        authentication = 5.0,
        /// Registrations refused, as steering does; the phone tries three times.
        steering = 8.0,
        /// Other errors: unknown subscriber, absent, barred.
        other = 6.0,
        /// Aborts.
        abort = 0.3,
        /// Nobody answers.
        timeout = 0.4,
        /// The network gives the request back.
        returned = 0.3,
    }
}

numbers! {
    /// How long answers take, log-normal.
    Latency {
        /// Half of the answers are faster, milliseconds.
        median_ms = 220.0,
        /// One answer in a hundred is slower, milliseconds.
        p99_ms = 3000.0,
    }
}

numbers! {
    /// What the tap makes of it, in per cent.
    Tap {
        /// Messages of more than 140 octets cut into XUDT segments though they would fit.
        segmented = 3.0,
        /// Dialogues of which one direction goes another way.
        one_sided = 3.0,
        /// Messages seen again behind the transfer point.
        copies = 2.0,
        /// Packets that SCTP sends twice.
        retransmitted = 0.05,
        /// Packets on the second path of a multihomed association.
        second_path = 10.0,
    }
}

numbers! {
    /// Attacks: how many per million dialogues, and which.
    Attacks {
        /// Attacks per million dialogues; 0 for none.
        per_million = 0.0,
        /// Share of single requests for a location or an identity.
        single = 40.0,
        /// Share of chains: identity, then location.
        chain = 20.0,
        /// Share of polling over hours and days.
        cadence = 5.0,
        /// Share of sweeps over many subscribers.
        sweep = 4.0,
        /// Share of slow sweeps.
        slow_sweep = 2.0,
        /// Share of one target asked for from many titles.
        rotation = 9.0,
        /// Share of requests written so that filters do not see them.
        evasion = 20.0,
        /// Polls an hour, at least.
        cadence_least = 2.0,
        /// Polls an hour, at most.
        cadence_most = 13.0,
        /// Days polling lasts, at most; the capture ends it too.
        cadence_days = 14.0,
        /// Subscribers a minute of a sweep, at most.
        sweep_per_minute = 50.0,
        /// Subscribers an hour of a slow sweep.
        slow_per_hour = 10.0,
    }
}

impl Model {
    /// Returns a world of twelve partners, seen without losses or copies, where nothing happens that
    /// was not asked for.
    #[must_use]
    pub fn small() -> Self {
        let none = Tap {
            segmented: 0.0,
            one_sided: 0.0,
            copies: 0.0,
            retransmitted: 0.0,
            second_path: 0.0,
        };
        let mut model = Self { wire: none, bare: true, ..Self::default() };
        (model.people.partners, model.people.aggregators) = (12.0, 12.0);
        model.people.travellers = 0.0;
        model.people.nodes_most = 4.0;
        model.latency.p99_ms = 0.0;
        model.dialogues.management = 0.0;
        model
    }

    /// Returns the standard deviation of the binary logarithm of an answer's time, times 1024;
    /// `None` where no distribution is given.
    #[must_use]
    pub fn spread(&self) -> Option<u64> {
        let Latency { median_ms, p99_ms } = self.latency;
        // The 99th percentile is 2.326 deviations above the median.
        (p99_ms > median_ms).then(|| whole((p99_ms / median_ms).log2() / 2.326 * 1024.0))
    }

    /// Reads a file; what it does not say keeps its default.
    ///
    /// # Errors
    ///
    /// Returns every problem with file, line, key and remedy.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let (model, document) = Document::read_as::<Self>(path)?;
        let problems = model.problems(|key, what, remedy| document.problem(key, what, remedy));
        if problems.is_empty() { Ok(model) } else { Err(ConfigError { problems }) }
    }

    fn problems(&self, say: impl Fn(&str, String, String) -> Problem) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (group, list) in self.groups() {
            for (name, value) in list {
                let most = match group {
                    "wire" | "failures" => 100.0,
                    _ => MOST,
                };
                let least = if LEAST_ONE.contains(&name) { 1.0 } else { 0.0 };
                if !(least..=most).contains(&value) {
                    let what = format!("{value} is not between {least} and {most}");
                    problems.push(say(
                        &format!("{group}.{name}"),
                        what,
                        "correct the value".into(),
                    ));
                }
            }
        }
        if self.dialogues.list().iter().all(|(_, share)| *share == 0.0) {
            let what = "no dialogue has a share".to_owned();
            problems.push(say("dialogues", what, "give one a share above 0".into()));
        }
        for (name, &rate) in &self.benign {
            let key = format!("benign.{name}");
            let found = scenarios::find(name).filter(|scenario| scenario.group.is_benign());
            if found.is_none() {
                let what = format!("no benign scenario is called {name}");
                problems.push(say(&key, what, "`picket synth --list` names them".into()));
            } else if !(0.0..=MOST).contains(&rate) {
                let what = format!("{rate} is not between 0 and {MOST}");
                problems.push(say(&key, what, "correct the value".into()));
            }
        }
        problems
    }

    fn groups(&self) -> [(&'static str, Vec<(&'static str, f64)>); 7] {
        [
            ("span", self.span.list()),
            ("people", self.people.list()),
            ("dialogues", self.dialogues.list()),
            ("failures", self.failures.list()),
            ("latency", self.latency.list()),
            ("wire", self.wire.list()),
            ("attacks", self.attacks.list()),
        ]
    }

    /// Returns the model as a file says it, every key with its value and what it means.
    #[must_use]
    pub fn written(&self) -> String {
        let schema = schemars::schema_for!(Self);
        let about = |path: &str| {
            let text = schema.pointer(path).and_then(|found| found.get("description"));
            text.and_then(|text| text.as_str()).unwrap_or_default().replace('\n', " ")
        };
        let mut out = String::new();
        for (group, list) in self.groups() {
            let title = about(&format!("/properties/{group}"));
            out.push_str(&format!("# {title}\n[{group}]\n"));
            let name: String = match group {
                "wire" => "Tap".into(),
                _ => group.get(..1).unwrap_or("").to_uppercase() + group.get(1..).unwrap_or(""),
            };
            for (key, value) in list {
                let meaning = about(&format!("/$defs/{name}/properties/{key}"));
                out.push_str(&format!("{key} = {value}  # {meaning}\n"));
            }
            out.push('\n');
        }
        out.push_str(
            "# Benign scenarios that only look like attacks, per million dialogues.\n[benign]\n",
        );
        for (scenario, rate) in self.benign_rates() {
            out.push_str(&format!("{} = {rate}  # {}\n", scenario.name, scenario.story));
        }
        out
    }

    /// Returns the benign scenarios and how many of each there are per million dialogues.
    pub fn benign_rates(&self) -> impl Iterator<Item = (&'static Scenario, f64)> + '_ {
        scenarios::all().filter(|scenario| scenario.group.is_benign()).map(|scenario| {
            let rate = self.benign.get(scenario.name).copied();
            let usual = if self.bare { 0.0 } else { scenarios::usual_rate(scenario.name) };
            (scenario, rate.unwrap_or(usual))
        })
    }
}

/// Returns a value as a whole number.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "values are checked to be from 0 to a thousand million"
)]
pub fn whole(value: f64) -> u64 {
    value.clamp(0.0, MOST * 1000.0).round() as u64
}

/// No value is larger.
const MOST: f64 = 1e9;
/// Keys that cannot be 0.
const LEAST_ONE: [&str; 10] = [
    "messages_per_second",
    "day_to_night",
    "outbound",
    "inbound",
    "at_home",
    "partners",
    "nodes_least",
    "nodes_most",
    "aggregators",
    "median_ms",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Model, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.toml");
        std::fs::write(&path, text).unwrap();
        Model::load(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_said_keeps_its_default() {
        assert_eq!(load(""), Ok(Model::default()));
        let model = load("[dialogues]\ncall = 7\n[benign]\nsteering = 1.5\n").unwrap();
        assert_eq!((model.dialogues.call, model.dialogues.purge), (7.0, 2.5));
        let steering = model.benign_rates().find(|(scenario, _)| scenario.name == "steering");
        assert_eq!(steering.map(|(_, rate)| rate), Some(1.5));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, wanted) in [
            ("[people]\n\npartner = 3\n", "model.toml:3:1"),
            ("[wire]\none_sided = 101\n", "model.toml:2:1"),
            ("[people]\npartners = 0\n", "0 is not between 1 and"),
            ("[benign]\nno_such = 1\n", "no benign scenario is called no_such"),
            ("[benign]\nati_from_abroad = 1\n", "no benign scenario is called ati_from_abroad"),
            ("[span]\ndays = \"two\"\n", "model.toml:2:"),
        ] {
            let told = load(text).unwrap_err();
            assert!(told.contains(wanted), "{text}: {told}");
        }
    }
}
