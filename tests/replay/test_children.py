"""Children as their parent meets them: ids, types, task lists, every end they can have, and when the code changes."""

from __future__ import annotations

import hashlib
import math
import zlib
from typing import Any

import pytest

from simpleflow import Workflow, futures
from simpleflow.exceptions import (
    NonDeterminismError,
    TaskCanceled,
    TaskFailed,
    TaskTerminated,
    TimeoutError,
    WorkflowException,
)
from simpleflow.task import ChildWorkflowTask, WorkflowTask
from swf.protocol import decisions as d
from swf.protocol.causes import Cause
from swf.protocol.events import StartChildWorkflowExecutionInitiated, WorkflowExecutionStarted
from swf.protocol.values import WorkflowExecution
from tests.replay.bed import Bed, Failing
from tests.replay.test_run import echo, flow, strict

PATH = __name__


class Child(Workflow):
    name, version, task_list = "child", "2", "bed"

    def run(self, x: Any, how: str = "return") -> Any:
        if how == "wait":
            self.submit(self.wait_signal("go")).wait()
        elif how == "raise":
            raise KeyError(x)
        elif how == "work":
            return self.submit(echo, x).result
        return x


class Lenient(Child):
    name, raises_on_failure = "lenient", False


class Patient(Child):
    name, retry = "patient", 2

    def run(self, x: Any, how: str = "return") -> Any:
        return self.submit(strict, x).result


class Once(Child):
    name, idempotent = "once", True


class Short(Child):
    name, execution_timeout, raises_on_failure = "short", 60, False


class Stubborn(Lenient):
    name = "stubborn"

    def run(self, x: Any, how: str = "return") -> Any:
        self.submit(self.wait_cancel_request()).wait()
        return "cleaned up"


class Named(Child):
    name = "named"
    INHERITED = "INHERIT_TAG_LIST"

    @classmethod
    def get_workflow_id(cls, x: Any, how: str = "return") -> str:
        return f"{cls.name} {x}"

    @staticmethod
    def get_tag_list(x: Any, how: str = "return") -> list[str]:
        return [str(x), how]

    def get_task_list(cls, x: Any, how: str = "return") -> str:  # type: ignore[misc]
        return f"bed-{cls.version}-{x}"


class Tagged(Child):
    name, tag_list = "tagged", Workflow.INHERIT_TAG_LIST


class Detailed(Child):
    name = "detailed"
    execution_timeout, decision_tasks_timeout = 3600, "30"
    child_policy, task_priority, lambda_role = "ABANDON", 7, "arn:aws:iam::000000000000:role/lambda"
    tag_list = ["a", "b"]


def own_id(bed: Bed, name: str, suffix: Any) -> str:
    return f"workflow-{name}-x--{zlib.adler32(bed.name.run_id.encode()):x}--{suffix}"


def starts(bed: Bed) -> list[d.StartChildWorkflowExecution]:
    return [each for answer in bed.answers for each in answer if isinstance(each, d.StartChildWorkflowExecution)]


def initiated(bed: Bed) -> list[StartChildWorkflowExecutionInitiated]:
    attributes = [event.attributes for event in bed.events()]
    return [each for each in attributes if isinstance(each, StartChildWorkflowExecutionInitiated)]


@pytest.mark.parametrize("evict", [False, True])
def test_children_return_their_results_and_are_registered_when_they_are_unknown(evict: bool) -> None:
    def run(self: Workflow) -> Any:
        first = self.submit(Child, 1, "work")
        return futures.wait(first, self.submit(Child, first, how="work"))

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == [1, 1]
    assert [(type.name, type.version) for type in bed.registered] == [(f"{PATH}.Child", "2")]
    assert [each.workflow_id for each in initiated(bed)] == [own_id(bed, "child", 1), own_id(bed, "child", 2)]
    assert [each.input for each in initiated(bed)] == [
        '{"args":[1,"work"],"kwargs":{}}',
        '{"args":[1],"kwargs":{"how":"work"}}',
    ]
    (after,) = [each.control for each in initiated(bed) if each.control]
    assert after == f'{{"after":["{own_id(bed, "child", 1)}"]}}'


