//! DPDK over a device that offers RSS and never pauses: what is set up, and that buffers go round.
//!
//! DPDK starts once a process, so this file has one test.
#![cfg(feature = "dpdk")]

use picket_hw::{
    Capture, PortId,
    dpdk::{DpdkCapture, DpdkOptions, Spread},
    live::Source,
};

#[test]
fn queues_are_polled_in_turn_and_buffers_go_round() {
    let devices = ["--no-huge", "--no-pci", "-m", "256", "--vdev=net_null0", "--vdev=net_null1"];
    let options = DpdkOptions {
        eal: devices.map(str::to_owned).to_vec(),
        ports: vec!["net_null1".to_owned(), "net_null0".to_owned()],
        rx_queues: 4,
        rx_descriptors: 512,
        filter: Some(String::new()),
        ..Default::default()
    };
    let mut capture = DpdkCapture::open(&options).expect("ports");
    for offer in capture.offers() {
        assert!(matches!(offer.spread, Spread::Rss { sctp: true, .. }), "{offer:?}");
        assert_eq!(offer.rx_queues, 4);
    }
    let (mut seen, mut last, mut total) = ([0_u64; 2], 0, 0);
    while total < 1_000_000 {
        capture
            .poll(&mut |frame| {
                seen[usize::from(frame.port == PortId(1))] += 1;
                total += 1;
                assert!(frame.at.nanos() >= last, "times never go back");
                last = frame.at.nanos();
                assert_eq!(frame.bytes.len(), 64);
            })
            .expect("frames");
    }
    assert_eq!(seen[0], seen[1], "ports are polled in turn");
    let names: Vec<_> = capture.ports().into_iter().map(|port| port.name).collect();
    assert_eq!(names, ["net_null1", "net_null0"], "in the order of the configuration");
    assert_eq!(capture.counters().frames, total);
}
