//! Small vocabularies of an event: its type, direction, side and outcome.

use crate::enrich::terms::LinkSide;

macro_rules! named {
    ($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every name, in order.
            pub const NAMES: &'static [&'static str] = &[$($text,)*];

            /// Returns the name as it stands in events and rules.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

named! {
    /// What kind of occurrence an event is.
    EventType {
        /// A MAP component.
        Map = "map",
        /// A CAP component.
        Cap = "cap",
        /// A TCAP message of no application known here, or without components.
        #[default]
        Tcap = "tcap",
        /// An SCCP message without TCAP: returned, management, connection-oriented.
        Sccp = "sccp",
        /// MTP3 or adaptation layer management.
        Mtp = "mtp",
        /// SCTP, IP or link.
        Transport = "transport",
    }
}

named! {
    /// Direction of a message, seen from home.
    Direction {
        /// From another network to home.
        Inbound = "inbound",
        /// From home to another network.
        Outbound = "outbound",
        /// Between home nodes.
        Internal = "internal",
        /// Between other networks.
        Transit = "transit",
        /// Cannot be told.
        #[default]
        Unknown = "unknown",
    }
}

named! {
    /// Which side of the network a link is on.
    Side {
        /// To other countries' networks.
        International = "international",
        /// To other networks of the country.
        National = "national",
        /// Between home nodes.
        Internal = "internal",
        /// Cannot be told.
        #[default]
        Unknown = "unknown",
    }
}

named! {
    /// How a request ended.
    Outcome {
        /// An answer gave something away.
        Leaked = "leaked",
        /// An operation that changes something succeeded.
        Done = "done",
        /// Refused: errors 8, 21, 49, 52, 53, 60, 61, or application-context-not-supported.
        Refused = "refused",
        /// Any other error or reject.
        Error = "error",
        /// The dialogue was aborted.
        Aborted = "aborted",
        /// SCCP returned the request.
        Undeliverable = "undeliverable",
        /// Nobody answered in time.
        NoAnswer = "no_answer",
        /// No answer on this tap, where answers are seldom seen.
        Unseen = "unseen",
        /// Not ended yet.
        #[default]
        Pending = "pending",
    }
}

impl Direction {
    /// Returns the direction of an answer.
    #[must_use]
    pub const fn reverse(self) -> Self {
        match self {
            Self::Inbound => Self::Outbound,
            Self::Outbound => Self::Inbound,
            other => other,
        }
    }
}

impl From<LinkSide> for Side {
    fn from(side: LinkSide) -> Self {
        match side {
            LinkSide::International => Self::International,
            LinkSide::National => Self::National,
            LinkSide::Internal => Self::Internal,
        }
    }
}
