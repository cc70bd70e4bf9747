//! Subscribers: which IMSI and which MSISDN are one person, and which network serves them.
//!
//! Bindings are learnt from answers only, never from what a request claims. An SMS router answers
//! sendRoutingInfoForSM with a correlation id in the IMSI's place (TS 29.002 §12.1), a new one each
//! time; an MSISDN that is answered with changing IMSIs is therefore unbound and marked, or one
//! person's queries would be counted as another's.

use core::hash::{Hash, Hasher};

use picket_dissectors::Digits;
use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    aliased::{Aliased, Named, Whereabouts},
    keep::{Atlas, KeepError, Kept, Reader, Writer},
    table::ExpiringTable,
};
use crate::{
    enrich::network::Place,
    track::{cadence::Queries, chain::Chain, delivery::Deliveries},
};

/// The subscribers named lately.
#[derive(Debug)]
pub struct Subscribers {
    table: Aliased<Subscriber>,
    /// Those somebody asked about. Few of all, so what is known of the questions stands apart.
    asked: ExpiringTable<u64, Asked>,
    /// Numbers of people who have another one besides.
    others: ExpiringTable<Digits, u64>,
}

/// One subscriber.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Subscriber {
    /// IMSI, named or bound.
    pub imsi: Option<Digits>,
    /// MSISDN, named or bound.
    pub msisdn: Option<Digits>,
    /// Answers for the MSISDN named changing IMSIs.
    pub scrambled: bool,
    /// Circuit-switched registration, learnt from accepted answers.
    pub serving: Option<Serving>,
    /// Packet-switched registration.
    pub serving_packet: Option<Serving>,
}

/// What was asked about a subscriber lately.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Asked {
    /// Queries about the subscriber in the current and the previous window.
    pub queries: Queries,
    /// Questions for routing of messages, and whether messages followed.
    pub deliveries: Deliveries,
    /// What was given away about the subscriber last.
    pub chain: Chain,
}

/// Where a subscriber is registered.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Serving {
    /// The network.
    pub place: Place,
    /// When the subscriber was last known to be there, seconds since the Unix epoch; 0 when only the
    /// register said so. There are millions of these, so it is no [`Timestamp`].
    pub seen: u32,
}

impl Subscriber {
    const fn registration(&mut self, packet: bool) -> &mut Option<Serving> {
        if packet { &mut self.serving_packet } else { &mut self.serving }
    }
}

/// What a subscriber is named by.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Identity {
    /// An IMSI.
    Imsi(Digits),
    /// An MSISDN.
    Msisdn(Digits),
}

// In one word: of the octet that holds the length three bits are free.
impl Hash for Identity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(match self {
            Self::Imsi(digits) => digits.bits().get(),
            Self::Msisdn(digits) => digits.bits().get() | 0x80,
        });
    }
}

impl Subscribers {
    /// Makes a table of at most `capacity` subscribers.
    #[must_use]
    pub fn new(capacity: usize, seed: u64) -> Self {
        // Those of whom nothing was learnt are forgotten first.
        Self {
            table: Aliased::new(capacity, &[24 * HOUR, 7 * 24 * HOUR], seed),
            asked: ExpiringTable::new(capacity / ASKED_OF, &[25 * HOUR, 25 * HOUR], seed),
            others: ExpiringTable::new(capacity / OTHERS_OF, &[7 * 24 * HOUR], seed),
        }
    }

