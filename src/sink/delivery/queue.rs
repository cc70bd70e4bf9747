//! A bounded queue that gives up the least grave when it is full.
//!
//! Things leave in the order they came. A full queue gives up the oldest of the lowest level it
//! holds, or the newcomer when that is lower than everything there.

use std::collections::VecDeque;

use crate::engine::alert::Level;

/// The queue.
#[derive(Debug)]
pub(super) struct Queue<T> {
    /// By level, each with the number of its arrival.
    levels: [VecDeque<(u64, T)>; LEVELS],
    arrived: u64,
    length: usize,
    most: usize,
}

impl<T> Queue<T> {
    pub(super) fn new(most: usize) -> Self {
        Self { levels: Default::default(), arrived: 0, length: 0, most }
    }

    /// Puts something in; returns what had to go for it, if anything.
    pub(super) fn push(&mut self, level: Level, item: T) -> Option<(Level, T)> {
        let mut gone = None;
        if self.length >= self.most {
            let lowest = Level::ALL
                .into_iter()
                .zip(self.levels.iter_mut())
                .find(|(_, waiting)| !waiting.is_empty());
            match lowest {
                Some((found, waiting)) if found <= level => {
                    gone = waiting.pop_front().map(|(_, item)| (found, item));
                    self.length -= 1;
                }
                _ => return Some((level, item)),
            }
        }
        if let Some((_, waiting)) =
            Level::ALL.into_iter().zip(self.levels.iter_mut()).find(|(known, _)| *known == level)
        {
            waiting.push_back((self.arrived, item));
            self.arrived += 1;
            self.length += 1;
        }
        gone
    }

    /// Takes out the oldest.
    pub(super) fn pop(&mut self) -> Option<T> {
        let oldest = self
            .levels
            .iter_mut()
            .filter(|waiting| !waiting.is_empty())
            .min_by_key(|waiting| waiting.front().map(|(arrived, _)| *arrived))?;
        self.length -= 1;
        oldest.pop_front().map(|(_, item)| item)
    }

    pub(super) const fn len(&self) -> usize {
        self.length
    }
}

const LEVELS: usize = Level::ALL.len();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_gives_up_the_least_grave_and_oldest() {
        use Level::{Critical, High, Low, Medium};
        let mut queue = Queue::new(3);
        for (level, item, want) in [
            (High, 1, None),
            (Low, 2, None),
            (Low, 3, None),
            (Medium, 4, Some((Low, 2))),
            (Critical, 5, Some((Low, 3))),
            (Low, 6, Some((Low, 6))),
            (Medium, 7, Some((Medium, 4))),
            (High, 8, Some((Medium, 7))),
            (High, 9, Some((High, 1))),
        ] {
            assert_eq!(queue.push(level, item), want, "{item}");
        }
        let mut left = Vec::new();
        while let Some(item) = queue.pop() {
            left.push(item);
        }
        assert_eq!(left, [5, 8, 9], "what stays keeps its order");
        assert_eq!(queue.len(), 0);
    }
}
