//! Random scenarios over the whole format.
//!
//! Moments lie on a coarse grid, so that timers, cancellations and passes of the loop meet: the differences that matter
//! between two implementations of asyncio are one pass long. What is random is drawn so that the parser accepts it.

use crate::python::NAMES;
use crate::random;
use crate::scenario::{is_printable, toml_string};

use super::scenario_file::{Reference, ScenarioFile, Setting, Table};

/// One number in, a scenario out, the same on every machine.
pub struct Random {
    numbers: random::Random,
    /// The whole seconds that the scenario has somewhere already.
    moments: Vec<usize>,
}

impl Random {
    /// The stream of one scenario.
    pub fn new(seed: u64, scenario: u64) -> Random {
        Random { numbers: random::Random::new(seed, scenario), moments: Vec::new() }
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        self.numbers.below(bound as u64) as usize
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn known_moment(&mut self) -> usize {
        let place = self.below(self.moments.len());
        self.moments.get(place).copied().unwrap_or(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

/// Draws a scenario.
pub fn scenario(random: &mut Random) -> ScenarioFile {
    let count = match random.below(10) {
        0 => random.below(2),
        1..=6 => 2 + random.below(3),
        _ => 4 + random.below(4),
    };
    let kinds: Vec<&str> = (0..count)
        .map(|_| match random.below(20) {
            0..=7 => "coroutine",
            8..=12 => "task",
            13..=15 => "future",
            _ => "gather",
        })
        .collect();
    let mut names: Vec<String> = Vec::new();
    for index in 0..count {
        names.push(name(random, index, &names));
    }

    let counts: Vec<Option<usize>> =
        kinds.iter().map(|kind| (*kind != "gather" && random.percent(10)).then(|| 1 + random.below(3))).collect();

    // Groups hold only what has a lower rank, which keeps cycles out while a group may stand before its members.
    let ranks: Vec<u64> = (0..count).map(|_| random.numbers.next()).collect();
    let mut held = vec![false; count];
    let mut tables = Vec::new();
    if random.percent(10) {
        let mut head = Table::new("");
        // A title is one line that can be printed.
        let title: String = text(random).chars().filter(|c| is_printable(*c)).collect();
        head.set("title", Setting::Text(toml_string(&title)));
        head.set("description", Setting::Text(toml_string(&text(random))));
        tables.push(head);
    }
    for index in 0..count {
        let mut table = Table::new("[[awaitable]]");
        table.set("name", Setting::Name(names[index].clone()));
        if kinds[index] != "coroutine" || random.percent(20) {
            table.set("kind", Setting::Text(toml_string(kinds[index])));
        }
        if kinds[index] == "gather" {
            let members = members(random, index, &kinds, &ranks, &mut held);
            let members = references(random, &members, &names, &counts);
            table.set("members", Setting::Names(members));
            if random.percent(40) {
                table.set("return_exceptions", Setting::Text("true".to_owned()));
            }
        } else {
            body(random, kinds[index], &mut table);
            if let Some(count) = counts[index] {
                table.set("count", Setting::Text(count.to_string()));
            }
        }
        if random.percent(28) {
            table.set("cancel_at", Setting::Text(moment(random)));
            if random.percent(50) {
                table.set("cancel_message", Setting::Text(toml_string(&text(random))));
            }
        }
        tables.push(table);
    }

    let mut caller = Table::new("[caller]");
    let mut arguments = None;
    // Of nothing at all, a file says so.
    if count == 0 || random.percent(35) {
        let mut tables_of: Vec<usize> = Vec::new();
        for index in 0..count {
            // A coroutine that a group holds cannot be an argument too; anything else can.
            let sharable = !held[index] || (kinds[index] != "coroutine" && random.percent(30));
            if sharable && random.percent(85) {
                tables_of.insert(random.below(tables_of.len() + 1), index);
            }
        }
        if !tables_of.is_empty() && random.percent(30) {
            let repeated = tables_of[random.below(tables_of.len())];
            tables_of.insert(random.below(tables_of.len() + 1), repeated);
        }
        let names_of = references(random, &tables_of, &names, &counts);
        arguments = Some(names_of.clone());
        caller.set("args", Setting::Names(names_of));
    }
    // Only a cancellation that is armed after a task has begun to sleep can meet its sleep's end: by design, that of the
    // group at a later call.
    let meets = random.percent(8).then(|| tables.iter().find_map(Table::end_of_sleep)).flatten();
    for (key, percent) in [("call_at", 22), ("await_at", 22), ("cancel_group_at", 16), ("cancel_at", 20)] {
        match (key, meets) {
            ("call_at", Some(_)) => caller.set(key, Setting::Text("1".to_owned())),
            ("cancel_group_at", Some(end)) => caller.set(key, Setting::Text(end.to_string())),
            _ if random.percent(percent) => caller.set(key, Setting::Text(moment(random))),
            _ => {}
        }
    }
    if random.percent(15) {
        let moments = (0..1 + random.below(3)).map(|_| Setting::Text(moment(random))).collect();
        caller.set("check_done_at", Setting::List(moments));
    }
    if random.percent(30) {
        caller.set("then", Setting::Text(toml_string("exit")));
    }
    if random.percent(3) {
        caller.set("unpack", Setting::Text("false".to_owned()));
    }

    let mut wait = Table::new("[wait]");
    if random.percent(40) {
        wait.set("timeout", Setting::Text(moment(random)));
    }
    if random.percent(22) {
        wait.set("wrap", Setting::Text("false".to_owned()));
    }
    if random.percent(35) {
        let one = match &arguments {
            Some(names_of) => names_of.len() == 1,
            None => held.iter().filter(|held| !**held).count() == 1,
        };
        let cloned = tables.iter().any(|table| table.has("count"));
        let kinds: &[&str] = if one && !cloned {
            &["bare", "bare", "tuple", "set", "dict", "generator"]
        } else {
            &["list", "tuple", "set", "dict", "generator"]
        };
        wait.set("collection", Setting::Text(toml_string(random.pick(kinds))));
    }

    // Drawn last: what else a number stands for is as it was before there were done callbacks.
    let mut gather = Table::new("[gather]");
    let groups = tables.iter_mut().filter(|table| table.has("members"));
    for group in groups.chain([&mut gather]) {
        if random.percent(30) {
            group.set("done_callback", Setting::Text("true".to_owned()));
        }
    }

    tables.extend([caller, gather, wait].into_iter().filter(|table| !table.is_empty()));
    ScenarioFile { tables }
}

/// A group's members. A coroutine goes into one list only; tasks, futures and groups may be shared between lists.
fn members(random: &mut Random, group: usize, kinds: &[&str], ranks: &[u64], held: &mut [bool]) -> Vec<usize> {
    let mut members = Vec::new();
    for index in 0..kinds.len() {
        let takes =
            ranks[index] < ranks[group] && (!held[index] || (kinds[index] != "coroutine" && random.percent(30)));
        if takes && random.percent(65) {
            held[index] = true;
            members.insert(random.below(members.len() + 1), index);
        }
    }
    if !members.is_empty() && random.percent(10) {
        let repeated = members[random.below(members.len())];
        members.insert(random.below(members.len() + 1), repeated);
    }
    members
}

/// An argument list: of a `count` it names all, or single clones in any order.
fn references(random: &mut Random, tables: &[usize], names: &[String], counts: &[Option<usize>]) -> Vec<Reference> {
    let mut references = Vec::new();
    for table in tables.iter().copied() {
        let to = |clone| Reference { name: names[table].clone(), clone };
        match counts[table] {
            Some(count) if count > 1 && random.percent(50) => {
                for _ in 0..1 + random.below(count) {
                    references.push(to(Some(1 + random.below(count))));
                }
            }
            _ => references.push(to(None)),
        }
    }
    references
}

/// The keys of a coroutine, a task or a future.
fn body(random: &mut Random, kind: &str, table: &mut Table) {
    match random.below(20) {
        0..=2 => {}
        3..=5 => table.set("delay", Setting::Text("0".to_owned())),
        6 => table.set("delay", Setting::Text(toml_string("forever"))),
        _ => table.set("delay", Setting::Text(moment(random))),
    }
    match random.below(10) {
        0..=1 => {}
        2..=5 => table.set("returns", value(random)),
        _ => table.set("raises", raises(random)),
    }
    if kind != "future" && random.percent(30) {
        let mut keys = Vec::new();
        match random.below(10) {
            0..=2 => {}
            3..=4 => keys.push(("cleanup".to_owned(), Setting::Text("0".to_owned()))),
            5 => keys.push(("cleanup".to_owned(), Setting::Text(toml_string("forever")))),
            _ => keys.push(("cleanup".to_owned(), Setting::Text(moment(random)))),
        }
        match random.below(3) {
            0 if !keys.is_empty() => {}
            0 | 1 => keys.push(("returns".to_owned(), value(random))),
            _ => keys.push(("raises".to_owned(), raises(random))),
        }
        table.set("on_cancel", Setting::Entries(keys));
    }
}

/// A moment or a duration: nearly always on the grid, and often one at which something else happens too. What begins
/// at one moment and takes as long as another ends at their sum.
fn moment(random: &mut Random) -> String {
    let known = random.moments.len();
    let moment = match random.below(30) {
        0 => return "\"1ns\"".to_owned(),
        1 => return random.pick(&["0.1", "0.7", "0.8"]).to_owned(),
        2 => return "\"1s\"".to_owned(),
        3..=5 => return "0".to_owned(),
        6..=9 if known > 0 => random.known_moment(),
        10..=14 if known > 0 => (random.known_moment() + random.known_moment()).min(12),
        _ => 1 + random.below(5),
    };
    random.moments.push(moment);
    moment.to_string()
}

/// A name, now and then one that Python would stumble over, or that the program has a use for itself.
fn name(random: &mut Random, index: usize, taken: &[String]) -> String {
    let letter = char::from(b'a' + index as u8).to_string();
    let name = match random.below(8) {
        0 => random.pick(&KEYWORDS).to_owned(),
        1 => random.pick(&NAMES).to_owned(),
        2 => format!("{}{letter}", random.pick(&STUMBLES)),
        _ => letter.clone(),
    };
    // No scenario may have these two, nor any name twice.
    if matches!(name.as_str(), "group" | "caller") || taken.contains(&name) { letter } else { name }
}

/// A text, now and then one that would be code if anybody let it.
fn text(random: &mut Random) -> String {
    match random.below(6) {
        0 => {
            let parts: Vec<&str> = (0..random.below(8)).map(|_| random.pick(&STUMBLES)).collect();
            parts.concat() + random.pick(&["", "\n", "\r\n", "\0", "\u{2028}", "\u{202e}"])
        }
        1 => random.pick(&["", " ", "None"]).to_owned(),
        _ => random.pick(&["stop", "now", "later"]).to_owned(),
    }
}

/// What means something to Python.
const KEYWORDS: [&str; 5] = ["class", "None", "match", "__name__", "int"];

/// What ends or escapes something in Python's text.
const STUMBLES: [&str; 14] = [
    "\"",
    "'",
    "\\",
    "\"\"\"",
    "\\N{DASH}",
    "\\ud800",
    "{x}",
    "%s",
    "# ",
    "e\u{301}",
    "\u{fb01}",
    "größe ",
    "日本",
    "🎉",
];

fn value(random: &mut Random) -> Setting {
    if random.percent(15) {
        let (key, value) = (toml_string(&text(random)), toml_string(&text(random)));
        let table = Setting::Entries(vec![(key, Setting::Text(value))]);
        return Setting::List(vec![table, Setting::Text(i64::MIN.to_string())]);
    }
    Setting::Text(
        random
            .pick(&["1", "2", "\"text\"", "[1, \"two\"]", "{ key = 1.5 }", "[1e300, -1e16, 1e-7]", "true", "[]"])
            .to_owned(),
    )
}

fn raises(random: &mut Random) -> Setting {
    if random.percent(15) {
        let name =
            random.pick(&["ValueError", "Boom", "print_", "main", "task", "größe", "CancelledError", "\u{fb01}x"]);
        return Setting::Entries(vec![
            ("type".to_owned(), Setting::Text(toml_string(name))),
            ("message".to_owned(), Setting::Text(toml_string(&text(random)))),
        ]);
    }
    Setting::Text(
        random
            .pick(&[
                "\"ValueError: bad\"",
                "\"ValueError\"",
                "\"ValueError:\"",
                "\"Boom: made up\"",
                "{ type = \"KeyError\", message = \"key\" }",
                "\"TimeoutError: late\"",
                "\"CancelledError\"",
                "\"CancelledError: own\"",
                "\"BaseException: base\"",
                "\"StopAsyncIteration: end\"",
                "\"OSError: disk\"",
            ])
            .to_owned(),
    )
}
