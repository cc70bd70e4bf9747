//! Components of a dialogue: what was asked, and what became of it.

use picket_dissectors::{
    Note, Notes,
    ber::Element,
    cap, map,
    map::{Parameters, opcode::Key, parameters::Requested},
    tcap::{
        self,
        component::{Code, Problem},
    },
};

use super::{
    Witness, application,
    shape::{Fit, fit},
    wire::pure,
};
use crate::{
    enrich::network::Origin,
    event::{Component, ComponentType, MessageType, Outcome, Protocol, SigEvent},
    state::{dialogue::Found, waiting::Invoke},
};

impl Witness {
    pub(super) fn invoke(
        &mut self,
        event: &mut SigEvent,
        invoke: &tcap::component::Invoke<'_>,
        found: Option<Found>,
    ) {
        let id = small(invoke.invoke_id);
        with_component(event, |component| {
            component.kind = Some(ComponentType::Invoke);
            component.invoke_id = id;
            component.linked_id = small(invoke.linked_id);
        });
        let spoken = found.and_then(|found| self.dialogues.get(found.id)?.spoken);
        let reverse = found.is_some_and(|found| found.from_responder);
        self.read_invoke(event, invoke, reverse, spoken);
        self.assume_agreement(event);
        self.name_subject(event, found);
        self.note_invoke(event, found);
        self.note_version(event);
        self.resolve_subject(event);
        self.note_layers(event, invoke);
        self.wait(event, id, found);
    }

    pub(super) fn result(
        &mut self,
        event: &mut SigEvent,
        result: &tcap::component::ReturnResult<'_>,
        found: Option<Found>,
        kind: ComponentType,
    ) {
        with_component(event, |component| {
            component.kind = Some(kind);
            component.invoke_id = small(result.invoke_id);
        });
        let more = kind == ComponentType::ReturnResultNotLast;
        let own = result.operation.and_then(Code::local).map(clamped);
        with_component(event, |component| component.code = own);
        let request = self.request(event, found, own, more);
        let version = event
            .tcap
            .and_then(|tcap| tcap.context)
            .and_then(|context| context.version)
            .unwrap_or(0);
        if let Some(request) = &request {
            self.answers(event, request, None);
        }
        // What the result says it is decides how it is read.
        let asked = event.operation.map(|operation| operation.code);
        if let Some(code) = own.filter(|&code| asked != Some(code)) {
            if asked.is_some() {
                event.notes.add(Note::TcapResultOperation);
            }
            let spoken = event.operation.map(|operation| operation.protocol);
            self.name_operation(event, code, false, spoken, None);
        }
        if request.is_none() {
            event.notes.add(Note::DialogueOrphanResult);
        }
        if let (Some(operation), Some(parameter)) = (event.operation, result.parameter) {
            self.read(event, |parameters, notes| match operation.protocol {
                Protocol::Map => operation.octet().map_or(Ok(()), |code| {
                    map::result(code, version, &parameter, parameters, notes)
                }),
                Protocol::Cap => {
                    cap::result(operation.code.into(), version, &parameter, parameters, notes)
                }
            });
        }
        if !more {
            let gave = !event.parameters.given.kinds.is_empty();
            event.dialogue.outcome = Some(if gave { Outcome::Leaked } else { Outcome::Done });
        }
        self.name_subject(event, found);
        self.learn(event);
        self.resolve_subject(event);
    }

    pub(super) fn error(
        &mut self,
        event: &mut SigEvent,
        error: &tcap::component::ReturnError<'_>,
        found: Option<Found>,
    ) {
        let code = error.error.and_then(Code::local).and_then(|code| i32::try_from(code).ok());
        with_component(event, |component| {
            component.kind = Some(ComponentType::ReturnError);
            component.invoke_id = small(error.invoke_id);
            component.error = code;
        });
        let refused = code.is_some_and(|code| REFUSALS.contains(&code));
        self.failed(event, found, if refused { Outcome::Refused } else { Outcome::Error });
        let cap = event.operation.is_some_and(|operation| operation.protocol == Protocol::Cap);
        if let (Some(parameter), Some(code)) =
            (error.parameter, code.and_then(|code| u8::try_from(code).ok()))
        {
            self.read(event, |parameters, notes| {
                let read = if cap { cap::error_parameter } else { map::error_parameter };
                read(code, &parameter, parameters, notes)
            });
        }
        self.name_subject(event, found);
        self.resolve_subject(event);
    }

