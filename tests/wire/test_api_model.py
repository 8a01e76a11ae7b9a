"""Our words against the API model of Amazon SWF that botocore ships: Amazon's own model is the judge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from botocore.loaders import Loader

from swf.protocol import operations as o
from swf.protocol.base import Attributes, DecisionAttributes, Request, decapitalized, wire_name
from swf.protocol.causes import Cause
from swf.protocol.decision import Decision
from swf.protocol.decisions import DECISIONS
from swf.protocol.event import ENVELOPES
from swf.protocol.events import EVENTS
from swf.protocol.faults import FAULTS
from swf.protocol.limits import DECISIONS as DECISION_BUCKETS
from swf.protocol.limits import REQUESTS, REQUESTS_PER_EXECUTION
from swf.protocol.shapes import (
    Choice,
    Events,
    Flag,
    Integer,
    Listing,
    OneDecision,
    Shape,
    Structure,
    Text,
    Timestamp,
    structure_of,
)
from swf.protocol.values import TimeoutType

MODEL: dict[str, Any] = Loader().load_service_model("swf", "service-2")
SHAPES: dict[str, Any] = MODEL["shapes"]

EMPTY_POLL = "absent in the answer of a poll that found no task"
OPTIONAL_HERE = {
    ("DecisionTask", "taskToken"): EMPTY_POLL,
    ("DecisionTask", "workflowExecution"): EMPTY_POLL,
    ("DecisionTask", "workflowType"): EMPTY_POLL,
    ("DecisionTask", "events"): EMPTY_POLL,
    ("ActivityTask", "taskToken"): EMPTY_POLL,
    ("ActivityTask", "activityId"): EMPTY_POLL,
    ("ActivityTask", "workflowExecution"): EMPTY_POLL,
    ("ActivityTask", "activityType"): EMPTY_POLL,
}
"""Members that the model requires and our classes do not, each with the reason."""

HAS_NULLS = {"TagList": "Amazon SWF was seen to accept [null] and to echo it"}
"""Lists that keep null elements."""

ALL_KINDS = "one enumeration says which clock ran out; what can run out of time differs"
MORE_CHOICES = {
    "WorkflowExecutionTimeoutType": ALL_KINDS,
    "DecisionTaskTimeoutType": ALL_KINDS,
    "LambdaFunctionTimeoutType": ALL_KINDS,
}
"""Enumerations of the model that are subsets of ours."""
UNBOUNDED = {"OpenDecisionTasksCount": "services of others count more than one; their answers must be readable"}


def differences(shape: Shape, name: str, path: str) -> Iterator[str]:
    """How *shape* differs from the model's shape of that name."""
    model = SHAPES[name]
    kind = model["type"]
    match shape:
        case Text(min_length=least, max_length=most):
            found = ("string", model.get("min", 0), model.get("max"), None)
            if (kind, *found[1:3], model.get("enum")) != ("string", least, most, None):
                yield f"{path}: text {least}..{most}, model {model}"
        case Choice(values=values):
            if kind != "string" or list(values) != model.get("enum"):
                subset = name in MORE_CHOICES and set(model["enum"]) < set(values)
                if not subset:
                    yield f"{path}: one of {values}, model {model}"
        case Integer(at_least=least, at_most=most):
            bounds = model.get("min"), None if name in UNBOUNDED else model.get("max")
            if kind not in ("integer", "long") or bounds != (least, most):
                yield f"{path}: integer {least}..{most}, model {model}"
        case Timestamp():
            if kind != "timestamp":
                yield f"{path}: timestamp, model {kind}"
        case Flag():
            if kind != "boolean":
                yield f"{path}: boolean, model {kind}"
        case Events():
            if kind != "list" or model["member"]["shape"] != "HistoryEvent":
                yield f"{path}: events, model {model}"
        case Listing(element=element, max_length=most, has_nulls=has_nulls):
            if kind != "list" or model.get("max") != most or has_nulls != (name in HAS_NULLS):
                yield f"{path}: list of at most {most}, model {model}"
            yield from differences(element, model["member"]["shape"], f"{path}[]")
        case OneDecision():
            if name != "Decision":
                yield f"{path}: a decision, model {name}"
        case Structure():
            yield from structure_differences(shape, name, path)


