//! `picket dissect`: trees of packets, and octets pasted at any layer.

#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic here is a failed test")]

use std::{fs, path::Path};

use assert_cmd::Command;
use picket_dissectors::{
    Digits,
    emit::{
        ip, link, m3ua,
        map::mobility,
        sccp::{Address, Unitdata},
        sctp, tcap,
    },
    mtp3,
};
use picket_hw::{
    FileId, Frame, LinkType, PortId, Timestamp,
    write::{FrameWriter, PcapWriter, Precision},
};

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn picket(arguments: &[&str], stdin: &str) -> Ran {
    let mut command = Command::cargo_bin("picket").unwrap();
    let ran = command.arg("dissect").args(arguments).write_stdin(stdin).output().unwrap();
    Ran {
        code: ran.status.code().unwrap_or(-1),
        out: String::from_utf8(ran.stdout).unwrap(),
        err: String::from_utf8(ran.stderr).unwrap(),
    }
}

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap()
}

/// An updateLocation from network 2 to network 1, as TCAP.
fn update_location() -> Vec<u8> {
    let node = digits("15550102");
    let argument = mobility::update_location(digits("001011234567890"), node, node);
    tcap::Message::begin(&[0, 0, 0, 1])
        .dialogue(tcap::aarq(&[0, 4, 0, 0, 1, 0, 1, 3], None))
        .component(tcap::invoke(1, 2, Some(argument)))
        .encode()
}

/// The same down to Ethernet.
fn frame() -> Vec<u8> {
    let tcap = update_location();
    let (called, calling) =
        (Address::e164(digits("15550101"), 6), Address::e164(digits("15550102"), 7));
    let sccp = Unitdata::udt(called, calling, &tcap).octets();
    let message = mtp3::Message { opc: 1, dpc: 2, si: 3, ni: 2, mp: 0, sls: 5, user: &sccp };
    let data = m3ua::message(1, 1, &[m3ua::parameter(0x0210, &m3ua::protocol_data(&message))]);
    let packet = sctp::Packet {
        source_port: 2905,
        destination_port: 2905,
        verification_tag: 7,
        chunks: vec![sctp::data(&sctp::whole(1, 1, 0, 3, &data))],
    }
    .octets();
    let packet =
        ip::Packet::sctp("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap(), &packet);
    link::Ethernet { tags: &[], ethertype: None, payload: &packet.octets() }.octets()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[test]
fn a_packet_is_a_tree_of_its_layers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.pcap");
    let octets = frame();
    let mut writer =
        PcapWriter::new(fs::File::create(&path).unwrap(), LinkType(1), Precision::Nanos).unwrap();
    for number in 1..=2 {
        writer
            .write(&Frame {
                at: Timestamp::from_nanos(number * 1_000_000_000),
                bytes: &octets,
                wire_len: octets.len().try_into().unwrap(),
                port: PortId(0),
                link: LinkType(1),
                number,
                source: FileId(0),
            })
            .unwrap();
    }
    writer.finish().unwrap();
    let path = path.to_str().unwrap();
    let want = "\
packet 1  1970-01-01T00:00:01.000000000Z  190 octets
  Ethernet [0..190]
    IP [14..190]  from 192.0.2.1, to 192.0.2.2, protocol 132
      SCTP [34..190]  from port 2905, to port 2905, tag 00000007
        DATA [46..190]  TSN 1, stream 1, message 0, PPID 3
          M3UA [62..190]  message DATA
            routing label  OPC 1, DPC 2, SI 3, NI 2, SLS 5
              SCCP [86..188]  message UDT, class 0, called 15550101 (GTI 4 TT 0 NP 1 ES 2 NAI 4) \
SSN 6 routed on GT [92], calling 15550102 (GTI 4 TT 0 NP 1 ES 2 NAI 4) SSN 7 routed on GT [102]
                TCAP [112..188]  message begin, OTID 00000001, application context \
0.4.0.0.1.0.1.3, dialogue portion at 120
                  invoke [162..188]  invoke id 1, operation 2, parameter 26 octets
                    [networkLocUp v3]  updateLocation (2)
                      imsi: \"001011234567890\"
                      msc: \"15550102\"
                      vlr: \"15550102\"
                      addresses: 2
";
    let ran = picket(&[path, "--offsets", "--frame", "1"], "");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, want);
    let ran = picket(&[path, "--tree", "--frame", "2"], "");
    assert!(ran.out.contains("second sighting"), "{}", ran.out);
    // One line an event stays the default.
    let ran = picket(&[path], "");
    assert!(ran.out.starts_with("     1  1970-01-01T00:00:01.000000000Z  map"), "{}", ran.out);
}

