"""Deciders, workers and callers in threads, which note down every call that a server has acknowledged."""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from swf.clients import KeepAliveClient
from swf.exceptions import SWFError
from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.base import DecisionAttributes
from swf.protocol.decision import decision
from swf.protocol.event import HistoryEvent
from swf.protocol.faults import (
    DomainAlreadyExistsFault,
    Fault,
    InternalFailure,
    TypeAlreadyExistsFault,
    UnknownResourceFault,
)
from swf.protocol.values import ActivityType, ChildPolicy, TaskList, WorkflowExecution, WorkflowType

DOMAIN: Final = "mill"
LIST: Final = TaskList(name="mill")
GRIND: Final = ActivityType(name="grind", version="1")
KINDS: Final = ("chain", "fan", "wait")
PAUSE_S: Final = 0.02


def decide(kind: str, wanted: int, events: Sequence[HistoryEvent]) -> list[DecisionAttributes]:
    """What is to be done after *events*: *wanted* activities one by one or at once, or so many signals and a timer."""
    scheduled, open_ids, results, signals, timer = {}, set(), {}, set(), None
    for event in events:
        a: Any = event.attributes
        match event.type:
            case "ActivityTaskScheduled":
                scheduled[event.id] = a.activity_id
                open_ids.add(a.activity_id)
            case "ActivityTaskCompleted":
                open_ids.discard(scheduled[a.scheduled_event_id])
                results[scheduled[a.scheduled_event_id]] = json.loads(a.result)["value"]
            case "ActivityTaskTimedOut":
                open_ids.discard(scheduled[a.scheduled_event_id])
            case "WorkflowExecutionSignaled":
                signals.add(a.signal_name)
            case "TimerStarted" | "TimerFired":
                timer = event.type
    done = len(signals) if kind == "wait" else len(results)
    if done >= wanted and (kind != "wait" or timer == "TimerFired"):
        return [d.CompleteWorkflowExecution(result=str(done if kind == "wait" else sum(results.values())))]
    if kind == "wait":
        return [] if timer else [d.StartTimer(timer_id="t", start_to_fire_timeout="1")]
    ids = [f"a{number}" for number in range(wanted) if f"a{number}" not in results]
    ids = ids[:1] if kind == "chain" else ids
    return [
        d.ScheduleActivityTask(activity_type=GRIND, activity_id=id, input=id[1:]) for id in ids if id not in open_ids
    ]


def expected(kind: str, wanted: int) -> str:
    """The result of an execution."""
    return str(wanted if kind == "wait" else sum(range(wanted)))


@dataclass
class Ledger:
    """What was acknowledged: run, type of the event that must be there, and the text that only this call had."""

    acknowledged: list[tuple[str, str, str]] = field(default_factory=list)
    """Workflow id, event type, unique text."""
    started: dict[str, str] = field(default_factory=dict)
    """Workflow id to the run id that was told."""


