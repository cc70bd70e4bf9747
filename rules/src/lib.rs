//! Sigma rules compiled to typed tests over a table of fields.
//!
//! Reads detection, correlation and filter documents (Sigma specification 2.1) and compiles them
//! against a [`Schema`] it is given: field names become function pointers, operands become what
//! compares fastest, and everything that does not fit is a load error with file, line, column and
//! remedy. What a field means is the caller's business; this crate knows no protocol, reads no
//! files, has no clock and no randomness. The README describes the language on one page.

mod calendar;
mod condition;
mod contradiction;
mod correlate;
mod document;
mod error;
mod explain;
mod index;
mod link;
mod lint;
mod matches;
mod modifier;
mod pattern;
mod rule;
mod save;
mod schema;
mod set;
mod state;
mod test;
mod value;
mod window;
mod yaml;

pub use document::{Level, Logsource, RuleInfo, RuleKind, Status};
pub use error::{LoadError, Place, Problem};
pub use explain::Explanation;
pub use lint::{Lint, Warning};
pub use matches::{Match, Matches};
pub use save::SaveError;
pub use schema::{Field, Getter, Kind, Schema};
pub use set::{Builder, RuleSet};
pub use state::RuleState;
pub use value::{Bits, Digits, Value};
pub use yaml::Raw;
