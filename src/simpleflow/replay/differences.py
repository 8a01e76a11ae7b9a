"""Where the code does something else than the history: an error, or worth telling once.

Another activity under a recorded id is always an error. Another input, something recorded that is not submitted
and something submitted that was not recorded are errors in strict runs only; else what was recorded counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simpleflow import format
from simpleflow.exceptions import NonDeterminismError
from simpleflow.replay.inputs import comparable
from simpleflow.replay.options import WAKE_UP_TIMER, Finding
from simpleflow.replay.outbox import needs_slot, queue_of
from simpleflow.replay.records import Record
from simpleflow.workflow import dotted_path
from swf.protocol.event import HistoryEvent
from swf.protocol.events import (
    ActivityTaskScheduled,
    ScheduleActivityTaskFailed,
    StartChildWorkflowExecutionInitiated,
    TimerStarted,
)

if TYPE_CHECKING:
    from simpleflow.replay.run import Run

KINDS: Final = {"schedule": "activity", "start_timer": "timer"}
"""What a decision of this kind is about, where it has another name."""


class Differences:
    """The differences of one run, and what else is to be told with its next answer."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._findings: list[Finding] = []
        self._told: set[str] = set()
        self._was_awake = False
        self.last_scheduled = 0
        """The number of the activity that left the outbox last; they leave in their order."""
        self._open_activities = 0
        """As of the decision before."""
        self._most_open = 1
        """How many activities the decider had open at most: what it allows is no less."""

    def note(self, message: str, *, is_difference: bool = False) -> None:
        """Something to tell with the next answer, once."""
        if message not in self._told:
            self._told.add(message)
            self._findings.append(Finding(message, is_difference=is_difference))

    def take(self) -> list[Finding]:
        """What was noted since this was asked last."""
        findings, self._findings = self._findings, []
        return findings

    def compare_activity(self, record: Record, event_id: int, recorded: ActivityTaskScheduled) -> None:
        """Another activity under the id is an error; another input is told once."""
        wanted = record.task.activity.name
        if recorded.activity_type.name != wanted:
            raise self._another(record, event_id, f"scheduled the activity {recorded.activity_type.name!r}", wanted)
        self._compare_input(record, event_id, "scheduled", recorded.input)

    def compare_child(self, record: Record, event_id: int, recorded: StartChildWorkflowExecutionInitiated) -> None:
        """Another workflow under the id is an error; another input is told once."""
        workflow = record.task.workflow
        wanted = dotted_path(workflow)
        if recorded.workflow_type.name not in (wanted, workflow.name):
            raise self._another(record, event_id, f"started the workflow {recorded.workflow_type.name!r}", wanted)
        self._compare_input(record, event_id, "started", recorded.input)

    def _another(self, record: Record, event_id: int, found: str, wanted: str) -> NonDeterminismError:
        return NonDeterminismError(
            f"event {event_id} {found} as {record.id!r}, but the "
            f"workflow now submits {wanted!r} there ({_where(record)}). The code changed while this execution was "
            "open; give the new code a new version, or ask self.patched() which code to run."
        )

    def _compare_input(self, record: Record, event_id: int, verb: str, recorded: str | None) -> None:
        if self._run.echoes_are_own or recorded == record.input:
            return
        if format.is_pointer(recorded):
            theirs, mine = format.named_content(recorded or ""), format.named_content(record.input or "")
            if theirs is None or mine is None or theirs == mine:
                return
        elif comparable(recorded, format.decode(recorded)) == comparable(record.input, format.decode(record.input)):
            return
        self._differs(
            f"event {event_id} {verb} {record.id!r} with the input {_short(recorded)}, but the workflow now "
            f"submits {_short(record.input)} ({_where(record)})"
        )

    def compare_timer(self, record: Record, event_id: int, recorded: TimerStarted) -> None:
        """Another duration is told once."""
        if not self._run.echoes_are_own and recorded.start_to_fire_timeout != record.input:
            self._differs(
                f"event {event_id} started the timer {record.id!r} of {recorded.start_to_fire_timeout} s, but the "
                f"workflow now asks for {record.input} s ({_where(record)})"
            )

    def _differs(self, message: str) -> None:
        if self._run.options.strict:
            raise NonDeterminismError(message)
        self.note(message + "; the recorded one counts", is_difference=True)

    def look(self, batch: list[HistoryEvent]) -> None:
        """Compares, after a batch, what the history tells with what was submitted."""
        if (self._run.orphans and not self._run.is_replaying) or (self._run.orphans and self._run.options.strict):
            for (kind, id), events in self._run.orphans.items():
                message = f"event {events[0][0].id} tells of the {kind} {id!r}, which the workflow does not submit"
                if self._run.options.strict:
                    raise NonDeterminismError(message)
                self.note(message, is_difference=True)
        if self._run.options.strict:
            self._look_strictly(batch)

    def _look_strictly(self, batch: list[HistoryEvent]) -> None:
        """Compares what does no harm to an execution that goes on: what the code says is done, only later."""
        had_room = self._had_room(batch)
        was_cut = self._was_awake or any(
            isinstance(event.attributes, TimerStarted) and event.attributes.timer_id == WAKE_UP_TIMER for event in batch
        )
        self._was_awake = self._run.wakes_up  # then the next answer starts no other wake-up timer, cut or not
        if self._run.echoes_are_own:
            return
        for id, event_id in self._run.helpers.unasked():
            raise NonDeterminismError(
                f"event {event_id} tells of the side effect {id!r}, which the workflow does not ask for"
            )
        outbox = self._run.outbox
        for entry in outbox.helpers.values() if was_cut else (*outbox.helpers.values(), *outbox.entries()):
            is_late = entry.made_at < self._run.batch_end
            could_wait = needs_slot(entry) and not had_room and entry.number > self.last_scheduled
            if is_late and not could_wait and queue_of(entry.key) not in outbox.ever_held:
                record = self._run.records.get((KINDS.get(entry.key[0], entry.key[0]), entry.key[1]))
                where = f" ({_where(record)})" if record is not None else ""
                raise NonDeterminismError(
                    f"the workflow now submits {entry.key[-1]!r} before event {entry.made_at}{where}, but the history "
                    "has no trace of it. The code changed while this execution was open."
                )

    def _had_room(self, batch: list[HistoryEvent]) -> bool:
        """Whether the decision before could have scheduled one more activity than it has."""
        scheduled = sum(
            isinstance(event.attributes, ActivityTaskScheduled | ScheduleActivityTaskFailed) for event in batch
        )
        open_then, self._open_activities = self._open_activities + scheduled, self._run.open_activities
        self._most_open = max(self._most_open, open_then)
        return open_then < self._most_open


def _where(record: Record) -> str:
    """Where the task was submitted; what a part of this package does for the workflow has no line of the user's."""
    return str(record.source) if record.source is not None else "by simpleflow itself"


def _short(text: str | None) -> str:
    return format.shortened(repr(text), 200)
