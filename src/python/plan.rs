//! What a program needs, and what everything in it is called.

mod exception_classes;
mod leftovers;
mod raises;

use std::collections::{HashMap, HashSet};

use crate::calls::Call;
use crate::scenario::{Awaitable, Body, Exception, Identifiers, Ids, Kind, Nanos, Python, Scenario};

use super::calls::{InProgram, in_program};
use super::code::{NAMES, Snippet, code};
use super::guide::Named;

use exception_classes::{ExceptionClass, exception_classes};

pub use raises::Raises;

/// Decided before the first line is written.
#[derive(Debug)]
pub struct Plan<'s> {
    pub scenario: &'s Scenario,
    pub call: Call,
    pub python: Python,
    /// The call's arguments, as tables of the scenario.
    pub arguments: Vec<usize>,
    /// The nested groups that the arguments hold, in the order in which they are made.
    pub groups: Vec<usize>,
    /// By table: whether it is an argument of the call.
    is_argument: Vec<bool>,
    /// By table: whether the call needs it, by itself or in a group.
    used: Vec<bool>,
    /// By table: whether it stands twice in one argument list, so that its coroutine needs a name.
    repeated: Vec<bool>,
    /// By table: whether something may call its `cancel()` before the program's end.
    cancellable: Vec<bool>,
    /// By table: the function of a coroutine or a task, else the variable.
    pub identifiers: Vec<String>,
    /// By table: the variable that holds a task or a repeated coroutine; of a `count`, all of them.
    pub variables: Vec<String>,
    /// The exception classes that are not Python's own.
    pub classes: Vec<ExceptionClass>,
    /// Where a name stands in `classes`.
    class_of: HashMap<&'s str, usize>,
    /// Whether something is cancelled by name.
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
}

impl<'s> Plan<'s> {
    pub fn new(scenario: &'s Scenario, call: Call, python: Python) -> Plan<'s> {
        let tables = scenario.awaitables.len();
        let mut identifiers = Identifiers::without(&NAMES);
        let (classes, class_of) = exception_classes(scenario, python, &mut identifiers);
        let arguments: Vec<usize> = tables_of(scenario, &scenario.caller.args);
        let mut is_argument = vec![false; tables];
        for table in &arguments {
            is_argument[*table] = true;
        }
        let mut plan = Plan {
            scenario,
            call,
            python,
            arguments,
            is_argument,
            groups: Vec::new(),
            used: vec![false; tables],
            repeated: vec![false; tables],
            identifiers: Vec::with_capacity(tables),
            variables: Vec::with_capacity(tables),
            cancellable: vec![false; tables],
            class_of: HashMap::new(),
            classes,
            cancels_by_name: false,
            has_factory: false,
        };
        plan.class_of = class_of;
        plan.visit(&plan.arguments.clone());
        plan.find_cancellable();
        for awaitable in &scenario.awaitables {
            plan.identifiers.push(identifiers.take(&awaitable.name, awaitable.kind.word()));
        }
        for (table, awaitable) in scenario.awaitables.iter().enumerate() {
            let plural = if awaitable.ids.len() > 1 { "s" } else { "" };
            let identifier = &plan.identifiers[table];
            let variable = match awaitable.kind {
                Kind::Future(_) | Kind::Gather(_) => identifier.clone(),
                Kind::Coroutine(_) if !plan.used[table] => String::new(),
                Kind::Coroutine(_) if !plan.is_wrapped(table) && !plan.repeated[table] => String::new(),
                Kind::Coroutine(_) if !plan.is_wrapped(table) => {
                    identifiers.take(&format!("{identifier}_coro{plural}"), "coro")
                }
                Kind::Coroutine(_) | Kind::Task(_) => identifiers.take(&format!("{identifier}_task{plural}"), "task"),
            };
            plan.variables.push(variable);
        }
        for table in 0..tables {
            if plan.awaitable(table).cancel.is_some() && plan.reach(table) == Reach::Name && plan.used[table] {
                plan.cancels_by_name = true;
                plan.has_factory |= plan.has_function(table) && !plan.is_wrapped(table);
            }
        }
        plan
    }

    /// Finds what an argument list needs, groups inside out.
    fn visit(&mut self, arguments: &[usize]) {
        let mut seen = HashSet::new();
        for table in arguments.iter().copied() {
            if !seen.insert(table) {
                self.repeated[table] = true;
            }
            if std::mem::replace(&mut self.used[table], true) {
                continue;
            }
            if let Kind::Gather(group) = &self.scenario.awaitables[table].kind {
                self.visit(&tables_of(self.scenario, &group.members));
                self.groups.push(table);
            }
        }
    }

    /// Finds what is cancelled by itself, or with a group.
    fn find_cancellable(&mut self) {
        let caller = &self.scenario.caller;
        if self.in_program().cancels_arguments(caller) {
            self.cancel_all(&self.arguments.clone());
        }
        for (table, awaitable) in self.scenario.awaitables.iter().enumerate() {
            if awaitable.cancel.is_some() {
                self.cancel_all(&[table]);
            }
        }
    }

    fn cancel_all(&mut self, tables: &[usize]) {
        for table in tables.iter().copied() {
            if !std::mem::replace(&mut self.cancellable[table], true)
                && let Kind::Gather(group) = &self.scenario.awaitables[table].kind
                && self.used[table]
            {
                self.cancel_all(&tables_of(self.scenario, &group.members));
            }
        }
    }

    /// What the program has of its own for the call.
    pub fn in_program(&self) -> &dyn InProgram {
        in_program(&self.call)
    }

    pub fn awaitable(&self, table: usize) -> &'s Awaitable {
        &self.scenario.awaitables[table]
    }

