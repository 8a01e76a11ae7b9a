"""The code of a workflow in one run: how it begins, and the closing decision it comes to."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simpleflow import format, hints
from simpleflow.replay import failures
from simpleflow.replay.engine import Undecidable
from simpleflow.replay.greenlets import EndOfRun, RunEvicted
from simpleflow.replay.inputs import arguments
from simpleflow.replay.options import FIELD_CHARACTERS
from simpleflow.replay.timers import is_own
from swf.protocol.base import DecisionAttributes
from swf.protocol.decisions import CompleteWorkflowExecution, ContinueAsNewWorkflowExecution, FailWorkflowExecution
from swf.protocol.event import HistoryEvent
from swf.protocol.events import WorkflowExecutionStarted

if TYPE_CHECKING:
    from simpleflow.replay.run import Run


class Main:
    """Calls ``run`` and ends the execution."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.values: dict[str, str] = {}
        """The texts that the closing decision has pointers to."""

    def begin(self, event: HistoryEvent) -> None:
        """Event 1: the code is ready to run with its input."""
        run = self._run
        assert isinstance(event.attributes, WorkflowExecutionStarted)
        run.started = event.attributes
        if run.unmade is not None:
            _, details = failures.reason_and_details(run.unmade)
            self.close(self.failure(f"workflow decision failed: {run.unmade}", details))
        else:
            run.greenlets.start(self._main)

    def _main(self) -> None:
        self.finish(self._call_run)

    def _call_run(self) -> Any:
        run = self._run
        assert run.started is not None
        input = run.decoded(run.started.input)
        run.reuse.take(input)
        args, kwargs = hints.arguments(run.workflow.run, *arguments(input))
        return run.workflow.run(*args, **kwargs)

    def finish(self, outcome: Callable[[], Any]) -> None:
        """Ends the execution with what ``run`` returns or raises; a coroutine goes on first."""
        run = self._run
        try:
            result = outcome()
            if inspect.iscoroutine(result) and not run.coroutines.is_used:
                run.coroutines.start_main(result)
                return
            if run.continuation.is_wanted and not run.greenlets.is_evicting and run.closing is run.ending is None:
                run.continuation.end()
        except Undecidable:
            pass  # told after the batch
        except (RunEvicted, EndOfRun, KeyboardInterrupt) as unwinding:
            if isinstance(unwinding, KeyboardInterrupt):
                raise
        except BaseException as error:  # noqa: BLE001  # whatever leaves run ends the execution
            if not run.greenlets.is_evicting and run.closing is None and run.ending is None:
                self.close(self.failure(*failures.reason_and_details(error)))
        else:
            if not run.greenlets.is_evicting and run.closing is None and run.ending is None:
                self._complete(result)
        if run.ending is not None and run.closing is None and not run.greenlets.is_evicting:
            self.close(run.ending)

    def _complete(self, result: Any) -> None:
        try:
            text = self._run.values.field(format.encode(result))
        except Exception as error:  # noqa: BLE001  # whatever the user has returned
            self.close(self.failure(f"workflow decision failed: the result of run cannot be sent: {error}", None))
        else:
            self.close(CompleteWorkflowExecution(result=text))

    def failure(self, reason: str, details: str | None) -> FailWorkflowExecution:
        """The decision to fail; texts too long for their fields never hide the failure itself."""
        run = self._run
        if details is None and len(reason) > failures.REASON_CHARACTERS:
            details = reason
        if details is not None and len(details) > FIELD_CHARACTERS and not run.options.keeps_values:
            details = format.shortened(details, FIELD_CHARACTERS)
        short = format.shortened(reason, failures.REASON_CHARACTERS)
        return FailWorkflowExecution(reason=short, details=run.values.field(details))

    def end(self, decision: DecisionAttributes) -> None:
        """Closes the execution; in a saga that is when ``run`` has ended, for it must be undone first."""
        run = self._run
        if run.ending is not None:
            return
        if not run.sagas:
            self.close(decision)
            return
        run.ending = decision
        self.values = run.values.fresh()

    def close(self, decision: DecisionAttributes) -> None:
        """Sets the closing decision; from now on no user code runs, and each answer repeats it."""
        run = self._run
        run.closing = decision
        self.values.update(run.values.fresh())

    def close_outbox(self) -> None:
        """Drops what nobody needs any more when the execution closes, and tells of it."""
        run = self._run
        dropped = [
            entry.key[1]
            for entry in run.outbox.keep_for_close()
            if entry.key[0] in ("schedule", "child", "start_timer") and not is_own(entry.key[1])
        ]
        if dropped:
            more = f" and {len(dropped) - 5} more" if len(dropped) > 5 else ""
            run.note(f"the workflow has ended; never sent: {', '.join(dropped[:5])}{more}")
        unheard = run.signals.unheard() if isinstance(run.closing, ContinueAsNewWorkflowExecution) else []
        if unheard:
            run.note(f"the run continues as new; signals that it never waited for are lost: {', '.join(unheard)}")

    def obey_cancel_request(self) -> None:
        """A request nobody waits for is put to the workflow once; obeyed, it ends the run.

        One that comes when the work is done is too late; but if the run was to continue as new, the next one would
        never hear of it.
        """
        run = self._run
        if not run.hooks.has_news_of_cancel(run.cancel_requests):
            return
        if run.closing is None:
            if any(not record.future.cancelled for record in run.cancel_waits):
                return
        elif not isinstance(run.closing, ContinueAsNewWorkflowExecution):
            return
        try:
            decision = run.hooks.decide_cancel()
        except Exception as error:  # noqa: BLE001  # the user's: it becomes the end of the execution
            decision = self.failure(f"workflow decision failed: {error}", None)
        if decision is not None and run.sagas and run.ending is None:
            run.ending = decision
            run.raise_in_main(EndOfRun("the execution is canceled"))
        elif decision is not None and not run.sagas and run.ending is None:
            self.close(decision)
            run.unwind()
