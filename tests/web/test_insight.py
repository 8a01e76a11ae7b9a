"""What a run tells: cells, critical path, where the time went, rows, the graph, the sentence."""

from __future__ import annotations

import json
import random
from collections import Counter
from graphlib import TopologicalSorter
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleflow import Workflow, activity
from simpleflow.exceptions import ExecutionFailed
from simpleflow.testing import Environment
from simpleflow.web.adapter import run_of
from simpleflow.web.insight import (
    Part,
    cells_of,
    counts_of,
    critical_path,
    graph_of,
    histogram,
    rows_of,
    sentence,
    spent,
)
from simpleflow.web.insight.cells import predecessors
from simpleflow.web.insight.sentence import Mood
from simpleflow.web.runs import Attempt, Decision, Kind, Run, State, Task
from swf.lifecycle import fold
from tests.web import histories
from tests.web.histories import drawn
from tests.web.strategies import runs


def a_run(*tasks: Task, close: float | None = None, now: float = 100.0, **values: object) -> Run:
    given_: dict[str, object] = {
        "domain": "d", "workflow_id": "w", "run_id": "r", "type": "t", "version": "1",
        "state": State.RUNNING if close is None else State.COMPLETED,
        "start": 0.0, "close": close, "now": now, "tasks": tasks, "task_list": "default",
    }  # fmt: skip
    return Run(**{**given_, **values})  # type: ignore[arg-type]


def a_task(id: str, begin: float, end: float | None, *after: str, name: str = "", **values: object) -> Task:
    outcome = None if end is None else State.COMPLETED
    attempt = Attempt(begin, begin, end, outcome, None, None, "w", 1)
    given_: dict[str, object] = {
        "id": id, "kind": Kind.ACTIVITY, "name": name or id, "version": "1", "after": after, "attempts": (attempt,),
        "state": State.RUNNING if end is None else State.COMPLETED, "task_list": "default",
    }  # fmt: skip
    return Task(**{**given_, **values})  # type: ignore[arg-type]


# Cells


@given(runs(), st.integers(1, 9))
def test_every_task_is_in_exactly_one_cell(run: Run, minimum: int) -> None:
    cells = cells_of(run, minimum=minimum)
    assert Counter(task.id for cell in cells for task in cell.tasks) == Counter(task.id for task in run.tasks)
    for number, cell in enumerate(cells):
        assert cell.number == number
        assert len({(task.kind, task.name) for task in cell.tasks}) == 1
        assert len(cell.tasks) == 1 or len(cell.tasks) >= minimum


@given(runs())
def test_cells_follow_only_earlier_cells(run: Run) -> None:
    for cell in cells_of(run, minimum=4):
        assert all(each < cell.number for each in cell.after)


def test_a_pipeline_over_many_items_is_a_node_for_each_step() -> None:
    tasks = [a_task("start", 0, 1)]
    for step, before in (("fetch", "start"), ("extract", "fetch"), ("index", "extract")):
        for number in range(1000):
            source = before if before == "start" else f"{before}-{number}"
            tasks.append(a_task(f"{step}-{number}", 1, 2, source, name=step))
    tasks.append(a_task("reduce", 3, 4, *(f"index-{number}" for number in range(1000))))
    cells = cells_of(a_run(*tasks, close=4.0), minimum=4)
    assert [(cell.name, len(cell.tasks), cell.after) for cell in cells] == [
        ("start", 1, ()), ("fetch", 1000, (0,)), ("extract", 1000, (1,)), ("index", 1000, (2,)), ("reduce", 1, (3,)),
    ]  # fmt: skip


def test_groups_do_not_depend_on_the_order_of_what_a_task_follows() -> None:
    run = drawn(histories.order())
    chance = random.Random(5)
    mixed = []
    for task in run.tasks:
        after = list(task.after)
        chance.shuffle(after)
        mixed.append(msgspec.structs.replace(task, after=tuple(after)))
    other = msgspec.structs.replace(run, tasks=tuple(mixed))
    assert [(c.name, c.after) for c in cells_of(run, minimum=2)] == [
        (c.name, c.after) for c in cells_of(other, minimum=2)
    ]


def test_few_alike_tasks_stay_single() -> None:
    tasks = [a_task(f"a-{number}", 0, 1, name="a") for number in range(3)]
    assert len(cells_of(a_run(*tasks), minimum=4)) == 3
    assert len(cells_of(a_run(*tasks), minimum=3)) == 1


