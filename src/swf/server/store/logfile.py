"""The write-ahead log as it lies on the disk, read before SQLite does: is only its end torn, or its middle damaged?

SQLite takes the log up to the first frame that does not hold and forgets the rest. That is right for a torn end,
which a power cut leaves of commits that nobody was promised. But a damaged frame with sound commits of the same log
behind it means that those are about to be lost in silence.

Source: SQLite documentation, "Database File Format", section 4, "The Write-Ahead Log".
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

LITTLE, BIG = 0x377F0682, 0x377F0683
"""Magic numbers: by the order of bytes in checksums."""
HEADER: Final = struct.Struct(">IIIIIIII")
FRAME: Final = struct.Struct(">IIIIII")


@dataclass(frozen=True, slots=True)
class Damage:
    """A frame that does not hold, with commits behind it that do. Frames count from 1."""

    frame: int
    commits_behind: int
    """Commits of the same log that SQLite will not find."""
    last_frame: int

    def __str__(self) -> str:
        return (
            f"frame {self.frame} of the log is damaged and {self.commits_behind} sound commits lie behind it, up to"
            f" frame {self.last_frame}: SQLite drops them"
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """What the header of a frame says, and whether it holds."""

    is_sound: bool
    is_commit: bool


def damage_of(log: Path) -> Damage | None:
    """The damage in the middle of the log, or None; also if there is no log, or none that SQLite would read."""
    try:
        with open(log, "rb") as file:
            return damage_among(_frames(file))
    except FileNotFoundError:
        return None


def damage_among(frames: Iterator[Frame]) -> Damage | None:
    """The first frame that does not hold, if a commit behind it does.

    Frames without a commit behind them are no loss: a transaction that was rolled back may leave such.
    """
    damaged = commits = last = 0
    for number, frame in enumerate(frames, start=1):
        if not damaged and not frame.is_sound:
            damaged = number
        elif damaged and frame.is_sound and frame.is_commit:
            commits, last = commits + 1, number
    return Damage(damaged, commits, last) if commits else None


def _frames(file: BinaryIO) -> Iterator[Frame]:
    """The frames, each checked against the checksum that the one before it tells; none if the header does not hold.

    Frames of an older log, which a shorter new one has not overwritten, have other salts: they are not sound.
    """
    head = file.read(HEADER.size)
    if len(head) < HEADER.size:
        return
    magic, _, page_size, _, *salts, told_0, told_1 = HEADER.unpack(head)
    if magic not in (LITTLE, BIG) or page_size < 512 or page_size & (page_size - 1) or page_size > 65_536:
        return
    order = "<" if magic == LITTLE else ">"
    words = struct.Struct(f"{order}{2 + page_size // 4}I")
    sums = checksum(struct.unpack(f"{order}6I", head[:24]), (0, 0))
    if sums != (told_0, told_1):
        return
    while len(frame := file.read(FRAME.size + page_size)) == FRAME.size + page_size:
        _, size_after_commit, *found_salts, told_0, told_1 = FRAME.unpack_from(frame)
        is_sound = found_salts == salts and checksum(words.unpack(frame[:8] + frame[FRAME.size :]), sums) == (
            told_0,
            told_1,
        )
        sums = told_0, told_1
        yield Frame(is_sound, size_after_commit != 0)


def checksum(words: Iterable[int], sums: tuple[int, int]) -> tuple[int, int]:
    """The two sums after an even number of words, going on from *sums*."""
    first, second = sums
    rest = iter(words)
    for word in rest:
        first = (first + word + second) & 0xFFFFFFFF
        second = (second + next(rest) + first) & 0xFFFFFFFF
    return first, second


def keep(log: Path) -> Path:
    """Copies a damaged log to a file beside it, for its owner alone; returns which. Raises OSError."""
    number = 1
    while (kept := log.with_name(f"{log.name}.damaged-{number}")).exists():
        number += 1
    with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(log.read_bytes())
    return kept
