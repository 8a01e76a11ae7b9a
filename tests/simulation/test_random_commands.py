"""Random commands under a seed: whatever is sent, the views equal what follows from the histories."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.base import DecisionAttributes
from swf.protocol.decision import decision
from swf.protocol.faults import Fault, InternalFailure
from swf.protocol.values import (
    ActivityType,
    ChildPolicy,
    CloseStatus,
    RegistrationStatus,
    TaskList,
    WorkflowExecution,
    WorkflowType,
)
from swf.server import LocalFunctions, Quotas
from swf.server.check import problems
from tests.service.flow import CHARGE, DOMAIN, LIST, ORDER, Flow

STICKY = TaskList(name="sticky")
ARN = f"arn:aws:swf:us-east-1:000000000000:/domain/{DOMAIN}"
SMALL = Quotas(
    events_per_execution=120, open_activities=4, open_timers=3, open_children=3, open_functions=2, open_executions=6
)


class Chaos:
    """Sends calls that a confused world might send, half of them sensible."""

    def __init__(self, seed: int, path: str | None, quotas: Quotas) -> None:
        self.random = random.Random(seed)
        functions = LocalFunctions({"f": lambda event, context: event, "g": lambda event, context: 1 // 0})
        self.flow = Flow(path, quotas=quotas, functions=functions)
        self.decision_tokens: list[str] = []
        self.activity_tokens: list[str] = []
        self.page_tokens: list[str] = []
        self.runs: list[WorkflowExecution] = []
        self.sent: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.often = self.weighted()

    def weighted(self) -> list[Callable[[], o.Request[Any]]]:
        """What makes a request, as often as it shall be made."""
        return [
            *[self.start] * 8,
            *[self.poll_decision] * 20,
            *[self.answer] * 24,
            *[self.poll_activity] * 14,
            *[self.work] * 14,
            *[self.speak] * 9,
            *[self.read] * 6,
            *[self.change_type] * 6,
            *[self.change_domain] * 4,
            *[self.pass_time] * 10,
            self.restart,
        ]

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def workflow_id(self) -> str:
        return self.random.choice(["w1", "w2", "w3", "w4"])

    def run_id(self) -> str | None:
        return self.random.choice(self.runs).run_id if self.runs and self.random.random() < 0.2 else None

    def page(self) -> dict[str, Any]:
        token = self.random.choice(self.page_tokens) if self.page_tokens and self.random.random() < 0.4 else None
        return {"maximum_page_size": self.pick(None, 0, 1, 3), "reverse_order": self.pick(None, True, False)} | {
            "next_page_token": token
        }

    # Decisions

    def decision(self) -> DecisionAttributes:
        name = self.random.choice("abcd")
        duration = self.pick("0", "1", "5", "30", "NONE", None)
        return self.random.choice(
            [
                d.ScheduleActivityTask(
                    activity_type=self.random.choice([CHARGE] * 3 + [ActivityType(name="nobody", version="1")]),
                    activity_id=name,
                    task_priority=self.pick(None, "1", "-1"),
                    start_to_close_timeout=duration,
                    heartbeat_timeout=self.pick("2", None),
                    schedule_to_start_timeout=self.pick("3", None),
                ),
                d.RequestCancelActivityTask(activity_id=name),
                d.StartTimer(timer_id=name, start_to_fire_timeout=self.pick("0", "2", "20")),
                d.CancelTimer(timer_id=name),
                d.RecordMarker(marker_name=name),
                d.StartChildWorkflowExecution(
                    workflow_type=self.pick(ORDER, ORDER, WorkflowType(name="nothing", version="1")),
                    workflow_id=self.workflow_id(),
                    child_policy=self.pick(None, *ChildPolicy),
                    tag_list=self.pick(None, ("t",)),
                    execution_start_to_close_timeout=self.pick(None, "30"),
                ),
                d.SignalExternalWorkflowExecution(
                    workflow_id=self.workflow_id(), run_id=self.run_id(), signal_name="s"
                ),
                d.RequestCancelExternalWorkflowExecution(workflow_id=self.workflow_id(), run_id=self.run_id()),
                d.ScheduleLambdaFunction(id=name, name=self.pick("f", "g", "h"), start_to_close_timeout=duration),
            ]
        )

    def closing(self) -> DecisionAttributes:
        return self.random.choice(
            [
                d.CompleteWorkflowExecution(result="1"),
                d.FailWorkflowExecution(reason="no"),
                d.CancelWorkflowExecution(details="x"),
                d.ContinueAsNewWorkflowExecution(workflow_type_version=self.pick(None, "1", "9"), tag_list=("t",)),
            ]
        )

    # Requests

    def start(self) -> o.Request[Any]:
        return o.StartWorkflowExecution(
            domain=DOMAIN,
            workflow_id=self.workflow_id(),
            workflow_type=ORDER,
            execution_start_to_close_timeout=self.pick("40", "4000"),
            tag_list=self.pick(None, ("t",), ("t", "u", None)),
            child_policy=self.pick(None, *ChildPolicy),
            lambda_role=self.pick(None, "role"),
        )

    def poll_decision(self) -> o.Request[Any]:
        return o.PollForDecisionTask(
            domain=DOMAIN,
            task_list=self.pick(LIST, LIST, STICKY),
            start_at_previous_started_event=self.random.random() < 0.5,
            **self.page(),
        )

    def answer(self) -> o.Request[Any]:
        if not self.decision_tokens:
            return self.poll_decision()
        decisions = [self.decision() for _ in range(self.random.randrange(4))]
        if self.random.random() < 0.15:
            decisions.append(self.closing())
        for attributes in decisions:
            self.sent[type(attributes).__name__] += 1
        return o.RespondDecisionTaskCompleted(
            task_token=self.random.choice(self.decision_tokens[-3:]),
            decisions=tuple(map(decision, decisions)),
            task_list=self.pick(None, STICKY),
            task_list_schedule_to_start_timeout=self.pick("1", "9", None),
        )

    def poll_activity(self) -> o.Request[Any]:
        return o.PollForActivityTask(domain=DOMAIN, task_list=LIST, identity="chaos")

    def work(self) -> o.Request[Any]:
        if not self.activity_tokens:
            return self.poll_activity()
        token = self.random.choice(self.activity_tokens[-4:])
        return self.random.choice(
            [
                o.RespondActivityTaskCompleted(task_token=token, result="1"),
                o.RespondActivityTaskFailed(task_token=token, reason="no"),
                o.RespondActivityTaskCanceled(task_token=token),
                o.RecordActivityTaskHeartbeat(task_token=token, details="x"),
            ]
        )

    def speak(self) -> o.Request[Any]:
        target: dict[str, Any] = {"domain": DOMAIN, "workflow_id": self.workflow_id(), "run_id": self.run_id()}
        chance = self.random.random()
        if chance < 0.6:
            return o.SignalWorkflowExecution(**target, signal_name="s")
        if chance < 0.85:
            return o.RequestCancelWorkflowExecution(**target)
        return o.TerminateWorkflowExecution(**target, child_policy=self.pick(None, *ChildPolicy))

    def read(self) -> o.Request[Any]:
        run = self.random.choice(self.runs) if self.runs else WorkflowExecution(workflow_id="w", run_id="r")
        window = o.ExecutionTimeFilter(oldest_date=self.pick(0, self.flow.clock.now() - 20))
        filter: dict[str, Any] = self.pick(
            {},
            {"execution_filter": o.WorkflowExecutionFilter(workflow_id=self.workflow_id())},
            {"type_filter": o.WorkflowTypeFilter(name="order")},
            {"tag_filter": o.TagFilter(tag="t")},
        )
        closed: dict[str, Any] = {self.pick("start_time_filter", "close_time_filter"): window} | self.pick(
            filter, {"close_status_filter": o.CloseStatusFilter(status=self.random.choice(list(CloseStatus)))}
        )
        status = self.random.choice(list(RegistrationStatus))
        return self.random.choice(
            [
                o.DescribeWorkflowExecution(domain=DOMAIN, execution=run),
                o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=run, **self.page()),
                o.ListOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=window, **filter, **self.page()),
                o.CountOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=window, **filter),
                o.ListClosedWorkflowExecutions(domain=DOMAIN, **closed, **self.page()),
                o.CountClosedWorkflowExecutions(domain=DOMAIN, **closed),
                o.CountPendingActivityTasks(domain=DOMAIN, task_list=LIST),
                o.CountPendingDecisionTasks(domain=DOMAIN, task_list=self.pick(LIST, STICKY)),
                o.ListDomains(registration_status=status, **self.page()),
                o.ListActivityTypes(domain=DOMAIN, registration_status=status, **self.page()),
                o.ListWorkflowTypes(domain=DOMAIN, registration_status=status, **self.page()),
                o.DescribeDomain(name=self.pick(DOMAIN, "nowhere")),
                o.DescribeActivityType(domain=DOMAIN, activity_type=CHARGE),
                o.DescribeWorkflowType(domain=DOMAIN, workflow_type=ORDER),
                o.ListTagsForResource(resource_arn=ARN),
            ]
        )

    def change_type(self) -> o.Request[Any]:
        """The two types are called back as often as they are sent away; a third is all the same."""
        word, member, type = self.pick(("Workflow", "workflow_type", ORDER), ("Activity", "activity_type", CHARGE))
        verb = self.pick("Deprecate", "Delete", *["Undeprecate"] * 6, *["Register"] * 3)
        if verb != "Register":
            return o.OPERATIONS[f"{verb}{word}Type"](domain=DOMAIN, **{member: type})  # type: ignore[call-arg]
        register = self.flow.register_workflow_type if word == "Workflow" else self.flow.register_activity_type
        try:
            register()
        except Fault as fault:
            self.faults[fault.code] += 1
        operation = o.OPERATIONS[f"Register{word}Type"]
        return operation(domain=DOMAIN, name="more", version=str(self.random.randrange(99)))  # type: ignore[call-arg]

    def change_domain(self) -> o.Request[Any]:
        return self.random.choice(
            [
                o.DeprecateDomain(name=self.pick(DOMAIN, *["other"] * 5)),
                *[o.UndeprecateDomain(name=DOMAIN)] * 3,
                o.RegisterDomain(name="other", workflow_execution_retention_period_in_days="NONE"),
                o.TagResource(resource_arn=ARN, tags=(o.ResourceTag(key=self.random.choice("abc"), value="v"),)),
                o.UntagResource(resource_arn=ARN, tag_keys=("a", "b")),
            ]
        )

    def pass_time(self) -> o.Request[Any]:
        seconds = self.pick(0.001, 0.5, 1, 3, 10)
        if self.random.random() < 0.02:
            seconds = 30 * 24 * 3600
        self.flow.pass_time(seconds)
        return self.read()

    def restart(self) -> o.Request[Any]:
        if self.flow.path:
            self.flow.reopen()
        return self.read()

    def step(self) -> None:
        request = self.random.choice(self.often)()
        self.sent[type(request).__name__] += 1
        try:
            answer = self.flow.call(request)
        except InternalFailure:
            raise
        except Fault as fault:
            self.faults[fault.code] += 1
            return
        self.remember(request, answer)

    def remember(self, request: o.Request[Any], answer: Any) -> None:
        if isinstance(answer, o.DecisionTask) and answer.task_token:
            self.decision_tokens.append(answer.task_token)
            assert answer.workflow_execution is not None
            self.runs.append(answer.workflow_execution)
        if isinstance(answer, o.ActivityTask) and answer.task_token:
            self.activity_tokens.append(answer.task_token)
        token = getattr(answer, "next_page_token", None)
        if token is not None:
            self.page_tokens = [*self.page_tokens[-4:], token]


@pytest.mark.parametrize("seed", range(8))
def test_views_follow_from_histories_whatever_is_sent(seed: int, tmp_path: Path) -> None:
    """Each call compares all views with all histories; here only the calls are made."""
    chaos = Chaos(seed, str(tmp_path / "chaos.db") if seed % 2 else None, SMALL if seed % 3 else Quotas())
    for _ in range(500):
        chaos.step()
    assert 20 < chaos.faults.total() < 350
    assert len(chaos.faults) > 4
    chaos.flow.service.close()


def test_every_operation_and_every_decision_is_among_the_random_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flow, "check", lambda flow: None)
    chaos = Chaos(8, None, SMALL)
    for _ in range(6_000):
        chaos.step()
    assert set(o.OPERATIONS) <= set(chaos.sent)
    assert {type.__name__ for type in d.DECISIONS} <= set(chaos.sent)
    assert list(problems(chaos.flow.service)) == []
    chaos.flow.service.close()
