//! System calls that a detector has no use for, refused by the kernel (seccomp).
//!
//! What is refused fails as if it was not permitted. It is a list of what is refused, not of what is
//! allowed: libraries beneath change what they call from version to version, and a sensor that stops
//! after an update detects nothing. The unit adds the list of what is allowed (`SystemCallFilter=`).

use std::env::consts::ARCH;

use seccompiler::{TargetArch, apply_filter_all_threads, compile_from_json};
use serde_json::{Value, json};

use super::ConfineError;

/// Puts the list in force for every thread there is and will be; returns its length.
pub(super) fn refuse() -> Result<usize, ConfineError> {
    let refused = |why: String| ConfineError::Refused { what: "system calls", why, key: "calls" };
    let arch = TargetArch::try_from(ARCH).map_err(|error| refused(error.to_string()))?;
    let (denied, absent) = lists();
    let count = denied.len() + absent.len();
    // An unknown call makes the C library take its older way; a forbidden one it would report.
    for (list, error) in [(denied, NOT_PERMITTED), (absent, NOT_THERE)] {
        let text = json!({ "picket": {
            "mismatch_action": "allow",
            "match_action": { "errno": error },
            "filter": list,
        }})
        .to_string();
        let programs = compile_from_json(text.as_bytes(), arch);
        let programs = programs.map_err(|error| refused(error.to_string()))?;
        let program = programs.get("picket").ok_or_else(|| refused("no filter".to_owned()))?;
        apply_filter_all_threads(program).map_err(|error| refused(error.to_string()))?;
    }
    Ok(count)
}

/// Returns the calls that are not permitted, and those that are not there.
fn lists() -> (Vec<Value>, Vec<Value>) {
    let mut denied: Vec<Value> = DENIED.iter().map(|name| json!({ "syscall": name })).collect();
    if ARCH == "x86_64" {
        denied.extend(DENIED_X86_64.iter().map(|name| json!({ "syscall": name })));
    }
    let argument = |index: u8, op: Value, value: u64| json!({ "index": index, "type": "dword", "op": op, "val": value });
    let masked = |mask: u64| json!({ "masked_eq": mask });
    // A process, as opposed to a thread.
    denied.push(json!({ "syscall": "clone", "args": [argument(0, masked(CLONE_THREAD), 0)] }));
    // Memory that is written to and run.
    let both = PROT_WRITE | PROT_EXEC;
    denied.push(json!({ "syscall": "mmap", "args": [argument(2, masked(both), both)] }));
    denied.push(
        json!({ "syscall": "mprotect", "args": [argument(2, masked(PROT_EXEC), PROT_EXEC)] }),
    );
    // Typing into the terminal it was started from.
    denied.push(json!({ "syscall": "ioctl", "args": [argument(1, json!("eq"), TIOCSTI)] }));
    let families = SOCKETS.map(|family| argument(0, json!("ne"), family));
    denied.push(json!({ "syscall": "socket", "args": families }));
    (denied, vec![json!({ "syscall": "clone3" })])
}

/// Calls that are refused whatever their arguments.
const DENIED: &[&str] = &[
    // Other programs and processes.
    "execve",
    "execveat",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "pidfd_getfd",
    "kcmp",
    // Users and rights.
    "setuid",
    "setgid",
    "setreuid",
    "setregid",
    "setresuid",
    "setresgid",
    "setfsuid",
    "setfsgid",
    "setgroups",
    "capset",
    "personality",
    // Namespaces and mounts.
    "unshare",
    "setns",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "fsconfig",
    "fspick",
    "mount_setattr",
    "open_by_handle_at",
    "name_to_handle_at",
    "quotactl",
    "swapon",
    "swapoff",
    "mknodat",
    // The kernel itself.
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "add_key",
    "request_key",
    "keyctl",
    "syslog",
    "acct",
    "reboot",
    "vhangup",
    "sethostname",
    "setdomainname",
    // The clock.
    "settimeofday",
    "clock_settime",
    "adjtimex",
    "clock_adjtime",
];

/// Those only this architecture has.
const DENIED_X86_64: &[&str] =
    &["fork", "vfork", "mknod", "iopl", "ioperm", "modify_ldt", "kexec_file_load", "uselib"];

/// Families of sockets that may be made: Unix, IPv4, IPv6, netlink (names of interfaces), packet.
const SOCKETS: [u64; 5] = [1, 2, 10, 16, 17];
const CLONE_THREAD: u64 = 0x0001_0000;
const PROT_WRITE: u64 = 2;
const PROT_EXEC: u64 = 4;
const TIOCSTI: u64 = 0x5412;
/// `EPERM` and `ENOSYS` of Linux.
const NOT_PERMITTED: u32 = 1;
const NOT_THERE: u32 = 38;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_call_is_known_and_stands_once() {
        let (denied, absent) = lists();
        let names: BTreeSet<_> =
            denied.iter().chain(&absent).map(|row| row["syscall"].to_string()).collect();
        assert_eq!(names.len(), denied.len() + absent.len());
        let arch = TargetArch::try_from(ARCH).expect("a known architecture");
        for list in [denied, absent] {
            let text = json!({ "picket": {
                "mismatch_action": "allow", "match_action": { "errno": 1 }, "filter": list,
            }});
            let programs = compile_from_json(text.to_string().as_bytes(), arch);
            assert_eq!(programs.expect("it compiles").len(), 1);
        }
    }
}
