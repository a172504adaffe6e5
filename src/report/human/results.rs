//! What the call gave: gather()'s list, wait()'s two sets.

use std::io;

use owo_colors::Style as Look;
use unicode_width::UnicodeWidthStr;

use super::chosen::FAILED;
use super::page::Page;
use crate::event::{Ended, Item, Returned};
use crate::report::duration::thousands;
use crate::report::fit::{fit, pad, wrap};
use crate::scenario::Id;

/// Up to this many lines of a list are all shown.
const FIT: usize = 14;
/// Of more, this many are.
const CHOSEN: usize = 10;
/// The most names of pending awaitables that are written out.
const NAMES: usize = 12;

/// gather()'s results in argument order; neighbours that are clones of one table with the same result share a line.
pub fn write_items(
    page: &Page<'_>,
    out: &mut impl io::Write,
    heading: &str,
    items: impl Iterator<Item = Item>,
) -> io::Result<()> {
    let mut lines: Vec<AlikeResults> = Vec::new();
    for item in items {
        match lines.last_mut().filter(|last| last.takes(page, &item)) {
            Some(last) => (last.to, last.count) = (item.awaitable, last.count + 1),
            None => {
                lines.push(AlikeResults { from: item.awaitable, to: item.awaitable, ended: item.ended, count: 1 });
            }
        }
    }
    let left = if page.all { Vec::new() } else { fold(&mut lines) };
    let widest = (page.width * 3 / 10).clamp(8, 40);
    let names: Vec<String> = lines.iter().map(|line| line.name(page, widest)).collect();
    let width = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let mut heading = heading;
    for (line, name) in lines.iter().zip(&names) {
        let indent = 2 + if heading.is_empty() { 0 } else { 10 };
        let room = page.width.saturating_sub(indent + width + 2);
        let value = fit(page.ended(line.ended), room, page.glyphs.ellipsis);
        let look = match line.ended {
            Ended::Returned(_) => Look::new(),
            _ => page.end_sign(line.ended).1,
        };
        writeln!(out, "  {}{}  {}", heading, pad(name, width), look.style(value))?;
        if !heading.is_empty() {
            heading = "          ";
        }
    }
    if !left.is_empty() {
        let count = |lines: &mut dyn Iterator<Item = &AlikeResults>| lines.map(|line| line.count).sum::<usize>();
        let (all, failed) = (count(&mut left.iter()), count(&mut left.iter().filter(|line| line.failed())));
        let kind = match failed {
            0 => "values".to_owned(),
            failed if failed == all => "exceptions".to_owned(),
            failed => format!("{} of them exceptions", thousands(failed as u64)),
        };
        let more = format!("{} and {} more, {kind}", page.glyphs.ellipsis, thousands(all as u64));
        writeln!(out, "  {heading}{}", page.style.dim.style(more))?;
    }
    Ok(())
}

/// Takes out what is too much for a list, but no exceptions as long as there are not too many of these either.
fn fold(lines: &mut Vec<AlikeResults>) -> Vec<AlikeResults> {
    if lines.len() <= FIT {
        return Vec::new();
    }
    let mut exceptions = FAILED;
    let failed = lines.iter().filter(|line| line.failed()).count();
    let mut values = CHOSEN.saturating_sub(failed);
    let is_too_much = |line: &mut AlikeResults| {
        let left = if line.failed() { &mut exceptions } else { &mut values };
        std::mem::replace(left, left.saturating_sub(1)) == 0
    };
    lines.extract_if(.., is_too_much).collect()
}

/// What one line tells: a result, or several alike.
struct AlikeResults {
    from: Id,
    to: Id,
    ended: Ended,
    count: usize,
}

impl AlikeResults {
    fn takes(&self, page: &Page<'_>, item: &Item) -> bool {
        let table = |id: Id| page.run.scenario.awaitable(id).ids.start;
        item.awaitable.0 == self.to.0.wrapping_add(1)
            && table(item.awaitable) == table(self.to)
            && same_value(self.ended, item.ended)
    }

    fn failed(&self) -> bool {
        !matches!(self.ended, Ended::Returned(_))
    }

    fn name(&self, page: &Page<'_>, widest: usize) -> String {
        let (scenario, ellipsis) = (page.run.scenario, page.glyphs.ellipsis);
        if self.count == 1 {
            return fit(scenario.name(self.from), widest, ellipsis);
        }
        let times = format!(" ({})", thousands(self.count as u64));
        let name = format!("{} {ellipsis} {}", scenario.name(self.from), scenario.name(self.to));
        format!("{}{times}", fit(name, widest, ellipsis))
    }
}

/// Whether two clones of one table ended with the same value or exception.
fn same_value(one: Ended, other: Ended) -> bool {
    match (one, other) {
        (Ended::Returned(one), Ended::Returned(other)) => matches!(
            (one, other),
            (Returned::Body(_), Returned::Body(_)) | (Returned::Cleanup(_), Returned::Cleanup(_))
        ),
        (Ended::Raised(one), Ended::Raised(other)) => {
            std::mem::discriminant(&one.kind) == std::mem::discriminant(&other.kind)
        }
        _ => false,
    }
}

/// wait()'s two sets.
pub fn write_sets(page: &Page<'_>, out: &mut impl io::Write, done: &[Id], pending: &[Id]) -> io::Result<()> {
    writeln!(out)?;
    let look = page.style.bold;
    if !done.is_empty() {
        let items = done.iter().filter_map(|id| Some(Item { awaitable: *id, ended: page.entry(*id)?.ended? }));
        write_items(page, out, &format!("{}      ", look.style("done")), items)?;
    }
    if pending.is_empty() {
        return Ok(());
    }
    let mut names: Vec<String> = pending.iter().take(NAMES).map(|id| page.name(*id)).collect();
    if pending.len() > NAMES {
        names.push(format!("{} and {} more", page.glyphs.ellipsis, thousands((pending.len() - NAMES) as u64)));
    }
    let lines = wrap(&names.join(", "), page.width.saturating_sub(12));
    for (index, line) in lines.iter().enumerate() {
        match index {
            0 => writeln!(out, "  {}   {line}", look.style("pending"))?,
            _ => writeln!(out, "            {line}")?,
        }
    }
    Ok(())
}
