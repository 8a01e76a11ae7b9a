"""What the pages ask of a service, with what was read kept for a while."""

from __future__ import annotations

import difflib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypeVar

from simpleflow import format, stats
from simpleflow.web.files import Picture
from simpleflow.web.filters import Filter
from simpleflow.web.listed import Branch, Counts, DomainLine, Found, Line, TaskListLine, TypeLine
from simpleflow.web.queries import lists, others
from simpleflow.web.queries.faults import Refused, caught
from simpleflow.web.queries.runs import Commits, Folded, Histories, Name
from simpleflow.web.sketches import Sketch
from simpleflow.workflows import class_path
from swf.client import Client
from swf.exceptions import SWFError
from swf.protocol.faults import Fault
from swf.protocol.values import WorkflowExecution

COUNTS_S: Final = 15.0
"""How old counts may be: Amazon refills those calls slowly."""
QUICK_S: Final = 0.05
"""Counts that take longer come after the page."""
DOMAINS_S: Final = 60.0
HISTORY: Final = "GetWorkflowExecutionHistory"
KEPT: Final = 200
NEAR: Final = 3
DEEPEST: Final = 3
"""Levels of children that are read at once."""

Value = TypeVar("Value")


class Patience(NamedTuple):
    """For how many seconds a long history is waited for: by a page that says how far it is, and by all others."""

    at_once_s: float = 0.5
    whole_s: float = 10.0


PATIENCE: Final = Patience()


@dataclass(slots=True)
class _Kept:
    at: float
    value: Any


