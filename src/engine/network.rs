//! SCCP: who sends to whom, in which direction, and the pieces put together.

use picket_dissectors::{
    Note,
    mtp3::Variant,
    sccp::{self, Address, Connection, Message, MessageType, Segmentation, Unitdata, management},
};

use super::{
    Witness,
    scout::{Carried, Tcap},
    transaction::Envelope,
    wire::pure,
};
use crate::{
    enrich::{network::Origin, terms::LinkSide},
    event::{About, Direction, EventType, Label, Party, SccpFacts, Side},
    state::{
        path::{Learnt, Point},
        segments::{Readings, Segment, SegmentKey},
    },
};

impl Witness {
    /// Reads an SCCP message. `envelope` says what the layers below said.
    pub(super) fn network(&mut self, envelope: &mut Envelope, octets: &[u8]) {
        self.stats.sccp_messages += 1;
        let variant = envelope.label.variant;
        let read = pure(|| {
            let mut notes = envelope.notes;
            (sccp::parse(octets, variant, &mut notes), notes)
        });
        let Some((message, notes)) = read else {
            self.stats.panics += 1;
            envelope.notes.add(Note::EnginePanic);
            let notes = envelope.notes;
            return self.unreadable(envelope, "sccp", "panic", notes);
        };
        envelope.notes = notes;
        match message {
            Ok(message) => self.sccp_message(envelope, &message),
            Err(error) => self.unreadable(envelope, "sccp", error.reason(), notes),
        }
    }

    /// Goes on with an SCCP message, however it was carried.
    pub(super) fn sccp_message(&mut self, envelope: &mut Envelope, message: &Message<'_>) {
        match message {
            Message::Unitdata(unitdata) => self.unitdata(envelope, unitdata),
            Message::Connection(connection) => self.connection(envelope, connection),
        }
    }

    fn unitdata(&mut self, envelope: &mut Envelope, unitdata: &Unitdata<'_>) {
        envelope.sccp = self.scout.sccp(unitdata);
        self.carried(envelope, Carried::of(unitdata), unitdata.data, None);
    }

    /// A unit of data whose parties are known; `tcap` is what was read of it ahead.
    pub(super) fn carried(
        &mut self,
        envelope: &mut Envelope,
        carried: Carried,
        data: &[u8],
        tcap: Option<&Tcap>,
    ) {
        self.direct(envelope);
        note_addresses(envelope, carried.nobody_calling);
        let (calling, called) = (envelope.sccp.calling.ssn, envelope.sccp.called.ssn);
        if called == Some(management::SSN) && calling.is_none_or(|ssn| ssn == management::SSN) {
            return self.management(envelope, data);
        }
        if let Some(segmentation) =
            carried.segmentation.filter(|segmentation| segmentation.is_partial())
        {
            return self.segment(envelope, carried.kind, data, segmentation);
        }
        self.user_data(envelope, data, tcap);
    }

    /// Whole SCCP user data: TCAP, or TCAP on its way back.
    pub(super) fn user_data(&mut self, envelope: &mut Envelope, data: &[u8], tcap: Option<&Tcap>) {
        if !envelope.duplicate {
            let calling = envelope.sccp.calling.gt.map(|gt| gt.digits);
            envelope.duplicate = self.mirror.is_copy(data, calling, self.now);
        }
        if envelope.sccp.return_cause.is_some() {
            return self.returned(envelope, data);
        }
        self.transaction(envelope, data, tcap);
    }

    /// One segment of a message. What contradicts earlier segments, or never becomes whole, is read
    /// as far as it goes.
    fn segment(
        &mut self,
        envelope: &mut Envelope,
        kind: MessageType,
        data: &[u8],
        segmentation: Segmentation,
    ) {
        if envelope.duplicate {
            return;
        }
        let key = SegmentKey {
            source: envelope.label.opc.into(),
            calling: envelope.sccp.calling.gt.map(|gt| gt.digits),
            calling_ssn: envelope.sccp.calling.ssn,
            called: envelope.sccp.called.gt.map(|gt| gt.digits),
            local_reference: segmentation.local_reference,
        };
        let Segmentation { first, remaining, .. } = segmentation;
        let segment = Segment { first, remaining, octets: data };
        envelope.notes.add(Note::SccpSegmented);
        let readings = self.segments.push(key, segment, *envelope, self.now, &mut envelope.notes);
        self.trail(&key, !readings.is_empty());
        if readings.is_empty() && envelope.notes.contains(Note::SccpReassemblyConflict) {
            let mut event = envelope.event(EventType::Sccp);
            self.decide(&mut event);
        }
        self.read_segments(envelope, readings, kind != MessageType::Ludt);
    }

