"""The executor of all places, on a service in memory; activities are called inline, so a debugger works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, overload

from simpleflow import format, hints
from simpleflow.exceptions import NonDeterminismError
from simpleflow.futures import running
from simpleflow.local.world import DOMAIN, World
from simpleflow.middleware import Middlewares
from simpleflow.signatures import check
from simpleflow.storage import ValueStore
from simpleflow.swf import setup
from simpleflow.takes import Runs, RunsAsync
from simpleflow.workflow import Workflow
from swf.protocol.operations import SignalWorkflowExecution
from swf.protocol.values import WorkflowExecution

P = ParamSpec("P")
R = TypeVar("R")


@overload
def run(workflow: type[RunsAsync[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> R: ...


@overload
def run(workflow: type[Runs[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> R: ...


def run(workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Runs a workflow here, in memory and in virtual time, and returns what its ``run`` returns.

    Raises ExecutionFailed if the workflow does not complete, NothingWillHappen if it waits in vain.
    """
    if running.get() is not None:
        raise NonDeterminismError(
            f"simpleflow.run() of {workflow.__name__} in a running workflow would be done again in each replay: "
            "submit the class as a child, or run it in an activity"
        )
    check(workflow, args, kwargs)
    return Executor(workflow).run({"args": list(args), "kwargs": kwargs})


class Executor:
    """Runs one workflow class and the children it starts.

    The clock jumps to the next deadline when nothing else can happen.

    While an activity runs the clock stands still: its timeouts and its cancellation need ``standalone``.
    """

    def __init__(
        self,
        workflow_class: type[Workflow],
        middlewares: Mapping[str, Sequence[Any]] | None = None,
        *,
        signals: Mapping[str, Any] | None = None,
    ) -> None:
        """*signals* (name to input) are sent as soon as nothing else can happen.

        *middlewares* (``pre`` and ``post``: functions or their dotted paths) run around every activity.
        """
        self._middlewares = Middlewares.of(middlewares)
        self._workflow = workflow_class
        self._signals = dict(signals or {})
        self._store = ValueStore()

    def run(self, input: Mapping[str, Any] | None = None, workflow_id: str = "local") -> Any:
        """The result of ``run``, as its hints say, with *input* (``args`` and ``kwargs``).

        Raises ExecutionFailed if the workflow does not complete, NothingWillHappen if it waits in vain.
        """
        text = self._store.fitting(format.encode(dict(input or {"args": [], "kwargs": {}})))
        world = World(task_list=workflow_id, store=self._store, middlewares=self._middlewares)
        try:
            world.add(self._workflow)
            execution = setup.start(world.client, DOMAIN, self._workflow, workflow_id, text, task_list=workflow_id)
            closed = world.finish(execution, before_time_passes=lambda current: self._send_signal(world, current))
            result = format.decode(setup.result_of(world.client, DOMAIN, closed, self._store))
            return hints.result(self._workflow.run, result)
        finally:
            world.close()

    def _send_signal(self, world: World, execution: WorkflowExecution) -> bool:
        """Sends the next signal that was given, if there is one left."""
        if not self._signals:
            return False
        name = next(iter(self._signals))
        world.client.call(
            SignalWorkflowExecution(
                domain=DOMAIN,
                workflow_id=execution.workflow_id,
                signal_name=name,
                input=self._store.fitting(format.encode(self._signals.pop(name))),
            )
        )
        return True
