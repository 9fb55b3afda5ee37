//! Forms of texts.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::schema::Format;

/// Whether a text has a form. Numbers are looked at where they are numbers.
pub(in crate::validate) fn has_form(text: &str, format: Format) -> bool {
    match format {
        Format::Int32 => text.parse::<i32>().is_ok() || text.parse::<i64>().is_err(),
        // Large numbers in scientific notation are texts that this does not read.
        Format::Int64 => text.parse::<i64>().is_ok() || text.parse::<u64>().is_err(),
        Format::DateTime => date_time(text),
        Format::Date => date(text),
        Format::Byte => base64(text),
        Format::Duration => duration(text),
        Format::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
        Format::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
        Format::Ip => text.parse::<Ipv4Addr>().is_ok() || text.parse::<Ipv6Addr>().is_ok(),
        Format::Cidr => cidr(text),
        Format::Uuid => uuid(text),
        Format::Mac => mac(text),
        Format::Quantity => is_quantity(text),
        // The server is lenient with these, in ways that differ from version to version.
        Format::Uri | Format::Email | Format::Hostname => true,
    }
}

/// Whether a text is an amount as the API reads it: `1`, `0.5`, `500m`, `2Gi`, `1e3`.
pub(super) fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let has_digit = number.bytes().any(|b| b.is_ascii_digit()) && number.matches('.').count() <= 1;
    has_digit && (SUFFIXES.contains(&suffix) || exponent(suffix))
}

const SUFFIXES: [&str; 16] = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

fn exponent(suffix: &str) -> bool {
    let Some(number) = suffix.strip_prefix(['e', 'E']) else { return false };
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// What was probably meant by an amount that is none: `2GB` is `2G`, `2gb` too, `512 Mi` is `512Mi`.
pub(super) fn meant_quantity(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, suffix) = text.split_at(end);
    let suffix = suffix.trim();
    let lower = suffix.to_lowercase();
    let short = lower.strip_suffix('b').unwrap_or(&lower);
    let right = SUFFIXES.iter().filter(|it| it.len() == short.len() && !it.is_empty());
    // `m` is a thousandth; who writes `mb` does not mean that.
    let right = right.filter(|it| **it != "m" || lower == "m").find(|it| it.to_lowercase() == short)?;
    let meant = format!("{number}{right}");
    (is_quantity(&meant) && meant != text).then_some(meant)
}

fn base64(text: &str) -> bool {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    // Go passes over line breaks.
    let joined: String;
    let text = match text.contains(['\n', '\r']) {
        true => {
            joined = text.replace(['\n', '\r'], "");
            joined.as_str()
        }
        false => text,
    };
    STANDARD.decode(text).is_ok()
}

fn two(text: &[u8]) -> Option<u32> {
    match text {
        [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => Some(u32::from(a - b'0') * 10 + u32::from(b - b'0')),
        _ => None,
    }
}

fn date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let parts =
        (bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-').then(|| (two(&bytes[5..7]), two(&bytes[8..10])));
    let year = text.get(..4).and_then(|year| year.parse::<u32>().ok());
    let (Some((Some(month), Some(day))), Some(year)) = (parts, year) else { return false };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// RFC 3339.
fn date_time(text: &str) -> bool {
    let (Some(day), Some(rest)) = (text.get(..10), text.get(10..)) else { return false };
    let Some(time) = rest.strip_prefix(['T', 't', ' ']) else { return false };
    let (Some(clock), Some(mut zone)) = (time.get(..8), time.get(8..)) else { return false };
    let clock = clock.as_bytes();
    let within = |at: usize, most: u32| two(&clock[at..at + 2]).is_some_and(|it| it <= most);
    if !(date(day) && clock[2] == b':' && clock[5] == b':' && within(0, 23) && within(3, 59) && within(6, 60)) {
        return false;
    }
    if let Some(fraction) = zone.strip_prefix('.') {
        let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        if end == 0 {
            return false;
        }
        zone = &fraction[end..];
    }
    let offset = |text: &str| {
        let bytes = text.as_bytes();
        bytes.len() == 5
            && bytes[2] == b':'
            && two(&bytes[..2]).is_some_and(|it| it <= 23)
            && two(&bytes[3..]).is_some_and(|it| it <= 59)
    };
    matches!(zone, "Z" | "z") || zone.strip_prefix(['+', '-']).is_some_and(offset)
}

/// A duration of Go: `1h30m`, `0`, `1.5s`; days and longer are those of other parsers that operators use.
fn duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        if end == 0 || !rest[..end].bytes().any(|b| b.is_ascii_digit()) {
            return false;
        }
        rest = rest[end..].trim_start();
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.' || c == ' ').unwrap_or(rest.len());
        let units = [
            "ns", "us", "µs", "μs", "ms", "s", "m", "h", "d", "w", "y", "day", "days", "week", "weeks", "hr", "hour",
            "hours", "min", "minute", "minutes", "sec", "second", "seconds",
        ];
        if !units.contains(&&rest[..end]) {
            return false;
        }
        rest = rest[end..].trim_start();
    }
    true
}

