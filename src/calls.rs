//! The calls that a scenario can be run through: one file a call, and here the list of them.
//!
//! A call's file holds everything that is its own and that needs no event loop: its options, and what differs from call
//! to call wherever one is read, written or told of. Others reach it through [`Options`]. So nothing has to decide between
//! calls but here, where the executor runs them, where their programs are written and on the command line.

mod gather;
mod option;
mod wait;

use std::fmt;

use strum::{EnumMessage, IntoStaticStr, VariantArray, VariantNames};

use crate::event::{Ended, Status, Word};
use crate::scenario::{Caller, Nanos, listed};

pub use gather::{GatherMisuse, GatherOptions};
pub use option::{OptionKey, Setting, Takes};
pub use wait::{Collection, ReturnWhen, WaitMisuse, WaitOptions};

/// One call with its options: the file's tables with the command line's flags over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `asyncio.gather(…)`
    Gather(GatherOptions),
    /// `asyncio.wait(…)`
    Wait(WaitOptions),
}

/// Which function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Function {
    Gather,
    Wait,
}

/// What a call knows of itself.
pub trait Options {
    /// Which function it calls.
    fn function(&self) -> Function;

    // Its options, and what files say of what it gives.

    /// Its options, in the order in which they are written.
    fn keys(&self) -> &'static [OptionKey];
    /// What one of them is set to.
    fn get(&self, key: &str) -> Option<Setting>;
    /// Sets one of them.
    fn set(&mut self, key: &str, setting: Setting);
    /// The option, and what it is set to, with which there must be exactly one argument, which is taken as it is.
    fn for_one_argument(&self) -> Option<(&'static str, Setting)> {
        None
    }
    /// What it gives, for who expects what another call gives.
    fn gives_in_text(&self) -> &'static str;

    /// Whether each awaitable is an argument of its own, rather than all in one collection.
    fn takes_arguments_apart(&self) -> bool;
    /// Whether what it gives is a future, so that `[caller]` can cancel it and ask whether it is done.
    fn gives_a_future(&self) -> bool;

    // How Python writes it.

    /// What it is called in a program.
    fn in_python(&self) -> String {
        format!("asyncio.{}", self.function())
    }
    /// What Python writes around the arguments, from the outside in: nothing where each is an argument of its own.
    fn brackets(&self, caller: &Caller, arguments: usize) -> &'static [Brackets];
    /// The keyword arguments, without those that say what Python assumes anyway.
    fn keywords(&self) -> Vec<(&'static str, String)>;
    /// The variable for what the call gives, where the caller does not await it at once.
    fn variable(&self) -> &'static str;
    /// The variables for what awaiting it gives, which are also keys of expectations and documents.
    fn results(&self) -> &'static [&'static str];
    /// Whether the program itself makes a task of each coroutine among the arguments.
    fn wraps_coroutines(&self) -> bool;

    // What reports say of it.

    /// What it is called in a sentence: `gather()`.
    fn in_text(&self) -> &'static str;
    /// What its caller has not done yet where it is cancelled before the `await`.
    fn awaited_in_text(&self) -> &'static str;
    /// Whether it asks each of its arguments for its exception, so that Python does not log that.
    fn takes_exceptions(&self) -> bool;
    /// Why it has asked for an exception that it then leaves where it is.
    fn why_it_looks_at_exceptions(&self) -> Option<&'static str> {
        None
    }
    /// What its member did that let it return while others were pending.
    fn verb_of_release(&self) -> &'static str {
        ""
    }
    /// The same, where that member had done so before the caller began to wait; behind it stands since when, or when.
    fn verb_of_earlier_release(&self) -> &'static str {
        ""
    }
    /// What would have let it return where it hangs.
    fn advice_where_it_hangs(&self) -> Option<&'static str> {
        None
    }

    // What timelines show of it.

    /// When it begins to work, where it was called and awaited at these moments.
    fn begins(&self, called: Option<Nanos>, awaited: Option<Nanos>) -> Option<Nanos>;
    /// What is said of an awaitable that goes on running when the call has come out so.
    fn words_of_leftover(&self, status: Status) -> &'static str;
    /// After how long it comes back anyway, counted from its beginning.
    fn timeout(&self) -> Option<Nanos> {
        None
    }
    /// Whether it comes back as soon as one of its arguments has ended so, others pending or not.
    fn comes_back_at(&self, _ended: Ended) -> bool {
        false
    }
    /// Why it returned while others were pending, where a member with this name made it do so, or its time was up.
    fn words_of_return(&self, _decided_by: Option<&str>, _timed_out: bool) -> String {
        Status::Returned.word().to_owned()
    }
}

/// An exception that a call raises for being called wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Misuse {
    /// gather()'s.
    Gather(GatherMisuse),
    /// wait()'s.
    Wait(WaitMisuse),
}

/// What Python says of a misuse, and what a report adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MisuseText {
    /// The exception's class.
    pub type_name: &'static str,
    /// Its message, exactly.
    pub message: &'static str,
    /// Why the call fails, and what to write instead.
    pub advice: &'static str,
}

impl Misuse {
    /// What is said of it.
    pub fn text(self) -> MisuseText {
        match self {
            Misuse::Gather(misuse) => misuse.text(),
            Misuse::Wait(misuse) => misuse.text(),
        }
    }
}

/// An opening and a closing bracket, with what stands before the one and the comma that may stand before the other.
pub type Brackets = (&'static str, &'static str);

impl Call {
    /// What the call knows of itself.
    pub fn options(&self) -> &dyn Options {
        match self {
            Call::Gather(options) => options,
            Call::Wait(options) => options,
        }
    }

    fn options_mut(&mut self) -> &mut dyn Options {
        match self {
            Call::Gather(options) => options,
            Call::Wait(options) => options,
        }
    }

    /// Which function it calls.
    pub fn function(&self) -> Function {
        self.options().function()
    }
}

impl Function {
    /// A call of it with nothing said.
    pub fn plain(self) -> Call {
        match self {
            Function::Gather => Call::Gather(GatherOptions::default()),
            Function::Wait => Call::Wait(WaitOptions::default()),
        }
    }

    /// The options of its calls.
    pub fn keys(self) -> &'static [OptionKey] {
        self.plain().options().keys()
    }

    /// What awaiting its calls gives, by the names that it has in programs, expectations and documents.
    pub fn results(self) -> &'static [&'static str] {
        self.plain().options().results()
    }

    /// Those whose calls are so, as a sentence names them: `gather() and wait()`.
    pub fn in_text(joined_by: &str, are_so: impl Fn(&dyn Options) -> bool) -> String {
        let calls = Function::ALL.iter().map(|function| function.plain());
        let named = calls.filter(|call| are_so(call.options())).map(|call| call.options().in_text().to_owned());
        listed(&named.collect::<Vec<_>>(), joined_by)
    }

    /// Its name in `asyncio`, which is also its word in files and on the command line.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
