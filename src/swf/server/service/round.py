"""One batch of calls: computed in memory, written in one transaction, answered together."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    LambdaFunctionCompleted,
    LambdaFunctionFailed,
    LambdaFunctionStarted,
    LambdaFunctionTimedOut,
    WorkflowExecutionCancelRequested,
    WorkflowExecutionStarted,
)
from swf.protocol.faults import Fault, InternalFailure
from swf.protocol.values import WorkflowExecution
from swf.server.functions import FunctionCall
from swf.server.machine.closing import conclude
from swf.server.machine.deadlines import deadlines_from, expire, function_timeout
from swf.server.machine.outbox import BeginRun, Command
from swf.server.machine.turn import Beat, Turn
from swf.server.pending import Pending
from swf.server.service.world import WorldOf
from swf.server.store.changes import Changes, ListKey, TaskRow
from swf.server.store.errors import DamagedHistory
from swf.server.store.histories import Warm, activity_row, decision_row, is_of_history
from swf.server.store.registry import DomainRow
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


class SetAside(Exception):
    """An execution broke our rules in the midst of a round and is set aside; the round must be computed anew."""


@dataclass(slots=True)
class Round:
    """What the calls of one batch have done so far, none of it written yet."""

    service: Service
    now: float
    changes: Changes = field(default_factory=Changes)
    answers: list[Answer] = field(default_factory=list)
    touched: dict[int, Warm] = field(default_factory=dict)
    """Executions with new events, by row."""
    begun: dict[tuple[int, str], Warm] = field(default_factory=dict)
    """Executions that began in this batch, by domain and run id."""
    latest: dict[tuple[int, str], Warm] = field(default_factory=dict)
    """The last of them of each domain and workflow id."""
    outbox: deque[tuple[int, float, Command]] = field(default_factory=deque)
    """What executions have sent to each other and is not delivered yet: domain, time of sending, command."""
    calls: list[FunctionCall] = field(default_factory=list)
    """Lambda functions to be called when the batch is written."""
    given_up: list[tuple[int, int]] = field(default_factory=list)
    """Execution and event of calls of Lambda functions whose ends nobody waits for any longer."""
    expired: set[int] = field(default_factory=set)
    """Executions whose deadlines have been looked at."""
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
        """The run of both ids, open or closed; UnknownResourceFault if there is none, or none any more."""
        warm = self._find_run(domain.id, name)
        if warm is None or self._is_forgotten(warm):
            raise texts.unknown_execution(name)
        return warm

    def open_execution(self, domain: DomainRow, workflow_id: str, run_id: str | None) -> Warm:
        """The open execution of the workflow id, or the run if *run_id* says which, what is due struck first."""
        if run_id:
            name = WorkflowExecution(workflow_id=workflow_id, run_id=run_id)
            run = self.find_open_run(domain.id, name)
            if run is None:
                raise texts.unknown_execution(name)
            return run
        open_one = self.find_open(domain.id, workflow_id)
        if open_one is None:
            raise texts.no_open_execution(workflow_id)
        return open_one

    def find_open(self, domain: int, workflow_id: str) -> Warm | None:
        """The open execution of the workflow id, what is due struck first, or None."""
        warm = self.latest.get((domain, workflow_id))
        if warm is None:
            row = self.service.database.connection.execute(
                "select id from executions where domain = ? and workflow_id = ? and close_at is null",
                (domain, workflow_id),
            ).get
            if row is None:
                return None
            warm = self.service.histories.get(row)
        self.expire(warm)
        return warm if warm.execution.is_open else None

    def find_open_run(self, domain: int, name: WorkflowExecution) -> Warm | None:
        """The run of both ids if it is open, what is due struck first, or None."""
        warm = self._find_run(domain, name)
        if warm is None:
            return None
        self.expire(warm)
        return warm if warm.execution.is_open else None

    def _find_run(self, domain: int, name: WorkflowExecution) -> Warm | None:
        warm = self.begun.get((domain, name.run_id))
        if warm is None:
            row = self.service.database.connection.execute(
                "select id from executions where run_id = ? and domain = ?", (name.run_id, domain)
            ).get
            if row is None:
                return None
            warm = self.service.histories.get(row)
        return warm if warm.name == name else None

    def _is_forgotten(self, warm: Warm) -> bool:
        """Whether the retention of a closed execution is over, be it removed already or not."""
        return not warm.execution.is_open and warm.wake_at is not None and warm.wake_at <= self.now

    # Turns

    def turn(self, warm: Warm, at: float = 0.0) -> Turn:
        """A turn of the machine on this execution, not before *at*. :meth:`settle` takes in what it does."""
        return Turn(
            warm.execution,
            max(self.now, warm.execution.last_timestamp, at),
            warm.name,
            WorldOf(self.service, warm.domain),
            warm.beats,
            self.service.up_since,
        )

    def expire(self, warm: Warm) -> None:
        """Lets the deadlines strike that are due, once in a batch: what the batch itself has begun strikes later, even
        a timer of no time, for it fires in a transaction of its own."""
        if warm.row in self.expired:
            return
        self.expired.add(warm.row)
        if warm.wake_at is None or warm.wake_at > self.now or not warm.execution.is_open:
            return
        with self.blaming(warm.row):
            turn = self.turn(warm)
            following = expire(turn, self.now)
            self.settle(warm, turn)
            if warm.execution.is_open:
                self.wake(warm, following)

    @contextmanager
    def blaming(self, row: int) -> Iterator[None]:
        """What breaks our rules in the block is laid to this execution, which is set aside: raises SetAside."""
        try:
            yield
        except (SetAside, DamagedHistory, Fault):
            raise
        except Exception as error:
            if not is_of_history(error):
                raise
            self.service.histories.set_aside(row, error)
            raise SetAside(str(error)) from error

    def begin(self, domain: int, name: WorkflowExecution, event: WorkflowExecutionStarted, at: float) -> Warm:
        """A new execution that starts with *event* at this time, its row in the view."""
        warm = Warm(self.service.new_row(), domain, name, Execution())
        parent = event.parent_workflow_execution
        self.service.open_counts.add(domain, 1)
        self.changes.execute(
            "insert into executions (id, domain, workflow_id, run_id, type_name, type_version,"
            " parent_workflow_id, parent_run_id, tags, start_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            warm.row,
            domain,
            name.workflow_id,
            name.run_id,
            event.workflow_type.name,
            event.workflow_type.version,
            parent.workflow_id if parent else None,
            parent.run_id if parent else None,
            wire.encode_json(event.tag_list).decode() if event.tag_list else None,
            at,
        )
        for tag in {tag for tag in event.tag_list or () if tag is not None}:
            self.changes.execute(
                "insert into execution_tags (execution, domain, tag, start_at) values (?, ?, ?, ?)",
                warm.row,
                domain,
                tag,
                at,
            )
        self.expired.add(warm.row)
        self.begun[domain, name.run_id] = self.latest[domain, name.workflow_id] = warm
        self.service.histories.put(warm)
        return warm

    def send(self, domain: int, at: float, command: Command) -> None:
        """Puts a command into the outbox; the next run of a workflow id goes first, for nobody may take the id."""
        if isinstance(command, BeginRun):
            self.outbox.appendleft((domain, at, command))
        else:
            self.outbox.append((domain, at, command))

    def settle(self, warm: Warm, turn: Turn) -> None:
        """Takes the new events of a turn into the batch, with all that follows for the views."""
        conclude(turn)
        if not turn.events:
            return
        for command in turn.outbox:
            self.send(warm.domain, turn.now, command)
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
            case LambdaFunctionStarted(scheduled_event_id=scheduled):
                self._call_function(warm, scheduled)
            case (
                LambdaFunctionCompleted(scheduled_event_id=scheduled)
                | LambdaFunctionFailed(scheduled_event_id=scheduled)
                | LambdaFunctionTimedOut(scheduled_event_id=scheduled)
            ):
                self.changes.execute(
                    "delete from functions where execution = ? and scheduled_event = ?", warm.row, scheduled
                )
                if isinstance(event.attributes, LambdaFunctionTimedOut):
                    self.given_up.append((warm.row, scheduled))

    def _call_function(self, warm: Warm, scheduled_event_id: int) -> None:
        self.changes.execute(
            "insert into functions (execution, scheduled_event) values (?, ?)", warm.row, scheduled_event_id
        )
        wanted = warm.execution.lambda_functions[scheduled_event_id].wanted
        timeout_s = function_timeout(wanted.start_to_close_timeout)
        self.calls.append(FunctionCall(warm.row, scheduled_event_id, wanted.name, wanted.input, timeout_s))

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
        self.service.deadlines.expect(at)

    def _close(self, warm: Warm) -> None:
        execution = warm.execution
        assert execution.closed is not None
        assert execution.close_status is not None
        for event_id in list(warm.waiting):
            self._withdraw(warm, event_id)
        for scheduled in list(warm.stored_beats):
            self.note_beat(warm, scheduled, None)
        closed_at = execution.closed.timestamp
        warm.wake_at = round_ms(closed_at + self.service.registry.domain_of(warm.domain).retention_s)
        self.changes.wake_ups.pop(warm.row, None)
        self.service.deadlines.expect(warm.wake_at)
        self.service.open_counts.add(warm.domain, -1)
        self.changes.execute(
            "update executions set close_at = ?, close_status = ?, wake_at = ? where id = ?",
            closed_at,
            str(execution.close_status),
            warm.wake_at,
            warm.row,
        )
        if execution.lambda_functions:
            self.changes.execute("delete from functions where execution = ?", warm.row)
            self.given_up += [(warm.row, scheduled) for scheduled in execution.lambda_functions]
        if execution.started.tag_list:
            self.changes.execute("update execution_tags set close_at = ? where execution = ?", closed_at, warm.row)

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
        if any(not warm.execution.is_open for warm in self.touched.values()):
            self.service.tell_closings()


def round_ms(at: float) -> float:
    """The time in whole milliseconds, as events have it."""
    return round(at, 3)


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
