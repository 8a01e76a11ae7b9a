"""Starting workflows from Python, and finding those that run: ``simpleflow.connect``."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, ParamSpec, Protocol, Self, TypeVar, overload

import msgspec

from simpleflow import format, service, stats
from simpleflow.exceptions import ExecutionAlreadyOpen
from simpleflow.handle import Handle
from simpleflow.keeper import PATIENCE_S, KeptClient
from simpleflow.replay import RunOptions
from simpleflow.signatures import check, takes
from simpleflow.storage import ValueStore
from simpleflow.swf import setup
from simpleflow.takes import Runs, RunsAsync
from simpleflow.waiting import Closing, Watch
from simpleflow.waiting import Service as WaitedService
from simpleflow.workflow import Workflow, checked_tags
from swf.client import Client as ServiceClient
from swf.clients import BotoClient, RetryingClient
from swf.exceptions import ConfigurationError
from swf.protocol.base import Request
from swf.protocol.faults import WorkflowExecutionAlreadyStartedFault
from swf.protocol.values import WorkflowExecution
from swf.server.inprocess import InProcessClient

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

NAME_ONE: Final = (
    "say db=FILE (or set SIMPLEFLOW_DB) for the embedded service, endpoint_url=URL (or AWS_ENDPOINT_URL_SWF) for one "
    "that runs, domain=NAME (or SWF_DOMAIN) alone for Amazon SWF"
)


class StartOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How an execution is started, apart from its input. None: what the class says, else the registered type.

    *workflow_id* None: the name of the workflow and a random number. Timeouts are seconds.
    """

    workflow_id: str | None = None
    tags: Sequence[str] | None = None
    task_list: str | None = None
    execution_timeout: int | str | None = None
    decision_tasks_timeout: int | str | None = None


OPTIONS: Final = StartOptions.__struct_fields__


