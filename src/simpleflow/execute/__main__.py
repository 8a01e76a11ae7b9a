"""``python -m simpleflow.execute NAME '{"args": [...], "kwargs": {...}}'``: runs a function, prints its result."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

from simpleflow import hints, remote, texts
from simpleflow.activity import Activity
from simpleflow.execute import make_callable
from simpleflow.execute.descendants import descendants
from simpleflow.log import setup_logging


def main(arguments: Sequence[str]) -> int:
    """Runs the command; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m simpleflow.execute", description="Run a function, print its result."
    )
    parser.add_argument("name", help="package.module.function, or a builtin")
    parser.add_argument("arguments", nargs="?", default="{}", help='JSON: {"args": [...], "kwargs": {...}}')
    parser.add_argument("--context", help="JSON: what the function finds in its attribute 'context'")
    parser.add_argument("--logger-name", help="a logger whose lines go to standard error")
    parser.add_argument("--result-fd", type=int, help="write the result there, not to standard output")
    parser.add_argument("--error-fd", type=int, help="write what is raised there, as JSON")
    parser.add_argument("--arguments-json-fd", type=int, help="read the arguments there")
    parser.add_argument("--kill-children", action="store_true", help="end the processes that are left behind")
    given = parser.parse_intermixed_args(arguments)
    setup_logging()
    if given.logger_name:
        logging.getLogger(given.logger_name).setLevel(os.environ.get("LOG_LEVEL", "INFO").upper())
    try:
        result = texts.encode(_called(given))
    except Exception as error:
        if given.error_fd is None:
            raise
        _write(given.error_fd, texts.encode(remote.described(error)))
        return 1
    finally:
        if given.kill_children:
            _end_children()
    sys.stdout.flush()
    if given.result_fd is None:
        print(result)
    else:
        _write(given.result_fd, result)
    return 0


def _called(given: argparse.Namespace) -> Any:
    text = given.arguments
    if given.arguments_json_fd is not None:
        with open(given.arguments_json_fd, encoding="utf-8") as file:
            text = file.read()
    content = json.loads(text)
    if not isinstance(content, dict):
        raise TypeError(f"the arguments are {text[:100]}; an object with args and kwargs is needed")
    function: Any = make_callable(given.name)
    if isinstance(function, Activity):
        function = function.callable
    function = getattr(function, "__wrapped__", function)  # what the decorator stands for
    if given.context:
        function.context = json.loads(given.context)
    args, kwargs = hints.arguments(function, content.get("args", ()), content.get("kwargs", {}))
    made = function(*args, **kwargs)
    return made.execute() if isinstance(function, type) and hasattr(made, "execute") else made


def _write(descriptor: int, text: str) -> None:
    with open(descriptor, "w", encoding="utf-8", closefd=False) as file:
        file.write(text)


def _end_children() -> None:
    import contextlib
    import signal

    for pid in descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    sys.exit(main(sys.argv[1:]))
