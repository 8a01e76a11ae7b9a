"""``RESULTS.md``: what was reached, beside goals, peers and limits of the same run, and all figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.contract import Row
from benchmarks.goals import DURABLE, GOALS, LIMIT, Goal, Results, memory_mb, p50_ms, per_second

INTRODUCTION = """# Results

Written by `make bench` and `make bench-peers` from `results.json`; what they mean is in
[where the time goes](../docs/discussions/performance.md). Figures are medians of one run. Compare those of one run
only: machines vary.
"""


def markdown(results: Results, about: Mapping[str, str]) -> str:
    """The whole page."""
    lines = [INTRODUCTION, *(f"* {name}: {value}" for name, value in about.items()), ""]
    lines += ["## Goals", "", *goals(results), ""]
    lines += ["## Peers", "", "![throughput of a chain](throughput.svg) ![growth with its length](growth.svg)", ""]
    lines += [*peers(results), ""]
    lines += ["## The machine", "", *limits(results), "", "## All figures", "", *everything(results), ""]
    return "\n".join(lines)


def goals(results: Results) -> Iterator[str]:
    """Each goal with what was reached."""
    yield "| measure | goal | reached | | best peer | times better | of the limit |"
    yield "|---|--:|--:|---|---|--:|--:|"
    for goal in GOALS:
        found = goal.reached(results)
        if found is None:
            yield f"| {goal.name} | {_wanted(goal)} | not measured | | | | |"
            continue
        name, best = _best(goal, results)
        peer = f"{name} {number(best)}" if best is not None else ""
        ratio = number(goal.times_better(found, best)) if best is not None else ""
        limit = results.median(goal.limit, goal.field) if goal.limit else None
        share = f"{100 / goal.times_better(limit, found):.0f} %" if limit else ""
        if goal.rivals and not goal.limit:  # the goal is to be better than the peer
            verdict = "" if best is None else "yes" if found > best else "**no**"
        else:
            verdict = "yes" if goal.is_reached(found) else "**no**"
        yield f"| {goal.name} | {_wanted(goal)} | {number(found)} | {verdict} | {peer} | {ratio} | {share} |"


def _wanted(goal: Goal) -> str:
    if goal.rivals and not goal.limit:
        return "faster than on moto"
    return f">= {goal.least:,g}" if goal.least is not None else f"<= {goal.most:,g}"


def _best(goal: Goal, results: Results) -> tuple[str, float | None]:
    """The best of the rivals; each counts with the first of its sizes that was measured."""
    best: tuple[str, float | None] = "", None
    seen = set()
    for key in goal.rivals:
        value = results.median(key, goal.field)
        if value is None or key[0] in seen:
            continue
        seen.add(key[0])
        if best[1] is None or goal.times_better(value, best[1]) > 1:
            best = key[0], value
    return best


WORK = (
    ("quickstart", 1, "quickstart, ms", p50_ms),
    ("chain", 100, "chain of 100, /s", per_second),
    ("chain", 300, "of 300", per_second),
    ("chain", 1_000, "of 1,000", per_second),
    ("chain", 3_000, "of 3,000", per_second),
    ("fan-out", 100, "fan-out of 100, /s", per_second),
    ("fan-out", 1_000, "of 1,000", per_second),
    ("many", 50, "50 x 5 steps, /s", per_second),
    ("many", 200, "200 x 5, /s", per_second),
)


def peers(results: Results) -> Iterator[str]:
    """The same work by everybody."""
    yield "| | " + " | ".join(title for _, _, title, _ in WORK) + " | memory, MB |"
    yield "|---|" + "--:|" * (len(WORK) + 1)
    for peer in results.peers():
        values = [results.median((peer, work, n), field) for work, n, _, field in WORK]
        if peer == LIMIT or sum(value is not None for value in values) < 2:
            continue
        memory = max((results.median((peer, work, n), memory_mb) or 0 for work, n, _, _ in WORK), default=0)
        name = f"**{peer}**" if peer.startswith("simpleflow") else peer + ("" if _runs(peer) else " (no workflows)")
        cells = [number(value) if value is not None else "" for value in values]
        yield f"| {name} | " + " | ".join(cells) + f" | {number(memory)} |"


def _runs(peer: str) -> bool:
    return peer in DURABLE or "simpleflow" in peer


def limits(results: Results) -> Iterator[str]:
    """What one of each costs."""
    yield "| | us each | per second |"
    yield "|---|--:|--:|"
    for workload in dict.fromkeys(row.workload for row in results.rows if row.peer == LIMIT):
        for n in results.sizes(LIMIT, workload):
            each = results.median((LIMIT, workload, n), per_second)
            if each:
                yield f"| {workload} | {number(1e6 / each)} | {number(each)} |"


def everything(results: Results) -> Iterator[str]:
    """One line per measure that took time: medians."""
    yield "| peer | work | n | runs | per second | p50 ms | p99 ms | CPU s | memory MB | sync ms |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for key in dict.fromkeys((row.peer, row.workload, row.n) for row in results.rows if row.count is None):
        runs = sum((row.peer, row.workload, row.n) == key for row in results.rows)
        fields = ("per_second", "p50_ms", "p99_ms", "cpu_s", "peak_rss_mb", "sync_ms")
        values = [results.median(key, lambda row, field=field: getattr(row, field)) for field in fields]  # type: ignore[misc]
        cells = [number(value) if value is not None else "" for value in values]
        yield f"| {key[0]} | {key[1]} | {key[2]:,} | {runs} | " + " | ".join(cells) + " |"


def number(value: float) -> str:
    """With three digits that mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def read(rows: list[dict[str, object]]) -> Results:
    """Rows as they were written."""
    return Results(Row(**row) for row in rows)  # type: ignore[arg-type]
