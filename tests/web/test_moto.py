"""The pages over moto's server: what it has is shown, what it lacks is said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from simpleflow.service import Address, client_of
from simpleflow.web.answers.web import Changing
from simpleflow.web.app import application
from swf.client import Client
from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.decision import decision
from swf.protocol.values import ActivityType, ChildPolicy, TaskList, WorkflowExecution, WorkflowType
from tests.stand_in import moto_running

BASE = "http://localhost:8470"
DOMAIN = "market"
LIST = TaskList(name="default")


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "moto")
        with moto_running() as url:
            yield client_of(Address(endpoint_url=url, region="us-east-1"))


@pytest.fixture(scope="module")
def runs(client: Client) -> dict[str, str]:
    """Run ids of three executions: one that completed, one that failed, one that is open."""
    client.call(o.RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days="30"))
    about: dict[str, Any] = {
        "default_task_list": LIST,
        "default_child_policy": ChildPolicy.TERMINATE,
        "default_task_start_to_close_timeout": "300",
        "default_execution_start_to_close_timeout": "3600",
    }
    client.call(o.RegisterWorkflowType(domain=DOMAIN, name="order", version="1", **about))
    about = {"default_task_list": LIST, "default_task_start_to_close_timeout": "NONE"}
    more = {f"default_task_{name}_timeout": "NONE" for name in ("schedule_to_close", "schedule_to_start", "heartbeat")}
    client.call(o.RegisterActivityType(domain=DOMAIN, name="pay", version="1", **about, **more))
    found = {}
    for name in ("done", "failed", "open"):
        type = WorkflowType(name="order", version="1")
        run = client.call(
            o.StartWorkflowExecution(domain=DOMAIN, workflow_id=name, workflow_type=type, tag_list=("eu",))
        )
        assert run.run_id is not None
        found[name] = run.run_id
        pay = d.ScheduleActivityTask(activity_type=ActivityType(name="pay", version="1"), activity_id="pay-1")
        _decide(client, pay)
        if name == "open":
            break
        task = client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST))
        assert task.task_token is not None
        client.call(o.RespondActivityTaskCompleted(task_token=task.task_token, result='"paid"'))
        end = (
            d.CompleteWorkflowExecution(result='"fine"')
            if name == "done"
            else d.FailWorkflowExecution(reason="no stock")
        )
        _decide(client, end)
    return found


def _decide(client: Client, made: Any) -> None:
    task = client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
    assert task.task_token is not None
    client.call(o.RespondDecisionTaskCompleted(task_token=task.task_token, decisions=(decision(made),)))


@pytest.fixture
def browser(client: Client, runs: dict[str, str]) -> TestClient:
    app = application(client, endpoint="http://127.0.0.1 (moto)", now=time.time, changing=Changing())
    return TestClient(app, base_url=BASE, raise_server_exceptions=True)  # type: ignore[arg-type]  # an ASGI application


@pytest.mark.parametrize(
    "query", ["", "?state=failed", "?type=order&version=1", "?tag=eu", "?id=open", "?since=1d&longer=0s"]
)
def test_the_list_has_what_moto_has(browser: TestClient, query: str) -> None:
    answer = browser.get(f"/market/{query}")
    assert answer.status_code == 200
    assert "http://127.0.0.1 (moto)" in answer.text
    assert ">open</a>" in answer.text or "state=failed" in query
    if "failed" in query:
        assert ">failed</a>" in answer.text


def test_an_execution_is_drawn(browser: TestClient, runs: dict[str, str]) -> None:
    page = browser.get(f"/market/e/failed/{runs['failed']}").text
    assert "no stock" in page
    assert ">pay<" in page
    assert browser.get(f"/market/e/done/{runs['done']}/summary.json").json()["state"] == "completed"
    assert "pay-1" in browser.get(f"/market/e/done/{runs['done']}/tasks.json").text


@pytest.mark.parametrize("path", ["/", "/market/types", "/market/task-lists", "/market/e/open", "/nobody/"])
def test_no_other_page_breaks(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code in (200, 404)


@pytest.mark.parametrize(
    ("path", "operation"),
    [("/market/counts", "CountOpenWorkflowExecutions"), ("/market/?type=order", "ListOpenWorkflowExecutions")],
)
def test_what_moto_cannot_do_is_said_with_what_was_tried(browser: TestClient, path: str, operation: str) -> None:
    """It has no counts of executions, and no filter by a type without its version."""
    answer = browser.get(path)
    assert answer.status_code >= 400
    assert f"{operation} was tried at http://127.0.0.1 (moto)" in answer.text
    assert "Try again" in answer.text


def test_an_open_execution_is_live_and_takes_a_signal(
    browser: TestClient, client: Client, runs: dict[str, str]
) -> None:
    path = f"/market/e/open/{runs['open']}"
    last = browser.get(f"{path}/summary.json").json()["events"]
    assert browser.get(f"{path}/sections?after={last}").status_code == 204
    page = browser.get(f"{path}/signal").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    sent = browser.post(
        f"{path}/signal",
        data={"token": token, "name": "go", "input": "1"},
        headers={"origin": BASE},
        follow_redirects=False,
    )
    assert sent.status_code == 303
    news = browser.get(f"{path}/sections?after={last}").json()
    assert news["last"] > last
    name = WorkflowExecution(workflow_id="open", run_id=runs["open"])
    history = client.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=name))
    assert "WorkflowExecutionSignaled" in [event.type for event in wire.decode_events(history.events)]
