"""From the type of an execution, and the input it began with, to the workflow class that decides it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from simpleflow.dispatch import Importable
from simpleflow.mapping import AskingPart
from simpleflow.workflow import Workflow, dotted_path, loaded_workflow


class UnknownWorkflow(Exception):
    """A decision is asked for a workflow of a type that this decider does not have."""

    def __init__(self, name: str, known: Iterable[str], why: str = "") -> None:
        mine = ", ".join(sorted(known)) or "none"
        super().__init__(f"a decision is asked for a workflow of type {name!r}; this decider knows {mine}{why}")


def class_path(input: Any) -> str | None:
    """The dotted path of the class that decides an execution with this decoded input; None if it does not name it."""
    extra = input.get("__extra") if isinstance(input, dict) else None
    path = extra.get("class") if isinstance(extra, dict) else None
    return str(path) if path else None


class Workflows:
    """Workflow classes, and what may be imported beside them: what a task says is not to be trusted with more."""

    def __init__(self, classes: Sequence[type[Workflow]], importable: Importable) -> None:
        self._importable = importable
        self._by_name: dict[str, type[Workflow]] = {}
        self._by_version: dict[tuple[str, str], type[Workflow]] = {}
        self._by_path: dict[str, type[Workflow]] = {}
        for each in classes:
            self.add(each)

    def add(self, workflow: type[Workflow]) -> None:
        """One more class; of several by one name and version the last one counts."""
        self._by_name[workflow.name] = workflow
        self._by_version[workflow.name, workflow.version] = workflow
        self._by_path[dotted_path(workflow)] = workflow

    def find(self, name: str, version: str, input: Any) -> type[Workflow]:
        """The class for a type and the decoded input of an execution.

        The input names it in ``__extra``; else the type is the name of a class that is known, or the dotted path
        of one, as the types of children are. Raises UnknownWorkflow.
        """
        path = class_path(input)
        found = self._at(path) if path else None
        found = found or self._by_version.get((name, version)) or self._by_name.get(name) or self._at(name)
        if found is None:
            raise UnknownWorkflow(name, self._by_name, self._why_not(path or name))
        asked = AskingPart.needs(input) if issubclass(found, AskingPart) else None
        if asked is not None and self._at(asked) is None:
            raise UnknownWorkflow(asked, self._by_name, self._why_not(asked))
        return found

    def _at(self, path: str) -> type[Workflow] | None:
        """The class at a dotted path: known, loaded, or imported if that is allowed."""
        found = self._by_path.get(path) or loaded_workflow(path)
        if found is not None:
            return found
        module = path.rpartition(".")[0]
        while module and module not in sys.modules:
            if module in self._importable:
                try:
                    importlib.import_module(module)
                except ModuleNotFoundError:
                    pass  # of a class in a class the rest is no module
            module = module.rpartition(".")[0]
        return loaded_workflow(path)

    def _why_not(self, path: str) -> str:
        module, _, name = path.rpartition(".")
        if not module:
            return ""
        if module in sys.modules or module in self._importable:
            return f", and finds no workflow {name!r} in module {module}"
        return f"; module {module} is neither below the working directory nor named to it"
