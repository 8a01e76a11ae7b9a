"""Lambda functions, called in threads of this process: what is to be called, by whom, and how it ended."""

from __future__ import annotations

import importlib
import logging
import threading
import traceback
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import msgspec

from swf.protocol.limits import DATA_LENGTH, REASON_LENGTH
from swf.server.machine.functions import Raised, Returned

log = logging.getLogger(__name__)

THREADS: Final = 32
"""Functions that run at the same time; more wait for their turn, their timeout running. One that has timed out does not
count, though nothing can end its thread."""


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A Lambda function to be called for the execution in this row; it may take *timeout_s* seconds."""

    execution: int
    scheduled_event_id: int
    name: str
    input: str | None
    timeout_s: int


class Functions(Protocol):
    """Who calls Lambda functions for the service, outside its turn. Texts that no event can hold are made to fit."""

    def invoke(self, call: FunctionCall, /) -> Returned | Raised:
        """Calls the function and tells how it has ended. Any number of threads may call."""


class NoSuchFunction(Exception):
    """A function that was named cannot be found."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a function is told beside its input, by the names AWS Lambda uses."""

    function_name: str
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))


class LocalFunctions:
    """Python functions written for AWS Lambda: ``handler(event, context)``, JSON in and out."""

    def __init__(self, handlers: Mapping[str, Callable[[Any, Context], Any]]) -> None:
        """*handlers* by the names under which deciders know them."""
        self._handlers = dict(handlers)

    @classmethod
    def named(cls, options: list[str]) -> LocalFunctions:
        """The functions of options like ``NAME=module:function``; raises NoSuchFunction for one that is not there."""
        handlers = {}
        for option in options:
            name, _, place = option.partition("=")
            module, _, function = place.partition(":")
            if not (name and module and function):
                raise NoSuchFunction(f"{option!r} is no NAME=module:function")
            try:
                handlers[name] = getattr(importlib.import_module(module), function)
            except (ImportError, AttributeError) as error:
                raise NoSuchFunction(f"no function {place} for Lambda function {name!r}: {error}") from error
        return cls(handlers)

    def invoke(self, call: FunctionCall, /) -> Returned | Raised:
        """The result as JSON. What the handler raises is told by name and trace; an unknown function as AWS does."""
        handler = self._handlers.get(call.name)
        if handler is None:
            return Raised("ResourceNotFoundException", f"Function not found: {call.name}")
        try:
            event = None if call.input is None else msgspec.json.decode(call.input)
            result = handler(event, Context(call.name))
            text = msgspec.json.encode(result).decode()
        except BaseException as error:  # noqa: BLE001  # whatever it was, the execution has to hear of it
            return Raised(type(error).__name__, traceback.format_exc())
        return Returned(text)


def recordable(outcome: Returned | Raised) -> Returned | Raised:
    """The outcome with texts that an event can hold: what is not Unicode is escaped, what is too long is cut."""
    match outcome:
        case Returned(result=None):
            return outcome
        case Returned(result=result):
            text = _encodable(result or "")
            if len(text) > DATA_LENGTH:
                return Raised("ResultTooLong", f"The result has {len(text)} characters, {DATA_LENGTH} are allowed.")
            return Returned(text)
        case Raised(reason=reason, details=details):
            return Raised(
                _encodable(reason)[:REASON_LENGTH], None if details is None else _encodable(details)[-DATA_LENGTH:]
            )


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


class Caller:
    """Calls functions in threads that nobody has to wait for, which last as long as there is work."""

    def __init__(self, functions: Functions, ended: Callable[[FunctionCall, Returned | Raised], None]) -> None:
        """*ended* hears of every end, in the thread of the call."""
        self._functions = functions
        self._ended = ended
        self._lock = threading.Lock()
        self._waiting: deque[tuple[FunctionCall, Callable[[], bool]]] = deque()
        self._running: set[tuple[int, int]] = set()
        """Execution and event of the calls whose threads count."""
        self._threads = 0
        self._is_stopped = False

    def call(self, call: FunctionCall, may_begin: Callable[[], bool]) -> None:
        """Has the function called when a thread is free, unless *may_begin* then says no: effects cannot be undone."""
        with self._lock:
            if not self._is_stopped:
                self._waiting.append((call, may_begin))
                self._man()

    def give_up(self, execution: int, scheduled_event_id: int) -> None:
        """Nobody wants to know how the call ends: its thread does not count any longer."""
        with self._lock:
            if (execution, scheduled_event_id) in self._running:
                self._running.remove((execution, scheduled_event_id))
                self._threads -= 1
                self._man()

    def stop(self) -> None:
        """Begins no more calls; what runs is left alone."""
        with self._lock:
            self._is_stopped = True
            self._waiting.clear()

    def _man(self) -> None:
        """Has a thread for the call that waits, if one more may run."""
        if self._waiting and self._threads < THREADS:
            self._threads += 1
            threading.Thread(target=self._run, name="swf-function", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads -= 1
                    return
                call, may_begin = self._waiting.popleft()
                key = call.execution, call.scheduled_event_id
                self._running.add(key)
            if may_begin():
                self._ended(call, recordable(self._outcome(call)))
            with self._lock:
                if key not in self._running:
                    return  # given up: another thread has taken the place
                self._running.remove(key)

    def _outcome(self, call: FunctionCall) -> Returned | Raised:
        try:
            return self._functions.invoke(call)
        except Exception as error:
            log.exception("function failed name=%s", call.name)
            return Raised(type(error).__name__, str(error))
