//! The configuration from outside: what is accepted, what it becomes, what each error says.
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::{fs, path::Path};

use picket::{
    config::{
        Capacity, Document, LinkKey, Plan, Subscribers,
        plan::{Candidate, HomeNeed, SubscriberMatch},
    },
    enrich::{
        network::{NetworkId, NodeRole, Origin},
        pointcode::Variant,
        terms::LinkSide,
    },
};
use picket_dissectors::Digits;

const OPERATIONS: &[(&str, u8)] = &[
    ("sendRoutingInfo", 22),
    ("sendRoutingInfoForSM", 45),
    ("anyTimeInterrogation", 71),
    ("provideSubscriberLocation", 83),
    ("sendRoutingInfoForLCS", 85),
];

const HOME: &str = "[home]\ngt_prefixes = [\"99910\"]\n";

fn plan(text: &str) -> Result<Plan, String> {
    let document = Document::parse(Path::new("a.toml"), text.to_owned());
    let plan = document.and_then(|document| document.plan(HomeNeed::Required, OPERATIONS));
    plan.map_err(|error| error.to_string())
}

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap()
}

#[test]
fn home_alone_works() {
    let plan = plan(HOME).unwrap();
    assert_eq!(plan.sensor, "picket");
    assert_eq!(plan.networks.name(NetworkId::HOME), "home");
    assert_eq!(plan.networks.gt(digits("99910555")).origin, Origin::Home);
    assert_eq!(plan.networks.gt(digits("99920555")).origin, Origin::Foreign);
    assert_eq!(plan.subscribers, None);
    assert_eq!(plan.capacity, Capacity::default());
    assert!(plan.state_dir.is_none() && plan.output.file.is_none() && plan.metrics.is_none());
}

#[test]
fn the_example_is_a_plan() {
    let document = Document::load(Path::new("examples/picket.toml")).unwrap();
    let plan = document.plan(HomeNeed::Required, OPERATIONS).unwrap();
    let networks = &plan.networks;
    let id = |name| networks.by_name(name).unwrap();
    assert_eq!(networks.all().len(), 4);
    assert_eq!(networks.role(digits("99910000001")), Some(NodeRole::Hlr));
    assert_eq!(networks.gt(digits("99920000")).network, Some(id("Faraway")));
    assert_eq!(networks.gt(digits("99920000")).origin, Origin::Partner);
    assert!(networks.allows(id("Neighbour"), 22));
    assert!(!networks.allows(id("Neighbour"), 45));
    assert_eq!(plan.subscribers, Some(Subscribers::Pseudonym));
    assert!(plan.home_point_codes.contains(4321, Variant::Itu));
    assert!(plan.home_point_codes.contains(0x02_6501, Variant::Ansi));
    assert!(!plan.home_point_codes.contains(4905, Variant::Japan));
    assert_eq!(plan.state_dir.as_deref(), Some(Path::new("examples/state")));
    let file = plan.output.file.as_ref().unwrap();
    assert_eq!(file.path, Path::new("examples/alerts.jsonl"));
    assert_eq!(file.subscribers, Some(Subscribers::Masked));
    let kafka = plan.output.kafka.as_ref().unwrap();
    assert_eq!(kafka.topics.alerts, "ss7.alerts");
    assert_eq!(kafka.properties.get("security.protocol").unwrap().to_string(), "SASL_SSL");
}

#[test]
fn the_lab_configuration_is_a_plan() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/lab/picket.toml");
    if !path.exists() {
        eprintln!("skipped: no ../shared");
        return;
    }
    let plan = Document::load(&path).unwrap().plan(HomeNeed::Required, OPERATIONS).unwrap();
    assert_eq!(plan.networks.all().len(), 45);
    assert!(plan.networks.all().iter().all(|network| network.country.is_some()));
}

