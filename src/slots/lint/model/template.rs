//! Patterns of keys: text with parts that vary.

use crate::slots::{Slot, key_slot};

/// A piece of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unit {
    /// A character that stands in every key.
    Char(char),
    /// `<name>`: a part that varies, without colons and braces.
    Part(Box<str>),
    /// `*`: anything.
    Any,
}

/// A pattern, taken apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Template {
    /// The pieces, each with its place in the text, in bytes.
    units: Vec<(Unit, usize)>,
    text: String,
}

/// What is wrong with a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// What.
    pub message: &'static str,
    /// Where, in bytes.
    pub at: usize,
    /// How many bytes.
    pub len: usize,
}

/// A tag that is not what it looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Malformed {
    /// `{}`: the whole key is hashed.
    Empty,
    /// `{` without a `}` behind it: the whole key is hashed.
    Unclosed,
    /// A brace within braces: the tag begins at the first one and ends at the first that closes.
    Nested,
    /// A second tag, which counts for nothing.
    Second,
    /// `}` without a `{` in front.
    Stray,
}

impl Template {
    /// Takes a pattern apart. A backslash in front of `<`, `*` or a backslash takes their meaning.
    ///
    /// # Errors
    /// When the pattern is empty, or a `<` has no end or no name.
    pub fn parse(text: &str) -> Result<Template, Mistake> {
        let mistake = |message, at, len| Err(Mistake { message, at, len });
        let mut units = Vec::new();
        let mut rest = text.char_indices();
        while let Some((at, c)) = rest.next() {
            let unit = match c {
                '\\' => match rest.next() {
                    Some((_, c @ ('<' | '>' | '*' | '\\'))) => Unit::Char(c),
                    _ => return mistake("a backslash stands in front of `<`, `>`, `*` or a backslash only", at, 1),
                },
                '*' => Unit::Any,
                '<' => {
                    let Some(len) = text[at + 1..].find('>') else { return mistake("this `<` has no `>`", at, 1) };
                    let name = &text[at + 1..at + 1 + len];
                    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
                        return mistake(
                            "a part that varies is a name in `<…>`: letters, digits, `_`, `-` and `.`",
                            at,
                            len + 2,
                        );
                    }
                    (0..name.chars().count() + 1).for_each(|_| {
                        rest.next();
                    });
                    Unit::Part(name.into())
                }
                c => Unit::Char(c),
            };
            units.push((unit, at));
        }
        if units.is_empty() {
            mistake("this pattern is empty", 0, 1)
        } else {
            Ok(Template { units, text: text.to_owned() })
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Names of the parts that vary, in order; `*` is one without a name.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        parts(&self.units)
    }

    /// Whether it is one key and no more.
    pub fn is_one_key(&self) -> bool {
        self.units.iter().all(|(unit, _)| matches!(unit, Unit::Char(_)))
    }

    /// The tag.
    pub fn tag(&self) -> Option<Hashed<'_>> {
        let open = self.find('{', 0)?;
        let close = self.find('}', open + 1)?;
        (close > open + 1).then(|| Hashed(&self.units[open + 1..close]))
    }

    /// What is hashed: the tag, or the whole key.
    pub fn hashed(&self) -> Hashed<'_> {
        self.tag().unwrap_or(Hashed(&self.units))
    }

    /// The first tag that is not what it looks like, with its place and length in bytes.
    pub fn malformed(&self) -> Option<(Malformed, usize, usize)> {
        let until = |first: usize, last: usize| {
            let (start, end) = (self.units[first].1, self.units[last].1);
            (start, end + 1 - start)
        };
        let found = |what, (start, len)| Some((what, start, len));
        let Some(open) = self.find('{', 0) else {
            return self.find('}', 0).and_then(|at| found(Malformed::Stray, until(at, at)));
        };
        if let Some(at) = self.find('}', 0).filter(|at| *at < open) {
            return found(Malformed::Stray, until(at, at));
        }
        let Some(close) = self.find('}', open + 1) else {
            return found(Malformed::Unclosed, until(open, open));
        };
        if close == open + 1 {
            return found(Malformed::Empty, until(open, close));
        }
        if self.find('{', open + 1).is_some_and(|at| at < close) {
            return found(Malformed::Nested, until(open, close));
        }
        match (self.find('{', close + 1), self.find('}', close + 1)) {
            (Some(second), Some(end)) if second < end => found(Malformed::Second, until(second, end)),
            (_, Some(stray)) => found(Malformed::Stray, until(stray, stray)),
            (Some(second), None) => found(Malformed::Second, until(second, second)),
            (None, None) => None,
        }
    }

    fn find(&self, c: char, from: usize) -> Option<usize> {
        (from..self.units.len()).find(|at| self.units[*at].0 == Unit::Char(c))
    }

    /// What keys of the pattern look like, as a regular expression on bytes.
    pub fn regex(&self) -> String {
        let mut out = "(?s-u)^".to_owned();
        for (unit, _) in &self.units {
            match unit {
                Unit::Char(c) => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
                Unit::Part(_) => out.push_str("[^:{}]+"),
                Unit::Any => out.push_str(".*"),
            }
        }
        out.push('$');
        out
    }
}

