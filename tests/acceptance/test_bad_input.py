"""Each misuse ends in one error that says what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import simpleflow
from simpleflow import Workflow, activity, futures
from simpleflow.canvas import Chain, Group
from simpleflow.exceptions import ExecutionFailed, NonDeterminismError
from simpleflow.task import ActivityTask, ChildWorkflowTask

Misuse = Callable[[Any], Any]


@activity.with_attributes(version="1", task_list="t")
def echo(value: Any) -> Any:
    return value


class Base(Workflow):
    version, task_list = "1", "t"


class Tagged(Base):
    name = "tagged"
    tag_list = ["a", "b", "c", "d", "e", "f"]

    def run(self) -> None: ...


class Nameless(Base):
    def run(self) -> None: ...


IN_RUN: list[tuple[str, Misuse, str]] = [
    ("a function that is no activity", lambda w: w.submit(len, "x"), "len is not an activity; decorate it with"),
    ("nothing", lambda w: w.submit(None), "None cannot be submitted: it is neither an activity nor a task"),
    ("a number", lambda w: w.submit(5), "5 cannot be submitted: it is neither an activity nor a task"),
    ("a class that is no workflow", lambda w: w.submit(dict), "dict is not an activity"),
    ("no activity in a group", lambda w: w.submit(Group(len)), "len"),
    ("a chain with arguments", lambda w: w.submit(Chain((echo, 1)), 2), "Chain"),
    ("an argument that is no JSON", lambda w: w.submit(echo, object()), "the arguments of .*echo-1 cannot be sent: .*"),
    ("a set of objects", lambda w: w.submit(echo, {object()}), "of type object is not JSON"),
    (
        "a negative timer",
        lambda w: w.submit(w.start_timer("tea", -1)),
        "the timer 'tea' is to take -1 s; 0 to 99999999",
    ),
    ("a timer of words", lambda w: w.submit(w.start_timer("tea", "soon")), "the timer 'tea' is to take 'soon' s; 0 to"),
    ("a negative sleep", lambda w: w.sleep(-1), r"self.sleep\(-1\): nobody can wait for the past; 0 seconds"),
    ("a negative wait", lambda w: futures.wait(w.submit(w.wait_signal("x")), return_when="SOME"), "it may be ALL_COMP"),
    ("a child with six tags", lambda w: w.submit(Tagged), "Tagged has 6 tags .*; an execution has 5 at most"),
    ("a child without a name", lambda w: w.submit(Nameless), "Nameless has no name; set it in the class"),
    (
        "a map of no width",
        lambda w: w.map(echo, [1], max_parallel=0),
        "max_parallel is 0; it must be 1 or more",
    ),
    (
        "an unknown kind of event",
        lambda w: w.get_event_details("child", "x"),
        "it may be 'signal', 'marker' or",
    ),
    ("no futures to wait for", lambda w: futures.wait_any(), "wait_any needs at least one future"),
    ("a task with arguments again", lambda w: w.submit(ActivityTask(echo, 1), 2), "submit it without others"),
    ("a result that is no JSON", lambda w: object(), "the result of run cannot be sent: .* of type object is not JSON"),
]


@pytest.mark.parametrize(("misuse", "message"), [pytest.param(*rest, id=name) for name, *rest in IN_RUN])
def test_a_misuse_in_run_fails_the_execution_and_says_what_and_where(misuse: Misuse, message: str) -> None:
    class Misusing(Base):
        name = "misusing"

        def run(self) -> Any:
            return misuse(self)

    with pytest.raises(ExecutionFailed, match=message) as failure:
        simpleflow.run(Misusing)
    if "result of run" not in message:
        assert __file__ in (failure.value.details or ""), "the details have the line of the workflow"


AT_ONCE: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    ("an unknown attribute", lambda: activity.with_attributes(colour=1), TypeError, "unexpected keyword .*'colour'"),  # type: ignore[call-arg]
    ("a negative retry", lambda: activity.with_attributes(retry=-1)(echo.callable), ValueError, "retry is -1; .* 0 is"),
    (
        "a timeout of words",
        lambda: activity.with_attributes(heartbeat_timeout="ten")(echo.callable),
        ValueError,
        "heartbeat_timeout is 'ten'; it is a whole number of seconds, \"NONE\" for no limit, or None",
    ),
    ("half a second", lambda: activity.Activity(len, start_to_close_timeout=0.5), ValueError, "start_to_close.* 0.5;"),  # type: ignore[arg-type]
    ("a number as an activity", lambda: activity.with_attributes()(5), TypeError, "5 cannot be an activity"),  # type: ignore[call-overload]
    ("a lambda", lambda: activity.with_attributes()(lambda: 1), ValueError, "a lambda cannot be an activity"),
    ("a task of a function", lambda: ActivityTask(len, 1), TypeError, "an activity is needed, not .*len.*; decorate"),  # type: ignore[arg-type]
    ("a child of a function", lambda: ChildWorkflowTask(len), TypeError, "a subclass of Workflow is needed, not"),
    ("a group of None", lambda: Group(None), TypeError, "None"),
    (
        "a chain that sends failures",
        lambda: Chain(send_result=True, break_on_failure=False),
        ValueError,
        "break_on_failure",
    ),
    ("six tags", lambda: simpleflow.run(Tagged), ValueError, "Tagged has 6 tags .*; an execution has 5 at most"),
    ("too many arguments", lambda: simpleflow.run(Tagged, 1), TypeError, "run"),  # type: ignore[call-overload]
]


@pytest.mark.parametrize(
    ("misuse", "error", "message"), [pytest.param(*rest, id=name.replace(" ", "-")) for name, *rest in AT_ONCE]
)
def test_a_misuse_that_is_seen_at_once_is_refused_at_once(
    misuse: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        misuse()


kept: list[Any] = []


class Keeping(Base):
    name = "keeping"

    def run(self) -> None:
        kept[:] = [self.submit(self.wait_signal("never")), self]


FOREIGN: list[tuple[str, Misuse]] = [
    ("reading its result", lambda w: kept[0].result),
    ("waiting for it", lambda w: futures.wait(kept[0], timeout=5)),
    ("as an argument", lambda w: w.submit(echo, [kept[0]])),
    ("in a chain", lambda w: w.submit(Chain((echo, kept[0])))),
]


@pytest.mark.parametrize("misuse", [pytest.param(misuse, id=name) for name, misuse in FOREIGN])
def test_waiting_for_the_future_of_another_workflow_is_refused(misuse: Misuse) -> None:
    """Nothing that happens in this execution would ever finish it."""

    class Waiting(Base):
        name = "waiting"

        def run(self) -> Any:
            return misuse(self)

    simpleflow.run(Keeping)
    with pytest.raises(ExecutionFailed, match=r"'signal-never' belongs to another run, of 'local', .* Send a signal"):
        simpleflow.run(Waiting)


def test_a_coroutine_that_awaits_the_future_of_another_workflow_is_told_too() -> None:
    class Awaiting(Base):
        name = "awaiting"

        async def run(self) -> Any:
            return await kept[0]

    simpleflow.run(Keeping)
    with pytest.raises(ExecutionFailed, match="'signal-never' belongs to another run"):
        simpleflow.run(Awaiting)


def test_submitting_to_another_workflow_is_refused() -> None:
    class Submitting(Base):
        name = "submitting"

        def run(self) -> Any:
            with pytest.raises(NonDeterminismError, match="was submitted outside of the workflow's run method"):
                kept[1].submit(echo, 1)
            return "refused"

    simpleflow.run(Keeping)
    assert simpleflow.run(Submitting) == "refused"
