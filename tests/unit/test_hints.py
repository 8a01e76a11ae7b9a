"""Values brought back to the types of hints: everything that can be sent, and what is said of the rest."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import pathlib
import typing
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, NewType, NotRequired, Optional, TypedDict, TypeVar

import attrs
import msgspec
import numpy as np
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleflow import format, hints
from simpleflow.exceptions import ValueMismatch

if TYPE_CHECKING:
    from nowhere import Unknown  # type: ignore[import-not-found]

T = TypeVar("T")
UserId = NewType("UserId", uuid.UUID)


class Color(enum.Enum):
    RED = "red"
    PAIR = (1, 2)


class Level(enum.IntEnum):
    LOW = 1


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    y: int = 0


@dataclasses.dataclass
class Order:
    id: UserId
    when: datetime.datetime
    points: list[Point]
    price: decimal.Decimal = decimal.Decimal("0.10")
    by_day: dict[datetime.date, set[Color]] = dataclasses.field(default_factory=dict)
    file: pathlib.Path | None = None
    parent: Optional[Order] = None  # noqa: UP045


@dataclasses.dataclass
class Box(Generic[T]):
    content: T


class Row(NamedTuple):
    name: str
    at: datetime.date


class Extra(TypedDict):
    when: datetime.date
    note: NotRequired[str]


class Tree(msgspec.Struct):
    name: str
    raw: bytes
    children: list[Tree] = []
    path: pathlib.Path | None = None


@attrs.define
class Attr:
    when: datetime.date


class Model(pydantic.BaseModel):
    when: datetime.datetime
    tags: set[str] = set()


class Shout(str):
    pass


NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.UTC)
ONE = uuid.UUID(int=1)


def sent(value: Any, hint: Any) -> Any:
    """*value* through the wire to a parameter of this hint, and back as a result of it."""

    def function(x: Any) -> Any:
        return x

    function.__annotations__ = {"x": hint, "return": hint}
    text = format.encode([value])
    (there,), _ = hints.arguments(function, format.decode(text), {})
    back = hints.result(function, format.decode(text)[0])
    assert back == there
    assert type(back) is type(there)
    return there


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (Point(1, 2), Point),
        (NOW, datetime.datetime),
        (NOW.replace(microsecond=5000), datetime.datetime),
        (NOW.replace(tzinfo=None), datetime.datetime),
        (NOW.date(), datetime.date),
        (NOW.time(), datetime.time),
        (datetime.timedelta(days=2, seconds=3, microseconds=4), datetime.timedelta),
        (-datetime.timedelta(seconds=1), datetime.timedelta),
        (ONE, uuid.UUID),
        (ONE, UserId),
        (decimal.Decimal("1.10"), decimal.Decimal),
        (pathlib.Path("/a/é"), pathlib.Path),
        (pathlib.PurePosixPath("b"), pathlib.PurePosixPath),
        (Color.RED, Color),
        (Color.PAIR, Color),
        (Level.LOW, Level),
        (Level.LOW, Literal[Level.LOW]),
        (b"caf\xc3\xa9", bytes),
        ({1, 2}, set[int]),
        (frozenset({ONE}), frozenset[uuid.UUID]),
        ((1, NOW), tuple[int, datetime.datetime]),
        ((Point(1), Point(2)), tuple[Point, ...]),
        ((), tuple[()]),
        (collections.deque([1]), collections.deque[int]),
        ({1: Point(1)}, dict[int, Point]),
        ({ONE: 1, uuid.UUID(int=2): 2}, dict[uuid.UUID, int]),
        ({Color.RED: [NOW]}, Mapping[Color, Sequence[datetime.datetime]]),
        ({NOW.date(): None}, dict[datetime.date, None]),
        ([Point(1)], Iterable[Point]),
        (Row("a", NOW.date()), Row),
        ({"when": NOW.date()}, Extra),
        (Tree("a", b"\x00\xff", [Tree("b", b"")], pathlib.Path("x")), Tree),
        (Attr(NOW.date()), Attr),
        (Model(when=NOW, tags={"a"}), Model),
        ([Model(when=NOW)], list[Model]),
        (Box(Point(1)), Box[Point]),
        (Box([Box(NOW)]), Box[list[Box[datetime.datetime]]]),
        (Shout("a"), Shout),
        (np.int64(7), np.int64),
        (np.float32(1.5), np.float32),
        (np.bool_(True), np.bool_),
        (None, Point),
        (None, Optional[Point]),  # noqa: UP045
        (Point(1), Point | None),
        (NOW.date(), datetime.date | int | None),
        ("no date", datetime.date | str),
        (pathlib.Path("a"), pathlib.Path | str),
        ("a", str | pathlib.Path),
        (3, int | str),
        ("3", int | str),
        (1.5, int | float),
        (Box(1), Point | Box[int]),
        (
            Order(UserId(ONE), NOW, [Point(1)], by_day={NOW.date(): {Color.RED}}, parent=Order(UserId(ONE), NOW, [])),
            Order,
        ),
        ({"anything": [1, "x"]}, dict[str, Any]),
        (4, float),
        ([1, "a"], list),
    ],
)
def test_a_value_comes_back_as_what_it_was(value: Any, hint: Any) -> None:
    there = sent(value, hint)

    assert there == value
    assert type(there) is type(value)


@given(st.datetimes(timezones=st.none() | st.just(datetime.UTC)))
def test_no_moment_is_lost(when: datetime.datetime) -> None:
    assert sent(when, datetime.datetime) == when


@given(st.timedeltas(min_value=datetime.timedelta(days=-9999), max_value=datetime.timedelta(days=9999)))
def test_no_duration_is_lost(long: datetime.timedelta) -> None:
    assert sent(long, datetime.timedelta) == long


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_no_digit_is_lost(number: decimal.Decimal) -> None:
    assert str(sent(number, decimal.Decimal)) == str(number)


def test_a_value_without_a_hint_decodes_as_before() -> None:
    assert sent(Point(1, 2), Any) == {"x": 1, "y": 2}
    assert sent(NOW.replace(microsecond=0), object) == "2026-01-02T03:04:05.000Z"


@pytest.mark.parametrize(
    ("value", "hint", "said"),
    [
        ("abc", int, "parameter 'x' of function: found a text \"abc\", but the hint says int"),
        (2.5, int, "found a number 2.5, but the hint says int"),
        ("soon", datetime.datetime, 'found a text "soon", but the hint says datetime.datetime'),
        ({"y": 1}, Point, r"the hint says tests.unit.test_hints.Point ('x' missing)"),
        ({"x": "a"}, Point, 'found a text "a" at .x, but the hint says int'),
        ([Point(1), {"x": []}], list[Point], "found a list [] at [1].x, but the hint says int"),
        ({"a": 1}, dict[int, int], 'found a text "a", but the hint says int (it is a key)'),
        ("green", Color, "its values are 'red', (1, 2)"),
        ([1], tuple[int, int], "it has 1 members, not 2"),
        ("b", Literal["a"], "the hint says Literal['a']"),
        ([], datetime.date | uuid.UUID, "the hint says datetime.date | uuid.UUID"),
        ({"when": "soon"}, Model, "validation error for Model when Input should be a valid datetime"),
        (3, Unknownable := type("Unknownable", (), {}), "nothing brings such an object back from JSON"),
        ("x" * 500, int, "x…, but"),
    ],
)
def test_what_cannot_come_back_is_told_with_name_value_and_hint(value: Any, hint: Any, said: str) -> None:
    with pytest.raises(ValueMismatch) as caught:
        sent(value, hint)
    assert said in str(caught.value)
    assert "parameter 'x' of function" in str(caught.value)
    assert "SIMPLEFLOW_TYPE_HINTS" in str(caught.value)


def test_a_result_is_named_as_such() -> None:
    def answer() -> Point: ...

    with pytest.raises(ValueMismatch, match=r"the result of .*answer: found a number 3"):
        hints.result(answer, 3)


def test_every_kind_of_parameter_is_restored() -> None:
    def function(a: Point, /, *rest: Point, b: Point, **more: datetime.date) -> None: ...

    plain = {"x": 1}
    args, kwargs = hints.arguments(function, [plain, plain, plain], {"b": plain, "day": "2026-01-02"})
    assert args == [Point(1)] * 3
    assert kwargs == {"b": Point(1), "day": datetime.date(2026, 1, 2)}


def test_a_class_tells_by_its_init_and_by_execute() -> None:
    class Activity:
        def __init__(self, point: Point) -> None: ...

        def execute(self) -> Point: ...

    assert hints.arguments(Activity, [{"x": 3}], {}) == ([Point(3)], {})
    assert hints.result(Activity, {"x": 3}) == Point(3)


def test_a_method_does_not_count_its_self_and_is_not_kept() -> None:
    import gc
    import weakref

    class Flow:
        def run(self, when: datetime.date) -> None: ...

    flow = Flow()
    assert hints.arguments(flow.run, ["2026-01-02"], {}) == ([datetime.date(2026, 1, 2)], {})
    known = weakref.ref(flow)
    del flow
    gc.collect()
    assert known() is None


def test_hints_that_cannot_be_found_are_as_if_they_were_not_there() -> None:
    def function(a: Unknown, b: datetime.date) -> Unknown: ...

    assert hints.arguments(function, ["x", "2026-01-02"], {}) == (["x", datetime.date(2026, 1, 2)], {})
    assert hints.result(function, "x") == "x"


@pytest.mark.parametrize("function", [len, print, typing.cast, "".join])
def test_functions_that_tell_nothing_get_what_came(function: Any) -> None:
    assert hints.arguments(function, [[1]], {}) == ([[1]], {})


def test_arguments_that_do_not_fit_are_left_for_the_call_to_refuse() -> None:
    def function(a: Point) -> None: ...

    assert hints.arguments(function, [1, 2, 3], {"b": 1}) == ([1, 2, 3], {"b": 1})


def test_a_failed_task_is_passed_on_as_none() -> None:
    def function(a: int) -> int: ...

    assert hints.arguments(function, [None], {}) == ([None], {})
    assert hints.result(function, None) is None


def test_the_check_can_be_left_out_and_the_hints_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def function(a: int, b: Any) -> list[Point]: ...

    monkeypatch.setenv("SIMPLEFLOW_TYPE_HINTS", "restore")
    assert hints.arguments(function, ["a", 1], {}) == (["a", 1], {})
    assert hints.result(function, [{"x": 1}]) == [Point(1)]
    assert hints.result(function, [{"x": "sloppy"}]) == [Point("sloppy")]  # type: ignore[arg-type]
    with pytest.raises(ValueMismatch):
        hints.result(function, [{"z": 1}])

    monkeypatch.setenv("SIMPLEFLOW_TYPE_HINTS", "ignore")
    assert hints.result(function, [{"x": 1}]) == [{"x": 1}]

    monkeypatch.setenv("SIMPLEFLOW_TYPE_HINTS", "perhaps")
    with pytest.raises(ValueError, match=r"SIMPLEFLOW_TYPE_HINTS is 'perhaps'"):
        hints.result(function, [])
