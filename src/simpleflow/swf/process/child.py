"""The program of a worker's child: runs one activity after the other, as its parent tells it.

Requests and answers are lines of JSON on pipes of their own; what an activity prints goes to standard error.
The child ends when its parent does, in the middle of an activity too.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from typing import Any

import msgspec

from simpleflow.storage import ValueStore


class Job(msgspec.Struct):
    """An activity to run."""

    activity_id: str
    name: str
    input: str | None = None
    keeps_values: bool = True


class Done(msgspec.Struct, omit_defaults=True):
    """What became of it; *reason* is given if it has failed."""

    result: str | None = None
    reason: str | None = None
    details: str | None = None


def main(requests: int, answers: int, lifeline: int, *modules: str) -> None:
    """Serves until the requests end. *modules* are imported first, for the activities they define; beyond them an
    activity may only name modules below the working directory."""
    os.dup2(2, 1)
    for descriptor in (requests, answers, lifeline):
        os.set_inheritable(descriptor, False)
    threading.Thread(target=_die_with_parent, args=(lifeline,), daemon=True).start()
    sys.path.insert(0, os.getcwd())
    from simpleflow.dispatch import Importable, failure, run_activity

    importable = Importable(modules, os.getcwd())

    trouble: BaseException | None = None
    try:
        for module in modules:
            importlib.import_module(module)
    except Exception as error:  # noqa: BLE001  # told with the first activity: nobody listens before
        trouble = error
    store = ValueStore()
    encode = msgspec.json.Encoder().encode
    decoder = msgspec.json.Decoder(Job)
    with open(requests, "rb") as lines:
        for line in lines:
            job = decoder.decode(line)
            if trouble is not None:
                outcome = failure(trouble, store, keeps_values=job.keeps_values)
            else:
                outcome = run_activity(
                    job.activity_id, job.name, job.input, store, importable, keeps_values=job.keeps_values
                )
            done = Done(outcome.result, outcome.reason, outcome.details)
            _write(answers, encode(done) + b"\n")


def _write(descriptor: int, data: Any) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _die_with_parent(lifeline: int) -> None:
    """Nothing is ever written there; the read ends when the parent is gone. What an activity has started ends too."""
    os.read(lifeline, 1)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
