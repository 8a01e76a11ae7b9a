"""What happened as rows: an attempt, a signal, a marker, the start, the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from simpleflow import texts
from simpleflow.web.pages import values
from simpleflow.web.runs import Attempt, Kind, Run, State, Task
from simpleflow.web.words import one_line

KINDS: Final = ("activity", "child", "timer", "lambda", "signal", "marker", "workflow")
ONLY: Final = ("failed", "running", "waiting")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. *event* is the last event that told of it, *at* when that was.

    *state* None: a signal or a marker, *kind* says which. *task* is the id of its task, None for none.
    """

    event: int
    at: float
    kind: str
    state: State | None
    name: str
    task: Task | None = None
    attempt: int = 0
    waited: float | None = None
    ran: float | None = None
    text: str | None = None

    @property
    def what(self) -> str:
        """The value or the reason, in short."""
        if self.task is not None and self.text is None and self.state is not None and self.state.is_open:
            if self.task.kind is Kind.TIMER:
                return f"timer of {self.task.input}"
            args = values.call("", self.task.input, 400)
            return args.removeprefix("(").removesuffix(")")[:200]
        if self.state is not None and self.state is not State.COMPLETED:
            text = self.text or ""
            return one_line(values.pointed(text) if texts.is_pointer(text) else text, 200)
        return "" if self.text == "null" else values.compact(self.text)


def entries_of(run: Run, *, only: str | None = None, kind: str | None = None, text: str | None = None) -> list[Entry]:
    """The rows, the last change first; *only* failed, running or waiting ones, of one *kind*, that contain *text*."""
    wanted = (text or "").casefold()
    found = [
        entry
        for entry in _entries(run)
        if (kind is None or entry.kind == kind)
        and (only is None or _is(entry, only))
        and (not wanted or _contains(entry, wanted))
    ]
    return sorted(found, key=lambda entry: (-entry.at, -entry.event))


def _is(entry: Entry, only: str) -> bool:
    if only == "failed":
        return entry.state is not None and entry.state.is_failure
    return entry.state is not None and str(entry.state) == only


def _contains(entry: Entry, wanted: str) -> bool:
    task = entry.task
    texts = (entry.name, entry.text, task.input if task is not None else None)
    return any(wanted in each.casefold() for each in texts if each)


def _entries(run: Run) -> Iterator[Entry]:
    yield Entry(1, run.start, "workflow", None, "workflow started")
    if run.close is not None:
        text = run.result if run.state is State.COMPLETED else run.reason or run.details
        words = f"workflow {run.state.word.lower()}"
        yield Entry(run.events, run.close, "workflow", run.state, words, text=text)
    for signal in run.signals:
        yield Entry(signal.event, signal.at, "signal", None, signal.name, text=signal.input)
    for marker in run.markers:
        yield Entry(marker.event, marker.at, "marker", None, marker.name, text=marker.details)
    for task in run.tasks:
        last = len(task.attempts)
        for number, attempt in enumerate(task.attempts, 1):
            yield _of(run, task, attempt, number, is_last=number == last)


def _of(run: Run, task: Task, attempt: Attempt, number: int, *, is_last: bool) -> Entry:
    started, closed = attempt.started, attempt.closed
    at = closed if closed is not None else started if started is not None else attempt.scheduled
    waited = (run.end_of(attempt) if started is None else started) - attempt.scheduled
    state = attempt.outcome
    if state is None:
        state = State.UNFINISHED if run.close is not None else State.WAITING if started is None else State.RUNNING
    text = attempt.reason if state.is_failure else task.result if is_last and state is State.COMPLETED else None
    return Entry(
        event=attempt.event,
        at=at,
        kind=str(task.kind),
        state=state,
        name=task.id,
        task=task,
        attempt=number if len(task.attempts) > 1 else 0,
        waited=None if task.kind == "timer" else waited,
        ran=None if started is None else run.end_of(attempt) - started,
        text=text,
    )
