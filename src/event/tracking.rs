//! What the trackers wrote about the subscriber, the sender and the dialogue.

use crate::{
    enrich::network::NetworkId,
    track::{chain, fallback, habit, polls, ratio, regularity, slow, sweep},
};

/// What the trackers wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tracking {
    /// Location, identity or routing queries about the subscriber in the last hour, this included.
    pub queries_1h: Option<u32>,
    /// Distinct external calling global titles among them.
    pub distinct_gts_1h: Option<u32>,
    /// Distinct calling countries among them.
    pub distinct_countries_1h: Option<u32>,
    /// Network of the previous registration.
    pub previous_network: Option<NetworkId>,
    /// Seconds since the subscriber was last seen at the previous registration.
    pub previous_age_s: Option<u32>,
    /// Answered sendRoutingInfoForSM of the last hour that no delivery followed, before this one.
    pub sri_sm_unfollowed_1h: Option<u32>,
    /// Speed the last move would need.
    pub velocity_kmh: Option<u32>,
    /// Distance of the last move.
    pub distance_km: Option<u32>,
    /// A request from outside whose sender has no business with it.
    pub unwarranted: bool,
    /// Of whom it is about.
    pub victim: Victim,
    /// Of who asks.
    pub asker: Asker,
}

/// What was written of whom a request is about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Victim {
    /// Unwarranted requests of a day and a week.
    pub counts: Option<slow::Counts>,
    /// How evenly they come.
    pub regularity: Option<regularity::Regularity>,
    /// The step of a chain that this is.
    pub step: Option<chain::Step>,
    /// Operations tried lately.
    pub tried: Option<fallback::Counts>,
    /// Requests of the subscriber's own home that nothing explains.
    pub polls: Option<polls::Counts>,
}

/// What was written of who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Asker {
    /// The global title, over minutes.
    pub title: Option<sweep::Counts>,
    /// Its block, over minutes.
    pub block: Option<sweep::Counts>,
    /// Numbers in a row that were in small steps.
    pub sequence: Option<u16>,
    /// The request is one of many about different people.
    pub sweep: bool,
    /// Message routings answered, and messages.
    pub messages: Option<ratio::Counts>,
    /// What is unusual about the request.
    pub habit: Option<habit::Said>,
    /// Requests without business that came through the same point code within a minute.
    pub flood: Option<u32>,
    /// Whether it came a way that nearly nothing of its network comes.
    pub strange_way: Option<bool>,
}
