"""What the in-process client refuses before the service sees it: the same as the wire would."""

from __future__ import annotations

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.decision import decision
from swf.protocol.faults import SerializationException, UnknownResourceFault, ValidationException
from swf.protocol.values import TaskList
from tests.service.flow import DOMAIN, Flow, schedule, start_timer


def test_a_refused_answer_leaves_no_event_and_its_token_usable(flow: Flow) -> None:
    flow.start()
    flow.poll_decision()
    before = flow.events()

    with pytest.raises(ValidationException, match=r"^2 validation errors detected: .*; "):
        flow.answer(schedule("a", input="x" * 32_769), start_timer("a:b"))

    assert flow.events() == before
    flow.answer(schedule("a", input="x" * 32_768))
    assert flow.execution().open_activity_ids == {"a": 5}


def test_constraints_come_before_the_domain() -> None:
    flow = Flow()
    with pytest.raises(ValidationException, match=r"at 'taskList.name'"):
        flow.call(o.PollForDecisionTask(domain="nowhere", task_list=TaskList(name="")))
    with pytest.raises(UnknownResourceFault, match="Unknown domain: nowhere"):
        flow.call(o.PollForDecisionTask(domain="nowhere", task_list=TaskList(name="l")))
    flow.service.close()


def test_a_refused_call_does_not_disturb_the_one_beside_it(flow: Flow) -> None:
    flow.start()
    token = flow.poll_decision().task_token
    assert token is not None

    refused, answered = flow.client.call_together(
        o.SignalWorkflowExecution(domain=DOMAIN, workflow_id="order-1", signal_name=""),
        o.RespondDecisionTaskCompleted(task_token=token, decisions=(decision(d.CompleteWorkflowExecution()),)),
    )

    assert isinstance(refused, ValidationException)
    assert answered is None
    assert not flow.execution().is_open


def test_a_text_that_no_wire_carries_is_refused(flow: Flow) -> None:
    flow.start()
    with pytest.raises(SerializationException, match=r"^input: "):
        flow.signal(input="caf\udce9")
