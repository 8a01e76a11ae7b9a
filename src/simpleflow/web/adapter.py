"""From a folded history to the values that are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec

from simpleflow.web.edges import Conclusions, Tie, told
from simpleflow.web.runs import Attempt, Decision, Kind, Marker, Run, Signal, State, Task
from swf.lifecycle import ActivityTask, Child, Execution, LambdaFunction, Timer
from swf.protocol import events as e
from swf.protocol.event import HistoryEvent

Thing: TypeAlias = ActivityTask | Child | Timer | LambdaFunction
Resolve: TypeAlias = Callable[[str | None], str | None]

RETRY_TIMER: Final = "__simpleflow_task_"
HIDDEN_TIMERS: Final = ("_simpleflow_wake_up_timer", "_simpleflow_backoff", "resume-after-", RETRY_TIMER)
OUTCOMES: Final = {
    "completed": State.COMPLETED,
    "fired": State.COMPLETED,
    "failed": State.FAILED,
    "start_failed": State.FAILED,
    "timed_out": State.TIMED_OUT,
    "canceled": State.CANCELED,
    "terminated": State.TERMINATED,
    "continued_as_new": State.CONTINUED,
}


class _Context(msgspec.Struct):
    waiting_signals: list[str] = []


def run_of(
    execution: Execution,
    *,
    domain: str,
    workflow_id: str,
    run_id: str,
    now: float,
    resolve: Resolve = lambda text: text,
) -> Run:
    """The run that *execution* (folded with closed things kept) tells of, as it is at *now*.

    *resolve* gives the text that a pointer to a stored value stands for.
    """
    assert execution.opened is not None, "no event yet"
    started = execution.started
    closed = execution.closed
    tasks = _Tasks(execution, resolve)
    outcome: Any = None if closed is None else closed.attributes
    return Run(
        domain=domain,
        workflow_id=workflow_id,
        run_id=run_id,
        type=started.workflow_type.name,
        version=started.workflow_type.version,
        state=State.RUNNING if closed is None else OUTCOMES[closed.attributes.STATE],
        start=execution.opened.timestamp,
        close=None if closed is None else closed.timestamp,
        now=now,
        tasks=tasks.made(),
        signals=tuple(map(_signal, execution.signals)),
        markers=tuple(map(_marker, execution.markers)),
        decisions=tuple(map(_decision, execution.decisions.values())),
        awaited=_awaited(execution),
        task_list=started.task_list.name,
        tags=tuple(tag for tag in started.tag_list or () if tag is not None),
        events=execution.last_event_id,
        input=resolve(started.input),
        result=resolve(getattr(outcome, "result", None)),
        reason=_reason(outcome),
        details=resolve(getattr(outcome, "details", None)),
    )


def _awaited(execution: Execution) -> tuple[str, ...]:
    if execution.closed is not None or not execution.execution_context:
        return ()
    try:
        return tuple(msgspec.json.decode(execution.execution_context, type=_Context).waiting_signals)
    except (msgspec.DecodeError, RecursionError):
        return ()


def _reason(attributes: Any) -> str | None:
    """Why something ended as it did: a reason, a cause, the timeout, the next run."""
    for name in ("reason", "cause", "timeout_type", "message", "new_execution_run_id"):
        found = getattr(attributes, name, None)
        if found is not None:
            return str(found)
    return None


def _signal(event: HistoryEvent) -> Signal:
    attributes = event.attributes
    assert isinstance(attributes, e.WorkflowExecutionSignaled)
    sender = attributes.external_workflow_execution
    name = attributes.signal_name
    return Signal(name, event.timestamp, attributes.input, event.id, sender.workflow_id if sender else None)


def _marker(event: HistoryEvent) -> Marker:
    assert isinstance(event.attributes, e.MarkerRecorded)
    return Marker(event.attributes.marker_name, event.timestamp, event.attributes.details, event.id)


def _decision(task: Any) -> Decision:
    started, closed = task.started, task.closed
    return Decision(
        scheduled=task.opened.timestamp,
        started=started.timestamp if started else None,
        closed=closed.timestamp if closed else None,
        is_timed_out=task.state == "timed_out",
        worker=started.attributes.identity if started else None,
        event=task.latest.id,
    )


@dataclass(slots=True)
class _Draft:
    """A task whose attempts are being collected; *raw* is its id in the history."""

    id: str
    raw: str
    kind: Kind
    name: str
    version: str | None
    things: list[Thing]
    control: str | None
    decision: int
    input: str | None
    task_list: str | None = None
    delays: list[Timer] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Before:
    """What a task follows, what woke the decision that scheduled it, whether the former was concluded."""

    after: tuple[str, ...]
    woken: tuple[str, ...]
    is_inferred: bool = False


class _Tasks:
    """Makes the tasks of one execution."""

    def __init__(self, execution: Execution, resolve: Resolve) -> None:
        self._execution = execution
        self._resolve = resolve
        self._is_closed = execution.closed is not None
        self._drafts: dict[str, _Draft] = {}
        self._latest: dict[tuple[Kind, str], _Draft] = {}
        self._pauses: dict[str, int] = {}
        """Timers of no time, by id: the decision that started each."""

    def made(self) -> tuple[Task, ...]:
        """All tasks, the one scheduled first first."""
        for thing in self._things():
            self._collect(thing)
        refused = self._refused()
        edges = self._edges()
        tasks = [self._task(draft, edges[draft.id]) for draft in self._drafts.values()]
        if refused:
            tasks = sorted([*tasks, *refused], key=lambda task: task.begin)
        return tuple(tasks)

    def _things(self) -> list[Thing]:
        execution = self._execution
        things: list[Thing] = [
            *execution.activities.values(),
            *execution.children.values(),
            *execution.timers.values(),
            *execution.lambda_functions.values(),
        ]
        return sorted(things, key=lambda thing: thing.opened.id)

    def _collect(self, thing: Thing) -> None:
        draft = _draft(thing)
        if draft.kind is Kind.TIMER and _is_hidden(thing):
            raw = draft.raw.removeprefix(RETRY_TIMER)
            retried = self._latest.get((Kind.ACTIVITY, raw)) or self._latest.get((Kind.CHILD, raw))
            if raw != draft.raw and retried is not None:
                assert isinstance(thing, Timer)
                retried.delays.append(thing)
            else:
                self._pauses[draft.raw] = draft.decision
            return
        known = self._latest.get((draft.kind, draft.raw))
        if known is not None and known.name == draft.name and known.things[-1].state in RETRIED:
            known.things.append(thing)
            return
        number = 1
        base = draft.id
        while draft.id in self._drafts:  # an id that was free again, or names of two kinds that are alike
            number += 1
            draft.id = f"{base}#{number}"
        self._drafts[draft.id] = self._latest[draft.kind, draft.raw] = draft

    def _refused(self) -> list[Task]:
        """Tasks that were refused and never scheduled."""
        refused: list[Task] = []
        for event in self._execution.refusals:
            found = _refusal(event)
            if found is None or (found.kind, found.id) in self._latest:
                continue
            number = 1
            base = found.id
            ids = {*self._drafts, *(task.id for task in refused)}
            if any(task.id == base and task.kind is found.kind for task in refused):
                continue
            while found.id in ids:
                number += 1
                found = msgspec.structs.replace(found, id=f"{base}#{number}")
            refused.append(found)
        return refused

    def _edges(self) -> dict[str, _Before]:
        """By task id, what it follows."""
        ends = [
            (event, draft.id)
            for draft in self._drafts.values()
            if (event := _ended(draft)) and not (draft.kind is Kind.TIMER and draft.things[-1].state == "canceled")
        ]
        for signal in self._execution.signals:
            assert isinstance(signal.attributes, e.WorkflowExecutionSignaled)
            ends.append((signal.id, f"signal-{signal.attributes.signal_name}"))
        conclusions = Conclusions(ends, list(self._decided()))
        aliases: dict[str, str] = {}
        expanded: dict[str, tuple[str, ...] | None] = {}
        latest: dict[
            str, tuple[int, str]
        ] = {}  # of the siblings so far (``name-1``, ``name-2``), the one that ends last
        edges: dict[str, _Before] = {}
        signals = {f"signal-{name}" for name in self._signal_names()}
        tried = self._tried()
        for draft in self._drafts.values():
            control = draft.control
            if control is not None and control not in expanded:
                expanded[control] = told(self._resolve(control))
            after = expanded[control] if control is not None else None
            decision = tried.pop((draft.kind, draft.raw), draft.decision)
            woken = conclusions.news(decision)
            passed = [self._pauses[id] for id in after or () if id in self._pauses]
            known = tuple(dict.fromkeys(aliases.get(id, id) for id in after or () if id in aliases or id in signals))
            if passed:  # a timer of no time is not shown: what it followed stands for it
                before = [id for each in passed for id in conclusions.news(each) if id in edges or id in signals]
                edges[draft.id] = _Before(tuple(dict.fromkeys([*known, *before])), woken, is_inferred=not known)
            elif after is not None:
                edges[draft.id] = _Before(known, woken)
            else:
                ends_at, sibling = latest.get(_stem(draft.raw), (0, ""))
                is_beside = ends_at > draft.things[0].opened.id
                concluded = conclusions.of(draft.raw, decision, sibling if is_beside else None)
                found = tuple(id for id in concluded if id in edges or id in signals)
                edges[draft.id] = _Before(found, woken, is_inferred=bool(found))
            aliases[draft.id] = aliases[draft.raw] = draft.id
            ends_at = _ended(draft) or self._execution.last_event_id + 1
            latest[_stem(draft.raw)] = max(latest.get(_stem(draft.raw), (0, "")), (ends_at, draft.raw))
        return edges

    def _tried(self) -> dict[tuple[Kind, str], int]:
        """By kind and id, the first decision that wanted a task and was refused: a later one has only repeated it."""
        tried: dict[tuple[Kind, str], int] = {}
        for event in self._execution.refusals:
            task = _refusal(event)
            if task is not None:
                attributes: Any = event.attributes
                raw = task.name if task.kind is Kind.TIMER else task.id.removeprefix("lambda-")
                tried.setdefault((task.kind, raw), attributes.decision_task_completed_event_id)
        return tried

    def _signal_names(self) -> list[str]:
        names = [getattr(event.attributes, "signal_name", "") for event in self._execution.signals]
        return [*names, *_awaited(self._execution)]

    def _decided(self) -> Iterator[tuple[int, int, Tie]]:
        """Completed decisions: their end, their start, and what ties them to the one before.

        The wake-up timer says that a decision had more to say than it could.
        """
        ties: dict[int, Tie] = {}
        for timer in self._execution.timers.values():
            decision = timer.wanted.decision_task_completed_event_id
            if timer.id == HIDDEN_TIMERS[0] or timer.id.startswith(HIDDEN_TIMERS[2]):
                ties[decision] = Tie.GOES_ON
            elif timer.wanted.start_to_fire_timeout == "0":
                ties.setdefault(decision, Tie.PAUSED)
        before = 0
        for task in self._execution.decisions.values():
            if task.closed is not None and task.started is not None and task.state == "completed":
                yield task.closed.id, task.started.id, ties.get(before, Tie.NOTHING)
                before = task.closed.id

    def _task(self, draft: _Draft, before: _Before) -> Task:
        attempts = tuple(map(_attempt, draft.things))
        end = self._execution.last_timestamp
        is_delayed = any(timer.is_open for timer in draft.delays)
        last = draft.things[-1]
        child = getattr(getattr(last.started, "attributes", None), "workflow_execution", None)
        return Task(
            id=draft.id,
            kind=draft.kind,
            name=draft.name,
            version=draft.version,
            after=before.after,
            attempts=attempts,
            state=self._state(draft, attempts[-1], is_delayed=is_delayed),
            input=draft.input,
            result=getattr(getattr(last.closed, "attributes", None), "result", None),
            is_inferred=before.is_inferred,
            delays=tuple(
                (timer.opened.timestamp, timer.closed.timestamp if timer.closed else end) for timer in draft.delays
            ),
            task_list=draft.task_list,
            run_id=child.run_id if child is not None else None,
            woken=before.woken,
        )

    def _state(self, draft: _Draft, last: Attempt, *, is_delayed: bool) -> State:
        if last.outcome is not None:
            return State.WAITING if is_delayed and not self._is_closed else last.outcome
        if self._is_closed:
            return State.UNFINISHED
        return State.RUNNING if last.started is not None else State.WAITING


RETRIED: Final = ("failed", "timed_out", "canceled", "terminated", "start_failed")
"""After these states the same id is another attempt; after any other, another task."""


def _draft(thing: Thing) -> _Draft:
    wanted: Any = thing.wanted
    decision = wanted.decision_task_completed_event_id
    match thing:
        case ActivityTask():
            kind = wanted.activity_type
            id, list_ = thing.id, wanted.task_list.name
            return _Draft(
                id, id, Kind.ACTIVITY, kind.name, kind.version, [thing], wanted.control, decision, wanted.input, list_
            )
        case Child():
            kind = wanted.workflow_type
            return _Draft(
                thing.id, thing.id, Kind.CHILD, kind.name, kind.version, [thing], wanted.control, decision, wanted.input
            )
        case Timer():
            name = thing.id.removeprefix("_simpleflow_")
            return _Draft(
                f"timer-{thing.id}", thing.id, Kind.TIMER, _unnumbered(name), None, [thing], wanted.control, decision,
                f"{wanted.start_to_fire_timeout} s",
            )  # fmt: skip
    return _Draft(
        f"lambda-{wanted.id}", wanted.id, Kind.LAMBDA, wanted.name, None, [thing], wanted.control, decision,
        wanted.input,
    )  # fmt: skip


def _unnumbered(name: str) -> str:
    stem, _, number = name.rpartition("-")
    return stem if stem and number.isdecimal() else name


def _stem(raw: str) -> str:
    """What siblings have in common: ``name-`` of ``name-7``; an id without a number has no siblings."""
    stem, dash, number = raw.rpartition("-")
    return f"{stem}{dash}" if stem and number.isdecimal() and number.isascii() else f"{raw} "


def _is_hidden(timer: Any) -> bool:
    return bool(timer.wanted.start_to_fire_timeout == "0" or timer.id.startswith(HIDDEN_TIMERS))


def _ended(draft: _Draft) -> int:
    """The event of the end of a task, 0 while it is open."""
    last = draft.things[-1]
    return last.closed.id if last.closed is not None else 0


def _attempt(thing: Thing) -> Attempt:
    closed: Any = thing.closed
    started = thing.opened if isinstance(thing, Timer) else thing.started
    attributes: Any = None if closed is None else closed.attributes
    outcome = None if closed is None else OUTCOMES[attributes.STATE]
    is_good = outcome in (None, State.COMPLETED)
    return Attempt(
        scheduled=thing.opened.timestamp,
        started=started.timestamp if started is not None else None,
        closed=closed.timestamp if closed is not None else None,
        outcome=outcome,
        reason=None if is_good else _reason(attributes),
        details=None if is_good else getattr(attributes, "details", None),
        worker=getattr(started.attributes, "identity", None) if started is not None else None,
        event=thing.latest.id,
    )


def _refusal(event: HistoryEvent) -> Task | None:
    """The task that was refused by this event; None if it refuses something else."""
    attributes = event.attributes
    cause = str(getattr(attributes, "cause", "") or "") or None
    attempt = Attempt(event.timestamp, None, event.timestamp, State.FAILED, cause, None, None, event.id)
    match attributes:
        case e.ScheduleActivityTaskFailed(activity_id=id, activity_type=type):
            return Task(id, Kind.ACTIVITY, type.name, type.version, (), (attempt,), State.FAILED)
        case e.StartChildWorkflowExecutionFailed(workflow_id=id, workflow_type=type):
            return Task(id, Kind.CHILD, type.name, type.version, (), (attempt,), State.FAILED)
        case e.StartTimerFailed(timer_id=id):
            return Task(f"timer-{id}", Kind.TIMER, id, None, (), (attempt,), State.FAILED)
        case e.ScheduleLambdaFunctionFailed(id=id, name=name):
            return Task(f"lambda-{id}", Kind.LAMBDA, name, None, (), (attempt,), State.FAILED)
    return None
