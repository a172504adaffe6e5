"""What CPython itself does with a program that asyncdemo prints: the harness of `asyncdemo verify`.

It reads one request a line on standard input (JSON: the program's text, and its symbols, which say which function,
future, group or timer belongs to which awaitable) and writes one answer a line: what the caller got, every event, what
became of everything, warnings and logs, in the words of asyncdemo's run document. The first line that it writes says
which Python it is.

The text runs as it is. Task, Future, gather(), wait(), sleep() and run() are CPython's own. Four things differ from a
real run. Each of them replaces something that a real run leaves to the machine, so that a run can be had again:

* The clock is an integer of nanoseconds that the loop owns, in place of `time()` and of the selector. Where the selector
  would block, the clock moves to the earliest deadline. A request may name a lateness (`jitter`): then the clock reads
  what a real one would, which is later. EpollSelector sleeps whole milliseconds, rounded up, and the process wakes a
  little after that; and a pass takes time. How much comes from a stream of random numbers that asyncdemo draws too.
  What follows is CPython's own doing: timers whose deadlines have passed meanwhile join the same pass.
* Timers order by (deadline, creation), in place of the deadline alone: heapq is not stable, and on a real clock no two
  read the same time.
* Where CPython iterates a set of futures, whose order is that of addresses, the order is that of the arguments, or of
  creation; or what the `choices` of a request make of it: for each item but the last, which of those that remain comes
  next. There are three such sets. Those of the coroutines that wait() wraps (up to 3.10), and of the members that are
  done before it begins to wait: for them `set` and `_wait` in asyncio.tasks are replaced, the latter by a function that
  hands CPython's own the same futures in that order. And that of the tasks that asyncio.run() cancels at its end: for
  them `all_tasks` in asyncio.tasks is replaced.
* Where nothing is ready and no timer is left, the run ends instead of blocking forever.

Watching adds no pass to the loop: a coroutine is watched by the object that its task steps in its place, and
everything else by a subclass that overrides a method (`cancel`, `set_result`, ...) and calls CPython's.

Works unchanged on CPython 3.8 to 3.14, with nothing but the standard library.
"""

import ast
import asyncio
import builtins
import fractions
import functools
import gc
import inspect
import json
import math
import signal
import sys
import traceback
import warnings
from asyncio import base_events, events, tasks
from asyncio import CancelledError

VERSION = sys.version_info[:2]
GROUP = "group"
CALLER = "caller"

# What the caller has done so far.
BEFORE, CALLED, AWAITING, RESUMED = range(4)


class Stuck(BaseException):
    """Nothing is ready and no timer is left: a real program would wait here forever."""


class Awaitable:
    """An awaitable of the scenario, and what the program has made of it."""

    __slots__ = ("name", "table", "coroutine", "object", "started", "cleaning", "results", "at_return")

    def __init__(self, name, table):
        self.name = name
        self.table = table
        self.coroutine = None
        self.object = None
        self.started = False
        self.cleaning = False
        self.results = None
        self.at_return = None

    def state(self):
        """Where it is in its life, by what its object says; only a task has a first step to wait for."""
        made = self.object
        if made is None:
            return "not-created"
        if not made.done():
            return "not-started" if isinstance(made, Task) and not self.started else "running"
        if made.cancelled():
            return "cancelled"
        # exception() would count as asking for it.
        return "returned" if made._exception is None else "raised"


