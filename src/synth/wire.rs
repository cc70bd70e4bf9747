//! From SCCP messages to frames: M3UA, SCTP, IP and Ethernet of each link.
//!
//! Transmission sequence numbers count in the order of writing, so messages must come here in order
//! of time.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use picket_dissectors::{
    emit::{link::Ethernet, sctp},
    m3ua::Data,
    mtp3,
};

use super::{
    carriage::Carriage,
    network::{CARRIER_PC, CARRIERS, HOME_STP, NATIONAL_LINK},
    world::{Node, Place},
};

/// An SCCP message on its way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parcel {
    /// When it passes the tap, nanoseconds since the Unix epoch.
    pub at: u64,
    /// Which way it goes.
    pub route: Route,
    /// The SCCP message.
    pub user: Vec<u8>,
    /// How it is carried.
    pub carriage: Carriage,
    /// The truth it belongs to.
    pub instance: Option<u32>,
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Route {
    /// The association: the carriers, then the core, then the other operator at home.
    pub association: u8,
    /// From the lower side of the association to the upper.
    pub up: bool,
    /// Originating point code.
    pub opc: u32,
    /// Destination point code.
    pub dpc: u32,
    /// Network indicator.
    pub ni: u8,
    /// Signalling link selection.
    pub sls: u8,
}

impl Route {
    /// Returns the way from one node to another; `sls` spreads the load.
    #[must_use]
    pub fn between(from: &Node, to: &Node, sls: u8) -> Self {
        let sls = sls & 15;
        let carrier = |number: u8| CARRIER_PC + u32::from(number);
        let indicator = |number: u8| if number == NATIONAL_LINK { 2 } else { 0 };
        match (from.place, to.place) {
            (Place::Home(opc), Place::Home(dpc)) => {
                Self { association: CARRIERS, up: opc < dpc, opc, dpc, ni: 2, sls }
            }
            (Place::Abroad(number), _) => Self {
                association: number,
                up: true,
                opc: carrier(number),
                dpc: HOME_STP,
                ni: indicator(number),
                sls,
            },
            (Place::Home(_), Place::Abroad(number)) => Self {
                association: number,
                up: false,
                opc: HOME_STP,
                dpc: carrier(number),
                ni: indicator(number),
                sls,
            },
        }
    }
}

/// The associations and how far each has counted.
#[derive(Clone, Debug)]
pub struct Wire {
    associations: Vec<Association>,
}

#[derive(Clone, Debug)]
struct Association {
    /// Lower and upper side.
    ends: [IpAddr; 2],
    ports: [u16; 2],
    tags: [u32; 2],
    vlan: Option<u16>,
    routing_context: Option<u32>,
    /// Next sequence number of what each side sends.
    tsn: [u32; 2],
    /// Next stream sequence number, each side and stream.
    streams: [[u16; STREAMS]; 2],
    /// Packets since the last acknowledgement.
    quiet: [u8; 2],
    /// Other addresses of both sides, and how many packets in a hundred take them.
    second: Option<([IpAddr; 2], u64)>,
    /// Packets sent.
    sent: u64,
}

impl Default for Wire {
    fn default() -> Self {
        Self { associations: (0..=NATIONAL_LINK).map(Association::new).collect() }
    }
}

impl Wire {
    /// Makes associations of which two have a second path that this many per cent take.
    #[must_use]
    pub fn with_second_paths(share: f64) -> Self {
        let mut this = Self::default();
        for (number, association) in (0_u8..).zip(&mut this.associations) {
            if matches!(number, 0 | 3) && share > 0.0 {
                let host = |network: u8| IpAddr::V4(Ipv4Addr::new(203, 0, 113, 100 + network));
                let ends = [host(2 * number), host(2 * number + 1)];
                association.second = Some((ends, super::model::whole(share)));
            }
        }
        this
    }

    /// Writes the frames of a message, one after the other.
    pub fn frames(&mut self, parcel: &Parcel, each: &mut dyn FnMut(Vec<u8>)) {
        let Route { association, up, opc, dpc, ni, sls } = parcel.route;
        let Some(association) = self.associations.get_mut(usize::from(association)) else { return };
        let user = &parcel.user;
        match parcel.carriage {
            Carriage::Message => {
                return association.send(
                    up,
                    sls,
                    picket_dissectors::sctp::PPID_M3UA,
                    user,
                    Carriage::Whole,
                    each,
                );
            }
            Carriage::Abort => {
                let chunks = vec![sctp::chunk(ABORT, 0, &[])];
                return association
                    .frames(up, chunks, false, Carriage::Whole)
                    .into_iter()
                    .for_each(each);
            }
            _ => {}
        }
        let si = if let Carriage::UserPart(si) = parcel.carriage { si } else { SCCP };
        let data = Data {
            network_appearance: None,
            routing_context: association.routing_context,
            protocol_data: mtp3::Message { opc, dpc, si, ni, mp: 0, sls, user },
            rival: None,
            correlation_id: None,
        };
        let (ppid, message) = parcel.carriage.message(&data);
        association.send(up, sls, ppid, &message, parcel.carriage, each);
    }

    /// Writes the frames that open the associations.
    pub fn open(&mut self, each: &mut dyn FnMut(Vec<u8>)) {
        for association in &mut self.associations {
            for (ack, up) in [(false, true), (true, false)] {
                let side = usize::from(up);
                let tag = association.tags.get(1 - side).copied().unwrap_or_default();
                let tsn = association.tsn.get(side).copied().unwrap_or_default();
                let init = sctp::init(ack, tag, tsn, &[]);
                for frame in association.frames(up, vec![init], !ack, Carriage::Whole) {
                    each(frame);
                }
            }
        }
    }
}

