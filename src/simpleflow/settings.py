"""Defaults that a site may change: by environment variable, or in the module that SIMPLEFLOW_SETTINGS_MODULE names."""

from __future__ import annotations

import importlib
import os
from typing import Any, Final

DEFAULTS: Final[dict[str, Any]] = {
    "ACTIVITY_DEFAULT_VERSION": "default",
    "ACTIVITY_DEFAULT_TASK_LIST": "default",
    "ACTIVITY_START_TO_CLOSE_TIMEOUT": "300",
    "ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT": "300",
    "ACTIVITY_SCHEDULE_TO_START_TIMEOUT": "300",
    "ACTIVITY_HEARTBEAT_TIMEOUT": "300",
    "ACTIVITY_SIGTERM_WAIT_SEC": 3,
    "SIMPLEFLOW_CODEC": None,
    "SIMPLEFLOW_TYPE_HINTS": "check",
    "SWF_MAX_OPEN_ACTIVITY_COUNT": 1000,
    "WORKFLOW_DEFAULT_DECISION_TASK_TIMEOUT": "300",
    "WORKFLOW_DEFAULT_EXECUTION_TIME": "3600",
    "WORKFLOW_DEFAULT_TASK_LIST": "default",
    "WORKFLOW_DEFAULT_VERSION": "default",
}
"""Every setting and its value if nobody says otherwise."""

_configured: dict[str, Any] = {}


def __getattr__(name: str) -> Any:
    """The value of a setting: environment, then what was configured, then the site's module, then the default."""
    if name not in DEFAULTS:
        raise AttributeError(f"simpleflow has no setting {name!r}")
    default = DEFAULTS[name]
    if name in os.environ:
        return os.environ[name] if default is None else type(default)(os.environ[name])
    if name in _configured:
        return _configured[name]
    module = os.environ.get("SIMPLEFLOW_SETTINGS_MODULE")
    return getattr(importlib.import_module(module), name, default) if module else default


def put_setting(name: str, value: Any) -> None:
    """Sets one value for this process."""
    if name not in DEFAULTS:
        raise AttributeError(f"simpleflow has no setting {name!r}")
    _configured[name] = value


def configure(values: dict[str, Any]) -> None:
    """Sets several values for this process."""
    for name, value in values.items():
        put_setting(name, value)
