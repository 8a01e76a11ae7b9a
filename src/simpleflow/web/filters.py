"""Which executions a list shows: from the query of an address, and back."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from simpleflow.web.runs import State
from simpleflow.web.words import duration
from swf.protocol.rules import IDENTIFIER

STATES: Final = {
    "open": State.RUNNING,
    "failed": State.FAILED,
    "timed_out": State.TIMED_OUT,
    "completed": State.COMPLETED,
    "canceled": State.CANCELED,
    "terminated": State.TERMINATED,
    "continued": State.CONTINUED,
}
"""States by their names in an address."""
SORTS: Final = ("started", "closed", "duration")
UNITS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
KNOWN: Final = (
    "state", "type", "version", "tag", "id", "since", "until", "longer", "parent", "cancel", "sort", "page"
)  # fmt: skip
NAMED: Final = {"type": "workflow type", "version": "version", "id": "workflow id"}
MOST_PAGES: Final = 200
_SPAN: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(s|min|m|h|d|w)")
_DAY: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?)?Z?"
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions, None for none. *since*, *until* and *longer* are texts as people write them: ``24h``, ``5m``."""

    state: str | None = None
    type: str | None = None
    version: str | None = None
    tag: str | None = None
    id: str | None = None
    since: str | None = None
    until: str | None = None
    longer: str | None = None
    parent: str | None = None
    cancel: str | None = None
    sort: str = "started"
    page: int = 1

    def query(self, **changes: str | int | None) -> dict[str, str | int | None]:
        """The query of an address with *changes*; a change of anything but the page goes back to the first one."""
        now: dict[str, str | int | None] = {name: getattr(self, name) for name in KNOWN}
        if set(changes) - {"page"}:
            now["page"] = 1
        now.update(changes)
        if now["sort"] == "started":
            now["sort"] = None
        if now["page"] == 1:
            now["page"] = None
        return now

    @property
    def conditions(self) -> dict[str, str]:
        """What has to go so that more is shown."""
        names = ("state", "type", "version", "tag", "id", "since", "until", "longer", "parent", "cancel")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def oldest(self, now: float) -> float:
        """The earliest start, in seconds since 1970."""
        return 0.0 if self.since is None else max(0.0, moment(self.since, now) or 0.0)

    def latest(self, now: float) -> float | None:
        """The latest start; None for now."""
        return None if self.until is None else moment(self.until, now)

    @property
    def longer_s(self) -> float | None:
        """The least duration in seconds."""
        return None if self.longer is None else span(self.longer)

    def service_filter(self) -> str | None:
        """The one condition beside the time that the service is asked for: that which leaves fewest."""
        for name in ("id", "tag", "type"):
            if getattr(self, name) is not None:
                return name
        return "state" if self.state not in (None, "open") else None

    def page_filters(self) -> list[str]:
        """The conditions that are looked at here."""
        chosen = self.service_filter()
        return [
            name
            for name in ("tag", "type", "version", "state", "longer", "parent", "cancel")
            if getattr(self, name) is not None
            and name != chosen
            and not (name == "state" and self.state == "open")
            and not (name == "version" and chosen == "type")
        ]


def parsed(query: Mapping[str, str], now: float) -> tuple[Filter, list[str]]:
    """The filter of a query, and a note for each value that means nothing."""
    notes: list[str] = []
    found = Filter()
    for name, value in query.items():
        text = value.strip()
        if not text:
            continue
        if name not in KNOWN:
            notes.append(f"There is no filter {name!r}; it was ignored.")
        elif name == "page":
            if text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MOST_PAGES:
                found = replace(found, page=int(text))
            else:
                notes.append(f"The page {text!r} is none from 1 to {MOST_PAGES}; it was ignored.")
        elif (problem := _problem(name, text, now)) is not None:
            notes.append(f"{problem}; it was ignored.")
        else:
            values: dict[str, Any] = {name: text}
            found = replace(found, **values)
    latest = found.latest(now)
    if latest is not None and latest < found.oldest(now):
        notes.append(f"The time until {found.until!r} is over before {found.since!r}; until was ignored.")
        found = replace(found, until=None)
    return found, notes


def _problem(name: str, text: str, now: float) -> str | None:
    """What is wrong with a value; None if nothing is."""
    if name == "state" and text not in STATES:
        return f"There is no state {text!r}; there are {', '.join(STATES)}"
    if name == "sort" and text.removeprefix("-") not in SORTS:
        return f"There is no order {text!r}; there are {', '.join(SORTS)}"
    if name in ("since", "until") and moment(text, now) is None:
        return f"{text!r} is no time: write 24h, 7d or 2026-11-23T08:00Z"
    if name == "longer" and span(text) is None:
        return f"{text!r} is no duration: write 90s, 5m or 2h"
    if name in ("type", "version", "tag", "id", "parent") and len(text) > 256:
        return f"The value of {name!r} is longer than 256 characters"
    if name in ("type", "version", "id") and not IDENTIFIER.allows(text):
        return f"No {NAMED[name]} is {text!r}: none has ':', '/', '|' or control characters, or is 'arn'"
    return None


def span(text: str) -> float | None:
    """Seconds of ``90s``, ``5m``, ``2h``; None if it is none."""
    match = _SPAN.fullmatch(text.strip().lower())
    if match is None:
        return float(text) if text.isdecimal() and len(text) < 12 else None
    return float(match.group(1)) * UNITS[match.group(2)]


def moment(text: str, now: float) -> float | None:
    """The time of ``24h`` (so long ago) or ``2026-11-23T08:00Z``, in seconds since 1970; None if it is none."""
    match = _DAY.fullmatch(text.strip())
    if match is not None:
        year, month, day, hour, minute, second = (int(each or 0) for each in match.groups())
        if not (year >= 1970 and 1 <= month <= 12 and hour < 24 and minute < 60 and second < 60):
            return None
        if not 1 <= day <= calendar.monthrange(year, month)[1]:
            return None
        return float(calendar.timegm((year, month, day, hour, minute, second)))
    seconds = span(text)
    return None if seconds is None or seconds > now else now - seconds


def told(filter: Filter) -> dict[str, str]:
    """Each condition in words, by its name."""
    words: dict[str, str] = {}
    for name, value in filter.conditions.items():
        match name:
            case "state":
                words[name] = "Running" if value == "open" else STATES[value].word
            case "longer":
                words[name] = f"longer than {duration(filter.longer_s or 0)}"
            case "since":
                words[name] = f"started in the last {value}" if span(value) is not None else f"started since {value}"
            case "until":
                words[name] = f"started more than {value} ago" if span(value) is not None else f"started until {value}"
            case "parent":
                words[name] = f"child of {value}"
            case "cancel":
                words[name] = "cancel requested"
            case _:
                words[name] = f"{name} {value}"
    return words
