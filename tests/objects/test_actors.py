"""Deciders and workers against every service."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from swf.actors import ActivityWorker, Actor, Decider
from swf.actors.heartbeat import heartbeat_on
from swf.actors.helpers import Every, meanwhile
from swf.exceptions import (
    DoesNotExistError,
    DomainDoesNotExist,
    InvalidKeywordArgumentError,
    InvalidRequestError,
    PollTimeout,
    RateLimitExceededError,
    ResponseError,
)
from swf.models import ActivityType, Domain, WorkflowExecution, WorkflowType
from swf.models.decision import ActivityTaskDecision, MarkerDecision, TimerDecision, WorkflowExecutionDecision
from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.faults import ThrottlingException
from tests.objects.places import Place


def shop(place: Place) -> tuple[Decider, ActivityWorker, WorkflowExecution]:
    """A decider, a worker, and an execution that waits for a decision."""
    domain = place.domain()
    WorkflowType(domain, "order", "1", task_list="orders").save()
    ActivityType(
        domain,
        "charge",
        "1",
        task_list="cards",
        task_heartbeat_timeout=30,
        task_schedule_to_close_timeout=100,
        task_schedule_to_start_timeout=50,
        task_start_to_close_timeout=60,
    ).save()
    execution = WorkflowType(domain, "order", "1").start_execution("order-1", input={"amount": 12})
    return Decider(domain, "orders"), ActivityWorker(domain, "cards", "teller-1"), execution


def charging(decider: Decider) -> None:
    """Takes the first decision: to charge."""
    task = decider.poll()
    charge = ActivityType(decider.domain, "charge", "1")
    decider.complete(task.token, [ActivityTaskDecision().schedule("charge-1", charge, input=task.history.first.input)])


def test_an_execution_is_decided_worked_on_and_completed(place: Place) -> None:
    decider, worker, execution = shop(place)

    task = decider.poll(identity="clerk-1")
    assert task.execution == WorkflowExecution(decider.domain, "order-1", execution.run_id)
    assert task.history.last.name == "DecisionTaskStarted"
    assert task.history.last.identity == "clerk-1"
    assert task.task.workflow_type.name == "order"
    charge = ActivityType(decider.domain, "charge", "1")
    decider.complete(
        task.token,
        [
            MarkerDecision("record", name="begun"),
            ActivityTaskDecision().schedule("charge-1", charge, input={"amount": 12}),
        ],
        execution_context="charging",
    )
    token, activity_task = worker.poll()
    assert activity_task.activity_id == "charge-1"
    assert activity_task.activity_type == charge
    assert activity_task.input == {"amount": 12}
    assert activity_task.workflow_execution == WorkflowExecution(decider.domain, "order-1", execution.run_id)
    assert not worker.heartbeat(token, "half done").cancel_requested
    worker.complete(token, {"receipt": 7})
    task = decider.poll()
    (completed,) = task.history.filter(name="ActivityTaskCompleted")
    decider.complete(task.token, WorkflowExecutionDecision().complete(completed.result))

    history = execution.history()
    assert history.finished
    assert history.last.result == '{"receipt":7}'
    thing = history.compile().find("ActivityTask", "charge-1")
    assert thing is not None
    assert thing.identity == "teller-1"
    assert execution.upstream().close_status == WorkflowExecution.CLOSE_STATUS_COMPLETED


def test_the_context_of_a_decision_is_kept(ours: Place) -> None:
    decider, _, execution = shop(ours)
    decider.complete(decider.poll().token, execution_context="charging")
    assert execution.upstream().latest_execution_context == "charging"


def test_a_failure_is_told_even_if_its_text_is_too_long(place: Place) -> None:
    decider, worker, execution = shop(place)
    charging(decider)

    worker.fail(worker.poll().task_token, details={"code": 5}, reason="no money " * 100)

    (failed,) = execution.history().filter(name="ActivityTaskFailed")
    assert failed.reason.startswith("no money no money")
    assert len(failed.reason) == 256
    assert failed.details == '{"code":5}'


def test_a_worker_hears_of_a_cancel_request_and_cancels(ours: Place) -> None:
    decider, worker, execution = shop(ours)
    charging(decider)
    token, _ = worker.poll()
    execution.signal("changed my mind")
    decider.complete(decider.poll().token, ActivityTaskDecision().request_cancel("charge-1"))

    assert worker.heartbeat(token).cancel_requested
    worker.cancel(token, "in time")

    (canceled,) = execution.history().filter(name="ActivityTaskCanceled")
    assert canceled.details == "in time"


def test_a_poll_that_finds_nothing_is_a_timeout(place: Place) -> None:
    domain = place.domain()
    with pytest.raises(PollTimeout, match="no decision task came on list 'orders' of 'shop'"):
        Decider(domain, "orders").poll()
    with pytest.raises(PollTimeout, match="'others'"):
        ActivityWorker(domain, "cards").poll(task_list="others")


def test_a_poll_of_a_domain_that_is_not_there_says_so(place: Place) -> None:
    domain = place.unregistered("nowhere")
    with pytest.raises(DomainDoesNotExist, match="nowhere"):
        Decider(domain, "orders").poll()
    with pytest.raises(DomainDoesNotExist):
        ActivityWorker(domain, "cards").poll()


def test_a_task_is_answered_once(ours: Place) -> None:
    decider, _, _ = shop(ours)
    task = decider.poll()
    decider.complete(task.token)
    with pytest.raises(DoesNotExistError, match="no open decision task"):
        decider.complete(task.token)


def test_an_activity_is_answered_once(place: Place) -> None:
    decider, worker, _ = shop(place)
    charging(decider)
    token, _ = worker.poll()
    worker.complete(token, "7")

    for answer in (worker.complete, worker.fail, worker.heartbeat):
        with pytest.raises(DoesNotExistError):
            answer(token)


def test_all_pages_of_a_history_are_polled(ours: Place) -> None:
    decider, _, execution = shop(ours)
    for number in range(20):
        execution.signal("paid", number)

    task = decider.poll(page_size=3)

    assert [event.id for event in task.history] == list(range(1, 24))
    assert task.history == execution.history()
    decider.complete(task.token, TimerDecision().start("t", 0))


def test_a_decider_may_ask_for_new_events_alone(ours: Place) -> None:
    decider, _, execution = shop(ours)
    first = decider.poll(only_new_events=True)
    decider.complete(first.token)
    execution.signal("paid")

    task = decider.poll(only_new_events=True)

    assert first.task.previous_started_event_id == 0
    assert task.task.previous_started_event_id == 3
    assert [event.id for event in task.history] == [3, 4, 5, 6, 7]


def test_a_decider_may_want_the_next_tasks_elsewhere(ours: Place) -> None:
    decider, _, execution = shop(ours)
    decider.complete(decider.poll().token, task_list="clerk-1", task_list_timeout=5)
    execution.signal("paid")

    assert decider.poll(task_list="clerk-1").execution.workflow_id == "order-1"


@pytest.mark.parametrize(
    "decisions",
    [
        TimerDecision().start("t", 5),
        [TimerDecision().start("t", 5)],
        [TimerDecision().start("t", 5).word],
        [d.StartTimer(timer_id="t", start_to_fire_timeout="5")],
        d.StartTimer(timer_id="t", start_to_fire_timeout="5"),
        [dict(TimerDecision().start("t", 5))],
        iter([TimerDecision().start("t", 5)]),
    ],
)
def test_decisions_are_given_as_is_convenient(decisions: Any) -> None:
    sent: list[Any] = []

    class Ear:
        def call(self, request: Any) -> None:
            sent.append(request)

    Decider(Domain("shop", connection=Ear()), "orders").complete("a-token", decisions)

    (request,) = sent
    assert request.decisions == (TimerDecision().start("t", 5).word,)


@pytest.mark.parametrize(
    ("decisions", "words"),
    [
        ([WorkflowExecutionDecision().complete(), MarkerDecision().record("m")], "Close must be last decision in list"),
        ([{"decisionType": "Dance"}], "'decisions.1.member.decisionType'"),
        ([{"decisionType": "StartTimer"}], "'decisions.1.member.startTimerDecisionAttributes.timerId'"),
        (["dance"], "decisions.1.member, expected an object, found a string"),
    ],
)
def test_an_answer_that_swf_would_refuse_is_not_sent(decisions: Any, words: str) -> None:
    class Deaf:
        def call(self, request: Any) -> None:
            raise AssertionError("sent")

    with pytest.raises(InvalidRequestError) as caught:
        Decider(Domain("shop", connection=Deaf()), "orders").complete("a-token", decisions)
    assert words in str(caught.value)


def test_too_many_heartbeats_are_told_apart_from_other_errors() -> None:
    class Busy:
        def call(self, request: Any) -> None:
            raise ThrottlingException("Rate exceeded")

    worker = ActivityWorker(Domain("shop", connection=Busy()), "cards")
    with pytest.raises(RateLimitExceededError, match="Rate exceeded") as caught:
        worker.heartbeat("a-token")
    assert isinstance(caught.value, ResponseError)
    assert isinstance(caught.value.__cause__, ThrottlingException)


def test_an_actor_wants_a_domain_and_is_to_be_inherited() -> None:
    with pytest.raises(TypeError, match="'shop' of type str"):
        Decider("shop", "orders")  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError, match="Actor does not say how it starts"):
        Actor(Domain("shop"), "orders").start()


class Clerk(Decider):
    """A decider as users write them."""

    def __init__(self, domain: Domain) -> None:
        super().__init__(domain, "orders")
        self.decided = 0

    def start(self) -> None:
        try:
            while True:
                task = self.poll()
                self.complete(task.token, WorkflowExecutionDecision().complete({"number": self.decided}))
                self.decided += 1
        except PollTimeout:
            pass


def test_an_inherited_decider_has_a_state_of_its_own(place: Place) -> None:
    _, _, execution = shop(place)
    clerk = Clerk(execution.domain)

    clerk.start()

    assert clerk.decided == 1
    assert execution.history().last.result == '{"number":0}'


def test_stopping_ends_a_poll_that_waits() -> None:
    from swf.server import open_service
    from swf.server.inprocess import InProcessClient

    service = open_service(None)
    client = InProcessClient(service, poll_wait_s=60)
    domain = Domain("shop", connection=client)
    domain.save()
    decider = Decider(domain, "orders")
    ended: list[Any] = []

    def poll() -> None:
        try:
            decider.poll()
        except PollTimeout as error:
            ended.append(error)

    thread = threading.Thread(target=poll)
    thread.start()
    decider.stop()
    thread.join(30)
    assert not thread.is_alive()
    assert len(ended) == 1
    service.close()


def test_meanwhile_goes_on_until_the_work_is_done() -> None:
    beats, enough = [], threading.Event()

    def beat(name: str) -> None:
        beats.append(name)
        if len(beats) == 3:
            enough.set()

    def work(x: int) -> int:
        assert enough.wait(30)
        return x + 1

    assert meanwhile(Every(0.001, beat, "token"), work, 1) == 2
    count = len(beats)
    assert count >= 3
    assert set(beats) == {"token"}
    assert len(beats) == count, "nothing beats any more"


def test_a_function_works_while_its_heart_beats() -> None:
    beaten = threading.Event()

    @heartbeat_on(beaten.set, interval=0.001)
    def work(x: int, y: int = 0) -> int:
        """Adds."""
        assert beaten.wait(30)
        return x + y

    assert work(1, y=2) == 3
    assert work.__doc__ == "Adds."


def test_a_broken_heartbeat_does_not_break_the_work(caplog: pytest.LogCaptureFixture) -> None:
    failed = threading.Event()

    def beat() -> None:
        failed.set()
        raise DoesNotExistError("the task is closed")

    def work() -> str:
        assert failed.wait(30)
        return "done"

    assert meanwhile(Every(0.001, beat), work) == "done"
    assert "repeated call ended" in caplog.text


def test_the_error_of_the_work_is_raised_and_ends_the_heartbeat() -> None:
    every = Every(0.001, lambda: None)

    def work() -> None:
        raise ValueError("no money")

    with pytest.raises(ValueError, match="no money"):
        meanwhile(every, work)
    assert not any(thread.name == "swf-meanwhile" for thread in threading.enumerate())
    with pytest.raises(ValueError, match="nseconds: 0"):
        Every(0, print)


def test_the_identity_is_host_and_process_if_nothing_is_said() -> None:
    asked: list[o.PollForActivityTask] = []

    class Ear:
        def call(self, request: o.PollForActivityTask) -> o.ActivityTask:
            asked.append(request)
            return o.ActivityTask(started_event_id=0)

    worker = ActivityWorker(Domain("shop", connection=Ear()), "cards")
    with pytest.raises(PollTimeout):
        worker.poll()
    import os
    import socket

    assert asked[0].identity == f"{socket.gethostname()}:{os.getpid()}"


def test_a_poll_may_ask_for_pages_by_amazons_name_and_from_the_end(place: Place) -> None:
    decider, _, _ = shop(place)
    task = decider.poll(maximum_page_size=1, reverse_order=True)
    assert [event.id for event in task.history] == [3, 2, 1]


def test_a_page_has_one_size() -> None:
    with pytest.raises(InvalidKeywordArgumentError, match="page_size and maximum_page_size"):
        Decider(Domain("shop"), "orders").poll(page_size=1, maximum_page_size=2)


def test_a_heartbeat_is_answered_as_the_api_has_it(place: Place) -> None:
    decider, worker, _ = shop(place)
    charging(decider)
    answer = worker.heartbeat(worker.poll().task_token)
    assert answer["cancelRequested"] is answer.get("cancelRequested") is answer.cancel_requested is False


def test_a_result_that_is_no_json_is_refused_by_its_name() -> None:
    worker = ActivityWorker(Domain("shop"), "cards")
    with pytest.raises(InvalidRequestError, match=r"^result: cannot travel as JSON"):
        worker.complete("token", object())
    with pytest.raises(InvalidRequestError, match=r"^details: cannot travel as JSON"):
        worker.heartbeat("token", object())
