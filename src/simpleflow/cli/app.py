"""The command group: commands are imported when they are called, options stand before or after them."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any, Final

import click
from click.shell_completion import CompletionItem

from simpleflow.__about__ import __version__

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "activity.complete": ("simpleflow.cli.activities:complete", "Complete an activity task by its token."),
    "activity.fail": ("simpleflow.cli.activities:fail", "Fail an activity task by its token."),
    "activity.rerun": ("simpleflow.cli.activities:rerun", "Run an activity of a history once more, here."),
    "binaries.download": ("simpleflow.cli.binaries:download", "Fetch programs from S3 that activities need."),
    "completion": ("simpleflow.cli.completion:completion", "Print the script by which a shell completes commands."),
    "decider.start": ("simpleflow.cli.processes:decider", "Run deciders of workflows until told to stop."),
    "domain.deprecate": ("simpleflow.cli.registering:deprecate_domain", "Deprecate a domain and all types in it."),
    "domain.list": ("simpleflow.cli.registering:list_domains", "List domains."),
    "domain.register": ("simpleflow.cli.registering:register_domain", "Register a domain."),
    "domain.undeprecate": ("simpleflow.cli.registering:undeprecate_domain", "Make a deprecated domain usable again."),
    "history.export": ("simpleflow.cli.histories:export", "Write the history of one execution as JSON."),
    "info": ("simpleflow.cli.about:info", "Show versions, settings, environment, and which service is meant."),
    "server.backup": ("simpleflow.cli.files:backup", "Copy a file of the embedded service, whoever uses it."),
    "server.check": ("simpleflow.cli.files:check", "Check a file of the embedded service."),
    "server.start": ("simpleflow.cli.processes:server", "Run the embedded service on a file, for any AWS client."),
    "standalone": ("simpleflow.cli.standalone:standalone", "Run a workflow to its end, with all it needs."),
    "task.info": ("simpleflow.cli.inspect:task_info", "Show one task of an execution."),
    "type.deprecate": ("simpleflow.cli.registering:deprecate_type", "Deprecate an activity or workflow type."),
    "type.list": ("simpleflow.cli.registering:list_types", "List activity and workflow types."),
    "type.register": ("simpleflow.cli.registering:register_type", "Register an activity or workflow type."),
    "type.undeprecate": ("simpleflow.cli.registering:undeprecate_type", "Make a deprecated type usable again."),
    "web": ("simpleflow.cli.pages:web", "Show executions in a browser, of any service."),
    "worker.start": ("simpleflow.cli.processes:worker", "Run workers of activities until told to stop."),
    "workflow.cancel": ("simpleflow.cli.change:cancel", "Ask one execution, or many, to cancel."),
    "workflow.export": ("simpleflow.cli.pictures:export", "Write the page of one execution as one file."),
    "workflow.filter": ("simpleflow.cli.lists:filter_", "List executions in detail, by what they are."),
    "workflow.graph": ("simpleflow.cli.pictures:graph", "Draw what follows what: Mermaid, DOT, SVG."),
    "workflow.history": ("simpleflow.cli.histories:history", "Show the events of one execution."),
    "workflow.info": ("simpleflow.cli.inspect:info", "Show one execution."),
    "workflow.list": ("simpleflow.cli.lists:list_", "List executions."),
    "workflow.profile": ("simpleflow.cli.inspect:profile", "Show how long the tasks of one execution took."),
    "workflow.query": ("simpleflow.cli.asking:query", "Ask one execution what its workflow says about itself."),
    "workflow.replay": ("simpleflow.cli.replaying:replay", "Compare the code of today with a history."),
    "workflow.rerun": ("simpleflow.cli.rerun:rerun", "Start an execution again that reuses what was completed."),
    "workflow.restart": ("simpleflow.cli.change:restart", "Terminate one execution and start it anew."),
    "workflow.result": ("simpleflow.cli.waiting:result", "Wait for one execution and print its result."),
    "workflow.signal": ("simpleflow.cli.change:signal", "Send a signal to one execution, or to many."),
    "workflow.start": ("simpleflow.cli.start:start", "Run a workflow here (--local), or start its execution."),
    "workflow.tasks": ("simpleflow.cli.inspect:tasks", "List the tasks of one execution."),
    "workflow.terminate": ("simpleflow.cli.change:terminate", "Terminate one execution, or many."),
    "workflow.timeline": ("simpleflow.cli.pictures:timeline", "Draw what happened when: text, SVG, a page."),
    "workflow.watch": ("simpleflow.cli.waiting:watch", "Show how one execution gets on until it is closed."),
}
"""Each command, where it is, and what it does in one line."""

FORMATS: Final = ("tabular", "csv", "tsv", "human", "json", "prettyjson")


class CommandError(click.ClickException):
    """Something that ends a command: one line that says what, and a hint what to do."""

    def __init__(self, message: str, hint: str | None = None, exit_code: int = 1) -> None:
        super().__init__(message)
        self.hint = hint
        self.code = exit_code


class PipeClosed(Exception):
    """Whoever read standard output has gone. (Of a BrokenPipeError click would make exit code 1.)"""


class Commands(click.Group):
    """A group whose commands are not imported before they are needed."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise PipeClosed from error

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(info_name, args, *rest, **extra)
        except BrokenPipeError as error:  # help is printed already here
            raise PipeClosed from error

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without arguments: the help, on standard error. (Click makes an error of it whose message is the page.)"""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands by the table, so that completing them imports none."""
        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return [CompletionItem(name, help=line) for name, (_, line) in COMMANDS.items() if name.startswith(incomplete)]

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS:
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=1, cutoff=0.4)
            hint = f"did you mean {close[0]}?" if close else "list the commands with: simpleflow --help"
            raise CommandError(f"there is no command {args[0]!r}", hint, 2)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by their lines in the table: help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


