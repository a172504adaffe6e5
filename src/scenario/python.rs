//! The versions of CPython whose behaviour is known.

use std::fmt;
use std::str::FromStr;

/// A CPython version, from 3.8 to 3.14. Ordered, so that a rule can say `python >= Python::V3_12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Python {
    V3_8,
    V3_9,
    V3_10,
    V3_11,
    V3_12,
    V3_13,
    V3_14,
}

impl Python {
    /// Every version, oldest first.
    pub const ALL: [Python; 7] =
        [Python::V3_8, Python::V3_9, Python::V3_10, Python::V3_11, Python::V3_12, Python::V3_13, Python::V3_14];

    /// The version whose semantics count where nobody chooses one.
    pub const DEFAULT: Python = Python::V3_13;

    /// As Python writes it: `3.13`.
    pub fn as_str(self) -> &'static str {
        match self {
            Python::V3_8 => "3.8",
            Python::V3_9 => "3.9",
            Python::V3_10 => "3.10",
            Python::V3_11 => "3.11",
            Python::V3_12 => "3.12",
            Python::V3_13 => "3.13",
            Python::V3_14 => "3.14",
        }
    }
}

impl fmt::Display for Python {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Python {
    type Err = String;

    fn from_str(text: &str) -> Result<Python, String> {
        Python::ALL
            .into_iter()
            .find(|python| python.as_str() == text)
            .ok_or_else(|| format!("no known Python version `{text}`: from 3.8 to 3.14"))
    }
}