class Reader:
    """Reads a service for the pages; used by many threads."""

    def __init__(
        self,
        client: Client,
        now: Callable[[], float],
        *,
        patience: Patience = PATIENCE,
        commits: Commits | None = None,
        fresh_s: float = 0.0,
    ) -> None:
        """*commits* and *fresh_s* as :class:`~simpleflow.web.queries.runs.Histories` has them."""
        self.client = client
        self.now = now
        self.patience = patience
        self.histories = Histories(client, now, commits=commits, fresh_s=fresh_s)
        self._counting_s = 0.0
        """How long counting took the last time."""
        self._lock = threading.Lock()
        self._kept: OrderedDict[Any, _Kept] = OrderedDict()

    def domain_names(self, *, asks: bool = True) -> list[str]:
        """The domains of the menu; none if they cannot be read. Without *asks*, those that were read before."""
        if not asks:
            return self._domains()[0]
        try:
            return self._keeping(("domains",), DOMAINS_S, lambda: others.domain_names(self.client))[0]
        except Refused as refused:
            if refused.trouble.kind in ("denied", "lacking"):  # it will be so for a while
                self._keep(("domains",), ([], None))
            return []

    @property
    def arn(self) -> str | None:
        """The ARN of a domain, if one was read before."""
        return self._domains()[1]

    def _domains(self) -> tuple[list[str], str | None]:
        """What was read before."""
        kept: tuple[list[str], str | None] = self._old(("domains",)) or ([], None)
        return kept

    def domains(self) -> list[DomainLine]:
        """All domains. Raises Refused."""
        return others.domains(self.client)

    def executions(self, domain: str, filter: Filter) -> Found:
        """The list; if the service does not answer, the last one that it gave. Raises Refused."""
        now = self.now()
        key = ("list", domain, filter)
        try:
            found = lists.found(self.client, domain, filter, now)
        except Refused as refused:
            old: Found | None = self._old(key)
            if old is None or refused.trouble.kind not in ("silent", "throttled"):
                raise
            return replace(old, trouble=refused.trouble, is_old=True)
        if found.trouble is None:
            self._keep(key, found)
        return found

    def counts(self, domain: str, filter: Filter) -> Counts:
        """The counts of the tabs. Raises Refused."""
        return self._keeping(_counts_key(domain, filter), COUNTS_S, lambda: self._counted(domain, filter))

    def _counted(self, domain: str, filter: Filter) -> Counts:
        began = time.perf_counter()
        found = lists.counts(self.client, domain, filter, self.now())
        self._counting_s = time.perf_counter() - began
        return found

    def counts_at_once(self, domain: str, filter: Filter) -> Counts | None:
        """The counts, if a page need not wait for them: they are known, or counting was quick. Raises Refused."""
        with self._lock:
            kept = self._kept.get(_counts_key(domain, filter))
        is_fresh = kept is not None and self.now() - kept.at < COUNTS_S
        return self.counts(domain, filter) if is_fresh or self._counting_s < QUICK_S else None

    def types(self, domain: str) -> tuple[list[TypeLine], int]:
        """The types, and how many are not described. Raises Refused."""
        recent = lists.found(self.client, domain, Filter(), self.now()).lines
        return self._keeping(("types", domain), COUNTS_S, lambda: others.types(self.client, domain, recent))

    def task_lists(self, domain: str) -> tuple[list[TaskListLine], int]:
        """The task lists of open executions. Raises Refused."""
        still_open = lists.found(self.client, domain, Filter(state="open"), self.now()).lines
        return self._keeping(
            ("task lists", domain), COUNTS_S, lambda: others.task_lists(self.client, domain, still_open)
        )

    def runs(self, domain: str, workflow_id: str) -> list[Line]:
        """The runs of an id, newest first. Raises Refused."""
        return lists.runs_of(self.client, domain, workflow_id, self.now())

    def folded(self, name: Name, *, patience_s: float | None = None, is_only_news: bool = False) -> Folded:
        """The history of a run, waited for as long as those do who have nothing to show without it.

        With *is_only_news* it may be as old as viewers of an open run may be late. Raises Refused, Reading.
        """
        patience_s = self.patience.whole_s if patience_s is None else patience_s
        return caught(HISTORY, lambda: self.histories.read(name, patience_s=patience_s, is_only_news=is_only_news))

    def picture(
        self,
        domain: str,
        workflow_id: str,
        run_id: str,
        *,
        most_nodes: int | None = 400,
        folded: Folded | None = None,
    ) -> tuple[Picture, Folded]:
        """The run as it is now, with its history; *folded* None: it is read. Raises Refused, Reading."""
        name = (domain, workflow_id, run_id)
        folded = folded or self.folded(name)
        return self.histories.picture(name, folded, most_nodes=most_nodes), folded

    def sketch(self, name: Name) -> Sketch:
        """What can be told of a run whose history is being read. Raises Refused, Reading."""
        return caught(HISTORY, lambda: self.histories.sketch(name, patience_s=self.patience.whole_s))

    def by_run_id(self, domain: str, run_id: str) -> Line | None:
        """The execution with a run id, among those that a list reads. Raises Refused."""
        found = lists.found(self.client, domain, Filter(page=2), self.now())
        return next((line for line in found.lines if line.run_id == run_id), None)

    def near(self, domain: str, workflow_id: str) -> Sequence[Line]:
        """Executions with similar ids, of the newest ones."""
        try:
            lines = lists.found(self.client, domain, Filter(), self.now()).lines
        except Refused:
            return []
        newest = {line.workflow_id: line for line in reversed(lines)}
        ids = difflib.get_close_matches(workflow_id, newest, n=NEAR, cutoff=0.5)
        return [newest[id] for id in ids]

    def retention(self, domain: str) -> str | None:
        """For how many days the domain keeps closed executions; None if that is not known."""
        return others.retention_of(self.client, domain)

    def children(self, domain: str, workflow_id: str, run_id: str) -> list[Branch]:
        """The children, and theirs, to a depth that is read at once. Raises Refused."""
        filter = Filter(parent=workflow_id)
        lines = lists.found(self.client, domain, Filter(), self.now()).lines
        below: dict[tuple[str, str], list[Line]] = {}
        for line in lines:
            if line.parent is not None:
                below.setdefault(line.parent, []).append(line)
        if (workflow_id, run_id) not in below:
            for line in lists.found(self.client, domain, filter, self.now()).lines:
                if line.parent is not None:
                    below.setdefault(line.parent, []).append(line)
        return _branches(below, (workflow_id, run_id), 0)

    def extra_of(self, domain: str, type: tuple[str, str]) -> dict[str, Any] | None:
        """What the newest execution of a type (name, version) was started with beside its arguments: the class that
        decides it, which the type does not tell. None if there is none, or it does not say so.
        """
        try:
            filter = Filter(type=type[0], version=type[1])
            line = next(iter(lists.every(self.client, domain, filter, self.now(), 1)), None)
            if line is None:
                return None
            name = WorkflowExecution(workflow_id=line.workflow_id, run_id=line.run_id)
            started = stats.Reader(self.client, domain).first_event(name)
            input = format.decode(self.histories.resolve(started.input))
        except (Refused, Fault, SWFError, ValueError):
            return None  # the form works without it
        return input["__extra"] if class_path(input) is not None else None

    def _keeping(self, key: Any, seconds: float, make: Callable[[], Value]) -> Value:
        now = self.now()
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and now - kept.at < seconds:
            value: Value = kept.value
            return value
        made = make()
        self._keep(key, made)
        return made

    def _keep(self, key: Any, value: Any) -> None:
        with self._lock:
            self._kept[key] = _Kept(self.now(), value)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _old(self, key: Any) -> Any:
        with self._lock:
            kept = self._kept.get(key)
        return None if kept is None else kept.value


def _counts_key(domain: str, filter: Filter) -> Any:
    return "counts", domain, filter.since, filter.until


def _branches(below: dict[tuple[str, str], list[Line]], at: tuple[str, str], depth: int) -> list[Branch]:
    branches = []
    for line in below.get(at, ()):
        name = (line.workflow_id, line.run_id)
        is_deep = depth + 1 >= DEEPEST
        inner = [] if is_deep else _branches(below, name, depth + 1)
        branches.append(Branch(line, inner, is_more=is_deep and name in below))
    return branches
