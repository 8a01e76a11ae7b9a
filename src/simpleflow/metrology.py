"""What activities read and wrote, step by step; kept in S3, one object per activity, and merged at the end.

Everything lies below ``METROLOGY_PATH_PREFIX`` (else ``metrology``) in ``METROLOGY_BUCKET``:
``<workflow id>/<run id>/activity.<activity id>.json``, and ``metrology.json`` of the whole run.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from simpleflow import attempt, settings, storage, texts
from simpleflow.workflow import Workflow

if TYPE_CHECKING:
    from simpleflow.history import History


@dataclass(slots=True)
class StepIO:
    """How much was read or written; None is not known."""

    bytes: int | None = None
    records: int | None = None


@dataclass(slots=True)
class Step:
    """One part of an activity. *started_at* and *finished_at* are seconds since 1970."""

    name: str
    metadata: dict[str, Any] = field(default_factory=dict)
    read: StepIO = field(default_factory=StepIO)
    write: StepIO = field(default_factory=StepIO)
    started_at: float | None = None
    finished_at: float | None = None
    failed: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The step as JSON, with its duration."""
        told = asdict(self)
        if self.started_at is not None and self.finished_at is not None:
            told["duration"] = round(self.finished_at - self.started_at, 6)
        return told


class MetrologyTask:
    """For activities written as classes: ``with self.step("load") as step: step.read.records = 7``."""

    context: dict[str, Any] | None = None

    @property
    def steps(self) -> list[Step]:
        """The steps so far."""
        found: list[Step] = vars(self).setdefault("_metrology_steps", [])
        return found

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Measures the block."""
        step = Step(name, started_at=time.time())
        self.steps.append(step)
        try:
            yield step
        except BaseException:
            step.failed = True
            raise
        finally:
            step.finished_at = time.time()

    def post_execute(self) -> None:
        """Keeps the steps; nothing is kept where no attempt runs."""
        if self.context is None or not self.steps:
            return
        it = attempt.current()
        told = {
            "activity_id": it.activity_id,
            "name": it.name,
            "version": it.version,
            "attempt": it.attempt,
            "steps": [step.as_dict() for step in self.steps],
        }
        name = f"activity.{urllib.parse.quote(it.activity_id, safe='')}.json"
        path = f"{folder(it.workflow_id, it.run_id)}/{name}"
        storage.push_content(settings.METROLOGY_BUCKET, path, texts.encode(told), content_type="application/json")


class MetrologyWorkflow(Workflow):
    """A workflow that merges what its activities have kept, when it is closed."""

    def after_closed(self, history: History) -> None:
        """Writes ``metrology.json``: the history's tasks, each with the steps it has kept."""
        context = self.get_run_context()
        place = folder(context["workflow_id"], context["run_id"])
        bucket = settings.METROLOGY_BUCKET
        kept: dict[str, Any] = {}
        for key in storage.list_keys(bucket, f"{place}/activity."):
            told = json.loads(storage.pull_content(bucket, key))
            kept[told["activity_id"]] = told
        tasks = [{**_summary(task), "metrology": kept.get(task["id"])} for task in history.tasks]
        storage.push_content(bucket, f"{place}/metrology.json", texts.encode(tasks), content_type="application/json")


def folder(workflow_id: str, run_id: str) -> str:
    """Where a run keeps its measurements."""
    prefix = str(settings.METROLOGY_PATH_PREFIX or "metrology").strip("/")
    return "/".join([prefix, *(urllib.parse.quote(each, safe="") for each in (workflow_id, run_id))])


def _summary(task: dict[str, Any]) -> dict[str, Any]:
    """What the history says of a task, without its values."""
    return {
        key: value
        for key, value in task.items()
        if key in ("type", "id", "name", "version", "state", "retry") or isinstance(value, datetime.datetime)
    }
