"""Names and numbers that users of ``swf`` need."""

from __future__ import annotations

from typing import Final

from swf.protocol import limits
from swf.protocol.values import RegistrationStatus

REGISTERED: Final = RegistrationStatus.REGISTERED
DEPRECATED: Final = RegistrationStatus.DEPRECATED

MAX_WORKFLOW_AGE: Final = 457
"""Days after which nothing of an execution can be left: a year of running, 90 days of retention, and two to spare."""

MAX_REASON_LENGTH: Final = limits.REASON_LENGTH
MAX_DETAILS_LENGTH: Final = limits.DATA_LENGTH
MAX_INPUT_LENGTH: Final = limits.DATA_LENGTH
MAX_RESULT_LENGTH: Final = limits.DATA_LENGTH
"""Characters, as the service counts them."""
