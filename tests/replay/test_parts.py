"""Canvases of child workflows, and maps that are so long that children do a part each."""

from __future__ import annotations

from typing import Any

import pytest

from simpleflow import RetryPolicy, Workflow, activity, futures
from simpleflow.canvas import Chain, Group
from simpleflow.exceptions import TaskException, TaskFailed, TimeoutError, WorkflowException
from simpleflow.mapping import activity_of, told
from simpleflow.replay import parts
from simpleflow.step import WorkflowStepMixin
from simpleflow.task import WorkflowTask
from swf.protocol.events import ActivityTaskScheduled, StartChildWorkflowExecutionInitiated
from tests.replay.bed import LIST, Bed, Failing
from tests.replay.test_run import echo, fails, flow, inc, patient, strict


class Doubles(Workflow):
    name, version, task_list = "doubles", "1", "bed"
    execution_timeout = 600

    def run(self, x: Any) -> Any:
        if x == "bad":
            raise KeyError("bad")
        return self.submit(echo, x).result * 2


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_HERE", 6)
    monkeypatch.setattr(parts, "PART_ITEMS", 4)


def children(bed: Bed) -> list[StartChildWorkflowExecutionInitiated]:
    return [e.attributes for e in bed.events() if isinstance(e.attributes, StartChildWorkflowExecutionInitiated)]


def test_children_stand_in_canvases_as_activities_do() -> None:
    def run(self: Workflow) -> Any:
        group = Group((Doubles, 1), WorkflowTask(Doubles, 2), max_parallel=1)
        group.append(Doubles, 3)
        chain = Chain((Doubles, 5), Doubles, inc, send_result=True)
        return [self.submit(each).result for each in (group, chain)]

    bed = Bed(flow(run))
    assert bed.finish() == [[2, 4, 6], [10, 20, 21]]
    ids = [each.workflow_id.rpartition("-")[2] for each in children(bed)]
    assert ids == ["1", "2", "3", "4", "5"]


def test_a_map_of_children_has_so_many_open_as_it_may() -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(TypeError, match="len is not an activity"):
            self.map(len, [1], max_parallel=2)  # type: ignore[call-overload]
        return [each.result for each in self.map(Doubles, range(7), max_parallel=2)]

    bed = Bed(flow(run))
    most = 0
    while bed.decide() or bed.work():
        most = max(most, bed.execution().open_child_count)
    assert bed.finish() == [0, 2, 4, 6, 8, 10, 12]
    assert most == 2


def test_options_of_a_canvas_count_for_its_children_alone() -> None:
    def run(self: Workflow) -> Any:
        quiet = Group((Doubles, "bad"), raises_on_failure=False)
        quiet.propagate_attribute("retry", 1)
        future = self.submit(quiet)
        first = type(future.futures[0].exception).__name__
        with pytest.raises(WorkflowException):
            self.submit(Doubles, "bad").wait()
        with pytest.raises(WorkflowException):
            self.submit(Group((Doubles, "bad"))).wait()
        return first

    bed = Bed(flow(run))
    assert bed.finish() == "TaskFailed"
    assert len(children(bed)) == 2 + 1 + 1
    assert (Doubles.retry, Doubles.raises_on_failure) == (0, True)


def test_a_saga_may_be_undone_by_a_child() -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(KeyError), self.saga() as saga:  # noqa: PT012  # the block is what is tested
            saga.on_failure(Doubles, "bad")
            saga.on_failure(Doubles, 1)
            raise KeyError("mine")
        return len(saga.failures)

    bed = Bed(flow(run))
    assert bed.finish() == 1
    assert len(children(bed)) == 2


def test_a_run_that_continues_as_new_in_a_saga_is_not_undone() -> None:
    def run(self: Workflow, n: int = 0) -> Any:
        with self.saga() as saga:
            saga.on_failure(echo, "undone")
            if n == 0:
                self.submit(self.continue_as_new(1)).wait()
        return n

    bed = Bed(flow(run))
    assert bed.finish() == 1
    assert bed.calls == []


