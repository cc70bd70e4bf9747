//! What one argument, result or error parameter said, flat and of fixed size.
//!
//! MAP has some ninety operations and CAP sixty; what detection needs of them is the same few
//! dozen values. One structure holds them for all, so that nothing downstream knows operations.
//! Values that would be somebody's content or whereabouts (text of messages, cell identities,
//! coordinates, keys) are not here: only *that* they were there, see [`Given`].

use crate::{
    digits::Digits,
    notes::{Note, Notes},
};

/// Everything kept of one argument, result or error parameter.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Parameters {
    /// IMSI (TS 29.002 §17.7.8), the first one met.
    pub imsi: Option<Digits>,
    /// Another IMSI where one belongs: of a member that stands twice. Endpoints differ in which
    /// of the two they take.
    pub other_imsi: Option<Digits>,
    /// MSISDN of the subscriber the operation is about, the first one met.
    pub msisdn: Option<Digits>,
    /// Nature of address of [`Self::msisdn`], coded as in [`Address`].
    pub msisdn_nature: Option<u8>,
    /// An LMSI names the subscriber to its VLR.
    pub lmsi: bool,
    /// IMEI or IMEISV, as TBCD digits.
    pub imei: Option<Digits>,
    /// TMSI or P-TMSI.
    pub tmsi: Option<u32>,
    /// Addresses of nodes and parties, each with its role.
    pub addresses: Addresses,
    /// What was asked for.
    pub requested: Requested,
    /// What was given away or written.
    pub given: Given,
    /// Location services members.
    pub lcs: Lcs,
    /// Short message members.
    pub sms: Sms,
    /// USSD-DataCodingScheme (TS 23.038 §5); the string is not kept.
    pub ussd_dcs: Option<u8>,
    /// SS-Code (TS 29.002 §17.7.5), the first when there are several.
    pub ss_code: Option<u8>,
    /// CAMEL members and the CSIs of a profile.
    pub camel: Camel,
    /// CancellationType: 0 updateProcedure, 1 subscriptionWithdraw, 2 initialAttachProcedure.
    pub cancellation_type: Option<u8>,
    /// SubscriberStatus: 0 serviceGranted, 1 operatorDeterminedBarring.
    pub subscriber_status: Option<u8>,
    /// Other facts of a profile being written or asked for.
    pub profile: Profile,
    /// numberOfRequestedVectors of sendAuthenticationInfo.
    pub vectors_requested: Option<u8>,
    /// RequestingNodeType of sendAuthenticationInfo: 0 vlr, 1 sgsn, 2 s-cscf, 16 mme ...
    pub requesting_node_type: Option<u8>,
    /// RequestingPLMN-Id or ServingPLMN (MCC and MNC digits).
    pub requesting_plmn: Option<Digits>,
    /// Authentication vectors in a result.
    pub vectors: u8,
    /// A private extension or extension container stood in it.
    pub extension: bool,
    /// The key of the subscriber (IMSI, MSISDN or what the operation uses) stood there unreadable.
    pub key_unreadable: bool,
    /// Cause or reason where the operation has one (MAP diagnostics, CAP release cause).
    pub cause: Option<u16>,
}

/// What part an address plays in a message.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Role {
    /// An address of no part known here.
    #[default]
    Other,
    /// Mobile switching centre (msc-Number, networkNode-Number of an MSC, mscAddress).
    Msc,
    /// Visitor location register (vlr-Number).
    Vlr,
    /// Serving GPRS support node, by number (sgsn-Number).
    Sgsn,
    /// MME number.
    Mme,
    /// Gateway GPRS support node (ggsn-Number).
    Ggsn,
    /// Home location register (hlr-Number, Reset).
    Hlr,
    /// Gateway mobile location centre (mlc-Number, gmlc).
    Gmlc,
    /// gsmSCF (gsmSCF-Address, gmsc-OrGsmSCF-Address, a CSI's SCF).
    GsmScf,
    /// Gateway MSC (gmsc-Address).
    Gmsc,
    /// Service centre (serviceCentreAddress, SM-RP-OA/DA service centre).
    ServiceCentre,
    /// Roaming number (roamingNumber, MSRN).
    RoamingNumber,
    /// Where calls are to go (forwardedToNumber).
    ForwardedTo,
    /// CAP destinationRoutingAddress, or the destination of connectSMS.
    DestinationRouting,
    /// The party called (CAP calledPartyNumber, calledPartyBCDNumber).
    CalledNumber,
    /// The party calling (CAP callingPartyNumber).
    CallingNumber,
    /// TP-Originating-Address of the SMS inside.
    TpOa,
    /// TP-Destination-Address of the SMS inside.
    TpDa,
    /// The asking VLR in sendIdentification; newVLR / newMSC in cancelLocation, previous VLR.
    OtherVlr,
    /// SMS router, IP-SM-GW.
    IpSmGw,
    /// Handover number, MSC of a handover.
    Handover,
    /// Location information's own MSC or VLR number (in an answer).
    LocatedAt,
    /// Trace collecting entity, OMC.
    Omc,
    /// externalAddress, client or service of LCS.
    LcsClient,
    /// Number ported to (MNP).
    RoutingNumber,
}