def test_a_type_that_cannot_be_registered_fails_the_child_after_three_attempts() -> None:
    def run(self: Workflow) -> Any:
        exception = self.submit(Lenient, 1).exception
        assert isinstance(exception, TaskFailed)
        return exception.reason

    bed = Bed(flow(run))
    bed.register = lambda _type: None  # type: ignore[method-assign]
    assert bed.finish() == "WORKFLOW_TYPE_DOES_NOT_EXIST"
    assert len(starts(bed)) == 4


def test_ids_tags_and_task_lists_come_from_the_hooks_which_get_only_what_was_submitted() -> None:
    def run(self: Workflow) -> Any:
        self.submit(Named, 5, how="wait").wait()

    bed = Bed(flow(run), options={"task_list": None})
    bed.decide()
    (start,) = starts(bed)
    assert start.workflow_id == "named 5"
    assert start.tag_list == ("5", "wait")
    assert start.task_list is not None
    assert start.task_list.name == "bed-2-5"


def test_the_task_list_of_a_submit_beats_that_of_the_class_and_never_reaches_run() -> None:
    def run(self: Workflow) -> Any:
        self.submit(Named, 1, workflow_task_list="a")
        self.submit(WorkflowTask(self.executor, Child, 2, workflow_task_list="b"))
        self.submit(ChildWorkflowTask(Child, 3, how="wait"))
        self.submit(WorkflowTask(Child, 4), __priority=3).wait()

    bed = Bed(flow(run), options={"task_list": None})
    bed.decide()
    assert [(s.task_list.name, s.input, s.task_priority) for s in starts(bed) if s.task_list] == [
        ("a", '{"args":[1],"kwargs":{}}', None),
        ("b", '{"args":[2],"kwargs":{}}', None),
        ("bed", '{"args":[3],"kwargs":{"how":"wait"}}', None),
        ("bed", '{"args":[4],"kwargs":{}}', "3"),
    ]


def test_everything_the_class_says_of_its_executions_is_said_of_the_child() -> None:
    def run(self: Workflow) -> Any:
        self.submit(Detailed, 1).wait()

    bed = Bed(flow(run))
    bed.decide()
    (start,) = starts(bed)
    assert start.execution_start_to_close_timeout == "3600"
    assert start.task_start_to_close_timeout == "30"
    assert start.child_policy == "ABANDON"
    assert start.task_priority == "7"
    assert start.lambda_role == Detailed.lambda_role
    assert start.tag_list == ("a", "b")


def test_a_child_can_inherit_the_tags_of_its_parent() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(Parent, 0).result

    bed = Bed(flow(run))
    assert bed.finish() == 0
    tags = {each.tag_list for each in starts(bed) if each.workflow_type.name.endswith("Tagged")}
    assert tags == {("of the parent",)}


class Parent(Workflow):
    name, version, task_list, tag_list = "parent", "1", "bed", ["of the parent"]

    def run(self, x: int) -> Any:
        return self.submit(Tagged, x).result


def test_equal_idempotent_children_are_one_and_have_an_id_from_their_arguments() -> None:
    def run(self: Workflow) -> Any:
        first, second = self.submit(Once, 1), self.submit(Once, 1)
        return [first.result, second.result, self.submit(Once, 1).result, self.submit(Once, 2).result]

    bed = Bed(flow(run))
    assert bed.finish() == [1, 1, 1, 2]
    hashes = [hashlib.md5(b'{"args":[%d],"kwargs":{}}' % x).hexdigest() for x in (1, 2)]
    assert [each.workflow_id for each in initiated(bed)] == [own_id(bed, "once", each) for each in hashes]


def test_an_id_longer_than_256_characters_is_shortened() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(Child, 1).result

    bed = Bed(flow(run), options={"workflow_id": "x" * 250})
    assert bed.finish() == 1
    (child,) = initiated(bed)
    assert len(child.workflow_id) == 256
    assert child.workflow_id.startswith("workflow-child-xxx")


def ending(how: str, child: type[Workflow] = Lenient) -> Any:
    """A workflow that tells how its child has ended."""

    def run(self: Workflow) -> Any:
        exception = self.submit(child, 1, how).exception
        return [type(exception).__name__, str(exception)]

    return flow(run)


def test_a_failed_child_says_why() -> None:
    bed = Bed(ending("raise"))
    kind, text = bed.finish()
    assert kind == "TaskFailed"
    assert "Cannot replay the workflow: KeyError(1)" in text