@pytest.mark.parametrize("limit", [None, 2, 5, 40])
@pytest.mark.parametrize("evict", [False, True])
@pytest.mark.usefixtures("_short")
def test_a_long_map_is_done_by_children_in_the_order_of_the_items(limit: int | None, evict: bool) -> None:
    def run(self: Workflow) -> Any:
        first = self.submit(echo, 0)
        mapped = self.map(echo, [first, *range(1, 15)], max_parallel=limit)
        assert len(mapped) == 15
        return [future.result for future in mapped]

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == list(range(15))
    shares = [each.input for each in children(bed)]
    assert len(shares) == 4
    assert len({each.workflow_id for each in children(bed)}) == 4
    assert all(each.execution_start_to_close_timeout == "31536000" for each in children(bed))


@pytest.mark.parametrize(("limit", "most"), [(1, 1), (3, 3), (6, 6)])
@pytest.mark.usefixtures("_short")
def test_children_share_what_may_be_open(limit: int, most: int) -> None:
    def run(self: Workflow) -> Any:
        return futures.wait(*self.map(echo, range(20), max_parallel=limit))

    bed = Bed(flow(run), compare=False)
    seen = 0
    while bed.decide() or bed.work():
        seen = max(seen, open_activities(bed))
    assert seen == most
    assert bed.finish() == list(range(20))


def open_activities(bed: Bed) -> int:
    """In all executions."""
    from swf.protocol.operations import CountPendingActivityTasks

    count = bed.client.call(CountPendingActivityTasks(domain="d", task_list=LIST)).count
    assert count is not None
    return count


@pytest.mark.usefixtures("_short")
def test_items_fail_as_they_would_in_the_run_itself() -> None:
    def outcome(activity_id: str, attempt: int, content: Any) -> Any:
        if content["args"][0] in (3, 9) and content["meta"]["simpleflow"]["attempt"] < 9:
            raise Failing("no")
        return content["args"][0]

    def run(self: Workflow) -> Any:
        mapped = self.map(patient, range(10))
        futures.wait(*mapped)
        assert isinstance(mapped[3].exception, TaskFailed)
        assert mapped[3].exception.reason == "no"
        raised = 0
        again = self.map(strict, range(10))
        for _ in range(2):
            with pytest.raises(TaskException) as caught:
                futures.wait(*again)
            raised += caught.value.payload is strict
        return [[each.result for each in mapped], [each.result for each in again], raised]

    bed = Bed(flow(run), outcomes=outcome)
    values = [0, 1, 2, None, 4, 5, 6, 7, 8, None]
    assert bed.finish() == [values, values, 2]
    calls = [id.rpartition(".")[2] for id in bed.calls]
    assert calls.count("patient-4") == 3 + 1, "item 3 has two retries, item 7 none"


@pytest.mark.usefixtures("_short")
def test_a_part_that_ends_otherwise_fails_its_items() -> None:
    from swf.protocol.operations import TerminateWorkflowExecution

    def run(self: Workflow) -> Any:
        mapped = self.map(echo, range(7))
        futures.wait(*mapped)
        return [type(each.exception).__name__ for each in mapped], [each.result for each in mapped]

    bed = Bed(flow(run))
    bed.decide()
    bed.decide()
    (first, _) = children(bed)[-2:]
    bed.client.call(TerminateWorkflowExecution(domain="d", workflow_id=first.workflow_id))
    assert bed.finish() == [["TaskTerminated"] * 4 + ["NoneType"] * 3, [None] * 4 + [4, 5, 6]]


