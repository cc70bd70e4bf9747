//! Writes an event as one JSON object (RFC 8259), in the order of the field table.
//!
//! The dots of a field's name are the nesting of the object. Absent fields are left out. Text goes
//! into a buffer of the caller's, which is reused: writing an event allocates nothing once the
//! buffer has grown.

use core::fmt::Write;

use picket_dissectors::Digits;
use picket_hw::Timestamp;
use picket_rules::Value;

use super::{
    SigEvent,
    fields::{
        self, Form, Names, Row,
        number::{Holder, Number, Numbering, is_of},
    },
};
use crate::sink::redact::{Redactor, Shown};

/// Writes events with the names of one plan and the privacy of one output.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    /// Names that events carry as positions.
    pub names: &'a Names,
    /// How subscribers' numbers are shown.
    pub redactor: &'a Redactor,
    /// Whether the plan has the number under a subscriber range.
    pub is_subscriber: &'a dyn Fn(Digits) -> bool,
}

impl Writer<'_> {
    /// Appends the event as one object, without a line end.
    pub fn write(&self, event: &SigEvent, out: &mut String) {
        out.push('{');
        let mut path = Path::default();
        for row in fields::rows() {
            if let Some(value) =
                (row.field.get)(event).filter(|value| self.shows(event, row, *value))
            {
                path.key(row.field.name, out);
                self.value(event, row, value, out);
            } else if let Form::Signed(get) = row.form
                && let Some(number) = get(event)
            {
                path.key(row.field.name, out);
                put(out, format_args!("{number}"));
            }
        }
        path.close(0, out);
        out.push('}');
    }

    /// Returns a number of the event as it may be shown.
    #[must_use]
    pub fn number(&self, event: &SigEvent, number: Number) -> Shown {
        let hidden = !self.redactor.is_clear()
            && match number.holder {
                Holder::Nobody => false,
                Holder::Subscriber => true,
                Holder::Node => {
                    is_of(&event.subscriber, number.digits) || (self.is_subscriber)(number.digits)
                }
            };
        if hidden {
            self.redactor.number(number.digits, number.numbering)
        } else {
            Shown::plain(number.digits)
        }
    }

    /// Returns what stands for the event's subscriber: made of the IMSI, else of the MSISDN.
    #[must_use]
    pub fn subscriber(&self, event: &SigEvent) -> Option<Shown> {
        let subject = &event.subscriber;
        let imsi = subject.imsi.map(|digits| (digits, Numbering::Imsi));
        imsi.or_else(|| subject.msisdn.map(|digits| (digits, Numbering::E164)))
            .map(|(digits, numbering)| self.redactor.id(digits, numbering))
    }

    /// Whether there is text for the value: names may be missing, and so may the subscriber's number.
    fn shows(&self, event: &SigEvent, row: &Row, value: Value<'_>) -> bool {
        match (row.form, value) {
            (Form::Named(named), Value::Id(position)) => self.names.get(named, position).is_some(),
            (Form::Subscriber, _) => self.subscriber(event).is_some(),
            _ => true,
        }
    }

    /// Appends the value of one field, as it stands in the object; nothing when it has none.
    pub fn append(&self, event: &SigEvent, row: &Row, out: &mut String) {
        if let Some(value) = (row.field.get)(event) {
            self.value(event, row, value, out);
        }
    }

    fn value(&self, event: &SigEvent, row: &Row, value: Value<'_>, out: &mut String) {
        match (row.form, value) {
            (Form::Time, Value::Int(nanos)) => {
                out.push('"');
                rfc3339(Timestamp::from_nanos(nanos), out);
                out.push('"');
            }
            (Form::Number(get), _) => {
                let shown = get(event).map(|number| self.number(event, number));
                string(shown.unwrap_or_default().as_str(), out);
            }
            (Form::Ip(get), _) => {
                if let Some(address) = get(event) {
                    put(out, format_args!("\"{address}\""));
                }
            }
            (Form::Named(named), Value::Id(position)) => {
                string(self.names.get(named, position).unwrap_or_default(), out);
            }
            (Form::Subscriber, _) => {
                string(self.subscriber(event).unwrap_or_default().as_str(), out);
            }
            (_, Value::Int(number)) => put(out, format_args!("{number}")),
            (_, Value::Bool(truth)) => put(out, format_args!("{truth}")),
            (_, Value::Text(text)) => string(text, out),
            (_, Value::Digits(_) | Value::Id(_)) => put(out, format_args!("\"{value}\"")),
            (_, Value::Set(bits)) => {
                let words = (row.words)();
                for (i, position) in bits.iter().enumerate() {
                    out.push(if i == 0 { '[' } else { ',' });
                    string(words.get(position).copied().unwrap_or_default(), out);
                }
                out.push(']');
            }
        }
    }
}

