"""The texts of faults, and faults on the wire."""

from __future__ import annotations

import msgspec
import pytest

from swf.protocol import texts, wire
from swf.protocol.faults import FAULTS, Fault, InternalFailure, OtherFault, UnknownResourceFault
from swf.protocol.values import ActivityType, WorkflowExecution, WorkflowType

ORDER = WorkflowType(name="order", version="1")
CHARGE = ActivityType(name="charge", version="2")


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (texts.unknown_domain("d"), "UnknownResourceFault", "Unknown domain: d"),
        (texts.unknown_type(ORDER), "UnknownResourceFault", "Unknown type: WorkflowType=[name=order, version=1]"),
        (texts.unknown_type(CHARGE), "UnknownResourceFault", "Unknown type: ActivityType=[name=charge, version=2]"),
        (
            texts.unknown_execution(WorkflowExecution(workflow_id="w", run_id="r")),
            "UnknownResourceFault",
            "Unknown execution: WorkflowExecution=[workflowId=w, runId=r]",
        ),
        (texts.no_open_execution("w"), "UnknownResourceFault", "Unknown execution, workflowId = w"),
        (texts.unknown_activity(5), "UnknownResourceFault", "Unknown activity, scheduledEventId = 5"),
        (texts.unknown_decision_task(2), "UnknownResourceFault", "Unknown decision task, scheduledEventId = 2"),
        (texts.domain_already_exists("d"), "DomainAlreadyExistsFault", "d"),
        (texts.domain_deprecated("d"), "DomainDeprecatedFault", "d"),
        (texts.type_already_exists(CHARGE), "TypeAlreadyExistsFault", "ActivityType=[name=charge, version=2]"),
        (texts.type_deprecated(ORDER), "TypeDeprecatedFault", "WorkflowType=[name=order, version=1]"),
        (
            texts.type_not_deprecated(),
            "TypeNotDeprecatedFault",
            "The type is currently registered and cannot be deleted in its current state",
        ),
        (texts.already_started(), "WorkflowExecutionAlreadyStartedFault", "Already Started"),
        (texts.default_undefined("taskList"), "DefaultUndefinedFault", "taskList"),
        (
            texts.too_many_pollers(),
            "LimitExceededFault",
            "Limit on maximum concurrent poll requests per task list reached",
        ),
        (texts.rate_exceeded(), "ThrottlingException", "Rate exceeded"),
        (
            texts.invalid_security_token(),
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
        (texts.invalid_token(), "ValidationException", "Invalid token"),
        (texts.token_expired(), "ValidationException", "Specified token has exceeded its maximum lifetime"),
        (texts.close_must_be_last(), "ValidationException", "Close must be last decision in list"),
        (
            texts.both_time_filters(),
            "ValidationException",
            "Cannot specify both a startTimeFilter and a closeTimeFilter",
        ),
        (texts.no_time_filter(), "ValidationException", "Must specify time filter"),
        (
            texts.several_exclusive_filters(["typeFilter", "tagFilter"]),
            "ValidationException",
            "Cannot specify more than one exclusive filters in the same query: typeFilter, tagFilter",
        ),
    ],
)
def test_every_text_is_as_the_service_says_it(fault: Fault, code: str, message: str) -> None:
    assert (fault.code, fault.message, str(fault)) == (code, message, message)


@pytest.mark.parametrize(
    ("code", "namespace", "status"),
    [
        ("UnknownResourceFault", "com.amazonaws.swf.base.model", 400),
        ("DefaultUndefinedFault", "com.amazonaws.swf.base.model", 400),
        ("ValidationException", "com.amazon.coral.validate", 400),
        ("SerializationException", "com.amazon.coral.service", 400),
        ("ThrottlingException", "com.amazon.coral.availability", 400),
        ("UnknownOperationException", "com.amazon.coral.service", 400),
        ("UnrecognizedClientException", "com.amazon.coral.service", 400),
        ("InternalFailure", "com.amazon.coral.service", 500),
    ],
)
def test_a_fault_names_its_namespace_on_the_wire(code: str, namespace: str, status: int) -> None:
    fault = FAULTS[code]("why")

    assert status == fault.STATUS
    assert msgspec.json.decode(wire.encode_fault(fault)) == {"__type": f"{namespace}#{code}", "message": "why"}


@pytest.mark.parametrize("code", FAULTS)
def test_every_fault_comes_back_from_the_wire(code: str) -> None:
    fault = wire.decode_fault(wire.encode_fault(FAULTS[code]("why")))

    assert type(fault) is FAULTS[code]
    assert fault.message == "why"


def test_a_fault_of_an_unknown_name_is_kept() -> None:
    fault = wire.decode_fault(b'{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"old"}')

    assert isinstance(fault, OtherFault)
    assert (fault.code, fault.message) == ("ExpiredTokenException", "old")
    assert wire.decode_fault(wire.encode_fault(fault)).code == "ExpiredTokenException"


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'{"__type":"UnknownResourceFault","message":"no"}', "UnknownResourceFault", "no"),
        (b'{"__type":"a#UnknownResourceFault","Message":"no"}', "UnknownResourceFault", "no"),
        (b'{"__type":"a#UnknownResourceFault"}', "UnknownResourceFault", ""),
        (b'{"__type":"a#UnknownResourceFault","message":null}', "UnknownResourceFault", ""),
        (b"<html>Bad gateway\xff</html>", "InternalFailure", "status 502: <html>Bad gateway\ufffd</html>"),
        (b"[]", "InternalFailure", "status 502: []"),
        (b"", "InternalFailure", "status 502: "),
    ],
)
def test_other_forms_of_error_bodies_are_understood(body: bytes, code: str, message: str) -> None:
    fault = wire.decode_fault(body, 502)

    assert (fault.code, fault.message) == (code, message)


def test_a_fault_without_a_message_is_empty() -> None:
    assert UnknownResourceFault().message == ""
    assert isinstance(InternalFailure(), Fault)
