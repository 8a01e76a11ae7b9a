"""Commands that run until they are told to stop: ``server.start``, ``decider.start``, ``worker.start``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.fleet import (
    fixed,
    for_processes,
    isolation_of,
    refuse_what_cannot_work,
    served,
    supervise,
    with_isolation,
)
from simpleflow.cli.inputs import workflow_class
from simpleflow.cli.middlewares import checked, with_middlewares
from simpleflow.cli.places import DEFAULT_DB, needs_domain, needs_service, opening, place

if TYPE_CHECKING:
    from simpleflow.swf.process.poller import Plan

DEFAULT_PORT: Final = 8470
OWNER_WAIT_S: Final = 5.0
KEY: Final = "simpleflow"
"""The embedded service asks for no key, but SDKs want one."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=DEFAULT_PORT, help="The port; 0 is a free one.")
@click.option("--host", default="127.0.0.1", help="The address to listen on; all but loopback need --auth.")
@click.option(
    "--auth", metavar="FILE", help="Have every call signed by a key of this file: ACCESS_KEY_ID SECRET lines."
)
@click.option("--name", "names", metavar="HOST", multiple=True, help="One more name that callers use for this host.")
@click.option("--read-only", is_flag=True, help="The pages change nothing; the API is as ever.")
@with_options
@click.pass_context
def server(
    ctx: click.Context,
    /,
    port: int,
    host: str,
    auth: str | None,
    names: tuple[str, ...],
    read_only: bool,
    **given: Any,
) -> int:
    """Run the embedded service on a file (simpleflow.db, or --db FILE) until told to stop.

    Prints the variables that point any AWS client to it. Browsers of this machine see its pages there.

    Example: simpleflow server.start --db simpleflow.db
    """
    from simpleflow.log import setup_logging
    from simpleflow.swf.process.signals import STOP, Signals
    from swf.server.about import running_version
    from swf.server.http import DoorError, KeysError, UnsignedError, read_keys, serving

    address = place(ctx, **given).address
    if address is not None and address.endpoint_url and not _said_by_environment(address.endpoint_url):
        raise CommandError("--endpoint-url names a service that runs already", "server.start takes --db FILE", 2)
    path = Path((address and address.db) or DEFAULT_DB)
    from simpleflow.cli.pages import beside

    setup_logging()
    signals = Signals()
    pages = beside(path, names=(host, *names), is_read_only=read_only)
    sys.setswitchinterval(0.0005)  # a commit lets go of the interpreter and must get it back soon
    try:
        keys = read_keys(Path(auth)) if auth is not None else None
    except KeysError as error:
        raise CommandError(str(error)) from error
    with opening(path):
        try:
            with serving(path, host=host, port=port, wait_s=OWNER_WAIT_S, keys=keys, names=names, pages=pages) as door:
                click.echo(f"serving {path.resolve()} at {door.url}, version {running_version()}", err=True)
                click.echo(f"pages for browsers of this machine: {door.url}/", err=True)
                click.echo(exports(door.url) if keys is None else exports(door.url, key=next(iter(keys)), secret=None))
                sys.stdout.flush()
                while not (heard := signals.wait(None)[0] & STOP):
                    pass
                if signal.SIGINT in heard:
                    goes_on = "executions stay open, and go on when the file is served again"
                    click.echo(f"interrupted; {door.url} answers no more, {goes_on}", err=True)
                return 130 if signal.SIGINT in heard else 0
        except UnsignedError as error:
            raise CommandError(str(error), exit_code=2) from error
        except DoorError as error:
            raise CommandError(str(error), "choose another one with --port, or --port 0 for any") from error


def _said_by_environment(url: str) -> bool:
    """Whether the URL is one that a shell was told by an earlier ``server.start``."""
    return url in {os.environ.get("AWS_ENDPOINT_URL_SWF"), os.environ.get("AWS_ENDPOINT_URL")}


def exports(url: str, *, key: str = KEY, secret: str | None = KEY) -> str:
    """The four lines for a shell that point AWS clients to the service at *url*.

    *secret* None: it is not for a screen, the reader fills it in.
    """
    return (
        f"export AWS_ENDPOINT_URL_SWF={url}\n"
        f"export AWS_DEFAULT_REGION=us-east-1\n"
        f"export AWS_ACCESS_KEY_ID={key}\n"
        + (f"export AWS_SECRET_ACCESS_KEY={secret}" if secret else "# AWS_SECRET_ACCESS_KEY is beside it in the file")
    )


@click.command()
@click.argument("workflows", nargs=-1)
@for_processes
@with_options
@click.pass_context
def decider(
    ctx: click.Context,
    /,
    workflows: tuple[str, ...],
    task_list: str | None,
    nb_processes: int | None,
    grace: float,
    log_level: str | None,
    reload: bool,
    metrics_port: int | None,
    metrics_host: str,
    **given: Any,
) -> int:
    """Run deciders of WORKFLOWS (package.module.ClassName ...) until told to stop.

    They poll --task-list, or the task list of the classes. Without WORKFLOWS the class of an execution is found by what
    its input or its type says, below the current directory.

    Example: simpleflow decider.start --domain TestDomain examples.basic.BasicWorkflow
    """
    where = place(ctx, **given)
    address, domain = needs_service(where), needs_domain(where)
    if not workflows and task_list is None:
        hint = "name the classes to decide for: package.module.ClassName ...; or say --task-list NAME"
        raise CommandError("neither a workflow nor a task list is named", hint, 2)
    classes = [workflow_class(path) for path in workflows]
    lists = {found.task_list for found in classes}
    if task_list is None and len(lists) > 1:
        told = ", ".join(f"{found.name}: {found.task_list}" for found in classes)
        raise CommandError(f"the workflows have different task lists ({told})", "choose one with --task-list", 2)
    from simpleflow.swf.process.poller import Plan

    plan = Plan(
        kind="decider",
        address=fixed(address),
        domain=domain,
        task_list=task_list or lists.pop(),
        workflows=workflows,
        grace_s=grace,
    )
    return supervise(
        [plan],
        nb_processes,
        log_level=log_level,
        reload=reload,
        metrics_port=metrics_port,
        metrics_host=metrics_host,
    )


