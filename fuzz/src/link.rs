//! Link headers, tunnels, IP and SCTP, any octets: the first octet chooses the link type.

use picket_dissectors::{Notes, ip, link, sctp, tunnel};

/// Reads octets.
pub fn read(octets: &[u8]) {
    let Some((first, frame)) = octets.split_first() else { return };
    let mut notes = Notes::default();
    if let Ok(network) = link::parse((*first).into(), frame, &mut notes) {
        let _ = tunnel::innermost(network, &mut notes);
    }
    let _ = ip::parse(frame, &mut notes);
    if let Ok(packet) = sctp::parse(frame, &mut notes) {
        let mut chunks = packet.chunks();
        while chunks.next(&mut notes).is_some() {}
        packet.verify(&mut notes);
    }
}
