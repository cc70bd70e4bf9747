//! Stories and properties of segments.

use proptest::prelude::*;

use super::*;

const KEY: SegmentKey = SegmentKey {
    source: 0x101,
    calling: None,
    calling_ssn: Some(6),
    called: None,
    local_reference: 0x00ab_cdef,
};

/// One of a story: `F2 text` is the first segment with two to come, `1 text` the one with one.
fn segment(text: &str) -> Segment<'_> {
    let (place, octets) = text.split_once(' ').unwrap();
    let (first, remaining) = match place.strip_prefix('F') {
        Some(remaining) => (true, remaining),
        None => (false, place),
    };
    Segment { first, remaining: remaining.parse().unwrap(), octets: octets.as_bytes() }
}

fn texts(segments: &mut Segments<()>, readings: Readings) -> String {
    let mut words = Vec::new();
    for Message { octets, whole, .. } in readings {
        let text = String::from_utf8(octets.clone()).unwrap();
        words.push(if whole { text } else { format!("({text})") });
        segments.recycle(octets);
    }
    if words.is_empty() { "-".to_owned() } else { words.join("|") }
}

#[test]
fn stories_of_segments() {
    for (what, story, want, conflict, lost) in [
        ("in order", "F2 a,1 b,0 c", "- - abc", false, ""),
        ("backwards", "0 c,1 b,F2 a", "- - abc", false, ""),
        ("one alone", "F0 a,F1 b,0 c", "a - bc", false, ""),
        ("repeated", "F1 a,F1 a,0 b,0 b,F1 a", "- - ab - -", false, ""),
        ("reference used again", "F1 a,0 b,F1 c,0 d", "- ab - cd", false, ""),
        ("last lost", "F2 a,1 b", "- -", false, "(ab)"),
        ("middle lost", "F2 a,0 c", "- -", false, "(a)"),
        ("first lost", "1 b,0 c", "- -", false, "()"),
        ("two first", "F1 a,F1 x,0 b", "- - ab|xb", true, ""),
        ("two first, one longer", "F1 a,F2 x,1 y,0 b", "- - - ab|xyb", true, ""),
        ("two first, one shorter", "F2 x,1 y,F1 a,0 b", "- - - xyb|ab", true, ""),
        ("two first, none whole", "F1 a,F1 x", "- -", true, "(a)|(x)"),
        ("two of the middle", "F2 a,1 b,1 y,0 c", "- - - abc|ayc", true, ""),
        ("two of the last", "F1 a,0 b,0 y", "- ab ay", true, ""),
        ("two and each again", "F1 a,F1 x,F1 a,F1 x,0 b", "- - - - ab|xb", true, ""),
        ("a third version", "F1 a,F1 x,F1 z,0 b", "- - (x) ab|zb", true, ""),
        ("three of the last", "F1 a,0 b,0 y,0 z", "- ab ay az", true, ""),
        ("more to come than the first said", "F1 a,2 z,0 b", "- - ab", true, "()"),
        ("more to come than can be", "F2 a,15 z,1 b,0 c", "- - - abc", true, ""),
        ("a first within", "1 b,2 x,F1 a,0 c", "- - - ac", true, "()"),
    ] {
        let mut segments = Segments::new(10, 0, 1);
        let (mut words, mut notes) = (Vec::new(), Notes::default());
        for text in story.split(',') {
            let readings = segments.push(KEY, segment(text), (), Timestamp::EPOCH, &mut notes);
            words.push(texts(&mut segments, readings));
        }
        let mut gone = Vec::new();
        while let Some(one) = segments.expire(Timestamp::MAX) {
            assert_eq!(one.conflict, conflict, "{what}");
            gone.push(texts(&mut segments, one.readings));
        }
        assert_eq!((words.join(" ").as_str(), gone.join(" ").as_str()), (want, lost), "{what}");
        assert_eq!(notes.contains(Note::SccpReassemblyConflict), conflict, "{what}");
        assert_eq!(segments.octets_held(), 0, "{what}");
    }
}

#[test]
fn every_order_of_four_segments_gives_the_message() {
    let all = ["F3 a", "2 b", "1 c", "0 d"];
    for n in 0..256 {
        let order = [n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6 & 3];
        let mut segments = Segments::new(10, 0, 1);
        let mut notes = Notes::default();
        let mut whole = Vec::new();
        for i in order {
            let readings = segments.push(KEY, segment(all[i]), (), Timestamp::EPOCH, &mut notes);
            whole.extend(readings.into_iter().map(|message| message.octets));
        }
        let permutation = (0..4).all(|i| order.contains(&i));
        assert_eq!(whole, if permutation { vec![b"abcd".to_vec()] } else { vec![] }, "{order:?}");
        assert!(notes.is_empty());
    }
}

#[test]
fn messages_are_kept_apart_by_every_part_of_the_key() {
    for other in [
        SegmentKey { source: 1, ..KEY },
        SegmentKey { calling: Digits::parse("15550100"), ..KEY },
        SegmentKey { calling_ssn: None, ..KEY },
        SegmentKey { called: Digits::parse("15550100"), ..KEY },
        SegmentKey { local_reference: 1, ..KEY },
    ] {
        let mut segments = Segments::new(10, 0, 1);
        let mut notes = Notes::default();
        for (key, text) in [(KEY, "F1 a"), (other, "F1 x")] {
            let readings = segments.push(key, segment(text), (), Timestamp::EPOCH, &mut notes);
            assert!(readings.is_empty());
        }
        for (key, want) in [(KEY, "ab"), (other, "xb")] {
            let readings = segments.push(key, segment("0 b"), (), Timestamp::EPOCH, &mut notes);
            assert_eq!(texts(&mut segments, readings), want);
        }
        assert!(notes.is_empty());
    }
}

