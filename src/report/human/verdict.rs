//! What the caller got, in one line, and what is in it.

use std::io;

use owo_colors::Style as Look;
use unicode_width::UnicodeWidthStr;

use super::order::deciders;
use super::page::Page;
use crate::event::{Canceller, Ended, Exception, ExceptionKind, Item, Misuse, Returned, Target};
use crate::outcome::Gave;
use crate::report::duration::thousands;
use crate::report::fit::{fit, pad};
use crate::report::words::count;
use crate::scenario::{Call, Function, Id, Nanos, ReturnWhen, Status};

/// Up to this many lines of a list are all shown.
const FIT: usize = 14;
/// Of more, this many are.
const CHOSEN: usize = 10;
/// The most names of pending awaitables that are written out.
const NAMES: usize = 12;

/// Writes the verdict, what the call gave, and what explains it.
pub fn write(page: &Page<'_>, out: &mut impl io::Write) -> io::Result<()> {
    let (sign, look) = page.outcome_sign();
    let run = page.run;
    let at = page.time(run.outcome.at);
    let function = page.function();
    let verdict = match &run.outcome.gave {
        Gave::Results(results) if results.is_empty() => {
            format!(" {function} returned [] at {at}: it was given nothing to wait for.")
        }
        Gave::Results(results) => {
            let failed = results.iter().filter(|item| !matches!(item.ended, Ended::Returned(_))).count();
            let failed = match failed {
                0 => String::new(),
                1 if results.len() == 1 => ", an exception".to_owned(),
                1 => ", one of them an exception".to_owned(),
                all if all == results.len() => ", all of them exceptions".to_owned(),
                some => format!(", {} of them exceptions", thousands(some as u64)),
            };
            format!(" {function} returned {} at {at}{failed}:", count(results.len(), "result"))
        }
        Gave::Sets { done, pending } => format!(
            " {function} returned at {at}{}: {} done, {} pending.",
            why_wait_returned(page, pending),
            thousands(done.len() as u64),
            thousands(pending.len() as u64)
        ),
        Gave::Exception(exception) => exception_verdict(page, *exception, &at),
        Gave::Nothing => hang_verdict(page, &at),
    };
    page.paragraph(out, 0, (sign, look), &verdict)?;
    match &run.outcome.gave {
        Gave::Results(results) if !results.is_empty() => {
            writeln!(out)?;
            write_items(page, out, "", results.iter().copied())?;
        }
        Gave::Sets { done, pending } => write_sets(page, out, done, pending)?,
        _ => {}
    }
    let more = explanations(page);
    if !more.is_empty() {
        writeln!(out)?;
    }
    for text in more {
        page.paragraph(out, 2, ("", Look::new()), &text)?;
    }
    Ok(())
}

/// `, because orders raised`: only where that is not plain from the numbers.
fn why_wait_returned(page: &Page<'_>, pending: &[Id]) -> String {
    let run = page.run;
    let Call::Wait(options) = run.call else { return String::new() };
    if pending.is_empty() {
        return String::new();
    }
    if run.timed_out_at.is_some() {
        return ", when its timeout was over".to_owned();
    }
    let verb = match options.return_when {
        ReturnWhen::AllCompleted => return String::new(),
        ReturnWhen::FirstCompleted => "was done",
        ReturnWhen::FirstException => "raised",
    };
    match deciders(run).as_slice() {
        [first] => format!(", when {} {verb}", page.name(*first)),
        _ => String::new(),
    }
}

fn exception_verdict(page: &Page<'_>, exception: Exception, at: &str) -> String {
    let (run, function) = (page.run, page.function());
    let repr = page.exception(exception);
    if run.outcome.status != Status::Cancelled {
        let from = exception.from.map_or(String::new(), |id| format!(", from {}", page.name(id)));
        return format!(" {function} raised {repr} at {at}{from}.");
    }
    let asked = cancel_of(page, Target::Caller).or_else(|| cancel_of(page, Target::Group));
    let (awaited, begins) = match run.call.function() {
        Function::Gather => (run.awaited_at, "awaited what gather() gave it"),
        Function::Wait => (run.awaited_at, "awaited wait()"),
    };
    let never = match (run.called_at, awaited) {
        (None, _) => Some(format!("called {function}")),
        (_, None) => Some(begins.to_owned()),
        _ => None,
    };
    if let Some(never) = never {
        return format!(" The caller was cancelled at {at}, before it {never}: it got {repr}.");
    }
    let because = match (asked, exception.from.and_then(|id| Some((id, page.entry(id)?)))) {
        (Some((when, target, by)), _) => format!(", because {}", cancel_words(page, target, when, by)),
        (None, Some((id, entry))) => match entry.cancelled_by {
            Some((when, by)) => {
                let name = page.name(id);
                format!(", because {name} was cancelled{}", when_and_by(page, when, by))
            }
            None => format!(", from {}", page.name(id)),
        },
        (None, None) => String::new(),
    };
    format!(" {function} raised {repr} at {at}{because}.")
}

