//! The words of a Lua 5.1 script (reference manual, section 2.1), with their places.

use std::fmt;

/// A part of the script, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Span {
    /// Where it starts.
    pub start: usize,
    /// Where it ends; the byte is not a part of it.
    pub end: usize,
}

impl Span {
    /// From the start of the one to the end of the other.
    pub fn to(self, last: Span) -> Span {
        Span { start: self.start, end: last.end.max(self.start) }
    }
}

/// A word.
#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    /// A name that is no keyword.
    Name(Box<str>),
    /// A word that has a meaning in the language, or a sign: `local`, `==`, `(`.
    Word(&'static str),
    /// A text.
    Text(Box<[u8]>),
    /// A number.
    Number(f64),
    /// The end of the script.
    End,
}

/// What makes a text no Lua.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoLua {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
}

impl NoLua {
    /// That, there.
    pub fn new(message: impl Into<String>, span: Span) -> NoLua {
        NoLua { message: message.into(), span }
    }
}

const KEYWORDS: [&str; 21] = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil", "not", "or",
    "repeat", "return", "then", "true", "until", "while",
];

/// Signs; those that begin with another one come before it.
const SIGNS: [&str; 26] = [
    "...", "..", "==", "~=", "<=", ">=", "+", "-", "*", "/", "%", "^", "#", "<", ">", "=", "(", ")", "{", "}", "[",
    "]", ";", ":", ",", ".",
];

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Name(name) => write!(f, "`{name}`"),
            Token::Word(word) => write!(f, "`{word}`"),
            Token::Text(_) => f.write_str("a text"),
            Token::Number(_) => f.write_str("a number"),
            Token::End => f.write_str("the end of the script"),
        }
    }
}

