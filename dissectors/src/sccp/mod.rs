//! SCCP (ITU-T Q.713).
//!
//! Point codes inside addresses and management messages depend on the national [`Variant`], as MTP3
//! labels do, so every reader here takes it. SUA ([`crate::sua`]) gives the same structures.

pub mod address;
pub mod connection;
pub mod connectionless;
pub mod global_title;
pub mod management;
mod parameter;

use nom::number::complete::be_u8;

pub use address::{Address, GlobalTitle, RoutingIndicator};
pub use connection::Connection;
pub use connectionless::{Segmentation, Unitdata};

use crate::{
    error::Error,
    mtp3::Variant,
    notes::{Note, Notes},
};

/// One SCCP message (§2.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Message<'a> {
    /// A connectionless message or the return of one.
    Unitdata(Unitdata<'a>),
    /// A message of a connection.
    Connection(Connection<'a>),
}

impl Message<'_> {
    /// Returns the message type.
    #[must_use]
    pub const fn kind(&self) -> MessageType {
        match self {
            Self::Unitdata(message) => message.kind,
            Self::Connection(message) => message.kind,
        }
    }
}

/// Reads a message.
///
/// # Errors
///
/// Returns [`Error::Unsupported`] for a message type that is not known and an error when the octets
/// end inside the fixed part.
pub fn parse<'a>(
    input: &'a [u8],
    variant: Variant,
    notes: &mut Notes,
) -> Result<Message<'a>, Error> {
    let (_, code) = be_u8::<_, Error>(input)?;
    let Some(kind) = MessageType::from_code(code) else {
        notes.add(Note::SccpMessageUnknown);
        return Err(Error::Unsupported { value: code.into() });
    };
    if kind.is_connectionless() {
        connectionless::parse(kind, input, variant, notes).map(Message::Unitdata)
    } else {
        connection::parse(kind, input, variant, notes).map(Message::Connection)
    }
}

macro_rules! message_types {
    ($($name:ident $code:literal $acronym:literal $doc:literal;)*) => {
        /// Message types (§2.1).
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum MessageType { $(#[doc = $doc] $name,)* }

        impl MessageType {
            /// All message types.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the type with this code, if there is one.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }

            /// Returns the code.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns the acronym.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $acronym,)* }
            }
        }
    };
}

message_types! {
    Cr 1 "CR" "Connection request.";
    Cc 2 "CC" "Connection confirm.";
    Cref 3 "CREF" "Connection refused.";
    Rlsd 4 "RLSD" "Released.";
    Rlc 5 "RLC" "Release complete.";
    Dt1 6 "DT1" "Data form 1.";
    Dt2 7 "DT2" "Data form 2.";
    Ak 8 "AK" "Data acknowledgement.";
    Udt 9 "UDT" "Unitdata.";
    Udts 10 "UDTS" "Unitdata service.";
    Ed 11 "ED" "Expedited data.";
    Ea 12 "EA" "Expedited data acknowledgement.";
    Rsr 13 "RSR" "Reset request.";
    Rsc 14 "RSC" "Reset confirm.";
    Err 15 "ERR" "Protocol data unit error.";
    It 16 "IT" "Inactivity test.";
    Xudt 17 "XUDT" "Extended unitdata.";
    Xudts 18 "XUDTS" "Extended unitdata service.";
    Ludt 19 "LUDT" "Long unitdata.";
    Ludts 20 "LUDTS" "Long unitdata service.";
}

impl MessageType {
    /// Whether the message belongs to no connection.
    #[must_use]
    pub const fn is_connectionless(self) -> bool {
        matches!(self, Self::Udt | Self::Udts | Self::Xudt | Self::Xudts | Self::Ludt | Self::Ludts)
    }

    /// Whether the message has a hop counter and an optional part.
    #[must_use]
    pub const fn is_extended(self) -> bool {
        matches!(self, Self::Xudt | Self::Xudts | Self::Ludt | Self::Ludts)
    }

    /// Whether the message gives back one that could not be delivered.
    #[must_use]
    pub const fn is_return(self) -> bool {
        matches!(self, Self::Udts | Self::Xudts | Self::Ludts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_types_agree() {
        for (i, &kind) in MessageType::ALL.iter().enumerate() {
            assert_eq!(usize::from(kind.code()), i + 1);
            assert_eq!(MessageType::from_code(kind.code()), Some(kind));
        }
    }

    #[test]
    fn unknown_types_are_refused_with_a_note() {
        for code in [0_u8, 21, 255] {
            let mut notes = Notes::default();
            let octets = [code, 0, 0];
            let got = parse(&octets, Variant::Itu, &mut notes);
            assert_eq!(got, Err(Error::Unsupported { value: code.into() }));
            assert!(notes.contains(Note::SccpMessageUnknown));
        }
    }
}
