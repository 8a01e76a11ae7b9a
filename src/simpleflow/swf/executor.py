"""Decision tasks answered: runs kept warm, types registered, large values stored, findings logged."""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from simpleflow import format, settings
from simpleflow.dispatch import Importable
from simpleflow.logging_context import logged
from simpleflow.replay import Decisions, Run, RunOptions, Stale
from simpleflow.storage import ValueStore
from simpleflow.swf import setup
from simpleflow.swf.watchdog import Watchdog
from simpleflow.workflow import Workflow
from simpleflow.workflows import UnknownWorkflow, Workflows
from swf.client import Client
from swf.protocol import wire
from swf.protocol.decision import decision
from swf.protocol.decisions import ScheduleActivityTask
from swf.protocol.event import HistoryEvent
from swf.protocol.events import WorkflowExecutionStarted
from swf.protocol.faults import Fault, TypeAlreadyExistsFault, UnknownResourceFault
from swf.protocol.operations import (
    DecisionTask,
    GetWorkflowExecutionHistory,
    PollForDecisionTask,
    RegisterActivityType,
    RespondDecisionTaskCompleted,
)
from swf.protocol.values import ActivityType, TaskList, WorkflowExecution, WorkflowType

__all__ = ["Answer", "Executor", "UnknownWorkflow"]

log = logging.getLogger(__name__)

WARM_RUNS: Final = 1_000
WARM_BYTES: Final = 256 * 1024 * 1024
MANY_EVENTS: Final = (10_000, 20_000)
STICKY_TIMEOUT_S: Final = "5"
"""Seconds after which a decision that its decider has not taken goes to the list that all poll."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to respond to a decision task, and whether it closes the execution if it is accepted."""

    request: RespondDecisionTaskCompleted
    closes: bool


@dataclass(frozen=True, slots=True)
class Warm:
    """A suspended run and what it was counted as."""

    run: Run
    size: int


