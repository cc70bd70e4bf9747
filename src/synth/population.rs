//! Who is where at which time: partners by rank, time zones, the curve of the day, travellers.
//!
//! Nothing is stored of a person: where number `n` is, and which node serves them, follows from the
//! number and the time. A partner's rank decides its volume (Zipf: the `k`-th has `1 / k` of the
//! first); its country decides whose evening it is.

use picket_dissectors::Digits;

use super::{
    model::{Model, whole},
    network::{MOST_PARTNERS, digits, text},
    rng::{Random, mix},
    stage::SECOND,
    world::{self, Node, SGSN, Subscriber, VLR},
};

/// The people of the background and their days.
#[derive(Clone, Debug)]
pub struct Population {
    outbound: u64,
    inbound: u64,
    at_home: u64,
    /// Sums of volumes, by rank, in parts of [`ONE`].
    volumes: Vec<u64>,
    nodes: (u64, u64),
    travellers: u64,
    aggregators: Vec<u64>,
    /// How busy each hour is, in thousandths of the busiest.
    hours: [u64; 24],
}

impl Population {
    /// Makes the people a model describes.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let people = &model.people;
        let partners = whole(people.partners).clamp(1, MOST_PARTNERS);
        let least = whole(people.nodes_least).max(1);
        Self {
            outbound: whole(people.outbound).clamp(1, MOST_PEOPLE),
            inbound: whole(people.inbound).clamp(1, MOST_PEOPLE),
            at_home: whole(people.at_home).clamp(1, MOST_PEOPLE),
            volumes: zipf(partners),
            nodes: (least, whole(people.nodes_most).max(least).min(90)),
            travellers: whole(people.travellers),
            aggregators: zipf(whole(people.aggregators).clamp(1, 10_000)),
            hours: hours(model),
        }
    }

    /// Returns how busy the traffic is at a time, all zones together, in thousandths.
    #[must_use]
    pub fn bustle(&self, now: u64) -> u64 {
        // The first ranks make most of it: they stand for all.
        let ranks = 12.min(self.volumes.len());
        let mut sum = 0;
        let mut before = 0;
        for (rank, &upto) in self.volumes.iter().enumerate().take(ranks) {
            sum += (upto - before) * self.busy_at(rank, now);
            before = upto;
        }
        (sum / before.max(1)).max(1)
    }

    /// Picks a home subscriber abroad, more often one whose day it is.
    pub fn abroad(&self, random: &mut Random, now: u64) -> Subscriber {
        self.somebody(random, now, self.outbound, |this, number, now| this.outbound(number, now))
    }

    /// Picks a guest, more often one whose day it is.
    pub fn guest(&self, random: &mut Random, now: u64) -> Subscriber {
        self.somebody(random, now, self.inbound, |this, number, now| this.inbound(number, now))
    }

    /// Picks a roamer of either kind.
    pub fn roamer(&self, random: &mut Random, now: u64) -> Subscriber {
        if random.per_mille(500) { self.abroad(random, now) } else { self.guest(random, now) }
    }

    /// Picks a home subscriber at home.
    pub fn at_home(&self, random: &mut Random) -> Subscriber {
        world::home_subscriber(MOST_PEOPLE + random.below(self.at_home))
    }

    /// Picks a title of the aggregator: a few have most of it.
    pub fn aggregator(&self, random: &mut Random) -> u64 {
        1 + pick(&self.aggregators, random.next())
    }

    /// Returns the nodes that serve somebody after they have moved within the visited network.
    #[must_use]
    pub fn earlier(&self, who: &Subscriber, number: u64) -> Node {
        if who.vlr.is_home() {
            return who.at_home().vlr;
        }
        let prefix = who.vlr.gt.first(who.vlr.gt.len().saturating_sub(TAIL));
        let node = digits("", u64::from(VLR) * 100 + 1 + number % self.nodes.0, 6);
        Node { gt: prefix.join(node), ..who.vlr }
    }

    fn somebody(
        &self,
        random: &mut Random,
        now: u64,
        count: u64,
        person: fn(&Self, u64, u64) -> Option<Subscriber>,
    ) -> Subscriber {
        let mut last = None;
        for _ in 0..PATIENCE {
            let number = random.below(count);
            let Some(found) = person(self, number, now) else { continue };
            if random.below(1000) < self.busy_at(self.rank(number), now) {
                return found;
            }
            last = Some(found);
        }
        last.unwrap_or_else(|| world::outbound(random.below(count)))
    }

    /// Home subscriber `number` where they are now; `None` between two places.
    fn outbound(&self, number: u64, now: u64) -> Option<Subscriber> {
        let person = world::home_subscriber(number);
        if mix(number ^ 0x7ab1) % 100 >= self.travellers {
            return Some(self.served(person, self.rank(number), number, now));
        }
        // A journey a few days, and a day without traffic before it.
        let phase = mix(number) % JOURNEY;
        let (leg, into) = ((now + phase) / JOURNEY, (now + phase) % JOURNEY);
        let rank = self.rank(number ^ mix(leg));
        (into >= ON_THE_WAY).then(|| self.served(person, rank, number, now))
    }

    #[expect(clippy::unnecessary_wraps, reason = "guests and others are picked alike")]
    fn inbound(&self, number: u64, now: u64) -> Option<Subscriber> {
        let person = world::guest_of(self.rank(number), number);
        let half_day = mix(number ^ (now / HALF_DAY));
        Some(world::at_home_with(person, half_day))
    }

    /// Who serves a person in a partner's network now: the register changes every few hours.
    fn served(&self, person: Subscriber, rank: usize, number: u64, now: u64) -> Subscriber {
        let (least, most) = self.nodes;
        let count = least + mix(rank as u64 ^ 0x0de5) % (most - least + 1);
        let here = mix(number ^ mix(now / HALF_DAY)) % count;
        let vlr = world::partner_node(rank, VLR, 1 + here);
        let sgsn = world::partner_node(rank, SGSN, 1 + here % 10);
        Subscriber { vlr, msc: vlr.speaking(world::MSC), sgsn, ..person }
    }

    fn rank(&self, number: u64) -> usize {
        usize::try_from(pick(&self.volumes, mix(number ^ 0x70a5))).unwrap_or_default()
    }

    /// How busy a partner's hour is.
    fn busy_at(&self, rank: usize, now: u64) -> u64 {
        let zone = zone(world::operator(rank + 1).country);
        let hour = (now / (3600 * SECOND)) as i64 + i64::from(zone);
        let hour = usize::try_from(hour.rem_euclid(24)).unwrap_or_default();
        self.hours.get(hour).copied().unwrap_or(1000)
    }
}

