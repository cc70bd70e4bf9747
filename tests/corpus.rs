//! Octets of other implementations' tests through the whole engine, against tshark's reading of the
//! same octets. Runs only where that collection is at hand.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests: a panic here is a failed test, and it says when it is skipped"
)]

mod octets;

use std::{collections::BTreeSet, path::Path, sync::Arc};

use picket::{
    config::Plan,
    engine::{Engine, Options, Output, Rules},
    event::{Protocol, SigEvent},
};
use picket_dissectors::{
    Note, Notes,
    emit::{sccp::Address, sctp as emit_sctp},
    ip, link, map, sctp, tunnel,
};
use picket_hw::{Capture, Frame, Polled, file::FileCapture};
use serde_json::Value;

type Values = BTreeSet<String>;

fn lines(kind: &str, name: &str) -> Option<Vec<Value>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let text = std::fs::read_to_string(root.join(kind).join(format!("{name}.jsonl"))).ok();
    if text.is_none() {
        println!("skipped: no ../shared");
    }
    Some(text?.lines().map(|line| line.parse().unwrap()).collect())
}

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    let octet = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).filter_map(octet).collect()
}

/// The values of the reference under a name: one, a list, or none.
fn theirs(reading: &Value, name: &str) -> Values {
    match reading.get(name) {
        Some(Value::String(text)) => [text.clone()].into(),
        Some(Value::Array(list)) => {
            list.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
        }
        _ => Values::new(),
    }
}

/// The values of the events under the reference's name.
fn ours(events: &[SigEvent], name: &str) -> Values {
    let of = |event: &SigEvent| -> Vec<Option<String>> {
        let (sccp, tcap) = (event.sccp, event.tcap);
        let component = tcap.and_then(|tcap| tcap.component);
        let operation = |protocol| {
            let operation = event.operation.filter(|operation| operation.protocol == protocol);
            operation.map(|operation| operation.code.to_string())
        };
        let digits = |digits: Option<picket_dissectors::Digits>| {
            digits.filter(|digits| !digits.is_empty()).map(|digits| digits.to_string())
        };
        match name {
            "mtp3_opc" => vec![event.label.present.then(|| event.label.opc.to_string())],
            "mtp3_dpc" => vec![event.label.present.then(|| event.label.dpc.to_string())],
            "called_gt" => vec![digits(sccp.and_then(|s| s.called.gt).map(|gt| gt.digits))],
            "calling_gt" => vec![digits(sccp.and_then(|s| s.calling.gt).map(|gt| gt.digits))],
            "called_ssn" => vec![sccp.and_then(|s| s.called.ssn).map(|ssn| ssn.to_string())],
            "calling_ssn" => vec![sccp.and_then(|s| s.calling.ssn).map(|ssn| ssn.to_string())],
            "tid" => [tcap.and_then(|t| t.otid), tcap.and_then(|t| t.dtid)]
                .into_iter()
                .map(|tid| tid.map(|tid| tid.to_string()))
                .collect(),
            "app_context" => {
                vec![tcap.and_then(|t| t.context).map(|context| context.oid().to_owned())]
            }
            "invoke_id" => vec![component.and_then(|c| c.invoke_id).map(|id| id.to_string())],
            "op" => vec![operation(Protocol::Map)],
            "camel_op" => vec![operation(Protocol::Cap)],
            "imsi" => vec![digits(event.parameters.imsi)],
            _ => vec![],
        }
    };
    events.iter().flat_map(of).flatten().collect()
}

/// Reads a user message of SCTP.
fn chunk(ppid: u32, octets: &[u8]) -> Vec<SigEvent> {
    let packet = emit_sctp::Packet {
        source_port: 2905,
        destination_port: 2905,
        verification_tag: 1,
        chunks: vec![emit_sctp::data(&emit_sctp::whole(1, 0, 0, ppid, octets))],
    };
    octets::frame(link::SCTP, &packet.octets())
}

