//! Rows of the matrix, and the request they hide: a stranger asks where a home subscriber is.

use picket_dissectors::{
    Note,
    emit::{
        ber::{Style, Tlv},
        map::{
            imsi,
            location::{RequestedInfo, provide_subscriber_info},
        },
        sccp::{Address, GlobalTitle},
        tcap::{self, Code, Message},
    },
};

use crate::stories::{IMSI, STRANGER, Step, Way::In, begin, digits, tell, title, unitdata};

/// A row: its number in the matrix, what is done, the note, the rule where it stands alone.
pub(crate) struct Row {
    row: &'static str,
    story: &'static str,
    steps: Vec<Step>,
    note: Note,
    rule: Option<&'static str>,
    /// What only looks like it.
    near: Option<Vec<Step>>,
}

pub(crate) const WANTED: RequestedInfo =
    RequestedInfo { location: true, state: true, current_location: false, imei: false, mnp: false };

pub(crate) fn psi_argument() -> Tlv {
    provide_subscriber_info(digits(IMSI), WANTED)
}

pub(crate) fn asker() -> Address {
    title(STRANGER, 6)
}

pub(crate) fn register() -> Address {
    title("99910000011", 7)
}

pub(crate) fn asked(argument: Tlv) -> Vec<Step> {
    vec![unitdata(In, asker(), register(), &begin(Some((28, 3)), 70, Some(argument)))]
}

pub(crate) fn plain() -> Vec<Step> {
    asked(psi_argument())
}

pub(crate) fn spelled(style: Style) -> Vec<Step> {
    let info = Tlv::constructed(0xa2, [Tlv::null(0x80)]);
    asked(Tlv::constructed(0x30, [imsi(0x80, digits(IMSI)).spelled(style), info]))
}

pub(crate) fn coded(code: Tlv) -> Vec<Step> {
    let invoke = Tlv::constructed(0xa1, [Tlv::integer(0x02, 1), code, psi_argument()]);
    let message = begin(Some((28, 3)), 70, None);
    vec![unitdata(In, asker(), register(), &Message { components: vec![invoke], ..message })]
}

pub(crate) fn contexted(arcs: &[u64]) -> Vec<Step> {
    let message = begin(None, 70, Some(psi_argument())).dialogue(tcap::aarq(arcs, None));
    vec![unitdata(In, asker(), register(), &message)]
}

pub(crate) fn addressed(calling: Address, called: Address) -> Vec<Step> {
    vec![unitdata(In, calling, called, &begin(Some((28, 3)), 70, Some(psi_argument())))]
}

pub(crate) fn formatted(change: impl FnOnce(&mut GlobalTitle)) -> Vec<Step> {
    let mut calling = asker();
    change(calling.gt.as_mut().unwrap());
    addressed(calling, register())
}

pub(crate) fn end(steps: &[u8], component: Tlv) -> Message {
    Message::end(steps).component(component)
}

pub(crate) fn located() -> Tlv {
    let result = Tlv::constructed(0x30, [Tlv::constructed(0xa0, [Tlv::integer(0x02, 1)])]);
    tcap::return_result(1, Some((Code::Local(70), result)))
}

pub(crate) fn row(row: &'static str, story: &'static str, steps: Vec<Step>, note: Note) -> Row {
    Row { row, story, steps, note, rule: None, near: Some(plain()) }
}

impl Row {
    pub(crate) fn alone(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), ..self }
    }

    pub(crate) fn near(self, near: Vec<Step>) -> Self {
        Self { near: Some(near), ..self }
    }
}

pub(crate) fn check(rows: Vec<Row>) {
    let mut wrong = Vec::new();
    for Row { row, story, steps, note, rule, near } in rows {
        let told = tell(&steps);
        if !told.noted(note) {
            let notes: Vec<_> = told.notes().iter().map(Note::id).collect();
            wrong.push(format!("{row} {story}: {} is not in {notes:?}", note.id()));
        }
        if rule.is_some_and(|rule| !told.rules.contains(rule)) {
            wrong.push(format!("{row} {story}: {rule:?} is not in {:?}", told.rules));
        }
        let Some(near) = near else { continue };
        let told = tell(&near);
        if told.noted(note) || rule.is_some_and(|rule| told.rules.contains(rule)) {
            wrong.push(format!("{row} {story}: {} or {rule:?} on the near miss", note.id()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
