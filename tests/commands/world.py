"""A file in which executions can be made to happen, with the workflow of a module beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.base import DecisionAttributes
from swf.protocol.decision import decision
from swf.protocol.values import ActivityType, ChildPolicy, TaskList, WorkflowType
from swf.server import Service, open_service
from swf.server.inprocess import InProcessClient

LIST = TaskList(name="list")


class World:
    """The file ``flow.db``; nobody holds it but while something happens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self.client() as client:
            client.call(o.RegisterDomain(name="default", workflow_execution_retention_period_in_days="30"))
            for name in ("order", "other"):
                client.call(
                    o.RegisterWorkflowType(
                        domain="default",
                        name=name,
                        version="1",
                        default_task_list=LIST,
                        default_child_policy=ChildPolicy.TERMINATE,
                        default_task_start_to_close_timeout="300",
                        default_execution_start_to_close_timeout="3600",
                    )
                )
            client.call(
                o.RegisterActivityType(
                    domain="default",
                    name="tests.commands.flows.add",
                    version="default",
                    default_task_list=LIST,
                    default_task_start_to_close_timeout="300",
                    default_task_schedule_to_close_timeout="300",
                    default_task_schedule_to_start_timeout="300",
                    default_task_heartbeat_timeout="NONE",
                )
            )

    @contextlib.contextmanager
    def client(self) -> Iterator[InProcessClient]:
        service = self.service()
        try:
            yield InProcessClient(service, poll_wait_s=0)
        finally:
            service.close()

    def service(self) -> Service:
        return open_service(self.path, wait_s=5)

    def start(self, workflow_id: str, *, type: str = "order", tags: tuple[str, ...] = (), **more: Any) -> str:
        with self.client() as client:
            run = client.call(
                o.StartWorkflowExecution(
                    domain="default",
                    workflow_id=workflow_id,
                    workflow_type=WorkflowType(name=type, version="1"),
                    tag_list=tags or None,
                    **more,
                )
            )
        assert run.run_id is not None
        return run.run_id

    def decide(self, *decisions: DecisionAttributes) -> None:
        """Answers the decision task that waits."""
        with self.client() as client:
            task = client.call(o.PollForDecisionTask(domain="default", task_list=LIST))
            assert task.task_token is not None
            client.call(
                o.RespondDecisionTaskCompleted(task_token=task.task_token, decisions=tuple(map(decision, decisions)))
            )

    def take(self) -> str:
        """The token of the activity task that waits."""
        with self.client() as client:
            task = client.call(o.PollForActivityTask(domain="default", task_list=LIST))
        assert task.task_token is not None
        return task.task_token

    def schedule(self, id: str, input: str = '{"args":[1,2],"kwargs":{}}') -> None:
        self.decide(
            d.ScheduleActivityTask(
                activity_type=ActivityType(name="tests.commands.flows.add", version="default"),
                activity_id=id,
                input=input,
            )
        )

    def events(self, workflow_id: str, run_id: str | None = None) -> list[Any]:
        from simpleflow.stats import Reader

        with self.client() as client:
            reader = Reader(client, "default")
            return list(reader.events(reader.find(workflow_id, run_id).execution_info.execution))
