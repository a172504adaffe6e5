//! A Python exception as a scenario names it.

use std::fmt;

use super::value::write_str_repr;

/// An exception's type and its one argument. `Display` writes Python's `repr`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenException {
    /// The class: a built-in exception's name, or any other identifier. Never an alias (`IOError` is `OSError`).
    pub type_name: String,
    /// Its argument; `None` where it has none, which is not the empty text.
    pub message: Option<String>,
}

impl WrittenException {
    /// Whether a body that raises it ends its task cancelled, and a future that it stands for is `.cancel()`led.
    pub fn is_cancelled_error(&self) -> bool {
        self.type_name == "CancelledError"
    }
}

impl fmt::Display for WrittenException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_exception_repr(f, &self.type_name, self.message.as_deref())
    }
}

/// Writes what `repr()` says of an exception with at most one text argument: `TimeoutError('too late')`.
pub fn write_exception_repr(f: &mut impl fmt::Write, type_name: &str, message: Option<&str>) -> fmt::Result {
    write!(f, "{type_name}(")?;
    if let Some(message) = message {
        write_str_repr(f, message)?;
    }
    f.write_str(")")
}
