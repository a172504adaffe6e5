//! The lines of awaitables, on the way.

use insta::assert_snapshot;

use super::{DOWNLOADS, Theme, gather, plain, wait};
use crate::report::style::Style;

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
    outer    ══════════════════⊘        1.5 s        raised CancelledError()      |
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
