"""Lambda functions: called in a thread of the service, or not at all."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from swf.protocol import decisions as d
from swf.protocol.causes import Cause
from swf.protocol.events import (
    DecisionTaskCompleted,
    DecisionTaskScheduled,
    LambdaFunctionCompleted,
    LambdaFunctionFailed,
    LambdaFunctionScheduled,
    LambdaFunctionStarted,
    LambdaFunctionTimedOut,
    ScheduleLambdaFunctionFailed,
    StartLambdaFunctionFailed,
)
from swf.protocol.limits import Bucket
from swf.protocol.values import CloseStatus
from swf.server import LocalFunctions, Quotas, Rates
from swf.server.__main__ import main
from swf.server.functions import FunctionCall, NoSuchFunction
from swf.server.machine.functions import Raised, Returned
from tests.service import functions
from tests.service.flow import Flow

ROLE = "arn:aws:iam::000000000000:role/lambda"


def call(id: str, name: str = "double", **values: Any) -> d.ScheduleLambdaFunction:
    return d.ScheduleLambdaFunction(id=id, name=name, **values)


def with_functions(path: Path | None = None, **values: Any) -> tuple[Flow, functions.Gate]:
    """A started execution that may call functions, one of which waits at a gate."""
    gate = functions.Gate()
    handlers: dict[str, Callable[..., Any]] = {
        name: getattr(functions, name) for name in ("double", "name_itself", "fail", "overflow", "odd")
    }
    flow = Flow(str(path) if path else None, functions=LocalFunctions(handlers | {"gate": gate}), **values)
    flow.start(lambda_role=ROLE)
    return flow, gate


def wait_for(flow: Flow, type: Any, count: int = 1) -> Any:
    """The attributes of the last event of the type, once there are so many."""
    give_up_at = time.monotonic() + 30
    while len(found := flow.all_of(type)) < count:
        assert time.monotonic() < give_up_at, flow.events()
        time.sleep(0.002)
    return found[-1]


def test_a_function_is_scheduled_started_and_completed(tmp_path: Path) -> None:
    flow, _ = with_functions(tmp_path / "f.db")
    flow.decide(call("f", input="[1]", control="c", start_to_close_timeout="5"))
    completed = wait_for(flow, LambdaFunctionCompleted)

    assert flow.news() == [
        DecisionTaskCompleted,
        LambdaFunctionScheduled,
        LambdaFunctionStarted,
        LambdaFunctionCompleted,
        DecisionTaskScheduled,
    ]
    assert flow.all_of(LambdaFunctionScheduled) == [
        LambdaFunctionScheduled(
            id="f",
            name="double",
            input="[1]",
            control="c",
            start_to_close_timeout="5",
            decision_task_completed_event_id=4,
        )
    ]
    assert completed == LambdaFunctionCompleted(scheduled_event_id=5, started_event_id=6, result="[1,1]")
    assert flow.at(LambdaFunctionScheduled) < flow.at(LambdaFunctionStarted)
    assert flow.describe().open_counts.open_lambda_functions == 0
    flow.service.close()


@pytest.mark.parametrize(
    ("name", "reason", "details"),
    [
        ("fail", "ZeroDivisionError", "nothing can be divided by this"),
        ("nobody", "ResourceNotFoundException", "Function not found: nobody"),
        ("overflow", "ResultTooLong", "40002 characters"),
        ("odd", "TypeError", "object"),
    ],
)
def test_a_function_that_fails_tells_why(name: str, reason: str, details: str) -> None:
    flow, _ = with_functions()
    flow.decide(call("f", name))
    failed = wait_for(flow, LambdaFunctionFailed)
    assert (failed.reason, failed.scheduled_event_id, failed.started_event_id) == (reason, 5, 6)
    assert details in failed.details
    assert flow.news()[-2:] == [LambdaFunctionFailed, DecisionTaskScheduled]
    flow.service.close()


def test_an_id_may_repeat_even_while_it_is_open() -> None:
    flow, gate = with_functions()
    flow.decide(call("f", "gate"), call("f", "gate"))
    assert flow.describe().open_counts.open_lambda_functions == 2
    gate.open.set()
    wait_for(flow, LambdaFunctionCompleted, 2)
    flow.service.close()


def test_an_execution_without_a_role_calls_nothing() -> None:
    flow = Flow(functions=LocalFunctions({"double": functions.double}))
    flow.start()
    flow.decide(call("f", input="1"))
    assert flow.news() == [
        DecisionTaskCompleted,
        LambdaFunctionScheduled,
        StartLambdaFunctionFailed,
        DecisionTaskScheduled,
    ]
    assert flow.all_of(StartLambdaFunctionFailed) == [
        StartLambdaFunctionFailed(
            scheduled_event_id=5,
            cause=Cause.ASSUME_ROLE_FAILED,
            message="No IAM role is attached to the current workflow execution.",
        )
    ]
    flow.service.close()


def assert_refused(flow: Flow, cause: Cause) -> None:
    flow.decide(call("g"))
    assert flow.news() == [DecisionTaskCompleted, ScheduleLambdaFunctionFailed, DecisionTaskScheduled]
    (refused,) = flow.all_of(ScheduleLambdaFunctionFailed)
    assert (refused.id, refused.name, refused.cause) == ("g", "double", cause)
    flow.service.close()


def test_a_service_without_functions_has_no_lambda_in_its_region(flow: Flow) -> None:
    flow.start(lambda_role=ROLE)
    assert_refused(flow, Cause.LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION)


def test_an_execution_can_call_so_many_functions_at_a_time() -> None:
    flow, gate = with_functions(quotas=Quotas(open_functions=1))
    flow.decide(call("f", "gate"))
    flow.signal()
    assert_refused(flow, Cause.OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED)
    gate.open.set()


def test_functions_can_be_called_only_so_fast() -> None:
    flow, gate = with_functions(rates=Rates(requests={}, decisions={"ScheduleLambdaFunction": Bucket(1, 1)}))
    flow.decide(call("f", "gate"))
    flow.signal()
    assert_refused(flow, Cause.LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED)
    gate.open.set()


@pytest.mark.parametrize(("given", "seconds"), [("5", 5), (None, 900), ("NONE", 900), ("9999", 900), ("0", 1)])
def test_a_function_that_takes_too_long_times_out_and_its_late_answer_is_dropped(
    given: str | None, seconds: int
) -> None:
    flow, gate = with_functions()
    flow.decide(call("f", "gate", start_to_close_timeout=given))
    assert gate.entered.acquire(timeout=30)
    flow.pass_time(seconds)
    assert flow.all_of(LambdaFunctionTimedOut) == []
    flow.pass_time(0.001)  # it started by that much later than it was scheduled
    (timed_out,) = flow.all_of(LambdaFunctionTimedOut)
    assert (timed_out.timeout_type, timed_out.scheduled_event_id, timed_out.started_event_id) == (
        "START_TO_CLOSE",
        5,
        6,
    )
    gate.open.set()
    flow.decide(call("g", input="1"))
    assert wait_for(flow, LambdaFunctionCompleted).result == "2", "the second call's"
    assert len(flow.all_of(LambdaFunctionCompleted)) == 1
    flow.service.close()


def test_the_answer_of_a_function_whose_execution_has_closed_is_dropped() -> None:
    flow, gate = with_functions()
    flow.decide(call("f", "gate"))
    assert gate.entered.acquire(timeout=30)
    flow.terminate()
    gate.open.set()
    flow.start(workflow_id="next", lambda_role=ROLE)
    following = flow.beside("next")
    following.decide(call("g", input="1"))
    wait_for(following, LambdaFunctionCompleted)
    flow.run_id = flow.beside("order-1", is_open=False).run_id
    assert flow.status is CloseStatus.TERMINATED
    flow.service.close()


def test_a_function_runs_outside_the_turn() -> None:
    """While it runs, the service answers."""
    flow, gate = with_functions()
    flow.decide(call("f", "gate"))
    assert gate.entered.acquire(timeout=30)
    flow.signal()
    assert flow.poll_decision().task_token is not None
    gate.open.set()
    wait_for(flow, LambdaFunctionCompleted)
    flow.service.close()


def test_a_function_is_called_when_it_is_on_disk_that_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its effects cannot be taken back."""
    flow, gate = with_functions(tmp_path / "f.db")
    flow.poll_decision()
    disk_works = threading.Event()
    sync = os.fdatasync

    def wait(descriptor: int) -> None:
        assert disk_works.wait(30)
        sync(descriptor)

    monkeypatch.setattr("swf.server.store.database.os.fdatasync", wait)
    decider = threading.Thread(target=lambda: flow.answer(call("f", "gate")))
    decider.start()
    assert not gate.entered.acquire(timeout=0.05)
    disk_works.set()
    assert gate.entered.acquire(timeout=30)
    decider.join(30)
    gate.open.set()
    wait_for(flow, LambdaFunctionCompleted)
    flow.service.close()


