//! A frame layer by layer, with where each layer stands: what `picket dissect --tree` prints.
//!
//! The same dissectors read it as in the engine, but nothing is remembered: a fragment or a segment
//! is shown as such, and what became of the whole message is told by the engine's events.

use core::{fmt::Display, ops::Range};

use picket_dissectors::{
    Error, Notes, ip,
    link::{self, Payload},
    m2pa, m2ua, m3ua, mtp2,
    mtp3::{self, Variant},
    sctp::{self, Chunk},
    sua, tunnel,
};

use crate::{engine, event::Carrier};

/// One layer, as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Layer {
    /// What it is.
    pub(super) name: String,
    /// The octets of it and of what it carries, in the frame; for a component those of its
    /// parameter.
    pub(super) span: Option<Range<usize>>,
    /// How many layers are around it.
    pub(super) depth: usize,
    /// What it says: names and values.
    pub(super) members: Vec<(&'static str, String)>,
    /// What is odd in it.
    pub(super) notes: Notes,
    /// Where reading stopped in it, and why.
    pub(super) stopped: Option<(usize, String)>,
    /// What the engine tells here, when it tells something.
    pub(super) tells: Option<Tells>,
}

/// What of the engine's events belongs to a layer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Tells {
    /// The event of a TCAP message without components, or that could not be read.
    Message,
    /// The event of the component of this place, from 1.
    Component(u16),
}

impl Layer {
    fn says(&mut self, name: &'static str, value: impl Display) {
        self.members.push((name, value.to_string()));
    }

    fn may_say(&mut self, name: &'static str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.says(name, value);
        }
    }
}

/// Reads a frame.
pub(super) fn frame(link_type: u32, octets: &[u8], variant: Variant) -> Vec<Layer> {
    let mut walk = Walk { base: octets, layers: Vec::new(), variant };
    walk.link(link_type, octets);
    walk.layers
}

pub(super) struct Walk<'a> {
    base: &'a [u8],
    pub(super) layers: Vec<Layer>,
    pub(super) variant: Variant,
}

impl<'a> Walk<'a> {
    /// Where `octets`, a part of the frame, begins.
    pub(super) fn at(&self, octets: &[u8]) -> usize {
        octets.as_ptr().addr().saturating_sub(self.base.as_ptr().addr()).min(self.base.len())
    }

    /// Makes a layer of these octets.
    pub(super) fn layer(&self, name: impl Into<String>, octets: &[u8], depth: usize) -> Layer {
        let at = self.at(octets);
        let span = (!octets.is_empty()).then(|| at..at + octets.len());
        Layer { name: name.into(), span, depth, ..Layer::default() }
    }

    /// Ends a layer that could not be read: at its end when octets are missing, else where it
    /// begins.
    pub(super) fn stop(&mut self, mut layer: Layer, error: Error) {
        let missing = matches!(error, Error::Truncated { .. });
        let span = layer.span.clone().unwrap_or(self.base.len()..self.base.len());
        let at = if missing { span.end } else { span.start };
        let why = match error {
            Error::Truncated { missing: 0 } => "the octets end inside it".to_owned(),
            other => other.to_string(),
        };
        layer.stopped = Some((at, why));
        self.layers.push(layer);
    }

    fn link(&mut self, link_type: u32, octets: &'a [u8]) {
        let mut layer = self.layer(link_name(link_type), octets, 0);
        let network = match link::parse(link_type, octets, &mut layer.notes) {
            Ok(network) => network,
            Err(error) => return self.stop(layer, error),
        };
        layer.may_say("vlan", network.vlan);
        layer.may_say("inner vlan", network.inner_vlan);
        let payload = match network.payload {
            Payload::Ip(octets)
            | Payload::Sctp(octets)
            | Payload::Mtp2(octets)
            | Payload::Mtp3(octets)
            | Payload::Sccp(octets) => octets,
            Payload::Other(ethertype) => {
                layer.says("ethertype", format_args!("{ethertype:#06x}"));
                self.layers.push(layer);
                return;
            }
        };
        // Raw IP and its like have no header to show.
        let depth = usize::from(self.at(payload) > 0);
        if depth > 0 {
            self.layers.push(layer);
        }
        match network.payload {
            Payload::Ip(octets) => self.ip(network, octets, depth),
            Payload::Sctp(octets) => self.sctp(octets, depth),
            Payload::Mtp2(octets) => self.mtp2(octets, depth),
            Payload::Mtp3(octets) => self.mtp3("MTP3", octets, depth),
            Payload::Sccp(octets) => self.sccp(octets, self.variant, depth),
            Payload::Other(_) => {}
        }
    }

