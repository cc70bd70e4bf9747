//! What can be wrong with a rule file, where, and what to do about it.

use core::fmt;
use std::sync::Arc;

use thiserror::Error;

/// A place in a file, lines and columns counted from one.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// The name the file was given to the builder under.
    pub file: Arc<str>,
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Why a rule file was refused: the place, the problem and the remedy.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("{place}: {problem}\n  {}", problem.remedy())]
pub struct LoadError {
    /// Where.
    pub place: Place,
    /// What.
    pub problem: Problem,
}

/// What is wrong.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// The text is not YAML, or beyond the limits on depth, size or aliases.
    #[error("not readable as YAML: {0}")]
    Yaml(String),
    /// A document is not a mapping.
    #[error("a document must be a mapping, not {0}")]
    NotAMapping(&'static str),
    /// A document has none of `detection`, `correlation` and `filter`, or more than one.
    #[error("a document needs exactly one of `detection`, `correlation` and `filter`")]
    NoSection,
    /// A key that must be there is not.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A key has a value of the wrong shape.
    #[error("`{key}` must be {want}, not {found}")]
    Shape {
        /// The key.
        key: String,
        /// What it must be.
        want: &'static str,
        /// What it is.
        found: String,
    },
    /// A key inside `correlation` or `filter` that Sigma does not define.
    #[error("unknown key `{key}` in `{section}`")]
    UnknownKey {
        /// The key.
        key: String,
        /// The section it stands in.
        section: &'static str,
        /// The key that may be meant.
        suggestion: Option<String>,
    },
    /// A keyword search, which has no field.
    #[error("`{0}` searches for keywords without a field")]
    Keywords(String),
    /// `timeframe` and other leftovers of the first version of Sigma.
    #[error("`{0}` is not part of Sigma 2")]
    Obsolete(String),
    /// A field that is not in the table.
    #[error("unknown field `{name}`")]
    UnknownField {
        /// The name as written.
        name: String,
        /// The field that may be meant.
        suggestion: Option<&'static str>,
    },
    /// A modifier Sigma does not define.
    #[error("unknown modifier `{name}`")]
    UnknownModifier {
        /// The modifier as written.
        name: String,
        /// The modifier that may be meant.
        suggestion: Option<&'static str>,
    },
    /// A modifier that has no meaning on this kind of field, or on any here.
    #[error("modifier `{modifier}` is not meaningful here: `{field}` is {kind}")]
    ModifierKind {
        /// The modifier.
        modifier: &'static str,
        /// The field.
        field: &'static str,
        /// What the field holds.
        kind: crate::schema::Kind,
    },
    /// Modifiers that contradict each other.
    #[error("modifiers `{0}` and `{1}` cannot stand together")]
    Conflict(&'static str, &'static str),
    /// `all` with fewer than two values.
    #[error("`all` needs at least two values")]
    AllOfOne,
    /// An operand that does not fit the field.
    #[error("`{field}` is {kind}: {found} does not fit")]
    Operand {
        /// The field.
        field: &'static str,
        /// What the field holds.
        kind: crate::schema::Kind,
        /// The operand.
        found: String,
    },
    /// An operand a modifier cannot take.
    #[error("`{modifier}` needs {want}, not {found}")]
    ModifierOperand {
        /// The modifier.
        modifier: &'static str,
        /// What it needs.
        want: &'static str,
        /// The operand.
        found: String,
    },
    /// A word that is not in the vocabulary of the field.
    #[error("`{word}` is not a value of `{field}`")]
    UnknownWord {
        /// The word, or the pattern no word fits.
        word: String,
        /// The field.
        field: &'static str,
        /// The word that may be meant.
        suggestion: Option<&'static str>,
    },
    /// A regular expression that does not compile, or only to something too large.
    #[error("bad regular expression: {0}")]
    Regex(String),
    /// A list no file or setting provides.
    #[error("no list `{name}` for `%{name}%`")]
    UnknownList {
        /// The name of the list.
        name: String,
        /// The list that may be meant.
        suggestion: Option<String>,
    },
    /// `fieldref` between fields that cannot be compared.
    #[error("`{left}` is {left_kind} and `{right}` is {right_kind}: they cannot be compared")]
    Incomparable {
        /// The field on the left.
        left: &'static str,
        /// Its kind.
        left_kind: crate::schema::Kind,
        /// The field it is compared with.
        right: &'static str,
        /// Its kind.
        right_kind: crate::schema::Kind,
    },
    /// A condition that does not parse; the caret stands under the offending word.
    #[error("condition: expected {expected}\n    {condition}\n    {:>caret$}", "^")]
    Condition {
        /// The condition as written, on one line.
        condition: String,
        /// The column of the caret, counted from one.
        caret: usize,
        /// What would have been right.
        expected: &'static str,
    },
    /// A selection the condition names and the detection does not have.
    #[error("the condition names `{name}`, which is not defined")]
    UnknownSelection {
        /// The name.
        name: String,
        /// The selection that may be meant.
        suggestion: Option<String>,
    },
    /// A pattern of names that fits no selection.
    #[error("`{0}` in the condition fits no selection")]
    NoSelection(String),
    /// Two rules with one id or name.
    #[error("`{id}` is already the {what} of the rule at {first}")]
    Duplicate {
        /// `id` or `name`.
        what: &'static str,
        /// The id or name.
        id: String,
        /// Where it stood first.
        first: Place,
    },
    /// A correlation or filter refers to a rule that is not there.
    #[error("refers to `{name}`, which is no rule")]
    UnknownRule {
        /// The id or name.
        name: String,
        /// The rule that may be meant.
        suggestion: Option<String>,
    },
    /// Correlations that refer to each other.
    #[error("correlation `{0}` refers to itself, by way of others or directly")]
    Cycle(String),
    /// More than the compiler allows.
    #[error("{found} {what}, at most {limit} are allowed")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// A time span that is not a number and a unit.
    #[error("`{0}` is not a time span")]
    Timespan(String),
}

