"""What the pages are tested for, sentence by sentence, with the tests of each; one here looks whether they exist."""

from __future__ import annotations

import pytest

from tests.acceptance import is_written

PROMISES: dict[str, list[str]] = {
    # The pure rooms, without a browser
    "every task is in exactly one cell": ["test_every_task_is_in_exactly_one_cell"],
    "nodes of a layer do not overlap and keep their gap; edges go forward": [
        "test_nodes_keep_their_distance_and_edges_go_forward",
    ],
    "spans sum to the duration": ["test_the_parts_are_the_duration_to_the_millisecond"],
    "all percents are in 0..100": [
        "test_any_run_can_be_drawn_and_twice_the_same",
        "test_the_page_of_any_run_can_be_made",
    ],
    "grouping does not depend on the order of a dictionary": [
        "test_groups_do_not_depend_on_the_order_of_what_a_task_follows"
    ],
    "kept drawings of eight histories and of 3,003 tasks": [
        "test_the_pictures_are_those_that_were_looked_at",
        "test_three_thousand_tasks_cost_a_few_kilobytes",
    ],
    "drawing twice gives equal bytes": ["test_any_run_can_be_drawn_and_twice_the_same"],
    "500 hostile strings in every field": [
        "test_500_ways_to_break_out_lead_nowhere_from_any_field",
        "test_foreign_text_stays_text_in_every_field",
        "test_foreign_text_stays_text_everywhere",
    ],
    "random histories never raise": [
        "test_any_program_is_read_and_every_edge_leads_to_an_earlier_task",
        "test_any_run_can_be_drawn_and_twice_the_same",
        "test_there_is_a_sentence_about_any_run",
    ],
    # HTTP
    "every address answers, and refuses a wrong host": [
        "test_every_address_answers",
        "test_a_name_that_is_not_ours_is_refused_everywhere",
    ],
    "every address refuses a missing origin and a missing token": [
        "test_a_form_from_elsewhere_is_refused_everywhere",
        "test_a_form_without_the_token_of_the_browser_is_refused_everywhere",
    ],
    "what takes forms alone cannot be opened, and the other way round": [
        "test_what_only_takes_a_form_cannot_be_opened",
        "test_a_form_from_here_with_its_token_gets_through_to_where_nothing_can_be_sent",
    ],
    "all answers have the same headers, 404 and 500 too": [
        "test_all_answers_have_the_same_headers",
        "test_an_answer_that_breaks_has_the_same_headers",
        "test_a_mistake_of_ours_is_a_page_with_the_headers_of_all",
    ],
    "a query that means nothing is ignored and said": [
        "test_a_query_that_means_nothing_is_ignored_and_said_on_every_page",
        "test_no_query_breaks_a_page",
        "test_a_query_that_means_nothing_is_ignored_and_said",
        "test_a_choice_that_means_nothing_is_ignored_and_said",
        "test_a_question_that_means_nothing_is_answered_all_the_same",
    ],
    "no news is 204, what has not changed is 304": [
        "test_who_knows_all_is_told_nothing_at_the_price_of_one_call",
        "test_a_static_file_that_has_not_changed_is_not_sent_again",
    ],
    "JSON has the numbers of the page": [
        "test_the_numbers_of_the_page_are_those_of_its_json",
        "test_the_page_of_an_execution_tells_the_numbers_of_its_json",
    ],
    # A browser, on a desk and on a phone, light and dark
    "1. a page follows a run to its end; focus and zoom stay": [
        "test_a_page_follows_a_run_to_its_end_without_being_loaded_again"
    ],
    "2. why a run failed is seen without scrolling": ["test_why_a_run_failed_is_seen_without_scrolling"],
    "3. no page runs over at 320, 390, 768 and 1440": ["test_every_page_fits_any_screen_and_keeps_the_rules"],
    "4. the console is silent, the policy is kept": [
        "test_every_page_fits_any_screen_and_keeps_the_rules",
        "test_what_a_policy_forbids_does_not_go_unnoticed",
    ],
    "5. without a script: list, filter, a task, a group, terminate": [
        "test_without_a_script_the_list_is_filtered_and_a_task_is_chosen",
        "test_without_a_script_an_execution_is_terminated_through_forms",
        "test_without_a_script_a_bad_form_comes_back_as_a_page",
    ],
    "6. the keyboard alone: list, execution, task, signal": [
        "test_the_keyboard_alone_leads_from_the_list_to_a_task_and_a_signal",
        "test_the_keyboard_alone_leads_from_the_list_to_a_task",
        "test_each_drawing_is_one_stop_of_the_tab_key",
    ],
    "7. a form with bad JSON is refused and keeps the text": [
        "test_a_signal_with_bad_json_is_refused_and_keeps_what_was_typed"
    ],
    "8. twelve are terminated, each with its result": ["test_twelve_are_terminated_when_their_number_is_typed"],
    "9. 25,000 events and 10,000 tasks can be used": [
        "test_ten_thousand_tasks_and_25_000_events_are_a_small_page",
        "test_ten_thousand_rows_are_scrolled_and_zoomed_without_being_kept",
        "test_all_rows_of_a_group_come_while_one_scrolls",
        "test_the_page_of_3_003_tasks_is_small",
        "test_what_every_page_needs_is_small_and_comes_from_here",
        "test_a_list_is_small",
        "test_runs_that_nobody_looks_at_are_forgotten",
        "test_the_runs_that_are_kept_fit_into_their_memory",
    ],
    "10. seven live pages do not keep a form waiting": ["test_seven_live_pages_do_not_keep_the_eighth_waiting"],
    "11. a hidden page sends nothing": [
        "test_a_hidden_page_asks_nothing_and_one_that_comes_back_asks_at_once",
        "test_a_page_that_nobody_touches_pauses_and_goes_on",
    ],
    "12. a service that is killed and started again: amber, then live": [
        "test_a_page_goes_on_after_the_service_was_killed",
        "test_a_page_outlives_the_process_that_serves_it",
        "test_a_form_outlives_the_process_that_serves_it",
        "test_a_page_is_late_when_the_service_behind_it_is_silent",
    ],
    "13. axe finds nothing, in either theme": [
        "test_every_page_fits_any_screen_and_keeps_the_rules",
        "test_no_address_is_left_out",
        "test_forms_for_many_and_their_results_keep_the_rules_too",
        "test_a_service_that_does_not_answer_is_told_of_by_the_same_rules",
        "test_axe_finds_nothing_in_a_dialog",
        "test_axe_finds_nothing_in_an_export",
    ],
    "14. six pages are the screenshots that were looked at": [
        "test_a_page_is_the_picture_that_was_looked_at",
        "test_a_colour_or_a_distance_that_changes_is_seen",
    ],
}


@pytest.mark.parametrize("promise", PROMISES)
def test_what_the_pages_are_tested_for_has_its_tests(promise: str) -> None:
    assert [name for name in PROMISES[promise] if not is_written(name)] == []
