"""Signals to other executions, and how received ones go on to parents and children."""

from __future__ import annotations

from typing import Any

import pytest

from simpleflow import Workflow, futures
from simpleflow.exceptions import NonDeterminismError, TaskFailed
from swf.protocol import decisions as d
from swf.protocol.causes import Cause
from swf.protocol.decisions import SignalExternalWorkflowExecution
from swf.protocol.limits import Bucket
from swf.server import Rates
from tests.replay.bed import Bed
from tests.replay.test_run import echo, flow


def sent(bed: Bed) -> list[tuple[str, str]]:
    """Target and name of all signals that were sent, in order."""
    return [
        (each.workflow_id, each.signal_name)
        for answer in bed.answers
        for each in answer
        if isinstance(each, SignalExternalWorkflowExecution)
    ]


class Listener(Workflow):
    """Listens under the id it is given."""

    name, version, task_list = "listener", "1", "bed"

    @staticmethod
    def get_workflow_id(id: str) -> str:
        return id

    def run(self, id: str) -> Any:
        return self.submit(self.wait_signal("go")).result


class Deaf(Listener):
    """Never sends anything up."""

    name, propagate_signals_to_parent = "deaf", False

    def run(self, id: str) -> Any:
        self.submit(self.signal("go")).wait()
        return self.submit(self.wait_signal("end")).result


class Middle(Listener):
    """Has a child of its own, and hears what goes through it."""

    name = "middle"

    def run(self, id: str) -> Any:
        child = self.submit(Listener, f"{id}-child")
        return [self.submit(self.wait_signal("go")).result["args"], child.result["args"]]


class Calling(Listener):
    """Signals itself, and so its parent, when it is told to."""

    name = "calling"

    def run(self, id: str) -> Any:
        self.submit(self.wait_signal("call")).wait()
        self.submit(self.signal("go", id)).wait()
        return id


@pytest.mark.parametrize("evict", [False, True])
def test_a_signal_reaches_another_execution_in_its_wire_form(evict: bool) -> None:
    def run(self: Workflow) -> Any:
        child = self.submit(Listener, "ear")
        self.sleep(1)
        signal = self.submit(self.signal("go", 1, workflow_id="ear", propagate=False, answer="yes"))
        assert signal.pending
        value = signal.result
        assert value == {"args": [1], "kwargs": {"answer": "yes"}, "__propagate": False}
        return [value == child.result, signal.state]

    assert Bed(flow(run), evict=evict).finish() == [True, "FINISHED"]


def test_a_signal_without_target_is_one_to_the_run_itself() -> None:
    def run(self: Workflow) -> Any:
        wait = self.submit(self.wait_signal("go"))
        self.submit(self.signal("go", self.submit(echo, 5)))
        return wait.result["args"]

    bed = Bed(flow(run))
    assert bed.finish() == [5], "futures among the arguments are waited for"
    (decision,) = [
        each for answer in bed.answers for each in answer if isinstance(each, d.SignalExternalWorkflowExecution)
    ]
    assert (decision.workflow_id, decision.run_id) == ("x", bed.name.run_id)


def test_the_same_signal_is_sent_once_unless_the_workflow_wants_otherwise() -> None:
    def run(self: Workflow) -> Any:
        first = self.submit(self.signal("go", 1, propagate=False))
        again = self.submit(self.signal("go", 1, propagate=False))
        assert again is first
        futures.wait(first)
        assert self.submit(self.signal("go", 2, propagate=False)) is first
        each = [self.submit(self.signal("go", n, propagate=False, idempotent=False)) for n in (3, 4)]
        futures.wait(*each)
        return [self.submit(self.next_signal("go")).result["args"] for _ in range(3)]

    bed = Bed(flow(run))
    assert bed.finish() == [[1], [3], [4]]


def test_a_signal_to_nobody_fails_and_names_the_cause() -> None:
    def run(self: Workflow) -> Any:
        exception = self.submit(self.signal("go", workflow_id="nobody")).exception
        assert isinstance(exception, TaskFailed)
        return [exception.name, exception.reason]

    assert Bed(flow(run)).finish() == ["go", "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"]


def test_a_received_signal_goes_to_the_children_once() -> None:
    def run(self: Workflow) -> Any:
        children = [self.submit(Middle, "a"), self.submit(Listener, "b")]
        return [each.result for each in children]

    bed = Bed(flow(run))
    bed.settle()
    bed.signal("go", {"args": [7], "kwargs": {}, "__propagate": True})
    bed.settle()
    (a, b) = bed.finish()
    assert (a, b) == ([[7], [7]], {"args": [7], "kwargs": {}, "__propagate": True})
    assert sent(bed) == [("a", "go"), ("b", "go"), ("a-child", "go")], "nothing goes back"


def test_a_signal_of_a_child_goes_up_and_to_its_siblings_but_not_back() -> None:
    def run(self: Workflow) -> Any:
        children = [self.submit(Calling, "a"), self.submit(Listener, "b")]
        mine = self.submit(self.wait_signal("go")).result["args"]
        return [mine, children[0].result, children[1].result["args"]]

    bed = Bed(flow(run))
    bed.settle()
    bed.signal("call", workflow_id="a")
    assert bed.finish() == [["a"], "a", ["a"]]
    assert sent(bed) == [("a", "go"), ("x", "go"), ("b", "go")]


def test_nothing_goes_on_that_does_not_say_so() -> None:
    def run(self: Workflow) -> Any:
        self.submit(Listener, "a")
        self.submit(self.wait_signal("go")).wait()
        self.submit(self.wait_signal("end")).wait()

    bed = Bed(flow(run))
    bed.settle()
    for value in ("text", {"args": []}, {"__propagate": "yes"}, None):
        bed.signal("go", value)
        bed.settle()
    assert sent(bed) == []


