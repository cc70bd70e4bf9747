//! MAP local errors (TS 29.002 §17.6.6, TS 24.080 §4.5).

/// Returns the name of a local error code.
#[must_use]
pub fn name(code: u8) -> Option<&'static str> {
    ERRORS.binary_search_by_key(&code, |&(c, _)| c).ok().and_then(|i| ERRORS.get(i)).map(|e| e.1)
}

/// Whether the error says that the asker is not entitled, rather than that something is missing.
#[must_use]
pub const fn is_refusal(code: u8) -> bool {
    matches!(code, 8 | 21 | 49 | 52 | 53 | 60 | 61)
}

/// Codes and names, in order of code.
static ERRORS: &[(u8, &str)] = &[
    (1, "unknownSubscriber"),
    (2, "unknownBaseStation"),
    (3, "unknownMSC"),
    (4, "secureTransportError"),
    (5, "unidentifiedSubscriber"),
    (6, "absentSubscriberSM"),
    (7, "unknownEquipment"),
    (8, "roamingNotAllowed"),
    (9, "illegalSubscriber"),
    (10, "bearerServiceNotProvisioned"),
    (11, "teleserviceNotProvisioned"),
    (12, "illegalEquipment"),
    (13, "callBarred"),
    (14, "forwardingViolation"),
    (15, "cug-Reject"),
    (16, "illegalSS-Operation"),
    (17, "ss-ErrorStatus"),
    (18, "ss-NotAvailable"),
    (19, "ss-SubscriptionViolation"),
    (20, "ss-Incompatibility"),
    (21, "facilityNotSupported"),
    (22, "ongoingGroupCall"),
    (23, "invalidTargetBaseStation"),
    (24, "noRadioResourceAvailable"),
    (25, "noHandoverNumberAvailable"),
    (26, "subsequentHandoverFailure"),
    (27, "absentSubscriber"),
    (28, "incompatibleTerminal"),
    (29, "shortTermDenial"),
    (30, "longTermDenial"),
    (31, "subscriberBusyForMT-SMS"),
    (32, "sm-DeliveryFailure"),
    (33, "messageWaitingListFull"),
    (34, "systemFailure"),
    (35, "dataMissing"),
    (36, "unexpectedDataValue"),
    (37, "pw-RegistrationFailure"),
    (38, "negativePW-Check"),
    (39, "noRoamingNumberAvailable"),
    (40, "tracingBufferFull"),
    (42, "targetCellOutsideGroupCallArea"),
    (43, "numberOfPW-AttemptsViolation"),
    (44, "numberChanged"),
    (45, "busySubscriber"),
    (46, "noSubscriberReply"),
    (47, "forwardingFailed"),
    (48, "or-NotAllowed"),
    (49, "ati-NotAllowed"),
    (50, "noGroupCallNumberAvailable"),
    (51, "resourceLimitation"),
    (52, "unauthorizedRequestingNetwork"),
    (53, "unauthorizedLCSClient"),
    (54, "positionMethodFailure"),
    (58, "unknownOrUnreachableLCSClient"),
    (59, "mm-EventNotSupported"),
    (60, "atsi-NotAllowed"),
    (61, "atm-NotAllowed"),
    (62, "informationNotAvailable"),
    (71, "unknownAlphabet"),
    (72, "ussd-Busy"),
    (120, "nbrSb-ExceededLimit"),
    (121, "rejectedByUser"),
    (122, "rejectedByNetwork"),
    (123, "deflectionToServedSubscriber"),
    (124, "specialServiceCode"),
    (125, "invalidDeflectedToNumber"),
    (126, "maxNumberOfMPTY-ParticipantsExceeded"),
    (127, "resourcesNotAvailable"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_code() {
        assert!(ERRORS.is_sorted_by(|a, b| a.0 < b.0));
        for (code, want) in [
            (1, Some("unknownSubscriber")),
            (27, Some("absentSubscriber")),
            (41, None),
            (49, Some("ati-NotAllowed")),
            (62, Some("informationNotAvailable")),
            (0, None),
            (255, None),
        ] {
            assert_eq!(name(code), want, "{code}");
        }
        assert!(is_refusal(49) && is_refusal(21) && !is_refusal(27));
    }
}
