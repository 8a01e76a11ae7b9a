"""How far a workflow is, on standard error: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

from simpleflow.tally import Tally

LINE_EVERY_S = 2.0


class Progress:
    """Shows a tally until it is left."""

    def __init__(self, title: str, tally: Tally) -> None:
        self._title = title
        self._tally = tally
        self._live: Any = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._began = time.monotonic()

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(
                get_renderable=self._render, console=Console(stderr=True), refresh_per_second=8, transient=True
            )
            self._live.start()
        else:
            self._thread = threading.Thread(target=self._print, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        if self._live is not None:
            self._live.stop()
        if self._thread is not None:
            self._thread.join()

    def _render(self) -> Any:
        from rich.text import Text

        seconds = time.monotonic() - self._began
        tally = self._tally
        return Text.assemble(
            (f"{self._title} ", "bold"),
            (f"{seconds:6.1f} s  ", "dim"),
            (f"scheduled {max(0, tally.scheduled - tally.started)}  ", "yellow"),
            (f"running {tally.running}  ", "blue"),
            (f"done {tally.done}  ", "green"),
            (f"failed {tally.failed}", "red" if tally.failed else "dim"),
        )

    def _print(self) -> None:
        last = ""
        while not self._ended.wait(LINE_EVERY_S):
            line = str(self._tally)
            if line != last:
                print(f"{self._title}: {line}", file=sys.stderr, flush=True)
                last = line
