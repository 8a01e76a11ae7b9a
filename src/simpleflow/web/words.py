"""Durations, counts and foreign text as people read them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def duration(seconds: float) -> str:
    """``929 ms``, ``9.7 s``, ``9 m 03 s``, ``2 h 05 m``, ``3 d 04 h``."""
    milliseconds = round(max(0.0, seconds) * 1000)
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 59_950:
        return f"{milliseconds / 1000:.1f} s"
    whole = round(milliseconds / 1000)
    for size, unit, part, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // part:02d} {smaller}"
    return f"{whole} s"


def elapsed(seconds: float, most: int = 2) -> str:
    """A mark on an axis, of at most so many words: ``0 s``, ``2.5 s``, ``1 m``, ``1 m 30 s``, ``2 h``."""
    if seconds < 60:
        return f"{seconds * 1000:g} ms" if 0 < seconds < 1 else f"{seconds:g} s"
    rest, words = round(seconds), []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        if rest >= size:
            words.append(f"{rest // size} {unit}")
            rest %= size
    return " ".join(words[:most])


STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


def marks(span: float, most: int = 7) -> list[float]:
    """Round seconds from 0 to *span*, at most *most* of them and one."""
    if span <= 0:
        return [0.0]
    step = next((float(step) for step in STEPS if span / step <= most), 0.0)
    if span < 5:
        power = 1e-3
        step = next(power * 10**k * n for k in range(9) for n in (1, 2, 5) if span / (power * 10**k * n) <= most)
    while not step or span / step > most:
        step = (step or 86400.0) * 2
    return [round(step * i, 3) for i in range(int(span / step + 1e-9) + 1)]


def count(number: int, noun: str = "", plural: str | None = None) -> str:
    """``1 task``, ``3,003 tasks``; the number alone without a noun."""
    text = f"{number:,}"
    if not noun:
        return text
    return f"{text} {noun if number == 1 else plural or noun + 's'}"


def listed(words: Sequence[str], most: int = 3) -> str:
    """``a, b and 4 more``."""
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {count(len(words) - most)} more"


def visible(text: str) -> str:
    """*text* with what cannot be seen, or turns the direction of writing, as an escape: ``\\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if _is_plain(each) else _escape(each) for each in text)


def _is_plain(character: str) -> bool:
    return character in "\n\t\u200c\u200d" or (
        unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
        and character not in ("\ufffe", "\uffff")
    )


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def one_line(text: str, most: int = 200) -> str:
    """The beginning of *text* on one line."""
    line = " ".join(visible(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"
