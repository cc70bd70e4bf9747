//! Files cut anywhere and octets changed anywhere: read to the last whole packet, and to an end.

use proptest::prelude::*;

use super::{
    read,
    samples::{gzip, pcap, pcapng, zstd},
};
use crate::{
    capture::CaptureError,
    file::{
        What,
        order::Order::{Big, Little},
    },
};

const LENGTHS: [usize; 4] = [5, 0, 8, 3];

/// Returns the offsets at which a file may end: after the header, each packet, and so on.
fn boundaries(sample: fn(crate::file::order::Order, &[usize]) -> Vec<u8>) -> Vec<usize> {
    (0..=LENGTHS.len()).map(|n| sample(Big, &LENGTHS[..n]).len()).collect()
}

#[test]
fn a_cut_file_is_read_to_its_last_whole_packet() {
    for sample in [pcap, pcapng] {
        let ends = boundaries(sample);
        for order in [Little, Big] {
            let file = sample(order, &LENGTHS);
            for cut in 4..=file.len() {
                let reading = read(&file[..cut]).unwrap();
                let whole = ends.iter().filter(|&&end| end <= cut).count().saturating_sub(1);
                assert_eq!(reading.frames.len(), whole, "cut at {cut}");
                // A pcapng file may also end after its section header.
                let clean = ends.contains(&cut) || (ends[0] == 48 && cut == 28);
                match &reading.faults[..] {
                    [] => assert!(clean, "cut at {cut} and not told"),
                    [fault] => {
                        assert!(matches!(fault.what, What::Cut { .. }), "{fault}");
                        assert!(!clean, "{fault}");
                        assert_eq!(fault.packet, u64::try_from(whole).unwrap());
                    }
                    faults => panic!("{faults:?}"),
                }
            }
            for cut in 1..4 {
                let error = read(&file[..cut]).unwrap_err();
                assert!(matches!(error, CaptureError::NotCapture { .. }), "{error}");
            }
        }
    }
}

#[test]
fn a_cut_compressed_file_is_read_to_its_last_whole_packet() {
    let lengths = [60; 70];
    for plain in [pcap(Little, &lengths), pcapng(Little, &lengths)] {
        for file in [gzip(&plain), zstd(&plain)] {
            let whole = read(&plain).unwrap().frames;
            let mut before = 0;
            for cut in 1..file.len() {
                let reading = match read(&file[..cut]) {
                    Ok(reading) => reading,
                    // So little that it does not tell what it is.
                    Err(CaptureError::NotCapture { .. }) if before == 0 => continue,
                    Err(error) => panic!("cut at {cut}: {error}"),
                };
                assert!(reading.frames.len() >= before, "cut at {cut}");
                before = reading.frames.len();
                assert_eq!(reading.frames, whole[..before]);
                assert_eq!(reading.faults.len(), 1, "cut at {cut}");
                assert_eq!(reading.faults[0].what, What::CompressedCut, "cut at {cut}");
            }
            assert_eq!(read(&file).unwrap().frames.len(), 70);
        }
        let mut file = gzip(&plain);
        let checksum = file.len() - 8;
        file[checksum] ^= 1;
        let reading = read(&file).unwrap();
        assert_eq!(reading.frames.len(), 70);
        assert!(matches!(reading.faults[0].what, What::Corrupt(_)), "{:?}", reading.faults);
    }
}

proptest! {
    #[test]
    fn octets_at_random_are_read_to_an_end(
        magic in prop::sample::select(vec![
            &[][..], &[0xa1, 0xb2, 0xc3, 0xd4], &[0x4d, 0x3c, 0xb2, 0xa1], &[0x34, 0xcd, 0xb2, 0xa1],
            &[0x0a, 0x0d, 0x0d, 0x0a], &[0x1f, 0x8b, 8, 0], &[0x28, 0xb5, 0x2f, 0xfd],
        ]),
        octets in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        if let Ok(reading) = read(&[magic, &octets].concat()) {
            prop_assert!(reading.frames.len() <= octets.len());
        }
    }

    #[test]
    fn changed_files_are_read_to_an_end(
        of in 0..4usize,
        order in prop::sample::select(vec![Little, Big]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let lengths = [20, 0, 7, 100, 33];
        let mut file = match of {
            0 => pcap(order, &lengths),
            1 => pcapng(order, &lengths),
            2 => gzip(&pcapng(order, &lengths)),
            _ => zstd(&pcap(order, &lengths)),
        };
        for (index, value) in changes {
            let at = index.index(file.len());
            file[at] = value;
        }
        if let Ok(reading) = read(&file) {
            for frame in &reading.frames {
                prop_assert!(frame.bytes.len() <= usize::try_from(frame.wire_len).unwrap());
            }
            let octets = reading.frames.iter().map(|frame| frame.bytes.len()).sum::<usize>();
            prop_assert_eq!(reading.counters.bytes, u64::try_from(octets).unwrap());
        }
    }
}
