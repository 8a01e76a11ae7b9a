"""The same client for ``asyncio``: what talks to the service is awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from simpleflow import client as sync
from simpleflow.handle import Handle
from simpleflow.history import History
from simpleflow.takes import Runs, RunsAsync

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


class AsyncHandle(Generic[R_co]):
    """As :class:`~simpleflow.handle.Handle`; all but the ids is awaited."""

    def __init__(self, handle: Handle[R_co]) -> None:
        self.handle = handle
        self.workflow_id = handle.workflow_id
        self.run_id = handle.run_id

    def __repr__(self) -> str:
        return f"<AsyncHandle {self.workflow_id!r} run {self.run_id!r}>"

    async def result(self, timeout: float | None = None) -> R_co:
        """What ``run`` has returned; no thread waits meanwhile. Raises as that of the handle does."""
        return await self.handle.result_async(timeout)

    @property
    def status(self) -> Awaitable[str]:
        """``OPEN``, or how the execution has ended."""
        return asyncio.to_thread(lambda: self.handle.status)

    async def history(self) -> History:
        """The history of the newest run."""
        return await asyncio.to_thread(self.handle.history)

    async def signal(self, name: str, /, *args: Any, propagate: bool = False, **kwargs: Any) -> None:
        """Sends a signal."""
        await asyncio.to_thread(self.handle.signal, name, *args, propagate=propagate, **kwargs)

    async def cancel(self) -> None:
        """Asks the execution to cancel itself."""
        await asyncio.to_thread(self.handle.cancel)

    async def terminate(self, reason: str | None = None) -> None:
        """Ends the execution at once."""
        await asyncio.to_thread(self.handle.terminate, reason)

    @overload
    async def query(self, query: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    @overload
    async def query(self, query: str, /, *args: Any, **kwargs: Any) -> Any: ...

    async def query(self, query: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What a query of the workflow says."""
        return await asyncio.to_thread(self.handle.query, query, *args, **kwargs)


class AsyncStarter(Protocol):
    """What :meth:`AsyncClient.with_options` gives."""

    @overload
    def start(
        self, workflow: type[RunsAsync[P, R]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, AsyncHandle[R]]: ...

    @overload
    def start(
        self, workflow: type[Runs[P, R]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, AsyncHandle[R]]: ...


class _AsyncStarter:
    def __init__(self, starter: Any) -> None:
        self._starter = starter

    async def start(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
        return AsyncHandle(await asyncio.to_thread(self._starter.start, workflow, *args, **kwargs))


class AsyncClient:
    """As :class:`~simpleflow.client.Client`, for ``async with``."""

    def __init__(self, connect: Callable[[], sync.Client]) -> None:
        """*connect* makes the client when the block is entered."""
        self._connect = connect
        self._client: sync.Client | None = None

    async def __aenter__(self) -> Self:
        self._client = await asyncio.to_thread(self._connect)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.client.close)

    @property
    def client(self) -> sync.Client:
        """The client that does the work."""
        if self._client is None:
            raise RuntimeError("this client is not open; write: async with simpleflow.aconnect(...) as client")
        return self._client

    @overload
    async def start(self, workflow: type[RunsAsync[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> AsyncHandle[R]: ...

    @overload
    async def start(self, workflow: type[Runs[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> AsyncHandle[R]: ...

    @overload
    async def start(  # type: ignore[overload-cannot-match]  # it does, where there is a workflow_id
        self, workflow: type[RunsAsync[..., R]], /, *args: Any, workflow_id: str, **kwargs: Any
    ) -> AsyncHandle[R]: ...

    @overload
    async def start(
        self, workflow: type[Runs[..., R]], /, *args: Any, workflow_id: str, **kwargs: Any
    ) -> AsyncHandle[R]: ...

    async def start(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Starts an execution, as that of the client does."""
        return AsyncHandle(await asyncio.to_thread(self.client.start, workflow, *args, **kwargs))

    def with_options(
        self,
        *,
        workflow_id: str | None = None,
        tags: Sequence[str] | None = None,
        task_list: str | None = None,
        execution_timeout: int | str | None = None,
        decision_tasks_timeout: int | str | None = None,
    ) -> AsyncStarter:
        """What starts an execution with these options."""
        return _AsyncStarter(
            self.client.with_options(
                workflow_id=workflow_id,
                tags=tags,
                task_list=task_list,
                execution_timeout=execution_timeout,
                decision_tasks_timeout=decision_tasks_timeout,
            )
        )

    @overload
    async def handle(
        self, workflow_id: str, run_id: str | None = None, *, workflow: type[RunsAsync[..., R]]
    ) -> AsyncHandle[R]: ...

    @overload
    async def handle(
        self, workflow_id: str, run_id: str | None = None, *, workflow: type[Runs[..., R]]
    ) -> AsyncHandle[R]: ...

    @overload
    async def handle(
        self, workflow_id: str, run_id: str | None = None, *, workflow: None = None
    ) -> AsyncHandle[Any]: ...

    async def handle(self, workflow_id: str, run_id: str | None = None, *, workflow: Any = None) -> AsyncHandle[Any]:
        """The execution of an id."""
        return AsyncHandle(await asyncio.to_thread(self.client.handle, workflow_id, run_id, workflow=workflow))


def aconnect(
    *,
    db: str | Path | None = None,
    endpoint_url: str | None = None,
    domain: str | None = None,
    region: str | None = None,
    client: Any = None,
) -> AsyncClient:
    """As :func:`simpleflow.connect`, for ``async with``: it is connected when the block is entered."""
    return AsyncClient(
        lambda: sync.connect(db=db, endpoint_url=endpoint_url, domain=domain, region=region, client=client)
    )
