"""One run of a workflow against its history: events in, decisions out.

The workflow's code runs in a greenlet that is suspended where it reads a result that is not there yet. Each
decision feeds the run its new events, batch by batch as they were first seen, and collects what was submitted.
"""

from __future__ import annotations

import contextvars
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Any

from simpleflow.exceptions import StorageError, TaskException, WorkflowException
from simpleflow.futures import Future, running
from simpleflow.marker import Marker
from simpleflow.replay import answers, failures, hooks
from simpleflow.replay.answers import Values
from simpleflow.replay.attempts import Attempts
from simpleflow.replay.canvases import Canvases
from simpleflow.replay.checks import check_limit
from simpleflow.replay.children import Children
from simpleflow.replay.continuing import Continuation
from simpleflow.replay.coroutines import Coroutines
from simpleflow.replay.differences import Differences
from simpleflow.replay.engine import Engine, Undecidable
from simpleflow.replay.events import RULES, adopt
from simpleflow.replay.greenlets import Greenlets
from simpleflow.replay.helpers import Helpers
from simpleflow.replay.loops import Awaited
from simpleflow.replay.main import Main
from simpleflow.replay.options import Decisions, RunOptions, Stale
from simpleflow.replay.others import Others
from simpleflow.replay.outbox import Outbox
from simpleflow.replay.records import Kept, Record
from simpleflow.replay.reuse import Reuse
from simpleflow.replay.room import Room
from simpleflow.replay.signals import Signals
from simpleflow.replay.sources import innermost, source
from simpleflow.replay.submits import Submits
from simpleflow.replay.timers import Timers
from simpleflow.workflow import Workflow
from swf.protocol.base import Attributes, DecisionAttributes
from swf.protocol.event import HistoryEvent
from swf.protocol.events import (
    ActivityTaskScheduled,
    DecisionTaskCompleted,
    DecisionTaskStarted,
    TimerCanceled,
    TimerFired,
    WorkflowExecutionStarted,
)
from swf.protocol.values import ActivityType

RUN_BYTES = 12_000
RECORD_BYTES = 1_000


