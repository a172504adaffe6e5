//! Python's text as `black` lays it out: 88 columns, and what does not fit goes one item a line.

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

use super::code::{Snippet, code};
use crate::scenario::{Value, is_printable};

/// Black's line length.
pub const WIDTH: usize = 88;

/// An expression, as far as its layout goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// What stands on one line whatever its length.
    Text(Snippet),
    /// What stands in brackets: with commas between, on one line or one item a line.
    Brackets {
        /// All before the first item: `asyncio.gather(`.
        open: Snippet,
        /// What stands between the brackets.
        items: Vec<Expression>,
        /// The closing bracket, with the comma before it that stands only where all is on one line.
        close: &'static str,
    },
    /// A comprehension, which takes no comma.
    Comprehension {
        /// All before what stands between the brackets.
        open: Snippet,
        /// What stands between them.
        inside: Snippet,
    },
}

impl Expression {
    /// A call.
    pub fn call(function: Snippet, items: Vec<Expression>) -> Expression {
        Expression::Brackets { open: code!("{function}("), items, close: ")" }
    }

    /// A list.
    pub fn list(items: Vec<Expression>) -> Expression {
        Expression::Brackets { open: code!("["), items, close: "]" }
    }

    /// A list or a set; where all its items are those of another one, that one.
    pub fn collection(open: Snippet, items: Vec<Expression>, close: &'static str) -> Expression {
        match items.as_slice() {
            [Expression::Text(only)] if only.as_str().starts_with('*') => {
                Expression::Text(code!("{}", only.as_str().trim_start_matches('*')))
            }
            [Expression::Comprehension { open, inside }] if open.as_str() == "*[" => {
                Expression::Comprehension { open: code!("["), inside: inside.clone() }
            }
            _ => Expression::Brackets { open, items, close },
        }
    }

    /// A list of as many alike.
    pub fn repeat(expression: &Snippet, times: usize) -> Expression {
        Expression::Comprehension { open: code!("["), inside: code!("{expression} for _ in range({times})") }
    }

    /// A string.
    pub fn string(text: &str) -> Expression {
        Expression::Text(code!("{}", string(text)))
    }

    /// A literal.
    pub fn value(value: &Value) -> Expression {
        match value {
            Value::List(items) => Expression::list(items.iter().map(Expression::value).collect()),
            Value::Dict(entries) => Expression::Brackets {
                open: code!("{{"),
                items: entries
                    .iter()
                    .map(|(key, value)| Expression::value(value).after(&code!("{}: ", string(key))))
                    .collect(),
                close: "}",
            },
            Value::Str(text) => Expression::string(text),
            // Black takes the sign out of an exponent.
            Value::Float(_) => Expression::Text(code!("{}", value.to_string().replace("e+", "e"))),
            Value::None | Value::Bool(_) | Value::Int(_) => Expression::Text(code!("{value}")),
        }
    }

    /// The same with a text before it.
    pub fn after(self, before: &Snippet) -> Expression {
        match self {
            Expression::Text(text) => Expression::Text(code!("{before}{text}")),
            Expression::Brackets { open, items, close } => {
                Expression::Brackets { open: code!("{before}{open}"), items, close }
            }
            Expression::Comprehension { open, inside } => {
                Expression::Comprehension { open: code!("{before}{open}"), inside }
            }
        }
    }

    /// What stands on one line, if there were room.
    pub fn flat(&self) -> String {
        let mut flat = String::new();
        self.write_flat(&mut flat);
        flat
    }

    fn write_flat(&self, out: &mut String) {
        match self {
            Expression::Text(text) => out.push_str(text.as_str()),
            Expression::Comprehension { open, inside } => {
                let _ = write!(out, "{open}{inside}]");
            }
            Expression::Brackets { open, items, close } => {
                out.push_str(open.as_str());
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    item.write_flat(out);
                }
                out.push_str(close);
            }
        }
    }
}

/// Lines of a program, each with its indentation.
#[derive(Debug, Default)]
pub struct Lines {
    out: String,
    indent: usize,
}

impl Lines {
    /// Everything written.
    pub fn into_string(self) -> String {
        self.out
    }

    /// Writes a line.
    pub fn line(&mut self, code: Snippet) {
        self.raw(code.as_str());
    }

    fn raw(&mut self, text: &str) {
        let _ = writeln!(self.out, "{:1$}{text}", "", self.indent);
    }

