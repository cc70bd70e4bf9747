//! Writes SCCP messages and addresses (ITU-T Q.713), right and wrong.

use super::mtp3::point_code;
use crate::{
    digits::Digits,
    mtp3::Variant,
    sccp::{MessageType, RoutingIndicator, Segmentation, global_title::E164},
};

/// A party address.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Address {
    /// Routing indicator.
    pub ri: RoutingIndicator,
    /// Point code.
    pub pc: Option<u32>,
    /// Subsystem number.
    pub ssn: Option<u8>,
    /// Global title.
    pub gt: Option<GlobalTitle>,
    /// Whether the bit for national use is set; in ANSI networks it chooses the national form.
    pub national: bool,
}

impl Address {
    /// Returns an address routed on an international E.164 global title.
    #[must_use]
    pub const fn e164(digits: Digits, ssn: u8) -> Self {
        Self {
            ri: RoutingIndicator::GlobalTitle,
            pc: None,
            ssn: Some(ssn),
            gt: Some(GlobalTitle::new(digits, E164)),
            national: false,
        }
    }

    /// Returns an address routed on subsystem number.
    #[must_use]
    pub const fn ssn(pc: Option<u32>, ssn: u8) -> Self {
        Self { ri: RoutingIndicator::Ssn, pc, ssn: Some(ssn), gt: None, national: false }
    }

    /// Writes the parameter without its length.
    #[must_use]
    pub fn octets(&self, variant: Variant) -> Vec<u8> {
        let ansi = variant == Variant::Ansi && self.national;
        let (pc, ssn) = (u8::from(self.pc.is_some()), u8::from(self.ssn.is_some()));
        let indicated = if ansi { ssn | pc << 1 } else { pc | ssn << 1 };
        let gti = self.gt.map_or(0, |gt| gt.gti);
        let mut out =
            vec![u8::from(self.national) << 7 | self.ri.code() << 6 | (gti & 15) << 2 | indicated];
        let pc = self.pc.map_or_else(Vec::new, |code| point_code(code, variant));
        if ansi {
            out.extend(self.ssn);
            out.extend(pc);
        } else {
            out.extend(pc);
            out.extend(self.ssn);
        }
        if let Some(gt) = self.gt {
            out.extend(gt.octets(ansi));
        }
        out
    }
}

/// A global title. Members its indicator has no place for are not written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GlobalTitle {
    /// Global title indicator.
    pub gti: u8,
    /// Translation type.
    pub tt: u8,
    /// Numbering plan.
    pub np: u8,
    /// Nature of address.
    pub nai: u8,
    /// Encoding scheme, or the odd/even bit of indicator 1; `None` for what the digits need.
    pub es: Option<u8>,
    /// Digits.
    pub digits: Digits,
    /// What fills the last octet of an odd count; 0 is right.
    pub filler: u8,
}

impl GlobalTitle {
    /// Returns an international number of a numbering plan, with indicator 4.
    #[must_use]
    pub const fn new(digits: Digits, np: u8) -> Self {
        Self { gti: 4, tt: 0, np, nai: 4, es: None, digits, filler: 0 }
    }

    fn octets(&self, ansi: bool) -> Vec<u8> {
        let odd = self.digits.len() % 2 == 1;
        let plan_scheme = self.np << 4 | self.es.unwrap_or(if odd { 1 } else { 2 }) & 15;
        let parity = self.es.unwrap_or_else(|| u8::from(odd));
        let mut out = match (self.gti, ansi) {
            (1, false) => vec![(parity & 1) << 7 | self.nai & 0x7f],
            (2, _) => vec![self.tt],
            (3, false) | (1, true) => vec![self.tt, plan_scheme],
            _ => vec![self.tt, plan_scheme, self.nai],
        };
        out.extend(self.packed());
        out
    }

    /// Writes the digits, two an octet.
    pub(super) fn packed(&self) -> Vec<u8> {
        let digits: Vec<u8> = self.digits.iter().collect();
        let pack = |pair: &[u8]| {
            let low = pair.first().copied().unwrap_or(0);
            low | pair.get(1).copied().unwrap_or(self.filler) << 4
        };
        digits.chunks(2).map(pack).collect()
    }
}

/// The order in which the parameters behind the pointers are laid out. Any is legal to a reader that
/// follows pointers; the first is what everyone sends.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Layout {
    /// In the order of the pointers.
    #[default]
    Ordered,
    /// Data first, then calling, then called.
    Reversed,
    /// Called and calling share their octets, those of the called address.
    Shared,
}

