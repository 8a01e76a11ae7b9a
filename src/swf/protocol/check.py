"""Whether a request that was built in Python is as the API wants it: lengths, choices, rules.

Decoding JSON checks types and lengths at the speed of C, building a struct checks nothing. Here each class of words
gets, once, a row of small tests; a request that fails one goes to :mod:`swf.protocol.refusal` for the words.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import Struct

from swf.protocol.base import Attributes, DecisionAttributes, Request
from swf.protocol.decision import ENVELOPES, Decision
from swf.protocol.decisions import CLOSING
from swf.protocol.operations import RespondDecisionTaskCompleted
from swf.protocol.shapes import (
    Choice,
    Events,
    Flag,
    Integer,
    Listing,
    OneDecision,
    Shape,
    Structure,
    Text,
    Timestamp,
    structure_of,
)

Test: TypeAlias = Callable[[Any], bool]


def is_valid(request: Request[Any]) -> bool:
    """Whether every member obeys, and a closing decision stands last only."""
    if not _test_of(type(request))(request):
        return False
    return not isinstance(request, RespondDecisionTaskCompleted) or closes_last(request.decisions or ())


def wrong_members(request: Request[Any]) -> list[str]:
    """The names on the wire of the members that do not obey."""
    members = [(member, getattr(request, member.attribute)) for member in structure_of(type(request)).members]
    return [member.name for member, value in members if value is not None and not _test(member.shape)(value)]


def closes_last(decisions: tuple[Decision, ...]) -> bool:
    """Whether no decision follows a closing one."""
    return not any(isinstance(decision.attributes, CLOSING) for decision in decisions[:-1])


def obeys(attributes: DecisionAttributes | Attributes) -> bool:
    """Whether a decision, or an event, has what the API wants of it.

    A decision that has not makes the service refuse its whole answer; a service writes no event that has not.
    """
    return _test_of(type(attributes))(attributes)


@functools.cache
def _test_of(word: type[Struct]) -> Test:
    return _structure(structure_of(word))


def _test(shape: Shape) -> Test:
    match shape:
        case Text():
            return _text(shape)
        case Choice(values=values):
            choices = frozenset(values)
            return lambda value: isinstance(value, str) and value in choices
        case Integer():
            return _integer(shape)
        case Timestamp():
            return lambda value: isinstance(value, float | int) and not isinstance(value, bool)
        case Flag():
            return lambda value: isinstance(value, bool)
        case Listing():
            return _listing(shape)
        case Structure():
            return _structure(shape)
        case OneDecision():
            return _decision
        case Events():
            raise NotImplementedError("no request carries events")


def _text(shape: Text) -> Test:
    least, most = shape.min_length, shape.max_length
    rule = shape.rule.allows if shape.rule else None

    def test(value: Any) -> bool:
        return (
            isinstance(value, str)
            and least <= len(value)
            and (most is None or len(value) <= most)
            and (value.isascii() or is_unicode(value))
            and (rule is None or rule(value))
        )

    return test


def is_unicode(text: str) -> bool:
    """Whether the text has no lone surrogates, which no wire can carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _integer(shape: Integer) -> Test:
    least, most = shape.at_least, shape.at_most

    def test(value: Any) -> bool:
        return (
            isinstance(value, int)
            and not isinstance(value, bool)
            and (least is None or value >= least)
            and (most is None or value <= most)
        )

    return test


def _listing(shape: Listing) -> Test:
    element, most, has_nulls = _test(shape.element), shape.max_length, shape.has_nulls

    def test(value: Any) -> bool:
        return (
            isinstance(value, tuple | list)
            and (most is None or len(value) <= most)
            and all((has_nulls and item is None) or element(item) for item in value)
        )

    return test


def _structure(shape: Structure) -> Test:
    rows = [
        (operator.attrgetter(member.attribute), member.is_required, _test(member.shape)) for member in shape.members
    ]
    word = shape.word

    def test(value: Any) -> bool:
        if not isinstance(value, word):
            return False
        for get, is_required, obeys in rows:
            member = get(value)
            if member is None:
                if is_required:
                    return False
            elif not obeys(member):
                return False
        return True

    return test


def _decision(value: Any) -> bool:
    if not isinstance(value, Decision):
        return False
    word = type(value.attributes)
    return word in ENVELOPES and _test_of(word)(value.attributes)
