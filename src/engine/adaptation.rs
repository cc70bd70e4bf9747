//! The adaptation layers: from an SCTP user message to SCCP.
//!
//! The payload protocol identifier says which layer it is (RFC 4666 §7.1 and its siblings). Where
//! that is absent or wrong the port decides, then the shape of the message, and a note says so.

use picket_dissectors::{
    Note, Notes, m2pa, m2ua, m3ua, mtp2,
    mtp3::{self, Variant},
    sccp, sctp, sua,
};

use super::{
    Witness,
    wire::{Seen, pure},
};
use crate::event::{Carrier, EventType, Label};

impl Witness {
    /// Reads an SCTP user message.
    pub(super) fn adaptation(&mut self, mut seen: Seen, octets: &[u8]) {
        if octets.is_empty() {
            seen.notes.add(Note::SctpDataEmpty);
            return self.tell(&seen, EventType::Transport, None);
        }
        let facts = seen.sctp.unwrap_or_default();
        let ports = [facts.dst_port, facts.src_port];
        match carrier(facts.ppid, ports, octets, &mut seen.notes) {
            Some(Carrier::M3ua) => self.m3ua(seen, octets),
            Some(Carrier::M2pa) => self.m2pa(seen, octets),
            Some(Carrier::M2ua) => self.m2ua(seen, octets),
            Some(Carrier::Sua) => self.sua(seen, octets),
            _ => self.stats.other("SCTP without SS7"),
        }
    }

    fn m3ua(&mut self, mut seen: Seen, octets: &[u8]) {
        let read = pure(|| {
            let mut notes = seen.notes;
            let message = m3ua::parse(octets, &mut notes);
            let data = message.and_then(|message| message.data(&mut notes));
            (message, data, notes)
        });
        let Some((message, data, notes)) = read else { return self.quarantine(&seen, "m3ua") };
        seen.notes = notes;
        let message = match message {
            Ok(message) => message,
            Err(error) => return self.unread_below(&seen, "m3ua", error.reason()),
        };
        match data {
            Ok(Some(data)) => {
                let routing = (data.routing_context, data.network_appearance);
                for message in
                    [Some(&data.protocol_data), data.rival.as_ref()].into_iter().flatten()
                {
                    self.user_part(seen, message, Carrier::M3ua, routing);
                }
            }
            Ok(None) if message.is_data() => self.unread_below(&seen, "m3ua", "no protocol data"),
            Ok(None) => self.m3ua_management(&seen, &message),
            Err(error) => self.unread_below(&seen, "m3ua", error.reason()),
        }
    }

    /// Management of the layer and of the network behind it (RFC 4666 §3.4 to §3.8). What tells of
    /// point codes going away is told; heartbeats and the like are counted.
    fn m3ua_management(&mut self, seen: &Seen, message: &m3ua::Message<'_>) {
        let Some(name) = message.name() else {
            return self.unread_below(seen, "m3ua", "unknown message");
        };
        if matches!(name, "BEAT" | "BEAT ACK" | "BEAT_ACK") {
            return self.stats.other("M3UA heartbeat");
        }
        let mut notes = seen.notes;
        let network = message.network_management(&mut notes);
        let label = Label {
            carrier: Carrier::M3ua,
            rc: network.and_then(|network| network.routing_context),
            na: network.and_then(|network| network.network_appearance),
            ..Label::default()
        };
        let mut envelope = self.envelope(&Seen { notes, ..*seen }, label);
        envelope.duplicate = seen.duplicate;
        let mut event = envelope.event(EventType::Mtp);
        event.sccp = None;
        event.management = Some(name);
        event.about = network.and_then(|network| {
            network.affected().next().map(|(_, code)| self.about(&label, code))
        });
        self.decide(&mut event);
    }

    fn m2pa(&mut self, mut seen: Seen, octets: &[u8]) {
        let read = pure(|| {
            let mut notes = seen.notes;
            (m2pa::parse(octets, &mut notes), notes)
        });
        let Some((message, notes)) = read else { return self.quarantine(&seen, "m2pa") };
        seen.notes = notes;
        match message.map(|message| message.body) {
            Ok(m2pa::Body::User { mtp3, .. }) => self.mtp3(seen, mtp3, Carrier::M2pa),
            Ok(m2pa::Body::Acknowledgement) => self.stats.other("M2PA acknowledgement"),
            Ok(m2pa::Body::Status(_)) => self.stats.other("M2PA link status"),
            Err(error) => self.unread_below(&seen, "m2pa", error.reason()),
        }
    }

