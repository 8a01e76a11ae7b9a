"""One function per operation of the API, and the rounds in which calls are computed, written and answered."""

from swf.server.service.service import Service
from swf.server.service.successor import StartedTask

__all__ = ["Service", "StartedTask"]
