//! A detection: selections and the condition over them, compiled to tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    condition::{self, Expr},
    document::shape,
    error::Problem,
    pattern::Pattern,
    schema::{Schema, closest},
    test::{self, Lists, Located, Logic, Test},
    yaml::{At, Node, Tree},
};

/// What compiling needs to know beside the document.
pub(crate) struct Context<'c, E: 'static> {
    pub(crate) schema: Schema<E>,
    pub(crate) lists: &'c Lists,
    /// The text of the file, to place a caret inside a scalar.
    pub(crate) source: &'c str,
}

/// A compiled detection.
pub(crate) struct Detection<E: 'static> {
    /// The condition, with selections named.
    pub(crate) logic: Logic<E>,
    /// Selections the condition does not use.
    pub(crate) unused: Vec<(At, String)>,
}

/// Compiles a `detection` or `filter` section; `skip` are keys that are no selections.
pub(crate) fn detection<E>(
    context: &Context<'_, E>,
    section: &Node,
    skip: &[&str],
    errors: &mut Vec<Located>,
) -> Option<Detection<E>> {
    let before = errors.len();
    let mut selections = Selections { by_name: BTreeMap::new(), used: BTreeSet::new() };
    let mut places = Vec::new();
    for (key, value) in section.entries().unwrap_or_default() {
        if key.text == "condition" || skip.contains(&key.text.as_str()) {
            continue;
        }
        if key.text == "timeframe" {
            errors.push((key.at, Problem::Obsolete(key.text.clone())));
            continue;
        }
        places.push((key.at, key.text.clone()));
        // A selection that is wrong still has a name, so that the condition is not blamed for it.
        let logic = selection(context, &key.text, value, errors).unwrap_or(Logic::All(Vec::new()));
        selections.by_name.insert(key.text.clone(), logic);
    }
    let Some(condition) = section.get("condition") else {
        errors.push((section.at, Problem::Missing("condition")));
        return None;
    };
    let mut terms = Vec::new();
    for node in condition.elements() {
        match expression(context, node).and_then(|expr| selections.resolve(&expr, node, context)) {
            Ok(logic) => terms.push(logic),
            Err(located) => errors.push(located),
        }
    }
    if terms.is_empty() && errors.len() == before {
        errors.push((condition.at, shape("condition", "an expression", condition)));
    }
    let used = selections.used;
    let unused = places.into_iter().filter(|(_, name)| !used.contains(name)).collect();
    let logic = if terms.len() == 1 { terms.pop()? } else { Logic::Any(terms) };
    (errors.len() == before).then_some(Detection { logic, unused })
}

/// A mapping is an AND of its items, a list of mappings an OR of those.
fn selection<E>(
    context: &Context<'_, E>,
    name: &str,
    value: &Node,
    errors: &mut Vec<Located>,
) -> Option<Logic<E>> {
    match &value.value {
        Tree::Map(entries) if !entries.is_empty() => {
            let mut terms = Vec::new();
            for (key, value) in entries {
                match test::item(&context.schema, context.lists, key, value) {
                    Ok(logic) => terms.push(logic),
                    Err(located) => errors.push(located),
                }
            }
            Some(Logic::All(terms))
        }
        Tree::List(items) if items.iter().any(|item| item.entries().is_some()) => {
            let mut terms = Vec::new();
            for item in items {
                if item.entries().is_some() {
                    terms.extend(selection(context, name, item, errors));
                } else {
                    errors.push((item.at, Problem::Keywords(name.to_owned())));
                }
            }
            Some(Logic::Any(terms))
        }
        Tree::List(items) if !items.is_empty() => {
            errors.push((value.at, Problem::Keywords(name.to_owned())));
            None
        }
        Tree::Text(_) | Tree::Int(_) => {
            errors.push((value.at, Problem::Keywords(name.to_owned())));
            None
        }
        _ => {
            let want = "a mapping of fields to values, or a list of such mappings";
            errors.push((value.at, shape(name, want, value)));
            None
        }
    }
}

