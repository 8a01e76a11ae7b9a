"""The errors of the client side: one tree, made from what Amazon SWF answers, and ways to handle them.

The fault itself is kept as ``error.__cause__``, its text as ``error.raw_error``, its code as ``error.error_code``.
"""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NoReturn, ParamSpec, TypeAlias, TypeVar

from swf.protocol.faults import Fault
from swf.utils import camel_to_underscore

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")

log = logging.getLogger(__name__)


class SWFError(Exception):
    """What went wrong in talking to Amazon SWF."""

    def __init__(self, message: object, raw_error: object = "", error_code: str | None = "") -> None:
        """*raw_error* is what the service said, a text or an error, *error_code* the name it gave it; empty or None if
        it said nothing.
        """
        self.message = str(message)
        self.raw_error = "" if raw_error is None else str(raw_error)
        self.error_code = error_code or ""
        super().__init__(self.message, self.raw_error, self.error_code)

    @property
    def kind(self) -> str:
        """What stands before the first colon of the service's text: ``Unknown domain``."""
        return self.raw_error.partition(":")[0].strip()

    @property
    def details(self) -> str:
        """What stands after it."""
        return self.raw_error.partition(":")[2].strip()

    @property
    def type_(self) -> str | None:
        """The kind in snake case: ``unknown_domain``; None if the service said nothing."""
        return camel_to_underscore(self.kind.replace(" ", "_")) if self.kind else None

    def __str__(self) -> str:
        if self.kind and self.details:
            return f"{self.message}\nReason: {self.kind}, {self.details}"
        return self.message


class Unreachable(SWFError):
    """The endpoint did not answer; what was asked may or may not have been done."""


class ConfigurationError(SWFError):
    """Nothing says which service is meant, or what it takes to call it."""


class InvalidCredentialsError(ConfigurationError):
    """There are no credentials, or the service does not accept them."""


class InvalidKeywordArgumentError(SWFError, ValueError):
    """An argument that the call does not know, a value that it cannot have, or two that exclude each other."""


class PollTimeout(SWFError):
    """The poll ended without a task."""


class ResponseError(SWFError):
    """The service refused, or answered what no service of Amazon SWF answers."""


class InvalidRequestError(ResponseError, ValueError):
    """A member breaks a rule of the API; the text names both. Mostly found before anything is sent."""


class DeprecatedError(ResponseError):
    """The domain or type is deprecated and the call needs one that is not, or the other way round."""


class OperationNotPermittedError(ResponseError):
    """The caller may not do this."""


class LimitExceededError(ResponseError):
    """A quota of the account is used up."""


class RateLimitExceededError(ResponseError):
    """Too many calls in too little time."""


class AlreadyExistsError(SWFError):
    """The name is taken, maybe by something that is deprecated."""


class WorkflowExecutionAlreadyStartedError(AlreadyExistsError):
    """An execution with this workflow id is open."""


class DoesNotExistError(SWFError):
    """What was named is not there, or no longer open for this call."""


class DomainDoesNotExist(DoesNotExistError):
    """There is no such domain, or it is deprecated and the call needs one that is not."""


class WorkflowTypeDoesNotExist(DoesNotExistError):
    """There is no such workflow type in the domain."""


class ActivityTypeDoesNotExist(DoesNotExistError):
    """There is no such activity type in the domain."""


class WorkflowExecutionDoesNotExist(DoesNotExistError):
    """There is no such execution, or it is closed and the call needs an open one."""


class HistoryError(SWFError):
    """A history that no service has written; *event_id* is the event at which that shows."""

    def __init__(self, message: str, event_id: int = 0) -> None:
        super().__init__(message)
        self.args = (message, event_id)  # what copying and pickling make it of again
        self.event_id = event_id


class InconsistentStateError(HistoryError):
    """An event that cannot stand where it stands."""


class TransitionError(HistoryError):
    """An event that does not follow from the state its thing is in."""


