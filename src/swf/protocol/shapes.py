"""The shapes of words as values: what a member may be, read once from the declared types.

Checks, refusals and comparisons with the API model are functions over these.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
from msgspec import inspect

from swf.protocol.decision import Decision
from swf.protocol.rules import RULE, Rule


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    min_length: int = 0
    max_length: int | None = None
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A string of an enumeration; *values* in the order of its declaration."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number."""

    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Timestamp:
    """Seconds since 1970 UTC."""


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Events:
    """A history, as JSON that is not decoded."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; *has_nulls* where a null element is kept."""

    element: Shape
    max_length: int | None = None
    has_nulls: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a structure: its name in Python, its name on the wire."""

    attribute: str
    name: str
    shape: Shape
    is_required: bool


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure, as :class:`~swf.protocol.base.Word` classes declare it."""

    word: type[msgspec.Struct]
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class OneDecision:
    """A decision: its type chooses which member holds the attributes."""

    attributes: dict[str, Member]
    """By decision type, in the order in which the service lists them."""


Shape: TypeAlias = Text | Choice | Integer | Timestamp | Flag | Events | Listing | Structure | OneDecision


@functools.cache
def structure_of(word: type[msgspec.Struct]) -> Structure:
    """The shape of a class of words."""
    shape, _ = _shape(inspect.type_info(word))
    assert isinstance(shape, Structure)
    return shape


def _shape(type: inspect.Type, rule: Rule | None = None) -> tuple[Shape, bool]:
    """The shape of a type, and whether None is allowed as well."""
    match type:
        case inspect.Metadata(type=inner, extra=extra):
            return _shape(inner, (extra or {}).get(RULE))
        case inspect.UnionType(types=types):
            return _union(types)
        case inspect.StrType():
            return Text(type.min_length or 0, type.max_length, rule), False
        case inspect.EnumType(cls=choices):
            return Choice(tuple(choice.value for choice in choices)), False
        case inspect.IntType():
            return Integer(type.ge, type.le), False
        case inspect.FloatType():
            return Timestamp(), False
        case inspect.BoolType():
            return Flag(), False
        case inspect.RawType():
            return Events(), False
        case inspect.VarTupleType():
            element, has_nulls = _shape(type.item_type)
            return Listing(element, type.max_length, has_nulls), False
        case inspect.StructType():
            return Structure(type.cls, tuple(map(_member, type.fields))), False
    raise NotImplementedError(f"no shape for {type!r}")


def _union(types: tuple[inspect.Type, ...]) -> tuple[Shape, bool]:
    is_optional = any(isinstance(type, inspect.NoneType) for type in types)
    rest = [type for type in types if not isinstance(type, inspect.NoneType)]
    if len(rest) == 1:
        shape, _ = _shape(rest[0])
        return shape, is_optional
    envelopes: dict[str, Member] = {}
    for type in rest:
        assert isinstance(type, inspect.StructType)
        assert issubclass(type.cls, Decision)
        envelopes[str(type.tag)] = _member(type.fields[0])
    return OneDecision(envelopes), is_optional


def _member(field: inspect.Field) -> Member:
    shape, _ = _shape(field.type)
    return Member(field.name, field.encode_name, shape, field.required)
