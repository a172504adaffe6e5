"""What CPython itself does with a scenario: the reference that asyncdemo is compared with.

It reads one resolved scenario with one call a line on standard input (JSON; times in integer nanoseconds, awaitables
referred to by position) and writes one answer a line: what the caller got, every event, warnings and logs, in the
words of asyncdemo's run document. The first line that it writes says which Python it is.

Task, Future, gather() and wait() are CPython's own, and so is asyncio.run(). Four things differ from a real program:

* the clock is an integer that the loop owns; where the selector would block, it moves to the earliest deadline;
* timers order by (deadline, creation), as they do on a real clock, where no two read the same time;
* where CPython iterates a set of futures, the order is that of the arguments, or of creation;
* where nothing is ready and no timer is left, the run ends instead of blocking forever.

Whoever watches adds no pass of the loop: bodies tell of themselves, everything else is told by a subclass that
overrides a method (`cancel`, `set_result`, ...) and calls CPython's.

Works unchanged on CPython 3.8 to 3.14, with nothing but the standard library.
"""

import ast
import asyncio
import builtins
import gc
import inspect
import json
import signal
import sys
import traceback
import warnings
from asyncio import base_events, events, tasks
from asyncio import CancelledError

VERSION = sys.version_info[:2]
FOREVER = "forever"
GROUP = "group"
CALLER = "caller"


class Stuck(BaseException):
    """Nothing is ready and no timer is left: a real program would wait here forever."""


# ----------------------------------------------------------------------------------------------------------------------
# The program that a scenario means.


async def program(run):
    """The main coroutine: what asyncdemo promises to run, literally."""
    loop, caller = run.loop, run.caller
    run.task = asyncio.current_task()

    for awaitable in run.awaitables:
        if awaitable.kind == "task":
            awaitable.object = loop.create_task(coroutine(run, awaitable))
        elif awaitable.kind == "future":
            awaitable.object = Future(run, awaitable)
            if awaitable.delay is None:
                awaitable.object.settle()
            elif awaitable.delay != FOREVER:
                loop.call_later(awaitable.delay, awaitable.object.settle)

    for awaitable in run.awaitables:
        if awaitable.cancel_at is not None:
            loop.call_at(awaitable.cancel_at, run.cancel, awaitable)
    if caller["cancel_at"] is not None:
        loop.call_at(caller["cancel_at"], run.cancel_caller)

    try:
        outcome = await call(run)
    except GeneratorExit:
        raise  # Not the program: the interpreter collects a run that got stuck.
    except CancelledError as error:
        outcome = {"status": "cancelled", "exception": exception_json(error)}
        run.say_from(outcome, error)
    except BaseException as error:
        outcome = {"status": "raised", "exception": exception_json(error)}
        run.say_from(outcome, error)
    outcome["at"] = loop.now / 1e9
    run.outcome = outcome
    run.event("resume", outcome=outcome["status"])

    if caller["then"] == "finish":
        try:
            while True:
                left = [future for future in run.made if not future.done()]
                if not left:
                    break
                await asyncio.wait(left)
        except CancelledError:
            pass
    run.event("exit")


async def call(run):
    """Makes the call and awaits what it gave."""
    loop, caller, options = run.loop, run.caller, run.call

    if caller["call_at"] is not None:
        await asyncio.sleep(caller["call_at"] - loop.time())

    arguments = [argument(run, run.awaitables[index]) for index in caller["args"]]
    function = options["function"]
    if function == "wait" and options["wrap"]:
        for awaitable in run.arguments:
            if awaitable.kind == "coroutine" and awaitable.object is None:
                loop.create_task(awaitable.coroutine)
        arguments = [awaitable.object for awaitable in run.arguments]
    run.event("call", function=function)
    if function == "gather":
        called = gather(run, None, arguments if caller["unpack"] else [arguments], options["return_exceptions"])
        if caller["cancel_group_at"] is not None:
            loop.call_at(caller["cancel_group_at"], run.cancel_group, called)
        for moment in caller["check_done_at"]:
            loop.call_at(moment, run.check, called)
    else:
        run.maker = "wait"
        called = run.wait_coroutine = asyncio.wait(
            collection(options["collection"], arguments),
            timeout=options["timeout"],
            return_when=getattr(asyncio, options["return_when"]),
        )

    if caller["await_at"] is not None:
        await asyncio.sleep(caller["await_at"] - loop.time())
    run.event("await")
    given = await called

    if function == "gather":
        return {"status": "returned", "results": results_json(run.arguments, given)}
    done, pending = given
    order = list(dict.fromkeys(run.arguments))
    return {
        "status": "returned",
        "done": [awaitable.name for awaitable in order if awaitable.object in done],
        "pending": [awaitable.name for awaitable in order if awaitable.object in pending],
    }


