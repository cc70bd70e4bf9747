//! Stories and properties of associations.

use proptest::prelude::*;

use super::*;

const BOUNDS: Bounds = Bounds { associations: 16, fragments: 4096, octets: 1 << 20 };
const KEY: AssocKey =
    AssocKey { source_port: 2905, destination_port: 2906, verification_tag: 0x1234_5678 };
const WHOLE: Chunk<'_> = Chunk {
    tsn: 0,
    stream: 1,
    message: 7,
    fragment: None,
    unordered: false,
    beginning: true,
    ending: true,
    ppid: Some(3),
    payload: b"",
};

/// Makes a chunk of its number, its B and E bits in letters, and its octets.
fn chunk<'a>((tsn, bits, payload): (u32, &str, &'a str)) -> Chunk<'a> {
    let (beginning, ending) = (bits.contains('B'), bits.contains('E'));
    let unordered = bits.contains('U');
    Chunk { tsn, beginning, ending, unordered, payload: payload.as_bytes(), ..WHOLE }
}

/// A place in a run of chunks, and what it gave: a word, or the message.
fn told(associations: &mut Associations, chunk: &Chunk<'_>) -> (String, Notes) {
    let mut notes = Notes::default();
    let said = match associations.data(KEY, chunk, Timestamp::EPOCH, &mut notes) {
        Delivery::Whole { duplicate: false } => "whole".to_owned(),
        Delivery::Whole { duplicate: true } => "duplicate".to_owned(),
        Delivery::Reassembled { octets, rival, ppid, .. } => {
            assert_eq!(ppid, 3);
            let text = |octets: &Vec<u8>| String::from_utf8(octets.clone()).unwrap();
            let mut said = text(&octets);
            said.extend(rival.iter().map(|rival| format!("|{}", text(rival))));
            associations.recycle(octets);
            rival.into_iter().for_each(|rival| associations.recycle(rival));
            said
        }
        Delivery::Partial => "-".to_owned(),
        Delivery::DuplicateFragment => "again".to_owned(),
    };
    (said, notes)
}

fn story(chunks: &[(u32, &str, &str)]) -> (String, Notes) {
    let mut associations = Associations::new(BOUNDS, 1);
    let (mut words, mut notes) = (Vec::new(), Notes::default());
    for &parts in chunks {
        let (word, more) = told(&mut associations, &chunk(parts));
        notes.merge(&more);
        words.push(word);
    }
    (words.join(" "), notes)
}

#[test]
fn stories_of_chunks() {
    use Note::{
        SctpFragmentConflict as Fragment, SctpTsnConflict as Tsn, SctpTsnDuplicate as Twice,
    };
    for (what, chunks, want, noted) in [
        (
            "mirror",
            vec![(1, "BE", "a"), (1, "BE", "a"), (2, "BE", "b"), (2, "BE", "b")],
            "whole duplicate whole duplicate",
            vec![Twice],
        ),
        (
            "other octets",
            vec![(1, "BE", "a"), (2, "BE", "b"), (1, "BE", "x")],
            "whole whole whole",
            vec![Tsn],
        ),
        ("fragments", vec![(1, "B", "a"), (2, "", "b"), (3, "E", "c")], "- - abc", vec![]),
        (
            "fragments backwards",
            vec![(3, "E", "c"), (2, "", "b"), (1, "B", "a")],
            "- - abc",
            vec![],
        ),
        (
            "wrap-around",
            vec![(0xffff_ffff, "B", "a"), (1, "E", "c"), (0, "", "b")],
            "- - abc",
            vec![],
        ),
        (
            "mirrored fragments",
            vec![(1, "B", "a"), (1, "B", "a"), (2, "E", "b"), (2, "E", "b")],
            "- again ab again",
            vec![Twice],
        ),
        ("a gap", vec![(1, "B", "a"), (3, "E", "c"), (4, "BE", "d")], "- - whole", vec![]),
        (
            "joined in the middle",
            vec![(5, "", "b"), (6, "E", "c"), (7, "B", "x"), (8, "E", "y")],
            "- - - xy",
            vec![],
        ),
        (
            "unordered, interleaved with others",
            vec![(1, "UB", "a"), (2, "UE", "b"), (4, "UE", "d"), (3, "UB", "c")],
            "- ab - cd",
            vec![],
        ),
        (
            "both readings",
            vec![(1, "B", "a"), (2, "E", "b"), (2, "E", "x")],
            "- ab ax",
            vec![Tsn, Fragment],
        ),
        (
            "both readings, told before the end",
            vec![(1, "B", "a"), (1, "B", "x"), (2, "E", "b")],
            "- - ab|xb",
            vec![Tsn, Fragment],
        ),
        (
            "the latest of three versions",
            vec![(1, "B", "a"), (2, "", "b"), (2, "", "x"), (2, "", "y"), (3, "E", "c")],
            "- - - - abc|ayc",
            vec![Tsn, Fragment],
        ),
        (
            "two fragments in two versions",
            vec![(1, "B", "a"), (1, "B", "x"), (2, "E", "b"), (2, "E", "y")],
            "- - ab|xb ay",
            vec![Tsn, Fragment],
        ),
        (
            "an earlier end",
            vec![(1, "B", "a"), (2, "", "b"), (2, "E", "x"), (3, "E", "c")],
            "- - ax abc",
            vec![Tsn, Fragment],
        ),
        (
            "no beginning after an end",
            vec![(1, "B", "a"), (2, "E", "b"), (3, "E", "c")],
            "- ab -",
            vec![Fragment],
        ),
        (
            "a beginning within",
            vec![(1, "B", "a"), (2, "B", "b"), (3, "E", "c")],
            "- - bc",
            vec![Fragment],
        ),
    ] {
        let (words, notes) = story(&chunks);
        let mut want_notes = Notes::default();
        noted.into_iter().for_each(|note| want_notes.add(note));
        assert_eq!((words.as_str(), notes), (want, want_notes), "{what}");
    }
}

