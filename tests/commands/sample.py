"""The sample history of the documentation: the quickstart with two tasks, and the moments that its tables show."""

from __future__ import annotations

import datetime
from pathlib import Path

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.base import DecisionAttributes
from swf.protocol.decision import decision
from swf.protocol.values import ActivityType, ChildPolicy, TaskList, WorkflowType
from swf.server import ManualClock, open_service
from swf.server.inprocess import InProcessClient

DOMAIN = "TestDomain"
BASIC = WorkflowType(name="basic", version="example")
LIST = TaskList(name="quickstart")
WORKFLOW_ID = "basic-example-1438722273"
RUN_ID = "22QFVi362TnCh6BdoFgkQFlocunh24zEOemo1L12Yl5Go="
INPUT = '{"args":[1],"kwargs":{}}'


def at(text: str) -> float:
    """A moment of the 4th of August 2015, UTC."""
    return datetime.datetime.fromisoformat(f"2015-08-04T{text}+00:00").timestamp()


class Played:
    """Plays what has happened, moment by moment, into a file."""

    def __init__(self, path: Path | None, start: float = at("23:04:18.450")) -> None:
        self.clock = ManualClock(start)
        self.shift = start - at("23:04:18.450")
        self.service = open_service(path, clock=self.clock, new_run_id=lambda: RUN_ID)
        self.client = InProcessClient(self.service, poll_wait_s=0)
        call = self.client.call
        call(o.RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="90"))
        call(
            o.RegisterWorkflowType(
                domain=DOMAIN,
                name=BASIC.name,
                version=BASIC.version,
                default_task_list=LIST,
                default_child_policy=ChildPolicy.TERMINATE,
                default_task_start_to_close_timeout="300",
                default_execution_start_to_close_timeout="3600",
            )
        )
        for name in ("increment", "double"):
            call(
                o.RegisterActivityType(
                    domain=DOMAIN,
                    name=f"examples.basic.{name}",
                    version="example",
                    default_task_list=LIST,
                    default_task_start_to_close_timeout="NONE",
                    default_task_schedule_to_close_timeout="NONE",
                    default_task_schedule_to_start_timeout="NONE",
                    default_task_heartbeat_timeout="NONE",
                )
            )
        call(
            o.StartWorkflowExecution(
                domain=DOMAIN, workflow_id=WORKFLOW_ID, workflow_type=BASIC, input=INPUT, tag_list=("eu", "nightly")
            )
        )

    def decide(self, text: str, *decisions: DecisionAttributes) -> None:
        self.to(text)
        task = self.client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
        assert task.task_token is not None
        self.client.call(
            o.RespondDecisionTaskCompleted(task_token=task.task_token, decisions=tuple(map(decision, decisions)))
        )

    def work(self, started: str, completed: str, result: str) -> None:
        self.to(started)
        task = self.client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST))
        assert task.task_token is not None
        self.to(completed)
        self.client.call(o.RespondActivityTaskCompleted(task_token=task.task_token, result=result))

    def to(self, text: str) -> None:
        self.clock.set(round(at(text) + self.shift, 3))

    def play(self) -> None:
        """All of it, to the end."""
        self.decide("23:04:34.498", schedule("increment", INPUT))
        self.work("23:06:16.698", "23:06:17.488", "2")
        self.decide("23:06:17.738", schedule("double", '{"args":[2],"kwargs":{}}'))
        self.work("23:06:17.810", "23:06:19.200", "4")
        self.decide("23:06:19.500", d.CompleteWorkflowExecution(result="4"))
        self.service.close()


def schedule(name: str, input: str) -> d.ScheduleActivityTask:
    return d.ScheduleActivityTask(
        activity_type=ActivityType(name=f"examples.basic.{name}", version="example"),
        activity_id=f"activity-examples.basic.{name}-1",
        input=input,
    )
