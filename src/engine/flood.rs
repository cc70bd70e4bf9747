//! Requests in masses about people nobody knows: counted by the point code they come through, so
//! that they neither push out what is known nor become an alert each.

use super::Witness;
use crate::{
    event::{Direction, SigEvent},
    state::path::Point,
    track::flood::FLOOD,
};

impl Witness {
    /// Counts a request without business; tells in the event how many came the same way.
    pub(super) fn count_flood(&mut self, event: &mut SigEvent) {
        let outside = !matches!(event.direction, Direction::Outbound | Direction::Internal);
        if !event.tracking.unwarranted || !event.label.present || !outside {
            return;
        }
        let point = Point { code: event.label.opc, ni: event.label.ni, na: event.label.na };
        if let Some(flood) = self.floods.take_up(point, 0, event.at, Default::default) {
            event.tracking.asker.flood = Some(flood.asked(event.at));
        }
    }
}

/// Whether a request is one of a flood and about somebody of whom nothing is known: what is known of
/// others is not given up for it, and it is told with the others.
pub(super) fn drowned(event: &SigEvent) -> bool {
    let subject = &event.subscriber;
    let known = subject.serving.is_some() || (subject.imsi.is_some() && subject.msisdn.is_some());
    event.tracking.asker.flood.is_some_and(|count| count >= FLOOD) && !known
}
