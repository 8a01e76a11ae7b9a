"""What the pages say, asked as a browser asks: states, filters, numbers, foreign text, how much is sent."""

from __future__ import annotations

import contextlib
import gzip
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleflow.web.app import ACTIONS
from simpleflow.web.assets import assets
from simpleflow.web.files import Picture
from simpleflow.web.filters import Filter, moment, parsed, span
from simpleflow.web.pages import execution, values
from simpleflow.web.pages.execution import Chosen, Shown
from simpleflow.web.pages.exported import exported
from simpleflow.web.pages.shell import Site, Where
from simpleflow.web.queries.lists import READ, SCANNED
from simpleflow.web.runs import Run
from swf.exceptions import Unreachable
from swf.protocol import operations as o
from swf.protocol.events import WorkflowExecutionStarted
from swf.protocol.faults import AccessDeniedException, ThrottlingException, UnknownOperationException
from swf.server import ManualClock, open_service
from tests.web.histories import START, Play, Step, crawl, diamond, order
from tests.web.strategies import runs
from tests.web.world import World, empty, pages_of


def text_of(page: str) -> str:
    """What a reader reads."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2])))


@pytest.fixture
def shop() -> Iterator[World]:
    """Pages over a service of the test's own."""
    service = open_service(None, clock=ManualClock(START))
    Play(diamond().steps, workflow_id="first", on=service).play()
    yield pages_of(service)
    service.close()


# Lists


def test_one_domain_is_gone_to_and_several_are_listed(world: World, shop: World) -> None:
    assert world.get("/").headers["location"] == "/shop/"
    assert world.get("/shop").headers["location"] == "/shop/"
    shop.client.call(o.RegisterDomain(name="other", workflow_execution_retention_period_in_days="NONE"))
    page = text_of(shop.get("/").text)
    assert "shop registered 0 30 days" in page
    assert "other registered 0 none" in page


def test_a_service_without_domains_says_how_to_make_one() -> None:
    assert "simpleflow --db flow.db domain.register default" in text_of(empty().get("/").text)


def test_an_empty_domain_shows_the_command_that_starts_the_example() -> None:
    world = empty()
    world.client.call(o.RegisterDomain(name="shop", workflow_execution_retention_period_in_days="30"))
    page = text_of(world.get("/shop/").text)
    assert "No executions yet." in page
    assert "simpleflow --db flow.db standalone examples.basic.BasicWorkflow --input '[1, 5]'" in page


def test_no_two_places_of_the_histogram_have_one_name(shop: World) -> None:
    shop.clock.advance(110)
    axis = shop.get("/shop/").text.partition('class="chart-axis"')[2].partition("</p>")[0]
    told = re.findall(r"<time [^>]*>([^<]+)</time>", axis)
    assert told[0] == "1 min ago"
    assert len(set(told)) == len(told)


def test_a_call_is_written_with_one_kind_of_quotes() -> None:
    text = '{"args": [["a b", {"c": [1, null, true, "é"]}], "d"], "kwargs": {"e": {}}}'
    assert values.call("book.Chapter", text) == 'Chapter(["a b", {"c": [1, None, True, "é"]}], "d", e={})'


def test_a_long_call_is_written_as_a_call_and_cut() -> None:
    given = json.dumps({"args": [list(range(1000))], "kwargs": {}})
    assert values.call("mod.total", given).startswith("total([0, 1, 2, ")
    assert values.call("mod.total", given).endswith("…)")


def test_the_list_tells_of_every_execution_and_counts_the_states(world: World) -> None:
    page = world.get("/shop/")
    said = text_of(page.text)
    assert "All 6" in said
    assert "Failed 1" in said
    assert "Completed 5" in said
    for name in ("order-A-10442", "report-2026-11-22", "invoice-0", "invoice-1", "invoice-2"):
        assert f">{name}</a>" in page.text


