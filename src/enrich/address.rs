//! From an address as sent to one number (ITU-T Q.713 §3.4.2, TS 29.002 §17.7.8).
//!
//! Only numbering plan E.164 with an international nature of address is unambiguous. Everything
//! else is tried against the plan, and the result says how it was reached.

use picket_dissectors::Digits;

use super::{
    network::{Networks, Place},
    numbering::country_of_e164,
};

/// Nature of address: SCCP and MAP code it differently.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Nature {
    /// Not said.
    #[default]
    Unknown,
    /// A subscriber number, without area code.
    Subscriber,
    /// A national significant number.
    National,
    /// An international number.
    International,
    /// Another code.
    Other(u8),
}

/// Numbering plan, as far as it changes how digits are read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Kind {
    /// An international number.
    E164,
    /// An IMSI.
    E212,
    /// A mobile global title.
    E214,
    /// A national or subscriber number that could not be made international.
    National,
    /// Of another plan, or with digits no plan has.
    Unknown,
}

/// How a number was reached.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Provenance {
    /// As the address says.
    AsSent,
    /// Nothing was said; the digits are an international number.
    Assumed,
    /// An international prefix `00` was taken off.
    PrefixRemoved,
    /// Home's country code was put in front.
    HomeCode,
    /// Said to be national, but the digits are an international number.
    Mislabelled,
    /// Not resolved.
    Unresolved,
}

/// An address made comparable.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Normalised {
    /// What the digits are.
    pub kind: Kind,
    /// The digits of that kind, without the end-of-pulsing code.
    pub digits: Digits,
    /// The international number, if it could be told.
    pub e164: Option<Digits>,
    /// How it was reached.
    pub provenance: Provenance,
}

impl Nature {
    /// Reads the SCCP code (Q.713 §3.4.2.3.1).
    #[must_use]
    pub const fn from_sccp(code: u8) -> Self {
        match code {
            0 => Self::Unknown,
            1 => Self::Subscriber,
            3 => Self::National,
            4 => Self::International,
            other => Self::Other(other),
        }
    }

    /// Reads the MAP AddressString code (TS 29.002 §17.7.8).
    #[must_use]
    pub const fn from_map(code: u8) -> Self {
        match code {
            0 => Self::Unknown,
            1 => Self::International,
            2 => Self::National,
            4 => Self::Subscriber,
            other => Self::Other(other),
        }
    }
}

impl Networks {
    /// Makes an SCCP global title comparable; `None` where its indicator carries no such field.
    #[must_use]
    pub fn normalise(&self, np: Option<u8>, nai: Option<u8>, digits: Digits) -> Normalised {
        self.normalise_as(np, nai.map_or(Nature::Unknown, Nature::from_sccp), digits)
    }

    /// Makes an address comparable; plan numbers 1, 6 and 7 mean the same in SCCP and MAP.
    #[must_use]
    pub fn normalise_as(&self, np: Option<u8>, nature: Nature, digits: Digits) -> Normalised {
        let digits = without_end_of_pulsing(digits);
        let plain = |kind, provenance| Normalised { kind, digits, e164: None, provenance };
        if digits.is_empty() || !digits.is_decimal() {
            return plain(Kind::Unknown, Provenance::Unresolved);
        }
        match np {
            Some(6) => plain(Kind::E212, Provenance::AsSent),
            Some(7) => plain(Kind::E214, Provenance::AsSent),
            None | Some(0 | 1) => self.number(nature, digits).unwrap_or_else(|| match nature {
                Nature::Subscriber | Nature::National => {
                    plain(Kind::National, Provenance::Unresolved)
                }
                _ => plain(Kind::Unknown, Provenance::Unresolved),
            }),
            Some(_) => plain(Kind::Unknown, Provenance::Unresolved),
        }
    }

    /// Classifies a normalised address.
    #[must_use]
    pub fn place_of(&self, address: &Normalised) -> Place {
        match (address.kind, address.e164) {
            (Kind::E212, _) => self.imsi(address.digits),
            (Kind::E214, _) => self.mgt(address.digits).place,
            (_, Some(number)) => self.gt(number),
            (Kind::E164 | Kind::National | Kind::Unknown, None) => Place::default(),
        }
    }

    fn number(&self, nature: Nature, digits: Digits) -> Option<Normalised> {
        let e164 = |number, provenance| {
            Some(Normalised { kind: Kind::E164, digits: number, e164: Some(number), provenance })
        };
        let prefixed = (digits.get(0) == Some(0) && digits.get(1) == Some(0))
            .then(|| digits.skip(2))
            .filter(|number| self.knows(*number) || country_of_e164(*number).is_some());
        if let Some(number) = prefixed {
            return e164(number, Provenance::PrefixRemoved);
        }
        let national = self.with_home_code(digits);
        match nature {
            Nature::International => e164(digits, Provenance::AsSent),
            Nature::National => match national {
                Some(number) if self.knows(number) => e164(number, Provenance::HomeCode),
                _ if self.knows(digits) => e164(digits, Provenance::Mislabelled),
                Some(number) if number.len() <= E164_DIGITS => e164(number, Provenance::HomeCode),
                _ => None,
            },
            Nature::Subscriber => {
                national.filter(|n| self.knows(*n)).and_then(|n| e164(n, Provenance::HomeCode))
            }
            Nature::Unknown | Nature::Other(_) => match national {
                _ if self.knows(digits) => e164(digits, Provenance::Assumed),
                Some(number) if self.knows(number) => e164(number, Provenance::HomeCode),
                _ if country_of_e164(digits).is_some() => e164(digits, Provenance::Assumed),
                _ => None,
            },
        }
    }

