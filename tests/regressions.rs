//! What the fuzz targets did wrong once, and that they read what they start from.
//!
//! `fuzz/regressions/TARGET` holds past failures and what was likely to become one. A target fails by
//! panicking, so here too.
#![expect(clippy::expect_used, reason = "a file of this tree that cannot be read is a failure")]

#[expect(
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "shared with the fuzz targets, which fail by panicking"
)]
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::{fs, path::Path};

use fuzz::{TARGETS, seeds};

#[test]
fn past_failures_stay_mended() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    let mut tried = 0;
    for target in &TARGETS {
        let Ok(folder) = fs::read_dir(root.join(target.name)) else { continue };
        for file in folder {
            let path = file.expect("an entry").path();
            let octets = fs::read(&path).expect("a file");
            let hexadecimal = path.extension().is_some_and(|extension| extension == "hex");
            // The last one named is the one that failed.
            eprintln!("{}", path.display());
            if hexadecimal {
                (target.read)(&seeds::octets(&String::from_utf8_lossy(&octets)));
            } else {
                (target.read)(&octets);
            }
            tried += 1;
        }
    }
    assert!(tried > 0, "nothing in {}", root.display());
}

#[test]
fn every_target_has_seeds_and_reads_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for target in &TARGETS {
        let file = root.join("fuzz/targets").join(target.name).with_extension("rs");
        assert!(file.is_file(), "no target {}", target.name);
        let seeds = seeds::of(target.name, &root.join("dissectors/vectors"));
        assert!(seeds.len() >= 3, "{}: {} seeds", target.name, seeds.len());
        for octets in &seeds {
            (target.read)(octets);
        }
    }
    let targets = fs::read_dir(root.join("fuzz/targets")).expect("a folder").count();
    assert_eq!(targets, TARGETS.len());
}
