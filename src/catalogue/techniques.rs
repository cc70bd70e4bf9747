//! What the techniques that rules name are called: MITRE ATT&CK for Mobile, MITRE FiGHT (2025-07) and
//! GSMA MoTIF (FS.57 version 1.0).
//!
//! A sub-technique is named with its technique, as FiGHT and ATT&CK do.

/// Returns the name of a technique; `None` for one that no shipped rule names.
#[must_use]
pub fn name(id: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
}

const NAMES: &[(&str, &str)] = &[
    ("T1430.002", "Location Tracking: Impersonate SS7 Nodes"),
    ("FGT1036.501", "Masquerading: PLMN-ID or Global Title"),
    ("FGT1046", "Network Service Scanning"),
    ("FGT1199.501", "Trusted Relationship: Roaming Partners"),
    ("FGT1498.501", "Network Denial of Service: Flooding"),
    ("FGT1583.508", "Acquire Infrastructure: Network Access"),
    ("FGT5001", "Network-side SMS Collection"),
    ("FGT5002", "Bypass Home Routing"),
    ("FGT5012.004", "Locate UE: Core Network Function Signaling"),
    ("FGT5012.008", "Locate UE: SS7 or Diameter Signaling"),
    ("FGT5019.005", "Subscriber Profile Identifier Discovery: SS7 or Diameter Signaling"),
    ("FGT5022", "Alter Subscriber Profile"),
    ("FGT5044", "Force Key Generation"),
    ("FGT5045", "Telecom Protocol Payload"),
    ("MOT1036.301", "Masquerading: Originating Entity Spoofing"),
    ("MOT1046.301", "Network Service Scanning: Scan Signalling Addresses"),
    ("MOT1199.301", "Trusted Relationship: Exploit Interconnection Agreements"),
    ("MOT1565", "Data Manipulation"),
    ("MOT1583.301", "Acquire Infrastructure: Core Signalling Infrastructure Access"),
    ("MOT3004.301", "Access Subscriber Data: Subscriber Authentication Data"),
    ("MOT3005.301", "Disguise Signalling Messages: Unexpected Encoding"),
    ("MOT5012.501", "Locate Subscriber: Core Network Function Signalling"),
    ("MOT5019.301", "Identify Subscriber: Trigger Subscriber Terminated Activity"),
    ("MOT5019.302", "Identify Subscriber: Retrieve Subscriber Identity Information"),
    ("MOT5019.303", "Identify Subscriber: Retrieve Subscriber Network Information"),
];
