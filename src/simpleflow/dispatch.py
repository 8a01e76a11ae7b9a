"""From the name of an activity to its function, and from its input to its outcome."""

from __future__ import annotations

import contextlib
import contextvars
import functools
import importlib
import importlib.machinery
import inspect
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NoReturn

from simpleflow import codecs, format, hints, remote
from simpleflow.activity import Activity
from simpleflow.attempt import ActivityContext, Beat, Job, context_of, running
from simpleflow.download import binaries_of, download_binaries
from simpleflow.exceptions import ActivityCancelled, CompleteLater, DispatchError, JumboTooLargeError
from simpleflow.logging_context import logged
from simpleflow.middleware import Middlewares
from simpleflow.registry import Registry, registry
from simpleflow.storage import FIELD_CHARACTERS, StorageError, ValueStore

REASON_CHARACTERS: Final = 256
LOGGED: Final = ("domain", "workflow_id", "run_id", "activity_id", "attempt", "task_list")
"""What log lines of an activity say of it."""
OWN: Final = ("simpleflow.step",)
"""Where the activities of this package are, which any worker may run."""
PYTHONS_OWN: Final = tuple({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), sys.prefix})
"""Folders of the interpreter: what lies there is not the user's, wherever a worker is started."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an activity: a *result* as text, or (reason given) a failure.

    *is_canceled*: it has obeyed a request to cancel, with *last_words* as details. *is_later*: somebody else will
    complete it.
    """

    result: str | None = None
    reason: str | None = None
    details: str | None = None
    is_canceled: bool = False
    is_later: bool = False
    last_words: str | None = None


class Importable:
    """The modules that the name of an activity may have imported: what a task says is not to be trusted with more."""

    def __init__(self, modules: Sequence[str], directory: str) -> None:
        """*modules* with all below them, and those in *directory* that are not installed there."""
        self._modules = (*modules, *OWN)
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
        if spec is None or name.partition(".")[0] in sys.stdlib_module_names:
            return False
        places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())
        return bool(places) and all(self._holds(Path(place).resolve()) for place in places)

    def _holds(self, place: Path) -> bool:
        installed = {"site-packages", "dist-packages"}.intersection(place.parts)
        is_pythons = any(place.is_relative_to(each) for each in PYTHONS_OWN)
        return place.is_relative_to(self._directory) and not installed and not is_pythons


class RegistryDispatcher:
    """Finds activities that were registered under a label."""

    def __init__(self, registry: Registry, label: str | None = None, workflow: Any = None) -> None:
        """*workflow* is not used; older code gives one."""
        self._registry = registry
        self._label = label

    def dispatch_activity(self, name: str) -> Activity[..., Any]:
        """The activity of this name. Raises DispatchError."""
        found = self._registry[self._label].get(name)
        if found is None:
            known = ", ".join(sorted(self._registry[self._label])) or "none"
            raise DispatchError(
                f"no activity {name!r} is registered under the label {self._label!r}; known are {known}"
            )
        return found

    def dispatch(self, name: str) -> Callable[..., Any]:
        """The function of the activity. Raises DispatchError."""
        return self.dispatch_activity(name).callable


class ModuleDispatcher:
    """Finds functions in the submodules of a module: ``sub.func`` is ``module.sub.func``."""

    def __init__(self, module: Any, mapping: Mapping[str, str] | None = None) -> None:
        """*mapping* gives other names to submodules."""
        self._module = module
        self._mapping = dict(mapping or {})

    def dispatch(self, name: str) -> Callable[..., Any]:
        """The function. Raises DispatchError."""
        sub, dot, function = name.partition(".")
        found = getattr(self._module, self._mapping.get(sub, sub), None) if dot else None
        target = getattr(found, function, None)
        if not callable(target):
            raise DispatchError(f"there is no function {name!r} in {self._module.__name__}")
        return target  # type: ignore[no-any-return]  # the user's


class DryRunDispatcher:
    """Finds for every name a function that does nothing."""

    def dispatch(self, name: str) -> Callable[..., Any]:
        """A function that returns ``{}``."""

        def nothing(*args: Any, **kwargs: Any) -> dict[str, Any]:
            return {}

        return nothing


class Dispatcher:
    """Finds activities by the names of their types: registered ones, else what can be imported."""

    def __init__(self, importable: Importable | None = None) -> None:
        """*importable* are the modules that a name may have imported; None: any."""
        self._importable = importable

    def dispatch_activity(self, name: str) -> Activity[..., Any]:
        """The activity of this name. Raises DispatchError."""
        return find_activity(name, self._importable)


