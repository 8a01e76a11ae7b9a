"""Lambda functions, called in threads of this process: what is to be called, by whom, and how it ended."""

from __future__ import annotations

import importlib
import logging
import queue
import threading
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import msgspec

from swf.protocol.limits import DATA_LENGTH, REASON_LENGTH
from swf.server.machine.functions import Raised, Returned

log = logging.getLogger(__name__)

THREADS: Final = 32
"""Functions that run at the same time; more wait for their turn, their timeout running."""


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A Lambda function to be called for the execution in this row; it may take *timeout_s* seconds."""

    execution: int
    scheduled_event_id: int
    name: str
    input: str | None
    timeout_s: int


class Functions(Protocol):
    """Who calls Lambda functions for the service, outside its turn."""

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
            return Raised(type(error).__name__[:REASON_LENGTH], traceback.format_exc()[-DATA_LENGTH:])
        if len(text) > DATA_LENGTH:
            return Raised("ResultTooLong", f"The result has {len(text)} characters, {DATA_LENGTH} are allowed.")
        return Returned(text)


class Caller:
    """Calls functions in threads that nobody has to wait for, begun when there is work."""

    def __init__(self, functions: Functions, ended: Callable[[FunctionCall, Returned | Raised], None]) -> None:
        """*ended* hears of every end, in the thread of the call."""
        self._functions = functions
        self._ended = ended
        self._calls: queue.SimpleQueue[tuple[FunctionCall, Callable[[], None]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0

    def call(self, call: FunctionCall, make_safe: Callable[[], None]) -> None:
        """Has the function called once *make_safe* has returned: its effects cannot be taken back."""
        with self._lock:
            self._calls.put((call, make_safe))
            if self._idle:
                self._idle -= 1
            elif self._threads < THREADS:
                self._threads += 1
                threading.Thread(target=self._run, name="swf-function", daemon=True).start()

    def stop(self) -> None:
        """Lets the threads end when they have nothing to do; what runs is left alone."""
        with self._lock:
            for _ in range(self._threads):
                self._calls.put(None)

    def _run(self) -> None:
        while (work := self._calls.get()) is not None:
            call, make_safe = work
            try:
                make_safe()
                self._ended(call, self._functions.invoke(call))
            except Exception as error:
                log.exception("function failed name=%s", call.name)
                self._ended(call, Raised(type(error).__name__[:REASON_LENGTH], str(error)[:DATA_LENGTH]))
            with self._lock:
                self._idle += 1
