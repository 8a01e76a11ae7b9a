"""Real executions of real workflows on a file, made in this process in virtual time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simpleflow.client import Client
from simpleflow.handle import Handle
from simpleflow.local.world import DOMAIN, World
from simpleflow.workflow import Workflow
from swf.server import open_service

LOCAL = ("--domain", DOMAIN)


class Stage:
    """A world on a file: executions play in it, and commands read it afterwards."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._client = Client(world.client, DOMAIN, keeps_values=True, task_list=world.task_list)

    def start(self, workflow: type[Workflow], *args: Any, workflow_id: str, **kwargs: Any) -> Handle[Any]:
        """Starts an execution, which comes as far as it can without time."""
        self.world.add(workflow)
        handle: Handle[Any] = self._client.with_options(workflow_id=workflow_id).start(workflow, *args, **kwargs)
        self.world.settle()
        return handle


@contextlib.contextmanager
def stage(path: Path) -> Iterator[Stage]:
    """A world on the file, which nobody holds any more when this is left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simpleflow.local.world.open_service", lambda _, clock: open_service(path, clock=clock))
        world = World()
    try:
        yield Stage(world)
    finally:
        world.close()
