"""``make bench``: medians on the embedded service, every answer synced, activities in other processes.

Prints a table and writes ``benchmarks/results.json``. Compare figures of one run only: machines vary.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import api, processes
from benchmarks.flows import Chain, FanOut, Quickstart
from benchmarks.harness import Harness


def sync_ms(directory: Path, times: int = 200) -> float:
    """The median time of a sync of a small write."""
    descriptor = os.open(directory / "sync", os.O_RDWR | os.O_CREAT)
    spent = []
    for _ in range(times):
        os.write(descriptor, b"x" * 4096)
        began = time.perf_counter()
        os.fdatasync(descriptor)
        spent.append(time.perf_counter() - began)
    os.close(descriptor)
    return statistics.median(spent) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each measure; the median counts")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("results.json"))
    options = parser.parse_args()
    sys.setswitchinterval(0.0005)
    results: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
    with tempfile.TemporaryDirectory() as directory:
        results["sync_ms"] = round(sync_ms(Path(directory)), 3)
        harness = Harness(Path(directory) / "bench.db")
        try:
            harness.run(FanOut, 20, "warm-up")
            spent = [harness.run(Quickstart, 1, f"quickstart-{i}") for i in range(30)]
            results["quickstart_ms"] = round(statistics.median(spent) * 1000, 2)
            chains: dict[int, list[float]] = {100: [], 1000: [], 3000: []}
            fans: list[float] = []
            for turn in range(options.repeat):  # side by side, so that a busy neighbour hits all alike
                for n, spent_here in chains.items():
                    spent_here.append(harness.run(Chain, n, f"chain-{n}-{turn}"))
                fans.append(harness.run(FanOut, 1000, f"fan-out-{turn}"))
        finally:
            harness.close()
        results["api"] = api.measure(Path(directory))
    for n, spent in chains.items():
        results[f"chain_{n}_per_s"] = round(n / statistics.median(spent))
    results["fan_out_1000_per_s"] = round(1000 / statistics.median(fans))
    results |= processes.measure(options.repeat)
    ratios = [(long / 3000) / (short / 100) for short, long in zip(chains[100], chains[3000], strict=True)]
    results["time_per_task_3000_to_100"] = round(statistics.median(ratios), 2)
    goals = {
        "quickstart_ms": "<= 25",
        "chain_100_per_s": ">= 300",
        "chain_1000_per_s": ">= 300",
        "chain_3000_per_s": ">= 300",
        "fan_out_1000_per_s": ">= 500",
        "time_per_task_3000_to_100": "<= 1.2",
        "processes_chain_keepalive_per_s": ">= 200",
        "processes_chain_boto3_per_s": ">= 90",
    }
    print(f"{results['machine']}, Python {results['python']}, one sync {results['sync_ms']} ms")
    for name, value in results.items():
        if isinstance(value, int | float):
            print(f"{name:40} {value:>9}" + (f"   goal {goals[name]}" if name in goals else ""))
    for line in api.table(results["api"]):
        print(line)
    options.output.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
