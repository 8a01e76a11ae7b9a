"""Errors and how to handle them, small tools, texts."""

from __future__ import annotations

import copy
import datetime
import logging
import pickle
from typing import Any

import pytest

from swf import constants, format, utils
from swf.exceptions import (
    DoesNotExistError,
    InvalidKeywordArgumentError,
    PollTimeout,
    ResponseError,
    SWFError,
    always,
    catch,
    extract_error_code,
    extract_message,
    extract_resource,
    ignore,
    is_not,
    is_unknown,
    is_unknown_resource_raised,
    match_equals,
    raises,
    translate,
    when,
)
from swf.protocol.faults import DomainAlreadyExistsFault, UnknownResourceFault
from swf.responses import Response

UNKNOWN = UnknownResourceFault("Unknown type: WorkflowType=[name=order, version=1]")


class ClientError(Exception):
    """As botocore's looks."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"An error occurred ({code})")
        self.response = {"Error": {"Code": code, "Message": message}}


def test_an_error_tells_what_the_service_said() -> None:
    error = SWFError("no such domain", "UnknownDomain: shop", "UnknownResourceFault")
    assert (error.kind, error.details, error.type_) == ("UnknownDomain", "shop", "unknown_domain")
    assert str(error) == "no such domain\nReason: UnknownDomain, shop"
    assert error.error_code == "UnknownResourceFault"
    assert SWFError("x", "Unknown domain: shop").type_ == "unknown_domain"

    alone = SWFError("broken")
    assert (str(alone), alone.kind, alone.details, alone.type_) == ("broken", "", "", None)
    assert str(SWFError("broken", "no colon")) == "broken"


def test_an_error_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(PollTimeout("nothing came", "a: b", "code")))
    assert (type(error), error.message, error.raw_error, error.error_code) == (
        PollTimeout,
        "nothing came",
        "a: b",
        "code",
    )
    assert isinstance(copy.copy(InvalidKeywordArgumentError("x")), ValueError)


@pytest.mark.parametrize(
    "error",
    [UNKNOWN, ClientError("UnknownResourceFault", UNKNOWN.message), SWFError("x", UNKNOWN.message, UNKNOWN.code)],
)
def test_what_an_error_says_is_found_wherever_it_comes_from(error: BaseException) -> None:
    assert extract_error_code(error) == "UnknownResourceFault"
    assert extract_message(error) == UNKNOWN.message
    assert extract_resource(error) == "WorkflowType"
    assert is_unknown_resource_raised(error)
    assert is_unknown("WorkflowType")(error)
    assert is_unknown(["ActivityType", "WorkflowType"])(error)
    assert not is_unknown("domain")(error)


def test_other_errors_have_no_resource() -> None:
    assert extract_resource(DomainAlreadyExistsFault("shop")) is None
    assert not is_unknown_resource_raised(DomainAlreadyExistsFault("shop"))
    assert extract_error_code(ValueError("x")) == ""
    assert extract_message(ValueError("x")) == "x"


def test_an_error_is_caught_handled_and_told(caplog: pytest.LogCaptureFixture) -> None:
    @catch(UnknownResourceFault, handle_with=lambda error, name: f"no {name}", log=True)
    def find(name: str) -> str:
        """Finds."""
        raise UNKNOWN

    with caplog.at_level(logging.ERROR):
        assert find("order") == "no order"
    assert "call failed function=test_an_error" in caplog.text
    assert find.__doc__ == "Finds."

    @when((KeyError, UnknownResourceFault))
    def nothing() -> str:
        raise UNKNOWN

    assert nothing() is None
    assert catch(KeyError)(lambda: 7)() == 7
    with pytest.raises(UnknownResourceFault):
        catch(KeyError, ignore)(_raising(UNKNOWN))()


def _raising(error: BaseException) -> Any:
    def function() -> None:
        raise error

    return function


def test_an_error_is_raised_as_another_where_a_test_says_so() -> None:
    handle = raises(DoesNotExistError, when=is_unknown("WorkflowType"), extract=extract_resource)
    with pytest.raises(DoesNotExistError, match="WorkflowType") as caught:
        catch(UnknownResourceFault, handle)(_raising(UNKNOWN))()
    assert caught.value.__cause__ is UNKNOWN
    other = UnknownResourceFault("Unknown domain: shop")
    with pytest.raises(UnknownResourceFault) as found:
        catch(UnknownResourceFault, handle)(_raising(other))()
    assert found.value is other
    with pytest.raises(ResponseError, match="Unknown domain"):
        raises(ResponseError)(other)


def test_an_error_is_translated() -> None:
    with pytest.raises(ResponseError) as caught:
        translate(UnknownResourceFault, to=ResponseError)(_raising(UNKNOWN))()
    assert caught.value.error_code == "UnknownResourceFault"
    assert caught.value.__cause__ is UNKNOWN


def test_a_question_is_answered_by_an_error_or_its_absence() -> None:
    assert is_not(UnknownResourceFault)(_raising(UNKNOWN))() is False
    assert is_not(UnknownResourceFault)(lambda: None)() is True
    assert always(3)("whatever", x=1) == 3
    assert ignore("whatever") is None
    assert match_equals(r"name=(\w+)", UNKNOWN.message, "order")
    assert match_equals(r"name=(\w+)", UNKNOWN.message, ["bill", "order"])
    assert not match_equals(r"name=(\w+)", UNKNOWN.message, "bill")
    assert not match_equals(r"colour=(\w+)", UNKNOWN.message, "order")


def test_names_change_between_styles() -> None:
    for camel, snake in (
        ("ActivityTask", "activity_task"),
        ("activityTask", "activity_task"),
        ("ARNList", "arn_list"),
        ("Type2Name", "type2_name"),
    ):
        assert utils.camel_to_underscore(camel) == snake
    assert utils.underscore_to_camel("activity_task") == "ActivityTask"
    assert utils.decapitalize("ActivityTask") == "activityTask"
    assert utils.decapitalize("") == ""


def test_a_value_deep_down_is_found() -> None:
    values = {"a": {"b": {"c": 1}}}
    assert utils.get_subkey(values, "a.b.c") == 1
    assert utils.get_subkey(values, ["a", "b"]) == {"c": 1}
    assert utils.get_subkey(values, "a.x.c") is None
    assert utils.get_subkey(values, "a.b.c.d") is None


def test_a_cached_property_is_computed_once_and_can_be_set_and_deleted() -> None:
    class Circle:
        computed = 0

        @utils.cached_property
        def area(self) -> int:
            """The area."""
            self.computed += 1
            return 7

    circle = Circle()
    assert (circle.area, circle.area, circle.computed) == (7, 7, 1)
    circle.area = 8
    assert circle.area == 8
    del circle.area
    assert (circle.area, circle.computed) == (7, 2)
    assert Circle.area.__doc__ == "The area."


def test_an_immutable_object_is_set_by_its_own_init_alone() -> None:
    @utils.immutable
    class Point:
        def __init__(self, x: int) -> None:
            self.x = x

    point = Point(1)
    assert point.x == 1
    with pytest.raises(AttributeError, match="Point is immutable: 'x' cannot be set"):
        point.x = 2
    with pytest.raises(AttributeError):
        point.y = 2  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        del point.x


def test_moments_and_numbers() -> None:
    moment = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    assert utils.datetime_timestamp(moment) == 1577836800.0
    assert utils.datetime_timestamp(moment.replace(tzinfo=None)) == 1577836800.0
    assert utils.moment_of(1577836800.0) == moment
    assert abs((utils.now() - utils.past_day(2)) - datetime.timedelta(days=2)) < datetime.timedelta(seconds=10)
    assert utils.Enum("Colour", ["RED"]).RED.name == "RED"


def test_a_response_is_a_bag_of_values() -> None:
    response = Response(token="x", history=[1])
    assert (response.token, response.history) == ("x", [1])
    assert response == Response(token="x", history=[1])
    assert response != Response(token="y")
    assert repr(response) == "Response(token='x', history=[1])"
    with pytest.raises(AttributeError, match=r"this Response has no 'tokn', only \['history', 'token'\]"):
        _ = response.tokn


def test_texts_are_cut_where_they_are_texts_and_refused_where_they_are_json(caplog: pytest.LogCaptureFixture) -> None:
    cut = format.reason("r" * 300)
    assert cut is not None
    assert (len(cut), cut[-1]) == (256, "…")
    assert "text cut field=reason characters=300 limit=256" in caplog.text
    assert format.details("short") == "short"
    assert format.reason(None) is None
    assert len(format.heartbeat_details("d" * 3000) or "") == 2048
    assert len(format.identity("i" * 300) or "") == 256
    assert format.input({"args": [1]}) == '{"args":[1]}'
    assert format.control([]) == format.execution_context([]) == "[]"
    for whole in (format.input, format.result, format.control, format.execution_context):
        with pytest.raises(ValueError, match="characters of JSON; SWF takes 32768"):
            whole("x" * 40_000)


def test_text_of_a_value() -> None:
    assert (format.text_of(None), format.text_of("x"), format.text_of(0)) == (None, "x", "0")


def test_the_constants_are_those_of_the_service() -> None:
    assert (constants.REGISTERED, constants.DEPRECATED, constants.MAX_WORKFLOW_AGE) == ("REGISTERED", "DEPRECATED", 457)
    assert (constants.MAX_REASON_LENGTH, constants.MAX_RESULT_LENGTH) == (256, 32768)


def test_an_error_may_be_made_of_another_one_or_of_nothing() -> None:
    assert str(SWFError("m", None, None)) == "m"
    assert str(SWFError("m", ValueError("Unknown domain: x"))) == "m\nReason: Unknown domain, x"
    assert str(SWFError(ValueError("m"))) == "m"
