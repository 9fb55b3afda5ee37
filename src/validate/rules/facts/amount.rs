//! Amounts as Kubernetes and Redis Enterprise write them.

/// The number that a quantity stands for; nothing when it is none.
pub fn quantity(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-')).count();
    let (number, suffix) = text.split_at(digits);
    let factor = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        "Pi" => 1_125_899_906_842_624.0,
        "Ei" => 1_152_921_504_606_846_976.0,
        exponent => {
            let power: i32 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            10f64.powi(power)
        }
    };
    number.parse::<f64>().ok().map(|number| number * factor)
}

/// Bytes, for people.
pub fn bytes(amount: f64) -> String {
    const UNITS: [(&str, f64); 3] = [("GiB", 1_073_741_824.0), ("MiB", 1_048_576.0), ("KiB", 1024.0)];
    let unit = UNITS.iter().find(|(_, size)| amount >= *size);
    match unit {
        Some((name, size)) => {
            let text = format!("{:.1}", amount / size);
            format!("{} {name}", text.strip_suffix(".0").unwrap_or(&text))
        }
        None => format!("{amount:.0} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_numbers() {
        assert_eq!(quantity("2Gi"), Some(2_147_483_648.0));
        assert_eq!((quantity("1.5G"), quantity("1e3"), quantity("100m")), (Some(1.5e9), Some(1000.0), Some(0.1)));
        assert_eq!((quantity("4GB"), quantity(""), quantity("x")), (None, None, None));
        assert_eq!(
            (bytes(2_147_483_648.0), bytes(1_610_612_736.0), bytes(5.0)),
            ("2 GiB".into(), "1.5 GiB".into(), "5 bytes".into())
        );
    }
}