@pytest.mark.parametrize("is_amazon", [True, False])
def test_counts_that_take_long_come_after_the_page(
    world: World, monkeypatch: pytest.MonkeyPatch, is_amazon: bool
) -> None:
    """Amazon's are always waited for by a script; those of others if the last ones took long, and are not kept."""
    monkeypatch.setattr("simpleflow.web.queries.reader.QUICK_S", -1.0)
    fresh = pages_of(world.service, is_amazon=is_amazon)
    page = fresh.get("/shop/?since=7d").text
    assert 'data-counts="/shop/counts?since=7d"' in page
    assert "CountOpenWorkflowExecutions" not in fresh.client.calls
    assert fresh.get("/shop/counts?since=7d").json() == {
        "all": "6", "open": "0", "failed": "1", "timed_out": "0", "completed": "5", "canceled": "0",
        "terminated": "0", "continued": "0",
    }  # fmt: skip
    assert ('data-count="failed">1<' in fresh.get("/shop/?since=7d").text) is not is_amazon


def test_children_stand_below_their_parent(world: World) -> None:
    page = world.get("/shop/").text
    parent, child = page.index(">order-A-10442</a>"), page.index(">child-shop.pick_and_pack-1</a>")
    assert parent < child
    assert 'class="depth-1"' in page[parent:child]


def test_the_numbers_of_the_page_are_those_of_its_json(world: World) -> None:
    told = world.get("/shop/executions.json").json()
    again = world.get("/shop/", headers={"accept": "application/json"}).json()
    assert told == again
    page = world.get("/shop/").text
    for name, number in told["counts"].items():
        assert f'data-count="{name}">{number["count"]}<' in page
    assert [each["workflow_id"] for each in told["executions"]] == sorted(
        (each["workflow_id"] for each in told["executions"]),
        key=lambda name: -next(each["started"] for each in told["executions"] if each["workflow_id"] == name),
    )


def test_parts_of_a_page_are_told_to_programs_as_well(world: World) -> None:
    accept = {"accept": "application/json"}
    order, report = world.path("order-A-10442"), world.path("report-2026-11-22")
    found = world.get("/shop/find?id=order-A-10442", headers=accept).json()
    assert (found["workflow_id"], found["run_id"]) == ("order-A-10442", world.run_id("order-A-10442"))
    assert found == world.get(f"/shop/find?id={found['run_id']}", headers=accept).json()
    (child,) = world.get(f"{order}/tree", headers=accept).json()["children"]
    assert (child["workflow_id"], child["children"], child["is_more"]) == ("child-shop.pick_and_pack-1", [], False)
    tasks = world.get(f"{report}/tasks.json").json()
    rows = world.get(f"{report}/rows?group=activity-aggregate-1&at=48", headers=accept).json()
    assert [each for each in tasks if each["name"] == "aggregate"][48:] == rows["tasks"]
    assert (rows["at"], rows["of"], rows["next"]) == (48, 50, None)
    history = world.get(f"{report}/history.json").json()["events"]
    whole = world.get(f"{report}/events?view=full&before=100", headers=accept).json()
    assert whole["events"] == history[::-1][100:300]
    assert whole["next"] == 300
    failed = world.get(f"{report}/events?only=failed", headers=accept).json()
    assert [(each["state"], each["attempt"]) for each in failed["events"][1:4]] == [
        ("failed", 3), ("failed", 2), ("failed", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=failed", {"report-2026-11-22"}),
        ("state=open", set()),
        ("tag=daily", {"report-2026-11-22"}),
        ("type=billing.Invoice", {"invoice-0", "invoice-1", "invoice-2"}),
        ("type=billing.Invoice&version=4", set()),
        ("id=invoice-1", {"invoice-1"}),
        ("parent=order-A-10442", {"child-shop.pick_and_pack-1"}),
        ("longer=40s", {"order-A-10442"}),
        ("tag=eu&state=failed", set()),
        ("since=1s", set()),
        ("until=2026-11-23T08:00:10Z", {"order-A-10442"}),
    ],
)
def test_filters_leave_what_matches(world: World, query: str, found: set[str]) -> None:
    told = world.get(f"/shop/executions.json?{query}").json()
    assert {each["workflow_id"] for each in told["executions"]} == found


def test_the_page_says_what_the_service_filtered_and_what_it_did_itself(world: World) -> None:
    page = text_of(world.get("/shop/?type=billing.Invoice&longer=1s&since=7d").text)
    assert "3 executions; the service filtered by type and time, this page by longer" in page


