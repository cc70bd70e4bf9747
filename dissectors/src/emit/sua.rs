//! Writes SUA messages (RFC 3868) from what would be SCCP.

use super::{
    m3ua::{message, parameter},
    sccp::{Address, GlobalTitle, Unitdata},
};
use crate::{
    m3ua::ROUTING_CONTEXT,
    mtp3::Variant,
    notes::Notes,
    sccp::{Message, RoutingIndicator},
    sua::{
        CAUSE, CLDR, CLDT, CONNECTIONLESS, DATA, DESTINATION_ADDRESS, GLOBAL_TITLE, HOP_COUNTER,
        IMPORTANCE, POINT_CODE, PROTOCOL_CLASS, SEGMENTATION, SEQUENCE_CONTROL, SOURCE_ADDRESS,
        SUBSYSTEM,
    },
};

/// Writes a connectionless message as CLDT, or CLDR when it is a return. Hop counter, segmentation
/// and importance are written when the message has a place for them in SCCP too.
#[must_use]
pub fn connectionless(unitdata: &Unitdata<'_>, routing_context: u32) -> Vec<u8> {
    let returned = unitdata.kind.is_return();
    let word = |tag, octet: u8| parameter(tag, &u32::from(octet).to_be_bytes());
    let mut parameters = vec![parameter(ROUTING_CONTEXT, &routing_context.to_be_bytes())];
    if returned {
        parameters.push(parameter(CAUSE, &[0, 0, 1, unitdata.octet]));
    } else {
        parameters.push(word(PROTOCOL_CLASS, unitdata.octet));
    }
    parameters.push(parameter(SOURCE_ADDRESS, &address(&unitdata.calling)));
    parameters.push(parameter(DESTINATION_ADDRESS, &address(&unitdata.called)));
    if !returned {
        parameters.push(word(SEQUENCE_CONTROL, 0));
    }
    if unitdata.kind.is_extended() {
        parameters.push(word(HOP_COUNTER, unitdata.hop_counter));
        parameters.extend(unitdata.importance.map(|importance| word(IMPORTANCE, importance)));
        parameters.extend(unitdata.segmentation.map(|place| {
            let first = u32::from(place.first) << 31 | u32::from(place.remaining & 0x7f) << 24;
            parameter(SEGMENTATION, &(first | place.local_reference & 0x00ff_ffff).to_be_bytes())
        }));
    }
    parameters.push(parameter(DATA, unitdata.data));
    message(CONNECTIONLESS, if returned { CLDR } else { CLDT }, &parameters)
}

/// Writes what an SCCP unitdata message says; `None` for any other message.
#[must_use]
pub fn translated(sccp: &[u8], variant: Variant, routing_context: u32) -> Option<Vec<u8>> {
    let message = crate::sccp::parse(sccp, variant, &mut Notes::default()).ok()?;
    let Message::Unitdata(read) = message else { return None };
    let octet = read.return_cause.or(read.class)?;
    let written = Unitdata {
        kind: read.kind,
        octet: octet | if read.return_on_error { 0x80 } else { 0 },
        hop_counter: read.hop_counter.unwrap_or(15),
        segmentation: read.segmentation,
        importance: read.importance,
        ..Unitdata::udt(of(&read.called), of(&read.calling), read.data)
    };
    Some(connectionless(&written, routing_context))
}

fn of(read: &crate::sccp::Address<'_>) -> Address {
    let gt = read.gt.map(|gt| GlobalTitle {
        gti: gt.gti,
        tt: gt.tt.unwrap_or(0),
        np: gt.np.unwrap_or(0),
        nai: gt.nai.unwrap_or(0),
        ..GlobalTitle::new(gt.digits, 0)
    });
    Address { ri: read.ri, pc: read.pc, ssn: read.ssn, gt, national: false }
}

fn address(address: &Address) -> Vec<u8> {
    let routing = match address.ri {
        RoutingIndicator::GlobalTitle => 1,
        RoutingIndicator::Ssn => 2,
    };
    let indicator = u8::from(address.ssn.is_some())
        | u8::from(address.pc.is_some()) << 1
        | u8::from(address.gt.is_some()) << 2;
    let mut out = vec![0, routing, 0, indicator];
    out.extend(
        address.gt.map(|gt| parameter(GLOBAL_TITLE, &global_title(&gt))).unwrap_or_default(),
    );
    out.extend(address.pc.map(|pc| parameter(POINT_CODE, &pc.to_be_bytes())).unwrap_or_default());
    out.extend(address.ssn.map(|ssn| parameter(SUBSYSTEM, &[0, 0, 0, ssn])).unwrap_or_default());
    out
}

fn global_title(gt: &GlobalTitle) -> Vec<u8> {
    let count = u8::try_from(gt.digits.len()).unwrap_or(u8::MAX);
    let mut out = vec![0, 0, 0, gt.gti, count, gt.tt, gt.np, gt.nai];
    out.extend(gt.packed());
    out
}
