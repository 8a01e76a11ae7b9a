"""Continue as new, and what cancel requests, signals and refusals do to a run that is over."""

from __future__ import annotations

from typing import Any

import pytest

from simpleflow import Workflow, futures
from simpleflow.replay import options
from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.causes import Cause
from swf.protocol.events import WorkflowExecutionContinuedAsNew, WorkflowExecutionFailed, WorkflowExecutionStarted
from swf.protocol.limits import Bucket
from swf.protocol.values import WorkflowType
from swf.server import Rates
from tests.replay.bed import Bed
from tests.replay.test_children import Child
from tests.replay.test_run import echo, flow


def countdown(self: Workflow, n: int = 3, log: Any = ()) -> Any:
    log = [*log, self.submit(echo, n).result]
    if n:
        futures.wait(self.submit(self.continue_as_new(n - 1, log=log)))
        raise AssertionError("the run has ended")
    return log


def continuations(bed: Bed) -> list[d.ContinueAsNewWorkflowExecution]:
    return [each for answer in bed.answers for each in answer if isinstance(each, d.ContinueAsNewWorkflowExecution)]


@pytest.mark.parametrize("evict", [False, True])
def test_a_run_goes_on_in_a_new_one_with_other_arguments(evict: bool) -> None:
    bed = Bed(flow(countdown), evict=evict)
    assert bed.finish() == [3, 2, 1, 0]
    assert next(each.input for each in continuations(bed)) == '{"args":[2],"kwargs":{"log":[3]}}'


def test_the_next_run_has_the_timeouts_task_list_tags_and_priority_of_this_one() -> None:
    def run(self: Workflow, n: int = 1) -> Any:
        if n:
            self.submit(self.continue_as_new(0)).wait()
        return "end"

    bed = Bed(flow(run))
    bed.client.call(o.TerminateWorkflowExecution(domain="d", workflow_id="x"))
    type = WorkflowType(name="w", version="1")
    started = bed.client.call(
        o.StartWorkflowExecution(
            domain="d",
            workflow_id="x",
            workflow_type=type,
            tag_list=("a", "b"),
            task_priority="4",
            execution_start_to_close_timeout="77",
            task_start_to_close_timeout="33",
            input='{"args":[],"kwargs":{},"__extra":{"class":"some.Class"}}',
        )
    )
    assert started.run_id is not None
    bed.name = type_name(bed, started.run_id)
    first = bed.events()[0].attributes
    assert bed.finish() == "end"
    second = bed.events()[0].attributes
    assert isinstance(first, WorkflowExecutionStarted)
    assert isinstance(second, WorkflowExecutionStarted)
    for each in ("tag_list", "task_priority", "execution_start_to_close_timeout", "task_start_to_close_timeout"):
        assert getattr(first, each) == getattr(second, each), each
    assert (first.task_list, first.child_policy) == (second.task_list, second.child_policy)
    assert second.continued_execution_run_id == started.run_id
    assert second.input == '{"__extra":{"class":"some.Class"},"args":[0],"kwargs":{}}'


def type_name(bed: Bed, run_id: str) -> Any:
    from swf.protocol.values import WorkflowExecution

    return WorkflowExecution(workflow_id="x", run_id=run_id)


def test_the_next_run_has_the_version_of_the_class_and_the_tags_that_it_gives() -> None:
    def run(self: Workflow, n: int = 1) -> Any:
        if n:
            self.submit(self.continue_as_new(0)).wait()
        return self.get_run_context()["version"], self.get_run_context()["tag_list"]

    bed = Bed(flow(run, version="2", get_tag_list=staticmethod(lambda n: [f"n{n}"])))
    assert bed.finish() == ["2", ["n0"]]
    assert [type.version for type in bed.registered] == ["2"], "the type was not known"
    assert len(continuations(bed)) == 2


def test_it_is_carried_out_when_run_waits_for_it_or_returns_and_not_before() -> None:
    def run(self: Workflow, n: int = 1) -> Any:
        if not n:
            return "end"
        again = self.submit(self.continue_as_new(0))
        assert self.submit(self.continue_as_new(9)) is again, "the first one counts"
        self.submit(echo, 1).wait()
        return "not this"

    bed = Bed(flow(run))
    assert bed.finish() == "end"
    assert bed.calls == ["activity-tests.replay.test_run.echo-1"]


