"""Other programs, and functions in other interpreters, called as if they were functions here."""

from __future__ import annotations

import functools
import inspect
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, Final, ParamSpec, TypeVar

from simpleflow import hints, texts
from simpleflow.exceptions import ExecutionError, ExecutionTimeoutError, RemoteTraceback
from simpleflow.execute.descendants import kill_all

__all__ = [
    "ExecutionError",
    "ExecutionTimeoutError",
    "RequiredArgument",
    "format_arguments",
    "make_callable",
    "plain_arguments",
    "program",
    "python",
]

P = ParamSpec("P")
R = TypeVar("R")

ARGUMENT_BYTES: Final = 64 * 1024
"""Longer arguments of a function go through a file descriptor: a command line does not hold any length."""


class RequiredArgument:
    """As the default of a parameter: the option must be given."""


def plain_arguments(*args: Any, **kwargs: Any) -> list[str]:
    """Options first, ``-k=v`` and ``--key=v``, then positional arguments."""
    return [*(f"{_dashed(name)}={value}" for name, value in kwargs.items()), *map(str, args)]


def format_arguments(*args: Any, **kwargs: Any) -> list[str]:
    """The same with the quotes that older releases wrote around values: the program gets them, too."""
    return [*(f'{_dashed(name)}="{value}"' for name, value in kwargs.items()), *map(str, args)]


def _dashed(name: str) -> str:
    return f"-{name}" if len(name) == 1 else f"--{name}"


def program(
    path: str | None = None, argument_format: Callable[..., Sequence[str]] = plain_arguments
) -> Callable[[Callable[P, Any]], Callable[P, str]]:
    """A decorator: the function stands for the program *path* (None: of its name) and returns what that prints.

    The signature says what the program takes; the body is not run. A program that fails raises
    ``subprocess.CalledProcessError``.
    """

    def decorate(function: Callable[P, Any]) -> Callable[P, str]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def execute(*args: P.args, **kwargs: P.kwargs) -> str:
            positional, options = _checked(signature, args, kwargs)
            command = [path or function.__name__, *argument_format(*positional, **options)]
            return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout  # noqa: S603

        return execute

    return decorate


def _checked(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Positional arguments and options of a call. TypeError for what the signature does not have."""
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    plain = [
        each
        for each in signature.parameters.values()
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD) and each.default is each.empty
    ]
    options = {
        each.name: each.default
        for each in signature.parameters.values()
        if each.kind is each.KEYWORD_ONLY
        or (each.kind is each.POSITIONAL_OR_KEYWORD and each.default is not each.empty)
    }
    given = dict(kwargs)
    positional = list(args)
    for parameter in plain[len(args) :]:
        if parameter.name in given:
            positional.append(given.pop(parameter.name))
    unknown = [name for name in given if name not in options]
    if unknown and inspect.Parameter.VAR_KEYWORD not in kinds:
        names = ", ".join(unknown)
        raise TypeError(f"command does not take keyword arguments: {names}")
    for name, default in options.items():
        if default in (RequiredArgument, inspect.Parameter.empty) and name not in given:
            raise TypeError(f'argument "{name}" not found')
    if len(positional) < len(plain) or (
        len(positional) > len(plain) > 0 and inspect.Parameter.VAR_POSITIONAL not in kinds
    ):
        raise TypeError(f"command takes {len(plain)} arguments: {len(positional)} passed")
    if positional and not plain and inspect.Parameter.VAR_POSITIONAL not in kinds:
        raise TypeError("command does not take varargs")
    return positional, given


def python(
    interpreter: str | None = None,
    logger_name: str = "simpleflow",
    timeout: float | None = None,
    kill_children: bool = False,
    env: Mapping[str, str] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: the function runs in a process of its own, by *interpreter* (None: the one that runs here).

    Arguments and result are JSON, with the types of the hints. What it raises is an ExecutionError, whose text is
    JSON; more than *timeout* seconds an ExecutionTimeoutError. *kill_children*: what the process has started ends with
    it. *env* is added to the environment.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def execute(*args: P.args, **kwargs: P.kwargs) -> R:
            name = f"{function.__module__}.{function.__qualname__}"
            run = _Run(interpreter or sys.executable, name, logger_name, timeout, kill_children, env)
            result = run(texts.encode({"args": args, "kwargs": kwargs}), getattr(execute, "context", None))
            return hints.result(function, texts.decode(result))  # type: ignore[no-any-return]  # as its hints say

        return execute

    return decorate


class _Run:
    """One call in another interpreter."""

    def __init__(
        self,
        interpreter: str,
        name: str,
        logger_name: str,
        timeout: float | None,
        kill_children: bool,
        env: Mapping[str, str] | None,
    ) -> None:
        self._command = [interpreter, "-m", "simpleflow.execute", "--logger-name", logger_name]
        if kill_children:  # what it leaves behind when it ends by itself, only it can find
            self._command.append("--kill-children")
        self._name = name
        self._timeout = timeout
        self._kill_children = kill_children
        self._env = {**os.environ, **(env or {})}

    def __call__(self, arguments: str, context: Any) -> str:
        """The result as JSON."""
        with tempfile.TemporaryFile() as result, tempfile.TemporaryFile() as error, tempfile.TemporaryFile() as given:
            command = [*self._command, "--result-fd", str(result.fileno()), "--error-fd", str(error.fileno())]
            descriptors = [result.fileno(), error.fileno()]
            if context is not None:
                command += ["--context", texts.encode(context)]
            if len(arguments.encode()) > ARGUMENT_BYTES:
                given.write(arguments.encode())
                given.seek(0)
                command += ["--arguments-json-fd", str(given.fileno())]
                descriptors.append(given.fileno())
                command.append(self._name)
            else:
                command += [self._name, arguments]
            code = self._run(command, descriptors)
            told = _read(error)
            if code == 0 and not told:
                return _read(result)
            raise self._failure(told, code)

    def _run(self, command: list[str], descriptors: list[int]) -> int:
        """Runs the command to its end; the exit code."""
        process = subprocess.Popen(command, env=self._env, pass_fds=descriptors)  # noqa: S603  # what the user named
        try:
            return process.wait(self._timeout)
        except subprocess.TimeoutExpired as error:
            raise ExecutionTimeoutError(f"{command[0]} -m simpleflow.execute {self._name}", self._timeout) from error
        finally:
            if self._kill_children or process.poll() is None:
                kill_all(process)
            process.wait()

    def _failure(self, told: str, code: int) -> ExecutionError:
        if not told:
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            message = f"process died: {how}"
            return ExecutionError(json.dumps({"error": "ProcessDied", "message": message}))
        failure = ExecutionError(told)
        lines = json.loads(told).get("traceback", ())
        failure.__cause__ = RemoteTraceback("".join(lines))
        return failure


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def make_callable(name: str) -> Callable[..., Any]:
    """The function of a dotted or builtin name. Raises ImportError, AttributeError, TypeError."""
    import builtins
    import importlib

    parts = name.split(".")
    found: Any = getattr(builtins, name, None) if len(parts) == 1 else None
    for length in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError as error:
            if length == 1 or not ".".join(parts[:length]).startswith(error.name or "?"):
                raise
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        break
    if found is None:
        raise ImportError(f"there is no function {name!r}")
    if not callable(found):
        raise TypeError(f"{name!r} is no function")
    return found  # type: ignore[no-any-return]  # the user's
