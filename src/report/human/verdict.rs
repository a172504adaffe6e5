//! What the caller got, in one line, and what is in it.

use std::io;

use owo_colors::Style as Look;

use super::chosen::deciders;
use super::page::Page;
use super::{remarks, results};
use crate::event::{CallId, Canceller, Ended, Exception, Target};
use crate::outcome::{Cancellation, Gave, Status};
use crate::report::duration::thousands;
use crate::report::phrases::count;
use crate::report::timeline::order::visit;
use crate::scenario::{Id, Nanos};

/// Writes the verdict, what the call gave, and what explains it.
pub fn write(page: &Page<'_>, out: &mut impl io::Write) -> io::Result<()> {
    let (sign, look) = page.outcome_sign();
    let run = page.run;
    let at = page.time(run.outcome().at);
    let function = page.function();
    let verdict = match &run.outcome().gave {
        Some(Gave::Results(results)) if results.is_empty() => {
            format!(" {function} returned [] at {at}: it was given nothing to wait for.")
        }
        Some(Gave::Results(results)) => {
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
        Some(Gave::Sets { done, pending }) => format!(
            " {function} returned at {at}{}: {} done, {} pending.",
            why_it_returned(page, pending),
            thousands(done.len() as u64),
            thousands(pending.len() as u64)
        ),
        Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => exception_verdict(page, *exception, &at),
        None => hang_verdict(page, &at),
    };
    page.paragraph(out, 0, (sign, look), &verdict)?;
    match &run.outcome().gave {
        Some(Gave::Results(results)) if !results.is_empty() => {
            writeln!(out)?;
            results::write_items(page, out, "", results.iter().copied())?;
        }
        Some(Gave::Sets { done, pending }) => results::write_sets(page, out, done, pending)?,
        _ => {}
    }
    let more = remarks::texts(page);
    if !more.is_empty() {
        writeln!(out)?;
    }
    for text in more {
        page.paragraph(out, 2, ("", Look::new()), &text)?;
    }
    Ok(())
}

/// `, because orders raised`: only where that is not plain from the numbers.
fn why_it_returned(page: &Page<'_>, pending: &[Id]) -> String {
    let run = page.run;
    if pending.is_empty() {
        return String::new();
    }
    if run.main().timed_out.is_some() {
        return ", when its timeout was over".to_owned();
    }
    match deciders(run).as_slice() {
        [first] => format!(", when {} {}", page.name(*first), run.call.options().verb_of_release()),
        _ => String::new(),
    }
}

fn exception_verdict(page: &Page<'_>, exception: Exception, at: &str) -> String {
    let (run, function) = (page.run, page.function());
    let repr = page.exception(exception);
    if run.outcome().status() != Status::Cancelled {
        let from = exception.from.map_or(String::new(), |id| format!(", from {}", page.name(id)));
        return format!(" {function} raised {repr} at {at}{from}.");
    }
    let never = match (run.main().called, run.main().awaited) {
        (None, _) => Some(format!("called {function}")),
        (_, None) => Some(run.call.options().awaited_in_text().to_owned()),
        _ => None,
    };
    if let Some(never) = never {
        let by = match cancel_of(page, Target::Caller) {
            Some((_, Cancellation { by: Canceller::Interrupt, .. })) => ", by Ctrl-C",
            _ => "",
        };
        return format!(" The caller was cancelled at {at}{by}, before it {never}: it got {repr}.");
    }
    let maker = match (exception.from, exception.group) {
        (None, Some(Target::Awaitable(group))) => Some(group),
        (from, _) => from,
    };
    let cancelled = maker.and_then(|id| Some((Target::Awaitable(id), page.entry(id)?.cancelled_by?)));
    let asked = match (cancelled, exception.from) {
        (Some((target, cancellation)), _) => Some(run.beginning(target, cancellation)),
        (None, Some(_)) => None,
        (None, None) => cancel_of(page, Target::Caller).or_else(|| cancel_of(page, Target::Group(CallId::MAIN))),
    };
    let because = match (asked, exception.from) {
        (Some((target, cancellation)), _) => format!(", because {}", cancel_words(page, target, cancellation)),
        (None, Some(from)) => format!(", from {}", page.name(from)),
        (None, None) => String::new(),
    };
    format!(" {function} raised {repr} at {at}{because}.")
}

/// The last accepted `.cancel()` of the caller or the group up to the outcome, by somebody outside.
fn cancel_of(page: &Page<'_>, of: Target) -> Option<(Target, Cancellation)> {
    let run = page.run;
    let outside = |by: &Canceller| matches!(by, Canceller::Schedule | Canceller::Interrupt | Canceller::Exit);
    run.cancels
        .iter()
        .filter(|one| one.accepted && one.before_return && one.target == of)
        .map(|one| (one.target, one.cancellation))
        .rfind(|(_, Cancellation { by, .. })| outside(by))
}

fn cancel_words(page: &Page<'_>, target: Target, Cancellation { at, by, .. }: Cancellation) -> String {
    match (target, by) {
        (_, Canceller::Interrupt) => format!("of Ctrl-C{}", at_if_other(page, at)),
        (Target::Group(_), _) => format!("group.cancel() was called{}", at_if_other(page, at)),
        (Target::Caller, _) => format!("the caller was cancelled{}", when_and_by(page, at, by)),
        (Target::Awaitable(id), _) => format!("{} was cancelled{}", page.name(id), when_and_by(page, at, by)),
    }
}

/// ` at 1 s`, where that is not the outcome's own moment.
fn at_if_other(page: &Page<'_>, when: Nanos) -> String {
    if when == page.run.outcome().at { String::new() } else { format!(" at {}", page.time(when)) }
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
    visit(page.run.scenario, |place| {
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
    let subject = super::awaitables::subject(page, &waits_for, waits_for.len() + more);
    let which = match waits_for.len() + more {
        0 => return format!(" {function} never returns: nothing happens after {at}."),
        1 => "which never finishes",
        _ => "which never finish",
    };
    format!(" {function} never returns: it waits for {subject}, {which}. Nothing happens after {at}.")
}
