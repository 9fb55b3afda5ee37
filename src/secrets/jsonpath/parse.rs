//! Text to template.

use std::sync::LazyLock;

use regex::Regex;

use super::unquote::unquote;
use super::{Bound, Filter, Step, Template};

/// Longer expressions than any that makes sense; the parser recurses.
const MAX_LENGTH: usize = 4096;

static KEY: LazyLock<Regex> = LazyLock::new(|| compiled("^'([^']*)'$"));
static SLICE: LazyLock<Regex> = LazyLock::new(|| compiled(r"^(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?$"));
static COMPARISON: LazyLock<Regex> = LazyLock::new(|| compiled("^([^!<>=]+)([!<>=]+)(.+?)$"));

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant")
}

/// Reads a template.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse(text: &str) -> Result<Template, String> {
    if text.len() > MAX_LENGTH {
        return Err("the expression is too long".to_owned());
    }
    let mut parser = Parser { input: text, at: 0, start: 0 };
    parser.template().map(Template)
}

/// What stands between the braces of a text that has none.
fn action(text: &str) -> Result<Vec<Step>, String> {
    match parse(&format!("{{{text}}}"))?.0.into_iter().next() {
        Some(Step::List(steps)) => Ok(steps),
        _ => Ok(Vec::new()),
    }
}

