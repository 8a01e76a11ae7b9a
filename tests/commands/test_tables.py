"""The tables of the sample history, byte by byte, in every format, on a file and over HTTP with signatures."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swf.server import ManualClock, open_service
from swf.server.http import Door
from tests.commands.conftest import HERE, Command
from tests.commands.sample import DOMAIN, RUN_ID, WORKFLOW_ID, at

TASKS = """\
Tasks                     Last State    Last State Time             Scheduled Time
examples.basic.double     completed     2015-08-04 23:06:19.200000  2015-08-04 23:06:17.738000
examples.basic.increment  completed     2015-08-04 23:06:17.488000  2015-08-04 23:04:34.498000
"""
PROFILE = """\
Task                                 Last State    Scheduled           Time Scheduled  Start               Time Running  End                 Percentage of total time
activity-examples.basic.double-1     completed     2015-08-04 23:06              0.07  2015-08-04 23:06            1.39  2015-08-04 23:06                        1.15
activity-examples.basic.increment-1  completed     2015-08-04 23:04            102.20  2015-08-04 23:06            0.79  2015-08-04 23:06                        0.65
"""  # noqa: E501  # as it is printed
INFO = f"""\
domain      workflow_type.name    workflow_type.version    task_list    workflow_id               run_id                                          tag_list      execution_time  input
TestDomain  basic                 example                  quickstart   basic-example-1438722273  {RUN_ID}  eu,nightly            121.05  {{'args': [1], 'kwargs': {{}}}}
"""  # noqa: E501
TASK = """\
type       activity
id         activity-examples.basic.double-1
name       examples.basic.double
version    example
state      completed
timestamp  2015-08-04 23:06:19.200000
input      {'args': [2], 'kwargs': {}}
result     4
reason
"""
TABLES = {
    ("workflow.tasks", WORKFLOW_ID): TASKS,
    ("workflow.profile", WORKFLOW_ID): PROFILE,
    ("workflow.info", WORKFLOW_ID): INFO,
    ("workflow.info", WORKFLOW_ID, RUN_ID): INFO,
}


GOLDEN = Path(__file__).parent / "golden"
COMMANDS = {
    "tasks": ("workflow.tasks", WORKFLOW_ID),
    "profile": ("workflow.profile", WORKFLOW_ID),
    "info": ("workflow.info", WORKFLOW_ID),
    "task": ("task.info", "--details", WORKFLOW_ID, "activity-examples.basic.double-1"),
    "list": ("workflow.list", "--status", "closed", "-d", "100000"),
    "filter": ("workflow.filter", "--status", "closed", "-d", "100000", "--details"),
    "history": ("workflow.history", WORKFLOW_ID),
    "history-events": ("workflow.history", WORKFLOW_ID, "--output-format", "events"),
    "history-cooked": ("workflow.history", WORKFLOW_ID, "--of", "cooked"),
    "domains": ("domain.list",),
    "types": ("type.list",),
}


@pytest.mark.parametrize("arguments", TABLES, ids=lambda arguments: " ".join(arguments[:1] + arguments[2:]))
def test_a_table_is_as_the_documentation_shows_it(sample: Path, command: Command, arguments: tuple[str, ...]) -> None:
    done = command(*HERE, "--header", *arguments)
    assert (done.code, done.out) == (0, TABLES[arguments]), done.err
    rows = [line.split() for line in TABLES[arguments].splitlines()[1:]]
    assert [line.split() for line in command(*HERE, *arguments).lines] == rows


def test_a_task_is_shown_name_by_name(sample: Path, command: Command) -> None:
    done = command(*HERE, "--format", "human", "task.info", WORKFLOW_ID, "activity-examples.basic.double-1")
    assert (done.code, done.out) == (0, TASK), done.err


@pytest.mark.parametrize("format", ["tabular", "csv", "tsv", "human", "json", "prettyjson"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_format_of_every_command_is_what_it_was(sample: Path, command: Command, name: str, format: str) -> None:
    """UPDATE_GOLDEN=1 writes the files anew; read what has changed before it is committed."""
    for header in ("--header", "--no-header"):
        done = command(*HERE, "--format", format, header, *COMMANDS[name])
        assert done.code == 0, done.err
        path = GOLDEN / f"{name}{'' if header == '--header' else '-bare'}.{format}"
        if os.environ.get("UPDATE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(done.out, encoding="utf-8")
        assert done.out == path.read_text(encoding="utf-8")
        if format in ("json", "prettyjson"):
            json.loads(done.out)


@pytest.fixture
def over_http(sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of the sample, where every call has to be signed, as boto3 does it."""
    service = open_service(sample, clock=ManualClock(at("23:10:00")))
    door = Door(service, keys={"AKIDEXAMPLE": "a secret"})
    door.open()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    try:
        yield door.url
    finally:
        door.close()
        service.close()


@pytest.mark.parametrize("name", COMMANDS)
def test_over_http_with_signatures_the_same_is_printed(over_http: str, command: Command, name: str) -> None:
    for format in ("tabular", "json"):
        done = command("--endpoint-url", over_http, "-d", DOMAIN, "--header", "--format", format, *COMMANDS[name])
        assert (done.code, done.out) == (0, (GOLDEN / f"{name}.{format}").read_text(encoding="utf-8")), done.err


def test_a_wrong_secret_is_refused_in_a_line(over_http: str, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another one")
    done = command("--endpoint-url", over_http, "-d", DOMAIN, "workflow.list")
    assert (done.code, done.out) == (1, "")
    assert "InvalidSignatureException" in done.err
    assert "Traceback" not in done.err


def test_the_domain_may_stand_first(over_http: str, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the first releases; with --db there is a default domain, and the names are those of the execution."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SWF", over_http)
    positional = command("--header", "workflow.tasks", DOMAIN, WORKFLOW_ID)
    assert (positional.code, positional.out) == (0, TASKS), positional.err
    with_run = command("--header", "workflow.info", DOMAIN, WORKFLOW_ID, RUN_ID.replace("=", "%3D"))
    assert (with_run.code, with_run.out) == (0, INFO), with_run.err
    three = command("workflow.history", DOMAIN, WORKFLOW_ID, RUN_ID)
    assert (three.code, len(three.lines)) == (0, 17), three.err
    assert command("workflow.history", DOMAIN, WORKFLOW_ID).out == three.out
    monkeypatch.setenv("SWF_DOMAIN", DOMAIN)
    assert command("--header", "workflow.tasks", WORKFLOW_ID).out == TASKS
    assert command("workflow.tasks", "Nowhere", WORKFLOW_ID).code == 1, "enough positionals beat the variable"
    assert command("--header", "workflow.tasks", "-d", DOMAIN, WORKFLOW_ID).out == TASKS
    assert command("workflow.history", WORKFLOW_ID, RUN_ID).out == three.out
    assert command("task.info", WORKFLOW_ID, "activity-examples.basic.double-1").code == 0
    assert command("task.info", DOMAIN, WORKFLOW_ID, "activity-examples.basic.double-1").code == 0
    assert command("workflow.tasks", "A", "B", "C", "D").code == 2


def test_times_of_tables_can_be_local_and_machines_get_utc(
    sample: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        table = command(*HERE, "--local-time", "workflow.tasks", WORKFLOW_ID)
        assert "2015-08-05 08:06:19.200000 +0900" in table.out
        machine = command(*HERE, "--local-time", "--format", "json", "workflow.tasks", WORKFLOW_ID)
        assert json.loads(machine.out)[0][2] == "2015-08-04T23:06:19.200Z"
    finally:
        monkeypatch.undo()
        time.tzset()
