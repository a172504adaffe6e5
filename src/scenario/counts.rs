//! Counts and lists as people write them.

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

/// A small count in a sentence: `two`; a larger one by thousands.
pub fn in_words(count: usize) -> String {
    const WORDS: [&str; 11] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    WORDS.get(count).map_or_else(|| thousands(count as u64).to_string(), |word| (*word).to_owned())
}

/// `a, b or c`.
pub fn listed(words: &[String], joined_by: &str) -> String {
    match words {
        [] => String::new(),
        [word] => word.clone(),
        [words @ .., last] => format!("{} {joined_by} {last}", words.join(", ")),
    }
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

    #[test]
    fn small_counts_are_words() {
        assert_eq!([0, 2, 10, 11, 1_000].map(in_words), ["no", "two", "ten", "11", "1,000"]);
    }

    #[test]
    fn lists_have_a_word_before_their_last() {
        let words = ["a", "b", "c"].map(str::to_owned);
        let lists: Vec<String> = (0..=3).map(|count| listed(&words[..count], "or")).collect();
        assert_eq!(lists, ["", "a", "a or b", "a, b or c"]);
    }
}