    fn m2ua(&mut self, mut seen: Seen, octets: &[u8]) {
        let read = pure(|| {
            let mut notes = seen.notes;
            let message = m2ua::parse(octets, &mut notes);
            (message.map(|message| m2ua::data(&message, &mut notes)), notes)
        });
        let Some((data, notes)) = read else { return self.quarantine(&seen, "m2ua") };
        seen.notes = notes;
        match data {
            Ok(Some(data)) => {
                for octets in [Some(data.mtp3), data.rival].into_iter().flatten() {
                    self.mtp3(seen, octets, Carrier::M2ua);
                }
            }
            Ok(None) => self.stats.other("M2UA management"),
            Err(error) => self.unread_below(&seen, "m2ua", error.reason()),
        }
    }

    fn sua(&mut self, mut seen: Seen, octets: &[u8]) {
        let read = pure(|| {
            let mut notes = seen.notes;
            let message = sua::parse(octets, &mut notes);
            (message.map(|message| sua::carried(&message, &mut notes)), notes)
        });
        let Some((carried, notes)) = read else { return self.quarantine(&seen, "sua") };
        seen.notes = notes;
        match carried {
            Ok(Some(carried)) => {
                let label = Label {
                    carrier: Carrier::Sua,
                    rc: carried.routing_context,
                    na: carried.network_appearance,
                    ..Label::default()
                };
                for message in
                    [Some(&carried.message), carried.rival.as_ref()].into_iter().flatten()
                {
                    let mut envelope = self.envelope(&seen, label);
                    self.stats.sccp_messages += 1;
                    self.sccp_message(&mut envelope, message);
                }
            }
            Ok(None) => self.stats.other("SUA management"),
            Err(error) => self.unread_below(&seen, "sua", error.reason()),
        }
    }

    /// A signal unit captured on a signalling link.
    pub(super) fn signal_unit(&mut self, mut seen: Seen, octets: &[u8]) {
        let read = pure(|| {
            let mut notes = seen.notes;
            (mtp2::parse(octets, &mut notes), notes)
        });
        let Some((unit, notes)) = read else { return self.quarantine(&seen, "mtp2") };
        seen.notes = notes;
        match unit.map(|unit| unit.body) {
            Ok(mtp2::Body::Message(mtp3)) => self.mtp3(seen, mtp3, Carrier::Mtp),
            Ok(mtp2::Body::FillIn | mtp2::Body::Status(_)) => self.stats.other("MTP2 link units"),
            Err(error) => self.unread_below(&seen, "mtp2", error.reason()),
        }
    }

    /// An MTP3 message with its own label. Where the configured variant gives no SCCP and another
    /// does, the other is right and a note says so.
    pub(super) fn mtp3(&mut self, mut seen: Seen, octets: &[u8], carrier: Carrier) {
        let configured = self.variant(&seen);
        let read = pure(|| {
            let mut notes = seen.notes;
            let message = mtp3::parse(octets, configured, &mut notes);
            let fits = message.as_ref().is_ok_and(|message| plausible(message, configured));
            let others = [Variant::Itu, Variant::Ansi, Variant::Japan];
            let other = others.into_iter().filter(|&other| !fits && other != configured).find_map(
                |variant| {
                    let mut notes = seen.notes;
                    let message = mtp3::parse(octets, variant, &mut notes).ok()?;
                    notes.add(Note::MtpVariantDoubtful);
                    (message.si == mtp3::SCCP && plausible(&message, variant))
                        .then_some((message, variant, notes))
                },
            );
            match other {
                Some((message, variant, notes)) => (Ok(message), variant, notes),
                None => (message, configured, notes),
            }
        });
        let Some((message, variant, notes)) = read else { return self.quarantine(&seen, "mtp3") };
        seen.notes = notes;
        match message {
            Ok(message) => self.user_part_of(seen, &message, carrier, variant, (None, None)),
            Err(error) => self.unread_below(&seen, "mtp3", error.reason()),
        }
    }

    fn user_part(
        &mut self,
        mut seen: Seen,
        message: &mtp3::Message<'_>,
        carrier: Carrier,
        routing: (Option<u32>, Option<u32>),
    ) {
        let variant = self.variant(&seen);
        // M3UA carries point codes in 32 bits, so a code too large for the variant shows.
        if (message.opc | message.dpc) >> variant.point_code_bits() != 0 {
            seen.notes.add(Note::MtpVariantDoubtful);
        }
        self.user_part_of(seen, message, carrier, variant, routing);
    }

