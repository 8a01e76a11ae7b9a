"""Values as texts."""

from __future__ import annotations

import datetime
import decimal
import json
import pathlib
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleflow import format
from simpleflow.futures import Future

CEST = datetime.timezone(datetime.timedelta(hours=2))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def done(value: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_finished(value)
    return future


@given(JSON)
def test_json_values_come_back(value: Any) -> None:
    assert format.decode(format.encode(value)) == value


@given(JSON)
def test_texts_can_be_sent_and_are_json(value: Any) -> None:
    text = format.encode(value)

    assert text.encode().decode() == text
    assert json.loads(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ("é€😀", '"é€😀"'),
        (b"caf\xc3\xa9", '"café"'),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.UTC), '"2026-01-02T03:04:05.678901Z"'),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.UTC), '"2026-01-02T03:04:05.678Z"'),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=CEST), '"2026-01-02T03:04:05.000+02:00"'),
        (datetime.datetime(2026, 1, 2, 3, 4, 5), '"2026-01-02T03:04:05.000"'),
        (datetime.date(2026, 1, 2), '"2026-01-02"'),
        (datetime.time(3, 4, 5, 678901), '"03:04:05.678901"'),
        (datetime.time(3, 4, 5), '"03:04:05.000"'),
        (datetime.timedelta(seconds=90), '"PT90S"'),
        (decimal.Decimal("1.50"), '"1.50"'),
        (pathlib.Path("/a/b"), '"/a/b"'),
        (uuid.UUID(int=7), '"00000000-0000-0000-0000-000000000007"'),
        ({"x", "a"}, '["a","x"]'),
        (frozenset({2}), "[2]"),
        ((index for index in range(3)), "[0,1,2]"),
        (done([1, "C"]), '[1,"C"]'),
        ({"of": done({1})}, '{"of":[1]}'),
    ],
)
def test_more_than_json_is_encoded(value: Any, text: str) -> None:
    assert format.encode(value) == text


@pytest.mark.parametrize("value", [object(), lambda: None, float("nan"), float("inf"), b"\xff", 1j, {1: 1, "a": 2}])
def test_what_is_not_json_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        format.encode(value)


def test_a_refusal_names_the_type() -> None:
    with pytest.raises(TypeError, match="of type complex is not JSON"):
        format.encode([1j])


@pytest.mark.parametrize("name", ["caf\udce9.txt", "\\\udce9", "é\udce9", "\ud800"])
def test_a_file_name_that_is_no_utf8_travels_escaped(name: str) -> None:
    text = format.encode([name])

    assert text.encode().decode() == text
    assert format.decode(text) == [name]


def test_a_generator_is_consumed_once_also_if_something_has_to_be_escaped() -> None:
    assert format.decode(format.encode(["\udce9", (index for index in (1, 2))])) == ["\udce9", [1, 2]]


@pytest.mark.parametrize("text", ["", "hello", "{", "NaN", "Infinity", "-Infinity", "[1", "[" * 100_000, "1" * 5000])
def test_a_text_that_is_no_json_is_passed_through(text: str) -> None:
    assert format.decode(text) == text


def test_no_text_is_no_value() -> None:
    assert format.decode(None) is None


def test_a_pointer_names_digest_and_length_in_characters() -> None:
    pointer = format.pointer_of("héllo")

    assert pointer == "simpleflow+file:3c48591d8d098a4538f5e013dfcf406e948eac4d3277b10bf614e295d6068179 5"
    assert format.is_pointer(pointer)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "x",
        f"simpleflow+file:{'0' * 63} 1",
        f"simpleflow+file:{'0' * 64} 1\n",
        f"simpleflow+s3://{'0' * 64} 1",
        "simpleflow+s3://b/name",
    ],
)
def test_other_texts_are_no_pointers(text: str | None) -> None:
    assert not format.is_pointer(text)


def test_what_is_too_long_is_cut_where_only_people_read_it() -> None:
    assert format.shortened("abcdef", 6) == "abcdef"
    assert format.shortened("abcdefg", 6) == "abcde…"
    assert format.shortened("a\udcffb", 20) == "a\\udcffb"
