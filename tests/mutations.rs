//! Captures bent in every way there is, through the reader, the engine and the program.
//!
//! `make mutate` does a thousand of each capture; here are a few of small ones.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "helpers of tests: a panic here is a failed test"
)]

mod mutation;

use std::{fs, path::Path, process::Command, sync::Arc};

use assert_cmd::cargo::cargo_bin;
use mutation::{Capture, KINDS, run};
use picket::{
    cases,
    event::fields::Names,
    pack,
    synth::{Generator, Options, scenarios},
};
use picket_hw::{
    LinkType, Timestamp,
    memory::OwnedFrame,
    write::{FrameWriter, PcapWriter, PcapngWriter, Precision},
};

/// A short capture of background and some attacks.
fn frames() -> Vec<OwnedFrame> {
    let names = ["psi_segmented", "psi_sctp_fragments", "ati_from_abroad"];
    let chosen = (0..).step_by(60).zip(names.iter().filter_map(|name| scenarios::find(name)));
    Generator::new(&Options { seed: 1, messages: 60, scenarios: chosen.collect() })
        .zip(1..)
        .map(|(frame, number)| {
            let at = Timestamp::from_nanos(frame.at);
            OwnedFrame { number, ..OwnedFrame::new(at, LinkType::ETHERNET, frame.octets) }
        })
        .collect()
}

fn pcap() -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer =
        PcapWriter::new(&mut file, LinkType::ETHERNET, Precision::Nanos).expect("memory");
    for frame in frames() {
        writer.write(&frame.as_frame()).expect("memory");
    }
    file
}

fn pcapng() -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PcapngWriter::new(&mut file, "picket").expect("memory");
    for frame in frames() {
        writer.write(&frame.as_frame()).expect("memory");
    }
    file
}

#[test]
fn nothing_that_is_done_to_a_capture_makes_the_engine_panic() {
    let plan = Arc::new(cases::plan().expect("the configuration is good"));
    let (rules, _) = pack::load(&plan, &Names::default(), &[]).expect("the rules compile");
    let rules = Arc::new(rules);
    for stored in [pcap(), pcapng()] {
        let capture = Capture::new(stored);
        assert!(capture.len() > 60);
        for seed in 0..6 {
            for kind in KINDS {
                let file = capture.mutated(kind, seed);
                let stats = run(&plan, &rules, file);
                assert_eq!(stats.panics, 0, "{kind} {seed}");
            }
        }
    }
}

#[test]
fn mutations_are_the_same_for_the_same_seed_and_change_something() {
    let stored = pcap();
    let capture = Capture::new(stored.clone());
    for kind in KINDS {
        let bent: Vec<_> = (0..5).map(|seed| capture.mutated(kind, seed)).collect();
        let again: Vec<_> = (0..5).map(|seed| capture.mutated(kind, seed)).collect();
        assert_eq!(bent, again, "{kind}");
        assert!(bent.iter().filter(|file| **file != stored).count() >= 3, "{kind}");
    }
}

#[test]
fn the_program_ends_with_an_exit_code_of_its_own_and_says_nothing_of_a_panic() {
    let capture = Capture::new(pcap());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bent.pcap");
    for (seed, kind) in (0..).zip(KINDS) {
        fs::write(&path, capture.mutated(kind, seed)).expect("written");
        for verb in [&["replay", "--home", "999"][..], &["dissect", "--tree"]] {
            let said = Command::new(cargo_bin!("picket"))
                .args(verb)
                .arg(Path::new(&path))
                .output()
                .expect("it runs");
            let error = String::from_utf8_lossy(&said.stderr);
            let code = said.status.code();
            assert!(matches!(code, Some(0 | 1)), "{verb:?} {kind} {seed}: {code:?} {error}");
            assert!(!error.contains("panicked"), "{verb:?} {kind} {seed}: {error}");
        }
    }
}
