"""Commands that draw executions."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.inspect import found
from simpleflow.cli.places import place

if TYPE_CHECKING:
    from simpleflow.web.files import Picture
    from simpleflow.web.runs import Run
    from swf.protocol.event import HistoryEvent

NOTATIONS = ("mermaid", "dot", "svg")
THEMES = ("auto", "light", "dark")
NAMES = click.argument("names", nargs=-1, required=True, metavar="[DOMAIN] WORKFLOW_ID [RUN_ID]")
THEME = click.option(
    "--theme", type=click.Choice(THEMES), default="auto", help="Colours of an SVG; auto: as the reader has it."
)


@click.command()
@NAMES
@click.option("--svg", metavar="FILE", help="Write the timeline as an SVG there ('-': standard output).")
@click.option("--html", metavar="FILE", help="Write a page with graph and timeline there ('-': standard output).")
@click.option("--width", type=click.IntRange(min=60), help="Columns of the chart; else as wide as the terminal.")
@click.option("--fold-idle", is_flag=True, help="Fold the stretches of time in which no task ran.")
@THEME
@with_options
@click.pass_context
def timeline(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    svg: str | None,
    html: str | None,
    width: int | None,
    fold_idle: bool,
    theme: Any,
    **given: Any,
) -> None:
    """Draw what happened when: attempts, waits, timers, signals, the critical path, where the time went.

    As a chart of text; with --svg or --html as a file instead. Both stand alone: nothing is loaded from elsewhere.

    Example: simpleflow --db simpleflow.db workflow.timeline basic --html basic.html
    """
    from simpleflow.web.charts import chart
    from simpleflow.web.files import report_html, timeline_svg

    picture = picture_of(ctx, names, given)
    if svg is not None:
        write(svg, timeline_svg(picture, theme=theme, is_folded=fold_idle))
    if html is not None:
        write(html, report_html(picture, is_folded=fold_idle))
    if svg is None and html is None:
        columns = width or shutil.get_terminal_size((100, 24)).columns
        folds = picture.folds if fold_idle else ()
        text = chart(picture.run, picture.sentence, picture.spent, picture.rows, width=columns, folds=folds)
        click.echo(text, nl=False)


@click.command()
@NAMES
@click.option("--as", "notation", type=click.Choice(NOTATIONS), default="mermaid", help="The language of the graph.")
@click.option("--output", "-o", metavar="FILE", default="-", help="Write it there instead of to standard output.")
@click.option("--all", "with_all", is_flag=True, help="Draw all nodes, even if they are more than 400.")
@THEME
@with_options
@click.pass_context
def graph(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    notation: str,
    output: str,
    with_all: bool,
    theme: Any,
    **given: Any,
) -> None:
    """Draw what follows what: the dataflow, alike tasks as one node, the critical path marked.

    Mermaid is drawn by many wikis and code hosts, DOT by Graphviz; an SVG is ready as it is.

    Example: simpleflow --db simpleflow.db workflow.graph basic --as svg --output basic.svg
    """
    from simpleflow.web.files import graph_svg
    from simpleflow.web.notations import dot, mermaid

    picture = picture_of(ctx, names, given, most_nodes=None if with_all else 400)
    match notation:
        case "mermaid":
            text = mermaid(picture.graph, picture.run)
        case "dot":
            text = dot(picture.graph, picture.run)
        case _:
            text = graph_svg(picture, theme=theme)
    write(output, text)
    if picture.graph.hidden:
        click.echo(f"{picture.graph.hidden} nodes are left out; draw them with --all", err=True)


@click.command()
@NAMES
@click.option("--output", "-o", metavar="FILE", default="-", help="Write it there instead of to standard output.")
@with_options
@click.pass_context
def export(ctx: click.Context, /, names: tuple[str, ...], output: str, **given: Any) -> None:
    """Write the page of one execution as one file of HTML that needs no server: a run outlives its retention.

    It has the sentence, where the time went, graph, timeline, input and result, the details of its tasks, and every
    event with every attribute (of very many, the newest ones).

    Example: simpleflow --db simpleflow.db workflow.export basic -o basic.html
    """
    from simpleflow.__about__ import __version__
    from simpleflow.web.assets import stylesheet
    from simpleflow.web.files import Picture
    from simpleflow.web.pages.execution import Shown
    from simpleflow.web.pages.exported import exported

    if len(names) == 2 and names[1].endswith(".html"):
        hint = f"name the file with -o: workflow.export {names[0]} -o FILE"
        raise CommandError(f"{names[1]!r} is no run id", hint, 2)
    run, events = _read(ctx, names, given)
    write(output, exported(Shown(Picture(run), events), stylesheet(), __version__))


def picture_of(
    ctx: click.Context, names: tuple[str, ...], given: dict[str, Any], *, most_nodes: int | None = 400
) -> Picture:
    """The picture of the execution that the positionals name, as it is now."""
    from simpleflow.web.files import Picture

    return Picture(_read(ctx, names, given)[0], most_nodes)


def _read(ctx: click.Context, names: tuple[str, ...], given: dict[str, Any]) -> tuple[Run, list[HistoryEvent]]:
    """The execution that the positionals name, as it is now, and its events."""
    from simpleflow.storage import StorageError, ValueStore
    from simpleflow.web.adapter import run_of
    from swf.lifecycle import fold

    store = ValueStore()

    def resolve(text: str | None) -> str | None:
        try:
            return store.resolve(text)
        except StorageError:  # a value that is not here is shown as its pointer
            return text

    where = place(ctx, **given)
    with found(where, names) as (report, detail):
        name = detail.execution_info.execution
        events = list(report.events(name))
        run = run_of(
            fold(events),
            domain=report.domain,
            workflow_id=name.workflow_id,
            run_id=name.run_id,
            now=time.time(),
            resolve=resolve,
        )
    return run, events


def write(path: str, text: str) -> None:
    """Writes a file; ``-`` is standard output."""
    if path == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}", "say another file", 1) from error
