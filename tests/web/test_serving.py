"""The pages where they are found: beside the API, alone over an endpoint, as a file."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from simpleflow.cli import pages as pages_command
from simpleflow.cli.app import run
from simpleflow.cli.pages import beside, listening, made
from simpleflow.service import Address, client_of, serves
from simpleflow.web.answers.viewers import Viewers
from swf.protocol.operations import DeprecateDomain, ListDomains
from swf.protocol.values import RegistrationStatus
from swf.server import open_service
from swf.server.http import Door
from swf.server.lock import read_hint
from tests.processes.command import begin, simpleflow
from tests.stand_in import moto_running
from tests.web.histories import order


def read(url: str, host: str | None = None) -> tuple[int, str]:
    request = urllib.request.Request(url, headers={} if host is None else {"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the history of an order."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIMPLEFLOW_VALUES", str(tmp_path / "values"))
    order(path=str(tmp_path / "flow.db")).play()
    return tmp_path


def test_the_door_of_the_service_has_the_api_and_the_pages(place: Path) -> None:
    service = open_service(place / "flow.db")
    door = Door(service, pages=beside(place / "flow.db"))
    door.open()
    try:
        assert "embedded · flow.db" in read(f"{door.url}/shop/")[1]
        assert '"status":"ok"' in read(f"{door.url}/health")[1]
        assert read(f"{door.url}/nothing/at/all")[0] == 404
        assert read(f"{door.url}/shop/", host="evil.example")[0] == 403
        swf = boto3.client(
            "swf", endpoint_url=door.url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        assert swf.list_domains(registrationStatus="REGISTERED")["domainInfos"][0]["name"] == "shop"
    finally:
        door.close()
        service.close()


def test_a_door_that_asks_for_keys_shows_pages_to_this_machine_alone(place: Path) -> None:
    """A browser has no keys; who is elsewhere sees the API, and that only with a signature."""
    service = open_service(place / "flow.db")
    door = Door(service, keys={"A": "secret"}, pages=beside(place / "flow.db"))
    door.open()
    try:
        assert read(f"{door.url}/shop/")[0] == 200
    finally:
        door.close()
        service.close()


@pytest.fixture
def moto() -> Iterator[str]:
    with moto_running() as url:
        yield url


def test_another_endpoint_is_shown_with_what_it_has(moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto has lists, counts and histories; what it lacks is said or left out."""
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    swf = boto3.client("swf", endpoint_url=moto)
    swf.register_domain(name="shop", workflowExecutionRetentionPeriodInDays="30")
    swf.register_workflow_type(
        domain="shop", name="order", version="1", defaultTaskList={"name": "default"}, defaultChildPolicy="TERMINATE",
        defaultTaskStartToCloseTimeout="300", defaultExecutionStartToCloseTimeout="3600",
    )  # fmt: skip
    swf.start_workflow_execution(
        domain="shop", workflowId="here", workflowType={"name": "order", "version": "1"}, tagList=["eu"]
    )
    swf.start_workflow_execution(domain="shop", workflowId="gone", workflowType={"name": "order", "version": "1"})
    swf.terminate_workflow_execution(domain="shop", workflowId="gone", reason="enough")
    pages = made(client_of(Address(endpoint_url=moto)), endpoint=moto, options=f"--endpoint-url {moto}")
    with listening(pages, "127.0.0.1", 0) as url:
        status, page = read(f"{url}shop/")
        assert status == 200
        assert ">here</a>" in page
        assert ">gone</a>" in page
        assert read(f"{url}shop/?id=gone")[1].count('class="mono strong"') == 1
        status, page = read(f"{url}shop/e/here")
        assert status == 200
        assert "waiting for the first decision on &#x27;default&#x27;" in page.replace("'", "&#x27;")
        assert "enough" in read(f"{url}shop/e/gone")[1]
        for path in ("", "shop/types", "shop/task-lists"):
            status, page = read(f"{url}{path}")
            assert status in (200, 501), path
            assert status == 200 or "does not offer" in page


def test_a_page_does_not_wait_long_for_an_endpoint_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and not as long as a decider would; the page says what was tried and why it failed."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "a")
    with pages_command.client_for(Address(region="eu-west-1")) as (amazon, _):
        assert amazon.client.meta.config.connect_timeout == pages_command.CONNECT_S  # type: ignore[attr-defined]
        assert amazon.client.meta.config.read_timeout == pages_command.CALL_S  # type: ignore[attr-defined]
        assert pages_command.CALL_S < 15
    monkeypatch.setattr(pages_command, "CALL_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pages_command.client_for(Address(endpoint_url=address)) as (client, _):
            pages = made(client, endpoint=address, options=f"--endpoint-url {address}")
            with listening(pages, "127.0.0.1", 0) as url:
                status, page = read(f"{url}shop/")
        connections = [silent.accept()[0]]
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):
            silent.accept()
        connections[0].close()
    assert status == 502
    assert f"ListOpenWorkflowExecutions was tried at {address}" in page
    assert f"no answer from {address}: it did not answer in time" in page
    assert "Try again" in page


