"""Who polls: what SWF shows of the holder of a task."""

from __future__ import annotations

import getpass
import json
import os
import socket
from typing import Any, Final

from simpleflow.constants import MAX_IDENTITY_LENGTH
from swf.exceptions import ConfigurationError

VARIABLE: Final = "SIMPLEFLOW_IDENTITY"
"""A JSON object that is merged into the identity; null takes a key out."""


def identity(**more: str) -> str:
    """User, host and pid as JSON, changed by the variable SIMPLEFLOW_IDENTITY, and *more*; at most 256 characters.

    A host or user that is too long is cut. Raises ConfigurationError if the variable is no JSON object, or too long.
    """
    told = _told()
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    found = {"user": user, "hostname": socket.gethostname(), "pid": os.getpid()}
    who = {key: value for key, value in {**found, **told}.items() if value is not None} | more
    for key in ("hostname", "user"):
        excess = len(_text(who)) - MAX_IDENTITY_LENGTH
        if excess > 0 and key in who and key not in told:
            who[key] = str(who[key])[: max(0, len(str(who[key])) - excess)]
    text = _text(who)
    if len(text) > MAX_IDENTITY_LENGTH:
        raise ConfigurationError(
            f"{VARIABLE} makes an identity of {len(text)} characters, and SWF takes {MAX_IDENTITY_LENGTH}: {text}"
        )
    return text


def told_by(identity: str | None) -> dict[str, object]:
    """What an identity says; nothing if it is not one of ours."""
    try:
        told = json.loads(identity or "")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _text(who: dict[str, Any]) -> str:
    return json.dumps(who, separators=(",", ":"), ensure_ascii=False)


def _told() -> dict[str, Any]:
    """What the variable says."""
    text = os.environ.get(VARIABLE)
    if not text:
        return {}
    example = f'for example {VARIABLE}=\'{{"cluster": "blue", "user": null}}\''
    try:
        told = json.loads(text)
    except ValueError as error:
        raise ConfigurationError(f"{VARIABLE} is not JSON: {error}; write an object, {example}") from error
    if not isinstance(told, dict):
        raise ConfigurationError(f"{VARIABLE} is no JSON object: {text}; write one, {example}")
    return told
