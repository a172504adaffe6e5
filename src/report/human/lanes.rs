//! The timeline: a lane for each awaitable, drawn to scale, and the call's own as the last.

use std::fmt::Write as _;
use std::io;

use owo_colors::Style as Look;
use unicode_width::UnicodeWidthStr;

use super::axis::Axis;
use super::order::{Chosen, Place, Rest, Tally, choose, deciders};
use super::page::Page;
use crate::calls::{Call, Function, ReturnWhen};
use crate::event::{Ended, Exception, ExceptionKind};
use crate::outcome::{Entry, Gave, Status};
use crate::report::duration::thousands;
use crate::report::fit::{fit, pad};
use crate::report::phrases::count;
use crate::scenario::{Kind, Nanos};

/// Below this many columns there is no room for outcomes beside the lanes.
const BESIDE: usize = 64;
/// How far behind the last moment what never finishes is drawn on.
const TAIL: usize = 5;
/// The longest lane.
const LONGEST: usize = 120;

/// A line of the timeline.
struct Lane {
    name: String,
    cells: Cells,
    /// What is said beside it, in a look.
    outcome: (String, Look),
    /// Whether it is the call's own.
    call: bool,
}

/// Writes the timeline.
pub fn write(page: &Page<'_>, out: &mut impl io::Write) -> io::Result<()> {
    let chosen = choose(page.run);
    let names = Names::new(page, &chosen);
    let outcomes: Vec<(String, Look)> = chosen.places.iter().map(|place| outcome(page, *place)).collect();
    let call_outcome = call_outcome(page);

    let indent = 2;
    let room = page.width - indent - names.width - 2;
    let beside = page.width >= BESIDE;
    let signs = page.glyphs.widest_end() - 1;
    let widest = outcomes.iter().chain([&call_outcome]).map(|(text, _)| text.width()).max().unwrap_or(0);
    let outcome_width = if beside { widest.min(room - room * 9 / 20) } else { 0 };
    // Without outcomes beside it, the last label needs some room to stand in.
    let lane_width = (room - outcome_width - signs - if beside { 2 } else { 4 }).min(LONGEST);

    let endless = is_endless(page, &chosen);
    let tail = if endless { TAIL } else { 0 };
    let axis = Axis::new(last_moment(page, endless), lane_width - tail, page.unicode);
    let width = axis.last() + 1 + tail + signs;

    let mut lanes: Vec<Lane> = Vec::new();
    for ((place, name), outcome) in chosen.places.iter().zip(names.names).zip(outcomes) {
        lanes.push(Lane { name, cells: cells(page, &axis, width, *place), outcome, call: false });
    }
    let call_name = page.run.call.function().name().to_owned();
    let call = Lane { name: call_name, cells: call_cells(page, &axis, width), outcome: call_outcome, call: true };

    let labels = axis.labels(room, page.unicode);
    writeln!(out, "{:1$}{2}", "", indent + names.width + 2, page.style.dim.style(labels))?;
    let write = |out: &mut dyn io::Write, lane: &Lane| {
        let look = if lane.call { page.style.bold } else { Look::new() };
        let name = pad(&lane.name, names.width).to_string();
        write!(out, "{:indent$}{}  ", "", look.style(name))?;
        let drawn = lane.cells.write(out)?;
        if beside && !lane.outcome.0.is_empty() {
            let text = fit(&lane.outcome.0, outcome_width, page.glyphs.ellipsis);
            write!(out, "{:1$}{2}", "", width + 2 - drawn, lane.outcome.1.style(text))?;
        }
        writeln!(out)
    };
    for lane in &lanes {
        write(out, lane)?;
    }
    let rest = (chosen.rest.count() > 0).then(|| rest_words(page, &chosen.rest));
    if let Some(rest) = &rest {
        page.paragraph(out, indent, ("", Look::new()), rest)?;
    }
    write(out, &call)?;

    if !beside {
        writeln!(out)?;
        let below = page.width - indent - names.width - 2;
        for lane in lanes.iter().chain([&call]).filter(|lane| !lane.outcome.0.is_empty()) {
            let text = fit(&lane.outcome.0, below, page.glyphs.ellipsis);
            writeln!(out, "{:indent$}{}  {}", "", pad(&lane.name, names.width), lane.outcome.1.style(text))?;
        }
    }
    Ok(())
}

