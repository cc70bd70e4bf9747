//! What of a sound configuration is most likely meant otherwise, and what of it this machine lacks.

use std::path::Path;

use picket_hw::live::filter;

use crate::{
    config::{Plan, error::suggest},
    engine::Rules,
    operate::{confine, control},
    sink::key,
};

/// Returns what is accepted and does nothing, or not what it seems to.
pub(super) fn doubts(plan: &Plan, rules: &Rules) -> Vec<String> {
    let mut out = Vec::new();
    let known = |name: &str| {
        rules.about.iter().any(|rule| rule.id.eq_ignore_ascii_case(name) || rule.name == name)
    };
    let disabled = plan.disabled_rules.iter().map(|name| ("rules.disable", name));
    let suppressed = plan.suppressions.iter().map(|suppress| ("suppress.rule", &suppress.rule));
    for (key, name) in disabled.chain(suppressed).filter(|(_, name)| !known(name)) {
        let names = rules.about.iter().map(|rule| rule.name.as_str());
        let remedy = suggest(name, names.filter(|name| !name.is_empty()));
        out.push(format!("{key}: no rule has the id or name `{name}`; {remedy}"));
    }
    let pathless = plan.networks.all().iter().filter(|network| {
        [&network.gt, &network.msisdn, &network.imsi, &network.mgt].iter().all(|all| all.is_empty())
    });
    for network in pathless.filter(|network| !network.name.is_empty()) {
        let name = &network.name;
        out.push(format!("network `{name}` has no prefix, so nothing is ever of it; add some"));
    }
    for (link, next) in plan.links.iter().zip(plan.links.iter().skip(1)) {
        if link.takes_all() {
            out.push(format!(
                "link `{}` has no condition and so takes everything before `{}` is asked; add `match`, or put it last",
                link.name, next.name
            ));
        }
    }
    if plan.web.is_some() {
        out.push("web: this version has no console, so nothing listens there".to_owned());
    }
    out
}

/// Returns what is wrong on any machine and is only seen when a run starts.
pub(super) fn faults(plan: &Plan) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(written) = &plan.capture.filter
        && let Err(error) = filter::check(written)
    {
        out.push(format!("capture.filter: {error}; write it as for tcpdump, see pcap-filter(7)"));
    }
    let brokers = plan.output.kafka.iter().flat_map(|kafka| &kafka.brokers);
    for broker in brokers.filter(|broker| !is_address(broker)) {
        out.push(format!("output.kafka.brokers: `{broker}` is not host:port"));
    }
    out
}

/// Returns what would keep a run from starting on this machine as it is.
pub(super) fn lacks(plan: &Plan) -> Vec<String> {
    let mut out = Vec::new();
    let named = [
        plan.key_file.as_ref().map(|_| key::subscriber(plan).map(drop)),
        plan.seal_key_file.as_ref().map(|_| key::seal(plan).map(drop)),
        plan.previous_key.as_ref().map(|_| key::previous(plan).map(drop)),
    ];
    out.extend(named.into_iter().flatten().filter_map(Result::err).map(|error| error.to_string()));
    if let Some(user) = plan.confine.user.as_ref().filter(|user| !confine::has_user(user)) {
        out.push(confine::ConfineError::NoUser(user.clone()).to_string());
    }
    let group = plan.control.as_ref().and_then(|control| control.group.as_ref());
    if let Some(group) = group.filter(|group| !control::has_group(group)) {
        out.push(control::ControlError::NoGroup(group.clone()).to_string());
    }
    let files = [
        ("output.file.path", plan.output.file.as_ref().map(|file| &file.path)),
        ("output.evidence.path", plan.output.evidence.as_ref().map(|evidence| &evidence.path)),
    ];
    for (key, path) in files.into_iter().filter_map(|(key, path)| Some((key, path?))) {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        if !dir.unwrap_or_else(|| Path::new(".")).is_dir() {
            out.push(format!("{key}: {} stands in no directory that exists", path.display()));
        }
    }
    out
}

/// Whether a text is `host:port`, the host also an IPv6 address in brackets.
fn is_address(text: &str) -> bool {
    let text = text.rsplit("://").next().unwrap_or(text);
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    port.parse::<u16>().is_ok_and(|port| port > 0)
        && !host.is_empty()
        && (bracketed || !host.contains([':', ' ', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_addresses() {
        for good in ["a:9092", "10.0.0.1:9092", "[::1]:9092", "SASL_SSL://kafka.example:9093"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["a", "a:", ":9092", "a:99999", "a:0", "a:b", "::1:9092", "a:1,b:2"] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
