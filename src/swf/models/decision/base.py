"""Decisions as dictionaries that the API takes, checked as they are made."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import msgspec

from swf.exceptions import InvalidRequestError
from swf.protocol import decision as envelope
from swf.protocol import wire
from swf.protocol.base import DecisionAttributes, decapitalized
from swf.protocol.check import obeys
from swf.protocol.decisions import DECISIONS
from swf.protocol.refusal import why_not

ATTRIBUTES: dict[str, type[DecisionAttributes]] = {each.__name__: each for each in DECISIONS}


class Decision(dict[str, Any]):
    """One decision, as a dictionary: ``decisionType`` and the attributes of that type.

    ``TimerDecision("start", id="t", ...)`` is ``TimerDecision().start("t", ...)``. Made again, it is the later one.
    What SWF would refuse raises InvalidRequestError, which names the member and the rule; what is None is left out.
    """

    ACTIONS: ClassVar[tuple[str, ...]] = ()
    """The methods that make it."""

    def __init__(self, action: str | None = None, **values: Any) -> None:
        """*action* is one of :attr:`ACTIONS`, *values* its arguments; None: not made yet."""
        super().__init__()
        if action is None:
            if values:
                raise TypeError(f"{type(self).__name__}: arguments without an action, one of {', '.join(self.ACTIONS)}")
            return
        if action not in self.ACTIONS:
            raise ValueError(f"action: {action!r} is none of {', '.join(self.ACTIONS)}")
        getattr(self, action)(**values)

    @property
    def type(self) -> str | None:
        """The decision type as Amazon spells it: ``StartTimer``; None: not made yet."""
        return self.get("decisionType")

    @property
    def word(self) -> envelope.Decision:
        """The decision as a value of :mod:`swf.protocol`."""
        if self.type is None:
            raise ValueError(f"{type(self).__name__}: no decision yet; call one of {', '.join(self.ACTIONS)}")
        attributes = self.get(f"{decapitalized(self.type)}DecisionAttributes", {})
        return envelope.decision(msgspec.convert(attributes, ATTRIBUTES[self.type]))

    def _decide(self, attributes: DecisionAttributes) -> Self:
        """Becomes the decision with these attributes."""
        name = type(attributes).__name__
        if not obeys(attributes):
            raise InvalidRequestError(f"{name}: {why_not(attributes)}")
        self.clear()
        self["decisionType"] = name
        self[f"{decapitalized(name)}DecisionAttributes"] = msgspec.json.decode(wire.encode(attributes))
        return self
