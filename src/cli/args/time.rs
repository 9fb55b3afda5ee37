//! Times on the command line.

use std::time::Duration;

/// Shortest time between two looks.
const SHORTEST: Duration = Duration::from_millis(100);

/// Reads `500ms`, `2s`, `1.5s`, `2m`; a number without a unit is seconds.
///
/// # Errors
/// When the text is no time, with what to write instead.
pub fn time(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let scale = match &text[digits..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        _ => f64::NAN,
    };
    let seconds = text[..digits].parse::<f64>().unwrap_or(f64::NAN) * scale;
    Duration::try_from_secs_f64(seconds).map_err(|_| "write a time, as in 500ms or 2s".to_owned())
}

/// Reads a time between two looks, which is not to become one long look.
///
/// # Errors
/// When the text is no time, or less than a tenth of a second.
pub fn pause(text: &str) -> Result<Duration, String> {
    let pause = time(text)?;
    if pause < SHORTEST { Err("write at least 100ms".to_owned()) } else { Ok(pause) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_rests() {
        assert_eq!(pause("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(pause("100ms"), Ok(SHORTEST));
        assert!(pause("0").is_err() && pause("10ms").is_err() && pause("x").is_err());
    }

    #[test]
    fn times_have_units() {
        for (text, millis) in [("500ms", 500), ("2s", 2000), ("1.5s", 1500), ("2m", 120_000), ("3", 3000)] {
            assert_eq!(time(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for wrong in ["", "s", "-1s", "2h", "1e9", "..", "99999999999999999999s", "2 s"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
