//! What a frame says by itself, before anything it has to do with other frames.
//!
//! Nearly every frame of a signalling tap is IP, SCTP with whole DATA chunks, M3UA and an SCCP unit
//! of data with TCAP inside. All of that is read here without any state, so that it may be done
//! ahead of the engine, on another thread. What is told is owned and says where octets stand in the
//! frame. Frames of any other shape are left to the engine, which reads them layer by layer; the
//! two ways lead to the same events.

use core::{net::IpAddr, ops::Range};
use std::sync::Arc;

use picket_dissectors::{
    Notes, ip, link, m3ua,
    mtp3::{self, Variant},
    sccp::{self, Address, MessageType, RoutingIndicator, Segmentation, Unitdata},
    sctp::{self, Chunk},
    tcap::Kind,
    tunnel,
};
use picket_hw::Frame;

use super::{adaptation::carrier, opening::Portions, wire::pure};
use crate::{
    config::{LinkKey, LinkPlan, plan::Plan},
    enrich::{recent::Recall, terms::LinkSide},
    event::{
        Carrier, Label, Link, Party, SccpFacts, SctpFacts, Side, TcapFacts, party::GlobalTitle,
    },
    state::{
        sctp::{self as associations, AssocKey},
        subscriber::Identity,
    },
};

/// Reads frames ahead of an engine. One made by another engine of the same plan does as well.
pub struct Scout {
    plan: Arc<Plan>,
    recall: Recall,
    portions: Portions,
    /// Whether some link has point codes of another variant than ITU's.
    foreign_variants: bool,
}

/// What was read of one DATA chunk.
#[derive(Clone, Copy, Debug)]
pub struct Ahead {
    pub(super) association: AssocKey,
    pub(super) chunk: DataFacts,
    pub(super) payload: Span,
    pub(super) ip: Option<(IpAddr, IpAddr)>,
    pub(super) sctp: SctpFacts,
    pub(super) label: Label,
    pub(super) link: Link,
    pub(super) sccp: SccpFacts,
    pub(super) carried: Carried,
    pub(super) data: Span,
    pub(super) notes: Notes,
    /// What the TCAP message says, where it is one and of the usual shape.
    pub(super) tcap: Option<Tcap>,
}

/// What tells a DATA chunk from others.
#[derive(Clone, Copy, Debug)]
pub(super) struct DataFacts {
    message: u32,
    fragment: Option<u32>,
    unordered: bool,
    ppid: Option<u32>,
}

/// What of SCCP the engine needs besides the facts it tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carried {
    pub(super) kind: MessageType,
    pub(super) nobody_calling: bool,
    pub(super) segmentation: Option<Segmentation>,
}

/// A TCAP message, but for its components.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tcap {
    pub(super) kind: Kind,
    pub(super) facts: TcapFacts,
    pub(super) notes: Notes,
    /// The components, within the user data.
    pub(super) components: Span,
    /// Whom it probably is about.
    pub(super) named: Option<Identity>,
}

/// Where octets stand.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Span {
    start: u32,
    length: u32,
}

impl Span {
    pub(super) fn of(part: &[u8], whole: &[u8]) -> Option<Self> {
        let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
        let end = start.checked_add(part.len())?;
        let length = u32::try_from(part.len()).ok()?;
        (end <= whole.len()).then_some(Self { start: u32::try_from(start).ok()?, length })
    }

    pub(super) fn within(self, whole: &[u8]) -> &[u8] {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        let range: Range<usize> = start..start.saturating_add(length);
        whole.get(range).unwrap_or_default()
    }
}

impl Ahead {
    /// Returns the chunk, with its octets out of the frame.
    pub(super) fn chunk<'a>(&self, frame: &'a [u8]) -> associations::Chunk<'a> {
        associations::Chunk {
            tsn: self.sctp.tsn,
            stream: self.sctp.stream,
            message: self.chunk.message,
            fragment: self.chunk.fragment,
            unordered: self.chunk.unordered,
            beginning: true,
            ending: true,
            ppid: self.chunk.ppid,
            payload: self.payload.within(frame),
        }
    }
}

impl Scout {
    /// Makes a scout for engines of this plan.
    #[must_use]
    pub fn new(plan: Arc<Plan>, seed: u64) -> Self {
        let itu = |link: &LinkPlan| Variant::from(link.variant) == Variant::Itu;
        Self {
            recall: Recall::new(&plan.networks, seed),
            portions: Portions::new(seed),
            foreign_variants: !plan.links.iter().all(itu),
            plan,
        }
    }