#[test]
fn what_was_noted_of_any_fragment_is_noted_of_the_message() {
    let mut associations = Associations::new(BOUNDS, 1);
    for (parts, noted) in [
        ((1, "B", "a"), Some(Note::SctpCrcBad)),
        ((2, "", "b"), Some(Note::IpTunnel)),
        ((3, "E", "c"), None),
    ] {
        let mut notes = Notes::default();
        noted.into_iter().for_each(|note| notes.add(note));
        let said = associations.data(KEY, &chunk(parts), Timestamp::EPOCH, &mut notes);
        if let Delivery::Reassembled { .. } = said {
            assert!(notes.iter().eq([Note::IpTunnel, Note::SctpCrcBad]), "{notes:?}");
            return;
        }
    }
    panic!("it never became whole");
}

#[test]
fn fragments_of_two_streams_are_put_together_but_noted() {
    for (other, want) in [
        (Chunk { stream: 2, ..WHOLE }, true),
        (Chunk { message: 8, ..WHOLE }, true),
        (Chunk { unordered: true, ..WHOLE }, true),
        (WHOLE, false),
    ] {
        let mut associations = Associations::new(BOUNDS, 1);
        told(&mut associations, &chunk((1, "B", "a")));
        let last = Chunk { tsn: 2, beginning: false, payload: b"b", ..other };
        let (word, notes) = told(&mut associations, &last);
        assert_eq!((word.as_str(), notes.contains(Note::SctpFragmentConflict)), ("ab", want));
    }
}

#[test]
fn interleaved_messages_are_put_together_by_their_own_numbers() {
    let mut associations = Associations::new(BOUNDS, 1);
    let mut words = Vec::new();
    for (tsn, message, fragment, bits, payload) in [
        (1, 7, 0, "B", "a"),
        (2, 8, 0, "B", "x"),
        (3, 8, 1, "E", "y"),
        (5, 7, 2, "E", "c"),
        (4, 7, 1, "", "b"),
        (4, 7, 1, "", "b"),
    ] {
        let chunk = Chunk { message, fragment: Some(fragment), ..chunk((tsn, bits, payload)) };
        words.push(told(&mut associations, &chunk).0);
    }
    assert_eq!(words.join(" "), "- - xy - abc again");
}

#[test]
fn paths_of_one_association_are_one_sequence_and_directions_are_two() {
    let mut associations = Associations::new(BOUNDS, 1);
    let mut notes = Notes::default();
    let back = AssocKey { source_port: 2906, destination_port: 2905, verification_tag: 9 };
    for (key, want) in [(KEY, false), (back, false), (KEY, true), (back, true)] {
        let got = associations.data(key, &chunk((1, "BE", "a")), Timestamp::EPOCH, &mut notes);
        assert_eq!(got, Delivery::Whole { duplicate: want });
    }
    // Tag 0 tells nothing apart.
    let none = AssocKey { verification_tag: 0, ..KEY };
    for _ in 0..2 {
        let got = associations.data(none, &chunk((1, "BE", "a")), Timestamp::EPOCH, &mut notes);
        assert_eq!(got, Delivery::Whole { duplicate: false });
    }
}

