"""The service: calls collect, whoever holds the turn computes and writes them all, answers leave when they are safe."""

from __future__ import annotations

import base64
import itertools
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import apsw

from swf.protocol import texts
from swf.protocol.faults import Fault, InternalFailure, UnknownOperationException
from swf.server.about import running_version
from swf.server.clock import Clock
from swf.server.functions import Functions
from swf.server.lock import FileLock
from swf.server.machine.quotas import Quotas
from swf.server.pending import Pending
from swf.server.rates import Rates
from swf.server.service.calls import Calls, end_interrupted
from swf.server.service.deadlines import Deadlines
from swf.server.service.held import StartedTask, held_tasks
from swf.server.service.idle import Sweeping
from swf.server.service.matching import empty_answer, match
from swf.server.service.operations import OPERATIONS, WAITS
from swf.server.service.outbox import deliver
from swf.server.service.retention import LAST_ROW
from swf.server.service.round import Round, SetAside
from swf.server.service.tasks import list_of
from swf.server.store.backup import BackupError, back_up
from swf.server.store.changes import ListKey, TaskRow
from swf.server.store.database import Database
from swf.server.store.errors import DamagedHistory
from swf.server.store.histories import Histories
from swf.server.store.registry import Registry
from swf.server.store.visibility import OpenCounts
from swf.server.store.writing import Writing
from swf.server.waiters import TaskLists

Result = TypeVar("Result")

_listener_keys = itertools.count()

log = logging.getLogger(__name__)

BATCH_CALLS = 512
"""Calls computed and written together, so that one round stays short."""
BATCH_BYTES = 4 * 1024 * 1024
"""Bytes of events after which the calls that remain make another round."""
BETWEEN_ROUNDS_S: Final = 0.0005
"""How long the turn is left to others between two rounds of deadlines; whoever waits for it takes it."""


