"""Our clients: one seam, three ways, the same answers; what is lost on the way is asked again."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from swf.client import Client
from swf.clients import BotoClient, KeepAliveClient, RetryingClient, connect
from swf.exceptions import ConfigurationError, ResponseError, Unreachable
from swf.protocol import operations as o
from swf.protocol import wire
from swf.protocol.faults import (
    OtherFault,
    ThrottlingException,
    UnknownResourceFault,
    ValidationException,
)
from swf.protocol.values import TaskList, WorkflowExecution
from swf.server.inprocess import InProcessClient
from tests.processes.fleet import free_port, wait_until
from tests.wire.doors import DOMAIN, LIST, ORDER, Served
from tests.wire.proxy import Proxy

POLL = o.PollForDecisionTask(domain=DOMAIN, task_list=LIST)
WAYS: dict[str, Callable[[Served], Client]] = {
    "in process": lambda door: InProcessClient(door.service),
    "keep-alive": Served.keepalive,
    "boto3": Served.boto,
    "boto3 of the user": lambda door: BotoClient(door.boto3()),
}


@pytest.fixture(params=WAYS)
def client(door: Served, request: pytest.FixtureRequest) -> Client:
    return WAYS[request.param](door)


@pytest.fixture
def proxy(door: Served) -> Iterator[Proxy]:
    it = Proxy(door.door.url)
    yield it
    it.close()


def boto_to(url: str) -> BotoClient:
    return connect(endpoint_url=url, region="us-east-1", access_key="a", secret_key="b")


def answer(task: o.DecisionTask) -> o.RespondDecisionTaskCompleted:
    assert task.task_token is not None
    return o.RespondDecisionTaskCompleted(task_token=task.task_token)


def test_a_call_is_answered(door: Served, client: Client) -> None:
    run_id = door.start()
    execution = WorkflowExecution(workflow_id="order-1", run_id=run_id)
    detail = client.call(o.DescribeWorkflowExecution(domain=DOMAIN, execution=execution))
    assert detail.execution_info.execution == execution
    page = client.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution))
    assert [event.type for event in wire.decode_events(page.events)] == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
    ]


def test_a_call_without_an_answer_gives_none(client: Client) -> None:
    request = o.RegisterDomain(name="another", workflow_execution_retention_period_in_days="1")
    assert client.call(request) is None


def test_a_fault_is_raised_as_itself(client: Client) -> None:
    with pytest.raises(UnknownResourceFault, match="Unknown domain: nowhere"):
        client.call(o.PollForDecisionTask(domain="nowhere", task_list=LIST))
    with pytest.raises(ValidationException, match=r"taskList\.name"):
        client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=TaskList(name="")))


def test_a_response_and_the_next_poll_go_together(door: Served, client: Client) -> None:
    door.start("order-1")
    task = client.call(POLL)
    door.start("order-2")
    heard: list[Exception | None] = []
    following = client.respond_and_poll(answer(task), POLL, heard.append)
    assert heard == [None]
    assert following.workflow_execution is not None
    assert following.workflow_execution.workflow_id == "order-2"
    again: list[Exception | None] = []
    door.start("order-3")
    client.respond_and_poll(answer(task), POLL, again.append)
    assert isinstance(again[0], UnknownResourceFault)


@pytest.mark.parametrize("way", ["in process", "keep-alive", "boto3"])
def test_told_to_stop_polling_a_client_ends_the_poll_that_waits_and_all_later_ones(door: Served, way: str) -> None:
    """Calls of other kinds are answered as before. A boto3 client of the user's is stopped by its next answer."""
    client = WAYS[way](door)
    with ThreadPoolExecutor(1) as threads:
        polling = threads.submit(client.call, POLL)
        wait_until(door.waiting, "the poll waits")
        client.stop_polling()
        assert polling.result(10).task_token is None
    assert client.call(POLL).task_token is None
    assert client.call(o.StartWorkflowExecution(domain=DOMAIN, workflow_id="after", workflow_type=ORDER)).run_id


