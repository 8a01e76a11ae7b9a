"""Which function an activity is found as."""

from __future__ import annotations

import types

import pytest

from simpleflow import Workflow, activity
from simpleflow.activity import Activity
from simpleflow.dispatch import find_activity
from simpleflow.registry import registry
from simpleflow.testing import Environment


@activity.with_attributes(name="registry.greet", version="1", task_list="t")
def greet(whom: str) -> str:
    return f"hello {whom}"


@activity.with_attributes(name="registry.greet", version="2", task_list="t")
def greet_again(whom: str) -> str:
    return f"hello again, {whom}"


def other(whom: str) -> str:
    return f"goodbye {whom}"


class Greeting(Workflow):
    name, version, task_list = "greeting", "1", "t"

    def run(self, whom: str) -> list[str]:
        return [self.submit(greet, whom).result, self.submit(greet_again, whom).result]


def test_a_task_runs_the_version_that_was_submitted() -> None:
    with Environment() as env:
        assert env.run(Greeting, "world") == ["hello world", "hello again, world"]


def test_where_a_version_is_not_known_the_latest_of_the_name_runs() -> None:
    assert find_activity("registry.greet", version="3") is greet_again
    assert registry[None]["registry.greet"] is greet_again


def test_two_functions_are_not_the_same_activity() -> None:
    """Tasks of the first would run the second."""
    with pytest.raises(
        ValueError, match=r"'registry.greet', version '1', is .*test_registry.greet already; give .*other"
    ):
        Activity(other, name="registry.greet", version="1", task_list="t")
    assert find_activity("registry.greet", version="1") is greet


def test_a_function_may_be_made_an_activity_again() -> None:
    """With other attributes in a run, or by a reload of its module."""
    again = Activity(greet.callable, name="registry.greet", version="1", task_list="elsewhere")
    assert find_activity("registry.greet", version="1") is again
    reloaded = types.FunctionType(greet.callable.__code__, {}, "greet")  # type: ignore[attr-defined]
    reloaded.__module__ = __name__
    newest = Activity(reloaded, name="registry.greet", version="1", task_list="t")
    assert find_activity("registry.greet", version="1") is newest
