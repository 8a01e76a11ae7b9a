"""Results of an earlier execution that this one has no need to compute again. They come with its input.

Being in event 1 they are the same in every replay. A task whose result is there, for the same arguments, is done as
soon as those are there; nothing is scheduled for it. The next run of one that continues as new does not get them: its
ids begin anew.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from simpleflow import format
from simpleflow.futures import Future
from simpleflow.replay.inputs import arguments, hashed
from simpleflow.replay.records import Record
from simpleflow.workflow import dotted_path
from swf.lifecycle import Execution
from swf.protocol.events import ActivityTaskCompleted, ChildWorkflowExecutionCompleted

if TYPE_CHECKING:
    from simpleflow.replay.run import Run

Entry = tuple[str, str, str, str, str | None]
"""Kind (``activity``, ``child``), id, name of the type, hash of the arguments, stored text of the result."""
FIELD: Final = "reuse"


class Reuse:
    """What one run has got from an earlier execution."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._entries: dict[tuple[str, str], Entry] = {}
        self._names_of: dict[tuple[str, str], str] = {}
        self._alike: dict[tuple[str, str, str], dict[str, None]] = {}
        """Ids by kind, name of the type and hash of the arguments."""
        self._settled: deque[tuple[Future[Any], str | None]] = deque()
        self._is_settling = False

    def take(self, input: Any) -> None:
        """Learns what came with the decoded *input*."""
        self._entries = {(kind, id): (kind, id, *rest) for kind, id, *rest in carried_by(input)}
        for kind, id, name, digest, _ in self._entries.values():
            self._names_of[kind, id] = name
            self._alike.setdefault((kind, name, digest), {})[id] = None

    def settles(self, record: Record) -> bool:
        """Finishes the task of *record*, whose arguments are there, if its result is there as well."""
        entry = self._entry(record)
        if entry is None:
            return False
        self._run.forget(record)
        self._settled.append((record.future, entry[-1]))
        if not self._is_settling:  # else the loop below is at work: a long chain must not become a deep recursion
            self._is_settling = True
            try:
                while self._settled:
                    future, text = self._settled.popleft()
                    future.set_finished_lazily(functools.partial(self._run.options.decode, text))
            finally:
                self._is_settling = False
        return True

    def _entry(self, record: Record) -> Entry | None:
        """The entry of this id and these arguments; a result for others would be wrong.

        If the id had others, an entry with these of another id: where functions of a canvas submit tasks, ids follow
        the order in which they come to it, which is another one when nothing has to be waited for.
        """
        if not self._entries or record.kind not in ("activity", "child"):
            return None
        assert record.id is not None
        options = self._run.options
        id = local_id(record.id, options.workflow_id, options.run_id)
        known = self._names_of.get((record.kind, id))
        if known is None:
            return None
        if known not in _names(record):
            self._run.note(f"the earlier result of {record.id!r} is not reused: it was one of {known!r}")
            return None
        entry = self._chosen(record, id, known, hashed(record.task.args, record.task.kwargs))
        if entry is not None:
            del self._entries[entry[:2]]
            del self._alike[record.kind, known, entry[3]][entry[1]]
        return entry

    def _chosen(self, record: Record, id: str, name: str, digest: str) -> Entry | None:
        entry = self._entries.get((record.kind, id))
        if entry is not None and entry[3] == digest:
            return entry
        alike = next(iter(self._alike.get((record.kind, name, digest), ())), None)
        if alike is not None:
            return self._entries[record.kind, alike]
        self._run.note(f"the earlier result of {record.id!r} is not reused: its arguments were others")
        return None


def _names(record: Record) -> tuple[str, ...]:
    if record.kind == "activity":
        return (record.task.activity.name,)
    return dotted_path(record.task.workflow), record.task.workflow.name


def local_id(id: str, workflow_id: str, run_id: str) -> str:
    """The id of a task without what tells the executions of a domain apart in the ids of their children."""
    return id.replace(f"-{workflow_id}--{zlib.adler32(run_id.encode()):x}--", "--", 1)


def carried_by(input: Any) -> list[Any]:
    """The entries that came with a decoded input, in the order in which their tasks were completed."""
    return list(_of_engine(input).get(FIELD, {}).get("results", ()))


