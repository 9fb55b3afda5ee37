//! Keys as people can read them: a key may hold any bytes, and a terminal obeys some of them.

use std::fmt::{self, Write};

/// Bytes as text: what can be printed stands as it is, a backslash is doubled, everything else is `\n`, `\r`, `\t` or `\xHH`. Two keys that
/// differ never look the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shown<'a>(pub &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\\' => f.write_str("\\\\")?,
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    c if is_plain(c) => f.write_char(c)?,
                    c => c.encode_utf8(&mut [0; 4]).bytes().try_for_each(|b| write!(f, "\\x{b:02x}"))?,
                }
            }
            chunk.invalid().iter().try_for_each(|b| write!(f, "\\x{b:02x}"))?;
        }
        Ok(())
    }
}

/// Whether a character takes a place of its own and changes nothing around it: no control character, no mark that turns the direction of text or
/// has no width.
fn is_plain(c: char) -> bool {
    !(c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        for (bytes, text) in [
            (&b"user:1"[..], "user:1"),
            ("größe".as_bytes(), "größe"),
            (b"a\\x00", "a\\\\x00"),
            (b"a\x00\xff\n\r\t", "a\\x00\\xff\\n\\r\\t"),
            (b"\x1b[31m", "\\x1b[31m"),
            ("\u{202e}x".as_bytes(), "\\xe2\\x80\\xaex"),
            (b"", ""),
        ] {
            assert_eq!(Shown(bytes).to_string(), text);
        }
    }
}
