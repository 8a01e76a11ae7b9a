"""The operations of the API on one file: validate, compute, commit, answer."""

from swf.server.service.service import Service, StartedTask

__all__ = ["Service", "StartedTask"]