def argument(run, awaitable):
    """What stands for an awaitable in an argument list: made at its first use."""
    if awaitable.kind == "coroutine":
        if awaitable.coroutine is None:
            coroutine(run, awaitable)
        return awaitable.coroutine
    if awaitable.kind == "gather" and awaitable.object is None:
        members = [argument(run, member) for member in awaitable.members]
        gather(run, awaitable, members, awaitable.return_exceptions)
    return awaitable.object


def gather(run, awaitable, arguments, return_exceptions):
    """asyncio.gather() and the done callback that every group gets right after. `awaitable` is None for the call's own."""
    run.maker, run.making = "gather", (awaitable, run.arguments if awaitable is None else awaitable.members)
    try:
        group = asyncio.gather(*arguments, return_exceptions=return_exceptions)
    finally:
        run.maker, run.making = "caller", None
    name = GROUP if awaitable is None else awaitable.name
    group.add_done_callback(lambda _: run.event("callback", awaitable=name))
    return group


def collection(kind, arguments):
    """wait()'s one argument."""
    if kind == "list":
        return arguments
    if kind == "tuple":
        return tuple(arguments)
    if kind == "set":
        return OrderedSet(arguments)
    if kind == "dict":
        return dict.fromkeys(arguments)
    if kind == "generator":
        return (argument for argument in arguments)
    return arguments[0]


def coroutine(run, awaitable):
    """The coroutine object of an awaitable, named as its table is."""
    made = body(run, awaitable)
    made.__qualname__ = awaitable.table
    awaitable.coroutine = made
    run.coroutines[made] = awaitable
    return made


async def body(run, awaitable):
    """What a coroutine or task does: sleep, then end; and what it does on CancelledError in its delay."""
    awaitable.started = True
    run.event("start", awaitable=awaitable.name)
    try:
        if awaitable.on_cancel is None:
            await delay(run, awaitable.delay)
            value = ending(run, awaitable)
        else:
            try:
                await delay(run, awaitable.delay)
            except CancelledError:
                run.event("cleanup", awaitable=awaitable.name)
                await delay(run, awaitable.on_cancel.delay)
                if not awaitable.on_cancel.ends:
                    raise
                value = ending(run, awaitable.on_cancel)
            else:
                value = ending(run, awaitable)
    except GeneratorExit:
        raise  # Not the program: the interpreter collects a run that got stuck.
    except BaseException as error:
        run.finish_with(awaitable, error)
        raise
    run.event("finish", awaitable=awaitable.name, outcome="returned", value=value)
    return value


async def delay(run, duration):
    """Sleeps; None does not suspend, 0 is one bare yield."""
    if duration is None:
        return
    if duration == FOREVER:
        await run.loop.create_future()
    else:
        await asyncio.sleep(duration)


def ending(run, end):
    """Returns or raises, as the scenario says."""
    if end.raises is not None:
        raise exception(run, end.raises)
    return end.returns


def exception(run, raises):
    """A new exception of the class that a scenario names: a built-in one's, or a subclass of Exception made for it."""
    name, message = raises["type"], raises["message"]
    if name == "CancelledError":
        made = CancelledError
    else:
        made = getattr(builtins, name, None)
        if not (isinstance(made, type) and issubclass(made, BaseException)):
            made = run.classes.get(name)
            if made is None:
                made = run.classes[name] = type(name, (Exception,), {})
    return made() if message is None else made(message)


# ----------------------------------------------------------------------------------------------------------------------
# Those who watch. CPython's own classes, with overridden methods that tell what is called. Their names are those that
# asyncio's error texts name.