/// Returns running sums of `1 / k` for `count` ranks.
fn zipf(count: u64) -> Vec<u64> {
    let mut sum = 0;
    (1..=count)
        .map(|rank| {
            sum += ONE / rank;
            sum
        })
        .collect()
}

/// Picks a rank by its volume.
fn pick(sums: &[u64], chance: u64) -> u64 {
    let at = chance % sums.last().copied().unwrap_or(1).max(1);
    u64::try_from(sums.partition_point(|&sum| sum <= at)).unwrap_or_default()
}

/// A day from quiet to busy and back: two parabolas that meet in the middle of the slopes.
fn hours(model: &Model) -> [u64; 24] {
    let ratio = whole(model.span.day_to_night * 1000.0).max(1000);
    let busiest = whole(model.span.busiest_hour) % 24;
    let lowest = 1_000_000 / ratio;
    let mut hours = [1000; 24];
    for (hour, value) in (0_u64..).zip(hours.iter_mut()) {
        let away = hour.abs_diff(busiest).min(24 - hour.abs_diff(busiest));
        // From 0 at the busiest hour to 1000 twelve hours away.
        let fall = if away <= 6 {
            500 * away * away / 36
        } else {
            1000 - 500 * (12 - away) * (12 - away) / 36
        };
        *value = 1000 - (1000 - lowest) * fall / 1000;
    }
    hours
}

/// Hours a country is ahead of UTC, in the middle of it, in winter.
fn zone(country: &str) -> i8 {
    ZONES.iter().find(|(code, _)| *code == country).map_or(0, |&(_, hours)| hours)
}

