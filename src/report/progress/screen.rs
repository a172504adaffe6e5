//! The terminal that indicatif draws on.
//!
//! indicatif itself fills each row with spaces up to the terminal's width and lets the terminal wrap to the next. So a
//! frame is one line for a terminal, which breaks it anew when its window changes; then indicatif goes up too few rows,
//! and old ones are left behind. Here rows end with line feeds, wrapping is off while they are written, and the cursor
//! is left where the first one begins: the next frame starts there, however the terminal has moved what stands below.
//! `a_window_that_changes_keeps_no_old_rows` shows it, on a terminal that breaks lines anew, and fails with indicatif's
//! own rows.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;

use super::layout::Size;

const NO_WRAP: &str = "\x1b[?7l";
const WRAP: &str = "\x1b[?7h";
const CLEAR_TO_END_OF_LINE: &str = "\x1b[K";
const CLEAR_BELOW: &str = "\x1b[J";

/// A handle; all clones are one screen.
#[derive(Clone)]
pub(super) struct Screen(Arc<Mutex<Shared>>);

struct Shared {
    out: Box<dyn Write + Send>,
    size: Size,
    /// What indicatif has written since the last frame: by turns a row and the spaces that are to fill it.
    written: Vec<String>,
    /// Whether the terminal shows a frame.
    shown: bool,
}

impl Screen {
    pub(super) fn new(out: Box<dyn Write + Send>, size: Size) -> Screen {
        Screen(Arc::new(Mutex::new(Shared { out, size, written: Vec::new(), shown: false })))
    }

    /// The window has that size now.
    pub(super) fn resize(&self, size: Size) {
        self.lock().size = size;
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Shows what was written in place of the last frame, in one write.
    fn paint(&mut self) -> io::Result<()> {
        let rows: Vec<String> = self.written.drain(..).step_by(2).collect();
        if rows.is_empty() && !self.shown {
            return Ok(());
        }
        self.shown = !rows.is_empty();
        let frame = rows.join(&format!("{CLEAR_TO_END_OF_LINE}\r\n"));
        let up = if rows.len() > 1 { format!("\x1b[{}A", rows.len() - 1) } else { String::new() };
        self.out.write_all(format!("{NO_WRAP}\r{frame}{CLEAR_TO_END_OF_LINE}{CLEAR_BELOW}{up}\r{WRAP}").as_bytes())?;
        self.out.flush()
    }
}

/// Where the cursor is to go and what is to be cleared goes without saying: every frame begins at the same place and
/// takes all of the last one away.
impl TermLike for Screen {
    fn width(&self) -> u16 {
        u16::try_from(self.lock().size.width).unwrap_or(u16::MAX)
    }

    fn height(&self) -> u16 {
        u16::try_from(self.lock().size.height).unwrap_or(u16::MAX)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.lock().written.push(text.to_owned());
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)?;
        self.write_str("")
    }

    fn flush(&self) -> io::Result<()> {
        self.lock().paint()
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Screen")
    }
}
