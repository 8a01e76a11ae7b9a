"""Commands that change executions: terminate, cancel, signal, restart."""

from __future__ import annotations

from typing import Any

import click

from simpleflow.cli import selecting
from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.inputs import json_value
from simpleflow.cli.inspect import NAMES, found
from simpleflow.cli.places import needs_service, place
from simpleflow.cli.selecting import apply, chosen_of, with_selection

POLICIES = ("TERMINATE", "REQUEST_CANCEL", "ABANDON")


@click.command()
@selecting.NAMES
@click.option("--reason", help="Why, for its history.")
@click.option("--details", help="More of that.")
@click.option("--child-policy", type=click.Choice(POLICIES, case_sensitive=False), help="What becomes of children.")
@with_selection
@with_options
@click.pass_context
def terminate(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    reason: str | None,
    details: str | None,
    child_policy: str | None,
    **given: Any,
) -> int:
    """Terminate the open execution of WORKFLOW_ID, or the run RUN_ID; or many, by conditions.

    Of many, the ids are printed, and a question is asked first.

    Example: simpleflow --db simpleflow.db workflow.terminate --type basic --started-before 7 --dry-run
    """
    from swf.protocol.operations import TerminateWorkflowExecution
    from swf.protocol.values import ChildPolicy

    policy = None if child_policy is None else ChildPolicy(child_policy.upper())

    def act(client: Any, domain: str, execution: Any) -> None:
        client.call(
            TerminateWorkflowExecution(
                domain=domain,
                workflow_id=execution.workflow_id,
                run_id=execution.run_id,
                reason=reason,
                details=details,
                child_policy=policy,
            )
        )

    chosen = chosen_of(given)
    return apply(place(ctx, **given), names, chosen, "terminate", act)


@click.command()
@selecting.NAMES
@with_selection
@with_options
@click.pass_context
def cancel(ctx: click.Context, /, names: tuple[str, ...], **given: Any) -> int:
    """Ask the open execution of WORKFLOW_ID, or the run RUN_ID, to cancel; or many, by conditions.

    Its workflow decides what to do about it.

    Example: simpleflow --db simpleflow.db workflow.cancel basic
    """
    from swf.protocol.operations import RequestCancelWorkflowExecution

    def act(client: Any, domain: str, execution: Any) -> None:
        client.call(
            RequestCancelWorkflowExecution(domain=domain, workflow_id=execution.workflow_id, run_id=execution.run_id)
        )

    chosen = chosen_of(given)
    return apply(place(ctx, **given), names, chosen, "cancel", act)


@click.command()
@selecting.NAMES
@click.option("--name", required=True, metavar="SIGNAL", help="The name of the signal.")
@click.option("--input", "-i", metavar="JSON", help="What the workflow gets with it; '-' reads standard input.")
@with_selection
@with_options
@click.pass_context
def signal(ctx: click.Context, /, names: tuple[str, ...], name: str, input: str | None, **given: Any) -> int:
    """Send a signal to the open execution of WORKFLOW_ID, or the run RUN_ID; or to many, by conditions.

    Example: simpleflow --db simpleflow.db workflow.signal order-1 --name approval --input '{"by": "eve"}'
    """
    from simpleflow import format
    from simpleflow.storage import ValueStore
    from swf.protocol.operations import SignalWorkflowExecution

    chosen = chosen_of(given)
    where = place(ctx, **given)
    text = None
    if input is not None:
        encoded = format.encode(json_value(input, "--input"))
        text = ValueStore().fitting(encoded, keeps_values=needs_service(where).is_here)

    def act(client: Any, domain: str, execution: Any) -> None:
        client.call(
            SignalWorkflowExecution(
                domain=domain,
                workflow_id=execution.workflow_id,
                run_id=execution.run_id,
                signal_name=name,
                input=text,
            )
        )

    return apply(where, names, chosen, "signal", act)


@click.command()
@NAMES
@with_options
@click.pass_context
def restart(ctx: click.Context, /, names: tuple[str, ...], **given: Any) -> None:
    """Terminate the open execution of WORKFLOW_ID, or the run RUN_ID, and start it anew with the same input.

    Id, task list, timeouts and tags are the same as well. A closed one is just started anew. Prints the new ids.

    Example: simpleflow --db simpleflow.db workflow.restart basic
    """
    from simpleflow.rerunning import start_like
    from swf.protocol.faults import Fault, UnknownResourceFault
    from swf.protocol.operations import TerminateWorkflowExecution

    with found(place(ctx, **given), names, to_write=True) as (report, detail):
        about = detail.execution_info
        execution = about.execution
        started = report.first_event(execution)
        if about.close_status is None:
            try:
                report.client.call(
                    TerminateWorkflowExecution(
                        domain=report.domain,
                        workflow_id=execution.workflow_id,
                        run_id=execution.run_id,
                        reason="workflow.restart",
                    )
                )
            except UnknownResourceFault:
                pass  # it was closed meanwhile
        try:
            run_id = start_like(report.client, report.domain, execution.workflow_id, started, started.input)
        except Fault as fault:
            raise CommandError(f"cannot start {execution.workflow_id} anew: {fault.code}: {fault}") from fault
    click.echo(f"{execution.workflow_id} {run_id}")
