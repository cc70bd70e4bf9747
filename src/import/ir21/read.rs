//! One IR.21 document, event by event.
//!
//! The text of a foreign file is bounded: no document type (entities that grow), no nesting beyond
//! [`DEPTH`]. What is wrong below an element costs that element only.

use std::{borrow::Cow, path::Path};

use picket_dissectors::Digits;
use quick_xml::{
    Reader,
    escape::resolve_predefined_entity,
    events::{BytesRef, Event},
};

use super::{
    Network, Problem,
    ranges::{self, Wrong},
};
use crate::enrich::{
    numbering::{Country, country_of_initials, is_known},
    terms::Class,
};

/// Reads a document; networks and problems are added to the lists.
pub(super) fn document(
    file: &Path,
    octets: &[u8],
    networks: &mut Vec<Network>,
    problems: &mut Vec<Problem>,
) {
    let Some(text) = decoded(octets) else {
        problems.push(Problem {
            file: file.to_owned(),
            line: 0,
            element: String::new(),
            what: "is neither UTF-8, UTF-16 nor ISO 8859-1; write it as UTF-8".to_owned(),
        });
        return;
    };
    let reading = Reading {
        file,
        text: &text,
        path: Vec::new(),
        content: String::new(),
        document: Document::default(),
        draft: None,
        at: 0,
        begun: false,
        networks,
        problems,
    };
    reading.run();
}

/// What a document says of all its networks.
#[derive(Default)]
struct Document {
    organisation: String,
    country: Option<Country>,
    created: String,
    sender: String,
}

/// A network being read.
#[derive(Default)]
struct Draft {
    network: Network,
    /// A range being read: country code, network code, start and stop of the rest.
    range: [String; 4],
    /// MCC and MNC, then country and network code of mobile global titles.
    codes: [String; 4],
}

/// A document being read.
struct Reading<'d> {
    file: &'d Path,
    text: &'d str,
    /// Local names of the open elements.
    path: Vec<String>,
    /// Text of the innermost element.
    content: String,
    document: Document,
    draft: Option<Draft>,
    /// The octet reached.
    at: usize,
    /// Whether there was any element.
    begun: bool,
    networks: &'d mut Vec<Network>,
    problems: &'d mut Vec<Problem>,
}

