"""Slips of programmers: all ways to change one call in a workflow of an example. Lines keep their numbers."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simpleflow import activity
from simpleflow.workflow import Workflow

HEAD = "from simpleflow.futures import Future; from tests.commands.mutations import stranger"
CALLS = {"wait", "sleep", "as_completed", "result_or_raise", "wait_any"}
Simple = ast.Assign | ast.AugAssign | ast.Expr | ast.Return


@activity.with_attributes(task_list="strange", version="example")
def stranger(*args: Any, **kwargs: Any) -> int:
    """What no example submits."""
    return 7


@dataclass(frozen=True, slots=True)
class Mutation:
    """The changed source of a module with one workflow, and the lines of which one has to be named."""

    kind: str
    workflow: type[Workflow]
    source: str
    lines: frozenset[int]

    def __str__(self) -> str:
        return f"{self.workflow.__name__} {self.kind} {min(self.lines)}"


def alone(workflow: type[Workflow]) -> list[str]:
    """The lines of the module with this class alone; what else it defines is imported from there."""
    lines = inspect.getsource(importlib.import_module(workflow.__module__)).splitlines()
    others = []
    for node in ast.parse("\n".join(lines)).body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_other = (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name != workflow.__name__
        )
        if is_text or is_other:
            decorators = getattr(node, "decorator_list", [])
            first, last = min([node.lineno, *(each.lineno for each in decorators)]), node.end_lineno or node.lineno
            lines[first - 1 : last] = [""] * (last - first + 1)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and is_other:
            others.append(node.name)
    names = f"; from {workflow.__module__} import {', '.join(others)}" if others else ""
    return [HEAD + names, *lines[1:]]


def mutations(workflow: type[Workflow]) -> Iterator[Mutation]:
    """All of them, in the order of the code."""
    lines = alone(workflow)
    (code,) = (each for each in ast.parse("\n".join(lines)).body if isinstance(each, ast.ClassDef))

    def changed(kind: str, node: ast.AST, text: str, *named: int) -> Mutation:
        first, start, last, end = (getattr(node, name) for name in POSITION)
        inside = lines[first - 1][:start] + text + lines[last - 1][end:]
        source = [*lines[: first - 1], inside, *[""] * (last - first), *lines[last:]]
        return Mutation(kind, workflow, "\n".join(source) + "\n", frozenset(named or (first,)))

    def stands(node: ast.AST) -> tuple[int, ...]:
        """Where the run waits next if the call is not made: in a loop anywhere there; else where it last has."""
        line: int = node.lineno  # type: ignore[attr-defined]
        waits = sorted(each.end_lineno or 0 for each in _waits(code) if not _is_settled(each, node, code))
        loops = [each for each in ast.walk(code) if isinstance(each, ast.For | ast.While) and node in ast.walk(each)]
        within = [each for each in waits if loops and loops[0].lineno <= each <= (loops[0].end_lineno or 0)]
        later = [each for each in waits if each >= line]
        (run,) = (each for each in code.body if getattr(each, "name", "") == "run")
        return (*later[:1], *within, *([] if later else waits[-1:] or [run.lineno]))

    for node in ast.walk(code):
        if isinstance(node, Simple) and any(map(_is_submit, ast.walk(node))):
            yield changed("extra", node, f"self.submit(stranger, 1); {ast.unparse(node)}")
        if isinstance(node, ast.Call) and _is_submit(node):
            yield changed("rename", node.args[0], "stranger", node.lineno)
            if len(node.args) > 1:
                is_map = _name(node) == "map"
                yield changed("argument", node.args[-1], "[98, 99]" if is_map else "987654", node.lineno)
            yield changed("drop", node, "[Future.of(7)]" if _name(node) == "map" else "Future.of(7)", *stands(node))
        if isinstance(node, ast.Call) and _name(node) in ("sleep", "start_timer") and len(node.args):
            yield changed("argument", node.args[-1], "54321", node.lineno)
        if isinstance(node, ast.Call) and _name(node) == "sleep":
            yield changed("drop", node, "None", *stands(node))
        for body in (getattr(node, "body", []), getattr(node, "orelse", [])):
            for one, two in itertools.pairwise(body) if isinstance(body, list) else ():
                if _may_swap(one, two):
                    both = ast.Pass(
                        lineno=one.lineno,
                        col_offset=one.col_offset,
                        end_lineno=two.end_lineno,
                        end_col_offset=two.end_col_offset,
                    )
                    yield changed("swap", both, f"{ast.unparse(two)}; {ast.unparse(one)}")
        if isinstance(node, ast.Call) and _is_submit(node) and len(node.args) > 2:
            both = ast.Pass(
                lineno=node.args[1].lineno,
                col_offset=node.args[1].col_offset,
                end_lineno=node.args[2].end_lineno,
                end_col_offset=node.args[2].end_col_offset,
            )
            yield changed("swap", both, f"{ast.unparse(node.args[2])}, {ast.unparse(node.args[1])}", node.lineno)


POSITION = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _is_submit(node: ast.AST) -> bool:
    """Whether it is ``self.submit`` or ``self.map`` of an activity or workflow that has a name."""
    return isinstance(node, ast.Call) and _name(node) in ("submit", "map") and isinstance(node.args[0], ast.Name)


def _waits(code: ast.AST) -> Iterator[ast.expr]:
    """The expressions that may wait for something."""
    caught = {each.name for each in ast.walk(code) if isinstance(each, ast.ExceptHandler)}
    calls = [each for each in ast.walk(code) if isinstance(each, ast.Call)]
    for each in ast.walk(code):
        if isinstance(each, ast.Await) or (isinstance(each, ast.Call) and _name(each) in CALLS):
            yield each
        elif isinstance(each, ast.Attribute) and each.attr in ("result", "exception"):
            is_method = any(call.func is each for call in calls)
            if not is_method and getattr(each.value, "id", None) not in caught:
                yield each


def _is_settled(wait: ast.expr, call: ast.AST, code: ast.AST) -> bool:
    """Whether nothing is waited for, as the call is not made, whose value is there at once."""
    loops = [each for each in ast.walk(code) if isinstance(each, ast.ListComp) and wait in ast.walk(each)]
    if any(call in ast.walk(each) for each in (wait, *loops)):
        return True
    bound = {
        name.id
        for each in ast.walk(code)
        if isinstance(each, ast.Assign) and each.value is call
        for name in ast.walk(each)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }
    used = {each.id for each in ast.walk(wait) if isinstance(each, ast.Name)} - {"self", "futures", "asyncio", "sum"}
    is_any = "FIRST_COMPLETED" in ast.unparse(wait)
    return bool(used & bound) if is_any else bool(used) and used <= bound


def _may_swap(one: ast.stmt, two: ast.stmt) -> bool:
    """Whether the second statement does not need the first."""
    if not all(isinstance(each, ast.Assign | ast.Expr) and any(map(_is_submit, ast.walk(each))) for each in (one, two)):
        return False
    bound = {each.id for each in ast.walk(one) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    used = {each.id for each in ast.walk(two) if isinstance(each, ast.Name)}
    return not bound & used