def test_what_matches_nothing_shows_each_filter_to_be_removed(world: World) -> None:
    page = world.get("/shop/?state=failed&tag=none").text
    assert "No execution matches." in page
    assert 'href="/shop/?tag=none" aria-label="Remove the filter Failed"' in page
    assert 'href="/shop/?state=failed" aria-label="Remove the filter tag none"' in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("colour=red", "There is no filter 'colour'"),
        ("state=happy", "There is no state 'happy'"),
        ("since=yesterday", "'yesterday' is no time"),
        ("longer=much", "'much' is no duration"),
        ("page=0", "The page '0' is none"),
        ("page=99999999999999999999", "is none from 1 to"),
        ("page=000001" + "9" * 30, "is none from 1 to"),
        ("longer=" + "9" * 400 + "s", "is no duration"),
        ("sort=colour", "There is no order 'colour'"),
        ("since=2026-99-99", "'2026-99-99' is no time"),
        ("tag=" + "x" * 300, "longer than 256 characters"),
        ("until=9999999999999w", "is no time"),
        ("since=1h&until=2h", "is over before"),
        ("id=a/b", "No workflow id is 'a/b'"),
        ("type=a:b", "No workflow type is 'a:b'"),
        ("type=billing.Invoice&version=%00", "No version is"),
    ],
)
def test_a_query_that_means_nothing_is_ignored_and_said(world: World, query: str, said: str) -> None:
    answer = world.get(f"/shop/?{query}")
    assert answer.status_code == 200
    assert said in text_of(answer.text)
    assert (">invoice-0</a>" if "billing" in query else ">order-A-10442</a>") in answer.text


def test_rows_are_sorted_by_what_is_chosen(world: World) -> None:
    told = world.get("/shop/executions.json?sort=duration").json()["executions"]
    seconds = [each["closed"] - each["started"] for each in told]
    assert seconds == sorted(seconds, reverse=True)
    assert world.get("/shop/executions.json?sort=-duration").json()["executions"][0] == told[-1]
    assert 'aria-sort="descending"><a href="/shop/?sort=-duration"' in world.get("/shop/?sort=duration").text


def test_reading_goes_on_until_a_page_is_full_or_enough_was_read(shop: World) -> None:
    """And says so: the rest is behind a link."""
    for number in range(SCANNED + 5):
        shop.start(f"many-{number}")
    shop.client.calls.clear()
    page = text_of(shop.get("/shop/?parent=nobody").text)
    assert f"0 match of {SCANNED:,} read; this page by parent" in page
    assert "Read more" in page
    assert shop.client.calls.count("ListOpenWorkflowExecutions") == SCANNED // READ
    shop.client.calls.clear()
    page = text_of(shop.get("/shop/").text)
    assert f"the {READ:,} newest were read" in page
    assert f"of the {READ:,} newest" in page
    assert "Show more" in page
    assert shop.client.calls.count("ListOpenWorkflowExecutions") == 1
    assert "2,006 executions" in text_of(shop.get("/shop/?page=41").text)


def test_a_list_of_a_service_that_has_stopped_answering_stays_with_its_time(shop: World) -> None:
    assert shop.get("/shop/").status_code == 200
    shop.client.faults["*"] = Unreachable("connection refused by 127.0.0.1:1")
    answer = shop.get("/shop/")
    said = text_of(answer.text)
    assert answer.status_code == 200
    assert "The service does not answer" in said
    assert "connection refused by 127.0.0.1:1" in said
    assert "Below is the list of 23 Nov 2026, 08:00:" in said
    assert "first" in said
    assert "Try again" in said
    shop.client.faults.clear()
    assert "does not answer" not in shop.get("/shop/").text


def test_a_service_that_never_answered_is_a_page_that_says_what_was_tried() -> None:
    world = empty()
    world.client.faults["*"] = Unreachable("no process serves flow.db")
    for path in ("/", "/shop/", "/shop/types", "/shop/task-lists", "/shop/e/a", "/shop/e/a/b", "/shop/find?id=a"):
        world.client.calls.clear()
        answer = world.get(path)
        assert answer.status_code == 502, path
        assert len(world.client.calls) == 1, f"{path}: a service that is silent is waited for once"
        said = text_of(answer.text)
        assert "no process serves flow.db" in said, path
        assert "Is the service running there?" in said
        assert "Try again" in said
    told = world.get("/shop/executions.json")
    assert (told.status_code, told.json()["kind"]) == (502, "silent")


