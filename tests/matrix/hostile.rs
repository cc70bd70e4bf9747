//! Writings a hostile asker would try that are no row of the matrix: corner cases of X.690, Q.773,
//! Q.713 and TS 29.002. Of each the request is seen with its subscriber and judged as the plain one
//! is, or an alert says that something in it cannot be read.

use picket_dissectors::{
    Note,
    emit::{
        sccp::{Address, GlobalTitle, Unitdata},
        tcap,
    },
    mtp3::Variant,
    sccp::MessageType,
};

use crate::{
    rows::{asker, psi_argument, register},
    stories::{IMSI, Step, Told, Way::In, begin, digits, octets, raw, tell, unitdata},
};

/// The rule on the plain request.
const PLAIN: &str = "provide_subscriber_info_not_from_home";
/// What fires where the subscriber cannot be read.
const HIDDEN: &str = "sensitive_request_without_readable_key";
/// What fires on an operation code that is not as it should be.
const DISGUISED: &str = "operation_code_disguised";
/// The IMSI as it is written.
const KEY: [u8; 8] = [0x00, 0x01, 0x01, 0x00, 0x00, 0x40, 0x17, 0xf1];
/// requestedInfo: the location.
const WANTED: [u8; 4] = [0xa2, 0x02, 0x80, 0x00];
const ID: [u8; 3] = [0x02, 0x01, 0x01];
const CODE: [u8; 3] = [0x02, 0x01, 0x46];

