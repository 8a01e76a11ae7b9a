"""Large values named by their content: in files, one folder per user, or in S3, where everybody finds them."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

from simpleflow import codecs, s3, settings
from simpleflow.constants import JUMBO_FIELDS_MAX_SIZE
from simpleflow.exceptions import JumboTooLargeError, StorageError, ValueCorrupt, ValueMissing
from simpleflow.files import DiskCache, sync_folder, write_whole
from simpleflow.s3 import list_keys, pull, pull_content, push, push_content
from simpleflow.texts import (
    POINTER,
    S3_POINTER,
    digest,
    is_pointer,
    named_content,
    pointer_of,
    s3_pointer_of,
)

__all__ = [
    "FIELD_CHARACTERS",
    "StorageError",
    "ValueCorrupt",
    "ValueMissing",
    "ValueStore",
    "list_keys",
    "pull",
    "pull_content",
    "push",
    "push_content",
]

FIELD_CHARACTERS: Final = 32_768
"""What fits into a field of SWF."""
CACHE_BYTES: Final = 64 * 1024 * 1024
"""How much a store keeps in memory, where nothing else is said."""


class ValueStore:
    """Texts by pointer. Equal texts are kept once; what is read is checked against its name.

    Any number of threads and processes may use one folder at the same time.
    """

    def __init__(self, root: Path | None = None, *, bucket: str | None = None, cache_bytes: int = CACHE_BYTES) -> None:
        """Keeps values in *bucket* (``bucket`` or ``bucket/prefix``); None: what SIMPLEFLOW_JUMBO_FIELDS_BUCKET names.

        Without a bucket they are files below *root*; None: ``SIMPLEFLOW_VALUES``, else
        ``~/.local/share/simpleflow/values``. At most *cache_bytes* of the values used last stay in memory as well.
        """
        self.root = (root or _default_root()).absolute()
        self.bucket: str = (bucket or settings.SIMPLEFLOW_JUMBO_FIELDS_BUCKET or "").strip("/")
        self._cache = _Cache(cache_bytes)

    @property
    def is_shared(self) -> bool:
        """Whether users on other machines find the values, too."""
        return bool(self.bucket)

    def pointer_of(self, text: str) -> str:
        """What stands for *text*. Raises JumboTooLargeError."""
        if not self.bucket:
            return pointer_of(text)
        size = len(text.encode())
        if size > JUMBO_FIELDS_MAX_SIZE:
            raise JumboTooLargeError(
                f"a value has {size} bytes; in the bucket {self.bucket!r} it may have {JUMBO_FIELDS_MAX_SIZE}. "
                "Write it to a place of your own, and send the name of that"
            )
        return s3_pointer_of(text, self.bucket)

    def put(self, text: str) -> str:
        """Keeps *text* and returns its pointer. When it returns, the text is on disk, or in S3."""
        pointer, data = self.pointer_of(text), text.encode()
        if self.bucket:
            if self._cache.get(pointer) is None:
                s3.push_content(*_place(pointer), data, content_type="application/json")
                self._cache.keep(pointer, text, len(data))
            return pointer
        path = self.path(pointer)
        try:
            # Another size is damage; damage of the same size is found by whoever reads.
            if not path.exists() or path.stat().st_size != len(data):
                self._make_folders(path.parent)
                write_whole(path, data)
            sync_folder(path.parent)
        except OSError as error:
            raise StorageError(
                f"cannot keep a value of {len(text)} characters in {path}: {error.strerror or error}; "
                "make room there, or set SIMPLEFLOW_VALUES to another folder"
            ) from error
        self._cache.keep(pointer, text, len(data))
        return pointer

    def fitting(self, text: str, *, keeps_values: bool = True, limit: int = FIELD_CHARACTERS) -> str:
        """*text*, through the codec if one is set, if it fits into a field of SWF, else its pointer.

        Raises JumboTooLargeError if values are not to be kept, for a service that others use from elsewhere.
        """
        text = codecs.wrapped(text)
        if len(text) <= limit:
            return text
        if not keeps_values and not self.is_shared:
            raise JumboTooLargeError(
                f"a value has {len(text)} characters; its field of SWF holds {limit}, and the service is used "
                "from other machines, which could not read a file here; name a bucket of S3 for such values with "
                "SIMPLEFLOW_JUMBO_FIELDS_BUCKET"
            )
        return self.put(text)

    def get(self, pointer: str) -> str:
        """The text that *pointer* stands for. Raises ValueMissing or ValueCorrupt."""
        known = self._cache.get(pointer)
        if known is not None:
            return known
        text = self._from_s3(pointer) if S3_POINTER.match(pointer) else self._from_file(pointer)
        self._cache.keep(pointer, text, len(text.encode()))
        return text

    def _from_s3(self, pointer: str) -> str:
        """The text in S3, or on disk if values of S3 are kept there for a while."""
        copies = DiskCache(self.root / "from-s3") if settings.SIMPLEFLOW_ENABLE_DISK_CACHE else None
        text = copies.get(pointer) if copies is not None else None
        if text is not None and _is_right(pointer, text):
            return text
        text = s3.pull_content(*_place(pointer))
        if not _is_right(pointer, text):
            raise ValueCorrupt(
                f"the value {pointer!r} is not what its name says: it was changed in S3; put it back from a copy, "
                "or delete it and let the task that made it run again"
            )
        if copies is not None:
            copies.keep(pointer, text)
        return text

    def _from_file(self, pointer: str) -> str:
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
        return data.decode()

    def resolve(self, text: str | None) -> str | None:
        """The text itself, or what it stands for if it is a pointer, as it was before it went through a codec."""
        whole = self.get(text) if text is not None and is_pointer(text) else text
        return None if whole is None else codecs.unwrapped(whole)

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
            sync_folder(self.root)


def _place(pointer: str) -> tuple[str, str]:
    """Bucket and key of a pointer to S3."""
    found = S3_POINTER.match(pointer)
    assert found is not None
    bucket, prefix, name, _ = found.groups()
    return bucket, f"{prefix}{name}"


def _is_right(pointer: str, text: str) -> bool:
    """Whether the text is the one of the pointer; of a name that others chose there is nothing to check."""
    named = named_content(pointer)
    return named is None or named == (digest(text), str(len(text)))


def _default_root() -> Path:
    given = os.environ.get("SIMPLEFLOW_VALUES")
    if given:
        return Path(given).expanduser()
    try:
        return Path.home() / ".local" / "share" / "simpleflow" / "values"
    except RuntimeError as error:
        raise StorageError("no home directory is known to keep values in; set SIMPLEFLOW_VALUES to a folder") from error


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