fn expression<E>(context: &Context<'_, E>, node: &Node) -> Result<Expr, Located> {
    let Tree::Text(text) = &node.value else {
        return Err((node.at, shape("condition", "an expression", node)));
    };
    condition::parse(text).map_err(|syntax| {
        let before = text.get(..syntax.offset).unwrap_or(text).chars().count();
        let condition = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
        let problem =
            Problem::Condition { condition, caret: before + 1, expected: syntax.expected };
        (inside(context.source, node.at, text, syntax.offset), problem)
    })
}

/// Returns the place of an offset into a scalar; that of the scalar when it spans lines, where
/// folding has moved the words.
pub(crate) fn inside(source: &str, at: At, text: &str, offset: usize) -> At {
    let index = |n: u32| usize::try_from(n).ok().and_then(|n| n.checked_sub(1));
    let written = index(at.line)
        .and_then(|line| source.lines().nth(line))
        .zip(index(at.column))
        .map(|(line, column)| line.chars().skip(column).collect::<String>())
        .unwrap_or_default();
    let quote = usize::from(written.starts_with(['"', '\'']));
    if !written.chars().skip(quote).collect::<String>().starts_with(text) {
        return at;
    }
    let before = text.get(..offset).unwrap_or(text).chars().count() + quote;
    At { line: at.line, column: at.column.saturating_add(u32::try_from(before).unwrap_or(0)) }
}

struct Selections<E: 'static> {
    by_name: BTreeMap<String, Logic<E>>,
    used: BTreeSet<String>,
}

impl<E> Selections<E> {
    fn resolve(
        &mut self,
        expr: &Expr,
        node: &Node,
        context: &Context<'_, E>,
    ) -> Result<Logic<E>, Located> {
        let at = |offset: &usize| {
            inside(context.source, node.at, &node.scalar().unwrap_or_default(), *offset)
        };
        let mut each = |terms: &[Expr]| {
            terms.iter().map(|term| self.resolve(term, node, context)).collect::<Result<_, _>>()
        };
        Ok(match expr {
            Expr::Any(terms) => Logic::Any(each(terms)?),
            Expr::All(terms) => Logic::All(each(terms)?),
            Expr::Not(term) => Logic::Not(Box::new(self.resolve(term, node, context)?)),
            Expr::Selection(name, offset) => self.named(name).ok_or_else(|| {
                let names = self.by_name.keys().map(String::as_str);
                let suggestion = closest(name, names).map(str::to_owned);
                (at(offset), Problem::UnknownSelection { name: name.clone(), suggestion })
            })?,
            Expr::Of { all, pattern, offset } => {
                let glob = Pattern::parse(if pattern == "them" { "*" } else { pattern }).glob();
                // "them" leaves out names that begin with an underscore, as pySigma does.
                let fits = |name: &String| {
                    glob.matches(name, false) && !(pattern == "them" && name.starts_with('_'))
                };
                let names: Vec<String> = self.by_name.keys().filter(|n| fits(n)).cloned().collect();
                if names.is_empty() {
                    return Err((at(offset), Problem::NoSelection(pattern.clone())));
                }
                let terms = names.iter().filter_map(|name| self.named(name)).collect();
                if *all { Logic::All(terms) } else { Logic::Any(terms) }
            }
        })
    }

    fn named(&mut self, name: &str) -> Option<Logic<E>> {
        let logic = self.by_name.get(name)?.clone();
        self.used.insert(name.to_owned());
        Some(Logic::Named(name.into(), Box::new(logic)))
    }
}

impl<E> Logic<E> {
    /// Whether the event fits.
    pub(crate) fn holds(&self, event: &E) -> bool {
        match self {
            Self::Test(test) => (test.run)(event),
            Self::All(terms) => terms.iter().all(|term| term.holds(event)),
            Self::Any(terms) => terms.iter().any(|term| term.holds(event)),
            Self::Not(term) => !term.holds(event),
            Self::Named(_, term) => term.holds(event),
        }
    }

