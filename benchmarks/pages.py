"""``python -m benchmarks.pages``: what the pages cost, beside what they may cost.

Medians in this process, without a network. Bytes and elements are the same on every machine, and asserted by the tests.
"""

from __future__ import annotations

import gzip
import re
import resource
import statistics
import time
from collections.abc import Callable

from tests.web.histories import START, Play, crawl, diamond, order, report
from tests.web.world import World, pages_of

from simpleflow.web.adapter import run_of
from simpleflow.web.assets import assets
from simpleflow.web.drawing import draw_plot
from simpleflow.web.files import Picture
from simpleflow.web.queries.runs import Histories
from swf.lifecycle import fold
from swf.server import ManualClock, open_service


def main() -> None:
    """Prints a line for each measure."""
    service = open_service(None, clock=ManualClock(START))
    Play(order().steps, signals={"courier-ready": 31.0}, workflow_id="small", on=service).play()
    Play(report().steps, workers=12, workflow_id="middle", on=service).play()
    Play(crawl().steps, workers=64, workflow_id="large", on=service).play()
    world = pages_of(service)
    for name, gate in (("small", 15), ("middle", 15), ("large", 200)):
        path = world.path(name)
        told = world.get(f"{path}/summary.json").json()
        _tell(f"page of {told['tasks']:,} tasks", _median(lambda path=path: world.get(path)), gate)
    _tell("page of 3,003 tasks, history not read yet", _cold(service, world.path("large")), None)
    _parts(world)
    _live(world)
    page = world.get(world.path("large"))
    _say("its HTML, compressed", f"{len(gzip.compress(page.content)):,} bytes", "15,000")
    _say("its HTML", f"{len(page.content):,} bytes", "80,000")
    _say("its elements", f"{len(re.findall('<[a-z]', page.text)):,}", "1,000")
    sizes = {name: len(gzip.compress(asset.body)) for name, asset in assets().items()}
    _say("style sheet, compressed", f"{sizes['app.css']:,} bytes", "8,192")
    scripts = sum(size for name, size in sizes.items() if name.endswith(".js"))
    _say("scripts, compressed", f"{scripts:,} bytes", "12,288")
    _lists()
    _say("memory of this process", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB", "")


def _parts(world: World) -> None:
    """What the page of 3,003 tasks is made of."""
    run_id = world.run_id("large")
    folded = Histories(world.client).read(("shop", "large", run_id))
    events = list(folded.history)
    _tell(f"fold {len(events):,} events", _median(lambda: fold(events)), 150)
    about = {"domain": "shop", "workflow_id": "large", "run_id": run_id, "now": START}
    run = run_of(folded.execution, **about)  # type: ignore[arg-type]
    _tell("critical path", _median(lambda: Picture(run).path), 20)
    _tell("graph", _median(lambda: Picture(run).graph), 120)
    picture = Picture(run)
    _tell("timeline", _median(lambda: draw_plot(run, Picture(run).rows, picture.path)), 180)


def _live(world: World) -> None:
    """What a page of an open run asks for again and again."""
    Play(crawl().steps, workers=64, until=60.0, workflow_id="open", type="search.Crawl", on=world.service).play()
    path = world.path("open")
    told = world.get(f"{path}/summary.json").json()
    _tell("live, without news", _median(lambda: world.get(f"{path}/sections?after={told['events']}"), 40), 3)
    _tell(f"live, news of {told['tasks']:,} tasks", _median(lambda: world.get(f"{path}/sections?after=0")), 150)


def _lists(executions: int = 100_000) -> None:
    """A list of very many."""
    service = open_service(None, clock=ManualClock(START))
    Play(diamond().steps, workflow_id="first", on=service).play()
    world = pages_of(service)
    for number in range(executions):
        world.start(f"order-{number}")
        if number % 100 == 0:
            world.clock.advance(1)
    world.get("/shop/")
    spent = []
    for _ in range(40):
        world.clock.advance(1)
        began = time.perf_counter()
        world.get("/shop/")
        spent.append((time.perf_counter() - began) * 1000)
    _tell(f"list of {executions:,} executions, 95 of 100", sorted(spent)[int(len(spent) * 0.95)], 100)
    service.close()


def _median(action: Callable[[], object], times: int = 7) -> float:
    """Milliseconds."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def _cold(service: object, path: str) -> float:
    fresh = pages_of(service)  # type: ignore[arg-type]
    began = time.perf_counter()
    fresh.get(path)
    return (time.perf_counter() - began) * 1000


def _tell(name: str, milliseconds: float, gate: float | None) -> None:
    _say(name, f"{milliseconds:.1f} ms", "" if gate is None else f"{gate:g} ms")


def _say(name: str, found: str, gate: str) -> None:
    print(f"{name:<45} {found:>16}   {'at most ' + gate if gate else ''}")


if __name__ == "__main__":
    main()
