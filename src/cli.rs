//! The command line, as clap types and nothing else.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::calls::{Call, Collection, Function, GatherOptions, ReturnWhen, WaitOptions};
use crate::event::Word;
use crate::report::format::{FORMATS, Format, endings};
use crate::scenario::{Nanos, Python, in_words, listed, parse_duration};

/// `asyncdemo`.
#[derive(Debug, Parser)]
#[command(
    name = "asyncdemo",
    version,
    about,
    long_about = long_about(),
    after_help = "Try it:\n  asyncdemo gather\n  asyncdemo wait --return-when first-exception --timeout 3\n  \
        asyncdemo scenarios",
    after_long_help = "Try it:\n  asyncdemo gather\n  asyncdemo wait --return-when first-exception --timeout 3\n  \
        asyncdemo gather my.toml --format json | jq .outcome\n  asyncdemo scenarios\n\n\
        Exit codes:\n  0    the call returned\n  1    the call raised or was cancelled\n  2    bad usage or a bad \
        scenario; nothing ran\n  3    the call would never return\n  4    the output could not be written\n  5    the \
        call returned or raised, but asyncio.run() never returns\n  130  interrupted by Ctrl-C",
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(subcommand)]
    #[allow(missing_docs)]
    pub command: Command,
}

fn long_about() -> String {
    let functions: Vec<String> =
        Function::ALL.iter().map(|function| format!("{}()", function.plain().options().in_python())).collect();
    format!(
        "Show exactly what Python's {} do.\n\nA scenario describes simulated awaitables: how long they take, what they \
         return or raise, when they are cancelled. asyncdemo runs them through one of the {} functions and says what the \
         caller got, when, and what became of everything else, as on CPython 3.8 to 3.14.",
        listed(&functions, "and"),
        in_words(functions.len())
    )
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a scenario through asyncio.gather()
    Gather(Gather),
    /// Run a scenario through asyncio.wait()
    Wait(Wait),
    /// Run scenarios on real CPythons too, and report every difference
    Verify(Verify),
    /// Check scenarios' expectations
    Check(Check),
    /// List the built-in scenarios, or print one
    Scenarios(Scenarios),
    /// Write a short scenario with comments to start from
    New(New),
    /// Print the JSON Schema of scenario files, or of the run document
    Schema(Schema),
    /// Print a shell's completion script
    Completions(Completions),
}

/// `asyncdemo gather`.
#[derive(Debug, Args)]
#[allow(missing_docs)]
pub struct Gather {
    #[command(flatten)]
    pub scenario: ScenarioArgument,

    /// Return exceptions as values instead of raising the first; this and the next flag override the scenario's options
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        action = ArgAction::Set)]
    pub return_exceptions: Option<bool>,

    /// Add a done callback to the group, right after the call
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        action = ArgAction::Set)]
    pub done_callback: Option<bool>,

    #[command(flatten)]
    pub run: RunOptions,
}

/// `asyncdemo wait`.
#[derive(Debug, Args)]
#[allow(missing_docs)]
pub struct Wait {
    #[command(flatten)]
    pub scenario: ScenarioArgument,

    /// When wait() returns; Python's spelling, such as FIRST_EXCEPTION, works too; this and the next three flags override
    /// the scenario's options
    #[arg(long, value_name = "CONDITION", value_parser = return_when(), ignore_case = true)]
    pub return_when: Option<ReturnWhen>,

    /// How long wait() waits at most: seconds, a duration such as 250ms, or none
    #[arg(long, value_name = "DURATION", value_parser = timeout, allow_negative_numbers = true)]
    pub timeout: Option<Timeout>,

    /// Whether coroutines are wrapped in tasks at the call (the default), or passed to wait() as they are (false), which
    /// depends on the Python version
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        action = ArgAction::Set)]
    pub wrap: Option<bool>,

    /// What kind of collection wait() gets; bare: a single awaitable instead of a collection
    #[arg(long, value_name = "KIND", value_parser = collection())]
    pub collection: Option<Collection>,

    #[command(flatten)]
    pub run: RunOptions,
}

impl Gather {
    /// A call of gather() with the flags over its options.
    pub fn over(&self, call: Call) -> Call {
        let Call::Gather(own) = call else { return call };
        Call::Gather(GatherOptions {
            return_exceptions: self.return_exceptions.unwrap_or(own.return_exceptions),
            done_callback: self.done_callback.unwrap_or(own.done_callback),
        })
    }
}

impl Wait {
    /// A call of wait() with the flags over its options.
    pub fn over(&self, call: Call) -> Call {
        let Call::Wait(own) = call else { return call };
        Call::Wait(WaitOptions {
            return_when: self.return_when.unwrap_or(own.return_when),
            timeout: self.timeout.map_or(own.timeout, |timeout| timeout.0),
            wrap: self.wrap.unwrap_or(own.wrap),
            collection: self.collection.unwrap_or(own.collection),
        })
    }
}

/// What to run.
#[derive(Debug, Args)]
pub struct ScenarioArgument {
    /// A file, - for standard input, or a built-in scenario's name; default: the built-in basic
    #[arg(value_hint = ValueHint::FilePath)]
    pub scenario: Option<String>,
}

