//! Reports of runs written by hand, as snapshots: each is meant to be read.

mod sketch;

use unicode_width::UnicodeWidthStr;

use self::sketch::{Sketch, cancel, cancellation, ms, names, raises, returns};
use crate::calls::{Call, GatherMisuse, GatherOptions, Misuse, ReturnWhen, WaitMisuse};
use crate::event::{CallId, Canceller, Ended, Event, Exception, Got, Listener, Made, Maker, Message, Target, What};
use crate::event::{Item, Log, Recording, Returned, Warning};
use crate::outcome::{Fate, State};
use crate::report::style::Style;
use crate::scenario::{Id, Python, Status};

/// The three downloads of which one fails.
fn downloads() -> Sketch {
    Sketch::gather("Three downloads, one fails", Status::Raised, 500)
        .coroutine("users", Some(1000), names(), Fate::Lost)
        .coroutine("orders", Some(500), raises("TimeoutError", "upstream took too long"), Fate::Raised)
        .retrieved()
        .coroutine("audit", Some(2000), returns("7"), Fate::Cancelled)
        .cancelled(1500, Canceller::Schedule)
        .raised(1)
}

/// The same through wait().
fn downloads_waited(return_when: ReturnWhen, timeout: Option<u64>, at: u64) -> Sketch {
    Sketch::wait("Three downloads, one fails", return_when, timeout, at)
        .coroutine("users", Some(1000), names(), Fate::Pending)
        .coroutine("orders", Some(500), raises("TimeoutError", "upstream took too long"), Fate::Done)
        .coroutine("audit", Some(2000), returns("7"), Fate::Pending)
        .cancelled(1500, Canceller::Schedule)
}

#[test]
fn gather_raises_and_the_others_go_on() {
    insta::assert_snapshot!(downloads().plain());
}

#[test]
fn gather_raises_in_ascii() {
    insta::assert_snapshot!(downloads().report(80, false, Style::plain(), None));
}

#[test]
fn gather_raises_on_a_narrow_terminal() {
    insta::assert_snapshot!(downloads().report(40, true, Style::plain(), None));
}

#[test]
fn gather_raises_on_a_wide_terminal() {
    insta::assert_snapshot!(downloads().report(132, true, Style::plain(), None));
}

#[test]
fn gather_raises_in_colour() {
    let report = downloads().report(80, true, Style::coloured(), None);
    insta::assert_snapshot!(report.replace('\u{1b}', "␛"));
}

