//! From a frame to SCTP user messages: link, tunnels, IP, SCTP.

use core::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use picket_dissectors::{
    Note, Notes, ip, link,
    sctp::{self, Chunk},
    tunnel,
};
use picket_hw::Frame;

use super::{
    Witness,
    scout::{Ahead, link_key, side},
    transaction::Envelope,
};
use crate::{
    event::{Carrier, Direction, EventType, FrameId, Label, Link, SccpFacts, SctpFacts, Transport},
    state::{ipfrag, sctp as associations},
};

/// What is known of a frame before anything in it is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) at: picket_hw::Timestamp,
    pub(super) frame: FrameId,
    pub(super) port: u16,
    pub(super) vlan: Option<u16>,
    pub(super) ip: Option<(IpAddr, IpAddr)>,
    pub(super) sctp: Option<SctpFacts>,
    pub(super) duplicate: bool,
    pub(super) cut: bool,
    pub(super) notes: Notes,
}

impl Witness {
    pub(super) fn wire(&mut self, frame: &Frame<'_>) {
        let mut seen = Seen {
            at: frame.at,
            frame: FrameId { source: frame.source.0, number: frame.number },
            port: frame.port.0,
            vlan: None,
            ip: None,
            sctp: None,
            duplicate: false,
            cut: frame.bytes.len() < usize::try_from(frame.wire_len).unwrap_or(usize::MAX),
            notes: Notes::default(),
        };
        let link_type = u32::from(frame.link.0);
        let read = pure(|| {
            let mut notes = Notes::default();
            (link::parse(link_type, frame.bytes, &mut notes), notes)
        });
        let Some((network, notes)) = read else { return self.quarantine(&seen, "link") };
        seen.notes = notes;
        let network = match network {
            Ok(network) => network,
            Err(error) => return self.unread_below(&seen, "link", error.reason()),
        };
        self.layers(seen, network, 0);
    }

    /// Reads down to SCTP or a signalling link, through tunnels, putting fragments together.
    fn layers(&mut self, mut seen: Seen, network: link::Network<'_>, depth: u8) {
        let read = pure(|| {
            let mut notes = seen.notes;
            (tunnel::innermost(network, &mut notes), notes)
        });
        let Some((found, notes)) = read else { return self.quarantine(&seen, "ip") };
        seen.notes = notes;
        let found = match found {
            Ok(found) => found,
            Err(error) => return self.unread_below(&seen, "ip", error.reason()),
        };
        seen.vlan = found.network.vlan.or(seen.vlan);
        match (found.packet, found.network.payload) {
            (_, link::Payload::Sctp(octets)) => self.sctp(seen, octets),
            (_, link::Payload::Mtp2(octets)) => self.signal_unit(seen, octets),
            (_, link::Payload::Mtp3(octets)) => self.mtp3(seen, octets, Carrier::Mtp),
            (_, link::Payload::Sccp(octets)) => {
                let mut envelope = self.envelope(&seen, Label::default());
                self.network(&mut envelope, octets);
            }
            (Some(packet), link::Payload::Ip(_)) => self.packet(seen, packet, depth),
            _ => self.stats.other("not IP"),
        }
    }

    fn packet(&mut self, mut seen: Seen, packet: ip::Packet<'_>, depth: u8) {
        seen.ip = Some((packet.src, packet.dst));
        seen.cut |= packet.truncated;
        let Some(fragment) = packet.fragment else {
            if packet.protocol == SCTP {
                return self.sctp(seen, packet.payload);
            }
            return self.stats.other("IP without SCTP");
        };
        let key = ipfrag::Key {
            src: packet.src,
            dst: packet.dst,
            id: fragment.id,
            protocol: packet.protocol,
        };
        // Of a fragment cut by the capture the end is not known.
        let piece = ipfrag::Fragment {
            offset: fragment.offset,
            more: fragment.more || seen.cut,
            octets: packet.payload,
        };
        let whole = self.fragments.push(key, piece, self.now, &mut seen.notes);
        self.trail(&key, whole.is_some());
        let Some(whole) = whole else {
            if seen.notes.contains(Note::IpFragmentOverlap) {
                self.tell(&seen, EventType::Transport, None);
            }
            return;
        };
        let packet = ip::Packet { fragment: None, truncated: false, payload: &whole, ..packet };
        match packet.past_extensions() {
            Ok(packet) => match tunnel::within(&packet, &mut seen.notes) {
                Some(inner) if depth < MAX_REASSEMBLIES => self.layers(seen, inner, depth + 1),
                _ => self.packet(seen, packet, depth),
            },
            Err(error) => self.unread_below(&seen, "ip", error.reason()),
        }
        self.fragments.recycle(whole);
    }

