//! CAP operation codes (TS 29.078 §5.3).
//!
//! The same numbers mean other operations in MAP: the application context says which is meant.

/// One operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Operation {
    /// Local operation code.
    pub code: u8,
    /// Name as in the ASN.1.
    pub name: &'static str,
    /// What it controls.
    pub family: Family,
}

/// What an operation controls.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Family {
    /// Calls (§6), and the special resources for them.
    Call,
    /// Short messages (§7).
    Sms,
    /// GPRS sessions (§8).
    Gprs,
}

impl Family {
    /// Returns the family's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Sms => "sms",
            Self::Gprs => "gprs",
        }
    }
}

/// Returns the operation of a code.
#[must_use]
pub fn find(code: i64) -> Option<&'static Operation> {
    let code = u8::try_from(code).ok()?;
    let at = OPERATIONS.binary_search_by_key(&code, |operation| operation.code).ok()?;
    OPERATIONS.get(at)
}

/// All operations, in order of code.
#[must_use]
pub fn all() -> &'static [Operation] {
    OPERATIONS
}

const fn call(code: u8, name: &'static str) -> Operation {
    Operation { code, name, family: Family::Call }
}

const fn sms(code: u8, name: &'static str) -> Operation {
    Operation { code, name, family: Family::Sms }
}

const fn gprs(code: u8, name: &'static str) -> Operation {
    Operation { code, name, family: Family::Gprs }
}

static OPERATIONS: &[Operation] = &[
    call(0, "initialDP"),
    call(16, "assistRequestInstructions"),
    call(17, "establishTemporaryConnection"),
    call(18, "disconnectForwardConnection"),
    call(19, "connectToResource"),
    call(20, "connect"),
    call(22, "releaseCall"),
    call(23, "requestReportBCSMEvent"),
    call(24, "eventReportBCSM"),
    call(27, "collectInformation"),
    call(31, "continue"),
    call(32, "initiateCallAttempt"),
    call(33, "resetTimer"),
    call(34, "furnishChargingInformation"),
    call(35, "applyCharging"),
    call(36, "applyChargingReport"),
    call(41, "callGap"),
    call(44, "callInformationReport"),
    call(45, "callInformationRequest"),
    call(46, "sendChargingInformation"),
    call(47, "playAnnouncement"),
    call(48, "promptAndCollectUserInformation"),
    call(49, "specializedResourceReport"),
    call(53, "cancel"),
    call(55, "activityTest"),
    sms(60, "initialDPSMS"),
    sms(61, "furnishChargingInformationSMS"),
    sms(62, "connectSMS"),
    sms(63, "requestReportSMSEvent"),
    sms(64, "eventReportSMS"),
    sms(65, "continueSMS"),
    sms(66, "releaseSMS"),
    sms(67, "resetTimerSMS"),
    gprs(70, "activityTestGPRS"),
    gprs(71, "applyChargingGPRS"),
    gprs(72, "applyChargingReportGPRS"),
    gprs(73, "cancelGPRS"),
    gprs(74, "connectGPRS"),
    gprs(75, "continueGPRS"),
    gprs(76, "entityReleasedGPRS"),
    gprs(77, "furnishChargingInformationGPRS"),
    gprs(78, "initialDPGPRS"),
    gprs(79, "releaseGPRS"),
    gprs(80, "eventReportGPRS"),
    gprs(81, "requestReportGPRSEvent"),
    gprs(82, "resetTimerGPRS"),
    gprs(83, "sendChargingInformationGPRS"),
    call(86, "dFCWithArgument"),
    call(88, "continueWithArgument"),
    call(90, "disconnectLeg"),
    call(93, "moveLeg"),
    call(95, "splitLeg"),
    call(96, "entityReleased"),
    call(97, "playTone"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_rise_and_are_found() {
        assert!(OPERATIONS.is_sorted_by(|a, b| a.code < b.code));
        for operation in all() {
            assert_eq!(find(operation.code.into()), Some(operation));
        }
        for (code, name, family) in [
            (0, "initialDP", Family::Call),
            (20, "connect", Family::Call),
            (62, "connectSMS", Family::Sms),
            (78, "initialDPGPRS", Family::Gprs),
        ] {
            assert_eq!(find(code).map(|o| (o.name, o.family)), Some((name, family)));
        }
        assert_eq!(find(1), None);
        assert_eq!(find(-1), None);
        assert_eq!(find(256), None);
    }
}
