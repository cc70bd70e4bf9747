//! Reading capture files: frames a second, by format and compression.
#![expect(clippy::unwrap_used, reason = "a bench that cannot read its input has to stop")]

use std::{hint::black_box, io::Write};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use picket_hw::{Capture, Polled, file::FileCapture};

const FRAMES: u32 = 10_000;
const LENGTH: u32 = 150;

fn pcap() -> Vec<u8> {
    let header = [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65_535, 1].map(u32::to_le_bytes).concat();
    let record = |n: u32| {
        let mut record = [n, 0, LENGTH, LENGTH].map(u32::to_le_bytes).concat();
        record.extend(
            (0..LENGTH).flat_map(|octet| octet.wrapping_mul(n).to_le_bytes().into_iter().take(1)),
        );
        record
    };
    header.into_iter().chain((0..FRAMES).flat_map(record)).collect()
}

fn pcapng() -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let length = u32::try_from(body.len() + 12).unwrap().to_le_bytes();
        [&kind.to_le_bytes()[..], &length, body, &length].concat()
    };
    let mut file =
        block(0x0a0d_0d0a, &[0x1a2b_3c4d, 1, u32::MAX, u32::MAX].map(u32::to_le_bytes).concat());
    file.extend(block(1, &[1u32, 0].map(u32::to_le_bytes).concat()));
    for n in 0..FRAMES {
        let mut body = [0, 0, n, LENGTH, LENGTH].map(u32::to_le_bytes).concat();
        body.resize(body.len() + 152, 0xa5);
        file.extend(block(6, &body));
    }
    file
}

fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(octets).unwrap();
    writer.finish().unwrap()
}

fn reading(criterion: &mut Criterion) {
    let home = tempfile::tempdir().unwrap();
    let mut group = criterion.benchmark_group("file");
    group.throughput(Throughput::Elements(FRAMES.into()));
    for (name, octets) in [
        ("pcap", pcap()),
        ("pcapng", pcapng()),
        ("pcap.gz", gzip(&pcap())),
        ("pcap.zst", zstd::encode_all(&pcap()[..], 1).unwrap()),
    ] {
        let paths = [home.path().join(name)];
        std::fs::write(&paths[0], octets).unwrap();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut capture = FileCapture::open(&paths, FileCapture::BURST).unwrap();
                let mut sum = 0u64;
                let mut each = |frame: picket_hw::Frame<'_>| {
                    sum += u64::from(*frame.bytes.first().unwrap_or(&0));
                };
                while capture.poll(&mut each).unwrap() != Polled::End {}
                assert_eq!(capture.counters().frames, u64::from(FRAMES));
                black_box(sum)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
