//! TCAP dialogues: which messages belong together, and which invokes wait for an answer.
//!
//! A Begin names only its originator's transaction id; the first answer adds the responder's; later
//! messages carry both or, in End and Abort, only the receiver's (ITU-T Q.774 §3.3). A transaction
//! id is unique at its owner only, so dialogues are found by (id, owner's address). Since the
//! answering global title need not be the one that was called, and hubs rewrite titles, an id alone
//! also finds its dialogue when the point codes or the networks of both messages agree.
//!
//! A dialogue lives as long as its operations may take (TS 29.002 §17.1.2: about a minute for
//! timers s and m, ten for ml, hours for CAP and calls) after its last message. Unanswered ones are
//! forgotten first when the table is full, so that a flood of Begins flushes itself.

use core::hash::{Hash, Hasher};

use picket_dissectors::Digits;
use picket_hw::Timestamp;

use super::{
    aliased::{Aliased, Named, Whereabouts},
    table::Gone,
    waiting::{Invoke, Spare, Waiting},
};
use crate::{
    enrich::network::Place,
    event::{ContextName, Direction, Label, Link, Protocol, Tid, Transport},
};

/// The open dialogues.
#[derive(Debug)]
pub struct Dialogues {
    table: Aliased<Dialogue>,
    spare: Spare,
}

/// One dialogue.
#[derive(Clone, Debug)]
pub struct Dialogue {
    /// When it began.
    pub opened_at: Timestamp,
    /// Who began it.
    pub originator: Peer,
    /// Who was called, and once there was an answer who answered.
    pub responder: Peer,
    /// Originator's transaction id.
    pub otid: Tid,
    /// Responder's transaction id, once known.
    pub rtid: Option<Tid>,
    /// Whether the responder has answered.
    pub answered: bool,
    /// Whether the Begin itself was seen.
    pub begin_seen: bool,
    /// Application context of the Begin, or the one the answer put in its place.
    pub context: Option<ContextName>,
    /// destinationReference of the Begin.
    pub destination_reference: Option<Digits>,
    /// originationReference of the Begin.
    pub origination_reference: Option<Digits>,
    /// Direction of the Begin.
    pub direction: Direction,
    /// Link of the Begin.
    pub link: Link,
    /// Routing label of the Begin.
    pub label: Label,
    /// Transport of the Begin.
    pub transport: Transport,
    /// Whether any invoke was seen.
    pub invoked: bool,
    /// What its first invoke spoke.
    pub spoken: Option<Protocol>,
    /// IMSI named in it.
    pub imsi: Option<Digits>,
    /// MSISDN named in it.
    pub msisdn: Option<Digits>,
    /// Invokes that wait for an answer.
    pub waiting: Waiting,
    /// How long it lives after a message.
    pub life: Life,
}

/// How long a dialogue lives after its last message.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Life {
    /// Timers s and m.
    #[default]
    Short,
    /// Timer ml.
    Medium,
    /// Timer l, CAP.
    Long,
}

/// One end of a dialogue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Peer {
    /// Global title digits as sent.
    pub gt: Option<Digits>,
    /// Global title in E.164 form.
    pub e164: Option<Digits>,
    /// Whose it is.
    pub place: Place,
    /// Subsystem.
    pub ssn: Option<u8>,
    /// Point code, from the address, else the label.
    pub pc: u32,
}

impl Peer {
    fn owner(&self) -> Owner {
        match self.e164.or(self.gt) {
            Some(digits) => Owner::Title(digits),
            None => Owner::Point(self.pc),
        }
    }
}

/// A transaction id at its owner.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TidKey {
    tid: Tid,
    owner: Owner,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Owner {
    Title(Digits),
    Point(u32),
    /// Whoever: the dialogue that took the id last.
    Any,
}

// In two words: a message asks for ids some eight times.
impl Hash for TidKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.tid.packed());
        state.write_u128(match self.owner {
            Owner::Title(digits) => digits.bits().get(),
            // The octet that holds a title's length is never zero; here it is.
            Owner::Point(code) => (u128::from(code) + 1) << 8,
            Owner::Any => 0,
        });
    }
}

/// A dialogue found for a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Found {
    /// Its number.
    pub id: u64,
    /// Whether the responder sent the message.
    pub from_responder: bool,
    /// Whether the receiver's address is the one the id's owner had.
    pub exact: bool,
}

