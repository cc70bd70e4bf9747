//! Why a layer could not be read at all.
//!
//! A dissector returns an [`Error`] only when nothing more can be read from its octets; anything
//! readable but odd is a [`crate::notes::Note`].

use nom::error::{ErrorKind, FromExternalError, ParseError};

/// The reason reading stopped.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The octets end before the field does.
    #[error("the octets end {missing} short of the field")]
    Truncated {
        /// Octets still wanted; 0 when not known.
        missing: usize,
    },
    /// A length field contradicts the octets around it.
    #[error("a length of {value} does not fit")]
    Length {
        /// The length as written.
        value: u32,
    },
    /// A version, type or format that this layer does not have.
    #[error("the value {value} is not one this layer has")]
    Unsupported {
        /// The value as written.
        value: u32,
    },
    /// A tag other than the one the standard puts here.
    #[error("tag {found:#x} stands where another is required")]
    Tag {
        /// The first octet found.
        found: u8,
    },
    /// A member the standard requires is not there.
    #[error("a required member is absent")]
    Missing,
    /// A value outside what its type can hold.
    #[error("a value is outside its type")]
    Value,
    /// Nesting deeper than [`crate::ber::MAX_DEPTH`].
    #[error("nesting is deeper than is read")]
    Depth,
}

impl Error {
    /// Returns the reason as a word for counters, stable across releases.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::Length { .. } => "length",
            Self::Unsupported { .. } => "unsupported",
            Self::Tag { .. } => "tag",
            Self::Missing => "missing",
            Self::Value => "value",
            Self::Depth => "depth",
        }
    }
}

impl<'a> ParseError<&'a [u8]> for Error {
    fn from_error_kind(_: &'a [u8], _: ErrorKind) -> Self {
        Self::Truncated { missing: 0 }
    }

    fn append(_: &'a [u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

impl<'a, E> FromExternalError<&'a [u8], E> for Error {
    fn from_external_error(_: &'a [u8], _: ErrorKind, _: E) -> Self {
        Self::Value
    }
}

impl From<nom::Err<Self>> for Error {
    fn from(error: nom::Err<Self>) -> Self {
        match error {
            nom::Err::Incomplete(nom::Needed::Size(n)) => Self::Truncated { missing: n.get() },
            nom::Err::Incomplete(nom::Needed::Unknown) => Self::Truncated { missing: 0 },
            nom::Err::Error(error) | nom::Err::Failure(error) => error,
        }
    }
}