class Run:
    """One program and what has been told about it."""

    def __init__(self, symbols, choices, loop):
        self.loop = loop
        self.choices = iter(choices)
        # How many choices there were so far.
        self.chosen = 0
        self.tables = {}
        self.function = symbols["function"]
        self.functions = {identifier: self.all_awaitables(made) for identifier, made in symbols["functions"].items()}
        self.futures = iter(self.all_awaitables(symbols["futures"]))
        self.groups = iter(self.all_awaitables(symbols["groups"]))
        self.timers = (timer for timer in symbols["timers"] for _ in range(timer["times"]))
        self.arguments = self.all_awaitables(symbols["arguments"])
        self.namespace = {"__name__": "__main__", "__builtins__": builtins, "print": lambda *args, **kwargs: None}
        self.main = None
        self.stage = BEFORE
        self.outcome = None
        self.events = []
        self.warnings = []
        self.logs = []
        # What asyncio.run() has logged at its end.
        self.unhandled = []
        # What creates a task now, and what calls .cancel() now, in the words of the events.
        self.maker = "caller"
        self.canceller = "exit"
        # A timer that settles a future runs.
        self.settling = False
        # The group that gather() is making: its awaitable (None for the call's own) and its members.
        self.making = None
        # What the call gave the caller.
        self.group = None
        self.waiting = None
        # Every task, future and group in creation order, with its name; the tasks of the scenario alone.
        self.objects = []
        self.tasks = []
        self.coroutines = {}
        # Exceptions by identity: the exception, and the name of the awaitable that it comes from.
        self.origins = {}

    def awaitables(self, clones):
        """Some of those that a table of the scenario stands for, which are as many as its `count` says."""
        name, count = clones["name"], clones["count"]
        if name not in self.tables:
            names = [name] if count == 1 else ["%s-%d" % (name, number) for number in range(1, count + 1)]
            self.tables[name] = [Awaitable(own, name) for own in names]
        return self.tables[name][clones["start"] : clones["end"]]

    def all_awaitables(self, several):
        return [awaitable for clones in several for awaitable in self.awaitables(clones)]

    def execute(self, text):
        """Runs a program. Its last line calls asyncio.run()."""
        exec(compile(text, "<program>", "exec", dont_inherit=True), self.namespace)

    def run_main(self, main):
        """asyncio.run(), as the program calls it."""
        self.main = main
        for identifier, awaitables in self.functions.items():
            self.namespace[identifier] = self.recorded(self.namespace[identifier], iter(awaitables))
        return run_to_end(self.loop, main)

    def recorded(self, function, awaitables):
        """A coroutine function of the program: its coroutines are the table's awaitables, in order."""

        def make():
            awaitable = next(awaitables)
            awaitable.coroutine = function()
            self.coroutines[awaitable.coroutine] = awaitable
            return awaitable.coroutine

        return make

    def is_program(self, frame):
        """Whether it is the program's own code that calls, and not asyncio's."""
        return frame.f_globals is self.namespace

    def awaitable_of(self, argument):
        """The awaitable that an argument of gather() is."""
        if inspect.iscoroutine(argument):
            return self.coroutines.get(argument)
        return getattr(argument, "awaitable", None)

    def in_order(self, awaitables):
        """A set in the order of the arguments, or of creation."""
        created = [made for made, _ in self.objects]
        known = [one.coroutine for one in self.arguments] + [one.object for one in self.arguments] + created
        places = {id(made): place for place, made in reversed(list(enumerate(known)))}
        return OrderedSet(sorted(awaitables, key=lambda made: places[id(made)]))

    def arrange(self, items):
        """The items of a set, which come in canonical order, in the order that the choices say."""
        items = list(items)
        for first in range(len(items) - 1):
            items.insert(first, items.pop(first + next(self.choices, 0)))
            self.chosen += 1
        return items

    # What is told.

    def event(self, event, **fields):
        fields["event"] = event
        fields["at"] = self.loop.now / 1e9
        fields["iteration"] = self.loop.iteration
        self.events.append(fields)
        return fields

    def add(self, made, awaitable, kind):
        """A task, future or group comes to exist."""
        self.objects.append((made, GROUP if awaitable is None else awaitable.name))
        if awaitable is not None:
            awaitable.object = made
            maker = self.maker if kind == "task" else "caller"
            self.event("create", awaitable=awaitable.name, kind=kind, by=maker)

    def clean_up(self, awaitable):
        """A body has caught the CancelledError that was thrown into it."""
        if not awaitable.cleaning:
            awaitable.cleaning = True
            self.event("cleanup", awaitable=awaitable.name)

    def finish(self, awaitable, value):
        self.event("finish", awaitable=awaitable.name, outcome="returned", value=value)

    def finish_with(self, awaitable, error):
        """A body or a future ends with an exception."""
        self.set_origin(error, awaitable)
        outcome = "cancelled" if isinstance(error, CancelledError) else "raised"
        self.event("finish", awaitable=awaitable.name, outcome=outcome, exception=exception_json(error))

    def set_origin(self, error, awaitable):
        self.origins[id(error)] = (error, None if awaitable is None else awaitable.name)

    def tell_cancel(self, target, passes_on_as, cancel, args, kwargs):
        """Somebody calls .cancel(): told before its effects, which may be further such calls."""
        told = self.event("cancel", target=target, accepted=False, by=self.canceller)
        before = self.canceller
        if passes_on_as is not None:
            self.canceller = passes_on_as
        try:
            accepted = cancel(*args, **kwargs)
        finally:
            self.canceller = before
        told["accepted"] = accepted
        return accepted

    def fire(self, timer, callback, *args):
        """A timer of the program is due."""
        if timer["action"] == "check":
            self.event("check", done=self.group.done())
            callback(*args)
        elif timer["action"] == "settle":
            self.settling = True
            try:
                callback(*args)
            finally:
                self.settling = False
        else:
            told = len(self.events)
            self.canceller = "schedule"
            try:
                callback(*args)
            finally:
                self.canceller = "exit"
            if len(self.events) == told:
                # Nothing has been made yet that could be cancelled.
                for awaitable in self.awaitables(timer["target"]):
                    self.event("cancel", target=awaitable.name, accepted=False, by="schedule")

    # What the caller does.

    def call(self):
        self.event("call", function=self.function)
        self.stage = CALLED

    def wait_for_call(self):
        self.event("await")
        self.stage = AWAITING

    def resume(self, **outcome):
        outcome["at"] = self.loop.now / 1e9
        self.outcome = outcome
        self.stage = RESUMED
        self.take_states()
        self.event("resume", outcome=outcome["status"])

    def take_states(self):
        """Where everything is when the call is over."""
        for awaitables in self.tables.values():
            for awaitable in awaitables:
                awaitable.at_return = awaitable.state()

    def resume_with(self, error):
        """The call raised, or the caller was cancelled before."""
        outcome = {"exception": exception_json(error)}
        _, name = self.origins.get(id(error), (None, None))
        if name is not None:
            outcome["from"] = name
        self.resume(status="cancelled" if isinstance(error, CancelledError) else "raised", **outcome)

    def hang(self):
        """The run got stuck; where the caller had what it called for, that stands."""
        if self.outcome is None:
            self.outcome = {"status": "hangs", "at": None}
            self.take_states()

    # The end.

    def ledger(self):
        """What became of all that was made. Whether its exception was asked for is told of what wait() calls done."""
        logged = {name for made, name in self.objects if made._log_traceback}
        logged.update(self.unhandled)
        done = self.outcome.get("done", ())
        told = []
        for awaitables in self.tables.values():
            for awaitable in awaitables:
                if awaitable.object is not None:
                    name = awaitable.name
                    entry = {"name": name, "state": awaitable.state(), "at_return": awaitable.at_return}
                    if name in done and entry["state"] == "raised":
                        entry["retrieved"] = name not in logged
                    told.append(entry)
        return told

    def end(self):
        """Tells what Python would warn and log when it collects what is left, and lets nothing reach the next run.

        A program that got stuck never comes to that: nothing is told of it.
        """
        never_awaited = [(one.coroutine, one.table) for one in dict.fromkeys(self.arguments)]
        never_awaited += [(made, one.table) for made, one in self.coroutines.items()]
        never_awaited.append((self.waiting, "wait"))
        for made, name in never_awaited:
            if made is not None and inspect.getcoroutinestate(made) == inspect.CORO_CREATED:
                made.close()  # Else the interpreter would warn whenever it collects this.
                if not self.loop.stuck:
                    self.warning("coroutine '%s' was never awaited" % name)
        for made, name in self.objects:
            if made._log_traceback:
                # What Future.__del__() looks at, and its text.
                made._log_traceback = False
                if not self.loop.stuck:
                    self.log("%s exception was never retrieved" % type(made).__name__, name)

    def warning(self, text):
        self.warnings.append(text)
        self.event("warning", text=text)

    def log(self, text, name):
        self.logs.append(text)
        self.event("log", text=text, awaitable=name)


