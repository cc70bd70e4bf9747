//! What is remembered of senders outside home: single global titles, blocks of them, what each is
//! used to ask, and the ways the messages of a network come.

use picket_dissectors::Digits;
use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    keep::{KeepError, Kept, Reader, Writer},
    path::Point,
    table::ExpiringTable,
};
use crate::{
    enrich::network::{Class, NetworkId, Place},
    track::{
        block,
        habit::{Habit, Said},
        sweep::Sender,
        ways::Ways,
    },
};

/// Senders outside home.
#[derive(Debug)]
pub struct Senders {
    titles: ExpiringTable<Digits, Sender>,
    blocks: ExpiringTable<Digits, Sender>,
    families: ExpiringTable<Family, Sender>,
    relations: ExpiringTable<(Digits, i32, u8), Habit>,
    ways: ExpiringTable<Family, Ways>,
    began: Timestamp,
    learning: u64,
}

/// Titles that answer for each other.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
enum Family {
    /// A configured network.
    Network(u16),
    /// The leading digits of titles in none, or one title of a network of many.
    Digits(Digits),
}

impl Senders {
    /// Makes room for `capacity` of each kind; what is usual is learnt for `learning` nanoseconds.
    #[must_use]
    pub fn new(capacity: usize, learning: u64, seed: u64) -> Self {
        Self {
            titles: ExpiringTable::new(capacity, &[DAY], seed),
            blocks: ExpiringTable::new(capacity, &[DAY], seed),
            families: ExpiringTable::new(capacity, &[2 * DAY], seed),
            relations: ExpiringTable::new(capacity, &[8 * DAY, 30 * DAY], seed),
            ways: ExpiringTable::new(capacity, &[30 * DAY], seed),
            began: Timestamp::EPOCH,
            learning,
        }
    }

    /// Returns when learning ends: that long after the first message.
    pub fn learnt(&mut self, now: Timestamp) -> Timestamp {
        if self.began == Timestamp::EPOCH {
            self.began = now;
        }
        self.began.saturating_add(self.learning)
    }

    /// Returns when learning ends, once something was seen.
    #[must_use]
    pub fn learning_until(&self) -> Option<Timestamp> {
        (self.began != Timestamp::EPOCH).then(|| self.began.saturating_add(self.learning))
    }

    /// Returns what is remembered of a title, to write into it.
    pub fn title(&mut self, title: Digits, now: Timestamp) -> Option<&mut Sender> {
        self.titles.take_up(title, 0, now, Default::default)
    }

    /// Returns what is remembered of a title, if anything is.
    pub fn known(&mut self, title: Digits) -> Option<&mut Sender> {
        self.titles.get_mut(&title)
    }

    /// Returns what is remembered of the block of a title, to write into it.
    pub fn block(&mut self, title: Digits, now: Timestamp) -> Option<&mut Sender> {
        self.blocks.take_up(block(title), 0, now, Default::default)
    }

    /// Returns what is remembered of those who deliver what a title asked for: of a hub all its
    /// titles, of a title in no known network its block, else the title itself.
    pub fn family(
        &mut self,
        title: Digits,
        place: &Place,
        named: Option<NetworkId>,
        now: Timestamp,
    ) -> Option<&mut Sender> {
        let hub = matches!(place.class, Some(Class::SmsHub | Class::Ipx | Class::RoamingHub));
        let family = match named.or(place.network) {
            Some(network) if named.is_some() => Family::Network(network.0),
            Some(network) if hub => Family::Network(network.0),
            Some(_) => Family::Digits(title),
            None => Family::Digits(block(title)),
        };
        self.families.take_up(family, 0, now, Default::default)
    }

    /// Takes a request of a relation and says what is unusual about it.
    pub fn habit(&mut self, title: Digits, operation: i32, role: u8, now: Timestamp) -> Said {
        let learnt = self.learnt(now);
        let said = self
            .relations
            .take_up((title, operation, role), 0, now, Default::default)
            .map(|habit| habit.asked(now, learnt));
        said.unwrap_or_default()
    }

    /// Takes the way a message came; returns whether it is a strange one.
    pub fn way(
        &mut self,
        title: Digits,
        place: &Place,
        point: Point,
        now: Timestamp,
    ) -> Option<bool> {
        let family = match place.network {
            Some(network) => Family::Network(network.0),
            None => Family::Digits(block(title)),
        };
        let learning = u32::try_from(self.learning / 1_000_000_000).unwrap_or(u32::MAX);
        self.ways.take_up(family, 0, now, Default::default)?.came(now, point, learning)
    }

    /// Forgets what is old.
    pub fn expire(&mut self, now: Timestamp) {
        while self.titles.expire(now).is_some() {}
        while self.blocks.expire(now).is_some() {}
        while self.families.expire(now).is_some() {}
        while self.relations.expire(now).is_some() {}
        while self.ways.expire(now).is_some() {}
    }

    /// Returns how many titles, blocks, families, relations and ways are remembered.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.titles.len()
            + self.blocks.len()
            + self.families.len()
            + self.relations.len()
            + self.ways.len()
    }

    /// Returns how many titles, blocks, families, relations and ways were forgotten for want of room.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.titles.evictions()
            + self.blocks.evictions()
            + self.families.evictions()
            + self.relations.evictions()
            + self.ways.evictions()
    }
}

impl Kept for Senders {
    const NAME: &'static str = "senders";
    const VERSION: u16 = 1;

    fn save(&self, out: &mut Writer) {
        out.put(&self.began.nanos());
        out.table(&self.titles);
        out.table(&self.blocks);
        out.table(&self.families);
        out.table(&self.relations);
        out.table(&self.ways);
    }

    fn load(&mut self, saved: &mut Reader<'_>) -> Result<(), KeepError> {
        self.began = Timestamp::from_nanos(saved.take()?);
        saved.table(&mut self.titles, |_, _| {})?;
        saved.table(&mut self.blocks, |_, _| {})?;
        saved.table(&mut self.families, |_, _| {})?;
        saved.table(&mut self.relations, |_, _| {})?;
        saved.table(&mut self.ways, |_, _| {})
    }
}

const DAY: u64 = 24 * 3_600_000_000_000;
