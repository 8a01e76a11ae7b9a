"""Exceptions across the wire: described where they are raised, and raised again where their class is known.

What comes from the wire is data. A class is only looked up among the modules that this process has imported
already, must be an Exception, and no code of it builds the copy: the interpreter's own exception makes the object,
and JSON values are put into it.
"""

from __future__ import annotations

import functools
import inspect
import sys
import traceback
from typing import Any, Final

from simpleflow import texts
from simpleflow.exceptions import RemoteTraceback, TaskFailed

ATTRIBUTE_CHARACTERS: Final = 4_096
"""What an exception carries besides its message travels if it is not longer, as JSON."""


def described(error: BaseException) -> dict[str, Any]:
    """An exception as JSON: class, message, traceback; its arguments and attributes if they are JSON."""
    kind = type(error)
    details: dict[str, Any] = {
        "error": kind.__name__,
        "error_type": f"{kind.__module__}.{kind.__qualname__}",
        "error_bases": [f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__[1:-2]],
        "message": message_of(error),
        "traceback": traceback.format_exception(error),
    }
    args = [_sent(each) for each in _arguments(error)]
    if None not in args:
        details["args"] = [each[0] for each in args if each is not None]
    attributes = {
        name: sent[0]
        for name, value in getattr(error, "__dict__", {}).items()
        if not name.startswith("__") and (sent := _sent(value)) is not None
    }
    if attributes:
        details["attributes"] = attributes
    return details


def _arguments(error: BaseException) -> tuple[Any, ...]:
    """What the interpreter's own constructor was given: an OSError keeps the names of files apart."""
    if isinstance(error, OSError) and len(error.args) == 2 and error.filename is not None:
        more = () if error.filename2 is None else (None, error.filename2)
        return (*error.args, error.filename, *more)
    return error.args


def message_of(error: BaseException) -> str:
    """What an exception says; one that cannot even say it has its class."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001  # code of the user
        return f"<{type(error).__name__} whose text cannot be made>"


def _sent(value: Any) -> tuple[Any] | None:
    """The value as it would arrive, None if it cannot travel."""
    try:
        text = texts.encode(value)
    except Exception:  # noqa: BLE001  # values of the user
        return None
    return (texts.decode(text),) if len(text) <= ATTRIBUTE_CHARACTERS else None


def rebuilt(failure: TaskFailed) -> TaskFailed:
    """The exception that a worker has described in the details of *failure*, if its class is known here.

    It is of that class and a TaskFailed as well, with the worker's traceback as its cause. Else *failure* itself.
    """
    lines = failure.traceback
    if lines:
        failure.__cause__ = RemoteTraceback("".join(lines))
    kind = known_class(failure.error_type)
    is_raised = (failure.reason or "").startswith(f"{failure.error}:")  # else the worker itself has given up
    if kind is None or issubclass(kind, TaskFailed) or not is_raised:
        return failure
    details = failure.described
    tried = [details["args"]] if isinstance(details.get("args"), list) else []
    for args in [*tried, [failure.message]]:
        error = _made(kind, args, details.get("attributes"), failure)
        if error is not None:
            return error
    return failure


def known_class(path: str | None) -> type[Exception] | None:
    """The exception class of a dotted path, if its module is imported here. Nothing is imported to find out."""
    parts = (path or "").split(".")
    for length in range(len(parts) - 1, 0, -1):
        found: Any = sys.modules.get(".".join(parts[:length]))
        if found is None:
            continue
        for name in parts[length:]:
            found = vars(found).get(name) if hasattr(found, "__dict__") else None
        is_ours = length == 2 and parts[:2] == ["simpleflow", "exceptions"]  # those tell of tasks of this workflow
        return found if isinstance(found, type) and issubclass(found, Exception) and not is_ours else None
    return None


def _made(kind: Any, args: list[Any], attributes: Any, failure: TaskFailed) -> TaskFailed | None:
    """An exception of the class that says what the original said; None if it does not come to that."""
    given = attributes if isinstance(attributes, dict) else {}
    try:
        both = _both(kind)
        base: Any = next(each for each in inspect.getmro(kind) if each.__module__ == "builtins")
        error = base.__new__(both, *args)
        base.__init__(error, *args)
        own = {"name": failure.name, "reason": failure.reason, "details": failure.details, "_failure": failure}
        vars(error).update({**own, **{key: value for key, value in given.items() if not key.startswith("_failure")}})
        error.__cause__ = failure.__cause__
        return error if str(error) == failure.message else None
    except Exception:  # noqa: BLE001  # a class of the user that will not be copied: the failure itself is told
        return None


@functools.lru_cache(maxsize=512)
def _both(kind: type[Exception]) -> Any:
    """A class that is *kind* and a TaskFailed, and looks like *kind*."""
    return type(
        kind.__name__,
        (kind, TaskFailed),
        {
            "__module__": kind.__module__,
            "__qualname__": kind.__qualname__,
            "__doc__": kind.__doc__,
            "__str__": kind.__str__,
            "__repr__": kind.__repr__,
        },
    )
