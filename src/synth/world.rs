//! Who takes part: nodes, subscribers and attackers, all computed from their number.
//!
//! Nothing is stored of a subscriber: number `n` is always the same person in the same place, so a
//! world of any size costs nothing.

use picket_dissectors::{
    Digits,
    emit::sccp::{Address, GlobalTitle},
};

use super::{
    network::{
        CARRIERS, FURTHER, HOME, HOME_NODE_PC, HOME_NODES, LEASED, MOST_PARTNERS, NATIONAL,
        NATIONAL_LINK, Operator, PARTNERS, ROAMING_HUB, SMS_HUB, UNKNOWN, digits, text,
    },
    rng::mix,
};

/// A node with a Global Title.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Node {
    /// Its E.164 number.
    pub gt: Digits,
    /// The subsystem it speaks as.
    pub ssn: u8,
    /// Where it is.
    pub place: Place,
}

/// Where a node is, seen from the home network.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// At home, with its point code.
    Home(u32),
    /// Behind a carrier, or behind the link to the other operator at home.
    Abroad(u8),
}

impl Node {
    /// Returns the same node speaking as another subsystem.
    #[must_use]
    pub const fn speaking(self, ssn: u8) -> Self {
        Self { ssn, ..self }
    }

    /// Whether it is a home node.
    #[must_use]
    pub const fn is_home(&self) -> bool {
        matches!(self.place, Place::Home(_))
    }

    /// Returns its address.
    #[must_use]
    pub const fn address(&self) -> Address {
        Address::e164(self.gt, self.ssn)
    }
}

/// A home node: its place in [`HOME_NODES`] and its subsystem.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HomeNode {
    /// First home location register.
    Hlr,
    /// Second home location register.
    Hlr2,
    /// First visitor location register.
    Vlr,
    /// Second visitor location register.
    Vlr2,
    /// Switching centre that serves phones.
    Msc,
    /// Serving GPRS support node.
    Sgsn,
    /// Gateway mobile location centre.
    Gmlc,
    /// Short message service centre.
    Smsc,
    /// Short message router of home routing.
    Router,
    /// Service control function of CAMEL.
    Scf,
    /// Signalling firewall.
    Firewall,
    /// Gateway switching centre.
    Gmsc,
    /// Equipment identity register.
    Eir,
    /// Gateway GPRS support node.
    Ggsn,
}

/// Returns a home node.
#[must_use]
pub fn home(node: HomeNode) -> Node {
    let at = node as usize;
    let ssn = match node {
        HomeNode::Hlr | HomeNode::Hlr2 => HLR,
        HomeNode::Vlr | HomeNode::Vlr2 => VLR,
        HomeNode::Msc | HomeNode::Smsc | HomeNode::Router | HomeNode::Gmsc => MSC,
        HomeNode::Sgsn => SGSN,
        HomeNode::Gmlc => GMLC,
        HomeNode::Scf => SCF,
        HomeNode::Firewall => HLR,
        HomeNode::Eir => EIR,
        HomeNode::Ggsn => GGSN,
    };
    let tail = HOME_NODES.get(at).map_or("", |(_, tail)| tail);
    let pc = HOME_NODE_PC + u32::try_from(at).unwrap_or_default();
    Node { gt: text(HOME.gt).join(text(tail)), ssn, place: Place::Home(pc) }
}

/// Returns a node of a partner.
#[must_use]
pub fn partner_node(partner: usize, ssn: u8, number: u64) -> Node {
    let at = partner % usize::try_from(MOST_PARTNERS).unwrap_or(1);
    abroad(operator(at + 1).gt, ssn, u64::from(ssn) * 100 + number, at)
}

/// Returns a node of some network.
#[must_use]
pub fn register_of(of: &Operator, ssn: u8, number: u64) -> Node {
    abroad(of.gt, ssn, u64::from(ssn) * 100 + number, 3)
}

/// Returns guest `number` of a partner, before anybody serves them.
#[must_use]
pub fn guest_of(partner: usize, number: u64) -> Subscriber {
    subscriber(1 + partner, number)
}