    pub(super) fn reject(
        &mut self,
        event: &mut SigEvent,
        reject: &tcap::component::Reject,
        found: Option<Found>,
    ) {
        with_component(event, |component| {
            component.kind = Some(ComponentType::Reject);
            component.invoke_id = small(reject.invoke_id);
            component.problem = reject.problem.and_then(|(problem, code)| {
                let kind = match problem {
                    Problem::General => 0,
                    Problem::Invoke => 1,
                    Problem::ReturnResult => 2,
                    Problem::ReturnError => 3,
                };
                Some((kind, u8::try_from(code).ok()?))
            });
        });
        self.failed(event, found, Outcome::Error);
        self.name_subject(event, found);
        self.resolve_subject(event);
    }

    fn failed(&mut self, event: &mut SigEvent, found: Option<Found>, outcome: Outcome) {
        match self.request(event, found, None, false) {
            Some(request) => self.answers(event, &request, Some(outcome)),
            None => event.notes.add(Note::DialogueOrphanResult),
        }
    }

    /// Takes the invoke that this answer belongs to out of its dialogue, unless `more` follows: the
    /// one of its id, or when that is of another operation than the answer says it is (`own`), one
    /// of that operation, so that a harmless invoke cannot stand in for another.
    fn request(
        &mut self,
        event: &SigEvent,
        found: Option<Found>,
        own: Option<i32>,
        more: bool,
    ) -> Option<Invoke> {
        let found = found?;
        let id = event.tcap?.component?.invoke_id;
        let dialogue = self.dialogues.get(found.id)?;
        let of = |invoke: &Invoke| invoke.operation.map(|operation| operation.code);
        let meant = own.and_then(|own| {
            let fits = |invoke: &&Invoke| {
                invoke.from_responder != found.from_responder && of(invoke) == Some(own)
            };
            let by_id = dialogue.waiting.iter().filter(fits).find(|invoke| invoke.id == id);
            by_id.or_else(|| dialogue.waiting.iter().find(fits)).map(|invoke| invoke.id)
        });
        self.dialogues.take(found, meant.unwrap_or(id), more)
    }

    /// Where only home is described, takes look-ups of ported numbers by the operators of its country
    /// for agreed: sendRoutingInfo, and anyTimeInterrogation that wants nothing else.
    fn assume_agreement(&self, event: &mut SigEvent) {
        let Some(operation) = &mut event.operation else { return };
        let Some(gt) = event.sccp.and_then(|sccp| sccp.calling.gt) else { return };
        let requested = event.parameters.requested;
        let looks_up = operation.protocol == Protocol::Map
            && (operation.code == SEND_ROUTING_INFO
                || (operation.code == ANY_TIME_INTERROGATION && requested == Requested::MNP));
        operation.agreed |= self.plan.networks.assumes(&gt.place, looks_up);
    }

    /// Reads an invoke on its way back to its sender: what it was, and about whom. It keeps no
    /// component type: nobody invokes anything here, and rules on invokes must not think so.
    pub(super) fn returned_invoke(
        &mut self,
        event: &mut SigEvent,
        invoke: &tcap::component::Invoke<'_>,
    ) {
        with_component(event, |component| {
            component.invoke_id = small(invoke.invoke_id);
            component.linked_id = small(invoke.linked_id);
        });
        self.read_invoke(event, invoke, false, None);
        event.subscriber.imsi = event.parameters.imsi;
        event.subscriber.msisdn = event.parameters.msisdn;
    }

