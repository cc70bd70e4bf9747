//! The fictional networks: who there is, under which numbers, and the configuration that says so.
//!
//! All numbers are under country code 999 and MCC 001 and 999, which belong to nobody; the
//! countries are told apart by the configuration alone.

use std::sync::LazyLock;

use picket_dissectors::Digits;

use super::{
    model::{Model, whole},
    population::ZONES,
};

/// A network with subscribers.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    /// Name.
    pub name: &'static str,
    /// Country, ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// E.164 prefix of its nodes.
    pub gt: &'static str,
    /// E.164 prefix of its subscribers.
    pub msisdn: &'static str,
    /// MCC and MNC.
    pub imsi: &'static str,
    /// E.214 prefix of its mobile global titles.
    pub mgt: &'static str,
    /// Group it belongs to.
    pub group: Option<&'static str>,
    /// Agreed with home.
    pub allow: &'static [&'static str],
}

/// The home network.
pub const HOME: Operator = Operator {
    name: "Homeland Mobile",
    country: "IS",
    gt: "99910",
    msisdn: "99911",
    imsi: "00101",
    mgt: "99919",
    group: None,
    allow: &[],
};

/// The roaming partners, the busiest first.
pub static PARTNERS: [Operator; 12] = [
    partner("Fjordline", "NO", ["99921", "99941", "00121", "99961"]),
    partner("Ostsee Mobil", "DE", ["99922", "99942", "00122", "99962"]),
    partner("Albion Wireless", "GB", ["99923", "99943", "00123", "99963"]),
    partner("Skane Tel", "SE", ["99924", "99944", "00124", "99964"]),
    partner("Iberofon", "ES", ["99925", "99945", "00125", "99965"]),
    Operator {
        group: Some("fjordline"),
        ..partner("Fjordline Danmark", "DK", ["99926", "99946", "00126", "99966"])
    },
    partner("Hexatel", "FR", ["99927", "99947", "00127", "99967"]),
    partner("Vistula GSM", "PL", ["99928", "99948", "00128", "99968"]),
    partner("Lakes Cellular", "US", ["99929", "99949", "00129", "99969"]),
    partner("Adria Mobile", "IT", ["99931", "99951", "00131", "99971"]),
    partner("Bosphorus Net", "TR", ["99932", "99952", "00132", "99972"]),
    partner("Monsoon Tel", "TH", ["99933", "99953", "99933", "99973"]),
];

/// The other operator of the home country, which asks for routes to ported numbers.
pub const NATIONAL: Operator = Operator {
    allow: &["sendRoutingInfo"],
    ..partner("Landlink", "IS", ["99912", "99913", "00102", "99918"])
};

/// A network at sea, which is nowhere.
pub const SEA: Operator = partner("Sea Cell", "XX", ["99984", "99985", "99901", "99986"]);
/// A network that may locate subscribers, for an emergency service.
pub const RESCUE: Operator = Operator {
    allow: &["sendRoutingInfoForLCS", "provideSubscriberLocation", "anyTimeInterrogation"],
    ..partner("Rescue Union", "GB", ["99983", "99954", "00183", "99974"])
};
/// A network whose subscribers have a second IMSI of [`TWIN_B`].
pub const TWIN_A: Operator = Operator {
    group: Some("twin"),
    ..partner("Twin Adria", "HR", ["99987", "99957", "00187", "99977"])
};
/// A network that lends IMSIs.
pub const TWIN_B: Operator = Operator {
    group: Some("twin"),
    ..partner("Twin Alpina", "AT", ["99988", "99958", "00188", "99978"])
};
/// Interworking functions between Diameter and MAP, at an exchange of networks.
pub const IPX: Operator = partner("Crossing", "XX", ["99989", "99959", "00189", "99979"]);

/// Partners behind the first twelve, the busier first: all of Picket's own making too, under 9990.
pub static FURTHER: LazyLock<Vec<Operator>> = LazyLock::new(|| {
    (PARTNERS.len()..)
        .take(usize::try_from(MOST_PARTNERS).unwrap_or_default() - PARTNERS.len())
        .map(|number| {
            // 99933 is a network of five digits.
            let code = if number < 330 { number } else { number + 10 };
            let under = |kind: u8| -> &'static str { format!("9990{number:03}{kind}").leak() };
            let country = ZONES.get(number % ZONES.len()).map_or("XX", |(country, _)| country);
            let name: &'static str = format!("Partner {number:03}").leak();
            let imsi: &'static str = format!("999{code:03}").leak();
            partner(name, country, [under(1), under(2), imsi, under(3)])
        })
        .collect()
});

