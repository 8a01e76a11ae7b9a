"""The program of a poller process: one decider or one worker, started and watched by a supervisor.

Its plan is the first argument, as JSON; the second is a descriptor that ends when the supervisor does. Told to stop,
it takes no new task, finishes what it has, and ends; after the time of grace it ends what still runs. Told to finish,
it takes as long as that does.
"""

from __future__ import annotations

import importlib
import logging
import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import msgspec

from simpleflow import completion
from simpleflow.dispatch import REASON_CHARACTERS
from simpleflow.format import shortened
from simpleflow.log import setup_logging
from simpleflow.service import Address, client_of, patient_client_of
from simpleflow.storage import ValueStore
from simpleflow.swf import setup
from simpleflow.swf.executor import Executor
from simpleflow.swf.process.counts import Counts, NoCounts, counts
from simpleflow.swf.process.decider import SharingDecider
from simpleflow.swf.process.hands import Isolation
from simpleflow.swf.process.prints import part_output
from simpleflow.swf.process.signals import FINISH, NOW, STOP, Signals
from simpleflow.swf.process.titles import STOPPING, NoTitle, Title
from simpleflow.swf.process.worker import BEAT_S, Worker
from swf.client import Client
from swf.clients.retrying import Backoff
from swf.exceptions import SWFError
from swf.protocol.faults import Fault

log = logging.getLogger(__name__)

LAST_WORDS_S: Final = 2.0
"""After the time of grace, the failures of ended activities are still told for so long."""


NEVER_READY: Final = 3
"""The exit code of a poller whose decider or workers could not be made."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a poller does, and where."""

    kind: Literal["decider", "worker"]
    address: Address
    domain: str
    task_list: str
    workflows: tuple[str, ...] = ()
    """Dotted paths of workflow classes, for a decider."""
    modules: tuple[str, ...] = ()
    """Modules that are imported by the children of a worker."""
    pre: tuple[str, ...] = ()
    post: tuple[str, ...] = ()
    """Middlewares of a worker: dotted paths of functions."""
    beat_s: float = BEAT_S
    grace_s: float = 60.0
    concurrency: int = 1
    """Activities at once, for a worker."""
    isolation: Isolation = Isolation()
    counts_in: str | None = None
    """The directory for what is counted; None: nothing is."""


class Poller:
    """Does what a plan says in threads: one for a decider, one for each activity that a worker runs at once."""

    def __init__(
        self,
        plan: Plan,
        ended: Callable[[], None],
        title: Title | NoTitle = NoTitle(),  # noqa: B008  # it holds nothing
    ) -> None:
        """*ended* is called by the first thread as the last thing it does; *title* is what the process is called."""
        self._plan = plan
        self._title = title
        self._client = patient_client_of(plan.address)
        self._loops: list[SharingDecider] | list[Worker] = []
        self._stopped = threading.Event()
        self._ended = ended
        self.exit_code = 0
        """0, unless something broke: 1, or NEVER_READY."""
        self.is_done = False
        """Set before *ended* is called; the thread may live on for a moment."""
        self.thread = threading.Thread(target=self._run, name=plan.kind, daemon=True)

    def stop(self) -> None:
        """Takes no new task."""
        self._title.says(STOPPING)
        self._stopped.set()
        for loop in self._loops:
            loop.stop()
        self._client.stop_polling()

    def kill(self) -> None:
        """Ends the activities that run."""
        for loop in self._loops:
            if isinstance(loop, Worker):
                loop.kill()

    def _run(self) -> None:
        try:
            self._title.says("initializing")
            try:
                made = [self._decider()] if self._plan.kind == "decider" else self._workers()
            except Exception as error:  # noqa: BLE001  # of whatever they are made
                self.exit_code = cannot_begin(self._plan.kind, error)
                return
            self._loops = made
            if self._stopped.is_set():
                self.stop()
            threads = [threading.Thread(target=self._work, args=(loop,), daemon=True) for loop in made[1:]]
            for thread in threads:
                thread.start()
            self._work(made[0])
            for thread in threads:
                thread.join()
        except BaseException as error:  # noqa: BLE001  # nothing of ours ends a thread but an error
            self._break(error)
        finally:
            self.is_done = True
            self._ended()

    def _work(self, loop: SharingDecider | Worker) -> None:
        try:
            loop.run()
        except BaseException as error:  # noqa: BLE001  # as above
            self._break(error)
            self.stop()  # the others finish what they have

    def _break(self, error: BaseException) -> None:
        log.error("%s broke, another one will take its place", self._plan.kind, exc_info=error)
        self.exit_code = 1

    def _workers(self) -> list[Worker]:
        completion.tell(self._plan.address)
        told = counts(self._plan.kind, self._plan.task_list, directory=self._plan.counts_in)
        return [worker_of(self._plan, self._client, told, self._title) for _ in range(self._plan.concurrency)]

    def _decider(self) -> SharingDecider:
        plan = self._plan
        workflows = [imported(path) for path in plan.workflows]
        register(client_of(plan.address), plan.domain, workflows, self._stopped)
        sticky_list = sticky_name(plan.task_list)
        executor = Executor(
            self._client,
            plan.domain,
            workflows,
            store=ValueStore(),
            sticky_list=sticky_list,
            keeps_values=plan.address.is_here,
        )
        told = counts(plan.kind, plan.task_list, directory=plan.counts_in)
        return SharingDecider(
            self._client, executor, plan.domain, plan.task_list, sticky_list, counts=told, title=self._title
        )


