"""Executions on a service in memory, driven by hand: what a decider, a worker and an operator would send."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from swf.lifecycle import Execution, fold
from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.base import Attributes, DecisionAttributes
from swf.protocol.decision import decision
from swf.protocol.event import HistoryEvent
from swf.protocol.values import ActivityType, ChildPolicy, CloseStatus, TaskList, WorkflowExecution, WorkflowType
from swf.protocol.wire import decode_events
from swf.server import Functions, ManualClock, Quotas, Rates, Service, open_service
from swf.server.check import problems
from swf.server.inprocess import InProcessClient

AnyAttributes = TypeVar("AnyAttributes", bound=Attributes)

DOMAIN = "shop"
LIST = TaskList(name="orders")
ORDER = WorkflowType(name="order", version="1")
CHARGE = ActivityType(name="charge", version="1")


def schedule(activity_id: str, **values: Any) -> d.ScheduleActivityTask:
    """The decision to schedule an activity of the known type."""
    return d.ScheduleActivityTask(**{"activity_type": CHARGE, "activity_id": activity_id, **values})


def start_timer(timer_id: str, seconds: int = 10) -> d.StartTimer:
    """The decision to start a timer."""
    return d.StartTimer(timer_id=timer_id, start_to_fire_timeout=str(seconds))


def start_child(workflow_id: str, **values: Any) -> d.StartChildWorkflowExecution:
    """The decision to start a child of the known type, with a decision task list of its own."""
    return d.StartChildWorkflowExecution(
        **{"workflow_type": ORDER, "workflow_id": workflow_id, "task_list": TaskList(name=workflow_id), **values}
    )


@dataclass
class Flow:
    """Sends commands and tells what became of them. After each, every view is compared with its history."""

    path: str | None = None
    clock: ManualClock = field(default_factory=ManualClock)
    quotas: Quotas | None = None
    rates: Rates | None = None
    functions: Functions | None = None
    workflow_id: str = "order-1"
    task_list: TaskList = LIST
    """Where its decision tasks are polled for."""
    service: Service = field(init=False)
    client: InProcessClient = field(init=False)
    run_id: str = ""
    seen: int = 0
    activity_tokens: dict[str, str] = field(default_factory=dict)
    decision_token: str | None = None

    def __post_init__(self) -> None:
        self.open()
        self.call(o.RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="30"))
        self.register_workflow_type()
        self.register_activity_type()

    def register_workflow_type(self) -> None:
        """Registers the type of the executions, with all defaults."""
        self.call(
            o.RegisterWorkflowType(
                domain=DOMAIN,
                name="order",
                version="1",
                default_task_list=LIST,
                default_child_policy=ChildPolicy.TERMINATE,
                default_task_start_to_close_timeout="60",
                default_execution_start_to_close_timeout="3600",
            )
        )

    def register_activity_type(self) -> None:
        """Registers the type of the activities, with all defaults."""
        self.call(
            o.RegisterActivityType(
                domain=DOMAIN,
                name="charge",
                version="1",
                default_task_list=LIST,
                default_task_start_to_close_timeout="30",
                default_task_schedule_to_close_timeout="100",
                default_task_schedule_to_start_timeout="50",
                default_task_heartbeat_timeout="NONE",
            )
        )

    def open(self) -> None:
        """Opens the service (again)."""
        self.service = open_service(
            self.path, clock=self.clock, quotas=self.quotas, rates=self.rates, functions=self.functions
        )
        self.client = InProcessClient(self.service, poll_wait_s=0)

    def call(self, request: o.Request[Any]) -> Any:
        """One call, then the comparison of views and histories."""
        try:
            return self.client.call(request)
        finally:
            self.check()

    def check(self) -> None:
        """Every view equals what follows from its history."""
        assert list(problems(self.service)) == []

    @property
    def name(self) -> WorkflowExecution:
        return WorkflowExecution(workflow_id=self.workflow_id, run_id=self.run_id)

    def start(self, **values: Any) -> None:
        """Starts the execution."""
        request = o.StartWorkflowExecution(
            **{"domain": DOMAIN, "workflow_id": self.workflow_id, "workflow_type": ORDER, **values}
        )
        self.run_id = self.call(request).run_id

    def beside(self, workflow_id: str, *, is_open: bool = True) -> Flow:
        """The open execution of another workflow id on the same service, or the one that closed last."""
        filters: dict[str, Any] = {
            "domain": DOMAIN,
            "start_time_filter": o.ExecutionTimeFilter(oldest_date=0),
            "execution_filter": o.WorkflowExecutionFilter(workflow_id=workflow_id),
        }
        request = o.ListOpenWorkflowExecutions if is_open else o.ListClosedWorkflowExecutions
        infos = self.call(request(**filters)).execution_infos
        assert infos, f"no such execution {workflow_id!r}"
        other = copy.copy(self)
        other.workflow_id, other.run_id = workflow_id, infos[0].execution.run_id
        other.seen, other.activity_tokens, other.decision_token = 0, {}, None
        other.task_list = other.describe().execution_configuration.task_list
        return other

    def events(self) -> list[HistoryEvent]:
        """The whole history."""
        request = o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=self.name)
        page = self.call(request)
        events = decode_events(page.events)
        while page.next_page_token is not None:
            page = self.call(msgspec.structs.replace(request, next_page_token=page.next_page_token))
            events += decode_events(page.events)
        return events

    def execution(self) -> Execution:
        """The history, folded."""
        return fold(self.events())

    def news(self) -> list[type[Attributes]]:
        """The types of the events since the last time this was asked."""
        events = self.events()[self.seen :]
        self.seen += len(events)
        return [type(event.attributes) for event in events]

    @property
    def last(self) -> Any:
        """The attributes of the newest event."""
        return self.events()[-1].attributes

    def poll_decision(self, **values: Any) -> o.DecisionTask:
        """Takes the decision task, if one waits."""
        task = self.call(o.PollForDecisionTask(**{"domain": DOMAIN, "task_list": self.task_list, **values}))
        assert isinstance(task, o.DecisionTask)
        self.decision_token = task.task_token
        return task

    def answer(self, *decisions: DecisionAttributes, **values: Any) -> None:
        """Answers the decision task that was taken."""
        assert self.decision_token is not None, "no decision task was taken"
        self.call(
            o.RespondDecisionTaskCompleted(
                task_token=self.decision_token, decisions=tuple(map(decision, decisions)), **values
            )
        )

    def decide(self, *decisions: DecisionAttributes, **values: Any) -> None:
        """Takes the decision task and answers it; :meth:`news` then begins after the answer's first event."""
        self.poll_decision()
        self.seen = len(self.events())
        self.answer(*decisions, **values)

    def take(self, **values: Any) -> o.ActivityTask:
        """Takes the next activity task, if one waits."""
        task = self.call(o.PollForActivityTask(**{"domain": DOMAIN, "task_list": LIST, **values}))
        assert isinstance(task, o.ActivityTask)
        if task.task_token is not None:
            assert task.activity_id is not None
            self.activity_tokens[task.activity_id] = task.task_token
        return task

    def complete(self, activity_id: str, result: str | None = None) -> None:
        """Answers a taken activity."""
        self.call(o.RespondActivityTaskCompleted(task_token=self.activity_tokens[activity_id], result=result))

    def beat(self, activity_id: str, details: str | None = None) -> bool:
        """Sends a heartbeat; True if the activity should cancel."""
        status = self.call(o.RecordActivityTaskHeartbeat(task_token=self.activity_tokens[activity_id], details=details))
        return bool(status.cancel_requested)

    def signal(self, name: str = "hello", **values: Any) -> None:
        """Sends a signal."""
        self.call(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id=self.workflow_id, signal_name=name, **values))

    def terminate(self, **values: Any) -> None:
        """Closes it from outside."""
        self.call(o.TerminateWorkflowExecution(domain=DOMAIN, workflow_id=self.workflow_id, **values))

    def describe(self) -> o.WorkflowExecutionDetail:
        """What Describe tells."""
        detail = self.call(o.DescribeWorkflowExecution(domain=DOMAIN, execution=self.name))
        assert isinstance(detail, o.WorkflowExecutionDetail)
        return detail

    @property
    def status(self) -> CloseStatus | None:
        """How it ended; None while it is open."""
        return self.describe().execution_info.close_status

    def all_of(self, type: type[AnyAttributes]) -> list[AnyAttributes]:
        """The attributes of all events of a type, in order."""
        return [event.attributes for event in self.events() if isinstance(event.attributes, type)]

    def at(self, type: type[Attributes]) -> float:
        """When the last event of a type happened."""
        return [event.timestamp for event in self.events() if isinstance(event.attributes, type)][-1]

    def pass_time(self, seconds: float) -> None:
        """Lets time pass and deadlines strike."""
        self.clock.advance(seconds)
        self.service.tick()
        self.check()

    def reopen(self) -> None:
        """Closes the service and opens the file again."""
        self.service.close()
        self.open()
