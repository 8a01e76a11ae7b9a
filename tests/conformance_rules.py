"""Which tests hold which rules of the service, and the choices made where Amazon SWF cannot be asked."""

from __future__ import annotations

from swf.protocol.causes import Cause

OPERATED: dict[str, tuple[str, ...]] = {
    "RegisterDomain": (
        "domains::test_a_domain_is_described_as_it_was_registered",
        "domains::test_retention_is_a_number_of_days_up_to_90_or_none",
        "domains::test_a_domain_may_be_born_with_tags",
        "domains::test_there_can_be_so_many_domains",
        "executions::test_registering_twice_is_refused",
    ),
    "DescribeDomain": (
        "domains::test_a_domain_is_described_as_it_was_registered",
        "domains::test_an_unknown_domain_is_named",
    ),
    "ListDomains": (
        "domains::test_domains_are_listed_by_name_status_and_page",
        "domains::test_a_page_that_is_exactly_full_is_the_last",
    ),
    "DeprecateDomain": (
        "domains::test_deprecation_is_not_idempotent_and_can_be_taken_back",
        "domains::test_nothing_new_begins_in_a_deprecated_domain",
        "domains::test_what_runs_in_a_deprecated_domain_runs_on",
        "domains::test_types_are_deprecated_with_their_domain_and_stay_so",
    ),
    "UndeprecateDomain": (
        "domains::test_deprecation_is_not_idempotent_and_can_be_taken_back",
        "domains::test_types_are_deprecated_with_their_domain_and_stay_so",
    ),
    "TagResource": (
        "domains::test_tags_are_set_overwritten_and_removed",
        "domains::test_more_than_50_tags_are_refused_as_a_whole",
        "domains::test_only_domains_have_tags",
    ),
    "UntagResource": ("domains::test_tags_are_set_overwritten_and_removed", "domains::test_only_domains_have_tags"),
    "ListTagsForResource": (
        "domains::test_tags_are_set_overwritten_and_removed",
        "domains::test_only_domains_have_tags",
    ),
    **{
        f"Register{kind}Type": (
            "types::test_a_type_is_described_with_its_dates_and_the_defaults_that_were_set",
            "types::test_a_domain_can_have_so_many_types_of_a_kind",
            "executions::test_registering_twice_is_refused",
        )
        for kind in ("Activity", "Workflow")
    },
    **{
        f"Describe{kind}Type": (
            "types::test_a_type_is_described_with_its_dates_and_the_defaults_that_were_set",
            "recorded::test_the_workflow_type_is_described_as_recorded",
        )
        for kind in ("Activity", "Workflow")
    },
    **{
        f"List{kind}Types": (
            "types::test_types_are_listed_by_name_and_version",
            "types::test_lists_of_types_come_in_pages",
        )
        for kind in ("Activity", "Workflow")
    },
    **{
        f"{verb}{kind}Type": (
            "types::test_deprecation_is_not_idempotent_and_can_be_taken_back",
            "types::test_executions_and_tasks_outlive_their_types",
        )
        for kind in ("Activity", "Workflow")
        for verb in ("Deprecate", "Undeprecate")
    },
    **{
        f"Delete{kind}Type": (
            "types::test_only_a_deprecated_type_can_be_deleted_and_then_it_is_unknown_everywhere",
            "types::test_executions_and_tasks_outlive_their_types",
        )
        for kind in ("Activity", "Workflow")
    },
    "StartWorkflowExecution": (
        "executions::test_a_history_begins_with_the_start_and_a_decision_task_of_the_same_moment",
        "executions::test_a_workflow_id_is_taken_while_it_is_open",
        "executions::test_a_value_that_neither_call_nor_type_has_is_named",
        "messages::test_starting_is_looked_at_in_amazons_order",
        "types::test_an_execution_of_a_deprecated_type_cannot_be_started",
        "children::test_a_domain_can_have_so_many_open_executions",
    ),
    "SignalWorkflowExecution": (
        "executions::test_signals_and_cancel_requests_are_all_recorded_and_wake_the_decider_once",
        "messages::test_a_run_that_has_closed_is_as_unknown_as_none",
    ),
    "RequestCancelWorkflowExecution": (
        "executions::test_signals_and_cancel_requests_are_all_recorded_and_wake_the_decider_once",
        "messages::test_a_run_that_has_closed_is_as_unknown_as_none",
    ),
    "TerminateWorkflowExecution": (
        "executions::test_a_terminated_execution_is_closed_at_once",
        "children::test_the_call_that_terminates_may_say_another_policy",
        "messages::test_a_run_that_has_closed_is_as_unknown_as_none",
    ),
    "DescribeWorkflowExecution": (
        "recorded::test_an_execution_is_described_as_recorded",
        "decisions::test_the_execution_context_is_kept_until_another_is_given",
        "executions::test_a_run_is_found_by_both_its_ids",
        "retention::test_a_closed_execution_is_forgotten_when_its_time_is_over",
    ),
    "GetWorkflowExecutionHistory": (
        "recorded::test_a_recorded_execution_gives_the_recorded_history",
        "counts::test_no_page_size_means_a_thousand",
        "counts::test_a_history_that_grows_between_pages_shows_its_new_events",
        "polls::test_a_page_token_fits_no_other_question",
    ),
    "ListOpenWorkflowExecutions": (
        "executions::test_lists_show_the_newest_first_and_open_and_closed_apart",
        "executions::test_lists_can_be_filtered",
        "executions::test_lists_come_in_pages",
        "executions::test_questions_that_lists_do_not_answer",
        "executions::test_every_list_is_answered_from_an_index",
    ),
    "ListClosedWorkflowExecutions": (
        "executions::test_lists_show_the_newest_first_and_open_and_closed_apart",
        "executions::test_lists_can_be_filtered",
        "executions::test_questions_that_lists_do_not_answer",
        "executions::test_every_list_is_answered_from_an_index",
    ),
    "CountOpenWorkflowExecutions": (
        "counts::test_executions_are_counted_as_they_are_listed",
        "counts::test_both_ends_of_a_time_filter_are_included",
        "counts::test_a_child_is_counted_at_once",
        "counts::test_questions_that_counts_do_not_answer",
    ),
    "CountClosedWorkflowExecutions": (
        "counts::test_executions_are_counted_as_they_are_listed",
        "counts::test_questions_that_counts_do_not_answer",
    ),
    "CountPendingActivityTasks": ("counts::test_tasks_that_wait_are_counted_by_list_and_kind",),
    "CountPendingDecisionTasks": (
        "counts::test_tasks_that_wait_are_counted_by_list_and_kind",
        "counts::test_a_decision_task_behind_a_running_one_cannot_be_handed_out_yet",
    ),
    "PollForDecisionTask": (
        "polls::test_a_poll_that_finds_nothing_is_answered_empty",
        "polls::test_a_poll_shows_the_history_up_to_its_own_start",
        "polls::test_a_decider_may_ask_for_what_is_new",
        "polls::test_pages_of_a_poll_join_to_the_history",
        "pages_of_polls::test_a_page_token_is_bound_to_the_direction_of_its_poll",
        "messages::test_a_page_of_a_decision_task_that_has_been_answered_is_gone",
        "messages::test_a_list_has_room_for_so_many_pollers",
    ),
    "PollForActivityTask": (
        "polls::test_a_poll_that_finds_nothing_is_answered_empty",
        "polls::test_polling_an_unknown_domain_is_a_fault",
        "polls::test_tasks_come_by_priority_and_then_by_age",
        "polls::test_the_poller_that_has_waited_longest_is_served_first",
        "polls::test_lists_of_activities_and_decisions_are_apart_even_with_one_name",
    ),
    "RespondDecisionTaskCompleted": (
        "decisions::test_events_of_one_call_share_one_time",
        "refusals::test_a_refused_answer_leaves_no_event_and_its_token_usable",
        "messages::test_a_closing_decision_that_is_not_last_hides_all_other_violations",
        "messages::test_paths_name_the_place_in_a_list_from_one",
        "messages::test_tokens_of_closed_tasks_and_executions_are_told_apart",
        "decision_tasks::test_a_completed_task_tells_the_override_it_asked_for",
    ),
    "RespondActivityTaskCompleted": (
        "polls::test_a_token_works_once",
        "polls::test_a_token_nobody_has_made_is_invalid",
        "messages::test_tokens_of_closed_tasks_and_executions_are_told_apart",
    ),
    "RespondActivityTaskFailed": ("messages::test_tokens_of_closed_tasks_and_executions_are_told_apart",),
    "RespondActivityTaskCanceled": (
        "derived_cases::test_a_derived_case",
        "messages::test_tokens_of_closed_tasks_and_executions_are_told_apart",
    ),
    "RecordActivityTaskHeartbeat": (
        "timeouts::test_heartbeats_put_off_their_timeout_and_leave_their_details",
        "decisions::test_a_worker_learns_by_heartbeat_that_its_activity_should_cancel",
    ),
}