def test_a_long_chain_of_one_name_is_one_cell_and_shortcuts_are_dropped() -> None:
    cells = cells_of(drawn(histories.sequence(20)), minimum=4)
    assert [(cell.name, len(cell.tasks), cell.is_chain, cell.after) for cell in cells] == [
        ("begin", 1, False, ()), ("turn", 20, True, (0,)),
    ]  # fmt: skip


def test_a_chain_of_eight_is_drawn_as_it_is() -> None:
    assert len(cells_of(drawn(histories.sequence(8)), minimum=4)) == 9


# Critical path and time


def test_the_critical_path_goes_back_from_the_last_end_to_the_last_ends() -> None:
    run = drawn(histories.order())
    names = {task.id: task.label for task in run.tasks}
    assert [names[id] for id in critical_path(run)] == [
        "validate_order", "score_fraud", "charge_card", "pick_and_pack", "book_courier", "notify_customer",
    ]  # fmt: skip


def test_the_critical_path_of_an_open_run_ends_in_the_oldest_open_task() -> None:
    run = a_run(a_task("a", 0, 5), a_task("b", 5, None, "a"), a_task("c", 6, None), a_task("d", 6, 90))
    assert critical_path(run) == ("a", "b")


@pytest.mark.parametrize("state", [State.TIMED_OUT, State.TERMINATED])
def test_the_critical_path_of_a_run_that_was_ended_leads_to_what_was_open(state: State) -> None:
    late = a_task("late", 6, None, "a", state=State.UNFINISHED)
    patience = a_task("patience", 0, None, kind=Kind.TIMER, state=State.UNFINISHED)
    run = a_run(patience, a_task("a", 0, 5), late, a_task("b", 6, 90), close=100.0, state=state)
    assert critical_path(run) == ("a", "late")
    assert critical_path(msgspec.structs.replace(run, state=State.FAILED)) == ("b",)


def test_the_critical_path_leads_through_a_signal_that_came_last() -> None:
    steps = [histories.Step("ask"), histories.Step("approve", ["activity-ask-1", "signal-approval"])]
    run = drawn(histories.Play(steps, signals={"approval": 30.0}))
    assert critical_path(run) == ("signal-approval", "activity-approve-1")
    parts = {each.part: each.milliseconds for each in spent(run)}
    assert parts[Part.SIGNALS] == 30_000


@given(runs())
def test_the_parts_are_the_duration_to_the_millisecond(run: Run) -> None:
    parts = spent(run)
    assert sum(each.milliseconds for each in parts) == round(run.end * 1000) - round(run.start * 1000)
    assert all(each.milliseconds > 0 for each in parts)
    assert len({each.part for each in parts}) == len(parts)


@given(runs())
def test_the_critical_path_goes_along_edges_or_through_what_woke_the_decider(run: Run) -> None:
    tasks = {task.id: task for task in run.tasks}
    before = predecessors(run)
    path = critical_path(run)
    assert len(set(path)) == len(path)
    for a, b in pairwise(path):
        assert a in before[b] or (a in tasks[b].woken and not set(before[b]) & set(tasks[b].woken))


def test_retries_pauses_and_waits_are_told_apart() -> None:
    parts = {each.part: each.milliseconds for each in spent(drawn(histories.delayed()))}
    assert parts[Part.FAILED] == 1000
    assert parts[Part.ACTIVITIES] == 1000
    assert parts[Part.TIMERS] == 5000
    assert 0 < parts[Part.DECIDING] < 100


def test_a_run_in_which_nothing_is_open_waits_for_signals() -> None:
    parts = {each.part: each.milliseconds for each in spent(drawn(histories.waiting()))}
    assert parts[Part.SIGNALS] > 90_000


@pytest.mark.parametrize("state", [State.TIMED_OUT, State.TERMINATED, State.CANCELED, State.COMPLETED])
def test_a_run_that_was_ended_while_nothing_was_due_had_waited_for_somebody(state: State) -> None:
    decisions = (
        Decision(0.0, 2.0, 3.0, is_timed_out=False, worker=None, event=1),
        Decision(98.0, 98.0, 100.0, is_timed_out=False, worker=None, event=1),
    )
    parts = {each.part: each.milliseconds for each in spent(a_run(close=100.0, state=state, decisions=decisions))}
    if state is State.COMPLETED:
        assert parts == {Part.DECIDING: 100_000}
    else:
        assert parts == {Part.SIGNALS: 95_000, Part.DECIDING: 5_000}


