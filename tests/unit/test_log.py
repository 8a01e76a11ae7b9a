"""Log lines: their forms, what they are about, and that workflows write each one once."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import simpleflow.log
from simpleflow import Workflow, activity, logging_context, settings
from simpleflow.local import Executor
from simpleflow.log import get_logger, setup_logging
from tests.replay.bed import Bed


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("simpleflow", "swf")]
    before = [(list(each.handlers), each.propagate, each.level) for each in loggers]
    monkeypatch.delenv("LOG_LEVEL", raising=False)
    monkeypatch.delenv("LOG_FORMAT", raising=False)
    yield
    for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


class Stream(io.StringIO):
    is_terminal = False

    def isatty(self) -> bool:
        return self.is_terminal


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Stream:
    stream = Stream()
    monkeypatch.setattr(simpleflow.log, "sys", SimpleNamespace(stderr=stream))  # pytest changes the real one
    return stream


log = logging.getLogger("simpleflow.of.tests")


def test_a_line_has_time_level_process_and_message(stream: Stream) -> None:
    setup_logging()
    log.info("hello %s", "you")
    log.debug("not shown")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d INFO \[process=MainProcess, pid=\d+\]: hello you\n", stream.getvalue()
    )


def test_a_message_without_arguments_is_taken_as_it_is(stream: Stream) -> None:
    setup_logging()
    log.info("100% of %s")
    assert stream.getvalue().endswith(": 100% of %s\n")


def test_the_traceback_follows(stream: Stream) -> None:
    setup_logging()
    try:
        raise ValueError("x")
    except ValueError:
        log.exception("went wrong")
    assert "went wrong\nTraceback" in stream.getvalue()
    assert stream.getvalue().endswith("ValueError: x\n")


@pytest.mark.parametrize(("level", "color"), [("ERROR", 31), ("WARNING", 33), ("INFO", 32), ("DEBUG", 34)])
def test_levels_have_colors_on_a_terminal(
    stream: Stream, level: str, color: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream.is_terminal = True
    setup_logging("DEBUG")
    log.log(getattr(logging, level), "x")
    assert f" \x1b[{color}m{level}\x1b[0m [" in stream.getvalue()


def test_the_level_comes_from_the_environment(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "error")
    setup_logging()
    log.warning("quiet")
    assert stream.getvalue() == ""
    monkeypatch.setenv("LOG_LEVEL", "nonsense")
    setup_logging()
    assert "WARNING" in stream.getvalue()
    assert "there is no log level 'NONSENSE': INFO is used" in stream.getvalue()
    log.info("heard")
    assert "heard" in stream.getvalue()


def test_there_is_one_line_though_the_root_has_a_handler_too(stream: Stream) -> None:
    root = logging.getLogger()
    other = logging.StreamHandler(stream)
    root.addHandler(other)
    try:
        setup_logging()
        setup_logging()
        log.info("once")
    finally:
        root.removeHandler(other)
    assert stream.getvalue().count("once") == 1


def test_lines_are_objects_if_wanted(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "json")
    setup_logging()
    with logging_context.logged(domain="shop", workflow_id="order-1", run_id="r", activity_id="a", attempt=2):
        log.warning("slow: %d%%", 7)
    log.info("alone", extra={"event_id": 3})
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    first.pop("pid")
    assert first == {
        "level": "WARNING",
        "logger": "simpleflow.of.tests",
        "message": "slow: 7%",
        "domain": "shop",
        "workflow_id": "order-1",
        "run_id": "r",
        "activity_id": "a",
        "attempt": 2,
    }
    assert (second["message"], second["event_id"]) == ("alone", 3)
    assert "activity_id" not in second


def test_an_exception_is_part_of_its_object(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "json")
    setup_logging()
    try:
        raise ValueError("x")
    except ValueError:
        log.exception("went wrong")
    assert json.loads(stream.getvalue())["traceback"].endswith("ValueError: x")


def test_the_context_can_be_set_and_taken_back() -> None:
    logging_context.set_logging_context(workflow_id="w", attempt=1)
    logging_context.set_logging_context(attempt=None)
    assert logging_context.get_logging_context() == {"workflow_id": "w"}
    logging_context.reset_logging_context()
    assert logging_context.get_logging_context() == {}
    with pytest.raises(TypeError, match="log lines have no colour"):
        logging_context.set_logging_context(colour="red")


def test_lines_go_to_syslog_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(10)
        monkeypatch.setenv("SIMPLEFLOW_SYSLOG_TARGET", f"127.0.0.1:{listener.getsockname()[1]}")
        setup_logging()
        log.error("told")
        assert re.search(rb"simpleflow\[\d+\]: ERROR told", listener.recv(4096))
    monkeypatch.delenv("SIMPLEFLOW_SYSLOG_TARGET")
    setup_logging()  # closes the socket
    monkeypatch.setenv("SIMPLEFLOW_SYSLOG_TARGET", "host:port")
    with pytest.raises(ValueError, match="say host:port"):
        setup_logging()


def test_a_site_may_configure_logging_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    level = {"version": 1, "disable_existing_loggers": False, "loggers": {"simpleflow": {"level": "CRITICAL"}}}
    monkeypatch.setattr(settings, "_configured", {"LOGGING": level})
    setup_logging()
    assert logging.getLogger("simpleflow").level == logging.CRITICAL


# In workflows

MAIL = activity.with_attributes(version="1", task_list="mail")
mine = get_logger(f"{__name__}.workflows")


@MAIL
def one() -> int:
    logging.getLogger("simpleflow.of.activities").warning("from the activity")
    return 1


class Logging(Workflow):
    name = "logging"
    version = "1"
    task_list = "mail"

    def run(self) -> int:
        simpleflow.logger.warning("first")
        mine.warning("mine")
        self.submit(one).wait()
        simpleflow.logger.warning("second")
        try:
            self.submit(one).wait()
        finally:
            simpleflow.logger.warning("third")
        return 1


def test_workflow_code_logs_each_line_once_though_it_is_replayed(caplog: pytest.LogCaptureFixture) -> None:
    """Each decision is made by a new run, and each run is unwound."""
    Bed(Logging, evict=True, compare=False).finish()
    said = [record.message for record in caplog.records if record.name in ("simpleflow", mine.name)]
    assert said == ["first", "mine", "second", "third"]


def test_lines_say_which_execution_and_which_attempt_they_are_about(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_FORMAT", "json")
    setup_logging()
    Executor(Logging).run()
    lines: list[dict[str, Any]] = [json.loads(line) for line in stream.getvalue().splitlines()]
    of_workflow, of_activity = lines[0], lines[1]
    assert (of_workflow["message"], of_workflow["workflow_id"], of_workflow["domain"]) == ("first", "local", "local")
    assert of_activity["activity_id"] == f"activity-{__name__}.one-1"
    assert (of_activity["attempt"], of_activity["task_type"]) == (1, "activity")
    assert of_activity["run_id"] == of_workflow["run_id"]
