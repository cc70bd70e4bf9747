//! MAP operations (TS 29.002 §17.5, TS 24.080 §4.5): codes, names, timers, keys and subsystems.
//!
//! One row an operation. Timer classes are those of §17.1.2 with their upper bound in seconds; the
//! subsystems are those of the entities on the interfaces the operation runs on (§6.1.2, §7), kept
//! generous: an operation that several entities may send names them all.

use super::parameters::Parameters;

/// One operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Operation {
    /// Local operation code.
    pub code: u8,
    /// Name as in the ASN.1 of the newest version.
    name: &'static str,
    /// What the operation is for.
    pub family: Family,
    /// How long its sender waits for an answer.
    pub timer: Timer,
    /// What names the subscriber the operation is about.
    pub key: Key,
    /// Subsystems it is sent to.
    to: &'static [u8],
    /// Subsystems it comes from.
    from: &'static [u8],
    /// Lowest version it exists in.
    pub lowest: u8,
    /// Highest version it exists in.
    pub highest: u8,
    /// Carried on the radio interface only (TS 24.080), or withdrawn: no business between networks.
    pub dtap: bool,
}

/// What an operation is for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Family {
    /// Where a subscriber is.
    Location,
    /// Who a subscriber is, and what routes to them.
    Identity,
    /// Subscription data.
    Profile,
    /// Keys and their failures.
    Authentication,
    /// Registration of subscribers with nodes.
    Mobility,
    /// Short messages.
    Sms,
    /// Calls.
    Call,
    /// Supplementary services.
    Supplementary,
    /// Unstructured supplementary services.
    Ussd,
    /// Handover between switching centres.
    Handover,
    /// Operation and maintenance, fault recovery, equipment.
    Oam,
    /// Voice group and broadcast calls.
    Group,
    /// Radio interface, or withdrawn.
    Radio,
}

impl Family {
    /// Returns the family's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Location => "location",
            Self::Identity => "identity",
            Self::Profile => "profile",
            Self::Authentication => "authentication",
            Self::Mobility => "mobility",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Supplementary => "supplementary",
            Self::Ussd => "ussd",
            Self::Handover => "handover",
            Self::Oam => "oam",
            Self::Group => "group",
            Self::Radio => "radio",
        }
    }
}

/// Timer class of an operation (§17.1.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Timer {
    /// 3 to 10 seconds.
    Short,
    /// 15 to 30 seconds.
    Medium,
    /// 1 to 10 minutes.
    MediumLong,
    /// 28 to 38 hours.
    Long,
}

impl Timer {
    /// Returns the upper bound in seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        match self {
            Self::Short => 10,
            Self::Medium => 30,
            Self::MediumLong => 600,
            Self::Long => 38 * 3600,
        }
    }
}

/// What names the subscriber an operation is about (§8 to §13).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Key {
    /// No subscriber.
    None,
    /// An IMSI.
    Imsi,
    /// An MSISDN.
    Msisdn,
    /// An IMSI or an MSISDN.
    Either,
    /// A TMSI.
    Tmsi,
    /// An IMSI, which the argument may leave out when the dialogue already has it.
    ImsiOrDialogue,
    /// An IMSI, or an LMSI with the IMSI in the destination reference (§7.3, table 7.3/2).
    ImsiOrReference,
    /// The IMSI in the destination reference of MAP-Open (§7.3, table 7.3/2).
    Reference,
}