@click.command()
@click.argument("workflow", required=False)
@click.option("--heartbeat", type=click.FloatRange(min=0), help="Seconds between heartbeats at most; 0: no more.")
@click.option("--import", "modules", multiple=True, metavar="MODULE", help="A module of activities; may be repeated.")
@click.option("--one-task", is_flag=True, help="Work on one task, and end.")
@click.option(
    "--poll-data", metavar="TEXT", help="Base64 of the JSON of a task that was polled: work on that, and end."
)
@click.option("--concurrency", type=click.IntRange(1, 1000), default=1, help="Activities at once in each process.")
@with_isolation
@with_middlewares
@for_processes
@with_options
@click.pass_context
def worker(
    ctx: click.Context,
    /,
    workflow: str | None,
    heartbeat: float | None,
    modules: tuple[str, ...],
    one_task: bool,
    poll_data: str | None,
    concurrency: int,
    isolation: str,
    max_tasks_per_child: int | None,
    max_memory_per_child: int | None,
    pre: tuple[str, ...],
    post: tuple[str, ...],
    task_list: str | None,
    nb_processes: int | None,
    grace: float,
    log_level: str | None,
    reload: bool,
    metrics_port: int | None,
    metrics_host: str,
    **given: Any,
) -> int:
    """Run workers until told to stop.

    They poll --task-list, or all task lists of the activities that come with WORKFLOW (package.module.ClassName).
    Activities are those that WORKFLOW and --import bring, and those below the current directory.

    Example: simpleflow worker.start --domain TestDomain --task-list quickstart examples.basic.BasicWorkflow
    """
    where = place(ctx, **given)
    address, domain = needs_service(where), needs_domain(where)
    if workflow is None and task_list is None and poll_data is None:
        raise CommandError(
            "Please provide a --task-list or some data via --poll-data", "say --task-list NAME, or name a workflow", 2
        )
    if workflow is not None:
        modules = (workflow_class(workflow).__module__, *modules)
    from simpleflow.swf.process.poller import Plan
    from simpleflow.swf.process.worker import BEAT_S

    place_of_activities = isolation_of(isolation, max_tasks_per_child, max_memory_per_child)
    _import_all(modules)
    middlewares = checked(pre, post)
    task = None if poll_data is None else _polled(poll_data)
    lists = [task_list] if task_list is not None else _lists_of_activities() or (["-"] if task is not None else [])
    if not lists:
        raise CommandError(f"{workflow} comes with no activities", "say --task-list NAME", 2)
    plans = [
        Plan(
            kind="worker",
            address=fixed(address),
            domain=domain,
            task_list=each,
            modules=modules,
            pre=middlewares["pre"],
            post=middlewares["post"],
            beat_s=BEAT_S if heartbeat is None else heartbeat,
            grace_s=grace,
            concurrency=concurrency,
            isolation=place_of_activities,
        )
        for each in lists
    ]
    if one_task or task is not None:
        if len(lists) > 1 and task is None:
            raise CommandError(f"one task of which list? {', '.join(lists)}", "say --task-list NAME", 2)
        return _one_task(plans[0], task)
    return supervise(
        plans,
        nb_processes,
        log_level=log_level,
        reload=reload,
        metrics_port=metrics_port,
        metrics_host=metrics_host,
    )


def _polled(text: str) -> Any:
    """The activity task that somebody else has polled."""
    import base64
    import binascii

    import msgspec

    from swf.protocol.operations import ActivityTask

    try:
        task = msgspec.json.decode(base64.b64decode(text, validate=True), type=ActivityTask)
    except (binascii.Error, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise CommandError(
            f"--poll-data is no activity task: {error}", "it is base64 of the answer to a poll", 2
        ) from error
    if task.task_token is None or task.activity_id is None or task.activity_type is None:
        raise CommandError("--poll-data is the answer of a poll that found no task", exit_code=2)
    return task


def _one_task(plan: Plan, task: Any) -> int:
    """Works on one task, the given one or the first that comes, with this process as its worker."""
    from simpleflow import completion
    from simpleflow.log import setup_logging
    from simpleflow.service import patient_client_of
    from simpleflow.swf.process.poller import worker_of
    from simpleflow.swf.process.prints import part_output

    refuse_what_cannot_work([plan])
    setup_logging()
    completion.tell(plan.address)
    with served(plan.address):
        worker = worker_of(plan, patient_client_of(plan.address))
        if plan.isolation.kind == "thread":
            part_output()
        try:
            while not worker.run_one(task):
                pass
        except KeyboardInterrupt as interruption:
            click.echo("interrupted; a task that was taken is left to its timeouts", err=True)
            raise click.exceptions.Exit(130) from interruption
    return 0


def _import_all(modules: Sequence[str]) -> None:
    """Imports what the workers will import, so that what is wrong with it is said once and at once."""
    import importlib

    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    for module in modules:
        try:
            importlib.import_module(module)
        except (Exception, SystemExit) as error:
            raise CommandError(f"cannot import {module}: {type(error).__name__}: {error}", exit_code=2) from error


def _lists_of_activities() -> list[str]:
    from simpleflow.registry import registry

    return sorted({activity.task_list for activity in registry[None].values()})