impl Dialogues {
    /// Makes a table of at most `capacity` dialogues.
    #[must_use]
    pub fn new(capacity: usize, seed: u64) -> Self {
        // Classes: unanswered of each life first, so that they are evicted first.
        let lifetimes = [MINUTE, 11 * MINUTE, 60 * MINUTE, MINUTE, 11 * MINUTE, 240 * MINUTE];
        Self { table: Aliased::new(capacity, &lifetimes, seed), spare: Spare::default() }
    }

    /// Returns how many are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether none are open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns how many were forgotten for want of room.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.table.evictions()
    }

    /// Opens a dialogue. Returns its number and one that had to go: the one whose id is taken
    /// again at the same owner, or one evicted.
    pub fn open(&mut self, dialogue: Dialogue, now: Timestamp) -> (u64, Option<Dialogue>, bool) {
        let key = TidKey { tid: dialogue.otid, owner: dialogue.originator.owner() };
        let previous = self.table.find(&key).and_then(|number| self.table.remove(number));
        let collision = previous.is_some();
        let class = class(&dialogue);
        let (number, gone) = self.table.insert(dialogue, class, now);
        self.table.name(number, OTID);
        self.table.name(number, OTID_ANYWHERE);
        (number, previous.or_else(|| gone.map(|gone| gone.value)), collision)
    }

    /// Finds the dialogue in which `receiver` has `dtid`.
    #[must_use]
    pub fn find(&self, dtid: Tid, sender: &Peer, receiver: &Peer, label: &Label) -> Option<Found> {
        let exact = TidKey { tid: dtid, owner: receiver.owner() };
        if let Some(id) = self.table.find(&exact) {
            return self.found(id, dtid, true);
        }
        let id = self.table.find(&TidKey { tid: dtid, owner: Owner::Any })?;
        let found = self.found(id, dtid, false)?;
        let dialogue = self.table.get(id)?;
        let (owner, other) = if found.from_responder {
            (&dialogue.originator, &dialogue.responder)
        } else {
            (&dialogue.responder, &dialogue.originator)
        };
        let same_path = label.present
            && (label.opc, label.dpc, label.ni)
                == if found.from_responder {
                    (dialogue.label.dpc, dialogue.label.opc, dialogue.label.ni)
                } else {
                    (dialogue.label.opc, dialogue.label.dpc, dialogue.label.ni)
                };
        let plausible = same_path
            || sender.owner() == other.owner()
            || (alike(sender, other) && alike(receiver, owner));
        plausible.then_some(found)
    }

    /// Says where the dialogue may stand in which a title, or without one a point code, has an id.
    #[must_use]
    pub fn whereabouts(&self, tid: Tid, title: Option<Digits>, pc: u32) -> Whereabouts {
        let owner = title.map_or(Owner::Point(pc), Owner::Title);
        // What is opened or closed goes into the index, or out of it, under both.
        core::hint::black_box(self.table.whereabouts(&TidKey { tid, owner: Owner::Any }));
        self.table.whereabouts(&TidKey { tid, owner })
    }

    /// Reads the dialogue that may be meant.
    #[must_use]
    pub fn glance(&self, at: Whereabouts) -> Option<&Dialogue> {
        self.table.glance(at).map(|(_, dialogue)| dialogue)
    }

    fn found(&self, id: u64, dtid: Tid, exact: bool) -> Option<Found> {
        let dialogue = self.table.get(id)?;
        // When both ends chose the same id, an unanswered dialogue can only be answered.
        let to_originator =
            dialogue.otid == dtid && (dialogue.rtid != Some(dtid) || !dialogue.answered);
        Some(Found { id, from_responder: to_originator, exact })
    }

    /// Returns a dialogue.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Dialogue> {
        self.table.get(id)
    }

    /// Returns a dialogue, to change it.
    #[must_use]
    pub fn get_mut(&mut self, id: u64) -> Option<&mut Dialogue> {
        self.table.get_mut(id)
    }

    /// Takes note of the responder's own id and address from its first Continue.
    pub fn answered(&mut self, id: u64, rtid: Option<Tid>, responder: &Peer) {
        let Some(dialogue) = self.table.get_mut(id) else { return };
        dialogue.answered = true;
        if dialogue.rtid.is_some() || rtid.is_none() {
            return;
        }
        dialogue.rtid = rtid;
        dialogue.responder = *responder;
        self.table.name(id, RTID);
        self.table.name(id, RTID_ANYWHERE);
    }

    /// Starts a dialogue's time anew, for as long as `life` or what it had, if longer.
    pub fn refresh(&mut self, id: u64, life: Life, now: Timestamp) {
        let Some(dialogue) = self.table.get_mut(id) else { return };
        dialogue.life = dialogue.life.max(life);
        let class = class(dialogue);
        self.table.touch(id, class, now);
    }

    /// Ends a dialogue; returns whether it was there.
    pub fn close(&mut self, id: u64) -> bool {
        let Some(dialogue) = self.table.get_mut(id) else { return false };
        dialogue.waiting.clear(&mut self.spare);
        self.table.discard(id)
    }

    /// Takes back what a dialogue that is gone kept its invokes in.
    pub fn recycle(&mut self, mut gone: Dialogue) {
        gone.waiting.clear(&mut self.spare);
    }

    /// Notes that an invoke waits; the oldest is dropped when too many do.
    pub fn wait(&mut self, id: u64, invoke: Invoke) {
        let Some(dialogue) = self.table.get_mut(id) else { return };
        dialogue.invoked = true;
        let spoken = invoke.operation.map(|operation| operation.protocol);
        dialogue.spoken = dialogue.spoken.or(spoken);
        dialogue.waiting.push(invoke, &mut self.spare);
    }

    /// Takes the invoke of the other side that an answer belongs to; it stays there when `keep`.
    pub fn take(&mut self, found: Found, invoke: Option<i16>, keep: bool) -> Option<Invoke> {
        let waiting = &mut self.table.get_mut(found.id)?.waiting;
        let fits = |waiting: &Invoke| {
            waiting.id == invoke && waiting.from_responder != found.from_responder
        };
        waiting.take(fits, keep, &mut self.spare)
    }

    /// Takes out the dialogue whose time was up first, if that is not after `now`.
    pub fn expire(&mut self, now: Timestamp) -> Option<Gone<u64, Dialogue>> {
        self.table.expire(now)
    }

    /// Returns when the next dialogue's time is up.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.table.next_deadline()
    }
}

