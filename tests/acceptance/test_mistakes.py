"""Mistakes of older releases that must not come back; what other tests look for is listed here by their names."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simpleflow import Workflow, activity, exceptions
from simpleflow.attempt import Job
from simpleflow.dispatch import run_activity
from simpleflow.storage import ValueStore
from simpleflow.testing import Environment
from swf.protocol import operations as o
from tests.acceptance import is_written
from tests.processes.command import ROOT
from tests.replay.bed import LIST, Bed

ELSEWHERE = {
    "0. results are swapped between tasks": ["test_ids_follow_the_order_of_calls_so_that_no_result_is_swapped"],
    "1. a repair ignores the earlier history": [
        "test_a_repair_runs_what_was_not_completed",
        "test_forced_tasks_run_again",
        "test_what_was_completed_is_not_scheduled_again",
    ],
    "3. histories with markers, timers or children do not compile": [
        "test_a_recorded_history_is_compiled_to_its_end",
        "test_whatever_is_done_every_history_compiles_to_where_it_is",
    ],
    "4. events of Lambda functions crash": [
        "test_the_builder_makes_every_event_there_is",
        "test_an_event_of_a_newer_service_is_kept",
    ],
    "5. class-method hooks get an extra argument": [
        "test_ids_tags_and_task_lists_come_from_the_hooks_which_get_only_what_was_submitted"
    ],
    "7. raises_on_failure of a canvas changes the shared activity": [
        "test_raises_on_failure_of_a_canvas_counts_for_its_tasks_and_leaves_the_activity_alone"
    ],
    "8. csv has no header, human one row, prettyjson is not pretty, a history has ten events": [
        "test_machine_formats_carry_whole_values",
        "test_human_shows_every_row_name_by_name",
        "test_every_format_of_every_command_is_what_it_was",
        "test_a_history_has_all_its_events_in_every_format",
    ],
    "9. info shows the input of a task": ["test_info_shows_the_input_of_the_workflow_and_not_of_a_task"],
    "10. standalone exits 0 on failure": ["test_what_goes_wrong_is_one_clear_line"],
    "11. heartbeat errors end the work, and cancel requests are not acknowledged": [
        "test_lost_heartbeats_do_not_end_an_activity",
        "test_a_broken_heartbeat_does_not_break_the_work",
        "test_an_activity_that_is_asked_to_cancel_is_ended_and_acknowledged",
    ],
    "12. unknown types loop for ever, or end the poller": [
        "test_a_refused_type_is_registered_three_times_and_then_given_up",
        "test_a_workflow_type_that_nobody_knows_is_said_once",
        "test_an_activity_that_nobody_knows_fails_its_task_and_not_the_worker",
    ],
    "13. settings are read when the library is imported": [
        "test_fix_13_importing_reads_no_settings_and_touches_no_logging",
        "test_defaults_come_from_the_environment_when_the_activity_is_made",
    ],
    "15. settings from the environment are always true": [
        "test_fix_15_booleans_from_the_environment_can_be_false",
        "test_a_setting_that_is_yes_or_no_is_read_as_such",
    ],
    "18. texts are cut that are JSON": ["test_fix_18_json_is_never_cut"],
    "19. what a child prints is code": [
        "test_fix_19_what_it_prints_and_returns_is_data_never_code",
        "test_no_constructor_of_the_class_runs_and_its_attributes_are_there",
    ],
    "20. cancel() of a future has no effect on the service": [
        "test_a_cancelled_task_that_is_open_is_asked_to_cancel",
        "test_a_cancelled_task_that_was_not_sent_never_is",
        "test_an_item_that_is_cancelled_is_not_done_wherever_its_part_is",
    ],
    "21. closed executions are not found without a run id": [
        "test_a_closed_execution_is_found_without_its_run_id",
        "test_a_query_answers_as_of_the_last_decision_open_or_closed_and_changes_nothing",
    ],
    "22. nested futures are refused": ["test_futures_are_resolved_at_any_depth"],
    "23. the close status of a continued run has a wrong value": [
        "test_the_close_status_of_a_continued_run_is_spelt_as_amazon_spells_it"
    ],
    "24. is_synced is never true": [
        "test_a_saved_domain_is_there_and_the_same",
        "test_changes_of_a_type_say_what_differs",
    ],
    "25. a history has one cursor for all": ["test_two_passes_over_a_history_do_not_share_a_cursor"],
    "an unknown format is a traceback": ["test_a_strange_format_or_command_is_wrong_usage"],
    "a closed execution cannot be restarted": ["test_a_closed_execution_is_restarted_too"],
    "an unfinished task breaks the profile": ["test_tasks_in_every_state_are_told_of"],
    "an unknown task is a KeyError": ["test_a_task_that_is_not_there_is_an_error_that_helps"],
    "conditions of a filter exclude each other": ["test_conditions_of_filter_are_combined"],
    "secrets are shown": ["test_info_tells_what_counts_and_hides_secrets"],
    "an object without args and kwargs passes nothing": ["test_an_object_that_holds_no_arguments_is_no_input"],
    "a middleware that cannot be imported is left out": [
        "test_fix_a_middleware_that_cannot_be_imported_is_an_error_at_once"
    ],
    "the context is state of the function": ["test_fix_the_context_is_there_in_a_function_too_and_gone_afterwards"],
    "an activity with a name of its own is not found": ["test_fix_the_registry_is_asked_before_anything_is_imported"],
    "values are quoted for programs": ["test_fix_values_go_to_the_program_without_quotes"],
    "a type is registered with the task list None": ["test_a_type_without_a_task_list_is_registered_without_one"],
    "falsy values are left out of decisions": ["test_what_is_none_is_left_out_and_what_is_falsy_is_kept"],
    "lists of activity types end after a page": ["test_activity_types_are_listed_on_all_pages"],
    "environment and file exclude each other": ["test_environment_and_file_are_merged_and_the_environment_wins"],
    "refused schedules loop for ever": [
        "test_a_refusal_that_time_does_not_mend_fails_the_task",
        "test_a_full_service_is_asked_again_after_a_back_off",
    ],
    "lambdas become activities that nobody finds": [
        "test_what_no_worker_can_find_is_refused_unless_it_is_given_a_name"
    ],
    "more than 100 decisions in an answer": ["test_250_submits_of_a_known_type_arrive_in_three_answers"],
}


@pytest.mark.parametrize("mistake", ELSEWHERE)
def test_a_mistake_that_is_looked_for_elsewhere_has_its_test(mistake: str) -> None:
    assert [name for name in ELSEWHERE[mistake] if not is_written(name)] == []


@activity.with_attributes(version="1", task_list="t", retry=2)
def failing(text: str) -> str:
    raise ValueError(text)


@activity.with_attributes(version="1", task_list="t")
def echo(value: Any) -> Any:
    return value


class Failing(Workflow):
    name, version, task_list = "failing", "1", "t"

    def run(self, text: str) -> list[Any]:
        future = self.submit(failing, text)
        future.wait()
        assert isinstance(future.exception, exceptions.TaskFailed)
        return [future.exception.reason, future.exception.details, future.result]


class Cancelling(Workflow):
    name, version, task_list = "w", "1", "t"

    def run(self) -> list[Any]:
        future = self.submit(echo, 1)
        self.submit(self.wait_signal("go")).wait()
        future.wait()
        return [future.cancelled, future.result]


class Stateful(Workflow):
    name, version, task_list = "stateful", "1", "t"

    def run(self, value: int) -> list[int]:
        self.seen = [*getattr(self, "seen", []), value]
        self.submit(self.wait_signal("go")).wait()
        return self.seen


class Echo(Workflow):
    name, version, task_list = "echo", "1", "t"

    def run(self, value: Any) -> Any:
        return self.submit(echo, value).result


class Lowered(Workflow):
    name, version, task_list = "w", "1", "t"

    def run(self) -> str:
        return str(self.submit(failing, "always").exception)


def test_canceled_activities_are_seen_as_canceled() -> None:
    """2. A worker that answers a request to cancel has canceled the task, whoever asked."""
    bed = Bed(Cancelling)
    while bed.decide():
        pass
    task = bed.client.call(o.PollForActivityTask(domain="d", task_list=LIST))
    assert task.task_token is not None
    bed.client.call(o.RespondActivityTaskCanceled(task_token=task.task_token, details="asked to"))
    bed.signal("go")
    assert bed.finish() == [True, None]


def test_a_long_error_text_does_not_hide_the_error(simpleflow_env: Environment) -> None:
    """6. A reason has 256 characters; what is longer stands whole in the details."""
    text = "the beginning " + "x" * 1000
    reason, details, result = simpleflow_env.run(Failing, text)
    assert reason.startswith("ValueError: the beginning")
    assert len(reason) <= 256
    assert json.loads(details)["message"] == text
    assert result is None


def test_the_details_of_a_failure_are_not_lost(simpleflow_env: Environment) -> None:
    """17. They name the class of the error and where it was raised."""
    _, details, _ = simpleflow_env.run(Failing, "why")
    told = json.loads(details)
    assert (told["error"], told["message"]) == ("ValueError", "why")
    assert any("raise ValueError(text)" in line for line in told["traceback"])


def test_long_inputs_and_results_are_not_truncated(simpleflow_env: Environment) -> None:
    """18. JSON that is cut in the middle is none."""
    value = {"text": "é" * 50_000, "more": list(range(10_000))}
    assert simpleflow_env.run(Echo, value) == value


def test_an_unknown_activity_fails_its_task_and_not_the_worker() -> None:
    """12. Its name is told; the next task is taken."""
    outcome = run_activity(Job(activity_id="a-1", name="nowhere.at_all"), ValueStore())
    assert outcome.reason is not None
    assert outcome.reason.startswith("DispatchError: unable to import 'nowhere.at_all'")


def test_no_state_is_shared_between_executions(simpleflow_env: Environment) -> None:
    """16. Each execution has an instance of its own, and a replay a new one."""
    one, two = simpleflow_env.start(Stateful, 1), simpleflow_env.start(Stateful, 2)
    for handle in (two, one):
        handle.signal("go")
    assert (one.result(), two.result()) == ([1], [2])


def test_a_retry_limit_that_is_lowered_does_not_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """An execution that has failed more often than it may now ends with the failure that it has."""
    bed = Bed(Lowered, evict=True, compare=False, strict=False, outcomes=None)
    calls = 0
    while bed.execution().is_open:
        bed.decide()
        task = bed.client.call(o.PollForActivityTask(domain="d", task_list=LIST))
        if task.task_token is not None:
            calls += 1
            bed.client.call(o.RespondActivityTaskFailed(task_token=task.task_token, reason=f"attempt {calls}"))
        if calls == 2:
            monkeypatch.setattr(failing, "retry", 0)
        assert calls < 4
    assert calls <= 3
    assert "attempt" in bed.finish()


def test_importing_the_library_leaves_logging_and_settings_alone() -> None:
    """13. An application's handlers stay as they are, and nothing is read or written."""
    code = (
        "import logging, sys\n"
        "logging.basicConfig(level='ERROR')\n"
        "before = [list(logging.root.handlers), logging.root.level]\n"
        "import simpleflow, simpleflow.local, simpleflow.client, swf.models\n"
        "assert before == [list(logging.root.handlers), logging.root.level]\n"
        "for name in ('simpleflow', 'swf'):\n"
        "    logger = logging.getLogger(name)\n"
        "    assert logger.level == 0 and logger.propagate, name\n"
        "    assert all(type(each) is logging.NullHandler for each in logger.handlers), name\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_root_handler_does_not_double_the_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the commands log is theirs alone."""
    from simpleflow.log import setup_logging

    loggers = [logging.getLogger(name) for name in ("simpleflow", "swf")]
    for logger in loggers:
        for name in ("handlers", "propagate", "level"):
            monkeypatch.setattr(logger, name, getattr(logger, name))
    root = logging.StreamHandler(sys.stderr)
    monkeypatch.setattr(logging.root, "handlers", [root])
    setup_logging("INFO")
    setup_logging("INFO")
    logging.getLogger("simpleflow.anything").info("once, 100%% and no more %d", 1)
    assert capsys.readouterr().err.count("once, 100% and no more 1") == 1


def test_local_mode_needs_no_network(tmp_path: Path) -> None:
    """Not even a socket is made."""
    code = (
        "import socket\n"
        "class Refused(socket.socket):\n"
        "    def __init__(self, *a, **k): raise AssertionError('a socket')\n"
        "socket.socket = Refused\n"
        "import simpleflow\n"
        "from examples.basic import BasicWorkflow\n"
        "assert simpleflow.run(BasicWorkflow, 1, 0) == 4\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "(1 + 1) * 2 = 4" in done.stdout


def test_swf_domain_is_the_domain_where_one_name_too_few_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """14. Options come first, then the positional form of old, then the variable."""
    import click

    from simpleflow.cli.app import CommandError
    from simpleflow.cli.places import domain_and_execution, place

    for name in ("SIMPLEFLOW_DB", "AWS_ENDPOINT_URL_SWF", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SWF_DOMAIN", "variable")
    context = click.Context(click.Command("x"), obj={})
    assert domain_and_execution(place(context), ("x",)) == ("variable", "x", None)
    assert domain_and_execution(place(context), ("A", "x")) == ("A", "x", None)
    assert domain_and_execution(place(context), ("A", "x", "run%3D")) == ("A", "x", "run=")
    assert domain_and_execution(place(context, domain="option"), ("x", "run")) == ("option", "x", "run")
    monkeypatch.delenv("SWF_DOMAIN")
    with pytest.raises(CommandError, match="no service is named"):
        domain_and_execution(place(context), ("x",))


def test_a_dynamic_activity_is_found_by_its_name(simpleflow_env: Environment) -> None:
    """Activities may be made in ``run``; the module holds the plain function."""

    class Dynamic(Workflow):
        name, version, task_list = "dynamic", "1", "t"

        def run(self, text: str) -> Any:
            return self.submit(activity.with_attributes(task_list="elsewhere")(plain), text).result

    assert simpleflow_env.run(Dynamic, "a") == "A"


def plain(text: str) -> str:
    return text.upper()
