//! Files by path, directories, streams, and what is no capture.

use std::{
    fs,
    io::{self, Read},
    path::PathBuf,
};

use super::{
    Reading, drain,
    samples::{MICROS, gzip, pcap, pcap_header, pcapng, record, zstd},
};
use crate::{
    capture::{Capture, CaptureError, Polled},
    file::{
        FileCapture, What,
        order::Order::{Big, Little},
    },
    frame::FileId,
};

fn at(second: u32) -> Vec<u8> {
    let header = pcap_header(Little, MICROS, (2, 4), 1);
    [header, record(Little, (second, 0), (1, 1), &[], &[0])].concat()
}

fn open(paths: &[PathBuf]) -> Result<Reading, CaptureError> {
    drain(FileCapture::open(paths, 64)?)
}

#[test]
fn a_directory_is_read_in_the_order_of_first_packets_then_names() {
    let home = tempfile::tempdir().unwrap();
    let below = home.path().join("day");
    fs::create_dir(&below).unwrap();
    for (name, octets) in [
        ("a.pcap", at(30)),
        ("b", gzip(&at(10))),
        ("c.txt", zstd(&at(20))),
        ("d.pcap", at(10)),
        ("day/e.pcap", at(15)),
        ("notes.txt", b"not a capture".to_vec()),
        ("nothing", Vec::new()),
    ] {
        fs::write(home.path().join(name), octets).unwrap();
    }
    let capture = FileCapture::open(&[home.path().to_owned()], 64).unwrap();
    let names = (0..6).map(|n| {
        let name = capture.source_name(FileId(n))?;
        Some(name.rsplit('/').next().unwrap_or_default().to_owned())
    });
    let names = names.flatten().collect::<Vec<_>>();
    assert_eq!(names, ["b", "d.pcap", "e.pcap", "c.txt", "a.pcap"]);
    let reading = drain(capture).unwrap();
    let frames = reading.frames.iter();
    let order = frames.map(|f| (f.at.nanos() / 1_000_000_000, f.source.0, f.number));
    let want = [(10, 0, 1), (10, 1, 1), (15, 2, 1), (20, 3, 1), (30, 4, 1)];
    assert_eq!(order.collect::<Vec<_>>(), want);
    let told = reading.faults.iter().map(|fault| fault.to_string()).collect::<Vec<_>>();
    assert_eq!((told.len(), reading.counters.faults), (2, 2));
    assert!(told[0].contains("notes.txt: passed over") && told[0].contains("text starting"));
    assert!(told[1].contains("nothing: passed over") && told[1].contains("is empty"));
}

#[test]
fn a_directory_too_deep_is_told_and_links_do_not_lead_in_circles() {
    let home = tempfile::tempdir().unwrap();
    let mut deep = home.path().to_owned();
    for _ in 0..20 {
        deep.push("d");
    }
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("unseen"), at(1)).unwrap();
    fs::write(home.path().join("seen"), at(2)).unwrap();
    std::os::unix::fs::symlink(home.path(), home.path().join("circle")).unwrap();
    std::os::unix::fs::symlink("nowhere", home.path().join("dangling")).unwrap();
    let reading = open(&[home.path().to_owned()]).unwrap();
    assert_eq!(reading.frames.len(), 1);
    let told = reading.faults.iter().map(|fault| fault.to_string()).collect::<Vec<_>>();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("/d/d: passed over: cannot open") && told[0].contains("directory"));
    assert!(told[1].contains("dangling: passed over: cannot open"));
}

#[test]
fn paths_are_read_in_the_order_given_each_numbered_from_one() {
    let home = tempfile::tempdir().unwrap();
    let (one, two) = (home.path().join("one"), home.path().join("two"));
    fs::write(&one, pcap(Big, &[1, 2])).unwrap();
    fs::write(&two, &pcapng(Little, &[3, 4])[..100]).unwrap();
    let reading = open(&[two.clone(), one.clone(), one]).unwrap();
    let frames = reading.frames.iter().map(|f| (f.source.0, f.number, f.bytes.len()));
    let want = [(0, 1, 3), (1, 1, 1), (1, 2, 2), (2, 1, 1), (2, 2, 2)];
    assert_eq!(frames.collect::<Vec<_>>(), want);
    assert_eq!(reading.faults.len(), 1);
    assert_eq!(reading.faults[0].file, two.display().to_string());
}

