//! The summary of a replay, and a line an alert.

use std::{collections::BTreeMap, io, io::Write, time::Duration};

use comfy_table::{CellAlignment, Table, presets};

use crate::{
    engine::{Stats, alert::Level, stats::OUTCOMES},
    event::fields::{Named, Names},
    sink::alert::Document,
};

/// Alerts by the last that was said of each, in the order they were raised.
#[derive(Default)]
pub(super) struct Told {
    places: BTreeMap<String, usize>,
    alerts: Vec<Document>,
}

impl Told {
    /// Takes an alert, or a revision that takes the place of what was said before.
    pub(super) fn take(&mut self, mut alert: Document) {
        let place = *self.places.entry(alert.id.clone()).or_insert(self.alerts.len());
        match self.alerts.get_mut(place) {
            Some(known) => {
                core::mem::swap(&mut known.evidence, &mut alert.evidence);
                let frames = known.evidence.iter().map(|cited| cited.frame).collect::<Vec<_>>();
                let new = alert.evidence.drain(..).filter(|cited| !frames.contains(&cited.frame));
                alert.evidence = known.evidence.drain(..).chain(new).take(KEPT).collect();
                *known = alert;
            }
            None => self.alerts.push(alert),
        }
    }

    /// Counts alerts by level, as last said, and title of the rule.
    fn counts(&self) -> BTreeMap<(Level, &str), u64> {
        let mut counts = BTreeMap::new();
        for told in &self.alerts {
            *counts.entry((told.alert.level, told.alert.title.as_str())).or_default() += 1;
        }
        counts
    }

    /// Writes one line an alert.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.alerts.iter().try_for_each(|told| alert(out, told))
    }
}

fn alert(out: &mut dyn Write, alert: &Document) -> io::Result<()> {
    let frames: Vec<String> =
        alert.evidence.iter().take(SHOWN).map(|cited| cited.frame.to_string()).collect();
    let more = if alert.evidence.len() > SHOWN { ", ..." } else { "" };
    let first = &alert.alert.first_seen;
    writeln!(
        out,
        "{}Z {:<8} {} [frame {}{more}]",
        first.get(..19).unwrap_or(first),
        alert.alert.level.name(),
        alert.summary,
        frames.join(", "),
    )
}

/// Writes what a replay counted.
pub(super) fn replay(
    out: &mut dyn Write,
    stats: &Stats,
    told: &Told,
    names: &Names,
    took: Duration,
) -> io::Result<()> {
    writeln!(out, "\nMessages by operation and outcome")?;
    writeln!(out, "{}", operations(stats))?;
    writeln!(out, "\nSenders outside home, by alerts and volume")?;
    writeln!(out, "{}", senders(stats, names))?;
    writeln!(out, "\nAlerts by level and rule")?;
    let counts = told.counts();
    if counts.is_empty() {
        writeln!(out, "  none")?;
    }
    for ((level, title), count) in counts.iter().rev() {
        writeln!(out, "  {:<13} {count:>7}  {title}", level.name())?;
    }
    writeln!(out, "\nNot decoded, and why")?;
    if stats.unread.is_empty() && stats.panics == 0 {
        writeln!(out, "  nothing")?;
    }
    for ((layer, reason), count) in &stats.unread {
        writeln!(out, "  {layer:<13} {count:>7}  {reason}")?;
    }
    if stats.panics > 0 {
        writeln!(
            out,
            "  {:<13} {:>7}  a dissector failed; please report the frame",
            "panic", stats.panics
        )?;
    }
    for (what, count) in &stats.other {
        writeln!(out, "  {:<13} {count:>7}  {what}", "not SS7")?;
    }
    let seconds = took.as_secs_f64().max(1e-9);
    #[expect(clippy::cast_precision_loss, reason = "a rate for a reader")]
    let rate = stats.tcap_messages as f64 / seconds;
    writeln!(
        out,
        "\n{} frames, {} SCCP and {} TCAP messages, {} duplicates, {} requests still open; {seconds:.2} s, {rate:.0} TCAP messages a second",
        stats.frames, stats.sccp_messages, stats.tcap_messages, stats.duplicates, stats.pending,
    )
}

fn operations(stats: &Stats) -> Table {
    let mut table = table();
    let mut head = vec!["operation".to_owned(), "invokes".to_owned()];
    let used: Vec<_> = OUTCOMES
        .iter()
        .filter(|&&outcome| {
            stats
                .operations
                .values()
                .any(|row| row.outcomes.get(outcome as usize).is_some_and(|&n| n > 0))
        })
        .collect();
    head.extend(used.iter().map(|outcome| outcome.name().to_owned()));
    table.set_header(head);
    let mut rows: Vec<_> = stats.operations.iter().collect();
    rows.sort_by_key(|&(name, row)| (core::cmp::Reverse(row.invokes), name));
    for ((_, name), row) in rows {
        let mut cells = vec![(*name).to_owned(), row.invokes.to_string()];
        cells.extend(used.iter().map(|&&outcome| {
            let count = row.outcomes.get(outcome as usize).copied().unwrap_or(0);
            if count == 0 { String::new() } else { count.to_string() }
        }));
        table.add_row(cells);
    }
    align(table)
}

fn senders(stats: &Stats, names: &Names) -> Table {
    let mut table = table();
    table.set_header(["global title", "network", "country", "messages", "alerts"]);
    for (gt, sender) in stats.senders.ranked().into_iter().take(SENDERS) {
        let network = sender.place.network.and_then(|id| names.get(Named::Network, id.0.into()));
        let country = sender.place.country.map(|country| country.to_string());
        let shown = if sender.place.subscriber {
            format!("{}*", gt.first(gt.len() / 2))
        } else {
            gt.to_string()
        };
        table.add_row([
            shown,
            network.unwrap_or("-").to_owned(),
            country.unwrap_or_else(|| "-".to_owned()),
            sender.messages.to_string(),
            if sender.alerts == 0 { String::new() } else { sender.alerts.to_string() },
        ]);
    }
    for column in [3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

fn align(mut table: Table) -> Table {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Evidence kept of an alert for its line.
const KEPT: usize = 8;
/// Frames named in a line.
const SHOWN: usize = 4;
/// Senders named in the summary.
const SENDERS: usize = 12;