def structure_differences(shape: Structure, name: str, path: str) -> Iterator[str]:
    model = SHAPES[name]
    ours = {member.name: member for member in shape.members}
    if model["type"] != "structure" or set(ours) != set(model["members"]):
        yield f"{path}: members {sorted(ours)}, model {sorted(model.get('members', []))}"
        return
    required = {member.name for member in shape.members if member.is_required}
    excepted = {member for structure, member in OPTIONAL_HERE if structure == name}
    if required | excepted != set(model.get("required", [])) or required & excepted:
        yield f"{path}: required {sorted(required)}, model {sorted(model.get('required', []))}"
    for member in shape.members:
        if is_cause(shape, member.name):
            continue
        yield from differences(member.shape, model["members"][member.name]["shape"], f"{path}.{member.name}")


def is_cause(shape: Structure, name: str) -> bool:
    return name == "cause" and issubclass(shape.word, Attributes)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_is_as_the_model_says(event: type[Attributes]) -> None:
    name = f"{event.__name__}EventAttributes"
    assert list(differences(structure_of(event), name, event.__name__)) == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_the_causes_of_every_event_are_those_of_the_model(event: type[Attributes]) -> None:
    members = SHAPES[f"{event.__name__}EventAttributes"]["members"]
    allowed = SHAPES[members["cause"]["shape"]]["enum"] if "cause" in members else []

    assert {cause.value for cause in event.CAUSES} == set(allowed)
    assert ("cause" in event.__struct_fields__) == ("cause" in members)


def test_there_are_the_54_events_of_the_model() -> None:
    assert sorted(event.__name__ for event in EVENTS) == sorted(SHAPES["EventType"]["enum"])
    assert len(EVENTS) == 54
    names = {f"{decapitalized(event.__name__)}EventAttributes" for event in EVENTS}
    assert names | {"eventId", "eventTimestamp", "eventType"} == set(SHAPES["HistoryEvent"]["members"])


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_the_envelope_of_every_event_names_its_attributes(event: type[Attributes]) -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(ENVELOPES[event])}
    assert fields == {"eventId", "eventTimestamp", f"{decapitalized(event.__name__)}EventAttributes"}


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.__name__)
def test_every_decision_is_as_the_model_says(decision: type[DecisionAttributes]) -> None:
    name = f"{decision.__name__}DecisionAttributes"
    assert list(differences(structure_of(decision), name, decision.__name__)) == []


def test_there_are_the_13_decisions_of_the_model() -> None:
    assert sorted(decision.__name__ for decision in DECISIONS) == sorted(SHAPES["DecisionType"]["enum"])
    assert len(DECISIONS) == 13
    names = {f"{decapitalized(decision.__name__)}DecisionAttributes" for decision in DECISIONS}
    assert names | {"decisionType"} == set(SHAPES["Decision"]["members"])


def test_decisions_are_listed_in_the_order_in_which_the_service_lists_them() -> None:
    assert [decision.__name__ for decision in DECISIONS] == [
        "CompleteWorkflowExecution",
        "StartTimer",
        "RequestCancelExternalWorkflowExecution",
        "SignalExternalWorkflowExecution",
        "CancelTimer",
        "RecordMarker",
        "ScheduleActivityTask",
        "ContinueAsNewWorkflowExecution",
        "ScheduleLambdaFunction",
        "FailWorkflowExecution",
        "RequestCancelActivityTask",
        "StartChildWorkflowExecution",
        "CancelWorkflowExecution",
    ]


