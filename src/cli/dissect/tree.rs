//! A packet as a tree: a header line, its layers, and under each what the engine made of it.

use core::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use picket_dissectors::{Note, Notes, mtp3::Variant};
use picket_hw::Frame;

use super::{
    hex::Wrapping,
    text,
    walk::{self, Layer, Tells},
};
use crate::event::{SigEvent, json::Writer};

/// How much is printed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    /// Where each layer stands in the packet.
    pub(super) offsets: bool,
    /// What each note means, and the clause it bends.
    pub(super) clauses: bool,
}

/// What of a packet could be read, for the exit code of pasted octets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Read {
    /// Something.
    Some,
    /// Not even the outermost layer.
    Nothing,
}

/// Appends a packet. `events` are the engine's, of this packet; `around` are the octets that were
/// added to what was pasted, which are left out.
pub(super) fn packet(
    frame: &Frame<'_>,
    events: &[SigEvent],
    around: &Wrapping,
    (style, writer): (Style, &Writer<'_>),
    out: &mut String,
) -> Read {
    let variant = events.iter().map(|event| event.label.variant).find(|&v| v != Variant::Itu);
    let read = catch_unwind(AssertUnwindSafe(|| {
        walk::frame(frame.link.0.into(), frame.bytes, variant.unwrap_or_default())
    }));
    let layers = read.unwrap_or_default();
    let skip = around.octets;
    let mut page = Page { style, writer, skip, out, told: Notes::default() };
    let mut rest: Vec<_> = events.iter().collect();
    let visible = |layer: &&Layer| match &layer.span {
        Some(span) => span.start >= skip,
        None => skip == 0 || matches!(layer.tells, Some(Tells::Component(_))),
    };
    let base = layers.iter().find(visible).map_or(0, |layer| layer.depth);
    let mut something = false;
    for layer in &layers {
        page.told.merge(&layer.notes);
        if !visible(&layer) {
            // A layer that was added still says when what it carries could not be read.
            continue;
        }
        something |= layer.stopped.is_none() || !layer.members.is_empty();
        page.layer(layer, layer.depth.saturating_sub(base));
        if let Some(tells) = layer.tells
            && let Some(at) = rest.iter().position(|event| belongs(event, tells))
        {
            let event = rest.remove(at);
            page.event(event, layer.depth.saturating_sub(base) + 1);
        }
    }
    for event in rest {
        let bare = event.operation.is_none() && event.management.is_none();
        if bare && event.notes.iter().all(|note| page.told.contains(note)) {
            continue;
        }
        // Of more than this packet, or of none of its layers.
        page.line(0);
        page.out.push_str(event.kind.name());
        text::place(event, page.writer, page.out);
        page.event(event, 1);
    }
    if something { Read::Some } else { Read::Nothing }
}

/// Appends the line that heads a packet.
pub(super) fn header(frame: &Frame<'_>, out: &mut String) {
    let _ = write!(out, "packet {}  ", frame.number);
    crate::event::json::rfc3339(frame.at, out);
    let _ = write!(out, "  {} octets", frame.wire_len);
    let captured = frame.bytes.len();
    if usize::try_from(frame.wire_len).is_ok_and(|wire| captured < wire) {
        let _ = write!(out, ", {captured} captured");
    }
}

fn belongs(event: &SigEvent, tells: Tells) -> bool {
    let Some(tcap) = event.tcap else { return tells == Tells::Message && event.unread.is_some() };
    match (tells, tcap.component) {
        (Tells::Component(index), Some(component)) => component.index == index,
        (Tells::Message, None) => true,
        // A second sighting is told once, whatever is in it.
        (Tells::Component(1), None) => event.duplicate,
        _ => false,
    }
}

struct Page<'a> {
    style: Style,
    writer: &'a Writer<'a>,
    skip: usize,
    out: &'a mut String,
    /// Notes that were printed with their layer.
    told: Notes,
}

impl Page<'_> {
    fn line(&mut self, depth: usize) {
        self.out.push('\n');
        for _ in 0..=depth {
            self.out.push_str("  ");
        }
    }

    fn layer(&mut self, layer: &Layer, depth: usize) {
        self.line(depth);
        self.out.push_str(&layer.name);
        if let (true, Some(span)) = (self.style.offsets, &layer.span) {
            let (from, to) = (span.start.saturating_sub(self.skip), span.end);
            let _ = write!(self.out, " [{from}..{}]", to.saturating_sub(self.skip));
        }
        for (i, (name, value)) in layer.members.iter().enumerate() {
            let _ = write!(self.out, "{}{name} {value}", if i == 0 { "  " } else { ", " });
        }
        if let Some((at, why)) = &layer.stopped {
            self.line(depth + 1);
            let at = at.saturating_sub(self.skip);
            let _ = write!(self.out, "reading stopped at offset {at}: {why}");
        }
        self.notes(&layer.notes, depth + 1);
    }

    /// What the engine made of a message: operation and values, and what is odd about these or about
    /// the place of the message in its dialogue.
    fn event(&mut self, event: &SigEvent, depth: usize) {
        let mut meaning = String::new();
        text::meaning(event, &mut meaning);
        if event.duplicate {
            meaning.insert_str(0, "second sighting  ");
        }
        if !meaning.trim().is_empty() {
            self.line(depth);
            self.out.push_str(meaning.trim());
        }
        for (name, value) in text::said(event, self.writer) {
            self.line(depth + 1);
            let _ = write!(self.out, "{name}: {}", if value.is_empty() { "yes" } else { &value });
        }
        let mut own = Notes::default();
        event.notes.iter().filter(|&note| !self.told.contains(note)).for_each(|note| own.add(note));
        self.notes(&own, depth + 1);
    }

    fn notes(&mut self, notes: &Notes, depth: usize) {
        for note in notes.iter() {
            self.line(depth);
            let _ = write!(self.out, "! {}", note.id());
            if self.style.clauses {
                let _ = write!(self.out, ": {} ({})", Note::doc(note), note.clause());
            }
        }
    }
}
