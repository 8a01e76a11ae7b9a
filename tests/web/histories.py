"""Histories made by the real service under a manual clock: plans of tasks, a decider and workers that follow them."""

from __future__ import annotations

import contextlib
import functools
import heapq
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from simpleflow.replay.inputs import runs
from simpleflow.web.adapter import run_of
from simpleflow.web.runs import Run
from swf.lifecycle import fold
from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.base import DecisionAttributes
from swf.protocol.decision import decision
from swf.protocol.event import HistoryEvent
from swf.protocol.faults import DomainAlreadyExistsFault, TypeAlreadyExistsFault
from swf.protocol.values import ActivityType, ChildPolicy, TaskList, WorkflowExecution, WorkflowType
from swf.server import ManualClock, Service, open_service
from swf.server.inprocess import InProcessClient

LIST = TaskList(name="default")
START = 1_795_420_800.0  # 2026-11-23 08:00 UTC

Outcome = tuple[str, float]
"""``completed``, ``failed`` or ``timed_out``, and after how many seconds."""


@dataclass
class Step:
    """A task of a plan; a failed attempt is followed by the next outcome, *delay* seconds later."""

    name: str
    after: Sequence[str] = ()
    outcomes: Sequence[Outcome] = (("completed", 1.0),)
    kind: str = "activity"
    reason: str = "ConnectionError: upstream closed the connection"
    result: Any = None
    delay: int = 0
    id: str = ""
    attempt: int = 0
    is_done: bool = False
    missing: set[str] = field(default_factory=set)
    """What it still waits for."""


