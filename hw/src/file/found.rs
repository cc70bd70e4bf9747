//! Names what a file is that is no capture, for the error that says so.

use super::{fault::What, inflate::Compression};
use crate::capture::CaptureError;

/// Makes the error for a file that begins with these octets, and why there are no more of them.
pub(super) fn not_capture(
    file: &str,
    compression: Compression,
    magic: &[u8],
    damage: Option<&What>,
) -> CaptureError {
    let (mut found, remedy) = describe(magic);
    if compression != Compression::None {
        found = format!("{found} inside {}", compression.name());
    }
    if let Some(damage) = damage {
        found = format!("{found} ({damage})");
    }
    CaptureError::NotCapture { file: file.to_owned(), found, remedy }
}

fn describe(magic: &[u8]) -> (String, &'static str) {
    let known = KNOWN.iter().find(|(start, ..)| magic.starts_with(start));
    if let Some(&(_, name, remedy)) = known {
        return (name.to_owned(), remedy);
    }
    let text = |octet: &u8| octet.is_ascii_graphic() || octet.is_ascii_whitespace();
    if magic.is_empty() {
        ("nothing".to_owned(), GIVE)
    } else if magic.iter().all(text) {
        (format!("text starting \"{}\"", magic.escape_ascii()), GIVE)
    } else {
        let octets = magic.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>();
        (format!("octets {}", octets.join(" ")), GIVE)
    }
}

const GIVE: &str = "give a pcap or pcapng file, plain or compressed with gzip or zstd";
const UNPACK: &str = "unpack it first";
const CONVERT: &str = "convert it first (editcap -F pcapng)";
const KNOWN: [(&[u8], &str, &str); 9] = [
    (b"\xfd7zX", "xz data", UNPACK),
    (b"BZh", "bzip2 data", UNPACK),
    (b"PK\x03\x04", "a zip archive", UNPACK),
    (b"\x04\x22\x4d\x18", "lz4 data", UNPACK),
    (b"\x1f\x8b", "gzip data", UNPACK),
    (b"\x28\xb5\x2f\xfd", "zstd data", UNPACK),
    (b"snoop", "a snoop capture", CONVERT),
    (b"TRSNIFF", "a Sniffer capture", CONVERT),
    (b"GMBU", "a Network Monitor capture", CONVERT),
];
