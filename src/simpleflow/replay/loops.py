"""The event loop of one run: asyncio, driven by the history of the execution instead of sockets and a clock.

What is ready runs first come first served, in one queue with the greenlets; time is that of the decision, a
``call_later`` is a durable timer. What the history cannot decide (sockets, threads, processes) is refused.
"""

from __future__ import annotations

import asyncio
import math
import sys
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator
from contextvars import Context
from types import FrameType
from typing import Any, Final, Protocol, TypeVarTuple

from simpleflow.futures import Future
from simpleflow.replay.outside import ClosedLoop

LONGEST_S: Final = 99_999_999
NOISE_DIGITS: Final = 6
"""Digits of a second that survive when a duration is added to the time of today and taken off again."""
FEW_GENERATORS: Final = 100

Ts = TypeVarTuple("Ts")


class Driver(Protocol):
    """A run, as its event loop sees it."""

    def check(self) -> None:
        """Raises in code that goes on after the end of its run."""

    @property
    def is_evicting(self) -> bool:
        """Whether the code is being unwound."""

    def time(self) -> float:
        """The time of the decision."""

    def start_timer(self, seconds: int) -> Future[Any]:
        """A durable timer."""

    def cancel(self, future: Future[Any]) -> None:
        """Cancels what is behind a future."""

    def give_up(self, future: Future[Any]) -> None:
        """Nobody waits for a future any more: cancels what is behind it, if that is possible."""

    def report(self, message: str) -> None:
        """An error that nobody in the workflow hears of."""


class Promise(asyncio.Future[Any]):
    """The loop's futures. Their hash is a number, so that sets of them keep their order in each replay."""

    def __init__(self, loop: Loop) -> None:
        self._number = loop.next_number()
        self._driver = loop.driver
        super().__init__(loop=loop)

    def __hash__(self) -> int:
        return self._number

    def __await__(self) -> Generator[Any, None, Any]:
        self._driver.check()
        return super().__await__()

    __iter__ = __await__

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancels it, unless it is done."""
        self._driver.check()
        return super().cancel(msg)


class Awaited(Promise):
    """What a coroutine is suspended on that awaits *source*.

    If the wait is cancelled, so is the source, unless others wait for it too: an equal task may have been submitted
    elsewhere, and be this one.
    """

    def __init__(self, loop: Loop, source: Future[Any] | None) -> None:
        super().__init__(loop)
        self._source = source
        self.error: BaseException | None = None
        """What the wait raises, whatever the outcome of the source."""

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancels the wait, and the source if this was the last one."""
        is_cancelled = super().cancel(msg)
        if is_cancelled and self._source is not None:
            self._source.remove_waiter(self)
            if not self._source.has_waiters:
                self._driver.give_up(self._source)
        return is_cancelled

    def notify(self, future: Future[Any], /) -> None:
        """The source is done."""
        self.resume()

    def resume(self) -> None:
        """Has the coroutine go on."""
        if not self.done():
            self.set_result(None)

    def fail(self, error: BaseException) -> None:
        """Has the wait raise *error*."""
        if self.error is None:
            self.error = error
        self.resume()


class Task(asyncio.Task[Any]):
    """The loop's tasks, with hashes as its futures have them."""

    def __init__(self, coro: Any, *, loop: Loop, **options: Any) -> None:
        self._number = loop.next_number()
        self._driver = loop.driver
        self._log_destroy_pending: bool
        super().__init__(coro, loop=loop, **options)

    def __hash__(self) -> int:
        return self._number

    def __await__(self) -> Generator[Any, None, Any]:
        self._driver.check()
        return super().__await__()

    __iter__ = __await__

    def cancel(self, msg: Any | None = None) -> bool:
        """Asks the task to cancel itself."""
        self._driver.check()
        return super().cancel(msg)


class Timer(asyncio.TimerHandle):
    """A callback that runs when a durable timer fires."""

    __slots__ = ("_ready", "future")

    def __init__(self, when: float, callback: Callable[..., Any], args: Any, loop: Loop, context: Context | None):
        super().__init__(when, callback, args, loop, context)
        self._ready = loop.ready
        self.future: Future[Any] | None = None

    def notify(self, future: Future[Any], /) -> None:
        """The timer has fired, or was cancelled."""
        self.future = None
        if not self.cancelled():
            self._ready.append(self)