/// Returns guest `number` of a network that is no partner's, served at home.
#[must_use]
pub fn guest_from(of: &Operator, hlr: Node, number: u64) -> Subscriber {
    served_by(person(of, hlr, number), 0, number)
}

/// Returns the subscriber as served at home; `chance` says by which of the registers.
#[must_use]
pub fn at_home_with(who: Subscriber, chance: u64) -> Subscriber {
    served_by(who, 0, chance)
}

/// Returns a node of the other network at home.
#[must_use]
pub fn national_node(ssn: u8, number: u64) -> Node {
    let node = abroad(NATIONAL.gt, ssn, u64::from(ssn) * 100 + number, 0);
    Node { place: Place::Abroad(NATIONAL_LINK), ..node }
}

/// Returns a node of the aggregator of short messages.
#[must_use]
pub fn sms_hub(number: u64) -> Node {
    abroad(SMS_HUB, MSC, number, 1)
}

/// Returns a node of the roaming hub.
#[must_use]
pub fn roaming_hub(ssn: u8, number: u64) -> Node {
    abroad(ROAMING_HUB, ssn, number, 2)
}

/// Returns an attacker in a block that belongs to nobody the configuration knows.
#[must_use]
pub fn unknown(block: usize, ssn: u8, number: u64) -> Node {
    let prefix = UNKNOWN.get(block % UNKNOWN.len()).copied().unwrap_or_default();
    abroad(prefix, ssn, 100_000 + number, block)
}

/// Returns an attacker with a Global Title leased from a partner.
#[must_use]
pub fn leased(partner: usize, ssn: u8, number: u64) -> Node {
    let at = partner % PARTNERS.len();
    let mut node = abroad(operator(at + 1).gt, ssn, 0, at);
    let tail = digits(LEASED, number, 4);
    node.gt = text(operator(at + 1).gt).join(tail);
    node
}

fn abroad(prefix: &str, ssn: u8, number: u64, way: usize) -> Node {
    let carrier = u8::try_from(way).unwrap_or_default() % CARRIERS;
    Node { gt: digits(prefix, number, 6), ssn, place: Place::Abroad(carrier) }
}

/// A subscriber and the nodes that serve them.
#[derive(Clone, Copy, Debug)]
pub struct Subscriber {
    /// IMSI.
    pub imsi: Digits,
    /// MSISDN.
    pub msisdn: Digits,
    /// IMEI.
    pub imei: Digits,
    /// E.214 form of the IMSI.
    pub mgt: Digits,
    /// Home location register.
    pub hlr: Node,
    /// Visitor location register.
    pub vlr: Node,
    /// Switching centre.
    pub msc: Node,
    /// Serving GPRS support node.
    pub sgsn: Node,
}

impl Subscriber {
    /// Returns the address a visited network reaches the home location register by.
    #[must_use]
    pub const fn hlr_by_imsi(&self) -> Address {
        let gt = GlobalTitle::new(self.mgt, E214);
        Address { gt: Some(gt), ..Address::e164(self.mgt, HLR) }
    }

    /// Returns the address a message centre reaches the home location register by.
    #[must_use]
    pub const fn hlr_by_msisdn(&self) -> Address {
        Address::e164(self.msisdn, HLR)
    }

    /// Returns the subscriber as served by another partner.
    #[must_use]
    pub fn visiting(self, partner: usize) -> Self {
        served_by(self, partner + 1, 0)
    }

    /// Returns the subscriber as served at home.
    #[must_use]
    pub fn at_home(self) -> Self {
        served_by(self, 0, 0)
    }
}

/// Returns home subscriber `number`, at home.
#[must_use]
pub fn home_subscriber(number: u64) -> Subscriber {
    served_by(subscriber(0, number), 0, number)
}

/// Returns home subscriber `number`, abroad with the partner their number says.
#[must_use]
pub fn outbound(number: u64) -> Subscriber {
    let person = subscriber(0, number);
    served_by(person, 1 + partner_of(number), number)
}

/// Returns inbound roamer `number`, of the partner their number says.
#[must_use]
pub fn inbound(number: u64) -> Subscriber {
    served_by(subscriber(1 + partner_of(number), number), 0, number)
}

