"""Where the code does something else than the history: an error, or worth telling once.

Another activity under a recorded id is always an error. Another input, something recorded that is not submitted
and something submitted that was not recorded are errors in strict runs only; else what was recorded counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpleflow import format
from simpleflow.exceptions import NonDeterminismError
from simpleflow.replay.inputs import comparable
from simpleflow.replay.options import WAKE_UP_TIMER, Finding
from simpleflow.replay.outbox import is_gated
from simpleflow.replay.records import Record
from swf.protocol.event import HistoryEvent
from swf.protocol.events import ActivityTaskScheduled, TimerStarted

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


class Differences:
    """The differences of one run, and what else is to be told with its next answer."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._findings: list[Finding] = []
        self._told: set[str] = set()

    def note(self, message: str) -> None:
        """Something to tell with the next answer, once."""
        if message not in self._told:
            self._told.add(message)
            self._findings.append(Finding(message))

    def take(self) -> list[Finding]:
        """What was noted since this was asked last."""
        findings, self._findings = self._findings, []
        return findings

    def compare_activity(self, record: Record, event_id: int, recorded: ActivityTaskScheduled) -> None:
        """Another activity under the id is an error; another input is told once."""
        wanted = record.task.activity.name
        if recorded.activity_type.name != wanted:
            raise NonDeterminismError(
                f"event {event_id} scheduled the activity {recorded.activity_type.name!r} as {record.id!r}, but the "
                f"workflow now submits {wanted!r} there ({record.source}). The code changed while this execution was "
                "open; give the new code a new version, or ask self.patched() which code to run."
            )
        if self._run.echoes_are_own or recorded.input == record.input:
            return
        if format.is_pointer(recorded.input):
            theirs, mine = format.named_content(recorded.input or ""), format.named_content(record.input or "")
            if theirs is None or mine is None or theirs == mine:
                return
        elif comparable(recorded.input, format.decode(recorded.input)) == comparable(
            record.input, format.decode(record.input)
        ):
            return
        self._differs(
            f"event {event_id} scheduled {record.id!r} with the input {_short(recorded.input)}, but the workflow now "
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
        self.note(message + "; the recorded one counts")

    def look(self, batch: list[HistoryEvent]) -> None:
        """Compares, after a batch, what the history tells with what was submitted."""
        if (self._run.orphans and not self._run.is_replaying) or (self._run.orphans and self._run.options.strict):
            for (kind, id), events in self._run.orphans.items():
                message = f"event {events[0][0].id} tells of the {kind} {id!r}, which the workflow does not submit"
                if self._run.options.strict:
                    raise NonDeterminismError(message)
                self.note(message)
        if not self._run.options.strict or self._run.echoes_are_own:
            return
        was_cut = any(
            isinstance(event.attributes, TimerStarted) and event.attributes.timer_id == WAKE_UP_TIMER for event in batch
        )
        if was_cut:
            return
        for entry in self._run.outbox.entries():
            if entry.made_at < self._run.batch_end and not is_gated(entry):
                raise NonDeterminismError(
                    f"the workflow now submits {entry.key[1]!r} before event {entry.made_at}, but the history has no "
                    "trace of it. The code changed while this execution was open."
                )


def _short(text: str | None) -> str:
    return format.shortened(repr(text), 200)