class Executor:
    """Answers the decision tasks of some workflows. All calls must come from one thread.

    Their children are decided too, if their classes are loaded, come from *modules* or the modules of *workflows*,
    or lie below the working directory.

    *task_list* overrides the task lists of activities and children. *sticky_list* is a list that only this decider
    polls: it is asked for with each answer, so that the next decision comes to where the run is warm; None: no such
    list. *keeps_values*: the service is used from this machine alone, and values too long for SWF are put into *store*;
    else they are errors, if that is not shared. *is_in_memory*: the service is forgotten with this process. *on_events*
    is told the execution (workflow id and run id) and the new events of each decision.
    """

    def __init__(
        self,
        client: Client,
        domain: str,
        workflows: Sequence[type[Workflow]],
        *,
        task_list: str | None = None,
        store: ValueStore | None = None,
        strict: bool = False,
        warm_runs: int = WARM_RUNS,
        sticky_list: str | None = None,
        keeps_values: bool = True,
        is_in_memory: bool = False,
        on_events: Callable[[Key, Sequence[HistoryEvent]], None] | None = None,
        modules: Sequence[str] = (),
    ) -> None:
        self._client = client
        self._domain = domain
        named = [*modules, *(workflow.__module__ for workflow in workflows)]
        self._workflows = Workflows(workflows, Importable(named, os.getcwd()))
        self._sticky_list = TaskList(name=sticky_list) if sticky_list else None
        self._task_list = task_list
        self._store = store or ValueStore()
        self._strict = strict
        self._warm_runs = warm_runs
        self._is_service_here = keeps_values
        self._is_in_memory = is_in_memory
        self._registered: set[ActivityType] = set()
        self._on_events = on_events
        self._warm: OrderedDict[Key, Warm] = OrderedDict()
        self._watchdog = Watchdog()
        self._size = 0

    def add(self, workflow: type[Workflow]) -> None:
        """One more workflow to decide."""
        self._workflows.add(workflow)

    def answer(self, task: DecisionTask, poll: PollForDecisionTask | None = None) -> Answer:
        """The answer to a decision task that came as answer to *poll*; None: its events are not at hand.

        Raises NonDeterminismError if the code does not do what the history says, UnknownWorkflow if there is none:
        then nothing should be answered, for a better decider can still go on. Raises UnknownResourceFault if the
        task has gone before all its events were read. Whatever else is raised, the run is forgotten.
        """
        assert task.task_token is not None
        assert task.workflow_execution is not None
        key = task.workflow_execution.workflow_id, task.workflow_execution.run_id
        with logged(domain=self._domain, workflow_id=key[0], run_id=key[1], task_type="decision"):
            return self._answer(task, key, poll)

    def _answer(self, task: DecisionTask, key: Key, poll: PollForDecisionTask | None) -> Answer:
        assert task.task_token is not None
        try:
            decisions = self._advance(task, key, poll)
        except UnknownResourceFault:
            raise  # the task has gone while its events were read: the run stands where it stood
        except BaseException:
            self.forget(key)
            raise
        for type in decisions.register:
            self._register(type)
        if self._is_in_memory:
            self._register_activities(decisions)
        for text in decisions.values.values():
            self._store.put(text)
        for finding in decisions.findings:
            log.warning("workflow_id=%s: %s", key[0], finding.message)
        self._warn_of_length(task)
        request = RespondDecisionTaskCompleted(
            task_token=task.task_token,
            decisions=tuple(decision(each) for each in decisions.decisions),
            execution_context=decisions.context,
            task_list=self._sticky_list,
            task_list_schedule_to_start_timeout=STICKY_TIMEOUT_S if self._sticky_list else None,
        )
        return Answer(request, closes=decisions.closing is not None)

    def _advance(self, task: DecisionTask, key: Key, poll: PollForDecisionTask | None) -> Decisions:
        """Warm if the events go on where the run stands, else cold with the whole history."""
        warm = self._warm.get(key)
        events = self._events(task, poll, warm.run.position if warm is not None else 0) if poll is not None else []
        if events and (warm is not None or events[0].id == 1):
            run = warm.run if warm is not None else self._new_run(task, events)
            try:
                decisions = self._fed(run, key, events)
                self._show(key, events)
                return self._keep(key, run, decisions)
            except Stale as reason:
                log.debug("run forgotten workflow_id=%s: %s", key[0], reason)
                run.kill()
            except BaseException:
                run.kill()
                raise
        self.forget(key)
        events = self._history(task)
        run = self._new_run(task, events)
        self._show(key, events)
        try:
            return self._keep(key, run, self._fed(run, key, events))
        except BaseException:
            run.kill()
            raise

    def _fed(self, run: Run, key: Key, events: list[HistoryEvent]) -> Decisions:
        self._watchdog.watch(key[0], run.workflow_class.__module__)
        try:
            return run.advance(events)
        finally:
            self._watchdog.rest()

    def _show(self, key: Key, events: Sequence[HistoryEvent]) -> None:
        if self._on_events is not None:
            self._on_events(key, events)

    def _events(self, task: DecisionTask, poll: PollForDecisionTask, position: int) -> list[HistoryEvent]:
        """The events of the task in ascending order: all pages, or the newest of them down to *position*."""
        events = wire.decode_events(task.events)
        while task.next_page_token is not None:
            if events and events[0].id > events[-1].id and events[-1].id <= position + 1:
                break  # newest first: what is older is known
            task = self._client.call(msgspec.structs.replace(poll, next_page_token=task.next_page_token))
            events += wire.decode_events(task.events)
        if events and events[0].id > events[-1].id:
            events.reverse()
        return events

    def _history(self, task: DecisionTask) -> list[HistoryEvent]:
        """All events up to the start of the task."""
        events: list[HistoryEvent] = []
        token: str | None = None
        assert task.workflow_execution is not None
        while True:
            page = self._client.call(
                GetWorkflowExecutionHistory(
                    domain=self._domain,
                    execution=WorkflowExecution(
                        workflow_id=task.workflow_execution.workflow_id, run_id=task.workflow_execution.run_id
                    ),
                    next_page_token=token,
                )
            )
            events += wire.decode_events(page.events)
            token = page.next_page_token
            if token is None or (events and events[-1].id >= task.started_event_id):
                return events[: task.started_event_id]

    def _new_run(self, task: DecisionTask, events: Sequence[HistoryEvent]) -> Run:
        assert task.workflow_execution is not None
        started = events[0].attributes
        assert isinstance(started, WorkflowExecutionStarted)
        type = started.workflow_type
        workflow = self._workflows.find(type.name, type.version, self._decode(started.input))
        return Run(
            workflow,
            RunOptions(
                workflow_id=task.workflow_execution.workflow_id,
                run_id=task.workflow_execution.run_id,
                domain=self._domain,
                task_list=self._task_list,
                strict=self._strict,
                keeps_values=self._is_service_here or self._store.is_shared,
                is_service_here=self._is_service_here,
                is_in_memory=self._is_in_memory,
                decode=self._decode,
                pointer_of=self._store.pointer_of,
                **_limits(),
            ),
        )

    def _decode(self, text: str | None) -> object:
        return format.decode(self._store.resolve(text))

    def _keep(self, key: Key, run: Run, decisions: Decisions) -> Decisions:
        """Keeps the run warm; the coldest ones give way."""
        earlier = self._warm.pop(key, None)
        self._size += run.size - (earlier.size if earlier else 0)
        self._warm[key] = Warm(run, run.size)
        while len(self._warm) > max(1, self._warm_runs) or (self._size > WARM_BYTES and len(self._warm) > 1):
            self.forget(next(iter(self._warm)))
        if self._warm_runs == 0:
            self.forget(key)
        return decisions

    def forget(self, key: Key) -> None:
        """Ends the suspended run, if there is one; the history can bring it back."""
        warm = self._warm.pop(key, None)
        if warm is not None:
            self._size -= warm.size
            warm.run.kill()

    def close(self) -> None:
        """Ends all suspended runs."""
        self._watchdog.end()
        for key in list(self._warm):
            self.forget(key)

    def run_of(self, workflow_id: str) -> Run | None:
        """The warm run of a workflow id, or None."""
        return next((warm.run for key, warm in self._warm.items() if key[0] == workflow_id), None)

    def warm_run(self, workflow_id: str, run_id: str) -> Run | None:
        """The suspended run of an execution, or None."""
        warm = self._warm.get((workflow_id, run_id))
        return None if warm is None else warm.run

    def _register_activities(self, decisions: Decisions) -> None:
        """Registers what is new: nobody else does in a service that is forgotten with this process.

        Elsewhere a type is known as a rule, and one that is not costs a decision more.
        """
        for each in decisions.decisions:
            if isinstance(each, ScheduleActivityTask) and each.activity_type not in self._registered:
                self._registered.add(each.activity_type)
                self._register(each.activity_type)

    def _register(self, type: ActivityType | WorkflowType) -> None:
        try:
            if isinstance(type, ActivityType):
                self._client.call(RegisterActivityType(domain=self._domain, name=type.name, version=type.version))
            else:
                self._client.call(setup.workflow_type(self._domain, type.name, type.version))
        except TypeAlreadyExistsFault:
            pass
        except Fault as fault:
            kind = "activity" if isinstance(type, ActivityType) else "workflow"
            log.error("cannot register %s type name=%s version=%s: %s", kind, type.name, type.version, fault)

    def _warn_of_length(self, task: DecisionTask) -> None:
        for mark in MANY_EVENTS:
            if (task.previous_started_event_id or 0) < mark <= task.started_event_id:
                log.warning(
                    "workflow_id=%s has %d events; at 25,000 SWF ends an execution. Let it continue as new: "
                    "self.should_continue_as_new is true by now.",
                    task.workflow_execution.workflow_id if task.workflow_execution else "",
                    task.started_event_id,
                )


def _limits() -> dict[str, int]:
    """How much one answer may hold, and how much may be open; little in tests, so that they come to the limits."""
    if settings.SIMPLEFLOW_ENV == "test":
        return {"max_decisions": 10, "max_bytes": 82_000, "max_open_activities": 15}
    return {"max_open_activities": settings.SWF_MAX_OPEN_ACTIVITY_COUNT}
