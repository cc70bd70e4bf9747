//! Correlation documents (Sigma correlation rules specification 2.1), compiled and linked to the
//! rules they refer to.

use crate::{
    condition::{self, Expr},
    correlate::{Aggregate, Comparison, Correlation, Input, MAX_RULES, whole},
    document::{RuleInfo, shape, text, texts},
    error::Problem,
    schema::{Field, Kind, Schema, closest},
    state::Terms,
    test::{Located, found},
    yaml::{Node, Tree},
};

/// A compiled correlation, and what its document says about the rules it refers to.
pub(crate) struct Linked<E: 'static> {
    pub(crate) correlation: Correlation<E>,
    /// The rules it refers to report their own matches too.
    pub(crate) generate: bool,
    pub(crate) group_by: Vec<String>,
}

/// Compiles a `correlation` section against the rules there are.
pub(crate) fn correlation<E>(
    schema: &Schema<E>,
    rules: &[RuleInfo],
    rule: usize,
    document: &Node,
    section: &Node,
) -> Result<Linked<E>, Located> {
    for (key, _) in section.entries().unwrap_or_default() {
        if !KEYS.contains(&key.text.as_str()) {
            let suggestion = closest(&key.text, KEYS).map(str::to_owned);
            let key_text = key.text.clone();
            let problem = Problem::UnknownKey { key: key_text, section: "correlation", suggestion };
            return Err((key.at, problem));
        }
    }
    let kind = text(section, "type")?.ok_or((section.at, Problem::Missing("type")))?;
    let referred = referred(rules, section)?;
    let group_by = texts(section, "group-by")?;
    if group_by.len() > MAX_GROUP {
        let at = section.get("group-by").map_or(section.at, |node| node.at);
        return Err((at, too_many("fields to group by", group_by.len(), MAX_GROUP)));
    }
    let mut inputs = Vec::new();
    for &target in &referred {
        let mut group = Vec::new();
        for name in &group_by {
            group.push(group_field(schema, rules.get(target), section, name)?);
        }
        inputs.push(Input { rule: target, group });
    }
    let timespan = timespan(section)?;
    let (bounds, kind) = conditions(schema, rules, &kind, &referred, section)?;
    let keep = keep(&kind, &bounds, section)?;
    let keeping = kind.keeping();
    let terms = Terms { rule: 0, keeping, keep, timespan };
    let generate = [section, document]
        .into_iter()
        .filter_map(|node| node.get("generate"))
        .any(|node| matches!(node.value, Tree::Bool(true)));
    let correlation = Correlation { rule, inputs, kind, bounds, terms };
    Ok(Linked { correlation, generate, group_by })
}

/// Returns the positions of the rules the section names.
fn referred(rules: &[RuleInfo], section: &Node) -> Result<Vec<usize>, Located> {
    let node = section.get("rules").ok_or((section.at, Problem::Missing("rules")))?;
    let mut out = Vec::new();
    for item in node.elements() {
        let name =
            item.scalar().ok_or_else(|| (item.at, shape("rules", "a list of names", item)))?;
        out.push(find(rules, &name).ok_or_else(|| (item.at, unknown_rule(rules, &name)))?);
    }
    if out.is_empty() {
        return Err((node.at, shape("rules", "a list of names or ids of rules", node)));
    }
    if out.len() > MAX_RULES {
        return Err((node.at, too_many("rules in a correlation", out.len(), MAX_RULES)));
    }
    Ok(out)
}

/// Returns the position of the rule of that id or name.
pub(crate) fn find(rules: &[RuleInfo], name: &str) -> Option<usize> {
    rules.iter().position(|rule| rule.is_called(name))
}

pub(crate) fn unknown_rule(rules: &[RuleInfo], name: &str) -> Problem {
    let names = rules.iter().flat_map(|rule| [rule.name.as_deref(), rule.id.as_deref()]);
    let suggestion = closest(name, names.flatten()).map(str::to_owned);
    Problem::UnknownRule { name: name.to_owned(), suggestion }
}

/// Returns the field a rule's events are grouped by under `name`, which may be an alias.
fn group_field<E>(
    schema: &Schema<E>,
    rule: Option<&RuleInfo>,
    section: &Node,
    name: &str,
) -> Result<&'static Field<E>, Located> {
    let alias = section.get("aliases").and_then(|aliases| aliases.get(name));
    let (at, field) = match alias {
        None => (section.get("group-by").map_or(section.at, |node| node.at), name.to_owned()),
        Some(alias) => {
            let entries = alias
                .entries()
                .ok_or_else(|| (alias.at, shape(name, "a mapping of rules to fields", alias)))?;
            let entry =
                entries.iter().find(|(key, _)| rule.is_some_and(|r| r.is_called(&key.text)));
            let (_, field) = entry.ok_or_else(|| {
                let want = "a mapping with every rule of the correlation";
                let found = rule.map_or("", RuleInfo::key);
                let found = format!("one without `{found}`");
                (alias.at, Problem::Shape { key: name.to_owned(), want, found })
            })?;
            let name = field.scalar();
            (field.at, name.ok_or_else(|| (field.at, shape("aliases", "a field", field)))?)
        }
    };
    let found = field_named(schema, &field).map_err(|problem| (at, problem))?;
    if found.kind == Kind::Set {
        let modifier = "group-by";
        return Err((at, Problem::ModifierKind { modifier, field: found.name, kind: found.kind }));
    }
    Ok(found)
}

