//! From the configuration as written to the plan: every check, every problem named.

mod listeners;
mod suppressions;

use picket_dissectors::Digits;

use super::{
    Day, Document, Plan, Problem,
    error::{ConfigError, suggest},
    lists,
    networks::{Home, Link, NumberOrText},
    plan::{HomeNeed, HomePointCodes, Operations},
    route::{LinkPlan, Subnet},
};
use crate::enrich::{
    network::{Network, NetworkId, Networks, NodeRole, OperationSet, Overlap, Range},
    numbering::{Country, countries, country_of_e164, is_known},
    pointcode::{PointCode, Variant},
    prefix::DigitTrie,
    terms::Relation,
};

/// A configuration being checked, and what was found.
struct Check<'a> {
    document: &'a Document,
    problems: Vec<Problem>,
}

pub(super) fn plan(
    document: &Document,
    need: HomeNeed,
    operations: Operations<'_>,
) -> Result<Plan, ConfigError> {
    let config = &document.config;
    let mut check = Check { document, problems: Vec::new() };
    let networks = check.networks(need, operations);
    let home_point_codes = config.home.as_ref().map(|home| check.point_codes(home));
    let links = check.links();
    let suppressions = check.suppressions(&networks);
    check.capture();
    check.outputs();
    check.listeners();
    let list_dirs: Vec<_> = config.lists.dirs.iter().map(|dir| document.resolve(dir)).collect();
    let lists = lists::load(&list_dirs).unwrap_or_else(|error| {
        check.problems.extend(error.problems);
        Default::default()
    });
    let (intel, wrong) = super::intel::load(document);
    check.problems.extend(wrong);
    let previous_key = check.previous_key();
    let mut problems = check.problems;
    problems.sort_by(|a, b| (&a.file, a.position).cmp(&(&b.file, b.position)));
    if !problems.is_empty() {
        return Err(ConfigError { problems });
    }
    let resolve = |path: &std::path::PathBuf| document.resolve(path);
    let mut output = config.output.clone();
    if let Some(file) = &mut output.file {
        file.path = document.resolve(&file.path);
    }
    if let Some(evidence) = &mut output.evidence {
        evidence.path = document.resolve(&evidence.path);
    }
    if let Some(unix) = &mut output.unix {
        unix.path = document.resolve(&unix.path);
    }
    if let Some(syslog) = &mut output.syslog {
        syslog.ca_file = syslog.ca_file.as_ref().map(resolve);
    }
    if let Some(webhook) = &mut output.webhook {
        webhook.ca_file = webhook.ca_file.as_ref().map(resolve);
    }
    let mut metrics = config.metrics.clone();
    if let Some(metrics) = &mut metrics {
        for path in [&mut metrics.certificate, &mut metrics.key, &mut metrics.token_file] {
            *path = path.as_ref().map(resolve);
        }
    }
    let mut confine = config.confine.clone();
    for path in confine.read.iter_mut().chain(&mut confine.write) {
        *path = document.resolve(path);
    }
    let mut control = config.control.clone();
    if let Some(control) = &mut control {
        control.socket = document.resolve(&control.socket);
    }
    let mut web = config.web.clone();
    if let Some(web) = &mut web {
        web.certificate = web.certificate.as_ref().map(resolve);
        web.key = web.key.as_ref().map(resolve);
    }
    Ok(Plan {
        sensor: config.sensor.id.clone(),
        networks,
        home_point_codes: home_point_codes.unwrap_or_default(),
        links,
        suppressions,
        subscribers: config.privacy.subscribers,
        key_file: config.privacy.key_file.as_ref().map(resolve),
        previous_key,
        seal_key_file: config.privacy.seal_key_file.as_ref().map(resolve),
        rule_dirs: config.rules.dirs.iter().map(resolve).collect(),
        disabled_rules: config.rules.disable.clone(),
        lists,
        intel,
        state_dir: config.state.dir.as_ref().map(resolve),
        learning_hours: Some(config.state.learning_hours),
        capacity: config.state.capacity,
        capture: config.capture.clone(),
        threads: config.runtime.clone(),
        output,
        metrics,
        control,
        confine,
        reload: config.reload,
        web,
    })
}

