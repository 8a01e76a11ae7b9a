"""Runs the command as a user does: in a process, in a directory, with everything it needs of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment(directory: Path) -> dict[str, str]:
    """The user's variables: values and databases below *directory*, the examples importable."""
    mine = {key: value for key, value in os.environ.items() if not key.startswith(("SIMPLEFLOW", "SWF_", "AWS_"))}
    return {
        **mine,
        "SIMPLEFLOW_VALUES": str(directory / "values"),
        "PYTHONPATH": str(ROOT),
        "LOG_LEVEL": "INFO",
    }


def simpleflow(
    directory: Path, *arguments: str, input: str | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Runs ``simpleflow`` in *directory* to its end."""
    return subprocess.run(
        [sys.executable, "-m", "simpleflow", *arguments],
        cwd=directory,
        env={**environment(directory), **more},
        capture_output=True,
        text=True,
        timeout=100,
    )


def begin(directory: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """Starts ``simpleflow`` in *directory*."""
    return subprocess.Popen(
        [sys.executable, "-m", "simpleflow", *arguments],
        cwd=directory,
        env={**environment(directory), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def check(path: Path) -> str:
    """What the check of a database says."""
    done = subprocess.run([sys.executable, "-m", "swf.server", "--check", str(path)], capture_output=True, text=True)
    return done.stdout.strip().splitlines()[-1] if done.stdout else done.stderr