    fn sctp(&mut self, mut seen: Seen, octets: &[u8]) {
        let read = pure(|| {
            let mut notes = seen.notes;
            let packet = sctp::parse(octets, &mut notes);
            if let (Ok(packet), false) = (&packet, seen.cut) {
                packet.verify(&mut notes);
            }
            (packet, notes)
        });
        let Some((packet, notes)) = read else { return self.quarantine(&seen, "sctp") };
        seen.notes = notes;
        let packet = match packet {
            Ok(packet) => packet,
            Err(error) => return self.unread_below(&seen, "sctp", error.reason()),
        };
        let association = associations::AssocKey {
            source_port: packet.source_port,
            destination_port: packet.destination_port,
            verification_tag: packet.verification_tag,
        };
        let mut chunks = packet.chunks();
        let mut notes = seen.notes;
        let mut said = false;
        while let Some(chunk) = chunks.next(&mut notes) {
            match chunk {
                Chunk::Data(data) => {
                    self.stats.data_chunks += 1;
                    said = true;
                    let chunk = Seen { notes, ..seen };
                    self.data(chunk, association, &data);
                }
                Chunk::Init(init) | Chunk::InitAck(init) => {
                    self.associations.restart(association, init.initiate_tag);
                }
                Chunk::Abort { .. } => {
                    notes.add(Note::SctpAbort);
                }
                _ => {}
            }
        }
        let cut = seen.cut && notes.contains(Note::SctpChunkLength);
        if cut {
            self.stats.unread("sctp", SNAPPED);
        }
        if !said && !notes.is_empty() {
            seen.sctp = Some(SctpFacts {
                src_port: packet.source_port,
                dst_port: packet.destination_port,
                ..SctpFacts::default()
            });
            seen.notes = notes;
            // Chunks without a number: only the octets tell that it is the other mirror's copy.
            seen.duplicate |= self.mirror.is_copy(octets, seen.ip, self.now);
            self.tell(&seen, EventType::Transport, cut.then_some(SNAPPED));
        }
    }

    /// Goes on with a DATA chunk that was read ahead.
    pub(super) fn ahead(&mut self, frame: &Frame<'_>, ahead: &Ahead) {
        self.stats.data_chunks += 1;
        let mut notes = ahead.notes;
        let chunk = ahead.chunk(frame.bytes);
        let delivery = self.associations.data(ahead.association, &chunk, self.now, &mut notes);
        // It is whole, or it would not have been read ahead.
        let associations::Delivery::Whole { duplicate } = delivery else { return };
        self.stats.sccp_messages += 1;
        let mut envelope = Envelope {
            at: frame.at,
            frame: FrameId { source: frame.source.0, number: frame.number },
            link: ahead.link,
            direction: Direction::Unknown,
            transport: Transport { ip: ahead.ip, sctp: Some(ahead.sctp) },
            label: ahead.label,
            sccp: ahead.sccp,
            duplicate,
            notes,
        };
        let data = ahead.data.within(frame.bytes);
        self.carried(&mut envelope, ahead.carried, data, ahead.tcap.as_ref());
    }

