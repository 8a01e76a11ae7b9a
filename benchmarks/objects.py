"""``python -m benchmarks.objects``: what the objects of ``swf`` cost: long histories, many executions.

Prints a table and writes ``benchmarks/objects.json``. Times are those of the processor, which neighbours stretch less.
Compare figures of one run only: machines vary.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from swf.lifecycle import Execution, fold
from swf.models import Domain, History, WorkflowType
from swf.models.history import builder
from swf.protocol import wire
from swf.protocol.limits import EVENTS_PER_EXECUTION
from swf.server import open_service
from swf.server.inprocess import InProcessClient

EXECUTIONS = 10_000


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


def median_ms(measure: Callable[[], Any], repeat: int) -> float:
    """The median processor time of a call."""
    spent = []
    for _ in range(repeat):
        gc.collect()
        began = time.process_time()
        measure()
        spent.append(time.process_time() - began)
    return round(statistics.median(spent) * 1000, 2)


def further_event_us(history: History, last: int = 5_000) -> float:
    """The mean processor time that an event takes which comes to a long history."""
    execution = Execution()
    for fact in history.facts[:-last]:
        execution.evolve(fact)
    pages = [wire.encode(fact) for fact in history.facts[-last:]]
    began = time.process_time()
    for page in pages:
        (fact,) = wire.decode_events(b"[%b]" % page)
        execution.evolve(fact)
    return round((time.process_time() - began) / last * 1e6, 2)


def many_executions(results: dict[str, Any]) -> None:
    """Lists executions of a service in memory."""
    service = open_service(None)
    domain = Domain("bench", connection=InProcessClient(service))
    domain.save()
    workflow_type = WorkflowType(domain, "work", "1", task_list="work")
    workflow_type.save()
    for number in range(EXECUTIONS):
        workflow_type.start_execution(f"work-{number}")
    results["list_10000_executions_ms"] = median_ms(lambda: sum(1 for _ in domain.executions.all()), 3)
    for name, count in (("first_1000", 1_000), ("all_10000", EXECUTIONS)):
        gc.collect()
        tracemalloc.start()
        held = 0
        for seen, _ in enumerate(domain.executions.filter(page_size=500), 1):
            if seen % 250 == 0:
                gc.collect()  # what the service in this process leaves behind is none of the sequence's
                held = max(held, tracemalloc.get_traced_memory()[0])
            if seen == count:
                break
        results[f"memory_held_{name}_kb"] = round(held / 1024)
        tracemalloc.stop()
    service.close()


GOALS = {"fold_25000_from_json_ms": "<= 150", "further_event_us": "<= 6", "memory_held_all_10000_kb": "as for 1,000"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.objects", description=__doc__)
    parser.add_argument("--repeat", type=int, default=7, help="runs of each measure; the median counts")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("objects.json"))
    options = parser.parse_args()
    history = long_history()
    text = history.to_json()
    results: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "history_mb": round(len(text) / 1e6, 2),
        "decode_25000_ms": median_ms(lambda: History.from_json(text), options.repeat),
        "fold_25000_from_json_ms": median_ms(lambda: fold(History.from_json(text).facts), options.repeat),
        "compile_25000_from_json_ms": median_ms(lambda: History.from_json(text).compile(), options.repeat),
        "checked_and_folded_25000_from_json_ms": median_ms(lambda: History.from_json(text).execution, options.repeat),
        "further_event_us": further_event_us(history),
    }
    many_executions(results)
    print(f"{results['machine']}, Python {results['python']}")
    for name, value in results.items():
        if name not in ("machine", "python"):
            goal = f"   goal {GOALS[name]}" if name in GOALS else ""
            print(f"{name:40} {value:>8}{goal}")
    options.output.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
