"""What comes of a program that asyncdemo prints, on the real clock: the bystander of `asyncdemo verify --untouched`.

It reads one request a line on standard input (JSON: the program's text, what its functions and variables are called in
the scenario, and the variables that hold what the call gives) and runs the text as it is. Nothing of asyncio is replaced
or subclassed: loop, clock, tasks, futures, gather(), wait(), sleep() and run() are CPython's own. It does four things:

* Before each run it allocates blocks of random sizes and frees half of them. The order of a set of tasks follows from
  their addresses, and without that a program would get much the same addresses in each process.
* The program's `print` is a function of this file that prints to standard error. When main() prints for the first time,
  it has what it called for: then its local variables are looked at, and the objects in them are kept until the end.
* A handler takes what asyncio logs, and `warnings.showwarning` what Python warns, with every warning shown.
* When the program has ended, it looks at what became of the objects that it kept, lets go of them, and collects garbage,
  so that Python logs and warns about what nobody asked for.

For each run it writes a line with what the call gave as soon as the program prints that, and one at its end. A program
that hangs writes no second line, or none at all: asyncdemo ends it.

What cannot be seen from here is left out of the comparison: the times and passes at which things happen; what became of a
task that no variable of main() holds, which is so where gather() returned all results, and where the program never
ends; which one of several clones something happened to (`count`), since all run the same function; and the message of a
task's own CancelledError, because to look at it is to take it away.
"""

import asyncio
import gc
import json
import logging
import random
import re
import sys
import traceback
import warnings

VERSION = "%d.%d" % sys.version_info[:2]


class Run:
    """One program, and what is seen of it."""

    def __init__(self, request):
        self.names = request["names"]
        self.variables = request["variables"]
        # What main() got from its call, once it has printed that.
        self.call = None
        # What `group.done()` was, each time that the program asked.
        self.checks = []
        # By identity: the tasks, futures and groups that main() knows, and their names in the scenario.
        self.kept = {}
        self.name_of = {}
        self.warnings = []
        self.logs = []

    def print(self, *what):
        """The program's print()."""
        caller = sys._getframe(1)
        if caller.f_code.co_name == "<lambda>" and isinstance(what[-1], bool):
            self.checks.append(what[-1])
        elif caller.f_code.co_name == "main" and self.call is None:
            self.look_at(dict(caller.f_locals))
        print(*what, file=sys.stderr)

    def look_at(self, scope):
        """main() has what it called for."""
        for variable, held in scope.items():
            for made in held if isinstance(held, (list, set)) else [held]:
                if isinstance(made, asyncio.Future):
                    self.keep(made, self.names.get(variable))
        for task in asyncio.all_tasks():
            self.keep(task, None)
        if "error" in scope:
            self.call = exception_json(scope["error"])
        else:
            self.call = {variable: self.told(scope[variable]) for variable in self.variables}
        write({"call": self.call})

    def keep(self, made, name):
        if isinstance(made, asyncio.Task):
            name = self.names.get(made.get_coro().__name__)
        self.kept[id(made)] = made
        if name is not None:
            self.name_of[id(made)] = name

    def told(self, value):
        """A value as JSON; a set of awaitables as their names."""
        if isinstance(value, BaseException):
            return exception_json(value)
        if isinstance(value, set):
            return sorted(self.name_of[id(made)] for made in value)
        if isinstance(value, list):
            return [self.told(item) for item in value]
        if isinstance(value, dict):
            return {key: self.told(item) for key, item in value.items()}
        return value

    def end_of(self, made):
        """What became of something. exception() would count as asking for it."""
        if not made.done():
            return {"end": "pending"}
        if made.cancelled():
            return {"end": "cancelled"}
        if made._exception is not None:
            return {"end": "raised", "value": exception_json(made._exception)}
        return {"end": "returned", "value": self.told(made._result)}

    def ends(self):
        return [dict(self.end_of(made), name=self.name_of[key]) for key, made in self.kept.items() if key in self.name_of]

    def warn(self, message, *_):
        """A coroutine goes by the name of its function."""
        own_name = lambda match: match.group(1) + self.names.get(match.group(2), match.group(2))
        self.warnings.append(re.sub(r"^(coroutine ')(\w+)", own_name, str(message)))


class Logged(logging.Handler):
    """Takes the first line of what asyncio logs."""

    run = None

    def emit(self, record):
        self.run.logs.append(record.getMessage().split("\n")[0])


def exception_json(error):
    return {"type": type(error).__name__, "message": error.args[0] if error.args else None}


def scatter():
    """Blocks of random sizes, of which every second one, taken at random, is free again."""
    blocks = [bytes(random.randrange(500)) for _ in range(random.randrange(2000, 4000))]
    random.shuffle(blocks)
    del blocks[::2]
    return blocks


def write(told):
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def watch(request, logged):
    """Runs a program; what is seen of it at its end."""
    run = logged.run = Run(request)
    warnings.showwarning = run.warn
    blocks = scatter()
    namespace = {"__name__": "__main__", "print": run.print}
    exec(compile(request["program"], "<program>", "exec", dont_inherit=True), namespace)
    ends = run.ends()
    namespace.clear()
    run.kept.clear()
    gc.collect()
    del blocks
    return {"ends": ends, "checks": run.checks, "warnings": run.warnings, "logs": run.logs}


def main():
    write({"python": VERSION})
    warnings.simplefilter("always")
    logged = Logged()
    logging.getLogger("asyncio").addHandler(logged)
    for line in sys.stdin.buffer:
        try:
            told = watch(json.loads(line.decode()), logged)
        except Exception:
            told = {"error": traceback.format_exc()}
        write(told)


if __name__ == "__main__":
    main()
