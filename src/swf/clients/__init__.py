"""Clients of an SWF service: through boto3, or straight over a connection that is kept."""

from typing import TYPE_CHECKING, Any

from swf.clients.keepalive import KeepAliveClient
from swf.clients.retrying import RetryingClient

if TYPE_CHECKING:
    from swf.clients.boto import BotoClient, connect

__all__ = ["BotoClient", "KeepAliveClient", "RetryingClient", "connect"]


def __getattr__(name: str) -> Any:
    """What needs boto3, which takes long to import: a file is used without."""
    if name not in ("BotoClient", "connect"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from swf.clients import boto

    value = globals()[name] = getattr(boto, name)
    return value
