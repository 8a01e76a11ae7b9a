"""A treasure hunt on ``swf`` alone: a captain who decides, a crew that works, in processes of their own.

    python -m swf.server pirates.db --port 8000
    python -m examples.swf_pirate captain --endpoint-url http://127.0.0.1:8000
    python -m examples.swf_pirate crew --endpoint-url http://127.0.0.1:8000
    python -m examples.swf_pirate hunt --endpoint-url http://127.0.0.1:8000 Tortuga Nassau

Without ``--endpoint-url`` they meet on Amazon SWF, or wherever boto3's own variables point.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from typing import Any

from swf import format
from swf.actors import ActivityWorker, Decider
from swf.actors.heartbeat import heartbeat_on
from swf.exceptions import PollTimeout, SWFError
from swf.models import ActivityType, Domain, History
from swf.models.decision import ActivityTaskDecision, Decision, WorkflowExecutionDecision
from swf.querysets import ActivityTypeQuerySet, DomainQuerySet, WorkflowTypeQuerySet

ATTEMPTS = 3


def decide(history: History, dig: ActivityType) -> list[Decision]:
    """What to do next: dig on every island at once, again where it went wrong, and count the loot when all is dug."""
    islands: list[str] = history.first.input["islands"]
    things = history.compile()
    decisions: list[Decision] = []
    loot: dict[str, int] = {}
    for island in islands:
        digging = things.find("ActivityTask", f"dig-{island}")
        if digging is not None and digging.state == "completed":
            loot[island] = format.decode(digging.result)
        elif digging is None or (not digging.is_open and digging.attempts < ATTEMPTS):
            decisions.append(ActivityTaskDecision().schedule(f"dig-{island}", dig, input={"island": island}))
        elif not digging.is_open:
            return [WorkflowExecutionDecision().fail(reason=f"{island}: {digging.reason or digging.state}")]
    if len(loot) == len(islands):
        return [WorkflowExecutionDecision().complete({"loot": sum(loot.values())})]
    return decisions


class Captain(Decider):
    """Decides until told to stop."""

    def __init__(self, domain: Domain) -> None:
        super().__init__(domain, "captains")
        self.dig = dig_type(domain)
        self.is_stopped = False

    def start(self) -> None:
        while not self.is_stopped:
            try:
                task = self.poll()
            except PollTimeout:
                continue
            self.complete(task.token, decide(task.history, self.dig))

    def stop(self) -> None:
        self.is_stopped = True
        super().stop()


class Crew(ActivityWorker):
    """Digs until told to stop."""

    def __init__(self, domain: Domain) -> None:
        super().__init__(domain, "crew")
        self.is_stopped = False

    def start(self) -> None:
        while not self.is_stopped:
            try:
                token, task = self.poll()
            except PollTimeout:
                continue
            digging = heartbeat_on(lambda token=token: self.heartbeat(token), interval=5)(dig)  # type: ignore[misc]
            try:
                self.complete(token, digging(**task.input))
            except ValueError as error:
                self.fail(token, details=repr(error), reason=str(error))

    def stop(self) -> None:
        self.is_stopped = True
        super().stop()


def dig(island: str) -> int:
    """Doubloons found: as many as the island has letters."""
    if island == "Atlantis":
        raise ValueError("it has sunk")
    return len(island)


def hunt(domain: Domain, islands: list[str]) -> Any:
    """Sends the pirates out and waits for what they bring home."""
    workflow_type = WorkflowTypeQuerySet(domain).get_or_create("hunt", "1", task_list="captains")
    execution = workflow_type.start_execution(input={"islands": islands})
    while execution.upstream().status == execution.STATUS_OPEN:
        time.sleep(0.1)
    last = execution.history().last
    return format.decode(last.result) if last.state == "completed" else {"failed": last.reason}


def dig_type(domain: Domain) -> ActivityType:
    """The activity type, registered if it is not yet."""
    return ActivityTypeQuerySet(domain).get_or_create(
        "dig",
        "1",
        task_list="crew",
        task_heartbeat_timeout=15,
        task_schedule_to_start_timeout="NONE",
        task_schedule_to_close_timeout="NONE",
        task_start_to_close_timeout=60,
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("role", choices=["captain", "crew", "hunt"])
    parser.add_argument("islands", nargs="*", default=["Tortuga"])
    parser.add_argument("--domain", default="pirates")
    parser.add_argument("--endpoint-url")
    options = parser.parse_intermixed_args(arguments)
    try:
        domain = DomainQuerySet(endpoint_url=options.endpoint_url).get_or_create(options.domain, retention_period=1)
        if options.role == "hunt":
            print(format.encode(hunt(domain, options.islands)))
            return 0
        actor: Captain | Crew = Captain(domain) if options.role == "captain" else Crew(domain)
        signal.signal(signal.SIGTERM, lambda *_: actor.stop())
        actor.start()
    except SWFError as error:
        print(f"swf_pirate: error: {'; '.join(str(error).splitlines())}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
