"""How wide text is, about: the service that draws does not know the reader's fonts."""

from __future__ import annotations

import unicodedata
from typing import Final

NARROW: Final = frozenset("iljtfrI.,:;'|!()[] -")
WIDE: Final = frozenset("mwMW@%&")


def width(text: str, size: float) -> float:
    """The width of *text* in a sans-serif font of *size*."""
    return sum(_em(each) for each in text) * size


def _em(character: str) -> float:
    if character in NARROW:
        return 0.33
    if character in WIDE:
        return 0.88
    if not character.isascii() and unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return 0.66 if character.isupper() else 0.57


def fitted(text: str, size: float, room: float) -> str:
    """*text*, its end cut off if it is wider than *room*."""
    if width(text, size) <= room:
        return text
    used = width("…", size)
    for index, each in enumerate(text):
        used += _em(each) * size
        if used > room:
            return text[:index] + "…"
    return text
