"""The report of the benchmarks: what was measured, and what was not."""

from __future__ import annotations

import sys
from pathlib import Path

import benchmarks.__main__ as benchmarks
import pytest
from benchmarks.contract import Bench, Row
from benchmarks.goals import GOALS, STANDALONE, Results
from benchmarks.peers.catalog import Program
from benchmarks.report import goals, markdown


def test_a_part_that_breaks_is_told_of_and_the_others_are_measured(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def breaks(bench: Bench) -> None:
        raise ValueError("no such disk")

    Bench("peer", tmp_path).each(breaks, lambda bench: bench.kernel("work", 1, lambda: None, repeat=1))

    said = capfd.readouterr().out.splitlines()
    assert benchmarks.broken(said) == ["breaks: ValueError no such disk"]
    assert [row.workload for row in benchmarks.rows(said)] == ["work"]


def test_a_program_that_ends_badly_keeps_the_rows_it_has_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Row("peer", "chain", 300, 1.0, 300.0)
    program = tmp_path / "program.py"
    program.write_text(f"print({row.line()!r}, flush=True)\nraise SystemExit(3)\n")
    monkeypatch.setattr(benchmarks, "prepared", lambda program: [sys.executable, program.module])

    assert benchmarks.answers(Program(str(program))) == ([row], ["exit code 3"])


def test_every_goal_has_a_row_whether_it_was_measured_or_not() -> None:
    results = Results([Row(STANDALONE, "chain", 300, 0.5, 600.0), Row("DBOS, SQLite", "chain", 300, 2.0, 150.0)])

    lines = list(goals(results))[2:]

    assert len(lines) == len(GOALS)
    assert sum("not measured" in line for line in lines) == len(GOALS) - 1
    assert "| chain of 300, activities/s | >= 600 | 600 | yes | DBOS, SQLite 150 | 4 |  |" in lines


def test_the_page_says_what_is_absent() -> None:
    page = markdown(Results([]), {"absent": "benchmarks.peers.dask: exit code 1"})

    assert "* absent: benchmarks.peers.dask: exit code 1" in page
