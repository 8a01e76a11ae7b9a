"""Clients of an SWF service: through boto3, or straight over a connection that is kept."""

from swf.clients.boto import BotoClient, connect
from swf.clients.keepalive import KeepAliveClient
from swf.clients.retrying import RetryingClient

__all__ = ["BotoClient", "KeepAliveClient", "RetryingClient", "connect"]
