"""What a text must be beyond its length: identifiers, durations, priorities.

A rule hangs at the type of a member (``swf.protocol.values``) and is checked in requests only: what a service
has recorded is taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from swf.protocol.limits import EXECUTION_DURATION_S, RETENTION_DAYS

RULE: Final = "rule"
"""The key under which the metadata of a type names its rule."""

_FORBIDDEN = re.compile(r"[:/|\x00-\x1f\x7f-\x9f]")
_DIGITS = re.compile(r"[0-9]+")
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Rule:
    """Whether a text obeys, and the constraint in words if it does not."""

    allows: Callable[[str], bool]
    constraint: str


def _is_identifier(text: str) -> bool:
    return _FORBIDDEN.search(text) is None and text != "arn"


def _is_trimmed_identifier(text: str) -> bool:
    return _is_identifier(text) and text == text.strip()


def _is_duration(text: str) -> bool:
    return _DIGITS.fullmatch(text) is not None


def _is_duration_or_none(text: str) -> bool:
    return text == "NONE" or _DIGITS.fullmatch(text) is not None


def _is_execution_duration(text: str) -> bool:
    return _DIGITS.fullmatch(text) is not None and int(text) <= EXECUTION_DURATION_S


def _is_retention(text: str) -> bool:
    return text == "NONE" or (_DIGITS.fullmatch(text) is not None and int(text) <= RETENTION_DAYS)


def _is_priority(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None and -(2**31) <= int(text) < 2**31


IDENTIFIER: Final = Rule(
    _is_identifier, "Member must not contain ':', '/', '|' or control characters, and must not be 'arn'"
)
TRIMMED_IDENTIFIER: Final = Rule(
    _is_trimmed_identifier,
    "Member must not start or end with whitespace, must not contain ':', '/', '|' or control characters, "
    "and must not be 'arn'",
)
DURATION: Final = Rule(_is_duration, "Member must be a number of seconds, 0 or more")
DURATION_OR_NONE: Final = Rule(_is_duration_or_none, "Member must be a number of seconds, 0 or more, or NONE")
EXECUTION_DURATION: Final = Rule(
    _is_execution_duration, f"Member must be a number of seconds from 0 to {EXECUTION_DURATION_S}"
)
RETENTION: Final = Rule(_is_retention, f"Member must be a number of days from 0 to {RETENTION_DAYS}, or NONE")
PRIORITY: Final = Rule(_is_priority, f"Member must be an integer from {-(2**31)} to {2**31 - 1}")
