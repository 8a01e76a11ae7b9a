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

HEAD = '''"""Every operation of the service as a method: written by ``python -m tools.operations``."""

from __future__ import annotations

from typing import TypeVar

from swf.protocol import operations as o
from swf.protocol.base import Request
{imports}

Result = TypeVar("Result")


class Operations:
    """The operations by their names in Python. Arguments may be given by position, in the order of the API model."""

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


def method(operation: type[Request[Any]], values: set[str]) -> str:
    """The source of one method."""
    hints = get_type_hints(operation, include_extras=True)
    fields = sorted(msgspec.structs.fields(operation), key=lambda field: not field.required)
    parameters = ["self"]
    for field in fields:
        hint = hints[field.name]
        parameters.append(f"{field.name}: {spelled(hint, values)}" + ("" if field.required else " = None"))
    given = ", ".join(f"{field.name}={field.name}" for field in fields)
    result = "None" if operation.RESULT is None else f"o.{operation.RESULT.__name__}"
    doc = " ".join((operation.__doc__ or "").split())
    name = operation.__name__
    return (
        f"    def {method_name(name)}({', '.join(parameters)}) -> {result}:\n"
        f'        """{doc}"""\n'
        f"        {'' if result == 'None' else 'return '}self.call(o.{name}({given}))\n"
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