    /// Reads a frame and appends what its DATA chunks say to `out`. Returns `false`, with `out` as it
    /// was, when the frame is none of those read ahead.
    #[inline(never)]
    pub fn look(&self, frame: &Frame<'_>, out: &mut Vec<Ahead>) -> bool {
        let before = out.len();
        // What panics is left to the engine, which quarantines it.
        let read = pure(|| self.packet(frame, out)).flatten();
        if read.is_none() {
            out.truncate(before);
        }
        read.is_some()
    }

    fn packet(&self, frame: &Frame<'_>, out: &mut Vec<Ahead>) -> Option<()> {
        let mut notes = Notes::default();
        let network = link::parse(u32::from(frame.link.0), frame.bytes, &mut notes).ok()?;
        let found = tunnel::innermost(network, &mut notes).ok()?;
        let (packet, link::Payload::Ip(_)) = (found.packet?, found.network.payload) else {
            return None;
        };
        if packet.fragment.is_some() || packet.protocol != ip::SCTP {
            return None;
        }
        let message = sctp::parse(packet.payload, &mut notes).ok()?;
        let whole = usize::try_from(frame.wire_len).is_ok_and(|length| frame.bytes.len() >= length);
        if whole && !packet.truncated {
            message.verify(&mut notes);
        }
        let association = AssocKey {
            source_port: message.source_port,
            destination_port: message.destination_port,
            verification_tag: message.verification_tag,
        };
        let below = Below {
            frame,
            vlan: found.network.vlan,
            ip: Some((packet.src, packet.dst)),
            association,
        };
        let mut chunks = message.chunks();
        let mut said = false;
        while let Some(chunk) = chunks.next(&mut notes) {
            match chunk {
                Chunk::Data(data) => {
                    said = true;
                    self.data(&below, &data, notes, out)?;
                }
                // They change what is known of the association.
                Chunk::Init(_) | Chunk::InitAck(_) | Chunk::Abort { .. } => return None,
                _ => {}
            }
        }
        said.then_some(())
    }

    fn data(
        &self,
        below: &Below<'_>,
        data: &sctp::Data<'_>,
        notes: Notes,
        out: &mut Vec<Ahead>,
    ) -> Option<()> {
        let mut notes = notes;
        let (bytes, association) = (below.frame.bytes, below.association);
        let ports = [association.destination_port, association.source_port];
        if !data.is_whole() || data.payload.is_empty() {
            return None;
        }
        let ppid = data.ppid.unwrap_or(0);
        (carrier(ppid, ports, data.payload, &mut notes)? == Carrier::M3ua).then_some(())?;
        let user = m3ua::parse(data.payload, &mut notes).ok()?.data(&mut notes).ok()??;
        // Two messages in one are the engine's.
        user.rival.is_none().then_some(())?;
        let message = &user.protocol_data;
        let variant = self.variant(below);
        if message.si != mtp3::SCCP || (message.opc | message.dpc) >> variant.point_code_bits() != 0
        {
            return None;
        }
        let mut label = Label {
            carrier: Carrier::M3ua,
            present: true,
            opc: message.opc,
            dpc: message.dpc,
            si: message.si,
            ni: message.ni,
            sls: message.sls,
            variant,
            rc: user.routing_context,
            na: user.network_appearance,
        };
        let link = self.link(below, &label);
        if let Some(plan) = link.plan.and_then(|at| self.plan.links.get(usize::from(at))) {
            label.variant = plan.variant.into();
        }
        let read = sccp::parse(message.user, label.variant, &mut notes).ok()?;
        let sccp::Message::Unitdata(unitdata) = read else { return None };
        let carried = Carried::of(&unitdata);
        let (payload, within) = (Span::of(data.payload, bytes)?, Span::of(unitdata.data, bytes)?);
        let whole = unitdata.return_cause.is_none() && !carried.is_partial();
        out.push(Ahead {
            association,
            chunk: DataFacts {
                message: data.message,
                fragment: data.fragment,
                unordered: data.unordered,
                ppid: data.ppid,
            },
            payload,
            ip: below.ip,
            sctp: SctpFacts {
                src_port: association.source_port,
                dst_port: association.destination_port,
                stream: data.stream,
                tsn: data.tsn,
                ppid,
            },
            label,
            link,
            sccp: self.sccp(&unitdata),
            carried,
            data: within,
            notes,
            tcap: whole.then(|| self.portions.tcap(unitdata.data)).flatten(),
        });
        Some(())
    }

