"""Which region and which keys: what a program says, the environment, the file ``~/.swf``, in this order.

What none of them says is found by boto3 itself: its own files, STS and the role of the machine.
"""

from __future__ import annotations

import configparser
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TextIO

from swf.exceptions import ConfigurationError

KEYS: Final = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
"""What makes a set of credentials. They are taken together from one place: half of one and half of another fit nothing.
"""
_ENVIRONMENT: Final = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
    "region": "AWS_DEFAULT_REGION",
}

_said: dict[str, Any] = {}
_lock = threading.Lock()


def set(**values: Any) -> None:
    """Says values for this process: ``region``, ``aws_access_key_id``, ... None says nothing."""
    with _lock:
        _said.update({name: value for name, value in values.items() if value is not None})


def clear() -> None:
    """Forgets what :func:`set` was told."""
    with _lock:
        _said.clear()


def get(path: str | os.PathLike[str] = ".swf") -> dict[str, Any]:
    """All that is known: what was :func:`set`, else the environment, else the file *path* below the home directory."""
    with _lock:
        said = dict(_said)
    return merged(said, from_env(), from_home(path))


def merged(*sources: Mapping[str, Any]) -> dict[str, Any]:
    """The values of several sources, the first that has one counting."""
    values: dict[str, Any] = {}
    for source in reversed(sources):
        if any(key in source for key in KEYS):
            for key in KEYS:
                values.pop(key, None)
        values.update(source)
    return values


def from_env(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the environment says; None: that of this process."""
    variables = os.environ if environment is None else environment
    return {name: variables[variable] for name, variable in _ENVIRONMENT.items() if variables.get(variable)}


def from_home(path: str | os.PathLike[str] = ".swf") -> dict[str, str]:
    """What a file below the home directory says; {} if it is not there."""
    return from_file(Path.home() / path)


def from_file(path: str | os.PathLike[str]) -> dict[str, str]:
    """What a file says; {} if it is not there. Raises ConfigurationError if it cannot be read, or is no INI text."""
    try:
        with open(path, encoding="utf-8") as stream:
            return from_stream(stream)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        told = " ".join(str(error).split())
        raise ConfigurationError(f"cannot read the settings in {os.fspath(path)}: {told}") from error


def from_stream(stream: TextIO) -> dict[str, str]:
    """What an INI text says: section ``credentials`` with the keys, section ``defaults`` with the region."""
    parser = configparser.ConfigParser(interpolation=None)  # keys may hold "%"
    parser.read_file(stream)
    values: dict[str, str] = {}
    for section, names in (("credentials", KEYS), ("defaults", ("region",))):
        if parser.has_section(section):
            values |= {name: parser.get(section, name) for name in names if parser.has_option(section, name)}
    return values
