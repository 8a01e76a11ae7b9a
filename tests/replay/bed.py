"""A test bed: the real service in memory under a manual clock, and runs that are warm, cold or both."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simpleflow import Workflow, format
from simpleflow.activity import Activity
from simpleflow.dispatch import Importable
from simpleflow.replay import Decisions, Run, RunOptions, Stale
from simpleflow.workflows import Workflows
from swf.lifecycle import Execution, fold
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.base import DecisionAttributes
from swf.protocol.decision import decision
from swf.protocol.event import HistoryEvent
from swf.protocol.faults import TypeAlreadyExistsFault, UnknownResourceFault
from swf.protocol.values import ChildPolicy, TaskList, WorkflowExecution, WorkflowType
from swf.server import ManualClock, open_service
from swf.server.inprocess import InProcessClient

LIST = TaskList(name="bed")
LOADED = Workflows([], Importable([], "/nowhere"))
"""Workflow classes of tests, by their dotted paths."""


BEDS: list[Bed] = []
"""All that this test has made."""


class Failing(Exception):
    """What an activity of a test raises."""


def encoded(decisions: Decisions) -> list[bytes]:
    """The decisions as they would be sent."""
    return [wire.encode(each) for each in decisions.decisions]


@dataclass
class Bed:
    """Runs one workflow. *evict*: each decision is made by a new run; *compare*: by both, which must agree."""

    workflow: type[Workflow]
    args: tuple[Any, ...] = ()
    compare: bool = True
    evict: bool = False
    strict: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    may_come_late: bool = False
    """Whether somebody may end executions while they are decided."""
    outcomes: Callable[[str, int, Any], Any] | None = None
    """What an activity does, by activity id, attempt and decoded input; None: the function is called."""
    clock: ManualClock = field(default_factory=ManualClock)
    meta: dict[str, Any] | None = None
    """What the input of the execution carries beside its arguments."""

    def __post_init__(self) -> None:
        BEDS.append(self)
        self.service = open_service(None, clock=self.clock)
        self.client = InProcessClient(self.service, poll_wait_s=0)
        self.run: Run | None = None
        self.family: dict[WorkflowExecution, Run] = {}
        """The runs of children, and of what the execution has continued as."""
        self.registered: list[WorkflowType] = []
        self.answers: list[list[DecisionAttributes]] = []
        self.calls: list[str] = []
        self.findings: list[str] = []
        self.attempts: dict[str, itertools.count[int]] = {}
        self.client.call(o.RegisterDomain(name="d", workflow_execution_retention_period_in_days="90"))
        self.register(WorkflowType(name="w", version="1"))
        more = {} if self.meta is None else {"meta": self.meta}
        input = format.encode({"args": self.args, "kwargs": {}, **more})
        run = self.client.call(
            o.StartWorkflowExecution(
                domain="d", workflow_id="x", workflow_type=WorkflowType(name="w", version="1"), input=input
            )
        )
        assert run.run_id is not None
        self.name = WorkflowExecution(workflow_id="x", run_id=run.run_id)

    def register(self, type: WorkflowType) -> None:
        try:
            self.client.call(
                o.RegisterWorkflowType(
                    domain="d",
                    name=type.name,
                    version=type.version,
                    default_task_list=LIST,
                    default_child_policy=ChildPolicy.TERMINATE,
                    default_task_start_to_close_timeout="300",
                    default_execution_start_to_close_timeout="31536000",
                )
            )
        except TypeAlreadyExistsFault:
            pass

    def new_run(self, task: o.DecisionTask | None = None) -> Run:
        name = self.name if task is None else task.workflow_execution
        assert name is not None
        options = {
            "task_list": "bed",
            "keeps_values": True,
            "is_service_here": True,
            "run_id": name.run_id,
            "workflow_id": name.workflow_id,
        }
        workflow = self.workflow
        if task is not None and task.workflow_type is not None and task.workflow_type.name != "w":
            workflow = LOADED.find(task.workflow_type.name, "", None)
        return Run(workflow, RunOptions(strict=self.strict, **{**options, **self.options}))

    def poll(self) -> o.DecisionTask:
        return self.client.call(o.PollForDecisionTask(domain="d", task_list=LIST))

    def decide(self, task: o.DecisionTask | None = None, *, is_lost: bool = False) -> bool:
        """Answers a decision task if one waits; whether one did. The answer may be lost on its way."""
        task = task or self.poll()
        if task.task_token is None:
            return False
        assert task.events is not None
        assert task.workflow_execution is not None
        name = task.workflow_execution
        events = self.events(name)[: task.started_event_id] if task.next_page_token else wire.decode_events(task.events)
        if self.evict:
            self.kill(name)
        run = self.warm(name) or self.new_run(task)
        try:
            decisions = run.advance(events)
        except Stale:
            run.kill()
            run = self.new_run(task)
            decisions = run.advance(events)
        self.keep(name, run)
        if self.compare:
            cold = self.new_run(task)
            again = cold.advance(events)
            assert encoded(again) == encoded(decisions), (encoded(again), encoded(decisions))
            assert (again.context, again.register) == (decisions.context, decisions.register)
            before = [entry.key for entry in cold.outbox.entries()], cold.closing
            cold.kill()
            assert ([entry.key for entry in cold.outbox.entries()], cold.closing) == before, (
                "the unwinding left a trace"
            )
        if not is_lost:
            self.answer(task, decisions)
        return True

    def warm(self, name: WorkflowExecution) -> Run | None:
        """The run of an execution, if it was kept."""
        return self.run if name == self.name else self.family.get(name)

    def keep(self, name: WorkflowExecution, run: Run) -> None:
        """Keeps the run of an execution."""
        if name == self.name:
            self.run = run
        else:
            self.family[name] = run

    def kill(self, name: WorkflowExecution | None = None) -> None:
        """Forgets the run of an execution, or all runs, as a decider does that needs room."""
        names = [self.name, *self.family] if name is None else [name]
        for each in names:
            run = self.warm(each)
            if run is not None:
                run.kill()
                self.family.pop(each, None)
                if each == self.name:
                    self.run = None

    def answer(self, task: o.DecisionTask, decisions: Decisions) -> None:
        self.findings += [finding.message for finding in decisions.findings]
        for type in decisions.register:
            if isinstance(type, WorkflowType):
                self.registered.append(type)
                self.register(type)
                continue
            try:
                self.client.call(
                    o.RegisterActivityType(
                        domain="d",
                        name=type.name,
                        version=type.version,
                        default_task_list=LIST,
                        default_task_start_to_close_timeout="NONE",
                        default_task_schedule_to_close_timeout="NONE",
                        default_task_schedule_to_start_timeout="NONE",
                        default_task_heartbeat_timeout="NONE",
                    )
                )
            except TypeAlreadyExistsFault:
                pass
        self.answers.append(decisions.decisions)
        assert task.task_token is not None
        try:
            self.client.call(
                o.RespondDecisionTaskCompleted(
                    task_token=task.task_token,
                    decisions=tuple(map(decision, decisions.decisions)),
                    execution_context=decisions.context,
                )
            )
        except UnknownResourceFault:
            assert self.may_come_late, "the task has gone"

    def work(self) -> bool:
        """Runs one activity if one waits; whether one did."""
        task = self.client.call(o.PollForActivityTask(domain="d", task_list=LIST))
        if task.task_token is None:
            return False
        assert task.activity_id is not None
        assert task.activity_type is not None
        self.calls.append(task.activity_id)
        attempt = next(self.attempts.setdefault(task.activity_id, itertools.count(1)))
        content = format.decode(task.input)
        try:
            if self.outcomes is not None:
                result = self.outcomes(task.activity_id, attempt, content)
            else:
                result = self.activity(task.activity_type.name)(*content["args"], **content["kwargs"])
        except Failing as error:
            self.client.call(o.RespondActivityTaskFailed(task_token=task.task_token, reason=str(error)))
        else:
            self.client.call(o.RespondActivityTaskCompleted(task_token=task.task_token, result=format.encode(result)))
        return True

    def activity(self, name: str) -> Activity[..., Any]:
        from simpleflow.registry import registry

        return registry[None][name]

    def signal(self, name: str, value: Any = None, workflow_id: str = "x") -> None:
        self.client.call(
            o.SignalWorkflowExecution(domain="d", workflow_id=workflow_id, signal_name=name, input=format.encode(value))
        )

    def cancel(self, workflow_id: str = "x") -> None:
        self.client.call(o.RequestCancelWorkflowExecution(domain="d", workflow_id=workflow_id))

    def terminate(self, workflow_id: str) -> None:
        self.client.call(o.TerminateWorkflowExecution(domain="d", workflow_id=workflow_id))

    def open_ids(self) -> list[str]:
        """The workflow ids of what is open, in the order of their start."""
        window = o.ExecutionTimeFilter(oldest_date=0.0)
        infos = self.client.call(
            o.ListOpenWorkflowExecutions(domain="d", start_time_filter=window, reverse_order=True)
        ).execution_infos
        return [info.execution.workflow_id for info in infos]

    def follow(self) -> None:
        """Goes on to the run by which the execution has continued."""
        while (closed := self.execution().closed) is not None and closed.type == "WorkflowExecutionContinuedAsNew":
            self.kill(self.name)
            new_id = closed.attributes.new_execution_run_id  # type: ignore[attr-defined]
            self.name = WorkflowExecution(workflow_id="x", run_id=new_id)
            self.run = self.family.pop(self.name, None)

    def describe_context(self) -> str | None:
        detail = self.client.call(o.DescribeWorkflowExecution(domain="d", execution=self.name))
        return detail.latest_execution_context

    def settle(self) -> None:
        """Decides and works until nothing can happen but the passing of time."""
        while self.decide() or self.work():
            pass

    def finish(self) -> Any:
        """Lets everything happen, time included, and returns the result of the execution."""
        self.settle()
        self.follow()
        while self.execution().is_open:
            at = self.service.next_wake()
            assert at is not None, "nothing can happen any more"
            assert at < self.clock.now() + 1_000_000, f"stuck: {self.run and self.run.blocked_on}"
            self.clock.set(max(at, self.clock.now()))
            self.service.tick()
            self.settle()
            self.follow()
        closed = self.execution().closed
        assert closed is not None
        if closed.type != "WorkflowExecutionCompleted":
            raise AssertionError(f"{closed.type}: {closed.attributes}")
        return format.decode(closed.attributes.result)  # type: ignore[attr-defined]

    def events(self, name: WorkflowExecution | None = None) -> list[HistoryEvent]:
        events: list[HistoryEvent] = []
        token = None
        while True:
            page = self.client.call(
                o.GetWorkflowExecutionHistory(domain="d", execution=name or self.name, next_page_token=token)
            )
            events += wire.decode_events(page.events)
            token = page.next_page_token
            if token is None:
                return events

    def execution(self) -> Execution:
        return fold(self.events())
