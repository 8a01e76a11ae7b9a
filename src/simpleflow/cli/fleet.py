"""What commands that run deciders and workers share: their options, and the supervision of processes."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from simpleflow.cli.app import CommandError
from simpleflow.cli.places import NAME_ONE, opening

if TYPE_CHECKING:
    from simpleflow.service import Address
    from simpleflow.swf.process.hands import Isolation
    from simpleflow.swf.process.poller import Plan

log = logging.getLogger(__name__)

ISOLATION_HELP: Final = (
    "Where activities run: in a child process each, or in a thread of the worker itself. In a thread nothing can be "
    "ended by force: what is over its time, or asked to cancel, goes on until its next heartbeat or its end."
)


def for_processes(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options of commands that supervise processes."""
    options = (
        click.option("--task-list", "-t", metavar="NAME", help="The task list to poll."),
        click.option("--nb-processes", "-N", type=click.IntRange(min=1), help="So many; else one per core."),
        click.option("--grace", type=click.FloatRange(min=0), default=60.0, help="Seconds that running work may take."),
        click.option("--reload", is_flag=True, help="For development: restart when a Python file changes."),
        click.option(
            "--metrics-port",
            type=click.IntRange(0, 65_535),
            metavar="PORT",
            help="Answer /metrics (Prometheus) and /health there; 0 is a free port.",
        ),
        click.option("--metrics-host", default="127.0.0.1", help="The address for that."),
        click.option("--log-level", "-l", hidden=True, help="Deprecated: set LOG_LEVEL."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def with_isolation(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that say where activities run, and how long a child is kept."""
    options = (
        click.option("--isolation", type=click.Choice(("process", "thread")), default="process", help=ISOLATION_HELP),
        click.option(
            "--max-tasks-per-child",
            type=click.IntRange(min=1),
            metavar="N",
            help="Replace a child process when it has run so many activities.",
        ),
        click.option(
            "--max-memory-per-child",
            type=click.IntRange(min=1),
            metavar="MB",
            help="Replace a child process that takes more than this after an activity, which may finish.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def isolation_of(isolation: str, max_tasks_per_child: int | None, max_memory_per_child: int | None) -> Isolation:
    """What these options say together."""
    from simpleflow.swf.process.hands import Isolation

    if isolation == "thread":
        if max_tasks_per_child is not None or max_memory_per_child is not None:
            name = "--max-tasks-per-child" if max_tasks_per_child is not None else "--max-memory-per-child"
            raise CommandError(f"{name} goes with --isolation process: with threads there is no child", exit_code=2)
        return Isolation(kind="thread")
    return Isolation(max_tasks=max_tasks_per_child, max_memory_mb=max_memory_per_child)


def refuse_wrong_identity() -> None:
    """What SIMPLEFLOW_IDENTITY says must be of use before anybody polls with it."""
    from simpleflow.swf.process.identity import identity
    from swf.exceptions import ConfigurationError

    try:
        identity()
    except ConfigurationError as error:
        raise CommandError(str(error), exit_code=2) from error


def fixed(address: Address) -> Address:
    """The address as processes with another working directory would write it."""
    import msgspec

    return address if address.db is None else msgspec.structs.replace(address, db=str(Path(address.db).resolve()))


def supervise(
    plans: Sequence[Plan],
    count: int | None,
    *,
    log_level: str | None,
    reload: bool,
    metrics_port: int | None,
    metrics_host: str,
) -> int:
    """Runs so many processes of each plan until told to stop; the exit code."""
    import importlib.util

    import msgspec

    from simpleflow.log import setup_logging
    from simpleflow.swf.process.supervisor import INTERRUPTED, Supervisor

    refuse_what_cannot_work(plans)
    if reload and importlib.util.find_spec("watchfiles") is None:
        raise CommandError("--reload needs the package watchfiles", "pip install 'simpleflow[reload]'", 2)
    if log_level is not None:
        click.echo("--log-level is deprecated: set the variable LOG_LEVEL", err=True)
        os.environ["LOG_LEVEL"] = log_level
    setup_logging()
    each = count or os.cpu_count() or 1
    with contextlib.ExitStack() as stack:
        desk: Any = None
        if metrics_port is not None:
            counts_in = stack.enter_context(tempfile.TemporaryDirectory(prefix="simpleflow-counts-"))
            plans = [msgspec.structs.replace(plan, counts_in=counts_in) for plan in plans]
            desk = stack.enter_context(contextlib.closing(_desk(counts_in, metrics_host, metrics_port)))
        supervisor = Supervisor(dict.fromkeys(plans, each))
        stack.enter_context(served(plans[0].address))
        for plan in plans:
            log.info(
                "starting %d %ss task_list=%s domain=%s service=%s",
                each, plan.kind, plan.task_list, plan.domain, plan.address,
            )  # fmt: skip
        if desk is not None:
            desk.open(supervisor)
            log.info("answering %s/metrics and /health", desk.url)
        if reload:
            stack.enter_context(contextlib.closing(_reloading(plans, supervisor.reload)))
        code = supervisor.run()
        if code == INTERRUPTED:
            click.echo(f"interrupted; {_what_goes_on(plans)}", err=True)
        return code


def _what_goes_on(plans: Sequence[Plan]) -> str:
    """What remains when these processes have ended."""
    lists = ", ".join(dict.fromkeys(plan.task_list for plan in plans))
    if plans[0].kind == "decider":
        return f"executions stay open, and their decision tasks wait in {lists} for other deciders"
    return f"executions go on, and activity tasks wait in {lists} for other workers, or for their timeouts"


def _desk(counts_in: str, host: str, port: int) -> Any:
    from simpleflow.swf.process.desk import Desk, DeskError

    try:
        return Desk(counts_in, host=host, port=port)
    except DeskError as error:
        raise CommandError(str(error), "choose another --metrics-port, or 0 for any that is free") from error


def _reloading(plans: Sequence[Plan], reload: Callable[[], None]) -> Any:
    from simpleflow.swf.process.reloading import Reloading

    modules = [module for plan in plans for module in plan.modules]
    modules += [path.rpartition(".")[0] for plan in plans for path in (*plan.workflows, *plan.pre, *plan.post)]
    return Reloading(modules, reload)


def refuse_what_cannot_work(plans: Sequence[Any]) -> None:
    """What no waiting will mend is said before a process is started."""
    from simpleflow.service import client_of
    from swf.exceptions import ConfigurationError
    from swf.protocol.faults import ValidationException
    from swf.protocol.operations import PollForActivityTask
    from swf.protocol.refusal import check
    from swf.protocol.values import TaskList

    refuse_wrong_identity()
    for plan in plans:
        try:
            check(PollForActivityTask(domain=plan.domain, task_list=TaskList(name=plan.task_list)))
            client_of(plan.address)
        except ValidationException as fault:
            raise CommandError(str(fault), "names have 1 to 256 characters, and none of : / | among them", 2) from fault
        except ConfigurationError as error:
            raise CommandError(str(error), NAME_ONE, 2) from error


@contextlib.contextmanager
def served(address: Address) -> Iterator[None]:
    """A file that nobody serves is served from this process, now or when whoever serves it has gone."""
    if address.db is None:
        yield
        return
    from simpleflow.keeper import Keeper

    path = Path(address.db)
    with opening(path):
        keeper = Keeper(path)
    try:
        yield
    finally:
        keeper.close()
