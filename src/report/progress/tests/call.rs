//! The line of the call.

use insta::assert_snapshot;

use super::{gather, wait};

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
