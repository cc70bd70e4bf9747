//! MAP application contexts (TS 29.002 §17.3): `{itu-t identified-organization etsi(0)
//! mobileDomain(0) gsm-Network(1) applicationContext(0) number version}`.
//!
//! A context bounds the operations of a dialogue. Which of them the side that was asked may invoke
//! (a reverse invoke) is part of it: an insertSubscriberData inside updateLocation, for one.
//!
//! Numbers 50 to 52 under the same arc are CAMEL's, not MAP's; see [`is_camel`].

/// The arcs before number and version: 0.4.0.0.1.0.
pub const PREFIX: [u32; 6] = [0, 4, 0, 0, 1, 0];

/// One application context, whatever its version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Context {
    /// The last but one arc.
    pub number: u8,
    /// Name as in the ASN.1, without `Context-vn`.
    pub name: &'static str,
    /// Bit `v` is set when version `v` exists.
    versions: u8,
    /// Operation code, lowest and highest version of the context that has it.
    operations: &'static [(u8, u8, u8)],
    /// Operations the side that was asked may invoke.
    reverse: &'static [u8],
}

impl Context {
    /// Whether this version of the context has the operation; any version when 0.
    #[must_use]
    pub fn has_operation(&self, code: u8, version: u8) -> bool {
        self.operations.iter().any(|&(operation, lowest, highest)| {
            operation == code && (version == 0 || (lowest..=highest).contains(&version))
        })
    }

    /// Whether the side that was asked may invoke the operation.
    #[must_use]
    pub fn allows_reverse(&self, code: u8) -> bool {
        self.reverse.contains(&code)
    }

    /// Whether the version exists.
    #[must_use]
    pub const fn version_exists(&self, version: u8) -> bool {
        version < 8 && self.versions >> version & 1 == 1
    }

    /// Iterates over the operation codes of all versions.
    pub fn operations(&self) -> impl Iterator<Item = u8> {
        self.operations.iter().map(|&(code, ..)| code)
    }
}

/// Returns the context of this number.
#[must_use]
pub fn find(number: u8) -> Option<&'static Context> {
    CONTEXTS.iter().find(|context| context.number == number)
}

/// Whether a number under MAP's arc is CAMEL's: CAP version 1 and 2 took 50 to 52 (TS 29.078).
#[must_use]
pub const fn is_camel(number: u8) -> bool {
    matches!(number, 50..=52)
}

/// All contexts, in order of number.
#[must_use]
pub fn all() -> &'static [Context] {
    CONTEXTS
}

const fn ac(
    number: u8,
    name: &'static str,
    versions: u8,
    operations: &'static [(u8, u8, u8)],
    reverse: &'static [u8],
) -> Context {
    Context { number, name, versions, operations, reverse }
}

const V12: u8 = 0b0110;
const V123: u8 = 0b1110;
const V2: u8 = 0b0100;
const V23: u8 = 0b1100;
const V3: u8 = 0b1000;
const V34: u8 = 0b1_1000;

