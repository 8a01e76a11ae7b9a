"""Writes ``swf/operations.py``: ``python -m tools.operations > src/swf/operations.py``."""

from __future__ import annotations

import re
import subprocess
import sys
import types
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from swf.protocol import operations as o
from swf.protocol.base import Request
from swf.protocol.values import ActivityType, TaskList, WorkflowExecution, WorkflowType

GIVEN: dict[type, tuple[str, str]] = {
    ActivityType: ("given.AnyType", "given.activity_type"),
    TaskList: ("given.AnyTaskList", "given.task_list"),
    WorkflowExecution: ("given.AnyExecution", "given.execution"),
    WorkflowType: ("given.AnyType", "given.workflow_type"),
}
"""The words that may be handed in as something else: as what, and what makes the word of it."""
BY_POSITION: dict[str, int] = {
    "RegisterActivityType": 3,
    "RegisterWorkflowType": 3,
    "RespondActivityTaskFailed": 1,
    "SignalWorkflowExecution": 1,
    "TerminateWorkflowExecution": 1,
}
"""How many arguments may be given by position, where boto2 has the later texts in another order: a text in the place of
another is no error that anybody sees.
"""

HEAD = '''"""Every operation of the service as a method: written by ``python -m tools.operations``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from swf import given
from swf.protocol import operations as o
from swf.protocol.base import Request
{imports}

Result = TypeVar("Result")


class Operations:
    """The operations by their names in Python.

    Arguments may be given by position, in the order of the API model, but by name where that order is another than
    boto2's and would be mistaken without an error. A task list may be its name, a type a pair of name and version.
    """

    __slots__ = ()

    def call(self, request: Request[Result], /) -> Result:
        """The answer to *request*."""
        raise NotImplementedError
'''


def method_name(operation: str) -> str:
    """``DescribeDomain`` is ``describe_domain``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def spelled(hint: Any, values: set[str]) -> str:
    """A type as source; names of words that are not operations' go to *values*."""
    if get_origin(hint) is Annotated:
        return spelled(get_args(hint)[0], values)
    if get_origin(hint) in (types.UnionType, Union):
        return " | ".join(dict.fromkeys(spelled(each, values) for each in get_args(hint)))
    if get_origin(hint) is tuple:
        return f"tuple[{spelled(get_args(hint)[0], values)}, ...]"
    if hint is type(None):
        return "None"
    if hint.__module__ == "builtins":
        return str(hint.__name__)
    if hasattr(o, hint.__name__) and getattr(o, hint.__name__) is hint:
        return f"o.{hint.__name__}"
    if issubclass(hint, msgspec.Struct) and hint.__module__ == "swf.protocol.decision":
        values.add("swf.protocol.decision.Decision")
        return "Decision"
    values.add(f"{hint.__module__}.{hint.__name__}")
    return str(hint.__name__)


def parameter(name: str, hint: Any, values: set[str]) -> tuple[str, str]:
    """What a parameter takes, and what makes the member of it."""
    if name == "tag_list":
        return "Iterable[str] | None", f"given.tags({name})"
    each = get_args(hint) if get_origin(hint) in (types.UnionType, Union) else (hint,)
    for word, (taken, maker) in GIVEN.items():
        if word in each:
            return taken + (" | None" if type(None) in each else ""), f'{maker}({name}, "{name}")'
    return spelled(hint, values), name


def method(operation: type[Request[Any]], values: set[str]) -> str:
    """The source of one method."""
    hints = get_type_hints(operation, include_extras=True)
    fields = sorted(msgspec.structs.fields(operation), key=lambda field: not field.required)
    parameters, members = ["self"], []
    for position, field in enumerate(fields):
        if position == BY_POSITION.get(operation.__name__):
            parameters.append("*")
        taken, made = parameter(field.name, hints[field.name], values)
        parameters.append(f"{field.name}: {taken}" + ("" if field.required else " = None"))
        members.append(f"{field.name}={made}")
    result = "None" if operation.RESULT is None else f"o.{operation.RESULT.__name__}"
    doc = " ".join((operation.__doc__ or "").split())
    name = operation.__name__
    return (
        f"    def {method_name(name)}({', '.join(parameters)}) -> {result}:\n"
        f'        """{doc}"""\n'
        f"        {'' if result == 'None' else 'return '}self.call(o.{name}({', '.join(members)}))\n"
    )


def generate() -> str:
    """The source of the module, formatted."""
    values: set[str] = set()
    methods = [method(operation, values) for operation in o.OPERATIONS.values()]
    modules: dict[str, list[str]] = {}
    for value in sorted(values):
        module, _, name = value.rpartition(".")
        modules.setdefault(module, []).append(name)
    imports = "\n".join(f"from {module} import {', '.join(names)}" for module, names in sorted(modules.items()))
    source = HEAD.format(imports=imports) + "\n" + "\n".join(methods)
    formatting = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--stdin-filename", "src/swf/operations.py", "-"],
        input=source,
        capture_output=True,
        text=True,
        check=True,
    )
    return formatting.stdout


if __name__ == "__main__":
    print(generate(), end="")
