//! `asyncdemo new`: what it writes, what it leaves alone, and that what it says to do next works.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

struct Finished {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn run(folder: &Path, arguments: &[impl AsRef<OsStr>]) -> Finished {
    let mut command = Command::cargo_bin("asyncdemo").expect("the program was built");
    let output = command.current_dir(folder).args(arguments).output().expect("it can be started");
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Does everything that the output says to do, as a shell would.
#[track_caller]
fn follow(folder: &Path, output: &str) -> usize {
    let mut followed = 0;
    for line in output.lines().filter_map(|line| line.strip_prefix("  ")) {
        let program = assert_cmd::cargo::cargo_bin!("asyncdemo");
        let script = line.replacen("asyncdemo", "\"$ASYNCDEMO\"", 1);
        let status = std::process::Command::new("sh")
            .args(["-c", &script])
            .env("ASYNCDEMO", program)
            .current_dir(folder)
            .stdout(std::process::Stdio::null())
            .status()
            .expect("a shell");
        assert!(matches!(status.code(), Some(0 | 1)), "{line}: {status}");
        followed += 1;
    }
    followed
}

#[test]
fn it_writes_a_scenario_that_runs() {
    let folder = folder();
    let finished = run(folder.path(), &["new", "retries"]);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    assert!(finished.stdout.starts_with("Wrote retries.toml.\n"), "{}", finished.stdout);
    let text = fs::read_to_string(folder.path().join("retries.toml")).expect("it was written");
    assert!(text.starts_with("#:schema ./scenario.schema.json\n# "), "{text}");
    assert!(text.contains("title = \"retries\"\n"), "{text}");
    let steps: Vec<&str> = finished.stdout.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(
        steps,
        [
            "  asyncdemo schema > scenario.schema.json",
            "  asyncdemo gather retries.toml",
            "  asyncdemo wait retries.toml --return-when first-exception",
            "  asyncdemo check retries.toml",
            "  asyncdemo check --write retries.toml",
        ],
        "editors want the schema before anything else"
    );
    assert_eq!(follow(folder.path(), &finished.stdout), 5);
    assert_eq!(fs::read_to_string(folder.path().join("retries.toml")).expect("it is there"), text, "it held already");
    // The schema now lies where the first line points.
    let schema = fs::read_to_string(folder.path().join("scenario.schema.json")).expect("it was written");
    assert_eq!(schema, run(folder.path(), &["schema"]).stdout);
}

/// Its expectations are the first that a beginner sees.
#[test]
fn its_expectations_hold() {
    let folder = folder();
    run(folder.path(), &["new", "retries"]);
    let document = |call: &str| -> serde_json::Value {
        let finished = run(folder.path(), &[call, "retries.toml", "--format", "json"]);
        serde_json::from_str(&finished.stdout).expect("a document")
    };
    let gather = document("gather");
    assert_eq!((&gather["outcome"]["status"], &gather["outcome"]["at"]), (&"raised".into(), &0.5.into()));
    assert_eq!(gather["outcome"]["exception"]["message"], "upstream took too long");
    assert_eq!((&gather["awaitables"][0]["fate"], &gather["awaitables"][2]["fate"]), (&"lost".into(), &"lost".into()));
    let wait = document("wait");
    assert_eq!((&wait["outcome"]["status"], &wait["outcome"]["at"]), (&"returned".into(), &2.0.into()));
    assert_eq!(wait["outcome"]["done"], serde_json::json!(["users", "orders", "audit"]));
}

#[test]
fn what_is_there_is_left_alone() {
    let folder = folder();
    fs::write(folder.path().join("mine.toml"), "precious").expect("it can be written");
    for name in ["mine", "mine.toml", "./mine.toml"] {
        let finished = run(folder.path(), &["new", name]);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
        assert!(
            finished.stderr.contains("already exists") && finished.stderr.contains("help: "),
            "{}",
            finished.stderr
        );
    }
    assert_eq!(fs::read_to_string(folder.path().join("mine.toml")).expect("it is there"), "precious");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_followed() {
    let folder = folder();
    std::os::unix::fs::symlink("elsewhere.toml", folder.path().join("link.toml")).expect("a link");
    assert_eq!(run(folder.path(), &["new", "link"]).code, Some(2));
    assert!(!folder.path().join("elsewhere.toml").exists());
}

#[test]
fn a_name_is_data() {
    for name in ["a b", "it's", "$(touch x)", "say \"hi\"", "*", "日本", "--", "-x", "TITLE"] {
        let folder = folder();
        let finished = run(folder.path(), &["new", "--", name]);
        assert_eq!(finished.code, Some(0), "{name}: {}", finished.stderr);
        assert!(folder.path().join(format!("{name}.toml")).is_file(), "{name}");
        assert_eq!(follow(folder.path(), &finished.stdout), 5, "{name}");
        let mut files: Vec<_> =
            fs::read_dir(folder.path()).expect("it is there").map(|file| file.expect("an entry").file_name()).collect();
        files.sort();
        assert_eq!(files.len(), 2, "the scenario and its schema: {files:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_name_that_no_command_could_name_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    for name in [&b"a\x1b[1mb"[..], b"a\nb", b"caf\xe9", "\u{202e}x".as_bytes()] {
        let folder = folder();
        let finished = run(folder.path(), &[OsStr::new("new"), OsStr::from_bytes(name)]);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{name:?}");
        assert!(finished.stderr.contains("cannot be printed"), "{}", finished.stderr);
        assert!(!finished.stderr.contains('\x1b') && finished.stderr.lines().count() == 2, "{:?}", finished.stderr);
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0);
    }
}

#[test]
fn no_file_and_no_folder() {
    let folder = folder();
    for name in ["", ".", "..", "sub/"] {
        let finished = run(folder.path(), &["new", name]);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{name}");
    }
    let finished = run(folder.path(), &["new", "sub/retries"]);
    assert_eq!(finished.code, Some(4));
    assert!(finished.stderr.contains("sub/retries.toml"), "{}", finished.stderr);
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0);
}

#[test]
fn a_schema_that_is_there_already_is_the_one_it_names() {
    let folder = folder();
    fs::create_dir_all(folder.path().join("a/b")).expect("folders");
    fs::write(folder.path().join("scenario.schema.json"), "{}").expect("it can be written");
    for (name, line) in [
        ("x", "#:schema ./scenario.schema.json"),
        ("a/x", "#:schema ../scenario.schema.json"),
        ("a/b/x.toml", "#:schema ../../scenario.schema.json"),
    ] {
        let finished = run(folder.path(), &["new", name]);
        let file = folder.path().join(name).with_extension("toml");
        assert_eq!(fs::read_to_string(file).expect("it was written").lines().next(), Some(line));
        assert!(!finished.stdout.contains("asyncdemo schema"), "{}", finished.stdout);
    }
}
