"""Numbers that many need: seconds, bytes, the lengths of SWF's fields."""

from __future__ import annotations

from typing import Final

SECOND: Final = 1
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
YEAR: Final = 365 * DAY

KB: Final = 1024
MB: Final = 1024 * KB
GB: Final = 1024 * MB

MAX_WORKFLOW_ID_LENGTH: Final = 256
MAX_IDENTITY_LENGTH: Final = 256
MAX_REASON_LENGTH: Final = 256
MAX_HEARTBEAT_DETAILS_LENGTH: Final = 2_048
MAX_INPUT_LENGTH: Final = 32_768
MAX_RESULT_LENGTH: Final = 32_768
MAX_DETAILS_LENGTH: Final = 32_768
MAX_CONTROL_LENGTH: Final = 32_768
MAX_EXECUTION_CONTEXT_LENGTH: Final = 32_768
MAX_LOG_FIELD: Final = 32_768

JUMBO_FIELDS_MAX_SIZE: Final = 5 * MB
"""The longest value in S3, in bytes."""
DISK_CACHE_S: Final = 3 * HOUR
"""How long a value from S3 is kept on disk, if values are."""
