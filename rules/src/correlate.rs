//! Correlations at run time: events in windows, and the conditions on them.
//!
//! Time is the events'. A window ends at the latest event of its group and reaches back by the
//! time span, both ends included. A match is reported for each event after which the condition is
//! met; whoever raises alerts decides which of them are news.

use core::fmt::Write;

use arrayvec::ArrayVec;

use crate::{
    condition::Expr,
    matches::Matches,
    schema::Field,
    state::{RuleState, Terms},
    value::Value,
    window::{Entry, Keeping, Window, wide},
};

/// A compiled correlation.
pub(crate) struct Correlation<E: 'static> {
    /// The position of its rule.
    pub(crate) rule: usize,
    pub(crate) inputs: Vec<Input<E>>,
    pub(crate) kind: Aggregate<E>,
    pub(crate) bounds: Vec<(Comparison, f64)>,
    pub(crate) terms: Terms,
}

/// A rule the correlation refers to, and where its events have the fields to group by.
pub(crate) struct Input<E: 'static> {
    pub(crate) rule: usize,
    pub(crate) group: Vec<&'static Field<E>>,
}

/// What is computed over a window.
pub(crate) enum Aggregate<E: 'static> {
    EventCount,
    ValueCount(Vec<&'static Field<E>>),
    Temporal(Option<Expr>),
    Ordered(Option<Expr>),
    Sum(&'static Field<E>),
    Average(&'static Field<E>),
    Percentile(&'static Field<E>, f64),
}

/// How a number is compared with a threshold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Comparison {
    Gt,
    Gte,
    Lt,
    Lte,
    Eq,
    Neq,
}

impl Comparison {
    /// Returns the comparison of that name.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Some(match word {
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            "eq" => Self::Eq,
            "neq" => Self::Neq,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Eq => "eq",
            Self::Neq => "neq",
        }
    }

    #[expect(clippy::float_cmp, reason = "counts are whole, and `eq` means equal")]
    fn holds(self, number: f64, threshold: f64) -> bool {
        match self {
            Self::Gt => number > threshold,
            Self::Gte => number >= threshold,
            Self::Lt => number < threshold,
            Self::Lte => number <= threshold,
            Self::Eq => number == threshold,
            Self::Neq => number != threshold,
        }
    }
}

impl<E> Aggregate<E> {
    /// Returns the name Sigma has for it.
    const fn name(&self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount(_) => "value_count",
            Self::Temporal(_) => "temporal",
            Self::Ordered(_) => "temporal_ordered",
            Self::Sum(_) => "value_sum",
            Self::Average(_) => "value_avg",
            Self::Percentile(..) => "value_percentile",
        }
    }

    pub(crate) const fn keeping(&self) -> Keeping {
        match self {
            Self::ValueCount(_) => Keeping::Values,
            Self::Temporal(_) | Self::Ordered(_) => Keeping::Order,
            Self::EventCount | Self::Sum(_) | Self::Average(_) | Self::Percentile(..) => {
                Keeping::Events
            }
        }
    }
}

/// Where the window of an event's group stands.
pub(crate) enum Standing {
    /// The event lacks this field to group by.
    NoGroup(&'static str),
    /// Nothing is remembered of the group.
    Empty,
    /// Something is: what was counted, and whether the condition is met.
    At { number: String, met: bool },
}

/// An event a correlation looks at.
pub(crate) struct Seen<'e, E> {
    pub(crate) event: &'e E,
    pub(crate) at: u64,
    pub(crate) token: u64,
}

impl<E> Correlation<E> {
    /// Adds an event that came in through some of the inputs; whether the condition is met. A
    /// match is added to `out` when `reports`.
    pub(crate) fn step(
        &self,
        seen: &Seen<'_, E>,
        inputs: impl Iterator<Item = usize>,
        reports: bool,
        state: &mut RuleState,
        out: &mut Matches,
    ) -> bool {
        let mut groups: ArrayVec<(usize, u128), MAX_RULES> = ArrayVec::new();
        for number in inputs {
            let Some(input) = self.inputs.get(number) else { continue };
            let Some(group) = state.hash(&input.group, seen.event) else { continue };
            let Some(value) = self.value(seen.event, state) else { continue };
            let input = u8::try_from(number).unwrap_or(u8::MAX);
            let entry = Entry { at: seen.at, token: seen.token, value, input };
            let accepted = state.add(&self.terms, group, entry);
            // Through aliases, one event may belong to several groups.
            if accepted && !groups.is_full() && !groups.iter().any(|&(_, seen)| seen == group) {
                groups.push((number, group));
            }
        }
        let mut scratch = core::mem::take(&mut state.scratch);
        let mut met = false;
        for (number, group) in groups {
            let Some(window) = state.window(self.terms.rule, group) else { continue };
            if !self.holds(window, &mut scratch) {
                continue;
            }
            met = true;
            if reports {
                self.report(seen.event, number, window, out);
            }
        }
        state.scratch = scratch;
        met
    }

