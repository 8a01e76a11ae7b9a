"""Every setting, and its value if nobody says otherwise."""

from __future__ import annotations

from typing import Any, Final

DEFAULTS: Final[dict[str, Any]] = {
    "ACTIVITY_DEFAULT_TASK_LIST": "default",
    "ACTIVITY_DEFAULT_TIMEOUT": "300",
    "ACTIVITY_DEFAULT_VERSION": "default",
    "ACTIVITY_HEARTBEAT_TIMEOUT": "300",
    "ACTIVITY_SCHEDULE_TO_CLOSE_TIMEOUT": "300",
    "ACTIVITY_SCHEDULE_TO_START_TIMEOUT": "300",
    "ACTIVITY_SIGTERM_WAIT_SEC": 3,
    "ACTIVITY_START_TO_CLOSE_TIMEOUT": "300",
    "LOGGING": {},
    "METROLOGY_BUCKET": "metrology_bucket",
    "METROLOGY_PATH_PREFIX": None,
    "SIMPLEFLOW_BINARIES_DIRECTORY": "/tmp/simpleflow-binaries",  # noqa: S108  # the name that sites know
    "SIMPLEFLOW_CODEC": None,
    "SIMPLEFLOW_DISABLE_SETPROCTITLE": False,
    "SIMPLEFLOW_ENABLE_DISK_CACHE": False,
    "SIMPLEFLOW_ENV": "production",
    "SIMPLEFLOW_JUMBO_FIELDS_BUCKET": None,
    "SIMPLEFLOW_S3_HOST": "s3.amazonaws.com",
    "SIMPLEFLOW_S3_SSE": False,
    "SIMPLEFLOW_SYSLOG_TARGET": None,
    "SIMPLEFLOW_TYPE_HINTS": "check",
    "STEP_BUCKET": "",
    "SWF_MAX_OPEN_ACTIVITY_COUNT": 1000,
    "WORKFLOW_DEFAULT_DECISION_TASK_TIMEOUT": "300",
    "WORKFLOW_DEFAULT_EXECUTION_TIME": "3600",
    "WORKFLOW_DEFAULT_TASK_LIST": "default",
    "WORKFLOW_DEFAULT_VERSION": "default",
}
"""Timeouts are texts in seconds. LOGGING is a configuration for ``logging.config``; empty: lines on standard error."""