/// How to run it, and what to show.
#[derive(Debug, Args)]
#[allow(missing_docs)]
pub struct RunOptions {
    /// Which Python version's semantics; default: the scenario's own, else 3.13
    #[arg(long, value_name = "VERSION", value_parser = python())]
    pub python: Option<Python>,

    /// How time passes; default: real if a person is watching, else virtual
    #[arg(long, value_name = "CLOCK")]
    pub clock: Option<ClockChoice>,

    /// How fast time passes, as a multiple of real time; implies --clock real
    #[arg(long, value_name = "FACTOR", value_parser = speed, allow_negative_numbers = true)]
    pub speed: Option<f64>,

    /// The order of each set whose order Python does not fix: a number for each choice (see choices in JSON), such as
    /// 0,3,1; default: the order of the arguments, else of creation
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub choices: Vec<u32>,

    /// Run on a loop that wakes late, as real ones do; each number gives another such run
    #[arg(long, value_name = "N")]
    pub jitter: Option<u64>,

    /// What goes to standard output
    #[arg(long, value_name = "FORMAT", default_value = FORMATS[0].word, value_parser = format())]
    pub format: &'static Format,

    #[arg(short, long = "output", value_name = "FILE", help = output())]
    pub output: Vec<PathBuf>,

    /// Show the event log in the human report
    #[arg(long, conflicts_with = "no_events")]
    pub events: bool,

    /// Show every lane and every result in the human report, however many there are
    #[arg(long)]
    pub all: bool,

    /// Leave the events out of JSON
    #[arg(long)]
    pub no_events: bool,

    /// Leave the awaitables out of JSON
    #[arg(long)]
    pub no_awaitables: bool,

    /// When to use colours; auto respects NO_COLOR and CLICOLOR_FORCE
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,

    /// When to show live progress on standard error; always prints plain lines if that is not a terminal
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub progress: When,
}

/// `asyncdemo verify`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes:\n  0    all equal\n  1    a difference\n  2    nothing was compared; or \
        some runs could not be run, and the others were equal\n  4    the output could not be written\n  130  interrupted by Ctrl-C (by SIGTERM: 143); \
        what was compared so far was written")]
pub struct Verify {
    /// Scenario files, folders of them, or names of built-in scenarios; default: all built-in scenarios
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<String>,

    /// A CPython to compare with, from 3.8 to 3.14; may be repeated; default: every one found on PATH
    #[arg(long, value_name = "PROGRAM")]
    pub interpreter: Vec<PathBuf>,

    /// Compare this many random scenarios instead; some of their runs use random orders of sets, or a loop that wakes late
    #[arg(long, value_name = "N", conflicts_with = "paths", value_parser = count)]
    pub random: Option<usize>,

    /// The seed of the random scenarios
    #[arg(long, value_name = "S", default_value_t = 0, requires = "random")]
    pub seed: u64,

    /// Run each printed program as it is that many times, on the real clock, with nothing of asyncio replaced; what comes
    /// out must be an outcome that asyncdemo finds in some order and lateness. Durations are scaled so that the smallest
    /// gap of more than 2 ms becomes 20 ms; what then lasts more than 5 s, or has more than 200 awaitables, is not run
    #[arg(long, value_name = "N", conflicts_with_all = ["random", "time_limit"], value_parser = count)]
    pub untouched: Option<usize>,

    /// How long one run may take, in real time, before its interpreter is killed
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = parse_duration)]
    pub time_limit: Nanos,

    /// Write one JSON document instead of a report for people
    #[arg(long)]
    pub json: bool,

    /// When to use colours; auto respects NO_COLOR and CLICOLOR_FORCE
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,

    /// When to show progress on standard error; always prints plain lines if that is not a terminal
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub progress: When,
}

/// `asyncdemo check`.
#[derive(Debug, Args)]
#[command(
    after_help = "A file without expectations does not fail, nor does an [[expect]] that expects nothing from its call: \
        both are listed and counted separately.\n\nExit codes:\n  0    every expectation holds\n  1    at least one does not, \
        and every scenario is valid\n  2    at least one scenario is bad; the others ran\n  4    the \
        output could not be written"
)]
#[allow(missing_docs)]
pub struct Check {
    /// Files, folders (with all .toml files below them), names of built-in scenarios, or - for standard input; default:
    /// all built-in scenarios
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<String>,

    /// Make the expectations of these files hold: update what differs, fill in those that are empty, add some if there
    /// are none, and change nothing else
    #[arg(long, requires = "paths", conflicts_with_all = ["junit", "json"])]
    pub write: bool,

    /// Fail too if a file has no expectations, or an expectation expects nothing
    #[arg(long, conflicts_with = "write")]
    pub strict: bool,

    /// Also write the result to a file as JUnit XML, which CI servers read
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,

    /// Print the result as one JSON document instead of lines
    #[arg(long)]
    pub json: bool,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,
}

/// `asyncdemo scenarios`.
#[derive(Debug, Args)]
pub struct Scenarios {
    /// The scenario whose file to print
    pub name: Option<String>,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    #[allow(missing_docs)]
    pub color: When,
}

