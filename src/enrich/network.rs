//! Whose a number is: home, another network, or nobody known (ITU-T E.164, E.212, E.214).
//!
//! The longest prefix over all networks and home wins. A number outside every prefix is foreign:
//! unknown is never trusted.

use picket_dissectors::Digits;
use serde::{Deserialize, Serialize};

use super::{
    numbering::{Country, calling_code, country_of_e164, country_of_imsi},
    prefix::DigitTrie,
};

pub use super::terms::{Class, NodeRole, Origin, Relation};

/// A network by its place in the plan; [`NetworkId::HOME`] is home.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
pub struct NetworkId(pub u16);

impl NetworkId {
    /// The home network.
    pub const HOME: Self = Self(0);

    fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What is known of a number.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Place {
    /// Whose it is, seen from home.
    pub origin: Origin,
    /// The configured network it belongs to.
    pub network: Option<NetworkId>,
    /// The network's country, else that of the number.
    pub country: Option<Country>,
    /// The network's class; `None` outside configured networks.
    pub class: Option<Class>,
    /// It is under a subscriber range or in E.214 form: it may name a subscriber, not a node.
    pub subscriber: bool,
}

impl Place {
    /// Whether the country stands for no territory (satellite, maritime, test).
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        self.country.is_some_and(Country::is_virtual)
    }
}

/// An E.214 mobile global title, resolved.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MobileGlobalTitle {
    /// Whose subscriber it addresses.
    pub place: Place,
    /// The IMSI it was derived from; its end is missing when the title was cut at 15 digits.
    pub imsi: Option<Digits>,
}

/// A set of operation codes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct OperationSet([u64; 4]);

impl OperationSet {
    /// Adds a code.
    pub fn insert(&mut self, code: u8) {
        if let Some(word) = self.0.get_mut(usize::from(code >> 6)) {
            *word |= 1 << (code & 63);
        }
    }

    /// Whether the code is in the set.
    #[must_use]
    pub fn contains(&self, code: u8) -> bool {
        self.0.get(usize::from(code >> 6)).is_some_and(|word| word >> (code & 63) & 1 == 1)
    }
}

/// A network: name, ranges and what is agreed with it.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Its name, as in events.
    pub name: String,
    /// Its TADIG code (GSMA TD.13).
    pub tadig: Option<String>,
    /// Its country.
    pub country: Option<Country>,
    /// What kind of network it is.
    pub class: Class,
    /// What home has agreed with it.
    pub relation: Relation,
    /// The group of operators it belongs to.
    pub group: Option<String>,
    /// Operations agreed towards home.
    pub allow: OperationSet,
    /// Beginnings of IMSIs of other operators whose home it is too.
    pub imsi_alias: Vec<Digits>,
    /// Name of the titles that deliver what the others asked for.
    pub gt_family: Option<String>,
    /// Countries a hub speaks for; none are all.
    pub countries: Vec<Country>,
    /// E.164 prefixes of its nodes.
    pub gt: Vec<Digits>,
    /// E.164 prefixes of its subscribers.
    pub msisdn: Vec<Digits>,
    /// MCC and MNC.
    pub imsi: Vec<Digits>,
    /// E.214 prefixes.
    pub mgt: Vec<Digits>,
}

/// Kinds of prefix a network has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Range {
    /// [`Network::gt`].
    Gt,
    /// [`Network::msisdn`].
    Msisdn,
    /// [`Network::imsi`].
    Imsi,
    /// [`Network::mgt`].
    Mgt,
}

/// Two networks claim the same prefix.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Overlap {
    /// Which kind of prefix.
    pub range: Range,
    /// The prefix.
    pub prefix: Digits,
    /// The network that has it first, and the prefix's place in its list.
    pub first: (NetworkId, usize),
    /// The network that has it again, and the prefix's place in its list.
    pub second: (NetworkId, usize),
}

/// A row of the portability file: a number, or a prefix, that left home or came to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ported {
    /// Served by home, whatever its range says.
    In,
    /// Served by another network of the country.
    Out,
}