DECIDED: dict[str, tuple[str, ...]] = {
    "ScheduleActivityTask": (
        "decisions::test_a_scheduled_activity_shows_all_values_resolved",
        "decisions::test_scheduling_an_open_activity_id_again_is_answered_by_an_event",
        "decisions::test_the_id_of_a_closed_activity_may_be_used_again",
        "decisions::test_a_value_that_neither_decision_nor_type_has_refuses_the_activity",
        "decisions::test_an_execution_can_have_a_thousand_open_activities",
        "decision_tasks::test_an_activity_has_the_priority_of_its_decision_or_of_its_type",
    ),
    "RequestCancelActivityTask": (
        "decisions::test_canceling_an_activity_nobody_has_started_cancels_it_at_once",
        "decisions::test_a_worker_learns_by_heartbeat_that_its_activity_should_cancel",
        "decisions::test_canceling_an_unknown_activity_is_refused",
    ),
    "StartTimer": (
        "timeouts::test_a_timer_fires_when_its_time_has_come_and_not_before",
        "timeouts::test_a_timer_of_no_time_fires_in_a_transaction_of_its_own",
        "decisions::test_a_timer_id_is_taken_while_the_timer_runs",
        "decisions::test_an_execution_can_have_a_thousand_open_timers",
    ),
    "CancelTimer": (
        "decisions::test_a_timer_can_be_canceled_and_started_again_in_one_answer",
        "decisions::test_canceling_a_timer_that_has_fired_is_refused",
    ),
    "RecordMarker": ("decisions::test_markers_may_repeat_their_names",),
    **{
        f"{verb}WorkflowExecution": (
            "decisions::test_a_closing_decision_closes_with_open_activities_and_timers",
            "decisions::test_a_close_is_refused_if_something_has_happened_that_the_decider_has_not_seen",
            "decisions::test_a_refused_decision_does_not_make_the_close_of_the_same_answer_fail",
        )
        for verb in ("Complete", "Fail", "Cancel")
    },
    "ContinueAsNewWorkflowExecution": (
        "others::test_a_run_that_continues_closes_and_the_next_begins_in_the_same_moment",
        "others::test_what_the_decision_leaves_out_comes_from_the_type_and_not_from_the_run",
        "others::test_a_run_may_continue_in_another_version",
        "others::test_the_workflow_id_is_never_free_between_two_runs",
        "others::test_the_clock_of_the_execution_starts_again",
        "others::test_a_value_that_neither_decision_nor_type_has_refuses_to_continue",
        "children::test_a_child_that_continues_tells_nothing_until_its_last_run_closes",
    ),
    "StartChildWorkflowExecution": (
        "children::test_a_child_begins_after_its_parent_has_wanted_it_and_the_parent_hears_of_it",
        "children::test_a_child_knows_its_parent",
        "children::test_a_workflow_id_that_is_open_refuses_the_child_after_it_was_initiated",
        "children::test_a_value_that_neither_decision_nor_type_has_refuses_the_child",
        "children::test_a_parent_that_closes_in_the_same_answer_has_started_its_child_and_hears_nothing",
        "children::test_a_completed_child_tells_its_result",
        "children::test_a_failed_child_tells_why",
        "children::test_a_canceled_child_tells_its_details",
        "children::test_a_terminated_child_is_told",
        "children::test_a_child_that_times_out_is_told",
    ),
    "SignalExternalWorkflowExecution": (
        "others::test_a_signal_is_in_the_target_before_the_sender_hears_of_it",
        "others::test_a_signal_that_finds_no_open_execution_fails",
        "others::test_a_sender_that_closes_in_the_same_answer_has_sent_and_hears_nothing",
        "others::test_an_execution_can_signal_itself",
        "others::test_executions_of_another_domain_are_out_of_reach",
    ),
    "RequestCancelExternalWorkflowExecution": (
        "others::test_a_cancel_request_is_delivered_like_a_signal",
        "others::test_a_cancel_request_that_finds_no_open_execution_fails",
    ),
    "ScheduleLambdaFunction": (
        "functions::test_a_function_is_scheduled_started_and_completed",
        "functions::test_a_function_that_fails_tells_why",
        "functions::test_a_function_that_takes_too_long_times_out_and_its_late_answer_is_dropped",
        "functions::test_an_execution_without_a_role_calls_nothing",
        "functions::test_a_service_without_functions_has_no_lambda_in_its_region",
        "functions::test_a_function_runs_outside_the_turn",
        "functions::test_functions_are_named_on_the_command_line",
    ),
}

