//! `picket alerts`: questions to the alerts that are kept.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{Table, presets};
use picket_dissectors::Digits;
use picket_hw::Timestamp;

use super::{Failure, deliver::STATE, output, person, setup};
use crate::{
    config::{Plan, plan::HomeNeed},
    engine::alert::Level,
    event::{fields::number::Numbering, json::rfc3339},
    sink::{
        format::Shape,
        key, misp,
        outbox::{Filter, OutboxError, Query, Row},
        redact::Redactor,
    },
};

/// Answers from the alerts that `run` and `replay --deliver` keep.
#[derive(Debug, Subcommand)]
pub(super) enum Alerts {
    /// Lists alerts, a line each, oldest first.
    List(List),
    /// Shows one alert, or all that begin with an id.
    Show(Show),
    /// Writes alerts as JSON lines.
    Export(Export),
}

/// Where alerts are kept.
#[derive(Args, Debug)]
struct Place {
    /// The configuration.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory of the outbox. Default: state.dir, else /var/lib/picket.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

/// Which alerts.
#[derive(Args, Debug)]
struct Which {
    /// Of a subscriber: the id as alerts show it, or an IMSI or MSISDN where the key is at hand.
    #[arg(long, value_name = "ID", value_parser = person::person)]
    subscriber: Option<String>,
    /// Of attackers whose global title begins so.
    #[arg(long, value_name = "PREFIX", value_parser = person::title)]
    gt: Option<String>,
    /// Of a rule: id, name or title.
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// Of this level or above.
    #[arg(long, value_name = "LEVEL", value_parser = super::level)]
    level: Option<Level>,
    /// From a time on: 2026-03-02, or 2026-03-02T08:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<u64>,
    /// Before a time.
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<u64>,
    /// At most so many, the newest.
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,
    /// Every revision, not the last of each alert only.
    #[arg(long)]
    revisions: bool,
}

#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    which: Which,
    /// As JSON lines.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
pub(super) struct Show {
    #[command(flatten)]
    place: Place,
    /// The alert's id, or how it begins.
    #[arg(value_parser = person::alert)]
    id: String,
    /// Every revision, not the last only.
    #[arg(long)]
    revisions: bool,
}

#[derive(Args, Debug)]
pub(super) struct Export {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    which: Which,
    /// In which form.
    #[arg(long, value_enum, default_value_t = Form::Json)]
    format: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    Json,
    Ocsf,
    Cef,
    /// One MISP event with an ss7-attack object an alert.
    Misp,
}

impl Alerts {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(),
            Self::Show(show) => show.run(),
            Self::Export(export) => export.run(),
        }
    }
}

impl List {
    fn run(self) -> Result<(), Failure> {
        let (query, plan) = self.place.open()?;
        let mut out = output::open("-".as_ref())?;
        let mut found = false;
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header([
            "time",
            "level",
            "id",
            "rev",
            "subscriber",
            "attacker",
            "rule",
            "outcome",
            "owed",
        ]);
        query.each(&self.which.filter(&plan), |row| {
            found = true;
            if self.json {
                writeln!(out, "{}", row.json)?;
            } else {
                table.add_row(cells(&row));
            }
            Ok::<(), Failure>(())
        })?;
        if !self.json && table.row_count() > 0 {
            writeln!(out, "{}", table.trim_fmt())?;
        }
        if !found {
            output::say("picket: no alert that is kept is such");
        }
        Ok(out.flush()?)
    }
}

fn cells(row: &Row) -> [String; 9] {
    let mut time = String::new();
    rfc3339(Timestamp::from_nanos(row.at), &mut time);
    let seconds = time.get(..19).unwrap_or(&time);
    [
        format!("{seconds}Z"),
        row.level.name().to_owned(),
        row.id.get(..12).unwrap_or(&row.id).to_owned(),
        row.revision.to_string(),
        row.subscriber.clone().unwrap_or_default(),
        row.gt.clone().unwrap_or_default(),
        row.rule_name.clone(),
        row.outcome.clone(),
        row.owed.join(","),
    ]
}

