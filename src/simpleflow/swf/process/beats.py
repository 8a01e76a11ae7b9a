"""Heartbeats, sent by a thread of their own: a service that does not answer must not stop the clock of an activity."""

from __future__ import annotations

import queue
import threading

from swf.client import Client
from swf.protocol.operations import ActivityTaskStatus, RecordActivityTaskHeartbeat

Heard = ActivityTaskStatus | Exception


class Beats:
    """The heartbeats of one activity task, one at a time. What comes back is asked for, never waited for."""

    def __init__(self, client: Client, task_token: str) -> None:
        self._client = client
        self._token = task_token
        self._wanted: queue.SimpleQueue[RecordActivityTaskHeartbeat | None] = queue.SimpleQueue()
        self._heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self.is_busy = False
        """Whether a heartbeat is on its way."""

    def send(self, details: str | None = None) -> bool:
        """Sends a heartbeat; False if one is on its way, and this is not sent."""
        if self.is_busy:
            return False
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="swf-beat", daemon=True)
            self._thread.start()
        self.is_busy = True
        self._wanted.put(RecordActivityTaskHeartbeat(task_token=self._token, details=details))
        return True

    def heard(self, seconds: float = 0.0) -> Heard | None:
        """What the service has answered, or the error; None if there is nothing new within *seconds*."""
        try:
            heard = self._heard.get(timeout=seconds) if seconds else self._heard.get_nowait()
        except queue.Empty:
            return None
        self.is_busy = False
        return heard

    def end(self) -> None:
        """Sends no more; one that is on its way may arrive."""
        self._wanted.put(None)

    def _run(self) -> None:
        while (request := self._wanted.get()) is not None:
            try:
                self._heard.put(self._client.call(request))
            except Exception as error:  # noqa: BLE001  # told apart by whoever asks
                self._heard.put(error)
