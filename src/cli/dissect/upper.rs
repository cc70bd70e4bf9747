//! SCCP, TCAP and components of a frame, with where they stand.

use core::fmt::Write;

use picket_dissectors::{
    Error, Note, Notes,
    mtp3::Variant,
    sccp::{self, Address, Message, RoutingIndicator},
    tcap::{self, Component, component::Code},
};

use super::walk::{Layer, Tells, Walk};

impl<'a> Walk<'a> {
    pub(super) fn sccp(&mut self, octets: &'a [u8], variant: Variant, depth: usize) {
        let mut layer = self.layer("SCCP", octets, depth);
        match sccp::parse(octets, variant, &mut layer.notes) {
            Ok(message) => self.sccp_message(layer, &message),
            Err(error) => self.stop(layer, error),
        }
    }

    pub(super) fn sccp_message(&mut self, mut layer: Layer, message: &Message<'a>) {
        layer.members.push(("message", message.kind().name().to_owned()));
        let depth = layer.depth + 1;
        let mut says = |name, value: Option<String>| {
            layer.members.extend(value.map(|value| (name, value)));
        };
        let data = match message {
            Message::Unitdata(unitdata) => {
                says("class", unitdata.class.map(|class| class.to_string()));
                says("return cause", unitdata.return_cause.map(|cause| cause.to_string()));
                says("hop counter", unitdata.hop_counter.map(|hops| hops.to_string()));
                says("called", Some(self.address(&unitdata.called)));
                says("calling", Some(self.address(&unitdata.calling)));
                if let Some(segmentation) = unitdata.segmentation.filter(|s| s.is_partial()) {
                    says(
                        "segment",
                        Some(format!(
                            "{}{} more of reference {:06x}",
                            if segmentation.first { "first, " } else { "" },
                            segmentation.remaining,
                            segmentation.local_reference
                        )),
                    );
                    None
                } else {
                    Some(unitdata.data)
                }
            }
            Message::Connection(connection) => {
                for (name, reference) in [
                    ("destination reference", connection.destination_reference),
                    ("source reference", connection.source_reference),
                ] {
                    says(name, reference.map(|reference| format!("{reference:06x}")));
                }
                says("called", connection.called.as_ref().map(|called| self.address(called)));
                says("calling", connection.calling.as_ref().map(|calling| self.address(calling)));
                // As the engine: other applications ride on connections.
                connection
                    .data
                    .filter(|data| matches!(data.first(), Some(0x61 | 0x62 | 0x64 | 0x65 | 0x67)))
            }
        };
        self.layers.push(layer);
        if let Some(data) = data.filter(|data| !data.is_empty()) {
            self.tcap(data, depth);
        }
    }

    fn address(&self, address: &Address<'_>) -> String {
        let mut out = String::new();
        if let Some(gt) = address.gt {
            let _ = write!(out, "{} (GTI {}", gt.digits, gt.gti);
            for (name, value) in [("TT", gt.tt), ("NP", gt.np), ("ES", gt.es), ("NAI", gt.nai)] {
                if let Some(value) = value {
                    let _ = write!(out, " {name} {value}");
                }
            }
            out.push_str(") ");
        }
        if let Some(pc) = address.pc {
            let _ = write!(out, "PC {pc} ");
        }
        if let Some(ssn) = address.ssn {
            let _ = write!(out, "SSN {ssn} ");
        }
        out.push_str(match address.ri {
            RoutingIndicator::Ssn => "routed on SSN",
            RoutingIndicator::GlobalTitle if address.is_empty() => "empty",
            RoutingIndicator::GlobalTitle => "routed on GT",
        });
        if !address.octets.is_empty() {
            let _ = write!(out, " [{}]", self.at(address.octets));
        }
        out
    }

