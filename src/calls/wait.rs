//! `asyncio.wait()`.

use strum::{EnumMessage, IntoStaticStr, VariantArray, VariantNames};

use super::{Brackets, Function, MisuseText, OptionKey, Options, Setting, Takes};
use crate::event::{Ended, Status, Word};
use crate::scenario::{Caller, Nanos};

/// `[wait]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitOptions {
    /// When it returns.
    pub return_when: ReturnWhen,
    /// After how long it returns anyway.
    pub timeout: Option<Nanos>,
    /// Whether coroutines among its arguments are wrapped by `create_task()` right at the call.
    pub wrap: bool,
    /// What its one argument is.
    pub collection: Collection,
}

impl Default for WaitOptions {
    fn default() -> WaitOptions {
        WaitOptions { return_when: ReturnWhen::AllCompleted, timeout: None, wrap: true, collection: Collection::List }
    }
}

/// wait()'s `return_when`, in the order of Python's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ReturnWhen {
    FirstCompleted,
    FirstException,
    AllCompleted,
}

impl ReturnWhen {
    /// The constant's name in `asyncio`.
    pub fn python_name(self) -> &'static str {
        match self {
            ReturnWhen::AllCompleted => "ALL_COMPLETED",
            ReturnWhen::FirstCompleted => "FIRST_COMPLETED",
            ReturnWhen::FirstException => "FIRST_EXCEPTION",
        }
    }
}

fn python_name_of(word: &'static str) -> &'static str {
    ReturnWhen::of(word).map_or(word, ReturnWhen::python_name)
}

/// What wait()'s one argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Collection {
    /// `[a, b]`
    List,
    /// `(a, b)`
    Tuple,
    /// `{a, b}`
    Set,
    /// `{a: …, b: …}`
    Dict,
    /// `(x for x in [a, b])`
    Generator,
    /// The one argument itself, which is a mistake.
    Bare,
}

impl Options for WaitOptions {
    fn function(&self) -> Function {
        Function::Wait
    }

    fn keys(&self) -> &'static [OptionKey] {
        &[
            OptionKey {
                name: "return_when",
                takes: Takes::Word(ReturnWhen::WORDS, python_name_of),
                is_varied: true,
                in_files: "When wait() returns, in the command line's or in Python's spelling; left out: all-completed.",
                in_documents: "When it returns.",
            },
            OptionKey {
                name: "timeout",
                takes: Takes::Timeout,
                is_varied: false,
                in_files: "How long wait() waits at most; it then raises nothing and cancels nothing. \"none\" for no \
                           timeout.",
                in_documents: "How many seconds it waits at most; null for no timeout.",
            },
            OptionKey {
                name: "wrap",
                takes: Takes::Boolean,
                is_varied: false,
                in_files: "Whether coroutines are wrapped in tasks at the call; false: wait() gets them as they are, and \
                           what happens depends on the Python version.",
                in_documents: "Whether coroutines are wrapped in tasks at the call.",
            },
            OptionKey {
                name: "collection",
                takes: Takes::Word(Collection::WORDS, std::convert::identity),
                is_varied: false,
                in_files: "What kind of collection wait() gets; bare: a single awaitable instead of a collection.",
                in_documents: "What kind of collection it gets; bare: a single awaitable.",
            },
        ]
    }

    fn get(&self, key: &str) -> Option<Setting> {
        Some(match key {
            "return_when" => Setting::Word(self.return_when.word()),
            "timeout" => Setting::Timeout(self.timeout),
            "wrap" => Setting::Boolean(self.wrap),
            "collection" => Setting::Word(self.collection.word()),
            _ => return None,
        })
    }

    fn set(&mut self, key: &str, setting: Setting) {
        match (key, setting) {
            ("return_when", Setting::Word(word)) => self.return_when = ReturnWhen::of(word).unwrap_or(self.return_when),
            ("timeout", Setting::Timeout(timeout)) => self.timeout = timeout,
            ("wrap", Setting::Boolean(wrap)) => self.wrap = wrap,
            ("collection", Setting::Word(word)) => self.collection = Collection::of(word).unwrap_or(self.collection),
            _ => {}
        }
    }

    fn for_one_argument(&self) -> Option<(&'static str, Setting)> {
        Some(("collection", Setting::Word(Collection::Bare.word())))
    }

    fn gives_in_text(&self) -> &'static str {
        "wait() gives two sets: write `done` and `pending`"
    }

    fn takes_arguments_apart(&self) -> bool {
        false
    }

    fn gives_a_future(&self) -> bool {
        false
    }

    fn brackets(&self, _: &Caller, arguments: usize) -> &'static [Brackets] {
        match (self.collection, arguments) {
            (Collection::List, _) => &[("[", "]")],
            // One item makes no tuple without a comma.
            (Collection::Tuple, 1) => &[("(", ",)")],
            (Collection::Tuple, _) => &[("(", ")")],
            (Collection::Set, 0) => &[("set(", ")")],
            (Collection::Set, _) => &[("{", "}")],
            (Collection::Dict, _) => &[("dict.fromkeys(", ")"), ("[", "]")],
            (Collection::Generator, _) => &[("(each for each in ", ")"), ("[", "]")],
            (Collection::Bare, _) => &[],
        }
    }

    fn keywords(&self) -> Vec<(&'static str, String)> {
        let timeout = self.timeout.map(|timeout| ("timeout", timeout.to_string()));
        let return_when = (self.return_when != ReturnWhen::AllCompleted)
            .then(|| ("return_when", format!("asyncio.{}", self.return_when.python_name())));
        timeout.into_iter().chain(return_when).collect()
    }

    fn variable(&self) -> &'static str {
        "waiting"
    }

    fn results(&self) -> &'static [&'static str] {
        &["done", "pending"]
    }

    fn wraps_coroutines(&self) -> bool {
        self.wrap
    }

    fn in_text(&self) -> &'static str {
        "wait()"
    }

    fn awaited_in_text(&self) -> &'static str {
        "awaited wait()"
    }

    fn takes_exceptions(&self) -> bool {
        false
    }

    fn why_it_looks_at_exceptions(&self) -> Option<&'static str> {
        (self.return_when == ReturnWhen::FirstException).then_some("wait() looked at it to see whether to return")
    }

    fn verb_of_release(&self) -> &'static str {
        if self.return_when == ReturnWhen::FirstException { Status::Raised.word() } else { "was done" }
    }

    fn verb_of_earlier_release(&self) -> &'static str {
        if self.return_when == ReturnWhen::FirstException { "had already raised at" } else { "had been done since" }
    }

    fn advice_where_it_hangs(&self) -> Option<&'static str> {
        self.timeout.is_none().then_some("A timeout would have let wait() return.")
    }

    /// It is a coroutine function: the call alone does nothing.
    fn begins(&self, _: Option<Nanos>, awaited: Option<Nanos>) -> Option<Nanos> {
        awaited
    }

    fn words_of_leftover(&self, status: Status) -> &'static str {
        match status {
            Status::Raised => "running, wait() has raised",
            Status::Cancelled => "running, wait() was cancelled",
            Status::Returned | Status::Hangs => "pending, wait() has returned",
        }
    }

    fn timeout(&self) -> Option<Nanos> {
        self.timeout
    }

    fn comes_back_at(&self, ended: Ended) -> bool {
        match self.return_when {
            ReturnWhen::AllCompleted => false,
            ReturnWhen::FirstCompleted => true,
            ReturnWhen::FirstException => matches!(ended, Ended::Raised(_)),
        }
    }

    fn words_of_return(&self, decided_by: Option<&str>, timed_out: bool) -> String {
        let condition = self.return_when.python_name();
        match (self.return_when, decided_by) {
            (ReturnWhen::FirstException, Some(first)) => format!("{condition}: {first} raised"),
            (ReturnWhen::FirstCompleted, Some(first)) => format!("{condition}: {first}"),
            _ if timed_out => "timed out".to_owned(),
            _ => Status::Returned.word().to_owned(),
        }
    }
}

