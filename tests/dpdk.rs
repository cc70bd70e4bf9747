//! Live capture through DPDK on virtual devices: what they deliver is what is detected, and
//! replaying the recording of a run gives its alerts, octet for octet.
//!
//! Needs no huge pages, no adapter and no root but for the cable. Every run is a process of its own.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a failure here is the test's, and what is skipped is said"
)]
#![cfg_attr(
    feature = "dpdk",
    expect(clippy::indexing_slicing, reason = "alerts are JSON that was checked")
)]
#![cfg_attr(not(feature = "dpdk"), expect(dead_code, reason = "the harness of the other half"))]

#[cfg(feature = "dpdk")]
#[path = "wire/cited.rs"]
mod cited;
mod wire;

use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use wire::{Scene, text};

/// Runs picket to its end, which is an error; returns its exit code and what it said.
fn refused(scene: &Scene) -> (Option<i32>, String) {
    let mut picket = Command::new(cargo_bin!("picket"));
    let output = picket.args(["run", "-c"]).arg(scene.path("picket.toml")).output();
    let output = output.expect("it runs");
    (output.status.code(), text(&output.stderr))
}

#[cfg(not(feature = "dpdk"))]
#[test]
fn without_the_feature_it_says_how_to_build_it() {
    eprintln!("skipped: DPDK is not built in; cargo test --features dpdk tries it");
    let scene = Scene::new(100, "[capture]\nbackend = \"dpdk\"\n");
    let (code, said) = refused(&scene);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("cargo build --release --features dpdk"), "{said}");
}

#[cfg(feature = "dpdk")]
mod devices {
    use std::{fs, path::Path};

    use picket_hw::{
        LinkType, Timestamp,
        memory::OwnedFrame,
        write::{FrameWriter, PcapWriter, Precision},
    };

    use super::*;
    use crate::{
        cited::{as_in_its_file, lab},
        wire::{Namespace, Running, octets},
    };

    fn configure(scene: &Scene, device: &str, more: &str) {
        let config = scene.path("picket.toml");
        let written = fs::read_to_string(&config).expect("a configuration");
        let device = format!(
            "[capture]\nbackend = \"dpdk\"\n[capture.dpdk]\n\
             eal = [\"--no-huge\", \"--no-pci\", \"-m\", \"256\", \"--vdev={device}\"]\n{more}"
        );
        fs::write(config, written + &device).expect("written");
    }

    fn write(path: &Path, frames: &[Vec<u8>]) {
        let file = fs::File::create(path).expect("a file");
        let mut writer =
            PcapWriter::new(file, LinkType::ETHERNET, Precision::Micros).expect("written");
        for frame in frames {
            let frame = OwnedFrame::new(Timestamp::EPOCH, LinkType::ETHERNET, frame.clone());
            writer.write(&frame.as_frame()).expect("written");
        }
    }

    /// Listens until everything is recorded; returns the log.
    fn listen(mut running: Running, scene: &Scene, frames: usize) -> String {
        while octets(&scene.path("record.pcapng")).len() < frames {
            let ended = running.child.try_wait().expect("its state");
            assert_eq!(ended, None, "it ended before it had recorded {frames} frames");
            std::thread::yield_now();
        }
        running.stop().1
    }

    fn start(scene: &Scene) -> Running {
        let (config, record) = (scene.path("picket.toml"), scene.path("record.pcapng"));
        let picket = Command::new(cargo_bin!("picket"));
        Running::start(picket, &[&"-c", &config, &"--record", &record])
    }

    #[test]
    fn what_a_file_holds_is_detected_and_replays_the_same() {
        let scene = Scene::new(2_000, "");
        let file = scene.path("sent.pcap");
        configure(&scene, &format!("net_pcap0,rx_pcap={}", file.display()), "");
        let frames = scene.frames();
        let log = listen(start(&scene), &scene, frames.len());
        assert_eq!(octets(&scene.path("record.pcapng")), frames, "{log}");
        as_in_its_file(&scene);
    }

