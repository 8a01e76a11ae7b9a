"""What files say: ``[tool.simpleflow]`` in ``pyproject.toml``, ``simpleflow.toml``; the environment counts more.

The folder that counts is the nearest one, from the current directory upwards, in which there is either. Both are read
when something is asked for first, and kept.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simpleflow.settings.default import DEFAULTS

KINDS: Final[Mapping[str, type[str] | type[bool]]] = {
    "db": str,
    "endpoint-url": str,
    "region": str,
    "domain": str,
    "format": str,
    "header": bool,
    "local-time": bool,
    "color": str,
    "log-level": str,
    "log-format": str,
}
"""What may stand in a file beside ``settings``, named as the options and variables that say the same."""
SETTINGS: Final = "settings"


class FileError(ValueError):
    """A file says what nobody understands. *hint*: what may have been meant."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and who has said it, for people: a file and the key there, a variable, an option.

    *value* None: nobody has. *is_given*: said in the command or the call itself.
    """

    value: Any = None
    source: str = "default"
    is_given: bool = False


def value(name: str) -> Said | None:
    """What the files say about an option; None: nothing. Raises FileError."""
    return _contents().get(name)


def setting(name: str) -> Said | None:
    """What the files say about a setting; None: nothing. Raises FileError."""
    return _contents().get(f"{SETTINGS}.{name}")


_kept: dict[str, Said] | None = None


def _contents() -> dict[str, Said]:
    global _kept
    if _kept is None:
        _kept = read(Path.cwd())
    return _kept


def forget() -> None:
    """The files are looked for again: the current directory may be another one."""
    global _kept
    _kept = None


def read(directory: Path) -> dict[str, Said]:
    """All that the files say which count in *directory*, by key; settings as ``settings.NAME``. Raises FileError."""
    for each in (directory, *directory.parents):
        both = _project(each / "pyproject.toml"), _own(each / "simpleflow.toml")
        tables = [table for table in both if table is not None]
        if tables:
            return {
                name: found for path, where, table in tables for name, found in _checked(path, where, table).items()
            }
    return {}


Table = tuple[Path, str, dict[str, Any]]
"""A file, where in it the table stands, and what the table holds."""


def _project(path: Path) -> Table | None:
    text = _text(path)
    if text is None or "simpleflow" not in text:  # most have nothing to do with us, and need not be parsed
        return None
    tool = _parsed(path, text).get("tool", {})
    table = tool.get("simpleflow") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise FileError(f"{path}: tool.simpleflow is {table!r}, not a table", "write it as [tool.simpleflow]")
    return path, "tool.simpleflow.", table


def _own(path: Path) -> Table | None:
    text = _text(path)
    return None if text is None else (path, "", _parsed(path, text))


def _text(path: Path) -> str | None:
    if not os.path.isfile(path):  # unlike Path's, it minds no folder that may not be looked into
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot read {path}: {error}") from error


def _parsed(path: Path, text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise FileError(f"{path} is not TOML: {error}") from error


def _checked(path: Path, where: str, table: dict[str, Any]) -> dict[str, Said]:
    """The values of a table by their keys; a path to a database is one from the folder of the file."""
    found: dict[str, Said] = {}
    for key, value in table.items():
        source = f"{path.name}: {where}{key}"
        if key == SETTINGS:
            found |= _settings(path, where, value)
            continue
        kind = KINDS.get(key)
        if kind is None:
            raise _unknown(path, f"{where}{key}", key, [*KINDS, SETTINGS])
        if not isinstance(value, kind):
            wanted = "a text" if kind is str else "true or false"
            raise FileError(f"{path}: {where}{key} is {value!r}; it must be {wanted}")
        found[key] = Said(str(path.parent / str(value)) if key == "db" else value, source)
    return found


def _settings(path: Path, where: str, table: Any) -> dict[str, Said]:
    if not isinstance(table, dict):
        raise FileError(f"{path}: {where}{SETTINGS} is {table!r}, not a table of settings by their names")
    found = {}
    for name, value in table.items():
        if name not in DEFAULTS:
            raise _unknown(path, f"{where}{SETTINGS}.{name}", name, DEFAULTS)
        found[f"{SETTINGS}.{name}"] = Said(
            _as_known(path, f"{where}{SETTINGS}.{name}", value, DEFAULTS[name]),
            f"{path.name}: {where}{SETTINGS}.{name}",
        )
    return found


def _as_known(path: Path, key: str, value: Any, known: Any) -> Any:
    """A value as the kind that the setting has; timeouts are texts, and may be written as numbers."""
    kind = str if known is None else type(known)
    if kind is str and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise FileError(f"{path}: {key} is {value!r}, which is not of the kind of {known!r}")
    return value


def _unknown(path: Path, key: str, name: str, known: Iterable[str]) -> FileError:
    by_folded = {each.lower().replace("_", "-"): each for each in known}
    close = difflib.get_close_matches(name.lower().replace("_", "-"), by_folded, n=1)
    if not close and name.upper().replace("-", "_") in DEFAULTS:
        hint = f"settings stand below [{key.removesuffix(name)}{SETTINGS}]"
    elif close:
        hint = f"did you mean {by_folded[close[0]]}?"
    else:
        hint = f"there are {', '.join(sorted(by_folded.values()))}"
    return FileError(f"{path}: nobody knows the key {key}", hint)
