"""``standalone``: decider, workers and, on a file, the service in one command, until the execution is closed."""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.fleet import isolation_of, refuse_wrong_identity, with_isolation
from simpleflow.cli.inputs import no_arguments_of, read_input, read_tags, refuse_other_arguments, workflow_class
from simpleflow.cli.middlewares import checked, with_middlewares
from simpleflow.cli.places import DEFAULT_DB, needs_domain, place, served_or_opened
from simpleflow.cli.rerun import explained, pattern_of
from simpleflow.web.answers.viewers import Viewers

if TYPE_CHECKING:
    from simpleflow.cli.places import Place
    from simpleflow.rerunning import Earlier
    from simpleflow.service import Address
    from simpleflow.standalone import Session
    from swf.server import Service

log = logging.getLogger(__name__)


@click.command()
@click.argument("workflow")
@click.option("--workflow-id", help="The id; else the name of the workflow. An open one is resumed.")
@click.option("--new", "is_new", is_flag=True, help="Do not resume: start under a fresh id.")
@with_middlewares
@click.option("--execution-timeout", type=click.IntRange(min=1), help="Seconds until the execution times out.")
@click.option("--decision-tasks-timeout", type=click.IntRange(min=1), help="Seconds a decision may take.")
@click.option("--tags", metavar="TAG,TAG", help="At most five tags.")
@click.option("--input", "-i", metavar="JSON", help="A list of arguments, or an object with args and kwargs.")
@click.option("--input-file", metavar="FILE", help="A file that holds the input; '-' is standard input.")
@click.option("--repair", metavar="'WORKFLOW_ID [RUN_ID]'", help="Reuse what was completed in that execution.")
@click.option("--force-activities", metavar="REGEX", help="With --repair: do not reuse tasks with such ids.")
@click.option("--heartbeat", type=click.FloatRange(min=0), help="Seconds between heartbeats at most; 0: no more.")
@click.option("--nb-deciders", "-D", type=click.IntRange(min=1), help="One, the only number that it takes.")
@click.option("--nb-workers", "-W", type=click.IntRange(min=1), help="Activities that run at once; else one per core.")
@with_isolation
@click.option("--display-status", type=bool, default=True, help="Show how far it is.")
@with_options
@click.pass_context
def standalone(
    ctx: click.Context,
    /,
    workflow: str,
    workflow_id: str | None,
    is_new: bool,
    pre: tuple[str, ...],
    post: tuple[str, ...],
    execution_timeout: int | None,
    decision_tasks_timeout: int | None,
    tags: str | None,
    input: str | None,
    input_file: str | None,
    repair: str | None,
    force_activities: str | None,
    heartbeat: float | None,
    nb_deciders: int | None,
    nb_workers: int | None,
    isolation: str,
    max_tasks_per_child: int | None,
    max_memory_per_child: int | None,
    display_status: bool,
    **given: Any,
) -> int:
    """Run WORKFLOW (package.module.ClassName) to its end, durably.

    Without a service named, all lies in one file (simpleflow.db, or --db FILE). Killed, it goes on when it is started
    again. With --repair a task that was completed in an earlier execution is not run again if it is given the same;
    input and tags are those of the earlier one unless others are given.

    Example: simpleflow standalone examples.basic.BasicWorkflow --input '[1, 5]'
    """
    from simpleflow import format
    from simpleflow.swf.process.prints import part_output
    from simpleflow.swf.process.worker import BEAT_S

    where = place(ctx, **given)
    if force_activities is not None and repair is None:
        raise CommandError("--force-activities goes with --repair", exit_code=2)
    force = pattern_of(force_activities)
    if nb_deciders is not None and nb_deciders > 1:
        raise CommandError(
            f"--nb-deciders {nb_deciders}: standalone decides in one thread, where its one execution is warm",
            "leave it out; for more deciders run decider.start -N, and worker.start beside it",
            2,
        )
    place_of_activities = isolation_of(isolation, max_tasks_per_child, max_memory_per_child)
    refuse_wrong_identity()
    if where.address is None:
        where = place(ctx, **given | {"db": DEFAULT_DB})
    domain = needs_domain(where)
    found = workflow_class(workflow)
    value = read_input(input, input_file) if input is not None or input_file is not None else None
    if value is not None:
        refuse_other_arguments(found, value)
    text = None if value is None else format.encode(value)
    sys.setswitchinterval(0.0005)  # a commit lets go of the interpreter and must get it back soon
    assert where.address is not None
    options = {
        "workers": nb_workers or os.cpu_count() or 1,
        "middlewares": checked(pre, post),
        "beat_s": BEAT_S if heartbeat is None else heartbeat,
        "isolation": place_of_activities,
    }
    if isolation == "thread":
        part_output()
    _stop_as_by_ctrl_c()
    with _session(where.address, domain, found, options) as (session, looks):
        chosen_tags = read_tags(tags)
        if repair is not None:
            earlier = _earlier(where, domain, session, repair, value, force)
            text, chosen_tags = earlier.input, chosen_tags or earlier.tags
        with _faults(f"cannot start {found.name}"):
            began = session.begin(
                workflow_id or found.name,
                text,
                is_new=is_new,
                tags=chosen_tags,
                execution_timeout=str(execution_timeout) if execution_timeout else None,
                decision_timeout=str(decision_tasks_timeout) if decision_tasks_timeout else None,
            )
        hint = (
            f"look at it with: simpleflow {where.options(domain)} web; "
            f"go on with what was completed: --repair {shlex.quote(began.execution.workflow_id)}"
        )
        return _run(session, began, workflow, looks, hint, display_status=display_status)


