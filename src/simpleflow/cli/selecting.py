"""One execution by its name, or many by what they are: for commands that change them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import click

from simpleflow.cli.app import CommandError
from simpleflow.cli.formats import printable
from simpleflow.cli.inspect import execution_of
from simpleflow.cli.lists import days_ago, executions
from simpleflow.cli.places import Place, client_of, domain_and_execution, needs_domain, needs_service

NAMES: Final = click.argument("names", nargs=-1, metavar="[DOMAIN] [WORKFLOW_ID [RUN_ID]]")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The many that are meant; nothing but what is given. *is_asked*: a question is put first."""

    type: str | None
    type_version: str | None
    tag: str | None
    status: str | None
    started_since: float | None
    started_before: float | None
    every: bool
    is_dry: bool
    is_asked: bool

    @property
    def is_given(self) -> bool:
        """Whether many are meant."""
        conditions = (self.type, self.tag, self.status, self.started_since, self.started_before)
        return self.every or any(each is not None for each in conditions)


def with_selection(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that choose many executions, as the keyword *chosen*."""
    options = (
        click.option("--type", metavar="NAME", help="Many: those of this workflow type."),
        click.option("--type-version", metavar="VERSION", help="Of that type, those of this version."),
        click.option("--tag", help="Many: those with this tag."),
        click.option("--status", type=click.Choice(["open", "cancel-requested"]),
                     help="Many: all open ones, or those that were asked to cancel."),
        click.option("--started-since", type=click.FloatRange(min=0), metavar="DAYS",
                     help="Many: started in the last so many days."),
        click.option("--started-before", type=click.FloatRange(min=0), metavar="DAYS",
                     help="Many: started so many days ago or earlier."),
        click.option("--all", "every", is_flag=True, help="Many: all open ones of the domain."),
        click.option("--dry-run", "is_dry", is_flag=True, help="Only print which ones."),
        click.option("--yes", "-y", is_flag=True, help="Do not ask."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def chosen_of(given: dict[str, Any]) -> Chosen:
    """Takes the options that choose out of those that were given."""
    names = ("type", "type_version", "tag", "status", "started_since", "started_before", "every", "is_dry")
    chosen = Chosen(**{name: given.pop(name) for name in names}, is_asked=not given.pop("yes"))
    if chosen.type_version is not None and chosen.type is None:
        raise CommandError("--type-version needs --type", exit_code=2)
    return chosen


def apply(where: Place, names: tuple[str, ...], chosen: Chosen, verb: str, act: Callable[[Any, str, Any], None]) -> int:
    """Does something to the execution that is named, or to all that are chosen; the exit code.

    *act* gets the client, the domain and the execution (workflow id and run id); it may raise Fault. Of many, their
    ids are printed as it is done, and one that cannot be done does not stop the others.
    """
    if names and not (where.is_positional and len(names) == 1 and chosen.is_given):
        if chosen.is_given:
            raise CommandError("one execution is named, and many are chosen", "give either names or conditions", 2)
        _apply_to_one(where, names, chosen, verb, act)
        return 0
    if not chosen.is_given:
        raise CommandError(
            f"nothing to {verb} is named", "name WORKFLOW_ID [RUN_ID], or choose many by --type, --tag, --all ...", 2
        )
    return _apply_to_many(where, names[0] if names else needs_domain(where), chosen, verb, act)


def _apply_to_one(
    where: Place, names: tuple[str, ...], chosen: Chosen, verb: str, act: Callable[[Any, str, Any], None]
) -> None:
    from swf.protocol.faults import UnknownResourceFault

    domain, workflow_id, run_id = domain_and_execution(where, names)
    with execution_of(where, domain, workflow_id, run_id, to_write=not chosen.is_dry) as (report, detail):
        execution = detail.execution_info.execution
        ids = f"{execution.workflow_id} {execution.run_id}"
        if detail.execution_info.close_status is not None:
            raise CommandError(f"cannot {verb} {ids}: it is closed ({detail.execution_info.close_status})")
        if chosen.is_dry:
            click.echo(ids)
            return
        try:
            act(report.client, domain, execution)
        except UnknownResourceFault as fault:
            raise CommandError(f"cannot {verb} {ids}: it is closed") from fault


def _apply_to_many(where: Place, domain: str, chosen: Chosen, verb: str, act: Callable[[Any, str, Any], None]) -> int:
    from simpleflow import stats
    from swf.protocol.faults import Fault

    wanted = stats.Wanted(
        is_open=True,
        since=0.0 if chosen.started_since is None else days_ago(chosen.started_since),
        until=None if chosen.started_before is None else days_ago(chosen.started_before),
        tag=chosen.tag,
        type_name=chosen.type,
        type_version=chosen.type_version,
        cancel_requested=True if chosen.status == "cancel-requested" else None,
    )
    address = needs_service(where)
    with client_of(address, to_write=False) as client:
        found = [about.execution for about in executions(stats.Reader(client, domain), wanted)]
    if not found:
        click.echo(f"no open execution fits; nothing to {verb}", err=True)
        return 0
    if not chosen.is_dry and chosen.is_asked:
        _ask(f"{verb} {len(found)} {'execution' if len(found) == 1 else 'executions'} in domain {domain}?")
    code = 0
    with client_of(address, to_write=not chosen.is_dry) as client:
        for execution in found:
            if not chosen.is_dry:
                try:
                    act(client, domain, execution)
                except Fault as fault:
                    click.echo(f"cannot {verb} {printable(execution.workflow_id)}: {fault.code}: {fault}", err=True)
                    code = 1
                    continue
            click.echo(f"{printable(execution.workflow_id)} {execution.run_id}")
    return code


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise CommandError(f"{question} there is nobody to answer", "say --yes to do it, --dry-run to see which", 2)
    if not click.confirm(question, err=True):
        raise CommandError("nothing was done")
