//! Durations as a person says them (`0.5 s`, `250 ms`, `10 µs`, `1 h 30 min`), and as a stopwatch shows them while they
//! pass (`0.7 / 1 s`, `0:42 / 1:30`).

use std::fmt;

use crate::scenario::Nanos;

pub use crate::scenario::thousands;

const SECOND: u64 = Nanos::SECOND.0;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A duration, or a moment counted from the start, as a person says it. Never rounded: two moments that differ are
/// said differently. `Display` writes it.
pub fn human_duration(nanos: Nanos) -> impl fmt::Display {
    duration(nanos, true)
}

/// The same, in ASCII where nothing else may be written: `us` for `µs`.
pub fn duration(nanos: Nanos, unicode: bool) -> impl fmt::Display {
    duration_in(Unit::of(nanos.0).unwrap_or(Unit::Seconds), nanos, unicode)
}

/// The same in a unit of its own: what belongs together is easier to compare so. From a minute on as people say it.
pub fn duration_in(unit: Unit, Nanos(nanos): Nanos, unicode: bool) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        match nanos {
            0 => return f.write_str("0 s"),
            1..MINUTE => return unit.write(f, nanos, EXACT, unicode),
            MINUTE.. => {}
        }
        let (mut left, mut separator) = (nanos, "");
        for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "min")] {
            if left >= unit {
                write!(f, "{separator}{} {name}", left / unit)?;
                left %= unit;
                separator = " ";
            }
        }
        if left > 0 {
            f.write_str(separator)?;
            Unit::Seconds.write(f, left, EXACT, unicode)?;
        }
        Ok(())
    })
}

/// How far something has come: `0.7 / 1 s`, `120 / 250 ms`, `0:42 / 1:30`.
pub fn elapsed_of(elapsed: Nanos, total: Nanos, unicode: bool) -> String {
    match Unit::of(total.0) {
        Some(unit) => format!("{} / {}", unit.ticking(elapsed), unit.show(total, THOUSANDTHS, unicode)),
        None => format!("{} / {}", clock(elapsed), clock(total)),
    }
}

/// How long something runs already, in the unit that fits `scale`: `0.7 s`.
pub fn elapsed(elapsed: Nanos, scale: Nanos, unicode: bool) -> String {
    match Unit::of(scale.0.max(elapsed.0)) {
        Some(unit) => format!("{} {}", unit.ticking(elapsed), unit.name(unicode)),
        None => clock(elapsed).to_string(),
    }
}

/// How long something took: `0.5 s`, `1.234 s`, `1:30`.
pub fn took(nanos: Nanos, unicode: bool) -> String {
    match Unit::of(nanos.0) {
        Some(unit) => unit.show(nanos, THOUSANDTHS, unicode).to_string(),
        None => clock(nanos).to_string(),
    }
}

/// The units of less than a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

/// More places behind the point than any unit has.
const EXACT: usize = 9;
/// As many as a stopwatch shows.
const THOUSANDTHS: usize = 3;

impl Unit {
    /// Every unit, the longest first.
    pub const ALL: [Unit; 4] = [Unit::Seconds, Unit::Millis, Unit::Micros, Unit::Nanos];

    /// In which unit people say it, below a minute: `0.5 s` of tenths of a second, but `250 ms` of anything finer.
    fn of(nanos: u64) -> Option<Unit> {
        match nanos {
            MINUTE.. => None,
            nanos if nanos.is_multiple_of(SECOND / 10) => Some(Unit::Seconds),
            nanos => Unit::ALL.into_iter().find(|unit| nanos >= unit.nanos()),
        }
    }

    /// The one for several durations: seconds where one of them takes that long, or where all are tenths of a second.
    pub fn of_all(durations: impl Iterator<Item = Nanos>) -> Unit {
        let (longest, tenths) = durations.fold((0, true), |(longest, tenths), Nanos(nanos)| {
            (nanos.max(longest), tenths && nanos.is_multiple_of(SECOND / 10))
        });
        if tenths {
            Unit::Seconds
        } else {
            Unit::ALL.into_iter().find(|unit| longest >= unit.nanos()).unwrap_or(Unit::Nanos)
        }
    }

    /// How long it is.
    pub fn nanos(self) -> u64 {
        match self {
            Unit::Seconds => SECOND,
            Unit::Millis => SECOND / 1_000,
            Unit::Micros => SECOND / 1_000_000,
            Unit::Nanos => 1,
        }
    }