@pytest.mark.parametrize("way", ["keep-alive", "boto3"])
def test_a_task_that_was_on_its_way_when_polling_was_stopped_is_not_lost(door: Served, way: str) -> None:
    """The poll is given up by closing our side for writing: an answer is still read, or the task stays where it is."""
    for number in range(12):
        client = WAYS[way](door)
        with ThreadPoolExecutor(2) as threads:
            polling = threads.submit(client.call, POLL)
            wait_until(door.waiting, "the poll waits")
            starting = threads.submit(door.start, f"order-{number}")
            client.stop_polling()
            task = polling.result(10)
            starting.result(10)
        if task.task_token is None:
            task = door.keepalive().call(POLL)
        assert task.workflow_execution is not None
        assert task.workflow_execution.workflow_id == f"order-{number}"


def test_nobody_at_the_port_is_said_in_one_line() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    for client in (KeepAliveClient(url), connect(endpoint_url=url, region="x", access_key="a", secret_key="b")):
        with pytest.raises(Unreachable, match=f"no answer from {url}"):
            client.call(POLL)


def test_no_region_and_no_keys_are_said_before_the_first_call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(ConfigurationError, match="credentials"):
        connect(region="us-east-1").call(POLL)


def test_what_is_no_answer_of_swf_is_shown() -> None:
    body = b"<html>a web server</html>"

    def serve(listener: Any) -> None:
        connection, _ = listener.accept()
        connection.recv(1 << 16)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        client = KeepAliveClient(f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(ResponseError, match="a web server"):
            client.call(POLL)


def test_a_lost_request_and_a_lost_answer_are_asked_again(door: Served, proxy: Proxy) -> None:
    client = RetryingClient(KeepAliveClient(proxy.url))
    proxy.lose("StartWorkflowExecution", "request")
    proxy.lose("PollForDecisionTask", "request")
    run = client.call(o.StartWorkflowExecution(domain=DOMAIN, workflow_id="order-1", workflow_type=ORDER))
    task = client.call(POLL)
    assert task.workflow_execution == WorkflowExecution(workflow_id="order-1", run_id=run.run_id or "")
    assert proxy.lost == [("StartWorkflowExecution", "request"), ("PollForDecisionTask", "request")]


def test_a_response_whose_answer_is_lost_is_known_by_the_refusal_of_its_repetition(door: Served, proxy: Proxy) -> None:
    door.start()
    client = RetryingClient(KeepAliveClient(proxy.url))
    task = client.call(POLL)
    proxy.lose("RespondDecisionTaskCompleted", "answer")
    with pytest.raises(UnknownResourceFault, match="Unknown decision task"):
        client.call(answer(task))


@pytest.mark.parametrize("way", ["keep-alive", "boto3"])
def test_a_broken_gateway_is_no_refusal(door: Served, proxy: Proxy, way: str) -> None:
    """A 503 with a page of HTML says nothing of the call."""
    door.start()
    ours = KeepAliveClient(proxy.url) if way == "keep-alive" else boto_to(proxy.url)
    client = RetryingClient(ours)
    proxy.lose("PollForDecisionTask", "broken")
    task = client.call(POLL)
    proxy.lose("RespondDecisionTaskCompleted", "broken", "broken")
    assert client.call(answer(task)) is None
    assert len(proxy.lost) == 3


def test_expired_credentials_are_waited_for_by_those_who_wait_for_ever() -> None:
    expired = OtherFault("The security token has expired", code="ExpiredTokenException")
    inner = Throttled(2, expired)
    assert RetryingClient(inner).call(o.RespondDecisionTaskCompleted(task_token="t")).task_token == "t"
    hasty = Throttled(2, expired)
    with pytest.raises(OtherFault):
        RetryingClient(hasty, patience_s=5).call(o.RespondDecisionTaskCompleted(task_token="t"))
    assert hasty.calls == 1


def test_an_endpoint_below_a_path_is_called_there() -> None:
    seen: list[bytes] = []

    def serve(listener: Any) -> None:
        connection, _ = listener.accept()
        seen.append(connection.recv(1 << 16).split(b"\r\n")[0])
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"count": 7}   ')
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        client = boto_to(f"http://127.0.0.1:{listener.getsockname()[1]}/swf/api")
        assert client.call(o.CountPendingDecisionTasks(domain=DOMAIN, task_list=LIST)).count == 7
    assert seen == [b"POST /swf/api HTTP/1.1"]


@pytest.mark.parametrize("url", ["foo", "http://", "http://[::1", "http://localhost:99999"])
def test_an_endpoint_that_is_no_url_is_said_at_once(url: str) -> None:
    with pytest.raises(ConfigurationError):
        boto_to(url)


