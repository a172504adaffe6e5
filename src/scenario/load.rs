//! From what somebody names on the command line to a scenario: a file, standard input, or a built-in.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::Scenario;
use super::diagnostic::{Diagnostics, Problem, Problems, quoted};
use super::library::{builtin, nearest_builtin};
use super::parse::parse;

/// The longest file that is read: 16 MiB.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// The built-in scenario that is run where nobody names one.
const DEFAULT: &str = "basic";

/// A scenario and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What it says.
    pub scenario: Scenario,
    /// The path as given, `-` for standard input, or `builtin:basic`.
    pub source: String,
}

/// Loads a scenario: a file that exists, `-` for standard input, or a built-in's name; the built-in `basic` where
/// none is named.
///
/// # Errors
///
/// What keeps it from being read, or everything that is wrong with what was read.
pub fn load(argument: Option<&str>) -> Result<Loaded, Diagnostics> {
    match argument {
        Some("-") => read_from(&mut io::stdin().lock(), "-"),
        Some(path) if Path::new(path).metadata().is_ok_and(|metadata| !metadata.is_dir()) => load_file(path),
        argument => {
            let name = argument.unwrap_or(DEFAULT);
            match builtin(name) {
                Some(builtin) => {
                    let source = builtin.source();
                    Ok(Loaded { scenario: parse(&source, builtin.text)?, source })
                }
                None => load_file(name),
            }
        }
    }
}

fn load_file(path: &str) -> Result<Loaded, Diagnostics> {
    let unreadable = |error: io::Error| Diagnostics::of_source(path, unreadable(path, &error));
    let mut file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(unreadable(ErrorKind::IsADirectory.into()));
    }
    if metadata.is_file() && metadata.len() > MOST_BYTES {
        return Err(Diagnostics::of_source(path, too_long(path)));
    }
    read_from(&mut file, path)
}

/// Reads all there is, but never more than a scenario may be long: a pipe may have no end.
fn read_from(reader: &mut impl Read, source: &str) -> Result<Loaded, Diagnostics> {
    let mut bytes = Vec::new();
    let read = reader.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Diagnostics::of_source(source, unreadable(source, &error)))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Diagnostics::of_source(source, too_long(source)));
    }
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(source, error.as_bytes(), error.utf8_error()))?;
    if is_python(source, &text) {
        return Err(Diagnostics::of_source(source, python_program(source)));
    }
    Ok(Loaded { scenario: parse(source, &text)?, source: source.to_owned() })
}

/// Whether this is a Python program rather than TOML: by its ending, or by how its first line of code begins.
fn is_python(source: &str, text: &str) -> bool {
    let begins = |line: &str| {
        ["import ", "from ", "def ", "async def ", "class ", "#!/usr/bin/env python"]
            .iter()
            .any(|word| line.starts_with(word))
    };
    let mut code = text.lines().map(str::trim_start).filter(|line| !line.is_empty());
    let first = code.find(|line| !line.starts_with('#') || line.starts_with("#!"));
    Path::new(source).extension().is_some_and(|ending| ending == "py") || first.is_some_and(begins)
}

fn python_program(source: &str) -> Problem {
    Problem::new(format!("{} is a Python program, but asyncdemo reads scenarios", named(source)))
        .help("write what it awaits as a scenario: `asyncdemo new NAME` writes one to start from")
}

fn too_long(source: &str) -> Problem {
    Problem::new(format!("{} is longer than 16 MiB", named(source)))
        .help("for many identical awaitables, use one table with `count = 1000`")
}