fn parts(units: &[(Unit, usize)]) -> impl Iterator<Item = &str> {
    units.iter().filter_map(|(unit, _)| match unit {
        Unit::Char(_) => None,
        Unit::Part(name) => Some(&**name),
        Unit::Any => Some("*"),
    })
}

/// What of a pattern decides on the slot.
#[derive(Clone, Copy, Debug)]
pub struct Hashed<'a>(&'a [(Unit, usize)]);

impl Hashed<'_> {
    /// Names of the parts that vary in it.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        parts(self.0)
    }

    /// The text, where nothing in it varies.
    pub fn constant(&self) -> Option<String> {
        self.0
            .iter()
            .map(|(unit, _)| match unit {
                Unit::Char(c) => Some(*c),
                _ => None,
            })
            .collect()
    }

    /// The slot, where nothing in it varies.
    pub fn slot(&self) -> Option<Slot> {
        // A tag has no closing brace; what has one is a whole key, without a tag.
        self.constant().map(|text| match text.contains('}') {
            true => key_slot(text.as_bytes()),
            false => key_slot(format!("{{{text}}}").as_bytes()),
        })
    }

    /// Whether the same values give the same text.
    pub fn same_as(&self, other: &Hashed<'_>) -> bool {
        let texts = || self.0.iter().map(|(unit, _)| unit).eq(other.0.iter().map(|(unit, _)| unit));
        texts() && self.0.iter().all(|(unit, _)| *unit != Unit::Any)
    }

    /// As it is written.
    pub fn text(&self) -> String {
        self.0
            .iter()
            .map(|(unit, _)| match unit {
                Unit::Char(c) => c.to_string(),
                Unit::Part(name) => format!("<{name}>"),
                Unit::Any => "*".to_owned(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::bytes::Regex;

    use super::*;
    use crate::slots::hash_tag;

    fn matcher(template: &Template) -> Regex {
        Regex::new(&template.regex()).unwrap()
    }

    fn template(text: &str) -> Template {
        Template::parse(text).unwrap()
    }

    #[test]
    fn tags_are_those_of_the_keys() {
        for (pattern, tag, key) in [
            ("{user:<id>}:profile", Some("user:<id>"), "{user:1}:profile"),
            ("user:<id>", None, "user:1"),
            ("a{}{<b>}", None, "a{}{1}"),
            ("{{<id>}}", Some("{<id>"), "{{1}}"),
            ("{<a>}{<b>}", Some("<a>"), "{1}{1}"),
            ("x{<a>", None, "x{1"),
            ("}{*}", Some("*"), "}{1}"),
        ] {
            let pattern = template(pattern);
            assert_eq!(pattern.tag().map(|tag| tag.text()), tag.map(str::to_owned), "{key}");
            let of_key = hash_tag(key.as_bytes()).map(|tag| String::from_utf8_lossy(tag).into_owned());
            let filled = tag.map(|tag| tag.replace("<id>", "1").replace("<a>", "1").replace('*', "1"));
            assert_eq!(of_key, filled, "{key}");
            assert!(matcher(&pattern).is_match(key.as_bytes()), "{key}");
        }
    }

    proptest! {
        #[test]
        fn what_is_hashed_is_what_the_server_hashes(pieces in prop::collection::vec(prop::sample::select(vec!["{", "}", "a", ":", "<x>", "<y>"]), 1..12)) {
            let fill = |text: &str| text.replace("<x>", "1").replace("<y>", "ab");
            let pattern = template(&pieces.concat());
            let key = fill(pattern.text());
            prop_assert!(matcher(&pattern).is_match(key.as_bytes()));
            let hashed = fill(&pattern.hashed().text());
            prop_assert_eq!(hash_tag(key.as_bytes()).unwrap_or(key.as_bytes()), hashed.as_bytes());
            if pattern.is_one_key() {
                prop_assert_eq!(pattern.hashed().slot(), Some(key_slot(key.as_bytes())));
            }
            // A tag that is not malformed is one pair of braces, or none.
            if pattern.malformed().is_none() {
                let braces: String = key.chars().filter(|c| matches!(c, '{' | '}')).collect();
                let whole = braces.len() == 2 && pattern.tag().is_some();
                prop_assert!(braces.is_empty() || whole);
            }
        }
    }

    #[test]
    fn a_part_is_one_part() {
        let matches = |pattern: &str, key: &[u8]| matcher(&template(pattern)).is_match(key);
        assert!(matches("user:<id>", b"user:\xff\n"));
        assert!(!matches("user:<id>", b"user:1:profile") && !matches("user:<id>", b"user:"));
        assert!(matches("user:*", b"user:1:profile") && matches("user:*", b"user:"));
        assert!(matches("a\\*gr\u{f6}\u{df}e.<x>", "a*gr\u{f6}\u{df}e.1".as_bytes()) && !matches("a.b", b"axb"));
    }

    #[test]
    fn malformed_tags_are_found_with_their_place() {
        for (pattern, wanted) in [
            ("{user:<id>}:x", None),
            ("user", None),
            ("a{}b{c}", Some((Malformed::Empty, 1, 2))),
            ("user:{<id>:x", Some((Malformed::Unclosed, 5, 1))),
            ("{{user}}", Some((Malformed::Nested, 0, 7))),
            ("{a}:{<b>}", Some((Malformed::Second, 4, 5))),
            ("{a}:{b", Some((Malformed::Second, 4, 1))),
            ("a}b", Some((Malformed::Stray, 1, 1))),
            ("a}{b}", Some((Malformed::Stray, 1, 1))),
            ("{a}}", Some((Malformed::Stray, 3, 1))),
        ] {
            assert_eq!(template(pattern).malformed(), wanted, "{pattern}");
        }
    }

    #[test]
    fn equal_is_what_is_equal_for_all_values() {
        let same = |a: &str, b: &str| template(a).hashed().same_as(&template(b).hashed());
        assert!(same("{user:<id>}:a", "b:{user:<id>}") && same("{user:<id>}:a", "user:<id>"));
        assert!(!same("{user:<id>}:a", "{user:<uid>}:b") && !same("{<id>}", "{user:<id>}") && !same("{*}", "{*}"));
        assert_eq!(template("{a}:<x>").hashed().slot(), Some(key_slot(b"{a}:1")));
        assert_eq!(template("foo{}bar").hashed().slot(), Some(key_slot(b"foo{}bar")));
        assert_eq!(template("foo{bar").hashed().slot(), Some(key_slot(b"foo{bar")));
        assert_eq!(template("{<a>}").hashed().slot(), None);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (text, at) in [("", 0), ("a:<id", 2), ("a:<>", 2), ("<a b>", 0), ("a\\b", 1), ("<a<b>", 0)] {
            assert_eq!(Template::parse(text).unwrap_err().at, at, "{text}");
        }
    }
}