    #[test]
    fn a_labelled_day_is_detected_as_in_its_file() {
        let Some(scene) = lab("") else { return };
        let frames = scene.frames();
        write(&scene.path("plain.pcap"), &frames);
        configure(&scene, &format!("net_pcap0,rx_pcap={}", scene.path("plain.pcap").display()), "");
        let log = listen(start(&scene), &scene, frames.len());
        assert_eq!(octets(&scene.path("record.pcapng")), frames, "{log}");
        as_in_its_file(&scene);
    }

    #[test]
    fn what_is_sent_on_a_cable_is_detected() {
        let Some(namespace) = Namespace::new("dpdk") else { return };
        namespace.cable("tap0", "far0");
        let scene = Scene::new(2_000, "");
        let device = "net_af_packet0,iface=tap0,framecnt=16384,blocksz=4096,framesz=2048";
        configure(&scene, device, "");
        let (config, record) = (scene.path("picket.toml"), scene.path("record.pcapng"));
        let running = namespace.listen(&[&"-c", &config, &"--record", &record]);
        let frames = scene.frames();
        namespace.send("far0", frames.clone());
        let log = listen(running, &scene, frames.len());
        assert_eq!(octets(&record), frames, "{log}");
        as_in_its_file(&scene);
    }

    #[test]
    fn two_queues_lose_nothing() {
        let Some(namespace) = Namespace::new("queues") else { return };
        namespace.cable("tap0", "far0");
        let scene = Scene::new(1_000, "");
        // The kernel spreads flows over the queues by its own hash.
        let device = "net_af_packet0,iface=tap0,qpairs=2,framecnt=16384,blocksz=4096,framesz=2048";
        configure(&scene, device, "rx_queues = 2\n");
        let (config, record) = (scene.path("picket.toml"), scene.path("record.pcapng"));
        let running = namespace.listen(&[&"-c", &config, &"--record", &record]);
        let mut frames = scene.frames();
        namespace.send("far0", frames.clone());
        let log = listen(running, &scene, frames.len());
        let mut got = octets(&record);
        frames.sort();
        got.sort();
        assert_eq!(got, frames, "{log}");
        assert_eq!(scene.alerts(), scene.replay("record.pcapng"));
    }

    #[test]
    fn two_ports_are_one_line_of_time() {
        let scene = Scene::new(1_000, "");
        let frames = scene.frames();
        let (first, second) = frames.split_at(frames.len() / 2);
        write(&scene.path("a.pcap"), first);
        write(&scene.path("b.pcap"), second);
        let [a, b] = ["a", "b"].map(|name| scene.path(&format!("{name}.pcap")));
        let device = format!(
            "net_pcap0,rx_pcap={}\", \"--vdev=net_pcap1,rx_pcap={}",
            a.display(),
            b.display()
        );
        configure(&scene, &device, "ports = [\"net_pcap1\", \"net_pcap0\"]\n");
        let log = listen(start(&scene), &scene, frames.len());
        let mut got = octets(&scene.path("record.pcapng"));
        let mut sent = frames;
        got.sort();
        sent.sort();
        assert_eq!(got, sent, "{log}");
        assert_eq!(scene.alerts(), scene.replay("record.pcapng"));
    }

    #[test]
    fn a_line_that_never_pauses_does_not_keep_the_program() {
        let scene = Scene::new(100, "");
        configure(&scene, "net_null0,size=150", "");
        let (_, log) = start(&scene).stop();
        // Frames of zeros carry nothing: the filter takes them out.
        assert_eq!(octets(&scene.path("record.pcapng")), Vec::<Vec<u8>>::new(), "{log}");
        assert!(log.contains("ended"), "{log}");
    }

    #[test]
    fn what_does_not_start_is_named() {
        for (device, more, words) in [
            ("net_pcap0,rx_pcap=picket-none.pcap", "", ["net_pcap0", "EAL did not start it"]),
            ("net_null0", "ports = [\"net_null1\"]\n", ["net_null1", "its ports: net_null0"]),
            ("net_null0", "rx_queues = 65535\n", ["net_null0", "capture.dpdk.rx_queues"]),
            ("net_null0", "buffers = 10000000\n", ["no memory", "-m"]),
        ] {
            let scene = Scene::new(100, "");
            configure(&scene, device, more);
            let (code, said) = refused(&scene);
            assert_eq!(code, Some(1), "{said}");
            assert!(words.iter().all(|word| said.contains(word)), "{device} {more}: {said}");
        }
    }
}
