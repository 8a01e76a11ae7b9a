"""The one seam between objects and a service: what every object of ``swf`` holds, and how it calls.

Nothing is connected before the first call. Objects of the same region, endpoint and keys share one client.
"""

from __future__ import annotations

import functools
import re
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from swf import settings
from swf.client import Client
from swf.exceptions import InvalidCredentialsError, InvalidKeywordArgumentError, error_of
from swf.operations import Operations
from swf.protocol.base import Request
from swf.protocol.faults import Fault
from swf.protocol.refusal import check

if TYPE_CHECKING:
    from swf.clients import BotoClient

Result = TypeVar("Result")

DEFAULT_REGION: Final = "us-east-1"
PATIENCE_S: Final = 30.0
"""How long a call is repeated while the service is throttled, out of order or cannot be reached."""
ATTEMPTS: Final = 5
"""How often boto3 is asked for credentials: those of a role come over a network."""

_REGION: Final = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
_LOOPBACK: Final = re.compile(r"http://(localhost|127\.[\d.]+|\[::1\])(:\d+)?/?")


class ConnectedSWFObject(Operations):
    """An object that can call the service. Each operation of Amazon SWF is one of its methods."""

    __slots__ = ("boto3_client", "connection", "endpoint_url", "region", "session")

    region: str
    endpoint_url: str | None
    session: Any
    connection: Any
    boto3_client: Any

    def __init__(
        self,
        *args: Any,
        region: str | None = None,
        connection: Any = None,
        boto3_client: Any = None,
        session: Any = None,
        endpoint_url: str | None = None,
        **kwargs: Any,
    ) -> None:
        """*connection* or *boto3_client*: a boto3 client for swf, or a :class:`~swf.client.Client`; None: ours.

        *session* is a ``boto3.Session`` from which ours is made, *endpoint_url* a service that speaks SWF. *region*
        None: as :mod:`swf.settings` has it, else ``us-east-1``. Raises
        InvalidKeywordArgumentError, a ValueError, for what can be no region of Amazon; TypeError for what is no client.
        Other arguments are those of subclasses, and not looked at.
        """
        link(self, region, connection, boto3_client, session, endpoint_url)

    @property
    def client(self) -> Client:
        """The client that answers this object's calls."""
        return given_client(self) or shared_client(self.region, self.endpoint_url, self.session, *keys())

    def call(self, request: Request[Result], /) -> Result:
        """The answer to a request; raises the error of :mod:`swf.exceptions` that stands for the fault.

        A request that breaks a rule of the API is refused here, and not sent.
        """
        asked = type(request).__name__
        try:
            check(request)
            return self.client.call(request)
        except Fault as fault:
            raise error_of(fault, asked) from fault


def link(
    target: ConnectedSWFObject,
    region: str | None,
    connection: Any,
    boto3_client: Any,
    session: Any,
    endpoint_url: str | None,
    *,
    owner: ConnectedSWFObject | None = None,
) -> None:
    """Sets what an object needs for its calls, a frozen one too. If nothing is given, the service is *owner*'s."""
    if owner is not None and all(value is None for value in (region, connection, boto3_client, session, endpoint_url)):
        for name, value in linked(owner).items():
            object.__setattr__(target, name, value)
        return
    for name, text in (("region", region), ("endpoint_url", endpoint_url)):
        if text is not None and not isinstance(text, str):
            raise InvalidKeywordArgumentError(f"{name}: a text is wanted, found {text!r}")
    for name, given in (("connection", connection), ("boto3_client", boto3_client)):
        if given is not None:
            check_client(given, name)
    region = region or getattr(session, "region_name", None) or settings.get().get("region") or DEFAULT_REGION
    if connection is boto3_client is endpoint_url is None and not _REGION.fullmatch(region):
        raise InvalidKeywordArgumentError(f"region: {region!r} is no AWS region, as 'eu-west-1' is one")
    values = {
        "region": region,
        "connection": connection,
        "boto3_client": boto3_client,
        "session": session,
        "endpoint_url": endpoint_url,
    }
    for name, value in values.items():
        object.__setattr__(target, name, value)