_NO_ACTIVITY = "decisions::test_a_value_that_neither_decision_nor_type_has_refuses_the_activity"
_NO_CHILD = "children::test_a_value_that_neither_decision_nor_type_has_refuses_the_child"
_TOO_FAST = "decisions::test_activities_and_timers_can_be_made_only_so_fast"
_OTHERS_TOO_FAST = "others::test_others_can_be_spoken_to_only_so_fast"

CAUSES: dict[Cause, str] = {
    Cause.ACTIVITY_CREATION_RATE_EXCEEDED: _TOO_FAST,
    Cause.ACTIVITY_ID_ALREADY_IN_USE: ("decisions::test_scheduling_an_open_activity_id_again_is_answered_by_an_event"),
    Cause.ACTIVITY_ID_UNKNOWN: "decisions::test_canceling_an_unknown_activity_is_refused",
    Cause.ACTIVITY_TYPE_DEPRECATED: "decisions::test_an_activity_of_a_deprecated_type_is_refused",
    Cause.ACTIVITY_TYPE_DOES_NOT_EXIST: "derived_cases::test_a_derived_case",
    Cause.ASSUME_ROLE_FAILED: "functions::test_an_execution_without_a_role_calls_nothing",
    Cause.CHILD_CREATION_RATE_EXCEEDED: "children::test_children_can_be_started_only_so_fast",
    Cause.CHILD_POLICY_APPLIED: "children::test_terminating_a_parent_terminates_its_children_down_to_the_last",
    Cause.CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED: ("others::test_runs_can_follow_each_other_only_so_fast"),
    Cause.DEFAULT_CHILD_POLICY_UNDEFINED: _NO_CHILD,
    Cause.DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED: _NO_CHILD,
    Cause.DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED: _NO_ACTIVITY,
    Cause.DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED: _NO_ACTIVITY,
    Cause.DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED: _NO_ACTIVITY,
    Cause.DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED: _NO_ACTIVITY,
    Cause.DEFAULT_TASK_LIST_UNDEFINED: _NO_ACTIVITY,
    Cause.DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED: _NO_CHILD,
    Cause.EVENT_LIMIT_EXCEEDED: (
        "executions::test_a_history_beyond_the_limit_ends_the_execution_after_the_batch_that_did_it"
    ),
    Cause.LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED: "functions::test_functions_can_be_called_only_so_fast",
    Cause.LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION: (
        "functions::test_a_service_without_functions_has_no_lambda_in_its_region"
    ),
    Cause.OPEN_ACTIVITIES_LIMIT_EXCEEDED: "decisions::test_an_execution_can_have_a_thousand_open_activities",
    Cause.OPEN_CHILDREN_LIMIT_EXCEEDED: "children::test_an_execution_can_have_so_many_children",
    Cause.OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED: "functions::test_an_execution_can_call_so_many_functions_at_a_time",
    Cause.OPEN_TIMERS_LIMIT_EXCEEDED: "decisions::test_an_execution_can_have_a_thousand_open_timers",
    Cause.OPEN_WORKFLOWS_LIMIT_EXCEEDED: "children::test_a_domain_can_have_so_many_open_executions",
    Cause.OPERATOR_INITIATED: "executions::test_a_terminated_execution_is_closed_at_once",
    Cause.REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED: _OTHERS_TOO_FAST,
    Cause.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED: _OTHERS_TOO_FAST,
    Cause.TIMER_CREATION_RATE_EXCEEDED: _TOO_FAST,
    Cause.TIMER_ID_ALREADY_IN_USE: "decisions::test_a_timer_id_is_taken_while_the_timer_runs",
    Cause.TIMER_ID_UNKNOWN: "derived_cases::test_a_derived_case",
    Cause.UNHANDLED_DECISION: (
        "decisions::test_a_close_is_refused_if_something_has_happened_that_the_decider_has_not_seen"
    ),
    Cause.UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION: "others::test_a_signal_that_finds_no_open_execution_fails",
    Cause.WORKFLOW_ALREADY_RUNNING: (
        "children::test_a_workflow_id_that_is_open_refuses_the_child_after_it_was_initiated"
    ),
    Cause.WORKFLOW_TYPE_DEPRECATED: "children::test_a_child_of_an_unknown_or_deprecated_type_is_refused",
    Cause.WORKFLOW_TYPE_DOES_NOT_EXIST: "children::test_a_child_of_an_unknown_or_deprecated_type_is_refused",
}