class Starter(Protocol):
    """What :meth:`Client.with_options` gives: arguments of ``run`` and options do not meet."""

    @overload
    def start(self, workflow: type[RunsAsync[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> Handle[R]: ...

    @overload
    def start(self, workflow: type[Runs[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> Handle[R]: ...


class _Starter:
    def __init__(self, client: Client, options: StartOptions) -> None:
        self._client = client
        self._options = options

    def start(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
        return self._client.begin(workflow, args, kwargs, self._options)


class Client:
    """Starts executions in one domain of a service, and finds them. Any number of threads may share one."""

    def __init__(
        self,
        service_client: ServiceClient,
        domain: str,
        *,
        keeps_values: bool,
        closing: Closing | None = None,
        store: ValueStore | None = None,
        task_list: str | None = None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """:func:`connect` makes one.

        *service_client* answers requests of the SWF API. *keeps_values*: values too long for SWF are kept on this
        machine, for the service is used from nowhere else. *task_list* overrides those of the workflows.
        """
        self._service_client = service_client
        self.domain = domain
        self.store = store or ValueStore()
        self.keeps_values = keeps_values or self.store.is_shared
        self._is_service_here = keeps_values
        self.closing = closing or Watch(self, domain, lambda: _service_of(service_client))
        self._task_list = task_list
        self._close = close
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives back what it holds: a file that this process serves for it. May be called twice."""
        if not self._is_closed:
            self._is_closed = True
            self._close()

    # It is a client of the SWF API too

    def call(self, request: Request[R], /) -> R:
        """The answer of the service to any request of the SWF API; raises the fault."""
        if self._is_closed:
            raise RuntimeError("this client is closed; use it inside of its 'with' block")
        return self._service_client.call(request)

    def respond_and_poll(
        self, response: Request[None], poll: Request[R], /, heard: Callable[[Exception | None], None]
    ) -> R:
        """As the client of the service does it."""
        return self._service_client.respond_and_poll(response, poll, heard)

    def stop_polling(self) -> None:
        """Ends the polls that wait now."""
        self._service_client.stop_polling()

    # Starting

    @overload
    def start(self, workflow: type[RunsAsync[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> Handle[R]: ...

    @overload
    def start(self, workflow: type[Runs[P, R]], /, *args: P.args, **kwargs: P.kwargs) -> Handle[R]: ...

    # Types cannot mix the arguments of run with options: here they are not checked, with_options() checks them.

    @overload
    def start(  # type: ignore[overload-cannot-match]  # it does, where there is a workflow_id
        self, workflow: type[RunsAsync[..., R]], /, *args: Any, workflow_id: str, **kwargs: Any
    ) -> Handle[R]: ...

    @overload
    def start(self, workflow: type[Runs[..., R]], /, *args: Any, workflow_id: str, **kwargs: Any) -> Handle[R]: ...

    def start(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Starts an execution of *workflow*; the arguments are those of its ``run``.

        Options may stand among the keywords: ``workflow_id``, ``tags``, ``task_list``, ``execution_timeout`` and
        ``decision_tasks_timeout`` (seconds). Raises ExecutionAlreadyOpen if an execution of that id is open, TypeError
        if the arguments are not those of ``run``.
        """
        meant = {name: kwargs.pop(name) for name in OPTIONS if name in kwargs}
        own = [name for name in meant if takes(workflow, name)]
        if own:
            raise TypeError(
                f"{workflow.__name__}.run has a parameter {own[0]!r}, and so has start; say which one is meant: "
                f"client.with_options({own[0]}=...).start({workflow.__name__}, {own[0]}=...)"
            )
        return self.begin(workflow, args, kwargs, StartOptions(**meant))

    def with_options(
        self,
        *,
        workflow_id: str | None = None,
        tags: Sequence[str] | None = None,
        task_list: str | None = None,
        execution_timeout: int | str | None = None,
        decision_tasks_timeout: int | str | None = None,
    ) -> Starter:
        """What starts an execution with these options, while a type checker sees the arguments of ``run`` alone."""
        return _Starter(
            self,
            StartOptions(
                workflow_id=workflow_id,
                tags=tags,
                task_list=task_list,
                execution_timeout=execution_timeout,
                decision_tasks_timeout=decision_tasks_timeout,
            ),
        )

    def begin(
        self, workflow: type[Workflow], args: Sequence[Any], kwargs: dict[str, Any], options: StartOptions
    ) -> Handle[Any]:
        """Starts an execution, as :meth:`start`."""
        check(workflow, args, kwargs)
        setup.register(self, self.domain, workflow)
        workflow_id = options.workflow_id or f"{workflow.name}-{uuid.uuid4().hex}"
        try:
            execution = setup.start(
                self,
                self.domain,
                workflow,
                workflow_id,
                format.encode({"args": list(args), "kwargs": kwargs}),
                keeps_values=self.keeps_values,
                task_list=options.task_list or self._task_list,
                tags=_tags(options.tags),
                execution_timeout=_text(options.execution_timeout),
                decision_timeout=_text(options.decision_tasks_timeout),
            )
        except WorkflowExecutionAlreadyStartedFault as fault:
            raise ExecutionAlreadyOpen(
                f"an execution {workflow_id!r} is open in domain {self.domain!r}; "
                f"client.handle({workflow_id!r}) finds it, another workflow_id starts another one"
            ) from fault
        return Handle(self, execution.workflow_id, execution.run_id, workflow)

    # Finding

    @overload
    def handle(
        self, workflow_id: str, run_id: str | None = None, *, workflow: type[RunsAsync[..., R]]
    ) -> Handle[R]: ...

    @overload
    def handle(self, workflow_id: str, run_id: str | None = None, *, workflow: type[Runs[..., R]]) -> Handle[R]: ...

    @overload
    def handle(self, workflow_id: str, run_id: str | None = None, *, workflow: None = None) -> Handle[Any]: ...

    def handle(self, workflow_id: str, run_id: str | None = None, *, workflow: Any = None) -> Handle[Any]:
        """The execution of an id: the run *run_id*, else the newest open one, else the newest closed one.

        *workflow* tells its type, and whose queries are asked; None: the history tells. Raises ExecutionNotFound.
        """
        found = stats.Reader(self, self.domain).find(workflow_id, run_id).execution_info.execution
        return Handle(self, found.workflow_id, found.run_id, workflow)

    # For handles

    def replay_options(self, execution: WorkflowExecution) -> RunOptions:
        """With what a history of this domain is replayed."""
        return RunOptions(
            workflow_id=execution.workflow_id,
            run_id=execution.run_id,
            domain=self.domain,
            keeps_values=self.keeps_values,
            is_service_here=self._is_service_here,
            decode=lambda text: format.decode(self.store.resolve(text)),
            pointer_of=self.store.pointer_of,
        )

    def log_finding(self, execution: WorkflowExecution, message: str) -> None:
        """Something that was noticed in a replay."""
        log.warning("workflow_id=%s: %s", execution.workflow_id, message)


def connect(
    *,
    db: str | Path | None = None,
    endpoint_url: str | None = None,
    domain: str | None = None,
    region: str | None = None,
    client: Any = None,
) -> Client:
    """A client of a service: the embedded one on the file *db*, the one at *endpoint_url*, or Amazon SWF.

    What is not said comes from the environment, as for the commands. A file that nobody serves is served by this
    process until the client is closed. *client* is a boto3 client for swf, or any :class:`swf.client.Client`,
    instead of a service. Raises ConfigurationError if no service or domain is named.
    """
    if client is not None:
        if db is not None or endpoint_url is not None or region is not None:
            raise ConfigurationError("a client knows its service; db, endpoint_url and region do not go with it")
        return _around(client, domain)
    address, found = service.where(db=str(db) if db else None, endpoint_url=endpoint_url, domain=domain, region=region)
    if address is None:
        raise ConfigurationError(f"no service is named; {NAME_ONE}")
    if found is None:
        raise ConfigurationError("no domain is named; say domain=NAME, or set SWF_DOMAIN")
    if address.db is not None:
        kept = KeptClient(Path(address.db))
        return Client(kept, found, keeps_values=True, close=kept.close)
    calling = RetryingClient(service.client_of(address), patience_s=PATIENCE_S)
    return Client(calling, found, keeps_values=address.is_here)


def _around(client: Any, domain: str | None) -> Client:
    """A client around one that was made elsewhere, whose owner closes it."""
    if isinstance(client, InProcessClient):
        return Client(client, domain or service.DEFAULT_DOMAIN, keeps_values=True)
    _, found = service.where(domain=domain)
    if found is None:
        raise ConfigurationError("no domain is named; say domain=NAME, or set SWF_DOMAIN")
    if not hasattr(client, "call"):
        if not hasattr(client, "start_workflow_execution"):
            raise ConfigurationError(f"client must be a boto3 client for swf, or a swf.client.Client, not {client!r}")
        client = BotoClient(client)
    return Client(client, found, keeps_values=service.is_here(getattr(client, "url", "")))


def _tags(tags: Sequence[str] | None) -> tuple[str, ...] | None:
    if isinstance(tags, str):
        raise TypeError(f"tags are a list of texts, not the text {tags!r}")
    return checked_tags(tags or (), "the execution")


def _text(seconds: int | str | None) -> str | None:
    return None if seconds is None else str(seconds)


def _service_of(client: ServiceClient) -> WaitedService | None:
    """The service behind a client, if it is in this process."""
    found = getattr(client, "service", None)
    return found if found is None or hasattr(found, "on_closings") else None
