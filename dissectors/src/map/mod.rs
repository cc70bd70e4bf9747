//! Mobile Application Part (TS 29.002).
//!
//! [`argument`], [`result`] and [`error_parameter`] read what an invoke, a return result or a
//! return error carries into [`Parameters`]. [`opcode`], [`context`] and [`error`] are the tables
//! of operations, application contexts and errors.
//!
//! The files of private modules follow the chapters of the standard; each holds the types of its
//! operations as tables, which `member` reads.

pub mod address;
mod authentication;
mod camel;
pub mod context;
pub mod error;
mod failure;
mod handover;
mod location;
mod member;
mod mobility;
mod oam;
pub mod opcode;
pub mod parameters;
mod routing;
#[cfg(feature = "emit")]
pub mod sample;
pub mod shape;
mod sms;
mod ss;
mod subscriber;

#[cfg(test)]
mod tests;

pub use parameters::Parameters;

use crate::{
    ber::Element,
    error::Error,
    notes::{Note, Notes},
    sms::Direction,
};
use member::{Member, Part, Reader};

/// Reads the argument of an operation into `out`.
///
/// `version` is that of the application context, 0 when there is none. It decides only what the
/// octets cannot: which way the short message of operation 46 goes. Everything else is told apart
/// by its tags, so that a wrong version hides nothing.
///
/// # Errors
///
/// Returns an error, and adds the note `map.argument.bad`, when the argument could not be read to
/// its end. What was read stays in `out`. An operation without argument, or not known, reads as
/// nothing.
pub fn argument(
    code: u8,
    version: u8,
    parameter: &Element<'_>,
    out: &mut Parameters,
    notes: &mut Notes,
) -> Result<(), Error> {
    let direction = match (code, version) {
        (44 | 21, _) => Direction::ToPhone,
        (46, 3..) => Direction::FromPhone,
        _ => Direction::Unknown,
    };
    Reader::new(Part::Argument, direction, out, notes)
        .outermost(argument_of(code), parameter)
        .inspect_err(|_| notes.add(Note::MapArgumentBad))
}

/// Reads the result of an operation into `out`.
///
/// # Errors
///
/// Returns an error, and adds the note `map.result.bad`, when the result could not be read to its
/// end. What was read stays in `out`.
pub fn result(
    code: u8,
    _version: u8,
    parameter: &Element<'_>,
    out: &mut Parameters,
    notes: &mut Notes,
) -> Result<(), Error> {
    Reader::new(Part::Answer, Direction::Unknown, out, notes)
        .outermost(result_of(code), parameter)
        .inspect_err(|_| notes.add(Note::MapResultBad))
}

/// Reads the parameter of an error into `out`.
///
/// # Errors
///
/// Returns an error, and adds the note `map.error.bad`, when the parameter could not be read to its
/// end. What was read stays in `out`.
pub fn error_parameter(
    error_code: u8,
    parameter: &Element<'_>,
    out: &mut Parameters,
    notes: &mut Notes,
) -> Result<(), Error> {
    Reader::new(Part::Answer, Direction::Unknown, out, notes)
        .outermost(failure::parameter(error_code), parameter)
        .inspect_err(|_| notes.add(Note::MapErrorBad))
}

