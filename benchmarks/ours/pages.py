"""What the pages cost, in this process and without a network.

Their bytes and elements are the same on every machine; tests assert those.
"""

from __future__ import annotations

import gc
import tempfile
import time
from pathlib import Path

import psutil
from tests.web.histories import START, Play, Step, crawl, diamond, order, report
from tests.web.world import World, pages_of

from benchmarks.contract import Bench
from benchmarks.goals import PAGES
from simpleflow.web.adapter import run_of
from simpleflow.web.drawing import draw_plot
from simpleflow.web.files import Picture
from simpleflow.web.insight.rows import timeline_of
from simpleflow.web.queries.runs import Histories
from simpleflow.web.runs import Run
from swf.lifecycle import fold
from swf.protocol.operations import StartWorkflowExecution
from swf.protocol.values import WorkflowType
from swf.server import ManualClock, Service, open_service
from swf.server.machine.quotas import Quotas
from swf.server.pending import Pending

REPEAT = 7
EXECUTIONS = 100_000
TASKS = 9_000
"""Of each of the runs that are kept."""
EVENTS = 100_000
"""Of all runs that are kept, or a few more."""
HUGE = 2_666
"""Items of the largest pipeline: three tasks each, and three more."""
ROOMY = Quotas(events_per_execution=100_000, open_activities=TASKS)
FLOW = WorkflowType(name="shop.OrderWorkflow", version="3")
SECOND = 100
"""So many executions are started in one."""


def one_run(bench: Bench) -> None:
    """The page of an execution: small, of middling size and large; then the parts of the large one."""
    service = open_service(None, clock=ManualClock(START), quotas=ROOMY)
    Play(order().steps, signals={"courier-ready": 31.0}, workflow_id="small", on=service).play()
    Play(report().steps, workers=12, workflow_id="middle", on=service).play()
    Play(crawl().steps, workers=64, workflow_id="large", on=service).play()
    Play(crawl(HUGE).steps, workers=64, workflow_id="huge", on=service).play()
    world = pages_of(service)
    for name in ("small", "middle", "large"):
        path = world.path(name)
        tasks = world.get(f"{path}/summary.json").json()["tasks"]
        bench.kernel("page", tasks, lambda path=path: world.get(path), repeat=REPEAT)
    bench.kernel("page, history not read yet", tasks, lambda: _cold(service, world.path("large")), repeat=1)
    parts(bench, world, 3 * HUGE + 3)
    live(bench, world)
    service.close()


def parts(bench: Bench, world: World, tasks: int) -> None:
    """What the page of a large execution is made of."""
    folded = Histories(world.client, world.clock.now).read(("shop", "huge", world.run_id("huge")), patience_s=60.0)
    events = list(folded.history)
    bench.kernel("fold", tasks, lambda: fold(events), repeat=REPEAT)
    about = {"domain": "shop", "workflow_id": "huge", "run_id": world.run_id("huge"), "now": START}
    run = run_of(folded.execution, **about)  # type: ignore[arg-type]
    picture = Picture(run)
    bench.kernel("critical path", tasks, lambda: Picture(run).path, repeat=REPEAT)
    bench.kernel("graph", tasks, lambda: Picture(run).graph, repeat=REPEAT)
    bench.kernel("timeline", tasks, lambda: _timeline(run, picture.path), repeat=REPEAT)


def _timeline(run: Run, path: tuple[str, ...]) -> None:
    timeline = timeline_of(run, path)
    draw_plot(run, timeline.rows, path, timeline.scale)


def live(bench: Bench, world: World) -> None:
    """What a page of an open run asks for again and again."""
    Play(crawl().steps, workers=64, until=60.0, workflow_id="open", type="search.Crawl", on=world.service).play()
    path = world.path("open")
    told = world.get(f"{path}/summary.json").json()
    bench.kernel("live, no news", 1, lambda: world.get(f"{path}/sections?after={told['events']}"), repeat=40)
    bench.kernel("live, all is news", 1, lambda: _news(world, path), repeat=REPEAT)


def kept(bench: Bench) -> None:
    """The memory of as many histories as the pages keep."""
    service = open_service(None, clock=ManualClock(START), quotas=ROOMY)
    for number in range(4):
        steps = [Step("load"), *(Step("fetch", ["activity-load-1"], result={"page": n}) for n in range(TASKS))]
        Play(steps, workers=TASKS, batch=TASKS // 5, workflow_id=f"run-{number}", on=service).play()
    world = pages_of(service)
    paths = [world.path(f"run-{number}") for number in range(4)]
    gc.collect()
    before = psutil.Process().memory_info().rss
    with bench.measure("runs that are kept", EVENTS) as measure:
        for path in paths:
            world.get(path)
        gc.collect()
        measure.memory_mb = (psutil.Process().memory_info().rss - before) / 1e6
    service.close()


def lists(bench: Bench) -> None:
    """The list of very many."""
    service = open_service(None, clock=ManualClock(START))
    Play(diamond().steps, workflow_id="first", on=service).play()
    world = pages_of(service)
    for first in range(0, EXECUTIONS, SECOND):
        service.submit(
            [
                Pending(StartWorkflowExecution(domain="shop", workflow_id=f"order-{number}", workflow_type=FLOW))
                for number in range(first, first + SECOND)
            ]
        )
        world.clock.advance(1)
    world.get("/shop/")
    with bench.measure("list", EXECUTIONS) as measure:
        for _ in range(40):
            world.clock.advance(1)
            began = time.perf_counter()
            world.get("/shop/")
            measure.parts.append(time.perf_counter() - began)
        measure.seconds = sum(measure.parts) / len(measure.parts)
    service.close()


def _news(world: World, path: str) -> None:
    """All sections, of a picture that is drawn anew."""
    world.clock.advance(2)
    world.get(f"{path}/sections?after=0")


def _cold(service: Service, path: str) -> None:
    pages_of(service).get(path)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Bench(PAGES, Path(folder)).each(one_run, kept, lists)


if __name__ == "__main__":
    main()
