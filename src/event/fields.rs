//! The table of fields: everything an event says, by the name rules and JSON use for it.
//!
//! There is one table. Rules are compiled against it, [`json`](super::json) writes events in its
//! order, and the reference, the schema and `picket fields` are printed from it. A row is a name,
//! a kind, a sentence and a function that reads the field; nothing is looked up by name while
//! messages pass. Rows whose names begin alike stand together, since they become one JSON object.

#[macro_use]
mod shape;

mod intel;
mod leak;
mod link;
pub mod number;
mod operation;
mod parameters;
mod sccp;
mod subscriber;
mod tcap;
mod tracking;

use core::{fmt, net::IpAddr};
use std::sync::{Mutex, PoisonError};

use picket_rules::{Field, Schema};

use self::number::Number;
use super::SigEvent;

/// A field and how JSON shows it.
pub struct Row {
    /// The field as rules know it.
    pub field: Field<SigEvent>,
    /// How JSON shows it.
    pub form: Form,
    /// The closed vocabulary, where there is one.
    pub words: fn() -> &'static [&'static str],
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Row").field(&self.field.name).finish()
    }
}

/// How JSON shows a field.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// As its value: a number, a truth, a text or an array of names.
    Plain,
    /// As RFC 3339 text; the value is nanoseconds since the Unix epoch.
    Time,
    /// As digits, or what may be shown of them.
    Number(fn(&SigEvent) -> Option<Number>),
    /// As an integer with a sign; rules see it when it is not negative.
    Signed(fn(&SigEvent) -> Option<i64>),
    /// As the text of an IP address; rules compare and group by it.
    Ip(fn(&SigEvent) -> Option<IpAddr>),
    /// As a name of the configuration; the value is its position.
    Named(Named),
    /// As what stands for the subscriber; the value is the key of the run.
    Subscriber,
}

/// Names that come with the configuration or the command line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Named {
    /// The sensor.
    Sensor,
    /// Inputs.
    File,
    /// Links of the plan.
    Link,
    /// Networks of the plan, home first.
    Network,
    /// Lists of global titles somebody warned of.
    List,
}

/// The names that events carry as positions.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Names {
    /// The sensor's id.
    pub sensor: String,
    /// Names of the inputs.
    pub files: Vec<String>,
    /// Names of the links.
    pub links: Vec<String>,
    /// Names of the networks, home first.
    pub networks: Vec<String>,
    /// Names of the lists of global titles somebody warned of.
    pub lists: Vec<String>,
}

impl Names {
    /// Returns the names of one kind.
    #[must_use]
    pub fn of(&self, named: Named) -> &[String] {
        match named {
            Named::Sensor => core::slice::from_ref(&self.sensor),
            Named::File => &self.files,
            Named::Link => &self.links,
            Named::Network => &self.networks,
            Named::List => &self.lists,
        }
    }

    /// Returns a name; `None` when there is none at this position, or an empty one.
    #[must_use]
    pub fn get(&self, named: Named, position: u128) -> Option<&str> {
        let position = usize::try_from(position).ok()?;
        self.of(named).get(position).map(String::as_str).filter(|name| !name.is_empty())
    }
}

/// Iterates over every row, in the order of JSON.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    GROUPS.iter().copied().flatten()
}

/// Returns the row of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Row> {
    rows().find(|row| row.field.name == name)
}

