//! The CPythons of this machine, each started once and fed every scenario.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

use asyncdemo::scenario::Python;
use serde_json::Value;

/// What a program says of itself, so that a shim is replaced by what it starts and another Python is told apart.
const PROBE: &str = "import platform, sys; \
    print(platform.python_implementation(), '%d.%d' % sys.version_info[:2], sys.executable, sep='\\n')";

/// A CPython between 3.8 and 3.14.
pub struct Interpreter {
    /// Which version it is.
    pub python: Python,
    program: PathBuf,
}

/// A CPython that runs `reference.py`.
pub struct Reference {
    /// Which version it is.
    pub python: Python,
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Interpreter {
    /// One interpreter a version: those that `ASYNCDEMO_PYTHONS` names, then `python3` and `python3.8` to `python3.14`
    /// on PATH. What does not run (a shim without its Python) or is no CPython of these versions is passed over.
    pub fn find() -> Vec<Interpreter> {
        let named = env::var_os("ASYNCDEMO_PYTHONS").unwrap_or_default();
        let path = env::var_os("PATH").unwrap_or_default();
        let names: Vec<String> =
            Python::ALL.iter().map(|python| format!("python{python}")).chain(["python3".to_owned()]).collect();
        let on_path = env::split_paths(&path)
            .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>());
        let mut found = BTreeMap::new();
        for program in env::split_paths(&named).filter(|program| program != OsStr::new("")).chain(on_path) {
            if let Some(interpreter) = Interpreter::probe(&program) {
                found.entry(interpreter.python).or_insert(interpreter);
            }
        }
        found.into_values().collect()
    }

    fn probe(program: &Path) -> Option<Interpreter> {
        if !program.is_file() {
            return None;
        }
        let output = Command::new(program)
            .args(["-I", "-S", "-c", PROBE])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let mut lines = text.lines();
        let (implementation, version, executable) = (lines.next()?, lines.next()?, lines.next()?);
        if implementation != "CPython" {
            return None;
        }
        Some(Interpreter { python: version.parse().ok()?, program: executable.into() })
    }

    /// Starts the reference program on it.
    pub fn start(&self) -> Reference {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/reference.py");
        let mut child = Command::new(&self.program)
            .args(["-I", "-S", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", self.program.display()));
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut reference = Reference { python: self.python, child, input, output };
        let hello = reference.read();
        assert_eq!(hello["python"], self.python.as_str(), "{} changed its version", self.program.display());
        reference
    }
}

impl Reference {
    /// Puts all these lines to it, and gives its answers in their order.
    pub fn ask(&mut self, lines: &[String]) -> Vec<Value> {
        let input = self.input.take().expect("it is given back below");
        let (answers, input) = thread::scope(|scope| {
            // Somebody else writes: with both pipes full, each side would wait for the other.
            let writer = scope.spawn(move || {
                let mut buffered = BufWriter::new(input);
                for line in lines {
                    writeln!(buffered, "{line}").expect("the reference program reads on");
                }
                buffered.into_inner().expect("the reference program reads on")
            });
            let answers = lines.iter().map(|_| self.read()).collect();
            (answers, writer.join().expect("the writer does not panic"))
        });
        self.input = Some(input);
        answers
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the reference program writes UTF-8");
        assert!(!line.is_empty(), "the reference program on Python {} ended early", self.python);
        let answer: Value = serde_json::from_str(&line).expect("the reference program writes JSON");
        if let Some(error) = answer["error"].as_str() {
            panic!("the reference program on Python {} failed:\n{error}", self.python);
        }
        answer
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // It ends at the end of its input.
        self.input = None;
        let _ = self.child.wait();
    }
}
