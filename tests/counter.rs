//! The counter-test of causes: each cause that a run names is taken away or delayed, and the run is made again. What was
//! said to follow from it must not follow then at that moment, unless by something else that the new run names. And a
//! `.cancel()` that was refused is replaced by a timer that does nothing: then nothing changes but what Python logs.
//!
//! It covers the built-in scenarios and random ones; `ASYNCDEMO_COUNTER_SCENARIOS=10000` says how many of the latter.

#[path = "counter/change.rs"]
mod change;
#[path = "counter/told.rs"]
mod told;

use std::collections::BTreeMap;
use std::fmt::Write;

use asyncdemo::calls::Call;
use asyncdemo::event::{Canceller, EventKind, Log, Recording, Target, What, Word};
use asyncdemo::executor::Workspace;
use asyncdemo::scenario::{Python, Scenario, builtins, parse};
use asyncdemo::verify::case::{calls, label};
use asyncdemo::verify::generator::{self, Random};

use change::{How, Taken};
use told::{Told, run};

/// How many random scenarios there are in an ordinary run of the tests.
const SCENARIOS: u64 = 120;
const SEED: u64 = 90_210;

/// What the trials found.
#[derive(Debug, Default)]
struct Findings {
    runs: usize,
    /// Causes that were put to the test: an event, one of the two that it names, and one way to do without that.
    trials: usize,
    /// What was said to follow did not.
    gone: usize,
    /// It did, by something else, which the new run names.
    by_another: usize,
    /// `.cancel()`s that were refused, and replaced.
    refused: usize,
    /// Logs that such a `.cancel()` had silenced.
    silenced: usize,
    /// Trials by kind of event.
    kinds: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

/// A run that is put to the test.
struct Case<'s> {
    scenario: &'s Scenario,
    call: Call,
    python: Python,
}

impl Case<'_> {
    fn complain(&self, findings: &mut Findings, text: &str, told: &Told<'_>, again: &Told<'_>) {
        let mut page = format!("{} on {}: {text}\n", label(&self.call), self.python);
        let _ = writeln!(page, "{}--- and again\n{}", told.page(self.scenario), again.page(self.scenario));
        findings.wrong.push(page);
    }

    /// Puts every cause of a run to the test, and every refused `.cancel()`.
    fn try_all(&self, workspace: &mut Workspace, findings: &mut Findings) {
        let Case { scenario, call, python } = *self;
        let mut recording = Recording::default();
        run(scenario, call, python, workspace, &mut recording);
        let told = Told::new(&recording);
        findings.runs += 1;
        for text in told.unnamed() {
            self.complain(findings, &text, &told, &Told::default());
        }
        for taken in told.all_that_can_be_taken(scenario) {
            for how in [How::Away, How::Later] {
                let Some((changed, call)) = taken.without(scenario, call, how) else { continue };
                let mut recording = Recording::default();
                run(&changed, call, python, workspace, &mut recording);
                self.judge(&told, &Told::new(&recording), taken, how, findings);
            }
        }
        self.try_refused(&told, workspace, findings);
    }

    /// Whether what was said to follow from what was taken still follows.
    fn judge(&self, told: &Told<'_>, again: &Told<'_>, taken: Taken, how: How, findings: &mut Findings) {
        for place in 0..told.events.len() {
            let event = &told.events[place];
            // What is logged at the end is logged of whatever ended, whenever that was.
            if event.kind() == EventKind::Log {
                continue;
            }
            for (number, is_cause) in [(told.cause[place], true), (told.because[place], false)] {
                let Some(number) = number.filter(|number| told.root(*number) == Some(taken)) else { continue };
                // What is a little later is still there when that happens which only comes of it much later.
                if how == How::Later && event.at > told.events[number].at {
                    continue;
                }
                findings.trials += 1;
                *findings.kinds.entry(event.kind().word()).or_default() += 1;
                let Some(other) = told.counterpart(place, again, !is_cause) else {
                    findings.gone += 1;
                    continue;
                };
                let wrong = if is_cause {
                    told.cause_is_wrong(place, number, again, other, self.scenario)
                } else {
                    told.because_is_wrong(place, again, other)
                };
                match wrong {
                    None => findings.by_another += 1,
                    Some(wrong) => {
                        let text = format!("{place} is said to follow from {number}; {how:?} with {taken:?}, {wrong}");
                        self.complain(findings, &text, told, again);
                    }
                }
            }
        }
    }

    /// Replaces each `.cancel()` of the scenario that was refused by a timer that does nothing.
    fn try_refused(&self, told: &Told<'_>, workspace: &mut Workspace, findings: &mut Findings) {
        for (place, event) in told.events.iter().enumerate() {
            let What::Cancel { target, accepted: false, by: Canceller::Schedule, .. } = event.what else { continue };
            // A timer that is armed with the call stands for one that is armed at the start only after the call.
            let called = told.events.iter().find(|event| event.kind() == EventKind::Call).map(|event| event.at);
            if matches!(target, Target::Group(_)) && called.is_none_or(|called| event.at <= called) {
                continue;
            }
            let Some((changed, _)) = Taken::Cancel(target).without(self.scenario, self.call, How::Away) else {
                continue;
            };
            let (changed, nothing) = change::with_a_timer_that_does_nothing(changed, event.at);
            let mut recording = Recording::default();
            run(&changed, self.call, self.python, workspace, &mut recording);
            let again = Told::new(&recording);
            findings.refused += 1;

            let is_part = |number: usize| told.comes_from(number, place);
            let silenced: Vec<Target> = (0..told.events.len())
                .filter(|number| is_part(*number))
                .filter_map(|number| match told.events[number].what {
                    What::Cancel { target, .. } => Some(target),
                    _ => None,
                })
                .collect();
            let logged = |told: &Told<'_>, event: usize| match told.events[event].what {
                What::Log { log: Log::TaskNeverRetrieved | Log::FutureNeverRetrieved, target } => {
                    silenced.contains(&target).then_some(target)
                }
                _ => None,
            };
            let here: Vec<Target> = (0..told.events.len()).filter_map(|event| logged(told, event)).collect();
            let is_news = |event: usize| logged(&again, event).is_some_and(|target| !here.contains(&target));
            findings.silenced += (0..again.events.len()).filter(|event| is_news(*event)).count();
            let before = told.lines_without(is_part);
            let after = again.lines_without(|number| again.is_about(number, nothing) || is_news(number));
            if before != after {
                let first = before.iter().zip(&after).find(|(before, after)| before != after);
                let text = format!("{place} was refused, and yet something changes without it: {first:?}");
                self.complain(findings, &text, told, &again);
            }
        }
    }
}