def test_patience_ends_with_the_last_error() -> None:
    client = RetryingClient(KeepAliveClient(f"http://127.0.0.1:{free_port()}"), patience_s=0.3)
    with pytest.raises(Unreachable):
        client.call(o.CountPendingDecisionTasks(domain=DOMAIN, task_list=LIST))


def test_a_server_that_comes_back_is_found_and_both_edges_are_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from swf.server import open_service
    from swf.server.http import Door

    port = free_port()
    client = RetryingClient(KeepAliveClient(f"http://127.0.0.1:{port}"))
    with caplog.at_level(logging.WARNING), ThreadPoolExecutor(1) as threads:
        asking = threads.submit(
            client.call, o.RegisterDomain(name="d", workflow_execution_retention_period_in_days="1")
        )
        wait_until(lambda: "trying again" in caplog.text, "it has tried")
        time.sleep(0.4)  # several attempts: still one line
        service = open_service(tmp_path / "late.db")
        door = Door(service, port=port)
        door.open()
        assert asking.result(20) is None
        door.close()
        service.close()
    assert caplog.text.count("trying again until that changes") == 1
    assert caplog.text.count("the service answers again") == 1


class Throttled:
    """A client that throttles so often, and counts."""

    def __init__(self, times: int, error: Exception | None = None) -> None:
        self.left = times
        self.calls = 0
        self.error = error or ThrottlingException("Rate exceeded")

    def call(self, request: Any, /) -> Any:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error
        return o.DecisionTask(started_event_id=3, task_token="t", previous_started_event_id=0)

    def respond_and_poll(self, response: Any, poll: Any, /, heard: Callable[[Exception | None], None]) -> Any:
        try:
            self.call(response)
        except Exception as error:
            heard(error)
        else:
            heard(None)
        return self.call(poll)

    def stop_polling(self) -> None:
        """Nothing waits here."""


def test_throttling_is_waited_out_for_calls_and_polls() -> None:
    for request in (POLL, o.RespondDecisionTaskCompleted(task_token="t")):
        inner = Throttled(3)
        assert RetryingClient(inner).call(request).task_token == "t"
        assert inner.calls == 4


def test_a_throttled_response_is_sent_again_while_its_poll_is_kept() -> None:
    inner = Throttled(2)
    heard: list[Exception | None] = []
    task = RetryingClient(inner).respond_and_poll(o.RespondDecisionTaskCompleted(task_token="t"), POLL, heard.append)
    assert (heard, task.task_token) == ([None], "t")


def test_a_refusal_is_not_repeated() -> None:
    inner = Throttled(1, UnknownResourceFault("Unknown decision task, scheduledEventId = 2"))
    with pytest.raises(UnknownResourceFault):
        RetryingClient(inner).call(o.RespondDecisionTaskCompleted(task_token="t"))
    assert inner.calls == 1


def test_a_poll_waits_for_a_domain_that_is_registered_later(door: Served) -> None:
    client = RetryingClient(door.keepalive())
    with ThreadPoolExecutor(1) as threads:
        polling = threads.submit(client.call, o.PollForDecisionTask(domain="later", task_list=LIST))
        time.sleep(0.2)
        assert not polling.done()
        client.stop_polling()
        assert polling.result(20).task_token is None


def test_answers_of_a_stubbed_boto3_client_are_understood() -> None:
    """Tests of users stub boto3; what botocore has parsed is put together again."""
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    stubbed = boto3.client("swf", region_name="us-east-1", config=Config(), **keys)
    with Stubber(stubbed) as stub:
        stub.add_response("count_open_workflow_executions", {"count": 3, "truncated": False})
        stub.add_client_error("poll_for_decision_task", "SomethingNew", "of tomorrow")
        client = BotoClient(stubbed)
        counted = client.call(
            o.CountOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=o.ExecutionTimeFilter(oldest_date=0.0))
        )
        assert counted.count == 3
        with pytest.raises(OtherFault, match="of tomorrow") as raised:
            client.call(POLL)
        assert raised.value.code == "SomethingNew"


def test_the_users_own_use_of_a_boto3_client_is_left_alone(door: Served) -> None:
    mine = door.boto3()
    BotoClient(mine).call(o.RegisterDomain(name="other", workflow_execution_retention_period_in_days="1"))
    run_id = door.start()
    events = mine.get_workflow_execution_history(domain=DOMAIN, execution={"workflowId": "order-1", "runId": run_id})[
        "events"
    ]
    assert [event["eventId"] for event in events] == [1, 2]
