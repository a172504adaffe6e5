//! A program's lines as `black` lays them out: 88 columns, and what does not fit goes one item a line.

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

use super::code::{Snippet, code};
use super::expression::Expression;
use crate::scenario::write_in_literal;

/// Black's line length.
pub const WIDTH: usize = 88;

/// The lines of a program, each with its indentation.
#[derive(Debug, Default)]
pub struct ProgramLines {
    out: String,
    indent: usize,
}

impl ProgramLines {
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
    pub fn indented(&mut self, write: impl FnOnce(&mut ProgramLines)) {
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
                // Writing to a String never fails.
                let _ = write_in_literal(&mut escaped, c);
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
