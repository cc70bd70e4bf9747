//! Delivery: alerts are offered, kept on disk, and taken from there to every output.
//!
//! ```text
//!            offer                write                 batch, settle
//!   engine ---------> queue ----------------> outbox <----------------> one task an output
//!          never waits  bounded  one thread   SQLite                    tokio
//! ```
//!
//! [`Delivery::offer`] locks a queue for as long as it takes to put an alert in, never for I/O; the
//! alert is rendered by the writer's thread. A queue that is full, because the disk is slow or
//! refuses, gives up the oldest of the lowest level. What is given up, there or in the outbox, is
//! counted and becomes an alert ([`notice`]).
//!
//! An output that is away stays owed; its task tries again every quarter of a second at first, every
//! quarter of a minute at last. What an output refuses for what it is, such as a message it finds
//! too large, is parked: noted in the outbox, counted, made an alert, and not tried again, so that
//! it blocks nothing. At least once: after a crash an output may get again what it acknowledged last.

mod notice;
mod pump;
mod queue;
mod render;
mod squeeze;
mod status;
mod writer;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, atomic::Ordering, mpsc::sync_channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

pub(super) use status::SinkBoard;
pub use status::{OutboxStatus, SinkStatus, State, Status};
use status::{Progress, lock};
use tokio::{runtime::Handle, sync::watch, task::JoinHandle as Task};
use writer::{Command, Inbox, Offer, Shared, Writer};

pub use super::outlet::OutletError;
use super::{
    key::KeyError,
    outbox::{Limits, Outbox, OutboxError},
    outlet,
};
use crate::{config::Plan, engine::Alert, event::fields::Names};

/// Why nothing can be delivered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// The outbox cannot be opened.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// There is no key for the pseudonyms.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// An output cannot be what the configuration says.
    #[error(transparent)]
    Outlet(#[from] OutletError),
    /// No thread can be started.
    #[error("the thread of the outbox cannot be started: {0}")]
    Thread(io::Error),
}

impl DeliveryError {
    /// Whether the configuration is at fault, rather than the machine.
    #[must_use]
    pub const fn is_configuration(&self) -> bool {
        matches!(self, Self::Key(_) | Self::Outlet(_))
    }
}

/// Takes alerts to the outputs of a plan.
#[derive(Debug)]
pub struct Delivery {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
    tasks: Vec<Task<()>>,
    stop: watch::Sender<bool>,
    path: Option<PathBuf>,
    handle: Handle,
}

/// Tells other threads what is known of the outbox and the outputs.
#[derive(Clone, Debug)]
pub struct Monitor(Arc<Shared>);

impl Monitor {
    /// Returns it.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.status()
    }
}

/// How long somebody waits.
enum Patience {
    /// As long as it moves, and then so long.
    Standstill(Duration),
    /// Until then.
    Deadline(Instant),
}

impl Patience {
    #[expect(clippy::disallowed_methods, reason = "how long a program that ends waits for outputs")]
    fn until(limit: Duration) -> Self {
        Self::Deadline(Instant::now() + limit)
    }

    #[expect(clippy::disallowed_methods, reason = "as above")]
    fn left(&self) -> Duration {
        match self {
            Self::Standstill(patience) => *patience,
            Self::Deadline(deadline) => deadline.saturating_duration_since(Instant::now()),
        }
    }
}

impl Delivery {
    /// Opens the outbox in the plan's state directory and starts a task for each output. Without
    /// such a directory the outbox is in memory and gone with the program.
    ///
    /// The runtime must have several threads: outputs that write files block one for a moment.
    ///
    /// # Errors
    ///
    /// Returns an error when the outbox cannot be opened or an output cannot be what the
    /// configuration says. An output that is merely away is no error.
    pub fn start(plan: &Arc<Plan>, runtime: &Handle) -> Result<Self, DeliveryError> {
        let outlets = outlet::all(plan)?;
        let names: Vec<String> = outlets.iter().map(|outlet| outlet.name.to_owned()).collect();
        let settings = plan.output.outbox;
        let limits = Limits {
            octets: settings.max_bytes,
            age: u64::from(settings.keep_days).saturating_mul(DAY),
            owed_age: u64::from(settings.owed_days).saturating_mul(DAY),
        };
        // The directory is made here: the key of the pseudonyms may have its place there too.
        let outbox = match &plan.state_dir {
            Some(dir) => Outbox::open(dir, limits, &names)?,
            None => Outbox::in_memory(limits, &names)?,
        };
        let forms = outlets.iter().map(|outlet| render::form_of(plan, outlet.subscribers));
        let renderers = render::Renderers::new(plan, forms)?;
        let progress = Arc::new(Progress::default());
        let boards: Vec<_> =
            names.iter().map(|name| Arc::new(SinkBoard::new(name, &progress))).collect();
        for board in &boards {
            board.owed.store(outbox.cursor(&board.name).owed, Ordering::Release);
        }
        let inbox = Inbox {
            offers: queue::Queue::new(settings.queue),
            plan: Arc::clone(plan),
            commands: Vec::new(),
            lost: Vec::new(),
            lost_untold: 0,
            stop: false,
        };
        let shared = Arc::new(Shared {
            inbox: Mutex::new(inbox),
            wake: Condvar::new(),
            outbox: Mutex::new(OutboxStatus { octets: outbox.octets(), ..OutboxStatus::default() }),
            progress,
            boards: boards.clone(),
        });
        let (news, listen) = watch::channel(0);
        let (stop, stopped) = watch::channel(false);
        let path = plan.state_dir.is_some().then(|| outbox.path().to_owned());
        let pumps: Vec<_> = outlets
            .into_iter()
            .zip(boards)
            .map(|(outlet, board)| pump::Pump {
                form: render::form_of(plan, outlet.subscribers),
                after: outbox.cursor(&board.name).at,
                outlet: outlet.outlet,
                board,
                shared: Arc::clone(&shared),
                news: listen.clone(),
                stop: stopped.clone(),
            })
            .collect();
        let writer = Writer {
            shared: Arc::clone(&shared),
            outbox,
            renderers,
            news,
            backlog: Vec::new(),
            unsettled: Vec::new(),
            notices: BTreeMap::new(),
            floor: None,
        };
        let writer = std::thread::Builder::new()
            .name("picket-outbox".into())
            .spawn(move || writer.run())
            .map_err(DeliveryError::Thread)?;
        let tasks = pumps.into_iter().map(|pump| runtime.spawn(pump.run())).collect();
        let handle = runtime.clone();
        Ok(Self { shared, writer: Some(writer), tasks, stop, path, handle })
    }

