//! The exception classes that a program defines.

use std::collections::HashMap;

use crate::scenario::{Identifiers, Python, Scenario, is_stable_identifier};

use super::raises::raised;

/// An exception class that the program defines.
#[derive(Debug)]
pub struct ExceptionClass {
    /// As the scenario names it.
    pub name: String,
    /// As the program does.
    pub identifier: String,
}

/// The classes to define, in the order in which they are named; and where each name's stands.
pub fn exception_classes<'s>(
    scenario: &'s Scenario,
    python: Python,
    identifiers: &mut Identifiers,
) -> (Vec<ExceptionClass>, HashMap<&'s str, usize>) {
    let mut classes: Vec<ExceptionClass> = Vec::new();
    let mut class_of = HashMap::new();
    for exception in scenario.awaitables.iter().flat_map(raised) {
        let name = exception.type_name.as_str();
        if is_builtin(name, python) {
            identifiers.reserve(name);
        } else if !exception.is_cancelled_error() && !class_of.contains_key(name) {
            class_of.insert(name, classes.len());
            classes.push(ExceptionClass { name: name.to_owned(), identifier: String::new() });
        }
    }
    // Those that can be called what they are, first.
    for class in &mut classes {
        if is_stable_identifier(&class.name) && identifiers.reserve(&class.name) {
            class.identifier.clone_from(&class.name);
        }
    }
    for class in classes.iter_mut().filter(|class| class.identifier.is_empty()) {
        class.identifier = identifiers.take(&class.name, "Error");
    }
    (classes, class_of)
}

/// Whether a name is a built-in exception's from that version on. Nothing else in a scenario names a built-in.
fn is_builtin(name: &str, python: Python) -> bool {
    BUILTIN_EXCEPTIONS.contains(&name)
        || (name == "EncodingWarning" && python >= Python::V3_10)
        || (name == "PythonFinalizationError" && python >= Python::V3_13)
}

#[rustfmt::skip]
const BUILTIN_EXCEPTIONS: [&str; 57] = [
    "ArithmeticError", "AssertionError", "AttributeError", "BaseException", "BlockingIOError", "BrokenPipeError",
    "BufferError", "BytesWarning", "ChildProcessError", "ConnectionAbortedError", "ConnectionError",
    "ConnectionRefusedError", "ConnectionResetError", "DeprecationWarning", "EOFError", "Exception",
    "FileExistsError", "FileNotFoundError", "FloatingPointError", "FutureWarning", "ImportError", "ImportWarning",
    "IndentationError", "IndexError", "InterruptedError", "IsADirectoryError", "KeyError", "LookupError",
    "MemoryError", "ModuleNotFoundError", "NameError", "NotADirectoryError", "NotImplementedError", "OSError",
    "OverflowError", "PendingDeprecationWarning", "PermissionError", "ProcessLookupError", "RecursionError",
    "ReferenceError", "ResourceWarning", "RuntimeError", "RuntimeWarning", "StopAsyncIteration", "SyntaxError",
    "SyntaxWarning", "SystemError", "TabError", "TimeoutError", "TypeError", "UnboundLocalError", "UnicodeError",
    "UnicodeWarning", "UserWarning", "ValueError", "Warning", "ZeroDivisionError",
];
