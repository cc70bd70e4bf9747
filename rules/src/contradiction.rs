//! Tests that no event can pass together, within one AND.
//!
//! Found are: two lists of values without one in common, a field that is to be absent and to be
//! something, numbers out of each other's reach, and a test beside its own negation. What takes
//! more reasoning than that is not found.

use std::sync::Arc;

use crate::test::{Logic, Test};

/// Returns what contradicts itself in a flattened condition, in words.
pub(crate) fn find<E>(logic: &Logic<E>) -> Option<String> {
    match logic {
        Logic::Test(_) => None,
        Logic::Named(_, term) | Logic::Not(term) => find(term),
        Logic::Any(terms) => terms.iter().find_map(find),
        Logic::All(terms) => {
            let tests: Vec<&Arc<Test<E>>> = terms
                .iter()
                .filter_map(|term| if let Logic::Test(test) = term { Some(test) } else { None })
                .collect();
            let pairs = tests.iter().enumerate().flat_map(|(i, a)| {
                tests.iter().skip(i + 1).map(move |b| (a, b)).filter(|(a, b)| {
                    core::ptr::eq(a.field, b.field) || a.field.name == b.field.name
                })
            });
            pairs
                .map(|(a, b)| (a.as_ref(), b.as_ref()))
                .find_map(|(a, b)| between(a, b))
                .or_else(|| negation(terms, &tests))
                .or_else(|| terms.iter().find_map(find))
        }
    }
}

/// Returns why two tests of one field cannot both hold.
fn between<E>(a: &Test<E>, b: &Test<E>) -> Option<String> {
    let field = a.field.name;
    let show = |values: &[String]| values.join(" or ");
    if let (Some(left), Some(right)) = (&a.exact, &b.exact)
        && !left.iter().any(|value| right.contains(value))
    {
        return Some(format!("no event has `{field}` both {} and {}", show(left), show(right)));
    }
    let absent = |test: &Test<E>| test.presence == Some(false);
    if absent(a) != absent(b) {
        let other = if absent(a) { b } else { a };
        return Some(format!("no event is without `{field}` and has it {}", other.text));
    }
    let ((least, most), (low, high)) = a.bounds.zip(b.bounds)?;
    (least.max(low) > most.min(high))
        .then(|| format!("no event has `{field}` {} and {}", a.text, b.text))
}

/// Returns a test of an AND that another of its terms denies.
fn negation<E>(terms: &[Logic<E>], tests: &[&Arc<Test<E>>]) -> Option<String> {
    let among = |test: &Arc<Test<E>>| tests.iter().any(|other| Arc::ptr_eq(other, test));
    terms.iter().find_map(|term| {
        let Logic::Not(denied) = term else { return None };
        let denied = match denied.as_ref() {
            Logic::Test(test) => vec![test],
            Logic::All(terms) => terms
                .iter()
                .map(|term| if let Logic::Test(test) = term { Some(test) } else { None })
                .collect::<Option<Vec<_>>>()?,
            _ => return None,
        };
        let first = denied.first()?;
        let all = denied.iter().all(|test| among(test));
        all.then(|| format!("`{} {}` is both asked for and denied", first.field.name, first.text))
    })
}
