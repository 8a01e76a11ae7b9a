"""The program of a worker's child: runs one activity after the other, as its parent tells it.

Requests and answers are lines of JSON on pipes of their own; what an activity prints goes to standard error.
The child ends when its parent does, in the middle of an activity too.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any, BinaryIO

import msgspec

from simpleflow.attempt import Job
from simpleflow.dispatch import Importable, Outcome, failure, run_activity
from simpleflow.log import setup_logging
from simpleflow.middleware import Middlewares
from simpleflow.storage import ValueStore
from simpleflow.swf.process.titles import Title


class Orders(msgspec.Struct, frozen=True):
    """How a child is to work: *modules* are imported first; *pre* and *post* name middlewares, *task_list* is shown."""

    modules: Sequence[str] = ()
    pre: Sequence[str] = ()
    post: Sequence[str] = ()
    task_list: str = ""


class Done(msgspec.Struct, omit_defaults=True, tag="done"):
    """What became of the job of the *number*; *reason* is given if it has failed.

    *is_canceled*: it has let itself be canceled, with *last_words*. *is_later*: somebody else will complete it.
    """

    number: int
    result: str | None = None
    reason: str | None = None
    details: str | None = None
    is_canceled: bool = False
    is_later: bool = False
    last_words: str | None = None


class Beat(msgspec.Struct, omit_defaults=True, tag="beat"):
    """A sign of life of the job of the *number*; it waits for what it is :class:`Told`."""

    number: int
    details: str | None = None


class Told(msgspec.Struct, omit_defaults=True):
    """The answer to a sign of life."""

    cancel: bool = False


def main(requests: int, answers: int, lifeline: int, orders: Orders) -> None:
    """Serves until the requests end. Beyond the modules of its orders, an activity may only name modules below the
    working directory."""
    born = os.getpid()
    os.dup2(2, 1)
    for descriptor in (requests, answers, lifeline):
        os.set_inheritable(descriptor, False)
    threading.Thread(target=_die_with_parent, args=(lifeline,), daemon=True).start()
    sys.path.insert(0, os.getcwd())
    setup_logging()
    title = Title("Activity", orders.task_list)
    title.says("initializing")
    home = os.getcwd()
    importable = Importable(orders.modules, home)

    trouble: BaseException | None = None
    middlewares = Middlewares()
    try:
        middlewares = prepared(orders)
    except Exception as error:  # noqa: BLE001  # told with the first activity: nobody listens before
        trouble = error
    store = ValueStore()
    encode = msgspec.json.Encoder().encode
    decoder = msgspec.json.Decoder(Job)
    with open(requests, "rb") as lines:
        voice = Voice(lines, answers)
        title.says("running")
        while line := lines.readline():
            job = decoder.decode(line)
            voice.number = job.number
            title.says(f"processing {job.activity_id}")
            if trouble is not None:
                outcome = failure(trouble, store, keeps_values=job.keeps_values)
            else:
                outcome = run_activity(job, store, importable, beat=voice, middlewares=middlewares)
            if os.getpid() != born:
                os._exit(1)  # a copy that the activity has made and not ended: only the original may answer
            with contextlib.suppress(OSError):
                os.chdir(home)  # the next activity starts where this one did
            title.says("running")
            _write(answers, encode(done_of(job, outcome)) + b"\n")


def prepared(orders: Orders) -> Middlewares:
    """Imports what the orders name; whatever that raises is raised."""
    for module in orders.modules:
        importlib.import_module(module)
    return Middlewares.of({"pre": orders.pre, "post": orders.post})


def done_of(job: Job, outcome: Outcome) -> Done:
    """What became of a job."""
    return Done(
        job.number,
        outcome.result,
        outcome.reason,
        outcome.details,
        outcome.is_canceled,
        outcome.is_later,
        outcome.last_words,
    )


class Voice:
    """Sends signs of life to the parent and hears whether the activity is to cancel."""

    def __init__(self, lines: BinaryIO, answers: int) -> None:
        self.number = 0
        self._born = os.getpid()
        self._lines = lines
        self._answers = answers
        self._encode = msgspec.json.Encoder().encode
        self._decoder = msgspec.json.Decoder(Told)

    def __call__(self, details: str | None) -> bool:
        """Whether the activity is to cancel. Copies of the process have no say."""
        if os.getpid() != self._born:
            return False
        _write(self._answers, self._encode(Beat(self.number, details)) + b"\n")
        line = self._lines.readline()
        return bool(line) and self._decoder.decode(line).cancel


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
    first, second, third, told = sys.argv[1:]
    main(int(first), int(second), int(third), msgspec.json.decode(told, type=Orders))
