//! Regular expressions as Go writes them.
//!
//! The `regex` crate reads nearly the same syntax. Where the same text means something else, or is refused by one of them only, it is translated here:
//! `\Q…\E`, `\C`, octal escapes, classes that are ASCII in Go, braces that are no repetition, and set operations that Go does not have.

use regex::Regex;

/// Compiles an expression in Go's syntax.
///
/// # Errors
/// What is wrong with it, in the words of the expression parser.
pub fn go_regex(pattern: &str) -> Result<Regex, String> {
    Regex::new(&translate(pattern)).map_err(|error| {
        let text = error.to_string();
        text.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned()
    })
}

/// An expression in Go's syntax as one of the `regex` crate.
pub(super) fn translate(pattern: &str) -> String {
    // Nothing below concerns a pattern without these.
    if !pattern.contains(['\\', '[', '{']) {
        return pattern.to_owned();
    }
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    let mut class = None;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match (c, class) {
            ('\\', None) if after.starts_with('Q') => {
                let quoted = &after[1..];
                let (text, next) = quoted.split_once("\\E").unwrap_or((quoted, ""));
                out.push_str(&regex::escape(text));
                next
            }
            ('\\', _) => escape(after, class.is_some(), &mut out),
            ('[', None) => {
                out.push('[');
                let negated = after.strip_prefix('^');
                out.push_str(if negated.is_some() { "^" } else { "" });
                let inner = negated.unwrap_or(after);
                class = Some(inner.len());
                // A bracket right behind the opening one stands for itself.
                match inner.strip_prefix(']') {
                    Some(next) => {
                        out.push_str("\\]");
                        next
                    }
                    None => inner,
                }
            }
            ('[', Some(_)) => match after.strip_prefix(':').and_then(|name| name.split_once(":]")) {
                Some((name, next)) if name.bytes().all(|b| b.is_ascii_lowercase() || b == b'^') => {
                    out.push_str(&format!("[:{name}:]"));
                    next
                }
                _ => {
                    out.push_str("\\[");
                    after
                }
            },
            (']', Some(_)) => {
                class = None;
                out.push(']');
                after
            }
            ('&' | '~', Some(_)) => {
                out.push('\\');
                out.push(c);
                after
            }
            // A second dash would be set subtraction.
            ('-', Some(_)) if after.starts_with('-') => {
                out.push_str("\\-");
                after
            }
            ('{', None) if !is_repetition(after) => {
                out.push_str("\\{");
                after
            }
            _ => {
                out.push(c);
                after
            }
        };
    }
    out
}

/// Whether the text behind a brace makes it a repetition.
fn is_repetition(after: &str) -> bool {
    let Some((inner, _)) = after.split_once('}') else { return false };
    let (low, high) = inner.split_once(',').unwrap_or((inner, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    !low.is_empty() && digits(low) && digits(high)
}

/// Writes an escape; returns what follows it.
fn escape<'p>(after: &'p str, in_class: bool, out: &mut String) -> &'p str {
    let Some(c) = after.chars().next() else {
        out.push('\\');
        return after;
    };
    let next = &after[c.len_utf8()..];
    let (plain, bracketed) = match c {
        'd' => ("[0-9]", "0-9"),
        'D' => ("[^0-9]", "[^0-9]"),
        'w' => ("[0-9A-Za-z_]", "0-9A-Za-z_"),
        'W' => ("[^0-9A-Za-z_]", "[^0-9A-Za-z_]"),
        's' => (r"[\t\n\f\r ]", r"\t\n\f\r "),
        'S' => (r"[^\t\n\f\r ]", r"[^\t\n\f\r ]"),
        'b' if !in_class => (r"(?-u:\b)", ""),
        'C' if !in_class => ("(?s:.)", ""),
        // Words of the other syntax that Go reads as the character itself.
        '<' | '>' if !in_class => (if c == '<' { "<" } else { ">" }, ""),
        '0'..='7' => {
            let digits: String = after.chars().take_while(|c| ('0'..='7').contains(c)).take(3).collect();
            // A digit alone is a back reference, which neither syntax has.
            if c == '0' || digits.len() > 1 {
                let value = u32::from_str_radix(&digits, 8).unwrap_or(0);
                out.push_str(&format!(r"\x{{{value:x}}}"));
                return &after[digits.len()..];
            }
            ("", "")
        }
        _ => ("", ""),
    };
    match if in_class { bracketed } else { plain } {
        "" => {
            out.push('\\');
            out.push(c);
        }
        text => out.push_str(text),
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_syntax_means_what_it_means_in_go() {
        let matches = |pattern: &str, text: &str| go_regex(&format!("^(?:{pattern})$")).unwrap().is_match(text);
        assert!(matches(r"\Qa.b\E.*", "a.bc"));
        assert!(!matches(r"\Qa.b\E", "axb"));
        assert!(matches(r"a{", "a{"));
        assert!(matches(r"a{,2}", "a{,2}"));
        assert!(matches(r"a{1,2}", "aa"));
        assert!(matches(r"[[a]+", "[a"));
        assert!(matches(r"[]a]+", "]a"));
        assert!(matches(r"[a&&b]+", "&a"));
        assert!(matches(r"[[:alpha:]]+", "ab"));
        assert!(matches(r"\d+", "12"));
        assert!(!matches(r"\d+", "١"));
        assert!(matches(r"\101", "A"));
        assert!(matches(r"[\w-]+", "a-b"));
        assert!(go_regex("(").is_err());
    }
}
