//! The versions of CPython whose behaviour is known.

use std::fmt;
use std::str::FromStr;

use strum::{EnumMessage, IntoStaticStr, VariantArray, VariantNames};

use crate::event::Word;

/// A CPython version, from 3.8 to 3.14. Ordered, so that a rule can say `python >= Python::V3_12`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumMessage, IntoStaticStr, VariantArray, VariantNames,
)]
#[allow(missing_docs)]
pub enum Python {
    #[strum(serialize = "3.8")]
    V3_8,
    #[strum(serialize = "3.9")]
    V3_9,
    #[strum(serialize = "3.10")]
    V3_10,
    #[strum(serialize = "3.11")]
    V3_11,
    #[strum(serialize = "3.12")]
    V3_12,
    #[strum(serialize = "3.13")]
    V3_13,
    #[strum(serialize = "3.14")]
    V3_14,
}

impl Python {
    /// The version whose semantics count where nobody chooses one.
    pub const DEFAULT: Python = Python::V3_13;

    /// As Python writes it: `3.13`.
    pub fn as_str(self) -> &'static str {
        self.word()
    }
}

impl fmt::Display for Python {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Python {
    type Err = String;

    fn from_str(text: &str) -> Result<Python, String> {
        Python::of(text).ok_or_else(|| format!("unknown Python version `{text}`: write one from 3.8 to 3.14"))
    }
}
