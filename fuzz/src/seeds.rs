//! What each target starts from: the vectors of the dissectors, synthetic traffic, shipped rules.

use std::{fs, path::Path};

use picket::{pack, synth};
use picket_dissectors::map::{error, opcode};
use picket_hw::{
    LinkType, Timestamp,
    memory::OwnedFrame,
    write::{FrameWriter, PcapWriter, PcapngWriter, Precision},
};

use super::engine::{self, SMALL, TWICE};

/// Returns the seeds of a target; `vectors` is the folder of them.
pub fn of(target: &str, vectors: &Path) -> Vec<Vec<u8>> {
    let raw = |layers: &[&str]| -> Vec<Vec<u8>> {
        read(vectors, layers).into_iter().map(|(_, octets)| octets).collect()
    };
    let behind = |first: u8, all: Vec<Vec<u8>>| -> Vec<Vec<u8>> {
        all.into_iter().map(|octets| [&[first], &octets[..]].concat()).collect()
    };
    match target {
        "link" => [behind(1, raw(&["link"])), behind(101, raw(&["ip"])), behind(0, raw(&["sctp"]))]
            .concat(),
        "adaptation" => raw(&["m3ua", "m2pa", "m2ua", "sua", "mtp2"]),
        "sccp" => (0..4).flat_map(|variant| behind(variant, raw(&["sccp", "mtp3"]))).collect(),
        "tcap" => raw(&["tcap", "ber"]),
        "sms" => (0..2).flat_map(|direction| behind(direction, raw(&["sms"]))).collect(),
        "map" => read(vectors, &["map"])
            .into_iter()
            .map(|(title, octets)| map(&title, &octets))
            .collect(),
        "cap" => read(vectors, &["cap"])
            .into_iter()
            .map(|(title, octets)| cap(&title, &octets))
            .collect(),
        "rules" => pack::LIBRARY.iter().map(|(_, text)| text.as_bytes().to_vec()).collect(),
        "capture" => captures(),
        "engine" => {
            [runs(), carried(&raw(&["tcap", "ber"]), 8), carried(&raw(&["sccp"]), 1)].concat()
        }
        _ => Vec::new(),
    }
}

/// Returns a message each of every scenario there is, and some background.
pub fn frames(background: u64) -> Vec<OwnedFrame> {
    generated(background, (0..).step_by(600).zip(synth::scenarios::all()).collect())
}

fn generated(
    messages: u64,
    scenarios: Vec<(u64, &'static synth::scenario::Scenario)>,
) -> Vec<OwnedFrame> {
    let generator = synth::Generator::new(&synth::Options { seed: 1, messages, scenarios });
    let frames = generator.zip(1..).map(|(generated, number)| {
        let at = Timestamp::from_nanos(generated.at);
        let frame = OwnedFrame::new(at, LinkType::ETHERNET, generated.octets);
        OwnedFrame { number, ..frame }
    });
    frames.collect()
}

/// A run of the engine each scenario that is short.
fn runs() -> Vec<Vec<u8>> {
    let runs = synth::scenarios::all().map(|scenario| {
        let mut out = vec![SMALL | TWICE];
        let mut before = None;
        for frame in generated(0, vec![(0, scenario)]) {
            let at = frame.at.nanos();
            let gap = at - before.unwrap_or(at);
            before = Some(at);
            let later = u8::try_from(gap.max(1).ilog2()).unwrap_or(0);
            engine::push(&mut out, 0, later, &frame.bytes);
        }
        out
    });
    runs.filter(|run| run.len() <= LONGEST_RUN).collect()
}

/// Each message as a run of its own.
fn carried(messages: &[Vec<u8>], carrier: u8) -> Vec<Vec<u8>> {
    let run = |octets: &Vec<u8>| {
        let mut out = vec![0];
        engine::push(&mut out, carrier, 20, octets);
        out
    };
    messages.iter().map(run).collect()
}

fn captures() -> Vec<Vec<u8>> {
    let frames: Vec<_> = frames(0).into_iter().take(4).collect();
    let mut out = Vec::new();
    for precision in [Precision::Micros, Precision::Nanos] {
        let mut file = Vec::new();
        if let Ok(mut writer) = PcapWriter::new(&mut file, LinkType::ETHERNET, precision) {
            for frame in &frames {
                let _ = writer.write(&frame.as_frame());
            }
        }
        out.push(file);
    }
    let mut file = Vec::new();
    if let Ok(mut writer) = PcapngWriter::new(&mut file, "picket") {
        for frame in &frames {
            let _ = writer.write(&frame.as_frame());
        }
    }
    out.push(file);
    out
}

/// A vector of MAP as the target wants it: its first line names operation, version and part.
fn map(title: &str, octets: &[u8]) -> Vec<u8> {
    let mut words = title.split(' ');
    let (name, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let number = |text: &str| text.trim_start_matches('v').parse().unwrap_or(0);
    let (code, version) = match opcode::by_name(name) {
        Some(operation) => (operation.code, number(version)),
        None => (number(version), 3),
    };
    debug_assert!(opcode::find(code).is_some() || error::name(code).is_some(), "{title}");
    [&[code, version], octets].concat()
}

/// A vector of CAP as the target wants it: its first line begins with the operation code.
fn cap(title: &str, octets: &[u8]) -> Vec<u8> {
    let code = title.split(':').next().and_then(|code| code.parse().ok()).unwrap_or(0);
    [&[code, 2], octets].concat()
}

/// Reads the vectors of some layers: the first line and the octets of each.
fn read(vectors: &Path, layers: &[&str]) -> Vec<(String, Vec<u8>)> {
    let mut paths = Vec::new();
    for layer in layers {
        let folder = fs::read_dir(vectors.join(layer)).into_iter().flatten().flatten();
        paths.extend(folder.map(|entry| entry.path()));
    }
    paths.sort();
    paths
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .map(|text| {
            let title = text.lines().next().unwrap_or_default().trim_start_matches("# ");
            (title.split('.').next().unwrap_or_default().to_owned(), octets(&text))
        })
        .collect()
}

/// Reads octets in hexadecimal, in groups of any size, with comments behind `#`.
pub fn octets(text: &str) -> Vec<u8> {
    let words =
        text.lines().flat_map(|line| line.split('#').next().unwrap_or_default().split_whitespace());
    words
        .flat_map(|word| {
            let octet =
                |at| word.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
            (0..word.len()).step_by(2).filter_map(octet).collect::<Vec<_>>()
        })
        .collect()
}

/// Longer runs are slow to mutate and say little more.
const LONGEST_RUN: usize = 6_000;
