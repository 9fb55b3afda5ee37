//! From a key to the form that it shares with others: `user:42:cart` is `user:<id>:cart`.

use crate::slots::Shown;

/// Bytes of a key that are looked at; forms of longer keys end with an ellipsis.
const MOST_BYTES: usize = 256;

/// Parts of a key that are told apart; what follows is one part.
const MOST_PARTS: usize = 48;

/// Stands for a part that is a number, or looks like one that was made by a machine.
pub const ID: &str = "<id>";

/// The form of a key, in parts: texts between separators, and the separators.
pub fn form(key: &[u8]) -> Vec<String> {
    let head = &key[..key.len().min(MOST_BYTES)];
    let mut parts: Vec<String> = Vec::new();
    let mut start = 0;
    for at in 0..=head.len() {
        let end = at == head.len();
        if !end && !is_separator(head[at]) {
            continue;
        }
        if parts.len() >= MOST_PARTS {
            parts.push(part(&head[start..]));
            break;
        }
        if at > start {
            parts.push(part(&head[start..at]));
        }
        if !end {
            parts.push(char::from(head[at]).to_string());
        }
        start = at + 1;
    }
    if head.len() < key.len() {
        parts.push("…".to_owned());
    }
    parts
}

fn is_separator(b: u8) -> bool {
    matches!(b, b':' | b'/' | b'|' | b'{' | b'}' | b'#' | b'@' | b',' | b';' | b'=' | b'~')
}

/// Whether a part is a text of its own: no separator, nothing that stands for others.
pub fn is_text(part: &str) -> bool {
    let separator = part.len() == 1 && part.bytes().all(is_separator);
    !(separator || part.contains(ID) || part == "…")
}

/// A part between separators; what varies in it is replaced.
fn part(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else { return ID.to_owned() };
    if text.chars().any(char::is_control) {
        return ID.to_owned();
    }
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let len = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        if len == 0 {
            let c = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&Shown(&rest.as_bytes()[..c]).to_string());
            rest = &rest[c..];
            continue;
        }
        word(&rest[..len], &mut out);
        rest = &rest[len..];
    }
    // Dates, addresses and UUIDs are numbers with signs between them.
    for sign in ["-", "_", ".", "+", " "] {
        let pair = format!("{ID}{sign}{ID}");
        while out.contains(&pair) {
            out = out.replace(&pair, ID);
        }
    }
    out
}

fn word(word: &str, out: &mut String) {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let hex = word.bytes().all(|b| b.is_ascii_hexdigit());
    let made = digits == word.len()
        // Parts of UUIDs have four digits at least.
        || hex && digits > 0 && word.len() >= 4
        || hex && word.len() >= 16
        || digits >= 3 && word.len() >= 10
        || digits >= 2 && word.len() >= 16;
    if made {
        out.push_str(ID);
        return;
    }
    // `user42` is a name with a number, `v1` and `s3` are names.
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if word.len() - stem.len() >= 3 {
        out.push_str(stem);
        out.push_str(ID);
    } else {
        out.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_replaced() {
        for (key, wanted) in [
            ("user:42:cart", "user:<id>:cart"),
            ("{user:42}:cart", "{user:<id>}:cart"),
            ("user:42", "user:<id>"),
            ("session:0b8f4c3e-1f5b-4a3c-9d2e-7f6a5b4c3d2e", "session:<id>"),
            ("session:deadbeefdeadbeef", "session:<id>"),
            ("report:2024-01-05", "report:<id>"),
            ("ip:10.1.2.3", "ip:<id>"),
            ("api:v1:user1234:x", "api:v1:user<id>:x"),
            ("token:eyJhbGciOiJIUzI1NiJ9", "token:<id>"),
            ("cart-items_new.total", "cart-items_new.total"),
            ("größe:1", "größe:<id>"),
            ("dead:beef:cafe", "dead:beef:cafe"),
            ("a{}b", "a{}b"),
            ("", ""),
            ("50%", "<id>%"),
        ] {
            assert_eq!(form(key.as_bytes()).concat(), wanted, "{key}");
        }
        assert_eq!(form(b"bin:\xff\xfe:\x01").concat(), "bin:<id>:<id>");
        assert_eq!(form(&[b'x'; 1000]).concat().len(), 256 + "…".len());
        assert!(form(&[b':'; 1000]).len() < 60);
    }
}