BAD_CREDENTIALS: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Codes of faults of who calls, not of what is asked: keys are renewed, clocks are set."""

_UNKNOWN: Final[tuple[tuple[str, type[DoesNotExistError], str], ...]] = (
    ("Unknown domain", DomainDoesNotExist, "domain"),
    ("Unknown type: WorkflowType", WorkflowTypeDoesNotExist, "workflow type"),
    ("Unknown type: ActivityType", ActivityTypeDoesNotExist, "activity type"),
    ("Unknown execution", WorkflowExecutionDoesNotExist, "workflow execution"),
    ("Unknown activity", DoesNotExistError, "open activity task"),
    ("Unknown decision task", DoesNotExistError, "open decision task"),
)
"""How texts of UnknownResourceFault begin, what that means, and the name of what is missing."""

_BY_CODE: Final[dict[str, tuple[type[SWFError], str]]] = {
    "DomainAlreadyExistsFault": (AlreadyExistsError, "the domain exists"),
    "TypeAlreadyExistsFault": (AlreadyExistsError, "the type exists"),
    "WorkflowExecutionAlreadyStartedFault": (
        WorkflowExecutionAlreadyStartedError,
        "an execution with this workflow id is open",
    ),
    "DomainDeprecatedFault": (DeprecatedError, "the domain is deprecated"),
    "TypeDeprecatedFault": (DeprecatedError, "the type is deprecated"),
    "TypeNotDeprecatedFault": (DeprecatedError, "the type is not deprecated, and only deprecated ones can be deleted"),
    "DefaultUndefinedFault": (InvalidRequestError, "a value is neither given nor a default of the type"),
    "ValidationException": (InvalidRequestError, "the request breaks a rule of the API"),
    "SerializationException": (InvalidRequestError, "a member of the request has the wrong type"),
    "ThrottlingException": (RateLimitExceededError, "too many calls in too little time"),
    "LimitExceededFault": (LimitExceededError, "a quota is used up"),
    "TooManyTagsFault": (LimitExceededError, "a domain may have 50 tags"),
    "OperationNotPermittedFault": (OperationNotPermittedError, "the caller may not do this"),
    "AccessDeniedException": (OperationNotPermittedError, "the caller may not do this"),
}


def error_of(fault: Fault, asked: str) -> SWFError:
    """The error that stands for a fault; *asked* names what was asked: the operation."""
    if fault.code == "UnknownResourceFault":
        return _missing(fault, asked)
    if fault.code in BAD_CREDENTIALS:
        return InvalidCredentialsError(
            f"{asked}: the service does not accept the credentials ({fault.code})", fault.message, fault.code
        )
    kind, words = _BY_CODE.get(fault.code, (ResponseError, f"the service answered {fault.code}"))
    told = f": {fault.message}" if fault.message and ":" not in fault.message else ""  # else str() shows it
    return kind(f"{asked}: {words}{told}", fault.message, fault.code)


def _missing(fault: Fault, asked: str) -> DoesNotExistError:
    for beginning, kind, noun in _UNKNOWN:
        if fault.message.startswith(beginning):
            name = fault.message[len(beginning) :].lstrip(":,= ")
            return kind(f"{asked}: there is no {noun} {name}", fault.message, fault.code)
    return DoesNotExistError(f"{asked}: {fault.message}", fault.message, fault.code)


# Ways to handle errors, for functions of one's own.

Errors: TypeAlias = type[BaseException] | Iterable[type[BaseException]]


def _as_tuple(exceptions: Errors) -> tuple[type[BaseException], ...]:
    return (exceptions,) if isinstance(exceptions, type) else tuple(exceptions)


def extract_error_code(error: BaseException) -> str:
    """The code of the fault behind an error of ours, a fault, or a botocore ``ClientError``; "" if it has none."""
    if isinstance(error, SWFError):
        return error.error_code
    if isinstance(error, Fault):
        return error.code
    response: Any = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def extract_message(error: BaseException) -> str:
    """What the service said, or the text of the error if it was no service."""
    if isinstance(error, SWFError):
        return error.raw_error or error.message
    response: Any = getattr(error, "response", None)
    if isinstance(response, dict):
        return str(response.get("Error", {}).get("Message", ""))
    return str(error)


_RESOURCE = re.compile(r"Unknown (?:type: )?(\w+)")


def extract_resource(error: BaseException) -> str | None:
    """The kind of thing that is unknown: ``domain``, ``WorkflowType``, ``ActivityType``, ``execution``; else None."""
    found = _RESOURCE.match(extract_message(error))
    return found[1] if found else None


def is_unknown_resource_raised(error: BaseException, *_: Any, **__: Any) -> bool:
    """Whether the service says that something is not there."""
    return extract_error_code(error) == "UnknownResourceFault"


def is_unknown(resource: str | Iterable[str]) -> Callable[..., bool]:
    """A test whether the service says that a thing of this kind is not there: ``is_unknown("WorkflowType")``."""
    kinds = (resource,) if isinstance(resource, str) else tuple(resource)

    def test(error: BaseException, *_: Any, **__: Any) -> bool:
        return is_unknown_resource_raised(error) and extract_resource(error) in kinds

    return test


def match_equals(pattern: str, text: str, values: str | Iterable[str]) -> bool:
    """Whether *pattern* is found in *text* and its first group is one of *values*."""
    found = re.search(pattern, text)
    return found is not None and found[1] in ((values,) if isinstance(values, str) else tuple(values))


def always(value: Value) -> Callable[..., Value]:
    """A function that returns *value* whatever it is given."""

    def same(*_: Any, **__: Any) -> Value:
        return value

    return same


def ignore(*_: Any, **__: Any) -> None:
    """Does nothing with an error."""


def raises(
    exception: type[SWFError],
    when: Callable[..., bool] | None = None,
    extract: Callable[[BaseException], Any] = extract_message,
) -> Callable[..., NoReturn]:
    """A handler that raises *exception*, made of what *extract* finds, when *when* says so; else the error again.

    *when* None: always.
    """

    def handle(error: BaseException, *arguments: Any, **named: Any) -> NoReturn:
        if when is None or when(error, *arguments, **named):
            raise exception(str(extract(error)), extract_message(error), extract_error_code(error)) from error
        raise error

    return handle


def catch(
    exceptions: Errors, handle_with: Callable[..., Any] | None = None, log: bool = False
) -> Callable[[Callable[Arguments, Value]], Callable[Arguments, Value | Any]]:
    """A decorator: of these exceptions, *handle_with* makes the function's result, None without it."""
    caught = _as_tuple(exceptions)

    def decorate(function: Callable[Arguments, Value]) -> Callable[Arguments, Value | Any]:
        @functools.wraps(function)
        def caring(*arguments: Arguments.args, **named: Arguments.kwargs) -> Value | Any:
            try:
                return function(*arguments, **named)
            except caught as error:
                if log:
                    _log_error(function, error)
                return None if handle_with is None else handle_with(error, *arguments, **named)

        return caring

    return decorate


when = catch


def _log_error(function: Callable[..., Any], error: BaseException) -> None:
    log.error("call failed function=%s error=%r", getattr(function, "__qualname__", function), error)


def translate(
    exceptions: Errors, to: type[SWFError]
) -> Callable[[Callable[Arguments, Value]], Callable[Arguments, Value]]:
    """A decorator: these exceptions become *to*, with the first as cause."""

    def handle(error: BaseException, *_: Any, **__: Any) -> NoReturn:
        raise to(extract_message(error), extract_message(error), extract_error_code(error)) from error

    return catch(exceptions, handle)


def is_not(exceptions: Errors) -> Callable[[Callable[Arguments, Any]], Callable[Arguments, bool]]:
    """A decorator: True if the function returns, False if it raises one of these exceptions."""
    caught = _as_tuple(exceptions)

    def decorate(function: Callable[Arguments, Any]) -> Callable[Arguments, bool]:
        @functools.wraps(function)
        def test(*arguments: Arguments.args, **named: Arguments.kwargs) -> bool:
            try:
                function(*arguments, **named)
            except caught:
                return False
            return True

        return test

    return decorate
