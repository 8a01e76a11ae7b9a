"""Large values in files named by their content, one folder per user."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from simpleflow.format import POINTER, is_pointer, pointer_of


class StorageError(Exception):
    """A value could not be kept or found."""


class ValueStore:
    """Texts by pointer. Equal texts are kept once; what is read is checked against its name."""

    def __init__(self, root: Path | None = None) -> None:
        """Keeps values below *root*; None: ``SIMPLEFLOW_VALUES``, else ``~/.local/share/simpleflow/values``."""
        if root is None:
            given = os.environ.get("SIMPLEFLOW_VALUES")
            root = Path(given) if given else Path.home() / ".local" / "share" / "simpleflow" / "values"
        self.root = root

    def put(self, text: str) -> str:
        """Keeps *text* and returns its pointer. When it returns, the text is on disk."""
        pointer = pointer_of(text)
        path = self.path(pointer)
        if path.exists():
            return pointer
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, path)
            except BaseException:
                os.unlink(name)
                raise
            folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise StorageError(
                f"cannot keep a value of {len(text)} characters in {path}: {error.strerror or error}; "
                "make room there, or set SIMPLEFLOW_VALUES to another folder"
            ) from error
        return pointer

    def get(self, pointer: str) -> str:
        """The text that *pointer* stands for."""
        path = self.path(pointer)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise StorageError(
                f"the value {pointer!r} is not in {self.root}; it was written on another machine, by another user, "
                "or has been deleted (SIMPLEFLOW_VALUES says where values lie)"
            ) from error
        except OSError as error:
            raise StorageError(f"cannot read the value in {path}: {error.strerror or error}") from error
        text = data.decode("utf-8", errors="replace")
        if pointer_of(text) != pointer:
            raise StorageError(f"the value in {path} is not what its name says: the file is damaged")
        return text

    def resolve(self, text: str | None) -> str | None:
        """The text itself, or what it stands for if it is a pointer."""
        return self.get(text) if text is not None and is_pointer(text) else text

    def path(self, pointer: str) -> Path:
        """The file of a pointer."""
        found = POINTER.match(pointer)
        if found is None:
            raise StorageError(f"{pointer!r} is not a pointer to a stored value")
        name = found.group(1)
        return self.root / name[:2] / name
