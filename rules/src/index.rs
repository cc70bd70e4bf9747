//! The candidate index: which detections an event can match at all, and in what order to find out.
//!
//! A detection that requires a field to equal literals which have buckets is only looked at for
//! events in one of those buckets; every other detection is looked at for all events. Within a
//! bucket, tests that several detections require are asked once each, those most require first,
//! and strike out all detections that need another answer. Most events leave nothing after a few
//! questions; what is left has the rest of its own logic evaluated. However many detections there
//! are, they share their questions, so a thousand rules cost little more than a hundred.

use std::{collections::BTreeMap, sync::Arc};

use crate::test::{Logic, Test};

/// What to ask of an event, by its bucket.
pub(crate) struct Index<E: 'static> {
    /// For each bucket, its plan.
    buckets: Vec<usize>,
    /// The first is that of detections that fit no bucket: all there is for an event without one.
    plans: Vec<Plan<E>>,
}

/// How to find out which of some detections an event fits.
pub(crate) struct Plan<E: 'static> {
    /// In rule order; complete, so that evaluation walks exactly one plan.
    rules: Box<[u32]>,
    /// A bit for each of them.
    all: Box<[u64]>,
    questions: Box<[Question<E>]>,
    /// What each requires besides the questions.
    rest: Box<[Logic<E>]>,
}

/// A test that several detections require, or require to fail.
struct Question<E: 'static> {
    test: Arc<Test<E>>,
    /// Those that require it.
    yes: Box<[u64]>,
    /// Those that require it to fail.
    no: Box<[u64]>,
}

impl<E: 'static> Index<E> {
    /// Sorts detections, given in rule order, into buckets.
    pub(crate) fn new(detections: &[(u32, &Logic<E>)]) -> Self {
        let required: Vec<_> =
            detections.iter().map(|&(rule, logic)| (rule, logic.buckets())).collect();
        let size = required
            .iter()
            .filter_map(|(_, buckets)| buckets.as_ref()?.last().copied())
            .max()
            .map_or(0, |last| usize::from(last) + 1);
        let list = |bucket: Option<u16>| -> Vec<(u32, &Logic<E>)> {
            let fits = |at: usize| match (required.get(at).map(|(_, buckets)| buckets), bucket) {
                (Some(Some(buckets)), Some(bucket)) => buckets.contains(&bucket),
                (Some(Some(_)), None) => false,
                _ => true,
            };
            let chosen = detections.iter().enumerate().filter(|&(at, _)| fits(at));
            chosen.map(|(_, &detection)| detection).collect()
        };
        let mut this = Self { buckets: Vec::new(), plans: vec![Plan::new(&list(None))] };
        // Many buckets have the same detections: those that fit no bucket.
        let mut known = BTreeMap::from([(this.rules_of(0), 0)]);
        for bucket in 0..size {
            // Fewer than 65,536 buckets: the conversion cannot fail.
            let detections = list(u16::try_from(bucket).ok());
            let rules: Vec<u32> = detections.iter().map(|&(rule, _)| rule).collect();
            let plan = *known.entry(rules).or_insert_with(|| {
                this.plans.push(Plan::new(&detections));
                this.plans.len() - 1
            });
            this.buckets.push(plan);
        }
        this
    }

    /// Puts every detection into every bucket, and asks each for itself.
    pub(crate) fn all(detections: &[(u32, &Logic<E>)]) -> Self {
        Self { buckets: Vec::new(), plans: vec![Plan::with(detections, Vec::new())] }
    }

    /// Returns the plan for an event with this discriminant.
    pub(crate) fn plan(&self, discriminant: Option<u16>) -> Option<&Plan<E>> {
        let bucket = discriminant.and_then(|bucket| self.buckets.get(usize::from(bucket)));
        self.plans.get(bucket.copied().unwrap_or(0))
    }

    fn rules_of(&self, plan: usize) -> Vec<u32> {
        self.plans.get(plan).map(|plan| plan.rules.to_vec()).unwrap_or_default()
    }
}

impl<E: 'static> Plan<E> {
    fn new(detections: &[(u32, &Logic<E>)]) -> Self {
        let words = detections.len().div_ceil(64);
        let mut found: BTreeMap<(&str, &str), Question<E>> = BTreeMap::new();
        for (at, (_, logic)) in detections.iter().enumerate() {
            logic.literals(&mut |test, wanted| {
                let Some(key) = test.key.as_deref() else { return };
                let question = found.entry((test.field.name, key)).or_insert_with(|| Question {
                    test: Arc::clone(test),
                    yes: vec![0; words].into(),
                    no: vec![0; words].into(),
                });
                set(if wanted { &mut question.yes } else { &mut question.no }, at);
            });
        }
        let mut questions: Vec<Question<E>> =
            found.into_values().filter(|question| question.askers() > 1).collect();
        questions
            .sort_by_key(|question| (core::cmp::Reverse(question.askers()), question.test.cost));
        questions.truncate(MAX_QUESTIONS);
        Self::with(detections, questions)
    }

    fn with(detections: &[(u32, &Logic<E>)], questions: Vec<Question<E>>) -> Self {
        let mut all = vec![0; detections.len().div_ceil(64)];
        (0..detections.len()).for_each(|at| set(&mut all, at));
        let asked = |test: &Test<E>| questions.iter().any(|question| question.test.is_same(test));
        let rest = detections.iter().map(|(_, logic)| logic.without(&asked)).collect();
        Self {
            rules: detections.iter().map(|&(rule, _)| rule).collect(),
            all: all.into(),
            questions: questions.into(),
            rest,
        }
    }

    /// Returns the detections looked at, in rule order.
    pub(crate) fn rules(&self) -> &[u32] {
        &self.rules
    }

    /// Puts a bit into `alive` for each detection that the questions leave.
    pub(crate) fn ask(&self, event: &E, alive: &mut Vec<u64>) {
        alive.clear();
        alive.extend_from_slice(&self.all);
        for question in &self.questions {
            let askers = question.yes.iter().zip(&question.no);
            if alive.iter().zip(askers).all(|(alive, (yes, no))| alive & (yes | no) == 0) {
                continue;
            }
            let out = if (question.test.run)(event) { &question.no } else { &question.yes };
            let mut left = 0;
            for (alive, out) in alive.iter_mut().zip(out) {
                *alive &= !out;
                left |= *alive;
            }
            if left == 0 {
                return;
            }
        }
    }

    /// Returns the rule at a position, if the event fits what the questions leave open.
    pub(crate) fn fits(&self, at: usize, event: &E) -> Option<usize> {
        let (&rule, rest) = (self.rules.get(at)?, self.rest.get(at)?);
        rest.holds(event).then(|| usize::try_from(rule).ok()).flatten()
    }
}

impl<E: 'static> Question<E> {
    fn askers(&self) -> u32 {
        self.yes.iter().chain(&self.no).map(|word| word.count_ones()).sum()
    }
}

fn set(bits: &mut [u64], at: usize) {
    if let Some(word) = bits.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

/// Questions asked at most; what more detections share is asked for each.
const MAX_QUESTIONS: usize = 64;
