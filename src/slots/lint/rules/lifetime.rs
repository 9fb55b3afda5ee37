//! Temporary keys that stay.

use crate::diagnostics::Source;
use crate::slots::lint::finding::{Finding, Rule};
use crate::slots::lint::model::{Lifetime, Model, Pattern, inside};

/// Words in the names of keys that are for a time only.
const TEMPORARY: [&str; 23] = [
    "cache",
    "cached",
    "captcha",
    "dedup",
    "idempotency",
    "lease",
    "leases",
    "lock",
    "locks",
    "mutex",
    "nonce",
    "nonces",
    "otp",
    "ratelimit",
    "sess",
    "session",
    "sessions",
    "temp",
    "temporary",
    "throttle",
    "tmp",
    "ttl",
    "volatile",
];

/// The word in the name of a key, or a pattern, that says that it is for a time only: its place and length.
pub fn temporary_word(key: &[u8]) -> Option<(usize, usize)> {
    let mut start = 0;
    for part in key.split(|b| !b.is_ascii_alphanumeric()) {
        let word = part.to_ascii_lowercase();
        if TEMPORARY.iter().any(|known| known.as_bytes() == word) {
            return Some((start, part.len()));
        }
        start += part.len() + 1;
    }
    None
}

/// Whether keys of a pattern are for a time only, by what is declared or by their name.
pub(in crate::slots::lint) fn is_temporary(pattern: &Pattern) -> bool {
    match pattern.temporary {
        Some(declared) => declared.value,
        None => word_of(&pattern.pattern.0).is_some(),
    }
}

/// The word of a pattern that says so. Parts that vary are no words of the key.
fn word_of(pattern: &str) -> Option<(usize, usize)> {
    let fixed: String = in_parts(pattern).map(|(c, varies)| if varies { ':' } else { c }).collect();
    temporary_word(fixed.as_bytes())
}

/// A finding for each pattern of temporary keys without a time to live.
pub(in crate::slots::lint) fn no_ttl(model: &Model, source: &Source) -> Vec<Finding> {
    let found = model.declared.patterns.iter().filter_map(|pattern| {
        if matches!(pattern.ttl.map(|ttl| ttl.lifetime), Some(Lifetime::Expires { .. })) {
            return None;
        }
        let name = &pattern.name.value;
        let text = &pattern.pattern.0;
        let (pos, len, why) = match pattern.temporary {
            Some(temporary) if !temporary.value => return None,
            Some(temporary) => (temporary.pos, 4, "they are declared temporary".to_owned()),
            None => {
                let (at, len) = word_of(text)?;
                (inside(source, text, at), len, format!("`{}` says so", &text[at..at + len]))
            }
        };
        let message = format!("keys of `{name}` are temporary, and nothing says when they expire");
        let found = Finding::warning(Rule::NoTtl, message)
            .with(|found| {
                let found = match pattern.ttl {
                    Some(ttl) => found.label(ttl.pos, ttl.len, "they stay").label(pos, len, why),
                    None => found.label(pos, len, why),
                };
                found
                    .note("a holder that dies leaves its key behind, and memory fills up with what nobody reads")
                    .help("set a time to live in the command that writes them (`SET … EX`) and say `ttl:`; or say `temporary: false`")
            })
            .at(format!("patterns[name={name}].ttl"));
        Some(found)
    });
    found.collect()
}

/// The bytes of a pattern as characters of one byte each, and whether they stand in `<…>`.
fn in_parts(pattern: &str) -> impl Iterator<Item = (char, bool)> {
    let mut inside = false;
    pattern.bytes().map(move |b| {
        inside = inside && b != b'>' || b == b'<';
        (if b.is_ascii() { char::from(b) } else { ':' }, inside)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_words() {
        for (key, word) in [
            ("lock:1", Some("lock")),
            ("{user:1}:tmp", Some("tmp")),
            ("app.Session-5", Some("Session")),
            ("block:1", None),
            ("clocks:1", None),
            ("", None),
        ] {
            assert_eq!(temporary_word(key.as_bytes()).map(|(at, len)| &key[at..at + len]), word, "{key}");
        }
    }
}
