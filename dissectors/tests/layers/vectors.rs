//! What each vector of the layers up to SCCP says, as snapshots with the notes it earns.

use core::fmt::{Debug, Write};
use std::{cell::RefCell, collections::BTreeSet, fs};

use picket_dissectors::{
    Note, Notes, ip, link, m2pa, m2ua, m3ua, mtp2, mtp3,
    mtp3::Variant,
    sccp::{self, management},
    sctp::{self, Chunk},
    sua, tunnel,
};

/// Lays a value out, a member a line, octets and codes in hexadecimal.
fn show(out: &mut String, what: &str, value: &impl Debug) {
    let (mut depth, mut lists) = (1_usize, 0_usize);
    let text = format!("{value:02x?}");
    let mut rest = text.chars().peekable();
    let indent = |out: &mut String, depth| {
        out.push('\n');
        out.extend(core::iter::repeat_n("  ", depth));
    };
    _ = write!(out, "{what}: ");
    while let Some(c) = rest.next() {
        match c {
            '[' => lists += 1,
            ']' => lists -= 1,
            _ => {}
        }
        match c {
            '{' if lists == 0 => {
                out.truncate(out.trim_end().len());
                indent(out, depth);
                depth += 1;
                rest.next_if_eq(&' ');
            }
            '}' if lists == 0 => depth -= 1,
            ' ' if rest.peek() == Some(&'}') => {}
            ',' if lists == 0 => {
                indent(out, depth.saturating_sub(1).max(1));
                rest.next_if_eq(&' ');
            }
            other => out.push(other),
        }
    }
    out.push('\n');
}

/// The variant a vector's name begins with, ITU for most.
fn variant(name: &str) -> Variant {
    match name.split('_').next() {
        Some("ansi") => Variant::Ansi,
        Some("china") => Variant::China,
        Some("japan") => Variant::Japan,
        _ => Variant::Itu,
    }
}

fn read(layer: &str, name: &str, octets: &[u8], notes: &mut Notes) -> String {
    let mut out = String::new();
    let variant = variant(name);
    match layer {
        "link" => link_layer(name, octets, notes, &mut out),
        "ip" => show(&mut out, "packet", &ip::parse(octets, notes)),
        "sctp" => sctp_packet(octets, notes, &mut out),
        "m3ua" => m3ua_message(octets, notes, &mut out),
        "m2pa" => show(&mut out, "message", &m2pa::parse(octets, notes)),
        "m2ua" => {
            let message = m2ua::parse(octets, notes);
            show(&mut out, "data", &message.map(|message| m2ua::data(&message, notes)));
        }
        "mtp2" => show(&mut out, "unit", &mtp2::parse(octets, notes)),
        "mtp3" => {
            let message = mtp3::parse(octets, variant, notes);
            show(&mut out, "message", &message);
            let management = message.ok().and_then(|message| message.management(variant, notes));
            show(&mut out, "management", &management);
        }
        "sua" => {
            let message = sua::parse(octets, notes);
            show(&mut out, "name", &message.map(|message| sua::name(&message)));
            show(&mut out, "carried", &message.map(|message| sua::carried(&message, notes)));
        }
        _ => {
            let message = sccp::parse(octets, variant, notes);
            show(&mut out, "message", &message);
            if let Ok(sccp::Message::Unitdata(message)) = message
                && message.called.ssn == Some(management::SSN)
            {
                show(&mut out, "management", &management::parse(message.data, variant, notes));
            }
        }
    }
    for note in notes.iter() {
        _ = writeln!(out, "note {note}");
    }
    out
}

fn link_layer(name: &str, octets: &[u8], notes: &mut Notes, out: &mut String) {
    let link_type = match name.split('_').next() {
        Some("sll") => link::SLL,
        Some("sll2") => link::SLL2,
        Some("null") => link::NULL,
        _ => link::ETHERNET,
    };
    let network = link::parse(link_type, octets, notes);
    show(out, "network", &network);
    if let Ok(network) = network {
        show(out, "innermost", &tunnel::innermost(network, notes));
    }
}