@pytest.mark.usefixtures("_short")
def test_parts_have_the_priority_and_the_options_of_the_activity() -> None:
    policy = RetryPolicy(max_attempts=4, backoff=2, retry_on=(ValueError, "x.Y"), on_timeout=["HEARTBEAT"])
    wanted = activity.with_attributes(
        name="parts.wanted", version="7", retry=policy, start_to_close_timeout=9, meta={"a": 1}
    )(echo.callable)
    known = told(wanted, 3)
    other = activity_of(known)
    assert (other.name, other.version, other.task_start_to_close_timeout) == ("parts.wanted", "7", "9")
    assert isinstance(other.retry, RetryPolicy)
    assert other.retry.delay_s(2) == policy.delay_s(2)
    assert other.retry.admits(["builtins.ValueError"])
    assert not other.retry.admits_timeout("START_TO_CLOSE")
    assert other.meta == {"a": 1}
    assert (echo.version, other.task_priority) == ("default", 3)


def test_a_map_of_no_width_is_refused() -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(ValueError, match="max_parallel is 0"):
            self.map(echo, [1], max_parallel=0)
        return self.map(echo, [], max_parallel=5)

    assert Bed(flow(run)).finish() == []


@pytest.mark.usefixtures("_short")
def test_time_that_runs_out_in_a_part_is_told_as_such() -> None:
    def run(self: Workflow) -> Any:
        mapped = self.map(echo, range(7))
        futures.wait(*mapped)
        error = mapped[0].exception
        assert isinstance(error, TimeoutError)
        return [error.timeout_type, error.timeout_value]

    bed = Bed(flow(run))
    while bed.decide():  # nobody works
        bed.service.tick()
    bed.clock.advance(301)
    bed.service.tick()
    assert bed.finish() == ["SCHEDULE_TO_CLOSE", 300]


