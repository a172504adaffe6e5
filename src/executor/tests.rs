//! Programs that no scenario can ask for yet: calls in any coroutine, several at work at once, and in loops.
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
use super::plan::{Ending, Handler, Line, LoopId, Place, Plan, Site, SiteId, Step};
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
    program.repeats("outer", LoopId(0), 3);
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

/// In a loop a coroutine waits three times for the same two tasks, in a loop in it, and then once for one of them and
/// another.
#[test]
fn a_wait_in_a_loop_in_a_loop() {
    let scenario = scenario(
        r#"
        [caller]
        args = ["outer"]
        [[awaitable]]
        name = "a"
        kind = "task"
        delay = 4.25
        [[awaitable]]
        name = "b"
        kind = "task"
        delay = 20
        [[awaitable]]
        name = "c"
        kind = "task"
        delay = 20
        [[awaitable]]
        name = "outer"
        "#,
    );
    let mut program = Program::new(&scenario, Call::Gather(GatherOptions::default()));
    let a_second = WaitOptions { timeout: Some(Nanos::SECOND), ..WaitOptions::default() };
    let half_a_second = WaitOptions {
        return_when: ReturnWhen::FirstCompleted,
        timeout: Some(Nanos(Nanos::SECOND.0 / 2)),
        ..WaitOptions::default()
    };
    program.calls("outer", Call::Wait(a_second), &["a", "b"]);
    program.repeats("outer", LoopId(0), 2);
    program.calls("outer", Call::Wait(half_a_second), &["a", "c"]);
    program.repeats("outer", LoopId(1), 1);
    assert_eq!(
        program.told(),
        "0 1 call caller gather\n0 1 await caller\n0 2 start a\n0 2 start b\n0 2 start c\n0 2 start outer\n\
         0 2 call outer wait\n0 2 await outer\n\
         1 4 resume outer returned\n1 4 call outer wait\n1 4 await outer\n\
         2 6 resume outer returned\n2 6 call outer wait\n2 6 await outer\n\
         3 8 resume outer returned\n3 8 call outer wait\n3 8 await outer\n\
         3.5 10 resume outer returned\n3.5 10 call outer wait\n3.5 10 await outer\n4.25 12 finish a returned\n\
         4.5 15 resume outer returned\n4.5 15 call outer wait\n4.5 15 await outer\n\
         5.5 18 resume outer returned\n5.5 18 call outer wait\n5.5 18 await outer\n\
         6.5 21 resume outer returned\n6.5 21 call outer wait\n6.5 21 await outer\n\
         6.5 23 resume outer returned\n6.5 23 finish outer returned\n6.5 25 resume caller returned"
    );
}

/// Two coroutines gather twice each, and await the first group after the second: the one while it is at work, the other
/// when it has failed.
#[test]
fn the_first_of_two_calls_is_awaited_after_the_second() {
    let scenario = scenario(
        r#"
        [caller]
        args = ["outer", "other"]
        [[awaitable]]
        name = "outer"
        kind = "task"
        [[awaitable]]
        name = "other"
        kind = "task"
        [[awaitable]]
        name = "a"
        delay = 3
        [[awaitable]]
        name = "b"
        delay = 4
        [[awaitable]]
        name = "c"
        delay = 1
        [[awaitable]]
        name = "d"
        delay = 2
        [[awaitable]]
        name = "e"
        delay = 1
        [[awaitable]]
        name = "f"
        delay = 2
        raises = "ValueError: x"
        [[awaitable]]
        name = "g"
        delay = 3
        "#,
    );
    let mut program = Program::new(&scenario, scenario.call(Function::Wait));
    let gather = Call::Gather(GatherOptions::default());
    for (body, first, second) in [("outer", &["a", "b"][..], &["c", "d"][..]), ("other", &["e", "f"], &["g"])] {
        program.calls(body, gather, first);
        program.calls(body, gather, second);
        program.makes_both_calls_then_awaits_the_second_first(body);
    }
    assert_eq!(
        program.told(),
        "0 1 call caller wait\n0 1 await caller\n\
         0 2 start outer\n0 2 call outer gather\n0 2 call outer gather\n0 2 await outer\n\
         0 2 start other\n0 2 call other gather\n0 2 call other gather\n0 2 await other\n\
         0 3 start a\n0 3 start b\n0 3 start c\n0 3 start d\n0 3 start e\n0 3 start f\n0 3 start g\n\
         1 5 finish c returned\n1 5 finish e returned\n2 8 finish d returned\n2 8 finish f raised\n\
         2 10 resume outer returned\n2 10 await outer\n3 12 finish a returned\n3 12 finish g returned\n\
         3 14 resume other returned\n3 14 await other\n3 14 resume other raised\n3 14 finish other raised\n\
         4 17 finish b returned\n4 19 resume outer returned\n4 19 finish outer returned\n4 21 resume caller returned"
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

    /// Before its end, a body makes a call.
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
        body.push(Line { step: Step::Await(site), handler });
        body.push(Step::Resume { site, raises: true }.into());
        body.push(end);
    }

    /// A body does everything so far so many times more.
    fn repeats(&mut self, name: &str, of: LoopId, times: u32) {
        let body = self.body(name);
        body.insert(0, Step::BeginLoop(of).into());
        for line in body.iter_mut() {
            if let Handler::All(to) = &mut line.handler {
                *to += 1;
            }
            if let Step::Repeat { from, .. } = &mut line.step {
                *from += 1;
            }
        }
        body.insert(body.len() - 1, Step::Repeat { of, from: 1, times }.into());
    }

    /// Two calls, each awaited at once, become both calls, then the second's await, then the first's.
    fn makes_both_calls_then_awaits_the_second_first(&mut self, name: &str) {
        let [call, awaits, resume, other_call, other_awaits, other_resume, end] = self.body(name)[..] else {
            panic!("{name} does not make two calls");
        };
        let all = Handler::All;
        let line = |Line { step, .. }: Line, handler| Line { step, handler };
        *self.body(name) = vec![
            line(call, all(5)),
            line(other_call, all(3)),
            line(other_awaits, all(3)),
            other_resume,
            line(awaits, all(5)),
            resume,
            end,
        ];
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
