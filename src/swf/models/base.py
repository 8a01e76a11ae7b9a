"""What all models share: they are values that know the service they came from, and how far they agree with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Self

from swf.core import ConnectedSWFObject, link
from swf.exceptions import DoesNotExistError, InvalidRequestError, ResponseError
from swf.protocol.values import RegistrationStatus


class Difference(NamedTuple):
    """One attribute that is not the same here and at the service."""

    attr: str
    local: Any
    upstream: Any


class ModelDiff:
    """The attributes in which a model differs from what the service has, in the order in which they were given."""

    def __init__(self, *triples: tuple[str, Any, Any], ignore_fields: Iterable[str] | None = None) -> None:
        """*triples* are (attribute, value here, value at the service); equal ones and *ignore_fields* are dropped."""
        self._ignored = frozenset(ignore_fields or ())
        self._differences: dict[str, Difference] = {}
        self.add_input(*triples)

    def add_input(self, *triples: tuple[str, Any, Any]) -> None:
        """Compares more attributes; one that was compared before is replaced."""
        for attr, local, upstream in triples:
            self._differences.pop(attr, None)
            if attr not in self._ignored and local != upstream:
                self._differences[attr] = Difference(attr, local, upstream)

    def merge(self, diff: ModelDiff) -> None:
        """Takes in the differences of another."""
        self.add_input(*diff)

    def differing_fields(self) -> list[str]:
        """The names of the attributes that differ."""
        return list(self._differences)

    def as_list(self) -> list[Difference]:
        """The differences."""
        return list(self._differences.values())

    def __len__(self) -> int:
        return len(self._differences)

    def __iter__(self) -> Iterator[Difference]:
        return iter(self.as_list())

    def __contains__(self, attr: object) -> bool:
        return attr in self._differences

    def __getitem__(self, index: int) -> Difference:
        return self.as_list()[index]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel(ConnectedSWFObject):
    """A thing of the service as a value: frozen, equal to another with the same attributes.

    The keyword arguments say which service is meant, as :class:`~swf.core.ConnectedSWFObject` takes them; they are no
    part of the value.
    """

    MISSING: ClassVar[type[DoesNotExistError]] = DoesNotExistError
    """What is raised when the service does not have it."""
    COMPARED: ClassVar[tuple[str, ...]] = ()
    """The attributes that are compared with the service's: those that a user chooses."""

    region: str = field(default=None, compare=False, repr=False)  # type: ignore[assignment]  # found by link
    connection: Any = field(default=None, compare=False, repr=False)
    boto3_client: Any = field(default=None, compare=False, repr=False)
    session: Any = field(default=None, compare=False, repr=False)
    endpoint_url: str | None = field(default=None, compare=False, repr=False)

    def __init_subclass__(cls) -> None:
        if "__setattr__" in cls.__dict__:  # what dataclasses put there raises TypeError for names that it does not know
            cls.__setattr__ = _refuse_to_set  # type: ignore[method-assign]
            cls.__delattr__ = _refuse_to_delete  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        self._link(None)

    def _link(self, owner: ConnectedSWFObject | None) -> None:
        """Finds the service: what was given, else that of *owner*, else the settings'."""
        given = (self.region, self.connection, self.boto3_client, self.session, self.endpoint_url)
        link(self, *given, owner=owner)

    def upstream(self) -> Self:
        """The same thing as the service has it now; raises :attr:`MISSING` if it has not."""
        raise NotImplementedError

    def save(self) -> None:
        """Registers it; raises AlreadyExistsError if the name is taken."""
        raise NotImplementedError

    def delete(self) -> None:
        """Deprecates it: nothing new is made of it, what there is goes on."""
        raise NotImplementedError

    @property
    def exists(self) -> bool:
        """Whether the service has it, deprecated or not; raises ResponseError if not even its domain is there."""
        try:
            self.upstream()
        except self.MISSING:
            return False
        except DoesNotExistError as error:  # where it would be is not there
            raise ResponseError(error.message, error.raw_error, error.error_code) from error
        return True

    @property
    def changes(self) -> ModelDiff:
        """In what it differs from what the service has; raises :attr:`MISSING` if it has nothing."""
        return self._diff()

    @property
    def is_synced(self) -> bool:
        """Whether the service has it, and the same."""
        try:
            return not self._diff()
        except self.MISSING:
            return False

    def _diff(self, ignore_fields: Iterable[str] | None = None) -> ModelDiff:
        upstream = self.upstream()
        return ModelDiff(
            *((name, getattr(self, name), getattr(upstream, name)) for name in self.COMPARED),
            ignore_fields=ignore_fields,
        )


def check_registered(status: str) -> None:
    """Returns if something of that status can be registered; raises InvalidRequestError if not."""
    if status != RegistrationStatus.REGISTERED:
        raise InvalidRequestError(
            f"status: what is registered is REGISTERED, not {status}; delete() deprecates it then"
        )


def duration(value: int | str | None) -> str | None:
    """Seconds or days as the wire wants them: a text of digits, or ``NONE``; None stays None."""
    return None if value is None else str(value)


def _refuse_to_set(self: object, name: str, value: object) -> None:
    raise AttributeError(f"a {type(self).__name__} is a value: {name!r} cannot be set")


def _refuse_to_delete(self: object, name: str) -> None:
    raise AttributeError(f"a {type(self).__name__} is a value: {name!r} cannot be deleted")
