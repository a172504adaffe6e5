//! What is wrong with a scenario, said so that a person can mend it: where, what, and what to write instead.
//!
//! A file's text is data: whatever stands in it, no control character reaches the terminal, and no line is shown whole
//! that is longer than a screen.

mod excerpt;

use std::fmt;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Group, Level, Renderer};

use excerpt::SourceLines;

/// Everything that is wrong with one scenario, in file order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    source: String,
    text: String,
    problems: Vec<Problem>,
    unlisted: usize,
}

/// One mistake: what is wrong, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    message: String,
    place: Option<Range<usize>>,
    label: String,
    also: Vec<(Range<usize>, String)>,
    help: Vec<String>,
}

impl Diagnostics {
    /// What is wrong before there is a text at all: a missing file, a folder.
    pub(crate) fn of_source(source: &str, problem: Problem) -> Diagnostics {
        Diagnostics::of_text(source, "", Problems { list: vec![problem], unlisted: 0 })
    }

    /// What is wrong with a text. A byte order mark is no part of it.
    pub(crate) fn of_text(source: &str, text: &str, problems: Problems) -> Diagnostics {
        let Problems { mut list, unlisted } = problems;
        list.sort_by_key(|problem| problem.place.as_ref().map(|place| place.start));
        Diagnostics { source: source.to_owned(), text: text.to_owned(), problems: list, unlisted }
    }

    /// The mistakes, in file order; the first twenty of them.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The whole report, as rustc writes it, each mistake with the line it stands on. `width` is the terminal's, in
    /// columns, of which from 40 to 400 count: longer lines are cut around the place.
    pub fn render(&self, color: bool, width: usize) -> String {
        let lines = SourceLines::new(&self.text);
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(width.clamp(40, 400));
        let mut report = String::new();
        for problem in &self.problems {
            for line in renderer.render(&[problem.group(&self.source, &lines)]).lines() {
                report.push_str(line.trim_end());
                report.push('\n');
            }
            report.push('\n');
        }
        if self.unlisted > 0 {
            let mistakes = if self.unlisted == 1 { "mistake" } else { "mistakes" };
            let message = format!("{} more {mistakes} in {}", self.unlisted, shown(&self.source));
            report.push_str(&renderer.render(&[Group::with_title(Level::ERROR.primary_title(message))]));
            report.push('\n');
        } else {
            report.pop();
        }
        report
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false, 100))
    }
}

impl std::error::Error for Diagnostics {}

impl Problem {
    /// A mistake, said as a lower-case fragment that names the culprit.
    pub(crate) fn new(message: impl Into<String>) -> Problem {
        Problem { message: message.into(), place: None, label: String::new(), also: Vec::new(), help: Vec::new() }
    }

    /// Where it is, in bytes of the text.
    pub(crate) fn at(mut self, place: Range<usize>) -> Problem {
        self.place = Some(place);
        self
    }

    /// A few words under the place.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Problem {
        self.label = label.into();
        self
    }

    /// Another place that has to do with it, and how.
    pub(crate) fn also(mut self, place: Range<usize>, label: impl Into<String>) -> Problem {
        self.also.push((place, label.into()));
        self
    }

    /// What to write instead, or why it is a mistake.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Problem {
        self.help.push(help.into());
        self
    }

    /// As [`Problem::help`], where there is something to say.
    pub(crate) fn maybe_help(self, help: Option<impl Into<String>>) -> Problem {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// What is wrong, in one line without place or help.
    pub fn message(&self) -> &str {
        &self.message
    }

    fn group(&self, source: &str, lines: &SourceLines<'_>) -> Group<'static> {
        let title = Level::ERROR.primary_title(shown(&self.message));
        let mut group = Group::with_title(title);
        if let Some(place) = &self.place {
            let also = self.also.iter().map(|(place, label)| (place.clone(), shown(label)));
            group = group.elements(lines.excerpts(&shown(source), place, &shown(&self.label), also));
        }
        group.elements(self.help.iter().map(|help| Level::HELP.message(shown(help))))
    }
}

/// Collects mistakes: the first [`Problems::LIMIT`], and how many more there are.
#[derive(Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    unlisted: usize,
}

impl Problems {
    /// How many mistakes are shown; who has more mends these first.
    pub(crate) const LIMIT: usize = 20;

    pub(crate) fn push(&mut self, problem: Problem) {
        if self.is_full() {
            self.unlisted += 1;
        } else {
            self.list.push(problem);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether further mistakes are only counted, so that nobody needs to search for what was meant.
    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= Problems::LIMIT
    }
}

/// A word from a file inside a message: in backticks, short, and without anything that a terminal would obey.
pub(crate) fn quoted(word: &str) -> String {
    const LONGEST: usize = 60;
    let mut quoted = String::from("`");
    for (index, c) in word.chars().enumerate() {
        if index == LONGEST {
            quoted.push('…');
            break;
        }
        if super::is_printable(c) {
            quoted.push(c);
        } else {
            quoted.extend(c.escape_unicode());
        }
    }
    quoted.push('`');
    quoted
}

/// A message as it may be shown: anything that a terminal would obey is replaced. Line breaks are ours, and stay.
pub(crate) fn shown(message: &str) -> String {
    message.chars().map(|c| if c == '\n' || is_shown(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// Whether a message or an excerpt shows a character as it is: of what is invisible only the joiners that scripts and
/// emoji need.
pub(crate) fn is_shown(c: char) -> bool {
    super::is_harmless(c) || matches!(c, '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_and_harmless() {
        assert_eq!(quoted("delay"), "`delay`");
        assert_eq!(quoted("\x1b[31m\u{9b}\n\u{202e}"), "`\\u{1b}[31m\\u{9b}\\u{a}\\u{202e}`");
        assert_eq!(quoted(&"x".repeat(100)), format!("`{}…`", "x".repeat(60)));
    }

    #[test]
    fn only_so_many_mistakes_are_shown() {
        let mut problems = Problems::default();
        for number in 0..50 {
            problems.push(Problem::new(format!("mistake {number}")));
        }
        let report = Diagnostics::of_text("x.toml", "", problems).render(false, 80);
        assert!(report.contains("error: mistake 19\n"));
        assert!(!report.contains("mistake 20"));
        assert!(report.ends_with("error: 30 more mistakes in x.toml\n"));
    }

    #[test]
    fn colour_is_only_used_where_asked_for() {
        let problem = Problem::new("unknown key").at(0..1).help("write another");
        let mut problems = Problems::default();
        problems.push(problem);
        let diagnostics = Diagnostics::of_text("x.toml", "x = 1", problems);
        assert!(diagnostics.render(true, 80).contains('\x1b'));
        assert!(!diagnostics.render(false, 80).contains('\x1b'));
    }
}