/// The last accepted `.cancel()` of the caller or the group up to the outcome, by somebody outside.
fn cancel_of(page: &Page<'_>, of: Target) -> Option<(Nanos, Target, Canceller)> {
    let run = page.run;
    let outside = |by: &Canceller| matches!(by, Canceller::Schedule | Canceller::Interrupt | Canceller::Exit);
    run.cancels
        .iter()
        .filter(|(at, target, accepted, by)| *accepted && *target == of && *at <= run.outcome.at && outside(by))
        .map(|(at, target, _, by)| (*at, *target, *by))
        .next_back()
}

fn cancel_words(page: &Page<'_>, target: Target, when: Nanos, by: Canceller) -> String {
    match (target, by) {
        (_, Canceller::Interrupt) => format!("of Ctrl-C{}", at_if_other(page, when)),
        (Target::Group, _) => format!("group.cancel() was called{}", at_if_other(page, when)),
        _ => format!("the caller was cancelled{}", when_and_by(page, when, by)),
    }
}

/// ` at 1 s`, where that is not the outcome's own moment.
fn at_if_other(page: &Page<'_>, when: Nanos) -> String {
    if when == page.run.outcome.at { String::new() } else { format!(" at {}", page.time(when)) }
}

fn when_and_by(page: &Page<'_>, when: Nanos, by: Canceller) -> String {
    let by = match by {
        Canceller::Schedule => ", as the scenario says",
        Canceller::Exit => ", at the program's end",
        Canceller::Interrupt => ", by Ctrl-C",
        Canceller::Caller => " with the caller",
        Canceller::Group => " with its group",
    };
    format!("{}{by}", at_if_other(page, when))
}

fn hang_verdict(page: &Page<'_>, at: &str) -> String {
    let mut waits_for = Vec::new();
    let mut more = 0_usize;
    super::order::visit(page.run, |place| {
        let unfinished = page.entry(place.id).is_some_and(|entry| entry.created.is_some() && entry.finished.is_none());
        if place.given && place.depth == 0 && unfinished {
            if waits_for.len() < 3 {
                waits_for.push(place.id);
            } else {
                more += 1;
            }
        }
    });
    let function = page.function();
    let subject = super::ledger::subject(page, &waits_for, waits_for.len() + more);
    let which = match waits_for.len() + more {
        0 => return format!(" {function} never returns: nothing happens after {at}."),
        1 => "which never finishes",
        _ => "which never finish",
    };
    format!(" {function} never returns: it waits for {subject}, {which}. Nothing happens after {at}.")
}

/// gather()'s results in argument order; neighbours that are clones of one table with the same result share a line.
fn write_items(
    page: &Page<'_>,
    out: &mut impl io::Write,
    heading: &str,
    items: impl Iterator<Item = Item>,
) -> io::Result<()> {
    let mut lines: Vec<Line> = Vec::new();
    let mut left = 0;
    for item in items {
        if let Some(last) = lines.last_mut()
            && left == 0
            && last.takes(page, &item)
        {
            last.to = item.awaitable;
            last.count += 1;
        } else if lines.len() < FIT {
            lines.push(Line { from: item.awaitable, to: item.awaitable, ended: item.ended, count: 1 });
        } else {
            left += 1;
        }
    }
    if left > 0 {
        left += lines.drain(CHOSEN..).map(|line| line.count).sum::<usize>();
    }
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
    if left > 0 {
        let more = format!("{} and {} more", page.glyphs.ellipsis, thousands(left as u64));
        writeln!(out, "  {heading}{}", page.style.dim.style(more))?;
    }
    Ok(())
}

/// A line of results: one, or several alike.
struct Line {
    from: Id,
    to: Id,
    ended: Ended,
    count: usize,
}

