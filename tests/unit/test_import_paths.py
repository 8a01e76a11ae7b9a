"""What user code of the seed imports can be imported, and is the same thing wherever it is imported from."""

from __future__ import annotations

import importlib

import pytest

PATHS = [
    "swf",
    "swf.models",
    "swf.querysets",
    "swf.actors",
    "swf.core",
    "swf.settings",
    "swf.exceptions",
    "swf.utils",
    "swf.constants",
    "swf.responses",
    "swf.format",
    "swf.models.history.builder",
    "simpleflow",
    "simpleflow.activity",
    "simpleflow.workflow",
    "simpleflow.futures",
    "simpleflow.canvas",
    "simpleflow.task",
    "simpleflow.exceptions",
    "simpleflow.executor",
    "simpleflow.local",
    "simpleflow.local.executor",
    "simpleflow.registry",
    "simpleflow.history",
    "simpleflow.execute",
    "simpleflow.settings",
    "simpleflow.settings.base",
    "simpleflow.settings.default",
    "simpleflow.utils",
    "simpleflow.signal",
    "simpleflow.marker",
    "simpleflow.format",
    "simpleflow.storage",
    "simpleflow.step",
    "simpleflow.metrology",
    "simpleflow.swf.executor",
    "simpleflow.swf.task",
    "simpleflow.swf.process.decider",
    "simpleflow.swf.process.worker",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_public_path_leads_somewhere(path: str) -> None:
    assert importlib.import_module(path).__doc__


def test_doors_lead_to_the_same_things() -> None:
    from simpleflow import base, executor, task
    from simpleflow.swf import task as swf_task

    assert executor.Executor is base.Executor
    assert all(getattr(swf_task, name) is getattr(task, name) for name in swf_task.__all__)