def test_a_throttled_list_shows_what_was_read_and_goes_on_by_itself(shop: World) -> None:
    shop.client.faults["ListClosedWorkflowExecutions"] = ThrottlingException("Rate exceeded")
    answer = shop.get("/shop/")
    assert answer.status_code == 503
    assert 'http-equiv="refresh" content="3"' in answer.text
    assert "slows us down; going on in 3 s" in text_of(answer.text)


def test_a_missing_right_is_named(shop: World) -> None:
    shop.client.faults["ListOpenWorkflowExecutions"] = AccessDeniedException("not authorized")
    answer = shop.get("/shop/")
    assert answer.status_code == 403
    assert "needs the IAM action swf:ListOpenWorkflowExecutions" in text_of(answer.text)


def test_what_the_endpoint_lacks_is_said_or_left_out(shop: World) -> None:
    """As some stand-ins of Amazon have only a part of the API."""
    shop.client.faults["CountOpenWorkflowExecutions"] = UnknownOperationException("no such operation")
    page = shop.get("/shop/")
    assert page.status_code == 200
    assert ">first</a>" in page.text
    assert 'data-count="open"></strong>' in page.text
    shop.client.faults["ListActivityTypes"] = UnknownOperationException("no such operation")
    answer = shop.get("/shop/types")
    assert answer.status_code == 501
    assert "does not offer ListActivityTypes" in text_of(answer.text)


def test_an_unknown_domain_is_not_found(world: World) -> None:
    answer = world.get("/nowhere/")
    assert answer.status_code == 404
    assert "nowhere" in text_of(answer.text)


def test_types_are_shown_with_their_defaults_and_last_use(world: World) -> None:
    said = text_of(world.get("/shop/types").text)
    assert "Workflow types 4" in said
    assert "billing.Invoice 3 registered" in said
    assert "execution start to close timeout 1 d 00 h" in said
    assert "not lately" not in said
    assert "publish 1 registered" in said


def test_task_lists_are_those_of_open_executions(shop: World) -> None:
    assert "no task list is named" in text_of(shop.get("/shop/task-lists").text)
    shop.clock.advance(60)
    shop.start("waiting")
    said = text_of(shop.get("/shop/task-lists").text)
    assert "default 1 0 1" in said
    assert shop.get("/shop/task-lists", headers={"accept": "application/json"}).json()["task_lists"][0]["name"] == (
        "default"
    )


def test_an_execution_is_found_by_its_workflow_id_or_run_id(world: World) -> None:
    there = world.path("invoice-1")
    run_id = world.run_id("invoice-1")
    assert world.get("/shop/find", params={"id": "invoice-1"}).headers["location"] == there
    assert world.get("/shop/find", params={"id": run_id}).headers["location"] == there
    assert world.get("/shop/find?id=").headers["location"] == "/shop/"
    assert world.get("/shop/e/invoice-1").headers["location"] == there


def test_what_is_not_there_says_why_and_what_is_near(world: World) -> None:
    for path in ("/shop/e/invoice-11", "/shop/e/invoice-11/some-run", "/shop/find?id=invoice-11"):
        answer = world.get(path)
        said = text_of(answer.text)
        assert answer.status_code == 404, path
        assert "retention of 30 days may be over" in said
        assert "invoice-1" in said.partition("Near it:")[2]
    assert world.get("/shop/e/invoice-11", headers={"accept": "application/json"}).status_code == 404


# One execution


def test_a_failure_is_said_first_with_its_message(world: World) -> None:
    page = world.get(world.path("report-2026-11-22")).text
    said = text_of(page)
    assert "publish failed for good after 3 attempts, and the workflow did not catch it." in said
    assert said.index("AccessDenied: s3://reports") < said.index("Where the time went")
    assert 'data-task-shown="activity-publish-1"' in page


