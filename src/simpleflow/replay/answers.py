"""What a run answers: the decisions of its outbox, with their texts, or pointers to those that are too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpleflow import codecs, format
from simpleflow.exceptions import JumboTooLargeError
from simpleflow.replay.options import FIELD_CHARACTERS, WAKE_UP_TIMER, Decisions, RunOptions
from swf.protocol.decisions import StartTimer

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


class Values:
    """The texts of decisions, and the long ones among them that have to be kept elsewhere."""

    def __init__(self, options: RunOptions) -> None:
        self._options = options
        self._fresh: dict[str, str] = {}

    def field(self, text: str | None, limit: int = FIELD_CHARACTERS) -> str | None:
        """*text*, or the pointer to it if it is longer than its field."""
        if text is None:
            return None
        text = codecs.wrapped(format.sendable(text))
        if len(text) <= limit:
            return text
        if not self._options.keeps_values:
            raise JumboTooLargeError(
                f"a value of {len(text)} characters is too long for its field ({limit}), and there is no place to "
                "keep large values"
            )
        pointer = self._options.pointer_of(text)
        self._fresh[pointer] = text
        return pointer

    def fresh(self) -> dict[str, str]:
        """The texts that were replaced by pointers since this was asked last."""
        fresh, self._fresh = self._fresh, {}
        return fresh


def decisions(run: Run) -> Decisions:
    """The decisions of what was submitted, as many as may be sent at once, and the closing one if it is time."""
    most = run.options.max_open_activities
    if run.workflow.max_open_activity_count is not None:
        most = run.workflow.max_open_activity_count
    entries, is_cut = run.outbox.take(
        count=run.options.max_decisions - 1,
        size=run.options.max_bytes,
        open_slots=most - run.open_activities,
    )
    decisions = [entry.decision for entry in entries]
    values = {pointer: text for entry in entries for pointer, text in entry.values.items()}
    closing = None
    register = [entry.register for entry in entries if entry.register is not None]
    if run.closing is not None and not is_cut:
        if run.may_close and not run.outbox.keeps_open:
            closing = run.closing
            decisions.append(closing)
            values.update(run.main.values)
            register += run.continuation.register
    elif (is_cut or _waits_for_echo(run)) and not run.wakes_up:
        decisions.append(StartTimer(timer_id=WAKE_UP_TIMER, start_to_fire_timeout="0"))
    return Decisions(
        decisions,
        closing=closing,
        register=list(dict.fromkeys(register)),
        values=values,
        findings=run.differences.take(),
        context=_new_context(run),
    )


def _waits_for_echo(run: Run) -> bool:
    """Whether somebody waits for what makes no event by itself after its own: a marker, the end of a timer."""
    waiting = (*run.marker_echoes.values(), run.timers.cancels.values())
    return run.closing is None and any(record.future.has_waiters for records in waiting for record in records)


def _new_context(run: Run) -> str | None:
    """The names of signals that are waited for, so that others can see them; None if nothing has changed."""
    names = run.signals.awaited() if run.closing is None else []
    context = format.encode({"waiting_signals": names}) if names else ""
    return None if context == (run.context or "") else context
