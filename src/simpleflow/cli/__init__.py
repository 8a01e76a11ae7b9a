"""The ``simpleflow`` command. What answers at once is answered before anything else is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command and ends the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        from simpleflow.__about__ import __version__

        try:
            print(f"simpleflow {__version__}", flush=True)
            return
        except OSError:
            pass  # said below, as of any command
    from simpleflow.cli.app import run

    sys.exit(run())
