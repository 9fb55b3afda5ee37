//! Lines and words of a configuration file, split as the servers split them.

/// A word with its place in the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// The word, quotes and escapes gone.
    pub text: String,
    /// Byte offset of its first character, quotes included.
    pub at: usize,
    /// Bytes that it takes in the text.
    pub len: usize,
}

/// A line with a directive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The directive in lower case, as servers compare it.
    pub name: Word,
    /// What stands behind it.
    pub arguments: Vec<Word>,
}

impl Line {
    /// The text of an argument.
    pub fn argument(&self, index: usize) -> Option<&str> {
        self.arguments.get(index).map(|word| word.text.as_str())
    }
}

/// A line that no server can split: a quote without its partner.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadLine {
    /// Byte offset of the quote.
    pub at: usize,
    /// Bytes to the end of the line.
    pub len: usize,
}

/// A configuration, line by line.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Parsed {
    /// Lines that could be split, in order.
    pub lines: Vec<Line>,
    /// Lines that could not.
    pub bad: Vec<BadLine>,
}

impl Parsed {
    /// The last line of a directive, which is the one that counts.
    pub fn last(&self, name: &str) -> Option<&Line> {
        self.lines.iter().rev().find(|line| line.name.text == name)
    }
}

/// Splits a file. Comments are lines that start with `#`: behind a value `#` is one more argument.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_matches([' ', '\t', '\r', '\n']);
        let at = start + (line.len() - line.trim_start_matches([' ', '\t', '\r', '\n']).len());
        start += line.len();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        match split(content, at) {
            Ok(mut words) if !words.is_empty() => {
                let mut name = words.remove(0);
                name.text.make_ascii_lowercase();
                parsed.lines.push(Line { name, arguments: words });
            }
            Ok(_) => {}
            Err(bad) => parsed.bad.push(bad),
        }
    }
    parsed
}

/// Directives of a command line, `--maxmemory 1gb --save ""`: servers join such arguments to a file. Each argument carries the index by which the
/// caller finds its place, as `at`; what stands before the first option is left out.
pub fn parse_arguments<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Parsed {
    let mut parsed = Parsed::default();
    for (index, argument) in arguments.into_iter().enumerate() {
        let word = |text: &str| Word { text: text.to_owned(), at: index, len: argument.len() };
        // A negative number is a value.
        let option = argument.strip_prefix("--").filter(|rest| !rest.is_empty());
        match (option, parsed.lines.last_mut()) {
            (Some(rest), _) => {
                let (name, value) = rest.split_once(['=', ' ']).map_or((rest, None), |(n, v)| (n, Some(v.trim())));
                let arguments = value.map(word).into_iter().collect();
                parsed.lines.push(Line { name: word(&name.to_ascii_lowercase()), arguments });
            }
            (None, Some(line)) => line.arguments.push(word(argument)),
            (None, None) => {}
        }
    }
    parsed
}

fn split(content: &str, base: usize) -> Result<Vec<Word>, BadLine> {
    let bytes = content.as_bytes();
    let mut words = Vec::new();
    let mut i = 0;
    loop {
        while bytes.get(i).is_some_and(|b| is_space(*b)) {
            i += 1;
        }
        if i == bytes.len() {
            return Ok(words);
        }
        let (end, text) = word(bytes, i).map_err(|at| BadLine { at: base + at, len: bytes.len() - at })?;
        words.push(Word { text: String::from_utf8_lossy(&text).into_owned(), at: base + i, len: end - i });
        i = end;
    }
}

/// One word from a byte on: its end and its value, or where a quote stands that is not closed.
fn word(bytes: &[u8], start: usize) -> Result<(usize, Vec<u8>), usize> {
    let mut out = Vec::new();
    let mut i = start;
    while let Some(&byte) = bytes.get(i) {
        match byte {
            _ if is_space(byte) => break,
            b'"' | b'\'' => {
                let end = quoted(bytes, i, &mut out).ok_or(i)?;
                return Ok((end, out));
            }
            _ => out.push(byte),
        }
        i += 1;
    }
    Ok((i, out))
}

