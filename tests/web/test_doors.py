"""Who may come in, at every address."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from simpleflow.web.doors import COOKIE, HEADERS, Doors
from tests.web.world import BASE, World, pages_of

HERE = {"origin": BASE}
JOBS: dict[int, list[str]] = {}


def routes(world: World) -> list[Route]:
    doors = cast("Doors", world.browser.app)
    return [route for route in cast("Starlette", doors.inside).routes if isinstance(route, Route)]


def key_of_a_job(world: World) -> str:
    """Of one that is over."""
    jobs = JOBS.setdefault(id(world), [])
    if not jobs:
        form = {**fields(world), "run": "nobody nothing", "sure": "1"}
        answer = world.browser.post("/shop/bulk/cancel", data=form, headers=HERE, follow_redirects=False)
        jobs.append(answer.headers["location"].rpartition("/")[2])
    return jobs[0]


def address(world: World, route: Route) -> str:
    """The route with names of things that are there."""
    values: dict[str, Any] = {
        "domain": "shop",
        "workflow_id": "report-2026-11-22",
        "run_id": quote(world.run_id("report-2026-11-22"), safe=""),
        "task_id": "activity-publish-1",
        "event": 1,
        "field": "taskList",
        "action": "terminate",
        "key": key_of_a_job(world),
    }
    path = route.path
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", str(value))
    if path.endswith("/rows"):
        path += "?group=activity-aggregate-1"
    assert "{" not in path, f"say here what stands for the names in {route.path}"
    return path


def gets(world: World) -> list[str]:
    return [address(world, route) for route in routes(world) if "GET" in (route.methods or ())]


def posts(world: World) -> list[str]:
    return [address(world, route) for route in routes(world) if "POST" in (route.methods or ())]


def test_every_address_answers(world: World) -> None:
    for path in gets(world):
        assert world.get(path).status_code in (200, 303), path


def test_a_name_that_is_not_ours_is_refused_everywhere(world: World) -> None:
    """A page of elsewhere may have its own name resolve to this machine."""
    for path in gets(world):
        for host in ("evil.example", "evil.example:8470", "", "localhost.evil.example"):
            answer = world.get(path, headers={"host": host})
            assert answer.status_code == 403, (path, host)
            assert "order-A-10442" not in answer.text
    for path in posts(world):
        assert world.browser.post(path, headers={**HERE, "host": "evil.example"}).status_code == 403, path


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "LOCALHOST:8470", "[::1]:8470"])
def test_the_names_of_this_machine_are_ours(world: World, host: str) -> None:
    assert world.get("/shop/", headers={"host": host}).status_code == 200


def test_all_answers_have_the_same_headers(world: World) -> None:
    """Those that say that something is missing or wrong too."""
    wanted = {name.decode(): value.decode() for name, value in HEADERS}
    answers = [world.get(path) for path in [*gets(world), "/nothing/there/at/all", "/shop/e/nobody"]]
    answers += [world.browser.post("/shop/"), world.get("/shop/", headers={"host": "evil"})]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in wanted} == wanted, answer.url
        is_static = "/static/" in str(answer.url)
        assert answer.headers["cache-control"] == ("no-cache" if is_static else "no-store"), answer.url


def test_an_answer_that_breaks_has_the_same_headers(world: World) -> None:
    """An error of ours tells nothing of what is inside."""
    broken = pages_of(world.service)
    broken.client.faults["*"] = RuntimeError("secret of the house")
    browser = TestClient(broken.browser.app, base_url=BASE, raise_server_exceptions=False)
    for path in gets(world):
        if "/static/" in path or "/bulk/result/" in path or path.endswith("/start"):
            continue  # they ask the service nothing
        answer = browser.get(path)
        assert answer.status_code == 500, path
        assert {name.decode(): answer.headers.get(name.decode()) for name, _ in HEADERS} == {
            name.decode(): value.decode() for name, value in HEADERS
        }, path
        assert answer.headers["cache-control"] == "no-store"
        assert "secret of the house" not in answer.text


def test_what_only_takes_a_form_cannot_be_opened(world: World) -> None:
    only = set(posts(world)) - set(gets(world))
    assert only
    for path in only:
        answer = world.get(path)
        assert answer.status_code == 405, path
        assert "POST" in answer.headers["allow"]


def test_a_static_file_with_its_version_may_be_kept_for_ever(world: World) -> None:
    page = world.get("/shop/").text
    versioned = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in world.get(versioned).headers["cache-control"]


def fields(world: World) -> dict[str, str]:
    """The token that a form of this browser holds; the cookie is the browser's own."""
    page = world.get("/shop/").text
    return {"token": page.partition('name="token" value="')[2].partition('"')[0]}


