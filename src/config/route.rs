//! Which configured link a message was seen on.

use std::net::IpAddr;

use crate::enrich::{pointcode::Variant, terms::LinkSide};

/// What is known of a message when its link is looked up.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LinkKey {
    /// Network indicator.
    pub ni: Option<u8>,
    /// M3UA network appearance.
    pub na: Option<u32>,
    /// Originating point code.
    pub opc: Option<u32>,
    /// Destination point code.
    pub dpc: Option<u32>,
    /// M3UA routing context.
    pub rc: Option<u32>,
    /// Outermost VLAN id.
    pub vlan: Option<u16>,
    /// Capture port, from 0.
    pub port: Option<u32>,
    /// Source and destination of the SCTP packet.
    pub peers: [Option<IpAddr>; 2],
}

/// A link, resolved.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LinkPlan {
    /// Its name, as in events.
    pub name: String,
    /// National variant of MTP3 and SCCP.
    pub variant: Variant,
    /// Which side of the network it is on.
    pub side: LinkSide,
    pub(super) ni: Option<u8>,
    pub(super) na: Option<u32>,
    pub(super) opc: Option<u32>,
    pub(super) dpc: Option<u32>,
    pub(super) rc: Option<u32>,
    pub(super) vlan: Option<u16>,
    pub(super) port: Option<u32>,
    pub(super) peer: Option<Subnet>,
}

/// An IP address with a prefix length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Subnet {
    address: IpAddr,
    length: u32,
}

impl LinkPlan {
    /// Whether every message is on it, whatever its key.
    #[must_use]
    pub const fn takes_all(&self) -> bool {
        self.ni.is_none()
            && self.na.is_none()
            && self.opc.is_none()
            && self.dpc.is_none()
            && self.rc.is_none()
            && self.vlan.is_none()
            && self.port.is_none()
            && self.peer.is_none()
    }

    /// Whether a message with this key is on the link.
    #[must_use]
    pub fn matches(&self, key: &LinkKey) -> bool {
        fn holds<T: Copy + PartialEq>(want: Option<T>, got: Option<T>) -> bool {
            want.is_none() || want == got
        }
        holds(self.ni, key.ni)
            && holds(self.na, key.na)
            && holds(self.opc, key.opc)
            && holds(self.dpc, key.dpc)
            && holds(self.rc, key.rc)
            && holds(self.vlan, key.vlan)
            && holds(self.port, key.port)
            && self.peer.is_none_or(|net| key.peers.iter().flatten().any(|ip| net.contains(*ip)))
    }

    /// Whether every message is on the link.
    pub(super) fn is_open(&self) -> bool {
        self.matches(&LinkKey::default())
    }
}

impl Subnet {
    /// Reads `192.0.2.1` or `192.0.2.0/24`; IPv6 likewise.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.unwrap_or(most);
        (length <= most).then_some(Self { address, length })
    }

    fn contains(self, other: IpAddr) -> bool {
        match (self.address, other) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                (a.to_bits() ^ b.to_bits()).checked_shr(32 - self.length).unwrap_or(0) == 0
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                (a.to_bits() ^ b.to_bits()).checked_shr(128 - self.length).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subnets() {
        for (net, ip, want) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("0.0.0.0/0", "198.51.100.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db9::1", true),
        ] {
            let got = Subnet::parse(net).unwrap().contains(ip.parse().unwrap());
            assert_eq!(got, want, "{net} {ip}");
        }
        for text in ["", "192.0.2.0/33", "::/129", "192.0.2", "192.0.2.0/x", "peer"] {
            assert_eq!(Subnet::parse(text), None, "{text}");
        }
    }
}
