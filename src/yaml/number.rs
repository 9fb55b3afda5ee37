//! Numbers as Go reads and writes them.

use std::fmt::Write;

use compact_str::ToCompactString;

/// The value of an integer scalar.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Number {
    /// Fits 64 bits, signed.
    Int(i64),
    /// Fits 64 bits, unsigned only.
    Uint(u64),
    /// A float.
    Float(f64),
}

/// Go's `strconv.ParseInt(s, base, 64)`; base 0 reads the prefixes `0x`, `0o`, `0b`, `0`. No underscores: callers remove them before.
pub(super) fn parse_int(text: &str, base: u32) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = if base != 0 {
        (base, digits)
    } else {
        match digits.as_bytes() {
            [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
            [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
            [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
            [b'0', _, ..] => (8, &digits[1..]),
            _ => (10, digits),
        }
    };
    // `from_str_radix` takes a sign of its own.
    if !digits.bytes().next()?.is_ascii_alphanumeric() {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    match negative {
        true if magnitude <= i64::MIN.unsigned_abs() => Some(Number::Int((magnitude as i64).wrapping_neg())),
        true => None,
        false => match i64::try_from(magnitude) {
            Ok(value) => Some(Number::Int(value)),
            // Go's ParseUint takes no sign.
            Err(_) if text.starts_with('+') => None,
            Err(_) => Some(Number::Uint(magnitude)),
        },
    }
}

/// Go's `strconv.ParseFloat` for text of digits, dot and exponent; none when it overflows.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    text.parse().ok().filter(|f: &f64| f.is_finite())
}

/// Go's `strconv.ParseFloat` for text that starts with a dot: underscores may stand between digits.
pub(super) fn parse_dot_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let is_digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let misplaced = |(i, b): (usize, &u8)| *b == b'_' && !(i > 0 && is_digit(i - 1) && is_digit(i + 1));
    if bytes.iter().enumerate().any(misplaced) {
        return None;
    }
    let plain = text.replace('_', "");
    if is_float_form(&plain) { parse_float(&plain) } else { None }
}

/// Whether a text has the form `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
pub(super) fn is_float_form(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |mut i: usize| {
        while bytes.get(i).is_some_and(u8::is_ascii_digit) {
            i += 1;
        }
        i
    };
    let start = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut at = digits(start);
    if bytes.get(at) == Some(&b'.') {
        let end = digits(at + 1);
        if at == start && end == at + 1 {
            return false;
        }
        at = end;
    } else if at == start {
        return false;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(sign);
        if at == sign {
            return false;
        }
    }
    at == bytes.len()
}

/// Shortest digits that read back as the same value, and the place of the decimal point relative to their start.
///
/// Of two equally short and near texts Go takes the one with an even last digit; so does the float printer of `compact_str`, but not that of `std`.
fn shortest(value: f64) -> (bool, String, i32) {
    let text = value.abs().to_compact_string();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let exponent: i32 = exponent.parse().expect("floats are printed with a decimal exponent");
    let digits = all.trim_start_matches('0');
    let point = whole.len() as i32 + exponent - (all.len() - digits.len()) as i32;
    match digits.trim_end_matches('0') {
        "" => (value.is_sign_negative(), "0".to_owned(), 1),
        digits => (value.is_sign_negative(), digits.to_owned(), point),
    }
}

fn write_exponent(out: &mut String, negative: bool, digits: &str, point: i32) {
    if negative {
        out.push('-');
    }
    out.push_str(&digits[..1]);
    if digits.len() > 1 {
        out.push('.');
        out.push_str(&digits[1..]);
    }
    let exponent = point - 1;
    let sign = if exponent < 0 { '-' } else { '+' };
    // Writing to a string cannot fail.
    let _ = write!(out, "e{sign}{:02}", exponent.unsigned_abs());
}

fn write_plain(out: &mut String, negative: bool, digits: &str, point: i32) {
    if negative {
        out.push('-');
    }
    let zeros = |out: &mut String, count: i32| (0..count).for_each(|_| out.push('0'));
    if point <= 0 {
        out.push_str("0.");
        zeros(out, -point);
        out.push_str(digits);
    } else if digits.len() as i32 <= point {
        out.push_str(digits);
        zeros(out, point - digits.len() as i32);
    } else {
        out.push_str(&digits[..point as usize]);
        out.push('.');
        out.push_str(&digits[point as usize..]);
    }
}

/// Go's `strconv.FormatFloat(value, 'g', -1, 64)`, as both YAML encoders write floats. Finite values only.
pub(super) fn write_g(out: &mut String, value: f64) {
    let (negative, digits, point) = shortest(value);
    if digits == "0" {
        out.push_str(if negative { "-0" } else { "0" });
        return;
    }
    let exponent = point - 1;
    if !(-4..6).contains(&exponent) {
        write_exponent(out, negative, &digits, point);
    } else {
        write_plain(out, negative, &digits, point);
    }
}

/// A JSON number as text, where the reference's decoder wants a string: as it is for an integer, in the notation of its YAML encoders for a float.
pub fn number_text(json: &str) -> String {
    match json.parse::<f64>() {
        Ok(value) if json.contains(['.', 'e', 'E']) => {
            let mut out = String::new();
            write_g(&mut out, value);
            out
        }
        _ => json.to_owned(),
    }
}

/// Go's `strconv.FormatFloat(value, 'g', -1, 32)`, which YAML 1.1 keys get on their way to JSON.
pub(super) fn write_g32(out: &mut String, value: f64) {
    // The shortest digits of the f32 are those of the f64 that they read back as.
    let short: f64 = format!("{:e}", value as f32).parse().unwrap_or(value);
    write_g(out, short);
}

/// A float as `encoding/json` writes it. Finite values only.
pub fn json_float(value: f64) -> String {
    let mut out = String::new();
    write_json_float(&mut out, value);
    out
}

/// A float as Go prints it. Finite values only.
pub fn go_float(value: f64) -> String {
    let mut out = String::new();
    write_g(&mut out, value);
    out
}

/// How `encoding/json` writes a float64. Finite values only.
pub(super) fn write_json_float(out: &mut String, value: f64) {
    let (negative, digits, point) = shortest(value);
    if digits == "0" {
        out.push_str(if negative { "-0" } else { "0" });
    } else if value.abs() < 1e-6 || value.abs() >= 1e21 {
        let before = out.len();
        write_exponent(out, negative, &digits, point);
        // JSON has e-9, not e-09.
        if let Some(at) = out[before..].find("e-0") {
            out.remove(before + at + 2);
        }
    } else {
        write_plain(out, negative, &digits, point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn g(value: f64) -> String {
        let mut out = String::new();
        write_g(&mut out, value);
        out
    }

    fn json(value: f64) -> String {
        let mut out = String::new();
        write_json_float(&mut out, value);
        out
    }

    #[test]
    fn floats_look_as_in_go() {
        assert_eq!(g(1.5), "1.5");
        assert_eq!(g(1e6), "1e+06");
        assert_eq!(g(1234567.5), "1.2345675e+06");
        assert_eq!(g(123456.5), "123456.5");
        assert_eq!(g(0.0001), "0.0001");
        assert_eq!(g(0.00001), "1e-05");
        assert_eq!(g(1e100), "1e+100");
        assert_eq!(json(1e6), "1000000");
        assert_eq!(json(1e21), "1e+21");
        assert_eq!(json(1e-7), "1e-7");
        assert_eq!(json(1.5e-10), "1.5e-10");
        assert_eq!(json(-0.0), "-0");
    }

    #[test]
    fn integers_in_all_bases() {
        assert_eq!(parse_int("0x1F", 0), Some(Number::Int(31)));
        assert_eq!(parse_int("-017", 0), Some(Number::Int(-15)));
        assert_eq!(parse_int("08", 0), None);
        assert_eq!(parse_int("0", 0), Some(Number::Int(0)));
        assert_eq!(parse_int("18446744073709551615", 0), Some(Number::Uint(u64::MAX)));
        assert_eq!(parse_int("-9223372036854775808", 0), Some(Number::Int(i64::MIN)));
        assert_eq!(parse_int("0x", 0), None);
        assert_eq!(parse_int("+-1", 0), None);
    }
}
