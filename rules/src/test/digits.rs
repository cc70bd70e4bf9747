//! Tests on packed digits: equality and prefixes by comparing one 128-bit number.

use core::num::NonZeroU128;

use regex_automata::meta;

use super::{
    Compiled, Operand, Run,
    text::{expression, refuse},
};
use crate::{
    modifier::{Modifiers, Operator},
    pattern::{Glob, Pattern, Shape},
    schema::Field,
    value::{Digits, Value},
    yaml::Tree,
};

/// Fits digits against any of several operands.
#[derive(Default)]
struct Matcher {
    anything: bool,
    /// Sorted.
    exact: Vec<NonZeroU128>,
    prefixes: PrefixSet,
    suffixes: Vec<Digits>,
    parts: Vec<Digits>,
    globs: Vec<Glob>,
    expression: Option<meta::Regex>,
}

impl Matcher {
    fn matches(&self, digits: Digits) -> bool {
        if self.anything
            || self.exact.binary_search(&digits.bits()).is_ok()
            || self.prefixes.covers(digits)
            || self.suffixes.iter().any(|&suffix| digits.ends_with(suffix))
            || self.parts.iter().any(|&part| digits.contains(part))
        {
            return true;
        }
        if self.globs.is_empty() && self.expression.is_none() {
            return false;
        }
        let mut buffer = [0; Digits::MAX];
        let text = digits.text(&mut buffer);
        self.globs.iter().any(|glob| glob.matches(text, true))
            || self.expression.as_ref().is_some_and(|expression| expression.is_match(text))
    }
}

/// Prefixes none of which begins another, sorted: only the last one not behind the digits can
/// begin them, so a lookup is one binary search.
#[derive(Debug, Default)]
struct PrefixSet(Vec<Digits>);

impl PrefixSet {
    fn new(mut prefixes: Vec<Digits>) -> Self {
        prefixes.sort_unstable();
        let mut out: Vec<Digits> = Vec::new();
        for prefix in prefixes {
            if !out.last().is_some_and(|&last| prefix.starts_with(last)) {
                out.push(prefix);
            }
        }
        Self(out)
    }

    fn covers(&self, digits: Digits) -> bool {
        let behind = self.0.partition_point(|prefix| prefix.aligned() <= digits.aligned());
        behind
            .checked_sub(1)
            .and_then(|last| self.0.get(last))
            .is_some_and(|&prefix| digits.starts_with(prefix))
    }
}

/// Compiles a test on a field of digits.
pub(super) fn compile<E>(
    field: &'static Field<E>,
    m: &Modifiers,
    operands: &[Operand<'_>],
) -> Compiled<E> {
    let mut matcher = Matcher::default();
    let mut exact = (m.operator == Operator::Equal).then(Vec::new);
    if m.operator == Operator::Re {
        let texts: Vec<&str> = operands.iter().map(|operand| operand.text.as_str()).collect();
        let at = operands.first().map(|operand| operand.at).unwrap_or_default();
        matcher.expression = Some(expression(m, &texts).map_err(|problem| (at, problem))?);
    } else {
        let mut prefixes = Vec::new();
        for operand in operands {
            // A number with a fraction is one YAML could not hold exactly.
            if !matches!(operand.tree, Tree::Int(_) | Tree::Text(_)) {
                return Err(refuse(field, operand));
            }
            let pattern = Pattern::parse(&operand.text).with(m.operator);
            if !pattern.texts().all(|text| Digits::parse(text).is_some()) {
                return Err(refuse(field, operand));
            }
            let read = |text: &str| Digits::parse(text).ok_or_else(|| refuse(field, operand));
            let shape = pattern.shape(true);
            match (&shape, &mut exact) {
                (Shape::Exact(text), Some(list)) => list.push(text.to_ascii_lowercase()),
                _ => exact = None,
            }
            match shape {
                Shape::Anything => matcher.anything = true,
                Shape::Exact(text) => matcher.exact.push(read(&text)?.bits()),
                Shape::Prefix(text) => prefixes.push(read(&text)?),
                Shape::Suffix(text) => matcher.suffixes.push(read(&text)?),
                Shape::Part(text) => matcher.parts.push(read(&text)?),
                Shape::Glob(glob) => matcher.globs.push(glob),
            }
        }
        matcher.exact.sort_unstable();
        matcher.prefixes = PrefixSet::new(prefixes);
    }
    let cost = match (&matcher.expression, matcher.globs.is_empty()) {
        (Some(_), _) => 9,
        (None, false) => 6,
        (None, true) => 2,
    };
    let get = field.get;
    let run: Run<E> = Box::new(move |event| match get(event) {
        Some(Value::Digits(digits)) => matcher.matches(digits),
        _ => false,
    });
    Ok((cost, exact, run))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::parse(text).unwrap()
    }

    #[test]
    fn shorter_prefixes_cover_longer_ones() {
        let set = PrefixSet::new(["1556", "15", "1", "2", "20"].map(digits).to_vec());
        assert_eq!(set.0, ["1", "2"].map(digits));
        for (text, want) in [("1", true), ("15", true), ("2", true), ("3", false), ("", false)] {
            assert_eq!(set.covers(digits(text)), want, "{text}");
        }
        assert!(PrefixSet::new(vec![digits("")]).covers(digits("9")));
        assert!(!PrefixSet::new(vec![]).covers(digits("9")));
    }

    proptest! {
        #[test]
        fn a_set_of_prefixes_is_the_or_of_them(
            prefixes in prop::collection::vec("[0-3a]{0,4}", 0..8),
            text in "[0-3a]{0,6}",
        ) {
            let prefixes: Vec<Digits> = prefixes.iter().map(|p| digits(p)).collect();
            let want = prefixes.iter().any(|&p| digits(&text).starts_with(p));
            prop_assert_eq!(PrefixSet::new(prefixes).covers(digits(&text)), want);
        }
    }
}
