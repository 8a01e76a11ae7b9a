"""What a run is told, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simpleflow import texts
from swf.protocol.base import DecisionAttributes
from swf.protocol.values import ActivityType, WorkflowType

BODY_BYTES = 1_000_000 - 37_000
"""A request may have 1 MB; headers and envelope need their part."""
FIELD_CHARACTERS = 32_768
CONTINUE_AT_EVENTS = 10_000
"""At 25,000 SWF ends an execution; a decision and what it has open take their part of the rest."""
WAKE_UP_TIMER = "_simpleflow_wake_up_timer"


class Stale(Exception):
    """The events do not go on where the run stands; kill it and feed a new one from event 1."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run knows beside its history.

    *task_list* overrides the task lists of activities and children. *decode* gives the value of a stored text, and
    *keeps_values* says whether a text too long for its field may be replaced by what *pointer_of* says. *strict* makes
    every difference between code and history an error. *is_service_here*: no worker is on another machine.
    *is_in_memory*: what is done is forgotten with the process.
    """

    workflow_id: str = ""
    run_id: str = ""
    domain: str = ""
    task_list: str | None = None
    strict: bool = False
    keeps_values: bool = False
    is_service_here: bool = False
    is_in_memory: bool = False
    decode: Callable[[str | None], Any] = texts.decode
    pointer_of: Callable[[str], str] = texts.pointer_of
    max_decisions: int = 100
    max_bytes: int = BODY_BYTES
    max_open_activities: int = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference between code and history, or something else worth a line in a log."""

    message: str
    is_difference: bool = False


@dataclass(slots=True)
class Decisions:
    """What a run answers to a decision task.

    *closing* is the last of *decisions* if it closes the execution. *register* are types to register first,
    *values* long texts (by pointer) to store first. *context* is the new execution context, None for no change.
    """

    decisions: list[DecisionAttributes]
    closing: DecisionAttributes | None = None
    register: list[ActivityType | WorkflowType] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    context: str | None = None
