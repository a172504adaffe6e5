//! The run document, `asyncdemo.run/2`. Keys are only ever added within a version.

use serde::ser::{Serialize, SerializeMap, Serializer};
use strum::{EnumMessage, IntoStaticStr, VariantArray, VariantNames};

use crate::calls::{Call, Setting, Takes};
use crate::event::{ALREADY, Choice, Ended, Event, Recording, Target, Word};
use crate::outcome::alternatives::{Other, Tried};
use crate::outcome::{AwaitableRecord, CallRecord, Fate, Gave, Outcome, Released, Run};
use crate::report::story::{Causes, Chain, Sentence, Story, Voice, difference, notes_of, unglued};
use crate::scenario::{Id, Kind, Scenario};

use super::event::{EventLog, Lookup, NameList, NameOf, Results, Seconds, Thrown, serialize_end};

/// What a document says that the run itself does not know.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Where the scenario comes from: the path as given, `-`, or `builtin:basic`.
    pub source: &'a str,
    /// Which clock paced it.
    pub clock: ClockName,
}

/// The two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ClockName {
    Virtual,
    Real,
}

/// One run.
pub struct Document<'a> {
    head: &'a Head<'a>,
    run: &'a Run<'a>,
    events: Option<&'a Recording>,
    awaitables: bool,
}

impl<'a> Document<'a> {
    pub fn new(head: &'a Head<'a>, run: &'a Run<'a>, events: Option<&'a Recording>, awaitables: bool) -> Self {
        Document { head, run, events, awaitables }
    }

    fn lookup(&self) -> Lookup<'a> {
        Lookup { scenario: self.run.scenario, nested: &self.run.nested }
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (run, scenario) = (self.run, self.run.scenario);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("format", "asyncdemo.run/2")?;
        map.serialize_entry("scenario", &Source { title: scenario.title.as_deref(), source: self.head.source })?;
        map.serialize_entry("call", &CallOptions(run.call))?;
        map.serialize_entry("python", run.python.as_str())?;
        map.serialize_entry("clock", self.head.clock.word())?;
        map.serialize_entry("jitter", &run.way.jitter)?;
        let causes = &Causes::new(Voice::of_documents(run));
        let why = |call| if self.awaitables { causes.of_call(call) } else { Vec::new() };
        map.serialize_entry("outcome", &OutcomeOf { document: self, outcome: run.outcome(), why: &why(run.main()) })?;
        map.serialize_entry("last_event_at", &Seconds(run.last_event_at))?;
        map.serialize_entry("ends", &run.ends())?;
        map.serialize_entry(
            "calls",
            &Seq(run.calls.iter().map(|call| Called { document: self, call, why: why(call) })),
        )?;
        if self.awaitables {
            map.serialize_entry("awaitables", &Awaitables { document: self, causes })?;
        }
        map.serialize_entry("warnings", &Seq(run.warnings.iter().map(|warning| warning.text(scenario))))?;
        map.serialize_entry("logs", &Seq(run.logs.iter().map(|(log, _)| log.text())))?;
        let notes = notes_of(causes);
        map.serialize_entry("notes", &Seq(notes.iter().map(|note| unglued(&note.text))))?;
        if self.awaitables {
            let story = Story::of(causes);
            map.serialize_entry("story", &Seq(story.sentences().map(|sentence| Told { scenario, sentence })))?;
        }
        map.serialize_entry("choices", &Seq(run.choices.iter().map(|choice| ChoiceObject { scenario, choice })))?;
        if run.choices_left_out > 0 {
            map.serialize_entry("choices_left_out", &run.choices_left_out)?;
        }
        let found = &run.alternatives;
        map.serialize_entry("depends_on_order", &found.depends_on_order())?;
        map.serialize_entry("depends_on_lateness", &found.depends_on_lateness())?;
        let tried = Tried { orders: found.orders, jitters: found.jitters };
        map.serialize_entry("tried", &Counts(tried))?;
        map.serialize_entry(
            "otherwise",
            &Seq(found.others.iter().map(|other| Otherwise { document: self, voice: causes.voice, other })),
        )?;
        if found.left_out != Tried::default() {
            map.serialize_entry("otherwise_left_out", &Counts(found.left_out))?;
        }
        if let Some(events) = self.events {
            map.serialize_entry("events", &Events { run, events })?;
        }
        map.end()
    }
}

/// An iterator as a list.
struct Seq<I>(I);

impl<I: Iterator<Item: Serialize> + Clone> Serialize for Seq<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// How many runs of those that were tried.
struct Counts(Tried);

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("orders", &self.0.orders)?;
        map.serialize_entry("jitters", &self.0.jitters)?;
        map.end()
    }
}

