//! Below SCCP: pieces, other adaptation layers, tunnels and checksums (rows E32 and E37).

use core::net::IpAddr;

use picket::synth::network::{CARRIER_PC, HOME_STP};
use picket_dissectors::{
    Note,
    emit::{
        self,
        link::Ethernet,
        m3ua::{message, parameter, protocol_data},
        sccp::Unitdata,
        sctp::{self, Packet},
        sua, tunnel,
    },
    ip::Fragment,
    link, m2pa, m2ua,
    m3ua::{self, Data},
    mtp3::{self, Variant},
    sctp as read,
};

use crate::{
    rows::{asker, check, psi_argument, register, row},
    stories::{Step, begin, frame},
};

/// The request in SCCP.
fn sccp() -> Vec<u8> {
    let tcap = begin(Some((28, 3)), 70, Some(psi_argument())).encode();
    Unitdata::udt(register(), asker(), &tcap).octets()
}

fn labelled(user: &[u8], si: u8) -> mtp3::Message<'_> {
    mtp3::Message { opc: CARRIER_PC, dpc: HOME_STP, si, ni: 0, mp: 0, sls: 1, user }
}

fn carried(user: &[u8]) -> Vec<u8> {
    let protocol_data = labelled(user, mtp3::SCCP);
    Data {
        network_appearance: None,
        routing_context: Some(7),
        protocol_data,
        rival: None,
        correlation_id: None,
    }
    .octets()
}

fn packet(chunk: &read::Data<'_>) -> Vec<u8> {
    let packet = Packet {
        source_port: 2905,
        destination_port: 2906,
        verification_tag: 0x1234,
        chunks: vec![sctp::data(chunk)],
    };
    packet.octets()
}

