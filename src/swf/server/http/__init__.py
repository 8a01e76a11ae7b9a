"""The door of the embedded service: its API over HTTP, for any AWS SDK."""

from swf.server.http.door import Door, DoorError, UnsignedError
from swf.server.http.guard import KeysError, read_keys
from swf.server.http.serving import serving

__all__ = ["Door", "DoorError", "KeysError", "UnsignedError", "read_keys", "serving"]
