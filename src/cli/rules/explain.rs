//! `picket rules explain`: event by event, each test of a rule with the value it saw.

use std::{io::Write, path::PathBuf, sync::Arc};

use clap::Args;
use picket_rules::{Explanation, Matches, RuleKind, RuleSet, RuleState};
use serde_json::{Value, json};

use super::{Failure, find, guess, input::Input, output, setup};
use crate::{
    config::{Plan, Subscribers, plan::HomeNeed},
    engine::{Engine, Output, Rules},
    event::{SigEvent, fields, json::Writer},
};

/// Says event by event why a rule fires on a capture, or why not.
///
/// Prints the events that carry an operation the rule asks for; of a rule that asks for none, the
/// events at least one of its selections fits. `+` holds, `-` does not.
#[derive(Args, Debug)]
pub(in crate::cli) struct Explain {
    /// Id, name or title of the rule.
    #[arg(value_name = "RULE")]
    rule: String,
    /// Captures: files, directories (in order of time), or - for stdin.
    #[arg(value_name = "FILE", required = true)]
    inputs: Vec<PathBuf>,
    /// The configuration file (picket.toml); without one, home is --home or guessed.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Home prefixes, such as gt:99910,imsi:00101,msisdn:99911; a bare number is all three.
    #[arg(long, value_name = "LIST")]
    home: Option<String>,
    /// A further directory or file of rules; may be given again.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Every event, not only those the rule comes near to.
    #[arg(long)]
    all: bool,
    /// As JSON, an object an event.
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut plan =
            setup::plan(self.config.as_deref(), self.home.as_deref(), HomeNeed::Optional)?;
        if !plan.networks.has_home()
            && let Some(found) = guess::home(&self.inputs)?
        {
            output::say(&format!("picket: {found}"));
            plan =
                plan.with_home_list(&found.list).map_err(|error| Failure::Wrong(error.into()))?;
        }
        let mut names = setup::names(&plan);
        let rules = setup::rules(&plan, &names, &self.rules, false)?;
        let Some(set) = &rules.set else { return Ok(()) };
        let rule = find(set.rules(), &self.rule)?;
        let redactor = setup::redactor(&plan, Subscribers::Clear)?;
        let capacity = usize::try_from(plan.capacity.correlations).unwrap_or(usize::MAX);
        let plan = Arc::new(plan);
        let mut engine =
            Engine::new(Arc::clone(&plan), Arc::new(Rules::none()), setup::options(true));
        let mut input = Input::open(&self.inputs, true)?;
        let mut out = output::open("-".as_ref())?;
        let mut teller = Teller {
            set,
            rule,
            near: near(set, rule),
            state: RuleState::new(capacity, 0),
            matches: Matches::default(),
            counts: Counts::default(),
            all: self.all,
            json: self.json,
        };
        let is_subscriber = {
            let plan = Arc::clone(&plan);
            move |digits| plan.networks.gt(digits).subscriber
        };
        input.drive(&mut engine, &mut names, None, |output, names| {
            if let Output::Record(event) = output {
                let writer = Writer { names, redactor: &redactor, is_subscriber: &is_subscriber };
                teller.tell(event, &writer, &mut out)?;
            }
            Ok(())
        })?;
        if !self.json {
            teller.sum_up(&plan, &mut out)?;
        }
        out.flush()?;
        input.tell_faults();
        Ok(())
    }
}

/// Explains one rule as events come by.
struct Teller<'a> {
    set: &'a RuleSet<SigEvent>,
    rule: usize,
    near: Near,
    state: RuleState,
    matches: Matches,
    counts: Counts,
    all: bool,
    json: bool,
}

/// Which events a rule comes near to.
enum Near {
    /// Those that are candidates of one of these detections: they carry its operation.
    Operation(Vec<u32>),
    /// Those a selection fits: the rule asks for no operation.
    Selection,
}

#[derive(Default)]
struct Counts {
    events: u64,
    copies: u64,
    shown: u64,
    matched: u64,
}

