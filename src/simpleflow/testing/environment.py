"""A place where workflows run for a test: in memory, in one thread, under a clock that the test moves."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar, overload

from simpleflow.activity import Activity, Executable
from simpleflow.client import Client, Starter, StartOptions
from simpleflow.dispatch import find_activity
from simpleflow.exceptions import DispatchError
from simpleflow.handle import Handle
from simpleflow.local.world import DOMAIN, World
from simpleflow.replay.options import RunOptions
from simpleflow.signatures import check
from simpleflow.takes import Runs, RunsAsync
from simpleflow.workflow import Workflow
from swf.protocol.base import Request
from swf.protocol.operations import (
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
    StartWorkflowExecution,
    TerminateWorkflowExecution,
)
from swf.protocol.values import WorkflowExecution

P = ParamSpec("P")
R = TypeVar("R")

Faked = Activity[..., Any] | type[Executable[Any]] | str
"""An activity (mypy takes one that is written as a class for that class), or the name of one."""
STIRRING: Final = (
    StartWorkflowExecution,
    SignalWorkflowExecution,
    RequestCancelWorkflowExecution,
    TerminateWorkflowExecution,
)
"""Requests after which something happens."""


class _NotGiven:
    pass


_NOT_GIVEN: Final[Any] = _NotGiven()


class Fake:
    """What stands in for an activity, and how it was called."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name = name
        self.calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        """Positional and keyword arguments of each attempt, in order."""
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls.append((args, kwargs))
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Fake {self.name} called {len(self.calls)} times>"


