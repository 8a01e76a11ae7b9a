"""Requests of every kind of wrong, made from a seed: valid ones, bent ones, and what is not even HTTP."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any, Final

from swf.protocol.operations import OPERATIONS
from swf.protocol.shapes import (
    Choice,
    Events,
    Flag,
    Integer,
    Listing,
    OneDecision,
    Shape,
    Structure,
    Text,
    Timestamp,
    structure_of,
)

TARGET: Final = "SimpleWorkflowService."
NAMES: Final = ("d", "w", "w1", "a", "1", "l", "t", "arn", "", "x" * 300, "ü€😀", "a:b/c|d", "\x00", " ", "NONE", "60")
RIGHT: Final = {
    "domain": ("d",),
    "name": ("w", "a", "l", "d"),
    "version": ("1",),
    "workflowId": ("w1", "w2", "w3", "w4"),
    "activityId": ("a1", "a2"),
    "timerId": ("t1", "t2"),
    "childPolicy": ("TERMINATE", "ABANDON"),
    "workflowExecutionRetentionPeriodInDays": ("1",),
    "taskPriority": ("1", "-5"),
}
"""Values that are known to the service, or fit, by the member that holds them."""
LEARNT: Final = ("taskToken", "runId", "nextPageToken")
STRANGE: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**31,
    2**63,
    2**64,
    -(2**70),
    1e308,
    "",
    "NONE",
    [],
    {},
    [None],
    [[]],
    {"": None},
    "\ud800",
    "\x00",
    "9" * 400,
)
RAW_NUMBERS: Final = (b"1e999", b"-1e999", b"NaN", b"Infinity", b"0123", b"1" + b"0" * 5_000, b"1e-400", b"-0")


class Rubbish:
    """Makes requests. Words that an answer has told (tokens, run ids) are used again."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._learnt: dict[str, list[str]] = {name: [] for name in LEARNT}

    def learn(self, answer: bytes) -> None:
        """Keeps the words of an answer."""
        try:
            members = json.loads(answer)
        except ValueError:
            return
        if isinstance(members, dict):
            for name, words in self._learnt.items():
                if isinstance(members.get(name), str):
                    words.append(members[name])
                    del words[:-20]

    def request(self) -> tuple[bytes, bool]:
        """The bytes to send, and whether they may be no whole request, so that a closed connection is an answer."""
        body = self._body(operation := self._chance.choice(list(OPERATIONS)))
        if self._chance.random() < 0.12:
            return self._broken_http(operation, body), True
        return head(operation, len(body)) + body, False

    # Bodies

    def _body(self, operation: str) -> bytes:
        value = self._value(structure_of(OPERATIONS[operation]), "")
        kind = self._chance.random()
        if kind < 0.25:
            return json.dumps(value).encode()
        if kind < 0.65:
            for _ in range(self._chance.randint(1, 3)):
                value = self._bent(value)
            return json.dumps(value, ensure_ascii=self._chance.random() < 0.5).encode("utf-8", "surrogatepass")
        return self._chance.choice(self._spoilers())(json.dumps(value).encode())

    def _spoilers(self) -> list[Callable[[bytes], bytes]]:
        chance = self._chance
        return [
            self._flipped,
            lambda body: body[: chance.randrange(len(body) + 1)],
            lambda body: body.replace(b":", b":" + b"[" * chance.choice([10, 1_000, 100_000]), 1),
            lambda body: b'{"a":' * chance.choice([10, 500, 50_000]) + body,
            lambda body: b"[" * 200_000,
            lambda body: body[:-1] + b"," + body[1:] if len(body) > 2 else body,
            lambda body: body.replace(b'"', b'"\xff\xfe', 1),
            lambda body: body.replace(b'"', b'"\xed\xa0\x80', 1),
            lambda body: body.replace(b'"', b'"\\ud800', 1),
            lambda body: body.replace(b'": "', b'": ' + chance.choice(RAW_NUMBERS) + b', "x": "', 1),
            lambda body: b"\xef\xbb\xbf" + body,
            lambda body: b"",
            lambda body: b" " * 100_000 + body,
            lambda body: body[:-1] + b', "more": "' + b"x" * chance.choice([10_000, 900_000, 1_100_000]) + b'"}',
            lambda body: body[:-1] + b', "tagList": [' + b'"x",' * chance.choice([10, 100_000]) + b'"x"]}',
            lambda body: bytes(chance.randrange(256) for _ in range(chance.randint(1, 200))),
        ]

    def _flipped(self, body: bytes) -> bytes:
        spoilt = bytearray(body or b"{}")
        for _ in range(self._chance.randint(1, 5)):
            spoilt[self._chance.randrange(len(spoilt))] = self._chance.randrange(256)
        return bytes(spoilt)

    def _value(self, shape: Shape, name: str) -> Any:
        """Mostly a value that fits the member of that name."""
        chance = self._chance
        match shape:
            case Structure():
                return {
                    member.name: self._value(member.shape, member.name)
                    for member in shape.members
                    if member.is_required or chance.random() < 0.2
                }
            case OneDecision():
                type, member = chance.choice(list(shape.attributes.items()))
                return {"decisionType": type, member.name: self._value(member.shape, member.name)}
            case Listing():
                return [self._value(shape.element, name) for _ in range(chance.choice([0, 1, 1, 2, 8]))]
            case Text():
                return self._text(name)
            case Choice():
                return chance.choice(shape.values)
            case Integer():
                return chance.choice([0, 1, 5, 1000])
            case Timestamp():
                return chance.choice([0, 1_700_000_000.5, 4e9, -1])
            case Flag():
                return chance.random() < 0.5
            case Events():
                return []

    def _text(self, name: str) -> str:
        chance = self._chance
        learnt = self._learnt.get(name)
        if chance.random() < 0.03:
            return chance.choice(NAMES)
        if learnt:
            return chance.choice(learnt)
        if name.endswith("Timeout") or name.endswith("TimeoutSeconds"):
            return chance.choice(("NONE", "60", "0"))
        return chance.choice(RIGHT.get(name, NAMES[:7]))

    def _bent(self, value: Any) -> Any:
        """The same with something strange in one place."""
        chance = self._chance
        if not isinstance(value, dict | list) or not value or chance.random() < 0.2:
            return chance.choice(STRANGE)
        if isinstance(value, list):
            position = chance.randrange(len(value))
            return [self._bent(item) if each == position else item for each, item in enumerate(value)]
        name = chance.choice(list(value))
        bent = dict(value)
        match chance.randrange(4):
            case 0:
                del bent[name]
            case 1:
                bent[chance.choice(NAMES)] = chance.choice(STRANGE)
            case _:
                bent[name] = self._bent(value[name])
        return bent

    # What is not even HTTP, or not all of it

    def _broken_http(self, operation: str, body: bytes) -> bytes:
        chance = self._chance
        whole = head(operation, len(body)) + body
        match chance.randrange(14):
            case 0:
                return self._flipped(whole)
            case 1:
                return whole[: chance.randrange(len(whole))]
            case 2:
                return head(operation, len(body) + chance.randint(1, 1_000)) + body
            case 3:
                return head(operation, 0).replace(b"Content-Length: 0", b"Content-Length: -5") + body
            case 4:
                return head(operation, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + body
            case 5:
                chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
                return head(operation, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + chunks
            case 6:
                return whole.replace(b"POST / HTTP/1.1", chance.choice([b"GET / HTTP/1.1", b"BREW /\x00 HTTP/9", b""]))
            case 7:
                return whole.replace(b"Host: localhost", b"Host: " + chance.choice([b"evil.example", b"", b":" * 9]))
            case 8:
                return whole.replace(b"\r\n", b"\r\nX-Long: " + b"y" * chance.choice([100, 100_000]) + b"\r\n", 1)
            case 9:
                return whole.replace(TARGET.encode(), chance.choice([b"", b"No\xff", b"SimpleWorkflowService.X."]))
            case 10:
                return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(50)
            case 11:
                return bytes(chance.randrange(256) for _ in range(chance.randint(1, 500)))
            case 12:
                return whole.replace(b"POST / ", chance.choice([b"GET /health ", b"GET /metrics ", b"POST /backup "]))
        return b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n" * 2 + b"\r\n"


def head(operation: str, length: int) -> bytes:
    """The head of a call."""
    return (
        f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"X-Amz-Target: {TARGET}{operation}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()
