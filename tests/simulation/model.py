"""A small model of the service: plain lists and dictionaries, no folding, no file, no turns of a machine.

It says, of every execution, the whole history: types, times and the attributes that matter. It is written from the
rules of Amazon SWF and knows nothing of the server's code. One world has one domain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

STEP = 0.001
"""What is sent from one execution to another arrives so much later."""
DEFAULTS = {"execution": 3600, "task": 60, "policy": "TERMINATE", "list": "orders"}
"""Of the one workflow type."""
ACTIVITY = {"start_to_close": "30", "schedule_to_close": "100", "schedule_to_start": "50", "heartbeat": "NONE"}
"""Defaults of the one activity type."""


class Refused(Exception):
    """The call is answered with this fault."""


@dataclass
class Limits:
    """Small quotas, so that they are met."""

    events: int = 90
    activities: int = 3
    timers: int = 2
    children: int = 2
    functions: int = 2
    executions: int = 5


@dataclass
class Task:
    """A decision task or an activity task."""

    scheduled: int
    at: float
    list: str = "orders"
    priority: int = 0
    started: int = 0
    started_at: float = 0.0
    since: float = 0.0
    timeouts: dict[str, str] = field(default_factory=dict)
    beat: float = 0.0
    details: str | None = None
    cancel: int | None = None


@dataclass
class Run:
    """One execution."""

    id: int
    workflow_id: str
    t: float
    policy: str
    timeout: int
    task_list: str
    role: str | None = None
    parent: Run | None = None
    initiated: int = 0
    began: float = 0.0
    history: list[tuple[str, float, dict[str, Any]]] = field(default_factory=list)
    open: bool = True
    status: str | None = None
    cancel_requested: bool = False
    waiting: Task | None = None
    running: Task | None = None
    previous: int = 0
    override: tuple[str, str | None] | None = None
    activities: dict[str, Task] = field(default_factory=dict)
    timers: dict[str, Task] = field(default_factory=dict)
    children: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Initiated event to workflow id and started event."""
    functions: dict[int, Task] = field(default_factory=dict)

    def add(self, type: str, **attributes: Any) -> int:
        assert self.open, f"{type} after the close"
        self.history.append((type, self.t, attributes))
        return len(self.history)

    def wake(self) -> None:
        if self.waiting is None and self.open:
            name, patience = self.override or (self.task_list, None)
            id = self.add("DecisionTaskScheduled", task_list__name=name, schedule_to_start_timeout=patience or "NONE")
            self.waiting = Task(id, self.t, name, since=self.t, timeouts={"patience": patience or "NONE"})

    def tell(self, type: str, **attributes: Any) -> None:
        """An event that the decider has to hear of."""
        self.add(type, **attributes)
        self.wake()

    def close(self, type: str, status: str, **attributes: Any) -> None:
        self.add(type, **attributes)
        self.open, self.status = False, status


def after(at: float, text: str) -> float | None:
    return None if text == "NONE" else round(at + int(text), 3)


