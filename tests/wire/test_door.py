"""The door to the service: who is let in, and what an operator can ask."""

from __future__ import annotations

import datetime
import hashlib
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import botocore
import msgspec
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from prometheus_client.parser import text_string_to_metric_families

from simpleflow.service import Address, client_of
from swf.clients import KeepAliveClient
from swf.protocol import operations as o
from swf.protocol.values import TaskList
from swf.server import ManualClock, open_reader
from swf.server.backup import back_up
from swf.server.check import check_file, problems
from swf.server.http import DoorError, KeysError, read_keys, serving
from swf.server.http.signature import Claim, Head, signature
from swf.server.lock import read_hint
from swf.server.store.backup import BackupError
from tests.processes.command import environment
from tests.processes.fleet import wait_until
from tests.service.flow import DOMAIN, LIST, Flow, schedule

KEYS = {"AKIDEXAMPLE": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}


def boto(url: str, **given: Any) -> Any:
    """A client of boto3 that signs as for Amazon."""
    return boto3.client(
        "swf",
        endpoint_url=url,
        **{
            "region_name": "eu-west-1",
            "aws_access_key_id": "AKIDEXAMPLE",
            "aws_secret_access_key": KEYS["AKIDEXAMPLE"],
            "config": Config(retries={"total_max_attempts": 1}),
            **given,
        },
    )


def ask(url: str, path: str = "/", method: str = "GET", body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """Status and body."""
    connection = http.client.HTTPConnection(url.partition("//")[2], timeout=30)
    connection.request(method, path, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        connection.close()


def code(body: bytes) -> str:
    return str(msgspec.json.decode(body)["__type"]).rpartition("#")[2]


@contextmanager
def closing(client: Any) -> Iterator[Any]:
    yield client
    client.close()


# Signatures


def test_calls_that_boto3_signs_are_let_in_and_others_are_not(tmp_path: Path) -> None:
    with serving(tmp_path / "x.db", keys=KEYS) as door:
        with closing(boto(door.url)) as client:
            client.register_domain(name="d-ü", workflowExecutionRetentionPeriodInDays="1")
        for given, wanted in (
            ({"aws_secret_access_key": "another"}, "InvalidSignatureException"),
            ({"aws_access_key_id": "AKIDANOTHER"}, "UnrecognizedClientException"),
            ({"config": Config(signature_version=botocore.UNSIGNED)}, "MissingAuthenticationTokenException"),
        ):
            with closing(boto(door.url, **given)) as client, pytest.raises(ClientError) as refused:
                client.register_domain(name="e", workflowExecutionRetentionPeriodInDays="1")
            assert refused.value.response["Error"]["Code"] == wanted
            assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_session_token_changes_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "x.db", keys=KEYS) as door, closing(boto(door.url, aws_session_token="t")) as client:
        client.register_domain(name="d", workflowExecutionRetentionPeriodInDays="1")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_of_another_time_is_refused(tmp_path: Path, minutes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shifted = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
    monkeypatch.setattr("swf.server.http.door.wall_time", shifted.timestamp)
    with (
        serving(tmp_path / "x.db", keys=KEYS) as door,
        closing(boto(door.url)) as client,
        pytest.raises(ClientError, match=r"Signature (expired|not yet current)") as refused,
    ):
        client.register_domain(name="d", workflowExecutionRetentionPeriodInDays="1")
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"


def _signed(url: str, body: bytes, bend: Callable[[dict[str, str]], None], *, day: str | None = None) -> dict[str, str]:
    """Headers that are signed well and bent afterwards. *day* None: that of the signature."""
    now = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "host": url.partition("//")[2],
        "x-amz-date": now,
        "x-amz-target": "SimpleWorkflowService.RegisterDomain",
    }
    names = tuple(sorted(headers))
    claim = Claim("AKIDEXAMPLE", now[:8] if day is None else day, "eu-west-1", names, "", now)
    sign = signature(Head("POST", "/", "", list(headers.items())), body, claim, KEYS["AKIDEXAMPLE"])
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{claim.scope}, SignedHeaders={';'.join(names)}, Signature={sign}"
    )
    bend(headers)
    return headers


@pytest.mark.parametrize("digits", [0, 4, 7])
def test_the_day_of_a_scope_is_a_whole_one(tmp_path: Path, digits: int) -> None:
    body = b'{"name":"d","workflowExecutionRetentionPeriodInDays":"1"}'
    day = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d")[:digits]
    with serving(tmp_path / "x.db", keys=KEYS) as door:
        status, answer = ask(door.url, method="POST", body=body, **_signed(door.url, body, lambda h: None, day=day))
        assert (status, code(answer)) == (400, "InvalidSignatureException")


