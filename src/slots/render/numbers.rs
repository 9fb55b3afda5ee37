//! Numbers as people read them.

/// What stands for a number that nobody knows.
pub(super) const UNKNOWN: &str = "?";

/// A count with a comma between thousands: `16,384`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in units of 1,024: `512 B`, `1.5 KiB`, `12.4 MiB`.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if number < 1024 {
        return format!("{number} B");
    }
    let mut amount = number as f64 / 1024.0;
    let mut unit = 0;
    // What would be written as 1024.0 is one of the next unit.
    while amount >= 1023.95 && unit + 1 < UNITS.len() {
        amount /= 1024.0;
        unit += 1;
    }
    format!("{amount:.1} {}", UNITS[unit])
}

/// A part of a whole: `33.3%`; zero of nothing is `0.0%`.
pub fn percent(part: u64, whole: u64) -> String {
    format!("{:.1}%", if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 })
}

/// A time in seconds: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
pub fn duration(seconds: f64) -> String {
    if seconds < 9.95 {
        return format!("{:.1} s", seconds.max(0.0));
    }
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// One of something, or several: `1 slot`, `4,096 slots`.
pub(super) fn many(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A count, or the sign for what nobody knows.
pub(super) fn known_count(number: Option<u64>) -> String {
    number.map_or_else(|| UNKNOWN.to_owned(), count)
}

/// Bytes, or the sign for what nobody knows.
pub(super) fn known_bytes(number: Option<u64>) -> String {
    number.map_or_else(|| UNKNOWN.to_owned(), bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 7, 999, 1000, 16_384, 1_234_567].map(count), ["0", "7", "999", "1,000", "16,384", "1,234,567"]);
        assert_eq!(
            [0, 1023, 1024, 1536, 1_048_575, 1_048_576, 13_002_342, u64::MAX].map(bytes),
            ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "1.0 MiB", "12.4 MiB", "16.0 EiB"]
        );
        assert_eq!((percent(5461, 16384), percent(0, 0)), ("33.3%".into(), "0.0%".into()));
        assert_eq!(
            [0.04, 0.44, 9.96, 59.0, 200.4, 7523.0].map(duration),
            ["0.0 s", "0.4 s", "10 s", "59 s", "3 min 20 s", "2 h 5 min"]
        );
        assert_eq!((many(1, "slot"), many(2000, "slot")), ("1 slot".into(), "2,000 slots".into()));
        assert_eq!((known_count(None), known_bytes(Some(2048))), ("?".into(), "2.0 KiB".into()));
    }
}
