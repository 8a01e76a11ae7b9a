"""Domains, types, task lists, children."""

from __future__ import annotations

from collections.abc import Sequence

from simpleflow.web import urls
from simpleflow.web.drawing.markup import Markup, el, joined
from simpleflow.web.listed import Branch, Counted, DomainLine, TaskListLine, TypeLine
from simpleflow.web.pages import parts
from simpleflow.web.pages.lists import counted
from simpleflow.web.pages.shell import Site, Where, page
from simpleflow.web.words import count, duration


def domains(site: Site, where: Where, lines: Sequence[DomainLine]) -> str:
    """All domains of the service."""
    title = el("div", {"class": "title"}, el("h1", None, "Domains"))
    if not lines:
        command = site.command("domain.register default")
        empty = el("div", {"class": "card empty"}, el("p", None, "No domain yet."), parts.copyable(command))
        return page(site, where, "Domains", title, empty)
    rows = [
        (
            el("a", {"class": "mono strong", "href": urls.executions(line.name)}, line.name),
            "deprecated" if line.is_deprecated else "registered",
            "not known" if line.open is None else counted(line.open),
            _days(line.retention),
            line.description or "",
        )
        for line in lines
    ]
    heads = ("Domain", "Status", "Open executions", "Retention", "Description")
    return page(site, where, "Domains", title, table("Domains", heads, rows, numbers=(2,)))


def _days(retention: str | None) -> str:
    if retention is None:
        return "not known"
    return "none" if retention == "NONE" else count(int(retention), "day") if retention.isdecimal() else retention


def types(site: Site, where: Where, lines: Sequence[TypeLine], left: int, now: float) -> str:
    """Workflow and activity types."""
    assert where.domain is not None
    parts_: list[Markup] = [el("div", {"class": "title"}, el("h1", None, "Types"))]
    if left:
        parts_.append(
            parts.notice("info", f"The defaults of {count(left, 'type')} were not read; their rows are short.")
        )
    for is_activity, title in ((False, "Workflow types"), (True, "Activity types")):
        chosen = [line for line in lines if line.is_activity is is_activity]
        heads = ("Name", "Version", "Status", "Defaults", "Created") + (() if is_activity else ("Last used",))
        rows = []
        for line in chosen:
            name = el("span", {"class": "mono strong"}, line.name)
            if not is_activity:
                href = urls.executions(where.domain, type=line.name, version=line.version)
                name = el("a", {"class": "mono strong", "href": href}, line.name)
            cells: list[str | Markup] = [
                name, line.version, "deprecated" if line.is_deprecated else "registered", _defaults(line),
                parts.time_at(line.created, now=now),
            ]  # fmt: skip
            if not is_activity:
                cells.append("not lately" if line.used is None else parts.time_at(line.used, now=now))
            rows.append(tuple(cells))
        heading = el("h2", {"class": "between"}, f"{title} ", el("span", {"class": "about"}, count(len(chosen))))
        body = (
            table(title, heads, rows)
            if rows
            else el("div", {"class": "card empty"}, el("p", None, "None are registered."))
        )
        parts_ += [heading, body]
    return page(site, where, "Types", *parts_)


def _defaults(line: TypeLine) -> Markup:
    items = []
    for name, value in line.defaults.items():
        told = parts.seconds_of(value) if name.endswith("timeout") else value
        items.append(el("li", None, el("span", {"class": "quiet"}, f"{name.replace('_', ' ')} "), told))
    return el("ul", {"class": "defaults"}, joined(items))


def task_lists(site: Site, where: Where, lines: Sequence[TaskListLine], left: int) -> str:
    """The task lists that open executions name."""
    title = el("div", {"class": "title"}, el("h1", None, "Task lists"))
    note = []
    if left:
        note.append(parts.notice("info", f"{count(left)} more open executions were not asked for their task lists."))
    if not lines:
        words = el("p", None, "No execution is open, so no task list is named.")
        return page(site, where, "Task lists", title, *note, el("div", {"class": "card empty"}, words))
    rows = [
        (el("span", {"class": "mono strong"}, line.name), _number(line.decisions), _number(line.activities),
         count(line.executions))
        for line in lines
    ]  # fmt: skip
    heads = ("Task list", "Decision tasks waiting", "Activity tasks waiting", "Open executions")
    return page(site, where, "Task lists", title, *note, table("Task lists", heads, rows, numbers=(1, 2, 3)))


def _number(number: Counted | None) -> str:
    return "not known" if number is None else counted(number)


def table(
    caption: str, heads: Sequence[str], rows: Sequence[Sequence[str | Markup]], numbers: Sequence[int] = ()
) -> Markup:
    """A plain table in a card; *numbers* are the columns of numbers."""
    made = [
        el(
            "tr",
            None,
            *(
                el("td", {"class": "num" if at in numbers else None, "data-head": heads[at]}, cell)
                for at, cell in enumerate(row)
            ),
        )
        for row in rows
    ]
    titles = [
        el("th", {"scope": "col", "class": "num" if at in numbers else None}, name) for at, name in enumerate(heads)
    ]
    inner = el(
        "table",
        {"class": "plain-table"},
        el("caption", {"class": "hide"}, caption),
        el("thead", None, el("tr", None, *titles)),
        el("tbody", None, *made),
    )
    return el("div", {"class": "card table"}, inner)


def tree(site: Site, where: Where, workflow_id: str, run_id: str, branches: Sequence[Branch], now: float) -> str:
    """The children of an execution, to any depth that was read."""
    assert where.domain is not None
    title = parts.titled(f"Children of {workflow_id}", urls.execution(where.domain, workflow_id, run_id), workflow_id)
    body = tree_list(where.domain, branches, now) if branches else el("p", None, "It has no children.")
    return page(
        site, where, f"Children of {workflow_id}", title, el("section", {"class": "card empty tree-card"}, body)
    )


def tree_list(domain: str, branches: Sequence[Branch], now: float) -> Markup:
    """The branches as a list."""
    items = []
    for branch in branches:
        line = branch.line
        link = el(
            "a", {"class": "mono", "href": urls.execution(domain, line.workflow_id, line.run_id)}, line.workflow_id
        )
        more = None
        if branch.is_more:
            href = urls.execution(domain, line.workflow_id, line.run_id, "tree")
            more = el("a", {"href": href, "data-tree": "1"}, "its children")
        about = el("span", {"class": "quiet"}, f" {line.type} · {duration(line.seconds(now))} ")
        below = tree_list(domain, branch.below, now) if branch.below else None
        items.append(el("li", None, parts.with_state(line.state), " ", link, about, more, below))
    return el("ul", {"class": "branches"}, joined(items))