def test_a_child_that_times_out_says_after_how_long() -> None:
    assert Bed(ending("wait", Short)).finish() == ["TimeoutError", str(TimeoutError("START_TO_CLOSE", 60))]


def test_a_canceled_child_and_a_terminated_one_are_told_apart() -> None:
    bed = Bed(ending("wait"))
    bed.settle()
    bed.cancel(own_id(bed, "lenient", 1))
    assert bed.finish() == ["TaskCanceled", str(TaskCanceled())]
    bed = Bed(ending("wait"))
    bed.settle()
    bed.terminate(own_id(bed, "lenient", 1))
    assert bed.finish() == ["TaskTerminated", str(TaskTerminated())]


def test_a_child_whose_id_is_taken_is_not_started() -> None:
    def run(self: Workflow) -> Any:
        first = self.submit(Taken, 1, "wait")
        second = self.submit(Taken, 2)
        exception = second.exception
        assert isinstance(exception, TaskFailed)
        first.cancel()
        return exception.reason

    bed = Bed(flow(run))
    assert bed.finish() == "WORKFLOW_ALREADY_RUNNING"


class Taken(Lenient):
    name = "taken"

    @staticmethod
    def get_workflow_id(x: Any, how: str = "return") -> str:
        return "x" if x == 2 else "taken"


def test_children_raise_by_default_where_the_parent_waits() -> None:
    def run(self: Workflow) -> Any:
        child = self.submit(Child, 1, "raise")
        with pytest.raises(WorkflowException) as caught:
            self.submit(self.wait_signal("never")).wait()
        assert caught.value.payload is Child
        assert child.exception is caught.value.exception
        return str(child.exception)

    assert "KeyError(1)" in Bed(flow(run)).finish()


def test_an_uncaught_failure_of_a_child_is_the_failure_of_its_parent() -> None:
    def run(self: Workflow) -> Any:
        self.submit(Child, 1, "raise").wait()

    bed = Bed(flow(run))
    with pytest.raises(AssertionError, match='error in task workflow-child: "Cannot replay the workflow: KeyError'):
        bed.finish()


def test_a_child_is_started_again_under_its_id_as_often_as_its_class_says() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(Patient, 1).result

    attempts = iter(range(9))

    def outcome(activity_id: str, attempt: int, content: Any) -> Any:
        if next(attempts) < 2:
            raise Failing("not yet")
        return "at last"

    bed = Bed(flow(run), outcomes=outcome)
    assert bed.finish() == "at last"
    assert [each.workflow_id for each in initiated(bed)] == [own_id(bed, "patient", 1)] * 3


@pytest.mark.parametrize("evict", [False, True])
def test_a_cancelled_child_that_has_begun_is_asked_to_cancel(evict: bool) -> None:
    def run(self: Workflow) -> Any:
        child = self.submit(Lenient, 1, "wait")
        self.sleep(5)
        assert child.running
        child.cancel()
        self.sleep(5)
        return [child.cancelled, child.result]

    bed = Bed(flow(run), evict=evict)
    assert bed.finish() == [True, None]
    execution = bed.execution()
    (child,) = execution.children.values()
    assert child.state == "canceled"


def test_a_child_cancelled_before_it_has_begun_is_asked_when_it_begins_and_an_unsent_one_is_never_sent() -> None:
    def run(self: Workflow) -> Any:
        self.submit(Lenient, 0).wait()  # so that its type is known
        child = self.submit(Lenient, 1, "wait")
        unsent = self.submit(Lenient, 2, "wait")
        unsent.cancel()
        self.submit(echo, 1).wait()
        child.cancel()
        self.submit(self.wait_signal("end")).wait()

    bed = Bed(flow(run))
    bed.settle()
    bed.signal("end")
    bed.finish()
    assert [each.input for each in initiated(bed)] == ['{"args":[0],"kwargs":{}}', '{"args":[1,"wait"],"kwargs":{}}']
    assert [child.state for child in bed.execution().children.values()] == ["completed", "canceled"]


def test_a_child_may_answer_a_request_to_cancel_with_a_result() -> None:
    def run(self: Workflow) -> Any:
        child = self.submit(Stubborn, 1)
        self.sleep(1)
        request = self.submit(self.request_cancel(child.task_id or ""))
        return [child.result, request.result]

    bed = Bed(flow(run))
    assert bed.finish() == ["cleaned up", None]