DOMAIN_HELP: Final = "The domain (or set SWF_DOMAIN; with --db else 'default'). Alone: Amazon SWF."
COLORS: Final = ("auto", "always", "never")
OPTIONS: Final = (
    click.option("--db", metavar="FILE", help="The embedded service on this file (or set SIMPLEFLOW_DB)."),
    click.option("--endpoint-url", metavar="URL", help="The service there (or set AWS_ENDPOINT_URL_SWF)."),
    click.option("--region", metavar="NAME", help="The region (or set AWS_DEFAULT_REGION)."),
    click.option(
        "--format", "format_", type=click.Choice(FORMATS), help="How tables are printed (or set SIMPLEFLOW_FORMAT)."
    ),
    click.option("--header/--no-header", "header", default=None, help="Print the names of the columns."),
    click.option(
        "--local-time/--utc", "local_time", default=None, help="Show times of tables in the time zone of this machine."
    ),
    click.option("--color", type=click.Choice(COLORS), help="Colours of logs and titles; auto: on a terminal."),
)
"""Options that stand before the command or after it."""


def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that every command takes."""
    return _adding(function, "-d", "--domain")


def with_options_but_d(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same for commands in which ``-d`` is another option."""
    return _adding(function, "--domain")


def _adding(function: Callable[..., Any], *domain: str) -> Callable[..., Any]:
    for option in reversed((click.option(*domain, "domain", metavar="NAME", help=DOMAIN_HELP), *OPTIONS)):
        function = option(function)
    return function


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@with_options
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, /, **given: Any) -> None:
    """Durable dataflow workflows: here, on one SQLite file, or on Amazon SWF.

    Example: simpleflow standalone examples.basic.BasicWorkflow --input '[1, 5]'
    """
    ctx.obj = given


def run(arguments: list[str] | None = None) -> int:
    """Runs the command line; the exit code is 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    import traceback

    from simpleflow.cli import streams
    from simpleflow.log import setup_logging
    from simpleflow.settings import base, files

    streams.prepare()
    is_debugging = os.environ.get("LOG_LEVEL", "").upper() == "DEBUG"
    files.forget()
    try:
        setup_logging()
        code = cli.main(arguments, prog_name="simpleflow", standalone_mode=False)
    except click.exceptions.Abort:
        return 130
    except KeyboardInterrupt:
        return 130
    except click.ClickException as error:
        if is_debugging:
            traceback.print_exc()
        say(error.format_message(), hint_of(error))
        return error.code if isinstance(error, CommandError) else error.exit_code
    except files.FileError as error:
        say(str(error), error.hint)
        return 2
    except base.SettingError as error:
        say(str(error), "see what is set, and where, with: simpleflow info settings")
        return 2
    except PipeClosed:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  # the last resort: one line, and the traceback for who asks for it
        if is_debugging:
            traceback.print_exc()
        say(*explained(error))
        return 1
    return code if isinstance(code, int) else 0


def explained(error: Exception) -> tuple[str, str]:
    """What went wrong and what to do about it."""
    from swf.exceptions import ConfigurationError, Unreachable
    from swf.protocol.faults import Fault

    match error:
        case Unreachable():
            return str(error), "is the service running there? one on a file is started with: simpleflow server.start"
        case ConfigurationError():
            return str(error), "Amazon SWF needs a region and credentials as boto3 finds them; --db FILE needs neither"
        case Fault():
            return f"{error.code}: {error}", "the service has refused the call"
        case OSError(errno=errno.ENOSPC):
            where = f" for {error.filename}" if error.filename else ", for what is printed or for a file"
            return f"no space is left{where}", "make room and say the command again; what was accepted is kept"
    return f"{type(error).__name__}: {error}", "see the traceback with LOG_LEVEL=DEBUG"


def hint_of(error: click.ClickException) -> str | None:
    """What to do about it."""
    if isinstance(error, CommandError):
        return error.hint
    if isinstance(error, click.UsageError) and error.ctx is not None:
        see = f"see: {error.ctx.command_path} --help"
        if isinstance(error, click.NoSuchOption) and not error.option_name.startswith("--"):
            return f"{see}; names that begin with - stand behind --"
        return see
    return None


def say(message: str, hint: str | None = None) -> None:
    """Prints an error to standard error, in a line; what others have written can do nothing to the terminal."""
    from simpleflow.cli.formats import printable

    click.echo(f"simpleflow: error: {printable(message)}", err=True)
    if hint:
        click.echo(f"Hint: {printable(hint)}", err=True)
