//! ASN.1 Basic Encoding Rules, writing side (ITU-T X.690 §8).
//!
//! A [`Tlv`] is an element to be; its [`Style`] says which of the spellings X.690 §8 allows it is
//! written in, the evasive ones included. [`re_encode`] turns a valid encoding into another of the
//! same values.

/// How one element is written. The default is DER's.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Style {
    /// The tag below 31 in the high-tag-number form (§8.1.2.4).
    pub long_tag: bool,
    /// Leading zero octets of a high tag number; implies [`Self::long_tag`].
    pub tag_padding: u8,
    /// The length (§8.1.3).
    pub length: Length,
    /// A string is cut into pieces of this many octets (§8.7.3); 0 leaves it whole.
    pub pieces: u8,
    /// Redundant octets before an integer.
    pub integer_padding: u8,
}

/// How a length is written (§8.1.3).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Length {
    /// In as few octets as it needs.
    #[default]
    Minimal,
    /// In the long form with this many octets too many.
    Padded(u8),
    /// Open, closed by end-of-contents; a primitive element gets a minimal one instead.
    Indefinite,
}

/// An element to be written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tlv {
    class: u8,
    number: u32,
    body: Body,
    style: Style,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Body {
    Octets(Vec<u8>),
    Integer(i64),
    Elements(Vec<Tlv>),
    /// Already encoded, tag and all.
    Raw(Vec<u8>),
}

impl Tlv {
    /// Makes a primitive element. `tag` is the identifier octet; its constructed bit is ignored.
    pub fn primitive(tag: u8, content: impl Into<Vec<u8>>) -> Self {
        Self::new(tag, Body::Octets(content.into()))
    }

    /// Makes an integer or enumeration.
    #[must_use]
    pub fn integer(tag: u8, value: i64) -> Self {
        Self::new(tag, Body::Integer(value))
    }

    /// Makes a NULL.
    #[must_use]
    pub fn null(tag: u8) -> Self {
        Self::primitive(tag, [])
    }

    /// Makes an object identifier; arcs as X.690 §8.19 packs them.
    #[must_use]
    pub fn object_identifier(tag: u8, arcs: &[u64]) -> Self {
        Self::primitive(tag, object_identifier(arcs))
    }

    /// Makes a constructed element. `tag` is the identifier octet; its constructed bit is ignored.
    pub fn constructed(tag: u8, elements: impl IntoIterator<Item = Self>) -> Self {
        Self::new(tag, Body::Elements(elements.into_iter().collect()))
    }

    /// Takes octets that are an encoding already.
    pub fn raw(octets: impl Into<Vec<u8>>) -> Self {
        Self::new(0, Body::Raw(octets.into()))
    }

    /// Reads elements; `None` when the octets are no sequence of them.
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<Vec<Self>> {
        super::ber_tree::parse(octets)
    }

    /// Gives the tag another number, of any size.
    #[must_use]
    pub const fn number(mut self, number: u32) -> Self {
        self.number = number;
        self
    }

    /// Sets how this element is written.
    #[must_use]
    pub const fn spelled(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// Appends an element; one that is not constructed stays as it is.
    #[must_use]
    pub fn with(mut self, element: Self) -> Self {
        if let Body::Elements(elements) = &mut self.body {
            elements.push(element);
        }
        self
    }

    /// Returns the octets.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    /// Visits this element and all below it, outermost first.
    fn visit(&mut self, each: &mut impl FnMut(&mut Self)) {
        each(self);
        if let Body::Elements(elements) = &mut self.body {
            for element in elements {
                element.visit(each);
            }
        }
    }

    pub(super) const fn leaf(class: u8, number: u32, content: Vec<u8>) -> Self {
        Self { class, number, body: Body::Octets(content), style: PLAIN }
    }

    pub(super) const fn branch(class: u8, number: u32, elements: Vec<Self>) -> Self {
        Self { class, number, body: Body::Elements(elements), style: PLAIN }
    }

    pub(super) const fn whole(class: u8, number: u32, value: i64) -> Self {
        Self { class, number, body: Body::Integer(value), style: PLAIN }
    }

    fn new(tag: u8, body: Body) -> Self {
        Self { class: tag & 0xc0, number: u32::from(tag & 0x1f), body, style: PLAIN }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let pieces = usize::from(self.style.pieces);
        match &self.body {
            Body::Raw(octets) => out.extend(octets),
            Body::Octets(octets) if pieces > 0 => {
                let mut content = Vec::new();
                for piece in octets.chunks(pieces) {
                    Self::primitive(OCTET_STRING, piece).write(&mut content);
                }
                self.wrap(true, &content, out);
            }
            Body::Octets(octets) => self.wrap(false, octets, out),
            Body::Integer(value) => {
                let pad = if *value < 0 { 0xff } else { 0 };
                let mut content = vec![pad; self.style.integer_padding.into()];
                content.extend(integer(*value));
                self.wrap(false, &content, out);
            }
            Body::Elements(elements) => {
                let mut content = Vec::new();
                for element in elements {
                    element.write(&mut content);
                }
                self.wrap(true, &content, out);
            }
        }
    }

    fn wrap(&self, constructed: bool, content: &[u8], out: &mut Vec<u8>) {
        self.write_tag(constructed, out);
        match self.style.length {
            Length::Indefinite if constructed => {
                out.push(0x80);
                out.extend(content);
                out.extend([0, 0]);
                return;
            }
            Length::Padded(extra) => {
                let octets = content.len().to_be_bytes();
                let used: Vec<u8> = octets.into_iter().skip_while(|&octet| octet == 0).collect();
                let padding = vec![0; usize::from(extra.min(100))];
                let count = u8::try_from(used.len() + padding.len()).unwrap_or(u8::MAX);
                // The long form of a length of zero needs one octet at least.
                let zero = if count == 0 { vec![0] } else { Vec::new() };
                out.push(0x80 | count.max(1));
                out.extend(zero.into_iter().chain(padding).chain(used));
            }
            Length::Minimal | Length::Indefinite => match u8::try_from(content.len()) {
                Ok(short @ 0..=0x7f) => out.push(short),
                _ => {
                    let octets = content.len().to_be_bytes();
                    let used = octets.iter().copied().skip_while(|&octet| octet == 0);
                    out.push(0x80 | u8::try_from(used.clone().count()).unwrap_or(0x7f));
                    out.extend(used);
                }
            },
        }
        out.extend(content);
    }

    fn write_tag(&self, constructed: bool, out: &mut Vec<u8>) {
        let first = self.class | if constructed { 0x20 } else { 0 };
        let long = self.style.long_tag || self.style.tag_padding > 0;
        match u8::try_from(self.number) {
            Ok(short @ 0..=30) if !long => out.push(first | short),
            _ => {
                out.push(first | 31);
                out.extend(vec![0x80; self.style.tag_padding.into()]);
                base_128(self.number.into(), out);
            }
        }
    }
}

/// One way to write a valid encoding otherwise.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Spelling {
    /// Tags in the high-tag-number form.
    LongTags,
    /// The same with leading zero octets.
    PaddedTags,
    /// Lengths in more octets than they need.
    PaddedLengths,
    /// Indefinite lengths.
    Indefinite,
    /// Strings in pieces: universal and context-class ones of two octets and more, since a shorter
    /// one may be a boolean, and transaction ids.
    Pieces,
    /// Integers of the universal class in more octets than they need.
    PaddedIntegers,
    /// Any of these, another for each element.
    Mixed,
}

