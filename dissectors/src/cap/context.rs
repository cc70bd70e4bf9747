//! Application contexts of CAP (TS 29.078 §5.6; GSM 09.78 §6 for versions 1 and 2) and of INAP.
//!
//! Versions 1 and 2 sit under MAP's arc as numbers 50 to 52, versions 3 and 4 under arcs of their
//! own.

use crate::{
    cap::opcode::{Family, Operation},
    notes::{Note, Notes},
    tcap::ObjectIdentifier,
};

/// A CAP or INAP application context.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Context {
    /// The application: `cap` or `inap`.
    pub application: &'static str,
    /// Name as in the ASN.1.
    pub name: &'static str,
    /// CAP version, that is CAMEL phase; 0 for INAP and for contexts that do not exist.
    pub version: u8,
    /// What the context controls; `None` when it is not known.
    pub family: Option<Family>,
}

impl Context {
    /// Whether an operation may occur in this context; anything may in one not known.
    #[must_use]
    pub fn has_operation(&self, operation: &Operation) -> bool {
        self.family.is_none_or(|family| family == operation.family)
    }
}

/// Returns the context of a name, if it is one of CAP or INAP. One that has CAP's arcs but does
/// not exist is noted and still CAP.
pub fn find(name: ObjectIdentifier<'_>, notes: &mut Notes) -> Option<Context> {
    let end = end(name);
    if let Some(row) = CONTEXTS.iter().find(|row| Some(row.end) == end) {
        return Some(Context {
            application: "cap",
            name: row.name,
            version: row.version,
            family: Some(row.family),
        });
    }
    if is_cap(name) {
        notes.add(Note::CapVersionImpossible);
        return Some(Context { application: "cap", name: "", version: 0, family: None });
    }
    INAP.iter().any(|arcs| name.starts_with(arcs)).then_some(Context {
        application: "inap",
        name: "",
        version: 0,
        family: None,
    })
}

/// Whether the name begins as those of CAP do.
#[must_use]
pub fn is_cap(name: ObjectIdentifier<'_>) -> bool {
    let mut arcs = name.arcs();
    if !GSM_NETWORK.iter().all(|&arc| arcs.next() == Some(arc)) {
        return false;
    }
    matches!((arcs.next(), arcs.next()), (Some(0), Some(50..=52)) | (Some(20..=23), Some(AC)))
}

/// The last three arcs of a name that has eight and begins as those of CAP do.
fn end(name: ObjectIdentifier<'_>) -> Option<[u64; 3]> {
    let mut arcs = name.arcs();
    if !GSM_NETWORK.iter().all(|&arc| arcs.next() == Some(arc)) {
        return None;
    }
    let end = [arcs.next()?, arcs.next()?, arcs.next()?];
    arcs.next().is_none().then_some(end)
}

struct Row {
    /// The three last arcs.
    end: [u64; 3],
    name: &'static str,
    version: u8,
    family: Family,
}

const fn row(end: [u64; 3], name: &'static str, version: u8, family: Family) -> Row {
    Row { end, name, version, family }
}

/// itu-t identified-organization etsi mobileDomain gsm-Network (umts-Network).
const GSM_NETWORK: [u64; 5] = [0, 4, 0, 0, 1];
const AC: u64 = 3;
/// ETSI's and ITU-T's intelligent network (EN 301 140-1, Q.1218, Q.1228, Q.1238).
const INAP: &[&[u64]] =
    &[&[0, 4, 0, 1, 1], &[0, 0, 17, 1218], &[0, 0, 17, 1228], &[0, 0, 17, 1238]];

static CONTEXTS: &[Row] = &[
    row([0, 50, 0], "CAP-v1-gsmSSF-to-gsmSCF-AC", 1, Family::Call),
    row([0, 50, 1], "CAP-v2-gsmSSF-to-gsmSCF-AC", 2, Family::Call),
    row([0, 51, 1], "CAP-v2-assist-gsmSSF-to-gsmSCF-AC", 2, Family::Call),
    row([0, 52, 1], "CAP-v2-gsmSRF-to-gsmSCF-AC", 2, Family::Call),
    row([21, 3, 4], "capssf-scfGenericAC", 3, Family::Call),
    row([21, 3, 6], "capssf-scfAssistHandoffAC", 3, Family::Call),
    row([20, 3, 14], "gsmSRF-gsmSCF-ac", 3, Family::Call),
    row([21, 3, 50], "cap3-gprssf-scfAC", 3, Family::Gprs),
    row([21, 3, 51], "cap3-gsmscf-gprsssfAC", 3, Family::Gprs),
    row([21, 3, 61], "cap3-sms-AC", 3, Family::Sms),
    row([23, 3, 4], "capssf-scfGenericAC", 4, Family::Call),
    row([23, 3, 6], "capssf-scfAssistHandoffAC", 4, Family::Call),
    row([23, 3, 8], "capscf-ssfGenericAC", 4, Family::Call),
    row([22, 3, 14], "gsmSRF-gsmSCF-ac", 4, Family::Call),
    row([23, 3, 61], "cap4-sms-AC", 4, Family::Sms),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cap::opcode;

    #[test]
    fn contexts_by_name() {
        for (octets, want) in [
            (&[4, 0, 0, 1, 0, 50, 0][..], Some(("cap", 1, Some(Family::Call)))),
            (&[4, 0, 0, 1, 0, 50, 1], Some(("cap", 2, Some(Family::Call)))),
            (&[4, 0, 0, 1, 0, 0x80, 50, 1], Some(("cap", 2, Some(Family::Call)))),
            (&[4, 0, 0, 1, 21, 3, 50], Some(("cap", 3, Some(Family::Gprs)))),
            (&[4, 0, 0, 1, 23, 3, 61], Some(("cap", 4, Some(Family::Sms)))),
            (&[4, 0, 1, 1, 1, 0, 0], Some(("inap", 0, None))),
            (&[4, 0, 0, 1, 0, 28, 3], None),
            (&[4, 0, 0, 1, 0], None),
            (&[], None),
        ] {
            let mut notes = Notes::default();
            let found = find(ObjectIdentifier::new(octets), &mut notes);
            assert_eq!(found.map(|c| (c.application, c.version, c.family)), want, "{octets:?}");
            assert!(notes.is_empty(), "{octets:?}");
        }
    }

    #[test]
    fn a_context_that_does_not_exist_is_noted() {
        for octets in [&[4, 0, 0, 1, 0, 50, 7][..], &[4, 0, 0, 1, 23, 3, 99], &[4, 0, 0, 1, 0, 52]]
        {
            let mut notes = Notes::default();
            let found = find(ObjectIdentifier::new(octets), &mut notes);
            assert_eq!(found.map(|c| (c.application, c.version)), Some(("cap", 0)), "{octets:?}");
            assert!(notes.contains(Note::CapVersionImpossible));
        }
    }

    #[test]
    fn contexts_bound_their_operations() {
        let sms = find(ObjectIdentifier::new(&[4, 0, 0, 1, 21, 3, 61]), &mut Notes::default());
        let sms = sms.unwrap();
        assert!(sms.has_operation(opcode::find(60).unwrap()));
        assert!(!sms.has_operation(opcode::find(0).unwrap()));
    }
}