impl Operation {
    /// Returns the name in this version of the application context; 0 is none.
    #[must_use]
    pub const fn name(&self, version: u8) -> &'static str {
        match (self.code, version) {
            (MO_FORWARD_SM, 1 | 2) => "forwardSM",
            _ => self.name,
        }
    }

    /// Whether a message to this subsystem may carry the operation. MAP at large (5) always may.
    #[must_use]
    pub fn goes_to(&self, ssn: u8) -> bool {
        ssn == MAP || self.to.contains(&ssn)
    }

    /// Whether a message from this subsystem may carry the operation. MAP at large (5) always may.
    #[must_use]
    pub fn comes_from(&self, ssn: u8) -> bool {
        ssn == MAP || self.from.contains(&ssn)
    }

    /// Whether a key the operation may name its subscriber by was read, readable or not. Where the
    /// key stands in the destination reference or may come from the dialogue, that is for the
    /// caller to look at; an LMSI counts where the reference completes it.
    #[must_use]
    pub fn key_in(&self, parameters: &Parameters) -> bool {
        let unreadable = parameters.key_unreadable;
        match self.key {
            Key::None | Key::Reference => true,
            Key::Imsi | Key::ImsiOrDialogue => unreadable || parameters.imsi.is_some(),
            Key::Msisdn => unreadable || parameters.msisdn.is_some(),
            Key::Either => unreadable || parameters.imsi.is_some() || parameters.msisdn.is_some(),
            Key::Tmsi => unreadable || parameters.tmsi.is_some(),
            Key::ImsiOrReference => unreadable || parameters.imsi.is_some() || parameters.lmsi,
        }
    }

    /// Whether the operation has an argument that cannot be left out. forwardCheckSS-Indication
    /// has none; sendAuthenticationInfo leaves it out when it asks for more in a dialogue (§8.5.2).
    #[must_use]
    pub const fn requires_argument(&self) -> bool {
        !self.dtap && !matches!(self.code, 38 | 56)
    }

    /// Whether the operation exists in this version; any does in 0, no application context, unless
    /// it came only with version 3.
    #[must_use]
    pub const fn exists_in(&self, version: u8) -> bool {
        if version == 0 {
            self.lowest == 1
        } else {
            self.lowest <= version && version <= self.highest
        }
    }
}

/// Returns the operation of this code.
#[must_use]
pub fn find(code: u8) -> Option<&'static Operation> {
    let &at = INDEX.get(usize::from(code))?;
    OPERATIONS.get(usize::from(at))
}

/// Returns the operation of this name, in whatever version.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name || operation.name(1) == name)
}

const fn op(
    code: u8,
    name: &'static str,
    family: Family,
    timer: Timer,
    key: Key,
    from_to: (&'static [u8], &'static [u8]),
    versions: (u8, u8),
) -> Operation {
    let (from, to) = from_to;
    let (lowest, highest) = versions;
    Operation { code, name, family, timer, key, to, from, lowest, highest, dtap: false }
}

const fn radio(code: u8, name: &'static str) -> Operation {
    let any: &[u8] = &[];
    Operation {
        dtap: true,
        ..op(code, name, Family::Radio, Timer::Medium, Key::None, (any, any), (1, 4))
    }
}

/// Subsystem of MAP at large (TS 23.003 §8.1).
const MAP: u8 = 5;
const HLR: u8 = 6;
const VLR: u8 = 7;
const MSC: u8 = 8;
const EIR: u8 = 9;
const AUC: u8 = 10;
const GMLC: u8 = 145;
const CAP: u8 = 146;
const SCF: u8 = 147;
const SIWF: u8 = 148;
const SGSN: u8 = 149;
const GGSN: u8 = 150;
const CSS: u8 = 248;

const MO_FORWARD_SM: u8 = 46;

type Path = (&'static [u8], &'static [u8]);
const SERVING_TO_HLR: Path = (&[VLR, SGSN, MSC], &[HLR]);
const HLR_TO_SERVING: Path = (&[HLR], &[VLR, SGSN, MSC]);
const HLR_TO_LOCATED: Path = (&[HLR], &[VLR, SGSN]);
const VLR_TO_VLR: Path = (&[VLR], &[VLR]);
const VLR_TO_HLR: Path = (&[VLR, MSC], &[HLR]);
const HLR_TO_VLR: Path = (&[HLR], &[VLR, MSC]);
const MSC_TO_MSC: Path = (&[MSC], &[MSC]);
const SCF_TO_HLR: Path = (&[SCF, CAP, GMLC], &[HLR]);