fn sctp_packet(octets: &[u8], notes: &mut Notes, out: &mut String) {
    let packet = sctp::parse(octets, notes);
    show(out, "packet", &packet);
    let Ok(packet) = packet else { return };
    _ = writeln!(out, "checksum: {}", if packet.verify(notes) { "right" } else { "wrong" });
    let mut chunks = packet.chunks();
    while let Some(chunk) = chunks.next(notes) {
        show(out, "chunk", &chunk);
        if let Chunk::Init(init) = chunk {
            _ = writeln!(out, "addresses: {:?}", init.addresses().collect::<Vec<_>>());
        }
    }
}

fn m3ua_message(octets: &[u8], notes: &mut Notes, out: &mut String) {
    let message = m3ua::parse(octets, notes);
    let Ok(message) = message else { return show(out, "message", &message) };
    _ = writeln!(out, "name: {}", message.name().unwrap_or("unknown"));
    if message.is_data() {
        show(out, "data", &message.data(notes));
    } else if let Some(said) = message.network_management(notes) {
        show(out, "management", &said);
        show(out, "affected", &said.affected().collect::<Vec<_>>());
    } else {
        let mut parameters = message.parameters();
        while let Some(parameter) = parameters.next(notes) {
            show(out, "parameter", &parameter);
        }
    }
}

const LAYERS: [&str; 10] =
    ["link", "ip", "sctp", "m3ua", "m2pa", "m2ua", "mtp2", "mtp3", "sua", "sccp"];

#[test]
fn every_note_is_met() {
    let met = RefCell::new(BTreeSet::new());
    insta::glob!(
        "../../vectors",
        "{link,ip,sctp,m3ua,m2pa,m2ua,mtp2,mtp3,sua,sccp}/*.hex",
        |path| {
            let text = fs::read_to_string(path).unwrap();
            assert!(text.starts_with("# ") && text.contains("Source: "), "{path:?}");
            let octets: Vec<u8> = text
                .lines()
                .flat_map(|line| line.split('#').next().unwrap_or_default().split_whitespace())
                .map(|octet| u8::from_str_radix(octet, 16).unwrap())
                .collect();
            let layer =
                path.parent().and_then(|folder| folder.file_name()).unwrap().to_str().unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(LAYERS.contains(&layer));
            let mut notes = Notes::default();
            let said = read(layer, name, &octets, &mut notes);
            insta::assert_snapshot!(said);
            met.borrow_mut().extend(notes.iter().map(Note::id));
        }
    );
    let met = met.into_inner();
    let missing: Vec<_> = Note::IDS
        .iter()
        .filter(|id| {
            let layer = id.split('.').next().unwrap_or_default();
            LAYERS.contains(&layer) || matches!(layer, "mtp" | "gt")
        })
        .filter(|id| !met.contains(*id) && !OF_STATE.contains(id))
        .collect();
    assert!(missing.is_empty(), "notes without a vector: {missing:?}");
}

/// Notes that need more than one message, the configuration or the capture, and belong to the caller.
const OF_STATE: [&str; 19] = [
    "link.snapped",
    "ip.fragment_overlap",
    "ip.fragment_lost",
    "sctp.ppid_mismatch",
    "sctp.fragmented",
    "sctp.fragment_conflict",
    "sctp.fragment_lost",
    "sctp.tsn_duplicate",
    "sctp.tsn_conflict",
    "mtp.variant_doubtful",
    "sccp.ssn.op_mismatch",
    "sccp.ri_ssn_intl",
    "sccp.segmented_request",
    "sccp.reassembly_conflict",
    "sccp.segment_lost",
    "sccp.udts_reflection",
    "sccp.co_tcap",
    "gt.nai_national_from_intl",
    "gt.home_on_intl",
];
