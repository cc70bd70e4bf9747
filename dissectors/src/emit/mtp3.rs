//! Writes MTP3 messages (ITU-T Q.704, ANSI T1.111.4).

use crate::mtp3::{Message, Variant};

impl Message<'_> {
    /// Writes service information octet, routing label and user part.
    #[must_use]
    pub fn octets(&self, variant: Variant) -> Vec<u8> {
        let mut out = vec![self.ni << 6 | (self.mp & 3) << 4 | self.si & 15];
        if variant == Variant::Itu {
            let label =
                self.dpc & 0x3fff | (self.opc & 0x3fff) << 14 | u32::from(self.sls & 15) << 28;
            out.extend(label.to_le_bytes());
        } else {
            out.extend(point_code(self.dpc, variant));
            out.extend(point_code(self.opc, variant));
            out.push(self.sls);
        }
        out.extend(self.user);
        out
    }
}

/// Writes a point code as user parts do: low octet first.
pub(crate) fn point_code(code: u32, variant: Variant) -> Vec<u8> {
    code.to_le_bytes().into_iter().take(variant.point_code_octets()).collect()
}
