//! Which way a run goes where CPython leaves it open.

use std::fmt;

/// The orders of sets, and how late the loop wakes. With the scenario, the call, its options and the Python version it
/// names a run. `Display` writes it as flags.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// Which of the items that remain comes next, choice by choice; those that the list does not reach are 0.
    pub choices: Vec<u32>,
    /// The number of the lateness; `None`: the loop is never late.
    pub jitter: Option<u64>,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.choices.iter().map(u32::to_string).collect();
        let choices = (!numbers.is_empty()).then(|| format!("--choices {}", numbers.join(",")));
        let jitter = self.jitter.map(|number| format!("--jitter {number}"));
        f.write_str(&choices.into_iter().chain(jitter).collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_written_as_flags() {
        let way = |choices: &[u32], jitter| Way { choices: choices.to_vec(), jitter };
        assert_eq!(way(&[], None).to_string(), "");
        assert_eq!(way(&[0, 3, 1], None).to_string(), "--choices 0,3,1");
        assert_eq!(way(&[2], Some(7)).to_string(), "--choices 2 --jitter 7");
    }
}
