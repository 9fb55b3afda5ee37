//! Times of the week in which changes may be made.

use std::fmt;
use std::str::FromStr;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const MINUTES_OF_DAY: u32 = 24 * 60;

/// A time of the week, `Mon-Fri 09:00-16:00 UTC`: some days, and minutes of each of them. It may go over midnight: the part after it belongs to the
/// day on which it began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    first_day: u32,
    last_day: u32,
    from: u32,
    to: u32,
}

/// A text that is no window.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no time of the week: write it as Mon-Fri 09:00-16:00 UTC")]
pub struct NoWindow(pub String);

impl FromStr for Window {
    type Err = NoWindow;

    fn from_str(text: &str) -> Result<Window, NoWindow> {
        read(text).ok_or_else(|| NoWindow(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Window> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [days, times, "UTC"] = words[..] else { return None };
    let day = |name: &str| DAYS.iter().position(|day| day.eq_ignore_ascii_case(name)).map(|at| at as u32);
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let (from, to) = times.split_once('-')?;
    let (from, to) = (minute(from)?, minute(to)?);
    (from != to && from < MINUTES_OF_DAY).then_some(Window { first_day: day(first)?, last_day: day(last)?, from, to })
}

/// `09:00`; `24:00` is the end of a day.
fn minute(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number =
        |text: &str| Some(text).filter(|t| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit()))?.parse().ok();
    let (hours, minutes): (u32, u32) = (number(hours)?, number(minutes)?);
    Some(hours * 60 + minutes).filter(|all| minutes < 60 && *all <= MINUTES_OF_DAY)
}

impl Window {
    /// Whether a moment is in it; seconds since 1970, UTC.
    pub fn contains(&self, seconds: u64) -> bool {
        let minutes = seconds / 60;
        // 1970 began on a Thursday.
        let day = ((minutes / u64::from(MINUTES_OF_DAY) + 3) % 7) as u32;
        let minute = (minutes % u64::from(MINUTES_OF_DAY)) as u32;
        if self.from < self.to {
            return self.on(day) && (self.from..self.to).contains(&minute);
        }
        self.on(day) && minute >= self.from || self.on((day + 6) % 7) && minute < self.to
    }

    fn on(&self, day: u32) -> bool {
        match self.first_day <= self.last_day {
            true => (self.first_day..=self.last_day).contains(&day),
            false => day >= self.first_day || day <= self.last_day,
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |day: u32| DAYS[day as usize];
        let (hour, minute) = (|all: u32| all / 60, |all: u32| all % 60);
        write!(f, "{}", day(self.first_day))?;
        if self.first_day != self.last_day {
            write!(f, "-{}", day(self.last_day))?;
        }
        let Window { from, to, .. } = *self;
        write!(f, " {:02}:{:02}-{:02}:{:02} UTC", hour(from), minute(from), hour(to), minute(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23 is a Monday.
    fn moment(day: u64, hour: u64, minute: u64) -> u64 {
        1_795_392_000 + ((day * 24 + hour) * 60 + minute) * 60
    }

    #[test]
    fn moments_are_in_or_out() {
        let window = |text: &str| text.parse::<Window>().unwrap();
        let week = window("Mon-Fri 09:00-16:00 UTC");
        assert!(week.contains(moment(0, 9, 0)) && week.contains(moment(4, 15, 59)));
        assert!(
            !week.contains(moment(0, 8, 59)) && !week.contains(moment(4, 16, 0)) && !week.contains(moment(5, 12, 0))
        );
        let night = window("Fri-Sun 22:00-02:00 UTC");
        assert!(
            night.contains(moment(4, 23, 0)) && night.contains(moment(5, 1, 59)) && night.contains(moment(7, 1, 0))
        );
        assert!(!night.contains(moment(4, 1, 0)) && !night.contains(moment(7, 23, 0)));
        let ends = window("Sun-Mon 00:00-24:00 UTC");
        assert!(ends.contains(moment(6, 0, 0)) && ends.contains(moment(0, 23, 59)) && !ends.contains(moment(1, 0, 0)));
    }

    #[test]
    fn windows_are_written_as_they_are_read() {
        for text in ["Mon-Fri 09:00-16:00 UTC", "Sun 22:30-02:00 UTC", "Sat-Mon 00:00-24:00 UTC"] {
            assert_eq!(text.parse::<Window>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "Mon 9:00-16:00 UTC",
            "Mon 09:00-16:00",
            "Mon 09:00-16:00 CET",
            "Mo 09:00-16:00 UTC",
            "Mon 09:00-09:00 UTC",
            "Mon 24:00-01:00 UTC",
            "Mon 09:60-10:00 UTC",
        ] {
            assert_eq!(wrong.parse::<Window>(), Err(NoWindow(wrong.to_owned())));
        }
    }
}
