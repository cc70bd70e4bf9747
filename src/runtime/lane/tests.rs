//! When a lane ends, what it makes of frames out of time, and that its recording says so.

use std::os::fd::BorrowedFd;

use picket_hw::{
    Capture, CaptureCounters, CaptureError, FileId, LinkType, PortId, file::FileCapture,
    live::Source,
};

use super::*;
use crate::{
    config::Plan,
    engine::{Options, Rules},
    event::fields::Names,
    runtime::outlet,
};

/// Delivers what a function says for each poll: times of frames, or nothing.
struct Scripted<F>(F, usize, u64);

impl<F: FnMut(usize) -> Option<Vec<Timestamp>> + Send> Capture for Scripted<F> {
    fn poll(&mut self, each: &mut dyn FnMut(Frame<'_>)) -> Result<Polled, CaptureError> {
        let Self(script, polls, number) = self;
        *polls += 1;
        let Some(times) = script(*polls) else { return Ok(Polled::Idle) };
        for &at in &times {
            *number += 1;
            each(Frame {
                at,
                bytes: &[0; 60],
                wire_len: 60,
                port: PortId(0),
                link: LinkType::ETHERNET,
                number: *number,
                source: FileId(0),
            });
        }
        Ok(Polled::Frames(times.len()))
    }

    fn counters(&mut self) -> CaptureCounters {
        CaptureCounters::default()
    }
}

impl<F: FnMut(usize) -> Option<Vec<Timestamp>> + Send> Source for Scripted<F> {
    fn ports(&mut self) -> Vec<Port> {
        vec![Port {
            name: "scripted".to_owned(),
            link: LinkType::ETHERNET,
            up: true,
            frames: self.2,
            dropped: 0,
            missed: 0,
            errors: 0,
            extended: Vec::new(),
            reopened: 0,
            trouble: None,
        }]
    }

    fn wait(&mut self, _: BorrowedFd<'_>, _: Duration) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a lane that is told to stop before it has read anything.
fn run(
    script: impl FnMut(usize) -> Option<Vec<Timestamp>> + Send + 'static,
    recorder: Option<Recorder>,
) -> Ended {
    let plan = Arc::new(Plan::default());
    let rules = Arc::new(Rules::none());
    let names = Names::default();
    let engine =
        Engine::new(Arc::clone(&plan), Arc::clone(&rules), Options { seed: 1, records: false });
    let (outlet, _inlet) = outlet::pair(Arc::new(Setting { plan, names, rules, namer: None }));
    let (orders, from_orders) = mpsc::channel();
    orders.send(Order::Stop).unwrap();
    let lane = Lane::new(Parts {
        inflow: Inflow::fused(Box::new(Scripted(script, 0, 0))),
        engine,
        recorder,
        outlet,
        keep: None,
        wants_stats: false,
        orders: from_orders,
        waker: Waker::new().unwrap(),
        board: Board::new().0,
    });
    lane.run()
}

#[test]
fn everything_captured_before_the_order_is_read() {
    let before = clock().saturating_sub(1_000_000);
    let ended = run(move |poll| (poll <= 5_000).then(|| vec![before; 3]), None);
    assert!(ended.result.is_ok());
    assert_eq!(ended.stats.frames, 15_000);
}

#[test]
fn a_line_that_never_pauses_does_not_keep_the_program() {
    let ended = run(|_| Some(vec![clock()]), None);
    assert!(ended.result.is_ok());
    assert!(ended.stats.frames > 0);
}

#[test]
fn frames_out_of_time_are_counted_and_recorded_as_they_are_taken() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("record.pcapng");
    let port = Scripted(|_| None, 0, 0).ports();
    let recorder = Recorder::create(&path, &port).unwrap();
    let start = clock();
    let (past, future) =
        (start.saturating_sub(9_000_000_000), start.saturating_add(3_600_000_000_000));
    // One in time, a pause in which the clock moves time on, one long late, one far ahead.
    let script = move |poll| match poll {
        1 => Some(vec![past]),
        3 => Some(vec![past, future]),
        _ => None,
    };
    let ended = run(script, Some(recorder));
    assert!(ended.result.is_ok());
    assert_eq!(ended.counters, Counters { late: 1, early: 1, hurried: 0 });
    let mut capture = FileCapture::open(&[path], 64).unwrap();
    let mut times = Vec::new();
    while capture.poll(&mut |frame| times.push(frame.at)).unwrap() != Polled::End {}
    assert_eq!(times.len(), 3);
    assert_eq!(times[0], past, "nothing had moved time past it");
    assert!(times[1] > past && times[1] >= start.saturating_sub(SLACK), "the time reached");
    assert!(times[2] < future && times[2] >= start, "the clock's time");
    assert!(capture.end_time().is_some_and(|end| end >= times[2]));
}