def exception_json(error):
    return {"type": type(error).__name__, "message": error.args[0] if error.args else None}


def results_json(members, results):
    """gather()'s list, with the names of its arguments."""
    told = []
    for awaitable, result in zip(members, results):
        if isinstance(result, BaseException):
            told.append({"awaitable": awaitable.name, "exception": exception_json(result)})
        elif awaitable.results is not None:
            told.append({"awaitable": awaitable.name, "value": awaitable.results})
        else:
            told.append({"awaitable": awaitable.name, "value": result})
    return told


# ----------------------------------------------------------------------------------------------------------------------
# Those who watch. CPython's own classes, with overridden methods that tell what is called. Their names are those that
# asyncio's error texts name.


class Task(asyncio.Task):
    """A task of the scenario, the caller's, or one of asyncio.run()'s own, which nobody watches."""

    run = None
    awaitable = None

    def __init__(self, coro, *, loop, **kwargs):
        run = loop.run
        awaitable = run.coroutines.get(coro)
        if coro is run.main:
            self.run = run
            super().__init__(Caller(run, coro), loop=loop, **kwargs)
        elif awaitable is None:
            super().__init__(coro, loop=loop, **kwargs)
        else:
            self.run = run
            self.awaitable = awaitable
            super().__init__(Body(run, awaitable), loop=loop, **kwargs)
            run.tasks.append(self)
            run.add(self, awaitable, "task")

    def cancel(self, *args, **kwargs):
        run = self.run
        if run is None:
            return super().cancel(*args, **kwargs)
        if self.awaitable is None:
            return run.tell_cancel(CALLER, "caller", super().cancel, args, kwargs)
        return run.tell_cancel(self.awaitable.name, None, super().cancel, args, kwargs)


