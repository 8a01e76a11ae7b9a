"""What editors and type checkers say of code on simpleflow: good code passes, each mistake is found."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def mypy(path: Path, cache: Path) -> dict[int, str]:
    """The errors of mypy, by line."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(cache), str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == "", done.stderr
    found = re.findall(r"^tests/typing/(\w+\.py):(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    assert {name for name, _, _ in found} <= {path.name}, done.stdout
    return {int(line): text for _, line, text in found}


def pyright(path: Path, cache: Path) -> dict[int, str]:
    """The errors of pyright, by line."""
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, str(path)]
    # Whatever node this machine has is not looked for, nor is a newer pyright: all of it came with the packages.
    alone = {**os.environ, "PATH": str(Path(sys.executable).parent), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=alone)
    start = done.stdout.find("{")
    assert start >= 0, f"pyright did not run: {done.stdout}{done.stderr}"
    told = json.loads(done.stdout[start:])
    assert told["summary"]["filesAnalyzed"] == 1
    errors = [each for each in told["generalDiagnostics"] if each["severity"] == "error"]
    return {each["range"]["start"]["line"] + 1: each["message"] for each in errors}


CHECKERS = pytest.mark.parametrize("checker", [mypy, pyright])


@CHECKERS
def test_good_code_passes(checker: object, tmp_path: Path) -> None:
    assert callable(checker)
    assert checker(HERE / "good.py", tmp_path) == {}


@CHECKERS
def test_each_mistake_is_found_and_nothing_else_is(checker: object, tmp_path: Path) -> None:
    assert callable(checker)
    found = checker(HERE / "bad.py", tmp_path)
    lines = (HERE / "bad.py").read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# error")}
    assert {lines[number - 1].strip() for number in marked - set(found)} == set(), "nothing is said of these"
    assert {number: found[number] for number in set(found) - marked} == {}