/// `asyncdemo new`.
#[derive(Debug, Args)]
pub struct New {
    /// The file to write, with or without .toml; an existing file is not changed
    #[arg(value_hint = ValueHint::DirPath)]
    pub name: PathBuf,
}

/// `asyncdemo schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// Print the schema of the run document, the output of --format json, instead
    #[arg(long)]
    pub run: bool,
}

/// `asyncdemo completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// `--clock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClockChoice {
    /// At once, without waiting
    Virtual,
    /// As fast as a real clock
    Real,
}

/// `--color` and `--progress`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum When {
    Auto,
    Always,
    Never,
}

/// `--timeout`: a flag that can also take the file's timeout away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout(pub Option<Nanos>);

/// Both spellings, in any case; the command line's own is the one that is offered.
fn return_when() -> impl TypedValueParser<Value = ReturnWhen> {
    let known = ReturnWhen::ALL.iter().map(|when| PossibleValue::new(when.word()).alias(when.python_name()));
    PossibleValuesParser::new(known)
        .try_map(|text| ReturnWhen::of(&text.to_ascii_lowercase().replace('_', "-")).ok_or("no condition"))
}

fn collection() -> impl TypedValueParser<Value = Collection> {
    PossibleValuesParser::new(Collection::WORDS).try_map(|text| Collection::of(&text).ok_or("no collection"))
}

fn format() -> impl TypedValueParser<Value = &'static Format> {
    let known = FORMATS.each_ref().map(|format| PossibleValue::new(format.word).help(format.about));
    PossibleValuesParser::new(known).try_map(|text| Format::of_word(&text).ok_or("no format"))
}

fn output() -> String {
    format!("Also write the run to a file; its ending picks the format: {}. May be repeated", endings())
}

fn python() -> impl TypedValueParser<Value = Python> {
    PossibleValuesParser::new(Python::WORDS).try_map(|text| text.parse::<Python>())
}

fn timeout(text: &str) -> Result<Timeout, String> {
    if text.eq_ignore_ascii_case("none") {
        Ok(Timeout(None))
    } else {
        parse_duration(text).map(|span| Timeout(Some(span)))
    }
}

fn count(text: &str) -> Result<usize, String> {
    match text.replace('_', "").parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("write a whole number of at least 1".to_owned()),
    }
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if (1e-6..=1e9).contains(&factor) => Ok(factor),
        _ => Err("write a number from 0.000001 to 1000000000, such as 2 for twice as fast or 0.5 for half as fast"
            .to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::calls::Setting;

    #[test]
    fn every_option_of_a_call_has_a_flag() {
        let cli = Cli::command();
        for function in Function::ALL {
            let command = cli.find_subcommand(function.name()).unwrap_or_else(|| panic!("no command {function}"));
            let flags: Vec<String> =
                command.get_arguments().filter_map(|flag| Some(format!("--{}", flag.get_long()?))).collect();
            for option in function.keys() {
                assert!(flags.contains(&option.flag()), "{function}: {flags:?} without {}", option.flag());
            }
        }
    }

    /// The options that a command line sets otherwise than they are where nothing is said.
    #[track_caller]
    fn check(line: &str, expected: &[(&str, Setting)]) {
        let cli = Cli::try_parse_from(line.split(' ')).unwrap_or_else(|error| panic!("{error}"));
        let (plain, call) = match cli.command {
            Command::Gather(given) => (Function::Gather.plain(), given.over(Function::Gather.plain())),
            Command::Wait(given) => (Function::Wait.plain(), given.over(Function::Wait.plain())),
            other => panic!("{other:?}"),
        };
        let set: Vec<(&str, Setting)> =
            call.settings_beside(plain).map(|(option, setting)| (option.name, setting)).collect();
        assert_eq!(set, expected);
    }

    #[test]
    fn a_flag_sets_its_own_option() {
        check("asyncdemo gather", &[]);
        check("asyncdemo gather --return-exceptions", &[("return_exceptions", Setting::Boolean(true))]);
        check("asyncdemo wait", &[]);
        check("asyncdemo wait --return-when FIRST_COMPLETED", &[("return_when", Setting::Word("first-completed"))]);
        check("asyncdemo wait --timeout 2", &[("timeout", Setting::Timeout(Some(Nanos(2_000_000_000))))]);
        check("asyncdemo wait --wrap=false", &[("wrap", Setting::Boolean(false))]);
        check("asyncdemo wait --collection set", &[("collection", Setting::Word("set"))]);
    }

    #[test]
    fn a_flag_takes_a_timeout_away() {
        let own = Function::Wait.plain().with("timeout", Setting::Timeout(Some(Nanos::SECOND)));
        assert_ne!(own, Function::Wait.plain());
        let cli = Cli::try_parse_from(["asyncdemo", "wait", "--timeout", "none"]);
        let Ok(Cli { command: Command::Wait(given) }) = cli else { panic!("{cli:?}") };
        assert_eq!(given.over(own), Function::Wait.plain());
    }
}
