"""Writes the reference of the command line, ``docs/commands.md``, from the commands themselves.

``python -m tools.commands`` writes it; a test compares.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, Final

import click

from simpleflow.cli.app import COMMANDS, OPTIONS, cli

ROOT: Final = Path(__file__).resolve().parents[1]
DOCUMENT: Final = ROOT / "docs" / "commands.md"
COMMON: Final = {"domain", "db", "endpoint_url", "region", "format_", "header", "local_time", "color"}
GROUPS: Final = {
    "Run workflows": ("workflow.start", "standalone", "decider.start", "worker.start"),
    "See executions": (
        "workflow.list", "workflow.filter", "workflow.info", "workflow.tasks", "workflow.profile", "task.info",
        "workflow.history", "workflow.timeline", "workflow.graph", "workflow.export", "workflow.watch",
        "workflow.result", "workflow.query", "web",
    ),
    "Change executions": (
        "workflow.signal", "workflow.cancel", "workflow.terminate", "workflow.restart", "workflow.rerun",
    ),
    "Look after code": ("workflow.replay", "history.export", "activity.rerun"),
    "Serve activities": ("activity.complete", "activity.fail", "binaries.download"),
    "Domains and types": (
        "domain.list", "domain.register", "domain.deprecate", "domain.undeprecate",
        "type.list", "type.register", "type.deprecate", "type.undeprecate",
    ),
    "The embedded service": ("server.start", "server.check", "server.backup"),
    "About the command itself": ("info", "completion"),
}  # fmt: skip
HEAD: Final = """\
# The command line

`simpleflow COMMAND [OPTIONS] [NAMES]`. This page is made from the commands themselves (`python -m tools.commands`);
`simpleflow COMMAND --help` says the same.

* Data goes to standard output, all else to standard error. Exit codes: 0 done; 1 failed, not found, or the workflow
  has failed; 2 wrong usage; 130 interrupted. An error is a line and a hint; `LOG_LEVEL=DEBUG` adds the traceback.
* Options that all commands share stand before or after the command.
* The domain is `--domain`, or the first of the names (`workflow.info TestDomain basic`), or `SWF_DOMAIN`; with
  `--db` it is `default` unless `--domain` says another. Which service: [processes](processes.md#which-service).
* What is the same for a whole project stands in [`pyproject.toml` or `simpleflow.toml`](settings.md#files). Files count
  less than variables, those less than options; `simpleflow info settings` says what counts, and why.
* Without a run id an execution is the open one of its workflow id, else the newest closed one. `%3D` and the like in a
  run id are unquoted.
* Colours and progress appear on terminals alone. In tables for people, control characters that others have written are
  shown as `\\x1b`; `csv`, `tsv` and `json` carry whole values, times in UTC.
* Commands and options are completed by the shell: `eval "$(simpleflow completion bash)"`.

## Options of all commands
"""
FORMATS: Final = """
## Formats

| `--format` | prints |
|---|---|
| `tabular` | aligned columns; numbers with two decimals to the right. Long lists are printed as they come |
| `human` | name and value, a line each; an empty line between rows |
| `csv`, `tsv` | values with commas or tabs between; objects as JSON |
| `json` | an array of arrays; with `--header` of objects |
| `prettyjson` | an array of objects, indented |

## Variables

| Variable | Means |
|---|---|
| `SWF_DOMAIN` | the domain |
| `SIMPLEFLOW_DB` | the file of the embedded service, as `--db` |
| `AWS_ENDPOINT_URL_SWF`, `AWS_ENDPOINT_URL` | the service, as `--endpoint-url` |
| `AWS_DEFAULT_REGION`, `AWS_PROFILE`, `AWS_ACCESS_KEY_ID` ... | region and credentials, as boto3 finds them |
| `SIMPLEFLOW_FORMAT` | the format, as `--format` |
| `SIMPLEFLOW_IDENTITY` | JSON object, merged into what SWF shows of who holds a task; null takes a word away |
| `SIMPLEFLOW_DISABLE_SETPROCTITLE` | `1`: deciders, workers and their children keep the names of their programs |
| `SIMPLEFLOW_VALUES` | the folder of values that are too long for SWF |
| `SIMPLEFLOW_SETTINGS_MODULE` | a module with settings; every setting is a variable too (`simpleflow info settings`) |
| `LOG_LEVEL` | `DEBUG`, `INFO`, `WARNING`, `ERROR` |
"""


def reference() -> str:
    """The page."""
    missing = set(COMMANDS) ^ {name for names in GROUPS.values() for name in names}
    assert not missing, f"not in a group, or no command: {missing}"
    parts = [HEAD + "\n" + _table(cli.params), FORMATS]
    for title, names in GROUPS.items():
        parts.append(f"\n## {title}\n")
        parts += map(_section, names)
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def _section(name: str) -> str:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    arguments = [
        each.make_metavar(click.Context(command)) for each in command.params if isinstance(each, click.Argument)
    ]
    text = inspect.cleandoc(command.help or "")
    body, _, example = text.partition("\n\nExample: ")
    own = [each for each in command.params if isinstance(each, click.Option) and each.name not in COMMON]
    usage = " ".join(["simpleflow", name, *(["[OPTIONS]"] if own else []), *arguments])
    table = _table(own)
    return f"\n### {name}\n\n`{usage}`\n\n{body}\n\n```console\n$ {example}\n```\n" + (f"\n{table}" if table else "")


def _table(parameters: list[Any]) -> str:
    rows = []
    for option in parameters:
        if not isinstance(option, click.Option) or option.hidden or option.name in ("help", "version"):
            continue
        names = ", ".join(f"`{each}`" for each in (*option.opts, *option.secondary_opts))
        metavar = "" if option.is_flag else _value(option)
        text = (option.help or "").replace("|", "\\|")
        rows.append(f"| {names}{metavar} | {text}{_default(option)} |")
    return "\n".join(["| Option | Means |", "|---|---|", *rows]) + "\n" if rows else ""


def _value(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return " " + " \\| ".join(f"`{each}`" for each in option.type.choices)
    return f" {option.metavar or option.type.name.upper().removesuffix(' RANGE')}"


def _default(option: click.Option) -> str:
    is_said = (
        option.default in (None, False, (), "-") or option.is_flag or not isinstance(option.default, str | int | float)
    )
    return "" if is_said else f" Default: `{option.default}`."


if __name__ == "__main__":
    assert OPTIONS
    DOCUMENT.write_text(reference(), encoding="utf-8")
