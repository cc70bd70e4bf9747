//! Documents that are good, odd and hostile.

use std::path::Path;

use super::*;
use crate::{
    config::{Document, plan::HomeNeed},
    enrich::{network::Origin, terms::Relation},
};

fn range(cc: &str, ndc: &str, sn: Option<(&str, &str)>) -> String {
    let sn = sn.map_or_else(String::new, |(start, stop)| {
        format!("<SN_Range><SN_RangeStart>{start}</SN_RangeStart><SN_RangeStop>{stop}</SN_RangeStop></SN_Range>")
    });
    format!("<RangeData><NumberRange><CC>{cc}</CC><NDC>{ndc}</NDC>{sn}</NumberRange></RangeData>\n")
}

/// Writes a network of the fictional country 999.
fn network(tadig: &str, name: &str, gt: &str, msisdn: &str, codes: (&str, &str)) -> String {
    let (mnc, nc) = codes;
    format!(
        "<Network><TADIGCode>{tadig}</TADIGCode><NetworkName>{name}</NetworkName>\
         <NetworkType>Terrestrial</NetworkType><NetworkData><RoutingInfoSection><RoutingInfo>\n\
         <CCITT_E164_NumberSeries><MSISDN_NumberRanges>{msisdn}</MSISDN_NumberRanges>\
         <GT_NumberRanges>{gt}</GT_NumberRanges>\
         <MSRN_NumberRanges>{}</MSRN_NumberRanges></CCITT_E164_NumberSeries>\n\
         <CCITT_E212_NumberSeries><MCC>001</MCC><MNC>{mnc}</MNC></CCITT_E212_NumberSeries>\
         <CCITT_E214_MGT><MGT_CC>999</MGT_CC><MGT_NC>{nc}</MGT_NC></CCITT_E214_MGT>\n\
         </RoutingInfo></RoutingInfoSection></NetworkData></Network>",
        range("999", "88", None)
    )
}

fn document(networks: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <r:TADIGRAEXIR21 xmlns:r=\"https://infocentre.gsm.org/TADIG-RAEX-IR21\">\n\
         <RAEXIR21FileHeader><FileCreationTimestamp>2026-01-02T03:04:05+00:00</FileCreationTimestamp>\
         <SenderTADIG>NORFJ</SenderTADIG></RAEXIR21FileHeader>\n\
         <OrganisationInfo><OrganisationName>Fjord Group</OrganisationName>\
         <CountryInitials>NOR</CountryInitials><NetworkList>\n{networks}\n</NetworkList>\
         </OrganisationInfo></r:TADIGRAEXIR21>\n"
    )
}

fn fjord() -> String {
    let gt = range("999", "21", Some(("0000000", "4999999"))) + &range("999", "22", None);
    let msisdn = range("999", "41", Some(("000000", "999999")));
    network("NORFJ", "Fjordline", &gt, &msisdn, ("21", "61"))
}

fn imported(files: &[(&str, &[u8])]) -> Imported {
    let mut importer = Importer::default();
    for (name, octets) in files {
        importer.add(Path::new(name), octets);
    }
    importer.finish(&[])
}

fn texts(prefixes: &[Digits]) -> Vec<String> {
    prefixes.iter().map(ToString::to_string).collect()
}

