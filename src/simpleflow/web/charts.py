"""A run as text for a terminal: the sentence, where the time went, a Gantt chart. Nothing depends on colour."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Final

from simpleflow.web.drawing.labels import KINDS, said
from simpleflow.web.drawing.timeline import took
from simpleflow.web.insight import Row, Sentence, Spent
from simpleflow.web.insight.scale import Scale, Stretch
from simpleflow.web.insight.sentence import without_tasks
from simpleflow.web.runs import Attempt, Kind, Run, State, label
from simpleflow.web.words import count, duration, elapsed, one_line, visible

LEAST_WIDTH: Final = 60
MOST_ROWS: Final = 200
ICONS: Final = {
    State.WAITING: "◌",
    State.RUNNING: "◉",
    State.COMPLETED: "✓",
    State.FAILED: "✗",
    State.TIMED_OUT: "◷",
    State.CANCELED: "⊘",
    State.TERMINATED: "■",
    State.CONTINUED: "↻",
    State.UNFINISHED: "◌",
}
BARS: Final = {
    State.COMPLETED: "█",
    State.RUNNING: "▓",
    State.FAILED: "╳",
    State.TIMED_OUT: "▒",
    State.CANCELED: "░",
    State.TERMINATED: "░",
    State.CONTINUED: "█",
    State.UNFINISHED: "░",
}
HEIGHTS: Final = " ▁▂▃▄▅▆▇█"
WAIT: Final = "─"
CRITICAL: Final = "▸"
SIGNAL: Final = "◆"
FOLD: Final = "≈"


def chart(
    run: Run,
    told: Sentence,
    spent: Sequence[Spent],
    rows: Sequence[Row],
    *,
    width: int = 100,
    folds: Sequence[Stretch] = (),
) -> str:
    """All of it, *width* characters wide, newline at the end. *folds* are stretches of time that are folded."""
    width = max(width, LEAST_WIDTH)
    whole = duration(run.end - run.start)
    state = f"Running for {whole}" if run.close is None else f"{run.state.word}, {whole}"
    head = f"{visible(run.workflow_id)}  {state}"
    about = f"{visible(run.type)} {visible(run.version)}, {count(len(run.tasks), 'task')}, {count(run.events, 'event')}"
    said = str(told).splitlines()
    if run.state is State.COMPLETED:  # a result is long; why something failed is not cut
        said = [line if len(line) <= width else f"{line[: width - 1]}…" for line in said]
    lines = [f"{head}  {about}", *said, ""]
    lines += [*_wrapped(where(spent), width), ""] if spent else []
    lines += gantt(run, rows, width=width, folds=folds)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def where(spent: Sequence[Spent]) -> str:
    """Where the time went, on one line."""
    total = sum(each.milliseconds for each in spent)
    parts = sorted(spent, key=lambda each: -each.milliseconds)
    words = [f"{each.part.word.lower()} {duration(each.milliseconds / 1000)} ({_share(each, total)})" for each in parts]
    return f"Where the time went: {', '.join(words)}"


def _wrapped(text: str, width: int) -> list[str]:
    """The line broken at its commas alone."""
    whole = text.replace(" ", "\u00a0").replace(",\u00a0", ", ")
    return [each.replace("\u00a0", " ") for each in textwrap.wrap(whole, width, subsequent_indent="  ")]


def _share(each: Spent, total: int) -> str:
    whole = round(100 * each.milliseconds / total) if total else 0
    return f"{whole} %" if whole else "< 1 %"


def gantt(run: Run, rows: Sequence[Row], *, width: int, folds: Sequence[Stretch] = ()) -> list[str]:
    """An axis, a line for each row, and what the signs mean."""
    shown = rows[:MOST_ROWS]
    names = [_name(row) for row in shown]
    tails = [_tail(row, run) for row in shown]
    left = min(max([columns(name) for name in names] or [0]), max(16, width // 3))
    right = min(max([columns(tail) for tail in tails] or [0]), width // 3)
    room = max(20, width - left - right - 9)
    scale = Scale(run.start, run.end, folds=folds)
    folded = {_cell(scale, until, room) - 1 for _, until in folds}
    lines = [_axis(run, scale, left + 4, room, right + 3)]
    waits = False
    for row, name, tail in zip(shown, names, tails, strict=True):
        mark = CRITICAL if row.is_critical else " "
        cells = _area(row, run, scale, room) if row.cell.is_group else _bars(row, run, scale, room)
        if folded:
            cells = "".join(FOLD if at in folded and sign in (" ", WAIT) else sign for at, sign in enumerate(cells))
        waits = waits or (row.cell.kind is not Kind.TIMER and WAIT in cells)
        lines.append(f"{mark} {ICONS[row.state]} {padded(name, left)} │{cells}│ {cut(tail, right)}")
    if len(rows) > len(shown):
        lines.append(f"… and {count(len(rows) - len(shown), 'more row', 'more rows')}")
    if not rows:
        lines.append(one_line(without_tasks(run)))
    return [*lines, *(_filled(_meanings(run, shown, folds, waits=waits), width) if rows else [])]


def _axis(run: Run, scale: Scale, indent: int, room: int, beyond: int) -> str:
    """The times above *room* characters; the last one may end so many characters *beyond* them."""
    cells = [" "] * (room + beyond)
    for signal in run.signals:
        cells[_cell(scale, signal.at, room)] = SIGNAL
    free = 0
    for seconds in scale.marks():
        at, text = _cell(scale, scale.start + seconds, room), elapsed(seconds, 3 if scale.folds else 2)
        span = range(at, at + len(text))
        if at >= free and span.stop <= len(cells) and all(cells[each] != SIGNAL for each in span):
            cells[at : at + len(text)] = text
            free = at + len(text) + 1
    return " " * (indent + 2) + "".join(cells)


def _cell(scale: Scale, at: float, room: int) -> int:
    return min(room - 1, int(scale.part(at) * room))


def _bars(row: Row, run: Run, scale: Scale, room: int) -> str:
    """The attempts of one task; each has at least one character, and what went wrong is not painted over."""
    cells = [" "] * room
    task = row.cell.first
    for attempt in task.attempts:
        _paint_wait(cells, attempt, run, scale)
    for attempt in sorted(task.attempts, key=lambda each: each.outcome in (State.FAILED, State.TIMED_OUT)):
        if attempt.started is None and attempt.outcome not in (State.FAILED, State.TIMED_OUT):
            continue
        began = run.end_of(attempt) if attempt.started is None else attempt.started
        first, last = _cell(scale, began, room), _cell(scale, run.end_of(attempt), room)
        end = max(first + 1, last if run.end_of(attempt) < run.end else last + 1)
        if task.kind is Kind.TIMER:
            cells[first:end] = [WAIT] * (end - first)
            cells[first] = "├"
            cells[end - 1] = "┤" if attempt.outcome is State.COMPLETED else WAIT
        else:
            state = attempt.outcome or (State.RUNNING if run.close is None else State.UNFINISHED)
            cells[first:end] = BARS[state] * (end - first)
    return "".join(cells)


def _paint_wait(cells: list[str], attempt: Attempt, run: Run, scale: Scale) -> None:
    until = run.end_of(attempt) if attempt.started is None else attempt.started
    if until > attempt.scheduled:
        first, last = _cell(scale, attempt.scheduled, len(cells)), _cell(scale, until, len(cells))
        cells[first : last + 1] = WAIT * (last + 1 - first)


def _area(row: Row, run: Run, scale: Scale, room: int) -> str:
    """How many attempts of a group ran, as heights; a line where they only waited."""
    running, waiting = [0.0] * room, [False] * room
    edges = [scale.at(cell / room) for cell in range(room + 1)]
    for task in row.cell.tasks:
        for attempt in task.attempts:
            end = run.end_of(attempt)
            began = end if attempt.started is None else attempt.started
            for cell in range(_cell(scale, attempt.scheduled, room), _cell(scale, began, room) + 1):
                waiting[cell] = True
            for cell in range(_cell(scale, began, room), _cell(scale, end, room) + 1) if attempt.started else ():
                since, until = edges[cell], edges[cell + 1]
                running[cell] += max(0.0, min(end, until) - max(began, since)) / ((until - since) or 1.0)
    most = max(running, default=0.0)
    return "".join(
        HEIGHTS[max(1, round(value / most * 8))] if value > 0 else WAIT if is_waiting else " "
        for value, is_waiting in zip(running, waiting, strict=True)
    )


def _name(row: Row) -> str:
    name = one_line(label(row.cell.name), 60)
    if row.cell.is_group:
        return f"{name} ×{count(row.counts.total)}" + (" in sequence" if row.cell.is_chain else "")
    kind = KINDS.get(row.cell.kind)
    return f"{name} ({kind})" if kind else name


def _tail(row: Row, run: Run) -> str:
    if row.cell.is_group:
        return " · ".join(said(row))
    return took(row.cell.first, run)


def _meanings(run: Run, rows: Sequence[Row], folds: Sequence[Stretch], *, waits: bool) -> list[str]:
    """What the signs that were used mean."""
    found = {
        attempt.outcome or (State.RUNNING if run.close is None else State.UNFINISHED)
        for row in rows
        for task in row.cell.tasks
        for attempt in task.attempts
        if attempt.started is not None and task.kind is not Kind.TIMER
    }
    words = [f"{BARS[state]} {state.word.lower()}" for state in (State.COMPLETED, *State) if state in found]
    words = list(dict.fromkeys(words))
    words += [f"{WAIT} waiting for a worker"] if waits else []
    if any(row.cell.is_group for row in rows):
        words.append("▁▄█ how many ran")
    if any(row.cell.kind is Kind.TIMER for row in rows):
        words.append("├─┤ timer")
    words += [f"{SIGNAL} signal"] if run.signals else []
    words += [f"{FOLD} {duration(sum(until - since for since, until in folds))} idle, folded"] if folds else []
    return [*words, f"{CRITICAL} critical path"]


def _filled(words: Sequence[str], width: int) -> list[str]:
    """The words in lines of at most *width* columns."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]}  {word}" if lines[-1] else word
        if columns(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def columns(text: str) -> int:
    """How many columns of a terminal *text* takes."""
    return sum(_columns(each) for each in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or character in "\u200c\u200d":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, room: int) -> str:
    """*text* in at most *room* columns."""
    if columns(text) <= room:
        return text
    used, kept = 1, ""
    for each in text:
        used += _columns(each)
        if used > room:
            break
        kept += each
    return f"{kept}…"


def padded(text: str, room: int) -> str:
    """*text* in exactly *room* columns."""
    text = cut(text, room)
    return text + " " * (room - columns(text))
