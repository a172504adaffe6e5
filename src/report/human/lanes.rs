//! The timeline: a lane for each awaitable, drawn to scale, and the call's own as the last.

use std::io;

use owo_colors::Style as Look;
use unicode_width::UnicodeWidthStr;

use super::chosen::{Rest, Shown, choose};
use super::page::Page;
use crate::event::Ended;
use crate::outcome::{AwaitableRecord, Gave, Status};
use crate::report::cells::{Cells, segment_sign};
use crate::report::counted::Counted;
use crate::report::duration::thousands;
use crate::report::fit::{fit, pad};
use crate::report::phrases::count;
use crate::report::timeline::axis::Axis;
use crate::report::timeline::order::Placed;
use crate::report::timeline::{Phase, Row, Segment, Timeline};
use crate::scenario::Nanos;

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
    let (names, name_width) = names(page, &chosen);
    let outcomes: Vec<(String, Look)> = chosen.places.iter().map(|place| outcome(page, *place)).collect();
    let call_outcome = call_outcome(page);

    let indent = 2;
    let room = page.width - indent - name_width - 2;
    let beside = page.width >= BESIDE;
    let signs = page.glyphs.widest_end() - 1;
    let widest = outcomes.iter().chain([&call_outcome]).map(|(text, _)| text.width()).max().unwrap_or(0);
    let outcome_width = if beside { widest.min(room - room * 9 / 20) } else { 0 };
    // Without outcomes beside it, the last label needs some room to stand in.
    let lane_width = (room - outcome_width - signs - if beside { 2 } else { 4 }).min(LONGEST);

    let endless = is_endless(page, &chosen);
    let tail = if endless { TAIL } else { 0 };
    let axis = Axis::with_ticks(last_moment(page, endless), lane_width - tail, page.unicode);
    let width = axis.last() + 1 + tail + signs;

    let timeline = Timeline::of(page.run);
    let came_back = timeline.call().came_back();
    let mut lanes: Vec<Lane> = Vec::new();
    for ((place, name), outcome) in chosen.places.iter().zip(names).zip(outcomes) {
        let cells = cells(page, &timeline.row(place.id, came_back), &axis, width);
        lanes.push(Lane { name, cells, outcome, call: false });
    }
    let call_name = page.run.call.function().name().to_owned();
    let cells = call_cells(page, &timeline.call_row(came_back), &axis, width);
    let call = Lane { name: call_name, cells, outcome: call_outcome, call: true };

    let labels = axis.labels(room, page.unicode);
    writeln!(out, "{:1$}{2}", "", indent + name_width + 2, page.style.dim.style(labels))?;
    let write = |out: &mut dyn io::Write, lane: &Lane| {
        let look = if lane.call { page.style.bold } else { Look::new() };
        let name = pad(&lane.name, name_width).to_string();
        write!(out, "{:indent$}{}  ", "", look.style(name))?;
        let (cells, drawn) = lane.cells.render();
        out.write_all(cells.as_bytes())?;
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
        let below = page.width - indent - name_width - 2;
        for lane in lanes.iter().chain([&call]).filter(|lane| !lane.outcome.0.is_empty()) {
            let text = fit(&lane.outcome.0, below, page.glyphs.ellipsis);
            writeln!(out, "{:indent$}{}  {}", "", pad(&lane.name, name_width), lane.outcome.1.style(text))?;
        }
    }
    Ok(())
}

/// The names of lanes, indented under their groups, and what the widest takes; none takes more than its share.
fn names(page: &Page<'_>, chosen: &Shown) -> (Vec<String>, usize) {
    let most = (page.width * 3 / 10).min(30);
    let name = |place: &Placed| {
        let indent = (2 * place.depth).min(8).min(most / 2);
        let name = fit(page.run.scenario.name(place.id), most - indent, page.glyphs.ellipsis);
        format!("{:indent$}{name}", "")
    };
    let names: Vec<String> = chosen.places.iter().map(name).collect();
    let call = page.run.call.function().name();
    let widest = names.iter().map(|name| name.width()).max().unwrap_or(0).max(call.width());
    (names, widest)
}

fn is_endless(page: &Page<'_>, chosen: &Shown) -> bool {
    page.run.outcome().status() == Status::Hangs
        || chosen.places.iter().filter_map(|place| page.entry(place.id)).any(never_finishes)
}