/// Every network of the plan, ready for look-ups.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    networks: Vec<Network>,
    has_home: bool,
    home_code: Option<Digits>,
    numbers: DigitTrie<Owner>,
    imsis: DigitTrie<(NetworkId, usize)>,
    mgts: DigitTrie<(NetworkId, usize)>,
    ported: DigitTrie<Ported>,
    nodes: DigitTrie<NodeRole>,
    /// By network, the first of those whose titles deliver for each other.
    families: Vec<Option<NetworkId>>,
}

/// Who has an E.164 prefix, as nodes and as subscribers.
#[derive(Clone, Copy, Debug, Default)]
struct Owner {
    node: Option<NetworkId>,
    subscriber: Option<NetworkId>,
}

impl Networks {
    /// Builds the look-ups; `networks` are numbered from 1 in their order, home is 0.
    ///
    /// # Errors
    ///
    /// Returns every prefix that two networks claim.
    pub fn build(home: Option<Network>, networks: Vec<Network>) -> Result<Self, Vec<Overlap>> {
        let has_home = home.is_some();
        let mut all = Vec::with_capacity(networks.len() + 1);
        all.push(home.unwrap_or_default());
        all.extend(networks);
        let mut overlaps = Vec::new();
        let gts = claims(&all, Range::Gt, &mut overlaps);
        let msisdns = claims(&all, Range::Msisdn, &mut overlaps);
        let imsis = claims(&all, Range::Imsi, &mut overlaps);
        let mgts = claims(&all, Range::Mgt, &mut overlaps);
        if !overlaps.is_empty() {
            return Err(overlaps);
        }
        let numbers =
            gts.iter()
                .map(|(prefix, (id, _))| {
                    let subscriber = msisdns.get(prefix).map(|(id, _)| *id);
                    (prefix, Owner { node: Some(*id), subscriber })
                })
                .chain(msisdns.iter().filter(|(prefix, _)| gts.get(*prefix).is_none()).map(
                    |(prefix, (id, _))| (prefix, Owner { node: None, subscriber: Some(*id) }),
                ));
        // Each prefix is in exactly one half of the chain.
        let numbers = DigitTrie::build(numbers.collect::<Vec<_>>()).unwrap_or_default();
        let home_code = all
            .first()
            .filter(|_| has_home)
            .and_then(|home| home.gt.first().or_else(|| home.msisdn.first()))
            .and_then(|prefix| calling_code(*prefix));
        let families = all.iter().map(|network| family(&all, network)).collect();
        Ok(Self {
            networks: all,
            has_home,
            home_code,
            numbers,
            imsis,
            mgts,
            families,
            ..Self::default()
        })
    }

    /// Adds the exact global titles of home nodes.
    #[must_use]
    pub fn with_nodes(self, nodes: DigitTrie<NodeRole>) -> Self {
        Self { nodes, ..self }
    }

    /// Adds portability.
    #[must_use]
    pub fn with_ported(self, ported: DigitTrie<Ported>) -> Self {
        Self { ported, ..self }
    }

    /// Builds the look-ups again with another home; roles and portability were the old one's.
    ///
    /// # Errors
    ///
    /// As [`Self::build`].
    pub fn with_home(self, home: Network) -> Result<Self, Vec<Overlap>> {
        Self::build(Some(home), self.networks.into_iter().skip(1).collect())
    }

    /// Whether home is described.
    #[must_use]
    pub const fn has_home(&self) -> bool {
        self.has_home
    }

    /// Returns home's country code.
    #[must_use]
    pub const fn home_code(&self) -> Option<Digits> {
        self.home_code
    }

    /// Returns the networks, home first; a [`NetworkId`] is a position in it.
    #[must_use]
    pub fn all(&self) -> &[Network] {
        &self.networks
    }

    /// Returns a network.
    #[must_use]
    pub fn network(&self, id: NetworkId) -> Option<&Network> {
        self.networks.get(id.index())
    }

    /// Returns a network's name; empty for a number the plan does not have.
    #[must_use]
    pub fn name(&self, id: NetworkId) -> &str {
        self.network(id).map_or("", |network| &network.name)
    }

