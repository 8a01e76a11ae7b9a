"""Operations of deciders and workers: polls, answers, heartbeats."""

from __future__ import annotations

from typing import Any, Final, Literal

from swf.lifecycle import ActivityTask as OpenActivity
from swf.lifecycle import DecisionTask as OpenDecision
from swf.protocol import texts
from swf.protocol.base import Request
from swf.protocol.operations import (
    ActivityTask,
    ActivityTaskStatus,
    DecisionTask,
    PollForActivityTask,
    PollForDecisionTask,
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
    RespondDecisionTaskCompleted,
)
from swf.server.machine.activities import (
    cancel_activity,
    complete_activity,
    fail_activity,
    heartbeat,
    take_activity,
)
from swf.server.machine.decisions import answer_decision, take_decision
from swf.server.pending import Pending
from swf.server.service.pages import event_page
from swf.server.service.round import Later, Round
from swf.server.store.changes import ListKey, TaskRow
from swf.server.store.histories import Warm
from swf.server.store.registry import Registry
from swf.server.tokens import TaskToken

WAITS: Final = object()
"""What a poll returns that has joined its task list; it is answered when a task comes, or with nothing."""


def list_of(registry: Registry, request: Request[Any]) -> ListKey | None:
    """The task list that *request* polls; None if it polls none."""
    kind: Literal["activity", "decision"]
    match request:
        case PollForDecisionTask(next_page_token=None):
            kind = "decision"
        case PollForActivityTask():
            kind = "activity"
        case _:
            return None
    domain = registry.domain(request.domain)
    return (domain.id, kind, request.task_list.name) if domain else None


def poll_for_decision_task(round: Round, pending: Pending) -> Any:
    """Joins the list, or goes on with the pages of a task that was handed out before."""
    request = pending.request
    assert isinstance(request, PollForDecisionTask)
    round.domain(request.domain)
    if request.next_page_token is None:
        return _join(round, pending)
    warm, task = _running_decision(round, TaskToken.decode(request.next_page_token.partition("|")[0], "decision"))
    return _decision_task(round, warm, task, request)


def poll_for_activity_task(round: Round, pending: Pending) -> Any:
    """Joins the list."""
    assert isinstance(pending.request, PollForActivityTask)
    round.domain(pending.request.domain)
    return _join(round, pending)


def _join(round: Round, pending: Pending) -> object:
    key = list_of(round.service.registry, pending.request)
    assert key is not None
    tasks = round.service.task_lists[key]
    if len(tasks.pollers) >= round.service.quotas.pollers:
        raise texts.too_many_pollers()
    tasks.pollers[id(pending)] = pending
    round.lists[key] = tasks
    return WAITS


def hand_over(round: Round, task: TaskRow, pending: Pending) -> None:
    """Starts the waiting task for this poller.

    An activity task leaves when its Started event is on disk, for its effects cannot be taken back. A
    decision task may leave before: what it shows must be on disk, its own start may be lost.
    """
    service = round.service
    warm = service.histories.get(task.execution)
    request = pending.request
    lsn = None if warm.row in round.touched else warm.lsn
    turn = round.turn(warm)
    if isinstance(request, PollForDecisionTask):
        decision = take_decision(turn, request.identity)
        answer = _decision_task(round, warm, decision, request)
        round.settle(warm, turn)
        round.answer(pending, answer, lsn)
    else:
        assert isinstance(request, PollForActivityTask)
        activity = take_activity(turn, task.event, request.identity)
        round.settle(warm, turn)
        round.answer(pending, _activity_task(warm, activity))


def _activity_task(warm: Warm, task: OpenActivity) -> ActivityTask:
    assert task.started is not None
    wanted = task.wanted
    return ActivityTask(
        task_token=TaskToken("activity", warm.row, task.scheduled.id, task.started.id, task.started.timestamp).encode(),
        activity_id=wanted.activity_id,
        started_event_id=task.started.id,
        workflow_execution=warm.name,
        activity_type=wanted.activity_type,
        input=wanted.input,
    )


