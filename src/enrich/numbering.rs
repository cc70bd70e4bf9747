//! Countries of telephone numbers (ITU-T E.164) and of IMSIs (E.212).
//!
//! Shared country codes are told apart by longer prefixes: otherwise two foreign operators, or home
//! and a neighbour, would fall into one country. Codes without a territory have the country `XX`.

use core::fmt;
use std::sync::LazyLock;

use picket_dissectors::Digits;
use serde::{Deserialize, Serialize};

use super::prefix::DigitTrie;

/// A country: two letters of ISO 3166-1, or [`Country::VIRTUAL`].
#[derive(Clone, Copy, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Country([u8; 2]);

impl Country {
    /// No territory: satellite, maritime, airline, international and test networks.
    pub const VIRTUAL: Self = Self(*b"XX");

    /// Reads two upper-case letters; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }

    /// Returns the two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Two ASCII letters are UTF-8.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether the code stands for no territory.
    #[must_use]
    pub fn is_virtual(self) -> bool {
        self == Self::VIRTUAL
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({self})")
    }
}

/// Returns the country of an international number.
#[must_use]
pub fn country_of_e164(number: Digits) -> Option<Country> {
    E164.longest(number).map(|(_, country)| *country)
}

/// Returns the country of an IMSI, or of as much of it as is known (at least the MCC).
#[must_use]
pub fn country_of_imsi(imsi: Digits) -> Option<Country> {
    E212.longest(imsi).map(|(_, country)| *country)
}

/// Returns the country of three letters of ISO 3166-1, as in TADIG codes, or of two.
#[must_use]
pub fn country_of_initials(text: &str) -> Option<Country> {
    let text = text.trim().to_ascii_uppercase();
    let row = |line: &'static str| line.split_once(',').filter(|(long, _)| !long.starts_with('#'));
    let found = ISO3166_CSV
        .lines()
        .filter_map(row)
        .find(|(long, short)| [*long, *short].contains(&text.as_str()));
    found.and_then(|(_, short)| Country::parse(short))
}

/// Returns the country code that begins an international number (E.164 §6: one to three digits).
#[must_use]
pub fn calling_code(number: Digits) -> Option<Digits> {
    let (first, second) = (number.get(0)?, number.get(1));
    let length = match (first, second) {
        (1 | 7, _) => 1,
        (2, Some(0 | 7))
        | (3, Some(0..=4 | 6 | 9))
        | (4, Some(0 | 1 | 3..=9))
        | (5, Some(1..=8))
        | (6, Some(0..=6))
        | (8, Some(1 | 2 | 4 | 6))
        | (9, Some(0..=5 | 8)) => 2,
        _ => 3,
    };
    (first != 0 && number.len() >= length).then(|| number.first(length))
}

/// Whether some number or IMSI of the tables has the country, or geography knows it.
#[must_use]
pub fn is_known(country: Country) -> bool {
    countries().any(|known| known == country)
}

/// Iterates over every country of the tables, with repetitions.
pub fn countries() -> impl Iterator<Item = Country> {
    E164.iter().chain(E212.iter()).map(|(_, country)| *country)
}

/// Returns how many digits of an IMSI tell its country.
#[must_use]
pub fn imsi_depth() -> usize {
    E212.depth()
}

/// Returns how many digits of an international number tell its country.
#[must_use]
pub fn e164_depth() -> usize {
    E164.depth()
}

fn table(csv: &str) -> DigitTrie<Country> {
    let rows = csv.lines().filter_map(row);
    // A test proves that no row is dropped and that no prefix stands twice.
    DigitTrie::build(rows).unwrap_or_default()
}

fn row(line: &str) -> Option<(Digits, Country)> {
    let (prefix, country) = line.split_once(',')?;
    Some((Digits::parse(prefix)?, Country::parse(country)?))
}

static E164: LazyLock<DigitTrie<Country>> = LazyLock::new(|| table(E164_CSV));
static E212: LazyLock<DigitTrie<Country>> = LazyLock::new(|| table(E212_CSV));

