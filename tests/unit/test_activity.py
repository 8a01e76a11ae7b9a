"""Activities before any workflow: their names, their settings, and what cannot be one."""

from __future__ import annotations

import pytest

from simpleflow import activity
from simpleflow.activity import Activity
from simpleflow.registry import registry


@activity.with_attributes(version="2", start_to_close_timeout=7, heartbeat_timeout=None)
def double(x: int) -> int:
    """Twice as much."""
    return 2 * x


@activity.with_attributes()
class Shout:
    def __init__(self, text: str) -> None:
        self.text = text

    def execute(self) -> str:
        return self.text.upper()


def test_an_activity_is_called_as_the_function_it_is() -> None:
    assert double(4) == 8
    assert double.__doc__ == "Twice as much."
    assert double.__name__ == "double"


def test_a_class_is_made_with_the_arguments_and_executed() -> None:
    assert Shout("a") == "A"


def test_its_name_is_where_it_can_be_imported_from() -> None:
    assert double.name == f"{__name__}.double"
    assert Shout.name == f"{__name__}.Shout"
    assert registry[None][double.name] is double


def test_timeouts_are_texts_and_none_leaves_them_to_the_type() -> None:
    assert double.task_start_to_close_timeout == "7"
    assert double.task_heartbeat_timeout is None
    assert double.task_schedule_to_close_timeout == "300"


def test_defaults_come_from_the_environment_when_the_activity_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIVITY_START_TO_CLOSE_TIMEOUT", "11")
    assert activity.with_attributes(name="late")(len).task_start_to_close_timeout == "11"


def test_what_no_worker_can_find_is_refused_unless_it_is_given_a_name() -> None:
    def inner(x: int) -> int:
        return x

    with pytest.raises(ValueError, match="lambda"):
        activity.with_attributes()(lambda x: x)
    with pytest.raises(ValueError, match=r"inner .* is defined inside of a function"):
        activity.with_attributes()(inner)
    assert isinstance(activity.with_attributes(name=f"{__name__}.inner")(inner), Activity)
