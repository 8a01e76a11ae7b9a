"""``python -m swf.server --check FILE``: is the file in order?"""

from __future__ import annotations

import argparse
import sys

from swf.server import FileOwned, NotADatabase, open_reader
from swf.server.check import problems


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; the exit code is 0 if the file is in order, 1 if not, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m swf.server", description="The embedded SWF service.")
    parser.add_argument("--check", metavar="FILE", required=True, help="compare every view with its history")
    options = parser.parse_args(arguments)
    try:
        service = open_reader(options.check)
    except (FileNotFoundError, FileOwned, NotADatabase) as error:
        print(f"swf.server: error: {error}", file=sys.stderr)
        return 1
    count = 0
    try:
        for problem in problems(service):
            print(problem)
            count += 1
        executions = service.database.connection.execute("select count(*) from executions").get
        events = service.database.connection.execute("select count(*) from events").get
    finally:
        service.close()
    print(f"{options.check}: {executions} executions, {events} events, {count} problems")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