    /// Writes an empty line.
    pub fn blank(&mut self) {
        self.out.push('\n');
    }

    /// Writes a comment, wrapped.
    pub fn comment(&mut self, text: &str) {
        for line in wrapped(text, WIDTH - self.indent - 2) {
            self.raw(&format!("# {line}"));
        }
    }

    /// Writes a docstring, wrapped.
    pub fn docstring(&mut self, paragraphs: &[&str]) {
        for line in docstring(paragraphs) {
            match line.as_str() {
                "" => self.blank(),
                line => self.raw(line),
            }
        }
    }

    /// Writes what stands deeper.
    pub fn indented(&mut self, write: impl FnOnce(&mut Lines)) {
        self.indent += 4;
        write(self);
        self.indent -= 4;
    }

    /// Writes a statement: an expression with what stands before it.
    pub fn statement(&mut self, before: Snippet, expression: Expression) {
        match &expression {
            // Black puts brackets round what then fits.
            Expression::Text(text)
                if !before.as_str().is_empty()
                    && !self.fits(before.as_str(), text.as_str())
                    && self.fits("    ", text.as_str()) =>
            {
                self.line(code!("{before}("));
                self.indented(|lines| lines.raw(text.as_str()));
                self.line(code!(")"));
            }
            _ => self.expression(&expression.after(&before), ""),
        }
    }

    fn fits(&self, before: &str, text: &str) -> bool {
        self.indent + columns(before) + columns(text) <= WIDTH
    }

    fn expression(&mut self, expression: &Expression, after: &str) {
        let flat = expression.flat() + after;
        match expression {
            Expression::Brackets { open, items, close } if !items.is_empty() && !self.fits("", &flat) => {
                self.raw(open.as_str());
                self.indented(|lines| {
                    for item in items {
                        lines.expression(item, ",");
                    }
                });
                self.raw(&format!("{}{after}", close.trim_start_matches(',')));
            }
            Expression::Comprehension { open, inside } if !self.fits("", &flat) => {
                self.raw(open.as_str());
                self.indented(|lines| lines.raw(inside.as_str()));
                self.raw(&format!("]{after}"));
            }
            _ => self.raw(&flat),
        }
    }
}

/// A string literal, with the quotes that black prefers: double ones, unless single ones need fewer backslashes.
pub fn string(text: &str) -> String {
    let count = |quote| text.chars().filter(|c| *c == quote).count();
    let quote = if count('\'') < count('"') { '\'' } else { '"' };
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for c in text.chars() {
        if c == quote {
            literal.push('\\');
        }
        push_escaped(&mut literal, c);
    }
    literal.push(quote);
    literal
}

/// A docstring, with its lines wrapped.
fn docstring(paragraphs: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        for line in paragraph.trim().lines() {
            let mut escaped = String::new();
            for c in line.trim().chars() {
                push_escaped(&mut escaped, c);
            }
            let escaped = escaped.replace("\"\"\"", "\\\"\\\"\\\"");
            let mut parts = wrapped(&escaped, WIDTH - 4);
            if parts.is_empty() {
                parts.push(String::new());
            }
            lines.extend(parts);
        }
    }
    let Some(first) = lines.first_mut() else { return lines };
    // Where a quote meets the quotes that open or close a docstring, black puts a space between.
    if first.starts_with('"') {
        first.insert(0, '\\');
    }
    if let [only] = lines.as_slice() {
        let space = if only.ends_with('"') { " " } else { "" };
        return vec![format!("\"\"\"{only}{space}\"\"\"")];
    }
    lines[0].insert_str(0, "\"\"\"");
    lines.push("\"\"\"".to_owned());
    lines
}

/// What a literal has for a character: itself where one can see it, and it is no backslash.
fn push_escaped(literal: &mut String, c: char) {
    let _ = match c {
        '\n' => literal.write_str("\\n"),
        '\r' => literal.write_str("\\r"),
        '\t' => literal.write_str("\\t"),
        '\\' => literal.write_str("\\\\"),
        c if is_printable(c) => literal.write_char(c),
        c => match u32::from(c) {
            code @ ..=0xff => write!(literal, "\\x{code:02x}"),
            code @ ..=0xffff => write!(literal, "\\u{code:04x}"),
            code => write!(literal, "\\U{code:08x}"),
        },
    };
}

/// How wide a text is to black, to which a character that joins the one before it takes a column too.
fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0).max(1)).sum()
}

/// Lines of at most that many columns, broken at spaces where there are any.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
