//! How types of TS 29.002 are written down here, and the one reader for all of them.
//!
//! An argument is described as a table of [`Member`]s: under which tag, what it is, what it means
//! that it is there. The tables of the other files follow the ASN.1 line by line; members of no
//! interest are in them too, so that a member out of place shows.
//!
//! One table serves all versions of an operation. Where a version changed the outer tag
//! (`SEQUENCE` to `[3] SEQUENCE`) or an alternative was added, the tables of both stand side by
//! side and the tag decides, so that a wrong or absent application context changes nothing.
//!
//! What is read when the octets are not as they should be:
//! * a member that stands twice: the first value counts, the note `ber.member.duplicate` is set
//!   and a second, different IMSI is kept in [`Parameters::other_imsi`];
//! * members out of order: all are read;
//! * an unknown member: passed over. Standing before a known one it is outside the extension
//!   marker and noted; after the last known one it may be of a later release (§17.1);
//! * an outer tag other than those of the operation: the first table is tried all the same, and
//!   the argument counts as bad.

use super::{
    address,
    parameters::{Address, Csi, Gifts, Parameters, Precision, Profile, Requested, Role},
};
use crate::{
    ber::{Class, Element, Elements},
    error::Error,
    notes::{Note, Notes},
    sms, tbcd,
};

/// One member of a type: its tag, what it is, and what it means that it is there.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) at: At,
    pub(super) is: Is,
    gives: Gifts,
    asks: Requested,
    writes: Profile,
    csi: Csi,
    precision: Precision,
}

