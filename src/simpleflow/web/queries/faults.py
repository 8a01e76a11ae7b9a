"""What can go wrong with a call, as a value that a page can show."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from simpleflow.web.listed import Trouble
from swf.client import Client
from swf.exceptions import BAD_CREDENTIALS, ConfigurationError, SWFError, Unreachable
from swf.protocol.base import Request
from swf.protocol.faults import (
    AccessDeniedException,
    Fault,
    OperationNotPermittedFault,
    OtherFault,
    ThrottlingException,
    UnknownOperationException,
    UnknownResourceFault,
)

Result = TypeVar("Result")

THROTTLED = frozenset({"Throttling", "RequestLimitExceeded", "RequestThrottled", "TooManyRequestsException"})


class Refused(Exception):
    """A call that was not answered as it should be."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{trouble.operation}: {trouble.message}")
        self.trouble = trouble


def asked(client: Client, request: Request[Result]) -> Result:
    """The answer. Raises Refused."""
    try:
        return client.call(request)
    except (Fault, SWFError) as error:
        raise Refused(trouble(error, type(request).__name__)) from error


def caught(operation: str, action: Callable[[], Result]) -> Result:
    """What *action* returns; what a call in it raises becomes Refused."""
    try:
        return action()
    except (Fault, SWFError) as error:
        raise Refused(trouble(error, operation)) from error


def trouble(error: Exception, operation: str) -> Trouble:
    """An error of a call as people are told of it."""
    match error:
        case Unreachable():
            kind = "silent"
        case AccessDeniedException() | OperationNotPermittedFault():
            kind = "denied"
        case ConfigurationError():
            kind = "unknown"
        case ThrottlingException():
            kind = "throttled"
        case UnknownResourceFault():
            kind = "gone"
        case UnknownOperationException():
            kind = "lacking"
        case Fault(code=code) if code in THROTTLED:
            kind = "throttled"
        case Fault(code=code) if code in BAD_CREDENTIALS:
            kind = "unknown"
        case OtherFault(status=status) | Fault(STATUS=status) if status >= 500:
            kind = "silent"
        case _:
            kind = "refused"
    name = f"{error.code}: " if isinstance(error, Fault) else ""
    return Trouble(kind, operation, f"{name}{error}")
