//! Writes M2UA messages (RFC 3331).

use super::m3ua::{message, parameter};
use crate::{
    m2ua::{DATA, Data, INTERFACE, PROTOCOL_DATA_1, USER_ADAPTATION},
    m3ua::CORRELATION_ID,
};

impl Data<'_> {
    /// Writes a Data message.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        let mut parameters = Vec::new();
        parameters.extend(self.interface.map(|id| parameter(INTERFACE, &id.to_be_bytes())));
        parameters.push(parameter(PROTOCOL_DATA_1, self.mtp3));
        parameters.extend(self.rival.map(|rival| parameter(PROTOCOL_DATA_1, rival)));
        parameters
            .extend(self.correlation_id.map(|id| parameter(CORRELATION_ID, &id.to_be_bytes())));
        message(USER_ADAPTATION, DATA, &parameters)
    }
}
