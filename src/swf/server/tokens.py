"""Task tokens and page tokens: opaque to clients, valid across restarts, refused when altered."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from typing import Literal, NamedTuple

from swf.protocol import texts

_TASK = struct.Struct(">cQQQQ")
_PAGE = struct.Struct(">IQ")
_CHECK = struct.Struct(">I")

PAGE_TOKEN_LIFE_S = 24 * 3600
LARGEST_ROW = 2**63 - 1
"""What SQLite can count to."""


class TaskToken(NamedTuple):
    """Which start of which task a token stands for.

    The time of the Started event makes it one of a kind: after a power cut the same task may be started
    again under the same event ids, and the token of the lost start must not fit the new one.
    """

    kind: Literal["activity", "decision"]
    execution: int
    scheduled_event_id: int
    started_event_id: int
    started_at: float

    def encode(self) -> str:
        """The token as clients carry it."""
        milliseconds = round(self.started_at * 1000)
        return _seal(
            _TASK.pack(
                self.kind[0].encode(), self.execution, self.scheduled_event_id, self.started_event_id, milliseconds
            )
        )

    @classmethod
    def decode(cls, text: str, kind: Literal["activity", "decision"]) -> TaskToken:
        """The token in *text*; ValidationException if it is none of this kind."""
        body = _unseal(text)
        if len(body) != _TASK.size or body[:1] != kind[0].encode():
            raise texts.invalid_token()
        _, execution, scheduled, started, milliseconds = _TASK.unpack(body)
        if execution > LARGEST_ROW:
            raise texts.invalid_token()
        return cls(kind, execution, scheduled, started, milliseconds / 1000)


def page_token(question: bytes, position: str, now: float) -> str:
    """A token that continues the answer to *question* (operation and arguments) at *position*."""
    return _seal(_PAGE.pack(zlib.crc32(question), int(now)) + position.encode())


def page_position(token: str, question: bytes, now: float) -> str:
    """Where to continue; ValidationException if the token belongs to another question, or is a day old."""
    body = _unseal(token)
    if len(body) < _PAGE.size:
        raise texts.invalid_token()
    asked, made_at = _PAGE.unpack_from(body)
    if asked != zlib.crc32(question) or made_at > now + 1:
        raise texts.invalid_token()
    if now - made_at > PAGE_TOKEN_LIFE_S:
        raise texts.token_expired()
    try:
        return body[_PAGE.size :].decode()
    except UnicodeDecodeError as error:
        raise texts.invalid_token() from error


def _seal(body: bytes) -> str:
    return base64.b64encode(_CHECK.pack(zlib.crc32(body)) + body).decode()


def _unseal(text: str) -> bytes:
    try:
        sealed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise texts.invalid_token() from error
    body = sealed[_CHECK.size :]
    if sealed[: _CHECK.size] != _CHECK.pack(zlib.crc32(body)):
        raise texts.invalid_token()
    return body
