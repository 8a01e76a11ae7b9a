"""Forms: what is asked before something is changed. A script opens them in a dialog; without it they are pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simpleflow.web.drawing.markup import Attributes, Markup, el, joined
from simpleflow.web.pages import commands, parts
from simpleflow.web.pages.commands import Words
from simpleflow.web.pages.shell import Site, Where, page


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form. *kind* is ``text``, ``json``, ``select`` or ``radio``.

    *choices* are values with their words: of a select or radio those that there are, of a text suggestions. *opens*:
    a change shows the form anew, for more depends on it.
    """

    name: str
    label: str
    kind: str = "text"
    about: str = ""
    is_needed: bool = False
    choices: Sequence[tuple[str, str]] = ()
    placeholder: str = ""
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is shown: *values* are what was typed, *problems* what is wrong with it by field (empty name: with
    the whole).

    *action* is where it is sent, *back* where who does not want it goes. *about* stands above the fields, *more* below.
    """

    title: str
    action: str
    back: str
    submit: str
    fields: Sequence[Field] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    about: Sequence[Markup] = ()
    more: Sequence[Markup] = ()
    hidden: Sequence[tuple[str, str]] = ()
    words: Words = ()
    same: Markup | None = None
    """The commands that do the same, if they are not one made of *words*."""
    is_grave: bool = False


def whole(site: Site, where: Where, form: Form) -> str:
    """The form as a page."""
    return page(site, where, form.title, part(site, where, form, level="h1"), scripts=["dialogs.js"])


def part(site: Site, where: Where, form: Form, *, level: str = "h2") -> Markup:
    """The form alone."""
    whole_problem = form.problems.get("")
    submit = {
        "class": "btn danger main" if form.is_grave else "btn main",
        "type": "submit",
        "data-wait": "Sending…",
    }
    same = form.same or (commands.shown(site, form.words, form.values) if form.words else None)
    inner = el(
        "form",
        {"method": "post", "action": form.action, "class": "asking", "novalidate": True},
        parts.hidden([("token", where.token), *form.hidden]),
        parts.notice("bad", whole_problem, live=True) if whole_problem else None,
        joined(_field(each, form) for each in form.fields),
        joined(form.more),
        _amazon(site),
        same,
        el(
            "p",
            {"class": "actions"},
            el("button", submit, form.submit) if form.submit else None,
            _look(form),
            el("a", {"class": "btn", "href": form.back, "data-close": "1"}, "Back"),
        ),
    )
    title = el(level, {"id": "dialog-title"}, form.title)
    return el("section", {"class": "card dialog", "aria-labelledby": "dialog-title"}, title, joined(form.about), inner)


def told(site: Site, where: Where, title: str, *content: Markup, refresh_s: int = 0) -> str:
    """A page that asks nothing: what came of something."""
    card = el("section", {"class": "card dialog"}, el("h1", None, title), *content)
    return page(site, where, title, card, scripts=["dialogs.js"], refresh_s=refresh_s)


def _amazon(site: Site) -> Markup | None:
    if not site.is_amazon:
        return None
    return parts.notice("warning", f"This changes something at {site.endpoint}.")


def _look(form: Form) -> Markup | None:
    """Shows the form anew where no script does it when a choice is made."""
    if not any(field.opens for field in form.fields):
        return None
    return el("button", {"class": "btn", "type": "submit", "name": "look", "value": "1"}, "Show what that means")


def _field(field: Field, form: Form) -> Markup:
    value = form.values.get(field.name, "")
    problem = form.problems.get(field.name)
    id = f"f-{field.name}"
    about = [f"{id}-about"] if field.about else []
    described = [*about, *([f"{id}-problem"] if problem or field.kind == "json" else [])]
    common: Attributes = {
        "id": id,
        "name": field.name,
        "aria-describedby": " ".join(described) or None,
        "aria-invalid": "true" if problem else None,
        "aria-required": "true" if field.is_needed else None,
        "data-opens": "1" if field.opens else None,
    }
    match field.kind:
        case "radio":
            return _radios(field, value, problem)
        case "select":
            options = [el("option", {"value": each, "selected": each == value}, word) for each, word in field.choices]
            box = el("select", common, joined(options))
        case "json":
            box = el("textarea", {**common, "rows": 4, "spellcheck": "false", "data-json": "1"}, value)
        case _:
            list_id = f"{id}-list" if field.choices else None
            box = el(
                "input",
                {**common, "type": "text", "value": value, "placeholder": field.placeholder or None,
                 "autocomplete": "off", "spellcheck": "false", "list": list_id},
            )  # fmt: skip
            if list_id:
                options = [el("option", {"value": each}, word) for each, word in field.choices]
                box = joined([box, el("datalist", {"id": list_id}, joined(options))])
    return el(
        "div",
        {"class": "field is-wrong" if problem else "field"},
        el("label", {"for": id}, field.label),
        box,
        el("p", {"class": "quiet", "id": f"{id}-about"}, field.about) if field.about else None,
        _problem(id, problem) if problem or field.kind == "json" else None,
    )


def _problem(id: str, problem: str | None) -> Markup:
    return el("p", {"class": "problem", "id": f"{id}-problem", "role": "alert" if problem else "status"}, problem or "")


def _radios(field: Field, value: str, problem: str | None) -> Markup:
    boxes = []
    for number, (each, word) in enumerate(field.choices):
        id = f"f-{field.name}-{number}"
        box = el(
            "input",
            {"type": "radio", "name": field.name, "value": each, "id": id, "checked": each == value,
             "data-opens": "1" if field.opens else None},
        )  # fmt: skip
        boxes.append(el("div", {"class": "choice"}, box, el("label", {"for": id}, word)))
    legend = el("legend", None, field.label)
    told = _problem(f"f-{field.name}", problem) if problem else None
    return el("fieldset", {"class": "field"}, legend, joined(boxes), told)