class Task(asyncio.Task):
    """A task of the scenario, or (without an awaitable) the caller's or one of asyncio.run()'s own."""

    run = None
    awaitable = None

    def cancel(self, *args, **kwargs):
        run = self.run
        if run is None:
            return super().cancel(*args, **kwargs)
        if self.awaitable is None:
            return run.tell_cancel(CALLER, "caller", super().cancel, args, kwargs)
        return run.tell_cancel(self.awaitable.name, None, super().cancel, args, kwargs)


class Observed:
    """A scenario's coroutine as its task sees it: tells of a task that is cancelled before its first step."""

    __slots__ = ("send", "close", "__await__", "_throw", "_run", "_awaitable")

    def __init__(self, run, awaitable):
        self.send = awaitable.coroutine.send
        self.close = awaitable.coroutine.close
        self._throw = awaitable.coroutine.throw
        self._run = run
        self._awaitable = awaitable

    def throw(self, error, *rest):
        if not self._awaitable.started:
            self._run.finish_with(self._awaitable, error)
        return self._throw(error, *rest)


class Future(asyncio.Future):
    """A bare future of the scenario, or what gather() of nothing gives."""

    def __init__(self, run, awaitable):
        super().__init__(loop=run.loop)
        self.run = run
        self.awaitable = awaitable
        self.told_name = GROUP if awaitable is None else awaitable.name
        run.add(self, awaitable, "future" if awaitable is not None and awaitable.kind == "future" else "gather")

    def settle(self):
        """What the loop does after the delay."""
        if self.done():
            return
        raises = self.awaitable.raises
        if raises is None:
            self.set_result(self.awaitable.returns)
        elif raises["type"] != "CancelledError":
            self.set_exception(exception(self.run, raises))
        elif raises["message"] is None or VERSION < (3, 9):
            super().cancel()
            self.tell_cancelled(raises["message"])
        else:
            super().cancel(raises["message"])
            self.tell_cancelled(raises["message"])

    def set_result(self, result):
        super().set_result(result)
        # gather() of nothing settles with [].
        self.run.event("finish", awaitable=self.told_name, outcome="returned", value=result)

    def set_exception(self, error):
        super().set_exception(error)
        self.run.finish_with(self.awaitable, error)

    def cancel(self, *args, **kwargs):
        accepted = self.run.tell_cancel(self.told_name, None, super().cancel, args, kwargs)
        if accepted:
            message = kwargs.get("msg", args[0] if args else None)
            self.tell_cancelled(message)
        return accepted

    def tell_cancelled(self, message):
        error = CancelledError() if message is None or VERSION < (3, 9) else CancelledError(message)
        self.run.finish_with(self.awaitable, error)


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

    def cancel(self, *args, **kwargs):
        return self.run.tell_cancel(self.told_name, "group", super().cancel, args, kwargs)

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
                run.set_origin(error, child.awaitable)
            exception = exception_json(error)
            run.event("finish", awaitable=self.told_name, outcome="raised", exception=exception)


