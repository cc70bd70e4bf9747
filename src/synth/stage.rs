//! Where scenarios play: a cursor in time, chance, and what has been said so far.

use std::sync::Arc;

use picket_dissectors::{
    Digits,
    emit::{
        ber::Tlv,
        sccp::{Address, Unitdata},
        tcap::{self, Code, Message},
    },
    sccp::MessageType,
    tcap::Kind,
};

use super::{
    carriage::Carriage,
    dialogue::{Answer, Context, Dialogue},
    model::{Model, Tap, whole},
    network::{CARRIERS, HOME_STP},
    rng::Random,
    truth::Instance,
    wire::{Parcel, Route},
    world::{self, Node, Place, Subscriber},
};

/// Where a scenario plays.
#[derive(Debug)]
pub struct Stage {
    /// The time of the next message, nanoseconds since the Unix epoch. Scenarios move it on.
    pub now: u64,
    /// Chance.
    pub random: Random,
    /// What is known of the scenario that plays; background has none.
    pub instance: Option<Instance>,
    /// What the background is made of, and how attacks are paced.
    pub model: Arc<Model>,
    pub(super) said: Vec<Parcel>,
    transactions: u32,
    references: u32,
    people: u64,
    /// Benign company of an attack is not its evidence.
    unlabelled: bool,
    /// When the background ends.
    end: u64,
    /// What the tap makes of what is said now.
    tap: Option<Tap>,
    /// Median and spread of answers; `None` for those of a small world.
    latency: Option<(u64, u64)>,
}

impl Stage {
    /// Opens the stage.
    #[must_use]
    pub fn new(seed: u64, now: u64) -> Self {
        Self::of(seed, now, Arc::new(Model::small()))
    }

    /// Opens the stage for a model.
    #[must_use]
    pub fn of(seed: u64, now: u64, model: Arc<Model>) -> Self {
        Self {
            now,
            random: Random::new(seed),
            instance: None,
            latency: model
                .spread()
                .map(|spread| (whole(model.latency.median_ms).saturating_mul(MILLISECOND), spread)),
            model,
            end: now + 24 * 3600 * SECOND,
            tap: None,
            said: Vec::new(),
            transactions: 0,
            references: 0,
            people: FIRST_OF_SCENARIOS,
            unlabelled: false,
        }
    }

    /// Returns when the capture ends: a day after its beginning unless there is a background.
    #[must_use]
    pub const fn ends_at(&self) -> u64 {
        self.end
    }

    /// Says when the capture ends.
    pub(super) const fn until(&mut self, end: u64) {
        self.end = end;
    }

    /// Lets a tap see what is said from now on as taps do, or as it is.
    pub(super) fn tap(&mut self, tap: Option<&Tap>) {
        self.tap = tap.cloned();
    }

    /// Takes back what was said since `from` in one direction between networks: it went another way.
    pub(super) fn lose_direction(&mut self, from: usize, up: bool) {
        let mut at = 0;
        self.said.retain(|parcel| {
            at += 1;
            at <= from || parcel.route.association == CARRIERS || parcel.route.up != up
        });
    }

    /// Lets the time pass that an answer takes.
    fn think(&mut self) {
        match self.latency {
            Some((median, spread)) => {
                self.now += self.random.log_normal(median, spread).min(LONGEST_ANSWER);
            }
            None => self.pause(ANSWER_MS),
        }
    }

    /// Lets seconds pass.
    pub const fn wait(&mut self, seconds: u64) {
        self.now += seconds * SECOND;
    }

    /// Lets a time around this many milliseconds pass.
    pub fn pause(&mut self, milliseconds: u64) {
        self.now += self.random.around(milliseconds * MILLISECOND);
    }

    /// Returns a home subscriber at home whom nobody else knows.
    pub fn victim(&mut self) -> Subscriber {
        self.people += 1;
        world::home_subscriber(self.people)
    }

    /// Returns a home subscriber abroad whom nobody else knows.
    pub fn victim_abroad(&mut self) -> Subscriber {
        self.people += 1;
        world::outbound(self.people)
    }

    /// Returns an inbound roamer of a partner, whom nobody else knows.
    pub fn guest_of(&mut self, partner: usize) -> Subscriber {
        self.people += 1;
        world::at_home_with(world::guest_of(partner, self.people), self.people)
    }

    /// Returns an inbound roamer whom nobody else knows.
    pub fn visitor(&mut self) -> Subscriber {
        self.people += 1;
        world::inbound(self.people)
    }

    /// Says whom the scenario is about and who does it.
    pub fn about(&mut self, victim: &Subscriber, attacker: &Node) {
        if let Some(instance) = &mut self.instance {
            instance.imsi = Some(victim.imsi);
            instance.msisdn = Some(victim.msisdn);
            instance.attacker.get_or_insert(attacker.gt);
        }
    }

