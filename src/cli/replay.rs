//! `picket replay`: captures through the same engine as live traffic.

use std::{
    io::Write,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Args;

use super::{Failure, deliver, evidence::Evidence, input::Input, is_dash, output, setup, summary};
use crate::{
    config::{Subscribers, plan::HomeNeed},
    engine::{Engine, Output, SNAPPED, alert::Level},
    event::json::Writer,
    learnt,
    sink::{alert::Renderer, dispatch::Dispatch},
};

/// Replays captures through the detector and tells what was found.
#[derive(Args, Debug)]
pub(super) struct Replay {
    /// Captures: files, directories (in order of time), or - for stdin.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The configuration file (picket.toml); docs/configuration.md has every key.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Home prefixes, such as gt:99910,imsi:00101,msisdn:99911; a bare number is all three.
    #[arg(long, value_name = "LIST")]
    home: Option<String>,
    /// A further directory of rules; may be given again.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Writes alerts as JSON lines; - is stdout.
    #[arg(long, value_name = "OUT")]
    alerts: Option<PathBuf>,
    /// Writes every event as JSON lines; - is stdout.
    #[arg(long, value_name = "OUT")]
    events: Option<PathBuf>,
    /// Writes the frames of every alert's dialogues as pcapng, with comments that say why.
    #[arg(long, value_name = "OUT.pcapng")]
    evidence: Option<PathBuf>,
    /// Starts with what was learnt before and keeps what is learnt, in this directory. The file
    /// there holds subscriber numbers in clear and is readable by its owner only. With --deliver the
    /// outbox and the keys are there too; without, those are in state.dir, else /var/lib/picket.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Writes alerts as JSON lines to stdout, and nothing else.
    #[arg(long)]
    json: bool,
    /// Exits with 3 when there is an alert of this level or above.
    #[arg(long, value_name = "LEVEL", value_parser = super::level)]
    fail_on: Option<Level>,
    /// Delivers alerts to the outputs of the configuration, through the outbox, and waits for them.
    #[arg(long, requires = "config")]
    deliver: bool,
    /// Gives up waiting for the outputs after so many seconds without progress.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "deliver")]
    deliver_timeout: u64,
    /// Threads to use: from 2 on, reading goes ahead of detecting. What comes out is the same.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    threads: u16,
    /// Shows no progress and no summary.
    #[arg(short, long)]
    quiet: bool,
}

impl Replay {
    /// Refuses to write over what is read.
    fn apart(&self) -> Result<(), Failure> {
        let mut read: Vec<_> = self.inputs.iter().map(|input| ("an input", &**input)).collect();
        read.extend(self.config.as_deref().map(|config| ("the configuration", config)));
        let written = [
            ("--alerts", self.alerts.as_ref()),
            ("--events", self.events.as_ref()),
            ("--evidence", self.evidence.as_ref()),
        ];
        output::apart(&read, &written)
    }

    pub(super) fn run(self) -> Result<(), Failure> {
        #[expect(
            clippy::disallowed_methods,
            reason = "how long the replay took, for the summary only"
        )]
        let started = Instant::now();
        self.apart()?;
        let mut plan =
            setup::plan(self.config.as_deref(), self.home.as_deref(), HomeNeed::Optional)?;
        let mut guess = None;
        if !plan.networks.has_home() {
            guess = super::guess::home(&self.inputs)?;
            if let Some(found) = &guess {
                plan = plan
                    .with_home_list(&found.list)
                    .map_err(|error| Failure::Wrong(error.into()))?;
            }
        }
        let mut names = setup::names(&plan);
        let rules = setup::rules(&plan, &names, &self.rules, self.quiet)?;
        let redactor = setup::redactor(&plan, Subscribers::Clear)?;
        let mut alerts = self.alerts.as_deref().map(output::open).transpose()?;
        let mut events = self.events.as_deref().map(output::open).transpose()?;
        let mut input = Input::open(&self.inputs, self.quiet)?.with_threads(self.threads);
        let stdout_taken = self.json
            || (self.deliver && plan.output.stdout.is_some())
            || is_dash(&self.alerts)
            || is_dash(&self.events)
            || is_dash(&self.evidence);
        let mut screen: Box<dyn Write> =
            if stdout_taken { Box::new(std::io::stderr()) } else { Box::new(std::io::stdout()) };
        let mut json: Option<Box<dyn Write>> =
            self.json.then(|| output::open("-".as_ref())).transpose()?;
        let lines = !self.json && !self.quiet && !is_dash(&self.alerts) && !is_dash(&self.events);
        let mut dispatch = None;
        let plan = if self.deliver {
            let (started, plan) = deliver::beside(plan, self.state.as_deref(), self.quiet)?;
            dispatch = Some(started);
            plan
        } else {
            Arc::new(plan)
        };
        let records =
            self.events.is_some() || dispatch.as_ref().is_some_and(Dispatch::wants_events);
        let mut engine = Engine::new(Arc::clone(&plan), Arc::new(rules), setup::options(records));
        engine.name_subscribers(setup::namer(&plan)?);
        if let Some(dir) = &self.state {
            let remembered = setup::remember(dir, &mut engine)?;
            for (told, aside) in remembered.into_iter().filter(|_| !self.quiet) {
                output::say(&format!("picket: {told}"));
                aside.iter().for_each(|line| output::say(&format!("picket: warning: {line}")));
            }
        }
        let mut gravest = None;
        let mut told = summary::Told::default();
        let mut line = String::new();
        let mut evidence = self
            .evidence
            .as_deref()
            .map(|path| Evidence::begin(path, &self.inputs, &mut engine))
            .transpose()?;
        input.drive(&mut engine, &mut names, evidence.as_mut(), |output, names| {
            let renderer = Renderer { plan: &plan, names, redactor: &redactor };
            match output {
                Output::Alert(alert) => {
                    gravest = gravest.max(Some(alert.level));
                    if let Some(dispatch) = &mut dispatch {
                        dispatch.alert(alert.clone(), names);
                    }
                    let written = alerts.is_some() || json.is_some();
                    if self.quiet && !written {
                        return Ok(());
                    }
                    let document = renderer.document(alert);
                    if written {
                        let text = serde_json::to_string(&document)
                            .map_err(|error| Failure::Failed(error.into()))?;
                        for out in [alerts.as_mut(), json.as_mut()].into_iter().flatten() {
                            writeln!(out, "{text}")?;
                        }
                    }
                    if !self.json && !self.quiet {
                        told.take(document);
                    }
                }
                Output::Record(event) => {
                    if let Some(dispatch) = &mut dispatch {
                        dispatch.event(event, names);
                    }
                    if let Some(out) = events.as_mut() {
                        let is_subscriber = |digits| plan.networks.gt(digits).subscriber;
                        line.clear();
                        Writer { names, redactor: &redactor, is_subscriber: &is_subscriber }
                            .write(event, &mut line);
                        writeln!(out, "{line}")?;
                    }
                }
            }
            Ok(())
        })?;
        for out in [alerts.as_mut(), events.as_mut(), json.as_mut()].into_iter().flatten() {
            out.flush()?;
        }
        if let Some(evidence) = evidence {
            evidence.finish(self.quiet || self.json)?;
        }
        if let Some(dir) = &self.state {
            learnt::store(dir, &engine.snapshot())
                .map_err(|error| Failure::Failed(error.into()))?;
        }
        input.tell_faults();
        if !self.quiet && engine.stats().unread.keys().any(|(_, why)| *why == SNAPPED) {
            output::say(
                "picket: warning: packets were cut when they were captured, and what was cut off was not read; capture them whole (tcpdump -s 0)",
            );
        }
        if lines {
            told.write(&mut screen)?;
        }
        if !self.quiet && !self.json {
            if let Some(guess) = &guess {
                writeln!(screen, "{guess}")?;
            }
            summary::replay(&mut screen, engine.stats(), &told, &names, started.elapsed())?;
            screen.flush()?;
        }
        if let Some(mut dispatch) = dispatch {
            dispatch.stats(engine.stats(), engine.now());
            let finished = dispatch.finish(Duration::from_secs(self.deliver_timeout));
            deliver::all_arrived(&finished)?;
        }
        match self.fail_on {
            Some(limit) if gravest.is_some_and(|gravest| gravest >= limit) => Err(Failure::Alerted),
            _ => Ok(()),
        }
    }
}
