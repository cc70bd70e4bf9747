//! Supplementary services and USSD (TS 29.002 §11, §17.7.4).
//!
//! The subscriber is named by the destination reference of MAP-Open, not by the argument. Of USSD
//! only the coding scheme is kept, of passwords nothing.

use super::{
    location::cause,
    member::{
        EXTENSION, Is, Member, Reader, at, choice, enumerated, first, integer, list, octets,
        private, sequence,
    },
    parameters::{Gifts, Parameters, Profile, Role},
};
use crate::ber::Element;

/// registerSS.
pub(super) static REGISTER_ARG: [Member; 1] = [sequence(&[
    octets(Is::SsCode),
    choice(&BASIC_SERVICE),
    at(4, Is::Address(Role::ForwardedTo)).writes(Profile::FORWARDING),
    at(6, Is::Passed),
    at(5, Is::Passed),
    at(7, Is::Passed),
    at(8, Is::Passed),
    at(9, Is::Passed),
])];

/// SS-Info: the state a service was left in.
pub(super) static SS_INFO_RES: [Member; 3] =
    [at(0, Is::Sequence(&FORWARDING)), at(1, Is::Passed), at(3, Is::Passed)];

/// eraseSS, activateSS, deactivateSS and interrogateSS.
pub(super) static SS_ARG: [Member; 1] = [sequence(&SS_FOR_BS)];

/// SS-ForBS-Code.
pub(super) static SS_FOR_BS: [Member; 3] =
    [octets(Is::SsCode), choice(&BASIC_SERVICE), at(4, Is::Passed)];

/// BasicServiceCode.
static BASIC_SERVICE: [Member; 2] = [at(2, Is::Passed), at(3, Is::Passed)];

/// InterrogateSS-Res.
pub(super) static INTERROGATE_RES: [Member; 4] = [
    at(0, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Each(&FORWARDING_FEATURES)).gives(Gifts::PROFILE),
    at(4, Is::Passed).gives(Gifts::PROFILE),
];

/// Ext-SS-Info, in a profile being written.
pub(super) static SS_INFO: [Member; 5] = [
    at(0, Is::Sequence(&FORWARDING)).writes(Profile::FORWARDING),
    at(1, Is::Passed).writes(Profile::BARRING),
    at(2, Is::Passed),
    at(3, Is::Passed),
    at(4, Is::Passed),
];

/// Ext-ForwInfo and ForwardingInfo.
static FORWARDING: [Member; 3] =
    [octets(Is::SsCode), list(&FORWARDING_FEATURES), at(0, Is::Extension)];

/// Ext-ForwFeatureList and ForwardingFeatureList.
pub(super) static FORWARDING_FEATURES: [Member; 1] = [sequence(&[
    choice(&BASIC_SERVICE),
    at(4, Is::Passed),
    at(5, Is::Isdn(Role::ForwardedTo)),
    at(8, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Passed),
    at(9, Is::Special(long_forwarded_to)),
    at(10, Is::Ftn(Role::ForwardedTo)),
])];

/// Reads `[9]`: the extension container in subscription data, the long number in SS operations.
fn long_forwarded_to(reader: &mut Reader<'_>, element: &Element<'_>) {
    reader.extension_or(&Is::Ftn(Role::ForwardedTo), element);
}

/// callDeflection, which belongs on the radio interface (TS 24.080 §4.5).
pub(super) static DEFLECTION_ARG: [Member; 1] =
    [sequence(&[at(0, Is::Address(Role::ForwardedTo)), at(1, Is::Passed)])];

/// notifySS, which belongs on the radio interface (TS 24.080 §4.5).
pub(super) static NOTIFY_ARG: [Member; 1] = [sequence(&[
    at(1, Is::SsCode),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(14, Is::Passed),
    at(15, Is::Passed),
    at(16, Is::Passed),
    at(17, Is::Passed),
    at(18, Is::Passed),
    at(19, Is::Passed),
    at(20, Is::Passed),
    at(21, Is::Passed),
    at(22, Is::Passed),
    at(23, Is::Passed),
])];

/// registerPassword: an SS-Code.
pub(super) static PASSWORD_ARG: [Member; 1] = [octets(Is::SsCode)];

/// getPassword asks with a GuidanceInfo.
pub(super) static GET_PASSWORD_ARG: [Member; 1] = [enumerated(Is::Passed)];

/// Passwords, and strings of version 1.
pub(super) static TEXT: [Member; 2] = [super::member::text(18), super::member::text(22)];

/// processUnstructuredSS-Request, unstructuredSS-Request and unstructuredSS-Notify.
pub(super) static USSD_ARG: [Member; 1] = [sequence(&[
    octets(Is::Octet(coding_scheme)),
    octets(Is::Passed),
    octets(Is::Passed),
    at(0, Is::Msisdn),
])];

/// USSD-Res.
pub(super) static USSD_RES: [Member; 1] =
    [sequence(&[octets(Is::Octet(coding_scheme)), octets(Is::Passed)])];

/// ss-InvocationNotification.
pub(super) static INVOCATION_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Imsi),
    at(1, Is::Msisdn),
    at(2, Is::SsCode),
    at(3, Is::Each(&[octets(Is::Address(Role::Other))])),
    at(4, Is::Extension),
    at(5, Is::Isdn(Role::CalledNumber)),
    at(6, Is::Passed),
])];

/// registerCC-Entry and eraseCC-Entry.
pub(super) static CC_ENTRY_ARG: [Member; 1] = [sequence(&[
    at(0, Is::SsCode),
    at(
        1,
        Is::Sequence(&[
            at(0, Is::Passed),
            at(1, Is::Isdn(Role::CalledNumber)),
            at(2, Is::Passed),
            at(3, Is::Passed),
            at(4, Is::Passed),
        ]),
    ),
])];

/// beginSubscriberActivity of version 1.
pub(super) static BEGIN_ACTIVITY_ARG: [Member; 1] = [sequence(&[
    octets(Is::Imsi),
    octets(Is::Isdn(Role::Vlr)),
    private(28, Is::Passed),
    integer(Is::Number(cause)),
    EXTENSION,
])];

fn coding_scheme(parameters: &mut Parameters, octet: u8) {
    first(&mut parameters.ussd_dcs, Some(octet));
}
