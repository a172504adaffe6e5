//! More awaitables than a terminal has lines.

use insta::assert_snapshot;

use super::{crowd, plain, text};

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
