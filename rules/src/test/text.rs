//! Tests on text: lists of values as sorted lookups and one automaton, expressions in linear time.
//!
//! Without `cased`, letters are compared without case, as Sigma asks: octets directly where the
//! operand is ASCII, character by character where it is not.

use aho_corasick::AhoCorasick;
use regex_automata::{meta, util::syntax};

use super::{Compiled, Located, Operand, Run, cidr, misfit};
use crate::{
    error::Problem,
    modifier::{Modifiers, Operator},
    pattern::{Glob, Pattern, Shape},
    schema::{Field, closest},
    value::Value,
};

/// Fits text against any of several operands.
#[derive(Default)]
pub(super) struct Matcher {
    fold: bool,
    anything: bool,
    /// Sorted, in lower case when folding.
    exact: Vec<String>,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
    parts: Option<AhoCorasick>,
    globs: Vec<Glob>,
    expression: Option<meta::Regex>,
}

impl Matcher {
    /// Compiles operands, all under the same modifiers.
    pub(super) fn new(m: &Modifiers, texts: &[&str]) -> Result<Self, Problem> {
        let mut out = Self { fold: !m.cased, ..Self::default() };
        if m.operator == Operator::Re {
            out.expression = Some(expression(m, texts)?);
            return Ok(out);
        }
        let mut parts = Vec::new();
        for text in texts {
            match Pattern::parse(text).with(m.operator).shape(out.fold) {
                Shape::Anything => out.anything = true,
                Shape::Exact(text) if out.fold => out.exact.push(text.to_ascii_lowercase()),
                Shape::Exact(text) => out.exact.push(text),
                Shape::Prefix(text) => out.prefixes.push(text),
                Shape::Suffix(text) => out.suffixes.push(text),
                Shape::Part(text) => parts.push(text),
                Shape::Glob(glob) => out.globs.push(glob),
            }
        }
        out.exact.sort_unstable();
        if !parts.is_empty() {
            let built = AhoCorasick::builder().ascii_case_insensitive(out.fold).build(&parts);
            out.parts = Some(built.map_err(|error| Problem::Regex(error.to_string()))?);
        }
        Ok(out)
    }

    /// Whether the text fits one of the operands.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.anything
            || self.is_exact(text)
            || self.prefixes.iter().any(|p| self.same(text.as_bytes().get(..p.len()), p))
            || self.suffixes.iter().any(|s| self.has_suffix(text, s))
            || self.parts.as_ref().is_some_and(|parts| parts.is_match(text))
            || self.globs.iter().any(|glob| glob.matches(text, self.fold))
            || self.expression.as_ref().is_some_and(|expression| expression.is_match(text))
    }

    fn is_exact(&self, text: &str) -> bool {
        if !self.fold {
            return self.exact.binary_search_by(|entry| entry.as_str().cmp(text)).is_ok();
        }
        let lower = || text.bytes().map(|octet| octet.to_ascii_lowercase());
        self.exact.binary_search_by(|entry| entry.bytes().cmp(lower())).is_ok()
    }

    fn has_suffix(&self, text: &str, suffix: &str) -> bool {
        let start = text.len().checked_sub(suffix.len());
        start.is_some_and(|start| self.same(text.as_bytes().get(start..), suffix))
    }

    fn same(&self, octets: Option<&[u8]>, want: &str) -> bool {
        octets.is_some_and(|octets| {
            if self.fold {
                octets.eq_ignore_ascii_case(want.as_bytes())
            } else {
                octets == want.as_bytes()
            }
        })
    }

    fn cost(&self) -> u8 {
        match (&self.expression, &self.parts, self.globs.is_empty()) {
            (Some(_), ..) => 9,
            (_, Some(_), _) | (.., false) => 6,
            _ => 4,
        }
    }
}

/// Compiles a test on a text field.
pub(super) fn compile<E>(
    field: &'static Field<E>,
    m: &Modifiers,
    operands: &[Operand<'_>],
) -> Compiled<E> {
    if m.operator == Operator::Cidr {
        return cidr::text(field, operands);
    }
    let texts: Vec<&str> = operands.iter().map(|operand| operand.text.as_str()).collect();
    let matcher = Matcher::new(m, &texts).map_err(|problem| (first_at(operands), problem))?;
    let plain = m.operator == Operator::Equal && texts.iter().all(|t| Pattern::parse(t).is_plain());
    let exact = plain.then(|| texts.iter().map(|text| text.to_lowercase()).collect());
    let get = field.get;
    let cost = matcher.cost();
    let run: Run<E> = Box::new(move |event| match get(event) {
        Some(Value::Text(text)) => matcher.matches(text),
        _ => false,
    });
    Ok((cost, exact, run))
}

/// Returns the words of the field's vocabulary an operand stands for, with their positions.
pub(super) fn words<E>(
    field: &'static Field<E>,
    m: &Modifiers,
    operand: &Operand<'_>,
) -> Result<Vec<(usize, &'static str)>, Located> {
    let located = |problem| (operand.at, problem);
    let matcher = Matcher::new(m, &[&operand.text]).map_err(located)?;
    let words: Vec<_> = field
        .vocabulary
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, word)| matcher.matches(word))
        .collect();
    if words.is_empty() {
        return Err(located(Problem::UnknownWord {
            word: operand.text.clone(),
            field: field.name,
            suggestion: closest(&operand.text, field.vocabulary.iter().copied()),
        }));
    }
    Ok(words)
}

/// Compiles expressions to one automaton that is true when any of them is.
pub(super) fn expression(m: &Modifiers, texts: &[&str]) -> Result<meta::Regex, Problem> {
    let syntax = syntax::Config::new()
        .case_insensitive(m.ignore_case)
        .multi_line(m.multi_line)
        .dot_matches_new_line(m.dot_all)
        .nest_limit(50);
    let config = meta::Config::new()
        .nfa_size_limit(Some(1 << 20))
        .onepass_size_limit(Some(1 << 18))
        .hybrid_cache_capacity(1 << 18);
    meta::Regex::builder().syntax(syntax).configure(config).build_many(texts).map_err(|error| {
        let reason = error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string);
        // The message draws the expression over several lines; the last says what is wrong.
        let last = reason.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        Problem::Regex(last.trim_start_matches("error: ").to_owned())
    })
}

fn first_at(operands: &[Operand<'_>]) -> crate::yaml::At {
    operands.first().map(|operand| operand.at).unwrap_or_default()
}

/// Complains about an operand that is no text for digits.
pub(super) fn refuse<E>(field: &'static Field<E>, operand: &Operand<'_>) -> Located {
    (operand.at, misfit(field, operand))
}