/// Another outcome that the run can have.
struct Otherwise<'a> {
    document: &'a Document<'a>,
    /// How this run is told, to which the other is compared.
    voice: Voice<'a>,
    other: &'a Other<'a>,
}

impl Serialize for Otherwise<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Otherwise { document, voice, other: Other { run, tried } } = self;
        let outcome = Document::new(document.head, run, None, false);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("flags", &run.way.to_string())?;
        map.serialize_entry("tried", &Counts(*tried))?;
        let text = difference(voice, run).text;
        map.serialize_entry("differs", &unglued(&text))?;
        map.serialize_entry("outcome", &OutcomeOf { document: &outcome, outcome: run.outcome(), why: &[] })?;
        map.serialize_entry("fates", &OtherFates { run: document.run, other: run })?;
        map.serialize_entry("warnings", &Seq(run.warnings.iter().map(|warning| warning.text(run.scenario))))?;
        map.serialize_entry("logs", &Seq(run.logs.iter().map(|(log, _)| log.text())))?;
        map.end()
    }
}

/// The fates that are other ones there, by name: the first of them.
struct OtherFates<'a> {
    run: &'a Run<'a>,
    other: &'a Run<'a>,
}

impl Serialize for OtherFates<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const MOST: usize = 100;
        let scenario = self.run.scenario;
        let fates = self.run.entries.iter().zip(&self.other.entries).zip(0..);
        let differing = fates.filter(|((own, other), _)| own.fate != other.fate).take(MOST);
        serializer.collect_map(differing.map(|((_, other), id)| (scenario.name(Id(id)).to_string(), other.fate.word())))
    }
}

/// A set that was gone over.
struct ChoiceObject<'a> {
    scenario: &'a Scenario,
    choice: &'a Choice,
}

impl Serialize for ChoiceObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (scenario, Choice { point, items, took }) = (self.scenario, self.choice);
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("where", point.place.word())?;
        map.serialize_entry("at", &Seconds(point.at))?;
        map.serialize_entry("iteration", &point.iteration)?;
        map.serialize_entry("items", &Seq(items.iter().map(|target| TargetOf(scenario, *target))))?;
        map.serialize_entry("took", took)?;
        map.end()
    }
}

/// An awaitable's name, or the word for what has none.
struct TargetOf<'a>(&'a Scenario, Target);

impl Serialize for TargetOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            Target::Awaitable(id) => NameOf(self.0, id).serialize(serializer),
            target => target.word().serialize(serializer),
        }
    }
}

#[derive(serde::Serialize)]
struct Source<'a> {
    title: Option<&'a str>,
    source: &'a str,
}

/// A call with all its options.
pub struct CallOptions(pub Call);

impl Serialize for CallOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut map)?;
        map.end()
    }
}

impl CallOptions {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("function", self.0.function().word())?;
        for (option, setting) in self.0.settings() {
            match (setting, option.takes) {
                (Setting::Boolean(value), _) => map.serialize_entry(option.name, &value)?,
                (Setting::Timeout(timeout), _) => map.serialize_entry(option.name, &timeout.map(Seconds))?,
                (Setting::Word(word), Takes::Word(_, in_python)) => {
                    map.serialize_entry(option.name, in_python(word))?;
                }
                (Setting::Word(word), _) => map.serialize_entry(option.name, word)?,
            }
        }
        Ok(())
    }
}

/// A call, and what came of it.
struct Called<'a> {
    document: &'a Document<'a>,
    call: &'a CallRecord,
    why: Vec<Chain>,
}

impl Serialize for Called<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Called { document, call, ref why } = *self;
        let scenario = document.run.scenario;
        let mut map = serializer.serialize_map(None)?;
        CallOptions(call.call).write(&mut map)?;
        map.serialize_entry("by", &CalledBy { scenario, by: call.by })?;
        map.serialize_entry("arguments", &Seq(document.run.arguments().map(|id| NameOf(scenario, id))))?;
        map.serialize_entry("called", &call.called.map(Seconds))?;
        map.serialize_entry("awaited", &call.awaited.map(Seconds))?;
        map.serialize_entry("returned", &call.came_back().map(Seconds))?;
        map.serialize_entry("outcome", &OutcomeOf { document, outcome: &call.outcome, why })?;
        map.serialize_entry("released_by", &call.released.map(|released| ReleasedBy { scenario, released }))?;
        map.end()
    }
}

/// Whose coroutine makes a call.
struct CalledBy<'a> {
    scenario: &'a Scenario,
    by: Target,
}

impl Serialize for CalledBy<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.by {
            Target::Awaitable(id) => {
                map.serialize_entry("kind", "awaitable")?;
                map.serialize_entry("name", &NameOf(self.scenario, id))?;
            }
            Target::Caller | Target::Group(_) => map.serialize_entry("kind", Target::CALLER)?,
        }
        map.end()
    }
}

