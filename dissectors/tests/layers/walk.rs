//! Reads a frame through every layer up to SCCP, as the engine does, but without its memory.

use picket_dissectors::{
    Notes, ip,
    link::{self, Payload},
    m2pa, m2ua, m3ua, mtp2, mtp3,
    mtp3::Variant,
    sccp, sctp, sua, tunnel,
};

/// One message found in a frame.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// Acronym of the adaptation layer's message, or what stands for it.
    pub(crate) adaptation: &'static str,
    /// The MTP3 message, or label of M3UA.
    pub(crate) mtp3: Option<mtp3::Message<'a>>,
    /// The SCCP message.
    pub(crate) sccp: Option<sccp::Message<'a>>,
}

/// Reads a frame.
pub(crate) fn frame<'a>(
    link_type: u32,
    octets: &'a [u8],
    variant: Variant,
    notes: &mut Notes,
) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    let Ok(network) = link::parse(link_type, octets, notes) else { return found };
    let Ok(innermost) = tunnel::innermost(network, notes) else { return found };
    match (innermost.network.payload, innermost.packet) {
        (Payload::Sctp(octets), _) => packet(octets, variant, notes, &mut found),
        (Payload::Ip(_), Some(ip)) if ip.protocol == ip::SCTP && ip.fragment.is_none() => {
            packet(ip.payload, variant, notes, &mut found);
        }
        (Payload::Mtp2(octets), _) => {
            if let Ok(mtp2::Unit { body: mtp2::Body::Message(octets), .. }) =
                mtp2::parse(octets, notes)
            {
                found.extend(message("MTP2", octets, variant, notes));
            }
        }
        (Payload::Mtp3(octets), _) => found.extend(message("MTP3", octets, variant, notes)),
        (Payload::Sccp(octets), _) => {
            let sccp = sccp::parse(octets, variant, notes).ok();
            found.push(Found { adaptation: "SCCP", mtp3: None, sccp });
        }
        _ => {}
    }
    found
}

fn packet<'a>(octets: &'a [u8], variant: Variant, notes: &mut Notes, found: &mut Vec<Found<'a>>) {
    let Ok(packet) = sctp::parse(octets, notes) else { return };
    packet.verify(notes);
    let mut chunks = packet.chunks();
    while let Some(chunk) = chunks.next(notes) {
        if let sctp::Chunk::Init(init) | sctp::Chunk::InitAck(init) = chunk {
            assert!(init.addresses().count() <= octets.len());
        }
        if let sctp::Chunk::Data(data) = chunk
            && data.is_whole()
        {
            found.extend(user_message(data.ppid, data.payload, variant, notes));
        }
    }
}

/// Reads a user message of SCTP by its payload protocol identifier.
pub(crate) fn user_message<'a>(
    ppid: Option<u32>,
    octets: &'a [u8],
    variant: Variant,
    notes: &mut Notes,
) -> Option<Found<'a>> {
    match ppid? {
        sctp::PPID_M3UA => {
            let read = m3ua::parse(octets, notes).ok()?;
            let adaptation = read.name().unwrap_or("unknown");
            let affected = read.network_management(notes).map(|said| said.affected().count());
            assert!(affected.is_none_or(|count| count <= octets.len()));
            let mtp3 = read.data(notes).ok()?.map(|data| data.protocol_data);
            let sccp = mtp3.and_then(|mtp3| sccp_of(mtp3, variant, notes));
            Some(Found { adaptation, mtp3, sccp })
        }
        sctp::PPID_M2PA => match m2pa::parse(octets, notes).ok()?.body {
            m2pa::Body::User { mtp3, .. } => message("M2PA", mtp3, variant, notes),
            _ => None,
        },
        sctp::PPID_M2UA => {
            let read = m2ua::parse(octets, notes).ok()?;
            message("M2UA", m2ua::data(&read, notes)?.mtp3, variant, notes)
        }
        sctp::PPID_SUA => {
            let read = sua::parse(octets, notes).ok()?;
            let sccp = sua::carried(&read, notes).map(|carried| carried.message);
            Some(Found { adaptation: sua::name(&read)?, mtp3: None, sccp })
        }
        _ => None,
    }
}

fn message<'a>(
    adaptation: &'static str,
    octets: &'a [u8],
    variant: Variant,
    notes: &mut Notes,
) -> Option<Found<'a>> {
    let mtp3 = mtp3::parse(octets, variant, notes).ok()?;
    mtp3.management(variant, notes);
    Some(Found { adaptation, mtp3: Some(mtp3), sccp: sccp_of(mtp3, variant, notes) })
}

fn sccp_of<'a>(
    message: mtp3::Message<'a>,
    variant: Variant,
    notes: &mut Notes,
) -> Option<sccp::Message<'a>> {
    if message.si != mtp3::SCCP {
        return None;
    }
    sccp::parse(message.user, variant, notes).ok()
}
