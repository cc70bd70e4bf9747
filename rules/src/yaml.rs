//! YAML with the place of every key and value kept, so that each complaint can point at its line.
//!
//! Parsing, the limits on depth, size and aliases, and the refusal of duplicate keys are
//! `serde-saphyr`'s. Truth is only `true` and `false` (YAML 1.2), and a number with a leading zero
//! stays text: `001` is a country code, not one.

use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{Location, Spanned};

use crate::error::{Place, Problem};

/// Where a node begins, counted from one.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct At {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// A YAML node and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: At,
    pub(crate) value: Tree,
}

#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) at: At,
    pub(crate) text: String,
}

/// A YAML value without its place: what a rule carries for its reader, not for the compiler.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    /// Nothing.
    Null,
    /// A truth.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// A mapping in the order of the file.
    Map(Vec<(String, Self)>),
}

impl Raw {
    /// Returns the value of a key, if this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Returns the text, if this is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Returns the number, if this is one that is not negative.
    #[must_use]
    pub fn int(&self) -> Option<u64> {
        if let Self::Int(number) = self { u64::try_from(*number).ok() } else { None }
    }

    /// Returns the elements of a list, or nothing for anything else.
    #[must_use]
    pub fn list(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }
}

impl fmt::Display for Raw {
    /// Writes the value in YAML's flow form, text without quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Map(entries) => {
                f.write_str("{")?;
                for (i, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{key}: {value}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
        }
    }
}

impl Node {
    /// Drops the places.
    pub(crate) fn raw(&self) -> Raw {
        match &self.value {
            Tree::Null => Raw::Null,
            Tree::Bool(truth) => Raw::Bool(*truth),
            Tree::Int(number) => Raw::Int(*number),
            Tree::Float(number) => Raw::Float(*number),
            Tree::Text(text) => Raw::Text(text.clone()),
            Tree::List(items) => Raw::List(items.iter().map(Self::raw).collect()),
            Tree::Map(entries) => Raw::Map(
                entries.iter().map(|(key, value)| (key.text.clone(), value.raw())).collect(),
            ),
        }
    }

    /// Returns the entries of a mapping.
    pub(crate) fn entries(&self) -> Option<&[(Key, Self)]> {
        if let Tree::Map(entries) = &self.value { Some(entries) } else { None }
    }

    /// Returns the value of a key of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries()?.iter().find(|(name, _)| name.text == key).map(|(_, value)| value)
    }

    /// Returns the text of a scalar as written; `None` for lists, mappings and null.
    pub(crate) fn scalar(&self) -> Option<String> {
        match &self.value {
            Tree::Bool(truth) => Some(truth.to_string()),
            Tree::Int(number) => Some(number.to_string()),
            Tree::Float(number) => Some(number.to_string()),
            Tree::Text(text) => Some(text.clone()),
            Tree::Null | Tree::List(_) | Tree::Map(_) => None,
        }
    }

    /// Returns a list's elements, or the node itself as the only element; null has none.
    pub(crate) fn elements(&self) -> &[Self] {
        match &self.value {
            Tree::List(items) => items,
            Tree::Null => &[],
            _ => core::slice::from_ref(self),
        }
    }

    /// Returns what the node is, for a message.
    pub(crate) fn what(&self) -> &'static str {
        match self.value {
            Tree::Null => "null",
            Tree::Bool(_) => "true or false",
            Tree::Int(_) => "a number",
            Tree::Float(_) => "a number with a fraction",
            Tree::Text(_) => "text",
            Tree::List(_) => "a list",
            Tree::Map(_) => "a mapping",
        }
    }
}

/// Reads the documents of a file.
pub(crate) fn parse(text: &str) -> Result<Vec<Node>, (At, Problem)> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
        budget: serde_saphyr::budget! { max_depth: MAX_DEPTH },
    };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| {
        let at = error.location().map_or(At { line: 1, column: 1 }, At::from);
        let message = error.without_snippet().to_string();
        let first = message.lines().next().unwrap_or_default();
        // The place is said once, in front.
        let reason = first.rfind(" at line ").and_then(|end| first.get(..end)).unwrap_or(first);
        (at, Problem::Yaml(reason.to_owned()))
    })
}

/// Deeper nesting than any rule needs; bounds the recursion of everything that walks a tree.
const MAX_DEPTH: usize = 32;

impl From<Location> for At {
    fn from(location: Location) -> Self {
        let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Self { line: narrow(location.line()), column: narrow(location.column()) }
    }
}

impl At {
    /// Returns the place in a file.
    pub(crate) fn in_file(self, file: &str) -> Place {
        Place { file: file.into(), line: self.line, column: self.column }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Tree>::deserialize(deserializer)?;
        Ok(Self { at: spanned.referenced.into(), value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<String>::deserialize(deserializer)?;
        Ok(Self { at: spanned.referenced.into(), text: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TreeVisitor;

        impl<'de> Visitor<'de> for TreeVisitor {
            type Value = Tree;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a YAML value")
            }

            fn visit_unit<E>(self) -> Result<Tree, E> {
                Ok(Tree::Null)
            }

            fn visit_none<E>(self) -> Result<Tree, E> {
                Ok(Tree::Null)
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Tree, E> {
                Ok(Tree::Bool(truth))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
                Ok(Tree::Int(number.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
                Ok(Tree::Int(number.into()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
                Ok(Tree::Float(number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
                Ok(Tree::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Tree::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Tree::Map(entries))
            }
        }

        deserializer.deserialize_any(TreeVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_value_keeps_its_place() {
        let nodes = parse("a: 1\nb:\n  - x\n  - {c: true}\n---\nd: ~\n").unwrap();
        assert_eq!(nodes.len(), 2);
        let entries = nodes[0].entries().unwrap();
        let places: Vec<_> = entries
            .iter()
            .map(|(k, v)| ((k.at.line, k.at.column), (v.at.line, v.at.column)))
            .collect();
        assert_eq!(places, [((1, 1), (1, 4)), ((2, 1), (3, 3))]);
        let items = entries[1].1.elements();
        assert_eq!((items[1].at.line, items[1].at.column), (4, 5));
        let (key, value) = &items[1].entries().unwrap()[0];
        assert_eq!((key.at.line, key.at.column, value.at.column), (4, 6, 9));
        assert!(matches!(nodes[1].get("d").unwrap().value, Tree::Null));
    }

    #[test]
    fn scalars_are_read_as_a_rule_means_them() {
        for (text, want) in [
            ("001", Raw::Text("001".into())),
            ("70", Raw::Int(70)),
            ("-3", Raw::Int(-3)),
            ("'70'", Raw::Text("70".into())),
            ("no", Raw::Text("no".into())),
            ("true", Raw::Bool(true)),
            ("1.5", Raw::Float(1.5)),
            ("1_0", Raw::Text("1_0".into())),
            ("~", Raw::Null),
        ] {
            let nodes = parse(&format!("k: {text}")).unwrap();
            assert_eq!(nodes[0].get("k").unwrap().raw(), want, "{text}");
        }
    }

    #[test]
    fn bad_yaml_names_its_place() {
        for (text, line) in [("a: [1\nb: 2\n", 2), ("a: 1\na: 2\n", 2), ("a: b: c", 1)] {
            let (at, problem) = parse(text).unwrap_err();
            assert_eq!(at.line, line, "{text:?} {problem:?}");
        }
        let deep = format!("a: {}1{}", "[".repeat(200), "]".repeat(200));
        assert!(parse(&deep).is_err());
    }
}