def cannot_begin(kind: str, error: Exception) -> int:
    """Says in one line why, for the same happens in each poller to come until it is mended; the exit code."""
    why = shortened(" ".join(str(error).split()), REASON_CHARACTERS)
    log.error("%s cannot begin: %s: %s", kind, type(error).__name__, why, exc_info=log.isEnabledFor(logging.DEBUG))
    return NEVER_READY


def worker_of(
    plan: Plan,
    client: Client,
    counts: Counts = NoCounts(),  # noqa: B008  # it holds nothing
    title: Title | NoTitle = NoTitle(),  # noqa: B008  # it holds nothing
) -> Worker:
    """A worker as the plan has it."""
    return Worker(
        client,
        plan.domain,
        plan.task_list,
        plan.modules,
        beat_s=plan.beat_s,
        keeps_values=plan.address.is_here,
        middlewares={"pre": plan.pre, "post": plan.post},
        isolation=plan.isolation,
        counts=counts,
        title=title,
    )


def imported(path: str) -> Any:
    """The object at a dotted path."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def register(client: Client, domain: str, workflows: Sequence[Any], stopped: threading.Event) -> None:
    """Registers domain and types, as often as it takes; says once why it does not work."""
    pauses = Backoff()
    told = ""
    for workflow in workflows or (None,):
        while not stopped.is_set():
            try:
                setup.register(client, domain, workflow)
                break
            except (Fault, SWFError) as error:
                if str(error) != told:
                    told = str(error)
                    name = "" if workflow is None else workflow.name
                    log.error("cannot register workflow type name=%s, trying again: %s", name, error)
                stopped.wait(pauses.next_s())


def sticky_name(task_list: str) -> str:
    """A task list of this process alone."""
    host = "".join(letter if letter.isalnum() or letter in "-._" else "-" for letter in socket.gethostname())
    return f"{shortened(task_list, 150)}-{host[:60]}-{uuid.uuid4().hex}"


def main(plan: Plan, lifeline: int) -> int:
    """Runs until it is told to stop, or its supervisor is gone; the exit code."""
    if plan.isolation.kind == "thread":
        part_output()
    setup_logging()
    os.set_inheritable(lifeline, False)
    try:
        here = os.getcwd()
    except FileNotFoundError:
        log.error("the working directory was deleted; start again in one that is there")
        return 1
    if here not in sys.path:
        sys.path.insert(0, here)
    signals = Signals()
    try:
        poller = Poller(plan, signals.nudge, Title(plan.kind.title(), plan.task_list))
    except Exception as error:  # noqa: BLE001  # of whatever it is made
        return cannot_begin(plan.kind, error)
    poller.thread.start()
    ends_at: float | None = None
    while not poller.is_done:
        left = None if ends_at is None else max(0.0, ends_at - time.monotonic())
        heard, is_orphan = signals.wait(left, lifeline)
        if is_orphan:
            poller.kill()
            os._exit(1)
        if NOW in heard or (ends_at is not None and time.monotonic() >= ends_at):
            poller.stop()
            poller.kill()
            poller.thread.join(LAST_WORDS_S)
            break
        if FINISH in heard:
            poller.stop()
        if STOP & heard and ends_at is None:
            ends_at = time.monotonic() + plan.grace_s
            poller.stop()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(poller.exit_code)  # threads that still poll must not hold the process


if __name__ == "__main__":
    sys.exit(main(msgspec.json.decode(sys.argv[1], type=Plan), int(sys.argv[2])))
