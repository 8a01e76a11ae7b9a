"""The envelope of a decision, which names its type and puts the attributes where the wire wants them."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from swf.protocol.base import DecisionAttributes, decapitalized
from swf.protocol.decisions import DECISIONS


class Decision(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="decisionType"):
    """One answer of a decider; the subclasses, one per decision type, give *attributes* their wire name."""

    attributes: DecisionAttributes

    @property
    def type(self) -> str:
        """The decision type as the wire spells it, e.g. ``ScheduleActivityTask``."""
        return type(self.attributes).__name__


def _envelope(attributes: type[DecisionAttributes]) -> type[Decision]:
    name = attributes.__name__
    required = any(field.required for field in msgspec.structs.fields(attributes))
    envelope: Any = msgspec.defstruct(
        f"{name}Decision",
        [("attributes", attributes) if required else ("attributes", attributes, attributes())],
        bases=(Decision,),
        tag=name,
        rename={"attributes": f"{decapitalized(name)}DecisionAttributes"},
        frozen=True,
        gc=False,
    )
    return envelope  # type: ignore[no-any-return]  # defstruct makes a subclass of its base


ENVELOPES: dict[type[DecisionAttributes], type[Decision]] = {
    attributes: _envelope(attributes) for attributes in DECISIONS
}
"""The envelope class of each decision."""

if TYPE_CHECKING:
    AnyDecision = Decision
else:
    AnyDecision = functools.reduce(
        operator.or_, ENVELOPES.values()
    )  # what a decoder needs to know to choose the subclass


def decision(attributes: DecisionAttributes) -> Decision:
    """The decision with these attributes."""
    return ENVELOPES[type(attributes)](attributes)
