//! Fields of the operation (TS 29.002 §17.5, TS 29.078 §5), of its error, and the rule buckets.

use std::sync::LazyLock;

use picket_dissectors::{cap, map};

use super::Row;
use crate::event::{ComponentType, Operation, Protocol, SigEvent};

/// Of a MAP operation.
pub(super) static MAP: &[Row] = rows! {
    "map.operation.code", Signed = |e| operation(e, Protocol::Map).map(|operation| operation.code.into()),
        "Local operation code, of the component or of the request it answers (TS 29.002 §17.5).";
    "map.operation.name", Name(&MAP_NAMES) = |e| known(e, Protocol::Map).map(|operation| operation.name),
        "Operation as spelled in TS 29.002 §17.6.";
    "map.operation.category", Name(&CATEGORIES) = |e| category(e, Protocol::Map),
        "Category of the operation by itself, in the manner of GSMA FS.11.";
    "map.operation.family", Name(&MAP_FAMILIES) = |e| known(e, Protocol::Map).map(|operation| operation.family),
        "What the operation is for.";
    "map.operation.known", Bool = |e| operation(e, Protocol::Map).map(|operation| operation.known),
        "Whether the operation code is one that MAP has.";
};

/// Of a MAP error.
pub(super) static MAP_ERROR: &[Row] = rows! {
    "map.error.code", Int = |e| error(e),
        "Local error code (TS 29.002 §17.6.6).";
    "map.error.name", Name(&ERROR_NAMES) = |e| map::error::name(error(e)?),
        "Error as spelled in TS 29.002 §17.6.6.";
    "map.error.cause", Int = |e| error(e).and(e.parameters.cause),
        "Diagnostic or reason in the error parameter, where the error has one (TS 29.002 §17.7.7).";
};

/// Of a CAP operation.
pub(super) static CAP: &[Row] = rows! {
    "cap.operation.code", Signed = |e| operation(e, Protocol::Cap).map(|operation| operation.code.into()),
        "Local operation code, of the component or of the request it answers (TS 29.078 §5.1).";
    "cap.operation.name", Name(&CAP_NAMES) = |e| known(e, Protocol::Cap).map(|operation| operation.name),
        "Operation as spelled in TS 29.078 §5.1.";
    "cap.operation.category", Name(&CATEGORIES) = |e| category(e, Protocol::Cap),
        "Category of the operation by itself, in the manner of GSMA FS.11.";
    "cap.operation.family", Name(&CAP_FAMILIES) = |e| known(e, Protocol::Cap).map(|operation| operation.family),
        "What the operation is for.";
    "cap.operation.known", Bool = |e| operation(e, Protocol::Cap).map(|operation| operation.known),
        "Whether the operation code is one that CAP has.";
};

/// Of a CAP error.
pub(super) static CAP_ERROR: &[Row] = rows! {
    "cap.error.code", Int = |e| cap_error(e),
        "Local error code (TS 29.078 §5.2).";
    "cap.error.name", Name(&CAP_ERROR_NAMES) = |e| cap::error::name(cap_error(e)?),
        "Error as spelled in TS 29.078 §5.2.";
    "cap.error.cause", Int = |e| cap_error(e).and(e.parameters.cause),
        "Reason in the error parameter, where the error has one (TS 29.078 §5.4).";
};

/// Of what was agreed.
pub(super) static AGREED: &[Row] = rows! {
    "operation.agreed", Bool = |e| e.operation.map(|operation| operation.agreed),
        "Whether the `allow` of the calling network names the operation.";
};

/// Returns the bucket of an event: MAP codes from 0, CAP codes from 256, others of each behind.
pub(super) fn discriminant(e: &SigEvent) -> Option<u16> {
    let operation = e.operation?;
    let code = operation.octet().map_or(OTHERS, u16::from);
    Some(match operation.protocol {
        Protocol::Map => code,
        Protocol::Cap => CAP_BUCKETS + code,
    })
}

/// Returns the bucket of a MAP operation given by code or name.
pub(super) fn map_bucket(literal: &str) -> Option<u16> {
    let code = literal.parse::<u8>().ok();
    code.or_else(|| map::opcode::by_name(literal).map(|operation| operation.code)).map(u16::from)
}

/// Returns the bucket of a CAP operation given by code or name.
pub(super) fn cap_bucket(literal: &str) -> Option<u16> {
    let code = literal.parse::<u8>().ok();
    let named = || cap::opcode::all().iter().find(|operation| operation.name == literal);
    code.or_else(|| named().map(|operation| operation.code))
        .map(|code| CAP_BUCKETS + u16::from(code))
}

/// Iterates over the buckets and the names operations have in their newest version.
pub(super) fn named() -> impl Iterator<Item = (u16, &'static str)> {
    let map = map::opcode::all().iter();
    let map = map.map(|operation| (u16::from(operation.code), operation.name(operation.highest)));
    let cap = cap::opcode::all().iter();
    map.chain(cap.map(|operation| (CAP_BUCKETS + u16::from(operation.code), operation.name)))
}

/// Returns the name of a MAP operation in its newest version.
pub(super) fn map_name(code: i32) -> Option<&'static str> {
    map::opcode::find(u8::try_from(code).ok()?).map(|operation| operation.name(operation.highest))
}

fn operation(e: &SigEvent, protocol: Protocol) -> Option<&Operation> {
    e.operation.as_ref().filter(|operation| operation.protocol == protocol)
}

/// Errors of MAP only: CAP has its own (TS 29.078 §5.2).
fn error(e: &SigEvent) -> Option<u8> {
    let component = e.tcap.as_ref()?.component.as_ref()?;
    let map = operation(e, Protocol::Cap).is_none();
    let error =
        component.error.filter(|_| map && component.kind == Some(ComponentType::ReturnError));
    error.and_then(|code| u8::try_from(code).ok())
}

fn cap_error(e: &SigEvent) -> Option<u8> {
    operation(e, Protocol::Cap)?;
    let component = e.tcap.as_ref()?.component.as_ref()?;
    let error = component.error.filter(|_| component.kind == Some(ComponentType::ReturnError));
    error.and_then(|code| u8::try_from(code).ok())
}

fn known(e: &SigEvent, protocol: Protocol) -> Option<&Operation> {
    operation(e, protocol).filter(|operation| operation.known)
}

fn category(e: &SigEvent, protocol: Protocol) -> Option<&str> {
    operation(e, protocol)
        .map(|operation| operation.category)
        .filter(|name| CATEGORIES.contains(name))
}

/// What no operation has; two buckets of codes beyond an octet follow those of CAP.
const OTHERS: u16 = 512;
const CAP_BUCKETS: u16 = 256;

/// Categories an operation has by itself; rules have more (spoofing, recon, ...).
static CATEGORIES: [&str; 5] = ["cat1", "cat2", "cat3", "sms", "cap"];

/// Names of MAP operations in any version.
static MAP_NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let newest = map::opcode::all().iter().map(|operation| operation.name(operation.highest));
    each_once(newest.chain(map::opcode::all().iter().map(|operation| operation.name(1))))
});

static MAP_FAMILIES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| each_once(map::opcode::all().iter().map(|operation| operation.family.name())));

static CAP_NAMES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| each_once(cap::opcode::all().iter().map(|operation| operation.name)));

static CAP_FAMILIES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| each_once(cap::opcode::all().iter().map(|operation| operation.family.name())));

static ERROR_NAMES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| each_once((0..=u8::MAX).filter_map(map::error::name)));

static CAP_ERROR_NAMES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| each_once((0..=u8::MAX).filter_map(cap::error::name)));

fn each_once(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}
