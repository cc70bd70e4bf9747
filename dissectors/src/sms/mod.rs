//! SMS transfer layer headers (TS 23.040 §9.2).
//!
//! Who, what kind and how long; never the text. Whether a TPDU is a DELIVER or a DELIVER REPORT
//! depends on the way it goes, which the layer below knows.

mod user_data;

use crate::{
    error::Error,
    map::parameters::{Address, Parameters, Role, Udh},
    notes::{Note, Notes},
    tbcd,
};

/// The way a TPDU goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// From the service centre to the phone.
    ToPhone,
    /// From the phone to the service centre.
    FromPhone,
    /// Not known: read as what a network sends most, DELIVER and SUBMIT.
    Unknown,
}

/// What a TPDU is (§9.2.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// SMS-DELIVER (§9.2.2.1).
    Deliver,
    /// SMS-DELIVER-REPORT (§9.2.2.1a).
    DeliverReport,
    /// SMS-SUBMIT (§9.2.2.2).
    Submit,
    /// SMS-SUBMIT-REPORT (§9.2.2.2a).
    SubmitReport,
    /// SMS-STATUS-REPORT (§9.2.2.3).
    StatusReport,
    /// SMS-COMMAND (§9.2.2.4).
    Command,
}

/// The header of a TPDU.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Header {
    /// What it is.
    pub kind: Kind,
    /// TP-MTI (§9.2.3.1).
    pub mti: u8,
    /// TP-OA, TP-DA or TP-RA (§9.1.2.5); an alphanumeric one has nature 5 and no digits.
    pub address: Option<Address>,
    /// TP-PID (§9.2.3.9).
    pub pid: Option<u8>,
    /// TP-DCS (§9.2.3.10).
    pub dcs: Option<u8>,
    /// TP-UDL (§9.2.3.16): septets or octets, as the coding scheme says.
    pub udl: Option<u8>,
    /// User data header (§9.2.3.24).
    pub udh: Udh,
}

/// Reads the header of a TPDU into `out`.
pub(crate) fn read(octets: &[u8], direction: Direction, out: &mut Parameters, notes: &mut Notes) {
    let Ok(header) = header(octets, direction, notes) else {
        notes.add(Note::SmsHeaderBad);
        return;
    };
    out.sms.tp_mti = Some(header.mti);
    out.sms.tp_pid = header.pid;
    out.sms.tp_dcs = header.dcs;
    out.sms.tp_udl = header.udl;
    out.sms.udh.insert(header.udh);
    if let Some(address) = header.address {
        out.addresses.push(address, notes);
    }
}

/// Reads the header of a TPDU (§9.2.2). What follows a cut is left out and noted.
///
/// # Errors
///
/// Returns [`Error::Truncated`] when there is no octet, and [`Error::Unsupported`] for the reserved
/// message type.
pub fn header(octets: &[u8], direction: Direction, notes: &mut Notes) -> Result<Header, Error> {
    let (&first, rest) = octets.split_first().ok_or(Error::Truncated { missing: 1 })?;
    let mti = first & 3;
    let kind = match (mti, direction) {
        (0, Direction::FromPhone) => Kind::DeliverReport,
        (0, _) => Kind::Deliver,
        (1, Direction::ToPhone) => Kind::SubmitReport,
        (1, _) => Kind::Submit,
        (2, Direction::FromPhone) => Kind::Command,
        (2, _) => Kind::StatusReport,
        // A phone reads the reserved type as a DELIVER (§9.2.3.1).
        _ if direction == Direction::ToPhone => Kind::Deliver,
        _ => return Err(Error::Unsupported { value: mti.into() }),
    };
    let mut header =
        Header { kind, mti, address: None, pid: None, dcs: None, udl: None, udh: Udh::NONE };
    let complete = match kind {
        Kind::Deliver => deliver(&mut header, first, rest, notes),
        Kind::Submit => submit(&mut header, first, rest, notes),
        Kind::StatusReport => status_report(&mut header, rest, notes),
        Kind::Command => command(&mut header, rest, notes),
        // A report has nothing of interest but that it is one.
        Kind::DeliverReport | Kind::SubmitReport => Some(()),
    };
    if complete.is_none() {
        notes.add(Note::SmsHeaderBad);
    }
    to_the_card(&header, notes);
    Ok(header)
}