impl Named for Dialogue {
    type Name = TidKey;

    fn name(&self, which: u8) -> Option<TidKey> {
        let (tid, owner) = match which {
            OTID => (self.otid, self.originator.owner()),
            OTID_ANYWHERE => (self.otid, Owner::Any),
            RTID => (self.rtid?, self.responder.owner()),
            _ => (self.rtid?, Owner::Any),
        };
        Some(TidKey { tid, owner })
    }
}

fn class(dialogue: &Dialogue) -> u8 {
    let life = match dialogue.life {
        Life::Short => 0,
        Life::Medium => 1,
        Life::Long => 2,
    };
    life + if dialogue.answered { 3 } else { 0 }
}

/// Whether two addresses may be the same end: equal, or of one configured network.
fn alike(a: &Peer, b: &Peer) -> bool {
    a.owner() == b.owner() || (a.place.network.is_some() && a.place.network == b.place.network)
}

/// The names of a dialogue.
const OTID: u8 = 0;
const OTID_ANYWHERE: u8 = 1;
const RTID: u8 = 2;
const RTID_ANYWHERE: u8 = 3;
const MINUTE: u64 = 60_000_000_000;

#[cfg(test)]
mod tests {
    use picket_dissectors::map::parameters::Requested;

    use super::*;
    use crate::{enrich::network::NetworkId, event::FrameId};

    fn tid(octets: &[u8]) -> Tid {
        Tid::new(octets)
    }

    fn peer(gt: &str, network: u16) -> Peer {
        let digits = Digits::parse(gt);
        let place = Place { network: Some(NetworkId(network)), ..Place::default() };
        Peer { gt: digits, e164: digits, place, ..Peer::default() }
    }

    fn label(opc: u32, dpc: u32) -> Label {
        Label { present: true, opc, dpc, ..Label::default() }
    }

    fn begun(otid: &[u8], from: Peer, to: Peer) -> Dialogue {
        Dialogue {
            opened_at: Timestamp::EPOCH,
            originator: from,
            responder: to,
            otid: tid(otid),
            rtid: None,
            answered: false,
            begin_seen: true,
            context: None,
            destination_reference: None,
            origination_reference: None,
            direction: Direction::Inbound,
            link: Link::default(),
            label: label(1, 2),
            transport: Transport::default(),
            invoked: false,
            spoken: None,
            imsi: None,
            msisdn: None,
            waiting: Waiting::default(),
            life: Life::Short,
        }
    }

