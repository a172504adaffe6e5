//! Durations and moments in a file: numbers of seconds, and strings with units.

use std::ops::Range;

use toml::de::DeValue;

use crate::scenario::diagnostic::{Problem, Problems, quoted};
use crate::scenario::duration::{DurationError, read_duration};
use crate::scenario::{Delay, Nanos};

use super::keys::{KeyValue, Node, type_of};

const DELAY: &str = "a duration or \"forever\"";
const TIMEOUT: &str = "a duration or \"none\"";

/// A duration, or a moment counted from the start.
pub(super) fn moment(entry: &KeyValue<'_>, problems: &mut Problems) -> Option<Nanos> {
    read(entry.key, entry.node, "a duration", problems)
}

/// A duration, or `"forever"`.
pub(super) fn delay(entry: &KeyValue<'_>, problems: &mut Problems) -> Option<Delay> {
    match entry.node.get_ref().as_str() {
        Some("forever") => Some(Delay::Forever),
        _ => read(entry.key, entry.node, DELAY, problems).map(Delay::For),
    }
}

/// A duration, or `"none"` for none.
pub(super) fn timeout(entry: &KeyValue<'_>, problems: &mut Problems) -> Option<Option<Nanos>> {
    match entry.node.get_ref().as_str() {
        Some("none" | "None") => Some(None),
        _ => read(entry.key, entry.node, TIMEOUT, problems).map(Some),
    }
}

/// A list of moments.
pub(super) fn moments(entry: &KeyValue<'_>, problems: &mut Problems) -> Option<Vec<Nanos>> {
    let items = entry.array("a list of moments", "[\"500ms\", 2]", problems)?;
    Some(items.iter().filter_map(|item| read(entry.key, item, "a list of moments", problems)).collect())
}

fn read(key: &str, node: &Node<'_>, wanted: &str, problems: &mut Problems) -> Option<Nanos> {
    let place = node.span();
    let read = match node.get_ref() {
        DeValue::String(text) => read_duration(text),
        DeValue::Float(number) => read_duration(number.as_str()),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(seconds) if seconds < 0 => Err(DurationError::Negative),
            Ok(seconds) => u64::try_from(seconds)
                .ok()
                .and_then(|seconds| seconds.checked_mul(Nanos::SECOND.0))
                .map(Nanos)
                .filter(|nanos| *nanos <= Nanos::MAX)
                .ok_or(DurationError::TooLong),
            Err(_) if number.as_str().starts_with('-') => Err(DurationError::Negative),
            Err(_) => Err(DurationError::TooLong),
        },
        _ => {
            let problem = Problem::new(format!("`{key}` must be {wanted}, not {}", type_of(node)))
                .at(place)
                .label(format!("this is {}", type_of(node)))
                .help(forms(wanted));
            problems.push(problem);
            return None;
        }
    };
    read.map_err(|error| problems.push(problem(key, node, place, wanted, &error))).ok()
}

fn problem(key: &str, node: &Node<'_>, place: Range<usize>, wanted: &str, error: &DurationError) -> Problem {
    let written = match node.get_ref().as_str() {
        Some(text) if *error != DurationError::Empty => format!("{} is ", quoted(text)),
        _ => String::new(),
    };
    let message = match error {
        DurationError::NotADuration if wanted == "a duration" => format!("`{key}`: {written}{error}"),
        DurationError::NotADuration => format!("`{key}` must be {wanted}"),
        _ => format!("`{key}`: {error}"),
    };
    let label = match error {
        DurationError::NotADuration | DurationError::Empty => "not a duration",
        DurationError::UnknownUnit(_) => "no such unit",
        DurationError::MissingUnit(_) => "a unit is missing",
        DurationError::Negative => "negative",
        DurationError::NotFinite => "not finite",
        DurationError::TooLong => "too long",
    };
    let help = match (error, wanted) {
        (DurationError::NotADuration | DurationError::Empty, _) => forms(wanted),
        (DurationError::NotFinite, DELAY) => "for a delay that never ends, write \"forever\"".to_owned(),
        (DurationError::NotFinite, TIMEOUT) => "for no timeout, write \"none\"".to_owned(),
        (error, _) => error.help().to_owned(),
    };
    Problem::new(message).at(place).label(label).help(help)
}

/// What may be written.
fn forms(wanted: &str) -> String {
    let forms = "write seconds, such as `1.5`, or a string with a unit, such as \"250ms\" or \"1h30m\"";
    match wanted {
        DELAY => format!("{forms}, or \"forever\""),
        TIMEOUT => format!("{forms}, or \"none\""),
        _ => forms.to_owned(),
    }
}
