"""``workflow.start`` runs a workflow here or starts its execution."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.inputs import read_input, read_tags, refuse_other_arguments, workflow_class
from simpleflow.cli.middlewares import checked, with_middlewares
from simpleflow.cli.places import client_of, needs_domain, needs_service, place


@click.command()
@click.argument("workflow")
@click.option("--local", is_flag=True, help="Run in this process, in memory and in virtual time.")
@click.option("--signal", "signals", multiple=True, metavar="NAME=JSON", help="With --local: a signal to send.")
@with_middlewares
@click.option("--workflow-id", help="The id; else NAME-VERSION-TIME.")
@click.option("--task-list", help="The task list of its decisions; else that of the class.")
@click.option("--execution-timeout", type=click.IntRange(min=1), help="Seconds until the execution times out.")
@click.option("--decision-tasks-timeout", type=click.IntRange(min=1), help="Seconds a decision may take.")
@click.option("--tags", metavar="TAG,TAG", help="At most five tags.")
@click.option("--input", "-i", metavar="JSON", help="A list of arguments, or an object with args and kwargs.")
@click.option("--input-file", metavar="FILE", help="A file that holds the input; '-' is standard input.")
@with_options
@click.pass_context
def start(
    ctx: click.Context,
    /,
    workflow: str,
    local: bool,
    signals: tuple[str, ...],
    pre: tuple[str, ...],
    post: tuple[str, ...],
    workflow_id: str | None,
    task_list: str | None,
    execution_timeout: int | None,
    decision_tasks_timeout: int | None,
    tags: str | None,
    input: str | None,
    input_file: str | None,
    **given: Any,
) -> None:
    """Run WORKFLOW (package.module.ClassName) here with --local, or start its execution and print its ids.

    Example: simpleflow workflow.start --local examples.basic.BasicWorkflow --input '[1, 5]'
    """
    where = place(ctx, **given)
    found = workflow_class(workflow)
    value = read_input(input, input_file)
    refuse_other_arguments(found, value)
    if local:
        run_here(found, value, dict(map(read_signal, signals)), checked(pre, post))
        return
    if pre or post:
        raise CommandError("middlewares can only be set in local mode", "workers take them: worker.start", 2)
    if signals:
        raise CommandError("--signal goes with --local", exit_code=2)
    from simpleflow import format
    from simpleflow.swf import setup
    from swf.protocol.faults import Fault

    address, domain = needs_service(where), needs_domain(where)
    with client_of(address, to_write=True) as client:
        try:
            setup.register(client, domain, found)
            execution = setup.start(
                client,
                domain,
                found,
                workflow_id or f"{found.name}-{found.version}-{int(time.time())}",
                format.encode(value),
                keeps_values=address.is_here,
                task_list=task_list,
                tags=read_tags(tags),
                execution_timeout=str(execution_timeout) if execution_timeout else None,
                decision_timeout=str(decision_tasks_timeout) if decision_tasks_timeout else None,
            )
        except Fault as fault:
            raise CommandError(f"cannot start {found.name}: {fault.code}: {fault}") from fault
        except ValueError as error:
            raise CommandError(f"cannot start {found.name}: {error}") from error
    click.echo(f"{execution.workflow_id} {execution.run_id}")


def read_signal(text: str) -> tuple[str, Any]:
    """Name and value of ``NAME=JSON``."""
    name, equals, value = text.partition("=")
    try:
        return name, json.loads(value) if equals else None
    except ValueError as error:
        raise CommandError(f"--signal {text}: what stands behind '=' is not JSON: {error}", exit_code=2) from error


def run_here(
    workflow: Any, input: dict[str, Any], signals: dict[str, Any], middlewares: Mapping[str, Sequence[str]]
) -> None:
    """Runs in this process. Standard output is the workflow's; the result goes to standard error."""
    from simpleflow import format
    from simpleflow.exceptions import ExecutionFailed, NonDeterminismError, NothingWillHappen
    from simpleflow.local import Executor
    from simpleflow.storage import StorageError
    from simpleflow.workflows import UnknownWorkflow

    try:
        result = Executor(workflow, middlewares, signals=signals).run(input)
    except KeyboardInterrupt as interruption:
        click.echo("interrupted; nothing of it is kept, and nothing goes on", err=True)
        raise click.exceptions.Exit(130) from interruption
    except (NothingWillHappen, NonDeterminismError, StorageError, UnknownWorkflow) as error:
        raise CommandError(str(error)) from error
    except ExecutionFailed as failure:
        explain(failure)
        raise CommandError(f"{workflow.name}: {failure}") from failure
    sys.stdout.flush()
    click.echo(json.dumps(format.decode(format.encode(result))), err=True)


def explain(failure: Any) -> None:
    """Logs the details of a failure for who asks for them."""
    import logging

    logging.getLogger("simpleflow").debug("details of the failure: %s", failure.details)