@dataclass
class World:
    """All executions, and the time."""

    now: float
    limits: Limits = field(default_factory=Limits)
    retention: float = 30 * 86_400.0
    up_since: float = 0.0
    runs: list[Run] = field(default_factory=list)
    outbox: list[tuple[float, Callable[[float], None]]] = field(default_factory=list)
    domain: str = "REGISTERED"
    types: dict[str, str] = field(default_factory=lambda: {"workflow": "REGISTERED", "activity": "REGISTERED"})
    """Status of the two types; one that was deleted is not there."""
    overdue: set[int] = field(default_factory=set)
    """Runs with deadlines that are to strike in this tick; whatever reaches them lets these strike first."""

    # Finding

    def open_run(self, workflow_id: str) -> Run | None:
        run = next((run for run in self.runs if run.open and run.workflow_id == workflow_id), None)
        return run if run and self.reach(run) else None

    def reach(self, run: Run) -> bool:
        """Whether the run is open, after what is due has struck."""
        if run.id in self.overdue:
            self._expire(run)
        return run.open

    def known(self) -> list[Run]:
        return [run for run in self.runs if not self.is_forgotten(run)]

    def is_forgotten(self, run: Run) -> bool:
        return not run.open and round(run.t + self.retention, 3) <= self.now

    # Turns

    def turn(self, run: Run, at: float = 0.0) -> Run:
        run.t = max(self.now, run.t, at)
        return run

    def send(self, run: Run, act: Callable[[float], None]) -> None:
        self.outbox.append((run.t, act))

    def end_turn(self, run: Run) -> None:
        if run.open and len(run.history) > self.limits.events:
            run.close(
                "WorkflowExecutionTerminated", "TERMINATED", cause="EVENT_LIMIT_EXCEEDED", child_policy=run.policy
            )
        if not run.open:
            self._bury(run)

    def deliver(self) -> None:
        while self.outbox:
            sent_at, act = self.outbox.pop(0)
            act(round(sent_at + STEP, 3))

    def _bury(self, run: Run) -> None:
        type, _, attributes = run.history[-1]
        if run.status in ("TERMINATED", "TIMED_OUT"):
            for initiated, (workflow_id, _) in run.children.items():
                self.send(
                    run, lambda at, w=workflow_id, i=initiated: self._apply(run, w, i, attributes["child_policy"], at)
                )
        if run.parent is not None and run.status != "CONTINUED_AS_NEW":
            what = type.removeprefix("WorkflowExecution")
            told = {name: attributes.get(name) for name in ("result", "reason", "details") if what in WITH[name]}
            self.send(run, partial(self._child_closed, run, what, told))

    def _apply(self, parent: Run, workflow_id: str, initiated: int, policy: str, at: float) -> None:
        child = self.open_run(workflow_id)
        if child is None or child.parent is not parent or child.initiated != initiated or policy == "ABANDON":
            return
        self.turn(child, at)
        if policy == "TERMINATE":
            child.close(
                "WorkflowExecutionTerminated", "TERMINATED", cause="CHILD_POLICY_APPLIED", child_policy=child.policy
            )
        else:
            child.cancel_requested = True
            child.tell("WorkflowExecutionCancelRequested", cause="CHILD_POLICY_APPLIED", external_initiated_event_id=0)
        self.end_turn(child)

    def _child_closed(self, child: Run, what: str, told: dict[str, Any], at: float) -> None:
        parent = child.parent
        assert parent is not None
        if not self.reach(parent):
            return
        self.turn(parent, at)
        _, started = parent.children.pop(child.initiated)
        parent.tell(
            f"ChildWorkflowExecution{what}", initiated_event_id=child.initiated, started_event_id=started, **told
        )
        self.end_turn(parent)

    # Calls

    def start(self, workflow_id: str, *, timeout: str | None, policy: str | None, role: str | None, list: str) -> Run:
        if self.domain != "REGISTERED" or "workflow" not in self.types:
            raise Refused("UnknownResourceFault")
        if self.types["workflow"] != "REGISTERED":
            raise Refused("TypeDeprecatedFault")
        if self.open_run(workflow_id):
            raise Refused("WorkflowExecutionAlreadyStartedFault")
        if sum(run.open for run in self.runs) >= self.limits.executions:
            raise Refused("LimitExceededFault")
        run = self._begin(workflow_id, self.now, timeout, policy, role, list)
        self.deliver()
        return run

    def _begin(
        self,
        workflow_id: str,
        at: float,
        timeout: str | None,
        policy: str | None,
        role: str | None,
        list: str,
        parent: Run | None = None,
        initiated: int = 0,
    ) -> Run:
        allowed = DEFAULTS["execution"] if timeout is None else int(timeout)
        run = Run(len(self.runs) + 1, workflow_id, at, policy or "TERMINATE", allowed, list, role, parent, initiated)
        self.runs.append(run)
        self.turn(run, at).began = run.t
        run.tell("WorkflowExecutionStarted", parent_initiated_event_id=initiated, child_policy=run.policy)
        self.end_turn(run)
        return run

    def target(self, workflow_id: str, named: Run | None) -> Run:
        run = self.open_run(workflow_id) if named is None else named
        if run is None or not run.open:
            raise Refused("UnknownResourceFault")
        return self.turn(run)

    def signal(self, workflow_id: str, named: Run | None) -> None:
        run = self.target(workflow_id, named)
        run.tell("WorkflowExecutionSignaled", signal_name="s", external_initiated_event_id=0)
        self.settle(run)

    def request_cancel(self, workflow_id: str, named: Run | None) -> None:
        run = self.target(workflow_id, named)
        run.cancel_requested = True
        run.tell("WorkflowExecutionCancelRequested", cause=None, external_initiated_event_id=0)
        self.settle(run)

    def terminate(self, workflow_id: str, named: Run | None, policy: str | None) -> None:
        run = self.target(workflow_id, named)
        run.close(
            "WorkflowExecutionTerminated",
            "TERMINATED",
            cause="OPERATOR_INITIATED",
            child_policy=policy or run.policy,
        )
        self.settle(run)

    def settle(self, run: Run) -> None:
        self.end_turn(run)
        self.deliver()

    # Tasks

    def take_decision(self, list: str) -> tuple[Run, Task] | None:
        found = [
            (run.waiting.at, run.id, run)
            for run in self.runs
            if run.open and run.waiting and not run.running and run.waiting.list == list
        ]
        if not found:
            return None
        run = self.turn(min(found)[2])
        task = run.waiting
        assert task is not None
        run.waiting, run.running = None, task
        task.started = run.add("DecisionTaskStarted", scheduled_event_id=task.scheduled)
        task.started_at = run.t
        self.settle(run)
        return run, task

    def take_activity(self) -> tuple[Run, Task] | None:
        found = [
            (-task.priority, task.at, run.id, task.scheduled, run, task)
            for run in self.runs
            if run.open
            for task in run.activities.values()
            if not task.started
        ]
        if not found:
            return None
        *_, run, task = min(found, key=lambda place: place[:4])
        self.turn(run)
        task.started = run.add("ActivityTaskStarted", scheduled_event_id=task.scheduled)
        task.started_at = run.t
        self.settle(run)
        return run, task

    def held(self, run: Run) -> Run:
        if self.is_forgotten(run):
            raise Refused("ValidationException")
        if not run.open:
            raise Refused("UnknownResourceFault")
        return self.turn(run)

    def answer_activity(self, run: Run, task: Task, outcome: str) -> None:
        self.held(run)
        name = next((name for name, other in run.activities.items() if other is task), None)
        if name is None:
            raise Refused("UnknownResourceFault")
        del run.activities[name]
        more = {"latest_cancel_requested_event_id": task.cancel} if outcome == "Canceled" else {}
        run.tell(f"ActivityTask{outcome}", scheduled_event_id=task.scheduled, started_event_id=task.started, **more)
        self.settle(run)

    def beat(self, run: Run, task: Task, details: str | None) -> bool:
        self.held(run)
        if task not in run.activities.values():
            raise Refused("UnknownResourceFault")
        task.beat, task.details = run.t, task.details if details is None else details
        return task.cancel is not None

    def end_function(self, run: Run, scheduled: int, what: str) -> None:
        function = run.functions.get(scheduled)
        if not run.open or function is None:
            return
        del run.functions[scheduled]
        self.turn(run).tell(f"LambdaFunction{what}", scheduled_event_id=scheduled, started_event_id=function.started)
        self.settle(run)

    def answer(self, run: Run, task: Task, decisions: list[Any], list: str | None, patience: str | None) -> None:
        from tests.simulation.deciding import decide

        self.held(run)
        if run.running is not task:
            raise Refused("UnknownResourceFault")
        completed = run.add("DecisionTaskCompleted", scheduled_event_id=task.scheduled, started_event_id=task.started)
        run.running, run.previous = None, task.started
        if list is not None:
            run.override = list, patience
        if run.waiting:
            run.waiting.since = run.t
        wakes = [decide(self, run, wanted, completed) for wanted in decisions]
        if any(wakes):
            run.wake()
        self.settle(run)

    # Time

    def deadlines(self, run: Run) -> list[tuple[float, int, int, Callable[[], None]]]:
        """When, the event that began it, a rank among those of one event, and what happens then."""
        found: list[tuple[float | None, int, int, Callable[[], None]]] = [
            (
                round(run.began + run.timeout, 3),
                1,
                9,
                lambda: run.close(
                    "WorkflowExecutionTimedOut", "TIMED_OUT", timeout_type="START_TO_CLOSE", child_policy=run.policy
                ),
            )
        ]
        if run.running:
            task, which, at = run.running, "START_TO_CLOSE", after(run.running.started_at, "60")
            found.append((at, task.scheduled, 0, partial(self._lose, run, task, which)))
        elif run.waiting:
            task, which = run.waiting, "SCHEDULE_TO_START"
            at = after(max(task.since, self.up_since), task.timeouts["patience"])
            found.append((at, task.scheduled, 0, partial(self._lose, run, task, which)))
        for name, task in run.activities.items():
            for rank, (which, began, text) in enumerate(self._clocks(task)):
                found.append((after(began, text), task.scheduled, rank, partial(self._overrun, run, name, which)))
        for name, timer in run.timers.items():
            found.append((after(timer.at, timer.timeouts["fire"]), timer.scheduled, 0, partial(self._fire, run, name)))
        for scheduled, function in run.functions.items():
            found.append((after(function.started_at, "900"), scheduled, 0, partial(self._stall, run, scheduled)))
        return [(at, id, rank, act) for at, id, rank, act in found if at is not None]

    def _clocks(self, task: Task) -> list[tuple[str, float, str]]:
        """Which, since when, how long: nobody could reach the service before it was up."""
        scheduled_at, started_at = max(task.at, self.up_since), max(task.started_at, self.up_since)
        to_close = ("SCHEDULE_TO_CLOSE", scheduled_at, task.timeouts["schedule_to_close"])
        if not task.started:
            return [to_close, ("SCHEDULE_TO_START", scheduled_at, task.timeouts["schedule_to_start"])]
        return [
            to_close,
            ("START_TO_CLOSE", started_at, task.timeouts["start_to_close"]),
            ("HEARTBEAT", max(started_at, task.beat), task.timeouts["heartbeat"]),
        ]

    def _lose(self, run: Run, task: Task, which: str) -> None:
        if task is run.running:
            run.running = None
        else:
            run.waiting = None
        run.add(
            "DecisionTaskTimedOut",
            timeout_type=which,
            scheduled_event_id=task.scheduled,
            started_event_id=task.started,
        )
        if run.override and run.override[1] is not None and run.override[0] == task.list:
            run.override = None
        if run.waiting:
            run.waiting.since = run.t
        run.wake()

    def _overrun(self, run: Run, name: str, which: str) -> None:
        task = run.activities.pop(name)
        run.tell(
            "ActivityTaskTimedOut",
            timeout_type=which,
            scheduled_event_id=task.scheduled,
            started_event_id=task.started,
            details=task.details,
        )

    def _fire(self, run: Run, name: str) -> None:
        timer = run.timers.pop(name)
        run.tell("TimerFired", timer_id=name, started_event_id=timer.scheduled)

    def _stall(self, run: Run, scheduled: int) -> None:
        function = run.functions.pop(scheduled)
        run.tell("LambdaFunctionTimedOut", scheduled_event_id=scheduled, started_event_id=function.started)

    def tick(self) -> None:
        """Whatever is due strikes: of the execution whose deadline is the earliest everything, then the next."""
        while True:
            due = sorted(
                (min(at for at, *_ in self.deadlines(run)), run.id)
                for run in self.runs
                if run.open and any(at <= self.now for at, *_ in self.deadlines(run))
            )
            if not due:
                return
            self.overdue = {id for _, id in due}
            for _, id in due:
                self.reach(self.runs[id - 1])
                self.deliver()

    def _expire(self, run: Run) -> None:
        self.overdue.discard(run.id)
        self.turn(run)
        while run.open:
            due = [deadline for deadline in self.deadlines(run) if deadline[0] <= self.now]
            if not due:
                break
            min(due, key=lambda deadline: deadline[:3])[3]()
        self.end_turn(run)

    def restart(self) -> None:
        """Functions that were being called are lost."""
        self.up_since = self.now
        for run in self.runs:
            for scheduled in sorted(run.functions):
                self.end_function(run, scheduled, "Failed")


WITH = {
    "result": {"Completed"},
    "reason": {"Failed"},
    "details": {"Failed", "Canceled"},
}
"""What a parent is told beside the ids, by the way its child has ended."""