#[test]
fn every_mistake_names_file_line_key_and_remedy() {
    for (text, want) in [
        (
            "sensor = 1",
            "a.toml:1:10: sensor: invalid type: integer `1`, expected struct Sensor; expected: This sensor",
        ),
        (
            "[sensor]\nid = 5",
            "a.toml:2:6: sensor.id: invalid type: integer `5`, expected a string; expected: Name of the sensor in events and alerts (`sensor.id`)",
        ),
        ("[home\n", "a.toml:1:6: unclosed table, expected `]`; correct the TOML syntax"),
        ("[hone]\n", "a.toml:1:2: hone: unknown key; did you mean `home`?"),
        (
            "[home]\ngt_prefix = []",
            "a.toml:2:1: home.gt_prefix: unknown key; did you mean `gt_prefixes`?",
        ),
        (
            "[[network]]\nname = \"N\"\nrelation = \"roming\"",
            "a.toml:3:12: network[0].relation: unknown variant `roming`, expected one of `roaming`, `national`, `none`; did you mean `roaming`?",
        ),
        (
            "[[network]]\ntadig = \"X\"",
            "a.toml:1:1: network[0]: missing field `name`; add `name`: Name, as in events",
        ),
        (
            "[output.kafka]\nbroker = []",
            "a.toml:2:1: output.kafka.broker: unknown key; did you mean `brokers`?",
        ),
        (
            "[metrics]\nlisten = \"9464\"",
            "a.toml:2:10: metrics.listen: invalid socket address syntax; expected: Address to listen on",
        ),
        (
            "",
            "a.toml:1:1: home: the home network is not described; add [home] with gt_prefixes, msisdn_prefixes and imsi_prefixes",
        ),
        (
            "[home]\nname = \"H\"",
            "a.toml:1:2: home: gt_prefixes is missing: no address could be told to be home's; add gt_prefixes, the E.164 prefixes of own nodes",
        ),
    ] {
        assert_eq!(plan(text).unwrap_err(), want, "{text}");
    }
}

