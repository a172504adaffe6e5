//! The timeline: a lane for each awaitable, drawn to scale, and the call's own as the last.

use std::io;

use owo_colors::Style as Look;
use unicode_width::UnicodeWidthStr;

use super::chosen::{Rest, Shown, choose};
use super::page::Page;
use crate::event::{Ended, Word};
use crate::outcome::{AwaitableRecord, Gave, Status};
use crate::report::cells::{Cells, Sign, segment_sign};
use crate::report::counted::Counted;
use crate::report::duration::thousands;
use crate::report::fit::{fit, pad};
use crate::report::phrases::count;
use crate::report::timeline::axis::{Axis, Said};
use crate::report::timeline::order::Placed;
use crate::report::timeline::{Row, RowOf, Timeline};
use crate::scenario::{Id, Nanos};

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
    let chosen = choose(page.run, page.all);
    let (names, name_width) = names(page, &chosen);
    let outcomes: Vec<(String, Look)> = chosen.places.iter().map(|place| outcome(page, *place)).collect();
    // A call that was never made has no lane.
    let call_outcome = page.run.main().called.map(|_| call_outcome(page));

    let indent = 2;
    let room = page.width - indent - name_width - 2;
    let beside = page.width >= BESIDE;
    let signs = page.glyphs.widest_end() - 1;
    let widest = outcomes.iter().chain(&call_outcome).map(|(text, _)| text.width()).max().unwrap_or(0);
    let outcome_width = if beside { widest.min(room - room * 9 / 20) } else { 0 };
    // Without outcomes beside it, the last label needs some room to stand in.
    let lane_width = (room - outcome_width - signs - if beside { 2 } else { 4 }).min(LONGEST);

    let said = Said { unit: page.voice.unit, unicode: page.unicode };
    let endless = is_endless(page, &chosen);
    let tail = if endless { TAIL } else { 0 };
    let axis = Axis::with_ticks(last_moment(page, endless), lane_width - tail, said);
    let width = axis.last() + 1 + tail + signs;

    let timeline = Timeline::of(page.run);
    let mut lanes: Vec<Lane> = Vec::new();
    for ((place, name), outcome) in chosen.places.iter().zip(names).zip(outcomes) {
        let known = page.entry(place.id).unwrap_or(&AwaitableRecord::NEW);
        let cells = cells(page, &timeline.row(place.id, known), &axis, width);
        lanes.push(Lane { name, cells, outcome, call: false });
    }
    let call_name = page.run.call.function().name().to_owned();
    let call = call_outcome.map(|outcome| {
        let cells = cells(page, &timeline.call_row(), &axis, width);
        Lane { name: call_name, cells, outcome, call: true }
    });

    let labels = axis.labels(room, said);
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
    if let Some(call) = &call {
        write(out, call)?;
    }

    if !beside {
        writeln!(out)?;
        let below = page.width - indent - name_width - 2;
        for lane in lanes.iter().chain(&call).filter(|lane| !lane.outcome.0.is_empty()) {
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

/// What is drawn of a row.
fn cells(page: &Page<'_>, row: &Row, axis: &Axis, width: usize) -> Cells {
    let (glyphs, style) = (&page.glyphs, &page.style);
    let begun = row.begun.map_or(0, |begun| axis.column(begun));
    let marks = row.marks.iter().map(|mark| (axis.column(mark.at), page.mark_sign(mark.what)));
    // Nothing stands before the beginning.
    let mut marks: Vec<(usize, Sign)> = marks.filter(|(column, _)| begun <= *column).collect();
    let mut look = style.running;
    if row.of == RowOf::Call {
        // Too close to be told apart: what counts is what its caller got.
        if let [(settled, _), (back, _)] = marks[..]
            && settled == back
        {
            marks = vec![(back, page.outcome_sign())];
        }
        look = marks.first().map_or(page.outcome_sign(), |(_, sign)| *sign).1;
    }
    let mut cells = Cells::new(width);
    let never = width - glyphs.widest_end();
    // What never came to exist is not drawn on behind the last moment.
    let open = if row.goes_on() { never } else { axis.last() + 1 };
    cells.segments(row, axis, open, |segment| segment_sign(glyphs, style, row.of, segment, look));
    for (column, sign) in marks {
        cells.put(column, sign);
    }
    if row.goes_on() {
        cells.put(never, (glyphs.never, style.orphan));
    }
    cells
}

/// What stands beside a lane.
fn outcome(page: &Page<'_>, place: Placed) -> (String, Look) {
    let style = &page.style;
    let Some(entry) = page.entry(place.id) else { return (String::new(), style.dim) };
    let body = page.run.scenario.awaitable(place.id).kind.has_body();
    match entry.ended {
        Some(ended) => {
            let word = ended.state().word();
            let text = match ended {
                Ended::Cancelled(_) if body && entry.started.is_none() => format!("{word} before it started"),
                Ended::Cancelled(_) => word.to_owned(),
                _ => format!("{word} {}", fit(page.ended(ended), page.width, page.glyphs.ellipsis)),
            };
            (text, page.end_sign(ended).1)
        }
        None if entry.created.is_none() => ("never started".to_owned(), style.dim),
        None if page.voice.program_ended() => ("not finished".to_owned(), style.orphan),
        None if body => ("never finishes".to_owned(), style.orphan),
        None => ("never done".to_owned(), style.orphan),
    }
}

/// What stands beside the call's own lane.
fn call_outcome(page: &Page<'_>) -> (String, Look) {
    let run = page.run;
    let word = run.outcome().status().word();
    let (_, look) = page.outcome_sign();
    let text = match &run.outcome().gave {
        None => "never returns".to_owned(),
        Some(Gave::Results(results)) if results.is_empty() => format!("{word} []"),
        Some(Gave::Results(results)) => format!("{word} {}", count(results.len(), "result")),
        Some(Gave::Raised(_) | Gave::Cancelled(_)) => word.to_owned(),
        Some(Gave::Sets { pending, .. }) => {
            let comes_back = |id: &Id| {
                let ended = page.entry(*id).and_then(|entry| entry.ended);
                ended.is_some_and(|ended| run.call.options().comes_back_at(ended))
            };
            let decided = run.decided_by().filter(comes_back);
            if pending.is_empty() && decided.is_none() {
                return ("all are done".to_owned(), look);
            }
            let decided = decided.map(|id| fit(run.scenario.name(id), 30, page.glyphs.ellipsis));
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
            let when = counted.span.map_or(String::new(), |span| format!(" {}", page.voice.span(span)));
            let many = if counted.count == rest.count() {
                "all".to_owned()
            } else {
                thousands(counted.count as u64).to_string()
            };
            parts.push(format!("{many}\u{1f}{verb}{when}"));
        }
    };
    part(rest.raised, Status::Raised.word());
    part(rest.cancelled, Status::Cancelled.word());
    part(rest.returned, Status::Returned.word());
    part(rest.unfinished, if page.voice.program_ended() { "not finished" } else { "never finish" });
    part(rest.never_started, "never started");
    let total = thousands(rest.count() as u64);
    format!("{} and {total} more: {}", page.glyphs.ellipsis, parts.join(", "))
}
