"""Arguments of tasks: the futures among them, their JSON, what is compared, the ids they give."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections import deque
from collections.abc import Iterable
from typing import Any

from simpleflow import format
from simpleflow.futures import Future

ID_LENGTH = 256
_CONTAINERS = (list, tuple, set, frozenset, deque)


def futures_in(value: Any) -> list[Future[Any]]:
    """The futures at any depth of lists, tuples, dicts, sets and dataclasses, in order, each once."""
    found: dict[Future[Any], None] = {}
    seen: set[int] = set()
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, Future):
            found[each] = None
            continue
        inner = _inner(each)
        if inner and id(each) not in seen:
            seen.add(id(each))
            stack.extend(reversed(inner))
    return list(found)


def _inner(value: Any) -> list[Any]:
    """What a container holds; nothing for anything else."""
    if isinstance(value, _CONTAINERS):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name, None) for field in dataclasses.fields(value)]
    return []


def resolved(value: Any) -> Any:
    """*value* with every future replaced by its result; None for one that failed or was cancelled.

    Those in dataclasses stay, and are replaced when they are written. ValueError for a value that holds itself.
    """
    try:
        return _resolved(value)
    except RecursionError:
        raise ValueError("an argument holds itself, or is nested too deeply, and cannot be sent as JSON") from None


def _resolved(value: Any) -> Any:
    if isinstance(value, Future):
        return value.result
    if isinstance(value, dict):
        return {key: _resolved(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_resolved(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted((_resolved(each) for each in value), key=repr)
    return value


def hashed(args: Any, kwargs: Any) -> str:
    """What tells apart the arguments of idempotent tasks."""
    text = format.encode({"args": args, "kwargs": kwargs})
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def task_id(name: str, suffix: str) -> str:
    """The id of a task; one that is too long keeps its beginning and the hash of all."""
    return fitting_id(f"{name}-{suffix}")


def fitting_id(whole: str) -> str:
    """*whole*, or its beginning and the hash of all."""
    if len(whole) <= ID_LENGTH:
        return whole
    return f"{whole[:223]}-{hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest()}"


def comparable(text: str | None, decoded: Any) -> Any:
    """An input as it is compared with another: what the engine has added is left out."""
    if not isinstance(decoded, dict):
        return decoded
    found = decoded.get("meta") or {}
    if not isinstance(found, dict):
        return decoded  # of a task whose named arguments are all of its input
    meta = {key: value for key, value in found.items() if key != "simpleflow"}
    rest = {key: value for key, value in decoded.items() if key != "meta"}
    return {**rest, "meta": meta} if meta else rest


_NUMBERED = re.compile(r"^(.*-)([1-9][0-9]*)$")


def runs(ids: Iterable[str]) -> list[str]:
    """Task ids, consecutive ones of a name written as one: ``index-1..1000``."""
    result: list[str] = []
    stem, first, last = "", 0, 0
    for id in [*ids, ""]:
        match = _NUMBERED.match(id)
        if match and match.group(1) == stem and int(match.group(2)) == last + 1:
            last += 1
            continue
        if stem:
            result.append(f"{stem}{first}" if first == last else f"{stem}{first}..{last}")
        if match:
            stem, first = match.group(1), int(match.group(2))
            last = first
        else:
            stem = ""
            if id:
                result.append(id)
    return result


def arguments(input: Any) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of ``run`` in a decoded input: ``{"args": [...], "kwargs": {...}}``, both optional."""
    if input is None:
        return [], {}
    if isinstance(input, dict):
        return list(input.get("args", ())), dict(input.get("kwargs", {}))
    return (list(input), {}) if isinstance(input, list) else ([input], {})
