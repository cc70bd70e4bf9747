//! The application context of a dialogue, owned.

/// What an application context name says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ContextName {
    /// The object identifier, dotted; as many whole arcs as fit.
    oid: [u8; Self::KEPT],
    length: u8,
    /// Name of the context, where known.
    pub name: Option<&'static str>,
    /// MAP or CAP version, where known.
    pub version: Option<u8>,
    /// Whose context it is.
    pub family: ContextFamily,
    /// Number of a MAP context (TS 29.002 §17.3).
    pub number: u8,
}

/// Whose an application context is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ContextFamily {
    /// Not known here.
    #[default]
    Other,
    /// MAP (TS 29.002 §17.3).
    Map,
    /// CAP (TS 29.078 §4.5).
    Cap,
    /// INAP.
    Inap,
}

impl ContextName {
    /// Octets of text kept; MAP contexts take sixteen, CAP contexts twenty at most.
    pub const KEPT: usize = 46;

    /// Keeps an object identifier given by its contents octets (X.690 §8.19).
    #[must_use]
    pub fn new(octets: &[u8]) -> Self {
        let mut this = Self::default();
        let mut arc = 0_u64;
        let mut first = true;
        for &octet in octets {
            arc = (arc << 7) | u64::from(octet & 0x7f);
            if octet & 0x80 != 0 {
                continue;
            }
            // The first subidentifier holds two arcs (§8.19.4).
            let whole = if first {
                let root = (arc / 40).min(2);
                this.push(root) && this.push(arc - 40 * root)
            } else {
                this.push(arc)
            };
            if !whole {
                break;
            }
            (first, arc) = (false, 0);
        }
        this
    }

    /// Returns the object identifier, dotted.
    #[must_use]
    pub fn oid(&self) -> &str {
        let text = self.oid.get(..usize::from(self.length)).unwrap_or_default();
        // Only digits and dots are ever written.
        core::str::from_utf8(text).unwrap_or_default()
    }

    /// Appends an arc; returns `false`, unchanged, when it does not fit.
    fn push(&mut self, arc: u64) -> bool {
        // The last digit comes first.
        let (mut text, mut at, mut left) = ([0_u8; 21], 21, arc);
        loop {
            at -= 1;
            if let (Some(slot), Ok(digit)) = (text.get_mut(at), u8::try_from(left % 10)) {
                *slot = b'0' + digit;
            }
            left /= 10;
            if left == 0 {
                break;
            }
        }
        if self.length > 0 {
            at -= 1;
            if let Some(slot) = text.get_mut(at) {
                *slot = b'.';
            }
        }
        let arc = text.get(at..).unwrap_or_default();
        let start = usize::from(self.length);
        let Some(room) = self.oid.get_mut(start..start + arc.len()) else { return false };
        room.copy_from_slice(arc);
        self.length = u8::try_from(start + arc.len()).unwrap_or(self.length);
        true
    }
}

impl Default for ContextName {
    fn default() -> Self {
        Self {
            oid: [0; Self::KEPT],
            length: 0,
            name: None,
            version: None,
            family: ContextFamily::default(),
            number: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn object_identifiers_are_dotted() {
        for (octets, want) in [
            (&[0x04, 0, 0, 1, 0, 20, 3][..], "0.4.0.0.1.0.20.3"),
            (&[0x04, 0, 0, 1, 23, 3, 4], "0.4.0.0.1.23.3.4"),
            (&[0x2a, 0x86, 0x48], "1.2.840"),
            (&[0x88, 0x37, 0x03], "2.999.3"),
            (&[], ""),
            (&[0x04, 0x80], "0.4"),
        ] {
            assert_eq!(ContextName::new(octets).oid(), want);
        }
        let long = ContextName::new(&[0x7f; 40]);
        assert!(long.oid().starts_with("2.47.127.127") && long.oid().ends_with(".127"));
    }

    proptest! {
        #[test]
        fn any_octets_are_read(octets: Vec<u8>) {
            let name = ContextName::new(&octets);
            let arcs = || name.oid().split('.').filter(|arc| !arc.is_empty());
            prop_assert!(arcs().all(|arc| arc.parse::<u64>().is_ok()));
        }
    }
}
