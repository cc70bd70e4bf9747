//! Files that follow each other, and what happens when one fails.

use std::{
    io::{Error, ErrorKind},
    sync::{Arc, Mutex},
};

use picket_hw::{Polled, file::FileCapture};

use super::*;
use crate::{cases, engine::Engine, engine::Options, engine::Output, event::fields::Names, pack};

/// Files in memory; those beyond `good` cannot be begun.
#[derive(Clone, Default)]
struct Files(Arc<Mutex<Vec<Vec<u8>>>>);

struct Opened(Files, usize);

impl Files {
    fn next(&self, good: usize) -> Next<Opened> {
        let files = self.clone();
        Box::new(move || {
            let mut all = files.0.lock().unwrap();
            if all.len() >= good {
                return Err(Error::from(ErrorKind::StorageFull));
            }
            all.push(Vec::new());
            Ok(Opened(files.clone(), all.len() - 1))
        })
    }

    /// Returns the numbers of frames in each.
    fn frames(&self) -> Vec<Vec<Vec<u8>>> {
        let dir = tempfile::tempdir().unwrap();
        let all = self.0.lock().unwrap();
        let read = all.iter().map(|octets| {
            let path = dir.path().join("e.pcapng");
            std::fs::write(&path, octets).unwrap();
            let mut capture = FileCapture::open(&[path], 64).unwrap();
            let mut frames = Vec::new();
            while capture.poll(&mut |frame| frames.push(frame.bytes.to_vec())).unwrap()
                != Polled::End
            {}
            frames
        });
        read.collect()
    }
}

impl Write for Opened {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.0.lock().unwrap()[self.1].extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An alert that cites a frame.
fn alert(frame: u64) -> Alert {
    let plan = Arc::new(cases::plan().unwrap());
    let names = Names::default();
    let (rules, _) = pack::load(&plan, &names, &[]).unwrap();
    let mut engine = Engine::new(plan, Arc::new(rules), Options { seed: 1, records: false });
    let scenario = crate::synth::scenarios::find("ati_from_abroad").unwrap();
    let options = crate::synth::Options { seed: 1, messages: 0, scenarios: vec![(0, scenario)] };
    for (number, generated) in (1..).zip(crate::synth::Generator::new(&options)) {
        let at = Timestamp::from_nanos(generated.at);
        let owned = OwnedFrame::new(at, LinkType::ETHERNET, generated.octets);
        engine.ingest(&OwnedFrame { number, ..owned }.as_frame());
    }
    let mut first = None;
    while let Some(output) = engine.poll() {
        if let Output::Alert(alert) = output {
            first.get_or_insert(alert);
        }
    }
    let mut alert = first.unwrap();
    for cited in &mut alert.evidence {
        cited.frame.number = frame;
        cited.dialogue = 0;
    }
    alert
}

fn frame(number: u8) -> OwnedFrame {
    let at = Timestamp::from_nanos(number.into());
    let frame = OwnedFrame::new(at, LinkType::MTP3, vec![number; 100]);
    OwnedFrame { number: number.into(), ..frame }
}

#[test]
fn the_next_file_is_begun_when_one_is_full() {
    let files = Files::default();
    let port = (PortId(0), LinkType::MTP3, "tap".to_owned());
    let mut recorder = Recorder::rotating(files.next(9), 250, 1 << 20, vec![port]).unwrap();
    let wants = alert(0);
    for number in 1..=6 {
        recorder.see(&frame(number).as_frame()).unwrap();
        let mut wants = wants.clone();
        wants.evidence.iter_mut().for_each(|cited| cited.frame.number = number.into());
        recorder.alert(&wants);
        // Asked for twice, written once.
        recorder.settle().unwrap();
        recorder.alert(&wants);
        recorder.settle().unwrap();
    }
    let counts = recorder.finish().unwrap();
    assert_eq!((counts.frames, counts.too_late, counts.unwritten), (6, 0, 0));
    let lengths: Vec<_> = files.frames().iter().map(Vec::len).collect();
    assert_eq!(lengths, [2, 2, 2], "two frames of a hundred octets have room in each");
}

#[test]
fn what_cannot_be_written_is_counted_until_a_file_works_again() {
    let files = Files::default();
    let mut recorder = Recorder::rotating(files.next(1), 150, 1 << 20, Vec::new()).unwrap();
    let wants = alert(0);
    let mut failures = 0;
    for number in 1..=4 {
        recorder.see(&frame(number).as_frame()).unwrap();
        let mut wants = wants.clone();
        wants.evidence.iter_mut().for_each(|cited| cited.frame.number = number.into());
        recorder.alert(&wants);
        failures += u32::from(recorder.settle().is_err());
    }
    assert_eq!(failures, 1, "told once, then there is no file");
    assert!(recorder.rotate().is_err(), "the disk is still full");
    recorder.next = Some(files.next(9));
    recorder.rotate().unwrap();
    recorder.see(&frame(5).as_frame()).unwrap();
    let mut wants = wants;
    wants.evidence.iter_mut().for_each(|cited| cited.frame.number = 5);
    recorder.alert(&wants);
    let counts = recorder.finish().unwrap();
    assert_eq!((counts.frames, counts.unwritten), (2, 3));
    assert_eq!(files.frames(), [[vec![1; 100]], [vec![5; 100]]]);
}