/// The names of lanes, indented under their groups and cut to one width.
struct Names {
    names: Vec<String>,
    width: usize,
}

impl Names {
    fn new(page: &Page<'_>, chosen: &Chosen) -> Names {
        let widest = (page.width * 3 / 10).min(30);
        let names: Vec<String> = chosen
            .places
            .iter()
            .map(|place| {
                let indent = (2 * place.depth).min(8).min(widest / 2);
                let name = fit(page.run.scenario.name(place.id), widest - indent, page.glyphs.ellipsis);
                format!("{:indent$}{name}", "")
            })
            .collect();
        let call = page.run.call.function().name().width();
        let width = names.iter().map(|name| name.width()).max().unwrap_or(0).max(call);
        Names { names, width }
    }
}

fn is_endless(page: &Page<'_>, chosen: &Chosen) -> bool {
    page.run.outcome().status == Status::Hangs
        || chosen.places.iter().filter_map(|place| page.entry(place.id)).any(never_finishes)
}

fn never_finishes(entry: &Entry) -> bool {
    entry.created.is_some() && entry.finished.is_none()
}

/// The last moment at which anything that is drawn happens.
fn last_moment(page: &Page<'_>, endless: bool) -> Nanos {
    let run = page.run;
    let finished = run.entries.iter().filter_map(|entry| entry.finished.max(entry.cleanup)).max();
    let group = run.main().settled.map(|(at, _)| at);
    let end = endless.then_some(run.ended_at);
    finished.max(group).max(end).unwrap_or_default().max(run.outcome().at)
}

