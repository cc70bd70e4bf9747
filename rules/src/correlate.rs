//! Correlations at run time: events in windows, and the conditions on them.
//!
//! Time is the events'. A window ends at the latest event of its group and reaches back by the
//! time span, both ends included. A match is reported for each event after which the condition is
//! met; whoever raises alerts decides which of them are news.

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
        let entries = whole(window.entries().len());
        let number = match &self.kind {
            Aggregate::EventCount | Aggregate::ValueCount(_) => entries,
            Aggregate::Temporal(Some(expr)) => return met(expr, window.inputs()),
            Aggregate::Temporal(None) => f64::from(window.inputs().count_ones()),
            Aggregate::Ordered(expr) => {
                if expr.as_ref().is_some_and(|expr| !met(expr, window.inputs())) {
                    return false;
                }
                if window.is_ordered(self.inputs.len()) { whole(self.inputs.len()) } else { 0.0 }
            }
            Aggregate::Sum(_) => sum(window),
            Aggregate::Average(_) => sum(window) / entries,
            Aggregate::Percentile(_, percent) => {
                let Some(number) = window.percentile(*percent, scratch) else { return false };
                number
            }
        };
        self.bounds.iter().all(|(comparison, threshold)| comparison.holds(number, *threshold))
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
