//! Writes the payloads of tunnels: GRE, ERSPAN, VXLAN.

use super::length16;

/// Writes GRE around an Ethernet frame, as transparent bridging, with `key` when there is one.
#[must_use]
pub fn gre(key: Option<u32>, frame: &[u8]) -> Vec<u8> {
    let mut out = vec![if key.is_some() { 0x20 } else { 0 }, 0, 0x65, 0x58];
    out.extend(key.into_iter().flat_map(u32::to_be_bytes));
    out.extend(frame);
    out
}

/// Writes ERSPAN type II inside GRE around an Ethernet frame.
#[must_use]
pub fn erspan(vlan: u16, session: u16, frame: &[u8]) -> Vec<u8> {
    let mut out = vec![0x10, 0, 0x88, 0xbe, 0, 0, 0, 1];
    out.extend((0x1000 | vlan & 0x0fff).to_be_bytes());
    out.extend((session & 0x03ff).to_be_bytes());
    out.extend([0; 4]);
    out.extend(frame);
    out
}

/// Writes VXLAN inside UDP, which has no checksum (RFC 7348 §4.1), around an Ethernet frame.
#[must_use]
pub fn vxlan(network: u32, frame: &[u8]) -> Vec<u8> {
    let mut out = vec![0xc0, 0, 0x12, 0xb5];
    out.extend(length16(16 + frame.len()));
    out.extend([0, 0, 8, 0, 0, 0]);
    out.extend((network << 8).to_be_bytes());
    out.extend(frame);
    out
}