    /// Returns the network of that name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<NetworkId> {
        let at = self.networks.iter().position(|network| network.name == name)?;
        u16::try_from(at).ok().map(NetworkId).filter(|id| self.has_home || *id != NetworkId::HOME)
    }

    /// Describes the place a network is; without one the country alone is known.
    #[must_use]
    pub fn at(&self, id: Option<NetworkId>, country: Option<Country>) -> Place {
        self.place(id, country)
    }

    /// Whether the operation is agreed from the network towards home.
    #[must_use]
    pub fn allows(&self, id: NetworkId, operation: u8) -> bool {
        self.network(id).is_some_and(|network| network.allow.contains(operation))
    }

    /// Whether two networks are one, or of one group.
    #[must_use]
    pub fn same_group(&self, a: NetworkId, b: NetworkId) -> bool {
        let group = |id| self.network(id).and_then(|network| network.group.as_deref());
        a == b || group(a).is_some_and(|name| group(b) == Some(name))
    }

    /// Returns the role of the home node with exactly this E.164 global title.
    #[must_use]
    pub fn role(&self, gt: Digits) -> Option<NodeRole> {
        self.nodes.get(gt).copied()
    }

    /// Whether a home node of the role is configured.
    #[must_use]
    pub fn has_role(&self, role: NodeRole) -> bool {
        self.nodes.iter().any(|(_, &known)| known == role)
    }

    /// Classifies an E.164 global title: the longest node or subscriber range, then portability for
    /// what is no node.
    #[must_use]
    pub fn gt(&self, number: Digits) -> Place {
        let owner = self.numbers.longest(number).map(|(_, owner)| *owner).unwrap_or_default();
        match owner.node {
            Some(id) => Place {
                subscriber: owner.subscriber.is_some() && self.role(number).is_none(),
                ..self.place(Some(id), country_of_e164(number))
            },
            None => self.subscriber(number, owner, owner.subscriber.is_some()),
        }
    }

    /// Classifies a subscriber's E.164 number; portability wins over ranges.
    #[must_use]
    pub fn msisdn(&self, number: Digits) -> Place {
        let owner = self.numbers.longest(number).map(|(_, owner)| *owner).unwrap_or_default();
        self.subscriber(number, owner, true)
    }

    /// Classifies an IMSI, or its beginning (E.212).
    #[must_use]
    pub fn imsi(&self, imsi: Digits) -> Place {
        let id = self.imsis.longest(imsi).map(|(_, (id, _))| *id);
        Place { subscriber: true, ..self.place(id, country_of_imsi(imsi)) }
    }

    /// Resolves an E.214 mobile global title: country code and network code in place of MCC and
    /// MNC, then the subscriber's digits.
    ///
    /// The IMSI follows when the network has one IMSI prefix, or as many as E.214 prefixes: then
    /// they correspond by position.
    #[must_use]
    pub fn mgt(&self, title: Digits) -> MobileGlobalTitle {
        let Some((prefix, &(id, at))) = self.mgts.longest(title) else {
            return MobileGlobalTitle {
                place: Place { subscriber: true, ..self.gt(title) },
                imsi: None,
            };
        };
        let place = Place { subscriber: true, ..self.place(Some(id), country_of_e164(title)) };
        let imsi = self.network(id).and_then(|network| match network.imsi.as_slice() {
            [one] => Some(*one),
            several if several.len() == network.mgt.len() => several.get(at).copied(),
            _ => None,
        });
        let imsi = imsi
            .filter(|plmn| (5..=6).contains(&plmn.len()))
            .map(|plmn| plmn.join(title.skip(prefix.len())).first(IMSI_DIGITS));
        MobileGlobalTitle { place, imsi }
    }

    /// Returns how many digits of an IMSI, and of a subscriber's number, the networks look at.
    pub(super) fn depths(&self) -> (usize, usize) {
        (self.imsis.depth(), self.numbers.depth().max(self.ported.depth()))
    }

    /// Whether some network, or home, has a range that begins the number.
    #[must_use]
    pub(super) fn knows(&self, number: Digits) -> bool {
        self.numbers.longest(number).is_some()
    }

    fn subscriber(&self, number: Digits, owner: Owner, subscriber: bool) -> Place {
        let country = country_of_e164(number);
        match self.ported.longest(number) {
            Some((_, Ported::In)) => {
                Place { subscriber: true, ..self.place(Some(NetworkId::HOME), country) }
            }
            Some((_, Ported::Out)) => Place {
                origin: Origin::National,
                network: None,
                country: self.network(NetworkId::HOME).and_then(|home| home.country).or(country),
                class: None,
                subscriber: true,
            },
            None => Place { subscriber, ..self.place(owner.subscriber.or(owner.node), country) },
        }
    }

    /// Whether the operation may be taken for agreed: where only home is described, the operators of
    /// its country look up ported numbers (TS 23.066).
    #[must_use]
    pub fn assumes(&self, place: &Place, looks_up_number: bool) -> bool {
        let home = self.networks.first().and_then(|home| home.country);
        let alone = self.has_home && self.networks.len() == 1;
        let same = |country: Country| home == Some(country) && !country.is_virtual();
        looks_up_number && alone && place.network.is_none() && place.country.is_some_and(same)
    }

    /// Whether a network is configured to be the home of IMSIs of another operator.
    #[must_use]
    pub fn hosts(&self, id: NetworkId, imsi: Digits) -> bool {
        let hosted = self.network(id).map_or(&[][..], |network| &network.imsi_alias);
        hosted.iter().any(|prefix| imsi.starts_with(*prefix))
    }

    /// Whether a hub speaks for networks of that country: of those configured, or of any.
    #[must_use]
    pub fn speaks_for(&self, id: NetworkId, country: Option<Country>) -> bool {
        let countries = self.network(id).map_or(&[][..], |network| &network.countries);
        countries.is_empty() || country.is_some_and(|country| countries.contains(&country))
    }

    /// Returns the network that stands for those whose titles deliver for each other, where a family
    /// is configured.
    #[must_use]
    pub fn family_of(&self, place: &Place) -> Option<NetworkId> {
        self.families.get(place.network?.index()).copied().flatten()
    }

    fn place(&self, id: Option<NetworkId>, country: Option<Country>) -> Place {
        let Some((id, network)) = id.and_then(|id| Some((id, self.network(id)?))) else {
            return Place { country, ..Place::default() };
        };
        let origin = match network.relation {
            _ if id == NetworkId::HOME => Origin::Home,
            Relation::National => Origin::National,
            Relation::Roaming => Origin::Partner,
            Relation::None => Origin::Foreign,
        };
        Place {
            origin,
            network: Some(id),
            country: network.country.or(country),
            class: Some(network.class),
            subscriber: false,
        }
    }
}

