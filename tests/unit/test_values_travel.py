"""Values between workflows and activities, whole: by hints, and through codecs."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from simpleflow import Workflow, activity, format, hints, settings
from simpleflow.exceptions import ExecutionFailed, StorageError, ValueMismatch
from simpleflow.local import Executor
from tests.replay.bed import Bed

MAIL = activity.with_attributes(version="1", task_list="mail")


@dataclass
class Parcel:
    id: uuid.UUID
    sent: datetime.datetime
    tags: set[str] = field(default_factory=set)


@MAIL
def pack(id: uuid.UUID, at: datetime.datetime) -> Parcel:
    assert isinstance(id, uuid.UUID)
    return Parcel(id, at, {"b", "a"})


@MAIL
def stamp(parcel: Parcel, *more: Parcel) -> tuple[Parcel, int]:
    assert isinstance(parcel, Parcel)
    assert all(isinstance(each, Parcel) for each in more)
    return Parcel(parcel.id, parcel.sent, parcel.tags | {"stamped"}), len(more)


@MAIL
def count(numbers: list[int]) -> int:
    return len(numbers)


@MAIL
def liar() -> int:
    return "not a number"  # type: ignore[return-value]


class Post(Workflow):
    name = "post"
    version = "1"
    task_list = "mail"

    def run(self, at: datetime.datetime) -> Parcel:
        assert isinstance(at, datetime.datetime)
        packed = self.submit(pack, self.uuid4(), at)
        stamped = self.submit(stamp, packed, packed)
        parcel, more = stamped.result
        assert isinstance(packed.result, Parcel)
        assert more == 1
        return parcel


class Wrong(Workflow):
    name = "wrong"
    version = "1"
    task_list = "mail"

    def run(self) -> Any:
        return self.submit(count, ["a"]).result_or_raise()


class Believes(Workflow):
    name = "believes"
    version = "1"
    task_list = "mail"

    def run(self) -> str:
        try:
            return str(self.submit(liar).result)
        except ValueMismatch as error:
            return f"told: {error}"


NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.UTC)


def test_values_are_what_the_hints_of_both_sides_say() -> None:
    result = Executor(Post).run({"args": [NOW]})
    assert isinstance(result, Parcel)
    assert (result.sent, result.tags) == (NOW, {"a", "b", "stamped"})


def test_warm_and_cold_restore_the_same() -> None:
    def call(id: str, attempt: int, content: Any) -> Any:
        function = pack.callable if ".pack-" in id else stamp.callable
        args, kwargs = hints.arguments(function, content["args"], content["kwargs"])
        return function(*args, **kwargs)

    assert Bed(Post, args=(NOW,), outcomes=call).finish()["tags"] == ["a", "b", "stamped"]


def test_an_argument_of_another_type_fails_the_activity_and_says_why() -> None:
    with pytest.raises(
        ExecutionFailed, match=r"parameter 'numbers' of count: found a text \"a\" at \[0\], but the hint"
    ):
        Executor(Wrong).run()


def test_an_input_of_another_type_fails_the_workflow_and_says_why() -> None:
    with pytest.raises(
        ExecutionFailed, match=r"parameter 'at' of Post.run: found a number 7, but the hint says datetime"
    ):
        Executor(Post).run({"args": [7]})


def test_a_result_of_another_type_is_raised_where_it_is_read() -> None:
    assert Executor(Believes).run().startswith("told: the result of liar: found a text")


class Big(Workflow):
    name = "big"
    version = "1"
    task_list = "mail"

    def run(self, numbers: list[int]) -> list[int]:
        assert self.submit(count, numbers).result == len(numbers)
        return numbers


@pytest.fixture
def zlib() -> Iterator[None]:
    settings.configure({"SIMPLEFLOW_CODEC": "zlib"})
    yield
    settings.configure({"SIMPLEFLOW_CODEC": None})


@pytest.mark.usefixtures("zlib")
def test_a_codec_goes_around_every_value() -> None:
    numbers = list(range(2_000)) * 2
    bed = Bed(Big, args=(numbers,), options={"keeps_values": False})
    assert bed.finish() == numbers
    wire = [e.attributes.input for e in bed.events() if e.type == "ActivityTaskScheduled"]
    assert all(text.startswith("simpleflow+codec:zlib ") for text in wire)


@pytest.mark.usefixtures("zlib")
def test_a_codec_goes_around_values_too_long_for_their_field(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPLEFLOW_VALUES", str(tmp_path))
    numbers = [hash((index, "x")) for index in range(20_000)]
    assert Executor(Big).run({"args": [numbers]}) == numbers
    kept = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert all(text.startswith("simpleflow+codec:zlib ") for text in kept)


class Careless(Workflow):
    name = "careless"
    version = "1"
    task_list = "mail"

    def run(self) -> Any:
        try:
            first = self.submit(count, [1]).result
        except Exception:
            first = "swallowed"
        return self.submit(count, [first]).result


@pytest.mark.parametrize("direct", [True, False])
def test_a_value_that_cannot_be_read_now_ends_the_decision_not_the_workflow(direct: bool) -> None:
    """The store may be back soon: the same events are then decided as if nothing had been."""

    class Passing(Careless):
        name = "passing"

        def run(self) -> Any:
            return self.submit(count, self.submit(listed, 1)).result

    is_away = False

    def decode(text: str | None) -> Any:
        if is_away:
            raise StorageError("away")
        return format.decode(text)

    bed = Bed(Careless if direct else Passing, options={"decode": decode}, compare=False)
    while not bed.work():
        assert bed.decide()
    task = bed.poll()
    is_away = True
    with pytest.raises(StorageError, match="away"):
        bed.decide(task)
    is_away = False
    bed.kill()
    assert bed.decide(task)
    assert bed.finish() == 1


class Sender(Workflow):
    """Is somebody's child."""

    name = "sender"
    version = "1"
    task_list = "mail"

    def run(self, at: datetime.datetime) -> Parcel:
        assert isinstance(at, datetime.datetime)
        return Parcel(uuid.UUID(int=1), at, {"child"})


class Office(Workflow):
    name = "office"
    version = "1"
    task_list = "mail"

    def run(self) -> list[Any]:
        parcel = self.submit(Sender, NOW).result
        return [type(parcel) is Parcel, parcel.sent == NOW, parcel.tags == {"child"}]


def test_children_take_and_give_what_their_run_says() -> None:
    assert Executor(Office).run() == [True, True, True]


class Torn(Exception):
    def __init__(self, parcel: str, side: str) -> None:
        super().__init__(parcel)
        self.side = side


@MAIL
def weigh(number: int) -> Parcel:
    if number == 2:
        raise Torn("two", "left")
    return Parcel(uuid.UUID(int=number), NOW)


class Weighing(Workflow):
    name = "weighing"
    version = "1"
    task_list = "mail"

    def run(self) -> list[Any]:
        said: list[Any] = []
        for future in self.map(weigh, range(4)):
            error: Any = future.exception
            said.append([type(error).__name__, error.side] if isinstance(error, Torn) else future.result.id.int)
        return said


def test_very_long_maps_give_the_same_types_and_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children do their parts; results and failures travel once more."""
    from simpleflow.replay import parts

    expected = [0, 1, ["Torn", "left"], 3]
    assert Executor(Weighing).run() == expected
    monkeypatch.setattr(parts, "MOST_HERE", 2)
    monkeypatch.setattr(parts, "PART_ITEMS", 2)
    assert Executor(Weighing).run() == expected


@MAIL
def listed(number: int) -> list[int]:
    return [number]
