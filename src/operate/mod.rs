//! Operating a sensor: metrics and health, and what an operator asks of a run while it goes on.
//!
//! All of it lives beside the packet path, on a thread of its own, `picket-operate`: it reads what the
//! lane puts up ([`crate::runtime::board`]) and what outbox and outputs tell of themselves.

pub mod http;
pub mod metrics;
mod pulse;

use std::{
    io,
    sync::Arc,
    thread::{self, JoinHandle},
};

use tokio::sync::oneshot;

pub use self::http::{ListenError, Listening};
use self::{
    metrics::{Process, Snapshot},
    pulse::Pulse,
};
use crate::{runtime::board::Board, sink::delivery::Status};

/// Tells how outbox and outputs stand.
pub type Outputs = Box<dyn Fn() -> Status + Send + Sync>;

/// What is known of a run, from all who know something of it.
pub struct Desk {
    sensor: String,
    board: Arc<Board>,
    outputs: Option<Outputs>,
    pulse: Pulse,
}

impl Desk {
    /// Brings together what tells of a run.
    #[must_use]
    pub fn new(sensor: &str, board: &Arc<Board>, outputs: Option<Outputs>) -> Self {
        let (sensor, board) = (sensor.to_owned(), Arc::clone(board));
        Self { sensor, board, outputs, pulse: Pulse::default() }
    }

    /// Returns everything metrics are read from.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            sensor: self.sensor.clone(),
            published: self.board.published(),
            delivery: self.outputs.as_ref().map(|status| status()),
            process: Process::read(),
        }
    }

    /// Looks whether the packet path lives; to be called once a second.
    fn look(&self) {
        self.pulse.look(self.board.published().sequence);
    }
}

impl http::Answers for Desk {
    fn metrics(&self) -> String {
        metrics::page(&self.snapshot())
    }

    fn healthy(&self) -> Result<(), String> {
        self.pulse.beats().map_err(|silent| {
            format!("the packet path has said nothing for {} seconds", silent.as_secs())
        })
    }

    fn ready(&self) -> Result<(), String> {
        self.healthy()?;
        let published = self.board.published();
        if published.sequence == 0 {
            return Err("not listening yet".to_owned());
        }
        if !published.ports.iter().any(|port| port.up) {
            let names: Vec<_> = published.ports.iter().map(|port| port.name.as_str()).collect();
            return Err(format!("no port is up: {}", names.join(", ")));
        }
        match self.outputs.as_ref().map(|status| status().outbox.error) {
            Some(error) if !error.is_empty() => Err(format!("alerts cannot be kept: {error}")),
            _ => Ok(()),
        }
    }
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
    pub fn start(desk: Arc<Desk>, listening: Option<Listening>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("picket-operate".into()).spawn(move || {
            runtime.block_on(async move {
                let looked = Arc::clone(&desk);
                tokio::spawn(async move {
                    let mut ticks = tokio::time::interval(pulse::EVERY);
                    loop {
                        ticks.tick().await;
                        looked.look();
                    }
                });
                if let Some(listening) = listening {
                    tokio::spawn(async move {
                        if let Err(error) = listening.serve(desk).await {
                            tracing::error!(%error, "metrics: the page is gone");
                        }
                    });
                }
                let _ = stopped.await;
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
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
