//! What a witness says, in order, until a judge has heard it.

use picket_hw::Timestamp;

use crate::event::SigEvent;

/// Events and the passing of time. Keeps its room.
#[derive(Debug, Default)]
pub struct Testimony {
    steps: Vec<Step>,
    events: Vec<SigEvent>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step {
    /// The next event, to be judged.
    Event,
    /// The next event tells what became of another request of the same message, and nothing else.
    Outcome,
    /// Time has passed to here.
    Time(Timestamp),
}

/// One thing said.
#[derive(Debug)]
pub(super) enum Said<'a> {
    Event(&'a SigEvent),
    Outcome(&'a SigEvent),
    Time(Timestamp),
}

impl Testimony {
    pub(super) fn event(&mut self, event: &SigEvent) {
        self.steps.push(Step::Event);
        self.events.push(*event);
    }

    pub(super) fn outcome(&mut self, event: &SigEvent) {
        self.steps.push(Step::Outcome);
        self.events.push(*event);
    }

    pub(super) fn time(&mut self, to: Timestamp) {
        // Whatever is due by then is due as of its own time.
        if let Some(Step::Time(last)) = self.steps.last_mut() {
            *last = to;
        } else {
            self.steps.push(Step::Time(to));
        }
    }

    /// Iterates over what was said, in order.
    pub(super) fn said(&self) -> impl Iterator<Item = Said<'_>> {
        let mut events = self.events.iter();
        self.steps.iter().filter_map(move |step| match *step {
            Step::Event => events.next().map(Said::Event),
            Step::Outcome => events.next().map(Said::Outcome),
            Step::Time(to) => Some(Said::Time(to)),
        })
    }

    /// Whether so much was said that it should be heard.
    pub(super) const fn is_much(&self) -> bool {
        self.events.len() >= MUCH
    }

    /// Empties it and keeps the room for what is usual.
    pub(super) fn clear(&mut self) {
        self.steps.clear();
        self.events.clear();
        self.events.shrink_to(2 * MUCH);
    }

    /// Returns how many events there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// Events that are heard at once, lest they fill the memory.
const MUCH: usize = 512;