/// What differs from the reference, as text.
fn differences(events: &[SigEvent], reading: &Value, names: &[&str]) -> Vec<String> {
    let malformed = reading["malformed"] == true;
    let error = theirs(reading, "components").contains("returnError");
    let mut out = Vec::new();
    for &name in names {
        let (mut theirs, ours) = (theirs(reading, name), ours(events, name));
        if name == "op" {
            // Under a context of nobody's only what MAP has is an operation.
            theirs.retain(|code| code.parse().is_ok_and(|code| map::opcode::find(code).is_some()));
        }
        // The code of an error stands under the name of an operation there. Without a context tshark
        // takes everything for MAP, also what has the shape of a CAP argument.
        let shaped = events.iter().any(|event| event.notes.contains(Note::TcapSsnFamilyMismatch));
        if name == "op" && (error || shaped) {
            continue;
        }
        // tshark gives the identities of more than the parameter, and stops where it complains.
        let same = match name {
            "imsi" => ours.is_subset(&theirs) || malformed,
            "invoke_id" if theirs.is_empty() => true,
            _ if malformed => theirs.is_subset(&ours),
            _ => ours == theirs,
        };
        if !same {
            out.push(format!("{name}: tshark {theirs:?}, picket {ours:?}"));
        }
    }
    out
}

const SCCP: [&str; 6] =
    ["called_gt", "calling_gt", "called_ssn", "calling_ssn", "tid", "app_context"];
const TCAP: [&str; 6] = ["tid", "app_context", "invoke_id", "op", "camel_op", "imsi"];

#[test]
fn transactions_of_others_give_the_events_a_third_party_reads() {
    let mut compared = 0;
    for name in ["jss7_map", "jss7_cap", "jss7_tcap", "harvest_pycrate"] {
        let Some(reference) = lines("reference", name) else { return };
        for row in &reference {
            let reading = &row["tshark"];
            let octets = match reading.get("tcap_hex") {
                Some(octets) => octets,
                None if row["layer"] == "tcap" => &row["hex"],
                None => continue,
            };
            // Under the subsystem of a register a CAP context is an evasion, and told as one.
            let ssn = if theirs(reading, "camel_op").is_empty() { 6 } else { 146 };
            let address = Address::ssn(None, ssn);
            let events = octets::tcap(address, address, &hex(octets));
            assert!(!events.is_empty(), "{name} {}", row["id"]);
            let differences = differences(&events, reading, &TCAP);
            assert!(differences.is_empty(), "{name} {} {octets}: {differences:#?}", row["id"]);
            compared += 1;
        }
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn lower_layers_of_others_give_the_events_a_third_party_reads() {
    let Some(reference) = lines("reference", "harvest_pycrate") else { return };
    let mut compared = 0;
    for row in &reference {
        let (octets, reading) = (hex(&row["hex"]), &row["tshark"]);
        let (events, labelled) = match row["layer"].as_str().unwrap() {
            "eth" => (octets::frame(link::ETHERNET, &octets), true),
            "m3ua" => (chunk(sctp::PPID_M3UA, &octets), true),
            "sua" => (chunk(sctp::PPID_SUA, &octets), false),
            "sccp" => (octets::frame(link::SCCP, &octets), false),
            _ => continue,
        };
        // Connections, BSSAP and ANSI-41 are counted and not opened.
        let opened = theirs(reading, "op");
        let mut names = Vec::new();
        if !opened.is_empty() {
            names.extend(SCCP.iter().chain(&TCAP));
            if labelled {
                names.extend(["mtp3_opc", "mtp3_dpc"]);
            }
        }
        let differences = differences(&events, reading, &names);
        assert!(differences.is_empty(), "{}: {differences:#?}", row["id"]);
        compared += usize::from(!names.is_empty());
    }
    assert!(compared >= 3, "{compared}");
}

#[test]
fn ansi_transactions_are_told_as_such() {
    let Some(vectors) = lines("vectors", "jss7_tcap_ansi") else { return };
    for vector in &vectors {
        let octets = hex(&vector["hex"]);
        let address = Address::ssn(None, 11);
        let events = octets::tcap(address, address, &octets);
        assert!(!events.is_empty(), "{vector}");
        // Some of them are parts of a message.
        let package = octets.first().is_some_and(|first| matches!(first, 0xe1..=0xe6 | 0xf6));
        let told = events.iter().any(|event| event.notes.contains(Note::TcapAnsi));
        assert!(told || !package, "{vector}");
        for event in &events {
            let ansi = event.tcap.is_some_and(|tcap| tcap.ansi.is_some());
            assert_eq!(ansi, event.unread.is_none(), "{vector}");
        }
    }
    assert!(vectors.len() > 30);
}

/// Whether a frame has nothing to count: pieces of IP, and SCTP that carries no data.
fn says_nothing(link_type: u32, octets: &[u8]) -> bool {
    let mut notes = Notes::default();
    let Ok(network) = link::parse(link_type, octets, &mut notes) else { return false };
    let Ok(found) = tunnel::innermost(network, &mut notes) else { return false };
    let Some(packet) = found.packet.filter(|packet| packet.protocol == ip::SCTP) else {
        return false;
    };
    if packet.fragment.is_some() {
        return true;
    }
    let Ok(read) = sctp::parse(packet.payload, &mut notes) else { return false };
    let mut chunks = read.chunks();
    while let Some(chunk) = chunks.next(&mut notes) {
        if matches!(chunk, sctp::Chunk::Data(_)) {
            return false;
        }
    }
    true
}

#[test]
fn every_frame_of_others_is_read_or_refused_with_a_reason() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/captures");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no ../shared");
        return;
    };
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let options = Options { seed: 1, records: true };
        let mut engine = Engine::new(Arc::new(Plan::default()), Arc::new(Rules::none()), options);
        let mut capture = FileCapture::open(std::slice::from_ref(&path), 64).unwrap();
        let (mut frames, mut counted) = (0_u64, 0);
        let mut each = |frame: Frame<'_>| {
            engine.ingest(&frame);
            frames += 1;
            let told = engine.stats();
            let now = told.data_chunks
                + told.sccp_messages
                + told.events
                + told.other.values().sum::<u64>()
                + told.unread.values().sum::<u64>();
            let number = frame.number;
            let silent = says_nothing(frame.link.0.into(), frame.bytes);
            assert!(now > counted || silent, "{path:?} frame {number} left no trace");
            counted = now;
            while let Some(output) = engine.poll() {
                let Output::Record(event) = output else { continue };
                let named = event.unread.is_none() || !event.notes.is_empty();
                assert!(named, "{path:?} frame {number}: {:?} and no note", event.unread);
            }
        };
        while capture.poll(&mut each).unwrap() != Polled::End {}
        assert!(frames > 0 && engine.stats().panics == 0, "{path:?}");
    }
}

