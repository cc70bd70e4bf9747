//! TCAP dialogues as the two sides write them (Q.773, TS 29.002 §5).

use picket_dissectors::{
    Digits,
    emit::{
        ber::Tlv,
        map,
        sccp::Address,
        tcap::{self, Message},
    },
    map::parameters,
    tcap::{Kind, component::Problem},
};

use super::{carriage::Carriage, world::Node};

/// An application context.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Context {
    /// Of MAP: number and version. Version 1 has no dialogue portion.
    Map(u8, u8),
    /// Of CAP: the last three arcs.
    Cap([u64; 3]),
    /// None is given.
    None,
}

impl Context {
    /// Returns the arcs of its name.
    #[must_use]
    pub fn arcs(self) -> Option<Vec<u64>> {
        let [a, b, c] = match self {
            Self::None | Self::Map(_, ..=1) => return None,
            Self::Map(number, version) => [0, number.into(), version.into()],
            Self::Cap(arcs) => arcs,
        };
        Some(vec![0, 4, 0, 0, 1, a, b, c])
    }
}

/// What comes back for a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A result, with or without content.
    Result(Option<Tlv>),
    /// An error.
    Error(i64, Option<Tlv>),
    /// A reject.
    Reject(Problem, i64),
    /// The dialogue is aborted: by the provider with a cause, or by the user.
    Abort(Option<i64>),
    /// The network gives the request back.
    Undeliverable(u8),
    /// Nothing.
    Silence,
}

impl Answer {
    /// Returns a result with content.
    #[must_use]
    pub const fn of(result: Tlv) -> Self {
        Self::Result(Some(result))
    }

    /// Returns an error without parameter.
    #[must_use]
    pub const fn error(code: i64) -> Self {
        Self::Error(code, None)
    }
}

/// A dialogue between two nodes.
#[derive(Clone, Debug)]
pub struct Dialogue {
    /// Who calls.
    pub caller: Node,
    /// Who is called.
    pub answerer: Node,
    /// Calling party address of the caller.
    pub calling: Address,
    /// Called party address of the opening; answers come from the answerer's own.
    pub called: Address,
    /// Application context.
    pub context: Context,
    /// Destination reference of MAP-Open: the subscriber, for supplementary services.
    pub reference: Option<Digits>,
    /// How the opening is carried.
    pub carriage: Carriage,
    /// The caller's transaction id.
    pub otid: [u8; 4],
    /// The answerer's transaction id.
    pub dtid: [u8; 4],
    /// The opening as sent.
    pub(super) opening: Vec<u8>,
    answered: bool,
}

impl Dialogue {
    pub(super) const fn new(
        caller: Node,
        answerer: Node,
        context: Context,
        otid: [u8; 4],
        dtid: [u8; 4],
    ) -> Self {
        Self {
            caller,
            answerer,
            calling: caller.address(),
            called: answerer.address(),
            context,
            reference: None,
            carriage: Carriage::Whole,
            otid,
            dtid,
            opening: Vec::new(),
            answered: false,
        }
    }

    /// Sets the called party address of the opening.
    #[must_use]
    pub fn to(self, called: Address) -> Self {
        Self { called, ..self }
    }

    /// Sets the subscriber the dialogue is about.
    #[must_use]
    pub fn concerning(self, imsi: Digits) -> Self {
        Self { reference: Some(imsi), ..self }
    }

    /// Returns the Begin.
    #[must_use]
    pub fn opening(&self, components: Vec<Tlv>) -> Message {
        let mut message = Message { components, ..Message::begin(&self.otid) };
        if let Some(arcs) = self.context.arcs() {
            let open = self.reference.map(|imsi| {
                let address =
                    parameters::Address { nature: 1, plan: 6, digits: imsi, ..Default::default() };
                tcap::map_open(Some(&map::address_string(address)), None)
            });
            message = message.dialogue(tcap::aarq(&arcs, open));
        }
        message
    }

    pub(super) fn forward(&self, kind: Kind, components: Vec<Tlv>) -> Message {
        let otid = (kind == Kind::Continue).then(|| self.otid.to_vec());
        Message { otid, dtid: Some(self.dtid.to_vec()), components, ..Message::new(kind) }
    }

    pub(super) fn backward(&mut self, kind: Kind, components: Vec<Tlv>) -> Message {
        let otid = (kind == Kind::Continue).then(|| self.dtid.to_vec());
        let mut message =
            Message { otid, dtid: Some(self.otid.to_vec()), components, ..Message::new(kind) };
        if let Some(arcs) = self.context.arcs().filter(|_| !self.answered) {
            message = message.dialogue(tcap::aare(&arcs, 0, 0, None));
        }
        self.answered = true;
        message
    }
}
