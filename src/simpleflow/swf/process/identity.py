"""Who polls: what SWF shows of the holder of a task."""

from __future__ import annotations

import getpass
import json
import os
import socket


def identity(**more: str) -> str:
    """User, host and pid as JSON, at most 256 characters."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    who = {"user": user, "hostname": socket.gethostname(), "pid": os.getpid(), **more}
    return json.dumps(who, separators=(",", ":"))[:256]


def pid_of(identity: str | None) -> int | None:
    """The pid in an identity, or None if it is not one of ours."""
    try:
        pid = json.loads(identity or "")["pid"]
    except (ValueError, KeyError, TypeError):
        return None
    return pid if isinstance(pid, int) else None
