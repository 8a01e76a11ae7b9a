"""Where the code does something else than the history: an error, or worth telling once.

Another activity under a recorded id is always an error. Another input, something recorded that is not submitted
and something submitted that was not recorded are errors in strict runs only; else what was recorded counts.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from simpleflow import format
from simpleflow.exceptions import NonDeterminismError
from simpleflow.replay.inputs import comparable
from simpleflow.replay.options import WAKE_UP_TIMER, Finding
from simpleflow.replay.outbox import Entry, is_gated, queue_of
from simpleflow.replay.records import Kept, Record
from simpleflow.replay.sources import entrance
from simpleflow.workflow import dotted_path
from swf.protocol.event import HistoryEvent
from swf.protocol.events import ActivityTaskScheduled, StartChildWorkflowExecutionInitiated, TimerStarted

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
        self.are_all = False
        """Nothing but the differences is wanted, each with the place where the code stood; that takes time."""
        self.stood_at = ""
        """With *are_all*: where the run has waited last; its beginning if it never has."""
        self.room: int | None = None
        """With *are_all*: how many activities were open at once, so many could be; None: nobody has counted."""
        self.last_scheduled = 0
        """The number in the outbox of the last activity that the history tells of."""
        self._due: set[int] = set()
        """The numbers of activities that there was room for when they were submitted."""
        self._missed_at: dict[Kept, str] = {}
        """Where it was when the history told of something that it does not submit."""

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
            f"workflow now submits {wanted!r} there ({record.source}). The code changed while this execution was "
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
            f"submits {_short(record.input)} ({record.source})"
        )

    def compare_timer(self, record: Record, event_id: int, recorded: TimerStarted) -> None:
        """Another duration is told once."""
        if not self._run.echoes_are_own and recorded.start_to_fire_timeout != record.input:
            self._differs(
                f"event {event_id} started the timer {record.id!r} of {recorded.start_to_fire_timeout} s, but the "
                f"workflow now asks for {record.input} s ({record.source})"
            )

    def _differs(self, message: str) -> None:
        if self._run.options.strict:
            raise NonDeterminismError(message)
        self.note(message + "; the recorded one counts", is_difference=True)

    def look(self, batch: list[HistoryEvent]) -> None:
        """Compares, after a batch, what the history tells with what was submitted."""
        if self.are_all:
            before = self.stood_at
            self.stood_at = self._run.blocked_on or before or str(entrance(self._run.workflow.run))
            for key in self._run.orphans:
                self._missed_at.setdefault(key, before or self.stood_at)
        if (self._run.orphans and not self._run.is_replaying) or (self._run.orphans and self._run.options.strict):
            for (kind, id), events in self._run.orphans.items():
                place = self._missed_at.setdefault((kind, id), self._run.blocked_on)
                message = (
                    f"event {events[0][0].id} tells of the {kind} {id!r}, which the workflow does not submit"
                    f"{f'; it stands at {place}' if place else ''}"
                )
                if self._run.options.strict:
                    raise NonDeterminismError(message)
                self.note(message, is_difference=True)
        was_cut = self._was_awake or any(
            isinstance(event.attributes, TimerStarted) and event.attributes.timer_id == WAKE_UP_TIMER for event in batch
        )
        self._was_awake = self._run.wakes_up  # then the next answer starts no other wake-up timer, cut or not
        if not self._run.echoes_are_own and not was_cut and (self._run.options.strict or self.are_all):
            self._look_for_more()
        if self.room is not None:
            slots = max(0, self.room - self._run.open_activities)
            queue = self._run.outbox.queues["activity"].values()
            self._due = {entry.number for entry in itertools.islice(queue, slots)}

    def _look_for_more(self) -> None:
        """What was submitted before the last decision, and is not in the history now, never will be."""
        for entry in self._run.outbox.entries():
            if entry.made_at >= self._run.batch_end or not self._was_sent(entry):
                continue
            record = self._run.records.get((KINDS.get(entry.key[0], entry.key[0]), entry.key[1]))
            where = f" ({record.source})" if record is not None and record.source is not None else ""
            message = (
                f"the workflow now submits {entry.key[1]!r} before event {entry.made_at}{where}, but the history "
                "has no trace of it"
            )
            if self._run.options.strict:
                raise NonDeterminismError(f"{message}. The code changed while this execution was open.")
            self.note(message, is_difference=True)

    def _was_sent(self, entry: Entry) -> bool:
        """Whether the run would have sent this, had it submitted it then.

        Activities may have waited for room; but they wait in a row, so that a later one that was scheduled tells.
        """
        if queue_of(entry.key) in self._run.outbox.ever_held:
            return False
        return not is_gated(entry) or entry.number < self.last_scheduled or entry.number in self._due


def _short(text: str | None) -> str:
    return format.shortened(repr(text), 200)