UNREACHABLE: dict[Cause, str] = {
    Cause.OPERATION_NOT_PERMITTED: "nobody is denied anything here, there is no IAM",
    Cause.ID_ALREADY_IN_USE: "Amazon SWF was seen to accept an id that is in use",
}

GENERAL: dict[str, tuple[str, ...]] = {
    "Decision tasks": (
        "decision_tasks::test_what_happens_asks_for_a_decision_at_once_unless_one_waits",
        "decision_tasks::test_what_is_only_noted_asks_for_no_decision",
        "decision_tasks::test_a_refused_decision_asks_for_another",
        "decision_tasks::test_an_answer_without_decisions_leaves_the_execution_idle",
        "decision_tasks::test_a_refused_close_needs_no_further_decision_task",
        "timeouts::test_a_decision_that_takes_too_long_is_asked_for_again",
        "timeouts::test_a_decision_that_runs_out_while_another_waits_leaves_that_one",
        "decision_tasks::test_a_decider_without_a_limit_may_take_its_time",
        "timeouts::test_an_override_gives_way_when_nobody_serves_it",
        "timeouts::test_an_override_stays_until_then",
        "timeouts::test_a_decision_task_that_waits_keeps_the_list_it_was_scheduled_on",
        "decision_tasks::test_a_permanent_override_stays_when_a_decider_times_out",
        "decision_tasks::test_the_priority_of_an_execution_is_that_of_its_decision_tasks_alone",
        "derived_cases::test_published_coalescing_reuse_of_an_id_and_an_unhandled_decision",
    ),
    "Time": (
        "timeouts::test_an_activity_times_out",
        "timeouts::test_none_never_passes",
        "timeouts::test_the_execution_itself_times_out",
        "decision_tasks::test_an_execution_lasts_a_year_at_most",
        "timeouts::test_several_due_timers_ask_for_one_decision",
        "timeouts::test_a_call_that_comes_late_finds_the_deadline_struck_first",
        "derived_cases::test_published_timeouts_of_decision_schedule_to_start_and_execution",
    ),
    "The end of a parent": (
        "children::test_terminating_a_parent_terminates_its_children_down_to_the_last",
        "children::test_children_that_are_abandoned_run_on",
        "children::test_a_parent_that_times_out_applies_its_policy",
        "children::test_a_parent_whose_history_is_too_long_applies_its_policy",
        "children::test_children_of_a_parent_that_ends_by_a_decision_run_on",
        "children::test_a_policy_reaches_the_run_by_which_a_child_has_continued",
        "children::test_a_policy_leaves_another_execution_of_the_same_workflow_id_alone",
    ),
    "Quotas and retention": (
        "executions::test_a_history_has_room_for_25_000_events",
        "executions::test_a_history_beyond_the_limit_ends_the_execution_after_the_batch_that_did_it",
        "messages::test_calls_can_be_made_only_so_fast_if_that_is_wanted",
        "retention::test_a_closed_execution_is_forgotten_when_its_time_is_over",
        "retention::test_without_retention_an_execution_is_forgotten_as_soon_as_it_closes",
        "retention::test_a_long_history_is_deleted_in_slices_and_a_restart_goes_on",
        "retention::test_nothing_of_a_forgotten_execution_fits_a_later_one",
    ),
    "Messages, constraints, tokens": (
        "messages::test_a_refusal_is_worded_as_amazon_words_it",
        "refusals::test_constraints_come_before_the_domain",
        "unit/protocol/refusal::test_all_violations_are_reported_together",
        "unit/protocol/refusal::test_identifiers_have_forbidden_characters",
        "unit/protocol/refusal::test_large_fields_refuse_the_whole_call",
        "counts::test_a_page_token_lives_for_a_day",
        "durability::test_a_token_of_a_lost_start_fits_no_later_one",
    ),
    "Restart": (
        "durability::test_everything_is_there_after_a_restart",
        "durability::test_a_decision_task_taken_before_a_restart_can_be_answered_after_it",
        "durability::test_activity_clocks_wait_for_a_server_that_is_down_and_timers_do_not",
        "recorded::test_a_restart_before_every_call_changes_nothing",
        "functions::test_a_function_that_ran_when_the_service_stopped_has_failed_when_it_starts_again",
        "retention::test_a_file_of_the_first_schema_is_upgraded_when_it_is_opened",
        "children::test_families_survive_a_restart",
    ),
}

