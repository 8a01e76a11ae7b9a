"""Tables as people and programs like them."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Sequence
from typing import Any

Rows = Sequence[Sequence[Any]]


def formatted(header: Sequence[str], rows: Rows, format: str, *, with_header: bool) -> str:
    """The table as text, without a newline at its end; machine formats carry whole values."""
    match format:
        case "csv" | "tsv":
            return _separated(header, rows, "," if format == "csv" else "\t", with_header=with_header)
        case "json":
            shown: Any = [dict(zip(header, row, strict=True)) for row in rows] if with_header else [*map(list, rows)]
            return json.dumps(shown, default=_machine)
        case "prettyjson":
            return json.dumps([dict(zip(header, row, strict=True)) for row in rows], default=_machine, indent=2)
        case "human":
            return "\n\n".join(
                _aligned([[name, value] for name, value in zip(header, row, strict=True)]) for row in rows
            )
    return _aligned([header, *rows] if with_header else rows, numbers_from=1 if with_header else 0)


def _separated(header: Sequence[str], rows: Rows, separator: str, *, with_header: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    if with_header:
        writer.writerow(header)
    writer.writerows([[_cell_of_machine(value) for value in row] for row in rows])
    return text.getvalue().removesuffix("\n")


def _aligned(rows: Rows, *, numbers_from: int = 0) -> str:
    """Columns two spaces apart; numbers to the right, with two decimals if they have any."""
    cells = [[_human(value) for value in row] for row in rows]
    if not cells:
        return ""
    columns = range(len(cells[0]))
    widths = [max(len(row[column]) for row in cells) for column in columns]
    is_number = [
        len(rows) > numbers_from
        and all(
            isinstance(row[column], int | float) and not isinstance(row[column], bool) for row in rows[numbers_from:]
        )
        for column in columns
    ]
    lines = []
    for row in cells:
        padded = [
            cell.rjust(widths[column]) if is_number[column] else cell.ljust(widths[column])
            for column, cell in enumerate(row)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _human(value: Any) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:.2f}"
        case datetime.datetime():
            return value.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return str(value)


def _machine(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)


def _cell_of_machine(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return _machine(value)
    return json.dumps(value, default=_machine) if isinstance(value, dict | list) else value
