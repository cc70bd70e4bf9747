//! Elements of BER and what is in them, written in other ways (rows E1 to E8, E38).

use picket_dissectors::{
    Digits, Note, Notes,
    ber::Elements,
    emit::{
        ber::{Spelling, Tlv, re_encode},
        map::address_string,
    },
    map::parameters::Address,
};

use super::{Needs, Request, Stage, Way, hiding, needing, opening, plain, sent, way};

/// The ways of this kind.
pub(super) static WAYS: &[Way] = &[
    way(
        "E1",
        "long_tags",
        "Tags of the argument in the high-tag-number form.",
        &[Note::BerTagLongForm],
        |stage, request| spelled(stage, request, Spelling::LongTags),
    ),
    way(
        "E1",
        "padded_tags",
        "The same with leading zeros.",
        &[Note::BerTagPadded],
        |stage, request| spelled(stage, request, Spelling::PaddedTags),
    ),
    way(
        "E1",
        "long_tags_throughout",
        "Tags of the whole TCAP message in the high-tag-number form.",
        &[Note::BerTagLongForm],
        |stage, request| spelled_whole(stage, request, Spelling::LongTags),
    ),
    way(
        "E2",
        "long_lengths",
        "Lengths of the argument in more octets than they need.",
        &[Note::BerLengthNonMinimal],
        |stage, request| spelled(stage, request, Spelling::PaddedLengths),
    ),
    way(
        "E2",
        "long_lengths_throughout",
        "Lengths of the whole TCAP message in more octets than they need.",
        &[Note::BerLengthNonMinimal],
        |stage, request| spelled_whole(stage, request, Spelling::PaddedLengths),
    ),
    way(
        "E3",
        "indefinite_lengths",
        "Lengths of the whole TCAP message left open.",
        &[Note::BerLengthIndefinite],
        |stage, request| spelled_whole(stage, request, Spelling::Indefinite),
    ),
    way(
        "E4",
        "in_pieces",
        "Numbers of the argument cut into pieces.",
        &[Note::BerStringConstructed],
        |stage, request| spelled(stage, request, Spelling::Pieces),
    ),
    way(
        "E1-E4",
        "mixed_spelling",
        "Every element in another spelling.",
        &[
            Note::BerTagLongForm,
            Note::BerTagPadded,
            Note::BerLengthNonMinimal,
            Note::BerStringConstructed,
            Note::BerIntegerPadded,
        ],
        |stage, request| spelled_whole(stage, request, Spelling::Mixed),
    ),
    way(
        "E5",
        "trailing_octets",
        "Octets behind the TCAP message.",
        &[Note::BerTrailing],
        |stage, request| {
            let mut octets = opening(&request).encode();
            octets.extend([0x04, 0x02, 0x00, 0x00]);
            sent(stage, request, &octets);
        },
    ),
    hiding(way(
        "E6",
        "key_twice",
        "The member that names the subscriber twice, another number first.",
        &[Note::BerMemberDuplicate, Note::BerMemberOrder],
        |stage, request| {
            rewritten(stage, request, |key, member| {
                if tag_of(&member) == key {
                    vec![other_number(&member), member]
                } else {
                    vec![member]
                }
            });
        },
    )),
    needing(
        Needs::Order,
        way(
            "E6",
            "members_reversed",
            "The members of the argument in reverse order.",
            &[Note::BerMemberOrder],
            |stage, mut request| {
                request.argument = rebuilt(&request.argument, |mut members| {
                    members.reverse();
                    members
                });
                plain(stage, request);
            },
        ),
    ),
    needing(
        Needs::Members,
        way(
            "E7",
            "unknown_member",
            "A member the operation does not have between those it has, with a number in it.",
            &[Note::MapMemberUnknown, Note::MapExtensionUnknown],
            |stage, mut request| {
                let number = map_number(request.victim.imsi);
                let extra =
                    Tlv::constructed(0xa0, [Tlv::primitive(0x80, number)]).number(99).encode();
                request.argument = with_second(&request.argument, extra);
                plain(stage, request);
            },
        ),
    ),
    hiding(way(
        "E8",
        "key_with_letters",
        "Digits above 9 in the number of the subscriber.",
        &[Note::TbcdBadDigit, Note::MapImsiNotDecodable, Note::GtDigitHex],
        |stage, request| {
            rewritten(stage, request, |key, mut member| {
                if tag_of(&member) == key
                    && let Some(octet) = member.iter_mut().rev().nth(1)
                {
                    *octet = 0xba;
                }
                vec![member]
            });
        },
    )),
    hiding(way(
        "E8",
        "key_empty",
        "The number of the subscriber has no digits.",
        &[Note::MapImsiLength, Note::MapImsiNotDecodable, Note::MapAddressBad, Note::MapKeyMissing],
        |stage, request| {
            rewritten(stage, request, |key, member| {
                if tag_of(&member) == key { vec![vec![key, 0]] } else { vec![member] }
            });
        },
    )),
    hiding(way(
        "E8",
        "key_left_out",
        "The member that names the subscriber is not there.",
        &[Note::MapKeyMissing],
        |stage, request| {
            rewritten(stage, request, |key, member| {
                if tag_of(&member) == key { Vec::new() } else { vec![member] }
            });
        },
    )),
    needing(
        Needs::Members,
        way(
            "E38",
            "nested",
            "A member nested forty deep between those the operation has.",
            &[Note::BerDepthExceeded, Note::MapMemberUnknown],
            |stage, mut request| {
                let deep = (0..40)
                    .fold(Tlv::null(0x05), |inner, _| Tlv::constructed(0xa0, [inner]).number(99));
                request.argument = with_second(&request.argument, deep.encode());
                plain(stage, request);
            },
        ),
    ),
];

