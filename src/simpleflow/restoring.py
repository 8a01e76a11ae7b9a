"""One JSON value as a hint wants it: the types that JSON does not know, at any depth."""

from __future__ import annotations

import collections
import collections.abc
import dataclasses
import datetime
import decimal
import enum
import os
import pathlib
import types
import typing
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NewType, TypeVar, Union, get_args, get_origin

import msgspec

from simpleflow.encoding import is_attrs, is_numpy, is_pydantic, json_of

SHOWN: Final = 100
NATIVE: Final[dict[type[Any], str]] = {
    bool: "a truth value",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}
EXACT: Final = (datetime.datetime, datetime.date, datetime.time, datetime.timedelta, uuid.UUID, decimal.Decimal)
"""What msgspec reads from a text."""
WRAPPERS: Final = (typing.Annotated, typing.Required, typing.NotRequired, typing.Final, typing.ClassVar)
LISTS: Final[dict[type[Any], Callable[[Any], Any]]] = {
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Collection: list,
    collections.abc.Iterable: list,
    collections.abc.Iterator: iter,
    collections.abc.Generator: iter,
    collections.abc.Set: set,
    collections.abc.MutableSet: set,
    list: list,
    set: set,
    frozenset: frozenset,
    collections.deque: collections.deque,
}
OBJECTS: Final = (dict, collections.abc.Mapping, collections.abc.MutableMapping, collections.OrderedDict)


class Mismatch(Exception):
    """A value is not what its hint says. *where* in the value, *found* for people, *reason* if there is more to say."""

    def __init__(self, value: Any, hint: Any, where: str, reason: str = "") -> None:
        super().__init__(where)
        self.hint = hint
        self.where = where
        self.reason = reason
        self.found = described(value)


def restored(
    value: Any,
    hint: Any,
    where: str = "",
    *,
    is_checking: bool = True,
    is_exact: bool = False,
    variables: Mapping[Any, Any] = types.MappingProxyType({}),
) -> Any:
    """*value*, decoded JSON, as *hint* says. Raises Mismatch.

    Not *is_checking*: JSON's own types pass, whatever the hint says. *is_exact*: objects have the members of their
    class and no others. *variables* are the type variables of a generic class.
    """
    return Restoring(is_checking, is_exact, variables).one(value, hint, where)