def find_activity(name: str, importable: Importable | None = None, version: str | None = None) -> Activity[..., Any]:
    """The activity of this name: registered (if possible in this *version*), or importable as ``module.object``.

    A plain callable is wrapped, if it comes from a module that is *importable* itself; None: any module is.
    Raises DispatchError if there is none.
    """
    found = registry.find(name, version)
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
    job: Job,
    store: ValueStore,
    importable: Importable | None = None,
    *,
    beat: Beat | None = None,
    middlewares: Middlewares = Middlewares(),  # noqa: B008  # it is frozen
    fakes: Mapping[str, Callable[..., Any]] | None = None,
    is_alone: bool = True,
) -> Outcome:
    """Runs the activity here. Whatever it raises is its outcome; only KeyboardInterrupt leaves.

    *beat* sends heartbeats; None: nobody listens. A result too long for SWF is put into *store*, if the job says
    that values are kept; else the activity has failed. *fakes* are called instead of the activities of
    their names. *is_alone*: no other activity runs in this process, so that a function can have the attribute
    ``context``.
    """
    try:
        content = format.decode(store.resolve(job.input))
        if not isinstance(content, dict):
            content = {"args": content if isinstance(content, list) else [] if content is None else [content]}
        elif not content.keys() & {"args", "kwargs"}:
            content = {"kwargs": content}  # as deciders in other languages write it, and those for workers in such
        context = context_of(job, content, store.resolve)

        def fitting(text: str, limit: int) -> str:
            return store.fitting(text, keeps_values=job.keeps_values, limit=limit)

        about = {name: getattr(context, name) for name in LOGGED}
        with running(context, beat, fitting), logged(task_type="activity", **about):
            fake = (fakes or {}).get(job.name)
            activity = find_activity(job.name, importable, job.version)
            value = _run(activity, content, context, middlewares, fake, is_alone=is_alone)
    except KeyboardInterrupt:
        raise
    except CompleteLater:
        return Outcome(is_later=True)
    except BaseException as error:  # noqa: BLE001  # SystemExit too: an activity that exits has failed
        told = failure(error, store, keeps_values=job.keeps_values)
        if isinstance(error, ActivityCancelled):
            return replace(told, is_canceled=True, last_words=_last_words(error, store, job))
        return told
    try:
        text = format.encode(value)
        return Outcome(result=store.fitting(text, keeps_values=job.keeps_values))
    except Exception as error:  # noqa: BLE001  # the value is the user's, and so is its failure to be sent
        reason = f"cannot complete task {job.activity_id}: {type(error).__name__} {error}"
        told = failure(error, store, keeps_values=job.keeps_values)
        return Outcome(reason=format.shortened(reason, REASON_CHARACTERS), details=told.details)


def _run(
    activity: Activity[..., Any],
    content: Any,
    context: ActivityContext,
    middlewares: Middlewares,
    fake: Callable[..., Any] | None,
    *,
    is_alone: bool,
) -> Any:
    """Calls the activity, or its *fake*, with what its hints say, between the middlewares."""
    target: Any = activity.callable
    args, kwargs = hints.arguments(target, content.get("args", ()), content.get("kwargs", {}))
    if fake is None:
        download_binaries(binaries_of(content))
    else:
        target = fake
    middlewares.before(context)
    if isinstance(target, type):
        made: Any = target(*args, **kwargs)
        with _telling(made, context):
            value = awaited(made.execute())
            if hasattr(made, "post_execute"):
                made.post_execute()
    elif is_alone:
        with _telling(target, context):
            value = awaited(target(*args, **kwargs))
    else:  # the function is the same in all threads
        value = awaited(target(*args, **kwargs))
    middlewares.after(context, value)
    return value


def awaited(value: Any) -> Any:
    """*value*, or what becomes of it if it is the coroutine of an ``async def``: that gets an event loop of its own.

    Where the thread has a loop that runs, another thread is used, in the same context.
    """
    if not inspect.iscoroutine(value):
        return value
    import asyncio  # only for those who need it: children start quickly

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(value)
    outcome: list[Callable[[], Any]] = []

    def run() -> None:
        try:
            result = asyncio.run(value)
        except BaseException as error:  # noqa: BLE001  # raised again where it is waited for
            outcome.append(functools.partial(_raise, error))
        else:
            outcome.append(lambda: result)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), name="activity")
    thread.start()
    thread.join()
    return outcome[0]()


def _raise(error: BaseException) -> NoReturn:
    raise error


@contextlib.contextmanager
def _telling(target: Any, context: ActivityContext) -> Iterator[None]:
    """In the block, *target* has the attribute ``context``, if it takes attributes at all."""
    try:
        target.context = context.as_dict()
    except (AttributeError, TypeError):
        yield
        return
    try:
        yield
    finally:
        with contextlib.suppress(AttributeError):
            del target.context


def _last_words(error: ActivityCancelled, store: ValueStore, job: Job) -> str | None:
    if error.details is None:
        return None
    try:
        return store.fitting(format.encode(error.details), keeps_values=job.keeps_values)
    except Exception:  # noqa: BLE001  # the cancel counts more than what is said of it
        return format.shortened(str(error), REASON_CHARACTERS)


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
