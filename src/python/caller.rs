//! `main()`: the caller.

mod arguments;
mod ending;

use crate::scenario::{Delay, End, Ids, Kind, Settlement};

use super::code::{Snippet, code};
use super::functions::{exception, seconds, section};
use super::guide::{Does, Guide};
use super::layout::{Expression, Lines, string};
use super::plan::{Part, Plan, Reach};

/// Writes `main()`, and tells the guide of every timer in it.
pub fn write(lines: &mut Lines, guide: &mut Guide, plan: &Plan<'_>) {
    section(lines);
    lines.line(code!("async def main():"));
    lines.indented(|lines| MainWriter { lines, guide, plan }.write());
    section(lines);
}

/// Writes the body of `main()`.
pub struct MainWriter<'w, 's> {
    /// The program so far.
    pub lines: &'w mut Lines,
    /// What the harness is told of it.
    pub guide: &'w mut Guide,
    /// What the program needs.
    pub plan: &'w Plan<'s>,
}

impl MainWriter<'_, '_> {
    fn write(&mut self) {
        if self.needs_loop() {
            self.lines.line(code!("loop = asyncio.get_running_loop()"));
        }
        if self.plan.has_factory {
            self.lines.line(code!("loop.set_task_factory(remember)"));
        }
        for table in 0..self.plan.scenario.awaitables.len() {
            self.create(table);
        }
        // What is made in the caller's first step is there before any timer fires.
        let late = self.plan.scenario.caller.call_at.is_some();
        if !late {
            self.make_arguments();
        }
        self.arm_cancellations();
        if self.plan.asks_for_tasks() && self.plan.may_never_call() {
            self.lines.line(code!("tasks = set()"));
        }
        match self.plan.raises().clause() {
            None => self.call(late),
            Some(error) => {
                self.lines.line(code!("try:"));
                self.indented(|caller| caller.call(late));
                self.lines.line(code!("except {error} as error:"));
                let caller = &self.plan.scenario.caller;
                // Cancelled on the way, it has not come to the call, or to what that gives.
                let on_the_way = caller.cancel_at.is_some() && (late || caller.await_at.is_some());
                let who =
                    if on_the_way { "The caller got" } else { &format!("{}() raised", self.plan.call.function()) };
                self.lines.indented(|lines| lines.line(code!("print(\"{who}\", repr(error))")));
            }
        }
        self.finish();
    }

    fn indented(&mut self, write: impl FnOnce(&mut MainWriter<'_, '_>)) {
        let (guide, plan) = (&mut *self.guide, self.plan);
        self.lines.indented(|lines| write(&mut MainWriter { lines, guide, plan }));
    }

    /// Everything from the sleep before the call to what the call gave.
    fn call(&mut self, late: bool) {
        if let Some(moment) = self.plan.scenario.caller.call_at {
            self.lines.line(code!("await asyncio.sleep({})", seconds(moment)));
        }
        if late {
            self.make_arguments();
        }
        self.plan.in_program().write(self);
    }

    fn needs_loop(&self) -> bool {
        let caller = &self.plan.scenario.caller;
        let makes_or_cancels =
            |one: &crate::scenario::Awaitable| one.cancel.is_some() || matches!(one.kind, Kind::Future(_));
        caller.cancel_at.is_some()
            || self.plan.scenario.awaitables.iter().any(makes_or_cancels)
            || (self.plan.call.options().gives_a_future()
                && (caller.cancel_group_at.is_some() || !caller.check_done_at.is_empty()))
    }

    /// Tasks and futures, which are there from the start.
    fn create(&mut self, table: usize) {
        match &self.plan.awaitable(table).kind {
            Kind::Task(_) => self.create_tasks(table, &self.plan.variables[table], &self.plan.awaitable(table).ids),
            Kind::Future(settlement) => self.create_future(table, settlement),
            Kind::Coroutine(_) | Kind::Gather(_) => {}
        }
    }

    fn create_tasks(&mut self, table: usize, variable: &str, ids: &Ids) {
        let function = &self.plan.identifiers[table];
        let made = alike(ids, code!("asyncio.create_task({function}())"));
        self.guide.makes(self.plan, table, ids);
        self.lines.statement(code!("{variable} = "), made);
    }

