"""The code of examples with one slip each, against the histories that the examples have left."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from examples import (
    async_flow,
    basic,
    child,
    continue_as_new,
    failing,
    map_large,
    priorities,
    queries,
    retry_policy,
    saga,
    timers,
    wordcount,
)

from simpleflow.testing import Environment
from simpleflow.workflow import Workflow
from swf.protocol import wire
from swf.protocol.event import HistoryEvent
from tests.commands.conftest import Command
from tests.commands.mutations import alone, mutations

EXAMPLES: dict[type[Workflow], tuple[tuple[Any, ...], int]] = {
    async_flow.Order: (("lamp", 2), 10),
    basic.BasicWorkflow: ((1, 0), 13),
    child.Book: (([["one two", "three"], ["four"]],), 4),
    child.Chapter: ((["one two", "three"],), 4),
    continue_as_new.Watch: ((2, 10), 6),
    failing.Shipping: ((["Rome", "Pisa", ""],), 9),
    map_large.Census: ((4, 2), 4),
    priorities.Clinic: ((), 9),
    queries.Tour: ((["Rome", "Pisa", "Bari"], 1), 4),
    retry_policy.Asking: ((1,), 8),
    saga.Journey: (("Lyon", 2000), 9),
    timers.Kitchen: (("soup", 1), 7),
    wordcount.WordCount: (("texts",), 13),
}
"""The arguments of each, and how many slips change a decision; others change the order in one, or what is not run."""
DECIDED = re.compile(r"Scheduled$|Initiated$|^Timer(Started|Canceled)$|^MarkerRecorded$|^WorkflowExecution(?!Started)")
VARYING = r"--[0-9a-f]{8}--|tmp\w{8}|'start_to_fire_timeout': '\d+', 'timer_id': '__simpleflow_task"
"""What follows from the run id: ids of children, the jitter of retries; and names of folders."""
TOLD = {"activity_id", "activity_type", "input", "workflow_id", "timer_id", "start_to_fire_timeout", "marker_name",
        "result", "reason"}  # fmt: skip


@pytest.fixture(autouse=True)
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the examples read; and nothing that is imported here stays."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text("one two")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])


def played(workflow: type[Workflow], code: type[Workflow]) -> tuple[str, list[HistoryEvent]]:
    """The history of an example whose code is this, to its end."""
    with Environment() as environment:
        if workflow is not child.Chapter:
            environment.add(child.Chapter)
        handle = environment.start(code, *EXAMPLES[workflow][0], workflow_id="it")
        try:
            handle.result()
        except Exception:
            pass  # a slip may lead anywhere
        events = handle.events()
        return handle.replay_options().run_id, events


def decisions(events: list[HistoryEvent]) -> list[list[str]]:
    """What each decision of a history was, in no order, and without what another name of the module changes."""
    found: dict[int, list[str]] = {}
    for event in events:
        if DECIDED.search(event.type) and event.type != "DecisionTaskScheduled":
            told = msgspec.structs.asdict(event.attributes)
            text = repr({"type": event.type, **{name: told[name] for name in sorted(TOLD & set(told))}})
            text = re.sub(VARYING, "", text)
            found.setdefault(told.get("decision_task_completed_event_id", 0), []).append(text)
    return [sorted(texts) for texts in found.values()]


def imported(directory: Path, name: str, source: str, workflow: type[Workflow]) -> type[Workflow]:
    (directory / f"{name}.py").write_text(source)
    importlib.invalidate_caches()
    module = importlib.import_module(name)
    found: type[Workflow] = getattr(module, workflow.__name__)
    return found


@pytest.fixture
def forgotten() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize("workflow", EXAMPLES, ids=lambda workflow: workflow.__name__)
def test_a_slip_is_found_and_its_line_is_named(workflow: type[Workflow], command: Command, tmp_path: Path) -> None:
    run_id, events = played(workflow, workflow)
    content = {"execution": {"workflowId": "it", "runId": run_id}, "events": json.loads(wire.encode(events))}
    (tmp_path / "history.json").write_text(json.dumps(content))
    same = imported(tmp_path, "same", "\n".join(alone(workflow)), workflow)
    assert decisions(played(workflow, same)[1]) == decisions(events)
    done = command("workflow.replay", f"same.{workflow.__name__}", "--history", "history.json")
    assert (done.code, done.out) == (0, ""), done.out
    changing = 0
    for number, each in enumerate(mutations(workflow)):
        name = f"slip_{number}"
        code = imported(tmp_path, name, each.source, workflow)
        if decisions(played(workflow, code)[1]) == decisions(events):
            continue
        changing += 1
        done = command("workflow.replay", f"{name}.{workflow.__name__}", "--history", "history.json")
        assert (done.code, done.out != "") == (1, True), f"{each}: {done.err}"
        named = {int(line) for line in re.findall(rf"{name}\.py(?:\"?, line |:)(\d+)", done.out)}
        if each.kind == "drop" and "but now it fails" in done.out:  # with what stands in for a result
            assert named, f"{each}: {done.out}"
        else:
            assert named & each.lines, f"{each}: {done.out}"
    assert changing == EXAMPLES[workflow][1]


def test_fifty_slips_are_tried() -> None:
    assert sum(changing for _, changing in EXAMPLES.values()) >= 50
