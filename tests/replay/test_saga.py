"""What was done in a block is undone if the block fails: durably, in reverse order, whatever ended it."""

from __future__ import annotations

from typing import Any

import pytest

from simpleflow import Workflow, activity
from simpleflow.canvas import Group
from simpleflow.exceptions import TaskException
from swf.protocol.events import WorkflowExecutionFailed
from tests.replay.bed import Bed, Failing
from tests.replay.test_run import echo, flow, patient, strict


@activity.with_attributes()
def book(what: str) -> str:
    return f"{what} booked"


@activity.with_attributes()
def unbook(what: str) -> str:
    return f"{what} given back"


@activity.with_attributes(raises_on_failure=True)
def unpay(what: str) -> str:
    return f"{what} paid back"


def undone(bed: Bed) -> list[str]:
    """The arguments with which things were undone, in order."""
    return [arguments[0] for name, arguments in bed_calls(bed) if name in ("unbook", "unpay")]


def bed_calls(bed: Bed) -> list[tuple[str, list[Any]]]:
    from simpleflow.format import decode
    from swf.protocol.events import ActivityTaskScheduled

    scheduled = {
        e.attributes.activity_id: decode(e.attributes.input)["args"]
        for e in bed.events()
        if isinstance(e.attributes, ActivityTaskScheduled)
    }
    return [(id.rpartition(".")[2].rpartition("-")[0], scheduled[id]) for id in dict.fromkeys(bed.calls)]


def outcome(activity_id: str, attempt: int, content: Any) -> Any:
    if ".strict-" in activity_id or content["args"][0] == "fails":
        raise Failing("no")
    return content["args"][0]


@pytest.mark.parametrize("evict", [False, True])
def test_a_block_that_fails_is_undone_from_the_end_and_one_after_the_other(evict: bool) -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(TaskException), self.saga() as saga:  # noqa: PT012  # the block is what is tested
            saga.on_failure(unbook, self.submit(book, "flight"))
            saga.on_failure(unbook, "hotel")
            saga.on_failure(Group((unbook, "car"), (unbook, "bike")))
            self.submit(strict, 1).wait()
            saga.on_failure(unbook, "never come so far")
        return self.submit(echo, "gone on").result

    bed = Bed(flow(run), outcomes=outcome, evict=evict)
    assert bed.finish() == "gone on"
    assert undone(bed) == ["car", "bike", "hotel", "flight"]
    assert len([answer for answer in bed.answers if answer]) >= 5


def test_what_is_on_its_way_is_undone_when_it_is_there() -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(KeyError), self.saga() as saga:  # noqa: PT012  # the block is what is tested
            saga.on_failure(unbook, self.submit(book, "flight"))
            raise KeyError("at once")
        return "done"

    bed = Bed(flow(run))
    assert bed.finish() == "done"
    assert undone(bed) == ["flight booked"]


def test_a_block_that_does_not_fail_is_not_undone() -> None:
    def run(self: Workflow) -> Any:
        with self.saga() as saga:
            saga.on_failure(unbook, "flight")
            return self.submit(book, "flight").result

    bed = Bed(flow(run))
    assert bed.finish() == "flight booked"
    assert undone(bed) == []


def test_a_workflow_that_fails_itself_is_undone_first() -> None:
    def run(self: Workflow) -> Any:
        with self.saga() as saga:
            saga.on_failure(unbook, "flight")
            self.fail("no seats", "x" * 40_000)

    bed = Bed(flow(run))
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert isinstance(closed.attributes, WorkflowExecutionFailed)
    assert closed.attributes.reason == "Workflow execution failed: no seats"
    assert undone(bed) == ["flight"]


def test_a_canceled_execution_is_undone_first_and_later_requests_change_nothing() -> None:
    def run(self: Workflow) -> Any:
        with self.saga() as outer:
            outer.on_failure(unbook, "outer")
            with self.saga() as saga:
                saga.on_failure(unbook, "inner 1")
                saga.on_failure(unbook, "inner 2")
                self.submit(self.wait_signal("never")).wait()

    bed = Bed(flow(run))
    bed.settle()
    bed.cancel()
    bed.decide()
    bed.cancel()
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert closed.type == "WorkflowExecutionCanceled"
    assert undone(bed) == ["inner 2", "inner 1", "outer"]


