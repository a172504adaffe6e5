//! What to write instead of a word that people know from asyncio, or of a flag that belongs to the other call.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Flags of one call that are given to another: the call, the flag, and what to do.
const FLAGS: [(&str, &str, &str); 4] = [
    (
        "gather",
        "--timeout",
        "gather() has no timeout: run `asyncdemo wait --timeout 2`, or cancel the group with `[caller] cancel_group_at`, as \
         wait_for() does",
    ),
    (
        "gather",
        "--return-when",
        "gather() returns when everything is done, and raises at the first exception: --return-when is an option of wait",
    ),
    (
        "wait",
        "--return-exceptions",
        "wait() never raises what a task raised: the exceptions stay in the tasks of `done`",
    ),
    ("wait", "--done-callback", "wait() gives no future that could have a done callback: that is an option of gather"),
];

/// Functions and classes of asyncio that are no commands, without `_`, `-` and case.
const NOT_SHOWN: [&str; 6] = ["ascompleted", "taskgroup", "shield", "waitfor", "timeout", "run"];

/// Puts what helps in the place of clap's own tip.
pub fn add_hint(error: &mut clap::Error) {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let words: Vec<String> = std::env::args().skip(1).collect();
    let command = words.first().map_or("", String::as_str);
    let hint = match error.kind() {
        ErrorKind::UnknownArgument => {
            let flag = text(ContextKind::InvalidArg);
            let other = FLAGS.iter().find(|(call, known, _)| *call == command && flag.starts_with(known));
            other.map(|(_, _, hint)| (*hint).to_owned()).or_else(|| without_equals_sign(&words))
        }
        ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand);
            let folded = word.to_lowercase().replace(['_', '-'], "");
            NOT_SHOWN
                .contains(&folded.as_str())
                .then(|| "asyncdemo shows gather() and wait(): run `asyncdemo gather` or `asyncdemo wait`".to_owned())
        }
        ErrorKind::InvalidValue if text(ContextKind::InvalidArg).starts_with("--python") => {
            text(ContextKind::InvalidValue)
                .contains(',')
                .then(|| "name one version, and run it once for each".to_owned())
        }
        _ => None,
    };
    if let Some(hint) = hint {
        error.remove(ContextKind::SuggestedSubcommand);
        error.remove(ContextKind::SuggestedValue);
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(hint)]));
    }
}

/// A flag that takes its value behind `=`, given without: the value is taken for the scenario.
fn without_equals_sign(words: &[String]) -> Option<String> {
    let pair = words.windows(2).find(|pair| {
        let flag = pair[0].as_str();
        matches!(flag, "--return-exceptions" | "--done-callback" | "--wrap")
            && matches!(pair[1].as_str(), "true" | "false")
    })?;
    Some(format!("write {}={}", pair[0], pair[1]))
}
