//! A Python value as a scenario names it, and its `repr`.

use std::fmt;

use toml_writer::{ToTomlValue, TomlStringBuilder};
use unicode_general_category::{GeneralCategory, get_general_category};

/// What an awaitable returns: any TOML value but dates, nan and inf, or nothing at all (Python's `None`).
/// `Display` writes Python's `repr`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    List(Vec<Value>),
    /// In file order.
    Dict(Vec<(String, Value)>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("None"),
            Value::Bool(true) => f.write_str("True"),
            Value::Bool(false) => f.write_str("False"),
            Value::Int(int) => write!(f, "{int}"),
            Value::Float(float) => write_float_repr(f, *float),
            Value::Str(text) => write_str_repr(f, text),
            Value::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{item}")?;
                }
                f.write_str("]")
            }
            Value::Dict(entries) => {
                f.write_str("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    write_str_repr(f, key)?;
                    write!(f, ": {value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Writes what `repr()` says of a text: single quotes, or double ones where the text has single quotes and no double
/// ones; what [does not print](is_printable) is escaped.
pub fn write_str_repr(f: &mut impl fmt::Write, text: &str) -> fmt::Result {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    f.write_char(quote)?;
    for c in text.chars() {
        if c == quote {
            f.write_char('\\')?;
        }
        write_in_literal(f, c)?;
    }
    f.write_char(quote)
}

/// Writes what a Python literal has for a character that is no quote: itself where it [prints](is_printable) and is no
/// backslash.
pub fn write_in_literal(f: &mut impl fmt::Write, c: char) -> fmt::Result {
    match c {
        '\\' => f.write_str("\\\\"),
        c if is_printable(c) => f.write_char(c),
        c => write_escape(f, c),
    }
}

/// Writes a character by its code, as Python's `repr` has what does not print.
pub fn write_escape(f: &mut impl fmt::Write, c: char) -> fmt::Result {
    match (c, u32::from(c)) {
        ('\n', _) => f.write_str("\\n"),
        ('\r', _) => f.write_str("\\r"),
        ('\t', _) => f.write_str("\\t"),
        (_, code @ ..=0xff) => write!(f, "\\x{code:02x}"),
        (_, code @ ..=0xffff) => write!(f, "\\u{code:04x}"),
        (_, code) => write!(f, "\\U{code:08x}"),
    }
}

/// A text in quotes as TOML has it, on one line.
pub fn toml_string(text: &str) -> String {
    TomlStringBuilder::new(text).as_basic().to_toml_value()
}

/// What `str.isprintable()` says of a character: no control, format, private or unassigned one, and no separator but
/// the space. By Unicode 16, as in Python 3.14; older versions escape the few thousand characters that came later.
pub fn is_printable(c: char) -> bool {
    use GeneralCategory::*;
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    !matches!(
        get_general_category(c),
        Control | Format | Surrogate | PrivateUse | Unassigned | LineSeparator | ParagraphSeparator | SpaceSeparator
    )
}

/// Whether a character may reach a terminal as it is: what [prints](is_printable), and the other spaces that stay on
/// their line. Everything else acts on the terminal, turns text around or cannot be seen.
pub fn is_harmless(c: char) -> bool {
    is_printable(c) || get_general_category(c) == GeneralCategory::SpaceSeparator
}

/// Writes what `repr()` says of a float: the shortest digits that read back as it, with an exponent below 1e-4 and
/// from 1e16 on.
fn write_float_repr(f: &mut impl fmt::Write, float: f64) -> fmt::Result {
    if !float.is_finite() {
        // No scenario contains one, but a value built in code may, and still gets Python's word.
        let sign = if float < 0.0 { "-" } else { "" };
        return write!(f, "{sign}{}", if float.is_nan() { "nan" } else { "inf" });
    }
    let scientific = format!("{float:e}");
    match scientific.split_once('e').map(|(digits, exponent)| (digits, exponent.parse::<i32>())) {
        Some((digits, Ok(exponent))) if !(-4..16).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            write!(f, "{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
        // Rust's debug form has its own bounds for exponents, its plain form none, and drops the `.0`.
        _ if float.fract() == 0.0 => write!(f, "{float}.0"),
        _ => write!(f, "{float}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Every expected text here is what python3 printed for the same value.

    #[track_caller]
    fn check(value: Value, expected: &str) {
        assert_eq!(value.to_string(), expected);
    }

    #[test]
    fn floats() {
        for (float, expected) in FLOATS {
            check(Value::Float(*float), expected);
        }
    }

    #[test]
    fn texts() {
        for (text, expected) in TEXTS {
            check(Value::Str((*text).to_owned()), expected);
        }
    }

    #[test]
    fn containers() {
        check(Value::None, "None");
        check(Value::Bool(true), "True");
        check(Value::Bool(false), "False");
        check(Value::Int(i64::MIN), "-9223372036854775808");
        check(Value::List(vec![]), "[]");
        check(Value::Dict(vec![]), "{}");
        let list = Value::List(vec![Value::Int(1), Value::None, Value::Str("a".to_owned())]);
        check(list.clone(), "[1, None, 'a']");
        let dict = vec![("z".to_owned(), list), ("it's".to_owned(), Value::Float(2.0))];
        check(Value::Dict(dict), "{'z': [1, None, 'a'], \"it's\": 2.0}");
    }

    #[rustfmt::skip]
    const FLOATS: &[(f64, &str)] = &[
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (-1.0, "-1.0"),
        (0.1, "0.1"),
        (1e+16, "1e+16"),
        (1000000000000000.0, "1000000000000000.0"),
        (9999999999999998.0, "9999999999999998.0"),
        (1e-05, "1e-05"),
        (0.0001, "0.0001"),
        (0.00012345, "0.00012345"),
        (1.5e+300, "1.5e+300"),
        (5e-324, "5e-324"),
        (1.7976931348623157e+308, "1.7976931348623157e+308"),
        (123456789.125, "123456789.125"),
        (1e+22, "1e+22"),
        (1e+21, "1e+21"),
        (3.625, "3.625"),
        (2.5e-07, "2.5e-07"),
        (1e+100, "1e+100"),
        (100000.0, "100000.0"),
        (1.2345678901234568e+16, "1.2345678901234568e+16"),
        (-1.989032661366619e+244, "-1.989032661366619e+244"),
        (7.761117632285041e+178, "7.761117632285041e+178"),
        (3.980498358697587e-249, "3.980498358697587e-249"),
        (-1.5432835417340557e+88, "-1.5432835417340557e+88"),
        (1.3647584518757569e-192, "1.3647584518757569e-192"),
        (-1.3701135617873088e-206, "-1.3701135617873088e-206"),
        (-1.7160537630466207e+197, "-1.7160537630466207e+197"),
        (6.294675241195386e-44, "6.294675241195386e-44"),
        (1.0613447212142254e-202, "1.0613447212142254e-202"),
        (4.708325160387546e+207, "4.708325160387546e+207"),
        (6.387016158513563e-12, "6.387016158513563e-12"),
        (-9.973130378568733e-246, "-9.973130378568733e-246"),
        (8.779753225680271e-236, "8.779753225680271e-236"),
        (-5.795503248498993e-228, "-5.795503248498993e-228"),
        (-5.988180159386011e+243, "-5.988180159386011e+243"),
        (-1.306052388527796e-147, "-1.306052388527796e-147"),
        (-2.436117699484841e-206, "-2.436117699484841e-206"),
        (2.233386999150174e-232, "2.233386999150174e-232"),
        (-3.51527970626667e-203, "-3.51527970626667e-203"),
        (1.5987381841032883e-247, "1.5987381841032883e-247"),
        (4.6678633181812096e-36, "4.6678633181812096e-36"),
        (-8.441872792105456e-239, "-8.441872792105456e-239"),
        (1.9015657400796622e-144, "1.9015657400796622e-144"),
        (7.370437700706684e+208, "7.370437700706684e+208"),
        (-1.7163996725272777e-258, "-1.7163996725272777e-258"),
        (-3.2367190832119987e-221, "-3.2367190832119987e-221"),
        (-2.2818334634712625e-234, "-2.2818334634712625e-234"),
        (-3.0536383926309363e-84, "-3.0536383926309363e-84"),
        (1.3449551894627777e-181, "1.3449551894627777e-181"),
        (-7.317495976062606e-221, "-7.317495976062606e-221"),
        (2.7782693785236816e+16, "2.7782693785236816e+16"),
        (372.398, "372.398"),
        (9548893141911568.0, "9548893141911568.0"),
        (62.789, "62.789"),
        (-8.807976600675347e+16, "-8.807976600675347e+16"),
        (205.959, "205.959"),
        (3.607999463635718e+16, "3.607999463635718e+16"),
        (427.592, "427.592"),
        (-3.71705659246417e+16, "-3.71705659246417e+16"),
        (585.562, "585.562"),
        (-9363124725844928.0, "-9363124725844928.0"),
        (299.767, "299.767"),
        (5.887589630449824e+16, "5.887589630449824e+16"),
        (698.994, "698.994"),
        (-5.118069785556942e+16, "-5.118069785556942e+16"),
        (574.424, "574.424"),
        (5039300762290288.0, "5039300762290288.0"),
        (875.137, "875.137"),
        (4.588905788784352e+16, "4.588905788784352e+16"),
        (287.938, "287.938"),
        (9.603496949851642e+16, "9.603496949851642e+16"),
        (118.066, "118.066"),
        (-1.637543564295456e+16, "-1.637543564295456e+16"),
        (757.141, "757.141"),
        (-6.960309306789905e+16, "-6.960309306789905e+16"),
        (488.963, "488.963"),
        (-9.215854859051246e+16, "-9.215854859051246e+16"),
        (668.216, "668.216"),
        (5.291417324256262e+16, "5.291417324256262e+16"),
        (573.026, "573.026"),
    ];

    #[rustfmt::skip]
    const TEXTS: &[(&str, &str)] = &[
        ("", "''"),
        ("plain", "'plain'"),
        ("it's", "\"it's\""),
        ("say \"x\"", "'say \"x\"'"),
        ("both ' and \"", "'both \\' and \"'"),
        ("tab\u{9}nl\u{a}cr\u{d}", "'tab\\tnl\\ncr\\r'"),
        ("back\\slash", "'back\\\\slash'"),
        ("\u{0}\u{1}\u{1f}\u{7f}", "'\\x00\\x01\\x1f\\x7f'"),
        ("\u{80}\u{9b}\u{a0}\u{ad}", "'\\x80\\x9b\\xa0\\xad'"),
        ("\u{e9}\u{ff}", "'\u{e9}\u{ff}'"),
        ("\u{300}x", "'\u{300}x'"),
        ("\u{200b}\u{200d}\u{202e}\u{feff}", "'\\u200b\\u200d\\u202e\\ufeff'"),
        ("\u{2028}\u{2029}", "'\\u2028\\u2029'"),
        ("\u{3000}", "'\\u3000'"),
        ("\u{e000}", "'\\ue000'"),
        ("\u{1f600}", "'\u{1f600}'"),
        ("\u{e0001}", "'\\U000e0001'"),
        ("\u{10ffff}", "'\\U0010ffff'"),
        ("\u{65e5}\u{672c}", "'\u{65e5}\u{672c}'"),
        ("\u{378}", "'\\u0378'"),
        ("\u{1f468}\u{200d}\u{1f469}", "'\u{1f468}\\u200d\u{1f469}'"),
        ("\u{1b}[31mred", "'\\x1b[31mred'"),
    ];
}
