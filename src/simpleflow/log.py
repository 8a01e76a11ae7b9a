"""How simpleflow's commands log: lines on standard error. The library itself configures nothing."""

from __future__ import annotations

import logging
import os
import sys

FORMAT = "%(asctime)s %(levelname)s [process=%(processName)s, pid=%(process)d]: %(message)s"


def setup_logging(level: str | None = None) -> None:
    """Sends the logs of ``simpleflow`` and ``swf`` to standard error.

    *level* is a name such as ``DEBUG``; None: the variable ``LOG_LEVEL``, else ``INFO``.
    """
    wanted = (level or os.environ.get("LOG_LEVEL") or "INFO").upper()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT, "%Y-%m-%dT%H:%M:%S"))
    for name in ("simpleflow", "swf"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(wanted if wanted in logging.getLevelNamesMapping() else "INFO")