#[test]
fn every_value_that_cannot_be_resolved_is_named() {
    for (text, want) in [
        (
            "[[network]]\nname = \"N\"\ngt_prefixes = [\"9992x\"]",
            "a.toml:5:16: network[0].gt_prefixes[0]: \"9992x\" has characters other than digits; write digits only",
        ),
        (
            "[[network]]\nname = \"N\"\ngt_prefixes = [\"+9992\"]",
            "a.toml:5:16: network[0].gt_prefixes[0]: \"+9992\" begins with `+`; write \"9992\"",
        ),
        (
            "[[network]]\nname = \"N\"\nimsi_prefixes = [\"001\"]",
            "a.toml:5:18: network[0].imsi_prefixes[0]: \"001\" is too short; write MCC and MNC, 5 or 6 digits",
        ),
        (
            "[[network]]\nname = \"N\"\ngt_prefixes = [\"\"]",
            "a.toml:5:16: network[0].gt_prefixes[0]: \"\" is empty; write digits, or remove it",
        ),
        (
            "[[network]]\nname = \"N\"\ncountry = \"is\"",
            "a.toml:5:1: network[0].country: \"is\" is no country; write \"IS\"",
        ),
        (
            "[[network]]\nname = \"N\"\ncountry = \"ZZ\"",
            "a.toml:5:1: network[0].country: \"ZZ\" is no country; write two letters of ISO 3166-1, or \"XX\" for no country",
        ),
        (
            "[[network]]\nname = \"N\"\ngt_prefixes = [\"99910\"]",
            "a.toml:5:16: network[0].gt_prefixes[0]: prefix 99910 of `N` is also that of `home` (a.toml:2:16); leave it to one network, or write longer prefixes",
        ),
        (
            "[[network]]\nname = \"N\"\n[[network]]\nname = \"N\"",
            "a.toml:6:1: network[1].name: `N` is also the name of the network at a.toml:3:1; give each network its own name",
        ),
        (
            "[[network]]\nname = \"N\"\nallow = [\"sendRoutingInfoForSm\"]",
            "a.toml:5:10: network[0].allow[0]: `sendRoutingInfoForSm` is no operation; did you mean `sendRoutingInfoForSM`?",
        ),
        (
            "point_codes = [\"9-9-900\"]",
            "a.toml:3:16: home.point_codes[0]: `9-9-900` is no point code; write \"2-101-1\" (3-8-3 bits, or 8-8-8 for ANSI and China) or an integer",
        ),
        (
            "[[home.node]]\nrole = \"hlr\"\ngt = \"99910x\"",
            "a.toml:5:1: home.node[0].gt: \"99910x\" has characters other than digits; write digits only",
        ),
        (
            "[[home.node]]\nrole = \"hlr\"\ngt = \"999101\"\n[[home.node]]\nrole = \"vlr\"\ngt = \"999101\"",
            "a.toml:8:1: home.node[1].gt: 999101 is already the node at a.toml:5:1; give each node its own global title",
        ),
        (
            "[[link]]\nname = \"l\"\nside = \"national\"\nmatch = { ni = 4 }",
            "a.toml:6:11: link[0].match.ni: a network indicator is 0 to 3; write 0 or 1 (international), 2 or 3 (national)",
        ),
        (
            "[[link]]\nname = \"l\"\nside = \"national\"\nmatch = { opc = \"8-0-0\" }",
            "a.toml:6:11: link[0].match.opc: not a point code: itu is written \"2-101-1\" (3-8-3 bits) or an integer up to 16383; correct it, or the `variant` of the link",
        ),
        (
            "[[link]]\nname = \"l\"\nside = \"national\"\nmatch = { vlan = 5000 }",
            "a.toml:6:11: link[0].match.vlan: a VLAN id is 0 to 4095; correct the number",
        ),
        (
            "[[link]]\nname = \"l\"\nside = \"national\"\nmatch = { sctp_peer = \"x\" }",
            "a.toml:6:11: link[0].match.sctp_peer: `x` is no IP address; write an address, or a network such as \"192.0.2.0/24\"",
        ),
        (
            "[[link]]\nname = \"l\"\nside = \"national\"\nmatch = { port = \"eth1\" }\n[capture]\ninterfaces = [\"eth0\"]",
            "a.toml:6:11: link[0].match.port: `eth1` is no port of [capture]; did you mean `eth0`?",
        ),
        (
            "[[link]]\nname = \"l\"\nside = \"national\"\n[[link]]\nname = \"m\"\nside = \"national\"",
            "a.toml:6:1: link[1]: is never reached: link `l` before it matches all; move it up, or give that one a match",
        ),
        (
            "[[suppress]]\nrule = \"r\"\nreason = \" \"\nuntil = 2026-12-31",
            "a.toml:5:1: suppress[0].reason: is empty; write the reason",
        ),
        (
            "[[suppress]]\nrule = \"r\"\nreason = \"t\"\nuntil = 2026-12-31T00:00:00Z",
            "a.toml:6:1: suppress[0].until: `2026-12-31T00:00:00Z` is no day; write a date: 2026-12-31",
        ),
        (
            "[[suppress]]\nrule = \"r\"\nreason = \"t\"\nuntil = 2026-12-31\nnetwork = \"hone\"",
            "a.toml:7:1: suppress[0].network: `hone` is no configured network; did you mean `home`?",
        ),
        (
            "ported_file = \"none.csv\"",
            "none.csv: cannot be read: No such file or directory (os error 2); correct `ported_file` of [home]",
        ),
        (
            "[lists]\ndirs = [\"none\"]",
            "none: cannot be read: No such file or directory (os error 2); correct `dirs` of [lists]",
        ),
    ] {
        assert_eq!(plan(&format!("{HOME}{text}")).unwrap_err(), want, "{text}");
    }
}

#[test]
fn several_problems_are_reported_at_once_in_file_order() {
    let text = format!(
        "{HOME}[[network]]\nname = \"N\"\nimsi_prefixes = [\"1\", \"x\"]\ncountry = \"Q\"\n\
         [sensor]\n"
    );
    let error = plan(&text).unwrap_err();
    let lines: Vec<&str> = error.lines().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(lines, ["a.toml:5:18", "a.toml:5:23", "a.toml:6:1"]);
    let error = plan("[sensor]\nidd = 1\nid = 2\n[homme]\n").unwrap_err();
    assert_eq!(error.lines().count(), 2, "{error}");
    let error = plan("a = \n[b\n").unwrap_err();
    assert!(error.lines().count() >= 2, "{error}");
}