fn deliver(header: &mut Header, first: u8, rest: &[u8], notes: &mut Notes) -> Option<()> {
    let (address, rest) = address(rest, Role::TpOa, notes)?;
    header.address = Some(address);
    let (&[pid, dcs], rest) = rest.split_first_chunk()?;
    (header.pid, header.dcs) = (Some(pid), Some(dcs));
    user_data(header, first, rest.get(TIME_STAMP..)?, notes)
}

fn submit(header: &mut Header, first: u8, rest: &[u8], notes: &mut Notes) -> Option<()> {
    let (address, rest) = address(rest.get(1..)?, Role::TpDa, notes)?;
    header.address = Some(address);
    let (&[pid, dcs], rest) = rest.split_first_chunk()?;
    (header.pid, header.dcs) = (Some(pid), Some(dcs));
    // TP-VPF (§9.2.3.3): none, enhanced, relative, absolute.
    let validity = match first >> 3 & 3 {
        0 => 0,
        2 => 1,
        _ => 7,
    };
    user_data(header, first, rest.get(validity..)?, notes)
}

fn status_report(header: &mut Header, rest: &[u8], notes: &mut Notes) -> Option<()> {
    let (address, rest) = address(rest.get(1..)?, Role::TpDa, notes)?;
    header.address = Some(address);
    rest.get(2 * TIME_STAMP)?;
    Some(())
}

fn command(header: &mut Header, rest: &[u8], notes: &mut Notes) -> Option<()> {
    // TP-MR, TP-PID, TP-CT, TP-MN.
    let (&[_, pid, _, _], rest) = rest.split_first_chunk()?;
    header.pid = Some(pid);
    let (address, rest) = address(rest, Role::TpDa, notes)?;
    header.address = Some(address);
    let (&length, data) = rest.split_first()?;
    header.udl = Some(length);
    data.get(..usize::from(length)).map(|_| ())
}

fn user_data(header: &mut Header, first: u8, rest: &[u8], notes: &mut Notes) -> Option<()> {
    let (&udl, data) = rest.split_first()?;
    header.udl = Some(udl);
    if first & UDHI != 0 {
        header.udh = user_data::header(data, notes);
    }
    let octets = match user_data::alphabet(header.dcs.unwrap_or(0)) {
        user_data::Alphabet::Septets => (usize::from(udl) * 7).div_ceil(8),
        user_data::Alphabet::Octets => udl.into(),
    };
    (data.len() == octets).then_some(())
}

/// Reads an address field (§9.1.2.5): digits, type of address, and the digits in whole octets.
fn address<'a>(input: &'a [u8], role: Role, notes: &mut Notes) -> Option<(Address, &'a [u8])> {
    let (&[length, kind], rest) = input.split_first_chunk()?;
    let (value, rest) = rest.split_at_checked(usize::from(length).div_ceil(2))?;
    let (nature, plan) = (kind >> 4 & 7, kind & 15);
    if kind & 0x80 == 0 || usize::from(length) > LONGEST_ADDRESS {
        notes.add(Note::SmsHeaderBad);
    }
    let digits = if nature == ALPHANUMERIC {
        crate::digits::Digits::EMPTY
    } else {
        tbcd::read(value, notes).first(length.into())
    };
    Some((Address { role, nature, plan, digits }, rest))
}

/// Notes what the user never sees: type 0 (§9.2.3.9), and what goes to the SIM.
fn to_the_card(header: &Header, notes: &mut Notes) {
    if header.kind != Kind::Deliver {
        return;
    }
    match header.pid {
        Some(PID_TYPE_ZERO) => notes.add(Note::SmsTypeZero),
        Some(PID_SIM_DOWNLOAD) => notes.add(Note::SmsSimData),
        _ if header.udh.contains(Udh::SIM_TOOLKIT) => notes.add(Note::SmsSimData),
        _ => {}
    }
}

const TIME_STAMP: usize = 7;
const UDHI: u8 = 0x40;
const ALPHANUMERIC: u8 = 5;
/// Twenty digits (§9.1.2.5), or eleven characters of seven bits.
const LONGEST_ADDRESS: usize = 20;
const PID_TYPE_ZERO: u8 = 0x40;
const PID_SIM_DOWNLOAD: u8 = 0x7f;

#[cfg(test)]
mod tests;