    fn name(self, unicode: bool) -> &'static str {
        match self {
            Unit::Seconds => "s",
            Unit::Millis => "ms",
            Unit::Micros if unicode => "µs",
            Unit::Micros => "us",
            Unit::Nanos => "ns",
        }
    }

    /// A duration in this unit, to so many places behind the point, without trailing zeros: `1.5 s`.
    pub fn show(self, Nanos(nanos): Nanos, places: usize, unicode: bool) -> impl fmt::Display {
        fmt::from_fn(move |f| self.write(f, nanos, places, unicode))
    }

    fn write(self, f: &mut fmt::Formatter<'_>, nanos: u64, places: usize, unicode: bool) -> fmt::Result {
        write!(f, "{}", nanos / self.nanos())?;
        let digits = self.nanos().ilog10() as usize;
        let fraction = format!("{:0digits$}", nanos % self.nanos());
        let fraction = fraction[..digits.min(places)].trim_end_matches('0');
        if !fraction.is_empty() {
            write!(f, ".{fraction}")?;
        }
        write!(f, " {}", self.name(unicode))
    }

    /// In this unit to a tenth of a second, always as many places and never more than has passed, so that it ticks and
    /// does not dance.
    fn ticking(self, Nanos(nanos): Nanos) -> impl fmt::Display {
        fmt::from_fn(move |f| match self {
            Unit::Seconds => write!(f, "{}.{}", nanos / SECOND, nanos % SECOND / (SECOND / 10)),
            _ => write!(f, "{}", nanos / self.nanos()),
        })
    }
}

/// `1:30`, `26:03:04`.
fn clock(Nanos(nanos): Nanos) -> impl fmt::Display {
    let seconds = nanos / SECOND;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    fmt::from_fn(move |f| match hours {
        0 => write!(f, "{minutes}:{seconds:02}"),
        _ => write!(f, "{hours}:{minutes:02}:{seconds:02}"),
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
        assert_eq!(duration(Nanos(10_000), false).to_string(), "10 us");
    }

    #[test]
    fn what_belongs_together_is_said_in_one_unit() {
        let check = |nanos: &[u64], expected: &str| {
            let unit = Unit::of_all(nanos.iter().copied().map(Nanos));
            let said = nanos.iter().map(|nanos| duration_in(unit, Nanos(*nanos), true).to_string());
            assert_eq!(said.collect::<Vec<_>>().join(", "), expected);
        };
        check(&[0, 100_000_000, 500_000_000], "0 s, 0.1 s, 0.5 s");
        check(&[300_000_000, 301_000_000], "300 ms, 301 ms");
        check(&[1_000_000_000, 1_001_000_000, 250_000_000], "1 s, 1.001 s, 0.25 s");
        check(&[1, 50_000_000, 90_000_000_000], "0.000000001 s, 0.05 s, 1 min 30 s");
        check(&[10_000, 500], "10 µs, 0.5 µs");
        check(&[], "");
    }

    #[test]
    fn what_runs_is_timed_in_the_unit_of_its_whole() {
        let of = |elapsed, total| elapsed_of(Nanos(elapsed), Nanos(total), true);
        assert_eq!(of(700_000_000, 1_000_000_000), "0.7 / 1 s");
        assert_eq!(of(799_999_999, 1_250_000_000), "0.7 / 1.25 s");
        assert_eq!(of(0, 500_000_000), "0.0 / 0.5 s");
        assert_eq!(of(120_400_000, 250_000_000), "120 / 250 ms");
        assert_eq!(of(3_000, 10_000), "3 / 10 µs");
        assert_eq!(of(3, 10), "3 / 10 ns");
        assert_eq!(of(42_900_000_000, 90_000_000_000), "0:42 / 1:30");
        assert_eq!(of(1, 8_640_000_000_000_000), "0:00 / 2400:00:00");
        assert_eq!(elapsed_of(Nanos(3_000), Nanos(10_000), false), "3 / 10 us");
    }

    #[test]
    fn what_is_over_is_timed_to_a_thousandth() {
        assert_eq!(took(Nanos(500_000_000), true), "0.5 s");
        assert_eq!(took(Nanos(1_234_567_890), true), "1.234 s");
        assert_eq!(took(Nanos(0), true), "0 s");
        assert_eq!(took(Nanos(5_400_000_000_000), true), "1:30:00");
    }

    #[test]
    fn what_has_no_known_end_ticks_too() {
        assert_eq!(elapsed(Nanos(70_000_000), Nanos::SECOND, true), "0.0 s");
        assert_eq!(elapsed(Nanos(70_000_000), Nanos(250_000_000), true), "70 ms");
        assert_eq!(elapsed(Nanos(61_000_000_000), Nanos::SECOND, true), "1:01");
        assert_eq!(elapsed(Nanos(u64::MAX), Nanos(u64::MAX), true), "5124095:34:33");
    }
}
