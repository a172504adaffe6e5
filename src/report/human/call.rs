//! The call as the scenario's program has it, in Python's words.
//!
//! What is made right in the argument list stands there as it is made (`users()`, a nested `asyncio.gather(…)`); what
//! exists before, and what stands in two places, is a name.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use unicode_width::UnicodeWidthStr;

use super::page::Page;
use crate::calls::Options;
use crate::report::fit::fit;
use crate::scenario::{Awaitable, Id, Identifiers, Ids, Kind, Nanos, Scenario};

/// The most arguments that are written out.
const SHOWN: usize = 24;
/// The most lines that arguments take.
const LINES: usize = 5;

/// The program's lines around the call, each with what a comment says of it.
pub fn lines(page: &Page<'_>) -> Vec<(String, String)> {
    let caller = &page.run.scenario.caller;
    let options = page.run.call.options();
    let moment = |at: Option<Nanos>| at.map_or(String::new(), |at| format!("at {}", page.time(at)));
    let call = written(page);
    // One result needs no name here.
    let await_ = match options.results() {
        [_] => "await ".to_owned(),
        several => format!("{} = await ", several.join(", ")),
    };
    let variable = options.variable();
    let (cancel_at, looks) = match options.gives_a_future() {
        true => (caller.cancel_group_at, caller.check_done_at.as_slice()),
        false => (None, [].as_slice()),
    };
    if caller.await_at.is_none() && cancel_at.is_none() && looks.is_empty() {
        return broken(page, &await_, &call, moment(caller.call_at));
    }
    let mut lines = broken(page, &format!("{variable} = "), &call, moment(caller.call_at));
    // Without a moment of its own the await stands right behind the call; the others come while it lasts.
    let meanwhile = if caller.await_at.is_none() { ", meanwhile" } else { "" };
    let mut steps = vec![(caller.await_at.unwrap_or_default(), format!("{await_}{variable}"), moment(caller.await_at))];
    if let Some(at) = cancel_at {
        steps.push((at, format!("{variable}.cancel()"), format!("{}{meanwhile}", moment(Some(at)))));
    }
    if let Some(first) = looks.first() {
        let mut moments: Vec<String> = looks.iter().take(4).map(|at| page.time(*at)).collect();
        if looks.len() > moments.len() {
            moments.push(page.glyphs.ellipsis.to_owned());
        }
        steps.push((*first, format!("{variable}.done()"), format!("at {}{meanwhile}", moments.join(", "))));
    }
    steps.sort_by_key(|(at, ..)| *at);
    lines.extend(steps.into_iter().map(|(_, line, comment)| (line, comment)));
    lines
}

/// A call in the pieces between which a line may break: what opens it, then its arguments with their commas.
struct Written {
    opening: String,
    arguments: Vec<String>,
}

fn written(page: &Page<'_>) -> Written {
    let caller = &page.run.scenario.caller;
    let options = page.run.call.options();
    let mut arguments = Arguments::new(page, &caller.args).list(&caller.args, !options.wraps_coroutines());
    let brackets = options.brackets(caller, arguments.len());
    if !brackets.is_empty() {
        let open: String = brackets.iter().map(|(open, _)| *open).collect();
        let close: String = brackets.iter().rev().map(|(_, close)| *close).collect();
        enclose(&mut arguments, &open, &close);
    }
    arguments.extend(keywords(options));
    Written { opening: options.in_python() + "(", arguments }
}

fn keywords(options: &dyn Options) -> impl Iterator<Item = String> {
    options.keywords().into_iter().map(|(key, value)| format!("{key}={value}"))
}

fn enclose(arguments: &mut Vec<String>, open: &str, close: &str) {
    match arguments.first_mut() {
        Some(first) => first.insert_str(0, open),
        None => arguments.push(open.to_owned()),
    }
    if let Some(last) = arguments.last_mut() {
        last.push_str(close);
    }
}

