"""Random work through the objects, with all 13 decisions: every history that the service writes compiles to its end."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from swf.actors import ActivityWorker, Decider
from swf.exceptions import AlreadyExistsError, DoesNotExistError, PollTimeout
from swf.lifecycle import fold
from swf.lifecycle.transitions import TRANSITIONS
from swf.models import ActivityType, Domain, WorkflowExecution, WorkflowType
from swf.models.decision import (
    ActivityTaskDecision,
    ChildWorkflowExecutionDecision,
    Decision,
    ExternalWorkflowExecutionDecision,
    LambdaFunctionDecision,
    MarkerDecision,
    TimerDecision,
    WorkflowExecutionDecision,
)
from tests.objects.places import Place, in_process

IDS = ("w1", "w2", "w3")


class Crowd:
    """Deciders, workers and operators without a plan."""

    def __init__(self, place: Place, seed: int) -> None:
        self.place = place
        self.random = random.Random(seed)
        domain = self.domain = Domain("shop", connection=place.connection)
        domain.save()
        self.order = WorkflowType(domain, "order", "1", task_list="orders", execution_timeout=500)
        self.order.save()
        self.charge = ActivityType(
            domain,
            "charge",
            "1",
            task_list="cards",
            task_heartbeat_timeout=20,
            task_schedule_to_start_timeout=60,
            task_schedule_to_close_timeout=90,
            task_start_to_close_timeout=40,
        )
        self.charge.save()
        self.decider, self.worker = Decider(domain, "orders"), ActivityWorker(domain, "cards")
        self.tokens: list[str] = []

    def decision(self) -> Decision:
        name, pick = self.random.choice("abc"), self.random.choice
        return pick(
            [
                lambda: ActivityTaskDecision().schedule(name, pick([self.charge, ("nobody", "1")])),
                lambda: ActivityTaskDecision().request_cancel(name),
                lambda: TimerDecision().start(name, pick([0, 5, 50])),
                lambda: TimerDecision().cancel(name),
                lambda: MarkerDecision().record(name, {"x": 1}),
                lambda: ChildWorkflowExecutionDecision().start(pick([self.order, ("nobody", "1")]), pick(IDS)),
                lambda: ExternalWorkflowExecutionDecision().signal("hello", pick((*IDS, "nobody"))),
                lambda: ExternalWorkflowExecutionDecision().request_cancel(pick((*IDS, "nobody"))),
                lambda: LambdaFunctionDecision().schedule(name, "resize"),
            ]
        )()

    def end(self) -> Decision:
        end = WorkflowExecutionDecision()
        return self.random.choice([end.complete, end.fail, end.cancel, end.continue_as_new])()

    def run(self, steps: int) -> list[WorkflowExecution]:
        """Does so many things; all executions there are then."""
        for _ in range(steps):
            try:
                self.step()
            except (PollTimeout, DoesNotExistError, AlreadyExistsError):
                pass
        return [*self.domain.executions.all(), *self.domain.executions.all("CLOSED")]

    def step(self) -> None:
        chance = self.random.random()
        if chance < 0.1:
            self.order.start_execution(self.random.choice(IDS))
        elif chance < 0.45:
            task = self.decider.poll()
            if self.random.random() < 0.9:  # else it times out
                decisions = [self.decision() for _ in range(self.random.randint(0, 4))]
                self.decider.complete(task.token, decisions + ([self.end()] if self.random.random() < 0.15 else []))
        elif chance < 0.6:
            self.tokens.append(self.worker.poll().task_token)
        elif chance < 0.8 and self.tokens:
            token = self.tokens.pop(self.random.randrange(len(self.tokens)))
            answers = (self.worker.complete, self.worker.fail, self.worker.cancel, self.worker.heartbeat)
            self.random.choice(answers)(token)
        elif chance < 0.87:
            WorkflowExecution(self.domain, self.random.choice(IDS)).signal("paid", 1)
        elif chance < 0.89:
            WorkflowExecution(self.domain, self.random.choice(IDS)).request_cancel()
        elif chance < 0.9:
            WorkflowExecution(self.domain, self.random.choice(IDS)).terminate()
        else:
            self.place.pass_time(self.random.choice([0.5, 10, 70]))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_every_history_compiles_to_where_it_is(seed: int) -> None:
    """What the tables of :mod:`swf.lifecycle.transitions` call impossible, the service does not do; and the fold, which
    the service itself reads, agrees with the compilation about every thing.
    """
    with in_process() as place:
        executions = Crowd(place, seed).run(400)
        assert len(executions) > 5
        for execution in executions:
            history = execution.history()
            things = history.compile()
            folded = fold(history.facts)
            assert sum(map(len, things)) == len(history)
            assert things[0].is_open is (execution.status == "OPEN")
            assert things[0].state.upper() == (execution.close_status or "STARTED")
            open_things = Counter(thing.type for thing in things if thing.is_open)
            assert open_things["ActivityTask"] == folded.open_activity_count
            assert open_things["Timer"] == folded.open_timer_count
            assert open_things["ChildWorkflowExecution"] == folded.open_child_count
            assert open_things["LambdaFunction"] == folded.open_lambda_count
            if execution.is_synced:
                counts = execution.upstream().open_counts
                assert counts is not None
                assert counts.open_timers == open_things["Timer"]


def test_the_crowd_writes_events_of_every_noun() -> None:
    seen: set[str] = set()
    for seed in range(3):
        with in_process() as place:
            for execution in Crowd(place, seed).run(400):
                seen |= {event.type for event in execution.history()}
    assert seen == set(TRANSITIONS)
