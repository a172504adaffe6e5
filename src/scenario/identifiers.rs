//! Names of a scenario as Python identifiers: valid, unique, and as close to what was written as can be.

use std::collections::{HashMap, HashSet};

/// Hands out identifiers, each once.
#[derive(Debug)]
pub struct Identifiers {
    taken: HashSet<String>,
    /// Where the numbers of identifiers go on that were wanted more than once.
    numbers: HashMap<String, u64>,
}

/// Longer names are cut: a line has 88 columns.
const LONGEST: usize = 24;

impl Identifiers {
    /// Takes only Python's keywords, and the names that the text around the identifiers uses itself.
    pub fn without(names: &[&str]) -> Identifiers {
        let taken = KEYWORDS.iter().chain(names).map(|word| (*word).to_owned()).collect();
        Identifiers { taken, numbers: HashMap::new() }
    }

    /// Takes an identifier as it is. False where somebody has it already.
    pub fn reserve(&mut self, identifier: &str) -> bool {
        self.taken.insert(identifier.to_owned())
    }

    /// Takes an identifier that stands for a name, or, where nothing in the name can, for a word.
    pub fn take(&mut self, name: &str, word: &str) -> String {
        let base = match identifier(name) {
            base if base.is_empty() => word.to_owned(),
            base => base,
        };
        if self.taken.insert(base.clone()) {
            return base;
        }
        let next = self.numbers.entry(base.clone()).or_insert(2);
        loop {
            let numbered = format!("{base}_{next}");
            *next += 1;
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

/// What of a name can stand in an identifier, with `_` for the rest; empty where nothing can.
fn identifier(name: &str) -> String {
    let mut identifier = String::new();
    let mut length = 0;
    for c in name.chars() {
        if length == LONGEST {
            break;
        }
        if is_letter(c) || c.is_ascii_digit() {
            if identifier.is_empty() && c.is_ascii_digit() {
                identifier.push('_');
            }
            identifier.push(c);
            length += 1;
        } else if !identifier.is_empty() && !identifier.ends_with('_') {
            identifier.push('_');
            length += 1;
        }
    }
    identifier.truncate(identifier.trim_end_matches('_').len());
    identifier
}

/// Whether Python reads an identifier as it stands. It takes them in their NFKC form, in which two names that look
/// different can be one.
pub fn is_stable_identifier(identifier: &str) -> bool {
    identifier.chars().all(|c| is_letter(c) || c.is_ascii_digit() || c == '_')
}

/// Letters that every Python from 3.8 on takes, that no normalisation changes or joins to a neighbour, and that are not
/// told from others by a keen eye only: of the scripts that names are mostly written in.
fn is_letter(c: char) -> bool {
    matches!(c,
        'a'..='z' | 'A'..='Z'
        | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ı' | 'Ĵ'..='ľ' | 'Ł'..='ň' | 'Ŋ'..='ž'
        | 'Α'..='Ρ' | 'Σ'..='Ω' | 'ά'..='ώ' | 'Ѐ'..='я' | 'ѐ'..='џ'
        | 'א'..='ת' | 'ء'..='غ' | 'ف'..='ي'
        | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='鿕' | '가'..='힣'
    )
}

/// Python's keywords, in every version.
#[rustfmt::skip]
pub const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: &[&str]) {
        let mut identifiers = Identifiers::without(&["main", "print"]);
        let taken: Vec<String> = names.iter().map(|name| identifiers.take(name, "work")).collect();
        assert_eq!(taken, expected);
    }

    #[test]
    fn names_keep_what_python_can_say() {
        check(&["users", "fetch-users", "GET /users"], &["users", "fetch_users", "GET_users"]);
        check(&["3rd", "größe", "данные", "数据"], &["_3rd", "größe", "данные", "数据"]);
        check(&["__x__", "a\"); import os #"], &["x", "a_import_os"]);
    }

    #[test]
    fn identifiers_are_never_taken_twice() {
        check(&["a b", "a-b", "a_b_2", "a.b"], &["a_b", "a_b_2", "a_b_2_2", "a_b_3"]);
        check(&["class", "print", "main", "None"], &["class_2", "print_2", "main_2", "None_2"]);
        check(&["🎉", "…", "_"], &["work", "work_2", "work_3"]);
        // One letter and its parts: Python takes them for the same.
        check(&["é", "e\u{301}", "ﬁ", "ﬁn"], &["é", "e", "work", "n"]);
    }
}