def test_futures_among_the_arguments_are_waited_for() -> None:
    def run(self: Workflow, n: Any = None) -> Any:
        if n is not None:
            return n
        self.submit(self.continue_as_new(self.submit(echo, [5]))).wait()
        return None

    assert Bed(flow(run)).finish() == [5]


def test_a_cancelled_wish_to_continue_is_none() -> None:
    def run(self: Workflow) -> Any:
        self.submit(self.continue_as_new()).cancel()
        return "end"

    assert Bed(flow(run)).finish() == "end"


def test_arguments_of_the_next_run_that_are_no_json_fail_this_one() -> None:
    def run(self: Workflow) -> Any:
        self.submit(self.continue_as_new(object())).wait()

    with pytest.raises(AssertionError, match="the arguments of the next run cannot be sent"):
        Bed(flow(run), compare=False).finish()


def test_a_child_that_continues_as_new_is_one_child_to_its_parent() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(Counting, 3).result

    bed = Bed(flow(run))
    assert bed.finish() == "counted"
    assert len(continuations(bed)) == 3


class Counting(Child):
    name = "counting"

    def run(self, x: Any, how: str = "") -> Any:
        if x:
            self.submit(self.continue_as_new(x - 1)).wait()
        return "counted"


def test_a_long_history_asks_for_a_new_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert options.CONTINUE_AT_EVENTS == 10_000
    monkeypatch.setattr("simpleflow.replay.engine.CONTINUE_AT_EVENTS", 60)

    def run(self: Workflow, n: int = 0) -> Any:
        done = 0
        while n < 30:
            if self.should_continue_as_new:
                self.submit(self.continue_as_new(n)).wait()
            self.submit(echo, n).wait()
            n, done = n + 1, done + 1
        return done

    bed = Bed(flow(run), options={"max_decisions": 10})
    assert bed.finish() < 30
    assert len(bed.events()) < 80


# A run that is over, and what still happens


def over(again: Any) -> Bed:
    """A run that is about to continue, with a decision task in hand."""

    def run(self: Workflow, n: int = 1) -> Any:
        if n:
            self.submit(self.wait_signal("end")).wait()
            self.submit(self.continue_as_new(n - 1)).wait()
        return "end"

    bed = Bed(flow(run, **again))
    bed.settle()
    bed.signal("end")
    return bed


def test_a_cancel_request_that_comes_when_the_run_continues_is_obeyed() -> None:
    """Else it would vanish with the run."""
    hooks: list[str] = []

    def on_canceled(self: Workflow, history: Any) -> None:
        hooks.append("canceled")

    bed = over({"on_canceled": on_canceled})
    bed.compare = False  # hooks of both runs would be heard
    task = bed.poll()
    bed.cancel()
    bed.decide(task)
    assert bed.execution().is_open
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert closed.type == "WorkflowExecutionCanceled"
    assert hooks == ["canceled"]


def test_one_that_the_workflow_refuses_does_not_keep_it_from_continuing() -> None:
    bed = over({"should_cancel": lambda self, history: False})
    task = bed.poll()
    bed.cancel()
    bed.decide(task)
    assert bed.finish() == "end"


def test_signals_that_were_never_waited_for_are_named_when_the_run_continues() -> None:
    bed = over({})
    task = bed.poll()
    bed.signal("late")
    bed.decide(task)
    assert bed.finish() == "end"
    assert [finding for finding in bed.findings if "lost" in finding] == []
    bed = over({})
    bed.signal("early")
    assert bed.finish() == "end"
    assert [finding for finding in bed.findings if "early" in finding]


def test_a_cancel_request_that_comes_when_the_work_is_done_is_too_late() -> None:
    def run(self: Workflow) -> Any:
        self.submit(self.wait_signal("end")).wait()
        return "done"

    bed = Bed(flow(run))
    bed.settle()
    bed.signal("end")
    task = bed.poll()
    bed.cancel()
    bed.decide(task)
    assert bed.finish() == "done"
    assert sum(isinstance(each, d.CompleteWorkflowExecution) for answer in bed.answers for each in answer) == 2