    fn user_part_of(
        &mut self,
        seen: Seen,
        message: &mtp3::Message<'_>,
        carrier: Carrier,
        variant: Variant,
        (rc, na): (Option<u32>, Option<u32>),
    ) {
        let label = Label {
            carrier,
            present: true,
            opc: message.opc,
            dpc: message.dpc,
            si: message.si,
            ni: message.ni,
            sls: message.sls,
            variant,
            rc,
            na,
        };
        match message.si {
            mtp3::SCCP => {
                let mut envelope = self.envelope(&seen, label);
                if let Some(link) =
                    envelope.link.plan.and_then(|at| self.plan.links.get(usize::from(at)))
                {
                    envelope.label.variant = link.variant.into();
                }
                self.network(&mut envelope, message.user);
            }
            mtp3::MANAGEMENT => {
                let mut notes = seen.notes;
                notes.add(Note::MtpForgedManagement);
                let management = message.management(variant, &mut notes);
                let mut envelope = self.envelope(&Seen { notes, ..seen }, label);
                envelope.duplicate = seen.duplicate;
                let mut event = envelope.event(EventType::Mtp);
                event.sccp = None;
                event.management = management.and_then(|management| management.name);
                event.about = management
                    .and_then(|management| management.destination)
                    .map(|code| self.about(&label, code));
                event.direction = self.direction_of(&label);
                self.decide(&mut event);
            }
            mtp3::TEST | mtp3::TEST_SPECIAL => self.stats.other("MTP3 link test"),
            mtp3::ISUP => self.stats.other("ISUP"),
            _ => self.stats.other("other MTP3 user part"),
        }
    }

    /// Returns the label variant configured where this was seen; ITU where nothing is.
    fn variant(&self, seen: &Seen) -> Variant {
        if !self.scout.has_foreign_variants() {
            return Variant::Itu;
        }
        let link = self.link_of(seen, &Label::default());
        let link = link.and_then(|at| self.plan.links.get(at));
        link.map_or(Variant::Itu, |link| link.variant.into())
    }
}

/// Whether a message read in a variant makes sense: SCCP has a known type, and a connectionless one
/// its first pointer behind the pointers.
fn plausible(message: &mtp3::Message<'_>, variant: Variant) -> bool {
    if message.si != mtp3::SCCP {
        return true;
    }
    let mut notes = Notes::default();
    sccp::parse(message.user, variant, &mut notes).is_ok()
        && !notes.contains(Note::SccpPointerOverlap)
        && !notes.contains(Note::SccpAddressTruncated)
        && !notes.contains(Note::SccpMessageUnknown)
        && !notes.contains(Note::SccpTrailing)
        && !notes.contains(Note::SccpParameterOverrun)
}

/// Tells the layer of an SCTP user message: by its payload protocol identifier, else by the ports,
/// else by its shape.
pub(crate) fn carrier(
    ppid: u32,
    ports: [u16; 2],
    octets: &[u8],
    notes: &mut Notes,
) -> Option<Carrier> {
    let mut carrier = carrier_of_ppid(ppid);
    if carrier.is_none() {
        carrier = ports.into_iter().find_map(carrier_of_port);
        carrier = carrier.or_else(|| looks_like_m3ua(octets).then_some(Carrier::M3ua));
        if carrier.is_some() {
            notes.add(Note::SctpPpidMismatch);
        }
    } else if carrier != Some(Carrier::M3ua) && looks_like_m3ua_data(octets) {
        notes.add(Note::SctpPpidMismatch);
        carrier = Some(Carrier::M3ua);
    }
    carrier
}

fn carrier_of_ppid(ppid: u32) -> Option<Carrier> {
    match ppid {
        sctp::PPID_M3UA => Some(Carrier::M3ua),
        sctp::PPID_M2PA => Some(Carrier::M2pa),
        sctp::PPID_M2UA => Some(Carrier::M2ua),
        sctp::PPID_SUA => Some(Carrier::Sua),
        _ => None,
    }
}

/// Ports as assigned by IANA.
fn carrier_of_port(port: u16) -> Option<Carrier> {
    match port {
        2905 => Some(Carrier::M3ua),
        3565 => Some(Carrier::M2pa),
        2904 => Some(Carrier::M2ua),
        14001 => Some(Carrier::Sua),
        _ => None,
    }
}

/// Whether the common header fits: version 1, reserved 0, a class there is, the length right.
fn looks_like_m3ua(octets: &[u8]) -> bool {
    let &[1, 0, class, _, a, b, c, d, ..] = octets else { return false };
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    class <= 9 && length.div_ceil(4) == octets.len().div_ceil(4)
}

/// Whether it is a DATA message of M3UA beyond doubt: no sibling has that class and type.
fn looks_like_m3ua_data(octets: &[u8]) -> bool {
    octets.get(2..4) == Some(&[1, 1]) && looks_like_m3ua(octets)
}