def test_the_page_of_an_execution_tells_the_numbers_of_its_json(world: World) -> None:
    path = world.path("order-A-10442")
    page = text_of(world.get(path).text)
    told = world.get(f"{path}/summary.json").json()
    assert told == world.get(path, headers={"accept": "application/json"}).json()
    assert f"{told['events']} events" in page
    assert sum(told["spent"].values()) == round(told["seconds"] * 1000)
    assert f"along the critical path, {len(told['critical_path'])} tasks" in page
    tasks = world.get(f"{path}/tasks.json").json()
    assert len(tasks) == told["tasks"]
    graph = world.get(f"{path}/graph.json").json()
    drawn = world.get(path).text.partition('class="fit right"')[2].partition('class="fit down"')[0]
    assert drawn.count("data-node=") == len(graph["nodes"])


def test_a_task_is_chosen_by_the_address(world: World) -> None:
    path = world.path("order-A-10442")
    page = world.get(f"{path}?task=activity-shop.charge_card-1").text
    assert 'data-task-shown="activity-shop.charge_card-1"' in page
    assert "is-selected" in page
    alone = world.get(f"{path}/task/activity-shop.charge_card-1")
    assert "<header" in alone.text
    part = world.get(f"{path}/task/activity-shop.charge_card-1", headers={"x-fragment": "1"})
    assert part.text.startswith('<section class="card task"')
    said = text_of("<main" + part.text)
    assert "ConnectionError: upstream closed the connection" in said
    assert "Unblocks" in said
    assert "activity-shop.send_receipt-1" in said
    assert world.get(f"{path}/task/nothing").status_code == 404
    assert world.get(f"{path}?task=nothing").status_code == 200


def test_every_view_of_the_events_is_an_address(world: World) -> None:
    path = world.path("order-A-10442")
    full = world.get(f"{path}?view=full").text
    assert 'id="e95"' in full
    assert re.search(r'<dt>startedEventId</dt><dd><a href="[^"]+view=full&amp;event=\d+#e\d+">', full)
    assert 'id="e3"' in world.get(f"{path}?view=full&event=3").text
    assert "courier-ready" in text_of(world.get(f"{path}?view=signals").text).partition("Name Input Sender")[2]
    assert "child-shop.pick_and_pack-1" in text_of(world.get(f"{path}?view=children").text)
    assert "child-shop.pick_and_pack-1" in text_of(world.get(f"{path}/tree").text)


@pytest.mark.parametrize("view", ["compact", "full", "signals", "children"])
def test_a_narrow_screen_leaves_out_whole_columns(world: World, view: str) -> None:
    """A head is left out with its cells."""
    page = world.get(f"{world.path('order-A-10442')}?view={view}").text
    (table,) = re.findall(r'<table class="events.*?</table>', page, re.DOTALL)
    for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)[1:]:
        heads = ["wide" in about for about in re.findall(r"<th([ >][^>]*)", table)]
        assert [
            re.search(r'class="[^"]*\bwide', about) is not None for about in re.findall(r"<td([ >][^>]*)", row)
        ] == heads


def test_the_start_of_an_open_run_is_not_called_completed(shop: World) -> None:
    shop.start("second")
    page = shop.get(shop.path("second")).text.partition('id="s-events"')[2]
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "workflow started" in table
    assert "Completed" not in table


def test_events_are_narrowed_to_what_failed_or_contains_a_text(world: World) -> None:
    path = world.path("report-2026-11-22")
    failed = world.get(f"{path}?only=failed").text.partition("<tbody>")[2]
    assert failed.count("#i-failed") - failed.partition("</tbody>")[2].count("#i-failed") == 7
    found = world.get(f"{path}?text=render_pdf").text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert found.count("<tr>") == 1
    assert "No event matches." in text_of(world.get(f"{path}?text=nothing+of+this").text)


@pytest.mark.parametrize(
    "query", ["view=x", "only=x", "kind=x", "at=x", "from=x", "to=200", "event=-1", "nodes=x", "colour=red", "from=nan"]
)
def test_a_choice_that_means_nothing_is_ignored_and_said(world: World, query: str) -> None:
    answer = world.get(f"{world.path('order-A-10442')}?{query}")
    assert answer.status_code == 200
    assert "it was ignored" in text_of(answer.text)


