//! Who an address belongs to, and networks that contradict each other.

use super::*;

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap()
}

fn list(texts: &[&str]) -> Vec<Digits> {
    texts.iter().map(|text| digits(text)).collect()
}

fn plan() -> Networks {
    let home = Network {
        name: "Home".into(),
        country: Country::parse("IS"),
        gt: list(&["99910"]),
        msisdn: list(&["99911", "999105"]),
        imsi: list(&["00101"]),
        mgt: list(&["9991089"]),
        ..Network::default()
    };
    let mut allow = OperationSet::default();
    allow.insert(71);
    let neighbour = Network {
        name: "Neighbour".into(),
        country: Country::parse("IS"),
        relation: Relation::National,
        group: Some("g".into()),
        allow,
        gt: list(&["99920"]),
        msisdn: list(&["99920"]),
        imsi: list(&["00102", "00103"]),
        mgt: list(&["999208", "999209"]),
        ..Network::default()
    };
    let partner = Network {
        name: "Partner".into(),
        relation: Relation::Roaming,
        class: Class::RoamingHub,
        group: Some("g".into()),
        gt: list(&["1555", "9992077"]),
        imsi: list(&["99999", "999980"]),
        mgt: list(&["1555"]),
        ..Network::default()
    };
    let stranger = Network { name: "Stranger".into(), gt: list(&["99940"]), ..Network::default() };
    let ported = [("999110001", Ported::Out), ("9992055", Ported::In)];
    let nodes = [("99910500", NodeRole::Hlr)];
    Networks::build(Some(home), vec![neighbour, partner, stranger])
        .unwrap()
        .with_ported(DigitTrie::build(ported.map(|(d, p)| (digits(d), p))).unwrap())
        .with_nodes(DigitTrie::build(nodes.map(|(d, r)| (digits(d), r))).unwrap())
}

fn shown(networks: &Networks, place: Place) -> String {
    let name = place.network.map_or("-", |id| networks.name(id));
    let country = place.country.map_or_else(String::new, |c| c.to_string());
    let class = place.class.map_or("-", Class::name);
    let kind = if place.subscriber { "subscriber" } else { "node" };
    format!("{} {name} {country} {class} {kind}", place.origin)
}

#[test]
fn global_titles_by_longest_prefix() {
    let plan = plan();
    for (number, want) in [
        ("9991000", "home Home IS plmn node"),
        ("999105", "home Home IS plmn subscriber"),
        ("99910500", "home Home IS plmn subscriber"),
        ("9991155", "home Home IS plmn subscriber"),
        ("999110001", "national - IS - subscriber"),
        ("9992000", "national Neighbour IS plmn subscriber"),
        ("99920771", "partner Partner XX roaming_hub node"),
        ("1555010", "partner Partner US roaming_hub node"),
        ("9994000", "foreign Stranger XX plmn node"),
        ("46700", "foreign - SE - node"),
        ("000", "foreign -  - node"),
    ] {
        assert_eq!(shown(&plan, plan.gt(digits(number))), want, "{number}");
    }
    assert!(plan.gt(digits("9994000")).is_virtual());
    assert!(!plan.gt(digits("1555010")).is_virtual());
}

#[test]
fn subscribers_by_portability_then_range() {
    let plan = plan();
    for (number, want) in [
        ("9991155", "home Home IS plmn subscriber"),
        ("9991100012", "national - IS - subscriber"),
        ("99920551", "home Home IS plmn subscriber"),
        ("9992056", "national Neighbour IS plmn subscriber"),
        ("1555", "partner Partner US roaming_hub subscriber"),
        ("46700", "foreign - SE - subscriber"),
    ] {
        assert_eq!(shown(&plan, plan.msisdn(digits(number))), want, "{number}");
    }
}

#[test]
fn imsis_with_two_and_three_digit_network_codes() {
    let plan = plan();
    for (imsi, want) in [
        ("001010000000001", "home Home IS plmn subscriber"),
        ("00103", "national Neighbour IS plmn subscriber"),
        ("99998099", "partner Partner XX roaming_hub subscriber"),
        ("99998199", "foreign - XX - subscriber"),
        ("310", "foreign - US - subscriber"),
    ] {
        assert_eq!(shown(&plan, plan.imsi(digits(imsi))), want, "{imsi}");
    }
}

#[test]
fn mobile_global_titles_give_the_imsi_where_it_can_be_told() {
    let plan = plan();
    for (title, want, imsi) in [
        ("99910891234567", "home Home IS plmn subscriber", Some("001011234567")),
        ("9992091234", "national Neighbour IS plmn subscriber", Some("001031234")),
        ("999108912345678901234", "home Home IS plmn subscriber", Some("001011234567890")),
        ("15550100", "partner Partner US roaming_hub subscriber", None),
        ("9991000", "home Home IS plmn subscriber", None),
        ("46700", "foreign - SE - subscriber", None),
    ] {
        let got = plan.mgt(digits(title));
        assert_eq!(shown(&plan, got.place), want, "{title}");
        assert_eq!(got.imsi, imsi.map(digits), "{title}");
    }
}