struct Parser<'a> {
    input: &'a str,
    at: usize,
    start: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.input[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// The text since the last call.
    fn taken(&mut self) -> &'a str {
        let text = &self.input[self.start..self.at];
        self.start = self.at;
        text
    }

    fn template(&mut self) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        loop {
            let open = self.rest().find('{');
            self.at += open.unwrap_or(self.rest().len());
            if self.at > self.start {
                steps.push(Step::Text(self.taken().to_owned()));
            }
            if open.is_none() {
                return Ok(steps);
            }
            self.at += 1;
            self.taken();
            let mut inner = Vec::new();
            while self.step(&mut inner)? {}
            steps.push(Step::List(inner));
        }
    }

    /// One step inside of braces; whether there may be another.
    fn step(&mut self, steps: &mut Vec<Step>) -> Result<bool, String> {
        if self.rest().starts_with('}') {
            self.at += 1;
            self.taken();
            return Ok(false);
        }
        if self.rest().starts_with("[?(") {
            return self.filter(steps);
        }
        if self.rest().starts_with("..") {
            return self.recursive(steps);
        }
        match self.peek() {
            None | Some('\r' | '\n') => return Err("a `{` is not closed".to_owned()),
            Some(' ' | '@' | '$') => {
                self.next();
                self.taken();
            }
            Some('[') => return self.array(steps),
            Some(quote @ ('"' | '\'')) => return self.quoted(steps, quote),
            Some('.') => {
                self.next();
                self.field(steps);
            }
            Some(c) if c == '+' || c == '-' || c.is_numeric() => self.number(steps)?,
            Some(c) if c == '_' || c.is_alphabetic() => self.word(steps),
            Some(c) => return Err(format!("`{c}` means nothing in an expression")),
        }
        Ok(true)
    }

    fn word(&mut self, steps: &mut Vec<Step>) {
        while self.peek().is_some_and(|c| !is_end(c)) {
            self.next();
        }
        steps.push(match self.taken() {
            "true" => Step::Bool(true),
            "false" => Step::Bool(false),
            other => Step::Word(other.to_owned()),
        });
    }

    fn recursive(&mut self, steps: &mut Vec<Step>) -> Result<bool, String> {
        if steps.last() == Some(&Step::Recursive) {
            return Err("`..` stands twice".to_owned());
        }
        self.at += 2;
        self.taken();
        steps.push(Step::Recursive);
        if self.peek().is_some_and(|c| c == '_' || c.is_alphanumeric()) {
            self.field(steps);
        }
        Ok(true)
    }

    fn number(&mut self, steps: &mut Vec<Step>) -> Result<(), String> {
        if matches!(self.peek(), Some('+' | '-')) {
            self.next();
        }
        while self.peek().is_some_and(|c| c == '.' || c.is_numeric()) {
            self.next();
        }
        let text = self.taken();
        steps.push(match (text.parse(), text.parse()) {
            (Ok(whole), _) => Step::Int(whole),
            (Err(_), Ok(value)) => Step::Float(value),
            _ => return Err(format!("`{text}` is not a number")),
        });
        Ok(())
    }

    fn array(&mut self, steps: &mut Vec<Step>) -> Result<bool, String> {
        loop {
            match self.next() {
                None | Some('\n') => return Err("a `[` is not closed".to_owned()),
                Some(']') => break,
                Some(_) => {}
            }
        }
        let text = self.taken();
        let text = &text[1..text.len() - 1];
        let text = if text == "*" { ":" } else { text };
        if text.contains(',') {
            let parts = text.split(',').map(|part| action(&format!("[{}]", part.trim_matches(' '))));
            steps.push(Step::Union(parts.collect::<Result<_, _>>()?));
        } else if let Some(key) = KEY.captures(text) {
            steps.extend(action(&format!(".{}", &key[1]))?);
        } else {
            steps.push(Step::Slice(bounds(text)?));
        }
        Ok(true)
    }

    fn filter(&mut self, steps: &mut Vec<Step>) -> Result<bool, String> {
        self.at += 3;
        self.taken();
        let (mut begun, mut ended, mut pair) = (false, false, '"');
        loop {
            match self.next() {
                None | Some('\n') => return Err("a filter is not closed".to_owned()),
                Some(quote @ ('"' | '\'')) => {
                    if !begun {
                        (begun, pair) = (true, quote);
                    } else if self.input.as_bytes()[self.at - 2] != b'\\' && quote == pair {
                        ended = true;
                    }
                }
                Some(')') if begun == ended => break,
                Some(_) => {}
            }
        }
        if self.next() != Some(']') {
            return Err("a filter ends with `)]`".to_owned());
        }
        let text = self.taken();
        let text = &text[..text.len() - 2];
        let filter = match COMPARISON.captures(text) {
            None => Filter { left: action(text)?, right: None },
            Some(parts) => Filter { left: action(&parts[1])?, right: Some((parts[2].to_owned(), action(&parts[3])?)) },
        };
        steps.push(Step::Filter(Box::new(filter)));
        Ok(true)
    }

    fn quoted(&mut self, steps: &mut Vec<Step>, quote: char) -> Result<bool, String> {
        self.next();
        loop {
            match self.next() {
                None | Some('\n') => return Err("a quoted text is not closed".to_owned()),
                Some(c) if c == quote && self.input.as_bytes()[self.at - 2] != b'\\' => break,
                Some(_) => {}
            }
        }
        steps.push(Step::Text(unquote(self.taken())?));
        Ok(true)
    }

    fn field(&mut self, steps: &mut Vec<Step>) {
        self.taken();
        while let Some(c) = self.peek().filter(|c| !is_end(*c)) {
            self.next();
            if c == '\\' {
                self.next();
            }
        }
        steps.push(match self.taken() {
            "*" => Step::Wildcard,
            name => Step::Field(name.replace('\\', "")),
        });
    }
}

/// Whether a character ends a name.
fn is_end(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}

fn bounds(text: &str) -> Result<[Bound; 3], String> {
    let parts = SLICE.captures(text).ok_or_else(|| format!("`{text}` is not an index"))?;
    let mut bounds = [Bound::default(); 3];
    for i in 0..3 {
        let part = parts.get(i + 1).map_or("", |part| part.as_str());
        let number = if i > 0 { part.strip_prefix(':').unwrap_or("") } else { part };
        if !number.is_empty() {
            let value = number.parse().map_err(|_| format!("`{number}` is not an index"))?;
            bounds[i] = Bound { value, known: true, derived: false };
        } else if i == 1 && part.is_empty() {
            bounds[1] = Bound { value: bounds[0].value.saturating_add(1), known: true, derived: true };
        }
    }
    Ok(bounds)
}