#[test]
fn every_vector_of_others_is_read_or_refused_with_a_reason() {
    let mut count = 0;
    for name in
        ["jss7_map", "jss7_cap", "jss7_tcap", "jss7_sccp", "harvest_pycrate", "harvest_go-m3ua"]
    {
        let Some(rows) = lines("reference", name) else { return };
        for row in &rows {
            let octets = hex(&row["hex"]);
            let wrapped = row["tshark"].get("tcap_hex").map(hex);
            let address = Address::ssn(None, 6);
            let (events, chatter) = match (row["layer"].as_str().unwrap(), wrapped) {
                (_, Some(tcap)) => (octets::tcap(address, address, &tcap), false),
                ("tcap", None) => (octets::tcap(address, address, &octets), false),
                ("eth", None) => (octets::frame(link::ETHERNET, &octets), true),
                ("m3ua", None) => (chunk(sctp::PPID_M3UA, &octets), true),
                ("sua", None) => (chunk(sctp::PPID_SUA, &octets), true),
                ("sccp", None) => (octets::frame(link::SCCP, &octets), true),
                // Parts of messages are read by tests of their layer.
                _ => continue,
            };
            // Connections, heartbeats and other users are counted and give no event.
            assert!(chatter || !events.is_empty(), "{name} {}", row["id"]);
            for event in &events {
                let named = event.unread.is_none() || !event.notes.is_empty();
                assert!(named, "{name} {}: {:?} and no note", row["id"], event.unread);
            }
            count += 1;
        }
    }
    assert!(count > 250, "{count}");
}
