//! The field table against the contract, JSON against the table, and privacy against both.

mod events;

use std::collections::BTreeSet;

use picket::{
    event::{
        SigEvent,
        fields::{self, Form, Names, Row, number::Holder},
        json::{Writer, rfc3339},
        reference,
    },
    sink::redact::Redactor,
};
use picket_dissectors::Digits;
use picket_hw::Timestamp;
use picket_rules::{Kind, Value};
use proptest::prelude::*;
use serde_json::Value as Json;

/// Every field the documentation of events promises by name.
const PROMISED: &str = "
event_type timestamp sensor.id capture.{file,frame,link,vlan} link.side direction
ip.{src,dst} sctp.{src_port,dst_port,stream,tsn,ppid}
m3ua.{rc,na,opc,dpc} m2pa.{opc,dpc} m2ua.{opc,dpc} sua.{rc,na,opc,dpc}
mtp.{opc,dpc,si,ni,sls,variant}
sccp.{msg_type,class,return_on_error,hop_counter,segments,return_cause}
sccp.calling.{ssn,ri,pc} sccp.called.{ssn,ri,pc}
sccp.calling.gt.{digits,e164,nai,np,tt,gti,es,origin,external,country,network,class}
sccp.called.gt.{digits,e164,nai,np,tt,gti,es,origin,external,country,network,class}
tcap.{type,otid,dtid} tcap.ac.{oid,name,version}
tcap.open.{destination_reference,origination_reference} tcap.abort.{source,cause}
tcap.reject.{problem} tcap.component.{type,index,count,invoke_id,linked_id}
map.operation.{code,name,category,family} operation.agreed cap.operation.{code,name}
map.argument.{imsi,msisdn,imei,tmsi,msc,vlr,sgsn,hlr,gmlc,gsm_scf,sc_address,roaming_number}
map.argument.{forwarded_to,ss_code} map.argument.ussd.{dcs}
map.argument.requested.{location,current_location,state,imei}
map.argument.lcs.{location_type,client_type,privacy_override}
map.argument.sms.{tp_oa,tp_da,tp_pid,tp_dcs}
map.result.{imsi,msisdn,imei,tmsi,msc,vlr,sgsn,hlr,gmlc,gsm_scf,sc_address,roaming_number}
map.result.{forwarded_to,ss_code}
map.error.{code,name} dialogue.{id,state,outcome,latency_ms,late_invoke}
leak.{identity,serving_node,location,keys,imei,state,profile,msrn,precision,age_s,paged}
subscriber.{id,imsi,msisdn,origin,country,network}
tracking.{velocity_kmh,distance_km,queries_1h,distinct_gts_1h} tracking.previous.{network}
anomaly.codes duplicate
";

#[test]
fn every_promised_field_is_there() {
    for word in PROMISED.split_whitespace() {
        let (prefix, names) = word.split_once('{').unwrap_or((word, ""));
        for name in names.trim_end_matches('}').split(',') {
            let name = format!("{prefix}{name}");
            assert!(fields::find(&name).is_some(), "{name}");
        }
    }
}

#[test]
fn names_nest_and_each_object_is_written_once() {
    let names: Vec<&str> = fields::rows().map(|row| row.field.name).collect();
    let mut closed = BTreeSet::new();
    let mut open: Vec<&str> = Vec::new();
    for name in names {
        let objects: Vec<&str> = name.match_indices('.').map(|(at, _)| &name[..at]).collect();
        while open.last().is_some_and(|last| !objects.contains(last)) {
            closed.extend(open.pop());
        }
        for object in objects {
            assert!(!closed.contains(object), "{name} opens {object} again");
            if !open.contains(&object) {
                open.push(object);
            }
        }
        assert!(closed.insert(name), "{name} stands twice");
        assert!(
            name.bytes().all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.')),
            "{name}"
        );
    }
}

#[test]
fn every_row_is_documented_in_one_sentence() {
    for row in fields::rows() {
        let doc = row.field.doc;
        assert!(doc.ends_with(['.', ')']) || doc.ends_with(".)"), "{}: {doc}", row.field.name);
        assert!(!doc.contains('|') && !doc.contains('\n'), "{}: {doc}", row.field.name);
        let closed = matches!(row.field.kind, Kind::Name | Kind::Set);
        assert_eq!(closed, !(row.words)().is_empty(), "{}", row.field.name);
    }
}

#[test]
fn rules_are_put_in_the_bucket_of_their_operation() {
    let bucket = |field: &str, literal: &str| {
        fields::find(field).and_then(|row| row.field.bucket).and_then(|bucket| bucket(literal))
    };
    for (field, literal, want) in [
        ("map.operation.code", "70", Some(70)),
        ("map.operation.name", "provideSubscriberInfo", Some(70)),
        ("map.operation.name", "forwardSM", Some(46)),
        ("map.operation.name", "mo-ForwardSM", Some(46)),
        ("map.operation.name", "nonsense", None),
        ("cap.operation.code", "0", Some(256)),
        ("cap.operation.name", "connect", Some(276)),
        ("map.argument.imsi", "70", None),
    ] {
        assert_eq!(bucket(field, literal), want, "{field} {literal}");
    }
    let names = names();
    let schema = fields::schema(&names);
    let network = schema.fields.iter().find(|field| field.name == "subscriber.network");
    assert_eq!(network.map(|field| field.vocabulary.len()), Some(names.networks.len()));
}