/// Where a member stands.
#[derive(Clone, Copy)]
pub(super) enum At {
    Tag(Class, u32),
    /// A CHOICE without a tag of its own: wherever one of its alternatives stands.
    Choice(&'static [Member]),
    Anywhere,
}

/// What a member is, and with that what becomes of it.
#[derive(Clone, Copy)]
pub(super) enum Is {
    /// Of no interest, or somebody's content.
    Passed,
    /// The subscriber's IMSI.
    Imsi,
    /// The subscriber's MSISDN.
    Msisdn,
    /// IMEI.
    Imei,
    /// TMSI.
    Tmsi,
    /// Something that names the subscriber to its VLR.
    Lmsi,
    /// ISDN-AddressString.
    Isdn(Role),
    /// AddressString.
    Address(Role),
    /// FTN-AddressString.
    Ftn(Role),
    /// RouteingNumber: digits without nature or plan.
    Digits(Role),
    /// PLMN-Id of the asking network.
    Plmn,
    /// SS-Code.
    SsCode,
    /// SEQUENCE or SET of these members.
    Sequence(&'static [Member]),
    /// SEQUENCE OF these.
    Each(&'static [Member]),
    /// A tag around a CHOICE of these. More than one counts as a member that stands twice.
    OneOf(&'static [Member]),
    /// INTEGER or ENUMERATED.
    Number(fn(&mut Parameters, i64)),
    /// One octet.
    Octet(fn(&mut Parameters, u8)),
    /// BOOLEAN.
    Boolean(fn(&mut Parameters, bool)),
    /// NULL, or anything where only its presence counts.
    Present(fn(&mut Parameters)),
    /// A TPDU of TS 23.040.
    Tpdu,
    /// An authentication vector.
    Vector,
    /// SM-RP-OA or SM-RP-DA tells which way the message goes, and is this.
    Way(sms::Direction, &'static Self),
    /// ExtensionContainer.
    Extension,
    /// What a table cannot say.
    Special(fn(&mut Reader<'_>, &Element<'_>)),
}

const fn tagged(class: Class, number: u32, is: Is) -> Member {
    Member {
        at: At::Tag(class, number),
        is,
        gives: Gifts::NONE,
        asks: Requested::NONE,
        writes: Profile::NONE,
        csi: Csi::NONE,
        precision: Precision::None,
    }
}

/// `[number]`.
pub(super) const fn at(number: u32, is: Is) -> Member {
    tagged(Class::Context, number, is)
}

/// `[PRIVATE number]`.
pub(super) const fn private(number: u32, is: Is) -> Member {
    tagged(Class::Private, number, is)
}

const fn universal(number: u32, is: Is) -> Member {
    tagged(Class::Universal, number, is)
}

/// BOOLEAN.
pub(super) const fn boolean(is: Is) -> Member {
    universal(1, is)
}

/// INTEGER.
pub(super) const fn integer(is: Is) -> Member {
    universal(2, is)
}

/// BIT STRING.
pub(super) const fn bits(is: Is) -> Member {
    universal(3, is)
}

/// OCTET STRING.
pub(super) const fn octets(is: Is) -> Member {
    universal(4, is)
}

/// NULL.
pub(super) const fn null(is: Is) -> Member {
    universal(5, is)
}

/// A character string of this universal number, which is not kept.
pub(super) const fn text(number: u32) -> Member {
    universal(number, Is::Passed)
}

/// ENUMERATED.
pub(super) const fn enumerated(is: Is) -> Member {
    universal(10, is)
}

/// SEQUENCE.
pub(super) const fn sequence(members: &'static [Member]) -> Member {
    universal(16, Is::Sequence(members))
}

/// SEQUENCE of an authentication vector, which is counted and not opened.
pub(super) const fn vector() -> Member {
    universal(16, Is::Vector)
}

/// SEQUENCE OF.
pub(super) const fn list(members: &'static [Member]) -> Member {
    universal(16, Is::Each(members))
}

/// A CHOICE without a tag of its own.
pub(super) const fn choice(alternatives: &'static [Member]) -> Member {
    Member { at: At::Choice(alternatives), ..octets(Is::Passed) }
}

/// Under whatever tag, and passed over.
pub(super) const fn anything() -> Member {
    Member { at: At::Anywhere, ..octets(Is::Passed) }
}

/// `extensionContainer ExtensionContainer`, without a tag of its own.
pub(super) const EXTENSION: Member = universal(16, Is::Extension);

impl Member {
    /// That it is there gives this away.
    pub(super) const fn gives(mut self, gifts: Gifts) -> Self {
        self.gives.insert(gifts);
        self
    }

    /// That it is there asks for this.
    pub(super) const fn asks(mut self, requested: Requested) -> Self {
        self.asks.insert(requested);
        self
    }

    /// That it is there writes or asks for this part of a profile.
    pub(super) const fn writes(mut self, profile: Profile) -> Self {
        self.writes.insert(profile);
        self
    }

    /// It is this CSI.
    pub(super) const fn csi(mut self, csi: Csi) -> Self {
        self.csi.insert(csi);
        self
    }

    /// It says where the subscriber is, this exactly.
    pub(super) const fn locates(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self.gives(Gifts::LOCATION)
    }

    fn matches(&self, element: &Element<'_>) -> bool {
        match self.at {
            At::Tag(class, number) => element.tag.class == class && element.tag.number == number,
            At::Choice(alternatives) => alternatives.iter().any(|a| a.matches(element)),
            At::Anywhere => true,
        }
    }
}

/// Keeps the first value.
pub(super) const fn first<T: Copy>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

/// Returns a number of the kind most are.
pub(super) fn small(value: i64) -> Option<u8> {
    u8::try_from(value).ok()
}

/// What is being read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    /// An argument, whose IMSI or MSISDN is the key of the operation.
    Argument,
    /// A result or an error's parameter.
    Answer,
}

/// Reads elements into parameters by the tables.
pub(super) struct Reader<'r> {
    pub(super) out: &'r mut Parameters,
    pub(super) notes: &'r mut Notes,
    part: Part,
    direction: sms::Direction,
    error: Option<Error>,
}

impl<'r> Reader<'r> {
    pub(super) const fn new(
        part: Part,
        direction: sms::Direction,
        out: &'r mut Parameters,
        notes: &'r mut Notes,
    ) -> Self {
        Self { out, notes, part, direction, error: None }
    }

    /// Reads the outermost element, one of `alternatives`.
    pub(super) fn outermost(
        mut self,
        alternatives: &'static [Member],
        element: &Element<'_>,
    ) -> Result<(), Error> {
        let member = alternatives.iter().find(|member| member.matches(element)).or_else(|| {
            self.fail(Error::Tag { found: element.tag.short_octet() });
            alternatives.iter().find(|member| {
                matches!(member.is, Is::Sequence(_) | Is::Each(_) | Is::OneOf(_))
                    == element.tag.constructed
            })
        });
        if let Some(member) = member {
            self.member(member, element);
        }
        self.error.map_or(Ok(()), Err)
    }

    fn fail(&mut self, error: Error) {
        first(&mut self.error, Some(error));
    }

    fn member(&mut self, member: &'static Member, element: &Element<'_>) {
        if let At::Choice(alternatives) = member.at {
            if let Some(alternative) = alternatives.iter().find(|a| a.matches(element)) {
                self.member(alternative, element);
            }
            return;
        }
        self.out.given.kinds.insert(member.gives);
        self.out.given.precision = self.out.given.precision.max(member.precision);
        self.out.requested.insert(member.asks);
        self.out.profile.insert(member.writes);
        self.out.camel.csi.insert(member.csi);
        self.value(&member.is, element);
    }

    fn value(&mut self, is: &'static Is, element: &Element<'_>) {
        match is {
            Is::Passed => {}
            Is::Imsi => self.imsi(element),
            Is::Msisdn => self.msisdn(element),
            Is::Imei => {
                let imei = self.string(element, address::imei);
                first(&mut self.out.imei, imei);
            }
            Is::Tmsi => {
                let tmsi = self.string(element, address::tmsi);
                self.out.key_unreadable |= tmsi.is_none() && self.part == Part::Argument;
                first(&mut self.out.tmsi, tmsi);
            }
            Is::Lmsi => self.out.lmsi = true,
            Is::Isdn(role) => self.address(element, address::ISDN, *role),
            Is::Address(role) => self.address(element, address::ANY, *role),
            Is::Ftn(role) => self.address(element, address::FTN, *role),
            Is::Digits(role) => {
                let digits = self.string(element, tbcd::read);
                let address = Address { role: *role, nature: 0, plan: 0, digits };
                self.out.addresses.push(address, self.notes);
            }
            Is::Plmn => {
                let plmn = self.string(element, address::plmn);
                first(&mut self.out.requesting_plmn, plmn);
            }
            Is::SsCode => {
                let code = self.string(element, |octets, _| octets.first().copied());
                first(&mut self.out.ss_code, code);
            }
            Is::Sequence(members) => {
                let elements = element.elements(self.notes);
                self.sequence(elements, members);
            }
            Is::Each(members) => {
                let elements = element.elements(self.notes);
                self.each(elements, members);
            }
            Is::OneOf(members) => {
                let elements = element.elements(self.notes);
                if self.each(elements, members) > 1 {
                    self.notes.add(Note::BerMemberDuplicate);
                }
            }
            Is::Number(set) => match element.integer(self.notes) {
                Ok(value) => set(self.out, value),
                Err(error) => self.fail(error),
            },
            Is::Octet(set) => {
                if let Some(octet) = self.string(element, |octets, _| octets.first().copied()) {
                    set(self.out, octet);
                }
            }
            Is::Boolean(set) => set(self.out, element.boolean()),
            Is::Present(set) => set(self.out),
            Is::Tpdu => self.tpdu(element),
            Is::Vector => {
                self.out.vectors = self.out.vectors.saturating_add(1);
                self.out.given.kinds.insert(Gifts::KEYS);
            }
            Is::Way(direction, is) => {
                self.direction = *direction;
                self.value(is, element);
            }
            Is::Extension => self.extension(),
            Is::Special(read) => read(self, element),
        }
    }

    /// Reads members in order, tolerating any other.
    pub(super) fn sequence(&mut self, mut elements: Elements<'_>, members: &'static [Member]) {
        let mut place = 0;
        let mut seen = 0_u64;
        let mut unknown = false;
        while let Some(element) = self.next(&mut elements) {
            let Some(index) = find(members, place, &element) else {
                unknown = true;
                continue;
            };
            if unknown {
                self.notes.add(Note::MapMemberUnknown);
            }
            let bit = 1_u64.checked_shl(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(0);
            if seen & bit != 0 {
                self.notes.add(Note::BerMemberDuplicate);
            } else if index < place {
                self.notes.add(Note::BerMemberOrder);
            }
            seen |= bit;
            place = place.max(index + 1);
            if let Some(member) = members.get(index) {
                self.member(member, &element);
            }
        }
    }

    /// Reads elements that are each one of `members`, and counts them.
    fn each(&mut self, mut elements: Elements<'_>, members: &'static [Member]) -> usize {
        let mut count = 0;
        while let Some(element) = self.next(&mut elements) {
            match members.iter().find(|member| member.matches(&element)) {
                Some(member) => self.member(member, &element),
                None => self.notes.add(Note::MapMemberUnknown),
            }
            count += 1;
        }
        count
    }

    fn next<'a>(&mut self, elements: &mut Elements<'a>) -> Option<Element<'a>> {
        match elements.next(self.notes) {
            Ok(element) => element,
            Err(error) => {
                self.fail(error);
                elements.next_or_cut(self.notes)
            }
        }
    }

    fn imsi(&mut self, element: &Element<'_>) {
        let read = self.string(element, address::imsi);
        self.out.key_unreadable |= !read.good && self.part == Part::Argument;
        if read.digits.is_empty() {
            return;
        }
        match self.out.imsi {
            None => self.out.imsi = Some(read.digits),
            Some(imsi) if imsi != read.digits => {
                first(&mut self.out.other_imsi, Some(read.digits));
            }
            Some(_) => {}
        }
    }

    pub(super) fn msisdn(&mut self, element: &Element<'_>) {
        let mut odd = Notes::default();
        let address = self.string(element, |octets, _| {
            address::read(octets, address::ISDN, Role::Other, &mut odd)
        });
        self.notes.merge(&odd);
        let good = address.is_some() && !odd.contains(Note::TbcdBadDigit);
        self.out.key_unreadable |= !good && self.part == Part::Argument;
        if let (Some(address), None) = (address, self.out.msisdn) {
            self.out.msisdn = Some(address.digits);
            self.out.msisdn_nature = Some(address.nature);
        }
    }

    /// Reads an element that is an ExtensionContainer in one version and `is` in another: a
    /// container is constructed, and of other pieces than a string written in pieces.
    pub(super) fn extension_or(&mut self, is: &'static Is, element: &Element<'_>) {
        let ahead = element.elements(&mut Notes::default()).peek();
        if element.tag.constructed && !ahead.is_some_and(|inner| inner.is_universal(4)) {
            self.extension();
        } else {
            self.value(is, element);
        }
    }

    fn extension(&mut self) {
        self.out.extension = true;
        self.notes.add(Note::MapExtensionUnknown);
    }

    fn address(&mut self, element: &Element<'_>, longest: usize, role: Role) {
        let address =
            self.string(element, |octets, notes| address::read(octets, longest, role, notes));
        if let Some(address) = address {
            self.out.addresses.push(address, self.notes);
        }
    }

    fn tpdu(&mut self, element: &Element<'_>) {
        if element.tag.constructed {
            let octets = element.string(self.notes);
            sms::read(&octets, self.direction, self.out, self.notes);
        } else {
            sms::read(element.content, self.direction, self.out, self.notes);
        }
    }

    /// Reads the octets of a string, which are seldom in pieces and then need room to be joined.
    fn string<T>(&mut self, element: &Element<'_>, read: impl FnOnce(&[u8], &mut Notes) -> T) -> T {
        if element.tag.constructed {
            let joined = element.string(self.notes);
            read(&joined, self.notes)
        } else {
            read(element.content, self.notes)
        }
    }
}

/// Finds the member an element is: from `place` on, else before it.
fn find(members: &[Member], place: usize, element: &Element<'_>) -> Option<usize> {
    let mut here = None;
    for (index, member) in members.iter().enumerate() {
        if member.matches(element) {
            if index >= place {
                return Some(index);
            }
            first(&mut here, Some(index));
        }
    }
    here
}
