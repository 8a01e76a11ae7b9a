"""One batch of calls: computed in memory, written in one transaction, answered together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from swf.lifecycle import Execution
from swf.protocol import texts, wire
from swf.protocol.event import HistoryEvent
from swf.protocol.events import (
    ActivityTaskCanceled,
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskScheduled,
    ActivityTaskStarted,
    ActivityTaskTimedOut,
    WorkflowExecutionCancelRequested,
    WorkflowExecutionStarted,
)
from swf.protocol.faults import Fault, InternalFailure
from swf.protocol.values import WorkflowExecution
from swf.server.machine.control import end_if_too_long
from swf.server.machine.deadlines import deadlines_from, expire, next_deadline
from swf.server.machine.turn import Beat, Turn
from swf.server.pending import Pending
from swf.server.store.changes import Changes, ListKey, TaskRow
from swf.server.store.histories import Warm, activity_row, decision_row
from swf.server.store.registry import DomainRow, TypesOf
from swf.server.waiters import TaskList

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from swf.server.service.service import Service


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that is composed after the commit, from what the file then holds."""

    compose: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that waits for the commit. *lsn* None: whatever is committed by then must be on disk."""

    pending: Pending
    result: Any
    lsn: int | None = None


@dataclass(slots=True)
class Round:
    """What the calls of one batch have done so far, none of it written yet."""

    service: Service
    now: float
    changes: Changes = field(default_factory=Changes)
    answers: list[Answer] = field(default_factory=list)
    touched: dict[int, Warm] = field(default_factory=dict)
    """Executions with new events, by row."""
    started: dict[tuple[int, str], Warm] = field(default_factory=dict)
    """Executions that began in this batch, by domain and workflow id."""
    lists: dict[ListKey, TaskList] = field(default_factory=dict)
    """Task lists where a task and a poller may meet now."""
    matched: list[tuple[ListKey, Pending]] = field(default_factory=list)
    event_bytes: int = 0
    """Of all new events."""

    # Finding things

    def domain(self, name: str) -> DomainRow:
        """The domain, deprecated ones too; UnknownResourceFault if it was never registered."""
        found = self.service.registry.domain(name)
        if found is None:
            raise texts.unknown_domain(name)
        return found

    def run(self, domain: DomainRow, name: WorkflowExecution) -> Warm:
        """The run of both ids, open or closed; UnknownResourceFault if there is none."""
        warm = self._find_run(domain.id, name.run_id)
        if warm is None or warm.name != name:
            raise texts.unknown_execution(name)
        return warm

    def open_execution(self, domain: DomainRow, workflow_id: str, run_id: str | None) -> Warm:
        """The open execution of the workflow id, or the run if *run_id* says which, what is due struck first."""
        if run_id:
            name = WorkflowExecution(workflow_id=workflow_id, run_id=run_id)
            warm = self.run(domain, name)
            self.expire(warm)
            if not warm.execution.is_open:
                raise texts.unknown_execution(name)
            return warm
        open_one = self.find_open(domain, workflow_id)
        if open_one is None:
            raise texts.no_open_execution(workflow_id)
        return open_one

    def find_open(self, domain: DomainRow, workflow_id: str) -> Warm | None:
        """The open execution of the workflow id, what is due struck first, or None."""
        warm = self.started.get((domain.id, workflow_id))
        if warm is None:
            row = self.service.database.connection.execute(
                "select id from executions where domain = ? and workflow_id = ? and close_at is null",
                (domain.id, workflow_id),
            ).get
            if row is None:
                return None
            warm = self.service.histories.get(row)
        self.expire(warm)
        return warm if warm.execution.is_open else None

    def _find_run(self, domain: int, run_id: str) -> Warm | None:
        for warm in self.started.values():
            if warm.name.run_id == run_id and warm.domain == domain:
                return warm
        row = self.service.database.connection.execute(
            "select id from executions where run_id = ? and domain = ?", (run_id, domain)
        ).get
        return None if row is None else self.service.histories.get(row)

    # Turns

    def turn(self, warm: Warm) -> Turn:
        """A turn of the machine on this execution. :meth:`settle` takes in what it does."""
        return Turn(
            warm.execution,
            max(self.now, warm.execution.last_timestamp),
            TypesOf(self.service.registry, warm.domain),
            warm.beats,
            self.service.up_since,
        )

    def expire(self, warm: Warm) -> None:
        """Lets the deadlines strike that are due."""
        if warm.wake_at is None or warm.wake_at > self.now or not warm.execution.is_open:
            return
        turn = self.turn(warm)
        expire(turn)
        self.settle(warm, turn)
        if warm.execution.is_open:
            self.wake(warm, next_deadline(warm.execution, warm.beats, self.service.up_since))

    def begin(self, domain: DomainRow, workflow_id: str, event: WorkflowExecutionStarted) -> Warm:
        """A new execution without events, its row in the view."""
        name = WorkflowExecution(workflow_id=workflow_id, run_id=self.service.new_run_id())
        warm = Warm(self.service.new_row(), domain.id, name, Execution())
        parent = event.parent_workflow_execution
        self.changes.execute(
            "insert into executions (id, domain, workflow_id, run_id, type_name, type_version,"
            " parent_workflow_id, parent_run_id, tags, start_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            warm.row,
            domain.id,
            workflow_id,
            name.run_id,
            event.workflow_type.name,
            event.workflow_type.version,
            parent.workflow_id if parent else None,
            parent.run_id if parent else None,
            wire.encode_json(event.tag_list).decode() if event.tag_list else None,
            self.now,
        )
        for tag in {tag for tag in event.tag_list or () if tag is not None}:
            self.changes.execute(
                "insert into execution_tags (execution, domain, tag, start_at) values (?, ?, ?, ?)",
                warm.row,
                domain.id,
                tag,
                self.now,
            )
        self.started[domain.id, workflow_id] = warm
        self.service.histories.put(warm)
        return warm

    def settle(self, warm: Warm, turn: Turn) -> None:
        """Takes the new events of a turn into the batch, with all that follows for the views."""
        end_if_too_long(turn)
        if not turn.events:
            return
        self.touched[warm.row] = warm
        bodies = [wire.encode(event) for event in turn.events]
        self.event_bytes += sum(map(len, bodies))
        self.changes.events.extend((warm.row, event.id, body) for event, body in zip(turn.events, bodies, strict=True))
        warm.keep(bodies)
        for event in turn.events:
            self._follow(warm, event)
        self._follow_decision(warm)
        if warm.execution.is_open:
            self._wake_earlier(warm, turn)
        else:
            self._close(warm)

    def _follow(self, warm: Warm, event: HistoryEvent) -> None:
        match event.attributes:
            case ActivityTaskScheduled():
                task = warm.execution.activities.get(event.id)
                if task is not None and task.started is None:
                    self._offer(warm, activity_row(warm, event.id))
            case ActivityTaskStarted(scheduled_event_id=scheduled):
                self._withdraw(warm, scheduled)
            case (
                ActivityTaskCompleted(scheduled_event_id=scheduled)
                | ActivityTaskFailed(scheduled_event_id=scheduled)
                | ActivityTaskTimedOut(scheduled_event_id=scheduled)
                | ActivityTaskCanceled(scheduled_event_id=scheduled)
            ):
                self._withdraw(warm, scheduled)
                self.note_beat(warm, scheduled, None)
            case WorkflowExecutionCancelRequested():
                self.changes.execute("update executions set cancel_requested = 1 where id = ?", warm.row)

    def _follow_decision(self, warm: Warm) -> None:
        task = warm.execution.deliverable_decision
        event_id = task.opened.id if task else 0
        if event_id == warm.waiting_decision:
            return
        if warm.waiting_decision:
            self._withdraw(warm, warm.waiting_decision)
        warm.waiting_decision = event_id
        if event_id:
            self._offer(warm, decision_row(warm))

    def _offer(self, warm: Warm, task: TaskRow) -> None:
        warm.waiting[task.event] = task
        self.changes.add_task(task)
        tasks = self.service.task_lists[task.list]  # in memory from here on: the file does not know the task yet
        tasks.offer(task)
        self.lists[task.list] = tasks

    def _withdraw(self, warm: Warm, event_id: int) -> None:
        task = warm.waiting.pop(event_id, None)
        if task is not None:
            self.changes.remove_task(task)

    def note_beat(self, warm: Warm, scheduled_event_id: int, beat: Beat | None) -> None:
        """Keeps the last sign of life of an activity, or forgets it (None)."""
        if beat is not None:
            warm.stored_beats.add(scheduled_event_id)
        elif scheduled_event_id in warm.stored_beats:
            warm.stored_beats.discard(scheduled_event_id)
        else:
            return
        self.changes.beats[warm.row, scheduled_event_id] = beat

    def _wake_earlier(self, warm: Warm, turn: Turn) -> None:
        """The view may say too early, never too late: it is moved only for an earlier deadline."""
        up_since = self.service.up_since
        earliest = min(
            (
                deadline.at
                for event in turn.events
                for deadline in deadlines_from(warm.execution, event, warm.beats, up_since)
            ),
            default=None,
        )
        if earliest is not None and (warm.wake_at is None or earliest < warm.wake_at):
            self.wake(warm, earliest)

    def wake(self, warm: Warm, at: float | None) -> None:
        """The execution is looked at again at this time; None: no deadline is left."""
        if at != warm.wake_at:
            warm.wake_at = at
            self.changes.wake_ups[warm.row] = at
        self.service.expect_wake(at)

    def _close(self, warm: Warm) -> None:
        execution = warm.execution
        assert execution.closed is not None
        assert execution.close_status is not None
        for event_id in list(warm.waiting):
            self._withdraw(warm, event_id)
        for scheduled in list(warm.stored_beats):
            self.note_beat(warm, scheduled, None)
        warm.wake_at = None
        self.changes.wake_ups.pop(warm.row, None)
        self.changes.execute(
            "update executions set close_at = ?, close_status = ?, wake_at = null where id = ?",
            execution.closed.timestamp,
            str(execution.close_status),
            warm.row,
        )
        if execution.started.tag_list:
            self.changes.execute(
                "update execution_tags set close_at = ? where execution = ?", execution.closed.timestamp, warm.row
            )

    # Answers

    def answer(self, pending: Pending, result: Any | Fault, lsn: int | None = None) -> None:
        """The answer to a call, which leaves after the commit."""
        self.answers.append(Answer(pending, result, lsn))

    def publish(self) -> None:
        """Gives all answers. The batch is committed; its callers wait for the disk themselves."""
        committed = self.service.database.committed
        for warm in self.touched.values():
            warm.lsn = committed
        for answer in self.answers:
            answer.pending.finish(_composed(answer), committed if answer.lsn is None else answer.lsn)


def _composed(answer: Answer) -> Any | Fault:
    """The answer itself; what goes wrong while it is composed is this caller's alone."""
    if not isinstance(answer.result, Later):
        return answer.result
    try:
        return answer.result.compose()
    except Fault as fault:
        return fault
    except Exception:
        log.exception("cannot compose the answer operation=%s", type(answer.pending.request).__name__)
        return InternalFailure("The service could not compose its answer; what was asked for was done.")