class Restoring:
    """How strictly; see :func:`restored`."""

    def __init__(self, is_checking: bool, is_exact: bool, variables: Mapping[Any, Any]) -> None:
        self._is_checking = is_checking
        self._is_exact = is_exact
        self._variables = variables

    def one(self, value: Any, hint: Any, where: str) -> Any:
        """The value as the hint says."""
        if type(value) is hint:
            return value
        hint = self._simple(hint)
        if hint is Any or hint is object or isinstance(hint, str | typing.ForwardRef):
            return value
        if hint is None or hint is type(None):
            return None if value is None else self._refuse(value, None, where)
        origin, args = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            return self._any_of(value, args, hint, where)
        if origin is Literal:
            return self._literal(value, args, hint, where)
        kind = origin or hint
        if not isinstance(kind, type):
            return value  # a callable, a protocol's variable ...: nothing that JSON has become
        return self._of_type(value, kind, args, hint, where)

    def _simple(self, hint: Any) -> Any:
        """The hint behind aliases, annotations and variables."""
        while True:
            if isinstance(hint, NewType):
                hint = hint.__supertype__
            elif get_origin(hint) in WRAPPERS:
                hint = get_args(hint)[0]
            elif isinstance(hint, TypeVar):
                hint = self._variables.get(hint, hint.__bound__ or Any)
            elif type(hint).__name__ == "TypeAliasType":
                hint = hint.__value__
            else:
                return hint

    def _any_of(self, value: Any, hints: tuple[Any, ...], hint: Any, where: str) -> Any:
        """The first of *hints* that the value is exactly, else the first that it can be."""
        if value is None and any(each is type(None) for each in hints):
            return None
        ways = [Restoring(True, True, self._variables), Restoring(True, False, self._variables)]
        for way in ways:
            for each in hints:
                try:
                    return way.one(value, each, where)
                except Mismatch:
                    continue
        return self._refuse(value, hint, where)

    def _literal(self, value: Any, allowed: tuple[Any, ...], hint: Any, where: str) -> Any:
        for each in allowed:
            plain = each.value if isinstance(each, enum.Enum) else each
            if type(plain) is type(value) and plain == value:
                return each
        return self._refuse(value, hint, where)

    def _of_type(self, value: Any, kind: type[Any], args: tuple[Any, ...], hint: Any, where: str) -> Any:
        if kind in NATIVE and not args:
            return self._native_of(value, kind, hint, where)
        if issubclass(kind, enum.Enum):
            return self._enum(value, kind, where)
        if kind in OBJECTS:
            return self._mapping(value, kind, args, hint, where)
        if kind in LISTS:
            items = self._items(value, args[0] if args else Any, hint, where)
            return self._called(LISTS[kind], items, value, hint, where)
        if kind is tuple:
            return self._tuple(value, args, hint, where)
        if kind in EXACT:
            return self._exact(value, kind, where)
        if kind in (bytes, bytearray):
            return kind(self._text(value, hint, where).encode())
        if issubclass(kind, os.PathLike):
            make = pathlib.Path if kind in (os.PathLike, pathlib.Path) else kind
            return self._called(make, self._text(value, hint, where), value, hint, where)
        if typing.is_typeddict(kind):
            return self._members(value, kind, dict, _typed_dict(kind), where)
        if issubclass(kind, tuple) and hasattr(kind, "_fields"):
            return self._named_tuple(value, kind, where)
        if dataclasses.is_dataclass(kind):
            inner = self._with(kind, args)
            return inner._members(value, kind, kind, _fields(kind), where)
        return self._of_library(value, kind, hint, where)

    def _of_library(self, value: Any, kind: type[Any], hint: Any, where: str) -> Any:
        """Classes that their own library reads, and those that are built from one value."""
        try:
            if issubclass(kind, msgspec.Struct) or is_attrs(kind):
                return msgspec.convert(value, hint, str_keys=True, dec_hook=self._hook)
            if is_pydantic(kind):
                return kind.model_validate_json(json_of(value))
            if is_numpy(kind) or issubclass(kind, (str, int, float, list, dict, set, frozenset, tuple)):
                return kind(value)
        except (ValueError, TypeError, OverflowError) as error:
            raise Mismatch(value, kind, where, _in_one_line(error)) from error
        try:
            if isinstance(value, kind):
                return value
        except TypeError:
            return value  # a protocol that cannot be asked
        return self._refuse(value, hint, where, "nothing brings such an object back from JSON")

    def _hook(self, kind: type[Any], value: Any) -> Any:
        try:
            return self.one(value, kind, "")
        except Mismatch as why:
            raise ValueError(f"found {why.found}, not {named(why.hint)}") from why

    # JSON's own types

    def _native_of(self, value: Any, kind: type[Any], hint: Any, where: str) -> Any:
        if kind is float and type(value) is int:
            return value
        if kind is int and type(value) is float and value.is_integer() and not self._is_exact:
            return int(value)
        if kind is int and type(value) is bool and not self._is_exact:
            return value
        return value if type(value) is kind else self._refuse(value, hint, where)

    def _text(self, value: Any, hint: Any, where: str) -> str:
        if not isinstance(value, str):
            raise Mismatch(value, hint, where)
        return value

    def _items(self, value: Any, hint: Any, whole: Any, where: str) -> list[Any]:
        if not isinstance(value, list):
            raise Mismatch(value, whole, where)
        if hint is Any:
            return value
        return [self.one(each, hint, f"{where}[{index}]") for index, each in enumerate(value)]

    def _tuple(self, value: Any, args: tuple[Any, ...], hint: Any, where: str) -> Any:
        if not args or (len(args) == 2 and args[1] is Ellipsis):
            return tuple(self._items(value, args[0] if args else Any, hint, where))
        if not isinstance(value, list):
            raise Mismatch(value, hint, where)
        wanted = () if args == ((),) else args
        if len(value) != len(wanted):
            raise Mismatch(value, hint, where, f"it has {len(value)} members, not {len(wanted)}")
        return tuple(self.one(*each, f"{where}[{i}]") for i, each in enumerate(zip(value, wanted, strict=True)))

    def _mapping(self, value: Any, kind: type[Any], args: tuple[Any, ...], hint: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise Mismatch(value, hint, where)
        key_hint, value_hint = args if len(args) == 2 else (Any, Any)
        made = {
            self._key(key, key_hint, where): self.one(each, value_hint, f"{where}[{key!r}]")
            for key, each in value.items()
        }
        return collections.OrderedDict(made) if kind is collections.OrderedDict else made

    def _key(self, key: str, hint: Any, where: str) -> Any:
        """The key of an object, which JSON has made a text."""
        whole = self._simple(hint)
        for option in get_args(whole) if get_origin(whole) in (Union, types.UnionType) else (whole,):
            each = self._simple(option)
            try:
                if each in (int, float, bool, None, type(None)):
                    return msgspec.json.decode(key.encode(), type=each)
                return self.one(key, each, where)
            except (Mismatch, msgspec.ValidationError, msgspec.DecodeError):
                continue
        raise Mismatch(key, hint, where, "it is a key")

    def _refuse(self, value: Any, hint: Any, where: str, reason: str = "") -> Any:
        """A value that needed no restoring passes if nobody asked for a check."""
        if not self._is_checking:
            return value
        raise Mismatch(value, hint, where, reason)

    # Others

    def _exact(self, value: Any, kind: type[Any], where: str) -> Any:
        if kind is decimal.Decimal and type(value) in (int, float) and not self._is_exact:
            return decimal.Decimal(str(value))
        if not isinstance(value, str):
            raise Mismatch(value, kind, where)
        try:
            if kind is decimal.Decimal:
                return decimal.Decimal(value)
            return msgspec.convert(value, kind)
        except (msgspec.ValidationError, decimal.InvalidOperation) as error:
            raise Mismatch(value, kind, where) from error

    def _enum(self, value: Any, kind: type[enum.Enum], where: str) -> Any:
        try:
            return kind(value)
        except ValueError:
            pass
        for member in kind:
            if not isinstance(member.value, str | int | float) and json_of(member) == json_of(value):
                return member
        allowed = ", ".join(repr(member.value) for member in kind)
        raise Mismatch(value, kind, where, f"its values are {allowed}")

    def _named_tuple(self, value: Any, kind: Any, where: str) -> Any:
        if not isinstance(value, list) or len(value) > len(kind._fields):
            raise Mismatch(value, kind, where)
        hints = _type_hints(kind)
        made = [
            self.one(each, hints.get(name, Any), f"{where}.{name}")
            for name, each in zip(kind._fields, value, strict=False)
        ]
        return self._called(lambda _: kind(*made), made, value, kind, where)

    def _members(
        self, value: Any, hint: Any, make: Callable[..., Any], members: Mapping[str, tuple[Any, bool]], where: str
    ) -> Any:
        """An object from its members: name to hint, and whether it is required."""
        if not isinstance(value, dict):
            raise Mismatch(value, hint, where)
        missing = [name for name, (_, is_required) in members.items() if is_required and name not in value]
        if missing:
            raise Mismatch(value, hint, where, f"{', '.join(map(repr, missing))} missing")
        unknown = [name for name in value if name not in members]
        if unknown and self._is_exact:
            raise Mismatch(value, hint, where, f"{', '.join(map(repr, unknown))} unknown")
        made = {
            name: self.one(value[name], member, f"{where}.{name}")
            for name, (member, _) in members.items()
            if name in value
        }
        return self._called(lambda _: make(**made), made, value, hint, where)

    def _with(self, kind: type[Any], args: tuple[Any, ...]) -> Restoring:
        """The same for the inside of a generic class."""
        names = getattr(kind, "__parameters__", ())
        if not names or not args:
            return self
        given = {name: self._simple(each) for name, each in zip(names, args, strict=False)}
        return Restoring(self._is_checking, self._is_exact, given)

    def _called(self, make: Callable[[Any], Any], argument: Any, value: Any, hint: Any, where: str) -> Any:
        """What the class makes of it; its refusal is a mismatch."""
        try:
            return make(argument)
        except (ValueError, TypeError) as error:
            raise Mismatch(value, hint, where, _in_one_line(error)) from error


def _type_hints(kind: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(kind)
    except Exception:  # noqa: BLE001  # names that are there for type checkers alone
        return {}


def _fields(kind: Any) -> dict[str, tuple[Any, bool]]:
    hints = _type_hints(kind)
    missing = dataclasses.MISSING
    return {
        field.name: (
            hints.get(field.name, Any),
            field.default is missing and field.default_factory is missing,
        )
        for field in dataclasses.fields(kind)
        if field.init
    }


def _typed_dict(kind: Any) -> dict[str, tuple[Any, bool]]:
    try:
        hints = typing.get_type_hints(kind, include_extras=True)
    except Exception:  # noqa: BLE001  # names that are there for type checkers alone
        hints = {}
    return {
        name: (hint, get_origin(hint) is not typing.NotRequired and name in kind.__required_keys__)
        for name, hint in hints.items()
    }


def described(value: Any) -> str:
    """A JSON value for people: what it is, and its beginning."""
    if value is None:
        return "null"
    try:
        text = json_of(value)
    except (TypeError, ValueError):
        text = repr(value)
    short = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return f"{NATIVE.get(type(value), 'a value')} {short}"


def named(hint: Any) -> str:
    """A hint as it is written."""
    if hint is None or hint is type(None):
        return "None"
    if isinstance(hint, type) and not get_args(hint):
        return hint.__qualname__ if hint.__module__ == "builtins" else f"{hint.__module__}.{hint.__qualname__}"
    return str(hint).replace("typing.", "")


def _in_one_line(error: BaseException) -> str:
    text = " ".join(line.strip() for line in (str(error) or type(error).__name__).splitlines())
    return text if len(text) <= 2 * SHOWN else text[: 2 * SHOWN - 1] + "…"
