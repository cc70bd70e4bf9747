//! Stories and properties of IP reassembly.

use core::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;

fn key(id: u32) -> Key {
    let (src, dst) = (Ipv4Addr::new(192, 0, 2, 1).into(), Ipv4Addr::new(192, 0, 2, 2).into());
    Key { src, dst, id, protocol: 132 }
}

/// Pushes pieces `(offset, more, octets)` of one packet and returns what came of them.
fn story(pieces: &[(u16, bool, &str)]) -> (Vec<String>, bool, Fragments) {
    let mut fragments = Fragments::new(10, 0, 1);
    let (mut whole, mut conflict) = (Vec::new(), false);
    for &(offset, more, octets) in pieces {
        let mut notes = Notes::default();
        let fragment = Fragment { offset, more, octets: octets.as_bytes() };
        if let Some(buffer) = fragments.push(key(1), fragment, Timestamp::EPOCH, &mut notes) {
            whole.push(String::from_utf8(buffer.clone()).unwrap());
            fragments.recycle(buffer);
        }
        conflict |= notes.contains(Note::IpFragmentOverlap);
    }
    (whole, conflict, fragments)
}

#[test]
fn overlaps_are_resolved_for_the_first() {
    const A: (u16, bool, &str) = (0, true, "AAAAAAAAaaaaaaaa");
    const B: (u16, bool, &str) = (16, false, "BBBBBBBBbbb");
    for (what, pieces, want, conflict) in [
        ("in order", vec![A, B], vec!["AAAAAAAAaaaaaaaaBBBBBBBBbbb"], false),
        ("backwards", vec![B, A], vec!["AAAAAAAAaaaaaaaaBBBBBBBBbbb"], false),
        ("doubled", vec![A, A, B], vec!["AAAAAAAAaaaaaaaaBBBBBBBBbbb"], false),
        ("same overlap", vec![A, (8, false, "aaaaaaaaBB")], vec!["AAAAAAAAaaaaaaaaBB"], false),
        ("other overlap", vec![A, (8, false, "xxxxxxxxBB")], vec!["AAAAAAAAaaaaaaaaBB"], true),
        (
            "first wins backwards",
            vec![B, (8, true, "aaaaaaaaxxxxxxxx"), (0, true, "AAAAAAAAxxxxxxxx")],
            vec!["AAAAAAAAaaaaaaaaBBBBBBBBbbb"],
            true,
        ),
        (
            "two ends",
            vec![B, (16, false, "BBBBBBBB"), A],
            vec!["AAAAAAAAaaaaaaaaBBBBBBBBbbb"],
            true,
        ),
        (
            "beyond the end",
            vec![B, (24, true, "bbbxxxxx"), A],
            vec!["AAAAAAAAaaaaaaaaBBBBBBBBbbb"],
            true,
        ),
        ("end within", vec![A, (8, false, "a"), B], vec!["AAAAAAAAaaaaaaaaBBBBBBBBbbb"], true),
        (
            "odd octets of an inner one",
            vec![(0, true, "AAAAAAAAxyz"), (8, false, "bb")],
            vec!["AAAAAAAAbb"],
            false,
        ),
        ("hole", vec![(0, true, "AAAAAAAA"), B], vec![], false),
        ("no end", vec![A, (16, true, "BBBBBBBB")], vec![], false),
        (
            "atomic",
            vec![A, (0, false, "alone"), B],
            vec!["alone", "AAAAAAAAaaaaaaaaBBBBBBBBbbb"],
            false,
        ),
        ("beyond 64 KiB", vec![(65_528, true, "AAAAAAAAaaaaaaaa")], vec![], true),
        ("empty last", vec![A, (16, false, "")], vec!["AAAAAAAAaaaaaaaa"], false),
    ] {
        let (whole, noted, fragments) = story(&pieces);
        assert_eq!(
            (&whole[..], noted),
            (&want[..].iter().map(|w| (*w).to_owned()).collect::<Vec<_>>()[..], conflict),
            "{what}"
        );
        assert_eq!(fragments.is_empty(), fragments.octets_held() == 0, "{what}");
        assert_eq!(fragments.counters().conflicts > 0, conflict, "{what}");
    }
}

#[test]
fn a_conflict_is_noted_again_when_the_packet_is_whole() {
    let mut fragments = Fragments::new(10, 0, 1);
    let mut last = Notes::default();
    for (offset, more, octets) in
        [(0, true, b"AAAAAAAA"), (0, true, b"ZZZZZZZZ"), (8, false, b"BBBBBBBB")]
    {
        last = Notes::default();
        fragments.push(key(1), Fragment { offset, more, octets }, Timestamp::EPOCH, &mut last);
    }
    assert!(last.contains(Note::IpFragmentOverlap));
    assert_eq!(fragments.counters().whole, 1);
}

#[test]
fn every_order_of_four_fragments_gives_the_packet() {
    let pieces =
        [(0, true, "AAAAAAAA"), (8, true, "BBBBBBBB"), (16, true, "CCCCCCCC"), (24, false, "D")];
    for order in orders(4) {
        let shuffled: Vec<_> = order.iter().map(|&i| pieces[i]).collect();
        let (whole, conflict, fragments) = story(&shuffled);
        assert_eq!(whole, ["AAAAAAAABBBBBBBBCCCCCCCCD"], "{order:?}");
        assert!(!conflict && fragments.is_empty(), "{order:?}");
    }
}

