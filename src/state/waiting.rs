//! Invokes of a dialogue that wait for an answer.
//!
//! Nearly every dialogue has one at a time, so one is kept in place and the others beside it, in a
//! box that is used again: [`Spare`] has those no dialogue needs.

use arrayvec::ArrayVec;
use picket_dissectors::{Digits, map::parameters::Requested};
use picket_hw::Timestamp;

use crate::event::{Direction, FrameId, Operation};

/// An invoke that waits for its answer.
#[derive(Clone, Copy, Debug)]
pub struct Invoke {
    /// Invoke id; `None` when it had none.
    pub id: Option<i16>,
    /// Sent by the responder.
    pub from_responder: bool,
    /// When.
    pub at: Timestamp,
    /// Its frame.
    pub frame: FrameId,
    /// The operation.
    pub operation: Option<Operation>,
    /// What it asked for.
    pub requested: Requested,
    /// Direction it went.
    pub direction: Direction,
    /// IMSI named.
    pub imsi: Option<Digits>,
    /// MSISDN named.
    pub msisdn: Option<Digits>,
    /// Number of the serving node it named.
    pub node: Option<Digits>,
}

/// At most [`MAX_WAITING`] invokes, in the order they came. Without a first there are no others.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    first: Option<Invoke>,
    others: Option<Box<Others>>,
}

/// Boxes that no dialogue needs now.
#[derive(Debug, Default)]
pub(super) struct Spare(
    #[expect(clippy::vec_box, reason = "the boxes themselves go from dialogue to dialogue")]
    Vec<Box<Others>>,
);

type Others = ArrayVec<Invoke, { MAX_WAITING - 1 }>;

impl Waiting {
    /// Iterates in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = &Invoke> {
        self.first.iter().chain(self.others.iter().flat_map(|others| others.iter()))
    }

    /// Adds one; the oldest is dropped when there are too many.
    pub(super) fn push(&mut self, invoke: Invoke, spare: &mut Spare) {
        if self.first.is_none() {
            self.first = Some(invoke);
            return;
        }
        let others = self.others.get_or_insert_with(|| spare.0.pop().unwrap_or_default());
        if others.is_full() {
            self.first = others.pop_at(0);
        }
        let _ = others.try_push(invoke);
    }

    /// Takes the first that fits, or copies it when it is to stay.
    pub(super) fn take(
        &mut self,
        fits: impl Fn(&Invoke) -> bool,
        keep: bool,
        spare: &mut Spare,
    ) -> Option<Invoke> {
        let at = self.iter().position(fits)?;
        if keep {
            return self.iter().nth(at).copied();
        }
        let others = self.others.as_mut();
        let taken = match at.checked_sub(1) {
            Some(at) => others.and_then(|others| others.pop_at(at)),
            None => core::mem::replace(&mut self.first, others.and_then(|others| others.pop_at(0))),
        };
        if self.others.as_ref().is_some_and(|others| others.is_empty()) {
            spare.keep(self.others.take());
        }
        taken
    }

    /// Copies them.
    #[must_use]
    pub fn all(&self) -> ArrayVec<Invoke, MAX_WAITING> {
        self.iter().copied().collect()
    }

    /// Forgets them.
    pub(super) fn clear(&mut self, spare: &mut Spare) {
        self.first = None;
        spare.keep(self.others.take());
    }
}

impl Spare {
    fn keep(&mut self, others: Option<Box<Others>>) {
        if let Some(mut others) = others
            && self.0.len() < MOST_SPARE
        {
            others.clear();
            self.0.push(others);
        }
    }
}

/// Invokes of a dialogue that are remembered while they wait.
pub const MAX_WAITING: usize = 6;
/// 3 MiB of boxes.
const MOST_SPARE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn invoke(id: i16) -> Invoke {
        Invoke {
            id: Some(id),
            from_responder: false,
            at: Timestamp::EPOCH,
            frame: FrameId::default(),
            operation: None,
            requested: Requested::default(),
            direction: Direction::Inbound,
            imsi: None,
            msisdn: None,
            node: None,
        }
    }

    fn ids(waiting: &Waiting) -> Vec<i16> {
        waiting.iter().filter_map(|invoke| invoke.id).collect()
    }

    #[test]
    fn they_stay_in_their_order_and_the_oldest_gives_way() {
        let (mut waiting, mut spare) = (Waiting::default(), Spare::default());
        for id in 1..=8 {
            waiting.push(invoke(id), &mut spare);
        }
        assert_eq!(ids(&waiting), [3, 4, 5, 6, 7, 8]);
        let mut take = |id, keep| {
            let fits = |invoke: &Invoke| invoke.id == Some(id);
            let taken = waiting.take(fits, keep, &mut spare).is_some();
            (taken, ids(&waiting))
        };
        assert_eq!(take(1, false), (false, vec![3, 4, 5, 6, 7, 8]));
        assert_eq!(take(5, true), (true, vec![3, 4, 5, 6, 7, 8]));
        assert_eq!(take(5, false), (true, vec![3, 4, 6, 7, 8]));
        assert_eq!(take(3, false), (true, vec![4, 6, 7, 8]));
        for (id, left) in [(8, vec![4, 6, 7]), (4, vec![6, 7]), (6, vec![7]), (7, vec![])] {
            assert_eq!(take(id, false), (true, left));
        }
        assert_eq!(spare.0.len(), 1, "the box is there for the next");
        waiting.push(invoke(1), &mut spare);
        waiting.push(invoke(2), &mut spare);
        assert_eq!((spare.0.len(), ids(&waiting)), (0, vec![1, 2]));
        waiting.clear(&mut spare);
        assert_eq!((spare.0.len(), ids(&waiting)), (1, vec![]));
    }
}
