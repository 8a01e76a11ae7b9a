"""``python -m tests.wire.fuzzed FILE``: a server whose polls wait for no time worth mentioning. Prints its port."""

from __future__ import annotations

import logging
import sys

from swf.server import open_service
from swf.server.http import Door

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    service = open_service(sys.argv[1])
    door = Door(service, poll_wait_s=0.001)
    door.open()
    print(door.url.rpartition(":")[2], flush=True)
    sys.stdin.read()
    door.close()
    service.close()
