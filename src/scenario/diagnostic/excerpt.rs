//! The lines of a file that a mistake stands on, made fit to be shown.
//!
//! The renderer gets a few short lines rather than the file: it would copy all of it for every mistake, and it replaces
//! C0 control characters only, not the C1 ones that terminals obey too.

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Snippet};

use super::is_shown;

/// SourceLines up to this many bytes are given to the renderer whole, which cuts them to the terminal's width.
const LONG: usize = 4096;

/// How many bytes of a longer line are kept on each side of a place.
const MARGIN: usize = 200;

/// Places further apart than this many lines are shown as two excerpts.
const GAP: usize = 30;

/// A text by lines.
pub(super) struct SourceLines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

/// A place on a line: what of the line it is, and what is said about it.
struct Mark {
    kind: AnnotationKind,
    on_line: Range<usize>,
    label: String,
}

impl<'t> SourceLines<'t> {
    pub(super) fn new(text: &'t str) -> SourceLines<'t> {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(index, _)| index + 1);
        SourceLines { text, starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// Where a place is, with its line, and the lines of the other places that have to do with it.
    pub(super) fn excerpts(
        &self,
        path: &str,
        place: &Range<usize>,
        label: &str,
        also: impl Iterator<Item = (Range<usize>, String)>,
    ) -> Vec<Element<'static>> {
        let mut marked: BTreeMap<usize, Vec<Mark>> = BTreeMap::new();
        let (line, on_line) = self.locate(place);
        let (primary_line, is_cut) = (line, self.line(line).len() > LONG);
        let column = self.line(line).get(..on_line.start).map_or(0, |before| before.chars().count());
        let primary = Mark { kind: AnnotationKind::Primary, on_line, label: label.to_owned() };
        marked.entry(line).or_default().push(primary);
        for (place, label) in also {
            let (line, on_line) = self.locate(&place);
            marked.entry(line).or_default().push(Mark { kind: AnnotationKind::Context, on_line, label });
        }

        let mut excerpts = Vec::new();
        let mut marked = marked.into_iter().peekable();
        while let Some((first, marks)) = marked.next() {
            let mut source = String::new();
            let mut annotations = self.write(first, marks, &mut source);
            let mut last = first;
            while let Some((line, marks)) = marked.next_if(|(line, _)| line - last <= GAP) {
                for between in last + 1..line {
                    source.push('\n');
                    self.write(between, Vec::new(), &mut source);
                }
                source.push('\n');
                annotations.extend(self.write(line, marks, &mut source));
                last = line;
            }
            // The renderer counts columns in what it is given, which is wrong where that is a part of a line.
            let path = (!is_cut).then(|| path.to_owned());
            let snippet = Snippet::source(source).path(path).line_start(first + 1).annotations(annotations);
            let at = if (first..=last).contains(&primary_line) { 0 } else { excerpts.len() };
            excerpts.insert(at, Element::from(snippet));
        }
        if is_cut {
            let origin = Origin::path(path.to_owned()).line(primary_line + 1).char_column(column + 1);
            excerpts.insert(0, Element::from(origin));
        }
        excerpts
    }

    /// Appends a line, cut around its first mark and without anything that a terminal would obey, and gives the marks
    /// by their places in what was written.
    fn write(&self, line: usize, marks: Vec<Mark>, source: &mut String) -> Vec<Annotation<'static>> {
        let text = self.line(line);
        let (from, to) = if text.len() <= LONG {
            (0, text.len())
        } else {
            let center = marks.first().map_or(0, |mark| mark.on_line.start);
            (floor_boundary(text, center.saturating_sub(MARGIN)), floor_boundary(text, center + MARGIN))
        };
        let mut places: Vec<Range<usize>> = marks.iter().map(|_| source.len()..source.len()).collect();
        if from > 0 {
            source.push('…');
        }
        let mut place = |offset: usize, end: usize| {
            for (mark, place) in marks.iter().zip(&mut places) {
                if offset <= mark.on_line.start {
                    place.start = end;
                }
                if offset <= mark.on_line.end {
                    place.end = end;
                }
            }
        };
        for (offset, c) in text.get(from..to).unwrap_or("").char_indices() {
            place(from + offset, source.len());
            source.push(if c == '\t' || is_shown(c) { c } else { picture(c) });
        }
        place(to, source.len());
        if to < text.len() {
            source.push('…');
        }
        let annotation = |(mark, place): (Mark, Range<usize>)| {
            let annotation = mark.kind.span(place);
            if mark.label.is_empty() { annotation } else { annotation.label(mark.label) }
        };
        marks.into_iter().zip(places).map(annotation).collect()
    }