CHOICES: tuple[tuple[str, str, str | None], ...] = (
    (
        "What an empty poll answers",
        "no `taskToken` at all",
        "polls::test_a_poll_that_finds_nothing_is_answered_empty",
    ),
    (
        "Message of WorkflowExecutionAlreadyStartedFault and DefaultUndefinedFault",
        "`Already Started`; the name of the parameter of the call",
        "executions::test_a_value_that_neither_call_nor_type_has_is_named",
    ),
    (
        "The fault for something new in a deprecated domain",
        "UnknownResourceFault `Unknown domain`, also for calling a type back",
        "domains::test_nothing_new_begins_in_a_deprecated_domain",
    ),
    (
        "`openDecisionTasks`",
        "1 for a task that is scheduled and not started",
        "recorded::test_an_execution_is_described_as_recorded",
    ),
    (
        "`cancelRequested` of a closed execution",
        "false",
        "recorded::test_an_execution_is_described_as_recorded",
    ),
    (
        "`cause` of an operator's termination",
        "OPERATOR_INITIATED",
        "executions::test_a_terminated_execution_is_closed_at_once",
    ),
    (
        "Whether every failed decision asks for a decision task",
        "yes, one after all events of the answer",
        "decision_tasks::test_a_refused_decision_asks_for_another",
    ),
    (
        "`previousStartedEventId` after a decision task that timed out",
        "that of the last one completed",
        "timeouts::test_a_decision_that_takes_too_long_is_asked_for_again",
    ),
    (
        "What a run that continues as new inherits",
        "workflow id, type name and version, parent; timeouts, lists and policy come from the type",
        "others::test_what_the_decision_leaves_out_comes_from_the_type_and_not_from_the_run",
    ),
    (
        "Whether a parent that closes by a decision applies its child policy",
        "no",
        "children::test_children_of_a_parent_that_ends_by_a_decision_run_on",
    ),
    (
        "Attributes of a cancel request by child policy",
        "cause CHILD_POLICY_APPLIED, externalInitiatedEventId 0, no externalWorkflowExecution",
        "children::test_the_call_that_terminates_may_say_another_policy",
    ),
    (
        "How long a task list override lasts",
        "until another is given or, if it has a timeout, a decision task times out on it",
        "timeouts::test_an_override_stays_until_then",
    ),
    (
        "Types of a domain that is called back",
        "stay deprecated",
        "domains::test_types_are_deprecated_with_their_domain_and_stay_so",
    ),
    (
        "Texts for forbidden characters and bad durations",
        "`Member must not contain ...`, `Member must be a number of seconds ...`",
        "unit/protocol/refusal::test_identifiers_have_forbidden_characters",
    ),
    (
        "`decisionTaskCompletedEventId` in *Failed events that come later",
        "the real one",
        "others::test_a_signal_that_finds_no_open_execution_fails",
    ),
    (
        "Whether the news that a signal or cancel request has arrived asks for a decision task",
        "yes",
        "others::test_a_signal_is_in_the_target_before_the_sender_hears_of_it",
    ),
    (
        "Where `startAtPreviousStartedEvent` starts",
        "at the event named by previousStartedEventId, included",
        "polls::test_a_decider_may_ask_for_what_is_new",
    ),
    (
        "When the schedule-to-start clock of a decision task begins",
        "when it can be delivered",
        "timeouts::test_a_decision_task_that_waits_keeps_the_list_it_was_scheduled_on",
    ),
    (
        "How much later the effects on other executions come",
        "one millisecond per step, in the same transaction; the next run of a workflow id in the same moment",
        "children::test_a_child_begins_after_its_parent_has_wanted_it_and_the_parent_hears_of_it",
    ),
    (
        "A named run that has closed while another run of its workflow id is open",
        "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
        "others::test_a_signal_that_finds_no_open_execution_fails",
    ),
    (
        "Refusals of signals and cancel requests by rate",
        "no Initiated event, initiatedEventId 0",
        "others::test_others_can_be_spoken_to_only_so_fast",
    ),
    (
        "executionStartToCloseTimeout NONE in a decision",
        "a year, the longest life of an execution",
        "decision_tasks::test_an_execution_lasts_a_year_at_most",
    ),
    (
        "Request rates",
        "none by default; Amazon's token buckets, or others, are an option of `open_service`; "
        "buckets per execution are not kept",
        "messages::test_calls_can_be_made_only_so_fast_if_that_is_wanted",
    ),
    (
        "A Lambda function that was running when the service stopped",
        "LambdaFunctionFailed with reason `Interrupted`; it is not called again",
        "functions::test_a_function_that_ran_when_the_service_stopped_has_failed_when_it_starts_again",
    ),
    (
        "startToCloseTimeout of a Lambda function beyond 900 seconds, NONE, or 0",
        "900; 900; 1",
        "functions::test_a_function_that_takes_too_long_times_out_and_its_late_answer_is_dropped",
    ),
    (
        "Open Lambda functions of an execution",
        "1,000 at most",
        "functions::test_an_execution_can_call_so_many_functions_at_a_time",
    ),
    (
        "Decision tasks that wait behind a running one, in CountPendingDecisionTasks",
        "not counted: they cannot be handed out",
        "counts::test_a_decision_task_behind_a_running_one_cannot_be_handed_out_yet",
    ),
    (
        "The default end of a time filter",
        "open: what a turn has sent is shown although it happens a millisecond later",
        "counts::test_a_child_is_counted_at_once",
    ),
    (
        "ARNs in tag operations",
        "any region and account is accepted; account 000000000000 is shown",
        "domains::test_a_domain_may_be_born_with_tags",
    ),
    (
        "A task token of an execution that retention has removed",
        "`Invalid token`",
        "retention::test_nothing_of_a_forgotten_execution_fits_a_later_one",
    ),
    (
        "Tasks handed out per second and task list",
        "not limited, not even where request rates are",
        None,
    ),
    (
        "A child whose workflow id is taken, against the limit of open executions",
        "of several in one answer with the same workflow id one is counted; one that is open elsewhere is",
        "children::test_a_child_that_will_be_refused_does_not_count_as_open",
    ),
    (
        "The X-Amz-Target header",
        "its prefix must be one of the two that SDKs have sent; any other is UnknownOperationException",
        "wire/http::test_both_prefixes_of_the_target_are_understood",
    ),
    (
        "The region in ARNs",
        "that of the caller's signature, be it verified or not; us-east-1 without one",
        "wire/boto3::test_arns_name_the_region_of_the_caller",
    ),
    (
        "A Lambda function whose time is over, or whose execution has closed, before a thread is free for it",
        "not called",
        "functions::test_a_function_that_waited_too_long_for_its_thread_is_not_called",
    ),
)
"""Question, what is done here, and the test of it (None if none could be)."""