def source_of(input: Any) -> tuple[str, str] | None:
    """The execution (workflow id, run id) whose results came with a decoded input; None: there are none."""
    told = _of_engine(input).get(FIELD)
    return None if told is None else (told["workflow_id"], told["run_id"])


def _of_engine(input: Any) -> dict[str, Any]:
    meta = input.get("meta") if isinstance(input, dict) else None
    found = meta.get("simpleflow") if isinstance(meta, dict) else None
    return found if isinstance(found, dict) else {}


def carrying(input: Any, entries: list[Entry], workflow_id: str, run_id: str) -> dict[str, Any]:
    """The decoded *input* with results of that execution, in place of any that it had."""
    args, kwargs = arguments(input)
    content = dict(input) if isinstance(input, dict) else {}
    meta = dict(content.get("meta") or {})
    told = {"workflow_id": workflow_id, "run_id": run_id, "results": entries}
    meta["simpleflow"] = {**(meta.get("simpleflow") or {}), FIELD: told}
    return {**content, "args": args, "kwargs": kwargs, "meta": meta}


class NoSuchTask(Exception):
    """The execution has no task of this id; *known* are those that it has."""

    def __init__(self, task_id: str, known: list[str]) -> None:
        super().__init__(f"there is no task {task_id!r} in this execution")
        self.known = known


def results_of(
    execution: Execution,
    workflow_id: str,
    run_id: str,
    *,
    decode: Callable[[str | None], Any] = format.decode,
    before: str | None = None,
    force: re.Pattern[str] | None = None,
) -> list[Entry]:
    """The results in a history (closed things kept) that another execution may reuse, in the order of completion.

    *before*: only those that were there when the task of this id was scheduled first. *force*: tasks with ids in
    which it is found are left out. What an execution has reused itself counts as completed before all else.
    """
    earlier = {(kind, id): (kind, id, *rest) for kind, id, *rest in carried_by(decode(execution.started.input))}
    completed = _completed(execution, workflow_id, run_id, decode)
    scheduled = _scheduled(execution, workflow_id, run_id)
    last = execution.last_event_id + 1
    if before is not None:
        id = local_id(before, workflow_id, run_id)
        reused = [key for key in earlier if key[1] == id]
        if id in scheduled:
            last = scheduled[id]
        elif reused:
            keys = list(earlier)
            earlier = {key: earlier[key] for key in keys[: keys.index(reused[0])]}
            last = 0
        else:
            raise NoSuchTask(before, [*scheduled, *(key[1] for key in earlier)])
    found: dict[tuple[str, str], Entry] = {**earlier}
    for at in sorted(completed):
        entry = completed[at]
        if at < last:
            found.pop(entry[:2], None)
            found[entry[:2]] = entry
    return [entry for entry in found.values() if force is None or force.search(entry[1]) is None]


def _completed(
    execution: Execution, workflow_id: str, run_id: str, decode: Callable[[str | None], Any]
) -> Mapping[int, Entry]:
    """By the id of the event that completed it."""
    found: dict[int, Entry] = {}
    for task in execution.activities.values():
        if task.closed is not None and isinstance(task.closed.attributes, ActivityTaskCompleted):
            digest = hashed(*arguments(decode(task.wanted.input)))
            name, result = task.wanted.activity_type.name, task.closed.attributes.result
            found[task.closed.id] = "activity", task.id, name, digest, result
    for child in execution.children.values():
        if child.closed is not None and isinstance(child.closed.attributes, ChildWorkflowExecutionCompleted):
            digest = hashed(*arguments(decode(child.wanted.input)))
            name, result = child.wanted.workflow_type.name, child.closed.attributes.result
            found[child.closed.id] = "child", local_id(child.id, workflow_id, run_id), name, digest, result
    return found


def _scheduled(execution: Execution, workflow_id: str, run_id: str) -> dict[str, int]:
    """Task id to the event that scheduled it first."""
    begun = {at: task.id for at, task in execution.activities.items()}
    begun |= {at: child.id for at, child in execution.children.items()}
    found: dict[str, int] = {}
    for at, id in sorted(begun.items()):
        found.setdefault(local_id(id, workflow_id, run_id), at)
    return found
