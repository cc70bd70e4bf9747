//! The tracking campaign that the background has in it when nothing else is asked for.

use super::find;
use crate::synth::scenario::Scenario;

/// Returns the scenarios of a campaign and when each begins, spread over this many seconds.
#[must_use]
pub fn campaign(seconds: u64) -> Vec<(u64, &'static Scenario)> {
    let count = u64::try_from(STEPS.len()).unwrap_or(1);
    let span = seconds.saturating_sub(LEAD) * 9 / 10;
    (0..)
        .zip(STEPS)
        .filter_map(|(step, name)| find(name).map(|found| (LEAD + span * step / count, found)))
        .collect()
}

/// Seconds of background before the first step.
const LEAD: u64 = 120;

/// First probing, then location in every way, then what follows when it works.
const STEPS: &[&str] = &[
    "imsi_bruteforce",
    "chain_sri_sm_psi",
    "ati_from_own_scf",
    "ati_from_abroad",
    "psi_from_abroad",
    "psi_from_home_hlr",
    "send_imsi_from_abroad",
    "sri_from_abroad",
    "psi_refused",
    "psl_from_abroad",
    "psl_privacy_override",
    "sri_lcs_from_abroad",
    "psi_long_tag",
    "psi_global_opcode",
    "psi_two_invokes",
    "identity_rotation",
    "send_identification_from_abroad",
    "psi_late_invoke",
    "psi_segmented",
    "update_location_benign",
    "psi_home_address_from_abroad",
    "chain_send_imsi_psi",
    "protocol_fallback",
    "home_routing_bypass",
    "steering",
    "update_location_intercept",
    "cancel_location_from_abroad",
    "insert_o_csi_from_abroad",
    "register_ss_from_abroad",
    "silent_sms",
    "gt_scan",
    "psi_cadence",
];