#[test]
fn a_restart_begins_the_numbering_anew_in_both_directions_and_keeps_fragments() {
    let answer = AssocKey { source_port: 2906, destination_port: 2905, verification_tag: 0x99 };
    let init = AssocKey { verification_tag: 0, ..answer };
    for (what, packet, tag) in [
        ("INIT ACK", answer, KEY.verification_tag),
        ("INIT", init, KEY.verification_tag),
        ("own INIT ACK", KEY, 0x99),
    ] {
        let mut associations = Associations::new(BOUNDS, 1);
        for parts in [(1, "BE", "a"), (2, "BE", "a"), (3, "B", "c")] {
            told(&mut associations, &chunk(parts));
        }
        associations.restart(packet, tag);
        assert_eq!(told(&mut associations, &chunk((1, "BE", "a"))).0, "whole", "{what}");
        assert_eq!(told(&mut associations, &chunk((4, "E", "d"))).0, "cd", "{what}");
        assert_eq!(associations.counters().restarts, 1, "{what}");
    }
}

#[test]
fn fragments_are_lost_in_the_order_of_their_deadlines_a_run_at_once() {
    let mut associations = Associations::new(BOUNDS, 1);
    let mut notes = Notes::default();
    for (nanos, parts) in [
        (1, (10, "", "bb")),
        (2, (20, "B", "x")),
        (3, (11, "", "cc")),
        (4, (9, "B", "aa")),
        (5, (30, "B", "p")),
        (6, (31, "E", "q")),
        (7, (13, "E", "ee")),
    ] {
        associations.data(KEY, &chunk(parts), Timestamp::from_nanos(nanos), &mut notes);
    }
    let mut lost = Vec::new();
    while let Some(one) = associations.expire(Timestamp::MAX) {
        let deadline = one.deadline.nanos() - fragments::LIFETIME;
        lost.push((one.position, one.fragments, one.octets, deadline));
    }
    assert_eq!(lost, [(9, 3, 6, 1), (20, 1, 1, 2), (13, 1, 2, 7)]);
    assert_eq!((associations.octets_held(), associations.counters().fragments_lost), (0, 3));
    // A retransmission of what is gone is still known to be one.
    assert_eq!(told(&mut associations, &chunk((20, "B", "x"))).0, "again");
}

#[test]
fn made_up_associations_push_out_no_settled_one() {
    let mut associations = Associations::new(BOUNDS, 1);
    for parts in [(1, "BE", "a"), (2, "BE", "a")] {
        told(&mut associations, &chunk(parts));
    }
    let mut notes = Notes::default();
    for tag in 1..1_000_000 {
        let key = AssocKey { verification_tag: tag, ..KEY };
        associations.data(key, &WHOLE, Timestamp::EPOCH, &mut notes);
    }
    assert!(notes.contains(Note::StateEvicted));
    assert_eq!(associations.len(), BOUNDS.associations);
    assert_eq!(told(&mut associations, &chunk((1, "BE", "a"))).0, "duplicate");
}

#[test]
fn a_flood_of_fragments_is_bounded_and_pushes_out_only_its_own() {
    let mut associations = Associations::new(BOUNDS, 1);
    let mut notes = Notes::default();
    told(&mut associations, &chunk((1, "B", "a")));
    let octets = [7; 1000];
    let other = AssocKey { verification_tag: 5, ..KEY };
    for tsn in 0..100_000 {
        let payload = &octets[..tsn as usize % 1000];
        let part = Chunk { tsn: tsn * 2, beginning: false, ending: false, payload, ..WHOLE };
        associations.data(other, &part, Timestamp::EPOCH, &mut notes);
        assert!(associations.octets_held() <= BOUNDS.octets);
    }
    assert!(notes.contains(Note::StateEvicted));
    assert_eq!(told(&mut associations, &chunk((2, "E", "b"))).0, "ab");
}

