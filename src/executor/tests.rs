//! Programs that no scenario can ask for yet: calls in any coroutine, several at work at once, and in a loop.
//!
//! What must come of them is what CPython 3.8.18 and 3.13.0 both did with the same programs, on a loop with a virtual
//! clock that counts its passes.

use std::borrow::Cow;

use crate::calls::{Call, Function, GatherOptions, ReturnWhen, WaitOptions};
use crate::event::{Ended, Event, Got, Listener, Target, What};
use crate::scenario::{Id, Nanos, Python, Scenario, parse};

use super::choices::Canonical;
use super::clock::Virtual;
use super::lateness::{Jitter, Never};
use super::plan::{Ending, Handler, Line, Place, Plan, Site, SiteId, Step};
use super::{Workspace, simulate};

/// A coroutine gathers two others, another one waits for it, and the main coroutine gathers that.
#[test]
fn a_gather_inside_a_wait_inside_a_gather() {
    let scenario = scenario(
        r#"
        [caller]
        args = ["outer", "e"]
        [gather]
        [[awaitable]]
        name = "mid"
        kind = "task"
        delay = 0.5
        [[awaitable]]
        name = "c"
        kind = "task"
        delay = 5
        [[awaitable]]
        name = "outer"
        delay = 1
        [[awaitable]]
        name = "e"
        delay = 1
        [[awaitable]]
        name = "a"
        delay = 1
        [[awaitable]]
        name = "b"
        delay = 2
        "#,
    );
    let mut program = Program::new(&scenario, Call::Gather(GatherOptions::default()));
    program.calls("mid", Call::Gather(GatherOptions::default()), &["a", "b"]);
    let first = WaitOptions {
        return_when: ReturnWhen::FirstCompleted,
        timeout: Some(Nanos(2 * Nanos::SECOND.0)),
        ..WaitOptions::default()
    };
    program.calls("outer", Call::Wait(first), &["mid", "c"]);
    assert_eq!(
        program.told(),
        "0 1 call caller gather\n0 1 await caller\n0 2 start mid\n0 2 start c\n0 2 start outer\n0 2 start e\n\
         0.5 4 call mid gather\n0.5 4 await mid\n0.5 5 start a\n0.5 5 start b\n\
         1 7 call outer wait\n1 7 await outer\n1 7 finish e returned\n1.5 10 finish a returned\n\
         2.5 13 finish b returned\n2.5 15 resume mid returned\n2.5 15 finish mid returned\n\
         2.5 17 resume outer returned\n2.5 17 finish outer returned\n2.5 19 resume caller returned"
    );
}

/// A coroutine waits four times for the same tasks; each wait() has a timeout of its own.
#[test]
fn a_wait_in_a_loop() {
    let scenario = scenario(
        r#"
        [caller]
        args = ["outer"]
        [[awaitable]]
        name = "a"
        kind = "task"
        delay = 0.5
        [[awaitable]]
        name = "b"
        kind = "task"
        delay = 1.5
        [[awaitable]]
        name = "c"
        kind = "task"
        delay = 10
        [[awaitable]]
        name = "outer"
        "#,
    );
    let mut program = Program::new(&scenario, Call::Gather(GatherOptions::default()));
    let a_second = WaitOptions { timeout: Some(Nanos::SECOND), ..WaitOptions::default() };
    program.calls("outer", Call::Wait(a_second), &["a", "b", "c"]);
    program.repeats("outer", 3);
    assert_eq!(
        program.told(),
        "0 1 call caller gather\n0 1 await caller\n0 2 start a\n0 2 start b\n0 2 start c\n0 2 start outer\n\
         0 2 call outer wait\n0 2 await outer\n0.5 4 finish a returned\n\
         1 7 resume outer returned\n1 7 call outer wait\n1 7 await outer\n1.5 10 finish b returned\n\
         2 13 resume outer returned\n2 13 call outer wait\n2 13 await outer\n\
         3 16 resume outer returned\n3 16 call outer wait\n3 16 await outer\n\
         4 19 resume outer returned\n4 19 finish outer returned\n4 21 resume caller returned"
    );
}

