//! Which transmission sequence numbers of one direction were seen (RFC 9260 §6.2, §6.9).
//!
//! A window of [`WINDOW`] numbers up to the highest holds a mark of each chunk seen: a hash of what
//! it said. It moves with the highest number, over losses of up to [`AHEAD`]. A number further away
//! is remembered alone, and only a second one near it moves the window there: one forged chunk
//! cannot blind the tracker. So it also starts: the first number alone makes no window, and a flood
//! of made-up associations costs none.

/// What one direction of an association has shown.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    window: Option<Window>,
    candidate: Option<Sighting>,
    contradictions: u8,
}

/// What is known of a chunk's number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// Not seen before, or too far away to tell.
    New,
    /// Not seen before; the numbering has begun elsewhere anew.
    Resynchronised,
    /// Seen before, saying the same.
    Duplicate,
    /// Seen before, saying something else.
    Conflict,
}

#[derive(Clone, Copy, Debug)]
struct Sighting {
    tsn: u32,
    mark: u32,
}

#[derive(Debug)]
struct Window {
    highest: u32,
    /// The mark of number `n` is at `n % WINDOW`; 0 is none.
    marks: Vec<u32>,
}

impl Tracker {
    /// Takes a chunk of this number and mark; the mark is not 0. A window is made of a spare one
    /// where there is one.
    pub(super) fn see(&mut self, tsn: u32, mark: u32, spare: &mut Vec<Vec<u32>>) -> Verdict {
        if let Some(window) = &mut self.window
            && window.reach(tsn)
        {
            return window.mark(tsn, mark);
        }
        match self.candidate {
            Some(candidate) if candidate.tsn == tsn => self.see_candidate(candidate.mark == mark),
            Some(candidate) if distance(candidate.tsn, tsn) <= AHEAD => {
                let first = self.window.is_none();
                let marks = match self.window.take() {
                    Some(window) => window.marks,
                    None => spare.pop().unwrap_or_default(),
                };
                let mut window = Window::new(candidate.tsn, marks);
                window.mark(candidate.tsn, candidate.mark);
                window.reach(tsn);
                window.mark(tsn, mark);
                *self = Self { window: Some(window), ..Self::default() };
                if first { Verdict::New } else { Verdict::Resynchronised }
            }
            _ => {
                self.candidate = Some(Sighting { tsn, mark });
                self.contradictions = 0;
                Verdict::New
            }
        }
    }

    /// Whether there is a window.
    pub(super) const fn is_settled(&self) -> bool {
        self.window.is_some()
    }

    /// Forgets everything; the window is kept as a spare one.
    pub(super) fn reset(&mut self, spare: &mut Vec<Vec<u32>>) {
        if let Some(window) = core::mem::take(self).window
            && spare.len() < SPARE
        {
            spare.push(window.marks);
        }
    }

    /// Traffic written by a tool often has one number in all chunks: after a few contradictions of
    /// a number that never moves, it tells nothing.
    fn see_candidate(&mut self, same: bool) -> Verdict {
        if self.contradictions >= CONTRADICTIONS {
            return Verdict::New;
        }
        if same {
            return Verdict::Duplicate;
        }
        self.contradictions += 1;
        Verdict::Conflict
    }
}

impl Window {
    fn new(highest: u32, mut marks: Vec<u32>) -> Self {
        marks.clear();
        marks.resize(WINDOW as usize, 0);
        Self { highest, marks }
    }

    /// Moves up to `tsn` if it is ahead; false if it is too far ahead or behind.
    fn reach(&mut self, tsn: u32) -> bool {
        let ahead = tsn.wrapping_sub(self.highest);
        if ahead > AHEAD {
            return self.highest.wrapping_sub(tsn) < WINDOW;
        }
        for step in 1..=ahead {
            if let Some(mark) = self.marks.get_mut(slot(self.highest.wrapping_add(step))) {
                *mark = 0;
            }
        }
        self.highest = tsn;
        true
    }

    fn mark(&mut self, tsn: u32, mark: u32) -> Verdict {
        match self.marks.get_mut(slot(tsn)) {
            Some(kept) if *kept == 0 => {
                *kept = mark;
                Verdict::New
            }
            Some(kept) if *kept == mark => Verdict::Duplicate,
            Some(_) => Verdict::Conflict,
            None => Verdict::New,
        }
    }
}

const fn slot(tsn: u32) -> usize {
    (tsn % WINDOW) as usize
}

/// Returns how far two numbers are apart, either way round (RFC 1982).
fn distance(a: u32, b: u32) -> u32 {
    a.wrapping_sub(b).min(b.wrapping_sub(a))
}

