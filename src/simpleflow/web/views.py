"""Values as JSON: what the pages show, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simpleflow.web.files import Picture
from simpleflow.web.listed import Branch, Counts, Found, Line
from simpleflow.web.pages.entries import Entry
from simpleflow.web.runs import Run, Task


def line(each: Line) -> dict[str, Any]:
    """One execution of a list; times are in seconds since 1970 UTC."""
    return {
        "workflow_id": each.workflow_id,
        "run_id": each.run_id,
        "type": each.type,
        "version": each.version,
        "state": str(each.state),
        "started": each.start,
        "closed": each.close,
        "tags": list(each.tags),
        "parent": None if each.parent is None else {"workflow_id": each.parent[0], "run_id": each.parent[1]},
        "cancel_requested": each.is_cancel_requested,
    }


def executions(found: Found, shown: Sequence[Line], counts: Counts | None) -> dict[str, Any]:
    """A list of executions."""
    return {
        "executions": [line(each) for each in shown],
        "matching": len(found.lines),
        "read": found.read,
        "is_all": found.is_all,
        "trouble": None if found.trouble is None else {"kind": found.trouble.kind, "message": found.trouble.message},
        "counts": None if counts is None else counted(counts),
    }


def counted(counts: Counts) -> dict[str, Any]:
    """The counts by state."""
    return {name: {"count": each.number, "is_more": each.is_more} for name, each in counts.items()}


def branch(each: Branch) -> dict[str, Any]:
    """A child with its own children; *is_more*: there are more below."""
    return {**line(each.line), "children": [branch(child) for child in each.below], "is_more": each.is_more}


def entry(each: Entry) -> dict[str, Any]:
    """A row of the compact table of events."""
    return {
        "event": each.event,
        "at": each.at,
        "kind": each.kind,
        "state": None if each.state is None else str(each.state),
        "name": each.name,
        "attempt": each.attempt or None,
        "waited": each.waited,
        "ran": each.ran,
        "text": each.text,
    }


def part(name: str, values: Sequence[Any], at: int, most: int) -> dict[str, Any]:
    """At most *most* of the values from one on, with how many there are and where the next part begins."""
    end = at + most
    return {name: values[at:end], "at": at, "of": len(values), "next": end if end < len(values) else None}


def summary(picture: Picture) -> dict[str, Any]:
    """A run in short: the sentence, where the time went, the critical path."""
    run, it = picture.run, picture.sentence
    return {
        "domain": run.domain,
        "workflow_id": run.workflow_id,
        "run_id": run.run_id,
        "type": run.type,
        "version": run.version,
        "state": str(run.state),
        "started": run.start,
        "closed": run.close,
        "seconds": run.end - run.start,
        "task_list": run.task_list,
        "tags": list(run.tags),
        "events": run.events,
        "tasks": len(run.tasks),
        "sentence": {"mood": str(it.mood), "text": str(it), "task": it.task},
        "spent": {str(each.part): each.milliseconds for each in picture.spent},
        "critical_path": list(picture.path),
        "result": run.result,
        "reason": run.reason,
    }


def tasks(run: Run) -> list[dict[str, Any]]:
    """All tasks with their attempts."""
    return [task(each) for each in run.tasks]


def task(each: Task) -> dict[str, Any]:
    """One task."""
    return {
        "id": each.id,
        "kind": str(each.kind),
        "name": each.name,
        "version": each.version,
        "state": str(each.state),
        "after": list(each.after),
        "is_inferred": each.is_inferred,
        "input": each.input,
        "result": each.result,
        "attempts": [
            {
                "scheduled": attempt.scheduled,
                "started": attempt.started,
                "closed": attempt.closed,
                "outcome": None if attempt.outcome is None else str(attempt.outcome),
                "reason": attempt.reason,
                "worker": attempt.worker,
                "event": attempt.event,
            }
            for attempt in each.attempts
        ],
    }


def graph(picture: Picture) -> dict[str, Any]:
    """The dataflow as it is drawn."""
    found = picture.graph
    return {
        "nodes": [
            {
                "id": node.id,
                "kind": str(node.kind),
                "name": node.name,
                "state": str(node.state),
                "tasks": [each.id for each in node.tasks],
                "is_critical": node.is_critical,
                "seconds": node.seconds,
            }
            for node in found.nodes
        ],
        "edges": [
            {"from": edge.source, "to": edge.target, "is_critical": edge.is_critical, "is_inferred": edge.is_inferred}
            for edge in found.edges
        ],
        "hidden": found.hidden,
    }
