//! One item of a selection, `field|modifiers: values`, compiled to a test.
//!
//! A test is a boxed function that has captured the getter of its field and the operands in the
//! form that compares fastest: evaluation reads the field and compares, nothing else. A field that
//! is absent makes every test false except `exists: false` and `null`. `neq` needs the field to be
//! there; `fieldref|neq` is true when only the field it is compared with is absent.

mod cidr;
mod digits;
mod field;
mod text;

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    error::Problem,
    modifier::{self, Modifiers, Operator},
    schema::{Field, Kind, Schema, closest},
    value::{Bits, Value},
    yaml::{At, Key, Node, Tree},
};

/// A compiled test.
pub(crate) type Run<E> = Box<dyn Fn(&E) -> bool + Send + Sync>;

/// A test, and what there is to say about it.
pub(crate) struct Test<E: 'static> {
    pub(crate) field: &'static Field<E>,
    /// The comparison as a reader sees it: `startswith 1555, 1556`.
    pub(crate) text: String,
    /// Roughly the price; cheap tests go first.
    pub(crate) cost: u8,
    /// The values the field must equal one of, in canonical spelling, if that is what it tests.
    pub(crate) exact: Option<Vec<String>>,
    /// Equal for two tests of a field when they are the same test, so that it is run once.
    pub(crate) key: Option<String>,
    /// The least and the greatest number the field may be, if that is what it tests.
    pub(crate) bounds: Option<(u64, u64)>,
    /// Whether the field is to be there, if nothing but that is tested.
    pub(crate) presence: Option<bool>,
    pub(crate) run: Run<E>,
}

impl<E> Test<E> {
    /// Whether the two always have the same result.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.key.is_some() && (self.field.name, &self.key) == (other.field.name, &other.key)
    }
}

/// Tests and how they are combined.
pub(crate) enum Logic<E: 'static> {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Test(Arc<Test<E>>),
    /// A selection, so that an explanation can name it.
    Named(Arc<str>, Box<Self>),
}

impl<E> Clone for Logic<E> {
    fn clone(&self) -> Self {
        match self {
            Self::All(terms) => Self::All(terms.clone()),
            Self::Any(terms) => Self::Any(terms.clone()),
            Self::Not(term) => Self::Not(term.clone()),
            Self::Test(test) => Self::Test(Arc::clone(test)),
            Self::Named(name, term) => Self::Named(Arc::clone(name), term.clone()),
        }
    }
}

/// The lists `expand` refers to.
pub(crate) type Lists = BTreeMap<String, Vec<String>>;

/// What went wrong, and at which node.
pub(crate) type Located = (At, Problem);

/// One value of an item.
struct Operand<'n> {
    at: At,
    tree: &'n Tree,
    /// The value as text, with placeholders replaced.
    text: String,
}

/// Compiles an item.
pub(crate) fn item<E>(
    schema: &Schema<E>,
    lists: &Lists,
    key: &Key,
    value: &Node,
) -> Result<Logic<E>, Located> {
    let (field, m) = modifier::parse(&key.text, schema).map_err(|problem| (key.at, problem))?;
    if m.operator == Operator::Exists {
        return exists(field, value);
    }
    let (operands, nulls) = operands(field, &m, lists, value)?;
    if nulls > 0 && (m.operator != Operator::Equal || m.fieldref) {
        return Err((value.at, operand_problem(&m, "values other than null", "null".to_owned())));
    }
    // A placeholder stands for a list, whose length is not the rule's.
    if m.all && !m.expand && operands.len() + nulls < 2 {
        return Err((key.at, Problem::AllOfOne));
    }
    let mut terms = Vec::new();
    if nulls > 0 {
        terms.push(Logic::Test(Arc::new(presence(field, false))));
    }
    if m.fieldref {
        for operand in &operands {
            terms.push(Logic::Test(Arc::new(field::compare(schema, field, &m, operand)?)));
        }
    } else if m.all {
        for operand in &operands {
            let one = core::slice::from_ref(operand);
            terms.push(Logic::Test(Arc::new(test(field, &m, one)?)));
        }
    } else if !operands.is_empty() || nulls == 0 {
        terms.push(Logic::Test(Arc::new(test(field, &m, &operands)?)));
    }
    let logic = match terms.pop() {
        Some(only) if terms.is_empty() => only,
        last => {
            terms.extend(last);
            if m.all { Logic::All(terms) } else { Logic::Any(terms) }
        }
    };
    if !m.neq {
        return Ok(logic);
    }
    let there = Logic::Test(Arc::new(presence(field, true)));
    Ok(Logic::All(vec![there, Logic::Not(Box::new(logic))]))
}

