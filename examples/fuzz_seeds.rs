//! Writes what the fuzz targets start from: `fuzz_seeds FOLDER` fills a folder a target.
#![expect(clippy::print_stdout, reason = "says what it wrote")]

#[expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "a target fails by panicking, and only the seeds are used here"
)]
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::{env, fs, path::Path};

fn main() -> std::io::Result<()> {
    let folder = env::args_os().nth(1).ok_or_else(|| std::io::Error::other("name a folder"))?;
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("dissectors/vectors");
    for target in &fuzz::TARGETS {
        let into = Path::new(&folder).join(target.name);
        fs::create_dir_all(&into)?;
        let seeds = fuzz::seeds::of(target.name, &vectors);
        for (number, octets) in (1..).zip(&seeds) {
            fs::write(into.join(format!("seed_{number:03}")), octets)?;
        }
        println!("{}: {} seeds", target.name, seeds.len());
    }
    Ok(())
}
