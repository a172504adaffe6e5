//! Frames as folds over hand-written events.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use insta::assert_snapshot;
use unicode_width::UnicodeWidthStr;

use super::board::Board;
use super::frame::{Size, frame};
use super::lane::Theme;
use super::{PlainProgress, Progress};
use crate::calls::{Call, Function, GatherOptions, WaitOptions};
use crate::event::{
    CallId, Canceller, Ended, Event, Exception, ExceptionKind, Got, Item, Listener, Made, Maker, Message, Returned,
    Target, What,
};
use crate::report::style::Style;
use crate::scenario::{
    Awaitable, Body, Caller, Delay, End, Group, Id, Kind, Nanos, OnCancel, Scenario, ScheduledCancel, Then, Value,
};

const MS: u64 = 1_000_000;

fn scenario(awaitables: Vec<Awaitable>) -> Scenario {
    Scenario {
        title: None,
        description: None,
        shows: Vec::new(),
        question: None,
        answer: None,
        python: None,
        seed: 0,
        awaitables,
        caller: Caller::default(),
        gather: GatherOptions::default(),
        wait: WaitOptions::default(),
        expect: Vec::new(),
    }
}

fn coroutine(name: &str, ids: std::ops::Range<u32>, delay_ms: u64, end: End) -> Awaitable {
    let body = Body { delay: Some(Delay::For(Nanos(delay_ms * MS))), end, on_cancel: None };
    Awaitable { name: name.to_owned(), ids, kind: Kind::Coroutine(body), cancel: None }
}

fn group(name: &str, id: u32, members: std::ops::Range<u32>) -> Awaitable {
    let group = Group { members: vec![members], return_exceptions: false };
    Awaitable { name: name.to_owned(), ids: id..id + 1, kind: Kind::Gather(group), cancel: None }
}

fn returns(int: i64) -> End {
    End::Returns(Value::Int(int))
}

fn raises(message: &str) -> End {
    let message = Some(message.to_owned());
    End::Raises(crate::scenario::Exception { type_name: "TimeoutError".to_owned(), message })
}

fn at(ms: u64, what: What<'_>) -> Event<'_> {
    Event { at: Nanos(ms * MS), iteration: 1, what }
}

fn call(function: Function) -> What<'static> {
    let call = match function {
        Function::Gather => Call::Gather(GatherOptions::default()),
        Function::Wait => Call::Wait(WaitOptions::default()),
    };
    What::Call { id: CallId::MAIN, by: Target::Caller, call }
}

fn start(id: u32) -> What<'static> {
    What::Start { awaitable: Id(id) }
}

fn exception(id: u32) -> Exception {
    Exception { kind: ExceptionKind::Body(Id(id)), from: Some(Id(id)), group: None }
}

fn finish(id: u32, ended: Ended) -> What<'static> {
    What::Finish { target: Target::Awaitable(Id(id)), ended, results: &[] }
}

fn finish_returned(id: u32) -> What<'static> {
    finish(id, Ended::Returned(Returned::Body(Id(id))))
}

fn finish_raised(id: u32) -> What<'static> {
    finish(id, Ended::Raised(exception(id)))
}

fn finish_cancelled(id: u32) -> What<'static> {
    finish(id, Ended::Cancelled(Exception::cancelled(Message::Absent, Some(Id(id)))))
}

fn gather() -> Call {
    Call::Gather(GatherOptions::default())
}

/// Three downloads, of which one fails.
fn downloads() -> Scenario {
    let mut audit = coroutine("audit", 2..3, 2000, returns(0));
    audit.cancel = Some(ScheduledCancel { at: Nanos(1500 * MS), message: None });
    let users = End::Returns(Value::List(vec![Value::Str("ada".to_owned()), Value::Str("grace".to_owned())]));
    scenario(vec![
        coroutine("users", 0..1, 1000, users),
        coroutine("orders", 1..2, 500, raises("upstream took too long")),
        audit,
    ])
}

