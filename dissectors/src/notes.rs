//! Every oddity a dissector can report, with its id, clause, default level and meaning.
//!
//! A note says that something was read but is not written the way the standard or common practice
//! writes it. Ids are `layer.words_with_underscores` and never change. Levels are defaults that
//! rules may override; `informational` ones are met in innocent traffic.

use core::fmt;

/// How much a note weighs before any rule has looked at it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// Met in innocent traffic.
    Informational,
    /// Odd, seldom meant badly.
    Low,
    /// Odd enough to look at.
    Medium,
    /// Hardly ever innocent.
    High,
}

impl Level {
    /// Returns the level's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

macro_rules! notes {
    ($($name:ident $id:literal $level:ident $clause:literal $doc:literal;)*) => {
        /// One oddity.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Note { $(#[doc = $doc] $name,)* }

        impl Note {
            /// All notes, in the order of their definition.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// The ids of all notes, index by index with [`Self::ALL`].
            pub const IDS: &'static [&'static str] = &[$($id,)*];

            /// Returns the stable id.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// Returns the default level.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }

            /// Returns the clause of the standard that is bent, or the row of practice.
            #[must_use]
            pub const fn clause(self) -> &'static str {
                match self { $(Self::$name => $clause,)* }
            }

            /// Returns what the note means, one sentence.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$name => $doc,)* }
            }
        }
    };
}