class Service:
    """Amazon SWF on one database. Any number of threads may call; one at a time has the turn."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        lock: FileLock | None = None,
        new_run_id: Callable[[], str] | None = None,
        read_only: bool = False,
        quotas: Quotas | None = None,
        rates: Rates | None = None,
        functions: Functions | None = None,
    ) -> None:
        """*quotas* None: Amazon's. *rates* None: nothing is throttled. *functions* None: Lambda is not available."""
        self.database = database
        self.writing = Writing(database)
        self.clock = clock
        self.new_run_id = new_run_id or _random_run_id
        self.quotas = quotas or Quotas()
        self.rates = rates
        self.functions = Calls(self, functions) if functions else None
        self.registry = Registry(database.connection)
        self.open_counts = OpenCounts(database.connection)
        self.histories = Histories(database.connection, newest_lsn=lambda: database.committed)
        self.task_lists = TaskLists(self._waiting_tasks)
        self.up_since = clock.now()
        self.is_read_only = read_only
        self._file_lock = lock
        self.turn = threading.Lock()
        """Whoever holds it owns the file and what is in memory."""
        self._incoming: deque[Pending] = deque()
        self._next_row = 0 if read_only else self._first_row()
        self.deadlines = Deadlines(self)
        self._sweeping = Sweeping(self)
        self._before_close: Callable[[], None] | None = None
        self._listeners: dict[int, Callable[[], None]] = {}
        self.is_closed = False
        if not read_only:
            end_interrupted(self)

    @property
    def path(self) -> Path | None:
        """The file, or None for a service in memory."""
        return self.database.path

    @property
    def instance_id(self) -> str:
        """What names this file's world, whatever process serves it."""
        return self.database.instance_id

    # Calls

    def submit(self, pendings: Sequence[Pending], *, wait_s: float = -1) -> bool:
        """Computes and commits these calls, and all others that have come meanwhile.

        When it returns, each is answered or waits in a task list. The answers are not on disk yet: see
        :meth:`make_safe`. Who cannot wait for others says for how long it can: False means that the calls are left for
        the next who submits, be it no call at all.
        """
        self._incoming.extend(pendings)
        if not self.turn.acquire(timeout=wait_s):
            return False
        try:
            while self._incoming:
                batch = [self._incoming.popleft() for _ in range(min(BATCH_CALLS, len(self._incoming)))]
                if not self.is_closed:
                    self._run(batch)
                    continue
                for pending in batch:
                    if not pending.is_done:
                        pending.finish(InternalFailure("the service is closed"))
        finally:
            self.turn.release()
        return True

    def make_safe(self, pending: Pending) -> None:
        """Returns when the answer may leave."""
        if pending.lsn > self.database.synced:
            self.database.sync(pending.lsn)

    def give_up(self, pendings: Sequence[Pending]) -> None:
        """Answers polls that still wait: empty."""
        with self.turn:
            for pending in pendings:
                if not pending.is_done:
                    self._leave(pending)
                    pending.finish(empty_answer(pending))

    def _leave(self, pending: Pending) -> None:
        key = list_of(self.registry, pending.request)
        if key is not None:
            self.task_lists.leave(key, pending)

    # Rounds

    def _run(self, batch: list[Pending]) -> None:
        """One round. A call that breaks our own rules gets InternalFailure, the rest is computed anew.

        So it is when the round cannot be written: then reads are answered and all else is refused.
        """
        while batch:
            round = Round(self, self.clock.now())
            was_stopped = self.writing.obstacle is not None
            try:
                broken = self._compute(round, batch)
                if broken is None and self.commit(round):
                    return
            except SetAside:
                self.abandon(round)
                for pending in batch:
                    self._leave(pending)
                continue
            except BaseException as error:
                # An interruption, or a rule of ours that does not hold: the file counts, not what is in memory.
                self.abandon(round)
                self._fail(batch, InternalFailure("The service was interrupted; repeat the call."))
                if not isinstance(error, Exception):
                    raise
                log.exception("round failed calls=%d", len(batch))
                return
            self.abandon(round)
            for pending in batch:
                self._leave(pending)
            if broken is None and self.writing.obstacle is not None and not was_stopped:
                continue
            if broken is None and len(batch) > 1:
                for pending in batch:  # one of them has a statement that fails
                    self._run([pending])
                return
            guilty = broken or batch[0]
            self._fail([guilty], InternalFailure("The service failed at this call; nothing of it was kept."))
            batch = [pending for pending in batch if pending is not guilty]

    def _compute(self, round: Round, batch: list[Pending]) -> Pending | None:
        """The call that could not be computed for a reason that is no fault of the caller, or None."""
        for position, pending in enumerate(batch):
            if round.event_bytes > BATCH_BYTES:
                self._incoming.extendleft(reversed(batch[position:]))
                del batch[position:]
                break
            if pending.is_done:  # given up before its turn came
                continue
            try:
                try:
                    self._handle(round, pending)
                except Fault as fault:
                    round.answer(pending, fault)
                except DamagedHistory as damage:
                    round.answer(pending, InternalFailure(f"The service cannot do this: {damage}."))
                deliver(round)
            except SetAside:
                raise
            except Exception:
                log.exception("call failed operation=%s", type(pending.request).__name__)
                return pending
        match(round)
        for pending in batch:
            if not pending.may_wait and self._waits(pending):
                self._leave(pending)
                round.answer(pending, empty_answer(pending), 0)
        return None

    def _handle(self, round: Round, pending: Pending) -> None:
        request = pending.request
        operation = OPERATIONS.get(type(request))
        if operation is None or (self.is_read_only and not operation.reads):
            raise UnknownOperationException(
                f"The embedded service does not know the operation {type(request).__name__}"
                + (" when a file is only read." if operation else ".")
            )
        if self.rates is not None and not self.rates.admits_request(type(request).__name__, round.now):
            raise texts.rate_exceeded()
        if self.writing.obstacle is not None and not operation.reads:
            raise self._cannot_write()
        result = operation.answer(round, pending)
        if result is not WAITS:
            round.answer(pending, result)

    def _waits(self, pending: Pending) -> bool:
        key = list_of(self.registry, pending.request)
        tasks = self.task_lists.loaded(key) if key else None
        return tasks is not None and id(pending) in tasks.pollers

    def _fail(self, batch: list[Pending], fault: Fault) -> None:
        for pending in batch:
            if not pending.is_done:
                self._leave(pending)
                pending.finish(fault)

    def _cannot_write(self) -> InternalFailure:
        return InternalFailure(
            f"The service cannot write to {self.path}: {self.writing.obstacle}. Nothing of this call was kept;"
            " repeat it."
        )

    def commit(self, round: Round) -> bool:
        """Writes the round and gives its answers; False if it could not be written."""
        if round.changes:
            try:
                with self.database.transaction() as connection:
                    round.changes.write(connection, self.registry.list_id)
            except apsw.Error as error:
                if not self.writing.stop(error, round.now):
                    log.exception("write failed path=%s answers=%d", self.path, len(round.answers))
                return False
        round.publish()
        self.histories.weigh(round.touched)
        if self.functions is not None:
            self.functions.begin(round.calls)
            for execution, scheduled_event_id in round.given_up:
                self.functions.give_up(execution, scheduled_event_id)
        return True

    def abandon(self, round: Round) -> None:
        """Drops all that the round has changed in memory; pollers it had served wait again, in front."""
        for row in round.touched:
            self.histories.drop(row)
        for warm in round.begun.values():
            self.histories.drop(warm.row)
        for row in {row for row, _ in round.changes.beats} | set(round.changes.wake_ups):
            self.histories.drop(row)
        self.registry.forget()
        self.open_counts.forget()
        for key, pending in reversed(round.matched):
            pollers = self.task_lists[key].pollers
            pollers[id(pending)] = pending
            pollers.move_to_end(id(pending), last=False)
        self.task_lists.reload()

    def _first_row(self) -> int:
        highest: int = self.database.connection.execute("select coalesce(max(id), 0) from executions").get
        return max(highest, int(str(self.database.meta(LAST_ROW) or 0))) + 1

    def new_row(self) -> int:
        """A row id for a new execution."""
        row, self._next_row = self._next_row, self._next_row + 1
        return row

    def _waiting_tasks(self, key: ListKey) -> list[TaskRow]:
        list_id = self.registry.find_list(key)
        if list_id is None:
            return []
        return [
            TaskRow(key, priority, at, execution, event)
            for priority, at, execution, event in self.database.connection.execute(
                "select priority, at, execution, event from tasks where list = ?", (list_id,)
            )
        ]

    # Time

    def next_wake(self) -> float | None:
        """When the earliest deadline may strike (seconds since 1970), never too late; None if there is none."""
        return self.deadlines.next_wake

    def on_close(self, before: Callable[[], None]) -> None:
        """*before* is called when the service is about to close, without the turn."""
        self._before_close = before

    def on_closings(self, listener: Callable[[], None]) -> Callable[[], None]:
        """*listener* is called, holding the turn, whenever executions have closed, and when the service closes.

        It must return at once, and call nothing here. Returns what ends that.
        """
        key = next(_listener_keys)
        self._listeners[key] = listener

        def end() -> None:
            self._listeners.pop(key, None)

        return end

    def tell_closings(self) -> None:
        """Executions have closed, or nobody will ever tell."""
        for listener in list(self._listeners.values()):
            listener()

    def tick(self) -> None:
        """Lets every deadline strike that is due, in rounds, and does what can wait for an idle moment."""
        try:
            while self._strike():
                time.sleep(BETWEEN_ROUNDS_S)
        finally:
            self._keep_house()

    def _strike(self) -> bool:
        with self.turn:
            return not self.is_closed and self.deadlines.strike()

    def _keep_house(self) -> None:
        with self.turn:
            if self.is_closed:
                return
            self.deadlines.note_time()
            self._sweeping.sweep()
            self.database.idle()
            unsynced = self.database.committed if self.database.committed > self.database.synced else 0
        if unsynced:
            self.database.sync(unsynced)

    # Owner's business

    def started_tasks(self, domain: str, workflow_id: str) -> list[StartedTask]:
        """The tasks of the open execution that somebody holds, the decision task first; [] if none is open.

        For an owner that takes over from a dead one: the tokens are handed out again.
        """
        with self.turn:
            while True:
                round = Round(self, self.clock.now())
                try:
                    found = self.registry.domain(domain)
                    warm = round.find_open(found.id, workflow_id) if found else None
                    match(round)
                    is_written = self.commit(round)
                except SetAside:
                    self.abandon(round)
                    continue
                except BaseException:
                    self.abandon(round)
                    raise
                if not is_written:
                    self.abandon(round)
                    raise self._cannot_write()
                return [] if warm is None else held_tasks(warm)

    def announce(self, url: str) -> None:
        """Writes down beside the file where this service can be reached."""
        if self._file_lock is not None:
            self._file_lock.write_hint(self.instance_id, url, running_version())

    @property
    def owner_secret(self) -> str | None:
        """What stands beside the file for its owner alone to read; None for a service in memory."""
        return None if self._file_lock is None else self._file_lock.secret

    def look(self, read: Callable[[], Result]) -> Result:
        """What *read* finds while nobody else has the turn."""
        with self.turn:
            if self.is_closed:
                raise InternalFailure("the service is closed")
            return read()

    def back_up(self, to: Path) -> int:
        """Copies the file while it is in use to the new file *to*; returns its size in bytes. Raises BackupError."""
        try:
            return back_up(self.database.connection, to, self.look)
        except InternalFailure as closed:
            raise BackupError(f"cannot back up to {to}: {closed}") from closed

    def close(self) -> None:
        """Answers waiting polls empty, syncs, closes the file and gives it back. May be called twice."""
        if self._before_close is not None:
            self._before_close()
        with self.turn:
            if self.is_closed:
                return
            self.is_closed = True
            if self.functions is not None:
                self.functions.stop()
            for tasks in self.task_lists.all():
                for pending in tasks.pollers.values():
                    pending.finish(empty_answer(pending))
                tasks.pollers.clear()
            self.deadlines.note_time()
            try:
                self.database.close()
            finally:
                if self._file_lock is not None:
                    self._file_lock.release()
                self.tell_closings()


def _random_run_id() -> str:
    return "22" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