#[test]
fn a_message_is_put_together_up_to_64_kib() {
    let octets = vec![7; 16_384];
    for (count, want) in [(4, true), (5, false)] {
        let mut associations = Associations::new(BOUNDS, 1);
        let mut notes = Notes::default();
        let mut last = Delivery::Partial;
        for tsn in 0..count {
            let (beginning, ending) = (tsn == 0, tsn == count - 1);
            let part = Chunk { tsn, beginning, ending, payload: &octets, ..WHOLE };
            last = associations.data(KEY, &part, Timestamp::EPOCH, &mut notes);
        }
        assert_eq!(matches!(last, Delivery::Reassembled { .. }), want, "{count}");
        assert_eq!(associations.counters().oversize, u64::from(!want));
    }
}

proptest! {
    #[test]
    fn any_order_with_duplicates_yields_each_message_once(
        order in Just((0_u32..24).collect::<Vec<_>>()).prop_shuffle(),
        again in proptest::collection::vec((0_usize..24, 0_usize..24), 0..20),
        sizes in proptest::collection::vec(1_u32..6, 24),
        start in any::<u32>(),
        interleaved in any::<bool>(),
        seed in any::<u64>(),
    ) {
        // Messages of one to five fragments, all numbers in any order, some of them twice.
        let mut parts = Vec::new();
        for (message, &size) in (0_u32..).zip(&sizes) {
            parts.extend((0..size).map(|i| (message, i, i == 0, i + 1 == size)));
        }
        parts.truncate(24);
        let mut order = order;
        for (from, to) in again {
            order.insert(to, order[from]);
        }
        let mut associations = Associations::new(BOUNDS, seed);
        let mut got = Vec::new();
        for at in order {
            let (message, fragment, beginning, ending) = parts[at as usize];
            let payload = [u8::try_from(message).unwrap(), u8::try_from(fragment).unwrap()];
            let part = Chunk {
                tsn: start.wrapping_add(at),
                message,
                fragment: interleaved.then_some(fragment),
                beginning,
                ending,
                payload: &payload,
                ..WHOLE
            };
            let mut notes = Notes::default();
            match associations.data(KEY, &part, Timestamp::EPOCH, &mut notes) {
                Delivery::Whole { duplicate: false } => got.push(payload.to_vec()),
                Delivery::Reassembled { octets, .. } => got.push(octets),
                _ => {}
            }
            prop_assert!(!notes.contains(Note::SctpFragmentConflict) && !notes.contains(Note::SctpTsnConflict));
        }
        let mut want: Vec<Vec<u8>> = Vec::new();
        for &(message, fragment, beginning, _) in &parts {
            if beginning {
                want.push(Vec::new());
            }
            want.last_mut().unwrap().extend([u8::try_from(message).unwrap(), u8::try_from(fragment).unwrap()]);
        }
        if !parts.last().unwrap().3 {
            want.pop();
        }
        got.sort();
        prop_assert_eq!(got, want);
    }

    #[test]
    fn garbage_is_bounded_and_gives_the_same_under_any_seed(
        chunks in proptest::collection::vec(
            (0_u32..3, 0_u32..30, any::<[bool; 4]>(), 0_usize..600, 0_u8..2, 0_u64..9_000_000_000),
            0..200,
        ),
        seed in any::<u64>(),
    ) {
        let bounds = Bounds { associations: 2, fragments: 8, octets: 0 };
        let mut two = [Associations::new(bounds, 0), Associations::new(bounds, seed)];
        let mut now = 0;
        for (tag, tsn, [unordered, beginning, ending, interleaved], len, octet, later) in chunks {
            now += later;
            let payload = vec![octet; len];
            let fragment = interleaved.then_some(tsn % 4);
            let part = Chunk { tsn, fragment, unordered, beginning, ending, payload: &payload, ..WHOLE };
            let key = AssocKey { verification_tag: tag, ..KEY };
            let mut got = Vec::new();
            for associations in &mut two {
                let at = Timestamp::from_nanos(now);
                let mut lost = Vec::new();
                while let Some(one) = associations.expire(at) {
                    lost.push(one);
                }
                let mut notes = Notes::default();
                let delivery = associations.data(key, &part, at, &mut notes);
                prop_assert!(associations.len() <= 2);
                got.push((lost, delivery, notes, associations.counters(), associations.octets_held()));
            }
            prop_assert_eq!(&got[0], &got[1]);
        }
    }
}
