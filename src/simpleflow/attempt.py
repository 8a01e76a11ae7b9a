"""The attempt of an activity that runs here: what it is, and how it gives a sign of life."""

from __future__ import annotations

import contextlib
import datetime
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from simpleflow import texts
from simpleflow.exceptions import ActivityCancelled

LATER: Final = "simpleflow+later "
"""Begins the heartbeat details of an attempt that is completed from elsewhere: its worker may die meanwhile."""


LAST_DETAILS: Final = "last_details"
"""In the details of an attempt whose process has died: what its last heartbeat said."""


class Job(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An activity task as it was handed out. *began_at*: seconds since 1970. Its *number* comes back with what became
    of it."""

    activity_id: str
    name: str
    version: str = ""
    input: str | None = None
    domain: str = ""
    task_list: str = ""
    workflow_id: str = ""
    run_id: str = ""
    task_token: str | None = None
    began_at: float = 0.0
    keeps_values: bool = True
    number: int = 0


@dataclass(frozen=True, slots=True)
class ActivityContext:
    """One attempt of an activity.

    *attempt* counts from 1. *deadline* is when its start-to-close timeout strikes, None if it has none that is known
    here. *heartbeat_timeout* in seconds, None if unknown. *last_details* is what the attempt before had said in its
    last heartbeat, if that ran out of time or died with its process. *task_token* lets anybody complete the attempt.
    *input* is JSON text.
    """

    activity_id: str
    name: str
    version: str
    attempt: int
    domain: str
    task_list: str
    workflow_id: str
    run_id: str
    deadline: datetime.datetime | None = None
    heartbeat_timeout: float | None = None
    last_details: Any = None
    task_token: str | None = field(default=None, repr=False)
    input: str | None = field(default=None, repr=False)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the deadline, negative when it is over; None if there is none."""
        if self.deadline is None:
            return None
        return (self.deadline - datetime.datetime.now(datetime.UTC)).total_seconds()

    def as_dict(self) -> dict[str, Any]:
        """The same as activities find it in the attribute ``context``."""
        return {
            "name": self.name,
            "version": self.version,
            "domain_name": self.domain,
            "workflow_id": self.workflow_id,
            "run_id": self.run_id,
            "activity_id": self.activity_id,
            "activity_task_list": self.task_list,
            "input": self.input,
            "attempt": self.attempt,
        }


Beat = Callable[[str | None], bool]
"""Sends details (as they go to the wire) with a sign of life; True: the activity is asked to cancel."""


class _Attempt:
    """A running attempt; *beat* is None where nobody listens."""

    def __init__(self, context: ActivityContext, beat: Beat | None, fitting: Callable[[str, int], str]) -> None:
        self.context = context
        self.beat = beat
        self.fitting = fitting
        self.lock = threading.Lock()
        self.is_over = False


_running: ContextVar[_Attempt | None] = ContextVar("simpleflow_activity", default=None)


def current() -> ActivityContext:
    """The attempt that runs here. RuntimeError outside of activities.

    A thread that an activity starts sees it if it is run in the context of the activity
    (``contextvars.copy_context().run``).
    """
    attempt = _running.get()
    if attempt is None:
        raise RuntimeError("no activity runs here: activity.current() is for the code of activities")
    return attempt.context


def is_here() -> bool:
    """Whether an activity runs in this context."""
    return _running.get() is not None


def heartbeat(details: Any = None) -> None:
    """Says that the activity is alive and how far it has come; *details* are JSON.

    Raises ActivityCancelled if the activity is asked to cancel: let it pass, after what has to be tidied up. The
    attempt after one that ran out of time, or died with its process, finds the last details in
    ``current().last_details``. May be called as often as one likes: not every one is sent on. Outside of an activity,
    and with ``--local``, nothing happens.
    """
    text = None if details is None else texts.encode(details)
    attempt = _running.get()
    if attempt is None or attempt.beat is None:
        return
    if text is not None:
        text = attempt.fitting(text, HEARTBEAT_CHARACTERS)
    with attempt.lock:
        if not attempt.is_over and attempt.beat(text):
            raise ActivityCancelled


HEARTBEAT_CHARACTERS: Final = 2_048 - len(LATER)
"""What fits into the details of a heartbeat, whoever sends it on."""


@contextlib.contextmanager
def running(context: ActivityContext, beat: Beat | None, fitting: Callable[[str, int], str]) -> Iterator[None]:
    """In the block, *context* is the attempt that runs. *fitting* keeps a text that is too long elsewhere."""
    attempt = _Attempt(context, beat, fitting)
    token = _running.set(attempt)
    try:
        yield
    finally:
        _running.reset(token)
        with attempt.lock:
            attempt.is_over = True


def context_of(job: Job, content: Any, resolve: Callable[[str | None], str | None]) -> ActivityContext:
    """The context of a job, with what the decider has written into its decoded input."""
    meta = content.get("meta") if isinstance(content, dict) else None
    told = meta.get("simpleflow") if isinstance(meta, dict) else None
    told = told if isinstance(told, dict) else {}
    whole = _seconds(told.get("start_to_close"))
    deadline = None
    if whole is not None and job.began_at:
        deadline = datetime.datetime.fromtimestamp(job.began_at + whole, datetime.UTC)
    last = told.get("last_details")
    if isinstance(last, str):
        last = texts.decode(resolve(last.removeprefix(LATER)) or None)
    return ActivityContext(
        activity_id=job.activity_id,
        name=job.name,
        version=job.version,
        attempt=told["attempt"] if isinstance(told.get("attempt"), int) else 1,
        domain=job.domain,
        task_list=job.task_list,
        workflow_id=job.workflow_id,
        run_id=job.run_id,
        deadline=deadline,
        heartbeat_timeout=_seconds(told.get("heartbeat")),
        last_details=last,
        task_token=job.task_token,
        input=job.input,
    )


def _seconds(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None  # unknown, or NONE: no limit
