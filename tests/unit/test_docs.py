"""Every Python snippet of the documentation is run."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from simpleflow import Workflow
from simpleflow.local import Executor
from simpleflow.testing import Environment

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
TOGETHER = {ROOT / "docs" / "swf.md"}
"""Pages whose snippets follow from each other; tests of their own run them in one go."""
SNIPPETS = [
    pytest.param(text, id=f"{path.name}-{number}")
    for path in DOCUMENTS
    if path not in TOGETHER
    for number, text in enumerate(re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL), 1)
]
INPUTS: dict[str, tuple[dict[str, Any], Any]] = {
    "BasicWorkflow": ({"args": [1]}, 4),
    "Letters": ({"args": [["a letter that is long", "short"]]}, ["a letter t", "short"]),
    "Approval": ({"args": []}, "nobody has answered"),
    "Changed": ({"args": []}, "new"),
    "Post": ({"args": ["2026-01-02T03:04:05Z"]}, 2027),
    "Paying": ({"args": ["visa"]}, "visa refused above 5; charge 5 instead"),
    "Copying": ({"args": [3]}, 3),
    "Ask": ({"args": ["this"]}, "yes to this"),
    "Noted": ({"args": []}, "noted"),
    "Import": ({"args": [["orders", "items"]]}, ["ORDERS", "ITEMS"]),
    "Squares": ({"args": [[1, 2, 3]]}, [[1, 4, 9], 14]),
    "Race": ({"args": [[3, 2, 1]]}, [3, 1, 2, 3]),
    "Order": ({"args": [["sun", "earth", "moon"]]}, "released all: ValueError: sold out"),
    "Book": ({"args": [[["one two", "three"], ["four"]]]}, [3, 1]),
    "Chapter": ({"args": [["one two"]]}, 2),
    "Shop": ({"args": []}, "till 1"),
    "Careful": ({"args": []}, "worked"),
    "Rounds": ({"args": [7]}, 7),
    "Fetching": (
        {"args": [["a", "secret"]]},
        ["contents of a", "secret"],
    ),
    "Parcel": ({"args": ["a book", ["Rome"]]}, "Rome"),
    "Pause": ({"args": [5]}, 5),
    "Bill": ({"args": [100]}, "sent to a lawyer"),
    "Greeting": ({"args": ["world"]}, "hello world"),
    "Today": ({"args": ["world"]}, "hello world"),
    "Cheapest": ({"args": ["lamp"]}, "lamp from west"),
    "Noting": ({"args": [3]}, "3 pages, the last was 3"),
    "Lottery": (
        {"args": [["a", "b"]]},
        {"winner": True, "id": 36, "in time": True, "host": "any value from outside"},
    ),
    "Watched": ({"args": [3]}, 6),
    "Ward": ({"args": []}, ["Eve", "Ann", "Bob"]),
    "Impatient": ({"args": []}, [True, True, True]),
    "Cart": ({"args": []}, []),
    "Crawl": ({"args": [["a", "b"]]}, ["page of a", "page of b"]),
    "Audited": ({"args": ["a book"]}, 6),
    "Rooms": ({"args": [[[2, 3], [4, 5]]]}, [6, 20]),
    "Invoice": ({"args": [["EUR", "USD", "EUR"]]}, 2),
    "Thesis": ({"args": [["short", "a long one"]]}, [1, 3]),
    "Part": ({"args": ["a long one"]}, 3),
    "Delivery": ({"args": ["a parcel"]}, "a parcel by ship"),
}
SIGNALS = {"Cart": {"add": "done"}}
"""What is sent to workflows that wait for it."""
CHILDREN = {"Till"}
"""Workflows that need another one to end; those run them."""


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_runs_and_its_workflow_gives_what_the_text_says(
    snippet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    name = "snippet_" + re.sub(r"\W", "_", request.node.callspec.id)
    (tmp_path / f"{name}.py").write_text(snippet)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    try:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Workflow) and value is not Workflow:
                if value.__name__ in CHILDREN:
                    continue
                input, result = INPUTS[value.__name__]
                assert Executor(value, signals=SIGNALS.get(value.__name__)).run(input) == result
        if hasattr(module, "main"):
            module.main()
        for test in [value for key, value in vars(module).items() if key.startswith("test_")]:
            with Environment() as env:
                test(env)
    finally:
        del sys.modules[name]


def test_every_command_and_option_explains_itself() -> None:
    import click

    from simpleflow.cli.app import COMMANDS, cli

    assert set(cli.list_commands(click.Context(cli))) == set(COMMANDS)
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.help
        assert "Example:" in command.help
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.name} has no help"


def test_links_of_the_documentation_lead_somewhere() -> None:
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