def _stop_as_by_ctrl_c() -> None:
    """Has SIGTERM, as service managers send it, end the command in the same way."""
    import signal

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def _earlier(
    where: Place, domain: str, session: Session, repair: str, input: dict[str, Any] | None, force: Any
) -> Earlier:
    """The execution that is to be repaired."""
    from simpleflow import rerunning

    names = repair.split()
    if not 1 <= len(names) <= 2:
        raise CommandError(f"--repair {repair!r} names no execution", "write it as 'WORKFLOW_ID [RUN_ID]'", 2)
    with explained(where, domain):
        if len(names) == 1:
            names += rerunning.source_of_open(session.reader, names[0])
        earlier = rerunning.read(
            session.reader,
            names[0],
            urllib.parse.unquote(names[1]) if len(names) > 1 else None,
            input=input,
            force=force,
        )
    click.echo(f"{earlier.reused} results of {earlier.about.execution.run_id} are reused", err=True)
    return earlier


@contextlib.contextmanager
def _session(address: Address, domain: str, workflow: Any, options: dict[str, Any]) -> Iterator[tuple[Session, Looks]]:
    """A session on the service, which is opened in this process if it is a file that nobody serves."""
    from simpleflow import completion, service
    from simpleflow.standalone import Session
    from swf.clients import RetryingClient
    from swf.server.inprocess import InProcessClient

    completion.tell(address)
    about: dict[str, Any] = {"modules": [workflow.__module__], "keeps_values": address.is_here, **options}
    with contextlib.ExitStack() as stack:
        if address.db is not None:
            found = stack.enter_context(served_or_opened(Path(address.db), to_write=True))
            if not isinstance(found, str):
                looks = stack.enter_context(_door(found, domain))
                yield Session(lambda: InProcessClient(found), domain, workflow, service=found, **about), looks
                return
        service.client_of(address)  # what is wrong with it is said now
        session = Session(lambda: RetryingClient(service.client_of(address)), domain, workflow, **about)
        yield session, Looks()


class Looks:
    """Those who look at the execution in a browser, if it has pages here."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        """Set when the execution has begun: then it is told where its pages are."""
        self.viewers = Viewers()


@contextlib.contextmanager
def _door(service: Service, domain: str) -> Iterator[Looks]:
    """Opens the door of the service beside what is done in the block, for commands and browsers."""
    looks, is_over = Looks(), threading.Event()
    begun = looks.begun
    opened: list[Any] = []

    def open_door() -> None:
        from simpleflow.cli.pages import beside
        from simpleflow.web.urls import segment
        from swf.server.http import Door, DoorError

        try:
            door = Door(service, pages=beside(service.path, viewers=looks.viewers))
        except DoorError as error:
            log.warning("other processes cannot look into %s meanwhile: %s", service.path, error)
            return
        door.open()
        opened.append(door)
        service.announce(door.url)
        begun.wait()
        if not is_over.is_set():
            click.echo(f"pages: {door.url}/{segment(domain)}/", err=True)

    opening = threading.Thread(target=open_door, name="door", daemon=True)
    opening.start()
    try:
        yield looks
    finally:
        if not begun.is_set():
            is_over.set()
            begun.set()
        opening.join()
        for door in opened:
            door.close()


def _run(session: Session, began: Any, path: str, looks: Looks, hint: str, *, display_status: bool) -> int:
    """Runs the session and prints what came out, the *hint* if it is a failure; the exit code.

    Open pages see the end before there are none.
    """
    from simpleflow.cli.progress import Progress
    from simpleflow.cli.start import explain
    from simpleflow.exceptions import ExecutionFailed, NonDeterminismError
    from simpleflow.workflows import UnknownWorkflow

    ids = f"{began.execution.workflow_id} {began.execution.run_id}"
    click.echo(
        f"{'resuming' if began.is_resumed else 'starting workflow'} {ids if began.is_resumed else path}", err=True
    )
    click.echo(ids)
    sys.stdout.flush()
    looks.begun.set()
    shown: Any = Progress(began.execution.workflow_id, session.tally) if display_status else contextlib.nullcontext()
    try:
        with shown:
            result = session.run()
    except KeyboardInterrupt:
        click.echo(f"interrupted; execution {ids} stays open, the same command resumes it", err=True)
        return 130
    except (NonDeterminismError, UnknownWorkflow) as error:
        raise CommandError(
            str(error), f"execution {ids} stays open; with fixed code the same command resumes it"
        ) from error
    except ExecutionFailed as failure:
        click.echo(f"execution {ids} finished: {session.tally}", err=True)
        explain(failure)
        looks.viewers.wait(began.execution.workflow_id)
        raise CommandError(f"{began.execution.workflow_id}: {failure}", hint) from failure
    click.echo(f"execution {ids} finished: {session.tally}", err=True)
    sys.stdout.flush()
    click.echo(result if result is not None else "null")
    sys.stdout.flush()
    looks.viewers.wait(began.execution.workflow_id)
    return 0


@contextlib.contextmanager
def _faults(what: str) -> Iterator[None]:
    from simpleflow.signatures import ArgumentsError
    from simpleflow.standalone import OtherInput
    from swf.protocol.faults import Fault

    try:
        yield
    except ArgumentsError as error:
        raise no_arguments_of(error) from error
    except OtherInput as error:
        raise CommandError(
            str(error), "give no input or the same to resume it, or start a new one with --new", 2
        ) from error
    except Fault as fault:
        raise CommandError(f"{what}: {fault.code}: {fault}") from fault
