"""What a page that is open is told, when, and what that costs."""

from __future__ import annotations

import html
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from simpleflow.web.answers.viewers import Viewers
from simpleflow.web.insight import sentence
from simpleflow.web.insight.moments import moments
from simpleflow.web.runs import Run
from swf.protocol import operations as o
from swf.protocol.faults import AccessDeniedException, ThrottlingException
from swf.protocol.values import TaskList
from swf.server import ManualClock, open_service
from tests.web.histories import START, Play, Step
from tests.web.strategies import runs
from tests.web.world import World, pages_of

HISTORY = "GetWorkflowExecutionHistory"


@given(run=runs(12))
def test_the_sentence_changes_by_itself_at_its_moments_alone(run: Run) -> None:
    found = moments(run, run.now)
    assert (found == ()) == (run.close is not None)
    since = run.now
    for until in (*found, run.now + 200_000):
        if until > since:
            told = {sentence(replace(run, now=now)).lead for now in (since + 0.001, (since + until) / 2, until)}
            assert len(told) == 1, (since, until)
            since = until


@pytest.fixture
def going() -> World:
    """An execution whose first decision nobody takes."""
    world = pages_of(open_service(None, clock=ManualClock(START)))
    Play([Step("load")], workflow_id="first", on=world.service).play()
    world.clock.set(START + 100)
    world.start("going")
    return world


def asked(world: World, last: int, seen: float) -> Any:
    """What a page is answered that shows the event *last* and was drawn at *seen*."""
    answer = world.get(f"{world.path('going')}/sections", params={"after": last, "seen": seen})
    return answer.json() if answer.status_code == 200 else None


def signal(world: World) -> None:
    world.client.client.call(o.SignalWorkflowExecution(domain="shop", workflow_id="going", signal_name="paid"))


def test_a_silent_decider_is_told_of_ten_seconds_after_the_decision_was_due(going: World) -> None:
    """Whatever has happened since; and once."""
    at = START + 100
    assert asked(going, 2, at) is None
    going.clock.set(at + 6)
    signal(going)
    news = asked(going, 2, at)
    assert "The decider does not answer" not in news["sections"]["say"]
    going.clock.set(at + 9.5)
    assert asked(going, 3, at + 6) is None
    going.clock.set(at + 10.5)
    news = asked(going, 3, at + 6)
    assert "The decider does not answer" in news["sections"]["say"]
    going.clock.set(at + 20)
    assert asked(going, 3, news["seen"]) is None


def test_a_list_that_nobody_polls_is_told_of_a_minute_after_its_task_was_scheduled() -> None:
    service = open_service(None, clock=ManualClock(START))
    Play([Step("train")], workers=0, until=1.0, workflow_id="going", on=service).play()
    world = pages_of(service)
    world.clock.set(START + 30)
    signal(world)
    decision = world.client.client.call(o.PollForDecisionTask(domain="shop", task_list=TaskList(name="default")))
    world.client.client.call(o.RespondDecisionTaskCompleted(task_token=decision.task_token))
    news = asked(world, 5, START)
    assert "No worker took" not in news["sections"]["say"]
    world.clock.set(START + 61)
    news = asked(world, news["last"], news["seen"])
    assert "No worker took a task of this execution from 'default' in the last 60 s" in html.unescape(
        news["sections"]["say"]
    )
    world.service.close()


def test_no_news_is_one_call_of_the_service(going: World) -> None:
    path = going.path("going")
    going.get(path)
    going.client.calls.clear()
    assert going.get(f"{path}/sections?after=2&seen={START + 100}").status_code == 204
    assert going.client.calls == [HISTORY]
    going.client.calls.clear()
    signal(going)
    assert going.get(f"{path}/sections?after=2&seen={START + 100}").status_code == 200
    assert going.client.calls == [HISTORY]


def test_a_service_that_tells_of_its_writes_is_asked_when_there_was_one(going: World) -> None:
    """The reader wakes on a commit: pages that ask meanwhile cost no call, and see every event at once."""
    committed = going.service.database
    embedded = pages_of(going.service, commits=lambda: committed.committed, fresh_s=1000.0)
    path = embedded.path("going")
    embedded.get(path)
    embedded.get(path)
    embedded.client.calls.clear()
    for _ in range(7):
        assert embedded.get(f"{path}/sections?after=2").status_code == 204
    assert embedded.client.calls == []
    signal(going)
    assert embedded.get(f"{path}/sections?after=2").json()["last"] == 3
    assert embedded.get(f"{path}/sections?after=3").status_code == 204
    assert embedded.client.calls == [HISTORY]


def test_viewers_of_one_execution_share_a_call_where_nothing_tells_of_writes(going: World) -> None:
    """But who loads a page sees what is."""
    amazon = pages_of(going.service, fresh_s=1.0)
    path = amazon.path("going")
    amazon.get(path)
    amazon.client.calls.clear()
    amazon.clock.advance(1.5)
    for _ in range(7):
        assert amazon.get(f"{path}/sections?after=2").status_code == 204
    assert amazon.client.calls == [HISTORY]
    signal(going)
    assert amazon.get(f"{path}/sections?after=2").status_code == 204
    assert "paid" in amazon.get(path).text
    amazon.clock.advance(1.5)
    assert amazon.get(f"{path}/sections?after=2").json()["last"] == 3


def test_who_asks_for_news_is_known_until_told_of_the_close(going: World) -> None:
    heard: list[tuple[str, str, bool]] = []

    class Noted(Viewers):
        def heard(self, page: str, workflow_id: str, *, is_over: bool) -> None:
            heard.append((page, workflow_id, is_over))

    world = pages_of(going.service, viewers=Noted())
    path = world.path("going")
    world.get(f"{path}/sections?after=2&tab=one")
    world.get(f"{path}/sections?after=2")
    world.client.client.call(o.TerminateWorkflowExecution(domain="shop", workflow_id="going"))
    world.get(f"{path}/sections?after=2&tab=one")
    assert heard == [("one", "going", False), ("one", "going", True)]


@pytest.mark.parametrize(
    ("fault", "status", "kind", "advice"),
    [
        (ThrottlingException("Rate exceeded"), 503, "throttled", "Amazon slows us down; going on in 3 s."),
        (AccessDeniedException("no"), 403, "denied", f"{HISTORY} needs the IAM action swf:{HISTORY}"),
    ],
)
def test_a_page_that_asks_for_news_is_told_why_there_are_none(
    going: World, fault: Exception, status: int, kind: str, advice: str
) -> None:
    amazon = pages_of(going.service, is_amazon=True)
    path = amazon.path("going")
    amazon.get(path)
    amazon.client.faults[HISTORY] = fault
    answer = amazon.get(f"{path}/sections", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["kind"]) == (status, kind)
    assert answer.json()["advice"].startswith(advice)
