"""How far a workflow is, on standard error: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from simpleflow.cli.formats import printable
from simpleflow.tally import Tally
from swf.protocol.event import HistoryEvent
from swf.protocol.events import (
    ActivityTaskCanceled,
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskScheduled,
    ActivityTaskStarted,
    ActivityTaskTimedOut,
    WorkflowExecutionStarted,
)

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


class Watched:
    """Shows how far an execution of others is: live with what runs on a terminal, else a line when that changes."""

    MOST_SHOWN = 12

    def __init__(self, title: str, tally: Tally) -> None:
        self._title = title
        self._tally = tally
        self._running: dict[int, tuple[str, float]] = {}
        self._ids: dict[int, str] = {}
        self._said = ""
        self._live: Any = None

    def __enter__(self) -> Watched:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(
                get_renderable=self._render, console=Console(stderr=True), refresh_per_second=4, transient=True
            )
            self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._live is not None:
            self._live.stop()

    def see(self, events: Sequence[HistoryEvent]) -> None:
        """Takes in what is new; the tally has it already."""
        for event in events:
            match event.attributes:
                case ActivityTaskScheduled(activity_id=id):
                    self._ids[event.id] = id
                case ActivityTaskStarted(scheduled_event_id=scheduled):
                    self._running[scheduled] = self._ids.get(scheduled, "?"), event.timestamp
                case (
                    ActivityTaskCompleted(scheduled_event_id=scheduled)
                    | ActivityTaskFailed(scheduled_event_id=scheduled)
                    | ActivityTaskTimedOut(scheduled_event_id=scheduled)
                    | ActivityTaskCanceled(scheduled_event_id=scheduled)
                ):
                    self._running.pop(scheduled, None)
                    self._ids.pop(scheduled, None)
                case WorkflowExecutionStarted():  # a new run: what the one before has left is over
                    self._running.clear()
                    self._ids.clear()
        line = str(self._tally)
        if self._live is None and line != self._said:
            self._said = line
            print(f"{printable(self._title)}: {line}", file=sys.stderr, flush=True)

    def _render(self) -> Any:
        from rich.text import Text

        now = time.time()
        lines = [f"{printable(self._title)}  {self._tally}"]
        running = sorted(self._running.values(), key=lambda each: each[1])
        lines += [f"  {printable(id)}  {max(0.0, now - began):.0f} s" for id, began in running[: self.MOST_SHOWN]]
        if len(running) > self.MOST_SHOWN:
            lines.append(f"  and {len(running) - self.MOST_SHOWN} more")
        return Text("\n".join(lines))
