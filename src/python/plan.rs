//! What a program needs, and what everything in it is called.

use std::collections::{HashMap, HashSet};

use crate::scenario::{
    Awaitable, Body, Call, Collection, End, Exception, Identifiers, Ids, Kind, Nanos, Python, Scenario, Then,
    is_stable_identifier,
};

use super::guide::Named;

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
    /// By table: the function of a coroutine or a task, else the variable.
    pub identifiers: Vec<String>,
    /// By table: the variable that holds a task or a repeated coroutine; of a `count`, all of them.
    pub variables: Vec<String>,
    /// The exception classes that are not Python's own.
    pub classes: Vec<Class>,
    /// Where a name stands in `classes`.
    class_of: HashMap<&'s str, usize>,
    /// Whether something is cancelled by name.
    pub cancels_by_name: bool,
    /// Whether the tasks that gather() and wait() make have to be remembered.
    pub has_factory: bool,
}

/// An exception class that the program defines.
#[derive(Debug)]
pub struct Class {
    /// As the scenario names it.
    pub name: String,
    /// As the program does.
    pub identifier: String,
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
        let mut identifiers = Identifiers::new();
        let (classes, class_of) = classes(scenario, python, &mut identifiers);
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
            class_of: HashMap::new(),
            classes,
            cancels_by_name: false,
            has_factory: false,
        };
        plan.class_of = class_of;
        plan.visit(&plan.arguments.clone());
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
            if plan.awaitable(table).cancel.is_some() && plan.reach(table) == Reach::Name {
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
        matches!(self.call, Call::Wait(options) if options.wrap)
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
        let caller = &self.scenario.caller;
        caller.call_at.is_some() && caller.cancel_at.is_some() && caller.then == Then::Finish && !self.groups.is_empty()
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
        let caller = &self.scenario.caller;
        let group_cancelled =
            |awaitable: &Awaitable| matches!(awaitable.kind, Kind::Gather(_)) && awaitable.cancel.is_some();
        self.awaitable(table).cancel.is_some()
            || caller.cancel_at.is_some()
            || (matches!(self.call, Call::Gather(_)) && caller.cancel_group_at.is_some())
            || self.scenario.awaitables.iter().any(group_cancelled)
    }

    /// What an `except` clause has to name for whatever the call can raise; `None` where it raises nothing.
    pub fn raises(&self) -> Option<&'static str> {
        let caller = &self.scenario.caller;
        let (mut exception, mut cancelled, mut base) = (false, caller.cancel_at.is_some(), false);
        match self.call {
            Call::Gather(options) => {
                exception |= caller.passes_list;
                cancelled |= caller.cancel_group_at.is_some();
                if !options.return_exceptions {
                    for awaitable in &self.scenario.awaitables {
                        cancelled |= awaitable.cancel.is_some();
                        for raised in raised(awaitable) {
                            match raised.type_name.as_str() {
                                "CancelledError" => cancelled = true,
                                "BaseException" => base = true,
                                _ => exception = true,
                            }
                        }
                    }
                }
            }
            Call::Wait(options) => {
                let is_coroutine = |table: &usize| matches!(self.awaitable(*table).kind, Kind::Coroutine(_));
                exception |= self.arguments.is_empty()
                    || matches!(options.collection, Collection::Generator | Collection::Bare)
                    || (!options.wrap && self.arguments.iter().any(is_coroutine));
            }
        }
        match (base, exception, cancelled) {
            (true, ..) => Some("BaseException"),
            (false, true, true) => Some("(Exception, asyncio.CancelledError)"),
            (false, true, false) => Some("Exception"),
            (false, false, true) => Some("asyncio.CancelledError"),
            (false, false, false) => None,
        }
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
    pub fn class<'p>(&'p self, exception: &'p Exception) -> &'p str {
        if exception.is_cancelled_error() {
            return "asyncio.CancelledError";
        }
        let own = self.class_of.get(exception.type_name.as_str());
        own.map_or(&exception.type_name, |class| &self.classes[*class].identifier)
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

/// Every exception that an awaitable may raise by itself.
fn raised(awaitable: &Awaitable) -> impl Iterator<Item = &Exception> {
    let (end, cleanup) = match &awaitable.kind {
        Kind::Coroutine(body) | Kind::Task(body) => {
            (Some(&body.end), body.on_cancel.as_ref().and_then(|on_cancel| on_cancel.then.as_ref()))
        }
        Kind::Future(settlement) => (Some(&settlement.end), None),
        Kind::Gather(_) => (None, None),
    };
    [end, cleanup].into_iter().flatten().filter_map(|end| match end {
        End::Raises(exception) => Some(exception),
        End::Returns(_) => None,
    })
}

/// The classes to define, in the order in which they are named; and where each name's stands.
fn classes<'s>(
    scenario: &'s Scenario,
    python: Python,
    identifiers: &mut Identifiers,
) -> (Vec<Class>, HashMap<&'s str, usize>) {
    let mut classes: Vec<Class> = Vec::new();
    let mut class_of = HashMap::new();
    for exception in scenario.awaitables.iter().flat_map(raised) {
        let name = exception.type_name.as_str();
        if is_builtin(name, python) {
            identifiers.reserve(name);
        } else if !exception.is_cancelled_error() && !class_of.contains_key(name) {
            class_of.insert(name, classes.len());
            classes.push(Class { name: name.to_owned(), identifier: String::new() });
        }
    }
    // Those that can be called what they are, first.
    for class in &mut classes {
        if is_stable_identifier(&class.name) && identifiers.reserve(&class.name) {
            class.identifier.clone_from(&class.name);
        }
    }
    for class in classes.iter_mut().filter(|class| class.identifier.is_empty()) {
        class.identifier = identifiers.take(&class.name, "Error");
    }
    (classes, class_of)
}

/// Whether a name is a built-in exception's from that version on. Nothing else in a scenario names a built-in.
fn is_builtin(name: &str, python: Python) -> bool {
    BUILTIN_EXCEPTIONS.contains(&name)
        || (name == "EncodingWarning" && python >= Python::V3_10)
        || (name == "PythonFinalizationError" && python >= Python::V3_13)
}

#[rustfmt::skip]
const BUILTIN_EXCEPTIONS: [&str; 57] = [
    "ArithmeticError", "AssertionError", "AttributeError", "BaseException", "BlockingIOError", "BrokenPipeError",
    "BufferError", "BytesWarning", "ChildProcessError", "ConnectionAbortedError", "ConnectionError",
    "ConnectionRefusedError", "ConnectionResetError", "DeprecationWarning", "EOFError", "Exception",
    "FileExistsError", "FileNotFoundError", "FloatingPointError", "FutureWarning", "ImportError", "ImportWarning",
    "IndentationError", "IndexError", "InterruptedError", "IsADirectoryError", "KeyError", "LookupError",
    "MemoryError", "ModuleNotFoundError", "NameError", "NotADirectoryError", "NotImplementedError", "OSError",
    "OverflowError", "PendingDeprecationWarning", "PermissionError", "ProcessLookupError", "RecursionError",
    "ReferenceError", "ResourceWarning", "RuntimeError", "RuntimeWarning", "StopAsyncIteration", "SyntaxError",
    "SyntaxWarning", "SystemError", "TabError", "TimeoutError", "TypeError", "UnboundLocalError", "UnicodeError",
    "UnicodeWarning", "UserWarning", "ValueError", "Warning", "ZeroDivisionError",
];