struct ReleasedBy<'a> {
    scenario: &'a Scenario,
    released: Released,
}

impl Serialize for ReleasedBy<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Released { by, member, already } = self.released;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", by.word())?;
        if let Some(id) = member {
            map.serialize_entry("awaitable", &NameOf(self.scenario, id))?;
        }
        map.serialize_entry(ALREADY.0, &already)?;
        map.end()
    }
}

struct OutcomeOf<'a> {
    document: &'a Document<'a>,
    outcome: &'a Outcome,
    why: &'a [Chain],
}

impl Serialize for OutcomeOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (run, lookup, outcome) = (self.document.run, self.document.lookup(), self.outcome);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("status", outcome.status().word())?;
        map.serialize_entry("at", &outcome.gave.as_ref().map(|_| Seconds(outcome.at)))?;
        match &outcome.gave {
            None => {}
            Some(Gave::Results(items)) => map.serialize_entry("results", &Results { lookup, items })?,
            Some(Gave::Sets { done, pending }) => {
                let scenario = run.scenario;
                map.serialize_entry("done", &NameList { scenario, ids: done })?;
                map.serialize_entry("pending", &NameList { scenario, ids: pending })?;
            }
            Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => {
                map.serialize_entry("exception", &Thrown { scenario: run.scenario, exception: *exception })?;
                if let Some(id) = exception.from {
                    map.serialize_entry("from", &NameOf(run.scenario, id))?;
                }
            }
        }
        if !self.why.is_empty() {
            map.serialize_entry("why", &Chains(self.why))?;
        }
        map.end()
    }
}

/// Chains of causes, each nearest first.
struct Chains<'a>(&'a [Chain]);

impl Serialize for Chains<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|chain| Seq(chain.iter().map(|link| unglued(&link.text)))))
    }
}

/// A sentence of the report.
struct Told<'a> {
    scenario: &'a Scenario,
    sentence: &'a Sentence,
}

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Sentence { text, about, events, absent } = self.sentence;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("text", &unglued(text))?;
        map.serialize_entry("about", &NameList { scenario: self.scenario, ids: &about.first })?;
        if about.more > 0 {
            map.serialize_entry("more", &about.more)?;
        }
        map.serialize_entry("events", &events.first)?;
        if events.more > 0 {
            map.serialize_entry("more_events", &events.more)?;
        }
        if *absent {
            map.serialize_entry("absent", absent)?;
        }
        map.end()
    }
}

struct Awaitables<'a> {
    document: &'a Document<'a>,
    causes: &'a Causes<'a>,
}

impl Serialize for Awaitables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Awaitables { document, causes } = *self;
        let run = document.run;
        let tables = run.scenario.awaitables.iter();
        serializer.collect_seq(tables.flat_map(|table| {
            table.ids.clone().map(move |id| AwaitableObject {
                run,
                causes,
                lookup: document.lookup(),
                id: Id(id),
                kind: &table.kind,
                entry: &run.entries[id as usize],
            })
        }))
    }
}

struct AwaitableObject<'a> {
    run: &'a Run<'a>,
    causes: &'a Causes<'a>,
    lookup: Lookup<'a>,
    id: Id,
    kind: &'a Kind,
    entry: &'a AwaitableRecord,
}

impl Serialize for AwaitableObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.entry;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &NameOf(self.run.scenario, self.id))?;
        map.serialize_entry("kind", self.kind.word())?;
        map.serialize_entry("state", self.run.state(self.id).word())?;
        if let Some(ended) = entry.ended {
            serialize_end(&mut map, self.lookup, ended, &[])?;
        }
        map.serialize_entry("created", &entry.created.map(Seconds))?;
        map.serialize_entry("started", &entry.started.map(Seconds))?;
        map.serialize_entry("finished", &entry.finished.map(Seconds))?;
        map.serialize_entry("at_return", entry.at_return.word())?;
        map.serialize_entry("fate", entry.fate.word())?;
        if entry.fate == Fate::Done && matches!(entry.ended, Some(Ended::Raised(_))) {
            map.serialize_entry("retrieved", &entry.retrieved)?;
        }
        let why = self.causes.of(self.id);
        if !why.is_empty() {
            map.serialize_entry("why", &Chains(&why))?;
        }
        map.end()
    }
}

struct Events<'a> {
    run: &'a Run<'a>,
    events: &'a Recording,
}

impl Serialize for Events<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut log = EventLog::new(self.run.scenario);
        let mut sequence = serializer.serialize_seq(Some(self.events.len()))?;
        for event in self.events.iter() {
            let event: Event<'_> = event;
            sequence.serialize_element(&log.line(&event))?;
        }
        sequence.end()
    }
}
