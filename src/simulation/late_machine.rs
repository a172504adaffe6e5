//! A loop on a machine that has something else to do.

use crate::calls::Call;
use crate::executor::choices::Chosen;
use crate::executor::clock::Virtual;
use crate::executor::lateness::{Jitter, Lateness};
use crate::executor::{self, Plan, Workspace};
use crate::outcome::{Ledger, Run};
use crate::random::Random;
use crate::scenario::{Nanos, Python, Scenario};

/// As late as [`Jitter`]; and one time in four the process has to wait for its turn, when it is to wake or in the middle of
/// a pass: mostly for a few milliseconds, but for up to 128.
struct LateMachine {
    jitter: Jitter,
    random: Random,
}

impl LateMachine {
    fn wait(&mut self) -> u64 {
        let longest = 1_000_000 << self.random.below(8);
        if self.random.below(4) == 0 { self.random.below(longest) } else { 0 }
    }
}

impl Lateness for LateMachine {
    const IS_LATE: bool = true;

    fn wake(&mut self, now: Nanos, deadline: Nanos) -> Nanos {
        self.jitter.wake(now, deadline).after(Nanos(self.wait()))
    }

    fn pass(&mut self, now: Nanos) -> Nanos {
        self.jitter.pass(now).after(Nanos(self.wait()))
    }
}

/// Runs a scenario on a late machine, of which there are as many as numbers; it draws orders too.
pub fn on_late_machine<'s>(scenario: &'s Scenario, call: Call, python: Python, number: u64) -> Run<'s> {
    let lateness = LateMachine { jitter: Jitter::new(number), random: Random::new(number, 1) };
    let mut choices = Chosen::drawn(Random::new(number, 2));
    let mut ledger = Ledger::new(scenario, call, python);
    let (plan, mut workspace) = (Plan::new(scenario, call, python), Workspace::default());
    let end = executor::simulate(&plan, Virtual, &mut choices, lateness, &mut ledger, &mut workspace);
    ledger.finish(&end)
}