impl Reading<'_> {
    fn run(mut self) {
        let mut reader = Reader::from_str(self.text);
        loop {
            self.at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            match reader.read_event() {
                Ok(Event::Start(tag)) => {
                    if !self.open(tag.local_name().as_ref()) {
                        return;
                    }
                }
                Ok(Event::Empty(tag)) => {
                    if !self.open(tag.local_name().as_ref()) {
                        return;
                    }
                    self.close();
                }
                Ok(Event::End(_)) => self.close(),
                Ok(Event::Text(text)) => self.content.push_str(&text.xml10_content()),
                Ok(Event::CData(text)) => self.content.push_str(&text.xml10_content()),
                Ok(Event::GeneralRef(reference)) => self.reference(&reference),
                Ok(Event::DocType(_)) => {
                    self.wrong(
                        "has a document type, which may define entities without end; remove it",
                    );
                    return;
                }
                Ok(Event::Eof) => break,
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
                Err(error) => {
                    self.at = usize::try_from(reader.error_position()).unwrap_or(self.at);
                    self.wrong(&format!("is no XML from here on: {error}"));
                    return;
                }
            }
        }
        if !self.begun {
            self.wrong("has no element at all, so it is no XML document");
        } else if !self.path.is_empty() {
            self.wrong("ends before this element does");
        }
    }

    /// Enters an element; `false` when the document is not worth reading on.
    fn open(&mut self, name: &str) -> bool {
        self.content.clear();
        self.begun = true;
        if self.path.is_empty() && !name.to_ascii_uppercase().starts_with(ROOT) {
            self.wrong(&format!("is a {name}, no {ROOT}: export the RAEX IR.21 document"));
            return false;
        }
        if self.path.len() >= DEPTH {
            self.wrong(&format!("nests elements deeper than {DEPTH}; such a document is refused"));
            return false;
        }
        self.path.push(name.to_owned());
        if name == "Network" && self.draft.is_none() {
            let place = (self.file.to_owned(), self.line());
            let network = Network { place, ..Network::default() };
            self.draft = Some(Draft { network, ..Draft::default() });
        }
        if name == "NumberRange"
            && let Some(draft) = &mut self.draft
        {
            draft.range = Default::default();
        }
        true
    }

    /// Leaves the innermost element.
    fn close(&mut self) {
        let content = core::mem::take(&mut self.content);
        let value = content.trim();
        let Some(name) = self.path.last().cloned() else { return };
        let parent = self.path.len().checked_sub(2).and_then(|at| self.path.get(at));
        let parent = parent.cloned().unwrap_or_default();
        if self.draft.is_some() {
            self.in_network(&name, &parent, value);
        } else {
            match name.as_str() {
                "OrganisationName" => self.document.organisation = value.to_owned(),
                "CountryInitials" => self.document.country = self.initials(value),
                "FileCreationTimestamp" => self.document.created = value.to_owned(),
                "SenderTADIG" => self.document.sender = value.to_owned(),
                _ => {}
            }
        }
        self.path.pop();
    }

    fn in_network(&mut self, name: &str, parent: &str, value: &str) {
        let hosted = self.path.iter().any(|element| element.starts_with("Hosted"));
        let country = (name == "CountryInitials").then(|| self.initials(value)).flatten();
        let Some(draft) = &mut self.draft else { return };
        let network = &mut draft.network;
        let set = |slot: Option<&mut String>| {
            slot.into_iter().for_each(|slot| value.clone_into(slot));
        };
        match (parent, name) {
            (_, "TADIGCode") if hosted => network.hosts.push(value.to_owned()),
            ("Network", "TADIGCode") => value.clone_into(&mut network.tadig),
            ("Network", "NetworkName") => value.clone_into(&mut network.name),
            ("Network", "NetworkType") if value.eq_ignore_ascii_case("non-terrestrial") => {
                network.class = Class::Satellite;
            }
            ("Network", "CountryInitials") => network.country = country,
            ("RangeData", "NetworkOwner") if !value.is_empty() => {
                network.hosts.push(value.to_owned());
            }
            ("NumberRange", "CC") => set(draft.range.get_mut(0)),
            ("NumberRange", "NDC") => set(draft.range.get_mut(1)),
            ("SN_Range", "SN_RangeStart") => set(draft.range.get_mut(2)),
            ("SN_Range", "SN_RangeStop") => set(draft.range.get_mut(3)),
            ("CCITT_E212_NumberSeries", "MCC") => set(draft.codes.get_mut(0)),
            ("CCITT_E212_NumberSeries", "MNC") => set(draft.codes.get_mut(1)),
            ("CCITT_E214_MGT", "MGT_CC") => set(draft.codes.get_mut(2)),
            ("CCITT_E214_MGT", "MGT_NC") => set(draft.codes.get_mut(3)),
            (_, "NumberRange") => self.range(),
            (_, "CCITT_E212_NumberSeries") => self.e212(),
            (_, "CCITT_E214_MGT") => self.e214(),
            ("NetworkList", "Network") => self.network(),
            _ => {}
        }
    }

    /// Takes over a range of numbers of nodes or subscribers.
    fn range(&mut self) {
        let within = |list: &str| self.path.iter().any(|element| element == list);
        let (nodes, subscribers) = (within("GT_NumberRanges"), within("MSISDN_NumberRanges"));
        if !nodes && !subscribers {
            return;
        }
        let Some(draft) = &mut self.draft else { return };
        let [code, area, start, stop] = core::mem::take(&mut draft.range);
        for (name, value) in
            [("CC", &code), ("NDC", &area), ("SN_RangeStart", &start), ("SN_RangeStop", &stop)]
        {
            if !value.bytes().all(|octet| octet.is_ascii_digit()) {
                self.wrong(&format!(
                    "{name} is `{value}`, which is not digits; the range is left out"
                ));
                return;
            }
        }
        if code.is_empty() {
            self.wrong("has no CC; the range is left out");
            return;
        }
        let base = format!("{code}{area}");
        // Some write no stop for a single number.
        let stop = if stop.is_empty() { &start } else { &stop };
        if base.len() + start.len() > E164_DIGITS {
            self.wrong(&format!(
                "{base}{start} has more than {E164_DIGITS} digits; the range is left out"
            ));
            return;
        }
        match ranges::prefixes(&base, &start, stop) {
            Ok(found) => {
                let Some(draft) = &mut self.draft else { return };
                let network = &mut draft.network;
                let list = if nodes { &mut network.gt } else { &mut network.msisdn };
                list.extend(found);
            }
            Err(wrong) => {
                let why = match wrong {
                    Wrong::Length => "start and stop differ in length",
                    Wrong::Order => "the stop is before the start",
                    Wrong::Long => "the number is too long",
                };
                self.wrong(&format!("{base} {start} to {stop}: {why}; the range is left out"));
            }
        }
    }

    fn e212(&mut self) {
        let Some([mcc, mnc, ..]) = self.take_codes(0) else { return };
        let digits = Digits::parse(&format!("{mcc}{mnc}"))
            .filter(|digits| mcc.len() == 3 && (2..=3).contains(&mnc.len()) && digits.is_decimal());
        match (digits, &mut self.draft) {
            (Some(digits), Some(draft)) if !draft.network.imsi.contains(&digits) => {
                draft.network.imsi.push(digits);
            }
            (Some(_), _) => {}
            (None, _) => self.wrong(&format!(
                "MCC `{mcc}` and MNC `{mnc}` are not three and two or three digits; left out"
            )),
        }
    }

    fn e214(&mut self) {
        let Some([_, _, code, network]) = self.take_codes(2) else { return };
        let digits = Digits::parse(&format!("{code}{network}"))
            .filter(|digits| !code.is_empty() && digits.is_decimal());
        match (digits, &mut self.draft) {
            (Some(digits), Some(draft)) if !draft.network.mgt.contains(&digits) => {
                draft.network.mgt.push(digits);
            }
            (Some(_), _) => {}
            (None, _) => self
                .wrong(&format!("MGT_CC `{code}` and MGT_NC `{network}` are not digits; left out")),
        }
    }

    /// Takes two codes away, so that those of the next series do not mix with them.
    fn take_codes(&mut self, from: usize) -> Option<[String; 4]> {
        let codes = &mut self.draft.as_mut()?.codes;
        let taken = codes.clone();
        codes.iter_mut().skip(from).take(2).for_each(String::clear);
        Some(taken)
    }

    /// Finishes a network.
    fn network(&mut self) {
        let Some(Draft { mut network, .. }) = self.draft.take() else { return };
        network.created.clone_from(&self.document.created);
        if network.tadig.is_empty() {
            if self.document.sender.is_empty() || !self.networks_of_this_file() {
                self.wrong("has no TADIGCode; the network is left out");
                return;
            }
            network.tadig.clone_from(&self.document.sender);
            self.wrong(&format!(
                "has no TADIGCode; it is taken for the sender's, {}",
                network.tadig
            ));
        }
        if network.gt.is_empty() && network.msisdn.is_empty() && network.imsi.is_empty() {
            self.wrong(&format!("{} has no number range; the network is left out", network.tadig));
            return;
        }
        if network.gt.is_empty() {
            self.wrong(&format!(
                "{} has no GT_NumberRanges: its nodes stay unknown",
                network.tadig
            ));
        }
        if network.name.is_empty() {
            let organisation = &self.document.organisation;
            let name = if organisation.is_empty() { &network.tadig } else { organisation };
            network.name = name.clone();
        }
        let by_code = || network.tadig.get(..3).and_then(country_of_initials);
        network.country = network
            .country
            .or(self.document.country)
            .or_else(by_code)
            .filter(|country| is_known(*country));
        network.gt = ranges::merged(network.gt);
        network.msisdn = ranges::merged(network.msisdn);
        network.hosts.retain(|host| *host != network.tadig);
        network.hosts.sort_unstable();
        network.hosts.dedup();
        self.networks.push(network);
    }

    /// Whether no network of this file was read yet.
    fn networks_of_this_file(&self) -> bool {
        !self.networks.iter().any(|network| network.place.0 == self.file)
    }

    /// Reads a country's initials: three letters of ISO 3166-1, or two.
    fn initials(&mut self, text: &str) -> Option<Country> {
        let country = country_of_initials(text);
        if country.is_none() && !text.is_empty() {
            self.wrong(&format!("`{text}` is no country of ISO 3166-1; the TADIG code decides"));
        }
        country
    }

    /// Puts in what a reference stands for: a character, or one of the five names XML has.
    fn reference(&mut self, reference: &BytesRef<'_>) {
        let name: &str = reference;
        match (reference.resolve_char_ref(), resolve_predefined_entity(name)) {
            (Ok(Some(character)), _) => self.content.push(character),
            (_, Some(text)) => self.content.push_str(text),
            _ => {
                let what =
                    format!("refers to the entity `{name}`, which is none of XML's; left out");
                self.wrong(&what);
            }
        }
    }

    fn wrong(&mut self, what: &str) {
        // The outer three elements are the same in every document.
        let below = self.path.get(3..).filter(|path| !path.is_empty()).unwrap_or(&self.path);
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line: self.line(),
            element: below.join("/"),
            what: what.to_owned(),
        });
    }

    fn line(&self) -> usize {
        let before = self.text.as_bytes().get(..self.at).unwrap_or(self.text.as_bytes());
        before.iter().filter(|&&octet| octet == b'\n').count() + 1
    }
}

/// Returns the text of a file, by its mark or its declaration.
fn decoded(octets: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |rest: &[u8], read: fn([u8; 2]) -> u16| {
        let units = rest.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(read);
        char::decode_utf16(units).collect::<Result<String, _>>().ok().map(Cow::Owned)
    };
    match octets {
        [0xef, 0xbb, 0xbf, rest @ ..] => core::str::from_utf8(rest).ok().map(Cow::Borrowed),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => core::str::from_utf8(octets).ok().map(Cow::Borrowed).or_else(|| {
            let head = octets.split(|&octet| octet == b'>').next().unwrap_or_default();
            let head = String::from_utf8_lossy(head).to_ascii_lowercase();
            let latin = ["iso-8859-1", "windows-1252", "latin1"].iter().any(|n| head.contains(n));
            latin.then(|| Cow::Owned(octets.iter().map(|&octet| char::from(octet)).collect()))
        }),
    }
}

/// The outermost element, in upper case.
const ROOT: &str = "TADIGRAEXIR21";
/// Elements within each other; real documents have about fifteen.
const DEPTH: usize = 64;
/// An international number has at most 15 digits (E.164 §6).
const E164_DIGITS: usize = 15;
