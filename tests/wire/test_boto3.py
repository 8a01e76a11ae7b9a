"""A story that needs every operation, told by boto3 over HTTP; each answer is measured against Amazon's own model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from botocore.model import ListShape, OperationModel, Shape, StructureShape

from swf.protocol.operations import OPERATIONS
from swf.server import open_service
from swf.server.http import Door

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Measured:
    """Checks every answer as it comes: no member the model does not know, none missing that it requires."""

    def __init__(self, url: str) -> None:
        self.client: Any = boto3.client(
            "swf",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"max_attempts": 0}),
        )
        self.seen: set[str] = set()
        self.client.meta.events.register("after-call.swf", self.measure)

    def measure(self, http_response: Any, model: OperationModel, **_: Any) -> None:
        if http_response.status_code != 200:
            return
        self.seen.add(model.name)
        if model.output_shape is None:
            assert http_response.content == b"", f"{model.name} answers nothing at all"
        else:
            fits(model.output_shape, json.loads(http_response.content), model.name)


def fits(shape: Shape, value: Any, path: str) -> None:
    if isinstance(shape, StructureShape):
        assert set(value) <= set(shape.members), f"{path}: unknown members"
        missing = set(shape.required_members) - set(value)
        assert not missing or is_empty_poll(path, value), f"{path}: without {missing}"
        for name, member in value.items():
            fits(shape.members[name], member, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for item in value:
            fits(shape.member, item, f"{path}[]")
    else:
        kinds = {"string": str, "integer": int, "long": int, "boolean": bool, "timestamp": int | float}
        assert isinstance(value, kinds[shape.type_name]), f"{path}: {value!r} is no {shape.type_name}"
        assert value in (getattr(shape, "enum", None) or [value]), f"{path}: {value!r}"


def is_empty_poll(path: str, value: dict[str, Any]) -> bool:
    """A poll that found nothing leaves out even what is required."""
    return path in ("PollForDecisionTask", "PollForActivityTask") and value["startedEventId"] == 0


@pytest.fixture
def measured() -> Iterator[Measured]:
    service = open_service(None)
    door = Door(service, poll_wait_s=0.05)
    door.open()
    yield Measured(door.url)
    door.close()
    service.close()


def decision(type: str, **attributes: Any) -> dict[str, Any]:
    return {"decisionType": type, f"{type[0].lower()}{type[1:]}DecisionAttributes": attributes}


def test_boto3_gets_along_with_all_39_operations(measured: Measured) -> None:
    swf = measured.client
    order, charge = {"name": "order", "version": "1"}, {"name": "charge", "version": "1"}
    orders = {"name": "orders"}
    window = {"oldestDate": EPOCH}

    swf.register_domain(
        name="shop", description="words", workflowExecutionRetentionPeriodInDays="7", tags=[{"key": "a", "value": "1"}]
    )
    arn = swf.describe_domain(name="shop")["domainInfo"]["arn"]
    swf.tag_resource(resourceArn=arn, tags=[{"key": "b"}])
    swf.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert swf.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "b"}]
    swf.register_workflow_type(
        domain="shop",
        **order,
        defaultTaskList=orders,
        defaultChildPolicy="TERMINATE",
        defaultTaskStartToCloseTimeout="60",
        defaultExecutionStartToCloseTimeout="3600",
    )
    never = dict.fromkeys(
        (
            "defaultTaskStartToCloseTimeout",
            "defaultTaskHeartbeatTimeout",
            "defaultTaskScheduleToStartTimeout",
            "defaultTaskScheduleToCloseTimeout",
        ),
        "NONE",
    )
    swf.register_activity_type(domain="shop", **charge, defaultTaskList=orders, **never)
    assert swf.describe_workflow_type(domain="shop", workflowType=order)["typeInfo"]["status"] == "REGISTERED"
    assert swf.describe_activity_type(domain="shop", activityType=charge)["configuration"]["defaultTaskList"] == orders
    assert len(swf.list_workflow_types(domain="shop", registrationStatus="REGISTERED")["typeInfos"]) == 1
    assert len(swf.list_activity_types(domain="shop", registrationStatus="REGISTERED")["typeInfos"]) == 1

    run = swf.start_workflow_execution(domain="shop", workflowId="o-1", workflowType=order, input="x", tagList=["t"])
    execution = {"workflowId": "o-1", "runId": run["runId"]}
    assert swf.count_pending_decision_tasks(domain="shop", taskList=orders)["count"] == 1
    task = swf.poll_for_decision_task(domain="shop", taskList=orders, identity="me")
    swf.respond_decision_task_completed(
        taskToken=task["taskToken"],
        executionContext="c",
        decisions=[
            *[decision("ScheduleActivityTask", activityType=charge, activityId=id, input="i") for id in "abc"],
            decision("StartTimer", timerId="t", startToFireTimeout="60"),
            decision("StartTimer", timerId="u", startToFireTimeout="60"),
            decision("CancelTimer", timerId="u"),
            decision("RecordMarker", markerName="m"),
            decision("StartChildWorkflowExecution", workflowType=order, workflowId="child", taskList={"name": "c"}),
            decision("SignalExternalWorkflowExecution", workflowId="child", signalName="s"),
            decision("RequestCancelExternalWorkflowExecution", workflowId="child"),
            decision("ScheduleLambdaFunction", id="f", name="f"),
        ],
    )
    assert swf.count_pending_activity_tasks(domain="shop", taskList=orders)["count"] == 3
    for answer in ("completed", "failed", "canceled"):
        activity = swf.poll_for_activity_task(domain="shop", taskList=orders)
        heard = swf.record_activity_task_heartbeat(taskToken=activity["taskToken"], details="half")
        assert heard["cancelRequested"] is False
        getattr(swf, f"respond_activity_task_{answer}")(taskToken=activity["taskToken"])
    assert "taskToken" not in swf.poll_for_activity_task(domain="shop", taskList=orders)
    swf.signal_workflow_execution(domain="shop", workflowId="o-1", signalName="s", input="1")
    swf.request_cancel_workflow_execution(domain="shop", workflowId="o-1")

    detail = swf.describe_workflow_execution(domain="shop", execution=execution)
    assert detail["openCounts"] == {
        "openActivityTasks": 0,
        "openDecisionTasks": 1,
        "openTimers": 1,
        "openChildWorkflowExecutions": 1,
        "openLambdaFunctions": 0,
    }
    pages = swf.get_paginator("get_workflow_execution_history").paginate(
        domain="shop", execution=execution, PaginationConfig={"PageSize": 5}
    )
    events = [event for page in pages for event in page["events"]]
    assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))
    assert len(events) > 20

    task = swf.poll_for_decision_task(domain="shop", taskList=orders)
    swf.respond_decision_task_completed(
        taskToken=task["taskToken"], decisions=[decision("ContinueAsNewWorkflowExecution")]
    )
    assert swf.count_open_workflow_executions(domain="shop", startTimeFilter=window)["count"] == 2
    infos = swf.list_open_workflow_executions(domain="shop", startTimeFilter=window)["executionInfos"]
    assert infos[-1]["parent"] == execution
    swf.terminate_workflow_execution(domain="shop", workflowId="o-1", reason="enough")
    assert swf.count_closed_workflow_executions(domain="shop", closeTimeFilter=window)["count"] == 2
    closed = swf.list_closed_workflow_executions(domain="shop", startTimeFilter=window, tagFilter={"tag": "t"})
    assert [info["closeStatus"] for info in closed["executionInfos"]] == ["CONTINUED_AS_NEW"]

    for kind, type in (("activity", charge), ("workflow", order)):
        named = {f"{kind}Type": type}
        getattr(swf, f"deprecate_{kind}_type")(domain="shop", **named)
        getattr(swf, f"undeprecate_{kind}_type")(domain="shop", **named)
        getattr(swf, f"deprecate_{kind}_type")(domain="shop", **named)
        getattr(swf, f"delete_{kind}_type")(domain="shop", **named)
    swf.deprecate_domain(name="shop")
    assert len(swf.list_domains(registrationStatus="DEPRECATED")["domainInfos"]) == 1
    swf.undeprecate_domain(name="shop")

    assert measured.seen == set(OPERATIONS)


@pytest.mark.parametrize(
    ("operation", "arguments", "code", "message"),
    [
        ("describe_domain", {"name": "mars"}, "UnknownResourceFault", "Unknown domain: mars"),
        (
            "list_domains",
            {"registrationStatus": "ODD"},
            "ValidationException",
            "1 validation error detected: Value 'ODD' at 'registrationStatus' failed to satisfy constraint: "
            "Member must satisfy enum value set: [REGISTERED, DEPRECATED]",
        ),
        (
            "respond_activity_task_completed",
            {"taskToken": "x"},
            "ValidationException",
            "Invalid token",
        ),
    ],
)
def test_boto3_hears_faults_by_code_and_message(
    measured: Measured, operation: str, arguments: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        getattr(measured.client, operation)(**arguments)
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, message)


@pytest.mark.parametrize("keys", [None, {"x": "y"}])
def test_arns_name_the_region_of_the_caller(keys: dict[str, str] | None) -> None:
    service = open_service(None)
    door = Door(service, keys=keys)
    door.open()
    client = boto3.client(
        "swf", endpoint_url=door.url, region_name="eu-west-3", aws_access_key_id="x", aws_secret_access_key="y"
    )
    client.register_domain(name="d", workflowExecutionRetentionPeriodInDays="1")
    arn = "arn:aws:swf:eu-west-3:000000000000:/domain/d"
    assert client.describe_domain(name="d")["domainInfo"]["arn"] == arn
    assert client.list_domains(registrationStatus="REGISTERED")["domainInfos"][0]["arn"] == arn
    client.close()
    door.close()
    service.close()