fn cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = if address.parse::<Ipv4Addr>().is_ok() {
        32
    } else if address.parse::<Ipv6Addr>().is_ok() {
        128
    } else {
        return false;
    };
    bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

fn uuid(text: &str) -> bool {
    let hex = text.bytes().filter(|b| *b != b'-').all(|b| b.is_ascii_hexdigit());
    hex && text.bytes().filter(|b| *b != b'-').count() == 32
}

fn mac(text: &str) -> bool {
    let parts: Vec<&str> = text.split([':', '-', '.']).collect();
    parts.len() > 1 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for right in
            ["1", "0.5", ".5", "1.", "500m", "2Gi", "1e3", "1E3", "+1", "-1", "5E", "1e-3", "100k", "3n", "2u", "0"]
        {
            assert!(is_quantity(right), "{right}");
        }
        for wrong in ["", ".", "m", "1GB", "1gi", "2 Gi", "1.2.3", "one", "1e", "--1", "1K", "512MB", "1ki", "0x5"] {
            assert!(!is_quantity(wrong), "{wrong}");
        }
        for (slip, meant) in [
            ("2GB", Some("2G")),
            ("512mb", Some("512M")),
            ("1gi", Some("1Gi")),
            ("2 Gi", Some("2Gi")),
            ("1K", Some("1k")),
            ("one", None),
            ("5x", None),
        ] {
            assert_eq!(meant_quantity(slip).as_deref(), meant, "{slip}");
        }
    }

    #[test]
    fn times() {
        for right in ["2024-02-29T23:59:60Z", "2024-01-01T00:00:00.5+02:00", "2024-01-01t00:00:00z"] {
            assert!(has_form(right, Format::DateTime), "{right}");
        }
        for wrong in [
            "",
            "2023-02-29T00:00:00Z",
            "2024-01-01",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00.Z",
            "2024-13-01T00:00:00Z",
            "äöüäöüäöüäöüäöü",
        ] {
            assert!(!has_form(wrong, Format::DateTime), "{wrong}");
        }
        for (text, right) in [
            ("1h30m", true),
            ("0", true),
            ("1.5s", true),
            ("-3ms", true),
            ("2d", true),
            ("5", false),
            ("", false),
            ("h", false),
            ("1x", false),
            (".s", false),
        ] {
            assert_eq!(has_form(text, Format::Duration), right, "{text}");
        }
    }

    #[test]
    fn other_forms() {
        for (text, format, right) in [
            ("2147483647", Format::Int32, true),
            ("2147483648", Format::Int32, false),
            ("-2147483649", Format::Int32, false),
            ("9223372036854775808", Format::Int64, false),
            ("10.0.0.0/8", Format::Cidr, true),
            ("10.0.0.0/33", Format::Cidr, false),
            ("10.0.0/8", Format::Cidr, false),
            ("fd00::/64", Format::Cidr, true),
            ("::1", Format::Ipv6, true),
            ("1.2.3", Format::Ipv4, false),
            ("aGk=", Format::Byte, true),
            ("aGk=\n", Format::Byte, true),
            ("aGk", Format::Byte, false),
            ("not base64", Format::Byte, false),
            ("", Format::Byte, true),
            ("123e4567-e89b-12d3-a456-426614174000", Format::Uuid, true),
            ("123e4567", Format::Uuid, false),
            ("00:1b:63:84:45:e6", Format::Mac, true),
            ("001b", Format::Mac, false),
            ("2024-02-30", Format::Date, false),
        ] {
            assert_eq!(has_form(text, format), right, "{text} {format:?}");
        }
    }
}
