"""Files and texts in Amazon S3, or in what speaks like it."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from simpleflow import settings
from simpleflow.exceptions import StorageError, ValueMissing

DEFAULT_HOST: Final = "s3.amazonaws.com"
AMAZON: Final = re.compile(r"s3[.-](?:dualstack\.)?([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\Z")
MISSING: Final = frozenset({"404", "NoSuchKey", "NoSuchBucket"})


class Key(str):
    """The key of an object in a bucket."""

    __slots__ = ()

    @property
    def key(self) -> str:
        """The key itself."""
        return str(self)


def push(bucket: str, path: str, local_file: str | os.PathLike[str], content_type: str | None = None) -> None:
    """Copies a file of this machine to the object *path* of *bucket*, which may be ``host/bucket``."""
    client, name = _client(bucket)
    with _explained("push", bucket, path):
        client.upload_file(os.fspath(local_file), name, path, ExtraArgs=_extra(content_type))


def pull(bucket: str, path: str, dest_file: str | os.PathLike[str]) -> None:
    """Copies the object *path* of *bucket* to a file of this machine, which is there when it is complete."""
    client, name = _client(bucket)
    destination = Path(dest_file)
    descriptor, part = tempfile.mkstemp(dir=destination.absolute().parent, prefix=".pull-")
    os.close(descriptor)
    try:
        with _explained("pull", bucket, path):
            client.download_file(name, path, part)
        os.chmod(part, 0o666 & ~_umask())
        os.replace(part, destination)
    finally:
        Path(part).unlink(missing_ok=True)


def push_content(bucket: str, path: str, content: str | bytes, content_type: str | None = None) -> None:
    """Writes *content* to the object *path* of *bucket*."""
    client, name = _client(bucket)
    body = content.encode() if isinstance(content, str) else content
    with _explained("push", bucket, path):
        client.put_object(Bucket=name, Key=path, Body=body, **_extra(content_type))


def pull_content(bucket: str, path: str) -> str:
    """The text in the object *path* of *bucket*."""
    client, name = _client(bucket)
    with _explained("pull", bucket, path):
        body: bytes = client.get_object(Bucket=name, Key=path)["Body"].read()
    return body.decode()


def list_keys(bucket: str, path: str | None = None) -> list[Key]:
    """The keys in *bucket* that begin with *path*, all of them; in order."""
    client, name = _client(bucket)
    with _explained("list", bucket, path or ""):
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=path or "")
        return [Key(each["Key"]) for page in pages for each in page.get("Contents", ())]


def _extra(content_type: str | None) -> dict[str, str]:
    extra = {} if content_type is None else {"ContentType": content_type}
    if settings.SIMPLEFLOW_S3_SSE:
        extra["ServerSideEncryption"] = "AES256"
    return extra


def _client(bucket: str) -> tuple[Any, str]:
    """A client, and the name of the bucket: *bucket* is that, or ``host/bucket``."""
    host, slash, name = bucket.strip("/").rpartition("/")
    if not name:
        raise StorageError(f"{bucket!r} names no bucket")
    told = host if slash else str(settings.SIMPLEFLOW_S3_HOST)
    where = tuple(os.environ.get(each) for each in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION"))
    return _client_of(told, where), name


@functools.lru_cache(maxsize=8)
def _client_of(host: str, where: tuple[str | None, ...]) -> Any:
    import boto3

    amazon = AMAZON.match(host)
    if amazon is not None:
        return boto3.client("s3", region_name=amazon.group(1))
    if host in ("", DEFAULT_HOST):
        return boto3.client("s3")
    if "://" in host:
        return boto3.client("s3", endpoint_url=host)
    is_near = host.partition(":")[0] in ("localhost", "127.0.0.1")
    return boto3.client("s3", endpoint_url=f"{'http' if is_near else 'https'}://{host}")


@contextlib.contextmanager
def _explained(what: str, bucket: str, path: str) -> Iterator[None]:
    """Errors of S3 as ours: what was wanted, and where."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        kind = ValueMissing if code in MISSING else StorageError
        raise kind(f"cannot {what} {path!r} in bucket {bucket!r}: {error}") from error
    except (BotoCoreError, Boto3Error) as error:
        raise StorageError(f"cannot {what} {path!r} in bucket {bucket!r}: {error}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
