//! The signs of timelines and progress lines, in Unicode and for terminals that have only ASCII.
//!
//! A state is always told by its sign *and* its colour, so that neither a missing colour nor a reader who does not
//! see it loses anything.

/// One set of signs. Those that fill a lane are one column wide; those that end one may be wider in ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Fills a lane: it does not run yet.
    pub not_started: &'static str,
    /// Fills a lane: it runs.
    pub running: &'static str,
    /// Fills a lane: it runs on although the call has returned.
    pub orphan: &'static str,
    /// Fills a lane: it cleans up after a cancellation.
    pub cleanup: &'static str,
    /// Fills the lane of gather(), of wait() and of nested groups.
    pub call: &'static str,
    /// Crosses a lane that goes on: the moment at which the call came back.
    pub moment: &'static str,
    /// Ends a lane: it returned.
    pub returned: &'static str,
    /// Ends a lane: it raised.
    pub raised: &'static str,
    /// Ends a lane: it was cancelled.
    pub cancelled: &'static str,
    /// Ends a lane: it never finishes.
    pub never: &'static str,
    /// Stands for text that was cut off.
    pub ellipsis: &'static str,
    /// Stands between two parts of a heading.
    pub separator: &'static str,
    /// Marks a count of alike things: `×3`.
    pub times: &'static str,
}

impl Glyphs {
    /// For terminals and files that take UTF-8.
    pub const fn unicode() -> Glyphs {
        Glyphs {
            not_started: "·",
            running: "━",
            orphan: "╌",
            cleanup: "~",
            call: "═",
            moment: "│",
            returned: "✔",
            raised: "✘",
            cancelled: "⊘",
            never: "…",
            ellipsis: "…",
            separator: "·",
            times: "×",
        }
    }

    /// For locales that are not UTF-8.
    pub const fn ascii() -> Glyphs {
        Glyphs {
            not_started: ".",
            running: "=",
            orphan: "-",
            cleanup: "~",
            call: "#",
            moment: "|",
            returned: "ok",
            raised: "x",
            cancelled: "/",
            never: "...",
            ellipsis: "...",
            separator: "-",
            times: "x",
        }
    }

    /// Whichever of the two is asked for.
    pub const fn new(unicode: bool) -> Glyphs {
        if unicode { Glyphs::unicode() } else { Glyphs::ascii() }
    }

    /// The columns that the widest sign at a lane's end takes.
    pub fn widest_end(&self) -> usize {
        use unicode_width::UnicodeWidthStr;

        [self.returned, self.raised, self.cancelled, self.never]
            .map(UnicodeWidthStr::width)
            .into_iter()
            .max()
            .unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn what_fills_a_lane_is_one_column_wide() {
        for glyphs in [Glyphs::unicode(), Glyphs::ascii()] {
            for fill in [glyphs.not_started, glyphs.running, glyphs.orphan, glyphs.cleanup, glyphs.call, glyphs.moment]
            {
                assert_eq!(fill.width(), 1, "{fill}");
            }
        }
        assert_eq!(Glyphs::unicode().widest_end(), 1);
        assert_eq!(Glyphs::ascii().widest_end(), 3);
    }

    #[test]
    fn states_differ_by_their_sign() {
        for glyphs in [Glyphs::unicode(), Glyphs::ascii()] {
            let mut signs = vec![
                glyphs.not_started,
                glyphs.running,
                glyphs.orphan,
                glyphs.cleanup,
                glyphs.call,
                glyphs.moment,
                glyphs.returned,
                glyphs.raised,
                glyphs.cancelled,
                glyphs.never,
            ];
            signs.sort_unstable();
            let all = signs.len();
            signs.dedup();
            assert_eq!(signs.len(), all);
        }
    }

    #[test]
    fn ascii_is_ascii() {
        assert!(format!("{:?}", Glyphs::ascii()).is_ascii());
    }
}
