"""Continue as new: the end of a run that is the beginning of the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from simpleflow import format
from simpleflow.futures import ALL_COMPLETED, Future
from simpleflow.replay import failures
from simpleflow.replay.greenlets import EndOfRun
from simpleflow.replay.inputs import futures_in, resolved
from simpleflow.task import ContinueAsNewTask
from swf.protocol.causes import Cause
from swf.protocol.check import obeys
from swf.protocol.decisions import ContinueAsNewWorkflowExecution
from swf.protocol.refusal import why_not
from swf.protocol.values import WorkflowType

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


class Continuation:
    """The wish of one run to go on in a new one. It is carried out when the run waits for it, or returns."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._task: ContinueAsNewTask | None = None
        self._future: Future[Any] | None = None
        self._registrations = 0
        self.register: list[WorkflowType] = []
        """The type to register before the decision is sent again."""

    def submit(self, task: ContinueAsNewTask) -> Future[Any]:
        """Takes the wish; the first one counts."""
        if self._future is None:
            self._task, self._future = task, Future()
        return self._future

    @property
    def is_wanted(self) -> bool:
        """Whether a return of ``run`` is to continue."""
        return self._future is not None and not self._future.cancelled

    def is_among(self, futures: Sequence[Future[Any]]) -> bool:
        """Whether a wait for *futures* is one for the next run."""
        return self._future is not None and not self._future.done and self._future in futures

    def pending(self) -> list[Future[Any]]:
        """The futures among the arguments of the next run that are not done."""
        assert self._task is not None
        return [future for future in futures_in([self._task.args, self._task.kwargs]) if not future.done]

    def end(self) -> NoReturn:
        """Closes the run, as soon as the arguments of the next one are there; control leaves ``run``."""
        task, run = self._task, self._run
        assert task is not None
        pending = self.pending()
        if pending:
            run.greenlets.block(pending, ALL_COMPLETED)
        run.main.close(self._decision(resolved(task.args), resolved(task.kwargs)))
        raise EndOfRun("the run continues as a new one")

    def _decision(self, args: list[Any], kwargs: dict[str, Any]) -> ContinueAsNewWorkflowExecution:
        """All values are given: what is left out would come from the defaults of the type, not from this run."""
        run, started = self._run, self._run.started
        assert started is not None
        content: dict[str, Any] = {"args": args, "kwargs": kwargs}
        own = run.options.decode(started.input)
        if isinstance(own, dict) and "__extra" in own:
            content["__extra"] = own["__extra"]
        try:
            text = format.encode(content)
        except (TypeError, ValueError) as error:
            raise TypeError(f"the arguments of the next run cannot be sent: {error}") from error
        decision = ContinueAsNewWorkflowExecution(
            input=run.values.field(text),
            execution_start_to_close_timeout=started.execution_start_to_close_timeout,
            task_start_to_close_timeout=started.task_start_to_close_timeout,
            task_list=started.task_list,
            task_priority=started.task_priority,
            child_policy=started.child_policy,
            tag_list=run.children.tags(run.workflow_class, args, kwargs) or run.children.own_tags(),
            workflow_type_version=self._version(),
            lambda_role=started.lambda_role,
        )
        if not obeys(decision):
            raise ValueError(f"the run cannot continue as new, {why_not(decision)}")
        return decision

    def _version(self) -> str:
        assert self._run.started is not None
        return getattr(self._run.workflow_class, "version", None) or self._run.started.workflow_type.version

    def refuse(self, cause: Cause) -> None:
        """The service did not do it: registers the type, waits, or fails; UNHANDLED_DECISION is just repeated."""
        run = self._run
        assert run.started is not None
        if cause is Cause.UNHANDLED_DECISION:
            return
        if cause in failures.WAIT_AND_REPEAT:
            run.room.refuse("closing")
        elif cause is Cause.WORKFLOW_TYPE_DOES_NOT_EXIST and self._registrations < failures.REGISTRATIONS_AT_MOST:
            self._registrations += 1
            self.register = [WorkflowType(name=run.started.workflow_type.name, version=self._version())]
        else:
            run.main.close(run.main.failure(f"cannot continue as new: {cause}", None))