def test_all_events_can_be_had_chunk_by_chunk_without_a_script(world: World) -> None:
    """Each row once, whether it came with the page or later."""
    path = world.path("report-2026-11-22")
    seen: list[str] = []
    page = world.get(path).text
    while True:
        rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
        seen += re.findall(r'<td class="num wide"><a href="[^"]+">(\d+)</a>', rows)
        more = re.search(r'<a href="([^"]+)" data-append="events">', page)
        if more is None:
            break
        page = world.get(html.unescape(more.group(1))).text
    tasks = world.get(f"{path}/tasks.json").json()
    assert len(seen) == sum(len(task["attempts"]) for task in tasks) + 2
    assert len(set(seen)) == len(seen)


def test_a_group_of_the_timeline_opens_to_its_tasks(world: World) -> None:
    path = world.path("report-2026-11-22")
    closed = world.get(path).text
    link = re.search(r'<a href="([^"]+)" aria-label="Open the group aggregate"', closed)
    assert link is not None
    page = world.get(path + html.unescape(link.group(1))).text
    assert page.count('data-task="activity-aggregate-') >= 50
    assert "rows 1 to 50 of 50" in text_of(page)
    assert 'aria-label="Close the group aggregate"' in page


def test_the_history_is_the_file_that_can_be_replayed(world: World, tmp_path: Path) -> None:
    from simpleflow.testing.histories import read_history

    answer = world.get(world.path("order-A-10442", "history.json"))
    assert answer.headers["content-disposition"] == 'attachment; filename="order-A-10442.json"'
    (tmp_path / "h.json").write_text(answer.text)
    events = read_history(tmp_path / "h.json")
    assert isinstance(events[0].attributes, WorkflowExecutionStarted)
    assert len(events) == world.get(world.path("order-A-10442", "summary.json")).json()["events"]


def test_drawings_for_documents_have_their_colours_inside(world: World) -> None:
    for name in ("graph.svg", "timeline.svg"):
        answer = world.get(world.path("order-A-10442", name))
        assert answer.headers["content-type"] == "image/svg+xml"
        assert "<style>" in answer.text


def test_an_execution_without_tasks_says_what_it_waits_for(shop: World) -> None:
    shop.clock.advance(60)
    shop.start("fresh")
    said = text_of(shop.get(shop.path("fresh")).text)
    assert said.count("No task yet: waiting for the first decision on 'default'") >= 3


def test_an_open_execution_is_read_on_from_where_it_was(shop: World) -> None:
    """One call when there is nothing new."""
    shop.clock.advance(60)
    shop.start("going")
    path = shop.path("going")
    shop.get(path)
    shop.client.calls.clear()
    shop.client.call(o.SignalWorkflowExecution(domain="shop", workflow_id="going", signal_name="paid"))
    assert shop.get(f"{path}/summary.json").json()["events"] == 3
    assert shop.client.calls.count("GetWorkflowExecutionHistory") == 1


def test_runs_of_one_id_are_beside_each_other(shop: World) -> None:
    shop.clock.advance(60)
    shop.start("first")
    page = shop.get(shop.path("first")).text
    assert "2 runs of this id" in text_of(page)
    assert 'data-run="prev"' in page


def test_runs_that_nobody_looks_at_are_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simpleflow.web.queries.runs.MOST_BYTES", 9_000)
    fresh = pages_of(world.service)
    paths = [fresh.path(f"invoice-{number}") for number in range(3)]
    for path in [*paths, *paths]:
        fresh.get(path)
    assert fresh.client.calls.count("GetWorkflowExecutionHistory") == 6


