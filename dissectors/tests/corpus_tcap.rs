//! TCAP and CAP of recordings and of other implementations' tests, against what a third party
//! reads in them. Runs only where that collection is at hand.

#![expect(clippy::print_stdout, reason = "says when it is skipped")]

use std::path::{Path, PathBuf};

use picket_dissectors::{
    Note, Notes,
    ber::Elements,
    cap,
    map::Parameters,
    tcap::{self, Component, component::Code},
};
use serde_json::Value;

fn lines(kind: &str, name: &str) -> Option<Vec<Value>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path: PathBuf = root.join("../../shared/corpus").join(kind).join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// Vectors with the reference reading of the same octets, if there is one.
fn corpus(name: &str) -> Vec<(String, Vec<u8>, Value, Value)> {
    let (Some(vectors), Some(reference)) = (lines("vectors", name), lines("reference", name))
    else {
        println!("skipped: no ../shared");
        return Vec::new();
    };
    let reading = |vector: &Value| {
        let same = |r: &&Value| r["id"] == vector["id"] && r["hex"] == vector["hex"];
        reference.iter().find(same).map_or(Value::Null, |r| r["tshark"].clone())
    };
    vectors
        .iter()
        .map(|v| {
            let octets = hex(v["hex"].as_str().unwrap_or_default());
            (v["id"].to_string(), octets, v.clone(), reading(v))
        })
        .collect()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .filter_map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok())
        .collect()
}

/// A value of the reference, which stands alone or in a list.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[derive(Default)]
struct Read {
    ids: Vec<String>,
    context: Vec<String>,
    invoke_ids: Vec<String>,
    codes: Vec<String>,
    unreadable: usize,
}

fn read(octets: &[u8], notes: &mut Notes) -> Option<Read> {
    let message = tcap::parse(octets, notes).ok()?;
    let dialogue = message.dialogue(notes);
    let mut out = Read {
        ids: [message.otid, message.dtid].iter().flatten().map(ToString::to_string).collect(),
        context: dialogue
            .and_then(|dialogue| dialogue.application_context)
            .iter()
            .map(ToString::to_string)
            .collect(),
        ..Read::default()
    };
    let mut components = message.components();
    while let Some(component) = components.next(notes) {
        let (id, code): (Option<i64>, Option<Code<'_>>) = match component {
            Component::Invoke(c) => (c.invoke_id, c.operation),
            Component::ReturnResultLast(c) | Component::ReturnResultNotLast(c) => {
                (c.invoke_id, c.operation)
            }
            Component::ReturnError(c) => (c.invoke_id, c.error),
            Component::Reject(c) => (c.invoke_id, None),
            Component::Unreadable { .. } => {
                out.unreadable += 1;
                (None, None)
            }
        };
        out.invoke_ids.extend(id.map(|id| id.to_string()));
        out.codes.extend(code.and_then(Code::local).map(|code| code.to_string()));
    }
    Some(out)
}

#[test]
fn messages_read_as_the_reference_reads_them() {
    for name in ["jss7_tcap", "harvest_pycrate"] {
        for (id, octets, vector, reference) in corpus(name) {
            if vector["layer"] != "tcap" {
                continue;
            }
            let mut notes = Notes::default();
            let read = read(&octets, &mut notes).unwrap_or_else(|| panic!("{id}"));
            assert_eq!(read.unreadable, 0, "{id}");
            assert_eq!(read.ids, strings(&reference["tid"]), "{id}");
            assert_eq!(read.context, strings(&reference["app_context"]), "{id}");
            // The reference stops at the first component it dislikes, and numbers CAP apart.
            let codes = strings(&reference["op"]);
            let cap = strings(&reference["camel_op"]);
            if reference["malformed"] == Value::Bool(false) {
                assert_eq!(read.codes, if cap.is_empty() { &codes[..] } else { &cap }, "{id}");
            } else {
                assert!(read.codes.starts_with(&codes), "{id} {:?} {codes:?}", read.codes);
            }
            if cap.is_empty() && reference["malformed"] == Value::Bool(false) {
                assert_eq!(read.invoke_ids, strings(&reference["invoke_id"]), "{id}");
            }
        }
    }
}

#[test]
fn ansi_messages_are_told_apart() {
    for (id, octets, ..) in corpus("jss7_tcap_ansi") {
        let mut notes = Notes::default();
        assert!(tcap::parse(&octets, &mut notes).is_err(), "{id}");
        assert!(notes.contains(Note::TcapAnsi), "{id}");
        if let Ok(mut message) = tcap::ansi::parse(&octets, &mut notes) {
            while message.next_operation(&mut notes).is_some() {}
        }
    }
}

#[test]
fn cap_arguments_read_as_the_reference_reads_them() {
    for (id, octets, vector, reference) in corpus("jss7_cap") {
        let code = vector["op"].as_i64().unwrap_or(-1);
        let (mut out, mut notes) = (Parameters::default(), Notes::default());
        let Some(element) = Elements::new(&octets).next_or_cut(&mut notes) else {
            panic!("{id}");
        };
        let read = if vector["dir"] == "res" { cap::result } else { cap::argument };
        let result = read(code, 0, &element, &mut out, &mut notes);
        let dummy = octets == [1, 2, 3, 4];
        assert_eq!(result.is_err(), dummy, "{id} {result:?}");
        if let Some(imsi) = reference["imsi"].as_str() {
            assert_eq!(out.imsi.map(|imsi| imsi.to_string()).as_deref(), Some(imsi), "{id}");
        }
        let mut numbers: Vec<String> = out.addresses.iter().map(|a| a.digits.to_string()).collect();
        numbers.extend(out.msisdn.map(|msisdn| msisdn.to_string()));
        for number in strings(&reference["msisdn"]) {
            assert!(numbers.contains(&number), "{id} {number} {numbers:?}");
        }
    }
}
