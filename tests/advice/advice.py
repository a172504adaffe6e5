"""What the answers of the built-in scenarios say about asyncio, tried out on this Python.

Each function is one statement; the scenarios that make it are in its docstring. Times are short, and no assertion
depends on how long anything takes.
"""

import asyncio
import gc
import sys
import time


async def sleeper(delay=0.01, value=None):
    await asyncio.sleep(delay)
    return value


async def failing():
    raise OSError("disk is full")


def logs_of(main):
    """What asyncio logs while main() runs, and until its tasks are destroyed."""
    logs = []

    async def watched():
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: logs.append(context["message"])
        )
        await main()
        gc.collect()

    asyncio.run(watched())
    return logs


def a_blocking_caller_delays_the_start_of_tasks():
    """tasks, wrapped-at-the-call, runs-before-await, lazy-wait, when-work-starts"""
    started = []

    async def work():
        started.append(True)

    async def main():
        task = asyncio.create_task(work())
        group = asyncio.gather(work())
        time.sleep(0.01)
        assert not started
        await asyncio.sleep(0)
        assert len(started) == 2
        await task
        await group

    asyncio.run(main())


def return_exceptions_tells_who_was_cancelled():
    """who-was-cancelled"""

    async def main(whose):
        task = asyncio.create_task(sleeper(60))
        me = asyncio.current_task()
        asyncio.get_running_loop().call_soon(
            task.cancel if whose == "member" else me.cancel
        )
        try:
            (result,) = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(result, asyncio.CancelledError)
            found = "member"
        except asyncio.CancelledError:
            found = "caller"
        assert found == whose

    async def counted(whose):
        task = asyncio.create_task(sleeper(60))
        me = asyncio.current_task()
        asyncio.get_running_loop().call_soon(
            task.cancel if whose == "member" else me.cancel
        )
        try:
            await asyncio.gather(task)
        except asyncio.CancelledError:
            assert (me.cancelling() == 0) == (whose == "member")

    for whose in ("member", "caller"):
        asyncio.run(main(whose))
        if sys.version_info >= (3, 11):
            asyncio.run(counted(whose))


def a_shield_alone_does_not_outlive_the_shutdown():
    """exceptions-no-shield"""

    async def main(task, awaits):
        asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)
        try:
            await asyncio.gather(asyncio.shield(task), return_exceptions=True)
        except asyncio.CancelledError:
            if awaits:
                await task
            raise

    for awaits in (True, False):
        tasks = []

        async def whole():
            tasks.append(asyncio.create_task(sleeper(value="kept")))
            await main(tasks[0], awaits)

        try:
            asyncio.run(whole())
            raise AssertionError("it was cancelled")
        except asyncio.CancelledError:
            pass
        assert tasks[0].cancelled() != awaits
        assert not awaits or tasks[0].result() == "kept"


def cancelling_a_failed_task_silences_its_log():
    """cancelled-caller"""

    async def main(cancels):
        task = asyncio.create_task(failing())
        await asyncio.wait([task])
        if cancels:
            assert not task.cancel()

    assert logs_of(lambda: main(False)) == ["Task exception was never retrieved"]
    assert logs_of(lambda: main(True)) == []


def cancelled_tasks_are_awaited_with_gather():
    """cancelled-caller, first-completed, timeout, too-late-to-cancel"""

    async def main():
        cleaned = []

        async def careful():
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0)
                cleaned.append(True)

        tasks = [asyncio.create_task(careful()), asyncio.create_task(careful())]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert len(cleaned) == 2 and all(task.cancelled() for task in tasks)

    asyncio.run(main())


def wait_for_raises_timeout_error_and_loses_the_results():
    """time-limit"""

    async def main():
        quote, courier = asyncio.create_task(sleeper(0)), asyncio.create_task(
            sleeper(60)
        )
        try:
            await asyncio.wait_for(asyncio.gather(quote, courier), timeout=0.02)
            raise AssertionError("it timed out")
        except asyncio.TimeoutError:
            assert courier.cancelled()

    logged = ["_GatheringFuture exception was never retrieved"]
    assert logs_of(main) == (logged if sys.version_info < (3, 9) else [])


def a_cancelled_task_raises_when_its_exception_is_read():
    """waits-for-all, failures-in-tasks, values-or-tasks"""

    async def main():
        task = asyncio.create_task(sleeper(60))
        task.cancel()
        await asyncio.wait([task])
        for read in (task.exception, task.result):
            try:
                read()
                raise AssertionError("it was cancelled")
            except asyncio.CancelledError:
                pass

    asyncio.run(main())


def a_cancelled_group_has_an_exception():
    """done-callback"""

    async def main():
        group = asyncio.gather(sleeper(60))
        group.cancel()
        await asyncio.wait([group])
        assert not group.cancelled()
        assert isinstance(group.exception(), asyncio.CancelledError)

    asyncio.run(main())


def group_cancel_returns_false_after_gather_has_raised():
    """too-late-to-cancel"""

    async def main():
        group = asyncio.gather(failing(), sleeper())
        try:
            await group
        except OSError:
            assert group.cancel() is False

    asyncio.run(main())


def wait_takes_one_positional_argument():
    """arguments-or-list"""

    async def main():
        tasks = [asyncio.create_task(sleeper(0)), asyncio.create_task(sleeper(0))]
        try:
            await asyncio.wait(*tasks)
            raise AssertionError("it takes one argument")
        except TypeError:
            await asyncio.wait(tasks)

    asyncio.run(main())


def a_timeout_can_start_with_the_call():
    """lazy-wait, future-or-coroutine"""

    async def main():
        late = asyncio.create_task(sleeper(60))
        waiting = asyncio.create_task(asyncio.wait([late], timeout=0.01))
        await asyncio.sleep(0.05)
        assert waiting.done()
        late.cancel()

    asyncio.run(main())


def task_group_cancels_the_rest_and_raises_a_group():
    """siblings-run-on, booked-anyway, too-late-to-cancel"""
    if sys.version_info < (3, 11):
        return
    # Earlier versions cannot even parse `except*`.
    program = """
async def main():
    caught = []
    try:
        async with asyncio.TaskGroup() as group:
            rest = group.create_task(sleeper(60))
            group.create_task(failing())
    except* OSError as errors:
        caught.extend(errors.exceptions)
    assert len(caught) == 1 and rest.cancelled()
asyncio.run(main())
"""
    exec(program, dict(globals()))


STATEMENTS = [
    a_blocking_caller_delays_the_start_of_tasks,
    return_exceptions_tells_who_was_cancelled,
    a_shield_alone_does_not_outlive_the_shutdown,
    cancelling_a_failed_task_silences_its_log,
    cancelled_tasks_are_awaited_with_gather,
    wait_for_raises_timeout_error_and_loses_the_results,
    a_cancelled_task_raises_when_its_exception_is_read,
    a_cancelled_group_has_an_exception,
    group_cancel_returns_false_after_gather_has_raised,
    wait_takes_one_positional_argument,
    a_timeout_can_start_with_the_call,
    task_group_cancels_the_rest_and_raises_a_group,
]
for statement in STATEMENTS:
    statement()
    print(statement.__name__, "of", statement.__doc__.strip())
