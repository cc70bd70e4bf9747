//! The captures of others, where they are at hand, have the packets their table says.

use std::path::Path;

use picket_hw::{Capture, Polled, file::FileCapture};

#[test]
fn every_capture_has_the_packets_its_table_says() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let Ok(table) = std::fs::read_to_string(corpus.join("README.md")) else {
        println!("skipped: no ../shared");
        return;
    };
    let mut seen = 0;
    for row in table.lines() {
        let mut cells = row.split('|').map(str::trim).skip(1);
        let (Some(name), Some(count)) = (cells.next(), cells.next()) else { continue };
        let Ok(count) = count.replace(',', "").parse::<u64>() else { continue };
        let path = ["", ".pcap", ".cap", ".pcap.gz"]
            .map(|end| corpus.join("captures").join(format!("{name}{end}")))
            .into_iter()
            .find(|path| path.exists())
            .unwrap_or_else(|| panic!("{name} is in the table and not in captures/"));
        let mut capture = FileCapture::open(&[path], 64).unwrap();
        let mut last = 0;
        while capture.poll(&mut |frame| last = frame.number).unwrap() != Polled::End {}
        let counters = capture.counters();
        assert_eq!((counters.frames, last), (count, count), "{name}");
        assert_eq!(capture.faults(), [], "{name}");
        seen += 1;
    }
    assert!(seen > 0, "the table has no rows");
}
