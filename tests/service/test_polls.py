"""Who gets which task, and what a poll shows."""

from __future__ import annotations

import threading

import pytest

from swf.protocol import operations as o
from swf.protocol.faults import UnknownResourceFault, ValidationException
from swf.protocol.values import TaskList
from swf.protocol.wire import decode_events
from swf.server import open_service
from swf.server.inprocess import InProcessClient
from tests.service.flow import DOMAIN, LIST, Flow, schedule


def test_a_poll_that_finds_nothing_is_answered_empty(flow: Flow) -> None:
    assert flow.poll_decision() == o.DecisionTask(started_event_id=0, previous_started_event_id=0)
    assert flow.take() == o.ActivityTask(started_event_id=0)


def test_polling_an_unknown_domain_is_a_fault(flow: Flow) -> None:
    with pytest.raises(UnknownResourceFault, match="Unknown domain: nowhere"):
        flow.call(o.PollForActivityTask(domain="nowhere", task_list=LIST))


def test_tasks_come_by_priority_and_then_by_age(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("old"), schedule("young"), schedule("low", task_priority="-1"))
    flow.signal()
    flow.decide(schedule("urgent", task_priority="5"))

    assert [flow.take().activity_id for _ in range(4)] == ["urgent", "old", "young", "low"]


def test_lists_of_activities_and_decisions_are_apart_even_with_one_name(flow: Flow) -> None:
    flow.start()
    assert flow.take().task_token is None
    assert flow.poll_decision().task_token is not None


def test_a_poll_shows_the_history_up_to_its_own_start(flow: Flow) -> None:
    flow.start()
    task = flow.poll_decision()
    assert task.events is not None
    assert [event.id for event in decode_events(task.events)] == [1, 2, 3]
    assert (task.started_event_id, task.previous_started_event_id) == (3, 0)


def test_a_decider_may_ask_for_what_is_new(flow: Flow) -> None:
    """From the start of its last answered decision task on, that event included."""
    flow.start()
    flow.decide(schedule("a"))
    flow.take()
    flow.complete("a")
    task = flow.poll_decision(start_at_previous_started_event=True)
    assert task.events is not None
    assert [event.id for event in decode_events(task.events)] == [3, 4, 5, 6, 7, 8, 9]
    assert task.previous_started_event_id == 3


@pytest.mark.parametrize("reverse", [False, True])
def test_pages_of_a_poll_join_to_the_history(flow: Flow, reverse: bool) -> None:
    flow.start()
    for number in range(4):
        flow.decide(schedule(f"a{number}"))
        flow.take()
        flow.complete(f"a{number}")
    request = o.PollForDecisionTask(domain=DOMAIN, task_list=LIST, maximum_page_size=7, reverse_order=reverse)
    task = flow.call(request)
    ids = [event.id for event in decode_events(task.events)]
    tokens = {task.task_token}
    while task.next_page_token is not None:
        task = flow.call(
            o.PollForDecisionTask(
                domain=DOMAIN,
                task_list=LIST,
                maximum_page_size=7,
                reverse_order=reverse,
                next_page_token=task.next_page_token,
            )
        )
        tokens.add(task.task_token)
        ids += [event.id for event in decode_events(task.events)]
    expected = list(range(1, task.started_event_id + 1))
    assert ids == (expected[::-1] if reverse else expected)
    assert len(tokens) == 1, "it is one and the same decision task"


def test_a_page_token_fits_no_other_question(flow: Flow) -> None:
    flow.start()
    page = flow.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=flow.name, maximum_page_size=1))
    with pytest.raises(ValidationException, match="Invalid token"):
        flow.call(
            o.GetWorkflowExecutionHistory(
                domain=DOMAIN, execution=flow.name, reverse_order=True, next_page_token=page.next_page_token
            )
        )