const E164_CSV: &str = include_str!("data/e164.csv");
const E212_CSV: &str = include_str!("data/e212.csv");
const ISO3166_CSV: &str = include_str!("data/iso3166.csv");

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::parse(text).unwrap()
    }

    #[test]
    fn every_row_is_read_once() {
        for (csv, table) in [(E164_CSV, &E164), (E212_CSV, &E212)] {
            let rows = csv.lines().filter(|line| !line.starts_with('#')).count();
            assert!(csv.starts_with("# "));
            assert_eq!(table.len(), rows);
            for (prefix, _) in table.iter() {
                assert!(prefix.is_decimal() && !prefix.is_empty(), "{prefix}");
            }
        }
    }

    #[test]
    fn numbers_of_shared_codes() {
        for (number, want) in [
            ("35477", Some("IS")),
            ("15550100", Some("US")),
            ("12045550100", Some("CA")),
            ("16475550100", Some("CA")),
            ("18765550100", Some("JM")),
            ("17875550100", Some("PR")),
            ("16715550100", Some("GU")),
            ("79", Some("RU")),
            ("76", Some("KZ")),
            ("77", Some("KZ")),
            ("3906", Some("IT")),
            ("3906698", Some("VA")),
            ("441534", Some("JE")),
            ("447797", Some("JE")),
            ("441481", Some("GG")),
            ("441624", Some("IM")),
            ("447624", Some("IM")),
            ("4420", Some("GB")),
            ("4779", Some("SJ")),
            ("6189164", Some("CX")),
            ("6189162", Some("CC")),
            ("6189", Some("AU")),
            ("2125288", Some("EH")),
            ("2126", Some("MA")),
            ("262639", Some("YT")),
            ("262692", Some("RE")),
            ("35818", Some("AX")),
            ("35840", Some("FI")),
            ("5999", Some("CW")),
            ("5996", Some("CW")),
            ("12735550100", Some("CA")),
            ("5997", Some("BQ")),
            ("88216", Some("XX")),
            ("8835", Some("XX")),
            ("870", Some("XX")),
            ("999", Some("XX")),
            ("210", None),
            ("0", None),
            ("", None),
        ] {
            let got = country_of_e164(digits(number));
            assert_eq!(got, want.and_then(Country::parse), "{number}");
        }
        assert!(country_of_e164(digits("881")).unwrap().is_virtual());
    }

    #[test]
    fn imsis_by_mobile_country_code() {
        for (imsi, want) in [
            ("001010000000001", Some("XX")),
            ("99999", Some("XX")),
            ("90112", Some("XX")),
            ("27477", Some("IS")),
            ("310987", Some("US")),
            ("316", Some("US")),
            ("405987", Some("IN")),
            ("440", Some("JP")),
            ("441", Some("JP")),
            ("23455", Some("GG")),
            ("23410", Some("GB")),
            ("42505", Some("PS")),
            ("42501", Some("IL")),
            ("310032", Some("GU")),
            ("28967", Some("GE")),
            ("23473", Some("IM")),
            ("23455", Some("GG")),
            ("64701", Some("YT")),
            ("000", None),
            ("27", None),
        ] {
            assert_eq!(country_of_imsi(digits(imsi)), want.and_then(Country::parse), "{imsi}");
        }
    }

    #[test]
    fn calling_codes_agree_with_the_table() {
        for (number, want) in [
            ("15550100", Some("1")),
            ("77", Some("7")),
            ("2010", Some("20")),
            ("27", Some("27")),
            ("2125", Some("212")),
            ("354391", Some("354")),
            ("3906698", Some("39")),
            ("42077", Some("420")),
            ("4179", Some("41")),
            ("5999", Some("599")),
            ("8613", Some("86")),
            ("88216", Some("882")),
            ("97150", Some("971")),
            ("999", Some("999")),
            ("9", None),
            ("0", None),
            ("", None),
        ] {
            assert_eq!(calling_code(digits(number)), want.map(digits), "{number}");
        }
        // No row is shorter than its country code, and every code of a row is a row.
        for (prefix, _) in E164.iter() {
            let code = calling_code(prefix).unwrap();
            assert!(E164.get(code).is_some(), "{prefix}: {code}");
        }
    }

    #[test]
    fn initials_of_three_letters_or_two() {
        for (text, want) in [
            ("NOR", Some("NO")),
            ("nor ", Some("NO")),
            ("DE", Some("DE")),
            ("XKX", Some("XK")),
            ("QQQ", None),
            ("#", None),
            ("", None),
        ] {
            assert_eq!(country_of_initials(text), want.and_then(Country::parse), "{text}");
        }
        let rows = ISO3166_CSV.lines().filter(|line| !line.starts_with('#'));
        assert!(rows.clone().count() > 240);
        for (long, short) in rows.filter_map(|line| line.split_once(',')) {
            assert_eq!((long.len(), short.len()), (3, 2), "{long}");
            assert_eq!(country_of_initials(long), Country::parse(short), "{long}");
        }
    }

    #[test]
    fn countries_are_two_capitals() {
        for text in ["", "I", "is", "ISL", "I1", "Ä"] {
            assert_eq!(Country::parse(text), None, "{text}");
        }
        assert_eq!(Country::parse("IS").unwrap().to_string(), "IS");
        assert!(is_known(Country::parse("IS").unwrap()));
        assert!(is_known(Country::VIRTUAL));
        assert!(!is_known(Country::parse("ZZ").unwrap()));
    }
}
