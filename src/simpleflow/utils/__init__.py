"""Small tools for authors of workflows."""

from __future__ import annotations

import importlib
import json
import traceback
import types
import zlib
from collections.abc import Mapping
from typing import Any, TypeVar

from simpleflow import encoding, texts
from simpleflow.utils import retry

__all__ = [
    "format_exc",
    "format_exc_type",
    "full_class_name",
    "full_object_name",
    "hex_hash",
    "import_from_module",
    "import_object_from_module",
    "issubclass_",
    "json_dumps",
    "json_loads_or_raw",
    "remove_none",
    "retry",
    "serialize_complex_object",
]

K = TypeVar("K")
V = TypeVar("V")


def issubclass_(kind: Any, bases: Any) -> bool:
    """As ``issubclass``, but False for what is no class."""
    try:
        return issubclass(kind, bases)
    except TypeError:
        return False


def json_dumps(value: Any, pretty: bool = False, compact: bool = True, **options: Any) -> str:
    """JSON as it goes to the wire: compact, keys sorted, with the types that workflows may send.

    *pretty*: indented. *options* are those of ``json.dumps``.
    """
    if not pretty and compact and not options:
        return texts.encode(value)
    given: dict[str, Any] = {"sort_keys": True, "default": serialize_complex_object, "ensure_ascii": False}
    if pretty:
        given["indent"] = 4
    elif compact:
        given["separators"] = (",", ":")
    return json.dumps(value, **{**given, **options})


def json_loads_or_raw(text: str | None) -> Any:
    """The value of a JSON text, or the text if it is none; None of nothing."""
    return texts.decode(text) if text else None


def serialize_complex_object(value: Any) -> Any:
    """The next simpler form of a value that JSON does not know. TypeError if there is none."""
    return encoding.plain(value)


def import_from_module(path: str) -> Any:
    """The object at ``package.module.object``. Raises ImportError, AttributeError."""
    module, dot, name = path.rpartition(".")
    if not dot:
        raise ImportError(f"{path!r} is no dotted path to an object in a module")
    return import_object_from_module(module, name)


def import_object_from_module(module_name: str, *object_names: str) -> Any:
    """The object in a module, or deeper: in a class of it. Raises ImportError, AttributeError."""
    found: Any = importlib.import_module(module_name)
    for name in object_names:
        found = getattr(found, name)
    return found


def format_exc(error: BaseException) -> str:
    """Class and message of an exception, in one line."""
    return "".join(traceback.format_exception_only(type(error), error)).rstrip()


def format_exc_type(kind: type[BaseException]) -> str:
    """The name of an exception's class: with its module, unless it is Python's own."""
    return full_class_name(kind)


def hex_hash(text: str) -> str:
    """Eight hexadecimal digits of a text: enough to tell apart, not to protect."""
    return f"{zlib.adler32(text.encode()) & 0xFFFFFFFF:08x}"


def remove_none(values: Mapping[K, V | None]) -> dict[K, V]:
    """The members that are not None."""
    return {key: value for key, value in values.items() if value is not None}


def full_object_name(value: Any) -> str:
    """Module and name of a function, class or module; of any other object, that of its class."""
    if isinstance(value, types.ModuleType):
        return value.__name__
    named = value if hasattr(value, "__qualname__") else type(value)
    return _full_name(named)


def full_class_name(value: Any) -> str:
    """Module and name of a class, or of the class of an object; Python's own have no module."""
    return _full_name(value if isinstance(value, type) else type(value))


def _full_name(named: Any) -> str:
    name: str = named.__qualname__
    return name if named.__module__ in (None, "builtins") else f"{named.__module__}.{name}"
