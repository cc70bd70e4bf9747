//! Writes connection-oriented SCCP and SCCP management (ITU-T Q.713 §4.2, §4.7, §5.3).

use super::{mtp3::point_code, sccp::Address};
use crate::{
    mtp3::Variant,
    sccp::{MessageType, management::Management},
};

/// Writes a connection request of class 2, with user data when there is any.
#[must_use]
pub fn request(
    reference: u32,
    called: &Address,
    calling: Option<&Address>,
    data: &[u8],
) -> Vec<u8> {
    let [a, b, c, _] = reference.to_le_bytes();
    let called = sized(&called.octets(Variant::Itu));
    let mut optional = Vec::new();
    for (name, value) in
        [(4, calling.map(|calling| calling.octets(Variant::Itu))), (15, Some(data.to_vec()))]
    {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            optional.push(name);
            optional.extend(sized(&value));
        }
    }
    let part = if optional.is_empty() { 0 } else { u8::try_from(1 + called.len()).unwrap_or(0) };
    let mut out = vec![MessageType::Cr.code(), a, b, c, 2, 2, part];
    out.extend(called);
    if !optional.is_empty() {
        optional.push(0);
    }
    out.extend(optional);
    out
}

/// Writes data form 1; `more` says that the data goes on in the next message.
#[must_use]
pub fn data_form_1(reference: u32, more: bool, data: &[u8]) -> Vec<u8> {
    let [a, b, c, _] = reference.to_le_bytes();
    let mut out = vec![MessageType::Dt1.code(), a, b, c, u8::from(more), 1];
    out.extend(sized(data));
    out
}

impl Management {
    /// Writes a management message, to be the data of a UDT between subsystems 1. Members that are
    /// absent are written as zero, the congestion level only when there is one.
    #[must_use]
    pub fn octets(&self, variant: Variant) -> Vec<u8> {
        let mut out = vec![self.format, self.ssn.unwrap_or(0)];
        out.extend(point_code(self.pc.unwrap_or(0), variant));
        out.push(self.multiplicity.unwrap_or(0));
        out.extend(self.congestion);
        out
    }
}

fn sized(value: &[u8]) -> Vec<u8> {
    let mut out = vec![u8::try_from(value.len()).unwrap_or(u8::MAX)];
    out.extend(value);
    out
}