/// The call on one line, or broken after its opening and wherever a line is full.
fn broken(page: &Page<'_>, before: &str, call: &Written, comment: String) -> Vec<(String, String)> {
    let room = page.width.saturating_sub(4);
    let one = format!("{before}{}{})", call.opening, call.arguments.join(", "));
    let behind = if comment.is_empty() { 0 } else { comment.width() + 4 };
    if one.width() + behind <= room {
        return vec![(one, comment)];
    }
    let mut lines = vec![(format!("{before}{}", call.opening), comment)];
    let mut line = String::new();
    for (index, argument) in call.arguments.iter().enumerate() {
        let ending = if index + 1 == call.arguments.len() { ")" } else { "," };
        let argument = format!("{}{ending}", fit(argument, room.saturating_sub(6), page.glyphs.ellipsis));
        if !line.is_empty() && 4 + line.width() + 1 + argument.width() > room {
            lines.push((format!("    {line}"), String::new()));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&argument);
    }
    if lines.len() > LINES {
        let last = lines.len();
        lines.truncate(LINES - 1);
        lines.push((format!("    {}", page.glyphs.ellipsis), format!("{} more lines", last - LINES + 1)));
    }
    lines.push((format!("    {line}"), String::new()));
    lines
}

/// Writes arguments.
struct Arguments<'a> {
    page: &'a Page<'a>,
    /// What stands in two places of the same list, and so is made before the call.
    repeated: HashSet<Ids>,
    /// The names that have been written.
    names: HashMap<Ids, String>,
    identifiers: Identifiers,
}

impl<'a> Arguments<'a> {
    fn new(page: &'a Page<'a>, args: &[Ids]) -> Arguments<'a> {
        // A table comes before its single clones, which lie in it.
        let mut sorted: Vec<&Ids> = args.iter().collect();
        sorted.sort_by_key(|ids| (ids.start, Reverse(ids.end)));
        let mut repeated = HashSet::new();
        let mut last: Option<&Ids> = None;
        for ids in sorted {
            match last {
                Some(last) if ids.start < last.end => repeated.extend([last.clone(), ids.clone()]),
                _ => last = Some(ids),
            }
        }
        Arguments { page, repeated, names: HashMap::new(), identifiers: Identifiers::without(&[]) }
    }

    /// The name of a table, or of one clone, as Python can write it.
    fn name(&mut self, awaitable: &Awaitable, ids: &Ids) -> String {
        let identifiers = &mut self.identifiers;
        let name = if *ids == awaitable.ids {
            awaitable.name.clone()
        } else {
            self.page.run.scenario.name(Id(ids.start)).to_string()
        };
        self.names.entry(ids.clone()).or_insert_with(|| identifiers.take(&name, awaitable.kind.word())).clone()
    }

    /// An argument list; what is too much for a page becomes a count.
    fn list(&mut self, args: &[Ids], calls: bool) -> Vec<String> {
        let mut words: Vec<String> = args.iter().take(SHOWN).map(|ids| self.argument(ids, calls, 0)).collect();
        if args.len() > SHOWN {
            words.push(format!("{} {} more", self.page.glyphs.ellipsis, args.len() - SHOWN));
        }
        words
    }

    /// One argument; `calls`: a coroutine is made right here and not wrapped in a task before.
    fn argument(&mut self, ids: &Ids, calls: bool, depth: usize) -> String {
        let scenario: &Scenario = self.page.run.scenario;
        let awaitable = scenario.awaitable(Id(ids.start));
        let named = self.repeated.contains(ids);
        let number = underscored(ids.len());
        match &awaitable.kind {
            Kind::Coroutine(_) if calls && !named => {
                let call = format!("{}()", self.name(awaitable, &awaitable.ids));
                if ids.len() > 1 { format!("*({call} for _ in range({number}))") } else { call }
            }
            kind if ids.len() > 1 => {
                let several = match kind {
                    Kind::Coroutine(_) | Kind::Task(_) => "tasks",
                    Kind::Future(_) => "futures",
                    Kind::Gather(_) => "groups",
                };
                let all = format!("*{}_{several}", self.name(awaitable, &awaitable.ids));
                let place = |id: u32| id - awaitable.ids.start;
                if *ids == awaitable.ids { all } else { format!("{all}[{}:{}]", place(ids.start), place(ids.end)) }
            }
            Kind::Gather(group) if !named && depth < 3 && group.members.len() <= SHOWN => {
                let name = self.name(awaitable, ids);
                let mut members: Vec<String> =
                    group.members.iter().map(|ids| self.argument(ids, true, depth + 1)).collect();
                members.extend(keywords(&group.options));
                let call = format!("{}({})", group.options.in_python(), members.join(", "));
                if call.width() + 12 <= self.page.width { call } else { name }
            }
            _ => self.name(awaitable, ids),
        }
    }
}

/// A number as Python may write it: `10_000`.
fn underscored(number: usize) -> String {
    if number < 10_000 {
        return number.to_string();
    }
    crate::report::duration::thousands(number as u64).to_string().replace(',', "_")
}