def test_a_step_tells_by_a_signal_that_it_is_over(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_VALUES", str(tmp_path))

    def run(self: Any) -> Any:
        over = self.submit(self.wait_signal("step.a"))
        step = self.submit(self.step("a", (echo, 1), emit_signal=True))
        over.wait()
        return step.result

    stepwise = type(
        "Stepwise", (Workflow, WorkflowStepMixin), {"name": "w", "version": "1", "task_list": "bed", "run": run}
    )
    assert Bed(stepwise).finish() == 1
    assert Bed(stepwise).finish() is None


def scheduled(bed: Bed) -> list[ActivityTaskScheduled]:
    return [e.attributes for e in bed.events() if isinstance(e.attributes, ActivityTaskScheduled)]


def test_short_maps_stay_in_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_HERE", 5)

    def run(self: Workflow) -> Any:
        return futures.wait(*self.map(echo, range(5)))

    bed = Bed(flow(run), outcomes=fails("nothing"))
    assert bed.finish() == list(range(5))
    assert children(bed) == []
    assert len(scheduled(bed)) >= 5


@pytest.mark.parametrize("evict", [False, True])
@pytest.mark.parametrize("limit", [None, 1])
@pytest.mark.usefixtures("_short")
def test_an_item_that_is_cancelled_is_not_done_wherever_its_part_is(limit: int | None, evict: bool) -> None:
    """Before its part is sent, before that has begun, and while it runs; the others go on."""

    def run(self: Workflow) -> Any:
        mapped = self.map(echo, range(10), max_parallel=limit)
        mapped[1].cancel()
        first = self.submit(echo, "go on")
        first.wait()
        mapped[3].cancel()
        mapped[9].cancel()
        futures.wait(*mapped)
        return [each.cancelled for each in mapped], [each.result for each in mapped]

    bed = Bed(flow(run), evict=evict)
    cancelled = [index in (1, 3, 9) for index in range(10)]
    assert bed.finish() == [cancelled, [None if each else index for index, each in enumerate(cancelled)]]
    if limit == 1:
        done = sum(1 for id in bed.calls if "echo" in id)
        assert done == 1 + 7, "what was cancelled before its turn is never begun"


@pytest.mark.usefixtures("_short")
def test_a_task_of_a_part_that_runs_is_asked_to_cancel() -> None:
    from swf.protocol.operations import PollForActivityTask, RecordActivityTaskHeartbeat

    def run(self: Workflow) -> Any:
        mapped = self.map(echo, range(7))
        self.submit(self.wait_signal("enough")).wait()
        mapped[0].cancel()
        futures.wait(*mapped[1:])
        return [each.result for each in mapped]

    bed = Bed(flow(run))
    while bed.decide():
        pass
    task = bed.client.call(PollForActivityTask(domain="d", task_list=LIST))
    assert task.task_token is not None
    bed.signal("enough")
    while bed.decide():
        pass
    status = bed.client.call(RecordActivityTaskHeartbeat(task_token=task.task_token))
    assert status.cancel_requested
    from swf.protocol.operations import RespondActivityTaskCanceled

    bed.client.call(RespondActivityTaskCanceled(task_token=task.task_token))
    assert bed.finish() == [None, 1, 2, 3, 4, 5, 6]


class Lettered:
    """An activity that names its tasks by their arguments and the workflow."""

    def __init__(self, letter: str) -> None:
        self.letter = letter

    def execute(self) -> str:
        return self.letter

    @staticmethod
    def get_task_id(workflow: Workflow, letter: str) -> str:
        return f"{type(workflow).__name__}-{letter}"


lettered: Any = activity.with_attributes(version="1", task_list="bed")(Lettered)


@pytest.mark.parametrize("evict", [False, True])
@pytest.mark.usefixtures("_short")
def test_get_task_id_is_asked_with_the_workflow_that_calls_the_map(evict: bool) -> None:
    def run(self: Workflow) -> Any:
        late = self.submit(echo, "late")
        return [each.result for each in self.map(lettered, [*"abcdefg", late])]

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == [*"abcdefg", "late"]
    kind = bed.workflow.__name__
    wanted = {f"activity-{__name__}.Lettered-{kind}-{each}" for each in [*"abcdefg", "late"]}
    assert {id for id in bed.calls if "Lettered" in id} == wanted


class Deciding(Workflow):
    name, version, task_list = "w", "1", "bed"

    def run(self) -> Any:
        mapped = self.map(echo, range(8))
        futures.wait(*mapped)
        return [each.result for each in mapped], [each.cancelled for each in mapped]

    def on_task_failure(self, failure_context: Any) -> Any:
        assert failure_context.payload is echo
        assert failure_context.task_name == echo.name
        if failure_context.a_task.args[0] == 1:
            return failure_context.decide_cancel()
        if failure_context.attempt_number == 1:
            return failure_context.decide_retry(5)
        return failure_context.decide_ignore()


@pytest.mark.parametrize("evict", [False, True])
@pytest.mark.usefixtures("_short")
def test_parts_ask_the_workflow_what_a_failure_means(evict: bool) -> None:
    def outcome(activity_id: str, attempt: int, content: Any) -> Any:
        value = content["args"][0]
        if value == 1 or value == 6 or (value == 4 and content["meta"]["simpleflow"]["attempt"] == 1):
            raise Failing("no")
        return value

    bed = Bed(Deciding, evict=evict, outcomes=outcome)
    results, cancelled = bed.finish()
    assert results == [0, None, 2, 3, 4, 5, None, 7]
    assert cancelled == [index == 1 for index in range(8)]


@pytest.mark.usefixtures("_short")
def test_a_long_map_of_a_workflow_that_decides_itself_needs_its_class_where_it_can_be_found() -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(ValueError, match="they ask on_task_failure of Flow; no class is found"):
            self.map(echo, range(8))

    Bed(flow(run, on_task_failure=lambda self, context: None)).finish()


def test_a_decider_that_has_a_part_imports_the_workflow_that_it_asks() -> None:
    from simpleflow.dispatch import Importable
    from simpleflow.mapping import AskingPart
    from simpleflow.workflow import dotted_path
    from simpleflow.workflows import UnknownWorkflow, Workflows

    workflows = Workflows([], Importable([], "/nowhere"))
    found = workflows.find(dotted_path(AskingPart), "1", {"kwargs": {"asks": dotted_path(Deciding)}})
    assert found is AskingPart
    with pytest.raises(UnknownWorkflow, match=r"'nowhere.at.all'.* neither below the working directory nor named"):
        workflows.find(dotted_path(AskingPart), "1", {"kwargs": {"asks": "nowhere.at.all"}})