impl Spelling {
    /// All spellings.
    pub const ALL: [Self; 7] = [
        Self::LongTags,
        Self::PaddedTags,
        Self::PaddedLengths,
        Self::Indefinite,
        Self::Pieces,
        Self::PaddedIntegers,
        Self::Mixed,
    ];

    fn apply(self, element: &mut Tlv, random: u64) {
        let small = u8::try_from(random % 4).unwrap_or_default() + 1;
        let class = element.class;
        let style = &mut element.style;
        match (self, &element.body) {
            (Self::LongTags, _) => style.long_tag = true,
            (Self::PaddedTags, _) => style.tag_padding = small,
            (Self::PaddedLengths, _) => style.length = Length::Padded(small),
            (Self::Indefinite, Body::Elements(_)) => style.length = Length::Indefinite,
            (Self::Pieces, Body::Octets(octets)) => {
                let string = match class {
                    CONTEXT => octets.len() > 1,
                    APPLICATION => matches!(element.number, 8 | 9),
                    _ => element.number == u32::from(OCTET_STRING) && class == 0,
                };
                if string {
                    style.pieces = small;
                }
            }
            (Self::PaddedIntegers, Body::Integer(_)) => style.integer_padding = small,
            (Self::Mixed, _) => {
                let others = Self::ALL.len().saturating_sub(1);
                let pick = usize::try_from((random >> 8) % 64).unwrap_or_default() % others;
                if let Some(other) = Self::ALL.get(pick) {
                    other.apply(element, random >> 16);
                }
            }
            _ => {}
        }
    }
}

/// Writes a valid encoding in another spelling of the same values: about half of the elements, and
/// the first one that can be. Octets that are no valid encoding come back as they are.
#[must_use]
pub fn re_encode(octets: &[u8], spelling: Spelling, seed: u64) -> Vec<u8> {
    let Some(mut elements) = Tlv::parse(octets) else { return octets.to_vec() };
    let mut state = seed;
    let mut done = false;
    for element in &mut elements {
        element.visit(&mut |element| {
            let random = split_mix(&mut state);
            if random & 1 == 0 || !done {
                spelling.apply(element, random >> 1);
                done |= element.style != PLAIN;
            }
        });
    }
    elements.iter().flat_map(Tlv::encode).collect()
}

/// SplitMix64 (Steele, Lea and Flood 2014): enough randomness for tests, the same everywhere.
pub(crate) const fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn integer(value: i64) -> Vec<u8> {
    let octets = value.to_be_bytes();
    let redundant = octets
        .windows(2)
        .take_while(|pair| matches!(pair, [0, 0..=0x7f] | [0xff, 0x80..=0xff]))
        .count();
    octets.into_iter().skip(redundant).collect()
}

fn object_identifier(arcs: &[u64]) -> Vec<u8> {
    let mut out = Vec::new();
    if let [first, second, rest @ ..] = arcs {
        base_128(first * 40 + second, &mut out);
        for &arc in rest {
            base_128(arc, &mut out);
        }
    }
    out
}

fn base_128(value: u64, out: &mut Vec<u8>) {
    let groups = (64 - value.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let more = if group > 0 { 0x80 } else { 0 };
        out.push(u8::try_from(value >> (7 * group) & 0x7f).unwrap_or_default() | more);
    }
}

const PLAIN: Style = Style {
    long_tag: false,
    tag_padding: 0,
    length: Length::Minimal,
    pieces: 0,
    integer_padding: 0,
};
const OCTET_STRING: u8 = 4;
const APPLICATION: u8 = 0x40;
const CONTEXT: u8 = 0x80;
