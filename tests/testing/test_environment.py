"""The environment for users' tests."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

import pytest

from simpleflow import Workflow, exceptions
from simpleflow.testing import Environment, replay_history
from tests.testing.flows import (
    Family,
    Forever,
    Hasty,
    Order,
    Parcel,
    Retrying,
    Sending,
    Stepping,
    Weighing,
    charge,
    flaky,
    ship,
    weigh,
)


def test_a_workflow_runs_with_fakes_instead_of_its_activities(simpleflow_env: Environment) -> None:
    fake = simpleflow_env.fake(charge, lambda amount: f"charged {amount}")
    begun = simpleflow_env.now
    assert simpleflow_env.run(Order, "a book", amount=7) == "charged 7, no address"
    assert simpleflow_env.now - begun == datetime.timedelta(hours=1)
    assert fake.calls == [((7,), {})]


def test_signals_and_time_are_the_tests(simpleflow_env: Environment) -> None:
    simpleflow_env.fake("tests.testing.flows.charge", returns="charged")
    order = simpleflow_env.start(Order, "a book", workflow_id="order-1")
    assert order.query(Order.where) == "waiting for the address"
    simpleflow_env.advance(3599)
    assert order.status == "OPEN"
    simpleflow_env.signal("order-1", "address", "the moon")
    assert order.status == "COMPLETED"
    assert order.result() == "charged, shipped a book to the moon"
    other = simpleflow_env.start(Order, "a pen")
    simpleflow_env.advance(3600)
    assert other.result() == "charged, no address"


def test_retries_wait_in_virtual_time(simpleflow_env: Environment) -> None:
    answers = iter([ValueError("once"), ValueError("twice"), 5])

    def sometimes(x: int) -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    fake = simpleflow_env.fake(flaky, sometimes)
    handle = simpleflow_env.start(Retrying, 1)
    assert len(fake.calls) == 1
    simpleflow_env.advance(9)
    assert len(fake.calls) == 1
    simpleflow_env.advance(1)
    assert len(fake.calls) == 2
    assert handle.result() == 5
    assert len(fake.calls) == 3


def test_a_fake_that_raises_fails_the_activity(simpleflow_env: Environment) -> None:
    simpleflow_env.fake(charge, raises=ValueError("no money"))
    with pytest.raises(exceptions.ExecutionFailed, match="ValueError: no money"):
        simpleflow_env.run(Order, "a book")


def test_a_result_is_waited_for_as_long_as_the_clock_is_let(simpleflow_env: Environment) -> None:
    simpleflow_env.fake(charge, returns="charged")
    handle = simpleflow_env.start(Order, "a book")
    begun = simpleflow_env.now
    with pytest.raises(TimeoutError, match="still open after 60 s"):
        handle.result(timeout=60)
    assert (simpleflow_env.now - begun).total_seconds() == 60
    assert asyncio.run(handle.result_async()) == "charged, no address"


def test_children_run_too_and_their_history_replays(simpleflow_env: Environment) -> None:
    simpleflow_env.fake(charge, lambda amount: f"charged {amount}")
    handle = simpleflow_env.start(Family, ["a", "b"])
    results = handle.result()
    assert len(results) == 2
    assert all(each.endswith("no address") for each in results)
    assert replay_history(Family, handle) == []


def test_what_nobody_will_bring_about_is_said(simpleflow_env: Environment) -> None:
    with pytest.raises(exceptions.NothingWillHappen, match="waiting for signal 'never'"):
        simpleflow_env.run(Forever)
    handle = simpleflow_env.start(Forever)
    handle.cancel()
    with pytest.raises(exceptions.ExecutionCanceled):
        handle.result()


def test_mistakes_are_told(simpleflow_env: Environment) -> None:
    with pytest.raises(ValueError, match=r"there is no activity 'tests\.testing\.flows\.chrage' to fake"):
        simpleflow_env.fake("tests.testing.flows.chrage", returns=1)
    with pytest.raises(TypeError, match="needs one of"):
        simpleflow_env.fake(charge)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="needs one of"):
        simpleflow_env.fake(charge, returns=1, raises=ValueError())  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="time does not go back"):
        simpleflow_env.advance(-1)
    with pytest.raises(TypeError, match=r"Order\.run.*missing a required argument: 'what'"):
        simpleflow_env.run(Order)  # type: ignore[call-overload]

    class Other(Workflow):
        name, version, task_list = "order", "1", "t"

        def run(self) -> None:
            return None

    simpleflow_env.add(Order)
    with pytest.raises(ValueError, match="both named 'order', version '1'"):
        simpleflow_env.run(Other)


def test_a_fake_of_none_is_no_missing_fake(simpleflow_env: Environment) -> None:
    fake = simpleflow_env.fake(charge, returns=None)
    assert simpleflow_env.run(Order, "a") == "None, no address"
    assert "called 1 times" in repr(fake)


def test_arguments_and_results_are_what_the_hints_say(simpleflow_env: Environment) -> None:
    assert simpleflow_env.run(Weighing, Parcel(4)) == Parcel(5)
    handle = simpleflow_env.start(Weighing, Parcel(5))
    assert handle.result() == Parcel(6)
    assert simpleflow_env.client.handle(handle.workflow_id, workflow=Weighing).result() == Parcel(6)
    assert simpleflow_env.client.handle(handle.workflow_id).result() == {"weight": 6}
    assert replay_history(Weighing, handle) == []
    fake = simpleflow_env.fake(weigh, lambda parcel: 2 * parcel.weight)
    assert simpleflow_env.run(Weighing, Parcel(4)) == Parcel(9)
    assert fake.calls == [((Parcel(4),), {})]


def test_environments_do_not_meet(tmp_path: Path) -> None:
    with Environment() as one, Environment() as two:
        one.fake(charge, returns="one")
        two.fake(charge, returns="two")
        one.fake(ship, returns="x")
        assert two.run(Order, "a") == "two, no address"
        assert one.run(Order, "a") == "one, no address"
        with pytest.raises(exceptions.ExecutionNotFound):
            two.client.handle("order-1")


def test_the_plugin_gives_its_fixture(pytester_like: Path) -> None:
    """As a user has it: by name, in a project of its own."""
    import os
    import subprocess
    import sys

    (pytester_like / "conftest.py").write_text('pytest_plugins = ["simpleflow.testing.plugin"]\n')
    (pytester_like / "test_it.py").write_text(
        "from simpleflow import Workflow\n"
        "class W(Workflow):\n"
        "    name, version, task_list = 'w', '1', 't'\n"
        "    def run(self, x):\n"
        "        self.sleep(1000)\n"
        "        return 'y' * x\n"
        "def test_it(simpleflow_env, tmp_path):\n"
        "    assert simpleflow_env.run(W, 40000) == 'y' * 40000\n"
        "    assert list((tmp_path / 'simpleflow-values').rglob('*'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"],
        cwd=pytester_like,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.fixture
def pytester_like(tmp_path: Path) -> Path:
    """A project of a user."""
    return tmp_path


def test_an_activity_without_any_time_times_out(simpleflow_env: Environment) -> None:
    """Its answer comes too late even though the clock stands still."""
    assert "timeout after 0 s" in simpleflow_env.run(Hasty)


def test_an_activity_may_end_its_own_execution(simpleflow_env: Environment) -> None:
    simpleflow_env.fake(ship, lambda what: simpleflow_env.client.handle("parcel-1").terminate("no more"))
    handle = simpleflow_env.start(Sending, workflow_id="parcel-1")
    assert handle.status == "TERMINATED"


def test_the_history_of_a_workflow_that_asks_for_its_domain_is_replayed_in_it(simpleflow_env: Environment) -> None:
    """As steps do, which are written down by domain."""
    handle = simpleflow_env.start(Stepping)
    assert handle.result() == ["shipped a book"]
    assert replay_history(Stepping, handle) == []
    elsewhere = replay_history(
        Stepping, handle.events(), workflow_id=handle.workflow_id, run_id=handle.run_id, domain="elsewhere"
    )
    assert "(by simpleflow itself)" in elsewhere[0].message
