//! Stories of alerts: what is published when.

use super::*;
use crate::event::{
    DialogueRef, Direction, EventType, FrameId, Label, Link, RequestRef, SigEvent, Subject,
    Transport,
};

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_nanos(1_000_000_000_000 + seconds * SECOND)
}

/// A request about subscriber `key`, in dialogue `dialogue`.
fn request(seconds: u64, key: u64, dialogue: u64) -> SigEvent {
    SigEvent {
        kind: EventType::Map,
        at: at(seconds),
        frame: FrameId { source: 0, number: seconds + 1 },
        link: Link::default(),
        direction: Direction::Inbound,
        transport: Transport::default(),
        label: Label::default(),
        sccp: None,
        tcap: None,
        operation: None,
        parameters: picket_dissectors::map::Parameters::default(),
        dialogue: DialogueRef { id: dialogue, ..DialogueRef::default() },
        subscriber: Subject { key, ..Subject::default() },
        tracking: crate::event::Tracking::default(),
        management: None,
        about: None,
        intel: None,
        duplicate: false,
        notes: picket_dissectors::Notes::default(),
        unread: None,
    }
}

/// The answer to it.
fn answer(seconds: u64, asked: &SigEvent, outcome: Outcome) -> SigEvent {
    let mut event = request(seconds, asked.subscriber.key, asked.dialogue.id);
    event.dialogue.outcome = Some(outcome);
    event.dialogue.request = Some(RequestRef {
        at: asked.at,
        frame: asked.frame,
        invoke_id: None,
        asker: None,
        asker_place: crate::enrich::network::Place::default(),
        requested: picket_dissectors::map::parameters::Requested::default(),
        direction: asked.direction,
        node: None,
    });
    event
}

struct Story {
    alerts: Alerts,
    rule: Arc<Rule>,
    out: VecDeque<Alert>,
}

impl Story {
    fn new() -> Self {
        let rule = Rule { id: "r".into(), level: Level::High, ..Rule::default() };
        Self { alerts: Alerts::new(8, 1), rule: Arc::new(rule), out: VecDeque::new() }
    }

    fn hit(&mut self, event: &SigEvent) {
        let hit = Hit {
            number: 0,
            rule: &self.rule,
            group: Group::of(event),
            group_text: Vec::new(),
            earlier: Vec::new(),
            count: 1,
            swept: false,
        };
        self.alerts.hit(hit, event, &mut self.out);
    }

    /// Takes what was published: revision, count, outcome, level and the frames cited.
    fn published(&mut self) -> Vec<(u32, u64, Outcome, Level, Vec<u64>)> {
        let told = self.out.drain(..);
        told.map(|alert| {
            let frames = alert.evidence.iter().map(|cited| cited.frame.number).collect();
            (alert.revision, alert.count, alert.outcome, alert.level, frames)
        })
        .collect()
    }
}

#[test]
fn a_leak_is_told_at_once_and_raises_the_level() {
    let mut story = Story::new();
    let asked = request(0, 7, 1);
    story.hit(&asked);
    assert_eq!(story.published(), [(0, 1, Outcome::Pending, Level::High, vec![1])]);
    story.alerts.outcome(&answer(1, &asked, Outcome::Leaked), Outcome::Leaked, &mut story.out);
    assert_eq!(story.published(), [(1, 1, Outcome::Leaked, Level::Critical, vec![1, 2])]);
}

#[test]
fn a_refusal_lowers_the_level_and_silence_does_not() {
    for (outcome, level, frames) in
        [(Outcome::Refused, Level::Medium, vec![1, 2]), (Outcome::NoAnswer, Level::High, vec![1])]
    {
        let mut story = Story::new();
        let asked = request(0, 7, 1);
        story.hit(&asked);
        story.published();
        story.alerts.outcome(&answer(1, &asked, outcome), outcome, &mut story.out);
        assert_eq!(story.published(), [(1, 1, outcome, level, frames)]);
    }
}

#[test]
fn a_campaign_is_one_alert_that_grows() {
    let mut story = Story::new();
    for i in 0..5 {
        story.hit(&request(i, 7, i + 1));
    }
    assert_eq!(story.published().len(), 1, "later hits wait");
    story.alerts.advance(at(60), &mut story.out);
    assert_eq!(story.published(), [], "a minute after the second hit, not after the first");
    story.alerts.advance(at(61), &mut story.out);
    let want = (1, 5, Outcome::Pending, Level::High, vec![2, 3, 4, 5]);
    assert_eq!(story.published(), [want]);
    story.hit(&request(100, 8, 9));
    assert_eq!(story.published(), [(0, 1, Outcome::Pending, Level::High, vec![101])]);
}

#[test]
fn much_evidence_does_not_wait() {
    let mut story = Story::new();
    for i in 0..=u64::try_from(MAX_UNSAID).unwrap() {
        story.hit(&request(i, 7, i + 1));
    }
    let told = story.published();
    assert_eq!(told.iter().map(|revision| revision.1).collect::<Vec<_>>(), [1, 65]);
    assert_eq!(told[1].4, (2..=65).collect::<Vec<_>>());
}

#[test]
fn an_idle_hour_closes_it() {
    let mut story = Story::new();
    story.hit(&request(0, 7, 1));
    story.hit(&request(10, 7, 2));
    story.alerts.advance(at(3609), &mut story.out);
    let revisions: Vec<_> = story.published().iter().map(|told| told.0).collect();
    assert_eq!(revisions, [0, 1]);
    story.alerts.advance(at(3610), &mut story.out);
    story.hit(&request(3611, 7, 3));
    assert_eq!(story.published(), [(0, 1, Outcome::Pending, Level::High, vec![3612])]);
}

#[test]
fn the_end_tells_what_waits() {
    let mut story = Story::new();
    story.hit(&request(0, 7, 1));
    story.hit(&request(1, 7, 2));
    story.alerts.finish(at(2), &mut story.out);
    let revisions: Vec<_> = story.published().iter().map(|told| (told.0, told.1)).collect();
    assert_eq!(revisions, [(0, 1), (1, 2)]);
}

#[test]
fn the_oldest_open_alert_makes_room_and_what_it_had_to_say_is_said() {
    let mut story = Story::new();
    for key in 1..=8 {
        story.hit(&request(key, key, key));
    }
    assert_eq!((story.published().len(), story.alerts.open.evictions()), (8, 0));
    // More of the oldest, unsaid as yet.
    story.hit(&request(9, 1, 9));
    assert_eq!(story.published(), []);
    story.hit(&request(10, 9, 10));
    assert_eq!(story.alerts.open.evictions(), 1);
    let counts: Vec<_> = story.published().iter().map(|told| (told.0, told.1)).collect();
    assert!(counts.contains(&(0, 1)), "{counts:?}");
    assert_eq!(story.alerts.open.len(), 8);
}