/// An address string's digits with its role and numbering (TS 29.002 §17.7.8).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Address {
    /// What part it plays.
    pub role: Role,
    /// Nature of address: 0 unknown, 1 international, 2 national, 4 subscriber (§17.7.8).
    pub nature: u8,
    /// Numbering plan: 0 unknown, 1 E.164, 6 land mobile (E.212), 7 E.214 as MAP codes it.
    pub plan: u8,
    /// Digits as sent.
    pub digits: Digits,
}

/// At most [`Addresses::MAX`] addresses, each once, in order of appearance.
///
/// The operation with most of them is insertSubscriberData: the gsmSCF of each trigger, numbers
/// that services forward to, the list of GMLCs. In one network these are a few, and each counts
/// once however often it stands there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Addresses {
    digits: [Digits; Self::MAX],
    meta: [(Role, u8); Self::MAX],
    len: u8,
    /// How many are passed over before any is kept.
    skipped: u16,
}

impl Addresses {
    /// The most addresses kept.
    pub const MAX: usize = 12;

    /// Makes room for those after the first `count` that would be kept.
    #[must_use]
    pub fn after(count: usize) -> Self {
        Self { skipped: u16::try_from(count).unwrap_or(u16::MAX), ..Self::default() }
    }

    /// Appends an address that is not there yet in the same role; when full it is dropped with a
    /// note.
    pub fn push(&mut self, address: Address, notes: &mut Notes) {
        if self.iter().any(|present| present == address) {
            return;
        }
        if let Some(left) = self.skipped.checked_sub(1) {
            self.skipped = left;
            return;
        }
        let at = usize::from(self.len);
        match (self.digits.get_mut(at), self.meta.get_mut(at)) {
            (Some(digits), Some(meta)) => {
                *digits = address.digits;
                *meta = (address.role, (address.nature << 4) | (address.plan & 15));
                self.len += 1;
            }
            _ => notes.add(Note::MapAddressesCut),
        }
    }

    /// Returns the first address of this role.
    #[must_use]
    pub fn get(&self, role: Role) -> Option<Address> {
        self.iter().find(|address| address.role == role)
    }

