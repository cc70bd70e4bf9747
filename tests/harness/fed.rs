//! A live source that is fed from memory, and what it takes to run the whole of `picket run` on it.

use std::{io, os::fd::BorrowedFd, path::Path, sync::Arc, time::Duration};

use picket::{
    cases,
    config::{Output as Outputs, Plan, Threads},
    engine::{Engine, Options},
    event::fields::Names,
    pack,
    runtime::{self, Recorder, Setting, Start, Summary, board::Board},
    sink::dispatch::Dispatch,
    synth::{self, Generator},
};
use picket_hw::{
    Capture, CaptureCounters, CaptureError, Frame, LinkType, Polled, PortId, Timestamp,
    live::{Port, Source},
    memory::OwnedFrame,
};

/// Frames in bursts, then something else that happens, then the end.
pub(crate) struct Fed {
    pub(crate) frames: Vec<OwnedFrame>,
    pub(crate) ports: Vec<&'static str>,
    pub(crate) burst: usize,
    /// Happens on the lane's thread before the first frame.
    pub(crate) first: Option<Box<dyn FnOnce() + Send>>,
    /// Happens there when all frames were taken.
    pub(crate) then: Option<Box<dyn FnOnce() + Send>>,
    /// The next of them.
    pub(crate) next: usize,
}

impl Fed {
    /// Frames of one port.
    pub(crate) fn new(frames: Vec<OwnedFrame>) -> Self {
        Self { frames, ports: vec!["fed"], burst: 64, first: None, then: None, next: 0 }
    }
}

impl Capture for Fed {
    fn poll(&mut self, each: &mut dyn FnMut(Frame<'_>)) -> Result<Polled, CaptureError> {
        if let Some(first) = self.first.take() {
            first();
        }
        let rest = self.frames.get(self.next..).unwrap_or_default();
        let burst = rest.get(..self.burst).unwrap_or(rest);
        if burst.is_empty() {
            if let Some(then) = self.then.take() {
                then();
            }
            return Ok(Polled::End);
        }
        burst.iter().for_each(|frame| each(frame.as_frame()));
        self.next += burst.len();
        Ok(Polled::Frames(burst.len()))
    }

    fn counters(&mut self) -> CaptureCounters {
        CaptureCounters::default()
    }
}

impl Source for Fed {
    fn ports(&mut self) -> Vec<Port> {
        let port = |name: &&str| Port {
            name: (*name).to_owned(),
            link: LinkType::ETHERNET,
            up: true,
            frames: self.next as u64,
            dropped: 0,
            missed: 0,
            errors: 0,
            extended: Vec::new(),
            reopened: 0,
            trouble: None,
        };
        self.ports.iter().map(port).collect()
    }

    fn wait(&mut self, _: BorrowedFd<'_>, _: Duration) -> io::Result<()> {
        Ok(())
    }
}

/// Every attack there is, in background traffic.
pub(crate) fn campaign(messages: u64) -> Vec<OwnedFrame> {
    let scenarios = synth::scenarios::campaign(synth::background::duration(messages));
    let frames = Generator::new(&synth::Options { seed: 1, messages, scenarios });
    let owned = (1..).zip(frames).map(|(number, generated)| {
        let at = Timestamp::from_nanos(generated.at);
        let frame = OwnedFrame::new(at, LinkType::ETHERNET, generated.octets);
        OwnedFrame { number, port: PortId(0), ..frame }
    });
    owned.collect()
}

/// Returns a plan with these outputs, and with a place for state when one is named.
pub(crate) fn setting(outputs: &str, state: Option<&Path>) -> Setting {
    let output: Outputs = toml::from_str(outputs).expect("a configuration");
    let plan = cases::plan().expect("the configuration is good");
    let state_dir = state.map(Path::to_owned);
    let plan = Plan { output, state_dir, subscribers: None, ..plan };
    let names = Names {
        sensor: plan.sensor.clone(),
        files: Vec::new(),
        networks: plan.networks.all().iter().map(|network| network.name.clone()).collect(),
        links: plan.links.iter().map(|link| link.name.clone()).collect(),
        lists: plan.intel.names().to_vec(),
    };
    let (rules, _) = pack::load(&plan, &names, &[]).expect("the shipped rules compile");
    Setting { plan: Arc::new(plan), names, rules: Arc::new(rules), namer: None }
}

/// Runs until all sources end, with the threads there are to be.
pub(crate) fn run(
    setting: Setting,
    threads: Threads,
    sources: Vec<Fed>,
    record: Option<&Path>,
) -> Summary {
    let outputs = Dispatch::start(&setting.plan).expect("it starts");
    let options = Options { seed: 1, records: outputs.wants_events() };
    let engine = Engine::new(Arc::clone(&setting.plan), Arc::clone(&setting.rules), options);
    let mut sources: Vec<Box<dyn Source>> =
        sources.into_iter().map(|source| Box::new(source) as Box<dyn Source>).collect();
    let ports: Vec<Port> = sources.iter_mut().flat_map(|source| source.ports()).collect();
    let recorder = record.map(|path| Recorder::create(path, &ports).expect("it can be made"));
    let (board, asked) = Board::new();
    let start = Start {
        setting: Arc::new(setting),
        engine,
        sources,
        threads,
        recorder,
        outputs,
        evidence: None,
        learnt: None,
        board,
        asked,
        tell: Box::new(drop),
        reload: Box::new(|_| Err("nothing to read anew".to_owned())),
    };
    runtime::run(start).expect("it runs")
}
