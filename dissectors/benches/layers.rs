//! What one message costs from the wire to SCCP: Ethernet, IP, SCTP, M3UA, UDT between two global
//! titles with 100 octets of data.

use core::{hint::black_box, net::IpAddr};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use picket_dissectors::{
    Digits, Notes, emit, ip, link, m3ua, mtp3,
    mtp3::Variant,
    sccp,
    sctp::{self, Chunk},
    tunnel,
};

fn packet() -> Vec<u8> {
    let address =
        |digits, ssn| emit::sccp::Address::e164(Digits::parse(digits).unwrap_or_default(), ssn);
    let data = [0x62; 100];
    let user = emit::sccp::Unitdata::udt(address("15550100", 6), address("155501102", 8), &data);
    let user = user.octets();
    let protocol_data =
        mtp3::Message { opc: 257, dpc: 514, si: mtp3::SCCP, ni: 0, mp: 0, sls: 5, user: &user };
    let message = m3ua::Data {
        network_appearance: None,
        routing_context: Some(1),
        protocol_data,
        rival: None,
        correlation_id: None,
    };
    let message = message.octets();
    let data = emit::sctp::data(&emit::sctp::whole(1, 1, 1, sctp::PPID_M3UA, &message));
    let packet = emit::sctp::Packet {
        source_port: 2905,
        destination_port: 2905,
        verification_tag: 1,
        chunks: vec![data],
    };
    packet.octets()
}

fn sctp_to_sccp(octets: &[u8]) -> Option<u8> {
    let mut notes = Notes::default();
    let mut chunks = sctp::parse(octets, &mut notes).ok()?.chunks();
    let Chunk::Data(data) = chunks.next(&mut notes)? else { return None };
    let data = m3ua::parse(data.payload, &mut notes).ok()?.data(&mut notes).ok()??;
    match sccp::parse(data.protocol_data.user, Variant::Itu, &mut notes).ok()? {
        sccp::Message::Unitdata(message) => message.called.ssn,
        sccp::Message::Connection(_) => None,
    }
}

fn frame_to_sccp(octets: &[u8]) -> Option<u8> {
    let mut notes = Notes::default();
    let network = link::parse(link::ETHERNET, octets, &mut notes).ok()?;
    let packet = tunnel::innermost(network, &mut notes).ok()?.packet?;
    if packet.protocol == ip::SCTP { sctp_to_sccp(packet.payload) } else { None }
}

fn layers(c: &mut Criterion) {
    let packet = packet();
    let (src, dst): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
    let inner = emit::ip::Packet::sctp(src, dst, &packet).octets();
    let frame =
        emit::link::Ethernet { tags: &[(0x8100, 9)], ethertype: None, payload: &inner }.octets();
    assert_eq!((sctp_to_sccp(&packet), frame_to_sccp(&frame)), (Some(6), Some(6)));

    let mut group = c.benchmark_group("layers");
    group.throughput(Throughput::Elements(1));
    group.bench_function("sctp_m3ua_sccp", |b| b.iter(|| sctp_to_sccp(black_box(&packet))));
    group.bench_function("ethernet_to_sccp", |b| b.iter(|| frame_to_sccp(black_box(&frame))));
    group.bench_function("sctp_checksum", |b| {
        b.iter(|| {
            sctp::parse(black_box(&packet), &mut Notes::default()).map(|p| p.computed_checksum())
        });
    });
    group.finish();
}

criterion_group!(benches, layers);
criterion_main!(benches);
