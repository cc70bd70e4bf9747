//! An event as a line or two for a reader.

use core::fmt::Write;

use picket_dissectors::Note;

use crate::event::{
    ComponentType, MessageType, Party, SigEvent,
    fields::{self, number::Number},
    json::Writer,
};

/// Appends an event: a line with time, parties and operation, one of everything it says of the
/// subscriber, and one of what is odd.
pub(super) fn event(event: &SigEvent, writer: &Writer<'_>, out: &mut String) {
    let mut time = String::new();
    crate::event::json::rfc3339(event.at, &mut time);
    let _ = write!(out, "{:>6}  {}  {:<13}", event.frame.number, time, event.kind.name());
    if event.label.present {
        let _ = write!(out, " {}>{}", event.label.opc, event.label.dpc);
    }
    place(event, writer, out);
    out.push_str("  ");
    meaning(event, out);
    for (i, (name, value)) in said(event, writer).into_iter().enumerate() {
        out.push_str(if i == 0 { "\n        " } else { ", " });
        out.push_str(&name);
        if !value.is_empty() {
            let _ = write!(out, " {value}");
        }
    }
    let notes: Vec<_> = event.notes.iter().map(Note::id).collect();
    if !notes.is_empty() {
        let _ = write!(out, "\n        odd: {}", notes.join(", "));
    }
    let end = out.trim_end().len();
    out.truncate(end);
}

/// Appends who sends to whom, and which message and component it is.
pub(super) fn place(event: &SigEvent, writer: &Writer<'_>, out: &mut String) {
    if let Some(sccp) = &event.sccp {
        let _ = write!(
            out,
            "  {} > {}",
            party(event, &sccp.calling, writer),
            party(event, &sccp.called, writer)
        );
    }
    if let Some(tcap) = &event.tcap {
        let _ = write!(out, "  {}", message(tcap.message));
        for (name, tid) in [("otid", tcap.otid), ("dtid", tcap.dtid)] {
            if let Some(tid) = tid {
                let _ = write!(out, " {name} {tid}");
            }
        }
        if let Some(component) = tcap.component {
            let _ =
                write!(out, "  {}/{} {}", component.index, component.count, kind(component.kind));
        }
    }
}

/// Appends what an event is: context, operation, and what became of it.
pub(super) fn meaning(event: &SigEvent, out: &mut String) {
    let start = out.len();
    let mut part = |text: &str| {
        if out.len() > start {
            out.push_str("  ");
        }
        out.push_str(text);
    };
    let context = event.tcap.and_then(|tcap| tcap.context);
    if let Some((name, version)) = context.and_then(|context| context.name.zip(context.version)) {
        part(&format!("[{name} v{version}]"));
    }
    if let Some(operation) = event.operation {
        part(&format!("{} ({})", operation.name, operation.code));
    }
    if let Some(management) = event.management {
        part(management);
    }
    if let Some(outcome) = event.dialogue.outcome {
        part(&format!("= {}", outcome.name()));
    }
    if let Some(reason) = event.unread {
        part(&format!("not read to the end: {reason}"));
    }
}

/// Returns what the argument or answer said, names and values, from the field table, so that nothing
/// is missing. What is merely true has no value.
pub(super) fn said(event: &SigEvent, writer: &Writer<'_>) -> Vec<(String, String)> {
    const SHOWN: [&str; 9] = [
        "map.argument.",
        "map.result.",
        "map.error.",
        "cap.argument.",
        "leak.",
        "tcap.open.",
        "tcap.abort.",
        "tcap.reject.",
        "sms.",
    ];
    let mut out = Vec::new();
    for row in fields::rows() {
        let name = row.field.name;
        let Some(prefix) = SHOWN.iter().find(|prefix| name.starts_with(**prefix)) else { continue };
        let Some(value) = (row.field.get)(event) else { continue };
        if value == picket_rules::Value::Bool(false) {
            continue;
        }
        let short = if prefix.ends_with("argument.") || prefix.ends_with("result.") {
            name.get(prefix.len()..)
        } else {
            None
        };
        let mut text = String::new();
        if value != picket_rules::Value::Bool(true) {
            writer.append(event, row, &mut text);
        }
        // A number without digits says nothing.
        if text != "\"\"" {
            out.push((short.unwrap_or(name).to_owned(), text));
        }
    }
    out
}

fn party(event: &SigEvent, party: &Party, writer: &Writer<'_>) -> String {
    let ssn = party.ssn.map_or_else(|| "-".to_owned(), |ssn| ssn.to_string());
    match (party.gt, party.pc) {
        (Some(gt), _) => {
            format!("{}:{ssn}", writer.number(event, Number::global_title(&gt, gt.digits)))
        }
        (None, Some(pc)) => format!("pc{pc}:{ssn}"),
        (None, None) => format!("-:{ssn}"),
    }
}

const fn message(message: MessageType) -> &'static str {
    match message {
        MessageType::Unidirectional => "unidirectional",
        MessageType::Begin => "begin",
        MessageType::Continue => "continue",
        MessageType::End => "end",
        MessageType::Abort => "abort",
    }
}

const fn kind(kind: Option<ComponentType>) -> &'static str {
    match kind {
        Some(ComponentType::Invoke) => "invoke",
        Some(ComponentType::ReturnResultLast) => "return_result_last",
        Some(ComponentType::ReturnResultNotLast) => "return_result_not_last",
        Some(ComponentType::ReturnError) => "return_error",
        Some(ComponentType::Reject) => "reject",
        None => "unreadable",
    }
}