class Run:
    """One scenario and what has been told about it."""

    def __init__(self, scenario, loop):
        self.loop = loop
        self.awaitables = [Awaitable(entry) for entry in scenario["awaitables"]]
        for awaitable in self.awaitables:
            awaitable.members = [self.awaitables[index] for index in awaitable.members]
        self.caller = scenario["caller"]
        self.call = scenario["call"]
        self.arguments = [self.awaitables[index] for index in self.caller["args"]]
        self.task = None
        self.outcome = None
        self.events = []
        self.warnings = []
        self.logs = []
        # Whoever makes a task now, and who calls .cancel() now, in the words of the events.
        self.maker = "caller"
        self.canceller = "exit"
        # The group that gather() is making: its awaitable (None for the call's own) and its members.
        self.making = None
        # Everything made so far, in creation order: for the caller's last wait, and with the call's own group.
        self.made = []
        self.objects = []
        self.tasks = []
        self.coroutines = {}
        self.wait_coroutine = None
        self.classes = {}
        # Exceptions by identity: the exception, and the name of the awaitable that it comes from.
        self.origins = {}

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
            self.made.append(made)
            maker = self.maker if kind == "task" else "caller"
            self.event("create", awaitable=awaitable.name, kind=kind, by=maker)

    def finish_with(self, awaitable, error):
        """A body or a future ends with an exception."""
        self.set_origin(error, awaitable)
        outcome = "cancelled" if isinstance(error, CancelledError) else "raised"
        self.event("finish", awaitable=awaitable.name, outcome=outcome, exception=exception_json(error))

    def set_origin(self, error, awaitable):
        self.origins[id(error)] = (error, None if awaitable is None else awaitable.name)

    def say_from(self, outcome, error):
        _, name = self.origins.get(id(error), (None, None))
        if name is not None:
            outcome["from"] = name

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

    # What the scenario's timers call.

    def cancel(self, awaitable):
        self.canceller = "schedule"
        try:
            if awaitable.object is None:
                self.event("cancel", target=awaitable.name, accepted=False, by="schedule")
            elif awaitable.cancel_message is None or VERSION < (3, 9):
                awaitable.object.cancel()
            else:
                awaitable.object.cancel(awaitable.cancel_message)
        finally:
            self.canceller = "exit"

    def cancel_caller(self):
        self.canceller = "schedule"
        try:
            self.task.cancel()
        finally:
            self.canceller = "exit"

    def cancel_group(self, group):
        self.canceller = "schedule"
        try:
            group.cancel()
        finally:
            self.canceller = "exit"

    def check(self, group):
        self.event("check", done=group.done())

    # The end.

    def end(self):
        """Tells what Python would warn and log when it collects what is left, and lets nothing reach the next run.

        A program that got stuck never comes to that: nothing is told of it.
        """
        never_awaited = list(self.coroutines)
        if self.wait_coroutine is not None:
            never_awaited.append(self.wait_coroutine)
        for made in never_awaited:
            if inspect.getcoroutinestate(made) == inspect.CORO_CREATED:
                made.close()  # Else the interpreter would warn whenever it collects this.
                if not self.loop.stuck:
                    self.warning("coroutine '%s' was never awaited" % made.__qualname__)
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


class Awaitable:
    """An entry of the scenario, and what has been made of it."""

    __slots__ = ("name", "table", "kind", "delay", "returns", "raises", "cancel_at", "cancel_message", "on_cancel",
                 "members", "return_exceptions", "coroutine", "object", "started", "results")

    def __init__(self, entry):
        get = entry.get
        self.name = entry["name"]
        self.table = entry["table"]
        self.kind = entry["kind"]
        self.delay = get("delay")
        self.returns = get("returns")
        self.raises = get("raises")
        self.cancel_at = get("cancel_at")
        self.cancel_message = get("cancel_message")
        on_cancel = get("on_cancel")
        self.on_cancel = None if on_cancel is None else OnCancel(on_cancel)
        self.members = get("members", ())
        self.return_exceptions = get("return_exceptions", False)
        self.coroutine = None
        self.object = None
        self.started = False
        self.results = None


class OnCancel:
    """What a body does on CancelledError in its delay."""

    __slots__ = ("delay", "ends", "returns", "raises")

    def __init__(self, entry):
        self.delay = entry.get("cleanup")
        self.ends = "returns" in entry or "raises" in entry
        self.returns = entry.get("returns")
        self.raises = entry.get("raises")


def exception_json(error):
    return {"type": type(error).__name__, "message": error.args[0] if error.args else None}


def results_json(members, results):
    """gather()'s list, with the names of its arguments."""
    told = []
    for awaitable, result in zip(members, results):
        if isinstance(result, BaseException):
            told.append({"awaitable": awaitable.name, "exception": exception_json(result)})
        elif awaitable.kind == "gather":
            told.append({"awaitable": awaitable.name, "value": awaitable.results or []})
        else:
            told.append({"awaitable": awaitable.name, "value": result})
    return told


# ----------------------------------------------------------------------------------------------------------------------
# The loop: CPython's BaseEventLoop with a clock of its own.


