//! Sizes: quantities of Kubernetes, and the units of redis.conf.

/// Bytes of a quantity (`512Mi`, `1G`, `1.5Gi`); none for what is no quantity of bytes.
pub(super) fn quantity(text: &str) -> Option<u64> {
    const UNITS: [(&str, f64); 12] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("m", 0.001),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("", 1.0),
    ];
    let (number, factor) = UNITS.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    let value = number.parse::<f64>().ok().filter(|v| v.is_finite() && *v >= 0.0)? * factor;
    (value < 9e18).then_some(value as u64)
}

/// Bytes of a size in redis.conf (`100mb` is 1024 · 1024 · 100, `100m` is 100 million).
pub(super) fn redis_size(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 8] = [
        ("kb", 1024),
        ("mb", 1024 * 1024),
        ("gb", 1024 * 1024 * 1024),
        ("k", 1000),
        ("m", 1_000_000),
        ("g", 1_000_000_000),
        ("b", 1),
        ("", 1),
    ];
    let text = text.to_ascii_lowercase();
    let (number, factor) = UNITS.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// A number of bytes for people.
pub(super) fn shown(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match UNITS.iter().find(|(_, size)| bytes >= *size) {
        Some((unit, size)) if bytes.is_multiple_of(*size) => format!("{} {unit}", bytes / size),
        Some((unit, size)) => format!("{:.1} {unit}", bytes as f64 / *size as f64),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_sizes_are_read() {
        assert_eq!(
            [quantity("512Mi"), quantity("1G"), quantity("1.5Gi")],
            [Some(536_870_912), Some(1_000_000_000), Some(1_610_612_736)]
        );
        assert_eq!([quantity("lots"), quantity("-1"), quantity("")], [None, None, None]);
        assert_eq!(
            [redis_size("100mb"), redis_size("1g"), redis_size("7")],
            [Some(104_857_600), Some(1_000_000_000), Some(7)]
        );
        assert_eq!([redis_size("1.5gb"), redis_size("x")], [None, None]);
        assert_eq!([shown(536_870_912), shown(1_610_612_736), shown(7)], ["512 MiB", "1.5 GiB", "7 B"]);
    }
}