#[test]
fn a_message_is_lost_with_its_context_when_its_time_is_over() {
    let mut segments = Segments::new(10, 0, 1);
    let mut notes = Notes::default();
    for (nanos, reference, text) in
        [(5, 1, "F2 a"), (7, 2, "F1 x"), (9, 1, "1 b"), (9, 3, "F1 p"), (10, 3, "0 q")]
    {
        let key = SegmentKey { local_reference: reference, ..KEY };
        segments.push(key, segment(text), nanos, Timestamp::from_nanos(nanos), &mut notes);
    }
    assert_eq!(segments.next_deadline(), Some(Timestamp::from_nanos(10 + DONE_LIFETIME)));
    assert_eq!(segments.expire(Timestamp::from_nanos(4 + LIFETIME)), None);
    let lost = segments.expire(Timestamp::from_nanos(5 + LIFETIME)).unwrap();
    assert_eq!((lost.context, lost.deadline), (5, Timestamp::from_nanos(5 + LIFETIME)));
    assert_eq!(lost.readings[..], [Message { octets: b"ab".to_vec(), segments: 2, whole: false }]);
    assert_eq!(segments.expire(Timestamp::MAX).map(|lost| lost.context), Some(7));
    assert_eq!(segments.expire(Timestamp::MAX), None);
    assert_eq!(
        (segments.counters().whole, segments.counters().lost, segments.octets_held()),
        (1, 2, 0)
    );
}

#[test]
fn a_segment_longer_than_any_is_refused() {
    let mut segments = Segments::new(10, 0, 1);
    for (len, want) in [(4096, false), (4097, true)] {
        let mut notes = Notes::default();
        let octets = vec![1; len];
        let long = Segment { first: true, remaining: 1, octets: &octets };
        segments.push(KEY, long, (), Timestamp::EPOCH, &mut notes);
        assert_eq!(notes.contains(Note::SccpReassemblyConflict), want, "{len}");
    }
}

#[test]
fn a_flood_is_bounded_and_counted() {
    let mut segments = Segments::new(64, 0, 1);
    let mut notes = Notes::default();
    let octets = [7; 250];
    for i in 0..1_000_000_u32 {
        let key = SegmentKey { local_reference: i, ..KEY };
        let some = Segment { first: true, remaining: 3, octets: &octets };
        segments.push(key, some, (), Timestamp::from_nanos(i.into()), &mut notes);
    }
    assert!(notes.contains(Note::StateEvicted));
    assert_eq!((segments.len(), segments.counters().evicted), (64, 1_000_000 - 64));
    assert_eq!(segments.octets_held(), 64 * 256);
}

proptest! {
    #[test]
    fn any_order_with_duplicates_yields_the_message_once(
        order in (2_usize..=16).prop_flat_map(|n| Just((0..n).collect::<Vec<_>>()).prop_shuffle()),
        again in proptest::collection::vec((0_usize..16, 0_usize..16), 0..10),
        sizes in proptest::collection::vec(0_usize..700, 16),
        seed in any::<u64>(),
    ) {
        let last = order.len() - 1;
        let pieces: Vec<_> = (0_u8..).zip(&sizes[..=last]).map(|(i, &size)| vec![i; size]).collect();
        let mut shuffled = order.clone();
        for (from, to) in again {
            shuffled.insert(to % shuffled.len(), order[from % order.len()]);
        }
        let mut segments = Segments::new(10, 0, seed);
        let (mut whole, mut notes) = (Vec::new(), Notes::default());
        for i in shuffled {
            let remaining = u8::try_from(last - i).unwrap();
            let one = Segment { first: i == 0, remaining, octets: &pieces[i] };
            let readings = segments.push(KEY, one, (), Timestamp::EPOCH, &mut notes);
            whole.extend(readings.into_iter().map(|message| (message.octets, message.segments)));
        }
        prop_assert_eq!(whole, vec![(pieces.concat(), u8::try_from(last + 1).unwrap())]);
        prop_assert!(notes.is_empty());
    }

    #[test]
    fn garbage_is_bounded_and_gives_the_same_under_any_seed(
        story in proptest::collection::vec(
            (0_u32..3, any::<bool>(), 0_u8..20, 0_usize..4200, 0_u8..2, 0_u64..3_000_000_000),
            0..200,
        ),
        small in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let mut two = [Segments::new(2, 0, 0), Segments::new(2, 0, seed)];
        let limit = two[0].blocks.limit();
        let mut now = 0;
        for (local_reference, first, remaining, len, octet, later) in story {
            now += later;
            let octets = vec![octet; if small { len % 3 } else { len }];
            let remaining = if small { remaining % 4 } else { remaining };
            let one = Segment { first, remaining, octets: &octets };
            let at = Timestamp::from_nanos(now);
            let mut got = Vec::new();
            for segments in &mut two {
                let mut lost = Vec::new();
                while let Some(gone) = segments.expire(at) {
                    lost.push(gone);
                }
                let mut notes = Notes::default();
                let key = SegmentKey { local_reference, ..KEY };
                let readings = segments.push(key, one, later, at, &mut notes);
                prop_assert!(segments.len() <= 2 && segments.octets_held() <= limit);
                got.push((lost, readings, notes, segments.counters(), segments.octets_held()));
            }
            prop_assert_eq!(&got[0], &got[1]);
        }
        for segments in &mut two {
            while segments.expire(Timestamp::MAX).is_some() {}
            prop_assert_eq!(segments.octets_held(), 0);
        }
    }
}