    #[test]
    fn an_answer_finds_its_dialogue_from_another_title() {
        let (asker, called, answering) = (peer("99911", 1), peer("99922", 2), peer("99923", 2));
        let stranger = peer("99944", 4);
        let mut dialogues = Dialogues::new(8, 1);
        let (id, ..) = dialogues.open(begun(&[1], asker, called), Timestamp::EPOCH);
        let other_path = label(7, 8);
        for (sender, receiver, path, want) in [
            (called, asker, other_path, Some(true)),
            (answering, asker, other_path, Some(true)),
            // A hub rewrote the receiver: the same point codes, or the same networks, still tell.
            (answering, peer("99955", 5), label(2, 1), Some(false)),
            (answering, peer("99912", 1), other_path, Some(false)),
            (stranger, peer("99955", 5), other_path, None),
        ] {
            let found = dialogues.find(tid(&[1]), &sender, &receiver, &path);
            assert_eq!(found.map(|found| found.exact), want, "{sender:?} {receiver:?}");
            assert!(found.is_none_or(|found| found.id == id && found.from_responder));
        }
    }

    #[test]
    fn end_from_originator_finds_its_dialogue() {
        let (asker, called, answering) = (peer("99911", 1), peer("99922", 2), peer("99923", 2));
        let mut dialogues = Dialogues::new(8, 1);
        let (id, ..) = dialogues.open(begun(&[1], asker, called), Timestamp::EPOCH);
        dialogues.answered(id, Some(tid(&[9, 9])), &answering);
        let found = dialogues.find(tid(&[9, 9]), &asker, &answering, &label(1, 2));
        assert_eq!(found, Some(Found { id, from_responder: false, exact: true }));
        assert!(dialogues.close(id));
        assert_eq!(dialogues.find(tid(&[9, 9]), &asker, &answering, &label(1, 2)), None);
    }

    #[test]
    fn one_id_at_two_owners_is_two_dialogues() {
        let (a, b, called) = (peer("99911", 1), peer("99922", 2), peer("99933", 3));
        let mut dialogues = Dialogues::new(8, 1);
        let (first, ..) = dialogues.open(begun(&[1], a, called), Timestamp::EPOCH);
        let (second, ..) = dialogues.open(begun(&[1], b, called), Timestamp::EPOCH);
        for (receiver, want) in [(a, first), (b, second)] {
            let found = dialogues.find(tid(&[1]), &called, &receiver, &label(2, 1));
            assert_eq!(found.map(|found| found.id), Some(want));
        }
        let (_, gone, collision) = dialogues.open(begun(&[1], a, called), Timestamp::EPOCH);
        assert!(collision && gone.is_some());
    }

    #[test]
    fn a_flood_of_begins_flushes_itself() {
        let (a, called) = (peer("99911", 1), peer("99933", 3));
        let mut dialogues = Dialogues::new(4, 1);
        let (kept, ..) = dialogues.open(begun(&[0, 0], a, called), Timestamp::EPOCH);
        dialogues.answered(kept, Some(tid(&[7])), &called);
        dialogues.refresh(kept, Life::Short, Timestamp::EPOCH);
        for i in 0..100 {
            dialogues.open(begun(&[1, i], a, called), Timestamp::EPOCH);
        }
        assert!(dialogues.get(kept).is_some());
        assert_eq!((dialogues.len(), dialogues.evictions()), (4, 97));
    }

    #[test]
    fn answers_take_the_invoke_of_the_other_side() {
        let mut dialogues = Dialogues::new(8, 1);
        let dialogue = begun(&[1], peer("99911", 1), peer("99922", 2));
        let (id, ..) = dialogues.open(dialogue, Timestamp::EPOCH);
        let invoke = |id, from_responder| Invoke {
            id: Some(id),
            from_responder,
            at: Timestamp::EPOCH,
            frame: FrameId::default(),
            operation: None,
            requested: Requested::default(),
            direction: Direction::Inbound,
            imsi: None,
            msisdn: None,
            node: None,
        };
        dialogues.wait(id, invoke(1, false));
        dialogues.wait(id, invoke(1, true));
        for (answer, from_responder, keep, taken) in [
            (2, true, false, None),
            (1, true, true, Some(false)),
            (1, true, false, Some(false)),
            (1, true, false, None),
            (1, false, false, Some(true)),
        ] {
            let found = Found { id, from_responder, exact: true };
            let invoke = dialogues.take(found, Some(answer), keep);
            assert_eq!(invoke.map(|invoke| invoke.from_responder), taken);
        }
    }
}