impl Association {
    fn new(number: u8) -> Self {
        let host = |network: u8| match number {
            2 => IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, network.into(), 0, 0, 0, 1)),
            CARRIERS => IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10 * (network + 1))),
            _ if network == 0 => IpAddr::V4(Ipv4Addr::new(198, 51, 100, 10 + number)),
            _ => IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        };
        let seed = u32::from(number) + 1;
        let tag = |side: u32| seed.wrapping_mul(0x9e37_79b9) ^ side.wrapping_mul(0x5bd1_e995) | 1;
        Self {
            ends: [host(0), host(1)],
            ports: [2905, 2905 + u16::from(number)],
            tags: [tag(1), tag(2)],
            vlan: (number == 1).then_some(101),
            routing_context: (number != 3).then_some(100 + u32::from(number)),
            tsn: [seed.wrapping_mul(0x0001_0001), seed.wrapping_mul(0x0013_0001)],
            streams: [[0; STREAMS]; 2],
            quiet: [0; 2],
            second: None,
            sent: 0,
        }
    }

    fn send(
        &mut self,
        up: bool,
        sls: u8,
        ppid: u32,
        message: &[u8],
        carriage: Carriage,
        each: &mut dyn FnMut(Vec<u8>),
    ) {
        let stream = 1 + usize::from(sls) % (STREAMS - 1);
        let ssn = self.streams.get_mut(usize::from(up)).and_then(|side| side.get_mut(stream));
        let Some(ssn) = ssn else { return };
        let message_number = *ssn;
        *ssn = ssn.wrapping_add(1);
        let pieces = message.len().div_ceil(carriage.size().max(1)).max(1);
        let mut chunks = Vec::new();
        for (at, piece) in
            message.chunks(carriage.size().clamp(1, message.len().max(1))).enumerate()
        {
            let stream = u16::try_from(stream).unwrap_or_default();
            let mut data = sctp::whole(self.next(up), stream, message_number, ppid, piece);
            data.beginning = at == 0;
            data.ending = at + 1 == pieces;
            chunks.push(data);
        }
        let packets = carriage.packets(&chunks, &mut |data| {
            let mut chunks = Vec::new();
            chunks.extend(self.acknowledgement(up));
            chunks.push(sctp::data(data));
            self.packet(up, chunks, false)
        });
        for packet in packets {
            self.sent += 1;
            for frame in self.link(up, &packet, carriage) {
                if carriage == Carriage::Repeated {
                    each(frame.clone());
                }
                each(frame);
            }
        }
    }

    /// Takes the next sequence number of a side.
    fn next(&mut self, up: bool) -> u32 {
        let Some(tsn) = self.tsn.get_mut(usize::from(up)) else { return 0 };
        let now = *tsn;
        *tsn = tsn.wrapping_add(1);
        now
    }

    /// Acknowledges what the other side sent, in every fourth packet.
    fn acknowledgement(&mut self, up: bool) -> Option<Vec<u8>> {
        let quiet = self.quiet.get_mut(usize::from(up))?;
        *quiet = (*quiet + 1) % 4;
        let due = *quiet == 0;
        let other = self.tsn.get(usize::from(!up)).copied()?;
        due.then(|| sctp::sack(other.wrapping_sub(1)))
    }

    fn frames(
        &self,
        up: bool,
        chunks: Vec<Vec<u8>>,
        opening: bool,
        carriage: Carriage,
    ) -> Vec<Vec<u8>> {
        self.link(up, &self.packet(up, chunks, opening), carriage)
    }

    fn packet(&self, up: bool, chunks: Vec<Vec<u8>>, opening: bool) -> Vec<u8> {
        let pick = |pair: [u16; 2], side: bool| if side { pair[1] } else { pair[0] };
        let [low_tag, high_tag] = self.tags;
        let packet = sctp::Packet {
            source_port: pick(self.ports, !up),
            destination_port: pick(self.ports, up),
            verification_tag: match (opening, up) {
                (true, _) => 0,
                (false, true) => high_tag,
                (false, false) => low_tag,
            },
            chunks,
        };
        packet.octets()
    }

    fn link(&self, up: bool, packet: &[u8], carriage: Carriage) -> Vec<Vec<u8>> {
        let [lower, upper] = match self.second {
            // Neighbouring packets spread over both paths.
            Some((ends, share)) if self.sent.wrapping_mul(37) % 100 < share => ends,
            _ => self.ends,
        };
        let (src, dst) = if up { (lower, upper) } else { (upper, lower) };
        let tag = self.vlan.map(|vlan| (VLAN, vlan));
        let tags = tag.as_slice();
        let frame =
            |payload: Vec<u8>| Ethernet { tags, ethertype: None, payload: &payload }.octets();
        carriage.ip(src, dst, packet).into_iter().map(frame).collect()
    }
}

/// Service indicator of SCCP (Q.704 §14.2.1).
const SCCP: u8 = 3;
/// Type of the ABORT chunk (RFC 9260 §3.2).
const ABORT: u8 = 6;
/// Streams of an association; the first is for management.
const STREAMS: usize = 5;
/// Tag protocol identifier of IEEE 802.1Q.
const VLAN: u16 = 0x8100;
