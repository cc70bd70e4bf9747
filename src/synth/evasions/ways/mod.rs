//! The ways of writing a request; the rows are those of the evasion matrix.

mod addressing;
mod carriers;
mod encoding;
mod transaction;

use picket_dissectors::{
    Note,
    emit::{
        ber::Tlv,
        tcap::{Message, invoke},
    },
    map,
};

use super::operations::{Operation, Request};
use crate::synth::{dialogue::Answer, stage::Stage};

/// A way of writing a request.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// Its name, as in names of scenarios.
    pub name: &'static str,
    /// The row of the evasion matrix, such as `E1`; empty for the plain way.
    pub row: &'static str,
    /// What is done.
    pub story: &'static str,
    /// The notes one of which tells of it.
    pub notes: &'static [Note],
    /// What the request can be made out to say all the same.
    pub keeps: Keeps,
    /// Whether an answer comes back: one that tells what was asked makes an alert graver.
    pub answered: bool,
    /// What of a request it needs.
    needs: Needs,
    /// Writes the request.
    pub play: fn(&mut Stage, Request),
}

/// What of a request can still be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Keeps {
    /// Operation and subscriber.
    All,
    /// The operation: the subscriber is what is hidden, from the endpoint too perhaps.
    Operation,
}

/// What a way needs of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Needs {
    Nothing,
    /// A member that names the subscriber, among others.
    Key,
    /// An argument of several members.
    Members,
    /// The same, of which no two have one tag: those could not be told apart in another order.
    Order,
    /// An operation that does not exist in version 1, which has no contexts.
    Context,
    /// An argument that names the subscriber: a Unidirectional has no MAP-Open to do so.
    Argument,
}

impl Way {
    /// Whether it can be done to the request of an operation.
    #[must_use]
    pub fn applies(&self, operation: &Operation) -> bool {
        match self.needs {
            Needs::Nothing => true,
            Needs::Key => operation.key.is_some(),
            // The argument of sendIMSI is a number and nothing else.
            Needs::Members => operation.code != SEND_IMSI,
            Needs::Order => !matches!(operation.code, SEND_IMSI | UPDATE_LOCATION),
            Needs::Argument => !operation.by_reference,
            Needs::Context => {
                map::opcode::find(operation.code).is_some_and(|found| !found.exists_in(0))
            }
        }
    }
}

const fn way(
    row: &'static str,
    name: &'static str,
    story: &'static str,
    notes: &'static [Note],
    play: fn(&mut Stage, Request),
) -> Way {
    Way { name, row, story, notes, keeps: Keeps::All, answered: true, needs: Needs::Nothing, play }
}

const fn needing(needs: Needs, way: Way) -> Way {
    Way { needs, ..way }
}

const fn unanswered(way: Way) -> Way {
    Way { answered: false, ..way }
}

const fn hiding(way: Way) -> Way {
    Way { keeps: Keeps::Operation, needs: Needs::Key, ..way }
}

/// Returns the ways, the plain ones first.
pub fn ways() -> impl Iterator<Item = &'static Way> {
    [PLAIN, encoding::WAYS, transaction::WAYS, addressing::WAYS, carriers::WAYS]
        .into_iter()
        .flatten()
}

/// As a request is written by everybody.
static PLAIN: &[Way] = &[
    way("", "plain", "As everybody writes it.", &[], plain),
    unanswered(way("", "plain_unanswered", "The same, and no answer.", &[], |stage, request| {
        plain(stage, Request { answer: Answer::Silence, ..request });
    })),
];

fn plain(stage: &mut Stage, request: Request) {
    stage.ask_in(request.dialogue, request.code, Some(request.argument), request.answer);
}

fn component(request: &Request) -> Tlv {
    invoke(1, request.code, Some(request.argument.clone()))
}

fn opening(request: &Request) -> Message {
    request.dialogue.opening(vec![component(request)])
}

/// Sends octets in place of the Begin, and the answer.
fn sent(stage: &mut Stage, request: Request, octets: &[u8]) {
    let Request { mut dialogue, code, answer, .. } = request;
    stage.begin_with(&mut dialogue, octets);
    stage.answer(&mut dialogue, 1, code, answer);
}

const SEND_IMSI: u8 = 58;
const UPDATE_LOCATION: u8 = 2;