fn said(imported: &Imported) -> String {
    imported.problems.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn a_network_is_its_codes_country_and_ranges() {
    let found = imported(&[("n.xml", document(&fjord()).as_bytes())]);
    assert_eq!(said(&found), "");
    let [network] = found.networks.as_slice() else { panic!("{found:?}") };
    assert_eq!((network.tadig.as_str(), network.name.as_str()), ("NORFJ", "Fjordline"));
    assert_eq!(network.country, Country::parse("NO"));
    assert_eq!(texts(&network.gt), ["999210", "999211", "999212", "999213", "999214", "99922"]);
    assert_eq!(texts(&network.msisdn), ["99941"]);
    assert_eq!(
        (texts(&network.imsi), texts(&network.mgt)),
        (vec!["00121".into()], vec!["99961".into()])
    );
    assert_eq!(network.place.1, 5);
}

#[test]
fn namespaces_encodings_and_order_make_no_difference() {
    let plain = document(&fjord());
    let want = imported(&[("n.xml", plain.as_bytes())]).networks;
    let prefixed = plain
        .replace("<Network>", "<x:Network xmlns:x=\"urn:y\">")
        .replace("</Network>", "</x:Network>")
        .replace("<MCC>", "<x:MCC q=\"1\">")
        .replace("</MCC>", "</x:MCC>")
        .replace("<NDC>21</NDC>", "<NDC><![CDATA[21]]></NDC><!-- odd -->")
        .replace("Fjordline", "Fj&#111;rdline");
    let wide = |little: bool| -> Vec<u8> {
        let mark = core::iter::once(0xfeff);
        mark.chain(plain.encode_utf16())
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    };
    let latin = plain.replace("UTF-8", "ISO-8859-1").replace("Fjord Group", "Fj\u{f8}rd");
    let latin: Vec<u8> = latin.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let marked = [&[0xef, 0xbb, 0xbf], plain.as_bytes()].concat();
    for (what, octets) in [
        ("prefixes", prefixed.into_bytes()),
        ("UTF-16 little", wide(true)),
        ("UTF-16 big", wide(false)),
        ("ISO 8859-1", latin),
        ("a mark", marked),
        ("carriage returns", plain.replace('\n', "\r\n").into_bytes()),
    ] {
        let found = imported(&[("n.xml", &octets)]);
        assert_eq!(said(&found), "", "{what}");
        assert_eq!(found.networks, want, "{what}");
    }
}

#[test]
fn each_problem_names_file_line_and_element_and_costs_that_element_only() {
    let whole = document(&fjord());
    for (from, to, want) in [
        (
            "<NDC>21<",
            "<NDC>2x<",
            "n.xml:7: Network/NetworkData/RoutingInfoSection/RoutingInfo/CCITT_E164_NumberSeries/GT_NumberRanges/RangeData/NumberRange: NDC is `2x`, which is not digits; the range is left out",
        ),
        ("<CC>999</CC><NDC>21", "<NDC>21", "has no CC; the range is left out"),
        (
            "4999999<",
            "499999<",
            "99921 0000000 to 499999: start and stop differ in length; the range is left out",
        ),
        ("0000000<", "9000000<", "the stop is before the start"),
        ("<NDC>21<", "<NDC>2100000000000<", "has more than 15 digits"),
        (
            "<MNC>21<",
            "<MNC>2100<",
            "MCC `001` and MNC `2100` are not three and two or three digits; left out",
        ),
        ("<MGT_NC>61<", "<MGT_NC>six<", "MGT_CC `999` and MGT_NC `six` are not digits; left out"),
        (
            "<CountryInitials>NOR<",
            "<CountryInitials>QQQ<",
            "`QQQ` is no country of ISO 3166-1; the TADIG code decides",
        ),
        (
            "<TADIGCode>NORFJ</TADIGCode>",
            "",
            "has no TADIGCode; it is taken for the sender's, NORFJ",
        ),
        (
            "Fjordline",
            "Fj&ouml;rdline",
            "refers to the entity `ouml`, which is none of XML's; left out",
        ),
    ] {
        let text = whole.replacen(from, to, 1);
        assert_ne!(text, whole, "{from}");
        let found = imported(&[("n.xml", text.as_bytes())]);
        assert_eq!(found.problems.len(), 1, "{from}: {}", said(&found));
        assert!(said(&found).contains(want), "{}", said(&found));
        assert_eq!(found.networks.len(), 1, "{from}");
        assert_eq!(found.networks[0].country, Country::parse("NO"), "{from}");
    }
}

#[test]
fn what_is_no_document_gives_nothing_and_says_so() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]>\n<TADIGRAEXIR21>&c;</TADIGRAEXIR21>";
    let deep = format!("<TADIGRAEXIR21>{}", "<a>".repeat(100));
    let whole = document(&fjord());
    let cut = &whole[..whole.len() - 200];
    for (octets, want) in [
        (bomb.as_bytes(), "n.xml:2: has a document type, which may define entities without end; remove it"),
        (deep.as_bytes(), "nests elements deeper than 64; such a document is refused"),
        (b"<html><body/></html>", "n.xml:1: is a html, no TADIGRAEXIR21: export the RAEX IR.21 document"),
        (b"\xff\xff\xff", "is neither UTF-8, UTF-16 nor ISO 8859-1"),
        (b"<TADIGRAEXIR21><a></b></TADIGRAEXIR21>", "is no XML from here on"),
        (cut.as_bytes(), "n.xml:"),
        (b"<TADIGRAEXIR21><NetworkList><Network></Network></NetworkList></TADIGRAEXIR21>", "has no TADIGCode; the network is left out"),
        (
            b"<TADIGRAEXIR21><NetworkList><Network><TADIGCode>NORFJ</TADIGCode></Network></NetworkList></TADIGRAEXIR21>",
            "NORFJ has no number range; the network is left out",
        ),
    ] {
        let found = imported(&[("n.xml", octets)]);
        assert!(said(&found).contains(want), "{want}: {}", said(&found));
        assert_eq!((found.networks.len(), found.failed), (0, 1), "{want}");
    }
    for octets in [&b""[..], b"[home]\nname = \"x\"\n", b"<!-- nothing -->"] {
        let found = imported(&[("n.xml", octets)]);
        assert!(said(&found).contains("has no element at all"), "{}", said(&found));
        assert_eq!(found.failed, 1);
    }
}

