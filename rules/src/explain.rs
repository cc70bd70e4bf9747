//! Why a rule matches an event, or why not: each test with the value it saw and its verdict.
//!
//! An explanation runs the very tests evaluation runs, in the order of the file.

use core::fmt;

use crate::{
    correlate::{Correlation, Standing},
    schema::{Field, Kind},
    set::RuleSet,
    state::RuleState,
    test::{Logic, Test, is_present},
    value::Value,
};

/// A verdict, and the verdicts it is made of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explanation {
    /// What was decided: a test, a selection, or how the parts are combined.
    pub what: String,
    /// The field a test reads; `None` for combinations.
    pub field: Option<&'static str>,
    /// The value a test saw; `None` for combinations.
    pub seen: Option<String>,
    /// Whether it holds.
    pub verdict: bool,
    /// What the verdict is made of.
    pub parts: Vec<Self>,
}

impl fmt::Display for Explanation {
    /// Writes one line for each part, indented by depth: `+` holds, `-` does not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl Explanation {
    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let sign = if self.verdict { '+' } else { '-' };
        write!(f, "{:depth$}{sign} {}", "", self.what, depth = 2 * depth)?;
        if let Some(seen) = &self.seen {
            write!(f, "  (seen: {seen})")?;
        }
        writeln!(f)?;
        self.parts.iter().try_for_each(|part| part.write(f, depth + 1))
    }
}

impl<E: 'static> RuleSet<E> {
    /// Explains a rule's verdict on an event. A correlation is explained by the rules it refers
    /// to, for what it remembers is no part of the event. `None` when there is no such rule.
    pub fn explain(&self, rule: usize, event: &E) -> Option<Explanation> {
        self.explained(rule, event, None)
    }

    /// Explains a rule's verdict on the event that was evaluated last with this state: of a
    /// correlation also where its window stands. `None` when there is no such rule.
    pub fn explain_in(&self, rule: usize, event: &E, state: &RuleState) -> Option<Explanation> {
        self.explained(rule, event, Some(state))
    }

    fn explained(&self, rule: usize, event: &E, state: Option<&RuleState>) -> Option<Explanation> {
        let info = self.rules().get(rule)?;
        let mut parts = Vec::new();
        let mut verdict = false;
        if let Some(logic) = self.logic.get(rule)? {
            let part = explain(&logic.named, event);
            verdict = part.verdict;
            parts.push(part);
        }
        // A correlation refers only to rules before it in the order of evaluation: this ends.
        for correlation in self.correlations.iter().filter(|c| c.rule == rule) {
            for input in &correlation.inputs {
                let Some(mut part) = self.explained(input.rule, event, state) else { continue };
                let info = self.rules().get(input.rule);
                part.what = format!(
                    "rule {}",
                    info.map_or("", |info| info.name.as_deref().unwrap_or_else(|| info.key()))
                );
                verdict |= part.verdict;
                parts.push(part);
            }
            if let Some(state) = state {
                let part = standing(correlation, event, state);
                verdict &= part.verdict;
                parts.push(part);
            }
        }
        Some(Explanation { what: info.title.clone(), field: None, seen: None, verdict, parts })
    }
}

/// Says what a correlation remembers of the event's group.
fn standing<E>(correlation: &Correlation<E>, event: &E, state: &RuleState) -> Explanation {
    let (seen, verdict) = match correlation.standing(event, state) {
        Standing::NoGroup(field) => (format!("no {field}, so in no group"), false),
        Standing::Empty => ("nothing yet".to_owned(), false),
        Standing::At { number, met } => (number, met),
    };
    let what = correlation.describe();
    Explanation { what, field: None, seen: Some(seen), verdict, parts: Vec::new() }
}

fn explain<E>(logic: &Logic<E>, event: &E) -> Explanation {
    let each = |terms: &[Logic<E>]| terms.iter().map(|term| explain(term, event)).collect();
    let (what, seen, parts) = match logic {
        Logic::Test(test) => return explain_test(test, event),
        Logic::All(terms) => ("all of".to_owned(), None, each(terms)),
        Logic::Any(terms) => ("any of".to_owned(), None, each(terms)),
        Logic::Not(term) => ("not".to_owned(), None, vec![explain(term, event)]),
        Logic::Named(name, term) => (name.to_string(), None, vec![explain(term, event)]),
    };
    Explanation { what, field: None, seen, verdict: logic.holds(event), parts }
}

fn explain_test<E>(test: &Test<E>, event: &E) -> Explanation {
    Explanation {
        what: format!("{} {}", test.field.name, test.text),
        field: Some(test.field.name),
        seen: Some(show(test.field, (test.field.get)(event))),
        verdict: (test.run)(event),
        parts: Vec::new(),
    }
}

/// Writes a value as a rule would, sets by their words.
fn show<E>(field: &Field<E>, value: Option<Value<'_>>) -> String {
    match value {
        value if !is_present(value) => "absent".to_owned(),
        Some(Value::Set(bits)) if field.kind == Kind::Set => {
            let words = bits.iter().filter_map(|position| field.vocabulary.get(position).copied());
            words.collect::<Vec<_>>().join(", ")
        }
        Some(Value::Id(position)) if !field.vocabulary.is_empty() => usize::try_from(position)
            .ok()
            .and_then(|position| field.vocabulary.get(position))
            .map_or_else(|| position.to_string(), |word| (*word).to_owned()),
        Some(value) => value.to_string(),
        None => "absent".to_owned(),
    }
}
