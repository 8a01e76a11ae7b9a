"""What the first event and the newest ones of a long history tell before the others have been read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from simpleflow.web.files import Picture
from simpleflow.web.insight.sentence import Mood, Sentence, sentence
from swf.lifecycle import Execution
from swf.protocol import events as e
from swf.protocol.event import HistoryEvent

OPENERS: Final = ("scheduled_event_id", "started_event_id", "initiated_event_id")
"""What an event says of the one that opened its thing; 0: there was none."""


class PartOfRun(Picture):
    """What a part of a history tells of a run: nothing is said of what may be in the other part."""

    @cached_property
    def sentence(self) -> Sentence:
        """The sentence, without what else is or was open."""
        found = replace(sentence(self.run), note="")
        tasks = [task for task in self.run.tasks if task.state.is_open]
        if self.run.close is not None or found.mood is Mood.WARNING or tasks:
            return found
        return Sentence(Mood.BUSY, "Running", ": what is open is known when all events have been read.")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is told of a history that is being read: by its first event and by the *newest* ones.

    *read* events are there so far, of *total*.
    """

    execution: Execution
    picture: Picture
    read: int
    newest: int
    total: int


def told_by(first: HistoryEvent, newest: Sequence[HistoryEvent]) -> Execution:
    """The execution as these events tell of it; *newest* follow each other and end with the last one.

    Events about things that were opened between *first* and *newest* are left out.
    """
    execution = Execution(keep_closed=True)
    for event in [first, *newest] if newest[0].id > first.id else newest:
        if event is first or event.id == first.id or _is_whole(execution, event, newest[0].id):
            execution.last_event_id = event.id - 1
            execution.evolve(event)
        execution.last_event_id, execution.last_timestamp = event.id, event.timestamp
    return execution


def _is_whole(execution: Execution, event: HistoryEvent, since: int) -> bool:
    """Whether all that the event is about was opened by an event from *since* on."""
    if isinstance(event.attributes, e.ActivityTaskCancelRequested):
        return event.attributes.activity_id in execution.open_activity_ids
    openers = (getattr(event.attributes, name, None) or 0 for name in OPENERS)
    return all(opener == 0 or opener >= since for opener in openers)
