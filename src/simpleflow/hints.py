"""What a function says of its values: arguments and results brought back to the types of its hints.

On the wire there is JSON. A date is a text there, a dataclass an object, a set a list; the hints of the function
that gets them say what they were.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from simpleflow import settings
from simpleflow.exceptions import ValueMismatch
from simpleflow.restoring import Mismatch, named, restored

CHECK: Final = "check"
RESTORE: Final = "restore"
IGNORE: Final = "ignore"


class Hints:
    """The hints of one callable: its parameters and what it returns. What has no hint is Any."""

    def __init__(self, function: Callable[..., Any], *, is_bound: bool = False) -> None:
        """*is_bound*: the first parameter is not among those that callers give."""
        self.name = getattr(function, "__qualname__", repr(function)).rpartition("<locals>.")[2]
        if isinstance(function, type):
            maker, worker = (getattr(function, name, None) for name in ("__init__", "execute"))
            self._init(_signature(function), _hints_of(maker), _hints_of(worker))
        else:
            told = _hints_of(function)
            self._init(_signature(function, is_bound=is_bound), told, told)

    def _init(self, signature: inspect.Signature | None, told: dict[str, Any], result: dict[str, Any]) -> None:
        self.signature = signature
        self.parameters = {name: hint for name, hint in told.items() if name != "return" and hint is not Any}
        self.result = result.get("return", Any)
        self.in_order = self._in_order()

    def _in_order(self) -> tuple[tuple[str, Any], ...] | None:
        """Names and hints of the parameters, if arguments can be given in their order; None if not all can be."""
        if self.signature is None:
            return None
        kinds = {each.kind for each in self.signature.parameters.values()}
        if not kinds <= {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}:
            return None
        return tuple((name, self.parameters.get(name, Any)) for name in self.signature.parameters)


@functools.lru_cache(maxsize=2048)
def _of(function: Callable[..., Any], is_bound: bool) -> Hints:
    return Hints(function, is_bound=is_bound)


def hints_of(function: Callable[..., Any]) -> Hints:
    """The hints of a function, a method, or a class with ``execute``."""
    is_bound = inspect.ismethod(function)
    told = function.__func__ if inspect.ismethod(function) else function  # a method would keep its object alive here
    try:
        return _of(told, is_bound)
    except TypeError:  # it has no hash
        return Hints(told, is_bound=is_bound)


def arguments(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Decoded arguments as the parameters of *function* want them. Raises ValueMismatch.

    None is always let through, for so a failed task is passed on. Arguments that do not fit the signature are left
    for the call to complain about.
    """
    how, told = _how(), hints_of(function)
    if how == IGNORE or told.signature is None or not told.parameters:
        return list(args), dict(kwargs)
    if not kwargs and told.in_order is not None and len(args) == len(told.in_order):  # nothing to bind
        return [
            value
            if hint is Any or type(value) is hint
            else _restored(value, hint, f"parameter {name!r} of {told.name}", how)
            for (name, hint), value in zip(told.in_order, args, strict=True)
        ], {}
    try:
        bound = told.signature.bind(*args, **kwargs)
    except TypeError:
        return list(args), dict(kwargs)

    def one(name: str, value: Any, hint: Any, where: str = "") -> Any:
        return _restored(value, hint, f"parameter {name!r} of {told.name}", how, where)

    for name, value in bound.arguments.items():
        hint = told.parameters.get(name, Any)
        match told.signature.parameters[name].kind:
            case _ if hint is Any:
                pass
            case inspect.Parameter.VAR_POSITIONAL:
                bound.arguments[name] = tuple(one(name, each, hint, f"[{index}]") for index, each in enumerate(value))
            case inspect.Parameter.VAR_KEYWORD:
                bound.arguments[name] = {key: one(key, each, hint) for key, each in value.items()}
            case _:
                bound.arguments[name] = one(name, value, hint)
    return list(bound.args), bound.kwargs


def result(function: Callable[..., Any], value: Any) -> Any:
    """A decoded result as *function* says it returns it. Raises ValueMismatch."""
    how, told = _how(), hints_of(function)
    if how == IGNORE or told.result is Any or told.result is None or told.result is type(None):
        return value
    if type(value) is told.result:
        return value
    return _restored(value, told.result, f"the result of {told.name}", how)


def _restored(value: Any, hint: Any, what: str, how: str, where: str = "") -> Any:
    if value is None:
        return None
    try:
        return restored(value, hint, where, is_checking=how == CHECK)
    except Mismatch as why:
        place = f" at {why.where}" if why.where else ""
        reason = f" ({why.reason})" if why.reason else ""
        raise ValueMismatch(
            f"{what}: found {why.found}{place}, but the hint says {named(why.hint)}{reason}. "
            "Send what the hint says, or change the hint; SIMPLEFLOW_TYPE_HINTS=restore or =ignore lets it pass."
        ) from why.__cause__
    except RecursionError as error:
        raise ValueMismatch(f"{what}: it is nested too deeply for its hint {named(hint)}") from error


def _how() -> str:
    how = str(settings.SIMPLEFLOW_TYPE_HINTS).lower()
    if how not in (CHECK, RESTORE, IGNORE):
        raise ValueError(f"SIMPLEFLOW_TYPE_HINTS is {how!r}; it may be {CHECK!r}, {RESTORE!r} or {IGNORE!r}")
    return how


def _signature(function: Callable[..., Any], *, is_bound: bool = False) -> inspect.Signature | None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a builtin that does not tell
        return None
    return signature.replace(parameters=list(signature.parameters.values())[1:]) if is_bound else signature


def _hints_of(function: Any) -> dict[str, Any]:
    """Name to hint; those that cannot be found (imported for type checkers alone) are left out."""
    if function is None or not (getattr(function, "__annotations__", None) or hasattr(function, "__annotate__")):
        return {}
    with contextlib.suppress(Exception):  # hints are code of the user: then each one is tried by itself
        return typing.get_type_hints(function)
    found: dict[str, Any] = {}
    space = getattr(inspect.unwrap(function), "__globals__", {})
    for name, hint in inspect.get_annotations(function).items():
        try:
            found.update(typing.get_type_hints(types.SimpleNamespace(__annotations__={name: hint}), globalns=space))
        except Exception:  # noqa: BLE001, S112  # as if it had no hint
            continue
    return found
