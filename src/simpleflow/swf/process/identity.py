"""Who polls: what SWF shows of the holder of a task."""

from __future__ import annotations

import getpass
import json
import os
import socket
from typing import Any, Final

VARIABLE: Final = "SIMPLEFLOW_IDENTITY"
CHARACTERS: Final = 256
"""What SWF takes."""


def identity(**more: str) -> str:
    """User, host and pid as JSON, and *more*; at most 256 characters.

    What SIMPLEFLOW_IDENTITY says is merged in, a JSON object: null takes a word away. What of it is too much for the
    256 is left out. Raises ValueError if it is something else.
    """
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    who = {"user": user, "hostname": socket.gethostname(), "pid": os.getpid(), **more}
    theirs = _given()
    while True:
        merged = {**{name: value for name, value in {**who, **theirs}.items() if value is not None}, **more}
        text = json.dumps(merged, separators=(",", ":"))
        if len(text) <= CHARACTERS or not theirs:
            return text[:CHARACTERS]
        theirs.popitem()


def _given() -> dict[str, Any]:
    text = os.environ.get(VARIABLE, "")
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f'{VARIABLE} is {text!r}; it must be a JSON object, such as {{"team": "a", "user": null}}')
    return found


def told_by(identity: str | None) -> dict[str, object]:
    """What an identity says; nothing if it is not one of ours."""
    try:
        told = json.loads(identity or "")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