    /// Returns how many are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether none are known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns how many were forgotten for want of room.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.table.evictions() + self.asked.evictions() + self.others.evictions()
    }

    /// Returns a subscriber by key.
    #[must_use]
    pub fn get(&self, key: u64) -> Option<&Subscriber> {
        self.table.get(key)
    }

    /// Returns a subscriber by key, to change it.
    #[must_use]
    pub fn get_mut(&mut self, key: u64) -> Option<&mut Subscriber> {
        self.table.get_mut(key)
    }

    /// Returns what was asked about a subscriber lately.
    #[must_use]
    pub fn asked(&self, key: u64) -> Option<&Asked> {
        self.asked.get(&key)
    }

    /// Returns what was asked about a subscriber lately, to change it.
    #[must_use]
    pub fn asked_mut(&mut self, key: u64) -> Option<&mut Asked> {
        self.asked.get_mut(&key)
    }

    /// Returns where to note that somebody asks about a subscriber; `None` for nobody known.
    pub fn ask(&mut self, key: u64, now: Timestamp) -> Option<&mut Asked> {
        let learnt = is_learnt(self.table.get(key)?);
        self.asked.take_up(key, learnt.into(), now, Asked::default)
    }

    /// Returns the key of the subscriber a message names, who becomes known by it. The IMSI decides
    /// when both are named: numbers are ported, identities are not. Nobody named gives 0.
    pub fn named(&mut self, imsi: Option<Digits>, msisdn: Option<Digits>, now: Timestamp) -> u64 {
        let Some(identity) = imsi.map(Identity::Imsi).or_else(|| msisdn.map(Identity::Msisdn))
        else {
            return 0;
        };
        if let Some(key) = self.find(&identity) {
            self.touch(key, now);
            return key;
        }
        let (imsi, msisdn, which) = match identity {
            Identity::Imsi(digits) => (Some(digits), None, IMSI),
            Identity::Msisdn(digits) => (None, Some(digits), MSISDN),
        };
        let (key, _) =
            self.table.insert(Subscriber { imsi, msisdn, ..Subscriber::default() }, 0, now);
        self.table.name(key, which);
        key
    }

    /// Says where the subscriber of a number may stand.
    #[must_use]
    pub fn whereabouts(&self, identity: &Identity) -> Whereabouts {
        self.table.whereabouts(identity)
    }

    /// Reads the subscriber who may be meant, and what was asked about them; returns their key.
    #[must_use]
    pub fn glance(&self, at: Whereabouts) -> Option<u64> {
        let (key, subscriber) = self.table.glance(at)?;
        core::hint::black_box(is_learnt(subscriber));
        core::hint::black_box(self.asked.get(&key).map(|asked| asked.chain));
        Some(key)
    }

    fn find(&self, identity: &Identity) -> Option<u64> {
        self.table.find(identity).or_else(|| {
            let Identity::Msisdn(number) = identity else { return None };
            let key = *self.others.get(number)?;
            self.table.get(key).map(|_| key)
        })
    }

    /// Learns from an answer that an IMSI and an MSISDN are one subscriber; returns the key.
    pub fn bind(&mut self, imsi: Digits, msisdn: Digits, now: Timestamp) -> u64 {
        let by_imsi = self.named(Some(imsi), None, now);
        let by_msisdn = self.named(None, Some(msisdn), now);
        if by_imsi == by_msisdn {
            return by_imsi;
        }
        let Some(other) = self.table.get_mut(by_msisdn) else { return by_imsi };
        if other.scrambled {
            return by_imsi;
        }
        if other.imsi.is_some_and(|bound| bound != imsi) {
            self.unbind(by_msisdn, msisdn, now);
            return by_imsi;
        }
        // The older entry survives, so that what was counted under it goes on.
        let (keep, drop) = (by_imsi.min(by_msisdn), by_imsi.max(by_msisdn));
        let Some(gone) = self.table.remove(drop) else { return keep };
        let other = self.table.get(keep).and_then(|kept| kept.msisdn).filter(|&had| had != msisdn);
        if let Some(other) = other {
            self.table.unname(&Identity::Msisdn(other));
            self.others.insert(other, keep, 0, now);
        }
        if let Some(kept) = self.table.get_mut(keep) {
            kept.imsi = Some(imsi);
            kept.msisdn = Some(msisdn);
            kept.serving = later(kept.serving, gone.serving);
            kept.serving_packet = later(kept.serving_packet, gone.serving_packet);
        }
        self.table.name(keep, IMSI);
        self.table.name(keep, MSISDN);
        if let Some(about) = self.asked.remove(&drop)
            && let Some(kept) = self.ask(keep, now)
        {
            kept.queries.merge(&about.queries);
            kept.deliveries.merge(&about.deliveries);
            kept.chain.merge(&about.chain);
        }
        self.table.touch_coarsely(keep, 1, now, GRAIN);
        keep
    }

    /// Learns which network serves a subscriber.
    pub fn serve(&mut self, key: u64, packet: bool, serving: Serving, now: Timestamp) {
        let Some(subscriber) = self.table.get_mut(key) else { return };
        *subscriber.registration(packet) = Some(serving);
        self.table.touch_coarsely(key, 1, now, GRAIN);
    }

    /// Learns that a subscriber was seen at a place: a registration there, as `same` tells, is
    /// confirmed; where none is known this is one.
    pub fn seen_at(
        &mut self,
        key: u64,
        serving: Serving,
        now: Timestamp,
        same: impl Fn(&Place, &Place) -> bool,
    ) {
        let Some(subscriber) = self.table.get_mut(key) else { return };
        let mut known = false;
        for packet in [false, true] {
            if let Some(registered) = subscriber.registration(packet) {
                known = true;
                if same(&registered.place, &serving.place) {
                    registered.seen = registered.seen.max(serving.seen);
                }
            }
        }
        if !known && serving.place.network.is_some() {
            subscriber.serving = Some(serving);
        }
        self.table.touch_coarsely(key, 1, now, GRAIN);
    }

    /// Returns when the next of them is forgotten.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let all =
            [self.table.next_deadline(), self.asked.next_deadline(), self.others.next_deadline()];
        all.into_iter().flatten().min()
    }

    /// Lets time pass: forgets whom nobody has named for long.
    pub fn expire(&mut self, now: Timestamp) {
        while self.table.expire(now).is_some() {}
        while self.asked.expire(now).is_some() {}
        while self.others.expire(now).is_some() {}
    }

    /// Splits a number from the identity it was bound to, for good.
    fn unbind(&mut self, bound: u64, msisdn: Digits, now: Timestamp) {
        self.table.unname(&Identity::Msisdn(msisdn));
        self.others.remove(&msisdn);
        if let Some(subscriber) = self.table.get_mut(bound) {
            subscriber.msisdn = subscriber.msisdn.filter(|&number| number != msisdn);
        }
        let fresh = Subscriber { msisdn: Some(msisdn), scrambled: true, ..Subscriber::default() };
        let (key, _) = self.table.insert(fresh, 1, now);
        self.table.name(key, MSISDN);
    }

    fn touch(&mut self, key: u64, now: Timestamp) {
        let learnt = self.table.get(key).is_some_and(is_learnt);
        self.table.touch_coarsely(key, learnt.into(), now, GRAIN);
    }
}

