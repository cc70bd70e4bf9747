//! User, capabilities, and what the kernel gives to who starts another program.

use std::fs;

use rustix::{
    process::{
        DumpableBehavior, Gid, Resource, Rlimit, Uid, geteuid, set_dumpable_behavior, setrlimit,
    },
    thread::{
        CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set,
        remove_capability_from_bounding_set, set_capabilities, set_keep_capabilities,
        set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
    },
};

use super::{ConfineError, Report};

/// What is needed once the capture is open.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Keep {
    /// Interfaces are opened again when they were gone.
    pub(super) interfaces: bool,
    /// The clock of an adapter is asked for, which takes the right to set interfaces up.
    pub(super) clock: bool,
}

/// Becomes the user and keeps what an interface needs to be opened again.
pub(super) fn give_up(
    user: Option<&str>,
    keep: Keep,
    report: &mut Report,
) -> Result<(), ConfineError> {
    let refused = |what| {
        move |error: rustix::io::Errno| ConfineError::Refused {
            what,
            why: error.to_string(),
            key: "rights",
        }
    };
    let held = capabilities(None).map_err(refused("reading capabilities"))?;
    let mut wanted = CapabilitySet::empty();
    if keep.interfaces {
        wanted |= CapabilitySet::NET_RAW;
    }
    if keep.clock {
        wanted |= CapabilitySet::NET_ADMIN;
    }
    let kept = held.permitted & wanted;
    if held.effective.contains(CapabilitySet::SETPCAP) {
        for capability in CapabilitySet::all().iter().filter(|one| !wanted.contains(*one)) {
            // Capabilities this kernel does not know are no loss.
            let _ = remove_capability_from_bounding_set(capability);
        }
    }
    if let Some(name) = user {
        become_user(name, refused)?;
    }
    let _ = clear_ambient_capability_set();
    let sets =
        CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    set_capabilities(None, sets).map_err(refused("giving up capabilities"))?;
    set_no_new_privs(true).map_err(refused("no_new_privs"))?;
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).map_err(refused("core dumps"))?;
    let hidden = DumpableBehavior::NotDumpable;
    set_dumpable_behavior(hidden).map_err(refused("hiding its memory"))?;
    (report.no_new_privileges, report.core_dumps_off) = (true, true);
    report.user = geteuid().as_raw();
    Ok(())
}

fn become_user<F: Fn(rustix::io::Errno) -> ConfineError>(
    name: &str,
    refused: impl Fn(&'static str) -> F,
) -> Result<(), ConfineError> {
    let (uid, gid) = user(name).ok_or_else(|| ConfineError::NoUser(name.to_owned()))?;
    if geteuid().as_raw() == uid {
        return Ok(());
    }
    if !geteuid().is_root() {
        return Err(ConfineError::NotRoot(name.to_owned()));
    }
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    set_keep_capabilities(true).map_err(refused("keeping the right to capture"))?;
    set_thread_groups(&[]).map_err(refused("giving up groups"))?;
    set_thread_res_gid(gid, gid, gid).map_err(refused("becoming another group"))?;
    set_thread_res_uid(uid, uid, uid).map_err(refused("becoming another user"))?;
    set_keep_capabilities(false).map_err(refused("keeping the right to capture"))
}

/// passwd(5): returns number and primary group of a user.
/// Returns user and primary group by the user's name.
pub(super) fn user(name: &str) -> Option<(u32, u32)> {
    find(name, &fs::read_to_string("/etc/passwd").unwrap_or_default())
}

fn find(name: &str, users: &str) -> Option<(u32, u32)> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        Some((uid, fields.next()?.parse().ok()?))
    })
}

/// Returns the capabilities that are in effect.
pub(super) fn held() -> Vec<&'static str> {
    let effective = capabilities(None).map_or(CapabilitySet::empty(), |sets| sets.effective);
    effective.iter_names().map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_name() {
        let users = "root:x:0:0:root:/root:/bin/bash\npicket:x:992:991::/:/usr/sbin/nologin\nbad\n";
        for (name, want) in
            [("picket", Some((992, 991))), ("root", Some((0, 0))), ("pick", None), ("bad", None)]
        {
            assert_eq!(find(name, users), want, "{name}");
        }
    }
}
