//! How a row of the table is written: a name, a shape, a getter and a sentence.

use core::net::IpAddr;

use picket_dissectors::{Digits, Notes};
use picket_hw::Timestamp;
use picket_rules::{Bits, Value};

use super::number::Number;

/// Writes rows as `"name" Shape |event| value, "Sentence.";`.
///
/// The shape wraps a getter of the plain type into one of [`Value`], and says how JSON shows it.
macro_rules! rows {
    ($($name:expr, $shape:ident $(($vocabulary:expr))? = $get:expr, $doc:literal;)*) => {
        &[$(row!($shape $(($vocabulary))?, $name, $doc, $get)),*]
    };
}

/// Writes one row.
macro_rules! row {
    (Bool, $name:expr, $doc:literal, $get:expr) => {
        row!(@ Bool, &[], Plain, $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> Option<bool> = $get;
            get(e).map(picket_rules::Value::Bool)
        })
    };
    (Int, $name:expr, $doc:literal, $get:expr) => {
        row!(@ Int, &[], Plain, $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> Option<_> = $get;
            $crate::event::fields::shape::int(get(e))
        })
    };
    (Signed, $name:expr, $doc:literal, $get:expr) => {
        row!(@ Int, &[], Signed($get), $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> Option<i64> = $get;
            $crate::event::fields::shape::int(get(e))
        })
    };
    (Time, $name:expr, $doc:literal, $get:expr) => {
        row!(@ Time, &[], Time, $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> Option<_> = $get;
            $crate::event::fields::shape::time(get(e))
        })
    };
    (Text, $name:expr, $doc:literal, $get:expr) => {
        row!(@ Text, &[], Plain, $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> Option<&str> = $get;
            get(e).map(picket_rules::Value::Text)
        })
    };
    (Name($vocabulary:expr), $name:expr, $doc:literal, $get:expr) => {
        row!(@ Name, $vocabulary, Plain, $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> Option<&str> = $get;
            get(e).map(picket_rules::Value::Text)
        })
    };
    (Notes($vocabulary:expr), $name:expr, $doc:literal, $get:expr) => {
        row!(@ Set, $vocabulary, Plain, $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> &picket_dissectors::Notes = $get;
            $crate::event::fields::shape::set(get(e))
        })
    };
    (Number, $name:expr, $doc:literal, $get:expr) => {
        row!(@ Digits, &[], Number($get), $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> Option<_> = $get;
            $crate::event::fields::shape::number(get(e))
        })
    };
    (Hex, $name:expr, $doc:literal, $get:expr) => {
        row!(@ Digits, &[], Plain, $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> Option<_> = $get;
            $crate::event::fields::shape::hex(get(e))
        })
    };
    (Ip, $name:expr, $doc:literal, $get:expr) => {
        row!(@ Id, &[], Ip($get), $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> Option<_> = $get;
            $crate::event::fields::shape::ip(get(e))
        })
    };
    (Sensor, $name:expr, $doc:literal, $get:expr) => { row!(@named Sensor, $name, $doc, $get) };
    (File, $name:expr, $doc:literal, $get:expr) => { row!(@named File, $name, $doc, $get) };
    (Link, $name:expr, $doc:literal, $get:expr) => { row!(@named Link, $name, $doc, $get) };
    (Network, $name:expr, $doc:literal, $get:expr) => { row!(@named Network, $name, $doc, $get) };
    (List, $name:expr, $doc:literal, $get:expr) => { row!(@named List, $name, $doc, $get) };
    (@named $named:ident, $name:expr, $doc:literal, $get:expr) => {
        row!(@ Id, &[], Named($crate::event::fields::Named::$named), $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> Option<u16> = $get;
            get(e).map(|id| picket_rules::Value::Id(id.into()))
        })
    };
    (Subscriber, $name:expr, $doc:literal, $get:expr) => {
        row!(@ Id, &[], Subscriber, $name, $doc, |e| {
            let get: fn(&$crate::event::SigEvent) -> Option<u64> = $get;
            get(e).map(|key| picket_rules::Value::Id(key.into()))
        })
    };
    (@ $kind:ident, $vocabulary:expr, $form:ident $(($how:expr))?, $name:expr, $doc:literal,
        $get:expr) => {
        $crate::event::fields::Row {
            field: picket_rules::Field {
                name: $name,
                kind: picket_rules::Kind::$kind,
                doc: $doc,
                vocabulary: &[],
                get: $get,
                bucket: $crate::event::fields::bucket($name),
            },
            form: $crate::event::fields::Form::$form $(($how))?,
            words: || $vocabulary,
        }
    };
}

/// Makes a value of an integer that is not negative.
pub(super) fn int<T>(value: Option<T>) -> Option<Value<'static>>
where
    u64: TryFrom<T>,
{
    u64::try_from(value?).ok().map(Value::Int)
}

pub(super) fn time(value: Option<Timestamp>) -> Option<Value<'static>> {
    value.map(|at| Value::Int(at.nanos()))
}

pub(super) fn number(value: Option<Number>) -> Option<Value<'static>> {
    hex(value.map(|number| number.digits))
}

pub(super) fn hex(value: Option<Digits>) -> Option<Value<'static>> {
    value.map(|digits| Value::Digits(picket_rules::Digits::from_bits(digits.bits())))
}

pub(super) fn ip(value: Option<IpAddr>) -> Option<Value<'static>> {
    value.map(|address| {
        Value::Id(match address {
            IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
            IpAddr::V6(address) => address.to_bits(),
        })
    })
}

pub(super) fn set(notes: &Notes) -> Option<Value<'static>> {
    (!notes.is_empty()).then(|| Value::Set(Bits(*notes.words())))
}
