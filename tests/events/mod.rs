//! Random events: every member takes every kind of value, and is often absent.

#![expect(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "random members of every width; a panic here is a failed test"
)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use picket::{
    enrich::intel::{Confidence, Sighting},
    enrich::network::{Class, NetworkId, Origin, Place},
    enrich::numbering::Country,
    event::{
        AbortFacts, About, AnsiFacts, Carrier, Component, ComponentType, ContextName, DialogueRef,
        DialogueState, Direction, EventType, FrameId, GlobalTitle, Label, Link, MessageType,
        Operation, Outcome, Party, Protocol, RequestRef, SccpFacts, SctpFacts, Side, SigEvent,
        Subject, TcapFacts, Tid, Tracking, Transport,
        tracking::{Asker, Victim},
    },
    track::{chain::Step, regularity::Regularity},
};
use picket_dissectors::{
    Digits, Note, Notes, cap,
    map::{
        self, Parameters,
        parameters::{
            Address, Addresses, Camel, Csi, Gifts, Given, Lcs, Precision, Profile, Requested, Role,
            Sms, Udh,
        },
    },
    mtp3::Variant,
};
use picket_hw::Timestamp;

/// What the plan of these tests has as subscriber range.
#[must_use]
pub(crate) fn is_subscriber(digits: Digits) -> bool {
    digits.get(0) == Some(9) && digits.get(1) == Some(9)
}

/// Makes an event of a seed.
#[must_use]
pub(crate) fn random(seed: u64) -> SigEvent {
    let mut r = Random(seed);
    let r = &mut r;
    SigEvent {
        kind: r.pick(&[
            EventType::Map,
            EventType::Cap,
            EventType::Tcap,
            EventType::Sccp,
            EventType::Mtp,
            EventType::Transport,
        ]),
        at: Timestamp::from_nanos(r.next()),
        frame: frame(r),
        link: Link {
            plan: r.maybe(Random::small),
            side: r.pick(&[Side::International, Side::National, Side::Internal, Side::Unknown]),
            vlan: r.maybe(|r| r.next() as u16),
            port: r.next() as u16,
        },
        direction: direction(r),
        transport: transport(r),
        label: label(r),
        sccp: r.maybe(sccp),
        tcap: r.maybe(tcap),
        operation: r.maybe(operation),
        parameters: parameters(r),
        dialogue: dialogue(r),
        subscriber: Subject {
            key: r.next() % 3,
            imsi: r.maybe(Random::digits),
            msisdn: r.maybe(Random::digits),
            place: place(r),
            from_home: r.flip(),
            from_serving: r.maybe(Random::flip),
            serving: r.maybe(place),
        },
        tracking: Tracking {
            queries_1h: r.maybe(Random::word),
            distinct_gts_1h: r.maybe(Random::word),
            distinct_countries_1h: r.maybe(Random::word),
            previous_network: r.maybe(|r| NetworkId(r.small())),
            previous_age_s: r.maybe(Random::word),
            sri_sm_unfollowed_1h: r.maybe(Random::word),
            velocity_kmh: r.maybe(Random::word),
            distance_km: r.maybe(Random::word),
            unwarranted: r.flip(),
            victim: Victim {
                regularity: r.maybe(|r| Regularity {
                    gaps: 5,
                    mean_s: r.word(),
                    variation: r.small(),
                }),
                step: r.maybe(|r| Step { after: 45, age_s: r.word(), other_block: r.flip() }),
                ..Victim::default()
            },
            asker: Asker {
                sequence: r.maybe(Random::small),
                sweep: r.flip(),
                strange_way: r.maybe(Random::flip),
                ..Asker::default()
            },
        },
        intel: r.maybe(|r| Sighting { list: 0, weight: r.octet(), confidence: Confidence::High }),
        management: r.maybe(|_| "SSP"),
        about: r.maybe(|r| About {
            code: r.word(),
            home: r.maybe(Random::flip),
            sender: r.maybe(Random::flip),
        }),
        duplicate: r.flip(),
        notes: notes(r),
        unread: r.maybe(|_| "truncated"),
    }
}

struct Random(u64);

impl Random {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn word(&mut self) -> u32 {
        self.next() as u32
    }

    fn octet(&mut self) -> u8 {
        self.next() as u8
    }

    fn small(&mut self) -> u16 {
        (self.next() % 5) as u16
    }

    fn flip(&mut self) -> bool {
        self.next() & 1 == 1
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.next() as usize % from.len()]
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flip().then(|| make(self))
    }

    fn digits(&mut self) -> Digits {
        let length = self.next() % 16;
        let first = Digits::parse(self.pick(&["", "00101", "9991", "1555", "ab"])).unwrap();
        let mut digits = first;
        for _ in 0..length {
            digits.push((self.next() % 10) as u8);
        }
        digits
    }

    fn octets(&mut self) -> Vec<u8> {
        (0..self.next() % 24).map(|_| self.octet()).collect()
    }
}

fn frame(r: &mut Random) -> FrameId {
    FrameId { source: r.small(), number: r.next() % 1000 }
}

