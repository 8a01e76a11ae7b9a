"""Commands for activity tasks: answer one by its token, run one once more."""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.inputs import json_value, read_input
from simpleflow.cli.inspect import execution_of
from simpleflow.cli.places import client_of, needs_domain, needs_service, place

if TYPE_CHECKING:
    from simpleflow.attempt import Job

log = logging.getLogger(__name__)


@click.command()
@click.argument("token")
@click.option("--result", metavar="JSON", help="What the activity gives; '-' reads standard input.")
@with_options
@click.pass_context
def complete(ctx: click.Context, /, token: str, result: str | None, **given: Any) -> None:
    """Complete the activity task of TOKEN, which the activity has handed out.

    Example: simpleflow --db simpleflow.db activity.complete "$TOKEN" --result '{"approved": true}'
    """
    from simpleflow import format
    from simpleflow.storage import ValueStore
    from swf.protocol.operations import RespondActivityTaskCompleted

    address = needs_service(place(ctx, **given))
    text = None
    if result is not None:
        text = ValueStore().fitting(format.encode(json_value(result, "--result")), keeps_values=address.is_here)
    _respond(address, RespondActivityTaskCompleted(task_token=token, result=text))


@click.command()
@click.argument("token")
@click.option("--reason", help="Why, in a line.")
@click.option("--details", help="More of that.")
@with_options
@click.pass_context
def fail(ctx: click.Context, /, token: str, reason: str | None, details: str | None, **given: Any) -> None:
    """Fail the activity task of TOKEN, which the activity has handed out.

    Example: simpleflow --db simpleflow.db activity.fail "$TOKEN" --reason "nobody was at home"
    """
    from swf.protocol.operations import RespondActivityTaskFailed

    address = needs_service(place(ctx, **given))
    _respond(address, RespondActivityTaskFailed(task_token=token, reason=reason, details=details))


def _respond(address: Any, request: Any) -> None:
    from swf.protocol.faults import Fault, UnknownResourceFault

    with client_of(address, to_write=True) as client:
        try:
            client.call(request)
        except UnknownResourceFault as fault:
            hint = "it may be over: completed, failed, timed out, canceled, or its execution closed"
            raise CommandError(f"no such activity task: {fault}", hint) from fault
        except Fault as fault:
            raise CommandError(f"the answer was refused: {fault.code}: {fault}") from fault


@click.command()
@click.option("--workflow-id", required=True, metavar="ID", help="The execution in which it ran.")
@click.option("--run-id", metavar="ID", help="The run; else the open one, else the newest closed one.")
@click.option("--activity-id", metavar="ID", help="The id of the activity task; its latest attempt counts.")
@click.option("--scheduled-id", type=int, metavar="EVENT", help="The id of the event that scheduled it.")
@click.option("--input", "-i", metavar="JSON", help="Other arguments than it had: a list, or args and kwargs.")
@with_options
@click.pass_context
def rerun(
    ctx: click.Context,
    /,
    workflow_id: str,
    run_id: str | None,
    activity_id: str | None,
    scheduled_id: int | None,
    input: str | None,
    **given: Any,
) -> None:
    """Run an activity of a history once more, in this process, and print what it gives as JSON.

    The service hears nothing of it. Needs --activity-id or --scheduled-id.

    Example: simpleflow -d TestDomain activity.rerun --workflow-id basic --activity-id activity-examples.basic.double-1
    """
    from simpleflow import format

    if activity_id is None and scheduled_id is None:
        raise CommandError("which activity? say --activity-id ID or --scheduled-id EVENT")
    where = place(ctx, **given)
    with execution_of(where, needs_domain(where), workflow_id, run_id) as (report, detail):
        history = report.history(detail)
    tasks = history.execution.activities
    if scheduled_id is not None:
        task = tasks.get(scheduled_id)
    else:
        task = next((each for each in reversed(tasks.values()) if each.id == activity_id), None)
    if task is None:
        wanted = f"event {scheduled_id}" if scheduled_id is not None else repr(activity_id)
        raise CommandError(
            f"no activity was scheduled as {wanted} in {workflow_id}",
            f"list its tasks with: simpleflow {where.options(report.domain)} workflow.profile {workflow_id}",
        )
    text = task.wanted.input if input is None else format.encode(read_input(input, None))
    from simpleflow.attempt import Job

    execution, wanted = detail.execution_info.execution, task.wanted
    job = Job(
        activity_id=task.id,
        name=wanted.activity_type.name,
        version=wanted.activity_type.version,
        input=text,
        domain=report.domain,
        task_list=wanted.task_list.name,
        workflow_id=execution.workflow_id,
        run_id=execution.run_id,
        began_at=time.time(),
    )
    click.echo(_ran(job))


def _ran(job: Job) -> str:
    """Runs the activity; its result as JSON."""
    from simpleflow.dispatch import find_activity, run_activity
    from simpleflow.exceptions import DispatchError
    from simpleflow.stats import value_of
    from simpleflow.storage import ValueStore

    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        find_activity(job.name)
    except DispatchError as error:
        raise CommandError(
            str(error), f"modules are looked for in {os.getcwd()} and among what is installed"
        ) from error
    log.info("Will re-run: %s %s", job.name, value_of(job.input))
    store = ValueStore()
    outcome = run_activity(job, store)
    if outcome.is_later:
        raise CommandError(f"{job.activity_id} is to be completed later, by others", "here nobody waits for that")
    if outcome.reason is not None:
        log.debug("details of the failure: %s", outcome.details)
        raise CommandError(f"{job.activity_id} failed: {outcome.reason}", "see all of it with LOG_LEVEL=DEBUG")
    result = store.resolve(outcome.result) or "null"
    log.info("Result (JSON): %s", result)
    sys.stdout.flush()
    return result
