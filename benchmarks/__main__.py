"""``make bench``: ours and the limits of the machine; ``make bench-peers``: others too, in between.

Each peer is a program that prints one row per measure; they run one after the other, ours again and again between
them, so that a busy neighbour hits all alike. Writes ``results.json``, ``RESULTS.md`` and two plots.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks import plots, report
from benchmarks.contract import ROOT, Row, rows
from benchmarks.goals import Results
from benchmarks.peers.catalog import PEERS, Absent, Program, prepared

HERE = Path(__file__).parent
PATIENCE_S = 400
OURS = Program("benchmarks.ours.standalone", "quickstart:30,chain:100,chain:300,chain:1000,fan-out:1000,many:200")
LONG = Program("benchmarks.ours.standalone", "quickstart:30,chain:300,chain:3000,fan-out:3000,many:200")
FLEET = Program("benchmarks.ours.processes", "quickstart:20,chain:300,fan-out:1000,many:50")
BOTO3 = Program("benchmarks.ours.processes", "quickstart:20,chain:300,fan-out:300,many:50", ("--boto3",))
LIMITS = Program("benchmarks.limits")
ALONE = tuple(Program(f"benchmarks.ours.{name}") for name in ("extras", "service", "objects"))
ROUND = (OURS, LONG, FLEET, BOTO3)


def plan(*, peers: bool) -> Iterator[Program]:
    """What runs, in this order: ours in three rounds, the rest between them."""
    others = list(PEERS) if peers else []
    between = [LIMITS, *ALONE, LIMITS]
    for number in range(3):
        yield from ROUND
        yield from others[number::3]
        yield from between[number::3]


def answers(program: Program) -> list[Row]:
    """The rows of a program; what it says besides goes to standard error. Raises Absent."""
    command = [*prepared(program), "--plan", program.plan, *program.arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BENCH_PYTHON": sys.executable}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        try:
            said, _ = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.terminate()
            said, _ = process.communicate()
            raise Absent(f"not over after {PATIENCE_S} s") from None
    if process.returncode:
        raise Absent(f"exit code {process.returncode}")
    return rows(said.splitlines())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="measure others too; their environments are made first")
    parser.add_argument("--report", action="store_true", help="measure nothing: write the report of results.json anew")
    options = parser.parse_args()
    file = HERE / "results.json"
    if not options.report:
        measured, absent = measure(peers=options.peers)
        about = {
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
            "Python": platform.python_version(),
            "absent": "; ".join(absent) or "nothing",
        }
        file.write_text(json.dumps({"about": about, "rows": [asdict(row) for row in measured]}, indent=1) + "\n")
    told = json.loads(file.read_text())
    results = report.read(told["rows"])
    (HERE / "RESULTS.md").write_text(report.markdown(results, told["about"]))
    plots.draw(results, HERE)
    print("\n".join(report.goals(Results(results.rows))))
    return 0


def measure(*, peers: bool) -> tuple[list[Row], list[str]]:
    """All rows, and what could not be measured."""
    measured: list[Row] = []
    absent: list[str] = []
    for program in plan(peers=peers):
        began = time.perf_counter()
        try:
            found = answers(program)
        except Absent as why:
            absent.append(f"{program.name}: {why}")
            found = []
        measured += found
        name = " ".join((program.name, *program.arguments))
        print(f"{name}: {len(found)} rows in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    for line in absent:
        print(f"absent: {line}", file=sys.stderr)
    if any(line.startswith(("benchmarks.ours", "benchmarks.limits")) for line in absent):
        raise SystemExit("ours could not be measured")
    return measured, absent


if __name__ == "__main__":
    sys.exit(main())