def test_a_function_that_ran_when_the_service_stopped_has_failed_when_it_starts_again(tmp_path: Path) -> None:
    """Nobody knows whether it has finished, so it is not called again."""
    flow, gate = with_functions(tmp_path / "f.db")
    flow.decide(call("f", "gate"))
    assert gate.entered.acquire(timeout=30)
    flow.reopen()

    assert flow.news()[-2:] == [LambdaFunctionFailed, DecisionTaskScheduled]
    (failed,) = flow.all_of(LambdaFunctionFailed)
    assert (failed.reason, failed.scheduled_event_id, failed.started_event_id) == ("Interrupted", 5, 6)
    assert gate.calls == 1
    gate.open.set()
    flow.reopen()
    assert len(flow.all_of(LambdaFunctionFailed)) == 1
    flow.service.close()


def test_an_end_that_cannot_be_written_is_told_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.service.calls.REPEAT_AFTER_S", 0.001)
    flow, gate = with_functions(tmp_path / "f.db")
    flow.decide(call("f", "gate"))
    assert gate.entered.acquire(timeout=30)
    refused = []

    def refuse(*arguments: Any) -> None:
        refused.append(arguments)
        raise apsw.FullError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("swf.server.store.changes.Changes.write", refuse)
        gate.open.set()
        while not refused or flow.service.writing.obstacle is None:
            time.sleep(0.001)
    flow.pass_time(1)  # writes are tried again
    wait_for(flow, LambdaFunctionCompleted)
    flow.service.close()