fn direction(r: &mut Random) -> Direction {
    r.pick(&[
        Direction::Inbound,
        Direction::Outbound,
        Direction::Internal,
        Direction::Transit,
        Direction::Unknown,
    ])
}

fn transport(r: &mut Random) -> Transport {
    let addresses: [IpAddr; 2] = [Ipv4Addr::new(192, 0, 2, 1).into(), Ipv6Addr::LOCALHOST.into()];
    Transport {
        ip: r.maybe(|r| (r.pick(&addresses), r.pick(&addresses))),
        sctp: r.maybe(|r| SctpFacts {
            src_port: r.next() as u16,
            dst_port: r.next() as u16,
            stream: r.next() as u16,
            tsn: r.word(),
            ppid: r.word(),
        }),
    }
}

fn label(r: &mut Random) -> Label {
    use Carrier::{M2pa, M2ua, M3ua, Mtp, None, Sua};
    Label {
        carrier: r.pick(&[None, M3ua, M2pa, M2ua, Sua, Mtp]),
        present: r.flip(),
        opc: r.word(),
        dpc: r.word(),
        si: r.octet(),
        ni: r.octet(),
        sls: r.octet(),
        variant: r.pick(&[Variant::Itu, Variant::Ansi, Variant::China, Variant::Japan]),
        rc: r.maybe(Random::word),
        na: r.maybe(Random::word),
    }
}

fn place(r: &mut Random) -> Place {
    Place {
        origin: r.pick(Origin::ALL),
        network: r.maybe(|r| NetworkId(r.small())),
        country: r.maybe(|_| Country::VIRTUAL),
        class: r.maybe(|r| r.pick(Class::ALL)),
        subscriber: r.flip(),
    }
}

fn party(r: &mut Random) -> Party {
    Party {
        ssn: r.maybe(Random::octet),
        route_on_ssn: r.flip(),
        pc: r.maybe(Random::word),
        gt: r.maybe(|r| GlobalTitle {
            digits: r.digits(),
            e164: r.maybe(Random::digits),
            gti: r.octet(),
            nai: r.maybe(Random::octet),
            np: r.maybe(|r| r.octet() % 9),
            tt: r.maybe(Random::octet),
            es: r.maybe(Random::octet),
            mobile: r.flip(),
            stranger: r.flip(),
            place: place(r),
        }),
    }
}

fn sccp(r: &mut Random) -> SccpFacts {
    SccpFacts {
        kind: r.octet() % 25,
        class: r.maybe(Random::octet),
        return_on_error: r.flip(),
        hop_counter: r.maybe(Random::octet),
        segments: r.octet(),
        return_cause: r.maybe(Random::octet),
        calling: party(r),
        called: party(r),
    }
}

fn tcap(r: &mut Random) -> TcapFacts {
    use ComponentType::{Invoke, Reject, ReturnError, ReturnResultLast, ReturnResultNotLast};
    use MessageType::{Abort, Begin, Continue, End, Unidirectional};
    TcapFacts {
        message: r.pick(&[Unidirectional, Begin, Continue, End, Abort]),
        otid: r.maybe(|r| Tid::new(&r.octets())),
        dtid: r.maybe(|r| Tid::new(&r.octets())),
        context: r.maybe(|r| {
            let mut context = ContextName::new(&r.octets());
            context.name = r.maybe(|_| "networkLocUp");
            context.version = r.maybe(Random::octet);
            context
        }),
        destination_reference: r.maybe(Random::digits),
        origination_reference: r.maybe(Random::digits),
        abort: r.maybe(|r| AbortFacts {
            provider: r.flip(),
            cause: r.maybe(Random::octet),
            context_refused: r.flip(),
        }),
        ansi: r.maybe(|r| AnsiFacts {
            package: r.pick(&["query_with_permission", "response"]),
            operation: r.maybe(|r| (r.flip(), r.octet(), r.octet())),
        }),
        component: r.maybe(|r| Component {
            kind: r.maybe(|r| {
                r.pick(&[Invoke, ReturnResultLast, ReturnResultNotLast, ReturnError, Reject])
            }),
            index: r.next() as u16,
            count: r.next() as u16,
            invoke_id: r.maybe(|r| r.next() as i16),
            linked_id: r.maybe(|r| r.next() as i16),
            code: r.maybe(|r| r.next() as i32 % 400),
            error: r.maybe(|r| r.next() as i32 % 300),
            problem: r.maybe(|r| (r.octet(), r.octet())),
        }),
    }
}

fn operation(r: &mut Random) -> Operation {
    let code = r.octet() % 100;
    let unknown = Operation {
        protocol: r.pick(&[Protocol::Map, Protocol::Cap]),
        code: code.into(),
        known: false,
        name: "unknown",
        family: "unknown",
        category: r.pick(&["cat1", "cat2", "cat3", "sms", "cap", "none"]),
        agreed: r.flip(),
    };
    let map = map::opcode::find(code).map(|found| (found.name(1), found.family.name()));
    let cap = cap::opcode::find(code.into()).map(|found| (found.name, found.family.name()));
    let found = if unknown.protocol == Protocol::Map { map } else { cap };
    found.map_or(unknown, |(name, family)| Operation { known: true, name, family, ..unknown })
}