impl core::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Writer").field("redactor", self.redactor).finish_non_exhaustive()
    }
}

/// Where in the nested object the last key was written.
#[derive(Default)]
struct Path {
    last: &'static str,
}

impl Path {
    /// Closes and opens objects on the way from the last key to this one, and writes the key.
    fn key(&mut self, name: &'static str, out: &mut String) {
        let (shared, depth) = shared(self.last, name);
        if !self.last.is_empty() {
            self.close(depth, out);
            out.push(',');
        }
        let mut rest = name.get(shared..).unwrap_or_default();
        while let Some((object, below)) = rest.split_once('.') {
            put(out, format_args!("\"{object}\":{{"));
            rest = below;
        }
        put(out, format_args!("\"{rest}\":"));
        self.last = name;
    }

    /// Closes all objects around the last key but the outermost `depth`.
    fn close(&self, depth: usize, out: &mut String) {
        let open = self.last.bytes().filter(|&octet| octet == b'.').count();
        for _ in depth..open {
            out.push('}');
        }
    }
}

/// Returns the length of the whole objects both names share, with their dots, and their number.
fn shared(a: &str, b: &str) -> (usize, usize) {
    let (mut length, mut depth) = (0, 0);
    for (i, (x, y)) in a.bytes().zip(b.bytes()).enumerate() {
        if x != y {
            break;
        }
        if x == b'.' {
            (length, depth) = (i + 1, depth + 1);
        }
    }
    (length, depth)
}

/// Writes a string with what JSON wants escaped (RFC 8259 §7).
pub fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => put(out, format_args!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Writes a time as RFC 3339 wants it, with nine decimals and `Z`.
pub fn rfc3339(at: Timestamp, out: &mut String) {
    let (seconds, nanos) = (at.nanos() / 1_000_000_000, at.nanos() % 1_000_000_000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days are counted from 1 March of year 0, so that a leap day ends a year, in eras of 400 years.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = 400 * era + year + next;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    put(
        out,
        format_args!(
            "{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z"
        ),
    );
}

/// A string takes whatever is written to it.
fn put(out: &mut String, text: core::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_have_nine_decimals() {
        for (nanos, want) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (951_782_400_000_000_001, "2000-02-29T00:00:00.000000001Z"),
            (u64::MAX, "2554-07-21T23:34:33.709551615Z"),
        ] {
            let mut out = String::new();
            rfc3339(Timestamp::from_nanos(nanos), &mut out);
            assert_eq!(out, want);
        }
    }

    proptest! {
        #[test]
        fn times_are_read_back(nanos: u64) {
            let mut out = String::new();
            rfc3339(Timestamp::from_nanos(nanos), &mut out);
            let read: jiff::Timestamp = out.parse().unwrap();
            prop_assert_eq!(read.as_nanosecond(), i128::from(nanos));
        }

        #[test]
        fn strings_are_read_back(text: String) {
            let mut out = String::new();
            string(&text, &mut out);
            prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}
