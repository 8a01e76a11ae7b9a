"""Kills and stops under load: what must hold afterwards. Used by the tests in small, by ``make crashtest`` in large."""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from swf.protocol.values import WorkflowExecution
from tests.processes.fleet import Fleet, fleet, is_alive, nothing_twice, parent_of, result, wait_until
from tests.processes.flows import Chain, Fan, Rounds

DECIDERS: Final = ("decider.start", *(f"tests.processes.flows.{name}" for name in ("Chain", "Fan", "Rounds")))
WORKERS: Final = ("worker.start", "--task-list", "safe", "tests.processes.flows.Chain")
HEARTBEAT_TIMEOUT_S: Final = 5.0


class Load:
    """Executions of three kinds that run beside what is done to the processes."""

    def __init__(self, fleet: Fleet, chance: random.Random, *, prefix: str = "") -> None:
        """*prefix* begins the ids of its executions, and tells them from those of another load."""
        self._fleet = fleet
        self._chance = chance
        self._prefix = prefix
        self._client = fleet.client()
        self._expected: dict[str, int] = {}

    @property
    def count(self) -> int:
        """So many executions were started."""
        return len(self._expected)

    def _closed(self) -> dict[str, WorkflowExecution]:
        closed = self._fleet.closed(self._client)
        return {workflow_id: closed[workflow_id] for workflow_id in closed.keys() & self._expected.keys()}

    def start(self, count: int) -> None:
        """Starts so many more executions, of activities between 20 and 400 ms."""
        for _ in range(count):
            kind: Any = self._chance.choice([Chain, Fan, Rounds])
            n, seconds = self._chance.randint(2, 8), round(self._chance.uniform(0.02, 0.4), 3)
            workflow_id = f"{self._prefix}{kind.name}-{len(self._expected)}"
            self._expected[workflow_id] = {
                "chain": n,
                "fan": sum(range(1, n + 1)),
                "rounds": sum(2 * (number + 1) for number in range(n)),
            }[kind.name]
            self._fleet.start(self._client, kind, workflow_id, n, seconds)

    def keep(self, open: int) -> None:
        """Starts executions until so many are open."""
        self.start(max(0, open - (len(self._expected) - len(self._closed()))))

    def finish(self, seconds: float) -> None:
        """Waits until all are closed; all results are right, and no activity was completed twice."""
        wait_until(lambda: len(self._closed()) == len(self._expected), "all are closed", seconds=seconds)
        for workflow_id, execution in self._closed().items():
            events = self._fleet.events(self._client, execution)
            assert result(events) == self._expected[workflow_id], workflow_id
            nothing_twice(events)

    def assert_one_attempt_each(self) -> None:
        """No activity was scheduled a second time."""
        for execution in self._closed().values():
            attempts = Counter(
                event.attributes.activity_id  # type: ignore[attr-defined]
                for event in self._fleet.events(self._client, execution)
                if event.type == "ActivityTaskScheduled"
            )
            assert set(attempts.values()) <= {1}, (execution, attempts)


