//! Authentication (TS 29.002 §17.7.1). Every key is zeros.

use super::{ENUMERATED, INTEGER, OCTETS, SEQUENCE, at, imsi, isdn, sequence, under};
use crate::{digits::Digits, emit::ber::Tlv};

/// sendAuthenticationInfo of version 3. What is `None` is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct SendAuthenticationInfo {
    /// imsi.
    pub imsi: Digits,
    /// numberOfRequestedVectors.
    pub vectors: u8,
    /// re-synchronisationInfo.
    pub resynchronise: bool,
    /// requestingNodeType.
    pub node_type: Option<i64>,
    /// requestingPLMN-Id: MCC and MNC.
    pub plmn: Option<Digits>,
}

impl SendAuthenticationInfo {
    /// Returns the argument; a bare IMSI in version 2.
    #[must_use]
    pub fn tlv(&self, version: u8) -> Tlv {
        if version == 2 {
            return imsi(OCTETS, self.imsi);
        }
        let resynchronise = Tlv::constructed(
            SEQUENCE,
            [Tlv::primitive(OCTETS, [0; 16]), Tlv::primitive(OCTETS, [0; 14])],
        );
        sequence([
            Some(imsi(at(0), self.imsi)),
            Some(Tlv::integer(INTEGER, self.vectors.into())),
            self.resynchronise.then_some(resynchronise),
            self.node_type.map(|kind| Tlv::integer(at(3), kind)),
            self.plmn.map(|plmn| Tlv::primitive(at(4), plmn_id(plmn))),
        ])
    }
}

/// Makes the result of sendAuthenticationInfo: triplets in version 2, quintuplets in version 3.
#[must_use]
pub fn send_authentication_info_result(vectors: usize, version: u8) -> Tlv {
    match version {
        2 => Tlv::constructed(SEQUENCE, triplets(vectors)),
        _ => under(at(3), [Some(Tlv::constructed(at(1), quintuplets(vectors)))]),
    }
}

/// Makes the argument of sendParameters, version 1: vectors for an IMSI.
#[must_use]
pub fn send_parameters(subscriber: Digits) -> Tlv {
    let wanted = Tlv::constructed(SEQUENCE, [Tlv::integer(ENUMERATED, REQUEST_SET)]);
    sequence([Some(imsi(at(0), subscriber)), Some(wanted)])
}

/// Makes the result of sendParameters, version 1.
#[must_use]
pub fn send_parameters_result(vectors: usize) -> Tlv {
    let set = || Tlv::constructed(at(1), triplet());
    Tlv::constructed(SEQUENCE, core::iter::repeat_with(set).take(vectors))
}

/// Makes the argument of authenticationFailureReport.
#[must_use]
pub fn authentication_failure_report(subscriber: Digits, cause: i64, vlr: Option<Digits>) -> Tlv {
    sequence([
        Some(imsi(OCTETS, subscriber)),
        Some(Tlv::integer(ENUMERATED, cause)),
        vlr.map(|vlr| isdn(at(0), vlr)),
    ])
}

/// Makes this many triplets.
pub(super) fn triplets(count: usize) -> Vec<Tlv> {
    vec![Tlv::constructed(SEQUENCE, triplet()); count]
}

fn triplet() -> [Tlv; 3] {
    [zeros(16), zeros(4), zeros(8)]
}

fn quintuplets(count: usize) -> Vec<Tlv> {
    vec![Tlv::constructed(SEQUENCE, [16, 8, 16, 16, 16].map(zeros)); count]
}

fn zeros(octets: usize) -> Tlv {
    Tlv::primitive(OCTETS, vec![0; octets])
}

/// Makes a PLMN-Id (§17.7.8) of five or six digits.
fn plmn_id(plmn: Digits) -> Vec<u8> {
    let digit = |index| plmn.get(index).unwrap_or(15);
    vec![digit(1) << 4 | digit(0), digit(5) << 4 | digit(2), digit(4) << 4 | digit(3)]
}

const REQUEST_SET: i64 = 1;
