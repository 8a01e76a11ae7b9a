"""The commands that change and read things, once more: over HTTP, through boto3, every call signed."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path

import botocore.loaders
import pytest

from swf.server import Service, open_service
from swf.server.http import Door
from swf.server.inprocess import InProcessClient
from tests.commands import conftest, test_changing, test_every_option, test_reading
from tests.commands.conftest import Command, Done
from tests.commands.world import World

KEYS = {"AKIDEXAMPLE": "a secret"}
create_loader = functools.cache(botocore.loaders.create_loader)
"""What botocore knows of services is read once, not once for each command."""


class Served(World):
    """A world whose file is served to those who sign."""

    def __init__(self, path: Path) -> None:
        self._service = open_service(path)
        self.door = Door(self._service, keys=KEYS)
        self.door.open()
        super().__init__(path)

    @contextlib.contextmanager
    def client(self) -> Iterator[InProcessClient]:
        yield InProcessClient(self._service, poll_wait_s=0)

    def service(self) -> Service:
        return self._service

    def close(self) -> None:
        self.door.close()
        self._service.close()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    ((key, secret),) = KEYS.items()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr("botocore.session.create_loader", create_loader)
    world = Served(tmp_path / "flow.db")
    yield world
    world.close()


@pytest.fixture
def command(world: Served, capsys: pytest.CaptureFixture[str]) -> Command:
    """Says the endpoint where the tests say the file."""
    call = conftest.calling(capsys)

    def over_http(*arguments: str) -> Done:
        assert arguments[:2] == ("--db", "flow.db")
        return call("--endpoint-url", world.door.url, "--domain", "default", *arguments[2:])

    return over_http


test_terminate = test_changing.test_terminate_ends_one_execution_and_says_nothing
test_many = test_changing.test_many_are_chosen_by_conditions_and_named
test_names_and_conditions = test_changing.test_names_and_conditions_exclude_each_other_and_one_is_needed
test_those_that_do_not_obey = test_changing.test_those_that_do_not_obey_can_be_chosen
test_signal = test_changing.test_a_signal_carries_json_and_long_values_by_name
test_restart = test_changing.test_restart_terminates_and_starts_the_same_again
test_restart_closed = test_changing.test_a_closed_execution_is_restarted_too
test_activities = test_changing.test_activities_are_completed_and_failed_by_token
test_rerun = test_changing.test_an_activity_is_run_once_more_here
test_domains_and_types = test_changing.test_domains_and_types_are_registered_and_deprecated
test_result = test_reading.test_the_result_is_waited_for_and_printed
test_result_of_the_last_run = test_reading.test_the_result_of_what_continued_as_new_is_that_of_its_last_run
test_no_result = test_reading.test_no_result_is_an_error
test_watch = test_reading.test_watching_ends_with_the_execution
test_filter = test_reading.test_conditions_of_filter_are_combined
test_details = test_reading.test_details_of_a_filtered_list_are_asked_for_one_by_one
test_tasks = test_reading.test_tasks_in_every_state_are_told_of
test_older_run = test_every_option.test_an_older_run_is_named_by_its_id
test_type_defaults = test_every_option.test_a_type_is_registered_with_all_its_defaults
test_start = test_every_option.test_an_execution_is_started_with_what_was_said
