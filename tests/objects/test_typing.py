"""What an editor says of code on ``swf``: good code passes, wrong code is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

GOOD = """
import datetime
from swf import __version__
from swf.actors import ActivityWorker, Decider
from swf.core import ConnectedSWFObject
from swf.models import ActivityType, CompiledEvent, Domain, Event, History, WorkflowExecution, WorkflowType
from swf.models.decision import Decision, TimerDecision
from swf.models.history import builder
from swf.querysets import DomainQuerySet, WorkflowTypeQuerySet

shop: Domain = DomainQuerySet(region="eu-west-1").get_or_create("shop", retention_period=7)
order: WorkflowType = WorkflowTypeQuerySet(shop).all()[0]
execution: WorkflowExecution = order.start_execution("order-1", input={"a": 1}, tag_list=["x"])
ids: list[str] = [each.workflow_id for each in shop.executions.filter(tag="x", oldest_date=3)]
some: list[WorkflowExecution] = shop.executions.all()[:3]
first: WorkflowExecution | None = shop.executions.all().first()
history: History = execution.history()
event: Event = history[0]
part: History = history[1:]
at: datetime.datetime = event.timestamp
thing: CompiledEvent | None = history.compile().find("Timer", "t")
decision: TimerDecision = TimerDecision().start("t", 5)
Decider(shop, "orders").complete("token", [decision])
status: bool = ActivityWorker(shop, "cards").heartbeat("token").cancel_requested
name: str = ConnectedSWFObject().describe_domain("shop").domain_info.name
made: builder.History = builder.History(order).add_signal("paid").add_timer_started("t")
"""
WRONG = [
    'shop.name = "other"',
    'order.start_execution(colour="red")',
    "number: int = execution.workflow_id",
    'ConnectedSWFObject().describe_domain(nam="shop")',
    "event.timestamp = at",
    'TimerDecision().start("t")',
    "text: str = history[0]",
    "from swf import REGISTERED",
]


def test_a_type_checker_accepts_good_code_and_finds_each_wrong_line(tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    path.write_text(GOOD + "\n".join(WRONG) + "\n")
    first = len(GOOD.splitlines()) + 1
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path), str(path)],
        capture_output=True,
        text=True,
    )
    lines = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error: " in line}
    assert lines == set(range(first, first + len(WRONG))), done.stdout
