"""The door of the embedded service: its API over HTTP, for any AWS SDK."""

from swf.server.http.door import Door, DoorError

__all__ = ["Door", "DoorError"]
