"""One execution as the drawings see it: its tasks with their attempts, what they follow, signals, markers, decisions.

Plain values. Times are seconds since 1970 UTC; None means that it has not happened (yet).
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    """How a run, a task or an attempt is."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELED = "canceled"
    TERMINATED = "terminated"
    CONTINUED = "continued"
    UNFINISHED = "unfinished"
    """It was open when the execution closed."""

    @property
    def word(self) -> str:
        """The state in words."""
        return WORDS.get(self, self.value.capitalize())

    @property
    def is_open(self) -> bool:
        """Whether an end is still to come."""
        return self in (State.WAITING, State.RUNNING)

    @property
    def is_failure(self) -> bool:
        """Whether somebody should look at it."""
        return self in (State.FAILED, State.TIMED_OUT)


WORDS = {State.TIMED_OUT: "Timed out", State.CONTINUED: "Continued as new", State.UNFINISHED: "Not finished"}


class Kind(StrEnum):
    """What a task is."""

    ACTIVITY = "activity"
    CHILD = "child"
    TIMER = "timer"
    LAMBDA = "lambda"
    SIGNAL = "signal"


class Attempt(Struct, frozen=True, gc=False):
    """One try of a task. *outcome* None: it is open. *event* is the last event that told of it."""

    scheduled: float
    started: float | None
    closed: float | None
    outcome: State | None
    reason: str | None
    details: str | None
    worker: str | None
    event: int


class Task(Struct, frozen=True, gc=False):
    """One call of an activity, a child, a timer.

    *after* are the ids of tasks before it, or of signals (``signal-<name>``). *woken* are those whose ends were new to
    the decision that scheduled it: what it waited for when it follows none of them, as an item of a map waits until
    another one makes room. *delays* are the pauses before its retries. *task_list* is where it waits for a worker,
    None if nobody takes it from there.
    """

    id: str
    kind: Kind
    name: str
    version: str | None
    after: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    state: State
    input: str | None = None
    result: str | None = None
    is_inferred: bool = False
    """Whether *after* was concluded from decisions, for want of anything better."""
    delays: tuple[tuple[float, float], ...] = ()
    task_list: str | None = None
    run_id: str | None = None
    """Of a child."""
    woken: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name without the modules."""
        return label(self.name)

    @property
    def begin(self) -> float:
        """When it was scheduled first."""
        return self.attempts[0].scheduled

    @property
    def end(self) -> float | None:
        """When its last attempt ended; None while it is open."""
        return None if self.state.is_open else self.attempts[-1].closed

    @property
    def oldest_open(self) -> float:
        """Since when it has been in its present state."""
        last = self.attempts[-1]
        return last.scheduled if last.started is None else last.started


class Signal(Struct, frozen=True, gc=False):
    """A signal that has come. *sender* is the workflow id of the execution that sent it, None for anybody else."""

    name: str
    at: float
    input: str | None
    event: int
    sender: str | None = None


class Marker(Struct, frozen=True, gc=False):
    """A note of the decider."""

    name: str
    at: float
    details: str | None
    event: int


class Decision(Struct, frozen=True, gc=False):
    """A decision task: when it waited, when it ran, whose it was."""

    scheduled: float
    started: float | None
    closed: float | None
    is_timed_out: bool
    worker: str | None
    event: int


class Run(Struct, frozen=True, kw_only=True):
    """One execution. *now* is the time of the picture; *close* None: it is open then.

    Tasks stand in the order in which they were scheduled: *after* only names earlier ones. *awaited* are the names
    of signals that the workflow waits for.
    """

    domain: str
    workflow_id: str
    run_id: str
    type: str
    version: str
    state: State
    start: float
    close: float | None
    now: float
    tasks: tuple[Task, ...] = ()
    signals: tuple[Signal, ...] = ()
    markers: tuple[Marker, ...] = ()
    decisions: tuple[Decision, ...] = ()
    awaited: tuple[str, ...] = ()
    task_list: str = ""
    tags: tuple[str, ...] = ()
    events: int = 0
    input: str | None = None
    result: str | None = None
    reason: str | None = None
    details: str | None = None

    @property
    def end(self) -> float:
        """Where the picture ends: at the close, or now."""
        return max(self.start, self.now if self.close is None else self.close)

    @property
    def is_inferred(self) -> bool:
        """Whether any edge was concluded from decisions."""
        return any(task.is_inferred for task in self.tasks)

    def end_of(self, attempt: Attempt) -> float:
        """When an attempt ended; an open one ends with the picture."""
        return self.end if attempt.closed is None else attempt.closed


def label(name: str) -> str:
    """The last part of a dotted name."""
    last = name.rpartition(".")[2]
    return last if last[:1].isalpha() or last[:1] == "_" else name
