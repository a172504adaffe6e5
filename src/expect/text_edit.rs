//! Edits of a text that leave everything between them byte for byte as it is.

use std::ops::Range;

use toml_edit::Array;
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use super::literal;

/// A part of the text, and what is to stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    pub at: Range<usize>,
    pub text: String,
}

impl TextEdit {
    pub fn new(at: Range<usize>, text: impl Into<String>) -> TextEdit {
        TextEdit { at, text: text.into() }
    }
}

/// The text with all edits made. Of two that overlap the first counts. Line ends are those of the text.
pub fn apply(text: &str, mut edits: Vec<TextEdit>) -> String {
    let crlf = text.contains("\r\n");
    edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
    let mut edited = String::with_capacity(text.len() + 256);
    let mut done = 0;
    for edit in edits {
        let Some(kept) = text.get(done..edit.at.start) else { continue };
        edited.push_str(kept);
        edited.push_str(&if crlf { with_crlf(&edit.text) } else { edit.text });
        done = edit.at.end;
    }
    edited.push_str(text.get(done..).unwrap_or_default());
    edited
}

/// TOML with line ends as Windows has them. A string over several lines is put on one, or it would be another string.
pub fn with_crlf(toml: &str) -> String {
    let written = tokens(toml).map(|(kind, at)| match (kind, toml.get(at).unwrap_or_default()) {
        (TokenKind::Newline, _) => "\r\n".to_owned(),
        (TokenKind::MlBasicString | TokenKind::MlLiteralString, string) => literal::on_one_line(string),
        (_, text) => text.to_owned(),
    });
    written.collect()
}

