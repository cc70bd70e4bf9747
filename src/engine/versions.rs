//! Versions going back: what an invoke says of the versions its sender can do.

use picket_dissectors::{Note, map};

use super::Witness;
use crate::{
    event::{ContextFamily, MessageType, Protocol, SigEvent},
    state::dialogue::Dialogue,
};

impl Witness {
    /// Notes an invoke of an older version than its sender used before. Only who opens a dialogue
    /// chooses the version.
    pub(super) fn note_version(&mut self, event: &mut SigEvent) {
        let opens = event.tcap.is_some_and(|tcap| tcap.message == MessageType::Begin)
            || event.dialogue.late_invoke;
        let gt = event.sccp.and_then(|sccp| sccp.calling.gt);
        let operation = event.operation.filter(|operation| {
            operation.protocol == Protocol::Map && operation.known && !event.dialogue.from_responder
        });
        let (true, Some(gt), Some(code)) = (opens, gt, operation.and_then(|o| o.octet())) else {
            return;
        };
        let gt = gt.e164.unwrap_or(gt.digits);
        let context = event.tcap.and_then(|tcap| tcap.context);
        let older = match context.filter(|context| context.family == ContextFamily::Map) {
            Some(context) => {
                let version = context.version.filter(|&version| {
                    map::context::find(context.number)
                        .is_some_and(|known| known.version_exists(version))
                });
                version.is_some_and(|version| {
                    self.versions.used(gt, context.number, version, self.now)
                })
            }
            // No context is version 1, of whichever contexts have the operation there.
            None if context.is_none() => {
                let alone = map::opcode::find(code).is_some_and(|found| found.highest == 1);
                let mut older = alone && self.versions.past_first(gt);
                let of = |found: &&map::context::Context| found.has_operation(code, 1);
                for found in map::context::all().iter().filter(of) {
                    older |= self.versions.used(gt, found.number, 1, self.now);
                }
                older
            }
            None => false,
        };
        if older {
            event.notes.add(Note::MapAcDowngrade);
        }
    }

    /// Learns that the version a dialogue was opened with was refused.
    pub(super) fn version_refused(&mut self, dialogue: &Dialogue) {
        let gt = dialogue.originator.e164.or(dialogue.originator.gt);
        let context = dialogue.context.filter(|context| context.family == ContextFamily::Map);
        if let (Some(gt), Some(context)) = (gt, context)
            && let Some(version) = context.version
        {
            self.versions.refused(gt, context.number, version);
        }
    }
}
