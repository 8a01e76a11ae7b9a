"""Commands that show or write histories."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Final

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.formats import json_text
from simpleflow.cli.inspect import NAMES, execution_of, found, show
from simpleflow.cli.places import Place, domain_and_names, place

EVENTS: Final = ("eventId", "eventType", "eventTimestamp", "attributes")
RAW: Final = ("id", "type", "state", "timestamp", "input", "control", "attributes")
COOKED: Final = ("key", "name", "value")


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="[DOMAIN] WORKFLOW_ID [RUN_ID]")
@click.option(
    "--output-format",
    "--of",
    "-o",
    "kind",
    type=click.Choice(["events", "raw", "cooked"]),
    default="raw",
    help="As the service tells it; one flat object per event; by activities, children, timers and so on.",
)
@click.option("--reverse-order", type=bool, default=False, metavar="BOOL", help="The newest event first.")
@with_options
@click.pass_context
def history(ctx: click.Context, /, names: tuple[str, ...], kind: str, reverse_order: bool, **given: Any) -> None:
    """Show the events of one execution.

    With --domain, SWF_DOMAIN or --db the names are WORKFLOW_ID [RUN_ID].

    Example: simpleflow --db simpleflow.db --format prettyjson workflow.history basic --output-format events
    """
    where = place(ctx, **given)
    domain, ids = domain_and_names(where, names, ("WORKFLOW_ID", "RUN_ID"), least=1, last_resort=True)
    with execution_of(where, domain, ids[0], ids[1] if len(ids) > 1 else None) as (report, execution):
        if kind == "cooked":
            _show_cooked(where, report.history(execution))
            return
        events = report.events(execution.execution_info.execution, reverse=reverse_order)
        _show_events(where, kind, events)


def _show_events(where: Place, kind: str, events: Iterator[Any]) -> None:
    """One row per event. In JSON with names: objects, all attributes beside each other."""
    from swf.models.event import Event

    is_flat = where.format == "prettyjson" or (where.format == "json" and where.header)
    if kind == "events":
        raws = (Event.of(event).raw for event in events)
        if where.format in ("json", "prettyjson"):
            _show_objects(raws, is_pretty=where.format == "prettyjson")
        else:
            show(where, EVENTS, (_row_of(raw) for raw in raws))
    elif is_flat:
        _show_objects((_flat(*_raw(Event.of(event))) for event in events), is_pretty=where.format == "prettyjson")
    else:
        show(where, RAW, (_raw(Event.of(event)) for event in events))


def _row_of(raw: dict[str, Any]) -> tuple[Any, ...]:
    attributes: dict[str, Any] = next((value for key, value in raw.items() if key.endswith("EventAttributes")), {})
    return raw["eventId"], raw["eventType"], raw["eventTimestamp"], attributes


def _raw(event: Any) -> tuple[Any, ...]:
    attributes = _row_of(event.raw)[-1]
    rest = {name: value for name, value in attributes.items() if name not in ("input", "control")}
    return event.id, event.type, event.state, event.timestamp, event.input, event.control, rest


def _flat(*row: Any) -> dict[str, Any]:
    *values, attributes = row
    return {**dict(zip(RAW, values, strict=False)), **attributes}


def _show_objects(objects: Iterator[dict[str, Any]], *, is_pretty: bool) -> None:
    """An array of objects, one after the other as they come."""
    before = "["
    for each in objects:
        text = json_text(each, indent=2 if is_pretty else None)
        click.echo(before + ("\n  " + text.replace("\n", "\n  ") if is_pretty else text), nl=False)
        before = "," if is_pretty else ", "
    click.echo(("[" if before == "[" else "") + ("\n]" if is_pretty and before != "[" else "]"))


def _show_cooked(where: Place, history: Any) -> None:
    """An object with a member per kind of thing; in tables a row per thing."""
    from simpleflow.cli.cooked import cooked

    things = cooked(history)
    if where.format in ("json", "prettyjson"):
        click.echo(json_text(things, indent=2 if where.format == "prettyjson" else None))
        return
    rows = [(key, name, value) for key, each in things.items() if key != "workflow" for name, value in each.items()]
    show(where, COOKED, [("workflow", "", things["workflow"]), *rows])


@click.command()
@NAMES
@click.option("--output", "-o", metavar="FILE", default="-", help="Write it there instead of to standard output.")
@with_options
@click.pass_context
def export(ctx: click.Context, /, names: tuple[str, ...], output: str, **given: Any) -> None:
    """Write the history of one execution as the service tells it: a JSON object with its names and its events.

    workflow.replay reads it again, on any machine.

    Example: simpleflow --db simpleflow.db history.export basic -o basic.json
    """
    from swf.protocol import wire

    with found(place(ctx, **given), names) as (report, execution):
        events = report.events(execution.execution_info.execution)
        try:
            with click.open_file(output, "w", encoding="utf-8", atomic=output != "-") as file:
                name = execution.execution_info.execution
                ids = {"workflowId": name.workflow_id, "runId": name.run_id}
                before = f'{{"domain": {json_text(report.domain)}, "execution": {json_text(ids)}, "events": [\n'
                for event in events:
                    file.write(before + wire.encode(event).decode())
                    before = ",\n"
                file.write("\n]}\n")
        except OSError as error:
            if output == "-":
                raise
            raise CommandError(f"cannot write {output}: {error.strerror or error}", "say another file") from error
    sys.stdout.flush()
