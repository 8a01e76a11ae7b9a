"""Random commands under a seed: whatever is sent, the views equal what follows from the histories."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.base import DecisionAttributes
from swf.protocol.decision import decision
from swf.protocol.faults import Fault
from swf.protocol.values import ActivityType, TaskList
from tests.service.flow import CHARGE, DOMAIN, LIST, ORDER, Flow

STICKY = TaskList(name="sticky")


class Chaos:
    """Sends calls that a confused world might send, half of them sensible."""

    def __init__(self, seed: int, path: str | None) -> None:
        self.random = random.Random(seed)
        self.flow = Flow(path)
        self.decision_tokens: list[str] = []
        self.activity_tokens: list[str] = []
        self.faults = 0

    def pick(self, *choices: str | None) -> str | None:
        return self.random.choice(choices)

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
                d.StartTimer(timer_id=name, start_to_fire_timeout=self.random.choice(["0", "2", "20"])),
                d.CancelTimer(timer_id=name),
                d.RecordMarker(marker_name=name),
            ]
        )

    def step(self) -> None:
        chance = self.random.random()
        workflow_id = self.random.choice(["w1", "w2", "w3"])
        call = self.flow.call
        if chance < 0.1:
            call(
                o.StartWorkflowExecution(
                    domain=DOMAIN,
                    workflow_id=workflow_id,
                    workflow_type=ORDER,
                    execution_start_to_close_timeout=self.pick("40", "4000"),
                    tag_list=self.random.choice([None, ("t",), ("t", "u", None)]),
                )
            )
        elif chance < 0.3:
            task = call(
                o.PollForDecisionTask(
                    domain=DOMAIN,
                    task_list=self.random.choice([LIST, STICKY]),
                    start_at_previous_started_event=self.random.random() < 0.5,
                )
            )
            if task.task_token:
                self.decision_tokens.append(task.task_token)
        elif chance < 0.5 and self.decision_tokens:
            decisions = [self.decision() for _ in range(self.random.randrange(4))]
            if self.random.random() < 0.15:
                decisions.append(self.random.choice([d.CompleteWorkflowExecution(), d.FailWorkflowExecution()]))
            call(
                o.RespondDecisionTaskCompleted(
                    task_token=self.random.choice(self.decision_tokens[-3:]),
                    decisions=tuple(map(decision, decisions)),
                    task_list=self.random.choice([None, STICKY]),
                    task_list_schedule_to_start_timeout=self.pick("1", "9", None),
                )
            )
        elif chance < 0.65:
            task = call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST, identity="chaos"))
            if task.task_token:
                self.activity_tokens.append(task.task_token)
        elif chance < 0.8 and self.activity_tokens:
            token = self.random.choice(self.activity_tokens[-4:])
            call(
                self.random.choice(
                    [
                        o.RespondActivityTaskCompleted(task_token=token, result="1"),
                        o.RespondActivityTaskFailed(task_token=token, reason="no"),
                        o.RespondActivityTaskCanceled(task_token=token),
                        o.RecordActivityTaskHeartbeat(task_token=token, details="x"),
                    ]
                )
            )
        elif chance < 0.86:
            call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id=workflow_id, signal_name="s"))
        elif chance < 0.88:
            call(o.RequestCancelWorkflowExecution(domain=DOMAIN, workflow_id=workflow_id))
        elif chance < 0.885:
            call(o.TerminateWorkflowExecution(domain=DOMAIN, workflow_id=workflow_id))
        elif chance < 0.9 and self.flow.path:
            self.flow.reopen()
        else:
            self.flow.pass_time(self.random.choice([0.001, 0.5, 1, 3, 10]))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("durable", [False, True])
def test_views_follow_from_histories_whatever_is_sent(seed: int, durable: bool, tmp_path: Path) -> None:
    """Each call compares all views with all histories; here only the calls are made."""
    chaos = Chaos(seed, str(tmp_path / "chaos.db") if durable else None)
    for _ in range(500):
        try:
            chaos.step()
        except Fault:
            chaos.faults += 1
    assert 0 < chaos.faults < 400
    connection = chaos.flow.service.database.connection
    assert connection.execute("select count(*) from events").get > 120
    chaos.flow.service.close()
