//! An alert as every sink shows it: one JSON object, with as much of people's numbers as may be.

use picket_dissectors::{Digits, Note};
use schemars::JsonSchema;
use serde::Serialize;

use super::redact::{Redactor, Shown};
use crate::{
    config::Plan,
    engine::{
        Alert,
        alert::{Attacker, Level, MAX_TRACES, Trace},
        evidence::Evidence,
    },
    enrich::network::Place,
    event::{
        Carrier, Outcome, Subject,
        fields::{Named, Names, number::Numbering},
        json::rfc3339,
    },
};

/// Version of the shape below; raised when a field goes or changes its meaning.
pub const SCHEMA_VERSION: &str = "1.0";

/// One revision of an alert.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Document {
    /// Always `alert`.
    pub event_type: &'static str,
    /// Version of this shape.
    pub schema_version: &'static str,
    /// The same input gives the same id.
    pub id: String,
    /// 0 for the first, one more for each update.
    pub revision: u32,
    /// Event time of this revision, RFC 3339.
    pub timestamp: String,
    /// The sensor.
    pub sensor: Sensor,
    /// The rule and its hits.
    pub alert: About,
    /// The gravest outcome so far.
    pub outcome: &'static str,
    /// What happened, one sentence.
    pub summary: String,
    /// What to do next, one sentence.
    pub action: String,
    /// Direction of the first hit, seen from home.
    pub direction: &'static str,
    /// Name of the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Side of the network the link is on.
    pub link_side: &'static str,
    /// The sender's address can hardly be its own.
    pub spoof_suspected: bool,
    /// Who it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscriber: Option<Person>,
    /// Who did it, the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attacker: Option<Node>,
    /// All of them, when there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attackers: Vec<Node>,
    /// Whom the first hit addressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Oddities met in the hits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anomalies: Vec<&'static str>,
    /// The hits that are new in this revision, and their answers.
    pub evidence: Vec<Cited>,
    /// A Wireshark display filter that shows the evidence.
    pub wireshark: String,
}

impl Document {
    /// Returns the JSON schema of alerts.
    #[must_use]
    pub fn schema() -> schemars::Schema {
        // What is left out when it is empty is not required of an alert.
        let settings = schemars::generate::SchemaSettings::default().for_serialize();
        settings.into_generator().into_root_schema_for::<Self>()
    }
}

/// The sensor.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Sensor {
    /// `sensor.id` of the configuration.
    pub id: String,
}

/// The rule and its hits.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct About {
    /// UUID of the rule.
    pub rule_id: String,
    /// Name of the rule.
    pub rule_name: String,
    /// Title of the rule.
    pub title: String,
    /// How grave, after what was lost or refused.
    pub level: Level,
    /// Sigma status of the rule.
    pub status: String,
    /// cat1, cat2, cat3, sms, cap, spoofing, protocol, recon or dos.
    pub category: String,
    /// ATT&CK, FiGHT and MoTIF ids.
    pub techniques: Vec<String>,
    /// Sigma tags.
    pub tags: Vec<String>,
    /// Hits so far.
    pub count: u64,
    /// Time of the first, RFC 3339.
    pub first_seen: String,
    /// Time of the last, RFC 3339.
    pub last_seen: String,
    /// What the hits have in common.
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub group: std::collections::BTreeMap<String, String>,
}

/// A subscriber.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Person {
    /// Stands for the subscriber.
    pub id: String,
    /// The id by the key of the pseudonyms that was in force before, while both are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_id: Option<String>,
    /// IMSI, as it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imsi: Option<String>,
    /// MSISDN, as it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msisdn: Option<String>,
    /// home, national, partner or foreign.
    pub origin: &'static str,
    /// Home country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Home network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
}

/// A sender.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Node {
    /// Global title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gt: Option<String>,
    /// Its network, where configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Its country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// home, national, partner or foreign.
    pub origin: &'static str,
    /// Whether it is outside home.
    pub external: bool,
    /// Point code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_code: Option<u32>,
    /// Subsystem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssn: Option<u8>,
}

/// Whom a hit addressed.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Target {
    /// Global title, as it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gt: Option<String>,
    /// Point code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_code: Option<u32>,
    /// Subsystem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssn: Option<u8>,
}

