//! Values as servers read them.

use super::directive::Kind;

/// Bytes of an amount of memory: a number, with a unit or not (`1k` is 1000, `1kb` is 1024).
pub fn parse_memory(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" => 1000,
        "kb" => 1 << 10,
        "m" => 1_000_000,
        "mb" => 1 << 20,
        "g" => 1_000_000_000,
        "gb" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// An integer; servers take no plus sign and no leading zeros.
pub(super) fn parse_int(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical = digits == "0" || (!digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()));
    text.parse().ok().filter(|_| canonical && !(digits == "0" && text.starts_with('-')))
}

/// Why a value is not of a kind; nothing when it is.
pub(super) fn refuse(kind: Kind, values: &[&str]) -> Option<Refusal> {
    let value = *values.first()?;
    match kind {
        Kind::Bool => (!is_one_of(value, &["yes", "no"])).then(|| Refusal::new("`yes` or `no`").near(bool_for(value))),
        Kind::Enum(names) => (!is_one_of(value, names)).then(|| one_of("one of", value, names)),
        Kind::Flags(names) => {
            let mut all = values.iter().flat_map(|value| value.split_ascii_whitespace());
            all.find(|value| !is_one_of(value, names)).map(|value| one_of("some of", value, names))
        }
        Kind::Int(low, high) => match parse_int(value) {
            Some(number) if (low..=high).contains(&number) => None,
            Some(_) => Some(Refusal::new(range("a number", low, high, &i64::to_string))),
            None => {
                let bytes = parse_memory(value).map(|bytes| bytes.to_string());
                Some(Refusal::new(range("a number", low, high, &i64::to_string)).near(bytes))
            }
        },
        Kind::Memory(low, high) => match parse_memory(value).and_then(|bytes| i64::try_from(bytes).ok()) {
            Some(bytes) if (low..=high).contains(&bytes) => None,
            Some(_) => Some(Refusal::new(range("an amount of memory", low, high, &i64::to_string))),
            None => Some(Refusal::new("an amount of memory, as `100mb`").near(memory_for(value))),
        },
        Kind::MemoryOrPercent => {
            let percent = value.strip_suffix('%').and_then(parse_int).is_some_and(|n| (0..=100).contains(&n));
            (!percent && parse_memory(value).is_none())
                .then(|| Refusal::new("an amount of memory or a percentage").near(memory_for(value)))
        }
        Kind::Octal => {
            let fits = !value.is_empty() && value.len() <= 4 && value.bytes().all(|b| (b'0'..=b'7').contains(&b));
            (!fits).then(|| Refusal::new("permissions, as `700`"))
        }
        Kind::Text | Kind::Checked | Kind::Ignored => None,
    }
}

/// What a value should have been.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Refusal {
    /// What is expected there.
    pub wanted: String,
    /// What was probably meant.
    pub near: Option<String>,
}

impl Refusal {
    pub fn new(wanted: impl Into<String>) -> Refusal {
        Refusal { wanted: wanted.into(), near: None }
    }

    pub fn near(mut self, near: Option<String>) -> Refusal {
        self.near = near;
        self
    }
}

fn is_one_of(value: &str, names: &[&str]) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(value))
}

fn one_of(what: &str, value: &str, names: &[&str]) -> Refusal {
    let near = crate::diagnostics::did_you_mean(value, names.iter().copied()).map(str::to_owned);
    Refusal::new(format!("{what} {}", names.join(", "))).near(near)
}

fn range(what: &str, low: i64, high: i64, show: &dyn Fn(&i64) -> String) -> String {
    match (low, high) {
        (i64::MIN, i64::MAX) => what.to_owned(),
        (low, i64::MAX) => format!("{what} from {} on", show(&low)),
        _ => format!("{what} from {} to {}", show(&low), show(&high)),
    }
}

fn bool_for(value: &str) -> Option<String> {
    let text = value.to_ascii_lowercase();
    let yes = ["true", "on", "1", "y", "enabled", "yes"].contains(&text.as_str()) || text.starts_with("ye");
    let no = ["false", "off", "0", "n", "disabled", "none"].contains(&text.as_str());
    if yes { Some("yes".to_owned()) } else { no.then(|| "no".to_owned()) }
}

/// The amount that a quantity of Kubernetes, or a number with a space or a fraction, stands for.
fn memory_for(value: &str) -> Option<String> {
    let digits = value.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, unit) = value.split_at(digits);
    let (unit, smaller, step) = match unit.trim().to_ascii_lowercase().as_str() {
        "ki" | "kib" => ("kb", "b", 1024.0),
        "mi" | "mib" | "mb" => ("mb", "kb", 1024.0),
        "gi" | "gib" | "gb" => ("gb", "mb", 1024.0),
        "ti" | "tib" | "tb" => return whole(number, 1024.0).map(|n| format!("{n}gb")),
        _ => return None,
    };
    match number.contains('.') {
        false => number.parse::<u64>().ok().map(|n| format!("{n}{unit}")),
        true => whole(number, step).map(|n| format!("{n}{smaller}")),
    }
}

fn whole(number: &str, step: f64) -> Option<u64> {
    let amount = number.parse::<f64>().ok()? * step;
    (amount.fract() == 0.0 && amount < 1e15).then_some(amount as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_has_units_of_two_kinds() {
        let read: Vec<_> = ["1gb", "1g", "100MB", "5", "5b"].iter().map(|text| parse_memory(text).unwrap()).collect();
        assert_eq!(read, [1 << 30, 1_000_000_000, 100 << 20, 5, 5]);
        assert!(
            ["", "gb", "4Gi", "1.5gb", "-1", "1 gb", "99999999999gb"].iter().all(|text| parse_memory(text).is_none())
        );
    }

    #[test]
    fn integers_are_canonical() {
        assert_eq!((parse_int("0"), parse_int("-5"), parse_int("10")), (Some(0), Some(-5), Some(10)));
        assert!(["", "+1", "010", "-0", "1x", "-"].iter().all(|text| parse_int(text).is_none()));
    }

    #[test]
    fn says_what_was_probably_meant() {
        let near = |kind, value| refuse(kind, &[value]).and_then(|refusal| refusal.near);
        assert_eq!(near(Kind::Memory(0, i64::MAX), "4Gi").as_deref(), Some("4gb"));
        assert_eq!(near(Kind::Memory(0, i64::MAX), "1.5gb").as_deref(), Some("1536mb"));
        assert_eq!(near(Kind::Memory(0, i64::MAX), "0.5Gi").as_deref(), Some("512mb"));
        assert_eq!(near(Kind::Bool, "true").as_deref(), Some("yes"));
        assert_eq!(near(Kind::Enum(&["everysec", "always", "no"]), "everysecond").as_deref(), Some("everysec"));
        assert_eq!(near(Kind::Int(0, 10), "1kb").as_deref(), Some("1024"));
        assert_eq!(refuse(Kind::Bool, &["YES"]), None);
        assert_eq!(refuse(Kind::MemoryOrPercent, &["5%"]), None);
    }
}