    fn create_future(&mut self, table: usize, settlement: &Settlement) {
        let variable = self.plan.variables[table].clone();
        let count = self.plan.awaitable(table).ids.len();
        if count > 1 && settlement.delay.is_none() {
            // Each is settled before the next one is made.
            self.lines.line(code!("{variable} = []"));
            self.lines.line(code!("for _ in range({count}):"));
            self.indented(|caller| {
                caller.lines.line(code!("future = loop.create_future()"));
                caller.settle("future", settlement, false, 1);
                caller.lines.line(code!("{variable}.append(future)"));
            });
            return;
        }
        let made = alike(&self.plan.awaitable(table).ids, code!("loop.create_future()"));
        self.lines.statement(code!("{variable} = "), made);
        let guarded = self.plan.may_be_cancelled(table);
        if count > 1 && matches!(settlement.delay, Some(Delay::For(_))) {
            self.lines.line(code!("for future in {variable}:"));
            self.indented(|caller| caller.settle("future", settlement, guarded, count as u32));
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
                (None, code!("{future}.cancel"), message.filter(|_| self.plan.cancel_takes_message()))
            }
            End::Raises(error) => {
                (Some(code!("fail")), code!("{future}.set_exception"), Some(exception(self.plan, error)))
            }
        };
        let statement = match settlement.delay {
            Some(Delay::Forever) => return,
            None => Expression::call(method, argument.into_iter().collect()),
            Some(Delay::For(delay)) => {
                self.guide.arms(Does::Settle, None, times);
                let mut items = vec![Expression::Text(seconds(delay))];
                match helper.filter(|_| guarded) {
                    Some(helper) => items.extend([Expression::Text(helper), Expression::Text(code!("{future}"))]),
                    None => items.push(Expression::Text(method)),
                }
                items.extend(argument);
                Expression::call(code!("loop.call_later"), items)
            }
        };
        self.lines.statement(code!(""), statement);
    }

    /// The timers of every `cancel_at`, in file order, then the caller's own.
    fn arm_cancellations(&mut self) {
        let plan = self.plan;
        let scheduled = |table: &usize| plan.awaitable(*table).cancel.is_some();
        let tables: Vec<usize> = (0..plan.scenario.awaitables.len()).filter(scheduled).collect();
        if tables.is_empty() && plan.scenario.caller.cancel_at.is_none() {
            return;
        }
        self.lines.comment("Cancelled from outside, counted from the start:");
        for table in tables {
            self.arm_cancellation(table);
        }
        if let Some(moment) = plan.scenario.caller.cancel_at {
            self.guide.arms(Does::Cancel, None, 1);
            self.lines.line(code!("loop.call_later({}, asyncio.current_task().cancel)", seconds(moment)));
        }
    }

    fn arm_cancellation(&mut self, table: usize) {
        let plan = self.plan;
        let awaitable = plan.awaitable(table);
        let Some(cancel) = &awaitable.cancel else { return };
        let message = cancel.message.as_ref().map(|message| Expression::string(message));
        if message.is_some() && !plan.cancel_takes_message() {
            self.lines.comment("Its cancel_message is left out: in Python 3.8 cancel() takes none.");
        }
        let message = message.filter(|_| plan.cancel_takes_message());
        let armed = |callback: Vec<Expression>, message: Option<Expression>| {
            let delay = Expression::Text(seconds(cancel.at));
            let items = [delay].into_iter().chain(callback).chain(message).collect();
            Expression::call(code!("loop.call_later"), items)
        };
        if matches!(awaitable.kind, Kind::Task(_) | Kind::Future(_)) {
            return self.arm_each(&plan.variables[table], awaitable.ids.len(), |each| armed(vec![each], message));
        }
        for part in plan.parts_of(&awaitable.ids) {
            let message = message.clone();
            let Part { ids, made_after, variable, .. } = &plan.parts[part];
            let reach = plan.reach(part);
            if reach == Reach::Variable {
                self.arm_each(variable, ids.len(), |each| armed(vec![each], message));
                continue;
            }
            let identifier = &plan.identifiers[table];
            self.guide.arms(Does::Cancel, Some(plan.clones(table, ids)), 1);
            let statement = match reach {
                Reach::Nothing => {
                    self.lines.comment(&format!("Nobody ever makes {}: there is nothing to cancel.", plan.label(part)));
                    armed(vec![Expression::Text(code!("lambda: None"))], None)
                }
                _ if plan.is_whole(part) => {
                    armed(vec![Expression::Text(code!("cancel")), Expression::string(identifier)], message)
                }
                _ => {
                    let cancel = Expression::call(code!("task.cancel"), message.into_iter().collect()).flat();
                    let some = format!("[{made_after}:{}]", made_after + ids.len());
                    let tasks = code!("made.get({}, []){some}", string(identifier));
                    armed(vec![Expression::Text(code!("lambda: [{cancel} for task in {tasks}]"))], None)
                }
            };
            self.lines.statement(code!(""), statement);
        }
    }

    /// Arms a timer for what a variable holds, or for each of several that it holds.
    fn arm_each(&mut self, variable: &str, count: usize, armed: impl FnOnce(Expression) -> Expression) {
        self.guide.arms(Does::Cancel, None, count as u32);
        if count == 1 {
            return self.lines.statement(code!(""), armed(Expression::Text(code!("{variable}.cancel"))));
        }
        self.lines.line(code!("for awaitable in {variable}:"));
        let statement = armed(Expression::Text(code!("awaitable.cancel")));
        self.lines.indented(|lines| lines.statement(code!(""), statement));
    }
}

/// An expression, or a list of as many as there are ids.
fn alike(ids: &Ids, expression: Snippet) -> Expression {
    match ids.len() {
        1 => Expression::Text(expression),
        count => Expression::repeat(&expression, count),
    }
}
