"""Through boto3: Amazon SWF itself, or any endpoint that speaks like it."""

from __future__ import annotations

import datetime
import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import botocore.exceptions
import msgspec
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from swf.clients.answers import is_poll, no_task, read_answer
from swf.clients.connections import TIMEOUTS, Connections, Timeouts
from swf.exceptions import ConfigurationError, InvalidCredentialsError, SWFError, Unreachable
from swf.protocol.base import Request
from swf.protocol.faults import FAULTS, Fault, OtherFault
from swf.protocol.refusal import check

Result = TypeVar("Result")

_BODY: Final = "_simpleflow_body"
_RESPONDERS: Final = 64


def connect(
    *,
    endpoint_url: str | None = None,
    region: str | None = None,
    session: Any = None,
    access_key: str | None = None,
    secret_key: str | None = None,
    timeouts: Timeouts = TIMEOUTS,
) -> BotoClient:
    """A client of Amazon SWF, or of the endpoint *endpoint_url*.

    *session* is a ``boto3.Session``; None: a new one. What is None is found by boto3 itself: in its environment
    variables, its files, or the role of the machine. Raises ConfigurationError if region or credentials are
    nowhere to be found, or the URL is none.
    """
    import boto3

    try:
        session = session or boto3.Session(
            region_name=region, aws_access_key_id=access_key, aws_secret_access_key=secret_key
        )
        client = session.client(
            "swf",
            region_name=region or session.region_name or "us-east-1",
            endpoint_url=endpoint_url,
            config=Config(
                read_timeout=max(timeouts.call_s, timeouts.poll_s),
                connect_timeout=timeouts.connect_s,
                tcp_keepalive=True,
                max_pool_connections=_RESPONDERS,
                retries={"total_max_attempts": 1, "mode": "standard"},  # repeated by RetryingClient, which can stop
                parameter_validation=False,  # requests are typed
            ),
        )
        url: str = client.meta.endpoint_url
        parts = urlsplit(url)
        is_plain = parts.scheme == "http" and parts.path in ("", "/")
        connections = Connections(url, connect_s=timeouts.connect_s) if is_plain else None
        return BotoClient(client, connections, timeouts)
    except (botocore.exceptions.BotoCoreError, ValueError) as error:
        raise ConfigurationError(f"cannot use boto3: {error}") from error


class BotoClient:
    """Answers requests through a boto3 client for ``swf``. Any number of threads may share one.

    Answers are not parsed by botocore, which takes long histories apart member by member, but decoded at once.
    """

    def __init__(self, client: Any, connections: Connections | None = None, timeouts: Timeouts = TIMEOUTS) -> None:
        """*client* is any boto3 client for swf; it is used as it is configured.

        *connections* carry its requests instead of its own, for plain HTTP: then polls can be given up at any
        moment without losing a task. None: polls end when the service answers them. *timeouts* are those of
        *connections*.
        """
        self.client = client
        self.url: str = client.meta.endpoint_url
        self._connections = connections
        self._timeouts = timeouts
        self._is_ours = threading.local()
        self._responders = ThreadPoolExecutor(_RESPONDERS, thread_name_prefix="swf-respond")
        self._is_stopped = False
        events = client.meta.events
        events.register("before-parse.swf", self._take_body, unique_id=f"simpleflow-{id(self)}")
        if connections is not None:
            events.register("before-send.swf", self._carry, unique_id=f"simpleflow-send-{id(self)}")

    def call(self, request: Request[Result], /) -> Result:
        """The answer; raises the fault, Unreachable or ConfigurationError."""
        if self._is_stopped and is_poll(request):
            return no_task(request)
        check(request)
        operation = _method(type(request).__name__)
        self._is_ours.now = True
        try:
            answer: dict[str, Any] = getattr(self.client, operation)(**msgspec.to_builtins(request))
        except botocore.exceptions.ClientError as error:
            raise _fault(error) from error
        except botocore.exceptions.ReadTimeoutError as error:
            if is_poll(request):
                return no_task(request)
            raise Unreachable(f"no answer from {self.url}: it did not answer in time") from error
        except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError) as error:
            raise Unreachable(f"no answer from {self.url}: {error}") from error
        except (botocore.exceptions.NoCredentialsError, botocore.exceptions.CredentialRetrievalError) as error:
            raise InvalidCredentialsError(f"cannot call {self.url}: {error}") from error
        except botocore.exceptions.BotoCoreError as error:
            raise ConfigurationError(f"cannot call {self.url}: {error}") from error
        finally:
            self._is_ours.now = False
        return read_answer(request, answer[_BODY] if _BODY in answer else _encoded(answer))

    def respond_and_poll(
        self, response: Request[None], poll: Request[Result], /, heard: Callable[[Exception | None], None]
    ) -> Result:
        """Responds in another thread while this one polls."""
        responding = self._responders.submit(self._respond, response, heard)
        try:
            return self.call(poll)
        finally:
            responding.result()

    def _respond(self, response: Request[None], heard: Callable[[Exception | None], None]) -> None:
        try:
            self.call(response)
        except (Fault, SWFError) as error:
            heard(error)
        else:
            heard(None)

    def stop_polling(self) -> None:
        """Ends the polls that wait now, where their connections are ours, and all later ones."""
        self._is_stopped = True
        if self._connections is not None:
            self._connections.interrupt()

    def _take_body(self, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
        """Keeps the body of a good answer from being parsed, in calls of ours."""
        if getattr(self._is_ours, "now", False) and response_dict["status_code"] < 300:
            customized_response_dict[_BODY] = response_dict["body"]
            response_dict["body"] = b"{}"

    def _carry(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        """Sends a signed request over connections of ours."""
        if not getattr(self._is_ours, "now", False):
            return None
        assert self._connections is not None
        is_poll = event_name.rpartition(".")[2].startswith("PollFor")
        body = request.body or b""
        lines = [f"{request.method} / HTTP/1.1", f"Host: {request.url.split('/')[2]}"]
        lines += [f"{name}: {_text(value)}" for name, value in request.headers.items() if name.lower() != "host"]
        if "Content-Length" not in request.headers:
            lines.append(f"Content-Length: {len(body)}")
        packed = "\r\n".join([*lines, "", ""]).encode() + (body.encode() if isinstance(body, str) else body)
        reply = self._connections.exchange(packed, self._timeouts.of(is_poll=is_poll), is_interruptible=is_poll)
        return AWSResponse(request.url, reply.status, reply.headers, _Body(reply.body))


class _Body(io.BytesIO):
    """A body as botocore wants it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _method(operation: str) -> str:
    """The name of the method that boto3 gives to an operation."""
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in operation).lstrip("_")


def _fault(error: botocore.exceptions.ClientError) -> Fault:
    told = error.response.get("Error", {})
    code, message = str(told.get("Code", "InternalFailure")), " ".join(str(told.get("Message", "")).split())[:500]
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))
    known = FAULTS.get(code)
    return known(message) if known else OtherFault(message, code=code, status=status)


def _encoded(answer: dict[str, Any]) -> bytes:
    """The JSON of an answer that was parsed before it came to us, as a stubbed client gives it."""
    members = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    return msgspec.json.encode(_plain(members))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value.timestamp() if isinstance(value, datetime.datetime) else value
