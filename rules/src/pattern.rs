//! Values with wildcards (Sigma rules specification 2.1, "Escaping").
//!
//! `*` stands for any text and `?` for one character. A backslash makes the next `*`, `?` or
//! backslash plain, and is itself plain before anything else.

use crate::modifier::Operator;

/// A piece of a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Piece {
    Text(String),
    Any,
    One,
}

/// A value as written, read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Pattern(Vec<Piece>);

/// The cheapest way to test a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    /// Anything at all.
    Anything,
    Exact(String),
    Prefix(String),
    Suffix(String),
    Part(String),
    Glob(Glob),
}

/// A pattern with wildcards in the middle.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Glob(Vec<Element>);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Element {
    Char(char),
    One,
    Any,
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Self {
        let (mut pieces, mut plain) = (Vec::new(), String::new());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let wildcard = match c {
                '*' => Piece::Any,
                '?' => Piece::One,
                '\\' => {
                    plain.push(chars.next_if(|next| "*?\\".contains(*next)).unwrap_or('\\'));
                    continue;
                }
                _ => {
                    plain.push(c);
                    continue;
                }
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(core::mem::take(&mut plain)));
            }
            if !(wildcard == Piece::Any && pieces.last() == Some(&Piece::Any)) {
                pieces.push(wildcard);
            }
        }
        if !plain.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Self(pieces)
    }

    /// Adds the wildcards that `contains`, `startswith` and `endswith` stand for.
    pub(crate) fn with(mut self, operator: Operator) -> Self {
        let open_end = matches!(operator, Operator::Contains | Operator::StartsWith);
        let open_start = matches!(operator, Operator::Contains | Operator::EndsWith);
        if open_end && self.0.last() != Some(&Piece::Any) {
            self.0.push(Piece::Any);
        }
        if open_start && self.0.first() != Some(&Piece::Any) {
            self.0.insert(0, Piece::Any);
        }
        self
    }

    /// Whether the value as written has no wildcard.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.0.as_slice(), [Piece::Text(_)])
    }

    /// Iterates over the plain text in the pattern.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Any | Piece::One => None,
        })
    }

    /// Returns the cheapest test. With `ascii_only`, text beyond ASCII goes to [`Glob`], which is
    /// the only test that folds its case.
    pub(crate) fn shape(&self, ascii_only: bool) -> Shape {
        let glob = || Shape::Glob(self.glob());
        if ascii_only && self.texts().any(|text| !text.is_ascii()) {
            return glob();
        }
        match self.0.as_slice() {
            [Piece::Text(text)] => Shape::Exact(text.clone()),
            [Piece::Any] => Shape::Anything,
            // `contains` of nothing is `*` on both sides of an empty text.
            [Piece::Text(text), Piece::Any] if text.is_empty() => Shape::Anything,
            [Piece::Any, Piece::Text(text)] if text.is_empty() => Shape::Anything,
            [Piece::Any, Piece::Text(text), Piece::Any] if text.is_empty() => Shape::Anything,
            [Piece::Text(text), Piece::Any] => Shape::Prefix(text.clone()),
            [Piece::Any, Piece::Text(text)] => Shape::Suffix(text.clone()),
            [Piece::Any, Piece::Text(text), Piece::Any] => Shape::Part(text.clone()),
            _ => glob(),
        }
    }

    /// Returns the pattern as a glob, whatever cheaper test there may be.
    pub(crate) fn glob(&self) -> Glob {
        Glob(self.elements())
    }

    fn elements(&self) -> Vec<Element> {
        let mut out = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.extend(text.chars().map(Element::Char)),
                Piece::Any => out.push(Element::Any),
                Piece::One => out.push(Element::One),
            }
        }
        out
    }
}

impl Glob {
    /// Whether the whole of `text` fits. Going back only to the last `*` bounds the work by the
    /// product of the lengths.
    pub(crate) fn matches(&self, text: &str, fold: bool) -> bool {
        let (mut at, mut rest) = (0, text);
        let mut retry: Option<(usize, &str)> = None;
        loop {
            let step = match (self.0.get(at), rest.chars().next()) {
                (None, None) => return true,
                (Some(Element::Any), _) => {
                    retry = Some((at + 1, rest));
                    at += 1;
                    continue;
                }
                (Some(Element::One), Some(c)) => Some(c),
                (Some(Element::Char(want)), Some(c)) if same(*want, c, fold) => Some(c),
                _ => None,
            };
            if let Some(c) = step {
                at += 1;
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                continue;
            }
            let Some((behind, from)) = retry else { return false };
            let Some(skipped) = from.chars().next() else { return false };
            rest = from.get(skipped.len_utf8()..).unwrap_or_default();
            at = behind;
            retry = Some((behind, rest));
        }
    }
}

fn same(a: char, b: char, fold: bool) -> bool {
    a == b || fold && a.to_lowercase().eq(b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_with_their_escapes() {
        for (text, want) in [
            ("", Shape::Exact(String::new())),
            ("abc", Shape::Exact("abc".into())),
            ("abc*", Shape::Prefix("abc".into())),
            ("*abc", Shape::Suffix("abc".into())),
            ("*abc*", Shape::Part("abc".into())),
            ("**abc**", Shape::Part("abc".into())),
            ("*", Shape::Anything),
            (r"a\*b", Shape::Exact("a*b".into())),
            (r"a\?", Shape::Exact("a?".into())),
            (r"a\\*", Shape::Prefix(r"a\".into())),
            (r"a\\b", Shape::Exact(r"a\b".into())),
            (r"a\b", Shape::Exact(r"a\b".into())),
            (r"a\", Shape::Exact(r"a\".into())),
        ] {
            assert_eq!(Pattern::parse(text).shape(true), want, "{text}");
        }
        assert!(matches!(Pattern::parse("a?c").shape(true), Shape::Glob(_)));
        assert!(matches!(Pattern::parse("é").shape(true), Shape::Glob(_)));
    }

    #[test]
    fn modifiers_open_the_ends() {
        for (text, operator, want) in [
            ("a", Operator::Contains, Shape::Part("a".into())),
            ("a*", Operator::Contains, Shape::Part("a".into())),
            ("a", Operator::StartsWith, Shape::Prefix("a".into())),
            ("*a", Operator::StartsWith, Shape::Part("a".into())),
            ("a", Operator::EndsWith, Shape::Suffix("a".into())),
            ("", Operator::Contains, Shape::Anything),
            ("a", Operator::Equal, Shape::Exact("a".into())),
        ] {
            assert_eq!(Pattern::parse(text).with(operator).shape(true), want, "{text}");
        }
    }

    #[test]
    fn globs_fit_the_whole_text() {
        for (pattern, text, want) in [
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abcd", false),
            ("a*b*b", "ab", false),
            ("?", "é", true),
            ("É*", "école", true),
            ("*x?", "axbxc", true),
            ("*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaa", false),
        ] {
            let glob = Pattern::parse(pattern).glob();
            assert_eq!(glob.matches(text, true), want, "{pattern} {text}");
        }
        assert!(!Pattern::parse("A?").glob().matches("ab", false));
    }
}
