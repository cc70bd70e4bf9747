//! Fields of what the trackers wrote.

use picket_dissectors::Digits;

use super::{Row, number::Number, operation};
use crate::{event::SigEvent, track};

/// Of whom it is about, and of who asks.
pub(super) static ROWS: &[Row] = rows! {
    "tracking.queries_1h", Int = |e| e.tracking.queries_1h,
        "Queries for location, identity or routing about the subscriber in the last hour, this one included.";
    "tracking.distinct_gts_1h", Int = |e| e.tracking.distinct_gts_1h,
        "Distinct external calling global titles among the queries of the last hour.";
    "tracking.distinct_countries_1h", Int = |e| e.tracking.distinct_countries_1h,
        "Distinct calling countries among the queries of the last hour.";
    "tracking.previous.network", Network = |e| e.tracking.previous_network.map(|network| network.0),
        "Configured name of the network of the previous registration.";
    "tracking.previous.age_s", Int = |e| e.tracking.previous_age_s,
        "Seconds since the subscriber was last seen at the previous registration.";
    "tracking.velocity_kmh", Int = |e| e.tracking.velocity_kmh,
        "Speed in km/h that the subscriber's last move would need.";
    "tracking.distance_km", Int = |e| e.tracking.distance_km,
        "Distance in km of the subscriber's last move.";
    "tracking.sri_sm_unfollowed_1h", Int = |e| e.tracking.sri_sm_unfollowed_1h,
        "Answered sendRoutingInfoForSM about the subscriber in the last hour that no message followed, before this one; on the answer.";
    "tracking.unwarranted", Bool = |e| e.tracking.unwarranted.then_some(true),
        "A request from outside whose sender has no business with it: category 1, category 2 not from the subscriber's home, category 3 not from where they are served, and not agreed.";
    "tracking.unwarranted_24h", Int = |e| e.tracking.victim.counts.map(|counts| counts.day),
        "Unwarranted requests about the subscriber in a day, and questions for message routing that no message followed; this one included.";
    "tracking.unwarranted_7d", Int = |e| e.tracking.victim.counts.map(|counts| counts.week),
        "The same in a week.";
    "tracking.unwarranted_gts_24h", Int = |e| e.tracking.victim.counts.map(|counts| counts.of_day.titles),
        "Distinct calling global titles among those of a day; at most 12 are told apart.";
    "tracking.unwarranted_gts_7d", Int = |e| e.tracking.victim.counts.map(|counts| counts.of_week.titles),
        "Distinct calling global titles among those of a week.";
    "tracking.unwarranted_networks_24h", Int = |e| e.tracking.victim.counts.map(|counts| counts.of_day.networks),
        "Distinct calling networks among those of a day; titles in no configured network count by their first eight digits.";
    "tracking.unwarranted_networks_7d", Int = |e| e.tracking.victim.counts.map(|counts| counts.of_week.networks),
        "Distinct calling networks among those of a week.";
    "tracking.unwarranted_countries_24h", Int = |e| e.tracking.victim.counts.map(|counts| counts.of_day.countries),
        "Distinct calling countries among those of a day.";
    "tracking.unwarranted_countries_7d", Int = |e| e.tracking.victim.counts.map(|counts| counts.of_week.countries),
        "Distinct calling countries among those of a week.";
    "tracking.regularity.gaps", Int = |e| e.tracking.victim.regularity.map(|regularity| regularity.gaps),
        "Gaps between unwarranted requests of one kind (location, identity, other) about the subscriber that `variation` is of: five to eight.";
    "tracking.regularity.mean_s", Int = |e| e.tracking.victim.regularity.map(|regularity| regularity.mean_s),
        "Mean of those gaps in seconds.";
    "tracking.regularity.variation", Int = |e| e.tracking.victim.regularity.map(|regularity| regularity.variation),
        "Coefficient of variation of those gaps in percent: below 20 somebody asks by the clock.";
    "tracking.chain.after", Text = |e| e.tracking.victim.step.and_then(|step| operation::map_name(step.after)),
        "Operation whose answer gave away the identity or serving node of the subscriber, at most a day before this unwarranted request.";
    "tracking.chain.age_s", Int = |e| e.tracking.victim.step.map(|step| step.age_s),
        "Seconds since that answer.";
    "tracking.chain.other_block", Bool = |e| e.tracking.victim.step.map(|step| step.other_block),
        "Whether it went to a global title of another block: the first eight digits differ.";
    "tracking.fallback.operations_15m", Int = |e| e.tracking.victim.tried.map(|tried| tried.operations),
        "Distinct operations of unwarranted requests about the subscriber within a quarter of an hour.";
    "tracking.fallback.failed_15m", Int = |e| e.tracking.victim.tried.map(|tried| tried.failed),
        "Those of them that failed before this request.";
    "tracking.home_polls_1h", Int = |e| e.tracking.victim.polls.map(|polls| polls.hour),
        "Requests for the subscriber's location by their own home in the last hour without a call, message, service or move within a minute.";
    "tracking.home_polls_24h", Int = |e| e.tracking.victim.polls.map(|polls| polls.day),
        "The same in a day, at most 16.";
    "tracking.sweep", Bool = |e| e.tracking.asker.sweep.then_some(true),
        "The sender has asked without business about five subscribers or more within minutes: hits of rules about single requests are gathered by sender.";
    "tracking.sender.people_10m", Int = |e| e.tracking.asker.title.map(|counts| counts.people),
        "Subscribers the sender asked about without business in five to ten minutes, at least.";
    "tracking.sender.errors_percent", Int = |e| e.tracking.asker.title?.errors,
        "Percent of the answers to the sender in that time that are errors, once there are eight.";
    "tracking.sender.unknown_percent", Int = |e| e.tracking.asker.title?.unknown,
        "Percent of those answers that say there is no such subscriber.";
    "tracking.sender.sequence", Int = |e| e.tracking.asker.sequence,
        "Numbers in a row the sender asked about that count up or down in steps of at most 20.";
    "tracking.sender.sms_routings_24h", Int = |e| e.tracking.asker.messages.map(|messages| messages.routings),
        "Message routings to home nodes answered to the sender, its block or its hub in a day; on the answer.";
    "tracking.sender.sms_percent", Int = |e| e.tracking.asker.messages.map(|messages| messages.percent),
        "Short messages of the same for a hundred of those.";
    "tracking.block.digits", Number = |e| block(e).map(Number::code),
        "First eight digits of the sender of an unwarranted request, which rented titles share.";
    "tracking.block.people_10m", Int = |e| e.tracking.asker.block.map(|counts| counts.people),
        "Subscribers that the sender's block, the first eight digits, asked about without business in five to ten minutes.";
    "tracking.block.gts_10m", Int = |e| e.tracking.asker.block.map(|counts| counts.titles),
        "Global titles of the block that did.";
    "tracking.flood_1m", Int = |e| e.tracking.asker.flood,
        "Requests without business that came through the same point code within half a minute to a minute, from whatever senders; this one included.";
    "tracking.relation.new", Bool = |e| e.tracking.asker.habit.map(|said| said.new),
        "Whether this sender first sent this operation to this subsystem less than an hour ago, after the sensor had learnt.";
    "tracking.relation.per_minute", Int = |e| e.tracking.asker.habit.map(|said| said.per_minute),
        "Requests of this sender, operation and subsystem in this minute.";
    "tracking.relation.times_usual", Int = |e| e.tracking.asker.habit?.times_usual,
        "How many times its usual rate that is, once that is known for six hours and the sensor has learnt.";
    "tracking.way.strange", Bool = |e| e.tracking.asker.strange_way,
        "Whether it came from a point code that nearly nothing of its network comes from, once the ways are known.";
};

fn block(e: &SigEvent) -> Option<Digits> {
    let gt = e.sccp.as_ref()?.calling.gt.filter(|_| e.tracking.unwarranted)?;
    Some(track::block(gt.e164.unwrap_or(gt.digits)))
}
