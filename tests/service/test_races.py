"""Thirty-two callers at the same moment: there is one order, and every caller is told what the history says."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from swf.protocol import decisions as d
from swf.protocol import operations as o
from swf.protocol.decision import decision
from swf.protocol.faults import Fault, UnknownResourceFault, WorkflowExecutionAlreadyStartedFault
from swf.protocol.values import WorkflowExecution
from swf.protocol.wire import decode_events
from swf.server.check import problems
from tests.effort import rounds
from tests.service.flow import DOMAIN, LIST, ORDER, Flow, schedule

CALLERS = 32
ROUNDS = rounds(100, 2_000)


class Crowd:
    """Threads that wait for each other and then call all at once."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._pool = ThreadPoolExecutor(CALLERS)
        self._barrier = threading.Barrier(CALLERS)

    def call(self, requests: Sequence[Any]) -> list[Any]:
        """The answers, faults among them. What is not a request is called."""
        assert len(requests) == CALLERS
        return list(self._pool.map(self._one, requests))

    def _one(self, request: Any) -> Any:
        self._barrier.wait(30)
        try:
            return request() if callable(request) else self.flow.client.call(request)
        except Fault as fault:
            return fault

    def close(self) -> None:
        self._pool.shutdown()

    # What the races begin with; without the comparison after each call, which would take most of the time

    def start(self, workflow_id: str) -> WorkflowExecution:
        request = o.StartWorkflowExecution(domain=DOMAIN, workflow_id=workflow_id, workflow_type=ORDER)
        return WorkflowExecution(workflow_id=workflow_id, run_id=self.flow.client.call(request).run_id)

    def decide(self, *decisions: Any) -> None:
        task = self.flow.client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
        self.flow.client.call(
            o.RespondDecisionTaskCompleted(task_token=task.task_token, decisions=tuple(map(decision, decisions)))
        )

    def history(self, execution: WorkflowExecution) -> list[Any]:
        page = self.flow.client.call(o.GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution))
        return decode_events(page.events)

    def terminate(self, execution: WorkflowExecution) -> None:
        self.flow.client.call(o.TerminateWorkflowExecution(domain=DOMAIN, workflow_id=execution.workflow_id))


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Crowd]:
    crowd = Crowd(Flow(str(tmp_path / "races.db")))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield crowd
    sys.setswitchinterval(interval)
    crowd.close()
    assert list(problems(crowd.flow.service)) == []
    crowd.flow.service.close()


def test_of_simultaneous_starts_with_one_workflow_id_exactly_one_wins(crowd: Crowd) -> None:
    for number in range(ROUNDS):
        request = o.StartWorkflowExecution(domain=DOMAIN, workflow_id=f"w{number}", workflow_type=ORDER)
        answers = crowd.call([request] * CALLERS)
        kinds = Counter(type(answer) for answer in answers)
        assert kinds == {o.Run: 1, WorkflowExecutionAlreadyStartedFault: CALLERS - 1}


def test_no_task_is_given_to_two_pollers(crowd: Crowd) -> None:
    """Half as many tasks as pollers."""
    for number in range(ROUNDS):
        execution = crowd.start(f"w{number}")
        crowd.decide(*(schedule(f"a{each}") for each in range(CALLERS // 2)))
        answers = crowd.call([o.PollForActivityTask(domain=DOMAIN, task_list=LIST)] * CALLERS)
        taken = sorted(answer.activity_id for answer in answers if answer.task_token is not None)
        assert taken == sorted(f"a{each}" for each in range(CALLERS // 2))
        crowd.terminate(execution)


def test_a_completion_and_a_timeout_agree_which_came_first(crowd: Crowd) -> None:
    """Whoever completes is told yes or no, and the history holds that one end and no other."""
    outcomes: Counter[str] = Counter()
    for number in _until_both_won(outcomes):
        execution = crowd.start(f"w{number}")
        crowd.decide(*(schedule(f"a{each}") for each in range(CALLERS - 1)))
        tokens = {}
        for _ in range(CALLERS - 1):
            task = crowd.flow.client.call(o.PollForActivityTask(domain=DOMAIN, task_list=LIST))
            tokens[task.activity_id] = task.task_token
        ids = list(tokens)
        calls: list[Any] = [o.RespondActivityTaskCompleted(task_token=tokens[id], result=id) for id in ids]
        calls.insert(number % CALLERS, _pass_time(crowd.flow, 30))
        answers = crowd.call(calls)
        answers.pop(number % CALLERS)
        events = crowd.history(execution)
        ends = Counter(
            (event.type, events[event.attributes.scheduled_event_id - 1].attributes.activity_id)
            for event in events
            if event.type in ("ActivityTaskCompleted", "ActivityTaskTimedOut")
        )
        told = Counter(
            ("ActivityTaskTimedOut" if isinstance(answer, UnknownResourceFault) else "ActivityTaskCompleted", id)
            for id, answer in zip(ids, answers, strict=True)
        )
        assert ends == told
        outcomes.update(type for type, _ in told)
        crowd.terminate(execution)
    assert len(outcomes) == 2, f"one side always won, which is no race: {outcomes}"


def test_signals_and_the_close_agree_which_came_first(crowd: Crowd) -> None:
    """A signal that is accepted is in the history, and the close either came after all of them or was refused."""
    outcomes: Counter[str] = Counter()
    for number in _until_both_won(outcomes):
        execution = crowd.start(f"w{number}")
        task = crowd.flow.client.call(o.PollForDecisionTask(domain=DOMAIN, task_list=LIST))
        calls: list[Any] = [
            o.SignalWorkflowExecution(domain=DOMAIN, workflow_id=execution.workflow_id, signal_name=f"s{each}")
            for each in range(CALLERS - 1)
        ]
        close = o.RespondDecisionTaskCompleted(
            task_token=task.task_token, decisions=(decision(d.CompleteWorkflowExecution()),)
        )
        calls.insert(number % CALLERS, close)
        answers = crowd.call(calls)
        assert answers.pop(number % CALLERS) is None, "the answer of the decider is accepted either way"
        events = crowd.history(execution)
        accepted = {f"s{each}" for each, answer in enumerate(answers) if answer is None}
        refused = {type(answer) for answer in answers if answer is not None}
        assert {event.attributes.signal_name for event in events if event.type == "WorkflowExecutionSignaled"} == (
            accepted
        )
        assert refused <= {UnknownResourceFault}
        if accepted:
            assert "CompleteWorkflowExecutionFailed" in [event.type for event in events]
            assert not refused
            crowd.terminate(execution)
        else:
            assert events[-1].type == "WorkflowExecutionCompleted"
        outcomes["signals" if accepted else "close"] += 1
    assert len(outcomes) == 2, f"one side always won, which is no race: {outcomes}"


def _until_both_won(outcomes: Counter[str]) -> Iterator[int]:
    """Numbers of rounds: so many as are due, and more while one side has won them all, as on a busy machine."""
    for number in range(30 * ROUNDS):
        if number >= ROUNDS and len(outcomes) == 2:
            return
        yield number


def _pass_time(flow: Flow, seconds: float) -> Callable[[], None]:
    def pass_time() -> None:
        flow.clock.advance(seconds)
        flow.service.tick()

    return pass_time