@dataclass
class Play:
    """Plays a plan on the service until it is over, or *until* seconds have passed."""

    steps: Sequence[Step]
    workers: int = 4
    until: float | None = None
    signals: dict[str, float] = field(default_factory=dict)
    """Name to when it is sent."""
    result: Any = None
    fails_with: str | None = None
    """The workflow fails with this reason once a task has failed for good."""
    tells_edges: bool = True
    batch: int = 99
    type: str = "shop.OrderWorkflow"
    tags: tuple[str, ...] = ("eu", "priority")
    path: str | None = None
    start: float = START
    workflow_id: str = "order"
    on: Service | None = None
    """A service that stays open, on its own clock, after earlier plays; else one is made."""

    def __post_init__(self) -> None:
        counts: Counter[str] = Counter()
        for step in self.steps:
            counts[step.name] += 1
            prefix = {"activity": "activity-", "child": "child-"}.get(step.kind, "")
            step.id = step.id or f"{prefix}{step.name}-{counts[step.name]}"
        self.by_id = {step.id: step for step in self.steps}
        if self.on is None:
            self.clock = ManualClock(self.start)
            self.service = open_service(self.path, clock=self.clock)
        else:
            assert isinstance(self.on.clock, ManualClock)
            self.clock, self.service = self.on.clock, self.on
            self.start = self.clock.now()
        self.client = InProcessClient(self.service, poll_wait_s=0)
        self.later: list[tuple[float, int, Callable[[], None]]] = []
        self.numbers = itertools.count()
        self.free = self.workers
        self.again: list[Step] = []
        self.failed: Step | None = None
        self.seen = 0
        self.is_over = False
        self.scheduled: dict[int, str] = {}
        self.place = {step.id: at for at, step in enumerate(self.steps)}
        self.followers: dict[str, list[Step]] = {}
        for step in self.steps:
            step.missing = set(step.after)
            for id in step.missing:
                self.followers.setdefault(id, []).append(step)
        self.signalled = [id for id in self.followers if id.startswith("signal-")]
        self.ready = [at for at, step in enumerate(self.steps) if not step.missing]
        """Places of steps that nothing is missing of: a heap."""
        self.waiting = sum(1 for step in self.steps if step.missing)
        self._register()

    def _register(self) -> None:
        def call(request: Any) -> Any:
            with contextlib.suppress(DomainAlreadyExistsFault, TypeAlreadyExistsFault):
                return self.client.call(request)

        call(o.RegisterDomain(name="shop", workflow_execution_retention_period_in_days="30"))
        kinds = {self.type, *(step.name for step in self.steps if step.kind == "child")}
        for name in kinds:
            call(
                o.RegisterWorkflowType(
                    domain="shop",
                    name=name,
                    version="3",
                    default_task_list=LIST,
                    default_child_policy=ChildPolicy.TERMINATE,
                    default_task_start_to_close_timeout="300",
                    default_execution_start_to_close_timeout="86400",
                )
            )
        for name in {step.name for step in self.steps if step.kind == "activity"}:
            call(
                o.RegisterActivityType(
                    domain="shop",
                    name=name,
                    version="1",
                    default_task_list=LIST,
                    default_task_start_to_close_timeout="NONE",
                    default_task_schedule_to_close_timeout="NONE",
                    default_task_schedule_to_start_timeout="NONE",
                    default_task_heartbeat_timeout="NONE",
                )
            )
        started = call(
            o.StartWorkflowExecution(
                domain="shop",
                workflow_id=self.workflow_id,
                workflow_type=WorkflowType(name=self.type, version="3"),
                tag_list=self.tags,
            )
        )
        assert started.run_id is not None
        self.name = WorkflowExecution(workflow_id=self.workflow_id, run_id=started.run_id)
        for name, at in self.signals.items():
            self._in(at, functools.partial(self._signal, name))

    def _in(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self.later, (round(self.clock.now() + seconds, 3), next(self.numbers), action))

    def _signal(self, name: str) -> None:
        self.client.call(o.SignalWorkflowExecution(domain="shop", workflow_id=self.workflow_id, signal_name=name))

    def play(self) -> list[HistoryEvent]:
        """The history."""
        stop = float("inf") if self.until is None else self.start + self.until
        while not self.is_over and self.clock.now() < stop:
            if self._decide() or self._work():
                continue
            wake = self.service.next_wake()
            moments = [*(m for m in (wake,) if m is not None), *(self.later[0][:1] if self.later else ())]
            if not moments or (min(moments) > self.clock.now() + 3600 and not self._is_open()):
                break
            self.clock.set(max(self.clock.now(), min(*moments, stop) if moments else stop))
            self.service.tick()
            while self.later and self.later[0][0] <= self.clock.now():
                heapq.heappop(self.later)[2]()
        events = self._events()
        if self.on is None:
            self.service.close()
        return events

    def _events(self) -> list[HistoryEvent]:
        events: list[HistoryEvent] = []
        token = None
        while True:
            page = self.client.call(
                o.GetWorkflowExecutionHistory(domain="shop", execution=self.name, next_page_token=token)
            )
            events += wire.decode_events(page.events)
            token = page.next_page_token
            if token is None:
                return events

    def _is_open(self) -> bool:
        detail = self.client.call(o.DescribeWorkflowExecution(domain="shop", execution=self.name))
        return str(detail.execution_info.execution_status) == "OPEN"

    def _decide(self) -> bool:
        poll = o.PollForDecisionTask(
            domain="shop", task_list=LIST, identity="decider-1", start_at_previous_started_event=True
        )
        task = self.client.call(poll)
        if task.task_token is None:
            return False
        assert task.workflow_execution is not None
        if task.workflow_execution.workflow_id != self.workflow_id:
            step = self.by_id[task.workflow_execution.workflow_id]
            self._in(step.outcomes[0][1], functools.partial(self._answer, task.task_token, [self._end_of_child(step)]))
            return True
        page = task
        while True:
            for event in wire.decode_events(page.events):
                if event.id > self.seen:
                    self._see(event)
            if page.next_page_token is None:
                break
            page = self.client.call(msgspec.structs.replace(poll, next_page_token=page.next_page_token))
        assert task.started_event_id is not None
        self.seen = task.started_event_id
        self.clock.advance(0.012)
        decisions = self._decisions()
        self._answer(task.task_token, decisions)
        if decisions and isinstance(decisions[-1], d.CompleteWorkflowExecution | d.FailWorkflowExecution):
            self.is_over = not self._is_open()
        return True

    def _end_of_child(self, step: Step) -> DecisionAttributes:
        if step.outcomes[0][0] == "failed":
            return d.FailWorkflowExecution(reason=step.reason)
        return d.CompleteWorkflowExecution(result=json.dumps(step.result))

    def _answer(self, token: str, decisions: list[DecisionAttributes]) -> None:
        self.client.call(
            o.RespondDecisionTaskCompleted(
                task_token=token, decisions=tuple(map(decision, decisions)), execution_context=self._context()
            )
        )

    def _context(self) -> str | None:
        names = sorted(
            id.removeprefix("signal-")
            for id in self.signalled
            if any(id in step.missing for step in self.followers[id])
        )
        return json.dumps({"waiting_signals": names}) if names else None

    def _see(self, event: HistoryEvent) -> None:
        """What the decider learns."""
        a: Any = event.attributes
        match event.type:
            case "ActivityTaskScheduled":
                self.scheduled[event.id] = a.activity_id
            case "ActivityTaskCompleted":
                self._is_over(self.by_id[self.scheduled[a.scheduled_event_id]])
            case "ActivityTaskFailed" | "ActivityTaskTimedOut":
                step = self.by_id[self.scheduled[a.scheduled_event_id]]
                if step.attempt < len(step.outcomes):
                    self.again.append(step)
                else:
                    self.failed = step
                    self._is_over(step)
            case "TimerFired":
                if a.timer_id.startswith("__simpleflow_task_"):
                    self.again.append(self.by_id[a.timer_id.removeprefix("__simpleflow_task_")])
                elif a.timer_id in self.by_id:
                    self._is_over(self.by_id[a.timer_id])
            case "ChildWorkflowExecutionCompleted":
                self._is_over(self.by_id[a.workflow_execution.workflow_id])
            case "ChildWorkflowExecutionFailed":
                self.failed = self.by_id[a.workflow_execution.workflow_id]
                self._is_over(self.failed)
            case "WorkflowExecutionSignaled":
                self._has_come(f"signal-{a.signal_name}")

    def _is_over(self, step: Step) -> None:
        step.is_done = True
        self._has_come(step.id)

    def _has_come(self, id: str) -> None:
        """What waited for it alone is ready."""
        for step in self.followers.get(id, ()):
            if step.missing == {id}:
                heapq.heappush(self.ready, self.place[step.id])
                self.waiting -= 1
            step.missing.discard(id)

    def _decisions(self) -> list[DecisionAttributes]:
        made: list[DecisionAttributes] = []
        if self.failed is not None and self.fails_with is not None:
            return [d.FailWorkflowExecution(reason=self.fails_with)]
        for step in self.again:
            if step.delay:
                seconds, step.delay = step.delay, 0
                timer = f"__simpleflow_task_{step.id}"
                made.append(d.StartTimer(timer_id=timer, start_to_fire_timeout=str(seconds)))
            else:
                made.append(self._schedule(step))
        self.again.clear()
        while self.ready and len(made) < self.batch:
            made.append(self._schedule(self.steps[heapq.heappop(self.ready)]))
        if len(made) >= self.batch:
            made.append(d.StartTimer(timer_id="_simpleflow_wake_up_timer", start_to_fire_timeout="0"))
        elif not made and not self.waiting and all(step.is_done for step in self.steps):
            return [d.CompleteWorkflowExecution(result=None if self.result is None else json.dumps(self.result))]
        return made

    def _schedule(self, step: Step) -> DecisionAttributes:
        control = json.dumps({"after": runs(step.after)}) if step.after and self.tells_edges else None
        if step.kind == "timer":
            return d.StartTimer(timer_id=step.id, start_to_fire_timeout=str(int(step.outcomes[0][1])), control=control)
        if step.kind == "child":
            return d.StartChildWorkflowExecution(
                workflow_id=step.id, workflow_type=WorkflowType(name=step.name, version="3"), control=control
            )
        step.attempt += 1
        state, seconds = step.outcomes[step.attempt - 1]
        return d.ScheduleActivityTask(
            activity_type=ActivityType(name=step.name, version="1"),
            activity_id=step.id,
            control=control,
            start_to_close_timeout=str(int(seconds)) if state == "timed_out" else None,
        )

    def _work(self) -> bool:
        if not self.free:
            return False
        task = self.client.call(o.PollForActivityTask(domain="shop", task_list=LIST, identity="worker-1"))
        if task.task_token is None:
            return False
        assert task.activity_id is not None
        step = self.by_id[task.activity_id]
        state, seconds = step.outcomes[step.attempt - 1]
        self.free -= 1
        self._in(
            seconds + (0.001 if state == "timed_out" else 0),
            functools.partial(self._finish, task.task_token, step, state),
        )
        self.clock.advance(0.004)
        return True

    def _finish(self, token: str, step: Step, state: str) -> None:
        self.free += 1
        if state == "completed":
            result = json.dumps(step.result)
            self.client.call(o.RespondActivityTaskCompleted(task_token=token, result=result))
        elif state == "failed":
            self.client.call(o.RespondActivityTaskFailed(task_token=token, reason=step.reason))


