"""Small tools."""

from __future__ import annotations

import datetime
import json
import logging
import random
from typing import Any

import pytest

from simpleflow import constants, dispatch, format, utils
from simpleflow.activity import Activity
from simpleflow.exceptions import DispatchError
from simpleflow.registry import Registry
from simpleflow.storage import ValueStore
from simpleflow.utils import retry
from swf.clients.retrying import Backoff
from tests.unit import executed


def test_issubclass_is_false_for_what_is_no_class() -> None:
    assert utils.issubclass_(bool, int)
    assert not utils.issubclass_(3, int)
    assert not utils.issubclass_(int, 3)


def test_json_is_written_as_on_the_wire() -> None:
    value = {"b": {1}, "a": datetime.date(2026, 1, 2), "é": b"x"}
    assert utils.json_dumps(value) == '{"a":"2026-01-02","b":[1],"é":"x"}'
    assert json.loads(utils.json_dumps(value, pretty=True)) == {"a": "2026-01-02", "b": [1], "é": "x"}
    assert "\n    " in utils.json_dumps(value, pretty=True)
    assert utils.json_dumps([1, 2], compact=False) == "[1, 2]"
    assert utils.json_dumps({"a": 1}, indent=1) == '{\n "a":1\n}'
    assert utils.serialize_complex_object({1}) == [1]
    with pytest.raises(TypeError, match="is not JSON"):
        utils.serialize_complex_object(object())


@pytest.mark.parametrize(("text", "value"), [("[1]", [1]), ("plain", "plain"), (None, None), ("", None), ("3", 3)])
def test_a_text_is_json_or_itself(text: str | None, value: Any) -> None:
    assert utils.json_loads_or_raw(text) == value


def test_objects_are_imported_by_their_paths() -> None:
    assert utils.import_from_module("os.path.join") is __import__("os").path.join
    assert utils.import_object_from_module("collections", "OrderedDict", "fromkeys")
    for path, error in [("join", ImportError), ("nowhere.x", ImportError), ("os.nothing", AttributeError)]:
        with pytest.raises(error):
            utils.import_from_module(path)


def test_names() -> None:
    assert utils.full_class_name(3) == "int"
    assert utils.full_class_name(json.JSONDecodeError) == "json.decoder.JSONDecodeError"
    assert utils.full_object_name(executed.shout) == "tests.unit.executed.shout"
    assert utils.full_object_name(json) == "json"
    assert utils.full_object_name(datetime.date(2026, 1, 1)) == "datetime.date"
    assert utils.format_exc(ValueError("x")) == "ValueError: x"
    assert utils.format_exc_type(KeyError) == "KeyError"
    assert utils.hex_hash("parent") == "08d2028b"
    assert utils.remove_none({"a": 1, "b": None, "c": 0}) == {"a": 1, "c": 0}
    assert constants.HOUR == 3600


