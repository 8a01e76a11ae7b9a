"""Executions as the service keeps them warm: folded, with the newest events as they are stored."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

import apsw

from swf.lifecycle import Execution
from swf.protocol import wire
from swf.protocol.event import HistoryEvent
from swf.protocol.values import WorkflowExecution
from swf.server.machine.turn import Beat
from swf.server.store.changes import TaskRow
from swf.server.store.errors import DamagedHistory

log = logging.getLogger(__name__)

BYTES_OBJECT = 33
"""What Python adds to the content of a byte string."""
LOAD_PAGE = 5_000
"""Events decoded at a time while an execution is loaded."""


@dataclass(slots=True)
class Warm:
    """One execution, folded; what is open decides its size, not the length of its history.

    *tail* holds the stored events from *tail_from* on: what a decider that knows the rest asks for next.
    """

    row: int
    domain: int
    name: WorkflowExecution
    execution: Execution = field(default_factory=Execution)
    beats: dict[int, Beat] = field(default_factory=dict)
    stored_beats: set[int] = field(default_factory=set)
    waiting: dict[int, TaskRow] = field(default_factory=dict)
    """Scheduled event id to the waiting task, decision tasks included."""
    waiting_decision: int = 0
    """The event id of the decision task among them; 0 if there is none."""
    tail: list[bytes] = field(default_factory=list)
    tail_from: int = 1
    tail_size: int = 0
    """Bytes of the tail."""
    wake_at: float | None = None
    """As in the view: never later than the next deadline; None if there is none."""
    lsn: int = 0
    """The newest commit that may have changed the execution in this life of the service."""

    def keep(self, bodies: Iterable[bytes]) -> None:
        """Adds stored events to the tail and forgets those a decider has seen."""
        for body in bodies:
            self.tail.append(body)
            self.tail_size += len(body) + BYTES_OBJECT
        seen = self.execution.previous_started_event_id - self.tail_from
        if seen > 0:
            self.tail_size -= sum(len(body) + BYTES_OBJECT for body in self.tail[:seen])
            del self.tail[:seen]
            self.tail_from += seen

    @property
    def size(self) -> int:
        """About how many bytes this costs, as measured."""
        return 3_300 + 700 * self.open_things + self.tail_size

    @property
    def open_things(self) -> int:
        """How many of them there are."""
        execution = self.execution
        return (
            len(execution.activities)
            + len(execution.timers)
            + len(execution.children)
            + len(execution.lambda_functions)
        )


class Histories:
    """The events table, and the executions kept warm, least recently used first, up to *limit* bytes."""

    def __init__(
        self,
        connection: apsw.Connection,
        *,
        limit: int = 64 * 1024 * 1024,
        newest_lsn: Callable[[], int] = lambda: 0,
        on_damage: Callable[[int, Exception], None] | None = None,
    ) -> None:
        """*newest_lsn* tells the newest commit, which may have changed any execution that is loaded.

        *on_damage* hears of each execution that is set aside; None: the log does.
        """
        self._connection = connection
        self._newest_lsn = newest_lsn
        self._limit = limit
        self._warm: OrderedDict[int, Warm] = OrderedDict()
        self._sizes: dict[int, int] = {}
        self._size = 0
        self._unweighed: set[int] = set()
        """Rows that came since the last time they were weighed."""
        self._on_damage = on_damage or _log_damage
        self._damaged: dict[int, str] = {}
        """Rows that were set aside, and why."""
        self.folded = 0
        """Events read and folded so far: what loading has cost."""

    def __len__(self) -> int:
        """How many are warm."""
        return len(self._warm)

    @property
    def size(self) -> int:
        """About how many bytes they cost."""
        return self._size

    def get(self, row: int) -> Warm:
        """The execution of this row, loaded if it is not warm. It must exist. Raises DamagedHistory."""
        warm = self.find(row)
        assert warm is not None, f"no execution {row}"
        return warm

    def find(self, row: int) -> Warm | None:
        """The execution of this row, loaded if it is not warm; None if there is none, or none any more.

        Raises DamagedHistory if what is stored cannot be folded, or was set aside before.
        """
        warm = self._warm.get(row)
        if warm is not None:
            self._warm.move_to_end(row)
            return warm
        if row in self._damaged:
            raise DamagedHistory(row, self._damaged[row])
        try:
            warm = self._load(row)
        except Exception as error:
            if not is_of_history(error):
                raise
            self.set_aside(row, error)
            raise DamagedHistory(row, self._damaged[row]) from error
        if warm is not None:
            self.put(warm)
        return warm

    @property
    def damaged(self) -> Collection[int]:
        """Rows that were set aside."""
        return self._damaged.keys()

    def set_aside(self, row: int, error: Exception) -> None:
        """The execution is not looked at again in this life of the service: its history breaks our rules."""
        self.drop(row)
        if row not in self._damaged:
            self._damaged[row] = f"{type(error).__name__}: {error}"
            self._on_damage(row, error)

    def put(self, warm: Warm) -> None:
        """Keeps an execution warm."""
        self._warm[warm.row] = warm
        self._unweighed.add(warm.row)

    def weigh(self, rows: Iterable[int]) -> None:
        """Notes the size of what has come and of *rows*, which a batch has changed; lets the coldest go.

        That is, beyond the limit. Called when a batch is over: while it is computed, nothing that it holds may go.
        """
        for row in self._unweighed.union(rows):
            warm = self._warm.get(row)
            if warm is not None:
                size = warm.size
                self._size += size - self._sizes.get(row, 0)
                self._sizes[row] = size
        self._unweighed.clear()
        while self._size > self._limit and len(self._warm) > 1:
            self.drop(next(iter(self._warm)))

    def drop(self, row: int) -> None:
        """Forgets the warm state, which the file can give again."""
        self._warm.pop(row, None)
        self._unweighed.discard(row)
        self._size -= self._sizes.pop(row, 0)

    def bodies(self, row: int, first: int, last: int, *, limit: int, newest_first: bool = False) -> list[bytes]:
        """At most *limit* stored events with ids from *first* to *last*."""
        order = "desc" if newest_first else "asc"
        return [
            body
            for (body,) in self._connection.execute(
                f"select body from events where execution = ? and id between ? and ? order by id {order} limit ?",  # noqa: S608  # one of two words
                (row, first, last, limit),
            )
        ]

    def events(self, row: int) -> Iterable[HistoryEvent]:
        """The whole history, decoded page by page."""
        first = 1
        while page := self.bodies(row, first, first + LOAD_PAGE - 1, limit=LOAD_PAGE):
            yield from wire.decode_events(wire.join_events(page))
            first += LOAD_PAGE

    def _load(self, row: int) -> Warm | None:
        found = self._connection.execute(
            "select domain, workflow_id, run_id, wake_at from executions where id = ?", (row,)
        ).fetchone()
        if found is None:
            return None
        domain, workflow_id, run_id, wake_at = found
        warm = Warm(row, domain, WorkflowExecution(workflow_id=workflow_id, run_id=run_id), wake_at=wake_at)
        warm.lsn = self._newest_lsn()
        for event in self.events(row):
            warm.execution.evolve(event)
            self.folded += 1
        execution = warm.execution
        if execution.opened is None:
            raise LookupError("no events")
        warm.tail_from = max(1, execution.previous_started_event_id)
        warm.keep(self.bodies(row, warm.tail_from, execution.last_event_id, limit=execution.last_event_id))
        for scheduled, at, details in self._connection.execute(
            "select scheduled_event, at, details from heartbeats where execution = ?", (row,)
        ):
            warm.beats[scheduled] = Beat(at, details)
            warm.stored_beats.add(scheduled)
        for task in waiting_tasks(warm):
            warm.waiting[task.event] = task
        if execution.deliverable_decision is not None:
            warm.waiting_decision = execution.deliverable_decision.opened.id
        return warm


def _log_damage(row: int, error: Exception) -> None:
    log.error("execution set aside row=%d: its history cannot be used", row, exc_info=error)


def is_of_history(error: Exception) -> bool:
    """Whether *error* lies in what is stored of one execution, not in the disk, the memory or a statement."""
    if isinstance(error, apsw.Error | MemoryError):
        return isinstance(error, apsw.CorruptError)
    return True


def waiting_tasks(warm: Warm) -> list[TaskRow]:
    """The tasks that could be handed out now, as the view has them."""
    execution = warm.execution
    if not execution.is_open:
        return []
    tasks = [
        activity_row(warm, scheduled_id)
        for scheduled_id, task in execution.activities.items()
        if task.is_open and task.started is None
    ]
    if execution.deliverable_decision is not None:
        tasks.append(decision_row(warm))
    return tasks


def activity_row(warm: Warm, scheduled_event_id: int) -> TaskRow:
    """The view's row of an activity task that waits."""
    task = warm.execution.activities[scheduled_event_id]
    wanted = task.wanted
    return TaskRow(
        (warm.domain, "activity", wanted.task_list.name),
        int(wanted.task_priority or 0),
        task.scheduled.timestamp,
        warm.row,
        scheduled_event_id,
    )


def decision_row(warm: Warm) -> TaskRow:
    """The view's row of the decision task that can be handed out."""
    task = warm.execution.deliverable_decision
    assert task is not None
    wanted = task.wanted
    return TaskRow(
        (warm.domain, "decision", wanted.task_list.name),
        int(wanted.task_priority or 0),
        task.opened.timestamp,
        warm.row,
        task.opened.id,
    )
