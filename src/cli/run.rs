//! `picket run`: live traffic through the detector, until SIGTERM or SIGINT.

use std::{
    io::{IsTerminal, stderr},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::anyhow;
use clap::Args;
use picket_hw::live::{LiveCapture, LiveOptions, Source, TimeSource};

use super::{Failure, setup};
use crate::{
    config::{Backend, Plan, Subscribers, Timestamps, plan::HomeNeed},
    runtime::{self, Recorder, RunError, Setting, Start, Summary, lines::Lines},
    sink::key::{self, KeyError},
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
        self.logs()?;
        let plan = setup::plan(Some(&self.config), None, HomeNeed::Required)?;
        let names = setup::names(&plan);
        let rules = setup::rules(&plan, &names, &self.rules, false)?;
        let outputs = outputs(&plan)?;
        let mut source = source(&plan)?;
        let recorder = self.record.as_ref().map(|path| Recorder::create(path, &source.ports()));
        let recorder = recorder.transpose().map_err(|error| Failure::Failed(anyhow!(error)))?;
        let ports: Vec<_> = source.ports().into_iter().map(|port| port.name).collect();
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            sensor = plan.sensor,
            ports = ports.join(","),
            rules = rules.about.len(),
            recording = self.record.as_ref().map(|path| path.display().to_string()),
            "listening"
        );
        let setting = Setting { plan: Arc::new(plan), names, rules: Arc::new(rules) };
        let seed = setup::options(false).seed;
        let (config, more) = (self.config, self.rules);
        let reload = move |now: &Setting| again(&config, &more, now).map_err(|error| why(&error));
        let start = Start {
            setting: Arc::new(setting),
            source,
            recorder,
            outputs: Box::new(outputs),
            seed,
            reload: Box::new(reload),
        };
        let summary = runtime::run(start).map_err(|error| Failure::Failed(anyhow!(error)))?;
        tell(&summary);
        Ok(())
    }

    fn logs(&self) -> Result<(), Failure> {
        let filter = tracing_subscriber::EnvFilter::try_new(&self.log).map_err(|error| {
            Failure::Wrong(anyhow!("--log {}: {error}; write error, warn, info or debug", self.log))
        })?;
        let logs = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(stderr)
            .with_ansi(stderr().is_terminal());
        let started = if self.log_json { logs.json().try_init() } else { logs.try_init() };
        started.map_err(|error| Failure::Failed(anyhow!("logs: {error}")))
    }
}

/// Reads configuration, rules and lists anew. What is opened at the start stays as it is: capture,
/// outputs, state.
fn again(config: &Path, more: &[PathBuf], now: &Setting) -> Result<Setting, Failure> {
    let plan = setup::plan_again(config, &now.names)?;
    let names = setup::names(&plan);
    let rules = setup::rules(&plan, &names, more, false)?;
    Ok(Setting { plan: Arc::new(plan), names, rules: Arc::new(rules) })
}

fn why(failure: &Failure) -> String {
    match failure {
        Failure::Wrong(error) | Failure::Failed(error) => format!("{error:#}"),
        Failure::Alerted => String::new(),
    }
}

/// Opens what the plan listens on.
fn source(plan: &Plan) -> Result<Box<dyn Source>, Failure> {
    let capture = &plan.capture;
    if capture.backend == Backend::Dpdk {
        return Err(Failure::Wrong(anyhow!(
            "capture.backend = \"dpdk\": this picket was built without DPDK; \
             build it with `cargo build --release --features dpdk`"
        )));
    }
    let mut interfaces = capture.interfaces.clone();
    if interfaces.is_empty() {
        interfaces.extend(LiveCapture::default_interface());
        if let Some(interface) = interfaces.first() {
            tracing::warn!(interface, "capture.interfaces names none: taking the first that is up");
        }
    }
    let default = LiveOptions::default();
    let options = LiveOptions {
        filter: capture.filter.clone(),
        snaplen: capture.snaplen.unwrap_or(default.snaplen),
        buffer_bytes: capture.buffer_bytes.unwrap_or(default.buffer_bytes),
        immediate: capture.immediate,
        promiscuous: capture.promiscuous.unwrap_or(default.promiscuous),
        time: match capture.timestamps {
            Timestamps::Host => TimeSource::Host,
            Timestamps::Adapter => TimeSource::Adapter,
        },
    };
    let source = LiveCapture::open(&interfaces, &options);
    Ok(Box::new(source.map_err(|error| Failure::Failed(anyhow!(error)))?))
}

/// Opens the outputs of the plan; without any, alerts go to stdout.
fn outputs(plan: &Plan) -> Result<Lines, Failure> {
    let mut lines = Lines::default();
    let output = &plan.output;
    let failed = |error: RunError| Failure::Failed(anyhow!(error));
    let mut key: Option<Vec<u8>> = None;
    let mut redactor = |own: Option<Subscribers>| {
        let form = own.or(plan.subscribers).unwrap_or(LIVE);
        setup::shown(plan, form, || match &key {
            Some(key) => Ok(key.clone()),
            None => Ok(key.insert(pseudonym_key(plan)?).clone()),
        })
    };
    if let Some(file) = &output.file {
        lines.file(file.path.clone(), redactor(file.subscribers)?).map_err(failed)?;
    }
    if let Some(stdout) = &output.stdout {
        lines.stdout(redactor(stdout.subscribers)?);
    }
    for (name, there) in [
        ("kafka", output.kafka.is_some()),
        ("syslog", output.syslog.is_some()),
        ("webhook", output.webhook.is_some()),
    ] {
        if there {
            tracing::warn!("output.{name}: picket run does not deliver there yet");
        }
    }
    if output.file.is_none() && output.stdout.is_none() {
        tracing::warn!("no output.file and no output.stdout: alerts go to stdout");
        lines.stdout(redactor(None)?);
    }
    Ok(lines)
}

/// Returns the key of the pseudonyms, one for this run where the plan has no place for one.
fn pseudonym_key(plan: &Plan) -> Result<Vec<u8>, Failure> {
    match key::subscriber(plan) {
        Err(KeyError::Nowhere { .. }) => {
            tracing::warn!(
                "pseudonyms hold for this run only: name privacy.key_file or state.dir to keep the key"
            );
            key::of_this_run()
        }
        found => found,
    }
    .map_err(|error| Failure::Wrong(anyhow!(error)))
}

/// Says what a run came to.
fn tell(summary: &Summary) {
    for port in &summary.ports {
        tracing::info!(
            port = port.name,
            frames = port.frames,
            dropped = port.dropped,
            missed = port.missed,
            reopened = port.reopened,
            "port"
        );
    }
    let Summary { stats, lane, outlet, .. } = summary;
    tracing::info!(
        frames = stats.frames,
        late = lane.late,
        sccp = stats.sccp_messages,
        tcap = stats.tcap_messages,
        alerts = outlet.alerts,
        alerts_dropped = outlet.dropped,
        "ended"
    );
}

/// How `picket run` shows subscribers unless the configuration says otherwise.
const LIVE: Subscribers = Subscribers::Pseudonym;
