"""Words of every class, made from their shapes: within the limits, with and without what is optional."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
from hypothesis import strategies as st

from swf.protocol import rules
from swf.protocol.base import Attributes
from swf.protocol.causes import Cause
from swf.protocol.decision import decision
from swf.protocol.decisions import DECISIONS
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

DIGITS = st.integers(0, 31_536_000).map(str)
BY_RULE = {
    rules.IDENTIFIER: st.text("abcä.-_ #", min_size=1, max_size=20),
    rules.TRIMMED_IDENTIFIER: st.text("abcä.-_#", min_size=1, max_size=20),
    rules.DURATION: DIGITS,
    rules.DURATION_OR_NONE: DIGITS | st.just("NONE"),
    rules.EXECUTION_DURATION: DIGITS,
    rules.RETENTION: st.integers(0, 90).map(str) | st.just("NONE"),
    rules.PRIORITY: st.integers(-(2**31), 2**31 - 1).map(str),
}


@functools.cache
def words(word: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Instances of a class of words."""
    shape = structure_of(word)
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for member in shape.members:
        values = of_shape(member.shape, enumeration(word, member.attribute))
        (required if member.is_required else optional)[member.attribute] = values
    return st.fixed_dictionaries(required, optional=optional).map(lambda members: word(**members))


def enumeration(word: type[msgspec.Struct], attribute: str) -> st.SearchStrategy[Any] | None:
    """The members of the enumeration that an attribute holds, or None."""
    if attribute == "cause" and issubclass(word, Attributes):
        return st.sampled_from(sorted(word.CAUSES)).map(Cause)
    for field in msgspec.inspect.type_info(word).fields:  # type: ignore[attr-defined]  # of a struct
        if field.name == attribute:
            types = getattr(field.type, "types", (field.type,))
            for type in types:
                if isinstance(type, msgspec.inspect.EnumType):
                    return st.sampled_from(list(type.cls))
    return None


def of_shape(shape: Shape, choices: st.SearchStrategy[Any] | None = None) -> st.SearchStrategy[Any]:
    match shape:
        case Text(rule=None, min_length=least, max_length=most):
            return st.text(st.characters(codec="utf-8"), min_size=least, max_size=min(most or 20, 20))
        case Text(rule=rule) if rule is not None:
            return BY_RULE[rule]
        case Choice():
            assert choices is not None
            return choices
        case Integer(at_least=least, at_most=most):
            return st.integers(least if least is not None else 0, most if most is not None else 2**53)
        case Timestamp():
            return st.integers(0, 4_102_444_800_000).map(lambda milliseconds: milliseconds / 1000)
        case Flag():
            return st.booleans()
        case Events():
            return st.just(msgspec.Raw(b"[]"))
        case Listing(element=element, max_length=most, has_nulls=has_nulls):
            elements = of_shape(element)
            return st.lists(st.none() | elements if has_nulls else elements, max_size=most or 4).map(tuple)
        case Structure(word=word):
            return words(word)
        case OneDecision():
            return st.sampled_from(DECISIONS).flatmap(words).map(decision)
    raise NotImplementedError(shape)
