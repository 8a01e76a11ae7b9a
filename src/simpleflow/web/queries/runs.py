"""Histories that were read, kept: a closed one as it is, an open one with only its new events fetched."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from simpleflow.storage import StorageError, ValueStore
from simpleflow.web.adapter import run_of
from simpleflow.web.files import Picture
from simpleflow.web.insight.moments import moments
from simpleflow.web.runs import Run
from simpleflow.web.sketches import PartOfRun, Sketch, told_by
from swf.client import Client
from swf.clients.retrying import passes
from swf.exceptions import ResponseError
from swf.lifecycle import Execution
from swf.protocol import wire
from swf.protocol.event import HistoryEvent
from swf.protocol.operations import GetWorkflowExecutionHistory, History
from swf.protocol.values import WorkflowExecution

MOST_BYTES: Final = 100 * 1024 * 1024
"""Of the events as they were sent, of all runs together that are kept; in memory they take a good two times as much."""
FIRST_PAGE: Final = 100
PAGE: Final = 1000
SAME_S: Final = 1.0
"""So old the picture of an open run may be when somebody else looks at it."""

Name = tuple[str, str, str]
"""Domain, workflow id, run id."""
Commits = Callable[[], Hashable | None]
"""What is another one after every write of the service; None: that is not known now."""


class Reading(Exception):
    """A long history is still being read; *read* events are there, of *total* if that is known."""

    def __init__(self, read: int, total: int | None = None) -> None:
        super().__init__(f"{read} events were read so far")
        self.read = read
        self.total = total


@dataclass
class _Attempt:
    """A try to read a history to its end."""

    ended: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


@dataclass
class Folded:
    """A history as far as it was read."""

    execution: Execution = field(default_factory=lambda: Execution(keep_closed=True))
    history: list[HistoryEvent] = field(default_factory=list)
    size: int = 0
    """Of its events, in bytes, as they were sent."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while it is read on, or looked at, once it was read to its end."""
    attempt: _Attempt | None = None
    token: str | None = None
    """Where the reading goes on when a try has failed."""
    begun: threading.Event = field(default_factory=threading.Event)
    """Set when its first event is there, or cannot be had."""
    newest_lock: threading.Lock = field(default_factory=threading.Lock)
    newest: list[HistoryEvent] = field(default_factory=list)
    """The newest events, read ahead of the others; none if nobody has asked for them."""
    is_fresh: bool = False
    """Whether nobody has looked since it was read for the first time."""
    read_at: float = 0.0
    commit: Hashable | None = None
    """The last write of the service before it was read; None: not known."""
    pictures: dict[int | None, Picture] = field(default_factory=dict)
    """By how many nodes the graph may have; of an open run as it was when it was looked at last."""
    moments: tuple[int, tuple[float, ...]] = (0, ())
    """The last event, and when the sentence will be another one although no event follows."""

    @property
    def last(self) -> int:
        """The id of the last event that was read."""
        return self.execution.last_event_id

    @property
    def total(self) -> int | None:
        """How many events there are at least, if that is known."""
        return self.newest[-1].id if self.newest else None


