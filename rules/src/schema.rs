//! The table of fields a rule may name, given by the caller: a name, a kind, a line of
//! documentation and a function that reads the field.

use core::fmt;

use crate::value::Value;

/// What a field holds, and so which operands and modifiers make sense on it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Kind {
    /// A whole number.
    Int,
    /// A time, as nanoseconds since the Unix epoch; the value is a [`Value::Int`].
    Time,
    /// `true` or `false`.
    Bool,
    /// A string of digits.
    Digits,
    /// Free text.
    Text,
    /// One word of a closed vocabulary.
    Name,
    /// Several words of a closed vocabulary.
    Set,
    /// An identifier of 128 bits: a position in the vocabulary, if the field has one; otherwise
    /// written as 32 hexadecimal digits or as an IP address, IPv4 in its mapped form.
    Id,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int => "a number",
            Self::Time => "a time",
            Self::Bool => "true or false",
            Self::Digits => "digits",
            Self::Text => "text",
            Self::Name => "a name",
            Self::Set => "a set of names",
            Self::Id => "an identifier",
        })
    }
}

/// Reads a field; `None` when the event does not have it.
pub type Getter<E> = for<'e> fn(&'e E) -> Option<Value<'e>>;

/// One field of the events a rule is evaluated on.
pub struct Field<E> {
    /// The dotted name rules use.
    pub name: &'static str,
    /// What the field holds; `get` must return a value of this kind.
    pub kind: Kind,
    /// One line for a reader of the field list.
    pub doc: &'static str,
    /// The words of a [`Kind::Name`], a [`Kind::Set`] (in bit order) or a [`Kind::Id`] (by value);
    /// otherwise empty.
    pub vocabulary: &'static [&'static str],
    /// Reads the field.
    pub get: Getter<E>,
    /// Maps a literal (a number in decimal, a name as in the vocabulary) to the value the
    /// [`Schema::discriminant`] of every event has whose field equals it. `None` for the field, or
    /// for one literal, keeps the rule out of the index.
    pub bucket: Option<fn(&str) -> Option<u16>>,
}

/// The fields, and what the candidate index is keyed by.
pub struct Schema<E: 'static> {
    /// The fields, each name once.
    pub fields: &'static [Field<E>],
    /// The bucket of an event: only rules that ask for it, or for no bucket, are looked at.
    pub discriminant: fn(&E) -> Option<u16>,
}

impl<E> Schema<E> {
    /// Returns the field of that name and its position.
    pub(crate) fn find(&self, name: &str) -> Option<&'static Field<E>> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Returns the field name closest to a misspelt one, if any is close.
    pub(crate) fn closest(&self, name: &str) -> Option<&'static str> {
        closest(name, self.fields.iter().map(|field| field.name))
    }
}

impl<E> Clone for Schema<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Schema<E> {}

impl<E> fmt::Debug for Schema<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.fields.iter().map(|field| field.name)).finish()
    }
}

/// Returns the candidate with the smallest edit distance to `word`, if that is at most a third of
/// its length; the first of equals, so that messages do not depend on anything else.
pub(crate) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // A word from a stranger's file may be as long as the file.
    let limit = word.len().min(MAX_WORD) / 3 + 1;
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= limit)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Edit distance with exchange of neighbours left out: one row of the usual table.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(MAX_WORD).enumerate() {
        let mut previous = i + 1;
        for (j, y) in b.iter().enumerate() {
            let diagonal = row.get(j).copied().unwrap_or_default();
            let above = row.get(j + 1).copied().unwrap_or_default();
            let change = diagonal + usize::from(x.to_ascii_lowercase() != *y);
            if let Some(cell) = row.get_mut(j) {
                *cell = previous;
            }
            previous = change.min(above + 1).min(previous + 1);
        }
        if let Some(cell) = row.last_mut() {
            *cell = previous;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Longer words are not worth a suggestion.
const MAX_WORD: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_find_their_neighbour() {
        let fields = ["from.digits", "from.external", "op.code", "op.name"];
        for (word, want) in [
            ("from.digit", Some("from.digits")),
            ("from.extrenal", Some("from.external")),
            ("op.cod", Some("op.code")),
            ("OP.NAME", Some("op.name")),
            ("something.else.entirely", None),
            ("", None),
        ] {
            assert_eq!(closest(word, fields), want, "{word:?}");
        }
    }

    #[test]
    fn distance_counts_edits() {
        for (a, b, want) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), want, "{a} {b}");
        }
    }
}
