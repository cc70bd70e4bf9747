//! Attacks below TCAP: management of SCCP, MTP3 and M3UA, and associations that break.

use picket_dissectors::emit::{
    m3ua,
    sccp::{Address, Unitdata},
};

use crate::synth::{
    carriage::Carriage,
    network::{CARRIER_PC, HOME_STP},
    scenario::{Group::Denial, Scenario, attack, benign},
    stage::Stage,
    wire::Route,
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    attack(
        "subsystem_prohibited_forged",
        Denial,
        "A message from a carrier says that the register behind another point code is out of service.",
        |stage| {
            for _ in 0..3 {
                subsystem(stage, 1, SSP, CARRIER_PC + 3);
                stage.wait(30);
            }
        },
    ),
    benign(
        "subsystem_out_of_service",
        "A carrier says that its own subsystem is out of service, is asked, and says that it is back.",
        |stage| {
            subsystem(stage, 1, SSP, CARRIER_PC + 1);
            stage.wait(30);
            subsystem(stage, 1, SSA, CARRIER_PC + 1);
        },
    ),
    attack(
        "home_prohibited_forged",
        Denial,
        "A carrier is made to believe that home's transfer point cannot be reached (TFP).",
        |stage| transfer_prohibited(stage, 0, HOME_STP),
    ),
    benign(
        "carrier_loses_a_destination",
        "A carrier says that a point code behind it cannot be reached, in MTP3 and in M3UA.",
        |stage| {
            transfer_prohibited(stage, 0, CARRIER_PC + 90);
            stage.wait(5);
            destination_unavailable(stage, 2, CARRIER_PC + 91);
        },
    ),
    attack(
        "destination_unavailable_forged",
        Denial,
        "Forged M3UA messages say that home's transfer point is not available (DUNA).",
        |stage| {
            for _ in 0..4 {
                destination_unavailable(stage, 2, HOME_STP);
                stage.wait(45);
            }
        },
    ),
    benign(
        "gateway_restarts",
        "A carrier's gateway restarts, and says once that home's transfer point is not available.",
        |stage| destination_unavailable(stage, 2, HOME_STP),
    ),
    attack(
        "abort_storm",
        Denial,
        "The association to a carrier is aborted eight times in two minutes.",
        |stage| {
            for _ in 0..8 {
                send(stage, 1, Vec::new(), Carriage::Abort);
                stage.wait(15);
            }
        },
    ),
    benign("association_restarts", "The association to a carrier is aborted once.", |stage| {
        send(stage, 1, Vec::new(), Carriage::Abort);
        stage.wait(60);
    }),
    attack(
        "server_taken_down",
        Denial,
        "Messages that a peer never sent take its application server out of service, again and again (ASPIA, ASPDN).",
        |stage| {
            for kind in [ASPIA, ASPDN, ASPIA, ASPDN] {
                send(stage, 3, m3ua::message(kind.0, kind.1, &[]), Carriage::Message);
                stage.wait(60);
            }
        },
    ),
    benign("maintenance_of_a_link", "A peer takes its application server down, once.", |stage| {
        send(stage, 3, m3ua::message(ASPIA.0, ASPIA.1, &[]), Carriage::Message);
        stage.wait(1);
        send(stage, 3, m3ua::message(ASPDN.0, ASPDN.1, &[]), Carriage::Message);
    }),
];

/// Sends something from a carrier to home's transfer point.
fn send(stage: &mut Stage, carrier: u8, octets: Vec<u8>, carriage: Carriage) {
    let route = Route {
        association: carrier,
        up: true,
        opc: CARRIER_PC + u32::from(carrier),
        dpc: HOME_STP,
        ni: 0,
        sls: 3,
    };
    stage.send(route, octets, carriage);
}

/// SCCP management (Q.713 §5.3): format, affected subsystem and point code, multiplicity.
fn subsystem(stage: &mut Stage, carrier: u8, format: u8, point: u32) {
    let [low, high, ..] = point.to_le_bytes();
    let address = Address::ssn(None, 1);
    let message = Unitdata::udt(address, address, &[format, 6, low, high, 0]).octets();
    send(stage, carrier, message, Carriage::Whole);
}

/// TFP (Q.704 §15.8.2): heading and affected point code.
fn transfer_prohibited(stage: &mut Stage, carrier: u8, point: u32) {
    let [low, high, ..] = point.to_le_bytes();
    send(stage, carrier, vec![0x14, low, high], Carriage::UserPart(0));
}

/// DUNA (RFC 4666 §3.4.1) with one affected point code.
fn destination_unavailable(stage: &mut Stage, carrier: u8, point: u32) {
    let affected = m3ua::parameter(AFFECTED, &point.to_be_bytes());
    send(stage, carrier, m3ua::message(2, 1, &[affected]), Carriage::Message);
}

/// Subsystem-prohibited and -allowed (Q.713 §5.2.2).
const SSP: u8 = 2;
const SSA: u8 = 1;
/// Class and type (RFC 4666 §3.1.2).
const ASPDN: (u8, u8) = (3, 2);
const ASPIA: (u8, u8) = (4, 2);
/// Parameter tag (RFC 4666 §3.2).
const AFFECTED: u16 = 0x0012;
