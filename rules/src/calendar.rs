//! Parts of a time, in UTC: what Sigma's modifiers `minute` to `year` compare.

/// A part of a time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// Day of the month, 1 to 31.
    Day,
    /// Week of ISO 8601, 1 to 53: the first has the year's first Thursday.
    Week,
    /// 1 to 12.
    Month,
    /// Years of the common era.
    Year,
}

impl Part {
    const ALL: [Self; 6] =
        [Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }

    /// Returns the least and the greatest it may be, in words for an error besides.
    pub(crate) const fn range(self) -> (u64, u64, &'static str) {
        match self {
            Self::Minute => (0, 59, "a minute from 0 to 59"),
            Self::Hour => (0, 23, "an hour from 0 to 23, UTC"),
            Self::Day => (1, 31, "a day of the month from 1 to 31"),
            Self::Week => (1, 53, "a week from 1 to 53 (ISO 8601)"),
            Self::Month => (1, 12, "a month from 1 to 12"),
            Self::Year => (1970, 2554, "a year from 1970 to 2554"),
        }
    }

    /// Returns this part of a time in nanoseconds since the Unix epoch.
    pub(crate) const fn of(self, nanos: u64) -> u64 {
        let minutes = nanos / 60_000_000_000;
        let days = minutes / (24 * 60);
        match self {
            Self::Minute => minutes % 60,
            Self::Hour => minutes / 60 % 24,
            Self::Day => date(days).2,
            Self::Month => date(days).1,
            Self::Year => date(days).0,
            Self::Week => {
                // 1970-01-01 was a Thursday, and the Thursday of a week decides its year.
                let thursday = days + 3 - (days + 3) % 7;
                let first = days_before(date(thursday).0);
                (thursday - first) / 7 + 1
            }
        }
    }
}

/// Returns year, month and day of a day since 1970-01-01: years that begin in March have the leap day
/// at their end, and 400 of them always as many days.
const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + DAYS_TO_EPOCH;
    let (cycle, day) = (days / CYCLE, days % CYCLE);
    let year = (day - day / 1_460 + day / 36_524 - day / (CYCLE - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Months from March: 153 days in five of them.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, late) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (400 * cycle + year + late, month, day)
}

/// Returns the days from 1970-01-01 to the first of January of a year from 1970 on.
const fn days_before(year: u64) -> u64 {
    let past = year - 1;
    365 * past + past / 4 - past / 100 + past / 400 + DAYS_OF_MARCH_TO_JANUARY - DAYS_TO_EPOCH
}

/// Days in 400 years.
const CYCLE: u64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_EPOCH: u64 = 719_468;
/// Days from 0000-03-01 to 0001-01-01.
const DAYS_OF_MARCH_TO_JANUARY: u64 = 306;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_the_parts_that_date_tells() {
        // `date -u -d @SECONDS '+%Y %-m %-d %-V %-H %-M'`
        for (seconds, want) in [
            (0, [1970, 1, 1, 1, 0, 0]),
            (951_782_399, [2000, 2, 28, 9, 23, 59]),
            (951_782_400, [2000, 2, 29, 9, 0, 0]),
            (1_104_537_600, [2005, 1, 1, 53, 0, 0]),
            (1_230_768_000, [2009, 1, 1, 1, 0, 0]),
            (1_262_304_000, [2010, 1, 1, 53, 0, 0]),
            (1_772_438_521, [2026, 3, 2, 10, 8, 2]),
            (1_798_761_599, [2026, 12, 31, 53, 23, 59]),
            (4_107_542_400, [2100, 3, 1, 9, 0, 0]),
        ] {
            let parts = [Part::Year, Part::Month, Part::Day, Part::Week, Part::Hour, Part::Minute];
            assert_eq!(parts.map(|part| part.of(seconds * 1_000_000_000)), want, "{seconds}");
        }
    }

    #[test]
    fn every_part_of_every_day_is_in_its_range() {
        for day in 0..=u64::MAX / 86_400_000_000_000 {
            for part in Part::ALL {
                let (least, most, _) = part.range();
                let found = part.of(day * 86_400_000_000_000);
                assert!((least..=most).contains(&found), "{part:?} of day {day}: {found}");
            }
        }
    }
}
