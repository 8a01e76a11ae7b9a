"""The coroutines of one run: its main one, what they wait for, and how they end.

A step of a coroutine never suspends a greenlet; but steps run in a greenlet that is there as long as they do, so that
code which swallows the end of its run can be left where it stands, as that of ``def run``.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import math
import sys
import types
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent, greenlet

from simpleflow.exceptions import ExecutionBlocked
from simpleflow.futures import ALL_COMPLETED, Future, is_enough, running
from simpleflow.replay.greenlets import Cell, RunEvicted
from simpleflow.replay.loops import Awaited, Loop, Task, is_open
from simpleflow.replay.unwinding import close_unstarted, end, frames

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


class Coroutines:
    """The event loop of a run, and the task that is ``run``. There is none of both before it is needed."""

    def __init__(self, run: Run, context: contextvars.Context) -> None:
        self._run = run
        self._context = context
        self._loop: Loop | None = None
        self._main: Task | None = None
        self._stepping: greenlet | None = None
        self._error: BaseException | None = None
        """What the main task was cancelled for."""

    @property
    def loop(self) -> Loop:
        """The event loop."""
        if self._loop is None:
            self._loop = Loop(self, self._run.greenlets.ready)
        return self._loop

    # The main task

    def start_main(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Goes on with what ``run`` has returned: its first step is ready."""
        main = self._run_to_its_end(coroutine)
        self._main = self.loop.create_task(main, name="run", context=self._context.copy())

    async def _run_to_its_end(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        run = self._run
        try:
            result = await coroutine
            if run.continuation.is_wanted and self._error is None:
                await self._argument_of_the_next_run()
        except (RunEvicted, KeyboardInterrupt):
            raise
        except asyncio.CancelledError as error:
            run.main.finish(_raising(self._error or error))
        except BaseException as error:  # noqa: BLE001  # whatever leaves run ends the execution
            run.main.finish(_raising(error))
        else:
            run.main.finish(_raising(self._error) if self._error is not None else lambda: result)

    async def _argument_of_the_next_run(self) -> None:
        await self.wait(self._run.continuation.pending(), ALL_COMPLETED, None)

    def is_main(self) -> bool:
        """Whether the caller is the main task."""
        return self.is_inside() and asyncio.current_task() is self._main

    def is_inside(self) -> bool:
        """Whether the caller is a coroutine of this run, or a callback of its loop."""
        return self._stepping is not None and getcurrent() is self._stepping

    @property
    def is_used(self) -> bool:
        """Whether the run has an ``async def run``."""
        return self._main is not None

    def fail_main(self) -> None:
        """Cancels the main task, which then fails with the failure that was told to the run."""
        self.loop.call_soon(self._cancel_main, context=self._context)

    def _cancel_main(self) -> None:
        if self._main is not None and not self._main.done() and self._run.failed and not self._run.is_undoing:
            self._error = self._error or self._run.failed.popleft()
            self._main.cancel()

    def result_of(self, value: Any) -> Any:
        """*value*; if a function of the user is a coroutine, what that returns: the calling greenlet waits for it."""
        if not inspect.iscoroutine(value):
            return value
        future: Future[Any] = Future()
        self.loop.create_task(_tell(value, future))
        return future.result_or_raise()

    # Waiting

    def wait_for(self, future: Future[Any]) -> Generator[Any, None, None]:
        """Suspends the calling coroutine until *future* is done; a wait that is cancelled gives the future up."""
        self._check_awaiting()
        if self._run.continuation.is_among((future,)):
            yield from self._continue()
        promise = Awaited(self.loop, future)
        future.add_waiter(promise)
        try:
            yield from promise
        finally:
            future.remove_waiter(promise)
        if promise.error is not None:
            raise promise.error

    async def wait(self, futures: Sequence[Future[Any]], return_when: str, timeout: float | None) -> None:
        """Suspends the calling coroutine until enough of *futures* are done; cancels none of them."""
        await _awaitable(self._wait(futures, return_when, timeout))

    def _wait(
        self, futures: Sequence[Future[Any]], return_when: str, timeout: float | None
    ) -> Generator[Any, None, None]:
        self._check_awaiting()
        if is_enough(futures, return_when):
            return
        if self._run.continuation.is_among(futures):
            yield from self._continue()
        promise = Awaited(self.loop, None)
        waiting = [future for future in dict.fromkeys(futures) if not future.done]
        cell = AwaitCell(promise, len(waiting), return_when)
        for future in waiting:
            future.add_waiter(cell)
        timer = None
        if timeout is not None:
            timer = self._run.timers.start_own("_simpleflow_wait", max(0, math.ceil(timeout)))
            timer.add_waiter(promise)
        try:
            yield from promise
        finally:
            for future in waiting:
                future.remove_waiter(cell)
            if timer is not None and not timer.done and not self.is_evicting:
                self.cancel(timer)
        if promise.error is not None:
            raise promise.error

    def _check_awaiting(self) -> None:
        if not self.is_inside():
            raise ExecutionBlocked(
                "only a coroutine of a running workflow can await this; in 'def run' read .result, which waits"
            )

    def _continue(self) -> Generator[Any, None, None]:
        yield from self._wait(self._run.continuation.pending(), ALL_COMPLETED, None)
        self._run.continuation.end()

    def awaits(self, future: Future[Any]) -> list[Awaited]:
        """Those who wait for *future*, or for a canvas that it belongs to."""
        if not self.is_used:
            return []
        found: list[Awaited] = []
        for waiter in future.waiters:
            if isinstance(waiter, Awaited):
                found.append(waiter)
            elif isinstance(waiter, AwaitCell):
                found.append(waiter.promise)
            else:
                following = waiter if isinstance(waiter, Future) else getattr(waiter, "leads_to", None)
                if following is not None:
                    found += self.awaits(following)
        return found

    # Stepping

    def go_on(self, is_over: Callable[[], bool]) -> None:
        """Runs the callbacks at the head of the queue, up to the next greenlet there."""
        ready = self.loop.ready

        def steps() -> None:
            while ready and not isinstance(ready[0], greenlet) and not is_over():
                handle = ready.popleft()
                if not handle.cancelled():
                    try:
                        handle._run()
                    except SystemExit:
                        pass  # that of a task; who awaits it gets it

        self._inside(steps)

    def _inside(self, function: Callable[[], None]) -> None:
        """Calls *function* in a greenlet, with our loop as the running one."""
        before = self._stepping
        with self._entered():
            self._stepping = self._run.greenlets.new(function)
            try:
                self._run.greenlets.call(self._stepping)
            finally:
                self._stepping = before

    @contextmanager
    def _entered(self) -> Iterator[None]:
        outer_loop = asyncio._get_running_loop()
        outer_task = _swapped(outer_loop, None)
        outer_hooks = sys.get_asyncgen_hooks()
        asyncio._set_running_loop(self.loop)
        sys.set_asyncgen_hooks(firstiter=self.loop.keep, finalizer=_leave_to_the_collector)
        try:
            yield
        finally:
            sys.set_asyncgen_hooks(*outer_hooks)
            _swapped(self.loop, None)  # a step that was left where it stands has not left
            asyncio._set_running_loop(outer_loop)
            _swapped(outer_loop, outer_task)

    # As the loop sees the run

    def check(self) -> None:
        """Raises in code that goes on after the end of its run."""
        self._run.engine.check()

    @property
    def is_evicting(self) -> bool:
        """Whether the run is being unwound."""
        return self._run.greenlets.is_evicting

    def time(self) -> float:
        """The time of the decision."""
        return self._run.now

    def start_timer(self, seconds: int) -> Future[Any]:
        """A durable timer."""
        return self._run.timers.start_own("_simpleflow_sleep", seconds)

    def cancel(self, future: Future[Any]) -> None:
        """Cancels what is behind a future."""
        token = running.set(self._run.engine)
        try:
            future.cancel()
        finally:
            running.reset(token)

    def give_up(self, future: Future[Any]) -> None:
        """Cancels what is behind a future, unless that cannot be stopped: equal ones would share a cancelled future."""
        unstoppable = (*self._run.marker_echoes.values(), self._run.timers.cancels.values())
        if not any(record.future is future for records in unstoppable for record in records):
            self.cancel(future)

    def report(self, message: str) -> None:
        """Tells of an error with the next answer."""
        if not self._run.is_replaying and not self.is_evicting:
            self._run.note(message)

    # Ending

    @property
    def count(self) -> int:
        """How many tasks are not done."""
        return 0 if self._loop is None else len(self._loop.tasks)

    def frames(self) -> list[list[FrameType]]:
        """Of each task, the frames in which it is suspended, the innermost first."""
        tasks = () if self._loop is None else self._loop.tasks
        return [list(frames(task.get_coro()))[::-1] for task in tasks]

    def unwind(self) -> None:
        """Ends every task, then every generator: ``finally`` and ``with`` blocks run, without effect on the run."""
        if self._loop is None:
            return
        tasks = list(self._loop.tasks)
        for task in tasks:
            task._log_destroy_pending = False
        close_unstarted([vars(self._run.workflow)])
        for task in tasks:
            if not task.done():
                self._end(task.get_coro)
        for generator in list(self._loop.generators):
            if is_open(generator):
                self._end(generator.aclose)
        self._loop.tasks.clear()
        self._loop.generators.clear()

    def _end(self, what: Callable[[], Any]) -> None:
        def ending() -> None:
            if not end(what()):
                self._run.greenlets.failed_to_end += 1

        self._inside(ending)


class AwaitCell(Cell):
    """A coroutine that waits for several futures."""

    __slots__ = ("promise",)

    def __init__(self, promise: Awaited, remaining: int, return_when: str) -> None:
        super().__init__(remaining, return_when, promise.resume)
        self.promise = promise


async def _tell(coroutine: Coroutine[Any, Any, Any], future: Future[Any]) -> None:
    try:
        future.set_finished(await coroutine)
    except (RunEvicted, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001  # it is raised where the result is read
        future.set_exception(error)


def _raising(error: BaseException) -> Callable[[], Any]:
    def outcome() -> Any:
        raise error

    return outcome


@types.coroutine
def _awaitable(generator: Generator[Any, None, None]) -> Generator[Any, None, None]:
    yield from generator


def _leave_to_the_collector(generator: AsyncGenerator[Any, Any]) -> None:
    """Generators that are dropped end with the run: the time of the collector is no part of the history."""


def _swapped(loop: asyncio.AbstractEventLoop | None, task: asyncio.Task[Any] | None) -> asyncio.Task[Any] | None:
    """The current task of *loop*, which *task* takes the place of. Only newer Pythons have one for all loops."""
    if loop is None or sys.version_info < (3, 14):
        return None
    swapped: asyncio.Task[Any] | None = asyncio.tasks._swap_current_task(loop, task)
    return swapped
