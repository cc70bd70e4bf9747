//! `picket run`: live traffic through the detector, until SIGTERM or SIGINT.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::anyhow;
use clap::Args;
use picket_hw::live::Port;

use super::{Failure, deliver, setup, source};
use crate::{
    config::{Plan, Subscribers, outputs::Stdout, plan::HomeNeed},
    engine::Engine,
    operate::{
        Desk, Duties, Listening, Operator, Socket,
        confine::{self, Reach},
        notify,
        watch::{self, Watch},
    },
    runtime::{
        self, Recorder, Setting, Start, Summary,
        board::Board,
        evidence::{Counts, Evidence},
    },
    sink::delivery,
};

/// Listens on the interfaces of the configuration until SIGTERM or SIGINT.
#[derive(Args, Debug)]
pub(super) struct Run {
    /// The configuration file (picket.toml); docs/configuration.md has every key.
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Keeps every frame that was seen, raw, in a pcapng file; replaying it gives the same alerts.
    #[arg(long, value_name = "OUT.pcapng")]
    record: Option<PathBuf>,
    /// A further directory of rules; may be given again.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// What is logged to stderr: error, warn, info, debug, or TARGET=LEVEL,...
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log: String,
    /// Logs as JSON lines.
    #[arg(long)]
    log_json: bool,
}

impl Run {
    pub(super) fn run(self) -> Result<(), Failure> {
        let log_as = deliver::logs(&self.log, self.log_json)?;
        let written = setup::plan(Some(&self.config), None, HomeNeed::Required)?;
        let plan = placed(written.clone());
        warn_of(&plan, &written);
        let names = setup::names(&plan);
        let rules = setup::rules(&plan, &names, &self.rules, false)?;
        delivery::check(&plan).map_err(|error| Failure::Wrong(anyhow!(error)))?;
        let listening = plan.metrics.as_ref().map(Listening::open).transpose();
        let listening = listening.map_err(|error| Failure::Failed(anyhow!(error)))?;
        let socket = plan.control.as_ref().map(Socket::open).transpose();
        let socket = socket.map_err(|error| Failure::Failed(anyhow!(error)))?;
        let mut sources = source::open(&plan)?;
        // From here on with as few rights as will do, before there is any other thread of ours.
        let confinement = self.confine(&plan)?;
        let ports: Vec<_> = sources.iter_mut().flat_map(|source| source.ports()).collect();
        let recorder = self.record.as_ref().map(|path| Recorder::create(path, &ports));
        let recorder = recorder.transpose().map_err(|error| Failure::Failed(anyhow!(error)))?;
        let evidence = evidence(&plan, &ports)?;
        let (plan, rules) = (Arc::new(plan), Arc::new(rules));
        let outputs = deliver::start(&plan)?;
        let options = setup::options(outputs.wants_events());
        let mut engine = Engine::new(Arc::clone(&plan), Arc::clone(&rules), options);
        let namer = setup::namer(&plan)?;
        engine.name_subscribers(namer.clone());
        // Where only alerts have their default place, nothing is learnt for another run.
        let learnt = written.state_dir;
        if let Some(dir) = &learnt
            && let Some((told, aside)) = setup::remember(dir, &mut engine)?
        {
            tracing::info!("{told}");
            aside.iter().for_each(|line| tracing::warn!("{line}"));
        }
        if let Some(address) = listening.as_ref().and_then(|at| at.address().ok()) {
            tracing::info!(%address, "metrics");
        }
        if let Some(socket) = &socket {
            tracing::info!(socket = %socket.path().display(), "control");
        }
        let (board, asked) = Board::new();
        let monitor = outputs.monitor();
        let desk = Desk::new(&plan.sensor, &board)
            .with_outputs(Box::new(move || monitor.status()))
            .with_logs(log_as)
            .with_confinement(confinement);
        let watch = plan.reload.watch.then(|| Watch::new(&self.config, &self.rules));
        let duties = Duties { listening, socket, watch };
        let operator = Operator::start(Arc::new(desk), duties).map_err(Failure::from)?;
        let threads = plan.threads.clone();
        let (config, more) = (self.config, self.rules);
        let reload = move |now: &Setting| again(&config, &more, now).map_err(|error| why(&error));
        let start = Start {
            setting: Arc::new(Setting { plan, names, rules, namer }),
            engine,
            sources,
            threads,
            recorder,
            outputs,
            evidence,
            learnt,
            board,
            asked,
            tell: Box::new(notify::tell),
            reload: Box::new(reload),
        };
        let summary = runtime::run(start).map_err(|error| Failure::Failed(anyhow!(error)))?;
        drop(operator);
        tell(&summary)?;
        summary.forgot.map_or(Ok(()), |error| Err(Failure::Failed(anyhow!(error))))
    }
}

impl Run {
    /// Gives up what is not needed; returns what is in force.
    fn confine(&self, plan: &Plan) -> Result<serde_json::Value, Failure> {
        let (dirs, files): (Vec<_>, Vec<_>) =
            watch::named(&self.config, &self.rules).into_iter().partition(|path| path.is_dir());
        let mut reach = Reach::default().reading(files).writing(self.record.clone());
        reach.read.extend(dirs);
        let report =
            confine::confine(plan, reach).map_err(|error| Failure::Wrong(anyhow!(error)))?;
        tracing::info!(
            user = report.user,
            capabilities = report.capabilities.join(","),
            no_new_privileges = report.no_new_privileges,
            core_dumps_off = report.core_dumps_off,
            files = report.files,
            network = report.network,
            refused_calls = report.refused_calls,
            "confined"
        );
        if report.user == 0 {
            tracing::warn!("runs as root: name another user with confine.user, or in the unit");
        }
        Ok(serde_json::to_value(report).unwrap_or_default())
    }
}

