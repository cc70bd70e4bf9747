//! Condition expressions (Sigma rules specification 2.1, "Condition").
//!
//! Tokens are read with nom; the grammar above them is a recursive descent with the precedence the
//! specification gives: `1 of`/`all of`, then `not`, `and`, `or`. Depth is bounded.

use nom::{
    IResult, Parser,
    branch::alt,
    bytes::complete::take_while1,
    character::complete::{char, multispace0},
    combinator::value,
    sequence::preceded,
};

/// A condition.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Expr {
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    /// A selection, and where in the condition it is named.
    Selection(String, usize),
    /// `1 of` or `all of` the selections that fit a pattern.
    Of {
        all: bool,
        pattern: String,
        offset: usize,
    },
}

/// Where a condition goes wrong, and what would have been right there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Syntax {
    /// Octets from the start of the condition.
    pub(crate) offset: usize,
    pub(crate) expected: &'static str,
}

/// Reads a condition.
pub(crate) fn parse(text: &str) -> Result<Expr, Syntax> {
    let mut parser = Parsing { tokens: tokens(text)?, next: 0, end: text.len() };
    let expr = parser.any(0)?;
    match parser.peek() {
        None => Ok(expr),
        Some(Token::Pipe) => Err(parser.expected(
            "the end: aggregation behind `|` is not part of Sigma 2, write a correlation document",
        )),
        Some(Token::Close) => Err(parser.expected("the end: this `)` closes nothing")),
        Some(_) => Err(parser.expected("`and`, `or` or the end")),
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Token<'t> {
    Open,
    Close,
    Pipe,
    Word(&'t str),
}

fn token(input: &str) -> IResult<&str, Token<'_>> {
    alt((
        value(Token::Open, char('(')),
        value(Token::Close, char(')')),
        value(Token::Pipe, char('|')),
        take_while1(|c: char| !c.is_whitespace() && !"()|".contains(c)).map(Token::Word),
    ))
    .parse(input)
}

fn tokens(text: &str) -> Result<Vec<(usize, Token<'_>)>, Syntax> {
    let (mut rest, mut out) = (text, Vec::new());
    while !rest.trim_start().is_empty() {
        let offset = text.len() - rest.trim_start().len();
        let (next, token) = preceded(multispace0, token)
            .parse(rest)
            .map_err(|_| Syntax { offset, expected: "a word or a parenthesis" })?;
        if out.len() >= MAX_TOKENS {
            return Err(Syntax { offset, expected: "a shorter condition" });
        }
        out.push((offset, token));
        rest = next;
    }
    Ok(out)
}

struct Parsing<'t> {
    tokens: Vec<(usize, Token<'t>)>,
    next: usize,
    end: usize,
}

impl<'t> Parsing<'t> {
    fn any(&mut self, depth: usize) -> Result<Expr, Syntax> {
        let mut terms = vec![self.all(depth)?];
        while self.take_word("or") {
            terms.push(self.all(depth)?);
        }
        Ok(one_or(terms, Expr::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Expr, Syntax> {
        let mut terms = vec![self.not(depth)?];
        while self.take_word("and") {
            terms.push(self.not(depth)?);
        }
        Ok(one_or(terms, Expr::All))
    }

    fn not(&mut self, depth: usize) -> Result<Expr, Syntax> {
        if depth > MAX_DEPTH {
            return Err(self.expected("fewer nested `not` and parentheses"));
        }
        if self.take_word("not") {
            return Ok(Expr::Not(Box::new(self.not(depth + 1)?)));
        }
        self.primary(depth)
    }

    fn primary(&mut self, depth: usize) -> Result<Expr, Syntax> {
        match self.peek() {
            Some(Token::Open) => {
                self.next += 1;
                let expr = self.any(depth + 1)?;
                if self.peek() != Some(Token::Close) {
                    return Err(self.expected("`)`"));
                }
                self.next += 1;
                Ok(expr)
            }
            Some(Token::Word("and" | "or")) => {
                Err(self.expected("a selection before this operator"))
            }
            Some(Token::Word("AND" | "OR" | "NOT")) => {
                Err(self.expected("a selection: operators are written in lower case"))
            }
            Some(Token::Word(word)) => self.selection(word),
            Some(Token::Close | Token::Pipe) | None => Err(self.expected("a selection")),
        }
    }

    fn selection(&mut self, word: &'t str) -> Result<Expr, Syntax> {
        let offset = self.offset();
        let is_count = self.tokens.get(self.next + 1).is_some_and(|t| t.1 == Token::Word("of"));
        if !is_count {
            self.next += 1;
            return Ok(Expr::Selection(word.to_owned(), offset));
        }
        let all = match word {
            "1" | "any" => false,
            "all" => true,
            _ => return Err(self.expected("`1 of`, `any of` or `all of`")),
        };
        self.next += 2;
        let Some(Token::Word(pattern)) = self.peek() else {
            return Err(self.expected("`them` or a pattern of selection names"));
        };
        let offset = self.offset();
        self.next += 1;
        Ok(Expr::Of { all, pattern: pattern.to_owned(), offset })
    }

    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.next).map(|&(_, token)| token)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(Token::Word(word));
        self.next += usize::from(found);
        found
    }

    fn offset(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |&(offset, _)| offset)
    }

    fn expected(&self, expected: &'static str) -> Syntax {
        Syntax { offset: self.offset(), expected }
    }
}

fn one_or(mut terms: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match terms.pop() {
        Some(only) if terms.is_empty() => only,
        last => {
            terms.extend(last);
            many(terms)
        }
    }
}

const MAX_DEPTH: usize = 32;
const MAX_TOKENS: usize = 4096;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Writes an expression with every parenthesis, to show precedence.
    fn show(expr: &Expr) -> String {
        let join = |terms: &[Expr], word: &str| {
            format!("({})", terms.iter().map(show).collect::<Vec<_>>().join(word))
        };
        match expr {
            Expr::Any(terms) => join(terms, " or "),
            Expr::All(terms) => join(terms, " and "),
            Expr::Not(inner) => format!("!{}", show(inner)),
            Expr::Selection(name, _) => name.clone(),
            Expr::Of { all, pattern, .. } => {
                format!("{}:{pattern}", if *all { "all" } else { "one" })
            }
        }
    }

    #[test]
    fn precedence_is_of_not_and_or() {
        for (text, want) in [
            ("a", "a"),
            ("a and b", "(a and b)"),
            ("a or b and c", "(a or (b and c))"),
            ("a and b or c", "((a and b) or c)"),
            ("(a or b) and c", "((a or b) and c)"),
            ("not a and b", "(!a and b)"),
            ("not (a and b)", "!(a and b)"),
            ("not not a", "!!a"),
            ("1 of them", "one:them"),
            ("any of sel_*", "one:sel_*"),
            ("all of sel_* and not 1 of filter_*", "(all:sel_* and !one:filter_*)"),
            ("  ( a )  ", "a"),
            ("a\n  and\tb", "(a and b)"),
            ("all", "all"),
            ("not(a)and(b)", "(!a and b)"),
            ("them or order or nothing", "(them or order or nothing)"),
        ] {
            assert_eq!(parse(text).map(|expr| show(&expr)).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn errors_point_at_the_word() {
        for (text, offset, expected) in [
            ("", 0, "a selection"),
            ("a and", 5, "a selection"),
            ("a b", 2, "`and`, `or` or the end"),
            ("a and and b", 6, "a selection before"),
            ("(a or b", 7, "`)`"),
            ("a)", 1, "the end: this `)`"),
            ("a | count() > 5", 2, "the end: aggregation"),
            ("2 of sel_*", 0, "`1 of`"),
            ("1 of", 4, "`them`"),
            ("1 of (a)", 5, "`them`"),
            ("a AND b", 2, "`and`, `or`"),
            ("NOT a", 0, "a selection: operators"),
            ("()", 1, "a selection"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.offset, offset, "{text}: {error:?}");
            assert!(error.expected.starts_with(expected), "{text}: {error:?}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        assert!(parse(&format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000))).is_err());
        assert!(parse(&format!("{}a", "not ".repeat(4000))).is_err());
        assert!(parse(&"a and ".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            if let Err(error) = parse(&text) {
                prop_assert!(error.offset <= text.len());
            }
        }

        #[test]
        fn no_words_panic(words in prop::collection::vec(
            prop::sample::select(vec!["and", "or", "not", "1", "of", "all", "them", "(", ")", "a", "b*"]), 0..12)
        ) {
            let text = words.join(" ");
            if let Err(error) = parse(&text) {
                prop_assert!(error.offset <= text.len());
            }
        }
    }
}
