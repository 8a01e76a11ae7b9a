"""``python -m swf.server FILE --port N`` serves a file; with ``--check`` or ``--backup`` it looks after one."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from swf.server import DatabaseError, FileOwned, Functions, LocalFunctions, failpoints
from swf.server.about import running_version
from swf.server.functions import NoSuchFunction
from swf.server.http import DoorError, KeysError, serving

SWITCH_INTERVAL_S = 0.0005
"""A commit lets go of the interpreter and must get it back soon, whatever other threads compute."""


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; the exit code is 0 done or in order, 1 failed or not in order, 2 for a wrong call."""
    from swf.server.store.backup import BackupError

    parser = argparse.ArgumentParser(prog="python -m swf.server", description="The embedded SWF service.")
    parser.add_argument("file", metavar="FILE", nargs="?", help="the database to serve, created if it is not there")
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on; all but loopback need --auth (%(default)s)"
    )
    parser.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    parser.add_argument(
        "--lambda",
        dest="functions",
        metavar="NAME=MODULE:FUNCTION",
        action="append",
        default=[],
        help="a Python function, handler(event, context), that workflows may call as Lambda function NAME",
    )
    parser.add_argument(
        "--auth", metavar="KEYS", help="have every call signed, by a key of this file: ACCESS_KEY_ID SECRET in a line"
    )
    parser.add_argument(
        "--name", metavar="HOST", action="append", default=[], help="one more name that callers use for this host"
    )
    parser.add_argument("--check", metavar="FILE", help="compare every view with its history instead of serving")
    parser.add_argument(
        "--backup", metavar="TO", help="copy FILE to the new file TO instead of serving, also while it is served"
    )
    options = parser.parse_args(arguments)
    if (options.file is None) == (options.check is None):
        parser.error("give FILE to serve it, or --check FILE")
    if options.check and options.backup:
        parser.error("--check and --backup exclude each other")
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    try:
        if options.check:
            return check(Path(options.check))
        if options.backup:
            return backup(Path(options.file), Path(options.backup))
        functions = LocalFunctions.named(options.functions) if options.functions else None
        return serve(options.file, options.host, options.port, options.auth, options.name, functions)
    except FileNotFoundError as error:
        print(f"swf.server: error: {error.filename or error} does not exist", file=sys.stderr)
    except (FileOwned, DatabaseError, DoorError, KeysError, BackupError, NoSuchFunction, OSError) as error:
        print(f"swf.server: error: {error}", file=sys.stderr)
    return 1


def serve(path: str, host: str, port: int, keys_path: str | None, names: list[str], functions: Functions | None) -> int:
    """Serves the file until SIGTERM or SIGINT."""
    from swf.server.http import read_keys

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    reach = failpoints.planned(os.environ.get(failpoints.VARIABLE))
    keys = read_keys(Path(keys_path)) if keys_path is not None else None
    with serving(path, host=host, port=port, keys=keys, names=names, functions=functions, reach=reach) as door:
        signed = ", calls must be signed" if keys else ""
        print(f"serving {Path(path).resolve()} at {door.url}, version {running_version()}{signed}", flush=True)
        ended.wait()
    return 0


def check(path: Path) -> int:
    """Prints what is wrong with the file."""
    from swf.server.check import check_file

    report = check_file(path)
    for problem in report.problems:
        print(problem)
    print(f"{path}: {report.summary}")
    return 1 if report.problems else 0


def backup(path: Path, to: Path) -> int:
    """Copies the file and prints where to."""
    from swf.server.backup import back_up

    size = back_up(path, to)
    print(f"{to.absolute()}: {size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