    /// Says who does it, when it is about nobody in particular.
    pub fn by(&mut self, attacker: &Node) {
        if let Some(instance) = &mut self.instance {
            instance.attacker.get_or_insert(attacker.gt);
        }
    }

    /// Plays what belongs to the story but is no part of the attack.
    pub fn aside(&mut self, play: impl FnOnce(&mut Self)) {
        let before = core::mem::replace(&mut self.unlabelled, true);
        play(self);
        self.unlabelled = before;
    }

    /// Takes a transaction id that was not used before.
    pub const fn transaction(&mut self) -> [u8; 4] {
        self.transactions = self.transactions.wrapping_add(1);
        // An odd factor gives every count an id of its own, in no visible order.
        self.transactions.wrapping_mul(0x9e37_79b1).to_be_bytes()
    }

    /// Plays a request and its answer.
    pub fn ask(
        &mut self,
        from: Node,
        to: Node,
        context: Context,
        operation: i64,
        argument: Option<Tlv>,
        answer: Answer,
    ) {
        let dialogue = self.dialogue(from, to, context);
        self.ask_in(dialogue, operation, argument, answer);
    }

    /// Plays a request and its answer in a dialogue prepared by hand.
    pub fn ask_in(
        &mut self,
        mut dialogue: Dialogue,
        operation: i64,
        argument: Option<Tlv>,
        answer: Answer,
    ) {
        self.begin(&mut dialogue, vec![tcap::invoke(1, operation, argument)]);
        self.answer(&mut dialogue, 1, operation, answer);
    }

    /// Plays what comes back for an invoke, and closes the dialogue.
    pub fn answer(&mut self, dialogue: &mut Dialogue, id: i64, operation: i64, answer: Answer) {
        match answer {
            Answer::Result(result) => {
                let result = result.map(|result| (Code::Local(operation), result));
                self.end(dialogue, vec![tcap::return_result(id, result)]);
            }
            Answer::Error(code, parameter) => {
                self.end(dialogue, vec![tcap::return_error(id, code, parameter)]);
            }
            Answer::Reject(problem, code) => {
                self.end(dialogue, vec![tcap::reject(Some(id), problem, code)]);
            }
            Answer::Abort(cause) => self.abort(dialogue, cause),
            Answer::Undeliverable(cause) => self.undeliverable(dialogue, cause),
            Answer::Silence => self.wait(1),
        }
    }

    /// Prepares a dialogue; nothing is sent yet.
    pub fn dialogue(&mut self, from: Node, to: Node, context: Context) -> Dialogue {
        let otid = self.transaction();
        let dtid = self.transaction();
        Dialogue::new(from, to, context, otid, dtid)
    }

    /// Opens a dialogue. Without components it only asks for the context.
    pub fn begin(&mut self, dialogue: &mut Dialogue, components: Vec<Tlv>) {
        let message = dialogue.opening(components);
        self.begin_with(dialogue, &message.encode());
    }

    /// Opens a dialogue with octets of the caller's own.
    pub fn begin_with(&mut self, dialogue: &mut Dialogue, octets: &[u8]) {
        dialogue.opening = octets.to_vec();
        let Dialogue { caller, answerer, calling, called, .. } = *dialogue;
        self.unitdata(caller, answerer, calling, called, octets, dialogue.carriage);
    }

    /// Goes on: the one who was called.
    pub fn reply(&mut self, dialogue: &mut Dialogue, components: Vec<Tlv>) {
        self.think();
        let message = dialogue.backward(Kind::Continue, components);
        self.backward(dialogue, &message);
    }

    /// Goes on: the one who called.
    pub fn proceed(&mut self, dialogue: &mut Dialogue, components: Vec<Tlv>) {
        self.think();
        let message = dialogue.forward(Kind::Continue, components);
        self.forward(dialogue, &message);
    }

    /// Closes: the one who was called.
    pub fn end(&mut self, dialogue: &mut Dialogue, components: Vec<Tlv>) {
        self.think();
        let message = dialogue.backward(Kind::End, components);
        self.backward(dialogue, &message);
    }

    /// Closes: the one who called.
    pub fn close(&mut self, dialogue: &mut Dialogue, components: Vec<Tlv>) {
        self.think();
        let message = dialogue.forward(Kind::End, components);
        self.forward(dialogue, &message);
    }

    /// Breaks off: the one who was called, as a provider with a cause, else as a user.
    pub fn abort(&mut self, dialogue: &mut Dialogue, cause: Option<i64>) {
        self.think();
        let mut message = Message::abort(&dialogue.otid, cause);
        if cause.is_none() {
            message = message.dialogue(tcap::abrt(0, None));
        }
        self.backward(dialogue, &message);
    }

