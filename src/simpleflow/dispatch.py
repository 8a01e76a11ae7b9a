"""From the name of an activity to its function, and from its input to its outcome."""

from __future__ import annotations

import importlib
import traceback
from dataclasses import dataclass
from typing import Any, Final

from simpleflow import format
from simpleflow.activity import Activity
from simpleflow.exceptions import DispatchError
from simpleflow.registry import registry
from simpleflow.storage import ValueStore

REASON_CHARACTERS: Final = 256
FIELD_CHARACTERS: Final = 32_768


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an activity: a *result* as text, or (reason given) a failure."""

    result: str | None = None
    reason: str | None = None
    details: str | None = None


def find_activity(name: str) -> Activity[..., Any]:
    """The activity of this name: registered, or importable as ``module.object``.

    A plain callable is wrapped. Raises DispatchError if there is none.
    """
    found = registry[None].get(name)
    if found is not None:
        return found
    module_name, _, object_name = name.rpartition(".")
    try:
        module = importlib.import_module(module_name)
        target = getattr(module, object_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise DispatchError(f"unable to import {name!r}: {error}") from error
    if isinstance(target, Activity):
        return target
    if not callable(target):
        raise DispatchError(f"unable to run {name!r}: it is no function")
    return Activity(target, name=name)


def run_activity(activity_id: str, name: str, input: str | None, store: ValueStore) -> Outcome:
    """Runs the activity here. Whatever it raises is its outcome; only KeyboardInterrupt leaves."""
    try:
        content = format.decode(store.resolve(input))
        if not isinstance(content, dict):
            content = {"args": content if isinstance(content, list) else [content]}
        value = find_activity(name)(*content.get("args", ()), **content.get("kwargs", {}))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # SystemExit too: an activity that exits has failed
        return failure(error)
    try:
        text = format.encode(value)
        return Outcome(result=store.put(text) if len(text) > FIELD_CHARACTERS else text)
    except Exception as error:  # noqa: BLE001  # the value is the user's, and so is its failure to be sent
        reason = f"cannot complete task {activity_id}: {type(error).__name__} {error}"
        return Outcome(reason=format.shortened(reason, REASON_CHARACTERS), details=failure(error).details)


def failure(error: BaseException) -> Outcome:
    """What a worker says of an exception: its class and message, and all of it as JSON."""
    kind = type(error)
    lines = traceback.format_exception(error)
    details = {
        "error": kind.__name__,
        "error_type": f"{kind.__module__}.{kind.__qualname__}",
        "message": str(error),
        "traceback": lines,
    }
    text = format.encode(details)
    while len(text) > FIELD_CHARACTERS and len(lines) > 2:
        del lines[len(lines) // 2]  # the ends tell most: where it began, what it was
        text = format.encode({**details, "traceback": [*lines[: len(lines) // 2], "...\n", *lines[len(lines) // 2 :]]})
    if len(text) > FIELD_CHARACTERS:
        details["message"] = format.shortened(str(error), 2_000)
        text = format.encode({**details, "traceback": []})
    return Outcome(reason=format.shortened(f"{kind.__name__}: {error}", REASON_CHARACTERS), details=text)
