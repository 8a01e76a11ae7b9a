"""Clients of an SWF service: through boto3, or straight over a connection that is kept."""

from typing import TYPE_CHECKING, Any

from swf.clients.keepalive import KeepAliveClient
from swf.clients.retrying import RetryingClient

if TYPE_CHECKING:
    from swf.clients.boto import BotoClient, connect

__all__ = ["BotoClient", "KeepAliveClient", "RetryingClient", "connect"]


def __getattr__(name: str) -> Any:
    """What needs botocore is imported when it is used: on a file of the embedded service it is not."""
    if name not in ("BotoClient", "connect"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from swf.clients import boto

    return getattr(boto, name)
