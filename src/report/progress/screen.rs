//! The terminal that indicatif draws on.
//!
//! indicatif fills each line with spaces up to the terminal's width and lets the terminal wrap to the next. That is
//! one line for a terminal, which joins or splits it when its window changes; what indicatif then counts is wrong, and
//! lines are left behind or lost. So it draws on rows in memory, and [`TermLike::flush`] copies them over: in one
//! write, each row ended by a line feed of its own, wrapping switched off in case the terminal counts a character
//! otherwise, and the cursor left where the first row begins. From there the next frame starts however the terminal
//! has rearranged what stands below, and a program that is killed leaves nothing hidden or switched off.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;
use unicode_width::UnicodeWidthChar;

use super::layout::Size;

/// Between these two a terminal that knows them shows nothing half done; others ignore them.
const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";
const NO_WRAP: &str = "\x1b[?7l";
const WRAP: &str = "\x1b[?7h";
const CLEAR_TO_END_OF_LINE: &str = "\x1b[K";
const CLEAR_BELOW: &str = "\x1b[J";

/// A handle; all clones are one screen.
#[derive(Clone)]
pub(super) struct Screen(Arc<Mutex<Rows>>);

struct Rows {
    out: Box<dyn Write + Send>,
    size: Size,
    rows: Vec<String>,
    /// Where the cursor is, as indicatif believes.
    row: usize,
    column: usize,
    /// How many rows the terminal shows.
    shown: usize,
}

impl Screen {
    pub(super) fn new(out: Box<dyn Write + Send>, size: Size) -> Screen {
        Screen(Arc::new(Mutex::new(Rows { out, size, rows: vec![String::new()], row: 0, column: 0, shown: 0 })))
    }

    /// The window has that size now.
    pub(super) fn resize(&self, size: Size) {
        self.lock().size = size;
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn current(&mut self) -> &mut String {
        if self.rows.len() <= self.row {
            self.rows.resize(self.row + 1, String::new());
        }
        &mut self.rows[self.row]
    }

    /// As a terminal does, but that a text is never parted: whoever draws here keeps to the width.
    fn write(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.column >= self.size.width {
            self.row += 1;
            self.column = 0;
        }
        self.current().push_str(text);
        // Counted as indicatif counts, so that both agree on where a line is full: colours take no room.
        let mut in_colour = false;
        for c in text.chars() {
            if in_colour || c == '\x1b' {
                in_colour = c != 'm';
                continue;
            }
            let columns = c.width().unwrap_or(0);
            self.column += columns;
            if self.column > self.size.width {
                self.column = columns;
            }
        }
    }

    fn paint(&mut self) -> io::Result<()> {
        let rows = self.rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
        if rows == 0 && self.shown == 0 {
            return Ok(());
        }
        let mut frame = format!("{BEGIN}{NO_WRAP}\r");
        for (index, row) in self.rows.iter().take(rows).enumerate() {
            frame.push_str(if index == 0 { "" } else { "\r\n" });
            frame.push_str(row.trim_end_matches(' '));
            frame.push_str(CLEAR_TO_END_OF_LINE);
        }
        frame.push_str(CLEAR_BELOW);
        if rows > 1 {
            frame.push_str(&format!("\x1b[{}A", rows - 1));
        }
        frame.push('\r');
        frame.push_str(WRAP);
        frame.push_str(END);
        self.shown = rows;
        self.out.write_all(frame.as_bytes())?;
        self.out.flush()
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        u16::try_from(self.lock().size.width).unwrap_or(u16::MAX)
    }

    fn height(&self) -> u16 {
        u16::try_from(self.lock().size.height).unwrap_or(u16::MAX)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        let mut rows = self.lock();
        rows.row = rows.row.saturating_sub(n);
        Ok(())
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        let mut rows = self.lock();
        rows.row += n;
        Ok(())
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        let mut rows = self.lock();
        rows.column += n;
        Ok(())
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        let mut rows = self.lock();
        rows.column = rows.column.saturating_sub(n);
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        let mut rows = self.lock();
        rows.write(text);
        rows.row += 1;
        rows.column = 0;
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.lock().write(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        let mut rows = self.lock();
        rows.current().clear();
        rows.column = 0;
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        self.lock().paint()
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen").field("size", &self.lock().size).finish_non_exhaustive()
    }
}
