//! Octets of other implementations' tests, against what a third party reads in them. Runs only
//! where that collection is at hand.

use std::path::Path;

use picket_dissectors::{map::opcode, notes::Level};
use serde_json::Value;

use crate::common::{Part, digits, read};

fn lines(kind: &str) -> Option<Vec<Value>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let text = std::fs::read_to_string(root.join(kind).join("jss7_map.jsonl")).ok()?;
    Some(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

fn hex(text: &str) -> Vec<u8> {
    let octet = |at: usize| text.get(at..at + 2).and_then(|t| u8::from_str_radix(t, 16).ok());
    (0..text.len()).step_by(2).filter_map(octet).collect()
}

/// A value of the reference, which stands alone or in a list.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn other_implementations_octets_read_as_a_third_party_reads_them() {
    let (Some(vectors), Some(reference)) = (lines("vectors"), lines("reference")) else {
        println!("skipped: no ../shared");
        return;
    };
    let (mut imsis, mut numbers) = (0, 0);
    for vector in &vectors {
        let (id, text) = (&vector["id"], vector["hex"].as_str().unwrap());
        let code = u8::try_from(vector["op"].as_u64().unwrap()).unwrap();
        assert!(opcode::find(code).is_some(), "{id}");
        let part = if vector["dir"] == "arg" { Part::Argument } else { Part::Result };
        let (outcome, out, notes) = read(part, code, 0, &hex(text));
        assert_eq!(outcome, Ok(()), "{id}");
        let third = reference.iter().find(|r| r["id"] == *id && r["hex"] == vector["hex"]).unwrap();
        if third["verdict"].as_str().is_some_and(|verdict| verdict.starts_with("malformed")) {
            continue;
        }
        for note in notes.iter() {
            assert!(note.level() < Level::High, "{id} {note}");
        }
        let imsi = strings(&third["tshark"]["imsi"]);
        // There, IMSI prefixes of an HLR and the bare HLR number of version 1 count as IMSIs.
        if !matches!((part, code), (Part::Argument, 37) | (Part::Result, 2)) {
            assert_eq!(out.imsi, imsi.first().map(|imsi| digits(imsi)), "{id}");
            imsis += usize::from(out.imsi.is_some());
        }
        for number in strings(&third["tshark"]["msisdn"]).into_iter().map(digits) {
            let mut found = out.addresses.iter().map(|address| address.digits).chain(out.msisdn);
            assert!(found.any(|found| found == number), "{id} {number}");
            numbers += 1;
        }
    }
    assert!(imsis > 30 && numbers > 50, "{imsis} {numbers}");
}