/// One row of signs, each with its look.
struct Cells(Vec<Option<(&'static str, Look)>>);

impl Cells {
    fn fill(&mut self, columns: std::ops::Range<usize>, sign: &'static str, look: Look) {
        if let Some(cells) = self.0.get_mut(columns) {
            cells.fill(Some((sign, look)));
        }
    }

    fn put(&mut self, column: usize, sign: &'static str, look: Look) {
        if let Some(cell) = self.0.get_mut(column) {
            *cell = Some((sign, look));
        }
    }

    /// Writes the row up to its last sign, equal looks in one go, and tells how many columns that took.
    fn write(&self, out: &mut dyn io::Write) -> io::Result<usize> {
        let mut columns = 0;
        let mut text = String::new();
        let mut current: Option<Look> = None;
        for (column, cell) in self.0.iter().enumerate() {
            let Some((sign, look)) = cell else { continue };
            if column < columns {
                continue;
            }
            if current != Some(*look) {
                flush(out, &mut text, current)?;
                current = Some(*look);
            }
            let _ = write!(text, "{:1$}{sign}", "", column - columns);
            columns = column + sign.width();
        }
        flush(out, &mut text, current)?;
        Ok(columns)
    }
}

fn flush(out: &mut dyn io::Write, text: &mut String, look: Option<Look>) -> io::Result<()> {
    if let Some(look) = look {
        write!(out, "{}", look.style(&*text))?;
        text.clear();
    }
    Ok(())
}

/// What is drawn of an awaitable.
fn cells(page: &Page<'_>, axis: &Axis, width: usize, place: Place) -> Cells {
    let mut cells = Cells(vec![None; width]);
    let (glyphs, style) = (&page.glyphs, &page.style);
    let Some(entry) = page.entry(place.id) else { return cells };
    let (fill, begin) = match page.run.scenario.awaitable(place.id).kind {
        Kind::Gather(_) => (glyphs.call, entry.created),
        Kind::Future(_) => (glyphs.running, entry.created),
        Kind::Coroutine(_) | Kind::Task(_) => (glyphs.running, entry.started),
    };
    let endless = never_finishes(entry);
    let end = match entry.finished {
        Some(at) => axis.column(at),
        None => width.saturating_sub(glyphs.widest_end()),
    };
    let begin = match begin {
        Some(at) => axis.column(at),
        None if endless || entry.finished.is_some() => end,
        None => axis.last() + 1,
    };
    cells.fill(0..begin, glyphs.not_started, style.dim);
    let come_back = (page.run.outcome().status != Status::Hangs).then(|| axis.column(page.run.outcome().at));
    match come_back {
        Some(moment) if moment < end && begin <= moment => {
            cells.fill(begin..moment, fill, style.running);
            cells.fill(moment + 1..end, glyphs.orphan, style.orphan);
        }
        Some(moment) if moment < begin => cells.fill(begin..end, glyphs.orphan, style.orphan),
        _ => cells.fill(begin..end, fill, style.running),
    }
    if let Some(at) = entry.cleanup {
        cells.fill(axis.column(at)..end, glyphs.cleanup, style.cancelled);
    }
    if let Some(moment) = come_back
        && (begin..end).contains(&moment)
    {
        cells.put(moment, glyphs.moment, page.outcome_sign().1);
    }
    match entry.ended {
        Some(ended) => {
            let (sign, look) = page.end_sign(ended);
            cells.put(end, sign, look);
        }
        None if endless => cells.put(end, glyphs.never, style.orphan),
        None => {}
    }
    cells
}

/// What is drawn of the call itself: until what it gave is settled, and the moment at which the caller has it.
fn call_cells(page: &Page<'_>, axis: &Axis, width: usize) -> Cells {
    let mut cells = Cells(vec![None; width]);
    let (glyphs, run) = (&page.glyphs, page.run);
    let (sign, look) = page.outcome_sign();
    let begun = match run.call.function() {
        Function::Gather => run.main().called,
        Function::Wait => run.main().awaited,
    };
    let never = width.saturating_sub(glyphs.widest_end());
    let hangs = run.outcome().status == Status::Hangs;
    let moment = if hangs { never } else { axis.column(run.outcome().at) };
    let begin = begun.map_or(moment, |at| axis.column(at));
    cells.fill(0..begin, glyphs.not_started, page.style.dim);
    match run.main().settled.map(|(at, ended)| (axis.column(at), ended)) {
        // It was done long before the caller asked.
        Some((settled, ended)) if settled < moment => {
            let (end, end_look) = page.end_sign(ended);
            cells.fill(begin..settled, glyphs.call, end_look);
            cells.put(settled, end, end_look);
            match run.outcome().status {
                // The caller was cancelled on its way there.
                Status::Cancelled if run.main().awaited.is_none() => cells.put(moment, sign, look),
                Status::Hangs => cells.put(moment, end, end_look),
                _ => cells.put(moment, glyphs.moment, end_look),
            }
        }
        // The caller was cancelled before it came to await it.
        Some((settled, ended)) if settled > moment => {
            cells.fill(begin..moment, glyphs.call, look);
            cells.put(moment, glyphs.moment, look);
            cells.fill(moment + 1..settled, glyphs.orphan, page.style.orphan);
            let (sign, look) = page.end_sign(ended);
            cells.put(settled, sign, look);
        }
        _ => {
            cells.fill(begin..moment, glyphs.call, look);
            cells.put(moment, sign, look);
        }
    }
    cells
}

/// What stands beside a lane.
fn outcome(page: &Page<'_>, place: Place) -> (String, Look) {
    let style = &page.style;
    let Some(entry) = page.entry(place.id) else { return (String::new(), style.dim) };
    let beside = page.width;
    let value = |ended| fit(page.ended(ended), beside, page.glyphs.ellipsis);
    let body = matches!(page.run.scenario.awaitable(place.id).kind, Kind::Coroutine(_) | Kind::Task(_));
    match entry.ended {
        Some(ended @ Ended::Returned(_)) => (format!("returned {}", value(ended)), style.success),
        Some(ended @ Ended::Raised(Exception { kind: ExceptionKind::Cancelled(_), .. })) => {
            (format!("raised {}", value(ended)), style.cancelled)
        }
        Some(ended @ Ended::Raised(_)) => (format!("raised {}", value(ended)), style.failure),
        Some(Ended::Cancelled(_)) if body && entry.started.is_none() => {
            ("cancelled before it started".to_owned(), style.cancelled)
        }
        Some(Ended::Cancelled(_)) => ("cancelled".to_owned(), style.cancelled),
        None if entry.created.is_none() => ("never started".to_owned(), style.dim),
        None if page.program_ended() => ("not finished".to_owned(), style.orphan),
        None if body => ("never finishes".to_owned(), style.orphan),
        None => ("never done".to_owned(), style.orphan),
    }
}

/// What stands beside the call's own lane.
fn call_outcome(page: &Page<'_>) -> (String, Look) {
    let run = page.run;
    let (_, look) = page.outcome_sign();
    let name = |id| fit(run.scenario.name(id), 30, page.glyphs.ellipsis);
    let text = match (&run.outcome().gave, run.call) {
        (Gave::Nothing, _) => "never returns".to_owned(),
        (Gave::Results(results), _) if results.is_empty() => "returned []".to_owned(),
        (Gave::Results(results), _) => format!("returned {}", count(results.len(), "result")),
        (Gave::Exception(_), _) if run.outcome().status == Status::Cancelled => "cancelled".to_owned(),
        (Gave::Exception(_), _) => "raised".to_owned(),
        (Gave::Sets { pending, .. }, Call::Wait(options)) => match (options.return_when, deciders(run).as_slice()) {
            _ if pending.is_empty() => "all are done".to_owned(),
            (ReturnWhen::FirstCompleted, [first]) if run.main().timed_out.is_none() => {
                format!("FIRST_COMPLETED: {}", name(*first))
            }
            (ReturnWhen::FirstException, [first]) => format!("FIRST_EXCEPTION: {} raised", name(*first)),
            (ReturnWhen::FirstCompleted, [_, ..]) if run.main().timed_out.is_none() => "FIRST_COMPLETED".to_owned(),
            (ReturnWhen::FirstException, [_, ..]) => "FIRST_EXCEPTION".to_owned(),
            _ if run.main().timed_out.is_some() => "timed out".to_owned(),
            _ => "returned".to_owned(),
        },
        (Gave::Sets { .. }, _) => "returned".to_owned(),
    };
    (text, look)
}

/// `… and 9,988 more: 9,980 returned between 0.1 s and 1 s, 8 never finish`
fn rest_words(page: &Page<'_>, rest: &Rest) -> String {
    let mut parts = Vec::new();
    let mut part = |tally: Tally, verb: &str| {
        if tally.count > 0 {
            let when = tally.span.map_or(String::new(), |span| format!(" {}", span_words(page, span)));
            let many =
                if tally.count == rest.count() { "all".to_owned() } else { thousands(tally.count as u64).to_string() };
            parts.push(format!("{many}\u{1f}{verb}{when}"));
        }
    };
    part(rest.raised, "raised");
    part(rest.cancelled, "cancelled");
    part(rest.returned, "returned");
    part(rest.unfinished, if page.program_ended() { "not finished" } else { "never finish" });
    part(rest.never_started, "never started");
    let total = thousands(rest.count() as u64);
    format!("{} and {total} more: {}", page.glyphs.ellipsis, parts.join(", "))
}

/// `at 1 s`, or `between 0.1 s and 1 s`.
pub fn span_words(page: &Page<'_>, (first, last): (Nanos, Nanos)) -> String {
    if first == last {
        format!("at {}", page.time(first))
    } else {
        format!("between {} and {}", page.time(first), page.time(last))
    }
}