    /// Returns the same logic for evaluation: names dropped, nesting flattened, cheap terms first.
    pub(crate) fn flatten(&self) -> Self {
        match self {
            Self::Test(test) => Self::Test(Arc::clone(test)),
            Self::Named(_, term) => term.flatten(),
            Self::Not(term) => match term.flatten() {
                Self::Not(inner) => *inner,
                other => Self::Not(Box::new(other)),
            },
            Self::All(terms) => {
                let mut flat = Vec::new();
                for term in terms {
                    match term.flatten() {
                        Self::All(inner) => flat.extend(inner),
                        other => flat.push(other),
                    }
                }
                Self::sorted(flat, Self::All)
            }
            Self::Any(terms) => {
                let mut flat = Vec::new();
                for term in terms {
                    match term.flatten() {
                        Self::Any(inner) => flat.extend(inner),
                        other => flat.push(other),
                    }
                }
                Self::sorted(flat, Self::Any)
            }
        }
    }

    fn sorted(mut terms: Vec<Self>, many: fn(Vec<Self>) -> Self) -> Self {
        terms.sort_by_key(Self::cost);
        match terms.pop() {
            Some(only) if terms.is_empty() => only,
            last => {
                terms.extend(last);
                many(terms)
            }
        }
    }

    fn cost(&self) -> u32 {
        match self {
            Self::Test(test) => test.cost.into(),
            Self::Not(term) | Self::Named(_, term) => term.cost(),
            Self::All(terms) | Self::Any(terms) => {
                terms.iter().map(Self::cost).fold(1, u32::saturating_add)
            }
        }
    }

    /// Calls `each` with every test that must be true, or must be false, for an event to fit.
    pub(crate) fn literals<'l>(&'l self, each: &mut impl FnMut(&'l Arc<Test<E>>, bool)) {
        match self {
            Self::Test(test) => each(test, true),
            Self::Not(term) => term.denied(each),
            Self::All(terms) => terms.iter().for_each(|term| term.literals(each)),
            Self::Any(_) => {}
            Self::Named(_, term) => term.literals(each),
        }
    }

    /// As [`Self::literals`], of what must not hold.
    fn denied<'l>(&'l self, each: &mut impl FnMut(&'l Arc<Test<E>>, bool)) {
        match self {
            Self::Test(test) => each(test, false),
            Self::Not(term) => term.literals(each),
            Self::Any(terms) => terms.iter().for_each(|term| term.denied(each)),
            Self::All(_) => {}
            Self::Named(_, term) => term.denied(each),
        }
    }

    /// Returns what is left of the logic when the literals on these tests are known to be right.
    pub(crate) fn without(&self, known: &impl Fn(&Test<E>) -> bool) -> Self {
        let many = |terms: &[Self], one: &dyn Fn(&Self) -> Option<Self>| -> Vec<Self> {
            terms.iter().filter_map(one).collect()
        };
        match self {
            Self::Test(test) if known(test) => Self::All(Vec::new()),
            Self::Not(term) => match &**term {
                Self::Test(test) if known(test) => Self::All(Vec::new()),
                Self::Any(terms) => Self::Not(Box::new(Self::Any(many(terms, &|term| {
                    let asked = matches!(term, Self::Test(test) if known(test));
                    (!asked).then(|| term.clone())
                })))),
                _ => self.clone(),
            },
            Self::All(terms) => Self::All(many(terms, &|term| {
                let left = term.without(known);
                let nothing = match &left {
                    Self::All(terms) => terms.is_empty(),
                    Self::Not(term) => matches!(&**term, Self::Any(terms) if terms.is_empty()),
                    _ => false,
                };
                (!nothing).then_some(left)
            })),
            _ => self.clone(),
        }
    }

    /// Returns the buckets one of which an event must be in to fit; `None` when any event may.
    pub(crate) fn buckets(&self) -> Option<BTreeSet<u16>> {
        match self {
            Self::Test(test) => {
                let bucket = test.field.bucket?;
                test.exact.as_ref()?.iter().map(|literal| bucket(literal)).collect()
            }
            Self::Named(_, term) => term.buckets(),
            Self::Not(_) => None,
            Self::All(terms) => terms.iter().filter_map(Self::buckets).min_by_key(BTreeSet::len),
            Self::Any(terms) => {
                let each: Option<Vec<_>> = terms.iter().map(Self::buckets).collect();
                Some(each?.into_iter().flatten().collect())
            }
        }
    }
}