def test_what_a_proxy_may_write_changes_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "x.db") as door:
        assert ask(door.url, "/metrics", X_Forwarded_For="203.0.113.9")[0] == 200


@pytest.mark.parametrize(
    ("bend", "wanted"),
    [
        (lambda h: None, None),
        (lambda h: h.update({"x-amz-target": "SimpleWorkflowService.DeprecateDomain"}), "InvalidSignatureException"),
        (
            lambda h: h.update(authorization=h["authorization"].replace(";x-amz-target", "")),
            "InvalidSignatureException",
        ),
        (lambda h: h.update(authorization=h["authorization"].replace("/swf/", "/s3/")), "InvalidSignatureException"),
        (lambda h: h.update(authorization=h["authorization"][:-1] + "g"), "InvalidSignatureException"),
        (lambda h: h.update(authorization=h["authorization"] + "ü"), "InvalidSignatureException"),
        (lambda h: h.update(authorization="Basic abc"), "IncompleteSignatureException"),
        (lambda h: h.update(authorization="AWS4-HMAC-SHA256 Credential=x"), "IncompleteSignatureException"),
        (lambda h: h.pop("x-amz-date"), "IncompleteSignatureException"),
        (lambda h: h.update({"x-amz-date": "yesterday"}), "IncompleteSignatureException"),
        (lambda h: h.update(authorization="Bearer guess"), "IncompleteSignatureException"),
        (lambda h: h.pop("authorization"), "MissingAuthenticationTokenException"),
    ],
)
def test_what_was_signed_and_nothing_else_is_done(
    tmp_path: Path, bend: Callable[[dict[str, str]], None], wanted: str | None
) -> None:
    body = b'{"name":"d","workflowExecutionRetentionPeriodInDays":"1"}'
    with serving(tmp_path / "x.db", keys=KEYS) as door:
        headers = _signed(door.url, body, bend)
        if wanted is None:
            assert ask(door.url, method="POST", body=body, **headers)[0] == 200
        else:
            status, answer = ask(door.url, method="POST", body=body, **headers)
            assert (status, code(answer)) == (400, wanted)
            other = _signed(door.url, body, lambda h: None)
            assert code(ask(door.url, method="POST", body=body + b" ", **other)[1]) == "InvalidSignatureException"


def test_the_published_example_of_a_signature() -> None:
    """Source: AWS General Reference, the suite of tests for SigV4, `get-vanilla`, for another service."""
    date = "20150830T123600Z"
    head = Head("GET", "/", "", [("host", "example.amazonaws.com"), ("x-amz-date", date)])
    claim = Claim("AKIDEXAMPLE", "20150830", "us-east-1", ("host", "x-amz-date"), "", date)
    from swf.server.http import signature as module

    assert hashlib.sha256(b"").hexdigest().startswith("e3b0c442")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SERVICE", "service")
        signed = signature(head, b"", claim, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    assert signed == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"


def test_whoever_may_read_the_file_needs_no_key(tmp_path: Path) -> None:
    """A command with --db is the same user on the same machine."""
    with serving(tmp_path / "x.db", keys=KEYS):
        client = client_of(Address(db=str(tmp_path / "x.db")))
        client.call(o.RegisterDomain(name="d", workflow_execution_retention_period_in_days="1"))


def test_keys_that_others_may_read_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("# ours\nAKID1 secret1\n\n  AKID2   secret#2 \n")
    path.chmod(0o640)
    with pytest.raises(KeysError, match="chmod 600"):
        read_keys(path)
    path.chmod(0o600)
    assert read_keys(path) == {"AKID1": "secret1", "AKID2": "secret#2"}
    path.write_text("AKID1 = secret\n")
    with pytest.raises(KeysError, match="line 1"):
        read_keys(path)
    path.write_text("\n")
    with pytest.raises(KeysError, match="no keys"):
        read_keys(path)
    with pytest.raises(KeysError, match="No such file"):
        read_keys(tmp_path / "nowhere")


# Names and addresses


def test_another_host_needs_keys_and_is_called_by_its_names(tmp_path: Path) -> None:
    with pytest.raises(DoorError, match="--auth"), serving(tmp_path / "x.db", host="0.0.0.0"):
        pass
    with serving(tmp_path / "x.db", host="0.0.0.0", keys=KEYS, names=["Flow.Example"]) as door:
        assert door.url.startswith("http://127.0.0.1:")
        port = door.url.rpartition(":")[2]
        for host, status in (
            ("localhost", 200),
            (f"127.0.0.1:{port}", 200),
            ("flow.example", 200),
            (f"FLOW.example:{port}", 200),
            ("evil.example", 403),
            ("", 403),
        ):
            assert ask(door.url, "/health", Host=host)[0] == status, host


def test_a_page_that_lies_about_its_address_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path / "x.db") as door:
        status, answer = ask(door.url, "/health", Host="evil.example")
    assert (status, code(answer)) == (403, "AccessDeniedException")


