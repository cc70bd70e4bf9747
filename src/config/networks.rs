//! Networks, links and suppressions as written.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Day;
use crate::enrich::{
    pointcode::Variant,
    terms::{Class, LinkSide, NodeRole, Relation},
};

/// The network that is protected.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Home {
    /// Name of the network. Default: `home`.
    pub name: Option<String>,
    /// TADIG code (GSMA TD.13).
    pub tadig: Option<String>,
    /// Country, ISO 3166-1 alpha-2. Default: that of the first prefix.
    pub country: Option<String>,
    /// E.164 prefixes of own nodes, without `+`. Required.
    pub gt_prefixes: Vec<String>,
    /// E.164 prefixes of own subscribers.
    pub msisdn_prefixes: Vec<String>,
    /// MCC and MNC.
    pub imsi_prefixes: Vec<String>,
    /// E.214 prefixes of mobile global titles. Several IMSI prefixes: in the same order.
    pub mgt_prefixes: Vec<String>,
    /// Point codes of own nodes: `"2-101-1"` or an integer.
    pub point_codes: Vec<NumberOrText>,
    /// Ported numbers: lines of `number or prefix,in|out`.
    pub ported_file: Option<PathBuf>,
    /// Groups of operators home belongs to count as one operator.
    pub group: Option<String>,
    /// Nodes whose role is known; roles make direction checks sharper.
    pub node: Vec<HomeNode>,
}

/// A home node.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HomeNode {
    /// What the node does.
    pub role: NodeRole,
    /// Its whole E.164 global title, without `+`.
    pub gt: String,
}

/// Another network.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Name, as in events.
    pub name: String,
    /// TADIG code (GSMA TD.13).
    pub tadig: Option<String>,
    /// Country, ISO 3166-1 alpha-2; `XX` for none (satellite, maritime). Default: by the number.
    pub country: Option<String>,
    /// E.164 prefixes of its nodes, without `+`.
    #[serde(default)]
    pub gt_prefixes: Vec<String>,
    /// E.164 prefixes of its subscribers.
    #[serde(default)]
    pub msisdn_prefixes: Vec<String>,
    /// MCC and MNC.
    #[serde(default)]
    pub imsi_prefixes: Vec<String>,
    /// E.214 prefixes of mobile global titles. Several IMSI prefixes: in the same order.
    #[serde(default)]
    pub mgt_prefixes: Vec<String>,
    /// What kind of network it is. Default: `plmn`.
    #[serde(default)]
    pub class: Class,
    /// What home has agreed with it. Default: `none`.
    #[serde(default)]
    pub relation: Relation,
    /// Group of operators it belongs to.
    pub group: Option<String>,
    /// Operations agreed bilaterally towards home, as in TS 29.002 (`sendRoutingInfo`).
    #[serde(default)]
    pub allow: Vec<String>,
    /// MCC and MNC, or longer, of other operators' IMSIs whose home this network is too: sponsored and
    /// multi-IMSI cards, virtual operators it hosts.
    #[serde(default)]
    pub imsi_alias: Vec<String>,
    /// Networks with the same name here deliver messages that the others asked the route for. An
    /// `sms_hub` is a family of its own.
    pub gt_family: Option<String>,
    /// Countries a `roaming_hub` or `ipx` speaks for, ISO 3166-1 alpha-2. Default: any.
    #[serde(default)]
    pub countries: Vec<String>,
}

/// A file that [`super::Config::include`] names.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkFile {
    /// Further networks.
    pub network: Vec<Network>,
}

/// Which side of the network a link is on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Name of the link in events (`capture.link`).
    pub name: String,
    /// National variant of MTP3 and SCCP. Default: `itu`.
    #[serde(default)]
    pub variant: Variant,
    /// What a message must have to be on the link; all that is given must hold.
    #[serde(default, rename = "match")]
    pub matches: LinkMatch,
    /// Which side of the network it is on.
    pub side: LinkSide,
}

/// What a message must have to be on a link; what is absent is not looked at.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LinkMatch {
    /// Network indicator (0 to 3).
    pub ni: Option<u8>,
    /// M3UA network appearance.
    pub na: Option<u32>,
    /// Originating point code: `"2-101-1"` or an integer.
    pub opc: Option<NumberOrText>,
    /// Destination point code: `"2-101-1"` or an integer.
    pub dpc: Option<NumberOrText>,
    /// M3UA routing context.
    pub rc: Option<u32>,
    /// Outermost VLAN id.
    pub vlan: Option<u16>,
    /// Capture port: a name from `[capture]`, or its number from 0 (in a file, the interface).
    pub port: Option<NumberOrText>,
    /// IP address of an SCTP endpoint, either end, or a network such as `192.0.2.0/24`.
    pub sctp_peer: Option<String>,
}

/// An alert not to raise.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suppress {
    /// Id or name of the rule.
    pub rule: String,
    /// Prefix of the attacker's global title.
    pub gt: Option<String>,
    /// Name of the attacker's network.
    pub network: Option<String>,
    /// The subscriber: digits of an IMSI or MSISDN, or the `subscriber.id` of an alert.
    pub subscriber: Option<String>,
    /// Why; kept with what is suppressed.
    pub reason: String,
    /// Last day it holds, UTC, by event time: `2026-12-31`.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Day,
}

/// An integer, or text that stands for one.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(untagged, expecting = "an integer or a string")]
pub enum NumberOrText {
    /// The integer itself.
    Number(u32),
    /// Text, such as a point code with dashes.
    Text(String),
}

impl core::fmt::Display for NumberOrText {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
