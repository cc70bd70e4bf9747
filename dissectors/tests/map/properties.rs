//! Any octets are read without harm, and any spelling says the same.

use picket_dissectors::emit::ber::{Spelling, re_encode};
use proptest::prelude::*;

use crate::common::{Part, Sample, read, samples};

fn sample() -> impl Strategy<Value = (Sample, Vec<u8>)> {
    prop::sample::select(samples()).prop_map(|sample| {
        let octets = sample.3.encode();
        (sample, octets)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_spelling_says_the_same(
        ((part, code, version, _), octets) in sample(),
        pick in 0..Spelling::ALL.len(),
        seed: u64,
    ) {
        let spelling = Spelling::ALL[pick];
        let other = re_encode(&octets, spelling, seed);
        let (_, plain, plain_notes) = read(part, code, version, &octets);
        let (outcome, read, notes) = read(part, code, version, &other);
        prop_assert_eq!(outcome, Ok(()), "{:?} {} v{} {:02x?}", part, code, version, other);
        prop_assert_eq!(plain, read, "{:?} {} v{} {:02x?}", part, code, version, other);
        for note in plain_notes.iter() {
            prop_assert!(notes.contains(note), "{}", note);
        }
    }

    #[test]
    fn random_octets_never_panic(
        code: u8,
        version in 0_u8..6,
        octets in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        for part in [Part::Argument, Part::Result, Part::Error] {
            let _ = read(part, code, version, &octets);
        }
    }

    #[test]
    fn mutated_samples_never_panic(
        ((part, code, version, _), mut octets) in sample(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        for (at, octet) in changes {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        let _ = read(part, code, version, &octets);
        octets.truncate(cut.index(octets.len()) + 1);
        let _ = read(part, code, version, &octets);
    }

    #[test]
    fn a_cut_is_an_error_and_keeps_what_stood_before(
        ((part, code, version, _), octets) in sample(),
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(octets.len());
        let (_, whole, _) = read(part, code, version, &octets);
        let (_, read, notes) = read(part, code, version, &octets[..cut]);
        prop_assert!(!notes.is_empty() || cut < 2);
        // An IMSI is there only as far as the octets are.
        if let (Some(read), Some(whole)) = (read.imsi, whole.imsi) {
            prop_assert!(whole.starts_with(read), "{} {}", whole, read);
        }
    }
}