/// Reads `gt:99910,imsi:00101,msisdn:99911`; a bare number is all three.
pub(super) fn home_list(list: &str) -> Result<Network, ConfigError> {
    let mut home = Network { name: "home".into(), ..Network::default() };
    let mut problems = Vec::new();
    for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (kind, number) = part.split_once(':').unwrap_or(("", part));
        let Some(prefix) = Digits::parse(number).filter(|d| !d.is_empty() && d.is_decimal()) else {
            problems.push(Problem::of_option(
                format!("`{part}` is no prefix of digits"),
                "write it as gt:99910,imsi:00101,msisdn:99911, digits only",
            ));
            continue;
        };
        let (gt, imsi, msisdn) = match kind {
            "" => (true, true, true),
            "gt" => (true, false, false),
            "imsi" => (false, true, false),
            "msisdn" => (false, false, true),
            other => {
                problems.push(Problem::of_option(
                    format!("`{other}` is no kind of prefix"),
                    &suggest(other, ["gt", "imsi", "msisdn"]),
                ));
                continue;
            }
        };
        for (wanted, list) in
            [(gt, &mut home.gt), (imsi, &mut home.imsi), (msisdn, &mut home.msisdn)]
        {
            list.extend(wanted.then_some(prefix));
        }
    }
    if problems.is_empty() && home.gt.is_empty() && home.imsi.is_empty() && home.msisdn.is_empty() {
        problems.push(Problem::of_option(
            "names no prefix".into(),
            "write it as gt:99910,imsi:00101,msisdn:99911",
        ));
    }
    home.country = home.gt.iter().chain(&home.msisdn).find_map(|prefix| country_of_e164(*prefix));
    if problems.is_empty() { Ok(home) } else { Err(ConfigError { problems }) }
}

/// Explains that another network has a prefix of `--home`.
pub(super) fn home_overlaps(overlaps: Vec<Overlap>) -> ConfigError {
    let explain = |overlap: Overlap| {
        let prefix = overlap.prefix;
        let what = format!("prefix {prefix} belongs to another network of the configuration");
        Problem::of_option(what, "name a prefix of home only")
    };
    ConfigError { problems: overlaps.into_iter().map(explain).collect() }
}