    /// Puts home's country code in front, in place of a trunk prefix (Italy keeps its zero).
    fn with_home_code(&self, digits: Digits) -> Option<Digits> {
        let code = self.home_code()?;
        let italy = code == Digits::parse("39")?;
        let trunk = usize::from(!italy && digits.get(0) == Some(0));
        Some(code.join(digits.skip(trunk)))
    }
}

/// Code 15 (ST) ends the digits of some senders (Q.713 §3.4.2.3.1).
fn without_end_of_pulsing(digits: Digits) -> Digits {
    let last = digits.len().saturating_sub(1);
    if digits.get(last) == Some(15) { digits.first(last) } else { digits }
}

/// An international number has at most 15 digits (E.164 §6).
const E164_DIGITS: usize = 15;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::network::{Network, Origin},
        *,
    };

    fn digits(text: &str) -> Digits {
        Digits::parse(text).unwrap()
    }

    fn plan() -> Networks {
        let network = |gt: &str, imsi: &str| Network {
            gt: vec![digits(gt)],
            imsi: vec![digits(imsi)],
            ..Network::default()
        };
        let partner = Network { mgt: vec![digits("99920")], ..network("99920", "00102") };
        Networks::build(Some(network("99910", "00101")), vec![partner]).unwrap()
    }

    #[test]
    fn the_two_codings_of_the_nature_of_address() {
        for (code, sccp, map) in [
            (0, Nature::Unknown, Nature::Unknown),
            (1, Nature::Subscriber, Nature::International),
            (2, Nature::Other(2), Nature::National),
            (3, Nature::National, Nature::Other(3)),
            (4, Nature::International, Nature::Subscriber),
        ] {
            assert_eq!((Nature::from_sccp(code), Nature::from_map(code)), (sccp, map), "{code}");
        }
    }

    #[test]
    fn every_form_of_a_number() {
        use Provenance::{AsSent, Assumed, HomeCode, Mislabelled, PrefixRemoved, Unresolved};
        let plan = plan();
        for (np, nai, sent, kind, e164, provenance) in [
            (Some(1), Some(4), "99910123", Kind::E164, Some("99910123"), AsSent),
            (Some(1), Some(4), "99910123f", Kind::E164, Some("99910123"), AsSent),
            (Some(1), Some(4), "0099910123", Kind::E164, Some("99910123"), PrefixRemoved),
            (Some(1), Some(3), "10123", Kind::E164, Some("99910123"), HomeCode),
            (Some(1), Some(3), "010123", Kind::E164, Some("99910123"), HomeCode),
            (Some(1), Some(3), "30123", Kind::E164, Some("99930123"), HomeCode),
            (Some(1), Some(3), "99920123", Kind::E164, Some("99920123"), Mislabelled),
            (Some(1), Some(3), "1234567890123", Kind::National, None, Unresolved),
            (Some(1), Some(1), "10123", Kind::E164, Some("99910123"), HomeCode),
            (Some(1), Some(1), "30123", Kind::National, None, Unresolved),
            (None, None, "99920123", Kind::E164, Some("99920123"), Assumed),
            (Some(0), Some(0), "20123", Kind::E164, Some("99920123"), HomeCode),
            (None, Some(0), "46700", Kind::E164, Some("46700"), Assumed),
            (None, Some(2), "0123", Kind::Unknown, None, Unresolved),
            (Some(6), Some(4), "001011", Kind::E212, None, AsSent),
            (Some(7), Some(4), "999205", Kind::E214, None, AsSent),
            (Some(3), Some(4), "999205", Kind::Unknown, None, Unresolved),
            (Some(1), Some(4), "99a1", Kind::Unknown, None, Unresolved),
            (Some(1), Some(4), "", Kind::Unknown, None, Unresolved),
        ] {
            let got = plan.normalise(np, nai, digits(sent));
            let want = (kind, e164.map(digits), provenance);
            assert_eq!((got.kind, got.e164, got.provenance), want, "{np:?} {nai:?} {sent}");
        }
    }

    #[test]
    fn each_kind_is_classified_by_its_own_ranges() {
        let plan = plan();
        for (np, sent, want) in [
            (1, "99910123", Origin::Home),
            (6, "001019", Origin::Home),
            (6, "001029", Origin::Foreign),
            (7, "99920", Origin::Foreign),
            (3, "99910123", Origin::Foreign),
        ] {
            let address = plan.normalise(Some(np), Some(4), digits(sent));
            assert_eq!(plan.place_of(&address).origin, want, "{np} {sent}");
        }
    }

    proptest! {
        #[test]
        fn any_address_is_read(np: Option<u8>, nai: Option<u8>, text in "[0-9a-f]{0,30}") {
            let plan = plan();
            let got = plan.normalise(np, nai, digits(&text));
            prop_assert_eq!(got.e164.is_some(), got.kind == Kind::E164);
            let _ = plan.place_of(&got);
        }
    }
}