/// Two coroutines gather at the same time: one is cancelled in its gather() and cleans up, the other's member fails.
#[test]
fn two_gathers_at_once_one_cancelled_and_one_failed() {
    let scenario = scenario(
        r#"
        [caller]
        args = ["outer", "other"]
        [wait]
        timeout = 10
        [[awaitable]]
        name = "outer"
        kind = "task"
        cancel_at = 1.5
        [[awaitable]]
        name = "other"
        kind = "task"
        [[awaitable]]
        name = "a"
        delay = 3
        [[awaitable]]
        name = "b"
        delay = 3
        on_cancel = { cleanup = 1 }
        [[awaitable]]
        name = "c"
        delay = 2
        [[awaitable]]
        name = "d"
        delay = 1
        raises = "ValueError: x"
        "#,
    );
    let mut program = Program::new(&scenario, scenario.call(Function::Wait));
    program.calls("outer", Call::Gather(GatherOptions::default()), &["a", "b"]);
    program.cleans_up("outer", Nanos(Nanos::SECOND.0 / 4));
    program.calls("other", Call::Gather(GatherOptions::default()), &["c", "d"]);
    assert_eq!(
        program.told(),
        "0 1 call caller wait\n0 1 await caller\n0 2 start outer\n0 2 call outer gather\n0 2 await outer\n\
         0 2 start other\n0 2 call other gather\n0 2 await other\n0 3 start a\n0 3 start b\n0 3 start c\n0 3 start d\n\
         1 5 finish d raised\n1 7 resume other raised\n1 7 finish other raised\n\
         1.5 10 finish a cancelled\n1.5 10 cleanup b\n1.5 12 resume outer cancelled\n1.5 12 cleanup outer\n\
         1.75 14 finish outer cancelled\n1.75 16 resume caller returned"
    );
}

/// What a run has left behind in a workspace does not reach the next.
#[test]
fn a_workspace_serves_one_run_after_another() {
    let all: Vec<Scenario> = crate::scenario::builtins()
        .filter_map(|builtin| parse(builtin.name, builtin.text).ok())
        .filter(|scenario| scenario.len() < 1000)
        .collect();
    let mut workspace = Workspace::default();
    for scenario in &all {
        for call in [scenario.call(Function::Gather), scenario.call(Function::Wait)] {
            let plan = Plan::new(scenario, call, Python::DEFAULT);
            let (mut again, mut anew) = (Lines::new(scenario), Lines::new(scenario));
            simulate(&plan, Virtual, Canonical, Never, &mut again, &mut workspace);
            simulate(&plan, Virtual, Canonical, Never, &mut anew, &mut Workspace::default());
            assert_eq!(again.lines, anew.lines);
        }
    }
    assert!(all.len() > 50);
}

fn scenario(toml: &str) -> Scenario {
    parse("test", toml).unwrap_or_else(|problems| panic!("{}", problems.render(false, 100)))
}

/// A plan whose bodies make calls.
struct Program<'s> {
    scenario: &'s Scenario,
    plan: Plan<'s>,
}

