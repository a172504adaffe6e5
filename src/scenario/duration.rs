//! Time in integer nanoseconds, and how a file or a flag writes it.

use std::fmt;
use std::time::Duration;

/// A span of time, or a moment counted from the program's start, in whole nanoseconds.
///
/// Never floats: 0.1 s and 0.7 s end together with 0.8 s here, as they do on a real clock, and not one
/// double's last digit apart. `Display` writes seconds, exactly: `0.5`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nanos(pub u64);

impl Nanos {
    /// The program's start, or no time at all.
    pub const ZERO: Nanos = Nanos(0);
    /// One second.
    pub const SECOND: Nanos = Nanos(1_000_000_000);
    /// The longest duration that a scenario may name: 100 days.
    pub const MAX: Nanos = Nanos(100 * 24 * 3600 * 1_000_000_000);

    /// The moment that lies a span after this one.
    pub fn after(self, span: Nanos) -> Nanos {
        Nanos(self.0.saturating_add(span.0))
    }

    /// Seconds, for documents; below [`Nanos::MAX`] a double still tells nanoseconds apart.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl From<Duration> for Nanos {
    fn from(duration: Duration) -> Nanos {
        Nanos(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / Nanos::SECOND.0, self.0 % Nanos::SECOND.0);
        let digits = format!("{fraction:09}");
        match digits.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            digits => write!(f, "{whole}.{digits}"),
        }
    }
}

/// Reads a duration: a bare number of seconds (`3`, `0.25`), or numbers with units (`250ms`, `1.5s`, `1h30m`).
///
/// The decimal is taken exactly and rounded to the nearest nanosecond, a half up; what is more than nothing is at least
/// one.
///
/// # Errors
///
/// A lower-case fragment that says what is wrong and what to write: the text is no duration, is negative or not
/// finite, or is longer than [`Nanos::MAX`].
pub fn parse_duration(text: &str) -> Result<Nanos, String> {
    read_duration(text).map_err(|error| format!("{error}: {}", error.help()))
}

/// What is wrong with a duration. `Display` says it as a lower-case fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DurationError {
    Empty,
    NotADuration,
    UnknownUnit(String),
    MissingUnit(String),
    Negative,
    NotFinite,
    TooLong,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DurationError::Empty => f.write_str("an empty string is not a duration"),
            DurationError::NotADuration => f.write_str("not a duration"),
            DurationError::UnknownUnit(unit) => write!(f, "unknown unit `{unit}`"),
            DurationError::MissingUnit(number) => write!(f, "`{number}` has no unit"),
            DurationError::Negative => f.write_str("a duration cannot be negative"),
            DurationError::NotFinite => f.write_str("a duration must be finite"),
            DurationError::TooLong => f.write_str("longer than 100 days"),
        }
    }
}

impl DurationError {
    /// What to write instead.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            DurationError::Empty | DurationError::NotADuration => {
                "write seconds, such as `1.5`, or a number with a unit, such as `250ms` or `1h30m`"
            }
            DurationError::UnknownUnit(_) => "the units are ns, us, ms, s, m (or min), h and d",
            DurationError::MissingUnit(_) => "if one number has a unit, each needs one: `1h30m`",
            DurationError::Negative => "write 0 or more",
            DurationError::NotFinite => "write a number",
            DurationError::TooLong => "the limit is `100d`: up to there, JSON can tell nanoseconds apart",
        }
    }
}

/// The units, each with what it comes to in nanoseconds: a small number, and a power of ten, which only moves the point.
const UNITS: [(&[&str], u128, i64); 7] = [
    (&["ns"], 1, 0),
    (&["us", "\u{b5}s", "\u{3bc}s"], 1, 3),
    (&["ms"], 1, 6),
    (&["s"], 1, 9),
    (&["m", "min"], 6, 10),
    (&["h"], 36, 11),
    (&["d"], 864, 11),
];

/// How many decimals of a nanosecond are added up before the sum is rounded.
const DECIMALS: i64 = 18;
const NANOSECOND: u128 = 10_u128.pow(DECIMALS as u32);

/// Every name of every unit.
pub(crate) fn unit_names() -> impl Iterator<Item = &'static str> {
    UNITS.iter().flat_map(|(names, ..)| names.iter().copied())
}

