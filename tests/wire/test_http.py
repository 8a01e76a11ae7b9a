"""The API over HTTP: what goes over the wire, polls that wait, callers that leave, a door that closes."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from swf.protocol.operations import PollForDecisionTask
from tests.processes.fleet import wait_until
from tests.wire.doors import DOMAIN, LIST, Served, served

POLL = {"domain": DOMAIN, "taskList": {"name": LIST.name}}


@pytest.mark.parametrize("prefix", ["SimpleWorkflowService.", "com.amazonaws.swf.service.model.SimpleWorkflowService."])
def test_both_prefixes_of_the_target_are_understood(door: Served, prefix: str) -> None:
    reply = door.post("", b'{"name": "another", "workflowExecutionRetentionPeriodInDays": "1"}',
                      X_Amz_Target=f"{prefix}RegisterDomain")  # fmt: skip
    assert reply.status == 200


def test_an_operation_without_an_answer_is_answered_with_an_empty_body(door: Served) -> None:
    reply = door.post("RegisterDomain", {"name": "another", "workflowExecutionRetentionPeriodInDays": "1"})
    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", "0")
    assert reply.headers["x-amzn-requestid"]


def test_a_fault_names_its_type_in_full_and_its_text(door: Served) -> None:
    reply = door.post("PollForDecisionTask", {**POLL, "domain": "nowhere"})
    assert reply.status == 400
    assert reply.json == {
        "__type": "com.amazonaws.swf.base.model#UnknownResourceFault",
        "message": "Unknown domain: nowhere",
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "SerializationException"),
        (b'{"domain": 1}', "SerializationException"),
        (b"\xff\xfe", "SerializationException"),
        (b"[]", "SerializationException"),
        (b"{}", "ValidationException"),
    ],
)
def test_a_body_that_is_none_is_the_callers_fault(door: Served, body: bytes, code: str) -> None:
    reply = door.post("PollForDecisionTask", body)
    assert (reply.status, reply.json["__type"].rpartition("#")[2]) == (400, code)


def test_an_unknown_target_path_or_method_is_no_operation(door: Served) -> None:
    for reply in (
        door.post("MakeCoffee", {}),
        door.send("POST", "/", b"{}"),
        door.send("POST", "/", b"{}", {"X-Amz-Target": "Evil.ListDomains"}),
        door.send("GET", "/"),
        door.send("POST", "/elsewhere", b"{}", {"X-Amz-Target": "SimpleWorkflowService.ListDomains"}),
    ):
        assert (reply.status, reply.json["__type"].rpartition("#")[2]) == (400, "UnknownOperationException")


def test_a_name_that_is_not_ours_is_refused(door: Served) -> None:
    """A page in a browser can make a name of its own lead to this machine."""
    reply = door.post("PollForDecisionTask", POLL, Host="evil.example")
    assert (reply.status, reply.json["__type"].rpartition("#")[2]) == (403, "AccessDeniedException")


def test_a_body_beyond_the_limit_is_refused_before_it_is_sent(door: Served) -> None:
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: SimpleWorkflowService.ListDomains\r\n"
            b"Content-Length: 64000000\r\n\r\n"
        )
        assert b"413" in connection.recv(4096).splitlines()[0]


def test_times_are_numbers_and_a_whole_history_is_one_page(door: Served) -> None:
    run_id = door.start()
    page = door.post(
        "GetWorkflowExecutionHistory",
        {"domain": DOMAIN, "execution": {"workflowId": "order-1", "runId": run_id}},
    ).json
    assert [event["eventId"] for event in page["events"]] == [1, 2]
    assert all(isinstance(event["eventTimestamp"], int | float) for event in page["events"])
    assert "nextPageToken" not in page


def test_a_poll_is_answered_as_soon_as_there_is_a_task(door: Served) -> None:
    with ThreadPoolExecutor(1) as threads:
        polling = threads.submit(door.post, "PollForDecisionTask", POLL)
        wait_until(door.waiting, "the poll waits")
        run_id = door.start()
        task = polling.result(10).json
    assert task["workflowExecution"] == {"workflowId": "order-1", "runId": run_id}
    assert [event["eventType"] for event in task["events"]][-1] == "DecisionTaskStarted"


def test_a_poll_that_finds_nothing_has_no_token(tmp_path: Path) -> None:
    with served(tmp_path / "short.db", poll_wait_s=0.05) as door:
        assert door.post("PollForDecisionTask", POLL).json == {"startedEventId": 0, "previousStartedEventId": 0}
        assert door.post("PollForActivityTask", POLL).json == {"startedEventId": 0}


def test_a_poller_that_has_left_gets_no_task(door: Served) -> None:
    """The connection is closed and the task comes while the loop has not heard of it yet."""
    for number in range(50):
        poll = door.begin_poll()
        wait_until(door.waiting, "the poll waits")
        poll.close()
        door.start(f"order-{number}")
        task = door.keepalive().call(PollForDecisionTask(domain=DOMAIN, task_list=LIST))
        assert task.workflow_execution is not None
        assert task.workflow_execution.workflow_id == f"order-{number}"


def test_a_poller_that_leaves_is_forgotten(door: Served) -> None:
    polls = [door.begin_poll() for _ in range(20)]
    wait_until(lambda: door.waiting() == 20, "all polls wait")
    for poll in polls:
        poll.close()
    wait_until(lambda: door.waiting() == 0, "none waits any more")


def test_waiting_polls_cost_no_thread(door: Served) -> None:
    before = threading.active_count()
    polls = [door.begin_poll("PollForActivityTask") for _ in range(200)]
    wait_until(lambda: door.waiting() == 200, "all polls wait")
    assert threading.active_count() <= before
    for poll in polls:
        poll.close()


def test_a_door_that_closes_answers_waiting_polls_and_finishes_what_it_has_begun(tmp_path: Path) -> None:
    with served(tmp_path / "closing.db") as door, ThreadPoolExecutor(8) as threads:
        polls = [threads.submit(door.post, "PollForDecisionTask", POLL) for _ in range(8)]
        wait_until(lambda: door.waiting() == 8, "all polls wait")
        began = time.monotonic()
        door.door.close()
        assert [poll.result(10).json for poll in polls] == [{"startedEventId": 0, "previousStartedEventId": 0}] * 8
        assert time.monotonic() - began < 10  # not the minute that a poll may wait
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", door.port), timeout=1)


def test_plain_boto3_reads_what_our_client_wrote(door: Served) -> None:
    run_id = door.start()
    client = door.boto3()
    info = client.describe_workflow_execution(domain=DOMAIN, execution={"workflowId": "order-1", "runId": run_id})[
        "executionInfo"
    ]
    assert info["executionStatus"] == "OPEN"
    with pytest.raises(client.exceptions.UnknownResourceFault, match="Unknown domain: nowhere"):
        client.poll_for_decision_task(domain="nowhere", taskList={"name": "x"})


def test_health_is_answered_while_others_have_the_turn(door: Served) -> None:
    """And a call that waits for it is answered afterwards, with those that have come meanwhile."""
    answers: list[int] = []
    callers = [
        threading.Thread(
            target=lambda: answers.append(door.post("ListDomains", {"registrationStatus": "REGISTERED"}).status)
        )
        for _ in range(3)
    ]
    with door.service.turn:
        for caller in callers:
            caller.start()
            while not door.service._incoming:
                time.sleep(0.001)
            assert door.send("GET", "/health").status == 200
        assert answers == []
    for caller in callers:
        caller.join(20)
    assert answers == [200] * 3


def test_a_head_without_end_is_refused(door: Served) -> None:
    """Before anybody can be asked for a key."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as caller:
        with contextlib.suppress(OSError):  # the other side closes while we send
            caller.sendall(b"GET /health HTTP/1.1\r\n")
            for _ in range(3_000):
                caller.sendall(b"x: " + b"y" * 1_000 + b"\r\n")
        wait_until(lambda: is_closed(caller), "the other side has closed")


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(10_000) == b""
    except ConnectionError:
        return True