class Environment:
    """Starts workflows, and lets happen what can; time passes when it is told to, or when a result is waited for.

    Activities are called in the thread of the test. While one runs the clock stands still, so it cannot time out.
    """

    def __init__(self) -> None:
        self._fakes: dict[str, Callable[..., Any]] = {}
        self._world = World(fakes=self._fakes)
        self._classes: dict[tuple[str, str], type[Workflow]] = {}
        self.client = _EnvironmentClient(self)
        """A client, for what takes one."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends all that runs. May be called twice."""
        self._world.close()

    # Workflows

    @overload
    def run(self, workflow: type[RunsAsync[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> R: ...

    @overload
    def run(self, workflow: type[Runs[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> R: ...

    def run(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Starts a workflow and returns its result; time passes as it is needed.

        Raises ExecutionFailed if it does not complete, NothingWillHappen if it waits for what nobody will bring about.
        """
        return self.client.begin(workflow, args, kwargs, StartOptions()).result()

    @overload
    def start(self, workflow: type[RunsAsync[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> Handle[R]: ...

    @overload
    def start(self, workflow: type[Runs[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> Handle[R]: ...

    @overload
    def start(  # type: ignore[overload-cannot-match]  # it does, where there is a workflow_id
        self, workflow: type[RunsAsync[..., R]], /, *args: Any, workflow_id: str, **kwargs: Any
    ) -> Handle[R]: ...

    @overload
    def start(self, workflow: type[Runs[..., R]], /, *args: Any, workflow_id: str, **kwargs: Any) -> Handle[R]: ...

    def start(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Starts a workflow, as a client does; it has come as far as it can without time when this returns."""
        return self.client.start(workflow, *args, **kwargs)

    def with_options(self, **options: Any) -> Starter:
        """What starts a workflow with options of :meth:`simpleflow.client.Client.with_options`."""
        return self.client.with_options(**options)

    def add(self, *workflows: type[Workflow]) -> None:
        """Makes classes known that are started by others; those of modules are found anyway.

        Raises ValueError if another class has the same name and version.
        """
        for workflow in workflows:
            known = self._classes.setdefault((workflow.name, workflow.version), workflow)
            if known is not workflow:
                raise ValueError(
                    f"{known.__qualname__} and {workflow.__qualname__} are both named {workflow.name!r}, version "
                    f"{workflow.version!r}; nobody could tell which one an execution is of"
                )
            self._world.add(workflow)

    def signal(self, target: Handle[Any] | str, name: str, /, *args: Any, **kwargs: Any) -> None:
        """Sends a signal to a handle or a workflow id, and lets happen what follows from it."""
        handle = self.client.handle(target) if isinstance(target, str) else target
        handle.signal(name, *args, **kwargs)

    # Activities

    @overload
    def fake(self, activity: Faked, function: Callable[..., Any], /) -> Fake: ...

    @overload
    def fake(self, activity: Faked, /, *, returns: Any) -> Fake: ...

    @overload
    def fake(self, activity: Faked, /, *, raises: BaseException) -> Fake: ...

    def fake(
        self,
        activity: Faked,
        function: Callable[..., Any] | None = None,
        /,
        *,
        returns: Any = _NOT_GIVEN,
        raises: BaseException | None = None,
    ) -> Fake:
        """From now on *function* is called instead of the activity, or the fake *returns* or *raises* this.

        *activity* is one, or the name of one. Retries, timeouts and all else stay those of the activity. Raises
        ValueError if there is no activity of that name.
        """
        if (function is not None) + (returns is not _NOT_GIVEN) + (raises is not None) != 1:
            raise TypeError("a fake needs one of: a function, returns=..., raises=...")
        if not isinstance(activity, str | Activity):
            raise TypeError(f"an activity or the name of one is needed, not {activity!r}")
        name = activity if isinstance(activity, str) else activity.name
        try:
            find_activity(name)
        except DispatchError as error:
            raise ValueError(f"there is no activity {name!r} to fake: {error}") from error

        def told(*args: Any, **kwargs: Any) -> Any:
            if raises is not None:
                raise raises
            return returns

        fake = self._fakes[name] = Fake(name, function or told)
        return fake

    # Time

    @property
    def now(self) -> datetime.datetime:
        """What the clock shows, in UTC."""
        return datetime.datetime.fromtimestamp(self._world.clock.now(), datetime.UTC)

    def advance(self, seconds: float) -> None:
        """Lets *seconds* pass: timers and timeouts strike in their order, and what they bring about happens."""
        if seconds < 0:
            raise ValueError(f"time does not go back: {seconds} seconds")
        self._world.advance(seconds)


class _EnvironmentClient(Client):
    """The client of an environment: what it is asked for has happened when it returns."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        world = environment._world
        super().__init__(
            _Stirring(world),
            DOMAIN,
            keeps_values=True,
            closing=_Finishing(world),
            store=world.store,
            task_list=world.task_list,
        )

    def begin(self, workflow: Any, args: Any, kwargs: Any, options: StartOptions) -> Handle[Any]:
        """Makes the class known first."""
        check(workflow, args, kwargs)
        self._environment.add(workflow)
        return super().begin(workflow, args, kwargs, options)

    def replay_options(self, execution: WorkflowExecution) -> RunOptions:
        """In memory, as the runs are."""
        return dataclasses.replace(super().replay_options(execution), is_in_memory=True)


class _Stirring:
    """Lets everything happen after a request that changes something."""

    def __init__(self, world: World) -> None:
        self._world = world

    def call(self, request: Request[R], /) -> R:
        answer = self._world.client.call(request)
        if isinstance(request, STIRRING):
            self._world.settle()
        return answer

    def respond_and_poll(
        self, response: Request[None], poll: Request[R], /, heard: Callable[[Exception | None], None]
    ) -> R:
        return self._world.client.respond_and_poll(response, poll, heard)

    def stop_polling(self) -> None:
        self._world.client.stop_polling()


class _Finishing:
    """Waits by letting time pass."""

    def __init__(self, world: World) -> None:
        self._world = world

    def until_closed(self, execution: WorkflowExecution, timeout: float | None) -> WorkflowExecution:
        return self._world.finish(execution, timeout=timeout)

    async def until_closed_async(self, execution: WorkflowExecution, timeout: float | None) -> WorkflowExecution:
        await asyncio.sleep(0)
        return self._world.finish(execution, timeout=timeout)