def _decision_task(round: Round, warm: Warm, task: OpenDecision, request: PollForDecisionTask) -> Later:
    """The task with a page of the history up to its DecisionTaskStarted event; the events are read after the commit.

    A page token holds the task token and is bound to the arguments of the poll.
    """
    assert task.started is not None
    started_at = task.started.timestamp
    token = TaskToken("decision", warm.row, task.opened.id, task.started.id, started_at).encode()
    previous = warm.execution.previous_started_event_id
    first = previous if request.start_at_previous_started_event and previous else 1
    last = task.started.id
    page = request.next_page_token.partition("|")[2] if request.next_page_token is not None else None
    question = f"{token} {request.domain} {request.task_list.name} {first}"

    def compose() -> DecisionTask:
        events, following = event_page(
            round.service.histories,
            warm,
            first=first,
            last=last,
            size=request.maximum_page_size,
            newest_first=bool(request.reverse_order),
            token=page,
            question=question,
            now=started_at,  # pages of a decision task live as long as the task
        )
        return DecisionTask(
            task_token=token,
            started_event_id=last,
            previous_started_event_id=previous,
            workflow_execution=warm.name,
            workflow_type=warm.execution.started.workflow_type,
            events=events,
            next_page_token=f"{token}|{following}" if following else None,
        )

    return Later(compose)


def respond_decision_task_completed(round: Round, request: RespondDecisionTaskCompleted) -> None:
    """Applies the decisions, all of them or (refused) none."""
    warm, task = _running_decision(round, TaskToken.decode(request.task_token, "decision"))
    turn = round.turn(warm)
    answer_decision(turn, task, request)
    round.settle(warm, turn)


def respond_activity_task_completed(round: Round, request: RespondActivityTaskCompleted) -> None:
    """Closes the task with a result."""
    warm, task = _started_activity(round, request.task_token)
    turn = round.turn(warm)
    complete_activity(turn, task, request)
    round.settle(warm, turn)


def respond_activity_task_failed(round: Round, request: RespondActivityTaskFailed) -> None:
    """Closes the task with a failure."""
    warm, task = _started_activity(round, request.task_token)
    turn = round.turn(warm)
    fail_activity(turn, task, request)
    round.settle(warm, turn)


def respond_activity_task_canceled(round: Round, request: RespondActivityTaskCanceled) -> None:
    """Closes the task as canceled."""
    warm, task = _started_activity(round, request.task_token)
    turn = round.turn(warm)
    cancel_activity(turn, task, request)
    round.settle(warm, turn)


def record_activity_task_heartbeat(round: Round, pending: Pending) -> object:
    """Notes the sign of life. The answer need not wait for it to be on disk, only for what it tells."""
    request = pending.request
    assert isinstance(request, RecordActivityTaskHeartbeat)
    warm, task = _started_activity(round, request.task_token)
    cancel_requested = heartbeat(round.turn(warm), task, request)
    round.note_beat(warm, task.scheduled.id, warm.beats[task.scheduled.id])
    lsn = None if warm.row in round.touched else warm.lsn
    round.answer(pending, ActivityTaskStatus(cancel_requested=cancel_requested), lsn)
    return WAITS


def _held(round: Round, token: TaskToken) -> Warm:
    """The open execution of a token, what is due struck first."""
    warm = round.service.histories.find(token.execution)
    if warm is None:
        raise texts.invalid_token()
    round.expire(warm)
    if not warm.execution.is_open:
        raise texts.unknown_execution(warm.name)
    return warm


def _running_decision(round: Round, token: TaskToken) -> tuple[Warm, OpenDecision]:
    warm = _held(round, token)
    task = warm.execution.running_decision
    if task is None or task.started is None or not _fits(token, task.started.id, task.started.timestamp):
        raise texts.unknown_decision_task(token.scheduled_event_id)
    return warm, task


def _started_activity(round: Round, text: str) -> tuple[Warm, OpenActivity]:
    token = TaskToken.decode(text, "activity")
    warm = _held(round, token)
    task = warm.execution.activities.get(token.scheduled_event_id)
    if task is None or task.started is None or not _fits(token, task.started.id, task.started.timestamp):
        raise texts.unknown_activity(token.scheduled_event_id)
    return warm, task


def _fits(token: TaskToken, started_event_id: int, started_at: float) -> bool:
    return token.started_event_id == started_event_id and token.started_at == started_at