def test_a_file_that_is_served_from_here_tells_of_its_writes(place: Path) -> None:
    """So that nothing is read again while nothing was written."""
    with pages_command.client_for(Address(db="flow.db")) as (client, commits):
        assert commits is not None
        before = commits()
        client.call(ListDomains(registration_status=RegistrationStatus.REGISTERED))
        assert before is not None
        assert commits() == before
        client.call(DeprecateDomain(name="shop"))
        assert commits() != before


def test_the_commands_print_where_the_pages_are(tmp_path: Path) -> None:
    """And they are there; told to stop, the command ends with 0."""
    done = simpleflow(tmp_path, "standalone", "examples.basic.BasicWorkflow", "--input", "[1, 0]")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^pages: http://127\.0\.0\.1:\d+/default/$", done.stderr, re.M)
    for command, stream in ((("server.start", "--db", "simpleflow.db"), "stderr"), (("web",), "stdout")):
        process = begin(tmp_path, *command, "--port", "0", SIMPLEFLOW_DB="simpleflow.db")
        try:
            url = _url(process, stream)
            assert "basic" in read(url.removesuffix("default/") + "default/")[1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
        assert process.returncode == 0


def test_pages_that_are_open_see_the_end_before_the_process_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page asks every few seconds: what it has asked before is waited for when all is done, and answered."""
    seen: list[tuple[str, bool]] = []
    told: list[Viewers] = []

    def wait(viewers: Viewers, workflow_id: str) -> None:
        while not serves(hint := read_hint(tmp_path / "flow.db")):
            pass  # the door opens beside the run
        with urllib.request.urlopen(f"{hint.url}/default/e/{workflow_id}") as page:
            news = json.loads(read(f"{page.url}/sections?tab=one&after=0&names=title")[1])
        seen.append((news["state"], told[-1] is viewers))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIMPLEFLOW_VALUES", str(tmp_path / "values"))
    monkeypatch.setattr(Viewers, "wait", wait)
    monkeypatch.setattr(Viewers, "heard", lambda viewers, page, workflow_id, is_over: told.append(viewers))
    monkeypatch.setattr(sys, "setswitchinterval", lambda seconds: None)
    monkeypatch.setattr("simpleflow.cli.standalone._stop_as_by_ctrl_c", lambda: None)
    options = ["--db", "flow.db", "--isolation", "thread", "--display-status", "false"]
    assert run(["standalone", "examples.basic.BasicWorkflow", "--input", "[1, 0]", *options]) == 0
    assert run(["standalone", "examples.basic.BasicWorkflow", "--input", '["a", 0]', *options]) == 1
    assert seen == [("completed", True), ("failed", True)]


@pytest.mark.parametrize(
    ("options", "can_change"),
    [
        (("server.start", "--port", "0", "--read-only"), False),
        (("web", "--port", "0", "--read-only", "--host", "localhost"), False),
        (("web", "--port", "0", "--name", "flows.example", "--import", "examples"), True),
    ],
)
def test_pages_can_do_what_their_command_says(place: Path, options: tuple[str, ...], can_change: bool) -> None:
    command, *more = options
    stream = "stderr" if command == "server.start" else "stdout"
    process = begin(place, command, "--db", "flow.db", "--domain", "shop", *more)
    try:
        url = _url(process, stream).removesuffix("shop/")
        status, page = read(f"{url}shop/e/order")
        assert status == 200
        assert ("Rerun…" in page) == can_change
        assert read(url, host="flows.example")[0] == (200 if "--name" in more else 403)
        assert read(f"{url}shop/start")[0] == (200 if can_change else 404)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def _url(process: subprocess.Popen[str], stream: str) -> str:
    for line in getattr(process, stream):
        found = re.search(r"(?:^|browsers of this machine: )(http://\S+/)$", line.strip())
        if found:
            return found.group(1)
    raise AssertionError(process.communicate()[1])


def test_a_file_that_is_not_there_is_an_error(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["web", "--db", "nothing.db"]) == 1
    assert capsys.readouterr().err.splitlines()[0] == "simpleflow: error: nothing.db does not exist"
    assert run(["web"]) == 2


def test_an_execution_is_written_as_one_file(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--db", "flow.db", "--domain", "shop", "workflow.export", "order", "-o", "order.html"]) == 0
    page = (place / "order.html").read_text()
    assert page.count('<details id="t') == 11
    assert "<script" not in page
    assert not re.search(r'(?:href|src)="(?!#)', page)
    assert "Completed" in page
