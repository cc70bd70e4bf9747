//! How far countries are apart, for the speed of a subscriber.
//!
//! Distances are between borders and rather too short than too long: a country is a generous circle.
//! Countries without a territory have no distance to anything.

use std::sync::LazyLock;

use super::numbering::Country;

/// Whether the countries share a land border or a well known short crossing; a country is its own
/// neighbour.
#[must_use]
pub fn are_neighbours(a: Country, b: Country) -> bool {
    a == b || NEIGHBOURS.binary_search(&(a.min(b), a.max(b))).is_ok()
}

/// Returns the great-circle distance between the countries' borders in kilometres: zero for
/// neighbours, `None` when the place of one is not known.
#[must_use]
pub fn distance_km(a: Country, b: Country) -> Option<u32> {
    let (from, to) = (circle(a)?, circle(b)?);
    if are_neighbours(a, b) {
        return Some(0);
    }
    let between = haversine(from, to) - from.radius - to.radius;
    // At most half the circumference of the earth; the cast saturates.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 20,038")]
    let km = between.max(0.0).round() as u32;
    Some(km)
}

#[derive(Clone, Copy, Debug)]
struct Circle {
    country: Country,
    latitude: f64,
    longitude: f64,
    radius: f64,
}

fn circle(country: Country) -> Option<Circle> {
    let at = CIRCLES.binary_search_by_key(&country, |circle| circle.country).ok()?;
    CIRCLES.get(at).copied()
}

/// Returns the distance of the centres on a sphere.
fn haversine(from: Circle, to: Circle) -> f64 {
    let (a, b) = (from.latitude.to_radians(), to.latitude.to_radians());
    let half = |x: f64, y: f64| ((x - y) / 2.0).sin().powi(2);
    let across = half(from.longitude.to_radians(), to.longitude.to_radians());
    let h = half(a, b) + a.cos() * b.cos() * across;
    2.0 * EARTH_RADIUS_KM * h.min(1.0).sqrt().asin()
}

fn circle_row(line: &str) -> Option<Circle> {
    let mut cells = line.split(',');
    let country = Country::parse(cells.next()?)?;
    let mut number = || cells.next()?.parse::<f64>().ok();
    Some(Circle { country, latitude: number()?, longitude: number()?, radius: number()? })
}

fn neighbour_row(line: &str) -> Option<(Country, Country)> {
    let (a, b) = line.split_once(',')?;
    Some((Country::parse(a)?, Country::parse(b)?))
}

static CIRCLES: LazyLock<Vec<Circle>> = LazyLock::new(|| {
    let mut rows: Vec<Circle> = CENTROIDS_CSV.lines().filter_map(circle_row).collect();
    rows.sort_by_key(|circle| circle.country);
    rows
});

static NEIGHBOURS: LazyLock<Vec<(Country, Country)>> = LazyLock::new(|| {
    let mut rows: Vec<_> = NEIGHBOURS_CSV.lines().filter_map(neighbour_row).collect();
    rows.sort_unstable();
    rows
});

const CENTROIDS_CSV: &str = include_str!("data/centroids.csv");
const NEIGHBOURS_CSV: &str = include_str!("data/neighbours.csv");
const EARTH_RADIUS_KM: f64 = 6371.0;

#[cfg(test)]
mod tests {
    use super::{
        super::numbering::{countries, is_known},
        *,
    };

    fn country(text: &str) -> Country {
        Country::parse(text).unwrap()
    }

    fn rows(csv: &str) -> usize {
        csv.lines().filter(|line| !line.starts_with('#')).count()
    }

    #[test]
    fn every_row_is_read_once() {
        assert_eq!(CIRCLES.len(), rows(CENTROIDS_CSV));
        assert!(CIRCLES.windows(2).all(|pair| pair[0].country < pair[1].country));
        assert_eq!(NEIGHBOURS.len(), rows(NEIGHBOURS_CSV));
        assert!(NEIGHBOURS.windows(2).all(|pair| pair[0] < pair[1]));
        for (a, b) in NEIGHBOURS.iter() {
            assert!(a < b && circle(*a).is_some() && circle(*b).is_some(), "{a} {b}");
        }
    }

    #[test]
    fn every_numbered_country_has_a_place() {
        for country in countries().filter(|country| !country.is_virtual()) {
            assert!(circle(country).is_some(), "{country}");
        }
        for circle in CIRCLES.iter() {
            assert!(is_known(circle.country), "{}", circle.country);
            assert!(circle.latitude.abs() <= 90.0 && circle.longitude.abs() <= 180.0);
            assert!(circle.radius > 0.0, "{}", circle.country);
        }
    }

    #[test]
    fn neighbours_either_way_round() {
        for (a, b, want) in [
            ("FR", "DE", true),
            ("GB", "FR", true),
            ("FI", "EE", true),
            ("HK", "CN", true),
            ("US", "CA", true),
            ("IS", "IS", true),
            ("XX", "XX", true),
            ("IS", "FO", false),
            ("IS", "NO", false),
            ("PT", "FR", false),
            ("XX", "FR", false),
        ] {
            assert_eq!(are_neighbours(country(a), country(b)), want, "{a} {b}");
            assert_eq!(are_neighbours(country(b), country(a)), want, "{b} {a}");
        }
    }

    #[test]
    fn distances_between_borders() {
        for (a, b, least, most) in [
            ("IS", "IS", 0, 0),
            ("DE", "FR", 0, 0),
            ("IS", "TH", 7500, 9500),
            ("IS", "GB", 400, 1000),
            ("NZ", "ES", 17000, 19500),
            ("FJ", "WS", 500, 1200),
            ("AU", "JP", 2500, 4500),
        ] {
            let got = distance_km(country(a), country(b)).unwrap();
            assert!((least..=most).contains(&got), "{a} {b}: {got}");
            assert_eq!(distance_km(country(b), country(a)), Some(got));
        }
        for (a, b) in [("XX", "IS"), ("IS", "XX"), ("ZZ", "IS"), ("XX", "XX")] {
            assert_eq!(distance_km(country(a), country(b)), None, "{a} {b}");
        }
    }

    #[test]
    fn a_neighbour_is_never_far() {
        for (a, b) in NEIGHBOURS.iter() {
            let (from, to) = (circle(*a).unwrap(), circle(*b).unwrap());
            let gap = haversine(from, to) - from.radius - to.radius;
            // Bonaire and Sint Maarten: the Dutch islands of one code lie 850 km apart.
            assert!(gap < 850.0, "{a} {b}: {gap}");
        }
    }
}