def test_a_cancel_request_to_nobody_fails() -> None:
    def run(self: Workflow) -> Any:
        exception = self.submit(self.request_cancel("nobody")).exception
        assert isinstance(exception, TaskFailed)
        return [exception.name, exception.reason]

    assert Bed(flow(run)).finish() == ["cancel-nobody", "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"]


@pytest.mark.parametrize(("policy", "left"), [("TERMINATE", []), ("REQUEST_CANCEL", []), ("ABANDON", ["kept"])])
def test_what_becomes_of_children_when_their_parent_ends_is_their_policy(policy: str, left: list[str]) -> None:
    """The policy of the class whose execution ends, by termination: one that completes leaves its children alone."""

    def run(self: Workflow) -> Any:
        self.submit(POLICIES[policy]).wait()

    bed = Bed(flow(run))
    bed.settle()
    x, parent, kept = bed.open_ids()
    assert (x, kept) == ("x", "kept")
    bed.terminate(parent)
    bed.settle()
    assert bed.open_ids() == left


class Terminating(Workflow):
    name, version, task_list, child_policy = "terminating", "1", "bed", "TERMINATE"

    def run(self) -> Any:
        self.submit(Kept, 1, "wait").wait()


class Requesting(Terminating):
    name, child_policy = "requesting", "REQUEST_CANCEL"


class Abandoning(Terminating):
    name, child_policy = "abandoning", "ABANDON"


POLICIES = {"TERMINATE": Terminating, "REQUEST_CANCEL": Requesting, "ABANDON": Abandoning}


class Kept(Child):
    name = "kept"

    @staticmethod
    def get_workflow_id(x: Any, how: str = "return") -> str:
        return "kept"


def test_too_many_children_wait_for_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused for a limit, they come again after a pause that grows; nobody's retries are counted."""

    def run(self: Workflow) -> Any:
        return futures.wait(*[self.submit(Child, index) for index in range(7)])

    bed = Bed(flow(run))
    limited(bed, open_children=2)
    assert bed.finish() == list(range(7))
    causes = [str(getattr(event.attributes, "cause", "")) for event in bed.events()]
    assert causes.count(str(Cause.OPEN_CHILDREN_LIMIT_EXCEEDED)) > 3
    timers = [each.start_to_fire_timeout for answer in bed.answers for each in answer if isinstance(each, d.StartTimer)]
    assert timers[0] == "1"


def limited(bed: Bed, **quotas: int) -> None:
    """Gives the service of a bed other limits."""
    import dataclasses

    bed.service.quotas = dataclasses.replace(bed.service.quotas, **quotas)


# When the code changes


def changed(first: Any, then: Any, *, strict: bool = False) -> Bed:
    """An execution that begins with one code and goes on with another."""
    bed = Bed(flow(first), strict=strict, compare=False)
    bed.settle()
    bed.kill()
    bed.workflow = flow(then)
    bed.signal("go")
    return bed


def test_another_workflow_under_a_recorded_id_is_an_error() -> None:
    def first(self: Workflow) -> Any:
        self.submit(Taken, 1, "wait")
        self.submit(self.wait_signal("go")).wait()

    def then(self: Workflow) -> Any:
        self.submit(Impostor, 1, "wait")
        self.submit(self.wait_signal("go")).wait()

    with pytest.raises(NonDeterminismError, match=r"started the workflow '.*Taken' as 'taken'.* submits '.*Impostor'"):
        changed(first, then).decide()


class Impostor(Taken):
    name = "impostor"


def test_another_input_is_told_once_and_the_recorded_result_counts() -> None:
    def code(value: int) -> Any:
        def run(self: Workflow) -> Any:
            child = self.submit(Child, value)
            self.submit(self.wait_signal("go")).wait()
            return child.result

        return run

    bed = changed(code(1), code(2))
    assert bed.finish() == 1
    (finding,) = bed.findings
    assert "the recorded one counts" in finding
    with pytest.raises(NonDeterminismError, match="now submits"):
        changed(code(1), code(2), strict=True).decide()


