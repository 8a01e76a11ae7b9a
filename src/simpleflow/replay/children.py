"""Child workflows: their ids, the decision that starts one, and what the history tells of it."""

from __future__ import annotations

import functools
import inspect
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simpleflow import format, hints
from simpleflow.exceptions import TaskCanceled, TaskFailed, TaskTerminated, TimeoutError
from simpleflow.replay import failures
from simpleflow.replay.inputs import hashed, task_id
from simpleflow.replay.others import TO_CHILD
from simpleflow.replay.records import Kept, Record
from simpleflow.retry import checked
from simpleflow.task import RequestCancelTask, WorkflowTask
from simpleflow.workflow import Workflow, checked_tags, dotted_path, loaded_workflow
from swf.protocol import events as e
from swf.protocol.causes import Cause
from swf.protocol.decisions import StartChildWorkflowExecution
from swf.protocol.event import HistoryEvent
from swf.protocol.values import ChildPolicy, TaskList, WorkflowExecution, WorkflowType

if TYPE_CHECKING:
    from simpleflow.replay.run import Run

Closed = (
    e.ChildWorkflowExecutionCompleted
    | e.ChildWorkflowExecutionFailed
    | e.ChildWorkflowExecutionTimedOut
    | e.ChildWorkflowExecutionCanceled
    | e.ChildWorkflowExecutionTerminated
)


@dataclass(slots=True)
class OpenChild:
    """A child in the history that has not closed; *execution* is None until it has begun."""

    key: Kept
    initiated: e.StartChildWorkflowExecutionInitiated
    execution: WorkflowExecution | None = None


