"""Python values as JSON. What the types were is not written: the hints of who reads bring them back."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import json
import os
import sys
import types
from typing import Any, Final

import msgspec

from simpleflow.futures import Future
from swf import format

Keyed = (str, int, float, type(None))
"""What JSON itself writes as the key of an object."""


def json_of(value: Any) -> str:
    """Compact JSON with sorted keys. TypeError or ValueError if it cannot be."""
    try:
        return _encoder.encode(value)
    except RecursionError:
        raise ValueError("the value is nested too deeply for JSON") from None
    except TypeError as error:
        if "'<' not supported" in str(error):
            raise TypeError("a mapping has keys of several kinds, which JSON cannot keep apart: write texts") from None
        if "keys must be" not in str(error):
            raise
        return _encoder.encode(_with_plain_keys(value, error))


def plain(value: Any) -> Any:
    """The next simpler form of a value that JSON does not know; TypeError if there is none."""
    match value:
        case bytearray():
            return value.decode("utf-8")
        case datetime.datetime() | datetime.time() if value.microsecond % 1000:
            text = value.isoformat(timespec="microseconds")
            return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
        case datetime.timedelta():
            return msgspec.to_builtins(value)
        case decimal.Decimal():
            return str(value)
        case os.PathLike():
            return os.fspath(value)
        case enum.Enum():
            return value.value
        case collections.deque():
            return list(value)
        case Future():
            return value.result
        case msgspec.Struct():
            return msgspec.to_builtins(value, str_keys=True, order="sorted", enc_hook=plain)
        case type():
            pass
        case _ if dataclasses.is_dataclass(value):
            return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        case _ if is_attrs(type(value)):
            return {each.name: getattr(value, each.name) for each in type(value).__attrs_attrs__}
        case _ if is_pydantic(type(value)):
            return value.model_dump(mode="json")
        case _ if is_numpy(type(value)):
            return value.item()
    return format.plain(value)


def is_attrs(kind: type[Any]) -> bool:
    """Whether a class was made by attrs."""
    return "__attrs_attrs__" in vars(kind) or any("__attrs_attrs__" in vars(base) for base in kind.__mro__)


def is_pydantic(kind: type[Any]) -> bool:
    """Whether a class is a pydantic model. pydantic is not imported to find out."""
    return _is_of(kind, "pydantic", "BaseModel")


def is_numpy(kind: type[Any]) -> bool:
    """Whether a class is one of numpy's scalars. numpy is not imported to find out."""
    return _is_of(kind, "numpy", "generic")


def _is_of(kind: type[Any], module: str, name: str) -> bool:
    base = getattr(sys.modules.get(module), name, None)
    return isinstance(base, type) and issubclass(kind, base)


def _with_plain_keys(value: Any, why: TypeError) -> Any:
    """The same with keys that JSON can write. Raises *why* for what cannot be read twice."""
    match value:
        case dict():
            return {_key(key): _with_plain_keys(each, why) for key, each in value.items()}
        case list() | tuple():
            return [_with_plain_keys(each, why) for each in value]
        case types.GeneratorType() if value.gi_frame is None:
            raise why
        case None | str() | int() | float():
            return value
    return _with_plain_keys(plain(value), why)


def _key(key: Any) -> Any:
    while not isinstance(key, Keyed):
        key = plain(key)
    return key


_encoder: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), default=plain, allow_nan=False, ensure_ascii=False
)
