//! Metrics: one table with everything that is told, and the page Prometheus reads.
//!
//! A row has a name, a kind, labels, a help text and a function that reads it, so that nothing can be
//! in the reference and not on the page. Names follow the conventions of Prometheus: base units, and
//! `_total` for what only grows. No label holds a number of a subscriber or of a node.

mod capture;
mod delivery;
mod engine;
mod process;

use core::fmt::{self, Display, Write};
use std::sync::Arc;

use serde_json::{Value, json};

pub use self::process::Process;
use crate::{
    runtime::board::{Published, Reloads},
    sink::delivery::Status,
};

/// Whether a value only grows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// It only grows; it begins anew with the program.
    Counter,
    /// It goes up and down.
    Gauge,
}

impl Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        })
    }
}

/// A metric, with one sample for each combination of labels.
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// Whether it only grows.
    pub kind: Kind,
    /// Names of its labels.
    pub labels: &'static [&'static str],
    /// One sentence about it.
    pub help: &'static str,
    read: fn(&Snapshot, &mut Samples<'_>),
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Family").field(&self.name).finish()
    }
}

/// Everything metrics are read from, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// `sensor.id`.
    pub sensor: String,
    /// What the lane told last.
    pub published: Arc<Published>,
    /// What came of reading the configuration anew.
    pub reloads: Reloads,
    /// Rules in force.
    pub rules: usize,
    /// Suppressions that were added by command.
    pub suppressions: usize,
    /// Outbox and outputs.
    pub delivery: Option<Status>,
    /// The process.
    pub process: Process,
}

/// Where a row writes its samples.
pub struct Samples<'a> {
    family: &'a Family,
    out: &'a mut String,
}

impl Samples<'_> {
    /// Adds a sample; `labels` are the values of the row's labels, in their order.
    fn add(&mut self, labels: &[&dyn Display], value: impl Display) {
        self.out.push_str(self.family.name);
        for (at, (name, label)) in self.family.labels.iter().zip(labels).enumerate() {
            self.out.push(if at == 0 { '{' } else { ',' });
            let _ = write!(self.out, "{name}=\"{}\"", Escaped(label));
        }
        if !labels.is_empty() {
            self.out.push('}');
        }
        let _ = writeln!(self.out, " {value}");
    }
}

/// The text of a label as the format wants it: backslash, quote and line feed escaped.
struct Escaped<'a>(&'a dyn Display);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        text.chars().try_for_each(|character| match character {
            '\\' => f.write_str("\\\\"),
            '"' => f.write_str("\\\""),
            '\n' => f.write_str("\\n"),
            other => f.write_char(other),
        })
    }
}

/// Iterates over every row, in the order of the page.
pub fn families() -> impl Iterator<Item = &'static Family> {
    [process::ROWS, capture::ROWS, engine::ROWS, delivery::ROWS].into_iter().flatten()
}

/// Returns the page: the text format of Prometheus, version 0.0.4.
#[must_use]
pub fn page(snapshot: &Snapshot) -> String {
    let mut out = String::new();
    for family in families() {
        let Family { name, kind, help, read, .. } = family;
        let before = out.len();
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
        let head = out.len();
        read(snapshot, &mut Samples { family, out: &mut out });
        if out.len() == head {
            out.truncate(before);
        }
    }
    out
}

/// Content type of [`page`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Lists the metrics as aligned text.
#[must_use]
pub fn text() -> String {
    let width = families().map(|family| family.name.len()).max().unwrap_or_default();
    families().fold(String::new(), |mut out, Family { name, kind, labels, help, .. }| {
        let labels =
            if labels.is_empty() { String::new() } else { format!(" {{{}}}", labels.join(", ")) };
        let _ = writeln!(out, "{name:width$}  {kind:7}  {help}{labels}");
        out
    })
}

/// Lists the metrics as JSON.
#[must_use]
pub fn listing() -> Value {
    let row = |Family { name, kind, labels, help, .. }: &Family| json!({ "name": name, "type": kind.to_string(), "labels": labels, "help": help });
    families().map(row).collect()
}

/// Returns the page of the reference.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(HEAD);
    for Family { name, kind, labels, help, .. } in families() {
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        let _ = writeln!(out, "| `{name}` | {kind} | {} | {help} |", labels.join(" "));
    }
    out
}

const HEAD: &str = "# Metrics

Made by `picket metrics --markdown`; do not edit.

`[metrics]` in `picket.toml` turns on a page for Prometheus at `/metrics`, and `/healthz` and `/readyz` beside it. What a
lane counts is put up once a second, so a page is at most that old and making it costs the packet path nothing. Counters
begin anew with the program. No label holds a number of a subscriber.

* `/healthz` is 200 while the packet path answers, 503 once it has said nothing for ten seconds.
* `/readyz` is 200 when frames can come in and alerts can be kept: a port is up and the outbox takes alerts. Else it is
  503 and says what is wrong. An output that is away does not make a sensor unready: alerts wait for it.

| name | type | labels | meaning |
|---|---|---|---|
";

#[cfg(test)]
mod tests;