def drawn(play: Play, *, later: float = 0.0, workflow_id: str = "order-A-10442") -> Run:
    """The run that a play makes, looked at *later* seconds after its last event."""
    events = play.play()
    return run_of(
        fold(events),
        domain="shop",
        workflow_id=workflow_id,
        run_id="22VbF3kPq7",
        now=events[-1].timestamp + later if play.until is None else play.start + play.until,
    )


def diamond() -> Play:
    return Play(
        [
            Step("load"),
            Step("left", ["activity-load-1"], [("completed", 3.0)]),
            Step("right", ["activity-load-1"], [("completed", 2.0)]),
            Step("join", ["activity-left-1", "activity-right-1"]),
        ]
    )


def order(**more: Any) -> Play:
    """Retries, a timeout, a timer, a signal and a child."""
    return Play(
        [
            Step("shop.validate_order", (), [("completed", 0.9)]),
            Step("shop.reserve_stock", ["activity-shop.validate_order-1"], [("completed", 4.8)]),
            Step("shop.score_fraud", ["activity-shop.validate_order-1"], [("timed_out", 8), ("completed", 9.6)]),
            Step("shop.price_shipping", ["activity-shop.reserve_stock-1"], [("completed", 1.7)]),
            Step(
                "shop.charge_card",
                ["activity-shop.reserve_stock-1", "activity-shop.score_fraud-1"],
                [("failed", 2.4), ("failed", 3.4), ("completed", 3.6)],
            ),
            Step("cool-off", ["activity-shop.charge_card-1"], [("completed", 12)], kind="timer"),
            Step("shop.pick_and_pack", ["activity-shop.charge_card-1", "activity-shop.price_shipping-1"],
                 [("completed", 14.0)], kind="child", result={"parcel": "1Z-77"}),
            Step("shop.send_receipt", ["activity-shop.charge_card-1"], [("completed", 1.3)]),
            Step("shop.print_label", ["child-shop.pick_and_pack-1"], [("completed", 1.1)]),
            Step("shop.book_courier", ["child-shop.pick_and_pack-1", "signal-courier-ready", "cool-off-1"],
                 [("completed", 2.0)], result={"slot": "16:00"}),
            Step("shop.notify_customer",
                 ["activity-shop.book_courier-1", "activity-shop.print_label-1", "activity-shop.send_receipt-1"],
                 [("completed", 0.9)]),
        ],
        signals={"courier-ready": 31.0},
        result={"shipped": True, "slot": "16:00"},
        **more,
    )  # fmt: skip