fn names() -> Names {
    let list = |of: &str| (0..4).map(|i| format!("{of} \"{i}\"\n\u{1}é")).collect();
    Names {
        sensor: "sensor".to_owned(),
        files: list("file"),
        links: list("link"),
        networks: list("network"),
        lists: vec!["suspicious-gt".into()],
    }
}

fn written(event: &SigEvent, redactor: &Redactor) -> String {
    let names = names();
    let mut out = String::new();
    let is_subscriber = |digits: Digits| events::is_subscriber(digits);
    Writer { names: &names, redactor, is_subscriber: &is_subscriber }.write(event, &mut out);
    out
}

/// What JSON must show for a row, in clear.
fn expected(event: &SigEvent, row: &Row) -> Option<Json> {
    let text = |text: String| Some(Json::String(text));
    if let Form::Signed(get) = row.form {
        return get(event).map(Json::from);
    }
    match ((row.field.get)(event)?, row.form) {
        (Value::Int(nanos), Form::Time) => {
            let mut out = String::new();
            rfc3339(Timestamp::from_nanos(nanos), &mut out);
            text(out)
        }
        (_, Form::Ip(get)) => get(event).and_then(|address| text(address.to_string())),
        (Value::Id(id), Form::Named(named)) => names().get(named, id).map(Json::from),
        (_, Form::Subscriber) => {
            let subject = event.subscriber;
            subject.imsi.or(subject.msisdn).and_then(|digits| text(digits.to_string()))
        }
        (Value::Int(number), _) => Some(Json::from(number)),
        (Value::Bool(truth), _) => Some(Json::from(truth)),
        (Value::Text(word), _) => text(word.to_owned()),
        (value @ (Value::Digits(_) | Value::Id(_)), _) => text(value.to_string()),
        (Value::Set(bits), _) => {
            bits.iter().map(|bit| (row.words)().get(bit).map(|word| Json::from(*word))).collect()
        }
    }
}

fn leaves(json: &Json) -> usize {
    json.as_object().map_or(1, |object| object.values().map(leaves).sum())
}

proptest! {
    #[test]
    fn json_says_what_the_table_says(seed: u64) {
        let event = events::random(seed);
        let json: Json = serde_json::from_str(&written(&event, &Redactor::clear())).unwrap();
        let mut present = 0;
        for row in fields::rows() {
            let path = format!("/{}", row.field.name.replace('.', "/"));
            let want = expected(&event, row);
            present += usize::from(want.is_some());
            prop_assert_eq!(json.pointer(&path), want.as_ref(), "{}", row.field.name);
            if let (Some(Value::Text(word)), Kind::Name) = ((row.field.get)(&event), row.field.kind) {
                prop_assert!((row.words)().contains(&word), "{}: {}", row.field.name, word);
            }
        }
        prop_assert_eq!(leaves(&json), present);
    }

    #[test]
    fn values_are_of_the_kind_of_their_field(seed: u64) {
        let event = events::random(seed);
        for row in fields::rows() {
            let Some(value) = (row.field.get)(&event) else { continue };
            let fits = matches!(
                (value, row.field.kind),
                (Value::Int(_), Kind::Int | Kind::Time)
                    | (Value::Bool(_), Kind::Bool)
                    | (Value::Digits(_), Kind::Digits)
                    | (Value::Text(_), Kind::Text | Kind::Name)
                    | (Value::Set(_), Kind::Set)
                    | (Value::Id(_), Kind::Id)
            );
            prop_assert!(fits, "{}: {:?}", row.field.name, value);
        }
    }

    #[test]
    fn no_subscriber_number_shows_unless_in_clear(seed: u64) {
        let event = events::random(seed);
        for redactor in [Redactor::masked(None), Redactor::masked(Some(b"k")), Redactor::pseudonym(b"k")] {
            let text = written(&event, &redactor);
            for row in fields::rows() {
                let Form::Number(get) = row.form else { continue };
                let Some(number) = get(&event) else { continue };
                let hidden = match number.holder {
                    Holder::Nobody => false,
                    Holder::Subscriber => true,
                    Holder::Node => events::is_subscriber(number.digits),
                };
                let digits = number.digits.to_string();
                if hidden && digits.len() >= 6 {
                    let quoted = format!("\"{digits}\"");
                    prop_assert!(!text.contains(&quoted), "{}: {digits} in {text}", row.field.name);
                }
            }
            for own in [event.subscriber.imsi, event.subscriber.msisdn].into_iter().flatten() {
                // The end of a number is what names a person.
                let tail = own.skip(own.len().saturating_sub(8)).to_string();
                prop_assert!(tail.len() < 8 || !text.contains(&tail), "{tail} in {text}");
            }
        }
    }
}

#[test]
fn events_keep_to_their_schema() {
    let schema = jsonschema::validator_for(&reference::event_schema()).unwrap();
    for seed in 0..200 {
        let event = events::random(seed);
        for redactor in [Redactor::clear(), Redactor::masked(None), Redactor::pseudonym(b"k")] {
            let json: Json = serde_json::from_str(&written(&event, &redactor)).unwrap();
            let errors: Vec<String> = schema
                .iter_errors(&json)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{seed}: {errors:?}");
        }
    }
}
