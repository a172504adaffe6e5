//! The closed words of the formats: each stands once, with the sentence that explains it.
//!
//! A word is a variant of an enum that derives [`Word`]'s parents. Its comment is what the JSON Schemas say of it, so a
//! comment here is text for users.

use strum::{EnumMessage, IntoStaticStr, VariantArray, VariantNames};

/// One of a closed set of words.
pub trait Word: Copy + PartialEq + Into<&'static str> + VariantArray + VariantNames + EnumMessage {
    /// All of the set, in the order in which they are listed to people.
    const ALL: &'static [Self] = <Self as VariantArray>::VARIANTS;

    /// The word of each.
    const WORDS: &'static [&'static str] = <Self as VariantNames>::VARIANTS;

    /// The word in files, documents and on the command line.
    fn word(self) -> &'static str {
        self.into()
    }

    /// What a word stands for.
    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.word() == word)
    }

    /// What it means: its message, where it has one, else its comment.
    fn meaning(self) -> String {
        let text = self.get_message().or(self.get_documentation()).unwrap_or_default().replace('`', "");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// All words with their meanings, in one line: `finish: whatever …. exit: the program ends, ….`
    fn glossary() -> String {
        let sentences = Self::ALL.chunk_by(|one, next| one.meaning() == next.meaning()).map(|alike| {
            let words: Vec<&str> = alike.iter().map(|known| known.word()).collect();
            let meaning = alike[0].meaning();
            let (first, rest) = meaning.split_at(meaning.chars().next().map_or(0, char::len_utf8));
            let first = if alike[0].get_message().is_some() { first.to_owned() } else { first.to_lowercase() };
            format!("{}: {first}{rest}", words.join(", "))
        });
        sentences.collect::<Vec<_>>().join(" ")
    }
}

impl<T: Copy + PartialEq + Into<&'static str> + VariantArray + VariantNames + EnumMessage> Word for T {}

/// What kind of object is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Made {
    Task,
    Future,
    Gather,
}

/// Who makes an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Maker {
    /// The program, with `create_task()`, `create_future()` or a nested `gather()`.
    Caller,
    /// A gather(), which wraps its coroutines.
    Gather,
    /// wait() up to Python 3.10, which wraps coroutines too.
    Wait,
}

/// Who calls `.cancel()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Canceller {
    /// The scenario says so.
    Schedule,
    /// The caller's own cancellation, passed on.
    Caller,
    /// A group's, passed on to a member.
    Group,
    /// `asyncio.run()` at the program's end.
    Exit,
    /// Ctrl-C.
    #[strum(message = "Ctrl-C.")]
    Interrupt,
}

/// A set that CPython iterates over in an order that it does not fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum SetPlace {
    /// The coroutines that wait() wraps in tasks, up to Python 3.10: they start in that order.
    WaitWraps,
    /// The members of wait() that are done before the call: it looks at them in that order.
    WaitLooks,
    /// The tasks that `asyncio.run()` cancels at the program's end.
    Shutdown,
}

/// How a call can come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Status {
    /// It returned a value.
    Returned,
    /// It raised.
    Raised,
    /// It raised `CancelledError`.
    Cancelled,
    /// It never returns.
    Hangs,
}

/// What lets the caller of a call go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Release {
    /// A member ended.
    Member,
    /// The timeout expired.
    Timeout,
    /// The caller or the group was cancelled.
    Cancellation,
}

/// Where an awaitable is in its life.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumMessage, IntoStaticStr, VariantArray, VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
#[allow(missing_docs)]
pub enum State {
    NotCreated,
    NotStarted,
    Running,
    Returned,
    Raised,
    Cancelled,
}

/// What the caller got from an awaitable, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Fate {
    /// The caller got its exception.
    Raised,
    /// Its value, or its exception as a value, is in the results.
    Delivered,
    /// The set of wait() that it is in.
    Done,
    /// The set of wait() that it is in, or that contains the group whose results it is in.
    Pending,
    /// It was cancelled, and the caller got nothing from it.
    Cancelled,
    /// It returned, but its value never reaches the caller.
    Lost,
    /// It raised, and nobody sees it.
    Swallowed,
    /// It raised, nothing retrieved the exception, and Python logs it.
    Unretrieved,
    /// It never ended.
    Unfinished,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_explained() {
        assert_eq!(State::WORDS, ["not-created", "not-started", "running", "returned", "raised", "cancelled"]);
        for state in State::ALL {
            assert_eq!(State::of(state.word()), Some(*state));
        }
        assert_eq!(State::of("Running"), None);
        let glossary = Fate::glossary();
        assert!(glossary.contains(". done: the set of wait() that it is in. pending: the set"), "{glossary}");
        assert!(Canceller::glossary().ends_with(" exit: asyncio.run() at the program's end. interrupt: Ctrl-C."));
    }
}
