//! The lines of real runs, where there is no terminal.

use insta::assert_snapshot;

use super::{DOWNLOADS, Watched, crowd, gather};
use crate::event::Listener;
use crate::report::progress::PlainProgress;

fn lines(watched: &Watched) -> String {
    let mut out = Vec::new();
    let mut plain = PlainProgress::new(&watched.scenario, true, &mut out);
    watched.events.iter().for_each(|event| plain.event(&event));
    drop(plain);
    String::from_utf8(out).unwrap()
}

#[test]
fn without_a_terminal_there_is_a_line_for_what_happens() {
    assert_snapshot!(lines(&gather(DOWNLOADS)), @r#"
      0 s  the caller calls gather()
      0 s  users starts
      0 s  orders starts
      0 s  audit starts
    0.5 s  orders raises TimeoutError('upstream took too long')
    0.5 s  the group raises TimeoutError('upstream took too long')
    0.5 s  the caller gets TimeoutError('upstream took too long')
      1 s  users returns ['ada', 'grace']
    1.5 s  audit is cancelled, as the scenario says
    1.5 s  audit ends cancelled
    "#);
}

#[test]
fn without_a_terminal_a_crowd_is_counted() {
    assert_snapshot!(lines(&crowd()), @r#"
    1,000 awaitables: counts instead of a line for each, and the first 10 that raise
         0 s  the caller calls gather()
       0.1 s  100 of 1,000 ended: 100 returned, 900 still running
       0.2 s  200 of 1,000 ended: 200 returned, 800 still running
       0.3 s  300 of 1,000 ended: 300 returned, 700 still running
       0.4 s  worker3-1 raises TimeoutError('no answer')
       0.4 s  worker3-2 raises TimeoutError('no answer')
       0.4 s  worker3-3 raises TimeoutError('no answer')
       0.4 s  worker3-4 raises TimeoutError('no answer')
       0.4 s  worker3-5 raises TimeoutError('no answer')
       0.4 s  worker3-6 raises TimeoutError('no answer')
       0.4 s  worker3-7 raises TimeoutError('no answer')
       0.4 s  worker3-8 raises TimeoutError('no answer')
       0.4 s  worker3-9 raises TimeoutError('no answer')
       0.4 s  worker3-10 raises TimeoutError('no answer')
       0.4 s  400 of 1,000 ended: 300 returned, 100 raised, 600 still running
       0.5 s  500 of 1,000 ended: 400 returned, 100 raised, 500 still running
       0.6 s  600 of 1,000 ended: 500 returned, 100 raised, 400 still running
       0.7 s  700 of 1,000 ended: 600 returned, 100 raised, 300 still running
       0.8 s  800 of 1,000 ended: 700 returned, 100 raised, 200 still running
       0.9 s  900 of 1,000 ended: 800 returned, 100 raised, 100 still running
         1 s  1,000 of 1,000 ended: 900 returned, 100 raised
         1 s  the group returns 1,000 results
         1 s  the caller goes on with 1,000 results
    "#);
}