def test_a_child_that_is_submitted_later_than_recorded_is_adopted() -> None:
    def first(self: Workflow) -> Any:
        child = self.submit(Patient, 1)
        self.submit(self.wait_signal("go")).wait()
        return child.result

    def then(self: Workflow) -> Any:
        self.submit(self.wait_signal("go")).wait()
        return self.submit(Patient, 1).result

    attempts = iter(range(9))

    def outcome(activity_id: str, attempt: int, content: Any) -> Any:
        if next(attempts) < 1:
            raise Failing("not yet")
        return "done"

    bed = Bed(flow(first), strict=False, compare=False, outcomes=outcome)
    bed.settle()
    bed.kill()
    bed.workflow = flow(then)
    bed.signal("go")
    assert bed.finish() == "done"
    assert len(initiated(bed)) == 2


# What cannot be a child


def test_classes_that_no_decider_finds_are_refused_where_they_are_submitted() -> None:
    class Local(Child):
        pass

    def inside(self: Workflow) -> Any:
        self.submit(Local, 1)

    def made(self: Workflow) -> Any:
        self.submit(MADE, 1)

    def unnamed(self: Workflow) -> Any:
        self.submit(Unnamed)

    with pytest.raises(AssertionError, match="is defined inside of a function, where no decider finds it"):
        Bed(flow(inside)).finish()
    with pytest.raises(AssertionError, match=r"no workflow class is found as tests.replay.test_children.Made"):
        Bed(flow(made)).finish()
    with pytest.raises(AssertionError, match="has no name and no version and no task_list"):
        Bed(flow(unnamed)).finish()
    with pytest.raises(TypeError, match="a subclass of Workflow is needed, not 3"):
        ChildWorkflowTask(3)
    with pytest.raises(TypeError, match="a subclass of Workflow is needed"):
        WorkflowTask(echo)


class Unnamed(Workflow):
    pass


MADE = type("Made", (Child,), {"__module__": __name__})


class Outer:
    class Inner(Child):
        name = "inner"


def test_a_class_in_a_class_is_found() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(Outer.Inner, 1).result

    bed = Bed(flow(run))
    assert bed.finish() == 1
    assert bed.registered[0].name == f"{PATH}.Outer.Inner"


def test_arguments_that_are_no_json_are_refused_or_fail_the_child() -> None:
    def run(self: Workflow) -> Any:
        with pytest.raises(TypeError, match=r"the arguments of workflow-child-.* cannot be sent"):
            self.submit(Child, math.nan)
        future = self.submit(Lenient, self.submit(echo, 1), math.nan)
        return str(future.exception)

    assert "cannot be sent" in Bed(flow(run)).finish()


def test_the_run_context_of_a_child_names_its_parent() -> None:
    def run(self: Workflow) -> Any:
        return self.submit(Knowing).result

    bed = Bed(flow(run))
    assert bed.finish() == ["x", bed.name.run_id]


class Knowing(Workflow):
    name, version, task_list = "knowing", "1", "bed"

    def run(self) -> Any:
        context = self.get_run_context()
        return [context["parent_workflow_id"], context["parent_run_id"]]


def test_events_of_the_child_itself_tell_its_parent() -> None:
    def run(self: Workflow) -> Any:
        self.submit(Child, 1, "wait").wait()

    bed = Bed(flow(run))
    bed.settle()
    (child,) = bed.execution().children.values()
    name: WorkflowExecution = child.started.attributes.workflow_execution  # type: ignore[union-attr]
    started = bed.events(name)[0].attributes
    assert isinstance(started, WorkflowExecutionStarted)
    assert started.parent_workflow_execution == bed.name


def test_hooks_see_children_in_the_history() -> None:
    seen: list[Any] = []

    def after_closed(self: Workflow, history: Any) -> None:
        seen.extend(
            (task["type"], task["state"], task.get("retry")) for task in history.tasks if task["state"] != "scheduled"
        )

    def run(self: Workflow) -> Any:
        futures.wait(self.submit(echo, 1), self.submit(Lenient, 1, "raise"), self.submit(Lenient, 2))

    Bed(flow(run, after_closed=after_closed), compare=False).finish()
    assert sorted(seen, key=str) == [
        ("activity", "completed", None),
        ("child_workflow", "completed", None),
        ("child_workflow", "failed", 0),
    ]