    fn data(&mut self, mut seen: Seen, association: associations::AssocKey, data: &sctp::Data<'_>) {
        seen.sctp = Some(SctpFacts {
            src_port: association.source_port,
            dst_port: association.destination_port,
            stream: data.stream,
            tsn: data.tsn,
            ppid: data.ppid.unwrap_or(0),
        });
        let delivery = self.associations.data(
            association,
            &associations::Chunk::from(data),
            self.now,
            &mut seen.notes,
        );
        if !matches!(delivery, associations::Delivery::Whole { .. }) {
            let whole = matches!(delivery, associations::Delivery::Reassembled { .. });
            self.trail(&(association, data.stream), whole);
        }
        match delivery {
            associations::Delivery::Whole { duplicate } => {
                seen.duplicate = duplicate;
                self.adaptation(seen, data.payload);
            }
            associations::Delivery::Reassembled { octets, rival, ppid, .. } => {
                seen.notes.add(Note::SctpFragmented);
                if let Some(facts) = seen.sctp.as_mut() {
                    facts.ppid = ppid;
                }
                for reading in [Some(octets), rival].into_iter().flatten() {
                    self.adaptation(seen, &reading);
                    self.associations.recycle(reading);
                }
            }
            // What contradicts what came before is told at once: it may never become whole.
            associations::Delivery::Partial | associations::Delivery::DuplicateFragment => {
                if seen.notes.contains(Note::SctpFragmentConflict) {
                    self.tell(&seen, EventType::Transport, None);
                }
            }
        }
    }

    /// Remembers the frame as a part of a message, or that the parts of one came together.
    pub(super) fn trail(&mut self, key: &impl core::hash::Hash, whole: bool) {
        let Some(trails) = &mut self.trails else { return };
        if whole {
            trails.whole(key);
        } else {
            trails.part(key, self.now);
        }
    }

    /// Tells an occurrence below SCCP.
    pub(super) fn tell(&mut self, seen: &Seen, kind: EventType, unread: Option<&'static str>) {
        let mut envelope = self.envelope(seen, Label::default());
        envelope.duplicate = seen.duplicate;
        let mut event = envelope.event(kind);
        event.sccp = None;
        event.unread = unread;
        self.decide(&mut event);
    }

    /// Counts what could not be read, and tells it when a good part was read before.
    pub(super) fn unread_below(&mut self, seen: &Seen, layer: &'static str, reason: &'static str) {
        self.stats.unread(layer, reason);
        self.tell(seen, EventType::Transport, Some(reason));
    }

    /// Counts a frame whose reading panicked; nothing else of it is looked at.
    pub(super) fn quarantine(&mut self, seen: &Seen, layer: &'static str) {
        self.stats.panics += 1;
        let mut seen = *seen;
        seen.notes.add(Note::EnginePanic);
        self.unread_below(&seen, layer, "panic");
    }

    /// Returns the position of the configured link a message with this label is on.
    pub(super) fn link_of(&self, seen: &Seen, label: &Label) -> Option<usize> {
        if self.plan.links.is_empty() {
            return None;
        }
        let key = link_key(label, seen.vlan, seen.port, seen.ip);
        self.plan.links.iter().position(|link| link.matches(&key))
    }

    /// Makes the envelope of a message with this label: finds its link and side.
    pub(super) fn envelope(&self, seen: &Seen, label: Label) -> Envelope {
        let plan = self.link_of(seen, &label);
        let side = side(plan.and_then(|at| self.plan.links.get(at)), &label);
        Envelope {
            at: seen.at,
            frame: seen.frame,
            link: Link {
                plan: plan.and_then(|at| u16::try_from(at).ok()),
                side,
                vlan: seen.vlan,
                port: seen.port,
            },
            direction: Direction::Unknown,
            transport: Transport { ip: seen.ip, sctp: seen.sctp },
            label,
            sccp: SccpFacts::default(),
            duplicate: seen.duplicate,
            notes: seen.notes,
        }
    }
}

/// Runs a dissector: pure, so that a panic leaves nothing half written.
pub(super) fn pure<T>(read: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok()
}

/// IP protocol number of SCTP.
const SCTP: u8 = 132;
/// Tunnels found in packets put together that are followed.
const MAX_REASSEMBLIES: u8 = 4;

/// Why a chunk was not read that the capture has not whole.
pub(crate) const SNAPPED: &str = "cut short when it was captured (snap length)";