    pub fn named(&self, table: usize) -> Named {
        let awaitable = self.awaitable(table);
        (awaitable.name.clone(), awaitable.ids.len() as u32)
    }

    /// The table of each entry in an argument list.
    pub fn tables(&self, arguments: &[Ids]) -> Vec<usize> {
        tables_of(self.scenario, arguments)
    }

    pub fn is_used(&self, table: usize) -> bool {
        self.used[table]
    }

    pub fn is_argument(&self, table: usize) -> bool {
        self.is_argument[table]
    }

    /// Whether the scenario is about a group's done callback. Every other group has one too, which tells of nothing.
    pub fn shows_done_callback(&self) -> bool {
        self.scenario.shows.iter().any(|claim| claim == "G16")
    }

    /// Whether it stands twice in one argument list.
    pub fn is_repeated(&self, table: usize) -> bool {
        self.repeated[table]
    }

    /// Whether the program has an `async def` for it.
    pub fn has_function(&self, table: usize) -> bool {
        match self.awaitable(table).kind {
            Kind::Coroutine(_) => self.used[table],
            Kind::Task(_) => true,
            Kind::Future(_) | Kind::Gather(_) => false,
        }
    }

    /// Whether the program itself makes a task of this coroutine, right at the call.
    pub fn is_wrapped(&self, table: usize) -> bool {
        self.call.options().wraps_coroutines()
            && matches!(self.awaitable(table).kind, Kind::Coroutine(_))
            && self.is_argument[table]
    }

    /// How `cancel_at` finds its target.
    pub fn reach(&self, table: usize) -> Reach {
        let late = self.scenario.caller.call_at.is_some();
        match self.awaitable(table).kind {
            Kind::Task(_) | Kind::Future(_) => Reach::Variable,
            Kind::Gather(_) if self.used[table] && !late => Reach::Variable,
            Kind::Coroutine(_) if self.is_wrapped(table) && !late => Reach::Variable,
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
        self.cancels_by_name || self.may_lack_groups()
    }

    /// Whether what the program makes of this has to be remembered by name, and nothing else does so.
    pub fn remembers_table(&self, table: usize) -> bool {
        let is_group = matches!(self.awaitable(table).kind, Kind::Gather(_));
        if is_group && self.may_lack_groups() {
            return true;
        }
        self.awaitable(table).cancel.is_some() && self.reach(table) == Reach::Name && (is_group || !self.has_factory)
    }

    /// Whether a bare future may be done before the loop settles it.
    pub fn may_be_cancelled(&self, table: usize) -> bool {
        self.cancellable[table]
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
    pub fn class(&self, exception: &Exception) -> Snippet {
        if exception.is_cancelled_error() {
            return code!("asyncio.CancelledError");
        }
        let own = self.class_of.get(exception.type_name.as_str());
        code!("{}", own.map_or(&exception.type_name, |class| &self.classes[*class].identifier))
    }

    /// The body of a coroutine or a task.
    pub fn body(&self, table: usize) -> Option<&'s Body> {
        match &self.awaitable(table).kind {
            Kind::Coroutine(body) | Kind::Task(body) => Some(body),
            Kind::Future(_) | Kind::Gather(_) => None,
        }
    }
}

/// The table that each entry of an argument list belongs to.
fn tables_of(scenario: &Scenario, arguments: &[Ids]) -> Vec<usize> {
    let table = |ids: &Ids| scenario.awaitables.partition_point(|awaitable| awaitable.ids.end <= ids.start);
    arguments.iter().map(table).collect()
}