fn spelled(stage: &mut Stage, mut request: Request, spelling: Spelling) {
    request.argument = Tlv::raw(re_encode(&request.argument.encode(), spelling, 3));
    plain(stage, request);
}

fn spelled_whole(stage: &mut Stage, request: Request, spelling: Spelling) {
    let octets = re_encode(&opening(&request).encode(), spelling, 5);
    sent(stage, request, &octets);
}

/// Puts other members in the place of each.
fn rewritten(
    stage: &mut Stage,
    mut request: Request,
    rewrite: impl Fn(u8, Vec<u8>) -> Vec<Vec<u8>>,
) {
    let key = request.key.unwrap_or(0);
    request.argument = rebuilt(&request.argument, |members| {
        members.into_iter().flat_map(|member| rewrite(key, member)).collect()
    });
    plain(stage, request);
}

/// Writes a constructed element with other members.
fn rebuilt(argument: &Tlv, change: impl FnOnce(Vec<Vec<u8>>) -> Vec<Vec<u8>>) -> Tlv {
    let octets = argument.encode();
    let mut notes = Notes::default();
    let Ok(Some(element)) = Elements::new(&octets).next(&mut notes) else {
        return argument.clone();
    };
    let mut members = Vec::new();
    let mut rest = element.elements(&mut notes);
    while let Ok(Some(member)) = rest.next(&mut notes) {
        members.push(member.octets.to_vec());
    }
    let tag = octets.first().copied().unwrap_or_default();
    Tlv::constructed(tag, change(members).into_iter().map(Tlv::raw))
}

/// Writes a constructed element with a member more, behind the first. Behind the last it would be
/// one of a later release.
fn with_second(argument: &Tlv, member: Vec<u8>) -> Tlv {
    rebuilt(argument, |mut members| {
        members.insert(members.len().min(1), member);
        members
    })
}

fn tag_of(member: &[u8]) -> u8 {
    member.first().copied().unwrap_or_default()
}

/// Returns the member with another number: two digits before the last change places.
fn other_number(member: &[u8]) -> Vec<u8> {
    let mut out = member.to_vec();
    for octet in out.iter_mut().rev().skip(1).take(2) {
        *octet = octet.rotate_left(4);
    }
    out
}

fn map_number(digits: Digits) -> Vec<u8> {
    address_string(Address { nature: 1, plan: 1, digits, ..Default::default() })
}
