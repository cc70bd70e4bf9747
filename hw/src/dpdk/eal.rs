//! The environment abstraction layer: what DPDK is started with, once a process.
//!
//! What the configuration does not say is added: one core, no telemetry socket, no files shared with
//! other processes (this is a primary process and the only one), warnings only. Starting pins the
//! calling thread; that is undone, and the thread that polls is pinned instead, if cores are named.

use std::{
    ffi::{CStr, CString, c_char, c_int},
    sync::atomic::{AtomicBool, Ordering},
};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::failure;
use crate::capture::CaptureError;

/// The environment abstraction layer, ended when dropped.
#[derive(Debug)]
pub(super) struct Eal {
    /// Where the thread that polls belongs, if the arguments say so.
    cpus: Option<CpuSet>,
}

impl Eal {
    /// Starts it.
    pub(super) fn start(arguments: &[String]) -> Result<Self, CaptureError> {
        let wrong = |why: String, remedy: &str| failure("DPDK", why, remedy);
        if STARTED.swap(true, Ordering::SeqCst) {
            let remedy = "DPDK can be started once a process: start the program anew";
            return Err(wrong("it was started before".to_owned(), remedy));
        }
        check_layouts()?;
        let before = sched_getaffinity(None).ok();
        let first = before.as_ref().and_then(|cpus| (0..CpuSet::MAX_CPU).find(|&n| cpus.is_set(n)));
        let all = complete(arguments, first.unwrap_or(0))
            .map_err(|why| wrong(why, "see capture.dpdk.eal"))?;
        let texts: Vec<CString> = all
            .into_iter()
            .map(CString::new)
            .collect::<Result<_, _>>()
            .map_err(|_| wrong("an EAL argument holds a zero octet".to_owned(), "remove it"))?;
        // Each is copied for EAL, which is free to change both the list and its order.
        let mut list: Vec<*mut c_char> =
            texts.iter().map(|text| text.as_ptr().cast_mut()).collect();
        let count = c_int::try_from(list.len()).unwrap_or(c_int::MAX);
        list.push(std::ptr::null_mut());
        // SAFETY: `list` holds `count` strings and a null, as `main` gets them; EAL reorders the
        // list and writes to no string. Both live until it returns, and EAL copies what it keeps.
        let result = unsafe { dpdk_sys::picket_init(count, list.as_mut_ptr()) };
        let pinned = sched_getaffinity(None).ok();
        if let Some(before) = &before {
            // Where that is refused the thread stays on the core EAL gave it: slower, not wrong.
            let _ = sched_setaffinity(None, before);
        }
        if result < 0 {
            return Err(wrong(format!("EAL does not start: {}", words(result)), START));
        }
        Ok(Self { cpus: pinned.filter(|_| names_cores(arguments)) })
    }

    /// Makes the calling thread the one that polls.
    pub(super) fn adopt(&self) -> bool {
        if let Some(cpus) = &self.cpus {
            let _ = sched_setaffinity(None, cpus);
        }
        // SAFETY: EAL is started. The thread need not be one of EAL's.
        unsafe { dpdk_sys::picket_thread_register() == 0 }
    }

    /// Takes back what [`Self::adopt`] gave the calling thread.
    pub(super) fn release(&self) {
        // SAFETY: EAL is started; a thread that is not registered is left alone.
        unsafe { dpdk_sys::picket_thread_unregister() }
    }
}

impl Drop for Eal {
    fn drop(&mut self) {
        // SAFETY: EAL is started, and ports and pools, which borrow it, are gone.
        unsafe {
            dpdk_sys::picket_cleanup();
        }
    }
}

/// Returns the name and version of the library.
pub(super) fn version() -> String {
    // SAFETY: the function only returns a constant.
    let version = unsafe { dpdk_sys::picket_version() };
    // SAFETY: it is a string that is never freed.
    unsafe { CStr::from_ptr(version) }.to_string_lossy().into_owned()
}

/// Returns an error of DPDK in words.
pub(super) fn words(error: c_int) -> String {
    // SAFETY: any number may be asked about.
    let words = unsafe { dpdk_sys::picket_error(error) };
    // SAFETY: the string is valid until this thread asks for another.
    unsafe { CStr::from_ptr(words) }.to_string_lossy().into_owned()
}

