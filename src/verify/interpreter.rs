//! The CPythons of this machine, told from everything else that may stand behind a name.

use std::env;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::event::Word;
use crate::report::duration::human_duration;
use crate::scenario::Python;

use super::harness::{ECHO, GLANCE};
use super::process_group::ProcessGroup;

/// What a program says of itself, so that a shim is replaced by what it starts and another Python is told apart: in
/// words that Python 2 understands too, and without a module that a folder could have of its own.
const PROBE: &str = "import sys; print('\\n'.join([\
    getattr(getattr(sys, 'implementation', None), 'name', 'cpython'), \
    '%d.%d' % sys.version_info[:2], '%d.%d.%d' % sys.version_info[:3], sys.executable or '']))";

/// How long a program may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(20);

/// A CPython between 3.8 and 3.14.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// Whose semantics it has.
    pub python: Python,
    /// Its whole version: `3.13.0`.
    pub version: String,
    /// What to start.
    pub program: PathBuf,
}

/// Why a program is not one to compare with. `Display` says it as a lower-case fragment, without the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// There is no such program.
    NotFound,
    /// It could not be started.
    NotStarted(String),
    /// It ended badly, or said something else than what it was asked.
    NoPython(String),
    /// It said nothing in time.
    Silent,
    /// It is another Python.
    #[allow(missing_docs)]
    NotCPython { name: String, version: String },
    /// It is of another version.
    Version(String),
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rejection::NotFound => f.write_str("there is no such program"),
            Rejection::NotStarted(why) => write!(f, "it does not start: {why}"),
            Rejection::NoPython(said) if said.is_empty() => f.write_str("it is no Python: it did not say what it is"),
            Rejection::NoPython(said) => write!(f, "it is no Python that works: {said}"),
            Rejection::Silent => {
                let patience = human_duration(PATIENCE.into());
                write!(f, "it is no Python that works: it said nothing in {patience}, and was killed")
            }
            Rejection::NotCPython { name, version } => {
                write!(f, "it is {name} {version}, and only CPython can be compared with")
            }
            Rejection::Version(version) => {
                write!(f, "it is CPython {version}; known are {} to {}", Python::WORDS[0], Python::WORDS[6])
            }
        }
    }
}

impl Interpreter {
    /// One interpreter a version: `python3`, then `python3.8` to `python3.14`, each wherever it is on PATH. What does
    /// not work (a shim without its Python) or is none of these is passed over.
    pub fn find() -> Vec<Interpreter> {
        let path = env::var_os("PATH").unwrap_or_default();
        let names: Vec<String> = ["python3".to_owned()]
            .into_iter()
            .chain(Python::WORDS.iter().map(|python| format!("python{python}")))
            .collect();
        let folders: Vec<PathBuf> = env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
        let mut found: Vec<Interpreter> = Vec::new();
        for program in names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))) {
            if !program.is_file() {
                continue;
            }
            if let Ok(interpreter) = Interpreter::probe(&program)
                && !found.iter().any(|known| known.python == interpreter.python)
            {
                found.push(interpreter);
            }
        }
        found.sort_by_key(|interpreter| interpreter.python);
        found
    }

    /// What stands behind a path, or behind a name on PATH.
    ///
    /// # Errors
    ///
    /// Why it cannot be compared with.
    pub fn named(program: &Path) -> Result<Interpreter, Rejection> {
        if program.components().count() > 1 || program.is_absolute() {
            return if program.is_file() { Interpreter::probe(program) } else { Err(Rejection::NotFound) };
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let mut rejected = Rejection::NotFound;
        for candidate in env::split_paths(&path).map(|folder| folder.join(program)).filter(|path| path.is_file()) {
            match Interpreter::probe(&candidate) {
                Ok(interpreter) => return Ok(interpreter),
                Err(rejection) => rejected = rejection,
            }
        }
        Err(rejected)
    }

    /// Whether it is the other one by another name, as `python3` and `python3.12` are.
    pub fn is_same_program(&self, other: &Interpreter) -> bool {
        let file = |interpreter: &Interpreter| {
            interpreter.program.canonicalize().unwrap_or_else(|_| interpreter.program.clone())
        };
        self.python == other.python && file(self) == file(other)
    }

    fn probe(program: &Path) -> Result<Interpreter, Rejection> {
        let mut command = Command::new(program);
        command
            .args(["-E", "-s", "-S", "-c", PROBE])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut group = ProcessGroup::begin(&mut command).map_err(|error| Rejection::NotStarted(error.to_string()))?;
        let (_, out, errors) = group.take_pipes();
        let (out, errors) = (read_all(out), read_all(errors));
        let asked = Instant::now();
        let said = loop {
            match out.recv_timeout(GLANCE) {
                Ok(out) => break Some(out),
                Err(_) if group.has_exited() => break None,
                Err(_) if asked.elapsed() > PATIENCE => return Err(Rejection::Silent),
                Err(_) => {}
            }
        };
        // A child of it may have held the pipes open: they close with it.
        let _ = group.end();
        let out = said.or_else(|| out.recv_timeout(ECHO).ok()).unwrap_or_default();
        let errors = errors.recv_timeout(ECHO).unwrap_or_default();
        let lines: Vec<&str> = out.split('\n').map(|line| line.trim_end_matches('\r')).collect();
        let [implementation, python, version, executable, ""] = lines[..] else {
            return Err(Rejection::NoPython(errors.lines().next_back().unwrap_or_default().trim().to_owned()));
        };
        if implementation != "cpython" {
            return Err(Rejection::NotCPython { name: implementation.to_owned(), version: version.to_owned() });
        }
        let known = python.parse().map_err(|_| Rejection::Version(version.to_owned()))?;
        // An embedded Python does not know where it is.
        let program = if executable.is_empty() { program.to_owned() } else { executable.into() };
        Ok(Interpreter { python: known, version: version.to_owned(), program })
    }
}

/// Reads a pipe to its end elsewhere.
fn read_all(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        if let Some(pipe) = pipe {
            // What is not UTF-8, or longer than any answer, is no answer.
            let _ = pipe.take(10_000).read_to_string(&mut text);
        }
        let _ = sender.send(text);
    });
    receiver
}
