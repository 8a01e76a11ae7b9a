"""How the value of a setting is found."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

from simpleflow.settings import files
from simpleflow.settings.default import DEFAULTS

TRUE: Final = frozenset({"1", "true", "yes", "on", "y", "t"})
FALSE: Final = frozenset({"0", "false", "no", "off", "n", "f", ""})


class SettingError(ValueError):
    """What is said about a setting cannot be used."""


def check(name: str) -> None:
    """Raises AttributeError for what is no setting."""
    if name not in DEFAULTS:
        raise AttributeError(f"simpleflow has no setting {name!r}")


def value_of(name: str, configured: Mapping[str, Any]) -> tuple[Any, str]:
    """The value of a setting, and where it was found. Raises AttributeError, SettingError."""
    check(name)
    text = os.environ.get(name)
    if text is not None:
        return read(name, text), f"environment variable {name}"
    if name in configured:
        return configured[name], "configured"
    path = os.environ.get("SIMPLEFLOW_SETTINGS_MODULE")
    if path:
        module = _module(path)
        if hasattr(module, name):
            return getattr(module, name), path
    found = files.setting(name)
    if found is not None:
        return found.value, found.source
    return DEFAULTS[name], "default"


def _module(path: str) -> ModuleType:
    try:
        return importlib.import_module(path)
    except ImportError as error:
        raise SettingError(f"SIMPLEFLOW_SETTINGS_MODULE is {path!r}, which cannot be imported: {error}") from error


def read(name: str, text: str) -> Any:
    """The text of an environment variable as the kind of value that the setting has."""
    known = DEFAULTS[name]
    try:
        match known:
            case bool():
                return truth(text)
            case int() | float():
                return type(known)(text)
            case dict():
                return json.loads(text)
    except ValueError as error:
        raise SettingError(
            f"the variable {name} is {text!r}, which is not of the kind of {known!r}: {error}"
        ) from error
    return text


def truth(text: str) -> bool:
    """``0``, ``false``, ``no``, ``off`` and nothing are false, ``1``, ``true``, ``yes`` and ``on`` true."""
    folded = text.strip().lower()
    if folded in TRUE:
        return True
    if folded in FALSE:
        return False
    raise ValueError("say 1, true, yes, on, or 0, false, no, off")