def test_runs_count_with_the_length_of_their_values(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand events of 30 KB need as much memory as a hundred thousand small ones."""
    monkeypatch.setattr("simpleflow.web.queries.runs.MOST_BYTES", 50_000)
    paths = []
    for name, length in (("short-1", 10), ("short-2", 10), ("long-1", 30_000), ("long-2", 30_000)):
        shop.start(name, input="x" * length)
        shop.client.call(o.TerminateWorkflowExecution(domain="shop", workflow_id=name))
        paths.append(shop.path(name))
    for few, calls in ((paths[:2], 2), (paths[2:], 4)):
        shop.client.calls.clear()
        for path in [*few, *few]:
            shop.get(path)
        assert shop.client.calls.count("GetWorkflowExecutionHistory") == calls


def test_edges_that_were_concluded_are_said_to_be(shop: World) -> None:
    """Of deciders that do not tell them."""
    Play(diamond().steps, workflow_id="foreign", tells_edges=False, on=shop.service).play()
    page = shop.get(shop.path("foreign")).text
    assert "dashed edges are inferred from decisions" in page
    assert 'class="edge crit dashed"' in page


# Foreign text

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202e\x1b[31m&lt;"


def test_foreign_text_stays_text_everywhere(shop: World) -> None:
    id = '"><svg onload=alert(1)>'
    shop.clock.advance(60)
    shop.start(id, tag_list=('<b onclick="x">',), input=EVIL)
    for _ in range(2):
        shop.client.call(
            o.SignalWorkflowExecution(domain="shop", workflow_id=id, signal_name=EVIL.replace("/", ""), input=EVIL)
        )
    shop.client.call(o.TerminateWorkflowExecution(domain="shop", workflow_id=id, reason=EVIL, details=EVIL))
    path, evil = shop.path(id), quote(EVIL)
    pages = ["/shop/", f"/shop/?tag={evil}", f"/shop/find?id={evil}", path, f"{path}?view=full", f"{path}?view=signals"]
    pages += [
        f"{path}?text={evil}",
        f"{path}?task={evil}&kind={evil}",
        f"{path}/task/{quote(id)}",
        f"/shop/e/{quote(id)}x",
        f"/{quote(id)}/",
    ]
    for page in pages:
        answer = shop.get(page)
        assert answer.status_code in (200, 400, 404), page
        for tag in ("<script>", "<img", "<svg onload", "<b "):
            assert tag not in answer.text, page
        assert "\u202e" not in answer.text
        assert "\x1b" not in answer.text
    assert "\\u202e" in shop.get(path).text


SITE = Site("here", False, "", ACTIONS, {name: f"/static/{name}" for name in assets()})


@given(runs(12), st.sampled_from(["compact", "full", "children", "signals", "markers"]), st.booleans())
def test_the_page_of_any_run_can_be_made(run: Run, view: str, is_opened: bool) -> None:
    """Each id once, and every mark that a link of it names is there."""
    picture = Picture(run)
    group = next((row.cell.first.id for row in picture.rows if row.cell.is_group), None) if is_opened else None
    shown = Shown(picture, (), Chosen(view=view, open=group))
    for page in (execution.whole(SITE, Where("d"), shown), exported(shown, "", "1")):
        ids = re.findall(r' id="([^"]*)"', page)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r' href="#([^"]+)"', page)) <= set(ids)
        for share in re.findall(r'(?:x|width)="(-?[0-9.]+)%"', page):
            assert 0 <= float(share) <= 100


# How much is sent


@pytest.fixture(scope="module")
def large() -> Iterator[World]:
    """3,003 tasks that are done, and a small order."""
    service = open_service(None, clock=ManualClock(START))
    Play(crawl().steps, workers=64, workflow_id="crawl", type="search.Crawl", on=service).play()
    yield pages_of(service)
    service.close()


def elements(page: str) -> int:
    return len(re.findall(r"<[a-z]", page))


def test_the_page_of_3_003_tasks_is_small(large: World) -> None:
    page = large.get(large.path("crawl"))
    assert json.loads(large.get(large.path("crawl", "summary.json")).text)["tasks"] == 3003
    assert len(page.content) <= 80_000
    assert len(gzip.compress(page.content)) <= 15_000
    assert elements(page.text) <= 1000


def test_the_page_is_read_with_one_call_for_1_000_events_and_kept(large: World) -> None:
    path = large.path("crawl")
    events = large.get(f"{path}/summary.json").json()["events"]
    large.client.calls.clear()
    fresh = pages_of(large.service)
    fresh.get(path)
    assert fresh.client.calls.count("GetWorkflowExecutionHistory") == -(-events // 1000)
    fresh.client.calls.clear()
    fresh.get(path)
    assert "GetWorkflowExecutionHistory" not in fresh.client.calls


def test_rows_of_an_open_group_come_in_chunks(large: World) -> None:
    path = large.path("crawl")
    part = large.get(f"{path}/rows?group=activity-fetch_page-1&at=200", headers={"x-fragment": "1"})
    assert "rows 201 to 400 of 1,000" in text_of("<main" + part.text)
    assert len(part.content) <= 160_000
    assert len(gzip.compress(part.content)) <= 16_000
    assert 'who ink b">fetch_page-201 ' in part.text, "on a phone the rows are told apart, too"


def test_a_timeline_of_many_rows_comes_in_chunks() -> None:
    """Tasks that have nothing in common are no groups."""
    with contextlib.closing(open_service(None, clock=ManualClock(START))) as service:
        Play([Step(f"task{n}") for n in range(450)], workers=450, workflow_id="many", on=service).play()
        world = pages_of(service)
        path = world.path("many")
        page = world.get(path)
        assert "rows 1 to 200 of 450" in text_of(page.text)
        assert "the first" not in text_of(page.text)
        timeline = page.text.partition('id="s-timeline"')[2].partition('id="s-events"')[0]
        assert len(re.findall(r'class="chunk whole"', timeline)) == 1
        more = html.unescape(re.findall(r'<a href="([^"]+)" data-more="200"', timeline)[0])
        assert "rows 201 to 400 of 450" in text_of(world.get(path + more).text)
        seen = set()
        for at in (0, 200, 400):
            part = world.get(f"{path}/rows?group=&at={at}", headers={"x-fragment": "1"}).text
            seen |= set(re.findall(r"task=activity-(task\d+)-1", part))
        assert len(seen) == 450
        assert world.get(f"{path}/rows", headers={"accept": "application/json"}).json()["of"] == 450


def test_a_list_is_small(world: World) -> None:
    assert len(gzip.compress(world.get("/shop/").content)) <= 6000


def test_what_every_page_needs_is_small_and_comes_from_here(world: World) -> None:
    sizes = {name: len(gzip.compress(asset.body)) for name, asset in assets().items()}
    assert sizes["app.css"] <= 8 * 1024
    assert sum(size for name, size in sizes.items() if name.endswith(".js")) <= 12 * 1024
    page = world.get(world.path("order-A-10442")).text
    needed = re.findall(r'(?:src|<link[^>]+href)="([^"]+)"', page)
    assert all(each.startswith("/static/") for each in needed)
    assert len(needed) + 1 <= 6
    for asset in assets().values():
        assert not re.search(rb"https?://(?!www\.w3\.org)", asset.body), asset.name


def test_nothing_but_el_makes_markup() -> None:
    """No other angle bracket stands in a string of the rooms that make pages."""
    root = Path(assets.__wrapped__.__code__.co_filename).parent
    for file in sorted([*(root / "pages").glob("*.py"), *(root / "answers").glob("*.py")]):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            assert not re.search(r"""["'][^"']*<[a-z/!]""", line), f"{file.name}:{number}"


# Times and spans


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("2 h", 7200), ("1.5h", 5400), ("7d", 604_800), ("30", 30), ("x", None), ("5y", None)],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float | None) -> None:
    assert span(text) == seconds


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-23T08:00:00Z", START),
        ("2026-11-23", START - 8 * 3600),
        ("1970-01-01", 0),
        ("2000-02-29 12:30", 951_827_400),
        ("1h", START - 3600),
        ("1969-12-31", None),
        ("2026-02-31", None),
        ("2025-02-29", None),
        ("2026-13-01", None),
        ("soon", None),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, at: float | None) -> None:
    assert moment(text, START) == at


def test_a_filter_and_its_address_are_the_same() -> None:
    filter = Filter(state="failed", tag="eu", since="24h", sort="-duration", page=3)
    query = {name: str(value) for name, value in filter.query(page=3).items() if value is not None}
    assert parsed(query, START) == (filter, [])
    assert filter.query(tag=None)["page"] is None


def test_an_order_is_drawn_before_and_after(shop: World) -> None:
    """A run that is open and one that is closed are looked at by the same pages."""
    play = Play(order().steps, workflow_id="half", on=shop.service, until=20.0, signals={"courier-ready": 31.0})
    play.play()
    said = text_of(shop.get(shop.path("half")).text)
    assert "1 running : charge_card" in said
    assert "live" in said
