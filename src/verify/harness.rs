//! A CPython that runs `harness.py`, or another script of ours: programs go in, what they did comes out.

use std::fmt;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use crate::python::{Program, Symbols};
use crate::report::duration::human_duration;
use crate::scenario::Way;

use super::interpreter::Interpreter;
use super::process_group::{self, ProcessGroup};

/// The harness: read it, it is short.
pub const HARNESS: &str = include_str!("../python/harness.py");

/// What an interpreter is started with: code that reads the script as the first line of its input, since that is longer
/// than a command line may be on every system. `name`, one of ours, stands in tracebacks.
fn loader(name: &str) -> String {
    format!("import json, sys; exec(compile(json.loads(sys.stdin.buffer.readline().decode()), '{name}', 'exec'))")
}

/// The longest that is kept of what a process writes to standard error.
const LAST_WORDS: usize = 4000;

/// How often it is looked whether a process that says nothing has ended: a child of it may hold its pipes open.
pub(super) const GLANCE: Duration = Duration::from_millis(20);

/// How long it may take until that is here which a process said before it ended. Only a child that has left its group
/// makes anybody wait so long.
pub(super) const ECHO: Duration = Duration::from_secs(1);

/// What an interpreter runs: a name for its tracebacks, and the text. It reads a request a line, and first writes a line
/// that says which Python it is.
pub type Script = (&'static str, &'static str);

/// A process that runs one program after the other.
#[derive(Debug)]
pub struct Harness {
    group: ProcessGroup,
    requests: Option<Sender<String>>,
    answers: Receiver<io::Result<String>>,
    last_words: Arc<Mutex<String>>,
    /// Ends with the last words.
    words_end: Receiver<()>,
    limit: Duration,
}

/// Why there is no answer. `Display` says it as a lower-case fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The interpreter could not be started.
    NotStarted(String),
    /// The process ended; its last words.
    Crashed(String),
    /// No answer in that time; it was killed.
    Hung(Duration),
    /// It is not asked any more: it did not work when it was.
    GivenUp,
    /// The program is about to end, and has ended it too.
    Interrupted,
    /// The program did what no printed program does; the harness's traceback.
    Failed(String),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoAnswer::NotStarted(why) => write!(f, "the interpreter does not start: {why}"),
            NoAnswer::Crashed(words) if words.is_empty() => f.write_str("the interpreter crashed"),
            NoAnswer::Crashed(words) => write!(f, "the interpreter crashed:\n{words}"),
            NoAnswer::Hung(limit) => {
                write!(f, "no answer in {}: the interpreter was killed", human_duration((*limit).into()))
            }
            NoAnswer::GivenUp => f.write_str("the interpreter was given up before"),
            NoAnswer::Interrupted => f.write_str("interrupted"),
            NoAnswer::Failed(traceback) => write!(f, "the program failed:\n{traceback}"),
        }
    }
}

impl NoAnswer {
    /// Whether it tells of the interpreter and not of the program: nothing was compared then.
    pub fn is_failure_to_run(&self) -> bool {
        !matches!(self, NoAnswer::Failed(_))
    }
}

/// One line of the harness's input.
#[derive(Serialize)]
struct Request<'a> {
    program: &'a str,
    symbols: &'a Symbols,
    choices: &'a [u32],
    jitter: Option<u64>,
}

impl Harness {
    /// Starts an interpreter with the harness. `limit` is how long one answer may take.
    ///
    /// # Errors
    ///
    /// Where it does not start, or does not say that it is what it was when it was found.
    pub fn start(interpreter: &Interpreter, limit: Duration) -> Result<Harness, NoAnswer> {
        Harness::with_script(interpreter, ("harness.py", HARNESS), limit)
    }

