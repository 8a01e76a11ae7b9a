"""``python -m swf.server FILE --port N`` serves a file; ``--check FILE`` says whether it is in order."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

from swf.server import FileOwned, Functions, LocalFunctions, NotADatabase, open_reader
from swf.server.check import problems
from swf.server.functions import NoSuchFunction
from swf.server.http import DoorError, serving

SWITCH_INTERVAL_S = 0.0005
"""A commit lets go of the interpreter and must get it back soon, whatever other threads compute."""


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; the exit code is 0 done or in order, 1 failed or not in order, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m swf.server", description="The embedded SWF service.")
    parser.add_argument("file", metavar="FILE", nargs="?", help="the database to serve, created if it is not there")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    parser.add_argument(
        "--lambda",
        dest="functions",
        metavar="NAME=MODULE:FUNCTION",
        action="append",
        default=[],
        help="a Python function, handler(event, context), that workflows may call as Lambda function NAME",
    )
    parser.add_argument("--check", metavar="FILE", help="compare every view with its history instead of serving")
    options = parser.parse_args(arguments)
    if (options.file is None) == (options.check is None):
        parser.error("give FILE to serve it, or --check FILE")
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    try:
        if options.check:
            return check(options.check)
        functions = LocalFunctions.named(options.functions) if options.functions else None
        return serve(options.file, options.host, options.port, functions)
    except (FileNotFoundError, FileOwned, NotADatabase, DoorError, NoSuchFunction) as error:
        print(f"swf.server: error: {error}", file=sys.stderr)
        return 1


def serve(path: str, host: str, port: int, functions: Functions | None = None) -> int:
    """Serves the file until SIGTERM or SIGINT."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with serving(path, host=host, port=port, functions=functions) as door:
        print(f"serving {Path(path).resolve()} at {door.url}", flush=True)
        ended.wait()
    return 0


def check(path: str) -> int:
    """Prints what is wrong with the file."""
    service = open_reader(path)
    count = 0
    try:
        for problem in problems(service):
            print(problem)
            count += 1
        executions = service.database.connection.execute("select count(*) from executions").get
        events = service.database.connection.execute("select count(*) from events").get
    finally:
        service.close()
    print(f"{path}: {executions} executions, {events} events, {count} problems")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