#[test]
fn agreements_groups_names_and_roles() {
    let plan = plan();
    let id = |name| plan.by_name(name).unwrap();
    let (neighbour, partner, stranger) = (id("Neighbour"), id("Partner"), id("Stranger"));
    for (network, operation, want) in
        [(neighbour, 71, true), (neighbour, 72, false), (partner, 71, false)]
    {
        assert_eq!(plan.allows(network, operation), want, "{network:?} {operation}");
    }
    for (a, b, want) in [
        (neighbour, partner, true),
        (neighbour, NetworkId::HOME, false),
        (stranger, stranger, true),
        (stranger, NetworkId::HOME, false),
    ] {
        assert_eq!(plan.same_group(a, b), want, "{a:?} {b:?}");
    }
    assert_eq!(plan.role(digits("99910500")), Some(NodeRole::Hlr));
    assert_eq!(plan.role(digits("9991050")), None);
    assert_eq!(id("Home"), NetworkId::HOME);
    assert_eq!(plan.home_code(), Some(digits("999")));
    assert_eq!(plan.name(NetworkId(99)), "");
}

#[test]
fn two_networks_with_one_prefix_are_refused() {
    let network = |gt: &[&str]| Network { gt: list(gt), ..Network::default() };
    let all = vec![network(&["99920", "99921", "99920"]), network(&["99930", "99920"])];
    let overlaps = Networks::build(None, all).unwrap_err();
    let want = Overlap {
        range: Range::Gt,
        prefix: digits("99920"),
        first: (NetworkId(1), 0),
        second: (NetworkId(2), 1),
    };
    assert_eq!(overlaps, [want]);
}

#[test]
fn without_home_nothing_is_home() {
    let plan = Networks::build(None, vec![]).unwrap();
    assert!(!plan.has_home());
    assert_eq!(plan.by_name(""), None);
    assert_eq!(plan.gt(digits("999")).origin, Origin::Foreign);
}

#[test]
fn operation_sets_hold_any_octet() {
    let mut set = OperationSet::default();
    for code in [0, 63, 64, 255] {
        assert!(!set.contains(code));
        set.insert(code);
        assert!(set.contains(code));
    }
    assert!(!set.contains(1));
}

#[test]
fn a_network_may_be_home_to_others_deliver_for_others_and_speak_for_countries() {
    let countries = |codes: &[&str]| codes.iter().filter_map(|code| Country::parse(code)).collect();
    let named = |gt: &str, family: Option<&str>| Network {
        gt: list(&[gt]),
        gt_family: family.map(str::to_owned),
        ..Network::default()
    };
    let host = Network { imsi_alias: list(&["0019901"]), ..named("99920", Some("hubs")) };
    let hub = Network { countries: countries(&["NO", "SE"]), ..named("99940", Some("hubs")) };
    let plan = Networks::build(None, vec![host, named("99930", None), hub]).unwrap();
    let id = |number: &str| plan.gt(digits(number)).network.unwrap();
    let (host, plain, hub) = (id("999201"), id("999301"), id("999401"));
    assert!(plan.hosts(host, digits("001990112345678")));
    assert!(!plan.hosts(host, digits("001990212345678")));
    assert!(!plan.hosts(plain, digits("001990112345678")));
    assert!(plan.speaks_for(hub, Country::parse("SE")));
    assert!(!plan.speaks_for(hub, Country::parse("DK")));
    assert!(!plan.speaks_for(hub, None));
    assert!(plan.speaks_for(plain, None), "none named are all");
    for (number, want) in [("999201", Some(host)), ("999401", Some(host)), ("999301", None)] {
        assert_eq!(plan.family_of(&plan.gt(digits(number))), want, "{number}");
    }
}

#[test]
fn where_home_alone_is_described_its_country_may_look_up_numbers() {
    let home = Network {
        country: Country::parse("NO"),
        gt: list(&["47910"]),
        imsi: list(&["24299"]),
        ..Network::default()
    };
    let alone = Networks::build(Some(home.clone()), vec![]).unwrap();
    let with =
        Networks::build(Some(home), vec![Network { gt: list(&["46"]), ..Network::default() }])
            .unwrap();
    for (plan, number, looks_up, want) in [
        (&alone, "4792000001", true, true),
        (&alone, "4792000001", false, false),
        (&alone, "4692000001", true, false),
        (&alone, "47910", true, false),
        (&with, "4792000001", true, false),
    ] {
        let place = plan.gt(digits(number));
        assert_eq!(plan.assumes(&place, looks_up), want, "{number}");
        assert!(place.origin == Origin::Home || place.origin == Origin::Foreign);
    }
}