def test_a_run_that_waits_for_a_signal_after_a_late_decision_has_not_waited_for_it_before() -> None:
    late = Decision(0.0, 60.0, 61.0, is_timed_out=False, worker=None, event=1)
    parts = {each.part: each.milliseconds for each in spent(a_run(decisions=(late,)))}
    assert parts == {Part.SIGNALS: 39_000, Part.DECIDING: 61_000}


def test_what_ran_beside_the_path_is_not_called_deciding() -> None:
    """A map that has only so many tasks at once: its last one follows nothing, but begins when others have ended."""
    decisions = tuple(Decision(at, at, at + 1, is_timed_out=False, worker=None, event=1) for at in (0.0, 41.0, 99.0))
    run = a_run(a_task("a", 1, 41), a_task("b", 1, 31), a_task("c", 42, 99), close=100.0, decisions=decisions)
    assert critical_path(run) == ("c",)
    parts = {each.part: each.milliseconds for each in spent(run)}
    assert parts == {Part.ACTIVITIES: 97_000, Part.DECIDING: 3_000}


# Rows


@given(runs())
def test_every_task_is_in_exactly_one_row_and_rows_begin_in_order(run: Run) -> None:
    rows = rows_of(run, critical_path(run))
    assert Counter(task.id for row in rows for task in row.cell.tasks) == Counter(task.id for task in run.tasks)
    begins = [row.cell.first.begin for row in rows]
    assert begins == sorted(begins)


@given(runs(most=60))
def test_attempts_in_a_lane_do_not_overlap_and_all_that_ran_stand_in_one(run: Run) -> None:
    for row in rows_of(run, (), minimum=2):
        if not row.lanes:
            continue
        ran = sum(1 for task in row.cell.tasks for attempt in task.attempts if attempt.started is not None)
        assert sum(len(lane.attempts) for lane in row.lanes) == ran
        for lane in row.lanes:
            for (_, a), (_, b) in pairwise(lane.attempts):
                assert b.started is not None
                assert run.end_of(a) <= b.started


def test_a_map_of_fifty_is_a_row_of_twelve_lanes() -> None:
    run = drawn(histories.report())
    rows = rows_of(run, critical_path(run))
    assert [(row.cell.first.label, row.counts.total, len(row.lanes)) for row in rows] == [
        ("list_partitions", 1, 0), ("aggregate", 50, 12), ("merge", 1, 0), ("render_pdf", 1, 0),
        ("render_csv", 1, 0), ("publish", 1, 0),
    ]  # fmt: skip
    assert rows[1].counts.retried == 3
    assert rows[1].counts.most_at_once == 12


def test_too_many_attempts_are_an_area() -> None:
    tasks = [a_task(f"a-{i}", i * 0.1, i * 0.1 + 50, name="a") for i in range(500)]
    (row,) = rows_of(a_run(*tasks, close=100.0), ())
    assert row.area is not None
    assert max(row.area.running) == pytest.approx(500, abs=5)
    assert sum(row.area.running) * 100 / len(row.area.running) == pytest.approx(500 * 50, rel=0.001)
    assert set(row.area.waiting) == {0}


def test_counts_say_the_worst_state_first() -> None:
    failed = a_task("b", 0, 1, state=State.FAILED)
    assert counts_of([a_task("a", 0, 1), failed], a_run()).state is State.FAILED
    assert counts_of([a_task("a", 0, 1), a_task("c", 0, None)], a_run()).state is State.RUNNING
    left = a_task("d", 0, None, state=State.UNFINISHED)
    assert counts_of([a_task("a", 0, 1), left], a_run(close=2.0)).state is State.UNFINISHED
    assert counts_of([], a_run()).state is State.WAITING


# Graph


@given(runs())
def test_edges_join_nodes_that_are_there(run: Run) -> None:
    graph = graph_of(run, critical_path(run))
    ids = [node.id for node in graph.nodes]
    assert len(set(ids)) == len(ids)
    for edge in graph.edges:
        assert edge.source in ids
        assert edge.target in ids
    assert len({(edge.source, edge.target) for edge in graph.edges}) == len(graph.edges)
    order: TopologicalSorter[str] = TopologicalSorter()
    for edge in graph.edges:
        order.add(edge.target, edge.source)
    order.prepare()  # raises if there is a circle