/// UDT, XUDT, LUDT or the return of one.
#[derive(Clone, Copy, Debug)]
pub struct Unitdata<'a> {
    /// Which of the six.
    pub kind: MessageType,
    /// Protocol class with its return option in bit 8, or the return cause.
    pub octet: u8,
    /// Hop counter; not written in UDT and UDTS.
    pub hop_counter: u8,
    /// Called party address.
    pub called: Address,
    /// Calling party address.
    pub calling: Address,
    /// User data.
    pub data: &'a [u8],
    /// Segmentation; not written in UDT and UDTS.
    pub segmentation: Option<Segmentation>,
    /// Importance; not written in UDT and UDTS.
    pub importance: Option<u8>,
    /// Order of the parameters.
    pub layout: Layout,
    /// National variant, for point codes.
    pub variant: Variant,
}

impl<'a> Unitdata<'a> {
    /// Returns a UDT of class 0.
    #[must_use]
    pub const fn udt(called: Address, calling: Address, data: &'a [u8]) -> Self {
        Self {
            kind: MessageType::Udt,
            octet: 0,
            hop_counter: 15,
            called,
            calling,
            data,
            segmentation: None,
            importance: None,
            layout: Layout::Ordered,
            variant: Variant::Itu,
        }
    }

    /// Returns the UDTS that gives this message back.
    #[must_use]
    pub const fn returned(self, cause: u8) -> Self {
        Self {
            kind: match self.kind {
                MessageType::Xudt => MessageType::Xudts,
                MessageType::Ludt => MessageType::Ludts,
                _ => MessageType::Udts,
            },
            octet: cause,
            called: self.calling,
            calling: self.called,
            ..self
        }
    }

    /// Cuts the data into XUDT segments of at most `size` octets each, at most sixteen; one without
    /// segmentation parameter when it fits.
    #[must_use]
    pub fn segments(self, size: usize, local_reference: u32) -> Vec<Vec<u8>> {
        let pieces: Vec<&[u8]> = self.data.chunks(size.max(1)).take(16).collect();
        let last = pieces.len().saturating_sub(1);
        let segment = |i: usize, data| {
            let segmentation = (last > 0).then(|| Segmentation {
                first: i == 0,
                class: self.octet & 1,
                remaining: u8::try_from(last - i).unwrap_or(0),
                local_reference,
            });
            Unitdata { kind: MessageType::Xudt, data, segmentation, ..self }.octets()
        };
        pieces.into_iter().enumerate().map(|(i, piece)| segment(i, piece)).collect()
    }

    /// Writes the message.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        let long = matches!(self.kind, MessageType::Ludt | MessageType::Ludts);
        let extended = self.kind.is_extended();
        let mut out = vec![self.kind.code(), self.octet];
        if extended {
            out.push(self.hop_counter);
        }
        let called = variable(&self.called.octets(self.variant), false);
        let calling = variable(&self.calling.octets(self.variant), false);
        let data = variable(self.data, long);
        let optional = if extended { self.optional() } else { Vec::new() };
        let mut at = [0; 4];
        let mut body = Vec::<u8>::new();
        let order: &[usize] = match self.layout {
            Layout::Ordered => &[0, 1, 2, 3],
            Layout::Reversed => &[3, 2, 1, 0],
            Layout::Shared => &[0, 2, 3],
        };
        for &i in order {
            let Some(slot) = at.get_mut(i) else { continue };
            *slot = body.len();
            body.extend(
                [&called, &calling, &data, &optional].into_iter().nth(i).into_iter().flatten(),
            );
        }
        let [called_at, mut calling_at, data_at, optional_at] = at;
        if self.layout == Layout::Shared {
            calling_at = called_at;
        }
        let targets = [called_at, calling_at, data_at, optional_at];
        let count = if extended { 4 } else { 3 };
        for (i, target) in targets.into_iter().take(count).enumerate() {
            let absent = i == 3 && optional.is_empty();
            if long {
                // From the second octet of this pointer to the body, past the pointers behind it.
                let value = if absent { 0 } else { 1 + 2 * (count - 1 - i) + target };
                out.extend(u16::try_from(value).unwrap_or(0).to_le_bytes());
            } else {
                let value = if absent { 0 } else { count - i + target };
                out.push(u8::try_from(value).unwrap_or(0));
            }
        }
        out.extend(body);
        out
    }

    fn optional(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(segmentation) = self.segmentation {
            let [a, b, c, _] = segmentation.local_reference.to_le_bytes();
            let first = u8::from(segmentation.first) << 7
                | (segmentation.class & 1) << 6
                | segmentation.remaining & 15;
            out.extend([16, 4, first, a, b, c]);
        }
        if let Some(importance) = self.importance {
            out.extend([18, 1, importance]);
        }
        if !out.is_empty() {
            out.push(0);
        }
        out
    }
}

/// Writes a length and a value; the length is low octet first when it takes two.
fn variable(value: &[u8], long: bool) -> Vec<u8> {
    let mut out = if long {
        u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes().to_vec()
    } else {
        vec![u8::try_from(value.len()).unwrap_or(u8::MAX)]
    };
    out.extend(value);
    out
}