    /// Gives the opening back as UDTS.
    pub fn undeliverable(&mut self, dialogue: &Dialogue, cause: u8) {
        self.now += self.random.around(30 * MILLISECOND);
        let Dialogue { caller, answerer, calling, called, ref opening, .. } = *dialogue;
        let user = Unitdata::udt(called, calling, opening).returned(cause).octets();
        self.carry(answerer, caller, user, Carriage::Whole);
    }

    fn backward(&mut self, dialogue: &Dialogue, message: &Message) {
        let Dialogue { caller, answerer, calling, .. } = *dialogue;
        let octets = message.encode();
        self.unitdata(answerer, caller, answerer.address(), calling, &octets, Carriage::Whole);
    }

    fn forward(&mut self, dialogue: &Dialogue, message: &Message) {
        let Dialogue { caller, answerer, calling, .. } = *dialogue;
        let octets = message.encode();
        self.unitdata(caller, answerer, calling, answerer.address(), &octets, Carriage::Whole);
    }

    /// Sends user data: a UDT, or XUDT segments when it is too long for one.
    pub fn unitdata(
        &mut self,
        from: Node,
        to: Node,
        calling: Address,
        called: Address,
        octets: &[u8],
        carriage: Carriage,
    ) {
        let message = Unitdata { octet: 0x80, ..Unitdata::udt(called, calling, octets) };
        let cut = octets.len() > WORTH_CUTTING
            && self.tap.as_ref().is_some_and(|tap| self.random.percent(tap.segmented));
        if cut && carriage == Carriage::Whole {
            return self.segments(from, to, &message, octets.len() / 2 + 1);
        }
        if octets.len() <= ONE_UNITDATA {
            return self.carry(from, to, message.octets(), carriage);
        }
        self.segments(from, to, &message, SEGMENT);
    }

    /// Sends XUDT segments of at most `size` octets each.
    pub fn segments(&mut self, from: Node, to: Node, message: &Unitdata<'_>, size: usize) {
        self.references = (self.references + 1) & 0x00ff_ffff;
        let message = Unitdata { kind: MessageType::Xudt, octet: 0x81, ..*message };
        for segment in message.segments(size, self.references) {
            self.carry(from, to, segment, Carriage::Whole);
            self.now += 200_000;
        }
    }

    /// Sends an SCCP message.
    pub fn carry(&mut self, from: Node, to: Node, user: Vec<u8>, carriage: Carriage) {
        let [.., low] = self.transactions.to_be_bytes();
        let route = Route::between(&from, &to, low);
        let Some(tap) = &self.tap else { return self.send(route, user, carriage) };
        let again = carriage == Carriage::Whole && self.random.percent(tap.retransmitted);
        let copied = self.random.percent(tap.copies);
        let behind = match (from.place, to.place) {
            (Place::Abroad(_), Place::Home(pc)) => Some((HOME_STP, pc, 400_000)),
            (Place::Home(pc), Place::Abroad(_)) => Some((pc, HOME_STP, 0)),
            _ => None,
        };
        if let Some((opc, dpc, later)) = behind.filter(|_| copied) {
            // Within the home network, before the message leaves or after it came in.
            let inner = Route { association: CARRIERS, up: opc < dpc, opc, dpc, ni: 2, ..route };
            self.now += later;
            self.send(inner, user.clone(), Carriage::Whole);
            self.now = self.now - later + 400_000 - later;
        }
        self.send(route, user, if again { Carriage::Repeated } else { carriage });
    }

    /// Sends an SCCP message on a given way.
    pub fn send(&mut self, route: Route, user: Vec<u8>, carriage: Carriage) {
        let instance =
            self.instance.as_ref().filter(|_| !self.unlabelled).map(|instance| instance.id);
        self.said.push(Parcel { at: self.now, route, user, carriage, instance });
    }

    /// Returns an MSISDN of nobody served.
    pub fn stranger(&mut self) -> Digits {
        self.people += 1;
        world::home_subscriber(self.people).msisdn
    }
}

/// Nanoseconds of a second.
pub const SECOND: u64 = 1_000_000_000;
/// Nanoseconds of a millisecond.
pub const MILLISECOND: u64 = 1_000_000;
/// How long a node takes to answer, in the middle.
const ANSWER_MS: u64 = 220;
/// No answer takes longer; a minute later nobody waits.
const LONGEST_ANSWER: u64 = 25 * SECOND;
/// Octets of a message that is worth cutting.
const WORTH_CUTTING: usize = 140;
/// Users of the background have lower numbers.
const FIRST_OF_SCENARIOS: u64 = 5_000_000;
/// What fits in a UDT between two Global Titles with room to spare.
const ONE_UNITDATA: usize = 220;
/// Octets in an XUDT segment.
const SEGMENT: usize = 180;