impl Named for Subscriber {
    type Name = Identity;

    fn name(&self, which: u8) -> Option<Identity> {
        match which {
            IMSI => self.imsi.map(Identity::Imsi),
            _ => self.msisdn.map(Identity::Msisdn),
        }
    }
}

impl Kept for Subscribers {
    const NAME: &'static str = "subscribers";
    const VERSION: u16 = 4;

    fn save(&self, out: &mut Writer) {
        self.table.save(out);
        out.table(&self.asked);
        out.table(&self.others);
    }

    fn load(&mut self, saved: &mut Reader<'_>) -> Result<(), KeepError> {
        self.table.load(saved, |subscriber: &mut Subscriber, atlas: &Atlas<'_>| {
            for packet in [false, true] {
                if let Some(serving) = subscriber.registration(packet) {
                    serving.place = atlas.place(serving.place);
                }
            }
        })?;
        saved.table(&mut self.asked, |_, _| {})?;
        saved.table(&mut self.others, |_, _| {})
    }
}

fn later(a: Option<Serving>, b: Option<Serving>) -> Option<Serving> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.seen > a.seen { b } else { a }),
        (a, b) => a.or(b),
    }
}

fn is_learnt(subscriber: &Subscriber) -> bool {
    subscriber.serving.is_some()
        || subscriber.scrambled
        || (subscriber.imsi.is_some() && subscriber.msisdn.is_some())
}

/// The names of a subscriber.
const IMSI: u8 = 0;
const MSISDN: u8 = 1;
/// One in so many is asked about in a day.
const ASKED_OF: usize = 8;
/// One in so many has a second number.
const OTHERS_OF: usize = 64;
/// Who is named again within so long (nanoseconds) keeps the time there was.
const GRAIN: u64 = HOUR / 4;
const HOUR: u64 = 3_600_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::parse(text).unwrap()
    }

    #[test]
    fn the_saved_form_changes_with_its_version_only() {
        let default = (Subscriber::default(), Asked::default());
        let saved = postcard::to_allocvec(&default).unwrap();
        // When this fails, raise the version of the section, then correct the number.
        assert_eq!((Subscribers::VERSION, saved.len()), (4, 52));
    }

    #[test]
    fn both_identities_lead_to_one_subscriber_after_an_answer() {
        let mut subscribers = Subscribers::new(10, 1);
        let now = Timestamp::from_nanos(1);
        let (imsi, msisdn) = (digits("001010000000001"), digits("99977000001"));
        let first = subscribers.named(None, Some(msisdn), now);
        assert_ne!(subscribers.named(Some(imsi), None, now), first);
        assert_eq!(subscribers.bind(imsi, msisdn, now), first);
        for (imsi, msisdn) in [(Some(imsi), None), (None, Some(msisdn)), (Some(imsi), Some(msisdn))]
        {
            assert_eq!(subscribers.named(imsi, msisdn, now), first);
        }
        assert_eq!(subscribers.named(None, None, now), 0);
        assert_eq!(subscribers.len(), 1);
    }

    #[test]
    fn correlation_ids_of_an_sms_router_do_not_merge_people() {
        let mut subscribers = Subscribers::new(10, 1);
        let now = Timestamp::from_nanos(1);
        let msisdn = digits("99977000001");
        let ids = [digits("001010000000011"), digits("001010000000012"), digits("001010000000013")];
        let keys = ids.map(|id| subscribers.bind(id, msisdn, now));
        assert_ne!(keys[0], keys[1]);
        assert_ne!(keys[1], keys[2]);
        let person = subscribers.named(None, Some(msisdn), now);
        assert!(!keys.contains(&person));
        assert!(subscribers.get(person).unwrap().scrambled);
        assert_eq!(subscribers.get(keys[0]).unwrap().msisdn, None);
    }
}