fn exists<E>(field: &'static Field<E>, value: &Node) -> Result<Logic<E>, Located> {
    let wanted = match &value.value {
        Tree::Bool(truth) => *truth,
        Tree::Text(text) if text == "true" => true,
        Tree::Text(text) if text == "false" => false,
        _ => {
            let problem = Problem::ModifierOperand {
                modifier: "exists",
                want: "true or false",
                found: found(value),
            };
            return Err((value.at, problem));
        }
    };
    Ok(Logic::Test(Arc::new(presence(field, wanted))))
}

fn presence<E>(field: &'static Field<E>, wanted: bool) -> Test<E> {
    let get = field.get;
    Test {
        field,
        text: format!("exists: {wanted}"),
        cost: 1,
        exact: None,
        key: Some(format!("exists {wanted}")),
        bounds: None,
        presence: Some(wanted),
        run: Box::new(move |event| is_present(get(event)) == wanted),
    }
}

/// An empty set counts as an absent field.
pub(crate) fn is_present(value: Option<Value<'_>>) -> bool {
    match value {
        None => false,
        Some(Value::Set(bits)) => !bits.is_empty(),
        Some(_) => true,
    }
}

/// Reads the values of an item; null values are only counted.
fn operands<'n, E>(
    field: &Field<E>,
    m: &Modifiers,
    lists: &Lists,
    value: &'n Node,
) -> Result<(Vec<Operand<'n>>, usize), Located> {
    let (mut out, mut nulls) = (Vec::new(), 0);
    let elements = match &value.value {
        Tree::List(items) => items.as_slice(),
        _ => core::slice::from_ref(value),
    };
    if elements.is_empty() {
        let want = "a value or a list of values";
        let key = field.name.to_owned();
        return Err((value.at, Problem::Shape { key, want, found: "an empty list".to_owned() }));
    }
    for node in elements {
        if matches!(node.value, Tree::Null) {
            nulls += 1;
            continue;
        }
        let Some(text) = node.scalar() else {
            let want = "a value or a list of values";
            let key = field.name.to_owned();
            return Err((node.at, Problem::Shape { key, want, found: found(node) }));
        };
        if !m.expand {
            out.push(Operand { at: node.at, tree: &node.value, text });
            continue;
        }
        for text in expand(&text, lists).map_err(|problem| (node.at, problem))? {
            out.push(Operand { at: node.at, tree: &node.value, text });
        }
    }
    Ok((out, nulls))
}

/// Replaces `%name%` by each entry of the list of that name.
fn expand(text: &str, lists: &Lists) -> Result<Vec<String>, Problem> {
    let parts = text.split_once('%').and_then(|(before, rest)| {
        let (name, after) = rest.split_once('%')?;
        Some((before, name, after))
    });
    let Some((before, name, after)) = parts else {
        let want = "a placeholder such as `%name%`";
        return Err(Problem::ModifierOperand {
            modifier: "expand",
            want,
            found: format!("`{text}`"),
        });
    };
    let list = lists.get(name).ok_or_else(|| Problem::UnknownList {
        name: name.to_owned(),
        suggestion: closest(name, lists.keys().map(String::as_str)).map(str::to_owned),
    })?;
    Ok(list.iter().map(|entry| format!("{before}{entry}{after}")).collect())
}