/// A frame and what stood in it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Cited {
    /// 1-based packet number.
    pub frame: u64,
    /// The input, when there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Time, RFC 3339.
    pub timestamp: String,
    /// Operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<&'static str>,
    /// What became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// Calling global title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calling: Option<String>,
    /// Called global title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// Originating transaction id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otid: Option<String>,
    /// Destination transaction id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dtid: Option<String>,
    /// Oddities.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anomalies: Vec<&'static str>,
    /// Application context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<&'static str>,
    /// Version of the application context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u8>,
    /// Nodes named inside, by their part: msc, vlr, sgsn, mme, hlr, gmlc, gsm_scf, gmsc, sc_address.
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub nodes: std::collections::BTreeMap<&'static str, String>,
}

/// Makes documents of alerts.
#[derive(Clone, Copy)]
pub struct Renderer<'a> {
    /// The plan, for names and what numbers are.
    pub plan: &'a Plan,
    /// Names that events carry as positions.
    pub names: &'a Names,
    /// How subscribers' numbers are shown.
    pub redactor: &'a Redactor,
}

impl Renderer<'_> {
    /// Returns the document of an alert.
    #[must_use]
    pub fn document(&self, alert: &Alert) -> Document {
        let shown = |attacker: &Attacker| self.node(alert, attacker);
        let several = alert.attackers.len() > 1;
        Document {
            event_type: "alert",
            schema_version: SCHEMA_VERSION,
            id: alert.id.to_string(),
            revision: alert.revision,
            timestamp: time(alert.at),
            sensor: Sensor { id: self.names.sensor.clone() },
            alert: About {
                rule_id: alert.rule.id.clone(),
                rule_name: alert.rule.name.clone(),
                title: alert.rule.title.clone(),
                level: alert.level,
                status: alert.rule.status.clone(),
                category: alert.rule.category.clone(),
                techniques: alert.rule.techniques.clone(),
                tags: alert.rule.tags.clone(),
                count: alert.count,
                first_seen: time(alert.first_seen),
                last_seen: time(alert.last_seen),
                group: self.group(alert),
            },
            outcome: alert.outcome.name(),
            summary: super::summary::summary(alert, self),
            action: super::summary::action(alert, self),
            direction: alert.direction.name(),
            link: alert
                .link
                .plan
                .and_then(|at| self.names.get(Named::Link, at.into()))
                .map(str::to_owned),
            link_side: alert.link.side.name(),
            spoof_suspected: alert.spoof_suspected,
            subscriber: alert.subscriber.as_ref().map(|subject| self.person(subject, alert.at)),
            attacker: alert.attackers.first().map(shown),
            attackers: if several {
                alert.attackers.iter().map(shown).collect()
            } else {
                Vec::new()
            },
            target: alert.target.as_ref().map(|target| Target {
                gt: target.gt.map(|gt| self.number(alert.subscriber.as_ref(), gt, target.place)),
                point_code: target.point_code,
                ssn: target.ssn,
            }),
            anomalies: alert.notes.iter().map(Note::id).collect(),
            evidence: alert.evidence.iter().map(|cited| self.cited(alert, cited)).collect(),
            wireshark: wireshark(alert),
        }
    }

    /// Returns the name of a place's network.
    #[must_use]
    pub fn network(&self, place: &Place) -> Option<String> {
        let id = place.network?;
        self.names.get(Named::Network, id.0.into()).map(str::to_owned)
    }

    /// Returns what stands for a subscriber.
    #[must_use]
    pub fn subscriber_id(&self, subject: &Subject) -> Shown {
        let imsi = subject.imsi.map(|digits| (digits, Numbering::Imsi));
        imsi.or_else(|| subject.msisdn.map(|digits| (digits, Numbering::E164)))
            .map(|(digits, numbering)| self.redactor.id(digits, numbering))
            .unwrap_or_default()
    }

    /// Returns an address as it may be shown: whole unless it may be a subscriber's.
    #[must_use]
    pub fn number(&self, subject: Option<&Subject>, digits: Digits, place: Place) -> String {
        let theirs =
            subject.is_some_and(|subject| crate::event::fields::number::is_of(subject, digits));
        let hidden = !self.redactor.is_clear()
            && (theirs || place.subscriber || self.plan.networks.gt(digits).subscriber);
        let shown = if hidden {
            self.redactor.number(digits, Numbering::E164)
        } else {
            Shown::plain(digits)
        };
        shown.as_str().to_owned()
    }

    fn group(&self, alert: &Alert) -> std::collections::BTreeMap<String, String> {
        alert
            .group
            .iter()
            .map(|(field, value)| {
                let shown = match value {
                    crate::engine::alert::GroupValue::Text(text) => text.clone(),
                    crate::engine::alert::GroupValue::Number(digits) => {
                        self.number(alert.subscriber.as_ref(), *digits, Place::default())
                    }
                    crate::engine::alert::GroupValue::Network(position) => {
                        self.names.get(Named::Network, *position).unwrap_or_default().to_owned()
                    }
                    crate::engine::alert::GroupValue::Subscriber => alert
                        .subscriber
                        .as_ref()
                        .map(|subject| self.subscriber_id(subject).as_str().to_owned())
                        .unwrap_or_default(),
                };
                (field.clone(), shown)
            })
            .collect()
    }

    fn person(&self, subject: &Subject, at: picket_hw::Timestamp) -> Person {
        let known_by = subject.imsi.or(subject.msisdn);
        let shown = |digits: Option<Digits>, numbering| {
            digits.map(|digits| self.redactor.number(digits, numbering).as_str().to_owned())
        };
        Person {
            id: self.subscriber_id(subject).as_str().to_owned(),
            previous_id: known_by
                .and_then(|digits| self.redactor.previous_id(digits, at))
                .map(|shown| shown.as_str().to_owned()),
            imsi: shown(subject.imsi, Numbering::Imsi),
            msisdn: shown(subject.msisdn, Numbering::E164),
            origin: subject.place.origin.name(),
            country: subject.place.country.map(|country| country.to_string()),
            network: self.network(&subject.place),
        }
    }

    fn node(&self, alert: &Alert, attacker: &Attacker) -> Node {
        Node {
            gt: attacker.gt.map(|gt| self.number(alert.subscriber.as_ref(), gt, attacker.place)),
            network: self.network(&attacker.place),
            country: attacker.place.country.map(|country| country.to_string()),
            origin: attacker.place.origin.name(),
            external: attacker.place.origin != crate::enrich::network::Origin::Home,
            point_code: attacker.point_code,
            ssn: attacker.ssn,
        }
    }

    fn cited(&self, alert: &Alert, cited: &Evidence) -> Cited {
        let number = |party: &Attacker| {
            party.gt.map(|gt| self.number(alert.subscriber.as_ref(), gt, party.place))
        };
        let several = self.names.files.len() > 1;
        Cited {
            frame: cited.frame.number,
            file: self
                .names
                .get(Named::File, cited.frame.source.into())
                .filter(|_| several)
                .map(str::to_owned),
            timestamp: time(cited.at),
            operation: cited.operation.map(|operation| operation.name),
            outcome: cited.outcome.map(Outcome::name),
            calling: number(&cited.calling),
            called: number(&cited.called),
            otid: cited.otid.map(|tid| tid.to_string()),
            dtid: cited.dtid.map(|tid| tid.to_string()),
            anomalies: cited.notes.iter().map(Note::id).collect(),
            context: cited.context,
            version: cited.version,
            nodes: cited
                .nodes
                .iter()
                .map(|(name, digits)| {
                    let place = Place::default();
                    (name, self.number(alert.subscriber.as_ref(), digits, place))
                })
                .collect(),
        }
    }
}