def test_what_woke_the_decider_is_a_dashed_edge_of_the_critical_path() -> None:
    pause = a_task("pause", 1, 5, "a", kind=Kind.TIMER)
    tasks = [a_task("a", 0, 1), pause, a_task("b", 1, 2, "a"), a_task("c", 5, 6, "b", woken=("pause",))]
    run = a_run(*tasks, close=6.0)
    graph = graph_of(run, critical_path(run))
    dashed = {(edge.source, edge.target): edge.is_critical for edge in graph.edges if edge.is_inferred}
    assert dashed == {("pause", "c"): True}


def test_what_made_room_among_alike_tasks_closes_no_circle() -> None:
    """Two at a time, loaded and then stored: each load waits for a store of an earlier one."""
    tasks = []
    for number in range(6):
        at = 2.0 * number
        woken = (f"s{number - 1}",) if number else ()
        tasks += [a_task(f"l{number}", at, at + 1, name="load", woken=woken)]
        tasks += [a_task(f"s{number}", at + 1, at + 2, f"l{number}", name="store", woken=(f"l{number}",))]
    run = a_run(*tasks, close=12.0)
    graph = graph_of(run, critical_path(run))
    assert [(edge.source, edge.target) for edge in graph.edges] == [("l0", "s0")]


@given(runs(most=60), st.integers(1, 20))
def test_too_many_nodes_are_narrowed_to_what_matters(run: Run, most: int) -> None:
    path = critical_path(run)
    whole = graph_of(run, path, minimum=99, most=None)
    graph = graph_of(run, path, minimum=99, most=most)
    assert len(graph.nodes) <= most + 1  # the last neighbour comes with its edge
    assert graph.hidden == len(whole.nodes) - len(graph.nodes)
    critical = [node.id for node in whole.nodes if node.is_critical]
    assert {node.id for node in graph.nodes} >= set(critical[:most])


def test_five_hundred_different_tasks_are_not_all_drawn() -> None:
    tasks = [a_task(f"t{i}", i, i + 1, *([f"t{i - 1}"] if i % 3 else []), name=f"n{i}") for i in range(500)]
    run = a_run(*tasks, close=500.0)
    graph = graph_of(run, critical_path(run))
    assert graph.hidden > 400
    assert any(node.is_critical for node in graph.nodes)


def test_a_signal_is_a_node_if_something_follows_it_or_waits_for_it() -> None:
    graph = graph_of(drawn(histories.order()), ())
    assert [node.name for node in graph.nodes if node.kind is Kind.SIGNAL] == ["courier-ready"]
    (node,) = [node for node in graph_of(drawn(histories.waiting()), ()).nodes if node.kind is Kind.SIGNAL]
    assert (node.name, node.state) == ("approval", State.WAITING)


def test_an_activity_may_be_called_as_a_signal_is() -> None:
    run = a_run(a_task("signal-x", 0, 1), a_task("b", 1, 2, "signal-x"), awaited=("x",))
    assert len({node.id for node in graph_of(run, critical_path(run)).nodes}) == 3


# The sentence


def test_a_failure_names_the_task_the_attempts_and_the_message() -> None:
    told = sentence(drawn(histories.report()))
    assert told.mood is Mood.BAD
    assert str(told) == (
        "publish failed for good after 3 attempts, and the workflow did not catch it. "
        "AccessDenied: s3://reports is read-only for role reporter"
    )
    assert told.task == "activity-publish-1"


def test_a_failure_that_is_no_tasks_is_the_workflows_own() -> None:
    details = "Traceback:\n  File x\nLookupError: no y\n"
    failed = a_run(a_task("a", 0, 1), close=2.0, state=State.FAILED, reason="KeyError('y')", details=details)
    told = sentence(failed)
    assert (told.lead, told.value, told.note, told.task) == (
        "The workflow failed",
        "KeyError('y')",
        "LookupError: no y",
        None,
    )


def test_a_child_of_which_the_workflow_failed_is_named_although_its_reason_was_cut() -> None:
    """The reason of the workflow quotes that of the child, which has the length that a reason may have."""
    own = f'Workflow execution error in task fetch: "{"x" * 300}'[:255] + "…"
    child = Attempt(0, 0, 1, State.FAILED, own, None, None, 1)
    failed = a_run(
        a_task("workflow-load-1", 0, 1, name="flows.Load", kind=Kind.CHILD, attempts=(child,), state=State.FAILED),
        close=2.0,
        state=State.FAILED,
        reason=f'Workflow execution error in task workflow-load: "{own}'[:255] + "…",
    )
    assert (sentence(failed).lead, sentence(failed).task) == ("Load failed for good", "workflow-load-1")


