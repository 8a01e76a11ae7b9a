"""Programs and functions in other interpreters, called as functions."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from simpleflow import execute
from simpleflow.exceptions import ExecutionError, ExecutionTimeoutError
from simpleflow.execute import RequiredArgument, format_arguments, make_callable, plain_arguments, program
from tests.unit import executed


@pytest.fixture
def show(tmp_path: Path) -> str:
    """A program that prints its arguments, one a line."""
    path = tmp_path / "show"
    path.write_text('#!/bin/sh\nfor each in "$@"; do echo "$each"; done\n')
    path.chmod(0o755)
    return str(path)


def test_fix_values_go_to_the_program_without_quotes(show: str) -> None:
    @program(path=show)
    def shows(*args: Any, **kwargs: Any) -> None: ...

    assert shows("a b", 2, c=1, key="x y").splitlines() == ["-c=1", "--key=x y", "a b", "2"]


def test_the_quotes_of_older_releases_are_there_for_who_wants_them(show: str) -> None:
    @program(path=show, argument_format=format_arguments)
    def shows(*args: Any, **kwargs: Any) -> None: ...

    assert shows("a", c=1).splitlines() == ['-c="1"', "a"]
    assert plain_arguments("a", c=1) == ["-c=1", "a"]


def test_without_a_path_it_is_the_program_of_that_name() -> None:
    @program()
    def echo(*args: str) -> None: ...

    assert echo("a", "b") == "a b\n"


@pytest.mark.parametrize(
    ("args", "kwargs", "said"),
    [
        ((), {"must": 1}, "command takes 1 arguments: 0 passed"),
        (("a", "b"), {"must": 1}, "command takes 1 arguments: 2 passed"),
        (("a",), {}, 'argument "must" not found'),
        (("a",), {"must": 1, "more": 2}, "command does not take keyword arguments: more"),
    ],
)
def test_a_call_that_does_not_fit_is_refused(args: Any, kwargs: Any, said: str) -> None:
    @program(path="/bin/false")
    def strict(path: str, must: Any = RequiredArgument, may: int = 3) -> None: ...

    with pytest.raises(TypeError) as caught:
        strict(*args, **kwargs)
    assert str(caught.value) == said


def test_a_program_without_arguments_takes_none(show: str) -> None:
    @program(path=show)
    def alone(option: int = 1) -> None: ...

    with pytest.raises(TypeError, match="command does not take varargs"):
        alone("a")
    assert alone(option=2) == "--option=2\n"
    assert alone() == ""


def test_positional_arguments_may_be_given_by_name(show: str) -> None:
    @program(path=show)
    def named(a: str, b: str) -> None: ...

    assert named("1", b="2") == "1\n2\n"


def test_a_program_that_fails_is_an_error() -> None:
    @program(path="false")
    def fails() -> None: ...

    with pytest.raises(subprocess.CalledProcessError, match="exit status 1"):
        fails()


# Functions in other interpreters


def test_values_come_and_go_as_the_hints_say() -> None:
    assert executed.add(datetime.date(2026, 1, 2), 1, 2) == executed.Sum(datetime.date(2026, 1, 2), 3)


def test_it_is_another_process() -> None:
    assert executed.pid() != os.getpid()


def test_arguments_of_any_length_arrive() -> None:
    assert executed.length("é" * 3_000_000) == 3_000_000


def test_what_it_raises_is_told_as_json() -> None:
    with pytest.raises(ExecutionError) as caught:
        executed.fails()
    told = json.loads(str(caught.value))
    assert (told["error"], told["error_type"], told["message"]) == ("KeyError", "builtins.KeyError", "'k'")
    assert "raise KeyError" in str(caught.value.__cause__)


@pytest.mark.parametrize(
    ("function", "said"), [(executed.dies, "process died: signal 9"), (executed.unsendable, "is not JSON")]
)
def test_one_that_gives_no_result_is_an_error(function: Any, said: str) -> None:
    with pytest.raises(ExecutionError, match=said):
        function()


def test_one_that_takes_too_long_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(ExecutionTimeoutError, match=r"took longer than 0.5 s") as caught:
        executed.slow()
    assert time.monotonic() - began < 20
    assert caught.value.timeout_value == 0.5


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_it_leaves_behind_is_ended_if_wanted(tmp_path: Path) -> None:
    with pytest.raises(ExecutionTimeoutError):
        executed.slow_with_somebody(str(tmp_path / "pid"))
    for left in (int((tmp_path / "pid").read_text()), executed.leaves_somebody()):
        give_up_at = time.monotonic() + 10
        while is_alive(left):
            assert time.monotonic() < give_up_at


def test_the_environment_can_be_added_to() -> None:
    assert executed.greeting() == "hi"


def test_fix_19_what_it_prints_and_returns_is_data_never_code() -> None:
    assert executed.hostile() == "__import__('os').getpid()"


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simpleflow.execute", *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("tests.unit.executed.shout", '{"args": ["a"]}', '"A"'),
        ("tests.unit.executed.twice", '{"kwargs": {"x": 4}}', "8"),
        ("sum", '{"args": [[1, 2]]}', "3"),
        ("os.path.join", '{"args": ["a", "b"], "kwargs": {}}', '"a/b"'),
    ],
)
def test_the_command_prints_the_result(name: str, arguments: str, result: str) -> None:
    assert command(name, arguments).stdout == f"{result}\n"


def test_the_command_fails_with_what_was_raised() -> None:
    done = command("tests.unit.executed.shout", "{}")
    assert done.returncode == 1
    assert "TypeError" in done.stderr


@pytest.mark.parametrize(
    ("name", "error"),
    [("nowhere.f", ImportError), ("nothing", ImportError), ("os.nothing", AttributeError), ("os.sep", TypeError)],
)
def test_a_name_that_is_no_function_is_an_error(name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        make_callable(name)
    assert make_callable("len") is len
    assert make_callable("collections.OrderedDict.fromkeys") is not None
    assert execute.make_callable is make_callable