    fn ip(&mut self, network: link::Network<'a>, octets: &'a [u8], depth: usize) {
        let mut layer = self.layer("IP", octets, depth);
        let found = match tunnel::innermost(network, &mut layer.notes) {
            Ok(found) => found,
            Err(error) => return self.stop(layer, error),
        };
        let Some(packet) = found.packet else { return self.layers.push(layer) };
        layer.says("from", packet.src);
        layer.says("to", packet.dst);
        layer.says("protocol", packet.protocol);
        if let Some(fragment) = packet.fragment {
            layer.says("fragment at", fragment.offset);
            layer.says("more", fragment.more);
        }
        self.layers.push(layer);
        match found.network.payload {
            Payload::Sctp(octets) => self.sctp(octets, depth + 1),
            Payload::Ip(_) if packet.protocol == ip::SCTP && packet.fragment.is_none() => {
                self.sctp(packet.payload, depth + 1);
            }
            _ => {}
        }
    }

    fn sctp(&mut self, octets: &'a [u8], depth: usize) {
        let mut layer = self.layer("SCTP", octets, depth);
        let packet = match sctp::parse(octets, &mut layer.notes) {
            Ok(packet) => packet,
            Err(error) => return self.stop(layer, error),
        };
        packet.verify(&mut layer.notes);
        layer.says("from port", packet.source_port);
        layer.says("to port", packet.destination_port);
        layer.says("tag", format_args!("{:08x}", packet.verification_tag));
        self.layers.push(layer);
        let mut chunks = packet.chunks();
        let mut notes = Notes::default();
        while let Some(chunk) = chunks.next(&mut notes) {
            self.chunk(&packet, chunk, notes, depth + 1);
            notes = Notes::default();
        }
        // What was odd about octets that are no chunk belongs to the packet.
        if let Some(last) = self.layers.last_mut() {
            last.notes.merge(&notes);
        }
    }

    fn chunk(&mut self, packet: &sctp::Packet<'_>, chunk: Chunk<'a>, notes: Notes, depth: usize) {
        let (name, header, value) = chunk_name(chunk);
        let mut layer = self.layer(name, value, depth);
        layer.notes = notes;
        if let Some(span) = layer.span.as_mut() {
            span.start = span.start.saturating_sub(header);
        }
        let Chunk::Data(data) = chunk else {
            if let Chunk::Other { kind, .. } = chunk {
                layer.says("type", kind);
            }
            return self.layers.push(layer);
        };
        layer.says("TSN", data.tsn);
        layer.says("stream", data.stream);
        layer.says("message", data.message);
        layer.may_say("PPID", data.ppid);
        if !data.is_whole() {
            let part = match (data.beginning, data.ending) {
                (true, _) => "first",
                (_, true) => "last",
                _ => "middle",
            };
            layer.says("fragment", part);
            return self.layers.push(layer);
        }
        let ports = [packet.destination_port, packet.source_port];
        let carrier =
            engine::carrier(data.ppid.unwrap_or(0), ports, data.payload, &mut layer.notes);
        self.layers.push(layer);
        match carrier {
            Some(Carrier::M3ua) => self.m3ua(data.payload, depth + 1),
            Some(Carrier::M2pa) => self.m2pa(data.payload, depth + 1),
            Some(Carrier::M2ua) => self.m2ua(data.payload, depth + 1),
            Some(Carrier::Sua) => self.sua(data.payload, depth + 1),
            _ => {}
        }
    }

    fn m3ua(&mut self, octets: &'a [u8], depth: usize) {
        let mut layer = self.layer("M3UA", octets, depth);
        let message = match m3ua::parse(octets, &mut layer.notes) {
            Ok(message) => message,
            Err(error) => return self.stop(layer, error),
        };
        named(&mut layer, message.name(), message.class, message.kind);
        let data = match message.data(&mut layer.notes) {
            Ok(data) => data,
            Err(error) => return self.stop(layer, error),
        };
        let network = message.network_management(&mut layer.notes);
        layer.may_say(
            "routing context",
            data.map_or_else(|| network.and_then(|n| n.routing_context), |d| d.routing_context),
        );
        layer.may_say("network appearance", data.and_then(|data| data.network_appearance));
        for (mask, code) in network.iter().flat_map(m3ua::NetworkManagement::affected).take(SHOWN) {
            layer.says("affected", format_args!("{code}/{mask}"));
        }
        if data.is_none() && message.is_data() {
            let end = layer.span.as_ref().map_or(0, |span| span.end);
            layer.stopped = Some((end, "no protocol data".to_owned()));
        }
        self.layers.push(layer);
        if let Some(data) = data {
            // The label is M3UA's own; only the user part has octets of its own.
            for message in [Some(data.protocol_data), data.rival].into_iter().flatten() {
                self.label(self.layer("routing label", &[], depth + 1), message);
            }
        }
    }

    fn m2pa(&mut self, octets: &'a [u8], depth: usize) {
        let mut layer = self.layer("M2PA", octets, depth);
        match m2pa::parse(octets, &mut layer.notes) {
            Ok(message) => {
                layer.says("BSN", message.bsn);
                layer.says("FSN", message.fsn);
                if let m2pa::Body::Status(status) = message.body {
                    layer.says("status", status);
                }
                self.layers.push(layer);
                if let m2pa::Body::User { mtp3, .. } = message.body {
                    self.mtp3("MTP3", mtp3, depth + 1);
                }
            }
            Err(error) => self.stop(layer, error),
        }
    }