fn field_named<E>(schema: &Schema<E>, name: &str) -> Result<&'static Field<E>, Problem> {
    schema.find(name).ok_or_else(|| Problem::UnknownField {
        name: name.to_owned(),
        suggestion: schema.closest(name),
    })
}

/// Reads a number and its unit to nanoseconds.
fn timespan(section: &Node) -> Result<u64, Located> {
    let node = section.get("timespan").ok_or((section.at, Problem::Missing("timespan")))?;
    let text = node.scalar().unwrap_or_default();
    let seconds = |unit: char| match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3600),
        'd' => Some(86_400),
        'w' => Some(604_800),
        _ => None,
    };
    let read = || {
        let unit = text.chars().next_back()?;
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(seconds(unit)?)?.checked_mul(1_000_000_000).filter(|&span| span > 0)
    };
    read().ok_or_else(|| (node.at, Problem::Timespan(text.clone())))
}

type Conditions<E> = (Vec<(Comparison, f64)>, Aggregate<E>);

fn conditions<E>(
    schema: &Schema<E>,
    rules: &[RuleInfo],
    kind: &str,
    referred: &[usize],
    section: &Node,
) -> Result<Conditions<E>, Located> {
    let temporal = matches!(kind, "temporal" | "temporal_ordered");
    let condition = section.get("condition");
    let mut bounds = Vec::new();
    let mut expr = None;
    match condition {
        Some(node) if temporal && matches!(node.value, Tree::Text(_)) => {
            expr = Some(over_rules(rules, referred, node)?);
        }
        Some(node) => bounds = read_bounds(node)?,
        None if temporal => {}
        None => return Err((section.at, Problem::Missing("condition"))),
    }
    if temporal && bounds.is_empty() && expr.is_none() {
        // Each rule of the list has to match; one that is named twice counts twice.
        bounds.push((Comparison::Gte, whole(referred.len())));
    }
    let at = condition.map_or(section.at, |node| node.at);
    if bounds.is_empty() && expr.is_none() {
        return Err((at, Problem::Missing("gte")));
    }
    let fields = condition.map(|node| texts(node, "field")).transpose()?.unwrap_or_default();
    let field_at = condition.and_then(|node| node.get("field")).map_or(at, |node| node.at);
    let mut found = Vec::new();
    for name in &fields {
        found.push(field_named(schema, name).map_err(|problem| (field_at, problem))?);
    }
    let number = || match *found.as_slice() {
        [field] if field.kind == Kind::Int => Ok(field),
        [field] => {
            let problem =
                Problem::ModifierKind { modifier: "field", field: field.name, kind: field.kind };
            Err((field_at, problem))
        }
        _ => Err((field_at, Problem::Missing("field"))),
    };
    let kind = match kind {
        "event_count" => Aggregate::EventCount,
        "value_count" if !found.is_empty() => Aggregate::ValueCount(found),
        "value_count" => return Err((at, Problem::Missing("field"))),
        "temporal" => Aggregate::Temporal(expr),
        "temporal_ordered" => Aggregate::Ordered(expr),
        "value_sum" => Aggregate::Sum(number()?),
        "value_avg" => Aggregate::Average(number()?),
        "value_percentile" => {
            let percent = condition.and_then(|node| node.get("percentile"));
            let node = percent.ok_or((at, Problem::Missing("percentile")))?;
            let percent = float(node).filter(|percent| (0.0..=100.0).contains(percent));
            let problem = || (node.at, shape("percentile", "a number from 0 to 100", node));
            Aggregate::Percentile(number()?, percent.ok_or_else(problem)?)
        }
        _ => {
            let at = section.get("type").map_or(section.at, |node| node.at);
            let key = "type".to_owned();
            return Err((at, Problem::Shape { key, want: TYPES, found: format!("`{kind}`") }));
        }
    };
    Ok((bounds, kind))
}