/// Compares our structures with those of the compiled shim.
fn check_layouts() -> Result<(), CaptureError> {
    let ours = [
        size_of::<dpdk_sys::Frame>(),
        size_of::<dpdk_sys::Burst>(),
        size_of::<dpdk_sys::Info>(),
        size_of::<dpdk_sys::Setup>(),
        size_of::<dpdk_sys::Stats>(),
    ];
    for (which, ours) in (0..).zip(ours) {
        // SAFETY: the function only computes.
        let theirs = unsafe { dpdk_sys::picket_size(which) };
        if ours != theirs {
            let why = format!("structure {which} of the shim has {theirs} octets, not {ours}");
            return Err(failure("DPDK", why, "build picket anew"));
        }
    }
    Ok(())
}

/// Adds to the arguments what they leave open.
fn complete(arguments: &[String], cpu: usize) -> Result<Vec<String>, String> {
    let has = |name: &str| {
        arguments
            .iter()
            .any(|a| a == name || a.strip_prefix(name).is_some_and(|r| r.starts_with('=')))
    };
    for name in ["-h", "--help", "-v", "--version"] {
        if has(name) {
            return Err(format!("`{name}` would end the program"));
        }
    }
    let kind = value(arguments, "--proc-type").next();
    if let Some(kind) = kind.filter(|kind| *kind != "primary") {
        return Err(format!("--proc-type={kind}: picket is a primary process"));
    }
    // A log level that is given comes later, and wins.
    let mut all = vec!["picket".to_owned(), "--log-level=warning".to_owned()];
    if !names_cores(arguments) {
        all.extend(["-l".to_owned(), cpu.to_string()]);
    }
    for name in ["--no-telemetry", "--no-shconf"] {
        if !has(name) {
            all.push(name.to_owned());
        }
    }
    all.extend(arguments.iter().cloned());
    Ok(all)
}

fn names_cores(arguments: &[String]) -> bool {
    let long = |a: &str| a == "--lcores" || a.starts_with("--lcores=");
    let short = |a: &str| a.starts_with("-l") || a.starts_with("-c") || a.starts_with("-s");
    arguments.iter().any(|a| long(a) || short(a))
}

/// Returns the values an option is given with, either way of writing it.
pub(super) fn value<'a>(arguments: &'a [String], name: &'a str) -> impl Iterator<Item = &'a str> {
    let next = arguments.iter().skip(1).map(Some).chain([None]);
    arguments.iter().zip(next).filter_map(move |(argument, next)| {
        let rest = argument.strip_prefix(name)?;
        if rest.is_empty() { next.map(String::as_str) } else { rest.strip_prefix('=') }
    })
}

static STARTED: AtomicBool = AtomicBool::new(false);

const START: &str = "DPDK said more above; without huge pages add \"--no-huge\", \"-m\", \"512\" to \
    capture.dpdk.eal, or reserve some: sysctl -w vm.nr_hugepages=512; `picket hw check` looks at \
    the machine";

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &str) -> Vec<String> {
        words.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn what_the_arguments_leave_open_is_added() {
        for (given, want) in [
            ("", "-l 3 --no-telemetry --no-shconf"),
            ("--no-huge -m 512", "-l 3 --no-telemetry --no-shconf --no-huge -m 512"),
            ("-l 1 --no-shconf", "--no-telemetry -l 1 --no-shconf"),
            ("-l1", "--no-telemetry --no-shconf -l1"),
            ("--lcores=(0-1)@2", "--no-telemetry --no-shconf --lcores=(0-1)@2"),
            ("--proc-type=primary", "-l 3 --no-telemetry --no-shconf --proc-type=primary"),
        ] {
            let want = list(&format!("picket --log-level=warning {want}"));
            assert_eq!(complete(&list(given), 3), Ok(want), "{given}");
        }
    }

    #[test]
    fn arguments_that_do_not_go_with_a_primary_process_are_refused() {
        for given in ["--proc-type=secondary", "--proc-type auto", "--help", "-v"] {
            assert!(complete(&list(given), 0).is_err(), "{given}");
        }
    }

    #[test]
    fn values_are_found_either_way_they_are_written() {
        let arguments =
            list("--vdev=net_null0,size=64 -a 0000:03:00.0 --vdev net_ring0 --vdevs=x -a");
        let found: Vec<_> = value(&arguments, "--vdev").collect();
        assert_eq!(found, ["net_null0,size=64", "net_ring0"]);
        assert_eq!(value(&arguments, "-a").collect::<Vec<_>>(), ["0000:03:00.0"]);
    }
}
