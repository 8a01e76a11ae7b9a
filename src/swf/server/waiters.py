"""Task lists in memory: pollers that wait, in the order they came, and tasks that wait, most urgent first."""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from swf.server.pending import Pending
from swf.server.store.changes import ListKey, TaskRow


@dataclass(slots=True)
class TaskList:
    """One list. Tasks that have gone meanwhile leave when they come up."""

    tasks: list[tuple[tuple[int, float, int, int], TaskRow]]
    pollers: OrderedDict[int, Pending] = field(default_factory=OrderedDict)
    is_used: bool = True
    """Whether anybody has asked for it since the last sweep."""

    def offer(self, task: TaskRow) -> None:
        """The task waits."""
        heapq.heappush(self.tasks, (task.order, task))

    def take(self, still_waits: Callable[[TaskRow], bool]) -> TaskRow | None:
        """The most urgent task that *still_waits*, or None."""
        while self.tasks:
            _, task = heapq.heappop(self.tasks)
            if still_waits(task):
                return task
        return None


class TaskLists:
    """All lists that somebody has polled or that got a task in this life of the service."""

    def __init__(self, load: Callable[[ListKey], Iterable[TaskRow]]) -> None:
        """*load* reads the tasks of a list that were waiting in the file."""
        self._load = load
        self._lists: dict[ListKey, TaskList] = {}

    def __getitem__(self, key: ListKey) -> TaskList:
        found = self._lists.get(key)
        if found is None:
            tasks = sorted((task.order, task) for task in self._load(key))
            found = self._lists[key] = TaskList(tasks)
        found.is_used = True
        return found

    def loaded(self, key: ListKey) -> TaskList | None:
        """The list, if its tasks are in memory; if not, they will be read from the file when they are."""
        return self._lists.get(key)

    def all(self) -> list[TaskList]:
        """Every list that is in memory now."""
        return list(self._lists.values())

    def sweep(self) -> None:
        """Forgets lists without pollers that nobody has used since the last time; the file knows their tasks."""
        for key, found in list(self._lists.items()):
            if not found.is_used and not found.pollers:
                del self._lists[key]
            found.is_used = False

    def reload(self) -> None:
        """Reads the tasks of all lists again, after a write that failed."""
        for key, found in self._lists.items():
            found.tasks = sorted((task.order, task) for task in self._load(key))

    def leave(self, key: ListKey, pending: Pending) -> None:
        """The poller does not wait any longer. A list without pollers and tasks is forgotten: clients make up names."""
        found = self._lists.get(key)
        if found is None:
            return
        found.pollers.pop(id(pending), None)
        if not found.pollers and not found.tasks:
            del self._lists[key]
