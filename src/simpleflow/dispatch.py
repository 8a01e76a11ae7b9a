"""From the name of an activity to its function, and from its input to its outcome."""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simpleflow import codecs, format, hints, remote
from simpleflow.activity import Activity
from simpleflow.exceptions import DispatchError, JumboTooLargeError
from simpleflow.registry import registry
from simpleflow.storage import FIELD_CHARACTERS, StorageError, ValueStore

REASON_CHARACTERS: Final = 256


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an activity: a *result* as text, or (reason given) a failure."""

    result: str | None = None
    reason: str | None = None
    details: str | None = None


class Importable:
    """The modules that the name of an activity may have imported: what a task says is not to be trusted with more."""

    def __init__(self, modules: Sequence[str], directory: str) -> None:
        """*modules* with all below them, and those in *directory* that are not installed there."""
        self._modules = tuple(modules)
        self._directory = Path(directory).resolve()

    def __contains__(self, module: object) -> bool:
        """Whether the module of this dotted name may be imported. Nothing is imported to find out."""
        name = str(module)
        if any(name == each or name.startswith(f"{each}.") for each in self._modules):
            return True
        try:
            spec = importlib.machinery.PathFinder.find_spec(name.partition(".")[0])
        except (ImportError, ValueError):
            return False
        if spec is None:
            return False
        places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())
        return bool(places) and all(self._holds(Path(place).resolve()) for place in places)

    def _holds(self, place: Path) -> bool:
        installed = {"site-packages", "dist-packages"}.intersection(place.parts)
        return place.is_relative_to(self._directory) and not installed and not place.is_relative_to(sys.prefix)


def find_activity(name: str, importable: Importable | None = None) -> Activity[..., Any]:
    """The activity of this name: registered, or importable as ``module.object``.

    A plain callable is wrapped, if it comes from a module that is *importable* itself; None: any module is.
    Raises DispatchError if there is none.
    """
    found = registry[None].get(name)
    if found is not None:
        return found
    module_name, _, object_name = name.rpartition(".")
    if module_name and importable is not None and module_name not in importable:
        raise DispatchError(
            f"{name!r} is no registered activity, and module {module_name!r} is neither below the working directory "
            "nor named to the worker; name it with --import"
        )
    try:
        module = importlib.import_module(module_name)
        target = getattr(module, object_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise DispatchError(f"unable to import {name!r}: {error}") from error
    if isinstance(target, Activity):
        return target
    if not callable(target):
        raise DispatchError(f"unable to run {name!r}: it is no function")
    home = getattr(target, "__module__", None)
    if importable is not None and home not in importable:
        raise DispatchError(f"unable to run {name!r}: it comes from {home}, which is not named to the worker")
    return Activity(target, name=name)


def run_activity(
    activity_id: str,
    name: str,
    input: str | None,
    store: ValueStore,
    importable: Importable | None = None,
    *,
    keeps_values: bool = True,
) -> Outcome:
    """Runs the activity here. Whatever it raises is its outcome; only KeyboardInterrupt leaves.

    *keeps_values*: a result too long for SWF is put into *store*; else the activity has failed.
    """
    try:
        content = format.decode(store.resolve(input))
        if not isinstance(content, dict):
            content = {"args": content if isinstance(content, list) else [content]}
        activity = find_activity(name, importable)
        args, kwargs = hints.arguments(activity.callable, content.get("args", ()), content.get("kwargs", {}))
        value = activity(*args, **kwargs)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # SystemExit too: an activity that exits has failed
        return failure(error, store, keeps_values=keeps_values)
    try:
        text = format.encode(value)
        return Outcome(result=store.fitting(text, keeps_values=keeps_values))
    except Exception as error:  # noqa: BLE001  # the value is the user's, and so is its failure to be sent
        reason = f"cannot complete task {activity_id}: {type(error).__name__} {error}"
        told = failure(error, store, keeps_values=keeps_values)
        return Outcome(reason=format.shortened(reason, REASON_CHARACTERS), details=told.details)


def failure(error: BaseException, store: ValueStore | None = None, *, keeps_values: bool = True) -> Outcome:
    """What a worker says of an exception: its class and message, and all of it as JSON.

    Details too long for SWF are put into *store*; without one, or if values are not to be kept, they are shortened.
    """
    details = remote.described(error)
    reason = format.shortened(f"{details['error']}: {details['message']}", REASON_CHARACTERS)
    text = format.encode(details)
    if store is not None and keeps_values:
        try:
            return Outcome(reason=reason, details=store.fitting(text))
        except (StorageError, JumboTooLargeError):
            pass  # the failure counts more than all of its words
    for say_less in (_without_extras, _without_middle, _without_traceback):
        if len(codecs.wrapped(text)) <= FIELD_CHARACTERS:
            break
        details = say_less(details)
        text = format.encode(details)
    return Outcome(reason=reason, details=codecs.wrapped(text))


def _without_extras(details: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in details.items() if key not in ("args", "attributes")}


def _without_middle(details: dict[str, Any]) -> dict[str, Any]:
    """The ends of a traceback tell most: where it began, what it was."""
    lines = details["traceback"]
    return {**details, "traceback": [*lines[:20], "...\n", *lines[-20:]] if len(lines) > 40 else lines}


def _without_traceback(details: dict[str, Any]) -> dict[str, Any]:
    return {**details, "traceback": [], "message": format.shortened(details["message"], 2_000)}
