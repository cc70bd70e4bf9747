//! Signalling point codes and their written forms (ITU-T Q.708, ANSI T1.111.8, GF 001-9001).
//!
//! A point code means nothing without its network indicator, network appearance and variant.

use core::fmt;

use picket_dissectors::mtp3;
use schemars::JsonSchema;
use serde::Deserialize;

/// Which national variant of MTP a link speaks.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd,
)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// ITU-T: 14 bits, written 3-8-3.
    #[default]
    Itu,
    /// ANSI: 24 bits, written 8-8-8.
    Ansi,
    /// China: 24 bits, written 8-8-8.
    China,
    /// Japan: 16 bits, written as an integer.
    Japan,
}

impl From<Variant> for mtp3::Variant {
    fn from(variant: Variant) -> Self {
        match variant {
            Variant::Itu => Self::Itu,
            Variant::Ansi => Self::Ansi,
            Variant::China => Self::China,
            Variant::Japan => Self::Japan,
        }
    }
}

impl From<mtp3::Variant> for Variant {
    fn from(variant: mtp3::Variant) -> Self {
        match variant {
            mtp3::Variant::Itu => Self::Itu,
            mtp3::Variant::Ansi => Self::Ansi,
            mtp3::Variant::China => Self::China,
            mtp3::Variant::Japan => Self::Japan,
        }
    }
}

/// A point code with the variant that says how it is written.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PointCode {
    /// The code as an integer.
    pub value: u32,
    /// How it is written.
    pub variant: Variant,
}

/// Text that is not a point code of the variant.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a point code: {variant} is written {}", .variant.form())]
pub struct PointCodeError {
    /// The variant asked for.
    pub variant: Variant,
}

impl Variant {
    /// Returns the name as it stands in configuration and events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Itu => "itu",
            Self::Ansi => "ansi",
            Self::China => "china",
            Self::Japan => "japan",
        }
    }

    /// Returns the number of bits of a point code.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::Itu => 14,
            Self::Ansi | Self::China => 24,
            Self::Japan => 16,
        }
    }

    /// Widths of the parts of the written form, first to last; empty when it is an integer.
    const fn parts(self) -> &'static [u32] {
        match self {
            Self::Itu => &[3, 8, 3],
            Self::Ansi | Self::China => &[8, 8, 8],
            Self::Japan => &[],
        }
    }

    const fn form(self) -> &'static str {
        match self {
            Self::Itu => "\"2-101-1\" (3-8-3 bits) or an integer up to 16383",
            Self::Ansi | Self::China => "\"1-2-3\" (8-8-8 bits) or an integer up to 16777215",
            Self::Japan => "an integer up to 65535",
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl PointCode {
    /// Takes an integer; `None` when it has more bits than the variant.
    #[must_use]
    pub const fn new(value: u32, variant: Variant) -> Option<Self> {
        if value >> variant.bits() == 0 { Some(Self { value, variant }) } else { None }
    }

    /// Reads an integer or the form with dashes.
    ///
    /// # Errors
    ///
    /// Returns [`PointCodeError`] for anything else and for parts too large.
    pub fn parse(text: &str, variant: Variant) -> Result<Self, PointCodeError> {
        let error = PointCodeError { variant };
        if !text.contains('-') {
            return number(text).and_then(|value| Self::new(value, variant)).ok_or(error);
        }
        let widths = variant.parts();
        let mut parts = text.split('-');
        let mut value = 0_u32;
        for &width in widths {
            let part = parts.next().and_then(number).ok_or(error)?;
            if part >> width != 0 {
                return Err(error);
            }
            value = (value << width) | part;
        }
        if widths.is_empty() || parts.next().is_some() {
            return Err(error);
        }
        Ok(Self { value, variant })
    }
}

/// `u32::from_str` also takes a leading plus sign.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for PointCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.variant.parts();
        if widths.is_empty() {
            return write!(f, "{}", self.value);
        }
        let mut left = self.variant.bits();
        for (i, &width) in widths.iter().enumerate() {
            left = left.saturating_sub(width);
            let dash = if i == 0 { "" } else { "-" };
            write!(f, "{dash}{}", (self.value >> left) & ((1 << width) - 1))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_of_each_variant() {
        for (text, variant, value, shown) in [
            ("2-101-1", Variant::Itu, 0x1329, "2-101-1"),
            ("4321", Variant::Itu, 4321, "2-28-1"),
            ("7-255-7", Variant::Itu, 16383, "7-255-7"),
            ("0", Variant::Itu, 0, "0-0-0"),
            ("1-2-3", Variant::Ansi, 0x1_0203, "1-2-3"),
            ("255-255-255", Variant::China, 0xff_ffff, "255-255-255"),
            ("65535", Variant::Japan, 65535, "65535"),
        ] {
            let got = PointCode::parse(text, variant).unwrap();
            assert_eq!(got.value, value, "{text}");
            assert_eq!(got.to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_point_code() {
        for (text, variant) in [
            ("8-0-0", Variant::Itu),
            ("1-256-0", Variant::Itu),
            ("1-2", Variant::Itu),
            ("1-2-3-4", Variant::Itu),
            ("16384", Variant::Itu),
            ("", Variant::Itu),
            ("+5", Variant::Itu),
            ("a-b-c", Variant::Ansi),
            ("1-2-256", Variant::Ansi),
            ("1-2-3", Variant::Japan),
            ("65536", Variant::Japan),
            ("99999999999", Variant::China),
        ] {
            let error = PointCode::parse(text, variant).unwrap_err();
            assert!(error.to_string().starts_with("not a point code: "), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(value: u32) {
            for variant in [Variant::Itu, Variant::Ansi, Variant::China, Variant::Japan] {
                let value = value & ((1 << variant.bits()) - 1);
                let code = PointCode::new(value, variant).unwrap();
                prop_assert_eq!(PointCode::parse(&code.to_string(), variant), Ok(code));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = PointCode::parse(&text, Variant::Itu);
            let _ = PointCode::parse(&text, Variant::Japan);
        }
    }
}