@pytest.mark.parametrize("operation", o.OPERATIONS.values(), ids=lambda operation: operation.__name__)
def test_every_request_is_as_the_model_says(operation: type[Request[Any]]) -> None:
    model = MODEL["operations"][operation.__name__]
    assert list(differences(structure_of(operation), model["input"]["shape"], operation.__name__)) == []


@pytest.mark.parametrize("operation", o.OPERATIONS.values(), ids=lambda operation: operation.__name__)
def test_every_result_is_as_the_model_says(operation: type[Request[Any]]) -> None:
    output = MODEL["operations"][operation.__name__].get("output")
    if operation.RESULT is None:
        assert output is None
    else:
        assert operation.RESULT.__name__ == output["shape"]
        assert list(differences(structure_of(operation.RESULT), output["shape"], output["shape"])) == []


@pytest.mark.parametrize("operation", o.OPERATIONS.values(), ids=lambda operation: operation.__name__)
def test_every_operation_declares_the_faults_of_the_model(operation: type[Request[Any]]) -> None:
    """OperationNotPermittedFault is IAM's; every operation may answer it, so none declares it."""
    errors = {error["shape"] for error in MODEL["operations"][operation.__name__].get("errors", [])}

    assert set(operation.FAULTS) == errors - {"OperationNotPermittedFault"}
    assert errors <= set(FAULTS)


def test_there_are_the_39_operations_of_the_model() -> None:
    assert set(o.OPERATIONS) == set(MODEL["operations"])
    assert len(o.OPERATIONS) == 39


def test_every_fault_of_the_model_is_there() -> None:
    faults = {name for name, shape in SHAPES.items() if shape.get("exception")}
    assert faults <= set(FAULTS)


@pytest.mark.parametrize(("structure", "member"), OPTIONAL_HERE, ids=lambda part: part)
def test_every_exception_is_one(structure: str, member: str) -> None:
    assert member in SHAPES[structure]["required"]


def test_timeout_types_are_those_of_activities() -> None:
    assert list(TimeoutType) == SHAPES["ActivityTaskTimeoutType"]["enum"]


def test_every_cause_can_occur() -> None:
    used = {cause for event in EVENTS for cause in event.CAUSES}
    assert used == set(Cause)


def member_names() -> set[str]:
    """The names of all members of all structures of the model that are no exceptions."""
    structures = [shape for shape in SHAPES.values() if shape["type"] == "structure" and not shape.get("exception")]
    return {name for shape in structures for name in shape["members"]}


def test_member_names_derive_from_attribute_names() -> None:
    """``wire_name`` and msgspec's renaming agree, and both spell every member as the model does."""
    words = [*EVENTS, *DECISIONS, *o.OPERATIONS.values(), *(op.RESULT for op in o.OPERATIONS.values() if op.RESULT)]
    derived = {member for word in words for member in members_below(structure_of(word))}
    envelopes = {"eventId", "eventTimestamp", "eventType", "decisionType"}
    bags = {f"{decapitalized(event.__name__)}EventAttributes" for event in EVENTS}
    bags |= {f"{decapitalized(decision.__name__)}DecisionAttributes" for decision in DECISIONS}

    assert all(wire_name(attribute) == name for attribute, name in derived)
    assert {name for _, name in derived} | envelopes | bags == member_names()


def members_below(structure: Structure) -> Iterator[tuple[str, str]]:
    for member in structure.members:
        yield member.attribute, member.name
        shape = member.shape.element if isinstance(member.shape, Listing) else member.shape
        if isinstance(shape, Structure):
            yield from members_below(shape)


def test_every_operation_has_a_token_bucket() -> None:
    assert set(REQUESTS) == set(o.OPERATIONS)
    assert set(REQUESTS_PER_EXECUTION) < set(o.OPERATIONS)
    assert set(DECISION_BUCKETS) < {decision.__name__ for decision in DECISIONS}


def test_a_decision_envelope_tells_its_type() -> None:
    assert {subclass.__struct_config__.tag for subclass in Decision.__subclasses__()} == set(
        SHAPES["DecisionType"]["enum"]
    )
