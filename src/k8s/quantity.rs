//! Quantities: `2Gi`, `500m`, `1e3`; one amount has many spellings.

/// An amount, in billionths: what the API server keeps of a quantity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Quantity {
    nano: i128,
}

/// Digits behind the point that count; what is below is rounded up, away from zero.
const DIGITS: u32 = 9;

impl Quantity {
    /// From its text; nothing when it is no quantity, or a larger one than anybody has.
    pub fn parse(text: &str) -> Option<Quantity> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, suffix) = rest.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let digits: i128 = format!("{whole}{fraction}")
            .trim_start_matches('0')
            .parse()
            .or_else(|error| {
                let is_zero = number.bytes().all(|b| b == b'0' || b == b'.');
                if is_zero { Ok(0) } else { Err(error) }
            })
            .ok()?;
        let (tens, binary) = scale(suffix)?;
        let exponent = tens + i64::from(DIGITS) - fraction.len() as i64;
        let scaled = digits.checked_mul(1i128.checked_shl(binary).filter(|_| binary < 100)?)?;
        let nano = if exponent >= 0 {
            scaled.checked_mul(10i128.checked_pow(u32::try_from(exponent).ok()?)?)?
        } else {
            match u32::try_from(-exponent).ok().and_then(|e| 10i128.checked_pow(e)) {
                Some(divisor) => scaled / divisor + i128::from(scaled % divisor != 0),
                None => i128::from(scaled != 0),
            }
        };
        Some(Quantity { nano: if negative { -nano } else { nano } })
    }

    /// Billionths in a unit.
    pub const UNIT: i128 = 10i128.pow(DIGITS);

    /// From billionths.
    pub const fn of_nano(nano: i128) -> Quantity {
        Quantity { nano }
    }

    /// The amount in billionths.
    pub const fn nano(self) -> i128 {
        self.nano
    }

    /// The amount in whole units (bytes, cores), rounded up.
    pub fn ceil(self) -> i128 {
        self.nano.div_euclid(Self::UNIT) + i128::from(self.nano.rem_euclid(Self::UNIT) != 0)
    }
}

/// Powers of ten and of two that a suffix stands for.
fn scale(suffix: &str) -> Option<(i64, u32)> {
    Some(match suffix {
        "n" => (-9, 0),
        "u" => (-6, 0),
        "m" => (-3, 0),
        "" => (0, 0),
        "k" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix('+').unwrap_or(exponent);
            (digits.parse::<i64>().ok().filter(|e| e.abs() < 40)?, 0)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_amount_are_equal() {
        for (a, b) in [
            ("1", "1000m"),
            ("1Gi", "1024Mi"),
            ("1G", "1000M"),
            ("0.5", "500m"),
            ("1e3", "1k"),
            ("1E3", "1000"),
            ("1.5Gi", "1536Mi"),
            ("0", "0Gi"),
            ("+2", "2.000"),
            ("1n", "0.5n"),
            ("-1", "-1000m"),
            ("00100m", "0.1"),
        ] {
            assert_eq!(Quantity::parse(a).unwrap(), Quantity::parse(b).unwrap(), "{a} {b}");
        }
        assert!(Quantity::parse("1Gi") > Quantity::parse("1G"));
        assert_eq!(Quantity::parse("1500m").unwrap().ceil(), 2);
        assert_eq!(Quantity::parse("1Ki").unwrap().ceil(), 1024);
    }

    #[test]
    fn other_texts_are_no_quantities() {
        for text in [
            "",
            "-",
            "1gb",
            "4GB",
            "1 Gi",
            "Gi",
            "1..5",
            "1.2.3",
            "e5",
            ".",
            "1e",
            "1e99",
            "0x10",
            "99999999999999999999999999999999999999Ei",
        ] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
