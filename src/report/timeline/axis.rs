//! Time as columns.

use unicode_width::UnicodeWidthStr;

use crate::report::duration::{Unit, duration_in};
use crate::scenario::Nanos;

/// Which column a moment falls in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The last moment that has a column of its own.
    end: Nanos,
    /// Its column.
    last: usize,
    /// How far ticks are from each other, where there are any but the first.
    step: Option<Nanos>,
    /// How much of a column must have passed before a moment falls in the next, as a share of `end`.
    rounding: u128,
}

const SECOND: u64 = Nanos::SECOND.0;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Axis {
    /// Of what is over: from 0 to `end` in at most `columns` columns; a few less where that puts every tick right on
    /// its column.
    pub fn with_ticks(end: Nanos, columns: usize, said: Said) -> Axis {
        let nearest = u128::from(end.0) / 2;
        if end == Nanos::ZERO || columns < 2 {
            return Axis { end, last: 0, step: None, rounding: nearest };
        }
        let most = columns - 1;
        for step in steps() {
            let between = scaled(step, end, most);
            if step > end.0 || between > most {
                break;
            }
            let widest = (0..=end.0 / step).map(|tick| said.label(Nanos(tick * step)).width());
            // Ticks that stand too close are seen from the first few already, whatever their labels.
            if between < 6 || widest.max().is_some_and(|widest| widest + 2 > between) {
                continue;
            }
            let last = (u128::from(end.0) * between as u128 / u128::from(step)) as usize;
            return Axis { end, last, step: Some(Nanos(step)), rounding: nearest };
        }
        Axis { end, last: most, step: None, rounding: nearest }
    }

    /// Of what goes on: in so many columns to `horizon` at least, and beyond `now`. It doubles where a run takes longer
    /// than could be told, so that it does so seldom. A bar reaches a column when all of its time has passed.
    pub fn growing(horizon: Nanos, now: Nanos, columns: usize) -> Axis {
        let mut end = if horizon == Nanos::ZERO { Nanos::SECOND } else { horizon };
        while end < now {
            end = Nanos(end.0.saturating_mul(2));
        }
        Axis { end, last: columns.saturating_sub(1), step: None, rounding: 0 }
    }

    /// The column of the last moment.
    pub fn last(&self) -> usize {
        self.last
    }

    /// The column of a moment: 0 for the start, the last for the end and for what lies beyond.
    pub fn column(&self, at: Nanos) -> usize {
        let exact = (u128::from(at.0) * self.last as u128 + self.rounding) / u128::from(self.end.0.max(1));
        usize::try_from(exact).unwrap_or(self.last).min(self.last)
    }

    /// The line of labels above the lanes, each beginning at its column, none beyond `room` columns.
    pub fn labels(&self, room: usize, said: Said) -> String {
        let step = self.step.unwrap_or(self.end);
        let mut line = said.label(Nanos::ZERO);
        if step == Nanos::ZERO {
            return line;
        }
        for tick in 1..=self.end.0 / step.0 {
            let at = Nanos(tick * step.0);
            let label = said.label(at);
            let column = self.column(at);
            if column + label.width() > room || line.width() >= column {
                continue;
            }
            line.push_str(&" ".repeat(column - line.width()));
            line.push_str(&label);
        }
        line
    }
}

/// The distances that ticks may have, from a nanosecond up.
fn steps() -> impl Iterator<Item = u64> {
    let decimal = (0..=10).map(|power| 10_u64.pow(power)).flat_map(|power| [power, 2 * power, 5 * power]);
    let clock = [15, 30].map(|seconds| seconds * SECOND).into_iter();
    let clock = clock.chain([1, 2, 5, 10, 15, 30].map(|minutes| minutes * MINUTE));
    let clock = clock.chain([1, 2, 3, 6, 12].map(|hours| hours * HOUR));
    let clock = clock.chain([1, 2, 5, 10, 20, 50].map(|days| days * DAY));
    decimal.take_while(|step| *step <= 10 * SECOND).chain(clock)
}

/// `end`'s share of the columns that one step takes.
fn scaled(step: u64, end: Nanos, columns: usize) -> usize {
    (u128::from(step) * columns as u128 / u128::from(end.0)) as usize
}

/// How what stands at a tick is said.
#[derive(Clone, Copy, Debug)]
pub struct Said {
    /// In which unit, up to a minute.
    pub unit: Unit,
    /// Whether more than ASCII may be written.
    pub unicode: bool,
}

impl Said {
    fn label(self, at: Nanos) -> String {
        duration_in(self.unit, at, self.unicode).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(end: u64, columns: usize, expected: &str) {
        let said = Said { unit: Unit::of_all([Nanos(end)].into_iter()), unicode: true };
        let axis = Axis::with_ticks(Nanos(end), columns, said);
        assert!(axis.last() < columns.max(1));
        assert_eq!(axis.labels(columns + 8, said), expected);
        assert_eq!(axis.column(Nanos::ZERO), 0);
        assert_eq!(axis.column(Nanos(end)), axis.last());
    }

    #[test]
    fn ticks_are_round_and_stand_on_their_columns() {
        check(1_500_000_000, 32, "0 s       0.5 s     1 s       1.5 s");
        check(2_000_000_000, 41, "0 s       0.5 s     1 s       1.5 s     2 s");
        check(0, 40, "0 s");
        check(10_000, 30, "0 s           5 µs          10 µs");
        check(250_000_000, 40, "0 s            100 ms         200 ms");
        check(3 * 60 * 1_000_000_000, 40, "0 s          1 min        2 min        3 min");
        check(5 * 86_400 * 1_000_000_000, 40, "0 s    1 d    2 d    3 d    4 d    5 d");
        check(7, 20, "0 s          5 ns");
    }

    #[test]
    fn every_length_has_a_scale() {
        for end in (0..63).map(|power| 1_u64 << power).filter(|end| *end <= Nanos::MAX.0) {
            for columns in [0, 1, 2, 10, 40, 200] {
                let said = Said { unit: Unit::of_all([Nanos(end)].into_iter()), unicode: true };
                let axis = Axis::with_ticks(Nanos(end), columns, said);
                assert!(axis.last() <= columns);
                assert!(axis.labels(columns, said).width() <= columns.max(3));
            }
        }
    }

    #[test]
    fn a_growing_bar_reaches_a_column_when_its_time_has_passed() {
        let axis = Axis::growing(Nanos(1000), Nanos::ZERO, 11);
        let columns = [0, 99, 100, 999, 1000, 5000, u64::MAX].map(|moment| axis.column(Nanos(moment)));
        assert_eq!(columns, [0, 0, 1, 9, 10, 10, 10]);
        assert_eq!(Axis::growing(Nanos(1000), Nanos::ZERO, 0).column(Nanos(7)), 0);
    }

    #[test]
    fn a_growing_axis_reaches_beyond_now() {
        assert_eq!(Axis::growing(Nanos(1000), Nanos(1001), 11).end, Nanos(2000));
        assert_eq!(Axis::growing(Nanos(1000), Nanos(4001), 11).end, Nanos(8000));
        assert_eq!(Axis::growing(Nanos::ZERO, Nanos::ZERO, 11).end, Nanos::SECOND);
        assert_eq!(Axis::growing(Nanos(u64::MAX), Nanos(u64::MAX), 11).column(Nanos(u64::MAX)), 10);
    }
}