class Histories:
    """Reads histories; any number of readers of one run cost one."""

    def __init__(
        self, client: Client, now: Callable[[], float], *, commits: Commits | None = None, fresh_s: float = 0.0
    ) -> None:
        """*commits* tells when there may be something new; None: that is only known by asking the service.

        Then an open run that was read less than *fresh_s* seconds ago need not be read again for who only wants news.
        """
        self._client = client
        self._now = now
        self._commits = commits or (lambda: None)
        self._fresh_s = fresh_s
        self._lock = threading.Lock()
        self._kept: OrderedDict[Name, Folded] = OrderedDict()
        self._store = ValueStore()

    def read(self, name: Name, *, patience_s: float, is_only_news: bool = False) -> Folded:
        """The whole history as it is now. Raises the fault, Unreachable, or Reading if it takes longer than that."""
        folded = self._found(name)
        attempt = folded.attempt
        assert attempt is not None
        if not attempt.ended.wait(patience_s):
            raise Reading(len(folded.history), folded.total)
        if attempt.error is not None:
            raise attempt.error
        with folded.lock:
            is_as_now = folded.is_fresh and self._now() - folded.read_at < SAME_S
            folded.is_fresh = False
            if folded.execution.closed is None and not is_as_now:
                self._catch_up(name, folded, fresh_s=self._fresh_s if is_only_news else 0.0)
        self._forget()
        return folded

    def known(self, name: Name) -> Folded | None:
        """A history as it was read before; None if it was not read to its end."""
        with self._lock:
            folded = self._kept.get(name)
        attempt = None if folded is None else folded.attempt
        is_whole = attempt is not None and attempt.ended.is_set() and attempt.error is None
        return folded if is_whole else None

    def _found(self, name: Name) -> Folded:
        """What is kept of a history; it is being read if it was not read to its end before."""
        with self._lock:
            folded = self._kept.get(name)
            if folded is None:
                folded = self._kept[name] = Folded()
            self._kept.move_to_end(name)
            attempt = folded.attempt
            if attempt is None or (attempt.error is not None and attempt.ended.is_set()):
                folded.attempt = attempt = _Attempt()
                reading = (name, folded, attempt)
                threading.Thread(target=self._begin, args=reading, name="history", daemon=True).start()
            return folded

    def _begin(self, name: Name, folded: Folded, attempt: _Attempt) -> None:
        """Reads a history for the first time, whoever still waits for it; on from where an earlier try has failed."""
        try:
            commit, read_at = self._commits(), self._now()
            for events in self._forwards(name, folded):
                self._take(folded, events)
                folded.begun.set()
                if folded.newest and folded.newest[0].id <= folded.last + 1:
                    self._take(folded, [event for event in folded.newest if event.id > folded.last])
                    break
            if not folded.history:
                raise ResponseError("GetWorkflowExecutionHistory was answered without any event")
            folded.commit, folded.read_at = commit, read_at
            folded.is_fresh = not folded.newest
        except Exception as error:  # noqa: BLE001  # raised to those who wait
            attempt.error = error
            folded.begun.set()
            if not passes(error):
                with self._lock:
                    if self._kept.get(name) is folded:
                        del self._kept[name]
        attempt.ended.set()

    def sketch(self, name: Name, *, patience_s: float) -> Sketch:
        """What the first and the newest events tell of a history that is being read.

        Raises the fault, Unreachable, or Reading if not even they are there after *patience_s* seconds.
        """
        folded = self._found(name)
        attempt = folded.attempt
        if not folded.begun.wait(patience_s) or not folded.history:
            if attempt is not None and attempt.error is not None:
                raise attempt.error
            raise Reading(0)
        with folded.newest_lock:
            if not folded.newest:
                folded.newest = _events(self._page(name, None, PAGE, is_reverse=True))[::-1]
        execution = told_by(folded.history[0], folded.newest)
        picture = PartOfRun(self._run(name, execution, self._now()))
        return Sketch(execution, picture, len(folded.history), len(folded.newest), folded.newest[-1].id)

    def picture(self, name: Name, folded: Folded, *, most_nodes: int | None) -> Picture:
        """The run as it is now, with what is concluded from it."""
        now = self._now()
        with folded.lock:
            kept = folded.pictures.get(most_nodes)
            if kept is None or not _is_as_now(kept.run, folded, now):
                run = self._run(name, folded.execution, now)
                kept = folded.pictures[most_nodes] = Picture(run, most_nodes)
        return kept

    def _run(self, name: Name, execution: Execution, now: float) -> Run:
        return run_of(
            execution,
            domain=name[0],
            workflow_id=name[1],
            run_id=name[2],
            now=max(now, execution.last_timestamp),
            resolve=self.resolve,
        )

    def has_changed(self, name: Name, folded: Folded, seen: float) -> bool:
        """Whether an open run is told of in other words than at *seen*, although no event has followed."""
        with folded.lock:
            if folded.moments[0] != folded.last:
                kept = next((each.run for each in folded.pictures.values() if each.run.events == folded.last), None)
                run = kept or self._run(name, folded.execution, self._now())
                folded.moments = folded.last, moments(run, folded.execution.last_timestamp)
            return any(seen <= moment < self._now() for moment in folded.moments[1])

    def resolve(self, text: str | None) -> str | None:
        """The text that a pointer stands for; the pointer itself if that is not here."""
        try:
            return self._store.resolve(text)
        except StorageError:  # a value that is not here is shown as its pointer
            return text

    def _catch_up(self, name: Name, folded: Folded, *, fresh_s: float) -> None:
        """Reads what is new, from the last event back to what is known; nothing if there cannot be anything."""
        commit, now = self._commits(), self._now()
        if commit == folded.commit if commit is not None else now - folded.read_at < fresh_s:
            return
        new = self._backwards(name, folded.last)[::-1]
        folded.size += sum(len(wire.encode(event)) for event in new)
        self._take(folded, new)
        folded.commit, folded.read_at = commit, now

    @staticmethod
    def _take(folded: Folded, events: list[HistoryEvent]) -> None:
        for event in events:
            folded.execution.evolve(event)
            folded.history.append(event)

    def _forwards(self, name: Name, folded: Folded) -> Iterator[list[HistoryEvent]]:
        while True:
            page = self._page(name, folded.token, PAGE)
            events = _events(page)
            folded.size += len(memoryview(page.events))
            yield [event for event in events if event.id > folded.last]
            folded.token = page.next_page_token
            if folded.token is None:
                return

    def _backwards(self, name: Name, known: int) -> list[HistoryEvent]:
        """Events after *known*, the newest first."""
        found: list[HistoryEvent] = []
        token: str | None = None
        size = FIRST_PAGE
        while True:
            page = self._page(name, token, size, is_reverse=True)
            for event in _events(page):
                if event.id <= known:
                    return found
                found.append(event)
            token, size = page.next_page_token, PAGE
            if token is None:
                return found

    def _page(self, name: Name, token: str | None, size: int, *, is_reverse: bool = False) -> History:
        return self._client.call(
            GetWorkflowExecutionHistory(
                domain=name[0],
                execution=WorkflowExecution(workflow_id=name[1], run_id=name[2]),
                next_page_token=token,
                maximum_page_size=size,
                reverse_order=is_reverse or None,
            )
        )

    def _forget(self) -> None:
        """Drops the runs that nobody has looked at for longest."""
        with self._lock:
            total = sum(each.size for each in self._kept.values())
            while total > MOST_BYTES and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                total -= dropped.size


def _events(page: History) -> list[HistoryEvent]:
    try:
        return wire.decode_events(page.events)
    except msgspec.DecodeError as error:
        what = f"GetWorkflowExecutionHistory was answered with events that cannot be read: {error}"
        raise ResponseError(what) from error


def _is_as_now(run: Run, folded: Folded, now: float) -> bool:
    """Whether a picture that was drawn of a run still tells how it is."""
    if run.events != folded.last:
        return False
    is_current = 0 <= now - run.now < SAME_S and not any(run.now <= moment < now for moment in folded.moments[1])
    return run.close is not None or is_current