/// Returns all permutations of `0..n`.
fn orders(n: usize) -> Vec<Vec<usize>> {
    (0..n).fold(vec![vec![]], |orders, i| {
        let insert = |order: Vec<usize>| {
            (0..=order.len()).map(move |at| [&order[..at], &[i], &order[at..]].concat())
        };
        orders.into_iter().flat_map(insert).collect()
    })
}

#[test]
fn packets_are_lost_thirty_seconds_after_their_first_fragment() {
    let mut fragments = Fragments::new(10, 0, 1);
    let first = Fragment { offset: 0, more: true, octets: &[1; 8] };
    let second = Fragment { offset: 8, more: true, octets: &[1; 8] };
    let mut notes = Notes::default();
    for (id, fragment, nanos) in [(1, first, 5), (2, first, 7), (1, second, 10), (3, first, 3)] {
        fragments.push(key(id), fragment, Timestamp::from_nanos(nanos), &mut notes);
    }
    assert_eq!(fragments.next_deadline(), Some(Timestamp::from_nanos(5 + LIFETIME)));
    assert_eq!(fragments.expire(Timestamp::from_nanos(4 + LIFETIME)), None);
    let mut lost = Vec::new();
    while let Some(Lost { key, octets, deadline }) = fragments.expire(Timestamp::MAX) {
        lost.push((key.id, octets, deadline.nanos() - LIFETIME));
    }
    // The third came late: it counts from when it was taken.
    assert_eq!(lost, [(1, 16, 5), (2, 8, 7), (3, 8, 10)]);
    assert_eq!((fragments.counters().lost, fragments.octets_held()), (3, 0));
}

#[test]
fn a_flood_is_bounded_and_counted() {
    let mut fragments = Fragments::new(64, 100_000, 1);
    let limit = fragments.blocks.limit();
    let octets = [7; 2000];
    let mut notes = Notes::default();
    for id in 0..100_000_u32 {
        let offset = u16::try_from(id.wrapping_mul(2_654_435_761) >> 16).unwrap() & !7;
        let some = &octets[..usize::from(offset) % 2000];
        let fragment = Fragment { offset, more: true, octets: some };
        fragments.push(key(id), fragment, Timestamp::from_nanos(id.into()), &mut notes);
        assert!(fragments.len() <= 64 && fragments.octets_held() <= limit);
    }
    assert!(notes.contains(Note::StateEvicted));
    let (len, counters) = (fragments.len() as u64, fragments.counters());
    assert_eq!(counters.evicted + len, 100_000 - counters.conflicts);
    while fragments.expire(Timestamp::MAX).is_some() {}
    assert_eq!(fragments.octets_held(), 0);
}

proptest! {
    #[test]
    fn any_order_with_duplicates_yields_the_packet_once(
        (pieces, again) in (1_usize..20)
            .prop_flat_map(|n| (Just((0..=n).collect::<Vec<_>>()).prop_shuffle(), proptest::collection::vec(0..=n, 0..5))),
        size in 1_usize..40,
        tail in 0_usize..9,
        seed in any::<u64>(),
    ) {
        let mut fragments = Fragments::new(10, 0, seed);
        let last = pieces.len() - 1;
        let text: Vec<u8> = (0..last * size * 8 + tail).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let mut whole = Vec::new();
        let mut notes = Notes::default();
        let mut rest = pieces.clone();
        // Repeated before the last of the order, so that the packet is not whole yet.
        rest.splice(last..last, again.into_iter().filter(|&i| i != pieces[last]));
        for i in rest {
            let from = i * size * 8;
            let octets = &text[from..(from + size * 8).min(text.len())];
            let octets = if i == last { &text[from..] } else { octets };
            let fragment = Fragment { offset: u16::try_from(from).unwrap(), more: i != last, octets };
            whole.extend(fragments.push(key(9), fragment, Timestamp::EPOCH, &mut notes));
        }
        prop_assert_eq!(whole, vec![text]);
        prop_assert!(notes.is_empty() && fragments.is_empty() && fragments.octets_held() == 0);
    }

    #[test]
    fn garbage_is_bounded_and_gives_the_same_under_any_seed(
        pieces in proptest::collection::vec((0_u32..3, 0_u16..40, any::<bool>(), 0_usize..60, any::<u8>()), 0..200),
        seed in any::<u64>(),
    ) {
        let mut two = [Fragments::new(2, 0, 0), Fragments::new(2, 0, seed)];
        for (i, (id, offset, more, len, octet)) in pieces.into_iter().enumerate() {
            let octets = vec![octet & 1; len];
            let mut got = Vec::new();
            for fragments in &mut two {
                let fragment = Fragment { offset: offset * 4, more, octets: &octets };
                let mut notes = Notes::default();
                let whole = fragments.push(key(id), fragment, Timestamp::from_nanos(i as u64), &mut notes);
                prop_assert!(fragments.len() <= 2 && fragments.octets_held() <= fragments.blocks.limit());
                got.push((whole, notes, fragments.counters(), fragments.octets_held()));
            }
            prop_assert_eq!(&got[0], &got[1]);
        }
    }
}
