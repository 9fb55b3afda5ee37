//! Rules of Go's library that values and placeholders go through.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// `base64.StdEncoding.EncodeToString`.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// `base64.StdEncoding.DecodeString`: what was decoded, and whether all of it was base64. Line breaks are skipped, spare bits are not looked at.
pub(super) fn decode(text: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut rest = text.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n'));
    loop {
        let mut group = [0_u8; 4];
        let mut length = 0;
        let mut padded = false;
        for slot in &mut group {
            match rest.next() {
                None if length == 0 => return (out, true),
                None => return (out, false),
                Some(b'=') => {
                    padded = true;
                    break;
                }
                Some(byte) => match sextet(byte) {
                    Some(bits) => *slot = bits,
                    None => return (out, false),
                },
            }
            length += 1;
        }
        if padded && (length < 2 || (length == 2 && rest.next() != Some(b'='))) {
            return (out, false);
        }
        let bits = group.iter().fold(0_u32, |bits, six| bits << 6 | u32::from(*six));
        out.extend_from_slice(&bits.to_be_bytes()[1..length]);
        if padded {
            return (out, rest.next().is_none());
        }
    }
}

fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// `strconv.ParseBool`, where an error counts as false.
pub(super) fn parse_bool(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "TRUE" | "true" | "True")
}

/// `strings.TrimSpace` of bytes that need not be UTF-8.
pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim().as_bytes(),
        Err(_) => bytes.trim_ascii(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_it_can() {
        let decoded = |text: &str| {
            let (bytes, whole) = decode(text.as_bytes());
            (String::from_utf8_lossy(&bytes).into_owned(), whole)
        };
        let is = |text: &str, whole: bool| (text.to_owned(), whole);
        assert_eq!(decoded(""), is("", true));
        assert_eq!(decoded("aGVsbG8="), is("hello", true));
        assert_eq!(decoded("aGVs\nbG8=\n"), is("hello", true));
        assert_eq!(decoded("aGVsbG8"), is("hel", false));
        assert_eq!(decoded("aGVsbG9="), is("hello", true));
        assert_eq!(decoded("aGVs!G8="), is("hel", false));
        assert_eq!(decoded("aGVsbG8=x"), is("hello", false));
        assert_eq!(decoded("aA=="), is("h", true));
        assert_eq!(decoded("aA="), is("", false));
        assert_eq!(decoded("a==="), is("", false));
    }
}