def report() -> Play:
    """A map of 50, three of them tried twice; the last task fails for good."""
    chance = random.Random(7)
    pieces = []
    for number in range(1, 51):
        outcomes = [("completed", round(chance.uniform(0.8, 6.0), 2))]
        if number in (13, 26, 39):
            outcomes.insert(0, ("failed", round(chance.uniform(1, 3), 2)))
        pieces.append(Step("aggregate", ["activity-list_partitions-1"], outcomes))
    each = [f"activity-aggregate-{number}" for number in range(1, 51)]
    return Play(
        [
            Step("list_partitions", (), [("completed", 1.7)]),
            *pieces,
            Step("merge", each, [("completed", 4.1)]),
            Step("render_pdf", ["activity-merge-1"], [("completed", 3.7)]),
            Step("render_csv", ["activity-merge-1"], [("completed", 0.9)]),
            Step(
                "publish",
                ["activity-render_pdf-1", "activity-render_csv-1"],
                [("failed", 2.0), ("failed", 2.3), ("failed", 1.7)],
                reason="AccessDenied: s3://reports is read-only for role reporter",
            ),
        ],
        workers=12,
        fails_with='Workflow execution error in task activity-publish: "AccessDenied: s3://reports is read-only"',
        type="reports.DailyReport",
        tags=("daily",),
    )