class Run:
    """A workflow, suspended at *position*: the DecisionTaskStarted event it was last shown; 0 at first.

    All calls must come from the thread that made it. :meth:`kill` is mandatory before it is dropped.
    """

    def __init__(self, workflow_class: type[Workflow], options: RunOptions) -> None:
        self.workflow_class = workflow_class
        self.options = options
        self.position = 0
        self.answered_at = -1
        """The position of the last decision that this run has made itself; -1 before the first."""
        self.batch_end = 0
        self.now = 0.0
        self.is_replaying = False
        self.is_asked = False
        """Whether a query is being answered, which may not do anything."""
        self.is_killed = False
        self.started: WorkflowExecutionStarted | None = None
        self.closing: DecisionAttributes | None = None
        self.context: str | None = None
        self.outbox = Outbox()
        self.records: dict[Kept, Record] = {}
        self.settled: dict[Kept, Future[Any]] = {}
        """Futures of idempotent tasks that are done: a second submit gets the same."""
        self.orphans: dict[Kept, list[tuple[HistoryEvent, Attributes | None]]] = {}
        """What the history tells of things that were not submitted (yet)."""
        self.open: dict[int, tuple[Kept, ActivityTaskScheduled]] = {}
        self.open_activities = 0
        self.open_timers: dict[int, Kept] = {}
        self.timers_seen: dict[str, dict[str, Any]] = {}
        self.counters: Counter[str] = Counter()
        self.signals = Signals()
        self.cancel_requests = 0
        self.cancel_waits: list[Record] = []
        self.room = Room(self)
        """Timers that were refused because too many are open."""
        self.may_close = True
        self.markers: list[tuple[Marker, int]] = []
        self.marker_futures: dict[str, Future[Any]] = {}
        self.marker_echoes: dict[str, deque[Record]] = defaultdict(deque)
        self.orphan_markers: Counter[str] = Counter()
        self.helpers = Helpers(self)
        self.wakes_up = False
        self.echoes_are_own = False
        self.last_completed_id = 0
        self.failed: deque[BaseException] = deque()
        """What is raised in ``run`` where it is blocked, or at its next blocking read."""
        self.sagas = 0
        """How many blocks that may have to be undone the code is in."""
        self.is_undoing = False
        self.ending: DecisionAttributes | None = None
        """The closing decision of a workflow that has to undo something first."""
        self._unreadable: StorageError | None = None
        self.values = Values(options)
        self.main = Main(self)
        self.differences = Differences(self)
        self.submits = Submits(self)
        self.timers = Timers(self)
        self.canvases = Canvases(self)
        self.attempts = Attempts(self)
        self.children = Children(self)
        self.others = Others(self)
        self.continuation = Continuation(self)
        self.reuse = Reuse(self)
        self.engine = Engine(self)
        context = contextvars.Context()
        context.run(running.set, self.engine)
        self.greenlets = Greenlets(context)
        self.coroutines = Coroutines(self, context)
        self.unmade: Exception | None = None
        """Why the class could not be made; one of the base class stands in until the execution has failed."""
        try:
            self.workflow = workflow_class(self.engine)
            check_limit(workflow_class)
        except Exception as error:  # noqa: BLE001  # the user's: it becomes the end of the execution
            self.unmade = error
            self.workflow = Workflow(self.engine)
        self.hooks = hooks.Hooks(self.workflow)

    # Feeding

    def advance(self, events: Sequence[HistoryEvent]) -> Decisions:
        """The decisions to answer after *events*, which end with the DecisionTaskStarted of the task in hand.

        *events* may begin anywhere up to the first one that is new. Raises Stale if they do not go on where
        the run stands or do not show that its last answer was applied; NonDeterminismError if the code does
        something else than the history; StorageError if a value cannot be read, which may be over soon. After any,
        kill the run.
        """
        try:
            return self._advance(events)
        except Undecidable as nothing:
            raise nothing.error from None

    def _advance(self, events: Sequence[HistoryEvent]) -> Decisions:
        assert not self.is_killed, "a killed run takes no events"
        new = self._new(events)
        answered = {
            event.attributes.started_event_id for event in new if isinstance(event.attributes, DecisionTaskCompleted)
        }
        self.helpers.look_ahead(new)
        batch: list[HistoryEvent] = []
        for event in new:
            batch.append(event)
            if isinstance(event.attributes, DecisionTaskStarted) and event.id in answered:
                self._feed(batch, is_live=event.id == new[-1].id)
                batch = []
        if batch:
            self._feed(batch, is_live=True)
        self.answered_at = self.position
        return answers.decisions(self)

    def replay(self, events: Sequence[HistoryEvent]) -> Sequence[HistoryEvent]:
        """Feeds a new run the decisions of a whole history that were answered, and makes none.

        No hook is called but those that steer. Returns the events after the last of these decisions, which no code has
        seen. Raises NonDeterminismError; StorageError if a value cannot be read.
        """
        try:
            return self._replay(events)
        except Undecidable as nothing:
            raise nothing.error from None

    def _replay(self, events: Sequence[HistoryEvent]) -> Sequence[HistoryEvent]:
        assert self.position == 0, "a history is replayed by a new run"
        answered = {
            event.attributes.started_event_id for event in events if isinstance(event.attributes, DecisionTaskCompleted)
        }
        self.helpers.look_ahead(events)
        begin = 0
        for end, event in enumerate(events, 1):
            if isinstance(event.attributes, DecisionTaskStarted) and event.id in answered:
                self._feed(list(events[begin:end]), is_live=False)
                begin = end
        return events[begin:]

    def compare(self, rest: Sequence[HistoryEvent]) -> None:
        """Compares what the last decision has submitted with what :meth:`replay` has left; no code runs."""
        if not rest:
            return
        self.batch_end = rest[-1].id
        for event in rest:
            rule = RULES.get(type(event.attributes))
            if rule is not None:
                rule(self, event)
        self.is_replaying = False
        self.differences.look(list(rest))

    def _new(self, events: Sequence[HistoryEvent]) -> Sequence[HistoryEvent]:
        skipped = self.position + 1 - events[0].id if events else 0
        if skipped < 0 or skipped >= len(events) or events[skipped].id != self.position + 1:
            raise Stale("gap: the events do not begin where the run stands")
        new = events[skipped:]
        if new[-1].id - new[0].id != len(new) - 1:
            raise Stale("gap: an event is missing")
        if not isinstance(new[-1].attributes, DecisionTaskStarted):
            raise Stale("the events do not end with a decision task")
        if self.position and not any(
            isinstance(event.attributes, DecisionTaskCompleted) and event.attributes.started_event_id == self.position
            for event in new
        ):
            raise Stale("answer not applied: the history does not show it")
        return new

    def _feed(self, batch: list[HistoryEvent], *, is_live: bool) -> None:
        """All of a batch is applied before user code goes on: one decision, one view, one time."""
        self.now = batch[-1].timestamp
        self.batch_end = batch[-1].id
        self.is_replaying = not is_live
        before = self.closing
        for event in batch:
            self.hooks.see(event)
            rule = RULES.get(type(event.attributes))
            if rule is not None:
                rule(self, event)
        self.main.obey_cancel_request()
        if is_live:
            self.guarded(self.hooks.before_replay)
        self.greenlets.drain(lambda: self.closing is not None or self._unreadable is not None, self.coroutines.go_on)
        if self._unreadable is not None:
            raise Undecidable(self._unreadable)
        self._note_stuck()
        self.differences.look(batch)
        if self.closing is not before:
            self.main.close_outbox()
        if is_live:
            self._after(before)
        self.position = self.batch_end

    def _after(self, before: DecisionAttributes | None) -> None:
        """The hooks of a live decision. One that raises fails the execution."""
        self.guarded(self.hooks.after_replay)
        closing = self.closing
        if closing is not None and closing is not before:
            self.guarded(lambda: self.hooks.closing(closing))

    def guarded(self, hook: Callable[[], None]) -> None:
        """Calls code of the user that is not in ``run``; what it raises fails the execution."""
        try:
            hook()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # the user's: it becomes the end of the execution
            _, details = failures.reason_and_details(error)
            self.main.close(self.main.failure(f"workflow decision failed: {error}", details))
            self.unwind()

    def decoded(self, text: str | None) -> Any:
        """The value of a text of the history. One that cannot be read now ends the decision, not the workflow."""
        try:
            return self.options.decode(text)
        except StorageError as error:
            self._unreadable = error
            raise Undecidable(error) from error

    # What rules ask for

    def orphan(self, key: Kept, event: HistoryEvent, opened: Attributes | None = None) -> None:
        """The history tells of something that was not submitted (yet); *opened* is what a closing event closed."""
        self.orphans.setdefault(key, []).append((event, opened))

    def adopt(self, record: Record) -> None:
        """Tells a record that was submitted late what the history knows of it."""
        events = deque(self.orphans.pop(record.key, ()))
        while events:
            event, opened = events.popleft()
            adopt(self, record, event, opened)
            if events and isinstance(event.attributes, TimerFired | TimerCanceled):
                self.orphans[record.key] = list(events)  # of the next timer of this id
                return

    def sent(self, key: Kept) -> Record | None:
        """The activity of this id, if it was submitted and its arguments are there."""
        record = self.records.get(key)
        return None if record is None or record.input is None else record

    def forget(self, record: Record) -> None:
        """The task is done: its record goes, user code may hold the future."""
        self.submits.let_go(record)
        if record.id is None:
            return
        self.records.pop(record.key, None)
        if record.task.idempotent:
            self.settled[record.key] = record.future

    def send_activity(self, record: Record, register: ActivityType | None = None) -> None:
        """Puts the next attempt into the outbox."""
        self.submits.send_activity(record, register)

    def fail_task(self, record: Record, exception: Exception) -> None:
        """The task has failed for good. If it raises, it does so where the workflow is blocked."""
        self.forget(record)
        awaits = self.coroutines.awaits(record.future)
        record.future.set_exception(exception)
        if record.kind in ("activity", "child") and record.said("raises_on_failure"):
            raised = TaskException if record.kind == "activity" else WorkflowException
            self.raise_in_main(raised(record.task, exception), awaits)

    def raise_in_main(self, error: BaseException, awaits: Sequence[Awaited] = ()) -> None:
        """Has ``run`` raise *error* where it is blocked, or at its next blocking read.

        Coroutines raise it at *awaits*, those that wait for what has failed; if there are none, the main one is
        cancelled.
        """
        for each in awaits:
            each.fail(error)
        if awaits:
            return
        self.failed.append(error)
        if self.is_undoing:
            return
        if self.coroutines.is_used:
            self.coroutines.fail_main()
        else:
            self.greenlets.wake_main()

    def echo_marker(self, name: str, details: Any, error: Exception | None = None) -> None:
        """A marker of the user is in the history: first in, first out by name."""
        waiting = self.marker_echoes[name]
        if not waiting:
            self.orphan_markers[name] += 1
            return
        record = waiting.popleft()
        assert record.id is not None
        self.outbox.pop(("marker", record.id))
        if error is not None:
            record.future.set_exception(error)
        else:
            record.future.set_finished(details)

    def note(self, message: str) -> None:
        """Something to tell with the next answer, once."""
        self.differences.note(message)

    def _note_stuck(self) -> None:
        if self.greenlets.failed_to_end:
            self.greenlets.failed_to_end = 0
            self.note("the workflow catches every exception, the end of its run too, and was left where it stands")

    # Ending

    @property
    def is_closed(self) -> bool:
        """Whether the workflow has come to its end, if not yet its execution."""
        return self.closing is not None

    @property
    def blocked_on(self) -> str:
        """Where the workflow waits, for people; empty if it does not."""
        places = [str(found) for frame in self.greenlets.frames() if (found := source(frame))]
        places += [str(found) for frames in self.coroutines.frames() if (found := innermost(frames))]
        names = self.signals.awaited()
        signals = f" (signals: {', '.join(names)})" if names else ""
        return "; ".join(places) + signals

    @property
    def waiting_signals(self) -> list[str]:
        """The names of signals that are waited for."""
        return self.signals.awaited()

    @property
    def size(self) -> int:
        """About how many bytes this run costs."""
        suspended = self.greenlets.count + self.coroutines.count
        return RUN_BYTES * max(1, suspended) + RECORD_BYTES * (len(self.records) + len(self.outbox))

    def kill(self) -> None:
        """Unwinds the suspended code, inertly: nothing it does now leaves a trace. May be called twice."""
        if not self.is_killed:
            self.is_killed = True
            self.unwind()

    def unwind(self) -> None:
        """Ends the suspended code."""
        self.greenlets.is_evicting = True
        self.coroutines.unwind()
        self.greenlets.unwind()
