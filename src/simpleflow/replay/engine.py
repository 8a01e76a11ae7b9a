"""What a running workflow talks to: submits, waits, and the things that are the same in every replay."""

from __future__ import annotations

import datetime
import math
import random
import uuid
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from simpleflow import format
from simpleflow.activity import Activity
from simpleflow.exceptions import ExecutionBlocked, NonDeterminismError, QueryError, StorageError
from simpleflow.futures import Future
from simpleflow.marker import Marker
from simpleflow.replay import failures, parts
from simpleflow.replay.greenlets import EndOfRun
from simpleflow.replay.options import CONTINUE_AT_EVENTS
from simpleflow.replay.thens import Then

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


class Undecidable(BaseException):
    """A value cannot be read now, so that nothing can be decided; user code must let this pass."""

    def __init__(self, error: StorageError) -> None:
        super().__init__(str(error))
        self.error = error


class Engine:
    """The executor of one run, and what suspends it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._futures = 0

    # Suspending

    def check(self) -> None:
        """Raises in code that goes on after the end of its run."""
        greenlets = self._run.greenlets
        if (greenlets.is_evicting or self._run.closing is not None) and greenlets.is_inside():
            greenlets.refuse()

    def suspend(self, futures: Sequence[Future[Any]], return_when: str, timeout: float | None) -> None:
        """Blocks the calling greenlet; a task that was to raise raises here."""
        run = self._run
        self.refuse_foreign(futures)
        if run.coroutines.is_inside():
            raise ExecutionBlocked("the result is not there yet: await it, for a coroutine cannot wait otherwise")
        if not run.greenlets.is_inside():
            raise ExecutionBlocked("only the code of a running workflow can wait for a result")
        self._refuse_side_effect("a wait")
        self._raise_failure()
        if run.continuation.is_among(futures):
            run.continuation.end()
        if timeout is None:
            run.greenlets.block(futures, return_when)
        else:
            self._block_until(futures, return_when, timeout)
        self._raise_failure()

    def _block_until(self, futures: Sequence[Future[Any]], return_when: str, timeout: float) -> None:
        """The clock is a durable timer, canceled if it is not needed any longer."""
        timer = self._run.timers.start_own("_simpleflow_wait", max(0, math.ceil(timeout)))
        try:
            self._run.greenlets.block(futures, return_when, timer)
        finally:
            if not timer.done and not self.is_evicting:
                timer.cancel()

    def _raise_failure(self) -> None:
        if self._run.failed and self._run.greenlets.is_main() and not self._run.is_undoing:
            raise self._run.failed.popleft()

    def sleep(self, seconds: float) -> None:
        """Waits with a durable timer."""
        self._check_submit("a timer")
        if not seconds >= 0:
            raise ValueError(f"self.sleep({seconds!r}): nobody can wait for the past; 0 seconds is the least")
        if self._run.coroutines.is_inside():
            raise ExecutionBlocked(f"self.sleep() cannot wait in a coroutine: write 'await asyncio.sleep({seconds})'")
        self._run.timers.start_own("_simpleflow_sleep", math.ceil(seconds)).wait()

    # Awaiting

    def wait_for(self, future: Future[Any]) -> Generator[Any, None, None]:
        """Suspends the calling coroutine until *future* is done; if the wait is cancelled, so is the future."""
        self.refuse_foreign((future,))
        return self._run.coroutines.wait_for(future)

    async def wait(self, futures: Sequence[Future[Any]], return_when: str, timeout: float | None) -> None:
        """Suspends the calling coroutine until enough of *futures* are done; cancels none of them."""
        self.check()
        self.refuse_foreign(futures)
        await self._run.coroutines.wait(futures, return_when, timeout)

    def refuse_foreign(self, futures: Iterable[Future[Any]]) -> None:
        """Raises for a future of another run: nothing that happens here would ever finish it."""
        for future in futures:
            if future.owner is not None and future.owner is not self and not future.done:
                theirs, mine = (each.get_run_context()["workflow_id"] for each in (future.owner, self))
                raise ValueError(
                    f"the future of {future.task_id or 'something'!r} belongs to another run, of {theirs!r}, and is "
                    f"not done; {mine!r} cannot wait for it. Send a signal from there, or start that one as a child"
                )

    # Submitting

    def submit(self, what: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Future[Any]:
        """Takes a task; ids are taken in the order of the calls, ready or not."""
        self._check_submit(what)
        return self._run.submits.submit(what, args, kwargs)

    def _check_submit(self, what: Any) -> None:
        self._refuse_query(what)
        self.check()
        if not self._run.greenlets.is_inside() and not self._run.attempts.is_deciding:
            raise NonDeterminismError(
                f"{what!r} was submitted outside of the workflow's run method (from a hook, an activity or a thread)"
            )

    def _refuse_query(self, what: Any) -> None:
        if self._run.is_asked:
            raise QueryError(f"a query may only look at what is there, and this one does {what!r}; let run do that")
        self._refuse_side_effect(what)

    def _refuse_side_effect(self, what: Any) -> None:
        if self._run.helpers.is_calling:
            raise NonDeterminismError(
                f"the function of a side effect does {what!r}; no replay calls it, so that nothing of it would be "
                "found again: do that before or after self.side_effect()"
            )

    def map(self, activity: Any, calls: Sequence[tuple[Any, ...]], max_parallel: int | None) -> list[Future[Any]]:
        """One task per call, at most *max_parallel* of them open at a time."""
        if max_parallel is not None and max_parallel < 1:
            raise ValueError(f"max_parallel is {max_parallel}; it must be 1 or more, or None for no limit")
        if isinstance(activity, Activity) and len(calls) > parts.MOST_HERE:
            self._check_submit(activity)
            return parts.map_in_parts(self._run, activity, calls, max_parallel)
        if max_parallel is None:
            return [self.submit(activity, args, {}) for args in calls]
        self._check_submit(activity)
        return self._run.canvases.window(activity, calls, max_parallel)

    def cancel(self, future: Future[Any]) -> None:
        """Stops what is behind the future."""
        self._refuse_query("cancel")
        self._run.submits.cancel(future)

    def then(self, future: Future[Any], function: Callable[[Any], Any], following: Future[Any]) -> None:
        """Has *function* called when *future* is done."""
        self._check_submit(function)
        self.refuse_foreign((future,))
        then = Then(self._run, function, following)
        if future.done:
            then.notify(future)
        else:
            future.add_waiter(then)

    def fail(self, reason: str, details: str | None) -> NoReturn:
        """Fails the execution; control leaves ``run``."""
        self._refuse_query("fail")
        self.check()
        if details is not None and not isinstance(details, str):
            details = format.encode(details)  # older code gives what it likes
        text = f"Workflow execution failed: {reason}"
        if len(text) > failures.REASON_CHARACTERS:
            details = str(reason) if details is None else f"{reason}\n\n{details}"
        self._run.main.end(self._run.main.failure(text, details))
        if self._run.coroutines.is_inside() and not self._run.coroutines.is_main():
            self._run.raise_in_main(EndOfRun(reason))
        raise EndOfRun(reason)

    # Sagas

    def enter_saga(self, *, is_async: bool) -> None:
        """One more block that is to be undone before the execution ends."""
        self._check_submit("a saga")
        if self._run.coroutines.is_inside():
            if not is_async:
                raise TypeError("in a coroutine a saga is entered with 'async with self.saga()'")
            if not self._run.coroutines.is_main():
                raise RuntimeError("a saga belongs into the workflow's run method, not into a task beside it")
        elif not self._run.greenlets.is_main():
            raise RuntimeError("a saga belongs into the workflow's run method, not into the function of a FuncGroup")
        self._run.sagas += 1

    def begin_undoing(self) -> bool:
        """From now on no failure of another task is raised; False if the run is over, or going on in a new one."""
        self._run.is_undoing = not self.is_evicting and self._run.closing is None
        return self._run.is_undoing

    def leave_saga(self) -> None:
        """The block is over."""
        self._run.sagas -= 1
        self._run.is_undoing = False
        if self._run.failed and self._run.coroutines.is_used:
            self._run.coroutines.fail_main()

    # The same in every replay

    def now(self) -> datetime.datetime:
        """The time of the present decision."""
        self.check()
        return datetime.datetime.fromtimestamp(self._run.now, datetime.UTC)

    @property
    def is_replaying(self) -> bool:
        """Whether this has happened before."""
        return self._run.is_replaying

    @property
    def is_service_here(self) -> bool:
        """Whether all workers are on this machine, and can read its files."""
        return self._run.options.is_service_here

    @property
    def is_in_memory(self) -> bool:
        """Whether what is done is forgotten with this process."""
        return self._run.options.is_in_memory

    @property
    def should_continue_as_new(self) -> bool:
        """Whether the history, as of this decision, is long enough for a new run."""
        return self._run.batch_end >= CONTINUE_AT_EVENTS

    @property
    def is_evicting(self) -> bool:
        """Whether the run is being unwound."""
        return self._run.greenlets.is_evicting

    @property
    def random(self) -> random.Random:
        """Random numbers from the run id."""
        self.check()
        self._refuse_side_effect("self.random")
        return self._run.helpers.random

    def uuid4(self) -> uuid.UUID:
        """A UUID from the run id."""
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def side_effect(self, function: Callable[[], Any], name: str | None) -> Any:
        """The recorded value of this call, or the value of *function*, which is then recorded."""
        self._refuse_query("side_effect")
        self.check()
        name = name or getattr(function, "__qualname__", "side_effect")
        return self._run.helpers.side_effect(function, f"{name}-{self._run.submits.count(f'side_effect-{name}')}")

    def patched(self, id: str) -> bool:
        """True if the history says so or nobody has decided yet; remembered for the run."""
        self.check()
        self._refuse_side_effect("self.patched")
        return self._run.helpers.patched(id)

    def get_run_context(self) -> dict[str, Any]:
        """What this run is."""
        options, started = self._run.options, self._run.started
        assert started is not None
        parent = started.parent_workflow_execution
        return {
            "name": started.workflow_type.name,
            "version": started.workflow_type.version,
            "domain_name": options.domain,
            "workflow_id": options.workflow_id,
            "run_id": options.run_id,
            "tag_list": [tag for tag in started.tag_list or () if tag is not None],
            "continued_execution_run_id": started.continued_execution_run_id,
            "parent_workflow_id": parent.workflow_id if parent else None,
            "parent_run_id": parent.run_id if parent else None,
        }

    def list_markers(self, all: bool) -> list[Marker]:
        """The latest of each name, or all."""
        self.check()
        markers = [marker for marker, _ in self._run.markers]
        return markers if all else list({marker.name: marker for marker in markers}.values())

    def get_event_details(self, event_type: str, event_name: str) -> dict[str, Any] | None:
        """The latest event of the kind and name."""
        self.check()
        run = self._run
        match event_type:
            case "signal":
                received = run.signals.received.get(event_name)
                if not received:
                    return None
                return {"type": "signal", "name": event_name, "input": received[-1][0], "event_id": received[-1][1]}
            case "marker":
                found = [(marker, id) for marker, id in run.markers if marker.name == event_name]
                if not found:
                    return None
                return {"type": "marker", "name": event_name, "details": found[-1][0].details, "event_id": found[-1][1]}
            case "timer":
                seen = run.timers_seen.get(event_name)
                return None if seen is None else {"type": "timer", "id": event_name, **seen}
        raise ValueError(f"event_type is {event_type!r}; it may be 'signal', 'marker' or 'timer'")

    def next_number(self) -> int:
        """The number of the next future."""
        self._futures += 1
        return self._futures
