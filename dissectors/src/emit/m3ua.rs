//! Writes M3UA messages (RFC 4666).

use super::{length16, pad};
use crate::{
    m3ua::{
        CORRELATION_ID, DATA, Data, NETWORK_APPEARANCE, PROTOCOL_DATA, ROUTING_CONTEXT, TRANSFER,
        VERSION,
    },
    mtp3,
};

impl Data<'_> {
    /// Writes a DATA message (§3.3.1).
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        let mut parameters = Vec::new();
        for (tag, value) in
            [(NETWORK_APPEARANCE, self.network_appearance), (ROUTING_CONTEXT, self.routing_context)]
        {
            parameters.extend(value.map(|value| parameter(tag, &value.to_be_bytes())));
        }
        for message in [Some(&self.protocol_data), self.rival.as_ref()].into_iter().flatten() {
            parameters.push(parameter(PROTOCOL_DATA, &protocol_data(message)));
        }
        parameters
            .extend(self.correlation_id.map(|id| parameter(CORRELATION_ID, &id.to_be_bytes())));
        message(TRANSFER, DATA, &parameters)
    }
}

/// Writes a message of any class and type around parameters written by [`parameter`].
#[must_use]
pub fn message(class: u8, kind: u8, parameters: &[Vec<u8>]) -> Vec<u8> {
    let parameters = parameters.concat();
    let mut out = vec![VERSION, 0, class, kind];
    out.extend(u32::try_from(8 + parameters.len()).unwrap_or(0).to_be_bytes());
    out.extend(parameters);
    out
}

/// Writes a parameter, padded.
#[must_use]
pub fn parameter(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut out = tag.to_be_bytes().to_vec();
    out.extend(length16(4 + value.len()));
    out.extend(value);
    pad(&mut out);
    out
}

/// Writes the value of Protocol Data.
#[must_use]
pub fn protocol_data(message: &mtp3::Message<'_>) -> Vec<u8> {
    let mut out = message.opc.to_be_bytes().to_vec();
    out.extend(message.dpc.to_be_bytes());
    out.extend([message.si, message.ni, message.mp, message.sls]);
    out.extend(message.user);
    out
}
