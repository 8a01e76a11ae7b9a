"""Requests at the door: what passes, and in which words the rest is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from swf.protocol import decisions as d
from swf.protocol import limits, wire
from swf.protocol import operations as o
from swf.protocol.base import DecisionAttributes, Request
from swf.protocol.decision import decision
from swf.protocol.faults import Fault, SerializationException, ValidationException
from swf.protocol.refusal import check, convert_request, decode_request
from swf.protocol.values import ActivityType, ChildPolicy, RegistrationStatus, TaskList, WorkflowType

ORDER = WorkflowType(name="order", version="1")
CHARGE = ActivityType(name="charge", version="1")
NULL = "failed to satisfy constraint: Member must not be null"


def refusal(operation: type[Request[Any]], members: Any) -> Fault:
    """The fault for a body with these members; the same whether they come as JSON or as a mapping."""
    with pytest.raises(Fault) as decoded:
        decode_request(operation, msgspec.json.encode(members))
    with pytest.raises(Fault) as converted:
        convert_request(operation, members)
    assert (converted.value.code, converted.value.message) == (decoded.value.code, decoded.value.message)
    return decoded.value


def text(operation: type[Request[Any]], members: Any) -> str:
    """The message of the ValidationException for these members."""
    fault = refusal(operation, members)
    assert isinstance(fault, ValidationException), fault
    return fault.message


def answer(*decisions: Any) -> dict[str, Any]:
    """The body of a decider's answer."""
    return {"taskToken": "t", "decisions": list(decisions)}


def of(attributes: DecisionAttributes) -> Any:
    """A decision as it is on the wire."""
    return msgspec.json.decode(wire.encode(decision(attributes)))


# One violation


def test_a_missing_member_is_null() -> None:
    assert text(o.DescribeDomain, {}) == f"1 validation error detected: Value null at 'name' {NULL}"


def test_a_null_member_is_a_missing_one() -> None:
    assert text(o.DescribeDomain, {"name": None}) == f"1 validation error detected: Value null at 'name' {NULL}"


def test_too_long_a_text_tells_its_limit() -> None:
    assert text(o.DescribeDomain, {"name": "d" * 257}) == (
        f"1 validation error detected: Value '{'d' * 257}' at 'name' failed to satisfy constraint: "
        "Member must have length less than or equal to 256"
    )


