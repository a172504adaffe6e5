//! What a program needs, and what everything in it is called.

mod exception_classes;
mod leftovers;
mod part;
mod raises;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::calls::Call;
use crate::scenario::{Awaitable, Body, Identifiers, Ids, Kind, Nanos, Python, Scenario, WrittenException};

use super::calls::{InProgram, in_program};
use super::code::{NAMES, Snippet, code};
use super::symbols::Clones;

use exception_classes::{ExceptionClass, exception_classes};
use part::{parts, parts_of};

pub use part::Part;
pub use raises::Raises;

/// Decided before the first line is written.
#[derive(Debug)]
pub struct Outline<'s> {
    pub scenario: &'s Scenario,
    pub call: Call,
    pub python: Python,
    /// What the argument lists name, in the order of their ids.
    pub parts: Vec<Part>,
    /// The call's arguments, as parts.
    pub arguments: Vec<usize>,
    /// The nested groups that the arguments hold, as parts, in the order in which they are made.
    pub groups: Vec<usize>,
    /// By table: the function of a coroutine or a task, else the variable.
    pub identifiers: Vec<String>,
    /// By table: the variable of what is there from the start, tasks and futures; of a `count`, for all of them.
    pub variables: Vec<String>,
    /// The exception classes that are not Python's own.
    pub classes: Vec<ExceptionClass>,
    /// Where a name stands in `classes`.
    class_of: HashMap<&'s str, usize>,
    /// Whether everything that has been made by one name is cancelled by it.
    pub cancels_by_name: bool,
    /// Whether the tasks that gather() and wait() make have to be remembered.
    pub has_factory: bool,
}

/// How a scheduled cancellation finds its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// By a variable that is set when the timer is armed.
    Variable,
    /// By name, among what has been made when the timer fires.
    Name,
    /// Nobody ever makes it.
    Nothing,
}

