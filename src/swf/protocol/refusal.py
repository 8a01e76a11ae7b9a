"""The door of a service: a request decoded and checked, or a fault that names all that is wrong with it.

What is right passes at the speed of C. Only a refused request is looked at member by member, so that its message
lists every violation, worded and ordered as Amazon's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

import msgspec

from swf.protocol import texts
from swf.protocol.base import Attributes, DecisionAttributes, Request
from swf.protocol.check import is_unicode, is_valid, wrong_members
from swf.protocol.decisions import CLOSING
from swf.protocol.faults import SerializationException
from swf.protocol.operations import RespondDecisionTaskCompleted
from swf.protocol.shapes import (
    Choice,
    Events,
    Flag,
    Integer,
    Listing,
    Member,
    OneDecision,
    Shape,
    Structure,
    Text,
    Timestamp,
    structure_of,
)

AnyRequest = TypeVar("AnyRequest", bound=Request[Any])

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_CLOSING_TYPES = frozenset(decision.__name__ for decision in CLOSING)
_ATTRIBUTES = b'DecisionAttributes"'


def decode_request(operation: type[AnyRequest], body: bytes) -> AnyRequest:
    """The request in *body*, checked.

    Raises SerializationException for what is not JSON or has a wrong JSON type, ValidationException for what breaks
    constraints. Unknown members are ignored, a null member is an absent one.
    """
    try:
        request: AnyRequest = msgspec.json.decode(body, type=operation)
        if is_valid(request) and not _has_foreign_attributes(request, body):
            return request
    except msgspec.ValidationError:
        pass  # what is wrong is found below, all of it
    except NOT_JSON as error:
        raise SerializationException(f"The request is not JSON: {error}") from error
    try:
        members = msgspec.json.decode(body)
    except NOT_JSON as error:
        raise SerializationException(f"The request is not JSON: {error}") from error
    return _convert(operation, members)


def convert_request(operation: type[AnyRequest], members: Mapping[str, Any]) -> AnyRequest:
    """The request with these members, by their names on the wire, checked as :func:`decode_request` does."""
    return _convert(operation, members)


def check(request: Request[Any]) -> None:
    """Returns if a request built in Python is one that the wire would accept; raises the fault if not."""
    if not is_valid(request):
        try:
            members = msgspec.to_builtins(request)
        except (TypeError, msgspec.MsgspecError) as error:
            raise SerializationException(f"The request cannot be written as JSON: {error}") from error
        _convert(type(request), members)
        wrong = " and ".join(wrong_members(request))
        raise SerializationException(f"{type(request).__name__} holds a value of a wrong Python type as {wrong}")


def why_not(attributes: DecisionAttributes | Attributes) -> str:
    """What is wrong with a decision or event, in words."""
    try:
        word: type[DecisionAttributes | Attributes] = type(attributes)
        return "; ".join(_in_structure(structure_of(word), msgspec.to_builtins(attributes), ""))
    except SerializationException as error:
        return str(error)


def _has_foreign_attributes(request: Request[Any], body: bytes) -> bool:
    """Whether a decision may carry attributes of other types than its own, which decoding skips."""
    if not isinstance(request, RespondDecisionTaskCompleted):
        return False
    return body.count(_ATTRIBUTES) > len(request.decisions or ())


def _convert(operation: type[AnyRequest], members: Any) -> AnyRequest:
    """The request with null members left out; raises the fault that says what is wrong otherwise."""
    if not isinstance(members, Mapping):
        raise SerializationException("The request is not a JSON object")
    violations = list(_in_structure(structure_of(operation), members, ""))
    if operation is RespondDecisionTaskCompleted:
        _refuse_early_close(members.get("decisions") or ())
    if violations:
        raise texts.violations(violations)
    try:
        request: AnyRequest = msgspec.convert(_without_nulls(members), operation)
        return request
    except msgspec.ValidationError as error:
        raise SerializationException(str(error)) from error


def _refuse_early_close(decisions: Sequence[Any]) -> None:
    for decision in decisions[:-1]:
        if decision is not None and decision.get("decisionType") in _CLOSING_TYPES:
            raise texts.close_must_be_last()


def _in_structure(shape: Structure, members: Mapping[str, Any], path: str) -> Iterator[str]:
    for member in shape.members:
        yield from _in_member(member, members.get(member.name), path)


def _in_member(member: Member, value: Any, path: str) -> Iterator[str]:
    here = f"{path}.{member.name}" if path else member.name
    if value is not None:
        yield from _in_value(member.shape, value, here)
    elif member.is_required:
        yield texts.violation(None, here, "Member must not be null")


def _in_value(shape: Shape, value: Any, path: str) -> Iterator[str]:
    match shape:
        case Text():
            yield from _in_text(shape, _of(str, value, path, "a string"), path)
        case Choice(values=values):
            if _of(str, value, path, "a string") not in values:
                yield texts.violation(value, path, f"Member must satisfy enum value set: [{', '.join(values)}]")
        case Integer():
            yield from _in_integer(shape, value, path)
        case Timestamp():
            if isinstance(value, bool) or not isinstance(value, int | float):
                _wrong_type(value, path, "a number")
        case Flag():
            _of(bool, value, path, "true or false")
        case Listing():
            if isinstance(value, str) or not isinstance(value, Sequence):
                _wrong_type(value, path, "a list")
            yield from _in_list(shape, value, path)
        case Structure():
            yield from _in_structure(shape, _of(Mapping, value, path, "an object"), path)
        case OneDecision():
            yield from _in_decision(shape, _of(Mapping, value, path, "an object"), path)
        case Events():
            raise NotImplementedError("no request carries events")


def _in_text(shape: Text, text: str, path: str) -> Iterator[str]:
    if not is_unicode(text):
        raise SerializationException(f"{path}: the text holds half of a surrogate pair, which JSON cannot carry")
    if len(text) < shape.min_length:
        yield texts.violation(text, path, f"Member must have length greater than or equal to {shape.min_length}")
    elif shape.max_length is not None and len(text) > shape.max_length:
        yield texts.violation(text, path, f"Member must have length less than or equal to {shape.max_length}")
    elif shape.rule is not None and not shape.rule.allows(text):
        yield texts.violation(text, path, shape.rule.constraint)


def _in_integer(shape: Integer, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int):
        _wrong_type(value, path, "a whole number")
    if shape.at_least is not None and value < shape.at_least:
        yield texts.violation(value, path, f"Member must have value greater than or equal to {shape.at_least}")
    if shape.at_most is not None and value > shape.at_most:
        yield texts.violation(value, path, f"Member must have value less than or equal to {shape.at_most}")


def _in_list(shape: Listing, items: Sequence[Any], path: str) -> Iterator[str]:
    if shape.max_length is not None and len(items) > shape.max_length:
        yield texts.violation(items, path, f"Member must have length less than or equal to {shape.max_length}")
    for position, item in enumerate(items, start=1):
        here = f"{path}.{position}.member"
        if item is not None:
            yield from _in_value(shape.element, item, here)
        elif not shape.has_nulls:
            yield texts.violation(None, here, "Member must not be null")


def _in_decision(shape: OneDecision, decision: Mapping[str, Any], path: str) -> Iterator[str]:
    """Violations of the attributes of the decision's type, absent ones as if empty, and of all others given."""
    type = decision.get("decisionType")
    if type is None:
        yield texts.violation(None, f"{path}.decisionType", "Member must not be null")
    elif _of(str, type, f"{path}.decisionType", "a string") not in shape.attributes:
        choices = ", ".join(shape.attributes)
        yield texts.violation(type, f"{path}.decisionType", f"Member must satisfy enum value set: [{choices}]")
    for name, member in shape.attributes.items():
        attributes = decision.get(member.name)
        if attributes is None and name == type:
            attributes = {}
        if attributes is not None:
            yield from _in_value(member.shape, attributes, f"{path}.{member.name}")


def _of(wanted: type[Any], value: Any, path: str, words: str) -> Any:
    if not isinstance(value, wanted):
        _wrong_type(value, path, words)
    return value


def _wrong_type(value: Any, path: str, wanted: str) -> NoReturn:
    raise SerializationException(f"{path}: expected {wanted}, found {_kind(value)}")


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return "a string"
        case Mapping():
            return "an object"
        case Sequence():
            return "a list"
    return f"a {type(value).__name__}"


def _without_nulls(value: Any) -> Any:
    """The same without null members; nulls in lists stay."""
    match value:
        case Mapping():
            return {name: _without_nulls(member) for name, member in value.items() if member is not None}
        case list() | tuple():
            return [_without_nulls(item) for item in value]
    return value