/// Takes a key away that stands in a table of lines, and its line with it where nothing else is on it.
pub fn without_key(text: &str, at: Range<usize>) -> TextEdit {
    let line = text.get(..at.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let rest = text.get(at.end..).unwrap_or_default();
    let next = rest.find('\n').map_or(rest.len(), |end| end + 1);
    let alone = text.get(line..at.start).is_some_and(is_blank) && rest.get(..next).is_some_and(is_blank);
    if alone { TextEdit::new(line..at.end + next, "") } else { TextEdit::new(at, "") }
}

/// Where the comments in a value's text are, each from its `#` to the end of its line.
pub fn comments(text: &str) -> Vec<Range<usize>> {
    let comments = tokens(text).filter(|(kind, _)| *kind == TokenKind::Comment);
    comments.map(|(_, at)| at.start..at.start + text.get(at).unwrap_or_default().trim_end().len()).collect()
}

fn tokens(text: &str) -> impl Iterator<Item = (TokenKind, Range<usize>)> {
    Source::new(text).lex().map(|token| (token.kind(), token.span().start()..token.span().end()))
}

/// A value's text on one line, without its comments.
pub fn on_one_line(text: &str) -> String {
    let without = apply(text, comments(text).into_iter().map(|comment| TextEdit::new(comment, "")).collect());
    without.lines().map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The edit that keeps the comments which others would take away: on lines of their own before the first of them.
pub fn saved_comments(text: &str, edits: &[TextEdit]) -> Option<TextEdit> {
    let first = edits.iter().map(|edit| edit.at.start).min()?;
    let line = text.get(..first)?.rfind('\n').map_or(0, |end| end + 1);
    let indent: String = text.get(line..)?.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let mut lines = String::new();
    for gone in edits.iter().filter_map(|edit| text.get(edit.at.clone())) {
        for comment in comments(gone) {
            lines.extend([&indent, gone.get(comment).unwrap_or_default(), "\n"]);
        }
    }
    (!lines.is_empty()).then(|| TextEdit::new(line..line, lines))
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// What becomes of one item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemEdit {
    Keep,
    Put(String),
    Drop,
}

/// The edits that turn a list into another: what becomes of each of its items, and what comes behind them. A list that
/// holds comments keeps them all; any other is laid out anew where its length changes.
pub fn list(text: &str, array: &Array, item_edits: &[ItemEdit], added: &[String]) -> Vec<TextEdit> {
    let Some(whole) = array.span() else { return Vec::new() };
    let items: Vec<(Range<usize>, &ItemEdit)> =
        array.iter().zip(item_edits).filter_map(|(item, item_edit)| Some((item.span()?, item_edit))).collect();
    let same_length = added.is_empty() && !item_edits.contains(&ItemEdit::Drop);
    if same_length {
        let put = items.into_iter().filter_map(|(at, item_edit)| match item_edit {
            ItemEdit::Put(text) => Some(TextEdit::new(at, text.clone())),
            ItemEdit::Keep | ItemEdit::Drop => None,
        });
        return put.collect();
    }
    let list = ListText::of(text, whole, &items);
    if !comments(list.slice(&list.whole)).is_empty() {
        list.edit(&items, added)
    } else {
        vec![list.anew(&items, added)]
    }
}

/// A list in its text.
struct ListText<'t> {
    text: &'t str,
    whole: Range<usize>,
    /// What stands behind each item, up to the next one or to the closing bracket.
    gaps: Vec<Range<usize>>,
    /// What stands between the opening bracket and the first item.
    head: Range<usize>,
}

impl<'t> ListText<'t> {
    fn of(text: &'t str, whole: Range<usize>, items: &[(Range<usize>, &ItemEdit)]) -> ListText<'t> {
        let end = whole.end.saturating_sub(1);
        let starts = items.iter().map(|(at, _)| at.start).chain([end]);
        let head = whole.start + 1..starts.clone().next().unwrap_or(end);
        let gaps = items.iter().zip(starts.skip(1)).map(|((at, _), next)| at.end..next).collect();
        ListText { text, whole, gaps, head }
    }

    fn slice(&self, at: &Range<usize>) -> &'t str {
        self.text.get(at.clone()).unwrap_or_default()
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
    }

    fn anew(&self, items: &[(Range<usize>, &ItemEdit)], added: &[String]) -> TextEdit {
        let kept = items.iter().filter_map(|(at, item_edit)| match item_edit {
            ItemEdit::Keep => Some(self.slice(at).to_owned()),
            ItemEdit::Put(text) => Some(text.clone()),
            ItemEdit::Drop => None,
        });
        let items: Vec<String> = kept.chain(added.iter().cloned()).collect();
        let broken = self.gaps.iter().chain([&self.head]).any(|gap| self.slice(gap).contains('\n'));
        let text = if broken && !items.is_empty() {
            literal::several_lines(&items)
        } else {
            literal::list(&items, self.whole.start - self.line_start(self.whole.start))
        };
        TextEdit::new(self.whole.clone(), text)
    }

    /// Touches no byte of a comment: items go with their commas, new ones come last.
    fn edit(&self, items: &[(Range<usize>, &ItemEdit)], added: &[String]) -> Vec<TextEdit> {
        let mut edits = Vec::new();
        let mut last_kept = None;
        for ((at, item_edit), gap) in items.iter().zip(&self.gaps) {
            match item_edit {
                ItemEdit::Keep => last_kept = Some((at, gap)),
                ItemEdit::Put(text) => {
                    last_kept = Some((at, gap));
                    edits.push(TextEdit::new(at.clone(), text.clone()));
                }
                ItemEdit::Drop => edits.extend(self.without_item(at, gap)),
            }
        }
        if added.is_empty() {
            return edits;
        }
        if let Some((at, gap)) = last_kept
            && self.comma(gap).is_none()
        {
            edits.push(TextEdit::new(at.end..at.end, ","));
        }
        let bracket = self.whole.end.saturating_sub(1);
        let line = self.line_start(bracket);
        if self.slice(&(line..bracket)).trim().is_empty() && line > self.whole.start {
            let lines: String = added.iter().map(|item| format!("    {item},\n")).collect();
            edits.push(TextEdit::new(line..line, lines));
        } else {
            edits.push(TextEdit::new(bracket..bracket, format!(" {}", added.join(", "))));
        }
        edits
    }

    fn without_item(&self, at: &Range<usize>, gap: &Range<usize>) -> Vec<TextEdit> {
        let line = self.line_start(at.start);
        let Some(comma) = self.comma(gap) else { return vec![TextEdit::new(at.clone(), "")] };
        // Between an item and its comma there may be comments, which stay.
        if comma != at.end {
            return vec![TextEdit::new(at.clone(), ""), TextEdit::new(comma..comma + 1, "")];
        }
        let rest = self.slice(&(comma + 1..self.whole.end));
        let next = rest.find('\n').map_or(0, |end| end + 1);
        let alone =
            next > 0 && rest.get(..next).is_some_and(is_blank) && self.slice(&(line..at.start)).trim().is_empty();
        if alone && line > self.whole.start {
            return vec![TextEdit::new(line..comma + 1 + next, "")];
        }
        let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        vec![TextEdit::new(at.start..comma + 1 + spaces, "")]
    }

    /// Where the comma stands in what is behind an item.
    fn comma(&self, gap: &Range<usize>) -> Option<usize> {
        let (_, comma) = tokens(self.slice(gap)).find(|(kind, _)| *kind == TokenKind::Comma)?;
        Some(gap.start + comma.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, item_edits: &[ItemEdit], added: &[&str], after: &str) {
        let document = toml_edit::Document::parse(before).expect("it is TOML");
        let array = document.get("x").and_then(|item| item.as_array()).expect("x is a list");
        let added: Vec<String> = added.iter().map(|text| (*text).to_owned()).collect();
        let edited = apply(before, list(before, array, item_edits, &added));
        assert_eq!(edited, after);
        assert!(edited.parse::<toml_edit::DocumentMut>().is_ok(), "{edited}");
    }

    fn put(text: &str) -> ItemEdit {
        ItemEdit::Put(text.to_owned())
    }

    #[test]
    fn items_are_put_in_place() {
        check(
            "x = [ 1,2 , 3 ] # three\n",
            &[ItemEdit::Keep, put("5"), ItemEdit::Keep],
            &[],
            "x = [ 1,5 , 3 ] # three\n",
        );
    }

    #[test]
    fn a_plain_list_is_laid_out_anew_where_its_length_changes() {
        check("x = [1,2]  # two\n", &[ItemEdit::Keep, ItemEdit::Drop], &["3", "4"], "x = [1, 3, 4]  # two\n");
        check("x = [\n  1,\n  2,\n]\n", &[ItemEdit::Drop, ItemEdit::Keep], &["3"], "x = [\n    2,\n    3,\n]\n");
        check("x = []\n", &[], &["1"], "x = [1]\n");
        check("x = [\n  1\n]\n", &[ItemEdit::Drop], &[], "x = []\n");
    }

    #[test]
    fn comments_in_a_list_stay() {
        check(
            "x = [\n    1, # one\n    2, # two, or so\n    # and\n    3\n]\n",
            &[ItemEdit::Drop, ItemEdit::Keep, ItemEdit::Keep],
            &["4", "5"],
            "x = [\n    # one\n    2, # two, or so\n    # and\n    3,\n    4,\n    5,\n]\n",
        );
        check(
            "x = [ # head\n  1,\n  2 # no comma, here\n  , 3]\n",
            &[ItemEdit::Drop, ItemEdit::Drop, ItemEdit::Keep],
            &["4"],
            "x = [ # head\n   # no comma, here\n   3, 4]\n",
        );
        check("x = [ # none\n]\n", &[], &["1"], "x = [ # none\n    1,\n]\n");
    }

    #[test]
    fn comments_are_told_from_strings() {
        let text =
            "[ # one\n 'a # b', \"c \\\" # d\", # two \r\n \"\"\"e \" # f\"\"\"\", '''g' # h''', \"\", # three\n]";
        let found: Vec<&str> = comments(text).into_iter().map(|at| &text[at]).collect();
        assert_eq!(found, ["# one", "# two", "# three"]);
        assert_eq!(on_one_line(text), "[ 'a # b', \"c \\\" # d\", \"\"\"e \" # f\"\"\"\", '''g' # h''', \"\", ]");
        assert!(comments("\"never ends # x").is_empty());
        assert_eq!(on_one_line("[\n  '# x', # x\n]"), "[ '# x', ]");
    }

    #[test]
    fn comments_that_would_go_are_kept_before() {
        let text = "a = 1\n  x = [ # one\n  1, # two\n]\n";
        let gone = TextEdit::new(8..text.len() - 1, "y = 2");
        let saved = saved_comments(text, std::slice::from_ref(&gone));
        assert_eq!(apply(text, saved.into_iter().chain([gone]).collect()), "a = 1\n  # one\n  # two\n  y = 2\n");
    }

    #[test]
    fn line_ends_are_the_texts_own() {
        let text = "a = 1\r\nb = 2\r\n";
        let edited = apply(text, vec![without_key(text, 0..5), TextEdit::new(12..12, "\nc = 3")]);
        assert_eq!(edited, "b = 2\r\nc = 3\r\n");
        assert_eq!(with_crlf("x = [\n'''\na\\n\n''', 1] # b\r\n"), "x = [\r\n\"a\\\\n\\n\", 1] # b\r\n");
    }
}