    /// A line without its break.
    fn line(&self, line: usize) -> &'t str {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or("");
        let line = line.strip_suffix('\n').unwrap_or(line);
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// The line that a place begins on, and what of that line it is.
    fn locate(&self, place: &Range<usize>) -> (usize, Range<usize>) {
        let line = self.starts.partition_point(|start| *start <= place.start).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let text = self.line(line);
        let from = floor_boundary(text, place.start.saturating_sub(start));
        let to = floor_boundary(text, place.end.saturating_sub(start)).max(from);
        (line, from..to)
    }
}

/// The last character boundary that is not behind an offset.
fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// What stands for a character that must not reach a terminal: the control pictures were made for that.
fn picture(c: char) -> char {
    match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or(char::REPLACEMENT_CHARACTER),
        0x7f => '\u{2421}',
        _ => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::diagnostic::{Diagnostics, Problem, Problems};

    fn render(text: &str, problem: Problem) -> String {
        let mut problems = Problems::default();
        problems.push(problem);
        Diagnostics::of_text("x.toml", text, problems).render(false, 80)
    }

    #[test]
    fn a_place_and_another() {
        let problem = Problem::new("`b` is given twice").at(6..7).label("again").also(0..1, "first").help("drop one");
        insta::assert_snapshot!(render("b = 1\nb = 2\n", problem), @r"
        error: `b` is given twice
         --> x.toml:2:1
          |
        1 | b = 1
          | - first
        2 | b = 2
          | ^ again
          |
          = help: drop one
        ");
    }

    #[test]
    fn places_far_apart() {
        let text = format!("b = 1\n{}b = 2\n", "\n".repeat(5000));
        let problem = Problem::new("`b` is given twice").at(5006..5007).label("again").also(0..1, "first");
        insta::assert_snapshot!(render(&text, problem), @r"
        error: `b` is given twice
            --> x.toml:5002:1
             |
        5002 | b = 2
             | ^ again
             |
            ::: x.toml:1:1
             |
           1 | b = 1
             | - first
        ");
    }

    #[test]
    fn a_long_line_is_cut_and_its_column_kept() {
        let text = format!("a = [{}oops{}]", "1, ".repeat(5000), ", 2".repeat(5000));
        let problem = Problem::new("unexpected word").at(15005..15009).label("here");
        insta::assert_snapshot!(render(&text, problem), @r"
        error: unexpected word
         --> x.toml:1:15006
          |
         :::
        1 | ...1, 1, 1, 1, 1, 1, 1, 1, 1, 1, oops, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2...
          |                                  ^^^^ here
        ");
    }

    #[test]
    fn nothing_that_a_terminal_obeys() {
        let problem = Problem::new("bad \x1b name").at(5..6).label("\u{9b}1m");
        insta::assert_snapshot!(render("\x1b[1m\u{9b}\u{202e}\tx\x00日本\r\n", problem), @r"
        error: bad � name
         --> x.toml:1:5
          |
        1 | ␛[1m��    x␀日本
          |     ^ �1m
        ");
    }

    #[test]
    fn the_end_and_beyond() {
        insta::assert_snapshot!(render("a = ", Problem::new("missing value").at(4..4)), @r"
        error: missing value
         --> x.toml:1:5
          |
        1 | a =
          |     ^
        ");
        insta::assert_snapshot!(render("", Problem::new("no awaitables").at(0..0)), @r"
        error: no awaitables
         --> x.toml:1:1
          |
        1 |
          | ^
        ");
        insta::assert_snapshot!(render("a\n", Problem::new("ended").at(700..900)), @r"
        error: ended
         --> x.toml:2:1
          |
        2 |
          | ^
        ");
    }
}
