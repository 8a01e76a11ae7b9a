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
from benchmarks.contract import ROOT, Row, broken, rows
from benchmarks.peers.catalog import PEERS, Absent, Program, prepared

HERE = Path(__file__).parent
PATIENCE_S = 400
NOTHING = "nothing"
OURS = Program("benchmarks.ours.standalone", "quickstart:30,chain:100,chain:300,chain:1000,fan-out:1000,many:200")
LONG = Program("benchmarks.ours.standalone", "quickstart:30,chain:300,chain:3000,fan-out:3000,many:200")
FLEET = Program("benchmarks.ours.processes", "quickstart:20,chain:300,fan-out:1000,many:50")
BOTO3 = Program("benchmarks.ours.processes", "quickstart:20,chain:300,fan-out:300,many:50", ("--boto3",))
LIMITS = Program("benchmarks.limits")
PARTS = ("extras", "commands", "pages", "browsing", "service", "objects")
ALONE = tuple(Program(f"benchmarks.ours.{name}") for name in PARTS)
ROUNDS = ((OURS, LONG, FLEET, BOTO3), (OURS,), (OURS, LONG, FLEET, BOTO3))


def plan(*, peers: bool) -> Iterator[Program]:
    """What runs, in this order: ours in three rounds, the rest between them."""
    others = list(PEERS) if peers else []
    between = [LIMITS, *ALONE, LIMITS]
    for number, ours in enumerate(ROUNDS):
        yield from ours
        yield from others[number :: len(ROUNDS)]
        yield from between[number :: len(ROUNDS)]


def answers(program: Program) -> tuple[list[Row], list[str]]:
    """The rows of a program, and what of it could not be measured; what it says besides goes to standard error."""
    try:
        command = [*prepared(program), "--plan", program.plan, *program.arguments]
    except Absent as why:
        return [], [str(why)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BENCH_PYTHON": sys.executable}
    missing = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        try:
            said, _ = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.terminate()
            said, _ = process.communicate()
            missing.append(f"not over after {PATIENCE_S} s")
    if process.returncode and not missing:
        missing.append(f"exit code {process.returncode}")
    return rows(said.splitlines()), [*broken(said.splitlines()), *missing]


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
            "absent": "; ".join(absent) or NOTHING,
        }
        file.write_text(json.dumps({"about": about, "rows": [asdict(row) for row in measured]}, indent=1) + "\n")
    if not file.exists():
        parser.error(f"there is no {file} to report on: measure first, without --report")
    told = json.loads(file.read_text())
    results = report.read(told["rows"])
    (HERE / "RESULTS.md").write_text(report.markdown(results, told["about"]))
    plots.draw(results, HERE)
    print("\n".join(report.goals(results)))
    return 1 if told["about"]["absent"] != NOTHING else 0


def measure(*, peers: bool) -> tuple[list[Row], list[str]]:
    """All rows, and what could not be measured."""
    measured: list[Row] = []
    absent: list[str] = []
    for program in plan(peers=peers):
        name = " ".join((program.module, *program.arguments))
        began = time.perf_counter()
        found, missing = answers(program)
        measured += found
        absent += [f"{name}: {why}" for why in missing]
        print(f"{name}: {len(found)} rows in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    for line in absent:
        print(f"absent: {line}", file=sys.stderr)
    return measured, absent


if __name__ == "__main__":
    sys.exit(main())
