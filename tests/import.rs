//! `picket import`: what others write becomes configuration, and what cannot is named.

use std::{fs, process::Command};

use assert_cmd::cargo::cargo_bin;

const DOCUMENT: &str = "<?xml version=\"1.0\"?>
<TADIGRAEXIR21><OrganisationInfo><CountryInitials>NOR</CountryInitials><NetworkList><Network>
<TADIGCode>NORFJ</TADIGCode><NetworkName>Fjordline</NetworkName><NetworkData><RoutingInfoSection><RoutingInfo>
<CCITT_E164_NumberSeries><GT_NumberRanges>
<RangeData><NumberRange><CC>999</CC><NDC>21</NDC></NumberRange></RangeData>
<RangeData><NumberRange><CC>999</CC><NDC>two</NDC></NumberRange></RangeData>
</GT_NumberRanges></CCITT_E164_NumberSeries>
<CCITT_E212_NumberSeries><MCC>001</MCC><MNC>21</MNC></CCITT_E212_NumberSeries>
</RoutingInfo></RoutingInfoSection></NetworkData></Network></NetworkList></OrganisationInfo></TADIGRAEXIR21>
";

#[test]
fn ir21_documents_become_an_include_that_loads() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.xml"), DOCUMENT).expect("written");
    let run = |arguments: &[&str]| {
        let output =
            Command::new(cargo_bin!("picket")).args(arguments).current_dir(&folder).output();
        let output = output.expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said, String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, said, _) = run(&["import", "ir21", ".", "-o", "networks.toml"]);
    assert_eq!(code, Some(0), "{said}");
    let want = "a.xml:6: Network/NetworkData/RoutingInfoSection/RoutingInfo/CCITT_E164_NumberSeries/GT_NumberRanges\
                /RangeData/NumberRange: NDC is `two`, which is not digits; the range is left out\n\
                1 files, 1 networks, 1 problems\n";
    assert!(said.ends_with(want), "{said}");
    let config = "include = [\"networks.toml\"]\n[home]\ngt_prefixes = [\"99910\"]\n";
    fs::write(path("picket.toml"), config).expect("written");
    let (code, said, out) = run(&["check", "-c", "picket.toml"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(out.contains("home and 1 other networks"), "{out}");

    fs::write(path("b.xml"), "<html/>").expect("written");
    let (code, said, out) =
        run(&["import", "ir21", "a.xml", "b.xml", "none.xml", "--relation", "national"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("none.xml: cannot be read"), "{said}");
    assert!(said.contains("b.xml:1: is a html, no TADIGRAEXIR21"), "{said}");
    assert!(said.contains("2 of 3 files gave no network"), "{said}");
    assert!(
        out.contains("relation = \"national\""),
        "what is sound is written all the same: {out}"
    );
    let (code, said, out) = run(&["import", "ir21", "a.xml", "--except", "NORFJ"]);
    assert_eq!((code, out.contains("[[network]]")), (Some(0), false), "{said}");
    assert_eq!(run(&["import", "ir21", "a.xml", "--relation", "friend"]).0, Some(2));

    let before = fs::read(path("networks.toml")).expect("read");
    fs::create_dir(path("bare")).expect("a directory");
    for nothing in ["b.xml", "bare", "picket.toml"] {
        let (code, said, _) = run(&["import", "ir21", nothing, "-o", "networks.toml"]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("networks.toml is as it was"), "{said}");
        assert_eq!(fs::read(path("networks.toml")).expect("read"), before, "{nothing}");
    }
}