/// Compiles one test that is true when the field fits any of the operands.
fn test<E>(
    field: &'static Field<E>,
    m: &Modifiers,
    operands: &[Operand<'_>],
) -> Result<Test<E>, Located> {
    let (cost, exact, run): (u8, Option<Vec<String>>, Run<E>) = match field.kind {
        Kind::Int | Kind::Time => int(field, m, operands)?,
        Kind::Bool => bool(field, operands)?,
        Kind::Id => id(field, m, operands)?,
        Kind::Digits => digits::compile(field, m, operands)?,
        Kind::Text => text::compile(field, m, operands)?,
        Kind::Name => name(field, m, operands)?,
        Kind::Set => set(field, m, operands)?,
    };
    let bounds = bounds(field.kind, m.operator, operands);
    let (text, key) = (describe(m, operands), key(m, operands));
    Ok(Test { field, text, cost, exact, bounds, presence: None, key, run })
}

/// Spells out all that decides what a test does; long lists are not worth comparing.
fn key(m: &Modifiers, operands: &[Operand<'_>]) -> Option<String> {
    const MOST: usize = 64;
    let flags = (m.operator, m.cased, m.ignore_case, m.multi_line, m.dot_all, m.part);
    let texts: Vec<&str> = operands.iter().take(MOST + 1).map(|o| o.text.as_str()).collect();
    (texts.len() <= MOST).then(|| format!("{flags:?} {texts:?}"))
}

/// Returns the least and the greatest number a test lets through.
fn bounds(kind: Kind, operator: Operator, operands: &[Operand<'_>]) -> Option<(u64, u64)> {
    let numbers = || operands.iter().filter_map(|operand| operand.text.trim().parse::<u64>().ok());
    let (least, most) = (numbers().min()?, numbers().max()?);
    match operator {
        _ if kind != Kind::Int => None,
        Operator::Equal => Some((least, most)),
        Operator::Gt => Some((least.saturating_add(1), u64::MAX)),
        Operator::Gte => Some((least, u64::MAX)),
        Operator::Lt => Some((0, most.saturating_sub(1))),
        Operator::Lte => Some((0, most)),
        _ => None,
    }
}

fn describe(m: &Modifiers, operands: &[Operand<'_>]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<&str> = operands.iter().take(SHOWN).map(|o| o.text.as_str()).collect();
    let part = m.part.map(|part| format!("{} ", part.name())).unwrap_or_default();
    let mut text = format!("{part}{} {}", m.operator.name(), shown.join(", "));
    if operands.len() > SHOWN {
        text.push_str(&format!(" and {} more", operands.len() - SHOWN));
    }
    text
}

type Compiled<E> = Result<(u8, Option<Vec<String>>, Run<E>), Located>;

fn int<E>(field: &'static Field<E>, m: &Modifiers, operands: &[Operand<'_>]) -> Compiled<E> {
    let mut numbers = Vec::new();
    for operand in operands {
        let number = match operand.tree {
            Tree::Int(_) | Tree::Text(_) => operand.text.trim().parse::<u64>().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| (operand.at, misfit(field, operand)))?;
        if let Some(part) = m.part {
            let (least, most, want) = part.range();
            if !(least..=most).contains(&number) {
                let found = format!("`{number}`");
                let problem = Problem::ModifierOperand { modifier: part.name(), want, found };
                return Err((operand.at, problem));
            }
        }
        numbers.push(number);
    }
    numbers.sort_unstable();
    numbers.dedup();
    let (least, most) = (numbers.first().copied(), numbers.last().copied());
    let (get, part) = (field.get, m.part);
    let read = move |event: &E| match get(event) {
        Some(Value::Int(number)) => Some(part.map_or(number, |part| part.of(number))),
        _ => None,
    };
    // Several operands mean "or": the bound that is easier to meet decides.
    let run: Run<E> = match (m.operator, least, most) {
        (Operator::Gt, Some(n), _) => Box::new(move |e| read(e).is_some_and(|v| v > n)),
        (Operator::Gte, Some(n), _) => Box::new(move |e| read(e).is_some_and(|v| v >= n)),
        (Operator::Lt, _, Some(n)) => Box::new(move |e| read(e).is_some_and(|v| v < n)),
        (Operator::Lte, _, Some(n)) => Box::new(move |e| read(e).is_some_and(|v| v <= n)),
        (_, Some(n), Some(most)) if n == most => Box::new(move |e| read(e) == Some(n)),
        (_, _, Some(most)) if most < 256 => {
            let mut bits = Bits::default();
            for &number in &numbers {
                bits.insert(usize::try_from(number).unwrap_or(usize::MAX));
            }
            Box::new(move |e| {
                read(e).is_some_and(|v| usize::try_from(v).is_ok_and(|v| bits.contains(v)))
            })
        }
        _ => {
            let sorted = numbers.clone();
            Box::new(move |e| read(e).is_some_and(|v| sorted.binary_search(&v).is_ok()))
        }
    };
    let exact =
        (m.operator == Operator::Equal).then(|| numbers.iter().map(u64::to_string).collect());
    Ok((2, exact, run))
}

fn bool<E>(field: &'static Field<E>, operands: &[Operand<'_>]) -> Compiled<E> {
    let (mut yes, mut no) = (false, false);
    for operand in operands {
        match operand.text.as_str() {
            "true" => yes = true,
            "false" => no = true,
            _ => return Err((operand.at, misfit(field, operand))),
        }
    }
    let get = field.get;
    let exact = [(yes, "true"), (no, "false")];
    let exact = exact.iter().filter(|(on, _)| *on).map(|(_, word)| (*word).to_owned()).collect();
    let run: Run<E> = Box::new(move |event| match get(event) {
        Some(Value::Bool(truth)) => {
            if truth {
                yes
            } else {
                no
            }
        }
        _ => false,
    });
    Ok((1, Some(exact), run))
}

fn id<E>(field: &'static Field<E>, m: &Modifiers, operands: &[Operand<'_>]) -> Compiled<E> {
    if m.operator == Operator::Cidr {
        return cidr::id(field, operands);
    }
    let (mut ids, mut exact) = (Vec::new(), Vec::new());
    for operand in operands {
        if field.vocabulary.is_empty() {
            let id = identifier(&operand.text);
            ids.push(id.ok_or_else(|| (operand.at, misfit(field, operand)))?);
            continue;
        }
        for (position, word) in text::words(field, m, operand)? {
            ids.extend(u128::try_from(position));
            exact.push(word.to_owned());
        }
    }
    ids.sort_unstable();
    if field.vocabulary.is_empty() {
        exact = ids.iter().map(|id| format!("{id:032x}")).collect();
    }
    let get = field.get;
    let run: Run<E> = Box::new(move |event| match get(event) {
        Some(Value::Id(id)) => ids.binary_search(&id).is_ok(),
        _ => false,
    });
    Ok((2, Some(exact), run))
}

/// Reads 32 hexadecimal digits or an IP address.
fn identifier(text: &str) -> Option<u128> {
    if text.len() == 32 && text.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        return u128::from_str_radix(text, 16).ok();
    }
    text.parse().ok().map(cidr::mapped)
}

