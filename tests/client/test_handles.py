"""What a handle tells and does is the same on each kind of service."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import simpleflow
from simpleflow import exceptions
from simpleflow.handle import Handle
from swf.exceptions import ConfigurationError
from swf.server import open_service
from swf.server.inprocess import InProcessClient
from tests.client.conftest import DOMAIN, Shop
from tests.client.flows import Approving, Broken, Chained, Doubling


def until(condition: Callable[[], bool]) -> None:
    """Waits for what other threads bring about."""
    give_up_at = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up_at, "it has not come"
        time.sleep(0.01)


def answered(handle: Handle[list[object]], text: str) -> bool:
    """Whether the query says *text*; before the first decision it cannot say anything."""
    try:
        return handle.query("progress") == text
    except exceptions.QueryError:
        return False


def test_the_result_of_a_started_workflow_is_what_its_run_returns(shop: Shop) -> None:
    handle = shop.client.start(Doubling, 3, times=2, workflow_id="one", tags=["a", "b"])
    assert handle.workflow_id == "one"
    assert handle.result(20) == 12
    assert handle.status == "COMPLETED"
    assert handle.history().execution.started.tag_list == ("a", "b")
    assert shop.other.handle("one").result() == 12
    assert shop.other.handle("one", handle.run_id).run_id == handle.run_id


def test_options_and_arguments_do_not_meet(shop: Shop) -> None:
    handle = shop.client.with_options(workflow_id="two", execution_timeout=60).start(Doubling, 1)
    assert handle.result(20) == 2
    assert handle.history().execution.started.execution_start_to_close_timeout == "60"


def test_a_large_argument_and_result_come_through(shop: Shop) -> None:
    handle = shop.client.start(Approving, 1)
    handle.signal("answer", "x" * 40_000)
    assert handle.result(20) == [{"args": ["x" * 40_000], "kwargs": {}}]


def test_a_failure_is_raised_with_its_reason(shop: Shop) -> None:
    with pytest.raises(exceptions.ExecutionFailed, match="ValueError: too bad") as failure:
        shop.client.start(Broken, "too bad").result(20)
    assert failure.value.status == "FAILED"


def test_who_waits_too_long_is_told_and_the_execution_goes_on(shop: Shop) -> None:
    handle = shop.client.start(Approving, 1)
    with pytest.raises(TimeoutError, match=r"is still open after 0.2 s; it goes on"):
        handle.result(0.2)
    assert handle.status == "OPEN"
    handle.signal("answer")
    assert handle.result(20) == [{"args": [], "kwargs": {}}]


def test_signals_carry_arguments_and_reach_the_workflow_in_order(shop: Shop) -> None:
    handle = shop.client.start(Approving)
    handle.signal("answer", 1, by="me")
    shop.other.handle(handle.workflow_id).signal("answer", 2)
    assert handle.result(20) == [{"args": [1], "kwargs": {"by": "me"}}, {"args": [2], "kwargs": {}}]


def test_a_canceled_and_a_terminated_execution_raise_what_has_become_of_them(shop: Shop) -> None:
    canceled, terminated = shop.client.start(Approving), shop.client.start(Approving)
    canceled.cancel()
    terminated.terminate("not wanted any more")
    with pytest.raises(exceptions.ExecutionCanceled):
        canceled.result(20)
    with pytest.raises(exceptions.ExecutionTerminated, match="not wanted any more"):
        terminated.result(20)
    assert (canceled.status, terminated.status) == ("CANCELED", "TERMINATED")


def test_an_execution_that_runs_out_of_time_raises_that(shop: Shop) -> None:
    handle = shop.client.with_options(execution_timeout=1).start(Approving)
    with pytest.raises(exceptions.ExecutionTimedOut, match="execution timeout"):
        handle.result(20)


def test_a_chain_of_runs_is_followed_by_result_signal_query_and_status(shop: Shop) -> None:
    handle = shop.client.start(Chained, 2)
    until(lambda: answered_remaining(handle) == 0)
    handle.signal("end", "over")
    assert handle.result(20) == "over"
    assert handle.status == "COMPLETED"
    first = shop.client.handle(handle.workflow_id, handle.run_id)
    assert first.result(20) == "over"


def answered_remaining(handle: Handle[str]) -> int:
    try:
        return handle.query(Chained.remaining)
    except exceptions.QueryError:
        return -1


def test_what_cannot_be_signalled_says_why(shop: Shop) -> None:
    handle = shop.client.start(Doubling, 1)
    handle.result(20)
    with pytest.raises(exceptions.ExecutionNotFound, match="is closed: COMPLETED"):
        handle.signal("too late")
    with pytest.raises(exceptions.ExecutionNotFound, match="nobody"):
        shop.client.handle("nobody")
    with pytest.raises(exceptions.ExecutionNotFound, match="nothing"):
        shop.client.handle(handle.workflow_id, "nothing")


def test_an_id_that_is_open_cannot_be_started_again(shop: Shop) -> None:
    handle = shop.client.start(Approving, workflow_id="taken")
    with pytest.raises(exceptions.ExecutionAlreadyOpen, match=r"client\.handle\('taken'\) finds it"):
        shop.client.start(Approving, workflow_id="taken")
    handle.terminate()


def test_a_query_answers_as_of_the_last_decision_open_or_closed_and_changes_nothing(shop: Shop) -> None:
    handle = shop.client.start(Approving)
    until(lambda: answered(handle, "waiting: 0 answers"))
    handle.signal("answer", 1)
    until(lambda: answered(handle, "waiting: 1 answers"))
    before = handle.history().execution.last_event_id
    assert handle.query(Approving.progress, unit="of 2") == "waiting: 1 of 2"
    assert shop.other.handle(handle.workflow_id).query("progress", "x") == "waiting: 1 x"
    assert handle.history().execution.last_event_id == before
    handle.signal("answer", 2)
    handle.result(20)
    assert handle.query("progress") == "done: 2 answers"


def test_a_coroutine_awaits_many_results_at_once(shop: Shop) -> None:
    async def main() -> list[int]:
        async with simpleflow.aconnect(client=shop.client, domain=DOMAIN) as client:
            handles = [await client.start(Doubling, each) for each in range(40)]
            handles.append(await client.with_options(workflow_id="last").start(Doubling, 40))
            results = await asyncio.gather(*(handle.result(60) for handle in handles))
            last = await client.handle("last", workflow=Doubling)
            assert await last.status == "COMPLETED"
            assert (await last.history()).execution.close_status is not None
            return results

    assert asyncio.run(main()) == [2 * each for each in range(41)]
    assert shop.client.handle("last").status == "COMPLETED"  # the client was somebody else's, and is open


def test_a_coroutine_signals_queries_cancels_and_terminates(shop: Shop) -> None:
    async def main() -> None:
        async with simpleflow.aconnect(client=shop.client, domain=DOMAIN) as client:
            one, two = await client.start(Approving), await client.start(Approving)
            await one.signal("answer", 1)
            while one.handle.query("progress") != "waiting: 1 answers":
                await asyncio.sleep(0.01)
            assert await one.query(Approving.progress) == "waiting: 1 answers"
            await one.cancel()
            with pytest.raises(exceptions.ExecutionCanceled):
                await one.result(20)
            await two.terminate("enough")
            with pytest.raises(exceptions.ExecutionTerminated, match="enough"):
                await two.result(20)

    asyncio.run(main())


# The ways to find a service, and what is wrong with some


def test_waiting_in_the_process_of_the_service_asks_only_when_something_has_closed() -> None:
    service = open_service(None)
    counted = InProcessClient(service)
    calls: list[str] = []

    class Counting:
        def __init__(self) -> None:
            self.service = service

        def call(self, request: object) -> object:
            calls.append(type(request).__name__)
            return counted.call(request)  # type: ignore[arg-type]

    with simpleflow.connect(client=Counting(), domain="default") as client:
        from simpleflow.swf import setup

        setup.register(counted, "default", Approving)
        handle = client.start(Approving)
        del calls[:]

        def wait() -> None:
            with pytest.raises(exceptions.ExecutionTerminated):
                handle.result(30)
            ended.set()

        ended = threading.Event()
        waiting = threading.Thread(target=wait)
        waiting.start()
        until(lambda: len(calls) == 2)
        time.sleep(0.5)
        assert len(calls) == 2  # no busy polling
        began = time.monotonic()
        simpleflow.connect(client=counted).handle(handle.workflow_id).terminate()
        waiting.join(20)
        assert ended.is_set()
        assert time.monotonic() - began < 5
    service.close()


def test_who_waits_when_the_service_of_the_process_is_closed_is_told() -> None:
    service = open_service(None)
    with simpleflow.connect(client=InProcessClient(service)) as client:
        handle = client.start(Approving)
        errors: list[BaseException] = []

        def wait() -> None:
            try:
                handle.result()
            except Exception as error:
                errors.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        until(lambda: bool(service._listeners))
        service.close()
        waiting.join(20)
        assert "closed" in str(errors[0])


def test_without_a_service_or_a_domain_it_is_said_what_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SIMPLEFLOW_DB", "AWS_ENDPOINT_URL_SWF", "AWS_ENDPOINT_URL", "SWF_DOMAIN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigurationError, match="say db=FILE"):
        simpleflow.connect()
    with pytest.raises(ConfigurationError, match="say domain=NAME"):
        simpleflow.connect(endpoint_url="http://127.0.0.1:1")
    with pytest.raises(ConfigurationError, match="two services"):
        simpleflow.connect(db="a.db", endpoint_url="http://127.0.0.1:1")
    with pytest.raises(ConfigurationError, match="knows its service"):
        simpleflow.connect(db="a.db", client=object())
    with pytest.raises(ConfigurationError, match="must be a boto3 client"):
        simpleflow.connect(client=object(), domain="d")


def test_the_environment_names_file_and_domain_as_for_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMPLEFLOW_DB", str(tmp_path / "x.db"))
    monkeypatch.setenv("SWF_DOMAIN", "mine")
    with simpleflow.connect() as client:
        assert client.domain == "mine"
        assert client.start(Doubling, 1, workflow_id="x").status == "OPEN"
    with pytest.raises(RuntimeError, match="closed"):
        client.handle("x")
    monkeypatch.delenv("SWF_DOMAIN")
    with simpleflow.connect(domain="mine") as client:
        assert client.handle("x").status == "OPEN"  # it is in the file
    with simpleflow.connect() as client:
        assert client.domain == "default"


def test_arguments_that_run_does_not_take_are_refused_where_it_is_started(tmp_path: Path) -> None:
    with simpleflow.connect(db=tmp_path / "x.db") as client:
        with pytest.raises(TypeError, match=r"Doubling\.run\(.*missing a required argument: 'x'"):
            client.start(Doubling)  # type: ignore[call-overload]
        with pytest.raises(TypeError, match="unexpected keyword argument 'y'"):
            client.start(Doubling, 1, y=2)  # type: ignore[call-overload]
        with pytest.raises(TypeError, match="a subclass of simpleflow"):
            client.start(len, 1)  # type: ignore[call-overload]
        with pytest.raises(TypeError, match="are a list of texts"):
            client.with_options(tags="abc").start(Doubling, 1)

        class Nameless(simpleflow.Workflow):
            def run(self, tags: list[str]) -> list[str]:
                return tags

        with pytest.raises(TypeError, match="has no name and no version and no task_list"):
            client.with_options().start(Nameless, ["a"])
        with pytest.raises(TypeError, match=r"with_options\(tags=\.\.\.\)\.start\(Nameless, tags=\.\.\.\)"):
            client.start(Nameless, tags=["a"])
        with pytest.raises(TypeError, match=r"Doubling\.run"):
            simpleflow.run(Doubling)  # type: ignore[call-overload]