def test_more_functions_than_threads_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.functions.THREADS", 2)
    flow, gate = with_functions()
    flow.decide(*[call(f"f{number}", "gate") for number in range(6)])
    assert gate.entered.acquire(timeout=30)
    assert gate.entered.acquire(timeout=30)
    assert not gate.entered.acquire(timeout=0.05), "a third does not run"
    gate.open.set()
    wait_for(flow, LambdaFunctionCompleted, 6)
    assert gate.calls == 6
    flow.service.close()


@pytest.mark.parametrize("ending", ["timeout", "execution", "service"])
def test_a_function_that_waited_too_long_for_its_thread_is_not_called(
    ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its outcome is in the history already, or nobody is there to hear of one."""
    monkeypatch.setattr("swf.server.functions.THREADS", 1)
    gate, late = functions.Gate(), functions.Gate()
    late.open.set()
    flow = Flow(functions=LocalFunctions({"gate": gate, "late": late}))
    flow.start(lambda_role=ROLE)
    flow.decide(call("f", "gate", start_to_close_timeout="900"), call("g", "late", start_to_close_timeout="5"))
    assert gate.entered.acquire(timeout=30)
    match ending:
        case "timeout":
            flow.pass_time(6)
        case "execution":
            flow.terminate()
        case "service":
            flow.service.close()
    gate.open.set()
    assert not late.entered.acquire(timeout=0.05)


def test_a_function_that_ran_out_of_time_but_was_not_struck_yet_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.functions.THREADS", 1)
    gate, late = functions.Gate(), functions.Gate()
    flow = Flow(functions=LocalFunctions({"gate": gate, "late": late}))
    flow.start(lambda_role=ROLE)
    flow.decide(call("f", "gate", start_to_close_timeout="900"), call("g", "late", start_to_close_timeout="5"))
    assert gate.entered.acquire(timeout=30)
    flow.clock.advance(6)
    gate.open.set()
    assert not late.entered.acquire(timeout=0.05)
    flow.service.close()


def test_functions_that_never_return_hold_no_place_beyond_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.functions.THREADS", 2)
    flow, gate = with_functions()
    flow.decide(*[call(f"f{number}", "gate", start_to_close_timeout="5") for number in range(2)])
    for _ in range(2):
        assert gate.entered.acquire(timeout=30)
    flow.pass_time(6)
    flow.decide(call("g", input="1"))
    assert wait_for(flow, LambdaFunctionCompleted).result == "2"
    gate.open.set()
    flow.decide(*[call(f"h{number}", input="1") for number in range(4)])
    wait_for(flow, LambdaFunctionCompleted, 5)
    flow.service.close()


class Odd:
    """Functions that are not of this package, and tell what no event can hold."""

    def invoke(self, call: FunctionCall, /) -> Returned | Raised:
        match call.name:
            case "returns":
                return Returned("\ud800")
            case "returns much":
                return Returned("x" * 40_000)
            case "tells much":
                return Raised("r" * 300, "d" * 40_000)
        raise ValueError("\ud800")


def test_what_a_function_tells_is_made_to_fit_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.functions.log.exception", lambda *arguments: None)  # pytest cannot pass it on
    flow = Flow(functions=Odd())
    flow.start(lambda_role=ROLE)
    flow.decide(call("f", "returns"))
    assert wait_for(flow, LambdaFunctionCompleted).result == "\\ud800"
    flow.decide(call("f", "returns much"))
    assert wait_for(flow, LambdaFunctionFailed, 1).reason == "ResultTooLong"
    flow.decide(call("f", "tells much"))
    told = wait_for(flow, LambdaFunctionFailed, 2)
    assert (len(told.reason), len(told.details)) == (256, 32_768)
    flow.decide(call("f", "raises"))
    assert wait_for(flow, LambdaFunctionFailed, 3).details == "\\ud800"
    flow.service.close()


def test_an_exception_that_is_no_text_is_told() -> None:
    def surrogate(event: Any, context: Any) -> Any:
        raise ValueError("\ud800")

    flow = Flow(functions=LocalFunctions({"f": surrogate}))
    flow.start(lambda_role=ROLE)
    flow.decide(call("f", "f"))
    assert "\\ud800" in wait_for(flow, LambdaFunctionFailed).details
    flow.service.close()


def test_an_end_that_is_refused_though_writes_go_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.service.calls.REPEAT_AFTER_S", 0.001)
    flow, gate = with_functions()
    flow.decide(call("f", "gate", start_to_close_timeout="5"))
    assert gate.entered.acquire(timeout=30)
    given_up = threading.Event()

    def refuse(*arguments: Any) -> None:
        raise ValueError("no rule for this")

    monkeypatch.setattr("swf.server.service.functions.end_function", refuse)
    monkeypatch.setattr("swf.server.service.calls.log.error", lambda *arguments: given_up.set())
    gate.open.set()
    assert given_up.wait(30)
    flow.pass_time(6)
    assert len(flow.all_of(LambdaFunctionTimedOut)) == 1
    flow.service.close()


def test_functions_are_named_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = LocalFunctions.named(["me=tests.service.functions:name_itself"])
    flow = Flow(functions=named)
    flow.start(lambda_role=ROLE)
    flow.decide(call("f", "me"))
    assert wait_for(flow, LambdaFunctionCompleted).result == '"me"'
    flow.service.close()
    for option in ("x", "x=", "x=nowhere:f", "x=tests.service.functions:nothing", "=tests.service.functions:fail"):
        with pytest.raises(NoSuchFunction):
            LocalFunctions.named([option])
    assert main([str(tmp_path / "f.db"), "--lambda", "x=nowhere:f"]) == 1
    assert "error: no function nowhere:f for Lambda function 'x'" in capsys.readouterr().err