class Storm:
    """Kills parts of a fleet and has each started again."""

    def __init__(self, fleet: Fleet, chance: random.Random) -> None:
        self._fleet = fleet
        self._chance = chance
        self.slowest_s = 0.0
        """The longest that the children of a killed process have outlived it."""
        self.kinds: dict[str, Callable[[], None]] = {
            "server": self.kill_server,
            "decider": lambda: self.kill_poller("deciders"),
            "worker": lambda: self.kill_poller("workers"),
            "supervisor": self.kill_supervisor,
        }

    def start_all(self, *, processes: int = 2) -> None:
        """Deciders and workers."""
        for name in ("deciders", "workers"):
            self.start(name, processes=processes)

    def start(self, name: str, *, processes: int = 2) -> None:
        """Deciders or workers; returns when their processes are there, so that the supervisor hears signals."""
        command = DECIDERS if name == "deciders" else WORKERS
        self._fleet.begin(name, *command, "--nb-processes", str(processes))
        wait_until(lambda: len(self._fleet.pollers(name)) == processes, f"{name} are there")

    def rage(self, kills_of_each: int, meanwhile: Callable[[], None]) -> None:
        """So many kills of each kind in random order; *meanwhile* is called between them."""
        kills = [kind for kind in self.kinds for _ in range(kills_of_each)]
        self._chance.shuffle(kills)
        for kind in kills:
            meanwhile()
            time.sleep(self._chance.uniform(0.05, 0.6))
            self.kinds[kind]()

    def kill_server(self) -> None:
        """A new one serves the same file at the same port."""
        self._fleet.kill("server")
        self._fleet.start_server()

    def kill_poller(self, name: str) -> None:
        """Its children end, and its supervisor puts another one in its place."""
        pollers = wait_until(lambda: self._fleet.pollers(name), f"{name} are there")
        victim = self._chance.choice(pollers)
        children = self._fleet.below(victim)
        os.kill(victim, signal.SIGKILL)
        self._gone({victim, *children})

    def kill_supervisor(self) -> None:
        """All below it end; the test starts another one."""
        name = self._chance.choice(["deciders", "workers"])
        below = self._fleet.below(self._fleet.parts[name].pid)
        self._fleet.kill(name)
        self._gone(below)
        self.start(name)

    def _gone(self, pids: set[int]) -> None:
        """Within a second, and a little for a busy machine."""
        began = time.monotonic()
        wait_until(lambda: not any(map(is_alive, pids)), f"{pids} have ended", seconds=3.0)
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    def stop_and_start(self, rounds: int, meanwhile: Callable[[], None]) -> None:
        """Tells deciders and workers in turn to stop, every fifth time the server too; all must end with code 0."""
        for number in range(rounds):
            meanwhile()
            time.sleep(self._chance.uniform(0.0, 0.5))
            if number % 5 == 4:
                assert self._fleet.stop("server") == 0
                self._fleet.start_server()
            name = ["deciders", "workers"][number % 2]
            assert self._fleet.stop(name) == 0
            self.start(name)


def no_orphans(fleet: Fleet) -> None:
    """Every process of the fleet stands below one that the test has started."""
    mine = {process.pid for process in fleet.parts.values()}
    everything = fleet.processes()
    below = set().union(*(fleet.below(pid) for pid in mine)) if mine else set()
    lost = {pid: command for pid, command in everything.items() if pid not in mine | below}
    assert not lost, {pid: (parent_of(pid), command) for pid, command in lost.items()}


def crash(kills_of_each: int, stops: int, seed: int) -> None:
    """Kills each kind so often, then stops so often, under load; prints what came of it. Raises if anything is lost."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory, fleet(Path(directory)) as ships:
        load, storm = Load(ships, chance), Storm(ships, chance)
        load.start(50)
        storm.start_all()
        storm.rage(kills_of_each, meanwhile=lambda: load.keep(50))
        no_orphans(ships)
        load.finish(300)
        print(f"{4 * kills_of_each} kills, {load.count} executions: all results right, no activity completed twice")
        print(f"children outlived what had started them by {storm.slowest_s:.2f} s at most")
        load = Load(ships, chance, prefix="stops-")
        load.start(50)
        storm.stop_and_start(stops, meanwhile=lambda: load.keep(50))
        load.finish(300)
        load.assert_one_attempt_each()
        print(f"{stops} stops, {load.count} executions: all ended with code 0, each activity run once")
        no_orphans(ships)
        assert [ships.stop(name) for name in ("workers", "deciders", "server")] == [0, 0, 0]
        assert ships.processes() == {}
        print(ships.check().splitlines()[-1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=crash.__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--stops", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    given = parser.parse_args()
    print(f"seed {given.seed}")
    crash(given.kills, given.stops, given.seed)
