"""What the options of all commands are, and who has said so: an option, a variable, a file, or nobody."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import click

from simpleflow.cli.app import COLORS, FORMATS, CommandError

if TYPE_CHECKING:
    from simpleflow.settings.files import Said

VARIABLES: Final = {"format": "SIMPLEFLOW_FORMAT", "log_level": "LOG_LEVEL", "log_format": "LOG_FORMAT"}
DEFAULTS: Final[dict[str, Any]] = {
    "format": "tabular",
    "header": False,
    "local_time": False,
    "color": "auto",
    "log_level": "INFO",
    "log_format": "text",
}
"""What is neither a service nor a domain."""
ALLOWED: Final = {"format": FORMATS, "color": COLORS, "log_format": ("text", "json")}


def choices(ctx: click.Context, given: dict[str, Any]) -> dict[str, Said]:
    """By its name each option of all commands: said after the command, before it, by a variable, a file, or nobody."""
    from simpleflow.service import VARIABLES as PLACES
    from simpleflow.service import TwoServices, sayings
    from simpleflow.settings.files import FileError, Said

    said = {
        name.rstrip("_"): Said(value, f"option --{name.rstrip('_').replace('_', '-')}", is_given=True)
        for options in (ctx.find_root().obj or {}, given)
        for name, value in options.items()
        if value is not None
    }
    try:
        found = sayings({name: said[name] for name in PLACES if name in said})
        return found | {name: said.get(name) or _choice(name) for name in DEFAULTS}
    except TwoServices as error:
        what, _, hint = str(error).partition("; ")
        raise CommandError(what, hint, 2) from error
    except FileError as error:
        raise CommandError(str(error), error.hint, 2) from error


def _choice(name: str) -> Said:
    """What is not said in the command."""
    from simpleflow.settings import files

    variable = VARIABLES.get(name)
    if variable and os.environ.get(variable):
        found = files.Said(os.environ[variable], f"environment variable {variable}")
    else:
        found = files.value(name.replace("_", "-")) or files.Said(DEFAULTS[name])
    allowed = ALLOWED.get(name, (found.value,))
    if found.value not in allowed:
        source = found.source.removeprefix("environment variable ")
        raise CommandError(f"{source} is {found.value!r}", f"it may be {', '.join(allowed)}", 2)
    return found
