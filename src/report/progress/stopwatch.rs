//! Elapsed time as a stopwatch shows it: in one unit, to a tenth, so that it ticks and does not dance.
//!
//! The report names moments exactly; here a number that changes twenty times a second must stay readable.

use std::fmt;

use crate::scenario::Nanos;

const MILLI: u64 = 1_000_000;
const MICRO: u64 = 1_000;
const MINUTE: u64 = 60 * Nanos::SECOND.0;

/// How far something has come: `0.7 / 1 s`, `120 / 250 ms`, `0:42 / 1:30`.
pub(super) fn elapsed_of(elapsed: Nanos, total: Nanos, unicode: bool) -> String {
    let unit = Unit::of(total);
    format!("{} / {}{}", unit.ticking(elapsed), unit.exact(total), unit.name(unicode))
}

/// How long something runs already, in the unit that fits `scale`: `0.7 s`.
pub(super) fn elapsed(elapsed: Nanos, scale: Nanos, unicode: bool) -> String {
    let unit = Unit::of(scale.max(elapsed));
    format!("{}{}", unit.ticking(elapsed), unit.name(unicode))
}

/// How long something took: `0.5 s`, `1.234 s`, `1:30`.
pub(super) fn took(nanos: Nanos, unicode: bool) -> String {
    let unit = Unit::of(nanos);
    format!("{}{}", unit.exact(nanos), unit.name(unicode))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Nanos,
    Micros,
    Millis,
    Seconds,
    /// `1:30`, `26:03:04`.
    Clock,
}

impl Unit {
    fn of(scale: Nanos) -> Unit {
        match scale.0 {
            0 => Unit::Seconds,
            1..MICRO => Unit::Nanos,
            MICRO..MILLI => Unit::Micros,
            // As the report does: 0.5 s, but 250 ms.
            nanos @ MILLI..1_000_000_000 if !nanos.is_multiple_of(100 * MILLI) => Unit::Millis,
            MILLI..MINUTE => Unit::Seconds,
            MINUTE.. => Unit::Clock,
        }
    }

    fn name(self, unicode: bool) -> &'static str {
        match self {
            Unit::Nanos => " ns",
            Unit::Micros if unicode => " µs",
            Unit::Micros => " us",
            Unit::Millis => " ms",
            Unit::Seconds => " s",
            Unit::Clock => "",
        }
    }

    /// Always as many digits behind the point, and never more than has passed.
    fn ticking(self, Nanos(nanos): Nanos) -> impl fmt::Display {
        fmt::from_fn(move |f| match self {
            Unit::Seconds => {
                let tenths = nanos / (100 * MILLI);
                write!(f, "{}.{}", tenths / 10, tenths % 10)
            }
            Unit::Clock => clock(f, nanos),
            Unit::Nanos | Unit::Micros | Unit::Millis => write!(f, "{}", nanos / self.nanos()),
        })
    }

    /// Down to a thousandth of the unit, without trailing zeros.
    fn exact(self, Nanos(nanos): Nanos) -> impl fmt::Display {
        fmt::from_fn(move |f| {
            let unit = match self {
                Unit::Clock => return clock(f, nanos),
                unit => unit.nanos(),
            };
            write!(f, "{}", nanos / unit)?;
            let thousandths = u128::from(nanos % unit) * 1000 / u128::from(unit);
            if thousandths > 0 {
                write!(f, ".{}", format!("{thousandths:03}").trim_end_matches('0'))?;
            }
            Ok(())
        })
    }

    fn nanos(self) -> u64 {
        match self {
            Unit::Nanos => 1,
            Unit::Micros => MICRO,
            Unit::Millis => MILLI,
            Unit::Seconds | Unit::Clock => Nanos::SECOND.0,
        }
    }
}

fn clock(f: &mut fmt::Formatter<'_>, nanos: u64) -> fmt::Result {
    let seconds = nanos / Nanos::SECOND.0;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => write!(f, "{minutes}:{seconds:02}"),
        _ => write!(f, "{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_has_no_known_end_ticks_all_the_same() {
        assert_eq!(elapsed(Nanos(70_000_000), Nanos::SECOND, true), "0.0 s");
        assert_eq!(elapsed(Nanos(70_000_000), Nanos(250_000_000), true), "70 ms");
        assert_eq!(elapsed(Nanos(61_000_000_000), Nanos::SECOND, true), "1:01");
        assert_eq!(elapsed(Nanos(u64::MAX), Nanos(u64::MAX), true), "5124095:34:33");
    }
}
