"""One function per operation of the API, and the rounds in which calls are computed, written and answered."""

from swf.server.service.held import StartedTask
from swf.server.service.service import Service

__all__ = ["Service", "StartedTask"]
