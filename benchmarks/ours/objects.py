"""What the objects of ``swf`` cost: long histories, many executions, in memory."""

from __future__ import annotations

import gc
import tempfile
import tracemalloc
from pathlib import Path
from typing import Final

from benchmarks.contract import Bench
from swf.lifecycle import Execution, fold
from swf.models import Domain, History, WorkflowType
from swf.models.history import builder
from swf.protocol import wire
from swf.protocol.limits import EVENTS_PER_EXECUTION
from swf.server import open_service
from swf.server.inprocess import InProcessClient

PEER: Final = "swf objects"
EXECUTIONS = 10_000
LAST: Final = 5_000


class Work:
    name, version, task_list = "work", "1", "work"


def long_history() -> History:
    """As many events as an execution may have: activities one after the other."""
    history = builder.History(Work, input={"args": [1]})
    number = 0
    while len(history) < EVENTS_PER_EXECUTION - 10:
        number += 1
        history.add_activity_task(Work, activity_id=f"work-{number}", input={"args": [number]}, result=number)
        history.add_decision_task_scheduled().add_decision_task_started()
    while len(history) < EVENTS_PER_EXECUTION:
        history.add_signal("more")
    return history


def further_events(history: History) -> None:
    """The last events of a long history come one by one."""
    execution = Execution()
    for fact in history.facts[:-LAST]:
        execution.evolve(fact)
    for page in [wire.encode(fact) for fact in history.facts[-LAST:]]:
        (fact,) = wire.decode_events(b"[%b]" % page)
        execution.evolve(fact)


def many_executions(bench: Bench) -> None:
    """Lists executions of a service in memory; what the sequence holds meanwhile is the memory of these rows."""
    service = open_service(None)
    domain = Domain("bench", connection=InProcessClient(service))
    domain.save()
    workflow_type = WorkflowType(domain, "work", "1", task_list="work")
    workflow_type.save()
    for number in range(EXECUTIONS):
        workflow_type.start_execution(f"work-{number}")
    bench.kernel("list executions", EXECUTIONS, lambda: sum(1 for _ in domain.executions.all()), repeat=3)
    for count in (1_000, EXECUTIONS):
        gc.collect()
        tracemalloc.start()
        held = 0
        with bench.measure("memory of a list", count) as measure:
            for seen, _ in enumerate(domain.executions.filter(page_size=500), 1):
                if seen % 250 == 0:
                    gc.collect()  # what the service in this process leaves behind is none of the sequence's
                    held = max(held, tracemalloc.get_traced_memory()[0])
                if seen == count:
                    break
            measure.memory_mb = held / 2**20
        tracemalloc.stop()
    service.close()


def one_history(bench: Bench) -> None:
    """Reads as many events as an execution may have."""
    history = long_history()
    text = history.to_json()
    events = len(history)
    bench.kernel("decode", events, lambda: History.from_json(text), repeat=5)
    bench.kernel("decode and fold", events, lambda: fold(History.from_json(text).facts), repeat=5)
    bench.kernel("decode and compile", events, lambda: History.from_json(text).compile(), repeat=5)
    bench.kernel("decode, check and fold", events, lambda: History.from_json(text).execution, repeat=5)
    bench.kernel("fold the rest of 25,000", LAST, lambda: further_events(history), repeat=3)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Bench(PEER, Path(folder)).each(one_history, many_executions)


if __name__ == "__main__":
    main()