class Loop(ClosedLoop):
    """The event loop that the coroutines of one run see. It never runs by itself: the run takes from *ready*."""

    def __init__(self, driver: Driver, ready: deque[Any]) -> None:
        self.driver = driver
        self.ready = ready
        self.tasks: dict[Task, None] = {}
        """Those that are not done, in the order of their creation."""
        self.generators: dict[AsyncGenerator[Any, Any], None] = {}
        """Asynchronous generators that were begun, in that order; most of those that have ended are gone."""
        self._most_generators = FEW_GENERATORS
        self._numbers = 0
        self._names = 0

    def next_number(self) -> int:
        """The number of the next future or task."""
        self._numbers += 1
        return self._numbers

    # What is possible

    def create_future(self) -> Promise:
        """A future of this loop."""
        self.driver.check()
        return Promise(self)

    def create_task(self, coro: Any, *, name: object = None, context: Context | None = None, **options: Any) -> Any:
        """A task whose first step is ready."""
        try:
            self.driver.check()
            _refuse_sets(coro)
        except BaseException:
            coro.close()  # else it would be told of as never awaited
            raise
        if name is None:
            self._names += 1
            name = f"Task-{self._names}"
        task = Task(coro, loop=self, name=name, context=context, **options)
        if not task.done():
            self.tasks[task] = None
            task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Future[Any]) -> None:
        assert isinstance(task, Task)
        self.tasks.pop(task, None)

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Has *callback* called after what is ready now; never if the run is being unwound."""
        handle = asyncio.Handle(callback, args, self, context)
        if not self.driver.is_evicting:
            self.ready.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Has *callback* called when *delay* seconds have passed."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Has *callback* called at *when*, by a durable timer of whole seconds."""
        delay = round(when - self.time(), NOISE_DIGITS)
        if not delay <= LONGEST_S:
            raise ValueError(f"a wait of {delay} s: up to {LONGEST_S} is possible")
        timer = Timer(when, callback, args, self, context)
        if delay <= 0:
            self.ready.append(timer)
        else:
            timer.future = self.driver.start_timer(math.ceil(delay))
            timer.future.add_waiter(timer)
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        assert isinstance(handle, Timer)
        future, handle.future = handle.future, None
        if future is not None and not self.driver.is_evicting:
            future.remove_waiter(handle)
            self.driver.cancel(future)

    def time(self) -> float:
        """The time of the decision, in seconds since 1970."""
        self.driver.check()
        return self.driver.time()

    def keep(self, generator: AsyncGenerator[Any, Any]) -> None:
        """Remembers an asynchronous generator that begins."""
        if len(self.generators) >= self._most_generators:
            self.generators = {each: None for each in self.generators if is_open(each)}
            self._most_generators = max(FEW_GENERATORS, 2 * len(self.generators))
        self.generators[generator] = None

    async def shutdown_asyncgens(self) -> None:
        """Closes the asynchronous generators that were begun and have not ended."""
        for generator in [each for each in self.generators if is_open(each)]:
            await generator.aclose()

    def get_debug(self) -> bool:
        """False."""
        return False

    def is_running(self) -> bool:
        """True: who can ask is running in it."""
        return True

    def is_closed(self) -> bool:
        """Whether the run is over."""
        return self.driver.is_evicting

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Tells of an error that nobody in the workflow hears of."""
        self.default_exception_handler(context)

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Tells of an error that nobody in the workflow hears of."""
        error = context.get("exception")
        self.driver.report(str(context["message"]) + ("" if error is None else f": {type(error).__name__}: {error}"))


def _refuse_sets(coroutine: Any) -> None:
    """TypeError for one of the coroutines of ``as_completed``, which makes tasks of them in the order of a set.

    Those that asyncio has put around our futures are in order.
    """
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") == "asyncio.tasks":
        if "as_completed" in frame.f_code.co_name or "AsCompleted" in frame.f_code.co_qualname:
            if getattr(coroutine, "__name__", "") != "_wrap_awaitable":
                raise TypeError(
                    "asyncio.as_completed takes coroutines in an order that is another one in each replay: give it "
                    "tasks (asyncio.create_task) or futures"
                )
            return
        frame = frame.f_back


def is_open(generator: AsyncGenerator[Any, Any]) -> bool:
    """Whether it has not ended."""
    return getattr(generator, "ag_frame", None) is not None