def test_a_cancel_that_comes_while_a_block_is_undone_ends_the_workflow_after_it() -> None:
    def run(self: Workflow) -> Any:
        try:
            with self.saga() as saga:
                saga.on_failure(unbook, "flight")
                raise KeyError("mine")
        except KeyError:
            self.submit(self.wait_signal("never")).wait()

    bed = Bed(flow(run))
    bed.decide()
    bed.cancel()
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert closed.type == "WorkflowExecutionCanceled"
    assert undone(bed) == ["flight"]


def test_outside_of_a_block_a_cancel_ends_the_workflow_where_it_is() -> None:
    def run(self: Workflow) -> Any:
        with self.saga() as saga:
            saga.on_failure(unbook, "flight")
        self.submit(self.wait_signal("never")).wait()

    bed = Bed(flow(run))
    bed.settle()
    bed.cancel()
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert closed.type == "WorkflowExecutionCanceled"
    assert undone(bed) == []


def test_what_cannot_be_undone_does_not_keep_the_rest_and_is_told() -> None:
    def run(self: Workflow) -> Any:
        try:
            with self.saga() as saga:
                saga.on_failure(unbook, "flight")
                saga.on_failure(unpay, "fails")
                saga.on_failure(unbook, "car")
                raise KeyError("mine")
        except KeyError as error:
            return [len(saga.failures), error.__notes__, self.submit(echo, "no failure is left over").result]

    bed = Bed(flow(run), outcomes=outcome)
    count, notes, _ = bed.finish()
    assert count == 1
    assert notes == [f"could not be undone by {unpay!r}: activity-{unpay.name}-1 failed: no"]
    assert undone(bed) == ["car", "fails", "flight"]
    assert unpay.raises_on_failure


def test_failures_of_other_tasks_do_not_interrupt_the_undoing_and_are_raised_after_it() -> None:
    def run(self: Workflow) -> Any:
        slow = [self.submit(strict, self.submit(patient, n)) for n in range(3)]
        log = []
        try:
            with self.saga() as saga:
                saga.on_failure(unbook, "flight")
                saga.on_failure(unbook, "hotel")
                raise KeyError("mine")
        except KeyError:
            log.append("undone")
        for _ in slow:
            with pytest.raises(TaskException):
                self.sleep(1)
            log.append("raised")
        return log

    bed = Bed(flow(run), outcomes=outcome)
    assert bed.finish() == ["undone", "raised", "raised", "raised"]
    assert undone(bed) == ["hotel", "flight"]


def test_a_run_that_is_forgotten_is_not_undone() -> None:
    """The bed compares the outbox before and after the unwinding of each run that it makes beside."""

    def run(self: Workflow) -> Any:
        with self.saga() as saga:
            saga.on_failure(unbook, "flight")
            return self.submit(self.wait_signal("go")).result

    bed = Bed(flow(run), evict=True)
    bed.settle()
    bed.kill()
    bed.signal("go", 5)
    assert bed.finish() == 5
    assert undone(bed) == []


def test_a_saga_in_the_function_of_a_canvas_is_refused() -> None:
    from simpleflow.canvas import FuncGroup

    def run(self: Workflow) -> Any:
        def function() -> Any:
            with self.saga():
                return None

        with pytest.raises(RuntimeError, match="belongs into the workflow's run method"):
            self.submit(FuncGroup(function)).wait()
        return "refused"

    assert Bed(flow(run)).finish() == "refused"


def test_only_what_can_be_submitted_can_undo() -> None:
    def run(self: Workflow) -> Any:
        with self.saga() as saga, pytest.raises(TypeError, match="print cannot be in a Group"):
            saga.on_failure(print, 1)
        return "refused"

    assert Bed(flow(run)).finish() == "refused"


@pytest.mark.parametrize("is_async", [False, True])
def test_what_a_block_has_done_stays_when_a_later_one_of_the_same_saga_fails(is_async: bool) -> None:
    def run(self: Workflow) -> None:
        saga = self.saga()
        with saga:
            saga.on_failure(echo, "first")
        with pytest.raises(KeyError), saga:  # noqa: PT012  # the block is what is tested
            saga.on_failure(echo, "second")
            raise KeyError

    async def arun(self: Workflow) -> None:
        saga = self.saga()
        async with saga:
            saga.on_failure(echo, "first")
        with pytest.raises(KeyError):  # noqa: PT012  # the block is what is tested
            async with saga:
                saga.on_failure(echo, "second")
                raise KeyError

    undone: list[Any] = []

    def outcome(activity_id: str, attempt: int, content: Any) -> None:
        undone.append(content["args"][0])

    Bed(flow(arun if is_async else run), outcomes=outcome).finish()
    assert undone == ["second"]
