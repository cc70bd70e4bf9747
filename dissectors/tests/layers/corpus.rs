//! Captures and vectors of other projects, when they lie beside the workspace, against tshark's
//! reading of them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests, outside of them"
)]

use std::{fs, path::PathBuf};

use picket_dissectors::{
    Error, Notes, m3ua,
    mtp3::Variant,
    sccp::{self, Address, Message, MessageType, RoutingIndicator},
};
use serde_json::Value;

use crate::walk;

/// Returns a file of the corpus, or says that there is none.
fn corpus(path: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus").join(path);
    let read = fs::read(path).ok();
    if read.is_none() {
        println!("skipped: no ../shared");
    }
    read
}

fn lines(path: &str) -> Vec<Value> {
    let text = corpus(path).map(|octets| String::from_utf8(octets).unwrap_or_default());
    text.iter().flat_map(|text| text.lines()).map(|line| line.parse().unwrap()).collect()
}

fn octets(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap().as_bytes();
    hex.chunks(2)
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// Compares an address with the members `side` of tshark's summary. tshark lists one value per
/// message in the packet; those of the first are compared.
fn compare(address: &Address<'_>, tshark: &Value, side: &str, what: &str) {
    let want = |member: &str| {
        let value = &tshark[format!("{side}_{member}")];
        value.as_str().or_else(|| value.get(0)?.as_str()).map(String::from)
    };
    let gt = address.gt.map(|gt| gt.digits.to_string()).filter(|digits| !digits.is_empty());
    assert_eq!(gt, want("gt"), "{what} {side}");
    assert_eq!(address.ssn.map(|ssn| ssn.to_string()), want("ssn"), "{what} {side}");
    let ri = if address.ri == RoutingIndicator::Ssn { "0x01" } else { "0x00" };
    assert_eq!(Some(ri), want("ri").as_deref(), "{what} {side}");
}

#[test]
fn sccp_vectors_are_read_as_tshark_reads_them() {
    let reference = lines("reference/jss7_sccp.jsonl");
    for vector in lines("vectors/jss7_sccp.jsonl") {
        let (id, octets) = (vector["id"].as_str().unwrap(), octets(&vector["hex"]));
        let mut notes = Notes::default();
        let read = sccp::parse(&octets, Variant::Itu, &mut notes);
        let Some(row) = reference.iter().find(|row| row["id"] == id) else {
            // Parameters and payloads alone, and messages tshark was not asked about.
            assert!(
                read.is_ok() || !notes.is_empty() || matches!(read, Err(Error::Truncated { .. }))
            );
            sccp::address::parse(&octets, Variant::Itu, &mut notes);
            continue;
        };
        let Ok(Message::Unitdata(message)) = read else { panic!("{id} {read:?}") };
        let kind = format!("{:#04x}", message.kind.code());
        assert_eq!(row["tshark"]["sccp_type"], kind, "{id}");
        compare(&message.called, &row["tshark"], "called", id);
        compare(&message.calling, &row["tshark"], "calling", id);
    }
}

#[test]
fn m3ua_vectors_are_read_as_tshark_reads_them() {
    let reference = lines("reference/harvest_go-m3ua.jsonl");
    for vector in lines("vectors/harvest_go-m3ua.jsonl") {
        let (id, octets) = (vector["id"].as_str().unwrap(), octets(&vector["hex"]));
        let row = reference.iter().find(|row| row["hex"] == vector["hex"]).unwrap();
        let mut notes = Notes::default();
        let message = m3ua::parse(&octets, &mut notes).unwrap();
        let mut parameters = message.parameters();
        while parameters.next(&mut notes).is_some() {}
        let info = row["tshark"]["info"].as_str().unwrap();
        let name = message.name().unwrap_or("reserved");
        assert!(info.starts_with(name), "{id}: {name} {info}");
        let refused = message.data(&mut notes).is_err();
        if row["tshark"]["malformed"] == true {
            assert!(refused || !notes.is_empty(), "{id} {info}");
        } else if message.name().is_some() {
            assert!(!refused && notes.is_empty(), "{id} {notes:?}");
        }
    }
}

/// The packets of a classic pcap file, and its link type.
fn packets(file: &[u8]) -> (u32, Vec<&[u8]>) {
    let little = file[..4] == [0xd4, 0xc3, 0xb2, 0xa1];
    let word = |at: usize| {
        let word = file[at..at + 4].try_into().unwrap();
        if little { u32::from_le_bytes(word) } else { u32::from_be_bytes(word) }
    };
    let (mut at, mut out) = (24, Vec::new());
    while at < file.len() {
        let length = usize::try_from(word(at + 8)).unwrap();
        out.push(&file[at + 16..at + 16 + length]);
        at += 16 + length;
    }
    (word(20), out)
}

#[test]
fn captures_are_read_as_tshark_reads_them() {
    for name in [
        "araditc_sigtran_net_end_to_end",
        "h21_map_messages_ported",
        "pcapr_LU",
        "pcapr_dump",
        "pcapr_gprs_ms_log",
        "pcapr_sri_sm",
        "tcpdump_isup_m3ua",
    ] {
        let Some(file) = corpus(&format!("captures/{name}.pcap")) else { return };
        let (link_type, frames) = packets(&file);
        let summary = lines(&format!("reference/{name}.jsonl"));
        for (frame, row) in frames.iter().zip(&summary) {
            let what = format!("{name} {}", row["frame"]);
            let mut notes = Notes::default();
            let found = walk::frame(link_type, frame, Variant::Itu, &mut notes);
            let first = found.iter().find_map(|found| Some((found.mtp3?, found.sccp?)));
            let kind = first.map(|(_, sccp)| format!("{:#04x}", sccp.kind().code()));
            let want = &row["sccp_type"];
            let want = want.as_str().or_else(|| want.get(0)?.as_str());
            assert_eq!(kind.as_deref(), want, "{what} {notes:?}");
            let Some((mtp3, sccp)) = first else { continue };
            let code = |member: &str| row[member].as_str().or_else(|| row[member].get(0)?.as_str());
            assert_eq!(Some(mtp3.opc.to_string().as_str()), code("mtp3_opc"), "{what}");
            assert_eq!(Some(mtp3.dpc.to_string().as_str()), code("mtp3_dpc"), "{what}");
            if let Message::Unitdata(message) = sccp {
                compare(&message.called, row, "called", &what);
                compare(&message.calling, row, "calling", &what);
            } else {
                assert_eq!(sccp.kind(), MessageType::Dt1, "{what}");
            }
        }
        assert_eq!(frames.len(), summary.len(), "{name}");
    }
}
