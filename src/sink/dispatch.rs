//! Everything that leaves: alerts through [`Delivery`], events, anomalies and statistics through
//! [`Streams`]. What `picket run` and `picket replay --deliver` have in common.

use std::{fmt::Write, path::PathBuf, sync::Arc, time::Duration};

use picket_hw::Timestamp;

use super::{
    delivery::{self, Delivery, DeliveryError, Monitor, State, Status},
    statistics,
    stream::{StreamCounts, Streams},
};
use crate::{
    config::Plan,
    engine::{Alert, Stats},
    event::{SigEvent, fields::Names},
};

/// The outputs of a plan.
#[derive(Debug)]
pub struct Dispatch {
    delivery: Delivery,
    /// Events, anomalies and statistics, where topics are named for them.
    streams: Option<Streams>,
    /// Files are named as they are opened; what was offered before keeps what was known then.
    names: Arc<Names>,
    sensor: String,
    /// Last, so that what runs on it is ended before.
    runtime: tokio::runtime::Runtime,
}

/// What became of everything that was to leave.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Whether every output has all it was owed.
    pub done: bool,
    /// How the outbox and the outputs stood in the end.
    pub status: Status,
    /// The database that keeps what is owed; `None` when that is gone.
    pub path: Option<PathBuf>,
    /// Events, anomalies and statistics, where topics are named for them.
    pub streams: Vec<(&'static str, StreamCounts)>,
}

impl Dispatch {
    /// Starts the outputs of a plan. None has to be there.
    ///
    /// # Errors
    ///
    /// Returns an error when the outbox cannot be opened or an output cannot be what the
    /// configuration says.
    pub fn start(plan: &Arc<Plan>) -> Result<Self, DeliveryError> {
        let runtime = delivery::runtime().map_err(DeliveryError::Thread)?;
        let delivery = Delivery::start(plan, runtime.handle())?;
        let streams = Streams::start(plan)?;
        let sensor = plan.sensor.clone();
        Ok(Self { delivery, streams, names: Arc::default(), sensor, runtime })
    }

    /// Offers an alert. Never waits.
    pub fn alert(&mut self, alert: Alert, names: &Names) {
        if *self.names != *names {
            self.names = Arc::new(names.clone());
        }
        self.delivery.offer(alert, &self.names);
    }

    /// Whether events are wanted.
    #[must_use]
    pub fn wants_events(&self) -> bool {
        self.streams.as_ref().is_some_and(Streams::wants_events)
    }

    /// Whether statistics are wanted.
    #[must_use]
    pub fn wants_stats(&self) -> bool {
        self.streams.as_ref().is_some_and(Streams::wants_stats)
    }

    /// Sends an event to the topics that want it. Never waits.
    pub fn event(&mut self, event: &SigEvent, names: &Names) {
        if let Some(streams) = &mut self.streams {
            streams.event(event, names);
        }
    }

    /// Sends the counters to the topic of statistics, if there is one. Never waits.
    pub fn stats(&mut self, stats: &Stats, at: Timestamp) {
        if let Some(streams) = self.streams.as_mut().filter(|streams| streams.wants_stats()) {
            streams.stats(&statistics::object(stats, &self.sensor, at).to_string(), at);
        }
    }

    /// Puts another plan in force for what comes from now on: its networks and links. Outputs stay
    /// as they were started.
    pub fn install(&mut self, plan: &Arc<Plan>) {
        self.delivery.install(Arc::clone(plan));
        if let Some(streams) = &mut self.streams {
            streams.install(Arc::clone(plan));
        }
    }

    /// Has outputs open their files anew, for somebody may have moved them away.
    pub fn reopen(&self) {
        self.delivery.reopen();
    }

    /// Returns what tells how outbox and outputs stand to other threads.
    #[must_use]
    pub fn monitor(&self) -> Monitor {
        self.delivery.monitor()
    }

    /// Waits until everything is delivered, or nothing moved for as long as `patience`; then ends.
    #[must_use]
    pub fn finish(self, patience: Duration) -> Finished {
        let done = self.delivery.drain(patience);
        self.end(done, if done { patience } else { Duration::ZERO })
    }

    /// As [`Self::finish`], but waits so long at most, whatever moves.
    #[must_use]
    pub fn finish_within(self, limit: Duration) -> Finished {
        let done = self.delivery.drain_within(limit);
        self.end(done, if done { STREAMS } else { Duration::ZERO })
    }

    fn end(self, done: bool, patience: Duration) -> Finished {
        let Self { delivery, streams, runtime, .. } = self;
        let counts = streams.as_ref().map(|streams| {
            streams.flush(patience);
            streams.counts().to_vec()
        });
        let streams = counts.unwrap_or_default();
        for (topic, counts) in streams.iter().filter(|(_, counts)| counts.lost > 0) {
            tracing::warn!(topic, lost = counts.lost, "not spooled, and lost");
        }
        let status = delivery.status();
        let path = delivery.path().map(std::path::Path::to_owned);
        delivery.close();
        runtime.shutdown_timeout(Duration::from_secs(1));
        Finished { done, status, path, streams }
    }
}

impl Finished {
    /// Returns how many revisions were given up although they were owed.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.status.outbox.lost.iter().sum()
    }

    /// Says what did not arrive and why; empty when all did.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut text = String::new();
        if self.done && self.lost() == 0 {
            return text;
        }
        let outbox = &self.status.outbox;
        for sink in self.status.sinks.iter().filter(|sink| sink.owed > 0) {
            let why = match sink.state {
                State::Refused => "it refuses",
                State::Away => "it cannot be reached",
                State::Failing => "it fails",
                State::Idle | State::Up => "it was not done in time",
            };
            let _ =
                write!(text, "output.{}: {} alert revisions are owed, {why}", sink.name, sink.owed);
            if !sink.error.is_empty() {
                let _ = write!(text, ": {}", sink.error);
            }
            text.push('\n');
        }
        if outbox.waiting > 0 {
            let _ = writeln!(
                text,
                "{} alert revisions could not be kept: {}",
                outbox.waiting, outbox.error
            );
        }
        if self.lost() > 0 {
            let lost = self.lost();
            let _ = writeln!(text, "{lost} alert revisions were lost, for there was no room");
        }
        let _ = match &self.path {
            Some(path) => {
                write!(text, "what is owed is kept in {} and goes first next time", path.display())
            }
            None => {
                write!(text, "what is owed is gone: name a directory to keep it with state.dir")
            }
        };
        text
    }
}

/// How long events may take to leave in the end, once every alert has.
const STREAMS: Duration = Duration::from_millis(500);