def test_a_workflow_can_keep_its_signals_from_its_parent() -> None:
    def run(self: Workflow) -> Any:
        self.submit(Deaf, "a")
        self.submit(self.wait_signal("end")).wait()

    bed = Bed(flow(run))
    bed.settle()
    assert sent(bed) == [("a", "go")]


def test_a_child_that_has_not_begun_gets_nothing() -> None:
    """Not initiated, initiated, closed: only what runs is sent anything."""

    def run(self: Workflow) -> Any:
        self.submit(Listener, "a").wait()
        self.submit(self.wait_signal("end")).wait()

    bed = Bed(flow(run))
    bed.settle()
    bed.signal("go", {"args": [], "kwargs": {}, "__propagate": True})
    bed.settle()
    bed.signal("go", {"args": [], "kwargs": {}, "__propagate": True})
    bed.settle()
    assert sent(bed) == [("a", "go")]


def test_what_was_said_to_others_before_the_return_leaves_with_the_closing_decision() -> None:
    def run(self: Workflow) -> Any:
        self.submit(Listener, "a")
        self.sleep(1)
        self.submit(self.signal("go", 1, workflow_id="a", propagate=False))
        self.submit(self.request_cancel("a"))
        self.submit(echo, 1)
        self.submit(Listener, "b")
        return "done"

    bed = Bed(flow(run))
    assert bed.finish() == "done"
    (last,) = [
        answer for answer in bed.answers if any(isinstance(each, d.CompleteWorkflowExecution) for each in answer)
    ]
    kinds = [type(each).__name__ for each in last]
    assert kinds == [
        "SignalExternalWorkflowExecution",
        "RequestCancelExternalWorkflowExecution",
        "CompleteWorkflowExecution",
    ]
    (finding,) = bed.findings
    assert "never sent: activity-tests.replay.test_run.echo-1, b" in finding


def test_a_closing_that_is_repeated_does_not_send_twice_and_passes_on_what_came_between() -> None:
    """UNHANDLED_DECISION: a signal came between poll and answer."""

    def run(self: Workflow) -> Any:
        self.submit(Listener, "a")
        self.submit(self.wait_signal("end")).wait()
        self.submit(self.signal("other", workflow_id="a", propagate=False))
        return "done"

    bed = Bed(flow(run))
    bed.settle()
    bed.signal("end")
    task = bed.poll()
    bed.signal("go", {"args": [1], "kwargs": {}, "__propagate": True})
    bed.decide(task)
    assert bed.execution().is_open
    assert bed.finish() == "done"
    assert sent(bed) == [("a", "other"), ("a", "go")]


def test_signals_that_are_throttled_come_later_and_the_end_waits_for_them() -> None:
    def run(self: Workflow) -> Any:
        self.submit(Listener, "a")
        self.sleep(1)
        for n in range(3):
            self.submit(self.signal("go", n, workflow_id="a", propagate=False, idempotent=False))
        self.sleep(1)
        return "done"

    bed = Bed(flow(run))
    bed.settle()
    bed.service.rates = Rates(requests={}, decisions={"SignalExternalWorkflowExecution": Bucket(1, 1)})
    assert bed.finish() == "done"
    causes = [getattr(event.attributes, "cause", None) for event in bed.events()]
    assert Cause.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED in causes
    delivered = [event.type for event in bed.events()].count("SignalExternalWorkflowExecutionInitiated")
    assert delivered == 3


@pytest.mark.parametrize("strict", [True, False])
def test_a_signal_that_the_code_does_not_send_any_more_is_noticed(strict: bool) -> None:
    def first(self: Workflow) -> Any:
        self.submit(self.signal("go", 1, propagate=False))
        self.submit(self.wait_signal("end")).wait()

    def then(self: Workflow) -> Any:
        self.submit(self.wait_signal("end")).wait()

    bed = Bed(flow(first), strict=strict, compare=False)
    bed.settle()
    bed.kill()
    bed.workflow = flow(then)
    bed.signal("end")
    if strict:
        with pytest.raises(NonDeterminismError, match="tells of the signal"):
            bed.decide()
    else:
        bed.finish()
        assert any("tells of the signal" in finding for finding in bed.findings)


def test_a_signal_submitted_later_than_recorded_is_not_sent_again() -> None:
    def first(self: Workflow) -> Any:
        self.submit(self.signal("go", 1, propagate=False))
        self.submit(self.wait_signal("end")).wait()

    def then(self: Workflow) -> Any:
        self.submit(self.wait_signal("end")).wait()
        return self.submit(self.signal("go", 1, propagate=False)).result["args"]

    bed = Bed(flow(first), strict=False, compare=False)
    bed.settle()
    bed.kill()
    bed.workflow = flow(then)
    bed.signal("end")
    assert bed.finish() == [1]
    assert sent(bed) == [("x", "go")]


def test_a_cancelled_signal_that_was_not_sent_is_never_sent() -> None:
    def run(self: Workflow) -> Any:
        signal = self.submit(self.signal("go", 1))
        cancel = self.submit(self.request_cancel("x"))
        signal.cancel()
        cancel.cancel()
        return [signal.cancelled, cancel.cancelled]

    bed = Bed(flow(run))
    assert bed.finish() == [True, True]
    assert len(bed.answers) == 1


def test_arguments_of_a_signal_that_are_no_json_are_refused() -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(TypeError, match="the arguments of the signal 'go' cannot be sent"):
            self.submit(self.signal("go", object()))

    Bed(flow(run)).finish()
