"""Defaults that a site may change: by environment variable, in the module that SIMPLEFLOW_SETTINGS_MODULE names, or in
``pyproject.toml`` or ``simpleflow.toml``.

Nothing is read before it is asked for: ``settings.NAME`` is the value now.
"""

from __future__ import annotations

from typing import Any

from simpleflow.settings import base, default
from simpleflow.settings import files as files

DEFAULTS = default.DEFAULTS
_configured: dict[str, Any] = {}


def __getattr__(name: str) -> Any:
    """The value of a setting: environment, what was configured, the site's module, files, the default."""
    return base.value_of(name, _configured)[0]


def __dir__() -> list[str]:
    return sorted([*globals(), *DEFAULTS])


def put_setting(name: str, value: Any) -> None:
    """Sets one value for this process; the environment still counts more."""
    base.check(name)
    _configured[name] = value


def configure(values: dict[str, Any]) -> None:
    """Sets several values for this process."""
    for name in values:
        base.check(name)
    _configured.update(values)


def print_settings() -> None:
    """Prints every setting with its value and where that comes from."""
    for name in sorted(DEFAULTS):
        value, source = base.value_of(name, _configured)
        print(f"{name}={value!r}  # {source}")
