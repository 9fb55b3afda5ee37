//! Quoted text in expressions, with Go's escapes.

/// The text in quotes of either kind.
///
/// # Errors
/// An escape that is none.
pub(super) fn unquote(quoted: &str) -> Result<String, String> {
    let wrong = || format!("{quoted} is not a quoted text");
    let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(wrong)?;
    let inner = quoted[1..].strip_suffix(quote).ok_or_else(wrong)?;
    if !inner.contains(['\\', quote]) {
        return Ok(inner.to_owned());
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        if c == quote {
            return Err(wrong());
        }
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let escape = rest.next().ok_or_else(wrong)?;
        let plain = match escape {
            'a' => 0x07,
            'b' => 0x08,
            'f' => 0x0C,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 0x0B,
            '\\' => b'\\',
            c if c == quote => quote as u8,
            'x' | 'u' | 'U' => {
                let length = match escape {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let digits: String = rest.by_ref().take(length).collect();
                let code =
                    u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == length).ok_or_else(wrong)?;
                if escape == 'x' {
                    out.push(code as u8);
                } else {
                    let c = char::from_u32(code).ok_or_else(wrong)?;
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                continue;
            }
            '0'..='7' => {
                let digits: String = std::iter::once(escape).chain(rest.by_ref().take(2)).collect();
                u8::from_str_radix(&digits, 8).ok().filter(|_| digits.len() == 3).ok_or_else(wrong)?
            }
            _ => return Err(wrong()),
        };
        out.push(plain);
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::unquote;

    #[test]
    fn escapes_are_those_of_go() {
        assert_eq!(unquote("'a b'").unwrap(), "a b");
        assert_eq!(unquote(r#""a\n\t\\\"\x41\u00e9\101""#).unwrap(), "a\n\t\\\"AéA");
        assert_eq!(unquote(r"'it\'s'").unwrap(), "it's");
        assert!(unquote(r#""\'""#).is_err());
        assert!(unquote(r"'\q'").is_err());
        assert!(unquote("'").is_err());
    }
}