impl<'s> Outline<'s> {
    pub fn new(scenario: &'s Scenario, call: Call, python: Python) -> Outline<'s> {
        let mut identifiers = Identifiers::without(&NAMES);
        let (classes, class_of) = exception_classes(scenario, python, &mut identifiers);
        let mut outline = Outline {
            scenario,
            call,
            python,
            parts: parts(scenario),
            arguments: Vec::new(),
            groups: Vec::new(),
            identifiers: Vec::new(),
            variables: Vec::new(),
            classes,
            class_of,
            cancels_by_name: false,
            has_factory: false,
        };
        outline.arguments = outline.parts_of_list(&scenario.caller.args);
        for part in outline.arguments.clone() {
            outline.parts[part].is_argument = true;
        }
        outline.visit(&outline.arguments.clone());
        outline.count_tasks();
        outline.find_cancellable();
        outline.name_everything(&mut identifiers);
        for part in 0..outline.parts.len() {
            let table = outline.parts[part].table;
            if outline.awaitable(table).cancel.is_some() && outline.reach(part) == Reach::Name {
                outline.cancels_by_name |= outline.is_whole(part);
                outline.has_factory |=
                    outline.has_function(table) && !(outline.is_wrapped(part) && outline.is_whole(part));
            }
        }
        outline
    }

    /// Finds what an argument list needs, groups inside out.
    fn visit(&mut self, arguments: &[usize]) {
        let mut seen = HashSet::new();
        for part in arguments.iter().copied() {
            if !seen.insert(part) {
                self.parts[part].is_repeated = true;
            }
            if std::mem::replace(&mut self.parts[part].is_used, true) {
                continue;
            }
            if let Some(members) = self.members(part) {
                self.visit(&members);
                self.groups.push(part);
            }
        }
    }

    /// Counts the tasks of each table's coroutines, in the order in which the groups and the call make them.
    fn count_tasks(&mut self) {
        let mut made = vec![0; self.scenario.awaitables.len()];
        let mut seen = HashSet::new();
        let lists = self.groups.iter().filter_map(|group| self.members(*group)).chain([self.arguments.clone()]);
        for part in lists.flatten().collect::<Vec<usize>>() {
            if seen.insert(part) {
                let part = &mut self.parts[part];
                part.made_after = made[part.table];
                made[part.table] += part.ids.len();
            }
        }
    }

    /// Finds what is cancelled by itself, or with a group.
    fn find_cancellable(&mut self) {
        if self.in_program().cancels_arguments(&self.scenario.caller) {
            self.cancel_all(&self.arguments.clone());
        }
        for part in 0..self.parts.len() {
            if self.awaitable(self.parts[part].table).cancel.is_some() {
                self.cancel_all(&[part]);
            }
        }
    }

    fn cancel_all(&mut self, parts: &[usize]) {
        for part in parts.iter().copied() {
            if !std::mem::replace(&mut self.parts[part].is_cancellable, true)
                && self.parts[part].is_used
                && let Some(members) = self.members(part)
            {
                self.cancel_all(&members);
            }
        }
    }

    /// Names functions and variables, in file order.
    fn name_everything(&mut self, identifiers: &mut Identifiers) {
        for awaitable in &self.scenario.awaitables {
            self.identifiers.push(identifiers.take(&awaitable.name, awaitable.kind.word()));
        }
        for (table, awaitable) in self.scenario.awaitables.iter().enumerate() {
            let identifier = &self.identifiers[table];
            let mut take = |base: &str, what: &str, ids: &Ids| {
                let plural = if ids.len() > 1 { "s" } else { "" };
                identifiers.take(&format!("{base}_{what}{plural}"), what)
            };
            let variable = match awaitable.kind {
                Kind::Future(_) | Kind::Gather(_) => identifier.clone(),
                Kind::Task(_) => take(identifier, "task", &awaitable.ids),
                Kind::Coroutine(_) => String::new(),
            };
            for part in self.parts_of(&awaitable.ids) {
                let ids = &self.parts[part].ids;
                let (first, behind) = (ids.start - awaitable.ids.start, ids.end - awaitable.ids.start);
                self.parts[part].variable = match awaitable.kind {
                    Kind::Coroutine(_) if self.is_wrapped(part) => take(&self.label(part), "task", ids),
                    Kind::Coroutine(_) if self.parts[part].is_repeated => take(&self.label(part), "coro", ids),
                    Kind::Coroutine(_) => String::new(),
                    _ if self.is_whole(part) => variable.clone(),
                    _ if ids.len() == 1 => format!("{variable}[{first}]"),
                    _ => format!("{variable}[{first}:{behind}]"),
                };
            }
            self.variables.push(variable);
        }
    }

    /// What the program has of its own for the call.
    pub fn in_program(&self) -> &dyn InProgram {
        in_program(&self.call)
    }

    pub fn awaitable(&self, table: usize) -> &'s Awaitable {
        &self.scenario.awaitables[table]
    }

