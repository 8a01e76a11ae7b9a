"""Failed attempts: what the workflow decides, else how its retry policy goes on."""

from __future__ import annotations

import contextvars
import random
import re
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from simpleflow.exceptions import TaskFailed, TimeoutError
from simpleflow.futures import Future, running
from simpleflow.replay.inputs import fitting_id
from simpleflow.replay.records import Record
from simpleflow.retry import RetryPolicy
from simpleflow.task_failure import TaskFailureContext
from swf.protocol.base import Attributes
from swf.protocol.event import HistoryEvent

if TYPE_CHECKING:
    from simpleflow.replay.run import Run

RETRY_TIMER: Final = "__simpleflow_task_"
_RAISED_BY_RUN = re.compile(r"Cannot replay the workflow: (\w+)\(")


class Resume:
    """Sends the next attempt when its time has come."""

    __slots__ = ("_attempts", "_record")

    def __init__(self, attempts: Attempts, record: Record) -> None:
        self._attempts = attempts
        self._record = record

    def notify(self, future: Future[Any], /) -> None:
        """The timer is over."""
        self._attempts.resume(self._record)


class Attempts:
    """The failed attempts of the tasks of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.is_deciding = False
        """Whether ``on_task_failure`` runs, which may submit."""

    def fail(self, record: Record, exception: Exception, event: HistoryEvent, opened: Attributes) -> None:
        """One more failure: another attempt under the same id, or the end."""
        self._end(record, exception, event, lambda: self._delay_s(record, exception))

    def refuse(self, record: Record, exception: Exception, event: HistoryEvent) -> None:
        """The service does not take the task at all: the end, unless the workflow itself wants another attempt."""
        self._end(record, exception, event, lambda: None)

    def _end(
        self, record: Record, exception: Exception, event: HistoryEvent, delay_s: Callable[[], int | None]
    ) -> None:
        """*delay_s*: how the task itself would go on; None: not at all."""
        run = self._run
        record.failures += 1
        if record.future.done:
            run.forget(record)
            return
        if run.closing is not None:
            run.fail_task(record, exception)
            return
        context = self._asked(record, exception, event)
        if run.closing is not None:  # the hook has failed, and the execution with it
            return
        decisions = TaskFailureContext.Decision
        match decisions.none if context is None else context.decision:
            case decisions.none:
                delay = delay_s()
                if delay is None:
                    run.fail_task(record, exception)
                else:
                    self.again(record, delay)
            case decisions.abort:
                run.fail_task(record, exception)
            case decisions.ignore:
                run.forget(record)
                record.future.set_finished(None)
            case decisions.cancel:
                run.forget(record)
                record.future.set_cancelled()
            case decisions.retry_now | decisions.retry_later:
                assert context is not None
                self.again(record, max(0, context.retry_wait_timeout or 0))
            case decisions.handled:
                told = context
                assert told is not None
                run.guarded(lambda: self._hand_over(record, told))

    def again(self, record: Record, delay_s: int) -> None:
        """Another attempt, after so many seconds."""
        record.future.set_pending()
        if delay_s <= 0:
            self._send(record)
            return
        timer = self._run.timers.start(fitting_id(f"{RETRY_TIMER}{record.id}"), delay_s)
        record.waits_on = timer
        resume = Resume(self, record)
        if timer.done:  # the history knew it: the task was submitted late
            resume.notify(timer)
        else:
            timer.add_waiter(resume)

    def resume(self, record: Record) -> None:
        """The wait before an attempt is over."""
        if record.waits_on is None:
            return  # the task was cancelled, and its timer with it
        record.waits_on = None
        if not record.future.done and self._run.closing is None:
            self._send(record)

    def _send(self, record: Record) -> None:
        """Sends an attempt. What keeps it from being sent (arguments that the hook has changed) is how it fails."""
        try:
            self._run.submits.send(record)
        except Exception as error:  # noqa: BLE001  # the user's: nobody is there to be told
            self._run.fail_task(record, error)

    def cancel(self, record: Record) -> None:
        """The task is not wanted any more; neither is its timer."""
        timer, record.waits_on = record.waits_on, None
        self._run.forget(record)
        if timer is not None:
            self._run.submits.cancel(timer)
            timer.set_cancelled()

    def _delay_s(self, record: Record, exception: Exception) -> int | None:
        """Seconds before the next attempt; None: there is none. Who cancels or terminates a child means it."""
        retry: int | RetryPolicy = record.said("retry")
        if not isinstance(exception, TaskFailed | TimeoutError):
            return None
        if not isinstance(retry, RetryPolicy):
            return 0 if record.failures <= retry else None
        if record.failures >= retry.max_attempts:
            return None
        if isinstance(exception, TimeoutError):
            is_admitted = retry.admits_timeout(exception.timeout_type)
        else:
            is_admitted = retry.admits(self._names(exception))
        if not is_admitted:
            return None
        seed = f"{self._run.options.run_id} {record.id} {record.failures}"
        return retry.delay_s(record.failures, random.Random(seed).random())  # noqa: S311  # the same in every replay

    def _names(self, exception: TaskFailed) -> Sequence[str]:
        """The exception that the worker met, and its bases: dotted paths, or the bare name if that is all it told."""
        details = self._run.options.decode(exception.failure.details)
        if isinstance(details, dict) and isinstance(details.get("error_type"), str):
            bases = details.get("error_bases")
            return [details["error_type"], *(map(str, bases) if isinstance(bases, list) else ())]
        reason = exception.failure.reason or ""
        if reason.startswith("Workflow execution error in"):
            return ["TaskException", "WorkflowException"]
        raised = _RAISED_BY_RUN.match(reason)
        return [raised.group(1) if raised else reason.partition(":")[0]]

    # The workflow's own decision

    def _asked(self, record: Record, exception: Exception, event: HistoryEvent) -> TaskFailureContext | None:
        """What ``on_task_failure`` says; it may submit, it cannot wait."""
        run = self._run
        if not run.hooks.hears_of_failures:
            return None
        context = self._context(record, exception, event)
        answers: list[TaskFailureContext | None] = []
        surroundings = contextvars.Context()
        surroundings.run(running.set, run.engine)

        def ask() -> None:
            answer: Any = surroundings.run(run.workflow.on_task_failure, context)
            if answer is not None and not isinstance(answer, TaskFailureContext):
                raise TypeError(
                    f"{run.workflow_class.__name__}.on_task_failure returned {answer!r}; it may return the context "
                    "after one of its decide_ methods, or None"
                )
            answers.append(answer)

        self.is_deciding = True
        try:
            run.guarded(ask)
        finally:
            self.is_deciding = False
        return answers[0] if answers else None

    def _context(self, record: Record, exception: Exception, event: HistoryEvent) -> TaskFailureContext:
        said = exception.failure if isinstance(exception, TaskFailed) else exception
        reason = getattr(said, "reason", None)
        details = self._run.options.decode(getattr(said, "details", None))
        context = TaskFailureContext(
            record.task,
            self._run.hooks.entry_of_failure(event, record.failures),
            record.future,
            exception,
            self._run.hooks.history(),
            reason=reason,
            details=details,
            attempts=record.failures,
            last_completed_decision_id=self._run.last_completed_id,
            current_started_decision_id=self._run.batch_end,
        )
        if isinstance(details, dict):
            context.task_error = details.get("error")
            context.task_message = details.get("message")
            context.task_error_type = _loaded_class(details.get("error_type"))
        return context

    def _hand_over(self, record: Record, context: TaskFailureContext) -> None:
        """Another future gives the outcome, or another task; else it is finished."""
        run = self._run
        run.forget(record)
        other = context.future
        if other is record.future and context.a_task is not record.task:
            other = run.submits.submit(context.a_task, (), {})
        if other is None or other is record.future:
            record.future.set_finished(None)
        else:
            run.submits.link(other, record.future)


def _loaded_class(path: Any) -> type[BaseException] | None:
    """The exception class of a dotted path, if its module is loaded: what a worker says imports nothing here."""
    module, _, name = str(path).rpartition(".")
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None