    /// Returns the label variant configured where this was seen; ITU where nothing is.
    fn variant(&self, below: &Below<'_>) -> Variant {
        if !self.foreign_variants {
            return Variant::Itu;
        }
        let link = self.plan.links.iter().find(|link| link.matches(&below.key(&Label::default())));
        link.map_or(Variant::Itu, |link| link.variant.into())
    }

    fn link(&self, below: &Below<'_>, label: &Label) -> Link {
        let key = below.key(label);
        let plan = self.plan.links.iter().position(|link| link.matches(&key));
        let known = plan.and_then(|at| self.plan.links.get(at));
        Link {
            plan: plan.and_then(|at| u16::try_from(at).ok()),
            side: side(known, label),
            vlan: below.vlan,
            port: below.frame.port.0,
        }
    }

    /// Reads what a unit of data says of itself and its parties.
    pub(super) fn sccp(&self, unitdata: &Unitdata<'_>) -> SccpFacts {
        SccpFacts {
            kind: unitdata.kind.code(),
            class: unitdata.class,
            return_on_error: unitdata.return_on_error,
            hop_counter: unitdata.hop_counter,
            segments: 1,
            return_cause: unitdata.return_cause,
            calling: self.party(&unitdata.calling),
            called: self.party(&unitdata.called),
        }
    }

    /// Makes a party of an address.
    pub(super) fn party(&self, address: &Address<'_>) -> Party {
        let gt = address.gt.map(|gt| {
            let known = self.recall.title(&self.plan.networks, gt.np, gt.nai, gt.digits);
            GlobalTitle {
                digits: gt.digits,
                e164: known.e164,
                gti: gt.gti,
                nai: gt.nai,
                np: gt.np,
                tt: gt.tt,
                es: gt.es,
                mobile: known.mobile,
                stranger: known.stranger,
                place: known.place,
            }
        });
        Party {
            ssn: address.ssn,
            route_on_ssn: address.ri == RoutingIndicator::Ssn,
            pc: address.pc,
            gt,
        }
    }

    /// Returns what numbers mean.
    pub(super) const fn recall(&self) -> &Recall {
        &self.recall
    }

    /// Returns what dialogue portions said.
    pub(super) const fn portions(&self) -> &Portions {
        &self.portions
    }

    /// Returns whether links differ in their variants.
    pub(super) const fn has_foreign_variants(&self) -> bool {
        self.foreign_variants
    }
}

impl Carried {
    pub(super) fn of(unitdata: &Unitdata<'_>) -> Self {
        Self {
            kind: unitdata.kind,
            nobody_calling: unitdata.calling.is_empty(),
            segmentation: unitdata.segmentation,
        }
    }

    fn is_partial(&self) -> bool {
        self.segmentation.is_some_and(Segmentation::is_partial)
    }
}

/// The layers below a DATA chunk.
struct Below<'a> {
    frame: &'a Frame<'a>,
    vlan: Option<u16>,
    ip: Option<(IpAddr, IpAddr)>,
    association: AssocKey,
}

impl Below<'_> {
    fn key(&self, label: &Label) -> LinkKey {
        link_key(label, self.vlan, self.frame.port.0, self.ip)
    }
}

/// Returns what links are told by.
pub(super) fn link_key(
    label: &Label,
    vlan: Option<u16>,
    port: u16,
    ip: Option<(IpAddr, IpAddr)>,
) -> LinkKey {
    LinkKey {
        ni: label.present.then_some(label.ni),
        na: label.na,
        opc: label.present.then_some(label.opc),
        dpc: label.present.then_some(label.dpc),
        rc: label.rc,
        vlan,
        port: Some(port.into()),
        peers: [ip.map(|(src, _)| src), ip.map(|(_, dst)| dst)],
    }
}

/// Returns the side of a link, or where none is configured what the network indicator says.
pub(super) fn side(link: Option<&LinkPlan>, label: &Label) -> Side {
    match link {
        Some(link) => link.side.into(),
        None if !label.present => Side::Unknown,
        // Where the titles matter, SCCP tells later.
        None => {
            LinkSide::by_network_indicator(label.ni, None, None).map_or(Side::Unknown, Side::from)
        }
    }
}
