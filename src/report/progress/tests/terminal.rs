//! What a terminal shows of the live view, also where its window changes.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use insta::assert_snapshot;

use super::{DOWNLOADS, Watched, crowd, gather};
use crate::event::Listener;
use crate::report::progress::Progress;
use crate::report::progress::layout::Size;
use crate::report::style::Style;

/// A terminal that shows what is written to it as a real one does.
#[derive(Clone)]
struct Terminal(Arc<Mutex<Window>>);

struct Window {
    screen: avt::Terminal,
    writes: usize,
}

impl Terminal {
    fn new(columns: usize) -> Terminal {
        let screen = avt::Terminal::with_scrollback(columns, SMALL.height, None).unwrap();
        Terminal(Arc::new(Mutex::new(Window { screen, writes: 0 })))
    }

    fn lock(&self) -> MutexGuard<'_, Window> {
        self.0.lock().unwrap()
    }

    fn text(&self) -> String {
        let window = self.lock();
        let rows: Vec<String> =
            window.screen.screen().visible_lines().map(|line| line.text().trim_end().to_owned()).collect();
        rows.join("\n").trim_end().to_owned()
    }

    /// What each row begins with, those included that have scrolled away.
    fn names(&self) -> Vec<String> {
        let window = self.lock();
        let names = window.screen.screen().all_lines().map(|row| row.text());
        names.filter_map(|row| row.split_whitespace().next().map(str::to_owned)).collect()
    }

    fn cursor(&self) -> Option<(usize, usize)> {
        self.lock().screen.cursor().position()
    }

    /// Sets the width of the window.
    fn resize(&self, columns: usize) {
        self.lock().screen.resize(columns, SMALL.height);
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut window = self.lock();
        window.screen.feed(std::str::from_utf8(bytes).expect("a write ends between characters"));
        window.writes += 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const SMALL: Size = Size { width: 40, height: 10 };

impl Watched {
    /// A live view of it.
    fn on(&self, terminal: &Terminal, size: fn() -> Size, style: Style) -> Progress<'_> {
        Progress::on(Box::new(terminal.clone()), size, &self.scenario, self.call, style, true)
    }
}

#[test]
fn frames_replace_each_other_and_leave_nothing() {
    let downloads = gather(DOWNLOADS);
    let mut terminal = Terminal::new(SMALL.width);
    // Near the bottom, so that the first frame scrolls.
    terminal.write_all(b"1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n$ asyncdemo gather\r\n").unwrap();
    let mut progress = downloads.on(&terminal, || SMALL, Style::coloured());
    for event in downloads.until(1.5) {
        progress.event(&event);
        let before = terminal.lock().writes;
        progress.draw();
        assert_eq!(terminal.lock().writes, before + 1, "a frame is shown at once");
    }
    assert_snapshot!(terminal.text(), @r#"
    4
    5
    6
    7
    8
    $ asyncdemo gather
     users  ━━│╌╌✔       1 s    returned
     orders ━━✘          0.5 s  TimeoutErr…
     audit  ━━│╌╌╌╌╌⊘    1.5 s  cancelled
     gather ══✘          0.5 s  TimeoutErr…
    "#);
    drop(progress);
    assert_snapshot!(terminal.text(), @r#"
    4
    5
    6
    7
    8
    $ asyncdemo gather
    "#);
    assert_eq!(terminal.cursor(), Some((0, 6)));
}

#[test]
fn a_frame_with_fewer_lines_leaves_none_behind() {
    let crowd = crowd();
    let terminal = Terminal::new(SMALL.width);
    let mut progress = crowd.on(&terminal, || SMALL, Style::plain());
    let (some, all) = (crowd.until_ended(450), crowd.until_ended(1000));
    some.iter().for_each(|event| progress.event(event));
    progress.draw();
    assert_eq!(terminal.text().lines().count(), 8);
    all[some.len()..].iter().for_each(|event| progress.event(event));
    progress.draw();
    assert_snapshot!(terminal.text(), @r#"
    ━━━━━━━━━━━━━━━━━━ 1,000 / 1,000 ended
    ✔ 900 returned   ✘ 100 raised
    work…-100    ✘      0.4 s  TimeoutErr…
    gather    ═════════ 1.0 s  running
    "#);
    drop(progress);
    assert_eq!(terminal.text(), "");
}

#[test]
fn nothing_is_written_where_nothing_happens() {
    let downloads = gather(DOWNLOADS);
    let mut terminal = Terminal::new(SMALL.width);
    terminal.write_all(b"as it was").unwrap();
    drop(downloads.on(&terminal, || SMALL, Style::plain()));
    assert_eq!(terminal.cursor(), Some((9, 0)));
    assert_eq!(terminal.text(), "as it was");
}

#[test]
fn a_window_that_changes_keeps_no_old_rows() {
    static COLUMNS: AtomicUsize = AtomicUsize::new(70);
    let size = || Size { width: COLUMNS.load(Ordering::Relaxed), height: SMALL.height };
    let downloads = gather(DOWNLOADS);
    let mut terminal = Terminal::new(70);
    terminal.write_all(b"$ asyncdemo gather\r\n").unwrap();
    let mut progress = downloads.on(&terminal, size, Style::coloured());
    downloads.until(0.7).iter().for_each(|event| progress.event(event));
    for columns in [70, 50, 30, 41, 100] {
        terminal.resize(columns);
        // What was not asked for its size since is drawn on as if it still had the old one.
        progress.draw();
        COLUMNS.store(columns, Ordering::Relaxed);
        progress.draw();
        assert_eq!(terminal.names(), ["$", "users", "orders", "audit", "gather"], "{columns} columns");
    }
    drop(progress);
    assert_eq!(terminal.names(), ["$"]);
}
