"""The addresses of pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias
from urllib.parse import quote, quote_plus, urlencode

Query: TypeAlias = Mapping[str, str | int | None]

HOME: Final = "/"
SUFFIXES: Final = {"summary.json", "tasks.json", "graph.json", "history.json", "graph.svg", "timeline.svg"}
"""What belongs to one execution and is no page."""


_DOTS: Final = re.compile(r":*\.\.?")


def segment(text: str) -> str:
    """*text* as one segment of a path, of which :func:`text_of` makes it again.

    ``.`` and ``..`` are legal ids, but no browser asks for such a segment, however it is encoded: they get a colon in
    front, which no id of SWF may have. So does what looks like that already.
    """
    return quote(f":{text}" if _DOTS.fullmatch(text) else text, safe="")


def text_of(segment: str) -> str:
    """What a segment of a path, without its percent signs, stands for."""
    return segment[1:] if segment.startswith(":") and _DOTS.fullmatch(segment) else segment


def with_query(path: str, query: Query) -> str:
    """*path* with the values that are given: None and empty ones are left out."""
    given = {key: str(value) for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def varying(path: str, query: Query, name: str) -> Callable[[str], str]:
    """What gives *path* with the same values and another one of *name*, which stands first."""
    rest = with_query("", {key: value for key, value in query.items() if key != name}).removeprefix("?")
    before, after = f"{path}?{quote_plus(name)}=", f"&{rest}" if rest else ""
    return lambda value: f"{before}{quote_plus(value)}{after}"


def executions(domain: str, **query: str | int | None) -> str:
    """The executions of a domain."""
    return with_query(f"/{segment(domain)}/", query)


def types(domain: str) -> str:
    """The types of a domain."""
    return f"/{segment(domain)}/types"


def task_lists(domain: str) -> str:
    """The task lists of a domain."""
    return f"/{segment(domain)}/task-lists"


def start(domain: str) -> str:
    """Where an execution is started."""
    return f"/{segment(domain)}/start"


def execution(domain: str, workflow_id: str, run_id: str | None = None, more: str = "") -> str:
    """An execution; *more* is what belongs to it, as ``events``."""
    path = f"/{segment(domain)}/e/{segment(workflow_id)}"
    if run_id is None:
        return path
    return f"{path}/{segment(run_id)}" + (f"/{more}" if more else "")


def child(domain: str, task_id: str, run_id: str | None) -> str:
    """The execution that a task of this id has started; *run_id* None: its newest run."""
    return execution(domain, task_id.partition("#")[0], run_id)


def task(domain: str, workflow_id: str, run_id: str, task_id: str) -> str:
    """The inspector of a task alone."""
    return execution(domain, workflow_id, run_id, f"task/{segment(task_id)}")


def value(domain: str, workflow_id: str, run_id: str, event: int, field: str) -> str:
    """A long value of an event, whole."""
    return execution(domain, workflow_id, run_id, f"value/{event}/{segment(field)}")