    /// Names the operation of an invoke and reads its argument.
    fn read_invoke(
        &mut self,
        event: &mut SigEvent,
        invoke: &tcap::component::Invoke<'_>,
        reverse: bool,
        spoken: Option<Protocol>,
    ) {
        let code = invoke.operation.and_then(Code::local).map(clamped);
        with_component(event, |component| component.code = code);
        if let Some(code) = code {
            self.name_operation(event, code, reverse, spoken, invoke.parameter.as_ref());
        } else if invoke.operation.is_some() {
            event.notes.add(Note::TcapOpcodeUnknown);
        }
        let context = event.tcap.and_then(|tcap| tcap.context);
        let version = context.and_then(|context| context.version).unwrap_or(0);
        let Some(parameter) = invoke.parameter else { return };
        let operation = event.operation.filter(|operation| operation.known);
        self.read(event, |parameters, notes| {
            match operation.map(|operation| (operation.protocol, operation.octet())) {
                Some((Protocol::Map, Some(code))) => {
                    map::argument(code, version, &parameter, parameters, notes)
                }
                Some((Protocol::Cap, Some(code))) => {
                    cap::argument(code.into(), version, &parameter, parameters, notes)
                }
                // Later releases and private operations: whom they are about can be told still.
                _ => {
                    map::shape::argument(&parameter, parameters);
                    Ok(())
                }
            }
        });
    }

