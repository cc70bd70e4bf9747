//! Field names with modifiers: `field|modifier|...` (Sigma modifiers appendix 2.1).

use crate::{
    calendar::Part,
    error::Problem,
    schema::{Field, Kind, Schema, closest},
};

/// How a field is compared with its operands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Operator {
    Equal,
    Contains,
    StartsWith,
    EndsWith,
    Re,
    Cidr,
    Exists,
    Gt,
    Gte,
    Lt,
    Lte,
}

impl Operator {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Contains => "contains",
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
            Self::Re => "re",
            Self::Cidr => "cidr",
            Self::Exists => "exists",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
        }
    }
}

/// The modifiers of one key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Modifiers {
    pub(crate) operator: Operator,
    pub(crate) all: bool,
    pub(crate) cased: bool,
    pub(crate) neq: bool,
    pub(crate) expand: bool,
    pub(crate) fieldref: bool,
    pub(crate) ignore_case: bool,
    pub(crate) multi_line: bool,
    pub(crate) dot_all: bool,
    /// The part of a time that is compared.
    pub(crate) part: Option<Part>,
}

/// Reads a key of a selection: the field, which must exist, and modifiers that fit its kind.
pub(crate) fn parse<E>(
    key: &str,
    schema: &Schema<E>,
) -> Result<(&'static Field<E>, Modifiers), Problem> {
    let mut parts = key.split('|');
    let name = parts.next().unwrap_or_default();
    let field = schema.find(name).ok_or_else(|| Problem::UnknownField {
        name: name.to_owned(),
        suggestion: schema.closest(name),
    })?;
    let modifiers = modifiers(parts, field.name, field.kind)?;
    check_kind(&modifiers, field)?;
    Ok((field, modifiers))
}

fn modifiers(
    words: core::str::Split<'_, char>,
    field: &'static str,
    kind: Kind,
) -> Result<Modifiers, Problem> {
    let mut out = Modifiers {
        operator: Operator::Equal,
        all: false,
        cased: false,
        neq: false,
        expand: false,
        fieldref: false,
        ignore_case: false,
        multi_line: false,
        dot_all: false,
        part: None,
    };
    for word in words {
        let operator = match word {
            "contains" => Operator::Contains,
            "startswith" => Operator::StartsWith,
            "endswith" => Operator::EndsWith,
            "re" => Operator::Re,
            "cidr" => Operator::Cidr,
            "exists" => Operator::Exists,
            "gt" => Operator::Gt,
            "gte" => Operator::Gte,
            "lt" => Operator::Lt,
            "lte" => Operator::Lte,
            _ if Part::parse(word).is_some() => {
                let part = Part::parse(word);
                if let (Some(one), Some(other)) = (out.part, part.filter(|_| out.part != part)) {
                    return Err(Problem::Conflict(one.name(), other.name()));
                }
                out.part = part;
                continue;
            }
            _ => {
                let flag = match word {
                    "all" => &mut out.all,
                    "cased" => &mut out.cased,
                    "neq" => &mut out.neq,
                    "expand" => &mut out.expand,
                    "fieldref" => &mut out.fieldref,
                    "i" => &mut out.ignore_case,
                    "m" => &mut out.multi_line,
                    "s" => &mut out.dot_all,
                    _ => return Err(refuse(word, field, kind)),
                };
                *flag = true;
                continue;
            }
        };
        if out.operator != Operator::Equal && out.operator != operator {
            return Err(Problem::Conflict(out.operator.name(), operator.name()));
        }
        out.operator = operator;
    }
    check_together(&out)?;
    Ok(out)
}

/// Modifiers of Sigma for byte encodings and command lines have nothing to work on here.
fn refuse(word: &str, field: &'static str, kind: Kind) -> Problem {
    match FOREIGN.iter().find(|&&foreign| foreign == word) {
        Some(modifier) => Problem::ModifierKind { modifier, field, kind },
        None => Problem::UnknownModifier {
            name: word.to_owned(),
            suggestion: closest(word, KNOWN.iter().copied()),
        },
    }
}

fn check_together(m: &Modifiers) -> Result<(), Problem> {
    use Operator as O;
    let conflict = |flag: bool, name: &'static str, bad: &[Operator]| {
        if flag && bad.contains(&m.operator) {
            return Err(Problem::Conflict(name, m.operator.name()));
        }
        Ok(())
    };
    let numeric = [O::Gt, O::Gte, O::Lt, O::Lte];
    conflict(m.fieldref, "fieldref", &[O::Re, O::Cidr, O::Exists, O::Gt, O::Gte, O::Lt, O::Lte])?;
    conflict(m.expand, "expand", &[O::Re, O::Cidr, O::Exists, O::Gt, O::Gte, O::Lt, O::Lte])?;
    conflict(m.all || m.neq, if m.all { "all" } else { "neq" }, &[O::Exists])?;
    conflict(m.all, "all", &numeric)?;
    conflict(m.cased, "cased", &[O::Re, O::Cidr, O::Exists])?;
    if let Some(part) = m.part.filter(|_| m.fieldref || m.operator == O::Exists) {
        let other = if m.fieldref { "fieldref" } else { "exists" };
        return Err(Problem::Conflict(part.name(), other));
    }
    if m.fieldref && m.expand {
        return Err(Problem::Conflict("fieldref", "expand"));
    }
    for (flag, name) in [(m.ignore_case, "i"), (m.multi_line, "m"), (m.dot_all, "s")] {
        if flag && m.operator != O::Re {
            return Err(Problem::Conflict(name, m.operator.name()));
        }
    }
    Ok(())
}

fn check_kind<E>(m: &Modifiers, field: &Field<E>) -> Result<(), Problem> {
    use Operator as O;
    let (kind, named) = (field.kind, !field.vocabulary.is_empty());
    let refused = |modifier| Err(Problem::ModifierKind { modifier, field: field.name, kind });
    let fits = match m.operator {
        O::Equal | O::Exists => true,
        O::Contains | O::StartsWith | O::EndsWith | O::Re => {
            matches!(kind, Kind::Digits | Kind::Text | Kind::Name | Kind::Set)
                || kind == Kind::Id && named
        }
        O::Cidr => kind == Kind::Text || kind == Kind::Id && !named,
        O::Gt | O::Gte | O::Lt | O::Lte => matches!(kind, Kind::Int | Kind::Time),
    };
    if !fits {
        return refused(m.operator.name());
    }
    let has_case = matches!(kind, Kind::Text | Kind::Name | Kind::Set) || named;
    if m.cased && !has_case {
        return refused("cased");
    }
    if let Some(part) = m.part.filter(|_| kind != Kind::Time) {
        return refused(part.name());
    }
    if m.expand && kind == Kind::Bool {
        return refused("expand");
    }
    if m.fieldref && kind == Kind::Set {
        return refused("fieldref");
    }
    Ok(())
}

const KNOWN: [&str; 21] = [
    "contains",
    "startswith",
    "endswith",
    "re",
    "cidr",
    "exists",
    "expand",
    "all",
    "cased",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "fieldref",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
];

const FOREIGN: [&str; 7] =
    ["base64", "base64offset", "wide", "utf16", "utf16le", "utf16be", "windash"];
