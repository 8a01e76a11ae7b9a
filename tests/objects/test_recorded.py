"""What Amazon SWF has answered, read into models: recordings of the service itself, not of anybody's copy."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from swf.clients.answers import read_answer
from swf.models import Domain, WorkflowExecution, WorkflowType
from swf.querysets import WorkflowExecutionQuerySet
from tests.service.recording import FOLDER, Call, Recording

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


class Amazon:
    """Answers what was recorded, call by call of an operation."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.answered: dict[str, int] = {}

    def call(self, request: Any) -> Any:
        operation = type(request).__name__
        calls = self.recording.all(operation)
        position = self.answered.get(operation, 0)
        self.answered[operation] = position + 1
        return read_answer(request, msgspec.json.encode(calls[min(position, len(calls) - 1)].response))


def recorded(name: str) -> tuple[Recording, Domain]:
    recording = Recording.read(name)
    domain = recording.only("StartWorkflowExecution").request["domain"]
    return recording, Domain(domain, connection=Amazon(recording))


def described(recording: Recording) -> list[Call]:
    return recording.all("DescribeWorkflowExecution")


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_type_is_read(name: str) -> None:
    recording, domain = recorded(name)
    response = recording.only("DescribeWorkflowType").response
    assert response is not None
    info, defaults = response["typeInfo"], response["configuration"]
    kind = info["workflowType"]

    workflow_type = WorkflowType(domain, kind["name"], kind["version"]).upstream()

    assert (workflow_type.name, workflow_type.version) == (kind["name"], kind["version"])
    assert (workflow_type.status, workflow_type.creation_date) == (info["status"], info["creationDate"])
    assert workflow_type.child_policy == defaults["defaultChildPolicy"]
    assert workflow_type.execution_timeout == defaults["defaultExecutionStartToCloseTimeout"]
    assert workflow_type.decision_tasks_timeout == defaults["defaultTaskStartToCloseTimeout"]
    assert workflow_type.task_list == defaults["defaultTaskList"]["name"]


@pytest.mark.parametrize("name", [name for name in NAMES if described(Recording.read(name))])
def test_a_recorded_execution_is_read(name: str) -> None:
    recording, domain = recorded(name)
    for call in described(recording):
        assert call.response is not None
        info, configuration = call.response["executionInfo"], call.response["executionConfiguration"]
        execution = WorkflowExecution(domain, info["execution"]["workflowId"], info["execution"]["runId"]).upstream()

        assert execution.run_id == info["execution"]["runId"]
        assert (execution.status, execution.close_status) == (info["executionStatus"], info.get("closeStatus"))
        assert execution.start_timestamp is not None
        assert execution.start_timestamp.timestamp() == pytest.approx(info["startTimestamp"], abs=1e-6)
        assert (execution.close_timestamp is None) is ("closeTimestamp" not in info)
        assert list(execution.tag_list or []) == info.get("tagList", [])
        assert execution.task_list == configuration["taskList"]["name"]
        assert execution.child_policy == configuration["childPolicy"]
        assert execution.latest_execution_context == call.response.get("latestExecutionContext")
        assert execution.open_counts is not None
        assert execution.open_counts.open_timers == call.response["openCounts"]["openTimers"]


LISTS = [name for name in NAMES if Recording.read(name).all("ListOpenWorkflowExecutions")]


@pytest.mark.parametrize("name", LISTS)
def test_a_recorded_list_is_read(name: str) -> None:
    recording, domain = recorded(name)
    response = recording.all("ListOpenWorkflowExecutions")[0].response
    assert response is not None

    found = WorkflowExecutionQuerySet(domain).all()

    assert [each.run_id for each in found] == [info["execution"]["runId"] for info in response["executionInfos"]]


def test_recordings_of_each_kind_are_there() -> None:
    assert len(NAMES) == 9
    assert LISTS
    assert sum(len(described(Recording.read(name))) for name in NAMES) >= 5
