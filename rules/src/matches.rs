//! What an event matched, in storage that is used again for the next event.

use core::ops::Range;

use crate::{
    schema::Field,
    value::{Digits, Value},
};

/// The matches of one event, in rule order, correlations after detections.
///
/// Keep one and pass it to each evaluation: once it has grown to what the rules need, evaluation
/// allocates nothing.
#[derive(Debug, Default)]
pub struct Matches {
    hits: Vec<Hit>,
    groups: Vec<Stored>,
    texts: String,
    tokens: Vec<u64>,
    /// Inputs of correlations still to be worked through: correlation and input, sorted.
    pub(crate) pending: Vec<(u32, u32)>,
    /// Room for the detections an event may still fit.
    pub(crate) alive: Vec<u64>,
}

#[derive(Clone, Debug)]
struct Hit {
    rule: usize,
    count: u64,
    first_at: u64,
    last_at: u64,
    group: Range<usize>,
    tokens: Range<usize>,
}

#[derive(Clone, Debug)]
enum Stored {
    Int(u64),
    Bool(bool),
    Digits(Digits),
    Id(u128),
    Text(Range<usize>),
}

/// A rule that matched.
#[derive(Clone, Copy, Debug)]
pub struct Match<'m> {
    /// The position of the rule in [`crate::RuleSet::rules`].
    pub rule: usize,
    /// How many events, or different values for `value_count`, are in the window; one for a
    /// detection. A lower bound once a window is full, see the README.
    pub count: u64,
    /// The time of the earliest of them.
    pub first_at: u64,
    /// The time of the latest of them.
    pub last_at: u64,
    /// The callers' tokens of the latest of them, at most 64, oldest first.
    pub tokens: &'m [u64],
    group: &'m [Stored],
    texts: &'m str,
}

impl<'m> Match<'m> {
    /// Iterates over the values of the fields the correlation groups by, in the order of
    /// [`crate::RuleInfo::group_by`].
    pub fn group(&self) -> impl Iterator<Item = Value<'m>> + use<'m> {
        let texts = self.texts;
        self.group.iter().map(move |stored| match stored {
            Stored::Int(number) => Value::Int(*number),
            Stored::Bool(truth) => Value::Bool(*truth),
            Stored::Digits(digits) => Value::Digits(*digits),
            Stored::Id(id) => Value::Id(*id),
            Stored::Text(range) => Value::Text(texts.get(range.clone()).unwrap_or_default()),
        })
    }
}

impl Matches {
    /// Returns empty storage.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of matches.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hits.len()
    }

    /// Whether nothing matched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }

    /// Whether the event's token may come back: it matched something, or a correlation took it.
    #[must_use]
    pub fn keeps_token(&self) -> bool {
        !self.hits.is_empty() || !self.pending.is_empty()
    }

    /// Iterates over the matches.
    pub fn iter(&self) -> impl Iterator<Item = Match<'_>> {
        self.hits.iter().map(|hit| Match {
            rule: hit.rule,
            count: hit.count,
            first_at: hit.first_at,
            last_at: hit.last_at,
            tokens: self.tokens.get(hit.tokens.clone()).unwrap_or_default(),
            group: self.groups.get(hit.group.clone()).unwrap_or_default(),
            texts: &self.texts,
        })
    }

    /// Forgets the matches and keeps the storage.
    pub(crate) fn clear(&mut self) {
        self.hits.clear();
        self.groups.clear();
        self.texts.clear();
        self.tokens.clear();
        self.pending.clear();
    }

    pub(crate) fn add_detection(&mut self, rule: usize, at: u64, token: u64) {
        let start = self.tokens.len();
        self.tokens.push(token);
        let group = self.groups.len()..self.groups.len();
        let tokens = start..start + 1;
        self.hits.push(Hit { rule, count: 1, first_at: at, last_at: at, group, tokens });
    }

    /// Adds a correlation; `span` is the time of its first and last event.
    pub(crate) fn add_correlation<E>(
        &mut self,
        rule: usize,
        count: u64,
        span: (u64, u64),
        (fields, event): (&[&'static Field<E>], &E),
        tokens: impl Iterator<Item = u64>,
    ) {
        let (first_group, first_token) = (self.groups.len(), self.tokens.len());
        for value in fields.iter().filter_map(|field| (field.get)(event)) {
            self.groups.push(match value {
                Value::Int(number) => Stored::Int(number),
                Value::Bool(truth) => Stored::Bool(truth),
                Value::Digits(digits) => Stored::Digits(digits),
                Value::Id(id) => Stored::Id(id),
                // Grouping by a set is refused at load.
                Value::Set(_) => continue,
                Value::Text(text) => {
                    let start = self.texts.len();
                    self.texts.push_str(text);
                    Stored::Text(start..self.texts.len())
                }
            });
        }
        for token in tokens {
            // One event may have come in through several rules.
            if self.tokens.get(first_token..).is_none_or(|seen| seen.last() != Some(&token)) {
                self.tokens.push(token);
            }
        }
        self.hits.push(Hit {
            rule,
            count,
            first_at: span.0,
            last_at: span.1,
            group: first_group..self.groups.len(),
            tokens: first_token..self.tokens.len(),
        });
    }
}
