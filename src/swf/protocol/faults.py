"""The errors SWF reports, by their names on the wire. Their texts are in :mod:`swf.protocol.texts`."""

from __future__ import annotations

from typing import ClassVar


class Fault(Exception):
    """An error that a service reports to its client. ``str(fault)`` is the message on the wire."""

    NAMESPACE: ClassVar[str] = "com.amazonaws.swf.base.model"
    STATUS: ClassVar[int] = 400

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        """The error code, as SDKs show it."""
        return type(self).__name__


class UnknownResourceFault(Fault):
    """The domain, type, execution or task is not there, or no longer open for this call."""


class DomainAlreadyExistsFault(Fault):
    """The name is taken, by a deprecated domain too."""


class DomainDeprecatedFault(Fault):
    """The domain is deprecated already."""


class TypeAlreadyExistsFault(Fault):
    """Name and version are taken, by a deprecated type too."""


class TypeDeprecatedFault(Fault):
    """The type is deprecated."""


class TypeNotDeprecatedFault(Fault):
    """Only a deprecated type can be deleted."""


class WorkflowExecutionAlreadyStartedFault(Fault):
    """The workflow id is open in the domain."""


class DefaultUndefinedFault(Fault):
    """A value is neither given nor a default of the type."""


class LimitExceededFault(Fault):
    """A quota is used up."""


class OperationNotPermittedFault(Fault):
    """The caller may not do this."""


class TooManyTagsFault(Fault):
    """A domain may have 50 tags."""


class ValidationException(Fault):
    """The request breaks a constraint of the API."""

    NAMESPACE = "com.amazon.coral.validate"


class SerializationException(Fault):
    """The body is not JSON, or a member has the wrong JSON type."""

    NAMESPACE = "com.amazon.coral.service"


class ThrottlingException(Fault):
    """Too many requests."""

    NAMESPACE = "com.amazon.coral.availability"


class UnknownOperationException(Fault):
    """The service does not know this operation."""

    NAMESPACE = "com.amazon.coral.service"


class InternalFailure(Fault):
    """The service could not do what it accepted; nothing was done, the call may be repeated."""

    NAMESPACE = "com.amazon.coral.service"
    STATUS = 500


class UnrecognizedClientException(Fault):
    """The access key is unknown."""

    NAMESPACE = "com.amazon.coral.service"


class MissingAuthenticationTokenException(Fault):
    """The request is not signed, and must be."""

    NAMESPACE = "com.amazon.coral.service"


class IncompleteSignatureException(Fault):
    """The request is signed in a way that cannot be checked."""

    NAMESPACE = "com.amazon.coral.service"


class InvalidSignatureException(Fault):
    """The signature is not that of the key, or of another time."""

    NAMESPACE = "com.amazon.coral.service"


class AccessDeniedException(Fault):
    """The caller has no right to this."""

    NAMESPACE = "com.amazon.coral.service"
    STATUS = 403


class RequestEntityTooLargeException(Fault):
    """The request is longer than the service reads."""

    NAMESPACE = "com.amazon.coral.service"
    STATUS = 413


class OtherFault(Fault):
    """An error by a name that this library does not know: kept. *status* is that of the HTTP answer."""

    def __init__(self, message: str = "", *, code: str, status: int = 400) -> None:
        super().__init__(message)
        self._code = code
        self.status = status

    @property
    def code(self) -> str:
        """The error code, as it came."""
        return self._code


FAULTS: dict[str, type[Fault]] = {
    fault.__name__: fault
    for fault in (
        UnknownResourceFault,
        DomainAlreadyExistsFault,
        DomainDeprecatedFault,
        TypeAlreadyExistsFault,
        TypeDeprecatedFault,
        TypeNotDeprecatedFault,
        WorkflowExecutionAlreadyStartedFault,
        DefaultUndefinedFault,
        LimitExceededFault,
        OperationNotPermittedFault,
        TooManyTagsFault,
        ValidationException,
        SerializationException,
        ThrottlingException,
        UnknownOperationException,
        UnrecognizedClientException,
        MissingAuthenticationTokenException,
        IncompleteSignatureException,
        InvalidSignatureException,
        AccessDeniedException,
        RequestEntityTooLargeException,
        InternalFailure,
    )
}
"""Every known fault by its code."""
