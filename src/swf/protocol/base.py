"""What all words share: frozen structs whose wire names derive from their Python names.

``decision_task_completed_event_id`` is ``decisionTaskCompletedEventId`` on the wire. ``None`` means
"not given" and is left out; an empty string or a 0 that was given is kept. The name of a class is
its name on the wire.
"""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from msgspec import Struct

from swf.protocol.causes import Cause

Result = TypeVar("Result")


class Word(Struct, frozen=True, rename="camel", omit_defaults=True, gc=False):
    """A structure of the SWF API."""


class Attributes(Word, frozen=True):
    """The attributes of an event: what happened, to what."""

    NOUN: ClassVar[str]
    STATE: ClassVar[str]
    CAUSES: ClassVar[frozenset[Cause]] = frozenset()


class DecisionAttributes(Word, frozen=True):
    """The attributes of a decision: what a decider wants."""


class Request(Word, Generic[Result], frozen=True):
    """What is asked of the service: one class per operation, one member per parameter."""

    RESULT: ClassVar[type[Word] | None]
    FAULTS: ClassVar[tuple[str, ...]] = ()


def wire_name(attribute: str) -> str:
    """The member name on the wire: ``task_list`` is ``taskList``."""
    first, *rest = attribute.split("_")
    return first + "".join(part.capitalize() for part in rest)


def decapitalized(name: str) -> str:
    """The name with a small first letter, as the members that hold attributes begin."""
    return name[:1].lower() + name[1:]