#[test]
fn networks_may_stand_in_further_files() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let main = file(
        "picket.toml",
        &format!("include = [\"more.toml\"]\n{HOME}[[network]]\nname = \"A\"\n"),
    );
    file("more.toml", "[[network]]\nname = \"B\"\ngt_prefixes = [\"99920\"]\n");
    let load = || {
        let plan = Document::load(&main)
            .and_then(|document| document.plan(HomeNeed::Required, OPERATIONS));
        plan.map_err(|error| error.to_string())
    };
    let names: Vec<String> =
        load().unwrap().networks.all().iter().map(|network| network.name.clone()).collect();
    assert_eq!(names, ["home", "A", "B"]);
    for (text, want) in [
        (
            "[[network]]\nname = \"B\"\ngt_prefixes = [\"9 9\"]",
            "more.toml:3:16: network[0].gt_prefixes[0]: \"9 9\" has characters other than digits; write digits only",
        ),
        ("[home]\n", "more.toml:1:2: home: unknown key; use one of: network"),
    ] {
        file("more.toml", text);
        assert!(load().unwrap_err().ends_with(want), "{text}: {:?}", load());
    }
    fs::remove_file(dir.path().join("more.toml")).unwrap();
    let error = load().unwrap_err();
    assert!(error.contains("picket.toml:1:12: include[0]: "), "{error}");
    assert!(error.ends_with("correct the path"), "{error}");
}

#[test]
fn portability_and_lists_are_read_from_files() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    file(
        "picket.toml",
        &format!(
            "{HOME}ported_file = \"ported.csv\"\nmsisdn_prefixes = [\"99911\"]\n[lists]\ndirs = [\".\"]\n"
        ),
    );
    file("ported.csv", "# left and came\n99911000001,out\n 99955 , in # a range\n");
    file("lbs_partners.txt", "# agreed\n99920\n\n99930 # other\n");
    let load = || {
        Document::load(&dir.path().join("picket.toml"))
            .and_then(|document| document.plan(HomeNeed::Required, OPERATIONS))
    };
    let plan = load().unwrap();
    assert_eq!(plan.networks.msisdn(digits("99911000001")).origin, Origin::National);
    assert_eq!(plan.networks.msisdn(digits("99911000002")).origin, Origin::Home);
    assert_eq!(plan.networks.msisdn(digits("999555")).origin, Origin::Home);
    assert_eq!(plan.lists.get("lbs_partners").unwrap(), &["99920", "99930"]);
    for (text, want) in [
        (
            "1,in\n2,inn\n",
            "ported.csv:2:1: `2,inn` is no portability entry; write digits, a comma and `in` or `out`: 99955500123,in",
        ),
        ("1,in\n\n1,out\n", "ported.csv:3:1: 1 already stands in line 1; keep one of the lines"),
    ] {
        file("ported.csv", text);
        assert!(load().unwrap_err().to_string().ends_with(want), "{text}: {:?}", load().err());
    }
}

