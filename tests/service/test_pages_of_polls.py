"""Pages of a decision task: bound to their poll, and no fault of one call is another caller's."""

from __future__ import annotations

import pytest

from swf.protocol import operations as o
from swf.protocol.faults import ValidationException
from tests.service.flow import DOMAIN, LIST, Flow


def test_a_page_token_is_bound_to_the_direction_of_its_poll(flow: Flow) -> None:
    flow.start()
    for number in range(3):
        flow.signal(str(number))
    task = flow.poll_decision(maximum_page_size=2)
    assert task.next_page_token
    with pytest.raises(ValidationException, match="Invalid token"):
        flow.poll_decision(maximum_page_size=2, next_page_token=task.next_page_token, reverse_order=True)


def test_a_bad_page_is_the_fault_of_its_caller_alone(flow: Flow) -> None:
    flow.start()
    task = flow.poll_decision(maximum_page_size=2)
    assert task.task_token is not None
    page, signal = flow.client.call_together(
        o.PollForDecisionTask(domain=DOMAIN, task_list=LIST, next_page_token=task.task_token + "|x"),
        o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name="s"),
    )
    assert isinstance(page, ValidationException)
    assert signal is None


def test_a_page_tells_of_the_task_as_it_was_taken(flow: Flow) -> None:
    """Also in the round in which the task is answered."""
    flow.start()
    flow.signal()
    flow.decide()
    for number in range(3):
        flow.signal(str(number))
    task = flow.poll_decision(maximum_page_size=2)
    assert task.task_token is not None
    page, _ = flow.client.call_together(
        o.PollForDecisionTask(domain=DOMAIN, task_list=LIST, next_page_token=task.next_page_token, maximum_page_size=2),
        o.RespondDecisionTaskCompleted(task_token=task.task_token),
    )
    assert page.previous_started_event_id == task.previous_started_event_id


def test_a_page_token_is_bound_to_its_domain(flow: Flow) -> None:
    flow.start()
    flow.call(o.RegisterDomain(name="other", workflow_execution_retention_period_in_days="1"))
    flow.signal()
    task = flow.poll_decision(maximum_page_size=2)
    with pytest.raises(ValidationException, match="Invalid token"):
        flow.poll_decision(maximum_page_size=2, next_page_token=task.next_page_token, domain="other")
