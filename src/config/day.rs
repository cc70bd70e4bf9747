//! A day, as a date of TOML or as text.

use core::fmt;

use serde::Deserialize;

/// A day: `2026-12-31`, with quotes or without.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a date, such as 2026-12-31")]
pub enum Day {
    /// A date of TOML, or a date and time, which is no day.
    Date(toml::value::Datetime),
    /// Text.
    Text(String),
}

impl Day {
    /// Returns the first nanosecond since the Unix epoch after it, UTC; `None` for what is not just a
    /// date.
    #[must_use]
    pub fn end(&self) -> Option<u64> {
        let date: jiff::civil::Date = match self {
            Self::Date(written) => {
                let (Some(date), None, None) = (&written.date, &written.time, &written.offset)
                else {
                    return None;
                };
                let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
                jiff::civil::Date::new(i16::try_from(date.year).ok()?, month, day).ok()?
            }
            Self::Text(text) if text.len() == "2026-12-31".len() => text.parse().ok()?,
            Self::Text(_) => return None,
        };
        let midnight = date.tomorrow().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        u64::try_from(midnight.timestamp().as_nanosecond()).ok()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_a_day_are_one() {
        #[derive(Deserialize)]
        struct Table {
            day: Day,
        }
        let day = |text: &str| toml::from_str::<Table>(&format!("day = {text}")).unwrap().day.end();
        assert_eq!(day("1970-01-01"), Some(86_400_000_000_000));
        assert_eq!(day("\"1970-01-01\""), day("1970-01-01"));
        for none in ["\"\"", "\"2026-13-01\"", "\"soon\"", "2026-12-31T00:00:00Z", "00:00:01"] {
            assert_eq!(day(none), None, "{none}");
        }
        assert!(toml::from_str::<Table>("day = 7").is_err());
    }
}
