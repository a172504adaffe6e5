//! Large counts as people write them.

use std::fmt;

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

    #[test]
    fn counts_are_parted_by_thousands() {
        for (count, expected) in [(0, "0"), (999, "999"), (1_000, "1,000"), (9_988, "9,988"), (1_234_567, "1,234,567")]
        {
            assert_eq!(thousands(count).to_string(), expected);
        }
    }
}