/// As [`parse_duration`], with an error that a diagnostic can take apart.
pub(crate) fn read_duration(text: &str) -> Result<Nanos, DurationError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DurationError::Empty);
    }
    let (negative, size) = match text.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if size.is_empty() {
        return Err(DurationError::NotADuration);
    }
    if ["inf", "infinity", "nan"].iter().any(|word| size.eq_ignore_ascii_case(word)) {
        return Err(DurationError::NotFinite);
    }
    match read_size(size) {
        Ok(Nanos::ZERO) => Ok(Nanos::ZERO),
        Ok(_) | Err(DurationError::TooLong) if negative => Err(DurationError::Negative),
        result => result,
    }
}

/// The sum of a text's pieces, each a number with its unit. One number alone may go without.
fn read_size(text: &str) -> Result<Nanos, DurationError> {
    let mut rest = text;
    let mut sum = 0_u128;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(number_length(rest));
        let after = after.trim_start();
        let (name, after) = after.split_at(after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len()));
        if number.is_empty() || number.len() > 100 {
            return Err(DurationError::NotADuration);
        }
        let name = match name {
            "" if number.len() == text.len() => "s",
            "" if after.is_empty() || after.starts_with(|c: char| c.is_ascii_digit()) => {
                return Err(DurationError::MissingUnit(number.to_owned()));
            }
            name => name,
        };
        let size = match UNITS.iter().find(|(names, ..)| names.contains(&name)) {
            Some((_, factor, power)) => decimal(number, DECIMALS + power).map(|size| size.saturating_mul(*factor)),
            None if !name.is_empty() && name.len() <= 40 => return Err(DurationError::UnknownUnit(name.to_owned())),
            None => None,
        };
        sum = sum.saturating_add(size.ok_or(DurationError::NotADuration)?);
        rest = after.trim_start();
    }
    let nearest = (sum.saturating_add(NANOSECOND / 2) / NANOSECOND).max(u128::from(sum > 0));
    u64::try_from(nearest).ok().map(Nanos).filter(|nanos| *nanos <= Nanos::MAX).ok_or(DurationError::TooLong)
}

/// How long the number is that a text begins with: digits, a point, and an exponent if a digit follows it.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut length = digits(text);
    if text[length..].starts_with('.') {
        length += 1 + digits(&text[length + 1..]);
    }
    let exponent = text[length..].strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
    match exponent.map(|rest| (rest, digits(rest))) {
        Some((rest, count)) if count > 0 => text.len() - rest.len() + count,
        _ => length,
    }
}

