//! Compiles the shim against the libdpdk that pkg-config finds, and links what the shim calls.

use std::process::ExitCode;

fn main() -> ExitCode {
    for file in ["c/shim.c", "c/shim.h"] {
        println!("cargo::rerun-if-changed={file}");
    }
    println!("cargo::rerun-if-env-changed=PKG_CONFIG_PATH");
    if std::env::var_os("CARGO_FEATURE_LINK").is_none() {
        return ExitCode::SUCCESS;
    }
    let found =
        pkg_config::Config::new().atleast_version("21.11").cargo_metadata(false).probe("libdpdk");
    let library = match found {
        Ok(library) => library,
        Err(error) => {
            println!(
                "cargo::error=feature `dpdk` needs libdpdk 21.11 or later and pkg-config; \
                 on Debian 12: apt-get install libdpdk-dev pkg-config ({})",
                error.to_string().replace('\n', " ")
            );
            return ExitCode::FAILURE;
        }
    };
    let mut shim = cc::Build::new();
    // What libdpdk.pc asks for. Never `native`: the program runs on other machines than this one.
    shim.file("c/shim.c").includes(&library.include_paths).flag("-include").flag("rte_config.h");
    // Clocks of adapters are read by a function that is not yet part of the stable interface.
    shim.define("ALLOW_EXPERIMENTAL_API", None);
    if cfg!(target_arch = "x86_64") {
        shim.flag("-march=corei7");
    }
    shim.warnings(true).extra_warnings(false).compile("picket_dpdk");
    // Drivers are loaded by the environment abstraction layer from the directory built into it.
    for name in ["rte_ethdev", "rte_mbuf", "rte_mempool", "rte_eal"] {
        println!("cargo::rustc-link-lib=dylib={name}");
    }
    for path in &library.link_paths {
        println!("cargo::rustc-link-search=native={}", path.display());
    }
    ExitCode::SUCCESS
}
