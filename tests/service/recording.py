"""A recorded execution of Amazon SWF, done again: the calls of its decider and workers, derived from its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from swf.protocol import decisions as d
from swf.protocol import events as e
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.base import Attributes, DecisionAttributes, Request
from swf.protocol.decision import decision
from swf.protocol.event import HistoryEvent
from swf.protocol.refusal import convert_request
from swf.protocol.values import TaskList
from swf.server import ManualClock, Service, open_service
from swf.server.inprocess import InProcessClient

FOLDER = Path(__file__).parent / "recorded"


class Call(msgspec.Struct, frozen=True):
    """One recorded call with its answer, as JSON values; None for an empty answer."""

    operation: str
    request: dict[str, Any]
    response: dict[str, Any] | None


class Recording(msgspec.Struct, frozen=True):
    """All recorded calls of one execution, in order."""

    source: dict[str, str]
    calls: tuple[Call, ...]

    @classmethod
    def read(cls, name: str) -> Recording:
        """The recording of that name."""
        return msgspec.json.decode((FOLDER / f"{name}.json").read_bytes(), type=cls)

    def all(self, operation: str) -> list[Call]:
        """The calls of one operation."""
        return [call for call in self.calls if call.operation == operation]

    def only(self, operation: str) -> Call:
        """The one call of an operation."""
        (call,) = self.all(operation)
        return call

    @property
    def history(self) -> list[HistoryEvent]:
        """The recorded events."""
        response = self.only("GetWorkflowExecutionHistory").response
        assert response is not None
        return wire.decode_events(msgspec.json.encode(response["events"]))

    @property
    def run_id(self) -> str:
        """The run that was started."""
        response = self.only("StartWorkflowExecution").response
        assert response is not None
        run_id: str = response["runId"]
        return run_id


def decision_behind(attributes: Attributes) -> DecisionAttributes | None:
    """The decision that an event came from, or None if it came from none."""
    match attributes:
        case e.ActivityTaskScheduled():
            return _copy(attributes, d.ScheduleActivityTask)
        case e.TimerStarted():
            return _copy(attributes, d.StartTimer)
        case e.TimerCanceled():
            return _copy(attributes, d.CancelTimer)
        case e.MarkerRecorded():
            return _copy(attributes, d.RecordMarker)
        case e.ActivityTaskCancelRequested():
            return _copy(attributes, d.RequestCancelActivityTask)
        case e.WorkflowExecutionCompleted():
            return _copy(attributes, d.CompleteWorkflowExecution)
        case e.WorkflowExecutionFailed():
            return _copy(attributes, d.FailWorkflowExecution)
        case e.WorkflowExecutionCanceled():
            return _copy(attributes, d.CancelWorkflowExecution)
    assert not hasattr(attributes, "decision_task_completed_event_id"), f"no decision known for {attributes}"
    return None


def _copy(attributes: Attributes, kind: type[DecisionAttributes]) -> DecisionAttributes:
    return kind(**{name: getattr(attributes, name) for name in kind.__struct_fields__})


@dataclass
class Rerun:
    """A service in memory on which a recording is done again, every call at its recorded time."""

    recording: Recording
    path: str | None = None
    """The file of the service; None: in memory."""
    clock: ManualClock = field(default_factory=lambda: ManualClock(0.0))
    service: Service = field(init=False)
    client: InProcessClient = field(init=False)
    tokens: dict[int, str] = field(default_factory=dict)
    """Task tokens by the id of the event that scheduled the task."""

    def __post_init__(self) -> None:
        self.open()
        self.domain: str = self.recording.only("StartWorkflowExecution").request["domain"]
        self._register_workflow_type()

    def open(self) -> None:
        """Opens the service (again); every run gets the recorded run id."""
        self.service = open_service(self.path, clock=self.clock, new_run_id=lambda: self.recording.run_id)
        self.client = InProcessClient(self.service, poll_wait_s=0)

    def reopen(self) -> None:
        """Closes the service and opens its file again."""
        self.service.close()
        self.open()

    def _register_workflow_type(self) -> None:
        described = self.recording.only("DescribeWorkflowType").response
        assert described is not None
        info = described["typeInfo"]
        self.clock.set(info["creationDate"])
        self.client.call(o.RegisterDomain(name=self.domain, workflow_execution_retention_period_in_days="30"))
        members = {"domain": self.domain} | info["workflowType"] | described["configuration"]
        self.client.call(convert_request(o.RegisterWorkflowType, members))

    def register_activity_types(self, history: Iterable[HistoryEvent]) -> None:
        """Registers what the history schedules, without defaults: the decisions give every value."""
        types = {
            event.attributes.activity_type for event in history if isinstance(event.attributes, e.ActivityTaskScheduled)
        }
        for type in types:
            self.client.call(o.RegisterActivityType(domain=self.domain, name=type.name, version=type.version))

    def repeat(self, call: Call) -> Any:
        """The answer to a recorded call, as JSON values; None for an empty one."""
        operation: type[Request[Any]] = o.OPERATIONS[call.operation]
        result = self.client.call(convert_request(operation, call.request))
        return None if result is None else msgspec.json.decode(wire.encode(result))

    def do(self, event: HistoryEvent, later: Iterable[HistoryEvent]) -> None:
        """What somebody did so that *event* was recorded, at its time; nothing if it is a consequence."""
        self.clock.set(event.timestamp)
        match event.attributes:
            case e.WorkflowExecutionStarted():
                self.repeat(self.recording.only("StartWorkflowExecution"))
            case e.DecisionTaskStarted(scheduled_event_id=scheduled, identity=identity):
                self._take(scheduled, o.PollForDecisionTask(domain=self.domain, task_list=self.list, identity=identity))
            case e.DecisionTaskCompleted():
                self._decide(event.id, event.attributes, later)
            case e.ActivityTaskStarted(scheduled_event_id=scheduled, identity=identity):
                self._take(scheduled, o.PollForActivityTask(domain=self.domain, task_list=self.list, identity=identity))
            case e.ActivityTaskCompleted(scheduled_event_id=scheduled, result=result):
                self.client.call(o.RespondActivityTaskCompleted(task_token=self.tokens[scheduled], result=result))
            case e.ActivityTaskFailed(scheduled_event_id=scheduled, reason=reason, details=details):
                self.client.call(
                    o.RespondActivityTaskFailed(task_token=self.tokens[scheduled], reason=reason, details=details)
                )
            case e.WorkflowExecutionSignaled(signal_name=name, input=input):
                self.client.call(
                    o.SignalWorkflowExecution(
                        domain=self.domain, workflow_id=self.workflow_id, signal_name=name, input=input
                    )
                )
            case e.WorkflowExecutionCancelRequested():
                self.client.call(o.RequestCancelWorkflowExecution(domain=self.domain, workflow_id=self.workflow_id))
            case e.TimerFired():
                self.service.tick()
            case e.DecisionTaskScheduled():
                pass
            case consequence:
                assert decision_behind(consequence) is not None, f"nobody does {event.type}"

    @property
    def list(self) -> TaskList:
        """The task list of the execution, which its activities use as well."""
        return TaskList(**self.recording.only("StartWorkflowExecution").request["taskList"])

    @property
    def workflow_id(self) -> str:
        workflow_id: str = self.recording.only("StartWorkflowExecution").request["workflowId"]
        return workflow_id

    def _take(self, scheduled: int, poll: o.PollForDecisionTask | o.PollForActivityTask) -> None:
        task: o.DecisionTask | o.ActivityTask = self.client.call(poll)
        assert task.task_token is not None, f"no task waits where event {scheduled} should have put one"
        self.tokens[scheduled] = task.task_token

    def _decide(self, id: int, completed: e.DecisionTaskCompleted, later: Iterable[HistoryEvent]) -> None:
        caused = [
            event.attributes
            for event in later
            if getattr(event.attributes, "decision_task_completed_event_id", 0) == id
        ]
        decisions = [wanted for wanted in map(decision_behind, caused) if wanted is not None]
        self.client.call(
            o.RespondDecisionTaskCompleted(
                task_token=self.tokens[completed.scheduled_event_id],
                decisions=tuple(map(decision, decisions)),
                execution_context=completed.execution_context,
            )
        )