class Flaky:
    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def call(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seen: list[float] = []
    monkeypatch.setattr(utils.retry.time, "sleep", seen.append)
    return seen


def test_a_call_is_tried_so_often_with_pauses(pauses: list[float], caplog: pytest.LogCaptureFixture) -> None:
    flaky = Flaky(ValueError(1), ValueError(2))
    with caplog.at_level(logging.WARNING):
        assert utils.retry.with_delay(nb_times=3, delay=utils.retry.constant(7))(flaky.call)() == "done"
    assert pauses == [7, 7]
    flaky = Flaky(*[ValueError(number) for number in range(5)])
    with pytest.raises(ValueError, match="2"):
        utils.retry.with_delay(nb_times=3, delay=utils.retry.exponential)(flaky.call)()
    assert flaky.calls == 3


def test_some_errors_are_not_tried_again(pauses: list[float]) -> None:
    said: list[Any] = []
    for error in (KeyError("k"), LookupError("l")):
        flaky = Flaky(error)
        trying = utils.retry.with_delay(
            nb_times=3, on_exceptions=(LookupError, OSError), except_on=KeyError, log_with=lambda *a: said.append(a)
        )(flaky.call)
        if isinstance(error, KeyError):
            with pytest.raises(KeyError):
                trying()
        else:
            assert trying() == "done"
    assert pauses == [1]
    assert len(said) == 1
    flaky = Flaky(ValueError())
    with pytest.raises(ValueError, match=r"^$"):
        utils.retry.with_delay(nb_times=3, on_exceptions=OSError)(flaky.call)()
    with pytest.raises(ValueError, match="once at least"):
        utils.retry.with_delay(nb_times=0)


def test_exponential_pauses_grow() -> None:
    assert all(1 <= utils.retry.exponential(tries) <= 1 + 2**tries for tries in range(8))


# Dispatchers


def test_a_registry_finds_by_label_and_name() -> None:
    registry = Registry()
    registry.register(executed.twice, label="maths")
    dispatcher = dispatch.RegistryDispatcher(registry, "maths")
    assert dispatcher.dispatch_activity("tests.unit.executed.twice") is executed.twice
    assert dispatcher.dispatch("tests.unit.executed.twice")(4) == 8
    with pytest.raises(DispatchError, match="no activity 'x' is registered under the label 'maths'; known are tests"):
        dispatcher.dispatch("x")
    with pytest.raises(DispatchError, match="known are none"):
        dispatch.RegistryDispatcher(registry, None).dispatch("x")


def test_a_module_finds_in_its_submodules() -> None:
    import os

    assert dispatch.ModuleDispatcher(os).dispatch("path.join") is os.path.join
    assert dispatch.ModuleDispatcher(os, {"p": "path"}).dispatch("p.join") is os.path.join
    for name in ("join", "path.nothing", "nothing.join", "path.sep"):
        with pytest.raises(DispatchError, match="there is no function"):
            dispatch.ModuleDispatcher(os).dispatch(name)


def test_a_dry_run_does_nothing() -> None:
    assert dispatch.DryRunDispatcher().dispatch("anything")(1, a=2) == {}


def test_fix_the_registry_is_asked_before_anything_is_imported() -> None:
    """An activity with a name of its own, which is no path to import, is found."""
    named = Activity(executed.shout, name="a name of its own")
    dispatcher = dispatch.Dispatcher()
    assert dispatcher.dispatch_activity("a name of its own") is named
    assert isinstance(dispatcher.dispatch_activity("tests.unit.executed.shout"), Activity)
    with pytest.raises(DispatchError, match=r"unable to import 'nowhere\.f'"):
        dispatcher.dispatch_activity("nowhere.f")


# Fields


def test_each_field_has_its_length_and_its_form(tmp_path: Any) -> None:
    store = ValueStore(tmp_path)
    for field in (format.input, format.result, format.control, format.execution_context, format.heartbeat_details):
        assert field({"a": {1}}, store) == '{"a":[1]}'
        long = field("x" * 40_000, store)
        assert long.startswith("simpleflow+file:")
        assert format.value(long, store) == "x" * 40_000
    assert format.heartbeat_details("x" * 2_047, store).startswith("simpleflow+file:")
    assert format.reason("too bad", store) == "too bad"
    assert format.value(format.reason("x" * 257, store), store) == "x" * 257
    assert format.value(format.details("y" * 40_000, store), store) == "y" * 40_000
    assert format.reason(None) is format.details(None) is None
    assert format.identity({"pid": 1}) == '{"pid":1}'
    assert len(format.identity("x" * 300)) == 256


def test_fix_18_json_is_never_cut(tmp_path: Any) -> None:
    values = ["x" * length for length in (32_000, 32_766, 32_767, 40_000)]
    store = ValueStore(tmp_path)
    for value in values:
        assert format.value(format.result(value, store), store) == value
        assert len(format.result(value, store)) <= 32_768


def test_pauses_leave_the_random_numbers_of_others_as_they_were() -> None:
    """Threads of ours wait, while somebody who has seeded `random` counts on it."""
    before = random.getstate()
    Backoff().next_s()
    retry.exponential(2)
    assert random.getstate() == before