@pytest.mark.parametrize("token", ["x", "AAAA", "", "AAAAKgAAAAEA"])
def test_a_token_nobody_has_made_is_invalid(flow: Flow, token: str) -> None:
    with pytest.raises(ValidationException):
        flow.call(o.RespondActivityTaskCompleted(task_token=token or "-"))


def test_a_token_works_once(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("a"))
    flow.take()
    flow.complete("a")
    with pytest.raises(UnknownResourceFault, match="Unknown activity, scheduledEventId = 5"):
        flow.complete("a")


def test_a_waiting_poller_gets_the_task_that_comes() -> None:
    flow = Flow()
    client = InProcessClient(flow.service, poll_wait_s=30)
    tasks: list[o.DecisionTask] = []
    poller = threading.Thread(
        target=lambda: tasks.append(client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST)))
    )
    poller.start()
    flow.start()
    poller.join(30)
    assert tasks[0].task_token is not None
    flow.service.close()


def test_stopping_answers_waiting_polls_at_once_and_empty() -> None:
    flow = Flow()
    client = InProcessClient(flow.service, poll_wait_s=60)
    answers: list[o.ActivityTask] = []

    def poll() -> None:
        answers.append(client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST)))

    pollers = [threading.Thread(target=poll) for _ in range(20)]
    for poller in pollers:
        poller.start()
    client.stop_polling()
    for poller in pollers:
        poller.join(30)
    assert [answer.task_token for answer in answers] == [None] * 20
    flow.start()
    flow.decide(schedule("a"))
    assert flow.take().activity_id == "a", "no task was given to a poller that had left"
    flow.service.close()


def test_the_poller_that_has_waited_longest_is_served_first() -> None:
    """In one round of calls the polls come before the task."""
    service = open_service(None)
    flow = Flow()
    flow.service.close()
    service.close()
    flow = Flow()
    flow.start()
    flow.decide(schedule("a"), schedule("b"))
    first, second = flow.client.call_together(
        o.PollForActivityTask(domain=DOMAIN, task_list=LIST, identity="one"),
        o.PollForActivityTask(domain=DOMAIN, task_list=LIST, identity="two"),
    )
    assert (first.activity_id, second.activity_id) == ("a", "b")
    flow.service.close()


def test_a_response_and_the_next_poll_share_one_transaction(flow: Flow) -> None:
    flow.start()
    flow.decide(schedule("a"), schedule("b"))
    flow.take()
    commits = flow.service.database.commits
    response, task = flow.client.call_together(
        o.RespondActivityTaskCompleted(task_token=flow.activity_tokens["a"]),
        o.PollForActivityTask(domain=DOMAIN, task_list=LIST),
    )
    assert response is None
    assert task.activity_id == "b"
    assert flow.service.database.commits == commits + 1


def test_an_override_list_is_only_a_name(flow: Flow) -> None:
    assert flow.poll_decision(task_list=TaskList(name="never heard of")).task_token is None


def test_a_poll_that_is_interrupted_leaves_no_poller_behind(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C, for instance: the next task would be handed to nobody."""
    client = InProcessClient(flow.service, poll_wait_s=30)

    def interrupted(*arguments: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("swf.server.inprocess.threading.Event.wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
    flow.start()
    assert flow.poll_decision().task_token is not None
    assert client._waiting == {}


def test_a_response_that_is_not_wanted_leaves_no_poller_behind(flow: Flow) -> None:
    client = InProcessClient(flow.service, poll_wait_s=30)
    flow.start()
    flow.decide(schedule("a"))
    flow.take()

    def heard(refusal: Exception | None) -> None:
        raise ValueError("who hears of it fails")

    with pytest.raises(ValueError, match="who hears"):
        client.respond_and_poll(
            o.RespondActivityTaskCompleted(task_token=flow.activity_tokens["a"]),
            o.PollForActivityTask(domain=DOMAIN, task_list=LIST),
            heard,
        )
    flow.decide(schedule("b"))
    assert flow.take().activity_id == "b"