def test_an_address_of_version_6_is_served(tmp_path: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.fail("this machine has no IPv6 loopback; the test needs one")
    with serving(tmp_path / "x.db", host="::1") as door:
        client = KeepAliveClient(door.url)
        client.call(o.RegisterDomain(name="d", workflow_execution_retention_period_in_days="1"))
        client.close()


# What an operator asks


def test_health_tells_version_and_whether_writes_go(tmp_path: Path) -> None:
    with serving(tmp_path / "x.db") as door:
        told = msgspec.json.decode(ask(door.url, "/health")[1])
        assert told["status"] == "ok"
        assert told["version"] == read_hint(tmp_path / "x.db").version
        assert told["instance_id"] == read_hint(tmp_path / "x.db").instance_id


def test_metrics_count_calls_tasks_and_what_the_disk_does(tmp_path: Path) -> None:
    flow = Flow(str(tmp_path / "x.db"), clock=ManualClock(int(time.time())))
    flow.start()
    flow.decide(schedule("a"), schedule("b"))
    flow.service.close()
    with serving(tmp_path / "x.db") as door:
        client = KeepAliveClient(door.url)
        task = client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST))
        assert task.task_token is not None
        client.call(o.RespondActivityTaskCompleted(task_token=task.task_token))
        with pytest.raises(Exception, match="Unknown"):
            client.call(o.RespondActivityTaskCompleted(task_token=task.task_token))
        ask(door.url, method="POST", X_Amz_Target="SimpleWorkflowService.MadeUp1")
        ask(door.url, method="POST", X_Amz_Target="SimpleWorkflowService.MadeUp2")
        status, text = ask(door.url, "/metrics")
        client.close()
    assert status == 200
    samples = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }

    def value(name: str, **labels: str) -> float:
        return samples[name, tuple(sorted(labels.items()))]

    assert value("swf_calls_total", operation="RespondActivityTaskCompleted", fault="") == 1
    assert value("swf_calls_total", operation="RespondActivityTaskCompleted", fault="UnknownResourceFault") == 1
    assert value("swf_calls_total", operation="unknown", fault="UnknownOperationException") == 2
    assert value("swf_call_seconds_count", operation="PollForActivityTask") == 1
    assert value("swf_open_executions") == 1
    assert value("swf_waiting_tasks", domain=DOMAIN, kind="activity", list=LIST.name) == 1
    assert value("swf_waiting_tasks", domain=DOMAIN, kind="decision", list=LIST.name) == 1
    assert value("swf_commit_seconds_count") >= 2
    assert value("swf_sync_seconds_count") >= 1
    assert value("swf_writes_stopped") == 0


def test_metrics_have_a_bounded_number_of_lines(tmp_path: Path) -> None:
    """However many lists there are, and whatever callers make up."""
    flow = Flow(str(tmp_path / "x.db"), clock=ManualClock(int(time.time())))
    flow.start()
    flow.decide(*(schedule(f"a{n}", task_list=TaskList(name=f"list-{n}")) for n in range(80)))
    flow.service.close()
    with serving(tmp_path / "x.db") as door:
        text = ask(door.url, "/metrics")[1].decode()
    lines = [line for line in text.splitlines() if line.startswith("swf_waiting_tasks{")]
    assert len(lines) == 51
    assert next(line for line in lines if "(others)" in line).endswith(" 30.0")


# Copies and checks