impl Network {
    /// Returns the prefixes of a kind.
    #[must_use]
    pub fn range(&self, range: Range) -> &[Digits] {
        match range {
            Range::Gt => &self.gt,
            Range::Msisdn => &self.msisdn,
            Range::Imsi => &self.imsi,
            Range::Mgt => &self.mgt,
        }
    }
}

/// Returns the first network of the family a network belongs to.
fn family(all: &[Network], network: &Network) -> Option<NetworkId> {
    let name = network.gt_family.as_deref()?;
    let first = all.iter().position(|other| other.gt_family.as_deref() == Some(name))?;
    u16::try_from(first).ok().map(NetworkId)
}

/// Collects who claims which prefix; a prefix repeated within one network counts once.
fn claims(
    all: &[Network],
    range: Range,
    overlaps: &mut Vec<Overlap>,
) -> DigitTrie<(NetworkId, usize)> {
    let mut pairs: Vec<(Digits, (NetworkId, usize))> = all
        .iter()
        .zip(0_u16..=u16::MAX)
        .flat_map(|(network, id)| {
            let list = network.range(range).iter().enumerate();
            list.map(move |(at, prefix)| (*prefix, (NetworkId(id), at)))
        })
        .collect();
    pairs.sort_unstable();
    pairs.dedup_by(|again, first| {
        if again.0 != first.0 {
            return false;
        }
        if again.1.0 != first.1.0 {
            overlaps.push(Overlap { range, prefix: first.0, first: first.1, second: again.1 });
        }
        true
    });
    DigitTrie::build(pairs).unwrap_or_default()
}

/// An IMSI has at most 15 digits (E.212 §5).
const IMSI_DIGITS: usize = 15;

#[cfg(test)]
mod tests;
