//! Durations and points in time: `duration(self.timeout) > duration('1s')`.

use std::cmp::Ordering;

use cel::common::functions::Function;
use cel::common::traits::{Adder, Comparer, Subtractor};
use cel::common::types::{CelInt, CelString, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};

use super::{Answer, answer, failed, own_value, text, value};

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// A span of time, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::validate::cel) struct Duration(i64);

/// A point in time, in nanoseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::validate::cel) struct Timestamp(i128);

own_value!(Duration, "google.protobuf.Duration", as_adder: Adder, as_comparer: Comparer, as_subtractor: Subtractor);
own_value!(Timestamp, "google.protobuf.Timestamp", as_adder: Adder, as_comparer: Comparer, as_subtractor: Subtractor);

pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    let (span, point) = (Duration::own_type, Timestamp::own_type);
    env.add_overload("duration", "duration(string)", vec![STRING_TYPE], duration)?;
    env.add_overload("duration", "duration(duration)", vec![span()], same)?;
    env.add_overload("timestamp", "timestamp(string)", vec![STRING_TYPE], timestamp)?;
    env.add_overload("timestamp", "timestamp(timestamp)", vec![point()], same)?;
    env.add_overload("string", "string(duration)", vec![span()], shown)?;
    for (name, function) in [
        ("getHours", (|it| units(&it, 3600 * SECOND)) as Function),
        ("getMinutes", |it| units(&it, 60 * SECOND)),
        ("getSeconds", |it| units(&it, SECOND)),
        ("getMilliseconds", |it| units(&it, 1_000_000)),
    ] {
        env.add_member_overload(name, &format!("duration.{name}()"), span(), vec![], function)?;
    }
    for (name, function) in [
        ("getFullYear", (|it| dated(&it, |date, _| date.year)) as Function),
        ("getMonth", |it| dated(&it, |date, _| date.month - 1)),
        ("getDate", |it| dated(&it, |date, _| date.day)),
        ("getDayOfMonth", |it| dated(&it, |date, _| date.day - 1)),
        ("getDayOfWeek", |it| dated(&it, |_, days| (days + 4).rem_euclid(7))),
        ("getHours", |it| clock(&it, 3600 * SECOND, 24)),
        ("getMinutes", |it| clock(&it, 60 * SECOND, 60)),
        ("getSeconds", |it| clock(&it, SECOND, 60)),
        ("getMilliseconds", |it| clock(&it, 1_000_000, 1000)),
    ] {
        env.add_member_overload(name, &format!("timestamp.{name}()"), point(), vec![], function)?;
    }
    Ok(())
}

impl Duration {
    /// Of a text as Go reads it: `1h30m`, `1.5s`, `0`.
    pub fn parse(text: &str) -> Option<Duration> {
        let (sign, mut rest) = match text.as_bytes().first()? {
            b'-' => (-1, &text[1..]),
            b'+' => (1, &text[1..]),
            _ => (1, text),
        };
        if rest == "0" {
            return Some(Duration(0));
        }
        let mut nanos: f64 = 0.0;
        let mut whole: i128 = 0;
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, unit) = (&rest[..end], &rest[end..]);
            let length = unit.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(unit.len());
            let size: i128 = match &unit[..length] {
                "ns" => 1,
                "us" | "µs" | "μs" => 1_000,
                "ms" => 1_000_000,
                "s" => SECOND,
                "m" => 60 * SECOND,
                "h" => 3600 * SECOND,
                _ => return None,
            };
            let (digits, fraction) = number.split_once('.').unwrap_or((number, ""));
            if digits.is_empty() && fraction.is_empty() || fraction.contains('.') {
                return None;
            }
            whole += if digits.is_empty() { 0 } else { digits.parse::<i64>().ok()? as i128 * size };
            if !fraction.is_empty() {
                nanos += format!("0.{fraction}").parse::<f64>().ok()? * size as f64;
            }
            rest = &unit[length..];
        }
        i64::try_from(sign * (whole + nanos as i128)).ok().map(Duration)
    }
}

impl Timestamp {
    /// Of a text of RFC 3339, or of a day.
    pub fn parse(text: &str) -> Option<Timestamp> {
        let number = |range: std::ops::Range<usize>| {
            let digits = text.get(range)?;
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<i64>().ok()).flatten()
        };
        let separated = |at: usize, by: &str| text.get(at..=at).is_some_and(|it| by.contains(it));
        if !(separated(4, "-") && separated(7, "-")) {
            return None;
        }
        let days = days_of(Date { year: number(0..4)?, month: number(5..7)?, day: number(8..10)? })?;
        if text.len() == 10 {
            return Some(Timestamp(i128::from(days) * DAY));
        }
        if !(separated(10, "Tt ") && separated(13, ":") && separated(16, ":")) {
            return None;
        }
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut zone = text.get(19..)?;
        let mut nanos = 0;
        if let Some(rest) = zone.strip_prefix('.') {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let digits: String = rest[..end].chars().chain("000000000".chars()).take(9).collect();
            nanos = digits.parse().ok().filter(|_| end > 0)?;
            zone = &rest[end..];
        }
        let offset = match (zone, zone.get(..1)) {
            ("Z" | "z", _) => 0,
            (_, Some(sign @ ("+" | "-"))) if zone.len() == 6 && zone.get(3..4) == Some(":") => {
                let (hours, minutes) = (zone.get(1..3)?.parse::<i64>().ok()?, zone.get(4..6)?.parse::<i64>().ok()?);
                let seconds = hours * 3600 + minutes * 60;
                if sign == "+" { seconds } else { -seconds }
            }
            _ => return None,
        };
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset;
        Some(Timestamp(i128::from(seconds) * SECOND + nanos))
    }
}

