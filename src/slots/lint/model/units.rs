//! Counts, sizes, times and shares, as people write them.

use crate::diagnostics::{Diagnostic, Pos};
use crate::kustomize::decode::{Decoder, FromNode};
use crate::yaml::Node;

/// A number of things: `2000000`, `2M`, `10k`.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Count {
    /// How many.
    pub value: f64,
    /// Where it stands.
    pub pos: Pos,
}

/// A number of bytes: `400`, `64KiB`, `1MB`.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Size {
    /// How many bytes.
    pub bytes: f64,
    /// Where it stands.
    pub pos: Pos,
    /// Bytes that it takes in the text.
    pub len: usize,
}

/// A part of a whole: `40%`.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Share {
    /// The part of one.
    pub value: f64,
    /// Where it stands.
    pub pos: Pos,
}

/// How long keys live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lifetime {
    /// They stay: `none`.
    Forever,
    /// They expire: `30s`, `15m`, `1h30m`, `7d`, or a number of seconds.
    Expires {
        /// Milliseconds.
        milliseconds: u64,
    },
}

/// How long keys live, and where that is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ttl {
    /// How long.
    pub lifetime: Lifetime,
    /// Where it stands.
    pub pos: Pos,
    /// Bytes that it takes in the text.
    pub len: usize,
}

impl FromNode for Count {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Count> {
        let (text, pos) = scalar(node, cx, "a number")?;
        match with_unit(&text, &[("", 1.0), ("k", 1e3), ("K", 1e3), ("M", 1e6), ("G", 1e9)]) {
            Some(value) => Some(Count { value, pos }),
            None => refuse(&text, pos, "number", "write a whole number, or one with k, M or G, as in 2M", cx),
        }
    }
}

impl FromNode for Size {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Size> {
        let (text, pos) = scalar(node, cx, "a size")?;
        match bytes_of(&text) {
            Some(bytes) => Some(Size { bytes, pos, len: text.len() }),
            None => {
                refuse(&text, pos, "size", "write bytes, or a number with KiB, MiB, GiB, kB, MB or GB, as in 64KiB", cx)
            }
        }
    }
}

impl FromNode for Share {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Share> {
        let (text, pos) = scalar(node, cx, "a share")?;
        match share_of(&text) {
            Some(value) => Some(Share { value, pos }),
            None => refuse(&text, pos, "share", "write a percentage, as in 40%", cx),
        }
    }
}

impl FromNode for Ttl {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Ttl> {
        let (text, pos) = scalar(node, cx, "a time")?;
        let lifetime = match text.as_str() {
            "none" => Some(Lifetime::Forever),
            other => milliseconds_of(other).map(|milliseconds| Lifetime::Expires { milliseconds }),
        };
        match lifetime {
            Some(lifetime) => Some(Ttl { lifetime, pos, len: text.len() }),
            None => refuse(&text, pos, "time to live", "write a time, as in 30s, 15m, 1h30m or 7d, or `none`", cx),
        }
    }
}

/// Bytes, as in `64KiB`.
pub fn bytes_of(text: &str) -> Option<f64> {
    const KIB: f64 = 1024.0;
    let units = [
        ("", 1.0),
        ("B", 1.0),
        ("KiB", KIB),
        ("MiB", KIB * KIB),
        ("GiB", KIB * KIB * KIB),
        ("kB", 1e3),
        ("KB", 1e3),
        ("MB", 1e6),
        ("GB", 1e9),
    ];
    with_unit(text, &units)
}

/// A part of one, as in `40%`.
pub fn share_of(text: &str) -> Option<f64> {
    let number = text.strip_suffix('%')?.trim().parse::<f64>().ok()?;
    (0.0..=100.0).contains(&number).then_some(number / 100.0)
}

/// A time in milliseconds, as in `1h30m`; a number alone is seconds. Never zero.
pub fn milliseconds_of(text: &str) -> Option<u64> {
    let not_zero = |time: &u64| *time > 0;
    if let Ok(seconds) = text.parse::<u64>() {
        return seconds.checked_mul(1000).filter(not_zero);
    }
    let mut rest = text;
    let mut total = 0u64;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].bytes().take_while(u8::is_ascii_alphabetic).count();
        let one = match &rest[digits..digits + unit] {
            "ms" => 1,
            "s" => 1000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(one)?)?;
        rest = &rest[digits + unit..];
    }
    Some(total).filter(not_zero)
}

/// A number and one of the units.
fn with_unit(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let text = text.trim();
    let end = text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_')).count();
    let number = text[..end].replace('_', "").parse::<f64>().ok()?;
    let factor = units.iter().find(|(unit, _)| *unit == text[end..].trim())?.1;
    Some(number * factor).filter(|n| *n < 1e18)
}

/// The text of a scalar that is no null.
fn scalar(node: &Node, cx: &mut Decoder<'_>, expected: &str) -> Option<(String, Pos)> {
    match node.text().filter(|_| !node.is_null()) {
        Some(text) => Some((text.to_owned(), cx.pos(node))),
        None => {
            cx.wrong_type(node, expected);
            None
        }
    }
}

fn refuse<T>(text: &str, pos: Pos, what: &str, help: &str, cx: &mut Decoder<'_>) -> Option<T> {
    let message = format!("`{text}` is no {what}");
    cx.found.push(Diagnostic::error("redisops::keys::value", message).label(pos, text.len(), "").help(help));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        assert_eq!(["400", "1.5KiB", "64 kB", "2GiB"].map(bytes_of), [400.0, 1536.0, 64e3, 2147483648.0].map(Some));
        assert_eq!(["", "k", "1kb", "-1", "1e3", "9999999999GiB"].map(bytes_of), [None; 6]);
        assert_eq!(["40%", "0.5 %", "101%", "0.4", "x%"].map(share_of), [Some(0.4), Some(0.005), None, None, None]);
        let times = milliseconds_of;
        assert_eq!(
            ["30", "30s", "15m", "1h30m", "7d", "500ms", "2w"].map(times),
            [30_000, 30_000, 900_000, 5_400_000, 604_800_000, 500, 1_209_600_000].map(Some)
        );
        assert_eq!(["", "0", "0s", "s"].map(times), [None; 4]);
        assert_eq!(["1y", "99999999999999999999s", "1 h", "-1"].map(times), [None; 4]);
    }
}
