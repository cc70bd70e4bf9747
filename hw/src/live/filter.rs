//! The capture filter that is in force when none is written: what may carry SS7, and nothing else.
//!
//! That is SCTP, fragments (only the first one has ports, and reassembly needs all), and what SCTP
//! is wrapped in: GRE and ERSPAN, IP in IP, VXLAN, SCTP in UDP, MPLS, and up to three VLAN tags. The
//! kernel takes the outermost tag off before it filters and libpcap puts it back, so every depth is
//! looked at as it is. Written with offsets: the `vlan` keyword shifts the rest of an expression.

use std::sync::LazyLock;

use crate::frame::LinkType;

/// Checks that a filter compiles, for the usual link type.
///
/// # Errors
///
/// Returns what libpcap says is wrong with it.
pub fn check(filter: &str) -> Result<(), String> {
    let wrong = |error: pcap::Error| match error {
        pcap::Error::PcapError(text) => text,
        error => error.to_string(),
    };
    let dead = pcap::Capture::dead(pcap::Linktype::ETHERNET).map_err(wrong)?;
    dead.compile(filter, true).map(drop).map_err(wrong)
}

/// Returns the filter for a link type; `None` takes every frame, as on signalling links.
#[must_use]
pub fn default_for(link: LinkType) -> Option<&'static str> {
    match link {
        LinkType::ETHERNET => Some(&ETHERNET),
        LinkType::LINUX_SLL
        | LinkType::LINUX_SLL2
        | LinkType::RAW
        | LinkType::IPV4
        | LinkType::IPV6
        | LinkType::NULL
        | LinkType::LOOP => Some(&OTHER),
        _ => None,
    }
}

static ETHERNET: LazyLock<String> = LazyLock::new(|| {
    let deepest = tag(20);
    let two = format!("({} and ({} or {deepest}))", tag(16), network(8));
    let one = format!("({} and ({} or {two}))", tag(12), network(4));
    // LLC with SNAP (IEEE 802): rare, and read by the dissectors.
    format!("{} or {one} or (ether[12:2] <= 1500 and ether[14:2] = 0xaaaa)", network(0))
});

static OTHER: LazyLock<String> = LazyLock::new(|| {
    let v4 = format!("(ip and ({} or ip[6:2] & 0x3fff != 0))", any("ip[9]", &IPV4_CARRIERS));
    let v6 = format!("(ip6 and {})", any("ip6[6]", &IPV6_CARRIERS));
    let ports: Vec<String> = UDP_PORTS.iter().map(|port| format!("udp dst port {port}")).collect();
    format!("{v4} or {v6} or {}", ports.join(" or "))
});

/// What an EtherType and a network layer may be, `shift` octets after their usual place.
fn network(shift: usize) -> String {
    let (kind, ip) = (12 + shift, 14 + shift);
    let v4 = format!(
        "(ether[{kind}:2] = 0x0800 and ({} or ether[{}:2] & 0x3fff != 0 or (ether[{}] = 17 and {})))",
        any(&format!("ether[{}]", ip + 9), &IPV4_CARRIERS),
        ip + 6,
        ip + 9,
        any(&format!("ether[(ether[{ip}] & 15) * 4 + {}:2]", ip + 2), &UDP_PORTS),
    );
    let v6 = format!(
        "(ether[{kind}:2] = 0x86dd and ({} or (ether[{}] = 17 and {})))",
        any(&format!("ether[{}]", ip + 6), &IPV6_CARRIERS),
        ip + 6,
        any(&format!("ether[{}:2]", ip + 42), &UDP_PORTS),
    );
    let mpls = any(&format!("ether[{kind}:2]"), &[0x8847, 0x8848]);
    format!("({v4} or {v6} or {mpls})")
}

/// A VLAN tag at an offset: 802.1Q, 802.1ad, and what was used before it.
fn tag(at: usize) -> String {
    any(&format!("ether[{at}:2]"), &[0x8100, 0x88a8, 0x9100, 0x9200, 0x9300])
}

fn any(what: &str, values: &[u32]) -> String {
    let tests: Vec<String> = values.iter().map(|value| format!("{what} = {value}")).collect();
    format!("({})", tests.join(" or "))
}

/// IP protocols: SCTP, IP in IP, IPv6 in IP, GRE.
const IPV4_CARRIERS: [u32; 4] = [132, 4, 41, 47];
/// The same, and the extension headers any of them may stand behind (RFC 8200 §4): hop by hop,
/// routing, fragment, authentication, destination.
const IPV6_CARRIERS: [u32; 9] = [132, 4, 41, 47, 0, 43, 44, 51, 60];
/// VXLAN (RFC 7348), VXLAN as Linux had it first, SCTP in UDP (RFC 6951).
const UDP_PORTS: [u32; 3] = [4789, 8472, 9899];

#[cfg(test)]
mod tests {
    use pcap::{Capture, Linktype};

    use super::*;

    /// An Ethernet frame: tags and EtherType, then what they head.
    fn frame(kinds: &[u16], network: &[u8]) -> Vec<u8> {
        let mut out = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
        let (last, tags) = kinds.split_last().unwrap();
        for tag in tags {
            out.extend(tag.to_be_bytes());
            out.extend([0x00, 0x64]);
        }
        out.extend(last.to_be_bytes());
        out.extend(network);
        out.resize(out.len().max(60), 0);
        out
    }

