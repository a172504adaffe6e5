//! JUnit's XML, which CI servers read: a file is a suite, an expectation a case.

use std::io::Write;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Checked, CheckedRun, Verdict, python_words};

/// Why the XML could not be written.
pub type JunitError = quick_junit::SerializeError;

/// Writes everything that was checked. A file that was not run is an error; one without expectations, and an expectation
/// that expects nothing, is a skipped case, or a failure where the check is `strict`. A case is named by title, call and
/// options, so that its name stays when lines move.
///
/// # Errors
///
/// What the writer says.
pub fn write_junit(out: &mut impl Write, checked: &[Checked<'_>], strict: bool) -> Result<(), JunitError> {
    let mut report = Report::new("asyncdemo");
    let mut suites: Vec<TestSuite> = Vec::new();
    for checked in checked {
        let (source, mut case) = match checked {
            Checked::Run(run) => (run.source, case(run, strict)),
            Checked::Nothing { source } => {
                let why = "no expectations";
                (*source, named(source, why.to_owned(), skipped(why, strict)))
            }
            Checked::Invalid { source, diagnostics } => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                let first = diagnostics.problems().first();
                status.set_message(first.map_or("not a scenario", |problem| problem.message()));
                status.set_description(diagnostics.render(false, 100));
                (*source, named(source, "not run".to_owned(), status))
            }
        };
        match suites.last_mut().filter(|suite| suite.name.as_str() == source) {
            Some(suite) => {
                // Servers tell cases apart by their names.
                let begins = |other: &&TestCase| other.name.as_str().split(" #").next() == Some(case.name.as_str());
                let alike = suite.test_cases.iter().filter(begins).count();
                if alike > 0 {
                    case.name = format!("{} #{}", case.name.as_str(), alike + 1).into();
                }
                suite.add_test_case(case);
            }
            None => {
                let mut suite = TestSuite::new(source);
                suite.add_test_case(case);
                suites.push(suite);
            }
        }
    }
    report.add_test_suites(suites);
    report.serialize(out)
}

fn case(run: &CheckedRun<'_>, strict: bool) -> TestCase {
    let title = run.scenario.title.as_ref().map_or(String::new(), |title| format!("{title}: "));
    let pythons = match &run.expect.python {
        pythons if pythons.is_empty() => String::new(),
        pythons => format!(", {}", python_words(pythons)),
    };
    let status = match run.verdict() {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Empty => skipped("expects nothing", strict),
        Verdict::Failed => failed(run),
    };
    let mut case = named(run.source, format!("{title}{}{pythons}", run.call()), status);
    case.set_time(run.took);
    case
}

fn failed(run: &CheckedRun<'_>) -> TestCaseStatus {
    let mut text = String::new();
    for (python, differences) in &run.findings {
        for difference in differences {
            let python = python_words(std::slice::from_ref(python));
            text.push_str(&format!(
                "{} under {python}\n  expected  {}\n  got       {}\n",
                difference.place, difference.expected, difference.got
            ));
        }
    }
    let all = || run.findings.iter().flat_map(|(_, differences)| differences);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    if let Some(first) = all().next() {
        status.set_message(format!("{}: expected {}, got {}", first.place, first.expected, first.got));
    }
    status.set_type("difference");
    status.set_description(text);
    status
}

fn skipped(why: &str, strict: bool) -> TestCaseStatus {
    let mut status =
        if strict { TestCaseStatus::non_success(NonSuccessKind::Failure) } else { TestCaseStatus::skipped() };
    status.set_message(why);
    status
}

fn named(source: &str, name: String, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(source);
    case
}