/// Returns the number a subscriber has as a called party, for CAMEL.
#[must_use]
pub fn anybody(random: &mut Random) -> Digits {
    text("99911").join(digits("", random.below(10_000_000), 7))
}

/// Countries of the partners behind the first twelve, and their time: the mix of zones.
pub static ZONES: [(&str, i8); 56] = [
    ("NO", 1),
    ("DE", 1),
    ("GB", 0),
    ("SE", 1),
    ("ES", 1),
    ("DK", 1),
    ("FR", 1),
    ("PL", 1),
    ("US", -6),
    ("IT", 1),
    ("TR", 3),
    ("TH", 7),
    ("NL", 1),
    ("BE", 1),
    ("CH", 1),
    ("AT", 1),
    ("PT", 0),
    ("IE", 0),
    ("FI", 2),
    ("EE", 2),
    ("LV", 2),
    ("LT", 2),
    ("CZ", 1),
    ("SK", 1),
    ("HU", 1),
    ("RO", 2),
    ("BG", 2),
    ("GR", 2),
    ("HR", 1),
    ("SI", 1),
    ("RS", 1),
    ("UA", 2),
    ("CA", -5),
    ("MX", -6),
    ("BR", -3),
    ("AR", -3),
    ("CL", -4),
    ("MA", 1),
    ("EG", 2),
    ("ZA", 2),
    ("KE", 3),
    ("NG", 1),
    ("AE", 4),
    ("SA", 3),
    ("IL", 2),
    ("IN", 5),
    ("LK", 5),
    ("SG", 8),
    ("MY", 8),
    ("ID", 7),
    ("PH", 8),
    ("VN", 7),
    ("CN", 8),
    ("JP", 9),
    ("KR", 9),
    ("AU", 10),
];

/// The first partner's share.
const ONE: u64 = 1 << 40;
/// Digits of a node behind its network's prefix.
const TAIL: usize = 6;
/// Numbers of people of each kind; scenarios use those above.
const MOST_PEOPLE: u64 = 2_000_000;
/// How often somebody in the middle of their night is passed over.
const PATIENCE: usize = 6;
const HOUR: u64 = 3600 * SECOND;
const HALF_DAY: u64 = 12 * HOUR;
/// Four days in a place, one of them spent on getting there.
const JOURNEY: u64 = 96 * HOUR;
const ON_THE_WAY: u64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_partners_have_most_and_each_has_its_evening() {
        let people = Population::new(&Model::default());
        let mut random = Random::new(1);
        let noon = 1_772_452_800 * SECOND;
        let mut counts = [0_u32; 3];
        for _ in 0..3000 {
            let who = people.abroad(&mut random, noon);
            assert!(!who.vlr.is_home() && who.hlr.is_home());
            let rank = (0..400).find(|&k| who.vlr.gt.starts_with(text(world::operator(k + 1).gt)));
            let rank = rank.unwrap();
            counts[if rank == 0 {
                0
            } else if rank < 12 {
                1
            } else {
                2
            }] += 1;
        }
        assert!(counts.iter().all(|&count| count > 200), "{counts:?}");
        let day: Vec<u64> = (0..24).map(|hour| people.bustle(noon + hour * HOUR)).collect();
        let (low, high) = (day.iter().min().unwrap(), day.iter().max().unwrap());
        assert!(high / low >= 2, "{day:?}");
    }

    #[test]
    fn somebody_who_travels_is_silent_for_a_day_first() {
        let people = Population::new(&Model::default());
        let networks = |number: u64| -> Vec<Option<Digits>> {
            let place = |hour| people.outbound(number, hour * HOUR).map(|who| who.vlr.gt.first(8));
            (500_000..500_300).map(place).collect()
        };
        let traveller = (0..1000).find(|&n| networks(n).contains(&None)).unwrap();
        let places = networks(traveller);
        for pair in places.windows(2) {
            if let [Some(before), Some(after)] = pair {
                assert_eq!(before.first(5), after.first(5));
            }
        }
        let stays = (0..1000).filter(|&n| !networks(n).contains(&None)).count();
        assert!((900..1000).contains(&stays), "{stays}");
    }
}