def test_a_file_is_copied_while_it_is_served_and_written(tmp_path: Path) -> None:
    """What was acknowledged before the copy began is in it, and it is in order."""
    flow = Flow(str(tmp_path / "x.db"), clock=ManualClock(int(time.time())))
    flow.start()
    flow.service.close()
    path, to = tmp_path / "x.db", tmp_path / "copy.db"
    ended = threading.Event()
    with serving(path, keys=KEYS) as door:
        signals = 0

        def write() -> None:
            nonlocal signals
            client = KeepAliveClient(door.url, bearer=read_hint(path).secret)
            while not ended.is_set():
                client.call(
                    o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="s", input="x" * 30_000)
                )
                signals += 1
            client.close()

        writer = threading.Thread(target=write)
        writer.start()
        wait_until(lambda: signals >= 100, "signals are accepted")
        before = signals
        size = back_up(path, to)
        ended.set()
        writer.join(30)
    assert size == to.stat().st_size
    assert to.stat().st_mode & 0o777 == 0o600
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["copy.db", "x.db", "x.db.lock"]
    copy = open_reader(to)
    count = copy.database.connection.execute("select count(*) from events").get
    assert list(problems(copy)) == []
    copy.close()
    assert before <= count - 2 <= signals + 2


def test_a_file_that_nobody_serves_is_copied_too_and_never_over_another(tmp_path: Path) -> None:
    flow = Flow(str(tmp_path / "x.db"), clock=ManualClock(int(time.time())))
    flow.start()
    flow.service.close()
    before = (tmp_path / "x.db").read_bytes()
    assert back_up(tmp_path / "x.db", tmp_path / "copy.db") > 0
    with pytest.raises(BackupError, match="already"):
        back_up(tmp_path / "x.db", tmp_path / "copy.db")
    with pytest.raises(BackupError, match="No such file"):
        back_up(tmp_path / "x.db", tmp_path / "nowhere" / "copy.db")
    assert (tmp_path / "x.db").read_bytes() == before
    assert check_file(tmp_path / "copy.db").problems == ()


def test_nobody_else_may_have_the_file_copied(tmp_path: Path) -> None:
    with serving(tmp_path / "x.db") as door:
        body = msgspec.json.encode({"to": str(tmp_path / "stolen.db")})
        for said in ({}, {"Authorization": "Bearer guess"}, {"Authorization": ""}):
            status, answer = ask(door.url, "/backup", "POST", body, **said)
            assert (status, code(answer)) == (403, "AccessDeniedException")
        secret = read_hint(tmp_path / "x.db").secret
        status, answer = ask(door.url, "/backup", "POST", b'{"to": "x.db"}', Authorization=f"Bearer {secret}")
        assert b"give the whole path" in answer
    assert not (tmp_path / "stolen.db").exists()
    assert (tmp_path / "x.db.lock").stat().st_mode & 0o777 == 0o600


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "swf.server", *map(str, arguments)], capture_output=True, text=True, timeout=60
    )


def test_the_command_says_where_it_serves_and_copies_and_checks(tmp_path: Path) -> None:
    path, keys = tmp_path / "x.db", tmp_path / "keys"
    keys.write_text("AKIDEXAMPLE secret\n")
    os.chmod(keys, 0o600)
    process = subprocess.Popen(
        [sys.executable, "-m", "swf.server", str(path), "--auth", str(keys)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    hint = read_hint(path)
    assert line == f"serving {path} at {hint.url}, version {hint.version}, calls must be signed\n"
    done = run(path, "--backup", tmp_path / "copy.db")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path / 'copy.db'}: {(tmp_path / 'copy.db').stat().st_size} bytes\n"
    process.terminate()
    assert process.wait(30) == 0
    process.stdout.close()
    assert run("--check", tmp_path / "copy.db").stdout.endswith("0 executions, 0 events, 0 problems\n")
    assert run("--check", tmp_path / "nowhere.db").returncode == 1
    os.chmod(keys, 0o644)
    done = run(path, "--auth", keys)
    assert (done.returncode, done.stdout) == (1, "")
    assert "chmod 600" in done.stderr


def test_server_start_wants_signatures_too_and_prints_no_secret(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("AKIDEXAMPLE the-secret\n")
    keys.chmod(0o600)
    process = subprocess.Popen(
        [sys.executable, "-m", "simpleflow", "server.start", "--db", "x.db", "--port", "0", "--auth", str(keys)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path),
    )
    assert process.stdout is not None
    printed = [process.stdout.readline() for _ in range(4)]
    url = printed[0].strip().partition("=")[2]
    with closing(boto(url, aws_secret_access_key="another")) as client, pytest.raises(ClientError, match="signature"):
        client.register_domain(name="d", workflowExecutionRetentionPeriodInDays="1")
    with closing(boto(url, aws_secret_access_key="the-secret")) as client:
        client.register_domain(name="d", workflowExecutionRetentionPeriodInDays="1")
    process.terminate()
    out, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "export AWS_ACCESS_KEY_ID=AKIDEXAMPLE\n" in printed
    assert "the-secret" not in "".join(printed) + out + errors