class Body:
    """A scenario's coroutine as its task sees it: tells of its first step, of its cleanup, and of its end."""

    __slots__ = ("close", "__await__", "_send", "_throw", "_run", "_awaitable")

    def __init__(self, run, awaitable):
        self.close = awaitable.coroutine.close
        self._send = awaitable.coroutine.send
        self._throw = awaitable.coroutine.throw
        self._run = run
        self._awaitable = awaitable

    def send(self, value):
        run, awaitable = self._run, self._awaitable
        if not awaitable.started:
            awaitable.started = True
            run.event("start", awaitable=awaitable.name)
        try:
            return self._send(value)
        except StopIteration as stop:
            run.finish(awaitable, stop.value)
            raise
        except BaseException as error:
            run.finish_with(awaitable, error)
            raise

    def throw(self, thrown, *rest):
        run, awaitable = self._run, self._awaitable
        try:
            yielded = self._throw(thrown, *rest)
        except StopIteration as stop:
            run.clean_up(awaitable)
            run.finish(awaitable, stop.value)
            raise
        except BaseException as error:
            if error is not thrown:
                run.clean_up(awaitable)
            run.finish_with(awaitable, error)
            raise
        run.clean_up(awaitable)
        return yielded


class Caller:
    """The main coroutine as its task sees it: tells of a cancellation before the call, and of its end."""

    __slots__ = ("close", "__await__", "_send", "_throw", "_run")

    def __init__(self, run, main):
        self.close = main.close
        self._send = main.send
        self._throw = main.throw
        self._run = run

    def send(self, value):
        try:
            return self._send(value)
        except BaseException:
            self._run.event("exit")
            raise

    def throw(self, thrown, *rest):
        run = self._run
        if run.stage < AWAITING:
            run.resume_with(thrown)
        try:
            return self._throw(thrown, *rest)
        except BaseException:
            run.event("exit")
            raise


class Future(asyncio.Future):
    """A bare future of the scenario, or what gather() of nothing gives."""

    def __init__(self, run, awaitable, kind):
        super().__init__(loop=run.loop)
        self.run = run
        self.awaitable = awaitable
        self.told_name = GROUP if awaitable is None else awaitable.name
        run.add(self, awaitable, kind)

    def __await__(self):
        return (yield from await_group(self, super().__await__(), ()))

    def add_done_callback(self, callback, **kwargs):
        super().add_done_callback(told_callback(self, callback), **kwargs)

    def set_result(self, result):
        super().set_result(result)
        # gather() of nothing settles with [].
        self.run.event("finish", awaitable=self.told_name, outcome="returned", value=result)

    def set_exception(self, error):
        super().set_exception(error)
        self.run.finish_with(self.awaitable, error)

    def cancel(self, *args, **kwargs):
        run = self.run
        if run.settling or run.is_program(sys._getframe(1)):
            # The way in which this future is to end, and nobody's cancellation.
            accepted = super().cancel(*args, **kwargs)
        else:
            accepted = run.tell_cancel(self.told_name, None, super().cancel, args, kwargs)
        if accepted:
            message = kwargs.get("msg", args[0] if args else None)
            run.finish_with(self.awaitable, CancelledError() if message is None else CancelledError(message))
        return accepted