    /// Starts an interpreter with a script.
    ///
    /// # Errors
    ///
    /// Where it does not start, or does not say that it is what it was when it was found.
    pub fn with_script(
        interpreter: &Interpreter,
        (name, script): Script,
        limit: Duration,
    ) -> Result<Harness, NoAnswer> {
        let mut command = Command::new(&interpreter.program);
        command.args(["-I", "-S", "-X", "utf8", "-c", &loader(name)]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut group = ProcessGroup::begin(&mut command).map_err(|error| {
            if process_group::all_ended() { NoAnswer::Interrupted } else { NoAnswer::NotStarted(error.to_string()) }
        })?;
        let (requests, to_write) = mpsc::channel::<String>();
        let (to_read, answers) = mpsc::channel();
        let last_words = Arc::new(Mutex::new(String::new()));
        let (words_go_on, words_end) = mpsc::channel();
        // Others write and read: with both pipes full, each side would wait for the other.
        let (input, output, errors) = group.take_pipes();
        if let Some(input) = input {
            thread::spawn(move || {
                let mut input = BufWriter::new(input);
                for request in to_write {
                    // Where nobody reads any more, the answers end too.
                    if writeln!(input, "{request}").and_then(|()| input.flush()).is_err() {
                        break;
                    }
                }
            });
        }
        if let Some(output) = output {
            thread::spawn(move || {
                for line in BufReader::new(output).lines() {
                    if to_read.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        if let Some(errors) = errors {
            let last_words = Arc::clone(&last_words);
            thread::spawn(move || {
                keep_last_words(errors, &last_words);
                drop(words_go_on);
            });
        }
        // Where it ends at once, its answer says so.
        let _ = requests.send(Value::from(script).to_string());
        let mut harness = Harness { group, requests: Some(requests), answers, last_words, words_end, limit };
        match harness.answer()?.get("python").and_then(Value::as_str) {
            Some(python) if python == interpreter.python.as_str() => Ok(harness),
            python => Err(NoAnswer::NotStarted(format!("it has changed its version to {}", python.unwrap_or("none")))),
        }
    }

    /// Puts a program to it, which is to go that way, without waiting for the answer.
    pub fn ask(&self, program: &Program, way: &Way) {
        let (choices, jitter) = (&way.choices, way.jitter);
        self.send(&Request { program: &program.text, symbols: &program.symbols, choices, jitter });
    }

    /// Sends the script a line of JSON, without waiting for the answer.
    pub fn send(&self, request: &impl Serialize) {
        if let (Some(requests), Ok(line)) = (&self.requests, serde_json::to_string(request)) {
            // Where nobody writes any more, the answers have ended too.
            let _ = requests.send(line);
        }
    }

    /// What came of the next program, in the order in which they were put to it.
    ///
    /// # Errors
    ///
    /// Why there is no answer. Only after [`NoAnswer::Failed`] can one go on asking.
    pub fn answer(&mut self) -> Result<Value, NoAnswer> {
        self.answer_within(self.limit)
    }

    /// The next answer, which may take that long.
    ///
    /// # Errors
    ///
    /// As for [`Harness::answer`].
    pub fn answer_within(&mut self, limit: Duration) -> Result<Value, NoAnswer> {
        let line = self.line(limit).map_err(|no_answer| {
            // Whatever the process met with was then our doing.
            if process_group::all_ended() { NoAnswer::Interrupted } else { no_answer }
        })?;
        let answer: Value = serde_json::from_str(&line)
            .map_err(|_| NoAnswer::Crashed(format!("it wrote what is no answer: {}", line.escape_debug())))?;
        match answer.get("error").and_then(Value::as_str) {
            Some(traceback) => Err(NoAnswer::Failed(traceback.trim_end().to_owned())),
            None => Ok(answer),
        }
    }

    fn line(&mut self, limit: Duration) -> Result<String, NoAnswer> {
        let asked = Instant::now();
        let received = loop {
            let left = limit.saturating_sub(asked.elapsed());
            match self.answers.recv_timeout(GLANCE.min(left)) {
                Err(RecvTimeoutError::Timeout) if self.group.has_exited() => {
                    let _ = self.group.end();
                    break self.answers.recv_timeout(ECHO);
                }
                Err(RecvTimeoutError::Timeout) if !left.is_zero() => {}
                received => break received,
            }
        };
        match received {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(error)) => Err(NoAnswer::Crashed(error.to_string())),
            Err(RecvTimeoutError::Timeout) if !self.group.has_exited() => {
                let _ = self.group.end();
                Err(NoAnswer::Hung(limit))
            }
            Err(_) => Err(NoAnswer::Crashed(self.last_words())),
        }
    }

    fn last_words(&mut self) -> String {
        let closed = Instant::now();
        while !self.group.has_exited() && closed.elapsed() < ECHO {
            thread::sleep(Duration::from_millis(1));
        }
        let by_itself = self.group.has_exited();
        let status = self.group.end().map(|status| status.to_string()).unwrap_or_default();
        let status = if by_itself { status } else { "it closed its output, and was killed".to_owned() };
        // The pipe closes with the last of the group, but the thread that reads it may need a moment.
        let _ = self.words_end.recv_timeout(ECHO);
        let words = self.last_words.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        format!("{}\n{status}", words.trim()).trim().to_owned()
    }
}

/// Reads to the end, and keeps the end of it.
fn keep_last_words(mut errors: impl Read, last_words: &Mutex<String>) {
    let mut bytes = [0; 1024];
    while let Ok(count @ 1..) = errors.read(&mut bytes) {
        let mut words = last_words.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        words.push_str(&String::from_utf8_lossy(&bytes[..count]));
        if words.len() > 2 * LAST_WORDS {
            let mut kept = words.len() - LAST_WORDS;
            while !words.is_char_boundary(kept) {
                kept += 1;
            }
            words.drain(..kept);
        }
    }
}