/// Each story with the rule that must fire on it; with that of the plain request, the request must
/// also have been read.
fn check(stories: Vec<(&'static str, Vec<Step>, &'static str)>) {
    let mut wrong = Vec::new();
    for (story, steps, rule) in stories {
        let told = tell(&steps);
        if !told.rules.contains(rule) || (rule == PLAIN && !is_read(&told)) {
            let notes: Vec<_> = told.notes().iter().map(Note::id).collect();
            let unread: Vec<_> = told.events.iter().filter_map(|event| event.unread).collect();
            let read = is_read(&told);
            wrong.push(format!("{story}: read {read}, {:?} {notes:?} {unread:?}", told.rules));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_read(told: &Told) -> bool {
    told.events.iter().any(|event| {
        event.operation.is_some_and(|operation| operation.code == 70)
            && event.subscriber.imsi == Some(digits(IMSI))
    })
}

/// An element of any tag octets.
fn tlv(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let length =
        if content.len() < 128 { vec![length[1]] } else { [&[0x82], &length[..]].concat() };
    [tag, &length, content].concat()
}

/// An element of open length.
fn open(tag: &[u8], content: &[u8]) -> Vec<u8> {
    [tag, &[0x80], content, &[0, 0]].concat()
}

fn sent(tcap: &[u8]) -> Vec<Step> {
    vec![octets(In, asker(), register(), tcap)]
}

fn portion() -> Vec<u8> {
    tcap::aarq(&[0, 4, 0, 0, 1, 0, 28, 3], None).encode()
}

/// A Begin around these components.
fn composed(components: &[&[u8]]) -> Vec<Step> {
    let id = tlv(&[0x48], &[0, 0, 0, 1]);
    sent(&tlv(&[0x62], &[id, portion(), tlv(&[0x6c], &components.concat())].concat()))
}

/// A Begin around an invoke of these members.
fn invoked(members: &[&[u8]]) -> Vec<Step> {
    composed(&[&tlv(&[0xa1], &members.concat())])
}

fn argued(argument: &[u8]) -> Vec<Step> {
    invoked(&[&ID, &CODE, argument])
}

/// A Begin with an argument of this member in place of the IMSI.
fn keyed(member: &[u8]) -> Vec<Step> {
    argued(&tlv(&[0x30], &[member, &WANTED].concat()))
}

fn own(key: &[u8]) -> Vec<Step> {
    keyed(&tlv(&[0x80], key))
}

fn component() -> Vec<u8> {
    tlv(&[0xa1], &[&ID[..], &CODE, &psi_argument().encode()].concat())
}

#[test]
fn elements_spelled_in_corners_of_ber() {
    let piece = |octets: &[u8]| tlv(&[0x04], octets);
    let (head, tail) = KEY.split_at(3);
    let everywhere = {
        let key = open(&[0xa0], &[piece(head), open(&[0x24], &piece(tail))].concat());
        let argument = open(&[0x30], &[key, open(&[0xa2], &[0x80, 0])].concat());
        let invoke = open(&[0xa1], &[&ID[..], &CODE, &argument].concat());
        let id = tlv(&[0x48], &[0, 0, 0, 1]);
        sent(&open(&[0x62], &[id, portion(), open(&[0x6c], &invoke)].concat()))
    };
    let nested = keyed(&tlv(&[0xa0], &(0..4).fold(piece(&KEY), |inner, _| tlv(&[0x24], &inner))));
    let long = |length: &[u8]| keyed(&[&[0x80], length, &KEY].concat());
    let tagged = |tag: &[u8]| keyed(&tlv(tag, &KEY));
    let whole = [tlv(&[0x80], &KEY), WANTED.to_vec()].concat();
    let behind = |more: &[u8]| argued(&tlv(&[0x30], &[&whole[..], more].concat()));
    check(vec![
        ("open at every level", everywhere, PLAIN),
        ("pieces of pieces", nested, PLAIN),
        (
            "an empty piece between",
            keyed(&tlv(&[0xa0], &[piece(head), piece(&[]), piece(tail)].concat())),
            PLAIN,
        ),
        (
            "one octet a piece",
            keyed(&tlv(&[0xa0], &KEY.map(|octet| piece(&[octet])).concat())),
            PLAIN,
        ),
        (
            "pieces under a context tag",
            keyed(&tlv(&[0xa0], &[tlv(&[0x80], head), tlv(&[0x80], tail)].concat())),
            PLAIN,
        ),
        ("a length in four octets", long(&[0x84, 0, 0, 0, 8]), PLAIN),
        ("a length in nine octets", long(&[0x89, 0, 0, 0, 0, 0, 0, 0, 0, 8]), PLAIN),
        ("a length in a hundred octets", long(&[&[0xe4][..], &[0; 99], &[8]].concat()), PLAIN),
        ("a reserved length", long(&[0xff, 8]), HIDDEN),
        ("a padded tag", tagged(&[0x9f, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]), PLAIN),
        ("a tag beyond any", tagged(&[0x9f, 0x90, 0x80, 0x80, 0x80, 0x00]), HIDDEN),
        ("an application tag", tagged(&[0x40]), HIDDEN),
        ("a private tag", tagged(&[0xc0]), HIDDEN),
        ("the tag of a string", tagged(&[0x04]), HIDDEN),
        ("the tag of an LMSI", tagged(&[0x81]), HIDDEN),
        ("in a sequence of its own", keyed(&tlv(&[0x30], &tlv(&[0x80], &KEY))), HIDDEN),
        ("a set as argument", argued(&tlv(&[0x31], &whole)), PLAIN),
        ("a context tag around the argument", argued(&tlv(&[0xa0], &whole)), PLAIN),
        ("the argument within itself", argued(&tlv(&[0x30], &tlv(&[0x30], &whole))), HIDDEN),
        ("octets behind the members", behind(&[0xde, 0xad]), PLAIN),
        ("end of contents before", argued(&tlv(&[0x30], &[&[0, 0][..], &whole].concat())), PLAIN),
        (
            "an argument that says it is longer",
            argued(&[&[0x30, 0x7f][..], &whole].concat()),
            PLAIN,
        ),
    ]);
}

#[test]
fn keys_that_are_none() {
    let imsi = |text: &str| {
        let digits: Vec<u8> = text.bytes().map(|digit| digit - b'0').collect();
        let pair = |pair: &[u8]| pair[0] | pair.get(1).copied().unwrap_or(15) << 4;
        own(&digits.chunks(2).map(pair).collect::<Vec<_>>())
    };
    let mut stories = vec![
        ("fillers behind", own(&[&KEY[..], &[0xff]].concat()), HIDDEN),
        ("a filler in the low half", own(&[0x00, 0x01, 0x01, 0, 0, 0x40, 0x17, 0x1f]), HIDDEN),
        ("nothing but fillers", own(&[0xff; 8]), HIDDEN),
        ("nothing", own(&[]), HIDDEN),
        ("sixteen digits", imsi("0010100000047110"), HIDDEN),
        ("seventeen digits", imsi("00101000000471100"), HIDDEN),
    ];
    for digit in 10..15_u8 {
        let mut key = KEY;
        key[6] = key[6] & 0xf0 | digit;
        stories.push(("a digit above nine", own(&key), HIDDEN));
    }
    check(stories);
}

/// Too few digits for any IMSI: the endpoint knows nobody of that name, and the request stands out.
#[test]
fn keys_too_short() {
    for key in [&[0x00, 0x01, 0xf1][..], &[0x00, 0x01, 0x01], &[0x00, 0x01, 0x01, 0x00, 0x00]] {
        let told = tell(&own(key));
        assert!(told.rules.contains(PLAIN), "{key:02x?} {:?}", told.rules);
        assert!(told.noted(Note::MapImsiLength), "{key:02x?}");
    }
}

/// What no endpoint reads is at least told.
#[test]
fn what_nobody_reads_is_noted() {
    let begin = tlv(&[0x62], &tlv(&[0x48], &[0, 0, 0, 1]));
    let whole = begin_of_all();
    for (steps, note) in [
        (sent(&[begin, whole.clone()].concat()), Note::BerTrailing),
        (sent(&[&[0x63], &whole[1..]].concat()), Note::TcapMessageUnknown),
    ] {
        assert!(tell(&steps).noted(note), "{}", note.id());
    }
}

fn begin_of_all() -> Vec<u8> {
    let id = tlv(&[0x48], &[0, 0, 0, 1]);
    tlv(&[0x62], &[id, portion(), tlv(&[0x6c], &component())].concat())
}

#[test]
fn invokes_in_corners_of_tcap() {
    let argument = psi_argument().encode();
    let coded = |code: &[u8]| invoked(&[&ID, code, &argument]);
    let numbered = |id: &[u8]| invoked(&[id, &CODE, &argument]);
    let linked = |id: &[u8]| invoked(&[&ID, id, &CODE, &argument]);
    let empty = tlv(&[0x30], &[]);
    let alert = |id: u8| {
        let number = tlv(&[0x04], &[0x91, 0x51, 0x55]);
        let argument = tlv(&[0x30], &[number.clone(), number].concat());
        tlv(&[0xa1], &[&[2, 1, id, 2, 1, 64], &argument[..]].concat())
    };
    let real = component();
    check(vec![
        ("a null invoke id", numbered(&[0x05, 0x00]), PLAIN),
        ("an invoke id of two octets", numbered(&[0x02, 0x02, 0x00, 0x01]), PLAIN),
        ("an invoke id below zero", numbered(&[0x02, 0x01, 0x80]), PLAIN),
        ("an invoke id of nine octets", numbered(&tlv(&[0x02], &[1; 9])), PLAIN),
        ("an empty invoke id", numbered(&[0x02, 0x00]), PLAIN),
        ("a linked id", linked(&[0x80, 0x01, 0x05]), PLAIN),
        ("a null linked id", linked(&[0x05, 0x00]), PLAIN),
        ("a linked id of nine octets", linked(&tlv(&[0x80], &[1; 9])), PLAIN),
        ("a code of five octets", coded(&[0x02, 0x05, 0, 0, 0, 0, 0x46]), PLAIN),
        ("a code of nine octets", coded(&tlv(&[0x02], &[0, 0, 0, 0, 0, 0, 0, 0, 0x46])), PLAIN),
        ("a code of twenty octets", coded(&tlv(&[0x02], &[&[0; 19][..], &[0x46]].concat())), PLAIN),
        ("a code with a long tag", coded(&[0x1f, 0x02, 0x01, 0x46]), PLAIN),
        ("a code as enumeration", coded(&[0x0a, 0x01, 0x46]), PLAIN),
        ("a code under a context tag", coded(&[0x82, 0x01, 0x46]), PLAIN),
        ("a code in pieces", coded(&[0x22, 0x03, 0x02, 0x01, 0x46]), PLAIN),
        ("a global code of one octet", coded(&[0x06, 0x01, 0x46]), DISGUISED),
        ("a global code with padded arcs", coded(&[0x06, 0x03, 0x04, 0x80, 0x46]), PLAIN),
        (
            "a global code of many arcs",
            coded(&tlv(&[0x06], &[4, 0, 0, 1, 0, 28, 3, 1, 1, 1, 1, 0x46])),
            PLAIN,
        ),
        ("two arguments, the first empty", invoked(&[&ID, &CODE, &empty, &argument]), HIDDEN),
        ("two arguments, the last empty", invoked(&[&ID, &CODE, &argument, &empty]), PLAIN),
        ("octets behind the argument", invoked(&[&ID, &CODE, &argument, &[0xde, 0xad]]), PLAIN),
        (
            "a long tag of the invoke",
            composed(&[&tlv(&[0xbf, 0x01], &[&ID[..], &CODE, &argument].concat())]),
            PLAIN,
        ),
        (
            "a primitive invoke",
            composed(&[&tlv(&[0x81], &[&ID[..], &CODE, &argument].concat())]),
            PLAIN,
        ),
        ("an unknown component before", composed(&[&tlv(&[0xa9], &[1, 2, 3]), &real]), PLAIN),
        ("a broken component before", composed(&[&tlv(&[0xa1], &[0x02, 0x7f]), &real]), PLAIN),
        ("an empty component before", composed(&[&[0xa1, 0x00], &real]), PLAIN),
        ("a reject before", composed(&[&tlv(&[0xa4], &[0x05, 0, 0x80, 1, 0]), &real]), PLAIN),
        ("another invoke before", composed(&[&alert(2), &real]), PLAIN),
        ("another of the same id before", composed(&[&alert(1), &real]), PLAIN),
        ("another of the same id behind", composed(&[&real, &alert(1)]), PLAIN),
        ("forty before", composed(&[&alert(2).repeat(40), &real]), PLAIN),
    ]);
}

#[test]
fn messages_in_corners_of_tcap() {
    let (id, portion) = (tlv(&[0x48], &[0, 0, 0, 1]), portion());
    let components = tlv(&[0x6c], &component());
    let of = |parts: &[&[u8]]| sent(&tlv(&[0x62], &parts.concat()));
    let whole = [&id[..], &portion, &components].concat();
    let syntax = tlv(&[0x06], &[0, 0x11, 0x86, 5, 1, 1, 1]);
    let external = |pdu: &[u8]| tlv(&[0x6b], &tlv(&[0x28], &[&syntax[..], pdu].concat()));
    let request = |members: &[&[u8]]| {
        let pdu = tlv(&[0xa0], &tlv(&[0x60], &members.concat()));
        of(&[&id, &external(&pdu), &components])
    };
    let named = |name: &[u8]| tlv(&[0xa1], &tlv(&[0x06], name));
    let name = named(&[4, 0, 0, 1, 0, 28, 3]);
    let version = [0x80, 0x02, 0x07, 0x80];
    let pdu = [&version[..], &name].concat();
    let other = tcap::aarq(&[0, 4, 0, 0, 1, 0, 20, 3], None).encode();
    let reject = tlv(&[0x6c], &tlv(&[0xa4], &[0x05, 0, 0x80, 1, 0]));
    check(vec![
        (
            "an id in pieces",
            of(&[&tlv(&[0x68], &tlv(&[0x04], &[0, 0, 0, 1])), &portion, &components]),
            PLAIN,
        ),
        ("an empty id", of(&[&[0x48, 0], &portion, &components]), PLAIN),
        ("no id", of(&[&portion, &components]), PLAIN),
        ("two ids", of(&[&id, &id, &portion, &components]), PLAIN),
        (
            "an id of a hundred octets",
            of(&[&tlv(&[0x48], &[1; 100]), &portion, &components]),
            PLAIN,
        ),
        ("the id of the other side", of(&[&id, &[0x49, 1, 1], &portion, &components]), PLAIN),
        ("a long tag of the message", sent(&tlv(&[0x7f, 0x02], &whole)), PLAIN),
        ("a primitive message", sent(&tlv(&[0x42], &whole)), PLAIN),
        ("octets behind", sent(&[tlv(&[0x62], &whole), vec![0xaa; 9]].concat()), PLAIN),
        ("a message that says it is longer", sent(&[&[0x62, 0x7f][..], &whole].concat()), PLAIN),
        ("components first", of(&[&id, &components, &portion]), PLAIN),
        ("two dialogue portions", of(&[&id, &other, &portion, &components]), PLAIN),
        ("an empty dialogue portion", of(&[&id, &[0x6b, 0], &components]), PLAIN),
        (
            "a dialogue portion of garbage",
            of(&[&id, &tlv(&[0x6b], &[0xff; 9]), &components]),
            PLAIN,
        ),
        ("an empty component portion first", of(&[&id, &portion, &[0x6c, 0], &components]), PLAIN),
        (
            "a component portion of a reject first",
            of(&[&id, &portion, &reject, &components]),
            PLAIN,
        ),
        ("a primitive component portion", of(&[&id, &portion, &tlv(&[0x4c], &component())]), PLAIN),
        ("unknown members", of(&[&[0x45, 1, 1], &id, &[0xc1, 1, 1], &portion, &components]), PLAIN),
        ("components without their portion", of(&[&id, &portion, &component()]), PLAIN),
        (
            "a dialogue portion aligned to octets",
            of(&[&id, &external(&tlv(&[0x81], &tlv(&[0x60], &pdu))), &components]),
            PLAIN,
        ),
        ("a dialogue request without version", request(&[&name]), PLAIN),
        ("a dialogue request of version 0", request(&[&[0x80, 2, 7, 0], &name]), PLAIN),
        ("a dialogue request without name", request(&[&version]), PLAIN),
        ("a dialogue request with an empty name", request(&[&named(&[])]), PLAIN),
        ("two names", request(&[&version, &named(&[4, 0, 0, 1, 0, 20, 3]), &name]), PLAIN),
        (
            "a dialogue response",
            of(&[&id, &external(&tlv(&[0xa0], &tlv(&[0x61], &pdu))), &components]),
            PLAIN,
        ),
        ("a name of one arc more", request(&[&named(&[4, 0, 0, 1, 0, 28, 3, 0])]), PLAIN),
        (
            "a name with its version padded",
            request(&[&named(&[4, 0, 0, 1, 0, 28, 0x80, 3])]),
            PLAIN,
        ),
        ("a name of INAP", request(&[&named(&[4, 0, 1, 1, 1, 3, 0])]), PLAIN),
        ("a relative name", request(&[&tlv(&[0xa1], &tlv(&[0x0d], &[28, 3]))]), PLAIN),
        (
            "a continuation of nothing",
            sent(&tlv(&[0x65], &[&id[..], &[0x49, 1, 9], &components].concat())),
            PLAIN,
        ),
        (
            "an end of nothing",
            sent(&tlv(&[0x64], &[&[0x49, 1, 9], &components[..]].concat())),
            PLAIN,
        ),
    ]);
}

fn title(address: &mut Address) -> &mut GlobalTitle {
    address.gt.as_mut().unwrap()
}

#[test]
fn corners_of_sccp() {
    let tcap = begin(Some((28, 3)), 70, Some(psi_argument())).encode();
    let part = |octets: &[u8]| [&[u8::try_from(octets.len()).unwrap()], octets].concat();
    let called = part(&register().octets(Variant::Itu));
    let calling = part(&asker().octets(Variant::Itu));
    let data = part(&tcap);
    let at = |offset: usize| u8::try_from(offset).unwrap();
    let (a, b) = (called.len(), called.len() + calling.len());
    let whole = Unitdata::udt(register(), asker(), &tcap);
    let kind = |kind, hop_counter| vec![raw(In, Unitdata { kind, hop_counter, ..whole }.octets())];
    let body = [&called[..], &calling, &data].concat();
    let laid = |class: u8, gap: &[u8], behind: &[u8]| {
        let g = gap.len();
        let head = [9, class, at(3 + g), at(a + 2 + g), at(b + 1 + g)];
        vec![raw(In, [&head[..], gap, &body, behind].concat())]
    };
    let optional = |optional: &[u8]| {
        let head = [0x11, 0, 12, 4, at(a + 3), at(b + 2), at(b + data.len() + 1)];
        vec![raw(In, [&head[..], &body, optional].concat())]
    };
    let message = || begin(Some((28, 3)), 70, Some(psi_argument()));
    let from = |change: fn(&mut Address)| {
        let mut calling = asker();
        change(&mut calling);
        vec![unitdata(In, calling, register(), &message())]
    };
    let to = |change: fn(&mut Address)| {
        let mut called = register();
        change(&mut called);
        vec![unitdata(In, asker(), called, &message())]
    };
    check(vec![
        ("plain", laid(0, &[], &[]), PLAIN),
        ("a gap before the addresses", laid(0, &[1, 2, 3], &[]), PLAIN),
        ("octets behind the data", laid(0, &[], &[9; 9]), PLAIN),
        ("class 3", laid(3, &[], &[]), PLAIN),
        ("no optional part where it should be", optional(&[]), PLAIN),
        ("an optional part without end", optional(&[0x12, 1, 3]), PLAIN),
        ("an optional part of garbage", optional(&[0xaa, 0xbb, 0xcc]), PLAIN),
        ("the segmentation of a whole message", optional(&[0x10, 4, 0x80, 1, 2, 3, 0]), PLAIN),
        ("a segmentation too short", optional(&[0x10, 1, 0x80, 0]), PLAIN),
        (
            "a whole segmentation before a partial one",
            optional(&[0x10, 4, 0x80, 1, 2, 3, 0x10, 4, 0x81, 1, 2, 3, 0]),
            PLAIN,
        ),
        ("a first segment alone", optional(&[0x10, 4, 0x81, 1, 2, 3, 0]), PLAIN),
        ("hop counter 0", kind(MessageType::Xudt, 0), PLAIN),
        ("hop counter 255", kind(MessageType::Xudt, 255), PLAIN),
        ("long unitdata", kind(MessageType::Ludt, 12), PLAIN),
        ("from a title of indicator 1", from(|from| title(from).gti = 1), PLAIN),
        ("from a title of indicator 2", from(|from| title(from).gti = 2), PLAIN),
        ("from a title of indicator 3", from(|from| title(from).gti = 3), PLAIN),
        ("from a title of indicator 7", from(|from| title(from).gti = 7), PLAIN),
        ("from a title of scheme 0", from(|from| title(from).es = Some(0)), PLAIN),
        ("from a title of scheme 3", from(|from| title(from).es = Some(3)), PLAIN),
        ("from a title with a filler of 15", from(|from| title(from).filler = 15), PLAIN),
        ("from an empty title", from(|from| title(from).digits = digits("")), PLAIN),
        ("from a subsystem", from(|from| from.gt = None), PLAIN),
        ("from a point code", from(|from| *from = Address::ssn(Some(300), 6)), PLAIN),
        ("from nobody", from(|from| *from = Address::default()), PLAIN),
        ("from a national address", from(|from| from.national = true), PLAIN),
        ("from subsystem 255", from(|from| from.ssn = Some(255)), PLAIN),
        ("to a title of indicator 2", to(|to| title(to).gti = 2), PLAIN),
        ("to a point code", to(|to| *to = Address::ssn(Some(300), 7)), PLAIN),
        ("to an empty title", to(|to| title(to).digits = digits("")), PLAIN),
        ("to no subsystem", to(|to| to.ssn = None), PLAIN),
        ("to plan 14", to(|to| title(to).np = 14), PLAIN),
    ]);
}