fn unreadable(source: &str, error: &io::Error) -> Problem {
    let name = named(source);
    match error.kind() {
        ErrorKind::NotFound => {
            let file = format!("{source}.toml");
            let help = match nearest_builtin(source) {
                _ if matches!(source, "true" | "false") => {
                    format!("a flag takes its value behind `=`: --wrap={source}")
                }
                _ if Path::new(&file).is_file() => format!("did you mean the file {}?", quoted(&file)),
                Some(meant) => format!("did you mean the built-in scenario `{meant}`?"),
                None => "`asyncdemo scenarios` lists the built-in scenarios".to_owned(),
            };
            Problem::new(format!("no file and no built-in scenario {name}")).help(help)
        }
        ErrorKind::IsADirectory => Problem::new(format!("{name} is a folder")).help(match toml_in(source) {
            Some(file) => format!("name a file in it, such as {}", quoted(&file)),
            None => "name a scenario file".to_owned(),
        }),
        ErrorKind::PermissionDenied => Problem::new(format!("no permission to read {name}"))
            .help("change its permissions, or pipe it in and name it `-`"),
        _ => Problem::new(format!("cannot read {name}: {error}")),
    }
}

/// The first scenario file of a folder, by name.
fn toml_in(folder: &str) -> Option<String> {
    let files = Path::new(folder).read_dir().ok()?.take(1000).filter_map(|entry| Some(entry.ok()?.path()));
    let first = files.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).min()?;
    first.to_str().map(str::to_owned)
}

fn not_utf8(source: &str, bytes: &[u8], error: std::str::Utf8Error) -> Diagnostics {
    let at = error.valid_up_to();
    let byte = bytes.get(at).copied().unwrap_or_default();
    // Up to the bad byte the readable form is the file itself, so the place holds in both.
    let text = String::from_utf8_lossy(bytes);
    let bom = text.len() - text.strip_prefix('\u{feff}').unwrap_or(&text).len();
    let place = at.saturating_sub(bom);
    let mut problems = Problems::default();
    problems.push(
        Problem::new(format!("{} is not UTF-8: byte 0x{byte:02x} at offset {at}", named(source)))
            .at(place..place + char::REPLACEMENT_CHARACTER.len_utf8())
            .label("this byte")
            .help(match bytes {
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "this looks like UTF-16: save the file as UTF-8",
                _ => "save the file as UTF-8",
            }),
    );
    Diagnostics::of_text(source, text.get(bom..).unwrap_or(""), problems)
}

fn named(source: &str) -> String {
    if source == "-" { "standard input".to_owned() } else { quoted(source) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Loaded, String> {
        read_from(&mut &bytes[..], "x.toml").map_err(|error| error.to_string())
    }

    #[test]
    fn a_byte_order_mark_and_crlf_are_accepted() {
        let plain = read(b"[[awaitable]]\nname = \"a\"\ndelay = 1\n").unwrap();
        assert_eq!(read(b"\xef\xbb\xbf[[awaitable]]\r\nname = \"a\"\r\ndelay = 1\r\n").unwrap(), plain);
    }

    #[test]
    fn what_is_no_text_is_said_by_byte() {
        insta::assert_snapshot!(read(b"\xef\xbb\xbf# \xc3\xa9\ntitle = \"caf\xe9\"\n").unwrap_err(), @r#"
        error: `x.toml` is not UTF-8: byte 0xe9 at offset 20
         --> x.toml:2:13
          |
        2 | title = "caf�"
          |             ^ this byte
          |
          = help: save the file as UTF-8
        "#);
        insta::assert_snapshot!(read(b"\xff\xfet\0").unwrap_err(), @r"
        error: `x.toml` is not UTF-8: byte 0xff at offset 0
         --> x.toml:1:1
          |
        1 | ��t␀
          | ^ this byte
          |
          = help: this looks like UTF-16: save the file as UTF-8
        ");
    }

    #[test]
    fn what_never_ends_is_not_read() {
        let error = read_from(&mut io::repeat(b'#'), "-").unwrap_err().to_string();
        insta::assert_snapshot!(error, @r"
        error: standard input is longer than 16 MiB
         |
         = help: for many identical awaitables, use one table with `count = 1000`
        ");
    }

    #[test]
    fn no_permission() {
        // A test run by root could not meet a file that it may not read.
        let error = Diagnostics::of_source("x.toml", unreadable("x.toml", &ErrorKind::PermissionDenied.into()));
        insta::assert_snapshot!(error.to_string(), @r"
        error: no permission to read `x.toml`
         |
         = help: change its permissions, or pipe it in and name it `-`
        ");
    }
}
