//! A parsed scenario with one call, as `reference.py` reads it: every `count` expanded, names resolved to positions,
//! times in integer nanoseconds.

use asyncdemo::scenario::{
    Awaitable, Body, Call, Delay, End, Exception, Group, Ids, Kind, Nanos, OnCancel, Scenario, Settlement, Then,
    Value as ScenarioValue,
};
use serde_json::{Map, Value, json};

/// One line of the reference's input.
pub fn resolve(scenario: &Scenario, call: &Call) -> Value {
    let awaitables: Vec<Value> =
        scenario.ids().map(|id| entry(scenario.awaitable(id), &scenario.name(id).to_string())).collect();
    let caller = &scenario.caller;
    json!({
        "awaitables": awaitables,
        "caller": {
            "args": positions(&caller.args),
            "unpack": !caller.passes_list,
            "call_at": moment(caller.call_at),
            "await_at": moment(caller.await_at),
            "check_done_at": caller.check_done_at.iter().map(|moment| moment.0).collect::<Vec<_>>(),
            "cancel_group_at": moment(caller.cancel_group_at),
            "cancel_at": moment(caller.cancel_at),
            "then": match caller.then {
                Then::Finish => "finish",
                Then::Exit => "exit",
            },
        },
        "call": call_json(call),
    })
}

fn call_json(call: &Call) -> Value {
    match call {
        Call::Gather(options) => json!({"function": "gather", "return_exceptions": options.return_exceptions}),
        Call::Wait(options) => json!({
            "function": "wait",
            "return_when": options.return_when.python_name(),
            "timeout": moment(options.timeout),
            "wrap": options.wrap,
            "collection": options.collection.word(),
        }),
    }
}

fn entry(awaitable: &Awaitable, name: &str) -> Value {
    let mut entry = Map::new();
    entry.insert("name".to_owned(), json!(name));
    entry.insert("table".to_owned(), json!(awaitable.name));
    let kind = match &awaitable.kind {
        Kind::Coroutine(body) => {
            add_body(&mut entry, body);
            "coroutine"
        }
        Kind::Task(body) => {
            add_body(&mut entry, body);
            "task"
        }
        Kind::Future(Settlement { delay, end }) => {
            add_delay(&mut entry, "delay", *delay);
            add_end(&mut entry, end);
            "future"
        }
        Kind::Gather(Group { members, return_exceptions }) => {
            entry.insert("members".to_owned(), json!(positions(members)));
            entry.insert("return_exceptions".to_owned(), json!(return_exceptions));
            "gather"
        }
    };
    entry.insert("kind".to_owned(), json!(kind));
    if let Some(cancel) = &awaitable.cancel {
        entry.insert("cancel_at".to_owned(), json!(cancel.at.0));
        entry.insert("cancel_message".to_owned(), json!(cancel.message));
    }
    Value::Object(entry)
}

fn add_body(entry: &mut Map<String, Value>, body: &Body) {
    add_delay(entry, "delay", body.delay);
    add_end(entry, &body.end);
    if let Some(OnCancel { cleanup, then }) = &body.on_cancel {
        let mut on_cancel = Map::new();
        add_delay(&mut on_cancel, "cleanup", *cleanup);
        if let Some(end) = then {
            add_end(&mut on_cancel, end);
        }
        entry.insert("on_cancel".to_owned(), Value::Object(on_cancel));
    }
}

fn add_delay(entry: &mut Map<String, Value>, key: &str, delay: Option<Delay>) {
    let delay = match delay {
        None => return,
        Some(Delay::For(duration)) => json!(duration.0),
        Some(Delay::Forever) => json!("forever"),
    };
    entry.insert(key.to_owned(), delay);
}

fn add_end(entry: &mut Map<String, Value>, end: &End) {
    match end {
        End::Returns(value) => entry.insert("returns".to_owned(), value_json(value)),
        End::Raises(Exception { type_name, message }) => {
            entry.insert("raises".to_owned(), json!({"type": type_name, "message": message}))
        }
    };
}

fn value_json(value: &ScenarioValue) -> Value {
    match value {
        ScenarioValue::None => Value::Null,
        ScenarioValue::Bool(truth) => json!(truth),
        ScenarioValue::Int(int) => json!(int),
        ScenarioValue::Float(float) => json!(float),
        ScenarioValue::Str(text) => json!(text),
        ScenarioValue::List(items) => items.iter().map(value_json).collect(),
        ScenarioValue::Dict(entries) => entries.iter().map(|(key, value)| (key.clone(), value_json(value))).collect(),
    }
}

fn positions(lists: &[Ids]) -> Vec<u32> {
    lists.iter().cloned().flatten().collect()
}

fn moment(moment: Option<Nanos>) -> Option<u64> {
    moment.map(|moment| moment.0)
}
