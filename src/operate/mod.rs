//! Operating a sensor: metrics and health, the control socket, the watch over files, and what the
//! service manager is told.
//!
//! All of it lives beside the packet path, on a thread of its own, `picket-operate`: it reads what the
//! lane puts up ([`crate::runtime::board`]) and what outbox and outputs tell of themselves, and asks
//! the thread that steers the run for what is to be changed ([`crate::runtime::helm`]).

pub mod confine;
pub mod control;
pub mod http;
pub mod metrics;
pub mod notify;
mod pulse;
pub mod watch;

use std::{
    io,
    sync::Arc,
    thread::{self, JoinHandle},
};

use serde_json::Value;
use tokio::sync::oneshot;

pub use self::{
    control::{ControlError, Socket},
    http::{ListenError, Listening},
};
use self::{
    metrics::{Process, Snapshot},
    pulse::Pulse,
    watch::Watch,
};
use crate::{
    runtime::{board::Board, helm::Wish},
    sink::delivery::Status,
};

/// Tells how outbox and outputs stand.
pub type Outputs = Box<dyn Fn() -> Status + Send + Sync>;
/// Sets what is logged.
pub type LogAs = Box<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// What is known of a run, from all who know something of it.
pub struct Desk {
    sensor: String,
    board: Arc<Board>,
    outputs: Option<Outputs>,
    log_as: Option<LogAs>,
    confinement: Value,
    pulse: Pulse,
}

impl Desk {
    /// Brings together what tells of a run.
    #[must_use]
    pub fn new(sensor: &str, board: &Arc<Board>) -> Self {
        Self {
            sensor: sensor.to_owned(),
            board: Arc::clone(board),
            outputs: None,
            log_as: None,
            confinement: Value::Null,
            pulse: Pulse::default(),
        }
    }

    /// Takes who tells how outbox and outputs stand.
    #[must_use]
    pub fn with_outputs(self, outputs: Outputs) -> Self {
        Self { outputs: Some(outputs), ..self }
    }

    /// Takes who sets what is logged.
    #[must_use]
    pub fn with_logs(self, log_as: LogAs) -> Self {
        Self { log_as: Some(log_as), ..self }
    }

    /// Takes what the program may no longer do.
    #[must_use]
    pub fn with_confinement(self, confinement: Value) -> Self {
        Self { confinement, ..self }
    }

    /// Returns `sensor.id`.
    #[must_use]
    pub fn sensor(&self) -> &str {
        &self.sensor
    }

    /// Returns everything metrics are read from.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            sensor: self.sensor.clone(),
            published: self.board.published(),
            reloads: self.board.reloads(),
            rules: self.board.setting().map_or(0, |setting| setting.rules.about.len()),
            suppressions: self.board.suppressions().len(),
            delivery: self.delivery(),
            process: Process::read(),
        }
    }

    fn board(&self) -> &Board {
        &self.board
    }

    fn delivery(&self) -> Option<Status> {
        self.outputs.as_ref().map(|status| status())
    }

    const fn confinement(&self) -> &Value {
        &self.confinement
    }

    fn log_as(&self, filter: &str) -> Result<(), String> {
        self.log_as.as_ref().map_or_else(|| Err("nothing is logged".to_owned()), |set| set(filter))
    }

    /// Looks whether the packet path lives; to be called once a second.
    fn look(&self) {
        self.pulse.look(self.board.published().sequence);
    }

    fn health(&self) -> Result<(), String> {
        self.pulse.beats().map_err(|silent| {
            format!("the packet path has said nothing for {} seconds", silent.as_secs())
        })
    }

    fn readiness(&self) -> Result<(), String> {
        self.health()?;
        let published = self.board.published();
        if published.sequence == 0 {
            return Err("not listening yet".to_owned());
        }
        if !published.ports.iter().any(|port| port.up) {
            let names: Vec<_> = published.ports.iter().map(|port| port.name.as_str()).collect();
            return Err(format!("no port is up: {}", names.join(", ")));
        }
        match self.delivery().map(|status| status.outbox.error) {
            Some(error) if !error.is_empty() => Err(format!("alerts cannot be kept: {error}")),
            _ => Ok(()),
        }
    }
}

impl http::Answers for Desk {
    fn metrics(&self) -> String {
        metrics::page(&self.snapshot())
    }

    fn healthy(&self) -> Result<(), String> {
        self.health()
    }

    fn ready(&self) -> Result<(), String> {
        self.readiness()
    }
}

/// What the thread beside the packet path does besides looking.
#[derive(Default)]
pub struct Duties {
    /// Serves metrics and health.
    pub listening: Option<Listening>,
    /// Answers commands.
    pub socket: Option<Socket>,
    /// Has files read anew when they change.
    pub watch: Option<Watch>,
}

/// The thread beside the packet path; it ends when this is dropped.
pub struct Operator {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Operator {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// Returns an error when the system refuses a thread.
    pub fn start(desk: Arc<Desk>, duties: Duties) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("picket-operate".into()).spawn(move || {
            runtime.block_on(async move {
                let Duties { listening, socket, watch } = duties;
                tokio::spawn(every_second(Arc::clone(&desk), watch));
                if let Some(listening) = listening {
                    let desk = Arc::clone(&desk);
                    tokio::spawn(async move {
                        if let Err(error) = listening.serve(desk).await {
                            tracing::error!(%error, "metrics: the page is gone");
                        }
                    });
                }
                if let Some(socket) = socket {
                    tokio::spawn(async move {
                        if let Err(error) = socket.serve(desk).await {
                            tracing::error!(%error, "control: the socket is gone");
                        }
                    });
                }
                let _ = stopped.await;
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

/// Looks whether the packet path lives, tells the service manager, and looks after files.
async fn every_second(desk: Arc<Desk>, mut watch: Option<Watch>) {
    let mut ticks = tokio::time::interval(pulse::EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        desk.look();
        if desk.health().is_ok() {
            notify::alive();
        }
        if watch.as_mut().is_some_and(Watch::changed) {
            tracing::info!("files have changed: reading them anew");
            desk.board().ask(Wish::Reload(None));
        }
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        drop(self.stop.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread picket-operate has panicked");
        }
    }
}
