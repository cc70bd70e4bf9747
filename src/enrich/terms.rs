//! Words of the address plan, spelled as in the configuration and in events.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Makes an enum whose variants have one spelling for configuration, events and rules.
macro_rules! terms {
    ($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$outer])*
        #[derive(
            Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd,
            Serialize,
        )]
        pub enum $name { $($(#[$doc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the name as it stands in configuration, events and rules.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

terms! {
    /// Whose a number is, seen from home. Every origin but home is external.
    #[derive(Default)]
    Origin {
        /// Under a prefix of the home network.
        Home = "home",
        /// Of another network of the home country.
        National = "national",
        /// Of a network with a roaming relation.
        Partner = "partner",
        /// Of a network without a relation, or of no configured network: unknown is never trusted.
        #[default]
        Foreign = "foreign",
    }
}

terms! {
    /// What kind of network it is.
    #[derive(Default)]
    Class {
        /// A mobile network with subscribers of its own.
        #[default]
        Plmn = "plmn",
        /// An SMS hub or aggregator.
        SmsHub = "sms_hub",
        /// A roaming hub, which may put its own global titles in place of its clients'.
        RoamingHub = "roaming_hub",
        /// An IPX carrier, also a host of interworking functions.
        Ipx = "ipx",
        /// A satellite, maritime or airline network: its subscribers have no country.
        Satellite = "satellite",
    }
}

terms! {
    /// What home has agreed with a network.
    #[derive(Default)]
    Relation {
        /// A roaming agreement.
        Roaming = "roaming",
        /// Another network of the home country.
        National = "national",
        /// No agreement.
        #[default]
        None = "none",
    }
}

terms! {
    /// What a home node does.
    NodeRole {
        /// Home location register.
        Hlr = "hlr",
        /// Visitor location register.
        Vlr = "vlr",
        /// Mobile switching centre.
        Msc = "msc",
        /// Serving GPRS support node.
        Sgsn = "sgsn",
        /// Gateway GPRS support node.
        Ggsn = "ggsn",
        /// Gateway mobile location centre.
        Gmlc = "gmlc",
        /// Short message service centre.
        Smsc = "smsc",
        /// CAMEL service control function.
        Scf = "scf",
        /// Equipment identity register.
        Eir = "eir",
        /// Signalling transfer point.
        Stp = "stp",
        /// SMS router (home routing of mobile terminated short messages).
        SmsRouter = "sms_router",
        /// IP short message gateway.
        IpSmGw = "ip_sm_gw",
        /// Signalling relay function of mobile number portability.
        MnpSrf = "mnp_srf",
        /// Interworking function between Diameter and MAP.
        Iwf = "iwf",
        /// Signalling firewall, which may query other networks in home's name.
        Firewall = "firewall",
    }
}

terms! {
    /// Which side of the network a link is on.
    LinkSide {
        /// To networks of other countries.
        International = "international",
        /// To other networks of the home country.
        National = "national",
        /// Between home nodes.
        Internal = "internal",
    }
}

impl Origin {
    /// Whether the number is not home's.
    #[must_use]
    pub const fn is_external(self) -> bool {
        !matches!(self, Self::Home)
    }
}

impl LinkSide {
    /// Returns the side of a message on a link that no `[[link]]` describes; `None` is unknown.
    ///
    /// Network indicator 0 and 1 are international. 2 and 3 are national, or internal between home
    /// nodes; IPX links run there too, so a number from outside the country makes it unknown.
    #[must_use]
    pub fn by_network_indicator(
        ni: u8,
        calling: Option<Origin>,
        called: Option<Origin>,
    ) -> Option<Self> {
        match ni {
            0 | 1 => Some(Self::International),
            2 | 3 => match (calling, called) {
                (Some(Origin::Partner | Origin::Foreign), _)
                | (_, Some(Origin::Partner | Origin::Foreign)) => None,
                (Some(Origin::Home), Some(Origin::Home)) => Some(Self::Internal),
                _ => Some(Self::National),
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_indicator_gives_a_side() {
        use LinkSide::{Internal, International, National};
        let (home, national, foreign) =
            (Some(Origin::Home), Some(Origin::National), Some(Origin::Foreign));
        for (ni, calling, called, want) in [
            (0, home, home, Some(International)),
            (1, None, None, Some(International)),
            (2, home, home, Some(Internal)),
            (3, home, national, Some(National)),
            (2, None, None, Some(National)),
            (2, home, None, Some(National)),
            (2, foreign, home, None),
            (3, home, Some(Origin::Partner), None),
            (4, home, home, None),
        ] {
            let got = LinkSide::by_network_indicator(ni, calling, called);
            assert_eq!(got, want, "{ni} {calling:?} {called:?}");
        }
    }

    #[test]
    fn every_origin_but_home_is_external() {
        let external: Vec<&str> =
            Origin::ALL.iter().filter(|o| o.is_external()).map(|o| o.name()).collect();
        assert_eq!(external, ["national", "partner", "foreign"]);
    }
}