def test_too_short_a_text_tells_its_limit() -> None:
    assert text(o.DescribeDomain, {"name": ""}) == (
        "1 validation error detected: Value '' at 'name' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )


def test_lengths_count_characters_not_bytes() -> None:
    assert decode_request(o.DescribeDomain, '{"name":"{}"}'.replace("{}", "é" * 256).encode()).name == "é" * 256


def test_a_choice_lists_what_there_is() -> None:
    assert text(o.ListDomains, {"registrationStatus": "GONE"}) == (
        "1 validation error detected: Value 'GONE' at 'registrationStatus' failed to satisfy constraint: "
        "Member must satisfy enum value set: [REGISTERED, DEPRECATED]"
    )


@pytest.mark.parametrize(
    ("size", "constraint"),
    [
        (1001, "Member must have value less than or equal to 1000"),
        (-1, "Member must have value greater than or equal to 0"),
    ],
)
def test_a_number_out_of_range_tells_the_range(size: int, constraint: str) -> None:
    assert text(o.ListDomains, {"registrationStatus": "REGISTERED", "maximumPageSize": size}) == (
        f"1 validation error detected: Value '{size}' at 'maximumPageSize' failed to satisfy constraint: {constraint}"
    )


def test_paths_are_dotted() -> None:
    members = {"domain": "d", "execution": {"workflowId": "w", "runId": "r" * 65}}
    assert "at 'execution.runId' failed" in text(o.DescribeWorkflowExecution, members)


def test_too_many_tags_are_a_violation_of_the_list() -> None:
    members = {
        "domain": "d",
        "workflowId": "w",
        "workflowType": {"name": "n", "version": "1"},
        "tagList": list("abcdef"),
    }
    assert text(o.StartWorkflowExecution, members) == (
        "1 validation error detected: Value '[a, b, c, d, e, f]' at 'tagList' failed to satisfy constraint: "
        "Member must have length less than or equal to 5"
    )


# Several


def test_all_violations_are_reported_together() -> None:
    members = {"domain": "", "workflowType": {"name": "n"}, "childPolicy": "KEEP"}
    assert text(o.StartWorkflowExecution, members) == (
        "4 validation errors detected: "
        "Value '' at 'domain' failed to satisfy constraint: Member must have length greater than or equal to 1; "
        f"Value null at 'workflowId' {NULL}; "
        f"Value null at 'workflowType.version' {NULL}; "
        "Value 'KEEP' at 'childPolicy' failed to satisfy constraint: "
        "Member must satisfy enum value set: [TERMINATE, REQUEST_CANCEL, ABANDON]"
    )


# Decisions


def test_paths_count_decisions_from_one() -> None:
    late = of(d.StartTimer(timer_id="late", start_to_fire_timeout="1"))
    late["startTimerDecisionAttributes"]["timerId"] = ""
    assert "Value '' at 'decisions.2.member.startTimerDecisionAttributes.timerId' failed" in text(
        o.RespondDecisionTaskCompleted, answer(of(d.RecordMarker(marker_name="m")), late)
    )


def test_absent_attributes_report_each_required_member() -> None:
    path = "decisions.1.member.scheduleActivityTaskDecisionAttributes"
    assert text(o.RespondDecisionTaskCompleted, answer({"decisionType": "ScheduleActivityTask"})) == (
        "2 validation errors detected: "
        f"Value null at '{path}.activityType' {NULL}; Value null at '{path}.activityId' {NULL}"
    )


def test_an_unknown_decision_type_lists_all_in_the_order_of_the_service() -> None:
    assert text(o.RespondDecisionTaskCompleted, answer({"decisionType": "Sleep"})) == (
        "1 validation error detected: Value 'Sleep' at 'decisions.1.member.decisionType' failed to satisfy constraint: "
        "Member must satisfy enum value set: [CompleteWorkflowExecution, StartTimer, "
        "RequestCancelExternalWorkflowExecution, SignalExternalWorkflowExecution, CancelTimer, RecordMarker, "
        "ScheduleActivityTask, ContinueAsNewWorkflowExecution, ScheduleLambdaFunction, FailWorkflowExecution, "
        "RequestCancelActivityTask, StartChildWorkflowExecution, CancelWorkflowExecution]"
    )


def test_a_decision_needs_a_type() -> None:
    assert text(o.RespondDecisionTaskCompleted, answer({})) == (
        f"1 validation error detected: Value null at 'decisions.1.member.decisionType' {NULL}"
    )


def test_attributes_of_another_type_are_checked_as_well() -> None:
    marker = of(d.RecordMarker(marker_name="m")) | {"cancelTimerDecisionAttributes": {}}
    assert text(o.RespondDecisionTaskCompleted, answer(marker)) == (
        f"1 validation error detected: Value null at 'decisions.1.member.cancelTimerDecisionAttributes.timerId' {NULL}"
    )


def test_attributes_of_another_type_that_are_right_are_ignored() -> None:
    marker = of(d.RecordMarker(marker_name="m")) | {"cancelTimerDecisionAttributes": {"timerId": "t"}}
    request = decode_request(o.RespondDecisionTaskCompleted, msgspec.json.encode(answer(marker)))
    assert request.decisions == (decision(d.RecordMarker(marker_name="m")),)


def test_a_decision_that_requires_nothing_needs_no_attributes() -> None:
    for body in ({}, {"completeWorkflowExecutionDecisionAttributes": None}):
        members = answer({"decisionType": "CompleteWorkflowExecution"} | body)
        request = decode_request(o.RespondDecisionTaskCompleted, msgspec.json.encode(members))
        assert request.decisions == (decision(d.CompleteWorkflowExecution()),)


@pytest.mark.parametrize("closing", d.CLOSING, ids=lambda closing: closing.__name__)
def test_a_closing_decision_stands_last(closing: type[DecisionAttributes]) -> None:
    """Checked before the members are: the marker lacks its name."""
    members = answer({"decisionType": closing.__name__}, {"decisionType": "RecordMarker"})
    assert text(o.RespondDecisionTaskCompleted, members) == "Close must be last decision in list"


def test_a_null_decision_is_refused() -> None:
    assert f"Value null at 'decisions.1.member' {NULL}" in text(o.RespondDecisionTaskCompleted, answer(None))


# What a text must be


@pytest.mark.parametrize("id", ["a:b", "a/b", "a|b", "a\x00b", "a\x1fb", "a\x7fb", "a\x9fb", "arn"])
def test_identifiers_have_forbidden_characters(id: str) -> None:
    constraint = "Member must not contain ':', '/', '|' or control characters, and must not be 'arn'"
    for attributes, path in (
        (d.CancelTimer(timer_id=id), "cancelTimerDecisionAttributes.timerId"),
        (d.RequestCancelActivityTask(activity_id=id), "requestCancelActivityTaskDecisionAttributes.activityId"),
    ):
        assert f"Value '{id}' at 'decisions.1.member.{path}' failed to satisfy constraint: {constraint}" in text(
            o.RespondDecisionTaskCompleted, answer(of(attributes))
        )
    named = {"domain": "d", "workflowId": id, "workflowType": {"name": id, "version": id}}
    assert text(o.StartWorkflowExecution, named).startswith("3 validation errors detected: ")


@pytest.mark.parametrize("id", ["arn:"[:-1] + "s", "ARN", "a b", " a", "a.b-c_d#1", "ä", "\xa0"])
def test_other_identifiers_pass(id: str) -> None:
    check(o.RequestCancelWorkflowExecution(domain="d", workflow_id=id))


@pytest.mark.parametrize("name", [" d", "d ", "\td", "a:b", "arn"])
def test_domains_and_task_lists_have_no_outer_whitespace(name: str) -> None:
    members = {"domain": name, "taskList": {"name": name}}
    message = text(o.PollForDecisionTask, members)
    assert "at 'domain' failed" in message
    assert "at 'taskList.name' failed" in message


def test_run_ids_and_tags_are_exempt() -> None:
    check(
        o.StartWorkflowExecution(domain="d", workflow_id="w", workflow_type=ORDER, tag_list=("a:b", "arn", None, "c/d"))
    )
    check(o.TerminateWorkflowExecution(domain="d", workflow_id="w", run_id="22ab/+:="))


START = {"domain": "d", "workflowId": "w", "workflowType": {"name": "n", "version": "1"}}
TYPE = {"domain": "d", "name": "n", "version": "1"}
TIMER = {"timerId": "t"}


@pytest.mark.parametrize("value", ["NONE", "0", "31536000", "99999999", "007"])
def test_optional_durations_may_be_none(value: str) -> None:
    convert_request(o.StartWorkflowExecution, START | {"taskStartToCloseTimeout": value})
    convert_request(o.RegisterActivityType, TYPE | {"defaultTaskHeartbeatTimeout": value})


@pytest.mark.parametrize("value", ["", "none", "-1", "1.5", "1s", " 1", "+1", "٣"])
def test_durations_are_digits(value: str) -> None:
    assert "Member must be a number of seconds, 0 or more, or NONE" in text(
        o.StartWorkflowExecution, START | {"taskStartToCloseTimeout": value}
    )


@pytest.mark.parametrize("value", ["NONE", "31536001", "99999999", "x"])
def test_an_execution_may_stay_open_for_a_year(value: str) -> None:
    constraint = "Member must be a number of seconds from 0 to 31536000"
    assert constraint in text(o.StartWorkflowExecution, START | {"executionStartToCloseTimeout": value})
    assert constraint in text(o.RegisterWorkflowType, TYPE | {"defaultExecutionStartToCloseTimeout": value})
    convert_request(o.StartWorkflowExecution, START | {"executionStartToCloseTimeout": "31536000"})


def test_a_timer_fires_some_time() -> None:
    timer = {"decisionType": "StartTimer", "startTimerDecisionAttributes": TIMER | {"startToFireTimeout": "NONE"}}
    assert "Value 'NONE' at 'decisions.1.member.startTimerDecisionAttributes.startToFireTimeout' failed" in text(
        o.RespondDecisionTaskCompleted, answer(timer)
    )


@pytest.mark.parametrize("days", ["0", "30", "90", "NONE"])
def test_retention_is_at_most_90_days(days: str) -> None:
    check(o.RegisterDomain(name="d", workflow_execution_retention_period_in_days=days))


@pytest.mark.parametrize("days", ["91", "-1", "none", "1.0"])
def test_other_retentions_are_refused(days: str) -> None:
    assert "Member must be a number of days from 0 to 90, or NONE" in text(
        o.RegisterDomain, {"name": "d", "workflowExecutionRetentionPeriodInDays": days}
    )


@pytest.mark.parametrize("priority", ["0", "-5", "+5", "2147483647", "-2147483648"])
def test_priorities_are_32_bit_integers(priority: str) -> None:
    check(o.StartWorkflowExecution(domain="d", workflow_id="w", workflow_type=ORDER, task_priority=priority))


@pytest.mark.parametrize("priority", ["", "2147483648", "-2147483649", "high", "1.0"])
def test_other_priorities_are_refused(priority: str) -> None:
    assert "Member must be an integer from -2147483648 to 2147483647" in text(
        o.StartWorkflowExecution, START | {"taskPriority": priority}
    )


@pytest.mark.parametrize(
    ("request_", "member"),
    [
        (o.RespondActivityTaskCompleted(task_token="t", result="x" * 32769), "result"),
        (o.RespondActivityTaskFailed(task_token="t", reason="x" * 257), "reason"),
        (o.RecordActivityTaskHeartbeat(task_token="t", details="x" * 2049), "details"),
        (o.RespondDecisionTaskCompleted(task_token="t", execution_context="x" * 32769), "executionContext"),
        (o.SignalWorkflowExecution(domain="d", workflow_id="w", signal_name="s" * 257), "signalName"),
    ],
)
def test_large_fields_refuse_the_whole_call(request_: Request[Any], member: str) -> None:
    with pytest.raises(
        ValidationException, match=f"at '{member}' failed to satisfy constraint: Member must have length"
    ):
        check(request_)


def test_the_largest_field_passes() -> None:
    check(o.RespondActivityTaskCompleted(task_token="t", result="é" * limits.DATA_LENGTH))


# JSON types


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"name": 3}, "name: expected a string, found the number 3"),
        ({"name": True}, "name: expected a string, found true"),
        ({"name": ["x"]}, "name: expected a string, found a list"),
        ([], "The request is not a JSON object"),
        ("x", "The request is not a JSON object"),
    ],
)
def test_a_wrong_json_type_is_no_violation(members: Any, message: str) -> None:
    with pytest.raises(SerializationException) as refused:
        decode_request(o.DescribeDomain, msgspec.json.encode(members))
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        (o.ListDomains, {"registrationStatus": 1}),
        (o.ListDomains, {"registrationStatus": "REGISTERED", "maximumPageSize": "10"}),
        (o.ListDomains, {"registrationStatus": "REGISTERED", "maximumPageSize": 1.5}),
        (o.ListDomains, {"registrationStatus": "REGISTERED", "maximumPageSize": True}),
        (o.ListDomains, {"registrationStatus": "REGISTERED", "reverseOrder": "yes"}),
        (o.ListOpenWorkflowExecutions, {"domain": "d", "startTimeFilter": {"oldestDate": "2020-01-01"}}),
        (o.ListOpenWorkflowExecutions, {"domain": "d", "startTimeFilter": 0}),
        (o.StartWorkflowExecution, {"tagList": "a"}),
        (o.StartWorkflowExecution, {"taskPriority": 1}),
        (o.RespondDecisionTaskCompleted, answer("x")),
        (o.RespondDecisionTaskCompleted, answer({"decisionType": 1})),
        (o.RespondDecisionTaskCompleted, answer({"decisionType": "StartTimer", "startTimerDecisionAttributes": 1})),
    ],
)
def test_wrong_json_types_come_before_violations(operation: type[Request[Any]], members: Any) -> None:
    assert isinstance(refusal(operation, members), SerializationException)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"{]", b'{"name":"d"}x', b'{"name":"\xff"}', b"[" * 100_000, b'{"name":1,"x":' + b"[" * 100_000]
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(SerializationException, match=r"^The request is not JSON: "):
        decode_request(o.DescribeDomain, body)


