"""Fixtures: write ``pytest_plugins = ["simpleflow.testing.plugin"]`` into ``conftest.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simpleflow.testing.environment import Environment


@pytest.fixture
def simpleflow_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    """An environment for one test; large values lie in its temporary folder."""
    monkeypatch.setenv("SIMPLEFLOW_VALUES", str(tmp_path / "simpleflow-values"))
    with Environment() as environment:
        yield environment
