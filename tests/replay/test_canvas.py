"""Groups and chains: what is submitted when, under which id, and what their futures say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simpleflow import Workflow, activity, futures
from simpleflow.canvas import AggregateException, Chain, FuncGroup, Group, GroupFuture
from simpleflow.exceptions import TaskException, TaskFailed
from simpleflow.format import decode
from simpleflow.task import ActivityTask
from swf.protocol import decisions as d
from swf.protocol.events import ActivityTaskScheduled, WorkflowExecutionFailed
from tests.replay.bed import Bed, Failing
from tests.replay.test_run import echo, flow, inc, once, strict

Run = Callable[..., Any]


@activity.with_attributes()
def add(x: int, y: int) -> int:
    return x + y


@activity.with_attributes()
def total(numbers: list[int]) -> int:
    return sum(numbers)


@activity.with_attributes()
def bad(x: Any) -> Any:
    return x


@activity.with_attributes()
def ok(x: Any) -> Any:
    return x


def short(ids: list[str]) -> list[str]:
    """Ids without the name of this module and its neighbour."""
    return [id.rpartition(".")[2] for id in ids]


def result(run: Run, *, evict: bool = False, **more: Any) -> Any:
    """What a workflow of this ``run`` method gives; activities named ``bad`` fail."""
    return Bed(flow(run), evict=evict, outcomes=more.pop("outcomes", None), **more).finish()


def bad_fails(activity_id: str, attempt: int, content: Any) -> Any:
    if ".bad-" in activity_id or ".strict-" in activity_id:
        raise Failing("bad")
    return content["args"][0]


@pytest.mark.parametrize("evict", [False, True])
def test_a_group_gives_the_results_of_its_items_in_order(evict: bool) -> None:
    def run(self: Workflow) -> Any:
        group = Group((inc, 1), ActivityTask(inc, 2))
        group.append(inc, 3)
        group.append((inc, 4))
        group.extend([(inc, 5)])
        group += [Group((inc, 6)), Chain((inc, 7), (inc, 8))]
        future = self.submit(group)
        assert isinstance(future, GroupFuture)
        assert future.exception is None
        assert future.count_finished_activities == 7
        assert len(future.futures) == len(future.activities) == 7
        return future.result

    assert result(run, evict=evict) == [2, 3, 4, 5, 6, [7], [8, 9]]


def test_items_of_a_chain_run_one_after_the_other() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(Chain((inc, 1), (inc, 10), (inc, 100))).result

    bed = Bed(flow(run))
    bed.decide()
    assert [type(each) for each in bed.answers[0]] == [d.ScheduleActivityTask]
    assert bed.finish() == [2, 11, 101]


def test_a_chain_sends_each_result_as_the_last_argument_of_the_next_item() -> None:
    def run(self: Workflow) -> Any:
        fan = Chain((inc, 1), Group((add, 10), (add, 20)), total, Chain(inc, (inc, 5)), send_result=True)
        return self.submit(fan).result

    assert result(run) == [2, [12, 22], 34, [35, 6]]


def test_ids_are_taken_depth_first_when_the_canvas_is_submitted() -> None:
    """Whatever is done first, and however late an item has its turn."""

    def run(self: Workflow) -> Any:
        first = self.submit(Chain((echo, "a"), Group((echo, "b"), Chain((echo, "c"), (echo, "d"))), (echo, "e")))
        last = self.submit(echo, "f")
        last.wait()
        first.wait()
        return [leaf.task_id for leaf in leaves(first)] + [last.task_id]

    def leaves(future: Any) -> list[Any]:
        return [leaf for each in future.futures for leaf in leaves(each)] if hasattr(future, "futures") else [future]

    assert short(result(run)) == [f"echo-{n}" for n in (1, 2, 3, 4, 5, 6)]


def test_a_group_has_so_many_items_open_as_it_allows() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(Group(*[(echo, n) for n in range(20)], max_parallel=3)).result

    bed = Bed(flow(run))
    most = 0
    while bed.decide() or bed.work():
        most = max(most, bed.execution().open_activity_count)
    assert most == 3
    assert bed.finish() == list(range(20))


def test_ten_thousand_items_that_are_done_at_once_do_not_nest() -> None:
    def run(self: Workflow) -> Any:
        self.submit(once, 1).wait()
        chain, group = Chain(*[(once, 1)] * 5_000), Group(*[(once, 1)] * 5_000, max_parallel=1)
        return [len(self.submit(each).result) for each in (chain, group)]

    assert result(run, compare=False) == [5_000, 5_000]


def test_empty_canvases_are_finished_with_an_empty_list() -> None:
    def run(self: Workflow) -> Any:
        group, chain = self.submit(Group()), self.submit(Chain())
        assert group.finished
        assert chain.finished
        return [group.result, chain.result, self.submit(Chain(Group(), (inc, 1))).result]

    assert result(run) == [[], [], [[], 2]]


def test_a_chain_that_breaks_is_finished_and_short_and_has_an_exception() -> None:
    def run(self: Workflow) -> Any:
        future = self.submit(Chain((bad, 1), (ok, 1)))
        assert isinstance(future.exception, AggregateException)
        assert isinstance(future.exception.exceptions[0], TaskFailed)
        return [future.result, future.state, len(future.futures)]

    bed = Bed(flow(run), outcomes=bad_fails)
    assert bed.finish() == [[None], "FINISHED", 1]
    assert short(bed.calls) == ["bad-1"]


def test_a_chain_may_go_on_after_a_failure() -> None:
    def run(self: Workflow) -> Any:
        future = self.submit(Chain((bad, 1), (ok, 1), break_on_failure=False))
        return [future.result, str(future.exception)]

    values, text = result(run, outcomes=bad_fails)
    assert values == [None, 1]
    assert text.startswith("1 failed: TaskFailed")


def test_a_chain_that_keeps_its_failures_does_not_break_the_one_around_it() -> None:
    def run(self: Workflow) -> Any:
        future = self.submit(Chain(Chain((bad, 1), raises_on_failure=False), (ok, 1)))
        assert future.exception is None
        return future.result

    assert result(run, outcomes=bad_fails) == [[None], 1]


def test_a_group_tells_all_failures_and_those_of_groups_in_it() -> None:
    def run(self: Workflow) -> Any:
        future = self.submit(Group((ok, 1), (bad, 2), Group((bad, 3), (ok, 4))))
        exception = future.exception
        assert isinstance(exception, AggregateException)
        assert exception.exceptions[0] is None
        assert len(exception.flatten().exceptions) == 2
        with pytest.raises(AggregateException):
            future.result_or_raise()
        return future.result

    assert result(run, outcomes=bad_fails) == [1, None, [None, 4]]


def test_failures_that_do_not_bubble_stay_with_the_items() -> None:
    def run(self: Workflow) -> Any:
        future = self.submit(Group((bad, 1), (ok, 2), bubbles_exception_on_failure=False))
        assert future.exception is None
        return [future.result, future.futures[0].exception is not None]

    assert result(run, outcomes=bad_fails) == [[None, 2], True]


def test_raises_on_failure_of_a_canvas_counts_for_its_tasks_and_leaves_the_activity_alone() -> None:
    """Older releases wrote it onto the activity, where all other uses saw it."""

    def run(self: Workflow) -> Any:
        told = []
        for canvas in (Group((bad, 1), raises_on_failure=True), Group(Chain((bad, 1)), raises_on_failure=True)):
            with pytest.raises(TaskException) as caught:
                self.submit(canvas).wait()
            told.append(caught.value.payload is bad)
        quiet = self.submit(Group((strict, 1), FuncGroup(lambda: strict_task), raises_on_failure=False))
        quiet.wait()
        assert self.submit(bad, 1).exception is not None
        with pytest.raises(TaskException):
            self.submit(strict, 1).wait()
        return told

    strict_task = ActivityTask(strict, 5)
    assert result(run, outcomes=bad_fails) == [True, True]
    assert bad.raises_on_failure is False
    assert strict.raises_on_failure is True


def test_an_option_set_later_does_not_change_items_that_are_there() -> None:
    def run(self: Workflow) -> Any:
        group = Group((bad, 1))
        group.raises_on_failure = True
        self.submit(group).wait()
        group.append(bad, 2)
        with pytest.raises(TaskException):
            self.submit(group).wait()
        return "both"

    assert result(run, outcomes=bad_fails) == "both"


def test_an_attribute_can_be_propagated_to_the_tasks_of_a_canvas() -> None:
    def run(self: Workflow) -> Any:
        group = Group((bad, 1), Chain((bad, 2)))
        group.propagate_attribute("retry", 2)
        group.propagate_attribute("task_priority", 7)
        group.propagate_attribute("task_start_to_close_timeout", 5)
        self.submit(group).wait()
        self.submit(bad, 3).wait()

    bed = Bed(flow(run), outcomes=bad_fails)
    bed.finish()
    assert short(bed.calls) == ["bad-1", "bad-2"] * 3 + ["bad-3"]
    scheduled = [event.attributes for event in bed.events() if isinstance(event.attributes, ActivityTaskScheduled)]
    told = {(each.activity_id[-1], each.task_priority, each.start_to_close_timeout) for each in scheduled}
    assert told == {("1", "7", "5"), ("2", "7", "5"), ("3", None, "300")}
    with pytest.raises(ValueError, match="retry is -1"):
        Group((bad, 1)).propagate_attribute("retry", -1)
    with pytest.raises(AttributeError, match="'colour'"):
        Group((bad, 1)).propagate_attribute("colour", "red")


def test_priorities_of_submit_activity_and_workflow_in_that_order() -> None:
    low = activity.with_attributes(name=f"{__name__}.low", task_priority=1)(echo.callable)
    none = activity.with_attributes(name=f"{__name__}.none", task_priority=None)(echo.callable)

    def run(self: Workflow) -> None:
        self.submit(echo, "workflow")
        self.submit(low, "activity")
        self.submit(none, "none")
        self.submit(low, "submit", **{"__priority": 9})
        self.submit(low, "explicitly none", **{"__priority": None})
        group = Group((echo, "group"), (low, "group"))
        group.append(echo, "item", **{"__priority": 3})
        self.submit(group, **{"__priority": 8}).wait()

    bed = Bed(flow(run, task_priority=5))
    bed.finish()
    told = [
        (decode(event.attributes.input)["args"][0], event.attributes.task_priority)
        for event in bed.events()
        if isinstance(event.attributes, ActivityTaskScheduled)
    ]
    assert list(dict.fromkeys(told)) == [
        ("workflow", "5"),
        ("activity", "1"),
        ("none", None),
        ("submit", "9"),
        ("explicitly none", None),
        ("group", "8"),
        ("item", "3"),
    ]


def test_a_priority_is_written_inside_of_a_class_as_anywhere() -> None:
    """There Python writes ``_Named__priority``; an argument that ends so is not taken for it."""

    class Named(Workflow):
        name, version, task_list = "w", "1", "bed"

        def run(self) -> Any:
            return self.submit(echo, 1, __priority=4).result

    bed = Bed(Named)
    assert bed.finish() == 1
    assert [e.attributes.task_priority for e in bed.events() if isinstance(e.attributes, ActivityTaskScheduled)] == [
        "4"
    ]


@pytest.mark.parametrize("evict", [False, True])
def test_a_function_in_a_chain_is_called_when_its_turn_comes_and_may_wait(evict: bool) -> None:
    def run(self: Workflow) -> Any:
        calls = []

        def fan_out(extra: int, numbers: list[int]) -> Group:
            calls.append(numbers)
            more = self.submit(inc, extra).result
            return Group(*[(add, n, more) for n in numbers])

        future = self.submit(Chain((echo, [1, 2, 3]), FuncGroup(fan_out, 9), total, send_result=True))
        assert calls == []
        return [future.result, calls]

    def outcome(activity_id: str, attempt: int, content: Any) -> Any:
        return {"inc": inc, "add": add, "total": total, "echo": echo}[activity_id.rpartition(".")[2][:-2]](
            *content["args"]
        )

    assert result(run, evict=evict, outcomes=outcome) == [[[1, 2, 3], [11, 12, 13], 36], [[1, 2, 3]]]


def test_the_future_of_a_function_is_that_of_what_it_returns() -> None:
    def run(self: Workflow) -> Any:
        one = self.submit(FuncGroup(lambda x: ActivityTask(inc, x), 1))
        many = self.submit(FuncGroup(lambda: Group((inc, 2), (inc, 3))))
        nothing = self.submit(FuncGroup(lambda: None, _allow_none=True))
        return [one.result, many.result, nothing.result, len(many.futures), many.task_ids == many.futures[0].task_ids]

    assert result(run) == [2, [3, 4], [], 2, False]


@pytest.mark.parametrize("returned", [None, 5, "text"])
def test_a_function_that_returns_nothing_to_submit_is_an_error_of_the_workflow(returned: Any) -> None:
    def run(self: Workflow) -> Any:
        self.submit(Group(FuncGroup(lambda: returned))).wait()

    bed = Bed(flow(run))
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert isinstance(closed.attributes, WorkflowExecutionFailed)
    assert "which cannot be submitted; it must return a canvas" in str(closed.attributes.details)


def test_what_a_function_raises_is_raised_where_the_workflow_waits() -> None:
    def run(self: Workflow) -> Any:
        def broken() -> Any:
            raise KeyError("mine")

        with pytest.raises(KeyError, match="mine"):
            self.submit(Group(FuncGroup(broken), (inc, 1))).wait()
        return "caught"

    assert result(run) == "caught"


def test_a_function_may_fail_the_workflow() -> None:
    def run(self: Workflow) -> Any:
        self.submit(FuncGroup(lambda: self.fail("no", "details"))).wait()

    bed = Bed(flow(run))
    bed.settle()
    closed = bed.execution().closed
    assert closed is not None
    assert closed.attributes.reason == "Workflow execution failed: no"  # type: ignore[attr-defined]


def test_a_failure_that_raises_does_so_in_run_and_not_in_a_function_of_a_canvas() -> None:
    def run(self: Workflow) -> Any:
        log = []

        def patiently() -> Group:
            log.append(self.submit(strict, 1).result)
            return Group((ok, 5))

        future = self.submit(FuncGroup(patiently))
        with pytest.raises(TaskException):
            future.wait()
        return [future.result, log]

    assert result(run, outcomes=bad_fails) == [[5], [None]]


def test_timers_markers_and_signals_can_be_items() -> None:
    def run(self: Workflow) -> Any:
        began = self.now()
        chain = Chain(
            self.start_timer("t", 60),
            self.record_marker("m", 5),
            self.next_signal("s"),
            self.next_signal("s"),
            (inc, 1),
        )
        future = self.submit(chain)
        values = future.result
        assert (self.now() - began).total_seconds() >= 60
        return [values, [marker.details for marker in self.list_markers()]]

    bed = Bed(flow(run))
    bed.settle()
    bed.signal("s", "a")
    bed.signal("s", "b")
    assert bed.finish() == [[None, 5, "a", "b", 2], [5]]


def test_a_canceled_item_cancels_the_group_and_ends_the_chain() -> None:
    def run(self: Workflow) -> Any:
        group = self.submit(Group((echo, 1), (echo, 2)))
        chain = self.submit(Chain(self.start_timer("t", 50), (echo, 3)))
        group.futures[0].cancel()
        chain.futures[0].cancel()
        assert group.cancelled
        assert chain.cancelled
        group.futures[1].wait()
        return [group.result, chain.result, len(chain.futures)]

    bed = Bed(flow(run))
    assert bed.finish() == [None, None, 1]
    assert short(bed.calls) == ["echo-2"]


def test_cancelling_a_canvas_cancels_what_is_open_and_submits_nothing_more() -> None:
    def run(self: Workflow) -> Any:
        many = self.submit(Group(*[(echo, n) for n in range(9)], max_parallel=2))
        inner = self.submit(Group(Chain((echo, "a"), (echo, "b")), FuncGroup(lambda: Group((echo, "c")))))
        futures.wait(many, inner, timeout=0)
        assert many.cancel()
        assert inner.cancel()
        self.sleep(5)
        return [many.state, inner.state, many.cancel()]

    bed = Bed(flow(run))
    while bed.decide():  # nobody works
        bed.service.tick()
    assert bed.finish() == ["CANCELLED", "CANCELLED", True]
    assert len(bed.calls) == 0


def test_the_state_of_a_group_follows_its_items() -> None:
    def run(self: Workflow) -> Any:
        group = self.submit(Group((echo, 1), (echo, 2)))
        states = [group.state]
        for _ in range(3):
            futures.wait(group, timeout=10)
            states.append(group.state)
        return [states, group.running, group.pending, group.done]

    bed = Bed(flow(run))
    while bed.decide():
        pass
    from swf.protocol.operations import PollForActivityTask, RespondActivityTaskCompleted
    from tests.replay.bed import LIST

    task = bed.client.call(PollForActivityTask(domain="d", task_list=LIST))
    assert task.task_token is not None
    bed.clock.advance(11)
    bed.service.tick()
    bed.decide()
    bed.client.call(RespondActivityTaskCompleted(task_token=task.task_token, result="1"))
    bed.decide()
    bed.clock.advance(11)
    bed.service.tick()
    assert bed.finish() == [["PENDING", "RUNNING", "PENDING", "FINISHED"], False, False, True]


def test_a_group_is_an_argument_as_any_future_and_the_graph_shows_its_tasks() -> None:
    def run(self: Workflow) -> Any:
        group = self.submit(Group((inc, 1), (inc, 2), (inc, 3)))
        return self.submit(total, group).result

    bed = Bed(flow(run))
    assert bed.finish() == 9
    controls = [decode(e.attributes.control) for e in bed.events() if isinstance(e.attributes, ActivityTaskScheduled)]
    assert controls[-1] == {"after": [f"activity-{inc.name}-1..3"]}


def test_the_graph_shows_what_an_item_of_a_chain_comes_after() -> None:
    def run(self: Workflow) -> Any:
        self.submit(Chain((inc, 1), Group((ok, 1), (ok, 2)), (echo, 1))).wait()

    bed = Bed(flow(run))
    bed.finish()
    scheduled = [e.attributes for e in bed.events() if isinstance(e.attributes, ActivityTaskScheduled)]
    edges = {each.activity_id: (decode(each.control) or {}).get("after") for each in scheduled}
    assert edges == {
        f"activity-{inc.name}-1": None,
        f"activity-{ok.name}-1": [f"activity-{inc.name}-1"],
        f"activity-{ok.name}-2": [f"activity-{inc.name}-1"],
        f"activity-{echo.name}-1": [f"activity-{ok.name}-1..2"],
    }


def test_arguments_that_cannot_be_sent_are_told_by_submit_or_become_the_failure_of_the_item() -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(TypeError, match="cannot be sent"):
            self.submit(Group((echo, object())))
        later = self.submit(Chain((inc, 1), Group((echo, object()), (inc, 2)), (inc, 3)))
        later.wait()
        inner = later.futures[1]
        return [later.result, type(inner.futures[0].exception).__name__]

    assert result(run) == [[2, [None, 3]], "TypeError"]


def test_equal_idempotent_items_share_one_task() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(Group((once, 1), (once, 1), Chain((once, 1), (once, 2)))).result

    bed = Bed(flow(run))
    assert bed.finish() == [1, 1, [1, 2]]
    assert len(bed.calls) == 2


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Group(len), TypeError, "len cannot be in a Group"),
        (lambda: Chain(5), TypeError, "5 cannot be in a Chain"),
        (lambda: Group(()), ValueError, "all in the tuple"),
        (lambda: Group().append(Group(), 1), ValueError, "takes no arguments here"),
        (lambda: Group().append((inc, 1), 2), ValueError, "all in the tuple"),
        (lambda: Group(max_parallel=0), ValueError, "max_parallel is 0"),
        (lambda: Chain(send_result=True, break_on_failure=False), ValueError, "send_result needs break_on_failure"),
        (lambda: FuncGroup(3), TypeError, "needs a function"),
        (lambda: Group(size=3), TypeError, "size"),
    ],
)
def test_a_canvas_that_cannot_be_is_refused_when_it_is_made(
    make: Callable[[], Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        make()


def test_a_class_that_is_no_workflow_is_refused_before_anything_is_sent() -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(TypeError, match="int"):
            self.submit(Group((inc, 1), int))
        return self.submit(echo, 1).result

    bed = Bed(flow(run))
    assert bed.finish() == 1
    assert short(bed.calls) == ["echo-1"]


def test_a_canvas_may_be_submitted_again() -> None:
    def run(self: Workflow) -> Any:
        group = Group((inc, 1), Chain((inc, 2)))
        return [self.submit(group).result, group.submit(self.executor).result]

    assert result(run) == [[2, [3]]] * 2


def test_aggregated_exceptions_are_handled_one_by_one() -> None:
    first, second = KeyError("a"), ValueError("b")
    aggregate = AggregateException([first, None])
    aggregate.append(AggregateException([second]))
    assert aggregate.flatten() == AggregateException([first, second])
    aggregate.flatten().handle(lambda error, kind: isinstance(error, kind), (KeyError, ValueError))
    with pytest.raises(AggregateException) as left:
        aggregate.flatten().handle(lambda error: isinstance(error, KeyError))
    assert left.value.exceptions == [second]
    assert str(aggregate) == "2 failed: KeyError: 'a'; ValueError: b"
    assert aggregate != AggregateException([first])
    assert hash(aggregate) == hash(AggregateException([]))


@pytest.mark.parametrize("evict", [False, True])
def test_map_opens_no_more_tasks_than_it_may_and_keeps_the_order(evict: bool) -> None:
    def run(self: Workflow) -> Any:
        mapped = self.map(echo, range(30), max_parallel=4)
        assert [each.task_id for each in mapped] == [f"activity-{echo.name}-{n}" for n in range(1, 31)]
        sums = self.starmap(add, [(n, 1) for n in range(5)], max_parallel=2)
        return [futures.wait(*mapped), futures.wait(*sums)]

    bed = Bed(flow(run), evict=evict)
    most = 0
    while bed.decide() or bed.work():
        most = max(most, bed.execution().open_activity_count)
    assert most == 6
    assert bed.finish() == [list(range(30)), [1, 2, 3, 4, 5]]


def test_mapped_tasks_fail_one_by_one_and_one_may_be_cancelled_before_its_turn() -> None:
    def run(self: Workflow) -> Any:
        mapped = self.map(bad, [1, 2, 3], max_parallel=1)
        mapped[1].cancel()
        wrong = self.map(echo, [1, object(), 3], max_parallel=1)
        futures.wait(*mapped, *wrong)
        return [[each.state for each in mapped], wrong[0].result, type(wrong[1].exception).__name__, wrong[2].result]

    bed = Bed(flow(run), outcomes=bad_fails)
    assert bed.finish() == [["FINISHED", "CANCELLED", "FINISHED"], 1, "TypeError", 3]
    assert "bad-2" not in short(bed.calls)


def test_futures_come_in_the_order_in_which_they_are_done() -> None:
    def run(self: Workflow) -> Any:
        tasks = self.map(echo, "abc")
        timer = self.submit(self.start_timer("t", 30))
        seen = [future.result for future in futures.as_completed(*tasks, timer, tasks[0])]
        again = [future.result for future in futures.as_completed(*tasks)]
        return [seen, again, futures.wait_any(timer, *tasks).result]

    bed = Bed(flow(run))
    while bed.decide():
        bed.service.tick()
    from swf.protocol.operations import PollForActivityTask, RespondActivityTaskCompleted
    from tests.replay.bed import LIST

    taken = [bed.client.call(PollForActivityTask(domain="d", task_list=LIST)) for _ in range(3)]
    for index in (2, 0, 1):
        token = taken[index].task_token
        assert token is not None
        bed.client.call(RespondActivityTaskCompleted(task_token=token, result=f'"{"abc"[index]}"'))
        if index == 2:
            bed.decide()
    assert bed.finish() == [["c", "a", "b", None], ["c", "a", "b"], "c"]


def test_a_failure_that_raises_comes_out_of_the_iteration_which_can_be_gone_on_with() -> None:
    def run(self: Workflow) -> Any:
        arriving = futures.as_completed(self.submit(strict, 1), self.submit(ok, 2))
        with pytest.raises(TaskException):
            next(arriving)
        return sorted(str(each.result) for each in arriving)

    assert result(run, outcomes=bad_fails) == ["2", "None"]


def test_nothing_is_ever_the_first_of_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        futures.wait_any()
    assert list(futures.as_completed()) == []