def test_unknown_members_are_ignored() -> None:
    assert decode_request(o.DescribeDomain, b'{"name":"d","colour":"red"}') == o.DescribeDomain(name="d")


def test_null_members_are_absent_and_null_elements_stay() -> None:
    body = msgspec.json.encode(START | {"input": None, "taskList": None, "tagList": [None]})
    assert decode_request(o.StartWorkflowExecution, body) == o.StartWorkflowExecution(
        domain="d", workflow_id="w", workflow_type=WorkflowType(name="n", version="1"), tag_list=(None,)
    )


@pytest.mark.parametrize("oldest", [0, 1471998675.578, 1.5e9])
def test_time_filters_are_numbers(oldest: float) -> None:
    request = convert_request(o.ListOpenWorkflowExecutions, {"domain": "d", "startTimeFilter": {"oldestDate": oldest}})
    assert request.start_time_filter.oldest_date == oldest


# Structs built in Python


@pytest.mark.parametrize(
    "wrong",
    [
        o.DescribeDomain(name="d" * 257),
        o.DescribeDomain(name=None),  # type: ignore[arg-type]  # what an untyped caller does
        o.DescribeDomain(name=7),  # type: ignore[arg-type]
        o.DescribeDomain(name="\udcff"),
        o.ListDomains(registration_status="GONE"),  # type: ignore[arg-type]
        o.ListDomains(registration_status=RegistrationStatus.REGISTERED, maximum_page_size=1001),
        o.ListDomains(registration_status=RegistrationStatus.REGISTERED, maximum_page_size=True),
        o.PollForDecisionTask(domain="d", task_list=TaskList(name="")),
        o.PollForDecisionTask(domain="d", task_list=ORDER),  # type: ignore[arg-type]
        o.StartWorkflowExecution(domain="d", workflow_id="w", workflow_type=ORDER, tag_list=tuple("abcdef")),
        o.StartWorkflowExecution(domain="d", workflow_id="w", workflow_type=ORDER, tag_list="a"),  # type: ignore[arg-type]
        o.RespondDecisionTaskCompleted(task_token="t", decisions=(d.CancelTimer(timer_id="t"),)),  # type: ignore[arg-type]
        o.RespondDecisionTaskCompleted(task_token="t", decisions=(decision(d.CancelTimer(timer_id="")),)),
        o.RespondDecisionTaskCompleted(
            task_token="t",
            decisions=(decision(d.CompleteWorkflowExecution()), decision(d.RecordMarker(marker_name="m"))),
        ),
    ],
)
def test_a_struct_built_in_python_is_checked_too(wrong: Request[Any]) -> None:
    with pytest.raises((ValidationException, SerializationException)):
        check(wrong)


def test_structs_that_are_right_pass() -> None:
    check(
        o.StartWorkflowExecution(
            domain="d",
            workflow_id="w",
            workflow_type=ORDER,
            task_list=TaskList(name="l"),
            child_policy=ChildPolicy.ABANDON,
            tag_list=(None, "a"),
            input="",
        )
    )
    check(
        o.RespondDecisionTaskCompleted(
            task_token="t",
            decisions=(
                decision(d.ScheduleActivityTask(activity_type=CHARGE, activity_id="a", heartbeat_timeout="NONE")),
                decision(d.CompleteWorkflowExecution(result="1")),
            ),
        )
    )
    check(o.ListOpenWorkflowExecutions(domain="d", start_time_filter=o.ExecutionTimeFilter(oldest_date=0)))