def test_details_for_programs_are_no_line_for_people() -> None:
    details = json.dumps({"error": "ValueError", "traceback": "Traceback\nValueError: seven"})
    assert sentence(a_run(close=1.0, state=State.FAILED, reason="Boom", details=details)).note == ""


@pytest.mark.parametrize(
    ("reason", "blamed"),
    [
        ('Workflow execution error in task activity-shop.pay: "ValueError: negative -1"', "pay-1"),
        ('Workflow execution error in task activity-shop.pay: "ValueError: so long that it w…', "pay-2"),
        ("ValueError: negative -1", "pay-1"),
        ("ValueError: negative -10", None),
        ("shop.payments are closed", None),
        ("Cannot replay the workflow: RuntimeError(shop.pay says ValueError: negative -1)", None),
        ("Cannot replay the workflow: ValueError(pay-1 failed: ValueError: negative -1)", "pay-1"),
        ("Cannot replay the workflow: ValueError(pay-10 failed: ValueError: negative -1)", None),
    ],
)
def test_the_task_that_is_blamed_is_the_one_of_the_reason(reason: str, blamed: str | None) -> None:
    """Not another one of its name that failed later; and none, where the workflow itself has raised something."""
    tasks = [
        a_task(f"pay-{n}", 0, n, name="shop.pay", state=State.FAILED,
               attempts=(Attempt(0, 0, n, State.FAILED, f"ValueError: negative -{n}", None, None, 1),))
        for n in (1, 2)
    ]  # fmt: skip
    assert sentence(a_run(*tasks, close=5.0, state=State.FAILED, reason=reason)).task == blamed


@activity.with_attributes(version="1", task_list="shop")
def pay(amount: int) -> None:
    raise ValueError(f"negative {amount}")


class Paying(Workflow):
    name = "paying"
    version = "1"
    task_list = "shop"

    def run(self, amount: int, *, is_caught: bool) -> None:
        payment = self.submit(pay, amount)
        if is_caught:
            assert payment.exception is not None
            raise RuntimeError("no money")
        payment.result_or_raise()


@pytest.mark.parametrize(
    ("is_caught", "says"),
    [(False, "pay failed for good, and the workflow did not catch it. ValueError: negative -1"),
     (True, "The workflow failed: Cannot replay the workflow: RuntimeError(no money)")],
)  # fmt: skip
def test_a_workflow_that_was_run_tells_whose_failure_it_was(*, is_caught: bool, says: str) -> None:
    with Environment() as here:
        paying = here.start(Paying, -1, is_caught=is_caught)
        with pytest.raises(ExecutionFailed):
            paying.result()
        execution = fold(paying.events())
    run = run_of(execution, domain="d", workflow_id="w", run_id="r", now=execution.last_timestamp)
    assert str(sentence(run)) == says


def test_a_failure_that_the_workflow_caught_is_not_blamed() -> None:
    caught = Attempt(0, 0, 1, State.FAILED, "Boom", None, None, 1)
    failed = a_run(
        a_task("a", 0, 1, attempts=(caught,), state=State.FAILED), close=2.0, state=State.FAILED, reason="KeyError('y')"
    )
    assert sentence(failed).lead == "The workflow failed"


def test_a_running_workflow_says_what_runs_and_what_waits() -> None:
    only = (Attempt(90, None, None, None, None, None, None, 1),)
    waiting = [a_task(f"x-{i}", 90, None, name="x", attempts=only, state=State.WAITING) for i in range(1000)]
    run = a_run(a_task("a", 95, None), a_task("b", 96, None), *waiting, awaited=("go",))
    assert str(sentence(run)) == (
        "2 running: a, b; 1,000 waiting for a worker on 'default'; waiting for signal 'go'.\n"
        "Oldest running: a for 5.0 s"
    )


def test_a_list_that_nobody_polls_is_a_warning() -> None:
    attempt = Attempt(10, None, None, None, None, None, None, 1)
    told = sentence(a_run(a_task("a", 10, None, attempts=(attempt,), state=State.WAITING, task_list="gpu")))
    assert told.mood is Mood.WARNING
    assert str(told) == "No worker took a task of this execution from 'gpu' in the last 60 s: a waits for one."