    /// Runs a dissector on a parameter. It is pure but for the parameters it fills, so a panic
    /// costs this component's and nothing else.
    fn read(
        &mut self,
        event: &mut SigEvent,
        read: impl FnOnce(&mut Parameters, &mut Notes) -> Result<(), picket_dissectors::Error>,
    ) {
        let before = event.notes;
        let (parameters, notes) = (&mut event.parameters, &mut event.notes);
        match pure(|| read(parameters, notes)) {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                event.unread = Some(error.reason());
                self.stats.unread("map", error.reason());
            }
            None => {
                self.stats.panics += 1;
                // What was half written is not kept: an event has one parameter, nothing stood here.
                (event.parameters, event.notes) = (Parameters::default(), before);
                event.notes.add(Note::EnginePanic);
                event.unread = Some("panic");
            }
        }
    }

    fn name_operation(
        &self,
        event: &mut SigEvent,
        code: i32,
        reverse: bool,
        spoken: Option<Protocol>,
        parameter: Option<&Element<'_>>,
    ) {
        let Some(sccp) = event.sccp else { return };
        let context = event.tcap.and_then(|tcap| tcap.context);
        let version = context.and_then(|context| context.version).unwrap_or(0);
        let octet = u8::try_from(code).ok();
        // Pure: an argument that makes a dissector panic fits nothing.
        let fits = |protocol| {
            let fit = octet.and_then(|code| pure(|| fit(protocol, code, version, parameter)));
            fit.unwrap_or(Fit::No)
        };
        let protocol =
            application::protocol(context.as_ref(), spoken, &sccp, octet, fits, &mut event.notes);
        let Some(protocol) = protocol else { return };
        let mut operation = application::operation(protocol, code, version);
        let network = sccp.calling.gt.and_then(|gt| gt.place.network);
        operation.agreed = protocol == Protocol::Map
            && network
                .zip(octet)
                .is_some_and(|(network, code)| self.plan.networks.allows(network, code));
        // What is odd about an invoke: answers and returned messages go the other way.
        let component = event.tcap.and_then(|tcap| tcap.component);
        let invoked =
            component.is_some_and(|component| component.kind == Some(ComponentType::Invoke));
        match protocol {
            Protocol::Map if !invoked => {}
            Protocol::Map => application::note_map_operation(
                octet,
                context.as_ref(),
                &sccp,
                reverse,
                &mut event.notes,
            ),
            Protocol::Cap if invoked && !operation.known => {
                event.notes.add(Note::TcapOpcodeUnknown);
            }
            Protocol::Cap => {}
        }
        event.kind = application::event_type(Some(protocol));
        event.operation = Some(operation);
    }

    /// Says whom the event is about: its own numbers, else the request's, else the reference of
    /// MAP-Open (TS 29.002 §7.3), else what the dialogue named before.
    fn name_subject(&mut self, event: &mut SigEvent, found: Option<Found>) {
        let named = event.parameters;
        let key = event.operation.map_or(Key::None, |operation| application::key(&operation));
        let answer = event.dialogue.request.is_some();
        let subject = &mut event.subscriber;
        if answer {
            // What an answer names besides may be a correlation id; binding decides about that.
            if subject.imsi.is_none() && subject.msisdn.is_none() {
                (subject.imsi, subject.msisdn) = (named.imsi, named.msisdn);
            }
        } else {
            subject.imsi = named.imsi;
            subject.msisdn = named.msisdn;
        }
        if subject.imsi.is_none() && matches!(key, Key::Reference | Key::ImsiOrReference) {
            let reference = event.tcap.and_then(|tcap| tcap.destination_reference);
            subject.imsi = reference.filter(|digits| (6..=15).contains(&digits.len()));
        }
        let Some(dialogue) = found.and_then(|found| self.dialogues.get_mut(found.id)) else {
            return;
        };
        if subject.imsi.is_none() && subject.msisdn.is_none() && !answer {
            (subject.imsi, subject.msisdn) = (dialogue.imsi, dialogue.msisdn);
        } else {
            dialogue.imsi = dialogue.imsi.or(subject.imsi);
            dialogue.msisdn = dialogue.msisdn.or(subject.msisdn);
        }
    }

    /// Notes what is odd about an invoke in its place.
    fn note_invoke(&self, event: &mut SigEvent, found: Option<Found>) {
        let Some((facts, operation)) = event.tcap.zip(event.operation) else { return };
        let dialogue = found.and_then(|found| self.dialogues.get(found.id));
        if let Some(dialogue) = dialogue
            && !dialogue.invoked
            && facts.message != MessageType::Begin
        {
            event.dialogue.late_invoke = true;
            event.notes.add(Note::DialogueLateInvoke);
        }
        // CAP ends dialogues with operations (basic end); informServiceCentre rides beside a result.
        if facts.message == MessageType::End
            && operation.protocol == Protocol::Map
            && operation.code != INFORM_SERVICE_CENTRE
        {
            event.notes.add(Note::DialogueInvokeInEnd);
        }
        if let (Some(linked), Some(dialogue)) =
            (facts.component.and_then(|component| component.linked_id), dialogue)
            && !dialogue.waiting.iter().any(|invoke| invoke.id == Some(linked))
        {
            event.notes.add(Note::TcapLinkedUnknown);
        }
        let needs = match application::key(&operation) {
            Key::Imsi | Key::Msisdn | Key::Either => true,
            Key::None | Key::Tmsi => false,
            // Version 1 has no reference to be missing: without a beginSubscriberActivity before it
            // the node that is asked knows nobody either.
            Key::Reference if facts.context.is_none() => false,
            // In the argument, the reference or the dialogue.
            Key::ImsiOrDialogue | Key::ImsiOrReference | Key::Reference => {
                event.subscriber.imsi.is_none()
                    && dialogue.is_some_and(|dialogue| dialogue.begin_seen)
            }
        };
        let named = event.subscriber.imsi.is_some() || event.subscriber.msisdn.is_some();
        let own = event.parameters.imsi.is_some() || event.parameters.msisdn.is_some();
        let strict = matches!(application::key(&operation), Key::Imsi | Key::Msisdn | Key::Either);
        // A repeated invoke may lean on the first (TS 29.002 §8.5.2), so the dialogue counts.
        if needs
            && !event.parameters.key_unreadable
            && !(own || (named && (!strict || dialogue.is_some_and(|d| d.invoked))))
        {
            event.notes.add(Note::MapKeyMissing);
        }
    }

    /// Notes embedded addresses of another network than the sender's (row E23).
    fn note_layers(&self, event: &mut SigEvent, invoke: &tcap::component::Invoke<'_>) {
        let mut differs = self.names_another_network(event, &event.parameters.addresses);
        // What is not kept is looked at all the same: nothing hides behind harmless addresses.
        let cut = event.notes.contains(Note::MapAddressesCut);
        let code = event.operation.and_then(|operation| operation.octet());
        if let (true, Some(parameter), Some(code)) = (cut && !differs, invoke.parameter, code) {
            let version = event.tcap.and_then(|tcap| tcap.context?.version).unwrap_or(0);
            for window in 1..=WINDOWS {
                let skipped = window * map::parameters::Addresses::MAX;
                let mut addresses = map::parameters::Addresses::after(skipped);
                let more = pure(|| {
                    let mut parameters = Parameters { addresses, ..Parameters::default() };
                    let mut notes = Notes::default();
                    let _ = map::argument(code, version, &parameter, &mut parameters, &mut notes);
                    addresses = parameters.addresses;
                    notes.contains(Note::MapAddressesCut)
                });
                differs = self.names_another_network(event, &addresses);
                if differs || more != Some(true) {
                    break;
                }
            }
        }
        if differs {
            event.notes.add(Note::MapLayerMismatch);
        }
    }

    fn names_another_network(
        &self,
        event: &SigEvent,
        addresses: &map::parameters::Addresses,
    ) -> bool {
        use map::parameters::Role;
        let Some(calling) = event.sccp.and_then(|sccp| sccp.calling.gt) else { return false };
        if calling.place.origin == Origin::Home || event.dialogue.from_responder {
            return false;
        }
        let Some(operation) =
            event.operation.filter(|operation| operation.protocol == Protocol::Map)
        else {
            return false;
        };
        let networks = &self.plan.networks;
        let own =
            [Role::Gmlc, Role::GsmScf, Role::Msc, Role::Vlr, Role::Sgsn, Role::Gmsc, Role::Ggsn];
        // The service centre of a message delivered is the sender's; that of one sent is home's.
        let delivers = matches!(operation.code, FORWARD_SM | MT_FORWARD_SM)
            && !event.parameters.sms.from_subscriber;
        addresses.iter().any(|address| {
            let checked =
                own.contains(&address.role) || (delivers && address.role == Role::ServiceCentre);
            let owner =
                checked.then(|| self.scout.recall().gt(networks, address.digits).network).flatten();
            owner.is_some_and(|owner| {
                calling.place.network.is_none_or(|sender| !networks.same_group(owner, sender))
            })
        })
    }

    fn wait(&mut self, event: &SigEvent, id: Option<i16>, found: Option<Found>) {
        let Some(found) = found else { return };
        if event.tcap.is_some_and(|tcap| tcap.message == MessageType::End) {
            return;
        }
        let invoke = Invoke {
            id,
            from_responder: found.from_responder,
            at: event.at,
            frame: event.frame,
            operation: event.operation,
            requested: event.parameters.requested,
            direction: event.direction,
            imsi: event.subscriber.imsi,
            msisdn: event.subscriber.msisdn,
            node: super::subject::serving_node(&event.parameters),
        };
        self.dialogues.wait(found.id, invoke);
        if let Some(operation) = event.operation {
            self.dialogues.refresh(found.id, application::life_of(&operation), event.at);
        }
    }
}

fn with_component(event: &mut SigEvent, change: impl FnOnce(&mut Component)) {
    if let Some(component) = event.tcap.as_mut().and_then(|tcap| tcap.component.as_mut()) {
        change(component);
    }
}

fn clamped(code: i64) -> i32 {
    i32::try_from(code).unwrap_or(if code < 0 { i32::MIN } else { i32::MAX })
}

fn small(id: Option<i64>) -> Option<i16> {
    id.and_then(|id| i16::try_from(id).ok())
}

/// roamingNotAllowed, facilityNotSupported, ati-NotAllowed, unauthorizedRequestingNetwork,
/// unauthorizedLCSClient, atsi-NotAllowed, atm-NotAllowed (TS 29.002 §17.6.6).
const REFUSALS: [i32; 7] = [8, 21, 49, 52, 53, 60, 61];
/// Times an argument of more addresses than are kept is read on; every such one is noted besides.
const WINDOWS: usize = 16;
const INFORM_SERVICE_CENTRE: i32 = 63;
const MT_FORWARD_SM: i32 = 44;
const FORWARD_SM: i32 = 46;
const SEND_ROUTING_INFO: i32 = 22;
const ANY_TIME_INTERROGATION: i32 = 71;
