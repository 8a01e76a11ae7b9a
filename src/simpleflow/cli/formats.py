"""Tables as people and programs like them, row by row as they come."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

Row = Sequence[Any]
BLOCK: Final = 100
"""A long table is aligned by so many rows; later ones widen the columns when they must."""


class Minutes(datetime.datetime):
    """A moment that tables show without its seconds."""


def formatted(header: Sequence[str], rows: Iterable[Row], format: str, *, with_header: bool) -> str:
    """The table as text, without a newline at its end."""
    return "".join(pieces(header, rows, format, with_header=with_header)).removesuffix("\n")


def pieces(
    header: Sequence[str], rows: Iterable[Row], format: str, *, with_header: bool, local_time: bool = False
) -> Iterator[str]:
    """The table in pieces, so that its beginning can be read while its end is not there yet.

    Machine formats carry whole values; in tables for people nothing is left that a terminal would obey.
    *local_time*: tables for people show times in the time zone of this machine, with their offset; else in UTC.
    """
    people = _Person(local_time=local_time)
    match format:
        case "csv" | "tsv":
            return _separated(header, rows, "," if format == "csv" else "\t", with_header=with_header)
        case "json":
            return _json(header, rows, as_objects=with_header)
        case "prettyjson":
            return _pretty(header, rows)
        case "human":
            return _human(header, rows, people)
    return _table([header] if with_header else [], rows, people)


def _separated(header: Sequence[str], rows: Iterable[Row], separator: str, *, with_header: bool) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    for row in itertools.chain([header] if with_header else [], rows):
        writer.writerow([_cell_of_machine(value) for value in row])
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def _json(header: Sequence[str], rows: Iterable[Row], *, as_objects: bool) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        shown: Any = dict(zip(header, row, strict=True)) if as_objects else list(row)
        yield (", " if number else "") + json_text(shown)
    yield "]\n"


def _pretty(header: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    before = "["
    for row in rows:
        text = json_text(dict(zip(header, row, strict=True)), indent=2)
        yield before + "\n  " + text.replace("\n", "\n  ")
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _human(header: Sequence[str], rows: Iterable[Row], people: _Person) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield "\n" if number else ""
        for name, value in zip(header, row, strict=True):
            width = max(map(columns, header))
            yield f"{name}{' ' * (width - columns(name))}  {people.text(value)}".rstrip() + "\n"


def _table(headers: list[Sequence[str]], rows: Iterable[Row], people: _Person) -> Iterator[str]:
    """Columns two spaces apart; numbers to the right, with two decimals if they have any.

    Under a name a column is two wider than that: programs that cut tables by position have relied on it for long.
    """
    rest = iter(rows)
    block = list(itertools.islice(rest, BLOCK))
    first = [*headers, *block]
    if not first:
        return
    are_numbers = [_is_numeric([row[column] for row in block]) for column in range(len(first[0]))]
    widths = [max([0, *(columns(header[column]) + 2 for header in headers)]) for column in range(len(first[0]))]
    cells = [[str(name) for name in header] for header in headers]
    while cells or block:
        cells += [[people.text(value) for value in row] for row in block]
        widths = [max(width, *(columns(row[column]) for row in cells)) for column, width in enumerate(widths)]
        yield "".join(_line(row, widths, are_numbers) for row in cells)
        block = list(itertools.islice(rest, BLOCK))
        cells = []


def _line(cells: Sequence[str], widths: Sequence[int], are_numbers: Sequence[bool]) -> str:
    padded = []
    for cell, width, is_number in zip(cells, widths, are_numbers, strict=True):
        room = " " * (width - columns(cell))
        padded.append(room + cell if is_number else cell + room)
    return "  ".join(padded).rstrip() + "\n"


def _is_numeric(values: Sequence[Any]) -> bool:
    """Whether they are numbers, as far as there are any."""
    found = [value for value in values if value is not None]
    return bool(found) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)


def columns(text: str) -> int:
    """How many columns of a terminal *text* takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def printable(text: str) -> str:
    """*text* with everything that steers a terminal, line ends too, written as Python would: ``\\x1b``."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


class _Person:
    """Values as people read them."""

    def __init__(self, *, local_time: bool) -> None:
        self._zone: datetime.tzinfo | None = None if local_time else datetime.UTC
        self._offset = " %z" if local_time else ""

    def text(self, value: Any) -> str:
        match value:
            case None:
                return ""
            case float():
                return f"{value:.2f}"
            case datetime.datetime():
                seconds = "" if isinstance(value, Minutes) else ":%S.%f"
                return value.astimezone(self._zone).strftime(f"%Y-%m-%d %H:%M{seconds}{self._offset}")
        return printable(str(value))


def json_text(value: Any, *, indent: int | None = None) -> str:
    """The value as JSON; times in ISO 8601, UTC as ``Z``, milliseconds."""
    return json.dumps(value, default=_machine, indent=indent)


def _machine(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)


def _cell_of_machine(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return _machine(value)
    return json_text(value) if isinstance(value, dict | list) else value
