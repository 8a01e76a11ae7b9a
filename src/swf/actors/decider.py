"""A decider: polls for decision tasks and answers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from swf.actors.core import Actor, default_identity
from swf.exceptions import InvalidKeywordArgumentError, PollTimeout, error_of
from swf.models.decision import Decision
from swf.models.decision.task import DecisionTask
from swf.models.event.factory import decoded
from swf.models.execution import WorkflowExecution
from swf.models.history import History
from swf.protocol import decision as envelope
from swf.protocol import operations as o
from swf.protocol.base import DecisionAttributes
from swf.protocol.faults import Fault
from swf.protocol.refusal import convert_request
from swf.protocol.values import TaskList
from swf.responses import Response


class DecisionResponse(Response):
    """What a poll gives: *token*, *history*, *execution*, and the whole *task*."""

    token: str
    history: History
    execution: WorkflowExecution
    task: DecisionTask


AnyDecision = Decision | envelope.Decision | DecisionAttributes | Mapping[str, Any]


class Decider(Actor):
    """Takes decision tasks of a list. What it decides is for those who inherit or use it."""

    def poll(
        self,
        task_list: str | None = None,
        identity: str | None = None,
        *,
        page_size: int | None = None,
        only_new_events: bool = False,
        reverse_order: bool = False,
        maximum_page_size: int | None = None,
    ) -> DecisionResponse:
        """The next task with its whole history, all pages of it; raises PollTimeout if none comes.

        *task_list* None: the decider's; *identity* None: host and process. *maximum_page_size* is Amazon's name for
        *page_size*. *only_new_events*: the history begins with the DecisionTaskStarted event of the last decision;
        *reverse_order*: it begins with the last event. Only a whole history in its own order can be compiled.
        """
        if page_size is not None and maximum_page_size is not None:
            raise InvalidKeywordArgumentError("page_size and maximum_page_size are two names of the same: give one")
        request = o.PollForDecisionTask(
            domain=self.domain.name,
            task_list=TaskList(name=task_list or self.task_list),
            identity=default_identity() if identity is None else identity,
            maximum_page_size=maximum_page_size if page_size is None else page_size,
            reverse_order=reverse_order or None,
            start_at_previous_started_event=only_new_events or None,
        )
        task = self.call(request)
        if task.task_token is None:
            raise PollTimeout(f"no decision task came on list {request.task_list.name!r} of {self.domain.name!r}")
        facts = decoded(task.events)
        token = task.next_page_token
        while token is not None:
            page = self.call(msgspec.structs.replace(request, next_page_token=token))
            facts += decoded(page.events)
            token = page.next_page_token
        it = DecisionTask.from_poll(self.domain, request.task_list.name, task, History(facts))
        return DecisionResponse(token=it.task_token, history=it.history, execution=it.workflow_execution, task=it)

    def complete(
        self,
        task_token: str,
        decisions: AnyDecision | Iterable[AnyDecision] | None = None,
        execution_context: str | None = None,
        *,
        task_list: str | None = None,
        task_list_timeout: int | str | None = None,
    ) -> None:
        """Answers a task: all decisions are taken or none. InvalidRequestError names what SWF would refuse, unsent.

        *task_list*: where the next decision tasks of the execution go, each for *task_list_timeout* seconds at most.
        Raises DoesNotExistError if the task is no longer open.
        """
        one = isinstance(decisions, Decision | envelope.Decision | DecisionAttributes | Mapping)
        listed: Iterable[Any] = () if decisions is None else (decisions,) if one else decisions  # type: ignore[assignment]
        members = {
            "taskToken": task_token,
            "decisions": [_members(decision) for decision in listed],
            "executionContext": execution_context,
            "taskList": None if task_list is None else {"name": task_list},
            "taskListScheduleToStartTimeout": None if task_list_timeout is None else str(task_list_timeout),
        }
        try:
            request = convert_request(o.RespondDecisionTaskCompleted, members)
        except Fault as fault:
            raise error_of(fault, "RespondDecisionTaskCompleted") from fault
        self.call(request)


def _members(decision: AnyDecision) -> Mapping[str, Any]:
    """A decision as the wire has it."""
    if isinstance(decision, DecisionAttributes):
        decision = envelope.decision(decision)
    if isinstance(decision, envelope.Decision):
        members: Mapping[str, Any] = msgspec.to_builtins(decision)
        return members
    return decision
