"""Every option that is documented is passed to its command by some test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from simpleflow.cli.app import COMMANDS, OPTIONS, cli

TESTS = Path(__file__).resolve().parents[1]
COMMON = {"domain", *(each(lambda: None).__click_params__[0].name for each in OPTIONS)}  # type: ignore[attr-defined]


def words(node: ast.AST) -> Iterator[str]:
    """The words of all texts in code."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield from each.value.split()


def names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def said() -> list[set[str]]:
    """For each test, or function that tests call: the words in it and in the values of the module that it names."""
    found = []
    for path in TESTS.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path == Path(__file__) or not any(command in text for command in COMMANDS):
            continue
        body = ast.parse(text).body
        values: dict[str, set[str]] = {}
        for node in body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                known = set(words(node.value)).union(*(values.get(name, set()) for name in names(node.value)))
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                values |= {target.id: known for target in targets if isinstance(target, ast.Name)}
        found += [
            set(words(node)).union(*(values.get(name, set()) for name in names(node)))
            for node in ast.walk(ast.Module(body, []))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
    return found


@pytest.fixture(scope="module")
def tests() -> list[set[str]]:
    return said()


def options_of(command: click.Command) -> Iterator[click.Option]:
    for each in command.params:
        if isinstance(each, click.Option) and each.name not in ("help", "version"):
            yield each


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_of_a_command_is_passed_to_it_by_a_test(name: str, tests: list[set[str]]) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    mine = [said for said in tests if name in said]
    assert mine, f"no test calls {name}"
    missing = [
        option.opts[0]
        for option in options_of(command)
        if option.name not in COMMON and not any({*option.opts, *option.secondary_opts} & said for said in mine)
    ]
    assert missing == [], f"no test of {name} passes it {', '.join(missing)}"


@pytest.mark.parametrize("option", list(options_of(cli)), ids=lambda option: option.opts[-1])
def test_each_option_of_all_commands_is_passed_by_a_test(option: click.Option, tests: list[set[str]]) -> None:
    for spelling in (*option.opts, *option.secondary_opts):
        assert any(spelling in said for said in tests), f"no test passes {spelling}"
