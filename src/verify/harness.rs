//! A CPython that runs `harness.py`: programs go in, what they did comes out.

use std::fmt;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::python::{Guide, Program};

use super::interpreter::Interpreter;

/// The harness: read it, it is short.
pub const HARNESS: &str = include_str!("../python/harness.py");

/// What an interpreter is started with. The harness comes as the first line of its input: it is longer than a command
/// line may be on every system.
const LOADER: &str =
    "import json, sys; exec(compile(json.loads(sys.stdin.buffer.readline().decode()), 'harness.py', 'exec'))";

/// The longest that is kept of what a process writes to standard error.
const LAST_WORDS: usize = 4000;

/// A process that runs one program after the other.
#[derive(Debug)]
pub struct Harness {
    child: Child,
    requests: Option<Sender<String>>,
    answers: Receiver<io::Result<String>>,
    last_words: Arc<Mutex<String>>,
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
                write!(f, "no answer in {} s: the interpreter was killed", limit.as_secs_f64())
            }
            NoAnswer::Failed(traceback) => write!(f, "the program failed:\n{traceback}"),
        }
    }
}

/// One line of the harness's input.
#[derive(Serialize)]
struct Request<'a> {
    program: &'a str,
    guide: &'a Guide,
}

impl Harness {
    /// Starts an interpreter. `limit` is how long one answer may take.
    ///
    /// # Errors
    ///
    /// Where it does not start, or does not say that it is what it was when it was found.
    pub fn start(interpreter: &Interpreter, limit: Duration) -> Result<Harness, NoAnswer> {
        let mut command = Command::new(&interpreter.program);
        command.args(["-I", "-S", "-X", "utf8", "-c", LOADER]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = begin_group(&mut command).map_err(|error| NoAnswer::NotStarted(error.to_string()))?;
        let (requests, to_write) = mpsc::channel::<String>();
        let (to_read, answers) = mpsc::channel();
        let last_words = Arc::new(Mutex::new(String::new()));
        // Others write and read: with both pipes full, each side would wait for the other.
        if let Some(input) = child.stdin.take() {
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
        if let Some(output) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(output).lines() {
                    if to_read.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        if let Some(mut errors) = child.stderr.take() {
            let last_words = Arc::clone(&last_words);
            thread::spawn(move || {
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
            });
        }
        // Where it ends at once, its answer says so.
        let _ = requests.send(Value::from(HARNESS).to_string());
        let mut harness = Harness { child, requests: Some(requests), answers, last_words, limit };
        match harness.answer()?.get("python").and_then(Value::as_str) {
            Some(python) if python == interpreter.python.as_str() => Ok(harness),
            python => Err(NoAnswer::NotStarted(format!("it has changed its version to {}", python.unwrap_or("none")))),
        }
    }

    /// Puts a program to it, without waiting for the answer.
    pub fn ask(&self, program: &Program) {
        let request = Request { program: &program.text, guide: &program.guide };
        if let (Some(requests), Ok(line)) = (&self.requests, serde_json::to_string(&request)) {
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
        let line = match self.answers.recv_timeout(self.limit) {
            Ok(Ok(line)) => line,
            Ok(Err(error)) => return Err(NoAnswer::Crashed(error.to_string())),
            Err(RecvTimeoutError::Timeout) => {
                end_group(&mut self.child);
                return Err(NoAnswer::Hung(self.limit));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(NoAnswer::Crashed(self.last_words())),
        };
        let answer: Value = serde_json::from_str(&line)
            .map_err(|_| NoAnswer::Crashed(format!("it wrote what is no answer: {}", line.escape_debug())))?;
        match answer.get("error").and_then(Value::as_str) {
            Some(traceback) => Err(NoAnswer::Failed(traceback.trim_end().to_owned())),
            None => Ok(answer),
        }
    }

    fn last_words(&mut self) -> String {
        let status = self.child.wait().map(|status| status.to_string()).unwrap_or_default();
        // Its other end closes with the process, but the thread that reads it may need a moment.
        thread::sleep(Duration::from_millis(50));
        let words = self.last_words.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        format!("{}\n{status}", words.trim()).trim().to_owned()
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.requests = None;
        end_group(&mut self.child);
    }
}

/// Starts a process as the first of a group of its own, so that it can be ended with its children.
pub(super) fn begin_group(command: &mut Command) -> io::Result<Child> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    command.spawn()
}

/// Ends a process with its children.
pub(super) fn end_group(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        // The group is there as long as nobody has waited for its first process.
        if let Ok(None) = child.try_wait() {
            let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}
