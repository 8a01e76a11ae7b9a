"""What a command is given: workflow classes, input, tags."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simpleflow import given
from simpleflow.cli.app import CommandError
from simpleflow.workflow import Workflow


def workflow_class(path: str) -> type[Workflow]:
    """The class at the dotted *path*, found from the current directory too."""
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    module_name, _, name = path.rpartition(".")
    if not module_name:
        raise CommandError(f"{path!r} is no path to a workflow", "write it as package.module.ClassName", 2)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name + ".").startswith(error.name + "."):
            raise CommandError(
                f"there is no module {error.name!r} for the workflow {path!r}",
                f"modules are looked for in {here} and among what is installed",
                2,
            ) from error
        raise CommandError(f"cannot import {module_name}: {error}", exit_code=2) from error
    except (Exception, SystemExit) as error:
        raise CommandError(f"cannot import {module_name}: {type(error).__name__}: {error}", exit_code=2) from error
    found = getattr(module, name, None)
    if found is None:
        known = [key for key, value in vars(module).items() if is_workflow(value) and value is not Workflow]
        hint = f"its workflows: {', '.join(known)}" if known else "it defines no workflow"
        raise CommandError(f"there is no {name!r} in module {module_name}", hint, 2)
    if not is_workflow(found):
        raise CommandError(f"{path} is no workflow: it is not a subclass of simpleflow.Workflow", exit_code=2)
    missing = [each for each in ("name", "version", "task_list") if not isinstance(getattr(found, each, None), str)]
    if missing:
        raise CommandError(f"the workflow {path} has no {' and no '.join(missing)}", "set it as a class attribute", 2)
    return found  # type: ignore[no-any-return]  # checked above


def is_workflow(value: object) -> bool:
    """Whether *value* is a workflow class."""
    return isinstance(value, type) and issubclass(value, Workflow)


def read_input(text: str | None, file: str | None) -> dict[str, Any]:
    """The input of a workflow, ``{"args": [...], "kwargs": {...}}``, from its four forms.

    A JSON list is the positional arguments, an object holds ``args`` and ``kwargs``, any other value is the one
    argument; ``-`` reads standard input, and no text at all is no argument.
    """
    source = "--input"
    if file is not None:
        source = f"--input-file {file}"
        if file == "-":
            text = sys.stdin.read()
        else:
            try:
                text = Path(file).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"cannot read {file}: {error}", exit_code=2) from error
    elif text == "-":
        text = sys.stdin.read()
    if text is None:
        return {"args": [], "kwargs": {}}
    try:
        return given.input_of(text)
    except given.Unreadable as error:
        if error.is_object:
            raise CommandError(f"the object given as {source} {error}", error.hint, 2) from error
        hint = "for example: --input '[1, 5]' or --input '{\"kwargs\": {\"x\": 1}}'"
        raise CommandError(f"{source} {error}", hint, 2) from error


def refuse_other_arguments(workflow: type[Workflow], input: Mapping[str, Any]) -> None:
    """What ``run`` does not take is said before anything is started."""
    from simpleflow.signatures import ArgumentsError, check_arguments

    try:
        check_arguments(workflow, input.get("args", ()), input.get("kwargs", {}))
    except ArgumentsError as error:
        raise no_arguments_of(error) from error


def no_arguments_of(error: Exception) -> CommandError:
    """An ArgumentsError as the command says it."""
    hint = "give them with --input '[...]' or --input '{\"args\": [...], \"kwargs\": {...}}'"
    return CommandError(f"the workflow cannot be run with this input: {error}", hint, 2)


def read_tags(text: str | None) -> tuple[str, ...]:
    """Tags from a comma-separated list."""
    try:
        return given.tags_of(text or "")
    except ValueError as error:
        raise CommandError(str(error), exit_code=2) from error


def json_value(text: str, option: str) -> Any:
    """The value of a JSON text that was given as *option*; ``-`` reads standard input."""
    try:
        return given.value_of(sys.stdin.read() if text == "-" else text)
    except given.Unreadable as error:
        hint = f"a text is JSON with its quotes: {option} '\"yes\"'"
        raise CommandError(f"what is given as {option} {error}", hint, 2) from error