#[test]
fn every_layer_of_a_packet_can_be_pasted() {
    let octets = frame();
    for (at, layer) in [
        (0..190, "eth"),
        (14..190, "ip"),
        (34..190, "sctp"),
        (62..190, "m3ua"),
        // M3UA pads to four octets.
        (86..188, "sccp"),
        (112..188, "tcap"),
        (154..188, "map"),
    ] {
        let hex = hex(&octets[at]);
        for arguments in [&["--hex", &hex][..], &["--hex", &hex, "--as", layer]] {
            let ran = picket(arguments, "");
            assert_eq!(ran.code, 0, "{layer} {}", ran.err);
            assert!(ran.out.contains(&format!(" as {layer}")), "{layer} {}", ran.out);
            assert!(ran.out.contains("imsi: \"001011234567890\""), "{layer} {}", ran.out);
            let added = ran.out.contains("of our own, not shown");
            assert_eq!(added, matches!(layer, "m3ua" | "tcap" | "map"), "{layer}");
            assert!(!ran.out.contains("! "), "{layer} {}", ran.out);
        }
    }
}

#[test]
fn octets_cut_anywhere_are_read_as_far_as_they_go() {
    let octets = frame();
    for (from, layer) in [(0, "eth"), (62, "m3ua"), (86, "sccp"), (112, "tcap")] {
        let mut codes = Vec::new();
        for to in (from + 1..octets.len()).step_by(7) {
            let ran = picket(&["--hex", &hex(&octets[from..to]), "--as", layer, "--offsets"], "");
            assert!(!ran.err.contains("panicked"), "{layer} {to} {}", ran.err);
            assert!(matches!(ran.code, 0 | 1), "{layer} {to} {}", ran.err);
            let says = ["reading stopped at offset", "! ", "addresses"];
            assert!(says.iter().any(|says| ran.out.contains(says)), "{layer} {to} {}", ran.out);
            codes.push(ran.code);
        }
        assert_eq!(codes.last(), Some(&0), "{layer}");
    }
}

#[test]
fn what_cannot_be_read_says_where_and_why() {
    for (arguments, code, says) in [
        (&["--hex", "62 0g"][..], 2, "line 1, column 5: 'g' is no hexadecimal digit"),
        (&["--hex", "620"], 2, "line 1, column 3: half an octet"),
        (&["--hex", ""], 2, "there are no octets"),
        (&["--hex", "ff ff"], 1, "name it with --as"),
        (&["--hex", "ff ff", "--as", "tcap"], 1, "nothing could be read"),
        (&["--hex", "09", "--as", "sccp"], 1, "nothing could be read"),
        (&["--as", "sccp", "x.pcap"], 2, "cannot be used with"),
        (&["--hex", "09", "x.pcap"], 2, "cannot be used with"),
    ] {
        let ran = picket(arguments, "");
        assert_eq!(ran.code, code, "{arguments:?} {} {}", ran.out, ran.err);
        assert!(ran.err.contains(says), "{arguments:?} {}", ran.err);
    }
    let ran = picket(&["--hex", "ff ff", "--as", "tcap"], "");
    assert!(ran.out.contains("reading stopped at offset 0: tag 0xff"), "{}", ran.out);
}

#[test]
fn the_vectors_of_the_dissectors_can_be_pasted_with_their_comments() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dissectors/vectors");
    let mut count = 0;
    for layer in ["m3ua", "m2pa", "m2ua", "sua", "mtp2", "sccp", "tcap", "sctp"] {
        for entry in fs::read_dir(folder.join(layer)).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let ran = picket(&["--hex", "-", "--as", layer, "--clauses"], &text);
            assert!(matches!(ran.code, 0 | 1), "{layer} {text} {}", ran.err);
            assert!(!ran.err.contains("panicked"), "{layer} {text} {}", ran.err);
            count += 1;
        }
    }
    assert!(count > 80, "{count}");
}

#[test]
fn other_applications_than_itu_map_say_what_could_be_read() {
    let begin = |context: &[u64], code: i64| {
        let message = tcap::Message::begin(&[0, 0, 0, 1]).dialogue(tcap::aarq(context, None));
        hex(&message.component(tcap::invoke(1, code, None)).encode())
    };
    for (octets, says) in [
        // An operation that no release has.
        (begin(&[0, 4, 0, 0, 1, 0, 1, 3], 99), &["operation 99", "tcap.opcode.unknown"][..]),
        // An application context that no standard has.
        (begin(&[1, 3, 6, 1, 4, 1, 99], 2), &["1.3.6.1.4.1.99", "tcap.ac.unknown", "operation 2"]),
        // ANSI TCAP: a query with an operation of ANSI-41.
        (
            "e2 16 c7 04 00 00 00 07 e8 0e e9 0c cf 01 01 d1 02 09 07 f2 03 80 01 05".to_owned(),
            &[
                "query_with_permission",
                "originating id 00000007",
                "private 9/7",
                "tcap.ansi_on_itu",
            ],
        ),
    ] {
        let ran = picket(&["--hex", &octets, "--as", "tcap"], "");
        assert_eq!(ran.code, 0, "{octets} {}", ran.err);
        for says in says {
            assert!(ran.out.contains(says), "{octets} {says}: {}", ran.out);
        }
        let ran = picket(&["--hex", &octets, "--as", "tcap", "--json"], "");
        assert_eq!((ran.code, ran.out.lines().count()), (0, 1), "{octets}");
    }
}