    fn ipv4(protocol: u8, fragment: u16, options: usize, payload: &[u8]) -> Vec<u8> {
        let mut out = vec![0x45 + u8::try_from(options).unwrap(), 0, 0, 100, 0, 1];
        out.extend(fragment.to_be_bytes());
        out.extend([64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
        out.resize(20 + 4 * options, 1);
        out.extend(payload);
        out
    }

    fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
        let mut out = vec![0x60, 0, 0, 0, 0, 40, next, 64];
        out.resize(40, 1);
        out.extend(payload);
        out
    }

    fn udp(port: u16) -> Vec<u8> {
        let mut out = vec![0xc0, 0x00];
        out.extend(port.to_be_bytes());
        out.extend([0, 40, 0, 0]);
        out
    }

    #[test]
    fn what_may_carry_ss7_passes_and_the_rest_does_not() {
        let sctp = ipv4(132, 0, 0, &[0; 40]);
        let tcp = ipv4(6, 0, 0, &[0; 40]);
        let cases: Vec<(&str, Vec<u8>, bool)> = vec![
            ("SCTP", frame(&[0x0800], &sctp), true),
            ("SCTP behind IP options", frame(&[0x0800], &ipv4(132, 0, 2, &[0; 40])), true),
            ("SCTP over IPv6", frame(&[0x86dd], &ipv6(132, &[0; 40])), true),
            ("an IPv6 fragment", frame(&[0x86dd], &ipv6(44, &[0; 40])), true),
            ("hop-by-hop options", frame(&[0x86dd], &ipv6(0, &[0; 40])), true),
            ("one tag", frame(&[0x8100, 0x0800], &sctp), true),
            ("two tags", frame(&[0x88a8, 0x8100, 0x0800], &sctp), true),
            ("two tags, IPv6", frame(&[0x88a8, 0x8100, 0x86dd], &ipv6(132, &[0; 40])), true),
            ("three tags", frame(&[0x88a8, 0x8100, 0x8100, 0x0800], &sctp), true),
            ("MPLS", frame(&[0x8847], &[0; 40]), true),
            ("MPLS behind a tag", frame(&[0x8100, 0x8847], &[0; 40]), true),
            ("GRE", frame(&[0x0800], &ipv4(47, 0, 0, &[0; 40])), true),
            ("IP in IP", frame(&[0x0800], &ipv4(4, 0, 0, &[0; 40])), true),
            ("a first fragment of GRE", frame(&[0x0800], &ipv4(47, 0x2000, 0, &[0; 40])), true),
            ("a later fragment of UDP", frame(&[0x0800], &ipv4(17, 5, 0, &[0; 40])), true),
            ("VXLAN", frame(&[0x0800], &ipv4(17, 0, 0, &udp(4789))), true),
            ("VXLAN behind IP options", frame(&[0x0800], &ipv4(17, 0, 1, &udp(4789))), true),
            ("VXLAN in a VLAN", frame(&[0x8100, 0x0800], &ipv4(17, 0, 0, &udp(4789))), true),
            ("VXLAN over IPv6", frame(&[0x86dd], &ipv6(17, &udp(4789))), true),
            ("SCTP in UDP", frame(&[0x0800], &ipv4(17, 0, 0, &udp(9899))), true),
            ("SNAP", frame(&[60], &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0]), true),
            ("TCP", frame(&[0x0800], &tcp), false),
            ("TCP in a VLAN", frame(&[0x8100, 0x0800], &tcp), false),
            ("TCP behind two tags", frame(&[0x88a8, 0x8100, 0x0800], &tcp), false),
            ("DNS", frame(&[0x0800], &ipv4(17, 0, 0, &udp(53))), false),
            ("TCP over IPv6", frame(&[0x86dd], &ipv6(6, &[0; 40])), false),
            ("ARP", frame(&[0x0806], &[0; 28]), false),
            ("spanning tree", frame(&[38, 0x4242], &[0; 36]), false),
        ];
        let dead = Capture::dead(Linktype::ETHERNET).unwrap();
        let program = dead.compile(default_for(LinkType::ETHERNET).unwrap(), true).unwrap();
        assert!(program.get_instructions().len() < 4_096, "the kernel takes no more");
        for (what, octets, want) in cases {
            assert_eq!(program.filter(&octets), want, "{what}");
        }
    }

    #[test]
    fn a_filter_that_does_not_compile_is_told() {
        assert_eq!(check("sctp and port 2905"), Ok(()));
        assert!(check("sctp and and").unwrap_err().contains("syntax error"));
    }

    #[test]
    fn other_links_have_a_filter_that_compiles_or_none() {
        for (link, datalink) in
            [(LinkType::RAW, 12), (LinkType::LINUX_SLL, 113), (LinkType::NULL, 0)]
        {
            let dead = Capture::dead(Linktype(datalink)).unwrap();
            assert!(dead.compile(default_for(link).unwrap(), true).is_ok(), "{link}");
        }
        let dead = Capture::dead(Linktype(12)).unwrap();
        let program = dead.compile(default_for(LinkType::RAW).unwrap(), true).unwrap();
        assert!(program.filter(&ipv4(132, 0, 0, &[0; 40])));
        assert!(program.filter(&ipv4(17, 0, 0, &udp(4789))));
        assert!(!program.filter(&ipv4(6, 0, 0, &[0; 40])));
        assert_eq!(default_for(LinkType::MTP2), None);
    }
}
