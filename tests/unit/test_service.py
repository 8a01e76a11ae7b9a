"""How a service is found."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from simpleflow import service
from simpleflow.service import FollowingClient
from swf.server.lock import Hint


def test_threads_that_look_for_a_server_at_once_share_one_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two clients one would not hear that polling is over, and its thread wait for a minute."""

    def slowly(hint: Hint) -> bool:
        time.sleep(0.05)
        return True

    monkeypatch.setattr(service, "serves", slowly)
    monkeypatch.setattr(service, "read_hint", lambda path: Hint(url="http://127.0.0.1:1", instance_id="i"))
    client = FollowingClient(tmp_path / "x.db")
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(client._found())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1