/// Numbers in the window; a divisor of 2^32.
const WINDOW: u32 = 4096;
/// How far ahead of the highest number the next may be.
const AHEAD: u32 = WINDOW / 2;
/// Contradictions of one number that never moves, until it tells nothing.
const CONTRADICTIONS: u8 = 3;
/// Windows that wait for use.
const SPARE: usize = 64;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Verdict::*, *};

    fn see_all(numbers: &[(u32, u32)]) -> Vec<Verdict> {
        let (mut tracker, mut spare) = (Tracker::default(), Vec::new());
        numbers.iter().map(|&(tsn, mark)| tracker.see(tsn, mark, &mut spare)).collect()
    }

    #[test]
    fn stories_of_numbers() {
        for (what, numbers, want) in [
            ("mirror", vec![(1, 7), (1, 7), (2, 8), (2, 8)], vec![New, Duplicate, New, Duplicate]),
            ("conflict", vec![(1, 7), (2, 7), (2, 9), (2, 7)], vec![New, New, Conflict, Duplicate]),
            (
                "reordered before the start",
                vec![(9, 1), (7, 1), (8, 1), (7, 1)],
                vec![New, New, New, Duplicate],
            ),
            (
                "wrap-around",
                vec![
                    (0xffff_fffe, 1),
                    (0xffff_ffff, 1),
                    (0, 1),
                    (1, 1),
                    (0xffff_ffff, 1),
                    (0, 1),
                    (0, 2),
                ],
                vec![New, New, New, New, Duplicate, Duplicate, Conflict],
            ),
            (
                "loss",
                vec![(1, 1), (2, 1), (1900, 1), (2, 1), (1000, 1)],
                vec![New, New, New, Duplicate, New],
            ),
            (
                "one forged number far away",
                vec![
                    (1, 1),
                    (2, 1),
                    (900_000, 1),
                    (3, 1),
                    (2, 1),
                    (900_000, 1),
                    (900_000, 2),
                    (3, 1),
                ],
                vec![New, New, New, New, Duplicate, Duplicate, Conflict, Duplicate],
            ),
            (
                "a jump that is meant",
                vec![(1, 1), (2, 1), (900_000, 1), (900_001, 1), (900_000, 1), (900_001, 1)],
                vec![New, New, New, Resynchronised, Duplicate, Duplicate],
            ),
            (
                "two forged numbers cost the memory only",
                vec![(1, 1), (2, 1), (900_000, 1), (900_001, 1), (3, 1), (4, 1), (4, 1), (3, 1)],
                vec![New, New, New, Resynchronised, New, Resynchronised, Duplicate, Duplicate],
            ),
            (
                "a number that never moves",
                vec![(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 1), (1, 1), (1, 1)],
                vec![New, Conflict, Conflict, Conflict, New, New, New, Duplicate],
            ),
        ] {
            assert_eq!(see_all(&numbers), want, "{what}");
        }
    }

    #[test]
    fn a_window_is_used_again() {
        let (mut tracker, mut spare) = (Tracker::default(), Vec::new());
        for tsn in 0..3 {
            tracker.see(tsn, 1, &mut spare);
        }
        tracker.reset(&mut spare);
        assert!(!tracker.is_settled());
        assert_eq!(spare.len(), 1);
        for tsn in 0..3 {
            assert_eq!(tracker.see(tsn, 2, &mut spare), New);
        }
        assert!(tracker.is_settled() && spare.is_empty());
    }

    proptest! {
        #[test]
        fn within_the_window_nothing_is_told_wrong(
            start in any::<u32>(),
            steps in proptest::collection::vec((0_u32..1000, 1_u32..3), 0..300),
        ) {
            let (mut tracker, mut spare) = (Tracker::default(), Vec::new());
            let mut model = BTreeMap::new();
            for tsn in [start, start.wrapping_add(1)] {
                tracker.see(tsn, 1, &mut spare);
                model.insert(tsn, 1);
            }
            for (step, mark) in steps {
                let tsn = start.wrapping_add(step);
                let want = match model.get(&tsn) {
                    None => New,
                    Some(&known) if known == mark => Duplicate,
                    Some(_) => Conflict,
                };
                model.entry(tsn).or_insert(mark);
                prop_assert_eq!(tracker.see(tsn, mark, &mut spare), want);
            }
        }

        #[test]
        fn any_numbers_are_survived(numbers in proptest::collection::vec((any::<u32>(), 1_u32..3), 0..100)) {
            prop_assert_eq!(see_all(&numbers).len(), numbers.len());
        }
    }
}
