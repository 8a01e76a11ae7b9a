"""From the body of an answer to the answer; and the answer of a poll that found nothing."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

from swf.exceptions import ResponseError
from swf.protocol.base import Request
from swf.protocol.operations import PollForActivityTask, PollForDecisionTask

Result = TypeVar("Result")

_POLLS: Final = (PollForActivityTask, PollForDecisionTask)


def is_poll(request: Request[Any]) -> bool:
    """Whether the request waits for a task. Asking for another page of a task that was handed out does not."""
    return isinstance(request, _POLLS) and getattr(request, "next_page_token", None) is None


def no_task(poll: Request[Result]) -> Result:
    """What a poll gets that found no task."""
    nothing: Result = msgspec.convert({"startedEventId": 0, "previousStartedEventId": 0}, type=_type(poll))
    return nothing


def read_answer(request: Request[Result], body: bytes) -> Result:
    """The answer in the body of a reply; raises ResponseError if it is none.

    An empty task token, as some services send, is none.
    """
    if request.RESULT is None:
        return None  # type: ignore[return-value]  # an operation without an answer
    try:
        answer: Result = msgspec.json.decode(body, type=_type(request))
    except msgspec.DecodeError as error:
        shown = body[:200].decode(errors="replace")
        raise ResponseError(f"{type(request).__name__} was answered with {shown!r}: {error}") from error
    if is_poll(request) and not getattr(answer, "task_token", None):
        return no_task(request)
    return answer


def _type(request: Request[Result]) -> Any:
    assert request.RESULT is not None
    return request.RESULT
