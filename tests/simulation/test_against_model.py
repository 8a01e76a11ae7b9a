"""The service and a small model of it, side by side: whatever is sent, both tell the same histories."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.base import DecisionAttributes
from swf.protocol.decision import decision
from swf.protocol.faults import Fault
from swf.protocol.values import ActivityType, ChildPolicy, TaskList, WorkflowExecution, WorkflowType
from swf.protocol.wire import decode_events
from swf.server import Quotas
from swf.server.machine.functions import Raised, Returned
from swf.server.pending import Pending
from swf.server.service.functions import FunctionEnded
from tests.service.flow import CHARGE, DOMAIN, LIST, ORDER, Flow
from tests.simulation.model import Limits, Refused, Run, Task, World

LIMITS = Limits()
QUOTAS = Quotas(
    events_per_execution=LIMITS.events,
    open_activities=LIMITS.activities,
    open_timers=LIMITS.timers,
    open_children=LIMITS.children,
    open_functions=LIMITS.functions,
    open_executions=LIMITS.executions,
)
EVER = o.ExecutionTimeFilter(oldest_date=0)
STICKY = TaskList(name="sticky")
ROLE = "arn:role"

workflow_ids = st.sampled_from(["w1", "w2", "w3", "w4"])
policies = st.sampled_from([None, *ChildPolicy])
roles = st.sampled_from([None, ROLE])
rarely = st.integers(0, 9).map(lambda number: number == 9)


Choose = Callable[[Sequence[Any]], Any]
"""Picks one of several: Hypothesis, or a random number."""

POLICIES = [None, *ChildPolicy]
WORKFLOW_IDS = ["w1", "w2", "w3", "w4"]
SHORT = ["0", "2", "5", "NONE", None]
NAMES = "abcde"
SELDOM = [False] * 9 + [True]


def a_decision(choose: Choose) -> DecisionAttributes:
    """One decision of any type, mostly one that can be carried out."""
    match choose(
        [
            "schedule",
            "schedule",
            "schedule",
            "child",
            "child",
            "cancel",
            "timer",
            "stop",
            "note",
            "signal",
            "request",
            "call",
        ]
    ):
        case "schedule":
            nobody = ActivityType(name="nobody", version="1")
            return d.ScheduleActivityTask(
                activity_type=nobody if choose(SELDOM) else CHARGE,
                activity_id=choose(NAMES),
                task_priority=choose([None, "1", "-1"]),
                start_to_close_timeout=choose(SHORT),
                schedule_to_start_timeout=choose(SHORT),
                heartbeat_timeout=choose(SHORT),
            )
        case "cancel":
            return d.RequestCancelActivityTask(activity_id=choose(NAMES))
        case "timer":
            return d.StartTimer(timer_id=choose(NAMES), start_to_fire_timeout=choose(["0", "3", "30"]))
        case "stop":
            return d.CancelTimer(timer_id=choose(NAMES))
        case "note":
            return d.RecordMarker(marker_name="m")
        case "child":
            nothing = WorkflowType(name="nothing", version="1")
            return d.StartChildWorkflowExecution(
                workflow_type=nothing if choose(SELDOM) else ORDER,
                workflow_id=choose(WORKFLOW_IDS),
                child_policy=choose(POLICIES),
                execution_start_to_close_timeout=choose([None, "20"]),
                lambda_role=choose([None, ROLE]),
            )
        case "signal":
            run_id = "nobody" if choose(SELDOM) else None
            return d.SignalExternalWorkflowExecution(workflow_id=choose(WORKFLOW_IDS), run_id=run_id, signal_name="s")
        case "request":
            return d.RequestCancelExternalWorkflowExecution(workflow_id=choose(WORKFLOW_IDS))
    return d.ScheduleLambdaFunction(id=choose(NAMES), name="f")


def a_closing(choose: Choose) -> list[DecisionAttributes]:
    """One closing decision, or mostly none."""
    match choose([*range(16)]):
        case 0:
            return [d.CompleteWorkflowExecution(result="1")]
        case 1:
            return [d.FailWorkflowExecution(reason="r", details="d")]
        case 2:
            return [d.CancelWorkflowExecution(details="d")]
        case 3 | 4:
            return [
                d.ContinueAsNewWorkflowExecution(
                    child_policy=choose(POLICIES),
                    workflow_type_version=choose([None, "1", "9"]),
                    execution_start_to_close_timeout=choose([None, "20"]),
                    lambda_role=choose([None, ROLE]),
                )
            ]
    return []


@st.composite
def decisions(draw: st.DrawFn) -> DecisionAttributes:
    return a_decision(lambda options: draw(st.sampled_from(options)))


@st.composite
def closings(draw: st.DrawFn) -> list[DecisionAttributes]:
    return a_closing(lambda options: draw(st.sampled_from(options)))


OUTCOMES = ["nothing", "nothing", "beat", "beat", "Completed", "Failed", "Canceled"]
OVERRIDES = [(None, None)] * 3 + [(STICKY, None), (STICKY, "4"), (LIST, None)]
outcomes = st.sampled_from(OUTCOMES)
overrides = st.sampled_from(OVERRIDES)


class Held:
    """Stands for whoever calls functions; the test says when one ends."""

    def begin(self, calls: Any) -> None:
        """The model knows which there are."""

    def give_up(self, execution: int, scheduled_event_id: int) -> None:
        """No thread has to be set free."""

    def stop(self) -> None:
        """Nothing runs."""


class ServiceAndModel(RuleBasedStateMachine):
    """Every rule is done to both."""

    @initialize(timeout=st.sampled_from([None, "50"]), policy=policies, role=roles)
    def open(self, timeout: str | None, policy: ChildPolicy | None, role: str | None) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.flow = Flow(str(self.folder / "swf.db"), quotas=QUOTAS)
        self.flow.service.functions = Held()  # type: ignore[assignment]
        self.world = World(self.flow.clock.now(), up_since=self.flow.clock.now())
        self.decision_tokens: list[tuple[str, Run, Task]] = []
        self.activity_tokens: list[tuple[str, Run, Task]] = []
        self.start("w1", timeout, policy, role)

    def teardown(self) -> None:
        if hasattr(self, "flow"):
            self.flow.service.close()
            shutil.rmtree(self.folder)

    def both(self, request: o.Request[Any], act: Any) -> tuple[Any, Any]:
        """What both answer; the deadlines that are due at once strike then."""
        expected, answer = None, None
        refused = wanted = ""
        try:
            expected = act()
        except Refused as refusal:
            wanted = str(refusal)
        try:
            answer = self.flow.client.call(request)
        except Fault as fault:
            refused = fault.code
        assert refused == wanted, request
        self.tick()
        return answer, expected

    def tick(self) -> None:
        self.flow.service.tick()
        self.world.tick()

    def name_of(self, run: Run) -> WorkflowExecution:
        run_id = self.flow.service.database.connection.execute(
            "select run_id from executions where id = ?", (run.id,)
        ).get
        return WorkflowExecution(workflow_id=run.workflow_id, run_id=run_id or "forgotten")

    # From outside

    @rule(workflow_id=workflow_ids, timeout=st.sampled_from([None, "20", "50"]), policy=policies, role=roles)
    def start_another(
        self, workflow_id: str, timeout: str | None, policy: ChildPolicy | None, role: str | None
    ) -> None:
        self.start(workflow_id, timeout, policy, role)

    def start(self, workflow_id: str, timeout: str | None, policy: ChildPolicy | None, role: str | None) -> None:
        self.both(
            o.StartWorkflowExecution(
                domain=DOMAIN,
                workflow_id=workflow_id,
                workflow_type=ORDER,
                execution_start_to_close_timeout=timeout,
                child_policy=policy,
                lambda_role=role,
            ),
            lambda: self.world.start(workflow_id, timeout=timeout, policy=policy, role=role, list="orders"),
        )

    @rule(workflow_id=workflow_ids, data=st.data(), what=st.integers(0, 4), policy=policies)
    def control(self, workflow_id: str, data: st.DataObject, what: int, policy: ChildPolicy | None) -> None:
        named = None
        if self.world.runs and data.draw(rarely):
            named = data.draw(st.sampled_from(self.world.runs))
            workflow_id = named.workflow_id
        self.command(workflow_id, named, what, policy)

    def command(self, workflow_id: str, named: Run | None, what: int, policy: ChildPolicy | None) -> None:
        run_id = self.name_of(named).run_id if named else None
        target = {"domain": DOMAIN, "workflow_id": workflow_id, "run_id": run_id}
        if what < 2:
            request: Any = o.SignalWorkflowExecution(**target, signal_name="s")
            self.both(request, lambda: self.world.signal(workflow_id, named))
        elif what < 4:
            request = o.RequestCancelWorkflowExecution(**target)
            self.both(request, lambda: self.world.request_cancel(workflow_id, named))
        else:
            request = o.TerminateWorkflowExecution(**target, child_policy=policy)
            self.both(request, lambda: self.world.terminate(workflow_id, named, policy))

    # Deciders and workers

    @rule(list_=st.sampled_from([LIST, LIST, STICKY]))
    def poll_decision(self, list_: TaskList) -> None:
        poll = o.PollForDecisionTask(domain=DOMAIN, task_list=list_)
        task, expected = self.both(poll, lambda: self.world.take_decision(list_.name))
        assert (task.task_token is None) == (expected is None)
        if expected is not None:
            run, model_task = expected
            assert task.workflow_execution == self.name_of(run)
            assert (task.started_event_id, task.previous_started_event_id) == (model_task.started, run.previous)
            self.decision_tokens.append((task.task_token, run, model_task))

    @rule(wanted=st.lists(decisions(), min_size=1, max_size=5), closing=closings(), override=overrides)
    def decide(
        self,
        wanted: list[DecisionAttributes],
        closing: list[DecisionAttributes],
        override: tuple[TaskList | None, str | None],
    ) -> None:
        """Takes a task, from whichever list has one, and answers it."""
        taken = len(self.decision_tokens)
        for list_ in (LIST, STICKY):
            if len(self.decision_tokens) == taken:
                self.poll_decision(list_)
        if len(self.decision_tokens) > taken:
            self.respond(self.decision_tokens[-1], wanted, closing, override)

    decide_again = decide
    """What is named twice is done twice as often."""

    @precondition(lambda self: self.decision_tokens)
    @rule(data=st.data(), wanted=st.lists(decisions(), max_size=3), closing=closings(), override=overrides)
    def answer(
        self,
        data: st.DataObject,
        wanted: list[DecisionAttributes],
        closing: list[DecisionAttributes],
        override: tuple[TaskList | None, str | None],
    ) -> None:
        """Answers a task that was taken before, maybe once more, maybe too late."""
        self.respond(data.draw(st.sampled_from(self.decision_tokens[-3:])), wanted, closing, override)

    def respond(
        self,
        taken: tuple[str, Run, Task],
        wanted: list[DecisionAttributes],
        closing: list[DecisionAttributes],
        override: tuple[TaskList | None, str | None],
    ) -> None:
        token, run, task = taken
        list_, patience = override
        request = o.RespondDecisionTaskCompleted(
            task_token=token,
            decisions=tuple(map(decision, wanted + closing)),
            task_list=list_,
            task_list_schedule_to_start_timeout=patience,
        )
        name = list_.name if list_ else None
        self.both(request, lambda: self.world.answer(run, task, wanted + closing, name, patience))

    @rule()
    def poll_activity(self) -> None:
        task, expected = self.both(
            o.PollForActivityTask(domain=DOMAIN, task_list=LIST, identity="w"), self.world.take_activity
        )
        assert (task.task_token is None) == (expected is None)
        if expected is not None:
            run, model_task = expected
            assert (task.workflow_execution, task.started_event_id) == (self.name_of(run), model_task.started)
            self.activity_tokens.append((task.task_token, run, model_task))

    @rule(outcomes=st.lists(outcomes, min_size=1, max_size=4), details=st.sampled_from([None, "x", ""]))
    def work_through(self, outcomes: list[str], details: str | None) -> None:
        """Takes activity tasks, and does the first things with them."""
        for outcome in outcomes:
            self.poll_activity()
            if self.activity_tokens:
                self.do(self.activity_tokens[-1], outcome, details)

    work_on = work_through

    @precondition(lambda self: self.activity_tokens)
    @rule(data=st.data(), outcome=outcomes, details=st.sampled_from([None, "x", ""]))
    def work(self, data: st.DataObject, outcome: str, details: str | None) -> None:
        """Does something with a task that was taken before, maybe too late."""
        self.do(data.draw(st.sampled_from(self.activity_tokens[-3:])), outcome, details)

    def do(self, taken: tuple[str, Run, Task], outcome: str, details: str | None) -> None:
        token, run, task = taken
        if outcome == "nothing":
            return
        if outcome == "beat":
            request: Any = o.RecordActivityTaskHeartbeat(task_token=token, details=details)
            status, expected = self.both(request, lambda: self.world.beat(run, task, details))
            assert status is None or status.cancel_requested == expected
            return
        request = o.OPERATIONS[f"RespondActivityTask{outcome}"](task_token=token)  # type: ignore[call-arg]
        self.both(request, lambda: self.world.answer_activity(run, task, outcome))

    @precondition(lambda self: any(run.functions for run in self.world.runs if run.open))
    @rule(data=st.data(), works=st.booleans())
    def end_function(self, data: st.DataObject, works: bool) -> None:
        run = data.draw(st.sampled_from([run for run in self.world.runs if run.open and run.functions]))
        self.function_ended(run, data.draw(st.sampled_from(sorted(run.functions))), works=works)

    def function_ended(self, run: Run, scheduled: int, *, works: bool) -> None:
        outcome = Returned("1") if works else Raised("r")
        self.flow.service.submit(
            [Pending(FunctionEnded(execution=run.id, scheduled_event_id=scheduled, outcome=outcome))]
        )
        self.world.end_function(run, scheduled, "Completed" if works else "Failed")
        self.tick()

    # Types and the domain

    @precondition(lambda self: len(self.world.runs) > 2)
    @rule(kind=st.sampled_from(["workflow", "activity"]), verb=st.integers(0, 19))
    def change_type(self, kind: str, verb: int) -> None:
        """Mostly back to normal, so that there is something to do."""
        world, types = self.world, self.world.types
        type: Any = ORDER if kind == "workflow" else CHARGE
        member = {f"{kind}_type": type}
        word = kind.capitalize()

        def deprecate() -> None:
            self.must_be(types.get(kind), "REGISTERED", "TypeDeprecatedFault")
            types[kind] = "DEPRECATED"

        def undeprecate() -> None:
            if world.domain != "REGISTERED":
                raise Refused("UnknownResourceFault")
            self.must_be(types.get(kind), "DEPRECATED", "TypeAlreadyExistsFault")
            types[kind] = "REGISTERED"

        def delete() -> None:
            self.must_be(types.get(kind), "DEPRECATED", "TypeNotDeprecatedFault")
            del types[kind]

        if verb == 0:
            self.both(o.OPERATIONS[f"Deprecate{word}Type"](domain=DOMAIN, **member), deprecate)  # type: ignore[call-arg]
        elif verb == 1:
            self.both(o.OPERATIONS[f"Delete{word}Type"](domain=DOMAIN, **member), delete)  # type: ignore[call-arg]
        elif kind in types:
            self.both(o.OPERATIONS[f"Undeprecate{word}Type"](domain=DOMAIN, **member), undeprecate)  # type: ignore[call-arg]
        elif world.domain == "REGISTERED":
            getattr(self.flow, f"register_{kind}_type")()
            types[kind] = "REGISTERED"

    def must_be(self, status: str | None, wanted: str, otherwise: str) -> None:
        if status is None:
            raise Refused("UnknownResourceFault")
        if status != wanted:
            raise Refused(otherwise)

    @precondition(lambda self: len(self.world.runs) > 2)
    @rule(deprecate=rarely)
    def change_domain(self, deprecate: bool) -> None:
        world = self.world

        def change() -> None:
            if deprecate == (world.domain == "DEPRECATED"):
                raise Refused("DomainDeprecatedFault" if deprecate else "DomainAlreadyExistsFault")
            world.domain = "DEPRECATED" if deprecate else "REGISTERED"
            if deprecate:
                world.types = dict.fromkeys(world.types, "DEPRECATED")

        self.both((o.DeprecateDomain if deprecate else o.UndeprecateDomain)(name=DOMAIN), change)

    # Time

    @rule(seconds=st.sampled_from([0.001, 0.5, 1.0, 2.0, 4.0, 4.0, 10.0, 20.0, 60.0, 4000.0]))
    def pass_time(self, seconds: float) -> None:
        self.flow.clock.advance(seconds)
        self.world.now = self.flow.clock.now()
        self.tick()

    pass_more_time = pass_time

    @precondition(lambda self: any(not run.open for run in self.world.known()))
    @rule(sure=rarely)
    def pass_a_month(self, sure: bool) -> None:
        if sure:
            self.pass_time(30 * 86_400.0)

    @rule()
    def restart(self) -> None:
        self.flow.reopen()
        self.world.restart()
        self.flow.service.functions = Held()  # type: ignore[assignment]
        self.tick()

    # What both tell

    @invariant()
    def histories_are_equal(self) -> None:
        if not hasattr(self, "flow"):
            return
        for run in self.world.runs:
            self.compare(run)

    def compare(self, run: Run) -> None:
        name = self.name_of(run)
        if self.world.is_forgotten(run):
            assert name.run_id == "forgotten", f"{run.workflow_id}: is still there"
            return
        request = o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=name)
        events = decode_events(self.flow.client.call(request).events)
        assert [event.type for event in events] == [type for type, _, _ in run.history], run.workflow_id
        for event, (_, at, attributes) in zip(events, run.history, strict=True):
            assert event.timestamp == at, event
            for attribute, value in attributes.items():
                found: Any = event.attributes
                for part in attribute.split("__"):
                    found = getattr(found, part)
                assert found == value, (attribute, event)
        detail = self.flow.client.call(o.DescribeWorkflowExecution(domain=DOMAIN, execution=name))
        assert detail.execution_info.close_status == run.status
        assert detail.execution_info.cancel_requested == (run.cancel_requested and run.open)
        counts = detail.open_counts
        assert (counts.open_activity_tasks, counts.open_timers) == (len(run.activities), len(run.timers))
        assert (counts.open_child_workflow_executions, counts.open_lambda_functions) == (
            len(run.children),
            len(run.functions),
        )
        assert counts.open_decision_tasks == (run.waiting is not None)

    @invariant()
    def lists_and_counts_are_equal(self) -> None:
        if not hasattr(self, "flow"):
            return
        call, runs = self.flow.client.call, self.world.known()
        for is_open, listing, counting in (
            (True, o.ListOpenWorkflowExecutions, o.CountOpenWorkflowExecutions),
            (False, o.ListClosedWorkflowExecutions, o.CountClosedWorkflowExecutions),
        ):
            expected = [
                run.workflow_id
                for run in sorted(runs, key=lambda run: (run.began, run.id), reverse=True)
                if run.open is is_open
            ]
            infos = call(listing(domain=DOMAIN, start_time_filter=EVER)).execution_infos
            assert [info.execution.workflow_id for info in infos] == expected
            assert call(counting(domain=DOMAIN, start_time_filter=EVER)).count == len(expected)
        for list_ in (LIST, STICKY):
            deliverable = [run for run in runs if run.open and run.waiting and not run.running]
            waiting = sum(run.waiting is not None and run.waiting.list == list_.name for run in deliverable)
            assert call(o.CountPendingDecisionTasks(domain=DOMAIN, task_list=list_)).count == waiting
        untaken = sum(not task.started for run in runs if run.open for task in run.activities.values())
        assert call(o.CountPendingActivityTasks(domain=DOMAIN, task_list=LIST)).count == untaken

    @invariant()
    def the_file_keeps_its_word(self) -> None:
        if hasattr(self, "flow"):
            self.flow.check()


ServiceAndModel.TestCase.settings = settings(
    max_examples=settings().max_examples * 3,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestServiceAndModel = pytest.mark.timeout(400)(ServiceAndModel.TestCase)


@pytest.mark.parametrize("seed", range(settings().max_examples // 5))
def test_long_walks_of_both_end_in_the_same_place(seed: int) -> None:
    """Where Hypothesis tries short and strange things, this goes far: hundreds of steps that make sense."""
    choose = random.Random(seed).choice
    both = ServiceAndModel()
    both.open(timeout=None, policy=choose(POLICIES), role=ROLE)
    steps = [*["decide"] * 6, *["work"] * 5, *["time"] * 3, *["start"] * 2, "command", "function", "restart", "type"]
    for _ in range(200):
        walk(both, choose(steps), choose)
        both.histories_are_equal()
        both.lists_and_counts_are_equal()
    both.the_file_keeps_its_word()
    assert sum(len(run.history) for run in both.world.runs) > 150
    both.teardown()


def walk(both: ServiceAndModel, step: str, choose: Choose) -> None:
    """One step of a long walk."""
    functions = [(run, scheduled) for run in both.world.runs if run.open for scheduled in sorted(run.functions)]
    match step:
        case "decide":
            wanted = [a_decision(choose) for _ in range(choose([1, 2, 3]))]
            both.decide(wanted=wanted, closing=a_closing(choose), override=choose(OVERRIDES))
        case "work":
            both.work_through(outcomes=[choose(OUTCOMES) for _ in range(choose([1, 2]))], details=choose([None, "x"]))
            if both.activity_tokens:
                both.do(choose(both.activity_tokens[-3:]), choose(OUTCOMES), "y")
        case "time":
            both.pass_time(seconds=choose([0.001, 0.5, 1.0, 2.0, 4.0, 4.0, 10.0, 30.0]))
        case "start":
            both.change_domain(deprecate=False)
            both.change_type(kind="workflow", verb=9)
            both.change_type(kind="activity", verb=9)
            both.start(choose(WORKFLOW_IDS), choose([None, "20", "50"]), choose(POLICIES), choose([None, ROLE]))
        case "command":
            named = choose([None, None, None, choose(both.world.runs)])
            target = named.workflow_id if named else choose(WORKFLOW_IDS)
            both.command(target, named, choose([0, 1, 2, 3, 4]), choose(POLICIES))
        case "function" if functions:
            run, scheduled = choose(functions)
            both.function_ended(run, scheduled, works=choose([True, False]))
        case "restart":
            both.restart()
        case "type":
            both.change_domain(deprecate=choose(SELDOM))
            for kind in ("workflow", "activity"):
                both.change_type(kind=kind, verb=choose([0, 1, *range(2, 20)]))