def crawl(pages: int = 1000, until: float | None = None) -> Play:
    """fetch, extract, index for each page."""
    chance = random.Random(3)
    steps = [Step("load_seed_urls", (), [("completed", 2.0)])]
    for number in range(1, pages + 1):
        fetch = [("completed", round(chance.uniform(0.4, 3.4), 2))]
        if number % 40 == 7:
            fetch.insert(0, ("timed_out", 2) if number % 80 == 7 else ("failed", 1.6))
        steps.append(Step("fetch_page", ["activity-load_seed_urls-1"], fetch))
    for number in range(1, pages + 1):
        steps.append(
            Step("extract", [f"activity-fetch_page-{number}"], [("completed", round(chance.uniform(1, 2), 2))])
        )
    for number in range(1, pages + 1):
        steps.append(Step("index", [f"activity-extract-{number}"], [("completed", 0.3)]))
    each = [f"activity-index-{number}" for number in range(1, pages + 1)]
    steps += [Step("merge", each, [("completed", 2.0)]), Step("publish", ["activity-merge-1"])]
    return Play(steps, workers=64, until=until, type="search.Crawl", tags=("nightly", "eu"))


def sequence(length: int = 20) -> Play:
    """One after the other, the first before all of them."""
    steps = [Step("begin")]
    for number in range(1, length + 1):
        before = ["activity-begin-1", *([f"activity-turn-{number - 1}"] if number > 1 else [])]
        steps.append(Step("turn", before, [("completed", 0.5)]))
    return Play(steps)


def delayed() -> Play:
    """A retry that waits for a timer."""
    return Play([Step("flaky", (), [("failed", 1.0), ("completed", 1.0)], delay=5)])


def waiting() -> Play:
    """A signal and a worker are waited for."""
    return Play(
        [Step("ask"), Step("approve", ["activity-ask-1", "signal-approval"])], until=100.0, signals={"other": 4.0}
    )


def told_nothing() -> Play:
    """A decider that says nothing of what follows what."""
    play = order()
    play.tells_edges = False
    return play


def patient(items: int = 30) -> Play:
    """A map, hours of a timer, a task beside a signal that comes the next day."""
    chance = random.Random(11)
    pieces = [
        Step("resize", ["activity-fetch-1"], [("completed", round(chance.uniform(20, 60), 1))]) for _ in range(items)
    ]
    each = [f"activity-resize-{number}" for number in range(1, items + 1)]
    return Play(
        [
            Step("fetch", (), [("completed", 40.0)]),
            *pieces,
            Step("settle", each, [("completed", 3 * 3600)], kind="timer"),
            Step("review", ["settle-1"], [("failed", 30.0), ("completed", 90.0)], reason="Timeout: no reviewer"),
            Step("publish", ["activity-review-1", "signal-approval"], [("completed", 75.0)]),
        ],
        workers=6,
        signals={"approval": 20 * 3600.0},
        type="media.Album",
    )
