//! Frames of real runs, looked at on the way.

mod plain;
mod terminal;

use insta::assert_snapshot;
use unicode_width::UnicodeWidthStr;

use super::bar::Theme;
use super::frame::frame;
use super::layout::Size;
use super::run_so_far::RunSoFar;
use crate::calls::{Call, Function};
use crate::event::{Event, Recording, Target, What};
use crate::report::fit::pad;
use crate::report::style::Style;
use crate::scenario::{Nanos, Python, Scenario, Way, parse};
use crate::simulation::record;

/// A run of a scenario, which tests watch up to wherever they want to look at it.
struct Watched {
    scenario: Scenario,
    call: Call,
    events: Recording,
}

fn gather(toml: &str) -> Watched {
    Watched::new(toml, Function::Gather)
}

fn wait(toml: &str) -> Watched {
    Watched::new(toml, Function::Wait)
}

impl Watched {
    fn new(toml: &str, function: Function) -> Watched {
        let scenario = parse("scenario.toml", toml).unwrap_or_else(|problems| panic!("{problems}"));
        let call = scenario.call(function);
        let events = record(&scenario, call, Python::DEFAULT, &Way::default()).events;
        Watched { scenario, call, events }
    }

    /// What happens up to a moment.
    fn until(&self, seconds: f64) -> Vec<Event<'_>> {
        self.events.iter().take_while(|event| event.at <= moment(seconds)).collect()
    }

    /// What happens until so many awaitables have ended.
    fn until_ended(&self, mut count: usize) -> Vec<Event<'_>> {
        let before = |event: &Event<'_>| {
            let is_before = count > 0;
            count -= usize::from(is_before && matches!(event.what, What::Finish { target: Target::Awaitable(_), .. }));
            is_before
        };
        self.events.iter().take_while(before).collect()
    }

    /// The lines that a terminal of some size shows at a moment, after these events.
    fn lines(&self, events: &[Event<'_>], seconds: f64, (width, height): (usize, usize), theme: Theme) -> Vec<String> {
        let mut run = RunSoFar::new(&self.scenario, self.call, theme.unicode);
        events.iter().for_each(|event| run.event(event));
        frame(&mut run, moment(seconds), Size { width, height }, &theme)
    }

    /// The frame at a moment, with `|` where the terminal ends.
    fn at(&self, seconds: f64, size: (usize, usize), theme: Theme) -> String {
        text(&self.lines(&self.until(seconds), seconds, size, theme), size)
    }

    /// The frame at a moment on a usual terminal.
    fn show(&self, seconds: f64) -> String {
        self.at(seconds, (80, 24), plain())
    }
}

/// Lines as a terminal shows them that has room for them.
fn text(lines: &[String], (width, height): (usize, usize)) -> String {
    assert!(lines.len() <= height.saturating_sub(2).max(1), "{height} rows: {lines:#?}");
    assert!(lines.iter().all(|line| line.width() < width.max(1)), "{width} columns: {lines:#?}");
    lines.iter().map(|line| format!("{}|\n", pad(line, width))).collect()
}

fn moment(seconds: f64) -> Nanos {
    Nanos((seconds * 1e9).round() as u64)
}

fn plain() -> Theme {
    Theme::new(Style::plain(), true)
}

/// Three downloads, of which one fails and another is cancelled.
const DOWNLOADS: &str = r#"
    [[awaitable]]
    name = "users"
    delay = 1
    returns = ["ada", "grace"]
    [[awaitable]]
    name = "orders"
    delay = 0.5
    raises = "TimeoutError: upstream took too long"
    [[awaitable]]
    name = "audit"
    delay = 2
    cancel_at = 1.5
    [wait]
    return_when = "FIRST_EXCEPTION"
    timeout = 3
"#;

