"""What operators see of a fleet: log lines, numbers, health; and what Ctrl-C and changed files do to it."""

from __future__ import annotations

import json
import os
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.processes.fleet import DOMAIN, Fleet, fleet, free_port, result, wait_until
from tests.processes.flows import Chain
from tests.processes.gang import Speaks

SPEAKS = "tests.processes.gang.Speaks"


@pytest.fixture
def ships(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path) as it:
        yield it


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body; (0, "") while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()
    except OSError:
        return 0, ""


def numbers(port: int) -> dict[tuple[str, ...], float]:
    """The numbers by name and the values of their labels, without the task list."""
    status, text = get(port, "/metrics")
    assert status == 200
    found: dict[tuple[str, ...], float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = (value for name, value in sample.labels.items() if name not in ("task_list", "kind"))
            found[(sample.name, *sorted(labels))] = sample.value
    return found


def lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("isolation", ["process", "thread"])
def test_what_a_fleet_logs_and_counts_of_its_tasks(ships: Fleet, isolation: str) -> None:
    """Every line of a task says of which execution, activity and attempt it is; every task is counted once."""
    ports = {"deciders": free_port(), "workers": free_port()}
    told = {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG"}
    decider = ("decider.start", SPEAKS, "-N", "1", "--metrics-port", str(ports["deciders"]))
    ships.begin("deciders", *decider, **told)
    worker = ("worker.start", SPEAKS, "-t", "gang", "-N", "1", "--metrics-port", str(ports["workers"]))
    kind = (
        ("--max-tasks-per-child", "1")
        if isolation == "process"
        else ("--isolation", "thread", "--metrics-host", "0.0.0.0")
    )
    ships.begin("workers", *worker, *kind, **told)
    client = ships.client()
    ships.start(client, Speaks, "talk")
    closed = wait_until(lambda: ships.closed(client), "the execution is closed")
    of_execution = {"domain": DOMAIN, "workflow_id": "talk", "run_id": closed["talk"].run_id}
    of_activity = {**of_execution, "activity_id": "activity-gang.speak-1", "task_type": "activity"}
    events = ships.events(client, closed["talk"])
    assert result(events) == "spoken"
    decided = sum(event.type == "DecisionTaskCompleted" for event in events)
    wait_until(lambda: ships.log("deciders").count("decision completed") == decided, "the last decision is logged")
    told_by_workers = {(line["message"], line.get("attempt")): line for line in lines(ships.log("workers"))}
    for message, attempt in (
        ("in the activity", 1),
        ("activity failed id=activity-gang.speak-1: ValueError: not yet", 1),
        ("in the activity", 2),
    ):
        line = told_by_workers[message, attempt]
        assert {key: line[key] for key in of_activity} == of_activity
    about_tasks = [line for line in lines(ships.log("workers")) if "activity-gang.speak-1" in line["message"]]
    assert {line["attempt"] for line in about_tasks} == {1, 2}
    assert all({key: line[key] for key in of_activity} == of_activity for line in about_tasks)
    about_decisions = [line for line in lines(ships.log("deciders")) if re.match(r"in the|decision", line["message"])]
    assert len([line for line in about_decisions if line["message"] == "in the workflow"]) == 1
    assert all({key: line.get(key) for key in of_execution} == of_execution for line in about_decisions)

    done = "simpleflow_tasks_total", "completed", "gang.speak"
    wait_until(lambda: done in numbers(ports["workers"]), "the worker has heard that its last answer was taken")
    counted = numbers(ports["workers"])
    assert counted["simpleflow_tasks_total", "failed", "gang.speak"] == 1
    assert counted["simpleflow_tasks_total", "completed", "gang.speak"] == 1
    assert counted["simpleflow_polls_total", "task"] == 2
    assert counted[("simpleflow_running_tasks",)] == 0
    assert counted[("simpleflow_busy_seconds_total",)] > 0
    assert counted["simpleflow_memory_bytes", "poller"] > 1e6
    if isolation == "process":
        wait_until(lambda: numbers(ports["workers"])["simpleflow_children_replaced_total", "tasks"] == 2, "counted")
        assert counted["simpleflow_memory_bytes", "child"] > 1e6
    assert numbers(ports["deciders"])["simpleflow_tasks_total", "completed", "speaks"] == decided
    health = json.loads(get(ports["workers"], "/health")[1])
    assert {key: health[key] for key in ("status", "kind", "processes", "alive", "task_lists", "domain")} == {
        "status": "ok", "kind": "worker", "processes": 1, "alive": 1, "task_lists": ["gang"], "domain": DOMAIN,
    }  # fmt: skip

    asked = urllib.request.Request(f"http://127.0.0.1:{ports['workers']}/metrics", headers={"Host": "evil.example"})
    if isolation == "thread":
        urllib.request.urlopen(asked, timeout=10).close()  # --metrics-host: any name will do
        return
    with pytest.raises(urllib.error.HTTPError, match=r"40[03]"):
        urllib.request.urlopen(asked, timeout=10)
    (poller,) = ships.pollers("workers")
    os.kill(poller, signal.SIGKILL)
    wait_until(lambda: numbers(ports["workers"])[("simpleflow_processes_replaced_total",)] == 1, "it is replaced")
    assert numbers(ports["workers"])["simpleflow_tasks_total", "completed", "gang.speak"] == 1, "the dead count on"
    assert get(ports["workers"], "/nothing")[0] == 404
    taken = ships.simpleflow("worker.start", "-t", "t", "-N", "1", "--metrics-port", str(ports["workers"]))
    assert taken.returncode == 1
    assert f"cannot listen on 127.0.0.1:{ports['workers']}" in taken.stderr


def test_ctrl_c_ends_each_command_and_says_what_goes_on(ships: Fleet) -> None:
    client = ships.client()
    ships.start(client, Chain, "long", 1, 0.0)
    commands = {
        "result": ("workflow.result", "long"),
        "watch": ("workflow.watch", "long"),
        "decider": ("decider.start", SPEAKS, "-N", "1"),
        "worker": ("worker.start", "-t", "other", "-N", "1"),
        "one": ("worker.start", "-t", "other", "--one-task"),
    }
    says = {
        "result": "interrupted; execution long goes on, the same command waits for it again",
        "watch": "interrupted; execution long goes on, the same command waits for it again",
        "decider": "interrupted; executions stay open, and their decision tasks wait in gang for other deciders",
        "worker": "interrupted; executions go on, and activity tasks wait in other for other workers",
        "one": "interrupted; a task that was taken is left to its timeouts",
        "server": "executions stay open, and go on when the file is served again",
    }
    for name, command in commands.items():
        ships.begin(name, *command)
    wait_until(lambda: all(ships.pollers(name) for name in ("decider", "worker")), "the pollers are there")
    wait_until(lambda: "long: " in ships.log("watch"), "the watch has begun")
    for name in ("result", "one"):
        wait_until(lambda name=name: waits_for_the_service(ships, name), f"{name} asks the service")
    for name in (*commands, "server"):
        process = ships.parts.pop(name)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130, ships.log(name)
        assert says[name] in ships.log(name).splitlines()[-1]
        assert "Traceback" not in ships.log(name)
    assert ships.processes() == {}


def waits_for_the_service(it: Fleet, name: str) -> bool:
    """Whether a command has a connection, so that it is past its imports."""
    files = Path(f"/proc/{it.parts[name].pid}/fd")
    return any("socket:" in os.readlink(each) for each in files.iterdir() if each.is_symlink())


SOURCE = """
import time
from pathlib import Path
from simpleflow import Workflow, activity

@activity.with_attributes(version="1", task_list="living")
def version():
    return {version}

@activity.with_attributes(version="1", task_list="living")
def waits(path):
    Path(path + ".began").touch()
    while not Path(path).exists():
        time.sleep(0.01)
    return {version}

class Living(Workflow):
    name = "living"
    version = "1"
    task_list = "living"

    def run(self, path=None):
        return [{version}, (self.submit(version) if path is None else self.submit(waits, path)).result]
"""


def test_changed_files_are_run_by_new_processes_while_old_ones_finish(ships: Fleet) -> None:
    source = ships.directory / "living.py"

    def write(text: str) -> None:
        source.with_suffix(".new").write_text(text)
        source.with_suffix(".new").rename(source)

    def start(*arguments: str) -> str:
        done = ships.simpleflow("workflow.start", "living.Living", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[0]

    def result_of(workflow_id: str) -> Any:
        return json.loads(ships.simpleflow("workflow.result", workflow_id, "--timeout", "60").stdout)

    write(SOURCE.replace("{version}", "1"))
    options = ("living.Living", "-N", "1", "--reload", "--grace", "0")
    ships.begin("deciders", "decider.start", *options)
    ships.begin("workers", "worker.start", *options, "-t", "living")
    go = ships.directory / "go"
    start("--workflow-id", "long", "--input", json.dumps([str(go)]))
    wait_until(Path(f"{go}.began").exists, "the activity runs")
    first = {name: ships.pollers(name) for name in ("deciders", "workers")}

    write("this is no Python")
    for name, pollers in first.items():
        wait_until(lambda name=name: "not reloaded, the processes go on" in ships.log(name), f"{name} have seen it")
        assert "cannot import living: SyntaxError" in ships.log(name)
        assert ships.pollers(name) == pollers

    write(SOURCE.replace("{version}", "2"))
    for name, pollers in first.items():
        wait_until(lambda name=name, old=pollers: set(ships.pollers(name)) - set(old), f"there are new {name}")
    wait_until(lambda: set(first["deciders"]).isdisjoint(ships.pollers("deciders")), "the old decider has ended")
    start("--workflow-id", "short")
    assert result_of("short") == [2, 2]
    assert set(first["workers"]) < set(ships.pollers("workers")), "the old worker finishes what it has"
    go.touch()
    assert result_of("long") == [2, 1], "the new decider has the answer of the old worker"
    wait_until(lambda: set(first["workers"]).isdisjoint(ships.pollers("workers")), "the old worker has ended")
    assert [ships.stop(name) for name in ("workers", "deciders")] == [0, 0]