class Loop(base_events.BaseEventLoop):
    """An event loop that never waits: time is an integer, and moves only where a real loop would block."""

    def __init__(self):
        super().__init__()
        # A handle is due where `when < time + resolution`: with integers, where `when <= time`.
        self._clock_resolution = 1
        self._selector = self
        self.now = 0
        self.iteration = 0
        self.stuck = False
        self.run = None

    def time(self):
        return self.now

    def select(self, timeout):
        """The selector: called once a pass. A deadline in the heap is the only thing that a run can wait for."""
        self.iteration += 1
        if timeout is None:
            self.iteration -= 1
            self.stuck = True
            raise Stuck
        if timeout > 0:
            self.now = self._scheduled[0]._when
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
        run = self.run
        awaitable = run.coroutines.get(coro)
        if awaitable is not None:
            task = Task(Observed(run, awaitable), loop=self, **kwargs)
            task.run = run
            task.awaitable = awaitable
            run.tasks.append(task)
            run.add(task, awaitable, "task")
            return task
        task = Task(coro, loop=self, **kwargs)
        if run.task is None and coro.__name__ == "program":
            task.run = run
        return task

    def create_future(self):
        run = self.run
        if run.making is not None:
            # gather() of nothing gives a plain future.
            return Future(run, run.making[0])
        return asyncio.Future(loop=self)

    def call_exception_handler(self, context):
        run = self.run
        if run is None:
            return  # The interpreter collects what is left of a run that got stuck.
        if context["message"] == "unhandled exception during asyncio.run() shutdown":
            run.log(context["message"], context["task"].awaitable.name)
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
    """What `set` means inside asyncio.tasks: one that iterates in the order of insertion."""

    def __init__(self, items=()):
        items = list(items)
        set(items)  # Raises what a set raises.
        super().__init__(dict.fromkeys(items))

    def add(self, item):
        self[item] = None


def all_tasks(loop=None):
    """asyncio.all_tasks(), in creation order; asyncio.run()'s own tasks are done where it asks."""
    if loop.stuck:
        return []
    return [task for task in loop.run.tasks if not task.done()]


def release_waiter(waiter, *args):
    """What wait()'s timer calls."""
    waiter.get_loop().run.event("timeout")
    cpython_release_waiter(waiter, *args)


class SetComprehensions(ast.NodeTransformer):
    """Makes `{... for ...}` say `set(... for ...)`, so that it can be an OrderedSet."""

    def visit_SetComp(self, node):
        self.generic_visit(node)
        generator = ast.GeneratorExp(elt=node.elt, generators=node.generators)
        return ast.Call(func=ast.Name(id="set", ctx=ast.Load()), args=[generator], keywords=[])


cpython_release_waiter = tasks._release_waiter


def prepare_asyncio():
    """Puts the loop's four differences, and those who watch, into asyncio."""
    tasks.set = OrderedSet
    if VERSION < (3, 11):
        # Up to 3.10 wait() builds its set of futures by a comprehension.
        tree = SetComprehensions().visit(ast.parse(inspect.getsource(tasks.wait)))
        exec(compile(ast.fix_missing_locations(tree), tasks.__file__, "exec"), tasks.__dict__)
        asyncio.wait = tasks.wait
    tasks.all_tasks = all_tasks
    tasks._release_waiter = release_waiter
    tasks._GatheringFuture = _GatheringFuture
    events.TimerHandle = Timer
    warnings.simplefilter("always")
    # asyncio.run() need not take SIGINT over; this process just ends.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run_to_end(loop, main):
    """asyncio.run(), on this loop."""
    if VERSION >= (3, 11):
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(main)
    else:
        events.new_event_loop = lambda: loop
        asyncio.run(main)


def answer(scenario):
    """Runs one scenario; what the caller got and everything that was told."""
    loop = Loop()
    run = loop.run = Run(scenario, loop)
    warnings.showwarning = lambda message, *_: run.warning(str(message))
    try:
        run_to_end(loop, program(run))
    except Stuck:
        if run.outcome is None:
            run.outcome = {"status": "hangs", "at": loop.now / 1e9}
    finally:
        run.end()
        loop.run = None
    return {"outcome": run.outcome, "events": run.events, "warnings": run.warnings, "logs": run.logs}


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
