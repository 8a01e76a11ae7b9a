"""Commands that wait for an execution: for its result, or to see how it gets on."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from simpleflow import format
from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.formats import json_text, printable
from simpleflow.cli.inspect import NAMES
from simpleflow.cli.places import Place, client_of, domain_and_execution, needs_service, place
from simpleflow.exceptions import ExecutionNotFound

if TYPE_CHECKING:
    from simpleflow.stats import Reader

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0


@click.command()
@NAMES
@click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Wait so long at most; else for ever.")
@with_options
@click.pass_context
def result(ctx: click.Context, /, names: tuple[str, ...], timeout: float | None, **given: Any) -> None:
    """Wait until the execution of WORKFLOW_ID, or the run RUN_ID, is closed and print its result as JSON.

    One that continues as new is followed. Exit code 1 if it does not complete, or not in time.

    Example: simpleflow --db simpleflow.db workflow.result basic --timeout 60
    """
    where = place(ctx, **given)
    with interruptible(where, names):
        click.echo(_result(where, names, timeout))


@click.command()
@NAMES
@with_options
@click.pass_context
def watch(ctx: click.Context, /, names: tuple[str, ...], **given: Any) -> int:
    """Show on standard error how the execution of WORKFLOW_ID, or the run RUN_ID, gets on until it is closed.

    Live on a terminal, lines elsewhere. Its last status is printed. Exit code 1 if that is not COMPLETED.

    Example: simpleflow --db simpleflow.db workflow.watch basic
    """
    from simpleflow.cli.progress import Watched
    from simpleflow.tally import Tally

    where = place(ctx, **given)
    tally = Tally()
    seen: dict[str, int] = {}
    with interruptible(where, names), contextlib.ExitStack() as stack:
        shown: Watched | None = None
        for look in looks(where, names, None):
            events = look.news(seen)
            tally.see((look.execution.workflow_id, look.execution.run_id), events)
            if shown is None:
                shown = stack.enter_context(Watched(look.execution.workflow_id, tally))
            shown.see(events)
            if not look.is_open:
                break
    click.echo(look.close_status)
    return 0 if look.close_status == "COMPLETED" else 1


def _result(where: Place, names: tuple[str, ...], timeout: float | None) -> str:
    """The result as JSON, as soon as there is one."""
    from simpleflow.exceptions import ExecutionFailed
    from simpleflow.storage import StorageError, ValueStore
    from simpleflow.swf import setup

    give_up_at = None if timeout is None else time.monotonic() + timeout
    for look in looks(where, names, give_up_at):
        if look.is_open:
            continue
        try:
            text = setup.result_of(look.reader.client, look.reader.domain, look.execution, ValueStore())
        except ExecutionFailed as failure:
            raise CommandError(f"{look.execution.workflow_id}: {failure}") from failure
        except StorageError as error:
            raise CommandError(f"the result of {look.execution.workflow_id} cannot be read: {error}") from error
        return _as_json(text)
    raise CommandError(f"{names[-1]} is still open after {timeout:g} s", "wait longer with --timeout SECONDS")


def _as_json(text: str | None) -> str:
    """A result as JSON: as it is, if it is JSON that a terminal can show."""
    value = format.decode(text)
    is_plain = text is not None and text.isprintable() and value != text
    return text if is_plain and text is not None else json_text(value)


class Look:
    """One look at an execution: the run it is in by now, and whether that is open."""

    def __init__(self, reader: Reader, detail: Any) -> None:
        self.reader = reader
        self._about = detail.execution_info
        self.execution = self._about.execution

    @property
    def is_open(self) -> bool:
        """Whether it still runs."""
        return self._about.close_status is None

    @property
    def close_status(self) -> str:
        """How it was closed."""
        return str(self._about.close_status)

    def news(self, seen: dict[str, int]) -> list[Any]:
        """The events since the last look; *seen* is the last event id of each run and is kept up to date."""
        last = seen.get(self.execution.run_id, 0)
        events: list[Any] = []
        for event in self.reader.events(self.execution, reverse=True):
            if event.id <= last:
                break
            events.append(event)
        events.reverse()
        if events:
            seen[self.execution.run_id] = events[-1].id
        return events


@contextlib.contextmanager
def interruptible(where: Place, names: tuple[str, ...]) -> Iterator[None]:
    """In the block, Ctrl-C says that the execution goes on without who waits for it."""
    _, workflow_id, run_id = domain_and_execution(where, names)
    try:
        yield
    except KeyboardInterrupt as interruption:
        name = printable(workflow_id if run_id is None else f"{workflow_id} {run_id}")
        click.echo(f"interrupted; execution {name} goes on, the same command waits for it again", err=True)
        raise click.exceptions.Exit(130) from interruption


def looks(where: Place, names: tuple[str, ...], give_up_at: float | None) -> Iterator[Look]:
    """Looks at the execution again and again, more and more seldom, until *give_up_at* (of the monotonic clock).

    A file that nobody serves is not held in between, so that somebody can begin to serve it.
    """
    from simpleflow import stats
    from simpleflow.swf import setup
    from swf.protocol.values import CloseStatus

    domain, workflow_id, run_id = domain_and_execution(where, names)
    address = needs_service(where)
    pause = FIRST_PAUSE_S
    with contextlib.ExitStack() as stack:
        kept = None if address.db is not None else stack.enter_context(client_of(address, to_write=False))
        while True:
            with client_of(address, to_write=False) if kept is None else contextlib.nullcontext(kept) as present:
                reader = stats.Reader(present, domain)
                try:
                    detail = reader.find(workflow_id, run_id)
                    while detail.execution_info.close_status is CloseStatus.CONTINUED_AS_NEW:
                        last = setup.last_run(present, domain, detail.execution_info.execution)
                        detail = reader.find(last.workflow_id, last.run_id)
                except ExecutionNotFound as error:
                    hint = f"list what is there with: simpleflow {where.options(domain)} workflow.list --status closed"
                    raise CommandError(str(error), hint) from error
                run_id = detail.execution_info.execution.run_id
                yield Look(reader, detail)
            left = LONGEST_PAUSE_S if give_up_at is None else give_up_at - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE_S)