    /// Iterates in order of appearance.
    pub fn iter(&self) -> impl Iterator<Item = Address> {
        let n = usize::from(self.len);
        self.digits.iter().zip(&self.meta).take(n).map(|(&digits, &(role, numbering))| Address {
            role,
            nature: numbering >> 4,
            plan: numbering & 15,
            digits,
        })
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

macro_rules! flags {
    ($(#[$outer:meta])* $name:ident : $int:ty { $($(#[$doc:meta])* $flag:ident = $bit:literal,)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
        pub struct $name($int);

        impl $name {
            /// Nothing.
            pub const NONE: Self = Self(0);
            $($(#[$doc])* pub const $flag: Self = Self(1 << $bit);)*

            /// Adds what `other` holds.
            pub const fn insert(&mut self, other: Self) {
                self.0 |= other.0;
            }

            /// Whether all of `other` is here.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether nothing is here.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }
        }
    };
}

flags! {
    /// What a request asks for (RequestedInfo, TS 29.002 §17.7.1, and the like).
    Requested: u16 {
        /// locationInformation.
        LOCATION = 0,
        /// currentLocation: the phone is paged.
        CURRENT_LOCATION = 1,
        /// subscriberState.
        STATE = 2,
        /// imei.
        IMEI = 3,
        /// ms-classmark.
        CLASSMARK = 4,
        /// mnpRequestedInfo.
        MNP = 5,
        /// locationInformationEPS-Supported.
        EPS = 6,
        /// t-adsData.
        T_ADS = 7,
        /// CAMEL subscription information, of anyTimeSubscriptionInterrogation.
        CSI = 8,
        /// Forwarding, barring or other SS data, of anyTimeSubscriptionInterrogation.
        SS_DATA = 9,
        /// Serving node information.
        SERVING_NODE = 10,
    }
}

/// What an answer gives away; no value of it is kept.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Given {
    /// The kinds of things given.
    pub kinds: Gifts,
    /// How exact a location is.
    pub precision: Precision,
    /// ageOfLocationInformation in minutes (TS 29.002 §17.7.1).
    pub age_minutes: Option<u16>,
    /// currentLocationRetrieved: the phone was paged for it.
    pub paged: bool,
}

flags! {
    /// Kinds of things an answer gives away.
    Gifts: u8 {
        /// An identity that was not asked with: IMSI, MSISDN.
        IDENTITY = 0,
        /// Number of the node that serves the subscriber.
        SERVING_NODE = 1,
        /// Location information.
        LOCATION = 2,
        /// Authentication vectors, keys.
        KEYS = 3,
        /// IMEI.
        IMEI = 4,
        /// Whether the phone is idle, busy, reachable.
        STATE = 5,
        /// Subscription data.
        PROFILE = 6,
        /// A roaming number.
        MSRN = 7,
    }
}

/// How exact a location is.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Precision {
    /// None given.
    #[default]
    None,
    /// A VLR or MSC number, a geodetic area of a country.
    Country,
    /// Location area, routing area, tracking area.
    Area,
    /// Cell or service area.
    Cell,
    /// Coordinates.
    Coordinates,
}

/// Location services members (TS 29.002 §17.7.13).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Lcs {
    /// LocationEstimateType: 0 current, 1 currentOrLastKnown, 2 initial, 3 activateDeferred,
    /// 4 cancelDeferred, 5 notificationVerificationOnly.
    pub location_type: Option<u8>,
    /// LCSClientType: 0 emergency, 1 value added, 2 PLMN operator, 3 lawful intercept.
    pub client_type: Option<u8>,
    /// privacyOverride present.
    pub privacy_override: bool,
    /// Periodic reporting asked for.
    pub periodic: bool,
    /// An area event asked for.
    pub area_event: bool,
    /// lcs-ReferenceNumber.
    pub reference_number: Option<u8>,
    /// LCS-Event of subscriberLocationReport: 0 emergencyCallOrigination, 1 release, 2 mo-lr,
    /// 3 deferredmt-lrResponse, 4 deferredmo-lr-TTTPInitiation.
    pub event: Option<u8>,
}

/// Short message members: the header of the TPDU (TS 23.040 §9.2.3) and of the MAP operation.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Sms {
    /// TP-MTI, two bits.
    pub tp_mti: Option<u8>,
    /// TP-PID.
    pub tp_pid: Option<u8>,
    /// TP-DCS.
    pub tp_dcs: Option<u8>,
    /// TP-UDL: septets or octets.
    pub tp_udl: Option<u8>,
    /// Kinds of user data header met, one bit an information element id 0..=63 that is known.
    pub udh: Udh,
    /// sm-DeliveryNotIntended: 0 onlyIMSI-requested, 1 onlyMCC-MNC-requested.
    pub delivery_not_intended: Option<u8>,
    /// sm-RP-PRI.
    pub priority: Option<bool>,
    /// moreMessagesToSend.
    pub more_messages: bool,
    /// sm-DeliveryOutcome: 0 memoryCapacityExceeded, 1 absentSubscriber, 2 successfulTransfer.
    pub delivery_outcome: Option<u8>,
    /// SM-RP-OA is a subscriber (msisdn), not a service centre: the message comes from a phone.
    pub from_subscriber: bool,
}

flags! {
    /// Kinds of user data header (TS 23.040 §9.2.3.24).
    Udh: u16 {
        /// A header is there.
        PRESENT = 0,
        /// Concatenation (0x00, 0x08).
        CONCATENATED = 1,
        /// Application port (0x04, 0x05).
        PORT = 2,
        /// SIM toolkit or (U)SIM security header (0x70 to 0x7f).
        SIM_TOOLKIT = 3,
        /// Message waiting indication (0x01).
        MESSAGE_WAITING = 4,
        /// WCMP (0x09).
        WCMP = 5,
        /// Any other.
        OTHER = 6,
    }
}

/// CAMEL members (TS 29.002 §17.7.1, TS 29.078).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Camel {
    /// CSIs present.
    pub csi: Csi,
    /// serviceKey, the first.
    pub service_key: Option<u32>,
    /// CAP eventTypeBCSM, eventTypeSMS or gPRSEventType.
    pub event_type: Option<u8>,
}

flags! {
    /// CAMEL subscription information elements.
    Csi: u16 {
        /// O-CSI.
        O = 0,
        /// T-CSI or VT-CSI.
        T = 1,
        /// MO-SMS-CSI.
        SMS = 2,
        /// MT-SMS-CSI.
        MT_SMS = 3,
        /// GPRS-CSI.
        GPRS = 4,
        /// M-CSI or MG-CSI.
        M = 5,
        /// SS-CSI.
        SS = 6,
        /// TIF-CSI.
        TIF = 7,
        /// U-CSI or UG-CSI.
        U = 8,
        /// D-CSI.
        D = 9,
    }
}

flags! {
    /// Other facts of a subscription written, erased or asked for.
    Profile: u16 {
        /// An MSISDN is written.
        MSISDN = 0,
        /// Teleservices or bearer services.
        SERVICES = 1,
        /// Call forwarding data.
        FORWARDING = 2,
        /// Call barring data.
        BARRING = 3,
        /// Operator determined barring data.
        ODB = 4,
        /// GPRS or EPS subscription.
        PACKET = 5,
        /// LCS information: privacy exceptions, GMLC list.
        LCS = 6,
        /// Charging characteristics.
        CHARGING = 7,
        /// Roaming restriction.
        ROAMING_RESTRICTION = 8,
        /// Registration status of an IP-SM-GW (modifyRegistrationStatus).
        IP_SM_GW = 9,
        /// CSI modified or withdrawn.
        CSI = 10,
        /// All subscription data withdrawn.
        ALL = 11,
        /// Re-synchronisation information stood in the request.
        RESYNC = 12,
        /// The member freezeTMSI, freezeP-TMSI.
        FREEZE = 13,
    }
}
