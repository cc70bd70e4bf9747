//! Which registers are the home of whose guests: learnt from who answers home's own requests.
//!
//! When a guest arrives, a home node asks the guest's register by an address made of the IMSI, and
//! the register answers under its own. Nobody can choose to be asked, so whoever answered speaks for
//! that network: also a register abroad that a group shares, the host of a virtual operator, the
//! sponsor of a multi-IMSI card, and every partner nobody has configured.

use picket_dissectors::Digits;
use picket_hw::Timestamp;

use super::{
    keep::{KeepError, Kept, Reader, Writer},
    table::ExpiringTable,
};
use crate::track::block;

/// Registers by the network codes of the IMSIs they answered for.
#[derive(Debug)]
pub struct Homes {
    table: ExpiringTable<Digits, [Digits; KEPT]>,
}

impl Homes {
    /// Makes room for `capacity` networks.
    #[must_use]
    pub fn new(capacity: usize, seed: u64) -> Self {
        Self { table: ExpiringTable::new(capacity, &[LIFETIME], seed) }
    }

    /// Learns that `register` answered a request of home about a guest.
    pub fn answered(&mut self, imsi: Digits, register: Digits, now: Timestamp) {
        let register = block(register);
        let Some(known) = self.table.take_up(imsi.first(PLMN), 0, now, Default::default) else {
            return;
        };
        if !known.contains(&register) {
            known.rotate_right(1);
            if let Some(first) = known.first_mut() {
                *first = register;
            }
        }
    }

    /// Whether a title is of the block of a register that answered for guests of the same network.
    #[must_use]
    pub fn is_home(&self, imsi: Digits, title: Digits) -> bool {
        let known = self.table.get(&imsi.first(PLMN));
        known.is_some_and(|known| known.contains(&block(title)))
    }

    /// Forgets networks without guests for long.
    pub fn expire(&mut self, now: Timestamp) {
        while self.table.expire(now).is_some() {}
    }

    /// Returns how many networks were forgotten for want of room.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.table.evictions()
    }
}

impl Kept for Homes {
    const NAME: &'static str = "homes";
    const VERSION: u16 = 1;

    fn save(&self, out: &mut Writer) {
        out.table(&self.table);
    }

    fn load(&mut self, saved: &mut Reader<'_>) -> Result<(), KeepError> {
        saved.table(&mut self.table, |_, _| {})
    }
}

/// MCC and two digits of MNC.
const PLMN: usize = 5;
/// Blocks of registers a network.
const KEPT: usize = 4;
const LIFETIME: u64 = 30 * 24 * 3_600_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answered_for_a_network_is_its_home() {
        let digits = |text| Digits::parse(text).unwrap();
        let mut homes = Homes::new(8, 1);
        let now = Timestamp::from_nanos(1);
        let (imsi, other) = (digits("001210000000001"), digits("001220000000001"));
        assert!(!homes.is_home(imsi, digits("99921000601")));
        homes.answered(imsi, digits("99921000601"), now);
        for (imsi, title, want) in [
            (imsi, "99921000602", true),   // another register of the pool
            (imsi, "99921770601", false),  // leased
            (other, "99921000601", false), // another network
        ] {
            assert_eq!(homes.is_home(imsi, digits(title)), want, "{title}");
        }
        for register in ["99930000001", "99931000001", "99932000001", "99933000001"] {
            homes.answered(imsi, digits(register), now);
        }
        assert!(!homes.is_home(imsi, digits("99921000601")), "the oldest gives way");
    }
}