    /// The table of a part.
    pub fn table(&self, part: usize) -> &'s Awaitable {
        self.awaitable(self.parts[part].table)
    }

    /// The parts of a table, or of some of its clones.
    pub fn parts_of(&self, ids: &Ids) -> Range<usize> {
        parts_of(&self.parts, ids)
    }

    fn parts_of_list(&self, arguments: &[Ids]) -> Vec<usize> {
        arguments.iter().flat_map(|ids| self.parts_of(ids)).collect()
    }

    /// The members of a nested group.
    pub fn members(&self, part: usize) -> Option<Vec<usize>> {
        let kind = &self.table(part).kind;
        kind.is_group().then(|| self.parts_of_list(kind.members()))
    }

    /// Whether a part is all of its table.
    pub fn is_whole(&self, part: usize) -> bool {
        self.parts[part].ids == self.table(part).ids
    }

    /// What a part is called where it has no variable: `worker`, `worker_2`, `worker_3_to_5`.
    pub fn label(&self, part: usize) -> String {
        let (identifier, ids) = (&self.identifiers[self.parts[part].table], &self.parts[part].ids);
        let number = |id: u32| id - self.table(part).ids.start + 1;
        match ids.len() {
            _ if self.is_whole(part) => identifier.clone(),
            1 => format!("{identifier}_{}", number(ids.start)),
            _ => format!("{identifier}_{}_to_{}", number(ids.start), number(ids.end - 1)),
        }
    }

    /// A table, or some of its clones, as the symbols name them.
    pub fn clones(&self, table: usize, ids: &Ids) -> Clones {
        let all = &self.awaitable(table).ids;
        Clones {
            name: self.awaitable(table).name.clone(),
            count: all.len(),
            start: ids.start - all.start,
            end: ids.end - all.start,
        }
    }

    /// Whether the program has an `async def` for a table.
    pub fn has_function(&self, table: usize) -> bool {
        match self.awaitable(table).kind {
            Kind::Coroutine(_) => self.parts_of(&self.awaitable(table).ids).any(|part| self.parts[part].is_used),
            Kind::Task(_) => true,
            Kind::Future(_) | Kind::Gather(_) => false,
        }
    }

    /// Whether the program itself makes tasks of these coroutines, right at the call.
    pub fn is_wrapped(&self, part: usize) -> bool {
        self.call.options().wraps_coroutines() && self.table(part).kind.is_coroutine() && self.parts[part].is_argument
    }

    /// How `cancel_at` finds its target.
    pub fn reach(&self, part: usize) -> Reach {
        let late = self.scenario.caller.call_at.is_some();
        match self.table(part).kind {
            Kind::Task(_) | Kind::Future(_) => Reach::Variable,
            Kind::Coroutine(_) | Kind::Gather(_) if !self.parts[part].is_used => Reach::Nothing,
            Kind::Gather(_) if !late => Reach::Variable,
            Kind::Coroutine(_) if self.is_wrapped(part) && !late => Reach::Variable,
            Kind::Coroutine(_) | Kind::Gather(_) => Reach::Name,
        }
    }

    /// Whether the caller may come to its end before the groups are made.
    pub fn may_lack_groups(&self) -> bool {
        self.may_never_call() && !self.groups.is_empty()
    }

    /// Whether the caller may be cancelled before it makes what the call needs.
    pub fn may_never_call(&self) -> bool {
        let caller = &self.scenario.caller;
        caller.call_at.is_some() && caller.cancel_at.is_some()
    }

    /// Whether something is remembered by name.
    pub fn remembers(&self) -> bool {
        self.cancels_by_name || self.has_factory || self.may_lack_groups()
    }

    /// Whether what the program makes of this has to be remembered by name, and nothing else does so.
    pub fn remembers_part(&self, part: usize) -> bool {
        let is_group = self.table(part).kind.is_group();
        if is_group && self.may_lack_groups() {
            return true;
        }
        self.table(part).cancel.is_some() && self.reach(part) == Reach::Name && (is_group || !self.has_factory)
    }

    /// Whether one of a table's bare futures may be done before the loop settles it.
    pub fn may_be_cancelled(&self, table: usize) -> bool {
        self.parts_of(&self.awaitable(table).ids).any(|part| self.parts[part].is_cancellable)
    }

    /// When the caller makes the call, should nothing cancel it before.
    pub fn called_at(&self) -> Nanos {
        self.scenario.caller.call_at.unwrap_or(Nanos::ZERO)
    }

    /// Whether `.cancel()` takes a message.
    pub fn cancel_takes_message(&self) -> bool {
        self.python > Python::V3_8
    }

    /// What the program calls an exception's class.
    pub fn class(&self, exception: &WrittenException) -> Snippet {
        if exception.is_cancelled_error() {
            return code!("asyncio.CancelledError");
        }
        let own = self.class_of.get(exception.type_name.as_str());
        code!("{}", own.map_or(&exception.type_name, |class| &self.classes[*class].identifier))
    }

    /// The body of a coroutine or a task.
    pub fn body(&self, table: usize) -> Option<&'s Body> {
        self.awaitable(table).kind.body()
    }
}
