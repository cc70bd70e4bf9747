//! What there is to say of a message: trackers write their fields, then it is said.

use super::Witness;
use crate::event::SigEvent;

impl Witness {
    /// Says an event, with what lists and trackers know of it.
    #[inline(never)]
    pub(super) fn decide(&mut self, event: &mut SigEvent) {
        if !event.duplicate {
            self.consult(event);
            self.track(event);
            self.note_bypass(event);
        }
        self.stats.event(event);
        self.testimony.event(event);
    }

    /// Looks the sender of the request up in the lists.
    fn consult(&mut self, event: &mut SigEvent) {
        if self.plan.intel.is_empty() {
            return;
        }
        let sender = event.sccp.and_then(|sccp| sccp.calling.gt);
        let who = match event.dialogue.request {
            Some(request) => request.asker.map(|asker| (asker, false)),
            None => sender.map(|gt| match gt.e164.filter(|_| !gt.mobile) {
                Some(number) => (number, false),
                None => (gt.digits, gt.mobile),
            }),
        };
        let Some((title, mobile)) = who else { return };
        let (found, expired) = self.plan.intel.look(title, mobile, event.at);
        event.intel = found;
        self.stats.intel_expired += u64::from(expired);
    }
}