#[rustfmt::skip]
static CONTEXTS: &[Context] = &[
    ac(1, "networkLocUp", V123, &[(2, 1, 3), (7, 1, 3), (38, 1, 3), (50, 1, 3), (57, 2, 3)], &[7, 38, 50]),
    ac(2, "locationCancellation", V123, &[(3, 1, 3)], &[]),
    ac(3, "roamingNumberEnquiry", V123, &[(4, 1, 3)], &[]),
    ac(4, "istAlerting", V3, &[(87, 3, 3)], &[]),
    ac(5, "locationInfoRetrieval", V123, &[(22, 1, 3)], &[]),
    ac(6, "callControlTransfer", V34, &[(6, 3, 4)], &[]),
    ac(7, "reporting", V3, &[(73, 3, 3), (74, 3, 3), (75, 3, 3)], &[74, 75]),
    ac(8, "callCompletion", V3, &[(76, 3, 3), (77, 3, 3)], &[]),
    ac(9, "serviceTermination", V3, &[(88, 3, 3)], &[]),
    ac(10, "reset", V123, &[(37, 1, 3)], &[]),
    ac(11, "handoverControl", V123,
        &[(28, 1, 1), (29, 1, 3), (30, 1, 1), (33, 1, 3), (34, 1, 3), (35, 1, 1), (52, 1, 1), (68, 2, 3), (69, 2, 3)],
        &[29, 30, 33, 35, 69]),
    ac(12, "sIWFSAllocation", V3, &[(31, 3, 3), (32, 3, 3)], &[32]),
    ac(13, "equipmentMngt", V123, &[(43, 1, 3)], &[]),
    ac(14, "infoRetrieval", V123, &[(9, 1, 1), (56, 2, 3)], &[]),
    ac(15, "interVlrInfoRetrieval", V23, &[(55, 2, 3)], &[]),
    ac(16, "subscriberDataMngt", V123, &[(7, 1, 3), (8, 1, 3)], &[]),
    ac(17, "tracing", V123, &[(50, 1, 3), (51, 1, 3)], &[]),
    ac(18, "networkFunctionalSs", V12,
        &[(10, 1, 2), (11, 1, 2), (12, 1, 2), (13, 1, 2), (14, 1, 2), (17, 1, 2), (18, 1, 2), (19, 1, 1), (54, 1, 1)],
        &[18]),
    ac(19, "networkUnstructuredSs", V2, &[(59, 2, 2), (60, 2, 2), (61, 2, 2)], &[60, 61]),
    ac(20, "shortMsgGateway", V123, &[(45, 1, 3), (47, 1, 3), (63, 1, 3)], &[63]),
    ac(21, "shortMsgMO-Relay", V123, &[(46, 1, 3)], &[]),
    ac(22, "subscriberDataModificationNotification", V3, &[(5, 3, 3)], &[]),
    ac(23, "shortMsgAlert", V12, &[(49, 1, 1), (64, 2, 2)], &[]),
    ac(24, "mwdMngt", V123, &[(48, 1, 1), (66, 2, 3)], &[]),
    ac(25, "shortMsgMT-Relay", V23, &[(44, 3, 3), (46, 2, 2)], &[]),
    ac(26, "imsiRetrieval", V2, &[(58, 2, 2)], &[]),
    ac(27, "msPurging", V23, &[(67, 2, 3)], &[]),
    ac(28, "subscriberInfoEnquiry", V3, &[(70, 3, 3)], &[]),
    ac(29, "anyTimeInfoEnquiry", V3, &[(71, 3, 3)], &[]),
    ac(31, "groupCallControl", V3, &[(39, 3, 3), (40, 3, 3), (41, 3, 3), (42, 3, 3)], &[40, 41, 42]),
    ac(32, "gprsLocationUpdate", V3, &[(23, 3, 3), (7, 3, 3), (50, 3, 3)], &[7, 50]),
    ac(33, "gprsLocationInfoRetrieval", V34, &[(24, 3, 4)], &[]),
    ac(34, "failureReport", V3, &[(25, 3, 3)], &[]),
    ac(35, "gprsNotify", V3, &[(26, 3, 3)], &[]),
    ac(36, "ss-InvocationNotification", V3, &[(72, 3, 3)], &[]),
    ac(37, "locationSvcGateway", V3, &[(85, 3, 3)], &[]),
    ac(38, "locationSvcEnquiry", V3, &[(83, 3, 3), (86, 3, 3)], &[]),
    ac(39, "authenticationFailureReport", V3, &[(15, 3, 3)], &[]),
    ac(40, "secureTransportHandling", V3, &[(78, 3, 3), (79, 3, 3), (80, 3, 3), (81, 3, 3)], &[]),
    ac(41, "shortMsgMT-Relay-VGCS", V3, &[(21, 3, 3)], &[]),
    ac(42, "mm-EventReporting", V3, &[(89, 3, 3)], &[]),
    ac(43, "anyTimeInfoHandling", V3, &[(62, 3, 3), (65, 3, 3)], &[]),
    ac(44, "resourceManagement", V3, &[(20, 3, 3)], &[]),
    ac(45, "groupCallInfoRetrieval", V3, &[(84, 3, 3)], &[84]),
    ac(46, "vcsgLocationUpdate", V3, &[(53, 3, 3)], &[]),
    ac(47, "vcsgLocationCancel", V3, &[(36, 3, 3)], &[]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::opcode;

    #[test]
    fn operations_are_known_and_reverse_ones_belong() {
        assert!(CONTEXTS.is_sorted_by(|a, b| a.number < b.number));
        for context in CONTEXTS {
            for code in context.operations() {
                assert!(opcode::find(code).is_some(), "{} {code}", context.name);
            }
            for &code in context.reverse {
                assert!(context.has_operation(code, 0), "{} {code}", context.name);
            }
        }
    }

    #[test]
    fn every_network_operation_has_a_context() {
        for operation in opcode::all().iter().filter(|o| !o.dtap) {
            let code = operation.code;
            assert!(CONTEXTS.iter().any(|c| c.has_operation(code, 0)), "{}", operation.name(3));
        }
    }

    #[test]
    fn memberships_and_versions() {
        for (number, code, version, has, exists) in [
            (28, 70, 3, true, true),
            (28, 70, 2, false, false),
            (28, 71, 3, false, true),
            (1, 7, 3, true, true),
            (1, 8, 3, false, true),
            (25, 46, 2, true, true),
            (25, 44, 2, false, true),
            (25, 44, 3, true, true),
            (20, 45, 4, false, false),
            (33, 24, 4, true, true),
            (29, 71, 200, false, false),
        ] {
            let context = find(number).unwrap();
            assert_eq!(context.has_operation(code, version), has, "{number} {code} v{version}");
            assert_eq!(context.version_exists(version), exists, "{number} v{version}");
        }
        assert!(find(1).unwrap().allows_reverse(7));
        assert!(!find(16).unwrap().allows_reverse(7));
    }

    #[test]
    fn camel_contexts_are_not_ours() {
        for number in [50, 51, 52] {
            assert_eq!(find(number), None);
            assert!(is_camel(number));
        }
        assert!(!is_camel(29));
    }
}
