"""``workflow.query``: what a workflow says about itself."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.formats import json_text
from simpleflow.cli.inputs import read_input, workflow_class
from simpleflow.cli.inspect import NAMES, found
from simpleflow.cli.places import needs_service, place


@click.command()
@NAMES
@click.option("--name", metavar="QUERY", help="The query; without it the names of all are printed.")
@click.option("--input", "-i", metavar="JSON", help="A list of arguments, or an object with args and kwargs.")
@click.option("--workflow", metavar="PATH", help="package.module.ClassName; else the class that the history names.")
@with_options
@click.pass_context
def query(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    name: str | None,
    input: str | None,
    workflow: str | None,
    **given: Any,
) -> None:
    """Ask the execution of WORKFLOW_ID, or the run RUN_ID, a query, and print the answer as JSON.

    Queries are the methods of a workflow that are marked with @workflow.query. The history is replayed here, so the
    code of the workflow must be at hand; the execution hears nothing of it, and may be closed.

    Example: simpleflow --db simpleflow.db workflow.query parcel --name where
    """
    from simpleflow.client import Client
    from simpleflow.exceptions import ExecutionNotFound, NonDeterminismError, QueryError, StorageError
    from simpleflow.handle import Handle
    from simpleflow.workflows import UnknownWorkflow

    where = place(ctx, **given)
    arguments = read_input(input, None)
    if name is None and input is not None:
        raise CommandError("--input goes with --name QUERY", exit_code=2)
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    code = None if workflow is None else workflow_class(workflow)
    with found(where, names) as (report, detail):
        execution = detail.execution_info.execution
        client = Client(report.client, report.domain, keeps_values=needs_service(where).is_here)
        handle: Handle[Any] = Handle(client, execution.workflow_id, execution.run_id, code)
        try:
            if name is None:
                for each in handle.queries():
                    click.echo(each)
                return
            with contextlib.redirect_stdout(sys.stderr):  # what run prints is no part of the answer
                answer = handle.query(name, *arguments["args"], **arguments["kwargs"])
        except UnknownWorkflow as error:
            raise CommandError(
                f"nothing here is the workflow of {execution.workflow_id}: its type is "
                f"{detail.execution_info.workflow_type.name!r}",
                "name the class with --workflow package.module.ClassName",
            ) from error
        except (QueryError, NonDeterminismError, ExecutionNotFound, StorageError) as error:
            raise CommandError(str(error)) from error
        except Exception as error:  # what the query raises is the user's
            raise CommandError(f"the query {name!r} fails: {type(error).__name__}: {error}") from error
        click.echo(json_text(answer))