impl<'s> Program<'s> {
    fn new(scenario: &'s Scenario, call: Call) -> Program<'s> {
        Program { scenario, plan: Plan::new(scenario, call, Python::V3_13) }
    }

    fn table(&self, name: &str) -> usize {
        self.scenario.awaitables.iter().position(|awaitable| awaitable.name == name).expect("it is in the scenario")
    }

    fn body(&mut self, name: &str) -> &mut Vec<Line> {
        let table = self.table(name);
        &mut self.plan.bodies[table]
    }

    /// Behind its sleep, a body makes a call.
    fn calls(&mut self, name: &str, call: Call, arguments: &[&str]) {
        let arguments = arguments.iter().map(|name| self.scenario.awaitables[self.table(name)].ids.clone()).collect();
        let site = SiteId(self.plan.sites.len() as u32);
        self.plan.sites.push(Site {
            call,
            arguments: Cow::Owned(arguments),
            passes_list: false,
            called_at: Nanos::ZERO,
            cancel_group_at: None,
            check_done_at: Cow::Borrowed(&[]),
        });
        let body = self.body(name);
        let end = body.pop().expect("a body ends");
        let resume = body.len() as Place + 2;
        let handler = Handler::All(resume);
        body.push(Line { step: Step::Call(site), handler });
        body.push(Line { step: Step::Await, handler });
        body.push(Step::Resume { raises: true }.into());
        body.push(end);
    }

    /// A body makes its call so many times more.
    fn repeats(&mut self, name: &str, times: u32) {
        let body = self.body(name);
        let from = body.iter().position(|line| matches!(line.step, Step::Call(_))).expect("it makes a call") as Place;
        body.insert(body.len() - 1, Step::Repeat { from, times }.into());
    }

    /// A body catches the `CancelledError` of its call, cleans up that long and raises it again.
    fn cleans_up(&mut self, name: &str, cleanup: Nanos) {
        let body = self.body(name);
        let cleans_up = Handler::Cancelled(body.len() as Place);
        for line in body.iter_mut().filter(|line| matches!(line.step, Step::Resume { .. })) {
            line.handler = cleans_up;
        }
        let delay = crate::scenario::Delay::For(cleanup);
        body.extend([Step::CleanUp, Step::Sleep(delay), Step::End(Ending::Reraises)].map(Line::from));
    }

    /// What happens up to the moment at which the main coroutine goes on.
    fn told(&self) -> String {
        let mut lines = Lines::new(self.scenario);
        simulate(&self.plan, Virtual, Canonical, Never, &mut lines, &mut Workspace::default());
        let last = lines.lines.iter().position(|line| line.contains("resume caller")).expect("the call comes back");
        lines.lines[..=last].join("\n")
    }
}

/// A line for each event that a program can see by itself.
struct Lines<'s> {
    scenario: &'s Scenario,
    callers: Vec<Target>,
    lines: Vec<String>,
}

impl<'s> Lines<'s> {
    fn new(scenario: &'s Scenario) -> Lines<'s> {
        Lines { scenario, callers: Vec::new(), lines: Vec::new() }
    }

    fn name(&self, target: Target) -> String {
        match target {
            Target::Awaitable(id) => self.scenario.name(id).to_string(),
            Target::Caller => "caller".to_owned(),
            Target::Group(_) => "group".to_owned(),
        }
    }
}

impl Listener for Lines<'_> {
    fn event(&mut self, event: &Event<'_>) {
        let of = |id: Id| Target::Awaitable(id);
        let (word, target, how) = match event.what {
            What::Start { awaitable } => ("start", of(awaitable), ""),
            What::Cleanup { awaitable } => ("cleanup", of(awaitable), ""),
            What::Finish { target: target @ Target::Awaitable(_), ended, .. } => {
                let how = match ended {
                    Ended::Returned(_) => " returned",
                    Ended::Raised(_) => " raised",
                    Ended::Cancelled(_) => " cancelled",
                };
                ("finish", target, how)
            }
            What::Call { by, call, .. } => {
                self.callers.push(by);
                ("call", by, if matches!(call, Call::Gather(_)) { " gather" } else { " wait" })
            }
            What::Await { call } => ("await", self.callers[call.index()], ""),
            What::Resume { call, got, .. } => {
                let how = match got {
                    Got::Results(_) | Got::Sets { .. } => " returned",
                    Got::Raised(_) => " raised",
                    Got::Cancelled(_) => " cancelled",
                };
                ("resume", self.callers.get(call.index()).copied().unwrap_or(Target::Caller), how)
            }
            _ => return,
        };
        let (at, pass, name) = (event.at, event.iteration, self.name(target));
        self.lines.push(format!("{at} {pass} {word} {name}{how}"));
    }
}

/// On a loop that wakes late a sleep's timer may be due in the very pass in which its task, cancelled before, begins to
/// clean up: CPython skips the handle, since it was cancelled, and the cleanup sleeps its whole time.
#[test]
fn a_cancelled_sleep_does_not_wake_the_cleanup() {
    let scenario = scenario(
        "[caller]\ncancel_at = 0\n[[awaitable]]\nname = \"a\"\ndelay = \"1ns\"\non_cancel = { cleanup = 1 }\n",
    );
    for number in 0..50 {
        let plan = Plan::new(&scenario, scenario.call(Function::Gather), Python::V3_13);
        let mut lines = Lines::new(&scenario);
        let jitter = Jitter::new(number);
        let end = simulate(&plan, Virtual, Canonical, jitter, &mut lines, &mut Workspace::default());
        assert!(end.at > Nanos::SECOND, "jitter {number}: {:?}", lines.lines);
    }
}