/// Puts a place to what has none: alerts go to stdout where no output is named, and those that may
/// have to wait for a network wait on disk, wherever state is kept by default.
fn placed(mut plan: Plan) -> Plan {
    if !delivery::has_outputs(&plan) {
        plan.output.stdout = Some(Stdout::default());
    }
    let output = &plan.output;
    let waits = output.kafka.is_some()
        || output.syslog.is_some()
        || output.unix.is_some()
        || output.webhook.is_some();
    if plan.state_dir.is_none() && waits {
        plan.state_dir = Some(deliver::STATE.into());
    }
    plan
}

/// Says what follows from settings that are not there.
fn warn_of(plan: &Plan, written: &Plan) {
    if !delivery::has_outputs(written) {
        tracing::warn!("no table [output.*]: alerts go to stdout");
    }
    if plan.state_dir.is_none() {
        tracing::warn!(
            "state.dir is not named: nothing is kept for the next run, and alerts that an output does not take are gone with this one"
        );
    } else if written.state_dir.is_none() {
        tracing::warn!(
            dir = deliver::STATE,
            "state.dir is not named: alerts wait for the outputs here"
        );
    }
    let nowhere = plan.key_file.is_none() && plan.state_dir.is_none();
    if nowhere && plan.subscribers != Some(Subscribers::Clear) {
        tracing::warn!(
            "pseudonyms hold for this run only: name privacy.key_file or state.dir to keep the key"
        );
    }
}

/// Reads configuration, rules and lists anew. What is opened at the start stays as it is: capture,
/// outputs, state.
fn again(config: &Path, more: &[PathBuf], now: &Setting) -> Result<Setting, Failure> {
    let new = placed(setup::plan_again(config, &now.names)?);
    let old = &now.plan;
    for (table, same) in [
        ("capture", new.capture == old.capture),
        ("runtime", new.threads == old.threads),
        ("output", new.output == old.output),
        ("state", new.state_dir == old.state_dir && new.capacity == old.capacity),
        (
            "privacy",
            new.subscribers == old.subscribers
                && new.key_file == old.key_file
                && new.previous_key == old.previous_key
                && new.seal_key_file == old.seal_key_file,
        ),
    ] {
        if !same {
            tracing::warn!(
                "[{table}] has changed and is read at the start only: what was in force stays so; \
                 restart picket to change it, what outputs are owed is kept"
            );
        }
    }
    let plan = Plan {
        capture: old.capture.clone(),
        threads: old.threads.clone(),
        output: old.output.clone(),
        state_dir: old.state_dir.clone(),
        capacity: old.capacity,
        subscribers: old.subscribers,
        key_file: old.key_file.clone(),
        previous_key: old.previous_key.clone(),
        seal_key_file: old.seal_key_file.clone(),
        ..new
    };
    let names = setup::names(&plan);
    let rules = setup::rules(&plan, &names, more, false)?;
    let namer = setup::namer(&plan)?;
    Ok(Setting { plan: Arc::new(plan), names, rules: Arc::new(rules), namer })
}

fn why(failure: &Failure) -> String {
    match failure {
        Failure::Wrong(error) | Failure::Failed(error) => format!("{error:#}"),
        Failure::Alerted => String::new(),
    }
}

/// Begins the file of evidence, where one is asked for.
fn evidence(plan: &Plan, ports: &[Port]) -> Result<Option<Evidence>, Failure> {
    let Some(config) = &plan.output.evidence else { return Ok(None) };
    let path = config.path.display();
    let evidence = Evidence::create(config, ports).map_err(|error| {
        Failure::Failed(anyhow!(
            "{path}: evidence cannot be written: {error}; name a file in a directory of picket's with output.evidence.path"
        ))
    })?;
    tracing::warn!(%path, "evidence holds raw frames: subscribers can be read in it");
    Ok(Some(evidence))
}

/// Says what a run came to. What is owed and kept is no failure; what is gone, or only in memory, is.
fn tell(summary: &Summary) -> Result<(), Failure> {
    for port in &summary.ports {
        tracing::info!(
            port = port.name,
            frames = port.frames,
            dropped = port.dropped,
            missed = port.missed,
            errors = port.errors,
            reopened = port.reopened,
            "port"
        );
        let extended = port.extended.iter().map(|(name, value)| format!("{name}={value}"));
        let counters = extended.collect::<Vec<_>>().join(" ");
        if !counters.is_empty() {
            tracing::info!(port = port.name, counters, "what its driver counts");
        }
    }
    let Summary { stats, lane, outlet, delivered, .. } = summary;
    for sink in &delivered.status.sinks {
        tracing::info!(
            sink = sink.name,
            delivered = sink.delivered,
            owed = sink.owed,
            parked = sink.parked,
            "output"
        );
    }
    if let Some(Counts { written, missed }) = summary.evidence {
        let (frames, octets, unwritten) = (written.frames, written.octets, written.unwritten);
        tracing::info!(frames, octets, too_late = written.too_late, missed, unwritten, "evidence");
    }
    let said = delivered.explain();
    for line in said.lines() {
        tracing::warn!("{line}");
    }
    tracing::info!(
        frames = stats.frames,
        late = lane.late,
        sccp = stats.sccp_messages,
        tcap = stats.tcap_messages,
        alerts = outlet.alerts,
        alerts_dropped = outlet.dropped,
        alerts_lost = delivered.lost(),
        events_dropped = outlet.events_dropped,
        "ended"
    );
    let unkept = delivered.path.is_none() || delivered.status.outbox.waiting > 0;
    if !delivered.done && unkept || delivered.lost() > 0 {
        return Err(Failure::Failed(anyhow!(said)));
    }
    Ok(())
}