def test_what_is_not_sent_when_the_run_continues_is_told() -> None:
    def run(self: Workflow, n: int = 1) -> Any:
        if n:
            self.submit(Child, 1)
            self.submit(self.start_timer("patience", 5))
            self.submit(self.record_marker("m"))
            self.submit(self.continue_as_new(0)).wait()
        return "end"

    bed = Bed(flow(run))
    assert bed.finish() == "end"
    (finding,) = bed.findings
    assert "never sent: workflow-child-" in finding
    assert "patience" in finding
    assert [type(each).__name__ for each in bed.answers[0]] == ["RecordMarker", "ContinueAsNewWorkflowExecution"]


def test_a_type_that_cannot_be_registered_or_is_deprecated_fails_the_run() -> None:
    bed = Bed(flow(countdown, version="9"))
    bed.register = lambda _type: None  # type: ignore[method-assign]
    with pytest.raises(AssertionError, match="cannot continue as new: WORKFLOW_TYPE_DOES_NOT_EXIST"):
        bed.finish()
    assert len(continuations(bed)) == 4
    bed = Bed(flow(countdown))
    bed.client.call(o.DeprecateWorkflowType(domain="d", workflow_type=WorkflowType(name="w", version="1")))
    with pytest.raises(AssertionError, match="cannot continue as new: WORKFLOW_TYPE_DEPRECATED"):
        bed.finish()


def test_a_run_that_continues_too_often_waits_a_while() -> None:
    bed = Bed(flow(countdown))
    bed.service.rates = Rates(requests={}, decisions={"ContinueAsNewWorkflowExecution": Bucket(1, 1)})
    assert bed.finish() == [3, 2, 1, 0]
    causes: list[Any] = []
    name = bed.name
    while True:
        events = bed.events(name)
        causes += [getattr(event.attributes, "cause", None) for event in events]
        started = events[0].attributes
        assert isinstance(started, WorkflowExecutionStarted)
        if not started.continued_execution_run_id:
            break
        name = type_name(bed, started.continued_execution_run_id)
    assert Cause.CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED in causes


def test_a_failure_to_continue_is_told_to_the_hooks() -> None:
    told: list[str] = []

    def on_failure(self: Workflow, history: Any, reason: str, details: Any = None) -> None:
        told.append(reason)

    bed = Bed(flow(countdown, on_failure=on_failure), compare=False)
    bed.client.call(o.DeprecateWorkflowType(domain="d", workflow_type=WorkflowType(name="w", version="1")))
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert isinstance(closed.attributes, WorkflowExecutionFailed)
    assert told == [closed.attributes.reason]
    assert not isinstance(closed.attributes, WorkflowExecutionContinuedAsNew)


# Cancellation with its parts


def test_a_run_that_waits_for_cancel_requests_cleans_up_and_ends_as_it_likes() -> None:
    def run(self: Workflow) -> Any:
        request = self.submit(self.wait_cancel_request())
        work = self.submit(self.wait_signal("work"))
        futures.wait(request, work, return_when=futures.FIRST_COMPLETED)
        return self.submit(echo, "cleaned up").result if request.done else "worked"

    asked: list[Any] = []

    def on_completed(self: Workflow, history: Any) -> None:
        asked.append((history.cancel_requested_id, history.cancel_requested))

    bed = Bed(flow(run, on_completed=on_completed))
    bed.settle()
    bed.cancel()
    assert bed.finish() == "cleaned up"
    request = next(event for event in bed.events() if event.type == "WorkflowExecutionCancelRequested")
    assert set(asked) == {(request.id, True)}


def test_a_cancelled_parent_leaves_its_children_to_the_requests_it_has_made() -> None:
    """CancelWorkflowExecution is a decision as others: no child policy applies."""

    def run(self: Workflow) -> Any:
        request = self.submit(self.wait_cancel_request())
        child = self.submit(Waiting, 1)
        request.wait()
        child.cancel()
        return "canceled the child"

    bed = Bed(flow(run))
    bed.settle()
    bed.cancel()
    assert bed.finish() == "canceled the child"
    bed.settle()
    assert bed.open_ids() == []


class Waiting(Child):
    name = "waiting"

    def run(self, x: Any, how: str = "") -> Any:
        self.submit(self.wait_signal("never")).wait()
