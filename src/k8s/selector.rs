//! Selectors of patches and replacements: anchored regular expressions for ids, label selectors for labels and annotations.

use regex::Regex;
use thiserror::Error;

use super::{ResMap, Resource, go_regex};

/// A selector that cannot be understood.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum SelectorError {
    /// Not a regular expression.
    #[error("`{pattern}` is not a regular expression: {why}")]
    Pattern {
        /// As written.
        pattern: String,
        /// What the expression parser says.
        why: String,
    },
    /// Not a label selector.
    #[error("`{selector}` is not a label selector: {why}")]
    Labels {
        /// As written.
        selector: String,
        /// What is wrong with it.
        why: String,
    },
}

/// One part of a selector: matches anything, one text, or a regular expression anchored at both ends.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// Nothing was asked.
    Any,
    /// A text without regular expression syntax.
    Exact(String),
    /// A regular expression.
    Regex(Box<Regex>),
}

impl Pattern {
    /// From its text.
    ///
    /// # Errors
    /// When it is no regular expression.
    pub fn new(text: &str) -> Result<Pattern, SelectorError> {
        if text.is_empty() {
            return Ok(Pattern::Any);
        }
        if regex::escape(text).len() == text.len()
            || text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/".contains(&b))
        {
            return Ok(Pattern::Exact(text.to_owned()));
        }
        go_regex(&format!("^(?:{text})$"))
            .map(|r| Pattern::Regex(Box::new(r)))
            .map_err(|why| SelectorError::Pattern { pattern: text.to_owned(), why })
    }

    /// Whether a text matches.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Exact(wanted) => wanted == text,
            Pattern::Regex(regex) => regex.is_match(text),
        }
    }

    /// Whether nothing was asked.
    pub fn is_any(&self) -> bool {
        matches!(self, Pattern::Any)
    }
}

/// Which objects a patch or a replacement is for. Every part must match.
#[derive(Clone, Debug)]
pub struct Selector {
    /// API group.
    pub group: Pattern,
    /// API version.
    pub version: Pattern,
    /// Kind.
    pub kind: Pattern,
    /// Name, original or current.
    pub name: Pattern,
    /// Effective namespace, original or current.
    pub namespace: Pattern,
    /// Labels.
    pub labels: LabelSelector,
    /// Annotations, in the syntax of label selectors.
    pub annotations: LabelSelector,
}

impl Selector {
    /// Whether group, version and kind match.
    pub fn matches_gvk(&self, group: &str, version: &str, kind: &str) -> bool {
        self.kind.matches(kind) && self.group.matches(group) && self.version.matches(version)
    }

    /// Whether labels and annotations match.
    pub fn matches_metadata(&self, resource: &Resource) -> bool {
        self.labels.matches(|key| resource.label(key)) && self.annotations.matches(|key| resource.annotation(key))
    }

    /// The resources that it selects, in order.
    pub fn select(&self, resources: &ResMap) -> Vec<usize> {
        resources.select(self)
    }
}

/// A parsed label selector.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Test {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    Greater(i64),
    Less(i64),
}

impl LabelSelector {
    /// Parses the syntax of Kubernetes label selectors (`a=b,c!=d,e in (f,g),h,!i,j>1`).
    ///
    /// # Errors
    /// When the text is not of that syntax.
    pub fn parse(text: &str) -> Result<LabelSelector, SelectorError> {
        let mut parser = Parser { rest: text };
        let mut requirements = Vec::new();
        parser.skip_space();
        while !parser.rest.is_empty() {
            let requirement =
                parser.requirement().map_err(|why| SelectorError::Labels { selector: text.to_owned(), why })?;
            requirements.push(requirement);
            parser.skip_space();
            if parser.rest.is_empty() {
                break;
            }
            if !parser.eat(",") {
                let why = format!("expected `,` before `{}`", parser.rest);
                return Err(SelectorError::Labels { selector: text.to_owned(), why });
            }
            parser.skip_space();
            if parser.rest.is_empty() {
                let why = "nothing follows the last `,`".to_owned();
                return Err(SelectorError::Labels { selector: text.to_owned(), why });
            }
        }
        Ok(LabelSelector { requirements })
    }

