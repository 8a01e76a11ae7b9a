"""Commands for domains and types."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import click

from simpleflow.cli.app import CommandError, with_options
from simpleflow.cli.inspect import show
from simpleflow.cli.lists import domain_of
from simpleflow.cli.places import Place, client_of, domain_and_names, needs_domain, needs_service, place

DOMAINS: Final = ("Name", "Status", "Description")
TYPES: Final = ("Kind", "Name", "Version", "Status", "Creation Date", "Deprecation Date", "Description")
KINDS: Final = ("activity", "workflow")
STATUS: Final = click.option(
    "--status",
    "-s",
    type=click.Choice(["registered", "deprecated"], case_sensitive=False),
    default="registered",
    help="Which ones.",
)
KIND: Final = click.argument("kind", type=click.Choice(KINDS))
TYPE_NAMES: Final = click.argument("names", nargs=-1, required=True, metavar="[DOMAIN] NAME VERSION")
POLICIES: Final = ("TERMINATE", "REQUEST_CANCEL", "ABANDON")


@click.command()
@STATUS
@with_options
@click.pass_context
def list_domains(ctx: click.Context, /, status: str, **given: Any) -> None:
    """List the domains of the service.

    Example: simpleflow --db simpleflow.db --header domain.list
    """
    from swf.protocol.operations import ListDomains
    from swf.protocol.values import RegistrationStatus

    where = place(ctx, **given)
    with client_of(needs_service(where), to_write=False) as client:
        infos = _pages(client, ListDomains(registration_status=RegistrationStatus(status.upper())), "domain_infos")
        show(where, DOMAINS, ((each.name, str(each.status), each.description) for each in infos))


@click.command()
@click.argument("name", required=False)
@click.option(
    "--retention", default="30", metavar="DAYS", help="How long closed executions are kept: 0 to 90; NONE: not at all."
)
@click.option("--description", help="What it is for.")
@with_options
@click.pass_context
def register_domain(
    ctx: click.Context, /, name: str | None, retention: str, description: str | None, **given: Any
) -> None:
    """Register the domain NAME (or --domain).

    Example: simpleflow --db simpleflow.db domain.register shop --retention 7
    """
    from swf.protocol.operations import RegisterDomain

    where, name = _domain_named(ctx, name, given)
    request = RegisterDomain(name=name, workflow_execution_retention_period_in_days=retention, description=description)
    _change(where, f"register the domain {name!r}", request)


@click.command()
@click.argument("name", required=False)
@with_options
@click.pass_context
def deprecate_domain(ctx: click.Context, /, name: str | None, **given: Any) -> None:
    """Deprecate the domain NAME (or --domain) and all types in it; executions go on.

    Example: simpleflow --db simpleflow.db domain.deprecate shop
    """
    from swf.protocol.operations import DeprecateDomain

    where, name = _domain_named(ctx, name, given)
    _change(where, f"deprecate the domain {name!r}", DeprecateDomain(name=name))


@click.command()
@click.argument("name", required=False)
@with_options
@click.pass_context
def undeprecate_domain(ctx: click.Context, /, name: str | None, **given: Any) -> None:
    """Make the deprecated domain NAME (or --domain) usable again; its types stay as they are.

    Example: simpleflow --db simpleflow.db domain.undeprecate shop
    """
    from swf.protocol.operations import UndeprecateDomain

    where, name = _domain_named(ctx, name, given)
    _change(where, f"undeprecate the domain {name!r}", UndeprecateDomain(name=name))


@click.command()
@click.argument("names", nargs=-1, metavar="[DOMAIN]")
@click.option("--kind", type=click.Choice(KINDS), help="Of this kind alone.")
@click.option("--name", metavar="NAME", help="Of this name alone.")
@STATUS
@with_options
@click.pass_context
def list_types(
    ctx: click.Context, /, names: tuple[str, ...], kind: str | None, name: str | None, status: str, **given: Any
) -> None:
    """List the activity types and the workflow types of a domain.

    Example: simpleflow --db simpleflow.db --header type.list --kind workflow
    """
    from swf.protocol.faults import UnknownResourceFault

    where = place(ctx, **given)
    domain = domain_of(where, names)
    with client_of(needs_service(where), to_write=False) as client:
        try:
            show(where, TYPES, _types(client, domain, KINDS if kind is None else (kind,), name, status))
        except UnknownResourceFault as fault:
            raise CommandError(f"{fault}.", "list domains with: simpleflow domain.list") from fault


def _types(
    client: Any, domain: str, kinds: tuple[str, ...], name: str | None, status: str
) -> Iterator[tuple[Any, ...]]:
    from swf.protocol.operations import ListActivityTypes, ListWorkflowTypes
    from swf.protocol.values import RegistrationStatus
    from swf.utils import moment_of

    for kind in kinds:
        operation = ListActivityTypes if kind == "activity" else ListWorkflowTypes
        request = operation(domain=domain, registration_status=RegistrationStatus(status.upper()), name=name)
        for each in _pages(client, request, "type_infos"):
            type = getattr(each, f"{kind}_type")
            ended = None if each.deprecation_date is None else moment_of(each.deprecation_date)
            began = moment_of(each.creation_date)
            yield kind, type.name, type.version, str(each.status), began, ended, each.description


@click.command()
@KIND
@TYPE_NAMES
@click.option("--description", help="What it is for.")
@click.option("--task-list", metavar="NAME", help="The default task list.")
@click.option("--task-priority", type=int, help="The default priority.")
@click.option("--start-to-close", metavar="SECONDS", help="Default timeout of an activity, or of a decision; or NONE.")
@click.option("--schedule-to-start", metavar="SECONDS", help="Of an activity: default time in its list; or NONE.")
@click.option("--schedule-to-close", metavar="SECONDS", help="Of an activity: default time in all; or NONE.")
@click.option("--heartbeat", metavar="SECONDS", help="Of an activity: default time between heartbeats; or NONE.")
@click.option("--execution-timeout", metavar="SECONDS", help="Of a workflow: default time in all.")
@click.option(
    "--child-policy", type=click.Choice(POLICIES, case_sensitive=False), help="Of a workflow: what becomes of children."
)
@click.option("--lambda-role", metavar="ARN", help="Of a workflow: the role for Lambda functions.")
@with_options
@click.pass_context
def register_type(
    ctx: click.Context,
    /,
    kind: str,
    names: tuple[str, ...],
    description: str | None,
    task_list: str | None,
    task_priority: int | None,
    start_to_close: str | None,
    schedule_to_start: str | None,
    schedule_to_close: str | None,
    heartbeat: str | None,
    execution_timeout: str | None,
    child_policy: str | None,
    lambda_role: str | None,
    **given: Any,
) -> None:
    """Register the activity type or workflow type NAME, VERSION, with its defaults.

    Deciders register what they need by themselves.

    Example: simpleflow --db simpleflow.db type.register activity charge 1 --task-list cards --start-to-close 60
    """
    from swf.protocol.operations import RegisterActivityType, RegisterWorkflowType
    from swf.protocol.values import ChildPolicy, TaskList

    where = place(ctx, **given)
    domain, (name, version) = domain_and_names(where, names, ("NAME", "VERSION"), least=2)
    common: dict[str, Any] = {
        "domain": domain,
        "name": name,
        "version": version,
        "description": description,
        "default_task_list": None if task_list is None else TaskList(name=task_list),
        "default_task_priority": None if task_priority is None else str(task_priority),
        "default_task_start_to_close_timeout": start_to_close,
    }
    of_activity: dict[str, Any] = {
        "default_task_schedule_to_start_timeout": schedule_to_start,
        "default_task_schedule_to_close_timeout": schedule_to_close,
        "default_task_heartbeat_timeout": heartbeat,
    }
    of_workflow: dict[str, Any] = {
        "default_execution_start_to_close_timeout": execution_timeout,
        "default_child_policy": None if child_policy is None else ChildPolicy(child_policy.upper()),
        "default_lambda_role": lambda_role,
    }
    mine, others = (of_activity, of_workflow) if kind == "activity" else (of_workflow, of_activity)
    strange = [option for option, value in others.items() if value is not None]
    if strange:
        words = ", ".join(option.removeprefix("default_").replace("_", " ") for option in strange)
        raise CommandError(f"{words}: not for a type of kind {kind}", "see: simpleflow type.register --help", 2)
    request: Any = (RegisterActivityType if kind == "activity" else RegisterWorkflowType)(**common, **mine)
    if domain == "default" and where.address is not None and where.address.db is not None:
        _have_domain(where, domain)
    _change(where, f"register the {kind} type {name!r} {version!r}", request)


def _have_domain(where: Place, domain: str) -> None:
    """The domain of a file where none is named exists when it is used first."""
    from swf.protocol.faults import DomainAlreadyExistsFault
    from swf.protocol.operations import RegisterDomain

    with client_of(needs_service(where), to_write=True) as client:
        try:
            client.call(RegisterDomain(name=domain, workflow_execution_retention_period_in_days="30"))
        except DomainAlreadyExistsFault:
            pass


@click.command()
@KIND
@TYPE_NAMES
@with_options
@click.pass_context
def deprecate_type(ctx: click.Context, /, kind: str, names: tuple[str, ...], **given: Any) -> None:
    """Deprecate the activity type or workflow type NAME, VERSION: nothing new is started of it.

    Example: simpleflow --db simpleflow.db type.deprecate workflow basic example
    """
    from swf.protocol.operations import DeprecateActivityType, DeprecateWorkflowType

    _change_type(ctx, "deprecate", kind, names, given, DeprecateActivityType, DeprecateWorkflowType)


@click.command()
@KIND
@TYPE_NAMES
@with_options
@click.pass_context
def undeprecate_type(ctx: click.Context, /, kind: str, names: tuple[str, ...], **given: Any) -> None:
    """Make the deprecated activity type or workflow type NAME, VERSION usable again.

    Example: simpleflow --db simpleflow.db type.undeprecate workflow basic example
    """
    from swf.protocol.operations import UndeprecateActivityType, UndeprecateWorkflowType

    _change_type(ctx, "undeprecate", kind, names, given, UndeprecateActivityType, UndeprecateWorkflowType)


def _change_type(
    ctx: click.Context,
    verb: str,
    kind: str,
    names: tuple[str, ...],
    given: dict[str, Any],
    of_activity: type[Any],
    of_workflow: type[Any],
) -> None:
    from swf.protocol.values import ActivityType, WorkflowType

    where = place(ctx, **given)
    domain, (name, version) = domain_and_names(where, names, ("NAME", "VERSION"), least=2)
    if kind == "activity":
        request = of_activity(domain=domain, activity_type=ActivityType(name=name, version=version))
    else:
        request = of_workflow(domain=domain, workflow_type=WorkflowType(name=name, version=version))
    _change(where, f"{verb} the {kind} type {name!r} {version!r}", request)


def _domain_named(ctx: click.Context, name: str | None, given: dict[str, Any]) -> tuple[Place, str]:
    where = place(ctx, **given)
    needs_service(where)
    return where, name if name is not None else needs_domain(where)


def _change(where: Place, what: str, request: Any) -> None:
    with _faults(what), client_of(needs_service(where), to_write=True) as client:
        client.call(request)


@contextlib.contextmanager
def _faults(what: str) -> Iterator[None]:
    from swf.protocol.faults import Fault

    try:
        yield
    except Fault as fault:
        raise CommandError(f"cannot {what}: {fault.code}: {fault}") from fault


def _pages(client: Any, request: Any, member: str) -> Iterator[Any]:
    """The items of all pages, as they are taken."""
    import msgspec

    while True:
        page = client.call(request)
        yield from getattr(page, member)
        if page.next_page_token is None:
            return
        request = msgspec.structs.replace(request, next_page_token=page.next_page_token)