impl Show {
    fn run(self) -> Result<(), Failure> {
        let (query, _) = self.place.open()?;
        let mut out = output::open("-".as_ref())?;
        let filter =
            Filter { id: Some(self.id.clone()), revisions: self.revisions, ..Filter::default() };
        let mut found = false;
        query.each(&filter, |row| {
            found = true;
            let alert: serde_json::Value =
                serde_json::from_str(&row.json).map_err(|error| Failure::Failed(error.into()))?;
            writeln!(out, "{alert:#}")?;
            Ok::<(), Failure>(())
        })?;
        out.flush()?;
        if found {
            return Ok(());
        }
        Err(Failure::Failed(anyhow!("no alert that is kept begins with {}", self.id)))
    }
}

impl Export {
    fn run(self) -> Result<(), Failure> {
        let (query, plan) = self.place.open()?;
        let mut out = output::open("-".as_ref())?;
        let shape = match self.format {
            Form::Json => Shape::Json,
            Form::Ocsf => Shape::Ocsf,
            Form::Cef => Shape::Cef,
            Form::Misp => {
                let mut alerts = Vec::new();
                query.each(&self.which.filter(&plan), |row| {
                    let alert = serde_json::from_str(&row.json);
                    alerts.push(alert.map_err(|error| Failure::Failed(anyhow!(error)))?);
                    Ok::<(), Failure>(())
                })?;
                writeln!(out, "{}", misp::event(&alerts, &plan.sensor))?;
                return Ok(out.flush()?);
            }
        };
        query.each(&self.which.filter(&plan), |row| {
            let text = shape.of(&row.json).map_err(|error| Failure::Failed(anyhow!(error)))?;
            writeln!(out, "{text}")?;
            Ok::<(), Failure>(())
        })?;
        Ok(out.flush()?)
    }
}

impl Place {
    fn open(&self) -> Result<(Query, Plan), Failure> {
        let plan = setup::plan(self.config.as_deref(), None, HomeNeed::Optional)?;
        let dir = self.state.clone().or_else(|| plan.state_dir.clone());
        let dir = dir.unwrap_or_else(|| PathBuf::from(STATE));
        let query = Query::open(&dir)?;
        Ok((query, Plan { state_dir: Some(dir), ..plan }))
    }
}

impl Which {
    fn filter(&self, plan: &Plan) -> Filter {
        Filter {
            subscriber: self.subscriber.iter().flat_map(|text| known_as(text, plan)).collect(),
            gt: self.gt.clone(),
            rule: self.rule.clone(),
            level: self.level,
            since: self.since,
            until: self.until,
            id: None,
            revisions: self.revisions,
            limit: self.limit,
        }
    }
}

/// Returns what stands for a subscriber in what is kept: what was typed, and for a number its
/// pseudonyms by the keys that are there. None is made for a question.
fn known_as(text: &str, plan: &Plan) -> Vec<String> {
    let mut names = vec![text.to_owned()];
    let digits = Digits::parse(text).filter(|digits| digits.is_decimal());
    let Some(digits) = digits else { return names };
    let made = |dir: &PathBuf| Path::join(dir, "subscriber.key").exists();
    let current = plan.key_file.is_some() || plan.state_dir.as_ref().is_some_and(made);
    let current = if current { key::subscriber(plan).ok() } else { None };
    let previous = key::previous(plan).ok().flatten().map(|(key, _)| key);
    for key in current.into_iter().chain(previous) {
        let shown = Redactor::pseudonym(&key).number(digits, Numbering::Imsi);
        names.push(shown.as_str().to_owned());
    }
    names
}

/// Reads a time, or a day as its first moment, UTC.
fn time(text: &str) -> Result<u64, String> {
    let day = || {
        let day: jiff::civil::Date = text.parse().ok()?;
        Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    };
    text.parse::<jiff::Timestamp>()
        .ok()
        .or_else(day)
        .and_then(|at| u64::try_from(at.as_nanosecond()).ok())
        .ok_or_else(|| "write 2026-03-02, or 2026-03-02T08:00:00Z".to_owned())
}

impl From<OutboxError> for Failure {
    fn from(error: OutboxError) -> Self {
        Self::Failed(anyhow!(error))
    }
}