def linked(target: ConnectedSWFObject) -> dict[str, Any]:
    """The keyword arguments that let another object call the same service."""
    return {name: getattr(target, name) for name in ConnectedSWFObject.__slots__}


def given_client(target: ConnectedSWFObject) -> Client | None:
    """The client of what was handed in; None if nothing was."""
    given = target.connection if target.connection is not None else target.boto3_client
    return None if given is None else client_of(given)


_wrapped: weakref.WeakKeyDictionary[Any, weakref.ref[BotoClient]] = weakref.WeakKeyDictionary()
"""Our client around each boto3 client that was handed in. It lives as long as that one, whose hooks hold it."""


def is_ours(given: Any) -> bool:
    """Whether what was handed in is a :class:`~swf.client.Client`, and none of boto3's."""
    return callable(getattr(given, "call", None)) and not hasattr(given, "meta")


def check_client(given: Any, name: str) -> None:
    """Returns if what was handed in as *name* can answer calls; raises TypeError if not."""
    if is_ours(given):
        return
    meta = getattr(given, "meta", None)
    service = getattr(getattr(meta, "service_model", None), "service_name", "swf")
    if getattr(meta, "events", None) is None or (isinstance(service, str) and service != "swf"):
        raise TypeError(f"{name}: {given!r} is neither a boto3 client for swf nor a swf.client.Client")


def client_of(given: Any) -> Client:
    """A client from what was handed in: one of ours as it is, a boto3 client used as it is configured."""
    if is_ours(given):
        client: Client = given
        return client
    check_client(given, "connection")
    from swf.clients import BotoClient

    found = _wrapped.get(given)
    wrapper = found() if found is not None else None
    if wrapper is None:
        wrapper = BotoClient(given)
        _wrapped[given] = weakref.ref(wrapper)
    return wrapper


def new_client(
    region: str,
    endpoint_url: str | None,
    session: Any = None,
    access_key: str | None = None,
    secret_key: str | None = None,
    token: str | None = None,
) -> Client:
    """A client of a region, endpoint and set of keys; it repeats what may succeed later.

    None as *session* and keys: boto3's own. Raises InvalidCredentialsError if there are no keys anywhere; a service
    on this machine, behind plain HTTP, is then asked without a signature.
    """
    import boto3

    from swf.clients import KeepAliveClient, RetryingClient, connect

    session = session or boto3.Session(
        aws_access_key_id=access_key, aws_secret_access_key=secret_key, aws_session_token=token, region_name=region
    )
    is_here = endpoint_url is not None and _LOOPBACK.fullmatch(endpoint_url) is not None
    client: Client
    if is_here and session.get_credentials() is None:
        assert endpoint_url is not None
        client = KeepAliveClient(endpoint_url)
    else:
        await_credentials(session)
        client = connect(endpoint_url=endpoint_url, region=region, session=session)
    return RetryingClient(client, patience_s=PATIENCE_S, polls_for_ever=False)


shared_client = functools.lru_cache(maxsize=64)(new_client)
"""The client that objects of one region, endpoint and set of keys share."""


def await_credentials(session: Any, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Returns when boto3 has found credentials; raises InvalidCredentialsError if it finds none in some attempts."""
    for attempt in range(ATTEMPTS):
        if session.get_credentials() is not None:
            return
        if attempt + 1 < ATTEMPTS:
            pause(0.1 * 2.0**attempt)
    raise InvalidCredentialsError(
        "there are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, write them to ~/.swf or to "
        "boto3's own files, give the machine a role, or hand in a client or session"
    )


def keys() -> tuple[str | None, str | None, str | None]:
    """The keys that our settings know and boto3 would not find; those of the environment it finds itself."""
    known, environment = settings.get(), settings.from_env()
    if all(known.get(key) == environment.get(key) for key in settings.KEYS):
        return None, None, None
    first, second, third = (known.get(key) for key in settings.KEYS)
    return first, second, third