impl Problem {
    /// Returns what to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Yaml(_) => "quote values that begin with a special character".to_owned(),
            Self::NotAMapping(_) => "begin with `title:` and the other keys of a rule".to_owned(),
            Self::NoSection => "split the document, or add the section that is missing".to_owned(),
            Self::Missing(key) => format!("add `{key}:`"),
            Self::Shape { key, want, .. } => format!("write {want} after `{key}:`"),
            Self::UnknownKey { suggestion, .. } => {
                suggest(suggestion.as_deref(), "remove it, or move it to the top of the document")
            }
            Self::Keywords(name) => {
                format!("write `{name}:` as a mapping of fields to values, such as `field|contains: word`")
            }
            Self::Obsolete(_) => "use a correlation document instead".to_owned(),
            Self::UnknownField { suggestion, .. } => {
                suggest(*suggestion, "see the list of fields")
            }
            Self::UnknownModifier { suggestion, .. } => suggest(
                *suggestion,
                "use contains, startswith, endswith, re, cidr, exists, expand, all, cased, neq, gt, gte, lt, lte or fieldref",
            ),
            Self::ModifierKind { modifier, kind, .. } => modifier_remedy(modifier, *kind),
            Self::Conflict(first, second) => format!("keep `{first}` or `{second}`"),
            Self::AllOfOne => "remove `all`, or give a list".to_owned(),
            Self::Operand { kind, .. } => operand_remedy(*kind).to_owned(),
            Self::ModifierOperand { want, .. } => format!("write {want}"),
            Self::UnknownWord { suggestion, .. } => {
                suggest(*suggestion, "see the values of the field in the list of fields")
            }
            Self::Regex(_) => "regular expressions here have no look-around and no back-references; shorten large repetitions".to_owned(),
            Self::UnknownList { suggestion, .. } => {
                suggest(suggestion.as_deref(), "provide the list, or write the values into the rule")
            }
            Self::Incomparable { .. } => "compare fields of the same kind".to_owned(),
            Self::Condition { .. } => "conditions are made of selection names, `1 of x*`, `all of x*`, `not`, `and`, `or` and parentheses".to_owned(),
            Self::UnknownSelection { suggestion, .. } => {
                suggest(suggestion.as_deref(), "define the selection under `detection:`")
            }
            Self::NoSelection(_) => "correct the pattern, or define a selection it fits".to_owned(),
            Self::Duplicate { what, .. } => format!("give one of the two rules another {what}"),
            Self::UnknownRule { suggestion, .. } => {
                suggest(suggestion.as_deref(), "use the `id` or `name` of a rule that is loaded")
            }
            Self::Cycle(_) => "break the circle".to_owned(),
            Self::TooMany { limit, .. } => format!("stay within {limit}"),
            Self::Timespan(_) => "write a number and one of s, m, h, d or w, such as `15m`".to_owned(),
        }
    }
}

fn suggest(suggestion: Option<&str>, otherwise: &str) -> String {
    suggestion.map_or_else(|| otherwise.to_owned(), |word| format!("did you mean `{word}`?"))
}

fn modifier_remedy(modifier: &str, kind: crate::schema::Kind) -> String {
    use crate::schema::Kind;
    match (modifier, kind) {
        ("contains" | "startswith" | "endswith" | "re", Kind::Int | Kind::Time) => {
            "compare numbers with gt, gte, lt, lte or a list of values".to_owned()
        }
        ("gt" | "gte" | "lt" | "lte", _) => "use gt, gte, lt and lte on numbers only".to_owned(),
        ("cidr", _) => "use cidr on a text field that holds an IP address".to_owned(),
        ("cased", _) => "remove `cased`: only text has letter case".to_owned(),
        _ => format!("remove `{modifier}`, or choose a field it fits"),
    }
}

fn operand_remedy(kind: crate::schema::Kind) -> &'static str {
    use crate::schema::Kind;
    match kind {
        Kind::Time => {
            "write nanoseconds since the Unix epoch, or compare a part of it, such as `timestamp|hour`"
        }
        Kind::Int => "write a whole number from 0 on, without wildcards",
        Kind::Bool => "write true or false",
        Kind::Digits => {
            "write up to 30 digits (0-9, a-f), without `+` and spaces, in quotes when longer than 19"
        }
        Kind::Text | Kind::Name | Kind::Set => "write text",
        Kind::Id => {
            "write 32 hexadecimal digits or an IP address, or compare with another field by fieldref"
        }
    }
}
