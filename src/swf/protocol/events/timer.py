"""Timers: started by a decision, fired by the service."""

from __future__ import annotations

from typing import ClassVar

from swf.protocol.base import Attributes
from swf.protocol.causes import CANCEL_TIMER_REFUSED, START_TIMER_REFUSED, Cause
from swf.protocol.values import Data, DurationInSeconds, EventId, TimerId


class TimerStarted(Attributes, frozen=True, kw_only=True):
    """A timer runs; its id is taken until it fires or is canceled."""

    NOUN: ClassVar[str] = "Timer"
    STATE: ClassVar[str] = "started"

    timer_id: TimerId
    start_to_fire_timeout: DurationInSeconds
    decision_task_completed_event_id: EventId
    control: Data | None = None


class StartTimerFailed(Attributes, frozen=True, kw_only=True):
    """The decision to start a timer was refused."""

    NOUN: ClassVar[str] = "Timer"
    STATE: ClassVar[str] = "start_failed"
    CAUSES: ClassVar[frozenset[Cause]] = START_TIMER_REFUSED

    timer_id: TimerId
    cause: Cause
    decision_task_completed_event_id: EventId


class TimerFired(Attributes, frozen=True, kw_only=True):
    """The time of the timer has come."""

    NOUN: ClassVar[str] = "Timer"
    STATE: ClassVar[str] = "fired"

    timer_id: TimerId
    started_event_id: EventId


class TimerCanceled(Attributes, frozen=True, kw_only=True):
    """A decision has stopped the timer."""

    NOUN: ClassVar[str] = "Timer"
    STATE: ClassVar[str] = "canceled"

    timer_id: TimerId
    started_event_id: EventId
    decision_task_completed_event_id: EventId


class CancelTimerFailed(Attributes, frozen=True, kw_only=True):
    """The decision to cancel a timer was refused: no open timer has the id."""

    NOUN: ClassVar[str] = "Timer"
    STATE: ClassVar[str] = "cancel_failed"
    CAUSES: ClassVar[frozenset[Cause]] = CANCEL_TIMER_REFUSED

    timer_id: TimerId
    cause: Cause
    decision_task_completed_event_id: EventId
