"""Workflows: classes whose ``run`` method submits activities and reads their results."""

from __future__ import annotations

import datetime
import random
import sys
import uuid
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from simpleflow.base import Executor
from simpleflow.futures import ALL_COMPLETED, Future, check_futures, check_return_when, results_so_far
from simpleflow.marker import Marker
from simpleflow.queries import query as query  # noqa: PLC0414  # users write @workflow.query
from simpleflow.saga import Saga
from simpleflow.submitting import Submitting
from simpleflow.task import (
    ActivityTask,
    CancelTimerTask,
    ContinueAsNewTask,
    MarkerTask,
    RequestCancelTask,
    SignalTask,
    Submittable,
    TimerTask,
    WaitForCancelRequest,
    WaitForSignal,
)

if TYPE_CHECKING:
    from simpleflow.history import History
    from simpleflow.retry import RetryPolicy
    from simpleflow.task_failure import TaskFailureContext

R = TypeVar("R")


class Workflow(Submitting):
    """A durable workflow. Subclass it, set *name*, *version* and *task_list*, and write ``run``.

    ``run`` must do the same whenever it is replayed: the time, random numbers and the outside world come
    from the methods here or from activities.
    """

    name: str
    version: str
    task_list: str
    execution_timeout: int | str | None = None
    decision_tasks_timeout: int | str | None = None
    INHERIT_TAG_LIST: Final = "INHERIT_TAG_LIST"
    """As *tag_list* of a child: it gets the tags of its parent."""
    tag_list: list[str] | str | None = None
    task_priority: int | str | None = None
    max_open_activity_count: int | None = None

    child_policy: str | None = None
    """What becomes of its children when it is terminated or times out: TERMINATE, REQUEST_CANCEL or ABANDON."""
    lambda_role: str | None = None

    # As a child of another workflow. The id, the tags and the task list may depend on the arguments: functions
    # get_workflow_id, get_tag_list and get_task_list of the class (static, class methods, or taking the class first).
    retry: int | RetryPolicy = 0
    raises_on_failure: bool = True
    idempotent: bool = False
    propagate_signals_to_parent: bool = True

    @property
    def executor(self) -> Executor:
        """The engine this run talks to."""
        return self._executor

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """The workflow itself; what it returns is the result, and must be JSON."""
        raise NotImplementedError(f"{type(self).__name__} has no run method")

    def fail(self, reason: str, details: str | None = None) -> None:
        """Fails the execution now; control leaves ``run``."""
        self._executor.fail(reason, details)

    def saga(self) -> Saga:
        """A block whose work is undone if it fails: ``with self.saga() as saga: saga.on_failure(undo, ...)``.

        In ``async def run``: ``async with``.
        """
        return Saga(self._executor)

    # What to submit

    def wait_signal(self, name: str) -> WaitForSignal:
        """A wait for a signal; the result is the input of the latest one of this name."""
        return WaitForSignal(name)

    def next_signal(self, name: str) -> WaitForSignal:
        """A wait for the next signal of this name that no such wait has had: none is lost, none is seen twice."""
        return WaitForSignal(name, consume=True)

    def signal(
        self,
        name: str,
        *args: Any,
        workflow_id: str | None = None,
        run_id: str | None = None,
        propagate: bool = True,
        idempotent: bool = True,
        **kwargs: Any,
    ) -> SignalTask:
        """A signal to this run, or to the open execution of *workflow_id*.

        With *propagate* it goes on from there to the parent and the children. The same name is sent once to the same
        target, unless *idempotent* is False.
        """
        return SignalTask(
            name,
            *args,
            workflow_id=workflow_id,
            run_id=run_id,
            propagate=propagate,
            idempotent=idempotent,
            **kwargs,
        )

    def request_cancel(self, workflow_id: str, run_id: str | None = None) -> RequestCancelTask:
        """A request to the open execution of *workflow_id* to cancel itself."""
        return RequestCancelTask(workflow_id, run_id)

    def continue_as_new(self, *args: Any, **kwargs: Any) -> ContinueAsNewTask:
        """The end of this run and the start of the next one: same workflow id, fresh history, these arguments."""
        return ContinueAsNewTask(*args, **kwargs)

    @property
    def should_continue_as_new(self) -> bool:
        """Whether the history is so long that the work should go on in a new run."""
        return self._executor.should_continue_as_new

    def wait_cancel_request(self) -> WaitForCancelRequest:
        """A wait for a request to cancel; once it was submitted, the workflow itself decides what to do."""
        return WaitForCancelRequest()

    def start_timer(self, timer_id: str, timeout: int, control: Any = None) -> TimerTask:
        """A timer of *timeout* seconds."""
        return TimerTask(timer_id, timeout, control)

    def cancel_timer(self, timer_id: str) -> CancelTimerTask:
        """The end of a timer before its time."""
        return CancelTimerTask(timer_id)

    def record_marker(self, name: str, details: Any = None) -> MarkerTask:
        """A note in the history; the same name and details are recorded once."""
        return MarkerTask(name, details)

    # What a run may know

    def sleep(self, seconds: int) -> None:
        """Waits *seconds* with a durable timer. In ``async def run`` that is ``await asyncio.sleep(seconds)``."""
        self._executor.sleep(seconds)

    async def wait(self, *fs: Future[Any], return_when: str = ALL_COMPLETED, timeout: float | None = None) -> list[Any]:
        """In ``async def run`` what :func:`simpleflow.futures.wait` is in ``def run``; the arguments are the same."""
        check_return_when(return_when)
        check_futures("self.wait", fs)
        await self._executor.wait(fs, return_when, timeout)
        return results_so_far(fs)

    def now(self) -> datetime.datetime:
        """The time (UTC) of the decision that is being made, the same in every replay."""
        return self._executor.now()

    @property
    def random(self) -> random.Random:
        """Random numbers, the same in every replay."""
        return self._executor.random

    def uuid4(self) -> uuid.UUID:
        """A random UUID, the same in every replay."""
        return self._executor.uuid4()

    @property
    def is_replaying(self) -> bool:
        """Whether this code has run before and only comes to where it was. Must not steer what is submitted."""
        return self._executor.is_replaying

    @property
    def is_evicting(self) -> bool:
        """Whether this code is being unwound because the decider forgets the run; it will be replayed later."""
        return self._executor.is_evicting

    def side_effect(self, function: Callable[[], R], name: str | None = None) -> R:
        """The value of *function*, called once and recorded: every replay gets the recorded one."""
        return self._executor.side_effect(function, name)  # type: ignore[no-any-return]  # the value came through JSON

    def patched(self, id: str) -> bool:
        """True where changed code is to run: in new decisions, and in replays of decisions that ran it."""
        return self._executor.patched(id)

    def get_run_context(self) -> dict[str, Any]:
        """Which run this is: name, version, domain_name, workflow_id, run_id, tag_list and its relatives."""
        return self._executor.get_run_context()

    def get_execution_context(self) -> dict[str, Any]:
        """The former name of :meth:`get_run_context`."""
        warnings.warn("get_execution_context is now get_run_context", DeprecationWarning, stacklevel=2)
        return self.get_run_context()

    def list_markers(self, all: bool = False) -> list[Marker]:
        """The markers in the history: the latest of each name, or all in order."""
        return self._executor.list_markers(all)

    def get_event_details(self, event_type: str, event_name: str) -> dict[str, Any] | None:
        """The latest ``signal``, ``marker`` or ``timer`` of a name, with its event id; None if there is none."""
        return self._executor.get_event_details(event_type, event_name)

    # Hooks, called once per decision that is made, never for one that is replayed

    def before_replay(self, history: History) -> None:
        """Before ``run`` goes on."""

    def after_replay(self, history: History) -> None:
        """After ``run`` has blocked or returned."""

    def after_closed(self, history: History) -> None:
        """When this decision closes the execution."""

    def on_failure(self, history: History, reason: str, details: str | None = None) -> None:
        """Before the execution is failed."""

    def on_completed(self, history: History) -> None:
        """Before the execution is completed."""

    def on_canceled(self, history: History) -> None:
        """Before the execution is canceled."""

    def on_task_failure(self, failure_context: TaskFailureContext) -> TaskFailureContext | None:
        """When an attempt of an activity or child has failed; also in replays, where it must decide the same.

        Returns the context after one of its ``decide_`` methods; None: ``retry`` and ``raises_on_failure`` decide.
        """
        return None

    def should_cancel(self, history: History) -> bool:
        """Whether a request to cancel is obeyed."""
        return True


