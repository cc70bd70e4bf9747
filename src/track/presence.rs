//! Where a subscriber was seen last, and how fast a move to the next place would be.
//!
//! State moves only on accepted answers: steering of roaming refuses one registration after the
//! other, and none of those is travel. Countries are compared border to border, neighbours are at no
//! distance, and networks without territory (aircraft, ships, satellites) are nowhere.

use picket_hw::Timestamp;

use super::seconds;
use crate::{
    enrich::{
        geography,
        network::{NetworkId, Place},
    },
    state::subscriber::{Serving, Subscriber},
};

/// A move, as a registration asks for it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Move {
    /// Network before.
    pub previous_network: Option<NetworkId>,
    /// Seconds since the subscriber was last seen there.
    pub previous_age_s: Option<u32>,
    /// Distance between the countries.
    pub distance_km: Option<u32>,
    /// Speed it would need; `None` where one place is not known or nowhere.
    pub velocity_kmh: Option<u32>,
}

/// Describes the move to `place` that a registration at `at` would be.
#[must_use]
pub fn travel(subscriber: &Subscriber, place: &Place, at: Timestamp) -> Option<Move> {
    let last = latest(subscriber)?;
    let mut travel = Move { previous_network: last.place.network, ..Move::default() };
    if last.seen == 0 {
        return Some(travel);
    }
    let passed = seconds(at).saturating_sub(last.seen);
    travel.previous_age_s = Some(passed);
    let countries = last.place.country.zip(place.country);
    travel.distance_km = countries.and_then(|(from, to)| geography::distance_km(from, to));
    travel.velocity_kmh = travel.distance_km.map(|km| {
        let speed = u64::from(km).saturating_mul(3600) / u64::from(passed.max(1));
        u32::try_from(speed).unwrap_or(u32::MAX)
    });
    Some(travel)
}

/// Returns the registration seen last, circuit or packet switched.
#[must_use]
pub fn latest(subscriber: &Subscriber) -> Option<Serving> {
    match (subscriber.serving, subscriber.serving_packet) {
        (Some(cs), Some(ps)) => Some(if ps.seen > cs.seen { ps } else { cs }),
        (cs, ps) => cs.or(ps),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::numbering::Country;

    fn place(country: &str) -> Place {
        Place { country: Country::parse(country), ..Place::default() }
    }

    #[test]
    fn speed_is_between_borders_and_nowhere_is_no_place() {
        let hour = 3_600_000_000_000;
        for (from, to, age, fast) in [
            ("IS", "GB", hour / 60, Some(true)),
            ("IS", "GB", 12 * hour, Some(false)),
            ("NO", "SE", 1, Some(false)), // neighbours
            ("IS", "IS", 1, Some(false)),
            ("IS", "XX", 1, None),
        ] {
            let seen = Timestamp::from_nanos(100 * hour);
            let serving = Some(Serving { place: place(from), seen: seconds(seen) });
            let subscriber = Subscriber { serving, ..Subscriber::default() };
            let travel = travel(&subscriber, &place(to), seen.saturating_add(age)).unwrap();
            assert_eq!(travel.velocity_kmh.map(|kmh| kmh > 1000), fast, "{from} {to}");
        }
        assert_eq!(travel(&Subscriber::default(), &place("IS"), Timestamp::EPOCH), None);
    }
}