#[test]
fn networks_and_prefixes_that_come_twice_are_kept_once() {
    let sea = |gt: &str| network("DNKSE", "Fjordline", &range("999", gt, None), "", ("22", "62"));
    let first = document(&format!("{}\n{}", fjord(), sea("21")));
    let newer = document(&sea("23")).replace("2026-01-02", "2026-02-02");
    let found = imported(&[("a.xml", first.as_bytes()), ("b.xml", newer.as_bytes())]);
    assert_eq!(
        said(&found),
        "a.xml:13: Network DNKSE: is described again; b.xml:5 is kept, which is newer\n"
    );
    let names: Vec<&str> = found.networks.iter().map(|network| network.name.as_str()).collect();
    assert_eq!(names, ["Fjordline (DNKSE)", "Fjordline (NORFJ)"]);
    let clash = document(&network("DNKSE", "Sea", &range("999", "22", None), "", ("21", "62")));
    let found = imported(&[("a.xml", document(&fjord()).as_bytes()), ("b.xml", clash.as_bytes())]);
    for want in [
        "a.xml:5: Network NORFJ GT_NumberRanges: prefix 99922 is also DNKSE's, which keeps it",
        "a.xml:5: Network NORFJ CCITT_E212_NumberSeries: prefix 00121 is also DNKSE's, which keeps it",
    ] {
        assert!(said(&found).contains(want), "{}", said(&found));
    }
}

#[test]
fn hosted_networks_are_named_and_satellites_have_no_territory() {
    let text = fjord()
        .replace("Terrestrial", "Non-Terrestrial")
        .replacen("<RangeData>", "<RangeData><NetworkOwner>NORMV</NetworkOwner>", 1)
        .replace("</NetworkData>", "<HostedNetworksSection><HostedNetwork><TADIGCode>NORMW</TADIGCode></HostedNetwork></HostedNetworksSection></NetworkData>");
    let found = imported(&[("n.xml", document(&text).as_bytes())]);
    let [network] = found.networks.as_slice() else { panic!("{found:?}") };
    assert_eq!(network.tadig, "NORFJ");
    assert_eq!(network.hosts, ["NORMV", "NORMW"]);
    assert_eq!(network.class, Class::Satellite);
    assert!(toml(&found.networks, Relation::Roaming).contains("; hosts NORMV NORMW\n"));
}

#[test]
fn a_thousand_files_become_a_configuration_that_loads() {
    let mut importer = Importer::default();
    for number in 0..1000 {
        let (gt, msisdn) = (format!("2{number:03}"), format!("4{number:03}"));
        let text = document(&network(
            &format!("X{number:04}"),
            &format!("Net \"{number}\" \\ æøå"),
            &(range("999", &gt, None)
                + &range("999", &format!("5{number:03}"), Some(("100", "899")))),
            &range("999", &msisdn, Some(("00000", "99999"))),
            (&format!("{number:03}"), &format!("6{number:03}")),
        ));
        importer.add(Path::new(&format!("{number}.xml")), text.as_bytes());
    }
    let found = importer.finish(&["X0500".to_owned()]);
    assert_eq!((said(&found).as_str(), found.networks.len()), ("", 999));
    let text =
        format!("[home]\ngt_prefixes = [\"99910\"]\n{}", toml(&found.networks, Relation::Roaming));
    let plan = Document::parse(Path::new("n.toml"), text)
        .and_then(|document| document.plan(HomeNeed::Required, &[]))
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(plan.networks.all().len(), 1000);
    let place = plan.networks.gt(Digits::parse("99920010").unwrap());
    assert_eq!(place.origin, Origin::Partner);
    assert_eq!(plan.networks.name(place.network.unwrap()), "Net \"1\" \\ æøå");
    let outside = plan.networks.gt(Digits::parse("9995001050").unwrap());
    assert_eq!(outside.origin, Origin::Foreign, "999 5001 0xx is outside 100 to 899");
}