    /// Reads what segments gave: a message, two that contradict each other, or a part of one.
    pub(super) fn read_segments(&mut self, envelope: &Envelope, readings: Readings, short: bool) {
        for reading in readings {
            let mut envelope = *envelope;
            envelope.sccp.segments = reading.segments;
            if reading.whole && short && reading.octets.len() <= ONE_UNITDATA {
                envelope.notes.add(Note::SccpSegmentedRequest);
            }
            if !reading.whole {
                envelope.notes.add(Note::SccpSegmentLost);
            }
            self.user_data(&mut envelope, &reading.octets, None);
            self.segments.recycle(reading.octets);
        }
    }

    fn connection(&mut self, envelope: &mut Envelope, connection: &Connection<'_>) {
        let party = |address: Option<&Address<'_>>| {
            address.map(|address| self.scout.party(address)).unwrap_or_default()
        };
        envelope.sccp = SccpFacts {
            kind: connection.kind.code(),
            class: connection.class,
            hop_counter: connection.hop_counter,
            segments: 1,
            calling: party(connection.calling.as_ref()),
            called: party(connection.called.as_ref()),
            ..SccpFacts::default()
        };
        self.direct(envelope);
        let data = connection.data.unwrap_or_default();
        // RANAP, BSSAP and BICC ride on connections; only what begins like TCAP is read as such.
        if data.first().is_some_and(|first| matches!(first, 0x61 | 0x62 | 0x64 | 0x65 | 0x67)) {
            envelope.notes.add(Note::SccpCoTcap);
            return self.transaction(envelope, data, None);
        }
        self.stats.other("sccp connection-oriented");
        if !envelope.notes.is_empty() {
            let mut event = envelope.event(EventType::Sccp);
            self.decide(&mut event);
        }
    }

    /// SCCP management (Q.713 §5): told as an event of its own.
    fn management(&mut self, envelope: &Envelope, data: &[u8]) {
        let mut event = envelope.event(EventType::Sccp);
        event.notes.add(Note::SccpManagement);
        match management::parse(data, envelope.label.variant, &mut event.notes) {
            Ok(message) => {
                event.management = message.name();
                event.about = message.pc.map(|code| self.about(&envelope.label, code));
            }
            Err(error) => {
                self.stats.unread("scmg", error.reason());
                event.unread = Some(error.reason());
            }
        }
        self.decide(&mut event);
    }

    /// Tells the direction: by the link and the sides of its point codes first, by titles second.
    fn direct(&mut self, envelope: &mut Envelope) {
        let calling = envelope.sccp.calling.gt.map(|gt| gt.place.origin == Origin::Home);
        let called = envelope.sccp.called.gt.map(|gt| gt.place.origin == Origin::Home);
        let point = envelope.point();
        let peer = Point { code: envelope.label.dpc, ..point };
        let (learnt, learnt_peer) = if envelope.label.present {
            self.sides_of(point, peer, envelope.label.variant)
        } else {
            (Learnt::Unknown, Learnt::Unknown)
        };
        if envelope.label.present
            && !envelope.duplicate
            && let Some(home) = calling
        {
            self.paths.sent(point, home, envelope.at);
        }
        if envelope.link.plan.is_none() && envelope.label.present {
            let origin = |party: &Party| party.gt.map(|gt| gt.place.origin);
            let (from, to) = (origin(&envelope.sccp.calling), origin(&envelope.sccp.called));
            let side = LinkSide::by_network_indicator(envelope.label.ni, from, to);
            envelope.link.side = side.map_or(Side::Unknown, Side::from);
        }
        let by_link = match (envelope.link.side, learnt, learnt_peer) {
            (Side::Internal, ..) => Some(Direction::Internal),
            (_, Learnt::Home, Learnt::Peer) => Some(Direction::Outbound),
            (_, Learnt::Peer, Learnt::Home) => Some(Direction::Inbound),
            (Side::International | Side::National, Learnt::Peer, _) => Some(Direction::Inbound),
            (Side::International | Side::National, Learnt::Home, _) => Some(Direction::Outbound),
            _ => None,
        };
        let abroad = envelope.link.side == Side::International;
        envelope.direction = by_link.unwrap_or(match (calling, called) {
            (Some(true), Some(true)) if abroad => Direction::Unknown,
            (Some(true), Some(true)) => Direction::Internal,
            (Some(true), Some(false)) => Direction::Outbound,
            (Some(false), Some(true)) => Direction::Inbound,
            (Some(false), Some(false)) => Direction::Transit,
            // Whoever leaves a title out must not pass while point codes are still learnt.
            (None, Some(true)) | (Some(false), None) if abroad => Direction::Inbound,
            (None, Some(false)) if abroad => Direction::Outbound,
            _ => Direction::Unknown,
        });
    }

    /// Says what is known of the point code that a management message is about.
    pub(super) fn about(&self, label: &Label, code: u32) -> About {
        let listed = self.plan.home_point_codes.contains(code, label.variant.into());
        let learnt = || {
            let point = Point { code, ni: label.ni, na: label.na };
            match self.paths.side(point) {
                Learnt::Home => Some(true),
                Learnt::Peer => Some(false),
                Learnt::Unknown if !self.plan.home_point_codes.is_empty() => Some(false),
                Learnt::Unknown => None,
            }
        };
        About {
            code,
            home: if listed { Some(true) } else { learnt() },
            sender: label.present.then_some(label.opc == code),
        }
    }

    /// Tells the direction of a message without titles by the sides of its point codes.
    pub(super) fn direction_of(&self, label: &Label) -> Direction {
        let point = |code| Point { code, ni: label.ni, na: label.na };
        match self.sides_of(point(label.opc), point(label.dpc), label.variant) {
            (Learnt::Home, Learnt::Home) => Direction::Internal,
            (Learnt::Home, _) => Direction::Outbound,
            (Learnt::Peer, _) => Direction::Inbound,
            _ => Direction::Unknown,
        }
    }

    /// Returns the sides of both ends of a link set.
    fn sides_of(&self, point: Point, peer: Point, variant: Variant) -> (Learnt, Learnt) {
        // Where the operator listed home's point codes, the other end of one of them is a peer.
        let ours = |point: Point| self.plan.home_point_codes.contains(point.code, variant.into());
        match (ours(point), ours(peer)) {
            (true, true) => (Learnt::Home, Learnt::Home),
            (true, false) => (Learnt::Home, Learnt::Peer),
            (false, true) => (Learnt::Peer, Learnt::Home),
            (false, false) => (self.paths.side(point), self.paths.side(peer)),
        }
    }
}