def test_a_head_that_does_not_come_to_its_end_is_not_waited_for(door: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.http.protocol.HEAD_S", 0.05)
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as caller:
        caller.sendall(b"GET /health HTTP/1.1\r\nHost:")
        assert caller.recv(1_000).startswith(b"HTTP/1.1 408 ")
        assert caller.recv(1_000) == b""


def test_a_connection_that_was_served_may_rest(door: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.http.protocol.HEAD_S", 0.01)
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=20)
    for method, body in (("GET", None), ("POST", b"{}"), ("GET", None)):
        connection.request(method, "/health", body)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == (200 if method == "GET" else 400)
        time.sleep(0.05)
    connection.close()


HALF = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: SimpleWorkflowService.ListDomains\r\n"
    b"Content-Length: 9\r\n\r\n"
)


def test_a_body_that_never_begins_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swf.server.http.app.BODY_PAUSE_S", 0.05)
    with (
        served(tmp_path / "x.db") as door,
        socket.create_connection(("127.0.0.1", door.port), timeout=20) as caller,
    ):
        caller.sendall(HALF)
        assert caller.recv(1_000).startswith(b"HTTP/1.1 400 ")


def test_a_door_that_closes_waits_for_no_body(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with served(tmp_path / "x.db") as door:
        caller = socket.create_connection(("127.0.0.1", door.port), timeout=20)
        caller.sendall(HALF)
        wait_until(lambda: len(door.door._app._bodies) == 1, "the body is waited for")
        began = time.monotonic()
    assert time.monotonic() - began < 4
    assert [record for record in caplog.records if record.exc_info] == []
    caller.close()
