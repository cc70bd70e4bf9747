//! What the next messages will ask of memory, asked for all of them at once.
//!
//! Among millions of subscribers nearly every look into a table waits for memory, and each wait is
//! for an address that the one before it brought: the index, then the entry. The waits of different
//! messages have nothing to do with each other. So before a burst is taken in, every message's
//! dialogue is looked up in the index, then the entries are read, then the subscribers they name,
//! and a processor has the waits of many messages under way together. Nothing is kept of it but
//! what the caches keep; nothing that comes out depends on it.

use core::hint::black_box;

use arrayvec::ArrayVec;
use picket_dissectors::{Notes, tbcd};

use super::{Ahead, Engine, scout::Tcap};
use crate::{
    event::{MessageType, Party},
    state::{aliased::Whereabouts, subscriber::Identity},
};

impl Engine {
    /// Reads what the next frames will want of the tables. Whether it is called, and over how many
    /// frames, is a matter of time alone.
    #[inline(never)]
    pub fn foresee(&self, coming: &[Ahead]) {
        for some in coming.chunks(AT_ONCE) {
            self.foresee_some(some);
        }
    }

    fn foresee_some(&self, coming: &[Ahead]) {
        let tcap = coming.iter().filter_map(|ahead| Some((ahead, ahead.tcap.as_ref()?)));
        let dialogues: ArrayVec<Whereabouts, AT_ONCE> =
            tcap.clone().map(|(ahead, tcap)| self.dialogue_of(ahead, tcap)).collect();
        let named = tcap.filter_map(|(_, tcap)| tcap.named);
        let known = dialogues.into_iter().filter_map(|at| {
            let dialogue = self.dialogues.glance(at)?;
            let number = || dialogue.msisdn.map(Identity::Msisdn);
            dialogue.imsi.map(Identity::Imsi).or_else(number)
        });
        let people: ArrayVec<Identity, { 2 * AT_ONCE }> = named.chain(known).collect();
        let people: ArrayVec<Whereabouts, { 2 * AT_ONCE }> =
            people.iter().map(|identity| self.subscribers.whereabouts(identity)).collect();
        for at in people {
            black_box(self.subscribers.glance(at));
        }
    }

    fn dialogue_of(&self, ahead: &Ahead, tcap: &Tcap) -> Whereabouts {
        let begins = tcap.facts.message == MessageType::Begin;
        let (tid, party, pc) = if begins {
            (tcap.facts.otid, &ahead.sccp.calling, ahead.label.opc)
        } else {
            (tcap.facts.dtid, &ahead.sccp.called, ahead.label.dpc)
        };
        let Some(tid) = tid else { return Whereabouts::default() };
        let title = |party: &Party| party.gt.map(|gt| gt.e164.unwrap_or(gt.digits));
        let at = self.dialogues.whereabouts(tid, title(party), party.pc.unwrap_or(pc));
        if begins { Whereabouts::default() } else { at }
    }
}

/// Guesses whom the first component is about, from its octets: the first number of an operation's
/// parameters mostly is the one it is keyed by (TS 29.002 §17.6). Only the usual lengths are read,
/// for nothing but time hangs on it.
pub(super) fn guess(components: &[u8]) -> Option<Identity> {
    let mut rest = components;
    for _ in 0..MOST_ELEMENTS {
        let (&[tag, length], inner) = rest.split_first_chunk()?;
        let length = usize::from(length);
        if tag & CONSTRUCTED != 0 {
            rest = inner;
            continue;
        }
        let content = inner.get(..length)?;
        if tag != INTEGER && (4..=9).contains(&length) {
            let mut notes = Notes::default();
            return Some(match content.split_first() {
                Some((&INTERNATIONAL_E164, digits)) => {
                    Identity::Msisdn(tbcd::read(digits, &mut notes))
                }
                _ => Identity::Imsi(tbcd::read(content, &mut notes)),
            });
        }
        rest = inner.get(length..)?;
    }
    None
}

/// Messages whose waits are under way together: more than a processor has room for.
const AT_ONCE: usize = 32;
/// Invoke id, operation code and the first members of the argument.
const MOST_ELEMENTS: usize = 10;
/// The bit of a tag (X.690 §8.1.2.5).
const CONSTRUCTED: u8 = 0x20;
/// Invoke ids and local operation codes.
const INTEGER: u8 = 0x02;
/// Extension bit, international number, E.164 (TS 29.002 §17.7.8).
const INTERNATIONAL_E164: u8 = 0x91;