/// Takes a script apart. The line of a shebang is skipped, as the server does.
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    /// At the beginning of a script.
    pub fn new(text: &'a str) -> Lexer<'a> {
        let text = text.as_bytes();
        let at = if text.starts_with(b"#!") { memchr::memchr(b'\n', text).unwrap_or(text.len()) } else { 0 };
        Lexer { text, at }
    }

    /// The next word; [`Token::End`] again and again at the end.
    ///
    /// # Errors
    /// When no word of the language begins here.
    pub fn next(&mut self) -> Result<(Token, Span), NoLua> {
        self.skip_blanks()?;
        let start = self.at;
        let token = match self.text.get(start) {
            None => Token::End,
            Some(b'"' | b'\'') => self.quoted()?,
            Some(b'[') if self.long_level().is_some() => Token::Text(self.long()?.into()),
            Some(b) if b.is_ascii_alphabetic() || *b == b'_' => self.word(),
            Some(b'0'..=b'9') => self.number()?,
            Some(b'.') if self.text.get(start + 1).is_some_and(u8::is_ascii_digit) => self.number()?,
            Some(_) => self.sign()?,
        };
        Ok((token, Span { start, end: self.at }))
    }

    fn error<T>(&self, message: &str, start: usize) -> Result<T, NoLua> {
        Err(NoLua::new(message, Span { start, end: self.at.max(start) }))
    }

    fn skip_blanks(&mut self) -> Result<(), NoLua> {
        loop {
            match self.text.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) => self.at += 1,
                Some(b'-') if self.text.get(self.at + 1) == Some(&b'-') => {
                    self.at += 2;
                    if self.text.get(self.at) == Some(&b'[') && self.long_level().is_some() {
                        self.long()?;
                    } else {
                        let rest = &self.text[self.at..];
                        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn word(&mut self) -> Token {
        let rest = &self.text[self.at..];
        let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        self.at += len;
        let word: String = rest[..len].iter().map(|&b| char::from(b)).collect();
        match KEYWORDS.iter().find(|keyword| **keyword == word) {
            Some(keyword) => Token::Word(keyword),
            None => Token::Name(word.into()),
        }
    }

    fn sign(&mut self) -> Result<Token, NoLua> {
        let rest = &self.text[self.at..];
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(sign.as_bytes())) {
            self.at += sign.len();
            return Ok(Token::Word(sign));
        }
        let start = self.at;
        // All of a character of several bytes.
        self.at += 1 + rest[1..].iter().take_while(|b| (0x80..0xc0).contains(*b)).count();
        self.error("no word of Lua begins with this character", start)
    }

    fn number(&mut self) -> Result<Token, NoLua> {
        let start = self.at;
        let rest = &self.text[start..];
        let hex = matches!(rest, [b'0', b'x' | b'X', ..]);
        let mut len = if hex { 2 } else { 0 };
        while let Some(&b) = rest.get(len) {
            let exponent = !hex && matches!(b, b'+' | b'-') && matches!(rest[len - 1], b'e' | b'E');
            if !(b.is_ascii_alphanumeric() || b == b'.' || b == b'_' || (exponent && len > 0)) {
                break;
            }
            len += 1;
        }
        self.at += len;
        let text = std::str::from_utf8(&rest[..len]).unwrap_or_default();
        let value = match text.get(2..).filter(|_| hex) {
            Some(digits) => u64::from_str_radix(digits, 16).ok().map(|n| n as f64),
            None => text.parse().ok(),
        };
        match value {
            Some(value) => Ok(Token::Number(value)),
            None => self.error("this is no number", start),
        }
    }

    fn quoted(&mut self) -> Result<Token, NoLua> {
        let start = self.at;
        let quote = self.text[start];
        let mut out = Vec::new();
        self.at += 1;
        loop {
            let Some(&b) = self.text.get(self.at) else { return self.error("this text has no end", start) };
            self.at += 1;
            match b {
                b'\n' => {
                    self.at -= 1;
                    return self.error("this text has no end in its line", start);
                }
                b'\\' => self.escape(&mut out, start)?,
                b if b == quote => return Ok(Token::Text(out.into())),
                b => out.push(b),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>, start: usize) -> Result<(), NoLua> {
        let Some(&b) = self.text.get(self.at) else { return self.error("this text has no end", start) };
        self.at += 1;
        out.push(match b {
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'0'..=b'9' => {
                let digits = &self.text[self.at - 1..];
                let digits = &digits[..digits.iter().take(3).take_while(|b| b.is_ascii_digit()).count()];
                self.at += digits.len() - 1;
                let number = digits.iter().fold(0u16, |n, b| n * 10 + u16::from(b - b'0'));
                match u8::try_from(number) {
                    Ok(byte) => byte,
                    Err(_) => return self.error("no byte has a number above 255", start),
                }
            }
            other => other,
        });
        Ok(())
    }

    /// How many `=` stand between the brackets where a long text begins.
    fn long_level(&self) -> Option<usize> {
        let rest = &self.text[self.at + 1..];
        let level = rest.iter().take_while(|b| **b == b'=').count();
        (rest.get(level) == Some(&b'[')).then_some(level)
    }

    fn long(&mut self) -> Result<Vec<u8>, NoLua> {
        let start = self.at;
        let level = self.long_level().unwrap_or_default();
        let end: Vec<u8> = [vec![b']'], vec![b'='; level], vec![b']']].concat();
        self.at += level + 2;
        let rest = &self.text[self.at..];
        let Some(len) = memchr::memmem::find(rest, &end) else {
            self.at = self.text.len();
            return self.error("this long text or comment has no end", start);
        };
        self.at += len + end.len();
        let inside = &rest[..len];
        // A line break right behind the opening is no part of the text.
        Ok(inside.strip_prefix(b"\n").or_else(|| inside.strip_prefix(b"\r\n")).unwrap_or(inside).to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<Vec<Token>, NoLua> {
        let mut lexer = Lexer::new(text);
        let mut all = Vec::new();
        loop {
            match lexer.next()? {
                (Token::End, _) => return Ok(all),
                (token, _) => all.push(token),
            }
        }
    }

    #[test]
    fn words_signs_texts_and_numbers() {
        let text = |text: &str| Token::Text(text.as_bytes().into());
        let found = tokens(
            "#!lua flags=no-writes\n--[[ long\ncomment ]] local a_1 -- short\n==[[x]]..'\\65\\n\\'' .. \"b\" [==[\n]]]==] 0x1F 1e-3 .5 3..",
        );
        // `3..` is a number of two points, which is none.
        assert_eq!(found.unwrap_err().message, "this is no number");
        let found = tokens("local a_1 ==[[x]]..'\\65\\n\\'' [==[\n]]]==] 0x1F 1e-3 .5 a[1]...");
        let want = [
            Token::Word("local"),
            Token::Name("a_1".into()),
            Token::Word("=="),
            text("x"),
            Token::Word(".."),
            text("A\n'"),
            text("]]"),
            Token::Number(31.0),
            Token::Number(0.001),
            Token::Number(0.5),
            Token::Name("a".into()),
            Token::Word("["),
            Token::Number(1.0),
            Token::Word("]"),
            Token::Word("..."),
        ];
        assert_eq!(found.unwrap(), want);
    }

    #[test]
    fn what_is_no_word_is_told() {
        for (script, message) in [
            ("'a", "this text has no end"),
            ("'a\n'", "this text has no end in its line"),
            ("[[a", "this long text or comment has no end"),
            ("--[==[a]]", "this long text or comment has no end"),
            ("'\\999'", "no byte has a number above 255"),
            ("a ! b", "no word of Lua begins with this character"),
            ("0xfg", "this is no number"),
        ] {
            assert_eq!(tokens(script).unwrap_err().message, message, "{script}");
        }
    }
}