fn never_finishes(entry: &AwaitableRecord) -> bool {
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

/// What is drawn of an awaitable.
fn cells(page: &Page<'_>, row: &Row, axis: &Axis, width: usize) -> Cells {
    let (glyphs, style) = (&page.glyphs, &page.style);
    let came_back = page.run.main().came_back();
    let mut cells = Cells::new(width);
    let never = width - glyphs.widest_end();
    let is_created = row.segments.last().is_none_or(|last| last.to.is_some() || last.phase != Phase::NotCreated);
    let open = if is_created { never } else { axis.last() + 1 };
    let sign = |segment: &Segment| segment_sign(glyphs, style, row.of, segment, style.running);
    cells.segments(row, axis, open, sign);
    // Behind the last moment it looks like all that goes on.
    let behind = Segment { from: Nanos::ZERO, to: None, phase: Phase::Running, after_call: came_back.is_some() };
    cells.fill(open..never, sign(&behind));
    let end = row.end().map_or(open, |end| axis.column(end));
    if let (Some(begun), Some(over)) = (row.begun, came_back.map(|over| axis.column(over)))
        && (axis.column(begun)..end).contains(&over)
    {
        cells.put(over, (glyphs.moment, page.outcome_sign().1));
    }
    match row.ended {
        Some((_, ended)) => cells.put(end, page.end_sign(ended)),
        None if is_created => cells.put(end, (glyphs.never, style.orphan)),
        None => {}
    }
    cells
}

/// What is drawn of the call itself: until what it gave is settled, and the moment at which the caller has it.
fn call_cells(page: &Page<'_>, row: &Row, axis: &Axis, width: usize) -> Cells {
    let (glyphs, style, call) = (&page.glyphs, &page.style, page.run.main());
    let mut cells = Cells::new(width);
    let never = width - glyphs.widest_end();
    let back = row.came_back.map_or(never, |(back, _)| axis.column(back));
    let settled = row.ended.map(|(at, ended)| (axis.column(at), page.end_sign(ended)));
    let sign = page.outcome_sign();
    let (look, at_return) = match settled {
        // It was done long before the caller asked.
        Some((settled, ended)) if settled < back => match call.outcome.status() {
            // The caller was cancelled on its way there.
            Status::Cancelled if call.awaited.is_none() => (ended.1, sign),
            Status::Hangs => (ended.1, ended),
            _ => (ended.1, (glyphs.moment, ended.1)),
        },
        // The caller was cancelled before it came to await it.
        Some((settled, _)) if settled > back => (sign.1, (glyphs.moment, sign.1)),
        _ => (sign.1, sign),
    };
    cells.segments(row, axis, never, |segment| segment_sign(glyphs, style, row.of, segment, look));
    if let Some((settled, ended)) = settled {
        cells.put(settled, ended);
    }
    cells.put(back, at_return);
    cells
}

/// What stands beside a lane.
fn outcome(page: &Page<'_>, place: Placed) -> (String, Look) {
    let style = &page.style;
    let Some(entry) = page.entry(place.id) else { return (String::new(), style.dim) };
    let beside = page.width;
    let value = |ended| fit(page.ended(ended), beside, page.glyphs.ellipsis);
    let body = page.run.scenario.awaitable(place.id).kind.has_body();
    match entry.ended {
        Some(Ended::Cancelled(_)) if body && entry.started.is_none() => {
            ("cancelled before it started".to_owned(), style.cancelled)
        }
        Some(Ended::Cancelled(_)) => ("cancelled".to_owned(), style.cancelled),
        Some(ended) => (format!("{} {}", <&str>::from(ended), value(ended)), page.end_sign(ended).1),
        None if entry.created.is_none() => ("never started".to_owned(), style.dim),
        None if page.voice().program_ended() => ("not finished".to_owned(), style.orphan),
        None if body => ("never finishes".to_owned(), style.orphan),
        None => ("never done".to_owned(), style.orphan),
    }
}

/// What stands beside the call's own lane.
fn call_outcome(page: &Page<'_>) -> (String, Look) {
    let run = page.run;
    let (_, look) = page.outcome_sign();
    let text = match &run.outcome().gave {
        None => "never returns".to_owned(),
        Some(Gave::Results(results)) if results.is_empty() => "returned []".to_owned(),
        Some(Gave::Results(results)) => format!("returned {}", count(results.len(), "result")),
        Some(Gave::Raised(_)) => "raised".to_owned(),
        Some(Gave::Cancelled(_)) => "cancelled".to_owned(),
        Some(Gave::Sets { pending, .. }) if pending.is_empty() => "all are done".to_owned(),
        Some(Gave::Sets { .. }) => {
            let decided = run.decided_by().map(|id| fit(run.scenario.name(id), 30, page.glyphs.ellipsis));
            run.call.options().words_of_return(decided.as_deref(), run.main().timed_out.is_some())
        }
    };
    (text, look)
}

/// `… and 9,988 more: 9,980 returned between 0.1 s and 1 s, 8 never finish`
fn rest_words(page: &Page<'_>, rest: &Rest) -> String {
    let mut parts = Vec::new();
    let mut part = |counted: Counted, verb: &str| {
        if counted.count > 0 {
            let when = counted.span.map_or(String::new(), |span| format!(" {}", page.voice().span(span)));
            let many = if counted.count == rest.count() {
                "all".to_owned()
            } else {
                thousands(counted.count as u64).to_string()
            };
            parts.push(format!("{many}\u{1f}{verb}{when}"));
        }
    };
    part(rest.raised, "raised");
    part(rest.cancelled, "cancelled");
    part(rest.returned, "returned");
    part(rest.unfinished, if page.voice().program_ended() { "not finished" } else { "never finish" });
    part(rest.never_started, "never started");
    let total = thousands(rest.count() as u64);
    format!("{} and {total} more: {}", page.glyphs.ellipsis, parts.join(", "))
}