notes! {
    LinkTruncated "link.truncated" Low "IEEE 802.3" "The frame ends inside its link or network header.";
    LinkVlanDeep "link.vlan_deep" Low "IEEE 802.1Q" "More VLAN tags or labels than are read.";
    LinkSnapped "link.snapped" Informational "pcap" "The capture cut this frame short.";
    IpLengthMismatch "ip.length_mismatch" Low "RFC 791 §3.1" "The IP total length exceeds the octets captured.";
    IpFragment "ip.fragment" Informational "RFC 791 §3.2" "The packet is an IP fragment.";
    IpFragmentOverlap "ip.fragment_overlap" Medium "RFC 5722" "IP fragments overlap with different octets.";
    IpFragmentLost "ip.fragment_lost" Low "RFC 791 §3.2" "An IP fragment never got its other parts.";
    IpHeaderChecksum "ip.header_checksum" Informational "RFC 791 §3.1" "The IPv4 header checksum is wrong.";
    IpTunnel "ip.tunnel" Informational "RFC 2784" "The packet came inside GRE, ERSPAN, VXLAN, IP in IP or MPLS.";
    SctpCrcBad "sctp.crc_bad" Informational "RFC 9260 §6.8" "The CRC32c of a complete SCTP packet is wrong.";
    SctpPpidMismatch "sctp.ppid_mismatch" Low "RFC 4666 §7.1" "The payload protocol identifier does not name the protocol found.";
    SctpChunkLength "sctp.chunk_length" Medium "RFC 9260 §3.2" "A chunk length contradicts the packet.";
    SctpChunkUnknown "sctp.chunk_unknown" Informational "RFC 9260 §3.2" "A chunk type that is not known.";
    SctpFragmented "sctp.fragmented" Informational "RFC 9260 §6.9" "The message came in several DATA chunks.";
    SctpFragmentConflict "sctp.fragment_conflict" Medium "RFC 9260 §6.9" "DATA fragments overlap or contradict each other.";
    SctpFragmentLost "sctp.fragment_lost" Low "RFC 9260 §6.9" "A DATA fragment never got its other parts.";
    SctpTsnDuplicate "sctp.tsn_duplicate" Informational "RFC 9260 §6.2" "A TSN was seen before.";
    SctpTsnConflict "sctp.tsn_conflict" Medium "RFC 9260 §6.2" "A TSN was seen before with other octets.";
    SctpAbort "sctp.abort" Low "RFC 9260 §3.3.7" "The association was aborted.";
    SctpInitWithData "sctp.init_bundled" Medium "RFC 9260 §6.10" "INIT, INIT ACK or SHUTDOWN COMPLETE shares a packet with other chunks.";
    SctpDataEmpty "sctp.data_empty" Low "RFC 9260 §3.3.1" "A DATA chunk without user data.";
    M3uaReservedNonzero "m3ua.reserved_nonzero" Informational "RFC 4666 §3.1.1" "The reserved octet of the common header is not zero.";
    M3uaPaddingNonzero "m3ua.padding_nonzero" Informational "RFC 4666 §3.2" "Padding octets are not zero.";
    M3uaParameterUnknown "m3ua.parameter_unknown" Low "RFC 4666 §3.2" "A parameter that this message does not have.";
    M3uaParameterDuplicate "m3ua.parameter_duplicate" Medium "RFC 4666 §3.2" "A parameter that may stand once stands twice.";
    M3uaLengthMismatch "m3ua.length_mismatch" Medium "RFC 4666 §3.1.4" "The message length contradicts the octets.";
    M3uaDataMissing "m3ua.data_missing" Medium "RFC 4666 §3.3.1" "A DATA message without Protocol Data.";
    M3uaMessageUnknown "m3ua.message_unknown" Low "RFC 4666 §3.1.2" "A message class or type that is not known.";
    M3uaVersionDraft "m3ua.version_draft" Low "RFC 4666 §3.1.1" "A layout of before RFC 3332.";
    SuaUnreadable "sua.unreadable" Medium "RFC 3868 §3" "A SUA message that could not be read to its end.";
    SuaReservedNonzero "sua.reserved_nonzero" Informational "RFC 3868 §3.1" "The reserved octet of the common header is not zero.";
    SuaPaddingNonzero "sua.padding_nonzero" Informational "RFC 3868 §3.1" "Padding octets are not zero.";
    SuaParameterUnknown "sua.parameter_unknown" Low "RFC 3868 §3.1" "A parameter that this message does not have.";
    SuaParameterDuplicate "sua.parameter_duplicate" Medium "RFC 3868 §3.1" "A parameter that may stand once stands twice.";
    SuaLengthMismatch "sua.length_mismatch" Medium "RFC 3868 §3.1" "A length contradicts the octets.";
    SuaAddressIndicator "sua.address_indicator" Medium "RFC 3868 §3.10.2" "An address is routed by what is not known or lacks a part that its indicator says it has.";
    M2paUnreadable "m2pa.unreadable" Low "RFC 4165 §2" "An M2PA message that could not be read to its end.";
    M2uaUnreadable "m2ua.unreadable" Low "RFC 3331 §3" "An M2UA message that could not be read to its end.";
    M2uaReservedNonzero "m2ua.reserved_nonzero" Informational "RFC 3331 §3.1" "The reserved octet of the common header is not zero.";
    M2uaPaddingNonzero "m2ua.padding_nonzero" Informational "RFC 3331 §3.1" "Padding octets are not zero.";
    M2uaParameterUnknown "m2ua.parameter_unknown" Low "RFC 3331 §3.1" "A parameter that this message does not have.";
    M2uaParameterDuplicate "m2ua.parameter_duplicate" Medium "RFC 3331 §3.1" "A parameter that may stand once stands twice.";
    M2uaLengthMismatch "m2ua.length_mismatch" Medium "RFC 3331 §3.1" "A length contradicts the octets.";
    MtpVariantDoubtful "mtp.variant_doubtful" Low "Q.704 §2.2" "The routing label does not fit the configured variant.";
    MtpTruncated "mtp.truncated" Medium "Q.704 §2" "The MTP3 message ends inside its label.";
    MtpLengthMismatch "mtp.length_mismatch" Low "Q.703 §2.3.3" "The length indicator of a signal unit contradicts its octets.";
    MtpSpareNi "mtp.ni_spare" Low "Q.704 §14.2.2" "A spare network indicator.";
    MtpForgedManagement "mtp.management" Informational "Q.704 §15" "An MTP3 network management message.";
    SccpPointerOverlap "sccp.pointer_overlap" High "Q.713 §1.2" "Parameters behind pointers overlap or leave a gap.";
    SccpPointerOrder "sccp.pointer_order" Low "Q.713 §1.2" "Parameters lie in another order than their pointers.";
    SccpHopLow "sccp.hop_low" Medium "Q.713 §3.18" "A hop counter of 0 or 1.";
    SccpHopRange "sccp.hop_range" Low "Q.713 §3.18" "A hop counter above 15.";
    SccpParameterOverrun "sccp.parameter_overrun" High "Q.713 §1.2" "A pointer or a parameter length leads beyond the end of the message.";
    SccpTrailing "sccp.trailing" Medium "Q.713 §1" "Octets after the end of the message.";
    SccpOptionalBad "sccp.optional_bad" Medium "Q.713 §1.9" "The optional part is cut, lacks its end or repeats a parameter.";
    SccpOptionalUnknown "sccp.optional_unknown" Low "Q.713 §3.1" "An optional parameter that is not known.";
    SccpMessageUnknown "sccp.message_unknown" Medium "Q.713 §2.1" "A message type that is not known.";
    SccpAddressTruncated "sccp.address_truncated" High "Q.713 §3.4" "An address ends inside its indicator, point code or subsystem.";
    SccpAddressTrailing "sccp.address_trailing" Medium "Q.713 §3.4" "Octets after a complete address.";
    SccpAddressNational "sccp.address_national_bit" Low "Q.713 §3.4.1" "The bit reserved for national use is set in an address indicator.";
    SccpSsnMissing "sccp.ssn.missing" Medium "Q.713 §3.4.2.2" "No subsystem number, or subsystem 0.";
    SccpSsnOpMismatch "sccp.ssn.op_mismatch" Medium "TS 29.002 §6.1.2" "The subsystem is not one this operation goes to.";
    SccpSsnUnknown "sccp.ssn.unknown" Low "Q.713 §3.4.2.2" "A subsystem number that is spare or reserved.";
    SccpRiSsn "sccp.ri_ssn_intl" Medium "Q.713 §3.4.1" "Routing on SSN although a global title is there, or on an international link.";
    SccpSegmented "sccp.segmented" Informational "Q.714 §4.1.1.1" "The message came in several segments.";
    SccpSegmentedRequest "sccp.segmented_request" Medium "Q.714 §4.1.1.1" "A request that fits in one message came in segments.";
    SccpReassemblyConflict "sccp.reassembly_conflict" High "Q.714 §4.1.1.2" "Segments overlap, repeat with other octets or contradict each other.";
    SccpSegmentLost "sccp.segment_lost" Low "Q.714 §4.1.1.2.3" "A segmented message never became whole.";
    SccpUdtsReflection "sccp.udts_reflection" Medium "Q.714 §4.2" "A returned message that nobody here sent.";
    SccpCoTcap "sccp.co_tcap" Medium "Q.713 §4.2" "TCAP inside a connection-oriented message.";
    SccpCallingMissing "sccp.calling_missing" Medium "Q.713 §3.5" "The calling party address is empty.";
    SccpCallingNoGt "sccp.calling_no_gt" Low "Q.713 §3.4.2.3" "No global title in the calling address of a message routed by global title.";
    SccpManagement "sccp.management" Informational "Q.713 §5" "An SCCP management message.";
    GtNaiNationalFromIntl "gt.nai_national_from_intl" Medium "Q.713 §3.4.2.3.1" "A national, subscriber or unknown nature of address in international traffic.";
    GtNaiUnexpected "gt.nai_unexpected" Low "Q.713 §3.4.2.3.1" "A spare or reserved nature of address.";
    GtLength "gt.length" Medium "E.164 §6.1" "Fewer than 7 or more than 15 digits.";
    GtNpUnexpected "gt.np_unexpected" Medium "Q.713 §3.4.2.3.3" "A numbering plan that this use does not have.";
    GtTtUnexpected "gt.tt_unexpected" Low "Q.713 annex B" "A translation type other than 0.";
    GtEsMismatch "gt.es_mismatch" Medium "Q.713 §3.4.2.3.3" "The encoding scheme contradicts the digits.";
    GtDigitHex "gt.digit_hex" Medium "Q.713 §3.4.2.3.1" "A digit above 9.";
    GtFillerBad "gt.filler_bad" Low "Q.713 §3.4.2.3.1" "The filler after an odd count of digits is not zero.";
    GtGtiUnusual "gt.gti_unusual" Low "Q.713 §3.4.1" "A global title indicator other than 4.";
    GtGtiReserved "gt.gti_reserved" Medium "Q.713 §3.4.1" "A reserved global title indicator.";
    GtPrefixOdd "gt.prefix_odd" Medium "E.164 §6" "Digits that begin with 0 or an international prefix.";
    GtHomeOnIntl "gt.home_on_intl" High "TS 33.204 annex D" "A calling address of the home network arrives from outside.";
    DigitsCut "digits.cut" Low "TS 29.002 §17.7.8" "More digits than are kept.";
    TbcdBadDigit "tbcd.bad_digit" Medium "TS 29.002 §17.7.8" "A digit above 9 in a number.";
    TbcdBadFiller "tbcd.bad_filler" Medium "TS 29.002 §17.7.8" "A filler inside a number.";
    BerTagLongForm "ber.tag.long_form" High "X.690 §8.1.2.4" "A tag below 31 in the high-tag-number form.";
    BerTagPadded "ber.tag.padded" Medium "X.690 §8.1.2.4.2" "A tag number with leading zero octets.";
    BerLengthNonMinimal "ber.length.non_minimal" Low "X.690 §10.1" "A length in more octets than it needs.";
    BerLengthIndefinite "ber.length.indefinite" Informational "X.690 §8.1.3.6" "An indefinite length.";
    BerLengthOverrun "ber.length.overrun" Medium "X.690 §8.1.3" "A length beyond what contains it.";
    BerStringConstructed "ber.string.constructed" High "X.690 §8.7.3" "A string written in pieces.";
    BerPrimitiveExpected "ber.primitive.constructed" Medium "X.690 §8.2.1" "A value that must be primitive is constructed.";
    BerConstructedExpected "ber.constructed.primitive" Medium "X.690 §8.9.1" "A sequence or choice is written as primitive.";
    BerTrailing "ber.trailing" Low "X.690 §8.1" "Octets after the end of an encoding.";
    BerMemberDuplicate "ber.member.duplicate" High "X.680 §25" "A member stands twice.";
    BerMemberOrder "ber.member.order" Medium "X.680 §25" "Members stand out of order.";
    BerIntegerPadded "ber.integer.padded" Low "X.690 §8.3.2" "An integer in more octets than it needs.";
    BerValueSize "ber.value.size" Medium "X.690 §8" "A value longer or shorter than its type allows.";
    BerEocUnexpected "ber.eoc_unexpected" Medium "X.690 §8.1.5" "End-of-contents octets where none belong.";
    BerDepthExceeded "ber.depth_exceeded" High "X.690 §8.1" "Nesting deeper than is read.";
    BerTruncated "ber.truncated" Medium "X.690 §8.1" "The octets end inside an element.";
    TcapTidOverlong "tcap.tid.overlong" High "Q.773 §4.2.1.2" "A transaction id of more than four octets.";
    TcapTidEmpty "tcap.tid.empty" High "Q.773 §4.2.1.2" "A transaction id of no octets.";
    TcapTidMissing "tcap.tid.missing" High "Q.773 §3.1" "A transaction id the message must have is absent.";
    TcapTidUnexpected "tcap.tid.unexpected" Medium "Q.773 §3.1" "A transaction id the message must not have.";
    TcapAnsi "tcap.ansi_on_itu" Medium "T1.114" "ANSI TCAP.";
    TcapMessageUnknown "tcap.message_unknown" Medium "Q.773 §3.1" "A message type that is not known.";
    TcapComponentUnknown "tcap.component_unknown" Medium "Q.773 §3.1" "A component type that is not known.";
    TcapComponentBad "tcap.component_bad" High "Q.773 §3.1" "A component that could not be read.";
    TcapComponentsMany "tcap.components_many" Medium "Q.773 §3.1" "More than eight components in one message.";
    TcapMemberUnknown "tcap.member_unknown" Low "Q.773 §3.1" "A member of the message that is not known.";
    TcapPortionDuplicate "tcap.portion_duplicate" High "Q.773 §3.1" "A dialogue or component portion stands twice.";
    TcapPortionOrder "tcap.portion_order" Medium "Q.773 §3.1" "The component portion stands before the dialogue portion.";
    TcapDialogueShape "tcap.dialogue_shape" Low "Q.773 §4.2.3" "A dialogue PDU outside the EXTERNAL, or under another abstract syntax than its own.";
    TcapDialogueBad "tcap.dialogue_bad" Medium "Q.773 §4.2.3" "A dialogue portion that could not be read.";
    TcapUserInformationBad "tcap.user_information_bad" Informational "Q.773 §4.2.3.2" "User information that is not as specified; some stacks do this.";
    TcapProtocolVersion "tcap.protocol_version" Informational "Q.773 §4.2.3.1" "A protocol version other than version 1.";
    TcapInvokeIdMissing "tcap.invoke_id_missing" Medium "Q.773 §4.2.2.1" "An invoke without invoke id.";
    TcapInvokeIdRange "tcap.invoke_id_range" Medium "Q.773 §4.2.2.1" "An invoke id outside -128 to 127.";
    TcapOpcodeGlobal "tcap.opcode.global" High "Q.773 §4.2.2.4" "An operation code as an object identifier.";
    TcapOpcodePadded "tcap.opcode.padded" High "Q.773 §4.2.2.4" "An operation code in more octets than it needs.";
    TcapOpcodeTag "tcap.opcode.tag" High "Q.773 §4.2.2.4" "An operation code under another tag than its own.";
    TcapOpcodeMissing "tcap.opcode.missing" High "Q.773 §3.1" "An invoke without operation code.";
    TcapOpcodeUnknown "tcap.opcode.unknown" Medium "TS 29.002 §17.5" "An operation code that is not known.";
    TcapOpcodeDtap "tcap.opcode.dtap" Medium "TS 24.080 §4.2" "An operation of the radio interface, or withdrawn, on the network.";
    TcapOpcodeAcMismatch "tcap.opcode.ac_mismatch" High "TS 29.002 §17.3" "An operation that the application context does not have.";
    TcapMultiInvokeMixed "tcap.multi_invoke_mixed" High "Q.773 §3.1" "Invokes of different families in one message.";
    TcapAcMissing "tcap.ac.missing" Medium "TS 29.002 §17.3" "No application context for an operation that only exists with one.";
    TcapAcExtended "tcap.ac.extended" High "TS 29.002 §17.3.3" "An application context with more arcs than any has.";
    TcapAcPadded "tcap.ac.padded" High "X.690 §8.19.2" "An object identifier with padded arcs.";
    TcapAcUnknown "tcap.ac.unknown" Low "TS 29.002 §17.3" "An application context that is not known.";
    TcapAcForeignFamily "tcap.ac.foreign_family" Medium "TS 29.002 §17.3" "Operations of one family under an application context of another.";
    TcapSsnFamilyMismatch "tcap.ssn_family_mismatch" Low "TS 29.002 §6.1.2" "The subsystems and the application context name different applications.";
    TcapLinkedUnknown "tcap.linked_unknown" Informational "Q.774 §3.2.1" "A linked id without outstanding invoke.";
    TcapResultOperation "tcap.result.op_mismatch" Medium "Q.773 §3.1" "A return result names another operation than the invoke it answers.";
    TcapReturnResultSequence "tcap.result_sequence" Low "Q.773 §3.1" "A return result whose operation code and parameter are not in a sequence.";
    DialogueLateInvoke "dialogue.late_invoke" Informational "Q.774 §3.1.2" "The first invoke comes after the dialogue was opened without one.";
    DialogueInvokeInEnd "dialogue.invoke_in_end" Medium "TS 29.002 §15" "An invoke in the message that ends the dialogue.";
    DialogueUnidirectional "dialogue.unidirectional" Medium "TS 29.002 §15" "A message without a dialogue.";
    DialogueReverseInvoke "dialogue.reverse_invoke" Medium "TS 29.002 §17.3" "An invoke by the side that was asked.";
    DialogueGtChanged "dialogue.gt_changed" Low "Q.774 §3.3" "A later message of the dialogue comes from another global title.";
    DialogueOrphanResult "dialogue.orphan_result" Low "Q.774 §3.3" "An answer to no dialogue seen.";
    DialogueResponseRerouted "dialogue.response_rerouted" High "TS 33.204 annex D" "The answer goes to another address than the one that asked.";
    DialogueCollision "dialogue.collision" Low "Q.774 §3.3" "A new dialogue with the id of one still open.";
    MapAcVersionImpossible "map.ac.version_impossible" High "TS 29.002 §17.3" "A version that this application context does not have.";
    MapAcVersionOne "map.ac.version_one" Low "TS 29.002 §15.2.2" "Version 1 named explicitly.";
    MapAcDowngrade "map.ac.downgrade" Informational "TS 29.002 §15.2.2" "An older version than this address used before.";
    MapImsiLength "map.imsi.length" Medium "TS 29.002 §17.7.8" "An IMSI of other than 14 or 15 digits, or of a wrong size.";
    MapImsiNotDecodable "map.imsi.not_decodable" High "TS 29.002 §17.7.8" "An IMSI that could not be read.";
    MapKeyMissing "map.key.missing" High "TS 29.002 §8" "An operation on a subscriber without the key it requires.";
    MapArgumentBad "map.argument.bad" Medium "TS 29.002 §17.7" "An argument that could not be read to its end.";
    MapArgumentMissing "map.argument.missing" Medium "TS 29.002 §17.6" "An operation without the argument it requires.";
    MapResultBad "map.result.bad" Low "TS 29.002 §17.7" "A result that could not be read to its end.";
    MapErrorBad "map.error.bad" Low "TS 29.002 §17.7.7" "An error parameter that could not be read to its end.";
    MapMemberUnknown "map.member.unknown" Informational "TS 29.002 §17.1" "A member this release does not have.";
    MapExtensionUnknown "map.extension.unknown" Informational "TS 29.002 §17.7.11" "A private extension.";
    MapAddressBad "map.address.bad" Medium "TS 29.002 §17.7.8" "An address string without extension bit, of odd nature or too long.";
    MapAddressesCut "map.addresses_cut" Low "TS 29.002 §17.7" "More addresses in one message than are kept.";
    MapLayerMismatch "map.layer_mismatch" Medium "TS 29.002 §7.3" "An address in the message belongs to another network than the sender.";
    MapDestinationReference "map.destination_reference" Informational "TS 29.002 §7.3.1" "The destination reference names another subscriber than the message.";
    MapOpenBad "map.open_bad" Low "TS 29.002 §17.4" "A MAP-Open that could not be read.";
    MapImsiE214Mismatch "map.imsi.e214_mismatch" Low "E.214 §6" "The mobile global title and the IMSI name different networks.";
    CapArgumentBad "cap.argument.bad" Low "TS 29.078 §6" "A CAP argument that could not be read to its end.";
    CapVersionImpossible "cap.ac.version_impossible" Medium "TS 29.078 §4.5" "A CAP application context that does not exist.";
    SmsHomeRoutingBypass "sms.home_routing_bypass" Medium "TR 23.840" "An answer to sendRoutingInfoForSM that gives the IMSI past the SMS router.";
    SmsHeaderBad "sms.header_bad" Low "TS 23.040 §9.2" "An SMS header that could not be read.";
    SmsTypeZero "sms.type_zero" Medium "TS 23.040 §9.2.3.9" "A short message of type 0, which the phone does not show.";
    SmsSimData "sms.sim_data" Medium "TS 23.040 §9.2.3.9" "A short message to the SIM.";
    SmsUdhBad "sms.udh_bad" Low "TS 23.040 §9.2.3.24" "A user data header longer than the message.";
    EnginePanic "engine.panic" High "own" "A dissector failed on this frame; the frame is quarantined.";
    StateEvicted "state.evicted" Medium "own" "A table was full and forgot something to keep this.";
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

const WORDS: usize = 4;
const _: () = assert!(Note::ALL.len() <= 64 * WORDS);

/// A set of notes. Adding one twice is adding it once.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Notes([u64; WORDS]);

impl Notes {
    /// Adds a note.
    #[inline]
    pub fn add(&mut self, note: Note) {
        let bit = note as u8;
        if let Some(word) = self.0.get_mut(usize::from(bit / 64)) {
            *word |= 1 << (bit % 64);
        }
    }

    /// Returns the set without a note.
    #[must_use]
    pub fn without(mut self, note: Note) -> Self {
        let bit = note as u8;
        if let Some(word) = self.0.get_mut(usize::from(bit / 64)) {
            *word &= !(1 << (bit % 64));
        }
        self
    }

    /// Adds all notes of `other`.
    #[inline]
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine |= theirs;
        }
    }

    /// Whether the set holds `note`.
    #[must_use]
    pub fn contains(&self, note: Note) -> bool {
        let bit = note as u8;
        self.0.get(usize::from(bit / 64)).is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == [0; WORDS]
    }

    /// Iterates in the order of [`Note::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = Note> {
        (0..)
            .zip(self.0)
            .flat_map(|(word, bits)| Ones(bits).map(move |bit| 64 * word + bit))
            .filter_map(|position: usize| Note::ALL.get(position).copied())
    }

    /// Returns the bits, note `n` of [`Note::ALL`] being bit `n % 64` of word `n / 64`.
    #[must_use]
    pub const fn words(&self) -> &[u64; WORDS] {
        &self.0
    }
}

/// The positions of the bits that are set, lowest first: most sets are empty or nearly so.
struct Ones(u64);

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let lowest = self.0.trailing_zeros();
        self.0 &= self.0.checked_sub(1)?;
        usize::try_from(lowest).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_well_formed() {
        let mut ids: Vec<_> = Note::IDS.to_vec();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Note::ALL.len());
        for id in ids {
            assert!(id.contains('.'), "{id}");
            assert!(id.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '.' | '_')), "{id}");
        }
    }

    #[test]
    fn a_set_gives_back_what_was_added_in_order() {
        let mut notes = Notes::default();
        assert!(notes.is_empty());
        for &note in Note::ALL.iter().rev() {
            assert!(!notes.contains(note));
            notes.add(note);
            notes.add(note);
            assert!(notes.contains(note));
        }
        assert!(notes.iter().eq(Note::ALL.iter().copied()));
    }
}
