"""Families in a fleet of processes: children are decided wherever there is room, and by classes nobody has named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes.fleet import DOMAIN, Fleet, fleet, wait_until
from tests.processes.test_fleet import boto, close_status, history


@pytest.fixture
def ships(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path) as it:
        yield it


def test_children_are_decided_by_deciders_that_know_only_their_parent(ships: Fleet) -> None:
    """Two processes, over HTTP through boto3: the child's type is the path of a class that comes with its parent."""
    ships.begin("deciders", "decider.start", "examples.child.Book", "-N", "2")
    ships.begin("workers", "worker.start", "examples.child.Book", "-N", "1")
    chapters = [[["a b"], ["c"]], [["d"]], [["e f g"]]]
    flat = [[page for pages in chapter for page in pages] for chapter in chapters]
    started = ships.simpleflow("workflow.start", "examples.child.Book", "--input", json.dumps([flat]))
    assert started.returncode == 0, started.stderr
    wait_until(lambda: close_status(ships, started.stdout), "the execution is closed")
    events = history(ships, *started.stdout.split())
    assert events[-1]["workflowExecutionCompletedEventAttributes"]["result"] == "[3,1,3]"
    types = {
        event["childWorkflowExecutionCompletedEventAttributes"]["workflowType"]["name"]
        for event in events
        if event["eventType"] == "ChildWorkflowExecutionCompleted"
    }
    assert types == {"examples.child.Chapter"}


def test_an_execution_that_names_its_class_is_decided_by_any_decider_that_may_import_it(ships: Fleet) -> None:
    """Its type tells nothing; its input does, and the class lies below the working directory of the decider."""
    (ships.directory / "of_here.py").write_text(
        "from simpleflow import Workflow\n\n\n"
        "class Answer(Workflow):\n"
        "    name, version, task_list = 'answer', '1', 'example'\n\n"
        "    def run(self, x):\n        return x * 2\n"
    )
    ships.begin("decider", "decider.start", "examples.child.Book", "-N", "1")
    swf: Any = boto(ships)
    wait_until(lambda: swf.list_domains(registrationStatus="REGISTERED")["domainInfos"], "the domain is registered")
    swf.register_workflow_type(
        domain=DOMAIN,
        name="anything",
        version="1",
        defaultTaskList={"name": "example"},
        defaultChildPolicy="TERMINATE",
        defaultTaskStartToCloseTimeout="30",
        defaultExecutionStartToCloseTimeout="60",
    )
    run = swf.start_workflow_execution(
        domain=DOMAIN,
        workflowId="answer",
        workflowType={"name": "anything", "version": "1"},
        input=json.dumps({"args": [21], "kwargs": {}, "__extra": {"class": "of_here.Answer"}}),
    )
    line = f"answer {run['runId']}"
    wait_until(lambda: close_status(ships, line), "the execution is closed")
    assert history(ships, *line.split())[-1]["workflowExecutionCompletedEventAttributes"]["result"] == "42"
