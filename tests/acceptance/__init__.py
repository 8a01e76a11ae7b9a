"""What users were promised: the list that the library is accepted by, and the mistakes that must not come back.

Most of it is tested where it belongs; the tables here and in the modules name those tests, and a test looks whether
they are written.
"""

from __future__ import annotations

import re
from functools import cache

from tests.processes.command import ROOT

CHECKLIST: dict[str, list[str]] = {
    # Futures abstract from dependencies
    "the quickstart gives 4 here": ["test_local_mode_prints_what_the_workflow_prints_and_nothing_else"],
    "the quickstart gives 4 on the durable service": ["test_the_quickstart_ends_with_its_result"],
    "the quickstart gives 4 over HTTP": [
        "test_four_processes_know_each_other_by_the_four_exports_and_the_domain",
        "test_the_quickstart_completes_with_processes",
    ],
    "what depends on nothing is scheduled first, all else when its values are there": [
        "test_a_workflow_is_replayed_on_made_up_histories",
        "test_edges_of_the_dataflow_travel_with_the_task",
    ],
    # Tasks from callables
    "functions are activities": ["test_an_activity_is_called_as_the_function_it_is"],
    "classes are activities": ["test_a_class_is_made_with_the_arguments_and_executed"],
    "names are where they are imported from, or given": [
        "test_its_name_is_where_it_can_be_imported_from",
        "test_fix_the_registry_is_asked_before_anything_is_imported",
    ],
    "lambdas are refused": ["test_what_no_worker_can_find_is_refused_unless_it_is_given_a_name"],
    # Handle workflows with SWF
    "start": ["test_an_execution_can_be_started_first_and_run_later"],
    "list and filter": ["test_conditions_of_filter_are_combined", "test_rows_are_printed_page_by_page"],
    "info, tasks, profile": [
        "test_a_table_is_as_the_documentation_shows_it",
        "test_tasks_in_every_state_are_told_of",
        "test_over_http_with_signatures_the_same_is_printed",
    ],
    "restart": [
        "test_restart_terminates_and_starts_the_same_again",
        "test_a_closed_execution_is_restarted_too",
    ],
    "terminate": ["test_terminate_ends_one_execution_and_says_nothing"],
    "the same against another make of SWF": ["test_what_moto_can_do_works_there_too"],
    # Replay
    "results are not swapped": ["test_ids_follow_the_order_of_calls_so_that_no_result_is_swapped"],
    "warm, cold and local are one": [
        "test_calm_programs_give_the_values_of_direct_evaluation",
        "test_wild_programs_decide_the_same_warm_and_cold",
    ],
    "what a history says is compared with the code": [
        "test_another_activity_under_a_recorded_id_is_an_error_even_if_lenient",
        "test_another_input_is_told_and_the_recorded_result_is_used",
    ],
    # Retries
    "three attempts under one id": ["test_a_failed_task_is_retried_under_its_id_and_told_which_attempt_it_is"],
    "a final failure is kept or raised": [
        "test_a_task_that_fails_for_good_has_an_exception_and_no_result",
        "test_a_task_that_raises_does_so_where_the_workflow_waits_whatever_it_waits_for",
    ],
    "a limit that is lowered does not loop": ["test_a_retry_limit_that_is_lowered_does_not_loop"],
    # Registration
    "types are registered on first use": [
        "test_children_return_their_results_and_are_registered_when_they_are_unknown",
        "test_a_refused_type_is_registered_three_times_and_then_given_up",
        "test_a_type_is_got_or_made",
    ],
    # Many tasks
    "250 submits need three decisions": ["test_250_submits_of_a_known_type_arrive_in_three_answers"],
    "more than fit leave with the next answers": ["test_more_tasks_than_a_decision_holds_leave_with_the_next_ones"],
    # Local
    "local mode needs no network": ["test_local_mode_needs_no_network"],
    # Processes
    "told to stop, a task completes": [
        "test_told_to_stop_it_finishes_what_it_has",
        "test_a_stop_that_all_processes_hear_lets_running_work_finish",
    ],
    "a dead poller is replaced": ["test_what_is_killed_is_replaced_and_nothing_is_lost"],
    # Command line
    "help lists every command": ["test_help_lists_every_command_of_the_documentation"],
    "which domain": [
        "test_swf_domain_is_the_domain_where_one_name_too_few_is_given",
        "test_the_domain_may_stand_first",
    ],
    "which region": ["test_the_region_is_what_is_said_else_the_settings_else_virginia"],
    "how much is logged": ["test_the_level_comes_from_the_environment"],
    "tables byte by byte": [
        "test_a_table_is_as_the_documentation_shows_it",
        "test_every_format_of_every_command_is_what_it_was",
    ],
    # What releases 0.11.1 to 0.11.8 brought
    "an exception is logged with its traceback": ["test_the_traceback_follows"],
    "hooks": ["test_hooks_are_called_once_per_decision_that_is_made"],
    "dates are sent as ISO 8601": ["test_more_than_json_is_encoded"],
    "a cancellation is told as such": [
        "test_a_canceled_and_a_terminated_execution_raise_what_has_become_of_them",
        "test_a_canceled_child_and_a_terminated_one_are_told_apart",
    ],
    "a run knows what execution it is": ["test_the_context_of_a_run_names_it"],
    "issubclass_": ["test_issubclass_is_false_for_what_is_no_class"],
    "a root handler does not double the lines": ["test_a_root_handler_does_not_double_the_lines"],
    "a connection is tried again": [
        "test_what_passes_by_itself_is_waited_for",
        "test_credentials_that_come_late_are_waited_for",
    ],
    # The object layer
    "models": ["test_a_saved_domain_is_there_and_the_same", "test_models_are_frozen_values"],
    "querysets": ["test_results_behave_as_a_list", "test_ten_thousand_executions_stream_a_page_at_a_time"],
    "events and histories": [
        "test_the_states_of_a_noun_are_spelt_as_users_know_them",
        "test_a_history_behaves_as_a_list",
    ],
    "decisions": ["test_every_action_makes_a_decision"],
    "actors": ["test_an_execution_is_decided_worked_on_and_completed"],
}
"""What is promised, and the tests of it."""


@cache
def _tests() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))


def is_written(name: str) -> bool:
    """Whether there is a test function of this name."""
    return re.search(rf"^(async )?def {name}\(", _tests(), re.MULTILINE) is not None
