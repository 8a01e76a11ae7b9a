"""What we want to reach, on a machine with two cores and a sync of 0.25 ms."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.contract import Row

STANDALONE: Final = "simpleflow standalone"
PROCESSES: Final = "simpleflow processes"
BOTO3: Final = "simpleflow processes, boto3"
LOCAL: Final = "simpleflow local"
DECIDER: Final = "simpleflow decider"
COMMAND: Final = "simpleflow command"
PAGES: Final = "simpleflow pages"
LIMIT: Final = "limit"
OLDER: Final = "older simpleflow on our service"
OLDER_MOTO: Final = "older simpleflow on moto"

NAMED: Final = ("bench-fan-out-1",)
COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "workflow.list": ("--status", "closed"),
    "workflow.filter": ("--status", "closed"),
    "workflow.info": NAMED,
    "workflow.tasks": NAMED,
    "workflow.profile": NAMED,
    "task.info": (*NAMED, "activity-benchmarks.ours.flows.same-1"),
    "workflow.history": NAMED,
    "workflow.timeline": NAMED,
    "workflow.graph": NAMED,
    "workflow.result": NAMED,
    "history.export": NAMED,
    "domain.list": (),
    "type.list": (),
    "server.check": (),
    "info": (),
}
"""Each command that reads, with what it is given."""

Key = tuple[str, str, int]
Field = Callable[[Row], float | None]


def per_second(row: Row) -> float | None:
    """What was done in one second."""
    return row.per_second


def p50_ms(row: Row) -> float | None:
    """The median of single parts."""
    return row.p50_ms


def p95_ms(row: Row) -> float | None:
    """What all but one in twenty of single parts took at most."""
    return row.p95_ms


def ms(row: Row) -> float | None:
    """What all of it took."""
    return row.seconds * 1000


def memory_mb(row: Row) -> float | None:
    """Memory."""
    return row.peak_rss_mb


def count(row: Row) -> float | None:
    """What was counted."""
    return row.count


class Results:
    """All rows of a run: the same measure was taken several times."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)

    def median(self, key: Key, field: Field) -> float | None:
        """The median over all rows of a peer, workload and size; None if it was not measured."""
        found = [field(row) for row in self.rows if (row.peer, row.workload, row.n) == key]
        values = [value for value in found if value is not None]
        return statistics.median(values) if values else None

    def sizes(self, peer: str, workload: str) -> list[int]:
        """The sizes that a peer was measured with."""
        return sorted({row.n for row in self.rows if (row.peer, row.workload) == (peer, workload)})

    def peers(self) -> list[str]:
        """All peers, in the order of their first rows."""
        return list(dict.fromkeys(row.peer for row in self.rows))


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that is to be reached: *least* is better if it is large, *most* if it is small.

    *against* is subtracted from it, or (*is_ratio*) divides the time per piece. *same* is the work of the peers that it
    is compared with, *limit* that of the bare machine.
    """

    name: str
    key: Key
    field: Field
    least: float | None = None
    most: float | None = None
    against: Key | None = None
    is_ratio: bool = False
    rivals: Sequence[Key] = ()
    limit: Key | None = None

    def reached(self, results: Results) -> float | None:
        """What was measured; None if it was not."""
        found = results.median(self.key, self.field)
        if found is None or self.against is None:
            return found
        base = results.median(self.against, self.field)
        if base is None:
            return None
        return base / found if self.is_ratio else found - base

    def is_reached(self, found: float) -> bool:
        """Whether that is good enough."""
        return found >= self.least if self.least is not None else found <= (self.most or 0)

    def times_better(self, found: float, other: float) -> float:
        """How many times better *found* is than *other*."""
        return found / other if self.least is not None else other / found


DURABLE: Final = ("Temporal, SQLite", "DBOS, SQLite", "DBOS, PostgreSQL", OLDER_MOTO)
"""Peers that run workflows; a queue and a scheduler are beside the point."""


def _rivals(workload: str, *sizes: int) -> tuple[Key, ...]:
    return tuple((peer, workload, n) for peer in DURABLE for n in sizes)


def _chain(n: int) -> Goal:
    key = (STANDALONE, "chain", n)
    return Goal(f"chain of {n:,}, activities/s", key, per_second, least=600,
                rivals=_rivals("chain", n, 1_000, 300, 100), limit=(LIMIT, "chain", 300))  # fmt: skip


def _growth(workload: str, n: int, most: float) -> Goal:
    name = f"growth of time per activity, {n:,} to 300"
    return Goal(name, (STANDALONE, workload, n), per_second, most=most, against=(STANDALONE, "chain", 300),
                is_ratio=True)  # fmt: skip


def _page(workload: str, n: int, most: float, field: Field = ms) -> Goal:
    what = "executions" if workload == "list" else "tasks"
    return Goal(f"pages: {workload} of {n:,} {what}, ms", (PAGES, workload, n), field, most=most)


GOALS: Final[tuple[Goal, ...]] = (
    Goal("quickstart, ms", (STANDALONE, "quickstart", 1), p50_ms, most=12,
         rivals=_rivals("quickstart", 1), limit=(LIMIT, "quickstart", 1)),
    _chain(300), _chain(1_000), _chain(3_000),
    Goal("fan-out of 1,000, activities/s", (STANDALONE, "fan-out", 1_000), per_second, least=1_000,
         rivals=_rivals("fan-out", 1_000, 300, 100), limit=(LIMIT, "fan-out", 1_000)),
    Goal("fan-out of 3,000, activities/s", (STANDALONE, "fan-out", 3_000), per_second, least=1_000,
         rivals=_rivals("fan-out", 1_000, 300, 100), limit=(LIMIT, "fan-out", 1_000)),
    Goal("200 workflows of 5 steps, workflows/s", (STANDALONE, "many", 200), per_second, least=110,
         rivals=_rivals("many", 200, 50, 20), limit=(LIMIT, "many", 200)),
    Goal("chain, processes, our client, activities/s", (PROCESSES, "chain", 300), per_second, least=300,
         rivals=_rivals("chain", 300, 100), limit=(LIMIT, "chain, HTTP", 300)),
    Goal("chain, processes, boto3, activities/s", (BOTO3, "chain", 300), per_second, least=90,
         rivals=_rivals("chain", 300, 100), limit=(LIMIT, "chain, boto3", 100)),
    Goal("warm decision at event 200, ms", (DECIDER, "warm decision", 200), p50_ms, most=1),
    Goal("warm decision at event 20,000, ms", (DECIDER, "warm decision", 20_000), p50_ms, most=1),
    Goal("cold replay of 25,000 events, ms", (DECIDER, "cold replay", 25_000), ms, most=350,
         limit=("swf objects", "decode and fold", 25_000)),
    _growth("chain", 1_000, 1.05), _growth("chain", 3_000, 1.10), _growth("chain, continued as new", 10_000, 1.20),
    Goal("local mode, fan-out of 1,000, activities/s", (LOCAL, "fan-out", 1_000), per_second, least=8_000),
    Goal("map of 10,000 through children, activities/s", (STANDALONE, "map through children", 10_000), per_second,
         least=700, limit=(LIMIT, "fan-out", 1_000)),
    Goal("map of 10,000 through children, MB", (STANDALONE, "map through children", 10_000), memory_mb, most=200),
    Goal("--version, ms above import click", (COMMAND, "--version", 1), p50_ms, most=20,
         against=(LIMIT, "import click", 1)),
    Goal("--help, ms above import click", (COMMAND, "--help", 1), p50_ms, most=40, against=(LIMIT, "import click", 1)),
    Goal("idle standalone, MB", (STANDALONE, "idle", 1), memory_mb, most=110),
    Goal("idle server, decider and 2 workers, MB", (PROCESSES, "idle", 3), memory_mb, most=200),
    Goal("older simpleflow on our service, chain of 100, activities/s", (OLDER, "chain", 100), per_second, least=0,
         rivals=((OLDER_MOTO, "chain", 100),)),
    *(Goal(f"{command}, ms", (COMMAND, command, 1), p50_ms, most=300) for command in COMMANDS),
    Goal("workflow.list of 10,000, first line, ms", (COMMAND, "workflow.list", 10_000), p50_ms, most=300),
    _page("page", 11, 15), _page("page", 55, 15), _page("page", 3_003, 200), _page("fold", 8_001, 150),
    _page("critical path", 8_001, 20), _page("graph", 8_001, 120), _page("timeline", 8_001, 180),
    _page("list", 100_000, 100, p95_ms),
    Goal("pages: an open run asks for news, there is none, ms", (PAGES, "live, no news", 1), ms, most=3),
    Goal("pages: an open run asks for news, all is, ms", (PAGES, "live, all is news", 1), ms, most=150),
    *(Goal(f"pages: {what}", (PAGES, what, n), count, most=most) for what, n, most in (
        ("page, KB compressed", 3_003, 15), ("page, KB", 3_003, 80), ("page, elements", 3_003, 1_000),
        ("list, KB compressed", 26, 6), ("style, KB compressed", 1, 8), ("scripts, KB compressed", 1, 12),
        ("requests of a first view", 3_003, 6),
    )),
    _page("first contentful paint", 11, 500), _page("first contentful paint", 3_003, 800),
    _page("zoom, a frame", 3_003, 50, p95_ms), _page("hover, a frame", 3_003, 50, p95_ms),
    _page("select, a frame", 3_003, 50, p95_ms), _page("zoom, a frame", 10_000, 100, p95_ms),
    Goal("pages: a form beside 7 live pages, ms", (PAGES, "a form beside live pages", 7), p95_ms, most=1_000),
    Goal("pages: runs that are kept, MB", (PAGES, "runs that are kept", 100_000), memory_mb, most=256),
)  # fmt: skip