/// Notes addresses that are odd for where they come from (rows E24 to E27).
fn note_addresses(envelope: &mut Envelope, nobody_calling: bool) {
    let abroad = envelope.link.side == Side::International;
    let inbound = envelope.direction == Direction::Inbound;
    let (sccp, notes) = (&envelope.sccp, &mut envelope.notes);
    if let Some(gt) = &sccp.calling.gt {
        if abroad && inbound && gt.nai.is_some_and(|nai| nai != INTERNATIONAL) {
            notes.add(Note::GtNaiNationalFromIntl);
        }
        // E.214 and E.212 address registers; nodes speak under E.164 (TS 23.003 §8.2).
        if abroad && inbound && matches!(gt.np, Some(6 | 7)) {
            notes.add(Note::GtNpUnexpected);
        }
        if abroad && inbound && gt.place.origin == Origin::Home {
            notes.add(Note::GtHomeOnIntl);
        }
    } else if nobody_calling {
        notes.add(Note::SccpCallingMissing);
    } else if !sccp.called.route_on_ssn && abroad {
        notes.add(Note::SccpCallingNoGt);
    }
    if sccp.called.ssn.is_none_or(|ssn| ssn == 0) {
        notes.add(Note::SccpSsnMissing);
    }
    if abroad && sccp.called.route_on_ssn && (sccp.called.gt.is_some() || inbound) {
        notes.add(Note::SccpRiSsn);
    }
}

/// User data that fits in one UDT whatever the addresses (Q.714 §4.1.1: 160 to 254 octets).
const ONE_UNITDATA: usize = 160;
/// Nature of address: international number (Q.713 §3.4.2.3.1).
const INTERNATIONAL: u8 = 4;