class _GatheringFuture(tasks._GatheringFuture):
    """What gather() gives; asyncio.run() makes one of its own at the end, which nobody watches."""

    run = None

    def __init__(self, children, *, loop):
        super().__init__(children, loop=loop)
        run = loop.run
        if run.making is not None:
            self.run = run
            self.awaitable, self.members = run.making
            self.told_name = GROUP if self.awaitable is None else self.awaitable.name
            run.add(self, self.awaitable, "gather")

    def __await__(self):
        if self.run is None:
            return (yield from super().__await__())
        return (yield from await_group(self, super().__await__(), self.members))

    def cancel(self, *args, **kwargs):
        if self.run is None:
            return super().cancel(*args, **kwargs)
        return self.run.tell_cancel(self.told_name, "group", super().cancel, args, kwargs)

    def add_done_callback(self, callback, **kwargs):
        super().add_done_callback(told_callback(self, callback), **kwargs)

    def set_result(self, result):
        super().set_result(result)
        if self.run is not None:
            results = results_json(self.members, result)
            if self.awaitable is not None:
                self.awaitable.results = results
            self.run.event("finish", awaitable=self.told_name, outcome="returned", value=results)

    def set_exception(self, error):
        super().set_exception(error)
        run = self.run
        if run is not None:
            # gather()'s done callback calls this, and knows which child it is about.
            scope = sys._getframe(1).f_locals
            child = scope["fut"]
            if scope["return_exceptions"]:
                run.set_origin(error, None)
            elif child.cancelled():
                # Once the group was cancelled, its members only pass that on.
                run.set_origin(error, None if self._cancel_requested else child.awaitable)
            exception = exception_json(error)
            run.event("finish", awaitable=self.told_name, outcome="raised", exception=exception)


def told_callback(group, callback):
    """A done callback, which tells that it runs where the program itself has added it to a group."""
    run = group.run
    if run is None or not run.is_program(sys._getframe(2)):
        return callback

    def call_back(done):
        run.event("callback", awaitable=group.told_name)
        callback(done)

    return call_back


def await_group(group, own, members):
    """The caller awaits its group; nobody else awaits one."""
    run = group.run
    run.wait_for_call()
    try:
        results = yield from own
    except GeneratorExit:
        raise  # Not the program: the interpreter collects a run that got stuck.
    except BaseException as error:
        run.resume_with(error)
        raise
    run.resume(status="returned", results=results_json(members, results))
    return results


class Waiting:
    """What wait() gives: its coroutine, which the caller awaits."""

    def __init__(self, run, coroutine):
        self.run = run
        self.coroutine = run.waiting = coroutine

    def __await__(self):
        run = self.run
        run.wait_for_call()
        run.maker = "wait"
        try:
            done, pending = yield from self.coroutine.__await__()
        except GeneratorExit:
            raise  # Not the program: the interpreter collects a run that got stuck.
        except BaseException as error:
            run.resume_with(error)
            raise
        arguments = list(dict.fromkeys(run.arguments))
        run.resume(
            status="returned",
            done=[awaitable.name for awaitable in arguments if awaitable.object in done],
            pending=[awaitable.name for awaitable in arguments if awaitable.object in pending],
        )
        return done, pending


def gather(*arguments, **options):
    """asyncio.gather(), as the program calls it."""
    run = events.get_running_loop().run
    awaitable = next(run.groups, None)
    if awaitable is None:
        run.call()
    run.maker, run.making = "gather", (awaitable, [run.awaitable_of(argument) for argument in arguments])
    try:
        group = cpython_gather(*arguments, **options)
    except Exception as error:
        run.resume_with(error)
        raise
    finally:
        run.maker, run.making = "caller", None
    if awaitable is None:
        run.group = group
    return group


def wait(awaitables, **options):
    """asyncio.wait(), as the program calls it."""
    run = events.get_running_loop().run
    if isinstance(awaitables, set):
        awaitables = run.in_order(awaitables)
    if run.stage != BEFORE:
        return cpython_wait(awaitables, **options)  # For what is left at the end.
    run.call()
    return Waiting(run, cpython_wait(awaitables, **options))


def all_tasks():
    """asyncio.all_tasks(), as the program calls it."""
    return {asyncio.current_task(), *tasks_left(events.get_running_loop())}


# ----------------------------------------------------------------------------------------------------------------------
# The loop: CPython's BaseEventLoop with a clock of its own.


@functools.lru_cache(maxsize=10000)
def nanoseconds(seconds):
    """Seconds as the program has them, exactly: a double tells nanoseconds apart, but its products do not."""
    return round(fractions.Fraction(seconds) * 10**9)


