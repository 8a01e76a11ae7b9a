"""The documentation page of ``swf``: its snippets run in one go, its diagrams are drawn from the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tools.states import PAGE, diagram, drawn

from swf import actors, exceptions, models, querysets, settings
from swf.lifecycle.transitions import TRANSITIONS
from swf.models import decision, event

TEXT = PAGE.read_text(encoding="utf-8")
FENCES = re.findall(r"```(\w*)\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def namespace() -> Iterator[dict[str, Any]]:
    names: dict[str, Any] = {"__name__": "swf_page"}
    yield names
    settings.clear()
    names["service"].close()


def test_the_snippets_run_one_after_the_other(namespace: dict[str, Any]) -> None:
    snippets = [text for language, text in FENCES if language == "python"]
    assert len(snippets) >= 13
    for number, snippet in enumerate(snippets, 1):
        exec(compile(snippet, f"docs/swf.md snippet {number}", "exec"), namespace)


def test_all_that_looks_like_code_is_run_or_is_no_python() -> None:
    assert {language for language, _ in FENCES} == {"python", "mermaid", "ini"}


def test_the_diagrams_are_those_of_the_tables() -> None:
    """``python -m tools.states`` draws them again."""
    assert drawn(TEXT) == TEXT
    for noun in TRANSITIONS:
        assert diagram(noun) in TEXT, noun


@pytest.mark.parametrize("room", [models, querysets, event, decision])
def test_every_class_is_on_the_page(room: Any) -> None:
    missing = [name for name in room.__all__ if name not in TEXT and name != "BaseModel"]
    assert missing == []


def test_every_error_and_actor_is_on_the_page() -> None:
    kinds = [name for name, value in vars(exceptions).items() if isinstance(value, type) and name.endswith("Error")]
    assert [name for name in kinds if name not in TEXT and name != "HistoryError"] == []
    assert [name for name in actors.__all__ if name not in TEXT and "Response" not in name and name != "Actor"] == []


def test_nothing_is_announced() -> None:
    assert not re.search(r"coming soon|TODO|to be done", TEXT, re.IGNORECASE)
