"""Retry policies with their waits, and workflows that decide themselves what a failure means."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from simpleflow import RetryPolicy, TaskFailureContext, Workflow, activity, format, futures
from simpleflow.dispatch import failure
from simpleflow.exceptions import ExecutionBlocked, TaskException, TaskFailed, TimeoutError
from simpleflow.swf.process.worker import last_words
from simpleflow.task import ActivityTask, WorkflowTask
from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.causes import Cause
from swf.protocol.events import StartChildWorkflowExecutionFailed
from tests.replay.bed import LIST, Bed
from tests.replay.test_children import Child
from tests.replay.test_corners import feed, refused
from tests.replay.test_run import echo, fails, flow, other, strict

NEVER: dict[str, Any] = dict.fromkeys(
    ("start_to_close_timeout", "schedule_to_close_timeout", "schedule_to_start_timeout", "heartbeat_timeout")
)


class Refused(OSError):
    pass


def retrying(policy: RetryPolicy | int, **more: Any) -> Any:
    def retried(x: Any) -> Any:
        return x

    return activity.with_attributes(name=f"{__name__}.retried", retry=policy, **{**NEVER, **more})(retried)


def delays(bed: Bed) -> list[int]:
    """Seconds of the timers between attempts, in order."""
    return [
        int(each.start_to_fire_timeout)
        for answer in bed.answers
        for each in answer
        if isinstance(each, d.StartTimer) and each.timer_id.startswith("__simpleflow_task_")
    ]


@pytest.mark.parametrize("evict", [False, True])
def test_attempts_wait_twice_as_long_each_time_on_a_timer_that_names_the_task(evict: bool) -> None:
    task = retrying(RetryPolicy(max_attempts=5, backoff=2, max_delay=10))

    def run(self: Workflow) -> Any:
        return self.submit(task, 1).result

    bed = Bed(flow(run), evict=evict, outcomes=fails("-1", times=4))
    began = bed.clock.now()
    assert bed.finish() == 1
    assert delays(bed) == [2, 4, 8, 10]
    assert bed.clock.now() - began >= 24
    timers = {timer.id for timer in bed.execution().timers.values()}
    assert timers == {f"__simpleflow_task_activity-{__name__}.retried-1"}


def test_after_the_last_attempt_the_task_has_failed() -> None:
    task = retrying(RetryPolicy(max_attempts=2, backoff=0), raises_on_failure=True)

    def run(self: Workflow) -> Any:
        with pytest.raises(TaskException):
            self.submit(task, 1).wait()

    bed = Bed(flow(run), outcomes=fails("-1"))
    bed.finish()
    assert delays(bed) == []
    assert len(bed.calls) == 2


def test_the_timer_of_a_long_id_is_shortened() -> None:
    policy = RetryPolicy(max_attempts=2)
    task = activity.with_attributes(name="a" * 240, retry=policy, **NEVER)(lambda x: x)

    def run(self: Workflow) -> Any:
        return self.submit(task, 1).result

    bed = Bed(flow(run), outcomes=fails("-1", times=1))
    assert bed.finish() == 1
    (timer,) = bed.execution().timers.values()
    assert len(timer.id) == 256


def test_jitter_spreads_what_failed_together_and_is_the_same_in_every_replay() -> None:
    task = retrying(RetryPolicy(max_attempts=2, backoff=100, jitter=0.5))

    def run(self: Workflow) -> Any:
        return futures.wait(*self.map(task, range(8)))

    bed = Bed(flow(run), outcomes=fails(*["-1", "-2", "-3", "-4", "-5", "-6", "-7", "-8"], times=1))
    assert bed.finish() == list(range(8))
    assert len(set(delays(bed))) > 4
    assert all(50 <= each <= 150 for each in delays(bed))


def worker_says(*errors: BaseException) -> Any:
    """Outcomes: the errors as a worker tells them, then the argument."""
    left = list(errors)

    def work(bed: Bed) -> None:
        task = bed.client.call(o.PollForActivityTask(domain="d", task_list=LIST))
        assert task.task_token is not None
        if left:
            outcome = failure(left.pop(0))
            bed.client.call(
                o.RespondActivityTaskFailed(task_token=task.task_token, reason=outcome.reason, details=outcome.details)
            )
        else:
            bed.client.call(o.RespondActivityTaskCompleted(task_token=task.task_token, result='"done"'))

    return work


def ended(policy: RetryPolicy, *errors: BaseException) -> Any:
    """How a task ends whose worker meets the errors one after the other."""
    task = retrying(policy)

    def run(self: Workflow) -> Any:
        future = self.submit(task, 1)
        said = future.exception
        return str(getattr(said, "failure", said)) if said else future.result

    bed = Bed(flow(run))
    work = worker_says(*errors)
    for _ in range(30):
        while bed.decide():
            bed.service.tick()
        closed = bed.execution().closed
        if closed is not None:
            return closed.attributes.result  # type: ignore[attr-defined]
        with contextlib.suppress(AssertionError):
            work(bed)
            continue
        at = bed.service.next_wake()
        assert at is not None
        bed.clock.set(max(at, bed.clock.now()))
        bed.service.tick()
    raise AssertionError("it did not come to an end")


@pytest.mark.parametrize("named", [[OSError], "OSError", ["builtins.OSError"], (Refused,), "Refused", OSError])
def test_only_some_exceptions_are_worth_another_attempt(named: Any) -> None:
    """A class stands for its subclasses, which the worker names."""
    policy = RetryPolicy(retry_on=named, backoff=0)
    assert ended(policy, Refused("busy"), Refused("busy")) == '"done"'
    assert "KeyError: 'x'" in ended(policy, Refused("busy"), KeyError("x"))


def test_some_exceptions_are_not_worth_it_and_that_counts_more() -> None:
    policy = RetryPolicy(retry_on=[OSError], give_up_on=[Refused], backoff=0)
    assert ended(policy, OSError("busy"), OSError("busy")) == '"done"'
    assert "Refused: no" in ended(policy, OSError("busy"), Refused("no"))


@pytest.mark.parametrize(("on_timeout", "attempts"), [(True, 3), (False, 1), ("HEARTBEAT", 1), (["START_TO_CLOSE"], 3)])
def test_timeouts_are_worth_another_attempt_or_not(on_timeout: Any, attempts: int) -> None:
    task = retrying(RetryPolicy(on_timeout=on_timeout, backoff=0), start_to_close_timeout=10)

    def run(self: Workflow) -> Any:
        exception = self.submit(task, 1).exception
        assert isinstance(exception, TimeoutError)
        return exception.timeout_type

    bed = Bed(flow(run))
    count = 0
    while bed.execution().is_open:
        while bed.decide():
            bed.service.tick()
        count += bed.client.call(o.PollForActivityTask(domain="d", task_list=LIST)).task_token is not None
        bed.clock.advance(11)
        bed.service.tick()
    assert count == attempts


def test_a_task_cancelled_between_attempts_is_not_tried_again() -> None:
    task = retrying(RetryPolicy(max_attempts=5, backoff=100))

    def run(self: Workflow) -> Any:
        future = self.submit(task, 1)
        self.sleep(10)
        future.cancel()
        self.sleep(200)
        return future.cancelled

    bed = Bed(flow(run), outcomes=fails("-1"))
    assert bed.finish() is True
    assert len(bed.calls) == 1
    states = {timer.id.partition("-")[0]: timer.state for timer in bed.execution().timers.values()}
    assert states == {"__simpleflow_task_activity": "canceled", "_simpleflow_sleep": "fired"}


@pytest.mark.parametrize("fired", [1, 2])
def test_a_task_submitted_later_than_recorded_finds_its_attempts_and_their_timers(fired: int) -> None:
    task = retrying(RetryPolicy(max_attempts=4, backoff=5))

    def first(self: Workflow) -> Any:
        future = self.submit(task, 1)
        self.submit(self.wait_signal("go")).wait()
        return future.result

    def then(self: Workflow) -> Any:
        self.submit(self.wait_signal("go")).wait()
        return self.submit(task, 1).result

    bed = Bed(flow(first), strict=False, compare=False, outcomes=fails("-1", times=3))
    bed.settle()
    for _ in range(fired):
        at = bed.service.next_wake()
        assert at is not None
        bed.clock.set(at)
        bed.service.tick()
        bed.settle()
    bed.kill()
    bed.workflow = flow(then)
    bed.signal("go")
    assert bed.finish() == 1
    assert delays(bed) == [5, 10, 20]
    assert len(bed.calls) == 4


def test_a_child_has_policies_too() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(Patient, 1).result

    bed = Bed(flow(run), outcomes=fails("strict-1", times=2))
    assert bed.finish() == 1
    assert delays(bed) == [1, 2]


def test_what_left_run_of_a_child_is_known_by_its_name() -> None:
    def run(self: Workflow) -> Any:
        return str(self.submit(Hopeless, 1, "raise").exception)

    bed = Bed(flow(run))
    assert "KeyError(1)" in bed.finish()
    assert delays(bed) == [1]


class Hopeless(Child):
    name, raises_on_failure, retry = "hopeless", False, RetryPolicy(max_attempts=2, retry_on=[KeyError])


class Patient(Child):
    name, retry = "patient", RetryPolicy(backoff=1, retry_on=[TaskException])

    def run(self, x: Any, how: str = "") -> Any:
        return self.submit(strict, x).result


# A policy is a checked value


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"max_attempts": 0}, ValueError, "max_attempts is 0; it counts the first attempt"),
        ({"max_attempts": 1.5}, ValueError, "max_attempts is 1.5"),
        ({"max_attempts": True}, ValueError, "max_attempts is True"),
        ({"backoff": -1}, ValueError, "backoff is -1; it may be a number from 0"),
        ({"backoff": "5"}, ValueError, "backoff is '5'"),
        ({"factor": 0.5}, ValueError, "factor is 0.5; it may be a number from 1"),
        ({"max_delay": 10**9}, ValueError, "max_delay is 1000000000"),
        ({"jitter": 2}, ValueError, "jitter is 2; it is a part of the delay"),
        ({"retry_on": [5]}, TypeError, "retry_on has 5; it may have exception classes"),
        ({"give_up_on": [int]}, TypeError, "give_up_on has <class 'int'>"),
        ({"on_timeout": "NEVER"}, ValueError, "on_timeout has 'NEVER'; it may be a bool or some of"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(given: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        RetryPolicy(**given)


def test_a_policy_is_a_value() -> None:
    assert RetryPolicy(retry_on=OSError) == RetryPolicy(retry_on=[OSError])
    assert hash(RetryPolicy(on_timeout=["HEARTBEAT"])) == hash(RetryPolicy(on_timeout="HEARTBEAT"))
    with pytest.raises(AttributeError):
        RetryPolicy().max_attempts = 5  # type: ignore[misc]
    assert RetryPolicy(backoff=1e7, max_delay=1e7, factor=1e7, max_attempts=10**6).delay_s(10**5) == 10**7
    with pytest.raises(ValueError, match="retry is -1"):
        activity.with_attributes(name="x", retry=-1)(echo.callable)
    with pytest.raises(TypeError, match="retry is '3'"):
        activity.with_attributes(name="x", retry="3")(echo.callable)  # type: ignore[arg-type]


# on_task_failure


def deciding(decide: Any, run: Any, **more: Any) -> type[Workflow]:
    return flow(run, on_task_failure=lambda self, context: decide(self, context), **more)


def one_task(self: Workflow) -> Any:
    future = self.submit(echo, 1)
    return [future.result, future.state, str(future.exception)]


@pytest.mark.parametrize(
    ("decide", "outcome"),
    [
        (lambda self, c: None, [None, "FINISHED", "echo-1 failed: no 1"]),
        (lambda self, c: c, [None, "FINISHED", "echo-1 failed: no 1"]),
        (lambda self, c: c.decide_abort(), [None, "FINISHED", "echo-1 failed: no 1"]),
        (lambda self, c: c.decide_ignore(), [None, "FINISHED", "None"]),
        (lambda self, c: c.decide_cancel(), [None, "CANCELLED", "None"]),
        (lambda self, c: c.decide_retry(), [1, "FINISHED", "None"]),
        (lambda self, c: c.decide_retry(30), [1, "FINISHED", "None"]),
        (lambda self, c: c.decide_handled(c.a_task), [None, "FINISHED", "None"]),
        (lambda self, c: c.decide_handled(ActivityTask(other, 5)), [5, "FINISHED", "None"]),
        (lambda self, c: c.decide_handled(c.a_task, self.submit(other, 6)), [6, "FINISHED", "None"]),
        (lambda self, c: c.decide_handled(WorkflowTask(Child, 7)), [7, "FINISHED", "None"]),
    ],
)
@pytest.mark.parametrize("evict", [False, True])
def test_the_workflow_decides_what_a_failure_means(decide: Any, outcome: list[Any], evict: bool) -> None:
    bed = Bed(deciding(decide, one_task), evict=evict, outcomes=fails("echo-1", times=1))
    result = bed.finish()
    assert [*result[:2], result[2].rpartition(".")[2]] == outcome


def test_the_context_tells_of_the_failure() -> None:
    seen: list[TaskFailureContext] = []

    def decide(self: Workflow, context: TaskFailureContext) -> Any:
        seen.append(context)
        return context.decide_retry(5) if context.retry_count == 0 else None

    def run(self: Workflow) -> Any:
        return str(self.submit(echo, 1).exception)

    bed = Bed(deciding(decide, run), compare=False)
    work = worker_says(Refused("first"), KeyError("second"))
    while bed.decide():
        bed.service.tick()
    work(bed)
    bed.settle()
    bed.clock.advance(5)
    bed.service.tick()
    bed.decide()
    work(bed)
    bed.finish()
    first, second = seen
    id = f"activity-{'tests.replay.test_run'}.echo-1"
    assert (first.id, first.task_name, first.payload) == (id, "tests.replay.test_run.echo", echo)
    assert (first.attempt_number, first.retry_count, second.attempt_number, second.retry_count) == (1, 0, 2, 1)
    assert (first.task_error, first.task_message, first.task_error_type) == ("Refused", "first", Refused)
    assert first.exception_class is TaskFailed
    assert first.reason == "Refused: first"
    assert first.details["error"] == "Refused"
    assert first.event["state"] == "failed"
    assert (first.event["retry"], second.event["retry"]) == (0, 1)
    assert first.history.activities[id]["state"] == "failed"
    assert 0 < first.last_completed_decision_id < first.current_started_decision_id
    assert "attempt 1" in repr(first)


def test_a_retry_may_have_other_arguments() -> None:
    def decide(self: Workflow, context: TaskFailureContext) -> Any:
        context.a_task.args = ["other"]
        return context.decide_retry()

    assert Bed(deciding(decide, one_task), outcomes=fails("echo-1", times=1)).finish()[0] == "other"


def test_failures_of_children_are_put_to_the_workflow_too() -> None:
    def decide(self: Workflow, context: TaskFailureContext) -> Any:
        assert context.event["type"] == "child_workflow"
        assert context.task_name == "child"
        return context.decide_ignore()

    def run(self: Workflow) -> Any:
        return self.submit(Child, 1, "raise").result

    assert Bed(deciding(decide, run)).finish() is None


def test_an_abort_raises_where_the_task_does() -> None:
    def run(self: Workflow) -> Any:
        self.submit(strict, 1).wait()

    bed = Bed(deciding(lambda self, context: context.decide_abort(), run), outcomes=fails("strict-1"))
    with pytest.raises(AssertionError, match="Workflow execution error in task"):
        bed.finish()


def test_a_wait_that_no_timer_can_wait_is_refused() -> None:
    bed = Bed(deciding(lambda self, context: context.decide_retry(-1), one_task), outcomes=fails("echo-1"))
    with pytest.raises(AssertionError, match="wait_seconds is -1; it may be a number from 0"):
        bed.finish()


def test_a_hook_that_waits_or_raises_fails_the_execution() -> None:
    def wait(self: Workflow, context: TaskFailureContext) -> Any:
        self.submit(echo, 2).wait()

    def wrong(self: Workflow, context: TaskFailureContext) -> Any:
        raise KeyError("wrong")

    for hook, match in ((wait, "only the code of a running workflow can wait"), (wrong, "workflow decision failed")):
        bed = Bed(deciding(hook, one_task), outcomes=fails("echo-1"))
        with pytest.raises(AssertionError, match=match):
            bed.finish()
    assert issubclass(ExecutionBlocked, Exception)


def test_timeouts_are_failures_as_well() -> None:
    def decide(self: Workflow, context: TaskFailureContext) -> Any:
        assert context.exception_class is TimeoutError
        return context.decide_retry()

    bed = Bed(deciding(decide, one_task))
    while bed.decide():
        bed.service.tick()
    bed.clock.advance(400)
    bed.service.tick()
    assert bed.finish()[0] == 1


@pytest.mark.parametrize("evict", [False, True])
def test_an_attempt_hears_what_one_that_has_died_had_said(evict: bool) -> None:
    """As after a timeout; an attempt that has failed by itself has nothing to hand on."""
    task = retrying(2)

    def run(self: Workflow) -> Any:
        return self.submit(task, 1).result

    bed = Bed(flow(run), evict=evict)
    heard = []
    for reason, details in (("process 1 died", last_words('{"page":7}')), ("ValueError: no", '{"error":"ValueError"}')):
        bed.decide()
        bed.decide()
        poll = bed.client.call(o.PollForActivityTask(domain="d", task_list=LIST))
        heard.append(format.decode(poll.input)["meta"]["simpleflow"].get("last_details"))
        assert poll.task_token is not None
        bed.client.call(o.RespondActivityTaskFailed(task_token=poll.task_token, reason=reason, details=details))
    bed.decide()
    poll = bed.client.call(o.PollForActivityTask(domain="d", task_list=LIST))
    heard.append(format.decode(poll.input)["meta"]["simpleflow"].get("last_details"))
    assert heard == [None, '{"page":7}', None]


def test_a_refused_start_is_put_to_the_workflow_too() -> None:
    """It has no attempt, so nothing is tried again unless the workflow says so."""
    seen: list[TaskFailureContext] = []

    def decide(self: Workflow, context: TaskFailureContext) -> Any:
        seen.append(context)
        return context.decide_retry() if context.attempt_number == 1 else context.decide_ignore()

    def run(self: Workflow) -> Any:
        task = self.submit(echo, 1)
        return [task.result, task.exception]

    history, decisions = feed(deciding(decide, run))
    first = decisions[0].activity_id
    decisions = history.go_on(refused(Cause.DEFAULT_TASK_LIST_UNDEFINED, first))
    assert [(type(each), each.activity_id) for each in decisions] == [(d.ScheduleActivityTask, first)]
    decisions = history.go_on(refused(Cause.DEFAULT_TASK_LIST_UNDEFINED, first))
    assert decisions[0].result == "[null,null]"
    assert [each.reason for each in seen] == ["DEFAULT_TASK_LIST_UNDEFINED"] * 2
    assert (seen[0].event["state"], seen[0].event["cause"]) == ("schedule_failed", "DEFAULT_TASK_LIST_UNDEFINED")
    assert seen[0].history.activities[first]["state"] == "schedule_failed"


def test_a_refused_start_of_a_child_is_put_to_the_workflow_too() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(Child, 1).exception

    history, decisions = feed(deciding(lambda self, context: context.decide_ignore(), run))
    refusal = StartChildWorkflowExecutionFailed(
        workflow_type=decisions[0].workflow_type,
        cause=Cause.WORKFLOW_TYPE_DEPRECATED,
        workflow_id=decisions[0].workflow_id,
        initiated_event_id=0,
        decision_task_completed_event_id=4,
    )
    assert history.go_on(refusal)[0].result == "null"
