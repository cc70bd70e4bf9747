//! What the tests of the whole engine share: frames, an engine, and what it said as JSON lines.

use std::{
    convert::Infallible,
    path::{Path, PathBuf},
    sync::Arc,
};

use picket::{
    cases,
    config::{Document, Plan, plan::HomeNeed},
    engine::{Engine, Judge, Options, Output, Rules, Stats},
    event::{fields::Names, json::Writer},
    pack,
    runtime::ahead::{Burst, side_by_side},
    sink::{alert::Renderer, redact::Redactor},
    synth::{self, Generator},
};
use picket_dissectors::map;
use picket_hw::{
    Capture, LinkType, Polled, Timestamp,
    file::FileCapture,
    memory::{Idle, MemoryCapture, OwnedFrame},
};

/// What alerts and events were written, a JSON line each, and the counters.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) alerts: String,
    pub(crate) events: String,
    pub(crate) stats: Stats,
}

/// A plan, its names and the shipped rules.
pub(crate) struct Setting {
    pub(crate) plan: Arc<Plan>,
    pub(crate) names: Names,
    pub(crate) rules: Arc<Rules>,
}

impl Setting {
    /// Returns the fictional home network of `picket synth`.
    pub(crate) fn synthetic() -> Self {
        Self::of(cases::plan().expect("the configuration is good"))
    }

    /// Returns the home network of a configuration file.
    pub(crate) fn configured(path: &Path) -> Self {
        let operations: Vec<_> =
            map::opcode::all().iter().map(|found| (found.name(3), found.code)).collect();
        let document = Document::load(path).expect("the configuration can be read");
        Self::of(document.plan(HomeNeed::Required, &operations).expect("the configuration is good"))
    }

    fn of(plan: Plan) -> Self {
        let names = Names {
            sensor: plan.sensor.clone(),
            files: vec!["capture".to_owned()],
            networks: plan.networks.all().iter().map(|network| network.name.clone()).collect(),
            links: plan.links.iter().map(|link| link.name.clone()).collect(),
            lists: plan.intel.names().to_vec(),
        };
        let (rules, _) = pack::load(&plan, &names, &[]).expect("the shipped rules compile");
        Self { plan: Arc::new(plan), names, rules: Arc::new(rules) }
    }

    /// Replays frames in bursts; `idle` lets time pass between the frames of a burst.
    pub(crate) fn replay(&self, frames: Vec<OwnedFrame>, way: Way) -> Said {
        let options = Options { seed: way.seed, records: true };
        let mut engine = Engine::new(Arc::clone(&self.plan), Arc::clone(&self.rules), options);
        let mut said = Said::default();
        let mut capture = MemoryCapture::new(frames, way.burst, Idle::Never);
        if way.reading == Reading::Ahead {
            let read = side_by_side(&mut capture, &mut engine, |_, _, judge| {
                self.write(judge, &mut said);
                Ok::<(), std::io::Error>(())
            });
            read.expect("there are threads").expect("memory does not fail");
        }
        let (scout, mut before) = (engine.scout(), Timestamp::EPOCH);
        loop {
            let mut burst = Burst::default();
            let polled = capture.poll(&mut |frame| {
                if way.idle && before != Timestamp::EPOCH {
                    let gap = frame.at.since(before);
                    for part in [gap / 3, gap / 2, gap] {
                        engine.advance(before.saturating_add(part));
                    }
                }
                match way.reading {
                    Reading::Layers => engine.ingest_read(&frame, None),
                    Reading::Bursts => burst.take(&frame, &scout),
                    Reading::Here | Reading::Ahead => engine.ingest(&frame),
                }
                before = frame.at;
            });
            burst.feed(&mut engine, |_| Ok::<(), Infallible>(())).expect("nothing to fail");
            self.write(engine.halves().1, &mut said);
            if matches!(polled.expect("memory does not fail"), Polled::End) {
                break;
            }
        }
        engine.finish();
        self.write(engine.halves().1, &mut said);
        said.stats = engine.stats().clone();
        said
    }

    fn write(&self, judge: &mut Judge, said: &mut Said) {
        let redactor = Redactor::clear();
        let plan = &self.plan;
        let is_subscriber = |digits| plan.networks.gt(digits).subscriber;
        let writer =
            Writer { names: &self.names, redactor: &redactor, is_subscriber: &is_subscriber };
        let renderer = Renderer { plan, names: &self.names, redactor: &redactor };
        while let Some(output) = judge.poll() {
            match output {
                Output::Alert(alert) => {
                    let document = renderer.document(&alert);
                    said.alerts += &serde_json::to_string(&document).expect("JSON");
                    said.alerts.push('\n');
                }
                Output::Record(event) => {
                    writer.write(&event, &mut said.events);
                    said.events.push('\n');
                }
            }
        }
    }
}

/// How frames come in, none of which may show in what comes out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) seed: u64,
    pub(crate) burst: usize,
    pub(crate) idle: bool,
    pub(crate) reading: Reading,
}

/// Who reads what frames say by themselves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reading {
    /// The engine.
    Here,
    /// The engine, layer by layer, as it reads frames of unusual shape.
    Layers,
    /// A scout, burst by burst; time cannot pass in between then.
    Bursts,
    /// A scout, with the witness on another thread.
    Ahead,
}

/// Returns every scenario once, in benign traffic.
pub(crate) fn synthetic(seed: u64, messages: u64) -> Vec<OwnedFrame> {
    let scenarios = synth::scenarios::campaign(synth::background::duration(messages));
    (1..)
        .zip(Generator::new(&synth::Options { seed, messages, scenarios }))
        .map(|(number, generated)| {
            let at = Timestamp::from_nanos(generated.at);
            let frame = OwnedFrame::new(at, LinkType::ETHERNET, generated.octets);
            OwnedFrame { number, ..frame }
        })
        .collect()
}

/// Returns at most `limit` frames of a file.
pub(crate) fn read(path: &Path, limit: usize) -> Vec<OwnedFrame> {
    let mut capture = FileCapture::open(&[path.to_owned()], 64).expect("a capture");
    let mut frames = Vec::new();
    while frames.len() < limit {
        let polled = capture.poll(&mut |frame| {
            let owned = OwnedFrame::new(frame.at, frame.link, frame.bytes.to_vec());
            frames.push(OwnedFrame { number: frame.number, ..owned });
        });
        if matches!(polled.expect("it can be read"), Polled::End) {
            break;
        }
    }
    frames.truncate(limit);
    frames
}

/// Returns a path of the data beside the workspace, when it is there.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if !found.exists() {
        eprintln!("skipped: no ../shared/{path}");
        return None;
    }
    Some(found)
}