class Mill:
    """Keeps executions running on a server that comes and goes."""

    def __init__(self, url: str, *, open_at_once: int = 12, deciders: int = 2, workers: int = 3) -> None:
        self.ledger = Ledger()
        self.errors: list[BaseException] = []
        self._url = url
        self._open_at_once = open_at_once
        self._numbers = iter(range(1_000_000))
        self._is_stopped = False
        self._starts_no_more = False
        self._clients: list[KeepAliveClient] = []
        loops: list[Callable[[KeepAliveClient], None]] = [self._decide] * deciders + [self._work] * workers
        self._threads = [threading.Thread(target=self._guarded, args=(loop,)) for loop in [*loops, self._start]]

    def begin(self) -> None:
        """Registers what is needed and starts to work; the server must run."""
        client = KeepAliveClient(self._url)
        for request in (
            o.RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="30"),
            *(
                o.RegisterWorkflowType(
                    domain=DOMAIN,
                    name=kind,
                    version="1",
                    default_task_list=LIST,
                    default_child_policy=ChildPolicy.TERMINATE,
                    default_task_start_to_close_timeout="1",
                    default_execution_start_to_close_timeout="36000",
                )
                for kind in KINDS
            ),
            o.RegisterActivityType(
                domain=DOMAIN,
                name=GRIND.name,
                version="1",
                default_task_list=LIST,
                default_task_start_to_close_timeout="1",
                default_task_schedule_to_close_timeout="NONE",
                default_task_schedule_to_start_timeout="NONE",
                default_task_heartbeat_timeout="NONE",
            ),
        ):
            try:
                self._until_answered(client, request)
            except (DomainAlreadyExistsFault, TypeAlreadyExistsFault):
                pass  # the call was taken, its answer lost
        client.close()
        for thread in self._threads:
            thread.start()

    def finish(self, seconds: float) -> None:
        """Starts nothing more and waits until all is closed."""
        self._starts_no_more = True
        client = KeepAliveClient(self._url)
        give_up_at = time.monotonic() + seconds
        while open_ones := self._open(client):
            assert time.monotonic() < give_up_at, f"{len(open_ones)} do not come to an end: {open_ones[:3]}"
            assert not self.errors, self.errors
            time.sleep(PAUSE_S)
        client.close()
        self.stop()
        assert not self.errors, self.errors

    def stop(self) -> None:
        """Ends all threads."""
        self._is_stopped = True
        for client in self._clients:
            client.stop_polling()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(30)
        for client in self._clients:
            client.close()

    def verify(self) -> Counter[str]:
        """Compares the ledger with all histories. AssertionError says what was lost or done twice; counts of events."""
        client = KeepAliveClient(self._url)
        seen: Counter[tuple[str, str, str]] = Counter()
        kinds: Counter[str] = Counter()
        for workflow_id, run_id in self.ledger.started.items():
            name = WorkflowExecution(workflow_id=workflow_id, run_id=run_id)
            try:
                events = _history(client, name)
            except UnknownResourceFault as fault:
                raise AssertionError(f"told of, and not there: {fault}") from fault
            kinds.update(event.type for event in events)
            assert [event.id for event in events] == list(range(1, len(events) + 1)), f"a gap in {workflow_id}"
            stamps = [event.timestamp for event in events]
            assert stamps == sorted(stamps), f"time falls in {workflow_id}"
            kind, _, wanted = workflow_id.partition("-")[2].partition("-")
            last: Any = events[-1].attributes
            assert events[-1].type == "WorkflowExecutionCompleted", (workflow_id, events[-1])
            assert last.result == expected(kind, int(wanted)), (workflow_id, last)
            seen.update((workflow_id, event.type, text) for event in events if (text := _text(event)) is not None)
            _nothing_twice(workflow_id, events)
        client.close()
        lost = [entry for entry in self.ledger.acknowledged if seen[entry] != 1]
        assert not lost, f"acknowledged, and not there exactly once: {lost[:5]} of {len(lost)}"
        twice = [entry for entry, count in seen.items() if count > 1]
        assert not twice, f"there more than once: {twice[:5]}"
        return kinds

    # What the threads do

    def _guarded(self, loop: Callable[[KeepAliveClient], None]) -> None:
        client = KeepAliveClient(self._url)
        self._clients.append(client)
        try:
            while not self._is_stopped:
                loop(client)
        except BaseException as error:  # told by finish
            self.errors.append(error)

    def _decide(self, client: KeepAliveClient) -> None:
        task = self._attempt(client, o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
        if task is None or task.task_token is None:
            return
        execution, type = task.workflow_execution, task.workflow_type
        wanted = int(execution.workflow_id.rpartition("-")[2])
        decisions = decide(type.name, wanted, wire.decode_events(task.events))
        context = uuid.uuid4().hex
        answer = o.RespondDecisionTaskCompleted(
            task_token=task.task_token, decisions=tuple(map(decision, decisions)), execution_context=context
        )
        if self._is_acknowledged(client, answer):
            self.ledger.acknowledged.append((execution.workflow_id, "DecisionTaskCompleted", context))

    def _work(self, client: KeepAliveClient) -> None:
        identity = uuid.uuid4().hex
        task = self._attempt(client, o.PollForActivityTask(domain=DOMAIN, task_list=LIST, identity=identity))
        if task is None or task.task_token is None:
            return
        workflow_id = task.workflow_execution.workflow_id
        self.ledger.acknowledged.append((workflow_id, "ActivityTaskStarted", identity))
        result = json.dumps({"value": int(task.input), "by": uuid.uuid4().hex})
        if self._is_acknowledged(client, o.RespondActivityTaskCompleted(task_token=task.task_token, result=result)):
            self.ledger.acknowledged.append((workflow_id, "ActivityTaskCompleted", result))

    def _start(self, client: KeepAliveClient) -> None:
        """One more execution if there is room, and a signal for one that waits."""
        open_ones = self._open(client)
        for execution in open_ones:
            kind, _, wanted = execution.workflow_id.partition("-")[2].partition("-")
            if kind == "wait":
                self._signal(client, execution, f"s{random.randrange(int(wanted))}")
        if len(open_ones) >= self._open_at_once or self._starts_no_more:
            time.sleep(PAUSE_S)
            return
        number = next(self._numbers)
        kind = KINDS[number % len(KINDS)]
        request = o.StartWorkflowExecution(
            domain=DOMAIN,
            workflow_id=f"{number}-{kind}-{2 + number % 5}",
            workflow_type=WorkflowType(name=kind, version="1"),
            tag_list=("mill", kind),
        )
        answer = self._attempt(client, request)
        if answer is not None:
            self.ledger.started[request.workflow_id] = answer.run_id

    def _signal(self, client: KeepAliveClient, execution: WorkflowExecution, name: str) -> None:
        text = uuid.uuid4().hex
        request = o.SignalWorkflowExecution(
            domain=DOMAIN,
            workflow_id=execution.workflow_id,
            run_id=execution.run_id,
            signal_name=name,
            input=text,
        )
        if self._is_acknowledged(client, request):
            self.ledger.acknowledged.append((execution.workflow_id, "WorkflowExecutionSignaled", text))

    def _open(self, client: KeepAliveClient) -> list[WorkflowExecution]:
        """The open executions; those whose start was not acknowledged are known from now on."""
        page = self._until_answered(
            client, o.ListOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=o.ExecutionTimeFilter(oldest_date=0))
        )
        if page is None:
            return []
        found = [info.execution for info in page.execution_infos]
        for execution in found:
            self.ledger.started.setdefault(execution.workflow_id, execution.run_id)
        return found

    # Calls

    def _attempt(self, client: KeepAliveClient, request: o.Request[Any]) -> Any:
        """The answer, or None if there is none; then the call may have been taken or not."""
        try:
            return client.call(request)
        except (SWFError, InternalFailure):
            time.sleep(PAUSE_S)
            return None

    def _is_acknowledged(self, client: KeepAliveClient, request: o.Request[None]) -> bool:
        """Whether the call was answered well; one that is refused came too late, one that is lost is not repeated."""
        try:
            client.call(request)
        except (SWFError, Fault):
            return False
        return True

    def _until_answered(self, client: KeepAliveClient, request: o.Request[Any]) -> Any:
        while not self._is_stopped:
            try:
                return client.call(request)
            except (SWFError, InternalFailure):
                time.sleep(PAUSE_S)
        return None


def _history(client: KeepAliveClient, execution: WorkflowExecution) -> list[HistoryEvent]:
    events: list[HistoryEvent] = []
    token: str | None = None
    while True:
        page = client.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution, next_page_token=token))
        events += wire.decode_events(page.events)
        token = page.next_page_token
        if token is None:
            return events


def _text(event: HistoryEvent) -> str | None:
    """What only one call can have brought into the history."""
    a: Any = event.attributes
    match event.type:
        case "ActivityTaskStarted":
            text: str | None = a.identity
        case "ActivityTaskCompleted":
            text = a.result
        case "WorkflowExecutionSignaled":
            text = a.input
        case "DecisionTaskCompleted":
            text = a.execution_context
        case _:
            text = None
    return text


def _nothing_twice(workflow_id: str, events: Sequence[HistoryEvent]) -> None:
    scheduled = {event.id: event.attributes.activity_id for event in events if event.type == "ActivityTaskScheduled"}  # type: ignore[attr-defined]
    completed = [
        scheduled[event.attributes.scheduled_event_id]  # type: ignore[attr-defined]
        for event in events
        if event.type == "ActivityTaskCompleted"
    ]
    assert len(completed) == len(set(completed)), f"completed twice in {workflow_id}: {sorted(completed)}"
