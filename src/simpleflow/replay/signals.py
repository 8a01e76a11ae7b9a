"""Signals a run has received, and who waits for them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from simpleflow.futures import Future


class Signals:
    """By name: all that were received, in order. No signal overwrites another."""

    def __init__(self) -> None:
        self.received: dict[str, list[tuple[Any, int]]] = defaultdict(list)
        """The inputs, decoded, with their event ids."""
        self._heard: set[str] = set()
        self._taken: dict[str, int] = defaultdict(int)
        self._waiting: dict[str, list[Future[Any]]] = defaultdict(list)
        self._consuming: dict[str, list[Future[Any]]] = defaultdict(list)

    def receive(self, name: str, value: Any, event_id: int) -> None:
        """A signal has come."""
        self.received[name].append((value, event_id))
        for future in self._waiting.pop(name, ()):
            self._heard.add(name)
            future.set_finished(value)
        self._serve(name)

    def wait(self, name: str, future: Future[Any], *, consume: bool) -> None:
        """*future* gets the latest signal of the name, or (*consume*) the next one that nobody has had."""
        if consume:
            self._consuming[name].append(future)
            self._serve(name)
        elif self.received.get(name):
            self._heard.add(name)
            future.set_finished(self.received[name][-1][0])
        else:
            self._waiting[name].append(future)

    def _serve(self, name: str) -> None:
        waiting = self._consuming[name]
        while waiting and len(self.received[name]) > self._taken[name]:
            future = waiting.pop(0)
            if not future.done:  # one that was cancelled takes nothing
                value = self.received[name][self._taken[name]][0]
                self._taken[name] += 1
                future.set_finished(value)

    def unheard(self) -> list[str]:
        """The names of signals that came and were never waited for."""
        return sorted(
            name
            for name, inputs in self.received.items()
            if name not in self._heard and len(inputs) > self._taken.get(name, 0)
        )

    def awaited(self) -> list[str]:
        """The names that somebody waits for."""
        names = {*self._waiting, *self._consuming}
        return sorted(
            name
            for name in names
            if any(not f.done for f in (*self._waiting.get(name, ()), *self._consuming.get(name, ())))
        )
