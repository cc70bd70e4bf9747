//! Global titles others warned of: the lists an operator loads.
//!
//! A title may be leased to an attacker today and be an innocent node's tomorrow. So an entry holds
//! until its last day, what is past it is counted, and a match is a field of the event, no alert.

use picket_dissectors::Digits;
use picket_hw::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

/// How sure whoever made an entry is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint.
    Low,
    /// Likely.
    #[default]
    Medium,
    /// Seen to be so.
    High,
}

impl Confidence {
    /// Every confidence, the least sure first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];
    /// Their names.
    pub const NAMES: [&'static str; 3] = ["low", "medium", "high"];

    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// The numbering plan of an entry.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// Nodes under E.164.
    #[default]
    E164,
    /// Mobile global titles (E.214), as sent.
    E214,
    /// Both.
    Any,
}

impl Plan {
    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::E164 => "e164",
            Self::E214 => "e214",
            Self::Any => "any",
        }
    }
}

/// What titles an entry is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Range {
    /// This number and no other.
    Exact(Digits),
    /// Every number that begins so.
    Prefix(Digits),
    /// Every number that begins with a number between these two of equal length, ends included.
    Between(Digits, Digits),
}

/// An entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The titles it is about.
    pub range: Range,
    /// Their numbering plan.
    pub plan: Plan,
    /// Position of the name of its list.
    pub list: u16,
    /// How much it weighs, 0 to 100.
    pub weight: u8,
    /// How sure its maker is.
    pub confidence: Confidence,
    /// The first moment it holds no more.
    pub until: Timestamp,
}

/// An address on a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sighting {
    /// Position of the name of the list.
    pub list: u16,
    /// The heaviest entry's weight.
    pub weight: u8,
    /// Its confidence.
    pub confidence: Confidence,
}

/// Every entry, ready for look-ups.
#[derive(Clone, Debug, Default)]
pub struct Intel {
    names: Vec<String>,
    entries: Vec<Entry>,
    /// Beginnings of titles, whether nothing may follow, and the entry; sorted.
    rows: Vec<(Digits, bool, usize)>,
    /// Lengths there are among them, a bit each.
    lengths: u32,
}

impl Intel {
    /// Builds the look-up of entries whose lists are positions in `names`.
    #[must_use]
    pub fn build(names: Vec<String>, entries: Vec<Entry>) -> Self {
        let mut rows = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            match &entry.range {
                Range::Exact(number) => rows.push((*number, true, at)),
                Range::Prefix(prefix) => rows.push((*prefix, false, at)),
                Range::Between(first, last) => {
                    let between = cover(&first.to_string(), &last.to_string());
                    let prefixes = between.iter().filter_map(|prefix| Digits::parse(prefix));
                    rows.extend(prefixes.map(|prefix| (prefix, false, at)));
                }
            }
        }
        rows.sort_unstable_by_key(|&(digits, exact, at)| (digits.bits().get(), exact, at));
        let lengths = rows.iter().fold(0, |lengths, (digits, ..)| lengths | length(*digits));
        Self { names, entries, rows, lengths }
    }

    /// Whether there are no entries.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the names of the lists.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the heaviest entry about a title that holds at a time, and whether one was met that
    /// holds no more.
    #[must_use]
    pub fn look(&self, title: Digits, mobile: bool, at: Timestamp) -> (Option<Sighting>, bool) {
        let (mut best, mut expired): (Option<&Entry>, bool) = (None, false);
        for length in (1..=title.len().min(31)).filter(|length| self.lengths >> length & 1 == 1) {
            let begins = title.first(length);
            let key = begins.bits().get();
            let from = self.rows.partition_point(|(digits, ..)| digits.bits().get() < key);
            let found = self.rows.iter().skip(from).take_while(|(digits, ..)| *digits == begins);
            for &(_, exact, entry) in found {
                let Some(entry) = self.entries.get(entry) else { continue };
                let plan = match entry.plan {
                    Plan::E164 => !mobile,
                    Plan::E214 => mobile,
                    Plan::Any => true,
                };
                if !plan || (exact && length != title.len()) {
                    continue;
                }
                if at >= entry.until {
                    expired = true;
                } else if best.is_none_or(|best| {
                    (best.weight, best.confidence) < (entry.weight, entry.confidence)
                }) {
                    best = Some(entry);
                }
            }
        }
        let sighting = best.map(|entry| Sighting {
            list: entry.list,
            weight: entry.weight,
            confidence: entry.confidence,
        });
        (sighting, expired)
    }
}