/// Returns the schema rules are compiled against, with the names of one plan.
///
/// Rules keep references to it as long as the program runs, so it is never freed. The same names
/// give the same schema: reading a configuration anew takes memory only where names have changed,
/// and then for those lists that did.
#[must_use]
pub fn schema(names: &Names) -> Schema<SigEvent> {
    static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());
    // What a panic left behind is whole: it is added to in one step.
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let lists = NAMED.map(|named| interned(&made, names, named));
    let found = made.iter().find(|made| made.lists.map(<[_]>::as_ptr) == lists.map(<[_]>::as_ptr));
    let fields = found.map(|made| made.fields).unwrap_or_else(|| {
        let fields = rows().map(|Row { field, form, words }| {
            let vocabulary = match form {
                Form::Named(named) => {
                    let at = NAMED.iter().position(|known| known == named);
                    at.and_then(|at| lists.get(at).copied()).unwrap_or_default()
                }
                _ => words(),
            };
            Field { name: field.name, vocabulary, doc: field.doc, ..*field }
        });
        let fields: &[_] = Vec::leak(fields.collect());
        made.push(Made { lists, fields });
        fields
    });
    Schema { fields, discriminant: operation::discriminant }
}

/// A list of names that is never freed.
type List = &'static [&'static str];

/// A schema that was made, and of which names.
struct Made {
    lists: [List; NAMED.len()],
    fields: &'static [Field<SigEvent>],
}

/// Every kind of names.
const NAMED: [Named; 4] = [Named::Sensor, Named::File, Named::Link, Named::Network];

/// Returns the names of one kind, those of an earlier schema if they are the same.
fn interned(made: &[Made], names: &Names, named: Named) -> List {
    let wanted = names.of(named);
    let mut known = made.iter().flat_map(|made| made.lists);
    known.find(|list| list.iter().eq(wanted)).unwrap_or_else(|| leaked(wanted))
}

/// Iterates over the operations of MAP and CAP: the bucket of rules and of events, and the name.
pub fn operations() -> impl Iterator<Item = (u16, &'static str)> {
    operation::named()
}

fn leaked(names: &[String]) -> &'static [&'static str] {
    let names = names.iter().map(|name| &*String::leak(name.clone()));
    Vec::leak(names.collect())
}

/// Every group of rows; the order is that of JSON.
static GROUPS: &[&[Row]] = &[
    link::ROWS,
    sccp::ROWS,
    sccp::CALLING,
    sccp::CALLED,
    tcap::ROWS,
    operation::MAP,
    parameters::MAP_ARGUMENT,
    parameters::MAP_RESULT,
    operation::MAP_ERROR,
    operation::CAP,
    parameters::CAP_ARGUMENT,
    operation::CAP_ERROR,
    operation::AGREED,
    tcap::DIALOGUE,
    tcap::REQUEST,
    parameters::REQUEST,
    leak::ROWS,
    intel::ROWS,
    subscriber::ROWS,
    tracking::ROWS,
    subscriber::LAST,
];

/// Returns what puts rules on this field into buckets.
const fn bucket(name: &str) -> Option<fn(&str) -> Option<u16>> {
    match name.as_bytes() {
        b"map.operation.code" | b"map.operation.name" => Some(operation::map_bucket),
        b"cap.operation.code" | b"cap.operation.name" => Some(operation::cap_bucket),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_names_give_the_same_schema() {
        let names = |networks: &[&str]| Names {
            sensor: "a schema of its own".into(),
            networks: networks.iter().map(|&name| name.to_owned()).collect(),
            ..Names::default()
        };
        let schema = |networks: &[&str]| schema(&names(networks)).fields;
        let first = schema(&["home", "Faraway"]);
        assert!(core::ptr::eq(first, schema(&["home", "Faraway"])));
        let grown = schema(&["home", "Faraway", "Neighbour"]);
        assert!(!core::ptr::eq(first, grown));
        assert!(core::ptr::eq(first, schema(&["home", "Faraway"])), "going back takes nothing");
        let words = |fields: &'static [Field<SigEvent>], name| {
            fields.iter().find(|field| field.name == name).map(|field| field.vocabulary)
        };
        assert_eq!(words(grown, "sensor.id"), Some(&["a schema of its own"][..]));
        let field = "subscriber.network";
        assert_eq!(words(first, field), Some(&["home", "Faraway"][..]));
        assert_eq!(words(grown, field), Some(&["home", "Faraway", "Neighbour"][..]));
    }
}
