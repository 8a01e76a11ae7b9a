"""Activities of workers in other languages: their input is the arguments alone."""

from __future__ import annotations

from typing import Any

import pytest

import simpleflow
from simpleflow import Workflow, activity, format
from simpleflow.canvas import Chain
from simpleflow.swf.task import NonPythonicActivityTask
from swf.protocol.events import ActivityTaskScheduled
from tests.replay.bed import Bed
from tests.replay.test_run import echo, flow


@activity.with_attributes(version="1", task_list="t", meta={"a": 1})
def resize(path: str = "", meta: str = "") -> str:
    return f"{path} {meta}"


class Resizing(Workflow):
    name, version, task_list = "resizing", "1", "t"

    def run(self) -> list[Any]:
        return [
            self.submit(NonPythonicActivityTask(resize, "a")).result,
            self.submit(NonPythonicActivityTask(resize, path="b", meta="small")).result,
            self.submit(NonPythonicActivityTask(resize)).result,
        ]


def test_workers_in_python_understand_it_as_well() -> None:
    assert simpleflow.run(Resizing) == ["a ", "b small", " "]


@pytest.mark.parametrize("evict", [False, True])
def test_the_input_is_a_list_or_an_object_and_nothing_else(evict: bool) -> None:
    def run(self: Workflow) -> Any:
        one = self.submit(echo, 1)
        self.submit(NonPythonicActivityTask(echo, 7)).wait()
        self.submit(NonPythonicActivityTask(echo, x={"y": one})).wait()
        return self.submit(Chain((echo, 3), NonPythonicActivityTask(echo), send_result=True)).result

    def outcome(activity_id: str, attempt: int, content: Any) -> Any:
        return content["args"][0] if isinstance(content, dict) and "args" in content else content

    bed = Bed(flow(run), evict=evict, outcomes=outcome)
    assert bed.finish() == [3, [3]]
    scheduled = [each.attributes for each in bed.events() if isinstance(each.attributes, ActivityTaskScheduled)]
    inputs = [format.decode(each.input) for each in scheduled]
    assert inputs[1:3] == [[7], {"x": {"y": 1}}]
    assert inputs[4] == [3]


def test_arguments_of_both_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="is either a list or an object"):
        NonPythonicActivityTask(resize, "a", meta="b")


def test_a_list_that_a_chain_makes_of_both_kinds_fails_the_task() -> None:
    def run(self: Workflow) -> Any:
        chain = self.submit(Chain((echo, 3), NonPythonicActivityTask(echo, x=1), send_result=True))
        return str(chain.futures[1].exception if chain.result and len(chain.futures) > 1 else chain.exception)

    assert "is either a list or an object" in Bed(flow(run)).finish()