impl Teller<'_> {
    fn tell(
        &mut self,
        event: &SigEvent,
        writer: &Writer<'_>,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        self.counts.events += 1;
        if event.duplicate {
            // The engine asks no rule about a second sighting.
            self.counts.copies += 1;
            return Ok(());
        }
        let (state, matches) = (&mut self.state, &mut self.matches);
        self.set.evaluate(event, event.at.nanos(), 0, state, matches);
        let Some(explanation) = self.set.explain_in(self.rule, event, &self.state) else {
            return Ok(());
        };
        let near = match &self.near {
            Near::Operation(detections) => {
                let candidates = self.set.candidates(event);
                detections.iter().any(|detection| candidates.contains(detection))
            }
            Near::Selection => selection_fits(&explanation),
        };
        self.counts.matched += u64::from(explanation.verdict);
        if !near && !explanation.verdict && !self.all {
            return Ok(());
        }
        self.counts.shown += 1;
        if self.json {
            let mut line = head(event, writer);
            line.insert("matches".to_owned(), explanation.verdict.into());
            let parts = explanation.parts.iter().map(|part| tree(part, event, writer));
            line.insert("parts".to_owned(), parts.collect());
            writeln!(out, "{}", Value::Object(line))?;
            return Ok(());
        }
        let verdict = if explanation.verdict { "MATCH" } else { "no match" };
        writeln!(out, "{}: {verdict}", heading(event, writer))?;
        let mut text = String::new();
        for part in &explanation.parts {
            lines(part, 1, event, writer, &mut text);
        }
        out.write_all(text.as_bytes())?;
        Ok(())
    }

    fn sum_up(&self, plan: &Plan, out: &mut dyn Write) -> Result<(), Failure> {
        let Counts { events, copies, shown, matched } = self.counts;
        let more = if shown + copies < events && !self.all { "; --all shows all" } else { "" };
        writeln!(
            out,
            "{events} events, {copies} of them copies, {shown} shown, {matched} match{more}"
        )?;
        let info = self.set.rules().get(self.rule);
        let is_rule = |rule: &String| {
            info.is_some_and(|i| i.id.as_ref() == Some(rule) || i.name.as_ref() == Some(rule))
        };
        if plan.disabled_rules.iter().any(is_rule) {
            writeln!(out, "the configuration turns this rule off ([rules] disable)")?;
        }
        if plan.suppressions.iter().any(|suppression| is_rule(&suppression.rule)) {
            writeln!(
                out,
                "the configuration has a [[suppress]] for this rule; it is not applied here"
            )?;
        }
        if info.is_some_and(|info| !info.reports) {
            writeln!(out, "this rule raises no alert itself; correlations count its matches")?;
        }
        Ok(())
    }
}

/// Finds out how to tell which events a rule comes near to.
fn near(set: &RuleSet<SigEvent>, rule: usize) -> Near {
    let (mut detections, mut waiting) = (Vec::new(), vec![rule]);
    while let Some(next) = waiting.pop() {
        match set.rules().get(next).map(|info| info.kind) {
            Some(RuleKind::Correlation) => waiting.extend(set.refers_to(next)),
            _ => detections.extend(u32::try_from(next)),
        }
    }
    let unbound = set.in_bucket(None);
    if detections.iter().any(|detection| unbound.contains(detection)) {
        Near::Selection
    } else {
        Near::Operation(detections)
    }
}

/// Whether a selection of the rule, or of one it refers to, fits.
fn selection_fits(explanation: &Explanation) -> bool {
    let named = |part: &Explanation| part.field.is_none() && is_selection(part);
    explanation.parts.iter().any(|part| (named(part) && part.verdict) || selection_fits(part))
}

/// Selections carry a name of their own; combinations are called after what they do.
fn is_selection(part: &Explanation) -> bool {
    !["all of", "any of", "not"].contains(&part.what.as_str())
        && !part.what.starts_with("rule ")
        && !part.what.starts_with("filter ")
        && part.seen.is_none()
}