class Children:
    """The children of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.when_begun: dict[Kept, list[Callable[[], None]]] = {}
        """What is to be done when a child has begun, and cannot be done before."""
        self.open: dict[int, OpenChild] = {}
        """By the id of the event that initiated it, submitted by the code or not (yet)."""

    # Deciding

    def reserve(self, task: WorkflowTask, record: Record) -> None:
        """Takes the id of a child, unless it depends on arguments."""
        workflow = task.workflow
        check_definition(workflow)
        if not workflow.idempotent and hook(workflow, "get_workflow_id") is None:
            record.id = self._numbered(task)

    def _numbered(self, task: WorkflowTask) -> str:
        return self._global_id(task, str(self._run.submits.count(task.name)))

    def _global_id(self, task: WorkflowTask, suffix: str) -> str:
        """Unlike other ids, those of children must differ in the whole domain."""
        options = self._run.options
        return task_id(task.name, f"{options.workflow_id}--{zlib.adler32(options.run_id.encode()):x}--{suffix}")

    def id_from_arguments(self, task: WorkflowTask) -> str:
        """The id that the class gives for the arguments, or one from their hash."""
        given = hook(task.workflow, "get_workflow_id")
        if given is not None:
            return str(given(*task.args, **task.kwargs))
        return self._global_id(task, hashed(task.args, task.kwargs))

    def send(self, record: Record, register: WorkflowType | None = None) -> None:
        """Puts the next attempt into the outbox; *register* is a type that has to be registered first."""
        run, task = self._run, record.task
        workflow: type[Workflow] = task.workflow
        try:
            text = format.encode({"args": task.args, "kwargs": task.kwargs})
        except (TypeError, ValueError) as error:
            raise TypeError(f"the arguments of {record.id} cannot be sent: {error}") from error
        record.input = run.values.field(text)
        assert record.id is not None
        run.submits.add(
            ("child", record.id),
            StartChildWorkflowExecution(
                workflow_type=WorkflowType(name=dotted_path(workflow), version=workflow.version),
                workflow_id=record.id,
                input=record.input,
                control=run.submits.edges(record.after),
                task_list=TaskList(name=run.options.task_list or self._task_list(task)),
                task_priority=None if record.priority is None else str(record.priority),
                execution_start_to_close_timeout=seconds(record.said("execution_timeout")),
                task_start_to_close_timeout=seconds(workflow.decision_tasks_timeout),
                child_policy=None if workflow.child_policy is None else ChildPolicy(workflow.child_policy),
                tag_list=self.tags(workflow, task.args, task.kwargs),
                lambda_role=workflow.lambda_role,
            ),
            register,
        )

    def _task_list(self, task: WorkflowTask) -> str:
        if task.workflow_task_list is not None:
            return task.workflow_task_list
        given = hook(task.workflow, "get_task_list")
        return str(task.workflow.task_list if given is None else given(*task.args, **task.kwargs))

    def tags(self, workflow: type[Workflow], args: list[Any], kwargs: dict[str, Any]) -> tuple[str, ...] | None:
        """The tags of a new execution with these arguments; None if the class has none."""
        given = hook(workflow, "get_tag_list")
        tags = workflow.tag_list if given is None else given(*args, **kwargs)
        if tags == Workflow.INHERIT_TAG_LIST:
            return self.own_tags()
        if isinstance(tags, str):
            raise ValueError(f"the tag_list of {workflow.__name__} is the text {tags!r}; it must be a list of texts")
        return checked_tags(tags or (), f"the workflow {workflow.__name__}")

    def own_tags(self) -> tuple[str, ...] | None:
        """The tags of this run."""
        assert self._run.started is not None
        return tuple(tag for tag in self._run.started.tag_list or () if tag is not None) or None

    def cancel(self, record: Record) -> None:
        """Withdraws a child, or asks it to cancel: at once if it has begun, else when it begins."""
        assert record.id is not None
        if self._run.outbox.pop(("child", record.id)) is not None:
            self._run.forget(record)
        elif record.is_running:
            self._ask_to_cancel(record)

    def _ask_to_cancel(self, record: Record) -> None:
        # Without run id: a child that has continued as new is still the same child.
        assert record.id is not None
        self._run.others.request_cancel(RequestCancelTask(record.id), f"{TO_CHILD}{record.id}")

    # What the history tells

    def initiate(self, event: HistoryEvent) -> None:
        """The echo."""
        attributes = event.attributes
        assert isinstance(attributes, e.StartChildWorkflowExecutionInitiated)
        run, key = self._run, ("child", attributes.workflow_id)
        self.open[event.id] = OpenChild(key, attributes)
        if run.outbox.pop(key) is not None:
            run.room.take("child")
        record = run.sent(key)
        if record is None:
            run.orphan(key, event)
        else:
            self.echo(record, event)

    def echo(self, record: Record, event: HistoryEvent) -> None:
        """The attempt is in the history; the first is compared with what was submitted."""
        attributes = event.attributes
        assert isinstance(attributes, e.StartChildWorkflowExecutionInitiated)
        record.is_open = True
        record.is_running = False
        if record.failures == 0:
            self._run.differences.compare_child(record, event.id, attributes)

    def start(self, event: HistoryEvent) -> None:
        """The child has begun."""
        attributes = event.attributes
        assert isinstance(attributes, e.ChildWorkflowExecutionStarted)
        child = self.open.get(attributes.initiated_event_id)
        if child is None:
            return
        child.execution = attributes.workflow_execution
        record = self._run.sent(child.key)
        if record is None:
            self._run.orphan(child.key, event)
        else:
            self.begin(record)

    def begin(self, record: Record) -> None:
        """Also carries out what was asked for before it could be."""
        record.is_running = True
        record.future.set_running()
        if record.future.cancelled:
            self._ask_to_cancel(record)
        for each in self.when_begun.pop(record.key, ()):
            each()

    def close(self, event: HistoryEvent) -> None:
        """The child has ended in some way."""
        attributes = event.attributes
        assert isinstance(attributes, Closed)
        child = self.open.pop(attributes.initiated_event_id, None)
        if child is None:
            return
        self._run.others.withdraw_cancel(f"{TO_CHILD}{child.key[1]}")
        record = self._run.sent(child.key)
        if record is None:
            self._run.orphan(child.key, event, child.initiated)
        else:
            self.end(record, event, child.initiated)

    def end(self, record: Record, event: HistoryEvent, initiated: e.StartChildWorkflowExecutionInitiated) -> None:
        """Finishes the future, or begins the next attempt."""
        run = self._run
        record.is_open = record.is_running = False
        self.when_begun.pop(record.key, None)
        assert record.id is not None
        match event.attributes:
            case e.ChildWorkflowExecutionCompleted(result=result):
                run.forget(record)
                workflow = record.task.workflow
                record.future.set_finished_lazily(lambda: hints.result(workflow.run, run.decoded(result)))
            case e.ChildWorkflowExecutionFailed(reason=reason, details=details):
                whole = failures.whole(details, run.options.decode)
                run.attempts.fail(record, TaskFailed(record.id, reason, whole), event, initiated)
            case e.ChildWorkflowExecutionTimedOut(timeout_type=timeout_type):
                text = initiated.execution_start_to_close_timeout
                value = int(text) if text is not None and text.isdecimal() else None
                run.attempts.fail(record, TimeoutError(str(timeout_type), value), event, initiated)
            case e.ChildWorkflowExecutionCanceled(details=details):
                run.attempts.fail(record, TaskCanceled(details), event, initiated)
            case e.ChildWorkflowExecutionTerminated():
                run.attempts.fail(record, TaskTerminated(), event, initiated)

    def refuse(self, event: HistoryEvent) -> None:
        """No child was started: at once, or after it was initiated."""
        attributes = event.attributes
        assert isinstance(attributes, e.StartChildWorkflowExecutionFailed)
        self.open.pop(attributes.initiated_event_id, None)
        key = "child", attributes.workflow_id
        self._run.outbox.pop(key)
        record = self._run.sent(key)
        if record is None:
            self._run.orphan(key, event)
        else:
            self.end_refused(record, event)

    def end_refused(self, record: Record, event: HistoryEvent) -> None:
        """Registers an unknown type and repeats, waits for room and repeats, or fails the task with the cause."""
        attributes = event.attributes
        assert isinstance(attributes, e.StartChildWorkflowExecutionFailed)
        run, cause = self._run, attributes.cause
        record.is_open = record.is_running = False
        if record.future.done:
            run.forget(record)
        elif cause is Cause.WORKFLOW_TYPE_DOES_NOT_EXIST and record.registrations < failures.REGISTRATIONS_AT_MOST:
            record.registrations += 1
            self.send(record, register=attributes.workflow_type)
        elif cause in failures.WAIT_AND_REPEAT:
            self.send(record)
            run.room.refuse("child")
        else:
            assert record.id is not None
            run.attempts.refuse(record, TaskFailed(record.id, str(cause)), event)


def check_definition(workflow: type[Workflow]) -> None:
    """Raises for a class of which no child can be started."""
    missing = [each for each in ("name", "version", "task_list") if not isinstance(getattr(workflow, each, None), str)]
    if missing:
        raise TypeError(f"the workflow {workflow.__name__} has no {' and no '.join(missing)}; set it in the class")
    checked(workflow.retry)
    if "<locals>" in workflow.__qualname__:
        raise ValueError(
            f"{workflow.__qualname__} (in {workflow.__module__}) is defined inside of a function, where no decider "
            "finds it; move it to its module"
        )
    path = dotted_path(workflow)
    if loaded_workflow(path) is None:
        raise ValueError(f"no workflow class is found as {path}, where deciders would look for it; define it there")


def hook(workflow: type[Workflow], name: str) -> Callable[..., Any] | None:
    """The hook of a class as it is to be called: with the submitted arguments; None if there is none.

    Class methods have their class and static methods want none; a plain function gets the class first.
    """
    raw = inspect.getattr_static(workflow, name, None)
    if raw is None:
        return None
    found = getattr(workflow, name)
    if not callable(found):
        raise TypeError(f"{name} of {workflow.__name__} is {raw!r}; it must be a function of the arguments of run")
    return functools.partial(found, workflow) if inspect.isfunction(raw) else found


def seconds(value: int | str | None) -> str | None:
    """A timeout as it travels; None leaves it to the registered type."""
    return None if value is None else str(value)