#[test]
fn home_on_the_command_line() {
    let plan = Plan::from_home_list("gt:99910, imsi:00101,msisdn:99911,55").unwrap();
    for (got, want) in [
        (plan.networks.gt(digits("999105")).origin, Origin::Home),
        (plan.networks.imsi(digits("001015")).origin, Origin::Home),
        (plan.networks.msisdn(digits("999115")).origin, Origin::Home),
        (plan.networks.gt(digits("555")).origin, Origin::Home),
        (plan.networks.imsi(digits("555")).origin, Origin::Home),
        (plan.networks.imsi(digits("999105")).origin, Origin::Foreign),
    ] {
        assert_eq!(got, want);
    }
    for (list, want) in [
        ("", "--home: names no prefix; write it as gt:99910,imsi:00101,msisdn:99911"),
        (
            "gt:+1",
            "--home: `gt:+1` is no prefix of digits; write it as gt:99910,imsi:00101,msisdn:99911, digits only",
        ),
        ("gtt:1", "--home: `gtt` is no kind of prefix; did you mean `gt`?"),
    ] {
        assert_eq!(Plan::from_home_list(list).unwrap_err().to_string(), want, "{list}");
    }
    let text = "[[network]]\nname = \"N\"\ngt_prefixes = [\"99920\"]\n";
    let document = Document::parse(Path::new("a.toml"), text.to_owned()).unwrap();
    let plan = document.plan(HomeNeed::Optional, OPERATIONS).unwrap();
    assert!(!plan.networks.has_home());
    let error = plan.clone().with_home_list("99920").unwrap_err().to_string();
    let want = "--home: prefix 99920 belongs to another network of the configuration; name a prefix of home only";
    assert_eq!(error, want);
    let plan = plan.with_home_list("99910").unwrap();
    assert_eq!(plan.networks.gt(digits("999101")).origin, Origin::Home);
    assert_eq!(plan.networks.name(NetworkId(1)), "N");
}

#[test]
fn the_first_link_that_matches_counts() {
    let link = |name, rest| format!("[[link]]\nname = \"{name}\"\n{rest}\n");
    let text = [
        HOME.to_owned(),
        "[capture]\ninterfaces = [\"eth0\", \"eth1\"]\n".to_owned(),
        link("peer", "side = \"internal\"\nmatch = { ni = 2, sctp_peer = \"192.0.2.0/30\" }"),
        link(
            "code",
            "side = \"international\"\nvariant = \"ansi\"\nmatch = { opc = \"1-2-3\", na = 7 }",
        ),
        link("port", "side = \"national\"\nmatch = { port = \"eth1\" }"),
        link("rest", "side = \"international\"\nmatch = { ni = 0 }"),
    ]
    .concat();
    let plan = plan(&text).unwrap();
    let peer = |text: &str| [None, Some(text.parse().unwrap())];
    let none = LinkKey::default();
    for (key, want) in [
        (LinkKey { ni: Some(2), peers: peer("192.0.2.3"), ..none }, Some("peer")),
        (LinkKey { ni: Some(2), peers: peer("192.0.2.4"), ..none }, None),
        (LinkKey { opc: Some(0x1_0203), na: Some(7), ..none }, Some("code")),
        (LinkKey { opc: Some(0x1_0203), ni: Some(0), ..none }, Some("rest")),
        (LinkKey { port: Some(1), ni: Some(0), ..none }, Some("port")),
        (LinkKey { port: Some(0), ..none }, None),
    ] {
        assert_eq!(plan.link_for(&key).map(|link| link.name.as_str()), want, "{key:?}");
    }
    let code = plan.links.iter().find(|link| link.name == "code").unwrap();
    assert_eq!((code.side, code.variant), (LinkSide::International, Variant::Ansi));
}

#[test]
fn a_suppression_holds_to_the_end_of_its_day() {
    let text = "[[suppress]]\nrule = \"R\"\ngt = \"99920\"\nnetwork = \"home\"\nreason = \"t\"\nuntil = 1970-01-01\n\
                [[suppress]]\nrule = \"6F1C\"\nsubscriber = \"001011\"\nreason = \"t\"\nuntil = 2026-12-31\n\
                [[suppress]]\nrule = \"R\"\nsubscriber = \"p-1a\"\nreason = \"t\"\nuntil = 2026-12-31\n";
    let plan = plan(&format!("{HOME}{text}")).unwrap();
    let day = 86_400_000_000_000;
    let network = Some(NetworkId::HOME);
    let gt = Some(digits("999201"));
    let base = Candidate { rule_id: "6f1c", rule_name: "R", ..Candidate::default() };
    for (which, alert, want) in [
        (0, Candidate { gt, network, at: day - 1, ..base }, true),
        (0, Candidate { gt, network, at: day, ..base }, false),
        (0, Candidate { gt, at: 0, ..base }, false),
        (0, Candidate { network, at: 0, ..base }, false),
        (0, Candidate { gt, network, rule_name: "other", ..base }, false),
        (1, Candidate { imsi: Some(digits("001011")), ..base }, true),
        (1, Candidate { msisdn: Some(digits("001011")), ..base }, true),
        (1, Candidate { imsi: Some(digits("0010112")), ..base }, false),
        (2, Candidate { subscriber_id: Some("p-1a"), ..base }, true),
        (2, Candidate { subscriber_id: Some("p-1b"), ..base }, false),
    ] {
        assert_eq!(plan.suppressions[which].covers(&alert), want, "{which} {alert:?}");
    }
    assert_eq!(plan.suppressions[1].subscriber, Some(SubscriberMatch::Number(digits("001011"))));
    assert_eq!(plan.suppressions[1].until, 1_798_761_600_000_000_000);
}