    /// Offers a revision of an alert. Never waits for a disk or an output.
    pub fn offer(&self, alert: Alert, names: &Arc<Names>) {
        let level = alert.level;
        let mut inbox = lock(&self.shared.inbox);
        let offer = Offer { alert, plan: Arc::clone(&inbox.plan), names: Arc::clone(names) };
        if let Some((level, gone)) = inbox.offers.push(level, offer) {
            if inbox.lost.len() < UNTOLD {
                inbox.lost.push((level, gone.alert.id.to_string(), gone.alert.at.nanos()));
            } else {
                inbox.lost_untold += 1;
            }
        }
        drop(inbox);
        self.shared.wake.notify_one();
    }

    /// Puts another plan in force for what is offered from now on: its networks and links. Outputs
    /// stay as they were started.
    pub fn install(&self, plan: Arc<Plan>) {
        lock(&self.shared.inbox).plan = plan;
    }

    /// Waits until everything offered so far is on disk; returns whether it is. Gives up when
    /// nothing was kept for as long as `patience`.
    pub fn flush(&self, patience: Duration) -> bool {
        self.flushed(&Patience::Standstill(patience))
    }

    /// Waits until every output has what it is owed. Returns whether all have; else nothing moved
    /// for as long as `patience`, or every output that is owed something refuses us.
    pub fn drain(&self, patience: Duration) -> bool {
        self.drained(&Patience::Standstill(patience))
    }

    /// As [`Self::drain`], but so long at most, whatever moves.
    pub fn drain_within(&self, limit: Duration) -> bool {
        self.drained(&Patience::until(limit))
    }

    fn flushed(&self, patience: &Patience) -> bool {
        loop {
            let seen = self.shared.progress.seen();
            let (reply, answer) = sync_channel(1);
            lock(&self.shared.inbox).commands.push(Command::Flush(reply));
            self.shared.wake.notify_one();
            if answer.recv_timeout(patience.left()).is_ok() {
                return true;
            }
            if patience.left().is_zero() || !self.shared.progress.moved_since(seen) {
                return false;
            }
        }
    }

    fn drained(&self, patience: &Patience) -> bool {
        if !self.flushed(patience) {
            return false;
        }
        loop {
            let seen = self.shared.progress.seen();
            let owed: Vec<_> =
                self.status().sinks.into_iter().filter(|sink| sink.owed > 0).collect();
            if owed.is_empty() {
                // What was told of parked alerts goes last.
                if !self.flushed(patience) {
                    return false;
                }
                if self.status().sinks.iter().all(|sink| sink.owed == 0) {
                    return true;
                }
                continue;
            }
            let refused = || {
                let status = self.status();
                let mut owing = status.sinks.iter().filter(|sink| sink.owed > 0);
                owing.all(|sink| sink.state == State::Refused)
            };
            if refused() || !self.shared.progress.wait(seen, patience.left(), refused) {
                return false;
            }
        }
    }

    /// Returns what is known of the outbox and the outputs.
    #[must_use]
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// Returns what tells [`Self::status`] to other threads.
    #[must_use]
    pub fn monitor(&self) -> Monitor {
        Monitor(Arc::clone(&self.shared))
    }

    /// Has outputs open their files anew before the next batch, for somebody moved them away.
    pub fn reopen(&self) {
        for board in &self.shared.boards {
            board.reopen.store(true, Ordering::Release);
        }
    }

    /// Returns the database that alerts are kept in; `None` when they are in memory only.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Stops: what was offered is kept if the disk takes it, what is owed stays owed. An output in
    /// the middle of a batch gets that again next time.
    pub fn close(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.send_replace(true);
        for task in self.tasks.drain(..) {
            task.abort();
        }
        lock(&self.shared.inbox).stop = true;
        self.shared.wake.notify_one();
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the thread of the outbox has panicked");
        }
    }

    /// Returns the runtime that the outputs run on.
    #[must_use]
    pub const fn runtime(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.end();
    }
}

/// Checks the outputs of a plan: properties, certificates, addresses. Connects to nothing.
///
/// # Errors
///
/// Returns the first thing that is wrong.
pub fn check(plan: &Plan) -> Result<(), OutletError> {
    outlet::all(plan).map(drop)
}

/// Whether a plan names any output.
#[must_use]
pub const fn has_outputs(plan: &Plan) -> bool {
    let output = &plan.output;
    output.stdout.is_some()
        || output.file.is_some()
        || output.kafka.is_some()
        || output.syslog.is_some()
        || output.unix.is_some()
        || output.webhook.is_some()
}

/// Starts the runtime that outputs run on.
///
/// # Errors
///
/// Returns an error when no thread can be started.
pub fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("picket-sinks")
        .enable_all()
        .build()
}

/// Alerts the queue gave up that are told one by one.
const UNTOLD: usize = 4_096;
/// Nanoseconds.
const DAY: u64 = 86_400_000_000_000;
