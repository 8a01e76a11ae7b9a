"""Random families of workflows in a random world: warm and cold runs decide the same, and all comes to an end."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simpleflow.format import decode
from swf.protocol import operations as o
from swf.protocol.causes import Cause
from swf.protocol.faults import UnknownResourceFault
from swf.protocol.values import WorkflowExecution, WorkflowType
from tests.replay.bed import Bed
from tests.replay.families import Family, Step, expected, families, stripped
from tests.replay.programs import outcome

BUDGETS = st.sampled_from([4, 10, 100])
IN_USE = (Cause.ACTIVITY_ID_ALREADY_IN_USE, Cause.TIMER_ID_ALREADY_IN_USE, Cause.WORKFLOW_ALREADY_RUNNING)


class World:
    """Lets random things happen to a family until its first execution is closed for good."""

    def __init__(self, bed: Bed, seed: int, *, wild: bool = False) -> None:
        self.bed = bed
        self.random = random.Random(seed)
        self.is_wild = wild
        self.sent = 0
        self.met: dict[WorkflowExecution, str] = {}
        """Every execution that was decided, and its type."""

    def live(self) -> Any:
        """The closing event of the last run of the chain."""
        rounds = 0
        for _ in range(6_000):
            if "x" not in self.bed.open_ids():
                self.bed.follow()
                execution = self.bed.execution()
                assert not execution.is_open
                return execution.closed
            if self.step() or self.decide() or self.bed.work():
                continue
            at = self.bed.service.next_wake()
            if at is not None and at < self.bed.clock.now() + 1_000_000:
                self.bed.clock.set(max(at, self.bed.clock.now()))
                self.bed.service.tick()
                continue
            rounds += 1
            assert rounds < 60, self.who_waits()
            for each in self.bed.open_ids():
                self.signal(each)
        raise AssertionError("it did not come to an end")

    def step(self) -> bool:
        choices = ["decide"] * 5 + ["work"] * 3
        chance = self.random.random()
        if chance < 0.04:
            choices += ["evict"] * 4
        if chance > 0.7:
            choices += ["late"] * 4
        if 0.1 < chance < 0.14:
            choices += ["signal"] * 4
        if self.is_wild and 0.2 < chance < 0.22:
            choices += ["cancel", "terminate"] * 4
        match self.random.choice(choices):
            case "decide":
                return self.decide()
            case "work":
                return self.bed.work()
            case "evict":
                names = [*self.bed.family, self.bed.name]
                self.bed.kill(self.random.choice(names))
                return True
            case "signal":
                self.signal(self.random.choice(self.bed.open_ids()))
                return True
            case "cancel":
                self.bed.cancel(self.random.choice(self.bed.open_ids()))
                return True
            case "terminate":
                others = [each for each in self.bed.open_ids() if each != "x"]
                if others:
                    self.bed.terminate(self.random.choice(others))
                return bool(others)
        return self.decide_late()

    def poll(self) -> o.DecisionTask:
        task = self.bed.poll()
        if task.workflow_execution is not None and task.workflow_type is not None:
            self.met[task.workflow_execution] = task.workflow_type.name
        return task

    def decide(self) -> bool:
        return self.bed.decide(self.poll())

    def decide_late(self) -> bool:
        """Something happens between poll and answer; or the answer is lost, and the decision is asked for again."""
        task = self.poll()
        if task.task_token is None:
            return False
        assert task.workflow_execution is not None
        self.bed.work()
        match self.random.randrange(6):
            case 0:
                self.signal(task.workflow_execution.workflow_id)
            case 1:
                self.decide()  # of another execution
            case 2 if self.is_wild:
                self.bed.cancel(task.workflow_execution.workflow_id)
            case 3 if self.is_wild and task.workflow_execution.workflow_id != "x":
                self.bed.terminate(task.workflow_execution.workflow_id)
        self.bed.clock.advance(self.random.choice([0, 1]))
        self.bed.service.tick()
        if self.random.random() < 0.2:
            if self.random.random() < 0.5:
                self.bed.decide(task, is_lost=True)
            self.bed.clock.advance(301)  # longer than a decision may take
            self.bed.service.tick()
            return True
        return self.bed.decide(task)

    def signal(self, workflow_id: str) -> None:
        self.sent += 1
        value = {"args": [self.sent], "kwargs": {}, "__propagate": True} if self.sent % 3 == 0 else self.sent
        try:
            self.bed.signal("s", value, workflow_id)
        except UnknownResourceFault:
            pass

    def who_waits(self) -> str:
        runs = [self.bed.run, *self.bed.family.values()]
        return "nothing can happen: " + "; ".join(run.blocked_on for run in runs if run is not None)

    def check(self) -> None:
        """No id was asked for while it was open, and every history replays strictly, at once, without a finding."""
        for name, type in self.met.items():
            events = self.bed.events(name)
            assert [event.type for event in events if getattr(event.attributes, "cause", None) in IN_USE] == []
            answered = [
                event.attributes.started_event_id  # type: ignore[attr-defined]
                for event in events
                if event.type == "DecisionTaskCompleted"
            ]
            if not answered:
                continue
            task = o.DecisionTask(
                started_event_id=0, workflow_execution=name, workflow_type=WorkflowType(name=type, version="1")
            )
            run = self.bed.new_run(task)
            decisions = run.advance(events[: answered[-1]])
            assert [each for each in decisions.findings if not is_expected(each.message)] == []
            run.kill()


def is_expected(finding: str) -> bool:
    return "never sent" in finding or "never waited for" in finding


def bed_of(steps: list[Step], budget: int, **more: Any) -> Bed:
    return Bed(Family, (steps,), outcomes=outcome, options={"max_decisions": budget}, **more)


@settings(deadline=None)
@given(st.integers(0, 2**32), BUDGETS, st.booleans())
def test_calm_families_give_the_values_of_direct_evaluation(seed: int, budget: int, evict: bool) -> None:
    steps = families(random.Random(seed), calm=True)
    bed = bed_of(steps, budget, evict=evict)
    world = World(bed, seed)
    closed = world.live()
    assert closed.type == "WorkflowExecutionCompleted", closed
    assert stripped(decode(closed.attributes.result)) == expected(steps)
    assert [finding for finding in bed.findings if not is_expected(finding)] == []
    world.check()
    bed.kill()
    bed.service.close()


@settings(deadline=None)
@given(st.integers(0, 2**32), BUDGETS, st.booleans())
def test_wild_families_decide_the_same_warm_and_cold(seed: int, budget: int, evict: bool) -> None:
    """Cancellations, terminations, tasks and children that fail, requests to cancel at any time."""
    steps = families(random.Random(seed), calm=False)
    bed = bed_of(steps, budget, evict=evict, may_come_late=True)
    world = World(bed, seed, wild=True)
    closed = world.live()
    assert closed.type in ("WorkflowExecutionCompleted", "WorkflowExecutionFailed", "WorkflowExecutionCanceled")
    if closed.type == "WorkflowExecutionFailed":
        reason = closed.attributes.reason
        assert "KeyError('on purpose')" in reason or reason.startswith("Workflow execution error in task"), reason
    world.check()
    bed.kill()
    bed.service.close()


@pytest.mark.parametrize("seed", range(3))
def test_a_family_that_does_everything(seed: int) -> None:
    child: list[Step] = [("careful", 2, []), ("tell", 0, True, False), ("signal",), ("child", "quiet", [("sleep", 2)])]
    steps: list[Step] = [
        ("child", "patient", [*child, ("continue", [("many", 3)])]),
        ("child", "equal", [("many", 2)]),
        ("child", "equal", [("many", 2)]),
        ("tell", 0, True, True),
        ("signal",),
        ("careful", 3, []),
        ("first child",),
        ("continue", [("child", "quiet", child), ("read child", 0), ("submit", "patient", 1, [])]),
    ]
    bed = bed_of(steps, 4)
    world = World(bed, seed)
    closed = world.live()
    assert stripped(decode(closed.attributes.result)) == expected(steps)
    world.check()