impl Check<'_> {
    fn wrong(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(self.document.problem(key, what, remedy));
    }

    fn networks(&mut self, need: HomeNeed, operations: Operations<'_>) -> Networks {
        let config = &self.document.config;
        let home = config.home.as_ref().map(|home| self.home(home));
        if home.is_none() && need == HomeNeed::Required {
            self.wrong(
                "home",
                "the home network is not described",
                "add [home] with gt_prefixes, msisdn_prefixes and imsi_prefixes",
            );
        }
        let others: Vec<Network> =
            (0..config.network.len()).filter_map(|i| self.network(i, operations)).collect();
        if others.len() >= usize::from(u16::MAX) {
            self.wrong("network", "more than 65534 networks", "merge networks of one operator");
            return Networks::default();
        }
        self.names(home.as_ref(), &others);
        let networks = Networks::build(home, others).unwrap_or_else(|overlaps| {
            for overlap in overlaps {
                self.overlap(&overlap);
            }
            Networks::default()
        });
        let networks = networks.with_nodes(self.nodes());
        let ported = config.home.as_ref().and_then(|home| home.ported_file.as_ref());
        match ported.map(|path| lists::ported(&self.document.resolve(path))) {
            Some(Ok(ported)) => networks.with_ported(ported),
            Some(Err(error)) => {
                self.problems.extend(error.problems);
                networks
            }
            None => networks,
        }
    }

    fn home(&mut self, home: &Home) -> Network {
        let gt = self.prefixes("home.gt_prefixes", &home.gt_prefixes, 1);
        if home.gt_prefixes.is_empty() {
            self.wrong(
                "home",
                "gt_prefixes is missing: no address could be told to be home's",
                "add gt_prefixes, the E.164 prefixes of own nodes",
            );
        }
        let written = home.country.as_deref();
        let msisdn = self.prefixes("home.msisdn_prefixes", &home.msisdn_prefixes, 1);
        let derived = gt.iter().chain(&msisdn).find_map(|prefix| country_of_e164(*prefix));
        Network {
            name: home.name.clone().unwrap_or_else(|| "home".into()),
            tadig: home.tadig.clone(),
            country: self.country("home.country", written).or(derived),
            relation: Relation::None,
            group: home.group.clone(),
            gt,
            msisdn,
            imsi: self.prefixes("home.imsi_prefixes", &home.imsi_prefixes, PLMN_DIGITS),
            mgt: self.prefixes("home.mgt_prefixes", &home.mgt_prefixes, 1),
            ..Network::default()
        }
    }

    fn network(&mut self, i: usize, operations: Operations<'_>) -> Option<Network> {
        let written = self.document.config.network.get(i)?;
        let key = |field: &str| format!("network[{i}].{field}");
        Some(Network {
            name: written.name.clone(),
            tadig: written.tadig.clone(),
            country: self.country(&key("country"), written.country.as_deref()),
            class: written.class,
            relation: written.relation,
            group: written.group.clone(),
            imsi_alias: self.prefixes(&key("imsi_alias"), &written.imsi_alias, PLMN_DIGITS),
            gt_family: written.gt_family.clone(),
            countries: written
                .countries
                .iter()
                .enumerate()
                .filter_map(|(at, text)| {
                    self.country(&key(&format!("countries[{at}]")), Some(text))
                })
                .collect(),
            allow: self.allow(&key("allow"), &written.allow, operations),
            gt: self.prefixes(&key("gt_prefixes"), &written.gt_prefixes, 1),
            msisdn: self.prefixes(&key("msisdn_prefixes"), &written.msisdn_prefixes, 1),
            imsi: self.prefixes(&key("imsi_prefixes"), &written.imsi_prefixes, PLMN_DIGITS),
            mgt: self.prefixes(&key("mgt_prefixes"), &written.mgt_prefixes, 1),
        })
    }

    /// Names stand in events and suppressions: each must be one network's.
    fn names(&mut self, home: Option<&Network>, others: &[Network]) {
        let mut seen: std::collections::BTreeMap<&str, String> =
            home.map(|home| (home.name.as_str(), "home".to_owned())).into_iter().collect();
        for (i, network) in others.iter().enumerate() {
            let key = format!("network[{i}]");
            if network.name.trim().is_empty() {
                self.wrong(&format!("{key}.name"), "the name is empty", "name the network");
            } else if let Some(first) = seen.get(network.name.as_str()) {
                let place = self.document.place(first);
                self.wrong(
                    &format!("{key}.name"),
                    format!("`{}` is also the name of the network at {place}", network.name),
                    "give each network its own name",
                );
            }
            seen.entry(&network.name).or_insert(key);
        }
    }

    fn overlap(&mut self, overlap: &Overlap) {
        let field = match overlap.range {
            Range::Gt => "gt_prefixes",
            Range::Msisdn => "msisdn_prefixes",
            Range::Imsi => "imsi_prefixes",
            Range::Mgt => "mgt_prefixes",
        };
        let key = |(id, at): (NetworkId, usize)| match id.0.checked_sub(1) {
            None => format!("home.{field}[{at}]"),
            Some(i) => format!("network[{i}].{field}[{at}]"),
        };
        let name = |id: NetworkId| {
            let config = &self.document.config;
            let network = id.0.checked_sub(1).and_then(|i| config.network.get(usize::from(i)));
            let home = || config.home.as_ref()?.name.as_deref();
            network.map(|n| n.name.as_str()).or_else(home).unwrap_or("home")
        };
        let what = format!(
            "prefix {} of `{}` is also that of `{}` ({})",
            overlap.prefix,
            name(overlap.second.0),
            name(overlap.first.0),
            self.document.place(&key(overlap.first)),
        );
        self.wrong(&key(overlap.second), what, "leave it to one network, or write longer prefixes");
    }

    fn nodes(&mut self) -> DigitTrie<NodeRole> {
        let Some(home) = &self.document.config.home else { return DigitTrie::default() };
        let key = |i: usize| format!("home.node[{i}].gt");
        let mut places = Vec::new();
        let mut pairs = Vec::new();
        for (i, node) in home.node.iter().enumerate() {
            if let Some(gt) = self.digits(&key(i), &node.gt, 1) {
                pairs.push((gt, node.role));
                places.push(i);
            }
        }
        DigitTrie::build(pairs).unwrap_or_else(|twice| {
            let (Some(first), Some(second)) = (places.get(twice.first), places.get(twice.second))
            else {
                return DigitTrie::default();
            };
            let place = self.document.place(&key(*first));
            let what = format!("{} is already the node at {place}", twice.prefix);
            self.wrong(&key(*second), what, "give each node its own global title");
            DigitTrie::default()
        })
    }

    fn prefixes(&mut self, key: &str, texts: &[String], least: usize) -> Vec<Digits> {
        let numbered = texts.iter().enumerate();
        numbered.filter_map(|(i, text)| self.digits(&format!("{key}[{i}]"), text, least)).collect()
    }

    fn digits(&mut self, key: &str, text: &str, least: usize) -> Option<Digits> {
        let digits = Digits::parse(text).filter(|d| d.is_decimal() && d.len() >= least.max(1));
        if digits.is_none() {
            let all = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let (what, remedy) = match text.strip_prefix('+') {
                Some(rest) => ("begins with `+`", format!("write {rest:?}")),
                None if all && text.len() > Digits::MAX => {
                    ("has too many digits", format!("write at most {} digits", Digits::MAX))
                }
                None if all => ("is too short", format!("write MCC and MNC, {least} or 6 digits")),
                None if text.is_empty() => ("is empty", "write digits, or remove it".to_owned()),
                None => ("has characters other than digits", "write digits only".to_owned()),
            };
            self.wrong(key, format!("{text:?} {what}"), remedy);
        }
        digits
    }

    fn country(&mut self, key: &str, text: Option<&str>) -> Option<Country> {
        let text = text?;
        let country = Country::parse(text).filter(|country| is_known(*country));
        if country.is_none() {
            let upper = text.to_ascii_uppercase();
            let known: Vec<Country> = countries().collect();
            let remedy = match known.iter().find(|country| country.as_str() == upper) {
                Some(_) => format!("write \"{upper}\""),
                None => "write two letters of ISO 3166-1, or \"XX\" for no country".to_owned(),
            };
            self.wrong(key, format!("{text:?} is no country"), remedy);
        }
        country
    }

    fn allow(&mut self, key: &str, names: &[String], known: Operations<'_>) -> OperationSet {
        let mut set = OperationSet::default();
        for (i, name) in names.iter().enumerate() {
            match known.iter().find(|(known, _)| known == name) {
                Some((_, code)) => set.insert(*code),
                None => {
                    let remedy = suggest(name, known.iter().map(|(name, _)| *name));
                    self.wrong(&format!("{key}[{i}]"), format!("`{name}` is no operation"), remedy);
                }
            }
        }
        set
    }

    fn point_codes(&mut self, home: &Home) -> HomePointCodes {
        let mut codes = HomePointCodes::default();
        for (i, written) in home.point_codes.iter().enumerate() {
            let text = written.to_string();
            let read = |variant| PointCode::parse(&text, variant).ok().map(|code| code.value);
            let forms = [read(Variant::Itu), read(Variant::Ansi), read(Variant::Japan)];
            if forms.iter().all(Option::is_none) {
                self.wrong(
                    &format!("home.point_codes[{i}]"),
                    format!("`{text}` is no point code"),
                    "write \"2-101-1\" (3-8-3 bits, or 8-8-8 for ANSI and China) or an integer",
                );
            }
            let [itu, wide, japan] = forms;
            codes.itu.extend(itu);
            codes.wide.extend(wide);
            codes.japan.extend(japan);
        }
        for list in [&mut codes.itu, &mut codes.wide, &mut codes.japan] {
            list.sort_unstable();
        }
        codes
    }

    fn links(&mut self) -> Vec<LinkPlan> {
        let mut links: Vec<LinkPlan> = Vec::new();
        for (i, link) in self.document.config.link.iter().enumerate() {
            if let Some(open) = links.iter().find(|link| link.is_open()) {
                let what = format!("is never reached: link `{}` before it matches all", open.name);
                self.wrong(&format!("link[{i}]"), what, "move it up, or give that one a match");
            }
            let link = self.link(&format!("link[{i}].match"), link);
            links.push(link);
        }
        links
    }

    fn link(&mut self, key: &str, link: &Link) -> LinkPlan {
        let matches = &link.matches;
        if matches.ni.is_some_and(|ni| ni > 3) {
            let remedy = "write 0 or 1 (international), 2 or 3 (national)";
            self.wrong(&format!("{key}.ni"), "a network indicator is 0 to 3", remedy);
        }
        if matches.vlan.is_some_and(|vlan| vlan > 4095) {
            self.wrong(&format!("{key}.vlan"), "a VLAN id is 0 to 4095", "correct the number");
        }
        let mut code = |field: &str, written: Option<&NumberOrText>| {
            let code = PointCode::parse(&written?.to_string(), link.variant);
            if let Err(error) = &code {
                let remedy = "correct it, or the `variant` of the link";
                self.wrong(&format!("{key}.{field}"), error.to_string(), remedy);
            }
            code.ok().map(|code| code.value)
        };
        let (opc, dpc) = (code("opc", matches.opc.as_ref()), code("dpc", matches.dpc.as_ref()));
        LinkPlan {
            name: link.name.clone(),
            variant: link.variant,
            side: link.side,
            ni: matches.ni,
            na: matches.na,
            opc,
            dpc,
            rc: matches.rc,
            vlan: matches.vlan,
            port: self.port(&format!("{key}.port"), matches.port.as_ref()),
            peer: self.peer(&format!("{key}.sctp_peer"), matches.sctp_peer.as_deref()),
        }
    }

    fn port(&mut self, key: &str, written: Option<&NumberOrText>) -> Option<u32> {
        let name = match written? {
            NumberOrText::Number(number) => return Some(*number),
            NumberOrText::Text(name) => name,
        };
        let capture = &self.document.config.capture;
        let names: Vec<&str> =
            capture.interfaces.iter().chain(&capture.dpdk.ports).map(String::as_str).collect();
        let at = [&capture.interfaces, &capture.dpdk.ports]
            .iter()
            .find_map(|list| list.iter().position(|n| n == name));
        if at.is_none() {
            let what = format!("`{name}` is no port of [capture]");
            self.wrong(key, what, suggest(name, names));
        }
        at.and_then(|at| u32::try_from(at).ok())
    }

    fn peer(&mut self, key: &str, text: Option<&str>) -> Option<Subnet> {
        let text = text?;
        let net = Subnet::parse(text);
        if net.is_none() {
            let remedy = "write an address, or a network such as \"192.0.2.0/24\"";
            self.wrong(key, format!("`{text}` is no IP address"), remedy);
        }
        net
    }

    fn capture(&mut self) {
        let dpdk = &self.document.config.capture.dpdk;
        let zero = [
            ("rx_queues", dpdk.rx_queues == Some(0)),
            ("rx_descriptors", dpdk.rx_descriptors == Some(0)),
            ("buffers", dpdk.buffers == Some(0)),
        ];
        for (key, _) in zero.into_iter().filter(|(_, zero)| *zero) {
            let key = format!("capture.dpdk.{key}");
            self.wrong(&key, "0 receives nothing".to_owned(), "write 1 or more, or leave it out");
        }
    }

    fn outputs(&mut self) {
        let output = &self.document.config.output;
        if output.syslog.as_ref().is_some_and(|syslog| syslog.facility > 23) {
            let what = "a facility is 0 to 23";
            self.wrong("output.syslog.facility", what, "write 16 for local0");
        }
        if output.kafka.as_ref().is_some_and(|kafka| kafka.brokers.is_empty()) {
            let remedy = "name at least one broker, as host:port";
            self.wrong("output.kafka.brokers", "names no broker", remedy);
        }
        if let Some(webhook) = &output.webhook {
            let known =
                ["https://", "http://"].iter().any(|scheme| webhook.url.starts_with(scheme));
            if !known {
                let what = format!("`{}` is no URL of HTTP", webhook.url);
                self.wrong("output.webhook.url", what, "write https://host/path");
            }
        }
        if output.evidence.as_ref().is_some_and(|it| it.rotate_bytes < 1 << 20) {
            let what = "one frame may be larger than that";
            self.wrong("output.evidence.rotate_bytes", what, "write at least 1_048_576");
        }
        if output.outbox.queue == 0 {
            let what = "no alert could wait for the disk";
            self.wrong("output.outbox.queue", what, "write at least 1");
        }
    }

    fn previous_key(&mut self) -> Option<(std::path::PathBuf, u64)> {
        let privacy = &self.document.config.privacy;
        let until = privacy.previous_key_until.as_ref();
        match (&privacy.previous_key_file, until.and_then(Day::end)) {
            (Some(path), Some(end)) => Some((self.document.resolve(path), end)),
            (Some(_), None) => {
                let what = until.map_or_else(
                    || "has no end".to_owned(),
                    |until| format!("ends on `{until}`, which is no day"),
                );
                let remedy = "add privacy.previous_key_until, a date: 2026-12-31";
                self.wrong("privacy.previous_key_file", what, remedy);
                None
            }
            (None, _) if until.is_some() => {
                let remedy = "name the key with privacy.previous_key_file, or leave this out";
                self.wrong("privacy.previous_key_until", "there is no previous key", remedy);
                None
            }
            (None, _) => None,
        }
    }
}

/// MCC and MNC have five or six digits (E.212 §5).
const PLMN_DIGITS: usize = 5;