fn address(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

fn ip(sctp: &[u8]) -> Step {
    frame(link::IPV4, emit::ip::Packet::sctp(address(1), address(2), sctp).octets())
}

/// A user message in one chunk.
fn over(ppid: u32, octets: &[u8]) -> Vec<Step> {
    vec![ip(&packet(&sctp::whole(1, 1, 7, ppid, octets)))]
}

/// Pieces of a user message: number of the chunk, B and E bit, octets.
fn pieces(pieces: &[(u32, bool, bool, &[u8])]) -> Vec<Step> {
    let piece = |&(tsn, beginning, ending, payload): &(u32, bool, bool, &[u8])| {
        let whole = sctp::whole(tsn, 1, 7, read::PPID_M3UA, payload);
        ip(&packet(&read::Data { beginning, ending, ..whole }))
    };
    pieces.iter().map(piece).collect()
}

#[test]
fn carriers_e32() {
    let (sccp, contradict) = (sccp(), "fragments_that_contradict");
    let m3ua = carried(&sccp);
    let (head, tail) = m3ua.split_at(50);
    let zeros = vec![0; head.len()];
    let plain = || over(read::PPID_M3UA, &m3ua);
    let itu = labelled(&sccp, mtp3::SCCP).octets(Variant::Itu);
    let with = |more: Vec<u8>, behind: bool| {
        let data = parameter(0x0210, &protocol_data(&labelled(&sccp, mtp3::SCCP)));
        let parameters = if behind { [data, more] } else { [more, data] };
        over(read::PPID_M3UA, &message(m3ua::TRANSFER, m3ua::DATA, &parameters))
    };
    let changed = |at: usize, octet: u8| {
        let mut octets = m3ua.clone();
        octets[at] = octet;
        over(read::PPID_M3UA, &octets)
    };
    let mut padded = Vec::from([0, 6, 0, 6, 0, 7, 0xff, 0xff]);
    let padding = with(padded.clone(), false);
    padded[3] = 200;
    let isup = protocol_data(&labelled(&[0, 0, 7, 0], mtp3::ISUP));
    let oddly = "carrier_written_oddly";
    let m2ua = |rival| {
        let data = m2ua::Data { interface: Some(1), correlation_id: None, mtp3: &[0; 12], rival };
        over(read::PPID_M2UA, &data.octets())
    };
    let m2pa = {
        let body = m2pa::Body::User { priority: 0, mtp3: &itu };
        let mut octets = m2pa::Message { bsn: 1, fsn: 2, body }.octets();
        octets[6] = 1;
        over(read::PPID_M2PA, &octets)
    };
    let sua = |change: fn(&mut Vec<u8>)| {
        let mut octets = sua::translated(&sccp, Variant::Itu, 7).unwrap();
        change(&mut octets);
        over(read::PPID_SUA, &octets)
    };
    check(vec![
        row(
            "E32",
            "in fragments",
            pieces(&[(1, true, false, head), (2, false, true, tail)]),
            Note::SctpFragmented,
        )
        .near(plain()),
        row(
            "E32",
            "in fragments, the first in two versions",
            pieces(&[(1, true, false, &zeros), (1, true, false, head), (2, false, true, tail)]),
            Note::SctpFragmentConflict,
        )
        .alone(contradict)
        .near(pieces(&[
            (1, true, false, head),
            (1, true, false, head),
            (2, false, true, tail),
        ])),
        row(
            "E32",
            "a fragment in two versions that never becomes whole",
            pieces(&[(1, true, false, head), (1, true, false, &zeros)]),
            Note::SctpFragmentConflict,
        )
        .alone(contradict)
        .near(pieces(&[(1, true, false, head)])),
        row(
            "E32",
            "one number twice",
            [plain(), over(read::PPID_M3UA, &carried(&sccp[..20]))].concat(),
            Note::SctpTsnConflict,
        )
        .near([plain(), plain()].concat()),
        row("E32", "an identifier of nobody's", over(77, &m3ua), Note::SctpPpidMismatch)
            .near(plain()),
        row(
            "E32",
            "an unknown parameter",
            with(parameter(0x7f00, &[1]), false),
            Note::M3uaParameterUnknown,
        )
        .near(plain()),
        row("E32", "odd padding", padding, Note::M3uaPaddingNonzero).near(plain()),
        row("E32", "a reserved octet", changed(1, 9), Note::M3uaReservedNonzero).near(plain()),
        row("E32", "a spare network indicator", changed(29, 9), Note::MtpSpareNi).near(plain()),
        row("E32", "a length that lies", changed(7, 20), Note::M3uaLengthMismatch).near(plain()),
        row("E32", "a parameter beyond the end", with(padded, true), Note::M3uaLengthMismatch)
            .alone(oddly)
            .near(plain()),
        row(
            "E32",
            "behind another Protocol Data",
            with(parameter(0x0210, &isup), false),
            Note::M3uaParameterDuplicate,
        )
        .alone(oddly)
        .near(plain()),
        row(
            "E32",
            "before another Protocol Data",
            with(parameter(0x0210, &isup), true),
            Note::M3uaParameterDuplicate,
        )
        .alone(oddly)
        .near(plain()),
        row("E32", "twice in M2UA", m2ua(Some(&itu)), Note::M2uaParameterDuplicate)
            .alone(oddly)
            .near(m2ua(None)),
        row("E32", "M2PA of another length", m2pa, Note::M2paUnreadable).alone(oddly),
        row(
            "E32",
            "SUA with Data twice",
            sua(|octets| {
                octets.splice(16..16, parameter(0x010b, &[0x62, 0]));
                octets[7] += 8;
            }),
            Note::SuaParameterDuplicate,
        )
        .alone(oddly)
        .near(sua(|_| ())),
        row(
            "E32",
            "SUA with an address routed by nothing known",
            sua(|octets| octets[29] = 9),
            Note::SuaAddressIndicator,
        )
        .alone(oddly)
        .near(sua(|_| ())),
        row(
            "E32",
            "SUA with a parameter beyond the end",
            sua(|octets| octets.extend([0, 6, 0, 99])),
            Note::SuaLengthMismatch,
        )
        .alone(oddly)
        .near(sua(|_| ())),
    ]);
}

#[test]
fn below_sctp_e37() {
    let m3ua = carried(&sccp());
    let whole = packet(&sctp::whole(1, 1, 7, read::PPID_M3UA, &m3ua));
    let plain = || vec![ip(&whole)];
    let (head, tail) = whole.split_at(64);
    let piece = |offset, more, payload| {
        let fragment = Some(Fragment { id: 9, offset, more });
        let protocol = 132;
        let packet =
            emit::ip::Packet { src: address(1), dst: address(2), protocol, fragment, payload };
        frame(link::IPV4, packet.octets())
    };
    let zeros = vec![0; head.len()];
    let mut broken = whole.clone();
    broken[sctp::CHECKSUM] ^= 1;
    let inner = emit::ip::Packet::sctp(address(1), address(2), &whole).octets();
    let ethernet = |payload: &[u8]| Ethernet { tags: &[], ethertype: None, payload }.octets();
    let outer = |protocol, payload: &[u8]| {
        let packet = emit::ip::Packet {
            src: address(9),
            dst: address(8),
            protocol,
            fragment: None,
            payload,
        };
        vec![frame(link::ETHERNET, ethernet(&packet.octets()))]
    };
    let contradict = "fragments_that_contradict";
    check(vec![
        row(
            "E37",
            "in IP fragments",
            vec![piece(64, false, tail), piece(0, true, head)],
            Note::IpFragment,
        )
        .near(plain()),
        row(
            "E37",
            "in IP fragments that overlap",
            vec![piece(0, true, head), piece(0, true, &zeros), piece(64, false, tail)],
            Note::IpFragmentOverlap,
        )
        .alone(contradict)
        .near(vec![piece(0, true, head), piece(0, true, head), piece(64, false, tail)]),
        row(
            "E37",
            "in IP fragments that overlap and never become whole",
            vec![piece(0, true, head), piece(0, true, &zeros)],
            Note::IpFragmentOverlap,
        )
        .alone(contradict)
        .near(vec![piece(0, true, head)]),
        row("E37", "in GRE", outer(47, &tunnel::gre(Some(7), &ethernet(&inner))), Note::IpTunnel)
            .near(plain()),
        row(
            "E37",
            "in ERSPAN",
            outer(47, &tunnel::erspan(5, 6, &ethernet(&inner))),
            Note::IpTunnel,
        )
        .near(plain()),
        row("E37", "in VXLAN", outer(17, &tunnel::vxlan(9, &ethernet(&inner))), Note::IpTunnel)
            .near(plain()),
        row("E37", "IP in IP", outer(4, &inner), Note::IpTunnel).near(plain()),
        row("E37", "a wrong checksum", vec![ip(&broken)], Note::SctpCrcBad).near(plain()),
    ]);
}