    fn m2ua(&mut self, octets: &'a [u8], depth: usize) {
        let mut layer = self.layer("M2UA", octets, depth);
        match m2ua::parse(octets, &mut layer.notes) {
            Ok(message) => {
                let data = m2ua::data(&message, &mut layer.notes);
                layer.says("class", message.class);
                layer.says("type", message.kind);
                layer.may_say("interface", data.and_then(|data| data.interface));
                self.layers.push(layer);
                if let Some(data) = data {
                    self.mtp3("MTP3", data.mtp3, depth + 1);
                }
            }
            Err(error) => self.stop(layer, error),
        }
    }

    fn sua(&mut self, octets: &'a [u8], depth: usize) {
        let mut layer = self.layer("SUA", octets, depth);
        match sua::parse(octets, &mut layer.notes) {
            Ok(message) => {
                named(&mut layer, sua::name(&message), message.class, message.kind);
                let carried = sua::carried(&message, &mut layer.notes);
                layer.may_say("routing context", carried.and_then(|c| c.routing_context));
                self.layers.push(layer);
                if let Some(carried) = carried {
                    let layer = self.layer("SCCP in SUA", octets, depth + 1);
                    self.sccp_message(layer, &carried.message);
                }
            }
            Err(error) => self.stop(layer, error),
        }
    }

    fn mtp2(&mut self, octets: &'a [u8], depth: usize) {
        let mut layer = self.layer("MTP2", octets, depth);
        match mtp2::parse(octets, &mut layer.notes) {
            Ok(unit) => {
                layer.says("BSN", unit.bsn);
                layer.says("FSN", unit.fsn);
                layer.says("length indicator", unit.length);
                self.layers.push(layer);
                if let mtp2::Body::Message(octets) = unit.body {
                    self.mtp3("MTP3", octets, depth + 1);
                }
            }
            Err(error) => self.stop(layer, error),
        }
    }

    fn mtp3(&mut self, name: &str, octets: &'a [u8], depth: usize) {
        let mut layer = self.layer(name, octets, depth);
        match mtp3::parse(octets, self.variant, &mut layer.notes) {
            Ok(message) => self.label(layer, message),
            Err(error) => self.stop(layer, error),
        }
    }

    fn label(&mut self, mut layer: Layer, message: mtp3::Message<'a>) {
        for (name, value) in [
            ("OPC", message.opc),
            ("DPC", message.dpc),
            ("SI", message.si.into()),
            ("NI", message.ni.into()),
            ("SLS", message.sls.into()),
        ] {
            layer.says(name, value);
        }
        let management = message.management(self.variant, &mut layer.notes);
        layer.may_say("message", management.and_then(|said| said.name));
        layer.may_say("about", management.and_then(|said| said.destination));
        let depth = layer.depth + 1;
        self.layers.push(layer);
        if message.si == mtp3::SCCP {
            self.sccp(message.user, self.variant, depth);
        }
    }
}

fn named(layer: &mut Layer, name: Option<&'static str>, class: u8, kind: u8) {
    match name {
        Some(name) => layer.says("message", name),
        None => layer.says("message", format_args!("class {class} type {kind}")),
    }
}

fn link_name(link_type: u32) -> String {
    match link_type {
        link::ETHERNET => "Ethernet".to_owned(),
        link::SLL | link::SLL2 => "Linux cooked capture".to_owned(),
        link::NULL | link::LOOP => "Loopback".to_owned(),
        link::MTP2_WITH_PHDR => "MTP2 pseudo-header".to_owned(),
        other => format!("link type {other}"),
    }
}

/// The name of a chunk, the octets before what it keeps, and those.
const fn chunk_name(chunk: Chunk<'_>) -> (&'static str, usize, &[u8]) {
    match chunk {
        Chunk::Data(data) if data.fragment.is_some() => ("I-DATA", 20, data.payload),
        Chunk::Data(data) => ("DATA", 16, data.payload),
        Chunk::Init(init) => ("INIT", 20, init.parameters),
        Chunk::InitAck(init) => ("INIT ACK", 20, init.parameters),
        Chunk::Sack { gaps, .. } => ("SACK", 16, gaps),
        Chunk::Heartbeat(value) => ("HEARTBEAT", 4, value),
        Chunk::HeartbeatAck(value) => ("HEARTBEAT ACK", 4, value),
        Chunk::Abort { causes, .. } => ("ABORT", 4, causes),
        Chunk::Shutdown(_) => ("SHUTDOWN", 4, &[]),
        Chunk::ShutdownAck => ("SHUTDOWN ACK", 4, &[]),
        Chunk::Error(value) => ("ERROR", 4, value),
        Chunk::CookieEcho(value) => ("COOKIE ECHO", 4, value),
        Chunk::CookieAck => ("COOKIE ACK", 4, &[]),
        Chunk::ShutdownComplete => ("SHUTDOWN COMPLETE", 4, &[]),
        Chunk::ForwardTsn(_) => ("FORWARD TSN", 4, &[]),
        Chunk::Other { value, .. } => ("chunk", 4, value),
    }
}

/// Affected point codes shown of a message.
const SHOWN: usize = 16;
