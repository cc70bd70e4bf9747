//! `--deliver`: what a replay finds goes to the outputs of the configuration, through the outbox.

use std::{
    fmt::Write,
    io::{IsTerminal, stderr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::anyhow;
use picket_hw::Timestamp;

use super::Failure;
use crate::{
    config::Plan,
    engine::{Alert, Stats},
    event::{SigEvent, fields::Names},
    sink::{
        delivery::{self, Delivery, DeliveryError, State},
        statistics,
        stream::Streams,
    },
};

/// Delivery that runs beside a replay.
pub(super) struct Deliverer {
    delivery: Delivery,
    runtime: tokio::runtime::Runtime,
    /// Files are named as they are opened; what was offered before keeps what was known then.
    names: Arc<Names>,
    /// Events, anomalies and statistics, where topics are named for them.
    streams: Option<Streams>,
}

impl Deliverer {
    /// Starts delivery of a plan, with its state in a directory that is named on the command line,
    /// in the configuration, or the default.
    pub(super) fn start(
        plan: Plan,
        state: Option<&Path>,
        quiet: bool,
    ) -> Result<(Self, Arc<Plan>), Failure> {
        logs(if quiet { "error" } else { "warn" })?;
        let dir = state.map(Path::to_owned).or_else(|| plan.state_dir.clone());
        let dir = dir.unwrap_or_else(|| PathBuf::from(STATE));
        let plan = Arc::new(Plan { state_dir: Some(dir), ..plan });
        if !delivery::has_outputs(&plan) {
            return Err(Failure::Wrong(anyhow!(
                "--deliver: the configuration names no output; add a table such as [output.kafka] or [output.file]"
            )));
        }
        let runtime = delivery::runtime()?;
        let failed = |error: DeliveryError| {
            let wrong = error.is_configuration();
            let error = anyhow!(error);
            if wrong { Failure::Wrong(error) } else { Failure::Failed(error) }
        };
        let delivery = Delivery::start(&plan, runtime.handle()).map_err(failed)?;
        let streams = Streams::start(&plan).map_err(failed)?;
        Ok((Self { delivery, runtime, names: Arc::default(), streams }, plan))
    }

    /// Offers an alert.
    pub(super) fn offer(&mut self, alert: &Alert, names: &Names) {
        if *self.names != *names {
            self.names = Arc::new(names.clone());
        }
        self.delivery.offer(alert.clone(), &self.names);
    }

    /// Whether events are wanted.
    pub(super) fn wants_events(&self) -> bool {
        self.streams.as_ref().is_some_and(Streams::wants_events)
    }

    /// Sends an event to the topics that want it.
    pub(super) fn event(&mut self, event: &SigEvent, names: &Names) {
        if let Some(streams) = &mut self.streams {
            streams.event(event, names);
        }
    }

    /// Sends the counters to the topic of statistics, if there is one.
    pub(super) fn stats(&mut self, stats: &Stats, sensor: &str, at: Timestamp) {
        if let Some(streams) = self.streams.as_mut().filter(|streams| streams.wants_stats()) {
            streams.stats(&statistics::object(stats, sensor, at).to_string(), at);
        }
    }

    /// Waits until everything is delivered, or nothing moved for as long as `patience`.
    pub(super) fn finish(self, patience: Duration) -> Result<(), Failure> {
        let done = self.delivery.drain(patience);
        if let Some(streams) = &self.streams {
            streams.flush(if done { patience } else { Duration::ZERO });
            for (name, counts) in streams.counts().into_iter().filter(|(_, c)| c.lost > 0) {
                tracing::warn!(topic = name, lost = counts.lost, "not spooled, and lost");
            }
        }
        let status = self.delivery.status();
        let path = self.delivery.path().to_owned();
        self.delivery.close();
        self.runtime.shutdown_timeout(Duration::from_secs(1));
        let lost: u64 = status.outbox.lost.iter().sum();
        if done && lost == 0 {
            return Ok(());
        }
        let mut text = String::new();
        for sink in status.sinks.iter().filter(|sink| sink.owed > 0) {
            let why = match sink.state {
                State::Refused => "it refuses",
                State::Away => "it cannot be reached",
                State::Failing => "it fails",
                State::Idle | State::Up => "it was not done in time (--deliver-timeout)",
            };
            let _ =
                write!(text, "output.{}: {} alert revisions are owed, {why}", sink.name, sink.owed);
            if !sink.error.is_empty() {
                let _ = write!(text, ": {}", sink.error);
            }
            text.push('\n');
        }
        if status.outbox.waiting > 0 || !status.outbox.error.is_empty() {
            let _ = writeln!(
                text,
                "{} alert revisions or more could not be kept: {}",
                status.outbox.waiting, status.outbox.error
            );
        }
        if lost > 0 {
            let _ = writeln!(text, "{lost} alert revisions were lost, for there was no room");
        }
        let _ = write!(text, "what is owed is kept in {} and goes first next time", path.display());
        Err(Failure::Failed(anyhow!(text)))
    }
}

/// Logs to stderr.
fn logs(filter: &str) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter)
        .map_err(|error| Failure::Wrong(anyhow!("logs: {error}")))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .try_init()
        .map_err(|error| Failure::Failed(anyhow!("logs: {error}")))
}

/// Where state is kept when nobody said.
pub(super) const STATE: &str = "/var/lib/picket";