/// A number times a power of ten, without what is behind the point then; at least 1 where it is not 0, and as good as
/// without end where it is enormous. `None` where there is no digit before the exponent.
fn decimal(number: &str, power: i64) -> Option<u128> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let exponent = exponent.parse().unwrap_or(if exponent.starts_with('-') { i32::MIN } else { i32::MAX });
    let length = digits.len() as i64 - fraction.len() as i64 + i64::from(exponent) + power;
    match usize::try_from(length) {
        _ if digits.is_empty() => Some(0),
        Err(_) | Ok(0) => Some(1),
        Ok(39..) => Some(u128::MAX),
        // The first digits, or all of them and zeros.
        Ok(length) => Some(format!("{digits:0<length$.length$}").parse().unwrap_or(u128::MAX).max(1)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<u64, &str>) {
        assert_eq!(parse_duration(text).map(|nanos| nanos.0), expected.map_err(str::to_owned), "{text:?}");
    }

    #[test]
    fn bare_numbers_are_seconds() {
        check("0", Ok(0));
        check("3", Ok(3_000_000_000));
        check("0.1", Ok(100_000_000));
        check("0.7", Ok(700_000_000));
        check(".5", Ok(500_000_000));
        check("2.", Ok(2_000_000_000));
        check("1e-3", Ok(1_000_000));
        check("1E3", Ok(1_000_000_000_000));
        check("+1", Ok(1_000_000_000));
        check(" 1 ", Ok(1_000_000_000));
        check("-0", Ok(0));
        check("-0.0", Ok(0));
    }

    #[test]
    fn units() {
        check("7ns", Ok(7));
        check("10us", Ok(10_000));
        check("10\u{b5}s", Ok(10_000));
        check("10\u{3bc}s", Ok(10_000));
        check("250ms", Ok(250_000_000));
        check("1.5s", Ok(1_500_000_000));
        check("2m", Ok(120_000_000_000));
        check("2min", Ok(120_000_000_000));
        check("1h30m", Ok(5_400_000_000_000));
        check("1h 30 m", Ok(5_400_000_000_000));
        check("1d", Ok(86_400_000_000_000));
        check("0.1s", Ok(100_000_000));
        check("100d", Ok(Nanos::MAX.0));
        check("0s", Ok(0));
        check("0e5s", Ok(0));
        check("0e99999s", Ok(0));
        // More than nothing is at least a nanosecond: a sleep of it suspends.
        for text in ["0.4ns", "0.9ns", "1e-40", "1e-99999999"] {
            check(text, Ok(1));
        }
    }

    #[test]
    fn decimals_are_exact_and_round_half_up() {
        check("0.1234567890123s", Ok(123_456_789));
        check("0.0000000015s", Ok(2));
        check("0.00000000149999999999999999999s", Ok(1));
        check("2.5ns", Ok(3));
        check("1.4ns1.2ns", Ok(3));
        check("8639999.999999999", Ok(Nanos::MAX.0 - 1));
        check("1.0000000000000000000000000000000000000000001s", Ok(1_000_000_000));
    }

    #[test]
    fn mistakes() {
        let write = "write seconds, such as `1.5`, or a number with a unit, such as `250ms` or `1h30m`";
        let not_a_duration = format!("not a duration: {write}");
        for text in
            ["soon", "s", "1..5s", "--1", "1s,2s", "1_000", "\u{661}s", "1s soon", "1s-2s", ".", "e5", "\0", "-", "+"]
        {
            check(text, Err(&not_a_duration));
        }
        check("", Err(&format!("an empty string is not a duration: {write}")));
        check("  ", Err(&format!("an empty string is not a duration: {write}")));
        let units = "the units are ns, us, ms, s, m (or min), h and d";
        check("5 parsecs", Err(&format!("unknown unit `parsecs`: {units}")));
        check("1S", Err(&format!("unknown unit `S`: {units}")));
        check("1h5x", Err(&format!("unknown unit `x`: {units}")));
        check("1h30", Err("`30` has no unit: if one number has a unit, each needs one: `1h30m`"));
        check("5 1s", Err("`5` has no unit: if one number has a unit, each needs one: `1h30m`"));
        check("-1", Err("a duration cannot be negative: write 0 or more"));
        check("-1e300", Err("a duration cannot be negative: write 0 or more"));
        check("-0.1ns", Err("a duration cannot be negative: write 0 or more"));
        for text in ["inf", "-inf", "nan", "NaN", "+infinity"] {
            check(text, Err("a duration must be finite: write a number"));
        }
        let too_long = "longer than 100 days: the limit is `100d`: up to there, JSON can tell nanoseconds apart";
        for text in ["200d", "100d1ns", "1e300", "1e99999999", "99999999999999999999999999999999h"] {
            check(text, Err(too_long));
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = parse_duration(&text);
        }

        #[test]
        fn what_looks_like_one_never_panics(text in "[-+]?[0-9.eE+-]{0,6}(ns|s|d|h|µs| |)[0-9.]{0,4}(ms|m|x|)") {
            if let Ok(nanos) = parse_duration(&text) {
                prop_assert!(nanos <= Nanos::MAX);
            }
        }

        #[test]
        fn what_is_written_is_read_back(nanos in 0..=Nanos::MAX.0) {
            prop_assert_eq!(parse_duration(&Nanos(nanos).to_string()), Ok(Nanos(nanos)));
            prop_assert_eq!(parse_duration(&format!("{nanos}ns")), Ok(Nanos(nanos)));
        }

        #[test]
        fn pieces_add_up(h in 0..1000_u64, m in 0..1000_u64, ms in 0..100_000_u64) {
            let expected = Nanos(((h * 3600 + m * 60) * 1000 + ms) * 1_000_000);
            prop_assert_eq!(parse_duration(&format!("{h}h{m}min {ms}ms")), Ok(expected));
        }
    }
}