fn parameters(r: &mut Random) -> Parameters {
    Parameters {
        imsi: r.maybe(Random::digits),
        other_imsi: r.maybe(Random::digits),
        msisdn: r.maybe(Random::digits),
        msisdn_nature: r.maybe(Random::octet),
        lmsi: r.flip(),
        imei: r.maybe(Random::digits),
        tmsi: r.maybe(Random::word),
        addresses: addresses(r),
        requested: requested(r),
        given: given(r),
        lcs: Lcs {
            location_type: r.maybe(Random::octet),
            client_type: r.maybe(Random::octet),
            privacy_override: r.flip(),
            periodic: r.flip(),
            area_event: r.flip(),
            reference_number: r.maybe(Random::octet),
            event: r.maybe(Random::octet),
        },
        sms: sms(r),
        ussd_dcs: r.maybe(Random::octet),
        ss_code: r.maybe(Random::octet),
        camel: Camel {
            csi: r.pick(&[Csi::default(), Csi::O, Csi::D]),
            service_key: r.maybe(Random::word),
            event_type: r.maybe(Random::octet),
        },
        cancellation_type: r.maybe(Random::octet),
        subscriber_status: r.maybe(Random::octet),
        profile: r.pick(&[Profile::default(), Profile::ODB, Profile::FREEZE]),
        vectors_requested: r.maybe(Random::octet),
        requesting_node_type: r.maybe(Random::octet),
        requesting_plmn: r.maybe(|_| Digits::parse("00101").unwrap()),
        vectors: r.octet() % 3,
        extension: r.flip(),
        key_unreadable: r.flip(),
        cause: r.maybe(|r| r.next() as u16),
    }
}

fn addresses(r: &mut Random) -> Addresses {
    let mut addresses = Addresses::default();
    for _ in 0..r.next() % 10 {
        let role = r.pick(&[
            Role::Other,
            Role::Msc,
            Role::Vlr,
            Role::Sgsn,
            Role::Hlr,
            Role::GsmScf,
            Role::ServiceCentre,
            Role::RoamingNumber,
            Role::ForwardedTo,
            Role::TpOa,
            Role::TpDa,
            Role::LocatedAt,
        ]);
        let (nature, plan) = (r.octet() % 8, r.octet() % 9);
        addresses.push(Address { role, nature, plan, digits: r.digits() }, &mut Notes::default());
    }
    addresses
}

fn requested(r: &mut Random) -> Requested {
    let mut requested = Requested::default();
    for flag in [Requested::LOCATION, Requested::IMEI, Requested::SERVING_NODE] {
        if r.flip() {
            requested.insert(flag);
        }
    }
    requested
}

fn given(r: &mut Random) -> Given {
    use Precision::{Area, Cell, Coordinates, Country, None};
    let mut kinds = Gifts::default();
    for kind in [Gifts::IDENTITY, Gifts::LOCATION, Gifts::KEYS, Gifts::MSRN] {
        if r.flip() {
            kinds.insert(kind);
        }
    }
    Given {
        kinds,
        precision: r.pick(&[None, Country, Area, Cell, Coordinates]),
        age_minutes: r.maybe(|r| r.next() as u16),
        paged: r.flip(),
    }
}

fn sms(r: &mut Random) -> Sms {
    Sms {
        tp_mti: r.maybe(Random::octet),
        tp_pid: r.maybe(Random::octet),
        tp_dcs: r.maybe(Random::octet),
        tp_udl: r.maybe(Random::octet),
        udh: r.pick(&[Udh::default(), Udh::PRESENT, Udh::PORT]),
        delivery_not_intended: r.maybe(Random::octet),
        priority: r.maybe(Random::flip),
        more_messages: r.flip(),
        delivery_outcome: r.maybe(Random::octet),
        from_subscriber: r.flip(),
    }
}

fn dialogue(r: &mut Random) -> DialogueRef {
    use DialogueState::{Begun, Ended, Expired, None, Open, Orphan};
    DialogueRef {
        id: r.next() % 3,
        state: r.pick(&[None, Begun, Open, Ended, Expired, Orphan]),
        outcome: r.maybe(|r| r.pick(&[Outcome::Leaked, Outcome::Done, Outcome::NoAnswer])),
        latency_ns: r.maybe(Random::next),
        late_invoke: r.flip(),
        from_responder: r.flip(),
        request: r.maybe(|r| RequestRef {
            at: Timestamp::from_nanos(r.next()),
            frame: frame(r),
            invoke_id: r.maybe(|r| r.next() as i16),
            asker: r.maybe(Random::digits),
            asker_place: place(r),
            requested: requested(r),
            direction: direction(r),
            node: r.maybe(Random::digits),
        }),
    }
}

fn notes(r: &mut Random) -> Notes {
    let mut notes = Notes::default();
    for _ in 0..r.next() % 4 {
        notes.add(r.pick(Note::ALL));
    }
    notes
}
