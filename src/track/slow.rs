//! Low and slow: requests about one subscriber over a day and a week, and by how many.
//!
//! Somebody who asks every few hours, each time from another address, stays below every hourly
//! threshold. Counts are by the hour and by the day, so a window is exact to its first bucket; of
//! senders the last [`SENDERS`] are told apart.

use picket_dissectors::Digits;
use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::{block, fold, seconds};
use crate::enrich::network::Place;

/// Requests about one subscriber.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Slow {
    hour: u32,
    hours: [u16; 24],
    day: u32,
    days: [u16; 7],
    senders: [Sender; SENDERS],
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
struct Sender {
    at: u32,
    title: u32,
    network: u32,
    country: u16,
}

/// What a day and a week hold.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Requests of a day.
    pub day: u16,
    /// Requests of a week.
    pub week: u16,
    /// Distinct senders, networks and countries of a day.
    pub of_day: Distinct,
    /// The same of a week.
    pub of_week: Distinct,
}

/// Distinct senders, at most [`SENDERS`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Distinct {
    /// Global titles.
    pub titles: u8,
    /// Networks; of titles in no configured network, their leading digits.
    pub networks: u8,
    /// Countries.
    pub countries: u8,
}

impl Slow {
    /// Counts a request and returns the counts with it.
    pub fn add(&mut self, at: Timestamp, title: Digits, place: &Place) -> Counts {
        let now = seconds(at);
        roll(&mut self.hour, &mut self.hours, now / HOUR);
        roll(&mut self.day, &mut self.days, now / DAY);
        count(self.hour, &mut self.hours);
        count(self.day, &mut self.days);
        let network = place.network.map_or_else(|| fold(block(title)), |id| u32::from(id.0));
        let country = place.country.map_or(0, |country| {
            country.as_str().bytes().fold(0, |word, byte| word << 8 | u16::from(byte))
        });
        self.note(Sender { at: now, title: fold(title), network, country });
        self.counts(now)
    }

    /// Adds what was counted under another entry of the same person.
    pub fn merge(&mut self, other: &Self) {
        let (mut newer, mut older) = (*self, *other);
        if older.hour > newer.hour {
            (newer, older) = (older, newer);
        }
        roll(&mut older.hour, &mut older.hours, newer.hour);
        roll(&mut older.day, &mut older.days, newer.day);
        let pairs = newer.hours.iter_mut().zip(older.hours);
        for (mine, theirs) in pairs.chain(newer.days.iter_mut().zip(older.days)) {
            *mine = mine.saturating_add(theirs);
        }
        for sender in older.senders.into_iter().filter(|sender| sender.at != 0) {
            newer.note(sender);
        }
        *self = newer;
    }

    fn note(&mut self, sender: Sender) {
        let known = self.senders.iter().position(|known| known.title == sender.title);
        let oldest = || {
            let of = self.senders.iter().enumerate().min_by_key(|(_, known)| known.at);
            of.map(|(slot, _)| slot)
        };
        if let Some(slot) = known.or_else(oldest).and_then(|slot| self.senders.get_mut(slot))
            && slot.at <= sender.at
        {
            *slot = sender;
        }
    }

    fn counts(&self, now: u32) -> Counts {
        let sum = |counts: &[u16]| counts.iter().fold(0_u16, |sum, &n| sum.saturating_add(n));
        Counts {
            day: sum(&self.hours),
            week: sum(&self.days),
            of_day: self.distinct(now.saturating_sub(DAY)),
            of_week: self.distinct(now.saturating_sub(7 * DAY)),
        }
    }

    fn distinct(&self, since: u32) -> Distinct {
        let mut out = Distinct::default();
        for (at, sender) in self.senders.iter().enumerate() {
            if sender.at == 0 || sender.at < since {
                continue;
            }
            let before =
                || self.senders.iter().take(at).filter(|known| known.at != 0 && known.at >= since);
            out.titles += 1;
            out.networks += u8::from(before().all(|known| known.network != sender.network));
            let country = sender.country != 0 && before().all(|k| k.country != sender.country);
            out.countries += u8::from(country);
        }
        out
    }
}

/// Moves a ring of buckets on to `now`.
fn roll(last: &mut u32, ring: &mut [u16], now: u32) {
    let length = u32::try_from(ring.len()).unwrap_or(1).max(1);
    if now.saturating_sub(*last) >= length {
        ring.fill(0);
    } else {
        for bucket in *last + 1..=now {
            if let Some(slot) = ring.get_mut(usize::try_from(bucket % length).unwrap_or(0)) {
                *slot = 0;
            }
        }
    }
    *last = now.max(*last);
}

fn count(bucket: u32, ring: &mut [u16]) {
    let at = usize::try_from(bucket).unwrap_or(0).checked_rem(ring.len()).unwrap_or(0);
    if let Some(slot) = ring.get_mut(at) {
        *slot = slot.saturating_add(1);
    }
}

/// Senders told apart.
pub const SENDERS: usize = 12;
const HOUR: u32 = 3600;
const DAY: u32 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::numbering::Country;

    fn at(hour: u64) -> Timestamp {
        Timestamp::from_nanos((1000 + hour) * 3_600_000_000_000)
    }

    fn add(slow: &mut Slow, hour: u64, title: &str, country: &str) -> Counts {
        let place = Place { country: Country::parse(country), ..Place::default() };
        slow.add(at(hour), Digits::parse(title).unwrap(), &place)
    }

    #[test]
    fn a_day_and_a_week_slide() {
        let mut slow = Slow::default();
        for (hour, title, country, want) in [
            (0, "9991000001", "IS", (1, 1, 1, 1, 1)),
            (6, "9991000002", "IS", (2, 2, 2, 1, 1)),
            (12, "9992000001", "NO", (3, 3, 3, 2, 2)),
            (23, "9992000001", "NO", (4, 4, 3, 2, 2)),
            (31, "9993000001", "SE", (3, 5, 2, 2, 2)),
            (24 * 12, "9991000001", "IS", (1, 1, 1, 1, 1)),
        ] {
            let counts = add(&mut slow, hour, title, country);
            let day = counts.of_day;
            let got = (counts.day, counts.week, day.titles, day.networks, day.countries);
            assert_eq!(got, want, "hour {hour}");
        }
    }

    #[test]
    fn two_records_of_one_person_become_one() {
        let (mut a, mut b) = (Slow::default(), Slow::default());
        add(&mut a, 0, "9991000001", "IS");
        add(&mut b, 5, "9992000001", "NO");
        add(&mut b, 6, "9992000001", "NO");
        a.merge(&b);
        let counts = add(&mut a, 7, "9993000001", "SE");
        assert_eq!((counts.day, counts.of_day.titles, counts.of_day.countries), (4, 3, 3));
    }
}