/// What gather() does of them, up to a moment.
fn downloads_gathered(until_ms: u64) -> Vec<Event<'static>> {
    let events = vec![
        at(0, call(Function::Gather)),
        at(0, What::Await { call: CallId::MAIN }),
        at(0, start(0)),
        at(0, start(1)),
        at(0, start(2)),
        at(500, finish_raised(1)),
        at(500, What::Finish { target: Target::Group(CallId::MAIN), ended: Ended::Raised(exception(1)), results: &[] }),
        at(500, What::Resume { call: CallId::MAIN, got: Got::Raised(exception(1)) }),
        at(1000, finish_returned(0)),
        at(
            1500,
            What::Cancel { target: Target::Awaitable(Id(2)), accepted: true, by: Canceller::Schedule, through: None },
        ),
        at(1500, finish_cancelled(2)),
        at(1500, What::Exit),
    ];
    events.into_iter().filter(|event| event.at <= Nanos(until_ms * MS)).collect()
}

fn wait_got(got: Got<'_>, until_ms: u64) -> Vec<Event<'_>> {
    let mut events = downloads_gathered(until_ms);
    for event in &mut events {
        match event.what {
            What::Call { .. } => event.what = call(Function::Wait),
            What::Finish { target: Target::Group(CallId::MAIN), .. } => {
                event.what = What::Callback { target: Target::Group(CallId::MAIN) }
            }
            What::Resume { .. } => event.what = What::Resume { call: CallId::MAIN, got },
            _ => {}
        }
    }
    events
}

fn theme() -> Theme {
    Theme::new(Style::plain(), true)
}

/// The frame at a moment, with `|` where the terminal ends.
fn check(
    scenario: &Scenario,
    call: Call,
    events: &[Event<'_>],
    now_ms: u64,
    size: (usize, usize),
    theme: Theme,
) -> String {
    let mut board = Board::new(scenario, call, theme.unicode);
    for event in events {
        board.event(event);
    }
    let size = Size { width: size.0, height: size.1 };
    let lines = frame(&mut board, Nanos(now_ms * MS), size, &theme);
    assert!(lines.len() <= size.height.saturating_sub(2).max(1), "{lines:#?}");
    for line in &lines {
        assert!(line.width() < size.width, "{} columns: {line}", line.width());
    }
    lines.iter().map(|line| format!("{}|\n", crate::report::fit::pad(line, size.width))).collect()
}

fn gathered(now_ms: u64, size: (usize, usize), theme: Theme) -> String {
    check(&downloads(), gather(), &downloads_gathered(now_ms), now_ms, size, theme)
}

#[test]
fn gather_as_it_goes_on() {
    assert_snapshot!(gathered(0, (80, 24), theme()), @r#"
    users   ╸────────────               0.0 / 1 s    running                      |
    orders  ╸──────                     0.0 / 0.5 s  running                      |
    audit   ╸─────────────────────────  0.0 / 2 s    running                      |
    gather  ═                           0.0 s        running                      |
    "#);
    assert_snapshot!(gathered(300, (80, 24), theme()), @r#"
    users   ━━━╸─────────               0.3 / 1 s    running                      |
    orders  ━━━╸───                     0.3 / 0.5 s  running                      |
    audit   ━━━╸──────────────────────  0.3 / 2 s    running                      |
    gather  ════                        0.3 s        running                      |
    "#);
    assert_snapshot!(gathered(700, (80, 24), theme()), @r#"
    users   ━━━━━━│╌╌────               0.7 / 1 s    running, gather() has raised |
    orders  ━━━━━━✘                     0.5 s        raised TimeoutError          |
    audit   ━━━━━━│╌╌─────────────────  0.7 / 2 s    running, gather() has raised |
    gather  ══════✘                     0.5 s        raised TimeoutError          |
    "#);
    assert_snapshot!(gathered(1200, (80, 24), theme()), @r#"
    users   ━━━━━━│╌╌╌╌╌✔               1 s          returned ['ada', 'grace']    |
    orders  ━━━━━━✘                     0.5 s        raised TimeoutError          |
    audit   ━━━━━━│╌╌╌╌╌╌╌╌╌──────────  1.2 / 2 s    running, gather() has raised |
    gather  ══════✘                     0.5 s        raised TimeoutError          |
    "#);
    assert_snapshot!(gathered(1500, (80, 24), theme()), @r#"
    users   ━━━━━━│╌╌╌╌╌✔               1 s          returned ['ada', 'grace']    |
    orders  ━━━━━━✘                     0.5 s        raised TimeoutError          |
    audit   ━━━━━━│╌╌╌╌╌╌╌╌╌╌╌⊘         1.5 s        cancelled                    |
    gather  ══════✘                     0.5 s        raised TimeoutError          |
    "#);
}

#[test]
fn gather_at_other_widths() {
    assert_snapshot!(gathered(700, (40, 10), theme()), @r#"
    users  ━━│╌──       0.7 s  running     |
    orders ━━✘          0.5 s  TimeoutErr… |
    audit  ━━│╌──────── 0.7 s  running     |
    gather ══✘          0.5 s  TimeoutErr… |
    "#);
    assert_snapshot!(gathered(1500, (40, 10), theme()), @r#"
    users  ━━│╌╌✔       1 s    returned    |
    orders ━━✘          0.5 s  TimeoutErr… |
    audit  ━━│╌╌╌╌╌⊘    1.5 s  cancelled   |
    gather ══✘          0.5 s  TimeoutErr… |
    "#);
    assert_snapshot!(gathered(700, (60, 10), theme()), @r#"
    users  ━━━━│╌╌───          0.7 / 1 s   running            |
    orders ━━━━✘               0.5 s       TimeoutError       |
    audit  ━━━━│╌╌──────────── 0.7 / 2 s   running            |
    gather ════✘               0.5 s       TimeoutError       |
    "#);
    assert_snapshot!(gathered(1500, (120, 40), theme()), @r#"
    users   ━━━━━━━━━━━│╌╌╌╌╌╌╌╌╌╌╌✔                         1 s          returned ['ada', 'grace']                       |
    orders  ━━━━━━━━━━━✘                                     0.5 s        raised TimeoutError('upstream took too long')   |
    audit   ━━━━━━━━━━━│╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⊘              1.5 s        cancelled                                       |
    gather  ═══════════✘                                     0.5 s        raised TimeoutError('upstream took too long')   |
    "#);
}

#[test]
fn in_ascii() {
    let ascii = Theme::new(Style::plain(), false);
    assert_snapshot!(gathered(0, (80, 24), ascii), @r#"
    users   >___________                0.0 / 1 s    running                      |
    orders  >_____                      0.0 / 0.5 s  running                      |
    audit   >_______________________    0.0 / 2 s    running                      |
    gather  #                           0.0 s        running                      |
    "#);
    assert_snapshot!(gathered(700, (80, 24), ascii), @r#"
    users   =====|---___                0.7 / 1 s    running, gather() has raised |
    orders  =====x                      0.5 s        raised TimeoutError          |
    audit   =====|---_______________    0.7 / 2 s    running, gather() has raised |
    gather  #####x                      0.5 s        raised TimeoutError          |
    "#);
    let text = gathered(1500, (80, 24), ascii);
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
    let (scenario, coloured) = (downloads(), Theme::new(Style::coloured(), true));
    let mut board = Board::new(&scenario, gather(), true);
    for event in &downloads_gathered(1200) {
        board.event(event);
    }
    let lines = frame(&mut board, Nanos(1200 * MS), Size { width: 80, height: 24 }, &coloured);
    assert_snapshot!(lines.join("\n").replace('\x1b', "^"), @r#"
    users   ^[36m━━━━━━^[0m^[1m│^[0m^[35m╌╌╌╌╌^[0m^[32m✔^[0m               ^[2m1 s        ^[0m  ^[32mreturned ['ada', 'grace']^[0m
    orders  ^[36m━━━━━━^[0m^[31m✘^[0m                     ^[2m0.5 s      ^[0m  ^[31mraised TimeoutError^[0m
    audit   ^[36m━━━━━━^[0m^[1m│^[0m^[35m╌╌╌╌╌╌╌╌╌^[0m^[2m──────────^[0m  ^[2m1.2 / 2 s  ^[0m  ^[35mrunning, gather() has raised^[0m
    ^[1mgather^[0m  ^[31m══════✘^[0m                     ^[2m0.5 s      ^[0m  ^[31mraised TimeoutError^[0m
    "#);
}

#[test]
fn wait_leaves_pending_ones_behind() {
    let first_exception = Call::Wait(WaitOptions { timeout: Some(Nanos(3000 * MS)), ..WaitOptions::default() });
    let (done, pending) = ([Id(1)], [Id(0), Id(2)]);
    let got = Got::Sets { done: &done, pending: &pending };
    let show = |now_ms| check(&downloads(), first_exception, &wait_got(got, now_ms), now_ms, (80, 24), theme());
    assert_snapshot!(show(300), @r#"
    users   ━━━╸─────────               0.3 / 1 s    running                      |
    orders  ━━━╸───                     0.3 / 0.5 s  running                      |
    audit   ━━━╸──────────────────────  0.3 / 2 s    running                      |
    wait    ════──────────────────────  0.3 / 3 s    running                      |
    "#);
    assert_snapshot!(show(700), @r#"
    users   ━━━━━━│╌╌────               0.7 / 1 s    pending, wait() has returned |
    orders  ━━━━━━✘                     0.5 s        raised TimeoutError          |
    audit   ━━━━━━│╌╌─────────────────  0.7 / 2 s    pending, wait() has returned |
    wait    ══════✔                     0.5 s        returned: 1 done, 2 pending  |
    "#);
}

#[test]
fn a_late_call_a_cleanup_and_one_that_never_ends() {
    let mut slow = coroutine("slow", 0..1, 4000, returns(1));
    if let Kind::Coroutine(body) = &mut slow.kind {
        body.on_cancel = Some(OnCancel { cleanup: Some(Delay::For(Nanos(2000 * MS))), then: None });
    }
    let mut listener = coroutine("listener", 1..2, 0, returns(1));
    if let Kind::Coroutine(body) = &mut listener.kind {
        body.delay = Some(Delay::Forever);
    }
    let mut scenario = scenario(vec![slow, listener]);
    scenario.caller.call_at = Some(Nanos(1000 * MS));
    scenario.caller.then = Then::Finish;
    let show = |events: &[Event<'_>], now_ms| check(&scenario, gather(), events, now_ms, (80, 24), theme());
    assert_snapshot!(show(&[], 500), @r#"
    slow      ···                                    not started                  |
    listener  ···                                    not started                  |
    gather    ···                                    not called yet               |
    "#);
    let mut events = vec![at(1000, call(Function::Gather)), at(1000, start(0)), at(1000, start(1))];
    assert_snapshot!(show(&events, 2000), @r#"
    slow      ·····━━━━━╸───────────────  1.0 / 4 s  running                      |
    listener  ·····━━━━━╸…                1.0 s      running                      |
    gather    ·····══════                 1.0 s      called, not awaited yet      |
    "#);
    events.push(at(3000, What::Await { call: CallId::MAIN }));
    events.push(at(3500, What::Cleanup { awaitable: Id(0) }));
    assert_snapshot!(show(&events, 4500), @r#"
    slow      ····━━━━━━━━━━━~~~~~~─────  1.0 / 2 s  cleaning up                  |
    listener  ····━━━━━━━━━━━━━━━━╸…      3.5 s      running                      |
    gather    ····═════════════════       3.5 s      running                      |
    "#);
}

#[test]
fn members_stand_under_their_group() {
    let scenario = scenario(vec![
        coroutine("a", 0..1, 1000, returns(1)),
        coroutine("b", 1..2, 500, returns(2)),
        group("inner", 2, 0..2),
        group("outer", 3, 2..3),
        coroutine("alone", 4..5, 2000, returns(3)),
    ]);
    let make = |id| What::Create { awaitable: Id(id), made: Made::Gather, by: Maker::Caller };
    let results = [Item { awaitable: Id(0), ended: Ended::Returned(Returned::Body(Id(0))) }; 2];
    let returned = Ended::Returned(Returned::Nested(Id(2)));
    let events = [
        at(0, make(2)),
        at(0, make(3)),
        at(0, call(Function::Gather)),
        at(0, What::Await { call: CallId::MAIN }),
        at(0, start(0)),
        at(0, start(1)),
        at(0, start(4)),
        at(500, finish_returned(1)),
        at(1000, finish_returned(0)),
        at(1000, What::Finish { target: Target::Awaitable(Id(2)), ended: returned, results: &results }),
    ];
    assert_snapshot!(check(&scenario, gather(), &events, 1200, (80, 24), theme()), @r#"
    outer    ═══════════════            1.2 s        running                      |
      inner  ════════════✔              1 s          returned                     |
       a     ━━━━━━━━━━━━✔              1 s          returned 1                   |
       b     ━━━━━━✔                    0.5 s        returned 2                   |
    alone    ━━━━━━━━━━━━━━╸──────────  1.2 / 2 s    running                      |
    gather   ═══════════════            1.2 s        running                      |
    "#);
}

#[test]
fn names_and_messages_are_data() {
    let scenario = scenario(vec![
        coroutine("日本語のとても長い名前のダウンロード", 0..1, 1000, returns(1)),
        coroutine("evil\u{202e}\u{1b}[2Jname", 1..2, 500, raises("\u{1b}]0;title\u{7}")),
        coroutine("👍🏽👨‍👩‍👧 crowd", 2..3, 250, End::Returns(Value::Str("長い値".repeat(40)))),
    ]);
    let events = [
        at(0, call(Function::Gather)),
        at(0, start(0)),
        at(0, start(1)),
        at(0, start(2)),
        at(250, finish_returned(2)),
        at(500, finish_raised(1)),
    ];
    for width in [40, 80, 120] {
        let text = check(&scenario, gather(), &events, 600, (width, 24), theme());
        assert!(!text.contains(|c: char| c != '\n' && (c.is_control() || c == '\u{202e}')), "{text:?}");
    }
    assert_snapshot!(check(&scenario, gather(), &events, 600, (80, 24), theme()), @r#"
    日本語のとても長い…  ━━━━━━╸─────  0.6 / 1 s     running                      |
    evil\u202e\x1b[2Jn…  ━━━━━✘        0.5 s         raised TimeoutError          |
    👍🏽👨\u200d👩\u200d…  ━━✔           250 ms        returned                     |
    gather               ═══════       0.6 s         called, not awaited yet      |
    "#);
}

/// A thousand workers, of which every tenth fails; those up to `ended` have ended.
fn crowd(ended: u32) -> (Scenario, Vec<Event<'static>>) {
    let tables = (0..10).map(|table| {
        let end = if table == 3 { raises("no answer") } else { returns(1) };
        coroutine(&format!("worker{table}"), table * 100..table * 100 + 100, 100 * u64::from(table + 1), end)
    });
    let mut events = vec![at(0, call(Function::Gather)), at(0, What::Await { call: CallId::MAIN })];
    events.extend((0..1000).map(|id| at(0, start(id))));
    events.extend((0..ended).map(|id| {
        let moment = 100 * u64::from(id / 100 + 1);
        at(moment, if id / 100 == 3 { finish_raised(id) } else { finish_returned(id) })
    }));
    (scenario(tables.collect()), events)
}

#[test]
fn a_crowd_is_counted() {
    let show = |ended, now_ms, size| {
        let (scenario, events) = crowd(ended);
        check(&scenario, gather(), &events, now_ms, size, theme())
    };
    assert_snapshot!(show(0, 50, (80, 24)), @r#"
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
    assert_snapshot!(show(450, 520, (80, 24)), @r#"
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
    assert_snapshot!(show(450, 520, (40, 10)), @r#"
    ━━━━━━━━━─────────── 450 / 1,000 ended |
    ━ 550 running   ✔ 350 returned         |
    ✘ 100 raised                           |
    worke…-51 ━━━━╸     0.5 s  running     |
    worke…-52 ━━━━╸     0.5 s  running     |
    worke…-53 ━━━━╸     0.5 s  running     |
    work…-100    ✘      0.4 s  TimeoutErr… |
    gather    ═════     0.5 s  running     |
    "#);
    assert_snapshot!(show(1000, 1000, (80, 24)), @r#"
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
    let (crowd, crowd_events) = crowd(450);
    for width in 0..130 {
        for height in [0, 1, 2, 3, 4, 5, 8, 24] {
            let size = Size { width, height };
            for (scenario, events) in [(&downloads(), &downloads_gathered(1500)), (&crowd, &crowd_events)] {
                for unicode in [true, false] {
                    let theme = Theme::new(Style::plain(), unicode);
                    let mut board = Board::new(scenario, gather(), unicode);
                    events.iter().for_each(|event| board.event(event));
                    let lines = frame(&mut board, Nanos(800 * MS), size, &theme);
                    assert!(lines.len() <= height.saturating_sub(2).max(1), "{size:?}: {lines:#?}");
                    let widest = lines.iter().map(|line| line.width()).max();
                    assert!(widest <= Some(width.saturating_sub(1)), "{size:?}: {lines:#?}");
                }
            }
        }
    }
}

/// A terminal that keeps what is written to it, and shows it as a real one would.
#[derive(Clone)]
struct Recorded(Arc<Mutex<vt100::Parser>>);

impl Recorded {
    fn new(size: Size) -> Recorded {
        let (rows, columns) = (size.height as u16, size.width as u16);
        Recorded(Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 100))))
    }

    fn text(&self) -> String {
        let parser = self.0.lock().unwrap();
        let (_, columns) = parser.screen().size();
        let rows: Vec<String> = parser.screen().rows(0, columns).collect();
        rows.join("\n").trim_end().to_owned()
    }

    fn cursor(&self) -> (u16, u16) {
        self.0.lock().unwrap().screen().cursor_position()
    }
}

impl Write for Recorded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().process(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn small() -> Size {
    Size { width: 40, height: 10 }
}

#[test]
fn frames_replace_each_other_and_leave_nothing() {
    let scenario = downloads();
    let mut terminal = Recorded::new(small());
    // Near the bottom, so that the first frame scrolls.
    terminal.write_all(b"1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n$ asyncdemo gather\r\n").unwrap();
    let mut progress = Progress::on(Box::new(terminal.clone()), small, &scenario, gather(), Style::coloured(), true);
    for (index, event) in downloads_gathered(1500).iter().enumerate() {
        progress.event(event);
        if index >= 4 {
            progress.draw();
        }
    }
    assert_snapshot!(terminal.text(), @r#"
    4
    5
    6
    7
    8
    $ asyncdemo gather
     users  ━━│╌╌✔       1 s    returned
     orders ━━✘          0.5 s  TimeoutErr…
     audit  ━━│╌╌╌╌╌⊘    1.5 s  cancelled
     gather ══✘          0.5 s  TimeoutErr…
    "#);
    drop(progress);
    assert_snapshot!(terminal.text(), @r#"
    4
    5
    6
    7
    8
    $ asyncdemo gather
    "#);
    assert_eq!(terminal.cursor(), (6, 0));
    assert!(!terminal.0.lock().unwrap().screen().hide_cursor());
}

#[test]
fn a_frame_with_fewer_lines_leaves_none_behind() {
    let (crowd, events) = crowd(450);
    let terminal = Recorded::new(small());
    let mut progress = Progress::on(Box::new(terminal.clone()), small, &crowd, gather(), Style::plain(), true);
    events.iter().for_each(|event| progress.event(event));
    progress.draw();
    assert_eq!(terminal.text().lines().count(), 8);
    (450..1000).for_each(|id| progress.event(&at(1000, finish_returned(id))));
    progress.draw();
    assert_snapshot!(terminal.text(), @r#"
    ━━━━━━━━━━━━━━━━━━ 1,000 / 1,000 ended
    ✔ 900 returned   ✘ 100 raised
    work…-100    ✘      0.4 s  TimeoutErr…
    gather    ═════════ 1.0 s  running
    "#);
    drop(progress);
    assert_eq!(terminal.text(), "");
}

#[test]
fn nothing_is_written_where_nothing_happens() {
    let scenario = downloads();
    let terminal = Recorded::new(small());
    let mut written = terminal.clone();
    written.write_all(b"as it was").unwrap();
    drop(Progress::on(Box::new(terminal.clone()), small, &scenario, gather(), Style::plain(), true));
    assert_eq!(terminal.cursor(), (0, 9));
    assert_eq!(terminal.text(), "as it was");
}

fn plain_lines(scenario: &Scenario, events: &[Event<'_>]) -> String {
    let mut out = Vec::new();
    let mut plain = PlainProgress::new(scenario, true, &mut out);
    events.iter().for_each(|event| plain.event(event));
    drop(plain);
    String::from_utf8(out).unwrap()
}

#[test]
fn without_a_terminal_there_is_a_line_for_what_happens() {
    let text = plain_lines(&downloads(), &downloads_gathered(1500));
    assert_snapshot!(text, @r#"
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
    let (scenario, mut events) = crowd(1000);
    events.push(at(1000, What::Resume { call: CallId::MAIN, got: Got::Raised(exception(300)) }));
    let text = plain_lines(&scenario, &events);
    assert_snapshot!(text, @r#"
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
         1 s  the caller gets TimeoutError('no answer')
    "#);
}