    fn tcap(&mut self, octets: &'a [u8], depth: usize) {
        let mut layer = self.layer("TCAP", octets, depth);
        layer.tells = Some(Tells::Message);
        let message = match tcap::parse(octets, &mut layer.notes) {
            Ok(message) => message,
            Err(error) => return self.ansi(layer, octets, error),
        };
        layer.members.push(("message", message.kind.name().to_owned()));
        for (name, id) in [("OTID", message.otid), ("DTID", message.dtid)] {
            layer.members.extend(id.map(|id| (name, id.to_string())));
        }
        layer.members.extend(message.p_abort.map(|cause| ("P-Abort", cause.to_string())));
        if let Some(portion) = message.dialogue_portion {
            let dialogue = message.dialogue(&mut layer.notes);
            if let Some(context) = dialogue.and_then(|dialogue| dialogue.application_context) {
                layer.members.push(("application context", context.to_string()));
            }
            layer.members.push(("dialogue portion at", self.at(portion.octets).to_string()));
        }
        let place = self.layers.len();
        self.layers.push(layer);
        let mut components = message.components();
        let mut notes = Notes::default();
        let mut index = 0;
        while let Some(component) = components.next(&mut notes) {
            index += 1;
            let mut layer = self.component(component, depth + 1);
            layer.notes = notes;
            layer.tells = Some(Tells::Component(index));
            notes = Notes::default();
            self.layers.push(layer);
        }
        if let Some(layer) = self.layers.get_mut(place) {
            layer.notes.merge(&notes);
            if index > 0 {
                layer.tells = None;
            }
            if let (true, Some(span)) = (layer.notes.contains(Note::BerTruncated), &layer.span) {
                layer.stopped = Some((span.end, "the octets end inside an element".to_owned()));
            }
        }
    }

    /// What is no message of Q.773 may be one of ANSI T1.114.
    fn ansi(&mut self, mut layer: Layer, octets: &'a [u8], error: Error) {
        let Ok(package) = tcap::ansi::parse(octets, &mut layer.notes) else {
            return self.stop(layer, error);
        };
        layer.members.push(("ANSI package", package.package.name().to_owned()));
        let hex = |id: &[u8]| id.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
        layer.members.extend(package.otid().map(|id| ("originating id", hex(id))));
        layer.members.extend(package.rtid().map(|id| ("responding id", hex(id))));
        let mut rest = package;
        while let Some(operation) = rest.next_operation(&mut layer.notes) {
            let (set, family, specifier) = match operation {
                tcap::ansi::Operation::National { family, specifier } => {
                    ("national", family, specifier)
                }
                tcap::ansi::Operation::Private { family, specifier } => {
                    ("private", family, specifier)
                }
            };
            layer.members.push(("operation", format!("{set} {family}/{specifier}")));
        }
        self.layers.push(layer);
    }

    fn component(&self, component: Component<'a>, depth: usize) -> Layer {
        let code = |code: Option<Code<'_>>| {
            code.map(|code| match code {
                Code::Local(code) => code.to_string(),
                Code::Global(oid) => oid.to_string(),
            })
        };
        let id = |id: Option<i64>| id.map(|id| id.to_string());
        let (name, invoke_id, members, parameter) = match component {
            Component::Invoke(c) => (
                "invoke",
                id(c.invoke_id),
                [("linked id", id(c.linked_id)), ("operation", code(c.operation))],
                c.parameter,
            ),
            Component::ReturnResultLast(c) => (
                "returnResultLast",
                id(c.invoke_id),
                [("operation", code(c.operation)), ("", None)],
                c.parameter,
            ),
            Component::ReturnResultNotLast(c) => (
                "returnResultNotLast",
                id(c.invoke_id),
                [("operation", code(c.operation)), ("", None)],
                c.parameter,
            ),
            Component::ReturnError(c) => (
                "returnError",
                id(c.invoke_id),
                [("error", code(c.error)), ("", None)],
                c.parameter,
            ),
            Component::Reject(c) => {
                let problem = c.problem.map(|(kind, code)| format!("{} {code}", kind.name()));
                ("reject", id(c.invoke_id), [("problem", problem), ("", None)], None)
            }
            Component::Unreadable { octets, .. } => {
                let mut layer = self.layer("component", octets, depth);
                layer.stopped = Some((self.at(octets), "no component that Q.773 has".to_owned()));
                return layer;
            }
        };
        let parameter = parameter.map(|parameter| parameter.octets);
        let mut layer = self.layer(name, parameter.unwrap_or_default(), depth);
        layer.members.extend(invoke_id.map(|id| ("invoke id", id)));
        for (name, value) in members {
            layer.members.extend(value.map(|value| (name, value)));
        }
        layer
            .members
            .extend(parameter.map(|octets| ("parameter", format!("{} octets", octets.len()))));
        layer
    }
}