/// A quoted part from its quote on: where it ends. A closing quote must end the word.
fn quoted(bytes: &[u8], start: usize, out: &mut Vec<u8>) -> Option<usize> {
    let quote = bytes[start];
    let mut i = start + 1;
    loop {
        match (*bytes.get(i)?, bytes.get(i + 1)) {
            (b'\\', Some(b'x')) if quote == b'"' && hex(bytes, i + 2).is_some() => {
                out.extend(hex(bytes, i + 2));
                i += 4;
            }
            (b'\\', Some(&next)) if quote == b'"' => {
                out.push(match next {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => other,
                });
                i += 2;
            }
            (b'\\', Some(b'\'')) if quote == b'\'' => {
                out.push(b'\'');
                i += 2;
            }
            (byte, next) if byte == quote => return next.is_none_or(|b| is_space(*b)).then_some(i + 1),
            (byte, _) => {
                out.push(byte);
                i += 1;
            }
        }
    }
}

fn hex(bytes: &[u8], at: usize) -> Option<u8> {
    let digits = std::str::from_utf8(bytes.get(at..at + 2)?).ok()?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

fn is_space(byte: u8) -> bool {
    byte == b' ' || (9..=13).contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        let lines = parse(text).lines.into_iter();
        lines.map(|l| std::iter::once(l.name.text).chain(l.arguments.into_iter().map(|w| w.text)).collect()).collect()
    }

    #[test]
    fn splits_as_servers_do() {
        let text =
            "# comment\r\n\n  MaxMemory  1gb \nsave \"\"\nrequirepass \"a \\\"b\\\" \\x41\"\nuser 'it\\'s'\nhz 10 # no";
        let want: [&[&str]; 5] = [
            &["maxmemory", "1gb"],
            &["save", ""],
            &["requirepass", "a \"b\" A"],
            &["user", "it's"],
            &["hz", "10", "#", "no"],
        ];
        assert_eq!(words(text), want);
    }

    #[test]
    fn every_word_knows_its_place() {
        let text = "a b\n  save \"900 1\"\n";
        let line = parse(text).lines.remove(1);
        assert_eq!(&text[line.name.at..][..line.name.len], "save");
        assert_eq!(&text[line.arguments[0].at..][..line.arguments[0].len], "\"900 1\"");
    }

    #[test]
    fn a_quote_without_its_partner_is_no_line() {
        let parsed = parse("a \"b\nc 'd'e\nf g");
        assert_eq!(parsed.bad, [BadLine { at: 2, len: 2 }, BadLine { at: 7, len: 4 }]);
        assert_eq!(parsed.lines.len(), 1);
    }

    #[test]
    fn command_lines_become_lines() {
        let parsed =
            parse_arguments(["/etc/redis.conf", "--maxmemory", "1gb", "--save", "", "--hz=50", "--save", "900", "1"]);
        let shown: Vec<_> = parsed.lines.iter().map(|l| (l.name.text.as_str(), l.name.at, l.arguments.len())).collect();
        assert_eq!(shown, [("maxmemory", 1, 1), ("save", 3, 1), ("hz", 5, 1), ("save", 6, 2)]);
    }

    proptest! {
        #[test]
        fn any_text_is_split_within_its_bounds(text in "[ a\"'\\\\x4\\n\\tä#-]{0,40}") {
            let parsed = parse(&text);
            for line in &parsed.lines {
                for word in std::iter::once(&line.name).chain(&line.arguments) {
                    prop_assert!(text.get(word.at..word.at + word.len).is_some());
                }
            }
            for bad in &parsed.bad {
                prop_assert!(text.get(bad.at..bad.at + bad.len).is_some());
            }
        }
    }
}
