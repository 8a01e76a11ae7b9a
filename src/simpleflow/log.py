"""How simpleflow's commands log: lines on standard error. The library itself configures nothing."""

from __future__ import annotations

import datetime
import json
import logging
import os
import sys
from typing import Any, Final

from simpleflow import settings
from simpleflow.futures import running
from simpleflow.logging_context import KEYS, get_logging_context

FORMAT: Final = "%(asctime)s %(levelname)s [process=%(processName)s, pid=%(process)d]: %(message)s"
LOGGERS: Final = ("simpleflow", "swf")
COLORS: Final = {
    logging.CRITICAL: "\x1b[31m",
    logging.ERROR: "\x1b[31m",
    logging.WARNING: "\x1b[33m",
    logging.INFO: "\x1b[32m",
    logging.DEBUG: "\x1b[34m",
}
PLAIN: Final = "\x1b[0m"
SYSLOG_PORT: Final = 514
SYSLOG: Final = "simpleflow syslog"
"""Names the handler that is made here."""


def setup_logging(level: str | None = None) -> None:
    """Sends the logs of ``simpleflow`` and ``swf`` to standard error, and to SIMPLEFLOW_SYSLOG_TARGET if that is set.

    *level* is a name such as ``DEBUG``; None: the variable ``LOG_LEVEL``, else ``INFO``. With ``LOG_FORMAT=json``
    each line is an object. The setting LOGGING, if there is one, is used instead of all this.
    """
    if settings.LOGGING:
        from logging.config import dictConfig

        dictConfig(settings.LOGGING)
        return
    wanted = (level or _said("LOG_LEVEL") or "INFO").upper()
    is_level = wanted in logging.getLevelNamesMapping()
    formatter: logging.Formatter
    if _said("LOG_FORMAT").lower() == "json":
        formatter = JsonLines()
    else:
        is_wanted = "FORCE_COLOR" in os.environ or sys.stderr.isatty()
        formatter = Lines(is_colored=is_wanted and "NO_COLOR" not in os.environ)
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    handlers[0].setFormatter(formatter)
    target = settings.SIMPLEFLOW_SYSLOG_TARGET
    if target:
        handlers.append(_syslog(str(target)))
    for name in LOGGERS:
        logger = logging.getLogger(name)
        for old in logger.handlers:
            if old.name == SYSLOG:
                old.close()
        logger.handlers = list(handlers)
        logger.propagate = False
        logger.setLevel(wanted if is_level else "INFO")
    if not is_level:
        logging.getLogger(LOGGERS[0]).warning("there is no log level %r: INFO is used; say DEBUG, WARNING, ...", wanted)


def _said(name: str) -> str:
    """What the environment says, else the files of the directory."""
    found = settings.files.value(name.lower().replace("_", "-"))
    return os.environ.get(name) or (str(found.value) if found is not None else "")


def _syslog(target: str) -> logging.Handler:
    """A handler that sends to ``host:port``."""
    host, _, port = target.partition(":")
    try:
        number = int(port or SYSLOG_PORT)
    except ValueError as error:
        raise ValueError(f"SIMPLEFLOW_SYSLOG_TARGET is {target!r}; say host:port") from error
    from logging.handlers import SysLogHandler

    handler = SysLogHandler((host, number))
    handler.name = SYSLOG
    handler.setFormatter(logging.Formatter("simpleflow[%(process)d]: %(levelname)s %(message)s"))
    return handler


class Lines(logging.Formatter):
    """One line per record in local time, what it is about at its end, and the traceback below if there is one."""

    def __init__(self, *, is_colored: bool = False) -> None:
        super().__init__(FORMAT, "%Y-%m-%dT%H:%M:%S")
        self._is_colored = is_colored

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line."""
        about = " ".join(f"{key}={value}" for key, value in _about(record).items() if key in ("activity_id", "attempt"))
        plain = record.levelname, record.message
        if self._is_colored:
            record.levelname = f"{COLORS.get(record.levelno, '')}{record.levelname}{PLAIN}"
        if about:
            record.message = f"{record.message} [{about}]"
        try:
            return super().formatMessage(record)
        finally:
            record.levelname, record.message = plain


class JsonLines(logging.Formatter):
    """One object per record: time (UTC), level, logger, message, and what it is about."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "pid": record.process,
            **_about(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _about(record: logging.LogRecord) -> dict[str, Any]:
    """What the record is about: as it was given with ``extra``, else what is worked on now."""
    run: Any = running.get()
    of_run = {} if run is None else _about_run(run)
    said = {**get_logging_context(), **of_run, **{key: getattr(record, key) for key in KEYS if hasattr(record, key)}}
    return {key: said[key] for key in KEYS if key in said}


def _about_run(run: Any) -> dict[str, Any]:
    """What the workflow that runs here is; greenlets do not see the logging context of their decider."""
    context = run.get_run_context()
    return {"domain": context["domain_name"], "workflow_id": context["workflow_id"], "run_id": context["run_id"]}


class QuietInReplay(logging.Filter):
    """Drops what workflow code logs while it only comes to where it was: every line is written once."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is new."""
        run: Any = running.get()
        return run is None or not (run.is_replaying or run.is_evicting)


def get_logger(name: str) -> logging.Logger:
    """A logger for workflow code, silent in replays; elsewhere one as any other."""
    logger = logging.getLogger(name)
    if not any(isinstance(each, QuietInReplay) for each in logger.filters):
        logger.addFilter(QuietInReplay())
    return logger


logger = get_logger("simpleflow")
"""For workflow code: what it logs is logged once, not again in every replay."""
