"""What an activity knows and can do while it runs in this process."""

from __future__ import annotations

import contextvars
import datetime
import threading
from typing import Any

import pytest

from simpleflow import Workflow, activity, completion, futures
from simpleflow.exceptions import ExecutionFailed, TaskGone
from simpleflow.local import Executor
from simpleflow.middleware import MiddlewareError, Middlewares

MAIL = activity.with_attributes(version="1", task_list="mail")
NEVER = "NONE"
heard: list[Any] = []


@pytest.fixture(autouse=True)
def nothing_heard() -> None:
    heard.clear()


class Base(Workflow):
    version = "1"
    task_list = "mail"


@activity.with_attributes(version="7", task_list="mail", retry=1, start_to_close_timeout=60, heartbeat_timeout=9)
def tells() -> list[Any]:
    it = activity.current()
    heard.append(it)
    context = tells.context
    assert context is not None
    if it.attempt == 1:
        raise ValueError("again")
    return [context["activity_id"], context["name"], context["domain_name"], context["version"]]


class Telling(Base):
    name = "telling"

    def run(self) -> Any:
        return self.submit(tells).result


def test_an_activity_knows_its_ids_its_attempt_and_its_deadline() -> None:
    name = f"{__name__}.tells"
    assert Executor(Telling).run() == [f"activity-{name}-1", name, "local", "7"]
    first, second = heard
    assert (first.attempt, second.attempt) == (1, 2)
    assert (first.workflow_id, first.name, first.heartbeat_timeout) == ("local", name, 9)
    assert first.deadline is not None
    assert abs(first.deadline - datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=60)).seconds < 30
    assert first.task_token != second.task_token


def test_fix_the_context_is_there_in_a_function_too_and_gone_afterwards() -> None:
    Executor(Telling).run()
    assert tells.context is None
    assert not hasattr(tells.callable, "context")
    with pytest.raises(RuntimeError, match="no activity runs here"):
        activity.current()


@MAIL
class Shouts:
    def __init__(self, text: str) -> None:
        self.text = text
        self.context: dict[str, Any] | None = None

    def execute(self) -> str:
        heard.append(("execute", self.context and self.context["activity_id"]))
        return self.text.upper()

    def post_execute(self) -> None:
        heard.append(("post", self.context and self.context["attempt"]))


class Shouting(Base):
    name = "shouting"

    def run(self, text: str) -> str:
        return self.submit(Shouts, text).result


def test_a_class_finds_its_context_and_is_told_afterwards() -> None:
    assert Executor(Shouting).run({"args": ["a"]}) == "A"
    assert heard == [("execute", f"activity-{__name__}.Shouts-1"), ("post", 1)]


def test_called_directly_it_is_told_afterwards_as_well() -> None:
    assert Shouts("b") == "B"
    assert heard == [("execute", None), ("post", None)]


@MAIL
def beats(value: Any) -> int:
    for number in range(3):
        activity.heartbeat({"at": number})
    return 3


class Beating(Base):
    name = "beating"

    def run(self) -> int:
        return self.submit(beats, 1).result


def test_heartbeats_do_nothing_here_and_outside_of_activities() -> None:
    assert Executor(Beating).run() == 3
    assert beats(1) == 3
    activity.heartbeat()
    with pytest.raises(TypeError, match="is not JSON"):
        activity.heartbeat(object())


def test_a_thread_of_an_activity_knows_it_in_its_context() -> None:
    def in_thread(target: Any) -> None:
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()

    def ask() -> None:
        heard.append(activity.current().activity_id)

    @activity.with_attributes(name=f"{__name__}.threaded")
    def threaded() -> None:
        context = contextvars.copy_context()
        in_thread(lambda: context.run(ask))

    class Threaded(Base):
        name = "threaded"

        def run(self) -> None:
            self.submit(threaded).result_or_raise()

    Executor(Threaded).run()
    assert heard == [f"activity-{__name__}.threaded-1"]


# Completed later

LATER = activity.with_attributes(version="1", task_list="mail", heartbeat_timeout=NEVER)


def soon(function: Any, *arguments: Any) -> None:
    token = activity.current().task_token
    threading.Timer(0.05, function, [token, *arguments]).start()
    raise activity.CompleteLater


@LATER
def asks(question: str) -> str:
    soon(completion.complete, f"yes to {question}")
    return "never"


@LATER
def asks_in_vain() -> str:
    soon(completion.fail, KeyError("nobody"))
    return "never"


@LATER
def is_first() -> str:
    """Is completed before it says that it will be."""
    token = activity.current().task_token
    assert token is not None
    completion.complete(token, "at once")
    raise activity.CompleteLater


class Asking(Base):
    name = "asking"

    def run(self) -> list[Any]:
        patience = self.submit(self.start_timer("patience", 3_000))
        one, two = self.submit(asks, "a"), self.submit(asks, "b")
        first = self.submit(is_first)
        futures.wait(one, two)
        failed = self.submit(asks_in_vain)
        return [one.result, two.result, first.result, type(failed.exception).__name__, patience.done]


def test_what_is_completed_later_is_awaited_while_no_time_is_skipped() -> None:
    assert Executor(Asking).run() == ["yes to a", "yes to b", "at once", "KeyError", False]


@activity.with_attributes(version="1", task_list="mail", heartbeat_timeout=NEVER, start_to_close_timeout=1)
def forgotten() -> None:
    heard.append(activity.current().task_token)
    raise activity.CompleteLater


class Forgetting(Base):
    name = "forgetting"

    def run(self) -> str:
        return str(self.submit(forgotten).exception)


def test_what_nobody_completes_runs_out_of_time() -> None:
    assert Executor(Forgetting).run() == "START_TO_CLOSE timeout after 1 s"
    with pytest.raises(TaskGone, match="has ended"):
        completion.complete(heard[0])


# Middlewares


def before(context: dict[str, Any], **kwargs: Any) -> None:
    heard.append(("before", context["activity_id"], context["attempt"]))


def after(context: dict[str, Any], result: Any, **kwargs: Any) -> None:
    heard.append(("after", context["name"], result))


def refuses(context: dict[str, Any], **kwargs: Any) -> None:
    raise PermissionError("not on Sundays")


def test_middlewares_run_around_every_activity_in_order() -> None:
    pre = [before, f"{__name__}.before"]
    Executor(Shouting, middlewares={"pre": pre, "post": [after]}).run({"args": ["a"]})
    id = f"activity-{__name__}.Shouts-1"
    assert [each for each in heard if each[0] not in ("execute", "post")] == [
        ("before", id, 1),
        ("before", id, 1),
        ("after", f"{__name__}.Shouts", "A"),
    ]


def test_a_middleware_that_raises_fails_the_activity() -> None:
    class Strict(Base):
        name = "strict"

        def run(self) -> Any:
            return self.submit(beats, 1).result_or_raise()

    with pytest.raises(ExecutionFailed, match="PermissionError"):
        Executor(Strict, middlewares={"pre": [refuses]}).run()


@pytest.mark.parametrize("path", ["nowhere.f", "simpleflow.nothing", "f", "simpleflow.__version__"])
def test_fix_a_middleware_that_cannot_be_imported_is_an_error_at_once(path: str) -> None:
    with pytest.raises(MiddlewareError, match=r"the middleware '.*' (cannot be imported|is no function)"):
        Middlewares.of({"pre": [path]})
    with pytest.raises(MiddlewareError, match="of the kinds 'pre' and 'post', not before"):
        Middlewares.of({"before": []})
