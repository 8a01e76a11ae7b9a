"""``make crashtest``: runs and servers are killed at random moments, again and again; nothing may be lost."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.processes.command import begin, check
from tests.processes.killing import Killing

FLOW = "tests.processes.flows.Ledgered"
LONGEST_RUN_S = 60
KILLS_OF_A_FILE = 100


def life(seed: int, directory: Path) -> int:
    """One execution, killed until it ends; how often it was killed. AssertionError says what went wrong."""
    chance = random.Random(seed)
    words = directory / "texts"
    for number in range(80):
        folder = words / str(number)
        folder.mkdir(parents=True)
        (folder / "some.txt").write_text("w" * (number + 1) + " a few words" * 30_000)  # no two alike
    ledger = directory / "ledger"
    arguments = ("standalone", FLOW, "--input", json.dumps([str(words)]))
    for kills in range(200):
        process = begin(directory, *arguments, LEDGER=str(ledger))
        try:
            output, errors = process.communicate(timeout=chance.uniform(0.1, 1.5) if kills < 100 else LONGEST_RUN_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if kills >= 100:
                raise AssertionError(f"seed {seed}: it does not come to an end; see {directory}") from None
            continue
        assert process.returncode == 0, f"seed {seed}: {errors}"
        result = json.loads(output.splitlines()[-1])
        assert result["words"] == 80 * 90_001, f"seed {seed}: {result}"
        verdict = check(directory / "simpleflow.db")
        assert verdict.endswith("0 problems"), f"seed {seed}: {verdict}"
        often = [line for line, count in Counter(ledger.read_text().splitlines()).items() if count > kills + 1]
        assert not often, f"seed {seed}: ran more often than it was killed: {often}"
        return kills
    raise AssertionError("not reached")


def many_servers(seed: int, directory: Path, kills: int, *, power_cuts: bool) -> str:
    """Servers of one file that are killed while they work; what happened, in a line."""
    killing = Killing(directory, random.Random(seed), power_cuts=power_cuts)
    events = killing.run(kills)
    deaths = ", ".join(f"{how} {count}" for how, count in sorted(killing.deaths.items()))
    return (
        f"{events['WorkflowExecutionCompleted']} workflows completed, {len(killing.mill.ledger.acknowledged)}"
        f" acknowledged calls found once each ({deaths})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.processes.crash", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="runs of standalone, each killed until it ends")
    parser.add_argument("--kills", type=int, default=1_000, help="kills of a server, half of them as power cuts")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    for seed in range(options.seed, options.seed + options.rounds):
        directory = Path(tempfile.mkdtemp(prefix="crash-"))
        kills = life(seed, directory)
        print(f"seed {seed}: killed {kills} times, nothing lost", flush=True)
        shutil.rmtree(directory)
    done, seed = 0, options.seed
    while done < options.kills:
        kills = min(KILLS_OF_A_FILE, options.kills - done)
        power_cuts = seed % 2 == 1
        directory = Path(tempfile.mkdtemp(prefix="kills-"))
        said = many_servers(seed, directory, kills, power_cuts=power_cuts)
        print(f"seed {seed}: {kills} {'power cuts' if power_cuts else 'kills'} of a server: {said}", flush=True)
        shutil.rmtree(directory)
        done, seed = done + kills, seed + 1


if __name__ == "__main__":
    main()
