//! `picket top`: what a running sensor sees, live in the terminal.

use std::{
    fmt::Write as _,
    io::{IsTerminal, Write, stdout},
    thread,
    time::Duration,
};

use clap::Args;
use comfy_table::{Table, presets::NOTHING};
use serde_json::Value;

use super::{Failure, ctl::Place, output};
use crate::operate::control::protocol::Request;

/// Shows what a running sensor sees, once a second: rate, losses, operations, senders, alerts.
#[derive(Args, Debug)]
pub(super) struct Top {
    #[command(flatten)]
    place: Place,
    /// How many senders.
    #[arg(short, long, default_value_t = 10)]
    senders: usize,
    /// Seconds between two looks.
    #[arg(short, long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=3600))]
    interval: u64,
    /// Ends after so many looks. Default: goes on until interrupted.
    #[arg(short = 'n', long)]
    looks: Option<u64>,
}

impl Top {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut line = self.place.connect()?;
        let mut before: Option<Value> = None;
        let clears = stdout().is_terminal();
        let mut left = self.looks;
        while left != Some(0) {
            let now = line.ask(&Request::Top { senders: self.senders })?;
            let mut out = output::open("-".as_ref())?;
            if clears {
                out.write_all(CLEAR)?;
            }
            writeln!(out, "picket {}  {}", line.hello.picket, line.hello.sensor)?;
            out.write_all(page(&now, before.as_ref()).as_bytes())?;
            out.flush()?;
            before = Some(now);
            left = left.map(|left| left - 1);
            if left != Some(0) {
                pause(Duration::from_secs(self.interval));
            }
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "the pause between two looks at a running sensor")]
fn pause(time: Duration) {
    thread::sleep(time);
}

/// Draws a look; with the one before it, what grew since then.
pub(super) fn page(now: &Value, before: Option<&Value>) -> String {
    let count = |of: &Value, key: &str| of.get(key).and_then(Value::as_u64).unwrap_or_default();
    let seconds = before.and_then(|before| Some(time(now)? - time(before)?)).filter(|s| *s > 0.1);
    let mut out = String::new();
    let at = now.get("timestamp").and_then(Value::as_str).unwrap_or_default();
    let up = (count(now, "ports_up"), count(now, "ports"));
    let _ = writeln!(out, "{at}  ports up {} of {}\n", up.0, up.1);
    let mut table = plain_table(&["", "in all", "a second"]);
    for key in ["frames", "octets", "sccp_messages", "tcap_messages", "events", "dropped", "late"] {
        let total = count(now, key);
        let grown = before.map(|before| total.saturating_sub(count(before, key)));
        let rate = grown.zip(seconds).map(|(grown, seconds)| per_second(grown, seconds));
        table.add_row([key.replace('_', " "), total.to_string(), rate.unwrap_or_default()]);
    }
    let _ = writeln!(out, "{table}\n");
    let pairs = |key: &str| now.get(key).and_then(Value::as_object).into_iter().flatten();
    let mut operations: Vec<_> =
        pairs("operations").map(|(name, of)| (count(of, "invokes"), name)).collect();
    operations.sort_unstable_by(|a, b| b.cmp(a));
    let mut table = plain_table(&["operation", "invokes"]);
    for (invokes, name) in operations.into_iter().take(OPERATIONS) {
        table.add_row([name.clone(), invokes.to_string()]);
    }
    let _ = writeln!(out, "{table}\n");
    let columns = ["gt", "network", "country", "messages", "alerts"];
    let _ = writeln!(out, "{}", rows(now.get("senders").unwrap_or(&Value::Null), &columns));
    let mut alerts: Vec<_> =
        pairs("alerts").map(|(rule, n)| (n.as_u64().unwrap_or_default(), rule)).collect();
    alerts.sort_unstable_by(|a, b| b.cmp(a));
    let mut table = plain_table(&["alerts of", ""]);
    for (alerts, rule) in alerts.into_iter().take(OPERATIONS) {
        table.add_row([rule.clone(), alerts.to_string()]);
    }
    let _ = writeln!(out, "{table}");
    out
}

/// Writes a list of objects as a table.
pub(super) fn rows(list: &Value, columns: &[&str]) -> String {
    let mut table = plain_table(columns);
    for row in list.as_array().into_iter().flatten() {
        table.add_row(columns.iter().map(|column| plain(row.get(*column).unwrap_or(&Value::Null))));
    }
    format!("{table}\n")
}

/// Writes an object as indented lines.
pub(super) fn lines(value: &Value, depth: usize) -> String {
    let mut out = String::new();
    let indent = "  ".repeat(depth);
    for (key, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Object(_) => {
                let _ = write!(out, "{indent}{key}\n{}", lines(value, depth + 1));
            }
            Value::Array(list) if list.iter().any(Value::is_object) => {
                for item in list {
                    let _ = write!(out, "{indent}{key}\n{}", lines(item, depth + 1));
                }
            }
            other => {
                let _ = writeln!(out, "{indent}{key}: {}", plain(other));
            }
        }
    }
    out
}

/// Writes a value without the marks of JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn plain_table(columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(columns);
    table
}

/// Reads the time of a look, in seconds.
fn time(of: &Value) -> Option<f64> {
    let at: jiff::Timestamp = of.get("timestamp")?.as_str()?.parse().ok()?;
    Some(at.as_duration().as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn per_second(grown: u64, seconds: f64) -> String {
    format!("{:.1}", grown as f64 / seconds)
}

/// Rows of a list that is cut.
const OPERATIONS: usize = 10;
/// Clears the screen and goes to its first line.
const CLEAR: &[u8] = b"\x1b[2J\x1b[H";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_grew_is_told_by_the_second() {
        let look = |second: u32, frames: u64| {
            json!({
                "timestamp": format!("2026-01-01T00:00:{second:02}.000000000Z"),
                "frames": frames,
                "operations": { "map.sendAuthenticationInfo": { "invokes": 4 } },
                "senders": [{ "gt": "99920000001", "network": null, "messages": 7, "alerts": 2 }],
                "alerts": { "some_rule": 3 },
            })
        };
        let first = page(&look(0, 1_000), None);
        assert!(first.contains("1000") && first.contains("99920000001"), "{first}");
        assert!(first.contains("some_rule") && first.contains("sendAuthenticationInfo"), "{first}");
        let second = page(&look(10, 3_500), Some(&look(0, 1_000)));
        assert!(second.contains("250.0"), "{second}");
    }

    #[test]
    fn answers_are_lines() {
        let status =
            json!({ "ready": true, "ports": [{ "name": "tap0" }], "reloads": { "good": 1 } });
        let want = "ports\n  name: tap0\nready: yes\nreloads\n  good: 1\n";
        assert_eq!(lines(&status, 0), want);
    }
}
