//! Everything with a thread: from a live capture to alerts, until a signal ends it.
//!
//! `picket-lane-0` ([`lane`]) owns the capture and the engine and is the only one
//! that reads the clock for them; in topology T2 there is a `picket-lane-N` a source, and
//! `picket-engine` takes what they read ([`relay`]). `picket-io` ([`outlet`]) takes what comes of it to the outputs,
//! which have threads of their own ([`crate::sink::delivery`]). Where they are asked for,
//! `picket-evidence` ([`evidence`]) writes frames and `picket-learnt` what was learnt. The thread that
//! called [`run`] waits for signals. They are joined by a bounded ring towards the outputs and a queue of orders towards
//! the lane.
//!
//! The lane never waits for an output. When the ring is full, alerts wait in a second, longer queue
//! of the lane; when that is full too, the least grave of them is dropped and counted.

pub mod ahead;
pub mod board;
pub mod evidence;
pub mod helm;
mod inflow;
mod keep;
pub mod lane;
pub mod merge;
pub mod outlet;
mod record;
mod relay;
mod signals;

use std::{
    io,
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
};

pub use helm::Wish;
use picket_hw::live::{Port, Source};
pub use record::{RecordError, Recorder};
use rustix::thread::CpuSet;

use crate::{
    config::{Plan, Threads, Topology},
    engine::{Engine, Namer, Rules, Stats},
    event::fields::Names,
    learnt::LearntError,
    sink::dispatch::{Dispatch, Finished},
};

/// What is in force: a plan, the names that go with it, and the rules compiled for both.
#[derive(Clone)]
pub struct Setting {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Names that events carry as positions.
    pub names: Names,
    /// The rules.
    pub rules: Arc<Rules>,
    /// What stands for subscribers in suppressions that name one by it.
    pub namer: Option<Namer>,
}

/// Makes anew what is in force; says why when it cannot.
pub type Reload = Box<dyn FnMut(&Setting) -> Result<Setting, String>>;

/// What a run is started with.
pub struct Start {
    /// What is in force.
    pub setting: Arc<Setting>,
    /// The engine, with what was learnt before; it gives out events when the outputs want them.
    pub engine: Engine,
    /// Where frames come from: one, or with [`Topology::Lanes`] one a lane.
    pub sources: Vec<Box<dyn Source>>,
    /// Which threads read, and where they run.
    pub threads: Threads,
    /// Where they are recorded.
    pub recorder: Option<Recorder>,
    /// Where alerts go, and events where they are wanted.
    pub outputs: Dispatch,
    /// Where the frames that alerts are about are written.
    pub evidence: Option<evidence::Evidence>,
    /// Where what is learnt is kept: now and then, and in the end.
    pub learnt: Option<PathBuf>,
    /// Where others read what goes on.
    pub board: Arc<board::Board>,
    /// What they ask, as the board takes it.
    pub asked: mpsc::Receiver<Wish>,
    /// Tells the service manager where the run is.
    pub tell: Box<dyn Fn(helm::Phase) + Send>,
    /// Reads everything anew, given what is in force; an error leaves that in force.
    pub reload: Reload,
}