/// How wait() can be called wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WaitMisuse {
    /// `wait(coroutine)`.
    NotACoroutine,
    /// `wait(task)`.
    NotATask,
    /// `wait(future)`, and `wait(gather())`: gather() of nothing is a plain future.
    NotAFuture,
    /// `wait(gather(…))`.
    NotAGroup,
    /// `wait(generator)`, up to 3.11.
    NotAGenerator,
    /// `wait([])`, up to 3.10.
    NoCoroutines,
    /// `wait([])`, from 3.11.
    NoTasks,
    /// `wait()` of a generator of nothing, from 3.12.
    EmptyGenerator,
    /// `wait([coroutine])`, from 3.11.
    CoroutinesForbidden,
}

impl WaitMisuse {
    /// What is said of it.
    pub fn text(self) -> MisuseText {
        const NO_COLLECTION: &str =
            "wait() takes one collection of tasks or futures, not the awaitable itself: write asyncio.wait([task]).";
        const EMPTY: &str = "wait() refuses an empty collection, where gather() of nothing returns []: ask whether \
                             there is anything to wait for before the call.";
        let (type_name, message, advice) = match self {
            WaitMisuse::NotACoroutine => ("TypeError", "expect a list of futures, not coroutine", NO_COLLECTION),
            WaitMisuse::NotATask => ("TypeError", "expect a list of futures, not Task", NO_COLLECTION),
            WaitMisuse::NotAFuture => ("TypeError", "expect a list of futures, not Future", NO_COLLECTION),
            WaitMisuse::NotAGroup => ("TypeError", "expect a list of futures, not _GatheringFuture", NO_COLLECTION),
            WaitMisuse::NotAGenerator => (
                "TypeError",
                "expect a list of futures, not generator",
                "Up to Python 3.11 wait() refuses a generator: make it a list.",
            ),
            WaitMisuse::NoCoroutines => ("ValueError", "Set of coroutines/Futures is empty.", EMPTY),
            WaitMisuse::NoTasks => ("ValueError", "Set of Tasks/Futures is empty.", EMPTY),
            WaitMisuse::EmptyGenerator => ("AssertionError", "Set of Futures is empty.", EMPTY),
            WaitMisuse::CoroutinesForbidden => (
                "TypeError",
                "Passing coroutines is forbidden, use tasks explicitly.",
                "Since Python 3.11 wait() takes only tasks and futures: wrap each coroutine with \
                 asyncio.create_task() first, and keep the tasks to tell them apart in what it returns.",
            ),
        };
        MisuseText { type_name, message, advice }
    }
}