/// The card roaming is tested with.
pub const TEST_CARD: &str = "001019999999999";
/// Partners there can be.
pub const MOST_PARTNERS: u64 = 800;

/// The nodes of an aggregator of short messages.
pub const SMS_HUB: &str = "99981";
/// The nodes of a hub that stands in for networks without agreements of their own.
pub const ROAMING_HUB: &str = "99982";
/// Blocks that belong to nobody the configuration knows.
pub const UNKNOWN: [&str; 8] =
    ["99990", "99991", "99992", "99993", "99994", "99995", "99996", "99997"];
/// A Global Title that the configuration has on a list of those somebody warned of.
pub const LISTED: &str = "99921770990";
/// What follows the prefix of a partner in Global Titles it has leased to others.
pub const LEASED: &str = "77";

const fn partner(
    name: &'static str,
    country: &'static str,
    [gt, msisdn, imsi, mgt]: [&'static str; 4],
) -> Operator {
    Operator { name, country, gt, msisdn, imsi, mgt, group: None, allow: &[] }
}

/// The home nodes the configuration names: role and what follows the prefix.
pub static HOME_NODES: [(&str, &str); 14] = [
    ("hlr", "000001"),
    ("hlr", "000002"),
    ("vlr", "000011"),
    ("vlr", "000012"),
    ("msc", "000013"),
    ("sgsn", "000021"),
    ("gmlc", "000031"),
    ("smsc", "000041"),
    ("sms_router", "000051"),
    ("scf", "000061"),
    ("firewall", "000071"),
    ("msc", "000081"),
    ("eir", "000091"),
    ("ggsn", "000095"),
];

/// Point codes of home: the transfer point on the international side, and the nodes behind it.
pub const HOME_STP: u32 = 4905;
/// First point code of the home nodes.
pub const HOME_NODE_PC: u32 = 300;
/// First point code of the carriers.
pub const CARRIER_PC: u32 = 6000;
/// Carriers that bring the international links.
pub const CARRIERS: u8 = 4;

/// The association to the other operator at home, next to those of the carriers and the core.
pub const NATIONAL_LINK: u8 = CARRIERS + 1;

/// Returns the configuration of the home network, with twelve partners.
#[must_use]
pub fn configuration() -> String {
    configuration_of(&Model::small())
}

/// Returns the configuration of the home network, with as many partners as a model has.
#[must_use]
pub fn configuration_of(model: &Model) -> String {
    let mut out = String::from(
        "# The configuration of a capture written by `picket synth`: fictional networks, all under\n\
         # country code 999 and MCC 001 and 999, told apart by what is said here.\n\n\
         [sensor]\nid = \"synth\"\n\n[home]\n",
    );
    let home = &HOME;
    let points = core::iter::once(HOME_STP)
        .chain((HOME_NODE_PC..).take(HOME_NODES.len()))
        .map(|code| code.to_string())
        .collect::<Vec<_>>()
        .join(", ");
    operator(&mut out, home, "ISLHM");
    out.push_str(&format!("point_codes = [{points}]\n"));
    for (role, tail) in HOME_NODES {
        let gt = home.gt;
        out.push_str(&format!("\n[[home.node]]\nrole = \"{role}\"\ngt = \"{gt}{tail}\"\n"));
    }
    for (number, network) in PARTNERS.iter().enumerate() {
        let tadig = format!("{}XX{:X}", network.country, number + 1);
        out.push_str("\n[[network]]\n");
        operator(&mut out, network, &tadig);
        out.push_str("class = \"plmn\"\nrelation = \"roaming\"\n");
    }
    out.push_str("\n[[network]]\n");
    operator(&mut out, &NATIONAL, "ISLLL");
    out.push_str("class = \"plmn\"\nrelation = \"national\"\n");
    for (name, class, gt) in
        [("Message Hub", "sms_hub", SMS_HUB), ("Roaming Hub", "roaming_hub", ROAMING_HUB)]
    {
        out.push_str(&format!(
            "\n[[network]]\nname = \"{name}\"\ncountry = \"XX\"\ngt_prefixes = [\"{gt}\"]\n\
             class = \"{class}\"\nrelation = \"roaming\"\n"
        ));
    }
    for (network, tadig, class) in [
        (&SEA, "AAXSC", "satellite"),
        (&RESCUE, "GBRRU", "plmn"),
        (&TWIN_A, "HRVTA", "plmn"),
        (&TWIN_B, "AUTTB", "plmn"),
        (&IPX, "AAXCR", "ipx"),
    ] {
        out.push_str("\n[[network]]\n");
        operator(&mut out, network, tadig);
        out.push_str(&format!("class = \"{class}\"\nrelation = \"roaming\"\n"));
    }
    let further = whole(model.people.partners).clamp(12, MOST_PARTNERS) - 12;
    let further = usize::try_from(further).unwrap_or_default();
    let hundreds = ('P'..).flat_map(|letter| (0..100).map(move |number| (letter, number)));
    for (network, (letter, number)) in FURTHER.iter().take(further).zip(hundreds) {
        out.push_str("\n[[network]]\n");
        operator(&mut out, network, &format!("{}{letter}{number:02}", network.country));
        out.push_str("class = \"plmn\"\nrelation = \"roaming\"\n");
    }
    for rule in ["registration_faster_than_travel", "vectors_harvested"] {
        out.push_str(&format!(
            "\n[[suppress]]\nrule = \"{rule}\"\nsubscriber = \"{TEST_CARD}\"\n\
             reason = \"test card of roaming tests, which laboratories register in turn\"\n\
             until = 2099-12-31\n"
        ));
    }
    out.push_str(&format!(
        "\n[[gt_intel]]\nmatch = \"exact\"\nvalue = \"{LISTED}\"\nlist = \"suspicious-gt\"\n\
         weight = 40\nvalid_until = \"2099-12-31\"\nnote = \"synthetic example\"\n"
    ));
    let neighbour = CARRIER_PC + u32::from(NATIONAL_LINK);
    for (name, end) in [("national-in", "opc"), ("national-out", "dpc")] {
        out.push_str(&format!(
            "\n[[link]]\nname = \"{name}\"\nmatch = {{ ni = 2, {end} = {neighbour} }}\n\
             side = \"national\"\n"
        ));
    }
    out.push_str(
        "\n[[link]]\nname = \"international\"\nmatch = { ni = 0 }\nside = \"international\"\n\
         \n[[link]]\nname = \"core\"\nmatch = { ni = 2 }\nside = \"internal\"\n\
         \n[privacy]\nsubscribers = \"clear\"\n",
    );
    out
}

fn operator(out: &mut String, operator: &Operator, tadig: &str) {
    let Operator { name, country, gt, msisdn, imsi, mgt, group, allow } = operator;
    out.push_str(&format!(
        "name = \"{name}\"\ntadig = \"{tadig}\"\ncountry = \"{country}\"\n\
         gt_prefixes = [\"{gt}\"]\nmsisdn_prefixes = [\"{msisdn}\"]\n\
         imsi_prefixes = [\"{imsi}\"]\nmgt_prefixes = [\"{mgt}\"]\n"
    ));
    if let Some(group) = group {
        out.push_str(&format!("group = \"{group}\"\n"));
    }
    if !allow.is_empty() {
        out.push_str(&format!("allow = {allow:?}\n"));
    }
}

/// Returns a prefix followed by a number of this many digits.
#[must_use]
pub fn digits(prefix: &str, number: u64, width: u32) -> Digits {
    let mut out = text(prefix);
    for place in (0..width).rev() {
        let digit = number / 10u64.saturating_pow(place) % 10;
        out.push(u8::try_from(digit).unwrap_or_default());
    }
    out
}

/// Returns written digits.
#[must_use]
pub fn text(digits: &str) -> Digits {
    Digits::parse(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Document, plan::HomeNeed};

    #[test]
    fn the_configuration_is_one() {
        let document = Document::parse(Path::new("synth.toml"), configuration());
        let document = document.unwrap_or_else(|error| panic!("{error}"));
        let operations = [
            ("sendRoutingInfo", 22),
            ("sendRoutingInfoForLCS", 85),
            ("provideSubscriberLocation", 83),
            ("anyTimeInterrogation", 71),
        ];
        let plan = document.plan(HomeNeed::Required, &operations);
        let plan = plan.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(plan.networks.all().len(), PARTNERS.len() + 9);
        assert_eq!(plan.networks.gt(text("99922000011")).origin.name(), "partner");
        assert_eq!(plan.networks.gt(text("99990000011")).origin.name(), "foreign");
    }

    #[test]
    fn every_partner_there_can_be_has_numbers_of_its_own() {
        let mut model = Model::default();
        model.people.partners = 800.0;
        let text = configuration_of(&model);
        let document = Document::parse(Path::new("synth.toml"), text).unwrap();
        let operations = [
            ("sendRoutingInfo", 22),
            ("sendRoutingInfoForLCS", 85),
            ("provideSubscriberLocation", 83),
            ("anyTimeInterrogation", 71),
        ];
        let plan = document.plan(HomeNeed::Required, &operations);
        let plan = plan.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(plan.networks.all().len(), 809);
    }

    #[test]
    fn numbers_have_their_width() {
        assert_eq!(digits("99911", 42, 7), text("999110000042"));
    }
}
