//! What numbers mean, kept for those met lately.
//!
//! The same few thousand nodes send nearly everything, and all subscribers of a network share the
//! digits that matter, so most look-ups repeat an earlier one. Each answer has one place, given by
//! the hash of the question; another question that falls there takes it. Answers are functions of
//! the networks alone, so nothing that comes out depends on what is kept.

use core::{
    cell::Cell,
    hash::{BuildHasher, Hash},
};

use foldhash::fast::FixedState;
use picket_dissectors::Digits;

use super::{
    address::Kind,
    network::{Networks, Place},
    numbering,
};

/// Answers to the latest questions, a fixed number of them.
pub struct Recent<K, V> {
    slots: Box<[Cell<Slot<K, V>>]>,
    hasher: FixedState,
}

/// The question asked last that falls here, and its answer.
type Slot<K, V> = Option<(K, V)>;

impl<K: Copy + Eq + Hash, V: Copy> Recent<K, V> {
    /// Makes room for `2^bits` answers.
    #[must_use]
    pub fn new(bits: u32, seed: u64) -> Self {
        let slots = (0..1_usize << bits.min(24)).map(|_| Cell::new(None)).collect();
        Self { slots, hasher: FixedState::with_seed(seed) }
    }

    /// Returns the answer to `question`, found by `find` unless it is at hand.
    pub fn of(&self, question: K, find: impl FnOnce() -> V) -> V {
        let hash = self.hasher.hash_one(question);
        let mask = self.slots.len().saturating_sub(1);
        let Some(slot) = usize::try_from(hash >> 20).ok().and_then(|at| self.slots.get(at & mask))
        else {
            return find();
        };
        match slot.get() {
            Some((asked, answer)) if asked == question => answer,
            _ => {
                let answer = find();
                slot.set(Some((question, answer)));
                answer
            }
        }
    }
}

/// A global title as the networks read it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Title {
    /// The international number, if it could be told.
    pub e164: Option<Digits>,
    /// In E.214 or E.212 form: it names a subscriber.
    pub mobile: bool,
    /// In no configured network, although networks are configured.
    pub stranger: bool,
    /// Whose it is.
    pub place: Place,
}

/// The networks with what they said lately.
pub struct Recall {
    titles: Recent<(Digits, Option<u8>, Option<u8>), Title>,
    nodes: Recent<Digits, Place>,
    imsis: Recent<Digits, Place>,
    msisdns: Recent<Digits, Place>,
    /// How many digits of an IMSI decide.
    imsi_depth: usize,
    /// How many digits of a subscriber's number decide.
    msisdn_depth: usize,
}

impl Recall {
    /// Makes one for these networks; it must be asked with no others.
    #[must_use]
    pub fn new(networks: &Networks, seed: u64) -> Self {
        let (imsi, msisdn) = networks.depths();
        Self {
            titles: Recent::new(12, seed),
            nodes: Recent::new(10, seed),
            imsis: Recent::new(9, seed),
            msisdns: Recent::new(9, seed),
            imsi_depth: imsi.max(numbering::imsi_depth()),
            msisdn_depth: msisdn.max(numbering::e164_depth()),
        }
    }

    /// Reads a global title; see [`Networks::normalise`] and [`Networks::place_of`].
    #[must_use]
    pub fn title(
        &self,
        networks: &Networks,
        np: Option<u8>,
        nai: Option<u8>,
        digits: Digits,
    ) -> Title {
        self.titles.of((digits, np, nai), || {
            let normalised = networks.normalise(np, nai, digits);
            let place = networks.place_of(&normalised);
            Title {
                e164: normalised.e164,
                mobile: matches!(normalised.kind, Kind::E214 | Kind::E212),
                stranger: networks.all().len() > 1 && place.network.is_none(),
                place,
            }
        })
    }

    /// As [`Networks::gt`].
    #[must_use]
    pub fn gt(&self, networks: &Networks, number: Digits) -> Place {
        self.nodes.of(number, || networks.gt(number))
    }

    /// As [`Networks::imsi`].
    #[must_use]
    pub fn imsi(&self, networks: &Networks, imsi: Digits) -> Place {
        self.imsis.of(imsi.first(self.imsi_depth), || networks.imsi(imsi))
    }

    /// As [`Networks::msisdn`].
    #[must_use]
    pub fn msisdn(&self, networks: &Networks, number: Digits) -> Place {
        self.msisdns.of(number.first(self.msisdn_depth), || networks.msisdn(number))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::network::Network, *};

    proptest! {
        #[test]
        fn what_is_kept_is_what_would_be_found(texts in prop::collection::vec("(999|354|001|00|1)[0-9]{0,15}[f]?", 1..60)) {
            let digits = |text: &str| Digits::parse(text).unwrap();
            let home = Network { gt: vec![digits("99910")], msisdn: vec![digits("99911")], imsi: vec![digits("00101")], ..Network::default() };
            let networks = Networks::build(Some(home), vec![]).unwrap();
            let recall = Recall::new(&networks, 1);
            for text in texts.iter().chain(&texts) {
                let number = digits(text);
                prop_assert_eq!(recall.imsi(&networks, number), networks.imsi(number));
                prop_assert_eq!(recall.msisdn(&networks, number), networks.msisdn(number));
                prop_assert_eq!(recall.gt(&networks, number), networks.gt(number));
                for (np, nai) in [(None, None), (Some(1), Some(4)), (Some(6), Some(3)), (Some(7), Some(4))] {
                    let title = recall.title(&networks, np, nai, number);
                    let want = networks.normalise(np, nai, number);
                    prop_assert_eq!(title.e164, want.e164);
                    prop_assert_eq!(title.place, networks.place_of(&want));
                }
            }
        }
    }
}