#[test]
fn gather_as_it_goes_on() {
    let downloads = gather(DOWNLOADS);
    assert_snapshot!(downloads.show(0.0), @r#"
    users   ╸────────────               0.0 / 1 s    running                      |
    orders  ╸──────                     0.0 / 0.5 s  running                      |
    audit   ╸─────────────────────────  0.0 / 2 s    running                      |
    gather  ═                           0.0 s        running                      |
    "#);
    assert_snapshot!(downloads.show(0.3), @r#"
    users   ━━━╸─────────               0.3 / 1 s    running                      |
    orders  ━━━╸───                     0.3 / 0.5 s  running                      |
    audit   ━━━╸──────────────────────  0.3 / 2 s    running                      |
    gather  ════                        0.3 s        running                      |
    "#);
    assert_snapshot!(downloads.show(0.7), @r#"
    users   ━━━━━━│╌╌────               0.7 / 1 s    running, gather() has raised |
    orders  ━━━━━━✘                     0.5 s        raised TimeoutError          |
    audit   ━━━━━━│╌╌─────────────────  0.7 / 2 s    running, gather() has raised |
    gather  ══════✘                     0.5 s        raised TimeoutError          |
    "#);
    assert_snapshot!(downloads.show(1.2), @r#"
    users   ━━━━━━│╌╌╌╌╌✔               1 s          returned ['ada', 'grace']    |
    orders  ━━━━━━✘                     0.5 s        raised TimeoutError          |
    audit   ━━━━━━│╌╌╌╌╌╌╌╌╌──────────  1.2 / 2 s    running, gather() has raised |
    gather  ══════✘                     0.5 s        raised TimeoutError          |
    "#);
    assert_snapshot!(downloads.show(1.5), @r#"
    users   ━━━━━━│╌╌╌╌╌✔               1 s          returned ['ada', 'grace']    |
    orders  ━━━━━━✘                     0.5 s        raised TimeoutError          |
    audit   ━━━━━━│╌╌╌╌╌╌╌╌╌╌╌⊘         1.5 s        cancelled                    |
    gather  ══════✘                     0.5 s        raised TimeoutError          |
    "#);
}

#[test]
fn gather_at_other_widths() {
    let downloads = gather(DOWNLOADS);
    assert_snapshot!(downloads.at(0.7, (40, 10), plain()), @r#"
    users  ━━│╌──       0.7 s  running     |
    orders ━━✘          0.5 s  TimeoutErr… |
    audit  ━━│╌──────── 0.7 s  running     |
    gather ══✘          0.5 s  TimeoutErr… |
    "#);
    assert_snapshot!(downloads.at(1.5, (40, 10), plain()), @r#"
    users  ━━│╌╌✔       1 s    returned    |
    orders ━━✘          0.5 s  TimeoutErr… |
    audit  ━━│╌╌╌╌╌⊘    1.5 s  cancelled   |
    gather ══✘          0.5 s  TimeoutErr… |
    "#);
    assert_snapshot!(downloads.at(0.7, (60, 10), plain()), @r#"
    users  ━━━━│╌╌───          0.7 / 1 s   running            |
    orders ━━━━✘               0.5 s       TimeoutError       |
    audit  ━━━━│╌╌──────────── 0.7 / 2 s   running            |
    gather ════✘               0.5 s       TimeoutError       |
    "#);
    assert_snapshot!(downloads.at(1.5, (120, 40), plain()), @r#"
    users   ━━━━━━━━━━━│╌╌╌╌╌╌╌╌╌╌╌✔                         1 s          returned ['ada', 'grace']                       |
    orders  ━━━━━━━━━━━✘                                     0.5 s        raised TimeoutError('upstream took too long')   |
    audit   ━━━━━━━━━━━│╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⊘              1.5 s        cancelled                                       |
    gather  ═══════════✘                                     0.5 s        raised TimeoutError('upstream took too long')   |
    "#);
}

#[test]
fn in_ascii() {
    let downloads = gather(DOWNLOADS);
    let ascii = Theme::new(Style::plain(), false);
    assert_snapshot!(downloads.at(0.0, (80, 24), ascii), @r#"
    users   >___________                0.0 / 1 s    running                      |
    orders  >_____                      0.0 / 0.5 s  running                      |
    audit   >_______________________    0.0 / 2 s    running                      |
    gather  #                           0.0 s        running                      |
    "#);
    assert_snapshot!(downloads.at(0.7, (80, 24), ascii), @r#"
    users   =====|---___                0.7 / 1 s    running, gather() has raised |
    orders  =====x                      0.5 s        raised TimeoutError          |
    audit   =====|---_______________    0.7 / 2 s    running, gather() has raised |
    gather  #####x                      0.5 s        raised TimeoutError          |
    "#);
    let text = downloads.at(1.5, (80, 24), ascii);
    assert_snapshot!(text, @r#"
    users   =====|-----ok               1 s          returned ['ada', 'grace']    |
    orders  =====x                      0.5 s        raised TimeoutError          |
    audit   =====|-----------/          1.5 s        cancelled                    |
    gather  #####x                      0.5 s        raised TimeoutError          |
    "#);
    assert!(text.is_ascii());
}

#[test]
fn states_differ_by_colour_too() {
    let downloads = gather(DOWNLOADS);
    let lines = downloads.lines(&downloads.until(1.2), 1.2, (80, 24), Theme::new(Style::coloured(), true));
    assert_snapshot!(lines.join("\n").replace('\x1b', "^"), @r#"
    users   ^[36m━━━━━━^[0m^[1m│^[0m^[35m╌╌╌╌╌^[0m^[32m✔^[0m               ^[2m1 s        ^[0m  ^[32mreturned ['ada', 'grace']^[0m
    orders  ^[36m━━━━━━^[0m^[31m✘^[0m                     ^[2m0.5 s      ^[0m  ^[31mraised TimeoutError^[0m
    audit   ^[36m━━━━━━^[0m^[1m│^[0m^[35m╌╌╌╌╌╌╌╌╌^[0m^[2m──────────^[0m  ^[2m1.2 / 2 s  ^[0m  ^[35mrunning, gather() has raised^[0m
    ^[1mgather^[0m  ^[31m══════✘^[0m                     ^[2m0.5 s      ^[0m  ^[31mraised TimeoutError^[0m
    "#);
}

#[test]
fn wait_leaves_pending_ones_behind() {
    let downloads = wait(DOWNLOADS);
    assert_snapshot!(downloads.show(0.3), @r#"
    users   ━━━╸─────────               0.3 / 1 s    running                      |
    orders  ━━━╸───                     0.3 / 0.5 s  running                      |
    audit   ━━━╸──────────────────────  0.3 / 2 s    running                      |
    wait    ════──────────────────────  0.3 / 3 s    running                      |
    "#);
    assert_snapshot!(downloads.show(0.7), @r#"
    users   ━━━━━━│╌╌────               0.7 / 1 s    pending, wait() has returned |
    orders  ━━━━━━✘                     0.5 s        raised TimeoutError          |
    audit   ━━━━━━│╌╌─────────────────  0.7 / 2 s    pending, wait() has returned |
    wait    ══════✔                     0.5 s        returned: 1 done, 2 pending  |
    "#);
}

#[test]
fn a_late_call_a_cleanup_and_one_that_never_ends() {
    let late = gather(
        r#"
        [[awaitable]]
        name = "slow"
        delay = 4
        cancel_at = 3.5
        on_cancel = { cleanup = 2 }
        [[awaitable]]
        name = "listener"
        delay = "forever"
        [caller]
        call_at = 1
        await_at = 3
        "#,
    );
    assert_snapshot!(late.show(0.5), @r#"
    slow      ···                                    not started                  |
    listener  ···                                    not started                  |
    gather    ···                                    not called yet               |
    "#);
    assert_snapshot!(late.show(2.0), @r#"
    slow      ·····━━━━━╸───────────────  1.0 / 4 s  running                      |
    listener  ·····━━━━━╸…                1.0 s      running                      |
    gather    ·····══════                 1.0 s      called, not awaited yet      |
    "#);
    assert_snapshot!(late.show(4.5), @r#"
    slow      ····━━━━━━━━━━━~~~~~~─────  1.0 / 2 s  cleaning up                  |
    listener  ····━━━━━━━━━━━━━━━━╸…      3.5 s      running                      |
    gather    ····═════════════════       3.5 s      running                      |
    "#);
}

#[test]
fn members_stand_under_their_group() {
    let nested = gather(
        r#"
        [[awaitable]]
        name = "a"
        delay = 1
        returns = 1
        [[awaitable]]
        name = "b"
        delay = 0.5
        returns = 2
        [[awaitable]]
        name = "inner"
        kind = "gather"
        members = ["a", "b"]
        [[awaitable]]
        name = "outer"
        kind = "gather"
        members = ["inner", "late"]
        cancel_at = 1.5
        [[awaitable]]
        name = "late"
        delay = 2
        returns = 3
        "#,
    );
    assert_snapshot!(nested.show(1.2), @r#"
    outer    ═══════════════            1.2 s        running                      |
      inner  ════════════✔              1 s          returned                     |
       a     ━━━━━━━━━━━━✔              1 s          returned 1                   |
       b     ━━━━━━✔                    0.5 s        returned 2                   |
      late   ━━━━━━━━━━━━━━╸──────────  1.2 / 2 s    running                      |
    gather   ═══════════════            1.2 s        running                      |
    "#);
    assert_snapshot!(nested.show(1.5), @r#"
    outer    ══════════════════✘        1.5 s        raised CancelledError()      |
      inner  ════════════✔              1 s          returned                     |
       a     ━━━━━━━━━━━━✔              1 s          returned 1                   |
       b     ━━━━━━✔                    0.5 s        returned 2                   |
      late   ━━━━━━━━━━━━━━━━━━⊘        1.5 s        cancelled                    |
    gather   ══════════════════⊘        1.5 s        cancelled                    |
    "#);
}

#[test]
fn names_and_messages_are_data() {
    let hostile = gather(
        r#"
        [[awaitable]]
        name = "日本語のとても長い名前のダウンロード"
        delay = 1
        [[awaitable]]
        name = "a name 名 of rather many words"
        delay = 0.5
        raises = "TimeoutError: \u001b]0;title\u0007 \u202e"
        [[awaitable]]
        name = "👍🏽 crowd"
        delay = 0.25
        returns = "長い値\u001b[2J"
        "#,
    );
    for width in [40, 80, 120] {
        let text = hostile.at(0.6, (width, 24), plain());
        assert!(!text.contains(|c: char| c != '\n' && (c.is_control() || c == '\u{202e}')), "{text:?}");
    }
    assert_snapshot!(hostile.show(0.6), @r#"
    日本語のとても長い…  ━━━━━│╌─────  0.6 / 1 s     running, gather() has raised |
    a name 名 of rathe…  ━━━━━✘        0.5 s         raised TimeoutError          |
    👍🏽 crowd             ━━✔           250 ms        returned '長い値\x1b[2J'     |
    gather               ═════✘        0.5 s         raised TimeoutError          |
    "#);
    assert_snapshot!(hostile.at(0.6, (120, 24), plain()), @r#"
    日本語のとても長い名前のダウ…  ━━━━━━━━━━━│╌╌─────────  0.6 / 1 s     running, gather() has raised                    |
    a name 名 of rather many wor…  ━━━━━━━━━━━✘             0.5 s         raised TimeoutError('\x1b]0;title\x07 \u202e')  |
    👍🏽 crowd                       ━━━━━✔                   250 ms        returned '長い値\x1b[2J'                        |
    gather                         ═══════════✘             0.5 s         raised TimeoutError('\x1b]0;title\x07 \u202e')  |
    "#);
}

#[test]
fn the_call_has_a_line_of_its_own() {
    const JOB: &str = "[[awaitable]]\nname = \"job\"\ndelay = 2\n";
    let caller = |keys: &str| format!("{JOB}[caller]\n{keys}");

    let cancelled = gather(&caller("call_at = 1\ncancel_at = 0.5"));
    assert_snapshot!(cancelled.show(0.7), @r#"
    job     ·······                                  not started                  |
    gather  ····⊘                                    not called                   |
    "#);
    let cancelled = gather(&format!("{JOB}on_cancel = {{ cleanup = 1 }}\n[caller]\ncancel_at = 0.5"));
    assert_snapshot!(cancelled.show(0.7), @r#"
    job     ━━━━━━~~~~───────────         0.2 / 1 s  cleaning up                  |
    gather  ══════════                    0.7 s      running                      |
    "#);
    let unseen = gather(&caller("await_at = 3\ncancel_group_at = 1"));
    assert_snapshot!(unseen.show(2.0), @r#"
    job     ━━━━━━━━━━━━━⊘                1 s        cancelled                    |
    gather  ═════════════⊘                1 s        cancelled                    |
    "#);
    assert_snapshot!(unseen.show(3.0), @r#"
    job     ━━━━━━⊘                       1 s        cancelled                    |
    gather  ══════⊘                       1 s        cancelled                    |
    "#);
    let unseen = gather(&caller("await_at = 3"));
    assert_snapshot!(unseen.show(2.5), @r#"
    job     ━━━━━━━━━━━━━✔                2 s        returned None                |
    gather  ═════════════✔                2 s        returned, not awaited yet    |
    "#);
    let lazy = wait(&format!("{JOB}[wait]\ntimeout = 1\n[caller]\ncall_at = 0.5\nawait_at = 1"));
    assert_snapshot!(lazy.show(0.7), @r#"
    job     ·····━━╸────────────────────  0.2 / 2 s  running                      |
    wait    ·····═══                      0.2 s      called, not awaited yet      |
    "#);
    assert_snapshot!(lazy.show(1.5), @r#"
    job     ·····━━━━━━━━━━━╸───────────  1.0 / 2 s  running                      |
    wait    ·····════════════─────        1.0 / 1.…  running                      |
    "#);
    assert_snapshot!(lazy.show(2.0), @r#"
    job     ·····━━━━━━━━━━━━━━━━╌──────  1.5 / 2 s  pending, wait() has returned |
    wait    ·····════════════════✔        1.5 s      timed out: 0 done, 1 pending |
    "#);
    let abandoned = wait(&caller("cancel_at = 0.5"));
    assert_snapshot!(abandoned.show(0.7), @r#"
    job     ━━━━━━│╌╌╌──────────────────  0.7 / 2 s  running                      |
    wait    ══════⊘                       0.5 s      cancelled                    |
    "#);
    let misused = wait(&format!("{JOB}[wait]\ncollection = \"bare\"\nwrap = false"));
    assert_snapshot!(misused.show(0.0), @r#"
    job     ·                                        not started                  |
    wait    ✘                             0 s        raised TypeError             |
    "#);
}

/// A thousand workers, of which every tenth fails.
fn crowd() -> Watched {
    let tables = (0..10).map(|table| {
        let end = if table == 3 { "raises = \"TimeoutError: no answer\"" } else { "returns = 1" };
        format!("[[awaitable]]\nname = \"worker{table}\"\ncount = 100\ndelay = \"{}00ms\"\n{end}\n", table + 1)
    });
    gather(&format!("{}[gather]\nreturn_exceptions = true\n", tables.collect::<String>()))
}

#[test]
fn a_crowd_is_counted() {
    let crowd = crowd();
    let ended = |count, seconds, size| text(&crowd.lines(&crowd.until_ended(count), seconds, size, plain()), size);
    assert_snapshot!(crowd.show(0.05), @r#"
    ────────────────────────────────────────────────────────────  0 / 1,000 ended |
    ━ 1,000 running                                                               |
    next to finish                                                                |
    worker0-1    ━╸─                    0.0 / 0.1 s  running                      |
    worker0-2    ━╸─                    0.0 / 0.1 s  running                      |
    worker0-3    ━╸─                    0.0 / 0.1 s  running                      |
    worker0-4    ━╸─                    0.0 / 0.1 s  running                      |
    worker0-5    ━╸─                    0.0 / 0.1 s  running                      |
    worker0-6    ━╸─                    0.0 / 0.1 s  running                      |
    worker0-7    ━╸─                    0.0 / 0.1 s  running                      |
    worker0-8    ━╸─                    0.0 / 0.1 s  running                      |
    worker0-9    ━╸─                    0.0 / 0.1 s  running                      |
    worker0-10   ━╸─                    0.0 / 0.1 s  running                      |
    gather       ══                     0.0 s        running                      |
    "#);
    assert_snapshot!(ended(450, 0.5, (80, 24)), @r#"
    ━━━━━━━━━━━━━━━━━━━━━━━━━━────────────────────────────────  450 / 1,000 ended |
    ━ 550 running   ✔ 350 returned   ✘ 100 raised                                 |
    next to finish                                                                |
    worker4-51   ━━━━━━━━━━╸            0.5 / 0.5 s  running                      |
    worker4-52   ━━━━━━━━━━╸            0.5 / 0.5 s  running                      |
    worker4-53   ━━━━━━━━━━╸            0.5 / 0.5 s  running                      |
    worker4-54   ━━━━━━━━━━╸            0.5 / 0.5 s  running                      |
    worker4-55   ━━━━━━━━━━╸            0.5 / 0.5 s  running                      |
    worker4-56   ━━━━━━━━━━╸            0.5 / 0.5 s  running                      |
    worker4-57   ━━━━━━━━━━╸            0.5 / 0.5 s  running                      |
    worker4-58   ━━━━━━━━━━╸            0.5 / 0.5 s  running                      |
    worker4-59   ━━━━━━━━━━╸            0.5 / 0.5 s  running                      |
    worker4-60   ━━━━━━━━━━╸            0.5 / 0.5 s  running                      |
    latest failures                                                               |
    worker3-100          ✘              0.4 s        raised TimeoutError          |
    worker3-99           ✘              0.4 s        raised TimeoutError          |
    worker3-98           ✘              0.4 s        raised TimeoutError          |
    worker3-97           ✘              0.4 s        raised TimeoutError          |
    worker3-96           ✘              0.4 s        raised TimeoutError          |
    gather       ═══════════            0.5 s        running                      |
    "#);
    assert_snapshot!(ended(450, 0.5, (40, 10)), @r#"
    ━━━━━━━━━─────────── 450 / 1,000 ended |
    ━ 550 running   ✔ 350 returned         |
    ✘ 100 raised                           |
    worke…-51 ━━━━╸     0.5 s  running     |
    worke…-52 ━━━━╸     0.5 s  running     |
    worke…-53 ━━━━╸     0.5 s  running     |
    work…-100    ✘      0.4 s  TimeoutErr… |
    gather    ═════     0.5 s  running     |
    "#);
    assert_snapshot!(ended(1000, 1.0, (80, 24)), @r#"
    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  1,000 / 1,000 ended |
    ✔ 900 returned   ✘ 100 raised                                                 |
    latest failures                                                               |
    worker3-100          ✘              0.4 s        raised TimeoutError          |
    worker3-99           ✘              0.4 s        raised TimeoutError          |
    worker3-98           ✘              0.4 s        raised TimeoutError          |
    worker3-97           ✘              0.4 s        raised TimeoutError          |
    worker3-96           ✘              0.4 s        raised TimeoutError          |
    gather       ═════════════════════  1.0 s        running                      |
    "#);
}

#[test]
fn a_terminal_of_any_size_is_kept_to() {
    for (watched, seconds) in [(gather(DOWNLOADS), 0.8), (crowd(), 0.5)] {
        for width in 0..130 {
            for height in [0, 1, 2, 3, 4, 5, 8, 24] {
                for unicode in [true, false] {
                    watched.at(seconds, (width, height), Theme::new(Style::plain(), unicode));
                }
            }
        }
    }
}
