"""An execution as a file in a browser: without a server, a network or a script it tells a stranger everything."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from simpleflow.web.adapter import run_of
from simpleflow.web.assets import stylesheet
from simpleflow.web.files import Picture
from simpleflow.web.pages.execution import Shown
from simpleflow.web.pages.exported import exported
from swf.lifecycle import fold
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.event import HistoryEvent
from swf.protocol.values import WorkflowType
from tests.web.browser import Eye, axe_finds, looking
from tests.web.histories import Play, Step, order, report
from tests.web.world import World, empty

LONG = "".join(f"{number:06} " for number in range(3000))
TRACEBACK = "\n".join(f'  File "user.py", line {number}, in step_{number}' for number in range(200))
EVIL = "<script>window.isHacked = 1</script>\"'><img src=x onerror='window.isHacked = 1'>\u202e"


def page_of(events: Sequence[HistoryEvent], workflow_id: str = "report") -> str:
    """The file of a history."""
    now = events[-1].timestamp
    run = run_of(fold(events), domain="shop", workflow_id=workflow_id, run_id="r", now=now)
    return exported(Shown(Picture(run), events), stylesheet(), "1")


def history_of(world: World, workflow_id: str) -> list[HistoryEvent]:
    """The events that the pages give to programs."""
    told = world.get(world.path(workflow_id, "history.json")).json()
    return wire.decode_events(json.dumps(told["events"]).encode())


def written(folder: Path, text: str) -> str:
    file = folder / "run.html"
    file.write_text(text, encoding="utf-8")
    return file.as_uri()


def opened(eye: Eye, address: str) -> None:
    """With no network, and as said by somebody who sees, moves or is distracted otherwise than most."""
    eye.context.set_offline(True)
    eye.page.goto(address)


@pytest.mark.parametrize(("wide", "theme", "script"), [(1440, "light", True), (390, "dark", False)])
def test_an_export_opens_without_a_server(
    browser: Browser, tmp_path: Path, wide: int, theme: str, script: bool
) -> None:
    address = written(tmp_path, page_of(report().play()))
    with looking(browser, wide=wide, high=844, theme=theme, script=script) as eye:
        opened(eye, address)
        page = eye.page
        message = page.get_by_text("AccessDenied: s3://reports is read-only for role reporter").first
        box = message.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844, "why it failed is seen first"
        ground = {"light": "rgb(246, 247, 249)", "dark": "rgb(13, 16, 20)"}[theme]
        assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == ground
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert eye.complaints == []
        assert eye.requests == [address]


def test_axe_finds_nothing_in_an_export(browser: Browser, tmp_path: Path) -> None:
    """In either theme, with everything unfolded, on a desk and on a phone."""
    address = written(tmp_path, page_of(order().play()))
    with looking(browser) as eye:
        opened(eye, address)
        eye.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert axe_finds(eye.page) == []
        eye.page.emulate_media(color_scheme="dark")
        eye.page.set_viewport_size({"width": 390, "height": 844})
        assert axe_finds(eye.page) == []


def test_the_keyboard_alone_leads_to_what_a_task_has_done(browser: Browser, tmp_path: Path) -> None:
    """A link to what is folded away unfolds it; from there one gets to the events."""
    address = written(tmp_path, page_of(order().play()))
    with looking(browser, script=False) as eye:
        opened(eye, address)
        page = eye.page
        task = page.locator("details.told", has=page.locator("summary", has_text="activity-shop.send_receipt-1"))
        link = page.locator("a", has_text="activity-shop.send_receipt-1").first
        link.focus()
        page.keyboard.press("Enter")
        expect(task).to_have_attribute("open", "")
        expect(task.locator("h2")).to_be_in_viewport()
        to_event = task.get_by_role("link", name=re.compile("Events? "))
        to_event.focus()
        page.keyboard.press("Enter")
        expect(page.locator("tr:target")).to_contain_text("ActivityTaskCompleted")
        expect(page.locator("tr:target")).to_be_in_viewport()


def test_states_are_told_apart_where_colours_are_the_readers_own(browser: Browser, tmp_path: Path) -> None:
    """Forced colours: bars have borders, states have icons and words."""
    address = written(tmp_path, page_of(order().play()))
    with looking(browser) as eye:
        eye.page.emulate_media(forced_colors="active", reduced_motion="reduce")
        opened(eye, address)
        page = eye.page
        bar = page.locator("#s-timeline .plot rect.f-completed").first
        assert bar.evaluate("bar => getComputedStyle(bar).stroke") != "none"
        row = page.locator(".events.compact tr", has_text="Timed out")
        assert row.locator("svg").first.bounding_box() is not None


def test_what_is_folded_away_is_printed(browser: Browser, tmp_path: Path) -> None:
    """Paper cannot be unfolded."""
    address = written(tmp_path, page_of(order().play()))
    with looking(browser, script=False) as eye:
        opened(eye, address)
        call = eye.page.locator("details.told:not([open]) .value", has_text="send_receipt()")
        heights = []
        for media in ("screen", "print"):
            eye.page.emulate_media(media=media)
            box = call.bounding_box()
            assert box is not None
            heights.append(box["height"] > 0)
        assert heights == [False, True]


def told(browser: Browser, tmp_path: Path, text: str) -> str:
    """All that can be read in a file, once everything is unfolded."""
    with looking(browser) as eye:
        opened(eye, written(tmp_path, text))
        eye.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert eye.page.evaluate("'isHacked' in window") is False
        assert eye.complaints == []
        return str(eye.page.evaluate("document.body.innerText"))


def failing(world: World) -> list[HistoryEvent]:
    """A run of a foreign hand: long values, a long traceback, hostile names."""
    call = world.client.client.call
    Play([Step("ask")], workflow_id="first", on=world.service).play()
    call(
        o.StartWorkflowExecution(
            domain="shop",
            workflow_id="evil",
            workflow_type=WorkflowType(name="shop.OrderWorkflow", version="3"),
            input=json.dumps({"args": [LONG]}),
            tag_list=(EVIL,),
        )
    )
    call(o.SignalWorkflowExecution(domain="shop", workflow_id="evil", signal_name=EVIL.replace("/", ""), input=EVIL))
    call(o.TerminateWorkflowExecution(domain="shop", workflow_id="evil", reason=EVIL, details=TRACEBACK))
    return history_of(world, "evil")


def test_a_stranger_finds_everything_in_it(browser: Browser, tmp_path: Path) -> None:
    """Values and texts in full, though the page of the server cuts them; every event; what is hostile is text."""
    world = empty()
    said = told(browser, tmp_path, page_of(failing(world), "evil"))
    assert LONG[-50:-1] in said
    assert "line 100, in step_100" in said
    assert "<script>window.isHacked = 1</script>" in said
    assert "\\u202e" in said
    for type in ("WorkflowExecutionStarted", "WorkflowExecutionSignaled", "WorkflowExecutionTerminated"):
        assert type in said
    assert "executionStartToCloseTimeout" in said
    world.service.close()


def test_an_error_and_a_result_of_a_task_are_told_in_full(browser: Browser, tmp_path: Path) -> None:
    steps = [
        Step("load", result=LONG),
        Step("pay", ["activity-load-1"], [("failed", 1.0)], reason="Boom: " + "x" * 240),
    ]
    said = told(browser, tmp_path, page_of(Play(steps, fails_with="no").play(), "pay"))
    assert LONG[-50:-1] in said
    assert "x" * 240 in said


def test_ten_thousand_tasks_are_one_file_that_opens(browser: Browser, tmp_path: Path, crawled: World) -> None:
    """What is left out is said; the first event, with the input, is there."""
    text = page_of(history_of(crawled, "crawl"), "crawl")
    assert len(text.encode()) < 4_000_000
    with looking(browser) as eye:
        opened(eye, written(tmp_path, text))
        page = eye.page
        expect(page.locator("#s-say")).to_contain_text("Completed")
        expect(page.get_by_text("500 of them in detail, those that failed first")).to_be_visible()
        expect(page.get_by_text("the first and the last 1,999")).to_be_visible()
        expect(page.locator("#e1")).to_have_count(1)
        assert eye.complaints == []