fn length(digits: Digits) -> u32 {
    1 << digits.len().min(31)
}

/// Returns the fewest prefixes that begin every number between two of equal length.
fn cover(first: &str, last: &str) -> Vec<String> {
    let (Ok(mut from), Ok(to)) = (first.parse::<u64>(), last.parse::<u64>()) else {
        return Vec::new();
    };
    let width = first.len();
    let mut prefixes = Vec::new();
    while from <= to {
        let (mut size, mut cut) = (1_u64, 0);
        while cut + 1 < width && from % (size * 10) == 0 && from + size * 10 - 1 <= to {
            size *= 10;
            cut += 1;
        }
        let number = format!("{from:0width$}");
        prefixes.extend(number.get(..width - cut).map(str::to_owned));
        let Some(next) = from.checked_add(size) else { break };
        from = next;
    }
    prefixes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::parse(text).unwrap()
    }

    fn entry(range: Range, weight: u8) -> Entry {
        Entry {
            range,
            plan: Plan::E164,
            list: 0,
            weight,
            confidence: Confidence::Medium,
            until: Timestamp::from_nanos(100),
        }
    }

    #[test]
    fn a_range_is_the_fewest_prefixes() {
        for (first, last, want) in [
            ("100", "199", vec!["1"]),
            ("0100", "0119", vec!["010", "011"]),
            ("98", "99", vec!["98", "99"]),
            ("995", "1000", vec![]),
            ("123", "122", vec![]),
            ("00", "99", vec!["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        ] {
            let want: Vec<String> = want.into_iter().map(str::to_owned).collect();
            if first.len() == last.len() {
                assert_eq!(cover(first, last), want, "{first} {last}");
            }
        }
        // Every number of the range and none beside it.
        let prefixes = cover("2975", "4102");
        for number in 0..10_000_u32 {
            let text = format!("{number:04}");
            let covered =
                prefixes.iter().filter(|prefix| text.starts_with(prefix.as_str())).count();
            assert_eq!(covered, usize::from((2975..=4102).contains(&number)), "{text}");
        }
    }

    #[test]
    fn the_heaviest_entry_that_holds_is_told() {
        let mut e214 = entry(Range::Prefix(digits("9992")), 90);
        e214.plan = Plan::E214;
        let mut old = entry(Range::Prefix(digits("99920")), 80);
        old.until = Timestamp::from_nanos(10);
        let intel = Intel::build(
            vec!["a".into()],
            vec![
                entry(Range::Prefix(digits("999")), 10),
                entry(Range::Exact(digits("99910")), 50),
                entry(Range::Between(digits("99930"), digits("99942")), 40),
                e214,
                old,
            ],
        );
        for (title, mobile, at, weight, expired) in [
            ("99910", false, 5, Some(50), false),
            ("999101", false, 5, Some(10), false),
            ("9993512", false, 5, Some(40), false),
            ("9994312", false, 5, Some(10), false),
            ("99920", true, 5, Some(90), false),
            ("99920", false, 5, Some(80), false),
            ("99920", false, 10, Some(10), true),
            ("99920", false, 100, None, true),
            ("99820", false, 5, None, false),
        ] {
            let (found, old) = intel.look(digits(title), mobile, Timestamp::from_nanos(at));
            assert_eq!(found.map(|found| found.weight), weight, "{title} at {at}");
            assert_eq!(old, expired, "{title} at {at}");
        }
        assert_eq!(Intel::default().look(digits("999"), false, Timestamp::EPOCH), (None, false));
    }
}
