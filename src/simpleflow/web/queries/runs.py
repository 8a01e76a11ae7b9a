"""Histories that were read, kept: a closed one as it is, an open one with only its new events fetched."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from simpleflow.storage import StorageError, ValueStore
from simpleflow.web.adapter import run_of
from simpleflow.web.files import Picture
from swf.client import Client
from swf.lifecycle import Execution
from swf.protocol import wire
from swf.protocol.event import HistoryEvent
from swf.protocol.operations import GetWorkflowExecutionHistory
from swf.protocol.values import WorkflowExecution

MOST_EVENTS: Final = 100_000
"""Events that are kept, of all runs together: about 2 KB each."""
FIRST_PAGE: Final = 100
PAGE: Final = 1000
PATIENCE_S: Final = 2.0

Name = tuple[str, str, str]
"""Domain, workflow id, run id."""


class Reading(Exception):
    """A long history is still being read; *read* events are there."""

    def __init__(self, read: int) -> None:
        super().__init__(f"{read} events were read so far")
        self.read = read


@dataclass
class Folded:
    """A history as far as it was read."""

    execution: Execution = field(default_factory=lambda: Execution(keep_closed=True))
    history: list[HistoryEvent] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    begun: threading.Event = field(default_factory=threading.Event)
    """Set when it was read to its end for the first time, or could not be."""
    read: int = 0
    """Events that were read so far."""
    is_fresh: bool = False
    """Whether nobody has looked since it was read for the first time."""
    error: Exception | None = None
    pictures: dict[int | None, Picture] = field(default_factory=dict)
    """Of a closed run, by how many nodes the graph may have."""

    @property
    def last(self) -> int:
        """The id of the last event that was read."""
        return self.execution.last_event_id


class Histories:
    """Reads histories; any number of readers of one run cost one."""

    def __init__(self, client: Client, *, patience_s: float = PATIENCE_S) -> None:
        """A history that takes longer than *patience_s* seconds is read on while its reader is told so."""
        self._client = client
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._kept: OrderedDict[Name, Folded] = OrderedDict()
        self._store = ValueStore()

    def read(self, name: Name) -> Folded:
        """The whole history as it is now. Raises the fault, Unreachable, or Reading if it takes long."""
        with self._lock:
            folded = self._kept.get(name)
            if folded is None:
                folded = self._kept[name] = Folded()
                threading.Thread(target=self._begin, args=(name, folded), name="history", daemon=True).start()
            self._kept.move_to_end(name)
        if not folded.begun.wait(self._patience_s):
            raise Reading(folded.read)
        if folded.error is not None:
            raise folded.error
        with folded.lock:
            if folded.execution.closed is None and not folded.is_fresh:
                self._catch_up(name, folded)
            folded.is_fresh = False
        self._forget()
        return folded

    def _begin(self, name: Name, folded: Folded) -> None:
        """Reads a history for the first time, whoever still waits for it."""
        try:
            for events in self._forwards(name):
                folded.read += len(events)
                for event in events:
                    folded.execution.evolve(event)
                    folded.history.append(event)
            folded.is_fresh = True
        except Exception as error:  # noqa: BLE001  # raised to those who wait
            folded.error = error
            with self._lock:
                self._kept.pop(name, None)
        folded.begun.set()

    def picture(self, name: Name, now: float, *, most_nodes: int | None) -> tuple[Picture, Folded]:
        """The run as it is *now*, with what is concluded from it."""
        folded = self.read(name)
        with folded.lock:
            kept = folded.pictures.get(most_nodes)
            if kept is not None:
                return kept, folded
            run = run_of(
                folded.execution,
                domain=name[0],
                workflow_id=name[1],
                run_id=name[2],
                now=max(now, folded.execution.last_timestamp),
                resolve=self.resolve,
            )
            picture = Picture(run, most_nodes)
            if run.close is not None:
                folded.pictures[most_nodes] = picture
        return picture, folded

    def resolve(self, text: str | None) -> str | None:
        """The text that a pointer stands for; the pointer itself if that is not here."""
        try:
            return self._store.resolve(text)
        except StorageError:  # a value that is not here is shown as its pointer
            return text

    def _catch_up(self, name: Name, folded: Folded) -> None:
        """Reads what is new, from the last event back to what is known."""
        for event in reversed(self._backwards(name, folded.last)):
            folded.execution.evolve(event)
            folded.history.append(event)

    def _forwards(self, name: Name) -> Iterator[list[HistoryEvent]]:
        token: str | None = None
        while True:
            page = self._client.call(
                GetWorkflowExecutionHistory(
                    domain=name[0],
                    execution=WorkflowExecution(workflow_id=name[1], run_id=name[2]),
                    next_page_token=token,
                    maximum_page_size=PAGE,
                )
            )
            yield wire.decode_events(page.events)
            token = page.next_page_token
            if token is None:
                return

    def _backwards(self, name: Name, known: int) -> list[HistoryEvent]:
        """Events after *known*, the newest first."""
        found: list[HistoryEvent] = []
        token: str | None = None
        size = FIRST_PAGE
        while True:
            page = self._client.call(
                GetWorkflowExecutionHistory(
                    domain=name[0],
                    execution=WorkflowExecution(workflow_id=name[1], run_id=name[2]),
                    next_page_token=token,
                    maximum_page_size=size,
                    reverse_order=True,
                )
            )
            for event in wire.decode_events(page.events):
                if event.id <= known:
                    return found
                found.append(event)
            token, size = page.next_page_token, PAGE
            if token is None:
                return found

    def _forget(self) -> None:
        """Drops the runs that nobody has looked at for longest."""
        with self._lock:
            total = sum(len(each.history) for each in self._kept.values())
            while total > MOST_EVENTS and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                total -= len(dropped.history)
