"""Exceptions described in one process and raised again in another."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import traceback
from typing import Any

import pytest

from simpleflow import Workflow, activity
from simpleflow.dispatch import failure
from simpleflow.exceptions import ExecutionFailed, RemoteTraceback, TaskException, TaskFailed, TimeoutError
from simpleflow.local import Executor
from simpleflow.remote import known_class, rebuilt
from simpleflow.storage import ValueStore
from tests.replay.bed import Bed

built: list[str] = []


class CardRefused(Exception):
    """With a constructor that must not run again, and a text of its own."""

    def __init__(self, card: str, *, limit: int, reason: str) -> None:
        built.append(card)
        super().__init__(card)
        self.limit = limit
        self.reason = reason

    def __str__(self) -> str:
        return f"card {self.args[0]} refused above {self.limit}"


class Unsendable(Exception):
    def __init__(self, thing: object) -> None:
        super().__init__(thing)
        self.thing = thing


class Slotted(OSError):
    __slots__ = ("extra",)


class NeedsMore(Exception):
    def __init_subclass__(cls, *, word: str, **more: Any) -> None: ...


class Hides(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class Outer:
    class Inner(Exception):
        pass


class LeavesForGood(BaseException):
    pass


def raised(error: BaseException) -> TaskFailed:
    """The failure that a workflow sees after an activity has raised *error*."""
    try:
        raise error
    except BaseException as caught:
        outcome = failure(caught)
    assert outcome.reason is not None
    return rebuilt(TaskFailed("task-1", outcome.reason, outcome.details))


@pytest.mark.parametrize(
    "error",
    [
        ValueError("bad"),
        KeyError("k"),
        KeyError(1, "x"),
        LookupError(),
        OSError(2, "gone"),
        FileNotFoundError(2, "gone", "/nowhere"),
        UnicodeError("x"),
        ImportError("no", name="nowhere"),
        json.JSONDecodeError("odd", "[1", 2),
        subprocess.CalledProcessError(3, ["ls", "-l"], output="some"),
        Outer.Inner("deep", 7),
        Slotted(5, "disk"),
        StopIteration(4),
        ArithmeticError("a" * 10_000),
    ],
)
def test_the_class_and_what_it_says_come_back(error: Exception) -> None:
    seen = raised(error)

    assert isinstance(seen, type(error))
    assert isinstance(seen, TaskFailed)
    assert str(seen) == str(error)
    assert seen.args == error.args
    assert type(seen).__name__ == type(error).__name__
    assert seen.failure.name == "task-1"
    assert seen.error_type == f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, OSError):
        assert isinstance(seen, OSError)
        assert (seen.errno, seen.strerror) == (error.errno, error.strerror)


def test_no_constructor_of_the_class_runs_and_its_attributes_are_there() -> None:
    error = CardRefused("visa", limit=5, reason="poor")
    built.clear()
    seen: Any = raised(error)

    assert built == []
    assert isinstance(seen, CardRefused)
    assert (str(seen), seen.limit, seen.reason) == ("card visa refused above 5", 5, "poor")
    assert seen.failure.reason == "CardRefused: card visa refused above 5"
    assert json.loads(seen.details)["error"] == "CardRefused"


def test_what_users_of_older_releases_read_is_there() -> None:
    """``future.exception.reason`` and ``.details`` of a failed task."""
    seen = raised(ValueError("bad"))
    assert (seen.name, seen.reason) == ("task-1", "ValueError: bad")
    assert set(json.loads(seen.details or "")) >= {"error", "error_type", "message", "traceback"}


def test_its_cause_is_the_traceback_of_the_worker() -> None:
    seen = raised(ValueError("bad"))
    assert isinstance(seen.__cause__, RemoteTraceback)
    assert "raise error" in seen.__cause__.text
    assert "raise error" in "".join(traceback.format_exception(seen))
    assert any("raise error" in line for line in seen.traceback)


@pytest.mark.parametrize("error", [Unsendable(object()), Unsendable("a" * 9_000)])
def test_arguments_that_cannot_travel_are_left_out(error: Exception) -> None:
    seen = raised(error)
    assert isinstance(seen, Unsendable)
    assert seen.args == (str(error),)
    assert not hasattr(seen, "thing")


@pytest.mark.parametrize(
    "error",
    [
        LeavesForGood("bye"),
        SystemExit("bye"),
        type("Local", (Exception,), {"__module__": "nowhere.at.all"})("x"),
        ExceptionGroup("several", [ValueError(1)]),
        NeedsMore("x"),
        Hides(),
        TaskFailed("inner", "r"),
    ],
)
def test_anything_else_is_a_task_failed_with_name_message_and_traceback(error: BaseException) -> None:
    seen = raised(error)
    assert type(seen) is TaskFailed
    assert seen.error == type(error).__name__
    assert seen.message
    assert seen.traceback


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "ValueError",
        "builtins.eval",
        "builtins.SystemExit",
        "builtins.KeyboardInterrupt",
        "os.system",
        "builtins.dict",
        "antigravity.Error",
        "simpleflow.exceptions.TaskFailed.__init__",
        "..",
    ],
)
def test_only_exception_classes_of_imported_modules_are_known(path: str | None) -> None:
    before = set(sys.modules)
    assert known_class(path) is None
    assert set(sys.modules) == before


@pytest.mark.parametrize(
    "details",
    [
        None,
        "plain text",
        "[1]",
        '{"error_type": 7, "message": {}, "traceback": 3}',
        '{"error": "E", "error_type": "builtins.ValueError", "message": "a", "args": 3, "attributes": [1]}',
        '{"error": "E", "error_type": "builtins.ValueError"}',
        '{"error": "E", "error_type": "builtins.OSError", "message": "x", "args": [[], {}, []]}',
        '{"error": "E", "error_type": "builtins.UnicodeDecodeError", "message": "x", "args": ["x"]}',
    ],
)
def test_details_of_any_other_make_are_no_trouble(details: str | None) -> None:
    seen = rebuilt(TaskFailed("task-1", "E: x", details))
    assert isinstance(seen, TaskFailed)
    assert (seen.name, seen.reason, seen.details) == ("task-1", "E: x", details)


def test_what_the_wire_says_cannot_replace_how_an_exception_works() -> None:
    details = {
        "error": "ValueError",
        "error_type": "builtins.ValueError",
        "message": "x",
        "args": ["x"],
        "attributes": {"__class__": "y", "_failure": "z", "add_note": 1, "with_traceback": 2},
    }
    seen = rebuilt(TaskFailed("task-1", "ValueError: x", json.dumps(details)))
    assert isinstance(seen, ValueError)
    assert seen.failure.reason == "ValueError: x"
    with pytest.raises(ValueError, match="x"):
        raise seen


# In workflows

MAIL = activity.with_attributes(version="1", task_list="mail")


@MAIL
def charge(card: str) -> None:
    raise CardRefused(card, limit=5, reason="poor")


@activity.with_attributes(version="1", task_list="mail", raises_on_failure=True)
def must_charge(card: str) -> None:
    raise CardRefused(card, limit=5, reason="poor")


@MAIL
def shout(text: str) -> None:
    raise ValueError(text)


class Shop(Workflow):
    name = "shop"
    version = "1"
    task_list = "mail"

    def run(self) -> list[Any]:
        said: list[Any] = []
        try:
            self.submit(charge, "visa").result_or_raise()
        except CardRefused as error:
            said.append([str(error), error.limit])
        future = self.submit(charge, "amex")
        assert isinstance(future.exception, TaskFailed)
        said.append(future.exception.failure.reason)
        try:
            self.submit(must_charge, "visa").wait()
        except TaskException as error:
            said.append(f"{error.exception} {isinstance(error.__cause__, CardRefused)}")
        return said


class Long(Workflow):
    name = "long"
    version = "1"
    task_list = "mail"

    def run(self, characters: int) -> Any:
        return self.submit(shout, "x" * characters).result_or_raise()


EXPECTED = [
    ["card visa refused above 5", 5],
    "CardRefused: card amex refused above 5",
    "card visa refused above 5 True",
]


def test_a_workflow_catches_the_class_its_activity_has_raised() -> None:
    assert Executor(Shop).run() == EXPECTED


@pytest.mark.parametrize("characters", [300, 40_000])
def test_fix_6_a_long_message_does_not_hide_the_error(characters: int) -> None:
    """Reasons end visibly; the whole message is in the details, in the store of values if need be."""
    with pytest.raises(ExecutionFailed) as caught:
        Executor(Long).run({"args": [characters]})
    reason, details = caught.value.reason, caught.value.details
    assert reason is not None
    assert reason.startswith(
        "Cannot replay the workflow: ValueError(activity-tests.unit.test_remote.shout-1 failed: Va"
    )
    assert (len(reason), reason[-1]) == (256, "…")
    assert details is not None
    assert "x" * characters in details


def test_fix_17_the_details_of_a_failed_task_are_kept() -> None:
    assert raised(ValueError("bad")).details is not None
    assert isinstance(TimeoutError("HEARTBEAT", 3), TimeoutError)


def test_without_a_store_long_details_are_shortened_and_stay_json() -> None:
    error: Exception = ValueError("y" * 100_000)
    error.args = (*error.args, datetime.date(2026, 1, 1))
    for outcome in (failure(error), failure(error, ValueStore(), keeps_values=False)):
        assert outcome.details is not None
        assert len(outcome.details) <= 32_768
        assert json.loads(outcome.details)["message"].endswith("…")
    whole = failure(error, ValueStore())
    assert whole.details is not None
    assert whole.details.startswith("simpleflow+file:")


def test_warm_and_cold_raise_the_same() -> None:
    def fail(id: str, attempt: int, content: Any) -> Any:
        raise AssertionError("answered below")

    bed = Bed(Shop, outcomes=fail)
    bed.work = lambda: _fail_for_real(bed)  # type: ignore[method-assign]
    assert bed.finish() == EXPECTED


def _fail_for_real(bed: Bed) -> bool:
    from swf.protocol import operations as o
    from tests.replay.bed import LIST

    task = bed.client.call(o.PollForActivityTask(domain="d", task_list=LIST))
    if task.task_token is None:
        return False
    assert task.activity_id is not None
    card = "amex" if task.activity_id.endswith(".charge-2") else "visa"
    outcome = failure(CardRefused(card, limit=5, reason="poor"))
    bed.client.call(
        o.RespondActivityTaskFailed(task_token=task.task_token, reason=outcome.reason, details=outcome.details)
    )
    return True
