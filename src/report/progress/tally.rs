//! More awaitables than rows: counts by state, the few that end next, the latest failures.

use unicode_width::UnicodeWidthStr;

use super::board::{Board, Phase};
use super::frame::Canvas;
use crate::report::duration::thousands;
use crate::report::fit::fit;

/// The most awaitables that are shown as the next to finish.
const NEXT: usize = 10;
/// From how many lines on each part gets a heading.
const ROOMY: usize = 10;

/// Adds at most `most` lines.
pub(super) fn lines(board: &mut Board<'_>, canvas: &Canvas<'_>, most: usize, lines: &mut Vec<String>) {
    let mut head = vec![share(board, canvas)];
    head.extend(counts(board, canvas));
    head.truncate(most);
    let left = most - head.len();
    lines.append(&mut head);

    let headings = most >= ROOMY;
    let heading = |text: &str| -> Option<String> {
        let text = format!("{:1$}{text}", "", canvas.margin);
        headings.then(|| canvas.theme().style.dim.style(fit(text, canvas.width, "")).to_string())
    };
    let for_failures = (left / 3).min(board.failures().len() + usize::from(headings));
    let for_next = left - if board.failures().len() > 0 { for_failures } else { 0 };
    let next = board.next_to_finish(for_next.saturating_sub(usize::from(headings)).min(NEXT));
    if !next.is_empty() {
        lines.extend(heading("next to finish"));
        lines.extend(next.into_iter().map(|(id, lane)| canvas.awaitable(board, id, lane, 0)));
    }
    let failures = for_failures.saturating_sub(usize::from(headings));
    if failures > 0 && board.failures().len() > 0 {
        lines.extend(heading("latest failures"));
        let latest = board.failures().take(failures);
        lines.extend(latest.map(|failure| canvas.failure(board, failure.id, failure.at, failure.exception)));
    }
}

/// A bar for how many have ended.
fn share(board: &Board<'_>, canvas: &Canvas<'_>) -> String {
    let theme = canvas.theme();
    let (ended, all) = (board.finished(), board.len());
    let counts = format!("{} / {} ended", thousands(ended as u64), thousands(all as u64));
    let counts = fit(counts, canvas.width.saturating_sub(canvas.margin), theme.glyphs.ellipsis);
    let bar = canvas.width.saturating_sub(2 * canvas.margin + counts.width());
    let filled = (ended as u128 * bar as u128 / all.max(1) as u128) as usize;
    let margin = " ".repeat(canvas.margin);
    let done = theme.glyphs.running.repeat(filled);
    let track = theme.track().repeat(bar.saturating_sub(filled));
    let separator = if bar > 0 { &*margin } else { "" };
    format!("{margin}{}{}{separator}{counts}", theme.style.success.style(done), theme.style.dim.style(track))
}

/// The states that somebody is in, in as few lines as they need.
fn counts(board: &Board<'_>, canvas: &Canvas<'_>) -> Vec<String> {
    let theme = canvas.theme();
    let room = canvas.width.saturating_sub(canvas.margin);
    let mut lines: Vec<String> = Vec::new();
    let mut columns = room + 1;
    for phase in Phase::ALL {
        let count = board.count(phase);
        if count == 0 {
            continue;
        }
        let leftover = canvas.leftover().filter(|_| phase == Phase::Running);
        let (sign, look) = match leftover {
            Some(_) => (theme.glyphs.orphan, theme.style.orphan),
            None => (canvas.sign(phase), canvas.look(phase)),
        };
        let words = leftover.filter(|_| room >= 60).unwrap_or(phase.word());
        let text = fit(format_args!("{sign} {} {words}", thousands(count as u64)), room, theme.glyphs.ellipsis);
        match lines.last_mut() {
            Some(line) if columns + 3 + text.width() <= room => {
                columns += 3 + text.width();
                line.push_str("   ");
                line.push_str(&look.style(text).to_string());
            }
            _ => {
                columns = text.width();
                lines.push(format!("{:1$}{2}", "", canvas.margin, look.style(text)));
            }
        }
    }
    lines
}