impl Line {
    fn takes(&self, page: &Page<'_>, item: &Item) -> bool {
        let table = |id: Id| page.run.scenario.awaitable(id).ids.start;
        item.awaitable.0 == self.to.0.wrapping_add(1)
            && table(item.awaitable) == table(self.to)
            && same_value(self.ended, item.ended)
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
fn write_sets(page: &Page<'_>, out: &mut impl io::Write, done: &[Id], pending: &[Id]) -> io::Result<()> {
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
    let lines = super::page::wrap(&names.join(", "), page.width.saturating_sub(12));
    for (index, line) in lines.iter().enumerate() {
        match index {
            0 => writeln!(out, "  {}   {line}", look.style("pending"))?,
            _ => writeln!(out, "            {line}")?,
        }
    }
    Ok(())
}

/// What a reader may ask about the verdict itself.
fn explanations(page: &Page<'_>) -> Vec<String> {
    let run = page.run;
    let mut texts = Vec::new();
    if let Gave::Exception(Exception { kind: ExceptionKind::Misuse(misuse), .. }) = run.outcome.gave
        && let Some(text) = misuse_words(run.call, misuse)
    {
        texts.push(text);
    }
    if let Some((settled, ended)) = run.group_finished
        && settled < run.outcome.at
        && run.awaited_at.is_some_and(|awaited| awaited > settled)
    {
        let verb = match ended {
            Ended::Returned(_) => "was done",
            Ended::Raised(exception) if !matches!(exception.kind, ExceptionKind::Cancelled(_)) => "had failed",
            _ => "was cancelled",
        };
        texts.push(format!(
            "The group {verb} at {} already; the caller awaited it only at {}.",
            page.time(settled),
            page.time(run.awaited_at.unwrap_or_default())
        ));
    }
    if run.outcome.status == Status::Hangs && run.timed_out_at.is_none() && matches!(run.call, Call::Wait(_)) {
        texts.push("A timeout would have let wait() return.".to_owned());
    }
    texts.extend(checks_words(page));
    texts.extend(cancels_words(page));
    texts
}

/// Why a wrong call fails, and what to write instead.
fn misuse_words(call: Call, misuse: &Misuse) -> Option<String> {
    let message = misuse.message;
    let says = |part: &str| message.contains(part);
    let text = match call.function() {
        Function::Gather if says("unhashable type") || says("as a dict key") => {
            "gather() takes the awaitables themselves as its arguments, not a list of them: put a star before the \
             list, asyncio.gather(*awaitables)."
        }
        Function::Wait if says("is empty") => {
            "wait() refuses an empty collection, where gather() of nothing returns []: ask whether there is anything \
             to wait for before the call."
        }
        Function::Wait if says("Passing coroutines is forbidden") => {
            "Since Python 3.11 wait() takes only tasks and futures: wrap each coroutine with asyncio.create_task() \
             first, and keep the tasks to tell them apart in what it returns."
        }
        Function::Wait if says("not generator") => "Up to Python 3.11 wait() refuses a generator: make it a list.",
        Function::Wait if says("expect a list of futures") => {
            "wait() takes one collection of tasks or futures, not the awaitable itself: write asyncio.wait([task])."
        }
        Function::Wait if says("unhashable type") || says("as a set element") => {
            "wait() puts what it is given into a set: each element must be a task or future itself, not a list of them."
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// `group.done() was False at 1 s and True at 2 s.`
fn checks_words(page: &Page<'_>) -> Option<String> {
    let checks = &page.run.checks;
    let shown: Vec<String> = checks
        .iter()
        .take(6)
        .map(|(at, done)| format!("{} at {}", if *done { "True" } else { "False" }, page.time(*at)))
        .collect();
    let more = checks.len() - shown.len();
    let more = if more > 0 { format!(", and so on ({} in all)", checks.len()) } else { String::new() };
    (!shown.is_empty()).then(|| format!("group.done() was {}{more}.", join(&shown)))
}

/// Cancellations of the group and the caller that did not make the outcome.
fn cancels_words(page: &Page<'_>) -> Vec<String> {
    let run = page.run;
    let mut texts = Vec::new();
    for (at, target, accepted, by) in run.cancels.iter().take(6) {
        let made_it = run.outcome.status == Status::Cancelled && *accepted && *at <= run.outcome.at;
        let when = page.time(*at);
        let text = match (target, by, accepted) {
            _ if made_it => continue,
            (Target::Caller, Canceller::Interrupt, _) => format!("Ctrl-C came at {when}."),
            (Target::Caller, Canceller::Schedule, true) if *at >= run.outcome.at => {
                format!("The caller was cancelled at {when}, after {}.", page.came_back())
            }
            (Target::Caller, Canceller::Schedule, true) => format!("The caller was cancelled at {when}."),
            (Target::Caller, Canceller::Schedule, false) => {
                format!("The caller's cancellation at {when} came too late: its program had ended.")
            }
            (Target::Group, Canceller::Schedule, true) => {
                format!("group.cancel() at {when} returned True: at least one member took the cancellation.")
            }
            (Target::Group, Canceller::Schedule, false) => {
                format!("group.cancel() at {when} returned False: there was nothing left to cancel.")
            }
            _ => continue,
        };
        texts.push(text);
    }
    texts
}

/// `a`, `a and b`, `a, b and c`.
pub fn join(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