#[test]
fn gather_returns() {
    let sketch = Sketch::gather("Everything goes well", Status::Returned, 2000)
        .coroutine("users", Some(1000), names(), Fate::Delivered)
        .task("orders", Some(500), returns("None"), Fate::Delivered)
        .future("flag", Some(2000), returns("ready"), Fate::Delivered)
        .results();
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn gather_returns_exceptions() {
    let sketch = Sketch::gather("Failures as values", Status::Returned, 1500)
        .return_exceptions()
        .coroutine("users", Some(1000), names(), Fate::Delivered)
        .coroutine("orders", Some(500), raises("TimeoutError", "upstream took too long"), Fate::Delivered)
        .retrieved()
        .coroutine("audit", Some(2000), returns("7"), Fate::Delivered)
        .cancelled(1500, Canceller::Schedule)
        .results();
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn gather_of_nothing() {
    insta::assert_snapshot!(Sketch::gather("", Status::Returned, 0).results().plain());
}

#[test]
fn everything_at_once() {
    let sketch = Sketch::gather("No time passes", Status::Raised, 0)
        .coroutine("first", Some(0), returns("1"), Fate::Lost)
        .coroutine("second", Some(0), raises("KeyError", "k"), Fate::Raised)
        .raised(1);
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn nested_groups() {
    let item = |id| Ended::Returned(Returned::Nested(Id(id)));
    let sketch = Sketch::gather("A group in a group", Status::Returned, 3000)
        .coroutine("page-1", Some(1000), returns("one"), Fate::Delivered)
        .coroutine("page-2", Some(3000), returns("two"), Fate::Delivered)
        .coroutine("header", Some(500), returns("head"), Fate::Delivered)
        .group("pages", &[0, 1], Some(3000), Some(item(3)), Fate::Delivered)
        .nested(3, &[0, 1])
        .args(&[3, 2])
        .results();
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn a_nested_group_fails() {
    let failed = Exception { kind: crate::event::ExceptionKind::Body(Id(1)), from: Some(Id(1)), group: None };
    let sketch = Sketch::gather("A group in a group fails", Status::Raised, 1000)
        .coroutine("page-1", Some(2000), returns("one"), Fate::Lost)
        .coroutine("page-2", Some(1000), raises("ConnectionError", "reset by peer"), Fate::Raised)
        .coroutine("header", Some(1500), raises("ValueError", "bad header"), Fate::Swallowed)
        .retrieved()
        .group("pages", &[0, 1], Some(1000), Some(Ended::Raised(failed)), Fate::Swallowed)
        .retrieved()
        .args(&[3, 2])
        .raised(1);
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn the_caller_is_cancelled_and_bodies_clean_up() {
    let sketch = Sketch::gather("Shut down in the middle", Status::Cancelled, 1000)
        .coroutine("quick", Some(400), returns("1"), Fate::Lost)
        .coroutine("polite", Some(3000), returns("2"), Fate::Cancelled)
        .cancelled(1000, Canceller::Group)
        .cleaned_up(Some(1500), None)
        .coroutine("stubborn", Some(3000), returns("3"), Fate::Lost)
        .cancelled(1000, Canceller::Group)
        .cleaned_up(Some(2500), Some(returns("saved")))
        .coroutine("clumsy", Some(3000), returns("4"), Fate::Swallowed)
        .cancelled(1000, Canceller::Group)
        .cleaned_up(Some(1200), Some(raises("OSError", "disk full")))
        .retrieved()
        .coroutine("plain", Some(3000), returns("5"), Fate::Cancelled)
        .cancelled(1000, Canceller::Group)
        .raised_cancelled()
        .more(|run| {
            run.cancels.push(cancel(1000, Target::Caller, true, Canceller::Schedule));
            run.cancels.push(cancel(1000, Target::Group(CallId::MAIN), true, Canceller::Caller));
        });
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn a_child_is_cancelled() {
    let sketch = Sketch::gather("", Status::Cancelled, 1500)
        .coroutine("users", Some(2000), names(), Fate::Lost)
        .coroutine("audit", Some(3000), returns("7"), Fate::Raised)
        .cancelled(1500, Canceller::Schedule)
        .raised(1);
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn gather_hangs() {
    let sketch = Sketch::gather("Waiting for ever", Status::Hangs, 1000)
        .coroutine("users", Some(1000), names(), Fate::Lost)
        .future("answer", None, returns("42"), Fate::Unfinished)
        .coroutine("silent", None, returns("1"), Fate::Unfinished);
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn it_hangs_at_once() {
    let sketch = Sketch::wait("", ReturnWhen::AllCompleted, None, 0)
        .task("silent", None, returns("1"), Fate::Unfinished)
        .more(|run| run.calls[0].outcome.status = Status::Hangs);
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn wait_for_the_first_exception() {
    let sketch = downloads_waited(ReturnWhen::FirstException, Some(3000), 500).sets(&[1], &[0, 2]).more(|run| {
        run.logs.push((Log::TaskNeverRetrieved, Target::Awaitable(Id(1))));
    });
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn wait_for_the_first() {
    let sketch = downloads_waited(ReturnWhen::FirstCompleted, None, 500).sets(&[1], &[0, 2]).more(|run| {
        run.logs.push((Log::TaskNeverRetrieved, Target::Awaitable(Id(1))));
    });
    insta::assert_snapshot!(sketch.report(60, true, Style::plain(), None));
}

#[test]
fn wait_for_all() {
    let mut sketch = downloads_waited(ReturnWhen::AllCompleted, None, 1500).sets(&[0, 1, 2], &[]);
    for entry in &mut sketch.entries {
        entry.fate = Fate::Done;
    }
    insta::assert_snapshot!(
        sketch.more(|run| run.logs.push((Log::TaskNeverRetrieved, Target::Awaitable(Id(1))))).plain()
    );
}

#[test]
fn wait_times_out() {
    let sketch = downloads_waited(ReturnWhen::AllCompleted, Some(750), 750).sets(&[1], &[0, 2]).more(|run| {
        run.calls[0].timed_out = Some(ms(750));
        run.logs.push((Log::TaskNeverRetrieved, Target::Awaitable(Id(1))));
    });
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn wait_times_out_with_nothing() {
    let sketch = Sketch::wait("Too slow", ReturnWhen::FirstCompleted, Some(10), 10)
        .coroutine("slow", Some(250), returns("1"), Fate::Pending)
        .coroutine("slower", None, returns("2"), Fate::Pending)
        .sets(&[], &[0, 1])
        .more(|run| {
            run.calls[0].timed_out = Some(ms(10));
            run.exited_at = None;
        });
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn a_list_given_to_gather() {
    let never = |sketch: Sketch| {
        sketch.entry(|entry| {
            (entry.created, entry.started, entry.at_return) = (None, None, State::NotCreated);
        })
    };
    let mut sketch =
        Sketch::gather("The missing star", Status::Raised, 0).misuse(Misuse::Gather(GatherMisuse::UnhashableList));
    sketch = never(sketch.coroutine("users", None, names(), Fate::Unfinished));
    sketch = never(sketch.coroutine("orders", None, returns("1"), Fate::Unfinished));
    let sketch = sketch.caller(|caller| caller.passes_list = true).more(|run| {
        run.warnings = vec![Warning::NeverAwaited(Id(0)), Warning::NeverAwaited(Id(1))];
    });
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn coroutines_given_to_wait() {
    let sketch = Sketch::wait("", ReturnWhen::AllCompleted, None, 0)
        .wait_options(|options| options.wrap = false)
        .coroutine("users", None, names(), Fate::Unfinished)
        .entry(|entry| (entry.created, entry.started, entry.at_return) = (None, None, State::NotCreated))
        .task("orders", Some(500), returns("1"), Fate::Lost)
        .misuse(Misuse::Wait(WaitMisuse::CoroutinesForbidden))
        .more(|run| {
            run.calls[0].outcome.status = Status::Raised;
            run.warnings.push(Warning::NeverAwaited(Id(0)));
        });
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn a_thousand() {
    let mut sketch = Sketch::gather("A thousand workers, some fail", Status::Raised, 300)
        .coroutine("worker", Some(1000), returns("None"), Fate::Lost)
        .count(980)
        .coroutine("broken", Some(300), raises("ConnectionError", "refused"), Fate::Swallowed)
        .retrieved()
        .count(12)
        .coroutine("stuck", None, returns("None"), Fate::Unfinished)
        .count(8)
        .raised(980);
    sketch.entries[980].fate = Fate::Raised;
    for (index, entry) in sketch.entries.iter_mut().take(980).enumerate() {
        entry.finished = Some(ms(400 + index as u64));
    }
    let report = sketch.plain();
    assert!(report.lines().count() < 50, "{report}");
    insta::assert_snapshot!(report);
}

#[test]
fn ten_thousand_results() {
    let sketch = Sketch::gather("Ten thousand workers", Status::Returned, 1000)
        .coroutine("worker", Some(1000), returns("None"), Fate::Delivered)
        .count(10_000)
        .coroutine("last", Some(250), returns("done"), Fate::Delivered)
        .results();
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn a_thousand_pending() {
    let sketch = Sketch::wait("One is enough", ReturnWhen::FirstCompleted, None, 100)
        .task("probe", Some(1000), returns("None"), Fate::Pending)
        .count(999)
        .task("cached", Some(100), returns("7"), Fate::Done)
        .sets(&[999], &(0..999).collect::<Vec<_>>());
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn wide_and_long_names() {
    let sketch = Sketch::gather(
        "日本語のタイトルがとても長いとき、どこかで切らなければならない、それでも揃う",
        Status::Raised,
        500,
    )
    .coroutine("利用者", Some(1000), returns("こんにちは"), Fate::Lost)
    .coroutine("注文", Some(500), raises("TimeoutError", "上流が遅すぎる、もう待てない、あきらめよう"), Fate::Raised)
    .coroutine("a-name-that-goes-on-and-on-and-on-and-on-for-ever", Some(700), returns("None"), Fate::Lost)
    .coroutine("🦀", Some(1500), returns("🦀🦀"), Fate::Lost)
    .raised(1);
    let report = sketch.report(64, true, Style::plain(), None);
    assert!(report.lines().all(|line| line.width() <= 64), "{report}");
    insta::assert_snapshot!(report);
}

#[test]
fn text_does_not_act_on_the_terminal() {
    let evil = "\u{1b}[2J\r\n\u{202e}\u{85}\u{200b}\u{9b}";
    let sketch = Sketch::gather(evil, Status::Raised, 500)
        .coroutine(evil, Some(1000), returns(evil), Fate::Lost)
        .coroutine("orders", Some(500), raises("TimeoutError", evil), Fate::Raised)
        .raised(1)
        .more(|run| {
            run.notes.push("A note with \u{1b}[31m in it.".to_owned());
            run.warnings.push(Warning::NeverAwaited(Id(0)));
            run.logs.push((Log::TaskNeverRetrieved, Target::Awaitable(Id(0))));
        });
    let mut recording = Recording::default();
    for id in [Id(0), Id(1)] {
        let ended = Ended::Returned(Returned::Body(Id(0)));
        let what = What::Finish { target: Target::Awaitable(id), ended, results: &[] };
        recording.event(&Event { at: ms(500), iteration: 3, what });
    }
    let report = sketch.report(80, true, Style::plain(), Some(&recording));
    assert!(report.chars().all(|c| c == '\n' || crate::report::escape::is_harmless(c)), "{report:?}");
    insta::assert_snapshot!(report);
}

#[test]
fn the_event_log() {
    let mut recording = Recording::default();
    let exception = Exception { kind: crate::event::ExceptionKind::Body(Id(1)), from: Some(Id(1)), group: None };
    let users = Ended::Returned(Returned::Body(Id(0)));
    let events = [
        (0, 1, What::Call { id: CallId::MAIN, by: Target::Caller, call: Call::Gather(GatherOptions::default()) }),
        (0, 1, What::Create { awaitable: Id(0), made: Made::Task, by: Maker::Gather }),
        (0, 1, What::Await { call: CallId::MAIN }),
        (0, 2, What::Start { awaitable: Id(0) }),
        (500, 3, What::Finish { target: Target::Awaitable(Id(1)), ended: Ended::Raised(exception), results: &[] }),
        (500, 4, What::Finish { target: Target::Group(CallId::MAIN), ended: Ended::Raised(exception), results: &[] }),
        (500, 5, What::Callback { target: Target::Group(CallId::MAIN) }),
        (500, 5, What::Resume { call: CallId::MAIN, got: Got::Raised(exception) }),
        (1000, 6, What::Finish { target: Target::Awaitable(Id(0)), ended: users, results: &[] }),
        (
            1500,
            7,
            What::Cancel { target: Target::Awaitable(Id(2)), accepted: true, by: Canceller::Schedule, through: None },
        ),
        (1500, 8, What::Cleanup { awaitable: Id(2) }),
        (
            1500,
            8,
            What::Finish {
                target: Target::Awaitable(Id(2)),
                ended: Ended::Cancelled(Exception::cancelled(Message::Absent, Some(Id(2)))),
                results: &[],
            },
        ),
        (1500, 9, What::Check { call: CallId::MAIN, done: true }),
        (
            1500,
            9,
            What::Cancel { target: Target::Awaitable(Id(0)), accepted: false, by: Canceller::Exit, through: None },
        ),
        (1500, 9, What::Exit),
        (1500, 9, What::Log { log: Log::TaskNeverRetrieved, target: Target::Awaitable(Id(1)) }),
        (1500, 9, What::Warning { warning: Warning::NeverAwaited(Id(0)) }),
        (1500, 9, What::Resume { call: CallId::MAIN, got: Got::Results(&[Item { awaitable: Id(0), ended: users }]) }),
        (1500, 9, What::Resume { call: CallId::MAIN, got: Got::Sets { done: &[Id(1)], pending: &[Id(0), Id(2)] } }),
    ];
    for (at, iteration, what) in events {
        recording.event(&Event { at: ms(at), iteration, what });
    }
    insta::assert_snapshot!(downloads().report(80, true, Style::plain(), Some(&recording)));
}

#[test]
fn the_whole_program_around_the_call() {
    let sketch = Sketch::gather("Looked at, cancelled, awaited late", Status::Cancelled, 2500)
        .coroutine("users", Some(3000), names(), Fate::Cancelled)
        .cancelled(1500, Canceller::Group)
        .task("sidecar", Some(4000), returns("7"), Fate::Cancelled)
        .cancelled(2500, Canceller::Exit)
        .coroutine("ghost", Some(100), returns("7"), Fate::Unfinished)
        .entry(|entry| {
            (entry.created, entry.started, entry.finished, entry.ended) = (None, None, None, None);
            entry.at_return = State::NotCreated;
        })
        .args(&[0])
        .caller(|caller| {
            caller.call_at = Some(ms(1000));
            caller.await_at = Some(ms(2500));
            caller.cancel_group_at = Some(ms(1500));
            caller.check_done_at = vec![ms(1200), ms(2000)];
        })
        .raised_cancelled()
        .more(|run| {
            run.calls[0].called = Some(ms(1000));
            run.calls[0].awaited = Some(ms(2500));
            run.entries[0].created = Some(ms(1000));
            run.entries[0].started = Some(ms(1000));
            run.calls[0].settled = run.calls[0].settled.map(|(_, ended)| (ms(1500), ended));
            run.calls[0].checks = vec![(ms(1200), false), (ms(2000), true)];
            run.cancels.push(cancel(1500, Target::Group(CallId::MAIN), true, Canceller::Schedule));
            run.cancels.push(cancel(2500, Target::Caller, false, Canceller::Schedule));
            run.warnings.push(Warning::NeverAwaited(Id(2)));
            run.notes.push("The check at 5 s never came: the program ended at 2.5 s.".to_owned());
        });
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn interrupted() {
    let sketch = Sketch::gather("Ctrl-C", Status::Cancelled, 1200)
        .coroutine("users", Some(3000), names(), Fate::Cancelled)
        .cancelled(1200, Canceller::Group)
        .coroutine("orders", Some(3000), names(), Fate::Cancelled)
        .cancelled(1200, Canceller::Group)
        .cleaned_up(Some(1700), None)
        .raised_cancelled()
        .more(|run| {
            run.interrupted = true;
            run.cancels.push(cancel(1200, Target::Caller, true, Canceller::Interrupt));
            run.cancels.push(cancel(1200, Target::Group(CallId::MAIN), true, Canceller::Caller));
        });
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn many_arguments_and_other_collections() {
    let mut sketch = Sketch::wait("Many", ReturnWhen::FirstException, Some(90_000), 60_000);
    for index in 0..40 {
        sketch = sketch.task(&format!("job {index}"), Some(60_000), returns("None"), Fate::Done);
    }
    sketch.python = Python::V3_8;
    let sketch = sketch
        .wait_options(|options| options.collection = crate::calls::Collection::Set)
        .sets(&(0..40).collect::<Vec<_>>(), &[]);
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn no_line_is_wider_than_the_page() {
    for width in 40..=140 {
        for unicode in [true, false] {
            let report = downloads().report(width, unicode, Style::plain(), None);
            for line in report.lines() {
                assert!(line.width() <= width, "{width}: {line}");
                assert_eq!(line.trim_end(), line, "{width}");
            }
            assert_eq!(unicode, !report.is_ascii());
        }
    }
}

#[test]
fn every_fate() {
    let sketch = Sketch::wait("What can become of a task", ReturnWhen::FirstCompleted, None, 500)
        .task("first", Some(500), returns("1"), Fate::Done)
        .task("late", Some(1000), raises("ValueError", "too late"), Fate::Pending)
        .task("stopped", Some(3000), returns("2"), Fate::Pending)
        .cancelled(1500, Canceller::Schedule)
        .cleaned_up(Some(2000), None)
        .task("stubborn", Some(3000), returns("3"), Fate::Pending)
        .cancelled(1500, Canceller::Schedule)
        .cleaned_up(Some(2500), Some(returns("anyway")))
        .task("endless", Some(3000), returns("4"), Fate::Pending)
        .cancelled(1500, Canceller::Schedule)
        .cleaned_up(None, None)
        .task("unborn", Some(3000), returns("5"), Fate::Pending)
        .cancelled(0, Canceller::Schedule)
        .entry(|entry| entry.started = None)
        .task("stray", Some(250), raises("KeyError", "k"), Fate::Unretrieved)
        .task("helper", Some(250), returns("6"), Fate::Lost)
        .args(&[0, 1, 2, 3, 4, 5])
        .sets(&[0], &[1, 2, 3, 4, 5])
        .more(|run| {
            run.logs.push((Log::TaskNeverRetrieved, Target::Awaitable(Id(1))));
            run.logs.push((Log::TaskNeverRetrieved, Target::Awaitable(Id(6))));
        });
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn cancelled_and_yet_delivered() {
    let sketch = Sketch::gather("Cancellation can be swallowed", Status::Returned, 2000)
        .coroutine("users", Some(1000), names(), Fate::Delivered)
        .coroutine("stubborn", Some(3000), returns("1"), Fate::Delivered)
        .cancelled(500, Canceller::Schedule)
        .cleaned_up(Some(2000), Some(returns("anyway")))
        .results();
    insta::assert_snapshot!(sketch.plain());
}

#[test]
fn days_and_microseconds() {
    const DAY: u64 = 86_400_000;
    let sketch = Sketch::gather("From microseconds to days", Status::Returned, 4 * DAY)
        .coroutine("quick", Some(1), returns("1"), Fate::Delivered)
        .entry(|entry| entry.finished = Some(crate::scenario::Nanos(10_000)))
        .coroutine("slow", Some(4 * DAY), returns("2"), Fate::Delivered)
        .coroutine("middling", Some(DAY + 5_400_000), returns("3"), Fate::Delivered)
        .results();
    insta::assert_snapshot!(sketch.plain());
}

/// Whatever the ledger holds, even what no run would give: each report ends, keeps to its page, and its sentences
/// are well-formed.
#[test]
fn every_combination_reads_well() {
    let fates = Fate::ALL;
    let states = State::ALL;
    let cancellers = [
        None,
        Some(Canceller::Schedule),
        Some(Canceller::Caller),
        Some(Canceller::Group),
        Some(Canceller::Exit),
        Some(Canceller::Interrupt),
    ];
    let ends = [
        None,
        Some(Ended::Returned(Returned::Body(Id(0)))),
        Some(Ended::Raised(Exception {
            kind: crate::event::ExceptionKind::Body(Id(0)),
            from: Some(Id(0)),
            group: None,
        })),
        Some(Ended::Cancelled(Exception::cancelled(Message::Absent, Some(Id(0))))),
    ];
    let mut told = 0;
    for (fate, at_return) in fates.into_iter().flat_map(|fate| states.map(|state| (fate, state))) {
        for (canceller, ended) in cancellers.into_iter().flat_map(|by| ends.map(|ended| (by, ended))) {
            let over = matches!(at_return, State::Returned | State::Raised | State::Cancelled);
            if (over && ended.is_none()) || (at_return == State::NotCreated && ended.is_some()) {
                continue;
            }
            for variant in 0..8 {
                let (many, given, cleaned) = (variant & 1 > 0, variant & 2 > 0, variant & 4 > 0);
                let status = match (told % 3, given) {
                    (0, _) => Status::Hangs,
                    (1, _) => Status::Returned,
                    _ => Status::Raised,
                };
                let mut sketch = Sketch::gather("", status, 1000).coroutine("one", Some(2000), returns("1"), fate);
                sketch = sketch.entry(|entry| {
                    entry.at_return = at_return;
                    entry.ended = ended;
                    entry.finished = ended.map(|_| ms(2000));
                    entry.cancelled_by = canceller.map(|by| cancellation(500 + 1000 * (told % 2), by));
                    entry.cancelled_before_return = canceller.is_some() && told % 2 == 0;
                    entry.cleanup = canceller.filter(|_| cleaned).map(|_| ms(1500));
                    if at_return == State::NotCreated {
                        (entry.created, entry.started) = (None, None);
                    }
                });
                sketch = if many { sketch.count(3) } else { sketch };
                sketch = sketch.coroutine("other", Some(1000), returns("2"), Fate::Delivered);
                let argument = if given { 0 } else { sketch.entries.len() as u32 - 1 };
                sketch = sketch.args(&[argument]);
                if status == Status::Raised {
                    sketch = sketch.raised_cancelled();
                }
                let report = sketch.report(72, true, Style::plain(), None);
                assert!(report.ends_with(".\n") || report.ends_with("'\n"), "{report}");
                let prose = report.split_once("() ").map_or("", |(_, prose)| prose);
                for wrong in [" .", " ,", "..", ",,", ".,", " ;"] {
                    assert!(!prose.contains(wrong), "`{wrong}` in {report}");
                }
                assert!(report.lines().all(|line| line.width() <= 72 && line.trim_end() == line), "{report}");
                told += 1;
            }
        }
    }
}

#[test]
fn a_million_is_still_a_page() {
    let sketch = Sketch::gather("A million", Status::Raised, 300)
        .coroutine("worker", Some(1000), returns("None"), Fate::Lost)
        .count(1_000_000)
        .coroutine("broken", Some(300), raises("ConnectionError", "refused"), Fate::Raised)
        .raised(1_000_000);
    let report = sketch.plain();
    assert!(report.lines().count() < 25, "{report}");
    assert!(report.contains("worker-1, worker-2 and 999,998 more were still running"), "{report}");
}
