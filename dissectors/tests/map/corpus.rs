//! Octets of other implementations' tests, against what a third party reads in them. Runs only
//! where that collection is at hand.

use std::path::Path;

use picket_dissectors::{
    Notes, ip,
    link::{self, Network, Payload},
    m3ua,
    map::{
        self, Parameters,
        opcode::{self, Key},
    },
    mtp3::Variant,
    notes::Level,
    sccp,
    sctp::{self, Chunk},
    tcap::{self, Component},
};
use serde_json::Value;

use crate::common::{Part, digits, read};

fn reading(name: &str) -> Option<Vec<Value>> {
    lines("reference", name)
}

fn lines(kind: &str, name: &str) -> Option<Vec<Value>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let text = std::fs::read_to_string(root.join(kind).join(format!("{name}.jsonl"))).ok()?;
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
    let (Some(vectors), Some(reference)) = (lines("vectors", "jss7_map"), reading("jss7_map"))
    else {
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

/// The frames of a capture file in the classic format, little-endian, of Ethernet.
fn frames(name: &str) -> Option<Vec<Vec<u8>>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/captures");
    let file = std::fs::read(root.join(name)).ok()?;
    let mut rest = file.get(24..)?;
    let mut frames = Vec::new();
    while let Some((header, after)) = rest.split_first_chunk::<16>() {
        let length = usize::try_from(u32::from_le_bytes(header[8..12].try_into().ok()?)).ok()?;
        let (frame, after) = after.split_at_checked(length)?;
        frames.push(frame.to_vec());
        rest = after;
    }
    Some(frames)
}

/// Calls `each` with what every component of a frame carries.
fn components(frame: &[u8], each: &mut dyn FnMut(Component<'_>)) {
    let mut notes = Notes::default();
    let notes = &mut notes;
    let Ok(Network { payload: Payload::Ip(packet), .. }) = link::ethernet(frame, notes) else {
        return;
    };
    let Ok(packet) = ip::parse(packet, notes) else { return };
    let Ok(packet) = sctp::parse(packet.payload, notes) else { return };
    let mut chunks = packet.chunks();
    while let Some(chunk) = chunks.next(notes) {
        let Chunk::Data(data) = chunk else { continue };
        let Ok(message) = m3ua::parse(data.payload, notes) else { continue };
        let Ok(Some(data)) = message.data(notes) else { continue };
        let user = data.protocol_data.user;
        let Ok(sccp::Message::Unitdata(unit)) = sccp::parse(user, Variant::Itu, notes) else {
            continue;
        };
        let Ok(message) = tcap::parse(unit.data, notes) else { continue };
        let mut components = message.components();
        while let Some(component) = components.next(notes) {
            each(component);
        }
    }
}

/// Reads what a component carries.
fn carried(component: Component<'_>) -> Option<(u8, Parameters)> {
    let (mut out, mut notes) = (Parameters::default(), Notes::default());
    let (part, operation, parameter) = match component {
        Component::Invoke(invoke) => (Part::Argument, invoke.operation, invoke.parameter),
        Component::ReturnResultLast(result) => (Part::Result, result.operation, result.parameter),
        _ => return None,
    };
    let code = u8::try_from(operation?.local()?).ok()?;
    let outcome = match part {
        Part::Argument => map::argument(code, 0, &parameter?, &mut out, &mut notes),
        _ => map::result(code, 0, &parameter?, &mut out, &mut notes),
    };
    // A performHandover under a tag that version 1 does not have.
    assert!(outcome.is_ok() || code == 28, "{code} {outcome:?}");
    Some((code, out))
}

#[test]
fn recordings_read_as_a_third_party_reads_them() {
    let (mut imsis, mut read) = (0, 0);
    for name in ["h21_map_messages_ported", "pcapr_LU", "pcapr_gprs_ms_log", "pcapr_sri_sm"] {
        let (Some(frames), Some(reference)) = (frames(&format!("{name}.pcap")), reading(name))
        else {
            println!("skipped: no ../shared");
            return;
        };
        for (frame, third) in frames.iter().zip(&reference) {
            let place = format!("{name} {}", third["frame"]);
            components(frame, &mut |component| {
                let Some((code, out)) = carried(component) else { return };
                if third["malformed"] == true {
                    return;
                }
                let imsi = strings(&third["imsi"]).first().map(|imsi| digits(imsi));
                let key = opcode::find(code).unwrap().key;
                // There, the reference of the dialogue counts, and the IMSI prefixes of a reset.
                if !matches!(key, Key::Reference) && !matches!(code, 18 | 37) {
                    assert_eq!(out.imsi, imsi, "{place}");
                    imsis += usize::from(imsi.is_some());
                }
                for number in strings(&third["msisdn"]).into_iter().map(digits) {
                    let mut found = out.addresses.iter().map(|a| a.digits).chain(out.msisdn);
                    assert!(found.any(|found| found == number), "{place} {number}");
                }
                read += 1;
            });
        }
    }
    assert!(imsis > 40 && read > 80, "{imsis} {read}");
}
