//! From an alert to what is kept of it: its texts, in every form some output asks for.

use crate::{
    config::{Plan, Subscribers},
    engine::Alert,
    event::fields::Names,
    sink::{
        alert::{Document, Renderer},
        key::{self, KeyError},
        outbox::{Body, Entry},
        redact::Redactor,
        seal::Sealer,
        shown::{self, Purpose},
    },
};

/// Renders alerts for the outbox.
#[derive(Debug)]
pub(super) struct Renderers {
    /// The first is the form that queries show.
    forms: Vec<(Subscribers, Redactor)>,
    sealer: Option<Sealer>,
    sensor: String,
}

impl Renderers {
    /// Prepares the forms that the outputs of a plan ask for.
    ///
    /// Queries show the form of `[privacy]`; pseudonyms where that says nothing, for what is kept
    /// on disk must not name anybody by default.
    pub(super) fn new(
        plan: &Plan,
        forms: impl Iterator<Item = Subscribers>,
    ) -> Result<Self, KeyError> {
        let mut wanted = vec![form_of(plan, None)];
        for form in forms {
            if !wanted.contains(&form) {
                wanted.push(form);
            }
        }
        let forms = wanted
            .into_iter()
            .map(|form| Ok((form, shown::redactor(plan, form, Purpose::Output)?)))
            .collect::<Result<_, KeyError>>()?;
        // What is kept in memory only is not opened later either.
        let sealer = match key::seal(plan) {
            Err(KeyError::Nowhere { .. }) => None,
            key => Some(Sealer::new(&key?)),
        };
        Ok(Self { forms, sealer, sensor: plan.sensor.clone() })
    }

    /// Returns what is kept of an alert.
    pub(super) fn alert(
        &self,
        alert: &Alert,
        plan: &Plan,
        names: &Names,
    ) -> Result<Entry, serde_json::Error> {
        let documents = self
            .forms
            .iter()
            .map(|(form, redactor)| (*form, Renderer { plan, names, redactor }.document(alert)));
        let entry = entry(alert.at.nanos(), documents)?;
        let sealed = alert
            .subscriber
            .as_ref()
            .zip(self.sealer.as_ref())
            .and_then(|(subject, sealer)| sealer.seal(&entry.id, entry.revision, subject));
        Ok(Entry { sealed, ..entry })
    }

    /// Returns what is kept of an alert that is about nobody, and so the same in every form.
    pub(super) fn notice(&self, at: u64, document: &Document) -> Result<Entry, serde_json::Error> {
        entry(at, self.forms.iter().map(|(form, _)| (*form, document.clone())))
    }

    /// Returns the sensor's id.
    pub(super) fn sensor(&self) -> &str {
        &self.sensor
    }
}

/// Returns the form an output shows: its own, else that of `[privacy]`, else pseudonyms.
pub(super) fn form_of(plan: &Plan, of_output: Option<Subscribers>) -> Subscribers {
    of_output.or(plan.subscribers).unwrap_or(Subscribers::Pseudonym)
}

fn entry(
    at: u64,
    documents: impl Iterator<Item = (Subscribers, Document)>,
) -> Result<Entry, serde_json::Error> {
    let mut bodies = Vec::new();
    let mut first = None;
    for (form, document) in documents {
        bodies.push(Body {
            form,
            key: document_key(&document),
            json: serde_json::to_string(&document)?,
        });
        first.get_or_insert(document);
    }
    let Some(document) = first else {
        return Err(serde::ser::Error::custom("an alert in no form at all"));
    };
    let person = document.subscriber;
    let attacker = document.attacker;
    let number = |text: Option<String>| text.filter(|text| !text.is_empty());
    Ok(Entry {
        id: document.id,
        revision: document.revision,
        at,
        level: document.alert.level,
        rule_id: document.alert.rule_id,
        rule_name: document.alert.rule_name,
        title: document.alert.title,
        outcome: document.outcome.to_owned(),
        summary: document.summary,
        subscriber: person.as_ref().map(|person| person.id.clone()),
        imsi: number(person.as_ref().and_then(|person| person.imsi.clone())),
        msisdn: number(person.and_then(|person| person.msisdn)),
        gt: attacker.as_ref().and_then(|attacker| attacker.gt.clone()),
        network: attacker.and_then(|attacker| attacker.network),
        sealed: None,
        bodies,
    })
}

/// Returns what an alert is about: the subscriber, else the attacker's address, else point code.
fn document_key(document: &Document) -> String {
    let subscriber = document.subscriber.as_ref().map(|person| &person.id);
    if let Some(id) = subscriber.filter(|id| !id.is_empty()) {
        return id.clone();
    }
    let attacker = document.attacker.as_ref();
    attacker
        .and_then(|node| node.gt.clone())
        .or_else(|| Some(format!("pc:{}", attacker?.point_code?)))
        .unwrap_or_else(|| format!("sensor:{}", document.sensor.id))
}