fn read_bounds(node: &Node) -> Result<Vec<(Comparison, f64)>, Located> {
    let Some(entries) = node.entries() else {
        return Err((node.at, shape("condition", "a mapping such as `gte: 3`", node)));
    };
    let mut bounds = Vec::new();
    for (key, value) in entries {
        if key.text == "field" || key.text == "percentile" {
            continue;
        }
        let comparison = Comparison::named(&key.text).ok_or_else(|| {
            let suggestion = closest(&key.text, CONDITION_KEYS).map(str::to_owned);
            let key_text = key.text.clone();
            let section = "condition";
            (key.at, Problem::UnknownKey { key: key_text, section, suggestion })
        })?;
        let threshold = float(value).filter(|threshold| *threshold >= 0.0);
        let threshold = threshold.ok_or_else(|| {
            let found = found(value);
            let want = "a number from 0 on";
            (value.at, Problem::Shape { key: key.text.clone(), want, found })
        })?;
        bounds.push((comparison, threshold));
    }
    Ok(bounds)
}

/// Reads a condition over rules and replaces their names by input numbers.
fn over_rules(rules: &[RuleInfo], referred: &[usize], node: &Node) -> Result<Expr, Located> {
    let text = node.scalar().unwrap_or_default();
    let expr = condition::parse(&text).map_err(|syntax| {
        let caret = text.get(..syntax.offset).unwrap_or(&text).chars().count() + 1;
        let expected = syntax.expected;
        (node.at, Problem::Condition { condition: text.clone(), caret, expected })
    })?;
    number_inputs(expr, rules, referred).map_err(|problem| (node.at, problem))
}

fn number_inputs(expr: Expr, rules: &[RuleInfo], referred: &[usize]) -> Result<Expr, Problem> {
    let each = |terms: Vec<Expr>| {
        terms.into_iter().map(|term| number_inputs(term, rules, referred)).collect::<Result<_, _>>()
    };
    Ok(match expr {
        Expr::Any(terms) => Expr::Any(each(terms)?),
        Expr::All(terms) => Expr::All(each(terms)?),
        Expr::Not(term) => Expr::Not(Box::new(number_inputs(*term, rules, referred)?)),
        Expr::Selection(name, _) => {
            let input = referred
                .iter()
                .position(|&rule| rules.get(rule).is_some_and(|rule| rule.is_called(&name)))
                .ok_or_else(|| unknown_rule(rules, &name))?;
            Expr::Selection(name, input)
        }
        Expr::Of { pattern, .. } => return Err(Problem::NoSelection(pattern)),
    })
}

/// Returns how many events a window must hold for its condition to be decided exactly.
fn keep<E>(
    kind: &Aggregate<E>,
    bounds: &[(Comparison, f64)],
    section: &Node,
) -> Result<usize, Located> {
    match kind {
        Aggregate::Sum(_) | Aggregate::Average(_) | Aggregate::Percentile(..) => {
            return Ok(MAX_VALUES);
        }
        Aggregate::Temporal(_) | Aggregate::Ordered(_) => return Ok(MIN_KEPT),
        Aggregate::EventCount | Aggregate::ValueCount(_) => {}
    }
    let most = bounds.iter().map(|&(_, threshold)| threshold).fold(0.0, f64::max).ceil();
    let Some(count) = (0..=MAX_THRESHOLD).find(|&n| whole(n) >= most) else {
        let at = section.get("condition").map_or(section.at, |node| node.at);
        let (key, want) = ("condition".to_owned(), "a mapping of thresholds up to 4096");
        return Err((at, Problem::Shape { key, want, found: format!("`{most}`") }));
    };
    Ok((count + 1).max(MIN_KEPT))
}

fn float(node: &Node) -> Option<f64> {
    match node.value {
        Tree::Int(number) => u32::try_from(number)
            .ok()
            .map(f64::from)
            .or_else(|| u64::try_from(number).ok().map(crate::window::wide)),
        Tree::Float(number) => Some(number).filter(|number| number.is_finite()),
        _ => None,
    }
}

fn too_many(what: &'static str, found: usize, limit: usize) -> Problem {
    let wide = |n| u64::try_from(n).unwrap_or(u64::MAX);
    Problem::TooMany { what, found: wide(found), limit: wide(limit) }
}

const KEYS: [&str; 7] =
    ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];

const CONDITION_KEYS: [&str; 8] = ["gt", "gte", "lt", "lte", "eq", "neq", "field", "percentile"];

const TYPES: &str = "event_count, value_count, temporal, temporal_ordered, value_sum, value_avg or value_percentile";

/// Fields to group by; more would hardly find two events alike.
const MAX_GROUP: usize = 4;

/// Events kept in a window at least, so that a match can cite them.
const MIN_KEPT: usize = 64;

/// The largest threshold on a count.
const MAX_THRESHOLD: usize = 4096;

/// The most values summed up or sorted, which is done anew for each event.
const MAX_VALUES: usize = 1024;
