//! Where everything stands in a line of a frame: `margin name gap bar gap time gap state`.

use unicode_width::UnicodeWidthStr;

use crate::calls::Function;
use crate::event::Word;
use crate::report::duration::elapsed_of;
use crate::report::fit::fit;
use crate::scenario::{Delay, Id, Scenario};

/// A terminal's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: usize,
    pub(super) height: usize,
}

/// How far a member stands under its group.
pub(super) const INDENT: usize = 2;
/// No name takes more columns.
const WIDEST_NAME: usize = 40;
/// A bar of fewer columns says nothing, and is left out.
const SHORTEST_BAR: usize = 6;

/// The columns that a scenario's names take at most, and its delays when they are timed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Widths {
    name: usize,
    time: usize,
}

impl Widths {
    /// Found once: one look at each table, whatever its `count`.
    pub(super) fn new(scenario: &Scenario, rows: &[(Id, usize)], unicode: bool) -> Widths {
        let calls = Function::WORDS.iter().map(|name| name.width()).max();
        let mut widths = Widths { name: calls.unwrap_or_default(), time: "0.0 s".len() };
        for awaitable in &scenario.awaitables {
            let Some(last) = awaitable.ids.end.checked_sub(1).map(Id) else { continue };
            let depth = rows.iter().find(|(id, _)| *id == last).map_or(0, |(_, depth)| *depth);
            let name = fit(scenario.name(last), WIDEST_NAME, "").width();
            widths.name = widths.name.max(name + INDENT * depth);
            if let Some(delay) = awaitable.kind.delay().and_then(Delay::known) {
                widths.time = widths.time.max(elapsed_of(delay, delay, unicode).width());
            }
        }
        widths
    }
}

/// The columns of a line's parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// What a line has altogether.
    pub(super) width: usize,
    pub(super) margin: usize,
    pub(super) gap: usize,
    pub(super) name: usize,
    /// 0: there is no room for bars.
    pub(super) bar: usize,
    /// 0: there is no room for times and states.
    pub(super) time: usize,
    pub(super) state: usize,
    /// Whether there is room for `0.7 / 1 s`; else it is `0.7 s`.
    pub(super) totals: bool,
}

impl Layout {
    /// On a terminal of so many columns.
    pub(super) fn new(terminal: usize, widths: &Widths) -> Layout {
        // The last column stays free: a terminal would wait there to wrap.
        let width = terminal.saturating_sub(1);
        let totals = width >= 59;
        let margin = if totals { 2 } else { 1 }.min(width);
        let gap = if width >= 71 { 2 } else { 1 };
        let mut left = width - margin;
        let name = widths.name.min(8.max(width / 4)).min(left);
        left -= name;
        let time = if totals { widths.time.min(24) } else { "00.0 s".len() };
        let wished = match width {
            99.. => width * 2 / 5,
            71.. => 28,
            55.. => 18,
            _ => 11,
        };
        let bar = left.saturating_sub(3 * gap + time + wished);
        let (bar, gaps) = if bar < SHORTEST_BAR { (0, 2) } else { (bar, 3) };
        let state = left.saturating_sub(gaps * gap + time + bar);
        let time = if state == 0 { 0 } else { time };
        Layout { width, margin, gap, name, bar, time, state, totals }
    }
}
