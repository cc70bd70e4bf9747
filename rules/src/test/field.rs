//! `fieldref`: one field of the event compared with another.

use super::{Located, Operand, Run, Test};
use crate::{
    error::Problem,
    modifier::{Modifiers, Operator},
    schema::{Field, Kind, Schema},
    value::Value,
};

/// Compiles the comparison of a field with the one the operand names.
pub(super) fn compare<E>(
    schema: &Schema<E>,
    field: &'static Field<E>,
    m: &Modifiers,
    operand: &Operand<'_>,
) -> Result<Test<E>, Located> {
    let located = |problem| Err((operand.at, problem));
    let Some(other) = schema.find(&operand.text) else {
        let suggestion = schema.closest(&operand.text);
        return located(Problem::UnknownField { name: operand.text.clone(), suggestion });
    };
    let texts = [Kind::Text, Kind::Name];
    let comparable = field.kind == other.kind && field.kind != Kind::Set
        || texts.contains(&field.kind) && texts.contains(&other.kind);
    if !comparable {
        return located(Problem::Incomparable {
            left: field.name,
            left_kind: field.kind,
            right: other.name,
            right_kind: other.kind,
        });
    }
    let (left, right, operator, fold) = (field.get, other.get, m.operator, !m.cased);
    let run: Run<E> = Box::new(move |event| match (left(event), right(event)) {
        (Some(left), Some(right)) => fits(left, right, operator, fold),
        _ => false,
    });
    let text = format!("{} field {}", m.operator.name(), other.name);
    let key = Some(format!("{text} cased {}", m.cased));
    Ok(Test { field, text, cost: 4, exact: None, bounds: None, presence: None, key, run })
}

fn fits(left: Value<'_>, right: Value<'_>, operator: Operator, fold: bool) -> bool {
    match (left, right) {
        (Value::Digits(left), Value::Digits(right)) => match operator {
            Operator::StartsWith => left.starts_with(right),
            Operator::EndsWith => left.ends_with(right),
            Operator::Contains => left.contains(right),
            _ => left == right,
        },
        (Value::Text(left), Value::Text(right)) => {
            texts(left.as_bytes(), right.as_bytes(), operator, fold)
        }
        _ => left == right,
    }
}

fn texts(left: &[u8], right: &[u8], operator: Operator, fold: bool) -> bool {
    let same = |part: &[u8]| if fold { part.eq_ignore_ascii_case(right) } else { part == right };
    let start = left.len().checked_sub(right.len());
    match (operator, start) {
        (_, None) => false,
        (Operator::StartsWith, _) => left.get(..right.len()).is_some_and(same),
        (Operator::EndsWith, Some(start)) => left.get(start..).is_some_and(same),
        (Operator::Contains, _) => right.is_empty() || left.windows(right.len()).any(same),
        _ => same(left),
    }
}
