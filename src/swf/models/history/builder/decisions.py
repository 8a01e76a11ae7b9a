"""What made-up histories rest on: their first events, decision tasks, and how later events find earlier ones."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Iterable
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar

from swf import given
from swf.exceptions import InconsistentStateError, InvalidRequestError
from swf.models.base import duration
from swf.models.history.base import History as BaseHistory
from swf.protocol import events as e
from swf.protocol.base import Attributes
from swf.protocol.check import obeys
from swf.protocol.event import history_event
from swf.protocol.refusal import why_not
from swf.protocol.values import ChildPolicy, TaskList, TimeoutType, WorkflowExecution

BEGIN: Final = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
"""When the first event happens, if nothing is said; the others follow a second apart."""
RUN_ID: Final = "22made-up-run="

Kit = TypeVar("Kit", bound="Decisions")
Arguments = ParamSpec("Arguments")


def all_or_nothing(method: Callable[Concatenate[Kit, Arguments], Kit]) -> Callable[Concatenate[Kit, Arguments], Kit]:
    """A decorator of methods that add several events: if one of them cannot be added, none is."""

    @functools.wraps(method)
    def careful(history: Kit, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Kit:
        length, now = len(history.facts), history._now
        try:
            return method(history, *arguments, **named)
        except Exception:
            del history.facts[length:]
            history._now = now
            history._forget()
            raise

    return careful


class Decisions(BaseHistory):
    """A history that grows. Methods that add return the history, so that they can be chained.

    *workflow* is a workflow type or class: what has ``name``, ``version`` and ``task_list``. *decision_id* names the
    DecisionTaskCompleted event behind what is added; None, or any other event: the latest. Inputs, controls and results
    travel as JSON.
    """

    def __init__(
        self,
        workflow: Any,
        input: Any = None,
        tag_list: Iterable[str] | None = None,
        *,
        workflow_id: str = "made-up",
        at: datetime.datetime = BEGIN,
        parent: WorkflowExecution | None = None,
        begun: bool = True,
    ) -> None:
        """*begun*: whether the first decision task is started already; without, the history ends with event 1."""
        super().__init__()
        self._decision_timeout = duration(getattr(workflow, "decision_tasks_timeout", None) or 300)
        self.execution_word = WorkflowExecution(workflow_id=workflow_id, run_id=RUN_ID)
        self.task_list = given.task_list(getattr(workflow, "task_list", None)) or TaskList(name="default")
        self._now = at.timestamp()
        self.add(
            e.WorkflowExecutionStarted(
                child_policy=ChildPolicy(getattr(workflow, "child_policy", None) or ChildPolicy.TERMINATE),
                task_list=self.task_list,
                workflow_type=given.workflow_type(workflow),
                input=given.json(input, "input"),
                execution_start_to_close_timeout=duration(getattr(workflow, "execution_timeout", None) or 300),
                task_start_to_close_timeout=self._decision_timeout,
                tag_list=given.tags(tag_list),
                parent_workflow_execution=parent,
                parent_initiated_event_id=0,
            )
        )
        if begun:
            self.add_decision_task_scheduled().add_decision_task_started()

    @property
    def last_id(self) -> int:
        """The id of the newest event."""
        return len(self.facts)

    @property
    def next_id(self) -> int:
        """The id that the next event will have."""
        return self.last_id + 1

    def add(self, attributes: Attributes) -> Self:
        """Adds any event: the attributes are those of :mod:`swf.protocol.events`.

        Raises InvalidRequestError for a member that no event can have: a text that is too long, a wrong type.
        """
        if not obeys(attributes):
            raise InvalidRequestError(f"{type(attributes).__name__}: {why_not(attributes)}")
        self.facts.append(history_event(self.next_id, self._now, attributes))
        self._now += 1.0
        self._forget()
        return self

    def pass_time(self, seconds: float) -> Self:
        """Lets time pass before the next event."""
        self._now += seconds
        return self

    def decided(self, decision_id: int | None = None) -> int:
        """The DecisionTaskCompleted event behind what comes next: the one named, else the latest.

        While a decision task runs, it is completed now. Raises InconsistentStateError if nothing was ever decided.
        """
        if decision_id is not None and self._is(decision_id, e.DecisionTaskCompleted):
            return decision_id
        running = self._running_decision()
        if running:
            self.add_decision_task_completed()
            return self.last_id
        found = self._latest(e.DecisionTaskCompleted)
        if not found:
            raise InconsistentStateError("no decision was taken yet; add_decision_task() adds one", self.next_id)
        return found

    def add_decision_task(self, **values: Any) -> Self:
        """One from its scheduling to its answer. *values* as :meth:`add_decision_task_completed` takes them."""
        return self.add_decision_task_scheduled().add_decision_task_started().add_decision_task_completed(**values)

    def add_decision_task_scheduled(self) -> Self:
        """The execution waits for a decider. A decision task that runs is answered first, with no decision."""
        if self._running_decision():
            self.add_decision_task_completed()
        timeout = self._decision_timeout
        return self.add(e.DecisionTaskScheduled(task_list=self.task_list, start_to_close_timeout=timeout))

    def add_decision_task_started(self, identity: str | None = None) -> Self:
        """A decider has it."""
        return self.add(
            e.DecisionTaskStarted(scheduled_event_id=self._latest(e.DecisionTaskScheduled), identity=identity)
        )

    def add_decision_task_completed(self, execution_context: Any = None, task_list: Any = None) -> Self:
        """It is answered."""
        return self.add(
            e.DecisionTaskCompleted(
                scheduled_event_id=self._scheduled_of_decision(),
                started_event_id=self._latest(e.DecisionTaskStarted),
                execution_context=given.text(execution_context, "execution_context"),
                task_list=given.task_list(task_list),
            )
        )

    def add_decision_task_timed_out(self, timeout_type: str = TimeoutType.START_TO_CLOSE) -> Self:
        """It is not answered in time, or with ``SCHEDULE_TO_START`` not taken in time."""
        if timeout_type == TimeoutType.SCHEDULE_TO_START:
            scheduled, started = self._latest(e.DecisionTaskScheduled), 0
        else:
            scheduled, started = self._scheduled_of_decision(), self._latest(e.DecisionTaskStarted)
        return self.add(
            e.DecisionTaskTimedOut(
                timeout_type=given.one_of(TimeoutType, timeout_type, "timeout_type"),
                scheduled_event_id=scheduled,
                started_event_id=started,
            )
        )

    def _forget(self) -> None:
        """Drops what was made of the events."""
        self.__dict__.pop("compiled", None)
        self.__dict__.pop("execution", None)

    def _latest(self, kind: type[Attributes]) -> int:
        """The id of the newest event of a kind; 0 if there is none."""
        return next((fact.id for fact in reversed(self.facts) if type(fact.attributes) is kind), 0)

    def _is(self, id: int, kind: type[Attributes]) -> bool:
        return 0 < id <= len(self.facts) and type(self.facts[id - 1].attributes) is kind

    def _running_decision(self) -> int:
        """The DecisionTaskStarted event that was not answered; 0 if there is none."""
        started = self._latest(e.DecisionTaskStarted)
        ended = (e.DecisionTaskCompleted, e.DecisionTaskTimedOut)
        over = any(
            isinstance(fact.attributes, ended) and fact.attributes.started_event_id == started
            for fact in self.facts[started:]
        )
        return 0 if over else started

    def _scheduled_of_decision(self) -> int:
        """The DecisionTaskScheduled event of the decision task that was started last."""
        started = self._latest(e.DecisionTaskStarted)
        attributes = self.facts[started - 1].attributes if started else None
        return attributes.scheduled_event_id if isinstance(attributes, e.DecisionTaskStarted) else 0

    def _ids(
        self, scheduling: type[Attributes], starting: type[Attributes], scheduled: int | None, started: int | None
    ) -> dict[str, int]:
        """Which task an event is about; *started* None: the event that started it, 0 if it was not."""
        scheduled = scheduled or self._latest(scheduling)
        if started is None:
            found = (
                fact.id
                for fact in self.facts[scheduled:]
                if type(fact.attributes) is starting and getattr(fact.attributes, "scheduled_event_id", 0) == scheduled
            )
            started = next(found, 0)
        return {"scheduled_event_id": scheduled, "started_event_id": started}