#[test]
fn what_cannot_be_used_is_an_error_that_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    fs::create_dir(path("hollow")).unwrap();
    fs::write(path("hollow/readme"), "no capture").unwrap();
    for (name, octets, want) in [
        ("missing", None, "cannot open .*missing: .*; check the path"),
        ("empty", Some(vec![]), ".*empty is empty; give a pcap"),
        ("text", Some(b"{\"a\": 1}".to_vec()), "found text starting .*; give a pcap"),
        ("binary", Some(vec![0, 1, 2, 3, 255]), "found octets 00 01 02 03 ff; give a pcap"),
        ("zip", Some(b"PK\x03\x04zip".to_vec()), "found a zip archive; unpack it first"),
        ("snoop", Some(b"snoop\0\0\0".to_vec()), "found a snoop capture; convert it first"),
        ("gz", Some(gzip(b"")), "found nothing inside gzip; give"),
        (
            "cut.gz",
            Some(gzip(b"")[..9].to_vec()),
            "nothing inside gzip (compressed data cut short)",
        ),
        ("gzgz", Some(gzip(&gzip(b"abc"))), "found gzip data inside gzip; unpack"),
        ("zst", Some(zstd(b"text here")), "found text starting .* inside zstd; give"),
        ("order", Some([&[10, 13, 13, 10][..], &[28; 24]].concat()), "found octets 0a 0d 0d 0a"),
        ("hollow", None, "no capture in directory .*hollow: looked at 1 files; give"),
    ] {
        if let Some(octets) = &octets {
            fs::write(path(name), octets).unwrap();
        }
        let error = FileCapture::open(&[path(name)], 64).err().expect(name).to_string();
        assert!(error.contains(&path(name).display().to_string()), "{error}");
        let mut rest = error.as_str();
        for part in want.split(".*") {
            let found = rest.find(part).unwrap_or_else(|| panic!("{name}: {error}"));
            rest = &rest[found + part.len()..];
        }
    }
    assert!(matches!(FileCapture::open(&[], 64), Err(CaptureError::NoInput)));
}

#[test]
fn standard_input_is_named_as_given_and_told_in_words() {
    let capture = FileCapture::open(&["-".into()], 64).unwrap();
    assert_eq!(capture.source_name(FileId(0)), Some("-"));
    assert_eq!(capture.source_name(FileId(1)), None);
    assert_eq!(capture.inputs[0].shown(), "standard input");
    // A lane takes a capture along to its thread.
    let _: Box<dyn Capture + Send> = Box::new(capture);
}

#[test]
fn progress_counts_stored_octets() {
    let home = tempfile::tempdir().unwrap();
    let octets = gzip(&pcap(Little, &[1000; 500]));
    let size = u64::try_from(octets.len()).unwrap();
    let paths = [home.path().join("a"), home.path().join("b")];
    for path in &paths {
        fs::write(path, &octets).unwrap();
    }
    let mut capture = FileCapture::open(&paths, 64).unwrap();
    assert_eq!((capture.progress().read, capture.progress().total), (0, Some(2 * size)));
    let mut last = 0;
    while capture.poll(&mut |_| {}).unwrap() != Polled::End {
        let read = capture.progress().read;
        assert!(read >= last && read <= 2 * size);
        last = read;
    }
    assert_eq!(capture.progress().read, 2 * size);
}

/// Gives one packet a read, then panics if it is asked for more than the test took.
struct Pipe {
    chunks: std::vec::IntoIter<Vec<u8>>,
}

impl Read for Pipe {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let Some(chunk) = self.chunks.next() else {
            return Ok(0);
        };
        // `FileCapture` looks at the first four octets alone.
        let n = chunk.len().min(room.len());
        room[..n].copy_from_slice(&chunk[..n]);
        if n < chunk.len() {
            let rest = chunk[n..].to_vec();
            let later = std::mem::take(&mut self.chunks);
            self.chunks = std::iter::once(rest).chain(later).collect::<Vec<_>>().into_iter();
        }
        Ok(n)
    }
}

#[test]
fn a_pipe_is_not_waited_on_while_there_are_packets_to_give() {
    let one = record(Little, (1, 0), (1, 1), &[], &[7]);
    let head = [pcap(Little, &[]), one.clone()].concat();
    let chunks = vec![head, one.repeat(3), one[..10].to_vec(), one[10..].to_vec()].into_iter();
    let mut capture = FileCapture::from_reader("-", Box::new(Pipe { chunks }), 64);
    let mut bursts = Vec::new();
    loop {
        match capture.poll(&mut |_| {}).unwrap() {
            Polled::Frames(n) => bursts.push(n),
            Polled::Idle => panic!("idle"),
            Polled::End => break,
        }
    }
    bursts.retain(|&n| n > 0);
    assert_eq!(bursts, [1, 3, 1]);
    assert_eq!(capture.progress().total, None);
}

/// Fails after its octets.
struct Broken(io::Cursor<Vec<u8>>);

impl Read for Broken {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self.0.read(room)? {
            0 => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
            n => Ok(n),
        }
    }
}

#[test]
fn a_read_that_fails_ends_the_file_and_is_told() {
    for (octets, frames) in
        [(pcap(Little, &[1, 2]), 2), (gzip(&pcap(Little, &[1]))[..20].to_vec(), 0)]
    {
        let stream = Box::new(Broken(io::Cursor::new(octets)));
        match drain(FileCapture::from_reader("-", stream, 7)) {
            Ok(reading) => {
                assert_eq!(reading.frames.len(), frames);
                assert!(matches!(reading.faults[0].what, What::Read(_)));
            }
            Err(error) => assert_eq!(frames, 0, "{error}"),
        }
    }
}