def reject(what: Any) -> TypeError:
    """The error for something that cannot be submitted."""
    if callable(what) and not isinstance(what, Submittable | ActivityTask):
        name = getattr(what, "__qualname__", repr(what))
        return TypeError(f"{name} is not an activity; decorate it with activity.with_attributes()")
    return TypeError(f"{what!r} cannot be submitted: it is neither an activity nor a task")


TAGS_AT_MOST: Final = 5


def checked_tags(tags: Iterable[str], whose: str) -> tuple[str, ...] | None:
    """*tags*, None if there are none. Raises ValueError for more than SWF takes."""
    found = tuple(tags)
    if len(found) > TAGS_AT_MOST:
        raise ValueError(f"{whose} has {len(found)} tags {list(found)}; an execution has {TAGS_AT_MOST} at most")
    return found or None


def dotted_path(workflow: type[Workflow]) -> str:
    """Where a workflow class is found: what children and ``__extra`` of inputs name it by."""
    return f"{workflow.__module__}.{workflow.__qualname__}"


def loaded_workflow(path: str) -> type[Workflow] | None:
    """The workflow class at a dotted path, nested or not, if its module is loaded."""
    names = path.split(".")
    for length in range(len(names) - 1, 0, -1):
        found: Any = sys.modules.get(".".join(names[:length]))
        if found is not None:
            for name in names[length:]:
                found = getattr(found, name, None)
            return found if isinstance(found, type) and issubclass(found, Workflow) else None
    return None
