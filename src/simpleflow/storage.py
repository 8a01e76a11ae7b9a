"""Large values in files named by their content, one folder per user."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

from simpleflow import codecs
from simpleflow.exceptions import JumboTooLargeError
from simpleflow.texts import POINTER, is_pointer, pointer_of

FIELD_CHARACTERS: Final = 32_768
"""What fits into a field of SWF."""
CACHE_BYTES: Final = 64 * 1024 * 1024
"""How much a store keeps in memory, where nothing else is said."""


class StorageError(Exception):
    """A value could not be kept or found."""


class ValueMissing(StorageError):
    """The file of a value is not there."""


class ValueCorrupt(StorageError):
    """The file of a value holds something else than its name says."""


class ValueStore:
    """Texts by pointer. Equal texts are kept once; what is read is checked against its name.

    Any number of threads and processes may use one folder at the same time.
    """

    def __init__(self, root: Path | None = None, *, cache_bytes: int = CACHE_BYTES) -> None:
        """Keeps values below *root*; None: ``SIMPLEFLOW_VALUES``, else ``~/.local/share/simpleflow/values``.

        At most *cache_bytes* of the values used last stay in memory as well.
        """
        self.root = (root or _default_root()).absolute()
        self._cache = _Cache(cache_bytes)

    def put(self, text: str) -> str:
        """Keeps *text* and returns its pointer. When it returns, the text is on disk."""
        pointer, data = pointer_of(text), text.encode()
        path = self.path(pointer)
        try:
            # Another size is damage; damage of the same size is found by whoever reads.
            if not path.exists() or path.stat().st_size != len(data):
                self._make_folders(path.parent)
                _write(path, data)
            _sync_folder(path.parent)
        except OSError as error:
            raise StorageError(
                f"cannot keep a value of {len(text)} characters in {path}: {error.strerror or error}; "
                "make room there, or set SIMPLEFLOW_VALUES to another folder"
            ) from error
        self._cache.keep(pointer, text, len(data))
        return pointer

    def fitting(self, text: str, *, keeps_values: bool = True) -> str:
        """*text*, through the codec if one is set, if it fits into a field of SWF, else its pointer.

        Raises JumboTooLargeError if values are not to be kept, for a service that others use from elsewhere.
        """
        text = codecs.wrapped(text)
        if len(text) <= FIELD_CHARACTERS:
            return text
        if not keeps_values:
            raise JumboTooLargeError(
                f"a value has {len(text)} characters; a field of SWF holds {FIELD_CHARACTERS}, and the service is used "
                "from other machines, which could not read a file here"
            )
        return self.put(text)

    def get(self, pointer: str) -> str:
        """The text that *pointer* stands for. Raises ValueMissing or ValueCorrupt."""
        known = self._cache.get(pointer)
        if known is not None:
            return known
        path = self.path(pointer)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise ValueMissing(
                f"the value {pointer!r} is not in {self.root}; it was written on another machine, by another user, "
                "or has been deleted (SIMPLEFLOW_VALUES says where values lie)"
            ) from error
        except OSError as error:
            raise StorageError(f"cannot read the value in {path}: {error.strerror or error}") from error
        if hashlib.sha256(data).hexdigest() != path.name:
            raise ValueCorrupt(
                f"the value in {path} is not what its name says: the file is damaged; put it back from a copy, "
                "or delete it and let the task that made it run again"
            )
        text = data.decode()
        self._cache.keep(pointer, text, len(data))
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

    def _make_folders(self, folder: Path) -> None:
        """The root and the folder in it, for this user alone, their names on disk."""
        if not folder.is_dir():
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self.root)


def _default_root() -> Path:
    given = os.environ.get("SIMPLEFLOW_VALUES")
    if given:
        return Path(given).expanduser()
    try:
        return Path.home() / ".local" / "share" / "simpleflow" / "values"
    except RuntimeError as error:
        raise StorageError("no home directory is known to keep values in; set SIMPLEFLOW_VALUES to a folder") from error


def _write(path: Path, data: bytes) -> None:
    """Puts a whole file, readable by this user alone, in its place at once: nobody ever sees a part of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Brings the names in a folder to disk; those of a writer who has not come to it yet, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Cache:
    """Texts used last, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._texts: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, pointer: str) -> str | None:
        with self._lock:
            found = self._texts.get(pointer)
            if found is None:
                return None
            self._texts.move_to_end(pointer)
            return found[0]

    def keep(self, pointer: str, text: str, size: int) -> None:
        with self._lock:
            if pointer in self._texts or size > self._most:
                return
            self._texts[pointer] = text, size
            self._size += size
            while self._size > self._most:
                _, (_, dropped) = self._texts.popitem(last=False)
                self._size -= dropped
