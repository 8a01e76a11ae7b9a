"""Random runs: any values that the types allow, as far as a history could have them.

Hypothesis chooses a seed and a size; drawing every member by itself took a hundred times as long.
"""

from __future__ import annotations

import random

import msgspec
from hypothesis import strategies as st

from simpleflow.web.runs import Attempt, Decision, Kind, Run, Signal, State, Task

NAMES = ["a", "b", "mod.fetch", "mod.index", "x" * 60, "ünï", "<b>", ""]
CLOSED = [State.COMPLETED, State.FAILED, State.TIMED_OUT, State.CANCELED]
KINDS = [Kind.ACTIVITY] * 4 + [Kind.CHILD, Kind.TIMER, Kind.LAMBDA]
START = 1_700_000_000.0


def runs(most: int = 30) -> st.SearchStrategy[Run]:
    """Runs of at most *most* tasks."""
    return st.builds(a_random_run, st.integers(0, 2**32), st.integers(0, most))


def an_attempt(chance: random.Random, at: float, end: float, *, is_open: bool) -> Attempt:
    began = at + chance.randrange(20_000) / 1000 if chance.random() < 0.85 else None
    outcome = None if is_open else chance.choice(CLOSED)
    if began is None and outcome is State.COMPLETED:
        outcome = State.TIMED_OUT
    closed = None if is_open else (began or at) + chance.randrange(20_000) / 1000
    return Attempt(
        scheduled=min(at, end),
        started=None if began is None else min(began, end),
        closed=None if closed is None else min(closed, end),
        outcome=outcome,
        reason=chance.choice([None, "", "Boom: <x>"]),
        details=None,
        worker=None,
        event=chance.randrange(1000),
    )


def a_task(chance: random.Random, number: int, at: float, end: float, *, is_run_open: bool) -> Task:
    tries = []
    for _ in range(chance.choice([0, 0, 0, 1, 2])):
        tries.append(an_attempt(chance, at, end, is_open=False))
        at = min(end, (tries[-1].closed or at) + chance.choice([0.0, 0.5]))
    tries.append(an_attempt(chance, at, end, is_open=chance.random() < 0.2))
    last = tries[-1]
    still = State.WAITING if last.started is None else State.RUNNING
    return Task(
        id=f"t{number}",
        kind=chance.choice(KINDS),
        name=chance.choice(NAMES),
        version="1",
        after=(),
        attempts=tuple(tries),
        state=last.outcome or (still if is_run_open else State.UNFINISHED),
        is_inferred=chance.random() < 0.5,
        task_list=chance.choice([None, "gpu"]),
        delays=tuple((a.closed, a.closed + 0.2) for a in tries[:-1] if a.closed is not None and chance.random() < 0.3),
    )


def a_random_run(seed: int, size: int) -> Run:
    chance = random.Random(seed)
    end = START + chance.choice([0, 1, chance.randrange(60_000)]) / 1000
    is_open = chance.random() < 0.5
    names = [chance.choice(["ready", "go", "<s>"]) for _ in range(chance.randrange(4))]
    signals = tuple(Signal(name, START + chance.random() * (end - START), None, 3) for name in names)
    ids = list(dict.fromkeys(f"signal-{name}" for name in names))
    tasks: list[Task] = []
    at = START
    for number in range(size):
        at = min(end, at + chance.choice([0.0, 0.0, 0.1, 1.0]))
        task = a_task(chance, number, at, end, is_run_open=is_open)
        known = [*ids, "unknown"]
        after = tuple(chance.sample(known, min(len(known), chance.randrange(4))))
        if len(tasks) > 3 and chance.random() < 0.3:
            after = tasks[-1].after
        woken = tuple(chance.sample(known, min(len(known), chance.randrange(3))))
        tasks.append(msgspec.structs.replace(task, after=after, woken=woken))
        ids.append(task.id)
    decisions = tuple(
        Decision(START + i / 10, START + i / 10, None if i == 2 else START + i / 10 + 0.01, i == 1, "d", i)
        for i in range(chance.randrange(4))
    )
    state = State.RUNNING if is_open else chance.choice([*CLOSED, State.TERMINATED, State.CONTINUED])
    return Run(
        domain="d",
        workflow_id=chance.choice(["w", "<w>&"]),
        run_id="r",
        type="t",
        version="1",
        state=state,
        start=START,
        close=None if is_open else end,
        now=end,
        tasks=tuple(tasks),
        signals=signals,
        decisions=decisions,
        awaited=tuple(sorted(chance.sample(["ready", "later"], chance.randrange(3)))) if is_open else (),
        task_list="gpu",
        events=len(tasks) * 3,
        reason=chance.choice([None, "", "Boom"]),
        result=chance.choice([None, '{"a": 1}']),
    )
