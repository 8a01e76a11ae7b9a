"""Power cuts as a property: whatever part of the unsynced log is lost, nothing that was answered is.

After every call the file is copied with its log cut at each commit since the last sync, and opened anew.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.decision import decision
from swf.protocol.faults import UnknownResourceFault
from swf.protocol.wire import decode_events
from swf.server import ManualClock, open_service
from swf.server.check import problems
from swf.server.inprocess import InProcessClient
from swf.server.pending import Pending
from tests.effort import rounds
from tests.service.flow import DOMAIN, LIST, Flow, schedule, start_timer

HEADER, FRAME = 32, 4096 + 24
STEPS = 25


@dataclass
class Watched:
    """A flow whose commits and syncs are noted down, and what its callers were told."""

    flow: Flow
    ends: list[int] = field(default_factory=list)
    """Frames in the log after each commit."""
    synced: int = 0
    accepted: set[str] = field(default_factory=set)
    handed_out: set[str] = field(default_factory=set)
    """Activities that a poll was answered with."""

    def watch(self) -> None:
        database = self.flow.service.database
        watched = self

        class Notes(type(database.observer)):  # type: ignore[misc]  # the class of the moment
            def committed(self, seconds: float, frames: int) -> None:
                watched.ends.append(frames)

            def synced(self, seconds: float) -> None:
                watched.synced = database.frames

        database.observer = Notes()

    def cuts(self) -> list[int]:
        """Where a power cut may end the log, in frames."""
        return sorted({self.synced, *(end for end in self.ends if end >= self.synced)})

    def step(self, number: int, chance: random.Random) -> None:
        """One call."""
        flow, client = self.flow, self.flow.client
        match chance.randrange(6):
            case 0:
                client.call(
                    o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name=f"signal-{number}")
                )
                self.accepted.add(f"signal-{number}")
            case 1 | 2:
                task = client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
                flow.decision_token = task.task_token or flow.decision_token
            case 3 if flow.decision_token is not None:
                decisions: list[Any] = [schedule(f"activity-{number}"), start_timer(f"timer-{number}", 5)]
                self._respond(
                    o.RespondDecisionTaskCompleted(
                        task_token=flow.decision_token,
                        decisions=tuple(map(decision, decisions)),
                        execution_context=f"context-{number}",
                    ),
                    f"context-{number}",
                )
                flow.decision_token = None
            case 4:
                activity = client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST))
                if activity.task_token is not None:
                    flow.activity_tokens[activity.activity_id] = activity.task_token
                    self.handed_out.add(activity.activity_id)
            case 5 if flow.activity_tokens:
                id = chance.choice(sorted(flow.activity_tokens))
                token = flow.activity_tokens[id]
                if chance.random() < 0.5:
                    client.call(o.RecordActivityTaskHeartbeat(task_token=token, details="half"))
                else:
                    del flow.activity_tokens[id]
                    self._respond(
                        o.RespondActivityTaskCompleted(task_token=token, result=f"result-{id}"), f"result-{id}"
                    )

    def _respond(self, request: o.Request[None], text: str) -> None:
        self.flow.client.call(request)
        self.accepted.add(text)


def _texts(events: list[Any]) -> Iterator[str]:
    for event in events:
        a = event.attributes
        yield from (
            text
            for name in ("signal_name", "execution_context", "result")
            if (text := getattr(a, name, None)) is not None
        )


@pytest.mark.parametrize("seed", range(rounds(5, 200)))
def test_no_cut_of_the_log_takes_what_was_answered(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    flow = Flow(str(tmp_path / "flow.db"))
    flow.start()
    watched = Watched(flow, synced=flow.service.database.frames)
    watched.watch()
    tried = 0
    for number in range(STEPS):
        watched.step(number, chance)
        log, cuts = Path(f"{flow.path}-wal").read_bytes(), watched.cuts()  # before the next call, which may sync
        whole = flow.client.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=flow.name)).events
        for cut in cuts:
            copy = tmp_path / "copy.db"
            shutil.copy(str(flow.path), copy)
            Path(f"{copy}-wal").write_bytes(log[: HEADER + cut * FRAME])
            _promises_hold(copy, watched, decode_events(whole))
            tried += 1
    assert tried > STEPS, "some calls leave before their commit is synced"
    flow.service.close()


def _promises_hold(copy: Path, watched: Watched, whole: list[Any]) -> None:
    flow = watched.flow
    service = open_service(copy, clock=ManualClock(flow.clock.now() + 1))
    client = InProcessClient(service, poll_wait_s=0)
    assert list(problems(service)) == []
    page = client.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=flow.name))
    events: list[Any] = decode_events(page.events)
    assert events == whole[: len(events)], "a prefix"
    assert watched.accepted <= set(_texts(events))
    while (task := client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST))).task_token is not None:
        assert task.activity_id not in watched.handed_out, "an activity that somebody has is handed out again"
    if flow.decision_token is not None:
        answer = o.RespondDecisionTaskCompleted(
            task_token=flow.decision_token, decisions=(decision(d.RecordMarker(marker_name="m")),)
        )
        started = [event for event in whole if event.type == "DecisionTaskStarted"][-1]
        if started in events:
            client.call(answer)
        else:
            client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
            with pytest.raises(UnknownResourceFault):
                client.call(answer)
    service.close()


def test_a_decision_task_of_an_execution_that_was_let_go_meanwhile_waits_for_its_last_commit(tmp_path: Path) -> None:
    """Loaded anew, nobody knows which commit was its last, so it is the newest of all."""
    flow = Flow(str(tmp_path / "flow.db"))
    flow.start()
    signal = Pending(o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="s"))
    poll = Pending(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
    flow.service.submit([signal])
    flow.service.histories.drop(1)
    flow.service.submit([poll])
    assert poll.answer.task_token is not None
    assert poll.lsn >= signal.lsn > flow.service.database.synced
    flow.service.close()
