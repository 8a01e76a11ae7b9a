"""The operations of the API on one file: validate, compute, commit, answer."""

from swf.server.service.held import StartedTask
from swf.server.service.service import Service

__all__ = ["Service", "StartedTask"]
