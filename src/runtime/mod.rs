//! Everything with a thread: from a live capture to alerts, until a signal ends it.
//!
//! Three threads. `picket-lane-0` ([`lane`]) owns the capture and the engine and is the only one
//! that reads the clock for them. `picket-io` ([`outlet`]) takes what comes of it to the outputs,
//! which have threads of their own ([`crate::sink::delivery`]). The thread that called [`run`] waits
//! for signals. They are joined by a bounded ring towards the outputs and a queue of orders towards
//! the lane.
//!
//! The lane never waits for an output. When the ring is full, alerts wait in a second, longer queue
//! of the lane; when that is full too, the least grave of them is dropped and counted.

pub mod ahead;
pub mod lane;
pub mod merge;
pub mod outlet;
mod record;
mod signals;

use std::{
    io,
    sync::{Arc, Mutex, mpsc},
    thread,
};

use picket_hw::live::{Port, Source};
pub use record::{RecordError, Recorder};

use crate::{
    config::Plan,
    engine::{Engine, Options, Rules, Stats},
    event::fields::Names,
    sink::dispatch::{Dispatch, Finished},
};

/// What is in force: a plan, the names that go with it, and the rules compiled for both.
pub struct Setting {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Names that events carry as positions.
    pub names: Names,
    /// The rules.
    pub rules: Arc<Rules>,
}

/// Makes anew what is in force; says why when it cannot.
pub type Reload = Box<dyn FnMut(&Setting) -> Result<Setting, String>>;

/// What a run is started with.
pub struct Start {
    /// What is in force.
    pub setting: Arc<Setting>,
    /// Where frames come from.
    pub source: Box<dyn Source>,
    /// Where they are recorded.
    pub recorder: Option<Recorder>,
    /// Where alerts go, and events where they are wanted.
    pub outputs: Dispatch,
    /// Seed of the hash tables.
    pub seed: u64,
    /// Reads everything anew, given what is in force; an error leaves that in force.
    pub reload: Reload,
}

/// What a run leaves.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What the engine counted.
    pub stats: Stats,
    /// What the lane counted.
    pub lane: lane::Counters,
    /// The ports, as they were at the end.
    pub ports: Vec<Port>,
    /// What passed from the lane to the outputs.
    pub outlet: outlet::Counters,
    /// What became of it there.
    pub delivered: Finished,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The system refused a thread, a descriptor or a signal handler.
    #[error("cannot start: {what}: {error}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// The capture cannot go on.
    #[error("capture ended: {0}")]
    Capture(#[from] picket_hw::CaptureError),
    /// Waiting for frames failed.
    #[error("cannot wait for frames: {0}")]
    Wait(io::Error),
    /// The recording is not whole.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A thread panicked: a defect.
    #[error("thread {0} panicked; please report what it printed")]
    Panic(&'static str),
}

/// Listens until SIGTERM or SIGINT, then says everything there is to say.
///
/// # Errors
///
/// Returns an error when something could not be started, and when the capture, the recording or an
/// output failed; what could be said before was said.
pub fn run(start: Start) -> Result<Summary, RunError> {
    let failed = |what| move |error| RunError::System { what, error };
    let Start { mut setting, mut source, recorder, outputs, seed, mut reload } = start;
    let mut signals = signals::Signals::register().map_err(failed("signal handlers"))?;
    let ports: Vec<_> = source.ports().into_iter().map(|port| port.name).collect();
    let recording = recorder.as_ref().map(|recorder| recorder.path().display().to_string());
    let waker = lane::Waker::new().map_err(failed("an event descriptor"))?;
    let (orders, from_orders) = mpsc::channel();
    let (records, wants_stats) = (outputs.wants_events(), outputs.wants_stats());
    let engine = Engine::new(
        Arc::clone(&setting.plan),
        Arc::clone(&setting.rules),
        Options { seed, records },
    );
    let (outlet, inlet) = outlet::pair(Arc::clone(&setting));
    let io = thread::Builder::new()
        .name("picket-io".into())
        .spawn(move || inlet.run(outputs))
        .map_err(failed("thread picket-io"))?;
    let published = Arc::new(Mutex::new(lane::Published::default()));
    let lane = lane::Lane::new(lane::Parts {
        source,
        engine,
        recorder,
        outlet: outlet.towards(io.thread().clone()),
        wants_stats,
        orders: from_orders,
        waker: waker.clone(),
        published: Arc::clone(&published),
    });
    let ended = signals.closer();
    let lane = thread::Builder::new()
        .name("picket-lane-0".into())
        .spawn(move || {
            // However the lane ends, the thread that waits for signals has to know.
            let _ended = ended;
            lane.run()
        })
        .map_err(failed("thread picket-lane-0"))?;
    // Not before: from now on signals do what they should.
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        sensor = setting.plan.sensor,
        ports = ports.join(","),
        rules = setting.rules.about.len(),
        recording,
        "listening"
    );
    while let Some(signal) = signals.next() {
        match signal {
            signals::Signal::Stop => {
                tracing::info!("stopping: reading what has come, then saying all there is to say");
                let _ = orders.send(lane::Order::Stop);
            }
            signals::Signal::Reload => match reload(&setting) {
                Ok(new) => {
                    setting = Arc::new(new);
                    let rules = setting.rules.about.len();
                    let networks = setting.plan.networks.all().len();
                    tracing::info!(rules, networks, "read anew: configuration, rules and lists");
                    let _ = orders.send(lane::Order::Install(Arc::clone(&setting)));
                }
                Err(why) => {
                    for line in why.lines() {
                        tracing::error!("not read anew, what was in force stays so: {line}");
                    }
                    let _ = orders.send(lane::Order::Reopen);
                }
            },
        }
        waker.wake();
    }
    let lane = lane.join().map_err(|_| RunError::Panic("picket-lane-0"))?;
    let (outlet, delivered) = io.join().map_err(|_| RunError::Panic("picket-io"))?;
    let lane::Ended { stats, counters, ports, result } = lane;
    result?;
    Ok(Summary { stats, lane: counters, ports, outlet, delivered })
}