def test_a_form_from_here_with_its_token_gets_through_to_where_nothing_can_be_sent(world: World) -> None:
    for path in set(gets(world)) - set(posts(world)):
        answer = world.browser.post(path, data=fields(world), headers=HERE)
        assert answer.status_code == 405, path
        assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "https://localhost:8470"}]
)
def test_a_form_from_elsewhere_is_refused_everywhere(world: World, headers: dict[str, str]) -> None:
    for path in [*gets(world), *posts(world)]:
        answer = world.browser.post(path, data=fields(world), headers=headers)
        assert answer.status_code == 403, path
        assert "only these pages may change something" in answer.text


@pytest.mark.parametrize("token", [{}, {"token": ""}, {"token": "x" * 32}, {"token": "é"}])
def test_a_form_without_the_token_of_the_browser_is_refused_everywhere(world: World, token: dict[str, str]) -> None:
    world.get("/shop/")
    for path in [*gets(world), *posts(world)]:
        answer = world.browser.post(path, data={"a": "b", **token}, headers=HERE)
        assert answer.status_code == 403, path
        assert "token of this browser" in answer.text


def test_a_token_without_its_cookie_is_refused(world: World) -> None:
    said = fields(world)
    world.browser.cookies.clear()
    assert world.browser.post("/shop/", data=said, headers=HERE).status_code == 403


def test_a_page_that_was_loaded_without_the_cookie_makes_no_form_of_another_old(world: World) -> None:
    """As by a link of another site: browsers do not send a strict cookie then, and take the new one."""
    said = fields(world)
    world.browser.cookies.clear()
    world.get("/shop/")
    assert world.browser.post("/shop/", data=said, headers=HERE).status_code == 405


def test_the_cookie_of_the_token_is_out_of_reach_for_scripts_and_other_sites(world: World) -> None:
    world.browser.cookies.clear()
    said = world.get("/shop/").headers["set-cookie"]
    assert said.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(said.split("; "))


@pytest.mark.parametrize("other", ['look={"wide": true}', "a=b c", "[x]=1", "alone", "=", "é=1"])
def test_cookies_that_others_of_this_host_have_set_are_not_in_the_way(world: World, other: str) -> None:
    """Browsers send them to every port; not all of them are what the standard says."""
    token = fields(world)["token"]
    cookies = f"{other}; {COOKIE}={token}; simpleflow-theme=dark".encode("latin-1")
    page = world.get("/shop/", headers=[(b"cookie", cookies)])
    assert token in page.text
    assert 'data-theme="dark"' in page.text


def test_what_is_no_form_or_too_long_is_refused(world: World) -> None:
    world.get("/shop/")
    assert world.browser.post("/shop/", json={"token": "x"}, headers=HERE).status_code == 415
    assert world.browser.post("/shop/", data={"a": "b" * 600_000}, headers=HERE).status_code == 413
    broken = {**HERE, "content-type": "application/x-www-form-urlencoded"}
    assert world.browser.post("/shop/", content=b"\xff\xfe", headers=broken).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_mean_nothing(world: World, method: str) -> None:
    for path in gets(world):
        assert world.browser.request(method, path, headers=HERE).status_code == 405, path