#[test]
fn every_key_is_described_in_the_schema() {
    fn walk(schema: &serde_json::Value, path: &str, bare: &mut Vec<String>) {
        if let Some(properties) = schema.get("properties").and_then(|p| p.as_object()) {
            for (name, value) in properties {
                let path = format!("{path}.{name}");
                if value.get("description").is_none() {
                    bare.push(path.clone());
                }
                walk(value, &path, bare);
            }
        }
        for key in ["anyOf", "oneOf"] {
            for option in schema.get(key).and_then(|o| o.as_array()).into_iter().flatten() {
                walk(option, path, bare);
            }
        }
        if let Some(items) = schema.get("items") {
            walk(items, path, bare);
        }
    }
    let mut bare = Vec::new();
    walk(picket::config::Config::schema().as_value(), "", &mut bare);
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn a_key_before_needs_a_last_day() {
    let plan_of = plan;
    let good = format!(
        "{HOME}[privacy]\nprevious_key_file = \"old.key\"\nprevious_key_until = 2026-12-31\nseal_key_file = \"seal.key\"\n"
    );
    let plan = plan_of(&good).unwrap();
    let (path, until) = plan.previous_key.unwrap();
    assert!(path.ends_with("old.key") && plan.seal_key_file.unwrap().ends_with("seal.key"));
    // 2027-01-01T00:00:00Z.
    assert_eq!(until, 1_798_761_600_000_000_000);
    for (lines, want) in [
        ("previous_key_file = \"old.key\"", "has no end"),
        ("previous_key_until = 2026-12-31", "there is no previous key"),
        ("previous_key_file = \"old.key\"\nprevious_key_until = 12:00:00", "which is no day"),
    ] {
        let error = plan_of(&format!("{HOME}[privacy]\n{lines}\n")).unwrap_err();
        assert!(error.contains(want) && error.contains("a.toml:4"), "{lines}: {error}");
    }
}

#[test]
fn networks_keep_their_places_when_they_are_read_anew() {
    let network = |name: &str, gt: &str| {
        format!("[[network]]\nname = \"{name}\"\ngt_prefixes = [\"{gt}\"]\n")
    };
    let read = |networks: &[String], names: Option<&[String]>| {
        let text = format!("{HOME}{}", networks.concat());
        let mut document = Document::parse(Path::new("a.toml"), text).unwrap();
        if let Some(names) = names {
            document.keep_networks(names);
        }
        document.plan(HomeNeed::Required, OPERATIONS).unwrap()
    };
    let names = |plan: &Plan| -> Vec<String> {
        plan.networks.all().iter().map(|network| network.name.clone()).collect()
    };
    let before = read(&[network("a", "99921"), network("b", "99922"), network("c", "99923")], None);
    let known = names(&before);
    let changed = [network("new", "99924"), network("c", "99925"), network("a", "99921")];
    let after = read(&changed, Some(&known));
    assert_eq!(names(&after), ["home", "a", "b", "c", "new"]);
    let place = |gt: &str| after.networks.gt(digits(gt)).network;
    for (gt, want) in [("99921", Some(1)), ("99922", None), ("99925", Some(3)), ("99924", Some(4))]
    {
        assert_eq!(place(gt), want.map(NetworkId), "{gt}");
    }
}