/// Writes a verdict and those it is made of. A selection and the AND it is are one line.
fn lines(
    part: &Explanation,
    depth: usize,
    event: &SigEvent,
    writer: &Writer<'_>,
    out: &mut String,
) {
    let indent = 2 * depth;
    if let (None, "all of", 1) = (part.field, part.what.as_str(), depth) {
        part.parts.iter().for_each(|part| lines(part, depth, event, writer, out));
        return;
    }
    let sign = if part.verdict { '+' } else { '-' };
    out.push_str(&format!("{:indent$}{sign} {}", "", part.what));
    if let Some(seen) = seen(part, event, writer) {
        out.push_str(&format!("  (seen: {seen})"));
    }
    out.push('\n');
    let parts = match part.parts.as_slice() {
        [only] if only.what == "all of" && only.field.is_none() => only.parts.as_slice(),
        parts => parts,
    };
    parts.iter().for_each(|part| lines(part, depth + 1, event, writer, out));
}

fn tree(part: &Explanation, event: &SigEvent, writer: &Writer<'_>) -> Value {
    let mut out = serde_json::Map::new();
    out.insert("what".to_owned(), part.what.clone().into());
    if let Some(field) = part.field {
        out.insert("field".to_owned(), field.into());
    }
    if let Some(seen) = seen(part, event, writer) {
        out.insert("seen".to_owned(), seen.into());
    }
    out.insert("verdict".to_owned(), part.verdict.into());
    if !part.parts.is_empty() {
        let parts = part.parts.iter().map(|part| tree(part, event, writer));
        out.insert("parts".to_owned(), parts.collect());
    }
    Value::Object(out)
}

/// Returns what a test saw, numbers of people as they may be shown.
fn seen(part: &Explanation, event: &SigEvent, writer: &Writer<'_>) -> Option<String> {
    let Some(row) = part.field.and_then(fields::find) else { return part.seen.clone() };
    let mut shown = String::new();
    writer.append(event, row, &mut shown);
    let plain = shown.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match plain.unwrap_or(&shown) {
        "" => Some("absent".to_owned()),
        text => Some(text.to_owned()),
    }
}

/// What a reader knows an event by.
fn head(event: &SigEvent, writer: &Writer<'_>) -> serde_json::Map<String, Value> {
    let mut out = serde_json::Map::new();
    out.insert("frame".to_owned(), json!(event.frame.number));
    for (key, names) in HEAD {
        let found = names.iter().find_map(|name| value(event, writer, name));
        if let Some(found) = found {
            out.insert((*key).to_owned(), found.into());
        }
    }
    out
}

fn heading(event: &SigEvent, writer: &Writer<'_>) -> String {
    let head = head(event, writer);
    let text = |key: &str| head.get(key).and_then(Value::as_str).unwrap_or_default();
    let operation = match text("operation") {
        "" => text("event_type"),
        operation => operation,
    };
    let mut line = format!("frame {} {} {operation}", event.frame.number, text("timestamp"));
    for (key, before) in [
        ("component", " "),
        ("outcome", ", "),
        ("calling", ", "),
        ("called", " -> "),
        ("subscriber", ", about "),
    ] {
        if !text(key).is_empty() {
            line.push_str(before);
            line.push_str(text(key));
        }
    }
    line
}

fn value(event: &SigEvent, writer: &Writer<'_>, name: &str) -> Option<String> {
    let mut shown = String::new();
    writer.append(event, fields::find(name)?, &mut shown);
    let plain = shown.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    plain.map(str::to_owned).filter(|text| !text.is_empty())
}

/// Keys of a head, and the fields they are taken from: the first that is there.
const HEAD: &[(&str, &[&str])] = &[
    ("timestamp", &["timestamp"]),
    ("event_type", &["event_type"]),
    ("operation", &["map.operation.name", "cap.operation.name"]),
    ("component", &["tcap.component.type"]),
    ("outcome", &["dialogue.outcome"]),
    ("calling", &["sccp.calling.gt.e164", "sccp.calling.gt.digits"]),
    ("called", &["sccp.called.gt.e164", "sccp.called.gt.digits"]),
    ("subscriber", &["subscriber.id"]),
];
