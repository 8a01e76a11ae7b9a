"""Who polls: what SWF shows of the holder of a task."""

from __future__ import annotations

import getpass
import json
import os
import socket


def identity(**more: str) -> str:
    """User, host and pid as JSON, and *more*; at most 256 characters."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    who = {"user": user, "hostname": socket.gethostname(), "pid": os.getpid(), **more}
    return json.dumps(who, separators=(",", ":"))[:256]


def told_by(identity: str | None) -> dict[str, object]:
    """What an identity says; nothing if it is not one of ours."""
    try:
        told = json.loads(identity or "")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
