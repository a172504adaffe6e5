//! Durations as a person says them: `0.5 s`, `250 ms`, `10 µs`, `2 min`, `1 h 30 min`.

use std::fmt;

use crate::scenario::Nanos;

const SECOND: u64 = Nanos::SECOND.0;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A duration, or a moment counted from the start, as a person says it. Never rounded: two moments that differ are
/// said differently. `Display` writes it.
pub fn human_duration(nanos: Nanos) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        let Nanos(mut left) = nanos;
        // Below a second people say `0.5 s` of tenths, and `250 ms` of anything finer.
        let tenths = left.is_multiple_of(100_000_000);
        match left {
            0 => f.write_str("0 s"),
            1..1_000 => write!(f, "{left} ns"),
            1_000..1_000_000 => decimal(f, left, 1_000, "µs"),
            1_000_000..SECOND if !tenths => decimal(f, left, 1_000_000, "ms"),
            1_000_000..MINUTE => decimal(f, left, SECOND, "s"),
            MINUTE.. => {
                let mut separator = "";
                for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "min")] {
                    if left >= unit {
                        write!(f, "{separator}{} {name}", left / unit)?;
                        left %= unit;
                        separator = " ";
                    }
                }
                if left > 0 {
                    f.write_str(separator)?;
                    decimal(f, left, SECOND, "s")?;
                }
                Ok(())
            }
        }
    })
}

/// The same in ASCII: `us` for `µs`.
pub fn ascii_duration(nanos: Nanos) -> impl fmt::Display {
    fmt::from_fn(move |f| f.write_str(&human_duration(nanos).to_string().replace('µ', "u")))
}

/// Writes `left / unit`, exactly and without trailing zeros.
fn decimal(f: &mut fmt::Formatter<'_>, left: u64, unit: u64, name: &str) -> fmt::Result {
    let (whole, fraction) = (left / unit, left % unit);
    write!(f, "{}", thousands(whole))?;
    if fraction > 0 {
        let places = unit.ilog10() as usize;
        let digits = format!("{fraction:0places$}");
        write!(f, ".{}", digits.trim_end_matches('0'))?;
    }
    write!(f, " {name}")
}

/// A count by thousands: `9,988`.
pub fn thousands(count: u64) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        let digits = count.to_string();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(nanos: u64, expected: &str) {
        assert_eq!(human_duration(Nanos(nanos)).to_string(), expected);
    }

    #[test]
    fn durations_are_said_as_people_say_them() {
        check(0, "0 s");
        check(1, "1 ns");
        check(999, "999 ns");
        check(1_500, "1.5 µs");
        check(10_000, "10 µs");
        check(1_000_000, "1 ms");
        check(1_000_001, "1.000001 ms");
        check(50_000_000, "50 ms");
        check(100_000_000, "0.1 s");
        check(250_000_000, "250 ms");
        check(500_000_000, "0.5 s");
        check(1_000_000_000, "1 s");
        check(1_500_000_000, "1.5 s");
        check(2_000_000_001, "2.000000001 s");
        check(59_999_999_999, "59.999999999 s");
        check(60_000_000_000, "1 min");
        check(90_500_000_000, "1 min 30.5 s");
        check(5_400_000_000_000, "1 h 30 min");
        check(8_640_000_000_000_000, "100 d");
        check(90_061_000_000_000, "1 d 1 h 1 min 1 s");
        assert_eq!(ascii_duration(Nanos(10_000)).to_string(), "10 us");
    }

    #[test]
    fn counts_are_parted_by_thousands() {
        for (count, expected) in [(0, "0"), (999, "999"), (1_000, "1,000"), (9_988, "9,988"), (1_234_567, "1,234,567")]
        {
            assert_eq!(thousands(count).to_string(), expected);
        }
    }
}
