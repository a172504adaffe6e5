//! What somebody is to type into a shell.

/// A file as an argument of a command: in quotes where it needs them, and never taken for an option. `-` alone is
/// standard input.
pub fn file_argument(path: &str) -> String {
    let here = if path.len() > 1 && path.starts_with('-') { "./" } else { "" };
    let plain = |c: char| c.is_alphanumeric() || "_-./+,:@%".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        format!("{here}{path}")
    } else {
        format!("'{here}{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_quoted_where_they_need_it() {
        for (path, typed) in [
            ("a/retries.toml", "a/retries.toml"),
            ("größe,1.toml", "größe,1.toml"),
            ("-x.toml", "./-x.toml"),
            ("- x.toml", "'./- x.toml'"),
            ("-", "-"),
            ("", "''"),
            ("it's one.toml", r"'it'\''s one.toml'"),
            ("$(rm).toml", "'$(rm).toml'"),
        ] {
            assert_eq!(file_argument(path), typed);
        }
    }
}