fn name<E>(field: &'static Field<E>, m: &Modifiers, operands: &[Operand<'_>]) -> Compiled<E> {
    let mut names = Vec::new();
    for operand in operands {
        names.extend(text::words(field, m, operand)?.into_iter().map(|(_, word)| word));
    }
    names.sort_unstable();
    names.dedup();
    let exact = names.iter().map(|&name| name.to_owned()).collect();
    let get = field.get;
    let run: Run<E> = match names.as_slice() {
        &[only] => Box::new(move |event| get(event) == Some(Value::Text(only))),
        _ => Box::new(move |event| match get(event) {
            Some(Value::Text(name)) => names.binary_search(&name).is_ok(),
            _ => false,
        }),
    };
    Ok((3, Some(exact), run))
}

fn set<E>(field: &'static Field<E>, m: &Modifiers, operands: &[Operand<'_>]) -> Compiled<E> {
    let mut bits = Bits::default();
    for operand in operands {
        for (position, _) in text::words(field, m, operand)? {
            bits.insert(position);
        }
    }
    let get = field.get;
    let run: Run<E> = Box::new(move |event| match get(event) {
        Some(Value::Set(seen)) => seen.intersects(&bits),
        _ => false,
    });
    Ok((3, None, run))
}

fn misfit<E>(field: &Field<E>, operand: &Operand<'_>) -> Problem {
    Problem::Operand { field: field.name, kind: field.kind, found: format!("`{}`", operand.text) }
}

fn operand_problem(m: &Modifiers, want: &'static str, found: String) -> Problem {
    let modifier = if m.fieldref { "fieldref" } else { m.operator.name() };
    Problem::ModifierOperand { modifier, want, found }
}

pub(crate) fn found(node: &Node) -> String {
    node.scalar().map_or_else(|| node.what().to_owned(), |text| format!("`{text}`"))
}