fn try_scenario(scenario: &Scenario, pythons: &[Python], workspace: &mut Workspace, findings: &mut Findings) {
    for call in calls(scenario) {
        for python in pythons {
            Case { scenario, call, python: *python }.try_all(workspace, findings);
        }
    }
}

fn random(number: u64) -> (String, Scenario) {
    let text = generator::scenario(&mut Random::new(SEED, number)).to_string();
    let scenario = parse("random.toml", &text).expect("the generator makes valid scenarios");
    (text, scenario)
}

#[track_caller]
fn nothing_is_wrong(findings: &Findings, what: &str) {
    let Findings { runs, trials, gone, by_another, refused, silenced, kinds, wrong } = findings;
    println!(
        "{what}: {runs} runs, {trials} trials {kinds:?}: {gone} followed no more, {by_another} by something else that is \
         named; {refused} refused .cancel() replaced, which had silenced {silenced} logs; {} wrong",
        wrong.len()
    );
    let shown: String = wrong.iter().take(3).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} are wrong\n{shown}", wrong.len());
}

#[test]
fn what_is_said_to_follow_does_not_follow_without_its_cause() {
    let asked = std::env::var("ASYNCDEMO_COUNTER_SCENARIOS").ok().map(|number| number.parse().expect("a number"));
    let scenarios = asked.unwrap_or(SCENARIOS);
    let (mut workspace, mut findings) = (Workspace::default(), Findings::default());
    for number in 0..scenarios {
        let (text, scenario) = random(number);
        let python = Python::ALL[number as usize % Python::ALL.len()];
        let before = findings.wrong.len();
        try_scenario(&scenario, &[python], &mut workspace, &mut findings);
        if findings.wrong.len() > before {
            findings.wrong[before].insert_str(0, &format!("random {number}\n{text}\n"));
        }
    }
    nothing_is_wrong(&findings, &format!("{scenarios} random scenarios"));
    assert!(findings.trials as u64 > 10 * scenarios && findings.refused as u64 > scenarios / 10, "{findings:?}");
    assert!(findings.by_another > 0 && findings.silenced > 0, "{findings:?}");
}

#[test]
fn in_the_built_in_scenarios_too() {
    let (mut workspace, mut findings) = (Workspace::default(), Findings::default());
    for builtin in builtins() {
        let scenario = parse(builtin.name, builtin.text).expect("a built-in scenario");
        // Ten thousand alike add nothing but time.
        if scenario.len() <= 200 {
            try_scenario(&scenario, &[Python::V3_8, Python::V3_13], &mut workspace, &mut findings);
        }
    }
    nothing_is_wrong(&findings, "built-in scenarios");
    assert!(findings.trials > 1000, "{findings:?}");
}

/// A run whose events name the wrong ones is found out.
#[test]
fn what_is_told_wrongly_is_found_out() {
    let (mut workspace, mut tampered, mut found) = (Workspace::default(), 0, 0);
    for number in 0..30 {
        let (_, scenario) = random(number);
        let case = Case { scenario: &scenario, call: calls(&scenario)[0], python: Python::V3_13 };
        let mut recording = Recording::default();
        run(&scenario, case.call, case.python, &mut workspace, &mut recording);
        let mut told = Told::new(&recording);
        let ends = |told: &Told<'_>, before: usize| {
            let is_own_end = |number: &usize| matches!(told.root(*number), Some(Taken::End(_)));
            (0..before).filter(is_own_end).collect::<Vec<_>>()
        };
        let Some(resume) = told.events.iter().position(|event| event.kind() == EventKind::Resume) else { continue };
        let Some(group) = told.cause[resume].filter(|number| matches!(told.root(*number), Some(Taken::End(_)))) else {
            continue;
        };
        let right = told.cause[group].unwrap_or(group);
        let others = ends(&told, resume);
        let earlier = |number: &usize| told.events[*number].at < told.events[right].at;
        let Some(wrong) = others.into_iter().find(|number| earlier(number) && told.cause[*number].is_none()) else {
            continue;
        };
        // What was done before is looked at in the order of the arguments.
        if matches!(told.events[resume].what, What::Resume { already: true, .. }) {
            continue;
        }
        told.cause[resume] = Some(wrong);
        let taken = told.root(wrong).expect("its own end can be taken away");
        let Some((changed, call)) = taken.without(&scenario, case.call, How::Away) else { continue };
        let mut recording = Recording::default();
        run(&changed, call, case.python, &mut workspace, &mut recording);
        let again = Told::new(&recording);
        tampered += 1;
        let mut findings = Findings::default();
        case.judge(&told, &again, taken, How::Away, &mut findings);
        found += usize::from(!findings.wrong.is_empty() || !told.unnamed().is_empty());
    }
    assert!(tampered > 0, "nothing was told wrongly");
    assert_eq!(found, tampered);
}
