//! The timers that cancel: one for each `cancel_at`, in file order, then the caller's own.

use crate::scenario::{Nanos, ScheduledCancel};

use super::super::code::{Snippet, code};
use super::super::expression::Expression;
use super::super::literal::{seconds, string};
use super::super::outline::{Part, Reach};
use super::super::symbols::TimerAction;
use super::MainWriter;

impl MainWriter<'_, '_> {
    pub(super) fn arm_cancellations(&mut self) {
        let scenario = self.outline.scenario;
        if scenario.awaitables.iter().all(|one| one.cancel.is_none()) && scenario.caller.cancel_at.is_none() {
            return;
        }
        self.lines.comment("Cancellations from outside, counted from the start:");
        for (table, awaitable) in scenario.awaitables.iter().enumerate() {
            if let Some(cancel) = &awaitable.cancel {
                self.arm_cancellation(table, cancel);
            }
        }
        if let Some(moment) = scenario.caller.cancel_at {
            self.symbols.arms(TimerAction::Cancel, None, 1);
            self.lines.line(code!("loop.call_later({}, asyncio.current_task().cancel)", seconds(moment)));
        }
    }

    fn arm_cancellation(&mut self, table: usize, cancel: &ScheduledCancel) {
        let outline = self.outline;
        let mut message: Vec<Expression> = cancel.message.iter().map(|message| Expression::string(message)).collect();
        if !message.is_empty() && !outline.cancel_takes_message() {
            self.lines.comment("In Python 3.8 cancel() takes no message, so cancel_message is left out.");
            message.clear();
        }
        let awaitable = outline.awaitable(table);
        if awaitable.kind.is_made_at_start() {
            return self.arm_by_variable(cancel.at, &outline.variables[table], awaitable.ids.len(), message);
        }
        for part in outline.parts_of(&awaitable.ids) {
            let Part { ids, made_after, variable, .. } = &outline.parts[part];
            let name = &outline.identifiers[table];
            match outline.reach(part) {
                Reach::Variable => self.arm_by_variable(cancel.at, variable, ids.len(), message.clone()),
                Reach::Nothing => {
                    let label = outline.label(part);
                    self.lines.comment(&format!("{label} is never created, so there is nothing to cancel."));
                    self.arm_by_name(cancel.at, part, code!("lambda: None"), Vec::new());
                }
                Reach::Name if outline.is_whole(part) => {
                    let arguments = [Expression::string(name)].into_iter().chain(message.clone()).collect();
                    self.arm_by_name(cancel.at, part, code!("cancel"), arguments);
                }
                Reach::Name => {
                    let made = code!("made.get({}, [])[{made_after}:{}]", string(name), made_after + ids.len());
                    let cancel_one = Expression::call(code!("task.cancel"), message.clone()).flat();
                    let callback = code!("lambda: [{cancel_one} for task in {made}]");
                    self.arm_by_name(cancel.at, part, callback, Vec::new());
                }
            }
        }
    }

    /// Arms a timer for what a variable holds, or for each of several that it holds.
    fn arm_by_variable(&mut self, at: Nanos, variable: &str, count: usize, message: Vec<Expression>) {
        self.symbols.arms(TimerAction::Cancel, None, count as u32);
        if count == 1 {
            return self.call_later(seconds(at), code!("{variable}.cancel"), message);
        }
        self.lines.line(code!("for awaitable in {variable}:"));
        self.indented(|main| main.call_later(seconds(at), code!("awaitable.cancel"), message));
    }

    /// Arms one timer for a part that may not have been made when it fires.
    fn arm_by_name(&mut self, at: Nanos, part: usize, callback: Snippet, arguments: Vec<Expression>) {
        let Part { table, ids, .. } = &self.outline.parts[part];
        self.symbols.arms(TimerAction::Cancel, Some(self.outline.clones(*table, ids)), 1);
        self.call_later(seconds(at), callback, arguments);
    }

    /// Writes a `call_later()`.
    pub fn call_later(&mut self, delay: Snippet, callback: Snippet, arguments: Vec<Expression>) {
        let items = [delay, callback].map(Expression::Text).into_iter().chain(arguments).collect();
        self.lines.statement(code!(""), Expression::call(code!("loop.call_later"), items));
    }
}
