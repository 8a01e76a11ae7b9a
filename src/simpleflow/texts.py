"""Values as texts: JSON, and pointers to what is too long for its field. Pure: nothing is looked up here."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

from simpleflow import codecs, encoding
from swf import format as json
from swf.format import sendable, shortened

__all__ = [
    "POINTER",
    "S3_POINTER",
    "decode",
    "digest",
    "encode",
    "is_pointer",
    "named_content",
    "pointer_of",
    "s3_pointer_of",
    "sendable",
    "shortened",
]

POINTER: Final = re.compile(r"simpleflow\+file:([0-9a-f]{64}) ([0-9]+)\Z")
"""A value kept in the local store: the SHA-256 of its UTF-8 text, and its length in characters."""
S3_POINTER: Final = re.compile(r"simpleflow\+s3://([^/\s]+)/((?:[^\s]+/)?)([^/\s]+) ([0-9]+)\Z")
"""A value kept in S3: bucket, prefix, name, length in characters. The name is a SHA-256, or whatever others chose."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")


def encode(value: Any) -> str:
    """Compact JSON with sorted keys, characters as they are.

    Beyond JSON's own types: bytes (as UTF-8 text), dates and times (ISO, milliseconds or as exact as they are, ``Z``
    for UTC), durations, UUIDs, decimals, paths, enums (their values), dataclasses, msgspec, attrs and pydantic
    objects, numpy scalars, sets and generators (as lists), futures (as their results). TypeError or ValueError for
    anything else, NaN included.
    """
    # A file name that is no UTF-8 comes as lone surrogates: escaped, they can travel, and are JSON.
    return sendable(encoding.json_of(value))


def decode(text: str | None) -> Any:
    """The value of a JSON text; text that is no JSON is passed through, None stays None.

    Raises CodecError for a text that was written with a codec which is not known here.
    """
    if text is None:
        return None
    return json.decode(codecs.unwrapped(text))


def pointer_of(text: str) -> str:
    """What stands for *text* where it is too long, if values lie in files of this machine."""
    return f"simpleflow+file:{digest(text)} {len(text)}"


def s3_pointer_of(text: str, place: str) -> str:
    """The same, if values lie in S3; *place* is ``bucket`` or ``bucket/prefix``."""
    return f"simpleflow+s3://{place.strip('/')}/{digest(text)} {len(text)}"


def digest(text: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_pointer(text: str | None) -> bool:
    """Whether *text* stands for a longer one."""
    return text is not None and (POINTER.match(text) or S3_POINTER.match(text)) is not None


def named_content(pointer: str) -> tuple[str, str] | None:
    """Digest and length that a pointer tells of its content; None if it was named otherwise, by others."""
    here, there = POINTER.match(pointer), S3_POINTER.match(pointer)
    name, length = here.groups() if here else there.groups()[2:] if there else ("", "")
    return (name, length) if _DIGEST.match(name) else None