/// Returns the tables of an argument, one for each outer tag.
fn argument_of(code: u8) -> &'static [Member] {
    match code {
        2 => &mobility::UL_ARG,
        3 => &mobility::CL_ARG,
        4 => &routing::PRN_ARG,
        5 => &subscriber::MODIFIED_ARG,
        6 => &routing::RESUME_ARG,
        7 => &subscriber::ISD_ARG,
        8 => &subscriber::DSD_ARG,
        9 => &authentication::SEND_PARAMETERS_ARG,
        10 => &ss::REGISTER_ARG,
        11..=14 => &ss::SS_ARG,
        15 => &authentication::FAILURE_ARG,
        16 => &ss::NOTIFY_ARG,
        17 => &ss::PASSWORD_ARG,
        18 => &ss::GET_PASSWORD_ARG,
        19 => &ss::TEXT,
        20 => &routing::RELEASE_ARG,
        21 => &sms::VGCS_ARG,
        22 => &routing::SRI_ARG,
        23 => &mobility::UGL_ARG,
        24 => &routing::SRI_GPRS_ARG,
        25 => &routing::FAILURE_REPORT_ARG,
        26 => &mobility::MS_PRESENT_ARG,
        28 => &handover::PERFORM_ARG,
        29 | 33 | 35 => &handover::ACCESS_ARG,
        30 => &handover::PERFORM_SUBSEQUENT_ARG,
        31 => &routing::SIWFS_ARG,
        34 => &handover::FORWARD_ACCESS_ARG,
        36 => &mobility::CANCEL_VCSG_ARG,
        37 => &mobility::RESET_ARG,
        39 => &handover::GROUP_PREPARE_ARG,
        40..=42 => &handover::GROUP_SIGNAL_ARG,
        43 => &oam::CHECK_IMEI_ARG,
        44 => &sms::MT_FSM_ARG,
        45 => &sms::SRI_SM_ARG,
        46 => &sms::MO_FSM_ARG,
        47 => &sms::REPORT_ARG,
        48 => &sms::PRESENT_ARG,
        49 | 64 => &sms::ALERT_ARG,
        50 | 52 => &oam::TRACE_ARG,
        51 => &oam::UNTRACE_ARG,
        53 => &mobility::UPDATE_VCSG_ARG,
        54 => &ss::BEGIN_ACTIVITY_ARG,
        55 => &mobility::SEND_IDENTIFICATION_ARG,
        56 => &authentication::SAI_ARG,
        57 => &mobility::RESTORE_ARG,
        58 => &oam::SEND_IMSI_ARG,
        59..=61 => &ss::USSD_ARG,
        62 => &subscriber::ATSI_ARG,
        63 => &sms::INFORM_ARG,
        65 => &subscriber::ATM_ARG,
        66 => &sms::READY_ARG,
        67 => &mobility::PURGE_ARG,
        68 => &handover::PREPARE_ARG,
        69 => &handover::SUBSEQUENT_ARG,
        70 => &location::PSI_ARG,
        71 => &location::ATI_ARG,
        72 => &ss::INVOCATION_ARG,
        73 | 74 | 87 | 88 => &routing::CALL_REPORT_ARG,
        75 => &routing::REMOTE_USER_FREE_ARG,
        76 | 77 => &ss::CC_ENTRY_ARG,
        83 => &location::PSL_ARG,
        84 => &handover::GROUP_INFO_ARG,
        85 => &location::SRI_LCS_ARG,
        86 => &location::SLR_ARG,
        89 => &location::NOTE_MM_EVENT_ARG,
        115 => &location::MOLR_ARG,
        117 => &ss::DEFLECTION_ARG,
        _ => &failure::ANYTHING,
    }
}

/// Returns the tables of a result, one for each outer tag.
fn result_of(code: u8) -> &'static [Member] {
    match code {
        2 | 23 => &mobility::UL_RES,
        4 => &routing::PRN_RES,
        7 => &subscriber::ISD_RES,
        8 => &subscriber::DSD_RES,
        9 => &authentication::SEND_PARAMETERS_RES,
        10..=13 => &ss::SS_INFO_RES,
        14 => &ss::INTERROGATE_RES,
        17..=19 => &ss::TEXT,
        21 => &sms::VGCS_RES,
        22 => &routing::SRI_RES,
        24 => &routing::SRI_GPRS_RES,
        28 => &handover::PERFORM_RES,
        39 => &handover::GROUP_PREPARE_RES,
        43 => &oam::CHECK_IMEI_RES,
        44 | 46 => &sms::FSM_RES,
        45 => &sms::SRI_SM_RES,
        47 => &sms::REPORT_RES,
        26 | 29 | 50 | 51 => &oam::TRACE_RES,
        55 => &mobility::SEND_IDENTIFICATION_RES,
        56 => &authentication::SAI_RES,
        57 => &mobility::RESTORE_RES,
        58 => &oam::SEND_IMSI_RES,
        59..=61 => &ss::USSD_RES,
        62 => &subscriber::ATSI_RES,
        65 => &subscriber::ATM_RES,
        67 => &mobility::PURGE_RES,
        68 => &handover::PREPARE_RES,
        70 | 71 => &location::INFO_RES,
        73 | 74 => &routing::REPORTING_RES,
        83 => &location::PSL_RES,
        84 => &handover::GROUP_INFO_RES,
        85 => &location::SRI_LCS_RES,
        86 => &location::SLR_RES,
        _ => &failure::ANYTHING,
    }
}