#[rustfmt::skip]
static OPERATIONS: &[Operation] = {
    use Family::{
        Authentication, Call, Group, Handover, Identity, Location, Mobility, Oam, Profile, Sms,
        Supplementary, Ussd,
    };
    use Timer::{Long as L, Medium as M, MediumLong as ML, Short as S};
    &[
        op(2, "updateLocation", Mobility, M, Key::Imsi, SERVING_TO_HLR, (1, 3)),
        op(3, "cancelLocation", Mobility, M, Key::Imsi, HLR_TO_SERVING, (1, 3)),
        op(4, "provideRoamingNumber", Call, M, Key::Imsi, HLR_TO_VLR, (1, 3)),
        op(5, "noteSubscriberDataModified", Profile, M, Key::Imsi, (&[HLR], &[SCF, CAP]), (3, 3)),
        op(6, "resumeCallHandling", Call, M, Key::None, MSC_TO_MSC, (3, 4)),
        op(7, "insertSubscriberData", Profile, M, Key::ImsiOrDialogue, HLR_TO_SERVING, (1, 3)),
        op(8, "deleteSubscriberData", Profile, M, Key::Imsi, HLR_TO_SERVING, (1, 3)),
        op(9, "sendParameters", Authentication, M, Key::Imsi, (&[VLR, SGSN, MSC], &[HLR, VLR, AUC]), (1, 1)),
        op(10, "registerSS", Supplementary, M, Key::Reference, VLR_TO_HLR, (1, 2)),
        op(11, "eraseSS", Supplementary, M, Key::Reference, VLR_TO_HLR, (1, 2)),
        op(12, "activateSS", Supplementary, M, Key::Reference, VLR_TO_HLR, (1, 2)),
        op(13, "deactivateSS", Supplementary, M, Key::Reference, VLR_TO_HLR, (1, 2)),
        op(14, "interrogateSS", Supplementary, M, Key::Reference, VLR_TO_HLR, (1, 2)),
        op(15, "authenticationFailureReport", Authentication, M, Key::Imsi, SERVING_TO_HLR, (3, 3)),
        radio(16, "notifySS"),
        op(17, "registerPassword", Supplementary, ML, Key::Reference, VLR_TO_HLR, (1, 2)),
        op(18, "getPassword", Supplementary, M, Key::None, HLR_TO_VLR, (1, 2)),
        op(19, "processUnstructuredSS-Data", Ussd, S, Key::Reference, VLR_TO_HLR, (1, 1)),
        op(20, "releaseResources", Call, M, Key::None, MSC_TO_MSC, (3, 3)),
        op(21, "mt-ForwardSM-VGCS", Sms, ML, Key::None, MSC_TO_MSC, (3, 3)),
        op(22, "sendRoutingInfo", Identity, M, Key::Msisdn, (&[MSC, SCF, CAP, GMLC], &[HLR]), (1, 3)),
        op(23, "updateGprsLocation", Mobility, M, Key::Imsi, (&[SGSN], &[HLR]), (3, 3)),
        op(24, "sendRoutingInfoForGprs", Identity, M, Key::Imsi, (&[GGSN, SGSN], &[HLR]), (3, 4)),
        op(25, "failureReport", Oam, M, Key::Imsi, (&[GGSN, SGSN], &[HLR]), (3, 3)),
        op(26, "noteMsPresentForGprs", Mobility, M, Key::Imsi, (&[HLR], &[GGSN, SGSN]), (3, 3)),
        op(28, "performHandover", Handover, M, Key::None, MSC_TO_MSC, (1, 1)),
        op(29, "sendEndSignal", Handover, L, Key::None, MSC_TO_MSC, (1, 3)),
        op(30, "performSubsequentHandover", Handover, M, Key::None, MSC_TO_MSC, (1, 1)),
        op(31, "provideSIWFSNumber", Call, M, Key::None, (&[MSC], &[SIWF]), (3, 3)),
        op(32, "sIWFSSignallingModify", Call, M, Key::None, (&[MSC, SIWF], &[MSC, SIWF]), (3, 3)),
        op(33, "processAccessSignalling", Handover, S, Key::None, MSC_TO_MSC, (1, 3)),
        op(34, "forwardAccessSignalling", Handover, S, Key::None, MSC_TO_MSC, (1, 3)),
        op(35, "noteInternalHandover", Handover, S, Key::None, MSC_TO_MSC, (1, 1)),
        op(36, "cancelVcsgLocation", Mobility, M, Key::Imsi, (&[CSS], &[VLR, SGSN]), (3, 3)),
        op(37, "reset", Oam, M, Key::None, (&[HLR, CSS], &[VLR, SGSN]), (1, 3)),
        op(38, "forwardCheckSS-Indication", Supplementary, S, Key::None, HLR_TO_VLR, (1, 3)),
        op(39, "prepareGroupCall", Group, M, Key::None, MSC_TO_MSC, (3, 3)),
        op(40, "sendGroupCallEndSignal", Group, L, Key::None, MSC_TO_MSC, (3, 3)),
        op(41, "processGroupCallSignalling", Group, S, Key::None, MSC_TO_MSC, (3, 3)),
        op(42, "forwardGroupCallSignalling", Group, S, Key::None, MSC_TO_MSC, (3, 3)),
        op(43, "checkIMEI", Oam, M, Key::None, (&[VLR, MSC, SGSN], &[EIR]), (1, 3)),
        op(44, "mt-ForwardSM", Sms, ML, Key::ImsiOrReference, (&[MSC], &[MSC, SGSN]), (3, 3)),
        op(45, "sendRoutingInfoForSM", Identity, M, Key::Msisdn, (&[MSC], &[HLR]), (1, 3)),
        op(MO_FORWARD_SM, "mo-ForwardSM", Sms, ML, Key::None, (&[MSC, SGSN], &[MSC, SGSN]), (1, 3)),
        op(47, "reportSM-DeliveryStatus", Sms, S, Key::Msisdn, (&[MSC], &[HLR]), (1, 3)),
        op(48, "noteSubscriberPresent", Sms, S, Key::Imsi, VLR_TO_HLR, (1, 1)),
        op(49, "alertServiceCentreWithoutResult", Sms, S, Key::Msisdn, (&[HLR], &[MSC]), (1, 1)),
        op(50, "activateTraceMode", Oam, M, Key::Imsi, HLR_TO_SERVING, (1, 3)),
        op(51, "deactivateTraceMode", Oam, M, Key::Imsi, HLR_TO_SERVING, (1, 3)),
        op(52, "traceSubscriberActivity", Oam, S, Key::Imsi, (&[VLR, MSC], &[MSC]), (1, 1)),
        op(53, "updateVcsgLocation", Mobility, M, Key::Imsi, (&[VLR, SGSN], &[CSS]), (3, 3)),
        op(54, "beginSubscriberActivity", Ussd, M, Key::Imsi, VLR_TO_HLR, (1, 1)),
        op(55, "sendIdentification", Identity, S, Key::Tmsi, VLR_TO_VLR, (2, 3)),
        op(56, "sendAuthenticationInfo", Authentication, M, Key::ImsiOrDialogue, (&[VLR, SGSN, MSC], &[HLR, AUC]), (2, 3)),
        op(57, "restoreData", Mobility, M, Key::Imsi, VLR_TO_HLR, (2, 3)),
        op(58, "sendIMSI", Identity, M, Key::Msisdn, VLR_TO_HLR, (2, 2)),
        op(59, "processUnstructuredSS-Request", Ussd, ML, Key::Reference, (&[VLR, MSC, HLR], &[HLR, SCF, CAP]), (2, 2)),
        op(60, "unstructuredSS-Request", Ussd, ML, Key::Reference, (&[HLR, SCF, CAP], &[VLR, MSC, HLR]), (2, 2)),
        op(61, "unstructuredSS-Notify", Ussd, ML, Key::Reference, (&[HLR, SCF, CAP], &[VLR, MSC, HLR]), (2, 2)),
        op(62, "anyTimeSubscriptionInterrogation", Profile, M, Key::Either, SCF_TO_HLR, (3, 3)),
        op(63, "informServiceCentre", Sms, S, Key::None, (&[HLR], &[MSC]), (1, 3)),
        op(64, "alertServiceCentre", Sms, S, Key::Msisdn, (&[HLR], &[MSC]), (2, 2)),
        op(65, "anyTimeModification", Profile, M, Key::Either, (&[SCF, CAP, MSC], &[HLR]), (3, 3)),
        op(66, "readyForSM", Sms, M, Key::Imsi, SERVING_TO_HLR, (2, 3)),
        op(67, "purgeMS", Mobility, M, Key::Imsi, SERVING_TO_HLR, (2, 3)),
        op(68, "prepareHandover", Handover, M, Key::None, MSC_TO_MSC, (2, 3)),
        op(69, "prepareSubsequentHandover", Handover, M, Key::None, MSC_TO_MSC, (2, 3)),
        op(70, "provideSubscriberInfo", Location, M, Key::Imsi, HLR_TO_LOCATED, (3, 3)),
        op(71, "anyTimeInterrogation", Location, M, Key::Either, (&[SCF, CAP, GMLC], &[HLR, GMLC]), (3, 3)),
        op(72, "ss-InvocationNotification", Supplementary, M, Key::Imsi, (&[MSC, VLR, HLR], &[SCF, CAP]), (3, 3)),
        op(73, "setReportingState", Call, M, Key::Imsi, HLR_TO_VLR, (3, 3)),
        op(74, "statusReport", Call, M, Key::Imsi, VLR_TO_HLR, (3, 3)),
        op(75, "remoteUserFree", Call, ML, Key::Imsi, HLR_TO_VLR, (3, 3)),
        op(76, "registerCC-Entry", Supplementary, M, Key::Reference, VLR_TO_HLR, (3, 3)),
        op(77, "eraseCC-Entry", Supplementary, M, Key::Reference, VLR_TO_HLR, (3, 3)),
        radio(78, "secureTransportClass1"),
        radio(79, "secureTransportClass2"),
        radio(80, "secureTransportClass3"),
        radio(81, "secureTransportClass4"),
        op(83, "provideSubscriberLocation", Location, ML, Key::Either, (&[GMLC], &[MSC, SGSN]), (3, 3)),
        op(84, "sendGroupCallInfo", Group, M, Key::None, MSC_TO_MSC, (3, 3)),
        op(85, "sendRoutingInfoForLCS", Location, M, Key::Either, (&[GMLC], &[HLR]), (3, 3)),
        op(86, "subscriberLocationReport", Location, M, Key::Either, (&[MSC, SGSN], &[GMLC]), (3, 3)),
        op(87, "ist-Alert", Call, M, Key::Imsi, (&[MSC, VLR], &[HLR]), (3, 3)),
        op(88, "ist-Command", Call, M, Key::Imsi, HLR_TO_VLR, (3, 3)),
        op(89, "noteMM-Event", Mobility, M, Key::Imsi, (&[VLR, SGSN, MSC], &[SCF, CAP]), (3, 3)),
        radio(109, "lcs-PeriodicLocationCancellation"),
        radio(110, "lcs-LocationUpdate"),
        radio(111, "lcs-PeriodicLocationRequest"),
        radio(112, "lcs-AreaEventCancellation"),
        radio(113, "lcs-AreaEventReport"),
        radio(114, "lcs-AreaEventRequest"),
        radio(115, "lcs-MOLR"),
        radio(116, "lcs-LocationNotification"),
        radio(117, "callDeflection"),
        radio(118, "userUserService"),
        radio(119, "accessRegisterCCEntry"),
        radio(120, "forwardCUG-Info"),
        radio(121, "splitMPTY"),
        radio(122, "retrieveMPTY"),
        radio(123, "holdMPTY"),
        radio(124, "buildMPTY"),
        radio(125, "forwardChargeAdvice"),
        radio(126, "explicitCT"),
    ]
};

