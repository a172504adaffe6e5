//! What an `[[expect]]` says, as TOML.

use toml_edit::Key;

use crate::calls::Setting;
use crate::scenario::{Nanos, Value, toml_string};

/// The longest line that is written where it can be broken.
const LONGEST_LINE: usize = 110;

/// A text in quotes.
pub fn text(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// A string's TOML on one line, whatever is in it.
pub fn on_one_line(string: &str) -> String {
    match string.parse() {
        Ok(toml_edit::Value::String(text)) => toml_string(text.value()),
        _ => string.to_owned(),
    }
}

/// A key, in quotes where it needs them.
pub fn key(key: &str) -> String {
    Key::new(key).to_string()
}

/// A value. None, which TOML has no word for, is the empty table.
pub fn value(value: &Value) -> String {
    match value {
        Value::None => "{}".to_owned(),
        Value::Bool(boolean) => boolean.to_string(),
        Value::Int(int) => int.to_string(),
        // As Python writes it, which is TOML too: toml_edit knows no exponents, and gives 1e300 three hundred digits.
        Value::Float(_) => value.to_string(),
        Value::Str(string) => text(string),
        Value::List(items) => list_on_one_line(&items.iter().map(self::value).collect::<Vec<_>>()),
        Value::Dict(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Dict(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(name, item)| format!("{} = {}", key(name), self::value(item))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// A list that begins `indent` columns into its line: on one line, or an item a line where that would be too long.
pub fn list(items: &[String], indent: usize) -> String {
    let line = list_on_one_line(items);
    if items.is_empty() || (indent + line.chars().count() <= LONGEST_LINE && !line.contains('\n')) {
        return line;
    }
    several_lines(items)
}

/// A list with an item a line.
pub fn several_lines(items: &[String]) -> String {
    let lines: String = items.iter().map(|item| format!("    {item},\n")).collect();
    format!("[\n{lines}]")
}

fn list_on_one_line(items: &[String]) -> String {
    format!("[{}]", items.join(", "))
}

/// Whether a line of that many columns should be broken.
pub fn is_too_long(line: &str) -> bool {
    line.chars().count() > LONGEST_LINE
}

/// A duration or moment as people write it in a scenario: `"1.5s"`, `"250ms"`, `"1h30m"`.
pub fn duration(nanos: Nanos) -> String {
    const MINUTE: u64 = 60 * Nanos::SECOND.0;
    let text = match nanos.0 {
        0 => "0s".to_owned(),
        left @ 1..1_000 => format!("{left}ns"),
        // What is a thousand times as long and written in seconds is written alike in milliseconds.
        left @ 1_000..1_000_000 => format!("{}us", Nanos(left * 1_000_000)),
        left @ 1_000_000..1_000_000_000 => format!("{}ms", Nanos(left * 1_000)),
        left if left >= 2 * MINUTE && left.is_multiple_of(MINUTE) => {
            let (hours, minutes) = (left / MINUTE / 60, left / MINUTE % 60);
            match (hours, minutes) {
                (0, minutes) => format!("{minutes}m"),
                (hours, 0) => format!("{hours}h"),
                (hours, minutes) => format!("{hours}h{minutes}m"),
            }
        }
        _ => format!("{nanos}s"),
    };
    self::text(&text)
}

/// What an option is set to.
pub fn setting(setting: Setting) -> String {
    match setting {
        Setting::Boolean(value) => value.to_string(),
        Setting::Timeout(Some(timeout)) => duration(timeout),
        Setting::Timeout(None) => text("none"),
        Setting::Word(word) => text(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse_duration;

    #[test]
    fn durations_are_short_and_read_back() {
        for (nanos, expected) in [
            (0, "0s"),
            (7, "7ns"),
            (1_500, "1.5us"),
            (10_000, "10us"),
            (250_000_000, "250ms"),
            (1_000_001, "1.000001ms"),
            (1_000_000_000, "1s"),
            (1_500_000_000, "1.5s"),
            (90_000_000_000, "90s"),
            (120_000_000_000, "2m"),
            (5_400_000_000_000, "1h30m"),
            (7_200_000_000_000, "2h"),
            (7_200_000_000_001, "7200.000000001s"),
            (Nanos::MAX.0, "2400h"),
        ] {
            assert_eq!(duration(Nanos(nanos)), format!("\"{expected}\""));
            assert_eq!(parse_duration(expected), Ok(Nanos(nanos)), "{expected}");
        }
    }

    #[test]
    fn values_are_toml() {
        let dict = Value::Dict(vec![
            ("plain".to_owned(), Value::Int(1)),
            ("two words".to_owned(), Value::List(vec![Value::Float(1.0), Value::Bool(true)])),
            ("text".to_owned(), Value::Str("say \"x\"\u{1b}".to_owned())),
        ]);
        for (float, expected) in [(1e300, "1e+300"), (5e-324, "5e-324"), (1e-7, "1e-07"), (-0.0, "-0.0"), (0.1, "0.1")]
        {
            assert_eq!(value(&Value::Float(float)), expected);
            let read: toml_edit::DocumentMut = format!("x = {expected}").parse().expect("it is TOML");
            assert_eq!(read["x"].as_float().map(f64::to_bits), Some(float.to_bits()), "{expected}");
        }
        let written = value(&dict);
        assert_eq!(written, "{ plain = 1, \"two words\" = [1.0, true], text = \"say \\\"x\\\"\\u001B\" }");
        assert!(format!("x = {written}").parse::<toml_edit::DocumentMut>().is_ok());
    }
}
