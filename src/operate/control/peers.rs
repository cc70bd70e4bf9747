//! Who may use the control socket, by what the kernel says of the other end.

use std::fs;

/// Who is admitted besides root and the sensor's own user.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Allowed {
    /// The group, if there is one.
    pub(super) gid: Option<u32>,
    /// Users it is a further group of.
    members: Vec<u32>,
}

impl Allowed {
    /// Whether a process of this user and primary group may ask.
    pub(super) fn admits(&self, uid: u32, gid: u32) -> bool {
        let own = rustix::process::geteuid().as_raw();
        uid == 0 || uid == own || self.gid == Some(gid) || self.members.contains(&uid)
    }
}

/// Returns a group by name or number, as the files of the system have it.
pub(super) fn group(name: &str) -> Option<Allowed> {
    let groups = fs::read_to_string("/etc/group").unwrap_or_default();
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    find(name, &groups, &users)
}

/// group(5) and passwd(5): fields between colons.
fn find(name: &str, groups: &str, users: &str) -> Option<Allowed> {
    let number = name.parse::<u32>().ok();
    let row = groups.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|row| {
        let gid = row.get(2).and_then(|gid| gid.parse::<u32>().ok());
        row.first() == Some(&name) || (gid.is_some() && gid == number)
    });
    let Some(row) = row else {
        return number.map(|gid| Allowed { gid: Some(gid), members: vec![] });
    };
    let gid = row.get(2)?.parse().ok()?;
    let listed: Vec<&str> = row.get(3)?.split(',').filter(|name| !name.is_empty()).collect();
    let members = users.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        listed.contains(&name).then(|| fields.nth(1)?.parse().ok())?
    });
    Some(Allowed { gid: Some(gid), members: members.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_a_group_are_admitted() {
        let groups = "root:x:0:\npicket-admin:x:990:ann,bob\nempty:x:991:\n";
        let users = "root:x:0:0::/root:/bin/sh\nann:x:1001:1001::/:/bin/sh\nbob:x:1002:1002::/:/\n";
        let admin = Allowed { gid: Some(990), members: vec![1001, 1002] };
        for (name, want) in [
            ("picket-admin", Some(admin.clone())),
            ("990", Some(admin.clone())),
            ("empty", Some(Allowed { gid: Some(991), members: vec![] })),
            ("4242", Some(Allowed { gid: Some(4242), members: vec![] })),
            ("nobody-there", None),
        ] {
            assert_eq!(find(name, groups, users), want, "{name}");
        }
        for (uid, gid, want) in [(0, 0, true), (1001, 5, true), (7, 990, true), (7, 5, false)] {
            assert_eq!(admin.admits(uid, gid), want, "{uid} {gid}");
        }
    }
}