/// All operations, in order of code.
#[must_use]
pub fn all() -> &'static [Operation] {
    OPERATIONS
}

/// Where in the table a code stands; 255 for nowhere, which no table of ours is long enough for.
static INDEX: [u8; 128] = {
    let mut index = [u8::MAX; 128];
    let mut rest = OPERATIONS;
    let mut at = 0;
    while let Some((operation, tail)) = rest.split_first() {
        if let Some(slot) = index.as_mut_slice().split_at_mut(operation.code as usize).1.first_mut()
        {
            *slot = at;
        }
        at += 1;
        rest = tail;
    }
    index
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_code_and_name() {
        assert!(OPERATIONS.is_sorted_by(|a, b| a.code < b.code));
        for operation in OPERATIONS {
            assert_eq!(find(operation.code), Some(operation));
            assert_eq!(by_name(operation.name), Some(operation));
            assert!(operation.lowest <= operation.highest);
        }
        for code in (0..=255).filter(|c| !OPERATIONS.iter().any(|o| o.code == *c)) {
            assert_eq!(find(code), None, "{code}");
        }
    }

    #[test]
    fn names_follow_the_version() {
        let operation = find(46).unwrap();
        for (version, want) in [(1, "forwardSM"), (2, "forwardSM"), (3, "mo-ForwardSM")] {
            assert_eq!(operation.name(version), want);
        }
        assert_eq!(by_name("forwardSM"), Some(operation));
    }

    #[test]
    fn subsystems() {
        for (name, ssn, to, from) in [
            ("provideSubscriberInfo", HLR, false, true),
            ("provideSubscriberInfo", VLR, true, false),
            ("provideSubscriberInfo", SGSN, true, false),
            ("anyTimeInterrogation", HLR, true, false),
            ("anyTimeInterrogation", VLR, false, false),
            ("anyTimeInterrogation", SCF, false, true),
            ("sendRoutingInfoForSM", HLR, true, false),
            ("sendRoutingInfoForSM", MSC, false, true),
            ("updateLocation", MAP, true, true),
        ] {
            let operation = by_name(name).unwrap();
            assert_eq!(operation.goes_to(ssn), to, "{name} to {ssn}");
            assert_eq!(operation.comes_from(ssn), from, "{name} from {ssn}");
        }
    }

    #[test]
    fn keys() {
        let digits = crate::digits::Digits::parse("001011234567890");
        let none = Parameters::default();
        let imsi = Parameters { imsi: digits, ..none };
        let msisdn = Parameters { msisdn: digits, ..none };
        let lmsi = Parameters { lmsi: true, ..none };
        let unreadable = Parameters { key_unreadable: true, ..none };
        for (code, parameters, want) in [
            (70, &imsi, true),
            (70, &msisdn, false),
            (70, &lmsi, false),
            (70, &unreadable, true),
            (71, &imsi, true),
            (71, &msisdn, true),
            (45, &imsi, false),
            (44, &lmsi, true),
            (10, &none, true),
            (37, &none, true),
            (55, &imsi, false),
        ] {
            assert_eq!(find(code).unwrap().key_in(parameters), want, "{code}");
        }
        assert!(find(70).unwrap().requires_argument());
        assert!(!find(38).unwrap().requires_argument());
    }

    #[test]
    fn versions() {
        for (code, version, want) in [
            (70, 3, true),
            (70, 2, false),
            (70, 0, false),
            (9, 1, true),
            (9, 2, false),
            (45, 0, true),
        ] {
            assert_eq!(find(code).unwrap().exists_in(version), want, "{code} v{version}");
        }
    }
}