class Lateness:
    """How late a loop wakes, with the numbers that asyncdemo draws (SplitMix64, from a seed)."""

    def __init__(self, seed):
        self.state = seed
        self.draw()

    def draw(self):
        mask = 2**64 - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    def wake(self, now, deadline):
        """What the clock reads after a sleep for a deadline: 0.06 to 0.5 ms too much, half of the time at most 0.15."""
        drawn = self.draw()
        late = 60_000 + (drawn >> 1) % 90_000 if drawn % 2 == 0 else 150_000 + (drawn >> 1) % 350_000
        return now + self.slept(deadline - now) + late

    def pass_by(self, now):
        """What it reads at the beginning of a pass that did not sleep."""
        return now + 2_000 + self.draw() % 58_000

    @staticmethod
    def slept(timeout):
        """How long EpollSelector.select() sleeps: it rounds up, and epoll.poll() does it again, twice."""
        rounded = math.ceil(timeout / 1e9 * 1e3) * 1e-3
        return -(-math.ceil(rounded * 1e9) // 10**6) * 10**6


class Loop(base_events.BaseEventLoop):
    """An event loop that never waits: time is an integer, and moves only where a real loop would block."""

    def __init__(self, lateness):
        super().__init__()
        self.lateness = lateness
        # A handle is due where `when < time + resolution`: with integers, where `when <= time`.
        self._clock_resolution = 1
        self._selector = self
        self.now = 0
        self.iteration = 0
        self.stuck = False
        self.run = None

    def time(self):
        return self.now

    def call_later(self, delay, callback, *args, context=None):
        run = self.run
        if run is not None and run.is_program(sys._getframe(1)):
            callback, args = run.fire, (next(run.timers), callback) + args
        return self.call_at(self.now + nanoseconds(delay), callback, *args, context=context)

    def select(self, timeout):
        """The selector: called once a pass. A deadline in the heap is the only thing that a run can wait for."""
        self.iteration += 1
        if timeout is None:
            self.iteration -= 1
            self.stuck = True
            raise Stuck
        if self.lateness is None:
            if timeout > 0:
                self.now = self._scheduled[0]._when
        elif timeout > 0:
            self.now = self.lateness.wake(self.now, self._scheduled[0]._when)
        else:
            self.now = self.lateness.pass_by(self.now)
        return ()

    def _process_events(self, event_list):
        pass

    def run_until_complete(self, future):
        """Where a run got stuck, asyncio.run() must not go on."""
        if self.stuck:
            future.close()
            return None
        return super().run_until_complete(future)

    def create_task(self, coro, **kwargs):
        if self.get_task_factory() is None:
            return Task(coro, loop=self, **kwargs)
        return super().create_task(coro, **kwargs)

    def create_future(self):
        run = self.run
        if run.making is not None:
            # gather() of nothing gives a plain future.
            return Future(run, run.making[0], "gather")
        if run.is_program(sys._getframe(1)):
            return Future(run, next(run.futures), "future")
        return asyncio.Future(loop=self)

    def call_exception_handler(self, context):
        run = self.run
        if run is None:
            return  # The interpreter collects what is left of a run that got stuck.
        if context["message"] == "unhandled exception during asyncio.run() shutdown":
            name = context["task"].awaitable.name
            run.unhandled.append(name)
            run.log(context["message"], name)
        else:
            raise RuntimeError("asyncio logs what no scenario should lead to: %r" % context)


class Timer(events.TimerHandle):
    """A timer handle that orders by (deadline, creation): heapq is not stable."""

    __slots__ = ["_order"]
    created = 0

    def __init__(self, *args):
        super().__init__(*args)
        Timer.created += 1
        self._order = Timer.created

    def __lt__(self, other):
        if self._when != other._when:
            return self._when < other._when
        return self._order < other._order


class OrderedSet(dict):
    """A set that iterates in the order of insertion."""

    def __init__(self, items=()):
        items = list(items)
        set(items)  # Raises what a set raises.
        super().__init__(dict.fromkeys(items))

    def add(self, item):
        self[item] = None


def set_of_awaitables(items=()):
    """What `set` means inside asyncio.tasks. wait() makes one of its argument, and wraps the coroutines in that order."""
    made = OrderedSet(items)
    coroutines = [item for item in made if inspect.iscoroutine(item)]
    if len(coroutines) < 2 or VERSION >= (3, 11):
        return made
    arranged = iter(events.get_running_loop().run.arrange(coroutines))
    return OrderedSet(next(arranged) if inspect.iscoroutine(item) else item for item in made)


def start_wait(futures, *rest):
    """tasks._wait(), which asks those that are done in the order in which it goes over them."""
    done = [future for future in futures if future.done()]
    others = [future for future in futures if not future.done()]
    return cpython_start_wait(OrderedSet(events.get_running_loop().run.arrange(done) + others), *rest)


def tasks_left(loop):
    """Every task that is not done, in creation order; asyncio.run()'s own tasks are done where it asks."""
    return [] if loop.stuck else [task for task in loop.run.tasks if not task.done()]


def tasks_to_cancel(loop):
    """tasks.all_tasks(), as asyncio.run() calls it at its end, and then goes over it."""
    return loop.run.arrange(tasks_left(loop))


def release_waiter(waiter, *args):
    """What wait()'s timer calls."""
    waiter.get_loop().run.event("timeout")
    cpython_release_waiter(waiter, *args)


class SetComprehensions(ast.NodeTransformer):
    """Makes `{... for ...}` say `set(... for ...)`, so that it can be replaced."""

    def visit_SetComp(self, node):
        self.generic_visit(node)
        generator = ast.GeneratorExp(elt=node.elt, generators=node.generators)
        return ast.Call(func=ast.Name(id="set", ctx=ast.Load()), args=[generator], keywords=[])


cpython_gather = asyncio.gather
cpython_wait = asyncio.wait
cpython_start_wait = tasks._wait
cpython_run = asyncio.run
cpython_release_waiter = tasks._release_waiter


def prepare_asyncio():
    """Puts the loop's four differences, and those who watch, into asyncio."""
    global cpython_wait
    tasks.set = set_of_awaitables
    tasks._wait = start_wait
    if VERSION < (3, 11):
        # Up to 3.10 wait() builds its set of futures by a comprehension.
        tree = SetComprehensions().visit(ast.parse(inspect.getsource(tasks.wait)))
        exec(compile(ast.fix_missing_locations(tree), tasks.__file__, "exec"), tasks.__dict__)
        cpython_wait = tasks.wait
    tasks.all_tasks = tasks_to_cancel
    tasks._release_waiter = release_waiter
    tasks._GatheringFuture = _GatheringFuture
    events.TimerHandle = Timer
    # What the program finds in asyncio.
    asyncio.Task = Task
    asyncio.gather = gather
    asyncio.wait = wait
    asyncio.all_tasks = all_tasks
    warnings.simplefilter("always")
    # asyncio.run() need not take SIGINT over; this process just ends.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # A program that got stuck is closed when it is collected, and may well have something to say to that.
    sys.unraisablehook = lambda *_: None


def run_to_end(loop, main):
    """asyncio.run(), on this loop."""
    if VERSION >= (3, 11):
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(main)
    else:
        events.new_event_loop = lambda: loop
        return cpython_run(main)


def answer(request):
    """Runs one program; what the caller got and everything that was told."""
    choices, jitter = request["choices"], request["jitter"]
    loop = Loop(None if jitter is None else Lateness(jitter))
    run = loop.run = Run(request["symbols"], choices, loop)
    warnings.showwarning = lambda message, *_: run.warning(str(message))
    asyncio.run = run.run_main
    told = {"events": run.events, "warnings": run.warnings, "logs": run.logs}
    try:
        told["ends"] = True
        try:
            run.execute(request["program"])
        except Stuck:
            told["ends"] = False
            run.hang()
        told["outcome"] = run.outcome
        if choices or jitter is not None:
            told["choices"] = run.chosen
        told["awaitables"] = run.ledger()
    finally:
        run.end()
        loop.run = None
    return told


def main():
    write = sys.stdout.write
    write(json.dumps({"python": "%d.%d" % VERSION}) + "\n")
    sys.stdout.flush()
    prepare_asyncio()
    sys.setrecursionlimit(10000)
    # Runs leave cycles behind; they are collected now and then, between runs.
    gc.disable()
    gc.freeze()
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            told = answer(json.loads(line))
        except Exception:
            told = {"error": traceback.format_exc()}
        write(json.dumps(told) + "\n")
        sys.stdout.flush()
        if number % 100 == 0:
            gc.collect()


if __name__ == "__main__":
    main()