/// Returns the partner a roamer's number says: the first ones have the most.
#[must_use]
pub fn partner_of(number: u64) -> usize {
    let spread = mix(number ^ 0x70a5) % 78;
    // The sum of the first k shares 12, 11, 10 ... decides.
    let mut left = usize::try_from(spread).unwrap_or_default();
    let mut at = 0;
    while left >= PARTNERS.len() - at && at + 1 < PARTNERS.len() {
        left -= PARTNERS.len() - at;
        at += 1;
    }
    at
}

/// Returns home for 0, then the partners.
#[must_use]
pub fn operator(at: usize) -> &'static Operator {
    let Some(at) = at.checked_sub(1) else { return &HOME };
    let further = || FURTHER.get(at.checked_sub(PARTNERS.len())?);
    PARTNERS.get(at).or_else(further).unwrap_or(&HOME)
}

fn subscriber(network: usize, number: u64) -> Subscriber {
    let hlr = if network > 0 {
        partner_node(network - 1, HLR, 1 + number % 2)
    } else {
        home(if number.is_multiple_of(2) { HomeNode::Hlr } else { HomeNode::Hlr2 })
    };
    person(operator(network), hlr, number)
}

fn person(of: &Operator, hlr: Node, number: u64) -> Subscriber {
    // Multiplying by a number coprime to the modulus gives each person a number of their own.
    let msin = (number.wrapping_mul(7_654_321) + 1_234_567_890) % 10_000_000_000;
    let local = (number.wrapping_mul(48_271) + 2_345_678) % 10_000_000;
    // An IMSI has 15 digits, an E.214 title as many at most (E.212 §5, E.214 §4).
    let imsi = digits(of.imsi, msin, if of.imsi.len() > 5 { 9 } else { 10 });
    let msin = imsi.skip(of.imsi.len());
    Subscriber {
        imsi,
        msisdn: digits(of.msisdn, local, 7),
        imei: digits("00101099", mix(number) % 10_000_000, 7),
        mgt: text(of.mgt).join(msin).first(15),
        hlr,
        vlr: hlr,
        msc: hlr,
        sgsn: hlr,
    }
}

fn served_by(person: Subscriber, network: usize, number: u64) -> Subscriber {
    let Some(partner) = network.checked_sub(1) else {
        let vlr = home(if mix(number) & 1 == 0 { HomeNode::Vlr } else { HomeNode::Vlr2 });
        let msc = vlr.speaking(MSC);
        return Subscriber { vlr, msc, sgsn: home(HomeNode::Sgsn), ..person };
    };
    let vlr = partner_node(partner, VLR, 1 + mix(number) % 4);
    let sgsn = partner_node(partner, SGSN, 1);
    Subscriber { vlr, msc: vlr.speaking(MSC), sgsn, ..person }
}

/// Subsystem of a home location register (TS 23.003 §8.2).
pub const HLR: u8 = 6;
/// Subsystem of a visitor location register.
pub const VLR: u8 = 7;
/// Subsystem of a switching centre, also of message centres.
pub const MSC: u8 = 8;
/// Subsystem of an equipment identity register.
pub const EIR: u8 = 9;
/// Subsystem of a location centre.
pub const GMLC: u8 = 145;
/// Subsystem of CAP.
pub const CAP: u8 = 146;
/// Subsystem of a service control function speaking MAP.
pub const SCF: u8 = 147;
/// Subsystem of a serving GPRS support node.
pub const SGSN: u8 = 149;
/// Subsystem of a gateway GPRS support node.
pub const GGSN: u8 = 150;
/// Numbering plan of mobile global titles (Q.713 §3.4.2.3.3).
const E214: u8 = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_is_always_the_same_and_nobody_else() {
        let mut seen: Vec<_> = (0..20_000).map(|n| home_subscriber(n).imsi).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 20_000);
        assert_eq!(outbound(7).vlr, outbound(7).vlr);
        assert!(!outbound(7).vlr.is_home() && inbound(7).vlr.is_home());
        assert!(outbound(7).imsi.starts_with(text(HOME.imsi)));
        assert!((0..1000).any(|n| partner_of(n) == PARTNERS.len() - 1));
    }
}
