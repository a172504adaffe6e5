//! More awaitables than rows: counts by state, the few that end next, the latest failures.

use unicode_width::UnicodeWidthStr;

use super::frame::Frame;
use super::run_so_far::RunSoFar;
use crate::event::State;
use crate::report::duration::thousands;
use crate::report::fit::fit;
use crate::report::timeline::Phase;

/// The most awaitables that are shown as the next to finish.
const NEXT: usize = 10;
/// From how many lines on each part gets a heading.
const ROOMY: usize = 10;

/// The phases that are counted, in the order in which counts are shown.
const COUNTED: [Phase; 6] = [
    Phase::In(State::NotStarted),
    Phase::In(State::Running),
    Phase::CleaningUp,
    Phase::In(State::Returned),
    Phase::In(State::Raised),
    Phase::In(State::Cancelled),
];

/// Adds at most `most` lines.
pub(super) fn lines(run: &mut RunSoFar<'_>, frame: &Frame<'_>, most: usize, lines: &mut Vec<String>) {
    let mut head = vec![share(run, frame)];
    head.extend(counts(run, frame));
    head.truncate(most);
    let left = most - head.len();
    lines.append(&mut head);

    let headings = most >= ROOMY;
    let heading = |text: &str| -> Option<String> {
        let text = format!("{:1$}{text}", "", frame.layout.margin);
        headings.then(|| frame.theme.style.dim.style(fit(text, frame.layout.width, "")).to_string())
    };
    let for_failures = (left / 3).min(run.failures().len() + usize::from(headings));
    let for_next = left - if run.failures().len() > 0 { for_failures } else { 0 };
    let next = run.next_to_finish(for_next.saturating_sub(usize::from(headings)).min(NEXT));
    if !next.is_empty() {
        lines.extend(heading("next to finish"));
        lines.extend(next.into_iter().map(|(id, entry)| frame.awaitable(run, id, &entry, 0)));
    }
    let failures = for_failures.saturating_sub(usize::from(headings));
    if failures > 0 && run.failures().len() > 0 {
        lines.extend(heading("latest failures"));
        let latest = run.failures().take(failures);
        lines.extend(latest.map(|failure| frame.failure(run, failure)));
    }
}

/// A bar for how many have ended.
fn share(run: &RunSoFar<'_>, frame: &Frame<'_>) -> String {
    let theme = frame.theme;
    let (ended, all) = (run.phases.ended(), run.phases.len());
    let counts = format!("{} / {} ended", thousands(ended as u64), thousands(all as u64));
    let counts = fit(counts, frame.layout.width.saturating_sub(frame.layout.margin), theme.glyphs.ellipsis);
    let bar = frame.layout.width.saturating_sub(2 * frame.layout.margin + counts.width());
    let filled = (ended as u128 * bar as u128 / all.max(1) as u128) as usize;
    let margin = " ".repeat(frame.layout.margin);
    let done = theme.glyphs.running.repeat(filled);
    let track = theme.track().repeat(bar.saturating_sub(filled));
    let separator = if bar > 0 { &*margin } else { "" };
    format!("{margin}{}{}{separator}{counts}", theme.style.success.style(done), theme.style.dim.style(track))
}

/// The phases that somebody is in, in as few lines as they need.
fn counts(run: &RunSoFar<'_>, frame: &Frame<'_>) -> Vec<String> {
    let theme = frame.theme;
    let room = frame.layout.width.saturating_sub(frame.layout.margin);
    let mut lines: Vec<String> = Vec::new();
    let mut columns = room + 1;
    for phase in COUNTED {
        let count = run.phases.count(&[phase]);
        if count == 0 {
            continue;
        }
        let leftover = frame.leftover.filter(|_| phase == Phase::In(State::Running));
        let (sign, look) = match leftover {
            Some(_) => (theme.glyphs.orphan, theme.style.orphan),
            None => theme.sign(phase),
        };
        let words = leftover.filter(|_| room >= 60).map_or_else(|| phase.words(), str::to_owned);
        let text = fit(format_args!("{sign} {} {words}", thousands(count as u64)), room, theme.glyphs.ellipsis);
        match lines.last_mut() {
            Some(line) if columns + 3 + text.width() <= room => {
                columns += 3 + text.width();
                line.push_str("   ");
                line.push_str(&look.style(text).to_string());
            }
            _ => {
                columns = text.width();
                lines.push(format!("{:1$}{2}", "", frame.layout.margin, look.style(text)));
            }
        }
    }
    lines
}