/// What a run leaves.
#[derive(Debug)]
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
    /// What was written as evidence, if any was to be.
    pub evidence: Option<evidence::Counts>,
    /// Why what was learnt is not kept, when it should be.
    pub forgot: Option<LearntError>,
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
    /// No source of frames was given.
    #[error("there is nothing to read frames from")]
    NoSource,
    /// A thread cannot run where it should.
    #[error(
        "runtime: processor {cpu} cannot be used ({error}); name some that `taskset -cp $$` lists"
    )]
    Cpu {
        /// Which.
        cpu: u16,
        /// Why.
        error: io::Error,
    },
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
    let Start {
        setting,
        mut engine,
        mut sources,
        threads,
        recorder,
        outputs,
        evidence,
        learnt,
        board,
        asked,
        tell,
        reload,
    } = start;
    let signals = signals::Signals::register().map_err(failed("signal handlers"))?;
    let ports: Vec<_> =
        sources.iter_mut().flat_map(|source| source.ports()).map(|port| port.name).collect();
    let recording = recorder.as_ref().map(|recorder| recorder.path().display().to_string());
    let waker = lane::Waker::new().map_err(failed("an event descriptor"))?;
    let (orders, from_orders) = mpsc::channel();
    let wants_stats = outputs.wants_stats();
    let (outlet, inlet) = outlet::pair(Arc::clone(&setting));
    let io = spawn("picket-io", move || inlet.run(outputs))?;
    let mut outlet = outlet.towards(io.thread().clone());
    let mut showing = None;
    if let Some(evidence) = evidence {
        engine.keep_trails();
        let (keeper, writer) = evidence::pair(evidence);
        let thread = spawn("picket-evidence", move || writer.run())?;
        outlet = outlet.with_evidence(keeper.towards(thread.thread().clone()));
        showing = Some(thread);
    }
    let mut keeping = None;
    let keep = match learnt.map(keep::pair) {
        Some((keep, writer)) => {
            keeping = Some(spawn("picket-learnt", move || writer.run())?);
            Some(keep)
        }
        None => None,
    };
    let cpus = &threads.lane_cpus;
    let (name, cpu, inflow) = match threads.topology {
        Topology::Fused => {
            let source = sources.pop().ok_or(RunError::NoSource)?;
            ("picket-lane-0", cpus.first().copied(), inflow::Inflow::fused(source))
        }
        Topology::Lanes => {
            let relay = relay::Relay::start(sources, cpus, &waker, || engine.scout())?;
            ("picket-engine", threads.engine_cpu, inflow::Inflow::Lanes(relay))
        }
    };
    let lane = lane::Lane::new(lane::Parts {
        inflow,
        engine,
        recorder,
        outlet,
        keep,
        wants_stats,
        orders: from_orders,
        waker: waker.clone(),
        board: Arc::clone(&board),
    });
    let ended = signals.closer();
    let lane = spawn_on(name, cpu, move || {
        // However the lane ends, the thread that waits for signals has to know.
        let _ended = ended;
        lane.run()
    })?;
    // Not before: from now on signals do what they should.
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        sensor = setting.plan.sensor,
        ports = ports.join(","),
        rules = setting.rules.about.len(),
        recording,
        "listening"
    );
    tell(helm::Phase::Listening);
    board.put_in_force(Arc::clone(&setting));
    board.began(lane::clock());
    let listener = listen(signals, Arc::clone(&board))?;
    let added = Vec::new();
    helm::Helm { setting, reload, orders, waker, board, tell, added, numbered: 0 }.steer(&asked);
    listener.join().map_err(|_| RunError::Panic("picket-signals"))?;
    let lane = lane.join().map_err(|_| RunError::Panic(name))?;
    let (outlet, delivered) = io.join().map_err(|_| RunError::Panic("picket-io"))?;
    let evidence = showing.map(thread::JoinHandle::join).transpose();
    let evidence = evidence.map_err(|_| RunError::Panic("picket-evidence"))?;
    let kept = keeping.map(thread::JoinHandle::join).transpose();
    let kept = kept.map_err(|_| RunError::Panic("picket-learnt"))?;
    let lane::Ended { stats, counters, ports, result } = lane;
    result?;
    let forgot = kept.and_then(Result::err);
    Ok(Summary { stats, lane: counters, ports, outlet, delivered, evidence, forgot })
}

/// Passes signals on to the thread that steers, and that the lane has ended.
fn listen(
    mut signals: signals::Signals,
    board: Arc<board::Board>,
) -> Result<thread::JoinHandle<()>, RunError> {
    spawn("picket-signals", move || {
        while let Some(signal) = signals.next() {
            board.ask(match signal {
                signals::Signal::Stop => Wish::Stop,
                signals::Signal::Reload => Wish::Reload(None),
            });
        }
        board.ask(Wish::Ended);
    })
}

fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<thread::JoinHandle<T>, RunError> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(work);
    spawned.map_err(|error| RunError::System { what: "a thread", error })
}

/// Starts a thread on a processor of its own, where one is named.
fn spawn_on<T: Send + 'static>(
    name: &str,
    cpu: Option<u16>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<thread::JoinHandle<T>, RunError> {
    if let Some(cpu) = cpu {
        // Asked before, so that who named one that is not there is told.
        let allowed = rustix::thread::sched_getaffinity(None)
            .map_err(|error| RunError::Cpu { cpu, error: error.into() })?;
        if usize::from(cpu) >= CpuSet::MAX_CPU || !allowed.is_set(usize::from(cpu)) {
            let error = io::Error::from(io::ErrorKind::NotFound);
            return Err(RunError::Cpu { cpu, error });
        }
    }
    let named = name.to_owned();
    spawn(name, move || {
        if let Some(cpu) = cpu {
            let mut set = CpuSet::new();
            set.set(usize::from(cpu));
            if let Err(error) = rustix::thread::sched_setaffinity(None, &set) {
                tracing::warn!(thread = named, cpu, %error, "runs where the system puts it");
            }
        }
        work()
    })
}
