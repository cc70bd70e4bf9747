//! The loader of rules, any text; what loads is asked about real events.

use std::sync::OnceLock;

use picket::{
    engine::{Engine, Options, Output, Rules},
    event::{SigEvent, fields},
};
use picket_rules::{Matches, RuleSet, RuleState, Schema};

use super::engine::Setting;

/// Loads a file of rules and evaluates them.
pub fn read(octets: &[u8]) {
    let Ok(text) = core::str::from_utf8(octets) else { return };
    let mut builder = RuleSet::<SigEvent>::builder(schema());
    builder.list("list", vec!["99910".to_owned(), "*15*".to_owned()]);
    builder.add("fuzz.yml", text);
    match builder.build() {
        Ok((set, warnings)) => {
            for warning in warnings {
                let _ = warning.to_string();
            }
            let (mut state, mut matches) = (RuleState::new(64, 1), Matches::default());
            for (token, event) in (1..).zip(events()) {
                set.evaluate(event, event.at.nanos(), token, &mut state, &mut matches);
            }
        }
        Err(errors) => {
            assert!(!errors.is_empty(), "what does not load says why");
            for error in errors {
                assert!(error.to_string().starts_with("fuzz.yml:"), "{error} says where");
            }
        }
    }
}

/// Returns the schema, which is made once: it is never freed.
fn schema() -> Schema<SigEvent> {
    static SCHEMA: OnceLock<Schema<SigEvent>> = OnceLock::new();
    let made = SCHEMA.get_or_init(|| fields::schema(&Setting::get().names));
    Schema { fields: made.fields, discriminant: made.discriminant }
}

/// A few events of each kind.
fn events() -> &'static [SigEvent] {
    static EVENTS: OnceLock<Vec<SigEvent>> = OnceLock::new();
    EVENTS.get_or_init(|| {
        let options = Options { seed: 1, records: true };
        let mut engine = Engine::new(Setting::get().plan(false), Rules::none().into(), options);
        let mut events = Vec::new();
        for frame in super::seeds::frames(200) {
            engine.ingest(&frame.as_frame());
            while let Some(output) = engine.poll() {
                if let Output::Record(event) = output {
                    events.push(event);
                }
            }
        }
        events
    })
}
