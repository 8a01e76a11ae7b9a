"""The frame of every page: header, footer, what a browser is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simpleflow.web import urls
from simpleflow.web.drawing.markup import Markup, document, el, joined
from simpleflow.web.pages.parts import notice, sign, symbols
from simpleflow.web.words import visible


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages of one process know.

    *endpoint* is the service in words. *actions* are what may be done: ``signal``, ``cancel``, ``terminate``,
    ``rerun``, ``replay``, ``start``, ``bulk``; none if the pages are read only. *options* are those by which the
    command line finds the same service. *assets* are the addresses of static files by name.
    """

    endpoint: str
    is_amazon: bool
    options: str
    actions: frozenset[str]
    assets: dict[str, str]
    version: str = ""
    is_alone: bool = False
    """Whether a page is a file: nothing answers behind it."""

    def can(self, action: str) -> bool:
        """Whether a button for it may be shown."""
        return action in self.actions

    def command(self, text: str) -> str:
        """A command of the command line that speaks to the same service."""
        return f"simpleflow {self.options} {text}" if self.options else f"simpleflow {text}"


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a page: its domain, the other domains, which link of the header it belongs to.

    *token* is what a form sends back to show that it is ours; empty where nothing can be sent. *theme* is what the
    reader has chosen, empty for what the system says.
    """

    domain: str | None = None
    domains: Sequence[str] = ()
    current: str = ""
    search: str = ""
    token: str = ""
    theme: str = ""
    told: str = ""
    """What was done just before; told once."""
    notes: Sequence[str] = ()
    """What of the address means nothing."""
    port: int | None = None
    """Where the pages listen; None for a page that nobody serves."""


def page(
    site: Site,
    where: Where,
    title: str,
    *content: Markup,
    scripts: Sequence[str] = (),
    refresh_s: int = 0,
    is_live: bool = False,
    without_script: str | None = None,
) -> str:
    """A document. *scripts* are modules beside those that every page has; *refresh_s* 0: it stays as it is.

    *is_live*: parts of it are replaced later. *without_script* is where a browser goes at once that runs none; None:
    nowhere.
    """
    elsewhere = None
    if without_script is not None:
        elsewhere = el("noscript", None, el("meta", {"http-equiv": "refresh", "content": f"0;url={without_script}"}))
    head = el(
        "head",
        None,
        el("meta", {"charset": "utf-8"}),
        el("meta", {"name": "viewport", "content": "width=device-width,initial-scale=1"}),
        el("meta", {"name": "color-scheme", "content": "light dark"}),
        el("meta", {"http-equiv": "refresh", "content": refresh_s}) if refresh_s else None,
        elsewhere,
        el("title", None, f"{visible(title)} · simpleflow"),
        el("link", {"rel": "icon", "href": site.assets["icon.svg"], "type": "image/svg+xml"}),
        el("link", {"rel": "stylesheet", "href": site.assets["app.css"]}),
        joined(
            el("script", {"type": "module", "src": site.assets[name]}) for name in dict.fromkeys(["app.js", *scripts])
        ),
    )
    told = notice("done", where.told, live=True) if where.told else None
    notes = joined(notice("info", note) for note in where.notes)
    main = el("main", {"id": "main", "tabindex": "-1"}, told, notes, *content)
    inner = joined([_header(site, where), main, _footer(site)])
    body = el(
        "body",
        {"data-dialogs": site.assets["dialogs.js"] if site.actions else None},
        symbols(None if is_live else inner),
        el("a", {"class": "skip", "href": "#main"}, "Skip to the content"),
        inner,
    )
    return document(el("html", {"lang": "en", "data-theme": where.theme or None}, head, body))


def _header(site: Site, where: Where) -> Markup:
    domain = where.domain
    home = urls.HOME if domain is None else urls.executions(domain)
    mark = el(
        "svg",
        {"class": "mark", "width": 20, "height": 20, "viewBox": "0 0 20 20", "aria-hidden": "true"},
        el("path", {"class": "mark-line", "d": "M4 10L15 4M4 10l11 6"}),
        el("circle", {"class": "mark-a", "cx": 4, "cy": 10, "r": 3}),
        el("circle", {"class": "mark-b", "cx": 15.5, "cy": 4, "r": 3}),
        el("circle", {"class": "mark-c", "cx": 15.5, "cy": 16, "r": 3}),
    )
    brand = el("a", {"class": "brand", "href": home}, mark, el("span", None, "simpleflow"))
    links = []
    if domain is not None:
        for name, word, href in (
            ("executions", "Executions", urls.executions(domain)),
            ("types", "Types", urls.types(domain)),
            ("task-lists", "Task lists", urls.task_lists(domain)),
        ):
            current = "page" if name == where.current else None
            links.append(el("li", None, el("a", {"href": href, "aria-current": current}, word)))
    nav = el("nav", {"aria-label": "Pages"}, el("ul", None, joined(links))) if links else el("span", None)
    search = None
    if domain is not None:
        field = el(
            "input",
            {
                "type": "search",
                "name": "id",
                "value": where.search or None,
                "placeholder": "Workflow id or run id",
                "aria-label": "Workflow id or run id",
                "autocomplete": "off",
                "data-key": "/",
            },
        )
        action = {"class": "search", "role": "search", "action": f"/{urls.segment(domain)}/find"}
        search = el("form", action, sign("search"), field, el("kbd", {"aria-hidden": "true"}, "/"))
    theme = el(
        "button",
        {"class": "theme", "type": "button", "data-theme-switch": "1", "aria-label": "Light or dark"},
        sign("half"),
    )
    return el("header", {"class": "top"}, el("div", None, brand, nav, search, _domains(where), theme))


def _domains(where: Where) -> Markup | None:
    if where.domain is None:
        return None
    others = [name for name in where.domains if name != where.domain]
    items = [
        el(
            "li",
            None,
            el("a", {"href": urls.executions(name), "aria-current": "true" if name == where.domain else None}, name),
        )
        for name in sorted({where.domain, *others})
    ]
    items.append(el("li", {"class": "all"}, el("a", {"href": f"{urls.HOME}?all=1"}, "All domains")))
    name = el(
        "summary", {"aria-label": f"Domain {visible(where.domain)}"}, el("span", None, where.domain), sign("down", 14)
    )
    return el("details", {"class": "menu"}, name, el("ul", None, joined(items)))


def _footer(site: Site) -> Markup:
    zone = el(
        "label",
        {"class": "zone", "hidden": True},
        "Times ",
        el(
            "select",
            {"data-zone": "1"},
            el("option", {"value": "utc"}, "UTC"),
            el("option", {"value": "local"}, "local"),
        ),
    )
    told = f"simpleflow {site.version}".rstrip()
    keys = el(
        "button",
        {"type": "button", "class": "plain-btn", "data-help": "1", "hidden": True},
        "Keys ",
        el("kbd", None, "?"),
    )
    return el("footer", None, el("span", None, site.endpoint), zone, keys, el("span", {"class": "version"}, told))
