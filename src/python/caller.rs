//! `main()`: the caller.

mod arguments;
mod cancellations;
mod ending;

use crate::scenario::{Delay, End, Ids, Kind, Settlement};

use super::code::{Snippet, code};
use super::definitions::{exception, section};
use super::expression::Expression;
use super::layout::ProgramLines;
use super::literal::{seconds, string};
use super::outline::Outline;
use super::symbols::{Symbols, TimerAction};

/// Writes `main()`, and adds what it makes to the symbols.
pub fn write(lines: &mut ProgramLines, symbols: &mut Symbols, outline: &Outline<'_>) {
    section(lines);
    lines.line(code!("async def main():"));
    lines.indented(|lines| MainWriter { lines, symbols, outline }.write());
    section(lines);
}

/// Writes the body of `main()`.
pub struct MainWriter<'w, 's> {
    /// The program so far.
    pub lines: &'w mut ProgramLines,
    /// What the harness is told of it.
    pub symbols: &'w mut Symbols,
    /// What the program needs.
    pub outline: &'w Outline<'s>,
}

impl MainWriter<'_, '_> {
    fn write(&mut self) {
        if self.needs_loop() {
            self.lines.line(code!("loop = asyncio.get_running_loop()"));
        }
        if self.outline.has_factory {
            self.lines.line(code!("loop.set_task_factory(remember)"));
        }
        for table in 0..self.outline.scenario.awaitables.len() {
            self.create(table);
        }
        // What is made in the caller's first step is there before any timer fires.
        let late = self.outline.scenario.caller.call_at.is_some();
        if !late {
            self.make_arguments();
        }
        self.arm_cancellations();
        if self.outline.asks_for_tasks() && self.outline.may_never_call() {
            self.lines.line(code!("tasks = set()"));
        }
        match self.outline.raises().clause() {
            None => self.call(late),
            Some(error) => {
                self.lines.line(code!("try:"));
                self.indented(|main| main.call(late));
                self.lines.line(code!("except {error} as error:"));
                let caller = &self.outline.scenario.caller;
                // Cancelled on the way, it has not come to the call, or to what that gives.
                let on_the_way = caller.cancel_at.is_some() && (late || caller.await_at.is_some());
                let who =
                    if on_the_way { "The caller got" } else { &format!("{}() raised", self.outline.call.function()) };
                self.lines.indented(|lines| {
                    if caller.cancel_at.is_some() {
                        lines.comment("This demo goes on after its own cancellation; real code should re-raise it.");
                    }
                    lines.line(code!("print(\"{who}\", repr(error))"));
                });
            }
        }
        self.finish();
    }

    fn indented(&mut self, write: impl FnOnce(&mut MainWriter<'_, '_>)) {
        let (symbols, outline) = (&mut *self.symbols, self.outline);
        self.lines.indented(|lines| write(&mut MainWriter { lines, symbols, outline }));
    }

    /// Everything from the sleep before the call to what the call gave.
    fn call(&mut self, late: bool) {
        if let Some(moment) = self.outline.scenario.caller.call_at {
            self.lines.line(code!("await asyncio.sleep({})", seconds(moment)));
        }
        if late {
            self.make_arguments();
        }
        self.outline.in_program().write(self);
    }

    /// Adds a done callback to a group, which prints what the group is called.
    pub fn add_done_callback(&mut self, group: &str, called: &str) {
        let told = string(&format!("{called} is done."));
        self.lines.line(code!("{group}.add_done_callback(lambda group: print({told}))"));
    }

    fn needs_loop(&self) -> bool {
        let caller = &self.outline.scenario.caller;
        let makes_or_cancels = |one: &crate::scenario::Awaitable| one.cancel.is_some() || one.kind.is_future();
        caller.cancel_at.is_some()
            || self.outline.scenario.awaitables.iter().any(makes_or_cancels)
            || (self.outline.call.options().gives_a_future()
                && (caller.cancel_group_at.is_some() || !caller.check_done_at.is_empty()))
    }

    /// Tasks and futures, which are there from the start.
    fn create(&mut self, table: usize) {
        match &self.outline.awaitable(table).kind {
            Kind::Task(_) => {
                self.create_tasks(table, &self.outline.variables[table], &self.outline.awaitable(table).ids)
            }
            Kind::Future(settlement) => self.create_future(table, settlement),
            Kind::Coroutine(_) | Kind::Gather(_) => {}
        }
    }

    fn create_tasks(&mut self, table: usize, variable: &str, ids: &Ids) {
        let function = &self.outline.identifiers[table];
        let made = alike(ids, code!("asyncio.create_task({function}())"));
        self.symbols.makes(self.outline, table, ids);
        self.lines.statement(code!("{variable} = "), made);
    }

    fn create_future(&mut self, table: usize, settlement: &Settlement) {
        let variable = self.outline.variables[table].clone();
        let count = self.outline.awaitable(table).ids.len();
        if count > 1 && settlement.delay.is_none() {
            // Each is settled before the next one is made.
            self.lines.line(code!("{variable} = []"));
            self.lines.line(code!("for _ in range({count}):"));
            self.indented(|main| {
                main.lines.line(code!("future = loop.create_future()"));
                main.settle("future", settlement, false, 1);
                main.lines.line(code!("{variable}.append(future)"));
            });
            return;
        }
        let made = alike(&self.outline.awaitable(table).ids, code!("loop.create_future()"));
        self.lines.statement(code!("{variable} = "), made);
        let guarded = self.outline.may_be_cancelled(table);
        if count > 1 && matches!(settlement.delay, Some(Delay::For(_))) {
            self.lines.line(code!("for future in {variable}:"));
            self.indented(|main| main.settle("future", settlement, guarded, count as u32));
        } else {
            self.settle(&variable, settlement, guarded, 1);
        }
    }

    /// Settles a future, or arms the timer that does.
    fn settle(&mut self, future: &str, settlement: &Settlement, guarded: bool, times: u32) {
        let (helper, method, argument) = match &settlement.end {
            End::Returns(value) => {
                (Some(code!("settle")), code!("{future}.set_result"), Some(Expression::value(value)))
            }
            End::Raises(error) if error.is_cancelled_error() => {
                let message = error.message.as_ref().map(|message| Expression::string(message));
                (None, code!("{future}.cancel"), message.filter(|_| self.outline.cancel_takes_message()))
            }
            End::Raises(error) => {
                (Some(code!("fail")), code!("{future}.set_exception"), Some(exception(self.outline, error)))
            }
        };
        match settlement.delay {
            Some(Delay::Forever) => {}
            None => self.lines.statement(code!(""), Expression::call(method, argument.into_iter().collect())),
            Some(Delay::For(delay)) => {
                self.symbols.arms(TimerAction::Settle, None, times);
                match helper.filter(|_| guarded) {
                    Some(helper) => {
                        let future = Expression::Text(code!("{future}"));
                        self.call_later(seconds(delay), helper, [future].into_iter().chain(argument).collect());
                    }
                    None => self.call_later(seconds(delay), method, argument.into_iter().collect()),
                }
            }
        }
    }
}

/// An expression, or a list of as many as there are ids.
fn alike(ids: &Ids, expression: Snippet) -> Expression {
    match ids.len() {
        1 => Expression::Text(expression),
        count => Expression::repeat(&expression, count),
    }
}
