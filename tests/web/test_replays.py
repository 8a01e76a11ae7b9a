"""Replay checks from the pages, with code that is imported from where they run; and what live pages are told."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from simpleflow.cli.pages import made
from simpleflow.cli.replaying import Replays
from swf.server import ManualClock, open_service
from swf.server.inprocess import InProcessClient
from tests.processes.command import simpleflow
from tests.web.histories import START, Play, Step
from tests.web.world import BASE, World, pages_of

CODE = """
from simpleflow import Workflow, activity

@activity.with_attributes(task_list="here", version="1")
def buy(what):
    return what

class Shopping(Workflow):
    name, version, task_list = "shopping", "1", "here"

    def run(self, what):
        return self.submit(buy, {argument}).result
"""


def test_code_that_was_changed_is_found_out_before_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process of the pages imports it from below its directory, and from what it was told to."""
    (tmp_path / "code_of_shopping.py").write_text(CODE.format(argument="what"))
    name = "code_of_shopping.Shopping"
    done = simpleflow(tmp_path, "standalone", name, "--workflow-id", "errand", "--input", '["bread"]')
    assert done.returncode == 0, done.stderr
    (tmp_path / "code_of_shopping.py").write_text(CODE.format(argument='"cake"'))
    monkeypatch.setattr(sys, "path", [*sys.path])
    service = open_service(tmp_path / "simpleflow.db")
    pages: Any = made(InProcessClient(service), endpoint="here", options="--db simpleflow.db")
    browser = TestClient(pages, base_url=BASE)
    path = str(browser.get("/default/e/errand").url).removeprefix(BASE) + "/replay"

    form = browser.get(path).text
    assert f"workflow.replay {name} errand" in form
    assert "start the pages with --import code_of_shopping" in form
    monkeypatch.chdir(tmp_path)
    form = browser.get(path).text
    assert "Replay it" in form
    token = form.partition('name="token" value="')[2].partition('"')[0]
    told = browser.post(path, data={"token": token}, headers={"origin": BASE})
    assert told.status_code == 200
    assert "1 difference" in told.text
    assert "cake" in told.text
    service.close()


def test_only_what_may_be_imported_is() -> None:
    input = {"__extra": {"class": "json.tool.Thing"}, "args": []}
    assert not Replays([]).can("anything", "1", input)
    assert Replays(["json"]).can("anything", "1", input)
    with pytest.raises(ValueError, match="The code is not there"):
        Replays([]).differences("anything", "1", input, [], ("d", "w", "r"))


@pytest.fixture
def live() -> Any:
    service = open_service(None, clock=ManualClock(START))
    play = Play([Step("ask"), Step("pay", ["activity-ask-1"])], until=0.5, on=service, workflow_id="order")
    play.play()
    yield play, pages_of(service)
    service.close()


def test_who_knows_all_is_told_nothing_at_the_price_of_one_call(live: tuple[Play, World]) -> None:
    _, world = live
    path = world.path("order")
    last = world.get(f"{path}/summary.json").json()["events"]
    world.client.calls.clear()
    answer = world.get(f"{path}/sections?after={last}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["server-timing"].startswith("app;dur=")
    assert world.client.calls == ["GetWorkflowExecutionHistory"]


def test_what_is_new_comes_as_sections_of_the_same_page(live: tuple[Play, World]) -> None:
    """With the choices of its address; only the new events are fetched."""
    play, world = live
    path = world.path("order")
    last = world.get(f"{path}/summary.json").json()["events"]
    play.until = None
    play.play()
    news = world.get(f"{path}/sections?after={last}&view=full&task=activity-pay-1").json()
    page = world.get(f"{path}?view=full&task=activity-pay-1").text
    assert news["state"] == "completed"
    assert news["told"] == "order: Completed"
    assert set(news["sections"]) == {"title", "say", "where", "graph", "timeline", "events", "task"}
    for part in news["sections"].values():
        assert part in page
    assert world.get(f"{path}/sections?after={news['last']}").status_code == 204
    few = world.get(f"{path}/sections?after=0&names=say,nonsense").json()
    assert set(few["sections"]) == {"say"}


def test_a_silence_that_lasts_too_long_is_news_once(live: tuple[Play, World]) -> None:
    """That a decider does not answer is no event; a page that is open says it all the same."""
    _, world = live
    world.start("silent")
    path = world.path("silent")
    seen = float(re.findall(r'data-now="([^"]+)"', world.get(path).text)[0])
    assert world.get(f"{path}/sections?after=2&seen={seen}").status_code == 204
    world.clock.advance(11)
    assert world.get(f"{path}/sections?after=2&seen=x").status_code == 204
    news = world.get(f"{path}/sections?after=2&seen={seen}").json()
    assert "The decider does not answer" in news["sections"]["say"]
    assert world.get(f"{path}/sections?after=2&seen={news['seen']}").status_code == 204


@pytest.mark.parametrize(
    "query", ["", "?after=x", "?seen=nan", "?seen=-1", "?after=-1", "?after=9999999999999", "?names="]
)
def test_a_question_that_means_nothing_is_answered_all_the_same(live: tuple[Play, World], query: str) -> None:
    _, world = live
    assert world.get(world.path("order", f"sections{query}")).status_code in (200, 204)


def test_the_sections_of_what_is_not_there_are_missing(live: tuple[Play, World]) -> None:
    _, world = live
    answer = world.get("/shop/e/order/nothing/sections?after=1", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert "error" in answer.json()
