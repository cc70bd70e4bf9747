//! Writes M2PA messages (RFC 4165).

use crate::m2pa::{Body, CLASS, LINK_STATUS, Message, USER_DATA};

impl Message<'_> {
    /// Writes the message.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        let (kind, data) = match self.body {
            Body::User { priority, mtp3 } => (USER_DATA, [&[priority << 6], mtp3].concat()),
            Body::Acknowledgement => (USER_DATA, Vec::new()),
            Body::Status(state) => (LINK_STATUS, state.to_be_bytes().to_vec()),
        };
        let mut out = vec![1, 0, CLASS, kind];
        out.extend(u32::try_from(16 + data.len()).unwrap_or(0).to_be_bytes());
        out.extend((self.bsn & 0x00ff_ffff).to_be_bytes());
        out.extend((self.fsn & 0x00ff_ffff).to_be_bytes());
        out.extend(data);
        out
    }
}
