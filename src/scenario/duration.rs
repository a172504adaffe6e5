//! Time in integer nanoseconds, and how a file writes it.

use std::fmt;

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