    /// Whether labels match.
    pub fn matches<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.requirements.iter().all(|r| {
            let value = label(&r.key);
            match &r.test {
                Test::Exists => value.is_some(),
                Test::Missing => value.is_none(),
                Test::In(values) => value.is_some_and(|v| values.iter().any(|x| x == v)),
                Test::NotIn(values) => value.is_none_or(|v| values.iter().all(|x| x != v)),
                Test::Greater(n) => value.and_then(|v| v.parse::<i64>().ok()).is_some_and(|v| v > *n),
                Test::Less(n) => value.and_then(|v| v.parse::<i64>().ok()).is_some_and(|v| v < *n),
            }
        })
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> &'a str {
        self.skip_space();
        let end = self.rest.find([' ', '\t', '\r', '\n', '!', '=', '<', '>', '(', ')', ',']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        self.skip_space();
        let missing = self.eat("!");
        let key = self.word();
        check_key(key)?;
        let key = key.to_owned();
        self.skip_space();
        if missing {
            return Ok(Requirement { key, test: Test::Missing });
        }
        if self.rest.is_empty() || self.rest.starts_with(',') {
            return Ok(Requirement { key, test: Test::Exists });
        }
        let test = if self.eat("!=") {
            Test::NotIn(vec![self.value()?])
        } else if self.eat("==") || self.eat("=") {
            Test::In(vec![self.value()?])
        } else if self.eat(">") {
            Test::Greater(self.number()?)
        } else if self.eat("<") {
            Test::Less(self.number()?)
        } else {
            match self.word() {
                "in" => Test::In(self.values()?),
                "notin" => Test::NotIn(self.values()?),
                "gt" => Test::Greater(self.number()?),
                "lt" => Test::Less(self.number()?),
                other => return Err(format!("`{other}` is no operator; there are `=`, `!=`, `in`, `notin`, `<`, `>`")),
            }
        };
        Ok(Requirement { key, test })
    }

    fn value(&mut self) -> Result<String, String> {
        let value = self.word();
        check_value(value)?;
        Ok(value.to_owned())
    }

    fn number(&mut self) -> Result<i64, String> {
        let word = self.word();
        word.parse().map_err(|_| format!("`{word}` is no integer"))
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        self.skip_space();
        if !self.eat("(") {
            return Err("expected `(` and a list of values".to_owned());
        }
        let mut values = Vec::new();
        loop {
            values.push(self.value()?);
            self.skip_space();
            if self.eat(")") {
                return Ok(values);
            }
            if !self.eat(",") {
                return Err("expected `,` or `)` in a list of values".to_owned());
            }
        }
    }
}

/// A label key: an optional DNS prefix and a name of up to 63 characters.
fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(p, n)| (Some(p), n));
    let name_ok = !name.is_empty() && name.len() <= 63 && is_qualified(name);
    let prefix_ok = prefix.is_none_or(|p| {
        !p.is_empty()
            && p.len() <= 253
            && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
    });
    if name_ok && prefix_ok { Ok(()) } else { Err(format!("`{key}` is no label key")) }
}

fn check_value(value: &str) -> Result<(), String> {
    if value.is_empty() || (value.len() <= 63 && is_qualified(value)) {
        return Ok(());
    }
    Err(format!("`{value}` is no label value"))
}

fn is_qualified(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let ends = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    text.bytes().all(inner) && ends(text.as_bytes().first()) && ends(text.as_bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(selector: &str, labels: &[(&str, &'static str)]) -> bool {
        LabelSelector::parse(selector).unwrap().matches(|key| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v))
    }

    #[test]
    fn label_selectors_follow_kubernetes() {
        let labels = [("app", "cache"), ("tier", "3")];
        assert!(matches("app=cache", &labels));
        assert!(matches("app==cache, tier in (2, 3)", &labels));
        assert!(matches("app!=web,!missing,tier", &labels));
        assert!(matches("tier>2,tier<4", &labels));
        assert!(matches("zone notin (a)", &labels));
        assert!(!matches("zone=a", &labels));
        assert!(matches("", &labels));
    }

    #[test]
    fn wrong_selectors_are_refused() {
        for wrong in ["a=b,", "a b", "a in b", "=x", "a=b c", "a=(", "in (", "a>x"] {
            assert!(LabelSelector::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn patterns_are_anchored() {
        let pattern = Pattern::new("web.*").unwrap();
        assert!(pattern.matches("web-1"));
        assert!(!pattern.matches("my-web"));
        assert!(matches!(Pattern::new("web-1").unwrap(), Pattern::Exact(_)));
        assert!(Pattern::new("(").is_err());
    }
}