def test_a_list_that_somebody_polls_is_none() -> None:
    attempt = Attempt(10, None, None, None, None, None, None, 1)
    waits = a_task("a", 10, None, attempts=(attempt,), state=State.WAITING)
    assert sentence(a_run(waits, a_task("b", 60, None))).mood is Mood.BUSY


@pytest.mark.parametrize(
    ("decisions", "says"),
    [
        (
            (Decision(80, None, None, False, None, 1),),
            "The decider does not answer: a decision has been due on 'default' for 20.0 s.",
        ),
        (
            (
                Decision(1, 1, 2, False, "me", 1),
                Decision(50, 50, 80, True, "me", 2),
                Decision(80, 80, None, False, "me", 3),
            ),
            "The decider does not answer: a decision has been due on 'default' for 50.0 s, 2 decision tasks in a row; "
            "me had one last.",
        ),
        (
            (Decision(1, 1, 2, False, "me", 1), Decision(95, None, None, False, None, 2)),
            "Deciding: the next decision is due on 'default'.",
        ),
        ((Decision(95, None, None, False, None, 1),), "No task yet: waiting for the first decision on 'default'."),
        (
            (Decision(1, 1, 2, False, "me", 1),),
            "Nothing is open: only a signal, or a request to cancel, can wake the workflow.",
        ),
    ],
)  # fmt: skip
def test_a_decider_that_does_not_answer_is_told(decisions: tuple[Decision, ...], says: str) -> None:
    assert str(sentence(a_run(decisions=decisions))) == says


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"state": State.COMPLETED, "result": '{"a": 1}'}, 'Completed with {"a": 1}'),
        ({"state": State.COMPLETED}, "Completed"),
        ({"state": State.TERMINATED, "reason": "enough"}, "Terminated: enough\nNothing else was open."),
        (
            {"state": State.TIMED_OUT, "reason": "START_TO_CLOSE"},
            "Timed out: its execution timeout (START_TO_CLOSE) was over\nNothing else was open.",
        ),
        (
            {"state": State.TIMED_OUT, "reason": "START_TO_CLOSE", "awaited": ("go", "stop")},
            "Timed out: its execution timeout (START_TO_CLOSE) was over\nIt waited for signals 'go', 'stop'.",
        ),
        (
            {
                "state": State.TERMINATED,
                "awaited": ("go",),
                "tasks": (a_task("a", 1, None, state=State.UNFINISHED),),
            },
            "Terminated\nStill open: a; it waited for signal 'go'",
        ),
        (
            {"state": State.TERMINATED, "reason": "CHILD_POLICY_APPLIED"},
            "Terminated: its parent ended, and the child policy is to terminate (CHILD_POLICY_APPLIED)\n"
            "Nothing else was open.",
        ),
        (
            {
                "state": State.TIMED_OUT,
                "reason": "START_TO_CLOSE",
                "decisions": (Decision(1.0, None, None, is_timed_out=False, worker=None, event=2),),
            },
            "Timed out: its execution timeout (START_TO_CLOSE) was over\n"
            "Still open: a decision, due on 'default' for 4.0 s",
        ),
        ({"state": State.CANCELED}, "Canceled"),
        ({"state": State.CONTINUED, "reason": "run-2"}, "Continued as new, as run run-2"),
    ],
)  # fmt: skip
def test_an_end_is_told_in_a_few_words(values: dict[str, object], says: str) -> None:
    assert str(sentence(a_run(close=5.0, **values))) == says


@given(runs())
def test_there_is_a_sentence_about_any_run(run: Run) -> None:
    assert str(sentence(run))


# Histogram


def test_starts_are_counted_by_time_and_state() -> None:
    starts = [(5, State.FAILED), (5, State.COMPLETED), (99, State.RUNNING), (100, State.RUNNING), (101, State.FAILED)]
    bars = histogram(starts, since=0, until=100, bars=10)
    assert [bar.total for bar in bars] == [2, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bars[0].counts == {State.FAILED: 1, State.COMPLETED: 1}


def test_what_the_reason_says_is_not_said_again() -> None:
    trace = 'Traceback\n  File "x.py", line 1\nValueMismatch: found 7'
    failed = {"state": State.FAILED, "close": 10.0, "details": trace}
    assert sentence(a_run(reason="Cannot replay: ValueMismatch(found 7)", **failed)).note == ""  # type: ignore[arg-type]
    assert sentence(a_run(reason="Cannot replay", **failed)).note == "ValueMismatch: found 7"  # type: ignore[arg-type]
