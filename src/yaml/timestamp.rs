//! Timestamps as go-yaml takes them: four layouts, read as Go's `time.Parse` reads them, written as RFC 3339.

use compact_str::{CompactString, format_compact};

/// The RFC 3339 form (what `time.Time` becomes in JSON) of a text that go-yaml resolves to a timestamp; none for other texts.
pub(super) fn to_rfc3339(text: &str) -> Option<CompactString> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return None;
    }
    let year: u32 = text[..4].parse().ok()?;
    let mut rest = Reader { bytes: &bytes[5..] };
    let month = rest.number(1, 12)?;
    rest.byte(b'-')?;
    let day = rest.number(1, days(year, month))?;
    let date = format_compact!("{year:04}-{month:02}-{day:02}");
    if rest.bytes.is_empty() {
        return Some(format_compact!("{date}T00:00:00Z"));
    }
    let zoned = match rest.next()? {
        b'T' | b't' => true,
        b' ' => {
            // Go takes any run of blanks where the layout has one.
            while rest.bytes.first() == Some(&b' ') {
                rest.next();
            }
            false
        }
        _ => return None,
    };
    // The layout's `15` takes two digits or one; `4` and `5` one or two.
    let hour = rest.number(0, 23)?;
    rest.byte(b':')?;
    let minute = rest.number(0, 59)?;
    rest.byte(b':')?;
    let second = rest.number(0, 59)?;
    let fraction = rest.fraction()?;
    let zone = if zoned { rest.zone()? } else { CompactString::const_new("Z") };
    if !rest.bytes.is_empty() {
        return None;
    }
    Some(format_compact!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn byte(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    /// One or two digits within bounds.
    fn number(&mut self, low: u32, high: u32) -> Option<u32> {
        let first = self.next().filter(u8::is_ascii_digit)?;
        let mut value = u32::from(first - b'0');
        if let Some(second) = self.bytes.first().filter(|b| b.is_ascii_digit()) {
            value = value * 10 + u32::from(second - b'0');
            self.next();
        }
        (low..=high).contains(&value).then_some(value)
    }

    /// Fraction of a second behind a dot or comma, without trailing zeros; empty when there is none.
    fn fraction(&mut self) -> Option<CompactString> {
        if !matches!(self.bytes.first(), Some(b'.' | b',')) || !self.bytes.get(1).is_some_and(u8::is_ascii_digit) {
            return Some(CompactString::default());
        }
        self.next();
        let length = self.bytes.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        // Nanoseconds are all that Go keeps.
        let digits = std::str::from_utf8(&digits[..length.min(9)]).ok()?.trim_end_matches('0');
        Some(if digits.is_empty() { CompactString::default() } else { format_compact!(".{digits}") })
    }

    fn zone(&mut self) -> Option<CompactString> {
        match self.next()? {
            b'Z' => Some(CompactString::const_new("Z")),
            sign @ (b'+' | b'-') => {
                let two = |bytes: &[u8]| -> Option<u32> {
                    bytes
                        .iter()
                        .all(u8::is_ascii_digit)
                        .then(|| bytes.iter().fold(0, |value, b| value * 10 + u32::from(b - b'0')))
                };
                let text = self.bytes.get(..5)?;
                let (hours, minutes) = (two(&text[..2])?, two(&text[3..])?);
                self.bytes = &self.bytes[5..];
                // 24 hours parse in Go, but have no JSON form.
                if text[2] != b':' || hours > 23 || minutes > 59 {
                    return None;
                }
                if hours == 0 && minutes == 0 {
                    return Some(CompactString::const_new("Z"));
                }
                Some(format_compact!("{}{hours:02}:{minutes:02}", char::from(sign)))
            }
            _ => None,
        }
    }
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::to_rfc3339;

    #[test]
    fn layouts_of_go_yaml() {
        let cases = [
            ("2001-12-14", Some("2001-12-14T00:00:00Z")),
            ("2001-1-2", Some("2001-01-02T00:00:00Z")),
            ("2001-12-15T02:59:43.1Z", Some("2001-12-15T02:59:43.1Z")),
            ("2001-12-14t21:59:43.10-05:00", Some("2001-12-14T21:59:43.1-05:00")),
            ("2001-12-14 21:59:43.10", Some("2001-12-14T21:59:43.1Z")),
            ("2001-12-14T21:59:43+00:00", Some("2001-12-14T21:59:43Z")),
            ("2001-12-14 21:59:43.10 -5", None),
            ("2001-02-29", None),
            ("2001-12-14T21:59:43", None),
            ("20011-12-14", None),
            ("2001-00-14", None),
        ];
        for (text, expected) in cases {
            assert_eq!(to_rfc3339(text).as_deref(), expected, "{text}");
        }
    }
}