fn time(at: picket_hw::Timestamp) -> String {
    let mut out = String::new();
    rfc3339(at, &mut out);
    out
}

/// Returns a display filter that finds dialogues by transaction id and point code: all that this
/// revision cites, and the first of the alert where there is room.
fn wireshark(alert: &Alert) -> String {
    let mut traces: Vec<Trace> = Vec::new();
    for trace in alert.evidence.iter().filter_map(Evidence::trace) {
        if !traces.contains(&trace) {
            traces.push(trace);
        }
    }
    for trace in &alert.traces {
        if traces.len() < MAX_TRACES && !traces.contains(trace) {
            traces.push(*trace);
        }
    }
    let one = |trace: &Trace| {
        let octets: Vec<String> =
            trace.tid.octets().iter().map(|octet| format!("{octet:02x}")).collect();
        let tid = format!("tcap.tid == {}", octets.join(":"));
        let (opc, dpc) = match trace.carrier {
            Carrier::M3ua => ("m3ua.protocol_data_opc", "m3ua.protocol_data_dpc"),
            _ => ("mtp3.opc", "mtp3.dpc"),
        };
        match trace.points {
            Some((a, b)) => format!("({tid} && {opc} in {{{a}, {b}}} && {dpc} in {{{a}, {b}}})"),
            None => tid,
        }
    };
    traces
        .iter()
        .filter(|trace| !trace.tid.octets().is_empty())
        .map(one)
        .collect::<Vec<_>>()
        .join(" || ")
}
