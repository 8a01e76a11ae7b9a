"""What a run says to other executions: signals, and requests to cancel. And how received signals go on from here.

Each one carries an id of the run in its ``control``, which stays in the history of the sender: by that its echo is
told apart from others of the same name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simpleflow import format
from simpleflow.exceptions import TaskFailed
from simpleflow.futures import Future
from simpleflow.replay import failures
from simpleflow.replay.inputs import task_id
from simpleflow.replay.records import Kept, Record
from simpleflow.task import RequestCancelTask, SignalTask
from swf.protocol import events as e
from swf.protocol.decisions import RequestCancelExternalWorkflowExecution, SignalExternalWorkflowExecution
from swf.protocol.event import HistoryEvent
from swf.protocol.values import WorkflowExecution

if TYPE_CHECKING:
    from simpleflow.replay.run import Run

Initiated = e.SignalExternalWorkflowExecutionInitiated | e.RequestCancelExternalWorkflowExecutionInitiated
Refused = e.SignalExternalWorkflowExecutionFailed | e.RequestCancelExternalWorkflowExecutionFailed
Done = e.ExternalWorkflowExecutionSignaled | e.ExternalWorkflowExecutionCancelRequested
SIGNALS = (e.SignalExternalWorkflowExecutionInitiated, e.SignalExternalWorkflowExecutionFailed)


TO_CHILD: Final = "child "
"""What the ids of cancel requests to children begin with; the workflow has not submitted those itself."""


class Others:
    """The signals and cancel requests that one run sends."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._open: dict[int, Kept] = {}

    # Sending

    def submit_signal(self, task: SignalTask, record: Record) -> Future[Any]:
        """Takes a signal; the same one is sent once."""
        run = self._run
        workflow_id = task.workflow_id or run.options.workflow_id
        run_id = task.run_id or ("" if task.workflow_id else run.options.run_id)
        target = format.encode([task.name, workflow_id, run_id])
        record.id = target if task.idempotent else f"{target}-{run.submits.count(f'signal {target}')}"
        known = run.records.get(record.key)
        if known is not None:
            return known.future
        if record.key in run.settled:
            return run.settled[record.key]
        return run.submits.enter(record)

    def submit_cancel(self, task: RequestCancelTask, record: Record) -> Future[Any]:
        """Takes a request to cancel."""
        id = task_id(task.name, str(self._run.submits.count(task.name)))
        return self.request_cancel(task, id, record)

    def send_signal(self, record: Record) -> None:
        """Puts the signal into the outbox."""
        run, task = self._run, record.task
        content = {"args": task.args, "kwargs": task.kwargs, "__propagate": task.propagate}
        try:
            record.input = run.values.field(format.encode(content))
        except (TypeError, ValueError) as error:
            raise TypeError(f"the arguments of the signal {task.name!r} cannot be sent: {error}") from error
        is_own = task.workflow_id is None
        assert record.id is not None
        run.submits.add(
            ("signal", record.id),
            SignalExternalWorkflowExecution(
                workflow_id=run.options.workflow_id if is_own else task.workflow_id,
                run_id=(run.options.run_id if is_own else task.run_id) or None,
                signal_name=task.name,
                input=record.input,
                control=self._control(record.id),
            ),
        )

    def request_cancel(self, task: RequestCancelTask, id: str, record: Record | None = None) -> Future[Any]:
        """Puts a request to cancel into the outbox."""
        run = self._run
        record = record or Record("cancellation", task)
        record.id, record.input = id, ""
        if record.key in run.records:
            return run.records[record.key].future
        self.send_cancel(record)
        run.records[record.key] = record
        run.adopt(record)
        return record.future

    def send_cancel(self, record: Record) -> None:
        """Puts it there again, too."""
        assert record.id is not None
        decision = RequestCancelExternalWorkflowExecution(
            workflow_id=record.task.workflow_id, run_id=record.task.run_id, control=self._control(record.id)
        )
        self._run.submits.add(("cancellation", record.id), decision)

    def withdraw_cancel(self, id: str) -> None:
        """Whom it would reach has ended: unsent, it is not sent any more."""
        if self._run.outbox.pop(("cancellation", id)) is not None:
            self._run.records.pop(("cancellation", id), None)

    def cancel(self, record: Record) -> None:
        """Unsent, it is never sent; sent, nobody can call it back."""
        assert record.id is not None
        if self._run.outbox.pop(record.key) is not None:
            self._run.forget(record)

    def _control(self, id: str) -> str | None:
        return self._run.values.field(format.encode({"id": id}))

    # Passing on

    def propagate(self, event: HistoryEvent) -> None:
        """A signal that says so goes on to the parent and the children that have begun, but not to its sender."""
        attributes = event.attributes
        assert isinstance(attributes, e.WorkflowExecutionSignaled)
        content = self._run.options.decode(attributes.input)
        if not isinstance(content, dict) or content.get("__propagate") is not True:
            return
        assert self._run.started is not None
        parent = self._run.started.parent_workflow_execution
        targets: list[WorkflowExecution] = []
        if parent is not None and self._run.workflow.propagate_signals_to_parent:
            targets.append(parent)
        targets += [child.execution for child in self._run.children.open.values() if child.execution is not None]
        sender = attributes.external_workflow_execution
        for target in targets:
            # A run that has continued as new since is the same one by its workflow id.
            if sender is None or target.workflow_id != sender.workflow_id:
                self._pass_on(attributes.signal_name, content, target, event.id)

    def _pass_on(self, name: str, content: dict[str, Any], target: WorkflowExecution, event_id: int) -> None:
        args, kwargs = content.get("args", []), content.get("kwargs", {})
        if not isinstance(args, list) or not isinstance(kwargs, dict):
            self._run.note(
                f"the signal {name!r} (event {event_id}) is not passed on to {target.workflow_id}: its 'args' must be "
                "a list and its 'kwargs' an object"
            )
            return
        task = SignalTask(name, workflow_id=target.workflow_id, idempotent=False)
        task.args, task.kwargs = args, kwargs
        record = Record("signal", task, id=f"{event_id} to {target.workflow_id}")
        try:
            self.send_signal(record)
        except ValueError as error:
            self._run.note(f"the signal {name!r} is not passed on to {target.workflow_id}: {error}")
            return
        self._run.records[record.key] = record
        self._run.adopt(record)

    # What the history tells

    def initiate(self, event: HistoryEvent) -> None:
        """The echo."""
        attributes = event.attributes
        assert isinstance(attributes, Initiated)
        run, key = self._run, self._key(attributes)
        self._open[event.id] = key
        if run.outbox.pop(key) is not None:
            run.room.take("external")
        record = run.sent(key)
        if record is None:
            self._orphan(key, event)
        else:
            record.is_open = True
            record.future.set_running()

    def close(self, event: HistoryEvent) -> None:
        """It has arrived."""
        attributes = event.attributes
        assert isinstance(attributes, Done)
        key = self._open.pop(attributes.initiated_event_id, None)
        if key is None:
            return
        record = self._run.sent(key)
        if record is None:
            self._orphan(key, event)
        else:
            self.end(record)

    def end(self, record: Record) -> None:
        """The result of a signal is what was sent."""
        self._run.forget(record)
        text = record.input
        record.future.set_finished_lazily(lambda: self._run.decoded(text) if text else None)

    def refuse(self, event: HistoryEvent) -> None:
        """It found nobody, or was not even sent."""
        attributes = event.attributes
        assert isinstance(attributes, Refused)
        key = self._open.pop(attributes.initiated_event_id, None) or self._key(attributes)
        self._run.outbox.pop(key)
        record = self._run.sent(key)
        if record is None:
            self._orphan(key, event)
        else:
            self.end_refused(record, attributes)

    def end_refused(self, record: Record, attributes: Refused) -> None:
        """Waits for room and repeats, or fails with the cause."""
        record.is_open = False
        if attributes.cause in failures.WAIT_AND_REPEAT and not record.future.cancelled:
            send = self.send_signal if record.kind == "signal" else self.send_cancel
            send(record)
            self._run.room.refuse("external")
            return
        self._run.forget(record)
        name = record.task.name
        record.future.set_exception(TaskFailed(name, str(attributes.cause)))

    def _orphan(self, key: Kept, event: HistoryEvent) -> None:
        """Requests to children that had ended meanwhile were withdrawn, sent or not: they are missed by nobody."""
        if not key[1].startswith(TO_CHILD):
            self._run.orphan(key, event)

    def _key(self, attributes: Initiated | Refused) -> Kept:
        """By the id in its control; one of others' making, by where it goes, first come first served."""
        kind = "signal" if isinstance(attributes, SIGNALS) else "cancellation"
        control = self._run.options.decode(attributes.control)
        if isinstance(control, dict) and isinstance(control.get("id"), str):
            return kind, control["id"]
        name = getattr(attributes, "signal_name", None)
        for key, record in self._run.records.items():
            task = record.task
            if (
                record.kind == kind
                and not record.is_open
                and (task.workflow_id or self._run.options.workflow_id) == attributes.workflow_id
                and (name is None or task.name == name)
            ):
                return key
        return kind, format.encode([name or "", attributes.workflow_id, attributes.run_id or ""])