struct Date {
    year: i64,
    month: i64,
    day: i64,
}

/// Days since 1970 of a date; nothing where there is no such day.
fn days_of(date: Date) -> Option<i64> {
    // Years begin in March, so that the odd day is the last.
    let year = date.year - i64::from(date.month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let back = date_of(days);
    (back.year == date.year && back.month == date.month && back.day == date.day).then_some(days)
}

fn date_of(days: i64) -> Date {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    Date { year: years + era * 400 + i64::from(month <= 2), month, day: of_year - (153 * from_march + 2) / 5 + 1 }
}

fn duration<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(Duration::parse(text(&arguments[0])?).ok_or_else(|| failed("duration", "this is no duration"))?)
}

fn timestamp<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(Timestamp::parse(text(&arguments[0])?).ok_or_else(|| failed("timestamp", "this is no time of RFC 3339"))?)
}

fn same<'b, 'v>(mut arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    Ok(arguments.swap_remove(0))
}

fn shown<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let nanos = value::<Duration>(&arguments[0])?.0;
    answer(CelString::from(format!("{}s", nanos as f64 / SECOND as f64)))
}

fn units<'b, 'v>(arguments: &[CowVal<'b, 'v>], unit: i128) -> Answer<'b, 'v> {
    answer(CelInt::from((i128::from(value::<Duration>(&arguments[0])?.0) / unit) as i64))
}

fn dated<'b, 'v>(arguments: &[CowVal<'b, 'v>], part: fn(Date, i64) -> i64) -> Answer<'b, 'v> {
    let days = value::<Timestamp>(&arguments[0])?.0.div_euclid(DAY) as i64;
    answer(CelInt::from(part(date_of(days), days)))
}

fn clock<'b, 'v>(arguments: &[CowVal<'b, 'v>], unit: i128, of: i128) -> Answer<'b, 'v> {
    let nanos = value::<Timestamp>(&arguments[0])?.0;
    answer(CelInt::from(nanos.div_euclid(unit).rem_euclid(of) as i64))
}

fn too_long(function: &str) -> ExecutionError {
    failed(function, "the time is out of range")
}

fn not_comparable(one: &dyn Val) -> ExecutionError {
    ExecutionError::UnexpectedType { got: one.get_type().name().to_owned(), want: "a time".to_owned() }
}

impl Comparer for Duration {
    fn compare(&self, other: &dyn Val) -> Result<Ordering, ExecutionError> {
        other.downcast_ref::<Self>().map(|other| self.0.cmp(&other.0)).ok_or_else(|| not_comparable(other))
    }
}

impl Comparer for Timestamp {
    fn compare(&self, other: &dyn Val) -> Result<Ordering, ExecutionError> {
        other.downcast_ref::<Self>().map(|other| self.0.cmp(&other.0)).ok_or_else(|| not_comparable(other))
    }
}

impl Adder for Duration {
    fn add<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Answer<'b, 'v>
    where
        Self: 'v,
    {
        match (other.downcast_ref::<Duration>(), other.downcast_ref::<Timestamp>()) {
            (Some(other), _) => answer(Duration(self.0.checked_add(other.0).ok_or_else(|| too_long("+"))?)),
            (_, Some(time)) => answer(Timestamp(time.0 + i128::from(self.0))),
            _ => Err(not_comparable(other)),
        }
    }
}

impl Adder for Timestamp {
    fn add<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Answer<'b, 'v>
    where
        Self: 'v,
    {
        let span = other.downcast_ref::<Duration>().ok_or_else(|| not_comparable(other))?;
        answer(Timestamp(self.0 + i128::from(span.0)))
    }
}

impl Subtractor for Duration {
    fn sub<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Answer<'b, 'v>
    where
        Self: 'v,
    {
        let other = other.downcast_ref::<Duration>().ok_or_else(|| not_comparable(other))?;
        answer(Duration(self.0.checked_sub(other.0).ok_or_else(|| too_long("-"))?))
    }
}

impl Subtractor for Timestamp {
    fn sub<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Answer<'b, 'v>
    where
        Self: 'v,
    {
        match (other.downcast_ref::<Duration>(), other.downcast_ref::<Timestamp>()) {
            (Some(span), _) => answer(Timestamp(self.0 - i128::from(span.0))),
            (_, Some(time)) => answer(Duration(i64::try_from(self.0 - time.0).map_err(|_| too_long("-"))?)),
            _ => Err(not_comparable(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_times() {
        for (text, nanos) in [
            ("0", Some(0)),
            ("1h30m", Some(5400 * SECOND)),
            ("-1.5s", Some(-1_500_000_000)),
            (".5m", Some(30 * SECOND)),
            ("1d", None),
            ("1", None),
            ("", None),
            ("s", None),
            ("9999999999h", None),
        ] {
            assert_eq!(Duration::parse(text).map(|it| i128::from(it.0)), nanos, "{text}");
        }
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-03-01T01:00:00+01:00", Some(951_868_800)),
            ("1969-12-31", Some(-86_400)),
            ("2024-02-30", None),
            ("2024-13-01", None),
            ("2024-01-01T25:00:00Z", None),
            ("2024-01-01T05:00:00", None),
        ] {
            assert_eq!(Timestamp::parse(text).map(|it| it.0 / SECOND), seconds, "{text}");
        }
    }
}
