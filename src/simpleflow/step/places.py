"""Where it is written down that a step is done: an S3 bucket, or files of this user on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Protocol

from simpleflow import settings
from simpleflow.storage import ValueStore

FILES: Final = "file:"
"""What the name of a place that is no bucket begins with."""
DEFAULT_HOST: Final = "s3.amazonaws.com"


class Place(Protocol):
    """Keys, and nothing but keys."""

    def add(self, key: str) -> None:
        """*key* is there when this returns. Adding it again changes nothing."""

    def keys(self, prefix: str) -> list[str]:
        """The keys that begin with *prefix*, sorted."""


def place_of(bucket: str) -> Place:
    """The place that *bucket* names: ``file:NAME``, ``BUCKET`` or ``HOST/BUCKET``."""
    return Files(bucket.removeprefix(FILES)) if bucket.startswith(FILES) else Bucket(bucket)


class Bucket:
    """An S3 bucket. The host may be a whole URL, of a service that speaks like S3."""

    def __init__(self, name: str) -> None:
        host, _, self._bucket = name.rpartition("/")
        self._endpoint = None if host in ("", DEFAULT_HOST) else host if "://" in host else f"https://{host}"

    def add(self, key: str) -> None:
        """Puts an object."""
        more = {"ServerSideEncryption": "AES256"} if settings.SIMPLEFLOW_S3_SSE else {}
        self._client().put_object(Bucket=self._bucket, Key=key, Body=b"done", **more)

    def keys(self, prefix: str) -> list[str]:
        """Lists the objects."""
        pages: Iterable[dict[str, Any]] = (
            self._client().get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        )
        return sorted(each["Key"] for page in pages for each in page.get("Contents", ()))

    def _client(self) -> Any:
        import boto3

        return boto3.client("s3", endpoint_url=self._endpoint)


class Files:
    """A folder beside the large values, with a file per key. Any name will do: files are named by digests."""

    def __init__(self, name: str, root: Path | None = None) -> None:
        self._folder = (root or ValueStore().root) / "steps" / _digest(name)

    def add(self, key: str) -> None:
        """Writes the file, whole, and brings it to disk."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(key, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self._folder / _digest(key))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def keys(self, prefix: str) -> list[str]:
        """Reads the files."""
        if not self._folder.is_dir():
            return []
        paths = (path for path in self._folder.iterdir() if not path.name.startswith("."))
        keys = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        return sorted(key for key in keys if key.startswith(prefix))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