    /// Returns what an entry remembers of the event; `None` when the event does not count.
    fn value(&self, event: &E, state: &RuleState) -> Option<u64> {
        match &self.kind {
            Aggregate::EventCount | Aggregate::Temporal(_) | Aggregate::Ordered(_) => Some(0),
            Aggregate::ValueCount(fields) => {
                let hash = state.hash(fields, event)?;
                u64::try_from(hash >> 64).ok()
            }
            Aggregate::Sum(field) | Aggregate::Average(field) | Aggregate::Percentile(field, _) => {
                match (field.get)(event)? {
                    Value::Int(number) => Some(number),
                    _ => None,
                }
            }
        }
    }

    fn holds(&self, window: &Window, scratch: &mut Vec<u64>) -> bool {
        let inputs = window.inputs();
        match &self.kind {
            Aggregate::Temporal(Some(expr)) => return met(expr, inputs),
            Aggregate::Ordered(Some(expr)) if !met(expr, inputs) => return false,
            _ => {}
        }
        let Some(number) = self.number(window, scratch) else { return false };
        self.bounds.iter().all(|(comparison, threshold)| comparison.holds(number, *threshold))
    }

    /// Returns what is compared with the thresholds.
    fn number(&self, window: &Window, scratch: &mut Vec<u64>) -> Option<f64> {
        let entries = whole(window.entries().len());
        Some(match &self.kind {
            Aggregate::EventCount | Aggregate::ValueCount(_) => entries,
            Aggregate::Temporal(_) => f64::from(window.inputs().count_ones()),
            Aggregate::Ordered(_) if window.is_ordered(self.inputs.len()) => {
                whole(self.inputs.len())
            }
            Aggregate::Ordered(_) => 0.0,
            Aggregate::Sum(_) => sum(window),
            Aggregate::Average(_) => sum(window) / entries,
            Aggregate::Percentile(_, percent) => window.percentile(*percent, scratch)?,
        })
    }

    /// Returns where the window of an event's group stands, for an explanation.
    pub(crate) fn standing(&self, event: &E, state: &RuleState) -> Standing {
        let mut standing = Standing::Empty;
        for input in &self.inputs {
            let absent = input.group.iter().find(|field| (field.get)(event).is_none());
            let Some(group) = state.hash(&input.group, event) else {
                if let (Standing::Empty, Some(field)) = (&standing, absent) {
                    standing = Standing::NoGroup(field.name);
                }
                continue;
            };
            let Some(window) = state.window(self.terms.rule, group) else { continue };
            let mut scratch = Vec::new();
            let number = match self.kind {
                Aggregate::Temporal(_) | Aggregate::Ordered(_) => {
                    let seen = window.inputs();
                    let words = (0..self.inputs.len()).filter(|&n| {
                        u32::try_from(n).is_ok_and(|n| seen.checked_shr(n).unwrap_or(0) & 1 == 1)
                    });
                    let words: Vec<String> = words.map(|n| (n + 1).to_string()).collect();
                    format!("rules {}", words.join(", "))
                }
                _ => self.number(window, &mut scratch).map_or_else(String::new, |n| n.to_string()),
            };
            return Standing::At { number, met: self.holds(window, &mut scratch) };
        }
        standing
    }

    /// Writes the condition as a reader sees it.
    pub(crate) fn describe(&self) -> String {
        let mut text = self.kind.name().to_owned();
        for (comparison, threshold) in &self.bounds {
            let _ = write!(text, " {} {threshold}", comparison.name());
        }
        let _ = write!(text, " within {} s", self.terms.timespan / 1_000_000_000);
        let names = self.inputs.first().map(|input| &input.group);
        for (i, field) in names.into_iter().flatten().enumerate() {
            let _ = write!(text, "{}{}", if i == 0 { " by " } else { ", " }, field.name);
        }
        text
    }

    fn report(&self, event: &E, input: usize, window: &Window, out: &mut Matches) {
        let group = self.inputs.get(input).map(|input| input.group.as_slice()).unwrap_or_default();
        let entries = window.entries();
        let first_at = entries.front().map_or(0, |entry| entry.at);
        let skipped = entries.len().saturating_sub(TOKENS);
        out.add_correlation(
            self.rule,
            u64::try_from(entries.len()).unwrap_or(u64::MAX),
            (first_at, window.last_at()),
            (group, event),
            entries.iter().skip(skipped).map(|entry| entry.token),
        );
    }
}

/// Whether a condition over rules holds, given which of them have an event in the window. The
/// names in it were replaced by input numbers at load.
fn met(expr: &Expr, inputs: u64) -> bool {
    match expr {
        Expr::Any(terms) => terms.iter().any(|term| met(term, inputs)),
        Expr::All(terms) => terms.iter().all(|term| met(term, inputs)),
        Expr::Not(term) => !met(term, inputs),
        Expr::Selection(_, input) => u32::try_from(*input)
            .is_ok_and(|input| inputs.checked_shr(input).is_some_and(|i| i & 1 == 1)),
        Expr::Of { .. } => false,
    }
}

fn sum(window: &Window) -> f64 {
    u64::try_from(window.sum()).map_or(f64::INFINITY, wide)
}

/// Returns a count as a floating-point number, which is exact: counts are small.
pub(crate) fn whole(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

/// Rules in a correlation: one bit each.
pub(crate) const MAX_RULES: usize = 64;

/// Tokens reported with a match.
const TOKENS: usize = 64;
